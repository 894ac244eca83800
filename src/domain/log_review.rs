//! The systematic review of an agency's log (HSLF-FS 2016:40 4:9, PDL 4:3, 2001:454 10 §): by which
//! rules entries are drawn, what is found about them, and what must have been reviewed by when.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Months, NaiveDate};

use super::emergency::Finding;
use super::obstacle::Obstacle;
use super::text::codes;
use crate::clock::Instant;

codes! {
    /// Why an entry may be drawn.
    SamplingRule {
        /// Something was seen or opened in an emergency.
        BreakGlass => "break_glass",
        /// Staff and child, or staff and a guardian of the child, have a surname in common.
        SameSurname => "same_surname",
        /// The register knows of a relation between staff and child (FL 16 §): own child, relative,
        /// household, declared.
        Relation => "relation",
        /// The child belongs to a colleague at the unit through which staff acted.
        ColleaguesChild => "colleagues_child",
        /// The child's identity is protected.
        Protected => "protected",
        /// It was done at night by somebody whose work is by day.
        Night => "night",
        /// Something of a case was shown to staff who were not assigned to it.
        Unassigned => "unassigned",
        /// Somebody came past the number of children that one sees in an hour.
        Bulk => "bulk",
        /// Somebody's first access to a child after a day on which others heard of it.
        Newsworthy => "newsworthy",
        /// Something about a child was refused.
        Refused => "refused",
        /// Any entry.
        Random => "random",
    }
}

codes! {
    /// What was done about a finding.
    Measure {
        /// Whoever acted was asked why.
        AskedEmployee => "asked_employee",
        /// Their head was told.
        ToldManager => "told_manager",
        /// The child or the guardians were told (PDL 8:5; GDPR 34).
        ToldFamily => "told_family",
        /// Reported to the authority for privacy (GDPR 33).
        ReportedImy => "reported_imy",
        /// Reported to the Health and Social Care Inspectorate (PSL 3:5; SoL 27:1).
        ReportedIvo => "reported_ivo",
        /// Reported to the police (BrB 4:9 c).
        PoliceReport => "police_report",
        /// Rights were taken back or narrowed.
        RightsNarrowed => "rights_narrowed",
        /// Something else, which the note tells.
        Other => "other",
    }
}

/// How much of a rule's candidates is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Of a thousand, at least one if there is any: 1 to 1000.
    Permille(u16),
    /// So many, or all if there are fewer.
    Count(u32),
}

impl Amount {
    /// All of them.
    pub const ALL: Self = Self::Permille(1000);

    /// How many of `candidates` it is.
    pub fn of(self, candidates: u64) -> u64 {
        match self {
            Self::Permille(share) => {
                let thousandths = u128::from(candidates) * u128::from(share.min(1000));
                u64::try_from(thousandths.div_ceil(1000)).unwrap_or(candidates)
            }
            Self::Count(count) => candidates.min(count.into()),
        }
    }
}

/// How logs are reviewed where nobody says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewRules {
    /// Night begins at this hour and ends at the other, where the law holds.
    pub night_from_hour: u32,
    /// See above.
    pub night_to_hour: u32,
    /// The roles whose work is at night.
    pub night_roles: Vec<String>,
    /// Past so many children in an hour it is bulk.
    pub bulk_children_per_hour: u64,
    /// Every so many months a log is reviewed; divides twelve.
    pub every_months: u32,
    /// After so many days a review that is not closed is late.
    pub open_days_max: i64,
    /// After so many days a question that is not answered is late.
    pub query_days_max: i64,
    /// What is drawn by each rule.
    pub permille: BTreeMap<SamplingRule, u16>,
}

/// The surnames in a name, fit to be compared: the last word, or each part of one with a hyphen, in
/// small letters without accents. A word of one sign, such as a number, is none.
pub fn surnames(name: &str) -> BTreeSet<String> {
    let last = name.split_whitespace().next_back().unwrap_or_default();
    let parts = last.split(['-', '‐', '–']);
    let folded = parts.map(|part| {
        part.chars().filter(|sign| sign.is_alphabetic()).flat_map(char::to_lowercase).map(plain)
    });
    folded.map(String::from_iter).filter(|part| part.chars().count() > 1).collect()
}

/// A letter without its accent. Å, ä and ö are letters of their own; ø and æ are theirs abroad.
fn plain(letter: char) -> char {
    match letter {
        'á' | 'à' | 'â' | 'ã' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ø' => 'ö',
        'æ' => 'ä',
        letter => letter,
    }
}

