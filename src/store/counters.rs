//! What the store counts for whoever runs the service.
//!
//! **Invariant:** no name, number, id or word of a caller's becomes a label.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::door::{Done, Stopped};

/// The counters. A clone counts on the same.
#[derive(Clone, Debug)]
pub struct Counters {
    acts: Family<Ending, Counter>,
    durable: Histogram,
    entries: Histogram,
}

/// How an act ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ending {
    decision: &'static str,
    outcome: &'static str,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            acts: Family::default(),
            // From a quarter of a millisecond to eight seconds.
            durable: Histogram::new(exponential_buckets(0.000_25, 2.0, 16)),
            entries: Histogram::new(exponential_buckets(1.0, 2.0, 10)),
        }
    }
}

impl Counters {
    /// Shows them in `registry`.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("acts", "Acts, by how they were decided and ended", self.acts.clone());
        registry.register(
            "ledger_durable_seconds",
            "From an entry's reaching the writer until it is durable, of acts that change nothing",
            self.durable.clone(),
        );
        registry.register(
            "ledger_commit_entries",
            "Entries of acts that change nothing, for each commit that had any",
            self.entries.clone(),
        );
    }

    pub(super) fn ended<T>(&self, ended: &Result<Done<T>, Stopped>) {
        let (decision, outcome) = match ended {
            Ok(_) => ("permit", "done"),
            Err(Stopped::Obstructed(..)) => ("permit", "not_done"),
            Err(Stopped::Refused(..)) => ("deny", "refused"),
            Err(Stopped::Unavailable(_)) => ("none", "unavailable"),
        };
        self.acts.get_or_create(&Ending { decision, outcome }).inc();
    }

    pub(super) fn durable_after(&self, time: Duration) {
        self.durable.observe(time.as_secs_f64());
    }

    pub(super) fn committed(&self, entries: u32) {
        if entries > 0 {
            self.entries.observe(f64::from(entries));
        }
    }
}
