//! Access extracts: asked for, tested for secrecy, released or refused.
//!
//! **Invariant:** a decision is made once, from the rows of a log of a known size, and what was
//! released then is what is read ever after.

use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use super::access_extract_rows::{ExtractRow, Wanted, Withheld, rows};
use super::db::Database;
use super::error::{Halt, StoreError};
use super::schema::{access_extract, access_extract_decision, agency, person};
use super::sequencer::{count, position, tip};
use super::sql::{At, Json};
use super::work::{Page, Work};
use crate::access::Act;
use crate::access::act::{
    AskAccessExtract, DecideAccessExtract, ListAccessExtracts, ListOwnAccessExtracts,
    PrepareAccessExtract, PrintAccessExtract, ReadAccessExtract,
};
use crate::access::facts::PrincipalKind;
use crate::clock::Instant;
use crate::domain::access_extract::{ExtractLanguage, ExtractState, Hold, settled};
use crate::domain::child::Protection;
use crate::domain::ids::{AccessExtractId, AgencyId, ChildId, PersonId, StaffId};
use crate::domain::law::in_force;
use crate::domain::obstacle::Obstacle;
use crate::domain::text::Coded;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct ExtractRequest {
    /// The period's beginning.
    pub from: Instant,
    /// Its end, itself not included.
    pub to: Instant,
    /// In which words the answer is wanted.
    pub language: ExtractLanguage,
    /// How whoever took it down on paper made sure who asked.
    pub checked: Option<String>,
}

/// A request, and what came of it.
#[derive(Clone, Debug)]
pub struct ExtractView {
    /// Its id.
    pub id: AccessExtractId,
    /// Whose log.
    pub agency: AgencyId,
    /// That agency's name.
    pub agency_name: String,
    /// The child.
    pub child: ChildId,
    /// Who has the answer.
    pub asker: PersonId,
    /// What was asked for.
    pub request: ExtractRequest,
    /// Who took it down on paper.
    pub recorded_by: Option<StaffId>,
    /// When it was asked for.
    pub asked_at: Instant,
    /// The last day for the answer.
    pub due: NaiveDate,
    /// That day is past, and nobody has decided.
    pub overdue: bool,
    /// What was decided, if anybody has.
    pub decision: Option<ExtractDecision>,
}

/// What was decided.
#[derive(Clone, Debug)]
pub struct ExtractDecision {
    /// Released, partly or not at all.
    pub state: ExtractState,
    /// Why.
    pub reason: String,
    /// Every row, with what stays untold; none of a refused extract.
    pub rows: Vec<ExtractRow>,
    /// How many leaves the log had.
    pub size: u64,
    /// The log's signed head then.
    pub checkpoint: String,
    /// Who decided.
    pub by: StaffId,
    /// When.
    pub at: Instant,
}

/// What would be told, before it is tested.
#[derive(Clone, Debug)]
pub struct ExtractDraft {
    /// The request.
    pub extract: ExtractView,
    /// How many leaves the log has: a decision names it, so that what was tested is what is told.
    pub size: u64,
    /// The rows, with what the law keeps back and what is proposed to be kept back.
    pub rows: Vec<ExtractRow>,
}

/// What whoever tests it wants.
#[derive(Clone, Debug)]
pub struct SecrecyTest {
    /// Whether anything is released.
    pub release: bool,
    /// Why.
    pub reason: String,
    /// The size that the draft named.
    pub size: u64,
    /// What to keep back besides, by the row's place.
    pub withhold: HashMap<String, Hold>,
    /// The proposals that are not followed, by the row's place.
    pub show: Vec<String>,
}

impl Work<'_, AskAccessExtract> {
    /// Takes the request down.
    pub fn ask(&mut self, request: &ExtractRequest) -> Result<ExtractView, Halt> {
        let act = self.act().clone();
        let staff = matches!(self.facts().principal.kind, PrincipalKind::Staff { .. });
        let asker = match staff {
            true => act.asker,
            false => PersonId::new(self.facts().principal.id),
        };
        if staff != request.checked.is_some() {
            let reason = match staff {
                true => Obstacle::Field { field: "checked", reason: "missing" },
                false => Obstacle::Field { field: "checked", reason: "for_staff" },
            };
            return Err(reason.into());
        }
        if request.to > self.now() {
            return Err(Obstacle::Field { field: "to", reason: "in_the_future" }.into());
        }
        let days = in_force(&self.means.law.access_extract_days, self.today());
        let days = Days::new(days.map_or(0, |law| law.says.unsigned_abs()));
        let due = self.today().checked_add_days(days).unwrap_or(self.today());
        let id: AccessExtractId = self.means.clock.new_id();
        let area = self.area_of(act.child)?;
        diesel::insert_into(access_extract::table)
            .values((
                access_extract::id.eq(id),
                access_extract::area_id.eq(area),
                access_extract::agency_id.eq(act.agency),
                access_extract::child_id.eq(act.child),
                access_extract::asker_id.eq(asker),
                access_extract::from_time.eq(At(request.from)),
                access_extract::to_time.eq(At(request.to)),
                access_extract::language.eq(request.language.code()),
                access_extract::recorded_by_id.eq(staff.then(|| self.staff())),
                access_extract::checked.eq(&request.checked),
                access_extract::asked_at.eq(At(self.now())),
                access_extract::due.eq(due),
            ))
            .execute(self.database)?;
        self.extract(id)
    }
}

