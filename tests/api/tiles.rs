//! `/v1/logs/{agency}/checkpoint`, `/tile`, `/keys` and `/proofs`: how a monitor follows a log.

use samsyn::ledger::ReceiptVerifier;
use samsyn::ledger::{
    Checkpoint, Hash, Leaf, Succession, VerifierKey, bundled_leaves, open_receipt, root,
    verify_consistency, verify_inclusion,
};
use serde_json::Value;

use super::{BUP, NOTHING, SCHOOL, SOCIAL, joint_case, kind, terms};
use crate::support::each_backend;
use crate::support::house::{Answer, House, on_each_backend};
use crate::support::scene::given;

fn log(house: &House, unit: &str) -> String {
    format!("/v1/logs/{}", house.agency_of(unit))
}

async fn get(house: &House, path: &str) -> Answer {
    house.as_("revisor-skola").get(&format!("{}/{path}", log(house, SCHOOL))).await
}

async fn key(house: &House) -> VerifierKey {
    let keys = get(house, "keys").await.must(200).json();
    let newest = keys["keys"].as_array().and_then(|keys| keys.last()?["key"].as_str());
    newest.expect("a key").parse().expect("a verifier key")
}

async fn checkpoint(house: &House, key: &VerifierKey) -> Checkpoint {
    house.running().store().sequence().await.expect("logs that grow");
    let note = get(house, "checkpoint").await.must(200);
    let kind = note.header("content-type").unwrap_or_default();
    assert_eq!(kind, "text/plain; charset=utf-8");
    Checkpoint::open(&note.text(), key).expect("a signed checkpoint")
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.chunks(32).map(|hash| Hash::try_from(hash).expect("whole hashes")).collect()
}

fn shown(proof: &Value) -> (Vec<Hash>, impl Fn(&str) -> Hash) {
    let read = |hash: &Value| hash.as_str().and_then(|hash| hash.parse().ok()).expect("a hash");
    let list = proof["hashes"].as_array().expect("a list").iter().map(read).collect();
    (list, move |name| read(&proof[name]))
}

#[test]
fn a_monitor_follows_a_log_and_finds_it_whole() {
    on_each_backend(async |house| {
        joint_case(house).await;
        house.running().store().sequence().await.expect("logs that grow");
        let key = key(house).await;
        let old = checkpoint(house, &key).await;
        for _ in 0..3 {
            get(house, "checkpoint").await.must(200);
        }
        let new = checkpoint(house, &key).await;
        assert!(new.size > old.size, "what a monitor fetches is recorded, too");

        // All hashes, from the tile of the leaves; all leaves, from the bundle.
        let tile = get(house, &format!("tile/0/000.p/{}", new.size)).await.must(200);
        assert_eq!(tile.header("content-type"), Some("application/octet-stream"));
        let tile = hashes(&tile.body);
        assert_eq!(root(&tile), new.root);
        let bundle = get(house, &format!("tile/entries/000.p/{}", new.size)).await.must(200);
        let leaves = bundled_leaves(&bundle.body).expect("leaves");
        for ((index, leaf), hash) in (0..).zip(leaves).zip(&tile) {
            assert_eq!(Hash::of_leaf(leaf), *hash);
            assert_eq!(Leaf::parse(leaf).expect("a leaf").index, index);
        }

        // And the proofs, of everything and of what was.
        let path = format!("proofs/consistency?from={}&to={}", old.size, new.size);
        let proof = get(house, &path).await.must(200).json();
        let (list, named) = shown(&proof);
        assert_eq!((named("from_root"), named("to_root")), (old.root, new.root));
        verify_consistency(old.size, new.size, &list, old.root, new.root).expect("it grew");
        for index in [0, old.size - 1, new.size - 1] {
            let path = format!("proofs/inclusion?index={index}&size={}", new.size);
            let proof = get(house, &path).await.must(200).json();
            let (list, named) = shown(&proof);
            let leaf = tile[usize::try_from(index).expect("an index")];
            assert_eq!(named("leaf"), leaf);
            verify_inclusion(leaf, index, new.size, &list, new.root).expect("it is in");
        }
    });
}

#[test]
fn what_is_not_in_the_log_is_not_there_and_what_makes_no_sense_is_told() {
    on_each_backend(async |house| {
        joint_case(house).await;
        house.running().store().sequence().await.expect("logs that grow");
        for path in [
            "tile/0/001",
            "tile/1/000.p/1",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/64/000",
            "tile/0/0",
            "tile/00/000.p/1",
            "tile/entries/x001/000",
            "tile/x",
            "tile/entries/../keys",
            "checkpoint?witnesses=1",
        ] {
            let missed = get(house, path).await;
            assert_eq!((missed.status, kind(&missed).as_str()), (404, "not-found"), "{path}");
        }
        for (path, status) in [
            ("proofs/inclusion", 400),
            ("proofs/inclusion?index=-1", 400),
            ("proofs/inclusion?index=0&sise=3", 400),
            ("proofs/consistency?from=x", 400),
            ("proofs/inclusion?index=9999999", 422),
            ("proofs/inclusion?index=5&size=5", 422),
            ("proofs/inclusion?index=0&size=9999999", 422),
            ("proofs/consistency?from=3&to=2", 422),
            ("proofs/consistency?from=18446744073709551615", 422),
        ] {
            assert_eq!(get(house, path).await.status, status, "{path}");
        }
        let from_nothing = get(house, "proofs/consistency?from=0").await.must(200).json();
        assert_eq!(from_nothing["hashes"].as_array().map(Vec::len), Some(0));
    });
}

