//! Showing the logs' newest checkpoints to their witnesses, and keeping what these sign.
//!
//! **Invariant:** a witness that is down, slow or wrong stops nothing; it is told once, and whoever
//! watches the service sees it. A witness that has cosigned what the log never was is told loudly.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, StatusCode, Url, redirect};
use tokio::task::JoinSet;

use super::AppError;
use crate::clock::Instant;
use crate::domain::ids::AgencyId;
use crate::ledger::{AddCheckpoint, WitnessVerifierKey, add_lines, cosignatures};
use crate::settings::{LedgerSettings, SettingsError, WitnessSettings};
use crate::store::{Head, Store, StoreError, Trouble, WitnessState};

/// How often one checkpoint is offered before it is left for the next round.
const TRIES: usize = 3;

/// A witness of some of the logs.
#[derive(Clone)]
pub struct Cosigner(Arc<Settled>);

struct Settled {
    add_checkpoint: Url,
    add_succession: Url,
    key: WitnessVerifierKey,
    agencies: Vec<AgencyId>,
    client: Client,
    answer_bytes_max: usize,
}

/// What a witness answered.
struct Answer {
    status: StatusCode,
    body: String,
}

/// Those who cosign, as the settings name them.
///
/// # Errors
/// An address or a key that is none, or a machine that can't do TLS.
pub fn cosigners(settings: &LedgerSettings) -> Result<Vec<Cosigner>, AppError> {
    settings.witnesses.iter().map(|witness| Cosigner::new(witness, settings)).collect()
}

/// Shows each log's newest checkpoint to its witnesses, to all of them the same one. What comes of
/// it is noted in the store.
///
/// # Errors
/// Those of the store; a witness's own are noted.
pub async fn cosign(store: &Store, witnesses: &[Cosigner]) -> Result<(), StoreError> {
    let heads = store.heads().await?;
    let mut rounds = JoinSet::new();
    for witness in witnesses {
        let (witness, store, heads) = (witness.clone(), store.clone(), heads.clone());
        rounds.spawn(async move { witness.round(&store, heads).await });
    }
    while let Some(round) = rounds.join_next().await {
        round.unwrap_or(Err(StoreError::WriterLost))?;
    }
    Ok(())
}

/// Notes the state, and logs what has changed.
fn tell(store: &Store, state: WitnessState) {
    let same = |known: &WitnessState| {
        (known.agency, &known.witness) == (state.agency, &state.witness)
            && known.trouble == state.trouble
    };
    let (witness, agency) = (&state.witness, state.agency);
    match state.trouble {
        _ if store.witness_states().iter().any(same) => {}
        None => tracing::info!(witness, %agency, "the witness cosigns the log"),
        Some(Trouble::Silent) => tracing::warn!(witness, %agency, "the witness does not answer"),
        Some(Trouble::Stranger) => {
            tracing::warn!(witness, %agency, "the witness does not know the log or its key");
        }
        Some(Trouble::Fork) => tracing::error!(
            witness, %agency,
            "the witness has cosigned what this log never was: there are two logs of one name, or \
             this one was put back to an older state"
        ),
    }
    store.note_witness(state);
}

impl Cosigner {
    fn new(settings: &WitnessSettings, limits: &LedgerSettings) -> Result<Self, AppError> {
        let wrong = |setting, problem| SettingsError::Setting { setting, problem };
        let not_an_address = || wrong("ledger.witnesses.url", "must be an http or https address");
        let base = Url::parse(&settings.url).ok();
        let base = base.filter(|url| ["http", "https"].contains(&url.scheme()));
        let base = base.ok_or_else(not_an_address)?;
        let below = |name| Url::parse(&format!("{}/{name}", base.as_str().trim_end_matches('/')));
        let key = settings.key.parse();
        let key =
            key.map_err(|_| wrong("ledger.witnesses.key", "must be a witness's public key"))?;
        let here = base.host_str().is_some_and(|host| ["127.0.0.1", "localhost"].contains(&host));
        let builder = Client::builder()
            .redirect(redirect::Policy::none())
            .timeout(Duration::from_secs(limits.witness_seconds_max.into()));
        let builder = if here { builder.no_proxy().tls_certs_only([]) } else { builder };
        Ok(Self(Arc::new(Settled {
            add_checkpoint: below("add-checkpoint").map_err(|_| not_an_address())?,
            add_succession: below("add-succession").map_err(|_| not_an_address())?,
            key,
            agencies: settings.agencies.iter().map(|id| AgencyId::new(*id)).collect(),
            client: builder.build().map_err(AppError::Client)?,
            answer_bytes_max: limits.witness_answer_bytes_max,
        })))
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.key.name()
    }

