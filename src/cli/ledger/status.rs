//! `samsyn ledger status`: how every log stands, read from the database beside the service.

use chrono::TimeDelta;
use clap::Args;
use serde_json::{Value, json};

use super::verify::read_key;
use crate::app;
use crate::cli::{CliError, Configured, Outcome, print};
use crate::clock::{Clock, Instant};
use crate::domain::ids::AgencyId;
use crate::ledger::WitnessVerifierKey;
use crate::settings::LedgerSettings;
use crate::store::{Standing, Store, WitnessStanding};

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
    /// How long a checkpoint may wait for a witness.
    cosign_max: TimeDelta,
    logs: Vec<Standing>,
}

impl Status {
    /// Reads the database, and prints what is found.
    pub fn run(self) -> Result<Outcome, CliError> {
        let settings = self.configured.settings()?;
        let ledger = &settings.ledger;
        let witnesses = witnesses(ledger)?;
        let (place, keys) = (app::place(&settings)?, app::log_settings(&settings)?);
        let logs = Store::standings(&place, &keys, &witnesses)?;
        // A round that was missed is no fault, and a slow answer is none.
        let round = ledger.witness_seconds.saturating_add(ledger.witness_seconds_max);
        let cosign_max = TimeDelta::seconds(i64::from(round) * 3);
        let lag_max = TimeDelta::seconds(settings.ledger.lag_seconds_max.into());
        let found = Found { now: Clock::machine().now(), lag_max, cosign_max, logs };
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
        let witnesses = log.witnesses.iter().filter_map(|it| self.unsigned(it));
        stored.chain(late).chain(behind).chain(witnesses).collect()
    }

    /// What is wrong with a witness that should have cosigned by now, in words. Why, the service's log
    /// and `/health/ready` say: the database doesn't know.
    fn unsigned(&self, witness: &WitnessStanding) -> Option<String> {
        let waits = self.now - witness.waits_since.filter(|_| witness.asked)?;
        let name = &witness.name;
        (waits > self.cosign_max).then(|| {
            format!("the witness {name} has not cosigned what was signed {} ago", words(waits))
        })
    }

    /// How a witness stands, for the table.
    fn cosigned(&self, log: &Standing, witness: &WitnessStanding) -> String {
        let WitnessStanding { name, asked, size, cosigned_at, .. } = witness;
        let ended = if *asked { "" } else { "; it is not asked any more" };
        match cosigned_at {
            None => format!("{name}: nothing cosigned yet"),
            Some(at) => {
                let ago = words((self.now - *at).max(TimeDelta::zero()));
                format!("{name}: {size} of {}, {ago} ago{ended}", log.size)
            }
        }
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
                    "witnesses": log.witnesses.iter().map(|it| json!({
                        "name": it.name,
                        "asked": it.asked,
                        "size": it.size,
                        "cosigned_at": it.cosigned_at,
                        "waits_since": it.waits_since,
                    })).collect::<Vec<_>>(),
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
            text.extend(
                log.witnesses.iter().map(|it| format!("  witness  {}\n", self.cosigned(log, it))),
            );
            text.extend(self.faults(log).iter().map(|fault| format!("  WRONG    {fault}\n")));
        }
        text
    }
}

/// The names of those who cosign, each with the agencies whose logs it sees.
fn witnesses(ledger: &LedgerSettings) -> Result<Vec<(String, Vec<AgencyId>)>, CliError> {
    let named = ledger.witnesses.iter().map(|witness| {
        let key: WitnessVerifierKey = read_key(&witness.key)?;
        let agencies = witness.agencies.iter().map(|id| AgencyId::new(*id)).collect();
        Ok((key.name().to_owned(), agencies))
    });
    named.collect()
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
            witnesses: Vec::new(),
        };
        change(&mut log);
        let (lag_max, cosign_max) = (TimeDelta::seconds(60), TimeDelta::seconds(120));
        Found { now, lag_max, cosign_max, logs: vec![log] }
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
    fn a_witness_is_shown_and_is_a_fault_when_it_should_have_cosigned() {
        let at = |text: &str| Some(text.parse::<Instant>().expect("a time"));
        let with = |change: &dyn Fn(&mut WitnessStanding)| {
            let mut witness = WitnessStanding {
                name: "w.example".into(),
                asked: true,
                size: 12,
                cosigned_at: at("2026-11-22T11:55:00Z"),
                waits_since: None,
            };
            change(&mut witness);
            found(|log| log.witnesses = vec![witness])
        };
        let well = with(&|_| {});
        assert_eq!(well.faults(&well.logs[0]), [] as [String; 0]);
        assert!(
            well.table().contains("witness  w.example: 12 of 12, 5 min ago"),
            "{}",
            well.table()
        );
        assert!(well.json().contains("\"name\": \"w.example\""), "{}", well.json());
        let soon = with(&|it| it.waits_since = at("2026-11-22T11:59:00Z"));
        assert_eq!(soon.faults(&soon.logs[0]), [] as [String; 0]);
        let silent = with(&|it| it.waits_since = at("2026-11-22T11:40:00Z"));
        let faults = silent.faults(&silent.logs[0]);
        assert_eq!(faults, ["the witness w.example has not cosigned what was signed 20 min ago"]);
        assert!(silent.table().contains(&format!("WRONG    {}", faults[0])), "{}", silent.table());
        let former = with(&|it| {
            it.asked = false;
            it.waits_since = at("2026-11-22T11:40:00Z");
        });
        assert_eq!(former.faults(&former.logs[0]), [] as [String; 0]);
        assert!(former.table().contains("not asked any more"), "{}", former.table());
        let never = with(&|it| (it.size, it.cosigned_at) = (0, None));
        assert!(never.table().contains("w.example: nothing cosigned yet"), "{}", never.table());
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
