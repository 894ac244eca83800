//! The decision against an oracle that knows neither policies nor queries, in many random worlds;
//! and the list against one-by-one reads.
//!
//! `SAMSYN_WORLDS` sets how many; `just worlds` asks for 100,000.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use fastrand::Rng;

use super::oracle::{Asker, may_read};
use super::worlds::{
    AGENCY, CASE, FAMILY, ITEM, PLACES, Recipient, STAFF, World, agency_index, ground_sql,
};
use super::*;
use crate::access::act::{ListItems, ReadItem};
use crate::access::decide;
use crate::store::facts::{Album, Gathering};
use crate::store::means::{Locking, Means};

/// Worlds when nobody says.
const WORLDS: u64 = 400;
/// Questions in each.
const QUESTIONS: usize = 8;
/// The family's official test numbers: the child's first.
const NUMBERS: [&str; FAMILY.len()] =
    ["200302022389", "191212121212", "196101182803", "189602029812"];

fn wanted() -> u64 {
    let asked = std::env::var("SAMSYN_WORLDS").ok();
    asked.map_or(WORLDS, |text| text.parse().expect("a number of worlds"))
}

fn number(index: usize) -> IdentityNumber {
    IdentityNumber::parse(NUMBERS[index]).unwrap()
}

fn actor(asker: Asker) -> Actor {
    match asker {
        Asker::Staff(who, assurance) => {
            let (subject, place, _) = STAFF[who];
            let agency = agency_index(PLACES[place].agency);
            let agencies = vec![worlds_id(AGENCY, agency)];
            let who = Who::Staff { issuer: "i".into(), subject: subject.into(), agencies };
            Actor::for_test(who, assurance)
        }
        Asker::Family(who, assurance) => {
            let who = Who::Citizen { issuer: "i".into(), number: number(who) };
            Actor::for_test(who, assurance)
        }
    }
}

fn worlds_id<Of>(kind: u8, index: usize) -> Id<Of> {
    Id::new(worlds::uuid(kind, index).parse().unwrap())
}

/// Anybody; more often those who stand close to the item.
fn asker(world: &World, rng: &mut Rng) -> Asker {
    let assurance = if rng.u8(..20) == 0 { 2 } else { 3 };
    let meant = world.publications.iter().map(|made| made.to);
    let mut close: Vec<Recipient> = meant.chain([Recipient::Unit(world.owner)]).collect();
    close.extend(world.broken.map(|(who, _)| Recipient::Unit(STAFF[who].1)));
    match rng.u8(..10) {
        0 => Asker::Family(rng.usize(..FAMILY.len()), assurance),
        1..4 => Asker::Staff(rng.usize(..STAFF.len()), assurance),
        _ => match close[rng.usize(..close.len())] {
            Recipient::Person(who) => Asker::Family(who, assurance),
            Recipient::Unit(unit) => {
                let there: Vec<_> = (0..STAFF.len()).filter(|who| STAFF[*who].1 == unit).collect();
                Asker::Staff(there[rng.usize(..there.len())], assurance)
            }
        },
    }
}

fn decided(database: &mut db::Database, means: &Means, actor: &Actor) -> bool {
    let act = ReadItem { item: worlds_id(ITEM, 0) };
    let facts = act
        .gather(&mut Gathering::new(database, means, actor, Locking::No, &mut Album::default()))
        .unwrap();
    decide(&means.policy, act, facts).is_ok()
}

fn listed(database: &mut db::Database, means: &Means, actor: &Actor) -> bool {
    let act = ListItems { case: worlds_id(CASE, 0) };
    let facts = act
        .gather(&mut Gathering::new(database, means, actor, Locking::No, &mut Album::default()))
        .unwrap();
    let Ok(permit) = decide(&means.policy, act, facts) else { return false };
    let call =
        Call { actor: actor.clone(), request: "r".into(), purpose: None, reason: None, once: None };
    let mut work = Work::new(database, &permit, means, &call);
    let rows = work.items(Page { after: None, limit: 10 }).unwrap();
    rows.len() == 1
}

#[test]
fn the_decision_agrees_with_the_oracle_in_random_worlds() {
    let house = House::empty();
    let means = &house.store.inner.means;
    let digests = std::array::from_fn(|index| means.vault.digest(&number(index)));
    let mut database = house.store.inner.place.connect().unwrap();
    database.batch_execute(&ground_sql()).unwrap();
    let (mut permitted, mut asked) = (0_u64, 0_u64);
    let mut differences = Vec::new();
    for seed in 0..wanted() {
        let world = World::of(seed);
        let rng = &mut Rng::with_seed(seed ^ 0x5eed);
        let done = database.transaction(|database| {
            database.batch_execute(&world.sql(&digests)).unwrap();
            for _ in 0..QUESTIONS {
                let asker = asker(&world, rng);
                let (expected, actor) = (may_read(&world, asker), actor(asker));
                let found = decided(database, means, &actor);
                asked += 1;
                permitted += u64::from(found);
                if found != expected {
                    differences.push(format!(
                        "{asker:?}: expected {expected}, found {found}, seed {seed}: {world:?}"
                    ));
                }
                let in_list = listed(database, means, &actor);
                // The list is the case's: who is let into the case sees there what they may read.
                assert!(!in_list || found, "listed but not readable: {asker:?} {world:?}");
                if let (Asker::Staff(..), true) = (asker, found) {
                    assert!(in_list, "readable but not listed: {asker:?} {world:?}");
                }
            }
            Err::<(), _>(diesel::result::Error::RollbackTransaction)
        });
        assert_eq!(done, Err(diesel::result::Error::RollbackTransaction));
    }
    println!("{} worlds, {asked} questions, {permitted} permitted", wanted());
    for difference in differences.iter().take(5) {
        eprintln!("{difference}\n");
    }
    assert!(differences.is_empty(), "{} differences", differences.len());
    assert!(permitted * 10 > asked, "worlds in which hardly anything is permitted prove little");
}
