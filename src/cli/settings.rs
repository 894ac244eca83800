//! `samsyn settings`: every setting.

use super::{CliError, Outcome, print};

/// Prints the defaults, as they are shipped and explained.
pub fn run() -> Result<Outcome, CliError> {
    print(include_str!("../../config/default.toml"))?;
    Ok(Outcome::Done)
}
