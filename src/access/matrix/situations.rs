//! The typical situations of the matrix, and which acts each of them says something about.

use chrono::DateTime;
use uuid::Uuid;

use super::callers::{self, Caller, Kin};
use crate::access::facts::{
    Age, EndedOpening, Ending, Facts, Opening, PartyStanding, PrincipalKind, Resource,
    Situation as Standing,
};
use crate::clock::Instant;
use crate::domain::agency::{Role, UnitKind};
use crate::domain::ground::Ground;
use crate::domain::ids::{ConsentId, PublicationId};

/// Acts that the same situations matter for.
pub(super) struct Section {
    pub title: &'static str,
    pub situations: &'static [Situation],
    pub acts: &'static [&'static str],
}

/// One situation: in words, and as facts.
pub(super) struct Situation {
    pub words: &'static str,
    set: fn(&Caller, &mut Facts),
}

impl Situation {
    /// The facts when `caller` asks in this situation.
    pub(super) fn facts(&self, caller: &Caller) -> Facts {
        let mut facts = Facts {
            now: now(),
            principal: caller.principal.clone(),
            resource: Resource { id: Some(Uuid::from_u128(2)), ..Resource::default() },
            situation: Standing::default(),
            aware: true,
            seen: Vec::new(),
        };
        (self.set)(caller, &mut facts);
        facts
    }
}

pub(super) const fn when(words: &'static str, set: fn(&Caller, &mut Facts)) -> Situation {
    Situation { words, set }
}

const CONFLICT: Situation = when("as A, with a conflict of interest", |who, facts| {
    own(who, facts);
    facts.situation.conflict = true;
});
const PROTECTED: Situation =
    when("as A, the child's identity is protected and the caller is no handler", protect);
const STRANGER: Situation = when("no assignment, or another family", stranger);

pub(super) const SECTIONS: &[Section] = &[
    Section {
        title: "The service itself",
        situations: &[when("always", |_, _| {})],
        acts: &[
            "ReadSelf",
            "ListUnits",
            "ListIndicators",
            "ListCases",
            "ImportRegister",
            "RemindOfReviews",
            "RemindOfMeetings",
            "ExplainAccess",
        ],
    },
    Section {
        title: "Logs",
        situations: &[
            when("the log of one's own agency", |who, facts| {
                facts.situation.own_agency = who.place().is_some();
            }),
            when("another agency's log", |_, _| {}),
        ],
        acts: &[
            "ReadLog",
            "ReadTiles",
            "SearchLog",
            "ReadLogEntry",
            "ExportLog",
            "ListLogExports",
            "ReadLogExport",
            "FetchLogExport",
            "CancelLogExport",
            "DrawLogReview",
            "ListLogReviews",
            "ReadLogReview",
            "RecordLogFinding",
            "CloseLogReview",
            "ReportLogReviews",
            "DisposeLog",
            "ListDisposals",
        ],
    },
    Section {
        title: "Decisions",
        situations: &[
            when("on what one asked for oneself", |who, facts| {
                facts.situation.own_act = who.place().is_some() || who.kin != Kin::None;
                facts.situation.own_agency = who.place().is_some();
            }),
            when("on another's, in the log of one's own agency", |who, facts| {
                facts.situation.own_agency = who.place().is_some();
                facts.aware = who.principal.duties.contains(&Role::Auditor);
            }),
            when("on another's, in no log of one's own agency", |_, facts| facts.aware = false),
        ],
        acts: &["ReadDecision"],
    },
    Section {
        title: "A unit",
        situations: &[when("one's own unit", own), when("another unit", stranger_to_a_unit)],
        acts: &["RegisterChild", "ListReferrals", "ListConcernReports", "ListInvitations"],
    },
    Section {
        title: "A child, a referral, a concern report",
        situations: &[
            when("the child is enrolled at, or the matter has come in to, one's own unit", own),
            when("another unit's", stranger),
            CONFLICT,
            PROTECTED,
        ],
        acts: &[
            "FindChild",
            "MakeReferral",
            "SendConcernReport",
            "SeeReferral",
            "ReadReferral",
            "TriageReferral",
            "AcceptReferral",
            "OpenCase",
            "ReadConcernReport",
        ],
    },
    Section {
        title: "Who takes part",
        situations: &[
            when("one's own unit, which takes part", own),
            when("one's own unit, which is invited", |who, facts| {
                own(who, facts);
                facts.situation.assigned = false;
                facts.situation.party = standing(who, PartyStanding::Invited);
            }),
            when("another unit, which takes part", |who, facts| {
                own(who, facts);
                facts.situation.inside = false;
            }),
            when("one's own unit, which does not take part", stranger),
            CONFLICT,
            PROTECTED,
        ],
        acts: &["AssignStaff", "SeeInvitation", "AnswerInvitation"],
    },
    Section {
        title: "A case and its plan",
        situations: &[
            when("assigned; one's unit coordinates and is the one concerned", own),
            when(
                "assigned; another unit coordinates, one's own is the one concerned",
                |who, facts| {
                    own(who, facts);
                    facts.situation.coordinator = false;
                },
            ),
            when("assigned; another unit coordinates and is the one concerned", other),
            when("assigned; one's unit may only read", |who, facts| {
                own(who, facts);
                facts.situation.party = standing(who, PartyStanding::ReadOnly);
            }),
            when("as A, nobody has consented to a plan", |who, facts| {
                own(who, facts);
                facts.situation.plan_consent = false;
            }),
            STRANGER,
            CONFLICT,
            PROTECTED,
        ],
        acts: &[
            "ReadCase",
            "InviteParty",
            "ListItems",
            "WriteItem",
            "ListPlans",
            "ReadPlanProcess",
            "ReadPlan",
            "DraftPlan",
            "EditPlan",
            "WriteAction",
            "ConfirmPlan",
            "ActivatePlan",
            "JudgeGoal",
            "RevisePlan",
            "InterruptPlan",
            "ClosePlan",
        ],
    },
    Section {
        title: "Consents",
        situations: &[
            when("assigned, towards one's agency; or one's own consent", named),
            when(
                "assigned, one's unit may only read; or the consent of another giver",
                |who, facts| {
                    named(who, facts);
                    facts.situation.own_answer = false;
                    facts.situation.party = standing(who, PartyStanding::ReadOnly);
                },
            ),
            when("assigned, the consent names other agencies", |who, facts| {
                other(who, facts);
                facts.situation.agency_party = false;
                facts.situation.own_answer = false;
                facts.aware = false;
            }),
            when("a unit of one's agency takes part, and the giver has given it", |who, facts| {
                stranger(who, facts);
                facts.situation.agency_party = who.place().is_some();
            }),
            when("the child decides alone; a guardian's own answer from before", |who, facts| {
                named(who, facts);
                facts.situation.disposes = true;
            }),
            STRANGER,
            CONFLICT,
            PROTECTED,
        ],
        acts: &[
            "AskConsent",
            "ListConsents",
            "ListOwnConsents",
            "ReadConsent",
            "AnswerConsent",
            "WithdrawConsent",
            "AssessMaturity",
            "ListMaturityAssessments",
        ],
    },
    Section {
        title: "Reading an item",
        situations: &[
            when("assigned, one's own unit's item", own),
            when("assigned, a health unit's item, nothing published", |who, facts| {
                other(who, facts);
                facts.aware = false;
            }),
            when("assigned, a health unit's item, published on consent", |who, facts| {
                other(who, facts);
                facts.situation.live = vec![opening(Ground::Consent)];
            }),
            when("assigned, a health unit's item, published by OSL 25:12", |who, facts| {
                other(who, facts);
                facts.situation.live = vec![opening(Ground::ChildH)];
            }),
            when("assigned, a health unit's item, the consent has ended", |who, facts| {
                other(who, facts);
                facts.situation.ended = vec![EndedOpening {
                    opening: opening(Ground::Consent),
                    at: now(),
                    cause: Ending::Withdrawn,
                }];
            }),
            STRANGER,
            CONFLICT,
            PROTECTED,
        ],
        acts: &["ReadItem"],
    },
];

