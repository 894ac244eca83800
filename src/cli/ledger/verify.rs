//! `samsyn ledger verify`: an export checked on its own.

use std::fs::{File, read_to_string};
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;

use crate::cli::{CliError, Outcome, print};
use crate::ledger::{Trust, verify, verify_manifest};

/// Checks an export.
#[derive(Debug, Args)]
pub struct Verify {
    /// The export (NDJSON); - for standard input
    file: PathBuf,
    /// The log's public key, as its host has made it known; one to which it handed over is good as
    /// well. Without it, the key in the export is taken, and whose log it is stays unproved
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
    /// The public key of a witness; can be given several times
    #[arg(long = "witness", value_name = "VKEY")]
    witnesses: Vec<String>,
    /// How many of these witnesses must have cosigned the checkpoint; all, if not said
    #[arg(long, value_name = "N", requires = "witnesses")]
    witnesses_needed: Option<usize>,
    /// A file with a checkpoint that was kept from before: the log must have grown out of it
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// The signed manifest that came with the file; a file of any form can be checked against it
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
}

impl Verify {
    /// Does the command.
    pub fn run(self) -> Result<Outcome, CliError> {
        let witnesses: Vec<_> =
            self.witnesses.iter().map(|text| read_key(text)).collect::<Result<_, _>>()?;
        let trust = Trust {
            key: self.key.as_deref().map(read_key).transpose()?,
            witnesses_needed: self.witnesses_needed.unwrap_or(witnesses.len()),
            witnesses,
            kept: self.checkpoint.as_deref().map(read_note).transpose()?,
        };
        let told = match &self.manifest {
            None => None,
            Some(path) => {
                let note = read_note(path)?;
                match verify_manifest(&note, trust.key.as_ref(), open(&self.file)?) {
                    Ok(told) => {
                        print(&format!("{told}\n"))?;
                        Some(told)
                    }
                    Err(fault) => {
                        print(&format!("Not proved. {fault}\n"))?;
                        return Ok(Outcome::Found);
                    }
                }
            }
        };
        if told.as_ref().is_some_and(|told| told.format() != "ndjson") {
            return Ok(Outcome::Done);
        }
        match verify(open(&self.file)?, trust) {
            Ok(report) => {
                print(&format!("{report}\n"))?;
                if let Some(Err(fault)) =
                    told.map(|told| told.agrees_with(report.end - report.first))
                {
                    print(&format!("Not proved. {fault}\n"))?;
                    return Ok(Outcome::Found);
                }
                Ok(Outcome::Done)
            }
            Err(finding) => {
                print(&format!("Not proved. {finding}\n"))?;
                Ok(Outcome::Found)
            }
        }
    }
}

pub(super) fn read_key<K: FromStr>(text: &str) -> Result<K, CliError> {
    text.parse().map_err(|_| CliError::Key(text.to_owned()))
}

fn read_note(path: &Path) -> Result<String, CliError> {
    read_to_string(path).map_err(|source| failed(path, source))
}

pub(super) fn open(path: &Path) -> Result<Box<dyn Read>, CliError> {
    if path == Path::new("-") {
        return Ok(Box::new(stdin().lock()));
    }
    Ok(Box::new(File::open(path).map_err(|source| failed(path, source))?))
}

fn failed(path: &Path, source: std::io::Error) -> CliError {
    CliError::File { file: path.display().to_string(), source }
}
