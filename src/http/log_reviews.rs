//! Reviews of an agency's log: drawing, reading, findings, the end.

use actix_web::{get, post, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::fault::{Fault, Faults};
use super::field::{Raw, text};
use super::log_review_view::{DrawnEntry, LogFinding, LogReview};
use super::paging::{PageQuery, Paging};
use super::problem::Problem;
use super::reply;
use crate::access::act::{
    CloseLogReview, DrawLogReview, ListLogReviews, ReadLogReview, RecordLogFinding,
};
use crate::clock::Instant;
use crate::domain::emergency::Finding;
use crate::domain::ids::{AgencyId, ChildId, EntryId, LogReviewId};
use crate::domain::log_review::{Amount, Measure, SamplingRule};
use crate::store::{FindingDraft, FreshSample, LogReviewDraft};

/// What is drawn, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogReviewBody {
    /// What the review is called.
    #[schema(example = "Oktober 2026")]
    name: String,
    /// Why it is made.
    reason: String,
    /// The number of the matter; needed where one child is named.
    matter: Option<String>,
    /// The period's beginning.
    #[schema(value_type = String, format = DateTime)]
    from: Raw<Instant>,
    /// The period's end, itself not included. It must be over.
    #[schema(value_type = String, format = DateTime)]
    to: Raw<Instant>,
    /// 32 hexadecimal digits in small letters; chosen at random without it, and kept.
    seed: Option<String>,
    /// The rules and how much of what each finds is drawn; the usual ones without it. Emergencies
    /// are always drawn to the last one.
    rules: Option<Vec<LogReviewRuleBody>>,
    /// A child that others heard of, and since when.
    newsworthy: Option<NewsworthyBody>,
}

/// A rule, and either a share or a number.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogReviewRuleBody {
    #[schema(value_type = String, example = "night")]
    rule: Raw<SamplingRule>,
    /// Of a thousand, 1 to 1000; at least one entry if there is any.
    permille: Option<u16>,
    /// So many entries.
    count: Option<u32>,
}

/// A child that others heard of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewsworthyBody {
    /// The child, by its random id.
    #[schema(value_type = Uuid)]
    child: Raw<ChildId>,
    /// The day from which on.
    #[schema(value_type = NaiveDate)]
    from: Raw<NaiveDate>,
}

/// What was found about a drawn entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogFindingBody {
    /// The entry.
    #[schema(value_type = Uuid)]
    entry: Raw<EntryId>,
    /// `ok`, `query` or `breach`. After a `query` another finding must follow.
    #[schema(value_type = String, example = "query")]
    finding: Raw<Finding>,
    /// Why. No names.
    note: String,
    /// What is done about it; needed after a breach.
    #[schema(value_type = Option<Vec<String>>, example = json!(["asked_employee"]))]
    measures: Option<Vec<Raw<Measure>>>,
}

/// The end of a review.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogReviewEndBody {
    /// What whoever reads it should know.
    note: Option<String>,
    /// Leaves what one did oneself to another auditor, who can look at it after the end. Without it a
    /// review that drew one's own entries is not closed before somebody else has.
    leave_own: Option<bool>,
}

/// The findings about an entry.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogFindings {
    entry: Uuid,
    /// Oldest first; the newest counts.
    findings: Vec<LogFinding>,
}

/// Draws a sample of an agency's log. It pins period, terms and the log's size; the sample is read
/// from the review.
#[utoipa::path(tag = "log reviews", responses((status = 201, body = LogReview)))]
#[post("/logs/{agency}/reviews")]
pub async fn draw_review(desk: Desk, path: web::Path<Uuid>, body: Body<LogReviewBody>) -> Answer {
    let agency = AgencyId::new(path.into_inner());
    let draft = body.value.parse()?;
    desk.with_purpose(draft.name.clone())
        .with_reason(draft.reason.clone())
        .perform_once(body.digest, DrawLogReview { agency }, move |work| {
            let view = LogReview::from(work.pin(&draft)?);
            reply::made(&view)
        })
        .await
}

