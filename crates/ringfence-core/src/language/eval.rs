//! The value reading: the answer for one case, and missing or not applicable as themselves.

mod actions;
mod cover;

pub(crate) use actions::last_site;

use super::ir::{Allocate, Call, Comparison, Expr, Fold, Kind, Lookup, Over, PluginCall, Quantity, Rows, Series};
use super::library::{Arg, MOST_ARGUMENTS, share_out};
use super::value::{Family, Num, State, Truth, Val, Wide, Word};
use crate::exact::{Exact, Inexact, Rounding};
use crate::reading;
use crate::table::Open;
use crate::types::Value;

/// A number that could not be computed exactly, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) site: u32,
    pub(crate) why: Inexact,
}

/// The cells that scripts read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cells<'a> {
    pub(crate) facts: &'a [Val],
    pub(crate) rows: &'a [Val],
    pub(crate) parameters: &'a [Val],
    /// What was worked out over all cases; none where this case is ruled on alone.
    pub(crate) portfolio: &'a [Val],
    /// The texts that words stand for: the pack's, then those of the case.
    pub(crate) texts: [&'a [String]; 2],
}

/// Evaluates scripts over the cells of one case.
#[derive(Debug)]
pub(crate) struct Machine<'a> {
    pub(crate) cells: Cells<'a>,
    pub(crate) derived: &'a mut [Val],
    pub(crate) locals: &'a mut [Val],
    /// The numbers that need more than 64 bits.
    pub(crate) wide: &'a mut Wide,
    /// The place of the period ruled on among the scheme's, and its ordinal.
    pub(crate) now: usize,
    pub(crate) first_ordinal: i64,
    pub(crate) periods: usize,
    /// The first number that could not be computed.
    pub(crate) fault: Option<Fault>,
    /// Why a function of the program gave no value, where that is the fault.
    pub(crate) refused: Option<String>,
    /// How many steps over the records of lists are left.
    pub(crate) steps_left: u64,
}

/// The most steps over the records of lists that one case may take: a test of three operations takes three for each record.
pub(crate) const STEPS: u64 = 4_000_000;

const LACKING: Val = Val::Num(Num::MISSING);

#[inline]
fn cell(cells: &[Val], slot: usize) -> Val {
    cells.get(slot).copied().unwrap_or(LACKING)
}

