//! The draw: what each rule finds, and that the sample depends on nothing but terms and log.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::ledger::{FactSheet, redraw, sample};

fn terms(rules: &[(SamplingRule, Amount)]) -> DrawTerms {
    DrawTerms {
        seed: "000102030405060708090a0b0c0d0e0f".to_owned(),
        rules: rules.to_vec(),
        zone: chrono_tz::Europe::Stockholm,
        night_from_hour: 22,
        night_to_hour: 6,
        night_roles: vec!["emergency_social_worker".to_owned()],
        bulk_children_per_hour: 2,
        newsworthy: None,
    }
}

fn every(amount: Amount) -> Vec<(SamplingRule, Amount)> {
    SamplingRule::ALL.iter().map(|rule| (*rule, amount)).collect()
}

fn child(n: u128) -> ChildId {
    ChildId::new(Uuid::from_u128(n))
}

/// An entry of staff to whom something about a child was shown, by day and in order.
fn entry(n: u64) -> (Header, Vec<Record>) {
    let mut header = sample::header(2 * n + 1);
    header.at = "2026-11-23T10:00:00Z".parse().unwrap();
    let mut record = sample::record(0);
    let facts = json!({ "act": "ReadItem", "situation": { "assigned": true } });
    record.facts = Some(FactSheet::new(facts).unwrap());
    (header, vec![record])
}

fn drawn(terms: &DrawTerms, log: &[(Header, Vec<Record>)]) -> Vec<RuleSample> {
    let mut sampler = Sampler::new(terms);
    for (index, (header, records)) in (0..).zip(log) {
        let hash = Hash::of(format!("leaf {index}").as_bytes());
        let seen = SeenEntry { index, hash, time: header.at, header, records };
        sampler.see(&seen, &BTreeSet::new());
    }
    sampler.finish()
}

fn found(rule: SamplingRule, log: &[(Header, Vec<Record>)]) -> Vec<u64> {
    drawn(&terms(&[(rule, Amount::ALL)]), log).remove(0).candidates
}

/// Whether a rule finds an entry that was changed so.
fn finds(rule: SamplingRule, change: impl FnOnce(&mut Header, &mut Vec<Record>)) -> bool {
    let (mut header, mut records) = entry(0);
    change(&mut header, &mut records);
    !found(rule, &[(header, records)]).is_empty()
}

fn facts(records: &mut [Record], situation: serde_json::Value) {
    let facts = json!({ "act": "ReadItem", "situation": situation });
    records[0].facts = Some(FactSheet::new(facts).unwrap());
}

#[test]
fn an_ordinary_access_is_found_at_random_only() {
    for rule in SamplingRule::ALL {
        assert_eq!(finds(*rule, |_, _| {}), *rule == SamplingRule::Random, "{}", rule.code());
    }
}

#[test]
fn an_emergency_is_what_it_opened_and_the_opening() {
    let rule = SamplingRule::BreakGlass;
    assert!(finds(rule, |header, _| header.decision = Decision::PermitOverride));
    assert!(finds(rule, |header, _| header.action = EMERGENCY.to_owned()));
    assert!(!finds(rule, |header, _| {
        header.action = EMERGENCY.to_owned();
        header.decision = Decision::Deny;
    }));
}

#[test]
fn night_is_local_and_not_for_those_whose_work_it_is() {
    let rule = SamplingRule::Night;
    // 21:30 UTC is half past ten in winter and half past eleven in summer.
    for (at, night) in [
        ("2026-11-23T20:59:59Z", false),
        ("2026-11-23T21:00:00Z", true),
        ("2026-11-24T04:59:59Z", true),
        ("2026-11-24T05:00:00Z", false),
        ("2026-07-01T20:00:00Z", true),
        ("2026-07-01T04:00:00Z", false),
    ] {
        assert_eq!(finds(rule, |header, _| header.at = at.parse().unwrap()), night, "{at}");
    }
    let at = "2026-11-23T23:00:00Z".parse().unwrap();
    assert!(!finds(rule, |header, _| {
        header.at = at;
        header.actor.role = Some("emergency_social_worker".to_owned());
    }));
    assert!(!finds(rule, |header, records| {
        header.at = at;
        records.clear();
    }));
}

