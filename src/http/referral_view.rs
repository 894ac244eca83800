//! The parts of a referral as they stand in bodies, coming in and going out.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::fault::{Fault, Faults};
use super::field::text;
use crate::domain::referral::{
    ChildView, FiveQuestions, Indicator, Informed, Observation, ReferralState, Urgency,
};
use crate::store::{ReferralSummary, ReferralView};

/// GIRFEC's five questions, each with its answer.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Questions {
    /// What is getting in the way of this child's wellbeing?
    in_the_way: String,
    /// Do I have all the information I need?
    information: String,
    /// What can I do now?
    i_can_do: String,
    /// What can my agency do?
    my_agency_can_do: String,
    /// What help may be needed from others? Empty when none is.
    others_can_do: String,
}

/// The child's own view, in its words, or why it is missing. Exactly one of the two.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// The child's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Why there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_because: Option<String>,
}

/// Whether somebody was told, and if not, why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Told {
    informed: bool,
    /// Required when they were not.
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<String>,
}

/// A referral in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReferralRow {
    id: Uuid,
    child: Uuid,
    from_unit: Uuid,
    made_at: DateTime<Utc>,
    urgency: Urgency,
    state: ReferralState,
}

/// A concern.
#[derive(Debug, Serialize, ToSchema)]
pub struct Concern {
    indicator: Indicator,
    text: String,
}

/// A referral, whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct Referral {
    id: Uuid,
    child: Uuid,
    from_unit: Uuid,
    to_unit: Uuid,
    made_by: Uuid,
    made_at: DateTime<Utc>,
    questions: Questions,
    concerns: Vec<Concern>,
    child_view: View,
    urgency: Urgency,
    child_informed: Told,
    guardians_informed: Told,
    state: ReferralState,
    /// What triage came to: the advice, the concern report's id, or who sent it on and why.
    #[schema(value_type = Option<Object>)]
    outcome: Option<serde_json::Value>,
    version: i64,
}

impl Questions {
    /// Reads them: the first four must say something.
    pub fn parse(&self, faults: &mut Faults) -> Option<FiveQuestions> {
        let mut answered =
            |name: &str, answer: &str| faults.keep(format!("/questions/{name}"), text(answer));
        let in_the_way = answered("in_the_way", &self.in_the_way);
        let information = answered("information", &self.information);
        let i_can_do = answered("i_can_do", &self.i_can_do);
        let my_agency_can_do = answered("my_agency_can_do", &self.my_agency_can_do);
        Some(FiveQuestions {
            in_the_way: in_the_way?,
            information: information?,
            i_can_do: i_can_do?,
            my_agency_can_do: my_agency_can_do?,
            others_can_do: self.others_can_do.trim().to_owned(),
        })
    }
}

impl View {
    /// Reads it at `pointer`: one of the two must be there, and say something.
    pub fn parse(&self, pointer: &str, faults: &mut Faults) -> Option<ChildView> {
        match (&self.words, &self.missing_because) {
            (Some(words), None) => {
                faults.keep(format!("{pointer}/words"), text(words)).map(ChildView::Words)
            }
            (None, Some(because)) => faults
                .keep(format!("{pointer}/missing_because"), text(because))
                .map(ChildView::Missing),
            (Some(_), Some(_)) | (None, None) => {
                faults.add(Fault::body(pointer, "one_of_two"));
                None
            }
        }
    }
}

impl Told {
    /// Reads it at `pointer`: who was not told needs a reason.
    pub fn parse(&self, pointer: &str, faults: &mut Faults) -> Option<Informed> {
        if self.informed {
            return Some(Informed::Yes);
        }
        let because = self.because.as_deref().unwrap_or_default();
        faults.keep(format!("{pointer}/because"), text(because)).map(Informed::No)
    }
}

impl From<ReferralSummary> for ReferralRow {
    fn from(row: ReferralSummary) -> Self {
        Self {
            id: row.id.uuid(),
            child: row.child.uuid(),
            from_unit: row.from.uuid(),
            made_at: row.made_at,
            urgency: row.urgency,
            state: row.state,
        }
    }
}

impl From<ReferralView> for Referral {
    fn from(view: ReferralView) -> Self {
        let draft = view.draft;
        let concern = |one: Observation| Concern { indicator: one.indicator, text: one.text };
        Self {
            id: view.summary.id.uuid(),
            child: view.summary.child.uuid(),
            from_unit: draft.from.uuid(),
            to_unit: draft.to.uuid(),
            made_by: view.made_by.uuid(),
            made_at: view.summary.made_at,
            questions: Questions {
                in_the_way: draft.questions.in_the_way,
                information: draft.questions.information,
                i_can_do: draft.questions.i_can_do,
                my_agency_can_do: draft.questions.my_agency_can_do,
                others_can_do: draft.questions.others_can_do,
            },
            concerns: draft.concerns.into_iter().map(concern).collect(),
            child_view: View::from(draft.child_view),
            urgency: draft.urgency,
            child_informed: Told::from(draft.child_informed),
            guardians_informed: Told::from(draft.guardians_informed),
            state: view.summary.state,
            outcome: view.outcome,
            version: view.version,
        }
    }
}

impl From<ChildView> for View {
    fn from(view: ChildView) -> Self {
        match view {
            ChildView::Words(words) => Self { words: Some(words), missing_because: None },
            ChildView::Missing(why) => Self { words: None, missing_because: Some(why) },
        }
    }
}

impl From<Informed> for Told {
    fn from(informed: Informed) -> Self {
        match informed {
            Informed::Yes => Self { informed: true, because: None },
            Informed::No(because) => Self { informed: false, because: Some(because) },
        }
    }
}
