//! `samsyn ledger status`: how every log stands, read from the database beside the service.

use chrono::TimeDelta;
use clap::Args;
use serde_json::{Value, json};

use crate::app;
use crate::cli::{CliError, Configured, Outcome, print};
use crate::clock::{Clock, Instant};
use crate::store::{Standing, Store};

/// Tells how every log stands.
#[derive(Debug, Args)]
pub struct Status {
    /// Prints JSON, for a program to read
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    configured: Configured,
}

/// The logs at one moment, and how far one may lag.
struct Found {
    now: Instant,
    lag_max: TimeDelta,
    logs: Vec<Standing>,
}

impl Status {
    /// Reads the database, and prints what is found.
    pub fn run(self) -> Result<Outcome, CliError> {
        let settings = self.configured.settings()?;
        let logs = Store::standings(&app::place(&settings)?, &app::log_settings(&settings)?)?;
        let lag_max = TimeDelta::seconds(settings.ledger.lag_seconds_max.into());
        let found = Found { now: Clock::machine().now(), lag_max, logs };
        print(&if self.json { found.json() } else { found.table() })?;
        let is_well = found.logs.iter().all(|log| found.faults(log).is_empty());
        Ok(if is_well { Outcome::Done } else { Outcome::Found })
    }
}

impl Found {
    /// Everything that is not as it should be with a log, in words.
    fn faults(&self, log: &Standing) -> Vec<String> {
        let stored = log.faults.iter().map(|fault| fault.words().to_owned());
        let lag = log.lag(self.now);
        let late = (lag > self.lag_max).then(|| format!("an entry has waited for {}", words(lag)));
        let ahead = log.signed_at.map_or(TimeDelta::zero(), |at| at - self.now);
        let behind = (ahead > self.lag_max)
            .then(|| format!("the clock is {} behind the newest checkpoint", words(ahead)));
        stored.chain(late).chain(behind).collect()
    }

    fn json(&self) -> String {
        let logs: Vec<Value> = self
            .logs
            .iter()
            .map(|log| {
                json!({
                    "agency": log.agency.to_string(),
                    "log": log.origin,
                    "key": log.key,
                    "size": log.size,
                    "signed_at": log.signed_at,
                    "pending": log.pending,
                    "lag_seconds": log.lag(self.now).num_seconds(),
                    "faults": self.faults(log),
                })
            })
            .collect();
        format!("{:#}\n", json!({ "at": self.now, "logs": logs }))
    }

    fn table(&self) -> String {
        if self.logs.is_empty() {
            return "no log has been begun\n".to_owned();
        }
        let mut text = String::new();
        for log in &self.logs {
            let signed = log.signed_at.map_or("never".to_owned(), |at| {
                format!("{} ago", words((self.now - at).max(TimeDelta::zero())))
            });
            let waiting = match log.pending {
                0 => "none".to_owned(),
                pending => format!("{pending}, the oldest for {}", words(log.lag(self.now))),
            };
            let lines = [
                ("log", log.origin.clone()),
                ("entries", log.size.to_string()),
                ("signed", signed),
                ("waiting", waiting),
                ("key", log.key.clone()),
            ];
            text.push_str(&format!("{}\n", log.name));
            text.extend(lines.map(|(name, value)| format!("  {name:<8} {value}\n")));
            text.extend(self.faults(log).iter().map(|fault| format!("  WRONG    {fault}\n")));
        }
        text
    }
}

/// A length of time as a person says it: `3 s`, `12 min`, `5 h`, `40 days`.
fn words(time: TimeDelta) -> String {
    let seconds = time.num_seconds();
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        172_800.. => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::AgencyId;
    use crate::store::StandingFault;

    fn found(change: impl FnOnce(&mut Standing)) -> Found {
        let now: Instant = "2026-11-22T12:00:00Z".parse().expect("a time");
        let mut log = Standing {
            agency: AgencyId::new(uuid::Uuid::from_u128(1)),
            name: "Skolan".into(),
            origin: "samsyn.example/log/1".into(),
            key: "samsyn.example/log/1+00000000+AA".into(),
            size: 12,
            signed_at: Some(now - TimeDelta::minutes(5)),
            pending: 0,
            oldest: None,
            faults: Vec::new(),
        };
        change(&mut log);
        Found { now, lag_max: TimeDelta::seconds(60), logs: vec![log] }
    }

    #[test]
    fn a_log_that_is_well_has_no_fault_and_every_fault_is_said() {
        let well = found(|_| {});
        assert_eq!(well.faults(&well.logs[0]), [] as [String; 0]);
        assert!(well.table().contains("signed   5 min ago"), "{}", well.table());
        assert!(well.table().contains("waiting  none"), "{}", well.table());
        let ill = found(|log| {
            log.pending = 3;
            log.oldest = Some("2026-11-22T11:00:00Z".parse().expect("a time"));
            log.signed_at = Some("2026-11-22T13:00:00Z".parse().expect("a time"));
            log.faults = vec![StandingFault::OtherKey];
        });
        let faults = ill.faults(&ill.logs[0]);
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults.iter().all(|fault| ill.table().contains(fault.as_str())), "{faults:?}");
        assert!(ill.json().contains("\"lag_seconds\": 3600"), "{}", ill.json());
    }

    #[test]
    fn an_entry_within_the_limit_is_no_fault() {
        let new = found(|log| {
            log.pending = 1;
            log.oldest = Some("2026-11-22T11:59:30Z".parse().expect("a time"));
        });
        assert_eq!(new.faults(&new.logs[0]), [] as [String; 0]);
    }

    #[test]
    fn a_time_is_said_in_its_unit() {
        for (seconds, said) in
            [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (172_800, "2 days")]
        {
            assert_eq!(words(TimeDelta::seconds(seconds)), said);
        }
    }
}
