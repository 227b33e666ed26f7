//! What the rows of a table leave out and what they cover twice, found exactly: each input is split at every
//! boundary that a row names, and every combination of the pieces is asked for its rows.

use std::collections::BTreeMap;

use super::{Cell, End, Hit, Stretch};
use crate::exact::Exact;

/// The pieces that an input falls into.
#[derive(Debug)]
pub(crate) enum Pieces {
    /// Numbers or days, within these bounds; discrete ones have no parts.
    Line { min: Option<Exact>, max: Option<Exact>, discrete: bool },
    /// The numbers of all the texts there can be, and whether there can be others.
    Words { known: Vec<i64>, others: bool },
}

/// A piece of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Line(Stretch),
    Word(i64),
    /// A text that no row names.
    AnyOther,
}

/// What is wrong with a combination of pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Problem {
    Gap,
    /// Two rows, counted from 0, both hold.
    Overlap(usize, usize),
}

/// Neighbouring pieces of each input with the same problem.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) problem: Problem,
    /// The stretch of each input; nothing where it is all there is.
    pub(crate) pieces: Vec<Option<Vec<Piece>>>,
}

/// What there is to say of the rows of a table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    pub(crate) found: Vec<Found>,
    /// Rows, counted from 0, that never decide.
    pub(crate) unreached: Vec<usize>,
}

/// The rows have too many combinations to be looked through.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMany;

/// How many times a row is asked whether it holds, in all the tables of a pack.
pub(crate) const MOST_STEPS: usize = 4_000_000;

/// How many combinations with a problem are gathered.
const MOST_PROBLEMS: usize = 4_000;

/// Looks through every combination of values. `gaps` says whether it matters what no row covers, and `steps` how often
/// a row may still be asked.
///
/// # Errors
/// There are too many.
pub(crate) fn report(
    inputs: &[Pieces],
    rows: &[&[Cell]],
    hit: Hit,
    gaps: bool,
    steps: &mut usize,
) -> Result<Report, TooMany> {
    let pieces: Vec<Vec<Piece>> =
        inputs.iter().enumerate().map(|(at, input)| split(input, rows.iter().filter_map(|row| row.get(at)))).collect();
    let mut search = Search {
        pieces: &pieces,
        rows,
        hit,
        gaps,
        steps,
        boxes: BTreeMap::new(),
        count: 0,
        reached: vec![false; rows.len()],
    };
    let all: Vec<usize> = (0..rows.len()).collect();
    search.look(&mut Vec::new(), &all)?;
    let Search { boxes, reached, count, .. } = search;
    let mut found = Vec::new();
    for (problem, boxes) in boxes {
        for bounds in merged(boxes, pieces.len()) {
            let pieces = bounds.iter().zip(&pieces).map(|((from, to), all)| {
                let whole = *from == 0 && to + 1 == all.len();
                (!whole).then(|| all.get(*from..=*to).unwrap_or_default().to_vec())
            });
            found.push(Found { problem, pieces: pieces.collect() });
        }
    }
    // Where the search stopped early, what was not reached is not known.
    let unreached = if hit == Hit::First && count < MOST_PROBLEMS {
        (0..rows.len()).filter(|row| reached.get(*row) == Some(&false)).collect()
    } else {
        Vec::new()
    };
    Ok(Report { found, unreached })
}

/// The first and the last piece of each input.
type Bounds = Vec<(usize, usize)>;

struct Search<'a> {
    pieces: &'a [Vec<Piece>],
    rows: &'a [&'a [Cell]],
    hit: Hit,
    gaps: bool,
    steps: &'a mut usize,
    boxes: BTreeMap<Problem, Vec<Bounds>>,
    count: usize,
    reached: Vec<bool>,
}

