//! The bounds reading: with evidence missing, what each expression may still turn out to be.
//!
//! Whatever arrives later, the result lies within: a missing fact may become anything that its
//! declaration allows, or not apply. Operands are taken to be independent of each other, so a range
//! can be wider than it need be and is never too narrow.

mod cover;
mod lacks;
mod rows;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use super::eval::{Cells, STEPS, last_site};
use super::ir::{Action, Comparison, Expr, Kind, Leaf};
use super::possible::{Among, End, Possible, Range, Truths, Words};
use super::value::{Family, Truth, Val};
use crate::exact::Exact;
use crate::pack::Pack;
use crate::types::Days;

/// What lies beyond any number that evidence can hold.
const BEYOND: i128 = 10_i128.pow(24);

/// Something missing that can still change a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Open {
    /// A cell of the facts.
    Fact(u32),
    /// A derived cell.
    Derived(u32),
    /// A value over all cases.
    Portfolio(u32),
    /// A cell of the rows of the list fact whose cell this is.
    Field(u32, u32),
}

/// What a local stands for.
#[derive(Clone, Debug)]
pub(crate) enum Local<'e> {
    Nothing,
    /// What it may be, and what it is worked out from where that is the same whichever way the script goes.
    Value(Possible, Option<(Family, &'e Expr)>),
    /// A row of a list by its first cell; `None` for a row of a list that is missing.
    Row(Option<u32>),
}

/// Works out what is possible over the cells of one case.
#[derive(Debug)]
pub(crate) struct Bounds<'a, 'e> {
    pub(crate) pack: &'a Pack,
    pub(crate) cells: Cells<'a>,
    pub(crate) derived: &'a [Val],
    /// What missing derived cells may turn out to be; anything, where nothing is said.
    pub(crate) possible: &'a BTreeMap<u32, Possible>,
    pub(crate) wide: &'a [Exact],
    pub(crate) now: usize,
    pub(crate) first_ordinal: i64,
    /// What parameters may be, where they are not to be read from their cells.
    pub(crate) parameters: Option<&'a [Possible]>,
    /// The tests of choices by site, and how they came out in all; only where they are wanted.
    pub(crate) tests: Option<BTreeMap<u32, Truths>>,
    /// How many steps over the records of lists are left.
    steps_left: u64,
    locals: Vec<Local<'e>>,
    /// The sites of what locals are worked out from, where it was told what that lacks.
    told: BTreeSet<u32>,
}

impl<'a, 'e> Bounds<'a, 'e> {
    pub(crate) fn new(
        pack: &'a Pack,
        cells: Cells<'a>,
        derived: &'a [Val],
        possible: &'a BTreeMap<u32, Possible>,
        wide: &'a [Exact],
        first_ordinal: i64,
    ) -> Self {
        let locals = vec![Local::Nothing; usize::from(super::lower::LOCALS)];
        Self {
            pack,
            cells,
            derived,
            possible,
            wide,
            now: 0,
            first_ordinal,
            parameters: None,
            tests: None,
            steps_left: STEPS,
            locals,
            told: BTreeSet::new(),
        }
    }

    pub(crate) fn at(mut self, now: usize) -> Self {
        self.now = now;
        self
    }

    pub(crate) fn of(&mut self, family: Family, expr: &'e Expr) -> Possible {
        match family {
            Family::Truth => Possible::Truth(self.truth(expr)),
            Family::Num => Possible::Num(self.num(expr)),
            Family::Word => Possible::Word(self.word(expr)),
        }
    }

    fn fact(&self, slot: u32, family: Family) -> Possible {
        let known = self.cells.facts.get(slot as usize).and_then(|cell| Possible::of(*cell, self.wide));
        known.unwrap_or_else(|| self.pack.possible_facts.get(&slot).cloned().unwrap_or(Possible::any(family)))
    }

    fn derived(&self, slot: u32, family: Family) -> Possible {
        let known = self.derived.get(slot as usize).and_then(|cell| Possible::of(*cell, self.wide));
        known.or_else(|| self.possible.get(&slot).cloned()).unwrap_or(Possible::any(family))
    }

    fn narrow(position: usize) -> u32 {
        u32::try_from(position).unwrap_or(u32::MAX)
    }

    fn leaf(&self, expr: &Expr, family: Family) -> Possible {
        let now = Self::narrow(self.now);
        match &expr.kind {
            Kind::Constant(value) => Possible::of(*value, self.wide).unwrap_or(Possible::any(family)),
            Kind::Fact(slot) => self.fact(*slot, family),
            Kind::FactNow(base) => self.fact(base + now, family),
            Kind::Derived(slot) => self.derived(*slot, family),
            Kind::DerivedNow(base) => self.derived(base + now, family),
            Kind::Parameter(slot) => match self.parameters {
                Some(possible) => possible.get(*slot as usize).cloned().unwrap_or(Possible::any(family)),
                None => {
                    let cell = self.cells.parameters.get(*slot as usize);
                    cell.and_then(|cell| Possible::of(*cell, self.wide)).unwrap_or(Possible::any(family))
                }
            },
            Kind::Portfolio(slot) => {
                let cell = self.cells.portfolio.get(*slot as usize);
                cell.and_then(|cell| Possible::of(*cell, self.wide)).unwrap_or(Possible::any(family))
            }
            Kind::Local(local) => match self.locals.get(*local as usize) {
                Some(Local::Value(possible, ..)) => possible.clone(),
                _ => Possible::any(family),
            },
            Kind::Field { row, field } => self.field(expr, *row, *field, family),
            Kind::Element { row, back, series, .. } => match self.position(*row, *back) {
                Some(position) => {
                    let slot = series.base + Self::narrow(position);
                    if series.derived { self.derived(slot, family) } else { self.fact(slot, family) }
                }
                None => nowhere(family),
            },
            Kind::Turn(row) => match self.position(Some(*row), 0).and_then(|position| i64::try_from(position).ok()) {
                Some(position) => Possible::Word(Words::point(self.first_ordinal + position)),
                None => Possible::any(family),
            },
            Kind::Now => Possible::Word(Words::point(self.first_ordinal + i64::try_from(self.now).unwrap_or(i64::MAX))),
            _ => Possible::any(family),
        }
    }

    /// The period of a row, or the one ruled on, or so many before it; `None` before the first.
    fn position(&self, row: Option<u16>, back: u16) -> Option<usize> {
        let position = match row {
            None => self.now,
            Some(row) => match self.locals.get(row as usize) {
                Some(Local::Row(Some(position))) => *position as usize,
                _ => return None,
            },
        };
        position.checked_sub(back.into())
    }

    fn field(&self, expr: &Expr, row: u16, field: u32, family: Family) -> Possible {
        let first = match self.locals.get(row as usize) {
            Some(Local::Row(first)) => *first,
            _ => None,
        };
        let cell = first.and_then(|first| self.cells.rows.get((first + field) as usize));
        if let Some(known) = cell.and_then(|cell| Possible::of(*cell, self.wide)) {
            return known;
        }
        match self.leaf_of(expr) {
            Leaf::Field { list, field } => {
                self.pack.possible_fields.get(&(list, field)).cloned().unwrap_or(Possible::any(family))
            }
            _ => Possible::any(family),
        }
    }

    fn leaf_of(&self, expr: &Expr) -> Leaf {
        self.pack.sites.get(expr.site as usize).map_or(Leaf::None, |site| site.leaf)
    }

    fn bind(&mut self, local: u16, family: Family, value: &'e Expr) {
        let possible = self.of(family, value);
        self.told.remove(&value.site);
        self.set(local, Local::Value(possible, Some((family, value))));
    }

    fn set(&mut self, local: u16, value: Local<'e>) {
        if let Some(slot) = self.locals.get_mut(local as usize) {
            *slot = value;
        }
    }

    /// How the test of a choice may come out.
    fn test(&mut self, test: &'e Expr, site: u32) -> Truths {
        let truths = self.truth(test);
        if let Some(tests) = &mut self.tests {
            let known = tests.entry(site).or_insert(Truths::NONE);
            *known = known.or_else(truths);
        }
        truths
    }

    fn choice(&mut self, family: Family, parts: &'e [Expr; 3], site: u32) -> Possible {
        let [test, then, other] = parts;
        let test = self.test(test, site);
        let mut found: Option<Possible> = None;
        let mut add = |possible: Possible| {
            found = Some(match found.take() {
                None => possible,
                Some(found) => found.or_else(possible),
            });
        };
        let taken = |truth: Truth| test.may_be(truth) || test.may_be(Truth::NotApplicable);
        let then = if taken(Truth::True) { Some(self.of(family, then)) } else { None };
        let other = if taken(Truth::False) { Some(self.of(family, other)) } else { None };
        if let (true, Some(then)) = (test.may_be(Truth::True), &then) {
            add(then.clone());
        }
        if let (true, Some(other)) = (test.may_be(Truth::False), &other) {
            add(other.clone());
        }
        if test.may_be(Truth::NotApplicable) {
            // Equal branches give their value whatever the test is; unequal ones do not apply.
            if let (Some(then), Some(other)) = (then, other) {
                if then != other || !then.is_settled() {
                    add(nowhere(family));
                }
                if let Some(both) = then.common(other) {
                    add(both);
                }
            }
        }
        found.unwrap_or(Possible::any(family))
    }

    fn or_else(&mut self, family: Family, sides: &'e [Expr; 2]) -> Possible {
        let [first, other] = sides;
        let first = self.of(family, first);
        if !may_be_absent(&first) {
            return first;
        }
        let other = self.of(family, other);
        if !may_be_known(&first) {
            return other;
        }
        let known = match first {
            Possible::Truth(truths) => Possible::Truth(truths.without(Truth::NotApplicable)),
            Possible::Num(range) => Possible::Num(range.number_only()),
            Possible::Word(words) => Possible::Word(Words { absent: false, ..words }),
        };
        known.or_else(other)
    }

    /// What is written alike whatever it gives.
    fn whatever(&mut self, family: Family, expr: &'e Expr) -> Possible {
        match &expr.kind {
            Kind::Let { local, family: of, value, then } => {
                self.bind(*local, *of, value);
                self.of(family, then)
            }
            Kind::Do { actions, then } => {
                self.act(actions);
                self.of(family, then)
            }
            Kind::If(parts) => self.choice(family, parts, expr.site),
            Kind::OrElse(sides) => self.or_else(family, sides),
            Kind::Call(call) => self.call(call),
            Kind::Lookup(lookup) => self.lookup(lookup),
            _ => self.leaf(expr, family),
        }
    }

    pub(crate) fn truth(&mut self, expr: &'e Expr) -> Truths {
        match &expr.kind {
            Kind::And(parts) => {
                let parts = parts.iter().map(|part| self.truth(part)).collect::<Vec<_>>();
                parts.into_iter().fold(Truths::of(Truth::True), |sum, part| sum.pairs(part, Truth::and))
            }
            Kind::Or(parts) => {
                let parts = parts.iter().map(|part| self.truth(part)).collect::<Vec<_>>();
                parts.into_iter().fold(Truths::of(Truth::False), |sum, part| sum.pairs(part, Truth::or))
            }
            Kind::Not(inner) => self.truth(inner).not(),
            Kind::Compare(comparison, sides) => {
                let [left, right] = &**sides;
                let (left, right) = (self.num(left), self.num(right));
                compared(*comparison, left, right)
            }
            Kind::CompareWords(comparison, sides) => {
                let [left, right] = &**sides;
                let (left, right) = (self.word(left), self.word(right));
                compared_words(*comparison, &left, &right)
            }
            Kind::SameTruth { negated, sides } => {
                let [left, right] = &**sides;
                let (left, right) = (self.truth(left), self.truth(right));
                let same = left.pairs(right, |left, right| match (left, right) {
                    (Truth::NotApplicable, _) | (_, Truth::NotApplicable) => Truth::NotApplicable,
                    (left, right) => Truth::from_bool(left == right),
                });
                if *negated { same.not() } else { same }
            }
            Kind::Quantify { quantity, rows, test } => self.quantify(*quantity, rows, test),
            Kind::CoversWeek(days) => {
                let days = self.word(days);
                about_days(&days, Days::covers_week)
            }
            Kind::Includes(sides) => {
                let [all, some] = &**sides;
                let (all, some) = (self.word(all), self.word(some));
                match (all.single(), some.single()) {
                    (Some(all), Some(some)) => Truths::of(Truth::from_bool(all & some == some)),
                    _ => either(all.known.is_some() && some.known.is_some(), all.absent || some.absent),
                }
            }
            Kind::Applicable(family, inner) => {
                let inner = self.of(*family, inner);
                let yes = if may_be_known(&inner) { Truths::of(Truth::True) } else { Truths::NONE };
                if may_be_absent(&inner) { yes.or_else(Truths::of(Truth::False)) } else { yes }
            }
            _ => self.whatever(Family::Truth, expr).truths(),
        }
    }

    pub(crate) fn num(&mut self, expr: &'e Expr) -> Range {
        match &expr.kind {
            Kind::Add(sides) => self.both(sides, Range::plus),
            Kind::Subtract(sides) => self.both(sides, Range::minus),
            Kind::Multiply(sides) => self.both(sides, Range::times),
            Kind::Divide(sides) => self.both(sides, Range::over),
            Kind::Negate(inner) => self.num(inner).negated(),
            Kind::Magnitude(inner) => self.num(inner).magnitude(),
            Kind::Least(parts) => self.extreme(parts, Range::lesser),
            Kind::Greatest(parts) => self.extreme(parts, Range::greater),
            Kind::Clamp(parts) => {
                let [number, low, high] = &**parts;
                let (number, low, high) = (self.num(number), self.num(low), self.num(high));
                number.lesser(high).greater(low)
            }
            Kind::Share(parts) => self.share(parts),
            Kind::Round(rounding, inner) => self.num(inner).rounded(*rounding),
            Kind::FoldSeries(fold, series) => self.fold_series(*fold, *series),
            Kind::Count(rows) => self.count(rows),
            Kind::SumRows(rows, body) => self.sum_rows(rows, body),
            Kind::LeastRow(rows, body) => self.extreme_row(rows, body, false),
            Kind::GreatestRow(rows, body) => self.extreme_row(rows, body, true),
            Kind::MeanRow(rows, body) => self.mean_row(rows, body),
            Kind::Consecutive(rows, test) => self.consecutive(rows, test),
            Kind::Allocate(shared) => self.allocate(shared),
            Kind::DayCount(days) => {
                let days = self.word(days);
                match days.single() {
                    Some(bits) => Range::point(Exact::whole(Days::from_bits(bits).len().into())),
                    None => Range {
                        low: End::At(Exact::ZERO),
                        high: End::At(Exact::whole(7)),
                        known: days.known.is_some(),
                        absent: days.absent,
                    },
                }
            }
            Kind::DaysBetween(sides) => {
                let [from, to] = &**sides;
                let (from, to) = (self.word(from), self.word(to));
                day_range(&to).minus(day_range(&from))
            }
            _ => self.whatever(Family::Num, expr).range(),
        }
    }

    fn both(&mut self, sides: &'e [Expr; 2], make: fn(Range, Range) -> Range) -> Range {
        let [left, right] = sides;
        let (left, right) = (self.num(left), self.num(right));
        make(left, right)
    }

    fn extreme(&mut self, parts: &'e [Expr], choose: fn(Range, Range) -> Range) -> Range {
        let mut best: Option<Range> = None;
        for part in parts {
            let part = self.num(part);
            best = Some(best.map_or(part, |best| choose(best, part)));
        }
        best.unwrap_or(Range::ANY)
    }

    fn share(&mut self, parts: &'e [Expr; 3]) -> Range {
        let [part, whole, otherwise] = parts;
        let (part, whole) = (self.num(part), self.num(whole));
        let nought = End::At(Exact::ZERO);
        let mut found: Option<Range> = None;
        if whole.known && whole.high > nought {
            // Of a whole that is above nought.
            found = Some(part.over(Range { low: whole.low.max(nought), absent: false, ..whole }));
        }
        if whole.absent {
            let absent = Range::NOT_APPLICABLE;
            found = Some(found.map_or(absent, |found| found.or_else(absent)));
        }
        if whole.known && whole.low <= nought {
            let otherwise = self.num(otherwise);
            found = Some(found.map_or(otherwise, |found| found.or_else(otherwise)));
        }
        found.unwrap_or(Range::ANY)
    }

    /// Sets the locals of a script.
    fn act(&mut self, actions: &'e [Action]) {
        for action in actions {
            match action {
                Action::Set { local, ty, value, .. } => {
                    let family = &ty.family();
                    let possible = self.of(*family, value);
                    self.set(*local, Local::Value(possible, None));
                }
                Action::When(when) => {
                    let test = self.truth(&when.test);
                    self.act_by(test, &when.then, &when.other, &when.sets);
                }
                Action::Each { rows, body, sets, .. } => match self.span(rows, last_site(body, rows.site)) {
                    Ok(Some(firsts)) => {
                        for first in firsts {
                            self.set(rows.local, Local::Row(Some(first)));
                            let (may, may_not) = self.kept(rows);
                            let kept = match (may, may_not) {
                                (true, false) => Truths::of(Truth::True),
                                (true, true) => Truths::EITHER,
                                (false, _) => Truths::of(Truth::False),
                            };
                            self.act_by(kept, body, &[], sets);
                        }
                    }
                    Ok(None) => self.set_all(sets, Possible::any),
                    Err(_) => self.set_all(sets, nowhere),
                },
            }
        }
    }

    fn set_all(&mut self, sets: &[(u16, Family)], to: impl Fn(Family) -> Possible) {
        for (local, family) in sets {
            self.set(*local, Local::Value(to(*family), None));
        }
    }

    fn held(&self, sets: &[(u16, Family)]) -> Vec<Possible> {
        let held = |(local, family): &(u16, Family)| match self.locals.get(*local as usize) {
            Some(Local::Value(possible, _)) => possible.clone(),
            _ => Possible::any(*family),
        };
        sets.iter().map(held).collect()
    }

    /// Takes the sides that a test leaves possible, and joins what they set.
    fn act_by(&mut self, test: Truths, then: &'e [Action], other: &'e [Action], sets: &[(u16, Family)]) {
        match test.single() {
            Some(Truth::True) => return self.act(then),
            Some(Truth::False) => return self.act(other),
            _ => {}
        }
        let before = self.held(sets);
        self.act(then);
        let thens = self.held(sets);
        for ((local, _), possible) in sets.iter().zip(before) {
            self.set(*local, Local::Value(possible, None));
        }
        self.act(other);
        let others = self.held(sets);
        for (((local, family), one), two) in sets.iter().zip(thens).zip(others) {
            let same = one == two && one.is_settled();
            let joined = one.or_else(two);
            let undecided = test.may_be(Truth::NotApplicable) && !same;
            let joined = if undecided { joined.or_else(nowhere(*family)) } else { joined };
            self.set(*local, Local::Value(joined, None));
        }
    }

    pub(crate) fn word(&mut self, expr: &'e Expr) -> Words {
        self.whatever(Family::Word, expr).words()
    }
}

/// What does not apply.
const fn nowhere(family: Family) -> Possible {
    match family {
        Family::Truth => Possible::Truth(Truths::of(Truth::NotApplicable)),
        Family::Num => Possible::Num(Range::NOT_APPLICABLE),
        Family::Word => Possible::Word(Words { known: None, absent: true }),
    }
}

fn may_be_absent(possible: &Possible) -> bool {
    match possible {
        Possible::Truth(truths) => truths.may_be(Truth::NotApplicable),
        Possible::Num(range) => range.absent,
        Possible::Word(words) => words.absent,
    }
}

fn may_be_known(possible: &Possible) -> bool {
    match possible {
        Possible::Truth(truths) => truths.may_be(Truth::True) || truths.may_be(Truth::False),
        Possible::Num(range) => range.known,
        Possible::Word(words) => words.known.is_some(),
    }
}

fn either(known: bool, absent: bool) -> Truths {
    let known = if known { Truths::EITHER } else { Truths::NONE };
    if absent { known.or_else(Truths::of(Truth::NotApplicable)) } else { known }
}

fn about_days(days: &Words, holds: impl Fn(Days) -> bool) -> Truths {
    match days.single() {
        Some(bits) => Truths::of(Truth::from_bool(holds(Days::from_bits(bits)))),
        None => either(days.known.is_some(), days.absent),
    }
}

fn day_range(days: &Words) -> Range {
    let (low, high) = days.ends();
    Range {
        known: days.known.is_some(),
        absent: days.absent,
        ..Range::within(low.map(Exact::whole), high.map(Exact::whole))
    }
}

/// How a comparison of two ranges may come out.
pub(crate) fn compared(comparison: Comparison, left: Range, right: Range) -> Truths {
    let absent = left.absent || right.absent;
    let mut found = if absent { Truths::of(Truth::NotApplicable) } else { Truths::NONE };
    if left.known && right.known {
        let (may_less, may_more) = (left.low < right.high, left.high > right.low);
        let may_equal = left.low <= right.high && right.low <= left.high;
        for (possible, order) in [
            (may_less, std::cmp::Ordering::Less),
            (may_equal, std::cmp::Ordering::Equal),
            (may_more, std::cmp::Ordering::Greater),
        ] {
            if possible {
                found = found.or_else(Truths::of(Truth::from_bool(comparison.holds(order))));
            }
        }
    }
    found
}

fn compared_words(comparison: Comparison, left: &Words, right: &Words) -> Truths {
    if let (Some(Among::These(one)), Some(Among::These(other))) = (&left.known, &right.known) {
        let absent = left.absent || right.absent;
        let mut found = if absent { Truths::of(Truth::NotApplicable) } else { Truths::NONE };
        for left in one {
            for right in other {
                found = found.or_else(Truths::of(Truth::from_bool(comparison.holds(left.cmp(right)))));
            }
        }
        return found;
    }
    compared(comparison, day_range(left), day_range(right))
}
