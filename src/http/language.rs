//! Which language a caller reads (RFC 9110 §12.5.4, RFC 4647).

use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderMap};

use crate::access::Language;

/// A language range and how much it is wanted, in thousandths.
struct Wish<'a> {
    range: &'a str,
    weight: u16,
}

/// The caller's language; Swedish when nothing fits.
pub fn language_of(headers: &HeaderMap) -> Language {
    let values: Vec<&str> =
        headers.get_all(ACCEPT_LANGUAGE).filter_map(|value| value.to_str().ok()).collect();
    choose(&values.join(","))
}

/// The tag of a language (BCP 47).
pub const fn tag(language: Language) -> &'static str {
    match language {
        Language::Swedish => "sv",
        Language::English => "en",
    }
}

fn choose(accepted: &str) -> Language {
    let wishes: Vec<Wish<'_>> = accepted.split(',').filter_map(wish).collect();
    let weight = |language| {
        let named = wishes.iter().filter(|wish| is_for(wish, language)).map(|wish| wish.weight);
        let any = wishes.iter().filter(|wish| wish.range == "*").map(|wish| wish.weight);
        named.max().or_else(|| any.max()).unwrap_or_default()
    };
    let place = |language| wishes.iter().position(|wish| is_for(wish, language));
    let (swedish, english) = (weight(Language::Swedish), weight(Language::English));
    let english_first = match (place(Language::Swedish), place(Language::English)) {
        (Some(swedish), Some(english)) => english < swedish,
        (None, Some(_)) => true,
        (Some(_) | None, None) => false,
    };
    if english > swedish || (english == swedish && english > 0 && english_first) {
        Language::English
    } else {
        Language::Swedish
    }
}

fn is_for(wish: &Wish<'_>, language: Language) -> bool {
    wish.range.split('-').next().is_some_and(|first| first.eq_ignore_ascii_case(tag(language)))
}

fn wish(text: &str) -> Option<Wish<'_>> {
    let mut parts = text.split(';').map(str::trim);
    let range = parts.next().filter(|range| !range.is_empty())?;
    let weight = match parts.next() {
        None => 1000,
        Some(parameter) => weight(parameter.strip_prefix(['q', 'Q'])?.trim().strip_prefix('=')?)?,
    };
    Some(Wish { range, weight })
}

/// `0`, `1` or one of them with up to three decimals (RFC 9110 §12.4.2).
fn weight(text: &str) -> Option<u16> {
    let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = decimals.len() <= 3 && decimals.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths = digits.then(|| format!("{decimals:0<3}").parse::<u16>().ok())??;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_most_wanted_is_chosen_and_swedish_otherwise() {
        for (accepted, chosen) in [
            ("", "sv"),
            ("en", "en"),
            ("EN-gb", "en"),
            ("sv-FI, en", "sv"),
            ("en, sv", "en"),
            ("en;q=0.5, sv;q=0.4", "en"),
            ("sv;q=0.1, en;q=0.2", "en"),
            ("en;q=0.2, sv ; q=0.3", "sv"),
            ("de, en;q=0.8", "en"),
            ("de, fr", "sv"),
            ("*", "sv"),
            ("sv;q=0, *", "en"),
            ("sv;q=0, en;q=0", "sv"),
            ("en;q=0, *;q=0.1", "sv"),
            ("en;q=2", "sv"),
            ("en;q=1.001", "sv"),
            ("en;q=0.0001", "sv"),
            ("en;quality=1", "sv"),
            ("english", "sv"),
            (",,;q=1,en", "en"),
            ("en-US;q=0.1, en;q=0.9, sv;q=0.5", "en"),
        ] {
            assert_eq!(tag(choose(accepted)), chosen, "{accepted:?}");
        }
    }
}
