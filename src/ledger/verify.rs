//! Checks an export on its own: that no byte was changed, that nothing is missing between its first
//! leaf and its last, and that these bound the period.
//!
//! It goes block by block; some blocks at once, since each line can be checked by itself once it is
//! known which leaf should stand there. What joins them is order: times and hashes.
//!
//! **Invariant:** the memory needed is that of a few blocks and of the manifest, however long the
//! export is. Nothing in the export is believed that the signed root doesn't bear out. The finding
//! is the first, whatever the number of threads.

use std::io::Read;
use std::thread;

use super::LedgerError;
use super::bundle::Manifest;
use super::canonical::instant_text;
use super::checkpoint::{Checkpoint, VerifierKey};
use super::cosignature::{WitnessVerifierKey, cosignatures};
use super::finding::{Fault, Finding, Kept, KeySource, Report};
use super::range::CompactRange;
use super::succession::Succession;
use super::wire::Wire as _;
use block::{Block, Blocks, Checked, Context};

mod block;
mod line;

/// How many blocks are checked at once, at most.
const THREADS_MAX: usize = 8;
/// How much is read before a block is cut at the last line that is whole.
const BLOCK_BYTES: usize = 1 << 20;

/// What the reader knows beforehand. Without any of it an export proves that one key signed it, and
/// nothing of whose key that is.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The log's key, as its host has made it known. A newer one is believed if this one handed
    /// over to it.
    pub key: Option<VerifierKey>,
    /// Witnesses that the reader knows.
    pub witnesses: Vec<WitnessVerifierKey>,
    /// How many of them must have cosigned the checkpoint.
    pub witnesses_needed: usize,
    /// A checkpoint (a signed note) that the reader has kept: the log must not have lost it.
    pub kept: Option<String>,
}

impl From<Option<&VerifierKey>> for Trust {
    fn from(key: Option<&VerifierKey>) -> Self {
        Self { key: key.cloned(), ..Self::default() }
    }
}

/// Checks an export by what is known beforehand.
///
/// # Errors
/// The first thing that doesn't fit.
pub fn verify(reader: impl Read, trust: impl Into<Trust>) -> Result<Report, Finding> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
    verify_in(Blocks::new(reader, BLOCK_BYTES), &trust.into(), threads)
}

fn verify_in(
    mut blocks: Blocks<impl Read>,
    trust: &Trust,
    threads: usize,
) -> Result<Report, Finding> {
    let at = |line, fault| Finding { line, index: None, entry: None, fault };
    let first = blocks.next().map_err(|fault| at(1, Fault::Read(fault)))?;
    let mut first = first.ok_or_else(|| at(1, Fault::CutOff))?;
    let line = first.take_line().map_err(|fault| at(1, fault))?;
    let opened = Manifest::parse(&line)
        .map_err(Fault::Malformed)
        .and_then(|manifest| Opened::new(manifest, trust));
    let opened = opened.map_err(|fault| at(1, fault))?;
    opened.walk(first, &mut blocks, threads)
}

/// What the first line holds, checked.
struct Opened {
    manifest: Manifest,
    checkpoint: Checkpoint,
    report: Report,
    kept: Option<Checkpoint>,
    left: CompactRange,
    right: CompactRange,
}

impl Opened {
    /// Checks the manifest against the checkpoint and says what will have been proved in the end.
    fn new(manifest: Manifest, trust: &Trust) -> Result<Self, Fault> {
        let (key_source, successions) = match &trust.key {
            Some(key) => (
                KeySource::Caller,
                Succession::follow(&manifest.successions, key, &manifest.key)
                    .map_err(|_| Fault::WrongKey)?,
            ),
            None => (KeySource::Export, Vec::new()),
        };
        if manifest.key.origin() != manifest.log
            || !manifest.log.ends_with(&format!("/{}", manifest.agency))
        {
            return Err(Fault::ForeignLog);
        }
        let checkpoint =
            Checkpoint::open(&manifest.checkpoint, &manifest.key).map_err(Fault::Unsigned)?;
        let kept =
            trust.kept.as_deref().map(|note| open_kept(note, trust, &manifest, &successions));
        let kept = kept.transpose()?;
        if let Some(kept) = kept.as_ref().filter(|kept| kept.size > checkpoint.size) {
            return Err(Fault::Older { kept: kept.size, found: checkpoint.size });
        }
        let cosigned = cosignatures(&manifest.checkpoint, &trust.witnesses);
        if cosigned.len() < trust.witnesses_needed {
            let (needed, found) = (trust.witnesses_needed, cosigned.len());
            return Err(Fault::Unwitnessed { needed, found });
        }
        let fenced = manifest.end < checkpoint.size;
        let complete_to = if fenced { manifest.to } else { manifest.to.min(checkpoint.time) };
        if complete_to < manifest.from {
            return Err(Fault::Uncovered);
        }
        let (left, right) = manifest.ranges(checkpoint.size).map_err(Fault::Malformed)?;
        let report = Report {
            log: manifest.log.clone(),
            agency: manifest.agency,
            from: manifest.from,
            complete_to,
            to: manifest.to,
            first: manifest.first,
            end: manifest.end,
            records_open: 0,
            records_sealed: 0,
            disposed: Default::default(),
            tree_size: checkpoint.size,
            root: checkpoint.root,
            signed_at: checkpoint.time,
            key: manifest.key.clone(),
            key_source,
            successions,
            witnesses: trust.witnesses.len(),
            cosigned,
            kept: kept.as_ref().map(|kept| Kept::Unseen(kept.size)),
        };
        Ok(Self { manifest, checkpoint, report, kept, left, right })
    }

