//! The commands of the program, one file each.
//!
//! Whatever a command was asked for goes to standard output, everything else to standard error. It
//! ends with 0 when it did what it was asked, with 1 when it did not, and with 2 when it was not
//! understood.

mod demo;
mod explain;
mod ledger;
mod migrate;
mod openapi;
mod policy;
mod prove;
mod receipt;
mod register;
mod serve;
mod settings;

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use thiserror::Error;

use crate::access::PolicyError;
use crate::app::AppError;
use crate::app::witness::WitnessError;
use crate::demo::{DemoError, ImportError, RegisterError, WorldError};
use crate::settings::{Settings, SettingsError};
use crate::store::{DatabaseError, StoreError};
use crate::telemetry::TelemetryError;

/// School, social services and health care around one child.
#[derive(Debug, Parser)]
#[command(name = "samsyn", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the service
    Serve(serve::Serve),
    /// Runs a demo: an invented municipality with everybody in it
    Demo(demo::Demo),
    /// Runs the migrations that have not been run, and tells their names
    Migrate(migrate::Migrate),
    /// Loads what the authorities' own registers hold
    #[command(subcommand)]
    Register(register::Register),
    /// Checks an agency's exported log, shows its keys, or witnesses it
    #[command(subcommand)]
    Ledger(ledger::Ledger),
    /// Checks a consent's receipt
    #[command(subcommand)]
    Receipt(receipt::Receipt),
    /// Shows and checks the rules of access
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Prints the description of the HTTP interface (OpenAPI 3.1)
    Openapi,
    /// Prints every setting with its default and what it is for, or those in effect
    Settings(settings::Settings),
}

/// Where the settings are.
#[derive(Debug, Args)]
struct Configured {
    /// A file with settings that differ from the defaults
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// What came of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// It did what it was asked.
    Done,
    /// It did, and what it found is not as it should be.
    Found,
}

/// Why a command could not do what it was asked.
#[derive(Debug, Error)]
enum CliError {
    /// The settings are wrong.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// No log can be written.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// The service can't run.
    #[error(transparent)]
    App(#[from] AppError),
    /// Nobody could sign in.
    #[error("no issuer is configured in `identity.issuers`, so nobody could sign in")]
    NoIssuers,
    /// The witness can't run.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// The demo can't run.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The demo's world is wrong.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The database can't be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The store can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The rules are wrong.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The register is wrong.
    #[error("{file}: {source}")]
    Register {
        /// The file.
        file: String,
        /// What is wrong.
        source: RegisterError,
    },
    /// The register was not loaded.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A file can't be read.
    #[error("`{file}` can't be read")]
    File {
        /// The file.
        file: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What was written is no identity number.
    #[error("that is no identity number")]
    Number,
    /// A file that is no export.
    #[error("`{0}` is no export of a log (NDJSON)")]
    Export(String),
    /// An argument that is no key.
    #[error("`{0}` is no verifier key")]
    Key(String),
    /// A question that can't be read.
    #[error("`{file}` is no question with its facts: {why}")]
    Question {
        /// The file.
        file: String,
        /// What is wrong, and where.
        why: String,
    },
    /// The interface can't be described.
    #[error("the interface can't be described")]
    Description(#[from] serde_json::Error),
    /// Nothing can be written to standard output, or no thread be started.
    #[error("the machine does not let the program work")]
    Machine(#[from] io::Error),
}

/// Does what the program's arguments ask for.
pub fn run() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Serve(command) => command.run(),
        Command::Demo(command) => command.run(),
        Command::Migrate(command) => command.run(),
        Command::Register(command) => command.run(),
        Command::Ledger(command) => command.run(),
        Command::Receipt(command) => command.run(),
        Command::Policy(command) => command.run(),
        Command::Openapi => openapi::run(),
        Command::Settings(command) => command.run(),
    };
    match done {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::FAILURE,
        Err(CliError::Machine(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            // Whoever read the output has read enough.
            ExitCode::SUCCESS
        }
        Err(error) => {
            // Where not even this can be written, the exit code says it.
            let _ = writeln!(io::stderr(), "samsyn: {}", with_causes(&error));
            ExitCode::FAILURE
        }
    }
}

impl Configured {
    fn settings(&self) -> Result<Settings, CliError> {
        Ok(Settings::load(self.config.as_deref())?)
    }
}

/// Writes `text` to standard output.
fn print(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Runs `job` to its end on this thread; servers start threads of their own.
fn wait<T>(job: impl Future<Output = Result<T, CliError>>) -> Result<T, CliError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(job)
}

/// The error, and what it comes from, each once.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.ends_with(&said) {
            // Nothing can fail when a text grows.
            let _ = write!(text, ": {said}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_command_that_is_not_known_is_refused() {
        assert!(Arguments::try_parse_from(["samsyn", "serv"]).is_err());
        assert!(Arguments::try_parse_from(["samsyn", "ledger", "verify"]).is_err());
        assert!(Arguments::try_parse_from(["samsyn", "ledger", "verify", "-"]).is_ok());
    }

    #[test]
    fn an_error_tells_what_it_comes_from() {
        let source = io::Error::other("the disk is gone");
        let error = CliError::File { file: "a.toml".into(), source };
        assert_eq!(with_causes(&error), "`a.toml` can't be read: the disk is gone");
    }
}
