//! What is missing and can still change a result.

use super::rows::last_filter;
use super::{Bounds, Local, Open, may_be_absent};
use crate::exact::Exact;
use crate::language::eval::last_site;
use crate::language::ir::{Action, Expr, Fold, Kind, Leaf, Over, Quantity, Rows, Series};
use crate::language::possible::{End, Range, Truths};
use crate::language::value::{Family, State, Truth};

impl<'e> Bounds<'_, 'e> {
    /// Hands on each missing piece that can still change the value of an expression.
    pub(crate) fn lacks(&mut self, family: Family, expr: &'e Expr, hand: &mut impl FnMut(Open)) {
        // Working it out gives locals other values, and what follows begins with those that they have here.
        let before = matches!(expr.kind, Kind::Do { .. } | Kind::If(_)).then(|| self.locals.clone());
        let settled = self.of(family, expr).is_settled();
        if let Some(before) = before {
            self.locals = before;
        }
        if settled {
            return;
        }
        let now = Self::narrow(self.now);
        match &expr.kind {
            Kind::Constant(_) | Kind::Parameter(_) | Kind::Now | Kind::Turn(_) => {}
            Kind::Fact(slot) => hand(Open::Fact(*slot)),
            Kind::FactNow(base) => hand(Open::Fact(base + now)),
            Kind::Derived(slot) => hand(Open::Derived(*slot)),
            Kind::Portfolio(slot) => hand(Open::Portfolio(*slot)),
            Kind::DerivedNow(base) => hand(Open::Derived(base + now)),
            Kind::Local(local) => self.lacks_of_local(*local, hand),
            Kind::Field { row, field } => {
                if let (Some(Local::Row(Some(first))), Leaf::Field { list, .. }) =
                    (self.locals.get(*row as usize), self.leaf_of(expr))
                {
                    hand(Open::Field(list, first + field));
                }
            }
            Kind::Let { local, family: own, value, then } => {
                self.bind(*local, *own, value);
                self.lacks(family, then, hand);
            }
            Kind::Element { row, back, series, .. } => {
                if let Some(position) = self.position(*row, *back) {
                    let slot = series.base + Self::narrow(position);
                    hand(if series.derived { Open::Derived(slot) } else { Open::Fact(slot) });
                }
            }
            Kind::Do { actions, then } => {
                self.lacks_of_actions(actions, hand);
                self.lacks(family, then, hand);
            }
            Kind::If(parts) => {
                let [test, then, other] = &**parts;
                let truths = self.truth(test);
                self.lacks(Family::Truth, test, hand);
                let undecided = truths.may_be(Truth::NotApplicable);
                if truths.may_be(Truth::True) || undecided {
                    self.lacks(family, then, hand);
                }
                if truths.may_be(Truth::False) || undecided {
                    self.lacks(family, other, hand);
                }
            }
            Kind::OrElse(sides) => {
                let [first, other] = &**sides;
                self.lacks(family, first, hand);
                if may_be_absent(&self.of(family, first)) {
                    self.lacks(family, other, hand);
                }
            }
            Kind::Call(call) => {
                for (family, arg) in &call.args {
                    self.lacks(*family, arg, hand);
                }
            }
            Kind::Lookup(lookup) => {
                for (family, arg) in &lookup.args {
                    self.lacks(*family, arg, hand);
                }
            }
            // What a function of the program gives is only known where its arguments are.
            Kind::Plugin(call) => {
                for (argument, ty) in call.arguments.iter().zip(call.function.arguments()) {
                    self.lacks(ty.family(), argument, hand);
                }
            }
            Kind::And(parts) | Kind::Or(parts) => {
                for part in parts {
                    self.lacks(Family::Truth, part, hand);
                }
            }
            Kind::Not(inner) => self.lacks(Family::Truth, inner, hand),
            Kind::SameTruth { sides, .. } => self.lacks_both(Family::Truth, sides, hand),
            Kind::Compare(_, sides)
            | Kind::Add(sides)
            | Kind::Subtract(sides)
            | Kind::Multiply(sides)
            | Kind::Divide(sides) => self.lacks_both(Family::Num, sides, hand),
            Kind::CompareWords(_, sides) | Kind::Includes(sides) | Kind::DaysBetween(sides) => {
                self.lacks_both(Family::Word, sides, hand);
            }
            Kind::CoversWeek(inner) | Kind::DayCount(inner) => self.lacks(Family::Word, inner, hand),
            Kind::Applicable(own, inner) => self.lacks(*own, inner, hand),
            Kind::Negate(inner) | Kind::Magnitude(inner) | Kind::Round(_, inner) => {
                self.lacks(Family::Num, inner, hand);
            }
            Kind::Least(parts) => self.lacks_of_extreme(parts, false, hand),
            Kind::Greatest(parts) => self.lacks_of_extreme(parts, true, hand),
            Kind::Clamp(parts) => {
                let [number, low, high] = &**parts;
                let (of_number, of_low, of_high) = (self.num(number), self.num(low), self.num(high));
                let always = of_number.absent || of_low.absent || of_high.absent;
                // A number that is beyond a limit whatever it turns out to be makes no difference.
                if always || (of_number.low < of_high.high && of_number.high > of_low.low) {
                    self.lacks(Family::Num, number, hand);
                }
                if always || of_number.low < of_low.high || of_low.high > of_high.low {
                    self.lacks(Family::Num, low, hand);
                }
                if always || of_number.high > of_high.low {
                    self.lacks(Family::Num, high, hand);
                }
            }
            Kind::Share(parts) => {
                let [part, whole, otherwise] = &**parts;
                let of_whole = self.num(whole);
                self.lacks(Family::Num, whole, hand);
                let nought = End::At(Exact::ZERO);
                if of_whole.high > nought || of_whole.absent {
                    self.lacks(Family::Num, part, hand);
                }
                if of_whole.low <= nought {
                    self.lacks(Family::Num, otherwise, hand);
                }
            }
            Kind::FoldSeries(fold, series) => self.lacks_of_series(*fold, *series, hand),
            Kind::Quantify { quantity, rows, test } => {
                let neutral = Truth::from_bool(*quantity == Quantity::All);
                self.each_row(rows, test.site, hand, |bounds, may, hand| {
                    let tested = if may { bounds.truth(test) } else { Truths::of(neutral) };
                    if tested.single() != Some(neutral) {
                        bounds.lacks_of_filters(rows, hand);
                        bounds.lacks(Family::Truth, test, hand);
                    }
                });
            }
            Kind::Count(rows) => {
                self.each_row(rows, last_filter(rows), hand, |bounds, _, hand| bounds.lacks_of_filters(rows, hand));
            }
            Kind::Consecutive(rows, test) => {
                for position in (0..=self.now).rev() {
                    self.set(rows.local, Local::Row(Some(Self::narrow(position))));
                    let truths = self.truth(test);
                    self.lacks(Family::Truth, test, hand);
                    if !truths.may_be(Truth::True) {
                        break;
                    }
                }
            }
            Kind::Allocate(shared) => {
                self.lacks(Family::Num, &shared.total, hand);
                self.each_row(&shared.rows, shared.weight.site, hand, |bounds, _, hand| {
                    bounds.lacks(Family::Num, &shared.weight, hand);
                });
            }
            Kind::SumRows(rows, body)
            | Kind::LeastRow(rows, body)
            | Kind::GreatestRow(rows, body)
            | Kind::MeanRow(rows, body) => {
                self.each_row(rows, body.site, hand, |bounds, may, hand| {
                    bounds.lacks_of_filters(rows, hand);
                    if may {
                        bounds.lacks(Family::Num, body, hand);
                    }
                });
            }
        }
    }

    /// What a local lacks. Once is enough: that is the same wherever it is used.
    fn lacks_of_local(&mut self, local: u16, hand: &mut impl FnMut(Open)) {
        if let Some(Local::Value(_, Some((family, value)))) = self.locals.get(local as usize) {
            let (family, value) = (*family, *value);
            if self.told.insert(value.site) {
                // What it is worked out from may have locals in the same places as what follows it.
                let before = self.locals.clone();
                self.lacks(family, value, hand);
                self.locals = before;
            }
        }
    }

    /// What locals lack that keep their values if these actions are not taken.
    fn lacks_of_kept(&mut self, test: Truths, sets: &[(u16, Family)], hand: &mut impl FnMut(Open)) {
        if test.single().is_none() {
            for (local, _) in sets {
                self.lacks_of_local(*local, hand);
            }
        }
    }

    /// What the locals of a script lack: all that plays a part in setting them.
    fn lacks_of_actions(&mut self, actions: &'e [Action], hand: &mut impl FnMut(Open)) {
        for action in actions {
            match action {
                Action::Set { ty, value, .. } => {
                    let family = &ty.family();
                    self.lacks(*family, value, hand);
                    self.act(std::slice::from_ref(action));
                }
                Action::When(when) => {
                    self.lacks(Family::Truth, &when.test, hand);
                    let test = self.truth(&when.test);
                    self.lacks_of_kept(test, &when.sets, hand);
                    let before = self.locals.clone();
                    for (side, truth) in [(&when.then, Truth::True), (&when.other, Truth::False)] {
                        if test.may_be(truth) || test.may_be(Truth::NotApplicable) {
                            self.lacks_of_actions(side, hand);
                            self.locals.clone_from(&before);
                        }
                    }
                    self.act(std::slice::from_ref(action));
                }
                Action::Each { rows, body, sets, .. } => {
                    let before = self.locals.clone();
                    self.each_row(rows, last_site(body, rows.site), &mut *hand, |bounds, may, hand| {
                        bounds.lacks_of_filters(rows, hand);
                        let (_, may_not) = bounds.kept(rows);
                        let kept = match (may, may_not) {
                            (true, false) => Truths::of(Truth::True),
                            (true, true) => Truths::EITHER,
                            (false, _) => return,
                        };
                        bounds.lacks_of_kept(kept, sets, hand);
                        // One row after the other, as the locals stand then.
                        let before = bounds.locals.clone();
                        bounds.lacks_of_body(body, hand);
                        bounds.locals = before;
                        bounds.act_by(kept, body, &[], sets);
                    });
                    self.locals = before;
                    self.act(std::slice::from_ref(action));
                }
            }
        }
    }

    fn lacks_of_body(&mut self, body: &'e [Action], hand: &mut dyn FnMut(Open)) {
        self.lacks_of_actions(body, &mut |piece| hand(piece));
    }

    fn lacks_both(&mut self, family: Family, sides: &'e [Expr; 2], hand: &mut impl FnMut(Open)) {
        for side in sides {
            self.lacks(family, side, hand);
        }
    }

    /// A part that another one surpasses whatever it turns out to be makes no difference.
    fn lacks_of_extreme(&mut self, parts: &'e [Expr], greatest: bool, hand: &mut impl FnMut(Open)) {
        let ranges: Vec<Range> = parts.iter().map(|part| self.num(part)).collect();
        for (position, (part, range)) in parts.iter().zip(&ranges).enumerate() {
            let surpassed = ranges.iter().enumerate().any(|(other, by)| {
                let surpasses = if greatest { by.low >= range.high } else { by.high <= range.low };
                other != position && surpasses && (by.low != range.low || by.high != range.high || other < position)
            });
            if range.absent || !surpassed {
                self.lacks(Family::Num, part, hand);
            }
        }
    }

    fn lacks_of_series(&mut self, fold: Fold, series: Series, hand: &mut impl FnMut(Open)) {
        let positions = match fold {
            Fold::Total => 0..self.pack.period_count(),
            Fold::ToDate | Fold::HighestToDate => 0..self.now + 1,
            Fold::Change => self.now.saturating_sub(1)..self.now + 1,
        };
        let highest = positions.clone().map(|position| self.cell_of(series, position).low).max();
        for position in positions {
            let cell = self.cell_of(series, position);
            let surpassed = fold == Fold::HighestToDate && !cell.absent && Some(cell.high) <= highest;
            if !cell.is_settled() && !surpassed {
                let slot = series.base + Self::narrow(position);
                hand(if series.derived { Open::Derived(slot) } else { Open::Fact(slot) });
            }
        }
    }

    fn lacks_of_filters(&mut self, rows: &'e Rows, hand: &mut impl FnMut(Open)) {
        let (may, may_not) = self.kept(rows);
        if may && may_not {
            for filter in &rows.filters {
                self.lacks(Family::Truth, filter, hand);
            }
        }
    }

    /// Goes through the rows of a list, saying of each whether it may count; a list that is missing is what is lacking.
    fn each_row<H: FnMut(Open)>(
        &mut self,
        rows: &'e Rows,
        last: u32,
        hand: &mut H,
        mut each: impl FnMut(&mut Self, bool, &mut H),
    ) {
        match self.span(rows, last) {
            Err(_) => {}
            Ok(None) => {
                if let Over::List { slot, .. } = rows.over
                    && self.cells.facts.get(slot as usize).is_none_or(|cell| cell.state() == State::Missing)
                {
                    hand(Open::Fact(slot));
                    // Whatever is asked of its records may matter once there are some.
                    self.set(rows.local, Local::Row(None));
                    each(self, true, hand);
                }
            }
            Ok(Some(firsts)) => {
                for first in firsts {
                    self.set(rows.local, Local::Row(Some(first)));
                    let (may, _) = self.kept(rows);
                    each(self, may, hand);
                }
            }
        }
    }
}
