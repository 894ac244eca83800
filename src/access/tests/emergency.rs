//! Emergencies and their review, the end of a case, notices, machines. Every allow has its deny
//! beside it.

use proptest::prelude::*;
use proptest::sample::select;

use super::properties::{any_act, facts};
use super::table::Expected::{By, Hidden, Told};
use super::table::{check, conflicted};
use super::*;
use UnitKind::{ChildPsychiatry, Office, Police, School, SocialServices};

/// What an emergency opening lets be done.
const OPENED: [&str; 5] = ["ReadCase", "ListPlans", "ReadPlan", "ListItems", "ReadItem"];

fn on_call() -> Question {
    staff(SocialServices, Role::EmergencySocialWorker).unaware()
}

fn clinician_on_call() -> Question {
    staff(ChildPsychiatry, Role::EmergencyClinician).unaware()
}

/// Own agency takes part; a ground and a reason are given.
fn at(question: Question, ground: Ground) -> Question {
    question.with(|it| {
        it.agency_party = true;
        it.ground = Some(ground);
        it.reasoned = true;
    })
}

fn breaking(question: Question) -> Question {
    let mut question = question.with(|it| {
        it.agency_party = true;
        it.breaking = true;
    });
    question.0.aware = true;
    question
}

fn item(question: Question, owner: UnitKind, category: Category) -> Question {
    breaking(question).of(owner, category).unaware()
}

fn safe(question: Question) -> Question {
    question.with(|it| it.safety = true)
}

fn aware(mut question: Question) -> Question {
    question.0.aware = true;
    question
}

fn protected(question: Question) -> Question {
    question.with(|it| it.protected = true)
}

#[test]
fn who_opens_in_an_emergency_and_on_which_ground() {
    let private = || {
        let mut question = at(clinician_on_call(), Ground::Emergency);
        if let PrincipalKind::Staff { public, .. } = &mut question.0.principal.kind {
            *public = false;
        }
        question
    };
    let elsewhere = at(on_call(), Ground::Emergency).with(|it| it.agency_party = false);
    let lead = || staff(School, Role::ChildProtectionLead);
    check(vec![
        ("T32", "BreakGlass", at(on_call(), Ground::Emergency), By("P18")),
        ("T32 by number", "BreakGlassByNumber", at(on_call(), Ground::Emergency), By("P18")),
        ("by 26:9", "BreakGlass", at(on_call(), Ground::ChildS), By("P18")),
        ("to receive a report", "BreakGlass", at(on_call(), Ground::Report), By("P18")),
        ("in an investigation", "BreakGlass", at(on_call(), Ground::Invest), By("P18")),
        ("acute care", "BreakGlass", at(clinician_on_call(), Ground::ChildH), By("P18")),
        ("a school's lead", "BreakGlass", at(lead(), Ground::Emergency), By("P18")),
        ("T33", "BreakGlass", aware(at(on_call(), Ground::Emergency)).unreasoned(), Told("O21")),
        ("T33 unaware", "BreakGlass", at(on_call(), Ground::Emergency).unreasoned(), Hidden),
        (
            "T34",
            "BreakGlass",
            at(staff(School, Role::Teacher), Ground::Emergency).unaware(),
            Hidden,
        ),
        (
            "T34 aware",
            "BreakGlass",
            at(staff(School, Role::Teacher), Ground::Emergency),
            Told("D00"),
        ),
        ("no part", "BreakGlass", elsewhere.clone(), Hidden),
        ("no part, by number", "BreakGlassByNumber", elsewhere, Hidden),
        ("private", "BreakGlass", private(), Hidden),
        ("a consent", "BreakGlass", aware(at(on_call(), Ground::Consent)), Told("O20")),
        ("acute care", "BreakGlass", aware(at(clinician_on_call(), Ground::Report)), Told("O20")),
        ("a school", "BreakGlass", at(lead(), Ground::ChildH), Told("O20")),
        ("of age", "BreakGlass", aware(at(on_call(), Ground::ChildS)).aged(18), Told("O20")),
        ("of age", "BreakGlass", at(on_call(), Ground::Emergency).aged(18), By("P18")),
        ("T31", "BreakGlass", aware(conflicted(at(on_call(), Ground::Emergency))), Told("D02")),
        ("T31 unaware", "BreakGlass", conflicted(at(on_call(), Ground::Emergency)), Hidden),
        (
            "T31 by number",
            "BreakGlassByNumber",
            conflicted(at(on_call(), Ground::Emergency)),
            Hidden,
        ),
        ("protected", "BreakGlass", protected(at(on_call(), Ground::Emergency)), By("P18")),
        (
            "closed long ago",
            "BreakGlass",
            at(on_call(), Ground::Emergency).with(|it| it.archived = true),
            Hidden,
        ),
        (
            "a guardian",
            "BreakGlass",
            other(PrincipalKind::Citizen).with(|it| it.guardian = true),
            Told("D00"),
        ),
    ]);
}

