//! What findings and funds may still come to while evidence is missing.

use std::cmp::{max, min};
use std::collections::BTreeSet;

use super::run::{Runner, counted};
use crate::exact::{Exact, Rounding};
use crate::language::bounds::Bounds;
use crate::language::ir::Expr;
use crate::language::possible::{End, Possible, Range, Truths};
use crate::language::value::{Family, Num, Truth, Val};
use crate::money::Money;
use crate::pack::{Condition, Fund, Need, OverPayment, Test};
use crate::ruling::{Between, Dispositions, FundRange};

/// A range of money. Without an upper end there is none that is known.
#[derive(Clone, Copy, Debug)]
struct Span {
    low: Money,
    high: Option<Money>,
}

impl Span {
    const NOTHING: Self = Self { low: Money::ZERO, high: Some(Money::ZERO) };

    fn map2(self, other: Self, make: fn(Money, Money) -> Money) -> Self {
        Self { low: make(self.low, other.low), high: self.high.zip(other.high).map(|(one, two)| make(one, two)) }
    }

    fn greater(self, other: Self) -> Self {
        self.map2(other, max)
    }

    fn plus(self, other: Self) -> Self {
        Self {
            low: self.low.plus(other.low).unwrap_or(self.low),
            high: self.high.zip(other.high).and_then(|(one, other)| one.plus(other).ok()),
        }
    }

    /// What is left of this when `other` is taken, never less than nothing.
    fn less(self, other: Self) -> Self {
        let rest = |whole: Money, part: Money| whole.minus(part).ok().map(|rest| max(rest, Money::ZERO));
        Self {
            low: other.high.and_then(|high| rest(self.low, high)).unwrap_or(Money::ZERO),
            high: self.high.and_then(|high| rest(high, other.low)),
        }
    }

    /// A share of it, which lies between these two.
    fn share(self, least: Exact, most: Exact, rounding: Rounding) -> Self {
        let part = |money: Money, share: Exact| {
            let part = money.to_exact().times(share).and_then(|part| rounding.apply(part));
            part.ok().and_then(Money::from_exact)
        };
        if least == Exact::ONE {
            return self;
        }
        Self { low: part(self.low, least).unwrap_or_default(), high: self.high.and_then(|high| part(high, most)) }
    }

    /// No more than `limit` can be; what would be more is an error, and no result.
    fn at_most(self, limit: Self) -> Self {
        let high = match (self.high, limit.high) {
            (Some(one), Some(other)) => Some(min(one, other)),
            (one, other) => one.or(other),
        };
        Self { low: high.map_or(self.low, |high| min(self.low, high)), high }
    }

    fn or(self, other: Self) -> Self {
        Self { low: min(self.low, other.low), high: self.high.zip(other.high).map(|(one, two)| max(one, two)) }
    }

    const fn between(self) -> Between {
        Between { at_least: self.low, at_most: self.high }
    }
}

