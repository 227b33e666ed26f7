//! Periods: months, quarters and financial years, as a scheme counts them.
//!
//! The financial year runs from 1 April; its first quarter is April to June. A period is written
//! `2015-04`, `2015-16 Q1` or `2015-16`.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Every {
    /// A calendar month.
    Month,
    /// A quarter of the financial year.
    Quarter,
    /// A financial year.
    Year,
}

impl Every {
    /// Each with the word packs use.
    pub const ALL: [(&'static str, Self); 3] =
        [("month", Self::Month), ("quarter", Self::Quarter), ("year", Self::Year)];

    /// How many months one lasts.
    pub const fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }

    /// What one looks like, for help texts.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Month => "2015-04",
            Self::Quarter => "2015-16 Q1",
            Self::Year => "2015-16",
        }
    }
}

/// A period: a month, a quarter or a financial year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    every: Every,
    /// How many periods of this length lie between April of year 0 and this one.
    index: i32,
}

/// Why a text is not a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a period such as 2015-04, 2015-16 Q1 or 2015-16")]
pub struct NotAPeriod;

impl Period {
    /// How long it is.
    pub const fn every(self) -> Every {
        self.every
    }

    /// The period of the same length `count` later, or earlier for a negative count.
    #[must_use]
    pub const fn later(self, count: i32) -> Self {
        Self { every: self.every, index: self.index.saturating_add(count) }
    }

    /// The months since April of year 0 at its start.
    const fn first_month(self) -> i32 {
        self.index * self.every.months()
    }

    /// The months it is made of.
    pub fn months(self) -> impl Iterator<Item = Self> {
        let first = self.first_month();
        (first..first + self.every.months()).map(|index| Self { every: Every::Month, index })
    }

    /// Its first day; `None` outside the years 0 to 9999.
    pub fn first_day(self) -> Option<Date> {
        let month = self.first_month() + 3;
        let year = i16::try_from(month.div_euclid(12)).ok()?;
        let month = i8::try_from(month.rem_euclid(12) + 1).ok()?;
        Date::new(year, month, 1).ok()
    }

    /// Its last day; `None` outside the years 0 to 9999.
    pub fn last_day(self) -> Option<Date> {
        self.later(1).first_day()?.yesterday().ok()
    }

    /// How many periods after `earlier` this is, if the two are of one length.
    pub const fn since(self, earlier: Self) -> Option<i32> {
        if self.every as u8 == earlier.every as u8 { Some(self.index - earlier.index) } else { None }
    }

    /// A number that orders periods of one length.
    pub(crate) const fn ordinal(self) -> i32 {
        self.index
    }

    /// The period of this length and [ordinal](Self::ordinal).
    pub(crate) const fn from_ordinal(every: Every, index: i32) -> Self {
        Self { every, index }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let month = self.first_month();
        let year = month.div_euclid(12);
        match self.every {
            Every::Month => {
                let month = month + 3;
                write!(f, "{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
            }
            Every::Quarter => write!(f, "{year:04}-{:02} Q{}", (year + 1) % 100, month.rem_euclid(12) / 3 + 1),
            Every::Year => write!(f, "{year:04}-{:02}", (year + 1) % 100),
        }
    }
}

impl FromStr for Period {
    type Err = NotAPeriod;

    /// Reads `2015-04` as a month only where it cannot be a financial year: 2015-16 is one, and so
    /// `2011-12` is the year that ends in March 2012. December 2011 is read by [`Period::read`].
    fn from_str(text: &str) -> Result<Self, NotAPeriod> {
        [Every::Quarter, Every::Year, Every::Month]
            .into_iter()
            .find_map(|every| Self::read(text, every))
            .ok_or(NotAPeriod)
    }
}

impl Period {
    /// The period of this length that `text` writes, if it writes one.
    pub fn read(text: &str, every: Every) -> Option<Self> {
        let number = |text: &str, digits: usize| {
            let valid = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
            if valid { text.parse::<i32>().ok() } else { None }
        };
        let (year, rest) = text.split_once('-')?;
        let year = number(year, 4)?;
        let financial_year = |text: &str| (number(text, 2)? == (year + 1) % 100).then_some(year);
        let index = match every {
            Every::Month => {
                let month = number(rest, 2)?;
                (1..=12).contains(&month).then_some(year * 12 + month - 4)?
            }
            Every::Quarter => {
                let (end, quarter) = rest.split_once(" Q")?;
                let quarter = number(quarter, 1)?;
                (1..=4).contains(&quarter).then_some(financial_year(end)? * 4 + quarter - 1)?
            }
            Every::Year => financial_year(rest)?,
        };
        Some(Self { every, index })
    }
}

/// The periods of a scheme, first to last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    first: Period,
    count: usize,
}

impl Periods {
    /// The most periods a scheme may have.
    pub const MOST: usize = 600;

