//! A sample of a log, for its systematic review: which entries each rule finds, and which of these
//! are drawn. The service draws with it, and so may anybody who has an export and the terms.
//!
//! What an entry tells decides, whatever page it was read on: entries come in the log's order, and
//! of a rule's candidates those with the lowest ranks are drawn. An entry's rank is
//! `SHA-256(seed ‖ rule ‖ hash of the leaf)`.
//!
//! **Invariant:** the same terms and the same entries give the same sample.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::Timelike as _;
use chrono_tz::Tz;
use serde_json::Value;
use uuid::Uuid;

use super::LedgerError;
use super::canonical;
use super::entry::{Header, Record};
use super::merkle::Hash;
use super::wire::{Draft, Fields, Wire};
use super::words::{ActorKind, Decision, Effect};
use crate::clock::Instant;
use crate::domain::ids::ChildId;
use crate::domain::log_review::{Amount, SamplingRule};
use crate::domain::text::Coded;

/// What an access log calls an emergency opening.
const EMERGENCY: &str = "Nödöppning";

/// By what a sample is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawTerms {
    /// Random, 32 hexadecimal digits.
    pub seed: String,
    /// The rules and how much of what each finds is drawn; each rule once.
    pub rules: Vec<(SamplingRule, Amount)>,
    /// The zone in which it is night.
    pub zone: Tz,
    /// At this hour night begins.
    pub night_from_hour: u32,
    /// At this hour it ends.
    pub night_to_hour: u32,
    /// The roles whose work is at night.
    pub night_roles: Vec<String>,
    /// Past so many children in an hour it is bulk.
    pub bulk_children_per_hour: u64,
    /// The child that others heard of, and when.
    pub newsworthy: Option<Newsworthy>,
}

/// A child that others heard of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Newsworthy {
    /// The child, by its random id.
    pub child: ChildId,
    /// From when on.
    pub from: Instant,
}

/// An entry of a log, as far as it can be read there.
#[derive(Clone, Copy, Debug)]
pub struct SeenEntry<'a> {
    /// The leaf's number.
    pub index: u64,
    /// The leaf's hash.
    pub hash: Hash,
    /// When the entry was put in the log.
    pub time: Instant,
    /// Its header.
    pub header: &'a Header,
    /// The records that the log may show.
    pub records: &'a [Record],
}

/// What one rule came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSample {
    /// The rule.
    pub rule: SamplingRule,
    /// The leaves that it found, ascending.
    pub candidates: Vec<u64>,
    /// Those of them that were drawn, ascending.
    pub drawn: Vec<u64>,
}

/// Draws a sample from a log that goes past entry by entry.
#[derive(Debug)]
pub struct Sampler<'a> {
    terms: &'a DrawTerms,
    ranks: BTreeMap<SamplingRule, Vec<(Hash, u64)>>,
    hour: Option<i64>,
    children: HashMap<Uuid, HashSet<ChildId>>,
    readers: HashSet<Uuid>,
}

impl<'a> Sampler<'a> {
    /// Begins.
    pub fn new(terms: &'a DrawTerms) -> Self {
        let ranks = terms.rules.iter().map(|(rule, _)| (*rule, Vec::new())).collect();
        let (children, readers) = (HashMap::new(), HashSet::new());
        Self { terms, ranks, hour: None, children, readers }
    }

    /// The next entry. `by_register` are those rules that hold of it by what a register knows and
    /// no log: see [`needs_register`].
    pub fn see(&mut self, entry: &SeenEntry<'_>, by_register: &BTreeSet<SamplingRule>) {
        let bulk = self.comes_past_the_limit(entry);
        let first = self.is_first_after_the_news(entry);
        for (rule, ranks) in &mut self.ranks {
            let holds = match rule {
                SamplingRule::Bulk => bulk,
                SamplingRule::Newsworthy => first,
                rule if needs_register(*rule) => by_register.contains(rule),
                rule => holds(*rule, entry, self.terms),
            };
            if holds {
                ranks.push((rank(&self.terms.seed, *rule, entry.hash), entry.index));
            }
        }
    }

