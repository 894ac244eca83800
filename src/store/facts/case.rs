//! How somebody stands to a case.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use super::child::ChildFacts;
use super::walls::Bars;
use super::{Gathering, Known, places_of};
use crate::access::facts::{Facts, PartyStanding, Resource, Situation};
use crate::domain::agency::Place;
use crate::domain::ground::Ground;
use crate::domain::ids::{AreaId, CaseId, ChildId, StaffId, UnitId};
use crate::domain::law::in_force;
use crate::domain::text::Coded;
use crate::store::error::StoreError;
use crate::store::schema::{assignment, break_glass, case_file, party};
use crate::store::sql::At;

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
    /// The case `id`, as it stands to `known`.
    pub fn case(&mut self, id: CaseId, known: &Known) -> Result<CaseFacts, StoreError> {
        let row: Option<(AreaId, ChildId, UnitId, StaffId, Option<At>)> = case_file::table
            .find(id)
            .select((
                case_file::area_id,
                case_file::child_id,
                case_file::unit_id,
                case_file::owner_id,
                case_file::closed_at,
            ))
            .first(self.database)
            .optional()?;
        let (area, child, unit, owner, closed_at) = row.unwrap_or((
            AreaId::nobody(),
            ChildId::nobody(),
            UnitId::nobody(),
            StaffId::nobody(),
            None,
        ));
        // The child is taken before anything that can change is read.
        let child = self.child(child, known)?;
        let bars = self.bars(id, &child, known.person())?;
        let standings: Vec<(UnitId, String)> = party::table
            .filter(party::case_id.eq(id))
            .order(party::unit_id)
            .select((party::unit_id, party::standing))
            .load(self.database)?;
        let units: Vec<UnitId> = standings.iter().map(|(unit, _)| *unit).chain([unit]).collect();
        let places = places_of(self.database, &units)?;
        let parties: Vec<_> = standings
            .into_iter()
            .filter_map(|(unit, standing)| {
                let place = places.iter().find(|place| place.unit == unit)?;
                Some((*place, PartyStanding::from_word(&standing)))
            })
            .collect();
        let today = self.today;
        let assigned: Vec<UnitId> = assignment::table
            .filter(assignment::staff_id.eq(known.staff()).and(assignment::case_id.eq(id)))
            .filter(assignment::from_date.le(today))
            .filter(assignment::to_date.is_null().or(assignment::to_date.ge(today)))
            .order(assignment::id)
            .select(assignment::unit_id)
            .load(self.database)?;
        let through = assigned.into_iter().find(|unit| {
            let takes_part =
                parties.iter().any(|(place, standing)| place.unit == *unit && standing.reads());
            takes_part && known.at(*unit).is_some()
        });
        let place = places.into_iter().find(|place| place.unit == unit);
        let glass = self.glass(id, known)?;
        let closed_on = closed_at.map(|at| self.means.law.day_of(at.0));
        Ok(CaseFacts { id, area, child, place, owner, parties, through, glass, closed_on, bars })
    }

    /// The principal's emergency opening of the case that holds now. It ends with the duty.
    fn glass(&mut self, case: CaseId, known: &Known) -> Result<Option<Glass>, StoreError> {
        let row: Option<(UnitId, String)> = break_glass::table
            .filter(break_glass::staff_id.eq(known.staff()).and(break_glass::case_id.eq(case)))
            .filter(break_glass::until.gt(At(self.now)))
            .order(break_glass::id.desc())
            .select((break_glass::unit_id, break_glass::legal_ground))
            .first(self.database)
            .optional()?;
        let Some((unit, ground)) = row.filter(|(unit, _)| known.at(*unit).is_some()) else {
            return Ok(None);
        };
        Ok(Some(Glass { unit, ground: Ground::from_code(&ground)? }))
    }
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
