//! Months, quarters and financial years by their labels, as far as a binding needs them.
//!
//! A month is a number, counted from January of the year 0, so that shifting is adding.

/// The first month of the financial year, April.
const YEAR_BEGINS: i32 = 3;

/// A month, counted from January of the year 0.
pub(crate) type Month = i32;

/// The names of the months; a short one is the first three letters.
const NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// How a table writes its months. The names are English ones wherever the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// `2015-04`.
    Numbers,
    /// `2015-04-01`: by a day in it.
    Day,
    /// `Apr 2015`.
    Short,
    /// `April 2015`.
    Long,
}

impl Written {
    pub(crate) const ALL: [Self; 4] = [Self::Numbers, Self::Day, Self::Short, Self::Long];

    /// The ways in which a text would be a month: two for one in May.
    pub(crate) fn ways(text: &str) -> Vec<Self> {
        Self::ALL.into_iter().filter(|written| written.month(text).is_some()).collect()
    }

    /// A month for an example, of which no other way makes one.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Numbers => "2015-04",
            Self::Day => "2015-04-01",
            Self::Short => "Apr 2015",
            Self::Long => "April 2015",
        }
    }

    /// The month that a text is when written so.
    pub(crate) fn month(self, text: &str) -> Option<Month> {
        if self == Self::Numbers {
            return month(text);
        }
        if self == Self::Day {
            let day: jiff::civil::Date = text.parse().ok().filter(|day: &jiff::civil::Date| day.to_string() == text)?;
            return Some(Month::from(day.year()) * 12 + Month::from(day.month()) - 1);
        }
        let (name, year) = text.split_once(' ')?;
        let year = digits(year).filter(|_| year.len() == 4)?;
        let short = self == Self::Short;
        let index = NAMES.iter().position(|full| full.get(..3).filter(|_| short).unwrap_or(full) == name)?;
        Some(year * 12 + Month::try_from(index).ok()?)
    }
}

/// How long the periods of a scheme are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Every {
    Month,
    Quarter,
    Year,
}

impl Every {
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("month", Self::Month), ("quarter", Self::Quarter), ("year", Self::Year)];

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == text).map(|(_, every)| every)
    }

    /// How many months a period has.
    pub(crate) const fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }

    /// A label for an example.
    pub(crate) const fn example(self) -> &'static str {
        match self {
            Self::Month => "2015-04",
            Self::Quarter => "2014-15 Q4",
            Self::Year => "2014-15",
        }
    }

    /// The label of the period that begins with `first`.
    pub(crate) fn label(self, first: Month) -> String {
        let since = first - YEAR_BEGINS;
        let (year, quarter) = (since.div_euclid(12), since.rem_euclid(12) / 3 + 1);
        let years = format!("{year:04}-{:02}", (year + 1).rem_euclid(100));
        match self {
            Self::Month => month_label(first),
            Self::Quarter => format!("{years} Q{quarter}"),
            Self::Year => years,
        }
    }

    /// The first month of the period with this label.
    pub(crate) fn first_month(self, label: &str) -> Option<Month> {
        if self == Self::Month {
            return month(label);
        }
        let april = digits(label.get(..4)?)? * 12 + YEAR_BEGINS;
        [0, 3, 6, 9].into_iter().map(|later| april + later).find(|first| self.label(*first) == label)
    }
}

/// The month written `2015-04`.
pub(crate) fn month(text: &str) -> Option<Month> {
    let (year, month) = text.split_once('-')?;
    let (year, month) = (digits(year).filter(|_| year.len() == 4)?, digits(month).filter(|_| month.len() == 2)?);
    (1..=12).contains(&month).then_some(year * 12 + month - 1)
}

/// A month as `2015-04`.
pub(crate) fn month_label(month: Month) -> String {
    format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
}

fn digits(text: &str) -> Option<i32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_financial_year_begins_in_april() {
        for (every, label, first) in [
            (Every::Quarter, "2014-15 Q1", "2014-04"),
            (Every::Quarter, "2014-15 Q4", "2015-01"),
            (Every::Quarter, "1999-00 Q3", "1999-10"),
            (Every::Year, "2014-15", "2014-04"),
            (Every::Month, "2015-04", "2015-04"),
        ] {
            let found = every.first_month(label).unwrap();
            assert_eq!(month_label(found), first);
            assert_eq!(every.label(found), label);
        }
    }

    #[test]
    fn what_is_no_label_is_no_period() {
        for label in ["2014-16 Q1", "2014-15 Q5", "2014-15 q1", "2014-15", "", "20é", "2014-15 Q1 "] {
            assert_eq!(Every::Quarter.first_month(label), None, "{label}");
        }
        for label in ["2014-13", "2014-00", "2014-4", "14-04", "2014-+4", "2014-04-01", "é"] {
            assert_eq!(month(label), None, "{label}");
        }
    }

    #[test]
    fn a_month_is_read_in_the_way_that_is_asked_for_and_in_no_other() {
        for (text, ways, label) in [
            ("2024-04", vec![Written::Numbers], "2024-04"),
            ("2024-04-30", vec![Written::Day], "2024-04"),
            ("Apr 2024", vec![Written::Short], "2024-04"),
            ("April 2024", vec![Written::Long], "2024-04"),
            ("May 2024", vec![Written::Short, Written::Long], "2024-05"),
            ("Sep 0999", vec![Written::Short], "0999-09"),
            ("December 2024", vec![Written::Long], "2024-12"),
        ] {
            assert_eq!(Written::ways(text), ways, "{text}");
            assert_eq!(month_label(ways[0].month(text).unwrap()), label);
        }
        for text in [
            "",
            "Apr",
            "apr 2024",
            "APR 2024",
            "Sept 2024",
            "Apr 24",
            "2024-04-31",
            "Apr  2024",
            "Apr-2024",
            "Apr 2024 ",
            "avril 2024",
            "Apr\u{a0}2024",
        ] {
            assert_eq!(Written::ways(text), [], "{text}");
        }
        for written in Written::ALL {
            assert_eq!(Written::ways(written.example()), [written]);
        }
    }
}
