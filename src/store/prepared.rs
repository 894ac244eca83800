//! Statements whose text never changes, so that each connection prepares them once.
//!
//! Diesel prepares a list of values, a literal and a change anew each time, and builds the text of
//! every statement for two databases again to find it. What every request asks stands here as text
//! instead, once for each database.

use std::cell::OnceCell;
use std::marker::PhantomData;

use chrono::NaiveDate;
use diesel::internal::derives::multiconnection::AstPassHelper as _;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, BindCollector as _, Query, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sql_types::{Array, BigInt, Binary, Date, Text as DbText};
use diesel::sqlite::Sqlite;
use uuid::Uuid;

use super::sql::{At, DbTime, DbUuid};
use crate::domain::ids::Id;

/// An id of whatever kind.
pub type AnyId = Id<()>;

/// A statement's text in both databases.
#[derive(Debug)]
pub struct Text {
    postgres: String,
    sqlite: String,
}

impl Text {
    /// What is written for both: `$1` is the first value, and `{in $1}` asks whether what stands
    /// before it is among ids.
    pub fn of(text: &str) -> Self {
        Self::apart(text, text)
    }

    /// The same, written for each.
    pub fn apart(postgres: &str, sqlite: &str) -> Self {
        // SQLite can bind no list: ids come as a JSON array of their texts.
        let sqlite = among(sqlite, "in (select unhex(value, '-') from json_each(", "))");
        Self { postgres: among(postgres, "= any (", ")"), sqlite: sqlite.replace('$', "?") }
    }
}

/// Writes `{in …}` out.
fn among(text: &str, before: &str, after: &str) -> String {
    let mut parts = text.split("{in ");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (ids, rest) = part.split_once('}').unwrap_or((part, ""));
        whole.extend([before, ids, after, rest]);
    }
    whole
}

/// What stands for `$1` and so on.
#[derive(Debug)]
pub enum Value<'a> {
    /// An id.
    Id(AnyId),
    /// Ids, for `{in …}`.
    Ids(Among),
    /// A word.
    Word(&'a str),
    /// A day.
    Day(NaiveDate),
    /// An instant.
    At(At),
    /// A whole number.
    Number(i64),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A column of several rows; PostgreSQL only.
    Column(Column<'a>),
}

/// One column of several rows, as an array.
#[derive(Debug)]
pub enum Column<'a> {
    /// Ids.
    Ids(Vec<AnyId>),
    /// Instants.
    Times(Vec<At>),
    /// Bytes.
    Bytes(Vec<&'a [u8]>),
    /// Words.
    Words(Vec<String>),
    /// Whole numbers.
    Numbers(Vec<i64>),
}

/// Ids to be among.
#[derive(Debug)]
pub struct Among {
    ids: Vec<AnyId>,
    json: OnceCell<String>,
}

impl Among {
    fn json(&self) -> &String {
        self.json.get_or_init(|| {
            let ids: Vec<String> = self.ids.iter().map(|id| format!("\"{id}\"")).collect();
            format!("[{}]", ids.join(","))
        })
    }
}

impl Value<'_> {
    /// The id.
    pub const fn id<Of>(id: Id<Of>) -> Self {
        Self::Id(any(id))
    }

    /// The ids.
    pub fn ids<Of>(ids: &[Id<Of>]) -> Self {
        let ids = ids.iter().map(|id| any(*id)).collect();
        Self::Ids(Among { ids, json: OnceCell::new() })
    }
}

/// The id without its kind.
pub const fn any<Of>(id: Id<Of>) -> AnyId {
    Id::new(id.uuid())
}

/// The id with a kind; nobody's where there is none.
pub fn named<Of>(id: Option<AnyId>) -> Id<Of> {
    Id::new(id.map_or(Uuid::nil(), AnyId::uuid))
}

/// A statement: its text, and the columns of its rows.
pub trait Statement: 'static {
    /// What its rows hold, as types of SQL.
    type Columns;
    /// Its text.
    fn text() -> &'static Text;
}

/// A statement with its values, ready to be sent.
#[derive(Debug)]
#[must_use]
pub struct Prepared<'a, S> {
    values: &'a [Value<'a>],
    statement: PhantomData<fn() -> S>,
}

