//! What cases exercise of a pack: the points that there are, and those that a case reaches.
//!
//! A point is one thing that a rule can do: a condition that comes out unmet, a branch that is taken, a row of a table
//! that decides. The points of a pack are worked out from its rules alone; what no evidence can bring about under the
//! rules of any day is none, as far as the bounds reading can tell. A case that ends in an error has no ruling, and
//! reaches nothing.

mod excerpt;
mod mark;
mod reach;
mod words;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use mark::{Came, Mark, Part, Said, Signing};
pub(crate) use reach::of_script;

use crate::case::Case;
use crate::evaluate::{EvaluateError, Options, Rules, Scratch};
use crate::pack::Pack;
use crate::source::Place;

/// What kind of thing a point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// How a condition comes out, and how it stands.
    Outcomes,
    /// A branch of a script: of `if`, `switch`, `??` and `share`, and the body of a `for`.
    Branches,
    /// A limb of a condition, a part of `&&` and `||` or a test of rows, each way.
    Limbs,
    /// A row of a table that decides.
    Rows,
    /// A dated value of a parameter, or a version of a table, that is in force and read.
    Parameters,
    /// What can become of a signature.
    SignOffs,
    /// An answer of a decision.
    Decisions,
    /// Where the money of a fund goes.
    Dispositions,
    /// A check of evidence that believes it, and that does not.
    Checks,
}

impl Group {
    /// All of them, in their order.
    pub const ALL: [Self; 9] = [
        Self::Outcomes,
        Self::Branches,
        Self::Limbs,
        Self::Rows,
        Self::Parameters,
        Self::SignOffs,
        Self::Decisions,
        Self::Dispositions,
        Self::Checks,
    ];

    /// The word for it: `sign-offs`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Outcomes => "outcomes",
            Self::Branches => "branches",
            Self::Limbs => "limbs",
            Self::Rows => "rows",
            Self::Parameters => "parameters",
            Self::SignOffs => "sign-offs",
            Self::Decisions => "decisions",
            Self::Dispositions => "dispositions",
            Self::Checks => "checks",
        }
    }

    /// The word for one of them: `sign-off`.
    pub const fn one(self) -> &'static str {
        match self {
            Self::Outcomes => "outcome",
            Self::Branches => "branch",
            Self::Limbs => "limb",
            Self::Rows => "row",
            Self::Parameters => "parameter",
            Self::SignOffs => "sign-off",
            Self::Decisions => "decision",
            Self::Dispositions => "disposition",
            Self::Checks => "check",
        }
    }
}

impl std::fmt::Display for Group {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// One thing that a rule can do, and that a case can exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// What kind of thing it is.
    pub group: Group,
    /// Where it stands.
    pub place: Place,
    /// What it is, as a statement: `` `plan-signed` is unmet``.
    pub words: String,
}

/// The points of a pack, by file, line and column.
#[derive(Debug)]
pub struct Coverable {
    points: Vec<Point>,
    numbers: BTreeMap<Mark, usize>,
}

impl Coverable {
    /// The points.
    pub fn points(&self) -> &[Point] {
        &self.points
    }
}

/// What a case exercises.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exercised {
    /// The numbers of the points among those of the pack.
    pub points: BTreeSet<usize>,
    /// How many things it did that are no points, because no day's rules bring them about: a parameter was set by hand.
    pub others: usize,
}

impl Pack {
    /// What there is to exercise in it.
    pub fn coverable(&self) -> Coverable {
        let marks = reach::all(self);
        let mut found: BTreeMap<_, (Point, Vec<Mark>)> = BTreeMap::new();
        let teller = words::Teller::new(self);
        for mark in marks {
            let Some(point) = teller.point(mark) else { continue };
            let (path, _, line, column) = point.place.key();
            // A function of a script's own is written out at each call, and is still one.
            let key = (path.to_owned(), line, column, point.group, point.words.clone());
            found.entry(key).or_insert_with(|| (point, Vec::new())).1.push(mark);
        }
        let mut coverable = Coverable { points: Vec::new(), numbers: BTreeMap::new() };
        for (number, (point, marks)) in found.into_values().enumerate() {
            coverable.points.push(point);
            coverable.numbers.extend(marks.into_iter().map(|mark| (mark, number)));
        }
        coverable
    }

    /// What each of these cases exercises, or why there is no ruling on it. Those of a pack with values over all cases
    /// are one portfolio, as for [`Pack::evaluate_together`].
    pub fn exercised(
        &self,
        coverable: &Coverable,
        cases: &[Case],
        options: &Options,
    ) -> Vec<Result<Exercised, EvaluateError>> {
        let numbered = |marks: BTreeSet<Mark>| {
            let mut exercised = Exercised::default();
            for mark in marks {
                match coverable.numbers.get(&mark) {
                    Some(number) => {
                        exercised.points.insert(*number);
                    }
                    None => exercised.others += 1,
                }
            }
            exercised
        };
        let together = |rules: &Rules<'_>, bound: &crate::Bound, within: Option<&crate::evaluate::Portfolio>| {
            rules.exercised(bound, within, &mut Scratch::new()).map(numbered)
        };
        self.each_together(cases, options, together)
    }
}
