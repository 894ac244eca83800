//! Before an item is published: who would read it, on which ground, until when, what is missing.
//!
//! **Invariant:** nothing here decides. Publishing is asked as publishing, and each reader as a
//! reader, on the facts as they would be; there is no second logic that could say otherwise.

use std::cmp::Reverse;

use chrono::NaiveDate;
use diesel::prelude::*;
use uuid::Uuid;

use super::error::{Halt, StoreError};
use super::facts::{Audience, Gather, Known};
use super::publications::PublicationDraft;
use super::questions::Verdict;
use super::schema::{assignment, item, staff};
use super::work::Work;
use crate::access::act::{PreviewDisclosure, PublishItem, ReadItem, Recipient};
use crate::access::facts::Facts;
use crate::access::{Denial, RuleId, decide};
use crate::domain::agency::Role;
use crate::domain::ground::Ground;
use crate::domain::ids::{CaseId, ItemId, PersonId, PublicationId, StaffId, UnitId};
use crate::domain::obstacle::Obstacle;
use crate::domain::text::{Coded, codes};

/// What publishing on one ground would be answered, and who would read.
#[derive(Clone, Debug)]
pub struct GroundPreview {
    /// The ground.
    pub ground: Ground,
    /// Whether it would be lawful.
    pub verdict: Verdict,
    /// What else stands in the way.
    pub obstacle: Option<Obstacle>,
    /// Everybody at the recipient who is assigned to the case, or the person; nobody where the
    /// ground is closed, or another one was chosen.
    pub readers: Vec<ReaderPreview>,
}

/// Somebody who would read, or would not.
#[derive(Clone, Debug)]
pub struct ReaderPreview {
    /// Who.
    pub who: Uuid,
    /// Their name; none of a private person.
    pub name: Option<String>,
    /// Their roles at the unit today.
    pub roles: Vec<Role>,
    /// Where.
    pub unit: Option<UnitId>,
    /// Whether they would read.
    pub reads: Result<Option<LastDay>, NotReading>,
}

/// The last day on which somebody would read, and what ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LastDay {
    /// The day.
    pub day: NaiveDate,
    /// What ends it.
    pub by: Limit,
}

codes! {
    /// What ends somebody's reading.
    Limit {
        /// The consent's last day.
        Consent => "consent",
        /// The child comes of age.
        Birthday => "birthday",
        /// The day that the owner has set.
        Until => "until",
        /// Their assignment to the case.
        Assignment => "assignment",
    }
}

/// Why somebody would not read.
#[derive(Clone, Debug)]
pub struct NotReading {
    /// In a word.
    pub why: Why,
    /// The rules that would refuse it.
    pub rules: Vec<RuleId>,
}

codes! {
    /// Why somebody would not read.
    Why {
        /// They have a conflict of interest.
        Conflict => "conflict",
        /// The child's identity is protected, and they are no named handler.
        Protected => "protected",
        /// None of their roles is in the audience.
        Role => "role_not_in_audience",
        /// Staff is named, and they are not.
        NotNamed => "not_named",
        /// Another rule refuses.
        Refused => "refused",
    }
}

impl PublicationDraft {
    /// The act of publishing with it.
    pub fn act(&self, item: ItemId, to: Recipient, ground: Ground) -> PublishItem {
        PublishItem {
            item,
            to,
            ground,
            reasoned: self.reason.is_some(),
            harm: self.harm_test.as_ref().map(|test| test.result),
            investigation: self.investigation.is_some(),
            despite_wish: self.despite_wish.is_some(),
        }
    }
}

