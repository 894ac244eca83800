//! The memory, and the one door to it.
//!
//! [`Store::perform`] is the only way to read or write anything. It gathers the facts, has the
//! decision made, does the job and records all of it before anybody is answered.
//!
//! **Invariant:** diesel is known here and nowhere else; no query is reachable without a permit.

mod call;
mod cases;
mod concerns;
mod consent_rows;
mod consents;
mod db;
mod directory;
mod door;
mod error;
mod facts;
mod holding;
mod items;
mod journal;
mod logs;
mod means;
mod once;
mod parties;
mod people;
mod plan_rows;
mod plans;
mod referrals;
mod register;
mod schema;
mod sequencer;
mod sql;
mod telling;
#[cfg(test)]
mod tests;
mod unheard;
mod vault;
mod work;
mod writer;

pub use call::{Call, Once, Reply};
pub use cases::{AssignmentRow, CaseSummary, CaseView, NewCase, PartyView};
pub use concerns::{ConcernDraft, ConcernReport};
pub use consent_rows::{AnswerView, ConsentView};
pub use consents::{AnswerDraft, ConsentDraft};
pub use db::{DatabaseError, Place};
pub use directory::{AgencyView, DutyView, Myself, UnitView};
pub use door::{Done, Stopped, Store, StoreSettings};
pub use error::{Halt, StoreError};
pub use facts::Gather;
pub use holding::Holding;
pub use items::{ItemDraft, ItemView, PublicationDraft, PublicationView};
pub use logs::{ExportFormat, ExportRange, LogState, Pieces};
pub use means::LogSettings;
pub use parties::Invitation;
pub use people::ChildDraft;
pub use plan_rows::{ConfirmationView, PlanView};
pub use plans::{ActionDraft, FrameChange, GoalDraft, NeedDraft};
pub use referrals::{NewReferral, ReferralSummary, ReferralView};
pub use register::{
    AgencyEntry, AreaEntry, DutyEntry, PersonEntry, Register, StaffEntry, UnitEntry,
};
pub use telling::HOST;
pub use unheard::{Readiness, Unheard};
pub use vault::{Vault, VaultError};
pub use work::{Page, Work};
