//! Chapter 8: an auditor proves that the log is whole, and what was changed in it is found.

use std::time::Duration;

use chrono::{Datelike, Months, NaiveDate};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Story;
use super::answer::Answer;
use super::line::Mismatch;
use super::tamper;
use crate::ledger::{VerifierKey, verify};

/// How often it is looked whether an export is made, and how many times.
const LOOK_EVERY: Duration = Duration::from_millis(100);
const LOOKS_MAX: u32 = 300;

/// The auditor of social services exports the month and verifies it.
pub async fn prove(story: &mut Story<'_>, plan: Uuid) -> Result<(), Mismatch> {
    story.chapter("The log, proven");
    let own = story.world().agency_of("Socialtjänsten, barn och unga")?;
    let others = story.world().agency_of("BUP Lindskär")?;
    story
        .by("revisor-social", "reviews logs and reads no content, so not the plan")
        .get(format!("/v1/plans/{plan}"))
        .refused(403, "D12")
        .await?;
    let month = month_of(story.stage.clock.now().date_naive());
    story
        .by("revisor-social", "can't export another agency's log")
        .post(format!("/v1/logs/{others}/exports"), export(month, "ndjson"))
        .refused(403, "D22")
        .await?;
    let state = story
        .by("revisor-social", "sees the state of the own log, and its key")
        .get(format!("/v1/logs/{own}"))
        .gives(200)
        .await?;
    let key: VerifierKey = state.text("key")?.parse().map_err(|_| Mismatch::Absent("key"))?;
    let path = format!("/v1/logs/{own}/exports");
    let table = made(story, ("exports the month as a table", &path), month, "csv").await?;
    if table.bytes().iter().filter(|byte| **byte == b'\n').count() < 2 {
        return Err(Mismatch::Untrue("the table has rows"));
    }
    let proven = made(story, ("exports the month with its proofs", &path), month, "ndjson").await?;
    check(story, proven.bytes(), &key)
}

/// Asks for an export, waits until it is made, and fetches it.
async fn made(
    story: &mut Story<'_>,
    (what, path): (&'static str, &str),
    month: (NaiveDate, NaiveDate),
    format: &str,
) -> Result<Answer, Mismatch> {
    const WHO: &str = "revisor-social";
    let asked = story.by(WHO, what).post(path, export(month, format)).gives(202).await?;
    let path = asked.header("location")?.to_owned();
    for _ in 0..LOOKS_MAX {
        let state = story.by(WHO, what).get(path.as_str()).quietly(200).await?;
        match state.text("state")? {
            "waiting" | "running" => tokio::time::sleep(LOOK_EVERY).await,
            "ready" => {
                return story.by(WHO, "fetches it").get(format!("{path}/file")).gives(200).await;
            }
            _ => break,
        }
    }
    Err(Mismatch::Untrue("an export is made"))
}

/// Verifies the export as `samsyn ledger verify` does, then three copies that were tampered with.
fn check(story: &mut Story<'_>, export: &[u8], key: &VerifierKey) -> Result<(), Mismatch> {
    let report = verify(export, Some(key)).map_err(Box::new)?;
    let entries = report.end - report.first;
    story.found("the export proves itself", format!("{entries} entries, none missing or changed"));
    if !tells_of_itself(export) {
        return Err(Mismatch::Untrue("an export is itself an entry"));
    }
    story.found("the export is an entry, too", "it stands in itself".to_owned());
    for (what, copy, named) in tamper::copies(export).ok_or(Mismatch::Absent("three entries"))? {
        let finding = verify(copy.as_slice(), Some(key)).err();
        let finding = finding.ok_or(Mismatch::Untrue("a tampered copy is found out"))?;
        if !named.is_by(&finding) {
            return Err(Mismatch::Untrue("the finding names the entry that was tampered with"));
        }
        story.found(what, finding.to_string());
    }
    Ok(())
}

/// Whether the asking for the export is in it: it was recorded before the first byte was written.
fn tells_of_itself(export: &[u8]) -> bool {
    export.split(|byte| *byte == b'\n').any(|line| {
        let line: Value = serde_json::from_slice(line).unwrap_or_default();
        line["header"]["act"] == "ExportLog" && line["header"]["decision"] == "permit"
    })
}

fn export((from, to): (NaiveDate, NaiveDate), format: &str) -> Value {
    json!({
        "from": format!("{from}T00:00:00Z"),
        "to": format!("{to}T00:00:00Z"),
        "purpose": "Månadens loggranskning.",
        "format": format,
    })
}

/// The first day of the month of `day`, and of the month after; in UTC, as the log tells time.
fn month_of(day: NaiveDate) -> (NaiveDate, NaiveDate) {
    let first = day.with_day(1).unwrap_or(day);
    (first, first + Months::new(1))
}
