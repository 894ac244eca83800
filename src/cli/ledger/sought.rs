//! `samsyn ledger sought`: who has sought an identity number, as an export tells it.
//!
//! **Invariant:** the number comes on standard input: what stands in a command line can be read by
//! others on the machine.

use std::fs::File;
use std::io::{BufRead as _, BufReader, stdin};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;
use uuid::Uuid;

use super::super::{CliError, Configured, Outcome, print};
use crate::app;
use crate::domain::identity_number::IdentityNumber;
use crate::domain::ids::AgencyId;

/// Tells who has sought the identity number that comes on standard input, by an export of the log of
/// their agency. What the export says is taken as it is: verify it first
#[derive(Debug, Args)]
pub struct Sought {
    /// The export (NDJSON)
    file: PathBuf,
    #[command(flatten)]
    configured: Configured,
}

impl Sought {
    pub(super) fn run(self) -> Result<Outcome, CliError> {
        let vault = app::vault(&self.configured.settings()?)?;
        let mut written = String::new();
        stdin().read_line(&mut written)?;
        let number = IdentityNumber::parse(written.trim()).map_err(|_| CliError::Number)?;
        let failed = |source| CliError::File { file: self.file.display().to_string(), source };
        let mut lines = BufReader::new(File::open(&self.file).map_err(failed)?).lines();
        let manifest = read(lines.next().transpose().map_err(failed)?, &self.file)?;
        let agency = manifest["manifest"]["agency"].as_str().and_then(|id| id.parse::<Uuid>().ok());
        let agency = agency.ok_or_else(|| no_export(&self.file))?;
        let sought = vault.sought(&number, AgencyId::new(agency));
        let mut times = 0;
        for line in lines {
            let line = read(Some(line.map_err(failed)?), &self.file)?;
            let mut records = line["records"].as_array().into_iter().flatten();
            if records.any(|record| record["terms"]["identity_number"] == *sought) {
                times += 1;
                print(&told(&line))?;
            }
        }
        print(&format!("{times} in this export\n"))?;
        Ok(Outcome::Done)
    }
}

/// When, what, who, and in which entry.
fn told(line: &Value) -> String {
    let header = &line["header"];
    let actor = &header["actor"];
    let who = ["name", "account", "id"].iter().find_map(|field| actor[*field].as_str());
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    format!(
        "{} {} {} by {}, entry {}\n",
        text(&header["at"]),
        text(&header["act"]),
        text(&header["outcome"]),
        who.unwrap_or("somebody unknown"),
        text(&header["id"]),
    )
}

fn read(line: Option<String>, file: &Path) -> Result<Value, CliError> {
    line.and_then(|line| serde_json::from_str(&line).ok()).ok_or_else(|| no_export(file))
}

fn no_export(file: &Path) -> CliError {
    CliError::Export(file.display().to_string())
}
