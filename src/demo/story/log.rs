//! Chapter 8: an auditor proves that the log is whole, and what was changed in it is found.

use chrono::{Datelike, Months, NaiveDate};
use serde_json::{Value, json};
use uuid::Uuid;

use super::Story;
use super::line::Mismatch;
use super::tamper;
use crate::ledger::{VerifierKey, verify};

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
    let table = story
        .by("revisor-social", "exports the month as a table")
        .post(path.as_str(), export(month, "csv"))
        .gives(200)
        .await?;
    if table.bytes().iter().filter(|byte| **byte == b'\n').count() < 2 {
        return Err(Mismatch::Untrue("the table has rows"));
    }
    let proven = story
        .by("revisor-social", "exports the month with its proofs")
        .post(path, export(month, "ndjson"))
        .gives(200)
        .await?;
    check(story, proven.bytes(), &key)
}

/// Verifies the export as `samsyn ledger verify` does, then three copies that were tampered with.
fn check(story: &mut Story<'_>, export: &[u8], key: &VerifierKey) -> Result<(), Mismatch> {
    let report = verify(export, Some(key)).map_err(Box::new)?;
    let entries = report.end - report.first;
    story.found("the export proves itself", format!("{entries} entries, none missing or changed"));
    if !tells_of_itself(export) {
        return Err(Mismatch::Untrue("an export is itself an entry"));
    }
    story.found("the export is an entry, too", "its last is the one that made it".to_owned());
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

/// Whether the last entry is the export itself: it was recorded before its first byte left.
fn tells_of_itself(export: &[u8]) -> bool {
    let mut lines = export.rsplit(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let last: Value =
        lines.next().and_then(|line| serde_json::from_slice(line).ok()).unwrap_or_default();
    last["header"]["act"] == "ExportLog" && last["header"]["decision"] == "permit"
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
