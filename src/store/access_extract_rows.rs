//! The rows of an access extract: what an agency's log tells of one child, and what of it stays
//! untold.
//!
//! **Invariant:** a row is made from a record of the agency's own, so an extract tells what was
//! done with what this agency answers for, whoever did it, and nothing of what others hold.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::db::Database;
use super::disposals::disposed_end;
use super::error::StoreError;
use super::schema::{agency, guardian_bar, item, ledger_entry, ledger_leaf, unit, voice_mark};
use super::sequencer::{count, lines, position};
use super::sql::At;
use crate::clock::Instant;
use crate::domain::access_extract::{Hold, Telling, Untold, Why, hold};
use crate::domain::category::Category;
use crate::domain::ids::{AgencyId, ChildId, ItemId, PersonId, UnitId};
use crate::domain::text::Coded;
use crate::ledger::{ActorKind, Effect, Header, Record, Word};

/// One access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtractRow {
    /// The entry's place in the log, and the record's in the entry: `12-0`.
    pub place: String,
    /// When it was entered.
    pub at: Instant,
    /// The kind of actor.
    pub actor_kind: String,
    /// Who, by the ledger's id.
    pub actor: Option<Uuid>,
    /// By name.
    pub name: Option<String>,
    /// In which role.
    pub role: Option<String>,
    /// At which unit.
    pub unit: Option<String>,
    /// At which agency.
    pub agency: Option<String>,
    /// What kind of body that is.
    pub agency_kind: Option<String>,
    /// What was done, in a word of Swedish access logs.
    pub action: String,
    /// The act.
    pub act: String,
    /// The kind of thing.
    pub thing: String,
    /// What it was about.
    pub category: Option<String>,
    /// What for, where somebody said.
    pub purpose: Option<String>,
    /// On which legal ground.
    pub ground: Option<String>,
    /// By an emergency opening.
    pub emergency: bool,
    /// What stays untold.
    pub withheld: Option<Withheld>,
}

/// What stays untold of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// How much: a word of [`Untold`].
    pub untold: String,
    /// Why: a word of [`Why`].
    pub why: String,
    /// The law leaves no choice.
    pub firm: bool,
}

/// Which rows, and for whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub agency: AgencyId,
    pub child: ChildId,
    pub asker: PersonId,
    pub protected: bool,
    pub from: Instant,
    pub to: Instant,
    /// Leaves from here on are not looked at.
    pub size: u64,
}

impl ExtractRow {
    /// The row as its asker may see it; none where the whole row stays untold.
    pub fn told(&self) -> Option<Self> {
        let Some(withheld) = &self.withheld else { return Some(self.clone()) };
        if withheld.untold == Untold::Row.code() {
            return None;
        }
        Some(Self {
            actor: None,
            name: None,
            unit: None,
            agency: None,
            purpose: None,
            ..self.clone()
        })
    }
}

impl From<Hold> for Withheld {
    fn from(hold: Hold) -> Self {
        Self { untold: hold.untold.code().into(), why: hold.why.code().into(), firm: hold.firm }
    }
}

impl Withheld {
    /// The hold that it tells of.
    pub fn hold(&self) -> Result<Hold, StoreError> {
        let (untold, why) = (Untold::from_code(&self.untold)?, Why::from_code(&self.why)?);
        Ok(Hold { untold, why, firm: self.firm })
    }
}

const LEAVES_AT_ONCE: i64 = 1000;

/// The rows, oldest first; none when there are more than `rows_max`.
pub(super) fn rows(
    database: &mut Database,
    wanted: &Wanted,
    rows_max: usize,
) -> Result<Option<Vec<ExtractRow>>, StoreError> {
    let keeping = Keeping::load(database, wanted)?;
    let mut names = Names::default();
    let mut rows = Vec::new();
    // What was disposed of is told no more.
    let mut after = disposed_end(database, wanted.agency)? - 1;
    loop {
        let leaves: Vec<(i64, At, Vec<u8>, Vec<u8>)> = ledger_leaf::table
            .inner_join(ledger_entry::table)
            .filter(ledger_leaf::agency_id.eq(wanted.agency))
            .filter(ledger_leaf::time.ge(At(wanted.from)).and(ledger_leaf::time.lt(At(wanted.to))))
            .filter(ledger_leaf::position.gt(after))
            .filter(ledger_leaf::position.lt(position(wanted.size)?))
            .order(ledger_leaf::position)
            .limit(LEAVES_AT_ONCE)
            .select((
                ledger_leaf::position,
                ledger_leaf::time,
                ledger_entry::header,
                ledger_entry::records,
            ))
            .load(database)?;
        let Some((last, ..)) = leaves.last() else { return Ok(Some(rows)) };
        after = *last;
        for (leaf, at, header, records) in &leaves {
            for (place, bytes) in lines(records).enumerate() {
                let record = Record::parse(bytes)?;
                if !is_about(&record, wanted) {
                    continue;
                }
                let (header, _) = Header::parse(header)?;
                let place = format!("{}-{place}", count(*leaf)?);
                let mut row = names.row(database, place, at.0, header, &record)?;
                row.withheld = hold(keeping.telling(&record, &row)?).map(Withheld::from);
                rows.push(row);
            }
        }
        if rows.len() > rows_max {
            return Ok(None);
        }
    }
}

