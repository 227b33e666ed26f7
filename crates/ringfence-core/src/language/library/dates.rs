//! Arithmetic of days. Days travel as their numbers.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Span, ToSpan};

use super::{Arg, Function, Moves, Typed, Wrong};
use crate::calendar::Calendar;
use crate::exact::{Exact, Inexact};
use crate::period::{Every, Period, date_of, day_number};
use crate::types::{Number, Type, Unit};

/// What a function needs to know besides its arguments.
#[derive(Clone, Debug)]
pub(crate) enum With {
    Calendar(Arc<Calendar>, fn(&Calendar, &[Arg]) -> Result<Arg, Inexact>),
    Every(Every, fn(Every, &[Arg]) -> Result<Arg, Inexact>),
}

/// A function that needs a calendar, named by its last argument, or the length of the period it is given.
#[derive(Debug)]
pub(crate) struct Needing {
    pub(crate) function: Function,
    pub(crate) needs: Needs,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Needs {
    Calendar(fn(&Calendar, &[Arg]) -> Result<Arg, Inexact>),
    Every(fn(Every, &[Arg]) -> Result<Arg, Inexact>),
}

/// Every such function.
pub(crate) const NEEDING: &[&Needing] =
    &[&ADD_WORKING_DAYS, &FIRST_DAY, &IS_WORKING_DAY, &LAST_DAY, &WORKING_DAYS_BETWEEN];

/// The function of this name.
pub(crate) fn needing(name: &str) -> Option<&'static Needing> {
    NEEDING.iter().find(|needing| needing.function.name == name).copied()
}

impl With {
    pub(crate) fn apply(&self, args: &[Arg]) -> Result<Arg, Inexact> {
        match self {
            Self::Calendar(calendar, apply) => apply(calendar, args),
            Self::Every(every, apply) => apply(*every, args),
        }
    }

    /// What stands behind the arguments in a script, and what a reader knows it as.
    pub(crate) fn told(&self) -> Option<(String, String)> {
        match self {
            Self::Calendar(calendar, _) => Some((format!("\"{}\"", calendar.name), calendar.title.clone())),
            Self::Every(..) => None,
        }
    }
}

/// `add_days(date, n)`: the day `n` days later.
pub(super) const ADD_DAYS: Function = Function {
    name: "add_days",
    takes: "a date and a number of days",
    fewest: 2,
    most: 2,
    moves: &[Moves::OneWay, Moves::OneWay],
    types: |args| added(args, "day"),
    apply: |args| moved(args, |count| Span::new().try_days(count).ok()),
    said: |args| later(args, "days"),
};

/// `add_months(date, n)`: the same day of the month `n` months later, or the last day of a month that is too short.
pub(super) const ADD_MONTHS: Function = Function {
    name: "add_months",
    takes: "a date and a number of months",
    types: |args| added(args, "month"),
    apply: |args| moved(args, |count| Span::new().try_months(count).ok()),
    said: |args| later(args, "months"),
    ..ADD_DAYS
};

/// `add_years(date, n)`: the same day `n` years later, and 28 February where there is no 29th.
pub(super) const ADD_YEARS: Function = Function {
    name: "add_years",
    takes: "a date and a number of years",
    types: |args| added(args, "year"),
    apply: |args| moved(args, |count| Span::new().try_years(count).ok()),
    said: |args| later(args, "years"),
    ..ADD_DAYS
};

/// `months_between(from, to)`: the whole months completed from one day to the other.
pub(super) const MONTHS_BETWEEN: Function = Function {
    name: "months_between",
    takes: "two dates",
    fewest: 2,
    most: 2,
    moves: &[Moves::OneWay, Moves::OneWay],
    types: |args| between_types(args, "months"),
    apply: |args| completed(args, 1),
    said: |args| spanned(args, "whole months"),
};

/// `years_between(from, to)`: the whole years completed from one day to the other.
pub(super) const YEARS_BETWEEN: Function = Function {
    name: "years_between",
    types: |args| between_types(args, "years"),
    apply: |args| completed(args, 12),
    said: |args| spanned(args, "whole years"),
    ..MONTHS_BETWEEN
};

/// `within(date, from, until)`: whether a day is `from` or later, and before `until`.
pub(super) const WITHIN: Function = Function {
    name: "within",
    takes: "a date, the first day and the first day after",
    fewest: 3,
    most: 3,
    moves: &[Moves::Anyhow],
    types: |args| dates(args).map(|()| Type::Bool),
    apply: |args| match args {
        [Arg::Word(day), Arg::Word(from), Arg::Word(until)] => Ok(Arg::Truth(from <= day && day < until)),
        _ => Ok(Arg::NotApplicable),
    },
    said: |args| match args {
        [day, from, until] => format!("whether {day} lies in the stretch from {from} until before {until}"),
        _ => String::new(),
    },
};

