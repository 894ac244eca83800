//! A table of situations. Every allow has its deny beside it.

use super::*;
use UnitKind::{
    ChildHealth, ChildPsychiatry, Office, Police, School, SchoolSocialTeam, SocialServices,
    StudentHealth, StudentHealthMedical,
};

/// What a row expects.
pub(super) enum Expected {
    By(&'static str),
    Told(&'static str),
    Hidden,
}
use Expected::{By, Hidden, Told};

/// Asks every row and lists those that came out otherwise. Rules are written `D01 O03`.
#[track_caller]
pub(super) fn check(rows: Vec<(&str, &str, Question, Expected)>) {
    let list = |rules: &str| rules.split(' ').map(str::to_owned).collect();
    let wrong: Vec<_> = rows
        .into_iter()
        .filter_map(|(claim, act, question, expected)| {
            let expected = match expected {
                By(rules) => Outcome::Permitted(list(rules)),
                Told(rules) => Outcome::Told(list(rules)),
                Hidden => Outcome::Hidden,
            };
            let got = ask(act, &question.0);
            (got != expected).then(|| format!("{act}, {claim}: {got:?}, not {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn caseworker() -> Question {
    staff(SocialServices, Role::Caseworker)
}
fn clinician() -> Question {
    staff(ChildPsychiatry, Role::Clinician)
}
fn teacher() -> Question {
    staff(School, Role::Teacher)
}
fn counsellor() -> Question {
    staff(StudentHealth, Role::SchoolCounsellor)
}
fn nurse() -> Question {
    staff(StudentHealthMedical, Role::SchoolNurse)
}
fn member() -> Question {
    staff(SchoolSocialTeam, Role::SocialTeamMember)
}
fn triager() -> Question {
    staff(SchoolSocialTeam, Role::Triager)
}
fn officer() -> Question {
    staff(Police, Role::Officer)
}
fn auditor() -> Question {
    staff(Office, Role::Auditor)
}
fn administrator() -> Question {
    staff(Office, Role::Administrator)
}
fn guardian() -> Question {
    other(PrincipalKind::Citizen).with(|it| it.guardian = true)
}
fn child(years: i64) -> Question {
    other(PrincipalKind::Citizen).with(|it| it.themself = true).aged(years)
}

fn own_pupil(question: Question) -> Question {
    question.with(|it| it.own_pupil = true)
}
fn own_agency(question: Question) -> Question {
    question.with(|it| it.own_agency = true)
}
fn own_answer(question: Question) -> Question {
    question.with(|it| it.own_answer = true)
}
pub(super) fn conflicted(question: Question) -> Question {
    question.with(|it| it.conflict = true)
}
fn protected(question: Question) -> Question {
    question.with(|it| it.protected = true)
}
fn handled(question: Question) -> Question {
    protected(question).with(|it| it.handler = true)
}

#[test]
fn signing_in() {
    check(vec![
        ("anybody", "ReadSelf", teacher().assured(2), By("P00")),
        ("unknown to the register", "ReadSelf", other(PrincipalKind::Unknown), By("P00")),
        ("operator", "ReadSelf", other(PrincipalKind::Operator), Told("D00")),
        ("guardian", "ListUnits", guardian().assured(2), By("P00")),
        ("operator", "ImportRegister", other(PrincipalKind::Operator), By("A01")),
        ("administrator", "ImportRegister", administrator(), Told("D00")),
        ("on duty", "ListCases", teacher(), By("P00b")),
        ("unknown to the register", "ListCases", other(PrincipalKind::Unknown), Told("D00")),
        ("administrator", "ListCases", administrator(), Told("D12")),
        ("T56 on LoA2", "ReadItem", clinician().assigned().inside().assured(2), Told("D21")),
        ("T56 unaware", "ReadItem", clinician().assured(2).unaware(), Told("D21")),
        ("on LoA2", "ReadConsent", guardian().assured(2), Told("D21")),
    ]);
}

#[test]
fn the_way_in() {
    check(vec![
        ("T01 own pupil", "MakeReferral", own_pupil(member()), By("P01")),
        ("another's pupil", "MakeReferral", member(), Told("D00")),
        ("another's pupil, unaware", "MakeReferral", member().unaware(), Hidden),
        ("a teacher", "MakeReferral", own_pupil(teacher()), Told("D00")),
        ("own pupil", "FindChild", own_pupil(counsellor()), By("P01")),
        ("another's pupil", "FindChild", counsellor().unaware(), Hidden),
        ("enrolled", "FindChild", own_pupil(staff(ChildHealth, Role::ChildHealthNurse)), By("P01")),
        ("own unit", "RegisterChild", caseworker().inside(), By("P01b")),
        ("another unit", "RegisterChild", caseworker(), Told("D00")),
        ("a teacher", "RegisterChild", teacher().inside(), Told("D00")),
        ("received", "ListReferrals", triager().inside(), By("P02")),
        ("another unit", "ListReferrals", triager(), Told("D00")),
        ("received", "TriageReferral", triager().inside(), By("P02")),
        ("not a triager", "TriageReferral", member().inside(), Told("D00")),
        ("received", "AcceptReferral", triager().inside(), By("P02")),
        ("another unit", "AcceptReferral", triager().unaware(), Hidden),
        ("own", "ReadReferral", member().inside(), By("P02b")),
        ("another's", "ReadReferral", member().unaware(), Hidden),
        ("received", "OpenCase", triager().inside(), By("P02")),
        ("not a triager", "OpenCase", caseworker().inside(), Told("D00")),
    ]);
}

#[test]
fn a_duty_beats_everything_but_a_first_sign_in() {
    check(vec![
        ("T16 no party anywhere", "SendConcernReport", teacher().unaware(), By("M01")),
        ("on LoA2", "SendConcernReport", teacher().assured(2), By("M01")),
        ("on LoA1", "SendConcernReport", teacher().assured(1).unaware(), Told("D21b")),
        ("conflict", "SendConcernReport", conflicted(caseworker()), By("M01")),
        ("protected child", "SendConcernReport", protected(officer()).unaware(), By("M01")),
        ("an administrator", "SendConcernReport", administrator(), By("M01")),
        ("a guardian", "SendConcernReport", guardian(), Told("D00")),
        ("nobody known", "SendConcernReport", other(PrincipalKind::Unknown), Told("D00")),
    ]);
    let mut no_child = teacher().unaware();
    no_child.0.resource.child = None;
    check(vec![("no such child", "SendConcernReport", no_child, Hidden)]);
}

#[test]
fn concern_reports_stay_with_the_receiving_unit() {
    check(vec![
        ("received", "ReadConcernReport", caseworker().inside(), By("P25")),
        ("another unit of theirs", "ReadConcernReport", caseworker().unaware(), Hidden),
        ("the reporting school", "ReadConcernReport", member().inside(), Told("D07")),
        ("received", "ListConcernReports", caseworker().inside(), By("P25")),
        ("at an office", "ListConcernReports", staff(Office, Role::Manager).inside(), Told("D07")),
        (
            "as an item",
            "WriteItem",
            caseworker().assigned().inside().of(SocialServices, Category::Concern),
            Told("D07b"),
        ),
    ]);
}

#[test]
fn taking_part() {
    let manager = || staff(SocialServices, Role::Manager).inside();
    check(vec![
        ("coordinating", "InviteParty", caseworker().assigned().coordinating(), By("P10")),
        ("another coordinates", "InviteParty", caseworker().assigned(), Told("O10")),
        ("own unit", "ListInvitations", manager(), By("P10b")),
        ("not a manager", "ListInvitations", caseworker().inside(), Told("D00")),
        ("invited", "AnswerInvitation", manager().party(PartyStanding::Invited), By("P10c")),
        ("not invited", "AnswerInvitation", manager().unaware(), Hidden),
        (
            "for another unit",
            "AnswerInvitation",
            staff(SocialServices, Role::Manager).party(PartyStanding::Invited),
            Told("O11"),
        ),
        ("own unit", "AssignStaff", manager().party(PartyStanding::Active), By("P23")),
        ("no party yet", "AssignStaff", manager().party(PartyStanding::Invited), Told("D00")),
        ("a colleague", "AssignStaff", caseworker().assigned().inside(), Told("D00")),
        (
            "the named owner",
            "AssignStaff",
            caseworker().assigned().inside().with(|it| it.named_owner = true),
            By("P23"),
        ),
        (
            "the named owner, another's unit",
            "AssignStaff",
            caseworker().assigned().with(|it| it.named_owner = true),
            Told("O11"),
        ),
    ]);
}

#[test]
fn a_case_is_for_those_assigned_to_it() {
    check(vec![
        ("assigned", "ReadCase", caseworker().assigned(), By("P03")),
        ("T04 ended yesterday", "ReadPlan", caseworker().party(PartyStanding::Active), Told("D01")),
        ("never assigned", "ReadCase", caseworker().unaware(), Hidden),
        ("T03 assigned", "ReadPlan", caseworker().assigned(), By("P03")),
        ("T31 conflict", "ReadCase", conflicted(caseworker().assigned()), Told("D02")),
        ("protected, handler", "ReadCase", handled(caseworker().assigned()), By("P03")),
        ("protected, no handler", "ReadCase", protected(caseworker().assigned()).unaware(), Hidden),
        ("protected, handler", "FindChild", handled(own_pupil(member())), By("P01")),
        ("protected, no handler", "FindChild", protected(own_pupil(member())).unaware(), Hidden),
        (
            "read-only",
            "ListItems",
            caseworker().assigned().party(PartyStanding::ReadOnly),
            By("P03"),
        ),
        (
            "read-only",
            "WriteItem",
            caseworker().assigned().inside().party(PartyStanding::ReadOnly),
            Told("O04"),
        ),
        ("own unit's", "WriteItem", caseworker().assigned().inside(), By("P04")),
        ("another unit's", "WriteItem", caseworker().assigned(), Told("O03")),
        ("T41 auditor", "ReadPlan", auditor().assigned().inside(), Told("D12")),
        ("T41 auditor, unaware", "ReadPlan", auditor().unaware(), Told("D12")),
        ("T43 administrator", "ReadPlan", administrator().assigned(), Told("D12")),
        ("the guardian", "ReadCase", guardian(), Told("D00")),
    ]);
}

#[test]
fn an_auditor_who_also_works_with_children_is_not_shut_out() {
    let mut question = caseworker().assigned();
    question.0.principal.duties.push(Role::Auditor);
    check(vec![("both", "ReadCase", question, By("P03"))]);
}

#[test]
fn reading_items() {
    let item = |question: Question| question.assigned().of(ChildPsychiatry, Category::Med);
    let school = |question: Question| question.assigned().of(School, Category::School);
    let emi = |question: Question| question.assigned().of(StudentHealthMedical, Category::Med);
    check(vec![
        ("own unit's", "ReadItem", item(clinician()).inside(), By("P04")),
        ("own unit's, unassigned", "ReadItem", clinician().inside().unaware(), Hidden),
        ("not opened", "ReadItem", item(teacher()).unaware(), Hidden),
        ("on consent", "ReadItem", item(teacher()).live(Ground::Consent), By("P05")),
        ("consent ended", "ReadItem", item(teacher()).ended(Ground::Consent), Told("D18")),
        ("by 25:12", "ReadItem", item(caseworker()).live(Ground::ChildH), By("P06")),
        ("by 25:12, a school", "ReadItem", item(teacher()).live(Ground::ChildH), Told("D00")),
        (
            "by 26:9",
            "ReadItem",
            clinician().assigned().of(SocialServices, Category::Soc).live(Ground::ChildS),
            By("P07"),
        ),
        ("by 26:9, not theirs", "ReadItem", item(caseworker()).live(Ground::ChildS), Told("D00")),
        ("by 25:13 a", "ReadItem", emi(counsellor()).live(Ground::Emi), By("P08")),
        ("by 25:13 a, a teacher", "ReadItem", emi(teacher()).live(Ground::Emi), Told("D00")),
        ("harm test", "ReadItem", school(caseworker()).live(Ground::HarmTest), By("P09")),
        ("harm test, police", "ReadItem", school(officer()).live(Ground::HarmTest), Told("D00")),
        (
            "T37 what the consent covers",
            "ReadItem",
            officer().assigned().of(School, Category::Crime).live(Ground::Consent),
            By("P05"),
        ),
        ("T36 the plan", "ReadPlan", officer().assigned(), Told("D10b")),
        ("health, on consent", "ReadItem", item(officer()).live(Ground::Consent), Told("D10")),
    ]);
}

#[test]
fn publishing_on_consent() {
    let med = || clinician().assigned().inside().of(ChildPsychiatry, Category::Med);
    let stu = || counsellor().assigned().inside().of(StudentHealth, Category::StuHealth);
    check(vec![
        ("T05", "PublishItem", med().to(School, Ground::Consent).consented(), By("P05")),
        ("T08 one guardian only", "PublishItem", med().to(School, Ground::Consent), Told("D18")),
        ("T12", "PublishItem", stu().to(SocialServices, Ground::Consent).consented(), By("P05")),
        ("T14", "PublishItem", stu().to(SocialServices, Ground::HarmTest), Told("O01b")),
        ("the police", "PublishItem", med().to(Police, Ground::Consent).consented(), Told("D10c")),
        (
            "no party",
            "PublishItem",
            med().to(School, Ground::Consent).consented().with(|it| it.recipient_party = false),
            Told("O02"),
        ),
        (
            "not the owner",
            "PublishItem",
            med().to(School, Ground::Consent).consented().with(|it| it.inside = false),
            Told("O03"),
        ),
        (
            "read-only",
            "PublishItem",
            med().to(School, Ground::Consent).consented().party(PartyStanding::ReadOnly),
            Told("O04"),
        ),
    ]);
}

#[test]
fn publishing_without_consent() {
    let med = || clinician().assigned().inside().of(ChildPsychiatry, Category::Med);
    let soc = || caseworker().assigned().inside().of(SocialServices, Category::Soc);
    let emi = || nurse().assigned().inside().of(StudentHealthMedical, Category::Med);
    let school = || teacher().assigned().inside().of(School, Category::School);
    let (child_h, child_s) = (Ground::ChildH, Ground::ChildS);
    let weighed = |question: Question| {
        question.with(|it| it.harm = Some(crate::domain::harm::HarmResult::NoHarm))
    };
    check(vec![
        ("T07", "PublishItem", med().to(SocialServices, child_h), By("P06")),
        ("no reason", "PublishItem", med().to(SocialServices, child_h).unreasoned(), Told("O01")),
        ("to a school", "PublishItem", med().to(School, child_h), Told("O06")),
        ("grown up", "PublishItem", med().to(SocialServices, child_h).aged(18), Told("O06")),
        ("nearly", "PublishItem", med().to(SocialServices, child_h).aged(17), By("P06")),
        ("age unknown", "PublishItem", med().to(SocialServices, child_h).aged(-1), Told("O06")),
        ("private", "PublishItem", med().to(SocialServices, child_h).privately(), Told("O06")),
        ("T26", "PublishItem", soc().to(ChildHealth, child_s), By("P07")),
        (
            "T11 no reason",
            "PublishItem",
            soc().to(ChildPsychiatry, child_s).unreasoned(),
            Told("O01"),
        ),
        ("to a school", "PublishItem", soc().to(School, child_s), Told("O07")),
        ("not theirs", "PublishItem", med().to(SocialServices, child_s), Told("O07")),
        ("medical student health", "PublishItem", emi().to(SocialServices, child_h), By("P06")),
        ("T22", "PublishItem", emi().to(StudentHealth, Ground::Emi), By("P08")),
        ("to a teacher", "PublishItem", emi().to(School, Ground::Emi), Told("O08")),
        ("another authority", "PublishItem", med().to(StudentHealth, Ground::Emi), Told("O08")),
        (
            "weighed",
            "PublishItem",
            weighed(school().to(SocialServices, Ground::HarmTest)),
            By("P09"),
        ),
        (
            "not written down",
            "PublishItem",
            school().to(SocialServices, Ground::HarmTest),
            Told("O01b"),
        ),
        (
            "to the police",
            "PublishItem",
            weighed(school().to(Police, Ground::HarmTest)),
            Told("O09"),
        ),
        (
            "health care",
            "PublishItem",
            weighed(med().to(Police, Ground::HarmTest)),
            Told("D10c O09"),
        ),
    ]);
}

#[test]
fn what_a_refusal_asks_for_is_named() {
    assert_eq!(POLICY.rule("O01").unwrap().asks.as_deref(), Some("reason"));
    assert_eq!(POLICY.rule("D01").unwrap().asks, None);
}

#[test]
fn the_plan_has_one_coordinator_and_many_authors() {
    let police = || officer().assigned().inside();
    check(vec![
        ("coordinating", "DraftPlan", agreed(caseworker().assigned().coordinating()), By("P11")),
        ("another coordinates", "DraftPlan", caseworker().assigned(), Told("O10")),
        ("coordinating", "EditPlan", caseworker().assigned().coordinating(), By("P11")),
        ("another coordinates", "EditPlan", caseworker().assigned().inside(), Told("O10")),
        ("coordinating", "ActivatePlan", agreed(caseworker().assigned().coordinating()), By("P11")),
        ("unassigned", "ActivatePlan", caseworker().coordinating(), Told("D01")),
        ("own unit's", "WriteAction", clinician().assigned().inside(), By("P11b")),
        ("another's", "WriteAction", caseworker().assigned().coordinating(), Told("O11")),
        ("own unit's", "ConfirmPlan", clinician().assigned().inside(), By("P11b")),
        ("another's", "ConfirmPlan", clinician().assigned(), Told("O11")),
        ("the police", "ConfirmPlan", police(), Told("D10b")),
        ("the police, unaware", "ListPlans", officer().unaware(), Told("D10b")),
        ("assigned", "ListPlans", clinician().assigned(), By("P03")),
    ]);
}

fn named(question: Question) -> Question {
    own_agency(question.assigned())
}
fn representative() -> Question {
    other(PrincipalKind::Citizen).with(|it| it.representative = true)
}
fn disposing(question: Question) -> Question {
    question.with(|it| it.disposes = true).aged(16)
}
fn agreed(question: Question) -> Question {
    question.with(|it| it.plan_consent = true)
}

#[test]
fn consents() {
    let read_only = || clinician().assigned().party(PartyStanding::ReadOnly);
    check(vec![
        ("assigned", "AskConsent", clinician().assigned(), By("P26")),
        ("read-only", "AskConsent", read_only(), Told("O04")),
        ("named", "AnswerConsent", named(clinician()), By("P26")),
        ("coordinating", "AnswerConsent", clinician().assigned().coordinating(), By("P26")),
        ("not named", "AnswerConsent", clinician().assigned().unaware(), Hidden),
        ("assigned", "ListConsents", teacher().assigned(), By("P03")),
        ("unassigned", "ListConsents", teacher(), Told("D01")),
        ("named", "ReadConsent", named(teacher()), By("P03c")),
        ("coordinating", "ReadConsent", teacher().assigned().coordinating(), By("P03c")),
        ("not named", "ReadConsent", teacher().assigned().unaware(), Hidden),
        ("own", "ReadConsent", guardian(), By("P12")),
        ("another family", "ReadConsent", other(PrincipalKind::Citizen).unaware(), Hidden),
        ("own", "AnswerConsent", own_answer(guardian()), By("P12")),
        ("the other guardian's", "AnswerConsent", guardian(), Told("O12")),
        ("by a power", "ReadConsent", representative(), By("P12")),
        ("by a power", "AnswerConsent", own_answer(representative()), By("P12")),
        ("by a power for another", "AnswerConsent", representative(), Told("O12")),
        ("the power has ended", "AnswerConsent", other(PrincipalKind::Citizen).unaware(), Hidden),
        ("the young person decides", "ReadConsent", disposing(guardian()).unaware(), Hidden),
        ("given before", "ReadConsent", own_answer(disposing(guardian())), By("P12")),
        ("the young person is 18", "ReadConsent", guardian().aged(18), Told("D19")),
        ("own, ten years", "ReadConsent", child(10), By("P13")),
        ("own, eleven years", "AnswerConsent", own_answer(child(11)), Told("O13")),
        ("own, twelve years", "AnswerConsent", own_answer(child(12)), By("P13")),
        ("a guardian's, twelve years", "AnswerConsent", child(12), Told("O12")),
        ("protected, the child", "ReadConsent", protected(child(10)), By("P13")),
        ("signed in", "ListOwnConsents", other(PrincipalKind::Citizen), By("P12d")),
        ("staff", "ListOwnConsents", clinician(), Told("D00")),
        ("on LoA2", "ListOwnConsents", guardian().assured(2), Told("D21")),
    ]);
}

#[test]
fn the_police_see_consents_towards_them_and_no_others() {
    let towards =
        |unit_kind| named(officer()).with(|it| it.recipient = Some(callers::place(unit_kind)));
    check(vec![
        ("towards them", "ReadConsent", towards(Police), By("P03c")),
        ("of theirs, towards a school", "ReadConsent", towards(School).unaware(), Hidden),
        ("towards them", "AnswerConsent", towards(Police), By("P26")),
        ("of theirs, towards a school", "AnswerConsent", towards(School).unaware(), Hidden),
        ("maturity", "AssessMaturity", officer().assigned(), Told("D10e")),
        ("maturity", "ListMaturityAssessments", officer().assigned(), Told("D10e")),
    ]);
}

#[test]
fn a_consent_is_withdrawn_at_any_time_through_any_agency() {
    let anywhere = |question: Question| question.with(|it| it.agency_party = true);
    check(vec![
        ("named", "WithdrawConsent", named(teacher()), By("P26b")),
        ("not named, not given", "WithdrawConsent", teacher().assigned().unaware(), Hidden),
        (
            "read-only",
            "WithdrawConsent",
            named(teacher()).party(PartyStanding::ReadOnly),
            By("P26b"),
        ),
        ("through its agency", "WithdrawConsent", anywhere(teacher()).unaware(), By("P26b")),
        (
            "the case is closed",
            "WithdrawConsent",
            anywhere(teacher()).with(|it| it.closed = true),
            By("P26b"),
        ),
        ("of another agency", "WithdrawConsent", teacher().unaware(), Hidden),
        ("conflict", "WithdrawConsent", conflicted(anywhere(teacher())), Told("D02")),
        ("own", "WithdrawConsent", own_answer(guardian()), By("P12")),
        ("own, from before", "WithdrawConsent", own_answer(disposing(guardian())), By("P12")),
        ("another's", "WithdrawConsent", guardian(), Told("O12")),
        ("T46 own, sixteen years", "WithdrawConsent", own_answer(child(16)), By("P13")),
        ("T45 grown up", "WithdrawConsent", own_answer(child(18)), By("P13")),
        ("T45 a guardian", "WithdrawConsent", own_answer(guardian()).aged(18), Told("D19")),
    ]);
}

#[test]
fn maturity_is_assessed_by_those_who_work_with_the_child() {
    let read_only = || clinician().assigned().party(PartyStanding::ReadOnly);
    check(vec![
        ("assigned", "AssessMaturity", clinician().assigned(), By("P26c")),
        ("read-only", "AssessMaturity", read_only(), Told("O04")),
        ("unassigned", "AssessMaturity", clinician().unaware(), Hidden),
        ("assigned", "ListMaturityAssessments", clinician().assigned(), By("P03")),
        ("unassigned", "ListMaturityAssessments", clinician().unaware(), Hidden),
        ("the guardian", "ListMaturityAssessments", guardian().unaware(), Hidden),
    ]);
}

#[test]
fn a_plan_needs_consent_that_it_is_drawn_up() {
    let coordinator = || caseworker().assigned().coordinating();
    check(vec![
        ("agreed", "DraftPlan", agreed(coordinator()), By("P11")),
        ("not agreed", "DraftPlan", coordinator(), Told("O15")),
        ("agreed", "ActivatePlan", agreed(coordinator()), By("P11")),
        ("withdrawn since", "ActivatePlan", coordinator(), Told("O15")),
        ("withdrawn since", "ReadPlan", coordinator(), By("P03")),
        ("withdrawn since", "EditPlan", coordinator(), By("P11")),
        ("another coordinates", "DraftPlan", agreed(caseworker().assigned()), Told("O10")),
    ]);
}

#[test]
fn logs() {
    check(vec![
        ("T40 own agency's", "ExportLog", own_agency(auditor()), By("P19")),
        ("another agency's", "ExportLog", auditor(), Told("D22")),
        ("own agency's", "ReadLog", own_agency(auditor()), By("P19")),
        ("not an auditor", "ReadLog", own_agency(caseworker()), Told("D00")),
        ("on LoA2", "ExportLog", own_agency(auditor()).assured(2), Told("D21")),
        ("own agency's", "SearchLog", own_agency(auditor()), By("P19")),
        ("another agency's", "SearchLog", auditor(), Told("D22")),
        ("not an auditor", "FetchLogExport", own_agency(caseworker()), Told("D00")),
        ("own agency's", "RecordLogFinding", own_agency(auditor()), By("P19")),
        ("an administrator", "RecordLogFinding", own_agency(administrator()), Told("D00")),
        ("an administrator", "DisposeLog", own_agency(administrator()), By("P19c")),
        ("another agency's", "DisposeLog", administrator(), Told("D22")),
        ("who reviews does not dispose", "DisposeLog", own_agency(auditor()), Told("D00")),
        ("on LoA2", "DisposeLog", own_agency(administrator()).assured(2), Told("D21")),
        ("an administrator", "ListDisposals", own_agency(administrator()), By("P19d")),
        ("a caseworker", "ListDisposals", own_agency(caseworker()), Told("D00")),
        (
            "a connected system",
            "ReadTiles",
            own_agency(staff(Office, Role::Integration)),
            By("P19e"),
        ),
        ("of another agency", "ReadTiles", staff(Office, Role::Integration), Told("D22")),
        (
            "more than hashes",
            "SearchLog",
            own_agency(staff(Office, Role::Integration)),
            Told("D20"),
        ),
    ]);
}

/// T49: there is nothing to permit.
#[test]
fn no_act_deletes_or_searches() {
    // An auditor searches their own agency's log, which holds no content.
    let acts = || super::super::act::ALL.iter().filter(|(name, ..)| *name != "SearchLog");
    let names = || acts().map(|(name, ..)| name.to_lowercase());
    for word in ["delete", "erase", "remove", "overwrite", "search"] {
        assert!(names().all(|name| !name.contains(word)), "{word}");
    }
    assert!(POLICY.rule("D15").is_some() && POLICY.rule("D16").is_some());
}

#[test]
fn a_denial_keeps_the_truth_from_the_caller_and_for_the_owner() {
    use crate::access::{act::ReadItem, decide};
    let item = ReadItem { item: Uuid::from_u128(12).into() };
    let hidden = conflicted(teacher().assigned()).ended(Ground::Consent).unaware();
    let denial = decide(&POLICY, item.clone(), hidden.0).unwrap_err();
    let words =
        |rules: &[crate::access::RuleId]| rules.iter().map(|id| id.to_string()).collect::<Vec<_>>();
    assert_eq!(words(denial.rules()), ["D02", "D18"]);
    assert_eq!(words(denial.told()), ["D01", "D06"], "as for any item that is not there");
    assert_eq!(denial.answer(), Answer::Hidden);
    assert!(denial.ended().is_empty());

    let told = teacher().assigned().ended(Ground::Consent);
    let denial = decide(&POLICY, item.clone(), told.0).unwrap_err();
    assert_eq!((denial.answer(), denial.ended().len()), (Answer::Told, 1));

    let open = teacher().assigned().of(ChildPsychiatry, Category::Med).live(Ground::Consent);
    let permit = decide(&POLICY, item, open.0).unwrap();
    assert_eq!(words(permit.rules()), ["P05"]);
    assert_eq!(permit.openings().len(), 1);
}
