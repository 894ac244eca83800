//! Draws a review's sample: scans the period's leaves, asks the register what no log tells, and
//! keeps what was drawn.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use diesel::prelude::*;

use super::db::Database;
use super::disposals::disposed_end;
use super::door::Store;
use super::error::{Halt, StoreError};
use super::log_review_rows::{FindingView, ReviewView};
use super::logs::leaves;
use super::schema::{
    conflict_of_interest, custody, duty, log_review_entry, log_review_rule, person,
};
use super::sequencer::{count, hold, lines, position};
use super::sql::{Json, codes};
use super::work::Work;
use crate::access::act::ReadLogReview;
use crate::clock::Instant;
use crate::domain::child::{ConflictKind, Protection};
use crate::domain::ids::{AgencyId, ChildId, EntryId, LogReviewId, PersonId, StaffId, UnitId};
use crate::domain::log_review::{SamplingRule, surnames};
use crate::domain::text::Coded;
use crate::ledger::{
    ActorMark, Decision, Header, Leaf, Outcome, Record, RuleSample, Sampler, SeenEntry, disclosed,
    needs_register, staff,
};

/// A sample that was drawn and is not yet kept. [`Store::keep_sample`] keeps it.
#[derive(Clone, Debug)]
pub struct FreshSample {
    agency: AgencyId,
    review: LogReviewId,
    /// What each rule came to.
    pub(super) rules: Vec<RuleSample>,
    /// The entries that were drawn.
    pub(super) entries: Vec<FreshEntry>,
}

/// An entry that was drawn just now.
#[derive(Clone, Debug)]
pub(super) struct FreshEntry {
    pub entry: EntryId,
    pub leaf: u64,
    pub rules: Vec<SamplingRule>,
    pub actor: Option<StaffId>,
}

/// A drawn entry as its reviewer sees it.
#[derive(Clone, Debug)]
pub struct SampledEntry {
    /// Its id.
    pub entry: EntryId,
    /// Its leaf's number.
    pub leaf: u64,
    /// The rules by which it was drawn.
    pub rules: Vec<SamplingRule>,
    /// When it was decided.
    pub at: Instant,
    /// The act, and its kind in the words of an access log.
    pub act: String,
    /// See above.
    pub action: String,
    /// What the rules of access said.
    pub decision: Decision,
    /// What came of it.
    pub outcome: Outcome,
    /// Who acted.
    pub actor: ActorMark,
    /// What they gave as purpose.
    pub purpose: Option<String>,
    /// What they gave as reason.
    pub reason: Option<String>,
    /// The children of whom something was shown or changed, by their random ids.
    pub children: BTreeSet<ChildId>,
    /// The findings, oldest first.
    pub findings: Vec<FindingView>,
    /// Another auditor than the reader, or than who closed the review, must look at it.
    pub needs_another: bool,
}

/// A leaf with its entry, read.
struct Read {
    leaf: Leaf,
    header: Header,
    records: Vec<Record>,
}

impl Work<'_, ReadLogReview> {
    /// Scans the log for a review.
    pub(super) fn draw(&mut self, review: &ReviewView) -> Result<FreshSample, Halt> {
        let agency = self.act().agency;
        let asks = review.terms.rules.iter().any(|(rule, _)| needs_register(*rule));
        let mut sampler = Sampler::new(&review.terms);
        // What was disposed of can't be looked through any more.
        let disposed = count(disposed_end(self.database, agency)?)?;
        let mut next = review.first.max(disposed);
        while next < review.end {
            let page = read(self.database, agency, next, review.end)?;
            let kin = if asks { Kin::of(self.database, &page)? } else { Kin::default() };
            for it in &page {
                let entry = SeenEntry {
                    index: it.leaf.index,
                    hash: it.leaf.hash(),
                    time: it.leaf.time,
                    header: &it.header,
                    records: &it.records,
                };
                sampler.see(&entry, &kin.rules(&it.header, &it.records));
            }
            next += page.len() as u64;
        }
        let rules = sampler.finish();
        let mut drawn: BTreeMap<u64, Vec<SamplingRule>> = BTreeMap::new();
        for sample in &rules {
            for leaf in &sample.drawn {
                drawn.entry(*leaf).or_default().push(sample.rule);
            }
        }
        let mut entries = Vec::with_capacity(drawn.len());
        for (leaf, rules) in drawn {
            let header = one(self.database, agency, leaf)?.header;
            let actor = header.actor.id.map(StaffId::new);
            entries.push(FreshEntry { entry: header.id, leaf, rules, actor });
        }
        Ok(FreshSample { agency, review: review.id, rules, entries })
    }

    /// The drawn entries as their reviewer sees them.
    pub(super) fn sampled(
        &mut self,
        drawn: &[(EntryId, u64, Vec<SamplingRule>)],
        review: &ReviewView,
        findings: &mut HashMap<EntryId, Vec<FindingView>>,
    ) -> Result<Vec<SampledEntry>, Halt> {
        let (agency, reader) = (self.act().agency, self.staff());
        let mut entries = Vec::with_capacity(drawn.len());
        for (entry, leaf, rules) in drawn {
            let Read { header, records, .. } = one(self.database, agency, *leaf)?;
            let findings = findings.remove(entry).unwrap_or_default();
            let is_over = findings.last().is_some_and(|newest| newest.finding.is_final());
            let own = header.actor.id.map(StaffId::new) == Some(reader);
            entries.push(SampledEntry {
                needs_another: !is_over && (own || review.closed.is_some()),
                entry: *entry,
                leaf: *leaf,
                rules: rules.clone(),
                at: header.at,
                act: header.act,
                action: header.action,
                decision: header.decision,
                outcome: header.outcome,
                actor: header.actor,
                purpose: header.purpose,
                reason: header.reason,
                children: disclosed(&records).collect(),
                findings,
            });
        }
        Ok(entries)
    }
}

