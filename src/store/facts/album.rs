//! What a reading act has gathered once and will ask for again: a list stands to one caller, and
//! mostly to one case.
//!
//! **Invariant:** kept for one act on one unmoving picture of the data, and never in an act that
//! changes anything.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::Known;
use super::case::CaseFacts;
use super::item::{ItemRow, Placed};
use super::publication::Audience;
use crate::domain::ids::{CaseId, ConsentId, ItemId};
use crate::store::consent_rows::Weighed;
use crate::store::means::Locking;

/// What was gathered; always empty in an act that changes something.
#[derive(Debug, Default)]
pub struct Album {
    kept: bool,
    known: Option<Known>,
    cases: HashMap<(Uuid, CaseId), CaseFacts>,
    items: HashMap<ItemId, ItemRow>,
    audiences: HashMap<ItemId, Vec<Audience>>,
    asked: BTreeSet<ConsentId>,
    consents: HashMap<ConsentId, Weighed>,
}

impl Album {
    /// An empty one for an act that takes its child, or doesn't.
    pub fn of(locking: Locking) -> Self {
        Self { kept: locking == Locking::No, ..Self::default() }
    }

    /// Who asks.
    pub fn known(&self) -> Option<Known> {
        self.known.clone()
    }

    /// Keeps who asks.
    pub fn keep_known(&mut self, known: &Known) {
        self.known = self.kept.then(|| known.clone());
    }

    /// The case as it stands to `known`.
    pub fn case(&self, id: CaseId, known: &Known) -> Option<CaseFacts> {
        self.cases.get(&(known.principal.id, id)).cloned()
    }

    /// Keeps a case as it stands to `known`.
    pub fn keep_case(&mut self, known: &Known, case: &CaseFacts) {
        if self.kept {
            self.cases.insert((known.principal.id, case.id), case.clone());
        }
    }

    /// The item in its case, where both were foreseen.
    pub fn placed(&self, id: ItemId, known: &Known) -> Option<Placed> {
        let row = *self.items.get(&id)?;
        let case = self.case(row.case, known)?;
        let audiences = self.audiences.get(&id).cloned().unwrap_or_default();
        Some(Placed { case, row: Some(row), audiences })
    }

    /// Keeps what a list's rows will be decided by.
    pub fn keep_items(&mut self, items: Vec<(ItemId, ItemRow)>, audiences: Vec<Audience>) {
        if !self.kept {
            return;
        }
        for audience in audiences {
            self.audiences.entry(audience.item).or_default().push(audience);
        }
        self.items.extend(items);
    }

    /// These consents as they are weighed today, where all of them were asked for before.
    pub fn consents(&self, ids: &BTreeSet<ConsentId>) -> Option<HashMap<ConsentId, Weighed>> {
        let found = || ids.iter().filter_map(|id| Some((*id, self.consents.get(id)?.clone())));
        (self.kept && ids.is_subset(&self.asked)).then(|| found().collect())
    }

    /// Keeps what `ids` came to.
    pub fn keep_consents(
        &mut self,
        ids: &BTreeSet<ConsentId>,
        weighed: &HashMap<ConsentId, Weighed>,
    ) {
        if self.kept {
            self.asked.extend(ids);
            self.consents.extend(weighed.iter().map(|(id, consent)| (*id, consent.clone())));
        }
    }
}
