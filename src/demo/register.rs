//! A register as a file: areas, agencies, units, staff and persons, in TOML. The operator imports
//! one, and the demo's world is one.
//!
//! **Invariant:** an error names the field, and never what stands in it: it may be somebody's
//! identity number.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::Deserialize;
use thiserror::Error;
use uuid::Uuid;

use crate::domain::agency::{AgencyKind, Role, SecrecyRegime, UnitKind};
use crate::domain::child::{ConflictKind, Protection};
use crate::domain::givers::Custodian;
use crate::domain::identity_number::IdentityNumber;
use crate::domain::ids::{AgencyId, AreaId, PersonId, StaffId, UnitId};
use crate::domain::text::Coded;
use crate::store::{
    AgencyEntry, AreaEntry, DutyEntry, GuardianEntry, PersonEntry, PowerEntry, Register,
    StaffEntry, UnitEntry,
};

/// Why a register can't be read.
#[derive(Debug, Error)]
pub enum RegisterError {
    /// Not TOML, an unknown name, or a value of the wrong type.
    #[error("the register can't be read: line {line}: {problem}")]
    Shape {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// A value that does not fit.
    #[error("`{field}` {problem}")]
    Field {
        /// Its path, as in `units[3].kind`.
        field: String,
        /// What is wrong, continuing the sentence.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    areas: Vec<WrittenArea>,
    #[serde(default)]
    agencies: Vec<WrittenAgency>,
    #[serde(default)]
    units: Vec<WrittenUnit>,
    #[serde(default)]
    staff: Vec<WrittenStaff>,
    #[serde(default)]
    persons: Vec<WrittenPerson>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenArea {
    id: Uuid,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAgency {
    id: Uuid,
    kind: String,
    public: bool,
    name: String,
    mission: String,
    areas: Vec<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenUnit {
    id: Uuid,
    agency: Uuid,
    kind: String,
    regime: String,
    name: String,
    mission: String,
    #[serde(default)]
    serves: Vec<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStaff {
    id: Uuid,
    agency: Uuid,
    issuer: String,
    subject: String,
    name: String,
    #[serde(default)]
    duties: Vec<WrittenDuty>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenDuty {
    unit: Uuid,
    role: String,
    from: NaiveDate,
    to: Option<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPerson {
    id: Uuid,
    area: Uuid,
    display_name: String,
    birth_date: Option<NaiveDate>,
    protection: Option<String>,
    // Read as anything: a number of the wrong type would be quoted by the reader's own error.
    identity_number: Option<toml::Value>,
    #[serde(default)]
    enrolled: Vec<WrittenEnrolment>,
    #[serde(default)]
    guardians: Vec<WrittenGuardian>,
    #[serde(default)]
    powers: Vec<WrittenPower>,
    #[serde(default)]
    conflicts: Vec<WrittenConflict>,
    #[serde(default)]
    handlers: Vec<Uuid>,
}

/// A member of staff alone has a conflict of interest of a kind that is not told.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenConflict {
    Of(Uuid),
    Kind { staff: Uuid, kind: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEnrolment {
    unit: Uuid,
    from: NaiveDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenGuardian {
    person: Uuid,
    kind: Option<String>,
    from: NaiveDate,
    to: Option<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPower {
    holder: Uuid,
    acts_for: Uuid,
    from: NaiveDate,
    to: NaiveDate,
}

/// Reads a register. `issuer` tells the address of the issuer that a member of staff names; for a
/// register that gives addresses, it gives back what it gets.
///
/// # Errors
/// [`RegisterError`] names the field.
pub fn read_register(
    text: &str,
    issuer: impl Fn(&str) -> String,
) -> Result<Register, RegisterError> {
    let written: Written = toml::from_str(text).map_err(|error| shape(text, &error))?;
    written.check_ids()?;
    Ok(Register {
        made_by: None,
        areas: written.areas.into_iter().map(WrittenArea::entry).collect(),
        agencies: each("agencies", written.agencies, WrittenAgency::entry)?,
        units: each("units", written.units, WrittenUnit::entry)?,
        staff: each("staff", written.staff, |staff, at| staff.entry(at, &issuer))?,
        persons: each("persons", written.persons, WrittenPerson::entry)?,
    })
}

impl Written {
    /// What is known by its id already is left alone, so a second entry would vanish unseen.
    fn check_ids(&self) -> Result<(), RegisterError> {
        unlike("areas", self.areas.iter().map(|entry| entry.id))?;
        unlike("agencies", self.agencies.iter().map(|entry| entry.id))?;
        unlike("units", self.units.iter().map(|entry| entry.id))?;
        unlike("staff", self.staff.iter().map(|entry| entry.id))?;
        unlike("persons", self.persons.iter().map(|entry| entry.id))
    }
}

impl WrittenArea {
    fn entry(self) -> AreaEntry {
        AreaEntry { id: AreaId::new(self.id), name: self.name }
    }
}

impl WrittenAgency {
    fn entry(self, at: &str) -> Result<AgencyEntry, RegisterError> {
        Ok(AgencyEntry {
            id: AgencyId::new(self.id),
            kind: word::<AgencyKind>(at, "kind", &self.kind)?,
            public: self.public,
            name: self.name,
            mission: self.mission,
            areas: self.areas.into_iter().map(AreaId::new).collect(),
        })
    }
}

impl WrittenUnit {
    fn entry(self, at: &str) -> Result<UnitEntry, RegisterError> {
        Ok(UnitEntry {
            id: UnitId::new(self.id),
            agency: AgencyId::new(self.agency),
            kind: word::<UnitKind>(at, "kind", &self.kind)?,
            regime: word::<SecrecyRegime>(at, "regime", &self.regime)?,
            name: self.name,
            mission: self.mission,
            serves: self.serves.into_iter().map(UnitId::new).collect(),
        })
    }
}

impl WrittenStaff {
    fn entry(
        self,
        at: &str,
        issuer: &impl Fn(&str) -> String,
    ) -> Result<StaffEntry, RegisterError> {
        let duties = each(&format!("{at}.duties"), self.duties, WrittenDuty::entry)?;
        let machine = duties.iter().any(|duty| duty.role == Role::Integration);
        if machine && duties.iter().any(|duty| duty.role != Role::Integration) {
            return Err(field(at, "duties", "a connected system holds no other role"));
        }
        Ok(StaffEntry {
            id: StaffId::new(self.id),
            agency: AgencyId::new(self.agency),
            issuer: issuer(&self.issuer),
            subject: self.subject,
            name: self.name,
            duties,
        })
    }
}

impl WrittenDuty {
    fn entry(self, at: &str) -> Result<DutyEntry, RegisterError> {
        let role = word::<Role>(at, "role", &self.role)?;
        if self.to.is_some_and(|to| to < self.from) {
            return Err(field(at, "to", "comes before `from`"));
        }
        Ok(DutyEntry { unit: UnitId::new(self.unit), role, from: self.from, to: self.to })
    }
}

impl WrittenPerson {
    fn entry(self, at: &str) -> Result<PersonEntry, RegisterError> {
        let number = self.identity_number.map(|number| read_number(at, &number)).transpose()?;
        let protection = self.protection.as_deref().map(|text| word(at, "protection", text));
        let enrolled = self.enrolled.iter().map(|row| (UnitId::new(row.unit), row.from));
        Ok(PersonEntry {
            id: PersonId::new(self.id),
            area: AreaId::new(self.area),
            display_name: self.display_name,
            birth_date: self.birth_date,
            protection: protection.transpose()?.unwrap_or(Protection::None),
            number,
            enrolled: enrolled.collect(),
            guardians: each(&format!("{at}.guardians"), self.guardians, WrittenGuardian::entry)?,
            powers: each(&format!("{at}.powers"), self.powers, WrittenPower::entry)?,
            conflicts: each(&format!("{at}.conflicts"), self.conflicts, WrittenConflict::entry)?,
            handlers: self.handlers.into_iter().map(StaffId::new).collect(),
        })
    }
}

impl WrittenConflict {
    fn entry(self, at: &str) -> Result<(StaffId, ConflictKind), RegisterError> {
        match self {
            Self::Of(staff) => Ok((StaffId::new(staff), ConflictKind::Declared)),
            Self::Kind { staff, kind } => {
                Ok((StaffId::new(staff), word::<ConflictKind>(at, "kind", &kind)?))
            }
        }
    }
}

impl WrittenGuardian {
    fn entry(self, at: &str) -> Result<GuardianEntry, RegisterError> {
        let custodian = self.kind.as_deref().map(|kind| word::<Custodian>(at, "kind", kind));
        if self.to.is_some_and(|to| to < self.from) {
            return Err(field(at, "to", "comes before `from`"));
        }
        Ok(GuardianEntry {
            person: PersonId::new(self.person),
            custodian: custodian.transpose()?.unwrap_or(Custodian::Parent),
            from: self.from,
            to: self.to,
        })
    }
}

impl WrittenPower {
    fn entry(self, at: &str) -> Result<PowerEntry, RegisterError> {
        if self.to < self.from {
            return Err(field(at, "to", "comes before `from`"));
        }
        Ok(PowerEntry {
            holder: PersonId::new(self.holder),
            acts_for: PersonId::new(self.acts_for),
            from: self.from,
            to: self.to,
        })
    }
}

fn read_number(at: &str, number: &toml::Value) -> Result<IdentityNumber, RegisterError> {
    let wrong = |problem: &str| field(at, "identity_number", problem);
    let text = number.as_str().ok_or_else(|| wrong("must be a text, between quotes"))?;
    IdentityNumber::parse(text).map_err(|error| wrong(&format!("does not fit: {error}")))
}

/// Reads each entry of the list `list`, which is told where it stands.
fn each<W, E>(
    list: &str,
    written: Vec<W>,
    read: impl Fn(W, &str) -> Result<E, RegisterError>,
) -> Result<Vec<E>, RegisterError> {
    let read = |(n, entry)| read(entry, &format!("{list}[{n}]"));
    written.into_iter().enumerate().map(read).collect()
}

fn unlike(list: &str, ids: impl Iterator<Item = Uuid>) -> Result<(), RegisterError> {
    let mut seen = HashSet::new();
    match ids.enumerate().find(|(_, id)| !seen.insert(*id)) {
        Some((n, _)) => {
            Err(field(&format!("{list}[{n}]"), "id", "is the id of an entry before it"))
        }
        None => Ok(()),
    }
}

fn word<T: Coded>(at: &str, name: &str, text: &str) -> Result<T, RegisterError> {
    T::from_code(text).map_err(|_| {
        let known: Vec<&str> = T::ALL.iter().map(|member| member.code()).collect();
        field(at, name, &format!("must be one of {}", known.join(", ")))
    })
}

fn field(at: &str, name: &str, problem: &str) -> RegisterError {
    RegisterError::Field { field: format!("{at}.{name}"), problem: problem.to_owned() }
}

/// The reader's own words without the line that they quote.
fn shape(text: &str, error: &toml::de::Error) -> RegisterError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    RegisterError::Shape {
        line: before.matches('\n').count() + 1,
        problem: error.message().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "00000000-0000-8000-8000-000000000099";

    fn fault(text: &str) -> String {
        let text = text.replace("ID", &format!("\"{ID}\""));
        read_register(&text, str::to_owned).err().map(|error| error.to_string()).expect(&text)
    }

    #[test]
    fn each_fault_names_its_field_and_not_what_stands_in_it() {
        let agency = "[[agencies]]\nid=ID\npublic=true\nname='n'\nmission='m'\nareas=[]\n";
        let person = "[[persons]]\nid=ID\narea=ID\ndisplay_name='n'\n";
        let staff = "[[staff]]\nid=ID\nagency=ID\nissuer='i'\nsubject='s'\nname='n'\n";
        for (text, said) in [
            (format!("{agency}kind='shop'"), "`agencies[0].kind` must be one of school, social"),
            (
                format!("{staff}duties=[{{unit=ID,role='boss',from='2026-01-01'}}]"),
                "`staff[0].duties[0].role` must be one of teacher",
            ),
            (
                format!(
                    "{staff}duties=[{{unit=ID,role='teacher',from='2026-01-02',to='2026-01-01'}}]"
                ),
                "`staff[0].duties[0].to` comes before",
            ),
            (
                format!(
                    "{staff}duties=[{{unit=ID,role='integration',from='2026-01-01'}},\
                     {{unit=ID,role='triager',from='2026-01-01'}}]"
                ),
                "`staff[0].duties` a connected system holds no other role",
            ),
            (
                format!("{person}identity_number='191212121213'"),
                "`persons[0].identity_number` does not fit: the check digit",
            ),
            (
                format!("{person}identity_number=191212121213"),
                "`persons[0].identity_number` must be a text",
            ),
            (
                format!("{person}conflicts=[{{staff=ID,kind='friend'}}]"),
                "`persons[0].conflicts[0].kind` must be one of own_child",
            ),
            (format!("{person}{person}"), "`persons[1].id` is the id of an entry before it"),
            (format!("{person}number='191212121212'"), "line 5: unknown field `number`"),
            ("[[person]]\n".to_owned(), "unknown field `person`"),
        ] {
            let told = fault(&text);
            assert!(told.contains(said), "{told}");
            assert!(!told.contains("1212"), "{told}");
        }
    }

    #[test]
    fn what_is_left_out_is_nothing() {
        let text = format!("[[persons]]\nid='{ID}'\narea='{ID}'\ndisplay_name='n'\n");
        let register = read_register(&text, str::to_owned).expect("a register");
        let person = &register.persons[0];
        assert_eq!(person.protection, Protection::None);
        assert!(person.number.is_none() && person.guardians.is_empty());
        assert!(register.staff.is_empty());
    }

    #[test]
    fn staff_are_known_by_the_address_of_their_issuer() {
        let text = format!(
            "[[staff]]\nid='{ID}'\nagency='{ID}'\nissuer='school'\nsubject='s'\nname='n'\n"
        );
        let register = read_register(&text, |name| format!("http://127.0.0.1/{name}"));
        assert_eq!(register.expect("a register").staff[0].issuer, "http://127.0.0.1/school");
    }
}
