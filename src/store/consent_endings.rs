//! Who is told when a consent ends by somebody's word: those whose disclosures or work rested on
//! it, and those who read through it.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::consent_rows::ConsentView;
use super::error::Halt;
use super::schema::{case_file, item, party, publication, unit};
use super::work::Work;
use crate::access::Act;
use crate::domain::category::Category;
use crate::domain::consent::{ConsentKind, Standing};
use crate::domain::ids::UnitId;
use crate::domain::notice::NoticeKind;
use crate::domain::text::Coded as _;

impl<A: Act> Work<'_, A> {
    /// Tells them, if the consent bound `before` and does not bind `after`, or binds for less.
    pub(super) fn tell_of_ending(
        &mut self,
        before: &ConsentView,
        after: &ConsentView,
    ) -> Result<(), Halt> {
        if before.standing != Standing::Binding {
            return Ok(());
        }
        let binds = after.standing == Standing::Binding;
        let lost: BTreeSet<Category> = before
            .covers
            .iter()
            .copied()
            .filter(|category| !binds || !after.covers.contains(category))
            .collect();
        let (owners, readers) = match before.terms.kind {
            ConsentKind::Waiver => self.who_rested_on(before, &lost)?,
            ConsentKind::Plan | ConsentKind::Intervention if binds => return Ok(()),
            ConsentKind::Plan => (self.coordinator_of(before)?, BTreeSet::new()),
            ConsentKind::Intervention => (self.parties_of(before)?, BTreeSet::new()),
        };
        for unit in owners {
            self.notify(unit, NoticeKind::ConsentWithdrawn, ("Consent", before.id.uuid()))?;
        }
        for unit in readers {
            // Who has not read it does not learn what it was.
            self.notify(unit, NoticeKind::DisclosureEnded, ("Case", before.case.uuid()))?;
        }
        Ok(())
    }

    /// The units that own what was disclosed on it in these categories, and those that read it.
    fn who_rested_on(
        &mut self,
        consent: &ConsentView,
        lost: &BTreeSet<Category>,
    ) -> Result<(BTreeSet<UnitId>, BTreeSet<UnitId>), Halt> {
        let rows: Vec<(UnitId, Option<UnitId>)> = publication::table
            .inner_join(item::table)
            .filter(publication::consent_id.eq(consent.id))
            .filter(publication::revoked_at.is_null())
            .filter(item::category.eq_any(lost.iter().map(|category| category.code())))
            .select((item::unit_id, publication::unit_id))
            .load(self.database)?;
        let owners = rows.iter().map(|(owner, _)| *owner).collect();
        Ok((owners, rows.into_iter().filter_map(|(_, reader)| reader).collect()))
    }

    /// The unit that coordinates: the plan is its.
    fn coordinator_of(&mut self, consent: &ConsentView) -> Result<BTreeSet<UnitId>, Halt> {
        let unit =
            case_file::table.find(consent.case).select(case_file::unit_id).first(self.database)?;
        Ok(BTreeSet::from([unit]))
    }

    /// The units of the agency that answers for the intervention, as far as they take part.
    fn parties_of(&mut self, consent: &ConsentView) -> Result<BTreeSet<UnitId>, Halt> {
        let units: Vec<UnitId> = party::table
            .inner_join(unit::table)
            .filter(party::case_id.eq(consent.case))
            .filter(party::standing.eq_any(["active", "read_only"]))
            .filter(unit::agency_id.eq(consent.terms.from))
            .select(party::unit_id)
            .load(self.database)?;
        Ok(units.into_iter().collect())
    }
}
