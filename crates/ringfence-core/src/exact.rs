//! Exact numbers, and the one place where a number is rounded.
//!
//! A number is a ratio of two whole numbers of up to 38 digits. Nothing is lost by dividing, so
//! `3.03 * (5 / 6)` and `3.03 * 5 / 6` are the same number, and only a declared [`Rounding`] ever
//! gives a digit away. What outgrows 38 digits is [`Inexact`], an error, never a wrap.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// A number held as an exact ratio.
///
/// Equality and order compare values, so `1/2` equals `2/4`. There is no conversion from a float.
#[derive(Clone, Copy, Debug)]
pub struct Exact {
    /// Carries the sign.
    pub(crate) num: i128,
    /// Above zero. Not always in lowest terms: reducing is work that only display and overflow need.
    pub(crate) den: i128,
}

/// Why an operation on exact numbers has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Inexact {
    /// The exact result needs more than 38 digits.
    #[error("the exact result needs more than 38 digits")]
    TooLarge,
    /// A division by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A function of the program gave no value; [`crate::evaluate::EvaluateError::Refused`] says why.
    #[error("a function of the program gave no value")]
    Refused,
    /// No row of a table holds for the values it was asked for.
    #[error("no row of the table holds for these values")]
    NoRow,
    /// A day before the year 0 or after the year 9999.
    #[error("the day lies outside the years 0 to 9999")]
    NoSuchDay,
    /// A part of a day, month or year.
    #[error("days, months and years are counted in whole numbers")]
    NotWhole,
    /// A day that a calendar does not know.
    #[error("the day lies outside the days that the calendar is known for")]
    OutsideCalendar,
    /// An amount cannot be shared out by a weight below nought.
    #[error("a weight is below nought")]
    NegativeWeight,
    /// An amount cannot be shared out where nobody has a weight.
    #[error("the weights come to nought")]
    NoWeight,
    /// The shares of a profile are more or less than the whole.
    #[error("the shares do not come to 1")]
    SharesOfMore,
    /// Scripts that go through lists for each record of a list, and so on.
    #[error("going through the records of lists takes more than 4,000,000 steps")]
    TooManySteps,
}

/// Why a text is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a number written as digits with at most one point")]
pub struct NotANumber;

const fn is_small(value: i128) -> bool {
    value <= i64::MAX as i128 && value >= i64::MIN as i128
}

fn product(left: i128, right: i128) -> Option<i128> {
    if is_small(left) && is_small(right) { Some(left * right) } else { left.checked_mul(right) }
}

fn greatest_common_divisor(left: i128, right: i128) -> i128 {
    let (mut left, mut right) = (left.unsigned_abs(), right.unsigned_abs());
    while right != 0 {
        (left, right) = match (u64::try_from(left), u64::try_from(right)) {
            (Ok(small), Ok(other)) => (u128::from(other), u128::from(small % other)),
            _ => (right, left % right),
        };
    }
    i128::try_from(left).unwrap_or(1).max(1)
}

impl Exact {
    /// Nought.
    pub const ZERO: Self = Self::whole(0);
    /// One.
    pub const ONE: Self = Self::whole(1);

    /// A whole number.
    pub const fn whole(value: i64) -> Self {
        Self { num: value as i128, den: 1 }
    }

    /// The ratio of two whole numbers.
    ///
    /// # Errors
    /// [`Inexact::DivisionByZero`] where `den` is zero.
    pub fn ratio(num: i64, den: i64) -> Result<Self, Inexact> {
        Self::whole(num).divide(Self::whole(den))
    }

    /// `units` hundredths, thousandths and so on: `from_scaled(12345, 2)` is 123.45.
    ///
    /// # Errors
    /// [`Inexact::TooLarge`] where 10 to the power of `digits` has more than 38 digits.
    pub fn from_scaled(units: i128, digits: u32) -> Result<Self, Inexact> {
        let den = 10_i128.checked_pow(digits).ok_or(Inexact::TooLarge)?;
        Ok(Self { num: units, den })
    }

    /// The same number in lowest terms.
    #[must_use]
    pub fn reduced(self) -> Self {
        if self.den == 1 {
            return self;
        }
        let divisor = greatest_common_divisor(self.num, self.den);
        Self { num: self.num / divisor, den: self.den / divisor }
    }

