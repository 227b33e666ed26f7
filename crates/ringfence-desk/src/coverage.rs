//! What the test cases of a pack exercise of it.

use ringfence_core::case::Case;
use ringfence_core::cover::{Group, Point};
use ringfence_core::evaluate::Options;

use crate::desk::Desk;

/// What the test cases of a pack exercise of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The id of the pack.
    pub pack: String,
    /// Its title.
    pub title: String,
    /// Every point of the pack, by file, line and column.
    pub points: Vec<Covered>,
    /// How many cases were gone through.
    pub cases: usize,
    /// The cases on which there is no ruling: they exercise nothing.
    pub unruled: Vec<String>,
}

/// A point, and the cases that exercise it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The point.
    pub point: Point,
    /// How many cases exercise it.
    pub cases: usize,
    /// The first of them.
    pub first: Option<String>,
}

/// How many points there are, and how many of them are exercised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// The points that are exercised.
    pub covered: usize,
    /// All of them.
    pub all: usize,
}

impl Share {
    /// The share in hundredths of a percentage, rounded down: only all of them are 100%.
    pub const fn hundredths(self) -> usize {
        match (self.covered * 10_000).checked_div(self.all) {
            Some(share) => share,
            None => 10_000,
        }
    }

    /// Whether it is at least so many hundredths of a percentage.
    pub const fn reaches(self, hundredths: usize) -> bool {
        self.covered * 10_000 >= self.all * hundredths
    }

    fn add(&mut self, covered: &Covered) {
        self.all += 1;
        self.covered += usize::from(covered.cases > 0);
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = self.hundredths() / 10;
        f.pad(&format!("{}.{}%", tenths / 10, tenths % 10))
    }
}

impl Desk {
    /// What the test cases exercise of the pack.
    pub fn coverage(&self) -> Coverage {
        let coverable = self.pack.coverable();
        let mut points: Vec<Covered> =
            coverable.points().iter().map(|point| Covered { point: point.clone(), cases: 0, first: None }).collect();
        let cases: Vec<Case> = self.cases.iter().filter_map(|case| case.read.as_ref().ok().cloned()).collect();
        let mut exercised = self.pack.exercised(&coverable, &cases, &Options::default()).into_iter();
        let mut unruled = Vec::new();
        for case in &self.cases {
            let found = if case.read.is_ok() { exercised.next() } else { None };
            let Some(Ok(found)) = found else {
                unruled.push(case.id().to_owned());
                continue;
            };
            for number in found.points {
                let Some(point) = points.get_mut(number) else { continue };
                point.cases += 1;
                point.first.get_or_insert_with(|| case.id().to_owned());
            }
        }
        let (pack, title) = (self.pack.id().to_owned(), self.pack.title().to_owned());
        Coverage { pack, title, points, cases: self.cases.len(), unruled }
    }
}

impl Coverage {
    /// The share of a group.
    pub fn of(&self, group: Group) -> Share {
        self.of_groups(&[group])
    }

    /// The share of several groups together.
    pub fn of_groups(&self, groups: &[Group]) -> Share {
        let mut share = Share::default();
        for covered in self.points.iter().filter(|covered| groups.contains(&covered.point.group)) {
            share.add(covered);
        }
        share
    }

    /// The points that no case exercises.
    pub fn uncovered(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|covered| covered.cases == 0).map(|covered| &covered.point)
    }
}
