//! Rows of several kinds that one statement gives: what a decision rests on stands in a dozen
//! tables, and asking each by itself costs more than all answers.
//!
//! **Invariant:** a statement finds nothing by the same questions as it finds something.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Integer, Nullable, Text as DbText};

use super::db::Database;
use super::error::StoreError;
use super::prepared::{AnyId, Prepared, Statement, Text, Value, named};
use super::sql::{At, DbTime, DbUuid, Json};
use crate::domain::agency::{AgencyKind, Place, SecrecyRegime, UnitKind};
use crate::domain::ids::Id;
use crate::domain::text::Coded;

/// What a row tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A member of staff, or a private person who asks.
    Asker,
    /// A role of theirs at a unit today.
    Duty,
    /// An area that they see; with it the database's wall is set.
    Area,
    /// A child.
    Person,
    /// A guardian's custody.
    Custody,
    /// A power that the principal holds today.
    Power,
    /// A guardian who is barred, now or once.
    Bar,
    /// An assessment of the child's maturity.
    Maturity,
    /// A case, with the unit that coordinates it.
    Case,
    /// A unit that takes part.
    Party,
    /// An assignment of the principal's that holds today.
    Assignment,
    /// An emergency opening of the principal's that holds now.
    Glass,
    /// An item.
    Item,
    /// A publication of an item.
    Publication,
    /// What an item says.
    Content,
    /// What it says beyond plain text.
    Meaning,
    /// What was added to an item.
    Addendum,
}

type Of<T> = Nullable<T>;
type Ids<T> = (T, T, T, T, T, T);
type Four<T> = (T, T, T, T);
type Two<T> = (T, T);

/// The columns that every such statement has.
pub type Columns = (
    Integer,
    Ids<Of<DbUuid>>,
    Four<Of<DbText>>,
    Two<Of<Date>>,
    Two<Of<DbTime>>,
    Four<Of<Bool>>,
    Of<BigInt>,
);

type Raw = (
    i32,
    Ids<Option<AnyId>>,
    Four<Option<String>>,
    Two<Option<NaiveDate>>,
    Two<Option<At>>,
    Four<Option<bool>>,
    Option<i64>,
);

/// A row.
#[derive(Debug)]
pub struct Row(Raw);

impl Row {
    /// The id in the place `n`; nobody's where there is none.
    pub fn id<T>(&self, n: usize) -> Id<T> {
        named(self.any(n))
    }

    /// The id in the place `n`, if there is one.
    pub fn maybe<T>(&self, n: usize) -> Option<Id<T>> {
        self.any(n).map(|id| Id::new(id.uuid()))
    }

    fn any(&self, n: usize) -> Option<AnyId> {
        let (a, b, c, d, e, f) = self.0.1;
        [a, b, c, d, e, f].get(n).copied().flatten()
    }

    /// The word in the place `n`; empty where there is none.
    pub fn word(&self, n: usize) -> &str {
        let (a, b, c, d) = &self.0.2;
        [a, b, c, d].get(n).and_then(|word| word.as_deref()).unwrap_or_default()
    }

    /// What the word in the place `n` stands for.
    pub fn code<T: Coded>(&self, n: usize) -> Result<T, StoreError> {
        Ok(T::from_code(self.word(n))?)
    }

    /// The word in the place `n`, which is JSON; no word is none of its values.
    pub fn json(&self, n: usize) -> Result<Json, StoreError> {
        let json = serde_json::from_str(self.word(n));
        json.map(Json).map_err(|_| StoreError::Corrupt("a list in a row".into()))
    }

    /// The day in the place `n`.
    pub fn day(&self, n: usize) -> Option<NaiveDate> {
        let (a, b) = self.0.3;
        [a, b].get(n).copied().flatten()
    }

    /// The instant in the place `n`.
    pub fn time(&self, n: usize) -> Option<At> {
        let (a, b) = self.0.4;
        [a, b].get(n).copied().flatten()
    }

    /// Whether what stands in the place `n` is so.
    pub fn flag(&self, n: usize) -> bool {
        let (a, b, c, d) = self.0.5;
        [a, b, c, d].get(n).copied().flatten().unwrap_or_default()
    }

