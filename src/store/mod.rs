//! The memory, and the one door to it.
//!
//! [`Store::perform`] is the only way to read or write anything. It gathers the facts, has the
//! decision made, does the job and records all of it before anybody is answered.
//!
//! **Invariant:** diesel is known here and nowhere else; no query is reachable without a permit.

mod access_extract_rows;
mod access_extracts;
mod agencies_named;
mod bars;
mod blocks;
mod break_glass;
mod call;
mod cases;
mod chronology;
mod concerns;
mod conflicts;
mod consent_endings;
mod consent_history;
mod consent_rows;
mod consents;
mod counters;
mod db;
mod decisions;
mod directory;
mod disposals;
mod door;
mod error;
mod export_file;
mod export_run;
mod facts;
mod families;
mod holding;
mod information_requests;
mod item_content;
mod items;
mod journal;
mod log_exports;
mod log_index;
mod log_keys;
mod log_review_findings;
mod log_review_report;
mod log_review_rows;
mod log_review_sample;
mod log_reviews;
mod log_rows;
mod log_search;
mod logs;
mod maturity;
mod means;
mod nodes;
mod notices;
mod once;
mod openings;
mod parties;
mod people;
mod plan_rows;
mod plans;
mod practice;
mod preview;
mod protection;
mod publications;
mod questions;
mod receipts;
mod redaction;
mod referrals;
mod register;
mod reminders;
mod schema;
mod sequencer;
mod sql;
mod standing;
mod system_events;
mod telling;
#[cfg(test)]
mod tests;
mod tiles;
mod unheard;
mod vault;
mod voice_marks;
mod wheels;
mod witnessing;
mod work;
mod writer;

pub use access_extract_rows::{ExtractRow, Withheld};
pub use access_extracts::{
    ExtractDecision, ExtractDraft, ExtractRequest, ExtractView, SecrecyTest,
};
pub use bars::BarView;
pub use blocks::BlockView;
pub use break_glass::{GlassReview, GlassView, ReviewDraft};
pub use call::{Call, Once, Reply};
pub use cases::{AssignmentRow, CaseSummary, CaseView, Closing, NewCase, PartyView};
pub use chronology::EventView;
pub use concerns::{ConcernDraft, ConcernReport};
pub use consent_history::ConsentVersion;
pub use consent_rows::{AnswerView, ConsentView};
pub use consents::AnswerDraft;
pub use counters::Counters;
pub use db::{DatabaseError, Place};
pub use decisions::DecisionView;
pub use directory::{AgencyView, DutyView, Myself, UnitView};
pub use disposals::{CLASS as DISPOSED_CLASS, Disposal, Disposed, Retention};
pub use door::{Done, Stopped, Store, StoreSettings};
pub use error::{Halt, StoreError};
pub use facts::Gather;
pub use holding::Holding;
pub use information_requests::{InformationRequestDraft, InformationRequestView};
pub use items::{AddendumView, ItemDraft, ItemView};
pub use log_exports::{ExportDraft, ExportFile, ExportSettings, ExportView};
pub use log_keys::{KeyState, LogKeys};
pub use log_review_findings::FindingDraft;
pub use log_review_report::{OpenEmergency, OpenQuery, OpenReview, Worklist, YearReport};
pub use log_review_rows::{FindingView, ReviewView, RuleView};
pub use log_review_sample::{FreshSample, SampledEntry};
pub use log_reviews::LogReviewDraft;
pub use log_search::{LogBody, LogEntry, LogPage, LogRow, LogSearch};
pub use logs::LogState;
pub use maturity::{MaturityDraft, MaturityView};
pub use means::{LogSettings, ReviewSettings};
pub use notices::NoticeView;
pub use openings::OpeningView;
pub use parties::{Invitation, NewAssignment};
pub use people::ChildDraft;
pub use plan_rows::{ConfirmationView, PlanView};
pub use plans::{ActionDraft, FrameChange, GoalDraft, NeedDraft};
pub use practice::{PracticeView, StepView};
pub use preview::{GroundPreview, LastDay, Limit, NotReading, ReaderPreview, Why};
pub use publications::{HarmTest, PublicationDraft, PublicationView, Recall};
pub use questions::{Explained, Question, Verdict};
pub use receipts::{ReceiptView, SideView};
pub use referrals::{NewReferral, ReferralSummary, ReferralView};
pub use register::{
    AgencyEntry, AreaEntry, DutyEntry, GuardianEntry, PersonEntry, PowerEntry, Register,
    StaffEntry, UnitEntry,
};
pub use reminders::Overdue;
pub use standing::{Backlog, ConnectionsHeld, Standing, StandingFault};
pub use system_events::Run;
pub use telling::HOST;
pub use tiles::{Consistency, Inclusion};
pub use unheard::{Readiness, Unheard};
pub use vault::{Vault, VaultError};
pub use voice_marks::VoiceMarkView;
pub use wheels::{WheelChange, WheelView};
pub use witnessing::{Head, Trouble, WitnessState};
pub use work::{Page, Work};
