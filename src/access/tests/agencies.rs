//! What agencies forbid for themselves, and what they may not.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value as Json;

use super::super::brief::Brief;
use super::super::{AgencyFile, PolicyFile};
use super::properties::{any_act, facts};
use super::*;
use crate::domain::agency::AgencyKind;
use crate::domain::ids::AgencyId;

const SAID: &str = "@law(\"x\") @ground(\"x\") @sv(\"x\") @en(\"x\") @way_sv(\"x\") @way_en(\"x\")";
const STRICT: &str = include_str!("../../../docs/examples/agencies/stricter-sign-in.cedar");
const NIGHT: &str = include_str!("../../../docs/examples/agencies/no-night-access.cedar");
const ASKED: &str = include_str!("../../../docs/examples/agencies/guardians-asked.cedar");

/// The social services' agency is strict, health care's closes at night, the school asks.
static NARROWED: LazyLock<Policy> = LazyLock::new(|| {
    let units = [UnitKind::SocialServices, UnitKind::ChildPsychiatry, UnitKind::School];
    let files = units.into_iter().zip([STRICT, NIGHT, ASKED]);
    let files = files.map(|(unit, text)| file(unit, text)).collect::<Vec<_>>();
    Policy::embedded().unwrap().narrowed_by(&files).unwrap()
});

/// The same written among the common rules, each with the question of whose it is.
static GUARDED: LazyLock<Policy> = LazyLock::new(|| {
    let units = [UnitKind::SocialServices, UnitKind::ChildPsychiatry, UnitKind::School];
    let mut files = PolicyFile::embedded();
    for (unit, text) in units.into_iter().zip([STRICT, NIGHT, ASKED]) {
        let own = agency(unit);
        let guard =
            format!("when {{ principal.agency == \"{own}\" || resource.owner == \"{own}\" }};");
        let text = text.replace("A01", &own.to_string()).replace("@answer(\"told\")\n", "");
        let text = format!("{}\n{guard}", text.trim_end().trim_end_matches(';'));
        files.push(PolicyFile { name: own.to_string(), text });
    }
    let words = PolicyFile::embedded_default();
    Policy::load(&files, PolicyFile::embedded_schema(), words).unwrap()
});

fn agency(unit: UnitKind) -> AgencyId {
    callers::place(unit).agency
}

fn file(unit: UnitKind, text: &str) -> AgencyFile {
    let agency = agency(unit);
    AgencyFile { agency, file: PolicyFile { name: format!("{agency}.cedar"), text: text.into() } }
}

fn narrowed(text: &str) -> Result<Policy, String> {
    let text = format!("// Ours.\n\n@id(\"A01\") {SAID}\n{text}");
    let files = [file(UnitKind::School, &text)];
    Policy::embedded().unwrap().narrowed_by(&files).map_err(|error| error.to_string())
}

fn asked_of(policy: &Policy, act: &str, question: &Question) -> (bool, Vec<String>) {
    let weighed = policy.weigh(act, &question.0);
    (weighed.permitted, weighed.rules.iter().map(|id| id.to_string()).collect())
}

fn forbidden(act: &str, question: &Question) -> Vec<String> {
    assert!(asked_of(&POLICY, act, question).0, "{act} is common ground");
    let (permitted, rules) = asked_of(&NARROWED, act, question);
    assert_eq!(permitted, rules.iter().all(|rule| !rule.contains('/')), "{rules:?}");
    if permitted { Vec::new() } else { rules }
}

fn case_of(question: Question, owner: UnitKind) -> Question {
    question.assigned().of(owner, Category::Plan)
}

fn at_hour(mut question: Question, hour: u8) -> Question {
    question.0.principal.hour = hour;
    question
}

#[test]
fn an_agency_binds_its_own_staff() {
    let question = || case_of(staff(UnitKind::SocialServices, Role::Caseworker), UnitKind::Police);
    assert_eq!(forbidden("ReadCase", &question()), ["00000201/A01"]);
    assert_eq!(forbidden("ReadCase", &question().assured(4)), [""; 0]);
}

#[test]
fn an_agency_binds_whoever_comes_to_what_it_owns() {
    let teacher = || staff(UnitKind::School, Role::Teacher);
    let theirs = case_of(teacher(), UnitKind::SocialServices);
    assert_eq!(forbidden("ReadCase", &theirs), ["00000201/A01"]);
    let own = case_of(teacher(), UnitKind::School);
    assert_eq!(forbidden("ReadCase", &own), [""; 0]);
}

