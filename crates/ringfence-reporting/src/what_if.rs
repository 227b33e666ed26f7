//! One case under other evidence: what would change, and what single change would turn each condition that is not met.

use ringfence_core::money::Currency;
use ringfence_core::ruling::{Figure, Outcome, PackReference, Recipient};
use serde::{Serialize, Serializer};

use crate::comparison::{Compared, Limits};

/// The name and version of the JSON form.
pub const SCHEMA: &str = "ringfence.what-if/1";

/// One case as it is, and as it would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct WhatIf {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The version of the engine.
    pub engine: &'static str,
    /// The rules.
    pub pack: PackReference,
    /// The day whose rules apply.
    pub rules_at: String,
    /// The id of the case.
    pub case: String,
    /// Who the money is for.
    pub recipient: Recipient,
    /// The currency of every amount.
    #[serde(serialize_with = "as_code")]
    pub currency: Currency,
    /// What is set, by path; nothing where the case is looked at as it is.
    pub set: Vec<Set>,
    /// Each condition.
    pub findings: Vec<FindingIf>,
    /// Each fund.
    pub funds: Vec<FundIf>,
}

/// A piece of evidence that is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Set {
    /// Which.
    pub path: String,
    /// What it was, if that is known.
    pub from: Option<String>,
    /// What it is set to.
    pub to: String,
}

/// A condition as it is found, and as it would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FindingIf {
    /// The id.
    pub condition: String,
    /// What must hold.
    pub title: String,
    /// As the case is.
    pub now: Found,
    /// As it would be; the same where nothing is set.
    pub then: Found,
    /// Single changes that would turn it, the smallest first; only of a condition that is not met then.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub turned_by: Vec<Lever>,
}

impl FindingIf {
    /// Whether single changes were looked for.
    pub fn is_short(&self) -> bool {
        matches!(self.then.outcome, Outcome::Unmet | Outcome::Undetermined | Outcome::Pending)
    }
}

/// What was found of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Found {
    /// What became of it.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// How far from the threshold, where it is a comparison of numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<Figure>,
}

/// A single change that would turn a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Lever {
    /// What is changed, as `--set` names it.
    pub path: String,
    /// What it is called.
    pub title: String,
    /// What it is; nothing where it is not known.
    pub from: Option<String>,
    /// The nearest value with which the condition is met.
    pub to: String,
    /// Whether anything beyond that value does as well, for a number or a day: `or more`, `or less`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beyond: Option<&'static str>,
    /// What more would be released then, over all funds.
    pub released: Limits,
}

/// A fund as it is, and as it would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FundIf {
    /// The id.
    pub fund: String,
    /// What it is.
    pub title: String,
    /// As the case is, as it would be, and what lies between.
    #[serde(flatten)]
    pub sums: Compared,
}

fn as_code<S: Serializer>(currency: &Currency, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(currency.code())
}
