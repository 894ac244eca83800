//! Searching an agency's log.

use actix_web::{post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::body::Body;
use super::desk::{Answer, Desk};
use super::fault::{Fault, Faults, Reason};
use super::field::{Raw, Wire, text};
use super::log_view::LogRowView;
use crate::access::act::SearchLog;
use crate::clock::Instant;
use crate::domain::category::Category;
use crate::domain::ids::{AgencyId, ChildId, StaffId};
use crate::domain::text::Coded;
use crate::ledger::{Decision, Effect, Outcome, Word};
use crate::store::LogSearch;

/// What is searched for. A term that is left out fits every entry.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogSearchBody {
    /// The period's beginning: when entries were put in the log.
    #[schema(value_type = String, format = DateTime)]
    from: Raw<Instant>,
    /// The period's end, itself not included.
    #[schema(value_type = String, format = DateTime)]
    to: Raw<Instant>,
    /// Who acted: a member of staff, a child, a guardian.
    #[schema(value_type = Option<Uuid>)]
    actor: Option<Raw<StaffId>>,
    /// A child, by its id here. Asks for `matter`.
    #[schema(value_type = Option<Uuid>)]
    child: Option<Raw<ChildId>>,
    /// The number of the matter that a search for one child belongs to.
    matter: Option<String>,
    /// The act's name.
    #[schema(example = "ReadItem")]
    act: Option<String>,
    /// `permit`, `permit_override` (by an emergency opening alone) or `deny`.
    #[schema(example = "deny")]
    decision: Option<String>,
    /// `done`, `refused` or `not_done`.
    #[schema(example = "refused")]
    outcome: Option<String>,
    /// A rule that decided, about the whole or about one thing.
    #[schema(example = "P05")]
    rule: Option<String>,
    /// A part of the purpose that was given.
    purpose: Option<String>,
    /// The information category of one of the things.
    #[schema(value_type = Option<Category>)]
    category: Option<Raw<Category>>,
    /// What happened to one of the things: `shown`, `changed`, `refused` or `asked`.
    #[schema(example = "shown")]
    effect: Option<String>,
    /// The oldest or the newest first; the newest, if nothing is said.
    #[serde(default)]
    order: Order,
    /// Where to go on: `next` of the page before.
    after: Option<u64>,
    /// The most rows to show. There is a default and an upper limit.
    #[schema(minimum = 1)]
    limit: Option<usize>,
}

/// In which order entries are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The newest first.
    #[default]
    NewestFirst,
    /// The oldest first.
    OldestFirst,
}

/// A page of a search.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogSearchPage {
    /// What was found. A search looks through a limited number of entries at once, so that there may
    /// be fewer than asked for, or none, and still a next page.
    rows: Vec<LogRowView>,
    /// What to send as `after` for the next page. Without it, nothing is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

/// Searches an agency's log. The search is an entry itself.
#[utoipa::path(tag = "logs", responses((status = 200, body = LogSearchPage)))]
#[post("/logs/{agency}/search")]
pub async fn search_log(desk: Desk, path: web::Path<Uuid>, body: Body<LogSearchBody>) -> Answer {
    let agency = AgencyId::new(path.into_inner());
    let server = desk.server();
    let rows = (server.page_rows_default, server.page_rows_max);
    let search = body.value.parse(rows)?;
    let desk = match &search.matter {
        Some(matter) => desk.with_purpose(matter.clone()),
        None => desk,
    };
    let served = desk.perform(SearchLog { agency }, move |work| work.search(&search)).await?;
    let (policy, language) = (desk.store().policy(), desk.language());
    served.in_language(language).json(|page| LogSearchPage {
        rows: page
            .rows
            .into_iter()
            .map(|row| LogRowView::of(row, &page.names, policy, language))
            .collect(),
        next: page.next,
    })
}

impl LogSearchBody {
    fn parse(&self, (rows_default, rows_max): (usize, usize)) -> Result<LogSearch, Faults> {
        let mut faults = Faults::default();
        let from = faults.keep("/from", self.from.read());
        let to = faults.keep("/to", self.to.read());
        if let (Some(from), Some(to)) = (from, to)
            && to <= from
        {
            faults.add(Fault::body("/to", "ends_before_it_begins"));
        }
        let limit = self.limit.unwrap_or(rows_default);
        if !(1..=rows_max).contains(&limit) {
            faults.add(Fault::body("/limit", "number_out_of_range").past(rows_max));
        }
        let child = optional(&mut faults, "/child", self.child.as_ref());
        let matter = faults.keep_optional("/matter", self.matter.as_deref().map(text)).flatten();
        if child.is_some() && self.matter.is_none() {
            faults.add(Fault::body("/matter", "missing"));
        }
        let search = LogSearch {
            from: from.unwrap_or_default(),
            to: to.unwrap_or_default(),
            actor: optional(&mut faults, "/actor", self.actor.as_ref()).map(|id| id.uuid()),
            child,
            matter,
            act: term(&mut faults, "/act", self.act.as_deref()),
            decision: word::<Decision>(&mut faults, "/decision", self.decision.as_deref()),
            outcome: word::<Outcome>(&mut faults, "/outcome", self.outcome.as_deref()),
            rule: term(&mut faults, "/rule", self.rule.as_deref()),
            purpose: term(&mut faults, "/purpose", self.purpose.as_deref()),
            category: optional(&mut faults, "/category", self.category.as_ref())
                .map(|category| category.code().to_owned()),
            effect: word::<Effect>(&mut faults, "/effect", self.effect.as_deref()),
            newest_first: self.order == Order::NewestFirst,
            after: self.after,
            rows_max: limit,
        };
        if faults.is_empty() { Ok(search) } else { Err(faults) }
    }
}

fn optional<T: Wire>(faults: &mut Faults, at: &str, raw: Option<&Raw<T>>) -> Option<T> {
    faults.keep_optional(at, raw.map(Raw::read)).flatten()
}

fn term(faults: &mut Faults, at: &str, given: Option<&str>) -> Option<String> {
    faults.keep_optional(at, given.map(text)).flatten()
}

fn word<W: Word>(faults: &mut Faults, at: &str, given: Option<&str>) -> Option<W> {
    let read = |word: &str| W::from_word(word).ok_or::<Reason>("unknown_word");
    faults.keep_optional(at, given.map(read)).flatten()
}
