//! What an author expects of a ruling, held against the ruling.

use std::fmt;

use ringfence_core::exact::Exact;
use ringfence_core::money::Money;
use ringfence_core::ruling::{FundRuling, Ruling};
use ringfence_core::source::{Content, Entry, Node, Place};

use crate::desk::Ruled;

/// What came of holding a ruling against what its author expects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many expectations were held against the ruling.
    pub checks: usize,
    /// Those that do not hold, and those that cannot.
    pub unexpected: Vec<Unexpected>,
}

/// An expectation that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unexpected {
    /// What it is about: a condition, a value, a part of a fund.
    pub what: String,
    /// Where it stands.
    pub place: Place,
    /// Why it does not hold.
    pub why: Why,
}

/// Why an expectation does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// The ruling says something else.
    Differs {
        /// What the author wrote.
        expected: String,
        /// What the ruling says.
        got: String,
        /// Its reason.
        reason: String,
    },
    /// No ruling can be as the author wrote.
    Mistake(String),
}

impl fmt::Display for Unexpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Differs { expected, got, reason } => {
                write!(f, "{}: {}: expected {expected}, got {got}: {reason}", self.place, self.what)
            }
            Why::Mistake(message) => write!(f, "{}: {}: {message}", self.place, self.what),
        }
    }
}

/// Holds what became of a case against what its author expects.
pub fn check(expect: &Node, ruled: &Ruled) -> Checked {
    let mut checked = Checked::default();
    for entry in entries(expect) {
        let Entry { key, value, .. } = entry;
        match (key.as_str(), ruled) {
            ("error", Err(error)) => {
                let part = written(value);
                checked.checks += 1;
                if !error.contains(part) {
                    checked.differs(entry, key, part, error, "");
                }
            }
            ("error", Ok(_)) => {
                checked.differs(entry, key, &format!("an error with `{}`", written(value)), "a ruling", "");
            }
            (_, Err(error)) => checked.differs(entry, key, "a ruling", "none", error),
            ("outcomes", Ok(ruling)) => entries(value).iter().for_each(|entry| checked.outcome(ruling, entry)),
            ("values", Ok(ruling)) => entries(value).iter().for_each(|entry| checked.value(ruling, entry)),
            ("funds", Ok(ruling)) => entries(value).iter().for_each(|entry| checked.fund(ruling, entry)),
            ("missing", Ok(ruling)) => checked.missing(ruling, entry),
            (other, Ok(_)) => checked.mistake(entry, other, "no such thing can be expected of a ruling"),
        }
    }
    checked
}

fn entries(node: &Node) -> &[Entry] {
    match &node.content {
        Content::Map(entries) => entries,
        _ => &[],
    }
}

/// What an author wrote for a value: a text, or `~` for one that is not known.
fn written(node: &Node) -> &str {
    match &node.content {
        Content::Empty => "~",
        _ => node.as_text().unwrap_or("(neither a text nor `~`)"),
    }
}

fn listed(node: &Node) -> Option<Vec<&str>> {
    match &node.content {
        Content::List(items) => Some(items.iter().map(written).collect()),
        _ => None,
    }
}

/// A text with each number in its shortest form, and yes and no as rulings have them.
fn plain(text: &str) -> String {
    let one = |text: &str| match text.trim() {
        "yes" => "true".to_owned(),
        "no" => "false".to_owned(),
        text => text.parse::<Exact>().map_or_else(|_| text.to_owned(), |number| number.to_string()),
    };
    text.split(", ").map(one).collect::<Vec<_>>().join(", ")
}

impl Checked {
    fn differs(&mut self, entry: &Entry, what: &str, expected: &str, got: &str, reason: &str) {
        let why = Why::Differs { expected: expected.to_owned(), got: got.to_owned(), reason: reason.to_owned() };
        self.unexpected.push(Unexpected { what: what.to_owned(), place: entry.value.place.clone(), why });
    }

    fn mistake(&mut self, entry: &Entry, what: &str, message: &str) {
        let why = Why::Mistake(message.to_owned());
        self.unexpected.push(Unexpected { what: what.to_owned(), place: entry.key_place.clone(), why });
    }

