//! Who decides for a child: custody, bars and maturity as they stand in their tables, for whatever
//! day somebody asks about.

use std::sync::LazyLock;

use chrono::NaiveDate;

use super::db::Database;
use super::error::StoreError;
use super::prepared::{Statement, Text, Value};
use super::rows::{Columns, Kind, Part, Rows, text};
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
#[derive(Clone, Debug, Default)]
pub struct Families {
    /// When each is born.
    pub births: Vec<(ChildId, Option<NaiveDate>)>,
    /// Who has had custody from when until when, of which kind, in the order of the rows' ids.
    pub custody: Vec<(ChildId, PersonId, NaiveDate, Option<NaiveDate>, String)>,
    /// Who has been barred from a whole matter.
    pub bars: Vec<(CaseId, ChildId, PersonId, At, Option<At>)>,
    /// What was found of their maturity in which matter, oldest first.
    pub maturity: Vec<(CaseId, ChildId, String, bool, At)>,
}

impl Families {
    /// Reads it.
    pub fn load(database: &mut Database, children: &[ChildId]) -> Result<Self, StoreError> {
        let rows = Rows::load::<OfChildren>(database, &[Value::ids(children)])?;
        let custody = rows.of(Kind::Custody).filter_map(|row| {
            Some((row.id(1), row.id(2), row.day(0)?, row.day(1), row.word(0).to_owned()))
        });
        let bars = rows
            .of(Kind::Bar)
            .filter_map(|row| Some((row.id(1), row.id(2), row.id(3), row.time(0)?, row.time(1))));
        let mut maturity: Vec<_> = rows
            .of(Kind::Maturity)
            .filter_map(|row| {
                let matter = row.word(0).to_owned();
                Some((row.id(1), row.id(2), matter, row.flag(0), row.time(0)?))
            })
            .collect();
        // Of two at one moment the later id counts, as the rows come.
        maturity.sort_by_key(|(.., at)| at.0);
        Ok(Self {
            births: rows.of(Kind::Person).map(|row| (row.id(0), row.day(0))).collect(),
            custody: custody.collect(),
            bars: bars.collect(),
            maturity,
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

const CHILDREN: [Part; 4] = [
    Part {
        ids: &["person.id"],
        days: &["person.birth_date"],
        ..Part::of(Kind::Person, "person where person.id {in $1}")
    },
    Part {
        ids: &["custody.id", "custody.child_id", "custody.guardian_id"],
        words: &["custody.kind"],
        days: &["custody.from_date", "custody.to_date"],
        ..Part::of(Kind::Custody, "custody where custody.child_id {in $1}")
    },
    Part {
        ids: &["bar.id", "bar.case_id", "bar.child_id", "bar.guardian_id"],
        times: &["bar.decided_at", "bar.ended_at"],
        ..Part::of(Kind::Bar, "guardian_bar bar where bar.child_id {in $1} and bar.item_id is null")
    },
    Part {
        ids: &["found.id", "found.case_id", "found.child_id"],
        words: &["found.matter"],
        times: &["found.assessed_at"],
        flags: &["found.mature"],
        ..Part::of(Kind::Maturity, "maturity_assessment found where found.child_id {in $1}")
    },
];

struct OfChildren;

impl Statement for OfChildren {
    type Columns = Columns;
    fn text() -> &'static Text {
        static TEXT: LazyLock<Text> = LazyLock::new(|| text("", &CHILDREN, &[]));
        &TEXT
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
