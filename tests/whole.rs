//! That nothing happens without an entry: what the service does itself, sign-ins, searches, prints,
//! and every command of the program.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Command, Output};

use diesel::connection::SimpleConnection as _;
use reqwest::Method;
use samsyn::app;
use samsyn::clock::Clock;
use samsyn::demo::{World, import};
use samsyn::ledger::{ActorKind, Decision, Effect, Record};
use samsyn::settings::Settings;
use samsyn::store::{Place, Store};
use serde_json::{Value, json};

use crate::support::house::{House, on_each_backend};
use crate::support::ledger::Entry;
use crate::support::{Backend, TemporaryDirectory, TestDatabase, each_backend};

const PROGRAM: &str = env!("CARGO_BIN_EXE_samsyn");
/// The agency that everybody's database has.
const HOST: &str = "00000000-0000-8000-8000-000000000001";
const STRICT: &str = include_str!("../docs/examples/agencies/stricter-sign-in.cedar");

/// Settings for `database`, with keys in `folder`.
fn settings(database: &TestDatabase, folder: &TemporaryDirectory) -> Settings {
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a written file");
        path
    };
    let mut settings = Settings::with("").expect("the defaults");
    settings.server.port = 0;
    settings.server.workers = 1;
    settings.database.url = database.url().to_owned();
    settings.ledger.key_file = Some(write("ledger", &"ab".repeat(32)));
    settings.vault.key_file = Some(write("vault", &"cd".repeat(32)));
    settings
}

fn now<T>(job: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(job)
}

#[test]
fn a_migration_whose_entry_was_never_written_is_told_of_at_the_next_start() {
    each_backend(|database| {
        let place = Place::parse(database.url()).expect("an address");
        let run: BTreeSet<String> =
            Store::migrate(&place, &Clock::machine()).expect("migrations").into_iter().collect();
        let told = |entry: &Entry| -> BTreeSet<String> {
            let names = terms(&entry.records)["migrations"].clone();
            serde_json::from_value(names).expect("names")
        };
        let [first] = &database.entries_of("MigrateDatabase")[..] else { panic!("one entry") };
        assert_eq!(told(first), run);
        // As if the process had died after the newest migration and before its entry.
        let newest = run.last().expect("a migration");
        let lose = format!("delete from migration_entry where version = '{newest}'");
        match database.backend() {
            Backend::Sqlite => database
                .sqlite()
                .batch_execute(&format!("drop trigger migration_entry_is_not_removed; {lose}")),
            Backend::Postgres => database.postgres().batch_execute(&format!(
                "alter table migration_entry disable trigger user; {lose}; \
                 alter table migration_entry enable trigger user"
            )),
        }
        .expect("a lost row");
        assert_eq!(
            Store::migrate(&place, &Clock::machine()).expect("nothing to run"),
            [] as [String; 0]
        );
        let [_, second] = &database.entries_of("MigrateDatabase")[..] else {
            panic!("two entries")
        };
        assert_eq!(told(second), [newest.clone()].into());
        Store::migrate(&place, &Clock::machine()).expect("nothing to run or to tell");
        assert_eq!(database.entries_of("MigrateDatabase").len(), 2);
    });
}

