//! Referrals.

use diesel::dsl::exists;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::concerns::insert_report;
use super::db::Database;
use super::error::{Halt, StoreError};
use super::schema::{agency, referral, unit};
use super::sql::{At, Json};
use super::work::{Page, Work};
use crate::access::Act;
use crate::access::act::{
    AcceptReferral, ListReferrals, MakeReferral, OpenCase, ReadReferral, SeeReferral,
    TriageReferral,
};
use crate::clock::Instant;
use crate::domain::agency::AgencyKind;
use crate::domain::ids::{AgencyId, ChildId, ConcernReportId, ReferralId, StaffId, UnitId};
use crate::domain::obstacle::Obstacle;
use crate::domain::referral::{
    ChildView, FiveQuestions, Indicator, Informed, Observation, ReferralDraft, ReferralState,
    Triage, Urgency,
};
use crate::domain::text::Coded;
use crate::ledger::Effect;

/// A referral that was made.
#[derive(Clone, Copy, Debug)]
pub struct NewReferral {
    /// Its id.
    pub id: ReferralId,
    /// Its version.
    pub version: i64,
}

/// A referral in a worklist.
#[derive(Clone, Debug)]
pub struct ReferralSummary {
    /// Its id.
    pub id: ReferralId,
    /// The child.
    pub child: ChildId,
    /// Who made it.
    pub from: UnitId,
    /// When.
    pub made_at: Instant,
    /// How urgent it is.
    pub urgency: Urgency,
    /// Where it stands.
    pub state: ReferralState,
}

/// A referral, whole.
#[derive(Clone, Debug)]
pub struct ReferralView {
    /// As in a worklist.
    pub summary: ReferralSummary,
    /// What was written.
    pub draft: ReferralDraft,
    /// The member of staff who made it.
    pub made_by: StaffId,
    /// How triage went, in words.
    pub outcome: Option<Value>,
    /// Its version.
    pub version: i64,
}

impl Work<'_, MakeReferral> {
    /// Keeps the referral.
    pub fn make(&mut self, draft: &ReferralDraft) -> Result<NewReferral, Halt> {
        let child = self.act().child;
        let acting = self.facts().principal.acting.as_ref();
        if acting.is_none_or(|acting| acting.place.unit != draft.from) {
            return Err(Obstacle::Field { field: "from_unit", reason: "not_your_unit" }.into());
        }
        self.receiving_unit(draft.to, "to_unit", None)?;
        let area = self.area_of(child)?;
        let id: ReferralId = self.means.clock.new_id();
        diesel::insert_into(referral::table)
            .values((
                referral::id.eq(id),
                referral::area_id.eq(area),
                referral::child_id.eq(child),
                referral::from_unit_id.eq(draft.from),
                referral::to_unit_id.eq(draft.to),
                referral::made_by_id.eq(self.staff()),
                referral::made_at.eq(At(self.now())),
                referral::content.eq(content(draft)),
                referral::urgency.eq(draft.urgency.code()),
                referral::state.eq(ReferralState::Received.code()),
                referral::version.eq(1),
            ))
            .execute(self.database)?;
        let owner = self.agency_of(draft.to)?;
        self.touched(owner, ("Referral", id.uuid()), Effect::Changed);
        Ok(NewReferral { id, version: 1 })
    }
}

impl Work<'_, ListReferrals> {
    /// What has come in to the unit, newest last, as far as one may read it.
    pub fn referrals(&mut self, page: Page) -> Result<Vec<ReferralSummary>, Halt> {
        let unit = self.act().unit;
        let load = |database: &mut Database, after: Option<ReferralId>, limit| {
            let mut query = referral::table
                .filter(referral::to_unit_id.eq(unit))
                .order(referral::id)
                .limit(limit)
                .select(referral::id)
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(referral::id.gt(after));
            }
            Ok(query.load(database)?)
        };
        let served = self.page_of(page, load, |referral| SeeReferral { referral })?;
        served.into_iter().map(|(id, _)| Ok(self.referral(id)?.summary)).collect()
    }
}