    /// The number; zero where there is none.
    pub fn number(&self) -> i64 {
        self.0.6.unwrap_or_default()
    }

    /// The unit whose id stands in the place `unit`, its agency's in the next; its kind, secrecy
    /// and agency's kind in the words from `word` on; and whether that is public in `flag`.
    pub fn place(&self, unit: usize, word: usize, flag: usize) -> Result<Place, StoreError> {
        Ok(Place {
            unit: self.id(unit),
            unit_kind: self.code::<UnitKind>(word)?,
            agency: self.id(unit + 1),
            agency_kind: self.code::<AgencyKind>(word + 2)?,
            public: self.flag(flag),
            regime: self.code::<SecrecyRegime>(word + 1)?,
        })
    }
}

/// The rows of one statement, each kind in the order of its ids.
#[derive(Debug)]
pub struct Rows(Vec<Row>);

impl Rows {
    /// Asks for them.
    pub fn load<S>(database: &mut Database, values: &[Value<'_>]) -> Result<Self, StoreError>
    where
        S: Statement<Columns = Columns>,
    {
        let statement = Prepared::<S>::with(values);
        let rows: Vec<Raw> = match database {
            Database::Postgres(postgres) => statement.load(postgres)?,
            Database::Sqlite(sqlite) => statement.load(sqlite)?,
        };
        let mut rows: Vec<Row> = rows.into_iter().map(Row).collect();
        rows.sort_by_key(|row| (row.0.0, row.any(0)));
        Ok(Self(rows))
    }

    /// Those of one kind.
    pub fn of(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Row> {
        self.0.iter().filter(move |row| row.0.0 == kind as i32)
    }

    /// The only one of a kind.
    pub fn one(&self, kind: Kind) -> Option<&Row> {
        self.of(kind).next()
    }
}

/// One kind of row, as its part of a statement: where it is from, and what it holds.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// What it tells of.
    pub kind: Kind,
    /// At most six.
    pub ids: &'static [&'static str],
    /// At most four.
    pub words: &'static [&'static str],
    /// At most two.
    pub days: &'static [&'static str],
    /// At most two.
    pub times: &'static [&'static str],
    /// At most four.
    pub flags: &'static [&'static str],
    /// One, or nothing.
    pub number: &'static str,
    /// Tables and conditions.
    pub from: &'static str,
}

impl Part {
    /// Rows without anything in them.
    pub const fn of(kind: Kind, from: &'static str) -> Self {
        let none: &[&str] = &[];
        Self {
            kind,
            ids: none,
            words: none,
            days: none,
            times: none,
            flags: none,
            number: "",
            from,
        }
    }

    /// The part's text; `native` where a column that is left out needs its type.
    fn text(&self, native: bool) -> String {
        let number = [self.number];
        let number = if self.number.is_empty() { &[] } else { &number[..] };
        let columns = [
            (self.ids, 6, "uuid"),
            (self.words, 4, "text"),
            (self.days, 2, "date"),
            (self.times, 2, "timestamptz"),
            (self.flags, 4, "boolean"),
            (number, 1, "bigint"),
        ];
        let mut text = format!("select {}", self.kind as i32);
        for (held, width, of) in columns {
            for place in 0..width {
                text.push_str(", ");
                match held.get(place) {
                    Some(column) => text.push_str(column),
                    None if native => text.extend(["null::", of]),
                    None => text.push_str("null"),
                }
            }
        }
        text.extend([" from ", self.from]);
        text
    }
}

/// The text of a statement of these parts: first `head`, and in it and the parts each of `words`
/// as it is said to PostgreSQL and to SQLite.
pub fn text(head: &str, parts: &[Part], words: &[(&str, &str, &str)]) -> Text {
    let whole = |native: bool| {
        let parts: Vec<String> = parts.iter().map(|part| part.text(native)).collect();
        let whole = format!("{head}{}", parts.join(" union all "));
        words.iter().fold(whole, |text, (word, postgres, sqlite)| {
            text.replace(word, if native { postgres } else { sqlite })
        })
    };
    Text::apart(&whole(true), &whole(false))
}
