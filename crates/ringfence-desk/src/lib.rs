//! The policy author's desk: what the cases of a rule pack hold it to.
//!
//! A [`Desk`] is a pack with its test cases. Everything here is worked out from rulings; what a ruling is,
//! core decides.

mod coverage;
mod desk;
pub mod diff;
mod expect;
mod start;

pub use desk::{Desk, DeskError, Ruled, TestCase};
pub use expect::{Checked, Unexpected, Why, check};
pub use start::{Start, StartError, start};
