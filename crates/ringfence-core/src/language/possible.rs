//! What may still come out while evidence is missing: sets of truths, ranges of numbers, sets of words.

use super::value::{Family, State, Truth, Val, Word};
use crate::exact::Exact;

/// Which truths are possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Truths(u8);

const DEFINITE: [Truth; 3] = [Truth::False, Truth::True, Truth::NotApplicable];

const fn bit(truth: Truth) -> u8 {
    match truth {
        Truth::False => 1,
        Truth::True => 2,
        Truth::NotApplicable => 4,
        // What is missing may turn out to be anything.
        Truth::Missing => 7,
    }
}

impl Truths {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ANY: Self = Self(7);
    pub(crate) const EITHER: Self = Self(3);

    pub(crate) const fn of(truth: Truth) -> Self {
        Self(bit(truth))
    }

    pub(crate) const fn may_be(self, truth: Truth) -> bool {
        self.0 & bit(truth) != 0
    }

    #[must_use]
    pub(crate) const fn or_else(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Without this one.
    #[must_use]
    pub(crate) const fn without(self, truth: Truth) -> Self {
        Self(self.0 & !bit(truth))
    }

    /// The only one that is possible.
    pub(crate) fn single(self) -> Option<Truth> {
        DEFINITE.into_iter().find(|truth| bit(*truth) == self.0)
    }

    /// What a function of two truths may give.
    pub(crate) fn pairs(self, other: Self, give: impl Fn(Truth, Truth) -> Truth) -> Self {
        let mut found = Self::NONE;
        for left in DEFINITE.into_iter().filter(|truth| self.may_be(*truth)) {
            for right in DEFINITE.into_iter().filter(|truth| other.may_be(*truth)) {
                found = found.or_else(Self::of(give(left, right)));
            }
        }
        found
    }

    pub(crate) fn not(self) -> Self {
        self.pairs(Self::of(Truth::True), |truth, _| truth.not())
    }
}

/// An end of a range: a number, or beyond all numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Below,
    At(Exact),
    Above,
}

impl End {
    pub(crate) const fn number(self) -> Option<Exact> {
        match self {
            Self::At(number) => Some(number),
            Self::Below | Self::Above => None,
        }
    }
}

/// Which numbers are possible: those from `low` to `high` if `known`, and none at all if `absent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) low: End,
    pub(crate) high: End,
    /// Whether there may be a number.
    pub(crate) known: bool,
    /// Whether it may turn out not to apply.
    pub(crate) absent: bool,
}

impl Range {
    pub(crate) const ANY: Self = Self { low: End::Below, high: End::Above, known: true, absent: true };
    pub(crate) const NOT_APPLICABLE: Self = Self { known: false, absent: true, ..Self::ANY };

    pub(crate) const fn point(number: Exact) -> Self {
        Self::between(End::At(number), End::At(number))
    }

    pub(crate) const fn between(low: End, high: End) -> Self {
        Self { low, high, known: true, absent: false }
    }

    /// The range between bounds as far as they are declared.
    pub(crate) fn within(min: Option<Exact>, max: Option<Exact>) -> Self {
        Self::between(min.map_or(End::Below, End::At), max.map_or(End::Above, End::At))
    }

    /// The same, and it may also turn out not to apply if `other` may.
    #[must_use]
    pub(crate) const fn as_absent_as(self, other: Self) -> Self {
        Self { known: self.known && other.known, absent: self.absent || other.absent, ..self }
    }

    #[must_use]
    pub(crate) const fn number_only(self) -> Self {
        Self { absent: false, ..self }
    }

    /// Whatever is in one or the other.
    #[must_use]
    pub(crate) fn or_else(self, other: Self) -> Self {
        let absent = self.absent || other.absent;
        match (self.known, other.known) {
            (true, true) => Self { low: self.low.min(other.low), high: self.high.max(other.high), known: true, absent },
            (true, false) => Self { absent, ..self },
            (false, _) => Self { absent, ..other },
        }
    }

