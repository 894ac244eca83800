//! The assessment and the chronology. Every allow has its deny beside it.

use super::table::{Expected, check};
use super::*;
use Expected::{By, Hidden, Told};
use UnitKind::{ChildPsychiatry, Office, Police, School, SchoolSocialTeam, SocialServices};

fn member() -> Question {
    staff(SchoolSocialTeam, Role::SocialTeamMember).assigned()
}
fn clinician() -> Question {
    staff(ChildPsychiatry, Role::Clinician).assigned()
}
fn officer() -> Question {
    staff(Police, Role::Officer).assigned()
}
fn citizen() -> Question {
    other(PrincipalKind::Citizen)
}
fn guardian() -> Question {
    citizen().with(|it| it.guardian = true)
}
fn child(years: i64) -> Question {
    citizen().with(|it| it.themself = true).aged(years)
}
fn written(question: Question) -> Question {
    question.with(|it| it.own_act = true)
}
fn lead() -> Question {
    member().coordinating().with(|it| it.named_owner = true)
}
fn event(question: Question) -> Question {
    question.of(ChildPsychiatry, Category::Chrono)
}
fn closed(question: Question) -> Question {
    question.with(|it| it.closed = true)
}
fn protected(question: Question) -> Question {
    question.with(|it| it.protected = true)
}
fn conflicted(question: Question) -> Question {
    question.with(|it| it.conflict = true)
}

#[test]
fn words_in_use_are_no_secret() {
    check(vec![
        ("staff", "ListIndicators", clinician(), By("P00")),
        ("a guardian", "ListIndicators", guardian().assured(2), By("P00")),
        ("the operator", "ListIndicators", other(PrincipalKind::Operator), Told("D00")),
    ]);
}

#[test]
fn whoever_is_assigned_sees_how_far_the_work_has_come() {
    let reading = |it: Question| it.party(PartyStanding::ReadOnly);
    for act in ["ReadPractice", "ListWheels", "ListEvents", "ReadChronology"] {
        check(vec![
            ("assigned", act, clinician(), By("P37")),
            ("reading only", act, reading(clinician()), By("P37")),
            ("a closed case", act, closed(clinician()), By("P37")),
            ("unassigned", act, staff(ChildPsychiatry, Role::Clinician).unaware(), Hidden),
            ("a conflict", act, conflicted(clinician()), Told("D02")),
            ("protected, no handler", act, protected(clinician()).unaware(), Hidden),
            ("a guardian", act, guardian().unaware(), Hidden),
            ("the child", act, child(10).unaware(), Hidden),
            ("an auditor", act, staff(Office, Role::Auditor).assigned(), Told("D12")),
            ("on LoA2", act, clinician().assured(2), Told("D21")),
            (
                "in an emergency",
                act,
                staff(SocialServices, Role::EmergencySocialWorker).with(|it| {
                    it.breaking = true;
                    it.agency_party = true;
                }),
                Told("D01"),
            ),
        ]);
    }
    check(vec![
        ("the police", "ReadPractice", officer(), Told("D10b")),
        ("the police", "ListEvents", officer(), By("P37")),
    ]);
}

#[test]
fn the_coordinating_unit_brings_the_work_on() {
    let act = "TakePracticeStep";
    check(vec![
        ("coordinating", act, member().coordinating(), By("P37b")),
        ("another coordinates", act, clinician(), Told("O10")),
        ("reading only", act, member().coordinating().party(PartyStanding::ReadOnly), Told("O04")),
        ("a closed case", act, closed(member().coordinating()), Told("O22")),
        ("a conflict", act, conflicted(member().coordinating()), Told("D02")),
        ("the police", act, officer().coordinating(), Told("D10b")),
        ("unassigned", act, staff(School, Role::HeadTeacher).unaware(), Hidden),
        ("a guardian", act, guardian().unaware(), Hidden),
    ]);
}

