//! What is possible over series and the rows of lists.

use super::{Bounds, Local};
use crate::exact::Exact;
use crate::language::ir::{Allocate, Expr, Fold, Over, Quantity, Rows, Series};
use crate::language::possible::{End, Range, Truths};
use crate::language::value::{Family, State, Truth, Val};

impl<'e> Bounds<'_, 'e> {
    /// The first cell or place of each row; `None` where the list is missing, an error where it does not apply.
    /// A list that is too long to go through within the limit counts as one of which nothing is known. `last` is the
    /// site of the last node that is asked of a row.
    pub(super) fn span(&mut self, rows: &Rows, last: u32) -> Result<Option<Vec<u32>>, State> {
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
    pub(super) fn kept(&mut self, rows: &'e Rows) -> (bool, bool) {
        let mut kept = Truths::of(Truth::True);
        for filter in &rows.filters {
            let filter = self.truth(filter);
            kept = kept.pairs(filter, Truth::and);
        }
        (kept.may_be(Truth::True), kept.may_be(Truth::False) || kept.may_be(Truth::NotApplicable))
    }

    pub(super) fn quantify(&mut self, quantity: Quantity, rows: &'e Rows, test: &'e Expr) -> Truths {
        let all = quantity == Quantity::All;
        let Ok(span) = self.span(rows, test.site) else { return Truths::of(Truth::NotApplicable) };
        let neutral = Truths::of(Truth::from_bool(all));
        let join = if all { Truth::and } else { Truth::or };
        let mut sum = neutral;
        match span {
            Some(firsts) => {
                for first in firsts {
                    let part = self.tested(rows, test, Some(first), neutral);
                    sum = sum.pairs(part, join);
                }
            }
            // A list that is missing may have any number of rows, or none.
            None => {
                let part = self.tested(rows, test, None, neutral);
                for _ in 0..3 {
                    sum = sum.or_else(sum.pairs(part, join));
                }
                if self.may_not_apply(rows) {
                    sum = sum.or_else(Truths::of(Truth::NotApplicable));
                }
            }
        }
        if quantity == Quantity::None { sum.not() } else { sum }
    }

    /// What a test may come to for a row: what filters leave out changes nothing.
    fn tested(&mut self, rows: &'e Rows, test: &'e Expr, row: Option<u32>, neutral: Truths) -> Truths {
        self.set(rows.local, Local::Row(row));
        let (may, may_not) = self.kept(rows);
        let part = if may { self.truth(test) } else { Truths::NONE };
        if may_not { part.or_else(neutral) } else { part }
    }

    /// Whether the list that rows are taken from may turn out not to apply.
    fn may_not_apply(&self, rows: &Rows) -> bool {
        match rows.over {
            Over::List { slot, .. } => {
                self.pack.facts.iter().find(|fact| fact.slot == slot).is_none_or(|fact| fact.may_not_apply)
            }
            Over::Periods | Over::Recent(_) => false,
        }
    }

    pub(super) fn cell_of(&self, series: Series, position: usize) -> Range {
        let slot = series.base + Self::narrow(position);
        if series.derived { self.derived(slot, Family::Num) } else { self.fact(slot, Family::Num) }.range()
    }

    pub(super) fn fold_series(&self, fold: Fold, series: Series) -> Range {
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
    pub(super) fn unknown_rows(&mut self, rows: &'e Rows, body: &'e Expr) -> Range {
        self.set(rows.local, Local::Row(None));
        self.num(body)
    }

    pub(super) fn count(&mut self, rows: &'e Rows) -> Range {
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

    pub(super) fn sum_rows(&mut self, rows: &'e Rows, body: &'e Expr) -> Range {
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

    pub(super) fn extreme_row(&mut self, rows: &'e Rows, body: &'e Expr, greatest: bool) -> Range {
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

    pub(super) fn mean_row(&mut self, rows: &'e Rows, body: &'e Expr) -> Range {
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

    pub(super) fn consecutive(&mut self, rows: &'e Rows, test: &'e Expr) -> Range {
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
    pub(super) fn allocate(&mut self, shared: &'e Allocate) -> Range {
        let nought = End::At(Exact::ZERO);
        let total = self.num(&shared.total).rounded(shared.sharing.rounding);
        Range { low: total.low.min(nought), high: total.high.max(nought), known: total.known, absent: true }
    }
}

pub(super) fn last_filter(rows: &Rows) -> u32 {
    rows.filters.last().map_or(rows.site, |filter| filter.site)
}
