//! Sharing an amount out by weights, so that the parts come to the whole.

use crate::exact::{Exact, Inexact, Rounding};

/// How the pennies that rounding leaves over are placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Each part is rounded down, and the pennies go to the largest remainders, the earlier first.
    LargestRemainder,
    /// Each part is rounded as the pack rounds, and the last that has a weight gets the rest.
    RemainderToLast,
}

/// What happens where the weights come to nought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weightless {
    /// There is no ruling.
    Fault,
    /// Each gets the same.
    Equal,
    /// The parts do not apply.
    NotApplicable,
}

/// How an amount is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sharing {
    pub(crate) method: Method,
    pub(crate) weightless: Weightless,
    /// The rounding of the whole and of each part.
    pub(crate) rounding: Rounding,
    /// Whether the weights are shares that must come to one.
    pub(crate) shares: bool,
}

impl Method {
    pub(crate) const ALL: [(&'static str, Self); 2] =
        [("largest-remainder", Self::LargestRemainder), ("remainder-to-last", Self::RemainderToLast)];
}

impl Weightless {
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("refuse", Self::Fault), ("equal", Self::Equal), ("not-applicable", Self::NotApplicable)];
}

/// The parts of `total` by `weights`; `None` where there are none to give.
///
/// The parts come to `total` as `sharing` rounds it. A part has the sign of the whole.
pub(crate) fn share_out(total: Exact, weights: &[Exact], sharing: Sharing) -> Result<Option<Vec<Exact>>, Inexact> {
    if weights.iter().any(|weight| weight.is_negative()) {
        return Err(Inexact::NegativeWeight);
    }
    let mut sum = weights.iter().try_fold(Exact::ZERO, |sum, weight| sum.plus(*weight).map(Exact::reduced))?;
    if sharing.shares && sum != Exact::ONE {
        return Err(Inexact::SharesOfMore);
    }
    let whole = sharing.rounding.apply(total)?;
    let equal;
    let mut weights = weights;
    if sum.is_zero() {
        match sharing.weightless {
            Weightless::Fault => return Err(Inexact::NoWeight),
            Weightless::NotApplicable => return Ok(None),
            Weightless::Equal => {
                equal = vec![Exact::ONE; weights.len()];
                weights = &equal;
                sum = Exact::whole(i64::try_from(weights.len()).map_err(|_| Inexact::TooLarge)?);
                if sum.is_zero() {
                    return Ok(None);
                }
            }
        }
    }
    let parts = match sharing.method {
        Method::LargestRemainder => largest_remainder(whole, weights, sum, sharing.rounding.step())?,
        Method::RemainderToLast => remainder_to_last(whole, weights, sum, sharing.rounding)?,
    };
    Ok(Some(parts))
}

fn remainder_to_last(whole: Exact, weights: &[Exact], sum: Exact, rounding: Rounding) -> Result<Vec<Exact>, Inexact> {
    let last = weights.iter().rposition(|weight| !weight.is_zero()).unwrap_or(0);
    let mut given = Exact::ZERO;
    let mut parts = Vec::with_capacity(weights.len());
    for (position, weight) in weights.iter().enumerate() {
        let part = match position.cmp(&last) {
            std::cmp::Ordering::Less => {
                let left = whole.minus(given)?;
                let part = rounding.apply(whole.times(*weight)?.divide(sum)?)?;
                // Pennies rounded up before may leave less than that.
                if whole.is_negative() { part.max(left) } else { part.min(left) }
            }
            std::cmp::Ordering::Equal => whole.minus(given)?,
            std::cmp::Ordering::Greater => Exact::ZERO,
        };
        given = given.plus(part)?;
        parts.push(part);
    }
    Ok(parts)
}

fn largest_remainder(whole: Exact, weights: &[Exact], sum: Exact, step: Exact) -> Result<Vec<Exact>, Inexact> {
    let steps = whole.magnitude()?.divide(step)?.reduced();
    let mut parts = Vec::with_capacity(weights.len());
    let mut rests = Vec::with_capacity(weights.len());
    let mut left = steps;
    for (position, weight) in weights.iter().enumerate() {
        let due = steps.times(*weight)?.divide(sum)?.reduced();
        let down = Rounding::WHOLE_DOWN.apply(due)?;
        left = left.minus(down)?;
        rests.push((due.minus(down)?, position));
        parts.push(down);
    }
    // The largest remainder first, and of equal ones the earlier.
    rests.sort_by(|(one, first), (other, second)| other.cmp(one).then(first.cmp(second)));
    for (_, position) in rests {
        if left < Exact::ONE {
            break;
        }
        if let Some(part) = parts.get_mut(position) {
            *part = part.plus(Exact::ONE)?;
        }
        left = left.minus(Exact::ONE)?;
    }
    let signed = if whole.is_negative() { step.negated()? } else { step };
    parts.into_iter().map(|part| part.times(signed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(total: &str, weights: &[i64], method: Method) -> Vec<String> {
        let weights: Vec<Exact> = weights.iter().map(|weight| Exact::whole(*weight)).collect();
        let sharing = Sharing { method, weightless: Weightless::Equal, rounding: Rounding::PENCE, shares: false };
        let parts = share_out(total.parse().unwrap(), &weights, sharing).unwrap().unwrap();
        parts.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_pennies_left_over_go_to_the_largest_remainders() {
        let method = Method::LargestRemainder;
        assert_eq!(parts("100", &[1, 1, 1], method), ["33.34", "33.33", "33.33"]);
        assert_eq!(parts("0.05", &[1, 1, 1], method), ["0.02", "0.02", "0.01"]);
        assert_eq!(parts("-100", &[1, 1, 1], method), ["-33.34", "-33.33", "-33.33"]);
        assert_eq!(parts("10", &[0, 2, 1], method), ["0", "6.67", "3.33"]);
        assert_eq!(parts("10", &[0, 0, 0], method), ["3.34", "3.33", "3.33"]);
    }

    #[test]
    fn the_last_with_a_weight_gets_the_rest() {
        let method = Method::RemainderToLast;
        assert_eq!(parts("100", &[1, 1, 1], method), ["33.33", "33.33", "33.34"]);
        assert_eq!(parts("200", &[1, 1, 1, 0], method), ["66.67", "66.67", "66.66", "0"]);
        assert_eq!(parts("-0.05", &[1, 1], method), ["-0.03", "-0.02"]);
        assert_eq!(parts("0.02", &[1, 1, 1, 1], method), ["0.01", "0.01", "0", "0"]);
    }

    #[test]
    fn the_parts_come_to_the_whole() {
        let mut seed: u64 = 7;
        let mut next = |most: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from((seed >> 33) % most).unwrap()
        };
        for _ in 0..2_000 {
            let count = usize::try_from(next(9)).unwrap() + 1;
            let weights: Vec<Exact> = (0..count).map(|_| Exact::ratio(next(50), next(7) + 1).unwrap()).collect();
            let total = Exact::ratio(next(2_000_000) - 1_000_000, 100).unwrap();
            for (_, method) in Method::ALL {
                let sharing =
                    Sharing { method, weightless: Weightless::Equal, rounding: Rounding::PENCE, shares: false };
                let parts = share_out(total, &weights, sharing).unwrap().unwrap();
                let sum = parts.iter().fold(Exact::ZERO, |sum, part| sum.plus(*part).unwrap());
                assert_eq!(sum, total, "{weights:?}");
                let pence = |part: &Exact| part.times(Exact::whole(100)).unwrap().is_whole();
                assert!(parts.iter().all(pence), "{parts:?}");
            }
        }
    }
}