/// Everything is one's own: the unit, the pupil, the case, the item, the answer.
pub(super) fn own(who: &Caller, facts: &mut Facts) {
    let works = who.place().is_some();
    let (guardian, themself, age) = match who.kin {
        Kin::None => (false, false, 10),
        Kin::Guardian => (true, false, 10),
        Kin::Themself(years) => (false, true, years),
    };
    set_owner(facts, who.place().map(|place| place.unit_kind));
    facts.situation = Standing {
        assigned: works,
        party: standing(who, PartyStanding::Active),
        coordinator: works,
        inside: works,
        own_agency: works,
        own_pupil: works,
        guardian,
        themself,
        own_answer: guardian || themself,
        plan_consent: true,
        age: Age(age),
        ..Standing::default()
    };
}

/// As one's own; the consent is towards one's own agency.
fn named(who: &Caller, facts: &mut Facts) {
    own(who, facts);
    facts.situation.recipient = who.place();
    facts.situation.agency_party = who.place().is_some();
}

/// Assigned to the case; the thing is a health unit's, and not one's own.
pub(super) fn other(who: &Caller, facts: &mut Facts) {
    own(who, facts);
    let own_kind = who.place().map(|place| place.unit_kind);
    let owner = if own_kind == Some(UnitKind::ChildPsychiatry) {
        UnitKind::ChildHealth
    } else {
        UnitKind::ChildPsychiatry
    };
    set_owner(facts, Some(owner));
    facts.situation.inside = false;
    facts.situation.own_agency = false;
    facts.situation.coordinator = false;
}

/// One's own, of a child whose identity is protected, and one is no handler.
pub(super) fn protect(who: &Caller, facts: &mut Facts) {
    own(who, facts);
    facts.situation.protected = true;
    facts.aware = false;
}

/// The thing is there, and nothing of one's own.
pub(super) fn stranger(who: &Caller, facts: &mut Facts) {
    other(who, facts);
    facts.situation = Standing { age: facts.situation.age, ..Standing::default() };
    facts.aware = false;
}

/// Units are no secret, so a refusal is told.
fn stranger_to_a_unit(who: &Caller, facts: &mut Facts) {
    stranger(who, facts);
    facts.aware = true;
}

pub(super) fn set_owner(facts: &mut Facts, unit_kind: Option<UnitKind>) {
    facts.resource.owner = unit_kind.map(callers::place);
    facts.resource.category = unit_kind.map(callers::category);
    facts.resource.child = Some(Uuid::from_u128(4).into());
}

/// A unit's standing; who has no unit has none.
fn standing(who: &Caller, standing: PartyStanding) -> PartyStanding {
    match who.principal.kind {
        PrincipalKind::Staff { .. } => standing,
        PrincipalKind::Citizen | PrincipalKind::Operator | PrincipalKind::Unknown => {
            PartyStanding::None
        }
    }
}

pub(super) fn opening(ground: Ground) -> Opening {
    let publication = PublicationId::new(Uuid::from_u128(5));
    let consent = (ground == Ground::Consent).then(|| ConsentId::new(Uuid::from_u128(3)));
    Opening { ground, publication, consent }
}

/// The matrix stands outside time.
fn now() -> Instant {
    DateTime::UNIX_EPOCH
}
