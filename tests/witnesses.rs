//! Witnesses: a log that grows is cosigned; one that was forked or put back is not, whoever asks.

use chrono::TimeDelta;
use samsyn::app::witness::{Wish, Witness};
use samsyn::app::{self, Cosigner, cosign, cosigners};
use samsyn::clock::Clock;
use samsyn::domain::ids::AgencyId;
use samsyn::ledger::{
    AddCheckpoint, Checkpoint, Hash, LogKey, VerifierKey, WitnessKey, WitnessVerifierKey,
    cosignatures,
};
use samsyn::settings::WitnessSettings;
use samsyn::store::{Store, Trouble};

use crate::support::TemporaryDirectory;
use crate::support::each_backend;
use crate::support::house::{House, on_each_backend};

/// A witness, and what the service needs to know of it.
pub struct Watcher {
    witness: Option<Witness>,
    pub name: String,
    seed: u8,
    logs: Vec<VerifierKey>,
    memory: TemporaryDirectory,
}

impl Watcher {
    /// A witness of these logs that has seen nothing yet.
    pub fn new(name: &str, seed: u8, logs: &[VerifierKey]) -> Self {
        let memory = TemporaryDirectory::fresh();
        let name = name.to_owned();
        let mut watcher = Self { witness: None, name, seed, logs: logs.to_vec(), memory };
        watcher.start();
        watcher
    }

    fn start(&mut self) {
        self.witness = Some(self.tried(&self.logs.clone()).expect("a witness"));
    }

    fn tried(&self, logs: &[VerifierKey]) -> Result<Witness, String> {
        let wish = Wish {
            key: WitnessKey::new(&self.name, &[self.seed; 32]).expect("a key"),
            memory: self.memory.path().join("state"),
            logs: logs.to_vec(),
            listen: "127.0.0.1:0".to_owned(),
        };
        Witness::start(wish, samsyn::clock::Clock::machine()).map_err(|error| error.to_string())
    }

    /// Ends the witness and starts it again with what it remembers.
    async fn restart(&mut self) {
        self.stop().await;
        self.start();
    }

    /// Ends it.
    pub async fn stop(&mut self) {
        if let Some(witness) = self.witness.take() {
            witness.stop().await.expect("a witness that stops in order");
        }
    }

    /// Its public key.
    pub fn key(&self) -> WitnessVerifierKey {
        WitnessKey::new(&self.name, &[self.seed; 32]).expect("a key").verifier_key()
    }

    /// How the service reaches it.
    pub fn cosigner(&self, house: &House) -> Cosigner {
        let mut settings = house.settings().ledger.clone();
        let url = match &self.witness {
            Some(witness) => format!("http://{}", witness.address()),
            None => "http://127.0.0.1:9".to_owned(),
        };
        let key = self.key().to_string();
        let agencies = self.logs.iter().map(agency_of).collect();
        settings.witnesses = vec![WitnessSettings { url, key, agencies }];
        cosigners(&settings).expect("a witness").remove(0)
    }

    /// Shows it the newest checkpoints; tells what was wrong.
    pub async fn look(&self, house: &House) -> Option<Trouble> {
        let store = house.running().store();
        store.sequence().await.expect("logs that grow");
        cosign(store, &[self.cosigner(house)]).await.expect("a store");
        let states = store.witness_states();
        let own = |state: &&samsyn::store::WitnessState| state.witness == self.name;
        states.iter().find(own).unwrap_or_else(|| panic!("nothing known of {}", self.name)).trouble
    }
}

fn agency_of(log: &VerifierKey) -> uuid::Uuid {
    log.origin().rsplit('/').next().and_then(|id| id.parse().ok()).expect("an agency")
}

/// The key of the school's log.
pub async fn log_key(house: &House) -> VerifierKey {
    let path = format!("/v1/logs/{}", house.agency_of("Strandskolan"));
    let state = house.as_("revisor-skola").get(&path).await.must(200).json();
    state["key"].as_str().and_then(|key| key.parse().ok()).expect("a key")
}

async fn checkpoint(house: &House, query: &str) -> crate::support::house::Answer {
    let path = format!("/v1/logs/{}/checkpoint{query}", house.agency_of("Strandskolan"));
    house.as_("revisor-skola").get(&path).await
}

