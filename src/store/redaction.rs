//! What somebody reads from whom a family's whereabouts are kept (OSL 21:3–3 a): whole, but
//! without units, agencies, staff and what names them.
//!
//! **Invariant:** the permit says whether, and nothing else is asked. What is hidden does not leave
//! this room: ids become nobody's, names in free text a sign.

use diesel::prelude::*;

use super::consent_rows::ConsentView;
use super::error::Halt;
use super::items::ItemView;
use super::plan_rows::PlanView;
use super::schema::{agency, agency_area, staff, unit};
use super::work::Work;
use crate::access::{Act, Permit};
use crate::domain::ids::{AgencyId, ChildId, StaffId, UnitId};
use crate::domain::redaction::Names;
use crate::domain::referral::ChildView;

/// Something that names units, agencies or staff.
pub(super) trait Redact: Sized {
    /// The child that it is about.
    fn child(&self) -> ChildId;
    /// The same without them.
    fn redact(self, names: &Names) -> Self;
}

impl<A: Act> Work<'_, A> {
    /// `view` as whoever holds `permit` may read it.
    pub(super) fn as_permitted<R: Act, V: Redact>(
        &mut self,
        permit: &Permit<R>,
        view: V,
    ) -> Result<V, Halt> {
        if !permit.redacts() {
            return Ok(view);
        }
        let names = self.names_around(view.child())?;
        Ok(view.redact(&names))
    }

    /// The names of all agencies in the child's area, of their units and their staff.
    pub(super) fn names_around(&mut self, child: ChildId) -> Result<Names, Halt> {
        let area = self.area_of(child)?;
        let agencies: Vec<AgencyId> = agency_area::table
            .filter(agency_area::area_id.eq(area))
            .select(agency_area::agency_id)
            .load(self.database)?;
        let mut names: Vec<String> = agency::table
            .filter(agency::id.eq_any(&agencies))
            .select(agency::name)
            .load(self.database)?;
        let units = unit::table.filter(unit::agency_id.eq_any(&agencies)).select(unit::name);
        names.extend(units.load::<String>(self.database)?);
        let people = staff::table.filter(staff::agency_id.eq_any(&agencies)).select(staff::name);
        names.extend(people.load::<String>(self.database)?);
        Ok(Names::new(names.iter().map(String::as_str)))
    }
}

impl Redact for PlanView {
    fn child(&self) -> ChildId {
        self.child
    }

    fn redact(mut self, names: &Names) -> Self {
        self.unit = UnitId::nobody();
        self.frame.responsible = None;
        self.frame.child_view = self.frame.child_view.map(|view| match view {
            ChildView::Words(words) => ChildView::Words(names.hide(&words)),
            ChildView::Missing(because) => ChildView::Missing(names.hide(&because)),
        });
        self.frame.crisis = self.frame.crisis.map(|crisis| names.hide(&crisis));
        for need in &mut self.needs {
            need.text = names.hide(&need.text);
        }
        for goal in &mut self.goals {
            goal.text = names.hide(&goal.text);
        }
        for action in &mut self.actions {
            action.unit = UnitId::nobody();
            action.text = names.hide(&action.text);
            // Whoever does it outside the public bodies is in no list of names.
            action.third_party = None;
            action.evidence = action.evidence.take().map(|evidence| names.hide(&evidence));
        }
        for judged in &mut self.outcomes {
            judged.because = judged.because.take().map(|because| names.hide(&because));
        }
        // Why it took a turn is the parties' word to each other.
        self.turn = None;
        self.confirmations.clear();
        self.parties.clear();
        self
    }
}

impl Redact for ItemView {
    fn child(&self) -> ChildId {
        self.child
    }

    fn redact(mut self, names: &Names) -> Self {
        self.unit = UnitId::nobody();
        self.written_by = StaffId::nobody();
        self.title = names.hide(&self.title);
        self.body = names.hide(&self.body);
        self.content = self.content.map(|content| content.map_texts(|text| names.hide(text)));
        for addendum in &mut self.addenda {
            addendum.written_by = StaffId::nobody();
            addendum.body = names.hide(&addendum.body);
        }
        self
    }
}

impl Redact for ConsentView {
    fn child(&self) -> ChildId {
        self.child
    }

    fn redact(mut self, names: &Names) -> Self {
        let hide = |text: &mut String| *text = names.hide(text);
        let terms = &mut self.terms;
        (terms.from, terms.to) = (AgencyId::nobody(), AgencyId::nobody());
        hide(&mut terms.purpose);
        hide(&mut terms.explained);
        terms.suitable_because.iter_mut().for_each(hide);
        terms.urgent_because.iter_mut().for_each(hide);
        for answer in &mut self.answers {
            answer.taken_by = None;
            // Where a paper is kept tells where somebody works; a witness is somebody there.
            answer.evidence = None;
            answer.witness = None;
            answer.reason.iter_mut().for_each(hide);
        }
        self
    }
}
