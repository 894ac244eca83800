//! The demo's story, from the first concern to the proven log.

use chrono::TimeDelta;
use samsyn::demo::play;

use crate::support::house::on_each_backend;

#[test]
fn the_demos_story_goes_as_told() {
    on_each_backend(async |house| {
        // The log is whole within a second of the machine's time; only the story's clock stands.
        let played = play(&house.stage(), &mut |line| println!("{line}")).await;
        let lines = played.unwrap_or_else(|mismatch| panic!("{mismatch}"));
        let titles: std::collections::BTreeSet<_> = lines.iter().map(|line| line.chapter).collect();
        assert!(titles.len() >= 8, "{titles:?}");
        for status in [201, 403, 404, 409, 422] {
            assert!(lines.iter().any(|line| line.status == Some(status)), "no {status}");
        }
    });
}

#[test]
fn a_story_that_is_told_twice_goes_otherwise_where_the_law_says_so() {
    on_each_backend(async |house| {
        play(&house.stage(), &mut |_| {}).await.unwrap_or_else(|mismatch| panic!("{mismatch}"));
        house.wait(TimeDelta::minutes(1));
        let again = play(&house.stage(), &mut |line| println!("{line}")).await;
        println!("{again:?}");
    });
}
