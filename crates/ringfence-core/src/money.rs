//! Amounts of money: a whole number of the currency's smallest unit.

use std::fmt;

use crate::exact::{Exact, Inexact, scaled_text};

/// An amount, to the penny. It is what a ruling moves; a number on its way to becoming money is an [`Exact`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    pence: i64,
}

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self { pence: 0 };

    /// An amount in the smallest unit of its currency.
    pub const fn from_pence(pence: i64) -> Self {
        Self { pence }
    }

    /// The amount in the smallest unit of its currency.
    pub const fn pence(self) -> i64 {
        self.pence
    }

    /// The amount that `number` is, if it is a whole number of pence.
    pub fn from_exact(number: Exact) -> Option<Self> {
        let pence = number.times(Exact::whole(100)).ok()?;
        let whole = pence.num % pence.den == 0;
        let pence = i64::try_from(pence.num / pence.den).ok()?;
        whole.then_some(Self { pence })
    }

    /// The amount as a number of pounds.
    pub fn to_exact(self) -> Exact {
        Exact { num: self.pence.into(), den: 100 }
    }

    /// The sum.
    ///
    /// # Errors
    /// [`Inexact::TooLarge`].
    pub fn plus(self, other: Self) -> Result<Self, Inexact> {
        self.pence.checked_add(other.pence).map(Self::from_pence).ok_or(Inexact::TooLarge)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`Inexact::TooLarge`].
    pub fn minus(self, other: Self) -> Result<Self, Inexact> {
        self.pence.checked_sub(other.pence).map(Self::from_pence).ok_or(Inexact::TooLarge)
    }

    /// Whether this is nothing.
    pub const fn is_zero(self) -> bool {
        self.pence == 0
    }

    /// Whether this is less than nothing.
    pub const fn is_negative(self) -> bool {
        self.pence < 0
    }
}

impl fmt::Display for Money {
    /// As data: `1077270.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&scaled_text(self.pence.into(), 2))
    }
}

impl serde::Serialize for Money {
    /// A text, because a JSON number is a float to most who read it.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A currency, by its ISO 4217 code.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Currency {
    code: String,
}

impl Currency {
    /// The currency of this code; `None` unless it is three capital letters.
    pub fn new(code: &str) -> Option<Self> {
        let valid = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        valid.then(|| Self { code: code.to_owned() })
    }

    /// The code: `GBP`.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// An amount as people write it: `£1,077,270.00`, `-£12.50`, `USD 5.00`.
    pub fn show(&self, amount: Money) -> String {
        self.show_digits(&scaled_text(amount.pence.into(), 2))
    }

    /// The same of a number with as many digits as it has.
    pub(crate) fn show_digits(&self, text: &str) -> String {
        let text = grouped(text);
        let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
        match self.code.as_str() {
            "GBP" => format!("{sign}£{digits}"),
            "EUR" => format!("{sign}€{digits}"),
            code => format!("{sign}{code} {digits}"),
        }
    }
}

/// The same number with a comma before each three digits of its whole part.
pub(crate) fn grouped(text: &str) -> String {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, part) = rest.split_once('.').map_or((rest, None), |(whole, part)| (whole, Some(part)));
    let mut out = String::from(sign);
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(part) = part {
        out.push('.');
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_reads_as_people_write_it() {
        let pounds = Currency::new("GBP").unwrap();
        assert_eq!(pounds.show(Money::from_pence(107_727_000)), "£1,077,270.00");
        assert_eq!(pounds.show(Money::from_pence(-1_250)), "-£12.50");
        assert_eq!(pounds.show(Money::from_pence(5)), "£0.05");
        assert_eq!(Currency::new("USD").unwrap().show(Money::from_pence(100_000)), "USD 1,000.00");
        assert_eq!(Currency::new("pounds"), None);
    }

    #[test]
    fn a_part_of_a_penny_is_no_amount() {
        assert_eq!(Money::from_exact("0.005".parse().unwrap()), None);
        assert_eq!(Money::from_exact("0.010".parse().unwrap()), Some(Money::from_pence(1)));
    }
}
