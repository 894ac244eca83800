//! How many requests were answered how, for whoever runs the service.
//!
//! **Invariant:** a route is counted by its pattern, never by what the caller wrote.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// The counters. A clone counts on the same.
#[derive(Clone, Debug)]
pub struct Tally {
    answers: Family<Kind, Counter>,
    seconds: Histogram,
}

/// A kind of answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    method: String,
    route: String,
    class: &'static str,
}

impl Default for Tally {
    fn default() -> Self {
        // From half a millisecond to sixteen seconds.
        let seconds = Histogram::new(exponential_buckets(0.000_5, 2.0, 16));
        Self { answers: Family::default(), seconds }
    }
}

impl Tally {
    /// Shows them in `registry`.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("answers", "Answers, by route and class of status", self.answers.clone());
        registry.register("answer_seconds", "From request to answer", self.seconds.clone());
    }

    pub(super) fn answered(&self, method: &str, route: String, status: u16, taken: Duration) {
        let class = match status {
            ..200 => "1xx",
            200..300 => "2xx",
            300..400 => "3xx",
            400..500 => "4xx",
            500.. => "5xx",
        };
        let kind = Kind { method: method.to_owned(), route, class };
        self.answers.get_or_create(&kind).inc();
        self.seconds.observe(taken.as_secs_f64());
    }
}
