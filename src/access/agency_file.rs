//! An agency's own policies, and why they may not be used.
//!
//! **Invariant:** an agency may only narrow what the common rules allow, and forbid no duty.

use std::fmt;

use serde_json::Value as Json;
use thiserror::Error;

use super::policy_file::PolicyFile;
use crate::domain::ids::AgencyId;

/// One agency's own policies.
#[derive(Clone, Debug)]
pub struct AgencyFile {
    /// The agency.
    pub agency: AgencyId,
    /// The file.
    pub file: PolicyFile,
}

/// What is wrong with one policy of an agency.
#[derive(Debug, Error)]
pub enum AgencyFault {
    /// It permits.
    #[error(
        "an agency's own policies may only forbid, and this one permits. {}",
        told(.0.as_deref())
    )]
    Widens(Option<Box<Counterexample>>),
    /// It forbids what the law demands, or what keeps the service answerable.
    #[error(
        "no agency may forbid a duty, and this one reaches {}; name in the policy's head the acts \
         that it is for, or a family without duties, such as `CaseBound`",
        .0.join(", ")
    )]
    Duty(Vec<String>),
}

/// A question that a policy would permit and the common rules refuse.
#[derive(Clone, Debug)]
pub struct Counterexample {
    /// Who asks, in words.
    pub caller: &'static str,
    /// When, in words.
    pub situation: &'static str,
    /// What differs from that situation, in words, where something does.
    pub besides: Option<String>,
    /// The question with its facts.
    pub question: Json,
}

/// What stands before the ids of an agency's rules: the last eight digits of its own id, for the
/// first ones tell when it was made.
pub(super) fn prefix(agency: AgencyId) -> String {
    let id = agency.to_string();
    id.char_indices().nth_back(7).map_or_else(String::new, |(at, _)| id[at..].to_owned())
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { caller, situation, besides, question } = self;
        write!(f, "{}, asked by \"{caller}\" when \"{situation}\"", question["act"])?;
        if let Some(besides) = besides {
            write!(f, ", and besides: {besides}")?;
        }
        write!(f, "; the facts: {question}")
    }
}

fn told(example: Option<&Counterexample>) -> String {
    match example {
        Some(example) => {
            format!("It would permit, for example, what the common rules refuse: {example}")
        }
        None => "No typical question shows what it would open".to_owned(),
    }
}