impl Runner<'_> {
    fn bounds<'e>(&self, now: usize) -> Bounds<'_, 'e> {
        let machine = &self.machine;
        Bounds::new(self.rules.pack, machine.cells, machine.derived, self.possible, machine.wide, machine.first_ordinal)
            .at(now)
    }

    /// The value of a missing cell if only one is possible; otherwise what is possible is noted.
    pub(super) fn narrowed(&mut self, slot: u32, family: Family, script: &Expr, rounding: Option<Rounding>) -> Val {
        let possible = match (self.bounds(self.machine.now).of(family, script), rounding) {
            (Possible::Num(range), Some(rounding)) => Possible::Num(range.rounded(rounding)),
            (possible, _) => possible,
        };
        self.settle(slot, family, possible)
    }

    /// An amount that is missing, if only one is possible.
    pub(super) fn narrowed_money(&mut self, script: &Expr, rounding: Rounding) -> Num {
        let range = self.bounds(self.machine.now).num(script).rounded(rounding);
        match Possible::Num(range).cell(self.machine.wide) {
            Some(cell) => {
                *self.settled += 1;
                cell.num()
            }
            None => Num::MISSING,
        }
    }

    fn settle(&mut self, slot: u32, family: Family, possible: Possible) -> Val {
        if self.machine.fault.is_none()
            && let Some(cell) = possible.cell(self.machine.wide)
        {
            *self.settled += 1;
            return cell;
        }
        self.possible.insert(slot, possible);
        family.absent(crate::language::value::State::Missing)
    }

    /// The truth of a finding that is missing, if only one is possible.
    pub(super) fn narrowed_truth(&mut self, condition: &Condition) -> Truth {
        let possible = self.possible_truth(condition);
        self.settle(condition.slot, Family::Truth, Possible::Truth(possible)).truth()
    }

    fn possible_truth(&self, condition: &Condition) -> Truths {
        let applies = match &condition.applies {
            None => Truths::of(Truth::True),
            Some(applies) => self.bounds(0).truth(applies),
        };
        let mut found = Truths::NONE;
        if applies.may_be(Truth::False) || applies.may_be(Truth::NotApplicable) {
            found = Truths::of(Truth::NotApplicable);
        }
        if !applies.may_be(Truth::True) {
            return found;
        }
        found.or_else(match &condition.test {
            Test::Script(met) => self.bounds(0).truth(met),
            Test::SignOff(at) => {
                let sign_off = self.bound.sign_offs.get(*at as usize);
                known_or_either(sign_off.map_or(Truth::Missing, crate::bind::BoundSignOff::truth))
            }
            Test::Decision(at) => match self.bound.decisions.get(*at as usize) {
                Some(crate::bind::Answer::Given { met, .. }) => Truths::of(Truth::from_bool(*met)),
                _ => Truths::EITHER,
            },
            Test::Of { need, of } => possible_limbs(*need, of, |limb| self.truths_of(limb)),
        })
    }

    fn truths_of(&self, condition: u32) -> Truths {
        let slot = self.rules.pack.conditions.get(condition as usize).map(|condition| condition.slot);
        let cell = slot.and_then(|slot| self.machine.derived.get(slot as usize));
        match (cell.map(|cell| cell.truth()), slot) {
            (Some(Truth::Missing) | None, Some(slot)) => self.possible.get(&slot).map_or(Truths::ANY, Possible::truths),
            (Some(truth), _) => Truths::of(truth),
            (None, None) => Truths::ANY,
        }
    }

    fn money_range(&self, script: &Expr, fund: &Fund, now: usize) -> Span {
        let range = self.bounds(now).num(script).rounded(fund.rounding);
        if !range.known {
            return Span::NOTHING;
        }
        // Less than nothing is an error, and no result.
        let range = range.greater(Range::point(Exact::ZERO));
        let money = |end: End| end.number().and_then(Money::from_exact);
        let span = Span { low: money(range.low).unwrap_or_default(), high: money(range.high) };
        if range.absent { span.or(Span::NOTHING) } else { span }
    }

    /// Notes what the effect of a condition may be, whose outcome is `own`: one that can be put right may still be.
    pub(super) fn note_effect(&mut self, condition: &Condition, own: Truth) {
        let own = match own {
            Truth::Missing => self.possible.get(&condition.slot).map_or(Truths::ANY, Possible::truths),
            own => Truths::of(own),
        };
        let curable = condition.cure.is_some() && own.may_be(Truth::False);
        let effect = if curable { own.or_else(Truths::EITHER) } else { own };
        self.possible.insert(condition.slot, Possible::Truth(effect));
    }

    /// Which truths the gates may come to, and which share they let through: from the first to the second.
    fn gates(&self, fund: &Fund) -> (Truths, Exact, Exact) {
        let (mut truths, mut least, mut most) = (Truths::of(Truth::True), Exact::ONE, Exact::ONE);
        for gate in &fund.gates {
            let found = self.conditions.get(*gate as usize);
            let share = found.and_then(|found| found.share);
            if let Some(share) = share.and_then(|share| share.known(self.machine.wide)) {
                (least, most) = (least.min(share), most.min(share));
                continue;
            }
            let may_share = self
                .rules
                .pack
                .conditions
                .get(*gate as usize)
                .is_some_and(|condition| condition.cure.is_some() && self.known_truth(*gate) == Truth::Missing);
            if share.is_some() || may_share {
                least = Exact::ZERO;
            }
            if share.is_none() {
                truths =
                    truths.pairs(
                        self.truths_of(*gate),
                        |sum, gate| {
                            if gate == Truth::NotApplicable { sum } else { sum.and(gate) }
                        },
                    );
            }
        }
        (truths, least, most)
    }

    /// What the parts of a fund may come to.
    pub(super) fn range(&self, fund: &Fund, certain: &Dispositions) -> FundRange {
        let (gate, least, most) = self.gates(fund);
        let amount = self.money_range(&fund.amount, fund, 0);
        if fund.paid.is_some() {
            // What was paid already and what is still to be paid play together; what is certain is the least.
            let upto = |low: Money| Between { at_least: low, at_most: amount.high };
            return FundRange {
                amount: amount.between(),
                released: upto(if fund.over_payment == OverPayment::Recovered {
                    Money::ZERO
                } else {
                    certain.released
                }),
                redirected: upto(certain.redirected),
                withheld: upto(certain.withheld),
                recovered: upto(certain.recovered),
            };
        }
        let recovers = fund.over_payment == OverPayment::Recovered;
        let mut paid = Span::NOTHING;
        let mut highest = Span::NOTHING;
        let count = if fund.tranches { self.rules.ruled_periods } else { 1 };
        for now in 0..count {
            let due = fund.release.as_ref().map_or(amount, |release| self.money_range(release, fund, now));
            let due = due.share(least, most, fund.rounding);
            paid = match (fund.tranches, fund.cumulative, recovers) {
                (true, true, false) => paid.greater(due),
                (true, false, _) => paid.plus(due),
                _ => due,
            };
            highest = highest.greater(paid);
        }
        let (paid, highest) = (paid.at_most(amount), highest.at_most(amount));
        let shared = least != Exact::ONE;
        let rest = if fund.release.is_some() || shared { amount.less(highest) } else { Span::NOTHING };
        let recovered = if recovers { highest.less(paid) } else { Span::NOTHING };
        let (opens, bars) = (gate.may_be(Truth::True), gate.may_be(Truth::False));
        let through = |span: Span| match (opens, bars) {
            (true, false) => span,
            (true, true) => span.or(Span::NOTHING),
            (false, _) => Span::NOTHING,
        };
        let held = if fund.redirect.is_some() { Span::NOTHING } else { rest };
        let withheld = match (opens, bars) {
            (true, false) => held,
            (true, true) => held.or(amount),
            (false, _) => amount,
        };
        FundRange {
            amount: amount.between(),
            released: through(paid).between(),
            redirected: if fund.redirect.is_some() { through(rest) } else { Span::NOTHING }.between(),
            withheld: withheld.between(),
            recovered: through(recovered).between(),
        }
    }
}