    /// The sum.
    ///
    /// # Errors
    /// [`Inexact::TooLarge`].
    pub fn plus(self, other: Self) -> Result<Self, Inexact> {
        self.sum_of(other).or_else(|| self.reduced().sum_of(other.reduced())).ok_or(Inexact::TooLarge)
    }

    fn sum_of(self, other: Self) -> Option<Self> {
        if self.den == other.den {
            return Some(Self { num: self.num.checked_add(other.num)?, den: self.den });
        }
        let num = product(self.num, other.den)?.checked_add(product(other.num, self.den)?)?;
        Some(Self { num, den: product(self.den, other.den)? })
    }

    /// The difference.
    ///
    /// # Errors
    /// [`Inexact::TooLarge`].
    pub fn minus(self, other: Self) -> Result<Self, Inexact> {
        self.plus(other.negated()?)
    }

    /// The number with the other sign.
    ///
    /// # Errors
    /// [`Inexact::TooLarge`].
    pub fn negated(self) -> Result<Self, Inexact> {
        Ok(Self { num: self.num.checked_neg().ok_or(Inexact::TooLarge)?, den: self.den })
    }

    /// The product.
    ///
    /// # Errors
    /// [`Inexact::TooLarge`].
    pub fn times(self, other: Self) -> Result<Self, Inexact> {
        let direct = |left: Self, right: Self| {
            Some(Self { num: product(left.num, right.num)?, den: product(left.den, right.den)? })
        };
        direct(self, other)
            .or_else(|| {
                // Cancel whatever there is before giving up: the result may fit although the steps do not.
                let (one, other) = (self.reduced(), other.reduced());
                let left = Self { num: one.num, den: other.den }.reduced();
                let right = Self { num: other.num, den: one.den }.reduced();
                direct(left, right).map(Self::reduced)
            })
            .ok_or(Inexact::TooLarge)
    }

    /// The quotient.
    ///
    /// # Errors
    /// [`Inexact::DivisionByZero`], [`Inexact::TooLarge`].
    pub fn divide(self, other: Self) -> Result<Self, Inexact> {
        if other.num == 0 {
            return Err(Inexact::DivisionByZero);
        }
        let (num, den) = if other.num < 0 {
            (other.den.checked_neg().ok_or(Inexact::TooLarge)?, other.num.checked_neg().ok_or(Inexact::TooLarge)?)
        } else {
            (other.den, other.num)
        };
        self.times(Self { num, den })
    }

    /// The distance from zero.
    ///
    /// # Errors
    /// [`Inexact::TooLarge`].
    pub fn magnitude(self) -> Result<Self, Inexact> {
        if self.num < 0 { self.negated() } else { Ok(self) }
    }

    /// Whether this is nought.
    pub const fn is_zero(self) -> bool {
        self.num == 0
    }

    /// Whether this is below nought.
    pub const fn is_negative(self) -> bool {
        self.num < 0
    }

    /// Whether this is a whole number.
    pub fn is_whole(self) -> bool {
        self.den == 1 || self.num % self.den == 0
    }

    /// The whole number this is, if it is one and fits.
    pub fn as_whole(self) -> Option<i64> {
        if self.is_whole() { i64::try_from(self.num / self.den).ok() } else { None }
    }

    /// The decimal text, where the number has one of at most 38 digits: `12.5`, never `12.50`.
    pub fn decimal(self) -> Option<String> {
        let Self { num, den } = self.reduced();
        let (mut twos, mut fives, mut rest) = (0_u32, 0_u32, den);
        while rest % 2 == 0 {
            rest /= 2;
            twos += 1;
        }
        while rest % 5 == 0 {
            rest /= 5;
            fives += 1;
        }
        if rest != 1 {
            return None;
        }
        let digits = twos.max(fives);
        let scaled = num.checked_mul(10_i128.checked_pow(digits)? / den)?;
        Some(scaled_text(scaled, digits))
    }
}

/// The digits of `units` with a point before the last `digits` of them.
pub(crate) fn scaled_text(units: i128, digits: u32) -> String {
    let digits = digits as usize;
    let sign = if units < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", units.unsigned_abs(), width = digits + 1);
    let (whole, part) = text.split_at(text.len() - digits);
    if digits == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

impl PartialEq for Exact {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Exact {}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.den == other.den {
            return self.num.cmp(&other.num);
        }
        match (product(self.num, other.den), product(other.num, self.den)) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => compare_by_parts(*self, *other),
        }
    }
}

