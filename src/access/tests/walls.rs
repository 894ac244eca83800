//! The walls that no role passes. Every allow has its deny beside it.

use super::table::{Expected, check};
use super::*;
use crate::access::facts::Kin;
use Expected::{By, Hidden, Told};
use UnitKind::{ChildPsychiatry, Office, Police, School, SocialServices, StudentHealthMedical};

fn caseworker() -> Question {
    staff(SocialServices, Role::Caseworker).assigned()
}
fn clinician() -> Question {
    staff(ChildPsychiatry, Role::Clinician).assigned()
}
fn teacher() -> Question {
    staff(School, Role::Teacher).assigned()
}
fn emergency() -> Question {
    staff(SocialServices, Role::EmergencySocialWorker)
}
fn acute() -> Question {
    staff(ChildPsychiatry, Role::EmergencyClinician)
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
fn protected(question: Question) -> Question {
    question.with(|it| it.protected = true)
}
fn handled(question: Question) -> Question {
    protected(question).with(|it| it.handler = true)
}
fn in_force(question: Question) -> Question {
    question.with(|it| it.in_force = true)
}
fn hidden(question: Question) -> Question {
    question.with(|it| it.hidden = true)
}
fn blocked(question: Question) -> Question {
    question.with(|it| it.blocked = true)
}
fn breaking(question: Question) -> Question {
    question.with(|it| {
        it.breaking = true;
        it.agency_party = true;
    })
}
fn health(question: Question) -> Question {
    question.of(ChildPsychiatry, Category::Med)
}
fn asking(question: Question) -> Question {
    question.with(|it| it.patient_asks = true)
}

#[test]
fn a_protected_child_is_reached_by_named_handlers_and_by_the_emergency_officer() {
    let opens = |it: Question| {
        it.with(|it| {
            it.agency_party = true;
            it.reasoned = true;
            it.ground = Some(Ground::Emergency);
        })
    };
    check(vec![
        ("T29 a handler", "ReadCase", handled(caseworker()), By("P03")),
        ("no handler", "ReadCase", protected(caseworker()), Hidden),
        (
            "T29 a handler, an address",
            "ReadItem",
            address(handled(caseworker()).inside()),
            By("P04"),
        ),
        ("no handler, an address", "ReadItem", address(protected(caseworker()).inside()), Hidden),
        ("an emergency officer", "ReadCase", breaking(protected(emergency())), By("P18b")),
        ("acute care", "ReadCase", breaking(protected(acute())), Told("D03")),
        ("acute care, no protection", "ReadCase", breaking(acute()), By("P18b")),
        ("no glass broken", "ReadCase", protected(emergency()), Hidden),
        ("an address", "ReadItem", address(breaking(protected(emergency()))), By("P18c")),
        ("acute care, an address", "ReadItem", address(breaking(protected(acute()))), Told("D03")),
    ]);
    check(vec![
        ("acute care", "BreakGlass", opens(protected(acute())), Hidden),
        ("an emergency officer", "BreakGlass", opens(protected(emergency())), By("P18")),
    ]);
}

fn address(question: Question) -> Question {
    question.of(SocialServices, Category::Addr)
}

#[test]
fn a_guardian_of_a_protected_child_keeps_what_is_theirs_and_reads_no_address() {
    let own = |it: Question| it.with(|it| it.own_answer = true);
    let opened = |it: Question| it.live(Ground::Guardian);
    check(vec![
        ("T27", "ReadPlan", in_force(protected(guardian())), By("P12b")),
        ("own", "ReadConsent", protected(guardian()), By("P12")),
        ("own", "WithdrawConsent", own(protected(guardian())), By("P12")),
        ("an address", "ReadItem", address(opened(protected(guardian()))), Told("D25")),
        ("to the guardian", "PublishItem", shown(handled(caseworker()).inside()), Told("D26")),
        ("to the guardian, open", "PublishItem", shown(caseworker().inside()), By("P05b")),
        ("the child", "ReadPlan", in_force(protected(child(10))), By("P13b")),
        ("a representative", "ReadPlan", in_force(protected(representative())), Hidden),
        ("a stranger", "ReadPlan", in_force(protected(citizen())), Hidden),
    ]);
    let redacts = |question: Question| question.0.redacts();
    assert!(redacts(protected(guardian())) && redacts(protected(representative())));
    assert!(!redacts(protected(child(10))) && !redacts(handled(caseworker())));
    assert!(!redacts(guardian()) && !redacts(breaking(protected(emergency()))));
}

/// An address, to be shown to the guardian.
fn shown(question: Question) -> Question {
    address(question).with(|it| {
        it.ground = Some(Ground::Guardian);
        it.recipient_person = Some(crate::access::facts::Kin::Guardian);
        it.recipient_party = true;
        it.reasoned = true;
    })
}

fn representative() -> Question {
    citizen().with(|it| it.representative = true)
}

#[test]
fn whoever_has_a_conflict_of_interest_is_out() {
    let conflicted = |it: Question| it.with(|it| it.conflict = true);
    check(vec![
        ("assigned", "DeclareConflict", caseworker(), By("P29")),
        ("reading only", "DeclareConflict", caseworker().party(PartyStanding::ReadOnly), By("P29")),
        ("unassigned", "DeclareConflict", staff(School, Role::Teacher).unaware(), Hidden),
        ("again", "DeclareConflict", conflicted(caseworker()), Told("D02")),
        ("T31", "ReadCase", conflicted(caseworker()), Told("D02")),
        ("T31, the glass broken", "ReadCase", breaking(conflicted(emergency())), Told("D02")),
        ("a duty stays", "SendConcernReport", conflicted(caseworker()), By("M01")),
    ]);
}

#[test]
fn what_would_harm_the_child_is_hidden_from_its_guardian() {
    check(vec![
        ("barred", "ReadPlan", hidden(in_force(guardian())), Hidden),
        ("barred", "ReadConsent", hidden(guardian()), Hidden),
        ("barred", "WithdrawConsent", hidden(guardian()).with(|it| it.own_answer = true), Hidden),
        ("not barred", "ReadConsent", guardian(), By("P12")),
        ("owning", "HideFromGuardian", teacher().inside(), By("P31")),
        ("not owning", "HideFromGuardian", teacher(), Told("D00")),
        ("own words", "HideFromGuardian", child(8).of(School, Category::Voice), By("P31b")),
        ("not own words", "HideFromGuardian", child(8).of(School, Category::School), Told("D00")),
        ("a guardian", "HideFromGuardian", guardian().of(School, Category::Voice), Told("D00")),
        ("coordinating", "BarGuardian", teacher().coordinating(), By("P32")),
        ("social services", "BarGuardian", caseworker(), By("P32")),
        ("another party", "BarGuardian", clinician(), Told("D00")),
        ("unassigned", "BarGuardian", staff(SocialServices, Role::Caseworker), Told("D01")),
    ]);
}

#[test]
fn insight_is_for_those_with_custody_the_child_and_those_with_a_power() {
    check(vec![
        ("T27 custody", "ReadPlan", in_force(guardian()), By("P12b")),
        ("a draft", "ReadPlan", guardian().unaware(), Hidden),
        ("no custody", "ReadPlan", in_force(citizen()).unaware(), Hidden),
        ("no custody, told", "ReadPlan", in_force(citizen()), Told("D09")),
        ("a power", "ReadPlan", in_force(representative()), By("P12b")),
        ("the child decides", "ReadPlan", disposing(in_force(guardian())), Told("D00")),
        ("a young person's power", "ReadPlan", disposing(in_force(representative())), Told("D00")),
        (
            "an adult's power",
            "ReadPlan",
            disposing(in_force(representative())).aged(18),
            By("P12b"),
        ),
        ("grown up", "ReadPlan", in_force(guardian()).aged(18), Told("D19")),
        ("T48 ten years", "ReadPlan", in_force(child(10)), By("P13b")),
        ("its draft", "ReadPlan", child(10).unaware(), Hidden),
        ("own plans", "ListOwnPlans", citizen(), By("P00e")),
        ("own plans, staff", "ListOwnPlans", teacher(), Told("D00")),
        (
            "T41",
            "ReadPlan",
            in_force(staff(UnitKind::Office, Role::Auditor).assigned()),
            Told("D12"),
        ),
        (
            "T43",
            "ReadPlan",
            in_force(staff(UnitKind::Office, Role::Administrator).assigned()),
            Told("D12"),
        ),
        ("T21", "ListConcernReports", guardian(), Told("D07")),
        ("T21", "ReadConcernReport", guardian().unaware(), Hidden),
    ]);
}

fn disposing(question: Question) -> Question {
    question.with(|it| it.disposes = true)
}

#[test]
fn what_the_patient_has_blocked_stays_at_its_unit() {
    let theirs = || health(clinician().inside());
    let published = || health(caseworker()).live(Ground::ChildH);
    check(vec![
        ("own unit", "ReadItem", blocked(theirs()), By("P04")),
        ("published", "ReadItem", published(), By("P06")),
        ("published, and blocked", "ReadItem", blocked(published()), Told("D14")),
        (
            "in an emergency",
            "ReadItem",
            breaking(blocked(health(emergency()))).with(|it| it.safety = true),
            Told("D14"),
        ),
        (
            "to be published",
            "PublishItem",
            blocked(theirs()).to(SocialServices, Ground::ChildH),
            Told("D14"),
        ),
        ("the patient asks", "BlockItem", asking(theirs()), By("P30")),
        ("a guardian asks", "BlockItem", theirs(), Told("D14b")),
        ("another unit's", "BlockItem", asking(health(clinician())), Told("D00")),
        (
            "no health care",
            "BlockItem",
            asking(caseworker().inside().of(SocialServices, Category::Soc)),
            Told("D00"),
        ),
        (
            "medical student health",
            "BlockItem",
            asking(
                staff(StudentHealthMedical, Role::SchoolNurse)
                    .assigned()
                    .inside()
                    .of(StudentHealthMedical, Category::Med),
            ),
            By("P30"),
        ),
        ("own unit", "LiftBlock", blocked(theirs()), By("P30")),
        ("another unit", "LiftBlock", blocked(health(caseworker())), Told("D00")),
        (
            "the police",
            "LiftBlock",
            blocked(health(staff(Police, Role::Officer).assigned())),
            Told("D00"),
        ),
    ]);
}

#[test]
fn what_concerns_third_persons_stays_at_its_unit() {
    let third = |it: Question| it.of(SocialServices, Category::Third);
    check(vec![
        ("own unit", "ReadItem", third(caseworker().inside()), By("P04")),
        ("published somehow", "ReadItem", third(teacher()).live(Ground::Consent), Told("D24")),
        ("a guardian", "ReadItem", third(guardian()).live(Ground::Guardian), Told("D24")),
        ("the child", "ReadItem", third(child(16)).live(Ground::Own), Told("D24")),
    ]);
}

#[test]
fn nobody_links_two_identities_and_the_rule_has_words() {
    assert!(POLICY.rule("D05").is_some());
}

/// PDL 8:5: the family knows who has looked, and the agency's auditor tells them.
#[test]
fn who_has_looked_is_told_to_the_child_and_the_guardian_who_asked() {
    let auditor = || staff(Office, Role::Auditor).with(|it| it.own_agency = true);
    let asked = |question: Question| question.with(|it| it.own_act = true);
    let alone = |question: Question| question.with(|it| it.disposes = true);
    let barred = |question: Question| question.with(|it| it.hidden = true);
    let paper = |kin: Kin| auditor().with(|it| it.recipient_person = Some(kin));
    check(vec![
        ("the child", "AskAccessExtract", child(10), By("P21a")),
        ("the child, alone", "AskAccessExtract", alone(child(10)), By("P21a")),
        ("a guardian", "AskAccessExtract", guardian(), By("P21a")),
        ("a guardian of who decides alone", "AskAccessExtract", alone(guardian()), Told("D00")),
        ("a barred guardian", "AskAccessExtract", barred(guardian()), Hidden),
        ("another child", "AskAccessExtract", citizen().unaware(), Hidden),
        ("on paper, the child", "AskAccessExtract", paper(Kin::Child), By("P21b")),
        ("on paper, a guardian", "AskAccessExtract", paper(Kin::Guardian), By("P21b")),
        (
            "on paper, of who decides alone",
            "AskAccessExtract",
            alone(paper(Kin::Guardian)),
            Told("D00"),
        ),
        ("on paper, anybody", "AskAccessExtract", paper(Kin::Other), Told("D00")),
        (
            "on paper, barred",
            "AskAccessExtract",
            paper(Kin::Guardian).with(|it| it.recipient_hidden = true),
            Told("D00"),
        ),
        ("a caseworker, on paper", "AskAccessExtract", caseworker(), Told("D00")),
        ("the auditor", "DecideAccessExtract", auditor(), By("P21c")),
        (
            "the auditor, a relative",
            "DecideAccessExtract",
            auditor().with(|it| it.conflict = true),
            Told("D02"),
        ),
        ("another agency's", "DecideAccessExtract", staff(Office, Role::Auditor), Told("D00")),
        ("another agency's list", "ListAccessExtracts", staff(Office, Role::Auditor), Told("D22")),
        ("a caseworker", "PrepareAccessExtract", caseworker(), Told("D00")),
        ("the child that asked", "ReadAccessExtract", asked(child(10)), By("P21d")),
        ("a guardian that asked", "PrintAccessExtract", asked(guardian()), By("P21d")),
        ("the other guardian", "ReadAccessExtract", guardian(), Told("D00")),
        ("who was a guardian", "ReadAccessExtract", asked(citizen()), Told("D00")),
        ("now alone", "ReadAccessExtract", asked(alone(guardian())), Told("D00")),
        ("now barred", "ReadAccessExtract", asked(barred(guardian())), Hidden),
        ("on LoA2", "ReadAccessExtract", asked(child(10)).assured(2), Told("D21")),
        ("own ones", "ListOwnAccessExtracts", citizen(), By("P21e")),
        ("own ones, staff", "ListOwnAccessExtracts", caseworker(), Told("D00")),
    ]);
}
