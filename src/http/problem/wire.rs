//! A problem as it stands in an answer: `application/problem+json`.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, VARY};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Kind, Problem, Told};
use crate::access::Language;
use crate::access::facts::EndedOpening;
use crate::domain::ground::Ground;
use crate::domain::plan::Lack;
use crate::http::fault::{Fault, Place};
use crate::http::language::tag;
use crate::http::words::{say, say_number};

/// The media type (RFC 9457 §3).
pub const MEDIA_TYPE: &str = "application/problem+json";

/// What was wrong, for people and for programs (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// The stable name of the kind of problem, `urn:samsyn:problem:…`. It names, and leads nowhere.
    #[serde(rename = "type")]
    #[schema(example = "urn:samsyn:problem:refused")]
    kind: String,
    /// The kind in words.
    title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What it is this time: for a refusal, what the rule says.
    detail: String,
    /// The request: `urn:uuid:` and its id, as in X-Request-Id.
    instance: String,
    /// A stable word for the state that stands in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "receipt_missing")]
    reason: Option<String>,
    /// Everything that is wrong with the request's fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FaultBody>,
    /// The rule that refuses it, as in the rules' own documentation.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    /// The law that the rule rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    law: Option<String>,
    /// What would be lawful instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    way_forward: Option<String>,
    /// Further rules that refuse it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    also: Vec<RuleBody>,
    /// Grounds that gave the caller access once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    ended: Vec<EndedBody>,
    /// What a plan lacks, in the order in which to mend it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    lacks: Vec<LackBody>,
}

/// One field that is wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FieldProblem)]
struct FaultBody {
    /// Where in the body (JSON pointer, RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// Which parameter of the query, or which header field.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// A stable word for what is wrong.
    reason: &'static str,
    /// The same for people.
    detail: String,
}

/// A rule that refuses.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleProblem)]
struct RuleBody {
    /// Its name.
    rule: String,
    /// The law that it rests on.
    law: String,
    /// What it says.
    detail: String,
    /// What would be lawful instead.
    way_forward: String,
}

/// A ground that gave access once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EndedGround)]
pub struct EndedBody {
    /// The ground.
    ground: Ground,
    /// When it ended.
    at: DateTime<Utc>,
    /// `withdrawn`, `expired` or `revoked`.
    cause: &'static str,
}

/// One thing that a plan lacks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanLack)]
struct LackBody {
    /// A stable word for it.
    lack: &'static str,
    /// The need, goal, action or unit that it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<Uuid>,
    /// The same for people.
    detail: String,
}

impl Problem {
    /// The answer, in `language`, to the request `id`.
    pub fn response(&self, language: Language, id: Uuid) -> HttpResponse {
        let mut response = HttpResponse::build(self.kind.status());
        for header in &self.more.headers {
            response.append_header(header.clone());
        }
        if self.more.closes {
            response.force_close();
        }
        response
            .insert_header((CONTENT_TYPE, MEDIA_TYPE))
            .insert_header((CONTENT_LANGUAGE, tag(language)))
            .insert_header((VARY, "Accept-Language"))
            .body(serde_json::to_vec(&self.body(language, id)).unwrap_or_default())
    }

    fn body(&self, language: Language, id: Uuid) -> ProblemBody {
        let title = format!("problem-{}", self.kind.slug());
        let mut told = self.more.told.iter().cloned();
        let first = told.next();
        let usual = say(language, &format!("{title}.detail"));
        let detail = match (&first, self.kind) {
            // The rule speaks of what may be there; the answer must not.
            (Some(told), Kind::NotFound) => {
                let perhaps = say(language, &format!("{title}.perhaps")).unwrap_or_default();
                usual.map(|usual| format!("{usual} {perhaps} {}", told.text))
            }
            (Some(told), _) => Some(told.text.clone()),
            (None, _) => self.more.detail.as_deref().and_then(|key| say(language, key)).or(usual),
        };
        ProblemBody {
            kind: self.kind.uri(),
            title: say(language, &title).unwrap_or_default(),
            status: self.kind.status().as_u16(),
            detail: detail.unwrap_or_default(),
            instance: id.urn().to_string(),
            reason: self
                .more
                .detail
                .as_deref()
                .and_then(|key| key.strip_prefix("state-").map(str::to_owned)),
            errors: self
                .more
                .faults
                .list()
                .iter()
                .map(|fault| fault_body(fault, language))
                .collect(),
            rule: first.as_ref().map(|told| told.rule.clone()),
            law: first.as_ref().map(|told| told.law.clone()),
            way_forward: first.map(|told| told.way),
            also: told.map(RuleBody::from).collect(),
            ended: self.more.ended.iter().map(EndedBody::from).collect(),
            lacks: self.more.lacks.iter().map(|lack| lack_body(lack, language)).collect(),
        }
    }
}

fn fault_body(fault: &Fault, language: Language) -> FaultBody {
    let (pointer, parameter) = match &fault.place {
        Place::Body(pointer) => (Some(pointer.clone()), None),
        Place::Parameter(name) => (None, Some((*name).to_owned())),
    };
    let key = format!("field-{}", fault.reason);
    let detail = match fault.limit {
        Some(limit) => say_number(language, &key, limit),
        None => say(language, &key),
    };
    // A reason without a text is caught by a test; the word itself is still better than nothing.
    let detail = detail.unwrap_or_else(|| fault.reason.to_owned());
    FaultBody { pointer, parameter, reason: fault.reason, detail }
}

fn lack_body(lack: &Lack, language: Language) -> LackBody {
    let detail = say(language, &format!("lack-{}", lack.word()));
    LackBody {
        lack: lack.word(),
        of: lack.of(),
        detail: detail.unwrap_or_else(|| lack.word().to_owned()),
    }
}

impl From<Told> for RuleBody {
    fn from(told: Told) -> Self {
        Self { rule: told.rule, law: told.law, detail: told.text, way_forward: told.way }
    }
}

impl From<&EndedOpening> for EndedBody {
    fn from(ended: &EndedOpening) -> Self {
        Self { ground: ended.opening.ground, at: ended.at, cause: ended.cause.word() }
    }
}
