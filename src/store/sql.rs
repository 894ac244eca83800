//! How a uuid, an instant and a JSON value look in each database: native in PostgreSQL, a
//! 16-byte blob and fixed-width text in SQLite.
//!
//! **Invariant:** nothing else in the service knows.

use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow, Queryable};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::Pg;
use diesel::query_builder::QueryId;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{HasSqlType, Nullable, SingleValue, SqlOrd, SqlType};
use diesel::sqlite::Sqlite;
use uuid::Uuid;

use super::db::MultiBackend;
use super::error::StoreError;
use crate::clock::Instant;
use crate::domain::ids::Id;
use crate::domain::text::Coded;

/// `uuid` or a 16-byte blob.
#[derive(SqlType, QueryId, Clone, Copy, Debug, Default)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951), sqlite_type(name = "Binary"))]
pub struct DbUuid;

/// `timestamptz` or text such as `2026-11-21T22:13:30.000000Z`, which sorts by time.
#[derive(SqlType, QueryId, Clone, Copy, Debug, Default)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185), sqlite_type(name = "Text"))]
pub struct DbTime;

/// `jsonb` or text.
#[derive(SqlType, QueryId, Clone, Copy, Debug, Default)]
#[diesel(postgres_type(oid = 3802, array_oid = 3807), sqlite_type(name = "Text"))]
pub struct DbJson;

impl SqlOrd for DbTime {}
impl SqlOrd for DbUuid {}

/// An instant on its way to or from the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = DbTime)]
pub struct At(pub Instant);

/// A JSON value on its way to or from the database.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = DbJson)]
pub struct Json(pub serde_json::Value);

/// Words as a JSON array.
pub fn codes<'a, T: Coded>(words: impl IntoIterator<Item = &'a T>) -> Json {
    Json(words.into_iter().map(|word| serde_json::Value::from(word.code())).collect())
}

/// A JSON array of words, read.
pub fn codes_in<T: Coded>(words: &Json) -> Result<Vec<T>, StoreError> {
    words
        .0
        .as_array()
        .into_iter()
        .flatten()
        .map(|word| Ok(T::from_code(word.as_str().unwrap_or_default())?))
        .collect()
}

/// Ids as a JSON array.
pub fn ids<'a, Of: 'static>(ids: impl IntoIterator<Item = &'a Id<Of>>) -> Json {
    Json(ids.into_iter().map(|id| serde_json::Value::from(id.to_string())).collect())
}

/// A JSON array of ids, read.
pub fn ids_in<Of>(ids: &Json) -> Result<Vec<Id<Of>>, StoreError> {
    let read = |value: &serde_json::Value| value.as_str().and_then(|text| text.parse().ok());
    ids.0
        .as_array()
        .into_iter()
        .flatten()
        .map(|value| read(value).map(Id::new).ok_or_else(|| StoreError::Corrupt("an id".into())))
        .collect()
}

const TIME_FORMAT: &str = "%Y-%m-%dT%H:%M:%S%.6fZ";

impl<Of: 'static> ToSql<DbUuid, Pg> for Id<Of> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<diesel::sql_types::Uuid, Pg>::to_sql(&self.uuid(), &mut out.reborrow())
    }
}

impl<Of: 'static> ToSql<DbUuid, Sqlite> for Id<Of> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.uuid().into_bytes().to_vec());
        Ok(IsNull::No)
    }
}

impl<Of: 'static> FromSql<DbUuid, Pg> for Id<Of> {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <Uuid as FromSql<diesel::sql_types::Uuid, Pg>>::from_sql(value).map(Self::new)
    }
}

impl<Of: 'static> FromSql<DbUuid, Sqlite> for Id<Of> {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<diesel::sql_types::Binary, Sqlite>>::from_sql(value)?;
        Ok(Self::new(Uuid::from_slice(&bytes)?))
    }
}

impl<Of: 'static> ToSql<DbUuid, MultiBackend> for Id<Of> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((DbUuid, self));
        Ok(IsNull::No)
    }
}

impl<Of: 'static> FromSql<DbUuid, MultiBackend> for Id<Of> {
    fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, DbUuid>()
    }
}

// The domain's ids derive nothing of diesel, so their place in a query is spelled out here.
impl<Of: 'static> AsExpression<DbUuid> for Id<Of> {
    type Expression = Bound<DbUuid, Self>;
    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

impl<'a, Of: 'static> AsExpression<DbUuid> for &'a Id<Of> {
    type Expression = Bound<DbUuid, &'a Id<Of>>;
    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

impl<Of: 'static> AsExpression<Nullable<DbUuid>> for Id<Of> {
    type Expression = Bound<Nullable<DbUuid>, Self>;
    fn as_expression(self) -> Self::Expression {
        Bound::new(self)
    }
}

impl<Of: 'static, DB> ToSql<Nullable<DbUuid>, DB> for Id<Of>
where
    DB: Backend,
    Self: ToSql<DbUuid, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        ToSql::<DbUuid, DB>::to_sql(self, out)
    }
}

impl<Of: 'static, ST, DB> Queryable<ST, DB> for Id<Of>
where
    DB: Backend,
    ST: SingleValue,
    Self: FromSql<ST, DB>,
{
    type Row = Self;
    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

impl ToSql<DbTime, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<diesel::sql_types::Timestamptz, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}

impl ToSql<DbTime, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.format(TIME_FORMAT).to_string());
        Ok(IsNull::No)
    }
}

impl FromSql<DbTime, Pg> for At {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <DateTime<Utc> as FromSql<diesel::sql_types::Timestamptz, Pg>>::from_sql(value).map(Self)
    }
}

impl FromSql<DbTime, Sqlite> for At {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<diesel::sql_types::Text, Sqlite>>::from_sql(value)?;
        Ok(Self(DateTime::parse_from_rfc3339(&text)?.with_timezone(&Utc)))
    }
}

impl ToSql<DbTime, MultiBackend> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((DbTime, self));
        Ok(IsNull::No)
    }
}

impl FromSql<DbTime, MultiBackend> for At {
    fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, DbTime>()
    }
}

impl ToSql<DbJson, Pg> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<diesel::sql_types::Jsonb, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}

impl ToSql<DbJson, Sqlite> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.to_string());
        Ok(IsNull::No)
    }
}

impl FromSql<DbJson, Pg> for Json {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <serde_json::Value as FromSql<diesel::sql_types::Jsonb, Pg>>::from_sql(value).map(Self)
    }
}

impl FromSql<DbJson, Sqlite> for Json {
    fn from_sql(value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<diesel::sql_types::Text, Sqlite>>::from_sql(value)?;
        Ok(Self(serde_json::from_str(&text)?))
    }
}

impl ToSql<DbJson, MultiBackend> for Json {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((DbJson, self));
        Ok(IsNull::No)
    }
}

impl FromSql<DbJson, MultiBackend> for Json {
    fn from_sql(value: <MultiBackend as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, DbJson>()
    }
}

impl HasSqlType<DbUuid> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<DbUuid>(lookup)
    }
}

impl HasSqlType<DbTime> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<DbTime>(lookup)
    }
}

impl HasSqlType<DbJson> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<DbJson>(lookup)
    }
}
