//! What holds in every situation.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::super::act;
use super::super::facts::Kin;
use super::*;
use crate::domain::agency::{AgencyKind, Place};
use crate::domain::harm::HarmResult;
use crate::domain::text::Coded;

/// Acts on things that are there for everybody: no ghost of them exists.
const ON_THE_WHOLE: &str = "Directory";
/// Acts that concern no child.
const NO_CONTENT: [&str; 36] = [
    "AskAccessExtract",
    "ListOwnAccessExtracts",
    "ListAccessExtracts",
    "PrepareAccessExtract",
    "DecideAccessExtract",
    "ReadAccessExtract",
    "PrintAccessExtract",
    "ReadSelf",
    "ListUnits",
    "ListIndicators",
    "ImportRegister",
    "SendConcernReport",
    "ReadLog",
    "ReadTiles",
    "SearchLog",
    "ReadLogEntry",
    "ExportLog",
    "ListLogExports",
    "ReadLogExport",
    "FetchLogExport",
    "CancelLogExport",
    "DrawLogReview",
    "ListLogReviews",
    "ReadLogReview",
    "RecordLogFinding",
    "CloseLogReview",
    "ReportLogReviews",
    "DisposeLog",
    "ListDisposals",
    "ReadDecision",
    "ExplainAccess",
    "ListBreakGlass",
    "ReadBreakGlass",
    "ReviewBreakGlass",
    "RemindOfReviews",
    "RemindOfMeetings",
];
/// Acts on a case that do not ask for an assignment there.
const BESIDE_THE_CASE: [&str; 6] = [
    "SeeInvitation",
    "AnswerInvitation",
    "AssignStaff",
    "WithdrawConsent",
    "BreakGlass",
    "BreakGlassByNumber",
];

fn acts(on: &'static [&'static str], but: &'static [&'static str]) -> Vec<&'static str> {
    act::ALL
        .iter()
        .filter(|(name, kind, ..)| (on.is_empty() || on.contains(kind)) && !but.contains(name))
        .map(|(name, ..)| *name)
        .collect()
}

pub(in crate::access) fn any_act() -> impl Strategy<Value = &'static str> {
    select(acts(&[], &[]))
}

fn case_bound() -> impl Strategy<Value = &'static str> {
    select(acts(&["Case", "Consent", "Item", "Plan"], &BESIDE_THE_CASE))
}

fn about_a_child() -> impl Strategy<Value = &'static str> {
    let kinds =
        &["Child", "Referral", "ConcernReport", "Case", "Consent", "Item", "Plan", "Meeting"];
    select(acts(kinds, &["SendConcernReport"]))
}

fn place() -> impl Strategy<Value = Place> {
    (select(UnitKind::ALL), prop::bool::weighted(0.8))
        .prop_map(|(kind, public)| Place { public, ..callers::place(kind) })
}

fn principal() -> impl Strategy<Value = Principal> {
    let roles = subsequence(Role::ALL, 1..4);
    let level = prop_oneof![1 => 1_u8..=2, 6 => 3_u8..=4];
    let sort = prop_oneof![8 => Just(0), 2 => Just(1), 1 => Just(2), 1 => Just(3)];
    (place(), roles, level, sort).prop_map(|(place, roles, assurance, sort)| {
        let kind = match sort {
            0 => PrincipalKind::Staff {
                agency: place.agency,
                agency_kind: place.agency_kind,
                public: place.public,
            },
            1 => PrincipalKind::Citizen,
            2 => PrincipalKind::Operator,
            _ => PrincipalKind::Unknown,
        };
        let works = sort == 0;
        Principal {
            kind,
            id: Uuid::from_u128(21),
            name: None,
            assurance,
            acting: works.then(|| super::super::facts::Acting { place, roles: roles.clone() }),
            home: None,
            hour: 10,
            duties: if works { roles } else { Vec::new() },
        }
    })
}

