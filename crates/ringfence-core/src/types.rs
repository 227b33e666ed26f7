//! The types of evidence and of expressions: what a value is, and in which unit.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use crate::exact::Exact;
use crate::money::{Currency, Money, grouped};
use crate::period::{Every, Period};

/// What a number counts: a product of powers of money and named units. Empty for a bare number.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Unit {
    /// By the singular of the unit's name; no power is zero.
    powers: BTreeMap<String, i8>,
}

/// The name that money has among units.
const MONEY: &str = "money";

/// A unit's name in the singular, so that `per: admission` and `unit: admissions` are one unit.
fn singular(name: &str) -> String {
    if let Some((one, _)) = IRREGULAR.iter().find(|(_, many)| *many == name) {
        return (*one).to_owned();
    }
    if let Some(stem) = name.strip_suffix("ies").filter(|stem| !stem.is_empty()) {
        return format!("{stem}y");
    }
    if let Some(stem) = name.strip_suffix("es").filter(|stem| hisses(stem)) {
        return stem.to_owned();
    }
    name.strip_suffix('s').filter(|rest| !rest.is_empty() && !rest.ends_with('s')).unwrap_or(name).to_owned()
}

/// A unit's name in the plural, from its singular.
fn plural(name: &str) -> String {
    if let Some((_, many)) = IRREGULAR.iter().find(|(one, _)| *one == name) {
        return (*many).to_owned();
    }
    if name == MONEY || Currency::new(name).is_some() {
        return name.to_owned();
    }
    match name.strip_suffix('y').filter(|stem| !stem.is_empty() && !stem.ends_with(['a', 'e', 'i', 'o', 'u'])) {
        Some(stem) => format!("{stem}ies"),
        None if hisses(name) => format!("{name}es"),
        None if name.ends_with('s') => name.to_owned(),
        None => format!("{name}s"),
    }
}

/// Whether a word takes `es` in the plural.
fn hisses(name: &str) -> bool {
    ["ch", "sh", "ss", "x"].iter().any(|end| name.ends_with(end))
}

/// Units whose plural is none of the usual: one, and many.
const IRREGULAR: [(&str, &str); 5] =
    [("child", "children"), ("man", "men"), ("person", "people"), ("staff", "staff"), ("woman", "women")];

impl Unit {
    /// No unit.
    pub fn none() -> Self {
        Self::default()
    }

    /// Money.
    pub fn money() -> Self {
        Self::named(MONEY)
    }

    /// A named unit: `admissions`, `days`.
    ///
    /// `days per discharge` is a quotient of two.
    pub fn named(name: &str) -> Self {
        let one = |name: &str| Self { powers: BTreeMap::from([(singular(name.trim()), 1)]) };
        match name.split_once(" per ") {
            Some((above, below)) => one(above).per(&one(below)),
            None => one(name),
        }
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        self.powers.is_empty()
    }

    /// What is counted for each of what, where that is all.
    fn quotient(&self) -> Option<(&str, &str)> {
        let mut powers = self.powers.iter();
        let (first, second) = (powers.next()?, powers.next()?);
        if powers.next().is_some() {
            return None;
        }
        match (first, second) {
            ((above, 1), (below, -1)) | ((below, -1), (above, 1)) => Some((above, below)),
            _ => None,
        }
    }

    /// Whether this is plain money.
    pub fn is_money(&self) -> bool {
        *self == Self::money()
    }

