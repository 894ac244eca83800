//! Many at once: what is read, withdrawn and changed at the same moment.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use samsyn::ledger::{Decision, Effect, Outcome};
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::house::{Answer, Caller, House, on_each_backend};
use crate::support::ledger::Entry;
use crate::support::scene::{Scene, given, taken_back};

const READERS: usize = 32;
const WRITERS: usize = 16;
/// Reads that must have been answered before the consent is taken back.
const READS_BEFORE: usize = 200;
/// How often the consent is taken back and given again.
const TURNS: usize = 10;
/// How long the story waits for something that must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// How the readers stand with each other and with the guardian.
#[derive(Default)]
struct Course {
    shown: AtomicUsize,
    refused: AtomicUsize,
    /// The withdrawal was answered: no read that begins now may show anything.
    withdrawn: AtomicBool,
    /// Reads that began after the withdrawal was answered, and showed something.
    late: AtomicUsize,
    /// The readers shall stop.
    over: AtomicBool,
}

/// Reads the item until it is refused.
async fn read_until_refused(reader: Caller, path: String, course: Arc<Course>) -> Answer {
    loop {
        let after = course.withdrawn.load(Ordering::SeqCst);
        let answer = reader.get(&path).await;
        match answer.status {
            200 => {
                course.shown.fetch_add(1, Ordering::SeqCst);
                course.late.fetch_add(usize::from(after), Ordering::SeqCst);
            }
            _ => {
                course.refused.fetch_add(1, Ordering::SeqCst);
                return answer;
            }
        }
    }
}

/// Reads the item until the story is over.
async fn read_until_over(reader: Caller, path: String, course: Arc<Course>) {
    while !course.over.load(Ordering::SeqCst) {
        let answer = reader.get(&path).await;
        let count = if answer.status == 200 { &course.shown } else { &course.refused };
        count.fetch_add(1, Ordering::SeqCst);
        assert!([200, 403].contains(&answer.status), "{answer}");
    }
}

/// Waits until `done`, and gives up after a while.
async fn until(what: &str, done: impl Fn() -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !done() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("{what} did not come"));
}

/// What is wrong with the ledger's order: a read shows the item after a withdrawal, and before the
/// consent was given again.
fn disorder(entries: &[Entry], scene: &Scene) -> Vec<String> {
    let mut withdrawn = None;
    let mut disorder = Vec::new();
    for entry in entries {
        if is(entry, "WithdrawConsent", Decision::Permit) {
            withdrawn = Some(entry.seq);
        } else if is(entry, "AnswerConsent", Decision::Permit) {
            withdrawn = None;
        } else if let Some(withdrawal) = withdrawn.filter(|_| shows(entry, scene)) {
            disorder.push(format!("{} shows the item after {withdrawal}", entry.seq));
        }
    }
    disorder
}

/// Whether the entry is of this act, decided so.
fn is(entry: &Entry, act: &str, decision: Decision) -> bool {
    let outcome = match decision {
        Decision::Permit | Decision::PermitOverride => Outcome::Done,
        Decision::Deny => Outcome::Refused,
    };
    let header = &entry.header;
    (header.act.as_str(), header.decision, header.outcome) == (act, decision, outcome)
}

fn shows(entry: &Entry, scene: &Scene) -> bool {
    let mut shown = entry.records.iter().filter(|record| record.effect == Effect::Shown);
    shown.any(|record| record.resource.id == Some(scene.item))
}

fn count(entries: &[Entry], act: &str, decision: Decision) -> usize {
    entries.iter().filter(|entry| is(entry, act, decision)).count()
}

#[test]
fn no_read_that_rests_on_a_consent_stands_after_its_withdrawal() {
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        let start = house.database().newest_entry();
        let course = Arc::new(Course::default());
        let path = format!("/v1/items/{}", scene.item);
        let mut readers = JoinSet::new();
        for _ in 0..READERS {
            let reader = house.as_("kurator");
            readers.spawn(read_until_refused(reader, path.clone(), course.clone()));
        }
        until("reads", || course.shown.load(Ordering::SeqCst) >= READS_BEFORE).await;
        let withdrawals = format!("/v1/consents/{}/withdrawals", scene.consent);
        let body = taken_back(house, "Vårdnadshavare 2");
        house.as_("vardnadshavare-2").post(&withdrawals, body).await.must(200);
        course.withdrawn.store(true, Ordering::SeqCst);
        let refused = tokio::time::timeout(PATIENCE, readers.join_all()).await;
        for answer in refused.expect("a refusal for every reader") {
            let answer = answer.must(403);
            assert_eq!(answer.json()["rule"], "D18", "{answer}");
        }
        assert_eq!(
            course.late.load(Ordering::SeqCst),
            0,
            "shown after the withdrawal was answered"
        );
        let entries = house.database().entries_after(start);
        assert_eq!(disorder(&entries, &scene), [] as [String; 0]);
        // Something was tried: reads before, one withdrawal, and a refusal after for every reader.
        assert_eq!(count(&entries, "WithdrawConsent", Decision::Permit), 1);
        let shown = course.shown.load(Ordering::SeqCst);
        assert_eq!(count(&entries, "ReadItem", Decision::Permit), shown);
        assert_eq!(count(&entries, "ReadItem", Decision::Deny), READERS);
        disorder_is_found(entries, &scene);
    });
}

/// A read that stands in the ledger after the withdrawal, though it was answered before.
fn disorder_is_found(mut entries: Vec<Entry>, scene: &Scene) {
    let shown = entries.iter().position(|entry| shows(entry, scene)).expect("a read");
    let late = entries.remove(shown);
    entries.push(late);
    assert_eq!(disorder(&entries, scene).len(), 1);
}