/// The reviews of an agency's log, oldest first.
#[utoipa::path(tag = "log reviews", params(PageQuery),
    responses((status = 200, body = Vec<LogReview>)))]
#[get("/logs/{agency}/reviews")]
pub async fn list_reviews(desk: Desk, path: web::Path<Uuid>, paging: Paging) -> Answer {
    let (agency, page) = (AgencyId::new(path.into_inner()), paging.page());
    let served = desk.perform(ListLogReviews { agency }, move |work| work.reviews(page)).await?;
    served.page(&paging, |row| row.id.uuid(), LogReview::from)
}

/// A review: its seed, its terms, and what each rule found and drew. Whoever has these and an
/// export of the same period draws the same sample.
#[utoipa::path(tag = "log reviews", responses((status = 200, body = LogReview)))]
#[get("/logs/{agency}/reviews/{review}")]
pub async fn read_review(desk: Desk, path: web::Path<(Uuid, Uuid)>) -> Answer {
    let (agency, review) = ids(path);
    let served = desk.perform(ReadLogReview { agency }, move |work| work.review(review)).await?;
    keep(&desk, served.value.1.as_ref()).await?;
    served.json(|(view, _)| LogReview::from(view))
}

/// The entries that were drawn, page by page, each with its findings.
#[utoipa::path(tag = "log reviews", params(PageQuery),
    responses((status = 200, body = Vec<DrawnEntry>)))]
#[get("/logs/{agency}/reviews/{review}/entries")]
pub async fn list_drawn_entries(
    desk: Desk,
    path: web::Path<(Uuid, Uuid)>,
    paging: Paging,
) -> Answer {
    let ((agency, review), page) = (ids(path), paging.page());
    let act = ReadLogReview { agency };
    let served = desk.perform(act, move |work| work.entries(review, page)).await?;
    keep(&desk, served.value.1.as_ref()).await?;
    served.map(|(rows, _)| rows).page(&paging, |row| row.entry.uuid(), DrawnEntry::from)
}

/// Records what was found about a drawn entry. Nobody does so about what they did themselves.
#[utoipa::path(tag = "log reviews", responses((status = 201, body = LogFindings)))]
#[post("/logs/{agency}/reviews/{review}/findings")]
pub async fn record_finding(
    desk: Desk,
    path: web::Path<(Uuid, Uuid)>,
    body: Body<LogFindingBody>,
) -> Answer {
    let (agency, review) = ids(path);
    let draft = body.value.parse()?;
    desk.perform_once(body.digest, RecordLogFinding { agency }, move |work| {
        let findings = work.find(review, &draft)?;
        let findings = findings.into_iter().map(LogFinding::from).collect();
        reply::made(&LogFindings { entry: draft.entry.uuid(), findings })
    })
    .await
}

/// Closes a review. Everything drawn has a finding, and every question its answer, but for what one
/// did oneself and leaves to another auditor: the closure names it.
#[utoipa::path(tag = "log reviews", responses((status = 200, body = LogReview)))]
#[post("/logs/{agency}/reviews/{review}/closure")]
pub async fn close_review(
    desk: Desk,
    path: web::Path<(Uuid, Uuid)>,
    body: Body<LogReviewEndBody>,
) -> Answer {
    let (agency, review) = ids(path);
    let mut faults = Faults::default();
    let note = faults.keep_optional("/note", body.value.note.as_deref().map(text));
    let Some(note) = note else { return Err(faults.into()) };
    let leaves_own = body.value.leave_own.unwrap_or(false);
    desk.perform_once(body.digest, CloseLogReview { agency }, move |work| {
        reply::shown(&LogReview::from(work.close(review, note.as_deref(), leaves_own)?))
    })
    .await
}

fn ids(path: web::Path<(Uuid, Uuid)>) -> (AgencyId, LogReviewId) {
    let (agency, review) = path.into_inner();
    (AgencyId::new(agency), LogReviewId::new(review))
}

