//! Why rules can't be used.

use cedar_policy::{CedarSchemaError, ParseErrors};
use thiserror::Error;

use super::agency_file::AgencyFault;
use super::clause::{ClauseFault, Spot};
use super::vocabulary::VocabularyError;

/// Why the rules don't load.
#[derive(Debug, Error)]
pub enum PolicyError {
    /// One policy is wrong: where, and how.
    #[error("{spot}: {fault}")]
    Clause {
        /// The policy's place and id.
        spot: Spot,
        /// What is wrong with it.
        #[source]
        fault: ClauseFault,
    },
    /// The schema can't be read.
    #[error("the schema can't be read: {0}")]
    Schema(#[source] Box<CedarSchemaError>),
    /// The schema does not tell which facts there are.
    #[error("the facts can't be told from the schema: {0}")]
    Vocabulary(#[from] VocabularyError),
    /// The schema and the service don't know the same acts.
    #[error(
        "the act `{0}` is not the same in the schema as in the service, or only in one of them"
    )]
    Act(String),
    /// A policy can't be fitted to an act.
    #[error("{spot}: can't be fitted to the act `{act}`: {why}")]
    Scope {
        /// The policy's place and id.
        spot: Spot,
        /// The act.
        act: String,
        /// What Cedar says.
        why: String,
    },
    /// An act's policies can't be parted by the ground that they ask for.
    #[error("the policies of `{act}` can't be parted by ground: {why}")]
    Parting {
        /// The act.
        act: String,
        /// What Cedar says.
        why: String,
    },
    /// The words of the refusals that no policy speaks can't be read.
    #[error("the default refusal can't be read: {0}")]
    Words(#[source] Box<toml::de::Error>),
    /// The default refusal, or the one for a fault, has no words.
    #[error("there are no words for the rule `{0}`")]
    Unsaid(&'static str),
    /// An agency's policy goes further than an agency may.
    #[error("{spot}: {fault}")]
    Agency {
        /// The policy's place and id.
        spot: Spot,
        /// What is wrong with it.
        #[source]
        fault: AgencyFault,
    },
    /// The policies that make all agencies alike in cost can't be made.
    #[error("an agency's policies can't be filled up: {0}")]
    Filler(String),
    /// A name in the schema that is not one.
    #[error("a type's name can't be read: {0}")]
    Name(#[source] Box<ParseErrors>),
}
