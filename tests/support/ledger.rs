//! The ledger's table, read behind the service's back.
//!
//! **Invariant:** nothing is written here.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Binary, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection};
use samsyn::ledger::{Hash, Header, Record};
use uuid::Uuid;

use super::{Backend, TestDatabase};

/// An entry as it stands in the table.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place in the order of the ledger.
    pub seq: i64,
    /// What everybody concerned may know.
    pub header: Header,
    /// What each owner may know.
    pub records: Vec<Record>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Binary)]
    header: Vec<u8>,
    #[diesel(sql_type = Binary)]
    records: Vec<u8>,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Text)]
    id: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl TestDatabase {
    /// The entries of requests that stand after the one numbered `seq`, in the ledger's order:
    /// all but the service's own and sign-ins.
    pub fn entries_after(&self, seq: i64) -> Vec<Entry> {
        let own = ["SignIn", "StartService", "StopService", "ChangePolicies", "MigrateDatabase"];
        let all = self.all_entries_after(seq).into_iter();
        all.filter(|entry| !own.contains(&entry.header.act.as_str())).collect()
    }

    /// Every entry of `act`, in the ledger's order.
    pub fn entries_of(&self, act: &str) -> Vec<Entry> {
        let all = self.all_entries_after(0).into_iter();
        all.filter(|entry| entry.header.act == act).collect()
    }

    /// Every entry that stands after the one numbered `seq`, in the ledger's order.
    pub fn all_entries_after(&self, seq: i64) -> Vec<Entry> {
        let sql = format!(
            "select seq, header, records from ledger_entry \
             where seq > {seq} and length(header) > 0 order by seq"
        );
        let rows: Vec<Row> = match self.backend() {
            Backend::Sqlite => diesel::sql_query(sql).load(&mut self.sqlite()),
            Backend::Postgres => diesel::sql_query(sql).load(&mut self.postgres()),
        }
        .expect("a ledger");
        rows.into_iter().map(Row::entry).collect()
    }

    /// The number of the newest entry; 0 when there is none.
    pub fn newest_entry(&self) -> i64 {
        self.number("select coalesce(max(seq), 0) as number from ledger_entry")
    }

    /// How many rows `table` has.
    pub fn rows(&self, table: &str) -> i64 {
        self.number(&format!("select count(*) as number from {table}"))
    }

    /// The ids of the rows of `table`.
    pub fn ids(&self, table: &str) -> BTreeSet<Uuid> {
        let rows: Vec<Id> = match self.backend() {
            Backend::Sqlite => diesel::sql_query(format!("select hex(id) as id from {table}"))
                .load(&mut self.sqlite()),
            Backend::Postgres => {
                diesel::sql_query(format!("select cast(id as text) as id from {table}"))
                    .load(&mut self.postgres())
            }
        }
        .expect("ids");
        rows.iter().map(|row| row.id.parse().expect("an id")).collect()
    }

    /// What `sql` gives as its one row's `number`.
    pub fn number(&self, sql: &str) -> i64 {
        let found: Count = match self.backend() {
            Backend::Sqlite => diesel::sql_query(sql).get_result(&mut self.sqlite()),
            Backend::Postgres => diesel::sql_query(sql).get_result(&mut self.postgres()),
        }
        .expect("a number");
        found.number
    }

    /// Leaves an export as a server does that was killed while it wrote. `id` is hexadecimal.
    pub fn take_export(&self, id: &str) {
        let sqlite = format!("update log_export set state = 'running' where id = x'{id}'");
        let postgres = format!("update log_export set state = 'running' where id = '{id}'");
        match self.backend() {
            Backend::Sqlite => self.sqlite().batch_execute(&sqlite),
            Backend::Postgres => self.postgres().batch_execute(&postgres),
        }
        .expect("an export");
    }

    /// A connection of a story's own, with the owner's rights.
    pub fn sqlite(&self) -> SqliteConnection {
        let mut connection =
            SqliteConnection::establish(&self.url()["sqlite:".len()..]).expect("a database");
        connection.batch_execute("pragma busy_timeout = 10000").expect("a setting");
        connection
    }

    /// The same on the server.
    pub fn postgres(&self) -> PgConnection {
        PgConnection::establish(self.url()).expect("a database")
    }
}

impl Row {
    fn entry(self) -> Entry {
        let (header, hashes) = Header::parse(&self.header).expect("a header");
        let lines: Vec<&[u8]> =
            self.records.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        let told: Vec<Hash> = lines.iter().map(|line| Hash::of(line)).collect();
        assert_eq!(told, hashes, "the header's hashes are those of its records");
        let records = lines.iter().map(|line| Record::parse(line).expect("a record")).collect();
        Entry { seq: self.seq, header, records }
    }
}

impl Entry {
    /// The ids of the things of this kind that its records tell of, in order.
    pub fn recorded(&self, kind: &str) -> Vec<Uuid> {
        let of_kind = self.records.iter().filter(|record| record.resource.kind == kind);
        of_kind.filter_map(|record| record.resource.id).collect()
    }
}
