//! What of a log has not been reviewed in time, and what a year's reviews came to.

use std::collections::BTreeMap;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::desk::{Answer, Desk};
use super::fault::Fault;
use super::log_review_page;
use super::log_review_view::{FindingCounts, LogReview};
use super::paging::{PageQuery, Paging};
use super::problem::Problem;
use super::receipts::wants_page;
use crate::access::act::{ListLogReviews, ReportLogReviews};
use crate::clock::Instant;
use crate::domain::ids::AgencyId;
use crate::domain::log_review::{Measure, SamplingRule};
use crate::domain::text::Coded as _;
use crate::store::{Worklist, YearReport};

/// The years that can be asked for: those of the service, and some.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2200;

/// The year that is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfYear {
    /// The year, where the law holds.
    #[param(value_type = i32, example = 2026)]
    year: String,
}

/// A period, its end not in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogPeriod {
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
}

/// What has not been reviewed in time: one page of all lists together. Each has its oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogWorklist {
    /// How often the log is reviewed, in months.
    every_months: u32,
    /// What of the periods that are over no review covers: on the first page, and no more than the
    /// page's limit.
    uncovered: Vec<LogPeriod>,
    /// How many such stretches there are.
    uncovered_total: u64,
    /// The reviews that are not closed.
    open: Vec<OpenLogReview>,
    /// The reviews whose last reviewer left their own entries to another one.
    needs_another_reviewer: Vec<LeftLogReview>,
    /// The questions that have no answer.
    queries: Vec<OpenLogQuery>,
    /// The agency's own emergency openings without a final finding.
    emergencies: Vec<OpenLogEmergency>,
}

/// A review that is not closed.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenLogReview {
    review: Uuid,
    name: String,
    drawn_at: DateTime<Utc>,
    drawn: u64,
    /// How many of the drawn entries have no finding.
    left: u64,
    /// It should have been closed by now.
    late: bool,
}

/// A review that is closed but for what its last reviewer did.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftLogReview {
    review: Uuid,
    name: String,
    closed_at: DateTime<Utc>,
    /// How many entries another auditor must look at.
    entries: u64,
    /// Somebody should have done so by now.
    late: bool,
}

/// A question without an answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenLogQuery {
    review: Uuid,
    entry: Uuid,
    asked_at: DateTime<Utc>,
    /// It should have been answered by now.
    late: bool,
}

/// An emergency opening without a final finding. It is reviewed at `/v1/break-glass/{opening}`.
#[derive(Debug, Serialize, ToSchema)]
pub struct OpenLogEmergency {
    opening: Uuid,
    opened_at: DateTime<Utc>,
    late: bool,
}

/// What a year's reviews came to. A review belongs to the year in which its period ends.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogReviewReport {
    pub(super) year: i32,
    agency: Uuid,
    pub(super) agency_name: String,
    pub(super) at: DateTime<Utc>,
    /// How many entries came into the log.
    pub(super) entries: u64,
    /// How many of them were drawn.
    pub(super) drawn: u64,
    pub(super) findings: FindingCounts,
    /// By each rule, what it found and what was drawn.
    pub(super) rules: Vec<LogReviewReportRule>,
    /// How often what was done about a finding.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub(super) measures: BTreeMap<&'static str, u64>,
    pub(super) breaches: Vec<LogBreach>,
    /// From the draw to a final finding; none before there is one.
    pub(super) time_to_finding: Option<TimeToFinding>,
    pub(super) unreviewed: Unreviewed,
    /// The reviews, and below `breaches` and `needs_another_reviewer`: no more than
    /// `store.rows_max`; the numbers count all.
    pub(super) reviews: Vec<LogReview>,
    /// How many reviews there are.
    pub(super) reviews_total: u64,
}

/// What a rule found in a year.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogReviewReportRule {
    pub(super) rule: SamplingRule,
    pub(super) candidates: u64,
    pub(super) drawn: u64,
}

/// A breach.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogBreach {
    review: Uuid,
    pub(super) entry: Uuid,
    pub(super) found_at: DateTime<Utc>,
    pub(super) measures: Vec<Measure>,
}

/// How long it took until there was a final finding, minutes.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimeToFinding {
    pub(super) median_minutes: i64,
    /// Nine of ten had theirs by then.
    pub(super) p90_minutes: i64,
}

/// An entry that another auditor must look at.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftLogEntry {
    review: Uuid,
    pub(super) entry: Uuid,
}

/// What was not reviewed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Unreviewed {
    /// What of the year that is over no review covers.
    pub(super) periods: Vec<LogPeriod>,
    /// Drawn entries without a final finding.
    pub(super) entries: u64,
    /// Reviews that are not closed.
    pub(super) reviews: u64,
    /// Entries that whoever closed a review had done themselves, and that nobody else has looked at.
    pub(super) needs_another_reviewer: u64,
    /// Which ones.
    pub(super) left: Vec<LeftLogEntry>,
    /// The agency's own emergency openings of the year.
    pub(super) emergencies: u64,
    /// Those of them without a final finding.
    pub(super) emergencies_left: u64,
}

