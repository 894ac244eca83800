//! The front door: what comes in over HTTP, and what goes out.
//!
//! **Invariant:** actix is named here and where the parts meet, and nowhere else. Status codes of
//! errors stand in [`problem`] only. What a handler returns came through the store's door, or is
//! recorded by [`net`] before it leaves.

mod body;
mod bounds;
mod cases;
mod children;
mod codes;
mod concern_reports;
mod consents;
mod desk;
mod etag;
mod fault;
mod field;
mod front;
mod headers;
mod health;
mod items;
mod language;
mod logs;
mod mark;
mod me;
mod net;
mod openapi;
mod paging;
mod plan_view;
mod plans;
pub mod problem;
mod recorded;
mod referral_view;
mod referrals;
mod reply;
mod routes;
mod service;
mod sign_in;
mod tag;
mod units;
mod unmatched;
mod words;

pub use front::Front;
pub use openapi::document;
pub use service::app;
