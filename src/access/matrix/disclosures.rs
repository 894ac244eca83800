//! Situations of disclosures: on which ground to whom, what the owner does with one afterwards,
//! what an investigation asks for, what the family is shown.

use uuid::Uuid;

use super::callers::{self, Caller, Kin as Belongs};
use super::situations::{Section, opening, other, own, stranger, when};
use crate::access::facts::{Facts, Kin};
use crate::domain::agency::{Place, UnitKind};
use crate::domain::category::Category;
use crate::domain::ground::Ground;
use crate::domain::harm::HarmResult;
use crate::domain::ids::{ConsentId, UnitId};

pub(super) const SECTIONS: &[Section] = &[
    Section {
        title: "Publishing an item",
        situations: &[
            when("own item to another party, consent binds today", publish_on_consent),
            when("own item to another party, no consent that covers it", |who, facts| {
                publish(who, facts, Ground::Consent, UnitKind::School);
            }),
            when("own item to the police, consent binds today", |who, facts| {
                publish(who, facts, Ground::Consent, UnitKind::Police);
                facts.situation.consent = Some(ConsentId::new(Uuid::from_u128(3)));
            }),
            when("own item to social services by OSL 25:12, with a reason", |who, facts| {
                publish(who, facts, Ground::ChildH, UnitKind::SocialServices);
            }),
            when("own item to child psychiatry by OSL 26:9, with a reason", |who, facts| {
                publish(who, facts, Ground::ChildS, UnitKind::ChildPsychiatry);
            }),
            when("own item to student health by OSL 25:13 a", |who, facts| {
                publish(who, facts, Ground::Emi, UnitKind::StudentHealth);
            }),
            when("own item to social services after a harm test: clearly no harm", |who, facts| {
                publish(who, facts, Ground::HarmTest, UnitKind::SocialServices);
                facts.situation.harm = Some(HarmResult::ClearlyNoHarm);
            }),
            when("own item to social services after a harm test: no harm", |who, facts| {
                publish(who, facts, Ground::HarmTest, UnitKind::SocialServices);
                facts.situation.harm = Some(HarmResult::NoHarm);
            }),
            when("own item to social services after a harm test: harm", |who, facts| {
                publish(who, facts, Ground::HarmTest, UnitKind::SocialServices);
                facts.situation.harm = Some(HarmResult::Harm);
            }),
            when(
                "own item to social services, which has asked in an investigation",
                |who, facts| {
                    publish(who, facts, Ground::Invest, UnitKind::SocialServices);
                    facts.situation.requested = true;
                },
            ),
            when("as J, not asked and without the investigation's number", |who, facts| {
                publish(who, facts, Ground::Invest, UnitKind::SocialServices);
            }),
            when("own item to another unit of the agency under the same secrecy", inner),
            when("own item to a guardian", |who, facts| {
                show(who, facts, Ground::Guardian, Kin::Guardian);
            }),
            when("own item to a guardian from whom it is hidden", |who, facts| {
                show(who, facts, Ground::Guardian, Kin::Guardian);
                facts.situation.recipient_hidden = true;
            }),
            when("own item to a guardian, the child decides alone", |who, facts| {
                show(who, facts, Ground::Guardian, Kin::Guardian);
                facts.situation.disposes = true;
            }),
            when("own item to the child", |who, facts| {
                show(who, facts, Ground::Own, Kin::Child);
            }),
            when("own item to a parent without custody", |who, facts| {
                show(who, facts, Ground::Guardian, Kin::Other);
            }),
            when("as A, the item is about others than the child", |who, facts| {
                publish_on_consent(who, facts);
                facts.resource.category = facts.resource.category.and(Some(Category::Third));
            }),
            when("as A, on the ground of an emergency", |who, facts| {
                publish(who, facts, Ground::Emergency, UnitKind::School);
            }),
            when("to social services without consent; the family wished for less", |who, facts| {
                publish_without_consent(who, facts);
                facts.situation.narrower_wish = true;
            }),
            when("to social services without consent and without a reason", |who, facts| {
                publish_without_consent(who, facts);
                facts.situation.reasoned = false;
                facts.situation.harm = None;
            }),
            when("as A, but the recipient does not take part", |who, facts| {
                publish_on_consent(who, facts);
                facts.situation.recipient_party = false;
            }),
            when("as A, but the item belongs to another unit", |who, facts| {
                publish_on_consent(who, facts);
                facts.situation.inside = false;
            }),
            when("as A, but not assigned", |who, facts| {
                publish_on_consent(who, facts);
                facts.situation.assigned = false;
            }),
        ],
        acts: &["PublishItem"],
    },
    Section {
        title: "What the family reads of an item",
        situations: &[
            when("shown to them by the owner", shown),
            when("not shown", |who, facts| {
                shown(who, facts);
                facts.situation.live.clear();
                facts.aware = false;
            }),
            when("shown; hidden from the guardian since", |who, facts| {
                shown(who, facts);
                facts.situation.hidden = facts.situation.guardian;
            }),
            when("shown; the child decides alone since", |who, facts| {
                shown(who, facts);
                facts.situation.disposes = true;
            }),
        ],
        acts: &["ReadItem"],
    },
    Section {
        title: "After a disclosure",
        situations: &[
            when("assigned, one's own unit's item", own),
            when("assigned, another unit's item, published to one", |who, facts| {
                other(who, facts);
                facts.situation.live = vec![opening(Ground::Consent)];
            }),
            when("no assignment, or another family", stranger),
        ],
        acts: &[
            "PreviewDisclosure",
            "ListPublications",
            "RevokePublication",
            "MarkMissent",
            "ListOpenings",
            "AddAddendum",
        ],
    },
    Section {
        title: "What an investigation asks for",
        situations: &[
            when("assigned, of a unit in the case, with the number", asking),
            when("as A, without the number", |who, facts| {
                asking(who, facts);
                facts.situation.investigation = false;
            }),
            when("as A, of a unit that takes no part", |who, facts| {
                asking(who, facts);
                facts.situation.recipient_party = false;
            }),
            when("no assignment, or another family", stranger),
        ],
        acts: &["RequestInformation", "ListInformationRequests"],
    },
];

