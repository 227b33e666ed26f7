//! Packs and cases made up from a number or from a string of bytes, for property tests and fuzz targets.
//!
//! [`choices`] says what is chosen, [`script`] writes scripts by type and unit so that they compile, [`pack`] puts them
//! into a pack, and [`case`] brings evidence for it: all of it, some of it, and what could still arrive.
//!
//! To cover a function that the language gains, add an arm where [`script`] writes what the function gives.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    clippy::panic,
    clippy::unwrap_used,
    reason = "only tests use this, and a test stops where something does not hold"
)]

pub mod case;
pub mod choices;
pub mod pack;
pub mod script;

pub use choices::Choices;
pub use pack::{Made, Manner};