impl Work<'_, ListOwnAccessExtracts> {
    /// Those that one has asked for and may still read, oldest first.
    pub fn extracts(&mut self, page: Page) -> Result<Vec<ExtractView>, Halt> {
        let me = PersonId::new(self.facts().principal.id);
        self.extracts_where(page, move |after, limit, database| {
            let mut query = access_extract::table
                .filter(access_extract::asker_id.eq(me))
                .order(access_extract::id)
                .limit(limit)
                .select(access_extract::id)
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(access_extract::id.gt(after));
            }
            Ok(query.load(database)?)
        })
    }
}

impl Work<'_, ListAccessExtracts> {
    /// Those that the agency was asked for, oldest first.
    pub fn extracts(&mut self, page: Page) -> Result<Vec<ExtractView>, Halt> {
        let agency = self.act().agency;
        self.extracts_where(page, move |after, limit, database| {
            let mut query = access_extract::table
                .filter(access_extract::agency_id.eq(agency))
                .order(access_extract::id)
                .limit(limit)
                .select(access_extract::id)
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(access_extract::id.gt(after));
            }
            Ok(query.load(database)?)
        })
    }
}

impl Work<'_, PrepareAccessExtract> {
    /// What would be told.
    pub fn draft(&mut self) -> Result<ExtractDraft, Halt> {
        let extract = self.extract(self.act().extract)?;
        let size = tip(self.database, extract.agency)?.range.end();
        let rows = self.rows(&extract, size)?;
        Ok(ExtractDraft { extract, size, rows })
    }
}

impl Work<'_, DecideAccessExtract> {
    /// Decides. Whoever stands in it as somebody who looked leaves it to a colleague; that they dealt
    /// with an extract before is no look at the child.
    pub fn decide(&mut self, test: &SecrecyTest) -> Result<ExtractView, Halt> {
        let extract = self.extract(self.act().extract)?;
        if extract.decision.is_some() {
            return Err(Obstacle::State { why: "extract_decided" }.into());
        }
        let tip = tip(self.database, extract.agency)?;
        if test.size > tip.range.end() {
            return Err(Obstacle::Field { field: "size", reason: "not_in_the_log" }.into());
        }
        let mut rows = self.rows(&extract, test.size)?;
        let looked = |row: &ExtractRow| {
            row.thing != DecideAccessExtract::RESOURCE && row.act != AskAccessExtract::NAME
        };
        let me = Some(self.facts().principal.id);
        if rows.iter().any(|row| row.actor == me && looked(row)) {
            return Err(Obstacle::State { why: "own_access_in_extract" }.into());
        }
        let known = |place: &String| rows.iter().any(|row| row.place == *place);
        if !test.withhold.keys().all(known) {
            return Err(Obstacle::Field { field: "withhold", reason: "no_such_row" }.into());
        }
        if !test.show.iter().all(known) {
            return Err(Obstacle::Field { field: "show", reason: "no_such_row" }.into());
        }
        for row in &mut rows {
            let proposed = row.withheld.as_ref().map(Withheld::hold).transpose()?;
            let wanted = test.withhold.get(&row.place).copied();
            let lifted = test.show.contains(&row.place);
            row.withheld = settled(proposed, wanted, lifted).map(Withheld::from);
        }
        if !test.release {
            rows.clear();
        }
        let kept = serde_json::to_value(&rows)
            .map_err(|_| StoreError::Corrupt("an extract can't be written".into()))?;
        let area = self.area_of(extract.child)?;
        diesel::insert_into(access_extract_decision::table)
            .values((
                access_extract_decision::extract_id.eq(extract.id),
                access_extract_decision::area_id.eq(area),
                access_extract_decision::released.eq(test.release),
                access_extract_decision::reason.eq(&test.reason),
                access_extract_decision::size.eq(position(test.size)?),
                access_extract_decision::checkpoint.eq(tip.note.unwrap_or_default()),
                access_extract_decision::rows.eq(Json(kept)),
                access_extract_decision::decided_by_id.eq(self.staff()),
                access_extract_decision::decided_at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        self.extract(extract.id)
    }
}

impl Work<'_, ReadAccessExtract> {
    /// The request, and what came of it.
    pub fn read(&mut self) -> Result<ExtractView, Halt> {
        self.extract(self.act().extract)
    }
}