#[test]
fn what_an_emergency_opens_and_what_not() {
    let med = |who: Question| item(who, ChildPsychiatry, Category::Med);
    let soc = |who: Question| item(who, SocialServices, Category::Soc);
    check(vec![
        ("open", "ReadCase", breaking(on_call()), By("P18b")),
        ("T04, not open", "ReadCase", on_call(), Hidden),
        ("open", "ReadPlan", breaking(clinician_on_call()), By("P18b")),
        ("open", "ListItems", breaking(on_call()), By("P18b")),
        ("role lost", "ReadCase", breaking(staff(School, Role::Teacher)), Told("D00")),
        ("conflict", "ReadCase", conflicted(breaking(on_call())), Told("D02")),
        ("protected", "ReadCase", protected(breaking(on_call())), By("P18b")),
        ("marked", "ReadItem", safe(med(on_call())), By("P18c")),
        ("not marked", "ReadItem", med(on_call()), Hidden),
        ("marked", "ReadItem", safe(soc(clinician_on_call())), By("P18c")),
        ("not marked", "ReadItem", soc(clinician_on_call()), Hidden),
        ("conflict", "ReadItem", conflicted(safe(med(on_call()))), Hidden),
        ("blocked", "ReadItem", safe(med(on_call())).with(|it| it.blocked = true), Hidden),
        ("a contact", "ReadItem", item(on_call(), School, Category::Contact), By("P18c")),
        ("who it is", "ReadItem", item(on_call(), School, Category::Ident), By("P18c")),
        ("the address", "ReadItem", item(on_call(), School, Category::Addr), By("P18c")),
        (
            "a protected address",
            "ReadItem",
            protected(item(on_call(), School, Category::Addr)),
            By("P18c"),
        ),
        (
            "a protected address, by others",
            "ReadItem",
            protected(item(clinician_on_call(), School, Category::Addr)),
            Hidden,
        ),
        ("the school's", "ReadItem", safe(item(on_call(), School, Category::School)), Hidden),
        ("the child's words", "ReadItem", safe(item(on_call(), School, Category::Voice)), Hidden),
        ("a report", "ReadItem", safe(item(on_call(), SocialServices, Category::Concern)), Hidden),
        ("the police", "ReadItem", safe(med(staff(Police, Role::ChildProtectionLead))), Hidden),
        (
            "the police",
            "ReadPlan",
            breaking(staff(Police, Role::ChildProtectionLead)),
            Told("D10b"),
        ),
        ("a report", "ReadConcernReport", breaking(on_call()), Told("D07")),
        ("the consents", "ListConsents", breaking(on_call()), Told("D01")),
        ("writing", "WriteItem", breaking(on_call()).inside(), Told("D01")),
        ("inviting", "InviteParty", breaking(on_call()), Told("D01 O10")),
    ]);
}

#[test]
fn who_reviews_an_emergency_opening() {
    let auditor = || staff(Office, Role::Auditor);
    let own = |question: Question| question.with(|it| it.own_agency = true);
    let party = |question: Question| question.with(|it| it.agency_party = true);
    let own_act = |question: Question| own(question).with(|it| it.own_act = true);
    check(vec![
        ("own agency", "ListBreakGlass", own(auditor()), By("P18d")),
        ("another agency", "ListBreakGlass", auditor(), Told("D22")),
        ("no auditor", "ListBreakGlass", own(staff(Office, Role::Manager)), Told("D00")),
        ("own agency's", "ReadBreakGlass", own(auditor()), By("P18d")),
        ("of a case of theirs", "ReadBreakGlass", party(auditor()), By("P18d")),
        ("another's", "ReadBreakGlass", auditor().unaware(), Hidden),
        ("no auditor", "ReadBreakGlass", own(on_call()), Hidden),
        ("own agency's", "ReviewBreakGlass", own(auditor()), By("P18e")),
        ("of a case of theirs", "ReviewBreakGlass", party(auditor()), Told("D00")),
        ("their own", "ReviewBreakGlass", own_act(auditor()), Told("D23")),
        ("conflict", "ReviewBreakGlass", conflicted(own(auditor())), Told("D02")),
        ("on LoA2", "ReviewBreakGlass", own(auditor()).assured(2), Told("D21")),
        ("the service", "RemindOfReviews", other(PrincipalKind::Operator), By("A02")),
        ("an auditor", "RemindOfReviews", auditor(), Told("D00")),
    ]);
}

