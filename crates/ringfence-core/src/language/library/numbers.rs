//! Limits, rates and means of numbers.

use super::{Arg, Function, Moves, Typed, Wrong, bare, like, numbers};
use crate::exact::{Exact, Inexact};
use crate::types::{Number, Type};

/// `cap(x, most)`: `x`, but no more than `most`.
pub(super) const CAP: Function = Function {
    name: "cap",
    takes: "a number and the most that it may be",
    fewest: 2,
    most: 2,
    moves: &[Moves::Levels],
    types: |args| like(args, "the number and its limit").map(Type::Number),
    apply: |args| Ok(chosen(args, Exact::min)),
    said: |args| match args {
        [x, most] => format!("{x}, at most {most}"),
        _ => String::new(),
    },
};

/// `floor_at(x, least)`: `x`, but no less than `least`.
pub(super) const FLOOR_AT: Function = Function {
    name: "floor_at",
    takes: "a number and the least that it may be",
    fewest: 2,
    most: 2,
    moves: &[Moves::Levels],
    types: |args| like(args, "the number and its limit").map(Type::Number),
    apply: |args| Ok(chosen(args, Exact::max)),
    said: |args| match args {
        [x, least] => format!("{x}, at least {least}"),
        _ => String::new(),
    },
};

/// `mean(a, b, …)`: the sum of numbers, divided by how many there are.
pub(super) const MEAN: Function = Function {
    name: "mean",
    takes: "two numbers or more, or a series, or `list.map(|x| x.field)`",
    fewest: 2,
    most: 8,
    moves: &[Moves::OneWay],
    types: |args| like(args, "what a mean is taken of").map(|number| Type::Number(Number { whole: false, ..number })),
    apply: mean,
    said: |args| format!("({}) / {}", args.join(" + "), args.len()),
};

/// `percent_change(new, old, otherwise)`: by what share of the old a number has changed, or `otherwise`
/// where the old one is nought or less.
pub(super) const PERCENT_CHANGE: Function = Function {
    name: "percent_change",
    takes: "the new number, the old one, and the change where the old one is not above zero",
    fewest: 3,
    most: 3,
    moves: &[Moves::OneWay, Moves::Anyhow, Moves::OneWay],
    types: |args| {
        let (Some(two), Some(otherwise)) = (args.get(..2), args.get(2)) else { return Err(Wrong::Kind) };
        like(two, "the new number and the old one")?;
        bare(otherwise)?;
        Ok(Type::Number(Number::percentage()))
    },
    apply: percent_change,
    said: |args| match args {
        [new, old, _] => format!("the change from {old} to {new} as a share of {old}"),
        _ => String::new(),
    },
};

/// `uplift(x, rate)`: `x` and that share of it more.
pub(super) const UPLIFT: Function = Function {
    name: "uplift",
    takes: "a number and a rate, such as a percentage",
    fewest: 2,
    most: 2,
    moves: &[Moves::OneWay],
    types: |args| {
        let [Typed { ty: Type::Number(number), .. }, rate] = args else { return Err(Wrong::Kind) };
        bare(rate)?;
        Ok(Type::Number(Number { whole: false, ..number.clone() }))
    },
    apply: |args| {
        let Some([x, rate]) = numbers::<2>(args) else { return Ok(Arg::NotApplicable) };
        Exact::ONE.plus(rate)?.times(x).map(Arg::Number)
    },
    said: |args| match args {
        [x, rate] => format!("{x} uplifted by {rate}"),
        _ => String::new(),
    },
};

fn chosen(args: &[Arg], choose: fn(Exact, Exact) -> Exact) -> Arg {
    numbers::<2>(args).map_or(Arg::NotApplicable, |[x, limit]| Arg::Number(choose(x, limit)))
}

fn mean(args: &[Arg]) -> Result<Arg, Inexact> {
    let (mut sum, mut count) = (Exact::ZERO, 0);
    for arg in args {
        let Arg::Number(number) = arg else { return Ok(Arg::NotApplicable) };
        sum = sum.plus(*number)?;
        count += 1;
    }
    sum.divide(Exact::whole(count)).map(Arg::Number)
}

fn percent_change(args: &[Arg]) -> Result<Arg, Inexact> {
    let Some([new, old, otherwise]) = numbers::<3>(args) else { return Ok(Arg::NotApplicable) };
    if old <= Exact::ZERO {
        return Ok(Arg::Number(otherwise));
    }
    new.minus(old)?.divide(old).map(Arg::Number)
}
