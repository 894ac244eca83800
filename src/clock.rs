//! Now, and new ids. The only room that asks the machine what time it is.
//!
//! **Invariant:** nobody else calls `Utc::now` or `Uuid::now_v7`; clippy refuses it.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use uuid::Uuid;

/// A point in time, UTC, whole microseconds: the finest that both databases keep.
pub type Instant = DateTime<Utc>;

/// Tells the time and makes ids. A clone shows the same time.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    Machine,
    Still(Arc<Mutex<Instant>>),
}

impl Clock {
    /// The machine's clock.
    pub fn machine() -> Self {
        Self(Source::Machine)
    }

    /// A clock that stands still at `at` until somebody moves it. For tests and played stories.
    pub fn still(at: Instant) -> Self {
        Self(Source::Still(Arc::new(Mutex::new(at.trunc_subsecs(6)))))
    }

    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
    pub fn now(&self) -> Instant {
        match &self.0 {
            Source::Machine => Utc::now().trunc_subsecs(6),
            Source::Still(at) => *at.lock().unwrap_or_else(|poisoned| poisoned.into_inner()),
        }
    }

    /// Moves a still clock; a machine's clock can't be moved and stays as it is.
    pub fn advance(&self, by: TimeDelta) {
        if let Source::Still(at) = &self.0 {
            *at.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) += by;
        }
    }

    /// A new id, ordered by the machine's time (UUID version 7), so that indexes stay compact.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        T::from(Uuid::now_v7())
    }
}
