//! Rows for a spreadsheet: whole, and safe to open.

use samsyn::ledger::{csv_header, csv_rows};

use super::{each, file};

/// What a spreadsheet of any country takes for the start of a formula.
const FORMULA: [char; 9] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '−'];

#[test]
fn a_row_for_each_record_and_no_formula_whatever_separator_the_reader_takes() {
    let mut text = csv_header().into_bytes();
    let mut expected = 0;
    each(|shown, legend| {
        csv_rows(shown, legend, &mut text);
        expected += shown.records.len().max(1);
    });
    file("entries.csv", &text);
    let mut reader = csv::Reader::from_reader(text.as_slice());
    let columns = reader.headers().expect("names").clone();
    assert_eq!(&columns[0], "time in the log");
    let rows: Vec<csv::StringRecord> =
        reader.records().collect::<Result<_, _>>().expect("rows of one length");
    assert_eq!(rows.len(), expected);
    let mut guarded = 0;
    for cell in rows.iter().flat_map(csv::StringRecord::iter) {
        for part in cell.split([',', ';', '|', '\t', '\r', '\n']) {
            let seen = part.trim_start_matches(|c: char| {
                c.is_whitespace() || c.is_control() || c == '"' || c == '\u{feff}'
            });
            assert!(!seen.starts_with(FORMULA), "{cell:?}");
            guarded += usize::from(seen.starts_with('\''));
        }
    }
    assert!(guarded > 100, "the hard texts are not there");
}
