//! Disclosures: whom each ground reaches, what it asks for, what never passes, what the family
//! reads, what the owner does afterwards. Every allow has its deny beside it.

use super::table::Expected::{By, Hidden, Told};
use super::table::check;
use super::*;
use crate::access::facts::Kin;
use crate::domain::agency::SecrecyRegime;
use crate::domain::harm::HarmResult::{self, ClearlyNoHarm, Harm, NoHarm};
use UnitKind::{
    ChildHealth, ChildPsychiatry, Police, School, SchoolSocialTeam, SocialServices, StudentHealth,
    StudentHealthMedical,
};

/// Assigned at the unit that owns an item of this category.
fn owner(unit_kind: UnitKind, category: Category) -> Question {
    staff(unit_kind, Role::Clinician).assigned().inside().of(unit_kind, category)
}
fn med() -> Question {
    owner(ChildPsychiatry, Category::Med)
}
fn soc() -> Question {
    owner(SocialServices, Category::Soc)
}
fn stu() -> Question {
    owner(StudentHealth, Category::StuHealth)
}
fn school() -> Question {
    owner(School, Category::School)
}
fn emi() -> Question {
    owner(StudentHealthMedical, Category::Med)
}

/// After a harm test with this result, to social services.
fn tested(question: Question, result: HarmResult) -> Question {
    question.to(SocialServices, Ground::HarmTest).with(|it| it.harm = Some(result))
}
/// The owner is a private body.
fn private(mut question: Question, regime: SecrecyRegime) -> Question {
    if let Some(owner) = &mut question.0.resource.owner {
        owner.public = false;
        owner.regime = regime;
    }
    question
}
/// Those who can consent have wished for less.
fn against(question: Question) -> Question {
    question.with(|it| it.narrower_wish = true)
}
fn numbered(question: Question) -> Question {
    question.with(|it| it.investigation = true)
}
fn requested(question: Question) -> Question {
    question.with(|it| it.requested = true)
}
/// To a private person.
fn show(question: Question, kin: Kin, ground: Ground) -> Question {
    question.with(|it| {
        it.ground = Some(ground);
        it.recipient_person = Some(kin);
    })
}
fn guardian() -> Question {
    other(PrincipalKind::Citizen).with(|it| it.guardian = true)
}
fn child() -> Question {
    other(PrincipalKind::Citizen).with(|it| it.themself = true)
}
/// Another's item, assigned and not the owner's staff.
fn reader(unit_kind: UnitKind, role: Role, of: UnitKind, category: Category) -> Question {
    staff(unit_kind, role).assigned().of(of, category)
}

#[test]
fn a_harm_test_is_made_by_a_public_school_towards_social_services_or_health_care() {
    let to = |question: Question, unit| {
        tested(question, ClearlyNoHarm).with(|it| it.recipient = Some(callers::place(unit)))
    };
    let private_school = || private(school(), SecrecyRegime::Skoll29_14);
    check(vec![
        ("no harm", "PublishItem", tested(school(), NoHarm), By("P09")),
        ("clearly no harm", "PublishItem", tested(school(), ClearlyNoHarm), By("P09")),
        ("harm", "PublishItem", tested(school(), Harm), Told("O09b")),
        ("not given", "PublishItem", school().to(SocialServices, Ground::HarmTest), Told("O01b")),
        ("T14 clearly no harm", "PublishItem", tested(stu(), ClearlyNoHarm), By("P09")),
        ("T14 not clearly", "PublishItem", tested(stu(), NoHarm), Told("O09c")),
        ("T14 harm", "PublishItem", tested(stu(), Harm), Told("O09b")),
        ("to child psychiatry", "PublishItem", to(school(), ChildPsychiatry), By("P09")),
        ("to the school nurse", "PublishItem", to(school(), StudentHealthMedical), By("P09")),
        ("to student health", "PublishItem", to(school(), StudentHealth), Told("O09")),
        ("of health care", "PublishItem", tested(med(), ClearlyNoHarm), Told("O09")),
        ("of social services", "PublishItem", tested(soc(), ClearlyNoHarm), Told("O09")),
        ("private", "PublishItem", tested(private_school(), ClearlyNoHarm), Told("O09")),
        (
            "private, on consent",
            "PublishItem",
            private_school().to(SocialServices, Ground::Consent).consented(),
            By("P05"),
        ),
        (
            "private, without one",
            "PublishItem",
            private_school().to(SocialServices, Ground::Consent),
            Told("D18"),
        ),
    ]);
}

