//! Working days: Monday to Friday, without the holidays of a declared calendar.

use jiff::civil::Date;

use crate::exact::Inexact;
use crate::ruling::{Authority, Status};
use crate::source::Place;

/// A declared calendar. Of days outside its stretch it knows nothing.
#[derive(Debug)]
pub(crate) struct Calendar {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) from: Date,
    /// The first day after.
    pub(crate) until: Date,
    pub(crate) days: Days,
    pub(crate) status: Status,
    pub(crate) authority: Option<Authority>,
    pub(crate) note: Option<String>,
    pub(crate) place: Place,
}

/// The working days of a stretch, by day number.
#[derive(Clone, Debug)]
pub(crate) struct Days {
    first: i64,
    last: i64,
    /// Those that fall on Monday to Friday, in order.
    holidays: Vec<i64>,
}

/// Days of Monday to Friday before this one, counted from a Monday.
const fn weekdays_before(day: i64) -> i64 {
    // Day 0, 1 January 1970, is a Thursday.
    let since_monday = day + 3;
    let rest = since_monday.rem_euclid(7);
    since_monday.div_euclid(7) * 5 + if rest < 5 { rest } else { 5 }
}

impl Days {
    /// The stretch from `first` to `last` with these holidays.
    pub(crate) fn new(first: i64, last: i64, mut holidays: Vec<i64>) -> Self {
        holidays.retain(|day| weekdays_before(day + 1) > weekdays_before(*day));
        holidays.sort_unstable();
        holidays.dedup();
        Self { first, last, holidays }
    }

    /// How many working days there are from the first known day up to and including this one.
    fn count(&self, day: i64) -> Result<i64, Inexact> {
        if day < self.first || day > self.last {
            return Err(Inexact::OutsideCalendar);
        }
        Ok(self.count_up_to(day))
    }

    fn count_up_to(&self, day: i64) -> i64 {
        let holidays = self.holidays.partition_point(|holiday| *holiday <= day);
        weekdays_before(day + 1) - weekdays_before(self.first) - i64::try_from(holidays).unwrap_or(0)
    }

    /// The working day of this number, counted from 1.
    fn number(&self, wanted: i64) -> Result<i64, Inexact> {
        if wanted < 1 || wanted > self.count_up_to(self.last) {
            return Err(Inexact::OutsideCalendar);
        }
        let (mut low, mut high) = (self.first, self.last);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.count_up_to(middle) < wanted { low = middle + 1 } else { high = middle }
        }
        Ok(low)
    }

    /// Whether a day is a working day.
    pub(crate) fn is_working(&self, day: i64) -> Result<bool, Inexact> {
        let weekday = weekdays_before(day + 1) > weekdays_before(day);
        self.count(day)?;
        Ok(weekday && self.holidays.binary_search(&day).is_err())
    }

    /// The working day that is `count` later, or earlier for a negative count. Nought leads to the day itself, or
    /// to the next working day.
    pub(crate) fn add(&self, day: i64, count: i64) -> Result<i64, Inexact> {
        let up_to = self.count(day)?;
        let working = self.is_working(day)?;
        let wanted = match count {
            0 if working => return Ok(day),
            0 => up_to.checked_add(1),
            1.. => up_to.checked_add(count),
            _ => (up_to - i64::from(working)).checked_add(count).and_then(|before| before.checked_add(1)),
        };
        self.number(wanted.ok_or(Inexact::OutsideCalendar)?)
    }

    /// The working days after `from`, up to and including `to`; below nought where `to` is earlier.
    pub(crate) fn between(&self, from: i64, to: i64) -> Result<i64, Inexact> {
        Ok(self.count(to)? - self.count(from)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::{day_number, read_date};

    fn day(text: &str) -> i64 {
        day_number(read_date(text).unwrap())
    }

    /// December 2025 with Christmas Day and Boxing Day, a Thursday and a Friday.
    fn december() -> Days {
        Days::new(day("2025-12-01"), day("2026-01-31"), vec![day("2025-12-25"), day("2025-12-26")])
    }

    #[test]
    fn holidays_and_weekends_are_no_working_days() {
        let days = december();
        for (text, working) in [
            ("2025-12-24", true),
            ("2025-12-25", false),
            ("2025-12-27", false),
            ("2025-12-28", false),
            ("2025-12-29", true),
        ] {
            assert_eq!(days.is_working(day(text)), Ok(working), "{text}");
        }
        assert_eq!(days.is_working(day("2025-11-28")), Err(Inexact::OutsideCalendar));
        assert_eq!(days.is_working(day("2026-02-02")), Err(Inexact::OutsideCalendar));
    }

    #[test]
    fn working_days_are_counted_from_the_day_after() {
        let days = december();
        for (from, count, to) in [
            ("2025-12-24", 1, "2025-12-29"),
            ("2025-12-25", 1, "2025-12-29"),
            ("2025-12-25", 0, "2025-12-29"),
            ("2025-12-24", 0, "2025-12-24"),
            ("2025-12-29", -1, "2025-12-24"),
            ("2025-12-27", -1, "2025-12-24"),
            ("2025-12-22", 5, "2025-12-31"),
        ] {
            assert_eq!(days.add(day(from), count), Ok(day(to)), "{from} {count}");
        }
        assert_eq!(days.between(day("2025-12-22"), day("2025-12-31")), Ok(5));
        assert_eq!(days.between(day("2025-12-31"), day("2025-12-22")), Ok(-5));
        assert_eq!(days.add(day("2026-01-30"), 1), Err(Inexact::OutsideCalendar));
        assert_eq!(days.add(day("2026-01-30"), i64::MAX), Err(Inexact::OutsideCalendar));
    }

    #[test]
    fn counting_agrees_with_walking_day_by_day() {
        let days = december();
        for from in day("2025-12-10")..day("2026-01-10") {
            let mut at = from;
            for count in 1..8 {
                at += 1;
                while days.is_working(at) == Ok(false) {
                    at += 1;
                }
                assert_eq!(days.add(from, count), Ok(at));
                assert_eq!(days.between(from, at), Ok(count));
            }
        }
    }
}
