//! `samsyn register`: what the authorities' own registers hold.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{CliError, Configured, Outcome, print, wait};
use crate::app;
use crate::clock::Clock;
use crate::demo::{import, read_register};
use crate::store::Store;

/// Commands on the register.
#[derive(Debug, Subcommand)]
pub enum Register {
    /// Loads agencies, units, staff and persons from a TOML file, all or nothing; what is known by
    /// its id already stays as it is
    Import(Import),
}

/// Loads a file.
#[derive(Debug, Args)]
pub struct Import {
    /// The file; config/demo/world.toml is an example
    file: PathBuf,
    #[command(flatten)]
    configured: Configured,
}

impl Register {
    /// Does the command.
    pub fn run(self) -> Result<Outcome, CliError> {
        match self {
            Self::Import(import) => import.run(),
        }
    }
}

impl Import {
    fn run(self) -> Result<Outcome, CliError> {
        let file = self.file.display().to_string();
        let text = std::fs::read_to_string(&self.file)
            .map_err(|source| CliError::File { file: file.clone(), source })?;
        let register = read_register(&text, str::to_owned)
            .map_err(|source| CliError::Register { file, source })?;
        let told = format!(
            "{} areas, {} agencies, {} units, {} staff, {} persons: loaded, or known before\n",
            register.areas.len(),
            register.agencies.len(),
            register.units.len(),
            register.staff.len(),
            register.persons.len(),
        );
        let settings = self.configured.settings()?;
        let clock = Clock::machine();
        Store::migrate(&app::place(&settings)?, &clock)?;
        let store = app::store(&settings, clock.clone())?;
        wait(async { Ok(import(&store, &clock, register).await?) })?;
        print(&told)?;
        Ok(Outcome::Done)
    }
}