#[test]
fn a_child_is_under_18_and_both_ends_are_authorities_of_care() {
    let read = |age| {
        reader(SocialServices, Role::Caseworker, ChildPsychiatry, Category::Med)
            .live(Ground::ChildH)
            .aged(age)
    };
    let child_h = |unit| med().to(unit, Ground::ChildH);
    let (psl, sol) = (SecrecyRegime::Psl6_12, SecrecyRegime::Sol17_11);
    check(vec![
        ("the school nurse", "PublishItem", child_h(StudentHealthMedical), By("P06")),
        ("student health", "PublishItem", child_h(StudentHealth), Told("O06")),
        ("a private clinic", "PublishItem", private(child_h(SocialServices), psl), Told("O06")),
        ("read at 17", "ReadItem", read(17), By("P06")),
        ("read at 18", "ReadItem", read(18), Told("D00")),
        (
            "26:9 to the school nurse",
            "PublishItem",
            soc().to(StudentHealthMedical, Ground::ChildS),
            By("P07"),
        ),
        (
            "26:9, private care",
            "PublishItem",
            private(soc().to(ChildHealth, Ground::ChildS), sol),
            Told("O07"),
        ),
        (
            "26:9, read at 18",
            "ReadItem",
            reader(ChildHealth, Role::ChildHealthNurse, SocialServices, Category::Soc)
                .live(Ground::ChildS)
                .aged(18),
            Told("D00"),
        ),
    ]);
}

#[test]
fn a_narrower_wish_must_be_met_with_a_reason() {
    let child_s = || against(soc().to(ChildHealth, Ground::ChildS));
    let met = |question: Question| question.with(|it| it.wish_met = true);
    check(vec![
        ("T26", "PublishItem", met(child_s()), By("P07")),
        ("T26 unmet", "PublishItem", child_s(), Told("O01c")),
        ("T26 unmet, no reason", "PublishItem", child_s().unreasoned(), Told("O01 O01c")),
        ("25:12", "PublishItem", against(med().to(SocialServices, Ground::ChildH)), Told("O01c")),
        ("harm test", "PublishItem", against(tested(school(), NoHarm)), Told("O01c")),
        ("harm test, met", "PublishItem", met(against(tested(school(), NoHarm))), By("P09")),
        (
            "an investigation",
            "PublishItem",
            against(numbered(med().to(SocialServices, Ground::Invest))),
            By("M02b"),
        ),
        ("25:13 a", "PublishItem", against(emi().to(StudentHealth, Ground::Emi)), By("P08")),
    ]);
}

#[test]
fn an_investigation_is_answered_by_everybody_and_to_social_services_alone() {
    let answer = |question: Question| question.to(SocialServices, Ground::Invest);
    let read = |unit, role| reader(unit, role, ChildPsychiatry, Category::Med).live(Ground::Invest);
    let blocked = |question: Question| question.with(|it| it.blocked = true);
    let private_school = private(school(), SecrecyRegime::Skoll29_14);
    check(vec![
        ("T17 asked", "PublishItem", requested(answer(school())), By("M02b")),
        ("T17 numbered", "PublishItem", numbered(answer(stu())), By("M02b")),
        ("T17 neither", "PublishItem", answer(school()), Told("O05b")),
        ("a private school", "PublishItem", requested(answer(private_school)), By("M02b")),
        (
            "who only reads the case",
            "PublishItem",
            requested(answer(school())).party(PartyStanding::ReadOnly),
            By("M02b"),
        ),
        ("a block", "PublishItem", blocked(numbered(answer(med()))), By("M02b")),
        (
            "a block, on 25:12",
            "PublishItem",
            blocked(med().to(SocialServices, Ground::ChildH)),
            Told("D14"),
        ),
        (
            "to the police",
            "PublishItem",
            numbered(school().to(Police, Ground::Invest)),
            Told("O05"),
        ),
        ("to a private unit", "PublishItem", numbered(answer(school())).privately(), Told("O05")),
        ("the caseworker", "ReadItem", read(SocialServices, Role::Caseworker), By("M02b")),
        ("a teacher", "ReadItem", read(School, Role::Teacher), Told("D00")),
        ("grown up", "ReadItem", read(SocialServices, Role::Caseworker).aged(18), By("M02b")),
    ]);
}

