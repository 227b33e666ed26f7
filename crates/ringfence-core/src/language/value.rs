//! Values while a script runs: small, copied freely, and missing or not applicable as themselves.

use crate::exact::{Exact, Rounding};

/// A truth of Kleene's logic, with a fourth for what does not apply.
///
/// `And` and `Or` let a deciding operand win on either side, then what is missing, then what does
/// not apply: so a finding never changes when evidence arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    False,
    True,
    Missing,
    NotApplicable,
}

impl Truth {
    pub(crate) const fn from_bool(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }

    pub(crate) const fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::True => Self::False,
            other => other,
        }
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::Missing, _) | (_, Self::Missing) => Self::Missing,
            (Self::NotApplicable, _) | (_, Self::NotApplicable) => Self::NotApplicable,
            (Self::True, Self::True) => Self::True,
        }
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    pub(crate) const fn absent(state: State) -> Self {
        match state {
            State::NotApplicable => Self::NotApplicable,
            State::Known | State::Missing => Self::Missing,
        }
    }
}

/// Whether there is a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Known,
    Missing,
    NotApplicable,
}

impl State {
    /// The state of what is made of two parts: what is missing wins over what does not apply.
    pub(crate) const fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Missing, _) | (_, Self::Missing) => Self::Missing,
            (Self::NotApplicable, _) | (_, Self::NotApplicable) => Self::NotApplicable,
            (Self::Known, Self::Known) => Self::Known,
        }
    }
}

/// A number or the lack of one, small enough to travel in two registers.
///
/// Most numbers are a ratio of two 64-bit whole numbers, the lower one above zero. One that needs
/// more digits is kept among the [`Wide`] numbers of its case, and this is where: the lower part is
/// then -1. A lower part of zero says that there is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Num {
    num: i64,
    den: i64,
}

/// The numbers of a case that need more than 64 bits.
pub(crate) type Wide = Vec<Exact>;

impl Num {
    pub(crate) const MISSING: Self = Self { num: 0, den: 0 };
    pub(crate) const NOT_APPLICABLE: Self = Self { num: 1, den: 0 };
    pub(crate) const ZERO: Self = Self::whole(0);
    pub(crate) const ONE: Self = Self::whole(1);

    pub(crate) const fn whole(number: i64) -> Self {
        Self { num: number, den: 1 }
    }

    /// The number, if it fits without help.
    pub(crate) fn narrow(number: Exact) -> Option<Self> {
        let fit =
            |number: Exact| Some(Self { num: i64::try_from(number.num).ok()?, den: i64::try_from(number.den).ok()? });
        fit(number).or_else(|| fit(number.reduced()))
    }

    /// The number, kept among the wide ones if need be.
    pub(crate) fn keep(number: Exact, wide: &mut Wide) -> Self {
        Self::narrow(number).unwrap_or_else(|| {
            wide.push(number);
            Self { num: i64::try_from(wide.len() - 1).unwrap_or(i64::MAX), den: -1 }
        })
    }

    pub(crate) const fn absent(state: State) -> Self {
        match state {
            State::NotApplicable => Self::NOT_APPLICABLE,
            State::Known | State::Missing => Self::MISSING,
        }
    }

    pub(crate) const fn state(self) -> State {
        match (self.den, self.num) {
            (0, 0) => State::Missing,
            (0, _) => State::NotApplicable,
            _ => State::Known,
        }
    }

    pub(crate) fn known(self, wide: &[Exact]) -> Option<Exact> {
        match self.den {
            0 => None,
            -1 => wide.get(usize::try_from(self.num).ok()?).copied(),
            den => Some(Exact { num: self.num.into(), den: den.into() }),
        }
    }

    /// The number in hundredths, if it is narrow and a whole number of them.
    #[inline]
    pub(crate) fn hundredths(self) -> Option<i64> {
        if self.den == 100 {
            return Some(self.num);
        }
        let hundredfold = self.num.checked_mul(100)?;
        if self.den > 0 && hundredfold % self.den == 0 { Some(hundredfold / self.den) } else { None }
    }

    /// The sum, if both are narrow and it is.
    #[inline]
    pub(crate) const fn plus(self, other: Self) -> Option<Self> {
        if self.den <= 0 || other.den <= 0 {
            return None;
        }
        if self.den == other.den {
            return match self.num.checked_add(other.num) {
                Some(num) => Some(Self { num, den: self.den }),
                None => None,
            };
        }
        match (self.num.checked_mul(other.den), other.num.checked_mul(self.den), self.den.checked_mul(other.den)) {
            (Some(left), Some(right), Some(den)) => match left.checked_add(right) {
                Some(num) => Some(Self { num, den }),
                None => None,
            },
            _ => None,
        }
    }

    /// The difference, if both are narrow and it is.
    #[inline]
    pub(crate) const fn minus(self, other: Self) -> Option<Self> {
        match other.num.checked_neg() {
            Some(num) if other.den > 0 => self.plus(Self { num, den: other.den }),
            _ => None,
        }
    }

    /// The product, if both are narrow and it is.
    #[inline]
    pub(crate) const fn times(self, other: Self) -> Option<Self> {
        if self.den <= 0 || other.den <= 0 {
            return None;
        }
        match (self.num.checked_mul(other.num), self.den.checked_mul(other.den)) {
            (Some(num), Some(den)) => Some(Self { num, den }),
            _ => None,
        }
    }