impl Machine<'_> {
    /// Any expression, by its family.
    pub(crate) fn value(&mut self, family: Family, expr: &Expr) -> Val {
        match family {
            Family::Truth => Val::Truth(self.truth(expr)),
            Family::Num => Val::Num(self.num(expr)),
            Family::Word => Val::Word(self.word(expr)),
        }
    }

    /// The cell that a leaf reads.
    #[cold]
    fn leaf(&mut self, expr: &Expr) -> Val {
        match expr.kind {
            Kind::Constant(value) => value,
            Kind::Fact(slot) => cell(self.cells.facts, slot as usize),
            Kind::FactNow(base) => cell(self.cells.facts, base as usize + self.now),
            Kind::Parameter(slot) => cell(self.cells.parameters, slot as usize),
            Kind::Portfolio(slot) => cell(self.cells.portfolio, slot as usize),
            Kind::Derived(slot) => cell(self.derived, slot as usize),
            Kind::DerivedNow(base) => cell(self.derived, base as usize + self.now),
            Kind::Local(local) => cell(self.locals, local as usize),
            Kind::Field { row, field } => match cell(self.locals, row as usize) {
                Val::Row(first) => cell(self.cells.rows, (first + field) as usize),
                _ => LACKING,
            },
            Kind::Element { row, back, family, series } => match self.position(row, back) {
                Some(position) => self.of_series(series, position),
                None => family.absent(State::NotApplicable),
            },
            Kind::Now => Val::Word(Word::known(self.first_ordinal + i64::try_from(self.now).unwrap_or(0))),
            Kind::Turn(row) => {
                let position = self.position(Some(row), 0).and_then(|position| i64::try_from(position).ok());
                position.map_or(LACKING, |at| Val::Word(Word::known(self.first_ordinal + at)))
            }
            _ => LACKING,
        }
    }

    /// The place among the periods that a row stands for, or the one ruled on, or so many before it.
    fn position(&self, row: Option<u16>, back: u16) -> Option<usize> {
        let position = match row {
            None => self.now,
            Some(row) => match cell(self.locals, row as usize) {
                Val::Row(position) => position as usize,
                _ => return None,
            },
        };
        position.checked_sub(back.into())
    }

    fn of_series(&self, series: Series, position: usize) -> Val {
        let cells: &[Val] = if series.derived { self.derived } else { self.cells.facts };
        cell(cells, series.base as usize + position)
    }

    /// What a narrow operation could not settle: a part is absent, or the digits do not suffice.
    #[cold]
    fn settle(&mut self, site: u32, left: Num, right: Num, make: fn(Exact, Exact) -> Result<Exact, Inexact>) -> Num {
        match (left.known(self.wide), right.known(self.wide)) {
            (Some(left), Some(right)) => {
                let made = make(left, right);
                self.keep(site, made)
            }
            _ => Num::absent(left.state().join(right.state())),
        }
    }

    fn keep(&mut self, site: u32, made: Result<Exact, Inexact>) -> Num {
        match made {
            Ok(number) => Num::keep(number, self.wide),
            Err(why) => {
                self.fault.get_or_insert(Fault { site, why });
                Num::MISSING
            }
        }
    }

    #[inline]
    fn compare(&mut self, comparison: Comparison, left: Num, right: Num) -> Truth {
        match left.order(right) {
            Some(order) => Truth::from_bool(comparison.holds(order)),
            None => self.compare_slowly(comparison, left, right),
        }
    }

    #[cold]
    fn compare_slowly(&mut self, comparison: Comparison, left: Num, right: Num) -> Truth {
        match (left.known(self.wide), right.known(self.wide)) {
            (Some(left), Some(right)) => Truth::from_bool(comparison.holds(left.cmp(&right))),
            _ => Truth::absent(left.state().join(right.state())),
        }
    }

    /// The lesser or the greater of two numbers.
    #[inline]
    fn choose(&mut self, left: Num, right: Num, wanted: std::cmp::Ordering) -> Num {
        match left.order(right) {
            Some(order) => {
                if order == wanted {
                    left
                } else {
                    right
                }
            }
            None => match (left.known(self.wide), right.known(self.wide)) {
                (Some(low), Some(high)) => {
                    if low.cmp(&high) == wanted {
                        left
                    } else {
                        right
                    }
                }
                _ => Num::absent(left.state().join(right.state())),
            },
        }
    }

    /// A number rounded.
    #[inline]
    pub(crate) fn round(&mut self, site: u32, number: Num, rounding: Rounding) -> Num {
        match number.rounded(rounding) {
            Some(rounded) => rounded,
            None => self.round_slowly(site, number, rounding),
        }
    }

    #[cold]
    fn round_slowly(&mut self, site: u32, number: Num, rounding: Rounding) -> Num {
        match number.known(self.wide) {
            Some(known) => self.keep(site, rounding.apply(known)),
            None => number,
        }
    }

    /// The cell of a leaf that takes no working out.
    #[inline]
    fn known_leaf<'v>(&'v self, expr: &'v Expr) -> Option<&'v Val> {
        match expr.kind {
            Kind::Constant(ref value) => Some(value),
            Kind::Parameter(slot) => self.cells.parameters.get(slot as usize),
            Kind::Local(local) => self.locals.get(local as usize),
            Kind::Fact(slot) => self.cells.facts.get(slot as usize),
            Kind::FactNow(base) => self.cells.facts.get(base as usize + self.now),
            Kind::Derived(slot) => self.derived.get(slot as usize),
            Kind::DerivedNow(base) => self.derived.get(base as usize + self.now),
            Kind::Portfolio(slot) => self.cells.portfolio.get(slot as usize),
            Kind::Field { row, field } => match self.locals.get(row as usize) {
                Some(Val::Row(first)) => self.cells.rows.get((first + field) as usize),
                _ => None,
            },
            _ => None,
        }
    }

    /// An expression that is true or false.
    pub(crate) fn truth(&mut self, expr: &Expr) -> Truth {
        if let Some(Val::Truth(truth)) = self.known_leaf(expr) {
            return *truth;
        }

        match &expr.kind {
            Kind::And(parts) => self.fold_truths(parts, Truth::True, Truth::and, Truth::False),
            Kind::Or(parts) => self.fold_truths(parts, Truth::False, Truth::or, Truth::True),
            Kind::Not(inner) => self.truth(inner).not(),
            Kind::Compare(comparison, sides) => {
                let [left, right] = &**sides;
                let (left, right) = (self.num(left), self.num(right));
                self.compare(*comparison, left, right)
            }
            Kind::CompareWords(comparison, sides) => {
                let [left, right] = &**sides;
                let (left, right) = (self.word(left), self.word(right));
                left.compare(right, |order| comparison.holds(order))
            }
            Kind::SameTruth { negated, sides } => {
                let [left, right] = &**sides;
                let same = match (self.truth(left), self.truth(right)) {
                    (Truth::Missing, _) | (_, Truth::Missing) => Truth::Missing,
                    (Truth::NotApplicable, _) | (_, Truth::NotApplicable) => Truth::NotApplicable,
                    (left, right) => Truth::from_bool(left == right),
                };
                if *negated { same.not() } else { same }
            }
            Kind::Quantify { quantity, rows, test } => self.quantify(*quantity, rows, test),
            Kind::CoversWeek(days) => self.word(days).test(|bits| crate::types::Days::from_bits(bits).covers_week()),
            Kind::Includes(sides) => {
                let [all, some] = &**sides;
                let (all, some) = (self.word(all), self.word(some));
                match all.state.join(some.state) {
                    State::Known => Truth::from_bool(all.bits & some.bits == some.bits),
                    State::Missing => Truth::Missing,
                    State::NotApplicable => Truth::NotApplicable,
                }
            }
            Kind::Applicable(family, inner) => match self.value(*family, inner).state() {
                State::Known => Truth::True,
                State::Missing => Truth::Missing,
                State::NotApplicable => Truth::False,
            },
            Kind::Call(call) => self.call(expr.site, call).truth(),
            Kind::Lookup(lookup) => self.lookup(expr.site, lookup).truth(),
            Kind::Do { actions, then } => {
                self.act(actions);
                self.truth(then)
            }
            Kind::Let { local, family, value, then } => {
                self.bind(*local, *family, value);
                self.truth(then)
            }
            Kind::If(parts) => {
                let [test, then, other] = &**parts;
                match self.truth(test) {
                    Truth::True => self.truth(then),
                    Truth::False => self.truth(other),
                    test => {
                        let before = self.fault;
                        let (then, other) = (self.truth(then), self.truth(other));
                        let state = self.undecided(before, test, Val::Truth(then), Val::Truth(other));
                        if then == other && then != Truth::Missing { then } else { Truth::absent(state) }
                    }
                }
            }
            Kind::OrElse(sides) => {
                let [first, other] = &**sides;
                match self.truth(first) {
                    Truth::NotApplicable => self.truth(other),
                    truth => truth,
                }
            }
            Kind::Constant(_)
            | Kind::Fact(_)
            | Kind::FactNow(_)
            | Kind::Parameter(_)
            | Kind::Derived(_)
            | Kind::DerivedNow(_)
            | Kind::Local(_)
            | Kind::Field { .. }
            | Kind::Element { .. }
            | Kind::Now
            | Kind::Turn(_) => self.leaf(expr).truth(),
            Kind::Plugin(call) => self.plugin(expr.site, call).truth(),
            _ => Truth::Missing,
        }
    }

    /// The state of a choice whose test is neither true nor false and whose branches differ.
    ///
    /// It does not apply if the test does not, unless a branch is missing: the branches may yet turn
    /// out to be equal. What cannot be computed in a branch that may not be taken is no fault yet.
    fn undecided(&mut self, before: Option<Fault>, test: Truth, then: Val, other: Val) -> State {
        let faulty = self.fault != before;
        self.fault = before;
        Self::either(faulty, test, then, other)
    }

    fn either(faulty: bool, test: Truth, then: Val, other: Val) -> State {
        let open = |value: Val| value.state() == State::Missing;
        let both_inapplicable = then.state() == State::NotApplicable && other.state() == State::NotApplicable;
        if faulty || open(then) || open(other) {
            State::Missing
        } else if both_inapplicable || test == Truth::NotApplicable {
            State::NotApplicable
        } else {
            State::Missing
        }
    }

    fn fold_truths(&mut self, parts: &[Expr], start: Truth, join: fn(Truth, Truth) -> Truth, decided: Truth) -> Truth {
        let mut sum = start;
        for part in parts {
            let next = if sum == Truth::Missing { self.if_reached(part) } else { self.truth(part) };
            sum = join(sum, next);
            if sum == decided {
                break;
            }
        }
        sum
    }

    /// A part that may never be reached, because what is missing may decide before it: that it cannot be computed is no
    /// fault yet.
    #[cold]
    fn if_reached(&mut self, part: &Expr) -> Truth {
        let before = self.fault;
        let truth = self.truth(part);
        if self.fault == before {
            return truth;
        }
        self.fault = before;
        Truth::Missing
    }

    /// Calls `each` for every row that passes the filters, with the filters' truth: true or missing.
    /// Stops where `each` says so. The answer is the state of the list itself. `last` is the site of the last node that
    /// is asked of a row: nodes are numbered as they are written, so it tells how many there are.
    fn for_rows(&mut self, rows: &Rows, last: u32, mut each: impl FnMut(&mut Self, Truth) -> bool) -> State {
        let (start, count, stride) = match rows.over {
            Over::List { slot, stride } => {
                let Val::Rows(span) = cell(self.cells.facts, slot as usize) else { return State::Missing };
                if span.state != State::Known {
                    return span.state;
                }
                (span.first, span.count, stride)
            }
            Over::Periods => (0, u32::try_from(self.periods).unwrap_or(u32::MAX), 1),
            Over::Recent(most) => {
                let through = u32::try_from(self.now + 1).unwrap_or(u32::MAX);
                (through.saturating_sub(most), through.min(most), 1)
            }
        };
        let steps = u64::from(last.saturating_sub(rows.site)) + 1;
        for row in 0..count {
            let Some(left) = self.steps_left.checked_sub(steps) else {
                self.steps_left = 0;
                self.fault.get_or_insert(Fault { site: rows.site, why: Inexact::TooManySteps });
                return State::Missing;
            };
            self.steps_left = left;
            let first = start + row * stride;
            if let Some(local) = self.locals.get_mut(rows.local as usize) {
                *local = Val::Row(first);
            }
            let kept = self.fold_truths(&rows.filters, Truth::True, Truth::and, Truth::False);
            // What a filter does not apply to is left out, like what fails it.
            let on = match kept {
                Truth::True | Truth::Missing => each(self, kept),
                Truth::False | Truth::NotApplicable => true,
            };
            if !on {
                break;
            }
        }
        State::Known
    }

    fn quantify(&mut self, quantity: Quantity, rows: &Rows, test: &Expr) -> Truth {
        let all = quantity == Quantity::All;
        let mut sum = Truth::from_bool(all);
        let state = self.for_rows(rows, test.site, |machine, kept| {
            let open = kept == Truth::Missing || sum == Truth::Missing;
            let passed = if open { machine.if_reached(test) } else { machine.truth(test) };
            sum = if all { sum.and(kept.not().or(passed)) } else { sum.or(kept.and(passed)) };
            sum != Truth::from_bool(!all)
        });
        match state {
            State::Known if quantity == Quantity::None => sum.not(),
            State::Known => sum,
            State::Missing => Truth::Missing,
            State::NotApplicable => Truth::NotApplicable,
        }
    }

    pub(crate) fn bind(&mut self, local: u16, family: Family, value: &Expr) {
        let value = self.value(family, value);
        self.set(local, value);
    }

    fn set(&mut self, local: u16, value: Val) {
        if let Some(cell) = self.locals.get_mut(local as usize) {
            *cell = value;
        }
    }

    /// An expression that is a number. Most nodes are leaves, which are read right here.
    #[expect(clippy::inline_always, reason = "measured: a call for each leaf costs more than the leaf")]
    #[inline(always)]
    pub(crate) fn num(&mut self, expr: &Expr) -> Num {
        match self.known_leaf(expr) {
            Some(Val::Num(num)) => *num,
            _ => self.num_of_node(expr),
        }
    }

    fn num_of_node(&mut self, expr: &Expr) -> Num {
        let site = expr.site;

        match &expr.kind {
            Kind::Add(sides) => {
                let (left, right) = self.both(sides);
                self.add(site, left, right)
            }
            Kind::Subtract(sides) => {
                let (left, right) = self.both(sides);
                match left.minus(right) {
                    Some(num) => num,
                    None => self.settle(site, left, right, Exact::minus),
                }
            }
            Kind::Multiply(sides) => {
                let (left, right) = self.both(sides);
                match left.times(right) {
                    Some(num) => num,
                    None => self.settle(site, left, right, Exact::times),
                }
            }
            Kind::Divide(sides) => {
                let (left, right) = self.both(sides);
                self.divide(site, left, right)
            }
            Kind::Negate(inner) => {
                let number = self.num(inner);
                match Num::ZERO.minus(number) {
                    Some(num) => num,
                    None => self.settle(site, Num::ZERO, number, Exact::minus),
                }
            }
            Kind::Magnitude(inner) => {
                let number = self.num(inner);
                let turned = match Num::ZERO.minus(number) {
                    Some(num) => num,
                    None => self.settle(site, Num::ZERO, number, Exact::minus),
                };
                self.choose(number, turned, std::cmp::Ordering::Greater)
            }
            Kind::Least(parts) => self.extreme(parts, std::cmp::Ordering::Less),
            Kind::Greatest(parts) => self.extreme(parts, std::cmp::Ordering::Greater),
            Kind::Clamp(parts) => {
                let [number, low, high] = &**parts;
                let (number, low, high) = (self.num(number), self.num(low), self.num(high));
                let below = self.choose(number, high, std::cmp::Ordering::Less);
                self.choose(below, low, std::cmp::Ordering::Greater)
            }
            Kind::Share(parts) => {
                let [part, whole, otherwise] = &**parts;
                let (part, whole) = (self.num(part), self.num(whole));
                if self.compare(Comparison::AtMost, whole, Num::ZERO) == Truth::True {
                    self.num(otherwise)
                } else {
                    self.divide(site, part, whole)
                }
            }
            Kind::Round(rounding, inner) => {
                let number = self.num(inner);
                self.round(site, number, *rounding)
            }
            Kind::FoldSeries(fold, series) => self.fold_series(site, *fold, *series),
            Kind::Let { local, family, value, then } => {
                self.bind(*local, *family, value);
                self.num(then)
            }
            Kind::If(parts) => {
                let [test, then, other] = &**parts;
                match self.truth(test) {
                    Truth::True => self.num(then),
                    Truth::False => self.num(other),
                    test => {
                        let before = self.fault;
                        let (then, other) = (self.num(then), self.num(other));
                        let state = self.undecided(before, test, Val::Num(then), Val::Num(other));
                        // Whatever the test turns out to be, equal branches give their value.
                        let same = self.compare(Comparison::Equal, then, other) == Truth::True;
                        if same { then } else { Num::absent(state) }
                    }
                }
            }
            Kind::OrElse(sides) => {
                let [first, other] = &**sides;
                let first = self.num(first);
                if first.state() == State::NotApplicable { self.num(other) } else { first }
            }
            Kind::Constant(_)
            | Kind::Fact(_)
            | Kind::FactNow(_)
            | Kind::Parameter(_)
            | Kind::Portfolio(_)
            | Kind::Derived(_)
            | Kind::DerivedNow(_)
            | Kind::Local(_)
            | Kind::Field { .. }
            | Kind::Element { .. }
            | Kind::Now
            | Kind::Turn(_) => self.leaf(expr).num(),
            _ => self.number_of_rows_or_days(expr),
        }
    }

    /// The numbers that lists and dates give: kept apart, so that what arithmetic needs stays small.
    #[inline(never)]
    fn number_of_rows_or_days(&mut self, expr: &Expr) -> Num {
        let site = expr.site;
        match &expr.kind {
            Kind::Count(rows) => {
                let mut count = Num::ZERO;
                let last = rows.filters.last().map_or(rows.site, |filter| filter.site);
                let state = self.for_rows(rows, last, |machine, kept| {
                    let one = if kept == Truth::True { Num::ONE } else { Num::MISSING };
                    count = machine.add(site, count, one);
                    true
                });
                if state == State::Known { count } else { Num::absent(state) }
            }
            Kind::SumRows(rows, body) => {
                let mut sum = Num::ZERO;
                let state = self.for_rows(rows, body.site, |machine, kept| {
                    let num = if kept == Truth::True { machine.num(body) } else { Num::MISSING };
                    sum = machine.add(site, sum, num);
                    true
                });
                if state == State::Known { sum } else { Num::absent(state) }
            }
            Kind::LeastRow(rows, body) => self.extreme_row(rows, body, std::cmp::Ordering::Less),
            Kind::GreatestRow(rows, body) => self.extreme_row(rows, body, std::cmp::Ordering::Greater),
            Kind::MeanRow(rows, body) => self.mean_row(site, rows, body),
            Kind::Consecutive(rows, test) => self.consecutive(rows, test),
            Kind::Allocate(shared) => self.allocate(site, shared),
            Kind::DayCount(days) => {
                let days = self.word(days);
                match days.state {
                    State::Known => Num::whole(crate::types::Days::from_bits(days.bits).len().into()),
                    state => Num::absent(state),
                }
            }
            Kind::Call(call) => self.call(site, call).num(),
            Kind::Lookup(lookup) => self.lookup(site, lookup).num(),
            Kind::Do { actions, then } => {
                self.act(actions);
                self.num(then)
            }
            Kind::DaysBetween(sides) => {
                let [from, to] = &**sides;
                let (from, to) = (self.word(from), self.word(to));
                match from.state.join(to.state) {
                    State::Known => Num::whole(to.bits - from.bits),
                    state => Num::absent(state),
                }
            }
            Kind::Plugin(call) => self.plugin(site, call).num(),
            _ => Num::MISSING,
        }
    }

    /// A function of the library. Whatever is absent among its arguments, each is worked out.
    #[inline(never)]
    fn call(&mut self, site: u32, call: &Call) -> Val {
        let mut args = [Arg::NotApplicable; MOST_ARGUMENTS];
        let mut state = State::Known;
        for (slot, (family, arg)) in args.iter_mut().zip(&call.args) {
            let value = self.value(*family, arg);
            match Arg::of(value, self.wide) {
                Ok(arg) => *slot = arg,
                Err(absent) => state = state.join(absent),
            }
        }
        let family = call.ty.family();
        let (State::Known, Some(args)) = (state, args.get(..call.args.len())) else { return family.absent(state) };
        match call.apply(args) {
            Ok(result) => result.cell(family, self.wide),
            Err(why) => {
                self.fault.get_or_insert(Fault { site, why });
                family.absent(State::Missing)
            }
        }
    }

    /// An output of a table. Where an input is absent and every row that may hold gives the same, it is that.
    #[inline(never)]
    pub(crate) fn lookup(&mut self, site: u32, lookup: &Lookup) -> Val {
        let family = lookup.ty().family();
        let (values, state) = self.looked_up(lookup);
        let values = values.get(..lookup.args.len()).unwrap_or(&[]);
        let Some(version) = lookup.version(self.cells.parameters) else { return family.absent(State::Missing) };
        let hit = lookup.table.hit;
        if state != State::Known {
            let anyway = lookup.table.gives_anyway(version, lookup.output, values);
            return anyway.map_or(family.absent(state), |given| given.cell(family, self.wide));
        }
        match version.gives(hit, lookup.output, values) {
            Ok(given) => given.cell(family, self.wide),
            Err(why) => {
                self.fault.get_or_insert(Fault { site, why });
                family.absent(State::Missing)
            }
        }
    }

    /// What a table is asked for, as far as it is known.
    pub(crate) fn looked_up(&mut self, lookup: &Lookup) -> ([Open; MOST_ARGUMENTS], State) {
        let mut values = [Open::Anything; MOST_ARGUMENTS];
        let mut state = State::Known;
        for (slot, (family, arg)) in values.iter_mut().zip(&lookup.args) {
            let value = self.value(*family, arg);
            match Arg::of(value, self.wide) {
                Ok(arg) => *slot = Open::Exactly(arg),
                Err(absent) => state = state.join(absent),
            }
        }
        (values, state)
    }

    #[inline]
    fn both(&mut self, sides: &[Expr; 2]) -> (Num, Num) {
        let [left, right] = sides;
        (self.num(left), self.num(right))
    }

    #[inline]
    fn add(&mut self, site: u32, left: Num, right: Num) -> Num {
        match left.plus(right) {
            Some(num) => num,
            None => self.settle(site, left, right, Exact::plus),
        }
    }

    #[inline]
    fn divide(&mut self, site: u32, left: Num, right: Num) -> Num {
        match left.over(right) {
            Some(num) => num,
            None => self.settle(site, left, right, Exact::divide),
        }
    }

    fn extreme(&mut self, parts: &[Expr], wanted: std::cmp::Ordering) -> Num {
        let mut best: Option<Num> = None;
        for part in parts {
            let num = self.num(part);
            best = Some(best.map_or(num, |best| self.choose(best, num, wanted)));
        }
        best.unwrap_or(Num::MISSING)
    }

    fn extreme_row(&mut self, rows: &Rows, body: &Expr, wanted: std::cmp::Ordering) -> Num {
        let mut best: Option<Num> = None;
        let state = self.for_rows(rows, body.site, |machine, kept| {
            let num = if kept == Truth::True { machine.num(body) } else { Num::MISSING };
            best = Some(best.map_or(num, |best| machine.choose(best, num, wanted)));
            true
        });
        // The least or greatest of nothing is not there to be had.
        if state == State::Known { best.unwrap_or(Num::NOT_APPLICABLE) } else { Num::absent(state) }
    }

    fn mean_row(&mut self, site: u32, rows: &Rows, body: &Expr) -> Num {
        let (mut sum, mut count) = (Num::ZERO, 0);
        let state = self.for_rows(rows, body.site, |machine, kept| {
            let num = if kept == Truth::True { machine.num(body) } else { Num::MISSING };
            sum = machine.add(site, sum, num);
            count += 1;
            true
        });
        match state {
            State::Known if count == 0 => Num::NOT_APPLICABLE,
            State::Known => self.divide(site, sum, Num::whole(count)),
            absent => Num::absent(absent),
        }
    }

    /// Counts back from the period ruled on to the first in which the test does not hold.
    fn consecutive(&mut self, rows: &Rows, test: &Expr) -> Num {
        let mut count = 0;
        for position in (0..=self.now).rev() {
            let first = u32::try_from(position).unwrap_or(u32::MAX);
            self.set(rows.local, Val::Row(first));
            let truth = self.truth(test);
            match truth {
                Truth::True => count += 1,
                Truth::False => break,
                absent => return Num::absent(Val::Truth(absent).state()),
            }
        }
        Num::whole(count)
    }

    /// One part of an amount that is shared out.
    fn allocate(&mut self, site: u32, shared: &Allocate) -> Num {
        let total = self.num(&shared.total);
        let mut state = total.state();
        let mut weights = Vec::new();
        let part_of = shared.part_of.map(|local| cell(self.locals, local as usize));
        let (mut at, mut row) = (part_of.is_none().then_some(self.now), 0);
        let rows = self.for_rows(&shared.rows, shared.weight.site, |machine, _| {
            let weight = machine.num(&shared.weight);
            state = state.join(weight.state());
            weights.extend(weight.known(machine.wide));
            if part_of.is_some_and(|part| part == cell(machine.locals, shared.rows.local as usize)) {
                at = Some(row);
            }
            row += 1;
            true
        });
        let (State::Known, Some(total)) = (state.join(rows), total.known(self.wide)) else {
            return Num::absent(state.join(rows));
        };
        match share_out(total, &weights, shared.sharing) {
            Ok(None) => Num::NOT_APPLICABLE,
            Ok(Some(parts)) => match at.and_then(|at| parts.get(at)) {
                Some(part) => Num::keep(*part, self.wide),
                None => Num::NOT_APPLICABLE,
            },
            Err(why) => self.keep(site, Err(why)),
        }
    }

    fn fold_series(&mut self, site: u32, fold: Fold, series: Series) -> Num {
        let base = series.base as usize;
        let at = |machine: &Self, position: usize| {
            let cells: &[Val] = if series.derived { machine.derived } else { machine.cells.facts };
            cell(cells, base + position).num()
        };
        let count = match fold {
            Fold::Total => self.periods,
            Fold::ToDate | Fold::HighestToDate => self.now + 1,
            Fold::Change if self.now == 0 => return at(self, 0),
            Fold::Change => {
                let (this, before) = (at(self, self.now), at(self, self.now - 1));
                return match this.minus(before) {
                    Some(num) => num,
                    None => self.settle(site, this, before, Exact::minus),
                };
            }
        };
        // Nearly every series is of facts, and its sum is narrow.
        if let (false, Fold::Total | Fold::ToDate) = (series.derived, fold)
            && let Some(run) = self.cells.facts.get(base..base + count)
        {
            let sum = run.iter().try_fold(Num::ZERO, |sum, cell| sum.plus(cell.num()));
            if let Some(sum) = sum {
                return sum;
            }
        }
        let mut sum = at(self, 0);
        for position in 1..count {
            let next = at(self, position);
            sum = if fold == Fold::HighestToDate {
                self.choose(sum, next, std::cmp::Ordering::Greater)
            } else {
                self.add(site, sum, next)
            };
        }
        sum
    }

    /// An expression that is a date, a period, weekdays or a text.
    pub(crate) fn word(&mut self, expr: &Expr) -> Word {
        if let Some(Val::Word(word)) = self.known_leaf(expr) {
            return *word;
        }

        match &expr.kind {
            Kind::Call(call) => self.call(expr.site, call).word(),
            Kind::Lookup(lookup) => self.lookup(expr.site, lookup).word(),
            Kind::Do { actions, then } => {
                self.act(actions);
                self.word(then)
            }
            Kind::Let { local, family, value, then } => {
                self.bind(*local, *family, value);
                self.word(then)
            }
            Kind::If(parts) => {
                let [test, then, other] = &**parts;
                match self.truth(test) {
                    Truth::True => self.word(then),
                    Truth::False => self.word(other),
                    test => {
                        let before = self.fault;
                        let (then, other) = (self.word(then), self.word(other));
                        let state = self.undecided(before, test, Val::Word(then), Val::Word(other));
                        if then == other && then.state == State::Known { then } else { Word::absent(state) }
                    }
                }
            }
            Kind::OrElse(sides) => {
                let [first, other] = &**sides;
                let first = self.word(first);
                if first.state == State::NotApplicable { self.word(other) } else { first }
            }
            Kind::Constant(_)
            | Kind::Fact(_)
            | Kind::FactNow(_)
            | Kind::Parameter(_)
            | Kind::Derived(_)
            | Kind::DerivedNow(_)
            | Kind::Local(_)
            | Kind::Field { .. }
            | Kind::Element { .. }
            | Kind::Now
            | Kind::Turn(_) => self.leaf(expr).word(),
            Kind::Plugin(call) => self.plugin(expr.site, call).word(),
            _ => Word::absent(State::Missing),
        }
    }

    /// What a function of the program gives. It is called with known values only.
    #[cold]
    #[inline(never)]
    fn plugin(&mut self, site: u32, call: &PluginCall) -> Val {
        let function = &call.function;
        let family = function.result().family();
        let mut state = State::Known;
        let mut arguments = Vec::new();
        for (argument, ty) in call.arguments.iter().zip(function.arguments()) {
            let cell = self.value(ty.family(), argument);
            state = state.join(cell.state());
            arguments.extend(reading::uncell(cell, ty, self.wide, |symbol| self.text(symbol)));
        }
        if state != State::Known || arguments.len() < call.arguments.len() {
            return family.absent(state);
        }
        match function.call(&arguments) {
            Ok(Value::Number(number)) => Val::Num(Num::keep(number, self.wide)),
            // A function gives no text, so nothing needs a number among the texts.
            Ok(value) => reading::cell(&value, &mut |_| -1),
            Err(why) => {
                if self.fault.is_none() {
                    self.fault = Some(Fault { site, why: Inexact::Refused });
                    self.refused = Some(format!("`{}` gave no value: {why}", function.name()));
                }
                family.absent(State::Missing)
            }
        }
    }

    fn text(&self, symbol: i64) -> Option<String> {
        let at = usize::try_from(symbol).ok()?;
        let [pack, case] = self.cells.texts;
        pack.get(at).or_else(|| case.get(at.checked_sub(pack.len())?)).cloned()
    }

    /// The rows that pass the filters for certain, for texts: the first cell of each.
    pub(crate) fn rows_kept(&mut self, rows: &Rows) -> Vec<u32> {
        let mut kept_rows = Vec::new();
        let last = rows.filters.last().map_or(rows.site, |filter| filter.site);
        self.for_rows(rows, last, |machine, kept| {
            if kept == Truth::True
                && let Val::Row(first) = cell(machine.locals, rows.local as usize)
            {
                kept_rows.push(first);
            }
            true
        });
        kept_rows
    }
}
