//! One small step away from what a node of a script does.

use crate::exact::{Exact, Rounding};
use crate::language::ir::{Comparison, Expr, Fold, Kind, Over, Quantity};
use crate::language::library::Method;
use crate::language::value::Val;

/// What becomes of a node.
#[derive(Clone, Debug)]
pub(super) enum Turn {
    Constant(Val),
    Compare(Comparison),
    /// Same becomes different, and the other way round.
    SameTruth,
    /// All become some, and the other way round.
    Junction,
    /// The part of this number is dropped: a limb, an operand.
    Drop(usize),
    /// Only the part of this number stays.
    Only(usize),
    /// The sides of a choice change places.
    Branches,
    Quantity(Quantity),
    /// Only the upper or only the lower limit stays.
    WithoutLowest,
    WithoutHighest,
    /// The part of this number becomes a constant.
    Part(usize, Val),
    /// Plus becomes minus, times becomes divided by, the least becomes the greatest; and back.
    Opposite,
    Fold(Fold),
    /// The value of the period in place of what is made of the series.
    ThisPeriod,
    Rounding(Rounding),
    Filter(usize),
    Recent(u32),
    Back(u16),
    Method(Method),
}

impl Turn {
    /// What a node does after this step; nothing where it is not such a node.
    pub(super) fn of(&self, kind: &Kind) -> Option<Kind> {
        Some(match (self, kind) {
            (Self::Constant(value), Kind::Constant(_)) => Kind::Constant(*value),
            (Self::Compare(comparison), Kind::Compare(_, sides)) => Kind::Compare(*comparison, sides.clone()),
            (Self::Compare(comparison), Kind::CompareWords(_, sides)) => Kind::CompareWords(*comparison, sides.clone()),
            (Self::SameTruth, Kind::SameTruth { negated, sides }) => {
                Kind::SameTruth { negated: !negated, sides: sides.clone() }
            }
            (Self::Junction, Kind::And(parts)) => Kind::Or(parts.clone()),
            (Self::Junction, Kind::Or(parts)) => Kind::And(parts.clone()),
            (Self::Drop(at), Kind::And(parts)) => Kind::And(without(parts, *at)),
            (Self::Drop(at), Kind::Or(parts)) => Kind::Or(without(parts, *at)),
            (Self::Drop(at), Kind::Least(parts)) => Kind::Least(without(parts, *at)),
            (Self::Drop(at), Kind::Greatest(parts)) => Kind::Greatest(without(parts, *at)),
            (Self::Only(at), kind) => part(kind, *at)?.kind.clone(),
            (Self::Branches, Kind::If(parts)) => {
                let [test, then, other] = (**parts).clone();
                Kind::If(Box::new([test, other, then]))
            }
            (Self::Quantity(quantity), Kind::Quantify { rows, test, .. }) => {
                Kind::Quantify { quantity: *quantity, rows: rows.clone(), test: test.clone() }
            }
            (Self::WithoutLowest, Kind::Clamp(parts)) => {
                let [number, _, high] = (**parts).clone();
                Kind::Least(vec![number, high])
            }
            (Self::WithoutHighest, Kind::Clamp(parts)) => {
                let [number, low, _] = (**parts).clone();
                Kind::Greatest(vec![number, low])
            }
            (Self::Part(at, value), Kind::Share(parts)) => {
                let mut parts = parts.clone();
                parts.get_mut(*at)?.kind = Kind::Constant(*value);
                Kind::Share(parts)
            }
            (Self::Opposite, Kind::Add(sides)) => Kind::Subtract(sides.clone()),
            (Self::Opposite, Kind::Subtract(sides)) => Kind::Add(sides.clone()),
            (Self::Opposite, Kind::Multiply(sides)) => Kind::Divide(sides.clone()),
            (Self::Opposite, Kind::Divide(sides)) => Kind::Multiply(sides.clone()),
            (Self::Opposite, Kind::LeastRow(rows, body)) => Kind::GreatestRow(rows.clone(), body.clone()),
            (Self::Opposite, Kind::GreatestRow(rows, body)) => Kind::LeastRow(rows.clone(), body.clone()),
            (Self::Fold(fold), Kind::FoldSeries(_, series)) => Kind::FoldSeries(*fold, *series),
            (Self::ThisPeriod, Kind::FoldSeries(_, series)) if series.derived => Kind::DerivedNow(series.base),
            (Self::ThisPeriod, Kind::FoldSeries(_, series)) => Kind::FactNow(series.base),
            (Self::Rounding(rounding), Kind::Round(_, inner)) => Kind::Round(*rounding, inner.clone()),
            (Self::Filter(at), kind) => {
                let mut kind = kind.clone();
                let filters = &mut kind.rows_mut()?.filters;
                if *at < filters.len() {
                    filters.remove(*at);
                }
                kind
            }
            (Self::Recent(count), kind) => {
                let mut kind = kind.clone();
                kind.rows_mut()?.over = Over::Recent(*count);
                kind
            }
            (Self::Back(back), Kind::Element { row, family, series, .. }) => {
                Kind::Element { row: *row, back: *back, family: *family, series: *series }
            }
            (Self::Method(method), Kind::Allocate(shared)) => {
                let mut shared = shared.clone();
                shared.sharing.method = *method;
                Kind::Allocate(shared)
            }
            _ => return None,
        })
    }
}

fn without(parts: &[Expr], at: usize) -> Vec<Expr> {
    parts.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, part)| part.clone()).collect()
}

/// The part of a node that can stand for all of it.
pub(super) fn part(kind: &Kind, at: usize) -> Option<&Expr> {
    match kind {
        Kind::If(parts) | Kind::Clamp(parts) => parts.get(at),
        Kind::OrElse(sides) => sides.get(at),
        Kind::Not(inner) | Kind::Negate(inner) | Kind::Magnitude(inner) | Kind::Round(_, inner) => Some(inner),
        Kind::Call(call) => call.args.get(at).map(|(_, arg)| arg),
        _ => None,
    }
}

/// The number that a node is, if it is one that is written.
pub(super) fn number(expr: &Expr) -> Option<Exact> {
    match expr.kind {
        Kind::Constant(Val::Num(number)) => number.known(&[]),
        _ => None,
    }
}