impl Work<'_, PrintAccessExtract> {
    /// The same, to print.
    pub fn read(&mut self) -> Result<ExtractView, Halt> {
        self.extract(self.act().extract)
    }
}

impl<A: Act> Work<'_, A> {
    fn extracts_where(
        &mut self,
        page: Page,
        load: impl Fn(
            Option<AccessExtractId>,
            i64,
            &mut Database,
        ) -> Result<Vec<AccessExtractId>, StoreError>,
    ) -> Result<Vec<ExtractView>, Halt> {
        let load = |database: &mut Database, after: Option<_>, limit| load(after, limit, database);
        let served = self.page_of(page, load, |extract| ReadAccessExtract { extract })?;
        served.into_iter().map(|(id, _)| self.extract(id)).collect()
    }

    fn rows(&mut self, extract: &ExtractView, size: u64) -> Result<Vec<ExtractRow>, Halt> {
        let protection: String =
            person::table.find(extract.child).select(person::protection).first(self.database)?;
        let wanted = Wanted {
            agency: extract.agency,
            child: extract.child,
            asker: extract.asker,
            protected: protection != Protection::None.code(),
            from: extract.request.from,
            to: extract.request.to,
            size,
        };
        let rows_max = usize::try_from(self.means.rows_max).unwrap_or(usize::MAX);
        let rows = rows(self.database, &wanted, rows_max)?;
        rows.ok_or_else(|| Obstacle::State { why: "extract_too_long" }.into())
    }

    fn extract(&mut self, id: AccessExtractId) -> Result<ExtractView, Halt> {
        type Row = (
            (AgencyId, ChildId, PersonId, At, At, String),
            (Option<StaffId>, Option<String>, At, NaiveDate),
        );
        let (
            (agency, child, asker, from, to, language),
            (recorded_by, checked, asked_at, due),
        ): Row = access_extract::table
            .find(id)
            .select((
                (
                    access_extract::agency_id,
                    access_extract::child_id,
                    access_extract::asker_id,
                    access_extract::from_time,
                    access_extract::to_time,
                    access_extract::language,
                ),
                (
                    access_extract::recorded_by_id,
                    access_extract::checked,
                    access_extract::asked_at,
                    access_extract::due,
                ),
            ))
            .first(self.database)?;
        let agency_name = agency::table.find(agency).select(agency::name).first(self.database)?;
        let language = ExtractLanguage::from_code(&language)?;
        let decision = self.extract_decision(id)?;
        Ok(ExtractView {
            id,
            agency,
            agency_name,
            child,
            asker,
            request: ExtractRequest { from: from.0, to: to.0, language, checked },
            recorded_by,
            asked_at: asked_at.0,
            due,
            overdue: decision.is_none() && self.today() > due,
            decision,
        })
    }

    fn extract_decision(&mut self, id: AccessExtractId) -> Result<Option<ExtractDecision>, Halt> {
        type Row = (bool, String, i64, String, Json, StaffId, At);
        let row: Option<Row> = access_extract_decision::table
            .find(id)
            .select((
                access_extract_decision::released,
                access_extract_decision::reason,
                access_extract_decision::size,
                access_extract_decision::checkpoint,
                access_extract_decision::rows,
                access_extract_decision::decided_by_id,
                access_extract_decision::decided_at,
            ))
            .first(self.database)
            .optional()?;
        let Some((released, reason, size, checkpoint, rows, by, at)) = row else {
            return Ok(None);
        };
        let rows: Vec<ExtractRow> = serde_json::from_value(rows.0)
            .map_err(|_| StoreError::Corrupt("an extract's rows".into()))?;
        let state = match (released, rows.iter().all(|row| row.withheld.is_none())) {
            (false, _) => ExtractState::Refused,
            (true, true) => ExtractState::Released,
            (true, false) => ExtractState::PartlyReleased,
        };
        let size = count(size)?;
        Ok(Some(ExtractDecision { state, reason, rows, size, checkpoint, by, at: at.0 }))
    }
}
