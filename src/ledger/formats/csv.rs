//! Entries as rows for a spreadsheet: RFC 4180 in UTF-8 with its mark, every cell quoted, a row for
//! each record that the log can read, and one for an entry of which it can read none.
//!
//! **Invariant:** no cell can begin a formula, whatever somebody wrote as their reason, and neither
//! can a part of one that a spreadsheet with other separators takes for a cell.

use super::super::canonical::instant_text;
use super::super::words::Word;
use super::{Legend, Shown};

/// What the columns are called.
const COLUMNS: [&str; 46] = [
    "time in the log",
    "number in the log",
    "entry",
    "record",
    "decided at",
    "act",
    "action",
    "decision",
    "outcome",
    "rules",
    "kind of actor",
    "actor",
    "name of actor",
    "account of actor",
    "role of actor",
    "unit of actor",
    "name of unit",
    "agency of actor",
    "name of agency",
    "assurance",
    "issuer",
    "client",
    "on behalf of",
    "purpose",
    "reason",
    "child",
    "case",
    "aimed at",
    "id of what it was aimed at",
    "request",
    "status",
    "policies",
    "settings",
    "records in all",
    "records readable here",
    "owner of the thing",
    "name of owner",
    "thing",
    "id of the thing",
    "category",
    "effect",
    "ground",
    "publication",
    "consent",
    "terms",
    "hash of the leaf",
];

/// The row of column names, with its line end.
pub fn csv_header() -> String {
    // Spreadsheets take a file for UTF-8 if it begins with the mark.
    format!("\u{feff}{}", row(&COLUMNS.map(str::to_owned)))
}

/// Adds the rows of one entry.
pub fn csv_rows(shown: &Shown, legend: &Legend<'_>, out: &mut Vec<u8>) {
    for place_and_record in shown.each() {
        out.extend_from_slice(one(shown, legend, place_and_record).as_bytes());
    }
}

fn one(shown: &Shown, legend: &Legend<'_>, open: Option<&(u32, super::Record)>) -> String {
    let Shown { leaf, header, .. } = shown;
    let actor = &header.actor;
    let record = open.map(|(_, record)| record);
    let aimed = header.resource.as_ref();
    let child = record.map_or(header.subject, |record| record.child);
    let case = record.map_or(header.case, |record| record.case);
    let owner = record.map(|record| record.agency.uuid());
    let unit = actor.unit.map(|unit| unit.uuid());
    let agency = actor.agency.map(|agency| agency.uuid());
    let name = |id: Option<uuid::Uuid>| id.and_then(|id| legend.name(id));
    row(&[
        instant_text(leaf.time),
        leaf.index.to_string(),
        header.id.to_string(),
        text(open.map(|(place, _)| place)),
        instant_text(header.at),
        header.act.clone(),
        header.action.clone(),
        header.decision.word().to_owned(),
        header.outcome.word().to_owned(),
        record.map_or(&header.rules, |record| &record.rules).join(" "),
        actor.kind.word().to_owned(),
        text(actor.id),
        text(actor.name.as_deref()),
        text(actor.account.as_deref()),
        text(actor.role.as_deref()),
        text(unit),
        text(name(unit)),
        text(agency),
        text(name(agency)),
        text(actor.assurance),
        text(actor.issuer.as_deref()),
        text(header.client.as_deref()),
        text(header.on_behalf_of),
        text(header.purpose.as_deref()),
        text(header.reason.as_deref()),
        text(child),
        text(case),
        text(aimed.map(|aimed| &aimed.kind)),
        text(aimed.and_then(|aimed| aimed.id)),
        header.request.clone(),
        text(header.status),
        header.policy.clone(),
        text(header.settings.as_deref()),
        shown.hashes.len().to_string(),
        shown.records.len().to_string(),
        text(owner),
        text(name(owner)),
        text(record.map(|record| &record.resource.kind)),
        text(record.and_then(|record| record.resource.id)),
        text(record.and_then(|record| record.category.as_deref())),
        text(record.map(|record| record.effect.word())),
        text(record.and_then(|record| record.ground.as_deref())),
        text(record.and_then(|record| record.publication)),
        text(record.and_then(|record| record.consent)),
        text(record.and_then(|record| record.terms.as_ref()).map(|terms| terms.value())),
        leaf.hash().to_string(),
    ])
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn row(cells: &[String; COLUMNS.len()]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}

/// Quotes a text, with an apostrophe wherever a spreadsheet could take what follows for the
/// beginning of a formula: at the start, and after what some country's spreadsheets end a cell
/// with, whatever blanks and invisible characters stand between.
fn cell(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    if text.starts_with(['\t', '\r', '\n']) {
        quoted.push('\'');
    }
    let mut at_start = true;
    let mut before_blanks = quoted.len();
    for c in text.chars() {
        if at_start && begins_formula(c) {
            quoted.insert(before_blanks, '\'');
        }
        quoted.push(c);
        if c == '"' {
            quoted.push(c);
        }
        match c {
            // A quote can end a cell that was cut at a separator of the reader's own.
            ',' | ';' | '|' | '\t' | '\r' | '\n' => {
                at_start = true;
                before_blanks = quoted.len();
            }
            c if at_start && !is_blank(c) => at_start = false,
            _ => {}
        }
    }
    quoted.push('"');
    quoted
}

/// What spreadsheets take for the beginning of a formula, also in the wide forms that some of them
/// narrow; a tab or line break at the start hides one from the eye.
fn begins_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '﹦' | '﹢' | '﹣' | '﹫' | '−')
}