    /// The periods from `first` to `last`; `None` where they are of different lengths, in the wrong order or too many.
    pub fn new(first: Period, last: Period) -> Option<Self> {
        let count = usize::try_from(last.since(first)?).ok()? + 1;
        (count <= Self::MOST).then_some(Self { first, count })
    }

    /// How many.
    #[expect(clippy::len_without_is_empty, reason = "a scheme with periods has at least one")]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// How long each is.
    pub const fn every(&self) -> Every {
        self.first.every
    }

    /// The first.
    pub const fn first(&self) -> Period {
        self.first
    }

    /// The last.
    pub fn last(&self) -> Period {
        self.at(self.count - 1)
    }

    /// The one at this place, counted from 0.
    pub fn at(&self, position: usize) -> Period {
        self.first.later(i32::try_from(position).unwrap_or(i32::MAX))
    }

    /// Each in turn.
    pub fn iter(&self) -> impl Iterator<Item = Period> {
        let periods = *self;
        (0..periods.count).map(move |position| periods.at(position))
    }

    /// The place of `period`, counted from 0, if it is one of them.
    pub fn position(&self, period: Period) -> Option<usize> {
        let position = usize::try_from(period.since(self.first)?).ok()?;
        (position < self.count).then_some(position)
    }
}

/// Reads a date written as `2015-04-01`, and nothing else.
pub(crate) fn read_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(i, byte)| if i == 4 || i == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
    if shaped { text.parse().ok() } else { None }
}

/// The financial years that `2015-16`, `2017-19` or `2006` names: the first and the last, each by the calendar year in
/// which it begins.
pub(crate) fn read_years(text: &str) -> Option<(i16, i16)> {
    let (first, end) = text.split_once('-').map_or((text, None), |(first, end)| (first, Some(end)));
    let number = |text: &str, digits: usize| -> Option<i16> {
        let shaped = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        if shaped { text.parse().ok() } else { None }
    };
    let first = number(first, 4)?;
    let Some(end) = end else { return Some((first, first)) };
    let end = first - first % 100 + number(end, 2)?;
    // A century may end between the two.
    let end = if end <= first { end + 100 } else { end };
    Some((first, end - 1))
}

/// Days since 1970-01-01.
pub fn day_number(date: Date) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    (date - epoch).get_days().into()
}

/// The date this many days after 1970-01-01; `None` beyond the calendar.
pub fn date_of(day: i64) -> Option<Date> {
    let days = jiff::Span::new().try_days(day).ok()?;
    Date::constant(1970, 1, 1).checked_add(days).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_years_of_a_scheme_are_financial_years() {
        let read = ["2015-16", "2017-19", "2003-14", "1999-00", "2006"].map(read_years);
        assert_eq!(read, [(2015, 2015), (2017, 2018), (2003, 2013), (1999, 1999), (2006, 2006)].map(Some));
        for wrong in ["", "15-16", "2015-2016", "2015/16", "2015-", "2015-16 ", "+201-16", "２０１５-16"] {
            assert_eq!(read_years(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_period_is_read_as_it_is_written() {
        for text in ["2015-04", "2014-15 Q4", "2015-16", "1999-00", "2015-12"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        for text in ["2015-17", "2015-16 Q5", "2015", "2015-16 q1", "15-16", "2015-00", "2015-16  Q1", "2015-1６"] {
            assert_eq!(text.parse::<Period>(), Err(NotAPeriod), "{text}");
        }
    }

    #[test]
    fn the_last_quarter_of_a_financial_year_is_january_to_march() {
        let quarter: Period = "2014-15 Q4".parse().unwrap();
        assert_eq!(quarter.first_day().unwrap().to_string(), "2015-01-01");
        assert_eq!(quarter.last_day().unwrap().to_string(), "2015-03-31");
        let months: Vec<String> = quarter.months().map(|month| month.to_string()).collect();
        assert_eq!(months, ["2015-01", "2015-02", "2015-03"]);
        assert_eq!(quarter.later(1).to_string(), "2015-16 Q1");
    }

    #[test]
    fn december_2011_and_the_year_2011_12_are_told_apart_by_length() {
        assert_eq!(Period::read("2011-12", Every::Month).unwrap().first_day().unwrap().to_string(), "2011-12-01");
        assert_eq!(Period::read("2011-12", Every::Year).unwrap().first_day().unwrap().to_string(), "2011-04-01");
    }

    #[test]
    fn a_day_and_its_number_are_one() {
        for text in ["1970-01-01", "2015-04-01", "0001-01-01", "9999-12-31"] {
            assert_eq!(date_of(day_number(read_date(text).unwrap())).unwrap().to_string(), text);
        }
        assert_eq!([i64::MIN, -10_000_000, 10_000_000, i64::MAX].map(date_of), [None; 4]);
        for text in ["2015-06-31", "1 April", "2015-4-1", "20150401", "2015-04-01T00"] {
            assert_eq!(read_date(text), None, "{text}");
        }
    }
}