    /// The unit of a product.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        self.with(other, 1)
    }

    /// The unit of a quotient.
    #[must_use]
    pub fn per(&self, other: &Self) -> Self {
        self.with(other, -1)
    }

    fn with(&self, other: &Self, sign: i8) -> Self {
        let mut powers = self.powers.clone();
        for (name, power) in &other.powers {
            let sum = powers.get(name).copied().unwrap_or(0).saturating_add(power.saturating_mul(sign));
            if sum == 0 {
                powers.remove(name);
            } else {
                powers.insert(name.clone(), sum);
            }
        }
        Self { powers }
    }

    /// The other currency that this is an amount of, where the unit is the code of one: `EUR`.
    pub(crate) fn currency(&self) -> Option<Currency> {
        self.single().and_then(Currency::new)
    }

    /// The one named unit this is, in the singular, if it is one.
    fn single(&self) -> Option<&str> {
        match self.powers.iter().next() {
            Some((name, 1)) if self.powers.len() == 1 => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for Unit {
    /// `money`, `admissions`, `money per admission`, `no unit`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return f.write_str("no unit");
        }
        let mut above = Vec::new();
        let mut below = Vec::new();
        for (name, power) in &self.powers {
            let list = if *power > 0 { &mut above } else { &mut below };
            let text = if *power > 0 { plural(name) } else { name.clone() };
            list.extend(std::iter::repeat_n(text, usize::from(power.unsigned_abs())));
        }
        let top = if above.is_empty() { "a number".to_owned() } else { above.join(" times ") };
        if below.is_empty() { f.write_str(&top) } else { write!(f, "{top} per {}", below.join(" and ")) }
    }
}

/// The type of a number: its unit and how it is written.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Number {
    /// What it counts.
    pub unit: Unit,
    /// Whether it must be whole.
    pub whole: bool,
    /// Whether it is written as a percentage.
    pub percent: bool,
}

impl Number {
    /// A bare number.
    pub fn plain() -> Self {
        Self::default()
    }

    /// A number of this unit.
    pub fn of(unit: Unit) -> Self {
        Self { unit, ..Self::default() }
    }

    /// A percentage.
    pub fn percentage() -> Self {
        Self { percent: true, ..Self::default() }
    }
}

/// The type of one value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Yes or no.
    Bool,
    /// A number, money among them.
    Number(Number),
    /// A day.
    Date,
    /// A month, quarter or financial year.
    Period(Every),
    /// A set of weekdays.
    Days,
    /// A text.
    Text,
    /// One of declared alternatives.
    Choice(Arc<[String]>),
}

impl Type {
    /// Money.
    pub fn money() -> Self {
        Self::Number(Number::of(Unit::money()))
    }

    /// Whether two values of these types can be compared for equality.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(left), Self::Number(right)) => left.unit == right.unit,
            (Self::Text, Self::Choice(_)) | (Self::Choice(_), Self::Text) => true,
            (left, right) => left == right,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("yes or no"),
            Self::Number(number) if number.percent => f.write_str("a percentage"),
            Self::Number(number) if number.unit.is_none() => f.write_str("a number"),
            Self::Number(number) => write!(f, "{}", number.unit),
            Self::Date => f.write_str("a date"),
            Self::Period(_) => f.write_str("a period"),
            Self::Days => f.write_str("days of the week"),
            Self::Text => f.write_str("a text"),
            Self::Choice(of) => write!(f, "one of {}", of.join(", ")),
        }
    }
}

/// A set of weekdays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Days(u8);

const DAYS: [(&str, &str); 7] = [
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
];

impl Days {
    /// Every day of the week.
    pub const ALL: Self = Self(0b111_1111);

    /// The days that `words` write: `mon`, `mon-fri`, `all`. Names the first word that is none.
    ///
    /// # Errors
    /// The word that is not a day.
    pub fn read<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, &'a str> {
        let day = |word: &str| DAYS.iter().position(|(short, long)| *short == word || *long == word);
        let mut days = 0;
        for word in words {
            days |= match word.split_once('-') {
                None if word == "all" => Self::ALL.0,
                None => 1 << day(word).ok_or(word)?,
                Some((from, to)) => {
                    let (from, to) = (day(from).ok_or(word)?, day(to).ok_or(word)?);
                    if from > to {
                        return Err(word);
                    }
                    (from..=to).fold(0, |days, day| days | 1 << day)
                }
            };
        }
        Ok(Self(days))
    }

    /// Whether all seven are in it.
    pub const fn covers_week(self) -> bool {
        self.0 == Self::ALL.0
    }

    /// How many.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether every day of `other` is in it.
    pub const fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The days that are not in it, by name.
    pub fn absent(self) -> Vec<&'static str> {
        (0..7).zip(DAYS).filter(|(bit, _)| self.0 & (1 << bit) == 0).map(|(_, (_, name))| name).collect()
    }

    pub(crate) const fn bits(self) -> i64 {
        self.0 as i64
    }

    pub(crate) fn from_bits(bits: i64) -> Self {
        Self(u8::try_from(bits).unwrap_or(0) & Self::ALL.0)
    }
}

