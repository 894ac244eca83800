//! What must be known of a child before anything is decided about it.

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::{Gathering, Known};
use crate::access::facts::{Age, Situation};
use crate::domain::child::{Protection, age_on};
use crate::domain::givers::{Custodian, deciding};
use crate::domain::ids::{AreaId, ChildId, PersonId, UnitId};
use crate::domain::law::in_force;
use crate::domain::text::Coded;
use crate::store::error::StoreError;
use crate::store::journal;
use crate::store::means::Locking;
use crate::store::schema::{
    conflict_of_interest, custody, enrolment, named_handler, person, unit_serves,
};

/// A child as a decision sees it.
#[derive(Clone, Copy, Debug)]
pub struct ChildFacts {
    /// The child; nobody's id when there is none.
    pub id: ChildId,
    /// Its area; nobody's id when there is none.
    pub area: AreaId,
    /// Whether there is one.
    pub found: bool,
    /// Its version at this moment.
    pub version: i64,
    /// Its day of birth, if it is born and known.
    pub birth: Option<NaiveDate>,
    /// Its age today.
    pub age: Age,
    protected: bool,
    conflict: bool,
    handler: bool,
    guardian: bool,
    representative: bool,
    stands_for: Option<PersonId>,
}

impl Gathering<'_> {
    /// The child `id`, as it stands to `known`. A changing act takes it for itself first.
    pub fn child(&mut self, id: ChildId, known: &Known) -> Result<ChildFacts, StoreError> {
        if self.locking == Locking::Yes {
            journal::take(self.database, id)?;
        }
        let row: Option<(AreaId, Option<NaiveDate>, String, i64)> = person::table
            .find(id)
            .select((person::area_id, person::birth_date, person::protection, person::version))
            .first(self.database)
            .optional()?;
        let staff = known.staff();
        let conflict = diesel::select(exists(conflict_of_interest::table.find((staff, id))))
            .get_result(self.database)?;
        let handler = diesel::select(exists(named_handler::table.find((staff, id))))
            .get_result(self.database)?;
        let guardians = self.guardians(id)?;
        let guardian = guardians.contains(&known.person());
        let powers = self.powers(id, known)?;
        let found = row.is_some();
        let (area, birth, protection, version) =
            row.unwrap_or((AreaId::nobody(), None, Protection::None.code().into(), 0));
        let age = birth.and_then(|birth| age_on(birth, self.today));
        // Whoever acts for a guardian acts as long as the guardian does.
        let adult_from = in_force(&self.means.law.waiver_ages, self.today);
        let of_age = adult_from.zip(age).is_some_and(|(law, age)| age >= law.says.adult_from);
        let binds = |one: &&PersonId| **one == id || (!of_age && guardians.contains(*one));
        let stands_for = powers.iter().find(binds).copied();
        Ok(ChildFacts {
            id,
            area,
            found,
            version,
            birth,
            age: age.map_or(Age::default(), Age),
            protected: Protection::from_code(&protection)? != Protection::None,
            conflict,
            handler,
            guardian,
            representative: stands_for.is_some(),
            stands_for,
        })
    }

    /// Who decides for the child today: its custodial guardians, or whoever was appointed instead.
    pub fn guardians(&mut self, child: ChildId) -> Result<Vec<PersonId>, StoreError> {
        let today = self.today;
        let rows: Vec<(PersonId, String)> = custody::table
            .filter(custody::child_id.eq(child).and(custody::from_date.le(today)))
            .filter(custody::to_date.is_null().or(custody::to_date.ge(today)))
            .order(custody::id)
            .select((custody::guardian_id, custody::kind))
            .load(self.database)?;
        let rows = rows
            .into_iter()
            .map(|(guardian, kind)| Ok((guardian, Custodian::from_code(&kind)?)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        Ok(deciding(&rows))
    }

    /// The unit through which `known` meets the child as an own pupil: one that the child is
    /// enrolled at, or that serves it.
    pub fn pupil_of(
        &mut self,
        child: ChildId,
        known: &Known,
    ) -> Result<Option<UnitId>, StoreError> {
        let today = self.today;
        let schools: Vec<UnitId> = enrolment::table
            .filter(enrolment::child_id.eq(child).and(enrolment::from_date.le(today)))
            .filter(enrolment::to_date.is_null().or(enrolment::to_date.ge(today)))
            .select(enrolment::unit_id)
            .load(self.database)?;
        let mut serving: Vec<UnitId> = unit_serves::table
            .filter(unit_serves::served_id.eq_any(&schools))
            .select(unit_serves::unit_id)
            .load(self.database)?;
        serving.extend(schools);
        Ok(known.duties.iter().map(|acting| acting.place.unit).find(|unit| serving.contains(unit)))
    }
}

impl ChildFacts {
    /// The situation as far as it follows from the child.
    pub fn situation(&self, known: &Known) -> Situation {
        Situation {
            conflict: self.conflict,
            protected: self.protected,
            handler: self.handler,
            guardian: self.guardian,
            representative: self.representative,
            stands_for: self.stands_for,
            themself: self.found && known.person() == self.id,
            age: self.age,
            ..Situation::default()
        }
    }

    /// What a read of this child rests on.
    pub fn seen(&self) -> Vec<(ChildId, i64)> {
        if self.found { vec![(self.id, self.version)] } else { Vec::new() }
    }
}
