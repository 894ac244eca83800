//! From what the store's door says to what the caller is told.

use super::{Kind, More, Problem, Told};
use crate::access::{Answer, Denial, Language, Policy, Rule};
use crate::domain::obstacle::Obstacle;
use crate::http::fault::{Fault, Faults};
use crate::http::recorded::Recorded;
use crate::http::rule_view::asked;
use crate::store::Stopped;

impl Problem {
    /// Why an act was not done, in the caller's language.
    pub fn stopped(stopped: Stopped, policy: &Policy, language: Language) -> Self {
        let (mut problem, recorded) = match stopped {
            Stopped::Refused(denial, entry) => {
                (Self::refused(&denial, policy, language), Recorded { entry })
            }
            Stopped::Obstructed(obstacle, entry) => {
                (Self::obstructed(obstacle), Recorded { entry })
            }
            Stopped::Unavailable(error) => return Self::unavailable(&error),
        };
        problem.more.recorded = Some(recorded);
        problem
    }

    fn refused(denial: &Denial, policy: &Policy, language: Language) -> Self {
        let rules: Vec<&Rule> = denial.told().iter().filter_map(|id| policy.rule(id)).collect();
        let told = rules.iter().map(|rule| Told::of(rule, language)).collect();
        match denial.answer() {
            Answer::Hidden => Self::with(Kind::NotFound, More { told, ..More::default() }),
            Answer::Told => {
                let asked = asked(&rules);
                let kind = if asked.is_some() { Kind::Asks } else { Kind::Refused };
                let ended = denial.ended().to_vec();
                let mut problem = Self::with(kind, More { told, ended, ..More::default() });
                for field in asked.into_iter().flatten() {
                    problem.more.faults.add(Fault::body(format!("/{field}"), "asked_by_rule"));
                }
                problem
            }
        }
    }

    fn obstructed(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Field { field, reason } => Fault::body(format!("/{field}"), reason).into(),
            Obstacle::Fields(wrong) => {
                let mut faults = Faults::default();
                wrong.into_iter().for_each(|one| faults.add(Fault::body(one.at, one.reason)));
                faults.into()
            }
            Obstacle::Changed { now } => Self::changed(now),
            Obstacle::State { why } => {
                let detail = Some(format!("state-{why}"));
                Self::with(Kind::NotNow, More { detail, ..More::default() })
            }
            Obstacle::Incomplete(lacks) => {
                Self::with(Kind::Incomplete, More { lacks, ..More::default() })
            }
            Obstacle::Missing => Self::new(Kind::NotFound),
            Obstacle::Disposed => Self::new(Kind::Disposed),
            Obstacle::KeyReused => Self::new(Kind::KeyReused),
        }
    }
}

impl Told {
    fn of(rule: &Rule, language: Language) -> Self {
        Self {
            rule: rule.id.to_string(),
            law: rule.law.clone(),
            text: rule.text.in_language(language).to_owned(),
            way: rule.way.in_language(language).to_owned(),
        }
    }
}