#[test]
fn starts_stops_and_other_policies_are_entries() {
    each_backend(|database| {
        now(async {
            let folder = TemporaryDirectory::fresh();
            let mut settings = settings(&database, &folder);
            let place = Place::parse(database.url()).expect("an address");
            let clock = Clock::machine();
            assert!(!Store::migrate(&place, &clock).expect("migrations").is_empty());
            assert!(Store::migrate(&place, &clock).expect("no migrations").is_empty());
            let [migrated] = &database.entries_of("MigrateDatabase")[..] else {
                panic!("what was migrated is told once")
            };
            assert_eq!(migrated.header.actor.kind, ActorKind::Operator);
            assert!(terms(&migrated.records)["migrations"].as_array().is_some());

            let first = app::start(settings.clone(), clock.clone()).expect("a server");
            let world = World::read(clock.now().date_naive()).expect("the demo's world");
            let register = world.register(str::to_owned);
            import(first.store(), &clock, register).await.expect("agencies");
            let [start] = &database.entries_of("StartService")[..] else { panic!("one start") };
            assert_eq!(start.header.actor.kind, ActorKind::Service);
            assert_eq!(start.header.settings, settings.digest().ok());
            assert_eq!(start.header.reason, None);
            assert_eq!(database.entries_of("ChangePolicies").len(), 1, "there were none before");
            assert!(database.entries_of("StopService").is_empty());
            first.stop().await.expect("a stop");
            let [stop] = &database.entries_of("StopService")[..] else { panic!("one stop") };
            assert_eq!(stop.header.settings, start.header.settings);

            // One that breaks off leaves no stop. The next one says so, once.
            let broken = app::start(settings.clone(), clock.clone()).expect("a server");
            let agencies = folder.path().join("agencies");
            std::fs::create_dir(&agencies).expect("a directory");
            std::fs::write(agencies.join(format!("{HOST}.cedar")), STRICT).expect("a file");
            settings.policies.agencies = Some(agencies);
            let after = app::start(settings.clone(), clock.clone()).expect("a server");
            after.stop().await.expect("a stop");
            app::start(settings, clock).expect("a server").stop().await.expect("a stop");
            let starts = database.entries_of("StartService");
            let said: Vec<bool> =
                starts.iter().map(|start| start.header.reason.is_some()).collect();
            assert_eq!(said, [false, false, true, false]);
            let reason = starts[2].header.reason.clone().unwrap_or_default();
            assert!(reason.contains(&starts[1].header.id.to_string()), "{reason}");
            assert!(!reason.contains(&starts[0].header.id.to_string()), "{reason}");

            let [first_rules, changed] = &database.entries_of("ChangePolicies")[..] else {
                panic!("the same rules are no change")
            };
            let agencies = usize::try_from(database.rows("agency")).expect("a number");
            let told: BTreeSet<_> = changed.records.iter().map(|record| record.agency).collect();
            assert_eq!((told.len(), changed.records.len()), (agencies, agencies));
            assert!(changed.records.iter().all(|record| record.effect == Effect::Changed));
            assert_ne!(changed.header.policy, first_rules.header.policy);
            let before = changed.header.reason.clone().unwrap_or_default();
            assert!(before.contains(&first_rules.header.policy), "{before}");
            for header in [&changed.header, &first_rules.header] {
                let kept = format!(
                    "select count(*) as number from policy_text where digest = '{}'",
                    header.policy
                );
                assert_eq!(database.number(&kept), 1);
            }
            drop(broken);
        });
    });
}

fn terms(records: &[Record]) -> Value {
    let told = records.iter().find_map(|record| record.terms.as_ref());
    told.map(|terms| terms.value().clone()).unwrap_or_default()
}

#[test]
fn a_sign_in_is_an_entry_the_first_time_that_a_token_is_seen() {
    on_each_backend(async |house| {
        let sign_ins = || house.database().entries_of("SignIn");
        let before = sign_ins().len();
        let teacher = house.as_("larare");
        let first = teacher.get("/v1/me").await.must(200);
        teacher.get("/v1/me").await.must(200);
        teacher.get("/v1/units").await.must(200);
        let told = sign_ins().split_off(before);
        let [entry] = &told[..] else { panic!("{} sign-ins", told.len()) };
        let header = &entry.header;
        assert_eq!(Some(header.request.as_str()), first.header("x-request-id"));
        assert_eq!(header.actor.kind, ActorKind::Staff);
        assert_eq!(header.actor.id, Some(house.staff("larare")));
        assert_eq!(header.actor.account.as_deref(), Some("larare"));
        assert_eq!(
            header.actor.agency.map(|agency| agency.uuid()),
            Some(house.agency_of("Strandskolan"))
        );
        assert_eq!((header.decision, header.policy.len()), (Decision::Permit, 64));

        let guardian = house.as_("vardnadshavare-1");
        guardian.get("/v1/me").await.must(200);
        let told = sign_ins().split_off(before + 1);
        let [entry] = &told[..] else { panic!("{} sign-ins", told.len()) };
        assert_eq!(entry.header.actor.kind, ActorKind::Citizen);
        assert_eq!(entry.header.actor.id, Some(house.person("Vårdnadshavare 1")));
        assert_eq!((&entry.header.actor.account, entry.header.actor.agency), (&None, None));

        // A token that proves nothing signs nobody in; its refusal is told as ever.
        house.with_token(Some("a.b.c".to_owned())).get("/v1/me").await.must(401);
        house.nobody().get("/v1/me").await.must(401);
        assert_eq!(sign_ins().len(), before + 2);
    });
}

/// The digests of the numbers that `who` sought, as the newest entries tell them.
async fn sought(house: &House, who: &str, number: &str) -> Value {
    let newest = house.database().newest_entry();
    let body = json!({ "identity_number": number });
    house.as_(who).post("/v1/children/lookup", body).await;
    let entries = house.database().entries_after(newest);
    let [Entry { header, records, .. }] = &entries[..] else { panic!("one entry") };
    let own = records.iter().filter(|record| record.resource.kind == "Search");
    let own: Vec<&Record> = own.collect();
    let [own] = own[..] else { panic!("{who} sought {number}: {records:?}") };
    assert_eq!(Some(own.agency), header.actor.agency);
    assert!(own.open_to_actor && own.effect == Effect::Asked && own.child.is_none());
    assert_eq!(records.len(), 2, "what was found, or not, looks alike");
    terms(records)["identity_number"].clone()
}

