//! Situations at the walls: what is blocked, hidden or a third person's, who puts it up, and what the
//! family itself may read.

use super::callers::{self, Caller, Kin};
use super::situations::{Section, own, protect, stranger, when};
use crate::access::facts::Facts;
use crate::domain::agency::UnitKind;
use crate::domain::category::Category;

pub(super) const SECTIONS: &[Section] = &[
    Section {
        title: "What the family reads of a plan",
        situations: &[
            when("the plan is active", active),
            when("the plan is a draft", |who, facts| {
                active(who, facts);
                facts.situation.in_force = false;
                facts.aware = false;
            }),
            when("active; the child decides alone", |who, facts| {
                active(who, facts);
                facts.situation.disposes = true;
                facts.aware = who.kin != Kin::Guardian;
            }),
            when("active; the guardian is barred from the matter", |who, facts| {
                active(who, facts);
                facts.situation.hidden = facts.situation.guardian;
            }),
            when("active; the child's identity is protected", |who, facts| {
                protect(who, facts);
                facts.situation.in_force = true;
                facts.aware = who.kin != Kin::None;
            }),
            when("active; a parent without custody, or anybody else", |who, facts| {
                stranger(who, facts);
                facts.situation.in_force = true;
            }),
        ],
        acts: &["ReadPlan", "ListOwnPlans"],
    },
    Section {
        title: "An item behind a wall",
        situations: &[
            when("a health item of one's own unit, which the patient has blocked", |who, facts| {
                health(who, facts);
                facts.situation.blocked = true;
            }),
            when("a third person's circumstances, of one's own unit", |who, facts| {
                own(who, facts);
                facts.resource.category = Some(Category::Third);
            }),
            when("one's own unit's item, hidden from the guardian", |who, facts| {
                own(who, facts);
                facts.situation.hidden = facts.situation.guardian;
            }),
            when("one's own unit's item; the child's identity is protected", |who, facts| {
                protect(who, facts);
                facts.resource.category = Some(Category::Addr);
                facts.aware = true;
            }),
        ],
        acts: &["ReadItem"],
    },
    Section {
        title: "Who puts up a wall",
        situations: &[
            when(
                "assigned; a health item of one's own unit, and the patient asks",
                |who, facts| {
                    health(who, facts);
                    facts.situation.patient_asks = true;
                },
            ),
            when("as A, but a guardian asks", health),
            when("assigned; one's own unit coordinates, and owns the item", own),
            when("assigned; another unit coordinates, and owns the item", |who, facts| {
                own(who, facts);
                facts.situation.coordinator = false;
                facts.situation.inside = false;
            }),
            when("what the child itself has said", |who, facts| {
                own(who, facts);
                facts.resource.category = Some(Category::Voice);
            }),
            when("no assignment, or another family", stranger),
            when("as C, with a conflict of interest", |who, facts| {
                own(who, facts);
                facts.situation.conflict = true;
            }),
        ],
        acts: &["BlockItem", "LiftBlock", "HideFromGuardian", "BarGuardian", "DeclareConflict"],
    },
    Section {
        title: "Who has looked, told to the family",
        situations: &[
            when("one's own child, or oneself; the log of one's own agency", extract),
            when("as A, the child decides alone", |who, facts| {
                extract(who, facts);
                facts.situation.disposes = true;
            }),
            when("as A, the guardian is barred from the matter", |who, facts| {
                extract(who, facts);
                facts.situation.hidden = facts.situation.guardian;
                facts.situation.recipient_hidden = true;
            }),
            when("as A, with a conflict of interest", |who, facts| {
                extract(who, facts);
                facts.situation.conflict = who.place().is_some();
            }),
            when("asked by somebody else; another agency's log", |who, facts| {
                stranger(who, facts);
                facts.aware = false;
            }),
        ],
        acts: &[
            "AskAccessExtract",
            "ListOwnAccessExtracts",
            "ListAccessExtracts",
            "PrepareAccessExtract",
            "DecideAccessExtract",
            "ReadAccessExtract",
            "PrintAccessExtract",
        ],
    },
];

/// An extract that one has asked for oneself, or is to answer.
fn extract(who: &Caller, facts: &mut Facts) {
    own(who, facts);
    let situation = &mut facts.situation;
    situation.own_agency = who.place().is_some();
    situation.own_act = situation.guardian || situation.themself;
    situation.recipient_person = Some(crate::access::facts::Kin::Guardian);
    facts.aware = situation.own_agency || situation.own_act;
}

/// The plan of one's own case is active.
fn active(who: &Caller, facts: &mut Facts) {
    own(who, facts);
    facts.situation.in_force = true;
}

/// The item is health care's, and one's own.
fn health(who: &Caller, facts: &mut Facts) {
    own(who, facts);
    facts.resource.owner = Some(callers::place(UnitKind::ChildPsychiatry));
    facts.resource.category = Some(Category::Med);
}
