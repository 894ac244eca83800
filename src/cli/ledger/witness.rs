//! `samsyn ledger witness`: a witness of logs.

use std::path::PathBuf;

use clap::Args;

use super::verify::read_key;
use crate::app::{self, witness};
use crate::cli::{CliError, Outcome, print, wait};
use crate::clock::Clock;
use crate::ledger::{VerifierKey, WitnessKey};
use crate::settings::{LogFormat, TelemetrySettings};
use crate::telemetry;

/// Runs a witness (C2SP tlog-witness).
#[derive(Debug, Args)]
pub struct Witness {
    /// Its name, such as a host name of the agency that runs it; it is part of its public key
    #[arg(long)]
    name: String,
    /// The file with the seed of its key: 64 hexadecimal digits (`openssl rand -hex 32`)
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,
    /// The directory where it remembers what it has cosigned; whoever loses it needs a new key
    #[arg(long, value_name = "DIRECTORY")]
    state: PathBuf,
    /// The public key of a log that it watches (`samsyn ledger keys`); once for each log
    #[arg(long = "log", value_name = "VKEY", required = true)]
    logs: Vec<String>,
    /// Where it listens; put a reverse proxy with TLS before it
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8090")]
    listen: String,
}

impl Witness {
    /// Runs until the process is told to stop.
    pub fn run(self) -> Result<Outcome, CliError> {
        telemetry::begin(&TelemetrySettings {
            format: LogFormat::Text,
            filter: "warn,samsyn=info".to_owned(),
            metrics_address: String::new(),
        })?;
        let logs: Vec<VerifierKey> =
            self.logs.iter().map(|log| read_key(log)).collect::<Result<_, _>>()?;
        let key = WitnessKey::new(&self.name, &app::seed(&self.key_file, "--key-file")?)
            .map_err(app::witness::WitnessError::from)?;
        let wish = witness::Wish { key, memory: self.state, logs, listen: self.listen };
        wait(async {
            let witness = witness::Witness::start(wish, Clock::machine())?;
            print(&format!("listening on http://{}\nkey {}\n", witness.address(), witness.key()))?;
            Ok(witness.run().await?)
        })?;
        Ok(Outcome::Done)
    }
}
