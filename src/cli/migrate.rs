//! `samsyn migrate`: the migrations apart from the service, for an operator whose service must not
//! change the database.

use clap::Args;

use super::{CliError, Configured, Outcome, print};
use crate::app;
use crate::clock::Clock;
use crate::store::{Place, Store};

/// Runs the migrations that have not been run.
#[derive(Debug, Args)]
pub struct Migrate {
    /// The database, instead of the one in the settings: sqlite:path or postgres://…
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    #[command(flatten)]
    configured: Configured,
}

impl Migrate {
    /// Runs them, and prints the name of each.
    pub fn run(self) -> Result<Outcome, CliError> {
        let place = match &self.database_url {
            Some(url) => Place::parse(url)?,
            None => app::place(&self.configured.settings()?)?,
        };
        let names = Store::migrate(&place, &Clock::machine())?;
        let text = match names.is_empty() {
            true => "all migrations have been run before\n".to_owned(),
            false => names.iter().map(|name| format!("{name}\n")).collect(),
        };
        print(&text)?;
        Ok(Outcome::Done)
    }
}