/// A sample that was drawn just now is kept before it is shown.
async fn keep(desk: &Desk, fresh: Option<&FreshSample>) -> Result<(), Problem> {
    let Some(fresh) = fresh else { return Ok(()) };
    let kept = desk.store().keep_sample(fresh.clone()).await;
    kept.map_err(|error| Problem::unavailable(&error))
}

impl LogReviewBody {
    fn parse(&self) -> Result<LogReviewDraft, Faults> {
        let mut faults = Faults::default();
        let name = faults.keep("/name", text(&self.name));
        let reason = faults.keep("/reason", text(&self.reason));
        let matter = faults.keep_optional("/matter", self.matter.as_deref().map(text));
        let from = faults.keep("/from", self.from.read());
        let to = faults.keep("/to", self.to.read());
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            faults.add(Fault::body("/to", "ends_before_it_begins"));
        }
        let seed = faults.keep_optional("/seed", self.seed.as_deref().map(seed));
        let rules = rules(self.rules.as_deref().unwrap_or_default(), &mut faults);
        let newsworthy = match &self.newsworthy {
            None => Some(None),
            Some(news) => {
                let child = faults.keep("/newsworthy/child", news.child.read());
                let from = faults.keep("/newsworthy/from", news.from.read());
                child.zip(from).map(Some)
            }
        };
        let draft = || {
            Some(LogReviewDraft {
                name: name?,
                reason: reason?,
                matter: matter?,
                from: from?,
                to: to?,
                seed: seed?,
                rules,
                newsworthy: newsworthy?,
            })
        };
        draft().filter(|_| faults.is_empty()).ok_or(faults)
    }
}

impl LogFindingBody {
    fn parse(&self) -> Result<FindingDraft, Faults> {
        let mut faults = Faults::default();
        let entry = faults.keep("/entry", self.entry.read());
        let finding = faults.keep("/finding", self.finding.read());
        let note = faults.keep("/note", text(&self.note));
        let mut measures = Vec::new();
        for (at, raw) in self.measures.iter().flatten().enumerate() {
            match faults.keep(format!("/measures/{at}"), raw.read()) {
                Some(measure) if measures.contains(&measure) => {
                    faults.add(Fault::body(format!("/measures/{at}"), "repeated"));
                }
                measure => measures.extend(measure),
            }
        }
        let draft =
            || Some(FindingDraft { entry: entry?, finding: finding?, note: note?, measures });
        draft().filter(|_| faults.is_empty()).ok_or(faults)
    }
}

/// The rules as they can be read; what can't be is told.
fn rules(bodies: &[LogReviewRuleBody], faults: &mut Faults) -> Vec<(SamplingRule, Amount)> {
    let mut rules: Vec<(SamplingRule, Amount)> = Vec::new();
    for (at, body) in bodies.iter().enumerate() {
        let rule = faults.keep(format!("/rules/{at}/rule"), body.rule.read());
        let amount = match (body.permille, body.count) {
            (Some(permille @ 1..=1000), None) => Amount::Permille(permille),
            (Some(_), None) => {
                let pointer = format!("/rules/{at}/permille");
                faults.add(Fault::body(pointer, "number_out_of_range").past(1000));
                continue;
            }
            (None, Some(count)) => Amount::Count(count),
            (None, None) | (Some(_), Some(_)) => {
                faults.add(Fault::body(format!("/rules/{at}"), "one_of_two"));
                continue;
            }
        };
        let Some(rule) = rule else { continue };
        if rules.iter().any(|(known, _)| *known == rule) {
            faults.add(Fault::body(format!("/rules/{at}/rule"), "repeated"));
        }
        rules.push((rule, amount));
    }
    rules
}

fn seed(text: &str) -> Result<String, super::fault::Reason> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let fits = text.len() == 32 && text.bytes().all(is_digit);
    if fits { Ok(text.to_owned()) } else { Err("not_a_seed") }
}
