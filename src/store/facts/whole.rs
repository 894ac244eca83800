//! Facts of acts on the directory, on a unit, on a child, on a log.

use diesel::prelude::*;
use serde_json::Value;

use super::{Gather, Gathering, number_sought, place_of};
use crate::access::act::{
    AcceptReferral, CancelLogExport, CloseLogReview, DisposeLog, DrawLogReview, ExplainAccess,
    ExportLog, FetchLogExport, FindChild, ImportRegister, ListAccessExtracts, ListBreakGlass,
    ListCases, ListConcernReports, ListDisposals, ListIndicators, ListInvitations, ListLogExports,
    ListLogReviews, ListNotices, ListOwnAccessExtracts, ListOwnConsents, ListOwnMeetings,
    ListOwnPlans, ListReferrals, ListUnits, MakeReferral, OpenCase, ReadConcernReport, ReadLog,
    ReadLogEntry, ReadLogExport, ReadLogReview, ReadReferral, ReadSelf, ReadTiles,
    RecordLogFinding, RegisterChild, RemindOfMeetings, RemindOfReviews, ReportLogReviews,
    SearchLog, SeeReferral, SendConcernReport, TriageReferral,
};
use crate::access::facts::{Facts, PartyStanding, Principal, Resource, Situation};
use crate::domain::agency::{AgencyKind, Place, SecrecyRegime, UnitKind};
use crate::domain::ids::{AgencyId, ChildId, ConcernReportId, PersonId, ReferralId, UnitId};
use crate::domain::text::Coded;
use crate::store::error::StoreError;
use crate::store::schema::{agency, concern_report, identity_number, referral};
use crate::store::vault::Vault;

macro_rules! gather_alone {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                gathering.alone()
            }
        }
    )+ };
}
gather_alone!(
    ReadSelf,
    ListUnits,
    ListIndicators,
    ListCases,
    ImportRegister,
    ExplainAccess,
    ListOwnConsents,
    ListOwnPlans,
    ListOwnMeetings,
    ListOwnAccessExtracts,
    RemindOfReviews,
    RemindOfMeetings
);

macro_rules! gather_unit {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                gathering.unit(self.unit)
            }
        }
    )+ };
}
gather_unit!(ListReferrals, ListConcernReports, ListNotices, RegisterChild);

impl Gather for ListInvitations {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let mut facts = gathering.unit(self.unit)?;
        if facts.situation.inside {
            facts.situation.party = PartyStanding::Invited;
        }
        Ok(facts)
    }
}

macro_rules! gather_referral {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                gathering.referral(self.referral, Ends::Receiving)
            }
        }
    )+ };
}
gather_referral!(SeeReferral, TriageReferral, AcceptReferral, OpenCase);

impl Gather for ReadReferral {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        gathering.referral(self.referral, Ends::Both)
    }
}

/// Through which of a referral's two ends somebody may stand to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// The unit that has it now: it alone acts.
    Receiving,
    /// The unit that sent it, too: it reads what it wrote.
    Both,
}

macro_rules! gather_log {
    ($($act:ty),+) => { $(
        impl Gather for $act {
            fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
                gathering.log(self.agency)
            }
        }
    )+ };
}
gather_log!(
    ReadLog,
    ReadTiles,
    SearchLog,
    ReadLogEntry,
    ExportLog,
    ListLogExports,
    ReadLogExport,
    FetchLogExport,
    CancelLogExport,
    DrawLogReview,
    ListLogReviews,
    ReadLogReview,
    RecordLogFinding,
    CloseLogReview,
    ReportLogReviews,
    DisposeLog,
    ListDisposals,
    ListAccessExtracts,
    ListBreakGlass
);

impl Gather for FindChild {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        let digest = gathering.means.vault.digest(&self.number);
        let found: Option<PersonId> = identity_number::table
            .find(digest)
            .select(identity_number::person_id)
            .first(gathering.database)
            .optional()?;
        let mut facts = gathering.pupil(found.unwrap_or(PersonId::nobody()))?;
        // A search names no target: what was sought is not told, only what was found.
        facts.resource.id = facts.resource.child.map(ChildId::uuid);
        Ok(facts)
    }

    fn terms(&self, vault: &Vault, principal: &Principal) -> Option<Value> {
        Some(number_sought(vault, principal, &self.number))
    }
}

impl Gather for MakeReferral {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        gathering.pupil(self.child)
    }
}

impl Gather for SendConcernReport {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        gathering.pupil(self.child)
    }
}

impl Gather for ReadConcernReport {
    fn gather(&self, gathering: &mut Gathering<'_>) -> Result<Facts, StoreError> {
        gathering.concern_report(self.report)
    }
}

