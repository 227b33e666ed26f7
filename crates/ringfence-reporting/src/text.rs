//! Text for a terminal: no line is wider than asked for, except a web address that does not fit.

mod layout;

use ringfence_core::ruling::Ruling;

use crate::comparison::Comparison;
use crate::portfolio::Portfolio;
use crate::report;
pub use crate::report::{Extent, Only};
use crate::what_if::WhatIf;

pub(crate) use layout::render;

/// A ruling in short: findings, money, what is missing, warnings, digests.
pub fn ruling(ruling: &Ruling, width: usize, colour: bool) -> String {
    render(&report::ruling(ruling), width, colour)
}

/// A ruling at length, as a letter that gives every reason in words and figures.
pub fn explain(ruling: &Ruling, only: Only<'_>, width: usize, colour: bool) -> String {
    render(&report::explain(ruling, only), width, colour)
}

/// A portfolio: totals, counts, what is undetermined, and each recipient.
pub fn portfolio(portfolio: &Portfolio, width: usize, colour: bool) -> String {
    render(&report::portfolio(portfolio), width, colour)
}

/// Two sets of rules: what changes, for whom, and because of which change to the rules.
pub fn comparison(comparison: &Comparison, extent: Extent, width: usize, colour: bool) -> String {
    render(&report::comparison(comparison, extent), width, colour)
}

/// One case under other evidence, and what single changes would turn its conditions.
pub fn what_if(what_if: &WhatIf, width: usize, colour: bool) -> String {
    render(&report::what_if(what_if), width, colour)
}
