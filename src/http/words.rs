//! What the service says to people, in their language. The words stand in `config/messages`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, langid, static_loader};

use super::language::tag;
use crate::access::Language;

// What may stand in a text are numbers, which need no marks around them that isolate them.
static_loader! {
    static TEXTS = {
        locales: "config/messages",
        fallback_language: "sv",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// The text called `key`.
pub fn say(language: Language, key: &str) -> Option<String> {
    look_up(language, key, None)
}

/// The text called `key` in easy Swedish (lättläst); in Swedish, where there is no easier one.
pub fn say_easily(key: &str) -> Option<String> {
    static EASY: LazyLock<LanguageIdentifier> = LazyLock::new(|| langid!("sv-simple"));
    let easy = TEXTS.lookup_single_language::<String>(&EASY, key, None).ok();
    easy.or_else(|| say(Language::Swedish, key))
}

/// The text called `key`, with `number` in the place of `{ $number }`.
pub fn say_number(language: Language, key: &str, number: u64) -> Option<String> {
    let number = HashMap::from([(Cow::Borrowed("number"), FluentValue::from(number))]);
    look_up(language, key, Some(&number))
}

fn look_up(
    language: Language,
    key: &str,
    arguments: Option<&HashMap<Cow<'static, str>, FluentValue<'_>>>,
) -> Option<String> {
    static LANGUAGES: LazyLock<[LanguageIdentifier; 2]> =
        LazyLock::new(|| [langid!("sv"), langid!("en")]);
    let wanted = LANGUAGES.iter().find(|known| known.language.as_str() == tag(language))?;
    TEXTS.lookup_single_language(wanted, key, arguments).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::access::act::ALL;
    use crate::domain::log_export::ExportProblem;
    use crate::domain::notice::NoticeKind;
    use crate::domain::text::Coded;
    use crate::http::fault::REASONS;
    use crate::http::health::FAULTS;
    use crate::http::problem::Kind;
    use crate::ledger::{Decision, Outcome, Word as _};

    const SWEDISH: &str = include_str!("../../config/messages/sv.ftl");
    const EASY: &str = include_str!("../../config/messages/sv-simple.ftl");
    const ENGLISH: &str = include_str!("../../config/messages/en.ftl");
    /// What the service tells of itself, which is no act.
    const OF_THE_SERVICE: [&str; 5] =
        ["SignIn", "StartService", "StopService", "ChangePolicies", "MigrateDatabase"];
    /// Words of [`crate::domain::plan::Lack`].
    const LACKS: [&str; 14] = [
        "need",
        "goal_for_need",
        "action_for_goal",
        "active_party_for_action",
        "third_party_for_action",
        "overarching_responsible",
        "overarching_responsible_among_parties",
        "met_on",
        "follow_up_on",
        "follow_up_after_meeting",
        "child_view",
        "confirmation_by_unit",
        "consent_for_unit",
        "outcome_of_goal",
    ];

    /// The keys of a file, with `key.attribute` for attributes.
    fn keys(text: &str) -> BTreeSet<String> {
        let mut message = "";
        let mut keys = BTreeSet::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, _)) = line.split_once('=') else { continue };
            match name.trim().strip_prefix('.') {
                Some(attribute) if line.starts_with(' ') => {
                    keys.insert(format!("{message}.{attribute}"));
                }
                _ if !line.starts_with(' ') => {
                    message = name.trim();
                    assert!(keys.insert(message.to_owned()), "`{message}` stands twice");
                }
                _ => {}
            }
        }
        keys
    }

    /// Every `name: "word"` in the rooms that make obstacles.
    fn words_in_sources(name: &str) -> BTreeSet<String> {
        let mut open = vec!["domain", "casework", "store"]
            .into_iter()
            .map(|room| Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room))
            .collect::<Vec<_>>();
        let mut words = BTreeSet::new();
        while let Some(path) = open.pop() {
            if path.is_dir() {
                let entries = std::fs::read_dir(&path).expect("a directory");
                open.extend(entries.map(|entry| entry.expect("an entry").path()));
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let pattern = format!("{name}: \"");
            words.extend(
                text.split(pattern.as_str())
                    .skip(1)
                    .filter_map(|after| Some(after.split_once('"')?.0.to_owned()))
                    .filter(|word| word.bytes().all(|b| b == b'_' || b.is_ascii_lowercase())),
            );
        }
        words
    }

    fn assert_said(key: &str) {
        for language in [Language::Swedish, Language::English] {
            let said = say_number(language, key, 7).unwrap_or_default();
            assert!(!said.is_empty(), "`{key}` has no text in {}", tag(language));
            assert!(!said.contains('{'), "{said}");
        }
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(keys(SWEDISH), keys(ENGLISH));
        assert!(keys(SWEDISH).len() > 40);
    }

    #[test]
    fn every_act_and_what_the_service_tells_of_itself_is_called_something() {
        for name in ALL.iter().map(|(name, ..)| name).chain(&OF_THE_SERVICE) {
            assert_said(&format!("act-{name}"));
        }
    }

    #[test]
    fn easy_swedish_says_in_other_words_what_swedish_says() {
        let (easy, swedish) = (keys(EASY), keys(SWEDISH));
        assert!(easy.len() > 20 && easy.is_subset(&swedish), "{:?}", easy.difference(&swedish));
        let title = say_easily("extract-title");
        assert!(title.is_some() && title != say(Language::Swedish, "extract-title"));
        assert_eq!(say_easily("field-empty"), say(Language::Swedish, "field-empty"));
    }

    #[test]
    fn every_problem_has_a_title_and_a_detail() {
        for kind in Kind::ALL {
            assert_said(&format!("problem-{}", kind.slug()));
            assert_said(&format!("problem-{}.detail", kind.slug()));
        }
    }

    #[test]
    fn every_reason_and_every_lack_has_a_text() {
        for reason in REASONS {
            assert_said(&format!("field-{reason}"));
        }
        for lack in LACKS {
            assert_said(&format!("lack-{lack}"));
        }
    }

    #[test]
    fn everything_that_is_not_ready_is_said() {
        for fault in FAULTS {
            assert_said(&format!("ready-{fault}"));
        }
    }

    #[test]
    fn every_notice_says_what_to_do() {
        for kind in NoticeKind::ALL {
            assert_said(&format!("notice-{}", kind.code()));
        }
    }

    #[test]
    fn every_obstacle_that_the_casework_knows_has_a_text() {
        for reason in words_in_sources("reason") {
            assert_said(&format!("field-{reason}"));
        }
        for why in words_in_sources("why") {
            assert_said(&format!("state-{why}"));
        }
    }

    #[test]
    fn no_text_is_left_that_nothing_says() {
        let is_verdict = |(decision, outcome): (&str, &str)| {
            Decision::from_word(decision).is_some() && Outcome::from_word(outcome).is_some()
        };
        let known = |key: &str| {
            let of_problem = |slug: &str| Kind::ALL.iter().any(|kind| kind.slug() == slug);
            let (message, _) = key.split_once('.').unwrap_or((key, ""));
            match message.split_once('-') {
                Some(("act", name)) => {
                    ALL.iter().any(|(act, ..)| *act == name) || OF_THE_SERVICE.contains(&name)
                }
                Some(("problem", slug)) => of_problem(slug),
                Some(("field", word)) => {
                    REASONS.contains(&word) || words_in_sources("reason").contains(word)
                }
                Some(("lack", word)) => LACKS.contains(&word),
                Some(("notice", word)) => NoticeKind::from_code(word).is_ok(),
                Some(("ready", word)) => FAULTS.contains(&word),
                Some(("receipt" | "extract" | "review" | "meeting", _)) => true,
                Some(("export", word)) => ExportProblem::from_code(word).is_ok(),
                Some(("verdict", words)) => words.split_once('-').is_some_and(is_verdict),
                Some(("state", word)) => words_in_sources("why").contains(word),
                _ => false,
            }
        };
        let idle: Vec<String> = keys(SWEDISH).into_iter().filter(|key| !known(key)).collect();
        assert!(idle.is_empty(), "{idle:?}");
    }

    #[test]
    fn a_number_is_put_into_its_place() {
        let said = say_number(Language::English, "field-too_long", 20_000).expect("a text");
        assert!(said.contains("20,000") || said.contains("20000"), "{said}");
    }
}