    fn compare(&mut self, entry: &Entry, what: &str, expected: &str, got: &str, reason: &str) {
        self.checks += 1;
        if plain(expected) != plain(got) {
            self.differs(entry, what, expected, got, reason);
        }
    }

    fn outcome(&mut self, ruling: &Ruling, entry: &Entry) {
        match ruling.finding(&entry.key) {
            Some(finding) => {
                self.compare(entry, &entry.key, written(&entry.value), finding.outcome.as_str(), &finding.reason);
            }
            None => self.mistake(entry, &entry.key, "the pack has no such condition"),
        }
    }

    fn value(&mut self, ruling: &Ruling, entry: &Entry) {
        let Some(found) = ruling.values.iter().find(|value| value.name == entry.key) else {
            self.mistake(entry, &entry.key, "the pack has no such value");
            return;
        };
        // A percentage is data as a fraction, and authors write it as people do.
        let shown = |expected: &str, at: usize| match found.figures.get(at).map(|figure| &figure.figure) {
            Some(figure) if expected.ends_with('%') => figure.shown.clone(),
            Some(figure) => figure.value.clone().unwrap_or_else(|| "~".to_owned()),
            None => "nothing".to_owned(),
        };
        let per_period = found.figures.iter().all(|figure| figure.period.is_some());
        let expected = match listed(&entry.value) {
            Some(list) if per_period => list,
            None if !per_period => vec![written(&entry.value)],
            _ => {
                self.mistake(entry, &entry.key, "a list is for a value by period, and only for one");
                return;
            }
        };
        let got: Vec<String> =
            (0..found.figures.len()).map(|at| shown(expected.get(at).copied().unwrap_or_default(), at)).collect();
        self.compare(entry, &entry.key, &expected.join(", "), &got.join(", "), &found.title);
    }

    fn fund(&mut self, ruling: &Ruling, entry: &Entry) {
        let Some(fund) = ruling.fund(&entry.key) else {
            self.mistake(entry, &entry.key, "the pack has no such fund");
            return;
        };
        for part in entries(&entry.value) {
            let what = format!("{}, {}", entry.key, part.key);
            if part.key == "tranches" {
                let Some(expected) = listed(&part.value) else {
                    self.mistake(part, &what, "a list is expected, with what each period earned");
                    continue;
                };
                let got: Vec<String> = fund.tranches.iter().map(|tranche| amount(tranche.earned)).collect();
                self.compare(part, &what, &expected.join(", "), &got.join(", "), &fund.reason);
            } else {
                match disposed(fund, &part.key) {
                    Some(got) => self.compare(part, &what, written(&part.value), &got, &fund.reason),
                    None => self.mistake(part, &what, "no such thing can be expected of a fund"),
                }
            }
        }
    }

    fn missing(&mut self, ruling: &Ruling, entry: &Entry) {
        let Some(mut expected) = listed(&entry.value) else {
            self.mistake(entry, "missing", "a list is expected, with what is missing");
            return;
        };
        let mut got: Vec<String> = ruling
            .missing
            .iter()
            .map(|missing| match &missing.period {
                Some(period) => format!("{} {period}", missing.what),
                None => missing.what.clone(),
            })
            .collect();
        expected.sort_unstable();
        got.sort_unstable();
        let reasons: Vec<&str> = ruling.missing.iter().map(|missing| missing.reason.as_str()).collect();
        self.compare(entry, "missing", &expected.join("; "), &got.join("; "), &reasons.join("; "));
    }
}

fn amount(money: Option<Money>) -> String {
    money.map_or_else(|| "~".to_owned(), |money| money.to_string())
}

fn disposed(fund: &FundRuling, key: &str) -> Option<String> {
    match key {
        "amount" => Some(amount(fund.amount)),
        "earned" => Some(amount(fund.earned)),
        _ => fund.dispositions.parts().into_iter().find(|(word, _)| *word == key).map(|(_, money)| money.to_string()),
    }
}