/// One's own item is to be published to a unit of another kind that takes part.
fn publish(who: &Caller, facts: &mut Facts, ground: Ground, to: UnitKind) {
    own(who, facts);
    facts.situation.ground = Some(ground);
    facts.situation.reasoned = true;
    facts.situation.recipient = Some(callers::place(to));
    facts.situation.recipient_party = true;
}

fn publish_on_consent(who: &Caller, facts: &mut Facts) {
    publish(who, facts, Ground::Consent, UnitKind::School);
    facts.situation.consent = Some(ConsentId::new(Uuid::from_u128(3)));
}

/// To social services on the ground that the owner has without consent.
fn publish_without_consent(who: &Caller, facts: &mut Facts) {
    let ground = match who.place().map(|place| place.unit_kind) {
        Some(UnitKind::School | UnitKind::SchoolSocialTeam | UnitKind::StudentHealth) => {
            Ground::HarmTest
        }
        Some(UnitKind::SocialServices) => Ground::ChildS,
        _ => Ground::ChildH,
    };
    publish(who, facts, ground, UnitKind::SocialServices);
    facts.situation.harm = Some(HarmResult::ClearlyNoHarm);
}

/// To another unit like one's own, of the same agency.
fn inner(who: &Caller, facts: &mut Facts) {
    publish(who, facts, Ground::Inner, UnitKind::School);
    let unit = UnitId::new(Uuid::from_u128(6));
    facts.situation.recipient = who.place().map(|place| Place { unit, ..place });
}

/// One's own item is to be shown to a private person.
fn show(who: &Caller, facts: &mut Facts, ground: Ground, kin: Kin) {
    own(who, facts);
    facts.situation.ground = Some(ground);
    facts.situation.recipient_person = Some(kin);
}

/// A health unit's item that the owner has shown to the family.
fn shown(who: &Caller, facts: &mut Facts) {
    other(who, facts);
    match who.kin {
        Belongs::Guardian => facts.situation.live = vec![opening(Ground::Guardian)],
        Belongs::Themself(_) => facts.situation.live = vec![opening(Ground::Own)],
        Belongs::None => facts.aware = false,
    }
}

fn asking(who: &Caller, facts: &mut Facts) {
    own(who, facts);
    facts.situation.recipient = Some(callers::place(UnitKind::School));
    facts.situation.recipient_party = true;
    facts.situation.investigation = true;
}
