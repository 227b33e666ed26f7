//! What is paid in each period: what is due, what the gates let through, and what was paid already.

use super::run::{Runner, sum, unconserved};
use super::standing::Gate;
use super::{EvaluateError, TrancheFound};
use crate::exact::Exact;
use crate::language::value::{Num, State, Truth};
use crate::money::Money;
use crate::pack::{Fund, OverPayment};

/// What the evidence says of a payment already made in a period.
#[derive(Clone, Copy, Debug)]
pub(super) enum Already {
    NotYet,
    Paid(Money),
    /// Nobody has told: there may have been one.
    Untold,
}

impl Runner<'_> {
    pub(super) fn already(&self, fund: &Fund, now: usize) -> Result<Already, Box<EvaluateError>> {
        let Some((base, _)) = &fund.paid else { return Ok(Already::NotYet) };
        let cell = self.machine.cells.facts.get(*base as usize + now).map_or(Num::MISSING, |cell| cell.num());
        Ok(match (cell.state(), cell.known(self.machine.wide).and_then(Money::from_exact)) {
            (State::NotApplicable, _) => Already::NotYet,
            (State::Known, Some(paid)) if paid.is_negative() => {
                return Err(wrongly_paid(fund, format!("{} is said to have been paid", self.show(paid))));
            }
            (State::Known, Some(paid)) => Already::Paid(paid),
            _ => Already::Untold,
        })
    }

    /// A payment already made, whatever the rule gives now.
    pub(super) fn take_over(
        &self,
        fund: &Fund,
        paid: Money,
        amount: Money,
        tranche: &mut TrancheFound,
        ledger: &mut Ledger,
    ) -> Result<(), Box<EvaluateError>> {
        if ledger.began {
            let why =
                format!("{} is said to have been paid in a period after one that is still to be paid", self.show(paid));
            return Err(wrongly_paid(fund, why));
        }
        if ledger.settled == Settled::Open {
            tranche.closing = Money::ZERO;
            return Ok(());
        }
        ledger.paid = sum(fund, ledger.paid.plus(paid))?;
        ledger.highest = ledger.highest.max(ledger.paid);
        if ledger.paid > amount {
            let (all, amount) = (self.show(ledger.paid), self.show(amount));
            return Err(wrongly_paid(fund, format!("{all} was paid in all, and its amount is {amount}")));
        }
        (tranche.already, tranche.released) = (true, paid);
        tranche.closing = sum(fund, tranche.opening.minus(paid))?;
        ledger.balance = Some(tranche.closing);
        Ok(())
    }

    /// What was paid above what is due, and can no longer be set off.
    pub(super) fn over(&self, fund: &Fund, gate: Gate, ledger: &Ledger) -> Result<Option<Money>, Box<EvaluateError>> {
        let tells = fund.paid.is_some() || fund.over_payment == OverPayment::Carried;
        let open = matches!(gate.truth, Truth::True | Truth::NotApplicable);
        let due = self
            .tranches
            .last()
            .filter(|_| tells && open && ledger.settled == Settled::Whole)
            .and_then(|last| last.due);
        let Some(due) = due else { return Ok(None) };
        let over = sum(fund, ledger.paid.minus(shared(fund, due, gate.share)?))?;
        Ok((over > Money::ZERO).then_some(over))
    }
}

/// How far it is decided what is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// In every period so far.
    Whole,
    /// Not in every period, and later ones can be decided all the same.
    Gaps,
    /// Up to a period from which on nothing is.
    Open,
}

/// How a fund stands while its tranches are worked through: what the release rule gives, and what is paid.
pub(super) struct Ledger {
    /// What is due in all, recoveries taken off; as the release rule gives it, whatever the gates say.
    pub(super) due: Money,
    /// The same, as long as it is certain.
    pub(super) earned: Option<Money>,
    /// Whether what a period earns follows from what is due in it.
    pub(super) follows: bool,
    /// What of the amount is not paid.
    pub(super) balance: Option<Money>,
    /// What is paid in all, recoveries taken off.
    pub(super) paid: Money,
    /// The most that was ever paid in all.
    pub(super) highest: Money,
    pub(super) settled: Settled,
    /// Whether nobody has told of some period whether it was paid already.
    pub(super) untold: bool,
    /// Whether a period so far was not paid already.
    began: bool,
}