    /// The quotient, if both are narrow, it is, and the divisor is not nought.
    #[inline]
    pub(crate) const fn over(self, other: Self) -> Option<Self> {
        if other.den <= 0 || other.num == 0 {
            return None;
        }
        let turned = if other.num > 0 {
            Self { num: other.den, den: other.num }
        } else {
            match other.num.checked_neg() {
                Some(den) => Self { num: -other.den, den },
                None => return None,
            }
        };
        self.times(turned)
    }

    /// How two narrow numbers compare.
    #[inline]
    pub(crate) fn order(self, other: Self) -> Option<std::cmp::Ordering> {
        if self.den <= 0 || other.den <= 0 {
            return None;
        }
        if self.den == other.den {
            return Some(self.num.cmp(&other.num));
        }
        let cross = |left: i64, right: i64| i128::from(left) * i128::from(right);
        Some(cross(self.num, other.den).cmp(&cross(other.num, self.den)))
    }

    /// The number rounded, if it is narrow and stays so.
    #[inline]
    pub(crate) fn rounded(self, rounding: Rounding) -> Option<Self> {
        if self.den <= 0 {
            return None;
        }
        let (step_num, step_den) = rounding.small_step()?;
        if self.den == 1 && step_num == 1 {
            return Some(self);
        }
        let num = self.num.checked_mul(step_den)?;
        let den = self.den.checked_mul(step_num)?;
        let steps = rounding.steps(num, den)?;
        Some(Self { num: steps.checked_mul(step_num)?, den: step_den })
    }
}

/// A value that is neither a number nor a truth: a day number, a period's ordinal, weekday bits,
/// the number of a text in the symbol table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) state: State,
    pub(crate) bits: i64,
}

impl Word {
    pub(crate) const fn known(bits: i64) -> Self {
        Self { state: State::Known, bits }
    }

    pub(crate) const fn absent(state: State) -> Self {
        Self { state, bits: 0 }
    }

    pub(crate) fn compare(self, other: Self, holds: impl FnOnce(std::cmp::Ordering) -> bool) -> Truth {
        match self.state.join(other.state) {
            State::Known => Truth::from_bool(holds(self.bits.cmp(&other.bits))),
            state => Truth::absent(state),
        }
    }

    pub(crate) fn test(self, holds: impl FnOnce(i64) -> bool) -> Truth {
        match self.state {
            State::Known => Truth::from_bool(holds(self.bits)),
            state => Truth::absent(state),
        }
    }
}

/// Where the rows of a list begin and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) state: State,
    pub(crate) first: u32,
    pub(crate) count: u32,
}

/// Any value while a script runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Val {
    Truth(Truth),
    Num(Num),
    Word(Word),
    Rows(Span),
    /// The first cell of one row of a list.
    Row(u32),
}

impl Val {
    pub(crate) const fn truth(self) -> Truth {
        match self {
            Self::Truth(truth) => truth,
            _ => Truth::Missing,
        }
    }

    pub(crate) const fn num(self) -> Num {
        match self {
            Self::Num(num) => num,
            _ => Num::MISSING,
        }
    }

    pub(crate) const fn word(self) -> Word {
        match self {
            Self::Word(word) => word,
            _ => Word::absent(State::Missing),
        }
    }

    pub(crate) const fn state(self) -> State {
        match self {
            Self::Truth(Truth::Missing) => State::Missing,
            Self::Truth(Truth::NotApplicable) => State::NotApplicable,
            Self::Truth(_) | Self::Row(_) => State::Known,
            Self::Num(num) => num.state(),
            Self::Word(word) => word.state,
            Self::Rows(span) => span.state,
        }
    }
}

/// Which of the three families of values an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Truth,
    Num,
    Word,
}

impl Family {
    pub(crate) const fn absent(self, state: State) -> Val {
        match self {
            Self::Truth => Val::Truth(Truth::absent(state)),
            Self::Num => Val::Num(Num::absent(state)),
            Self::Word => Val::Word(Word::absent(state)),
        }
    }
}

impl crate::types::Type {
    pub(crate) const fn family(&self) -> Family {
        match self {
            Self::Bool => Family::Truth,
            Self::Number(_) => Family::Num,
            Self::Date | Self::Period(_) | Self::Days | Self::Text | Self::Choice(_) => Family::Word,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, False, Missing, NotApplicable, True};

    const ALL: [Truth; 4] = [False, True, Missing, NotApplicable];

    #[test]
    fn the_truth_table_of_and() {
        let row = |left: Truth| ALL.map(|right| left.and(right));
        assert_eq!(row(False), [False, False, False, False]);
        assert_eq!(row(True), [False, True, Missing, NotApplicable]);
        assert_eq!(row(Missing), [False, Missing, Missing, Missing]);
        assert_eq!(row(NotApplicable), [False, NotApplicable, Missing, NotApplicable]);
    }

    #[test]
    fn the_truth_table_of_or() {
        let row = |left: Truth| ALL.map(|right| left.or(right));
        assert_eq!(row(False), [False, True, Missing, NotApplicable]);
        assert_eq!(row(True), [True, True, True, True]);
        assert_eq!(row(Missing), [Missing, True, Missing, Missing]);
        assert_eq!(row(NotApplicable), [NotApplicable, True, Missing, NotApplicable]);
    }

    #[test]
    fn evidence_that_arrives_never_turns_a_definite_answer() {
        for known in [False, True, NotApplicable] {
            for arrived in [False, True, NotApplicable] {
                for (before, after) in
                    [(known.and(Missing), known.and(arrived)), (known.or(Missing), known.or(arrived))]
                {
                    assert!(before == Missing || before == after, "{known:?} {arrived:?}");
                }
            }
        }
    }
}
