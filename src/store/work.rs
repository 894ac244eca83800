//! What a permitted act may do to the data: the queries that it needs, and no others.
//!
//! A `Work<'_, A>` is made by the door for one permit. Each noun's file adds the queries of its
//! acts to it; they take their target from the permit, never as an argument.
//!
//! ```compile_fail
//! use samsyn::access::act::{ReadCase, ReadItem};
//! use samsyn::store::Work;
//! fn reads_an_item_on_a_permit_for_a_case(work: &mut Work<'_, ReadCase>) {
//!     let _ = work.item();
//! }
//! ```

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use super::call::Call;
use super::db::Database;
use super::error::{Halt, StoreError};
use super::facts::{Album, Gather, Gathering, Known};
use super::means::Means;
use super::schema::person;
use super::telling::{self, About, Traces};
use crate::access::facts::Facts;
use crate::access::{Act, Permit, decide};
use crate::clock::Instant;
use crate::domain::ids::{
    AgencyId, AreaId, ChildId, EntryId, Id, PersonId, PublicationId, StaffId,
};
use crate::ledger::{Effect, Record, Resource};

/// The word of access logs for what is shown to be printed.
const PRINT: &str = "Utskrift";

/// Leave to work on the data for one act.
pub struct Work<'a, A: Act> {
    pub(super) database: &'a mut Database,
    pub(super) permit: &'a Permit<A>,
    pub(super) means: &'a Means,
    pub(super) call: &'a Call,
    pub(super) records: Vec<Record>,
    pub(super) seen: Vec<(ChildId, i64)>,
    /// Nothing was done: the first answer to the same request was given again.
    pub(super) repeated: bool,
    /// What the act is about, where its target doesn't tell.
    pub(super) about: Option<About>,
    /// The child that was entered, which was not there to be aimed at.
    pub(super) entered: Option<ChildId>,
    /// The publications that rows were served through.
    pub(super) opened: Vec<PublicationId>,
    /// What it was for, where the request doesn't say.
    pub(super) purpose: Option<String>,
    /// The entry that will tell of it.
    pub(super) entry: EntryId,
    /// What was asked for beyond ids, such as the terms of a search. It goes into a record of the
    /// asker's own agency.
    pub(super) terms: Option<Value>,
    /// What the act came to in numbers, for the record of its target.
    pub(super) receipt: Option<Value>,
    /// The word for what is done, where it isn't the act's own.
    pub(super) word: Option<&'static str>,
    /// What was gathered and may be asked for again.
    pub(super) album: Album,
}

/// Where a page begins and how long it is.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// The last id of the page before; `None` for the first.
    pub after: Option<Uuid>,
    /// The most rows to serve.
    pub limit: usize,
}

/// The rows of one page: each id, and the permit that serves it.
pub(super) type PageRows<Of, R> = Vec<(Id<Of>, Permit<R>)>;

impl<'a, A: Act> Work<'a, A> {
    pub(super) fn new(
        database: &'a mut Database,
        permit: &'a Permit<A>,
        means: &'a Means,
        call: &'a Call,
    ) -> Self {
        Self {
            database,
            permit,
            means,
            call,
            records: Vec::new(),
            seen: permit.facts().seen.clone(),
            repeated: false,
            about: None,
            entered: None,
            opened: Vec::new(),
            purpose: None,
            entry: means.clock.new_id(),
            terms: None,
            receipt: None,
            word: None,
            album: Album::default(),
        }
    }

    /// What the job leaves to be told.
    pub(super) fn traces(self) -> Traces {
        Traces {
            records: self.records,
            seen: self.seen,
            about: self.about,
            opened: self.opened,
            purpose: self.purpose,
            entry: self.entry,
            terms: self.terms,
            receipt: self.receipt,
            word: self.word,
        }
    }

    /// Says that what is shown is shown to be printed.
    pub fn prints(&mut self) {
        self.word = Some(PRINT);
    }

    /// The act that this is leave for.
    pub fn act(&self) -> &A {
        self.permit.act()
    }

    /// When it was decided.
    pub fn now(&self) -> Instant {
        self.permit.facts().now
    }

    /// The day that it is where the law holds.
    pub fn today(&self) -> NaiveDate {
        self.means.law.day_of(self.now())
    }

