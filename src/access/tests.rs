//! What the rules must say, whoever writes them: a table of situations, properties over all
//! situations, and what stops a set of rules from loading.

mod agencies;
mod assessment;
mod briefs;
mod disclosure;
mod emergency;
mod loading;
mod meetings;
pub(in crate::access) mod properties;
mod table;
mod walls;

use std::sync::LazyLock;

use chrono::DateTime;
use uuid::Uuid;

use super::decide::{Verdict, judge};
use super::facts::{
    Age, EndedOpening, Ending, Facts, Opening, PartyStanding, Principal, PrincipalKind, Resource,
    Situation,
};
use super::matrix::callers;
use super::permit::Answer;
use super::policy::Policy;
use crate::domain::agency::{Role, UnitKind};
use crate::domain::category::Category;
use crate::domain::ground::Ground;
use crate::domain::ids::{ConsentId, PublicationId};

static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::embedded().unwrap());

/// What came of a question, in a form that a test can spell.
#[derive(Debug, PartialEq)]
enum Outcome {
    Permitted(Vec<String>),
    Told(Vec<String>),
    Hidden,
}

/// A question that is put together step by step. Nothing holds that is not said.
#[derive(Clone)]
struct Question(Facts);

fn ask(act: &str, facts: &Facts) -> Outcome {
    let words = |rules: Vec<super::RuleId>| rules.iter().map(|id| id.to_string()).collect();
    match judge(&POLICY, act, facts) {
        Verdict::Permitted(rules) => Outcome::Permitted(words(rules)),
        Verdict::Refused { answer: Answer::Told, told, .. } => Outcome::Told(words(told)),
        Verdict::Refused { answer: Answer::Hidden, .. } => Outcome::Hidden,
    }
}

fn staff(unit_kind: UnitKind, role: Role) -> Question {
    Question::by(callers::worker("", unit_kind, role).principal)
}

fn other(kind: PrincipalKind) -> Question {
    let anybody = callers::worker("", UnitKind::Office, Role::Auditor).principal;
    Question::by(Principal { kind, acting: None, duties: Vec::new(), ..anybody })
}

fn opening(ground: Ground) -> Opening {
    Opening { ground, publication: PublicationId::new(Uuid::from_u128(11)), consent: None }
}

impl Question {
    fn by(principal: Principal) -> Self {
        Self(Facts {
            now: DateTime::UNIX_EPOCH,
            principal,
            resource: Resource {
                id: Some(Uuid::from_u128(12)),
                child: Some(Uuid::from_u128(13).into()),
                ..Resource::default()
            },
            situation: Situation { age: Age(10), ..Situation::default() },
            aware: true,
            seen: Vec::new(),
        })
    }

    fn with(mut self, set: impl FnOnce(&mut Situation)) -> Self {
        set(&mut self.0.situation);
        self
    }

    fn assigned(self) -> Self {
        self.with(|it| {
            it.assigned = true;
            it.party = PartyStanding::Active;
        })
    }

    fn inside(self) -> Self {
        self.with(|it| it.inside = true)
    }

    fn coordinating(self) -> Self {
        self.with(|it| it.coordinator = true)
    }

    fn party(self, party: PartyStanding) -> Self {
        self.with(|it| it.party = party)
    }

    fn live(self, ground: Ground) -> Self {
        self.with(|it| it.live.push(opening(ground)))
    }

    fn ended(self, ground: Ground) -> Self {
        self.with(|it| {
            it.ended.push(EndedOpening {
                opening: opening(ground),
                at: DateTime::UNIX_EPOCH,
                cause: Ending::Withdrawn,
            });
        })
    }

    fn to(self, unit_kind: UnitKind, ground: Ground) -> Self {
        self.with(|it| {
            it.ground = Some(ground);
            it.reasoned = true;
            it.recipient = Some(callers::place(unit_kind));
            it.recipient_party = true;
        })
    }

    fn consented(self) -> Self {
        self.with(|it| it.consent = Some(ConsentId::new(Uuid::from_u128(14))))
    }

    fn unreasoned(self) -> Self {
        self.with(|it| it.reasoned = false)
    }

    fn privately(self) -> Self {
        self.with(|it| {
            if let Some(place) = &mut it.recipient {
                place.public = false;
            }
        })
    }

    fn aged(self, years: i64) -> Self {
        self.with(|it| it.age = Age(years))
    }

    fn of(mut self, unit_kind: UnitKind, category: Category) -> Self {
        self.0.resource.owner = Some(callers::place(unit_kind));
        self.0.resource.category = Some(category);
        self
    }

    fn assured(mut self, level: u8) -> Self {
        self.0.principal.assurance = level;
        self
    }

    fn unaware(mut self) -> Self {
        self.0.aware = false;
        self
    }
}