#[test]
fn a_caseworker_asks_for_information_with_the_investigations_number() {
    let ask = |unit, role| {
        numbered(staff(unit, role).assigned()).with(|it| {
            it.recipient = Some(callers::place(School));
            it.recipient_party = true;
        })
    };
    let caseworker = || ask(SocialServices, Role::Caseworker);
    check(vec![
        ("T17", "RequestInformation", caseworker(), By("M02")),
        (
            "no number",
            "RequestInformation",
            caseworker().with(|it| it.investigation = false),
            Told("O05b"),
        ),
        (
            "no party",
            "RequestInformation",
            caseworker().with(|it| it.recipient_party = false),
            Told("O02"),
        ),
        ("a manager", "RequestInformation", ask(SocialServices, Role::Manager), Told("D00")),
        ("a clinician", "RequestInformation", ask(ChildPsychiatry, Role::Clinician), Told("D00")),
        (
            "unassigned",
            "RequestInformation",
            caseworker().with(|it| it.assigned = false).unaware(),
            Hidden,
        ),
        (
            "assigned",
            "ListInformationRequests",
            staff(School, Role::Teacher).assigned(),
            By("M02c"),
        ),
        ("unassigned", "ListInformationRequests", staff(School, Role::Teacher).unaware(), Hidden),
    ]);
}

#[test]
fn within_one_body_one_shares_under_one_secrecy() {
    let inner = |question: Question, unit| question.to(unit, Ground::Inner);
    let read = |unit, role, of, category| reader(unit, role, of, category).live(Ground::Inner);
    let counsellor = Role::SchoolCounsellor;
    check(vec![
        ("school to team", "PublishItem", inner(school(), SchoolSocialTeam), By("P08b")),
        ("no reason", "PublishItem", inner(school(), SchoolSocialTeam).unreasoned(), Told("O01")),
        ("health care", "PublishItem", inner(med(), ChildHealth), By("P08b")),
        ("another body", "PublishItem", inner(med(), SocialServices), Told("O08b")),
        ("student health to school", "PublishItem", inner(stu(), School), Told("O08b")),
        ("medical to the rest", "PublishItem", inner(emi(), StudentHealth), Told("O08b")),
        ("to medical", "PublishItem", inner(school(), StudentHealthMedical), Told("O08b")),
        (
            "read",
            "ReadItem",
            read(ChildHealth, Role::ChildHealthNurse, ChildPsychiatry, Category::Med),
            By("P08b"),
        ),
        (
            "read elsewhere",
            "ReadItem",
            read(SocialServices, Role::Caseworker, ChildPsychiatry, Category::Med),
            Told("D00"),
        ),
        (
            "read past the boundary",
            "ReadItem",
            read(StudentHealth, counsellor, StudentHealthMedical, Category::Med),
            Told("D00"),
        ),
    ]);
}

#[test]
fn some_things_are_never_shared() {
    let consent = |question: Question| question.to(School, Ground::Consent).consented();
    let third = || owner(SocialServices, Category::Third);
    let concern = || owner(SocialServices, Category::Concern);
    check(vec![
        ("others' circumstances", "PublishItem", consent(third()), Told("D07c")),
        (
            "in an investigation",
            "PublishItem",
            numbered(third().to(SocialServices, Ground::Invest)),
            Told("D07c"),
        ),
        ("a concern report", "PublishItem", consent(concern()), Told("D07b")),
        ("to the child", "PublishItem", show(third(), Kin::Child, Ground::Own), Told("D07c")),
        (
            "to a guardian",
            "PublishItem",
            show(concern(), Kin::Guardian, Ground::Guardian),
            Told("D07b"),
        ),
        ("an emergency", "PublishItem", med().to(SocialServices, Ground::Emergency), Told("O02b")),
        ("a report", "PublishItem", med().to(SocialServices, Ground::Report), Told("O02b")),
        ("what is the child's", "PublishItem", consent(soc()), By("P05")),
    ]);
}

