//! The door, on a file of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use uuid::Uuid;

use super::*;
use crate::access::act::{ExportLog, FindChild, ImportRegister, MakeReferral, OpenCase, ReadCase};
use crate::access::{Answer, Policy};
use crate::clock::Clock;
use crate::domain::agency::{AgencyKind, Role, SecrecyRegime, UnitKind};
use crate::domain::child::Protection;
use crate::domain::identity_number::IdentityNumber;
use crate::domain::ids::{AgencyId, CaseId, Id};
use crate::domain::log_export::ExportFormat;
use crate::domain::referral::{
    ChildView, FiveQuestions, Indicator, Informed, Observation, ReferralDraft, Urgency,
};
use crate::identity::{Actor, Who};

mod against_the_oracle;
mod oracle;
mod worlds;

const TEAM: u128 = 20;
const SCHOOL: u128 = 21;

fn id<Of>(n: u128) -> Id<Of> {
    Id::new(Uuid::from_u128(n))
}

struct House {
    store: Store,
    file: std::path::PathBuf,
}

impl Drop for House {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let mut file = self.file.clone().into_os_string();
            file.push(end);
            let _ = std::fs::remove_file(file);
        }
        let _ = std::fs::remove_dir_all(self.exports());
    }
}

impl House {
    async fn built() -> Self {
        let house = Self::empty();
        let register = register();
        house
            .store
            .perform(house.call(Actor::operator()), ImportRegister {}, move |work| {
                work.load(&register)
            })
            .await
            .unwrap();
        house
    }

    fn empty() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let file = std::env::temp_dir().join(format!("samsyn-store-{}-{n}", std::process::id()));
        let place = Place::Sqlite(file.clone());
        Store::migrate(&place, &Clock::machine()).unwrap();
        let settings = StoreSettings {
            connections_max: 4,
            connection_wait: Duration::from_secs(5),
            statement_max: Duration::from_secs(20),
            waiting_max: 100,
            batch_max: 100,
            overtaken_max: 5,
            rows_max: 100,
            scanned_max: 100,
            exports: ExportSettings {
                dir: file.with_extension("exports"),
                under_way_max: 2,
                bytes_max: 1 << 20,
                kept: chrono::TimeDelta::hours(1),
            },
            first_answer_kept: chrono::TimeDelta::hours(24),
            review: ReviewSettings { entries_max: 1000, ..ReviewSettings::default() },
            retention: Retention::default(),
            indicators: Arc::default(),
            regions: Arc::default(),
            digest: String::new(),
        };
        let policy = Policy::embedded().unwrap();
        let law = crate::settings::read_law(None).unwrap();
        let (host, seed) = ("samsyn.test".to_owned(), [7; 32]);
        let logs = LogSettings { host, seed, old_seed: None, batch_max: 100 };
        let clock = Clock::still("2026-11-21T09:00:00Z".parse().unwrap());
        let vault = Vault::new(&[3; 32]).unwrap();
        let store =
            Store::open(place, settings, Arc::new(policy), Arc::new(law), clock, vault, logs)
                .unwrap();
        Self { store, file }
    }

    fn exports(&self) -> std::path::PathBuf {
        self.file.with_extension("exports")
    }

    fn call(&self, actor: Actor) -> Call {
        Call { actor, request: "request".into(), purpose: None, reason: None, once: None }
    }

    fn staff(&self, subject: &str) -> Call {
        self.call(Actor::for_test(
            Who::Staff {
                issuer: "i".into(),
                subject: subject.into(),
                agencies: vec![id(10), id(11)],
            },
            3,
        ))
    }
}

fn register() -> Register {
    let unit = |n: u128, kind, regime, serves: &[u128]| UnitEntry {
        id: id(n),
        agency: id(10),
        kind,
        regime,
        name: format!("unit {n}"),
        mission: String::new(),
        serves: serves.iter().map(|n| id(*n)).collect(),
    };
    let member = |n: u128, subject: &str, roles: &[(u128, Role)]| StaffEntry {
        id: id(n),
        agency: id(10),
        issuer: "i".into(),
        subject: subject.into(),
        name: subject.into(),
        duties: roles
            .iter()
            .map(|(unit, role)| DutyEntry {
                unit: id(*unit),
                role: *role,
                from: "2026-01-01".parse().unwrap(),
                to: None,
            })
            .collect(),
    };
    Register {
        made_by: None,
        areas: vec![AreaEntry { id: id(1), name: "area".into() }],
        agencies: vec![AgencyEntry {
            id: id(10),
            kind: AgencyKind::School,
            public: true,
            name: "school".into(),
            mission: String::new(),
            areas: vec![id(1)],
        }],
        units: vec![
            unit(SCHOOL, UnitKind::School, SecrecyRegime::Osl23_2c, &[]),
            unit(TEAM, UnitKind::SchoolSocialTeam, SecrecyRegime::Osl23_2c, &[SCHOOL]),
        ],
        staff: vec![
            member(30, "team", &[(TEAM, Role::SocialTeamMember), (TEAM, Role::Triager)]),
            member(31, "teacher", &[(SCHOOL, Role::Teacher)]),
            member(32, "auditor", &[(TEAM, Role::Auditor)]),
        ],
        persons: vec![PersonEntry {
            id: id(40),
            area: id(1),
            display_name: "child".into(),
            birth_date: "2016-05-01".parse().ok(),
            protection: Protection::None,
            number: IdentityNumber::parse("200302022389").ok(),
            enrolled: vec![(id(SCHOOL), "2026-08-01".parse().unwrap())],
            guardians: vec![],
            powers: vec![],
            conflicts: vec![],
            handlers: vec![],
        }],
    }
}

