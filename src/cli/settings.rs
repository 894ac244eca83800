//! `samsyn settings`: every setting, and those in effect.

use clap::Args;

use super::{CliError, Configured, Outcome, print};

/// Prints settings.
#[derive(Debug, Args)]
pub struct Settings {
    /// Prints the settings in effect instead, as one line of JSON, without secrets
    #[arg(long)]
    effective: bool,
    /// Prints the digest of that line (SHA-256) instead, as a server's start is recorded with it
    #[arg(long, conflicts_with = "effective")]
    digest: bool,
    #[command(flatten)]
    configured: Configured,
}

impl Settings {
    /// Prints the defaults, as they are shipped and explained, or what was asked for.
    pub fn run(self) -> Result<Outcome, CliError> {
        if self.digest {
            print(&format!("{}\n", self.configured.settings()?.digest()?))?;
        } else if self.effective {
            print(&format!("{}\n", self.configured.settings()?.shown()?))?;
        } else {
            print(include_str!("../../config/default.toml"))?;
        }
        Ok(Outcome::Done)
    }
}