#[test]
fn a_log_is_proved_to_its_own_auditor_alone() {
    on_each_backend(async |house| {
        joint_case(house).await;
        house.running().store().sequence().await.expect("logs that grow");
        let log = log(house, SCHOOL);
        for path in ["checkpoint", "tile/0/000.p/1", "keys", "proofs/inclusion?index=0"] {
            house.as_("revisor-skola").get(&format!("{log}/{path}")).await.must(200);
            for who in ["revisor-social", "revisor-bup", "kurator", "administrator"] {
                let refused = house.as_(who).get(&format!("{log}/{path}")).await;
                assert!([403, 404].contains(&refused.status), "{who} {path}: {refused}");
            }
            house.nobody().get(&format!("{log}/{path}")).await.must(401);
        }
        for (who, unit) in [("revisor-social", SOCIAL), ("revisor-bup", BUP)] {
            house.as_(who).get(&format!("{}/keys", self::log(house, unit))).await.must(200);
        }
        let missed = house.as_("revisor-skola").get(&format!("/v1/logs/{NOTHING}/keys")).await;
        assert!([403, 404].contains(&missed.status), "{missed}");
    });
}

#[test]
fn a_key_hands_over_to_the_next_and_what_the_old_one_signed_still_holds() {
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let house = House::open(database).await;
            let case = joint_case(&house).await;
            let path = format!("/v1/cases/{case}/consents");
            let asked = house.as_("bup").post(&path, terms(&house)).await.must(201);
            let consent = format!("/v1/consents/{}", asked.id());
            let yes = given(&house, "Vårdnadshavare 2", "signed");
            let guardian = house.as_("vardnadshavare-2");
            guardian.post(&format!("{consent}/answers"), yes).await.must(200);
            let receipt = guardian.get(&format!("{consent}/receipt")).await.must(200).json();
            house.running().store().sequence().await.expect("logs that grow");
            let first_key = key(&house).await;
            let before = checkpoint(&house, &first_key).await;
            let old_file = house.settings().ledger.key_file.clone();
            let new_file = house.new_key("new-ledger");

            // During the change both sign, and the old one vouches for the new.
            let change = house.restarted(|settings| {
                settings.ledger.old_key_file = old_file;
                settings.ledger.key_file = Some(new_file);
            });
            let house = change.await.map_err(|(error, _)| error).expect("a start with both keys");
            house.running().store().take_keys().await.expect("the new key");
            let new_key = key(&house).await;
            assert_ne!(new_key, first_key);
            let note = get(&house, "checkpoint").await.must(200).text();
            for key in [&first_key, &new_key] {
                assert!(Checkpoint::open(&note, key).is_ok(), "{note}");
            }
            let keys = get(&house, "keys").await.must(200).json();
            assert!(keys["keys"][0]["succession"].is_null());
            let succession = keys["keys"][1]["succession"].as_str().expect("a note").to_owned();
            assert_eq!(Succession::open(&succession, &first_key).expect("vouched").new, new_key);

            // Afterwards the new one signs alone; the log is the same.
            let change = house.restarted(|settings| settings.ledger.old_key_file = None);
            let house = change.await.map_err(|(error, _)| error).expect("a start with the new key");
            checkpoint(&house, &new_key).await;
            let after = checkpoint(&house, &new_key).await;
            let note = get(&house, "checkpoint").await.must(200).text();
            assert!(Checkpoint::open(&note, &first_key).is_err());
            let path = format!("proofs/consistency?from={}&to={}", before.size, after.size);
            let proof = get(&house, &path).await.must(200).json();
            let (list, _) = shown(&proof);
            verify_consistency(before.size, after.size, &list, before.root, after.root)
                .expect("it grew");

            // A receipt from before still holds, and so does the key's own name.
            let keys = house.nobody().get("/.well-known/jwks.json").await.must(200).json();
            let keys: Vec<ReceiptVerifier> = keys["keys"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|key| ReceiptVerifier::from_jwk(key).expect("a public key"))
                .collect();
            let jws = receipt["jws"].as_str().expect("a signature");
            assert_eq!(keys.len(), 2);
            assert_eq!(open_receipt(jws, &keys).expect("a receipt"), receipt["receipt"]);
            assert!(open_receipt(jws, &keys[..1]).is_err(), "the new key did not sign it");
            house.close().await;
        });
    });
}

#[test]
fn a_key_that_nobody_vouches_for_stops_the_start() {
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let house = House::open(database).await;
            joint_case(&house).await;
            let swapped = house.new_key("swapped");
            let refused = house.restarted(|settings| settings.ledger.key_file = Some(swapped));
            let Err((error, _)) = refused.await else { panic!("it started with a swapped key") };
            let mut words = error.to_string();
            let mut cause = std::error::Error::source(&error);
            while let Some(error) = cause {
                words = format!("{words}: {error}");
                cause = error.source();
            }
            assert!(words.contains("ledger.old_key_file"), "{words}");
        });
    });
}