impl Gathering<'_> {
    fn alone(&mut self) -> Result<Facts, StoreError> {
        let known = self.known()?;
        let acting = known.duties.first().map(|acting| acting.place.unit);
        Ok(Facts {
            now: self.now,
            principal: known.acting_at(acting),
            resource: Resource::default(),
            situation: Situation::default(),
            aware: true,
            seen: Vec::new(),
        })
    }

    /// A unit's existence is public; what has come to it is for those who work there.
    fn unit(&mut self, unit: UnitId) -> Result<Facts, StoreError> {
        let known = self.known()?;
        let place = place_of(self.database, unit)?;
        let inside = known.at(unit).is_some();
        Ok(Facts {
            now: self.now,
            principal: known.acting_at(Some(unit)),
            resource: Resource { id: Some(unit.uuid()), owner: place, ..Resource::default() },
            situation: Situation {
                inside,
                own_agency: place.is_some_and(|place| known.belongs_to(place.agency)),
                ..Situation::default()
            },
            aware: place.is_some(),
            seen: Vec::new(),
        })
    }

    /// A child met as a pupil: through a unit that it is enrolled at, or that serves it.
    fn pupil(&mut self, child: ChildId) -> Result<Facts, StoreError> {
        let known = self.known()?;
        let facts = self.child(child, &known)?;
        let through = self.pupil_of(child, &known)?;
        let place = match through {
            Some(unit) => known.at(unit).map(|acting| acting.place),
            None => None,
        };
        Ok(Facts {
            now: self.now,
            principal: known.acting_at(through),
            resource: Resource {
                id: Some(child.uuid()),
                owner: place,
                child: facts.found.then_some(child),
                ..Resource::default()
            },
            situation: Situation {
                own_pupil: through.is_some(),
                inside: through.is_some(),
                own_agency: through.is_some(),
                ..facts.situation(&known)
            },
            aware: through.is_some(),
            seen: facts.seen(),
        })
    }

    fn referral(&mut self, id: ReferralId, ends: Ends) -> Result<Facts, StoreError> {
        let known = self.known()?;
        let row: Option<(ChildId, UnitId, UnitId)> = referral::table
            .find(id)
            .select((referral::child_id, referral::to_unit_id, referral::from_unit_id))
            .first(self.database)
            .optional()?;
        let (child, to, from) =
            row.unwrap_or((ChildId::nobody(), UnitId::nobody(), UnitId::nobody()));
        let child_facts = self.child(child, &known)?;
        // The child is taken by now: where the referral lies can no longer change.
        let to: UnitId = referral::table
            .find(id)
            .select(referral::to_unit_id)
            .first(self.database)
            .optional()?
            .unwrap_or(to);
        let place = place_of(self.database, to)?;
        let own_ends: &[UnitId] = match ends {
            Ends::Receiving => &[to],
            Ends::Both => &[to, from],
        };
        let through = own_ends.iter().copied().find(|unit| known.at(*unit).is_some());
        let sent = known.at(from).is_some();
        Ok(Facts {
            now: self.now,
            principal: known.acting_at(through),
            resource: Resource {
                id: Some(id.uuid()),
                owner: place,
                child: child_facts.found.then_some(child),
                ..Resource::default()
            },
            situation: Situation {
                inside: through.is_some(),
                own_agency: place.is_some_and(|place| known.belongs_to(place.agency)),
                ..child_facts.situation(&known)
            },
            aware: through.is_some() || sent,
            seen: child_facts.seen(),
        })
    }

    fn concern_report(&mut self, id: ConcernReportId) -> Result<Facts, StoreError> {
        let known = self.known()?;
        let row: Option<(ChildId, UnitId)> = concern_report::table
            .find(id)
            .select((concern_report::child_id, concern_report::to_unit_id))
            .first(self.database)
            .optional()?;
        let (child, to) = row.unwrap_or((ChildId::nobody(), UnitId::nobody()));
        let child_facts = self.child(child, &known)?;
        let place = place_of(self.database, to)?;
        let inside = known.at(to).is_some();
        Ok(Facts {
            now: self.now,
            principal: known.acting_at(Some(to)),
            resource: Resource {
                id: Some(id.uuid()),
                owner: place,
                category: place.map(|_| crate::domain::category::Category::Concern),
                child: child_facts.found.then_some(child),
                case: None,
            },
            situation: Situation { inside, own_agency: inside, ..child_facts.situation(&known) },
            aware: inside,
            seen: child_facts.seen(),
        })
    }

    /// An agency as the owner of its log; `None` when there is no such agency.
    pub(super) fn agency(&mut self, id: AgencyId) -> Result<Option<Place>, StoreError> {
        let row: Option<(String, bool)> = agency::table
            .find(id)
            .select((agency::kind, agency::public))
            .first(self.database)
            .optional()?;
        row.map(|(kind, public)| {
            Ok(Place {
                unit: UnitId::nobody(),
                unit_kind: UnitKind::Office,
                agency: id,
                agency_kind: AgencyKind::from_code(&kind)?,
                public,
                regime: SecrecyRegime::Osl23_2c,
            })
        })
        .transpose()
    }

    /// That an agency has a log is public; what stands in it is not.
    fn log(&mut self, id: AgencyId) -> Result<Facts, StoreError> {
        let known = self.known()?;
        let owner = self.agency(id)?;
        let own = owner.is_some() && known.belongs_to(id);
        let acting = known
            .duties
            .iter()
            .find(|acting| acting.roles.contains(&crate::domain::agency::Role::Auditor))
            .map(|acting| acting.place.unit);
        Ok(Facts {
            now: self.now,
            principal: known.acting_at(acting),
            resource: Resource {
                id: Some(id.uuid()),
                owner,
                category: Some(crate::domain::category::Category::Log),
                ..Resource::default()
            },
            situation: Situation { inside: own, own_agency: own, ..Situation::default() },
            aware: owner.is_some(),
            seen: Vec::new(),
        })
    }
}