impl Work<'_, ReadReferral> {
    /// The referral.
    pub fn read(&mut self) -> Result<ReferralView, Halt> {
        self.referral(self.act().referral)
    }
}

impl Work<'_, TriageReferral> {
    /// The referral as it stands.
    pub fn before(&mut self) -> Result<ReferralView, Halt> {
        self.referral(self.act().referral)
    }

    /// Keeps how triage went.
    pub fn triage(&mut self, triage: &Triage) -> Result<ReferralView, Halt> {
        let id = self.act().referral;
        let before = self.before()?;
        let (state, outcome) = match triage {
            Triage::Advice { advice } => (ReferralState::Advised, json!({ "advice": advice })),
            Triage::ConcernReport { to, concern } => {
                let report = self.report(&before, *to, concern)?;
                (ReferralState::Reported, json!({ "concern_report": report.to_string() }))
            }
            Triage::Forward { to, reason } => {
                self.receiving_unit(*to, "to_unit", None)?;
                diesel::update(referral::table.find(id))
                    .set(referral::to_unit_id.eq(*to))
                    .execute(self.database)?;
                let owner = self.agency_of(*to)?;
                self.touched(owner, ("Referral", id.uuid()), Effect::Changed);
                let from = before.draft.to.to_string();
                (ReferralState::Forwarded, json!({ "forwarded_by": from, "reason": reason }))
            }
        };
        self.set_state(id, state, Some(outcome))?;
        self.referral(id)
    }

    fn report(
        &mut self,
        referral: &ReferralView,
        to: UnitId,
        concern: &str,
    ) -> Result<ConcernReportId, Halt> {
        self.receiving_unit(to, "to_unit", Some(AgencyKind::Social))?;
        let from = referral.draft.to;
        let child = referral.summary.child;
        insert_report(self, child, Some(referral.summary.id), from, to, concern)
    }
}

impl Work<'_, AcceptReferral> {
    /// The referral as it stands.
    pub fn before(&mut self) -> Result<ReferralView, Halt> {
        self.referral(self.act().referral)
    }

    /// Gives the receipt: from here on it waits for this unit's triage.
    pub fn accept(&mut self) -> Result<ReferralView, Halt> {
        let id = self.act().referral;
        self.set_state(id, ReferralState::Received, None)?;
        self.referral(id)
    }
}

impl Work<'_, OpenCase> {
    /// The referral that the case opens on.
    pub fn referral_before(&mut self) -> Result<ReferralView, Halt> {
        self.referral(self.act().referral)
    }
}