    pub(super) fn facts(&self) -> &'a Facts {
        self.permit.facts()
    }

    /// The member of staff who acts; nobody's id for others.
    pub(super) fn staff(&self) -> StaffId {
        StaffId::new(self.facts().principal.id)
    }

    /// The gathering of more facts for whoever acts, on what was gathered already.
    pub(super) fn gathering(&mut self) -> Gathering<'_> {
        let now = self.now();
        Gathering::again(self.database, self.means, self.call, now, &mut self.album)
    }

    /// Notes one row of a list as served, by the permit of the very act that reads it singly.
    pub(super) fn served<R: Act>(&mut self, permit: &Permit<R>) -> Result<(), Halt> {
        self.records.extend(telling::record(permit, Effect::Shown)?);
        self.seen.extend_from_slice(&permit.facts().seen);
        self.opened.extend(telling::opened(permit));
        Ok(())
    }
}

impl<A: Act> Work<'_, A> {
    /// Decides one row of a list as the act that reads it singly; notes it as served if it may be.
    pub(super) fn decide_row<R: Gather>(&mut self, act: R) -> Result<Option<Permit<R>>, Halt> {
        let facts = act.gather(&mut self.gathering())?;
        match decide(&self.means.policy, act, facts) {
            Ok(permit) => {
                self.served(&permit)?;
                Ok(Some(permit))
            }
            Err(_) => Ok(None),
        }
    }

    /// One page of a list: looks through the ids that `load` gives after the last one seen, and
    /// keeps those whose rows may be served, until the page is full or nothing is left.
    pub(super) fn page_of<Of: 'static, R: Gather>(
        &mut self,
        page: Page,
        load: impl Fn(&mut Database, Option<Id<Of>>, i64) -> Result<Vec<Id<Of>>, StoreError>,
        read: impl Fn(Id<Of>) -> R,
    ) -> Result<PageRows<Of, R>, Halt> {
        // Hidden rows are rare: a little more than a page fills most pages at once.
        let wanted = i64::try_from(page.limit + 1).unwrap_or(i64::MAX);
        let rows_max = self.means.rows_max.min(wanted);
        let mut after = page.after.map(Id::new);
        let mut served = Vec::new();
        loop {
            let ids = load(self.database, after, rows_max)?;
            let last = ids.last().copied();
            let acts: Vec<R> = ids.iter().map(|id| read(*id)).collect();
            R::foresee(&acts, &mut self.gathering())?;
            for (id, act) in ids.into_iter().zip(acts) {
                if let Some(permit) = self.decide_row(act)? {
                    served.push((id, permit));
                }
                if served.len() == page.limit {
                    return Ok(served);
                }
            }
            match last {
                Some(last) => after = Some(last),
                None => return Ok(served),
            }
        }
    }

    /// The area that a person belongs to.
    pub(super) fn area_of(&mut self, person: PersonId) -> Result<AreaId, Halt> {
        Ok(person::table.find(person).select(person::area_id).first(self.database)?)
    }

    /// Who acts, with all duties of today.
    pub(super) fn known(&mut self) -> Result<Known, Halt> {
        Ok(self.gathering().known()?)
    }

    /// The child's custodial guardians today.
    pub(super) fn guardians_of(&mut self, child: ChildId) -> Result<Vec<PersonId>, Halt> {
        Ok(self.gathering().guardians(child)?)
    }

    /// Notes a child that the act enters: the entry is about it, though no target names it.
    pub(super) fn enters(&mut self, child: ChildId, effect: Effect) {
        self.entered = Some(child);
        let resource = telling::target(self.permit.act());
        self.about = Some(About { resource, subject: Some(child), case: None });
        let owner = self.facts().resource.owner.map_or(telling::HOST, |owner| owner.agency);
        self.touched_of(Some(child), owner, ("Child", child.uuid()), effect);
    }

    /// Notes something of another owner's that the act touched beside its target. The facts are
    /// the target's owner's to know, and stay out of it.
    pub(super) fn touched(&mut self, owner: AgencyId, resource: (&str, Uuid), effect: Effect) {
        self.touched_of(self.facts().resource.child, owner, resource, effect);
    }

    /// The same of something that is about another child than the target is, or about none.
    pub(super) fn touched_of(
        &mut self,
        child: Option<ChildId>,
        owner: AgencyId,
        resource: (&str, Uuid),
        effect: Effect,
    ) {
        let facts = self.facts();
        self.records.push(Record {
            agency: owner,
            open_to_actor: true,
            child,
            case: facts.resource.case,
            resource: Resource { kind: resource.0.into(), id: Some(resource.1) },
            category: None,
            effect,
            rules: self.permit.rules().iter().map(|rule| rule.to_string()).collect(),
            ground: None,
            publication: None,
            consent: None,
            on_behalf_of: facts.situation.stands_for,
            facts: None,
            terms: None,
            salt: [0; 16],
        });
    }
}
