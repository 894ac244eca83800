//! What problems look like when they leave.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::body::MessageBody as _;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, ETAG, RETRY_AFTER, WWW_AUTHENTICATE};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::access::act::{PublishItem, ReadItem, Recipient};
use crate::access::facts::{
    Acting, Age, EndedOpening, Ending, Opening, PartyStanding, Principal, PrincipalKind, Resource,
    Situation,
};
use crate::access::{Denial, Facts, Language, Policy, decide};
use crate::clock::Instant;
use crate::domain::agency::{AgencyKind, Place, Role, SecrecyRegime, UnitKind};
use crate::domain::category::Category;
use crate::domain::ground::Ground;
use crate::domain::ids::{AgencyId, EntryId, ItemId, NeedId, PublicationId, UnitId};
use crate::domain::obstacle::Obstacle;
use crate::store::Stopped;

const REQUEST: Uuid = Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0001);

fn policy() -> Policy {
    Policy::embedded().expect("the built-in rules")
}

fn now() -> Instant {
    "2026-11-21T09:00:00Z".parse().expect("a time")
}

/// What a counsellor stands before: an item of health care, or nothing.
fn facts(resource: Resource, aware: bool) -> Facts {
    let kind = PrincipalKind::Staff {
        agency: AgencyId::new(Uuid::from_u128(1)),
        agency_kind: AgencyKind::School,
        public: true,
    };
    let principal = Principal {
        kind,
        id: Uuid::from_u128(2),
        name: None,
        assurance: 3,
        acting: None,
        home: None,
        hour: 10,
        duties: Vec::new(),
    };
    let situation = Situation::default();
    Facts { now: now(), principal, resource, situation, aware, seen: Vec::new() }
}

fn others_item() -> Resource {
    let owner = Place {
        unit: UnitId::new(Uuid::from_u128(4)),
        unit_kind: UnitKind::ChildPsychiatry,
        agency: AgencyId::new(Uuid::from_u128(5)),
        agency_kind: AgencyKind::Health,
        public: true,
        regime: SecrecyRegime::Osl25_1,
    };
    Resource {
        id: Some(item().uuid()),
        owner: Some(owner),
        category: Some(Category::Med),
        ..Resource::default()
    }
}

fn item() -> ItemId {
    ItemId::new(Uuid::from_u128(3))
}

fn refused(facts: Facts) -> Denial {
    decide(&policy(), ReadItem { item: item() }, facts).expect_err("a refusal")
}

fn answered(stopped: Stopped, language: Language) -> HttpResponse {
    Problem::stopped(stopped, &policy(), language).response(language, REQUEST)
}

fn refusal(denial: Denial, entry: u128) -> HttpResponse {
    let entry = EntryId::new(Uuid::from_u128(entry));
    answered(Stopped::Refused(Box::new(denial), entry), Language::Swedish)
}

fn obstructed(obstacle: Obstacle) -> HttpResponse {
    answered(Stopped::Obstructed(obstacle, EntryId::nobody()), Language::English)
}

fn bytes(response: HttpResponse) -> Vec<u8> {
    response.into_body().try_into_bytes().expect("a whole body").to_vec()
}

fn body(response: HttpResponse) -> Value {
    serde_json::from_slice(&bytes(response)).expect("JSON")
}

#[test]
fn a_problem_says_what_rfc_9457_asks_and_no_more_than_it_has() {
    let response = Problem::not_found().response(Language::English, REQUEST);
    assert_eq!(response.headers().get(CONTENT_TYPE).expect("a type"), MEDIA_TYPE);
    assert_eq!(
        body(response),
        json!({
            "type": "urn:samsyn:problem:not-found",
            "title": "Not there, or not open to you",
            "status": 404,
            "detail": "There is nothing here that you have access to.",
            "instance": "urn:uuid:018f0000-0000-7000-8000-000000000001",
        })
    );
}

