//! Searching a log, and reading one of its entries: what an auditor is shown of it.
//!
//! Leaves stand in the order of time, so a period is a range of positions. Within it whoever acted
//! and children are found by the index; what it doesn't cover, and all else, is looked through.
//!
//! **Invariant:** a search shows what its log may show, and no request looks through more than the
//! settings say: a page can be short, and there may still be more.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Value, json};
use uuid::Uuid;

use super::error::{Halt, StoreError};
use super::log_index::{self, By};
use super::log_rows::{self, Row, first_at};
use super::sequencer::{count, position, tip};
use super::telling::{self, About};
use super::work::Work;
use crate::access::act::{ReadLogEntry, SearchLog};
use crate::clock::Instant;
use crate::domain::ids::ChildId;
use crate::domain::obstacle::Obstacle;
use crate::ledger::{
    Decision, Effect, Hash, Header, Outcome, Record, RecordLine, Resource, Shown, Word as _,
};

/// What is searched for. A term that is left out fits every entry.
#[derive(Clone, Debug)]
pub struct LogSearch {
    /// The period's beginning: when entries were put in the log.
    pub from: Instant,
    /// Its end, itself not included.
    pub to: Instant,
    /// Who acted.
    pub actor: Option<Uuid>,
    /// A child, by its pseudonym.
    pub child: Option<ChildId>,
    /// The number of the matter that a search for one child belongs to.
    pub matter: Option<String>,
    /// The act's name.
    pub act: Option<String>,
    /// What the rules said.
    pub decision: Option<Decision>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// A rule that decided, about the whole or about one thing.
    pub rule: Option<String>,
    /// A part of the purpose that was given, in capital or small letters.
    pub purpose: Option<String>,
    /// The information category of one of the things.
    pub category: Option<String>,
    /// What happened to one of the things.
    pub effect: Option<Effect>,
    /// The newest first, instead of the oldest.
    pub newest_first: bool,
    /// Where to go on: the position that was looked at last.
    pub after: Option<u64>,
    /// The most rows to show.
    pub rows_max: usize,
}

/// A page of a search.
#[derive(Clone, Debug)]
pub struct LogPage {
    /// What was found, in the order that was asked for.
    pub rows: Vec<LogRow>,
    /// Where to go on, if there may be more.
    pub next: Option<u64>,
    /// The names of the agencies and units in the rows, by their ids.
    pub names: BTreeMap<Uuid, String>,
}

/// An entry as its log shows it.
#[derive(Clone, Debug)]
pub struct LogRow {
    /// Its number in the log.
    pub position: u64,
    /// When it was put there.
    pub time: Instant,
    /// What every agency concerned may know.
    pub header: Header,
    /// The records that this log may show.
    pub records: Vec<Record>,
    /// How many more it has, which are others' to know.
    pub sealed: usize,
}

/// One entry of a log, with all that the log may show.
#[derive(Clone, Debug)]
pub struct LogEntry {
    /// Its number in the log.
    pub position: u64,
    /// The leaf's canonical bytes.
    pub leaf: Vec<u8>,
    /// The leaf's hash.
    pub hash: Hash,
    /// What was done; none when the body was disposed of.
    pub body: Option<LogBody>,
}

/// What was done, as its log shows it.
#[derive(Clone, Debug)]
pub struct LogBody {
    /// The header's canonical bytes.
    pub header: Vec<u8>,
    /// Each record's canonical bytes, or its hash where it is others' to know.
    pub records: Vec<Result<Vec<u8>, Hash>>,
    /// The same, read.
    pub shown: Shown,
    /// The names of the agencies and units in it, by their ids.
    pub names: BTreeMap<Uuid, String>,
    /// Whether the rules in force are those that decided.
    pub in_force: bool,
}

/// Leaves that are read at once.
const LEAVES_AT_ONCE: i64 = 500;

