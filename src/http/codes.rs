//! The closed sets that stand on the wire, each as its words. The domain knows nothing of JSON;
//! what its sets look like there is said here.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::access_extract::{ExtractLanguage, ExtractState};
use crate::domain::agency::{AgencyKind, Role, SecrecyRegime, UnitKind};
use crate::domain::block::LiftGround;
use crate::domain::category::Category;
use crate::domain::child::{ConflictKind, Protection};
use crate::domain::closing::ClosingReason;
use crate::domain::consent::{Answer, ConsentKind, Manner};
use crate::domain::content::{Dissenter, ItemKind, SupportLevel};
use crate::domain::emergency::Finding;
use crate::domain::event::Impact;
use crate::domain::ground::Ground;
use crate::domain::harm::HarmResult;
use crate::domain::log_export::{ExportFormat, ExportProblem, ExportState};
use crate::domain::log_review::{Measure, SamplingRule};
use crate::domain::meeting::{CallReply, MeetingMode, MeetingState, Opinion};
use crate::domain::notice::NoticeKind;
use crate::domain::plan::{Horizon, LegalClass};
use crate::domain::plan_process::{GoalOutcome, PlanState, PlanTurn};
use crate::domain::plan_revision::PlanPart;
use crate::domain::practice::{ChildHeard, Stage};
use crate::domain::preparation::PreparationItem;
use crate::domain::referral::{Indicator, ReferralState, Urgency};
use crate::domain::region::PlanClock;
use crate::domain::text::Coded;
use crate::domain::triangle::{Axis, FactorPole, Pole, TriangleKey};
use crate::domain::voice::Way;
use crate::domain::wheel::Rater;

/// Gives sets their words in views, and their lists of words in the interface's description.
macro_rules! on_the_wire {
    ($($set:ident)+) => {
        $(
            impl Serialize for $set {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.code())
                }
            }

            impl PartialSchema for $set {
                fn schema() -> RefOr<Schema> {
                    words::<$set>()
                }
            }

            impl ToSchema for $set {
                fn name() -> Cow<'static, str> {
                    Cow::Borrowed($set::SET)
                }
            }
        )+
    };
}

on_the_wire! {
    AgencyKind Answer ExportFormat ExportProblem ExportState Category ConflictKind ConsentKind Ground HarmResult Horizon Indicator LegalClass LiftGround
    Finding ClosingReason Manner Measure SamplingRule NoticeKind PlanState Protection
    Axis ChildHeard Dissenter FactorPole Impact ItemKind Pole Rater Stage SupportLevel TriangleKey Way
    PreparationItem GoalOutcome PlanPart PlanTurn CallReply MeetingMode MeetingState Opinion PlanClock ExtractLanguage ExtractState ReferralState Role SecrecyRegime UnitKind Urgency
}

fn words<T: Coded>() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(T::ALL.iter().map(|member| member.code())))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_stands_on_the_wire_and_in_the_description_by_the_same_words() {
        let schema = serde_json::to_value(Urgency::schema()).expect("JSON");
        assert_eq!(schema["type"], "string");
        let written = serde_json::to_value(Urgency::ALL).expect("JSON");
        assert_eq!(schema["enum"], written);
        assert_eq!(written, serde_json::json!(["ordinary", "soon", "immediate"]));
    }
}
