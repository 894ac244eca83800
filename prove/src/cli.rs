//! The program's commands.
//!
//! It ends with 0 when everything was proved or told, with 1 when something doesn't hold or can't
//! be told, with 2 when it was not understood, and with 3 when there is no solver.

use std::fs::File;
use std::io::{self, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::check::Subject;
use crate::diff::{Comparison, What};
use crate::fault::Fault;
use crate::property;
use crate::prover::Prover;
use crate::replay;
use crate::report;
use crate::source::{self, Source};

/// What stands for the rules that the service is built with, in the place of a directory.
const BUILT_IN: &str = "built-in";

/// Proofs of the rules of access, for all requests.
#[derive(Debug, Parser)]
#[command(name = "samsyn-prove", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Proves what the rules must never and always do; shows a counterexample where they don't
    Check(Check),
    /// Tells what a change of the rules newly allows and newly refuses
    Diff(Diff),
}

#[derive(Debug, Args)]
struct Check {
    /// A directory with the rules, instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
    /// A directory with the agencies' own rules, instead of `agencies` beside the common ones
    #[arg(long, value_name = "DIR")]
    agencies: Option<PathBuf>,
    /// Leaves the agencies' own rules out
    #[arg(long, conflicts_with = "agencies")]
    common_only: bool,
    /// The schema, instead of the one beside the rules
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// A directory with properties to prove, instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    properties: Option<PathBuf>,
    /// Proves nothing of other rules than those with this digest
    #[arg(long, value_name = "DIGEST")]
    digest: Option<String>,
}

#[derive(Debug, Args)]
struct Diff {
    /// A directory with the rules as they are, or `built-in`
    old: PathBuf,
    /// A directory with the rules as they would be, or `built-in`
    new: PathBuf,
    /// An exported log, whose decisions are made again under the new rules
    #[arg(long, value_name = "EXPORT")]
    replay: Option<PathBuf>,
}

/// Does what the program's arguments ask for.
pub fn run() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Check(check) => check.run(),
        Command::Diff(diff) => diff.run(),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(Fault::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(fault) => {
            // Where not even this can be written, the exit code says it.
            let _ = writeln!(io::stderr(), "samsyn-prove: {fault}");
            match fault {
                Fault::NoSolver { .. } => ExitCode::from(3),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

fn say(text: &str) -> Result<(), Fault> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn named(directory: &Path) -> Result<Source, Fault> {
    if directory == Path::new(BUILT_IN) {
        Ok(Source::embedded())
    } else {
        Source::directory(directory)
    }
}

impl Check {
    fn run(self) -> Result<bool, Fault> {
        let mut prover = Prover::start()?;
        let source = self.source()?;
        // What the service itself refuses to load is proved all the same, to show why.
        let loaded = replay::policy(&source);
        if let (Ok(policy), Some(expected)) = (&loaded, &self.digest)
            && policy.digest() != expected
        {
            let (found, expected) = (policy.digest().to_owned(), expected.clone());
            return Err(Fault::OtherRules { found, expected });
        }
        let properties = match &self.properties {
            Some(directory) => source::policy_files(directory)?,
            None => property::embedded(),
        };
        let subject = Subject::read(&source)?;
        let mut sound = subject.check(&mut prover, &properties, &mut |finding| {
            say(&report::finding(finding, &subject.world))
        })?;
        if let Err(fault) = &loaded {
            sound = false;
            say(&format!("NOT SO            The service can use these rules.\n    {fault}\n"))?;
        }
        say(&format!(
            "\n{} For all requests, by {} questions to the solver. Rules {}\n",
            if sound { "All of it holds." } else { "NOT ALL OF IT HOLDS." },
            prover.asked(),
            loaded.as_ref().map_or("that don't load", |policy| policy.digest()),
        ))?;
        Ok(sound)
    }

    fn source(&self) -> Result<Source, Fault> {
        let mut source = named(self.policies.as_deref().unwrap_or(Path::new(BUILT_IN)))?;
        if let Some(directory) = &self.agencies {
            source.agencies = source::policy_files(directory)?;
        }
        if self.common_only {
            source.agencies.clear();
        }
        if let Some(file) = &self.schema {
            source.schema = source::read(file)?;
        }
        Ok(source)
    }
}

impl Diff {
    fn run(self) -> Result<bool, Fault> {
        let mut prover = Prover::start()?;
        let (old, new) = (named(&self.old)?, named(&self.new)?);
        let comparison = Comparison::read(&old, &new)?;
        let difference = comparison.prove(&mut prover)?;
        say(&comparison.told(&difference))?;
        if let Some(export) = &self.replay {
            let fault = |why| Fault::File { file: export.display().to_string(), why };
            let file = BufReader::new(File::open(export).map_err(fault)?);
            let replayed = replay::replay(file, &replay::policy(&old)?, &replay::policy(&new)?)?;
            say(&format!("\n{}", replayed.told()))?;
        }
        let known = |change: &crate::diff::Change| !matches!(change.what, What::Unknown(_));
        Ok(difference.changes.iter().all(known))
    }
}