impl Work<'_, SearchLog> {
    /// One page of a search.
    pub fn search(&mut self, search: &LogSearch) -> Result<LogPage, Halt> {
        let agency = self.act().agency;
        let resource = telling::target(self.act());
        self.about = Some(About { resource, subject: search.child, case: None });
        let scanned_max = self.means.scanned_max;
        let mut range = self.range_of(search)?;
        let covered = log_index::covered(self.database, agency)?;
        let (mut rows, mut scanned, mut next) = (Vec::new(), 0, None);
        'pages: while !range.is_empty() {
            let (leaves, rest) = self.some(search, range, covered)?;
            range = rest;
            let mut leaves = leaves.into_iter().peekable();
            while let Some(leaf) = leaves.next() {
                scanned += 1;
                rows.extend(found(search, &leaf)?);
                if rows.len() >= search.rows_max || scanned >= scanned_max {
                    let is_more = leaves.peek().is_some() || !range.is_empty();
                    next = is_more.then(|| count(leaf.position)).transpose()?;
                    break 'pages;
                }
            }
        }
        self.terms = Some(search.terms(&rows));
        let named = rows.iter().flat_map(|row| named(&row.header, &row.records));
        let names = log_rows::names(self.database, named)?;
        Ok(LogPage { rows, next, names })
    }

    /// The positions of the period that are still to be looked at.
    fn range_of(&mut self, search: &LogSearch) -> Result<Range<i64>, Halt> {
        let agency = self.act().agency;
        let size = position(tip(self.database, agency)?.range.end())?;
        let mut first = first_at(self.database, agency, search.from)?.unwrap_or(size);
        let mut end = first_at(self.database, agency, search.to)?.unwrap_or(size);
        if let Some(after) = search.after {
            // Past the end of every log there is nothing, in either direction.
            let after = i64::try_from(after).unwrap_or(i64::MAX);
            match search.newest_first {
                true => end = end.min(after),
                false => first = first.max(after.saturating_add(1)),
            }
        }
        Ok(first..end)
    }

    /// The next leaves of `range` that may fit, in the order that is asked for, and what is left of
    /// it after them. The index knows the leaves before `covered`.
    fn some(
        &mut self,
        search: &LogSearch,
        range: Range<i64>,
        covered: i64,
    ) -> Result<(Vec<Row>, Range<i64>), Halt> {
        let (agency, newest) = (self.act().agency, search.newest_first);
        let by = search.by();
        let is_known = if newest { range.end <= covered } else { range.start < covered };
        let (mut rows, rest) = match by.filter(|_| is_known) {
            Some(by) => {
                let known = range.start..range.end.min(covered);
                let limit = LEAVES_AT_ONCE;
                let at =
                    log_index::positions(self.database, agency, by, known.clone(), newest, limit)?;
                let is_all = i64::try_from(at.len()).is_ok_and(|found| found < limit);
                let rest = match (at.last().filter(|_| !is_all), newest) {
                    (Some(last), true) => range.start..*last,
                    (Some(last), false) => last + 1..range.end,
                    (None, true) => range.start..range.start,
                    (None, false) => known.end..range.end,
                };
                (log_rows::read_each(self.database, agency, &at)?, rest)
            }
            None if newest => {
                let stop = by.map_or(range.start, |_| covered.max(range.start));
                let start = stop.max(range.end.saturating_sub(LEAVES_AT_ONCE));
                let some = start..range.end;
                (log_rows::read(self.database, agency, some, LEAVES_AT_ONCE)?, range.start..start)
            }
            None => {
                let end = range.end.min(range.start.saturating_add(LEAVES_AT_ONCE));
                let some = range.start..end;
                (log_rows::read(self.database, agency, some, LEAVES_AT_ONCE)?, end..range.end)
            }
        };
        if newest {
            rows.reverse();
        }
        Ok((rows, rest))
    }
}

impl LogSearch {
    /// What the index can find it by. A child is rarer in a log than whoever works there.
    fn by(&self) -> Option<By> {
        let child = self.child.map(|child| By::Child(child.uuid()));
        child.or_else(|| self.actor.map(By::Actor))
    }

    /// What was asked for and the positions that were shown, as the search's own entry keeps them.
    fn terms(&self, rows: &[LogRow]) -> Value {
        let words = [
            ("actor", self.actor.map(|id| id.to_string())),
            ("child", self.child.map(|id| id.to_string())),
            ("matter", self.matter.clone()),
            ("act", self.act.clone()),
            ("decision", self.decision.map(|word| word.word().to_owned())),
            ("outcome", self.outcome.map(|word| word.word().to_owned())),
            ("rule", self.rule.clone()),
            ("purpose", self.purpose.clone()),
            ("category", self.category.clone()),
            ("effect", self.effect.map(|word| word.word().to_owned())),
        ];
        let shown: Vec<u64> = rows.iter().map(|row| row.position).collect();
        let mut terms = json!({ "from": self.from, "to": self.to, "shown": shown });
        for (name, word) in words {
            if let Some(word) = word {
                terms[name] = Value::from(word);
            }
        }
        terms
    }