impl Search<'_> {
    /// Goes through the pieces of the next input; `candidates` hold for those chosen so far.
    fn look(&mut self, chosen: &mut Vec<usize>, candidates: &[usize]) -> Result<(), TooMany> {
        if self.count >= MOST_PROBLEMS {
            return Ok(());
        }
        let problem = match candidates {
            [] if self.gaps => Some(Problem::Gap),
            [] => return Ok(()),
            [first, second, ..] if self.hit == Hit::Unique && chosen.len() == self.pieces.len() => {
                Some(Problem::Overlap(*first, *second))
            }
            _ => None,
        };
        if let Some(problem) = problem {
            let rest = self.pieces.iter().skip(chosen.len()).map(|all| (0, all.len().saturating_sub(1)));
            let bounds = chosen.iter().map(|at| (*at, *at)).chain(rest).collect();
            self.boxes.entry(problem).or_default().push(bounds);
            self.count += 1;
            return Ok(());
        }
        let Some(pieces) = self.pieces.get(chosen.len()) else {
            if let Some(reached) = candidates.first().and_then(|first| self.reached.get_mut(*first)) {
                *reached = true;
            }
            return Ok(());
        };
        for (at, piece) in pieces.iter().enumerate() {
            *self.steps = self.steps.checked_sub(candidates.len()).ok_or(TooMany)?;
            let holds = |row: &&usize| {
                let cell = self.rows.get(**row).and_then(|cells| cells.get(chosen.len()));
                cell.is_some_and(|cell| covers(cell, *piece))
            };
            let kept: Vec<usize> = candidates.iter().filter(holds).copied().collect();
            chosen.push(at);
            let looked = self.look(chosen, &kept);
            chosen.pop();
            looked?;
        }
        Ok(())
    }
}

/// Whether a cell holds for all of a piece: boundaries are where pieces end, so it does for all or for none.
fn covers(cell: &Cell, piece: Piece) -> bool {
    match (cell, piece) {
        (Cell::Any, _) => true,
        (Cell::Of(words), Piece::Word(word)) => words.contains(&word),
        (Cell::Stretch(wide), Piece::Line(narrow)) => {
            let low = match (wide.low, narrow.low) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some((wide, belongs)), Some((narrow, own))) => narrow > wide || (narrow == wide && (belongs || !own)),
            };
            let high = match (wide.high, narrow.high) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some((wide, belongs)), Some((narrow, own))) => narrow < wide || (narrow == wide && (belongs || !own)),
            };
            low && high
        }
        _ => false,
    }
}

/// The pieces of one input, in order.
fn split<'c>(input: &Pieces, cells: impl Iterator<Item = &'c Cell>) -> Vec<Piece> {
    match input {
        Pieces::Words { known, others } => {
            let known = known.iter().copied().map(Piece::Word);
            known.chain(others.then_some(Piece::AnyOther)).collect()
        }
        Pieces::Line { min, max, discrete } => {
            let mut ends: Vec<Exact> = min.iter().chain(max).copied().collect();
            for cell in cells {
                if let Cell::Stretch(stretch) = cell {
                    ends.extend([stretch.low, stretch.high].into_iter().flatten().map(|(end, _)| end));
                }
            }
            ends.sort();
            ends.dedup();
            let within = |stretch: &Stretch| {
                let low = min.is_none_or(|min| stretch.low.is_some_and(|(low, _)| low >= min));
                low && max.is_none_or(|max| stretch.high.is_some_and(|(high, _)| high <= max))
            };
            let mut pieces = Vec::new();
            let mut before: End = None;
            for end in &ends {
                pieces.push(Stretch { low: before, high: Some((*end, false)) });
                pieces.push(Stretch { low: Some((*end, true)), high: Some((*end, true)) });
                before = Some((*end, false));
            }
            pieces.push(Stretch { low: before, high: None });
            let there = |stretch: &Stretch| within(stretch) && !(*discrete && has_no_whole(*stretch));
            pieces.into_iter().filter(there).map(Piece::Line).collect()
        }
    }
}

/// The whole numbers at both ends of a stretch, where it has ends.
pub(crate) fn whole_ends(stretch: Stretch) -> (Option<i128>, Option<i128>) {
    let low = stretch.low.map(|(low, belongs)| {
        let floor = low.num.div_euclid(low.den);
        if belongs && low.is_whole() { floor } else { floor + 1 }
    });
    let high = stretch.high.map(|(high, belongs)| {
        let floor = high.num.div_euclid(high.den);
        if high.is_whole() && !belongs { floor - 1 } else { floor }
    });
    (low, high)
}

fn has_no_whole(stretch: Stretch) -> bool {
    matches!(whole_ends(stretch), (Some(low), Some(high)) if low > high)
}