#[test]
fn both_agencies_bind_and_neither_twice() {
    let worker = case_of(staff(UnitKind::SocialServices, Role::Caseworker), UnitKind::ChildHealth);
    let both = at_hour(worker, 23);
    assert_eq!(forbidden("ReadCase", &both), ["00000201/A01", "00000202/A01"]);
    let clinician =
        case_of(staff(UnitKind::ChildPsychiatry, Role::Clinician), UnitKind::ChildHealth);
    assert_eq!(forbidden("ReadCase", &at_hour(clinician, 5)), ["00000202/A01"]);
}

#[test]
fn by_night_an_emergency_stays_open() {
    let question =
        || case_of(staff(UnitKind::ChildPsychiatry, Role::Clinician), UnitKind::ChildHealth);
    for hour in [0, 5, 22, 23] {
        assert_eq!(forbidden("ReadCase", &at_hour(question(), hour)), ["00000202/A01"]);
        let breaking = at_hour(question(), hour).with(|it| it.breaking = true);
        assert_eq!(forbidden("ReadCase", &breaking), [""; 0]);
    }
    for hour in [6, 21] {
        assert_eq!(forbidden("ReadCase", &at_hour(question(), hour)), [""; 0]);
    }
}

#[test]
fn guardians_are_asked_where_the_agency_says_so() {
    let plan = |unit, role| {
        let question = case_of(staff(unit, role), unit).inside().coordinating();
        question.with(|it| it.plan_consent = true)
    };
    let teacher = || plan(UnitKind::School, Role::Teacher);
    assert_eq!(forbidden("DraftPlan", &teacher()), ["00000200/A01"]);
    let agreed = teacher().with(|it| it.guardians_agreed = true);
    assert_eq!(forbidden("DraftPlan", &agreed), [""; 0]);
    assert_eq!(forbidden("ReadPlan", &teacher()), [""; 0]);
    let clinician = plan(UnitKind::ChildPsychiatry, Role::Clinician);
    assert_eq!(forbidden("DraftPlan", &clinician), [""; 0]);
}

#[test]
fn a_rule_of_an_agency_has_its_words_like_any_other() {
    let rule = NARROWED.rule("00000201/A01").unwrap();
    assert_eq!(rule.law, "GDPR 32");
    assert!(rule.open && rule.way.sv.starts_with("Logga in igen"));
    assert!(NARROWED.rule("A01").unwrap().law != rule.law, "the common A01 is another rule");
}

#[test]
fn whoever_does_not_know_of_a_thing_is_told_no_rule_of_its_owner() {
    let stranger = staff(UnitKind::School, Role::Teacher).unaware();
    let theirs = case_of(stranger.clone(), UnitKind::SocialServices);
    let split = |question: &Question| match judge(&NARROWED, "ReadCase", &question.0) {
        Verdict::Permitted(_) => panic!("permitted"),
        Verdict::Refused { answer, told, rules } => (answer, told, rules),
    };
    let (answer, told, rules) = split(&theirs);
    let (miss, told_of_a_miss, _) = split(&stranger);
    assert_eq!((answer, &told), (miss, &told_of_a_miss));
    assert!(rules.iter().any(|id| &**id == "00000201/A01"), "the owner's log has it");
    // Their own agency's rule depends on themselves, and may be told.
    let own = staff(UnitKind::SocialServices, Role::Caseworker).unaware();
    let (answer, told, _) = split(&case_of(own, UnitKind::School));
    assert_eq!((answer, &*told[0]), (Answer::Told, "00000201/A01"));
}

#[test]
fn the_digest_covers_what_agencies_forbid() {
    let common = Policy::embedded().unwrap();
    let digest = common.digest().to_owned();
    let with = |files: &[AgencyFile]| {
        Policy::embedded().unwrap().narrowed_by(files).unwrap().digest().to_owned()
    };
    assert_eq!(with(&[]), digest);
    let (one, other) = (file(UnitKind::School, ASKED), file(UnitKind::Police, NIGHT));
    let both = with(&[one.clone(), other.clone()]);
    assert_eq!(both, with(&[other.clone(), one.clone()]));
    let digests =
        [digest, both, with(&[one]), with(&[other]), with(&[file(UnitKind::Police, ASKED)])];
    let different: std::collections::BTreeSet<_> = digests.iter().collect();
    assert_eq!(different.len(), digests.len());
}