    /// What was drawn, rule by rule in the order of the terms.
    pub fn finish(self) -> Vec<RuleSample> {
        let Self { terms, mut ranks, .. } = self;
        let sample = |(rule, amount): &(SamplingRule, Amount)| {
            let mut ranked = ranks.remove(rule).unwrap_or_default();
            let mut candidates: Vec<u64> = ranked.iter().map(|(_, index)| *index).collect();
            candidates.sort_unstable();
            ranked.sort_unstable_by_key(|(rank, index)| (*rank.bytes(), *index));
            let count = usize::try_from(amount.of(ranked.len() as u64)).unwrap_or(ranked.len());
            let mut drawn: Vec<u64> =
                ranked.into_iter().take(count).map(|(_, index)| index).collect();
            drawn.sort_unstable();
            RuleSample { rule: *rule, candidates, drawn }
        };
        terms.rules.iter().map(sample).collect()
    }

    /// Whether it is the entry by which its actor came past the limit of children in this hour.
    fn comes_past_the_limit(&mut self, entry: &SeenEntry<'_>) -> bool {
        let hour = entry.time.timestamp().div_euclid(3600);
        if self.hour.replace(hour) != Some(hour) {
            self.children.clear();
        }
        let Some(actor) = staff(entry.header) else { return false };
        let seen = self.children.entry(actor).or_default();
        let before = seen.len() as u64;
        seen.extend(disclosed(entry.records));
        let limit = self.terms.bulk_children_per_hour;
        before <= limit && seen.len() as u64 > limit
    }

    /// Whether it is its actor's first access to the child after others heard of it.
    fn is_first_after_the_news(&mut self, entry: &SeenEntry<'_>) -> bool {
        let Some(news) = self.terms.newsworthy else { return false };
        let Some(actor) = staff(entry.header) else { return false };
        entry.time >= news.from
            && disclosed(entry.records).any(|child| child == news.child)
            && self.readers.insert(actor)
    }
}

/// Whether a rule rests on what a register knows besides the log: names, relations, colleagues.
pub const fn needs_register(rule: SamplingRule) -> bool {
    match rule {
        SamplingRule::SameSurname | SamplingRule::Relation | SamplingRule::ColleaguesChild => true,
        SamplingRule::BreakGlass
        | SamplingRule::Protected
        | SamplingRule::Night
        | SamplingRule::Unassigned
        | SamplingRule::Bulk
        | SamplingRule::Newsworthy
        | SamplingRule::Refused
        | SamplingRule::Random => false,
    }
}

/// The children of whom something was shown or changed.
pub fn disclosed(records: &[Record]) -> impl Iterator<Item = ChildId> {
    let told = |record: &&Record| matches!(record.effect, Effect::Shown | Effect::Changed);
    records.iter().filter(told).filter_map(|record| record.child)
}

/// The member of staff who acted.
pub fn staff(header: &Header) -> Option<Uuid> {
    header.actor.id.filter(|_| header.actor.kind == ActorKind::Staff)
}

/// Whether a rule that needs no more than the entry holds of it.
fn holds(rule: SamplingRule, entry: &SeenEntry<'_>, terms: &DrawTerms) -> bool {
    let SeenEntry { header, records, .. } = *entry;
    let by_staff = staff(header).is_some() && header.decision != Decision::Deny;
    let shows = |record: &Record, fact: &str| {
        record.facts.as_ref().is_some_and(|facts| facts.value()["situation"][fact] == true)
    };
    match rule {
        SamplingRule::BreakGlass => {
            header.decision == Decision::PermitOverride
                || header.decision == Decision::Permit && header.action == EMERGENCY
        }
        SamplingRule::Protected => {
            by_staff
                && records.iter().any(|it| {
                    matches!(it.effect, Effect::Shown | Effect::Changed) && shows(it, "protected")
                })
        }
        SamplingRule::Night => {
            by_staff
                && disclosed(records).next().is_some()
                && is_night(header.at, terms)
                && !header.actor.role.as_ref().is_some_and(|role| terms.night_roles.contains(role))
        }
        SamplingRule::Unassigned => {
            by_staff
                && header.decision == Decision::Permit
                && records.iter().any(|record| {
                    record.effect == Effect::Shown
                        && record.case.is_some()
                        && record.child.is_some()
                        && record.facts.is_some()
                        && !shows(record, "assigned")
                })
        }
        SamplingRule::Refused => {
            header.decision == Decision::Deny
                && header.actor.id.is_some()
                && records.iter().any(|record| record.child.is_some())
        }
        SamplingRule::Random => true,
        SamplingRule::SameSurname
        | SamplingRule::Relation
        | SamplingRule::ColleaguesChild
        | SamplingRule::Bulk
        | SamplingRule::Newsworthy => false,
    }
}

