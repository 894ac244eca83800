//! `samsyn openapi`: the description of the HTTP interface.

use super::{CliError, Outcome, print};
use crate::http;

/// Prints it as JSON.
pub fn run() -> Result<Outcome, CliError> {
    print(&format!("{}\n", http::document().to_pretty_json()?))?;
    Ok(Outcome::Done)
}
