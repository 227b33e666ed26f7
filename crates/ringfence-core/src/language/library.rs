//! The library of funding: pure functions of single values, each defined in one place.
//!
//! A function says what it takes and gives, how it is worked out exactly, how its result moves with
//! each argument, and how it reads in words. All readings work from that, so a new function is one
//! more entry of [`FUNCTIONS`]. An argument that is missing makes the result missing, and one that
//! does not apply makes it inapplicable.

mod amounts;
pub(crate) mod dates;
mod numbers;
mod sharing;

pub(crate) use sharing::{Method, Sharing, Weightless, share_out};

use super::value::{Family, Num, State, Truth, Val, Wide, Word};
use crate::exact::{Exact, Inexact};
use crate::types::{Number, Type, Unit};

/// A known value, on its way into a function or out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arg {
    Number(Exact),
    /// A day number, a period's ordinal, weekday bits, the number of a text.
    Word(i64),
    Truth(bool),
    /// There can be no result.
    NotApplicable,
}

/// How a result moves as one argument grows and the others stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moves {
    /// Only ever up or only ever down, whichever way the others make it.
    OneWay,
    /// The same, and past some point no more: what lies beyond 24 digits makes no difference.
    Levels,
    /// As it will: the result is only known where this argument is.
    Anyhow,
}

/// An argument as a script writes it: its type, and whether it is a plain nought, which has every unit.
#[derive(Clone, Debug)]
pub(crate) struct Typed {
    pub(crate) ty: Type,
    pub(crate) nought: bool,
}

/// Why arguments do not go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// Not the kinds of values that it takes.
    Kind,
    /// Numbers in unlike units: which, and the two units.
    Unit(&'static str, Number, Number),
}

/// A function of the library.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    /// What it takes, as in "takes …".
    pub(crate) takes: &'static str,
    pub(crate) fewest: usize,
    pub(crate) most: usize,
    /// How the result moves with each argument; the last holds for those that follow.
    pub(crate) moves: &'static [Moves],
    pub(crate) types: fn(&[Typed]) -> Result<Type, Wrong>,
    pub(crate) apply: fn(&[Arg]) -> Result<Arg, Inexact>,
    /// In words, with the arguments' values.
    pub(crate) said: fn(&[String]) -> String,
}

impl Function {
    /// How the result moves with this argument, counted from 0.
    pub(crate) fn moves_with(&self, argument: usize) -> Moves {
        self.moves.get(argument).or(self.moves.last()).copied().unwrap_or(Moves::Anyhow)
    }
}

/// The most arguments that a function takes.
pub(crate) const MOST_ARGUMENTS: usize = 8;

/// Every function that is defined here, by name.
pub(crate) const FUNCTIONS: &[&Function] = &[
    &dates::ADD_DAYS,
    &dates::ADD_MONTHS,
    &dates::ADD_YEARS,
    &numbers::CAP,
    &numbers::FLOOR_AT,
    &amounts::INTERPOLATE,
    &numbers::MEAN,
    &dates::MONTHS_BETWEEN,
    &numbers::PERCENT_CHANGE,
    &numbers::UPLIFT,
    &dates::WITHIN,
    &dates::YEARS_BETWEEN,
];

/// The function of this name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name).copied()
}

/// The numbers among arguments; `None` if one is something else.
pub(crate) fn numbers<const N: usize>(args: &[Arg]) -> Option<[Exact; N]> {
    let mut found = [Exact::ZERO; N];
    if args.len() != N {
        return None;
    }
    for (slot, arg) in found.iter_mut().zip(args) {
        let Arg::Number(number) = arg else { return None };
        *slot = *number;
    }
    Some(found)
}

/// The number type that all of these share; nought goes with any.
pub(crate) fn like(args: &[Typed], what: &'static str) -> Result<Number, Wrong> {
    let mut shared: Option<(Number, bool)> = None;
    for arg in args {
        let Type::Number(number) = &arg.ty else { return Err(Wrong::Kind) };
        shared = Some(match shared {
            None => (number.clone(), arg.nought),
            Some((known, true)) => (if arg.nought { known } else { number.clone() }, arg.nought),
            Some((known, false)) if arg.nought => (known, false),
            Some((known, false)) if known.unit == number.unit => {
                (Number { percent: known.percent && number.percent, whole: false, ..known }, false)
            }
            Some((known, false)) => return Err(Wrong::Unit(what, known, number.clone())),
        });
    }
    shared.map(|(number, _)| number).ok_or(Wrong::Kind)
}

/// A number without a unit.
pub(crate) fn bare(arg: &Typed) -> Result<(), Wrong> {
    match &arg.ty {
        Type::Number(number) if number.unit.is_none() => Ok(()),
        Type::Number(number) => Err(Wrong::Unit("the number and the share", number.clone(), Number::of(Unit::none()))),
        _ => Err(Wrong::Kind),
    }
}