impl fmt::Display for Days {
    /// As data: `all`, `mon tue wed`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.covers_week() {
            return f.write_str("all");
        }
        let names: Vec<&str> =
            (0..7).zip(DAYS).filter(|(bit, _)| self.0 & (1 << bit) != 0).map(|(_, (name, _))| name).collect();
        f.write_str(if names.is_empty() { "none".to_owned() } else { names.join(" ") }.as_str())
    }
}

/// One value that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A number in the unit its fact declares.
    Number(Exact),
    /// A day.
    Date(Date),
    /// A period.
    Period(Period),
    /// Weekdays.
    Days(Days),
    /// A text, or one of declared alternatives.
    Text(String),
}

impl fmt::Display for Value {
    /// As data: what [`crate::ruling::Figure::value`] holds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Date(value) => write!(f, "{value}"),
            Self::Period(value) => write!(f, "{value}"),
            Self::Days(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(Exact::whole(value))
    }
}

impl From<Exact> for Value {
    fn from(value: Exact) -> Self {
        Self::Number(value)
    }
}

impl From<Money> for Value {
    fn from(value: Money) -> Self {
        Self::Number(value.to_exact())
    }
}

impl From<Date> for Value {
    fn from(value: Date) -> Self {
        Self::Date(value)
    }
}

impl From<Period> for Value {
    fn from(value: Period) -> Self {
        Self::Period(value)
    }
}

