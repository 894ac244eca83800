//! Requests that shall be done once, however often they are sent.

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::Integer;
use sha2::{Digest as _, Sha256};

use super::call::{Once, Reply};
use super::db::Database;
use super::error::Halt;
use super::schema::first_answer;
use super::sql::At;
use super::work::Work;
use crate::access::Act;
use crate::domain::ids::{ChildId, StaffId};
use crate::domain::obstacle::Obstacle;
use crate::ledger::Effect;

/// Gives the first answer again, or does the job and keeps its answer.
pub fn once<A: Act>(
    work: &mut Work<'_, A>,
    once: &Once,
    kept_for: TimeDelta,
    job: impl FnOnce(&mut Work<'_, A>) -> Result<Reply, Halt>,
) -> Result<Reply, Halt> {
    let caller = StaffId::new(work.facts().principal.id);
    take(work.database, caller, &once.key)?;
    let past = first_answer::at.lt(At(work.now() - kept_for));
    diesel::delete(first_answer::table.filter(first_answer::caller_id.eq(caller)).filter(past))
        .execute(work.database)?;
    type Row = (Vec<u8>, i32, String, Vec<u8>, Option<ChildId>);
    let first: Option<Row> = first_answer::table
        .find((caller, &once.key))
        .select((
            first_answer::digest,
            first_answer::status,
            first_answer::headers,
            first_answer::body,
            first_answer::child_id,
        ))
        .first(work.database)
        .optional()?;
    if let Some((digest, status, headers, body, child)) = first {
        if digest != once.digest {
            return Err(Obstacle::KeyReused.into());
        }
        work.repeated = true;
        if let Some(child) = child {
            work.enters(child, Effect::Shown);
        }
        return Ok(Reply {
            status: u16::try_from(status).unwrap_or(200),
            headers: headers
                .lines()
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            body,
        });
    }
    let reply = job(work)?;
    let headers: Vec<String> =
        reply.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    diesel::insert_into(first_answer::table)
        .values((
            first_answer::caller_id.eq(caller),
            first_answer::key.eq(&once.key),
            first_answer::digest.eq(&once.digest),
            first_answer::status.eq(i32::from(reply.status)),
            first_answer::headers.eq(headers.join("\n")),
            first_answer::body.eq(&reply.body),
            first_answer::at.eq(At(work.now())),
            first_answer::child_id.eq(work.entered),
        ))
        .execute(work.database)?;
    Ok(reply)
}

/// Takes the key for this transaction: whoever comes with it meanwhile waits for its first answer.
/// SQLite's one writer has every key already.
fn take(database: &mut Database, caller: StaffId, key: &str) -> Result<(), Error> {
    if let Database::Postgres(postgres) = database {
        let digest = Sha256::new().chain_update(caller.uuid()).chain_update(key).finalize();
        let half = |at: usize| i32::from_be_bytes(std::array::from_fn(|byte| digest[at + byte]));
        // Locks of two numbers are apart from those of one: children's and logs'.
        diesel::sql_query("select pg_advisory_xact_lock($1, $2)")
            .bind::<Integer, _>(half(0))
            .bind::<Integer, _>(half(4))
            .execute(postgres)?;
    }
    Ok(())
}
