//! Amounts between thresholds.

use super::{Arg, Function, Moves, Typed, Wrong, bare, like, numbers};
use crate::exact::{Exact, Inexact};
use crate::types::{Number, Type};

/// `interpolate(x, from, to)`: how far `x` is on the way from one threshold to the other, from 0 to 1.
/// `interpolate(x, from, to, low, high)`: what lies as far between `low` and `high`.
///
/// The thresholds may stand in either order: `to` below `from` where less is better. Before `from`
/// the result is that of `from`, and past `to` that of `to`.
pub(super) const INTERPOLATE: Function = Function {
    name: "interpolate",
    takes: "a number and the two thresholds that it is between, and then what is due at each of them",
    fewest: 3,
    most: 5,
    moves: &[Moves::Levels, Moves::Anyhow, Moves::Anyhow, Moves::OneWay],
    types: interpolate_types,
    apply: interpolate,
    said: |args| match args {
        [x, from, to] => format!("how far {x} is from {from} to {to}"),
        [x, from, to, low, high] => format!("{low} to {high} as far as {x} is from {from} to {to}"),
        _ => String::new(),
    },
};

fn interpolate_types(args: &[Typed]) -> Result<Type, Wrong> {
    let (Some(line), results) = (args.get(..3), args.get(3..).unwrap_or_default()) else { return Err(Wrong::Kind) };
    like(line, "the number and its thresholds")?;
    match results {
        [] => Ok(Type::Number(Number::plain())),
        [_, _] => like(results, "what is due at the two thresholds").map(Type::Number),
        [one] => bare(one).and(Err(Wrong::Kind)),
        _ => Err(Wrong::Kind),
    }
}

fn interpolate(args: &[Arg]) -> Result<Arg, Inexact> {
    let (line, ends) = args.split_at_checked(3).unwrap_or((args, &[]));
    let Some([x, from, to]) = numbers::<3>(line) else { return Ok(Arg::NotApplicable) };
    let [low, high] = numbers::<2>(ends).unwrap_or([Exact::ZERO, Exact::ONE]);
    let way = x.minus(from)?.divide(to.minus(from)?)?.max(Exact::ZERO).min(Exact::ONE);
    high.minus(low)?.times(way)?.plus(low).map(Arg::Number)
}