fn is_night(at: Instant, terms: &DrawTerms) -> bool {
    let hour = at.with_timezone(&terms.zone).hour();
    let (from, to) = (terms.night_from_hour, terms.night_to_hour);
    if from <= to { (from..to).contains(&hour) } else { hour >= from || hour < to }
}

fn rank(seed: &str, rule: SamplingRule, leaf: Hash) -> Hash {
    Hash::of(&[seed.as_bytes(), rule.code().as_bytes(), leaf.bytes()].concat())
}

impl DrawTerms {
    /// Their canonical bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let (child, from) = self.newsworthy.map(|news| (news.child, news.from)).unzip();
        Draft::default()
            .with("seed", &self.seed)
            .with("rules", &self.rules.iter().map(|rule| RuleTerms(*rule)).collect::<Vec<_>>())
            .with("zone", &self.zone.name().to_owned())
            .with("night_from_hour", &self.night_from_hour)
            .with("night_to_hour", &self.night_to_hour)
            .with("night_roles", &self.night_roles)
            .with("bulk_children_per_hour", &self.bulk_children_per_hour)
            .with_some("newsworthy_child", &child)
            .with_some("newsworthy_from", &from)
            .bytes()
    }

    /// Reads terms.
    ///
    /// # Errors
    /// As for [`Header::parse`].
    pub fn parse(bytes: &[u8]) -> Result<Self, LedgerError> {
        const OBJECT: &str = "the terms of a draw";
        let value = canonical::parse(bytes)?;
        let mut fields = Fields::of(OBJECT, &value)?;
        let zone: String = fields.need("zone")?;
        let rules: Vec<RuleTerms> = fields.need("rules")?;
        let child: Option<ChildId> = fields.may("newsworthy_child")?;
        let from: Option<Instant> = fields.may("newsworthy_from")?;
        let terms = Self {
            seed: fields.need("seed")?,
            rules: rules.into_iter().map(|rule| rule.0).collect(),
            zone: zone.parse().map_err(|_| LedgerError::Field { object: OBJECT, field: "zone" })?,
            night_from_hour: fields.need("night_from_hour")?,
            night_to_hour: fields.need("night_to_hour")?,
            night_roles: fields.need("night_roles")?,
            bulk_children_per_hour: fields.need("bulk_children_per_hour")?,
            newsworthy: child.zip(from).map(|(child, from)| Newsworthy { child, from }),
        };
        fields.end()?;
        Ok(terms)
    }
}

struct RuleTerms((SamplingRule, Amount));

impl Wire for RuleTerms {
    fn write(&self, out: &mut String) {
        let Self((rule, amount)) = self;
        let draft = Draft::default().with("rule", &rule.code().to_owned());
        match amount {
            Amount::Permille(permille) => draft.with("permille", permille).write(out),
            Amount::Count(count) => draft.with("count", count).write(out),
        }
    }

    fn from_value(value: &Value) -> Option<Self> {
        let mut fields = Fields::of("a rule", value).ok()?;
        let rule: String = fields.need("rule").ok()?;
        let (permille, count) = (fields.may("permille").ok()?, fields.may("count").ok()?);
        fields.end().ok()?;
        let amount = match (permille, count) {
            (Some(permille), None) => Amount::Permille(permille),
            (None, Some(count)) => Amount::Count(count),
            _ => return None,
        };
        Some(Self((SamplingRule::from_code(&rule).ok()?, amount)))
    }
}

#[cfg(test)]
mod tests;
