//! What a unit must know of: a kind and ids, nothing personal.
//!
//! **Invariant:** a notice is written with the change that it tells of, or not at all.

use diesel::prelude::*;
use uuid::Uuid;

use super::db::Database;
use super::error::{Halt, StoreError};
use super::schema::{case_file, notice};
use super::sql::At;
use super::work::{Page, Work};
use crate::access::Act;
use crate::access::act::{ListNotices, ReadNotice};
use crate::clock::Instant;
use crate::domain::ids::{AreaId, CaseId, NoticeId, UnitId};
use crate::domain::notice::NoticeKind;
use crate::domain::text::Coded;

/// A notice.
#[derive(Clone, Debug)]
pub struct NoticeView {
    /// Its id.
    pub id: NoticeId,
    /// What happened.
    pub kind: NoticeKind,
    /// The case that it happened in.
    pub case: CaseId,
    /// The kind of thing that it concerns, as the ledger names it.
    pub resource_kind: String,
    /// Which one.
    pub resource: Uuid,
    /// When.
    pub at: Instant,
}

impl Work<'_, ListNotices> {
    /// What the unit must know of, oldest first.
    pub fn notices(&mut self, page: Page) -> Result<Vec<NoticeView>, Halt> {
        let unit = self.act().unit;
        let load = |database: &mut Database, after: Option<NoticeId>, limit| {
            let mut query = notice::table
                .filter(notice::unit_id.eq(unit))
                .order(notice::id)
                .limit(limit)
                .select(notice::id)
                .into_boxed();
            if let Some(after) = after {
                query = query.filter(notice::id.gt(after));
            }
            Ok(query.load(database)?)
        };
        let served = self.page_of(page, load, |notice| ReadNotice { notice })?;
        served.into_iter().map(|(id, _)| self.notice(id)).collect()
    }
}

impl Work<'_, ReadNotice> {
    /// The notice.
    pub fn read(&mut self) -> Result<NoticeView, Halt> {
        let id = self.act().notice;
        self.notice(id)
    }
}

impl<A: Act> Work<'_, A> {
    fn notice(&mut self, id: NoticeId) -> Result<NoticeView, Halt> {
        type Row = (String, CaseId, String, NoticeId, At);
        let (kind, case, resource_kind, resource, at): Row = notice::table
            .find(id)
            .select((
                notice::kind,
                notice::case_id,
                notice::resource_kind,
                notice::resource_id,
                notice::at,
            ))
            .first(self.database)?;
        let (kind, resource, at) = (NoticeKind::from_code(&kind)?, resource.uuid(), at.0);
        Ok(NoticeView { id, kind, case, resource_kind, resource, at })
    }

    /// Tells `unit` of what the act does, by the kind and the id of the thing concerned. Child and
    /// case are the act's own.
    pub(super) fn notify(
        &mut self,
        unit: UnitId,
        kind: NoticeKind,
        resource: (&str, Uuid),
    ) -> Result<(), Halt> {
        let concerned = &self.facts().resource;
        let (Some(child), Some(case)) = (concerned.child, concerned.case) else {
            return Err(StoreError::Corrupt("a notice about no child or no case".into()).into());
        };
        let area: AreaId =
            case_file::table.find(case).select(case_file::area_id).first(self.database)?;
        diesel::insert_into(notice::table)
            .values((
                notice::id.eq(self.means.clock.new_id::<NoticeId>()),
                notice::area_id.eq(area),
                notice::unit_id.eq(unit),
                notice::child_id.eq(child),
                notice::case_id.eq(case),
                notice::kind.eq(kind.code()),
                notice::resource_kind.eq(resource.0),
                notice::resource_id.eq(NoticeId::new(resource.1)),
                notice::at.eq(At(self.now())),
            ))
            .execute(self.database)?;
        Ok(())
    }
}
