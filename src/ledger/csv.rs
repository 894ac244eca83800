//! Entries as rows for a spreadsheet: RFC 4180, every cell quoted. For reading, not for proof.
//!
//! **Invariant:** no cell can begin a formula, whatever somebody wrote as their reason.

use super::LedgerError;
use super::bundle::RecordLine;
use super::canonical::instant_text;
use super::entry::{Header, Record};
use super::leaf::Leaf;
use super::words::Word;

const COLUMNS: [&str; 27] = [
    "time",
    "index",
    "entry",
    "decided_at",
    "act",
    "action",
    "decision",
    "outcome",
    "rules",
    "actor_kind",
    "actor_id",
    "actor_name",
    "actor_role",
    "actor_unit",
    "actor_agency",
    "assurance",
    "purpose",
    "reason",
    "subject",
    "case",
    "resource_kind",
    "resource_id",
    "request",
    "status",
    "records",
    "records_open",
    "leaf_hash",
];

/// The row of column names, with its line end.
pub fn csv_header() -> String {
    row(&COLUMNS.map(str::to_owned))
}

/// The row of one leaf, from the same stored bytes as [`super::leaf_line`], with its line end.
///
/// # Errors
/// Bytes that aren't a leaf, a header or a record.
pub fn csv_row(
    leaf: &[u8],
    header: &[u8],
    records: &[RecordLine<'_>],
) -> Result<String, LedgerError> {
    let leaf = Leaf::parse(leaf)?;
    let (header, _) = Header::parse(header)?;
    let actor = header.actor;
    let (resource_kind, resource_id) =
        header.resource.map(|it| (it.kind, text(it.id))).unwrap_or_default();
    Ok(row(&[
        instant_text(leaf.time),
        leaf.index.to_string(),
        header.id.to_string(),
        instant_text(header.at),
        header.act,
        header.action,
        header.decision.word().to_owned(),
        header.outcome.word().to_owned(),
        header.rules.join(" "),
        actor.kind.word().to_owned(),
        text(actor.id),
        text(actor.name),
        text(actor.role),
        text(actor.unit),
        text(actor.agency),
        text(actor.assurance),
        text(header.purpose),
        text(header.reason),
        text(header.subject),
        text(header.case),
        resource_kind,
        resource_id,
        header.request,
        text(header.status),
        records.len().to_string(),
        summary(records)?,
        leaf.hash().to_string(),
    ]))
}

/// The records that can be read, in words: `shown item 0192… MED by CONSENT; refused …`.
fn summary(records: &[RecordLine<'_>]) -> Result<String, LedgerError> {
    let mut parts = Vec::new();
    for record in records {
        let RecordLine::Open(bytes) = record else { continue };
        let record = Record::parse(bytes)?;
        let mut part = format!("{} {}", record.effect.word(), record.resource.kind);
        for word in [record.resource.id.map(|id| id.to_string()), record.category] {
            part.extend(word.map(|word| format!(" {word}")));
        }
        part.extend(record.ground.map(|ground| format!(" by {ground}")));
        parts.push(part);
    }
    Ok(parts.join("; "))
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn row(cells: &[String; COLUMNS.len()]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}

/// Spreadsheets take these first characters for the beginning of a formula, even in quotes.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::sample;

    #[test]
    fn no_cell_begins_a_formula() {
        for (text, expected) in [
            ("=1+1", "\"'=1+1\""),
            ("+46", "\"'+46\""),
            ("-1", "\"'-1\""),
            ("@SUM", "\"'@SUM\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("läkare, \"jour\"", "\"läkare, \"\"jour\"\"\""),
            ("a=b", "\"a=b\""),
            ("", "\"\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }

    #[test]
    fn a_row_has_a_cell_for_each_column() {
        let mut header = sample::header(1);
        header.reason = Some("=HYPERLINK(\"x\")".to_owned());
        let sealed = header.seal(&sample::records(1));
        let leaf = Leaf {
            entry: sealed.hash,
            index: 1,
            log: "log".to_owned(),
            open: vec![0],
            time: sample::time(1),
        };
        let records = [RecordLine::Open(&sealed.records[0].bytes), RecordLine::Sealed(sealed.hash)];
        let row = csv_row(&leaf.bytes(), &sealed.header, &records).unwrap();
        assert_eq!(row.matches("\",\"").count() + 1, COLUMNS.len());
        assert_eq!(csv_header().matches("\",\"").count() + 1, COLUMNS.len());
        assert!(row.contains(",\"'=HYPERLINK(\"\"x\"\")\","));
        assert!(
            row.contains(
                "\"2\",\"shown item 00000000-0000-0000-0000-000000000384 MED by CONSENT\""
            ),
            "{row}"
        );
        assert!(row.ends_with(&format!("\"{}\"\r\n", leaf.hash())));
        assert!(csv_row(b"{}", &sealed.header, &records).is_err());
    }
}
