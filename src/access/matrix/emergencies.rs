//! Situations of an emergency and its review, of a case that has ended, and of notices.

use super::callers::{self, Caller};
use super::situations::{Section, own, protect, stranger, when};
use crate::access::facts::{Facts, Situation as Standing};
use crate::domain::agency::UnitKind;
use crate::domain::category::Category;
use crate::domain::ground::Ground;

pub(super) const SECTIONS: &[Section] = &[
    Section {
        title: "Opening a case in an emergency",
        situations: &[
            when("one's own agency takes part; EMERGENCY, with a reason", |who, facts| {
                emergency(who, facts, Ground::Emergency);
            }),
            when("as A, by OSL 25:12 (CHILD_H)", |who, facts| {
                emergency(who, facts, Ground::ChildH);
            }),
            when("as A, to receive a report of concern (REPORT)", |who, facts| {
                emergency(who, facts, Ground::Report);
            }),
            when("as A, on a consent", |who, facts| emergency(who, facts, Ground::Consent)),
            when("as A, without a reason", |who, facts| {
                emergency(who, facts, Ground::Emergency);
                facts.situation.reasoned = false;
            }),
            when("as A, but one's own agency does not take part", |who, facts| {
                emergency(who, facts, Ground::Emergency);
                facts.situation.agency_party = false;
            }),
            when("as A, with a conflict of interest", |who, facts| {
                emergency(who, facts, Ground::Emergency);
                facts.situation.conflict = true;
            }),
            when("as A, the child's identity is protected", |who, facts| {
                emergency(who, facts, Ground::Emergency);
                facts.situation.protected = true;
            }),
            when("as A, the case was closed long ago", |who, facts| {
                emergency(who, facts, Ground::Emergency);
                facts.situation.closed = true;
                facts.situation.archived = true;
            }),
        ],
        acts: &["BreakGlass", "BreakGlassByNumber"],
    },
    Section {
        title: "A case that one has opened in an emergency",
        situations: &[
            when("not assigned, the hour is not out", breaking),
            when("not assigned, the hour is out", stranger),
            when("as A, with a conflict of interest", |who, facts| {
                breaking(who, facts);
                facts.situation.conflict = true;
            }),
            when("as A, the child's identity is protected", |who, facts| {
                breaking(who, facts);
                facts.situation.protected = true;
            }),
        ],
        acts: &[
            "ReadCase",
            "ListPlans",
            "ReadPlan",
            "ListItems",
            "ListConsents",
            "WriteItem",
            "EditPlan",
            "InviteParty",
        ],
    },
    Section {
        title: "An item of a case that one has opened in an emergency",
        situations: &[
            when("health care's, marked as needed for safety", |who, facts| {
                item(who, facts, UnitKind::ChildPsychiatry, Category::Med);
                facts.situation.safety = true;
            }),
            when("health care's, not marked", |who, facts| {
                item(who, facts, UnitKind::ChildPsychiatry, Category::Med);
            }),
            when("as A, blocked by the patient", |who, facts| {
                item(who, facts, UnitKind::ChildPsychiatry, Category::Med);
                facts.situation.safety = true;
                facts.situation.blocked = true;
            }),
            when("social services', marked as needed for safety", |who, facts| {
                item(who, facts, UnitKind::SocialServices, Category::Soc);
                facts.situation.safety = true;
            }),
            when("a contact", |who, facts| {
                item(who, facts, UnitKind::School, Category::Contact);
            }),
            when("the address", |who, facts| {
                item(who, facts, UnitKind::School, Category::Addr);
            }),
            when("the address, the child's identity is protected", |who, facts| {
                item(who, facts, UnitKind::School, Category::Addr);
                facts.situation.protected = true;
            }),
            when("the school's, though marked", |who, facts| {
                item(who, facts, UnitKind::School, Category::School);
                facts.situation.safety = true;
            }),
            when("as A, with a conflict of interest", |who, facts| {
                item(who, facts, UnitKind::ChildPsychiatry, Category::Med);
                facts.situation.safety = true;
                facts.situation.conflict = true;
            }),
        ],
        acts: &["ReadItem"],
    },
    Section {
        title: "The review of an emergency opening",
        situations: &[
            when("one's own agency's", |who, facts| {
                facts.situation.own_agency = who.place().is_some();
            }),
            when("another agency's, of a case in which one's own takes part", |who, facts| {
                facts.situation.agency_party = who.place().is_some();
            }),
            when("one's own", |who, facts| {
                facts.situation.own_agency = who.place().is_some();
                facts.situation.own_act = who.place().is_some();
            }),
            when("another agency's, of another case", |_, facts| facts.aware = false),
        ],
        acts: &["ListBreakGlass", "ReadBreakGlass", "ReviewBreakGlass"],
    },
    Section {
        title: "How a case ends",
        situations: &[
            when("open; assigned, one's unit coordinates", own),
            when("open; assigned, another unit coordinates", |who, facts| {
                own(who, facts);
                facts.situation.coordinator = false;
            }),
            when("closed; assigned, one's unit coordinates", |who, facts| ended(who, facts, true)),
            when("closed; assigned, another unit coordinates", |who, facts| {
                ended(who, facts, false);
            }),
            when(
                "closed for longer than the parties read; one's unit coordinates",
                |who, facts| {
                    ended(who, facts, true);
                    facts.situation.archived = true;
                },
            ),
            when("as E; another unit coordinates, the item is one's own", |who, facts| {
                ended(who, facts, false);
                facts.situation.archived = true;
            }),
            when("as E; another unit coordinates and owns the item", |who, facts| {
                ended(who, facts, false);
                facts.situation.archived = true;
                facts.situation.inside = false;
            }),
        ],
        acts: &[
            "CloseCase",
            "ReadCase",
            "ReadPlan",
            "ReadItem",
            "WriteItem",
            "AddAddendum",
            "EditPlan",
            "AskConsent",
            "WithdrawConsent",
            "SendConcernReport",
        ],
    },
    Section {
        title: "What a unit must know of",
        situations: &[
            when("one's own unit's", own),
            when("another unit's", stranger),
            when("as A, with a conflict of interest", |who, facts| {
                own(who, facts);
                facts.situation.conflict = true;
            }),
            when("as A, the child's identity is protected and the caller is no handler", protect),
        ],
        acts: &["ListNotices", "ReadNotice"],
    },
];

fn emergency(who: &Caller, facts: &mut Facts, ground: Ground) {
    stranger(who, facts);
    facts.aware = true;
    facts.situation.agency_party = who.place().is_some();
    facts.situation.ground = Some(ground);
    facts.situation.reasoned = true;
}

fn breaking(who: &Caller, facts: &mut Facts) {
    stranger(who, facts);
    let works = who.place().is_some();
    facts.aware = works;
    facts.situation =
        Standing { breaking: works, agency_party: works, ..std::mem::take(&mut facts.situation) };
}

fn item(who: &Caller, facts: &mut Facts, owner: UnitKind, category: Category) {
    breaking(who, facts);
    facts.aware = false;
    facts.resource.owner = Some(callers::place(owner));
    facts.resource.category = Some(category);
}

fn ended(who: &Caller, facts: &mut Facts, coordinates: bool) {
    own(who, facts);
    facts.situation.closed = true;
    facts.situation.coordinator &= coordinates;
}