#[test]
fn the_child_and_who_wrote_its_words_down_say_that_they_are_not_for_the_guardian() {
    let act = "MarkNotForGuardian";
    let voice = |it: Question| it.of(School, Category::Voice);
    let school = |it: Question| it.of(School, Category::School);
    let teacher = || staff(School, Role::Teacher).assigned().inside();
    check(vec![
        ("the child, however small", act, voice(child(4)), By("P38b")),
        ("the child, other words", act, school(child(10)), Told("O38")),
        ("another child", act, voice(citizen()).unaware(), Hidden),
        ("a guardian", act, voice(guardian()), Told("D00")),
        ("a guardian, unaware", act, voice(guardian()).unaware(), Hidden),
        ("who wrote it", act, written(voice(teacher())), By("P38")),
        ("a colleague", act, voice(teacher()), Told("O38b")),
        ("who wrote it, other words", act, written(school(teacher())), Told("O38")),
        (
            "who wrote it, reading only now",
            act,
            written(voice(teacher())).party(PartyStanding::ReadOnly),
            By("P38"),
        ),
        ("who wrote it, a closed case", act, closed(written(voice(teacher()))), By("P38")),
        ("who wrote it, a conflict", act, conflicted(written(voice(teacher()))), Told("D02")),
        (
            "who wrote it, no longer assigned",
            act,
            written(voice(staff(School, Role::Teacher).inside())).unaware(),
            Hidden,
        ),
        ("another unit", act, voice(clinician()), Told("O38b")),
    ]);
}

#[test]
fn what_is_marked_is_never_read_by_a_guardian() {
    let read = |it: Question| it.of(School, Category::Voice).live(Ground::Guardian);
    let marked = |it: Question| it.with(|it| it.hidden = true);
    check(vec![
        ("shown", "ReadItem", read(guardian()), By("P05c")),
        ("marked", "ReadItem", marked(read(guardian())), Hidden),
        (
            "the child reads on",
            "ReadItem",
            child(10).of(School, Category::Voice).live(Ground::Own),
            By("P05d"),
        ),
    ]);
}

#[test]
fn the_named_owner_chooses_events_that_were_shared() {
    let shared = |it: Question| event(it).live(Ground::Consent);
    let ended = |it: Question| event(it).ended(Ground::Consent);
    for act in ["ChooseEvent", "WithdrawEventChoice"] {
        check(vec![
            ("shared", act, shared(lead()), By("P39")),
            ("of the own unit", act, event(lead()).inside(), By("P39")),
            ("a colleague", act, shared(member().coordinating()), Told("O39")),
            ("another unit", act, shared(clinician()), Told("O39")),
            ("never shared", act, event(lead()).unaware(), Hidden),
            (
                "no event",
                act,
                lead().of(ChildPsychiatry, Category::Med).live(Ground::Consent),
                Told("O39b"),
            ),
            ("reading only", act, shared(lead()).party(PartyStanding::ReadOnly), Told("O04")),
            ("a closed case", act, closed(shared(lead())), Told("O22")),
            ("a conflict", act, conflicted(shared(lead())), Told("D02")),
            ("protected, no handler", act, protected(shared(lead())).unaware(), Hidden),
            ("a guardian", act, event(guardian()).unaware(), Hidden),
        ]);
    }
    let blocked = |it: Question| it.with(|it| it.blocked = true);
    check(vec![
        ("ended", "ChooseEvent", ended(lead()), Told("D18")),
        ("ended, taken out", "WithdrawEventChoice", ended(lead()), By("P39")),
        ("blocked", "ChooseEvent", blocked(shared(lead())), Told("D14")),
        ("blocked, of the own unit", "ChooseEvent", blocked(event(lead()).inside()), Told("D14")),
        ("blocked, taken out", "WithdrawEventChoice", blocked(shared(lead())), By("P39")),
    ]);
}

#[test]
fn the_police_are_told_no_event_of_health_care_or_student_health() {
    use UnitKind::StudentHealth;
    let told = |it: Question, unit| it.of(unit, Category::Chrono).live(Ground::Consent);
    let telling = |unit| {
        let owner = staff(unit, Role::HeadTeacher).assigned().inside();
        owner.of(unit, Category::Chrono).to(Police, Ground::Consent).consented()
    };
    check(vec![
        ("the school's", "ReadItem", told(officer(), School), By("P05")),
        ("health care's", "ReadItem", told(officer(), ChildPsychiatry), Told("D10")),
        ("student health's", "ReadItem", told(officer(), StudentHealth), Told("D10")),
        ("the school's", "PublishItem", telling(School), By("P05")),
        ("health care's", "PublishItem", telling(ChildPsychiatry), Told("D10c")),
        ("student health's", "PublishItem", telling(StudentHealth), Told("D10c")),
    ]);
}
