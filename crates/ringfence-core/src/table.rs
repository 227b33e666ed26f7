//! Tables: bands, scales and decision tables, and which of their rows hold for given values.

pub(crate) mod cover;

use jiff::civil::Date;

use crate::exact::{Exact, Inexact};
use crate::language::library::Arg;
use crate::ruling::{Authority, Status};
use crate::source::Place;
use crate::types::Type;

/// A declared table.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) inputs: Vec<Column>,
    pub(crate) outputs: Vec<Column>,
    pub(crate) hit: Hit,
    /// By the first day of each.
    pub(crate) versions: Vec<Version>,
    pub(crate) place: Place,
}

/// A column: what a script gives, or what the table gives back.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) ty: Type,
    /// What an input is at least and at most: only that much must be covered.
    pub(crate) min: Option<Exact>,
    pub(crate) max: Option<Exact>,
}

/// What counts where several rows hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hit {
    /// No two rows may hold for the same values.
    Unique,
    /// The first that holds.
    First,
    /// All of them, added up.
    Sum,
}

impl Hit {
    /// Each with the word packs use.
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("unique", Self::Unique), ("first", Self::First), ("sum", Self::Sum)];
}

/// The rows from a day on.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) from: Date,
    pub(crate) rows: Vec<Row>,
    /// What holds where no row does.
    pub(crate) default: Option<Vec<Arg>>,
    pub(crate) withdrawn: Option<String>,
    pub(crate) status: Status,
    pub(crate) authority: Option<Authority>,
    pub(crate) note: Option<String>,
    pub(crate) place: Place,
}

/// A row: what it holds for, as cells and as written, and what it gives.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) cells: Vec<Cell>,
    pub(crate) written: Vec<String>,
    pub(crate) gives: Vec<Arg>,
    pub(crate) place: Place,
}

/// What of one input a row holds for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Any,
    Stretch(Stretch),
    /// The numbers of texts; yes and no are 1 and 0.
    Of(Vec<i64>),
}

/// An end of a stretch, and whether it belongs to it.
pub(crate) type End = Option<(Exact, bool)>;

/// A stretch of numbers or days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) low: End,
    pub(crate) high: End,
}

/// What is known of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Open {
    Exactly(Arg),
    Anything,
}

impl Stretch {
    pub(crate) fn holds(self, value: Exact) -> bool {
        let above = self.low.is_none_or(|(low, belongs)| value > low || (belongs && value == low));
        above && self.high.is_none_or(|(high, belongs)| value < high || (belongs && value == high))
    }

    /// Whether nothing lies in it.
    pub(crate) fn is_empty(self) -> bool {
        match (self.low, self.high) {
            (Some((low, from)), Some((high, to))) => low > high || (low == high && !(from && to)),
            _ => false,
        }
    }
}

impl Cell {
    fn holds(&self, value: Arg) -> bool {
        match (self, value) {
            (Self::Any, _) => true,
            (Self::Stretch(stretch), Arg::Number(number)) => stretch.holds(number),
            (Self::Stretch(stretch), Arg::Word(day)) => stretch.holds(Exact::whole(day)),
            (Self::Of(words), Arg::Word(word)) => words.contains(&word),
            (Self::Of(words), Arg::Truth(truth)) => words.contains(&i64::from(truth)),
            _ => false,
        }
    }

    fn may_hold(&self, open: Open) -> bool {
        match open {
            Open::Exactly(value) => self.holds(value),
            Open::Anything => true,
        }
    }

    /// Whether it holds whatever the value turns out to be.
    fn must_hold(&self, open: Open) -> bool {
        match open {
            Open::Exactly(value) => self.holds(value),
            Open::Anything => *self == Self::Any,
        }
    }
}

impl Row {
    pub(crate) fn may_hold(&self, values: &[Open]) -> bool {
        self.cells.iter().zip(values).all(|(cell, open)| cell.may_hold(*open))
    }

    fn must_hold(&self, values: &[Open]) -> bool {
        self.cells.iter().zip(values).all(|(cell, open)| cell.must_hold(*open))
    }
}

impl Version {
    /// The rows that hold or may yet: of known values, those that hold.
    pub(crate) fn hits<'v>(&'v self, hit: Hit, values: &'v [Open]) -> impl Iterator<Item = &'v Row> {
        let mut over = false;
        self.rows.iter().filter(move |row| {
            if over || !row.may_hold(values) {
                return false;
            }
            over = hit != Hit::Sum && row.must_hold(values);
            true
        })
    }

    /// What an output is, all values being known.
    ///
    /// # Errors
    /// No row holds and nothing stands in, or a sum outgrows its digits.
    pub(crate) fn gives(&self, hit: Hit, output: usize, values: &[Open]) -> Result<Arg, Inexact> {
        let mut sum: Option<Arg> = None;
        for row in self.hits(hit, values) {
            let Some(given) = row.gives.get(output).copied() else { break };
            sum = Some(match (sum, given) {
                (Some(Arg::Number(sum)), Arg::Number(more)) => Arg::Number(sum.plus(more)?),
                (_, given) => given,
            });
        }
        let default = || self.default.as_ref().and_then(|default| default.get(output).copied());
        sum.or_else(default).ok_or(Inexact::NoRow)
    }
}

impl Table {
    /// Whether these find a row or a default, whatever those that are open turn out to be.
    ///
    /// The rows cover all that the bounds of the inputs allow; what is open is sure to lie inside where there are no
    /// bounds, and where parts count as much as whole numbers.
    fn is_sure(&self, values: &[Open]) -> bool {
        let inside = |(input, open): (&Column, &Open)| {
            let whole = matches!(&input.ty, Type::Number(number) if number.whole);
            match open {
                Open::Anything => input.min.is_none() && input.max.is_none() && !whole,
                Open::Exactly(Arg::Number(number)) => {
                    let above = input.min.is_none_or(|min| min <= *number);
                    above && input.max.is_none_or(|max| *number <= max) && (!whole || number.is_whole())
                }
                Open::Exactly(_) => true,
            }
        };
        self.inputs.iter().zip(values).all(inside)
    }

    /// What an output is although a value is open: where one row or the default holds for certain, and every row
    /// that may hold gives the same.
    pub(crate) fn gives_anyway(&self, version: &Version, output: usize, values: &[Open]) -> Option<Arg> {
        let certain = version.rows.iter().any(|row| row.must_hold(values));
        if self.hit == Hit::Sum || !(certain || version.default.is_some() || self.is_sure(values)) {
            return None;
        }
        let default = version.default.as_ref().filter(|_| !certain).and_then(|default| default.get(output).copied());
        let rows = version.hits(self.hit, values).map(|row| row.gives.get(output).copied());
        let mut given = rows.chain(default.map(Some));
        let first = given.next()??;
        given.all(|other| other == Some(first)).then_some(first)
    }

    /// Which output this is.
    pub(crate) fn output(&self, name: &str) -> Option<usize> {
        self.outputs.iter().position(|output| output.name == name)
    }
}