/// `add_working_days(date, n, "calendar")`: the `n`-th working day after a date.
const ADD_WORKING_DAYS: Needing = Needing {
    function: Function {
        name: "add_working_days",
        takes: "a date, a number of days and the name of a calendar in quotes",
        types: |args| added(args, "day"),
        apply: |_| Ok(Arg::NotApplicable),
        said: |args| match args {
            [date, count, calendar] => format!("{} after {date} ({calendar})", counted(count, "working days")),
            _ => String::new(),
        },
        ..ADD_DAYS
    },
    needs: Needs::Calendar(|calendar, args| match args {
        [Arg::Word(day), Arg::Number(count)] => calendar.days.add(*day, whole(*count)?).map(Arg::Word),
        _ => Ok(Arg::NotApplicable),
    }),
};

/// `working_days_between(from, to, "calendar")`: the working days after one day, up to and including the other.
const WORKING_DAYS_BETWEEN: Needing = Needing {
    function: Function {
        name: "working_days_between",
        takes: "two dates and the name of a calendar in quotes",
        types: |args| between_types(args, "days"),
        apply: |_| Ok(Arg::NotApplicable),
        said: |args| match args {
            [from, to, calendar] => format!("working days from {from} to {to} ({calendar})"),
            _ => String::new(),
        },
        ..MONTHS_BETWEEN
    },
    needs: Needs::Calendar(|calendar, args| match args {
        [Arg::Word(from), Arg::Word(to)] => {
            calendar.days.between(*from, *to).map(|days| Arg::Number(Exact::whole(days)))
        }
        _ => Ok(Arg::NotApplicable),
    }),
};

/// `is_working_day(date, "calendar")`: whether a day is Monday to Friday and no holiday.
const IS_WORKING_DAY: Needing = Needing {
    function: Function {
        name: "is_working_day",
        takes: "a date and the name of a calendar in quotes",
        fewest: 1,
        most: 1,
        moves: &[Moves::Anyhow],
        types: |args| dates(args).map(|()| Type::Bool),
        apply: |_| Ok(Arg::NotApplicable),
        said: |args| match args {
            [date, calendar] => format!("whether {date} is a working day ({calendar})"),
            _ => String::new(),
        },
    },
    needs: Needs::Calendar(|calendar, args| match args {
        [Arg::Word(day)] => calendar.days.is_working(*day).map(Arg::Truth),
        _ => Ok(Arg::NotApplicable),
    }),
};

/// `first_day(period)`: the day on which a period begins.
const FIRST_DAY: Needing = Needing {
    function: Function {
        name: "first_day",
        takes: "a period",
        fewest: 1,
        most: 1,
        moves: &[Moves::OneWay],
        types: |args| match args {
            [Typed { ty: Type::Period(_), .. }] => Ok(Type::Date),
            _ => Err(Wrong::Kind),
        },
        apply: |_| Ok(Arg::NotApplicable),
        said: |args| format!("the first day of {}", args.join("")),
    },
    needs: Needs::Every(|every, args| day_of(every, args, Period::first_day)),
};

/// `last_day(period)`: the day on which a period ends.
const LAST_DAY: Needing = Needing {
    function: Function {
        name: "last_day",
        said: |args| format!("the last day of {}", args.join("")),
        ..FIRST_DAY.function
    },
    needs: Needs::Every(|every, args| day_of(every, args, Period::last_day)),
};

fn day_of(every: Every, args: &[Arg], day: fn(Period) -> Option<Date>) -> Result<Arg, Inexact> {
    let [Arg::Word(ordinal)] = args else { return Ok(Arg::NotApplicable) };
    let index = i32::try_from(*ordinal).map_err(|_| Inexact::NoSuchDay)?;
    day(Period::from_ordinal(every, index)).map(|day| Arg::Word(day_number(day))).ok_or(Inexact::NoSuchDay)
}

fn dates(args: &[Typed]) -> Result<(), Wrong> {
    if args.iter().all(|arg| arg.ty == Type::Date) { Ok(()) } else { Err(Wrong::Kind) }
}

/// A date and a number of these, or a bare number.
fn added(args: &[Typed], unit: &str) -> Result<Type, Wrong> {
    let [date, Typed { ty: Type::Number(count), .. }] = args else { return Err(Wrong::Kind) };
    dates(std::slice::from_ref(date))?;
    let wanted = Unit::named(unit);
    if count.percent || !(count.unit.is_none() || count.unit == wanted) {
        return Err(Wrong::Unit(
            "what is added to a date and what the function counts",
            count.clone(),
            Number::of(wanted),
        ));
    }
    Ok(Type::Date)
}

fn between_types(args: &[Typed], unit: &str) -> Result<Type, Wrong> {
    dates(args)?;
    Ok(Type::Number(Number { whole: true, ..Number::of(Unit::named(unit)) }))
}

fn whole(count: Exact) -> Result<i64, Inexact> {
    count.as_whole().ok_or(Inexact::NotWhole)
}

/// The number of a day of the years 0 to 9999.
fn number(date: Date) -> Result<Arg, Inexact> {
    if date.year() < 0 { Err(Inexact::NoSuchDay) } else { Ok(Arg::Word(day_number(date))) }
}