impl Store {
    /// Keeps a sample, once.
    ///
    /// # Errors
    /// The database can't be written; or somebody kept another one meanwhile, as can be when the
    /// register changed: whoever asks again is shown that one.
    pub async fn keep_sample(&self, fresh: FreshSample) -> Result<(), StoreError> {
        self.write(move |database| keep(database, &fresh)).await
    }
}

fn keep(database: &mut Database, fresh: &FreshSample) -> Result<(), StoreError> {
    hold(database, fresh.agency)?;
    let mut kept: Vec<EntryId> = log_review_entry::table
        .filter(log_review_entry::review_id.eq(fresh.review))
        .select(log_review_entry::entry_id)
        .load(database)?;
    let scanned: i64 = log_review_rule::table
        .filter(log_review_rule::review_id.eq(fresh.review))
        .count()
        .get_result(database)?;
    if scanned > 0 {
        let mut drawn: Vec<EntryId> = fresh.entries.iter().map(|it| it.entry).collect();
        drawn.sort_unstable();
        kept.sort_unstable();
        return if kept == drawn { Ok(()) } else { Err(StoreError::Overtaken) };
    }
    for it in &fresh.rules {
        let told = needs_register(it.rule);
        let places = it.candidates.iter().filter(|_| told).copied();
        diesel::insert_into(log_review_rule::table)
            .values((
                log_review_rule::review_id.eq(fresh.review),
                log_review_rule::rule.eq(it.rule.code()),
                log_review_rule::candidates.eq(position(it.candidates.len() as u64)?),
                log_review_rule::drawn.eq(position(it.drawn.len() as u64)?),
                log_review_rule::places.eq(Json(places.collect())),
            ))
            .execute(database)?;
    }
    for it in &fresh.entries {
        diesel::insert_into(log_review_entry::table)
            .values((
                log_review_entry::review_id.eq(fresh.review),
                log_review_entry::entry_id.eq(it.entry),
                log_review_entry::leaf.eq(position(it.leaf)?),
                log_review_entry::rules.eq(codes(&it.rules)),
                log_review_entry::actor_id.eq(it.actor),
            ))
            .execute(database)?;
    }
    Ok(())
}

/// The next page of leaves from `from` on, read.
fn read(
    database: &mut Database,
    agency: AgencyId,
    from: u64,
    to: u64,
) -> Result<Vec<Read>, StoreError> {
    let rows = leaves(database, agency, from, to)?;
    if rows.is_empty() {
        return Err(StoreError::Corrupt("a leaf is missing".into()));
    }
    rows.iter()
        .map(|(leaf, header, records)| {
            let (leaf, (header, _)) = (Leaf::parse(leaf)?, Header::parse(header)?);
            let shown = (0..).zip(lines(records)).filter(|(place, _)| leaf.open.contains(place));
            let records: Result<Vec<Record>, _> =
                shown.map(|(_, bytes)| Record::parse(bytes)).collect();
            Ok(Read { header, records: records?, leaf })
        })
        .collect()
}

fn one(database: &mut Database, agency: AgencyId, leaf: u64) -> Result<Read, StoreError> {
    let found = read(database, agency, leaf, leaf + 1)?.pop();
    found.ok_or_else(|| StoreError::Corrupt("a leaf is missing".into()))
}