impl Work<'_, PreviewDisclosure> {
    /// What each ground would be answered, and who would read on the `chosen` one, or on each that
    /// is open.
    pub fn preview(
        &mut self,
        to: Recipient,
        chosen: Option<Ground>,
        draft: &PublicationDraft,
    ) -> Result<Vec<GroundPreview>, Halt> {
        let shown = |ground: &Ground| chosen.is_none_or(|chosen| chosen == *ground);
        Ground::ALL.iter().map(|ground| self.on_ground(to, *ground, draft, shown(ground))).collect()
    }

    fn on_ground(
        &mut self,
        to: Recipient,
        ground: Ground,
        draft: &PublicationDraft,
        shown: bool,
    ) -> Result<GroundPreview, Halt> {
        let act = draft.act(self.act().item, to, ground);
        let facts = act.gather(&mut self.gathering())?;
        let obstacle = match self.fits(&facts, to, ground, draft) {
            Ok(()) => None,
            Err(Halt::Obstacle(obstacle)) => Some(obstacle),
            Err(halt) => return Err(halt),
        };
        let consent = facts.situation.consent.filter(|_| ground == Ground::Consent);
        let verdict = match decide(&self.means.policy, act, facts) {
            Ok(permit) => Verdict::Permitted(permit.rules().to_vec()),
            Err(denial) => Verdict::Refused(Box::new(denial)),
        };
        // Where only something must still be said, one can see whom it would be said for.
        let open = match &verdict {
            Verdict::Permitted(_) => true,
            Verdict::Refused(denial) => self.only_asks(denial),
        };
        let (unit, person) = match to {
            Recipient::Unit(unit) => (unit, PersonId::nobody()),
            Recipient::Person(person) => (UnitId::nobody(), person),
        };
        let supposed = Audience {
            id: PublicationId::nobody(),
            item: self.act().item,
            unit,
            roles: draft.roles.clone(),
            staff: draft.staff.clone(),
            person,
            ground,
            consent,
            until: draft.until,
            revoked_at: None,
        };
        let readers = if shown && open { self.readers(&supposed)? } else { Vec::new() };
        Ok(GroundPreview { ground, verdict, obstacle, readers })
    }

    fn only_asks(&self, denial: &Denial) -> bool {
        let asks = |id: &RuleId| self.means.policy.rule(id).is_some_and(|rule| rule.asks.is_some());
        denial.rules().iter().all(asks)
    }

    /// Everybody who is assigned at the recipient today, or the person.
    fn readers(&mut self, supposed: &Audience) -> Result<Vec<ReaderPreview>, Halt> {
        if supposed.person != PersonId::nobody() {
            let known = self.gathering().relative(supposed.person);
            return Ok(vec![self.reader(&known, None, supposed)?]);
        }
        let case: CaseId =
            item::table.find(supposed.item).select(item::case_id).first(self.database)?;
        let today = self.today();
        let mut assigned: Vec<(StaffId, Option<NaiveDate>)> = assignment::table
            .inner_join(staff::table)
            .filter(assignment::case_id.eq(case).and(assignment::unit_id.eq(supposed.unit)))
            .filter(assignment::from_date.le(today))
            .filter(assignment::to_date.is_null().or(assignment::to_date.ge(today)))
            .order(assignment::staff_id)
            .limit(self.means.rows_max)
            .select((assignment::staff_id, assignment::to_date))
            .load(self.database)?;
        // Whoever is assigned twice reads as long as the longer one lasts.
        assigned.sort_by_key(|(who, last)| (*who, Reverse(last.unwrap_or(NaiveDate::MAX))));
        assigned.dedup_by_key(|(who, _)| *who);
        assigned
            .into_iter()
            .map(|(who, last)| {
                let known = self.gathering().colleague(who)?;
                self.reader(&known, last, supposed)
            })
            .collect()
    }

    /// What `known`, whose assignment ends on `last`, would be answered as a reader.
    fn reader(
        &mut self,
        known: &Known,
        last: Option<NaiveDate>,
        supposed: &Audience,
    ) -> Result<ReaderPreview, Halt> {
        let facts = self.gathering().reading(known, supposed.item, Some(supposed))?;
        let acting = known.at(supposed.unit);
        let (roles, unit) = match acting {
            Some(acting) => (acting.roles.clone(), Some(acting.place.unit)),
            None => (Vec::new(), None),
        };
        let reads = match decide(&self.means.policy, ReadItem { item: supposed.item }, facts) {
            Ok(permit) => Ok(self.last_day(permit.facts(), last, supposed)?),
            Err(denial) => {
                let why = why_not(denial.facts(), &roles, supposed, known.staff());
                Err(NotReading { why, rules: denial.rules().to_vec() })
            }
        };
        let name = known.principal.name.clone();
        Ok(ReaderPreview { who: known.principal.id, name, roles, unit, reads })
    }

    /// The last day on which somebody would read: of the grounds that are open to them the one
    /// that lasts longest, but not longer than their assignment.
    fn last_day(
        &mut self,
        facts: &Facts,
        assigned: Option<NaiveDate>,
        supposed: &Audience,
    ) -> Result<Option<LastDay>, Halt> {
        let mut audiences = self.gathering().audiences_of(supposed.item)?;
        audiences.push(supposed.clone());
        let mut ends: Vec<Option<LastDay>> = Vec::new();
        for opening in &facts.situation.live {
            let audience = audiences.iter().find(|audience| audience.id == opening.publication);
            let audience =
                audience.ok_or_else(|| StoreError::Corrupt("a publication is gone".into()))?;
            let by = match audience.ground {
                Ground::Consent => Limit::Consent,
                _ => Limit::Birthday,
            };
            let ground = self.last_day_of(facts, audience.ground, audience.consent)?;
            let ground = ground.map(|day| LastDay { day, by });
            let until = audience.until.map(|day| LastDay { day, by: Limit::Until });
            ends.push(ground.into_iter().chain(until).min());
        }
        let longest = match ends.iter().any(Option::is_none) {
            true => None,
            false => ends.into_iter().flatten().max(),
        };
        let assigned = assigned.map(|day| LastDay { day, by: Limit::Assignment });
        Ok(longest.into_iter().chain(assigned).min())
    }
}

fn why_not(facts: &Facts, roles: &[Role], supposed: &Audience, who: StaffId) -> Why {
    let situation = &facts.situation;
    let in_role = supposed.roles.is_empty() || supposed.roles.iter().any(|it| roles.contains(it));
    if situation.conflict {
        Why::Conflict
    } else if situation.protected && !situation.handler {
        Why::Protected
    } else if !in_role {
        Why::Role
    } else if !supposed.staff.is_empty() && !supposed.staff.contains(&who) {
        Why::NotNamed
    } else {
        Why::Refused
    }
}
