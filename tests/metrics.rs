//! The figures for whoever runs the service: told on their own address, about nobody.

use std::collections::BTreeMap;

use samsyn::clock::Clock;

use crate::support::each_backend;
use crate::support::house::House;
use crate::support::scene::{SECRET_WORDS, Scene};

/// Every figure, without its labels.
const FIGURES: [&str; 15] = [
    "samsyn_acts_total",
    "samsyn_answers_total",
    "samsyn_answer_seconds_count",
    "samsyn_ledger_durable_seconds_count",
    "samsyn_ledger_commit_entries_count",
    "samsyn_start_time_seconds",
    "samsyn_database_up",
    "samsyn_database_connections_open",
    "samsyn_database_connections_used",
    "samsyn_ledger_lag_seconds",
    "samsyn_ledger_pending",
    "samsyn_clock_behind_seconds",
    "samsyn_reviews_overdue",
    "samsyn_ledger_durable_seconds_sum",
    "samsyn_ledger_commit_entries_sum",
];

/// Each figure with its labels, and its value.
fn figures(text: &str) -> BTreeMap<String, f64> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let figure = |line: &str| {
        let (name, value) = line.rsplit_once(' ').expect("a name and a value");
        (name.to_owned(), value.parse().expect("a number"))
    };
    lines.map(figure).collect()
}

fn sum(figures: &BTreeMap<String, f64>, begin: &str, label: &str) -> f64 {
    let fits = |name: &String| name.starts_with(begin) && name.contains(label);
    figures.iter().filter(|(name, _)| fits(name)).map(|(_, value)| value).sum()
}

#[test]
fn figures_are_told_on_their_own_address_and_say_nothing_of_anybody() {
    each_backend(|database| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let at: chrono::DateTime<chrono::Utc> = "2026-11-23T13:24:05Z".parse().expect("a time");
            let house = House::open_at(database, Clock::still(at), |settings| {
                settings.telemetry.metrics_address = "127.0.0.1:0".to_owned();
            })
            .await;
            let scene = Scene::set(&house).await;
            let told = house.running().metrics_address().expect("an address");
            let told = house.nobody().elsewhere(format!("http://{told}"));
            // Whoever has just signed in has an entry of that as well.
            let kurator = house.as_("kurator");
            kurator.get(&format!("/v1/items/{}", scene.item)).await.must(200);
            let before = figures(&told.get("/metrics").await.must(200).text());
            kurator.get(&format!("/v1/items/{}", scene.item)).await.must(200);
            kurator.get(&format!("/v1/items/{}", scene.unpublished)).await.must(404);
            house.nobody().get("/v1/me").await.must(401);
            let answer = told.get("/metrics").await.must(200);
            let kind = answer.header("content-type").unwrap_or_default().to_owned();
            assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
            let text = answer.text();
            assert!(text.ends_with("# EOF\n"), "{text}");
            let now = figures(&text);
            for name in FIGURES {
                assert!(now.keys().any(|it| it.split('{').next() == Some(name)), "{name}: {text}");
            }
            let grown =
                |begin: &str, label: &str| sum(&now, begin, label) - sum(&before, begin, label);
            assert_eq!(grown("samsyn_acts_total", "decision=\"permit\""), 1.0, "{text}");
            assert_eq!(grown("samsyn_acts_total", "decision=\"deny\""), 1.0, "{text}");
            let item = "route=\"/v1/items/{item}\"";
            assert_eq!(grown("samsyn_answers_total", item), 2.0, "{text}");
            assert_eq!(grown("samsyn_answers_total", "class=\"4xx\""), 2.0, "{text}");
            assert_eq!(grown("samsyn_ledger_durable_seconds_count", ""), 3.0, "{text}");
            assert_eq!(sum(&now, "samsyn_database_up", ""), 1.0);
            let ids = [scene.item, scene.case, scene.unpublished, house.person("Barn A")];
            let ids = ids.iter().map(ToString::to_string);
            for word in SECRET_WORDS.iter().map(|it| (*it).to_owned()).chain(ids) {
                assert!(!text.contains(&word), "{word}");
            }
            assert!(!text.contains("kurator"), "{text}");
            // Nobody finds them at the public address, and nothing else is told on theirs.
            house.nobody().get("/metrics").await.must(404);
            told.get("/health/ready").await.must(404);
            told.get("/v1/me").await.must(404);
            house.close().await;
        });
    });
}

#[test]
fn without_an_address_no_figures_are_told() {
    crate::support::house::on_each_backend(async |house| {
        assert_eq!(house.running().metrics_address(), None);
        house.nobody().get("/metrics").await.must(404);
    });
}
