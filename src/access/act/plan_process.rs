//! Acts on a plan's way from a need to its end, and on its meetings.

use uuid::Uuid;

use super::{Act, Reach, Recipient};
use crate::domain::ids::{CaseId, MeetingId, PersonId, PlanId};

acts! {
    /// See where a case stands on its way to a plan, and on the plan's way to its end.
    Reads "Läsa" ReadPlanProcess(Case = case) {
        /// The case.
        case: CaseId,
    }

    /// Record what became of a plan's goal.
    Changes "Skriva" JudgeGoal(Plan = plan) {
        /// The plan.
        plan: PlanId,
    }
    /// Begin the next revision of a plan.
    Changes "Skriva" RevisePlan(Plan = plan) {
        /// The plan.
        plan: PlanId,
    }
    /// Lay a plan aside, or take it up again.
    Changes "Skriva" InterruptPlan(Plan = plan) {
        /// The plan.
        plan: PlanId,
    }
    /// End a plan.
    Changes "Signera" ClosePlan(Plan = plan) {
        /// The plan.
        plan: PlanId,
    }

    /// See, before a meeting is called, what each of those who would be called will see.
    Reads "Läsa" PreviewMeeting(Plan = plan) {
        /// The plan.
        plan: PlanId,
    }
    /// Call units and persons to a meeting about a plan.
    Changes "Skriva" CallMeeting(Plan = plan) {
        /// The plan.
        plan: PlanId,
    }
    /// See the meetings about a plan.
    Reads "Läsa" ListMeetings(Plan = plan) {
        /// The plan.
        plan: PlanId,
    }
    /// See the meetings that one is called to, as child, guardian or by a power.
    Reads "Läsa" ListOwnMeetings(Directory) {}
    /// Read a meeting's call, and what came of it.
    Reads "Läsa" ReadMeeting(Meeting = meeting) {
        /// The meeting.
        meeting: MeetingId,
    }
    /// Answer a call: come, stay away, or propose another time.
    Changes "Signera" AnswerMeeting(Meeting = meeting) {
        /// The meeting.
        meeting: MeetingId,
        /// Who was called.
        invitee: Recipient,
    }
    /// Move a meeting, or call it off.
    Changes "Skriva" ChangeMeeting(Meeting = meeting) {
        /// The meeting.
        meeting: MeetingId,
    }
    /// Record that a meeting was held, and who came.
    Changes "Skriva" HoldMeeting(Meeting = meeting) {
        /// The meeting.
        meeting: MeetingId,
    }
    /// Answer the three questions after a meeting, or record the answers of the child or a guardian.
    Changes "Skriva" EvaluateMeeting(Meeting = meeting) {
        /// The meeting.
        meeting: MeetingId,
        /// Whose answers they are.
        person: PersonId,
    }
    /// Remind units of meetings that come soon.
    Changes "Skriva" RemindOfMeetings(Directory) {}
}