#[test]
fn facts_of_a_record_tell_of_protection_and_assignment() {
    let protected = json!({ "protected": true, "assigned": true });
    assert!(finds(SamplingRule::Protected, |_, records| facts(records, protected.clone())));
    assert!(!finds(SamplingRule::Protected, |header, records| {
        facts(records, protected);
        header.decision = Decision::Deny;
    }));
    let unassigned = |_: &mut Header, records: &mut Vec<Record>| facts(records, json!({}));
    assert!(finds(SamplingRule::Unassigned, unassigned));
    assert!(!finds(SamplingRule::Unassigned, |header, records| {
        unassigned(header, records);
        records[0].case = None;
    }));
    assert!(!finds(SamplingRule::Unassigned, |header, records| {
        unassigned(header, records);
        header.decision = Decision::PermitOverride;
    }));
    assert!(!finds(SamplingRule::Unassigned, |header, records| {
        unassigned(header, records);
        header.actor.kind = ActorKind::Citizen;
    }));
}

#[test]
fn an_attempt_is_found_when_it_was_about_a_child() {
    let refuse = |header: &mut Header, records: &mut Vec<Record>| {
        header.decision = Decision::Deny;
        records[0].effect = Effect::Refused;
    };
    assert!(finds(SamplingRule::Refused, refuse));
    assert!(!finds(SamplingRule::Refused, |header, records| {
        refuse(header, records);
        records[0].child = None;
    }));
}

#[test]
fn bulk_is_the_access_that_comes_past_the_limit_within_an_hour() {
    let of = |n: u128, minute: i64| {
        let (mut header, mut records) = entry(0);
        header.at += TimeDelta::minutes(minute);
        records[0].child = Some(child(n));
        (header, records)
    };
    // Two children are seen, one of them twice; the third is one too many, the fourth no news.
    let log =
        [of(1, 0), of(2, 5), of(2, 10), of(3, 15), of(4, 20), of(5, 60), of(1, 61), of(2, 62)];
    assert_eq!(found(SamplingRule::Bulk, &log), [3, 7]);
    let mut other = log.to_vec();
    other[3].0.actor.id = Some(Uuid::from_u128(0x999));
    assert_eq!(found(SamplingRule::Bulk, &other), [4, 7], "each for themselves");
    let mut page = of(1, 0);
    page.1 = (1..=3).map(|n| Record { child: Some(child(n)), ..page.1[0].clone() }).collect();
    assert_eq!(found(SamplingRule::Bulk, &[page]), [0], "a list shows many at once");
}

#[test]
fn after_the_news_everybodys_first_access_is_found() {
    let of = |actor: u128, seen: u128, hour: i64| {
        let (mut header, mut records) = entry(0);
        header.at += TimeDelta::hours(hour);
        header.actor.id = Some(Uuid::from_u128(actor));
        records[0].child = Some(child(seen));
        (header, records)
    };
    let log = [of(1, 7, 0), of(1, 7, 5), of(1, 7, 6), of(2, 8, 6), of(2, 7, 7), of(3, 7, 8)];
    let mut terms = terms(&[(SamplingRule::Newsworthy, Amount::ALL)]);
    assert_eq!(drawn(&terms, &log)[0].candidates, [0; 0], "no news, no candidate");
    let from = entry(0).0.at + TimeDelta::hours(4);
    terms.newsworthy = Some(Newsworthy { child: child(7), from });
    assert_eq!(drawn(&terms, &log)[0].candidates, [1, 4, 5]);
}

#[test]
fn what_a_register_knows_is_told_from_outside() {
    let terms = terms(&[(SamplingRule::SameSurname, Amount::ALL)]);
    let mut sampler = Sampler::new(&terms);
    let (header, records) = entry(0);
    for index in 0..4 {
        let hash = Hash::of(&[index as u8]);
        let seen = SeenEntry { index, hash, time: header.at, header: &header, records: &records };
        let known = (index == 2).then_some(SamplingRule::SameSurname);
        sampler.see(&seen, &known.into_iter().collect());
    }
    assert_eq!(sampler.finish()[0].drawn, [2]);
}

#[test]
fn terms_read_back_and_no_others_do() {
    let mut terms =
        terms(&[(SamplingRule::BreakGlass, Amount::ALL), (SamplingRule::Random, Amount::Count(7))]);
    assert_eq!(DrawTerms::parse(&terms.bytes()).unwrap(), terms);
    terms.newsworthy = Some(Newsworthy { child: child(7), from: entry(0).0.at });
    let bytes = terms.bytes();
    assert_eq!(DrawTerms::parse(&bytes).unwrap(), terms);
    let text = String::from_utf8(bytes).unwrap();
    for (from, to) in [
        ("Europe/Stockholm", "Europe/Samsyn"),
        ("\"random\"", "\"at_random\""),
        ("{\"count\":7,", "{"),
        ("\"seed\"", "\"sead\""),
    ] {
        assert!(DrawTerms::parse(text.replace(from, to).as_bytes()).is_err(), "{to}");
    }
}

