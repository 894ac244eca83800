//! `samsyn ledger keys`: the keys that each log is and was signed with.

use clap::Args;

use crate::app;
use crate::cli::{CliError, Configured, Outcome, print};
use crate::clock::Clock;

/// Prints keys.
#[derive(Debug, Args)]
pub struct Keys {
    #[command(flatten)]
    configured: Configured,
}

impl Keys {
    /// Prints them, and whether the service could go on with the key that is configured.
    pub fn run(self) -> Result<Outcome, CliError> {
        let store = app::store(&self.configured.settings()?, Clock::machine())?;
        let mut text = String::new();
        for log in store.log_keys()? {
            text.push_str(&format!("{}\n", log.origin));
            for key in &log.keys {
                let since = key.since.format("%Y-%m-%d %H:%M:%S UTC");
                let how = match key.succession {
                    Some(_) => "vouched for by the key before it",
                    None => "the first on record",
                };
                text.push_str(&format!("  {}\n    since {since}, {how}\n", key.key));
            }
        }
        if text.is_empty() {
            text.push_str("No log is signed yet.\n");
        }
        print(&text)?;
        match store.check_keys() {
            Ok(()) => Ok(Outcome::Done),
            Err(error) => {
                print(&format!("\nThe service can't go on with the key it has: {error}.\n"))?;
                Ok(Outcome::Found)
            }
        }
    }
}
