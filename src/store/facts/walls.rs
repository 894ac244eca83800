//! What stands between a thing and somebody who would otherwise read it: a guardian who is barred,
//! a young person's confidence, a patient's block.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::child::{Bar, ChildFacts};
use super::item::{ItemRow, owned_facts};
use super::{Gather, Gathering, Known};
use crate::access::act::{
    BarGuardian, BlockItem, DeclareConflict, HideFromGuardian, LiftBlock, MarkNotForGuardian,
};
use crate::access::facts::{Facts, Situation};
use crate::domain::category::Category;
use crate::domain::child::Protection;
use crate::domain::consent::ConsentKind;
use crate::domain::ids::{CaseId, ChildId, ItemId, PersonId};
use crate::domain::text::Coded;
use crate::store::db::Database;
use crate::store::error::StoreError;
use crate::store::families::{Moment, ages_on};
use crate::store::schema::{item_block, person, power, voice_mark};

/// What is kept from one private person in one case (OSL 12:3).
#[derive(Clone, Debug, Default)]
pub struct Bars {
    /// The whole matter.
    pub matter: bool,
    /// They are a guardian, or act for one.
    guardian: bool,
    items: Vec<ItemId>,
}

impl Bars {
    /// What is kept from `person`, who acts today for those whom they hold a power of.
    pub fn of(case: CaseId, child: &ChildFacts, person: PersonId, powers: &[PersonId]) -> Self {
        let stands_for = || powers.iter().copied().chain([person]);
        let here = |bar: &&Bar| !bar.ended && bar.case == case;
        let barred: Vec<Option<ItemId>> = child
            .bars
            .iter()
            .filter(here)
            .filter(|bar| stands_for().any(|one| one == bar.guardian))
            .map(|bar| bar.item)
            .collect();
        Self {
            matter: barred.contains(&None),
            guardian: stands_for().any(|one| child.guardians.contains(&one)),
            items: barred.into_iter().flatten().collect(),
        }
    }

    /// Whether `item` is kept from them: they are barred from the matter or from the item, or it
    /// was told in confidence, or the child said that it is not for its guardians.
    pub fn hide(&self, item: ItemId, row: Option<ItemRow>) -> bool {
        let confided = row.is_some_and(|row| row.confidential);
        self.matter || self.items.contains(&item) || (self.guardian && confided)
    }
}

impl Gathering<'_> {
    /// What is kept from `person` in `case`. Whoever acts for a guardian sees no more than the
    /// guardian does.
    pub fn bars(
        &mut self,
        case: CaseId,
        child: &ChildFacts,
        person: PersonId,
    ) -> Result<Bars, StoreError> {
        let today = self.today;
        let stands_for: Vec<PersonId> = power::table
            .filter(power::child_id.eq(child.id).and(power::holder_id.eq(person)))
            .filter(power::from_date.le(today).and(power::to_date.ge(today)))
            .order(power::id)
            .select(power::for_id)
            .load(self.database)?;
        Ok(Bars::of(case, child, person, &stands_for))
    }

    /// Whether the child alone decides in the matter of `kind` in `case`: it is of age, or old enough
    /// and was not found to be too immature for it.
    pub fn disposes(
        &self,
        case: CaseId,
        child: &ChildFacts,
        kind: ConsentKind,
    ) -> Result<bool, StoreError> {
        let family = child.family.of(child.id, case, kind, Moment::of(self.today))?;
        Ok(family.child_disposes(ages_on(&self.means.law, self.today)?))
    }

    /// How a private person stands to those of `children` whose identity is protected.
    pub fn protected_among(
        &mut self,
        children: &[ChildId],
        known: &Known,
    ) -> Result<Situation, StoreError> {
        let me = known.person();
        if me == PersonId::nobody() {
            return Ok(Situation::default());
        }
        let protected: Vec<ChildId> = person::table
            .filter(person::id.eq_any(children))
            .filter(person::protection.ne(Protection::None.code()))
            .select(person::id)
            .load(self.database)?;
        let mut guardian = false;
        for child in &protected {
            guardian |= self.guardians(*child)?.contains(&me);
        }
        Ok(Situation {
            protected: !protected.is_empty(),
            themself: protected.iter().all(|child| *child == me),
            guardian,
            ..Situation::default()
        })
    }

    /// The facts of what only the owning unit does with an item.
    fn owned(&mut self, id: ItemId) -> Result<(Facts, Option<ItemRow>), StoreError> {
        let (known, case, row) = self.item(id)?;
        Ok((owned_facts(self, &known, &case, id, row), row))
    }
}

/// Whether the patient has blocked the item and nobody has lifted it since.
pub fn is_blocked(database: &mut Database, item: ItemId) -> Result<bool, StoreError> {
    let blocks =
        item_block::table.filter(item_block::item_id.eq(item).and(item_block::lifted_at.is_null()));
    Ok(diesel::select(exists(blocks)).get_result(database)?)
}

/// Whether the child has said that the item is not for its guardians, and that still stands.
pub fn is_marked(database: &mut Database, item: ItemId) -> Result<bool, StoreError> {
    let marks =
        voice_mark::table.filter(voice_mark::item_id.eq(item).and(voice_mark::ended_at.is_null()));
    Ok(diesel::select(exists(marks)).get_result(database)?)
}

macro_rules! gather_case {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                let known = gathering.known()?;
                Ok(gathering.case(self.case, &known)?.facts(gathering, &known))
            }
        }
    )+ };
}
gather_case!(DeclareConflict, BarGuardian);

impl Gather for BlockItem {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let (known, case, row) = gathering.item(self.item)?;
        let mut facts = owned_facts(gathering, &known, &case, self.item, row);
        // Whoever may open what concerns them may close it, and nobody in their place.
        let disposes = gathering.disposes(case.id, &case.child, ConsentKind::Waiver)?;
        facts.situation.disposes = disposes;
        facts.situation.patient_asks = disposes && case.child.found && self.asker == case.child.id;
        Ok(facts)
    }
}

impl Gather for LiftBlock {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        Ok(gathering.owned(self.item)?.0)
    }
}

impl Gather for MarkNotForGuardian {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let (known, case, row) = gathering.item(self.item)?;
        let mut facts = owned_facts(gathering, &known, &case, self.item, row);
        let own_words = row.is_some_and(|row| row.category == Category::Voice);
        // What a child has said is no secret to the child.
        facts.aware |= facts.situation.themself && own_words;
        facts.situation.own_act = row.is_some_and(|row| row.written_by == known.staff());
        Ok(facts)
    }
}

impl Gather for HideFromGuardian {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let (mut facts, row) = gathering.owned(self.item)?;
        // What a child has said is no secret to the child.
        let own_words = row.is_some_and(|row| row.category == Category::Voice);
        facts.aware |= facts.situation.themself && own_words;
        Ok(facts)
    }
}