    fn sees(&self, agency: AgencyId) -> bool {
        self.0.agencies.is_empty() || self.0.agencies.contains(&agency)
    }

    /// Shows the witness the checkpoints of its logs that it has not cosigned.
    async fn round(&self, store: &Store, heads: Vec<Head>) -> Result<(), StoreError> {
        let mut silent = false;
        for head in heads.into_iter().filter(|head| self.sees(head.agency)) {
            let (agency, name) = (head.agency, self.name().to_owned());
            let before = store.cosigned(agency, name.clone()).await?;
            // Who did not answer about one log is not waited for about the next.
            let trouble = match silent {
                true => Some(Trouble::Silent),
                false => self.offer(store, head, before.map_or(0, |(size, _)| size)).await?,
            };
            silent |= trouble == Some(Trouble::Silent);
            let (size, cosigned_at) = store.cosigned(agency, name.clone()).await?.unzip();
            let size = size.unwrap_or_default();
            tell(store, WitnessState { agency, witness: name, size, cosigned_at, trouble });
        }
        Ok(())
    }

    /// Offers a checkpoint to a witness that cosigned `old` leaves of the log last, as far as is
    /// known here. What the witness knows better is taken from its answer.
    async fn offer(
        &self,
        store: &Store,
        head: Head,
        old: u64,
    ) -> Result<Option<Trouble>, StoreError> {
        let (mut head, mut old) = (head, old);
        if old > 0 && old == head.size {
            return Ok(None);
        }
        for _ in 0..TRIES {
            if old > head.size {
                // Another server may have signed more meanwhile, and shown it.
                match store.head(head.agency).await?.filter(|newer| newer.size >= old) {
                    Some(newer) => head = newer,
                    None => return Ok(Some(Trouble::Fork)),
                }
            }
            let proof = store.proof_between(head.agency, old, head.size).await?;
            let request = AddCheckpoint { old, proof, note: head.note.clone() };
            let Some(answer) = self.ask(&self.0.add_checkpoint, request.body()).await else {
                return Ok(Some(Trouble::Silent));
            };
            match answer.status {
                StatusCode::OK => return self.keep(store, head, &answer.body).await,
                StatusCode::UNPROCESSABLE_ENTITY => return Ok(Some(Trouble::Fork)),
                StatusCode::NOT_FOUND => return Ok(Some(Trouble::Stranger)),
                StatusCode::CONFLICT => match answer.body.trim_end().parse() {
                    Ok(size) if size == old => return Ok(Some(Trouble::Fork)),
                    Ok(size) => old = size,
                    Err(_) => return Ok(Some(Trouble::Silent)),
                },
                StatusCode::FORBIDDEN => {
                    if !self.introduce(store, head.agency).await? {
                        return Ok(Some(Trouble::Stranger));
                    }
                }
                _ => return Ok(Some(Trouble::Silent)),
            }
        }
        Ok(Some(Trouble::Silent))
    }

    /// Shows the notes by which the log's keys handed over to each other; tells whether one was new
    /// to the witness.
    async fn introduce(&self, store: &Store, agency: AgencyId) -> Result<bool, StoreError> {
        let mut taken = false;
        for note in store.successions(agency).await? {
            let answer = self.ask(&self.0.add_succession, note).await;
            taken |= answer.is_some_and(|answer| answer.status == StatusCode::OK);
        }
        Ok(taken)
    }

    /// Keeps the line that is this witness's signature on the checkpoint, if there is one.
    async fn keep(
        &self,
        store: &Store,
        head: Head,
        lines: &str,
    ) -> Result<Option<Trouble>, StoreError> {
        let known = std::slice::from_ref(&self.0.key);
        let signed = |line: &str| -> Option<Instant> {
            let joined = add_lines(&head.note, [line]).ok()?;
            cosignatures(&joined, known).first().map(|cosigned| cosigned.time)
        };
        let line = lines.lines().find_map(|line| Some((line.to_owned(), signed(line)?)));
        let Some((line, time)) = line else { return Ok(Some(Trouble::Silent)) };
        store.keep_cosignature(head, self.name().to_owned(), line, time).await?;
        Ok(None)
    }

    /// Sends `body`; none when no whole answer came.
    async fn ask(&self, to: &Url, body: String) -> Option<Answer> {
        let request = self.0.client.post(to.clone()).header(CONTENT_TYPE, "text/plain");
        let mut response = request.body(body).send().await.ok()?;
        let mut read = Vec::new();
        while let Some(piece) = response.chunk().await.ok()? {
            if read.len() + piece.len() > self.0.answer_bytes_max {
                return None;
            }
            read.extend_from_slice(&piece);
        }
        Some(Answer { status: response.status(), body: String::from_utf8(read).ok()? })
    }
}
