//! Exports of a log, from the asking to the file.

use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use super::house::{Answer, Caller, House};

/// How often it is asked whether an export is ready, and how many times.
const ASKED: (Duration, u32) = (Duration::from_millis(100), 600);

/// Asks for an export, waits until it is ready, and fetches its file.
pub async fn exported(house: &House, who: &str, agency: Uuid, body: Value) -> Answer {
    let caller = house.as_(who);
    let path = begun(&caller, agency, body).await;
    ended(&caller, &path).await;
    caller.get(&format!("{path}/file")).await.must(200)
}

/// Asks for an export, and tells its address.
pub async fn begun(caller: &Caller, agency: Uuid, body: Value) -> String {
    let asked = caller.post(&format!("/v1/logs/{agency}/exports"), body).await.must(202);
    asked.header("location").expect("an address").to_owned()
}

/// Waits until an export is under way no more, and tells how it ended.
pub async fn ended(caller: &Caller, path: &str) -> Value {
    let (pause, times) = ASKED;
    for _ in 0..times {
        let export = caller.get(path).await.must(200).json();
        if !["waiting", "running"].contains(&export["state"].as_str().expect("a state")) {
            return export;
        }
        tokio::time::sleep(pause).await;
    }
    panic!("{path} does not end");
}
