//! Payments already made, over-payments and suspended funds in words.

use super::Teller;
use super::missing::{Lacks, narrow};
use crate::evaluate::{FundFound, TrancheFound};
use crate::language::value::State;
use crate::money::Money;
use crate::pack::{Fund, OverPayment, Suspension};
use crate::types::show_date;

impl Teller<'_> {
    /// Whether nobody has told if a period was paid already.
    pub(super) fn is_untold(&self, fund: &Fund, position: usize) -> bool {
        let cell = fund.paid.as_ref().and_then(|(base, _)| self.bound.facts.get((base + narrow(position)) as usize));
        cell.is_some_and(|cell| cell.state() == State::Missing)
    }

    pub(super) fn already_told(&self, tranche: &TrancheFound, lacks: &Lacks) -> String {
        let paid = format!("{} was paid already", self.money(tranche.released));
        match tranche.due {
            Some(due) => format!("{paid}; {} due to date", self.money(due)),
            None => format!("{paid}; what is due to date is not known without {}", self.list_missing(lacks)),
        }
    }

    /// What was paid in the periods before this one.
    pub(super) fn paid_before(&self, found: &FundFound, position: usize) -> Money {
        let before = self.scratch.tranches.iter().skip(found.first_tranche).take(position);
        before.fold(Money::ZERO, |sum, tranche| {
            sum.plus(tranche.released).and_then(|sum| sum.minus(tranche.recovered)).unwrap_or(sum)
        })
    }

    /// What was paid already of a fund that pays nothing more for now: `£300.00 was paid already; `.
    pub(super) fn paid_told(&self, found: &FundFound) -> String {
        let paid = found.dispositions.released;
        if let Some(doubt) = self.in_doubt(found) {
            return format!("{doubt}; ");
        }
        if paid.is_zero() { String::new() } else { format!("{} was paid already; ", self.money(paid)) }
    }

    /// What was paid, where all of it may still be taken back.
    pub(super) fn in_doubt(&self, found: &FundFound) -> Option<String> {
        let paid = self.paid_before(found, found.tranches);
        let doubted =
            found.dispositions.released.is_zero() && !paid.is_zero() && !found.dispositions.undetermined.is_zero();
        doubted.then(|| format!("{} was paid, and may still be taken back", self.money(paid)))
    }

    pub(super) fn over_told(&self, fund: &Fund, over: Money) -> String {
        let over = self.money(over);
        match fund.over_payment {
            OverPayment::Carried => {
                format!("{over} was paid above what is due, and no period is left to set it off against")
            }
            _ => format!("{over} was paid above what is due, and stays"),
        }
    }

    /// What was paid above what is due and can no longer be set off, as warnings.
    pub(super) fn over_payments(&self) -> Vec<String> {
        let funds = self.rules.pack.funds.iter().zip(&self.scratch.funds);
        let over = funds.filter_map(|(fund, found)| Some((fund, found.over?)));
        over.map(|(fund, over)| format!("{}: {}", fund.title, self.over_told(fund, over))).collect()
    }
}

/// `payments are suspended from 1 May 2024 until 1 July 2024 (Circular 7, paragraph 2)`.
pub(super) fn suspension_told(suspension: &Suspension) -> String {
    let until = suspension.days.until.map(|until| format!(" until {}", show_date(until))).unwrap_or_default();
    let authority = suspension.authority.as_ref().map(|authority| match &authority.clause {
        Some(clause) => format!(" ({}, {clause})", authority.title),
        None => format!(" ({})", authority.title),
    });
    format!("payments are suspended from {}{until}{}", show_date(suspension.days.from), authority.unwrap_or_default())
}

pub(super) fn suspension_end(suspension: &Suspension) -> String {
    match suspension.days.until {
        Some(until) => format!("the end of the suspension on {}", show_date(until)),
        None => "an end of the suspension, for which no day is set".to_owned(),
    }
}