#[test]
fn a_log_that_grows_is_cosigned_also_after_its_witness_was_away() {
    on_each_backend(async |house| {
        let key = log_key(house).await;
        let mut watcher = Watcher::new("witness.skola.example", 1, std::slice::from_ref(&key));
        checkpoint(house, "?witnesses=1").await.must(404);
        for _ in 0..3 {
            log_key(house).await;
            assert_eq!(watcher.look(house).await, None);
        }
        let note = checkpoint(house, "?witnesses=1").await.must(200).text();
        assert!(Checkpoint::open(&note, &key).is_ok());
        let signed = cosignatures(&note, &[watcher.key()]);
        assert_eq!(
            signed.first().map(|signed| signed.name.as_str()),
            Some("witness.skola.example")
        );
        checkpoint(house, "?witnesses=2").await.must(404);

        // A witness that is away holds nothing up, and finds its place again.
        watcher.stop().await;
        log_key(house).await;
        assert_eq!(watcher.look(house).await, Some(Trouble::Silent));
        checkpoint(house, "").await.must(200);
        watcher.start();
        assert_eq!(watcher.look(house).await, None);
        watcher.restart().await;
        log_key(house).await;
        assert_eq!(watcher.look(house).await, None);
        watcher.stop().await;
    });
}

#[test]
fn a_witness_follows_a_log_to_its_next_key() {
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let house = House::open(database).await;
            let old_key = log_key(&house).await;
            let mut watcher =
                Watcher::new("witness.skola.example", 1, std::slice::from_ref(&old_key));
            assert_eq!(watcher.look(&house).await, None);
            let old_file = house.settings().ledger.key_file.clone();
            let new_file = house.new_key("next");
            let change = house.restarted(|settings| {
                settings.ledger.old_key_file = old_file;
                settings.ledger.key_file = Some(new_file);
            });
            let house = change.await.map_err(|(error, _)| error).expect("a start");
            house.running().store().take_keys().await.expect("the new key");
            // While both sign the old key is enough for it; afterwards it is shown the hand-over.
            assert_eq!(watcher.look(&house).await, None);
            let change = house.restarted(|settings| settings.ledger.old_key_file = None);
            let house = change.await.map_err(|(error, _)| error).expect("a start");
            let new_key = log_key(&house).await;
            assert_ne!(new_key, old_key);
            assert_eq!(watcher.look(&house).await, None);
            log_key(&house).await;
            assert_eq!(watcher.look(&house).await, None);

            // It can be started with either key, and with no other.
            watcher.stop().await;
            let other = samsyn::ledger::LogKey::new(new_key.origin(), &[9; 32]).expect("a key");
            let refused = watcher.tried(&[other.verifier_key()]).err().expect("another key");
            assert!(refused.contains("does not lead to"), "{refused}");
            watcher.logs = vec![new_key];
            watcher.start();
            log_key(&house).await;
            assert_eq!(watcher.look(&house).await, None);
            watcher.stop().await;
            house.close().await;
        });
    });
}

#[test]
fn a_log_or_a_key_that_the_witness_does_not_know_is_told() {
    on_each_backend(async |house| {
        let key = log_key(house).await;
        let other = samsyn::ledger::LogKey::new(key.origin(), &[9; 32]).expect("a key");
        let elsewhere = samsyn::ledger::origin("elsewhere.example", samsyn::store::HOST);
        let elsewhere = samsyn::ledger::LogKey::new(&elsewhere, &[9; 32]).expect("a key");
        for known in [other.verifier_key(), elsewhere.verifier_key()] {
            let mut watcher = Watcher::new("witness.skola.example", 1, &[known]);
            watcher.logs = vec![key.clone()];
            assert_eq!(watcher.look(house).await, Some(Trouble::Stranger));
            watcher.stop().await;
        }
        // Who signs with another key than the one that is known is no witness.
        let mut watcher = Watcher::new("witness.skola.example", 1, &[key]);
        watcher.seed = 2;
        assert_eq!(watcher.look(house).await, Some(Trouble::Silent));
        watcher.stop().await;
    });
}

