//! `samsyn ledger`: what can be proved of a log without the service, and how the logs stand.

mod keys;
mod sample;
mod sought;
mod status;
mod verify;
mod witness;

use clap::Subcommand;

use super::{CliError, Outcome};

/// Commands on logs.
#[derive(Debug, Subcommand)]
pub enum Ledger {
    /// Checks that an export is whole and that nothing in it was changed
    Verify(verify::Verify),
    /// Draws a review's sample again, from an export of its period alone
    Sample(sample::Sample),
    /// Tells who has sought an identity number, by an export of their agency's log
    Sought(sought::Sought),
    /// Tells how every log of the service stands; ends with 1 if something is not as it should be
    Status(status::Status),
    /// Prints the keys that each log is and was signed with
    Keys(keys::Keys),
    /// Runs a witness: it cosigns what grows, and refuses a log that was forked or put back
    Witness(witness::Witness),
}

impl Ledger {
    /// Does the command.
    pub fn run(self) -> Result<Outcome, CliError> {
        match self {
            Self::Verify(verify) => verify.run(),
            Self::Sample(sample) => sample.run(),
            Self::Sought(sought) => sought.run(),
            Self::Status(status) => status.run(),
            Self::Keys(keys) => keys.run(),
            Self::Witness(witness) => witness.run(),
        }
    }
}
