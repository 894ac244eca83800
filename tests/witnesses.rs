//! Witnesses: a log that grows is cosigned; one that was forked or put back is not, whoever asks.

use samsyn::app::witness::{Wish, Witness};
use samsyn::app::{Cosigner, cosign, cosigners};
use samsyn::ledger::{Checkpoint, VerifierKey, WitnessKey, WitnessVerifierKey, cosignatures};
use samsyn::settings::WitnessSettings;
use samsyn::store::Trouble;

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