/// Compares by whole parts and then the reciprocals of what is left: no step can overflow.
fn compare_by_parts(mut left: Exact, mut right: Exact) -> Ordering {
    let mut flipped = false;
    loop {
        let whole = left.num.div_euclid(left.den).cmp(&right.num.div_euclid(right.den));
        let (rest_left, rest_right) = (left.num.rem_euclid(left.den), right.num.rem_euclid(right.den));
        let order = match whole {
            Ordering::Equal if rest_left == 0 || rest_right == 0 => rest_left.cmp(&rest_right),
            Ordering::Equal => {
                left = Exact { num: left.den, den: rest_left };
                right = Exact { num: right.den, den: rest_right };
                flipped = !flipped;
                continue;
            }
            order => order,
        };
        return if flipped { order.reverse() } else { order };
    }
}

impl From<i64> for Exact {
    fn from(value: i64) -> Self {
        Self::whole(value)
    }
}

impl FromStr for Exact {
    type Err = NotANumber;

    /// Reads digits with an optional sign and at most one point: no exponent, no separators.
    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(part) || digits.ends_with('.') {
            return Err(NotANumber);
        }
        let units: i128 = format!("{whole}{part}").parse().map_err(|_| NotANumber)?;
        let places = u32::try_from(part.len()).map_err(|_| NotANumber)?;
        Self::from_scaled(if negative { -units } else { units }, places).map_err(|_| NotANumber)
    }
}

impl fmt::Display for Exact {
    /// The decimal where there is one, and otherwise the ratio in lowest terms: `0.5`, `1/3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.decimal() {
            Some(text) => f.write_str(&text),
            None => {
                let Self { num, den } = self.reduced();
                write!(f, "{num}/{den}")
            }
        }
    }
}

/// Which way a number between two steps goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RoundingMode {
    /// To the nearer step; a half goes away from zero.
    HalfAwayFromZero,
    /// To the nearer step; a half goes to the even one.
    HalfEven,
    /// To the step below, also for negative numbers.
    Floor,
    /// To the step above, also for negative numbers.
    Ceiling,
    /// To the step nearer zero.
    Truncate,
}

impl RoundingMode {
    /// Every mode with the name that packs use.
    pub const ALL: [(&'static str, Self); 5] = [
        ("half-away-from-zero", Self::HalfAwayFromZero),
        ("half-even", Self::HalfEven),
        ("floor", Self::Floor),
        ("ceiling", Self::Ceiling),
        ("truncate", Self::Truncate),
    ];
}

/// A declared rounding: to the multiples of a step, in a declared way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounding {
    step: Exact,
    mode: RoundingMode,
}

impl Rounding {
    /// To pence, with a half penny away from zero.
    pub const PENCE: Self = Self { step: Exact { num: 1, den: 100 }, mode: RoundingMode::HalfAwayFromZero };
    /// To whole numbers, with a half away from zero.
    pub const WHOLE: Self = Self { step: Exact::ONE, mode: RoundingMode::HalfAwayFromZero };

    /// To the whole number below.
    pub(crate) const WHOLE_DOWN: Self = Self { step: Exact::ONE, mode: RoundingMode::Floor };

    /// Rounding to multiples of `step`; `None` unless `step` is above zero.
    pub fn new(step: Exact, mode: RoundingMode) -> Option<Self> {
        (step.num > 0).then(|| Self { step: step.reduced(), mode })
    }

    /// What is rounded to.
    pub const fn step(self) -> Exact {
        self.step
    }

    /// Which way.
    pub const fn mode(self) -> RoundingMode {
        self.mode
    }

    /// The step, if both of its parts are small.
    #[inline]
    pub(crate) fn small_step(self) -> Option<(i64, i64)> {
        Some((i64::try_from(self.step.num).ok()?, i64::try_from(self.step.den).ok()?))
    }

    /// How many steps `num / den` rounds to; `den` is above zero.
    #[inline]
    pub(crate) fn steps(self, num: i64, den: i64) -> Option<i64> {
        let (quotient, rest) = (num.div_euclid(den), num.rem_euclid(den));
        if rest == 0 {
            return Some(quotient);
        }
        let above = den - rest;
        if goes_up(self.mode, rest.cmp(&above), num < 0, quotient % 2 != 0) {
            quotient.checked_add(1)
        } else {
            Some(quotient)
        }
    }

