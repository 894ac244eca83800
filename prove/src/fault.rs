//! Why nothing could be said.

use std::io;

use thiserror::Error;

/// Why nothing could be proved or told.
#[derive(Debug, Error)]
pub enum Fault {
    /// There is no solver to prove with.
    #[error(
        "NOTHING WAS PROVED: the solver `{program}` can't be started ({why}). Install cvc5 \
         (Debian: `apt-get install cvc5`), or name it in the environment variable CVC5"
    )]
    NoSolver {
        /// What was tried.
        program: String,
        /// What the machine said.
        why: io::Error,
    },
    /// The solver or the way to it broke.
    #[error("the solver failed: {0}")]
    Solver(String),
    /// A file can't be read.
    #[error("`{file}` can't be read: {why}")]
    File {
        /// The file.
        file: String,
        /// Why.
        why: io::Error,
    },
    /// Rules, a schema or a property that are wrong.
    #[error("{place}: {what}")]
    Wrong {
        /// Where.
        place: String,
        /// What.
        what: String,
    },
    /// The rules are others than the ones asked about.
    #[error(
        "these are not the rules that were asked about: their digest is {found} and not \
         {expected}. Build the program anew: `cargo build -p samsyn-prove`"
    )]
    OtherRules {
        /// Of the rules that were read.
        found: String,
        /// Of those asked about.
        expected: String,
    },
    /// Standard output is closed.
    #[error("nothing can be written: {0}")]
    Output(#[from] io::Error),
}

impl Fault {
    /// Something wrong at `place`.
    pub fn wrong(place: impl Into<String>, what: impl ToString) -> Self {
        Self::Wrong { place: place.into(), what: what.to_string() }
    }
}
