//! The coordinated individual plan, SIP (SoL 10:8–9, HSL 16:4), and what it lacks to be one.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use uuid::Uuid;

use super::ids::{ActionId, AgencyId, GoalId, NeedId, UnitId};
use super::referral::{ChildView, Indicator};
use super::text::codes;

codes! {
    /// How far ahead a goal lies.
    Horizon {
        /// Huvudmål.
        LongTerm => "long_term",
        /// Delmål.
        ShortTerm => "short_term",
    }
}

codes! {
    /// Which of the law's first three items an action answers to; the fourth is the plan's
    /// overarching responsible principal (SoL 10:9, HSL 16:4).
    LegalClass {
        /// 1 and 2: an intervention, and the principal that answers for it.
        Intervention => "intervention",
        /// 3: a measure by somebody other than municipality or region.
        ThirdParty => "third_party",
    }
}

/// A need of the child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Its id.
    pub id: NeedId,
    /// The wellbeing indicator it belongs to.
    pub indicator: Indicator,
    /// The need.
    pub text: String,
}

/// What shall come of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// Its id.
    pub id: GoalId,
    /// The need it meets.
    pub need: NeedId,
    /// Long or short.
    pub horizon: Horizon,
    /// The goal.
    pub text: String,
}

/// What somebody does, by when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its id.
    pub id: ActionId,
    /// The goal it serves.
    pub goal: GoalId,
    /// The unit that answers for it.
    pub unit: UnitId,
    /// Which item of the law it answers to.
    pub class: LegalClass,
    /// What is done.
    pub text: String,
    /// Who does it, where that is neither municipality nor region.
    pub third_party: Option<String>,
    /// How one will see that it has had its effect.
    pub evidence: Option<String>,
    /// By when.
    pub due_on: NaiveDate,
}

/// The plan's common parts that change as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The day of the meeting.
    pub met_on: Option<NaiveDate>,
    /// The day of the follow-up.
    pub follow_up_on: Option<NaiveDate>,
    /// The principal with the overarching responsibility.
    pub responsible: Option<AgencyId>,
    /// The child's view, or why there is none.
    pub child_view: Option<ChildView>,
    /// What is done in a crisis, and by whom.
    pub crisis: Option<String>,
}

/// Everything that decides whether a plan can become active.
#[derive(Clone, Debug)]
pub struct Whole<'a> {
    /// The common parts.
    pub frame: &'a Frame,
    /// Needs.
    pub needs: &'a [Need],
    /// Goals.
    pub goals: &'a [Goal],
    /// Actions.
    pub actions: &'a [Action],
    /// Units that are active parties.
    pub parties: &'a [UnitId],
    /// The principals among the parties, who alone can be responsible.
    pub principals: &'a [AgencyId],
    /// Units that have confirmed this very version.
    pub confirmed: &'a [UnitId],
}

/// One thing that a plan lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lack {
    /// No need is written (item 1).
    Need,
    /// A need has no goal.
    GoalFor(NeedId),
    /// A goal has no action (item 1).
    ActionFor(GoalId),
    /// An action's unit is not an active party (item 2).
    PartyFor(ActionId),
    /// An action by somebody else does not say whose (item 3).
    ThirdPartyFor(ActionId),
    /// Nobody has the overarching responsibility (item 4).
    Responsible,
    /// The one who has it takes no part.
    ResponsibleIsNoParty,
    /// No meeting day.
    MeetingDay,
    /// No follow-up day.
    FollowUpDay,
    /// The follow-up comes before the meeting.
    FollowUpBeforeMeeting,
    /// Neither the child's view nor a reason.
    ChildView,
    /// A party has not confirmed its own part.
    ConfirmationBy(UnitId),
    /// No consent covers that the unit is called to a meeting.
    ConsentFor(UnitId),
    /// A goal is neither reached nor given up with a reason.
    OutcomeOf(GoalId),
}

/// What the plan lacks, in the order in which a caseworker would mend it. Empty: it can be active.
pub fn lacks(plan: &Whole<'_>) -> Vec<Lack> {
    let mut lacks = Vec::new();
    if plan.needs.is_empty() {
        lacks.push(Lack::Need);
    }
    let with_goal: BTreeSet<_> = plan.goals.iter().map(|goal| goal.need).collect();
    let with_action: BTreeSet<_> = plan.actions.iter().map(|action| action.goal).collect();
    lacks.extend(
        plan.needs.iter().filter(|n| !with_goal.contains(&n.id)).map(|n| Lack::GoalFor(n.id)),
    );
    lacks.extend(
        plan.goals.iter().filter(|g| !with_action.contains(&g.id)).map(|g| Lack::ActionFor(g.id)),
    );
    lacks.extend(plan.actions.iter().filter_map(|action| action_lacks(action, plan.parties)));
    lacks.extend(frame_lacks(plan.frame, plan.principals));
    lacks.extend(
        plan.parties
            .iter()
            .filter(|unit| !plan.confirmed.contains(unit))
            .map(|unit| Lack::ConfirmationBy(*unit)),
    );
    lacks
}

fn action_lacks(action: &Action, parties: &[UnitId]) -> Option<Lack> {
    if !parties.contains(&action.unit) {
        return Some(Lack::PartyFor(action.id));
    }
    match (action.class, &action.third_party) {
        (LegalClass::ThirdParty, None) => Some(Lack::ThirdPartyFor(action.id)),
        (LegalClass::ThirdParty, Some(_)) | (LegalClass::Intervention, _) => None,
    }
}