#[test]
fn all_wrong_fields_are_told_at_once() {
    let mut faults = Faults::default();
    faults.add(Fault::body("/purpose", "empty"));
    faults.add(Fault::body("/concerns/0", "too_long").past(20));
    let problem = body(Problem::from(faults).response(Language::English, REQUEST));
    assert_eq!(problem["status"], 422);
    assert_eq!(
        problem["errors"],
        json!([
            { "pointer": "/purpose", "reason": "empty", "detail": "Must not be empty." },
            {
                "pointer": "/concerns/0",
                "reason": "too_long",
                "detail": "Is longer than 20 characters.",
            },
        ])
    );
    let fault = Fault::parameter("limit", "number_out_of_range").past(200);
    let problem = body(Problem::bad_query(fault).response(Language::English, REQUEST));
    assert_eq!(problem["status"], 400);
    assert_eq!(problem["errors"][0]["parameter"], "limit");
    assert_eq!(problem["errors"][0]["pointer"], Value::Null);
}

#[test]
fn a_refusal_to_whom_knows_of_the_thing_names_rule_law_and_way() {
    let mut known = facts(others_item(), true);
    let opening =
        Opening { ground: Ground::Consent, publication: PublicationId::nobody(), consent: None };
    known.situation.ended =
        vec![EndedOpening { opening, at: now() - TimeDelta::days(1), cause: Ending::Withdrawn }];
    let problem = body(refusal(refused(known), 7));
    assert_eq!(problem["status"], 403);
    assert_eq!(problem["type"], "urn:samsyn:problem:refused");
    for field in ["rule", "law", "detail", "way_forward"] {
        assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field}");
    }
    assert_eq!(
        problem["ended"],
        json!([{ "ground": "CONSENT", "at": "2026-11-20T09:00:00Z", "cause": "withdrawn" }])
    );
}

#[test]
fn a_refusal_speaks_the_callers_language() {
    let denial = refused(facts(others_item(), true));
    let told = |language| {
        let stopped = Stopped::Refused(Box::new(denial.clone()), EntryId::nobody());
        body(answered(stopped, language))
    };
    let (swedish, english) = (told(Language::Swedish), told(Language::English));
    assert_eq!(swedish["rule"], english["rule"]);
    assert_ne!(swedish["detail"], english["detail"]);
    assert_ne!(swedish["title"], english["title"]);
}

#[test]
fn what_one_may_not_know_of_is_byte_for_byte_a_miss() {
    let hidden = refused(facts(others_item(), false));
    let miss = refused(facts(Resource { id: Some(item().uuid()), ..Resource::default() }, false));
    assert_ne!(format!("{hidden:?}"), format!("{miss:?}"));
    let (hidden, miss) = (refusal(hidden, 7), refusal(miss, 8));
    assert_eq!(hidden.status(), 404);
    assert_eq!(miss.status(), 404);
    // The order in which a map gives its fields is drawn anew for each answer.
    let headers = |response: &HttpResponse| {
        let fields = response.headers().iter();
        fields.map(|field| format!("{field:?}")).collect::<BTreeSet<_>>()
    };
    assert_eq!(headers(&hidden), headers(&miss));
    assert_eq!(bytes(hidden), bytes(miss));
}

#[test]
fn a_refusal_and_an_obstacle_each_tell_their_entry() {
    let policy = policy();
    let denial = Box::new(refused(facts(others_item(), false)));
    let (one, other) = (EntryId::nobody(), EntryId::new(Uuid::from_u128(9)));
    for (stopped, entry) in [
        (Stopped::Refused(denial, one), one),
        (Stopped::Obstructed(Obstacle::KeyReused, other), other),
    ] {
        let problem = Problem::stopped(stopped, &policy, Language::Swedish);
        assert_eq!(problem.recorded().map(|recorded| recorded.entry), Some(entry));
    }
}