/// What stands before a formula without hindering it: blanks, quotes, invisible characters.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '"' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

#[cfg(test)]
mod tests {
    use super::super::tests::{LEGEND, shown};
    use super::*;

    #[test]
    fn no_cell_begins_a_formula() {
        for (text, expected) in [
            ("=1+1", "'=1+1"),
            ("+46", "'+46"),
            ("-1", "'-1"),
            ("@SUM", "'@SUM"),
            ("\t=1", "'\t'=1"),
            ("\r=1", "'\r'=1"),
            ("  =1", "'  =1"),
            ("\u{a0}\u{200b}\u{feff}=1", "'\u{a0}\u{200b}\u{feff}=1"),
            ("＝1", "'＝1"),
            ("\u{3000}＋1", "'\u{3000}＋1"),
            ("−1", "'−1"),
            ("\"=1", "'\"\"=1"),
            ("a;=1", "a;'=1"),
            ("a\", =1", "a\"\",' =1"),
            ("a\n@SUM", "a\n'@SUM"),
            ("a|-1", "a|'-1"),
            ("läkare, \"jour\"", "läkare, \"\"jour\"\""),
            ("a=b", "a=b"),
            ("2026-11-22", "2026-11-22"),
            ("", ""),
        ] {
            assert_eq!(cell(text), format!("\"{expected}\""), "{text:?}");
        }
    }

    #[test]
    fn an_entry_has_a_row_for_each_record_that_can_be_read_and_one_if_there_is_none() {
        for (n, rows) in [(0, 1), (1, 1), (2, 1), (3, 1), (7, 1)] {
            let mut out = Vec::new();
            csv_rows(&shown(n), &LEGEND, &mut out);
            let mut reader =
                csv::ReaderBuilder::new().has_headers(false).from_reader(out.as_slice());
            let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            assert_eq!(read.len(), rows, "{n}");
            assert!(read.iter().all(|row| row.len() == COLUMNS.len()));
        }
        let mut shown = shown(3);
        shown.records.push((2, shown.records[0].1.clone()));
        let mut out = csv_header().into_bytes();
        csv_rows(&shown, &LEGEND, &mut out);
        let mut reader = csv::Reader::from_reader(out.as_slice());
        let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(names, COLUMNS);
        let at = |name: &str| COLUMNS.iter().position(|column| *column == name).unwrap();
        let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(read.iter().map(|row| &row[at("record")]).collect::<Vec<_>>(), ["0", "2"]);
        for row in &read {
            assert_eq!(&row[at("records in all")], "3");
            assert_eq!(&row[at("records readable here")], "2");
            assert_eq!(&row[at("effect")], "shown");
            assert_eq!(&row[at("rules")], "P05 P07");
            assert_eq!(&row[at("child")], "00000000-0000-0000-0000-000000000300");
        }
    }
}
