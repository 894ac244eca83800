//! The demo: a world that does not exist, and a way to sign in to it.

pub mod sign_in;
