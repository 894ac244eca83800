//! What an import loads: the form of the authorities' own registers.

use chrono::NaiveDate;

use crate::domain::agency::{AgencyKind, Role, SecrecyRegime, UnitKind};
use crate::domain::child::{ConflictKind, Protection};
use crate::domain::givers::Custodian;
use crate::domain::identity_number::IdentityNumber;
use crate::domain::ids::{AgencyId, AreaId, PersonId, StaffId, UnitId};

/// What is loaded at once. What is known by its id already stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Register {
    /// Marks the database as this kind of installation's, for example `demo`.
    pub made_by: Option<String>,
    /// Areas.
    pub areas: Vec<AreaEntry>,
    /// Agencies.
    pub agencies: Vec<AgencyEntry>,
    /// Units.
    pub units: Vec<UnitEntry>,
    /// Staff.
    pub staff: Vec<StaffEntry>,
    /// Children and guardians.
    pub persons: Vec<PersonEntry>,
}

/// A collaboration area.
#[derive(Clone, Debug)]
pub struct AreaEntry {
    /// Its id.
    pub id: AreaId,
    /// Its name.
    pub name: String,
}

/// An agency.
#[derive(Clone, Debug)]
pub struct AgencyEntry {
    /// Its id.
    pub id: AgencyId,
    /// Its kind.
    pub kind: AgencyKind,
    /// Whether it is a public authority.
    pub public: bool,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub mission: String,
    /// The areas in which it works.
    pub areas: Vec<AreaId>,
}

/// A unit.
#[derive(Clone, Debug)]
pub struct UnitEntry {
    /// Its id.
    pub id: UnitId,
    /// Its agency.
    pub agency: AgencyId,
    /// Its kind.
    pub kind: UnitKind,
    /// The secrecy that its information stands under.
    pub regime: SecrecyRegime,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub mission: String,
    /// The units whose pupils are its own, too.
    pub serves: Vec<UnitId>,
}

/// A member of staff.
#[derive(Clone, Debug)]
pub struct StaffEntry {
    /// Their id.
    pub id: StaffId,
    /// Their agency.
    pub agency: AgencyId,
    /// The issuer that vouches for them.
    pub issuer: String,
    /// Who they are to that issuer.
    pub subject: String,
    /// The name that the ledger shows.
    pub name: String,
    /// What they do where.
    pub duties: Vec<DutyEntry>,
}

/// A duty.
#[derive(Clone, Debug)]
pub struct DutyEntry {
    /// Where.
    pub unit: UnitId,
    /// What.
    pub role: Role,
    /// From which day.
    pub from: NaiveDate,
    /// To which day, if it is known.
    pub to: Option<NaiveDate>,
}

/// A child or a guardian.
#[derive(Clone, Debug)]
pub struct PersonEntry {
    /// Their id.
    pub id: PersonId,
    /// The area that they belong to.
    pub area: AreaId,
    /// What they are called on screen.
    pub display_name: String,
    /// The date of birth.
    pub birth_date: Option<NaiveDate>,
    /// How their identity is protected.
    pub protection: Protection,
    /// Their identity number, for the vault.
    pub number: Option<IdentityNumber>,
    /// Where a child is enrolled, from which day.
    pub enrolled: Vec<(UnitId, NaiveDate)>,
    /// Who has custody of a child.
    pub guardians: Vec<GuardianEntry>,
    /// Who may act for a child, or for one of its guardians.
    pub powers: Vec<PowerEntry>,
    /// Staff with a conflict of interest, and why.
    pub conflicts: Vec<(StaffId, ConflictKind)>,
    /// Staff who handle a protected identity.
    pub handlers: Vec<StaffId>,
}

impl PersonEntry {
    /// Whether it is a child: one that is enrolled, or that somebody has custody of.
    pub(super) fn is_child(&self) -> bool {
        !self.enrolled.is_empty() || !self.guardians.is_empty()
    }
}

/// Somebody with custody of a child.
#[derive(Clone, Debug)]
pub struct GuardianEntry {
    /// Who.
    pub person: PersonId,
    /// How they came to decide.
    pub custodian: Custodian,
    /// From which day.
    pub from: NaiveDate,
    /// To which day, if it is known.
    pub to: Option<NaiveDate>,
}

/// A power to act for a child, or for one of its guardians.
#[derive(Clone, Debug)]
pub struct PowerEntry {
    /// Who may act.
    pub holder: PersonId,
    /// For whom.
    pub acts_for: PersonId,
    /// From which day.
    pub from: NaiveDate,
    /// To which day. There is always one.
    pub to: NaiveDate,
}
