//! Working through a pack for one case: values and findings in their order, then the money.

use std::collections::BTreeMap;

use super::payments::{Already, Ledger, Settled, difference};
use super::range::settle;
use super::standing::Gate;
use super::{ConditionFound, EvaluateError, FundFound, Pass, Rules, TrancheFound};
use crate::bind::{Answer, Bound};
use crate::exact::{Inexact, Rounding};
use crate::language::eval::Machine;
use crate::language::ir::Expr;
use crate::language::possible::Possible;
use crate::language::value::{Family, Num, State, Truth, Val};
use crate::money::Money;
use crate::pack::{Condition, Fund, Need, OverPayment, Step, Test};
use crate::ruling::Dispositions;

/// Works through a pack for one case.
pub(super) struct Runner<'a> {
    pub(super) rules: &'a Rules<'a>,
    pub(super) bound: &'a Bound,
    pub(super) machine: Machine<'a>,
    pub(super) pending: &'a mut [bool],
    pub(super) conditions: &'a mut [ConditionFound],
    pub(super) funds: &'a mut Vec<FundFound>,
    pub(super) tranches: &'a mut Vec<TrancheFound>,
    pub(super) possible: &'a mut BTreeMap<u32, Possible>,
    pub(super) settled: &'a mut usize,
    pub(super) contributions: &'a mut Vec<(Truth, Val)>,
}

