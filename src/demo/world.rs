//! The demo's world: who there is and who signs in, read from `config/demo`.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;
use uuid::Uuid;

use super::register::{RegisterError, read_register};
use super::sign_in::DemoUser;
use crate::domain::identity_number::IdentityNumber;
use crate::domain::ids::{AgencyId, PersonId, StaffId, UnitId};
use crate::identity::{IssuerSettings, SpeaksFor};
use crate::store::{Register, StaffEntry};

/// What the demo marks its databases with.
pub const MADE_BY: &str = "demo";
/// Whom the demo's tokens are meant for.
pub const AUDIENCE: &str = "samsyn-demo";

const WORLD: &str = include_str!("../../config/demo/world.toml");
const SIGN_IN: &str = include_str!("../../config/demo/sign_in.toml");
/// The year that the world is written for.
const WRITTEN_FOR: i32 = 2026;

/// Who there is and who signs in.
#[derive(Clone, Debug)]
pub struct World {
    /// Who there is. Staff are known by the name of their issuer until [`World::register`].
    register: Register,
    /// Who signs in.
    pub users: Vec<DemoUser>,
    issuers: Vec<WrittenIssuer>,
    assurance: BTreeMap<String, u8>,
}

/// Why there is no world.
#[derive(Debug, Error)]
pub enum WorldError {
    /// The register is wrong.
    #[error("config/demo/world.toml: {0}")]
    Register(#[from] RegisterError),
    /// The sign-in is wrong.
    #[error("config/demo/sign_in.toml: {0}")]
    SignIn(#[from] toml::de::Error),
    /// Something is looked for that the world does not have.
    #[error("the demo's world has no `{0}`")]
    Missing(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    assurance: BTreeMap<String, u8>,
    issuers: Vec<WrittenIssuer>,
    users: Vec<WrittenUser>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenIssuer {
    name: String,
    speaks_for: SpeaksFor,
    #[serde(default)]
    agencies: Vec<Uuid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenUser {
    issuer: String,
    username: String,
    subject: String,
    acr: String,
    #[serde(default)]
    claims: Map<String, Value>,
}

impl World {
    /// The world, as it is on `today`: children stay as old as they are written.
    ///
    /// # Errors
    /// [`WorldError`] names what is wrong in which file.
    pub fn read(today: NaiveDate) -> Result<Self, WorldError> {
        let mut register = read_register(WORLD, str::to_owned)?;
        for person in &mut register.persons {
            person.birth_date = person.birth_date.map(|birth| moved(birth, today));
        }
        let Written { assurance, issuers, users } = toml::from_str(SIGN_IN)?;
        let users = users.into_iter().map(WrittenUser::user).collect();
        Ok(Self { register, users, issuers, assurance })
    }

    /// The register to load, with the issuers' addresses in the place of their names.
    pub fn register(&self, address: impl Fn(&str) -> String) -> Register {
        let mut register = self.register.clone();
        register.made_by = Some(MADE_BY.to_owned());
        for staff in &mut register.staff {
            staff.issuer = address(&staff.issuer);
        }
        register
    }

    /// The names of the issuers.
    pub fn issuers(&self) -> Vec<&str> {
        self.issuers.iter().map(|issuer| issuer.name.as_str()).collect()
    }

    /// The settings that let the issuers' people in.
    pub fn issuer_settings(&self, address: impl Fn(&str) -> String) -> Vec<IssuerSettings> {
        let settings = |issuer: &WrittenIssuer| IssuerSettings {
            name: issuer.name.clone(),
            url: address(&issuer.name),
            audience: AUDIENCE.to_owned(),
            speaks_for: issuer.speaks_for,
            agencies: issuer.agencies.clone(),
            assurance: self.assurance.clone(),
            assurance_max: 3,
            typ: vec!["at+jwt".to_owned()],
        };
        self.issuers.iter().map(settings).collect()
    }

    /// The unit of this name.
    ///
    /// # Errors
    /// [`WorldError::Missing`].
    pub fn unit(&self, name: &str) -> Result<UnitId, WorldError> {
        let found = self.register.units.iter().find(|unit| unit.name == name);
        found.map(|unit| unit.id).ok_or_else(|| missing(name))
    }

    /// The agency of the unit of this name.
    ///
    /// # Errors
    /// [`WorldError::Missing`].
    pub fn agency_of(&self, unit: &str) -> Result<AgencyId, WorldError> {
        let found = self.register.units.iter().find(|known| known.name == unit);
        found.map(|unit| unit.agency).ok_or_else(|| missing(unit))
    }

    /// The child or guardian of this name.
    ///
    /// # Errors
    /// [`WorldError::Missing`].
    pub fn person(&self, name: &str) -> Result<PersonId, WorldError> {
        let found = self.register.persons.iter().find(|person| person.display_name == name);
        found.map(|person| person.id).ok_or_else(|| missing(name))
    }

    /// The user of this name.
    ///
    /// # Errors
    /// [`WorldError::Missing`].
    pub fn user(&self, username: &str) -> Result<&DemoUser, WorldError> {
        let found = self.users.iter().find(|user| user.username == username);
        found.ok_or_else(|| missing(username))
    }

    /// The member of staff who signs in as `username`.
    ///
    /// # Errors
    /// [`WorldError::Missing`].
    pub fn staff(&self, username: &str) -> Result<StaffId, WorldError> {
        let user = self.user(username)?;
        self.staff_of(user).map(|staff| staff.id).ok_or_else(|| missing(username))
    }

    /// What `user` is called: a function, or for citizens the name on screen.
    pub fn name_of<'a>(&'a self, user: &'a DemoUser) -> &'a str {
        let staff = self.staff_of(user).map(|staff| staff.name.as_str());
        staff.or_else(|| self.citizen(user)).unwrap_or(&user.username)
    }

    fn citizen(&self, user: &DemoUser) -> Option<&str> {
        let claimed = |number: &str| user.claims.values().any(|claim| claim == number);
        let mut persons = self.register.persons.iter();
        let is_theirs = |number: &IdentityNumber| claimed(number.digits());
        let found = persons.find(|person| person.number.as_ref().is_some_and(is_theirs));
        found.map(|person| person.display_name.as_str())
    }

    fn staff_of(&self, user: &DemoUser) -> Option<&StaffEntry> {
        let mut staff = self.register.staff.iter();
        staff.find(|staff| staff.issuer == user.issuer && staff.subject == user.subject)
    }
}

impl WrittenUser {
    fn user(self) -> DemoUser {
        let Self { issuer, username, subject, acr, claims } = self;
        DemoUser { issuer, username, subject, acr, claims }
    }
}

fn missing(what: &str) -> WorldError {
    WorldError::Missing(what.to_owned())
}

/// A day of birth as many years later as `today` is after the year that the world is written for.
fn moved(birth: NaiveDate, today: NaiveDate) -> NaiveDate {
    birth.with_year(birth.year() + today.year() - WRITTEN_FOR).unwrap_or(birth)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::agency::Role;
    use crate::domain::child::{Protection, age_on};
    use crate::domain::text::Coded;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn world() -> World {
        World::read(day("2026-11-21")).expect("a world")
    }

    #[test]
    fn every_role_has_somebody() {
        let register = world().register;
        let duties = register.staff.iter().flat_map(|staff| &staff.duties);
        let held: BTreeSet<Role> = duties.map(|duty| duty.role).collect();
        assert_eq!(held, Role::ALL.iter().copied().collect());
    }

    #[test]
    fn everybody_on_the_staff_can_sign_in_and_nobody_is_named_twice() {
        let world = world();
        let signed_in: BTreeSet<_> =
            world.users.iter().filter_map(|user| Some(world.staff_of(user)?.id)).collect();
        assert_eq!(signed_in.len(), world.register.staff.len());
        let names: BTreeSet<_> = world.users.iter().map(|user| &user.username).collect();
        assert_eq!(names.len(), world.users.len());
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_graphic())));
    }

    #[test]
    fn every_issuer_speaks_for_the_agencies_of_its_people_and_every_level_is_known() {
        let world = world();
        for user in &world.users {
            let issuer = world.issuers.iter().find(|issuer| issuer.name == user.issuer);
            let issuer = issuer.expect(&user.issuer);
            assert!(world.assurance.contains_key(&user.acr), "{}", user.username);
            match world.staff_of(user) {
                Some(staff) => assert!(issuer.agencies.contains(&staff.agency.uuid())),
                None => assert_eq!(issuer.speaks_for, SpeaksFor::Citizens, "{}", user.username),
            }
        }
    }

    #[test]
    fn everything_that_is_referred_to_is_there() {
        let register = world().register;
        let units: BTreeSet<_> = register.units.iter().map(|unit| unit.id).collect();
        let agencies: BTreeSet<_> = register.agencies.iter().map(|agency| agency.id).collect();
        let staff: BTreeSet<_> = register.staff.iter().map(|staff| staff.id).collect();
        let persons: BTreeSet<_> = register.persons.iter().map(|person| person.id).collect();
        assert!(register.units.iter().all(|unit| agencies.contains(&unit.agency)));
        assert!(register.units.iter().flat_map(|unit| &unit.serves).all(|id| units.contains(id)));
        for member in &register.staff {
            assert!(agencies.contains(&member.agency), "{}", member.name);
            assert!(member.duties.iter().all(|duty| units.contains(&duty.unit)), "{}", member.name);
        }
        for person in &register.persons {
            let conflicted = person.conflicts.iter().map(|(id, _)| id);
            let mut named = conflicted.chain(&person.handlers);
            assert!(named.all(|id| staff.contains(id)), "{}", person.display_name);
            assert!(person.guardians.iter().all(|it| persons.contains(&it.person)));
            assert!(person.enrolled.iter().all(|(id, _)| units.contains(id)));
        }
    }

    #[test]
    fn only_official_test_numbers_are_used() {
        // Skatteverket's and Inera's test identities, the only ones that nobody has.
        const OFFICIAL: [&str; 8] = [
            "191212121212",
            "200302022389",
            "196101182803",
            "200001252386",
            "189602029812",
            "196109732393",
            "197010632391",
            "196206703974",
        ];
        let world = world();
        let numbers = world.register.persons.iter().filter_map(|person| person.number.as_ref());
        let claimed = world.users.iter().flat_map(|user| user.claims.values());
        let claimed = claimed.filter_map(Value::as_str);
        for number in numbers.map(|number| number.digits()).chain(claimed) {
            assert!(OFFICIAL.contains(&number), "{number}");
        }
    }

    #[test]
    fn children_stay_as_old_as_they_are_written() {
        for today in ["2026-11-21", "2028-02-29", "2040-11-21"] {
            let world = World::read(day(today)).expect("a world");
            let mut persons = world.register.persons.iter();
            let child = persons.find(|person| person.display_name == "Barn A").expect("Barn A");
            let age = child.birth_date.and_then(|birth| age_on(birth, day(today)));
            assert!(matches!(age, Some(9 | 10)), "{today}");
        }
    }

    #[test]
    fn a_protected_child_has_one_named_handler() {
        let register = world().register;
        let protected = register.persons.iter().filter(|p| p.protection != Protection::None);
        let handlers: Vec<_> = protected.map(|person| person.handlers.len()).collect();
        assert_eq!(handlers, [1, 1]);
    }

    #[test]
    fn staff_are_loaded_with_the_address_of_their_issuer() {
        let register = world().register(|name| format!("http://127.0.0.1:8099/{name}"));
        assert_eq!(register.made_by.as_deref(), Some(MADE_BY));
        assert!(register.staff.iter().all(|staff| staff.issuer.starts_with("http://127.0.0.1")));
    }
}
