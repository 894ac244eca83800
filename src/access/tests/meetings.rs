//! Meetings about a plan, and what becomes of it. Every allow has its deny beside it.

use super::table::{Expected, check, conflicted};
use super::*;
use crate::access::facts::Kin;
use Expected::{By, Hidden, Told};
use UnitKind::{ChildPsychiatry, Police, School, SchoolSocialTeam, SocialServices};

fn coordinator() -> Question {
    let consented = |it: &mut Situation| it.plan_consent = true;
    staff(SchoolSocialTeam, Role::SocialTeamMember).assigned().coordinating().with(consented)
}
fn clinician() -> Question {
    staff(ChildPsychiatry, Role::Clinician)
}
fn manager() -> Question {
    staff(SocialServices, Role::Manager)
}
fn called(question: Question) -> Question {
    question.with(|it| it.called = true)
}
fn guardian() -> Question {
    other(PrincipalKind::Citizen).with(|it| it.guardian = true)
}
fn child() -> Question {
    other(PrincipalKind::Citizen).with(|it| it.themself = true)
}
fn own(question: Question) -> Question {
    question.with(|it| it.own_answer = true)
}
fn of_person(question: Question) -> Question {
    question.with(|it| it.recipient_person = Some(Kin::Child))
}

#[test]
fn the_coordinator_calls_and_nobody_else() {
    let unasked = |it: Question| it.with(|it| it.plan_consent = false);
    let acts = ["PreviewMeeting", "CallMeeting", "ChangeMeeting", "HoldMeeting", "JudgeGoal"];
    let more = ["RevisePlan", "InterruptPlan", "ClosePlan"];
    for act in acts.into_iter().chain(more) {
        check(vec![
            ("coordinating", act, coordinator(), By("P11")),
            ("taking part", act, clinician().assigned(), Told("O10")),
            ("not assigned", act, clinician().unaware(), Hidden),
            ("with a conflict", act, conflicted(coordinator()), Told("D02")),
            ("a guardian", act, called(guardian()), Told("D00")),
        ]);
    }
    check(vec![
        ("without consent", "CallMeeting", unasked(coordinator()), Told("O15")),
        ("without consent", "RevisePlan", unasked(coordinator()), Told("O15")),
        ("without consent", "ClosePlan", unasked(coordinator()), By("P11")),
        ("without consent", "HoldMeeting", unasked(coordinator()), By("P11")),
    ]);
}

#[test]
fn a_call_is_read_by_those_who_take_part_and_those_who_are_called() {
    let officer = staff(Police, Role::Officer).assigned();
    check(vec![
        ("assigned", "ReadMeeting", clinician().assigned(), By("P03")),
        ("assigned elsewhere", "ReadMeeting", clinician().unaware(), Hidden),
        ("the called unit's manager", "ReadMeeting", called(manager()).inside(), By("P33")),
        ("another unit's manager", "ReadMeeting", manager().unaware(), Hidden),
        ("who only works there", "ReadMeeting", called(clinician()).inside().unaware(), Hidden),
        ("the police", "ReadMeeting", officer, Told("D10b")),
        ("the child", "ReadMeeting", called(child()), By("P34")),
        ("a child that was not called", "ReadMeeting", child().unaware(), Hidden),
        ("a guardian", "ReadMeeting", called(guardian()), By("P34")),
        (
            "a guardian whose child decides alone",
            "ReadMeeting",
            called(guardian()).with(|it| it.disposes = true).unaware(),
            Hidden,
        ),
        (
            "a guardian who is barred",
            "ReadMeeting",
            called(guardian()).with(|it| it.hidden = true),
            Hidden,
        ),
        ("a guardian", "ListOwnMeetings", guardian(), By("P34b")),
        ("a teacher", "ListOwnMeetings", staff(School, Role::Teacher), Told("D00")),
        ("assigned", "ListMeetings", clinician().assigned(), By("P03")),
        ("a guardian", "ListMeetings", called(guardian()), Told("D00")),
    ]);
}

#[test]
fn each_answers_for_themselves_and_the_coordinator_writes_down_for_the_family() {
    check(vec![
        ("for one's unit", "AnswerMeeting", called(manager()).inside(), By("P33")),
        ("for another unit", "AnswerMeeting", clinician().assigned(), Told("D00")),
        ("for oneself", "AnswerMeeting", own(of_person(called(guardian()))), By("P34")),
        ("for the child", "AnswerMeeting", of_person(called(guardian())), Told("D00")),
        ("for the family", "AnswerMeeting", of_person(coordinator()), By("P35")),
        ("for a unit", "AnswerMeeting", coordinator(), Told("D00")),
        ("for the family", "AnswerMeeting", of_person(clinician().assigned()), Told("D00")),
        ("one's own", "EvaluateMeeting", own(of_person(called(child()))), By("P34")),
        ("another's", "EvaluateMeeting", of_person(called(child())), Told("D00")),
        ("written down", "EvaluateMeeting", of_person(coordinator()), By("P35")),
        ("by another unit", "EvaluateMeeting", of_person(clinician().assigned()), Told("D00")),
        ("the service", "RemindOfMeetings", other(PrincipalKind::Operator), By("A02")),
        ("a manager", "RemindOfMeetings", manager(), Told("D00")),
    ]);
}
