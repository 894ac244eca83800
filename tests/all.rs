//! All integration tests, in one binary: linking is the dearest step of a build.

mod access_matrix;
mod api;
mod architecture;
mod budget;
mod disposal;
mod doors;
mod faults;
mod formats;
mod keys;
mod kill;
mod metrics;
mod races;
mod second_verifier;
mod story;
mod support;
mod tamper;
mod timing;
mod unwritable;
mod whole;
mod witnesses;
mod worked_examples;