#[test]
fn a_request_that_lacks_only_a_reason_is_asked_for_it() {
    let policy = policy();
    let asking = policy.rules().find(|rule| rule.asks.is_some()).expect("a rule that asks");
    let field = format!("/{}", asking.asks.as_deref().unwrap_or_default());
    let mut facts = facts(others_item(), true);
    if let Some(owner) = facts.resource.owner {
        let PrincipalKind::Staff { agency, agency_kind, .. } = &mut facts.principal.kind else {
            panic!("not staff")
        };
        (*agency, *agency_kind) = (owner.agency, owner.agency_kind);
        facts.principal.acting = Some(Acting { place: owner, roles: vec![Role::Clinician] });
        facts.situation = Situation {
            assigned: true,
            party: PartyStanding::Active,
            inside: true,
            own_agency: true,
            age: Age(10),
            ground: Some(Ground::ChildH),
            recipient_party: true,
            recipient: Some(Place {
                unit_kind: UnitKind::SocialServices,
                agency_kind: AgencyKind::Social,
                regime: SecrecyRegime::Osl26_1,
                agency: AgencyId::new(Uuid::from_u128(9)),
                ..owner
            }),
            ..Situation::default()
        };
    }
    let act = PublishItem {
        item: item(),
        to: Recipient::Unit(UnitId::new(Uuid::from_u128(4))),
        ground: Ground::ChildH,
        reasoned: false,
        harm: None,
        investigation: false,
        despite_wish: false,
    };
    let denial = decide(&policy, act, facts).expect_err("a reason is missing");
    let problem = body(refusal(denial, 7));
    assert_eq!(problem["status"], 422, "{problem}");
    assert_eq!(problem["type"], "urn:samsyn:problem:asks");
    assert_eq!(problem["errors"][0]["pointer"], field);
    assert_eq!(problem["rule"], asking.id.as_ref());
}

#[test]
fn what_stands_in_the_way_is_told_with_what_helps() {
    let changed = obstructed(Obstacle::Changed { now: 4 });
    assert_eq!(changed.status(), 412);
    assert_eq!(changed.headers().get(ETAG).expect("a tag"), "\"v4\"");
    let state = body(obstructed(Obstacle::State { why: "plan_exists" }));
    assert_eq!(
        (&state["status"], &state["detail"]),
        (&409.into(), &"The case has a plan already.".into())
    );
    let field = body(obstructed(Obstacle::Field { field: "to_unit", reason: "no_such_unit" }));
    assert_eq!(
        (&field["status"], &field["errors"][0]["pointer"]),
        (&422.into(), &"/to_unit".into())
    );
    assert_eq!(obstructed(Obstacle::KeyReused).status(), 422);
    let need = NeedId::new(Uuid::from_u128(6));
    let plan = body(obstructed(Obstacle::Incomplete(vec![Lack::Need, Lack::GoalFor(need)])));
    assert_eq!(plan["status"], 409);
    assert_eq!(
        plan["lacks"],
        json!([
            { "lack": "need", "detail": "At least one need." },
            { "lack": "goal_for_need", "of": need.uuid(), "detail": "A goal for the need." },
        ])
    );
}

#[test]
fn header_fields_say_what_to_do_next() {
    let of = |problem: Problem, name| {
        let response = problem.response(Language::Swedish, REQUEST);
        let value = response.headers().get(name).and_then(|value| value.to_str().ok());
        (response.status().as_u16(), value.map(str::to_owned))
    };
    let bearer = "Bearer realm=\"samsyn\"".to_owned();
    assert_eq!(of(Problem::not_signed_in(), WWW_AUTHENTICATE), (401, Some(bearer.clone())));
    let refused = format!("{bearer}, error=\"invalid_token\"");
    assert_eq!(of(Problem::token_refused("invalid_token"), WWW_AUTHENTICATE), (401, Some(refused)));
    assert_eq!(of(Problem::sign_in_unavailable(), RETRY_AFTER), (503, Some("10".into())));
    assert_eq!(of(Problem::unavailable(&StoreError::Busy), RETRY_AFTER), (503, Some("1".into())));
    assert_eq!(
        of(Problem::unavailable(&StoreError::WriterLost), RETRY_AFTER),
        (503, Some("5".into()))
    );
    assert_eq!(of(Problem::method_not_allowed("GET"), ALLOW), (405, Some("GET".into())));
}
