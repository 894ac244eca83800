//! Who decides for a child: custody, bars and maturity as they stand in their tables, for whatever
//! day somebody asks about.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::db::Database;
use super::error::StoreError;
use super::schema::{custody, guardian_bar, maturity_assessment, person};
use super::sql::At;
use crate::clock::Instant;
use crate::domain::child::age_on;
use crate::domain::consent::ConsentKind;
use crate::domain::givers::{Ages, Custodian, Family, Guardian};
use crate::domain::ids::{CaseId, ChildId, PersonId};
use crate::domain::law::{Law, in_force};
use crate::domain::text::Coded;

/// A moment that is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The day, where the law holds.
    pub day: NaiveDate,
    /// The instant.
    pub at: Instant,
}

impl Moment {
    /// The latest moment of `day`: all that is on record by now counts.
    pub const fn of(day: NaiveDate) -> Self {
        Self { day, at: Instant::MAX_UTC }
    }
}

/// What is on record of some children.
#[derive(Debug, Default)]
pub struct Families {
    births: Vec<(ChildId, Option<NaiveDate>)>,
    custody: Vec<(ChildId, PersonId, NaiveDate, Option<NaiveDate>, String)>,
    bars: Vec<(CaseId, ChildId, PersonId, At, Option<At>)>,
    maturity: Vec<(CaseId, ChildId, String, bool, At)>,
}

impl Families {
    /// Reads it.
    pub fn load(database: &mut Database, children: &[ChildId]) -> Result<Self, StoreError> {
        Ok(Self {
            births: person::table
                .filter(person::id.eq_any(children))
                .select((person::id, person::birth_date))
                .load(database)?,
            custody: custody::table
                .filter(custody::child_id.eq_any(children))
                .order(custody::id)
                .select((
                    custody::child_id,
                    custody::guardian_id,
                    custody::from_date,
                    custody::to_date,
                    custody::kind,
                ))
                .load(database)?,
            bars: guardian_bar::table
                .filter(guardian_bar::child_id.eq_any(children))
                .filter(guardian_bar::item_id.is_null())
                .select((
                    guardian_bar::case_id,
                    guardian_bar::child_id,
                    guardian_bar::guardian_id,
                    guardian_bar::decided_at,
                    guardian_bar::ended_at,
                ))
                .load(database)?,
            maturity: maturity_assessment::table
                .filter(maturity_assessment::child_id.eq_any(children))
                .order((maturity_assessment::assessed_at, maturity_assessment::id))
                .select((
                    maturity_assessment::case_id,
                    maturity_assessment::child_id,
                    maturity_assessment::matter,
                    maturity_assessment::mature,
                    maturity_assessment::assessed_at,
                ))
                .load(database)?,
        })
    }

    /// The child's day of birth, if it is born and known.
    pub fn birth(&self, child: ChildId) -> Option<NaiveDate> {
        self.births.iter().find(|(id, _)| *id == child).and_then(|(_, birth)| *birth)
    }

    /// What holds for `child` at `moment`, in the matter of `kind` in `case`. Maturity and bars are
    /// found for one matter, and hold in no other case.
    pub fn of(
        &self,
        child: ChildId,
        case: CaseId,
        kind: ConsentKind,
        moment: Moment,
    ) -> Result<Family, StoreError> {
        let birth = self.birth(child);
        let barred = |guardian: PersonId| {
            self.bars.iter().any(|(in_case, of, who, from, to)| {
                (*in_case, *of, *who) == (case, child, guardian)
                    && from.0 <= moment.at
                    && to.is_none_or(|to| moment.at < to.0)
            })
        };
        let holds = |from: NaiveDate, to: Option<NaiveDate>| {
            from <= moment.day && to.is_none_or(|to| moment.day <= to)
        };
        let guardians = self
            .custody
            .iter()
            .filter(|(of, _, from, to, _)| *of == child && holds(*from, *to))
            .map(|(_, guardian, _, _, kind)| {
                let custodian = Custodian::from_code(kind)?;
                Ok(Guardian { person: *guardian, custodian, barred: barred(*guardian) })
            })
            .collect::<Result<_, StoreError>>()?;
        let mature = self.maturity.iter().rev().find(|(in_case, of, matter, _, at)| {
            (*in_case, *of) == (case, child) && matter == kind.code() && at.0 <= moment.at
        });
        Ok(Family {
            child,
            age: birth.and_then(|birth| age_on(birth, moment.day)),
            guardians,
            mature: mature.map(|(.., mature, _)| *mature),
        })
    }
}

/// The ages that hold on `day`.
pub fn ages_on(law: &Law, day: NaiveDate) -> Result<Ages, StoreError> {
    let silent = || StoreError::Corrupt("no law says who consents today".into());
    Ok(Ages {
        waiver: in_force(&law.waiver_ages, day).ok_or_else(silent)?.says,
        intervention: in_force(&law.intervention_ages, day).ok_or_else(silent)?.says,
    })
}
