//! May I, and if not, what would make it lawful? Asked without doing it.
//!
//! **Invariant:** what somebody may not know of is explained exactly as what is not there.

use actix_web::post;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::problem::{EndedBody, Kind};
use super::questions::Asked;
use super::recorded::Missed;
use super::rule_view::{RuleView, asked};
use super::words::say;
use crate::access::act::{ExplainAccess, PublishItem};
use crate::access::{Act as _, Answer as Told, Denial, Language, Policy, Rule};
use crate::domain::ground::Ground;
use crate::domain::text::Coded as _;
use crate::store::{Question, Verdict};

/// What is answered of what is not there, or not for the caller to know of.
const MISSED: &str = "not_found";

/// An act, and what it is aimed at. Everything else that the act says stands beside the two under
/// its own name, such as `unit`, `ground` and `reasoned`.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ExplainBody {
    /// The act's name, as in the ledger.
    #[schema(example = "PublishItem")]
    act: String,
    target: ExplainTarget,
    #[serde(flatten)]
    #[schema(additional_properties)]
    parameters: Map<String, Value>,
}

/// What the act is aimed at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainTarget {
    /// What kind of thing.
    #[schema(example = "Item")]
    kind: String,
    #[schema(value_type = Uuid)]
    id: String,
}

/// Whether the caller may, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explanation {
    act: &'static str,
    /// What was asked about, as the caller named it.
    target: ExplainedTarget,
    /// Whether the rules permit it. The state of things may still stand in the way.
    permitted: bool,
    /// What the act itself would be answered: `permitted`, `refused`, `asks` when only
    /// something that the request must say is missing, or `not_found`.
    answer: &'static str,
    /// The same for people.
    detail: String,
    /// The rules that decide it.
    rules: Vec<RuleView>,
    /// The fields of the request that are missing, when nothing else is wrong.
    asks: Vec<String>,
    /// Grounds that gave the caller access once.
    ended: Vec<EndedBody>,
    /// For publishing an item that the caller knows: each ground, and whether it is open for this
    /// item and this recipient.
    #[serde(skip_serializing_if = "Option::is_none")]
    grounds: Option<Vec<GroundExplanation>>,
}

/// A thing that an act was asked about.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedTarget {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
}

/// Whether one ground is open.
#[derive(Debug, Serialize, ToSchema)]
pub struct GroundExplanation {
    ground: Ground,
    permitted: bool,
    /// The rules that decide it.
    rules: Vec<RuleView>,
    /// The fields of the request that are missing, when nothing else is wrong.
    asks: Vec<String>,
}

/// Whether the caller may do something, why, and what would make it lawful. Nothing is done, and
/// what the caller may not know of is answered as what is not there.
#[utoipa::path(tag = "logs", responses((status = 200, body = Explanation)))]
#[post("/access/explain")]
pub async fn explain_access(desk: Desk, body: Body<ExplainBody>) -> Answer {
    let ExplainBody { act, target, parameters } = body.value;
    let asked = Asked { act, kind: target.kind, id: target.id, parameters };
    let question = asked.question()?;
    let beside = other_grounds(&asked, &question)?;
    let about = (question.clone(), !beside.is_empty());
    let served =
        desk.perform(ExplainAccess {}, move |work| work.explain(&question, &beside)).await?;
    let (policy, language) = (desk.store().policy(), desk.language());
    let missed = Said::of(&served.value.verdict, policy).answer == MISSED;
    let answer = served.in_language(language).json(move |explained| {
        let (question, by_ground) = about;
        let grounds = Ground::ALL.iter().zip(&explained.beside);
        let grounds =
            grounds.map(|(ground, verdict)| ground_of(*ground, verdict, policy, language));
        let grounds: Vec<_> = grounds.collect();
        let view = Explanation::of(&question, &explained.verdict, policy, language);
        Explanation { grounds: (by_ground && !grounds.is_empty()).then_some(grounds), ..view }
    });
    let mut response = answer?;
    if missed {
        response.extensions_mut().insert(Missed);
    }
    Ok(response)
}

/// The same act on each ground, where it is one that names a ground to share on.
fn other_grounds(
    asked: &Asked,
    question: &Question,
) -> Result<Vec<Question>, super::fault::Faults> {
    if question.act() != PublishItem::NAME {
        return Ok(Vec::new());
    }
    Ground::ALL.iter().map(|ground| asked.with("ground", ground.code()).question()).collect()
}

fn ground_of(
    ground: Ground,
    verdict: &Verdict,
    policy: &Policy,
    language: Language,
) -> GroundExplanation {
    let said = Said::of(verdict, policy);
    GroundExplanation {
        ground,
        permitted: said.permitted(),
        rules: said.views(policy, language),
        asks: said.asks,
    }
}

/// What a verdict says, whatever the language.
struct Said<'a> {
    answer: &'static str,
    rules: Vec<&'a Rule>,
    asks: Vec<String>,
}

impl<'a> Said<'a> {
    fn of(verdict: &Verdict, policy: &'a Policy) -> Self {
        let found = |names: &[crate::access::RuleId]| -> Vec<&'a Rule> {
            names.iter().filter_map(|name| policy.rule(name)).collect()
        };
        match verdict {
            Verdict::Permitted(rules) => {
                Self { answer: "permitted", rules: found(rules), asks: Vec::new() }
            }
            Verdict::Refused(denial) => {
                let rules = found(denial.told());
                let asks = asked(&rules);
                let answer = match (denial.answer(), &asks) {
                    (Told::Hidden, _) => MISSED,
                    (Told::Told, Some(_)) => "asks",
                    (Told::Told, None) => "refused",
                };
                let asks = asks.filter(|_| answer == "asks").into_iter().flatten();
                Self { answer, asks: asks.map(str::to_owned).collect(), rules }
            }
        }
    }

    fn permitted(&self) -> bool {
        self.answer == "permitted"
    }

    fn views(&self, policy: &Policy, language: Language) -> Vec<RuleView> {
        self.rules.iter().map(|rule| RuleView::named(&rule.id, policy, language)).collect()
    }

    /// One sentence; of what may not be there, the words of the miss.
    fn detail(&self, language: Language) -> String {
        let text = self.rules.first().map(|rule| rule.text.in_language(language).to_owned());
        if self.answer != MISSED {
            return text.unwrap_or_default();
        }
        let key = format!("problem-{}", Kind::NotFound.slug());
        let usual = say(language, &format!("{key}.detail"));
        let perhaps = text.as_ref().and_then(|_| say(language, &format!("{key}.perhaps")));
        [usual, perhaps, text].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

impl Explanation {
    fn of(question: &Question, verdict: &Verdict, policy: &Policy, language: Language) -> Self {
        let said = Said::of(verdict, policy);
        let ended = match verdict {
            Verdict::Permitted(_) => &[],
            Verdict::Refused(denial) => Denial::ended(denial),
        };
        let target = question.target();
        Self {
            act: question.act(),
            target: ExplainedTarget { kind: target.kind, id: target.id },
            permitted: said.permitted(),
            answer: said.answer,
            detail: said.detail(language),
            rules: said.views(policy, language),
            asks: said.asks,
            ended: ended.iter().map(EndedBody::from).collect(),
            grounds: None,
        }
    }
}
