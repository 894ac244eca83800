//! `samsyn receipt`: what can be proved of a consent receipt, without the service.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::Value;

use super::{CliError, Outcome, print};
use crate::ledger::{ReceiptVerifier, open_receipt};

/// Commands on a consent's receipt.
#[derive(Debug, Subcommand)]
pub enum Receipt {
    /// Checks a receipt's signature, and prints what it says
    Verify(Verify),
}

/// Checks a receipt.
#[derive(Debug, Args)]
pub struct Verify {
    /// The receipt: its JSON as the service gave it, or the compact JWS alone; - for standard input
    file: PathBuf,
    /// The service's public keys, as they stand at /.well-known/jwks.json
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
}

impl Receipt {
    /// Does the command.
    pub fn run(self) -> Result<Outcome, CliError> {
        match self {
            Self::Verify(verify) => verify.run(),
        }
    }
}

impl Verify {
    fn run(self) -> Result<Outcome, CliError> {
        let keys = keys(&read(&self.keys)?);
        let text = read(&self.file)?;
        let whole: Option<Value> = serde_json::from_str(&text).ok();
        let inside = whole.as_ref().and_then(|whole| whole["jws"].as_str());
        match open_receipt(inside.unwrap_or(&text), &keys) {
            Ok(receipt) => {
                print(&format!("Proved: signed by the service.\n{receipt:#}\n"))?;
                Ok(Outcome::Done)
            }
            Err(fault) => {
                print(&format!("Not proved: {fault}.\n"))?;
                Ok(Outcome::Found)
            }
        }
    }
}

/// Those of a key set that can check receipts (RFC 7517 §5 tells to pass over the others).
fn keys(text: &str) -> Vec<ReceiptVerifier> {
    let set: Value = serde_json::from_str(text).unwrap_or_default();
    let keys = set["keys"].as_array().into_iter().flatten();
    keys.filter_map(|jwk| ReceiptVerifier::from_jwk(jwk).ok()).collect()
}

fn read(path: &Path) -> Result<String, CliError> {
    let text = if path == Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(path)
    };
    text.map_err(|source| CliError::File { file: path.display().to_string(), source })
}
