//! The demo: a world that does not exist, people who sign in to it, and the story of one child.
//!
//! **Invariant:** it never touches a database with data that it did not make, and never listens
//! anywhere but on this machine.

mod guide;
mod house;
mod import;
mod keys;
mod register;
pub mod sign_in;
mod signing_key;
mod story;
mod world;

pub use guide::guide;
pub use house::{DemoError, House, Wish};
pub use import::{ImportError, import};
pub use keys::{DemoKeys, KeysError};
pub use register::{RegisterError, read_register};
pub use story::{Line, Mismatch, Stage, play};
pub use world::{World, WorldError};
