//! Situations of the assessment and the chronology.

use super::callers::{self, Caller};
use super::situations::{Section, own, protect, stranger, when};
use crate::access::facts::{EndedOpening, Ending, Facts, Opening, PartyStanding};
use crate::clock::Instant;
use crate::domain::agency::UnitKind;
use crate::domain::category::Category;
use crate::domain::ground::Ground;
use crate::domain::ids::PublicationId;

pub(super) const SECTIONS: &[Section] = &[
    Section {
        title: "How far the work has come, wheels, events, the chronology",
        situations: &[
            when("assigned; one's unit coordinates", own),
            when("assigned; another unit coordinates", |who, facts| {
                own(who, facts);
                facts.situation.coordinator = false;
            }),
            when("as A, one's unit may only read", |who, facts| {
                own(who, facts);
                if who.place().is_some() {
                    facts.situation.party = PartyStanding::ReadOnly;
                }
            }),
            when("as A, the case is closed", |who, facts| {
                own(who, facts);
                facts.situation.closed = true;
            }),
            when("no assignment, or another family", stranger),
            when("as A, with a conflict of interest", conflict),
            when("as A, the child's identity is protected and the caller is no handler", protect),
        ],
        acts: &["ReadPractice", "TakePracticeStep", "ListWheels", "ListEvents", "ReadChronology"],
    },
    Section {
        title: "Not for the guardian",
        situations: &[
            when("the child's words, which the caller has written down or said", |who, facts| {
                said(who, facts);
                facts.situation.own_act = who.place().is_some();
            }),
            when("the child's words, written down by a colleague", said),
            when("as A, but not the child's words", |who, facts| {
                own(who, facts);
                facts.situation.own_act = who.place().is_some();
            }),
            when("no assignment, or another family", |who, facts| {
                stranger(who, facts);
                facts.resource.category = Some(Category::Voice);
            }),
            when("as A, with a conflict of interest", |who, facts| {
                said(who, facts);
                facts.situation.own_act = who.place().is_some();
                facts.situation.conflict = who.place().is_some();
            }),
        ],
        acts: &["MarkNotForGuardian"],
    },
    Section {
        title: "What the chronology holds",
        situations: &[
            when("the case's named owner; an event that was shared with their unit", shared),
            when("as A, an event of their own unit", |who, facts| {
                shared(who, facts);
                facts.situation.inside = who.place().is_some();
                facts.situation.live.clear();
            }),
            when("as A, but a colleague is the named owner", |who, facts| {
                shared(who, facts);
                facts.situation.named_owner = false;
            }),
            when("as A, but what opened the event has ended", |who, facts| {
                shared(who, facts);
                let ended = facts.situation.live.drain(..).map(|opening| EndedOpening {
                    opening,
                    at: Instant::UNIX_EPOCH,
                    cause: Ending::Revoked,
                });
                facts.situation.ended = ended.collect();
            }),
            when("as A, but the event was never shared", |who, facts| {
                shared(who, facts);
                facts.situation.live.clear();
                facts.aware = false;
            }),
            when("as A, but it is no event", |who, facts| {
                shared(who, facts);
                facts.resource.category = Some(Category::Med);
            }),
            when("as A, the patient has blocked it", |who, facts| {
                shared(who, facts);
                facts.situation.blocked = true;
            }),
            when("as A, with a conflict of interest", |who, facts| {
                shared(who, facts);
                facts.situation.conflict = who.place().is_some();
            }),
        ],
        acts: &["ChooseEvent", "WithdrawEventChoice"],
    },
];

fn conflict(who: &Caller, facts: &mut Facts) {
    own(who, facts);
    facts.situation.conflict = who.place().is_some();
}

/// The child's words, which one's own unit owns.
fn said(who: &Caller, facts: &mut Facts) {
    own(who, facts);
    facts.resource.category = Some(Category::Voice);
}

/// A significant event of child psychiatry's, shared with the caller on a consent. They are the
/// case's named owner.
fn shared(who: &Caller, facts: &mut Facts) {
    own(who, facts);
    facts.resource.owner = Some(callers::place(UnitKind::ChildPsychiatry));
    facts.resource.category = Some(Category::Chrono);
    facts.situation.inside = false;
    facts.situation.own_agency = false;
    facts.situation.named_owner = who.place().is_some();
    let publication = PublicationId::nobody();
    facts.situation.live = vec![Opening { ground: Ground::Consent, publication, consent: None }];
}
