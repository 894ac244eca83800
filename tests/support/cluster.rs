//! A PostgreSQL server of a story's own, which it may kill: `scripts/temporary-postgres.sh` runs it
//! and removes it in the end, also when this process is killed.
//!
//! **Invariant:** no process is ended here but those of this very cluster.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};

/// The script leaves with this code when PostgreSQL's programs are not installed.
const NO_PROGRAMS: i32 = 3;
/// How often a start is tried: what a killed server left takes a moment to go.
const STARTS_MAX: usize = 60;

/// The server. It ends when this is dropped.
pub struct Cluster {
    url: String,
    data: PathBuf,
    options: Vec<String>,
    programs: PathBuf,
    keeper: Child,
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

impl Cluster {
    /// Starts one in the system's temporary directory; `None` when PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        Self::start_in(&std::env::temp_dir())
    }

    /// Starts one whose files are under `place`.
    pub fn start_in(place: &Path) -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/temporary-postgres.sh");
        let mut keeper = Command::new("sh")
            .arg(script)
            .env("TMPDIR", place)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .expect("a shell to run");
        let mut url = String::new();
        let told = keeper.stdout.take().expect("a pipe from the script");
        BufReader::new(told).read_line(&mut url).expect("a line from the script");
        if url.is_empty() {
            let left = keeper.wait().expect("the script to have left");
            assert_eq!(left.code(), Some(NO_PROGRAMS), "the cluster did not start");
            return None;
        }
        let url = url.trim_end().to_owned();
        let data = PathBuf::from(setting(&url, "data_directory"));
        let (program, options) = started_with(&data);
        let programs = program.parent().expect("a directory of programs").to_owned();
        Some(Self { url, data, options, programs, keeper })
    }

    /// The address of the database `name`, which is made if it is not there.
    pub fn database(&self, name: &str) -> String {
        self.run(&[&format!("create database {name}")]);
        format!("{}/{name}", self.url.rsplit_once('/').expect("a path").0)
    }

    /// Runs `statements` as the server's owner, one after the other.
    pub fn run(&self, statements: &[&str]) {
        let mut connection = PgConnection::establish(&self.url).expect("a server that answers");
        for sql in statements {
            connection.batch_execute(sql).expect("a statement that runs");
        }
    }

    /// Whether it answers.
    pub fn answers(&self) -> bool {
        PgConnection::establish(&self.url).is_ok()
    }

    /// Ends its first process as nothing can be prepared for (SIGKILL). The others end by
    /// themselves when they miss it.
    pub fn kill(&self) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args(["-9", &pid]).status().expect("kill").success());
    }

    /// The number of its first process.
    pub fn pid(&self) -> u32 {
        let file = fs::read_to_string(self.data.join("postmaster.pid")).expect("a running server");
        let pid = file.lines().next().and_then(|line| line.trim().parse().ok());
        pid.expect("the number of a process")
    }

    /// Stops it without letting anything finish.
    pub fn stop(&self) {
        let mut stop = self.as_owner("pg_ctl");
        stop.arg("stop").arg("--pgdata").arg(&self.data).args(["--mode=immediate", "--silent"]);
        assert!(stop.status().expect("pg_ctl").success(), "the cluster does not stop");
    }

    /// Starts it again after [`Self::kill`] or [`Self::stop`], on the same port.
    pub fn start_again(&self) {
        for _ in 0..STARTS_MAX {
            let mut start = self.as_owner("pg_ctl");
            start.arg("start").arg("--pgdata").arg(&self.data).args(["--wait", "--silent"]);
            start.arg("--log").arg(self.data.with_file_name("again.log"));
            start.arg(format!("--options={}", self.options.join(" ")));
            start.stdout(Stdio::null()).stderr(Stdio::null());
            if start.status().expect("pg_ctl").success() && self.answers() {
                return;
            }
            thread::sleep(Duration::from_millis(250));
        }
        let log = fs::read_to_string(self.data.with_file_name("again.log")).unwrap_or_default();
        panic!("the cluster does not start again: {log}");
    }

    /// PostgreSQL refuses to be run by root: its programs run as whoever owns its files.
    fn as_owner(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let owner = Command::new("stat").args(["-c", "%U"]).arg(&self.data).output().expect("stat");
        let owner = String::from_utf8(owner.stdout).expect("a name").trim().to_owned();
        let me = Command::new("id").arg("-un").output().expect("id").stdout;
        let mut command = if me.trim_ascii() == owner.as_bytes() {
            Command::new(program)
        } else {
            let mut command = Command::new("runuser");
            command.args(["-u", &owner, "--"]).arg(program);
            command
        };
        command.current_dir(self.data.parent().expect("a place"));
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The end of its input tells the script to stop the server and remove its files.
        drop(self.keeper.stdin.take());
        if let Err(error) = self.keeper.wait() {
            eprintln!("a cluster stays behind: {error}");
        }
    }
}

fn setting(url: &str, name: &str) -> String {
    let mut connection = PgConnection::establish(url).expect("a server that answers");
    let Setting { value } = diesel::sql_query(format!("select current_setting('{name}') as value"))
        .get_result(&mut connection)
        .expect("a setting");
    value
}

/// The server's program and the options it was started with.
fn started_with(data: &Path) -> (PathBuf, Vec<String>) {
    let line = fs::read_to_string(data.join("postmaster.opts")).expect("its options");
    let mut words = line.split_whitespace().map(|word| word.trim_matches('"').to_owned());
    let program = words.next().expect("a program");
    let mut options: Vec<String> = words.collect();
    if let Some(at) = options.iter().position(|word| word == "-D") {
        options.drain(at..at + 2);
    }
    (program.into(), options)
}
