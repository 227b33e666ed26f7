//! Two sets of rules over the same cases: two packs, two days, two values of a parameter.
//!
//! The differences between the two are broken into changes: a declaration that is new or gone, or a key of one that says
//! something else. From the old rules the changes are made one at a time, in a declared order, and after each all cases
//! are ruled on again. What changes then is because of that change, and so the changes come to the whole difference,
//! exactly. A change that cannot be made by itself is made together with those that it needs.

mod change;
mod declarations;
mod evidence;
mod frozen;
pub(crate) mod ruled;
mod tally;
mod walk;

use ringfence_core::Date;
use ringfence_core::diagnostic::Diagnostic;
use ringfence_core::evaluate::EvaluateError;
use ringfence_core::exact::Inexact;
use ringfence_core::pack::{Invalid, Pack};
use ringfence_core::source::{Document, Entry, PackSource};
use ringfence_reporting::comparison::Comparison;

/// One side of a comparison.
#[derive(Debug)]
pub struct Side {
    /// The texts of the pack.
    pub source: PackSource,
    /// The pack, compiled.
    pub pack: Pack,
    /// The day whose rules apply; without it, that of each case, and then that of the pack.
    pub rules_at: Option<Date>,
    /// The last day on which evidence may have become known; without it, that of each case.
    pub known_by: Option<Date>,
    /// Parameters that are set to other values.
    pub set: Vec<(String, String)>,
}

/// Two sets of rules cannot be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiffError {
    /// A pack has mistakes, or a parameter is set to what is no value of it.
    #[error(transparent)]
    Pack(#[from] Invalid),
    /// The cases have mistakes, as one of the packs reads them.
    #[error("the cases have mistakes under the {side} rules")]
    Cases {
        /// Which side reads them so.
        side: &'static str,
        /// Every mistake found.
        mistakes: Vec<Diagnostic>,
    },
    /// A case cannot be ruled on.
    #[error("cannot rule on case `{case}` under the {side} rules: {source}")]
    Case {
        /// Under which rules.
        side: &'static str,
        /// Its id.
        case: String,
        /// Why.
        #[source]
        source: Box<EvaluateError>,
    },
    /// The packs count in two currencies.
    #[error("one pack counts in {old} and the other in {new}: amounts of two currencies cannot be compared")]
    Currencies {
        /// That of the old rules.
        old: String,
        /// That of the new rules.
        new: String,
    },
    /// A parameter that a pack does not have.
    #[error("the {side} rules have no parameter `{name}`")]
    NoParameter {
        /// Which rules.
        side: &'static str,
        /// The name that was given.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// A fund that is matched, and that a pack does not have.
    #[error("the {side} rules have no fund `{name}`")]
    NoFund {
        /// Which rules.
        side: &'static str,
        /// The id that was given.
        name: String,
        /// The ids that there are.
        known: Vec<String>,
    },
    /// Cases that must be ruled on together are at several days.
    #[error("the rules work something out over all cases, and the cases are at several days")]
    SeveralDays,
    /// A sum is too large.
    #[error("a sum of amounts is too large")]
    TooLarge,
    /// The rules of a day could not be told apart from those of other days.
    #[error("the rules of {day} by themselves do not rule as the pack does on that day, on case `{case}`")]
    Unfaithful {
        /// The day.
        day: Date,
        /// The id of the case.
        case: String,
    },
}

impl From<Inexact> for DiffError {
    fn from(_: Inexact) -> Self {
        Self::TooLarge
    }
}

/// Compares two sets of rules over cases.
///
/// `matched` names funds of the old rules that go on under another id, old and new.
///
/// # Errors
/// See [`DiffError`].
pub fn compare(
    old: &Side,
    new: &Side,
    documents: &[Document],
    matched: &[(String, String)],
) -> Result<Comparison, DiffError> {
    walk::compare(old, new, documents, matched)
}

/// The declarations of a section of a source that stands on nothing.
pub(crate) fn declared_in(whole: &PackSource, section: &str) -> Vec<Entry> {
    declarations::Declarations::of(whole).section(section).to_vec()
}

pub(crate) use tally::released;
