//! The typical people of the matrix: one for each role, where it is held.

use uuid::Uuid;

use crate::access::facts::{Acting, Principal, PrincipalKind};
use crate::domain::agency::{AgencyKind, Place, Role, SecrecyRegime, UnitKind};
use crate::domain::category::Category;
use crate::domain::text::Coded;

/// Somebody who asks.
pub(in crate::access) struct Caller {
    /// What the table calls them.
    pub name: &'static str,
    /// Who they are.
    pub principal: Principal,
    /// How they belong to the family, when they do.
    pub kin: Kin,
}

/// How somebody belongs to the child's family.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::access) enum Kin {
    /// Not at all.
    None,
    /// A custodial guardian.
    Guardian,
    /// The child, of this age.
    Themself(i64),
}

impl Caller {
    /// Where they work, if anywhere.
    pub(in crate::access) fn place(&self) -> Option<Place> {
        self.principal.acting.as_ref().map(|acting| acting.place)
    }
}

/// Everybody in the matrix, in the order of its rows.
pub(in crate::access) fn all() -> Vec<Caller> {
    let team = UnitKind::SchoolSocialTeam;
    let social = UnitKind::SocialServices;
    let person = |name, kind, kin| Caller { name, principal: nobody(kind), kin };
    vec![
        worker("teacher, school", UnitKind::School, Role::Teacher),
        worker("head teacher, school", UnitKind::School, Role::HeadTeacher),
        worker("counsellor, student health", UnitKind::StudentHealth, Role::SchoolCounsellor),
        worker("school nurse, medical", UnitKind::StudentHealthMedical, Role::SchoolNurse),
        worker("member, school social team", team, Role::SocialTeamMember),
        worker("triager, school social team", team, Role::Triager),
        worker("triager, social services", social, Role::Triager),
        worker("caseworker, social services", social, Role::Caseworker),
        worker("manager, social services", social, Role::Manager),
        worker("emergency social worker", social, Role::EmergencySocialWorker),
        worker("connected system, social services", social, Role::Integration),
        worker("clinician, child psychiatry", UnitKind::ChildPsychiatry, Role::Clinician),
        worker(
            "emergency clinician, child psychiatry",
            UnitKind::ChildPsychiatry,
            Role::EmergencyClinician,
        ),
        worker("nurse, child health", UnitKind::ChildHealth, Role::ChildHealthNurse),
        worker("officer, police", UnitKind::Police, Role::Officer),
        worker("auditor, office", UnitKind::Office, Role::Auditor),
        worker("administrator, office", UnitKind::Office, Role::Administrator),
        person("guardian", PrincipalKind::Citizen, Kin::Guardian),
        person("child, 10 years", PrincipalKind::Citizen, Kin::Themself(10)),
        person("young person, 16 years", PrincipalKind::Citizen, Kin::Themself(16)),
        person("operator", PrincipalKind::Operator, Kin::None),
        person("signed in, unknown", PrincipalKind::Unknown, Kin::None),
    ]
}

/// A unit of this kind, at the public body that has it as a rule. Offices are social services'.
pub(in crate::access) fn place(unit_kind: UnitKind) -> Place {
    let (agency_kind, regime) = match unit_kind {
        UnitKind::School | UnitKind::SchoolSocialTeam => {
            (AgencyKind::School, SecrecyRegime::Osl23_2c)
        }
        UnitKind::StudentHealth => (AgencyKind::School, SecrecyRegime::Osl23_2a),
        UnitKind::StudentHealthMedical => (AgencyKind::School, SecrecyRegime::Osl25_1),
        UnitKind::SocialServices | UnitKind::Office => (AgencyKind::Social, SecrecyRegime::Osl26_1),
        UnitKind::ChildPsychiatry | UnitKind::ChildHealth => {
            (AgencyKind::Health, SecrecyRegime::Osl25_1)
        }
        UnitKind::Police => (AgencyKind::Police, SecrecyRegime::Osl35_1),
    };
    Place {
        unit: number(UnitKind::ALL, unit_kind, 0x100).into(),
        unit_kind,
        agency: number(AgencyKind::ALL, agency_kind, 0x200).into(),
        agency_kind,
        public: true,
        regime,
    }
}

/// What a unit's items are about as a rule.
pub(in crate::access) fn category(unit_kind: UnitKind) -> Category {
    match unit_kind {
        UnitKind::School | UnitKind::SchoolSocialTeam => Category::School,
        UnitKind::StudentHealth => Category::StuHealth,
        UnitKind::StudentHealthMedical | UnitKind::ChildPsychiatry | UnitKind::ChildHealth => {
            Category::Med
        }
        UnitKind::SocialServices | UnitKind::Office => Category::Soc,
        UnitKind::Police => Category::Crime,
    }
}

/// Somebody who holds one role at one unit.
pub(in crate::access) fn worker(name: &'static str, unit_kind: UnitKind, role: Role) -> Caller {
    let place = place(unit_kind);
    let kind = PrincipalKind::Staff {
        agency: place.agency,
        agency_kind: place.agency_kind,
        public: place.public,
    };
    let acting = Some(Acting { place, roles: vec![role] });
    let principal = Principal { acting, duties: vec![role], ..nobody(kind) };
    Caller { name, principal, kin: Kin::None }
}

fn nobody(kind: PrincipalKind) -> Principal {
    let id = Uuid::from_u128(1);
    Principal {
        kind,
        id,
        name: None,
        assurance: 3,
        acting: None,
        home: None,
        hour: 10,
        duties: Vec::new(),
    }
}

/// A stable id for each member of a set.
fn number<T: PartialEq>(all: &[T], member: T, base: u128) -> Uuid {
    let index = all.iter().position(|other| *other == member).unwrap_or(all.len());
    Uuid::from_u128(base + index as u128)
}
