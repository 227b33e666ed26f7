//! The figures of a fact as a case has them, before the pack gives them a meaning.

use jiff::civil::Date;
use ringfence_core::exact::{Exact, Inexact};
use ringfence_core::source::{Content, Node};

use crate::period::Every;

/// A statement of a figure.
#[derive(Clone, Debug)]
pub(super) struct Figure<'f> {
    pub(super) when: When<'f>,
    /// When it became known; without it, it always was.
    known: Option<Date>,
    pub(super) holds: Holds<'f>,
    pub(super) node: &'f Node,
    /// The way to the node from that of the fact, by the numbers of entries and items.
    pub(super) path: Vec<usize>,
}

/// For which period a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When<'f> {
    /// For the whole case.
    Whole,
    /// For the period of this label.
    Label(&'f str),
    /// For the period at this position of a list.
    Position(usize),
}

/// What a statement says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds<'f> {
    Value(&'f str),
    Missing,
    NotApplicable,
    /// Nothing that a check could read: a list of records.
    Other,
}

/// Every statement of every figure of a fact.
pub(super) fn figures(node: &Node) -> Vec<Figure<'_>> {
    let mut found = Vec::new();
    gather(node, When::Whole, None, &mut Vec::new(), &mut found);
    found
}

fn gather<'f>(node: &'f Node, when: When<'f>, known: Option<Date>, path: &mut Vec<usize>, found: &mut Vec<Figure<'f>>) {
    let holds = match &node.content {
        Content::Empty => Holds::Missing,
        Content::Scalar(scalar) if scalar.text.trim().is_empty() => Holds::Missing,
        Content::Scalar(scalar) if scalar.text == "not-applicable" => Holds::NotApplicable,
        Content::Scalar(scalar) => Holds::Value(&scalar.text),
        Content::List(items) if when == When::Whole => {
            for (at, item) in items.iter().enumerate() {
                step(item, at, When::Position(at), known, path, found);
            }
            return;
        }
        Content::List(_) => Holds::Other,
        Content::Map(entries) => {
            let at = |key: &str| entries.iter().position(|entry| entry.key == key);
            if let Some((at, value)) = at("value").zip(node.get("value")) {
                let known = node.get("known").and_then(Node::as_text).and_then(|text| text.parse().ok()).or(known);
                return step(value, at, when, known, path, found);
            }
            if let Some((at, Content::List(items))) = at("vintages").zip(node.get("vintages").map(|node| &node.content))
            {
                path.push(at);
                for (at, item) in items.iter().enumerate() {
                    step(item, at, when, known, path, found);
                }
                path.pop();
                return;
            }
            if node.get("missing").is_some() {
                Holds::Missing
            } else if node.get("not-applicable").is_some() {
                Holds::NotApplicable
            } else if when == When::Whole {
                for (at, entry) in entries.iter().enumerate() {
                    step(&entry.value, at, When::Label(&entry.key), known, path, found);
                }
                return;
            } else {
                Holds::Other
            }
        }
    };
    found.push(Figure { when, known, holds, node, path: path.clone() });
}

fn step<'f>(
    node: &'f Node,
    at: usize,
    when: When<'f>,
    known: Option<Date>,
    path: &mut Vec<usize>,
    found: &mut Vec<Figure<'f>>,
) {
    path.push(at);
    gather(node, when, known, path, found);
    path.pop();
}

/// The node at the end of a way.
pub(super) fn at_mut<'f>(node: &'f mut Node, path: &[usize]) -> Option<&'f mut Node> {
    let Some((at, rest)) = path.split_first() else { return Some(node) };
    let next = match &mut node.content {
        Content::Map(entries) => entries.get_mut(*at).map(|entry| &mut entry.value),
        Content::List(items) => items.get_mut(*at),
        Content::Empty | Content::Scalar(_) => None,
    };
    at_mut(next?, rest)
}

impl<'f> Figure<'f> {
    /// Of these statements, the one for a period that was known when this one was made.
    pub(super) fn beside<'o>(&self, others: &'o [Figure<'f>], when: When<'_>) -> Option<&'o Figure<'f>> {
        let known = |other: &&Figure<'_>| match (self.known, other.known) {
            (Some(day), Some(known)) => known <= day,
            _ => true,
        };
        others.iter().filter(|other| other.when.is(when)).filter(known).max_by_key(|other| other.known)
    }
}

impl When<'_> {
    fn is(self, other: When<'_>) -> bool {
        match (self, other) {
            (Self::Whole, When::Whole) => true,
            (Self::Label(one), When::Label(two)) => one == two,
            (Self::Position(one), When::Position(two)) => one == two,
            _ => false,
        }
    }

    /// ` for 2015-16 Q2`, or nothing.
    pub(super) fn words(self) -> String {
        match self {
            Self::Whole => String::new(),
            Self::Label(label) => format!(" for {label}"),
            Self::Position(at) => format!(" for period {}", at + 1),
        }
    }
}

/// The label of the period so many periods before another.
pub(super) fn label_before(label: &str, periods: i32) -> Option<String> {
    let (every, first) = Every::ALL.into_iter().find_map(|(_, every)| Some((every, every.first_month(label)?)))?;
    Some(every.label(first - periods * every.months()))
}

/// A number as it is written, which is a percentage or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(super) struct Amount {
    pub(super) number: Exact,
    pub(super) percent: bool,
}

impl Amount {
    pub(super) fn read(text: &str) -> Option<Self> {
        let digits = text.strip_suffix('%');
        let number = digits.map_or(text, str::trim_end).parse().ok()?;
        Some(Self { number, percent: digits.is_some() })
    }

    pub(super) const fn nothing(percent: bool) -> Self {
        Self { number: Exact::ZERO, percent }
    }

    pub(super) fn plus(self, other: Self) -> Result<Self, Inexact> {
        Ok(Self { number: self.number.plus(other.number)?, ..self })
    }

    /// How far one is from the other.
    pub(super) fn distance(self, other: Self) -> Result<Self, Inexact> {
        Ok(Self { number: self.number.minus(other.number)?.magnitude()?, ..self })
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.number, if self.percent { "%" } else { "" })
    }
}