impl<'a, S: Statement> Prepared<'a, S> {
    /// The statement with these values.
    pub const fn with(values: &'a [Value<'a>]) -> Self {
        Self { values, statement: PhantomData }
    }
}

// The same type is the same text: it is looked up by its type alone.
impl<S: Statement> QueryId for Prepared<'_, S> {
    type QueryId = S;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<S: Statement> Query for Prepared<'_, S> {
    type SqlType = S::Columns;
}

impl<S, C> RunQueryDsl<C> for Prepared<'_, S> {}

impl<S: Statement> QueryFragment<Pg> for Prepared<'_, S> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(&S::text().postgres);
        // The text names its values already.
        let Some((binds, types)) = out.bind_collector() else { return Ok(()) };
        for value in self.values {
            match value {
                Value::Id(id) => binds.push_bound_value::<DbUuid, _>(id, types)?,
                Value::Ids(it) => binds.push_bound_value::<Array<DbUuid>, _>(&it.ids, types)?,
                Value::Word(word) => binds.push_bound_value::<DbText, str>(word, types)?,
                Value::Day(day) => binds.push_bound_value::<Date, _>(day, types)?,
                Value::At(at) => binds.push_bound_value::<DbTime, _>(at, types)?,
                Value::Number(number) => binds.push_bound_value::<BigInt, _>(number, types)?,
                Value::Bytes(bytes) => binds.push_bound_value::<Binary, [u8]>(bytes, types)?,
                Value::Column(Column::Ids(all)) => {
                    binds.push_bound_value::<Array<DbUuid>, _>(all, types)?;
                }
                Value::Column(Column::Times(all)) => {
                    binds.push_bound_value::<Array<DbTime>, _>(all, types)?;
                }
                Value::Column(Column::Bytes(all)) => {
                    binds.push_bound_value::<Array<Binary>, _>(all, types)?;
                }
                Value::Column(Column::Words(all)) => {
                    binds.push_bound_value::<Array<DbText>, _>(all, types)?;
                }
                Value::Column(Column::Numbers(all)) => {
                    binds.push_bound_value::<Array<BigInt>, _>(all, types)?;
                }
            }
        }
        Ok(())
    }
}

impl<S: Statement> QueryFragment<Sqlite> for Prepared<'_, S> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(&S::text().sqlite);
        let Some((binds, types)) = out.bind_collector() else { return Ok(()) };
        for value in self.values {
            match value {
                Value::Id(id) => binds.push_bound_value::<DbUuid, _>(id, types)?,
                Value::Ids(ids) => binds.push_bound_value::<DbText, _>(ids.json(), types)?,
                Value::Word(word) => binds.push_bound_value::<DbText, str>(word, types)?,
                Value::Day(day) => binds.push_bound_value::<Date, _>(day, types)?,
                Value::At(at) => binds.push_bound_value::<DbTime, _>(at, types)?,
                Value::Number(number) => binds.push_bound_value::<BigInt, _>(number, types)?,
                Value::Bytes(bytes) => binds.push_bound_value::<Binary, [u8]>(bytes, types)?,
                Value::Column(_) => {
                    let why = "SQLite takes no columns of rows";
                    return Err(Error::QueryBuilderError(why.into()));
                }
            }
        }
        Ok(())
    }
}

/// Statements: a name, the types of what a row holds, and the text for both databases.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident($columns:ty) = $text:literal;)+) => { $(
        $(#[$doc])*
        pub struct $name;
        impl $crate::store::prepared::Statement for $name {
            type Columns = $columns;
            fn text() -> &'static $crate::store::prepared::Text {
                use $crate::store::prepared::Text;
                static TEXT: std::sync::LazyLock<Text> =
                    std::sync::LazyLock::new(|| Text::of($text));
                &TEXT
            }
        }
    )+ };
}
pub(super) use statements;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_its_values_as_each_database_does() {
        let text = Text::of("select a from t where id {in $1} and b = $2");
        assert_eq!(text.postgres, "select a from t where id = any ($1) and b = $2");
        let sqlite = "id in (select unhex(value, '-') from json_each(?1)) and b = ?2";
        assert!(text.sqlite.ends_with(sqlite), "{}", text.sqlite);
    }
}