impl From<Days> for Value {
    fn from(value: Days) -> Self {
        Self::Days(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

/// A value as people write it.
pub(crate) fn show(value: &Value, ty: &Type, currency: &Currency) -> String {
    match (value, ty) {
        (Value::Bool(value), _) => if *value { "yes" } else { "no" }.to_owned(),
        (Value::Number(number), Type::Number(of)) => show_number(*number, of, currency),
        (Value::Date(date), _) => show_date(*date),
        (Value::Days(days), _) if days.covers_week() => "seven days a week".to_owned(),
        (Value::Days(days), _) if days.is_empty() => "no day".to_owned(),
        (value, _) => value.to_string(),
    }
}

/// A day as people write it: `1 April 2015`.
pub(crate) fn show_date(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

pub(crate) fn show_number(number: Exact, of: &Number, currency: &Currency) -> String {
    if of.percent {
        let hundredfold = number.times(Exact::whole(100)).unwrap_or(number);
        return format!("{}%", plain(hundredfold));
    }
    if of.unit.is_money() {
        return match Money::from_exact(number) {
            Some(money) => currency.show(money),
            None => format!("{} (before rounding)", currency.show(rounded_pence(number))),
        };
    }
    if let Some(other) = of.unit.currency() {
        return in_currency(number, &other);
    }
    if let Some(rest) = money_per(&of.unit) {
        let amount = in_currency(number, currency);
        return format!("{amount} {rest}");
    }
    let text = plain(number);
    match of.unit.single() {
        Some(name) if number == Exact::ONE => format!("{text} {name}"),
        Some(_) => format!("{text} {}", of.unit),
        None if of.unit.is_none() => text,
        None => match of.unit.quotient() {
            Some((above, below)) if number == Exact::ONE => format!("{text} {above} per {below}"),
            Some((above, below)) => format!("{text} {} per {below}", plural(above)),
            None => format!("{text} ({})", of.unit),
        },
    }
}

/// An amount or a rate with the digits it has; a long one is cut.
fn in_currency(number: Exact, currency: &Currency) -> String {
    match (Money::from_exact(number), number.decimal()) {
        (Some(money), _) => currency.show(money),
        (None, Some(text)) if text.split_once('.').is_none_or(|(_, part)| part.len() <= 6) => {
            currency.show_digits(&text)
        }
        _ => format!("about {}", currency.show(rounded_pence(number))),
    }
}

fn rounded_pence(number: Exact) -> Money {
    crate::exact::Rounding::PENCE.apply(number).ok().and_then(Money::from_exact).unwrap_or_default()
}

/// `per admission`, for money per admission.
fn money_per(unit: &Unit) -> Option<String> {
    if unit.powers.get(MONEY) != Some(&1) {
        return None;
    }
    let rest = unit.per(&Unit::money());
    let mut names = rest.powers.iter();
    match (names.next(), names.next()) {
        (Some((name, -1)), None) => Some(format!("per {name}")),
        _ => None,
    }
}

/// A number with thousands separated, and a long one marked as cut.
fn plain(number: Exact) -> String {
    match number.decimal() {
        Some(text) if text.split_once('.').is_none_or(|(_, part)| part.len() <= 6) => grouped(&text),
        _ => {
            let step = Exact { num: 1, den: 10_000 };
            let rounding = crate::exact::Rounding::new(step, crate::exact::RoundingMode::HalfAwayFromZero);
            let cut = rounding.and_then(|rounding| rounding.apply(number).ok()).unwrap_or(number);
            format!("about {}", grouped(&cut.to_string()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_multiply_and_cancel() {
        let per_admission = Unit::money().per(&Unit::named("admission"));
        assert_eq!(per_admission.to_string(), "money per admission");
        assert!(per_admission.times(&Unit::named("admissions")).is_money());
        assert_eq!(Unit::named("days"), Unit::named("day"));
        assert_eq!(Unit::named("loss"), Unit::named("loss"));
        let delay = Unit::named("days per discharge");
        assert_eq!(delay, Unit::named("days").per(&Unit::named("discharges")));
        assert!(delay.times(&Unit::named("discharge")) == Unit::named("day"));
    }

    #[test]
    fn a_figure_reads_as_people_write_it() {
        let pounds = Currency::new("GBP").unwrap();
        let show = |text: &str, of: Number| show_number(text.parse().unwrap(), &of, &pounds);
        assert_eq!(show("1077270", Number::of(Unit::money())), "£1,077,270.00");
        assert_eq!(show("0.035", Number::percentage()), "3.5%");
        assert_eq!(show("723", Number::of(Unit::named("admissions"))), "723 admissions");
        assert_eq!(show("1", Number::of(Unit::named("admissions"))), "1 admission");
        assert_eq!(show("7.44", Number::of(Unit::named("days per discharge"))), "7.44 days per discharge");
        assert_eq!(show("1", Number::of(Unit::named("days per discharge"))), "1 day per discharge");
        assert_eq!(show("1490", Number::of(Unit::money().per(&Unit::named("admission")))), "£1,490.00 per admission");
        let per_euro = Number::of(Unit::money().per(&Unit::named("EUR")));
        assert_eq!(show("0.8353", per_euro), "£0.8353 per EUR");
        assert_eq!(show("12500.5", Number::of(Unit::named("EUR"))), "€12,500.50");
        assert_eq!(Unit::named("EUR").to_string(), "EUR");
        assert_eq!(show_number(Exact::ratio(9, 14).unwrap(), &Number::plain(), &pounds), "about 0.6429");
    }

    #[test]
    fn weekdays_are_read_by_name_and_range() {
        assert_eq!(Days::read(["mon-sat"]).unwrap().absent(), ["Sunday"]);
        assert_eq!(Days::read(["all"]).unwrap(), Days::ALL);
        assert_eq!(Days::read(["mon", "Mondy"]), Err("Mondy"));
        assert_eq!(Days::read(["sun-mon"]), Err("sun-mon"));
    }
}