fn is_about(record: &Record, wanted: &Wanted) -> bool {
    let told = matches!(record.effect, Effect::Shown | Effect::Changed);
    told && record.child == Some(wanted.child) && record.agency == wanted.agency
}

/// What the law keeps from the asker, beside what a row itself tells.
struct Keeping {
    to_guardian: bool,
    protected: bool,
    hidden: HashSet<ItemId>,
    confided: HashSet<ItemId>,
}

impl Keeping {
    fn load(database: &mut Database, wanted: &Wanted) -> Result<Self, StoreError> {
        let hidden: Vec<Option<ItemId>> = guardian_bar::table
            .filter(guardian_bar::child_id.eq(wanted.child))
            .filter(guardian_bar::guardian_id.eq(wanted.asker))
            .filter(guardian_bar::ended_at.is_null())
            .select(guardian_bar::item_id)
            .load(database)?;
        let confided: Vec<ItemId> = item::table
            .filter(item::child_id.eq(wanted.child).and(item::confidential.eq(true)))
            .select(item::id)
            .load(database)?;
        let marked: Vec<ItemId> = voice_mark::table
            .filter(voice_mark::child_id.eq(wanted.child).and(voice_mark::ended_at.is_null()))
            .select(voice_mark::item_id)
            .load(database)?;
        Ok(Self {
            to_guardian: wanted.asker != wanted.child,
            protected: wanted.protected,
            hidden: hidden.into_iter().flatten().collect(),
            confided: confided.into_iter().chain(marked).collect(),
        })
    }

    fn telling(&self, record: &Record, row: &ExtractRow) -> Result<Telling, StoreError> {
        let item = record.resource.id.filter(|_| record.resource.kind == "Item").map(ItemId::new);
        let category = record.category.as_deref().map(Category::from_code).transpose()?;
        let of = |items: &HashSet<ItemId>| item.is_some_and(|item| items.contains(&item));
        Ok(Telling {
            to_guardian: self.to_guardian,
            protected: self.protected,
            report: record.resource.kind == "ConcernReport"
                || row.act == "SendConcernReport"
                || category == Some(Category::Concern),
            third_person: category == Some(Category::Third),
            hidden: of(&self.hidden)
                || of(&self.confided)
                || ["HideFromGuardian", "BarGuardian", "MarkNotForGuardian"]
                    .contains(&row.act.as_str()),
            investigation: row.act == "RequestInformation",
        })
    }
}

/// Names of units and agencies, each looked up once.
#[derive(Default)]
struct Names {
    units: HashMap<UnitId, String>,
    agencies: HashMap<AgencyId, (String, String)>,
}

impl Names {
    fn row(
        &mut self,
        database: &mut Database,
        place: String,
        at: Instant,
        header: Header,
        record: &Record,
    ) -> Result<ExtractRow, StoreError> {
        let actor = header.actor;
        let unit = actor.unit.map(|unit| self.unit(database, unit)).transpose()?.flatten();
        let body = actor.agency.map(|id| self.agency(database, id)).transpose()?.flatten();
        // A private person's name is nobody's to tell but their own.
        let name = actor.name.filter(|_| actor.kind == ActorKind::Staff);
        Ok(ExtractRow {
            place,
            at,
            actor_kind: actor.kind.word().into(),
            actor: actor.id,
            name,
            role: actor.role,
            unit,
            agency: body.as_ref().map(|(name, _)| name.clone()),
            agency_kind: body.map(|(_, kind)| kind),
            action: header.action,
            act: header.act,
            thing: record.resource.kind.clone(),
            category: record.category.clone(),
            purpose: header.purpose,
            ground: record.ground.clone(),
            emergency: header.decision.word() == "permit_override",
            withheld: None,
        })
    }

    fn unit(&mut self, database: &mut Database, id: UnitId) -> Result<Option<String>, StoreError> {
        if !self.units.contains_key(&id) {
            let name: Option<String> =
                unit::table.find(id).select(unit::name).first(database).optional()?;
            self.units.extend(name.map(|name| (id, name)));
        }
        Ok(self.units.get(&id).cloned())
    }

    fn agency(
        &mut self,
        database: &mut Database,
        id: AgencyId,
    ) -> Result<Option<(String, String)>, StoreError> {
        if !self.agencies.contains_key(&id) {
            let row: Option<(String, String)> = agency::table
                .find(id)
                .select((agency::name, agency::kind))
                .first(database)
                .optional()?;
            self.agencies.extend(row.map(|row| (id, row)));
        }
        Ok(self.agencies.get(&id).cloned())
    }
}
