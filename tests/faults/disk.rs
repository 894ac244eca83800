//! Disks: one that is full, and one that can't be written. Real ones, in memory, mounted for the
//! story; who may not mount is told loudly that nothing was tried.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{PATIENCE, assert_recorded, goes_on, impatient_house, log_verifies, ready_is, tell};
use crate::support::cluster::Cluster;
use crate::support::house::{Answer, House};
use crate::support::scene::Scene;
use crate::support::{Backend, TemporaryDirectory, TestDatabase};

/// The most answers until a full disk is noticed.
const ANSWERS_MAX: usize = 3000;

/// A disk in memory. Gone when dropped.
struct Disk {
    directory: TemporaryDirectory,
}

impl Disk {
    /// One of `size` mebibytes; `None`, loudly, when this process may not mount.
    fn of(size: usize) -> Option<Self> {
        let directory = TemporaryDirectory::fresh();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}m"), "tmpfs"]).arg(directory.path());
        let mounted = mount.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self { directory });
        }
        let told = "\nLEFT OUT: no disk can be mounted here, so a full one was not tried\n";
        io::stderr().write_all(told.as_bytes()).expect("somebody to tell");
        None
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Mounts it anew as `ro` or `rw`, as soon as what was stopped has let go of its files.
    async fn remount(&self, how: &str) {
        let began = Instant::now();
        let mut mount = Command::new("mount");
        mount.args(["-o", &format!("remount,{how}")]).arg(self.path()).stderr(Stdio::null());
        while !mount.status().expect("mount").success() {
            assert!(began.elapsed() < PATIENCE, "it can't be mounted as {how}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Fills what is left of it, and tells with which file.
    fn fill(&self) -> PathBuf {
        let path = self.path().join("ballast");
        let mut ballast = File::create(&path).expect("a file");
        let block = vec![1; 4096];
        while ballast.write_all(&block).is_ok() {}
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("--lazy").arg(self.path()).status();
        if !unmounted.is_ok_and(|status| status.success()) {
            eprintln!("{} stays mounted", self.path().display());
        }
    }
}

/// Reads, writes and asks in vain by turns, until several in a row were told that it can't be done.
async fn work_until_it_cant(house: &House, scene: &Scene) -> Vec<Answer> {
    let (kurator, bup) = (house.as_("kurator"), house.as_("bup"));
    let (read, write) =
        (format!("/v1/items/{}", scene.item), format!("/v1/cases/{}/items", scene.case));
    let mut answers: Vec<Answer> = Vec::new();
    let mut in_vain = 0;
    while in_vain < 6 {
        assert!(answers.len() < ANSWERS_MAX, "the disk does not get full");
        let answer = match answers.len() % 2 {
            0 => kurator.get(&read).await,
            _ => bup.post(&write, crate::support::scene::new_item(house)).await,
        };
        in_vain = if answer.status == 503 { in_vain + 1 } else { 0 };
        answers.push(answer);
    }
    answers
}

#[test]
fn on_a_full_disk_sqlite_shows_nothing_and_goes_on_when_there_is_room() {
    let Some(disk) = Disk::of(16) else { return };
    tell(async {
        let url = format!("sqlite:{}", disk.path().join("samsyn.sqlite").display());
        let house = impatient_house(TestDatabase::at(Backend::Sqlite, url)).await;
        let scene = Scene::set(&house).await;
        let (since, items) = (house.database().newest_entry(), house.database().rows("item"));
        let ballast = disk.fill();
        let answers = work_until_it_cant(&house, &scene).await;
        let faults = ready_is(&house, 503).await;
        assert!(!faults.is_empty());
        std::fs::remove_file(ballast).expect("room");
        goes_on(&house.as_("kurator"), &format!("/v1/items/{}", scene.item)).await;
        ready_is(&house, 200).await;
        assert_recorded(&house, &answers, since);
        assert_changed(&house, &answers, items);
        log_verifies(&house).await;
        house.close().await;
    });
}

#[test]
fn on_a_full_disk_postgresql_shows_nothing_and_goes_on_when_there_is_room() {
    let Some(disk) = Disk::of(160) else { return };
    let Some(cluster) = Cluster::start_in(disk.path()) else {
        eprintln!("\nLEFT OUT: no PostgreSQL is installed here whose disk could be filled\n");
        return;
    };
    tell(async {
        let database = TestDatabase::at(Backend::Postgres, cluster.database("samsyn"));
        let house = impatient_house(database).await;
        let scene = Scene::set(&house).await;
        let (since, items) = (house.database().newest_entry(), house.database().rows("item"));
        let ballast = disk.fill();
        let answers = work_until_it_cant(&house, &scene).await;
        ready_is(&house, 503).await;
        std::fs::remove_file(ballast).expect("room");
        // Where PostgreSQL gives up without room for its own log, whatever runs it starts it again.
        let began = Instant::now();
        while !cluster.answers() {
            assert!(began.elapsed() < PATIENCE, "the server does not come back");
            cluster.start_again();
        }
        goes_on(&house.as_("kurator"), &format!("/v1/items/{}", scene.item)).await;
        ready_is(&house, 200).await;
        assert_recorded(&house, &answers, since);
        assert_changed(&house, &answers, items);
        log_verifies(&house).await;
        house.close().await;
    });
    drop(cluster);
}

/// As many items came to be as were answered for: a refusal to work left none. One whose commit the
/// database did not live to confirm may be there, with its entry.
fn assert_changed(house: &House, answers: &[Answer], before: i64) {
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let made = i64::try_from(made).expect("few");
    let there = house.database().rows("item") - before;
    assert!((made..=made + 1).contains(&there), "{there} items, {made} answered for");
}

#[test]
fn on_a_disk_that_cant_be_written_the_service_does_not_start_and_says_why() {
    let Some(disk) = Disk::of(16) else { return };
    tell(async {
        let url = format!("sqlite:{}", disk.path().join("samsyn.sqlite").display());
        let house = House::open(TestDatabase::at(Backend::Sqlite, url)).await;
        let left = house.leave().await;
        let configured = left.configured("");
        disk.remount("ro").await;
        let refused = configured.run(&["serve"]);
        assert_eq!(refused.status.code(), Some(1));
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("unable to open database file"), "{said}");
        disk.remount("rw").await;
        let process = configured.start();
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build();
        let ready = process.ready(&http.expect("a client")).await;
        ready.unwrap_or_else(|why| panic!("{why}\n{}", configured.said()));
        process.kill();
        left.close().await;
    });
}