impl<A: Act> Work<'_, A> {
    /// The unit that something is sent to must exist, and be of the kind that can receive it.
    pub(super) fn receiving_unit(
        &mut self,
        to: UnitId,
        field: &'static str,
        kind: Option<AgencyKind>,
    ) -> Result<(), Halt> {
        let place = super::facts::place_of(self.database, to)?
            .ok_or(Obstacle::Field { field, reason: "no_such_unit" })?;
        match kind {
            Some(kind) if place.agency_kind != kind => {
                Err(Obstacle::Field { field, reason: "wrong_kind_of_unit" }.into())
            }
            Some(_) | None => Ok(()),
        }
    }

    /// An agency that something names must exist.
    pub(super) fn known_agency(&mut self, id: AgencyId, field: &'static str) -> Result<(), Halt> {
        if diesel::select(exists(agency::table.find(id))).get_result(self.database)? {
            return Ok(());
        }
        Err(Obstacle::Field { field, reason: "no_such_agency" }.into())
    }

    pub(super) fn agency_of(&mut self, of: UnitId) -> Result<AgencyId, Halt> {
        Ok(unit::table.find(of).select(unit::agency_id).first(self.database)?)
    }

    pub(super) fn set_state(
        &mut self,
        id: ReferralId,
        state: ReferralState,
        outcome: Option<Value>,
    ) -> Result<(), Halt> {
        diesel::update(referral::table.find(id))
            .set((referral::state.eq(state.code()), referral::version.eq(referral::version + 1)))
            .execute(self.database)?;
        if let Some(outcome) = outcome {
            diesel::update(referral::table.find(id))
                .set(referral::outcome.eq(Some(Json(outcome))))
                .execute(self.database)?;
        }
        Ok(())
    }

    fn referral(&mut self, id: ReferralId) -> Result<ReferralView, Halt> {
        type Row = (
            (ReferralId, ChildId, UnitId, UnitId, StaffId, At),
            (Json, String, String, Option<Json>, i64),
        );
        let row: Row = referral::table
            .find(id)
            .select((
                (
                    referral::id,
                    referral::child_id,
                    referral::from_unit_id,
                    referral::to_unit_id,
                    referral::made_by_id,
                    referral::made_at,
                ),
                (
                    referral::content,
                    referral::urgency,
                    referral::state,
                    referral::outcome,
                    referral::version,
                ),
            ))
            .first(self.database)?;
        let ((id, child, from, to, made_by, made_at), (content, urgency, state, outcome, version)) =
            row;
        let urgency = Urgency::from_code(&urgency)?;
        Ok(ReferralView {
            summary: ReferralSummary {
                id,
                child,
                from,
                made_at: made_at.0,
                urgency,
                state: ReferralState::from_code(&state)?,
            },
            draft: draft(&content.0, from, to, urgency)?,
            made_by,
            outcome: outcome.map(|json| json.0),
            version,
        })
    }
}

fn content(draft: &ReferralDraft) -> Json {
    let questions = &draft.questions;
    let concerns: Value = draft
        .concerns
        .iter()
        .map(|concern| json!({ "indicator": concern.indicator.code(), "text": concern.text }))
        .collect();
    Json(json!({
        "in_the_way": questions.in_the_way,
        "information": questions.information,
        "i_can_do": questions.i_can_do,
        "my_agency_can_do": questions.my_agency_can_do,
        "others_can_do": questions.others_can_do,
        "concerns": concerns,
        "child_view": match &draft.child_view {
            ChildView::Words(words) => json!({ "words": words }),
            ChildView::Missing(reason) => json!({ "missing": reason }),
        },
        "child_informed": informed(&draft.child_informed),
        "guardians_informed": informed(&draft.guardians_informed),
    }))
}

fn informed(informed: &Informed) -> Value {
    match informed {
        Informed::Yes => Value::Null,
        Informed::No(reason) => json!({ "no": reason }),
    }
}

fn draft(
    content: &Value,
    from: UnitId,
    to: UnitId,
    urgency: Urgency,
) -> Result<ReferralDraft, StoreError> {
    let text = |key: &str| content[key].as_str().unwrap_or_default().to_owned();
    let told = |key: &str| match content[key]["no"].as_str() {
        Some(reason) => Informed::No(reason.to_owned()),
        None => Informed::Yes,
    };
    let concerns = content["concerns"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|concern| {
            Ok(Observation {
                indicator: Indicator::from_code(concern["indicator"].as_str().unwrap_or_default())?,
                text: concern["text"].as_str().unwrap_or_default().to_owned(),
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(ReferralDraft {
        from,
        to,
        questions: FiveQuestions {
            in_the_way: text("in_the_way"),
            information: text("information"),
            i_can_do: text("i_can_do"),
            my_agency_can_do: text("my_agency_can_do"),
            others_can_do: text("others_can_do"),
        },
        concerns,
        child_view: match content["child_view"]["words"].as_str() {
            Some(words) => ChildView::Words(words.to_owned()),
            None => ChildView::Missing(
                content["child_view"]["missing"].as_str().unwrap_or_default().to_owned(),
            ),
        },
        urgency,
        child_informed: told("child_informed"),
        guardians_informed: told("guardians_informed"),
    })
}
