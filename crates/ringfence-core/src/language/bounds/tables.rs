//! What is possible of tables and of functions of the library.

use super::{BEYOND, Bounds, day_range, may_be_absent, may_be_known, nowhere};
use crate::exact::Exact;
use crate::language::ir::{Call, Lookup};
use crate::language::library::{Arg, Moves};
use crate::language::possible::{Among, End, Possible, Range, Truths, Words};
use crate::language::value::Truth;
use crate::table::{Cell, Hit};

impl<'e> Bounds<'_, 'e> {
    /// An output of a table: what the rows give that may still hold.
    pub(super) fn lookup(&mut self, lookup: &'e Lookup) -> Possible {
        let family = lookup.ty().family();
        let args: Vec<Possible> = lookup.args.iter().map(|(family, arg)| self.of(*family, arg)).collect();
        let (None, Some(version)) = (self.parameters, lookup.version(self.cells.parameters)) else {
            return Possible::any(family);
        };
        let mut found: Option<Possible> = None;
        let mut certain = false;
        for row in &version.rows {
            if !row.cells.iter().zip(&args).all(|(cell, arg)| may_hold(cell, arg)) {
                continue;
            }
            let Some(given) = row.gives.get(lookup.output).and_then(|given| given_by(*given)) else {
                return Possible::any(family);
            };
            let must = row.cells.iter().zip(&args).all(|(cell, arg)| must_hold(cell, arg));
            found = Some(match (found, lookup.table.hit) {
                (None, _) => given,
                (Some(sum), Hit::Sum) => {
                    let mut more = sum.range().plus(given.range());
                    if !must {
                        more = more.or_else(sum.range());
                    }
                    // As long as no row before it is certain, this one can be the only one.
                    Possible::Num(if certain { more } else { more.or_else(given.range()) })
                }
                (Some(found), Hit::Unique | Hit::First) => found.or_else(given),
            });
            certain |= must;
            if must && lookup.table.hit != Hit::Sum {
                break;
            }
        }
        if let (false, Some(default)) = (certain, &version.default)
            && let Some(given) = default.get(lookup.output).and_then(|given| given_by(*given))
        {
            found = Some(found.map_or(given.clone(), |found| found.or_else(given)));
        }
        let found = found.unwrap_or(Possible::any(family));
        if args.iter().any(may_be_absent) { found.or_else(nowhere(family)) } else { found }
    }

    /// A function of the library: its results at the corners of what its arguments may be, where it moves one way.
    pub(super) fn call(&mut self, call: &'e Call) -> Possible {
        let family = call.ty.family();
        let args: Vec<Possible> = call.args.iter().map(|(family, arg)| self.of(*family, arg)).collect();
        let absent = args.iter().any(may_be_absent);
        // A function gives something wherever its arguments are there.
        let nothing = || if absent { Possible::any(family) } else { Possible::any_known(family) };
        if !args.iter().all(may_be_known) {
            return nowhere(family);
        }
        let mut corners: Vec<Vec<Arg>> = vec![Vec::new()];
        for (position, arg) in args.iter().enumerate() {
            let Some(ends) = ends_of(arg, call.function.moves_with(position)) else { return nothing() };
            let mut next = Vec::with_capacity(corners.len() * ends.len());
            for corner in &corners {
                for end in &ends {
                    let mut corner = corner.clone();
                    corner.push(*end);
                    next.push(corner);
                }
            }
            corners = next;
        }
        let mut found: Option<Possible> = None;
        let mut none = absent;
        for corner in corners {
            let possible = match call.apply(&corner) {
                Ok(Arg::Number(number)) => Possible::Num(as_far_as_it_tells(number)),
                Ok(Arg::Word(bits)) => {
                    Possible::Word(Words { known: Some(Among::From(Some(bits), Some(bits))), absent: false })
                }
                Ok(Arg::Truth(truth)) => Possible::Truth(Truths::of(Truth::from_bool(truth))),
                Ok(Arg::NotApplicable) => {
                    none = true;
                    continue;
                }
                Err(_) => return nothing(),
            };
            found = Some(found.map_or(possible.clone(), |found| found.or_else(possible)));
        }
        match found {
            None => nowhere(family),
            Some(found) if none => found.or_else(nowhere(family)),
            Some(found) => found,
        }
    }
}

