//! `samsyn ledger`: what can be proved of a log, without the service.

use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{CliError, Outcome, print};
use crate::ledger::{VerifierKey, verify};

/// Commands on an exported log.
#[derive(Debug, Subcommand)]
pub enum Ledger {
    /// Checks that an export is whole and that nothing in it was changed
    Verify(Verify),
}

/// Checks an export.
#[derive(Debug, Args)]
pub struct Verify {
    /// The export (NDJSON); - for standard input
    file: PathBuf,
    /// The log's public key, as its host has made it known; without it, the key in the export is
    /// taken, and whose log it is stays unproved
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
}

impl Ledger {
    /// Does the command.
    pub fn run(self) -> Result<Outcome, CliError> {
        match self {
            Self::Verify(verify) => verify.run(),
        }
    }
}

impl Verify {
    fn run(self) -> Result<Outcome, CliError> {
        let key = self.key.as_deref().map(read_key).transpose()?;
        match verify(open(&self.file)?, key.as_ref()) {
            Ok(report) => {
                print(&format!("{report}\n"))?;
                Ok(Outcome::Done)
            }
            Err(finding) => {
                print(&format!("Not proved. {finding}\n"))?;
                Ok(Outcome::Found)
            }
        }
    }
}

fn read_key(text: &str) -> Result<VerifierKey, CliError> {
    text.parse().map_err(|_| CliError::Key(text.to_owned()))
}

fn open(path: &Path) -> Result<Box<dyn BufRead>, CliError> {
    if path == Path::new("-") {
        return Ok(Box::new(stdin().lock()));
    }
    let failed = |source| CliError::File { file: path.display().to_string(), source };
    Ok(Box::new(BufReader::new(File::open(path).map_err(failed)?)))
}
