//! The proofs of the rules. A program of its own makes them, `samsyn-prove`, which this one runs
//! where it finds it: beside itself, or on the path.
//!
//! **Invariant:** when nothing was proved, that is said loudly, and never passed over.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use super::{CliError, Outcome};
use crate::settings::Settings;

const PROGRAM: &str = "samsyn-prove";
/// How the program ends when there is no solver for it.
const NO_SOLVER: i32 = 3;
const NOT_RUN: &str = "NOTHING WAS PROVED: the program `samsyn-prove` is neither beside this one \
     nor on the path. Build it with `cargo build -p samsyn-prove`, and install cvc5.";

/// Two sets of rules to compare.
#[derive(Debug, Args)]
pub struct Diff {
    /// A directory with the rules as they are, or `built-in`
    old: PathBuf,
    /// A directory with the rules as they would be, or `built-in`
    new: PathBuf,
    /// An exported log, whose decisions are made again under the new rules
    #[arg(long, value_name = "EXPORT")]
    replay: Option<PathBuf>,
}

/// Whether a missing proof is a fault.
#[derive(Debug, Args)]
pub struct Proofs {
    /// Fails if the proofs can't be made
    #[arg(long, conflicts_with = "unproven")]
    proven: bool,
    /// Leaves the proofs out
    #[arg(long)]
    unproven: bool,
}

impl Proofs {
    /// Proves the rules that the settings name, of which this is the digest.
    pub fn make(&self, settings: &Settings, digest: &str) -> Result<Outcome, CliError> {
        if self.unproven {
            tell("the proofs were left out, as asked for");
            return Ok(Outcome::Done);
        }
        let made = prove(check_arguments(settings, digest))?;
        Ok(made.unwrap_or(if self.proven { Outcome::Found } else { Outcome::Done }))
    }
}

impl Diff {
    /// Does the command.
    pub fn run(self) -> Result<Outcome, CliError> {
        let mut arguments: Vec<OsString> = vec!["diff".into()];
        if let Some(export) = self.replay {
            arguments.extend(["--replay".into(), export.into()]);
        }
        arguments.extend(["--".into(), self.old.into(), self.new.into()]);
        Ok(prove(arguments)?.unwrap_or(Outcome::Found))
    }
}

fn check_arguments(settings: &Settings, digest: &str) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["check".into(), "--digest".into(), digest.into()];
    if let Some(directory) = &settings.policies.dir {
        arguments.extend(["--policies".into(), directory.into()]);
    }
    match &settings.policies.agencies {
        Some(directory) => arguments.extend(["--agencies".into(), directory.into()]),
        None => arguments.push("--common-only".into()),
    }
    arguments
}

/// Runs the program; `None` when it isn't there or can't prove anything, which has been said then.
fn prove(arguments: Vec<OsString>) -> Result<Option<Outcome>, CliError> {
    let own = std::env::current_exe()?;
    let beside = own.with_file_name(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX));
    let program = if beside.is_file() { beside } else { PROGRAM.into() };
    let ended = match Command::new(program).args(arguments).status() {
        Ok(ended) => ended,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            tell(NOT_RUN);
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    Ok(match ended.code() {
        Some(0) => Some(Outcome::Done),
        Some(NO_SOLVER) => None,
        _ => Some(Outcome::Found),
    })
}

/// Says something beside what was asked for.
fn tell(text: &str) {
    // Where not even this can be written, nobody reads it.
    let _ = writeln!(io::stderr(), "samsyn: {text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_that_are_proved_are_those_that_the_settings_name() {
        let shown = |settings: &str| {
            let settings = Settings::with(settings).unwrap();
            let arguments = check_arguments(&settings, "d1");
            let words: Vec<_> = arguments.iter().map(|it| it.to_str().unwrap()).collect();
            words.join(" ")
        };
        assert_eq!(shown(""), "check --digest d1 --common-only");
        assert_eq!(
            shown("policies.dir = \"a\"\npolicies.agencies = \"b\""),
            "check --digest d1 --policies a --agencies b"
        );
    }
}
