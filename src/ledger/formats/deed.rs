//! What an entry tells of, in few enough words that each form has one for it.
//!
//! **Invariant:** no word stands for "all others" here: a new one asks for a place in each form.

use super::super::entry::{Header, Record};
use super::super::words::{ActorKind, Decision, Effect, Outcome, Word};

/// The words of Swedish audit logs: Inera's seven activity types, four of our own for what acts do,
/// and four for what the service tells of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Läsa.
    Read,
    /// Skriva.
    Write,
    /// Signera.
    Sign,
    /// Utskrift.
    Print,
    /// Vidimera.
    Attest,
    /// Radera.
    Erase,
    /// Nödöppning.
    BreakGlass,
    /// Dela.
    Share,
    /// Neka.
    Refuse,
    /// Exportera.
    Export,
    /// Söka.
    Search,
    /// Logga in.
    SignIn,
    /// Starta: a server of the service.
    Start,
    /// Stoppa: likewise.
    Stop,
    /// Ändra: the rules in force.
    Change,
}

/// What happened to one thing, as FHIR's profiles divide it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It was shown.
    Read,
    /// It was found, or looked for.
    Query,
    /// It was made.
    Create,
    /// It was changed.
    Update,
    /// It was erased.
    Delete,
    /// It was handed to somebody else, or out of the system.
    Disclose,
    /// It was kept from the actor.
    Refuse,
    /// The actor asked whether they may, and nothing of it was shown.
    Ask,
    /// Somebody signed in.
    SignIn,
    /// A server started.
    Start,
    /// A server stopped.
    Stop,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Result {
    /// It was done.
    Done,
    /// It was allowed, and something stood in the way.
    NotDone,
    /// It was refused.
    Refused,
}

/// What it was for, as far as the entry itself tells. The actor's own words stand beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// An emergency opening.
    Emergency,
    /// The child's, a guardian's or another private person's own asking.
    OwnAsking,
    /// Looking after how the records are used.
    Review,
    /// Keeping the service and its register going.
    Operation,
    /// Care, as the thing is of health care.
    Care,
    /// Coordination of help for a child.
    Coordination,
}

/// What acts make. Of what isn't named here a form says that it was changed.
const MADE: [(&str, &str); 7] = [
    ("RegisterChild", "Child"),
    ("MakeReferral", "Referral"),
    ("SendConcernReport", "ConcernReport"),
    ("OpenCase", "Case"),
    ("WriteItem", "Item"),
    ("BreakGlass", "BreakGlass"),
    ("BreakGlassByNumber", "BreakGlass"),
];

/// The kinds of thing that acts are aimed at which look after how the records are used.
const REVIEWED: [&str; 4] = ["Log", "Entry", "BreakGlass", "AccessExtract"];

/// The categories of health care.
const HEALTH: [&str; 2] = ["MED", "STUHEALTH"];

/// The kind of thing that the register's upkeep is about.
const DIRECTORY: &str = "Directory";

impl Word for Deed {
    const ALL: &'static [Self] = &[
        Self::Read,
        Self::Write,
        Self::Sign,
        Self::Print,
        Self::Attest,
        Self::Erase,
        Self::BreakGlass,
        Self::Share,
        Self::Refuse,
        Self::Export,
        Self::Search,
        Self::SignIn,
        Self::Start,
        Self::Stop,
        Self::Change,
    ];
    fn word(self) -> &'static str {
        match self {
            Self::Read => "Läsa",
            Self::Write => "Skriva",
            Self::Sign => "Signera",
            Self::Print => "Utskrift",
            Self::Attest => "Vidimera",
            Self::Erase => "Radera",
            Self::BreakGlass => "Nödöppning",
            Self::Share => "Dela",
            Self::Refuse => "Neka",
            Self::Export => "Exportera",
            Self::Search => "Söka",
            Self::SignIn => "Logga in",
            Self::Start => "Starta",
            Self::Stop => "Stoppa",
            Self::Change => "Ändra",
        }
    }
}