/// What the register knows of the children of some entries.
#[derive(Default)]
struct Kin {
    /// The surnames of child and guardians; none of whom is protected.
    surnames: HashMap<ChildId, BTreeSet<String>>,
    /// Staff who have a relation to the child.
    related: HashSet<(ChildId, StaffId)>,
    /// Staff whose own child it is, or who live with it.
    parents: HashMap<ChildId, Vec<StaffId>>,
    /// Where these work, or have worked.
    units: HashSet<(StaffId, UnitId)>,
}

impl Kin {
    fn of(database: &mut Database, page: &[Read]) -> Result<Self, StoreError> {
        let of_staff = page.iter().filter(|it| staff(&it.header).is_some());
        let children: BTreeSet<ChildId> =
            of_staff.flat_map(|it| it.records.iter().filter_map(|record| record.child)).collect();
        let mut kin = Self::default();
        kin.name(database, &children)?;
        let conflicts: Vec<(ChildId, StaffId, String)> = conflict_of_interest::table
            .filter(conflict_of_interest::person_id.eq_any(&children))
            .select((
                conflict_of_interest::person_id,
                conflict_of_interest::staff_id,
                conflict_of_interest::kind,
            ))
            .load(database)?;
        for (child, staff, kind) in conflicts {
            kin.related.insert((child, staff));
            match ConflictKind::from_code(&kind)? {
                ConflictKind::OwnChild | ConflictKind::Household => {
                    kin.parents.entry(child).or_default().push(staff);
                }
                ConflictKind::Relative | ConflictKind::Declared => {}
            }
        }
        let parents: Vec<StaffId> = kin.parents.values().flatten().copied().collect();
        let duties: Vec<(StaffId, UnitId)> = duty::table
            .filter(duty::staff_id.eq_any(parents))
            .select((duty::staff_id, duty::unit_id))
            .load(database)?;
        kin.units.extend(duties);
        Ok(kin)
    }

    /// Learns the surnames. A protected child's, or guardian's, is compared with nobody's: that it
    /// is a reviewer's colleague's would tell what it is. Every access to them can be drawn anyway.
    fn name(
        &mut self,
        database: &mut Database,
        children: &BTreeSet<ChildId>,
    ) -> Result<(), StoreError> {
        let guardians: Vec<(ChildId, PersonId)> = custody::table
            .filter(custody::child_id.eq_any(children))
            .select((custody::child_id, custody::guardian_id))
            .load(database)?;
        let family = children.iter().map(|child| (*child, *child)).chain(guardians);
        let family: Vec<(ChildId, PersonId)> = family.collect();
        let people: BTreeSet<PersonId> = family.iter().map(|(_, person)| *person).collect();
        let names: Vec<(PersonId, String, String)> = person::table
            .filter(person::id.eq_any(people))
            .select((person::id, person::display_name, person::protection))
            .load(database)?;
        let open: HashMap<PersonId, String> = names
            .into_iter()
            .filter(|(.., protection)| protection == Protection::None.code())
            .map(|(id, name, _)| (id, name))
            .collect();
        for (child, person) in family {
            let name = open.get(&person).filter(|_| open.contains_key(&child));
            let of_name = name.map(|name| surnames(name)).unwrap_or_default();
            self.surnames.entry(child).or_default().extend(of_name);
        }
        Ok(())
    }

    /// The rules that hold of an entry by what the register knows. Attempts count as well.
    fn rules(&self, header: &Header, records: &[Record]) -> BTreeSet<SamplingRule> {
        let Some(actor) = staff(header).map(StaffId::new) else { return BTreeSet::new() };
        let names = header.actor.name.as_deref().map(surnames).unwrap_or_default();
        let mut rules = BTreeSet::new();
        for child in records.iter().filter_map(|record| record.child) {
            if self.surnames.get(&child).is_some_and(|theirs| !theirs.is_disjoint(&names)) {
                rules.insert(SamplingRule::SameSurname);
            }
            if self.related.contains(&(child, actor)) {
                rules.insert(SamplingRule::Relation);
            }
            let colleague = |parent: &StaffId| {
                *parent != actor
                    && header.actor.unit.is_some_and(|unit| self.units.contains(&(*parent, unit)))
            };
            if self.parents.get(&child).is_some_and(|parents| parents.iter().any(colleague)) {
                rules.insert(SamplingRule::ColleaguesChild);
            }
        }
        rules
    }
}
