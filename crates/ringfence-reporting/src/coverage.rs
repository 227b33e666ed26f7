//! What the test cases of a pack exercise of it: for a terminal, as LCOV, and as a page over its source.

mod lcov;
mod page;

use std::fmt;

use ringfence_core::cover::{Group, Point};

pub use lcov::lcov;
pub use page::page;

use crate::document::{Document, Line, Table, capital};
use crate::text::render;

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
    /// The share in tenths of a percentage, rounded down: only all of them are 100%. All of nothing is all.
    pub const fn tenths(self) -> usize {
        match (self.covered * 1000).checked_div(self.all) {
            Some(share) => share,
            None => 1000,
        }
    }

    /// Whether it is at least so many tenths of a percentage.
    pub const fn reaches(self, tenths: usize) -> bool {
        self.covered * 1000 >= self.all * tenths
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = self.tenths();
        f.pad(&format!("{}.{}%", tenths / 10, tenths % 10))
    }
}

impl Coverage {
    /// The share of some groups together.
    pub fn share(&self, groups: &[Group]) -> Share {
        let of = self.points.iter().filter(|covered| groups.contains(&covered.point.group));
        of.fold(Share::default(), |share, covered| Share {
            covered: share.covered + usize::from(covered.cases > 0),
            all: share.all + 1,
        })
    }

    /// The groups of which there are points, each with its share.
    pub fn groups(&self) -> Vec<(Group, Share)> {
        let shares = Group::ALL.into_iter().map(|group| (group, self.share(&[group])));
        shares.filter(|(_, share)| share.all > 0).collect()
    }

    /// The points that no case exercises.
    pub fn uncovered(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|covered| covered.cases == 0).map(|covered| &covered.point)
    }

    /// The points by file.
    fn files(&self) -> Vec<&[Covered]> {
        self.points.chunk_by(|one, other| path(&one.point) == path(&other.point)).collect()
    }

    /// `41 cases`, and how many of them have no ruling.
    fn cases(&self) -> String {
        let noun = |number: usize, one: &str, many: &str| if number == 1 { one.to_owned() } else { many.to_owned() };
        let cases = format!("{} {}", self.cases, noun(self.cases, "case", "cases"));
        match self.unruled.len() {
            0 => cases,
            number => {
                format!("{cases}; {number} of them {} no ruling, and {} nothing", noun(number, "has", "have"), {
                    noun(number, "exercises", "exercise")
                })
            }
        }
    }
}

fn path(point: &Point) -> &str {
    point.place.file().path()
}

/// The words of a point, with what stands in backticks as code.
fn said(words: &str) -> Line {
    let pieces = words.split('`').enumerate();
    pieces
        .filter(|(_, piece)| !piece.is_empty())
        .fold(Line::new(), |line, (at, piece)| if at % 2 == 1 { line.code(piece) } else { line.plain(piece) })
}

/// The coverage of packs for a terminal: the groups, and the points that no case exercises.
pub fn text(coverages: &[Coverage], width: usize, colour: bool) -> String {
    let mut document = Document::default();
    for coverage in coverages {
        document.heading(1, format!("{}: what the cases exercise ({})", coverage.pack, coverage.cases()));
        let mut table = Table::new().words("").figures("Exercised").figures("Of").figures("Share");
        for (group, share) in coverage.groups() {
            table.row(row(&capital(group.as_str()), share));
        }
        table.row(row("All", coverage.share(&Group::ALL)));
        document.table(table);
        for (group, share) in coverage.groups() {
            if share.covered == share.all {
                continue;
            }
            document.heading(2, format!("{} that no case exercises", capital(group.as_str())));
            let points = coverage.uncovered().filter(|point| point.group == group);
            document.bullets(
                points.map(|point| Line::new().address(point.place.to_string()).end_line().then(said(&point.words))),
            );
        }
    }
    render(&document, width, colour)
}

fn row(what: &str, share: Share) -> [Line; 4] {
    let figures = [share.covered.to_string(), share.all.to_string()].map(Line::from);
    let [covered, all] = figures;
    let percentage = share.to_string();
    let percentage =
        if share.covered < share.all { Line::new().caution(percentage) } else { Line::new().plain(percentage) };
    [Line::new().plain(what), covered, all, percentage]
}