impl Runner<'_> {
    pub(super) fn pass(mut self, pass: Pass<'_>) -> Result<(), Box<EvaluateError>> {
        match pass {
            Pass::First => self.contribute(),
            Pass::Second { order, .. } => self.all(order),
        }
    }

    fn steps(&mut self, order: &[Step]) -> Result<(), Box<EvaluateError>> {
        for step in order {
            match step {
                Step::Value(index) => self.value(*index)?,
                Step::Finding(index) => self.finding(*index)?,
            }
        }
        Ok(())
    }

    /// What this case contributes to each value over all cases.
    fn contribute(&mut self) -> Result<(), Box<EvaluateError>> {
        let pack = self.rules.pack;
        self.steps(&pack.first_pass)?;
        self.contributions.clear();
        self.machine.now = 0;
        for (_index, value) in (0_u32..).zip(&pack.portfolio) {
            let takes_part = value.taking_part.as_ref().map_or(Truth::True, |script| self.machine.truth(script));
            self.settled()?;
            let family = value.of_type.family();
            let part = match takes_part {
                Truth::True | Truth::Missing => self.machine.value(family, &value.of),
                Truth::False | Truth::NotApplicable => family.absent(State::NotApplicable),
            };
            if takes_part == Truth::Missing {
                // What cannot be computed of a case that may not take part is no fault yet.
                self.machine.fault = None;
            }
            self.settled()?;
            self.contributions.push((takes_part, part));
        }
        Ok(())
    }

    fn all(&mut self, order: &[Step]) -> Result<(), Box<EvaluateError>> {
        let pack = self.rules.pack;
        self.steps(order)?;
        for (index, fund) in (0_u32..).zip(&pack.funds) {
            // A fund of other days has no money, and its scripts may rest on what there is not yet or no more.
            let in_force = fund.is_in_force(self.rules.day);
            let found = if in_force { self.fund(index, fund)? } else { FundFound::none() };
            self.funds.push(found);
        }
        Ok(())
    }

    pub(super) fn settled(&self) -> Result<(), Box<EvaluateError>> {
        match self.machine.fault {
            None => Ok(()),
            Some(fault) => Err(Box::new(self.rules.trouble(fault, self.machine.refused.clone()))),
        }
    }

    fn put(&mut self, slot: u32, value: Val) {
        if let Some(cell) = self.machine.derived.get_mut(slot as usize) {
            *cell = value;
        }
    }

    fn value(&mut self, index: u32) -> Result<(), Box<EvaluateError>> {
        let Some(value) = self.rules.pack.values.get(index as usize) else { return Ok(()) };
        let count = if value.per_period { self.machine.periods } else { 1 };
        let family = value.ty.family();
        for (now, slot) in (0..count).zip(value.slot..) {
            self.machine.now = now;
            let found = match (family, value.rounding) {
                (Family::Num, Some(rounding)) => {
                    let num = self.machine.num(&value.is);
                    Val::Num(self.rounded(num, rounding, value.is.site))
                }
                _ => self.machine.value(family, &value.is),
            };
            let found = match found.state() {
                State::Missing => self.narrowed(slot, family, &value.is, value.rounding),
                _ => found,
            };
            self.put(slot, found);
        }
        self.settled()
    }

    fn rounded(&mut self, num: Num, rounding: Rounding, site: u32) -> Num {
        self.machine.round(site, num, rounding)
    }

    fn finding(&mut self, index: u32) -> Result<(), Box<EvaluateError>> {
        let Some(condition) = self.rules.pack.conditions.get(index as usize) else { return Ok(()) };
        let in_force = self.rules.in_force.get(index as usize).copied().unwrap_or(true);
        let truth = if in_force { self.truth(index, condition) } else { Truth::NotApplicable };
        let own = if truth == Truth::Missing { self.narrowed_truth(condition) } else { truth };
        let (effect, found) =
            if in_force { self.stand(index, condition, own)? } else { (own, ConditionFound::plain(own)) };
        if let Some(place) = self.conditions.get_mut(index as usize) {
            *place = found;
        }
        if effect == Truth::Missing {
            self.note_effect(condition, own);
        }
        self.put(condition.slot, Val::Truth(effect));
        self.settled()
    }

    fn truth(&mut self, index: u32, condition: &Condition) -> Truth {
        if let Some(applies) = &condition.applies {
            let applies = self.machine.truth(applies);
            match applies {
                Truth::True => {}
                Truth::False => return Truth::NotApplicable,
                absent => return absent,
            }
        }
        match &condition.test {
            Test::Script(met) => self.machine.truth(met),
            Test::SignOff(at) => {
                self.bound.sign_offs.get(*at as usize).map_or(Truth::Missing, crate::bind::BoundSignOff::truth)
            }
            Test::Decision(at) => match self.bound.decisions.get(*at as usize) {
                Some(Answer::Given { met, .. }) => Truth::from_bool(*met),
                _ => {
                    self.wait(index);
                    Truth::Missing
                }
            },
            Test::Of { need, of } => {
                let truth = self.limbs(*need, of);
                let mut open = of.iter().filter(|limb| self.known_truth(**limb) == Truth::Missing);
                if truth == Truth::Missing && open.all(|limb| self.pending.get(*limb as usize) == Some(&true)) {
                    self.wait(index);
                }
                truth
            }
        }
    }

    /// Notes that a person's decision is all that a condition lacks.
    fn wait(&mut self, condition: u32) {
        if let Some(pending) = self.pending.get_mut(condition as usize) {
            *pending = true;
        }
    }

    /// Limbs that do not apply are left out; where none applies, neither does the whole.
    fn limbs(&self, need: Need, of: &[u32]) -> Truth {
        let (mut met, mut open, mut unmet) = (0_usize, 0_usize, 0_usize);
        for limb in of {
            match self.known_truth(*limb) {
                Truth::True => met += 1,
                Truth::False => unmet += 1,
                Truth::Missing => open += 1,
                Truth::NotApplicable => {}
            }
        }
        counted(need, met, open, unmet)
    }

    pub(super) fn known_truth(&self, condition: u32) -> Truth {
        let slot = self.rules.pack.conditions.get(condition as usize).map(|condition| condition.slot);
        slot.and_then(|slot| self.machine.derived.get(slot as usize)).map_or(Truth::Missing, |cell| cell.truth())
    }

    /// A money script, rounded; `None` where it is missing, nothing where it does not apply.
    fn money(&mut self, script: &Expr, fund: &Fund) -> Result<Option<Money>, Box<EvaluateError>> {
        let num = self.machine.num(script);
        let mut num = self.rounded(num, fund.rounding, script.site);
        self.settled()?;
        if num == Num::MISSING {
            num = self.narrowed_money(script, fund.rounding);
        }
        if let Some(pence) = num.hundredths() {
            return Ok(Some(Money::from_pence(pence)));
        }
        match (num.state(), num.known(self.machine.wide)) {
            (State::Known, Some(number)) => match Money::from_exact(number) {
                Some(money) => Ok(Some(money)),
                None => Err(unconserved(fund, "an amount that is not a whole number of pence".to_owned())),
            },
            (State::NotApplicable, _) => Ok(Some(Money::ZERO)),
            _ => Ok(None),
        }
    }

    pub(super) fn show(&self, money: Money) -> String {
        self.rules.pack.currency.show(money)
    }

    fn fund(&mut self, _index: u32, fund: &Fund) -> Result<FundFound, Box<EvaluateError>> {
        let suspended = fund.suspended.iter().position(|suspension| suspension.days.contains(self.rules.day));
        let gate = match suspended {
            Some(_) => Gate { truth: Truth::False, share: None },
            None => self.gate(fund),
        };
        let amount = self.money(&fund.amount, fund)?;
        if let Some(amount) = amount.filter(|amount| amount.is_negative()) {
            return Err(unconserved(fund, format!("its amount is {}", self.show(amount))));
        }
        let first_tranche = self.tranches.len();
        let count = if fund.tranches { self.rules.ruled_periods } else { 1 };
        let mut ledger = Ledger::of(amount);
        for now in 0..count {
            self.machine.now = now;
            let due = match &fund.release {
                Some(release) => self.money(release, fund)?,
                None => amount,
            };
            let already = self.already(fund, now)?;
            let tranche = self.tranche(fund, gate, amount, due, already, &mut ledger)?;
            if fund.tranches {
                self.tranches.push(tranche);
            }
        }
        if count < self.machine.periods && fund.tranches {
            ledger.earned = None;
            ledger.settled = Settled::Open;
        }
        let mut dispositions = self.dispose(fund, gate.truth, amount, &ledger)?;
        let open = amount.is_none() || ledger.settled != Settled::Whole || gate.truth == Truth::Missing;
        let range = if open && self.rules.through.is_none() && suspended.is_none() {
            Some(self.range(fund, &dispositions))
        } else {
            None
        };
        if let (Some(range), Some(amount)) = (range, amount) {
            dispositions = settle(fund, dispositions, &range, amount);
        }
        Ok(FundFound {
            range,
            amount,
            earned: ledger.earned,
            gate: gate.truth,
            share: gate.share,
            dispositions,
            suspended,
            over: self.over(fund, gate, &ledger)?,
            first_tranche,
            tranches: self.tranches.len() - first_tranche,
        })
    }

    fn tranche(
        &mut self,
        fund: &Fund,
        gate: Gate,
        amount: Option<Money>,
        due: Option<Money>,
        already: Already,
        ledger: &mut Ledger,
    ) -> Result<TrancheFound, Box<EvaluateError>> {
        if let Some(due) = due.filter(|due| due.is_negative()) {
            return Err(unconserved(fund, format!("its release rule gives {}", self.show(due))));
        }
        let opening = ledger.balance.unwrap_or_default();
        let mut tranche = TrancheFound {
            opening,
            due,
            earned: self.earn(fund, amount, due, ledger)?,
            already: false,
            released: Money::ZERO,
            recovered: Money::ZERO,
            undetermined: Money::ZERO,
            closing: opening,
        };
        match (already, amount) {
            (Already::Paid(paid), Some(amount)) => self.take_over(fund, paid, amount, &mut tranche, ledger)?,
            (Already::Untold, Some(_)) => ledger.untold(&mut tranche),
            _ => ledger.pay(fund, gate, due.filter(|_| amount.is_some()), &mut tranche)?,
        }
        Ok(tranche)
    }

    /// What the release rule gives for a period, whatever the gates say; nothing where that is not known.
    fn earn(
        &self,
        fund: &Fund,
        amount: Option<Money>,
        due: Option<Money>,
        ledger: &mut Ledger,
    ) -> Result<Option<Money>, Box<EvaluateError>> {
        let (Some(amount), Some(due)) = (amount, due) else {
            ledger.earned = None;
            ledger.follows &= !fund.to_date();
            return Ok(None);
        };
        // Once one period is not decided, what is due to date in later ones is, but not what is still to come.
        if !ledger.follows {
            return Ok(None);
        }
        let (earned, lost) = difference(fund, due, ledger.due)?;
        ledger.due = sum(fund, ledger.due.plus(earned).and_then(|due| due.minus(lost)))?;
        if ledger.due > amount {
            let why = format!(
                "its release rule gives {} in all, and its amount is {}",
                self.show(ledger.due),
                self.show(amount)
            );
            return Err(unconserved(fund, why));
        }
        ledger.earned = ledger.earned.map(|_| ledger.due);
        Ok(Some(earned))
    }

    fn dispose(
        &self,
        fund: &Fund,
        gate: Truth,
        amount: Option<Money>,
        ledger: &Ledger,
    ) -> Result<Dispositions, Box<EvaluateError>> {
        let mut parts = Dispositions::default();
        let Some(amount) = amount else { return Ok(parts) };
        // What was paid may still be taken back, so nothing of it is certain before everything is.
        let may_recover = fund.over_payment == OverPayment::Recovered && gate != Truth::False;
        if may_recover && ledger.settled != Settled::Whole {
            parts.undetermined = amount;
            return Ok(parts);
        }
        match gate {
            // What was paid before stays paid; only the rest is held back.
            Truth::False | Truth::Missing => {
                parts.released = ledger.paid;
                let rest = sum(fund, amount.minus(ledger.paid))?;
                let open = gate == Truth::Missing || ledger.untold;
                *(if open { &mut parts.undetermined } else { &mut parts.withheld }) = rest;
            }
            Truth::True | Truth::NotApplicable => {
                parts.released = ledger.paid;
                let rest = sum(fund, amount.minus(ledger.highest))?;
                parts.recovered = sum(fund, ledger.highest.minus(ledger.paid))?;
                if ledger.settled != Settled::Whole {
                    parts.undetermined = rest;
                } else if fund.redirect.is_some() {
                    parts.redirected = rest;
                } else {
                    parts.withheld = rest;
                }
            }
        }
        let total = sum(fund, parts.total())?;
        if total != amount {
            let why = format!("its parts come to {}, and its amount is {}", self.show(total), self.show(amount));
            return Err(unconserved(fund, why));
        }
        Ok(parts)
    }
}

#[cold]
#[expect(clippy::unnecessary_box_returns, reason = "results stay small on the way of the money")]
pub(super) fn unconserved(fund: &Fund, why: String) -> Box<EvaluateError> {
    Box::new(EvaluateError::Unconserved { fund: fund.id.clone(), why, place: Box::new(fund.place.clone()) })
}

/// A sum of money for a fund, or what is wrong with it.
pub(super) fn sum(fund: &Fund, result: Result<Money, Inexact>) -> Result<Money, Box<EvaluateError>> {
    result.map_err(|why| unconserved(fund, why.to_string()))
}

/// What so many limbs met, open and unmet come to. Those that do not apply are not counted.
pub(super) fn counted(need: Need, met: usize, open: usize, unmet: usize) -> Truth {
    if met + open + unmet == 0 {
        return Truth::NotApplicable;
    }
    let needed = match need {
        Need::All => met + open + unmet,
        Need::Any => 1,
        Need::AtLeast(n) => n,
    };
    if met >= needed {
        Truth::True
    } else if met + open >= needed || met + unmet == 0 {
        // Limbs that are all open may all turn out not to apply.
        Truth::Missing
    } else {
        Truth::False
    }
}
