//! The nouns: what a child, a case, a consent and a plan are, and what must hold for each.
//!
//! **Invariant:** nothing here reads a clock, a database, a file or a request, and no type here
//! derives serde: the wire is not the domain.

pub mod access_extract;
pub mod agency;
pub mod block;
pub mod category;
pub mod child;
pub mod closing;
pub mod consent;
pub mod content;
pub mod emergency;
pub mod event;
pub mod givers;
pub mod ground;
pub mod harm;
pub mod identity_number;
pub mod ids;
pub mod indicators;
pub mod law;
pub mod log_export;
pub mod log_review;
pub mod meeting;
pub mod notice;
pub mod obstacle;
pub mod plan;
pub mod plan_process;
pub mod plan_revision;
pub mod practice;
pub mod preparation;
pub mod redaction;
pub mod referral;
pub mod region;
pub mod text;
pub mod triangle;
pub mod voice;
pub mod wheel;
