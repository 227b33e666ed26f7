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