#[test]
fn a_case_ends_and_is_read_for_a_while() {
    let worker = || staff(SocialServices, Role::Caseworker).assigned();
    let closed = |question: Question| question.with(|it| it.closed = true);
    let archived = |question: Question| closed(question).with(|it| it.archived = true);
    let med = |question: Question| question.of(ChildPsychiatry, Category::Med);
    check(vec![
        ("coordinating", "CloseCase", worker().coordinating(), By("P11c")),
        ("another coordinates", "CloseCase", worker(), Told("O10")),
        (
            "reads only",
            "CloseCase",
            worker().coordinating().party(PartyStanding::ReadOnly),
            Told("O04"),
        ),
        ("closed", "CloseCase", closed(worker().coordinating()), Told("O22")),
        ("closed", "ReadCase", closed(worker()), By("P03")),
        ("closed", "ReadItem", med(closed(worker())).live(Ground::Consent), By("P05")),
        ("closed", "WriteItem", closed(worker().inside()), Told("O22")),
        ("closed", "EditPlan", closed(worker().coordinating()), Told("O22")),
        ("closed", "AskConsent", closed(worker()), Told("O22")),
        ("closed", "InviteParty", closed(worker().coordinating()), Told("O22")),
        ("closed", "SendConcernReport", closed(worker()), By("M01")),
        ("archived", "ReadCase", archived(worker()), Told("O23")),
        ("archived, coordinating", "ReadCase", archived(worker().coordinating()), By("P03")),
        ("archived", "ReadPlan", archived(worker()), Told("O23")),
        ("archived, coordinating", "ReadPlan", archived(worker().coordinating()), By("P03")),
        ("archived", "ReadItem", med(archived(worker())).live(Ground::Consent), Told("O24")),
        ("archived, own", "ReadItem", archived(worker().inside()), By("P04")),
        (
            "archived, coordinating",
            "ReadItem",
            med(archived(worker().coordinating())).live(Ground::Consent),
            Told("O24"),
        ),
    ]);
}

#[test]
fn notices_are_for_those_who_work_at_the_unit() {
    let teacher = || staff(School, Role::Teacher);
    check(vec![
        ("own unit", "ListNotices", teacher().inside(), By("P27")),
        ("another unit", "ListNotices", teacher(), Told("D00")),
        ("own unit's", "ReadNotice", teacher().inside(), By("P27")),
        ("another unit's", "ReadNotice", teacher().unaware(), Hidden),
        ("conflict", "ReadNotice", conflicted(teacher().inside()), Told("D02")),
        ("protected", "ReadNotice", protected(teacher().inside()).unaware(), Hidden),
        ("an auditor", "ListNotices", staff(Office, Role::Auditor).inside(), Told("D12")),
        ("a machine", "ListNotices", staff(School, Role::Integration).inside(), Told("D20")),
    ]);
}

#[test]
fn a_machine_sees_its_own_queue_and_nothing_else() {
    let machine = || staff(SocialServices, Role::Integration);
    let invited = |question: Question| question.inside().party(PartyStanding::Invited);
    check(vec![
        ("own unit", "ListReferrals", machine().inside(), By("P28")),
        ("another unit", "ListReferrals", machine(), Told("D00")),
        ("own unit's", "SeeReferral", machine().inside(), By("P28")),
        ("its content", "ReadReferral", machine().inside(), Told("D20")),
        ("own unit", "ListInvitations", machine().inside(), By("P28")),
        ("waiting", "SeeInvitation", invited(machine()), By("P28")),
        ("answered", "SeeInvitation", machine().inside(), Told("D00")),
        ("answering", "AnswerInvitation", invited(machine()), Told("D20")),
        ("assigned", "ReadCase", machine().assigned(), Told("D20")),
        ("a report", "SendConcernReport", machine(), Told("D20")),
        ("the log", "ReadLog", machine().with(|it| it.own_agency = true), Told("D20")),
        ("a triager", "SeeReferral", staff(SocialServices, Role::Triager).inside(), By("P02")),
        ("a manager", "SeeInvitation", invited(staff(SocialServices, Role::Manager)), By("P10b")),
        (
            "a caseworker",
            "SeeReferral",
            staff(SocialServices, Role::Caseworker).inside(),
            Told("D00"),
        ),
    ]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(120) })]

    #[test]
    fn an_emergency_opens_these_acts_and_no_others(
        act in any_act(),
        mut facts in facts(),
    ) {
        facts.situation.breaking = false;
        let before = matches!(ask(act, &facts), Outcome::Permitted(_));
        facts.situation.breaking = true;
        let after = matches!(ask(act, &facts), Outcome::Permitted(_));
        prop_assert!(before || !after || OPENED.contains(&act), "{act}");
    }

    #[test]
    fn nothing_new_is_written_in_a_closed_case(
        act in select(&["WriteItem", "PublishItem", "EditPlan", "AskConsent", "ActivatePlan"][..]),
        mut facts in facts(),
    ) {
        facts.situation.closed = true;
        prop_assert!(!matches!(ask(act, &facts), Outcome::Permitted(_)));
    }
}
