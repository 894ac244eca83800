//! A PostgreSQL server for the tests: the one they were told of, else one of their own.
//!
//! `SAMSYN_TEST_POSTGRES_URL` names a server whose user may create databases. Without it, and with
//! PostgreSQL's programs installed, `scripts/temporary-postgres.sh` runs a server for as long as
//! this process lives. Otherwise there is none.
//!
//! **Invariant:** no server is touched that was not named, and no database dropped that was not
//! made here.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};

const VARIABLE: &str = "SAMSYN_TEST_POSTGRES_URL";

/// The script leaves with this code when PostgreSQL's programs are not installed.
const NO_PROGRAMS: i32 = 3;

/// Reads `made <name>` and `gone <name>` and, once whoever wrote them is no more, drops what was made
/// and is not gone: what a killed process left. Needs `psql`, else the rest stays behind.
const SWEEP: &str = r#"
left=$(awk '$1 == "made" { left[$2] } $1 == "gone" { delete left[$2] }
    END { for (name in left) print name }')
for name in $left; do
    psql --no-password --quiet --command="DROP DATABASE $name WITH (FORCE)" "$1"
done
"#;

/// A server that answers.
pub struct Server {
    url: String,
    origin: Origin,
    version: String,
}

enum Origin {
    Named { sweeper: Mutex<Child> },
    Temporary { _keeper: Child },
}

/// A database that one story has for itself. Dropped with this value.
pub struct Database {
    server: &'static Server,
    name: String,
    url: String,
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    server_version: String,
}

/// The server for this process, started at the first call. `None` when none can be had; a server
/// that was named but does not answer is a failure.
pub fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    SERVER.get_or_init(|| named().or_else(temporary)).as_ref()
}

impl Server {
    /// Creates an empty database named `samsyn_test_<process>_<n>`.
    pub fn fresh_database(&'static self) -> Database {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let mut failures = Vec::new();
        while failures.len() < 5 {
            let n = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!("samsyn_test_{}_{n}", std::process::id());
            match self.execute(&format!("CREATE DATABASE {name}")) {
                Ok(()) => {
                    self.tell_sweeper("made", &name);
                    return Database { server: self, url: with_database(&self.url, &name), name };
                }
                // Another machine's process may have made one of the same name.
                Err(failure) => failures.push(failure),
            }
        }
        panic!("no database could be created: {failures:?}")
    }

    fn execute(&self, sql: &str) -> Result<(), String> {
        let mut connection =
            PgConnection::establish(&self.url).map_err(|error| error.to_string())?;
        connection.batch_execute(sql).map_err(|error| error.to_string())
    }

    fn tell_sweeper(&self, word: &str, name: &str) {
        if let Origin::Named { sweeper } = &self.origin {
            let mut sweeper = sweeper.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(ear) = &mut sweeper.stdin {
                writeln!(ear, "{word} {name}").expect("a sweeper that listens");
            }
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = match self.origin {
            Origin::Named { .. } => VARIABLE,
            Origin::Temporary { .. } => "a temporary cluster",
        };
        write!(f, "{}, {origin}", self.version)
    }
}

impl Database {
    /// Where it is, with the user and the options of the server's URL.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        match self.server.execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name)) {
            Ok(()) => self.server.tell_sweeper("gone", &self.name),
            Err(error) => eprintln!("{} stays behind: {error}", self.name),
        }
    }
}

fn named() -> Option<Server> {
    let url = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty())?;
    let version = version(&url);
    let sweeper = guard(Command::new("sh").args(["-c", SWEEP, "sh", &url]));
    Some(Server { url, origin: Origin::Named { sweeper: Mutex::new(sweeper) }, version })
}

fn temporary() -> Option<Server> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/temporary-postgres.sh");
    let mut keeper = guard(Command::new("sh").arg(script));
    let mut url = String::new();
    BufReader::new(keeper.stdout.take().expect("a pipe from the script"))
        .read_line(&mut url)
        .expect("a line from the script");
    if url.is_empty() {
        let left = keeper.wait().expect("the script to have left");
        assert_eq!(left.code(), Some(NO_PROGRAMS), "the temporary cluster did not start");
        return None;
    }
    let url = url.trim_end().to_owned();
    let version = version(&url);
    Some(Server { url, origin: Origin::Temporary { _keeper: keeper }, version })
}

/// Starts a process that learns of this one's end from the end of its standard input. A group of
/// its own keeps it from an interrupt meant for the tests.
fn guard(command: &mut Command) -> Child {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .expect("a shell to run")
}

/// The server's version, such as `15.20`. Its packager's remarks are left out.
fn version(url: &str) -> String {
    let mut connection = PgConnection::establish(url)
        .unwrap_or_else(|error| panic!("the PostgreSQL server for the tests: {error}"));
    let Setting { server_version } = diesel::sql_query("SHOW server_version")
        .get_result(&mut connection)
        .expect("a server that knows its version");
    server_version.split_whitespace().take(1).collect()
}

/// `url` with its path replaced by `database`, its options kept.
fn with_database(url: &str, database: &str) -> String {
    let (address, options) = match url.split_once('?') {
        Some((address, options)) => (address, format!("?{options}")),
        None => (url, String::new()),
    };
    let authority = address.find("://").map_or(0, |at| at + "://".len());
    let end = address[authority..].find('/').map_or(address.len(), |at| authority + at);
    format!("{}/{database}{options}", &address[..end])
}

#[cfg(test)]
mod tests {
    use super::{server, with_database};

    #[test]
    fn a_fresh_database_keeps_the_servers_user_and_options() {
        for (url, expected) in [
            ("postgres://postgres@127.0.0.1:5432/postgres", "postgres://postgres@127.0.0.1:5432/x"),
            ("postgres://host", "postgres://host/x"),
            ("postgres://host/", "postgres://host/x"),
            ("postgres://a:b@host/db?sslmode=disable", "postgres://a:b@host/x?sslmode=disable"),
            ("postgres://host?host=/run/postgresql", "postgres://host/x?host=/run/postgresql"),
        ] {
            assert_eq!(with_database(url, "x"), expected);
        }
    }

    #[test]
    fn only_databases_of_this_process_are_made() {
        let Some(server) = server() else { return };
        let database = server.fresh_database();
        let expected = format!("/samsyn_test_{}_", std::process::id());
        assert!(database.url().contains(&expected), "{}", database.url());
    }
}
