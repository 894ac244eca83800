//! The access extract as a page to print: plain words, in the language that it was asked for in.
//!
//! **Invariant:** whatever somebody wrote stands on the page as text, never as markup.

use std::fmt::Write as _;

use super::receipt_page::{escaped, local};
use super::words::{say, say_easily};
use crate::access::Language;
use crate::domain::access_extract::{ExtractLanguage, ExtractState};
use crate::domain::text::Coded as _;
use crate::store::{ExtractRow, ExtractView};

/// The page.
pub fn page(view: &ExtractView) -> String {
    let language = view.request.language;
    let text = |key: &str| escaped(&said(language, key));
    let state = view.decision.as_ref().map_or(ExtractState::Asked, |it| it.state);
    let title = text("title");
    let mut page = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>{}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<p>{}</p>\n<dl>\n",
        language.code(),
        super::headers::PAGE_STYLE,
        text("lead"),
    );
    let mut line = |label: &str, said: &str| {
        let _ = writeln!(page, "<dt>{}</dt>\n<dd>{said}</dd>", text(label));
    };
    line("agency", &escaped(&view.agency_name));
    let period = format!("{} – {}", local(view.request.from), local(view.request.to));
    line("period", &period);
    line("asked", &local(view.asked_at));
    match &view.decision {
        None => line("due", &view.due.to_string()),
        Some(decision) => line("decided", &local(decision.at)),
    }
    page.push_str("</dl>\n");
    let _ = writeln!(page, "<p>{}</p>", text(&format!("state-{}", state.code())));
    if let Some(decision) = &view.decision {
        let _ = writeln!(page, "<p>{}</p>", escaped(&decision.reason));
        if state != ExtractState::Refused {
            let told: Vec<_> = decision.rows.iter().filter_map(ExtractRow::told).collect();
            table(&mut page, &told, language);
        }
        if state != ExtractState::Released {
            let _ = writeln!(page, "<h2>{}</h2>\n<p>{}</p>", text("appeal-title"), text("appeal"));
        }
    }
    let _ = write!(
        page,
        "<h2>{}</h2>\n<p>{}</p>\n</main>\n</body>\n</html>\n",
        text("questions-title"),
        text("questions")
    );
    page
}

fn table(page: &mut String, rows: &[ExtractRow], language: ExtractLanguage) {
    let text = |key: &str| escaped(&said(language, key));
    if rows.is_empty() {
        let _ = writeln!(page, "<p>{}</p>", text("nobody"));
        return;
    }
    let _ = writeln!(page, "<table>\n<caption>{}</caption>\n<thead>\n<tr>", text("caption"));
    for column in ["when", "who", "what", "why"] {
        let _ = write!(page, "<th scope=\"col\">{}</th>", text(&format!("column-{column}")));
    }
    page.push_str("\n</tr>\n</thead>\n<tbody>\n");
    for row in rows {
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
            local(row.at),
            who(row, language),
            what(row, language),
            why(row, language),
        );
    }
    page.push_str("</tbody>\n</table>\n");
}

fn who(row: &ExtractRow, language: ExtractLanguage) -> String {
    let word = |key: String| escaped(&said(language, &key));
    if row.actor_kind != "staff" {
        return word(format!("by-{}", row.actor_kind));
    }
    let mut parts: Vec<String> = row.name.iter().map(|name| escaped(name)).collect();
    if row.withheld.is_some() {
        parts.push(word("name-untold".to_owned()));
    }
    parts.extend(row.role.iter().map(|role| word(format!("role-{role}"))));
    parts.extend(row.unit.iter().chain(&row.agency).map(|place| escaped(place)));
    if row.agency.is_none() {
        parts.extend(row.agency_kind.iter().map(|kind| word(format!("kind-{kind}"))));
    }
    parts.join(", ")
}

fn what(row: &ExtractRow, language: ExtractLanguage) -> String {
    let word = |key: String| escaped(&said(language, &key));
    let mut what = format!(
        "{} {}",
        word(format!("action-{}", action(&row.action))),
        word(format!("thing-{}", row.thing))
    );
    if let Some(category) = &row.category {
        let _ = write!(what, ": {}", word(format!("category-{category}")));
    }
    if row.emergency {
        let _ = write!(what, ". {}", word("emergency".to_owned()));
    }
    what
}

fn why(row: &ExtractRow, language: ExtractLanguage) -> String {
    let ground = row.ground.as_deref().unwrap_or("NONE");
    let mut why = escaped(&said(language, &format!("ground-{ground}")));
    if let Some(purpose) = &row.purpose {
        let _ = write!(why, " {}", escaped(purpose));
    }
    why
}

/// A word of access logs as the key of a text has it.
fn action(word: &str) -> &'static str {
    match word {
        "Läsa" => "read",
        "Söka" => "search",
        "Signera" => "sign",
        "Vidimera" => "attest",
        "Utskrift" => "print",
        "Dela" => "share",
        "Exportera" => "export",
        "Radera" => "dispose",
        "Nödöppning" => "break-glass",
        _ => "write",
    }
}

/// The text, in easy Swedish where there is one of its own.
fn said(language: ExtractLanguage, key: &str) -> String {
    let key = format!("extract-{key}");
    let found = match language {
        ExtractLanguage::English => say(Language::English, &key),
        ExtractLanguage::Swedish => say(Language::Swedish, &key),
        ExtractLanguage::Easy => say_easily(&key),
    };
    found.unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::act;
    use crate::domain::access_extract::ExtractLanguage::{Easy, English, Swedish};
    use crate::domain::agency::{AgencyKind, Role};
    use crate::domain::category::Category;
    use crate::domain::ground::Ground;
    use crate::domain::text::Coded;
    use crate::ledger::{ActorKind, Word};

    fn all<T: Coded>(set: &str) -> Vec<String> {
        T::ALL.iter().map(|member| format!("{set}-{}", member.code())).collect()
    }

    #[test]
    fn every_word_of_an_extract_has_a_text_in_each_language() {
        let mut keys = all::<ExtractState>("state");
        keys.extend(all::<Role>("role"));
        keys.extend(all::<AgencyKind>("kind"));
        keys.extend(all::<Category>("category"));
        keys.extend(all::<Ground>("ground"));
        keys.push("ground-NONE".to_owned());
        let others = ActorKind::ALL.iter().filter(|kind| **kind != ActorKind::Staff);
        keys.extend(others.map(|kind| format!("by-{}", kind.word())));
        for (_, thing, _, word) in act::ALL {
            keys.push(format!("thing-{thing}"));
            keys.push(format!("action-{}", action(word)));
        }
        for language in [Swedish, English, Easy] {
            for key in &keys {
                assert_ne!(said(language, key), format!("extract-{key}"), "{language:?}");
            }
        }
        assert_ne!(said(Easy, "lead"), said(Swedish, "lead"));
    }

    #[test]
    fn every_word_of_access_logs_but_one_is_told_apart() {
        let written: Vec<_> =
            act::ALL.iter().map(|row| row.3).filter(|word| action(word) == "write").collect();
        assert!(written.iter().all(|word| *word == "Skriva"), "{written:?}");
    }
}