    /// The multiple of the step that `number` rounds to.
    ///
    /// # Errors
    /// [`Inexact::TooLarge`].
    pub fn apply(self, number: Exact) -> Result<Exact, Inexact> {
        let scaled = number.divide(self.step)?;
        let steps = round_to_whole(scaled.num, scaled.den, self.mode)?;
        Exact { num: steps, den: 1 }.times(self.step)
    }
}

fn round_to_whole(num: i128, den: i128, mode: RoundingMode) -> Result<i128, Inexact> {
    let (quotient, rest) = (num.div_euclid(den), num.rem_euclid(den));
    if rest == 0 {
        return Ok(quotient);
    }
    let up = goes_up(mode, rest.cmp(&(den - rest)), num < 0, quotient % 2 != 0);
    if up { quotient.checked_add(1).ok_or(Inexact::TooLarge) } else { Ok(quotient) }
}

/// Whether a number between two steps goes to the upper one. `rest` is how its distance to the
/// lower one compares with its distance to the upper.
fn goes_up(mode: RoundingMode, rest: Ordering, negative: bool, lower_is_odd: bool) -> bool {
    match mode {
        RoundingMode::Floor => false,
        RoundingMode::Ceiling => true,
        RoundingMode::Truncate => negative,
        RoundingMode::HalfAwayFromZero => rest.is_gt() || (rest.is_eq() && !negative),
        RoundingMode::HalfEven => rest.is_gt() || (rest.is_eq() && lower_is_odd),
    }
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = RoundingMode::ALL.iter().find(|(_, mode)| *mode == self.mode).map_or("", |(name, _)| name);
        write!(f, "to {}, {}", self.step, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        text.parse().unwrap()
    }

    #[test]
    fn the_order_of_operations_never_changes_a_penny() {
        let amount = exact("3.03");
        let (five, six) = (Exact::whole(5), Exact::whole(6));
        let early = amount.times(five.divide(six).unwrap()).unwrap();
        let late = amount.times(five).unwrap().divide(six).unwrap();
        assert_eq!(early, late);
        assert_eq!(Rounding::PENCE.apply(early).unwrap(), exact("2.53"));
    }

    #[test]
    fn each_mode_sends_a_half_where_it_says() {
        let whole = |text: &str, mode| Rounding::new(Exact::ONE, mode).unwrap().apply(exact(text)).unwrap().to_string();
        for (mode, expected) in [
            (RoundingMode::HalfAwayFromZero, ["3", "2", "-3", "-2"]),
            (RoundingMode::HalfEven, ["2", "2", "-2", "-2"]),
            (RoundingMode::Floor, ["2", "1", "-3", "-2"]),
            (RoundingMode::Ceiling, ["3", "2", "-2", "-1"]),
            (RoundingMode::Truncate, ["2", "1", "-2", "-1"]),
        ] {
            let found = ["2.5", "1.5", "-2.5", "-1.5"].map(|text| whole(text, mode));
            assert_eq!(found, expected, "{mode:?}");
        }
    }

    #[test]
    fn a_number_is_read_as_written_or_refused() {
        for text in ["0", "-0", "007", "1.10", "0.00", "99999999999999999999.99"] {
            assert!(text.parse::<Exact>().is_ok(), "{text}");
        }
        for text in ["", "-", "+1", "1e3", "12,5", "1 000", ".5", "5.", "1.2.3", "½", "--1", "0x10"] {
            assert_eq!(text.parse::<Exact>(), Err(NotANumber), "{text}");
        }
        assert_eq!(exact("1.10").to_string(), "1.1");
        assert_eq!(exact("-0"), Exact::ZERO);
    }

    #[test]
    fn what_outgrows_the_digits_is_an_error() {
        let huge = Exact { num: i128::MAX, den: 1 };
        assert_eq!(huge.times(huge), Err(Inexact::TooLarge));
        assert_eq!(huge.plus(Exact::ONE), Err(Inexact::TooLarge));
        assert_eq!(Exact::ONE.divide(Exact::ZERO), Err(Inexact::DivisionByZero));
        assert_eq!(huge.divide(huge).unwrap(), Exact::ONE);
    }

    #[test]
    fn numbers_too_long_to_multiply_still_compare() {
        let near = Exact { num: i128::MAX - 1, den: i128::MAX };
        let nearer = Exact { num: i128::MAX - 2, den: i128::MAX - 1 };
        assert!(near > nearer);
        assert!(nearer < Exact::ONE);
        assert!(Exact { num: -i128::MAX, den: i128::MAX - 1 } < Exact::whole(-1));
    }
}