    /// The one number it must be.
    pub(crate) fn single(self) -> Option<Exact> {
        match (self.low, self.high) {
            (End::At(low), End::At(high)) if self.known && !self.absent && low == high => Some(low),
            _ => None,
        }
    }

    pub(crate) fn is_settled(self) -> bool {
        !self.known || self.single().is_some()
    }
}

/// Which words are possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Among {
    /// From the first to the last, without end where there is none.
    From(Option<i64>, Option<i64>),
    These(Vec<i64>),
}

impl Among {
    fn common(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::These(mut words), Self::These(others)) => {
                words.retain(|word| others.contains(word));
                (!words.is_empty()).then_some(Self::These(words))
            }
            (Self::These(mut words), Self::From(low, high)) | (Self::From(low, high), Self::These(mut words)) => {
                words.retain(|word| low.is_none_or(|low| low <= *word) && high.is_none_or(|high| *word <= high));
                (!words.is_empty()).then_some(Self::These(words))
            }
            (Self::From(low, high), Self::From(other_low, other_high)) => {
                // Nothing is less than any number, so the later beginning is the greater one.
                let low = low.max(other_low);
                let high = high.into_iter().chain(other_high).min();
                low.zip(high).is_none_or(|(low, high)| low <= high).then_some(Self::From(low, high))
            }
        }
    }
}

/// Which dates, periods, weekdays or texts are possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// `None` if there can be no word at all.
    pub(crate) known: Option<Among>,
    pub(crate) absent: bool,
}

impl Words {
    pub(crate) const ANY: Self = Self { known: Some(Among::From(None, None)), absent: true };

    pub(crate) fn point(bits: i64) -> Self {
        Self { known: Some(Among::These(vec![bits])), absent: false }
    }

    pub(crate) fn single(&self) -> Option<i64> {
        if self.absent {
            return None;
        }
        match self.known.as_ref()? {
            Among::These(words) => match words.as_slice() {
                [one] => Some(*one),
                _ => None,
            },
            Among::From(Some(low), Some(high)) if low == high => Some(*low),
            Among::From(..) => None,
        }
    }

    pub(crate) fn is_settled(&self) -> bool {
        self.known.is_none() || self.single().is_some()
    }

    /// The first and the last that are possible.
    pub(crate) fn ends(&self) -> (Option<i64>, Option<i64>) {
        match &self.known {
            None => (None, None),
            Some(Among::From(low, high)) => (*low, *high),
            Some(Among::These(words)) => (words.iter().min().copied(), words.iter().max().copied()),
        }
    }

    #[must_use]
    pub(crate) fn or_else(self, other: Self) -> Self {
        let absent = self.absent || other.absent;
        let ends = (self.ends(), other.ends());
        let known = match (self.known, other.known) {
            (None, known) | (known, None) => known,
            (Some(Among::These(mut words)), Some(Among::These(more))) => {
                words.extend(more);
                words.sort_unstable();
                words.dedup();
                Some(Among::These(words))
            }
            _ => {
                let ((low, high), (other_low, other_high)) = ends;
                let low = low.zip(other_low).map(|(one, other)| one.min(other));
                Some(Among::From(low, high.zip(other_high).map(|(one, other)| one.max(other))))
            }
        };
        Self { known, absent }
    }
}

/// What an expression or a piece of evidence may still turn out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Possible {
    Truth(Truths),
    Num(Range),
    Word(Words),
}

impl Possible {
    /// Anything of this family.
    pub(crate) const fn any(family: Family) -> Self {
        match family {
            Family::Truth => Self::Truth(Truths::ANY),
            Family::Num => Self::Num(Range::ANY),
            Family::Word => Self::Word(Words::ANY),
        }
    }

    /// Anything of this family that is there.
    pub(crate) const fn any_known(family: Family) -> Self {
        match family {
            Family::Truth => Self::Truth(Truths::EITHER),
            Family::Num => Self::Num(Range { absent: false, ..Range::ANY }),
            Family::Word => Self::Word(Words { absent: false, ..Words::ANY }),
        }
    }

