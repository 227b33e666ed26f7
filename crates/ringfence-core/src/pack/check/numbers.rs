//! Numbers that policy may change, and money that is left in parts of a penny.

use std::collections::BTreeSet;

use super::{Checked, warn};
use crate::diagnostic::Code;
use crate::exact::Exact;
use crate::fields::Mistakes;
use crate::language::ir::{Expr, Kind, Leaf};
use crate::language::lower::Shape;
use crate::language::value::Val;
use crate::pack::DerivedValue;
use crate::pack::compile::Dep;
use crate::source::Place;
use crate::types::Type;

/// Numbers in scripts other than nought and one.
///
/// Steps of `round_to` are no such numbers, nor is how many terms a sum has where it is divided by just that many:
/// the mean of two is no policy.
pub(super) fn policy(checked: &Checked<'_>, mistakes: &mut Mistakes) {
    let mut seen = BTreeSet::new();
    for script in checked.scripts() {
        let mut means = BTreeSet::new();
        script.walk(&mut |node| {
            if let Kind::Divide(sides) = &node.kind
                && let [sum, by] = &**sides
                && number(by).and_then(Exact::as_whole) == Some(terms(sum))
            {
                means.insert(by.site);
            }
        });
        script.walk(&mut |node| {
            let Some(number) = number(node).filter(|_| !means.contains(&node.site)) else { return };
            if number.magnitude().is_ok_and(|size| size.is_zero() || size == Exact::whole(1)) {
                return;
            }
            let Some(place) = checked.pack.sites.get(node.site as usize).and_then(|site| whole(&site.place)) else {
                return;
            };
            let at = (place.file().path().to_owned(), place.line(), place.column());
            if seen.insert(at) {
                let written = number.decimal().unwrap_or_default();
                let message = format!("the number {written} looks like policy");
                let help = "declare it under `parameters`, with its source, and write `params.…` here";
                warn(mistakes, Code::POLICY_NUMBER, place, message, help);
            }
        });
    }
}

/// The place of a number with all its digits, if it is written there: a token of a script ends at the point.
fn whole(place: &Place) -> Option<Place> {
    let line = place.file().line(place.line()).unwrap_or_default();
    let digits = line.chars().skip(place.column() - 1);
    let length = digits.take_while(|letter| letter.is_ascii_digit() || matches!(letter, '.' | '_')).count();
    (length > 0).then(|| Place::new(place.file(), place.line(), place.column(), length))
}

fn number(node: &Expr) -> Option<Exact> {
    match node.kind {
        Kind::Constant(Val::Num(number)) => number.known(&[]),
        _ => None,
    }
}

/// How many terms a sum has.
fn terms(sum: &Expr) -> i64 {
    match &sum.kind {
        Kind::Add(sides) => sides.iter().map(terms).sum(),
        _ => 1,
    }
}

/// Money that a script divides, that is declared with `round: none`, and that nothing which rests on it rounds.
///
/// Then parts of a penny are all that its reader sees. What a fund or a rounded value rests on is rounded there.
pub(super) fn never_rounded(checked: &Checked<'_>, mistakes: &mut Mistakes) {
    let uses = checked.uses;
    let mut rounded: BTreeSet<usize> = BTreeSet::new();
    let mut open: Vec<Dep> = uses.funds.iter().flatten().copied().collect();
    for (number, value) in checked.pack.values.iter().enumerate() {
        if value.rounding.is_some() {
            open.push(Dep::Value(number));
        }
    }
    while let Some(dep) = open.pop() {
        if let Dep::Value(number) = dep
            && rounded.insert(number)
        {
            open.extend(uses.values.get(number).into_iter().flatten());
        }
    }
    for (number, value) in checked.pack.values.iter().enumerate() {
        let money = matches!(&value.ty, Type::Number(number) if number.unit.is_money());
        if !money || rounded.contains(&number) {
            continue;
        }
        if let (Some(how), Some(entry)) = (broken_up(checked, value), checked.declared("values", &value.name)) {
            let place = entry.value.get("round").unwrap_or(&entry.value).place.clone();
            let message = format!("the money of the value `{}` {how} and is never rounded", value.name);
            let help = "leave `round: none` out, or round where the scheme says so";
            warn(mistakes, Code::MONEY_NEVER_ROUNDED, place, message, help);
        }
    }
}

/// How a value's script may leave parts of a penny, outside what it rounds itself.
fn broken_up(checked: &Checked<'_>, value: &DerivedValue) -> Option<&'static str> {
    let mut inside: BTreeSet<u32> = BTreeSet::new();
    value.is.walk(&mut |node| {
        if let Kind::Round(_, inner) = &node.kind {
            inner.walk(&mut |below| {
                inside.insert(below.site);
            });
        }
    });
    let mut how = None;
    value.is.walk(&mut |node| {
        if inside.contains(&node.site) {
            return;
        }
        match &node.kind {
            Kind::Divide(_) | Kind::Share(_) => how = Some("is divided"),
            Kind::Multiply(sides) if how.is_none() && sides.iter().any(|side| is_percentage(checked, side)) => {
                how = Some("is multiplied by a percentage");
            }
            _ => {}
        }
    });
    how
}

/// Whether a node reads a percentage.
fn is_percentage(checked: &Checked<'_>, node: &Expr) -> bool {
    let pack = checked.pack;
    let percent = |ty: &Type| matches!(ty, Type::Number(number) if number.percent);
    if let Kind::Parameter(slot) = node.kind {
        return pack.parameters.get(slot as usize).is_some_and(|parameter| percent(&parameter.ty));
    }
    match pack.sites.get(node.site as usize).map(|site| site.leaf) {
        Some(Leaf::Fact(slot) | Leaf::FactNow(slot)) => pack
            .facts
            .iter()
            .any(|fact| fact.slot == slot && matches!(&fact.shape, Shape::One(ty) | Shape::Series(ty) if percent(ty))),
        _ => false,
    }
}