/// Joins neighbours, input by input, from the last.
fn merged(mut boxes: Vec<Bounds>, inputs: usize) -> Vec<Bounds> {
    for at in (0..inputs).rev() {
        let rest = |bounds: &Bounds| {
            let mut rest = bounds.clone();
            if let Some(own) = rest.get_mut(at) {
                *own = (0, 0);
            }
            rest
        };
        let own = |bounds: &Bounds| bounds.get(at).copied().unwrap_or_default();
        boxes.sort_by_cached_key(|bounds| (rest(bounds), own(bounds)));
        let mut joined: Vec<Bounds> = Vec::new();
        for next in boxes {
            let (from, to) = own(&next);
            match joined.last_mut() {
                Some(last) if rest(last) == rest(&next) && own(last).1 + 1 == from => {
                    if let Some(own) = last.get_mut(at) {
                        own.1 = to;
                    }
                }
                _ => joined.push(next),
            }
        }
        boxes = joined;
    }
    boxes.sort();
    boxes
}

/// The stretch that neighbouring pieces of a line make together.
pub(crate) fn together(pieces: &[Piece]) -> Option<Stretch> {
    match (pieces.first()?, pieces.last()?) {
        (Piece::Line(first), Piece::Line(last)) => Some(Stretch { low: first.low, high: last.high }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(value: i64) -> Exact {
        Exact::whole(value)
    }

    fn band(low: i64, high: i64, belongs: bool) -> Cell {
        Cell::Stretch(Stretch { low: Some((whole(low), true)), high: Some((whole(high), belongs)) })
    }

    fn line(discrete: bool) -> Pieces {
        Pieces::Line { min: Some(whole(0)), max: Some(whole(100)), discrete }
    }

    fn look(inputs: &[Pieces], rows: &[Vec<Cell>], hit: Hit) -> Report {
        let rows: Vec<&[Cell]> = rows.iter().map(Vec::as_slice).collect();
        report(inputs, &rows, hit, true, &mut MOST_STEPS.clone()).unwrap()
    }

    fn stretches(found: &Found) -> Vec<Option<Stretch>> {
        found.pieces.iter().map(|pieces| pieces.as_deref().and_then(together)).collect()
    }

    #[test]
    fn a_scale_that_jumps_from_89_to_90_leaves_out_what_lies_between() {
        let rows = [vec![band(0, 89, true)], vec![band(90, 100, true)]];
        let found = look(&[line(false)], &rows, Hit::Unique).found;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].problem, Problem::Gap);
        let gap = Stretch { low: Some((whole(89), false)), high: Some((whole(90), false)) };
        assert_eq!(stretches(&found[0]), [Some(gap)]);
        // Whole numbers have nothing between 89 and 90.
        assert_eq!(look(&[line(true)], &rows, Hit::Unique), Report::default());
    }

    #[test]
    fn a_number_that_two_rows_hold_for_is_an_overlap_unless_the_first_counts() {
        let rows = [vec![band(0, 60, true)], vec![band(60, 100, true)]];
        let found = look(&[line(false)], &rows, Hit::Unique).found;
        let both = Stretch { low: Some((whole(60), true)), high: Some((whole(60), true)) };
        assert_eq!(found[0].problem, Problem::Overlap(0, 1));
        assert_eq!(stretches(&found[0]), [Some(both)]);
        assert_eq!(look(&[line(false)], &rows, Hit::First), Report::default());
    }

    #[test]
    fn a_row_behind_one_that_always_holds_is_never_reached() {
        let rows = [vec![Cell::Any], vec![band(0, 60, true)]];
        assert_eq!(look(&[line(false)], &rows, Hit::First).unreached, [1]);
    }

    #[test]
    fn a_gap_of_two_inputs_is_one_box_and_not_many_pieces() {
        let words = Pieces::Words { known: vec![0, 1], others: false };
        let rows = [
            vec![band(0, 60, false), Cell::Any],
            vec![band(60, 100, true), Cell::Of(vec![0])],
            vec![band(80, 100, true), Cell::Of(vec![1])],
        ];
        let found = look(&[line(false), words], &rows, Hit::Unique).found;
        assert_eq!(found.len(), 1, "{found:?}");
        let gap = Stretch { low: Some((whole(60), true)), high: Some((whole(80), false)) };
        assert_eq!(stretches(&found[0])[0], Some(gap));
        assert_eq!(found[0].pieces[1], Some(vec![Piece::Word(1)]));
    }

    #[test]
    fn what_would_take_too_long_is_not_looked_through() {
        let rows: Vec<Vec<Cell>> = (0..90).map(|at| (0..4).map(|_| band(at, 100, true)).collect()).collect();
        let rows: Vec<&[Cell]> = rows.iter().map(Vec::as_slice).collect();
        let inputs: Vec<Pieces> = (0..4).map(|_| line(false)).collect();
        assert_eq!(report(&inputs, &rows, Hit::First, false, &mut MOST_STEPS.clone()), Err(TooMany));
    }

    #[test]
    fn many_gaps_that_a_default_fills_hide_no_overlap() {
        let rows: Vec<Vec<Cell>> = (0..100).map(|at| (0..3).map(|_| band(at, at, true)).collect()).collect();
        let twice = vec![band(99, 99, true), band(99, 99, true), band(99, 99, true)];
        let rows: Vec<&[Cell]> = rows.iter().chain([&twice]).map(Vec::as_slice).collect();
        let inputs: Vec<Pieces> = (0..3).map(|_| line(false)).collect();
        let found = report(&inputs, &rows, Hit::Unique, false, &mut MOST_STEPS.clone()).unwrap().found;
        assert_eq!(found.iter().map(|found| found.problem).collect::<Vec<_>>(), [Problem::Overlap(99, 100)]);
    }

    /// Numbers that are the same in every run.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, most: i64) -> i64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from(self.0 >> 33).unwrap() % most
        }

        fn cell(&mut self) -> Cell {
            let mut end = || (self.below(3) > 0).then(|| (whole(self.below(7)), self.below(2) == 0));
            let stretch = Stretch { low: end(), high: end() };
            if stretch.is_empty() { Cell::Any } else { Cell::Stretch(stretch) }
        }
    }

    #[test]
    fn what_is_found_is_what_asking_every_value_finds() {
        let mut dice = Dice(7);
        for _ in 0..400 {
            let rows: Vec<Vec<Cell>> = (0..=dice.below(4)).map(|_| vec![dice.cell(), dice.cell()]).collect();
            let discrete = dice.below(2) == 0;
            let line = || Pieces::Line { min: Some(whole(0)), max: Some(whole(7)), discrete };
            let found = look(&[line(), line()], &rows, Hit::Unique).found;
            let reached = look(&[line(), line()], &rows, Hit::First);
            let holds = |cell: &Cell, value: Exact| match cell {
                Cell::Stretch(stretch) => stretch.holds(value),
                _ => true,
            };
            let mut deciding = std::collections::BTreeSet::new();
            // Halves stand for all that lies between two whole numbers.
            for (x, y) in (0..=14).flat_map(|x| (0..=14).map(move |y| (x, y))) {
                if discrete && (x % 2 == 1 || y % 2 == 1) {
                    continue;
                }
                let (x, y) = (Exact::ratio(x, 2).unwrap(), Exact::ratio(y, 2).unwrap());
                let hits: Vec<usize> =
                    (0..rows.len()).filter(|row| holds(&rows[*row][0], x) && holds(&rows[*row][1], y)).collect();
                deciding.extend(hits.first().copied());
                let told = found.iter().filter(|found| {
                    let inside = |at: usize, value: Exact| match stretches(found)[at] {
                        Some(stretch) => stretch.holds(value),
                        None => true,
                    };
                    inside(0, x) && inside(1, y)
                });
                let told: Vec<Problem> = told.map(|found| found.problem).collect();
                let expected = match hits.as_slice() {
                    [] => vec![Problem::Gap],
                    [_] => vec![],
                    [first, second, ..] => vec![Problem::Overlap(*first, *second)],
                };
                assert_eq!(told, expected, "{rows:?} at {x} and {y}");
            }
            let expected: Vec<usize> = (0..rows.len()).filter(|row| !deciding.contains(row)).collect();
            assert_eq!(reached.unreached, expected, "{rows:?}");
        }
    }
}
