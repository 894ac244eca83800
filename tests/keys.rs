//! The key of the logs changes while two servers work on one database: neither stops, and the logs are
//! one log under a key that the old one vouched for.

use chrono::TimeDelta;
use samsyn::app::{self, Running};
use samsyn::ledger::{Succession, VerifierKey, verify};
use samsyn::settings::Settings;
use serde_json::json;

use crate::support::each_backend;
use crate::support::exports::exported;
use crate::support::house::{Caller, House};
use crate::witnesses::log_key;

/// Another server on the house's database.
fn beside(house: &House, change: impl FnOnce(&mut Settings)) -> Running {
    let mut settings = house.settings().clone();
    change(&mut settings);
    app::start(settings, house.clock().clone()).expect("a second server")
}

fn at(server: &Running, who: Caller) -> Caller {
    who.elsewhere(format!("http://{}", server.address()))
}

/// What is asked of each server is answered, and stands in the logs soon after.
async fn goes_on(house: &House, servers: &[&Running]) {
    for server in servers {
        at(server, house.as_("kurator")).get("/v1/me").await.must(200);
    }
    for server in servers {
        server.store().sequence().await.expect("no server stops the other, or itself");
    }
    let waiting = house.database().rows("ledger_pending");
    assert_eq!(waiting, 0, "whoever has the new key has put all of it into the logs");
    for server in servers {
        let ready = at(server, house.nobody()).get("/health/ready").await.must(200).json();
        assert_eq!(ready["faults"], json!([]));
    }
    house.wait(TimeDelta::seconds(1));
}

async fn verifies(house: &House, key: &VerifierKey) {
    let now = house.clock().now();
    let body = json!({
        "from": now - TimeDelta::days(1),
        "to": now + TimeDelta::days(1),
        "purpose": "Efter nyckelbytet.",
        "format": "ndjson",
    });
    let school = house.agency_of("Strandskolan");
    let export = exported(house, "revisor-skola", school, body).await.body;
    let report = verify(export.as_slice(), Some(key)).unwrap_or_else(|it| panic!("{it}"));
    assert!(report.end > 0);
}

#[test]
fn the_key_changes_while_two_servers_go_on() {
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let house = House::open(database).await;
            let first_key = log_key(&house).await;
            let second = beside(&house, |_| {});
            goes_on(&house, &[house.running(), &second]).await;
            second.stop().await.expect("a stop in order");
            house.wait(TimeDelta::seconds(1));

            // One server after the other gets the new key and the old one. The one that has the old key
            // alone leaves the signing to it, and works on.
            let old_file = house.settings().ledger.key_file.clone();
            let new_file = house.new_key("next");
            let change = |settings: &mut Settings| {
                settings.ledger.old_key_file = old_file.clone();
                settings.ledger.key_file = Some(new_file.clone());
            };
            let second = beside(&house, change);
            second.store().take_keys().await.expect("the new key");
            for _ in 0..3 {
                goes_on(&house, &[house.running(), &second]).await;
            }
            verifies(&house, &first_key).await;
            let school = house.agency_of("Strandskolan");
            let keys = at(&second, house.as_("revisor-skola"));
            let keys = keys.get(&format!("/v1/logs/{school}/keys")).await.must(200).json();
            assert_eq!(keys["keys"].as_array().map(Vec::len), Some(2), "no third key: {keys}");
            let note = keys["keys"][1]["succession"].as_str().expect("a note");
            let new_key = Succession::open(note, &first_key).expect("the old key vouches").new;
            assert_ne!(new_key, first_key);

            let house = house.restarted(change).await.map_err(|(error, _)| error).expect("a start");
            goes_on(&house, &[house.running(), &second]).await;
            for key in [&first_key, &new_key] {
                verifies(&house, key).await;
            }
            // In the end both know the new key alone, and the old one can't start a server any more.
            second.stop().await.expect("a stop in order");
            let change = |settings: &mut Settings| settings.ledger.old_key_file = None;
            let house = house.restarted(change).await.map_err(|(error, _)| error).expect("a start");
            let second = beside(&house, |_| {});
            goes_on(&house, &[house.running(), &second]).await;
            for key in [&first_key, &new_key] {
                verifies(&house, key).await;
            }
            second.stop().await.expect("a stop in order");
            let mut old = house.settings().clone();
            old.ledger.key_file = old_file;
            let refused = app::start(old, house.clock().clone()).err().expect("a retired key");
            let cause = std::error::Error::source(&refused).map(ToString::to_string);
            let said = format!("{refused} {}", cause.unwrap_or_default());
            assert!(said.contains("handed over"), "{said}");
            house.close().await;
        });
    });
}
