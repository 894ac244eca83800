//! A plan's revisions: what each that came into force says, word by word, and what the family reads.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::error::Halt;
use super::plan_rows::PlanView;
use super::schema::plan_revision;
use super::sql::At;
use super::work::Work;
use crate::access::Act;
use crate::access::act::ReadPlan;
use crate::access::facts::PrincipalKind;
use crate::clock::Instant;
use crate::domain::ids::{AgencyId, PlanId};
use crate::domain::plan::Frame;
use crate::domain::plan_process::{PlanState, Process};
use crate::domain::plan_revision::{Content, Difference, differences};
use crate::domain::referral::ChildView;

/// A revision, and what is different from the one before it.
#[derive(Clone, Debug)]
pub struct RevisionView {
    /// Its number.
    pub revision: i32,
    /// When it came into force; none of the one that is being written.
    pub activated_at: Option<Instant>,
    /// What is different.
    pub differences: Vec<Difference>,
}

impl Work<'_, ReadPlan> {
    /// The plan: for the family, the revision that came into force last.
    pub fn read(&mut self) -> Result<PlanView, Halt> {
        let view = self.plan_for_reader(self.act().plan)?;
        self.as_permitted(self.permit, view)
    }

    /// The revisions, oldest first, each with what is different from the one before it.
    pub fn revisions(&mut self) -> Result<Vec<RevisionView>, Halt> {
        let id = self.act().plan;
        let now = self.plan_for_reader(id)?;
        let mut views = Vec::new();
        let mut before = Content::default();
        let mut last = 0;
        for (revision, frame, activated_at) in self.revisions_in_force(id)? {
            let view = self.as_it_was(id, revision, frame)?;
            let after = content(self.as_permitted(self.permit, view)?);
            let differences = differences(&before, &after);
            views.push(RevisionView { revision, activated_at: Some(activated_at), differences });
            (before, last) = (after, revision);
        }
        if now.process.revision > last {
            let revision = now.process.revision;
            let after = content(self.as_permitted(self.permit, now)?);
            let differences = differences(&before, &after);
            views.push(RevisionView { revision, activated_at: None, differences });
        }
        Ok(views)
    }
}

impl<A: Act> Work<'_, A> {
    /// The plan as whoever acts reads it. A draft is the parties' working paper: the family reads the
    /// revision that came into force last.
    pub(super) fn plan_for_reader(&mut self, id: PlanId) -> Result<PlanView, Halt> {
        let is_family = self.facts().principal.kind == PrincipalKind::Citizen;
        let view = self.plan(id)?;
        if !is_family {
            return Ok(view);
        }
        // The checklist is the parties' own.
        let view = PlanView { preparation: Vec::new(), ..view };
        let aside = (!view.state.is_made()).then_some(view.state);
        match self.revisions_in_force(id)?.pop() {
            Some((revision, frame, _)) if revision < view.process.revision => {
                let was = self.as_it_was(id, revision, frame)?;
                Ok(PlanView { state: aside.unwrap_or(was.state), ..was })
            }
            Some(_) | None => Ok(view),
        }
    }

    /// Keeps the common parts of the revision that comes into force.
    pub(super) fn keep_revision(&mut self, view: &PlanView) -> Result<(), Halt> {
        let area = self.plan_area(view.id)?;
        let (words, because) = match view.frame.child_view.clone() {
            Some(ChildView::Words(words)) => (Some(words), None),
            Some(ChildView::Missing(because)) => (None, Some(because)),
            None => (None, None),
        };
        diesel::insert_into(plan_revision::table)
            .values((
                plan_revision::plan_id.eq(view.id),
                plan_revision::revision.eq(view.process.revision),
                plan_revision::area_id.eq(area),
                plan_revision::met_on.eq(view.frame.met_on),
                plan_revision::follow_up_on.eq(view.frame.follow_up_on),
                plan_revision::responsible_agency_id.eq(view.frame.responsible),
                plan_revision::child_view.eq(words),
                plan_revision::no_child_view_because.eq(because),
                plan_revision::crisis.eq(&view.frame.crisis),
                plan_revision::activated_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        Ok(())
    }

    fn revisions_in_force(&mut self, id: PlanId) -> Result<Vec<(i32, Frame, Instant)>, Halt> {
        type Row = (
            (i32, Option<NaiveDate>, Option<NaiveDate>, Option<AgencyId>),
            (Option<String>, Option<String>, Option<String>, At),
        );
        let rows: Vec<Row> = plan_revision::table
            .filter(plan_revision::plan_id.eq(id))
            .order(plan_revision::revision)
            .select((
                (
                    plan_revision::revision,
                    plan_revision::met_on,
                    plan_revision::follow_up_on,
                    plan_revision::responsible_agency_id,
                ),
                (
                    plan_revision::child_view,
                    plan_revision::no_child_view_because,
                    plan_revision::crisis,
                    plan_revision::activated_at,
                ),
            ))
            .load(self.database)?;
        let frame = |((revision, met_on, follow_up_on, responsible), rest): Row| {
            let (words, because, crisis, at) = rest;
            let child_view = words.map(ChildView::Words).or(because.map(ChildView::Missing));
            (revision, Frame { met_on, follow_up_on, responsible, child_view, crisis }, at.0)
        };
        Ok(rows.into_iter().map(frame).collect())
    }

    /// The plan as it was in a revision that came into force.
    fn as_it_was(&mut self, id: PlanId, revision: i32, frame: Frame) -> Result<PlanView, Halt> {
        let now = self.plan(id)?;
        let state = PlanState::Active;
        Ok(PlanView {
            state: state.on(self.today(), frame.follow_up_on),
            process: Process { state, interrupted_from: None, revision },
            needs: self.needs(id, revision)?,
            goals: self.goals(id, revision)?,
            actions: self.actions(id, revision)?,
            confirmations: Vec::new(),
            preparation: Vec::new(),
            turn: None,
            frame,
            ..now
        })
    }
}

fn content(view: PlanView) -> Content {
    let PlanView { frame, needs, goals, actions, .. } = view;
    Content { frame, needs, goals, actions }
}
