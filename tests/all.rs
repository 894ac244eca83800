//! All integration tests, in one binary: linking is the dearest step of a build.

mod access_matrix;
mod api;
mod architecture;
mod doors;
mod races;
mod story;
mod support;
mod timing;
mod unwritable;
mod worked_examples;