/// Whether what is found may be written: not about one's own access, not after the entry's end, and a
/// breach only with what is done about it. An entry has its end with the review, but one that was
/// left to another auditor.
///
/// # Errors
/// What stands in the way.
pub fn may_find(
    finding: Finding,
    measures: &[Measure],
    is_own: bool,
    is_over: bool,
) -> Result<(), Obstacle> {
    if is_over {
        return Err(Obstacle::State { why: "log_review_closed" });
    }
    if is_own {
        return Err(Obstacle::State { why: "own_access" });
    }
    if finding == Finding::Breach && measures.is_empty() {
        return Err(Obstacle::Field { field: "measures", reason: "required_after_a_breach" });
    }
    Ok(())
}

/// A drawn entry whose newest finding is not final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Whether somebody has asked about it.
    pub asked: bool,
    /// Whether it tells what the one who closes the review did.
    pub own: bool,
}

/// Whether a review may be closed that has these unfinished entries. One's own may be left to another
/// auditor by whoever says so.
///
/// # Errors
/// Something was not looked at, a question has no answer, or own entries would be left unsaid.
pub fn may_close(
    unfinished: &[Unfinished],
    leaves_own: bool,
    is_closed: bool,
) -> Result<(), Obstacle> {
    let mut others = unfinished.iter().filter(|it| !it.own);
    if is_closed {
        return Err(Obstacle::State { why: "log_review_closed" });
    }
    match others.clone().next() {
        Some(_) if others.any(|it| !it.asked) => {
            Err(Obstacle::State { why: "entries_without_finding" })
        }
        Some(_) => Err(Obstacle::State { why: "queries_open" }),
        None if !unfinished.is_empty() && !leaves_own => {
            Err(Obstacle::State { why: "own_entries_left" })
        }
        None => Ok(()),
    }
}

/// The periods of `months` each that begin with the one in which `first` lies and have ended before
/// `today`: their first days, and the day after their last.
pub fn periods(first: NaiveDate, today: NaiveDate, months: u32) -> Vec<(NaiveDate, NaiveDate)> {
    let months = months.clamp(1, 12);
    let month = first.month0() / months * months + 1;
    let mut begin = NaiveDate::from_ymd_opt(first.year(), month, 1);
    let mut periods = Vec::new();
    while let Some(from) = begin {
        match from.checked_add_months(Months::new(months)) {
            Some(to) if to <= today => periods.push((from, to)),
            Some(_) | None => break,
        }
        begin = from.checked_add_months(Months::new(months));
    }
    periods
}

/// What of `[from, to)` none of `spans` covers, in order. Each span is `[from, to)`, too.
pub fn uncovered(
    from: Instant,
    to: Instant,
    spans: &[(Instant, Instant)],
) -> Vec<(Instant, Instant)> {
    let mut spans = spans.to_vec();
    spans.sort_unstable();
    let (mut at, mut gaps) = (from, Vec::new());
    for (begin, end) in spans {
        if begin >= to {
            break;
        }
        if begin > at {
            gaps.push((at, begin));
        }
        at = at.max(end);
    }
    if at < to {
        gaps.push((at, to));
    }
    gaps
}