    /// What a cell holds, if it is known or does not apply.
    pub(crate) fn of(value: Val, wide: &[Exact]) -> Option<Self> {
        match value {
            Val::Truth(Truth::Missing) | Val::Rows(_) | Val::Row(_) => None,
            Val::Truth(truth) => Some(Self::Truth(Truths::of(truth))),
            Val::Num(num) => match num.state() {
                State::Known => num.known(wide).map(|number| Self::Num(Range::point(number))),
                State::NotApplicable => Some(Self::Num(Range::NOT_APPLICABLE)),
                State::Missing => None,
            },
            Val::Word(word) => match word.state {
                State::Known => Some(Self::Word(Words::point(word.bits))),
                State::NotApplicable => Some(Self::Word(Words { known: None, absent: true })),
                State::Missing => None,
            },
        }
    }

    pub(crate) fn is_settled(&self) -> bool {
        match self {
            Self::Truth(truths) => truths.single().is_some(),
            Self::Num(range) => range.is_settled(),
            Self::Word(words) => words.is_settled(),
        }
    }

    /// The cell of the only value that is possible.
    pub(crate) fn cell(&self, wide: &mut super::value::Wide) -> Option<Val> {
        match self {
            Self::Truth(truths) => truths.single().map(Val::Truth),
            Self::Num(range) if !range.known => Some(Val::Num(super::value::Num::NOT_APPLICABLE)),
            Self::Num(range) => range.single().map(|number| Val::Num(super::value::Num::keep(number, wide))),
            Self::Word(words) if words.known.is_none() => Some(Val::Word(Word::absent(State::NotApplicable))),
            Self::Word(words) => words.single().map(|bits| Val::Word(Word::known(bits))),
        }
    }

    #[must_use]
    pub(crate) fn or_else(self, other: Self) -> Self {
        match (self, other) {
            (Self::Truth(one), Self::Truth(other)) => Self::Truth(one.or_else(other)),
            (Self::Num(one), Self::Num(other)) => Self::Num(one.or_else(other)),
            (Self::Word(one), Self::Word(other)) => Self::Word(one.or_else(other)),
            (one, _) => one,
        }
    }

    /// What is possible for both; `None` for nothing.
    pub(crate) fn common(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Truth(Truths(one)), Self::Truth(Truths(other))) => {
                (one & other != 0).then_some(Self::Truth(Truths(one & other)))
            }
            (Self::Num(one), Self::Num(other)) => {
                let (low, high) = (one.low.max(other.low), one.high.min(other.high));
                let (known, absent) = (one.known && other.known && low <= high, one.absent && other.absent);
                (known || absent).then_some(Self::Num(Range { low, high, known, absent }))
            }
            (Self::Word(one), Self::Word(other)) => {
                let known = match (one.known, other.known) {
                    (Some(one), Some(other)) => one.common(other),
                    _ => None,
                };
                let absent = one.absent && other.absent;
                (known.is_some() || absent).then_some(Self::Word(Words { known, absent }))
            }
            (one, _) => Some(one),
        }
    }

    pub(crate) const fn truths(&self) -> Truths {
        match self {
            Self::Truth(truths) => *truths,
            _ => Truths::ANY,
        }
    }

    pub(crate) const fn range(&self) -> Range {
        match self {
            Self::Num(range) => *range,
            _ => Range::ANY,
        }
    }

    pub(crate) fn words(&self) -> Words {
        match self {
            Self::Word(words) => words.clone(),
            _ => Words::ANY,
        }
    }
}

/// Arithmetic on ranges. What cannot be computed within the digits has no bound.
impl Range {
    fn ends(low: End, high: End, parts: Self) -> Self {
        Self { low, high, ..parts }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        let add = |one: End, other: End, beyond: End| match (one, other) {
            (End::At(one), End::At(other)) => one.plus(other).map_or(beyond, End::At),
            _ => beyond,
        };
        let parts = self.as_absent_as(other);
        Self::ends(add(self.low, other.low, End::Below), add(self.high, other.high, End::Above), parts)
    }