impl Deed {
    /// What the entry says was done. A word that this version doesn't know is told by its effect.
    pub(super) fn of(header: &Header) -> Self {
        Self::from_word(&header.action).unwrap_or(match header.decision {
            Decision::Deny => Self::Refuse,
            Decision::Permit | Decision::PermitOverride => Self::Read,
        })
    }
}

impl Result {
    /// What came of the act for one thing, or for the whole where no thing can be read.
    pub(super) fn of(header: &Header, record: Option<&Record>) -> Self {
        match (header.decision, header.outcome, record.map(|record| record.effect)) {
            (Decision::Deny, ..) | (_, Outcome::Refused, _) => Self::Refused,
            // A first answer that is given again: the change wasn't done twice, but it was shown.
            (_, Outcome::NotDone, Some(Effect::Shown)) => Self::Done,
            (_, Outcome::NotDone, _) => Self::NotDone,
            (_, Outcome::Done, Some(Effect::Refused)) => Self::Refused,
            (_, Outcome::Done, Some(Effect::Shown | Effect::Changed | Effect::Asked) | None) => {
                Self::Done
            }
        }
    }
}

impl Event {
    /// What happened to one thing, or to the whole where no thing can be read.
    pub(super) fn of(header: &Header, record: Option<&Record>) -> Self {
        if Result::of(header, record) == Result::Refused {
            return Self::Refuse;
        }
        let deed = Deed::of(header);
        match record.map(|record| record.effect) {
            Some(Effect::Refused) | None => Self::meant(deed),
            Some(Effect::Asked) => Self::Ask,
            Some(Effect::Shown) => Self::shown(deed),
            Some(Effect::Changed) => match Self::meant(deed) {
                Self::Update if record.is_some_and(|record| is_new(header, record)) => Self::Create,
                meant => meant,
            },
        }
    }

    /// What is done to what an act is aimed at.
    fn meant(deed: Deed) -> Self {
        match deed {
            Deed::Read | Deed::Print => Self::Read,
            Deed::Write | Deed::Sign | Deed::Attest | Deed::BreakGlass | Deed::Change => {
                Self::Update
            }
            Deed::Erase => Self::Delete,
            Deed::Share | Deed::Export => Self::Disclose,
            Deed::Refuse => Self::Refuse,
            Deed::Search => Self::Query,
            Deed::SignIn => Self::SignIn,
            Deed::Start => Self::Start,
            Deed::Stop => Self::Stop,
        }
    }

    /// What showing is called, by the act that shows.
    fn shown(deed: Deed) -> Self {
        match deed {
            Deed::Search => Self::Query,
            Deed::Export => Self::Disclose,
            Deed::Read
            | Deed::Print
            | Deed::Write
            | Deed::Sign
            | Deed::Attest
            | Deed::Erase
            | Deed::BreakGlass
            | Deed::Share
            | Deed::Refuse
            | Deed::Change => Self::Read,
            Deed::SignIn => Self::SignIn,
            Deed::Start => Self::Start,
            Deed::Stop => Self::Stop,
        }
    }
}

/// Whether the act made the thing, and didn't only change it.
fn is_new(header: &Header, record: &Record) -> bool {
    MADE.contains(&(header.act.as_str(), record.resource.kind.as_str()))
}

impl Aim {
    /// What the entry was for, as far as one of its things is concerned.
    pub(super) fn of(header: &Header, record: Option<&Record>) -> Self {
        let kind = header.resource.as_ref().map_or("", |resource| resource.kind.as_str());
        if header.decision == Decision::PermitOverride || Deed::of(header) == Deed::BreakGlass {
            return Self::Emergency;
        }
        match header.actor.kind {
            ActorKind::Citizen => Self::OwnAsking,
            _ if REVIEWED.contains(&kind) => Self::Review,
            ActorKind::Operator | ActorKind::Service | ActorKind::Nobody => Self::Operation,
            ActorKind::Staff => {
                let category = record.and_then(|record| record.category.as_deref());
                if category.is_some_and(|category| HEALTH.contains(&category)) {
                    Self::Care
                } else if ["", DIRECTORY].contains(&kind) && record.is_none() {
                    Self::Operation
                } else {
                    Self::Coordination
                }
            }
        }
    }
}
