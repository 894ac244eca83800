//! A year's report of reviews as a page to print: plain words, tables with heads, no script.
//!
//! **Invariant:** whatever somebody wrote stands on the page as text, never as markup.

use std::fmt::Write as _;

use super::language::tag;
use super::log_review_report::LogReviewReport;
use super::receipt_page::{escaped, local};
use super::words::say;
use crate::access::Language;
use crate::domain::text::Coded;

/// The page.
pub fn page(report: &LogReviewReport, language: Language) -> String {
    let text = |key: &str| escaped(&say(language, key).unwrap_or_else(|| key.to_owned()));
    let word = |set: &str, word: &str| text(&format!("review-{set}-{word}"));
    let title = format!("{} {}", text("review-title"), report.year);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         </head>\n<body>\n<main>\n<h1>{title}</h1>\n<p>{}</p>\n<p>{}</p>\n",
        tag(language),
        escaped(&report.agency_name),
        text("review-about"),
    );
    let left = &report.unreviewed;
    numbers(
        &mut page,
        &text("review-numbers"),
        &[
            (text("review-entries"), report.entries),
            (text("review-drawn"), report.drawn),
            (word("finding", "ok"), report.findings.ok),
            (word("finding", "query"), report.findings.query),
            (word("finding", "breach"), report.findings.breach),
            (word("finding", "none"), report.findings.none),
        ],
    );
    if let Some(times) = &report.time_to_finding {
        let _ = writeln!(
            page,
            "<p>{} {} · {} {}</p>",
            text("review-median"),
            hours(times.median_minutes),
            text("review-p90"),
            hours(times.p90_minutes),
        );
    }
    let rules = report
        .rules
        .iter()
        .map(|it| [word("rule", it.rule.code()), it.candidates.to_string(), it.drawn.to_string()]);
    let heads = ["review-rule", "review-candidates", "review-drawn"].map(text);
    table(&mut page, &text("review-rules"), &heads, rules);
    let measures = report
        .measures
        .iter()
        .map(|(measure, number)| [word("measure", measure), number.to_string()]);
    let heads = ["review-measure", "review-times"].map(text);
    table(&mut page, &text("review-measures"), &heads, measures);
    let breaches = report.breaches.iter().map(|it| {
        let done: Vec<String> =
            it.measures.iter().map(|measure| word("measure", measure.code())).collect();
        [local(it.found_at), it.entry.to_string(), done.join(", ")]
    });
    let heads = ["review-found-at", "review-entry", "review-measure"].map(text);
    table(&mut page, &text("review-breaches"), &heads, breaches);
    let reviews = report.reviews.iter().map(|it| {
        [
            escaped(&it.name),
            format!("{} – {}", local(it.from), local(it.to)),
            it.drawn.to_string(),
            it.findings.none.to_string(),
        ]
    });
    let heads = ["review-name", "review-period", "review-drawn", "review-finding-none"].map(text);
    table(&mut page, &text("review-reviews"), &heads, reviews);
    numbers(
        &mut page,
        &text("review-left"),
        &[
            (text("review-left-entries"), left.entries),
            (text("review-left-reviews"), left.reviews),
            (text("review-left-own"), left.needs_another_reviewer),
            (text("review-emergencies"), left.emergencies),
            (text("review-left-emergencies"), left.emergencies_left),
        ],
    );
    let own = left.left.iter().map(|it| [it.entry.to_string()]);
    table(&mut page, &text("review-left-own"), &["review-entry"].map(text), own);
    if report.reviews_total > report.reviews.len() as u64
        || report.findings.breach > report.breaches.len() as u64
        || left.needs_another_reviewer > left.left.len() as u64
    {
        let _ = writeln!(page, "<p>{}</p>", text("review-more"));
    }
    let periods = left.periods.iter().map(|it| [local(it.from), local(it.to)]);
    let heads = ["review-from", "review-to"].map(text);
    table(&mut page, &text("review-left-periods"), &heads, periods);
    let _ = write!(
        page,
        "<p>{} {}</p>\n</main>\n</body>\n</html>\n",
        text("review-made-at"),
        local(report.at)
    );
    page
}

fn hours(minutes: i64) -> String {
    format!("{} h {:02} min", minutes / 60, minutes % 60)
}

fn numbers(page: &mut String, title: &str, rows: &[(String, u64)]) {
    let _ = write!(page, "<h2>{title}</h2>\n<dl>\n");
    for (label, number) in rows {
        let _ = writeln!(page, "<dt>{label}</dt>\n<dd>{number}</dd>");
    }
    page.push_str("</dl>\n");
}

/// A table with a caption; nothing where there is no row.
fn table<const COLUMNS: usize>(
    page: &mut String,
    title: &str,
    heads: &[String; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    let _ = write!(page, "<table>\n<caption>{title}</caption>\n<thead>\n<tr>");
    for head in heads {
        let _ = write!(page, "<th scope=\"col\">{head}</th>");
    }
    page.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in rows {
        page.push_str("<tr>");
        for (at, cell) in row.iter().enumerate() {
            let _ = match at {
                0 => write!(page, "<th scope=\"row\">{cell}</th>"),
                _ => write!(page, "<td>{cell}</td>"),
            };
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</tbody>\n</table>\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::log_review::{Measure, SamplingRule};

    #[test]
    fn every_word_of_a_report_has_a_text() {
        let rules = SamplingRule::ALL.iter().map(|it| format!("review-rule-{}", it.code()));
        let measures = Measure::ALL.iter().map(|it| format!("review-measure-{}", it.code()));
        for key in rules.chain(measures) {
            for language in [Language::Swedish, Language::English] {
                assert!(say(language, &key).is_some_and(|said| !said.is_empty()), "{key}");
            }
        }
    }

    #[test]
    fn a_table_has_a_caption_and_heads_and_none_is_empty() {
        let mut page = String::new();
        let heads = ["a".to_owned(), "b".to_owned()];
        table(&mut page, "t", &heads, std::iter::empty());
        assert!(page.is_empty());
        let rows = [["1".to_owned(), "2".to_owned()]];
        table(&mut page, "t", &heads, rows.into_iter());
        assert!(page.contains("<caption>t</caption>") && page.contains("<th scope=\"row\">1</th>"));
        assert_eq!(hours(125), "2 h 05 min");
    }
}
