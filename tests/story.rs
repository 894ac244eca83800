//! The demo's story, from the first concern to the proven log.

use std::collections::BTreeSet;

use samsyn::demo::play;

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