fn frame_lacks(frame: &Frame, principals: &[AgencyId]) -> Vec<Lack> {
    let mut lacks = Vec::new();
    match frame.responsible {
        None => lacks.push(Lack::Responsible),
        Some(agency) if !principals.contains(&agency) => lacks.push(Lack::ResponsibleIsNoParty),
        Some(_) => {}
    }
    match (frame.met_on, frame.follow_up_on) {
        (Some(met), Some(follow_up)) if follow_up < met => lacks.push(Lack::FollowUpBeforeMeeting),
        (met, follow_up) => {
            lacks.extend(met.is_none().then_some(Lack::MeetingDay));
            lacks.extend(follow_up.is_none().then_some(Lack::FollowUpDay));
        }
    }
    lacks.extend(frame.child_view.is_none().then_some(Lack::ChildView));
    lacks
}

impl Lack {
    /// The need, goal, action or unit that it concerns.
    pub const fn of(&self) -> Option<Uuid> {
        match self {
            Self::GoalFor(need) => Some(need.uuid()),
            Self::ActionFor(goal) | Self::OutcomeOf(goal) => Some(goal.uuid()),
            Self::PartyFor(action) | Self::ThirdPartyFor(action) => Some(action.uuid()),
            Self::ConfirmationBy(unit) | Self::ConsentFor(unit) => Some(unit.uuid()),
            Self::Need
            | Self::Responsible
            | Self::ResponsibleIsNoParty
            | Self::MeetingDay
            | Self::FollowUpDay
            | Self::FollowUpBeforeMeeting
            | Self::ChildView => None,
        }
    }

    /// Its stable word on the wire.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Need => "need",
            Self::GoalFor(_) => "goal_for_need",
            Self::ActionFor(_) => "action_for_goal",
            Self::PartyFor(_) => "active_party_for_action",
            Self::ThirdPartyFor(_) => "third_party_for_action",
            Self::Responsible => "overarching_responsible",
            Self::ResponsibleIsNoParty => "overarching_responsible_among_parties",
            Self::MeetingDay => "met_on",
            Self::FollowUpDay => "follow_up_on",
            Self::FollowUpBeforeMeeting => "follow_up_after_meeting",
            Self::ChildView => "child_view",
            Self::ConfirmationBy(_) => "confirmation_by_unit",
            Self::ConsentFor(_) => "consent_for_unit",
            Self::OutcomeOf(_) => "outcome_of_goal",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id<Of>(n: u128) -> super::super::ids::Id<Of> {
        super::super::ids::Id::new(Uuid::from_u128(n))
    }

    struct Plan {
        frame: Frame,
        needs: Vec<Need>,
        goals: Vec<Goal>,
        actions: Vec<Action>,
        confirmed: Vec<UnitId>,
    }

    fn complete() -> Plan {
        Plan {
            frame: Frame {
                met_on: "2026-11-21".parse().ok(),
                follow_up_on: "2027-01-15".parse().ok(),
                responsible: Some(id(50)),
                child_view: Some(ChildView::Missing("asks to wait".into())),
                crisis: None,
            },
            needs: vec![Need { id: id(1), indicator: Indicator::Safe, text: "n".into() }],
            goals: vec![Goal {
                id: id(2),
                need: id(1),
                horizon: Horizon::ShortTerm,
                text: "g".into(),
            }],
            actions: vec![Action {
                id: id(3),
                goal: id(2),
                unit: id(40),
                class: LegalClass::Intervention,
                text: "a".into(),
                third_party: None,
                evidence: None,
                due_on: "2026-12-01".parse().unwrap(),
            }],
            confirmed: vec![id(40), id(41)],
        }
    }

    fn lacking(plan: &Plan) -> Vec<&'static str> {
        let found = lacks(&Whole {
            frame: &plan.frame,
            needs: &plan.needs,
            goals: &plan.goals,
            actions: &plan.actions,
            parties: &[id(40), id(41)],
            principals: &[id(50)],
            confirmed: &plan.confirmed,
        });
        found.iter().map(Lack::word).collect()
    }

    #[test]
    fn a_complete_plan_lacks_nothing() {
        assert!(lacking(&complete()).is_empty());
    }

    #[test]
    fn each_missing_part_is_named() {
        type Mend = fn(&mut Plan);
        let cases: [(Mend, &[&str]); 11] = [
            (|p| p.needs.clear(), &["need"]),
            (|p| p.goals.clear(), &["goal_for_need"]),
            (|p| p.actions.clear(), &["action_for_goal"]),
            (|p| p.actions[0].unit = id(99), &["active_party_for_action"]),
            (|p| p.actions[0].class = LegalClass::ThirdParty, &["third_party_for_action"]),
            (|p| p.frame.responsible = None, &["overarching_responsible"]),
            (|p| p.frame.responsible = Some(id(51)), &["overarching_responsible_among_parties"]),
            (|p| p.frame.met_on = None, &["met_on"]),
            (|p| p.frame.follow_up_on = None, &["follow_up_on"]),
            (|p| p.frame.follow_up_on = "2026-11-20".parse().ok(), &["follow_up_after_meeting"]),
            (|p| p.frame.child_view = None, &["child_view"]),
        ];
        for (spoil, expected) in cases {
            let mut plan = complete();
            spoil(&mut plan);
            assert_eq!(lacking(&plan), expected);
        }
        let mut plan = complete();
        plan.confirmed.pop();
        assert_eq!(lacking(&plan), ["confirmation_by_unit"]);
    }
}
