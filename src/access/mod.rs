//! May they? One pure decision: an actor, an act, the facts, the policies; out comes a permit or
//! a denial with its rule, its law and the lawful way forward.
//!
//! **Invariant:** nothing here does I/O, and a [`Permit`] is made nowhere else.

pub mod act;
mod clause;
mod decide;
pub mod facts;
mod matrix;
mod permit;
mod policy;
mod policy_error;
mod policy_file;
mod refusal;
pub mod rule;
mod scene;
mod scope;
#[cfg(test)]
mod tests;

pub use act::{Act, Reach, Target};
pub use clause::{ClauseFault, Spot};
pub use decide::decide;
pub use facts::Facts;
pub use matrix::matrix;
pub use permit::{Answer, Denial, Permit};
pub use policy::Policy;
pub use policy_error::PolicyError;
pub use policy_file::PolicyFile;
pub use rule::{Effect, Language, Rule, RuleId};
