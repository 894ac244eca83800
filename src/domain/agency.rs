//! Agencies, their units, and the roles that staff have there.

use super::ids::{AgencyId, UnitId};
use super::text::codes;

codes! {
    /// What kind of body an agency is. The kind decides which rules of secrecy it works under.
    AgencyKind {
        /// A school authority or an independent school (skollagen).
        School => "school",
        /// A social welfare committee (SoL).
        Social => "social",
        /// A health care provider (HSL).
        Health => "health",
        /// The police.
        Police => "police",
        /// Whoever runs the server: holds the log of what concerns no agency.
        Host => "host",
    }
}

codes! {
    /// What kind of place a unit is.
    UnitKind {
        /// A school or preschool.
        School => "school",
        /// Student health, psychological and psychosocial (EPI).
        StudentHealth => "student_health",
        /// Student health, medical (EMI): health care in the law's sense.
        StudentHealthMedical => "student_health_medical",
        /// The team that is the single way in.
        SchoolSocialTeam => "school_social_team",
        /// Social services for children and young people.
        SocialServices => "social_services",
        /// Child and adolescent psychiatry (BUP).
        ChildPsychiatry => "child_psychiatry",
        /// Child health care, 0 to 6 years (BVC).
        ChildHealth => "child_health",
        /// A police unit.
        Police => "police",
        /// An office that works with no children: audit, administration.
        Office => "office",
    }
}

codes! {
    /// What somebody does at a unit. It comes from the service's own register, never from a token.
    Role {
        /// Teacher.
        Teacher => "teacher",
        /// Head of a school (rektor).
        HeadTeacher => "head_teacher",
        /// School counsellor (kurator).
        SchoolCounsellor => "school_counsellor",
        /// School nurse (skolsköterska).
        SchoolNurse => "school_nurse",
        /// Member of a school social team.
        SocialTeamMember => "social_team_member",
        /// Receives and sorts what comes in.
        Triager => "triager",
        /// Caseworker at social services.
        Caseworker => "caseworker",
        /// Clinician in health care.
        Clinician => "clinician",
        /// Nurse in child health care.
        ChildHealthNurse => "child_health_nurse",
        /// Police officer.
        Officer => "officer",
        /// Head of a unit; assigns its staff.
        Manager => "manager",
        /// Social services' out-of-hours officer (socialjour).
        EmergencySocialWorker => "emergency_social_worker",
        /// Clinician in acute care.
        EmergencyClinician => "emergency_clinician",
        /// Leads the protection of children at an agency.
        ChildProtectionLead => "child_protection_lead",
        /// A machine client that acts for no person.
        Integration => "integration",
        /// Reviews the agency's log.
        Auditor => "auditor",
        /// Keeps the system running; reads no content.
        Administrator => "administrator",
    }
}

codes! {
    /// The rule of secrecy that a unit's information stands under (OSL, skollagen, PSL, SoL).
    SecrecyRegime {
        /// Student health, psychological and psychosocial (OSL 23:2 first paragraph).
        Osl23_2a => "OSL-23-2a",
        /// Other information at school (OSL 23:2 third paragraph).
        Osl23_2c => "OSL-23-2c",
        /// Health care (OSL 25:1).
        Osl25_1 => "OSL-25-1",
        /// Social services (OSL 26:1).
        Osl26_1 => "OSL-26-1",
        /// Independent schools (skollagen 29:14).
        Skoll29_14 => "SKOLL-29-14",
        /// Private health care (PSL 6:12).
        Psl6_12 => "PSL-6-12",
        /// Private social care (SoL 17:11).
        Sol17_11 => "SOL-17-11",
        /// The police's crime prevention (OSL 35:1).
        Osl35_1 => "OSL-35-1",
    }
}

/// A unit as others need to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The unit.
    pub unit: UnitId,
    /// Its kind.
    pub unit_kind: UnitKind,
    /// The agency that it belongs to.
    pub agency: AgencyId,
    /// That agency's kind.
    pub agency_kind: AgencyKind,
    /// Whether the agency is a public authority (OSL binds it as such).
    pub public: bool,
    /// The secrecy that its information stands under.
    pub regime: SecrecyRegime,
}
