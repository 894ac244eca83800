//! Questions: may I, and if not, what would make it lawful?
//!
//! **Invariant:** a question is decided on the facts of the act itself, and gives no leave to do
//! it. What somebody may not know of is told of as what is not there.

use std::fmt;
use std::sync::Arc;

use super::error::{Halt, StoreError};
use super::facts::{Gather, Gathering};
use super::telling::{self, About};
use super::work::Work;
use crate::access::act::ExplainAccess;
use crate::access::facts::Facts;
use crate::access::{Act, Denial, Policy, RuleId, Target, decide};
use crate::ledger::{Effect, Record, Resource};

/// An act that somebody asks about. A clone is the same question.
#[derive(Clone)]
pub struct Question(Arc<dyn Asked>);

/// What is answered.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// They may, by these rules.
    Permitted(Vec<RuleId>),
    /// They may not. It is answered as the act itself would be.
    Refused(Box<Denial>),
}

/// A question's answer, and those of the questions beside it.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Of the act that was asked about.
    pub verdict: Verdict,
    /// Of the others, in their order; none to whom may not know of the thing.
    pub beside: Vec<Verdict>,
}

/// An act, whatever its type.
trait Asked: Send + Sync {
    fn name(&self) -> &'static str;
    fn target(&self) -> Target;
    fn decide(&self, policy: &Policy, gathering: &mut Gathering<'_>) -> Result<Told, StoreError>;
}

/// A verdict, and what the ledger is told of it.
struct Told {
    verdict: Verdict,
    record: Option<Record>,
    facts: Facts,
    known: bool,
}

impl Question {
    /// Asks about `act`.
    pub fn about<A: Gather>(act: A) -> Self {
        Self(Arc::new(act))
    }

    /// The name of the act.
    pub fn act(&self) -> &'static str {
        self.0.name()
    }

    /// Its target.
    pub fn target(&self) -> Target {
        self.0.target()
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Question({})", self.act())
    }
}

impl<A: Gather> Asked for A {
    fn name(&self) -> &'static str {
        A::NAME
    }

    fn target(&self) -> Target {
        Act::target(self)
    }

    fn decide(&self, policy: &Policy, gathering: &mut Gathering<'_>) -> Result<Told, StoreError> {
        let facts = self.gather(gathering)?;
        Ok(match decide(policy, self.clone(), facts.clone()) {
            Ok(permit) => Told {
                verdict: Verdict::Permitted(permit.rules().to_vec()),
                record: telling::record(&permit, Effect::Asked)?,
                facts,
                known: true,
            },
            Err(denial) => Told {
                record: telling::refused(self, &denial, Effect::Asked)?,
                known: telling::is_known(&denial),
                verdict: Verdict::Refused(Box::new(denial)),
                facts,
            },
        })
    }
}

impl Work<'_, ExplainAccess> {
    /// Answers `question`, and those `beside` it if whoever asks knows of the thing. The owner's
    /// record tells that somebody asked, as it would tell of the act.
    pub fn explain(&mut self, question: &Question, beside: &[Question]) -> Result<Explained, Halt> {
        let told = self.decide_question(question)?;
        let Target { id, .. } = question.target();
        self.about = Some(About {
            resource: Resource { kind: question.act().into(), id },
            subject: told.known.then_some(told.facts.resource.child).flatten(),
            case: told.known.then_some(told.facts.resource.case).flatten(),
        });
        self.records.extend(told.record);
        // A refusal rests on nothing that it shows; a permit, on the child as it is now.
        if told.known {
            self.seen.extend_from_slice(&told.facts.seen);
        }
        let beside = match told.known {
            true => beside
                .iter()
                .map(|other| Ok(self.decide_question(other)?.verdict))
                .collect::<Result<_, Halt>>()?,
            false => Vec::new(),
        };
        Ok(Explained { verdict: told.verdict, beside })
    }

    fn decide_question(&mut self, question: &Question) -> Result<Told, Halt> {
        let policy = &self.means.policy;
        Ok(question.0.decide(policy, &mut self.gathering())?)
    }
}