#[test]
fn a_guardian_is_shown_what_is_not_hidden_until_the_child_decides() {
    let shown = || show(med(), Kin::Guardian, Ground::Guardian);
    let disposing = |question: Question| question.with(|it| it.disposes = true);
    let reads = || guardian().of(ChildPsychiatry, Category::Med).live(Ground::Guardian);
    check(vec![
        ("a guardian", "PublishItem", shown(), By("P05b")),
        ("hidden", "PublishItem", shown().with(|it| it.recipient_hidden = true), Told("O05d")),
        ("the child decides", "PublishItem", disposing(shown()), Told("D19b")),
        ("at 18", "PublishItem", shown().aged(18), Told("D19b")),
        ("at 17", "PublishItem", shown().aged(17), By("P05b")),
        ("no guardian", "PublishItem", show(med(), Kin::Other, Ground::Guardian), Told("O05c")),
        (
            "on consent",
            "PublishItem",
            show(med(), Kin::Guardian, Ground::Consent),
            Told("D18 O02c"),
        ),
        ("a unit", "PublishItem", med().to(School, Ground::Guardian), Told("O02c O05c")),
        ("reads", "ReadItem", reads(), By("P05c")),
        ("not shown", "ReadItem", guardian().of(ChildPsychiatry, Category::Med).unaware(), Hidden),
        ("hidden since", "ReadItem", reads().with(|it| it.hidden = true), Hidden),
        ("the child decides since", "ReadItem", disposing(reads()), Told("D19b")),
        ("at 18 since", "ReadItem", reads().aged(18), Told("D19")),
        ("no longer a guardian", "ReadItem", reads().with(|it| it.guardian = false), Told("D00")),
    ]);
}

#[test]
fn the_child_is_shown_what_is_its_own_at_any_age() {
    let shown = || show(med(), Kin::Child, Ground::Own);
    let reads = || child().of(ChildPsychiatry, Category::Med).live(Ground::Own);
    check(vec![
        ("the child", "PublishItem", shown(), By("P05b")),
        ("as a guardian", "PublishItem", show(med(), Kin::Child, Ground::Guardian), Told("O05c")),
        ("a guardian", "PublishItem", show(med(), Kin::Guardian, Ground::Own), Told("O05c")),
        ("grown up", "PublishItem", shown().aged(19), By("P05b")),
        ("reads", "ReadItem", reads(), By("P05d")),
        ("grown up", "ReadItem", reads().aged(19), By("P05d")),
        ("not shown", "ReadItem", child().of(ChildPsychiatry, Category::Med).unaware(), Hidden),
        (
            "the guardian's",
            "ReadItem",
            child().of(ChildPsychiatry, Category::Med).live(Ground::Guardian),
            Told("D00"),
        ),
    ]);
}

#[test]
fn only_the_owner_looks_after_a_disclosure() {
    let inside = || med().party(PartyStanding::ReadOnly);
    let outside = || reader(School, Role::Teacher, ChildPsychiatry, Category::Med);
    let rows = |act: &'static str, by: &'static str| {
        check(vec![
            ("the owner", act, inside(), By(by)),
            ("a reader", act, outside().live(Ground::Consent), Told("O03")),
            ("unaware", act, outside().unaware(), Hidden),
            ("unassigned", act, inside().with(|it| it.assigned = false), Told("D01")),
        ]);
    };
    for act in [
        "PreviewDisclosure",
        "ListPublications",
        "RevokePublication",
        "MarkMissent",
        "ListOpenings",
    ] {
        rows(act, "P05e");
    }
    rows("AddAddendum", "P04b");
}
