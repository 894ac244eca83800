//! The front door: what comes in over HTTP, and what goes out.
//!
//! **Invariant:** actix is named here and where the parts meet, and nowhere else. Status codes of
//! errors stand in [`problem`] only. What a handler returns came through the store's door, or is
//! recorded by [`net`] before it leaves.

mod access_extract_page;
mod access_extracts;
mod assignments;
mod bars;
mod blocks;
mod body;
mod bounds;
mod break_glass;
mod byte_range;
mod cases;
mod children;
mod codes;
mod concern_reports;
mod conflicts;
mod consent_bodies;
mod consent_view;
mod consents;
mod decisions;
mod desk;
mod disclosure_preview;
mod disposals;
mod etag;
mod explain;
mod fault;
mod field;
mod front;
mod headers;
mod health;
mod information_requests;
mod items;
mod language;
mod log_entries;
mod log_exports;
mod log_review_page;
mod log_review_report;
mod log_review_view;
mod log_reviews;
mod log_search;
mod log_view;
mod logs;
mod mark;
mod maturity;
mod me;
mod net;
mod notices;
mod openapi;
mod paging;
mod plan_view;
mod plans;
pub mod problem;
mod publications;
mod questions;
mod receipt_page;
mod receipts;
mod recorded;
mod referral_view;
mod referrals;
mod reply;
mod routes;
mod rule_view;
mod service;
mod sign_in;
mod tag;
mod tally;
mod tiles;
mod units;
mod unmatched;
mod words;

pub use front::Front;
pub use openapi::document;
pub use service::app;
pub use tally::Tally;
