//! Samsyn: school, social services and health care meet around one child.

pub mod access;
pub mod app;
pub mod casework;
pub mod cli;
pub mod clock;
pub mod demo;
pub mod domain;
pub mod http;
pub mod identity;
pub mod ledger;
pub mod settings;
pub mod store;
pub mod telemetry;