/// What limbs come to in every way in which they may be met and unmet, counted.
pub(crate) fn possible_limbs(need: Need, of: &[u32], truths: impl Fn(u32) -> Truths) -> Truths {
    let mut ways = BTreeSet::from([(0_usize, 0_usize)]);
    for limb in of {
        let truths = truths(*limb);
        let mut next = BTreeSet::new();
        for (met, unmet) in ways {
            if truths.may_be(Truth::True) {
                next.insert((met + 1, unmet));
            }
            if truths.may_be(Truth::False) {
                next.insert((met, unmet + 1));
            }
            if truths.may_be(Truth::NotApplicable) {
                next.insert((met, unmet));
            }
        }
        ways = next;
    }
    let counted = ways.into_iter().map(|(met, unmet)| Truths::of(counted(need, met, 0, unmet)));
    counted.fold(Truths::NONE, Truths::or_else)
}

const fn known_or_either(truth: Truth) -> Truths {
    match truth {
        Truth::Missing => Truths::EITHER,
        truth => Truths::of(truth),
    }
}

/// The parts of a fund whose amount is known, each with what is certain of it. What is released in tranches is
/// certain tranche by tranche, and stays as it is.
pub(super) fn settle(fund: &Fund, parts: Dispositions, range: &FundRange, amount: Money) -> Dispositions {
    let recovers = fund.over_payment == OverPayment::Recovered;
    let released = match (recovers, fund.tranches) {
        // What is paid may be taken back.
        (true, _) => range.released.at_least,
        (false, true) => parts.released,
        (false, false) => max(parts.released, range.released.at_least),
    };
    let recovered = if recovers { range.recovered.at_least } else { parts.recovered };
    let sure = Dispositions {
        released,
        redirected: max(parts.redirected, range.redirected.at_least),
        withheld: max(parts.withheld, range.withheld.at_least),
        recovered,
        undetermined: Money::ZERO,
    };
    let rest = sure.total().and_then(|total| amount.minus(total));
    match rest {
        Ok(undetermined) if !undetermined.is_negative() => Dispositions { undetermined, ..sure },
        // The rules give more than there is whatever arrives: the ruling that is due then is an error.
        _ => parts,
    }
}