fn moved(args: &[Arg], span: fn(i64) -> Option<Span>) -> Result<Arg, Inexact> {
    let [Arg::Word(day), Arg::Number(count)] = args else { return Ok(Arg::NotApplicable) };
    let span = span(whole(*count)?).ok_or(Inexact::NoSuchDay)?;
    // What goes past the end of a month stops at its last day.
    let date = date_of(*day).and_then(|date| date.checked_add(span).ok()).ok_or(Inexact::NoSuchDay)?;
    number(date)
}

/// Whole stretches of so many months from one day to another, below nought where the other is earlier.
fn completed(args: &[Arg], months: i64) -> Result<Arg, Inexact> {
    let [Arg::Word(from), Arg::Word(to)] = args else { return Ok(Arg::NotApplicable) };
    let (first, last, sign) = if from <= to { (*from, *to, 1) } else { (*to, *from, -1) };
    let (first, last) = (date_of(first).ok_or(Inexact::NoSuchDay)?, date_of(last).ok_or(Inexact::NoSuchDay)?);
    let ordinal = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
    let apart = ordinal(last) - ordinal(first);
    let reaches = first.checked_add(apart.months()).is_ok_and(|date| date <= last);
    let full = if reaches { apart } else { apart - 1 };
    Ok(Arg::Number(Exact::whole(sign * (full / months))))
}

/// `3 days after 1 April 2015`.
fn later(args: &[String], unit: &str) -> String {
    match args {
        [date, count] => match count.strip_prefix('-') {
            Some(count) => format!("{} before {date}", counted(count, unit)),
            None => format!("{} after {date}", counted(count, unit)),
        },
        _ => String::new(),
    }
}

/// A number with what it counts; the plural loses its ending for one.
fn counted(count: &str, unit: &str) -> String {
    match unit.strip_suffix('s') {
        Some(one) if count == "1" => format!("1 {one}"),
        _ => format!("{count} {unit}"),
    }
}

fn spanned(args: &[String], unit: &str) -> String {
    match args {
        [from, to] => format!("{unit} from {from} to {to}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::period::read_date;

    fn day(text: &str) -> Arg {
        Arg::Word(day_number(read_date(text).unwrap()))
    }

    fn count(value: i64) -> Arg {
        Arg::Number(Exact::whole(value))
    }

    #[test]
    fn a_month_later_stays_inside_the_month() {
        for (from, months, to) in [
            ("2015-01-31", 1, "2015-02-28"),
            ("2016-01-31", 1, "2016-02-29"),
            ("2015-03-31", -1, "2015-02-28"),
            ("2015-08-15", 6, "2016-02-15"),
        ] {
            assert_eq!((ADD_MONTHS.apply)(&[day(from), count(months)]), Ok(day(to)), "{from} {months}");
        }
        assert_eq!((ADD_YEARS.apply)(&[day("2016-02-29"), count(1)]), Ok(day("2017-02-28")));
        assert_eq!((ADD_YEARS.apply)(&[day("2016-02-29"), count(4)]), Ok(day("2020-02-29")));
    }

    #[test]
    fn days_past_the_year_9999_and_parts_of_days_are_errors() {
        assert_eq!((ADD_DAYS.apply)(&[day("9999-12-31"), count(1)]), Err(Inexact::NoSuchDay));
        assert_eq!((ADD_DAYS.apply)(&[day("0000-01-01"), count(-1)]), Err(Inexact::NoSuchDay));
        assert_eq!((ADD_MONTHS.apply)(&[day("2015-01-01"), count(i64::MAX)]), Err(Inexact::NoSuchDay));
        let half = Arg::Number(Exact::ratio(1, 2).unwrap());
        assert_eq!((ADD_DAYS.apply)(&[day("2015-01-01"), half]), Err(Inexact::NotWhole));
    }

    #[test]
    fn only_whole_months_and_years_are_counted() {
        for (from, to, months, years) in [
            ("2015-01-31", "2015-02-27", 0, 0),
            ("2015-01-31", "2015-02-28", 1, 0),
            ("2015-04-15", "2016-04-14", 11, 0),
            ("2015-04-15", "2016-04-15", 12, 1),
            ("2016-04-15", "2015-04-15", -12, -1),
            ("2016-04-14", "2015-04-15", -11, 0),
            ("2016-02-29", "2017-02-28", 12, 1),
        ] {
            assert_eq!((MONTHS_BETWEEN.apply)(&[day(from), day(to)]), Ok(count(months)), "{from} {to}");
            assert_eq!((YEARS_BETWEEN.apply)(&[day(from), day(to)]), Ok(count(years)), "{from} {to}");
        }
    }

    #[test]
    fn a_stretch_has_its_first_day_and_not_the_day_it_ends_before() {
        let within = |text: &str| (WITHIN.apply)(&[day(text), day("2015-04-01"), day("2016-04-01")]);
        assert_eq!(within("2015-04-01"), Ok(Arg::Truth(true)));
        assert_eq!(within("2016-03-31"), Ok(Arg::Truth(true)));
        assert_eq!(within("2016-04-01"), Ok(Arg::Truth(false)));
    }
}