    fn fits(&self, header: &Header, records: &[Record]) -> bool {
        let any = |fits: &dyn Fn(&Record) -> bool| records.iter().any(fits);
        let is_about = |child| {
            header.subject == Some(child) || any(&|record: &Record| record.child == Some(child))
        };
        let is_by_rule = |rule: &String| {
            header.rules.contains(rule) || any(&|record: &Record| record.rules.contains(rule))
        };
        let is_for = |purpose: &String| {
            let given = header.purpose.as_ref().map(|given| given.to_lowercase());
            given.is_some_and(|given| given.contains(&purpose.to_lowercase()))
        };
        self.actor.is_none_or(|actor| header.actor.id == Some(actor))
            && self.child.is_none_or(is_about)
            && self.act.as_ref().is_none_or(|act| header.act == *act)
            && self.decision.is_none_or(|decision| header.decision == decision)
            && self.outcome.is_none_or(|outcome| header.outcome == outcome)
            && self.rule.as_ref().is_none_or(is_by_rule)
            && self.purpose.as_ref().is_none_or(is_for)
            && self.category.as_ref().is_none_or(|category| {
                any(&|record: &Record| record.category.as_ref() == Some(category))
            })
            && self.effect.is_none_or(|effect| any(&|record: &Record| record.effect == effect))
    }
}

/// The row of a leaf that fits. One whose body was disposed of fits nothing.
fn found(search: &LogSearch, leaf: &Row) -> Result<Option<LogRow>, StoreError> {
    if leaf.header.is_empty() {
        return Ok(None);
    }
    let Shown { leaf: place, header, hashes, records } = leaf.shown()?;
    let records: Vec<Record> = records.into_iter().map(|(_, record)| record).collect();
    let row = || LogRow {
        position: place.index,
        time: place.time,
        sealed: hashes.len() - records.len(),
        header: header.clone(),
        records: records.clone(),
    };
    Ok(search.fits(&header, &records).then(row))
}

/// The agencies and units that an entry names.
fn named(header: &Header, records: &[Record]) -> Vec<Uuid> {
    let actor = &header.actor;
    let owners = records.iter().map(|record| record.agency.uuid());
    let acted = [actor.agency.map(|id| id.uuid()), actor.unit.map(|id| id.uuid())];
    acted.into_iter().flatten().chain(owners).collect()
}

impl Work<'_, ReadLogEntry> {
    /// The entry in this position, with all that the log may show of it.
    pub fn entry(&mut self, at: u64) -> Result<LogEntry, Halt> {
        let agency = self.act().agency;
        let at = i64::try_from(at).map_err(|_| Obstacle::Missing)?;
        let row = log_rows::read_each(self.database, agency, &[at])?.pop();
        let row = row.ok_or(Obstacle::Missing)?;
        let mut entry = LogEntry {
            position: count(row.position)?,
            hash: Hash::of_leaf(&row.leaf),
            leaf: row.leaf.clone(),
            body: None,
        };
        if row.header.is_empty() {
            return Ok(entry);
        }
        let shown = row.shown()?;
        let records: Vec<Record> = shown.records.iter().map(|(_, record)| record.clone()).collect();
        let names = log_rows::names(self.database, named(&shown.header, &records))?;
        self.about = Some(About {
            resource: Resource { kind: "LogEntry".into(), id: Some(shown.header.id.uuid()) },
            subject: shown.header.subject,
            case: shown.header.case,
        });
        let bytes = |line: &RecordLine<'_>| match line {
            RecordLine::Open(bytes) => Ok(bytes.to_vec()),
            RecordLine::Sealed(hash) => Err(*hash),
        };
        entry.body = Some(LogBody {
            records: row.shown_records()?.iter().map(bytes).collect(),
            in_force: shown.header.policy == self.means.policy.digest(),
            header: row.header,
            shown,
            names,
        });
        Ok(entry)
    }
}