impl Ledger {
    pub(super) fn of(amount: Option<Money>) -> Self {
        let (due, paid, highest) = (Money::ZERO, Money::ZERO, Money::ZERO);
        let earned = Some(Money::ZERO);
        Self {
            due,
            earned,
            follows: true,
            balance: amount,
            paid,
            highest,
            settled: Settled::Whole,
            untold: false,
            began: false,
        }
    }

    /// What is paid in a period: what is due, or the share of it that the gates let through.
    pub(super) fn pay(
        &mut self,
        fund: &Fund,
        gate: Gate,
        due: Option<Money>,
        tranche: &mut TrancheFound,
    ) -> Result<(), Box<EvaluateError>> {
        self.began = true;
        if self.settled == Settled::Open {
            tranche.closing = Money::ZERO;
            return Ok(());
        }
        let Some(due) = due else {
            self.settled = Settled::Gaps;
            if fund.to_date() {
                self.leave_open(tranche);
            }
            return Ok(());
        };
        match gate.truth {
            Truth::True | Truth::NotApplicable => {
                let due = shared(fund, due, gate.share)?;
                let (released, recovered) = difference(fund, due, self.paid)?;
                let balance = tranche.opening.minus(released).and_then(|rest| rest.plus(recovered));
                tranche.closing = sum(fund, balance)?;
                (tranche.released, tranche.recovered) = (released, recovered);
                self.paid = sum(fund, self.paid.plus(released).and_then(|paid| paid.minus(recovered)))?;
                self.highest = self.highest.max(self.paid);
                self.balance = Some(tranche.closing);
            }
            Truth::Missing => self.leave_open(tranche),
            Truth::False => {}
        }
        Ok(())
    }

    /// A period of which nobody has told whether it was paid already, and how much.
    pub(super) fn untold(&mut self, tranche: &mut TrancheFound) {
        self.untold = true;
        if self.settled == Settled::Open {
            tranche.closing = Money::ZERO;
        } else {
            self.leave_open(tranche);
        }
    }

    /// Leaves everything that is left of the fund open in this period.
    fn leave_open(&mut self, tranche: &mut TrancheFound) {
        self.settled = Settled::Open;
        (tranche.undetermined, tranche.closing) = (tranche.opening, Money::ZERO);
        self.balance = self.balance.map(|_| Money::ZERO);
    }
}

#[cold]
#[expect(clippy::unnecessary_box_returns, reason = "results stay small on the way of the money")]
fn wrongly_paid(fund: &Fund, why: String) -> Box<EvaluateError> {
    let place = fund.paid.as_ref().map_or(&fund.place, |(_, place)| place);
    Box::new(EvaluateError::Payments { fund: fund.id.clone(), why, place: Box::new(place.clone()) })
}

/// What a period brings and what it takes back, given what is due in it and what came before.
pub(super) fn difference(fund: &Fund, due: Money, before: Money) -> Result<(Money, Money), Box<EvaluateError>> {
    Ok(if !(fund.cumulative && fund.tranches) {
        (due, Money::ZERO)
    } else if due >= before {
        (sum(fund, due.minus(before))?, Money::ZERO)
    } else if fund.over_payment == OverPayment::Recovered {
        (Money::ZERO, sum(fund, before.minus(due))?)
    } else {
        (Money::ZERO, Money::ZERO)
    })
}

/// A share of what is due, rounded as the fund's money is.
fn shared(fund: &Fund, due: Money, share: Option<Exact>) -> Result<Money, Box<EvaluateError>> {
    let Some(share) = share else { return Ok(due) };
    let part = due.to_exact().times(share).and_then(|part| fund.rounding.apply(part));
    let part = part.map_err(|why| unconserved(fund, why.to_string()))?;
    Money::from_exact(part).ok_or_else(|| unconserved(fund, "a share that is not a whole number of pence".to_owned()))
}