#[test]
fn the_terms_of_a_search_are_sealed_and_can_be_asked_for() {
    on_each_backend(async |house| {
        let found = sought(house, "kurator", "200302022389").await;
        assert_eq!(found.as_str().map(str::len), Some(64));
        assert_eq!(sought(house, "rektor", "20030202-2389").await, found, "the same agency");
        assert_ne!(sought(house, "bup", "200302022389").await, found, "another agency");
        assert_ne!(sought(house, "kurator", "191212121212").await, found, "another number");
        assert_ne!(sought(house, "kurator", "22790814AA01").await, found, "a miss");
        // The number itself stands nowhere in the ledger.
        for entry in house.database().all_entries_after(0) {
            let told = format!("{:?}{:?}", entry.header, entry.records);
            assert!(!told.contains("200302022389") && !told.contains("20030202-2389"), "{told}");
        }
    });
}

/// Runs the program with `arguments`, and gives what it printed.
fn run(arguments: &[&str], configuration: Option<&PathBuf>) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(arguments);
    if let Some(path) = configuration {
        command.arg("--config").arg(path);
    }
    command.output().expect("the program")
}

/// Every command of the program, and what it leaves in the ledger; nothing where it doesn't work on
/// the data of any service.
const COMMANDS: [(&str, &str); 10] = [
    ("serve", "StartService"),
    ("demo", "StartService"),
    ("migrate", "MigrateDatabase"),
    ("register", "ImportRegister"),
    ("ledger", ""),
    ("receipt", ""),
    ("policy", ""),
    ("openapi", ""),
    ("settings", ""),
    ("help", ""),
];

#[test]
fn every_command_that_touches_data_leaves_an_entry() {
    let help = run(&["--help"], None).stdout;
    let help = String::from_utf8(help).expect("text");
    let (_, commands) = help.split_once("Commands:\n").expect("commands");
    let (commands, _) = commands.split_once("\n\n").expect("an end");
    let named: Vec<&str> =
        commands.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let known = COMMANDS.map(|(name, _)| name);
    assert_eq!(named, known, "a new command says here what it leaves in the ledger");

    each_backend(|database| {
        let folder = TemporaryDirectory::fresh();
        settings(&database, &folder);
        let path = folder.path().join("samsyn.toml");
        let file = |name: &str| folder.path().join(name).display().to_string();
        let text = format!(
            "[server]\nport = 0\n[database]\nurl = '{}'\n[ledger]\nkey_file = '{}'\n[vault]\n\
             key_file = '{}'\n",
            database.url(),
            file("ledger"),
            file("vault"),
        );
        std::fs::write(&path, text).expect("a written file");
        let world = concat!(env!("CARGO_MANIFEST_DIR"), "/config/demo/world.toml");
        for (arguments, (act, times)) in [
            (&["migrate"][..], ("MigrateDatabase", 1)),
            (&["migrate"], ("MigrateDatabase", 1)),
            (&["register", "import", world], ("ImportRegister", 1)),
            (&["register", "import", world], ("ImportRegister", 2)),
        ] {
            let done = run(arguments, Some(&path));
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            assert_eq!(database.entries_of(act).len(), times, "{arguments:?}");
        }
        let shown = run(&["settings", "--effective"], Some(&path)).stdout;
        let digest = run(&["settings", "--digest"], Some(&path)).stdout;
        let digest = String::from_utf8(digest).expect("text");
        assert_eq!(
            digest.trim(),
            Settings::load(Some(&path)).expect("settings").digest().expect("a digest")
        );
        assert!(serde_json::from_slice::<Value>(&shown).expect("JSON").is_object());
    });
}

#[test]
fn what_is_shown_to_be_printed_is_told_as_a_print() {
    on_each_backend(async |house| {
        let scene = crate::support::scene::Scene::set(house).await;
        let path = format!("/v1/consents/{}/receipt", scene.consent);
        let reader = house.as_("vardnadshavare-2");
        for (accept, word) in [("application/json", "Läsa"), ("text/html", "Utskrift")] {
            reader.send(Method::GET, &path, None, &[("accept", accept)]).await.must(200);
            let told = house.database().entries_of("ReadConsent");
            assert_eq!(told.last().map(|entry| entry.header.action.as_str()), Some(word));
        }
    });
}
