//! "Not there" and "not for you" take the same time, as far as a caller can tell.
//!
//! Pairs of requests in random order, one for an item that is hidden from the caller and one for an
//! id that nothing has. The two samples are compared by the two-sample Kolmogorov–Smirnov test,
//! which sees any difference between two distributions, and by the sign test on the pairs, which
//! sees a shift that noise common to a pair would hide; both at 0.1 %.
//!
//! `SAMSYN_TIMING_PAIRS` sets how many pairs; `just timing` asks for 10,000.

use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::house::{Caller, on_each_backend};
use crate::support::scene::Scene;

/// Pairs when nobody says.
const PAIRS: usize = 150;
/// Callers at a time.
const CALLERS: usize = 6;
/// Pairs of each that are not counted, until everything is warm.
const WARMING: usize = 20;
/// One sample's Kolmogorov distance from another of its kind exceeds this times the square root of
/// 2/n once in a thousand (Smirnov's limit: the root of −ln(α/2)/2).
const KOLMOGOROV: f64 = 1.9495;
/// A standard normal variable is further from 0 than this once in a thousand.
const NORMAL: f64 = 3.2905;

/// What two samples of pairs tell.
struct Comparison {
    distance: f64,
    distance_limit: f64,
    lean: f64,
    medians: (Duration, Duration),
}

impl Comparison {
    fn of(pairs: &[(Duration, Duration)]) -> Self {
        let n = pairs.len() as f64;
        let sorted = |side: fn(&(Duration, Duration)) -> Duration| {
            let mut times: Vec<Duration> = pairs.iter().map(side).collect();
            times.sort_unstable();
            times
        };
        let (left, right) = (sorted(|pair| pair.0), sorted(|pair| pair.1));
        let share =
            |times: &[Duration], at: Duration| times.partition_point(|time| *time <= at) as f64 / n;
        let apart = |at: &Duration| (share(&left, *at) - share(&right, *at)).abs();
        let distance = left.iter().chain(&right).map(apart).fold(0.0, f64::max);
        let longer = pairs.iter().filter(|pair| pair.0 > pair.1).count() as f64;
        let shorter = pairs.iter().filter(|pair| pair.0 < pair.1).count() as f64;
        Self {
            distance,
            distance_limit: KOLMOGOROV * (2.0 / n).sqrt(),
            lean: (longer - shorter) / (longer + shorter).max(1.0).sqrt(),
            medians: (left[left.len() / 2], right[right.len() / 2]),
        }
    }

    fn is_one(&self) -> bool {
        self.distance <= self.distance_limit && self.lean.abs() <= NORMAL
    }
}

fn pairs_wanted() -> usize {
    let asked = std::env::var("SAMSYN_TIMING_PAIRS").ok();
    asked.map_or(PAIRS, |text| text.parse().expect("a number of pairs"))
}

async fn time(caller: &Caller, path: &str) -> Duration {
    let began = Instant::now();
    let answer = caller.get(path).await;
    let taken = began.elapsed();
    answer.must(404);
    taken
}

/// One caller's pairs, each in random order.
async fn ask(
    caller: Caller,
    hidden: String,
    mut chance: Rng,
    wanted: usize,
) -> Vec<(Duration, Duration)> {
    let mut pairs = Vec::with_capacity(wanted);
    for turn in 0..WARMING + wanted {
        let missing = format!("/v1/items/{}", Uuid::from_u128(chance.u128(..)));
        let pair = if chance.bool() {
            let first = time(&caller, &hidden).await;
            (first, time(&caller, &missing).await)
        } else {
            let first = time(&caller, &missing).await;
            (time(&caller, &hidden).await, first)
        };
        if turn >= WARMING {
            pairs.push(pair);
        }
    }
    pairs
}

#[test]
fn a_hidden_item_and_a_missing_one_take_the_same_time() {
    let wanted = pairs_wanted();
    on_each_backend(async |house| {
        let scene = Scene::set(house).await;
        let hidden = format!("/v1/items/{}", scene.unpublished);
        let mut callers = JoinSet::new();
        for seed in 0..CALLERS {
            let share = wanted / CALLERS + usize::from(seed < wanted % CALLERS);
            let chance = Rng::with_seed(seed as u64);
            callers.spawn(ask(house.as_("kurator"), hidden.clone(), chance, share));
        }
        let pairs: Vec<_> = callers.join_all().await.into_iter().flatten().collect();
        let found = Comparison::of(&pairs);
        println!(
            "{wanted} pairs: hidden {:?}, missing {:?} (medians); distance {:.4} of {:.4} allowed; \
             lean {:+.2} of ±{NORMAL:.2}",
            found.medians.0, found.medians.1, found.distance, found.distance_limit, found.lean,
        );
        assert!(found.is_one(), "the two can be told apart");
    });
}

#[test]
fn the_comparison_sees_a_difference_where_there_is_one() {
    let mut chance = Rng::with_seed(1);
    let mut sample = |shift: u64| {
        let draw = (0..4000).map(|_| {
            let (left, right) = (chance.u64(300..500), chance.u64(300..500));
            (Duration::from_micros(left + shift), Duration::from_micros(right))
        });
        Comparison::of(&draw.collect::<Vec<_>>())
    };
    assert!(sample(0).is_one());
    assert!(!sample(20).is_one(), "a shift of a tenth of the noise's breadth");
}