impl Arg {
    /// The known value of a cell; otherwise its state.
    pub(crate) fn of(value: Val, wide: &[Exact]) -> Result<Self, State> {
        match value {
            Val::Truth(Truth::True) => Ok(Self::Truth(true)),
            Val::Truth(Truth::False) => Ok(Self::Truth(false)),
            Val::Num(num) => num.known(wide).map(Self::Number).ok_or(num.state()),
            Val::Word(word) if word.state == State::Known => Ok(Self::Word(word.bits)),
            other => Err(other.state()),
        }
    }

    /// The cell of this value, of this family.
    pub(crate) fn cell(self, family: Family, wide: &mut Wide) -> Val {
        match self {
            Self::Number(number) => Val::Num(Num::keep(number, wide)),
            Self::Word(bits) => Val::Word(Word::known(bits)),
            Self::Truth(truth) => Val::Truth(Truth::from_bool(truth)),
            Self::NotApplicable => family.absent(State::NotApplicable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::dates::{NEEDING, Needs};
    use super::*;
    use crate::calendar::Days;
    use crate::period::Every;

    /// Numbers that look random.
    struct Numbers(u64);

    impl Numbers {
        fn within(&mut self, low: i64, high: i64) -> i64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            low + i64::try_from((self.0 >> 33) % u64::try_from(high - low + 1).unwrap()).unwrap()
        }
    }

    const FIRST: i64 = 16_000;
    const LAST: i64 = 17_500;

    /// What a function takes, by argument, with a value of that kind; a number to be added to a day is whole.
    fn argument(name: &str, at: usize, numbers: &mut Numbers) -> Arg {
        let of_days = name.starts_with("add_") && at == 0 || name.contains("_between") || name == "within";
        match name {
            _ if of_days => Arg::Word(numbers.within(FIRST + 400, LAST - 400)),
            "first_day" | "last_day" => Arg::Word(numbers.within(100, 200)),
            "is_working_day" => Arg::Word(numbers.within(FIRST, LAST)),
            _ if name.starts_with("add_") => Arg::Number(Exact::whole(numbers.within(-40, 40))),
            _ => Arg::Number(Exact::ratio(numbers.within(-60, 60), numbers.within(1, 4)).unwrap()),
        }
    }

    fn order(one: &Arg, other: &Arg) -> std::cmp::Ordering {
        match (one, other) {
            (Arg::Number(one), Arg::Number(other)) => one.cmp(other),
            (Arg::Word(one), Arg::Word(other)) => one.cmp(other),
            (one, other) => panic!("{one:?} {other:?}"),
        }
    }

    /// The bounds reading looks only at the ends of what such an argument may be.
    #[test]
    fn whatever_is_said_to_move_one_way_does() {
        let days = Days::new(FIRST, LAST, (0..20).map(|at| FIRST + at * 71).collect());
        let needing = NEEDING.iter().map(|needing| (&needing.function, Some(needing.needs)));
        let all = FUNCTIONS.iter().map(|function| (*function, None)).chain(needing);
        let mut numbers = Numbers(11);
        for (function, needs) in all {
            // The calendar's name is no argument here.
            let apply = |args: &[Arg]| match needs {
                None => (function.apply)(args),
                // A calendar stands in tests for its days alone.
                Some(Needs::Every(apply)) => apply(Every::Quarter, args),
                Some(Needs::Calendar(_)) => match (function.name, args) {
                    ("add_working_days", [Arg::Word(day), Arg::Number(count)]) => {
                        days.add(*day, count.as_whole().unwrap()).map(Arg::Word)
                    }
                    ("working_days_between", [Arg::Word(from), Arg::Word(to)]) => {
                        days.between(*from, *to).map(|days| Arg::Number(Exact::whole(days)))
                    }
                    _ => Ok(Arg::NotApplicable),
                },
            };
            let mut compared = 0;
            for turn in 0..6_000 {
                let count = if turn % 2 == 0 { function.fewest } else { function.most };
                let args: Vec<Arg> = (0..count).map(|at| argument(function.name, at, &mut numbers)).collect();
                for at in (0..count).filter(|at| function.moves_with(*at) != Moves::Anyhow) {
                    let mut three = [0; 3].map(|_| argument(function.name, at, &mut numbers));
                    three.sort_by(order);
                    let results = three.map(|arg| {
                        let mut args = args.clone();
                        args[at] = arg;
                        apply(&args)
                    });
                    // One that goes into a divisor has no result now and then.
                    let [Ok(low), Ok(between), Ok(high)] = results else { continue };
                    let steps = [order(&low, &between), order(&between, &high)];
                    let both = [std::cmp::Ordering::Less, std::cmp::Ordering::Greater];
                    let turns = both.iter().all(|way| steps.contains(way));
                    assert!(!turns, "{} by argument {at} at {args:?}: {three:?} {results:?}", function.name);
                    compared += 1;
                }
            }
            let moves = (0..function.most).any(|at| function.moves_with(at) != Moves::Anyhow);
            assert!(!moves || compared > 3_000, "{}: {compared}", function.name);
        }
    }
}
