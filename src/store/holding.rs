//! Whose data a database holds. Asked before anything is written to it.
//!
//! **Invariant:** nothing here changes anything, not even the kind of its journal.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::db::{self, Place};
use super::door::Store;
use super::error::StoreError;
use super::schema::{about, agency};
use super::telling::HOST;

/// What a database holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holding {
    /// Nothing yet: there is no such file, it has no tables, or they are empty.
    Nothing,
    /// What this kind of installation loaded, for example `demo`.
    MadeBy(String),
    /// Somebody's data, of which it does not say whose.
    Unmarked,
}

impl Store {
    /// What the database at `place` holds.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be asked, for example because it is no database.
    pub fn holding(place: &Place) -> Result<Holding, StoreError> {
        let Some(mut database) = place.look()? else { return Ok(Holding::Nothing) };
        let tables = db::tables(&mut database)?;
        if tables.is_empty() {
            return Ok(Holding::Nothing);
        }
        if !["about", "agency"].iter().all(|name| tables.iter().any(|table| table == name)) {
            return Ok(Holding::Unmarked);
        }
        let made_by: Option<String> =
            about::table.find("made_by").select(about::value).first(&mut database).optional()?;
        if let Some(made_by) = made_by {
            return Ok(Holding::MadeBy(made_by));
        }
        let loaded: bool = diesel::select(exists(agency::table.filter(agency::id.ne(HOST))))
            .get_result(&mut database)?;
        Ok(if loaded { Holding::Unmarked } else { Holding::Nothing })
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use diesel::connection::SimpleConnection;

    use super::*;
    use crate::clock::Clock;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let name = format!("samsyn-holding-{}-{name}", std::process::id());
            Self(std::env::temp_dir().join(name))
        }

        fn run(&self, sql: &str) {
            Place::Sqlite(self.0.clone()).connect().unwrap().batch_execute(sql).unwrap();
        }

        fn holding(&self) -> Holding {
            Store::holding(&Place::Sqlite(self.0.clone())).unwrap()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            for end in ["", "-wal", "-shm"] {
                let mut file = self.0.clone().into_os_string();
                file.push(end);
                let _ = std::fs::remove_file(file);
            }
        }
    }

    #[test]
    fn a_file_that_is_not_there_holds_nothing_and_is_not_made() {
        let scratch = Scratch::new("absent");
        assert_eq!(scratch.holding(), Holding::Nothing);
        assert!(!scratch.0.exists());
    }

    #[test]
    fn what_was_loaded_is_told_from_what_was_not() {
        let scratch = Scratch::new("loaded");
        Store::migrate(&Place::Sqlite(scratch.0.clone()), &Clock::machine()).unwrap();
        assert_eq!(scratch.holding(), Holding::Nothing);
        scratch.run(
            "insert into agency (id, kind, public, name, mission) \
             values (x'01', 'school', 1, 'name', 'mission')",
        );
        assert_eq!(scratch.holding(), Holding::Unmarked);
        scratch.run("insert into about (name, value) values ('made_by', 'demo')");
        assert_eq!(scratch.holding(), Holding::MadeBy("demo".into()));
    }

    #[test]
    fn another_services_tables_are_somebodys_data() {
        let scratch = Scratch::new("foreign");
        scratch.run("create table invoice (number integer)");
        assert_eq!(scratch.holding(), Holding::Unmarked);
    }

    #[test]
    fn a_file_that_is_no_database_is_an_error() {
        let scratch = Scratch::new("text");
        std::fs::write(&scratch.0, "a letter, and quite a long one at that").unwrap();
        assert!(Store::holding(&Place::Sqlite(scratch.0.clone())).is_err());
    }
}
