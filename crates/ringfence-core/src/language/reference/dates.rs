//! Arithmetic of days for the reference, worked out day by day and from the calendar's own rules.

use std::collections::BTreeSet;
use std::sync::Arc;

use rhai::{Dynamic, Engine, ImmutableString};

use super::{Day, Fallible, Ordinal, fault, number};
use crate::evaluate::Rules;
use crate::exact::Exact;
use crate::period::{day_number, read_date};
use crate::source::PackSource;

/// The functions of the library that the reference has of its own.
pub(super) const OWN: [&str; 6] = ["add_days", "add_months", "add_years", "months_between", "within", "years_between"];

/// A day of the civil calendar: year, month, day of the month.
type Civil = (i64, i64, i64);

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The day number of a civil day, by counting the days of years and months.
fn numbered((year, month, day): Civil) -> i64 {
    let years =
        |year: i64| year * 365 + (year + 3).div_euclid(4) - (year + 99).div_euclid(100) + (year + 399).div_euclid(400);
    let months: i64 = (1..month).map(|month| days_in(year, month)).sum();
    years(year) - years(1970) + months + day - 1
}

fn civil(number: i64) -> Civil {
    let mut year = 1970 + number.div_euclid(366);
    while numbered((year + 1, 1, 1)) <= number {
        year += 1;
    }
    while numbered((year, 1, 1)) > number {
        year -= 1;
    }
    let mut month = 1;
    while month < 12 && numbered((year, month + 1, 1)) <= number {
        month += 1;
    }
    (year, month, number - numbered((year, month, 1)) + 1)
}

fn known(number: i64) -> Fallible<Day> {
    if (numbered((0, 1, 1))..=numbered((9999, 12, 31))).contains(&number) {
        Ok(Day(number))
    } else {
        Err(fault("no such day"))
    }
}

fn whole(count: &Dynamic) -> Fallible<i64> {
    number(count)?.as_whole().ok_or_else(|| fault("no whole number"))
}

fn months_later(day: Day, months: i64) -> Fallible<Day> {
    let (year, month, of_month) = civil(day.0);
    let at = year.checked_mul(12).and_then(|at| at.checked_add(month - 1)?.checked_add(months));
    let at = at.filter(|at| (0..120_000).contains(at)).ok_or_else(|| fault("no such day"))?;
    let (year, month) = (at.div_euclid(12), at.rem_euclid(12) + 1);
    known(numbered((year, month, of_month.min(days_in(year, month)))))
}

/// Counts up while the stretch still fits.
fn completed(from: Day, to: Day, months: i64) -> Exact {
    let (first, last, sign) = if from <= to { (from, to, 1) } else { (to, from, -1) };
    let mut full = 0;
    while months_later(first, (full + 1) * months).is_ok_and(|day| day <= last) {
        full += 1;
    }
    Exact::whole(sign * full)
}

/// A calendar: its first day, the day after its last, and its working days.
type Known = (String, i64, i64, Vec<i64>);

/// The working days of each calendar, from the days of the week and the holidays as they were declared.
fn calendars(rules: &Rules<'_>, source: &PackSource) -> Vec<Known> {
    let calendars = rules.pack.calendars.iter();
    calendars
        .map(|calendar| {
            let (from, until) = (day_number(calendar.from), day_number(calendar.until));
            let holidays: BTreeSet<i64> = super::tables::rows(source, ("calendars", &calendar.name), "holidays")
                .into_iter()
                .filter_map(|row| row.get("date").unwrap_or(row).as_text())
                .filter_map(|text| read_date(text).map(day_number))
                .collect();
            // 1 January 1970 was a Thursday.
            let working = (from..until).filter(|day| (day + 3).rem_euclid(7) < 5 && !holidays.contains(day)).collect();
            (calendar.name.clone(), from, until, working)
        })
        .collect()
}

pub(super) fn register(engine: &mut Engine, rules: &Rules<'_>, source: &PackSource) {
    engine.register_fn("add_days", |day: Day, count: Dynamic| -> Fallible<Day> {
        known(day.0.checked_add(whole(&count)?).ok_or_else(|| fault("no such day"))?)
    });
    engine.register_fn("add_months", |day: Day, count: Dynamic| months_later(day, whole(&count)?));
    engine.register_fn("add_years", |day: Day, count: Dynamic| {
        months_later(day, whole(&count)?.checked_mul(12).ok_or_else(|| fault("no such day"))?)
    });
    engine.register_fn("months_between", |from: Day, to: Day| completed(from, to, 1));
    engine.register_fn("years_between", |from: Day, to: Day| completed(from, to, 12));
    engine.register_fn("within", |day: Day, from: Day, until: Day| from.0 <= day.0 && day.0 < until.0);
    if let Some(periods) = rules.pack.periods {
        let months = i64::from(periods.every().months());
        // A period's number counts from April of the year 0.
        let begins = move |ordinal: i64| {
            let month = ordinal * months + 3;
            numbered((month.div_euclid(12), month.rem_euclid(12) + 1, 1))
        };
        engine.register_fn("first_day", move |period: Ordinal| Day(begins(period.0)));
        engine.register_fn("last_day", move |period: Ordinal| Day(begins(period.0 + 1) - 1));
    }
    let calendars = Arc::new(calendars(rules, source));
    let find = move |name: &str, days: &[i64]| -> Fallible<Vec<i64>> {
        let known = calendars.iter().find(|(known, ..)| known == name).ok_or_else(|| fault("no such calendar"))?;
        let (_, from, until, working) = known;
        let inside = days.iter().all(|day| (from..until).contains(&day));
        if inside { Ok(working.clone()) } else { Err(fault("outside the calendar")) }
    };
    let known = find.clone();
    engine.register_fn("is_working_day", move |day: Day, name: ImmutableString| -> Fallible<bool> {
        Ok(known(&name, &[day.0])?.contains(&day.0))
    });
    let known = find.clone();
    engine.register_fn("working_days_between", move |from: Day, to: Day, name: ImmutableString| -> Fallible<Exact> {
        let days = known(&name, &[from.0, to.0])?;
        let (low, high, sign) = if from <= to { (from.0, to.0, 1) } else { (to.0, from.0, -1) };
        let count = days.iter().filter(|day| **day > low && **day <= high).count();
        Ok(Exact::whole(sign * i64::try_from(count).map_err(fault)?))
    });
    engine.register_fn("add_working_days", move |day: Day, count: Dynamic, name: ImmutableString| -> Fallible<Day> {
        let days = find(&name, &[day.0])?;
        let count = whole(&count)?;
        let none = || fault("outside the calendar");
        let steps = usize::try_from(count.unsigned_abs()).map_err(fault)?;
        let found = match count {
            0 => days.iter().find(|other| **other >= day.0),
            1.. => days.iter().filter(|other| **other > day.0).nth(steps - 1),
            _ => days.iter().rev().filter(|other| **other < day.0).nth(steps - 1),
        };
        found.copied().map(Day).ok_or_else(none)
    });
}
