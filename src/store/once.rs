//! Requests that shall be done once, however often they are sent.

use chrono::TimeDelta;
use diesel::prelude::*;

use super::call::{Once, Reply};
use super::error::Halt;
use super::schema::first_answer;
use super::sql::At;
use super::work::Work;
use crate::access::Act;
use crate::domain::ids::StaffId;
use crate::domain::obstacle::Obstacle;

/// Gives the first answer again, or does the job and keeps its answer.
pub fn once<A: Act>(
    work: &mut Work<'_, A>,
    once: &Once,
    kept_for: TimeDelta,
    job: impl FnOnce(&mut Work<'_, A>) -> Result<Reply, Halt>,
) -> Result<Reply, Halt> {
    let caller = StaffId::new(work.facts().principal.id);
    diesel::delete(first_answer::table.filter(first_answer::at.lt(At(work.now() - kept_for))))
        .execute(work.database)?;
    let first: Option<(Vec<u8>, i32, String, Vec<u8>)> = first_answer::table
        .find((caller, &once.key))
        .select((
            first_answer::digest,
            first_answer::status,
            first_answer::headers,
            first_answer::body,
        ))
        .first(work.database)
        .optional()?;
    if let Some((digest, status, headers, body)) = first {
        if digest != once.digest {
            return Err(Obstacle::KeyReused.into());
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
        ))
        .execute(work.database)?;
    Ok(reply)
}
