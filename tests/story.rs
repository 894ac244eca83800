//! The demo's story, from the first concern to the proven log.

use std::collections::BTreeSet;

use samsyn::clock::Clock;
use samsyn::demo::{House, Wish, play};

use crate::support::TemporaryDirectory;
use crate::support::house::on_each_backend;

#[test]
fn the_demos_story_goes_as_told() {
    on_each_backend(async |house| {
        let played = play(&house.stage(), &mut |line| println!("{line}")).await;
        let lines = played.unwrap_or_else(|mismatch| panic!("{mismatch}"));
        let titles: BTreeSet<_> = lines.iter().map(|line| line.chapter).collect();
        assert!(titles.len() >= 8, "{titles:?}");
        for status in [201, 403, 404, 409, 422] {
            assert!(lines.iter().any(|line| line.status == Some(status)), "no {status}");
        }
    });
}

#[test]
fn the_demos_own_house_opens_and_its_story_goes_as_told() {
    let directory = TemporaryDirectory::fresh();
    let file = directory.path().join("samsyn-demo.sqlite");
    let wish = Wish { database_url: format!("sqlite:{}", file.display()), port: 0 };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let house = House::open(&wish, Clock::machine()).await.expect("the demo");
        let played = play(&house.stage(), &mut |line| println!("{line}")).await;
        played.unwrap_or_else(|mismatch| panic!("{mismatch}"));
        house.close().await.expect("a demo that stops in order");
    });
}
