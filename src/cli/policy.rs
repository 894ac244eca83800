//! `samsyn policy`: the rules of access, for those who write and those who review them.

use clap::{Args, Subcommand};

use super::{CliError, Configured, Outcome, print};
use crate::access::{Effect, matrix};
use crate::app;

/// Commands on the rules.
#[derive(Debug, Subcommand)]
pub enum Policy {
    /// Loads and validates the rules; tells their digest, and how many bear on each act
    Check(Rules),
    /// Prints who may do what, when, and by which rule
    Matrix(Rules),
}

/// Which rules.
#[derive(Debug, Args)]
pub struct Rules {
    #[command(flatten)]
    configured: Configured,
}

impl Policy {
    /// Does the command.
    pub fn run(self) -> Result<Outcome, CliError> {
        match self {
            Self::Check(rules) => rules.check(),
            Self::Matrix(rules) => rules.matrix(),
        }
    }
}

impl Rules {
    fn check(self) -> Result<Outcome, CliError> {
        let policy = app::policy(&self.configured.settings()?)?;
        let permits = policy.rules().filter(|rule| rule.effect == Effect::Permits).count();
        let all = policy.rules().count();
        let mut text = format!(
            "The rules are sound: {permits} permit, {} refuse.\nDigest {}\n\nAct, and how many \
             rules bear on it\n",
            all - permits,
            policy.digest(),
        );
        for (act, rules) in policy.bearing() {
            text.push_str(&format!("{act:<20} {rules:>3}\n"));
        }
        print(&text)?;
        Ok(Outcome::Done)
    }

    fn matrix(self) -> Result<Outcome, CliError> {
        print(&matrix(&app::policy(&self.configured.settings()?)?))?;
        Ok(Outcome::Done)
    }
}
