//! What must be known of a child before anything is decided about it.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Gathering, Known};
use crate::access::facts::{Age, Situation};
use crate::domain::child::{Protection, age_on};
use crate::domain::givers::{Custodian, deciding};
use crate::domain::ids::{AreaId, CaseId, ChildId, ItemId, PersonId, UnitId};
use crate::domain::law::in_force;
use crate::domain::text::Coded;
use crate::store::error::StoreError;
use crate::store::families::Families;
use crate::store::journal;
use crate::store::means::Locking;
use crate::store::rows::{Kind, Row, Rows};
use crate::store::schema::{custody, enrolment, unit_serves};

/// A child as a decision sees it.
#[derive(Clone, Debug)]
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
    /// Who decides for it today.
    pub guardians: Vec<PersonId>,
    /// For whom, of the child and its guardians, the principal holds a power today.
    pub powers: Vec<PersonId>,
    /// What is on record of its custody, bars and maturity.
    pub family: Families,
    /// Every bar, of the whole matter or of one item.
    pub bars: Vec<Bar>,
    protected: bool,
    conflict: bool,
    handler: bool,
    guardian: bool,
    representative: bool,
    stands_for: Option<PersonId>,
}

/// A guardian who is barred from a matter or an item, until somebody ends it.
#[derive(Clone, Copy, Debug)]
pub struct Bar {
    /// The case.
    pub case: CaseId,
    /// Who.
    pub guardian: PersonId,
    /// The item; the whole matter where there is none.
    pub item: Option<ItemId>,
    /// Whether it has ended.
    pub ended: bool,
}

impl Gathering<'_> {
    /// The child `id`, as it stands to `known`. A changing act takes it for itself first.
    pub fn child(&mut self, id: ChildId, known: &Known) -> Result<ChildFacts, StoreError> {
        self.take(id)?;
        let rows = self.rows_of_child(id, known)?;
        self.child_in(id, &rows, known)
    }

    /// Takes the child, in a changing act.
    pub fn take(&mut self, child: ChildId) -> Result<(), StoreError> {
        if self.locking == Locking::Yes {
            journal::take(self.database, child)?;
        }
        Ok(())
    }

    /// The child `id` as these rows tell of it.
    pub fn child_in(
        &self,
        id: ChildId,
        rows: &Rows,
        known: &Known,
    ) -> Result<ChildFacts, StoreError> {
        let row = rows.one(Kind::Person);
        let birth = row.and_then(|row| row.day(0));
        let protection = row.map_or(Ok(Protection::None), |row| row.code(0))?;
        let family = family_in(id, row.is_some(), rows);
        let guardians = deciding_on(self.today, &family)?;
        let guardian = guardians.contains(&known.person());
        let powers: Vec<PersonId> = rows.of(Kind::Power).map(|row| row.id(1)).collect();
        let age = birth.and_then(|birth| age_on(birth, self.today));
        // Whoever acts for a guardian acts as long as the guardian does.
        let adult_from = in_force(&self.means.law.waiver_ages, self.today);
        let of_age = adult_from.zip(age).is_some_and(|(law, age)| age >= law.says.adult_from);
        let binds = |one: &&PersonId| **one == id || (!of_age && guardians.contains(*one));
        let stands_for = powers.iter().find(binds).copied();
        let bar = |row: &Row| Bar {
            case: row.id(1),
            guardian: row.id(2),
            item: row.maybe(3),
            ended: row.time(1).is_some(),
        };
        Ok(ChildFacts {
            id,
            area: row.map_or(AreaId::nobody(), |row| row.id(1)),
            found: row.is_some(),
            version: row.map_or(0, Row::number),
            birth,
            age: age.map_or(Age::default(), Age),
            protected: protection != Protection::None,
            conflict: row.is_some_and(|row| row.flag(0)),
            handler: row.is_some_and(|row| row.flag(1)),
            guardian,
            representative: stands_for.is_some(),
            stands_for,
            bars: rows.of(Kind::Bar).map(bar).collect(),
            guardians,
            powers,
            family,
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
        let themself = self.found && known.person() == self.id;
        Situation {
            conflict: self.conflict,
            protected: self.protected,
            handler: self.handler,
            guardian: self.guardian,
            representative: self.representative,
            // Who has a part of their own in the matter acts for nobody else.
            stands_for: self.stands_for.filter(|_| !self.guardian && !themself),
            themself,
            age: self.age,
            ..Situation::default()
        }
    }

    /// What a read of this child rests on.
    pub fn seen(&self) -> Vec<(ChildId, i64)> {
        if self.found { vec![(self.id, self.version)] } else { Vec::new() }
    }
}

/// What the rows tell of the child's family.
fn family_in(child: ChildId, found: bool, rows: &Rows) -> Families {
    let birth = rows.one(Kind::Person).and_then(|row| row.day(0));
    let custody = rows.of(Kind::Custody).filter_map(|row| {
        Some((child, row.id(1), row.day(0)?, row.day(1), row.word(0).to_owned()))
    });
    let matters = rows.of(Kind::Bar).filter(|row| row.maybe::<()>(3).is_none());
    let bars =
        matters.filter_map(|row| Some((row.id(1), child, row.id(2), row.time(0)?, row.time(1))));
    let mut maturity: Vec<_> = rows
        .of(Kind::Maturity)
        .filter_map(|row| {
            Some((row.id(1), child, row.word(0).to_owned(), row.flag(0), row.time(0)?))
        })
        .collect();
    // Of two at one moment the later id counts, as the rows come.
    maturity.sort_by_key(|(.., at)| at.0);
    Families {
        births: found.then_some((child, birth)).into_iter().collect(),
        custody: custody.collect(),
        bars: bars.collect(),
        maturity,
    }
}

/// Who of the custodians decides on `day`.
fn deciding_on(day: NaiveDate, family: &Families) -> Result<Vec<PersonId>, StoreError> {
    let today = family
        .custody
        .iter()
        .filter(|(_, _, from, to, _)| *from <= day && to.is_none_or(|to| to >= day));
    let today = today
        .map(|(_, guardian, _, _, kind)| Ok((*guardian, Custodian::from_code(kind)?)))
        .collect::<Result<Vec<_>, StoreError>>()?;
    Ok(deciding(&today))
}
