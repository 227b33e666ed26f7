//! Checks of the figures that a binding makes: what is not believed becomes missing with its reason, or stops the load.
//!
//! Every check reads the figures as they were supplied, so their order does not matter, and a figure that fails several
//! has the reasons of all. What a check needs and does not have is no failure: missing is not zero.

mod declared;
mod figures;

use std::collections::BTreeMap;

use jiff::civil::Date;
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::exact::{Exact, Inexact};
use ringfence_core::source::{Entry, Node, Place};

use self::declared::day;
use self::figures::{Amount, Figure, Holds, When, at_mut, label_before};
use crate::shape::{self, Mistakes};

/// The checks of a binding.
#[derive(Debug, Default)]
pub(crate) struct Checks<'n>(Vec<Check<'n>>);

/// One check of one fact.
#[derive(Debug)]
struct Check<'n> {
    place: &'n Place,
    fact: &'n str,
    /// The key that says what is asked.
    kind: &'n str,
    asks: Asks<'n>,
    otherwise: Otherwise,
    because: Option<&'n str>,
}

/// What becomes of a figure that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Otherwise {
    Missing,
    Stop,
}

/// What is asked of a figure.
#[derive(Debug)]
enum Asks<'n> {
    Required,
    Range { least: Option<Bound>, most: Option<Bound> },
    OneOf(Vec<&'n str>),
    SumOf { parts: Vec<&'n str>, within: Option<Amount> },
    NotEarlier(Earliest<'n>),
    Unchanged(Before<'n>),
    Change { before: Before<'n>, limits: Limits },
    ZeroAfter(Before<'n>),
}

#[derive(Debug)]
enum Earliest<'n> {
    Day(Date),
    Fact(&'n str),
}

/// The figure that another is held against.
#[derive(Clone, Copy, Debug)]
enum Before<'n> {
    /// That of another fact, for the same period.
    Fact(&'n str),
    /// That of so many periods before.
    Periods(i32),
}

/// How far a figure may be below and above the one before.
#[derive(Clone, Copy, Debug)]
struct Limits {
    fall: Option<Most>,
    rise: Option<Most>,
}

/// How far a figure may be from the one before.
#[derive(Clone, Copy, Debug)]
enum Most {
    /// A share of the one before, and that as it is written.
    Share {
        share: Exact,
        shown: Amount,
    },
    Distance(Exact),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
enum Bound {
    Number(Amount),
    Day(Date),
}

/// The facts of a case, by name.
type Facts<'f> = BTreeMap<&'f str, Vec<Figure<'f>>>;

/// What came of asking.
type Answer = Result<Option<String>, Diagnostic>;

/// Figures that fail, by fact and the way to them: what is wrong with each.
type Failures = BTreeMap<(usize, Vec<usize>), Vec<String>>;

impl<'n> Checks<'n> {
    pub(crate) fn read(root: &'n Node, mistakes: &mut Mistakes) -> Self {
        Self(declared::read(root, mistakes))
    }

    /// Checks the facts of a case; those that are not believed become missing, and what stops the load is told.
    pub(crate) fn apply(&self, facts: &mut [Entry], recipient: &str, place: &Place, mistakes: &mut Mistakes) {
        if self.0.is_empty() {
            return;
        }
        for ((fact, path), reasons) in self.failures(facts, recipient, place, mistakes) {
            let node = facts.get_mut(fact).and_then(|entry| at_mut(&mut entry.value, &path));
            if let Some(node) = node {
                let found = node.clone();
                let because = Node::text(reasons.join("; "), found.place.clone());
                let place = found.place.clone();
                *node = Node::map([("missing".to_owned(), because), ("found".to_owned(), found)], &place);
            }
        }
    }

    fn failures(&self, facts: &[Entry], recipient: &str, place: &Place, mistakes: &mut Mistakes) -> Failures {
        let figures: Facts<'_> =
            facts.iter().map(|entry| (entry.key.as_str(), figures::figures(&entry.value))).collect();
        let mut failures = Failures::new();
        for check in &self.0 {
            let own = figures.get(check.fact).map_or(&[][..], Vec::as_slice);
            if matches!(check.asks, Asks::Required) {
                check.require(own, recipient, place, mistakes);
                continue;
            }
            let fact = facts.iter().position(|entry| entry.key == check.fact);
            for figure in own {
                let Holds::Value(text) = figure.holds else { continue };
                match check.ask(figure, text, &figures) {
                    Ok(None) => {}
                    Ok(Some(wrong)) if check.otherwise == Otherwise::Missing => {
                        let reasons = failures.entry((fact.unwrap_or_default(), figure.path.clone())).or_default();
                        reasons.push(check.reason(wrong));
                    }
                    Ok(Some(wrong)) => {
                        let which = format!("`{}` of `{recipient}`{} is {text}", check.fact, figure.when.words());
                        let message = format!("{which} and fails a check: {}", check.reason(wrong));
                        let mistake = Diagnostic::error(Code::FAILED_CHECK, figure.node.place.clone(), message);
                        add_once(mistakes, mistake.help(check.help()));
                    }
                    Err(mistake) => add_once(mistakes, mistake),
                }
            }
        }
        failures
    }
}

/// Several recipients may read one cell, and what is wrong with a check is wrong for each.
fn add_once(mistakes: &mut Mistakes, mistake: Diagnostic) {
    if !mistakes.0.contains(&mistake) {
        mistakes.add(mistake);
    }
}

impl<'n> Check<'n> {
    /// What is wrong, with the author's words for it before it.
    fn reason(&self, wrong: String) -> String {
        match self.because {
            Some(because) => format!("{because} ({wrong})"),
            None => wrong,
        }
    }

    fn help(&self) -> String {
        format!(
            "the check is in line {} of the binding; correct the figure where it comes from, or let the check say `otherwise: missing`",
            self.place.line()
        )
    }

    /// Every figure has to be there; one that does not apply is no gap.
    fn require(&self, own: &[Figure<'_>], recipient: &str, place: &Place, mistakes: &mut Mistakes) {
        let mut told = |when: When<'_>, place: &Place| {
            let message = format!("`{}` of `{recipient}`{} is required, and is missing", self.fact, when.words());
            let message = self.because.map_or_else(|| message.clone(), |because| format!("{message}: {because}"));
            let mistake = Diagnostic::error(Code::FAILED_CHECK, place.clone(), message);
            let help = format!("the check is in line {} of the binding; supply the figure", self.place.line());
            add_once(mistakes, mistake.help(help));
        };
        if own.is_empty() {
            told(When::Whole, place);
        }
        for figure in own.iter().filter(|figure| figure.holds == Holds::Missing) {
            let same = own.iter().filter(|other| other.when == figure.when);
            if same.clone().all(|other| other.holds == Holds::Missing) {
                told(figure.when, &figure.node.place);
            }
        }
    }

    /// What is wrong with a figure, if anything is; a check that lacks what it needs has nothing to say.
    fn ask<'f>(&self, figure: &Figure<'f>, text: &'f str, facts: &Facts<'f>) -> Answer {
        match &self.asks {
            Asks::Required => Ok(None),
            Asks::Range { least, most } => self.in_range(figure, text, *least, *most),
            Asks::OneOf(known) => {
                Ok((!known.contains(&text)).then(|| format!("it is none of {}", shape::list(known.iter().copied()))))
            }
            Asks::SumOf { parts, within } => self.adds_up(figure, text, parts, *within, facts),
            Asks::NotEarlier(earliest) => self.not_earlier(figure, text, earliest, facts),
            Asks::Unchanged(before) => {
                let Some(before) = self.before(figure, *before, facts)? else { return Ok(None) };
                let same = match (Amount::read(text), Amount::read(before.text)) {
                    (Some(own), Some(other)) => {
                        self.alike(figure, own, other)?;
                        own == other
                    }
                    _ => text == before.text,
                };
                Ok((!same).then(|| format!("it is not {}", before.words())))
            }
            Asks::Change { before, limits } => self.changes(figure, text, *before, *limits, facts),
            Asks::ZeroAfter(before) => {
                let own = self.amount(figure.node, text)?;
                let Some(before) = self.before(figure, *before, facts)? else { return Ok(None) };
                let other = self.amount(before.node, before.text)?;
                let fails = own.number.is_zero() && !other.number.is_zero();
                Ok(fails.then(|| format!("it is zero after {}", before.words())))
            }
        }
    }

    fn in_range(&self, figure: &Figure<'_>, text: &str, least: Option<Bound>, most: Option<Bound>) -> Answer {
        let is_day = matches!(least.or(most), Some(Bound::Day(_)));
        let own = if is_day {
            Bound::Day(self.day(figure.node, text)?)
        } else {
            Bound::Number(self.amount(figure.node, text)?)
        };
        for bound in least.into_iter().chain(most) {
            if let (Bound::Number(own), Bound::Number(bound)) = (own, bound) {
                self.alike(figure, own, bound)?;
            }
        }
        let (below, above) = if is_day { ("earlier", "later") } else { ("less", "more") };
        let low = least.filter(|least| own < *least).map(|least| format!("it is {below} than {least}"));
        let high = most.filter(|most| own > *most).map(|most| format!("it is {above} than {most}"));
        Ok(low.or(high))
    }

    /// The parts of a sum. What does not apply is nothing of it; of what is missing nobody knows.
    fn adds_up<'f>(
        &self,
        figure: &Figure<'f>,
        text: &str,
        parts: &[&str],
        within: Option<Amount>,
        facts: &Facts<'f>,
    ) -> Answer {
        let own = self.amount(figure.node, text)?;
        let mut sum = Amount::nothing(own.percent);
        for name in parts {
            let others = facts.get(name).map_or(&[][..], Vec::as_slice);
            for when in self.parts_of(figure, name, others)? {
                match figure.beside(others, when).map(|part| (part, part.holds)) {
                    Some((part, Holds::Value(text))) => {
                        let part = self.amount(part.node, text)?;
                        self.alike(figure, own, part)?;
                        sum = self.exact(figure, sum.plus(part))?;
                    }
                    Some((_, Holds::NotApplicable)) => {}
                    _ => return Ok(None),
                }
            }
            if others.is_empty() {
                return Ok(None);
            }
        }
        let off = self.exact(figure, own.distance(sum))?;
        let within = within.unwrap_or(Amount::nothing(own.percent));
        self.alike(figure, own, within)?;
        let allowed =
            if within.number.is_zero() { String::new() } else { format!(", and at most {within} may lie between") };
        let names = shape::list(parts.iter().copied());
        let come = if parts.len() == 1 { "comes to" } else { "add up to" };
        Ok((off.number > within.number).then(|| format!("{names} {come} {sum}{allowed}")))
    }

    /// The periods of a part that belong to a figure: its own, or all where the figure is of the whole case.
    fn parts_of<'f>(
        &self,
        figure: &Figure<'f>,
        name: &str,
        others: &[Figure<'f>],
    ) -> Result<Vec<When<'f>>, Diagnostic> {
        if figure.when != When::Whole {
            self.same_shape(figure, name, others, false)?;
            return Ok(vec![figure.when]);
        }
        let mut all: Vec<When<'f>> = Vec::new();
        for other in others {
            if !all.contains(&other.when) {
                all.push(other.when);
            }
        }
        Ok(all)
    }

    fn not_earlier<'f>(&self, figure: &Figure<'f>, text: &str, earliest: &Earliest<'n>, facts: &Facts<'f>) -> Answer {
        let own = self.day(figure.node, text)?;
        let (earliest, words) = match earliest {
            Earliest::Day(day) => (*day, day.to_string()),
            Earliest::Fact(name) => {
                let Some(before) = self.before(figure, Before::Fact(name), facts)? else { return Ok(None) };
                (self.day(before.node, before.text)?, before.words())
            }
        };
        Ok((own < earliest).then(|| format!("it is earlier than {words}")))
    }

    fn changes<'f>(
        &self,
        figure: &Figure<'f>,
        text: &str,
        before: Before<'n>,
        limits: Limits,
        facts: &Facts<'f>,
    ) -> Answer {
        let own = self.amount(figure.node, text)?;
        let Some(before) = self.before(figure, before, facts)? else { return Ok(None) };
        let other = self.amount(before.node, before.text)?;
        self.alike(figure, own, other)?;
        let falls = own.number < other.number;
        let Some(most) = (if falls { limits.fall } else { limits.rise }) else { return Ok(None) };
        let off = self.exact(figure, own.distance(other))?;
        let (limit, words) = match most {
            Most::Share { share, shown } => {
                let size = self.exact(figure, other.number.magnitude())?;
                (self.exact(figure, share.times(size))?, format!("{shown} of it"))
            }
            Most::Distance(limit) => (limit, limit.to_string()),
        };
        let side = if falls { "below" } else { "above" };
        Ok((off.number > limit).then(|| format!("it is {off} {side} {}, more than {words}", before.words())))
    }

    /// The figure that another is held against, if it is known.
    fn before<'f>(
        &self,
        figure: &Figure<'f>,
        before: Before<'n>,
        facts: &Facts<'f>,
    ) -> Result<Option<Beside<'_, 'f>>, Diagnostic> {
        let name = match before {
            Before::Fact(name) => name,
            Before::Periods(_) => self.fact,
        };
        let others = facts.get(name).map_or(&[][..], Vec::as_slice);
        let label;
        let when = match (before, figure.when) {
            (Before::Fact(_), when) => {
                self.same_shape(figure, name, others, true)?;
                if others.iter().all(|other| other.when == When::Whole) { When::Whole } else { when }
            }
            (Before::Periods(_), When::Whole) => return Err(self.has_no_periods()),
            (Before::Periods(periods), When::Label(own)) => match label_before(own, periods) {
                Some(before) => {
                    label = before;
                    When::Label(&label)
                }
                None => return Ok(None),
            },
            (Before::Periods(periods), When::Position(at)) => {
                match usize::try_from(periods).ok().and_then(|periods| at.checked_sub(periods)) {
                    Some(at) => When::Position(at),
                    None => return Ok(None),
                }
            }
        };
        let found = facts.get(name).and_then(|others| {
            let other = figure.beside(others, when)?;
            let Holds::Value(text) = other.holds else { return None };
            let of = if matches!(before, Before::Fact(_)) { Of::Fact(name) } else { Of::Period(other.when) };
            Some(Beside { node: other.node, text, of })
        });
        Ok(found)
    }

    fn has_no_periods(&self) -> Diagnostic {
        let message = format!("`{}` has one figure, so none came before it", self.fact);
        let mistake = Diagnostic::error(Code::WRONG_VALUE, self.place.clone(), message);
        mistake.help("name the fact that has the figure before")
    }

    /// Refuses to hold figures against each other that are not for the same periods.
    fn same_shape(
        &self,
        figure: &Figure<'_>,
        name: &str,
        others: &[Figure<'_>],
        may_be_one: bool,
    ) -> Result<(), Diagnostic> {
        let is_known = |other: &&Figure<'_>| matches!(other.holds, Holds::Value(_));
        let fits = |when: When<'_>| match (figure.when, when) {
            (When::Label(_), When::Label(_)) | (When::Position(_), When::Position(_)) | (When::Whole, When::Whole) => {
                true
            }
            (_, When::Whole) => may_be_one,
            _ => false,
        };
        let Some(other) = others.iter().filter(is_known).find(|other| !fits(other.when)) else { return Ok(()) };
        let message = match (figure.when, other.when) {
            (When::Whole, _) => format!("`{}` has one figure, and `{name}` has one for each period", self.fact),
            (_, When::Whole) => format!("`{}` has a figure for each period, and `{name}` has one", self.fact),
            _ => format!("of `{}` and `{name}` only one names its periods", self.fact),
        };
        let mistake = Diagnostic::error(Code::WRONG_VALUE, self.place.clone(), message);
        Err(mistake.help("compare figures that are for the same periods, and named alike"))
    }

    fn amount(&self, node: &Node, text: &str) -> Result<Amount, Diagnostic> {
        Amount::read(text).ok_or_else(|| {
            let message = format!("`{}` reads numbers, and `{text}` is none", self.kind);
            Diagnostic::error(Code::BAD_NUMBER, node.place.clone(), message).help(self.where_help())
        })
    }

    fn day(&self, node: &Node, text: &str) -> Result<Date, Diagnostic> {
        day(text).ok_or_else(|| {
            let message = format!("`{}` reads days such as 2015-04-01, and `{text}` is none", self.kind);
            Diagnostic::error(Code::BAD_DATE, node.place.clone(), message).help(self.where_help())
        })
    }

    fn where_help(&self) -> String {
        format!("the check is in line {} of the binding", self.place.line())
    }

    /// Refuses to compare a percentage with what is none.
    fn alike(&self, figure: &Figure<'_>, own: Amount, other: Amount) -> Result<(), Diagnostic> {
        if own.percent == other.percent {
            return Ok(());
        }
        let message = format!("{own} and {other} cannot be compared: only one is a percentage");
        let mistake = Diagnostic::error(Code::WRONG_VALUE, figure.node.place.clone(), message);
        Err(mistake.help(format!("{}; write both with the sign, or neither", self.where_help())))
    }

    fn exact<T>(&self, figure: &Figure<'_>, result: Result<T, Inexact>) -> Result<T, Diagnostic> {
        result.map_err(|inexact| {
            let message = format!("`{}` cannot be worked out: {inexact}", self.kind);
            Diagnostic::error(Code::BAD_NUMBER, figure.node.place.clone(), message).help(self.where_help())
        })
    }
}

/// The figure that another is held against.
struct Beside<'c, 'f> {
    node: &'f Node,
    text: &'f str,
    of: Of<'c, 'f>,
}

enum Of<'c, 'f> {
    Fact(&'c str),
    Period(When<'f>),
}

impl Beside<'_, '_> {
    /// `the 40 of beds.planned`, `the 40 for 2014-15 Q4`.
    fn words(&self) -> String {
        let of = match self.of {
            Of::Fact(name) => format!(" of `{name}`"),
            Of::Period(when) => when.words(),
        };
        format!("the {}{of}", self.text)
    }
}

impl Bound {
    fn read(text: &str) -> Option<Self> {
        day(text).map(Self::Day).or_else(|| Amount::read(text).map(Self::Number))
    }

    fn is_like(self, other: Self) -> bool {
        match (self, other) {
            (Self::Number(one), Self::Number(two)) => one.percent == two.percent,
            (Self::Day(_), Self::Day(_)) => true,
            _ => false,
        }
    }
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(amount) => amount.fmt(f),
            Self::Day(day) => day.fmt(f),
        }
    }
}
