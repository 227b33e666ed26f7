//! Ringfence: the rules engine for conditions attached to public funding.
//!
//! A rule pack says which conditions money depends on; a case brings one recipient's evidence; a
//! ruling says, for each condition, whether it is met and why, and for each fund how much is
//! released, redirected, withheld or still undetermined, to the penny.
//!
//! ```
//! # #[cfg(feature = "files")] {
//! use ringfence::{Options, Outcome};
//!
//! let pack = ringfence::load("rules/better-care-fund/2015-16")?;
//! for case in ringfence::cases(&pack, "rules/better-care-fund/2015-16/cases/late-catch-up.yaml")? {
//!     let ruling = pack.evaluate(&case, &Options::default())?;
//!     let fund = ruling.fund("performance").expect("the pack has this fund");
//!     assert_eq!(fund.dispositions.released.to_string(), "134100.00");
//!     assert_eq!(fund.dispositions.redirected.to_string(), "74500.00");
//!     assert_eq!(ruling.finding("plan-approved").expect("and this condition").outcome, Outcome::Met);
//! }
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Embedding
//!
//! [`Pack`] is immutable and shared freely between threads; [`Pack::evaluate`] opens no file, asks
//! no clock and keeps no state. For many cases under the rules of one day, take the steps apart:
//! [`Pack::rules_at`] once, [`Rules::bind`] once a case, then [`Rules::decide`] for outcomes and
//! amounts alone or [`Rules::rule`] for the ruling in words, with one [`Scratch`] a thread.
//!
//! A pack that declares values over all cases ([`Pack::passes`] gives 2) is ruled on with all of them:
//! [`Pack::evaluate_together`], or [`Rules::survey`] once and then [`Rules::rule_in`] for each case.
//!
//! A program can offer functions of its own to scripts ([`Plugins`]), typed and pure; a pack that calls one says
//! so, and is compiled with [`Pack::compile_with`].
//!
//! A program that carries its pack inside its binary needs no loader: turn off default features,
//! and turn the pack into JSON with [`PackSource`]'s serialized form when the program is built.
//! `examples/embedded` does so.

pub use ringfence_core::case::{Case, Decided, Evidence, Given, Row, Signature, Version, Vintage};
pub use ringfence_core::diagnostic::{Code, Diagnostic, Severity};
pub use ringfence_core::evaluate::{Decision, EvaluateError, Options, Portfolio, Rules, Scratch};
pub use ringfence_core::exact::{Exact, Inexact, Rounding, RoundingMode};
pub use ringfence_core::money::{Currency, Money};
pub use ringfence_core::pack::{Invalid, Pack};
pub use ringfence_core::period::{Every, Period, Periods};
pub use ringfence_core::plugin::{Function, PluginError, Plugins};
pub use ringfence_core::ruling::{Dispositions, Finding, FundRuling, Outcome, Ruling};
pub use ringfence_core::source::PackSource;
pub use ringfence_core::types::{Days, Number, Type, Unit, Value};
pub use ringfence_core::{Bound, Date, ruling};

#[cfg(feature = "files")]
mod files;
#[cfg(feature = "files")]
pub use files::{LoadError, cases, load};

/// The README's examples.
#[cfg(all(doctest, feature = "files"))]
#[doc = include_str!("../../../README.md")]
struct Readme;
