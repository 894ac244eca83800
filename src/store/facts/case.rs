//! How somebody stands to a case.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use super::child::ChildFacts;
use super::walls::Bars;
use super::{Gathering, Known};
use crate::access::facts::{Facts, PartyStanding, Resource, Situation};
use crate::domain::agency::Place;
use crate::domain::ground::Ground;
use crate::domain::ids::{AreaId, CaseId, ChildId, StaffId, UnitId, kind};
use crate::domain::law::in_force;
use crate::store::error::StoreError;
use crate::store::means::Locking;
use crate::store::rows::{Kind, Rows};
use crate::store::schema::case_file;

/// A case as a decision sees it.
#[derive(Clone, Debug)]
pub struct CaseFacts {
    /// The case, whether or not it exists.
    pub id: CaseId,
    /// Its area.
    pub area: AreaId,
    /// Its child.
    pub child: ChildFacts,
    /// The coordinating unit, if the case exists.
    pub place: Option<Place>,
    /// The named owner.
    pub owner: StaffId,
    /// The units that take part, and how.
    pub parties: Vec<(Place, PartyStanding)>,
    /// The party through which the principal is assigned today.
    pub through: Option<UnitId>,
    /// The principal's emergency opening that holds now.
    pub glass: Option<Glass>,
    /// The day on which it was closed.
    pub closed_on: Option<NaiveDate>,
    /// What is kept from the principal, a guardian (OSL 12:3).
    pub bars: Bars,
}

/// An emergency opening that holds now.
#[derive(Clone, Copy, Debug)]
pub struct Glass {
    /// The unit through which it was made.
    pub unit: UnitId,
    /// The ground that was chosen.
    pub ground: Ground,
}

impl Gathering<'_> {
    /// The case `id`, as it stands to `known`. In a reading act, which sees one picture of the data,
    /// it is read once.
    pub fn case(&mut self, id: CaseId, known: &Known) -> Result<CaseFacts, StoreError> {
        if let Some(case) = self.album.case(id, known) {
            return Ok(case);
        }
        if self.locking == Locking::Yes {
            let child: Option<ChildId> = case_file::table
                .find(id)
                .select(case_file::child_id)
                .get_result(self.database)
                .optional()?;
            // The child is taken before anything that can change is read.
            self.take(child.unwrap_or(ChildId::nobody()))?;
        }
        let rows = self.rows_of_case(id, known)?;
        let case = self.case_in(id, &rows, known)?;
        self.album.keep_case(known, &case);
        Ok(case)
    }

    /// The case `id` as these rows tell of it.
    pub(super) fn case_in(
        &self,
        id: CaseId,
        rows: &Rows,
        known: &Known,
    ) -> Result<CaseFacts, StoreError> {
        let row = rows.one(Kind::Case);
        let child = row.map_or(ChildId::nobody(), |row| row.id(2));
        let child = self.child_in(child, rows, known)?;
        let bars = Bars::of(id, &child, known.person(), &child.powers);
        let parties = rows
            .of(Kind::Party)
            .map(|row| Ok((row.place(0, 0, 0)?, PartyStanding::from_word(row.word(3)))))
            .collect::<Result<Vec<_>, StoreError>>()?;
        let mut assigned = rows.of(Kind::Assignment).map(|row| row.id::<kind::Unit>(1));
        let through = assigned.find(|unit| {
            let takes_part =
                parties.iter().any(|(place, standing)| place.unit == *unit && standing.reads());
            takes_part && known.at(*unit).is_some()
        });
        Ok(CaseFacts {
            id,
            area: row.map_or(AreaId::nobody(), |row| row.id(1)),
            place: row.map(|row| row.place(4, 0, 0)).transpose()?,
            owner: row.map_or(StaffId::nobody(), |row| row.id(3)),
            glass: glass_in(rows, known)?,
            closed_on: row.and_then(|row| row.time(0)).map(|at| self.means.law.day_of(at.0)),
            child,
            parties,
            through,
            bars,
        })
    }
}

/// The principal's newest emergency opening of the case that holds now. It ends with the duty.
fn glass_in(rows: &Rows, known: &Known) -> Result<Option<Glass>, StoreError> {
    let newest = rows.of(Kind::Glass).next_back();
    let Some(row) = newest.filter(|row| known.at(row.id(1)).is_some()) else { return Ok(None) };
    Ok(Some(Glass { unit: row.id(1), ground: row.code::<Ground>(0)? }))
}

impl CaseFacts {
    /// How `unit` takes part.
    pub fn standing_of(&self, unit: UnitId) -> PartyStanding {
        self.parties
            .iter()
            .find(|(place, _)| place.unit == unit)
            .map_or(PartyStanding::None, |(_, standing)| *standing)
    }

    /// The facts of an act on the case as such.
    pub fn facts(&self, gathering: &Gathering<'_>, known: &Known) -> Facts {
        let through = self.through;
        let principal = known.acting_at(through.or(self.glass.map(|glass| glass.unit)));
        let own_agency = self.place.is_some_and(|place| known.belongs_to(place.agency));
        Facts {
            now: gathering.now,
            principal,
            resource: Resource {
                id: Some(self.id.uuid()),
                owner: self.place,
                category: None,
                child: self.child.found.then_some(self.child.id),
                case: self.place.map(|_| self.id),
            },
            situation: Situation {
                assigned: through.is_some(),
                party: through.map_or(PartyStanding::None, |unit| self.standing_of(unit)),
                coordinator: through.is_some() && through == self.place.map(|place| place.unit),
                named_owner: through.is_some() && self.owner == known.staff(),
                own_agency,
                agency_party: self.agency_takes_part(known),
                breaking: self.glass.is_some(),
                ground: self.glass.map(|glass| glass.ground),
                closed: self.closed_on.is_some(),
                archived: self.is_archived(gathering),
                hidden: self.bars.matter,
                ..self.child.situation(known)
            },
            aware: through.is_some() || self.glass.is_some(),
            seen: self.child.seen(),
        }
    }

    /// Whether a unit of the principal's agency takes part.
    fn agency_takes_part(&self, known: &Known) -> bool {
        self.parties
            .iter()
            .any(|(place, standing)| standing.reads() && known.belongs_to(place.agency))
    }

    /// Whether it was closed so long ago that the parties no longer read. A law that says nothing
    /// leaves them no time.
    fn is_archived(&self, gathering: &Gathering<'_>) -> bool {
        let law = in_force(&gathering.means.law.read_only_days_after_close, gathering.today);
        let days = law.map_or(0, |law| law.says.unsigned_abs());
        let last = |closed: NaiveDate| closed.checked_add_days(Days::new(days));
        self.closed_on.is_some_and(|closed| last(closed).is_none_or(|last| gathering.today > last))
    }

    /// The facts of an act on the case that names a unit: whether the principal has a duty there,
    /// and how that unit takes part.
    pub fn facts_at(&self, gathering: &Gathering<'_>, known: &Known, unit: UnitId) -> Facts {
        let mut facts = self.facts(gathering, known);
        facts.situation.inside = known.at(unit).is_some();
        if facts.situation.inside {
            facts.principal = known.acting_at(Some(unit));
            facts.situation.party = self.standing_of(unit);
            // Whoever was asked knows of the case; whoever takes part, all the more.
            facts.aware |= facts.situation.party != PartyStanding::None;
        }
        facts
    }
}
