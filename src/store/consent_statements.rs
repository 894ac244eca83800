//! What every weighing of consents asks the database.

use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text};

use super::prepared::statements;
use super::sql::{DbJson, DbTime, DbUuid};

/// The columns of a consent, in the order of its row.
pub type Columns = (
    DbUuid,
    DbUuid,
    DbUuid,
    Text,
    DbUuid,
    DbUuid,
    DbJson,
    Text,
    Date,
    Date,
    Text,
    Text,
    Bool,
    Nullable<Text>,
    Nullable<Text>,
    Bool,
    DbJson,
    DbTime,
    BigInt,
);

/// The columns of an answer, likewise.
pub type AnswerColumns = (
    DbUuid,
    DbUuid,
    Text,
    Nullable<DbJson>,
    Text,
    Text,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<DbUuid>,
    Nullable<DbUuid>,
    DbTime,
);

statements! {
    /// Consents by their ids.
    These(Columns) = "select id, case_id, child_id, kind, from_agency_id, to_agency_id, \
        categories, purpose, valid_from, valid_to, explained, explained_in, with_assessment, \
        suitable_because, urgent_because, far_reaching, givers, asked_at, version \
        from consent where id {in $1} order by id";
    /// What was answered to consents, oldest first.
    Answers(AnswerColumns) = "select consent_id, giver_id, answer, categories, manner, language, \
        witness, evidence, reason, by_id, taken_by_id, at \
        from consent_answer where consent_id {in $1} order by at, id";
}
