//! The receipt as a page to print: plain words, in the giver's language.
//!
//! **Invariant:** whatever somebody wrote stands on the page as text, never as markup.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use chrono_tz::Europe::Stockholm;

use super::language::tag;
use super::receipts::{Event, Party, Receipt};
use super::words::say;
use crate::access::Language;
use crate::domain::text::Coded;

/// The page.
pub fn page(receipt: &Receipt, jws: &str, language: Language) -> String {
    let text = |key: &str| escaped(&say(language, key).unwrap_or_else(|| key.to_owned()));
    let word = |set: &str, word: &str| text(&format!("receipt-{set}-{word}"));
    let terms = &receipt.processing;
    let title = word("title", terms.kind.code());
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         </head>\n<body>\n<main>\n<h1>{title}</h1>\n<p>{}</p>\n<dl>\n",
        tag(language),
        word("about", terms.kind.code()),
    );
    let mut line = |label: &str, said: String| {
        let _ = writeln!(page, "<dt>{}</dt>\n<dd>{said}</dd>", text(label));
    };
    for party in &receipt.parties {
        line(&format!("receipt-role-{}", party.role), side(party, &word));
    }
    if !terms.pii_categories.is_empty() {
        let asked = terms.pii_categories.iter().map(|it| word("category", it.code()));
        line("receipt-categories", asked.collect::<Vec<_>>().join(", "));
    }
    line("receipt-purpose", escaped(&terms.purpose));
    if !terms.explained.is_empty() {
        line("receipt-explained", escaped(&terms.explained));
    }
    line("receipt-explained-in", language_name(&terms.explained_in, language));
    line("receipt-period", format!("{} – {}", terms.valid_from, terms.valid_to));
    line("receipt-standing", word("standing", receipt.standing));
    line("receipt-law", escaped(terms.law));
    page.push_str("</dl>\n");
    let _ = writeln!(page, "<h2>{}</h2>\n<ol>", text("receipt-answers"));
    for event in &receipt.events {
        let _ = writeln!(page, "<li>{}</li>", told(event, &word));
    }
    page.push_str("</ol>\n");
    let _ = write!(
        page,
        "<h2>{}</h2>\n<p>{}</p>\n<h2>{}</h2>\n<p>{} {} {}</p>\n\
         <p>{}</p>\n<p><code>{}</code></p>\n</main>\n</body>\n</html>\n",
        text("receipt-regret"),
        text("receipt-how-to-withdraw"),
        text("receipt-proof"),
        escaped(&receipt.issuer),
        local(receipt.issued_at),
        escaped(&receipt.record_id),
        text("receipt-how-to-check"),
        in_lines(jws),
    );
    page
}

/// The language's name, where there is a text for it; else its tag.
fn language_name(tag: &str, language: Language) -> String {
    let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let name = say(language, &format!("receipt-language-{primary}"));
    escaped(&name.unwrap_or_else(|| tag.to_owned()))
}

/// A long word with places where a narrow page may break it.
fn in_lines(word: &str) -> String {
    let signs: Vec<char> = word.chars().collect();
    let lines = signs.chunks(48).map(|line| escaped(&line.iter().collect::<String>()));
    lines.collect::<Vec<_>>().join("<wbr>")
}

fn side(party: &Party, word: &impl Fn(&str, &str) -> String) -> String {
    match &party.name {
        Some(name) => escaped(name),
        None => word("kind", party.kind.code()),
    }
}

fn told(event: &Event, word: &impl Fn(&str, &str) -> String) -> String {
    let mut told = format!("{}: {}", local(event.at), word("event", event.event.code()));
    if let Some(manner) = event.manner {
        let _ = write!(told, ", {}", word("manner", manner.code()));
    }
    if let Some(parts) = &event.categories {
        let parts: Vec<_> = parts.iter().map(|part| word("category", part.code())).collect();
        let _ = write!(told, " ({})", parts.join(", "));
    }
    told
}

/// Minutes, where the law holds.
pub(super) fn local(at: DateTime<Utc>) -> String {
    at.with_timezone(&Stockholm).format("%Y-%m-%d %H:%M").to_string()
}

/// As text of a page, never as markup.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(sign),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::agency::AgencyKind;
    use crate::domain::category::Category;
    use crate::domain::consent::{Answer, ConsentKind, Manner};

    fn words<T: Coded>(set: &str) -> Vec<String> {
        T::ALL.iter().map(|member| format!("receipt-{set}-{}", member.code())).collect()
    }

    #[test]
    fn every_word_of_a_receipt_has_a_text() {
        let standings = [
            "binding",
            "waiting",
            "refused",
            "withdrawn",
            "not_yet",
            "expired",
            "lapsed",
            "covers_nothing",
            "nobody_can",
        ];
        let mut keys = words::<ConsentKind>("title");
        keys.extend(words::<ConsentKind>("about"));
        keys.extend(words::<Category>("category"));
        keys.extend(words::<AgencyKind>("kind"));
        keys.extend(words::<Answer>("event"));
        keys.extend(words::<Manner>("manner"));
        keys.extend(standings.map(|word| format!("receipt-standing-{word}")));
        for language in [Language::Swedish, Language::English] {
            for key in &keys {
                assert!(say(language, key).is_some_and(|said| !said.is_empty()), "{key}");
            }
        }
    }

    #[test]
    fn what_somebody_wrote_is_text() {
        assert_eq!(escaped("<b>&\"å'</b>"), "&lt;b&gt;&amp;&quot;å&#39;&lt;/b&gt;");
    }
}
