//! Sharing out, by another way than the library's: penny by penny.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rhai::{Array, Dynamic, Engine, ImmutableString, Map};

use super::windows::ROW;
use super::{Fallible, Series, all_numbers, fault, number};
use crate::exact::{Exact, Rounding};

pub(super) fn register(engine: &mut Engine, now: &Arc<AtomicUsize>) {
    macro_rules! over_periods {
        ($(($($more:ident),*)),+) => {$(
            let at = Arc::clone(now);
            engine.register_fn("allocate", move |total: Dynamic, weights: Series $(, $more: ImmutableString)*| {
                let words: &[&str] = &[$($more.as_str()),*];
                part(&total, &weights.cells, at.load(Ordering::Relaxed), words)
            });
            let at = Arc::clone(now);
            engine.register_fn("allocate", move |total: Dynamic, weights: Array $(, $more: ImmutableString)*| {
                let words: &[&str] = &[$($more.as_str()),*];
                part(&total, &weights, at.load(Ordering::Relaxed), words)
            });
            engine.register_fn("allocate", move |total: Dynamic, weights: Array, record: Map $(, $more: ImmutableString)*| {
                let at = record.get(ROW).and_then(|row| row.as_int().ok()).ok_or_else(|| fault("no record"))?;
                let words: &[&str] = &[$($more.as_str()),*];
                part(&total, &weights, usize::try_from(at).map_err(fault)?, words)
            });
        )+};
    }
    over_periods!((), (method), (method, otherwise));
    let at = Arc::clone(now);
    engine.register_fn("profile", move |total: Dynamic, shares: Series| {
        part(&total, &shares.cells, at.load(Ordering::Relaxed), &["remainder-to-last"])
    });
}

/// One part. The reference's packs round to the penny, a half away from nought, and counts to one.
fn part(total: &Dynamic, weights: &[Dynamic], at: usize, words: &[&str]) -> Fallible<Dynamic> {
    let rounding = if total.is_int() { Rounding::WHOLE } else { Rounding::PENCE };
    let total = rounding.apply(number(total)?).map_err(fault)?;
    let mut weights = all_numbers(weights)?;
    let mut sum = Exact::ZERO;
    for weight in &weights {
        sum = sum.plus(*weight).map_err(fault)?;
    }
    if sum.is_zero() {
        match words.get(1) {
            Some(&"equal") => {
                weights = vec![Exact::ONE; weights.len()];
                sum = Exact::whole(i64::try_from(weights.len()).map_err(fault)?);
            }
            Some(&"not-applicable") => return Ok(Dynamic::UNIT),
            _ => return Err(fault("nobody has a weight")),
        }
    }
    let due = |weight: &Exact| total.times(*weight).and_then(|due| due.divide(sum)).map_err(fault);
    if words.first() == Some(&"remainder-to-last") {
        let last = weights.iter().rposition(|weight| !weight.is_zero()).unwrap_or(0);
        let mut left = total;
        for (position, weight) in weights.iter().enumerate() {
            let part = if position == last { left } else { rounding.apply(due(weight)?).map_err(fault)? };
            let part = if total.is_negative() { part.max(left) } else { part.min(left) };
            if position == at {
                return Ok(Dynamic::from(part));
            }
            left = left.minus(part).map_err(fault)?;
        }
        return Err(fault("no such part"));
    }
    // Penny by penny to whoever is furthest below what is due, the earlier first, beginning with what is due rounded
    // towards nought.
    let step = if total.is_negative() { rounding.step().negated().map_err(fault)? } else { rounding.step() };
    let down = Rounding::new(rounding.step(), crate::exact::RoundingMode::Truncate).ok_or_else(|| fault("no step"))?;
    let mut parts = Vec::new();
    let mut left = total;
    for weight in &weights {
        let part = down.apply(due(weight)?).map_err(fault)?;
        left = left.minus(part).map_err(fault)?;
        parts.push(part);
    }
    while !left.is_zero() {
        let mut best: Option<(Exact, usize)> = None;
        for (position, (part, weight)) in parts.iter().zip(&weights).enumerate() {
            let lack = due(weight)?.minus(*part).and_then(Exact::magnitude).map_err(fault)?;
            let ahead = due(weight)?.magnitude().map_err(fault)? < part.magnitude().map_err(fault)?;
            if !ahead && best.is_none_or(|(most, _)| lack > most) {
                best = Some((lack, position));
            }
        }
        let Some((_, position)) = best else { return Err(fault("nobody to give a penny to")) };
        if let Some(part) = parts.get_mut(position) {
            *part = part.plus(step).map_err(fault)?;
        }
        left = left.minus(step).map_err(fault)?;
    }
    parts.get(at).map(|part| Dynamic::from(*part)).ok_or_else(|| fault("no such part"))
}