#[test]
fn an_export_alone_gives_the_same_sample() {
    let log = sample::log(40);
    let terms = terms(&every(Amount::Permille(300)));
    let mut sampler = Sampler::new(&terms);
    let surname = SamplingRule::SameSurname;
    let places = BTreeMap::from([(surname, BTreeSet::from([3, 8, 9, 20, 33, 35]))]);
    for index in 4..36 {
        let leaf = &log.leaves[index as usize];
        let header = Header::parse(&log.entries[index as usize].header).unwrap().0;
        let records: Vec<Record> = leaf
            .open
            .iter()
            .map(|place| &log.entries[index as usize].records[*place as usize].bytes)
            .map(|bytes| Record::parse(bytes).unwrap())
            .collect();
        let known = places[&surname].contains(&index).then_some(surname);
        let entry = SeenEntry {
            index,
            hash: leaf.hash(),
            time: leaf.time,
            header: &header,
            records: &records,
        };
        sampler.see(&entry, &known.into_iter().collect());
    }
    let sample = sampler.finish();
    let random = sample.iter().find(|it| it.rule == SamplingRule::Random).unwrap();
    assert_eq!((random.candidates.len(), random.drawn.len()), (32, 10));
    let export = log.export(4, 36);
    assert_eq!(redraw(export.as_slice(), &terms, &places).unwrap(), sample);
    let other = DrawTerms { seed: "f".repeat(32), ..terms };
    assert_ne!(redraw(export.as_slice(), &other, &places).unwrap(), sample);
}

/// An entry in one of a few shapes.
fn shape(of: u8) -> (Header, Vec<Record>) {
    let (mut header, mut records) = entry(u64::from(of));
    header.at += TimeDelta::minutes(i64::from(of) * 20);
    records[0].child = Some(child(u128::from(of % 5)));
    match of % 4 {
        0 => header.decision = Decision::PermitOverride,
        1 => header.decision = Decision::Deny,
        2 => facts(&mut records, json!({ "protected": true })),
        _ => {}
    }
    (header, records)
}

proptest! {
    #[test]
    fn the_share_is_kept_and_every_emergency_is_drawn(
        shapes in proptest::collection::vec(any::<u8>(), 0..60),
        permille in 1u16..=1000,
        seed in "[0-9a-f]{32}",
    ) {
        let log: Vec<_> = shapes.iter().map(|of| shape(*of)).collect();
        let mut rules = every(Amount::Permille(permille));
        rules[0].1 = Amount::ALL;
        let terms = DrawTerms { seed, ..terms(&rules) };
        let sample = drawn(&terms, &log);
        for (it, (rule, amount)) in sample.iter().zip(&rules) {
            prop_assert_eq!(it.rule, *rule);
            prop_assert_eq!(it.drawn.len() as u64, amount.of(it.candidates.len() as u64));
            prop_assert!(it.drawn.iter().all(|index| it.candidates.contains(index)));
        }
        let emergencies = |(_, (header, _)): &(u64, &(Header, Vec<Record>))| {
            header.decision == Decision::PermitOverride
        };
        let emergencies: Vec<u64> = (0..).zip(&log).filter(emergencies).map(|(n, _)| n).collect();
        prop_assert_eq!(&sample[0].drawn, &emergencies);
        prop_assert_eq!(&drawn(&terms, &log), &sample);
    }

    #[test]
    fn more_entries_take_no_other_place_in_the_ranking(
        shapes in proptest::collection::vec(any::<u8>(), 1..40),
        cut in 0usize..40,
    ) {
        // Of the entries before the cut, those drawn from the whole are among the lowest before.
        let log: Vec<_> = shapes.iter().map(|of| shape(*of)).collect();
        let cut = cut.min(log.len());
        let terms = terms(&[(SamplingRule::Random, Amount::Count(5))]);
        let (whole, part) = (drawn(&terms, &log), drawn(&terms, &log[..cut]));
        let before = whole[0].drawn.iter().filter(|index| **index < cut as u64);
        for index in before {
            prop_assert!(part[0].drawn.contains(index));
        }
    }
}