/// What of an agency's log has not been reviewed in time, page by page.
#[utoipa::path(tag = "log reviews", params(PageQuery),
    responses((status = 200, body = LogWorklist)))]
#[get("/logs/{agency}/reviews/worklist")]
pub async fn read_worklist(desk: Desk, path: web::Path<Uuid>, paging: Paging) -> Answer {
    let (agency, page) = (AgencyId::new(path.into_inner()), paging.page());
    let served = desk.perform(ListLogReviews { agency }, move |work| work.worklist(page)).await?;
    let link = paging.link(served.value.rows(), served.value.last);
    served.linked(link).json(LogWorklist::from)
}

/// What a year's reviews of an agency's log came to: JSON, or a page to print where `text/html` is
/// asked for.
#[utoipa::path(tag = "log reviews", params(OfYear),
    responses((status = 200, body = LogReviewReport, description = "Also as `text/html`.")))]
#[get("/logs/{agency}/reviews/report")]
pub async fn read_report(
    desk: Desk,
    request: HttpRequest,
    path: web::Path<Uuid>,
    of: web::Query<OfYear>,
) -> Answer {
    let agency = AgencyId::new(path.into_inner());
    let fault = || Problem::bad_query(Fault::parameter("year", "number_out_of_range").past(2200));
    let year = of.year.parse().ok().filter(|year| YEARS.contains(year)).ok_or_else(fault)?;
    let language = desk.language();
    let served = desk.perform(ReportLogReviews { agency }, move |work| work.report(year)).await?;
    if !wants_page(request.headers()) {
        return served.json(LogReviewReport::from);
    }
    served.answer(|report| {
        let page = log_review_page::page(&LogReviewReport::from(report), language);
        HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/html; charset=utf-8")).body(page)
    })
}

impl From<(Instant, Instant)> for LogPeriod {
    fn from((from, to): (Instant, Instant)) -> Self {
        Self { from, to }
    }
}

impl From<Worklist> for LogWorklist {
    fn from(list: Worklist) -> Self {
        let open = list.open.into_iter().map(|it| OpenLogReview {
            review: it.review.uuid(),
            name: it.name,
            drawn_at: it.drawn_at,
            drawn: it.drawn,
            left: it.left,
            late: it.late,
        });
        let left = list.left.into_iter().map(|it| LeftLogReview {
            review: it.review.uuid(),
            name: it.name,
            closed_at: it.closed_at,
            entries: it.entries,
            late: it.late,
        });
        let queries = list.queries.into_iter().map(|it| OpenLogQuery {
            review: it.review.uuid(),
            entry: it.entry.uuid(),
            asked_at: it.asked_at,
            late: it.late,
        });
        let emergencies = list.emergencies.into_iter().map(|it| OpenLogEmergency {
            opening: it.opening.uuid(),
            opened_at: it.opened_at,
            late: it.late,
        });
        Self {
            every_months: list.every_months,
            uncovered: list.uncovered.into_iter().map(LogPeriod::from).collect(),
            uncovered_total: list.uncovered_total,
            open: open.collect(),
            needs_another_reviewer: left.collect(),
            queries: queries.collect(),
            emergencies: emergencies.collect(),
        }
    }
}

impl From<YearReport> for LogReviewReport {
    fn from(report: YearReport) -> Self {
        let unreviewed = Unreviewed {
            entries: report.unfinished(),
            reviews: report.reviews_open,
            needs_another_reviewer: report.left_total,
            left: report
                .left
                .iter()
                .map(|(review, entry)| LeftLogEntry { review: review.uuid(), entry: entry.uuid() })
                .collect(),
            emergencies: report.emergencies.0,
            emergencies_left: report.emergencies.1,
            periods: report.uncovered.into_iter().map(LogPeriod::from).collect(),
        };
        let rules = report
            .rules
            .into_iter()
            .map(|(rule, (candidates, drawn))| LogReviewReportRule { rule, candidates, drawn });
        let breaches = report.breaches.into_iter().map(|(review, entry, found_at, measures)| {
            LogBreach { review: review.uuid(), entry: entry.uuid(), found_at, measures }
        });
        Self {
            year: report.year,
            agency: report.agency.uuid(),
            agency_name: report.agency_name,
            at: report.at,
            entries: report.entries,
            drawn: report.drawn,
            findings: FindingCounts::of(&report.findings, report.drawn),
            rules: rules.collect(),
            measures: report.measures.iter().map(|(it, number)| (it.code(), *number)).collect(),
            breaches: breaches.collect(),
            time_to_finding: report.time_to_finding.map(|(median, p90)| TimeToFinding {
                median_minutes: median.num_minutes(),
                p90_minutes: p90.num_minutes(),
            }),
            unreviewed,
            reviews: report.reviews.into_iter().map(LogReview::from).collect(),
            reviews_total: report.reviews_total,
        }
    }
}