#[test]
fn a_permit_is_refused_with_its_place_and_a_question_that_it_would_open() {
    let wide = "permit (principal is Staff, action == Action::\"ReadConcernReport\", resource)\n\
                when { principal.roles.contains(\"teacher\") };";
    let told = narrowed(wide).err().unwrap();
    let place = format!("{}.cedar:3: `A01`: ", agency(UnitKind::School));
    assert!(told.starts_with(&place), "{told}");
    assert!(told.contains("\"ReadConcernReport\", asked by \"teacher, school\" when \""), "{told}");
    let json = &told[told.find("the facts: ").unwrap() + 11..];
    let brief = Brief::from_json(&serde_json::from_str::<Json>(json).unwrap(), &POLICY).unwrap();
    let common = POLICY.explain(&brief);
    assert!(!common.permitted);
    let mut files = PolicyFile::embedded();
    files.push(PolicyFile { name: "wide".into(), text: format!("@id(\"X\") {SAID}\n{wide}") });
    let words = PolicyFile::embedded_default();
    let wider = Policy::load(&files, PolicyFile::embedded_schema(), words).unwrap();
    assert!(wider.explain(&brief).permitted, "the question replays as a real permit");
}

#[test]
fn a_permit_that_asks_for_something_rare_is_shown_too() {
    let told = narrowed(
        "permit (principal is Staff, action == Action::\"FindChild\", resource)\n\
         when { context.safety && principal.roles.contains(\"teacher\") };",
    );
    let told = told.err().unwrap();
    let besides = "and besides: The item is marked as needed for the child's safety. (true)";
    assert!(told.contains(besides), "{told}");
}

#[test]
fn a_permit_that_opens_nothing_is_refused_too() {
    let told = narrowed(
        "permit (principal is Staff, action == Action::\"ReadLog\", resource)\n\
         when { context.own_agency && principal.duties.contains(\"auditor\") };",
    );
    assert!(told.err().unwrap().ends_with("No typical question shows what it would open"));
}

#[test]
fn no_agency_forbids_a_duty() {
    for act in
        ["SendConcernReport", "WithdrawConsent", "ReadLog", "ExportLog", "ReadSelf", "ReadDecision"]
    {
        let told = narrowed(&format!("forbid (principal, action == Action::\"{act}\", resource);"));
        let told = told.err().unwrap();
        assert!(
            told.contains(&format!(
                ":3: `A01`: no agency may forbid a duty, and this one reaches {act};"
            )),
            "{told}"
        );
    }
    for wide in ["action", "action in [Action::\"Content\"]", "action in [Action::\"AboutChild\"]"]
    {
        let told =
            narrowed(&format!("forbid (principal, {wide}, resource) when {{ context.closed }};"));
        assert!(told.err().unwrap().contains("WithdrawConsent"), "{wide}");
    }
    let narrow = "forbid (principal, action in [Action::\"CaseBound\"], resource);";
    assert!(narrowed(narrow).is_ok());
}

#[test]
fn an_agency_can_not_take_anothers_id_and_two_files_do_not_clash() {
    let twice = format!("{ASKED}{ASKED}");
    let told = Policy::embedded().unwrap().narrowed_by(&[file(UnitKind::School, &twice)]);
    assert!(told.err().unwrap().to_string().contains("the id is taken by"));
}

#[test]
fn a_schema_without_duties_takes_no_agency() {
    let schema = PolicyFile::embedded_schema().replace("action Duty;", "action Toll;");
    let schema = schema.replace("[Duty]", "[Toll]").replace(", Duty]", ", Toll]");
    let policy = Policy::load(&[], &schema, PolicyFile::embedded_default()).unwrap();
    let told = policy.narrowed_by(&[file(UnitKind::School, ASKED)]).err().unwrap();
    assert!(told.to_string().contains("`Duty`"), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn agencies_only_ever_narrow(act in any_act(), facts in facts()) {
        let (common, narrowed) = (POLICY.weigh(act, &facts), NARROWED.weigh(act, &facts));
        prop_assert!(common.permitted || !narrowed.permitted);
        if narrowed.permitted {
            prop_assert_eq!(common.rules, narrowed.rules);
        }
    }

    #[test]
    fn an_agency_counts_for_its_staff_and_for_what_it_owns_alone(
        act in any_act(), facts in facts(), hour in 0_u8..24, loa in 3_u8..=4,
    ) {
        let mut facts = facts;
        facts.principal.hour = hour;
        facts.principal.assurance = loa;
        let (guarded, narrowed) = (GUARDED.weigh(act, &facts), NARROWED.weigh(act, &facts));
        prop_assert_eq!(guarded.permitted, narrowed.permitted);
        prop_assert_eq!(guarded.rules.len(), narrowed.rules.len());
        let brief = NARROWED.explain(&Brief::of(act, &facts));
        prop_assert_eq!(brief.rules, narrowed.rules);
    }
}

#[test]
fn the_units_of_these_tests_belong_to_three_agencies() {
    let kinds = [UnitKind::School, UnitKind::SocialServices, UnitKind::ChildPsychiatry];
    let kinds = kinds.map(|kind| callers::place(kind).agency_kind);
    assert_eq!(kinds, [AgencyKind::School, AgencyKind::Social, AgencyKind::Health]);
}
