//! JSON, indented and versioned. Amounts are texts in it: a JSON number is a float to most who read it.

use ringfence_core::ruling::{PackReference, ParameterUsed, Ruling};
use serde::Serialize;

use crate::comparison::Comparison;
use crate::portfolio::{FindingCounts, FundTotals, Portfolio, RejectedFigures, Totals, UndeterminedFund, Warning};

/// The name and version of the JSON form of a portfolio.
pub const PORTFOLIO_SCHEMA: &str = "ringfence.portfolio/1";

/// A ruling in its own versioned form.
///
/// # Errors
/// None in practice: every part of a ruling has a JSON form.
pub fn ruling(ruling: &Ruling) -> Result<String, serde_json::Error> {
    ruling.to_json()
}

/// Two sets of rules compared, in their own versioned form.
///
/// # Errors
/// None in practice: every part of a comparison has a JSON form.
pub fn comparison(comparison: &Comparison) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(comparison).map(|text| text + "\n")
}

/// One case under other evidence, in its own versioned form.
///
/// # Errors
/// None in practice: every part of it has a JSON form.
pub fn what_if(what_if: &crate::what_if::WhatIf) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(what_if).map(|text| text + "\n")
}

/// A portfolio: sums, counts, what is undecided, and each ruling whole.
///
/// # Errors
/// None in practice: every part of a portfolio has a JSON form.
pub fn portfolio(portfolio: &Portfolio) -> Result<String, serde_json::Error> {
    let first = portfolio.rulings().first();
    let form = PortfolioForm {
        schema: PORTFOLIO_SCHEMA,
        engine: first.map(|ruling| ruling.engine),
        pack: first.map(|ruling| &ruling.pack),
        rules_at: first.map(|ruling| ruling.rules_at.to_string()),
        known_by: first.and_then(|ruling| ruling.known_by).map(|date| date.to_string()),
        currency: portfolio.currency().code(),
        funds: portfolio.funds(),
        all_funds: portfolio.all_funds(),
        findings: portfolio.findings(),
        undetermined: portfolio.undetermined(),
        rejected: portfolio.rejected(),
        parameters: portfolio.parameters(),
        warnings: portfolio.warnings(),
        rulings: portfolio.rulings(),
    };
    serde_json::to_string_pretty(&form).map(|text| text + "\n")
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct PortfolioForm<'a> {
    schema: &'static str,
    engine: Option<&'static str>,
    pack: Option<&'a PackReference>,
    rules_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    known_by: Option<String>,
    currency: &'a str,
    funds: &'a [FundTotals],
    all_funds: &'a Totals,
    findings: &'a [FindingCounts],
    undetermined: &'a [UndeterminedFund],
    rejected: &'a RejectedFigures,
    parameters: &'a [ParameterUsed],
    warnings: &'a [Warning],
    rulings: &'a [Ruling],
}