fn situation() -> impl Strategy<Value = Situation> {
    let likely = || prop::bool::weighted(0.8);
    let rarely = || prop::bool::weighted(0.2);
    let party = prop_oneof![
        1 => Just(PartyStanding::None),
        1 => Just(PartyStanding::Invited),
        6 => Just(PartyStanding::Active),
        1 => Just(PartyStanding::ReadOnly),
    ];
    let place_in_case = (likely(), party, likely(), rarely(), any::<bool>(), likely(), likely());
    let kin = (rarely(), rarely(), rarely(), any::<bool>(), any::<bool>(), likely(), -1_i64..20);
    let live = subsequence(Ground::ALL, 0..3);
    let ended = subsequence(Ground::ALL, 0..2);
    let invoked = (
        prop::option::weighted(0.9, select(Ground::ALL)),
        likely(),
        any::<bool>(),
        prop::option::weighted(0.9, place()),
        likely(),
    );
    let new = prop::array::uniform19(prop::bool::weighted(0.3));
    let harm = prop::option::of(select(HarmResult::ALL));
    let person = prop::option::of(select(&[Kin::Guardian, Kin::Child, Kin::Other][..]));
    let parts = (place_in_case, kin, live, ended, invoked, new, harm, person);
    parts.prop_map(|(case, kin, live, ended, invoked, new, harm, recipient_person)| {
        let consent = invoked.2.then(|| ConsentId::new(Uuid::from_u128(22)));
        let situation = Situation {
            assigned: case.0,
            party: case.1,
            coordinator: case.2,
            named_owner: case.3,
            inside: case.4,
            own_agency: case.5,
            own_pupil: case.6,
            conflict: kin.0,
            protected: kin.1,
            handler: kin.2,
            guardian: kin.3,
            themself: kin.4,
            own_answer: kin.5,
            age: Age(kin.6),
            live: live.into_iter().map(opening).collect(),
            ended: Vec::new(),
            ground: invoked.0,
            reasoned: invoked.1,
            consent,
            recipient: invoked.3,
            recipient_party: invoked.4,
            recipient_person,
            recipient_hidden: new[0],
            agency_party: new[1],
            breaking: new[2],
            safety: new[3],
            blocked: new[4],
            patient_asks: new[5],
            hidden: new[6],
            representative: new[7],
            stands_for: None,
            disposes: new[8],
            closed: new[9],
            archived: new[10],
            plan_consent: new[11],
            guardians_agreed: new[12],
            harm,
            investigation: new[13],
            requested: new[14],
            own_act: new[15],
            narrower_wish: new[16],
            wish_met: new[17],
            in_force: kin.5,
            called: new[18],
        };
        ended
            .into_iter()
            .fold(Question::by(callers::all().remove(0).principal), Question::ended)
            .with(|it| {
                let ended = std::mem::take(&mut it.ended);
                *it = Situation { ended, ..situation };
            })
            .0
            .situation
    })
}

prop_compose! {
    pub(in crate::access) fn facts()(
        principal in principal(),
        situation in situation(),
        owner in prop::option::weighted(0.9, place()),
        category in prop::option::weighted(0.9, select(Category::ALL)),
        aware in any::<bool>(),
    ) -> Facts {
        let mut facts = Question::by(principal).0;
        facts.situation = situation;
        facts.resource.owner = owner;
        facts.resource.category = category;
        facts.aware = aware;
        facts
    }
}

fn permitted(act: &str, facts: &Facts) -> bool {
    matches!(ask(act, facts), Outcome::Permitted(_))
}

fn is_staff(facts: &Facts) -> bool {
    matches!(facts.principal.kind, PrincipalKind::Staff { .. })
}