#[test]
fn one_witness_that_names_a_fork_is_told_and_closes_the_service_to_nobody() {
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let at = "2026-11-23T13:24:05Z".parse().expect("a time");
            let house = House::open_at(database, Clock::still(at), |settings| {
                settings.telemetry.metrics_address = "127.0.0.1:0".to_owned();
            })
            .await;
            let told = house.running().metrics_address().expect("an address");
            let told = house.nobody().elsewhere(format!("http://{told}"));
            let forks = async || {
                let text = told.get("/metrics").await.must(200).text();
                let line = text.lines().find(|line| line.starts_with("samsyn_witness_forks"));
                line.and_then(|line| line.rsplit(' ').next()?.parse::<f64>().ok())
            };
            let key = log_key(&house).await;
            let mut watcher = Watcher::new("witness.skola.example", 1, std::slice::from_ref(&key));
            assert_eq!(watcher.look(&house).await, None);
            assert_eq!(forks().await, Some(0.0));
            // The witness is shown what the key signed elsewhere: to it, this log is now another one.
            let note = checkpoint(&house, "").await.must(200).text();
            let seen = Checkpoint::open(&note, &key).expect("a checkpoint");
            house.wait(TimeDelta::seconds(1));
            let file = std::fs::read_to_string(house.key_file("ledger")).expect("a key");
            let signing = LogKey::new(key.origin(), &seed_of(&file)).expect("a key");
            let forged = Checkpoint {
                size: seen.size + 100,
                root: Hash::of(b"another log"),
                time: house.clock().now(),
                ..seen
            };
            watcher.stop().await;
            let mut fresh = Watcher::new("witness.skola.example", 1, std::slice::from_ref(&key));
            let request = AddCheckpoint {
                old: 0,
                proof: Vec::new(),
                note: forged.sign(&[&signing]).expect("a note"),
            };
            let address = fresh.witness.as_ref().expect("a witness").address();
            let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build();
            let asked = client.expect("a client").post(format!("http://{address}/add-checkpoint"));
            let answer = asked.body(request.body()).send().await.expect("an answer");
            assert_eq!(answer.status(), 200, "it knows no other log yet");
            log_key(&house).await;
            assert_eq!(fresh.look(&house).await, Some(Trouble::Fork));

            let ready = house.nobody().get("/health/ready").await.must(200).json();
            assert_eq!(ready["witnesses"], false, "{ready}");
            let faults = ready["faults"].as_array().expect("faults");
            assert!(faults.len() == 1 && faults[0].to_string().contains("vittne"), "{ready}");
            assert_eq!(forks().await, Some(1.0));
            house.as_("kurator").get("/v1/me").await.must(200);
            fresh.stop().await;
            house.close().await;
        });
    });
}

#[test]
fn the_state_of_a_log_tells_how_far_its_witnesses_have_come() {
    on_each_backend(async |house| {
        let key = log_key(house).await;
        let mut watcher = Watcher::new("witness.skola.example", 1, std::slice::from_ref(&key));
        assert_eq!(watcher.look(house).await, None);
        watcher.stop().await;
        let school = agency_of(&key);
        let standing = |witnesses: &[(String, Vec<AgencyId>)]| {
            let place = app::place(house.settings()).expect("a place");
            let keys = app::log_settings(house.settings()).expect("a key");
            let logs = Store::standings(&place, &keys, witnesses).expect("logs");
            let log = logs.into_iter().find(|log| log.agency.uuid() == school);
            let log = log.expect("the school's log");
            (log.size, log.witnesses)
        };
        let asked = [("witness.skola.example".to_owned(), vec![AgencyId::new(school)])];
        let (size, found) = standing(&asked);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].asked, found[0].size, found[0].waits_since), (true, size, None));
        assert!(found[0].cosigned_at.is_some());
        let before = house.clock().now();
        house.wait(TimeDelta::seconds(5));
        log_key(house).await;
        house.running().store().sequence().await.expect("a log that grows");
        let (grown, found) = standing(&asked);
        assert!(grown > size && found[0].size == size);
        assert_eq!(found[0].waits_since, Some(before + TimeDelta::seconds(5)));
        // One that is not asked any more is shown, and so is one that never answered.
        let other = [("other.example".to_owned(), Vec::new())];
        let (_, found) = standing(&other);
        let told: Vec<_> = found.iter().map(|it| (it.name.as_str(), it.asked, it.size)).collect();
        assert_eq!(told, [("other.example", true, 0), ("witness.skola.example", false, size)]);
        assert_eq!(found[0].cosigned_at, None);
    });
}

/// The seed in a key file.
pub fn seed_of(text: &str) -> [u8; 32] {
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("a digit");
    let seed: Vec<u8> = (0..64).step_by(2).map(digit).collect();
    seed.try_into().expect("32 bytes")
}
