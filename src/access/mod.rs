//! May they? One pure decision: an actor, an act, the facts, the policies; out comes a permit or
//! a denial with its rule, its law and the lawful way forward.
//!
//! **Invariant:** nothing here does I/O, and a [`Permit`] is made nowhere else.

pub mod act;
mod agency_file;
mod brief;
mod changes;
mod clause;
mod decide;
mod explain;
mod fact;
pub mod facts;
mod facts_schema;
mod matrix;
mod narrowing;
mod permit;
mod policy;
mod policy_error;
mod policy_file;
mod policy_text;
mod refusal;
pub mod rule;
mod scene;
mod scope;
#[cfg(test)]
mod tests;
mod vocabulary;
mod widening;
mod words;

pub use act::{Act, Reach, Target};
pub use agency_file::{AgencyFault, AgencyFile, Counterexample};
pub use brief::{Brief, BriefError, BriefFault, Explanation};
pub use clause::{ClauseFault, Spot};
pub use decide::decide;
pub use explain::explanation;
pub use facts::Facts;
pub use facts_schema::facts_schema;
pub use matrix::matrix;
pub use permit::{Answer, Denial, Permit};
pub use policy::Policy;
pub use policy_error::PolicyError;
pub use policy_file::PolicyFile;
pub use policy_text::PolicyText;
pub use rule::{Effect, Language, Rule, RuleId};
pub use vocabulary::VocabularyError;
pub use words::of_set;