fn into_staff(facts: &mut Facts, unit_kind: UnitKind, role: Role) {
    let assurance = facts.principal.assurance;
    let worker = callers::worker("", unit_kind, role).principal;
    facts.principal = Principal { assurance, ..worker };
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(120) })]

    #[test]
    fn not_for_you_is_answered_exactly_as_not_there(act in any_act(), mut facts in facts()) {
        facts.aware = false;
        let split = |facts: &Facts| match judge(&POLICY, act, facts) {
            Verdict::Permitted(_) => None,
            Verdict::Refused { answer, told, .. } => Some((answer, told)),
        };
        if let Some(answer) = split(&facts) {
            let there_is_nothing = facts.ghost();
            if let Some(miss) = split(&there_is_nothing) {
                prop_assert_eq!(answer, miss);
            }
        }
    }

    #[test]
    fn nothing_can_be_done_to_what_is_not_there(act in any_act(), facts in facts()) {
        let on_a_thing = act::ALL.iter().any(|(name, kind, ..)| *name == act && *kind != ON_THE_WHOLE);
        prop_assert!(!on_a_thing || !permitted(act, &facts.ghost()));
    }

    #[test]
    fn whoever_is_unaware_is_told_only_what_depends_on_themselves(
        act in any_act(), mut facts in facts(),
    ) {
        facts.aware = false;
        if let Outcome::Told(rules) = ask(act, &facts) {
            prop_assert!(rules.iter().all(|id| POLICY.rule(id).unwrap().open), "{rules:?}");
        }
    }

    #[test]
    fn a_conflict_or_a_protected_identity_never_opens_anything(
        act in any_act(), mut facts in facts(), conflict in any::<bool>(),
    ) {
        let before = {
            facts.situation.conflict = false;
            facts.situation.protected = false;
            permitted(act, &facts)
        };
        facts.situation.conflict = conflict;
        facts.situation.protected = !conflict;
        prop_assert!(before || !permitted(act, &facts));
    }

    #[test]
    fn a_conflict_stops_every_act_about_a_child(act in about_a_child(), mut facts in facts()) {
        facts.situation.conflict = true;
        prop_assert!(!is_staff(&facts) || !permitted(act, &facts));
    }

    #[test]
    fn a_protected_child_is_for_handlers_for_its_own_and_for_the_emergency_officer(
        act in about_a_child(), mut facts in facts(),
    ) {
        facts.situation.protected = true;
        facts.situation.handler = false;
        facts.situation.themself = false;
        let private = facts.principal.kind == PrincipalKind::Citizen;
        let own = private && facts.situation.guardian;
        let on_call = facts.principal.duties.contains(&Role::EmergencySocialWorker);
        prop_assert!(own || on_call || !permitted(act, &facts), "{act}");
    }

    #[test]
    fn the_police_never_read_health_student_health_or_the_childs_voice(
        mut facts in facts(),
        category in select(&[Category::Med, Category::StuHealth, Category::Voice, Category::Plan]),
    ) {
        into_staff(&mut facts, UnitKind::Police, Role::Officer);
        facts.resource.category = Some(category);
        prop_assert!(!permitted("ReadItem", &facts));
    }

    #[test]
    fn nothing_of_health_or_voice_is_published_to_the_police(
        mut facts in facts(),
        category in select(&[Category::Med, Category::StuHealth, Category::Voice, Category::Plan]),
    ) {
        facts.resource.category = Some(category);
        facts.situation.recipient = Some(callers::place(UnitKind::Police));
        prop_assert!(!permitted("PublishItem", &facts));
    }

    #[test]
    fn who_only_audits_or_administers_reads_no_content(
        act in select(acts(&[], &NO_CONTENT)),
        mut facts in facts(),
        duties in subsequence(&[Role::Auditor, Role::Administrator], 1..=2),
        roles in subsequence(Role::ALL, 0..4),
    ) {
        into_staff(&mut facts, UnitKind::Office, Role::Auditor);
        facts.principal.duties = duties;
        if let Some(acting) = &mut facts.principal.acting {
            acting.roles = roles;
        }
        prop_assert!(!permitted(act, &facts));
    }

    #[test]
    fn no_case_is_open_to_staff_without_an_assignment(act in case_bound(), mut facts in facts()) {
        facts.situation.assigned = false;
        facts.situation.breaking = false;
        prop_assert!(!is_staff(&facts) || !permitted(act, &facts));
    }

    #[test]
    fn a_persons_duty_to_report_beats_whatever_else_holds(mut facts in facts(), level in 2_u8..=4) {
        let works = matches!(
            facts.principal.kind,
            PrincipalKind::Staff { agency_kind, .. } if agency_kind != AgencyKind::Host
        );
        let works = works && !facts.principal.duties.contains(&Role::Integration);
        facts.principal.assurance = level;
        prop_assert_eq!(permitted("SendConcernReport", &facts), works);
    }

    #[test]
    fn below_level_three_there_is_little(act in any_act(), mut facts in facts(), level in 0_u8..3) {
        // Whoever sits at the host's command line has not signed in at any level.
        prop_assume!(facts.principal.kind != PrincipalKind::Operator);
        facts.principal.assurance = level;
        let free = [
            "ReadSelf",
            "ListUnits",
            "ListIndicators",
            "SendConcernReport",
            "ExplainAccess",
        ];
        prop_assert!(free.contains(&act) || !permitted(act, &facts));
    }

    #[test]
    fn an_item_is_read_inside_or_on_a_live_ground(facts in facts()) {
        let it = &facts.situation;
        let open = it.inside || !it.live.is_empty() || it.breaking;
        let private = facts.principal.kind == PrincipalKind::Citizen;
        let stands = match private {
            true => it.guardian || it.themself,
            false => it.assigned || it.breaking,
        };
        prop_assert!(!permitted("ReadItem", &facts) || (open && stands));
    }

    #[test]
    fn the_chronology_is_made_by_the_named_owner_of_what_was_shared(
        act in select(&["ChooseEvent", "WithdrawEventChoice"][..]), facts in facts(),
    ) {
        if permitted(act, &facts) {
            let situation = &facts.situation;
            prop_assert!(situation.assigned && situation.coordinator && situation.named_owner);
            prop_assert!(!situation.conflict && !situation.closed);
            prop_assert_eq!(facts.resource.category, Some(Category::Chrono));
            let once = act == "WithdrawEventChoice" && !situation.ended.is_empty();
            prop_assert!(situation.inside || !situation.live.is_empty() || once);
            prop_assert!(act == "WithdrawEventChoice" || !situation.blocked);
        }
    }

    #[test]
    fn the_childs_words_are_marked_by_the_child_and_by_who_wrote_them_down(facts in facts()) {
        if permitted("MarkNotForGuardian", &facts) {
            let situation = &facts.situation;
            prop_assert_eq!(facts.resource.category, Some(Category::Voice));
            let wrote = situation.own_act && situation.inside && situation.assigned;
            let lawful = if is_staff(&facts) { wrote } else { situation.themself };
            prop_assert!(lawful);
        }
    }

    #[test]
    fn what_is_hidden_from_a_guardian_no_ground_opens(mut facts in facts(), ground in select(Ground::ALL)) {
        facts.principal.kind = PrincipalKind::Citizen;
        facts.principal.acting = None;
        facts.situation.hidden = true;
        facts.situation.live.push(opening(ground));
        prop_assert!(!permitted("ReadItem", &facts));
    }

    #[test]
    fn an_item_is_published_by_its_owner_on_a_stated_ground(facts in facts()) {
        if permitted("PublishItem", &facts) {
            let it = &facts.situation;
            let third = matches!(
                facts.resource.category, Some(Category::Third | Category::Concern)
            );
            prop_assert!(it.inside && it.party.reads() && !third);
            let to_person = it.recipient_person.is_some();
            prop_assert!(to_person || it.recipient_party);
            let kept = to_person == matches!(it.ground, Some(Ground::Guardian | Ground::Own));
            prop_assert!(kept, "{:?}", it.ground);
            let duty = it.ground == Some(Ground::Invest);
            prop_assert!(duty || it.party == PartyStanding::Active && !it.blocked);
            match it.ground {
                Some(Ground::Consent) => prop_assert!(it.consent.is_some()),
                Some(Ground::Emi) => {}
                Some(Ground::ChildH | Ground::ChildS) => {
                    prop_assert!(it.reasoned && (0..18).contains(&it.age.0));
                    prop_assert!(it.recipient.is_some_and(|place| place.public));
                    prop_assert!(!it.narrower_wish || it.wish_met);
                }
                Some(Ground::HarmTest) => {
                    prop_assert!(it.harm.is_some_and(|harm| harm != HarmResult::Harm));
                    prop_assert!(facts.resource.owner.is_some_and(|owner| owner.public));
                    prop_assert!(!it.narrower_wish || it.wish_met);
                }
                Some(Ground::Invest) => prop_assert!(it.requested || it.investigation),
                Some(Ground::Inner) => prop_assert!(it.reasoned),
                Some(Ground::Guardian) => {
                    prop_assert!(!it.recipient_hidden && !it.disposes && it.age.0 < 18);
                    prop_assert_eq!(it.recipient_person, Some(Kin::Guardian));
                }
                Some(Ground::Own) => prop_assert_eq!(it.recipient_person, Some(Kin::Child)),
                Some(Ground::Report | Ground::Emergency) => prop_assert!(false, "no sharing"),
                None => prop_assert!(false, "no ground"),
            }
        }
    }

    #[test]
    fn no_rule_fails_while_it_is_weighed(act in any_act(), mut facts in facts()) {
        facts.aware = true;
        prop_assert_ne!(ask(act, &facts), Outcome::Told(vec!["E00".to_owned()]));
    }
}