#[test]
fn a_consent_that_comes_and_goes_is_followed_in_the_ledgers_order() {
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        let start = house.database().newest_entry();
        let course = Arc::new(Course::default());
        let path = format!("/v1/items/{}", scene.item);
        let mut readers = JoinSet::new();
        for _ in 0..READERS {
            let reader = house.as_("kurator");
            readers.spawn(read_until_over(reader, path.clone(), course.clone()));
        }
        let guardian = house.as_("vardnadshavare-2");
        let consent = format!("/v1/consents/{}", scene.consent);
        for _ in 0..TURNS {
            let (shown, refused) = (&course.shown, &course.refused);
            let so_far = shown.load(Ordering::SeqCst);
            until("reads", || shown.load(Ordering::SeqCst) > so_far + READERS).await;
            house.wait(TimeDelta::milliseconds(1));
            let body = taken_back(house, "Vårdnadshavare 2");
            guardian.post(&format!("{consent}/withdrawals"), body).await.must(200);
            let so_far = refused.load(Ordering::SeqCst);
            until("refusals", || refused.load(Ordering::SeqCst) > so_far).await;
            house.wait(TimeDelta::milliseconds(1));
            let body = given(house, "Vårdnadshavare 2", "signed");
            guardian.post(&format!("{consent}/answers"), body).await.must(200);
        }
        course.over.store(true, Ordering::SeqCst);
        readers.join_all().await;
        let entries = house.database().entries_after(start);
        assert_eq!(disorder(&entries, &scene), [] as [String; 0]);
        assert_eq!(count(&entries, "WithdrawConsent", Decision::Permit), TURNS);
    });
}

/// Changes the plan's frame until the change is taken, each time from the version that the refusal
/// named: the version that it made, and how often somebody else was first.
async fn change(writer: Caller, path: String, words: String, seen: String) -> (i64, usize) {
    let (mut seen, mut lost) = (seen, 0);
    loop {
        let frame = json!({ "child_view": { "words": words } });
        let answer = writer.patch_seen(&path, frame, &seen).await;
        if answer.status == 200 {
            let plan = answer.json();
            assert_eq!(plan["child_view"]["words"], words, "{plan}");
            return (plan["version"].as_i64().expect("a version"), lost);
        }
        seen = answer.must(412).etag().to_owned();
        lost += 1;
    }
}

async fn version(house: &House, path: &str) -> i64 {
    let plan = house.as_("teamet").get(path).await.must(200).json();
    plan["version"].as_i64().expect("a version")
}

#[test]
fn of_many_changes_of_one_version_exactly_one_wins() {
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        let path = format!("/v1/plans/{}", scene.sketch);
        for round in 0..4 {
            let seen = house.as_("teamet").get(&path).await.must(200);
            let mut writers = JoinSet::new();
            for n in 0..WRITERS {
                let (writer, path) = (house.as_("teamet"), path.clone());
                let seen = seen.etag().to_owned();
                let words = format!("Röst {round}.{n}");
                writers.spawn(async move {
                    let frame = json!({ "child_view": { "words": words } });
                    (writer.patch_seen(&path, frame, &seen).await, words)
                });
            }
            let answers = writers.join_all().await;
            let (won, lost): (Vec<_>, Vec<_>) =
                answers.into_iter().partition(|(answer, _)| answer.status == 200);
            let [(winner, words)] = &won[..] else { panic!("{} won", won.len()) };
            for (answer, _) in lost {
                assert_eq!(answer.must(412).etag(), winner.etag());
            }
            let now = house.as_("teamet").get(&path).await.must(200);
            assert_eq!(now.etag(), winner.etag());
            assert_eq!(now.json()["child_view"]["words"], words.as_str());
        }
    });
}

#[test]
fn whoever_lost_and_looks_again_is_heard_in_the_end() {
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        let path = format!("/v1/plans/{}", scene.sketch);
        let before = version(house, &path).await;
        let seen = house.as_("teamet").get(&path).await.must(200);
        let mut writers = JoinSet::new();
        for n in 0..WRITERS {
            let (writer, words) = (house.as_("teamet"), format!("Röst {n}"));
            writers.spawn(change(writer, path.clone(), words, seen.etag().to_owned()));
        }
        let changes = tokio::time::timeout(PATIENCE, writers.join_all()).await.expect("an end");
        let mut won: BTreeMap<i64, usize> = BTreeMap::new();
        for (version, _) in &changes {
            *won.entry(*version).or_default() += 1;
        }
        assert!(won.values().all(|winners| *winners == 1), "{won:?}");
        assert!(changes.iter().any(|(_, lost)| *lost > 0), "nobody was second: nothing was tried");
        let last = before + i64::try_from(WRITERS).expect("few");
        assert_eq!(
            won.keys().copied().collect::<Vec<_>>(),
            (before + 1..=last).collect::<Vec<_>>()
        );
        assert_eq!(version(house, &path).await, last);
    });
}

#[test]
fn what_many_add_at_once_is_all_there() {
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        let path = format!("/v1/plans/{}", scene.sketch);
        let mut writers = JoinSet::new();
        for n in 0..WRITERS {
            let (writer, path) = (house.as_("teamet"), format!("{path}/needs"));
            let need = json!({ "indicator": "safe", "text": format!("Behov {n}") });
            writers.spawn(async move { writer.post(&path, need).await.must(200) });
        }
        writers.join_all().await;
        let plan = house.as_("teamet").get(&path).await.must(200).json();
        let needs = plan["needs"].as_array().expect("needs");
        for n in 0..WRITERS {
            let there = needs.iter().filter(|need| need["text"] == format!("Behov {n}"));
            assert_eq!(there.count(), 1, "{n}: {plan}");
        }
    });
}
