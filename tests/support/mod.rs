//! What every story needs before it can begin: a database of its own, on each back-end there is.
//!
//! **Invariant:** no server and no server's database outlives the test process, however it ends;
//! a file may be left in the temporary directory by a process that was killed.

pub mod cluster;
pub mod exports;
pub mod house;
pub mod ledger;
mod postgres;
pub mod process;
pub mod scene;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A kind of database that the service keeps its memory in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// One file, bundled with the service.
    Sqlite,
    /// A server.
    Postgres,
}

/// A fresh, empty database for one story. Gone when dropped.
pub struct TestDatabase {
    backend: Backend,
    url: String,
    _home: Home,
}

#[expect(dead_code, reason = "held for what happens when they are dropped")]
enum Home {
    Directory(TemporaryDirectory),
    Server(postgres::Database),
    Elsewhere,
}

/// A new directory under the system's temporary one, removed with all it holds when dropped.
pub struct TemporaryDirectory(PathBuf);

/// The back-ends that can be had here: SQLite always, PostgreSQL when there is a server.
pub fn backends() -> Vec<Backend> {
    let postgres = postgres::server().map(|_| Backend::Postgres);
    [Some(Backend::Sqlite), postgres].into_iter().flatten().collect()
}

/// Tells the same story once on each back-end, each time with a fresh database.
pub fn each_backend(story: impl Fn(TestDatabase)) {
    for backend in backends() {
        println!("the story on {backend}:");
        story(TestDatabase::fresh(backend));
    }
}

impl TestDatabase {
    /// A fresh database on `backend`, which must be one of [`backends`].
    pub fn fresh(backend: Backend) -> Self {
        let (url, home) = match backend {
            Backend::Sqlite => {
                let directory = TemporaryDirectory::fresh();
                let file = directory.path().join("samsyn.sqlite");
                (format!("sqlite:{}", file.display()), Home::Directory(directory))
            }
            Backend::Postgres => {
                let server = postgres::server().expect("a PostgreSQL server");
                let database = server.fresh_database();
                (database.url().to_owned(), Home::Server(database))
            }
        };
        Self { backend, url, _home: home }
    }

    /// The empty database at `url`, of which somebody else takes care.
    pub fn at(backend: Backend, url: String) -> Self {
        Self { backend, url, _home: Home::Elsewhere }
    }

    /// Where the service finds it: `sqlite:<absolute path>` or `postgres://…`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Which kind it is.
    pub fn backend(&self) -> Backend {
        self.backend
    }
}

impl TemporaryDirectory {
    /// Makes `samsyn-test-<process>-<n>`; a leftover of an earlier process is never reused.
    pub fn fresh() -> Self {
        Self::fresh_in(&std::env::temp_dir())
    }

    /// The same under `place`.
    pub fn fresh_in(place: &Path) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let directory = std::iter::repeat_with(|| COUNT.fetch_add(1, Ordering::Relaxed))
            .map(|n| format!("samsyn-test-{}-{n}", std::process::id()))
            .map(|name| place.join(name))
            .find(|path| !path.exists())
            .expect("numbers do not run out");
        std::fs::create_dir(&directory).expect("a temporary directory");
        Self(directory)
    }

    /// Its absolute path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{} stays behind: {error}", self.0.display());
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgresql",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection, SqliteConnection};

    use super::{Backend, TemporaryDirectory, TestDatabase, backends, each_backend, postgres};

    /// Runs `sql` there, or tells why not.
    fn run(database: &TestDatabase, sql: &str) -> Result<(), String> {
        let url = database.url();
        match database.backend() {
            Backend::Sqlite => SqliteConnection::establish(&url["sqlite:".len()..])
                .map_err(|error| error.to_string())?
                .batch_execute(sql),
            Backend::Postgres => {
                PgConnection::establish(url).map_err(|error| error.to_string())?.batch_execute(sql)
            }
        }
        .map_err(|error| error.to_string())
    }

    /// Written past the test harness's capture, because a run that silently left a back-end out
    /// would look like a whole one. Who needs both back-ends looks for this line.
    #[test]
    fn the_back_ends_that_ran_are_told() {
        let ran: Vec<String> = backends()
            .into_iter()
            .map(|backend| {
                run(&TestDatabase::fresh(backend), "SELECT 1").expect("a back-end that works");
                match (backend, postgres::server()) {
                    (Backend::Postgres, Some(server)) => format!("{backend} ({server})"),
                    (Backend::Sqlite | Backend::Postgres, _) => backend.to_string(),
                }
            })
            .collect();
        let line = format!("\nback-ends: {}\n", ran.join(", "));
        std::io::stderr().write_all(line.as_bytes()).expect("somebody to tell");
        let told = std::env::var_os("SAMSYN_TEST_POSTGRES_URL").is_some();
        assert!(ran[0] == "sqlite" && (ran.len() == 2 || !told), "{line}");
    }

    #[test]
    fn each_story_begins_with_an_empty_database_of_its_own() {
        each_backend(|first| {
            let second = TestDatabase::fresh(first.backend());
            assert_ne!(first.url(), second.url());
            for database in [&first, &second] {
                run(database, "CREATE TABLE story (page integer)").expect("an empty database");
            }
            run(&first, "CREATE TABLE story (page integer)").expect_err("a page already written");
        });
    }

    #[test]
    fn a_dropped_database_is_gone() {
        each_backend(|database| {
            run(&database, "CREATE TABLE story (page integer)").expect("an empty database");
            let TestDatabase { backend, url, _home } = database;
            drop(_home);
            match backend {
                Backend::Sqlite => {
                    SqliteConnection::establish(&url["sqlite:".len()..]).err().expect("no file")
                }
                Backend::Postgres => PgConnection::establish(&url).err().expect("no database"),
            };
        });
    }

    #[test]
    fn a_temporary_directory_leaves_nothing_behind() {
        let directory = TemporaryDirectory::fresh();
        let path = directory.path().to_owned();
        std::fs::write(path.join("file"), "content").expect("a writable directory");
        drop(directory);
        assert!(!path.exists());
    }
}
