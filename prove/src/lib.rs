//! Proofs of the rules of access, for all requests and not only for those that were tried out,
//! by Cedar's symbolic compiler and the solver cvc5.

pub mod check;
pub mod cli;
mod dead;
pub mod diff;
pub mod example;
mod expression;
pub mod fault;
pub mod gap;
pub mod property;
pub mod prover;
pub mod replay;
pub mod report;
pub mod rule;
pub mod rules;
pub mod source;
pub mod vocabulary;
pub mod world;
