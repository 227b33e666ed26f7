//! Decides whether conditions attached to funding are met, and where the money goes.
//!
//! Core opens no file, asks no clock and prints nothing. Loaders hand it [documents](source); it
//! checks and compiles them into a [pack], reads [cases](case) against it, and issues
//! [rulings](ruling).

pub mod asked;
mod bind;
mod bundle;
mod calendar;
pub mod case;
pub mod cover;
pub mod diagnostic;
mod digest;
pub mod evaluate;
pub mod exact;
mod fields;
pub mod language;
pub mod money;
pub mod outline;
pub mod pack;
pub mod period;
pub mod plugin;
mod reading;
pub mod ruling;
pub mod source;
mod table;
pub mod types;
mod words;

pub use bind::Bound;
/// A day of the calendar.
pub use jiff::civil::Date;
