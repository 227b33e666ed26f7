//! The policy author's desk: what the cases of a rule pack hold it to.
//!
//! A [`Desk`] is a pack with its test cases, [`test()`] holds the one against the others. Everything here is worked out
//! from rulings; what a ruling is, core decides.

pub mod changed;
mod coverage;
mod desk;
pub mod diff;
mod expect;
mod kept;
pub mod mutate;
mod page;
mod path;
mod schema;
mod snapshot;
mod start;
pub mod tested;
pub mod watch;
pub mod what_if;

pub use desk::{Desk, DeskError, Ruled, TestCase};
pub use expect::{Checked, Unexpected, Why, check, expect_mistakes};
pub use kept::{Kept, KeptError, What};
pub use schema::{SCHEMAS, Schema};
pub use snapshot::{Snapshot, is_ci};
pub use start::{Start, StartError, start};
pub use tested::{Tested, TestedCase, test};