/// The value below or at which `permille` of `values` lie (nearest rank); none of none.
pub fn quantile(values: &mut [i64], permille: u64) -> Option<i64> {
    values.sort_unstable();
    let rank = (values.len() as u64 * permille).div_ceil(1000).max(1);
    values.get(usize::try_from(rank - 1).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(hours: i64) -> Instant {
        chrono::DateTime::from_timestamp(hours * 3600, 0).unwrap()
    }

    #[test]
    fn a_share_is_never_nothing_of_something_and_never_more_than_all() {
        for (amount, candidates, drawn) in [
            (Amount::Permille(10), 0, 0),
            (Amount::Permille(10), 1, 1),
            (Amount::Permille(10), 100, 1),
            (Amount::Permille(10), 101, 2),
            (Amount::ALL, 7, 7),
            (Amount::ALL, u64::MAX, u64::MAX),
            (Amount::Count(5), 3, 3),
            (Amount::Count(5), 30, 5),
        ] {
            assert_eq!(amount.of(candidates), drawn, "{amount:?} of {candidates}");
        }
    }

    #[test]
    fn surnames_are_compared_by_their_letters() {
        let meet = |one: &str, other: &str| !surnames(one).is_disjoint(&surnames(other));
        assert!(meet("Kurator Strand", "Barn STRAND"));
        assert!(meet("Kurator Strand-Berg", "Barn Berg"));
        assert!(meet("Lärare Lindén", "Barn Linden"));
        assert!(meet("Rektor, Strandskolan", "Barn Strandskolan"));
        assert!(!meet("Lärare Ström", "Barn Strom"));
        assert!(!meet("Kurator Strand", "Strand Berg"));
        assert!(!meet("Vårdnadshavare 1", "Kurator 1"));
        assert!(!meet("Barn A", "Kurator A"));
        assert!(surnames("").is_empty());
    }

    #[test]
    fn nobody_finds_about_themselves_or_after_the_end_and_a_breach_has_a_measure() {
        let (ok, breach) = (Finding::Ok, Finding::Breach);
        assert_eq!(may_find(ok, &[], false, false), Ok(()));
        assert_eq!(may_find(breach, &[Measure::ToldManager], false, false), Ok(()));
        assert!(matches!(may_find(breach, &[], false, false), Err(Obstacle::Field { .. })));
        let own = Err(Obstacle::State { why: "own_access" });
        assert_eq!(may_find(ok, &[], true, false), own);
        let closed = Err(Obstacle::State { why: "log_review_closed" });
        assert_eq!(may_find(ok, &[], false, true), closed);
    }

    #[test]
    fn a_review_is_closed_when_everything_drawn_has_its_end() {
        let of = |asked, own| Unfinished { asked, own };
        let why = |why| Err(Obstacle::State { why });
        assert_eq!(may_close(&[], false, false), Ok(()));
        assert_eq!(may_close(&[], true, false), Ok(()));
        for leaves in [false, true] {
            let unseen = may_close(&[of(true, false), of(false, false)], leaves, false);
            assert_eq!(unseen, why("entries_without_finding"));
            let asked = may_close(&[of(false, true), of(true, false)], leaves, false);
            assert_eq!(asked, why("queries_open"));
            assert_eq!(may_close(&[], leaves, true), why("log_review_closed"));
        }
        // One's own is left to another, seen or asked about, and never in silence.
        for asked in [false, true] {
            assert_eq!(may_close(&[of(asked, true)], false, false), why("own_entries_left"));
            assert_eq!(may_close(&[of(asked, true)], true, false), Ok(()));
        }
    }

    #[test]
    fn periods_are_those_of_the_calendar_and_over() {
        let found = periods(day("2026-09-17"), day("2026-11-23"), 1);
        let expected = [("2026-09-01", "2026-10-01"), ("2026-10-01", "2026-11-01")];
        assert_eq!(found, expected.map(|(from, to)| (day(from), day(to))));
        assert_eq!(periods(day("2026-11-02"), day("2026-11-23"), 1), []);
        assert_eq!(periods(day("2026-11-02"), day("2026-12-01"), 1).len(), 1);
        let quarters = periods(day("2026-05-02"), day("2026-11-23"), 3);
        assert_eq!(quarters[0], (day("2026-04-01"), day("2026-07-01")));
        assert_eq!(quarters.len(), 2);
    }

    #[test]
    fn what_no_review_covers_is_told() {
        let span = |from, to| (at(from), at(to));
        assert_eq!(uncovered(at(0), at(10), &[]), [span(0, 10)]);
        assert_eq!(uncovered(at(0), at(10), &[span(5, 12), span(-3, 5)]), []);
        assert_eq!(
            uncovered(at(0), at(10), &[span(6, 8), span(1, 3), span(2, 4), span(11, 12)]),
            [span(0, 1), span(4, 6), span(8, 10)]
        );
    }

    #[test]
    fn a_quantile_is_one_of_the_values() {
        assert_eq!(quantile(&mut [], 500), None);
        assert_eq!(quantile(&mut [7], 900), Some(7));
        assert_eq!(quantile(&mut [3, 1, 2, 4], 500), Some(2));
        let mut ten: Vec<i64> = (1..=10).rev().collect();
        assert_eq!((quantile(&mut ten, 900), quantile(&mut ten, 1000)), (Some(9), Some(10)));
    }

    proptest! {
        #[test]
        fn gaps_and_spans_fill_the_period(
            spans in proptest::collection::vec((-20i64..40, 1i64..10), 0..8),
            hour in 0i64..24,
        ) {
            let spans: Vec<_> =
                spans.into_iter().map(|(from, long)| (at(from), at(from + long))).collect();
            let gaps = uncovered(at(0), at(24), &spans);
            let inside = |list: &[(Instant, Instant)]| {
                list.iter().any(|(from, to)| (*from..*to).contains(&at(hour)))
            };
            prop_assert_ne!(inside(&spans), inside(&gaps));
        }
    }
}