    pub(crate) fn negated(self) -> Self {
        let turn = |end: End, beyond: End| match end {
            End::At(number) => number.negated().map_or(beyond, End::At),
            _ => beyond,
        };
        Self::ends(turn(self.high, End::Below), turn(self.low, End::Above), self)
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        self.plus(other.negated())
    }

    /// The range that the four corners span.
    fn corners(self, other: Self, product: impl Fn(End, End) -> Option<End>) -> Self {
        let mut found: Option<(End, End)> = None;
        let parts = self.as_absent_as(other);
        for left in [self.low, self.high] {
            for right in [other.low, other.high] {
                let Some(corner) = product(left, right) else { return Self::ends(End::Below, End::Above, parts) };
                found = Some(match found {
                    None => (corner, corner),
                    Some((low, high)) => (low.min(corner), high.max(corner)),
                });
            }
        }
        let (low, high) = found.unwrap_or((End::Below, End::Above));
        Self::ends(low, high, parts)
    }

    pub(crate) fn times(self, other: Self) -> Self {
        self.corners(other, |left, right| match (left, right) {
            (End::At(left), End::At(right)) => left.times(right).ok().map(End::At),
            (End::At(number), beyond) | (beyond, End::At(number)) => Some(match number.cmp(&Exact::ZERO) {
                std::cmp::Ordering::Equal => End::At(Exact::ZERO),
                std::cmp::Ordering::Greater => beyond,
                std::cmp::Ordering::Less => opposite(beyond),
            }),
            (left, right) => Some(if left == right { End::Above } else { End::Below }),
        })
    }

    /// The quotient. A divisor that may be nought is taken to be what lies on either side of it: a division
    /// by nought has no result.
    pub(crate) fn over(self, divisor: Self) -> Self {
        let nought = End::At(Exact::ZERO);
        let parts = self.as_absent_as(divisor);
        if divisor.low < nought && divisor.high > nought || divisor.low == nought && divisor.high == nought {
            return Self::ends(End::Below, End::Above, parts);
        }
        let touching = if divisor.low == nought {
            Some(End::Above)
        } else if divisor.high == nought {
            Some(End::Below)
        } else {
            None
        };
        self.corners(divisor, |number, by| match (number, by) {
            (End::At(number), End::At(by)) if by.is_zero() => {
                let beyond = touching.unwrap_or(End::Above);
                Some(match number.cmp(&Exact::ZERO) {
                    std::cmp::Ordering::Equal => nought,
                    std::cmp::Ordering::Greater => beyond,
                    std::cmp::Ordering::Less => opposite(beyond),
                })
            }
            (End::At(number), End::At(by)) => number.divide(by).ok().map(End::At),
            (End::At(_), _) => Some(nought),
            (beyond, End::At(by)) => {
                let up = if by.is_zero() { touching == Some(End::Above) } else { by > Exact::ZERO };
                Some(if up { beyond } else { opposite(beyond) })
            }
            // The divisor's other end is a number: what is beyond all numbers there, is anything down to nought here.
            _ => Some(nought),
        })
    }

    pub(crate) fn magnitude(self) -> Self {
        let turned = self.negated();
        let low = self.low.max(turned.low).max(End::At(Exact::ZERO));
        Self::ends(low, self.high.max(turned.high), self)
    }

    pub(crate) fn lesser(self, other: Self) -> Self {
        Self::ends(self.low.min(other.low), self.high.min(other.high), self.as_absent_as(other))
    }

    pub(crate) fn greater(self, other: Self) -> Self {
        Self::ends(self.low.max(other.low), self.high.max(other.high), self.as_absent_as(other))
    }

    pub(crate) fn rounded(self, rounding: crate::exact::Rounding) -> Self {
        let round = |end: End, beyond: End| match end {
            End::At(number) => rounding.apply(number).map_or(beyond, End::At),
            _ => beyond,
        };
        Self::ends(round(self.low, End::Below), round(self.high, End::Above), self)
    }
}

const fn opposite(end: End) -> End {
    match end {
        End::Below => End::Above,
        End::Above => End::Below,
        at @ End::At(_) => at,
    }
}
