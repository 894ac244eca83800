//! `samsyn serve`: the service.

use clap::Args;

use super::{CliError, Configured, Outcome, wait};
use crate::app::{self, App};
use crate::clock::Clock;
use crate::store::Store;
use crate::telemetry;

/// Runs the migrations, then the service.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    configured: Configured,
}

impl Serve {
    /// Runs until the process is told to stop.
    pub fn run(self) -> Result<Outcome, CliError> {
        let settings = self.configured.settings()?;
        telemetry::begin(&settings.telemetry)?;
        if settings.identity.issuers.is_empty() {
            return Err(CliError::NoIssuers);
        }
        let clock = Clock::machine();
        for name in Store::migrate(&app::place(&settings)?, &clock)? {
            tracing::info!(name, "migrated");
        }
        wait(async { Ok(App::build(settings, clock)?.run().await?) })?;
        Ok(Outcome::Done)
    }
}
