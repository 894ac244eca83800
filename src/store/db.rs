//! The two databases behind one connection type.
//!
//! **Invariant:** only this file knows which database it is, with the writer for how each commits.

use std::path::PathBuf;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager as _};
use diesel::r2d2::{ManageConnection, Pool, R2D2Connection as _};
use diesel::{Connection as _, PgConnection, RunQueryDsl as _, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use thiserror::Error;

use super::prepared::{Prepared, Value, statements};

/// A connection to either database. `Sqlite` stands last because it takes any string for a path.
#[derive(diesel::MultiConnection)]
pub enum Database {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A PostgreSQL server, as a `postgres://` URL.
    Postgres(String),
    /// A SQLite file.
    Sqlite(PathBuf),
}

/// What can go wrong with a database before a question is put to it.
#[derive(Debug, Error)]
pub enum DatabaseError {
    /// The address names neither.
    #[error("`{0}` is neither a `postgres://` address nor a `sqlite:` path")]
    UnknownScheme(String),
    /// No connection.
    #[error("the database does not answer")]
    Connect(#[source] diesel::ConnectionError),
    /// No free connection in time.
    #[error("no database connection came free in time")]
    Pool(#[from] diesel::r2d2::PoolError),
    /// A statement failed.
    #[error("the database refused a statement")]
    Query(#[from] diesel::result::Error),
    /// A migration failed.
    #[error("a migration failed: {0}")]
    Migration(String),
}

impl Place {
    /// Reads `postgres://…`, `postgresql://…` or `sqlite:path`.
    ///
    /// # Errors
    /// [`DatabaseError::UnknownScheme`] with the scheme only: an address can hold a password.
    pub fn parse(url: &str) -> Result<Self, DatabaseError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() => {
                Ok(Self::Sqlite(PathBuf::from(path.trim_start_matches("//"))))
            }
            Some(_) | None => {
                let scheme = url.split(':').next().unwrap_or_default();
                Err(DatabaseError::UnknownScheme(scheme.to_owned()))
            }
        }
    }

    /// Opens one connection with the rights of the service: on PostgreSQL those of a role that
    /// owns nothing. A statement on it takes at most `patience`, with its waiting for locks, and
    /// so does a server that has gone silent, or a transaction that somebody leaves open.
    pub fn connect_as_service(&self, patience: Duration) -> Result<Database, DatabaseError> {
        let limit = patience.as_millis();
        match self {
            Self::Postgres(url) => {
                let mut postgres = PgConnection::establish(&with_patience(url, patience))
                    .map_err(DatabaseError::Connect)?;
                postgres.batch_execute(&format!(
                    "set role samsyn_service; set statement_timeout = {limit}; \
                     set idle_in_transaction_session_timeout = {limit}"
                ))?;
                Ok(Database::Postgres(postgres))
            }
            Self::Sqlite(_) => {
                let mut database = self.connect()?;
                database.batch_execute(&format!("pragma busy_timeout = {limit}"))?;
                Ok(database)
            }
        }
    }

    /// Opens one connection with the owner's rights, for migrations.
    pub fn connect(&self) -> Result<Database, DatabaseError> {
        match self {
            Self::Postgres(url) => {
                PgConnection::establish(url).map(Database::Postgres).map_err(DatabaseError::Connect)
            }
            Self::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(&path.to_string_lossy())
                    .map_err(DatabaseError::Connect)?;
                connection.batch_execute(
                    "pragma busy_timeout = 5000; pragma journal_mode = wal; \
                     pragma synchronous = full; pragma foreign_keys = on;",
                )?;
                Ok(Database::Sqlite(connection))
            }
        }
    }

    /// Opens a connection that leaves all as it is; none where there is no file yet.
    pub fn look(&self) -> Result<Option<Database>, DatabaseError> {
        match self {
            Self::Postgres(_) => self.connect().map(Some),
            Self::Sqlite(path) if !path.exists() => Ok(None),
            Self::Sqlite(path) => SqliteConnection::establish(&path.to_string_lossy())
                .map(|connection| Some(Database::Sqlite(connection)))
                .map_err(DatabaseError::Connect),
        }
    }

    /// Opens up to `size` connections, at most `wait` for one of them, and `patience` for a
    /// statement.
    pub fn pool(
        &self,
        size: u32,
        wait: Duration,
        patience: Duration,
    ) -> Result<Connections, DatabaseError> {
        Ok(Pool::builder()
            .max_size(size)
            .min_idle(Some(1))
            .connection_timeout(wait)
            // A connection that died is found when a transaction is begun on it.
            .test_on_check_out(false)
            .build(Manager { place: self.clone(), patience })?)
    }
}

/// Connections to share.
pub type Connections = Pool<Manager>;

/// Opens connections for a pool.
#[derive(Debug)]
pub struct Manager {
    place: Place,
    patience: Duration,
}

impl ManageConnection for Manager {
    type Connection = Database;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Database, Self::Error> {
        self.place.connect_as_service(self.patience).map_err(|error| match error {
            DatabaseError::Connect(error) => diesel::r2d2::Error::ConnectionError(error),
            DatabaseError::Query(error) => diesel::r2d2::Error::QueryError(error),
            other => diesel::r2d2::Error::ConnectionError(diesel::ConnectionError::BadConnection(
                other.to_string(),
            )),
        })
    }

    fn is_valid(&self, connection: &mut Database) -> Result<(), Self::Error> {
        connection.batch_execute("select 1").map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, connection: &mut Database) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

/// The advisory lock of whoever runs migrations: children's and logs' locks are of random UUIDs.
const MIGRATING: i64 = 1;

/// Runs the migrations that have not been run; tells their names. Who comes second, such as a
/// server that starts at the same moment, waits and then finds them run.
pub fn migrate(connection: &mut Database) -> Result<Vec<String>, DatabaseError> {
    let done = match connection {
        Database::Postgres(postgres) => {
            postgres.batch_execute(&format!("select pg_advisory_lock({MIGRATING})"))?;
            let done = postgres.run_pending_migrations(POSTGRES_MIGRATIONS).map(names);
            postgres.batch_execute(&format!("select pg_advisory_unlock({MIGRATING})"))?;
            done
        }
        Database::Sqlite(sqlite) => sqlite.exclusive_transaction(|sqlite| {
            sqlite.run_pending_migrations(SQLITE_MIGRATIONS).map(names)
        }),
    };
    done.map_err(|error| DatabaseError::Migration(error.to_string()))
}

/// The migrations that were ever run here, oldest first.
pub fn migrated(connection: &mut Database) -> Result<Vec<String>, DatabaseError> {
    let run = match connection {
        Database::Postgres(postgres) => postgres.applied_migrations(),
        Database::Sqlite(sqlite) => sqlite.applied_migrations(),
    };
    let mut run = run.map(names).map_err(|error| DatabaseError::Migration(error.to_string()))?;
    run.sort_unstable();
    Ok(run)
}

/// Keeps out, until the transaction ends, whoever would run migrations or tell of them.
pub fn hold_migrations(connection: &mut Database) -> Result<(), diesel::result::Error> {
    match connection {
        Database::Postgres(postgres) => {
            postgres.batch_execute(&format!("select pg_advisory_xact_lock({MIGRATING})"))
        }
        Database::Sqlite(sqlite) => sqlite.batch_execute("update about set value = value where 0"),
    }
}

/// The address with libpq's limits for a server that does not answer, unless it names its own.
fn with_patience(url: &str, patience: Duration) -> String {
    let (seconds, milliseconds) = (patience.as_secs().max(2), patience.as_millis());
    let limits = [
        ("connect_timeout", seconds.to_string()),
        ("keepalives_idle", seconds.to_string()),
        ("keepalives_interval", "2".to_owned()),
        ("keepalives_count", "3".to_owned()),
        ("tcp_user_timeout", milliseconds.to_string()),
    ];
    let mut url = url.to_owned();
    for (name, limit) in limits {
        if !url.contains(&format!("{name}=")) {
            let mark = if url.contains('?') { '&' } else { '?' };
            url.push_str(&format!("{mark}{name}={limit}"));
        }
    }
    url
}

fn names(versions: Vec<diesel::migration::MigrationVersion<'_>>) -> Vec<String> {
    versions.into_iter().map(|version| version.to_string()).collect()
}

statements! {
    /// Sets the wall for this transaction; PostgreSQL only.
    SeeAreas(diesel::sql_types::Text) = "select set_config('samsyn.areas', $1, true)";
    /// Waits for a lock that nobody else holds; PostgreSQL only.
    Lock(diesel::sql_types::BigInt) = "select pg_advisory_xact_lock($1)";
}

/// Waits for an advisory lock, and holds it until the transaction ends.
pub fn lock(postgres: &mut PgConnection, number: i64) -> Result<(), diesel::result::Error> {
    Prepared::<Lock>::with(&[Value::Number(number)]).execute(postgres)?;
    Ok(())
}

/// Lets this transaction see the rows of these areas alone. SQLite has no such wall.
pub fn see_areas(database: &mut Database, areas: &str) -> Result<(), diesel::result::Error> {
    if let Database::Postgres(postgres) = database {
        Prepared::<SeeAreas>::with(&[Value::Word(areas)]).execute(postgres)?;
    }
    Ok(())
}

/// What [`see_areas`] takes for every area: for the writer, which checks versions and nothing else.
pub const EVERY_AREA: &str = "*";

#[derive(diesel::QueryableByName)]
struct Table {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

/// The names of the tables, without the database's own.
pub fn tables(connection: &mut Database) -> Result<Vec<String>, DatabaseError> {
    let tables: Vec<Table> = match connection {
        Database::Postgres(postgres) => diesel::sql_query(
            "select tablename::text as name from pg_tables \
             where schemaname = any (current_schemas(false))",
        )
        .load(postgres)?,
        Database::Sqlite(sqlite) => diesel::sql_query(
            "select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' \
             escape '\\'",
        )
        .load(sqlite)?,
    };
    Ok(tables.into_iter().map(|table| table.name).collect())
}

/// What a transaction is begun for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// To read one unmoving picture of the data.
    Reading,
    /// To change something that the caller may see.
    Changing,
    /// To write for many, at whatever area.
    Writing,
}

/// Begins it, in one statement.
fn begin(database: &mut Database, begun: Begun) -> Result<(), diesel::result::Error> {
    match database {
        Database::Postgres(postgres) => {
            let begin = match begun {
                Begun::Reading => "begin transaction isolation level repeatable read read only",
                Begun::Changing => "begin",
                Begun::Writing => "begin; set local samsyn.areas = '*'",
            };
            AnsiTransactionManager::begin_transaction_sql(postgres, begin)
        }
        Database::Sqlite(sqlite) => {
            let begin = match begun {
                Begun::Reading => "begin",
                // Whoever reads first and writes later is refused when another process, such as a
                // command, has written in between; so the lock is taken at once.
                Begun::Changing | Begun::Writing => "begin immediate",
            };
            AnsiTransactionManager::begin_transaction_sql(sqlite, begin)
        }
    }
}

/// Runs `job` in a transaction, which stands only if all of it did.
pub fn within<T, E: From<diesel::result::Error>>(
    database: &mut Database,
    begun: Begun,
    job: impl FnOnce(&mut Database) -> Result<T, E>,
) -> Result<T, E> {
    begin(database, begun)?;
    end(database, job)
}

/// The same on whichever connection is free. One that died is given up for another.
pub fn on_any<T, E: From<DatabaseError> + From<diesel::result::Error>>(
    connections: &Connections,
    begun: Begun,
    job: impl FnOnce(&mut Database) -> Result<T, E>,
) -> Result<T, E> {
    let mut tries = connections.max_size();
    loop {
        let mut connection = connections.get().map_err(DatabaseError::from)?;
        let database: &mut Database = &mut connection;
        match begin(database, begun) {
            Ok(()) => return end(database, job),
            Err(_) if database.is_broken() && tries > 0 => tries -= 1,
            Err(error) => return Err(error.into()),
        }
    }
}

fn end<T, E: From<diesel::result::Error>>(
    database: &mut Database,
    job: impl FnOnce(&mut Database) -> Result<T, E>,
) -> Result<T, E> {
    let done = job(database);
    let ended = match (database, done.is_ok()) {
        (Database::Postgres(it), true) => AnsiTransactionManager::commit_transaction(it),
        (Database::Postgres(it), false) => AnsiTransactionManager::rollback_transaction(it),
        (Database::Sqlite(it), true) => AnsiTransactionManager::commit_transaction(it),
        (Database::Sqlite(it), false) => AnsiTransactionManager::rollback_transaction(it),
    };
    match (done, ended) {
        (Ok(value), Ok(())) => Ok(value),
        (Ok(_), Err(error)) => Err(error.into()),
        // What went wrong first is told, and not that the connection is gone with it.
        (Err(error), _) => Err(error),
    }
}

/// Runs `job` on one unmoving picture of the data.
pub fn snapshot<T, E: From<diesel::result::Error>>(
    connection: &mut Database,
    job: impl FnOnce(&mut Database) -> Result<T, E>,
) -> Result<T, E> {
    within(connection, Begun::Reading, job)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gets_the_limits_that_it_does_not_name() {
        let patience = Duration::from_secs(20);
        let url = with_patience("postgres://host/db", patience);
        assert!(url.starts_with("postgres://host/db?connect_timeout=20&"), "{url}");
        assert!(url.ends_with("&tcp_user_timeout=20000"), "{url}");
        let own = with_patience("postgres://host/db?connect_timeout=3", patience);
        assert_eq!(own.matches("connect_timeout").count(), 1, "{own}");
        assert!(own.contains("db?connect_timeout=3&keepalives_idle=20"), "{own}");
    }
    #[test]
    fn no_two_migrations_share_a_version() {
        for database in ["postgres", "sqlite"] {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
            let folders = std::fs::read_dir(format!("{path}/{database}")).unwrap();
            let mut versions: Vec<String> = folders
                .map(|folder| folder.unwrap().file_name().into_string().unwrap())
                .map(|name| name.split('_').next().unwrap_or_default().to_owned())
                .collect();
            versions.sort();
            let all = versions.len();
            // One of two with the same version is never run.
            versions.dedup();
            assert_eq!(versions.len(), all, "{database}");
        }
    }
}
