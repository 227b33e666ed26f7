//! The bounds reading: with evidence missing, what each expression may still turn out to be.
//!
//! Whatever arrives later, the result lies within: a missing fact may become anything that its
//! declaration allows, or not apply. Operands are taken to be independent of each other, so a range
//! can be wider than it need be and is never too narrow.

use std::collections::{BTreeMap, BTreeSet};

use super::eval::{Cells, STEPS, last_site};
use super::ir::{Action, Allocate, Call, Comparison, Expr, Fold, Kind, Leaf, Lookup, Over, Quantity, Rows, Series};
use super::library::{Arg, Moves};
use super::possible::{Among, End, Possible, Range, Truths, Words};
use super::value::{Family, State, Truth, Val};
use crate::exact::Exact;
use crate::pack::Pack;
use crate::table::{Cell, Hit};
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
enum Local<'e> {
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
        let (may_be_absent, may_be_known) = match &first {
            Possible::Truth(truths) => {
                (truths.may_be(Truth::NotApplicable), truths.may_be(Truth::True) || truths.may_be(Truth::False))
            }
            Possible::Num(range) => (range.absent, range.known),
            Possible::Word(words) => (words.absent, words.known.is_some()),
        };
        if !may_be_absent {
            return first;
        }
        let other = self.of(family, other);
        if !may_be_known {
            return other;
        }
        let known = match first {
            Possible::Truth(truths) => Possible::Truth(truths.without(Truth::NotApplicable)),
            Possible::Num(range) => Possible::Num(range.number_only()),
            Possible::Word(words) => Possible::Word(Words { absent: false, ..words }),
        };
        known.or_else(other)
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
                let (known, absent) = match &inner {
                    Possible::Truth(truths) => {
                        let known = truths.may_be(Truth::True) || truths.may_be(Truth::False);
                        (known, truths.may_be(Truth::NotApplicable))
                    }
                    Possible::Num(range) => (range.known, range.absent),
                    Possible::Word(words) => (words.known.is_some(), words.absent),
                };
                let yes = if known { Truths::of(Truth::True) } else { Truths::NONE };
                if absent { yes.or_else(Truths::of(Truth::False)) } else { yes }
            }
            Kind::Let { local, family, value, then } => {
                self.bind(*local, *family, value);
                self.truth(then)
            }
            Kind::Do { actions, then } => {
                self.act(actions);
                self.truth(then)
            }
            Kind::If(parts) => self.choice(Family::Truth, parts, expr.site).truths(),
            Kind::OrElse(sides) => self.or_else(Family::Truth, sides).truths(),
            Kind::Call(call) => self.call(call).truths(),
            Kind::Lookup(lookup) => self.lookup(lookup).truths(),
            _ => self.leaf(expr, Family::Truth).truths(),
        }
    }

    /// The first cell or place of each row; `None` where the list is missing, an error where it does not apply.
    /// A list that is too long to go through within the limit counts as one of which nothing is known. `last` is the
    /// site of the last node that is asked of a row.
    fn span(&mut self, rows: &Rows, last: u32) -> Result<Option<Vec<u32>>, State> {
        let (start, count, stride) = match rows.over {
            Over::List { slot, stride } => match self.cells.facts.get(slot as usize) {
                Some(Val::Rows(span)) => match span.state {
                    State::Known => (span.first, span.count, stride),
                    State::Missing => return Ok(None),
                    State::NotApplicable => return Err(State::NotApplicable),
                },
                _ => return Ok(None),
            },
            Over::Periods => (0, Self::narrow(self.pack.period_count()), 1),
            Over::Recent(most) => {
                let through = Self::narrow(self.now + 1);
                (through.saturating_sub(most), through.min(most), 1)
            }
        };
        let steps = u64::from(count) * (u64::from(last.saturating_sub(rows.site)) + 1);
        let Some(left) = self.steps_left.checked_sub(steps) else { return Ok(None) };
        self.steps_left = left;
        Ok(Some((0..count).map(|row| start + row * stride).collect()))
    }

    /// Whether a row passes the filters: it may, and it may not.
    fn kept(&mut self, rows: &'e Rows) -> (bool, bool) {
        let mut kept = Truths::of(Truth::True);
        for filter in &rows.filters {
            let filter = self.truth(filter);
            kept = kept.pairs(filter, Truth::and);
        }
        (kept.may_be(Truth::True), kept.may_be(Truth::False) || kept.may_be(Truth::NotApplicable))
    }

    fn quantify(&mut self, quantity: Quantity, rows: &'e Rows, test: &'e Expr) -> Truths {
        let all = quantity == Quantity::All;
        let Ok(span) = self.span(rows, test.site) else { return Truths::of(Truth::NotApplicable) };
        let Some(firsts) = span else { return Truths::ANY };
        let neutral = Truths::of(Truth::from_bool(all));
        let mut sum = neutral;
        for first in firsts {
            self.set(rows.local, Local::Row(Some(first)));
            let (may, may_not) = self.kept(rows);
            let mut part = if may { self.truth(test) } else { Truths::NONE };
            if may_not {
                part = part.or_else(neutral);
            }
            sum = sum.pairs(part, if all { Truth::and } else { Truth::or });
        }
        if quantity == Quantity::None { sum.not() } else { sum }
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
            Kind::Let { local, family, value, then } => {
                self.bind(*local, *family, value);
                self.num(then)
            }
            Kind::Do { actions, then } => {
                self.act(actions);
                self.num(then)
            }
            Kind::If(parts) => self.choice(Family::Num, parts, expr.site).range(),
            Kind::OrElse(sides) => self.or_else(Family::Num, sides).range(),
            Kind::Call(call) => self.call(call).range(),
            Kind::Lookup(lookup) => self.lookup(lookup).range(),
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
            _ => self.leaf(expr, Family::Num).range(),
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

    fn cell_of(&self, series: Series, position: usize) -> Range {
        let slot = series.base + Self::narrow(position);
        if series.derived { self.derived(slot, Family::Num) } else { self.fact(slot, Family::Num) }.range()
    }

    fn fold_series(&self, fold: Fold, series: Series) -> Range {
        let count = match fold {
            Fold::Total => self.pack.period_count(),
            Fold::ToDate | Fold::HighestToDate => self.now + 1,
            Fold::Change if self.now == 0 => return self.cell_of(series, 0),
            Fold::Change => return self.cell_of(series, self.now).minus(self.cell_of(series, self.now - 1)),
        };
        let mut sum = self.cell_of(series, 0);
        for position in 1..count {
            let next = self.cell_of(series, position);
            sum = if fold == Fold::HighestToDate { sum.greater(next) } else { sum.plus(next) };
        }
        sum
    }

    /// What an aggregate may be, of a list that is missing: of any number of rows of which nothing is known.
    fn unknown_rows(&mut self, rows: &'e Rows, body: &'e Expr) -> Range {
        self.set(rows.local, Local::Row(None));
        self.num(body)
    }

    fn count(&mut self, rows: &'e Rows) -> Range {
        let Ok(span) = self.span(rows, last_filter(rows)) else { return Range::NOT_APPLICABLE };
        let nought = End::At(Exact::ZERO);
        let Some(firsts) = span else {
            return Range { absent: true, ..Range::between(nought, End::Above) };
        };
        let (mut least, mut most) = (0_i64, 0_i64);
        for first in firsts {
            self.set(rows.local, Local::Row(Some(first)));
            let (may, may_not) = self.kept(rows);
            most += i64::from(may);
            least += i64::from(!may_not);
        }
        Range::between(End::At(Exact::whole(least)), End::At(Exact::whole(most)))
    }

    fn sum_rows(&mut self, rows: &'e Rows, body: &'e Expr) -> Range {
        let Ok(span) = self.span(rows, body.site) else { return Range::NOT_APPLICABLE };
        let nought = Range::point(Exact::ZERO);
        let Some(firsts) = span else {
            let one = self.unknown_rows(rows, body);
            let nought = End::At(Exact::ZERO);
            let low = if one.low >= nought { nought } else { End::Below };
            let high = if one.high <= nought { nought } else { End::Above };
            return Range { absent: true, ..Range::between(low, high) };
        };
        let mut sum = nought;
        for first in firsts {
            self.set(rows.local, Local::Row(Some(first)));
            let (may, may_not) = self.kept(rows);
            if !may {
                continue;
            }
            let part = self.num(body);
            sum = sum.plus(if may_not { part.or_else(nought) } else { part });
        }
        sum
    }

    fn extreme_row(&mut self, rows: &'e Rows, body: &'e Expr, greatest: bool) -> Range {
        let Ok(span) = self.span(rows, body.site) else { return Range::NOT_APPLICABLE };
        let Some(firsts) = span else {
            let one = self.unknown_rows(rows, body);
            return Range { absent: true, ..one };
        };
        let choose = if greatest { Range::greater } else { Range::lesser };
        // The best so far, and whether some row is kept for certain.
        let mut best: Option<(Range, bool)> = None;
        for first in firsts {
            self.set(rows.local, Local::Row(Some(first)));
            let (may, may_not) = self.kept(rows);
            if !may {
                continue;
            }
            let part = self.num(body);
            best = Some(match best {
                None => (part, !may_not),
                Some((best, certain)) => {
                    let with = choose(best, part);
                    let mut found = if may_not { with.or_else(best) } else { with };
                    // As long as no earlier row is certain, this one may be the only one.
                    if !certain {
                        found = found.or_else(part);
                    }
                    (found, certain || !may_not)
                }
            });
        }
        match best {
            None => Range::NOT_APPLICABLE,
            Some((range, true)) => range,
            Some((range, false)) => Range { absent: true, ..range },
        }
    }

    fn mean_row(&mut self, rows: &'e Rows, body: &'e Expr) -> Range {
        let count = self.count(rows);
        let sum = self.sum_rows(rows, body);
        // The mean lies between the least and the greatest, however many count.
        let (least, most) = (self.extreme_row(rows, body, false), self.extreme_row(rows, body, true));
        let between = Range { low: least.low, high: most.high, ..least.as_absent_as(most) };
        match count.single() {
            Some(count) if !count.is_zero() => sum.over(Range::point(count)).as_absent_as(between),
            _ => between,
        }
    }

    fn consecutive(&mut self, rows: &'e Rows, test: &'e Expr) -> Range {
        let (mut least, mut most, mut certain, mut absent) = (0, 0, true, false);
        for position in (0..=self.now).rev() {
            self.set(rows.local, Local::Row(Some(Self::narrow(position))));
            let truths = self.truth(test);
            absent |= truths.may_be(Truth::NotApplicable);
            certain &= truths == Truths::of(Truth::True);
            least += i64::from(certain);
            if !truths.may_be(Truth::True) {
                let known = certain || truths.may_be(Truth::False) || least < most;
                let range = Range::between(End::At(Exact::whole(least)), End::At(Exact::whole(most)));
                return Range { known: known || most > 0, absent, ..range };
            }
            most += 1;
        }
        Range { absent, ..Range::between(End::At(Exact::whole(least)), End::At(Exact::whole(most))) }
    }

    /// A part of what is shared out: it has the sign of the whole, and is no more than it.
    fn allocate(&mut self, shared: &'e Allocate) -> Range {
        let nought = End::At(Exact::ZERO);
        let total = self.num(&shared.total).rounded(shared.sharing.rounding);
        Range { low: total.low.min(nought), high: total.high.max(nought), known: total.known, absent: true }
    }

    /// Sets the locals of a script.
    fn act(&mut self, actions: &'e [Action]) {
        for action in actions {
            match action {
                Action::Set { local, family, value, .. } => {
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
        match &expr.kind {
            Kind::Let { local, family, value, then } => {
                self.bind(*local, *family, value);
                self.word(then)
            }
            Kind::Do { actions, then } => {
                self.act(actions);
                self.word(then)
            }
            Kind::If(parts) => self.choice(Family::Word, parts, expr.site).words(),
            Kind::OrElse(sides) => self.or_else(Family::Word, sides).words(),
            Kind::Call(call) => self.call(call).words(),
            Kind::Lookup(lookup) => self.lookup(lookup).words(),
            _ => self.leaf(expr, Family::Word).words(),
        }
    }

    /// An output of a table: what the rows give that may still hold.
    fn lookup(&mut self, lookup: &'e Lookup) -> Possible {
        let family = lookup.ty().family();
        let args: Vec<Possible> = lookup.args.iter().map(|(family, arg)| self.of(*family, arg)).collect();
        let (None, Some(version)) = (self.parameters, lookup.version(self.cells.parameters)) else {
            return Possible::any(family);
        };
        let mut found: Option<Possible> = None;
        let mut certain = false;
        for row in &version.rows {
            if !row.cells.iter().zip(&args).all(|(cell, arg)| may_hold(cell, arg)) {
                continue;
            }
            let Some(given) = row.gives.get(lookup.output).and_then(|given| given_by(*given)) else {
                return Possible::any(family);
            };
            let must = row.cells.iter().zip(&args).all(|(cell, arg)| must_hold(cell, arg));
            found = Some(match (found, lookup.table.hit) {
                (None, _) => given,
                (Some(sum), Hit::Sum) => {
                    let mut more = sum.range().plus(given.range());
                    if !must {
                        more = more.or_else(sum.range());
                    }
                    // As long as no row before it is certain, this one can be the only one.
                    Possible::Num(if certain { more } else { more.or_else(given.range()) })
                }
                (Some(found), Hit::Unique | Hit::First) => found.or_else(given),
            });
            certain |= must;
            if must && lookup.table.hit != Hit::Sum {
                break;
            }
        }
        if let (false, Some(default)) = (certain, &version.default)
            && let Some(given) = default.get(lookup.output).and_then(|given| given_by(*given))
        {
            found = Some(found.map_or(given.clone(), |found| found.or_else(given)));
        }
        let found = found.unwrap_or(Possible::any(family));
        if args.iter().any(may_be_absent) { found.or_else(nowhere(family)) } else { found }
    }

    /// A function of the library: its results at the corners of what its arguments may be, where it moves one way.
    fn call(&mut self, call: &'e Call) -> Possible {
        let family = call.ty.family();
        let args: Vec<Possible> = call.args.iter().map(|(family, arg)| self.of(*family, arg)).collect();
        let absent = args.iter().any(may_be_absent);
        let known = args.iter().all(may_be_known);
        let nothing = || Possible::any(family);
        let mut corners: Vec<Vec<Arg>> = vec![Vec::new()];
        for (position, arg) in args.iter().enumerate() {
            let Some(ends) = ends_of(arg, call.function.moves_with(position)) else { return nothing() };
            let mut next = Vec::with_capacity(corners.len() * ends.len());
            for corner in &corners {
                for end in &ends {
                    let mut corner = corner.clone();
                    corner.push(*end);
                    next.push(corner);
                }
            }
            corners = next;
        }
        let mut found: Option<Possible> = None;
        let mut none = absent;
        if known {
            for corner in corners {
                let possible = match call.apply(&corner) {
                    Ok(Arg::Number(number)) => Possible::Num(as_far_as_it_tells(number)),
                    Ok(Arg::Word(bits)) => {
                        Possible::Word(Words { known: Some(Among::From(Some(bits), Some(bits))), absent: false })
                    }
                    Ok(Arg::Truth(truth)) => Possible::Truth(Truths::of(Truth::from_bool(truth))),
                    Ok(Arg::NotApplicable) => {
                        none = true;
                        continue;
                    }
                    Err(_) => return nothing(),
                };
                found = Some(found.map_or(possible.clone(), |found| found.or_else(possible)));
            }
        }
        match found {
            None => nowhere(family),
            Some(found) if none => found.or_else(nowhere(family)),
            Some(found) => found,
        }
    }
}

/// A result at a corner. Where it is itself as far out as what stands for no end, it has no end.
fn as_far_as_it_tells(number: Exact) -> Range {
    let far = Exact { num: BEYOND, den: 1 };
    let near = Exact { num: -BEYOND, den: 1 };
    match End::At(number) {
        at if at >= End::At(far) => Range::between(at, End::Above),
        at if at <= End::At(near) => Range::between(End::Below, at),
        at => Range::between(at, at),
    }
}

fn last_filter(rows: &Rows) -> u32 {
    rows.filters.last().map_or(rows.site, |filter| filter.site)
}

/// What does not apply.
const fn nowhere(family: Family) -> Possible {
    match family {
        Family::Truth => Possible::Truth(Truths::of(Truth::NotApplicable)),
        Family::Num => Possible::Num(Range::NOT_APPLICABLE),
        Family::Word => Possible::Word(Words { known: None, absent: true }),
    }
}

/// What a table gives, as the one thing that is possible.
fn given_by(given: Arg) -> Option<Possible> {
    Some(match given {
        Arg::Number(number) => Possible::Num(Range::point(number)),
        Arg::Word(bits) => Possible::Word(Words::point(bits)),
        Arg::Truth(truth) => Possible::Truth(Truths::of(Truth::from_bool(truth))),
        Arg::NotApplicable => return None,
    })
}

/// The ends between which a number or day is possible; `None` for what is neither or may not apply.
fn stretch_of(possible: &Possible) -> Option<(End, End)> {
    match possible {
        Possible::Num(range) if !range.absent => Some((range.low, range.high)),
        Possible::Word(words) if !words.absent => {
            let range = day_range(words);
            Some((range.low, range.high))
        }
        _ => None,
    }
}

fn may_hold(cell: &Cell, possible: &Possible) -> bool {
    match cell {
        Cell::Any => true,
        Cell::Stretch(stretch) => stretch_of(possible).is_none_or(|(low, high)| {
            let above =
                stretch.low.is_none_or(|(from, belongs)| high > End::At(from) || (belongs && high == End::At(from)));
            let below = stretch.high.is_none_or(|(to, belongs)| low < End::At(to) || (belongs && low == End::At(to)));
            above && below
        }),
        Cell::Of(wanted) => match possible {
            Possible::Truth(truths) if !truths.may_be(Truth::NotApplicable) => {
                wanted.iter().any(|word| truths.may_be(Truth::from_bool(*word != 0)))
            }
            Possible::Word(Words { known: Some(Among::These(words)), absent: false }) => {
                words.iter().any(|word| wanted.contains(word))
            }
            _ => true,
        },
    }
}

/// Whether a cell holds whatever its input turns out to be.
fn must_hold(cell: &Cell, possible: &Possible) -> bool {
    match cell {
        Cell::Any => true,
        Cell::Stretch(stretch) => stretch_of(possible).is_some_and(|(low, high)| {
            let holds = |end: End, open: bool| end.number().map_or(open, |number| stretch.holds(number));
            holds(low, stretch.low.is_none()) && holds(high, stretch.high.is_none())
        }),
        Cell::Of(wanted) => match possible {
            Possible::Truth(truths) => match truths.single() {
                Some(Truth::True) => wanted.contains(&1),
                Some(Truth::False) => wanted.contains(&0),
                _ => false,
            },
            Possible::Word(Words { known: Some(Among::These(words)), absent: false }) => {
                words.iter().all(|word| wanted.contains(word))
            }
            _ => false,
        },
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

/// The ends at which an argument is tried; `None` where that would not tell.
fn ends_of(arg: &Possible, moves: Moves) -> Option<Vec<Arg>> {
    match arg {
        Possible::Truth(truths) => {
            let truths = [Truth::True, Truth::False].into_iter().filter(|truth| truths.may_be(*truth));
            Some(truths.map(|truth| Arg::Truth(truth == Truth::True)).collect())
        }
        Possible::Num(range) => match (range.low, range.high) {
            (End::At(low), End::At(high)) if low == high => Some(vec![Arg::Number(low)]),
            _ if moves == Moves::Anyhow => None,
            (low, high) => {
                let beyond = |sign: i128| (moves == Moves::Levels).then_some(Exact { num: sign * BEYOND, den: 1 });
                let low = low.number().or_else(|| beyond(-1))?;
                let high = high.number().or_else(|| beyond(1))?;
                Some(vec![Arg::Number(low), Arg::Number(high)])
            }
        },
        Possible::Word(words) => match (words.single(), &words.known) {
            (Some(one), _) => Some(vec![Arg::Word(one)]),
            (None, Some(Among::These(words))) => Some(words.iter().map(|word| Arg::Word(*word)).collect()),
            (None, Some(Among::From(Some(low), Some(high)))) if moves != Moves::Anyhow => {
                Some(vec![Arg::Word(*low), Arg::Word(*high)])
            }
            (None, _) => None,
        },
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

/// What is missing and can still change a result.
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
                Action::Set { family, value, .. } => {
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