/// What a table gives, as the one thing that is possible.
pub(super) fn given_by(given: Arg) -> Option<Possible> {
    Some(match given {
        Arg::Number(number) => Possible::Num(Range::point(number)),
        Arg::Word(bits) => Possible::Word(Words::point(bits)),
        Arg::Truth(truth) => Possible::Truth(Truths::of(Truth::from_bool(truth))),
        Arg::NotApplicable => return None,
    })
}

/// The ends between which a number or day is possible; `None` for what is neither or may not apply.
pub(super) fn stretch_of(possible: &Possible) -> Option<(End, End)> {
    match possible {
        Possible::Num(range) if !range.absent => Some((range.low, range.high)),
        Possible::Word(words) if !words.absent => {
            let range = day_range(words);
            Some((range.low, range.high))
        }
        _ => None,
    }
}

pub(super) fn may_hold(cell: &Cell, possible: &Possible) -> bool {
    match cell {
        Cell::Any => true,
        Cell::Stretch(stretch) => stretch_of(possible).is_none_or(|(low, high)| {
            let above =
                stretch.low.is_none_or(|(from, belongs)| high > End::At(from) || (belongs && high == End::At(from)));
            let below = stretch.high.is_none_or(|(to, belongs)| low < End::At(to) || (belongs && low == End::At(to)));
            above && below
        }),
        Cell::Of(wanted) => match possible {
            Possible::Truth(truths) if !truths.may_be(Truth::NotApplicable) => {
                wanted.iter().any(|word| truths.may_be(Truth::from_bool(*word != 0)))
            }
            Possible::Word(Words { known: Some(Among::These(words)), absent: false }) => {
                words.iter().any(|word| wanted.contains(word))
            }
            _ => true,
        },
    }
}

/// Whether a cell holds whatever its input turns out to be.
pub(super) fn must_hold(cell: &Cell, possible: &Possible) -> bool {
    match cell {
        Cell::Any => true,
        Cell::Stretch(stretch) => stretch_of(possible).is_some_and(|(low, high)| {
            let holds = |end: End, open: bool| end.number().map_or(open, |number| stretch.holds(number));
            holds(low, stretch.low.is_none()) && holds(high, stretch.high.is_none())
        }),
        Cell::Of(wanted) => match possible {
            Possible::Truth(truths) => match truths.single() {
                Some(Truth::True) => wanted.contains(&1),
                Some(Truth::False) => wanted.contains(&0),
                _ => false,
            },
            Possible::Word(Words { known: Some(Among::These(words)), absent: false }) => {
                words.iter().all(|word| wanted.contains(word))
            }
            _ => false,
        },
    }
}

/// The ends at which an argument is tried; `None` where that would not tell.
pub(super) fn ends_of(arg: &Possible, moves: Moves) -> Option<Vec<Arg>> {
    match arg {
        Possible::Truth(truths) => {
            let truths = [Truth::True, Truth::False].into_iter().filter(|truth| truths.may_be(*truth));
            Some(truths.map(|truth| Arg::Truth(truth == Truth::True)).collect())
        }
        Possible::Num(range) => match (range.low, range.high) {
            (End::At(low), End::At(high)) if low == high => Some(vec![Arg::Number(low)]),
            _ if moves == Moves::Anyhow => None,
            (low, high) => {
                let beyond = |sign: i128| (moves == Moves::Levels).then_some(Exact { num: sign * BEYOND, den: 1 });
                let low = low.number().or_else(|| beyond(-1))?;
                let high = high.number().or_else(|| beyond(1))?;
                Some(vec![Arg::Number(low), Arg::Number(high)])
            }
        },
        Possible::Word(words) => match (words.single(), &words.known) {
            (Some(one), _) => Some(vec![Arg::Word(one)]),
            (None, Some(Among::These(words))) => Some(words.iter().map(|word| Arg::Word(*word)).collect()),
            (None, Some(Among::From(Some(low), Some(high)))) if moves != Moves::Anyhow => {
                Some(vec![Arg::Word(*low), Arg::Word(*high)])
            }
            (None, _) => None,
        },
    }
}

/// A result at a corner. Where it is itself as far out as what stands for no end, it has no end.
pub(super) fn as_far_as_it_tells(number: Exact) -> Range {
    let far = Exact { num: BEYOND, den: 1 };
    let near = Exact { num: -BEYOND, den: 1 };
    match End::At(number) {
        at if at >= End::At(far) => Range::between(at, End::Above),
        at if at <= End::At(near) => Range::between(End::Below, at),
        at => Range::between(at, at),
    }
}
