//! How long one decision takes, with the shipped rules and the facts in memory: what the rules read
//! is built, the rules of the act are weighed, and what may not be known is asked of the ghost.
//!
//! `cargo bench --bench decision`, or `just bench`. Each question's name tells how many rules bear
//! on its act.

use std::collections::BTreeMap;
use std::hint::black_box;

use chrono::DateTime;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use samsyn::access::act::{PublishItem, ReadCase, ReadItem, ReadPlan, Recipient};
use samsyn::access::facts::{
    Acting, Age, Facts, Opening, PartyStanding, Principal, PrincipalKind, Resource, Situation,
};
use samsyn::access::{Act, Policy, decide};
use samsyn::domain::agency::{AgencyKind, Place, Role, SecrecyRegime, UnitKind};
use samsyn::domain::category::Category;
use samsyn::domain::ground::Ground;
use samsyn::domain::ids::{AgencyId, CaseId, ChildId, ItemId, PlanId, PublicationId, UnitId};
use uuid::Uuid;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn clinic() -> Place {
    Place {
        unit: UnitId::new(id(1)),
        unit_kind: UnitKind::ChildPsychiatry,
        agency: AgencyId::new(id(2)),
        agency_kind: AgencyKind::Health,
        public: true,
        regime: SecrecyRegime::Osl25_1,
    }
}

fn social() -> Place {
    Place {
        unit: UnitId::new(id(3)),
        unit_kind: UnitKind::SocialServices,
        agency: AgencyId::new(id(4)),
        agency_kind: AgencyKind::Social,
        public: true,
        regime: SecrecyRegime::Osl26_1,
    }
}

/// A caseworker or clinician at `place`, assigned to the case, before the clinic's item.
fn facts(place: Place, role: Role) -> Facts {
    let inside = place == clinic();
    Facts {
        now: DateTime::UNIX_EPOCH,
        principal: Principal {
            kind: PrincipalKind::Staff {
                agency: place.agency,
                agency_kind: place.agency_kind,
                public: place.public,
            },
            id: id(5),
            name: Some("A clinician".to_owned()),
            assurance: 3,
            acting: Some(Acting { place, roles: vec![role] }),
            home: None,
            hour: 10,
            duties: vec![role],
        },
        resource: Resource {
            id: Some(id(6)),
            owner: Some(clinic()),
            category: Some(Category::Med),
            child: Some(ChildId::new(id(7))),
            case: Some(CaseId::new(id(8))),
        },
        situation: Situation {
            assigned: true,
            party: PartyStanding::Active,
            inside,
            own_agency: inside,
            agency_party: true,
            age: Age(10),
            ..Situation::default()
        },
        aware: true,
        seen: vec![(ChildId::new(id(7)), 3)],
    }
}

fn own() -> Facts {
    facts(clinic(), Role::Clinician)
}

fn shared(ground: Ground) -> Facts {
    let mut facts = facts(social(), Role::Caseworker);
    let publication = PublicationId::new(id(9));
    facts.situation.live.push(Opening { ground, publication, consent: None });
    facts
}

fn hidden() -> Facts {
    Facts { aware: false, ..facts(social(), Role::Caseworker) }
}

fn publishing() -> Facts {
    let mut facts = own();
    facts.situation.ground = Some(Ground::ChildH);
    facts.situation.reasoned = true;
    facts.situation.recipient = Some(social());
    facts.situation.recipient_party = true;
    facts
}

fn coordinating() -> Facts {
    let mut facts = own();
    facts.situation.coordinator = true;
    facts.resource.category = Some(Category::Plan);
    facts
}

fn decisions(criterion: &mut Criterion) {
    let policy = Policy::embedded().expect("the built-in rules");
    let rules: BTreeMap<&str, usize> = policy.bearing().collect();
    let item = ItemId::new(id(6));
    let publish = publish(item);
    ask(criterion, &policy, &rules, "one's own item", ReadItem { item }, own());
    let by = shared(Ground::ChildH);
    ask(criterion, &policy, &rules, "another's item, shared", ReadItem { item }, by);
    ask(criterion, &policy, &rules, "an item that is hidden", ReadItem { item }, hidden());
    let missing = hidden().ghost();
    ask(criterion, &policy, &rules, "an item that is not there", ReadItem { item }, missing);
    ask(criterion, &policy, &rules, "to publish", publish, publishing());
    let case = CaseId::new(id(8));
    ask(criterion, &policy, &rules, "a case", ReadCase { case }, own());
    let plan = PlanId::new(id(10));
    ask(criterion, &policy, &rules, "a plan", ReadPlan { plan }, coordinating());
}

fn publish(item: ItemId) -> PublishItem {
    PublishItem {
        item,
        to: Recipient::Unit(social().unit),
        ground: Ground::ChildH,
        reasoned: true,
        harm: None,
        investigation: false,
        despite_wish: false,
    }
}

fn ask<A: Act>(
    criterion: &mut Criterion,
    policy: &Policy,
    rules: &BTreeMap<&str, usize>,
    name: &str,
    act: A,
    facts: Facts,
) {
    let bearing = rules.get(A::NAME).copied().unwrap_or_default();
    criterion.bench_function(&format!("{} ({bearing} rules): {name}", A::NAME), |bencher| {
        let given = || (act.clone(), facts.clone());
        bencher.iter_batched(
            given,
            |(act, facts)| black_box(decide(policy, act, facts).is_ok()),
            BatchSize::SmallInput,
        );
    });
}

criterion_group!(benches, decisions);
criterion_main!(benches);