fn referral() -> ReferralDraft {
    let text = || "text".to_owned();
    ReferralDraft {
        from: id(TEAM),
        to: id(TEAM),
        questions: FiveQuestions {
            in_the_way: text(),
            information: text(),
            i_can_do: text(),
            my_agency_can_do: text(),
            others_can_do: text(),
        },
        concerns: vec![Observation { indicator: Indicator::Safe, text: text() }],
        child_view: ChildView::Missing(text()),
        urgency: Urgency::Soon,
        child_informed: Informed::Yes,
        guardians_informed: Informed::Yes,
    }
}

async fn open_case(house: &House) -> CaseId {
    let made = house
        .store
        .perform(house.staff("team"), MakeReferral { child: id(40) }, |work| work.make(&referral()))
        .await
        .unwrap();
    let new = NewCase {
        owner: id(30),
        first_contact_on: "2026-11-25".parse().unwrap(),
        key_question: "what now?".into(),
        invite: vec![],
    };
    house
        .store
        .perform(house.staff("team"), OpenCase { referral: made.value.id }, move |work| {
            work.open(&new)
        })
        .await
        .unwrap()
        .value
        .summary
        .id
}

async fn exported(house: &House, agency: AgencyId) -> Vec<u8> {
    let draft = ExportDraft {
        from: "2026-11-01T00:00:00Z".parse().unwrap(),
        to: "2026-12-01T00:00:00Z".parse().unwrap(),
        purpose: "review".into(),
        format: ExportFormat::Ndjson,
        about: None,
    };
    let begun = house
        .store
        .perform(house.staff("auditor"), ExportLog { agency }, move |work| work.begin(&draft))
        .await
        .unwrap();
    assert!(house.store.export_next().await.unwrap());
    std::fs::read(house.exports().join(begun.value.id.to_string())).unwrap()
}

#[tokio::test]
async fn a_case_opens_and_its_whole_log_verifies() {
    let house = House::built().await;
    let found = house
        .store
        .perform(
            house.staff("team"),
            FindChild { number: IdentityNumber::parse("200302022389").unwrap() },
            |work| work.found(),
        )
        .await
        .unwrap();
    assert_eq!(found.value.id, id(40));
    let case = open_case(&house).await;
    let read = house
        .store
        .perform(house.staff("team"), ReadCase { case }, |work| work.read())
        .await
        .unwrap();
    assert_eq!(read.value.owner, id(30));
    let export = exported(&house, id(10)).await;
    let report = crate::ledger::verify(export.as_slice(), None).unwrap();
    // The register's load, which entered a pupil of theirs; find, refer, open, read, and the export.
    assert_eq!(report.end - report.first, 6);
    let text = String::from_utf8(export).unwrap();
    assert!(!text.contains("200302022389"));
}

#[tokio::test]
async fn not_there_and_not_for_you_are_answered_alike() {
    let house = House::built().await;
    let case = open_case(&house).await;
    let mut told = Vec::new();
    for case in [case, id(999)] {
        let stopped = house
            .store
            .perform(house.staff("teacher"), ReadCase { case }, |work| work.read())
            .await
            .unwrap_err();
        let Stopped::Refused(denial, _) = stopped else { panic!("{stopped:?}") };
        assert_eq!(denial.answer(), Answer::Hidden);
        told.push(denial.told().to_vec());
    }
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn a_read_that_was_overtaken_by_a_change_is_decided_again() {
    let house = House::built().await;
    let case = open_case(&house).await;
    let runs = Arc::new(AtomicU32::new(0));
    let (counted, store, team) = (runs.clone(), house.store.clone(), house.staff("team"));
    let runtime = tokio::runtime::Handle::current();
    house
        .store
        .perform(house.staff("team"), ReadCase { case }, move |work| {
            let seen = work.read()?;
            if counted.fetch_add(1, Ordering::SeqCst) == 0 {
                let changed = store.perform(team.clone(), MakeReferral { child: id(40) }, |work| {
                    work.make(&referral())
                });
                runtime.block_on(changed).map(|_| ()).unwrap();
            }
            Ok(seen)
        })
        .await
        .unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_job_that_fails_leaves_no_change_and_one_entry() {
    let house = House::built().await;
    let before = sizes(&house).await;
    let stopped = house
        .store
        .perform(house.staff("team"), MakeReferral { child: id(40) }, |work| {
            work.make(&referral())?;
            Err::<(), _>(crate::domain::obstacle::Obstacle::State { why: "receipt_missing" }.into())
        })
        .await
        .unwrap_err();
    assert!(matches!(stopped, Stopped::Obstructed(..)), "{stopped:?}");
    assert_eq!(sizes(&house).await, (before.0, before.1 + 1));
}

async fn sizes(house: &House) -> (i64, i64) {
    use diesel::prelude::*;
    let mut database = house.store.inner.readers.get().unwrap();
    let database: &mut db::Database = &mut database;
    let referrals = schema::referral::table.count().get_result(database).unwrap();
    let entries = schema::ledger_entry::table.count().get_result(database).unwrap();
    (referrals, entries)
}

#[tokio::test]
async fn a_job_that_panics_takes_its_batch_with_it_and_not_the_writer() {
    let house = House::built().await;
    let (answer, answered) = tokio::sync::oneshot::channel::<()>();
    let panics = move |_: &mut db::Database| -> writer::Finish {
        drop(answer);
        panic!("on purpose")
    };
    house.store.inner.writer.change(Box::new(panics)).unwrap();
    assert!(answered.await.is_err(), "nobody is told that it was done");
    let ready = house.store.ready().await;
    assert!(ready.database && ready.ledger, "{ready:?}");
    house.store.sequence().await.unwrap();
}