    /// Goes through the lines below the manifest; `block` is what was read of them.
    fn walk(
        mut self,
        block: Block,
        blocks: &mut Blocks<impl Read>,
        threads: usize,
    ) -> Result<Report, Finding> {
        let context = self.context();
        let mut tree = self.left.clone();
        self.compare(&tree).map_err(|fault| nowhere(1, fault))?;
        let mut next = Some(block);
        let mut last_line = 1;
        let mut before = None;
        loop {
            let mut round: Vec<Block> = next.take().into_iter().collect();
            let mut lost = None;
            while round.len() < threads {
                match blocks.next() {
                    Ok(Some(block)) => round.push(block),
                    Ok(None) => break,
                    Err(fault) => {
                        lost = Some(fault);
                        break;
                    }
                }
            }
            if round.is_empty() && lost.is_none() {
                break;
            }
            for (place, checked) in check_all(&round, &context).into_iter().enumerate() {
                let finding = self.join(checked, &mut tree, &mut before);
                if let Err(finding) = finding {
                    return Err(match finding.fault {
                        Fault::Gap { expected, found } => {
                            let fault = block::misplaced(
                                &round[place..],
                                blocks,
                                &finding,
                                expected,
                                found,
                            );
                            Finding { fault, ..finding }
                        }
                        _ => finding,
                    });
                }
                last_line = round[place].end_line() - 1;
            }
            if let Some(fault) = lost {
                return Err(nowhere(last_line + 1, Fault::Read(fault)));
            }
        }
        if tree.end() < context.shown.end {
            return Err(nowhere(last_line + 1, Fault::Ended(tree.end())));
        }
        let joined = tree.extend(&self.right).map_err(Fault::Malformed);
        joined.map_err(|fault| nowhere(last_line, fault))?;
        self.compare(&tree).map_err(|fault| nowhere(1, fault))?;
        if tree.root() == Some(self.checkpoint.root) {
            Ok(self.report)
        } else {
            Err(nowhere(last_line, Fault::Root))
        }
    }

    fn context(&self) -> Context {
        let mut log = String::new();
        self.manifest.log.write(&mut log);
        Context {
            log: log.into_bytes(),
            shown: self.manifest.shown_first()..self.manifest.shown_end(self.checkpoint.size),
            period: self.manifest.first..self.manifest.end,
            from: instant_text(self.manifest.from).into_bytes(),
            to: instant_text(self.manifest.to).into_bytes(),
            signed_at: instant_text(self.checkpoint.time).into_bytes(),
            cut: self.kept.as_ref().map(|kept| kept.size),
        }
    }

    /// Adds a block that was checked to what stands before it.
    fn join(
        &mut self,
        checked: Checked,
        tree: &mut CompactRange,
        before: &mut Option<Vec<u8>>,
    ) -> Result<(), Finding> {
        if let (Some(before), Some((line, time))) = (&before, &checked.first)
            && time < before
        {
            let entry = checked.first_entry;
            return Err(Finding {
                line: *line,
                index: Some(tree.end()),
                entry,
                fault: Fault::Backwards,
            });
        }
        for range in &checked.ranges {
            tree.extend(range).map_err(|fault| nowhere(1, Fault::Malformed(fault)))?;
            self.compare(tree).map_err(|fault| nowhere(1, fault))?;
        }
        if let Some(finding) = checked.finding {
            return Err(finding);
        }
        *before = checked.last.or(before.take());
        self.report.records_open += checked.open;
        self.report.records_sealed += checked.sealed;
        for (disposal, count) in checked.disposed {
            *self.report.disposed.entry(disposal).or_default() += count;
        }
        Ok(())
    }

    /// Compares the tree with the checkpoint that the reader kept, if it has just its size.
    fn compare(&mut self, tree: &CompactRange) -> Result<(), Fault> {
        let Some(kept) = self.kept.as_ref().filter(|kept| kept.size == tree.end()) else {
            return Ok(());
        };
        if tree.root() != Some(kept.root) {
            return Err(Fault::Fork(kept.size));
        }
        self.report.kept = Some(Kept::Held(kept.size));
        Ok(())
    }
}

/// The checkpoint that the reader kept, signed with a key that is believed of this log.
fn open_kept(
    note: &str,
    trust: &Trust,
    manifest: &Manifest,
    successions: &[Succession],
) -> Result<Checkpoint, Fault> {
    let between = successions.iter().map(|link| &link.new);
    let known = trust.key.iter().chain(between).chain([&manifest.key]);
    known
        .map(|key| Checkpoint::open(note, key))
        .find_map(Result::ok)
        .ok_or_else(|| Fault::Kept(LedgerError::Checkpoint(manifest.log.clone())))
}

/// Checks blocks at once, each on a thread of its own.
fn check_all(round: &[Block], context: &Context) -> Vec<Checked> {
    if let [one] = round {
        return vec![one.check(context)];
    }
    thread::scope(|scope| {
        let running: Vec<_> =
            round.iter().map(|block| scope.spawn(move || block.check(context))).collect();
        let done = running.into_iter().zip(round);
        // A thread that was lost is done again here: then whatever it was shows itself.
        done.map(|(run, block)| run.join().unwrap_or_else(|_| block.check(context))).collect()
    })
}

fn nowhere(line: u64, fault: Fault) -> Finding {
    Finding { line, index: None, entry: None, fault }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod trust_tests;
