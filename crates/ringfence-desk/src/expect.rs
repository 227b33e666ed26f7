//! What an author expects of a ruling, held against the ruling.

mod mistakes;

use std::fmt;

pub use mistakes::expect_mistakes;

use ringfence_core::exact::Exact;
use ringfence_core::money::Money;
use ringfence_core::ruling::{Figure, FundRuling, Ruling, ValueFound};
use ringfence_core::source::{Content, Entry, Node, Place};

use crate::desk::Ruled;

/// What came of holding a ruling against what its author expects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many expectations were held against the ruling.
    pub checks: usize,
    /// What was expected of, each once, in the order in which it is written: `plan-signed` for a condition,
    /// `values/planned`, `funds/performance`, `missing`, `error`.
    pub about: Vec<String>,
    /// Those that do not hold, and those that cannot.
    pub unexpected: Vec<Unexpected>,
}

/// An expectation that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unexpected {
    /// Which of [`Checked::about`].
    pub about: String,
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

impl Unexpected {
    /// What does not hold, without its place and its reason.
    pub fn message(&self) -> String {
        match &self.why {
            Why::Differs { expected, got, .. } => format!("{}: expected {expected}, got {got}", self.what),
            Why::Mistake(message) => format!("{}: {message}", self.what),
        }
    }
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
            ("outcomes", Ok(ruling)) => {
                for entry in entries(value) {
                    checked.turn_to(entry.key.clone());
                    checked.outcome(ruling, entry);
                }
            }
            ("values", Ok(ruling)) => {
                for entry in entries(value) {
                    checked.turn_to(format!("values/{}", entry.key));
                    checked.value(ruling, entry);
                }
            }
            ("funds", Ok(ruling)) => {
                for entry in entries(value) {
                    checked.turn_to(format!("funds/{}", entry.key));
                    checked.fund(ruling, entry);
                }
            }
            _ => {
                checked.turn_to(key.clone());
                checked.whole(entry, ruled);
            }
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

/// A figure that an author expects: exactly, or within a margin that is declared beside it.
struct Expected<'n> {
    text: &'n str,
    within: Option<&'n str>,
}

impl<'n> Expected<'n> {
    fn of(node: &'n Node) -> Self {
        match (node.get("value"), node.get("within")) {
            (Some(value), Some(within)) => Self { text: written(value), within: Some(written(within)) },
            _ => Self { text: written(node), within: None },
        }
    }

    fn is(&self, figure: &Figure) -> bool {
        match self.within {
            None => plain(self.text) == plain(&data(figure, self.text)),
            Some(within) => self.is_within(within, figure).unwrap_or(false),
        }
    }

    fn is_within(&self, margin: &str, figure: &Figure) -> Option<bool> {
        let got = number(figure.value.as_deref()?)?;
        let distance = got.minus(number(self.text)?).ok()?.magnitude().ok()?;
        Some(distance <= number(margin)?)
    }
}

impl fmt::Display for Expected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)?;
        self.within.map_or(Ok(()), |within| write!(f, " within {within}"))
    }
}

/// A number as authors and rulings write it: `3.5%`, `12.50`, `1/3`.
fn number(text: &str) -> Option<Exact> {
    let (text, divisor) = text.strip_suffix('%').map_or((text, 1), |text| (text, 100));
    let (top, bottom) = text.split_once('/').unwrap_or((text, "1"));
    let number = top.parse::<Exact>().ok()?.divide(bottom.parse().ok()?).ok()?;
    number.divide(Exact::whole(divisor)).ok()
}

/// How a figure of a value was reached: `20 × £10.50 = £210.00`, with its period where it has one.
fn reached(value: &ValueFound, at: usize) -> String {
    let (Some(figure), Some(step)) = (value.figures.get(at), value.steps.get(at)) else { return String::new() };
    let shown = &figure.figure.shown;
    if matches!(step.substituted.as_str(), "" | "?") || step.substituted == *shown {
        return String::new();
    }
    let period = figure.period.as_ref().map(|period| format!("in {period} ")).unwrap_or_default();
    format!("{period}{} = {shown}", step.substituted)
}

/// A figure as data. A percentage is data as a fraction, and authors write it as people do.
fn data(figure: &Figure, expected: &str) -> String {
    if expected.ends_with('%') { figure.shown.clone() } else { figure.value.clone().unwrap_or_else(|| "~".to_owned()) }
}

impl Checked {
    /// Turns to what the next expectations are about.
    fn turn_to(&mut self, about: String) {
        self.about.push(about);
    }

    /// What is expected of the ruling as a whole, and what cannot be held against it.
    fn whole(&mut self, entry: &Entry, ruled: &Ruled) {
        let Entry { key, value, .. } = entry;
        match (key.as_str(), ruled) {
            ("error", Err(error)) => {
                let part = written(value);
                self.checks += 1;
                if !error.contains(part) {
                    self.differs(entry, key, part, error, "");
                }
            }
            ("error", Ok(_)) => {
                self.differs(entry, key, &format!("an error with `{}`", written(value)), "a ruling", "");
            }
            (_, Err(error)) => self.differs(entry, key, "a ruling", "none", error),
            ("missing", Ok(ruling)) => self.missing(ruling, entry),
            (other, Ok(_)) => self.mistake(entry, other, "no such thing can be expected of a ruling"),
        }
    }

    fn differs(&mut self, entry: &Entry, what: &str, expected: &str, got: &str, reason: &str) {
        let why = Why::Differs { expected: expected.to_owned(), got: got.to_owned(), reason: reason.to_owned() };
        self.add(what, entry.value.place.clone(), why);
    }

    fn mistake(&mut self, entry: &Entry, what: &str, message: &str) {
        let why = Why::Mistake(message.to_owned());
        self.add(what, entry.key_place.clone(), why);
    }

    fn add(&mut self, what: &str, place: Place, why: Why) {
        let about = self.about.last().cloned().unwrap_or_default();
        self.unexpected.push(Unexpected { about, what: what.to_owned(), place, why });
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
        let per_period = found.figures.iter().all(|figure| figure.period.is_some());
        let expected: Vec<&Node> = match &entry.value.content {
            Content::List(items) if per_period => items.iter().collect(),
            Content::List(_) => vec![],
            _ if per_period => vec![],
            _ => vec![&entry.value],
        };
        if expected.is_empty() {
            self.mistake(entry, &entry.key, "a list is for a value by period, and only for one");
            return;
        }
        self.checks += 1;
        let figures: Vec<&Figure> = found.figures.iter().map(|figure| &figure.figure).collect();
        let is_as_expected = |(node, figure): (&&Node, &&Figure)| Expected::of(node).is(figure);
        if expected.len() != figures.len() || !expected.iter().zip(&figures).all(is_as_expected) {
            let got = (0..figures.len()).filter_map(|at| {
                let written = expected.get(at).map(|node| Expected::of(node).text);
                figures.get(at).map(|figure| data(figure, written.unwrap_or_default()))
            });
            let first = expected.iter().zip(&figures).position(|pair| !is_as_expected(pair));
            let reason = reached(found, first.unwrap_or_default());
            let expected: Vec<String> = expected.iter().map(|node| Expected::of(node).to_string()).collect();
            self.differs(entry, &entry.key, &expected.join(", "), &got.collect::<Vec<_>>().join(", "), &reason);
        }
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
        let mut reasons: Vec<&str> = Vec::new();
        for missing in &ruling.missing {
            if !reasons.contains(&missing.reason.as_str()) {
                reasons.push(&missing.reason);
            }
        }
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
