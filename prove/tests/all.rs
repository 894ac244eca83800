//! What the prover finds, and that it finds it. Whatever needs the solver says loudly when there
//! is none, and fails if `SAMSYN_PROVE_REQUIRED` is 1.

mod agencies;
mod changes;
mod guards;
mod properties;
mod recorded;
mod support;
