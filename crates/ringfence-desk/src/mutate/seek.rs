//! A case that would notice a mutant: one of the pack's own with one thing changed.

use std::path::Path;

use ringfence_core::Date;
use ringfence_core::case::{Case, Decided as Answered, Evidence, Given};
use ringfence_core::evaluate::{Decided, Options, Scratch};
use ringfence_core::exact::Exact;
use ringfence_core::pack::{AskedFact, Mutant, Pack};
use ringfence_core::source::{Content, Document, Entry, Node};
use ringfence_core::types::{Type, Value};
use ringfence_loaders::case as cases;

use super::bench::{Why, why};
use crate::desk::TestCase;

/// How many changed cases are tried for one mutant.
pub(super) const MOST_TRIES: usize = 600;

/// How many of the pack's own cases are changed for one mutant.
const MOST_BASES: usize = 5;

/// How often a stretch is halved on the way to where findings turn.
const MOST_HALVINGS: usize = 48;

/// How diagnostics would call a value that is tried.
const TRIED: &str = "--set";

/// One thing that is changed in a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A piece of evidence, by its path, and what is written there.
    Set(String, String),
    /// The day whose rules apply.
    RulesAt(Date),
}

/// A case that notices a mutant.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The file of the case that it stands on.
    pub(super) base: String,
    /// What is changed.
    pub(super) change: Change,
    /// The changed case.
    pub(super) document: Document,
}

/// Tries changed cases on a pack and a mutant of it.
pub(super) struct Seeker<'a> {
    cases: Vec<&'a TestCase>,
    scratch: Scratch,
    tries: usize,
}

/// What a pack decides of a changed case; nothing where the case cannot be read.
type Ruled = Option<Result<Decided, Why>>;

impl<'a> Seeker<'a> {
    /// The cases that another one can stand on: each alone in a file of its own.
    pub(super) fn new(cases: &'a [TestCase]) -> Self {
        let alone = |case: &&TestCase| {
            let file = &case.document.file;
            let count = cases.iter().filter(|other| other.document.file.path() == file.path()).count();
            let is_yaml = Path::new(file.path()).extension().is_some_and(|ending| ending == "yaml");
            let is_case = file.text().lines().any(|line| line.starts_with("case:"));
            case.read.is_ok() && count == 1 && is_yaml && is_case
        };
        Self { cases: cases.iter().filter(alone).collect(), scratch: Scratch::new(), tries: 0 }
    }

    /// A case that decides otherwise with the mutant, and how many were tried.
    pub(super) fn seek(&mut self, pack: &mut Pack, mutant: &Mutant) -> (Option<Found>, usize) {
        self.tries = 0;
        let found = self.sought(pack, mutant);
        (found, self.tries)
    }

    /// Whether a case that was found for another mutant notices this one.
    pub(super) fn notices(&mut self, pack: &mut Pack, mutant: &Mutant, document: &Document) -> bool {
        self.differs(pack, mutant, document)
    }

    fn sought(&mut self, pack: &mut Pack, mutant: &Mutant) -> Option<Found> {
        let bases = self.bases(pack, mutant);
        let asked = pack.asked_by(mutant);
        let days = days_of(mutant);
        // A day is little work, so every case is tried.
        for base in if days.is_empty() { Vec::new() } else { self.cases.clone() } {
            for day in &days {
                if let Some(found) = self.attempt(pack, mutant, base, Change::RulesAt(*day)) {
                    return Some(found);
                }
            }
        }
        for base in &bases {
            let Ok(case) = &base.read else { continue };
            for id in &asked.sign_offs {
                for change in signatures(case, id) {
                    if let Some(found) = self.attempt(pack, mutant, base, change) {
                        return Some(found);
                    }
                }
            }
            for (id, answers) in &asked.decisions {
                for change in decided(case.decisions.get(id), id, answers) {
                    if let Some(found) = self.attempt(pack, mutant, base, change) {
                        return Some(found);
                    }
                }
            }
            for fact in &asked.facts {
                for cell in cells(case, fact) {
                    if let Some(found) = self.of_cell(pack, mutant, base, fact, &cell) {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    /// Some of the cases, spread over all, the days of which the mutant is about.
    fn bases(&self, pack: &Pack, mutant: &Mutant) -> Vec<&'a TestCase> {
        let matters = |case: &&&TestCase| {
            let day = case.read.as_ref().ok().and_then(|case| case.rules_at).or(pack.default_day());
            let rules = day.map(|day| pack.rules_at(day, &Options::default()));
            matches!(rules, Some(Ok(rules)) if mutant.matters_under(&rules))
        };
        let mut all: Vec<&TestCase> = self.cases.iter().filter(matters).copied().collect();
        if all.is_empty() {
            all.clone_from(&self.cases);
        }
        let stride = all.len().div_ceil(MOST_BASES).max(1);
        all.into_iter().step_by(stride).collect()
    }

    fn of_cell(
        &mut self,
        pack: &mut Pack,
        mutant: &Mutant,
        base: &TestCase,
        fact: &AskedFact,
        cell: &Cell,
    ) -> Option<Found> {
        let set = |text: String| Change::Set(cell.path.clone(), text);
        for text in words(fact, cell) {
            if let Some(found) = self.attempt(pack, mutant, base, set(text)) {
                return Some(found);
            }
        }
        let line = Line::of(fact, cell)?;
        for far in line.ends() {
            if let Some(found) = self.attempt(pack, mutant, base, set(line.text(far))) {
                return Some(found);
            }
            let Some(turn) = self.turn(pack, base, cell, &line, far) else { continue };
            for at in [turn, turn - 1, turn + 1] {
                if let Some(found) = self.attempt(pack, mutant, base, set(line.text(at))) {
                    return Some(found);
                }
            }
        }
        None
    }

    /// Where the findings of a case turn on the way from what a cell holds to something far from it.
    fn turn(&mut self, pack: &Pack, base: &TestCase, cell: &Cell, line: &Line, far: i128) -> Option<i128> {
        let at = |seeker: &mut Self, at: i128| {
            let mut document = base.document.clone();
            cases::set(&mut document, TRIED, &cell.path, &line.text(at)).ok()?;
            seeker.ruled(pack, &document)?.ok()
        };
        let (mut near, mut far) = (line.from, far);
        let here = at(self, near)?;
        if at(self, far)?.finds_alike(&here) {
            return None;
        }
        for _ in 0..MOST_HALVINGS {
            if (far - near).abs() <= 1 {
                break;
            }
            let middle = near + (far - near) / 2;
            if at(self, middle)?.finds_alike(&here) {
                near = middle;
            } else {
                far = middle;
            }
        }
        Some(far)
    }

    fn attempt(&mut self, pack: &mut Pack, mutant: &Mutant, base: &TestCase, change: Change) -> Option<Found> {
        if self.tries >= MOST_TRIES {
            return None;
        }
        let document = changed(&base.document, &change)?;
        let differs = self.differs(pack, mutant, &document);
        differs.then(|| Found { base: base.document.file.path().to_owned(), change, document })
    }

    fn differs(&mut self, pack: &mut Pack, mutant: &Mutant, document: &Document) -> bool {
        self.tries += 1;
        let Some(Ok(before)) = self.ruled(pack, document) else { return false };
        let after = pack.with(mutant, |pack| self.ruled_like(pack, document, Some(&before)));
        after != Some(Ok(before))
    }

    fn ruled(&mut self, pack: &Pack, document: &Document) -> Ruled {
        self.ruled_like(pack, document, None)
    }

    fn ruled_like(&mut self, pack: &Pack, document: &Document, with: Option<&Decided>) -> Ruled {
        let case = pack.read_case(document).ok()?;
        let day = case.rules_at.or(pack.default_day())?;
        let mut ruled = || {
            let rules = pack.rules_at(day, &Options::default())?;
            let bound = rules.bind(&case, case.known_by)?;
            rules.decided(&bound, None, with, &mut self.scratch)
        };
        Some(ruled().map_err(|error| why(&error)))
    }
}

/// The case with something changed.
fn changed(document: &Document, change: &Change) -> Option<Document> {
    let mut document = document.clone();
    match change {
        Change::Set(path, text) => cases::set(&mut document, TRIED, path, text).ok()?,
        Change::RulesAt(day) => {
            let place = document.root.place.clone();
            let Content::Map(entries) = &mut document.root.content else { return None };
            entries.retain(|entry| entry.key != "rules-at");
            let value = Node::text(day.to_string(), place.clone());
            entries.push(Entry { key: "rules-at".to_owned(), key_place: place, value });
        }
    }
    Some(document)
}

/// The days that a mutant's change speaks of, and those beside them.
fn days_of(mutant: &Mutant) -> Vec<Date> {
    let change = mutant.change();
    let named = change.split(' ').filter_map(|word| word.parse::<Date>().ok());
    let mut days: Vec<Date> =
        named.flat_map(|day| [Some(day), day.yesterday().ok(), day.tomorrow().ok()]).flatten().collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// A figure of a case, and where it is.
struct Cell {
    path: String,
    value: Option<Value>,
}

fn known(given: Option<&Given<Value>>) -> Option<Value> {
    match given {
        Some(Given::Known(value)) => Some(value.clone()),
        _ => None,
    }
}

/// The figures of a fact that a case has or lacks.
fn cells(case: &Case, fact: &AskedFact) -> Vec<Cell> {
    let name = &fact.name;
    match (case.facts.get(name), &fact.field) {
        (Some(Evidence::Series(series)), None) => series
            .iter()
            .map(|(period, vintages)| Cell {
                path: format!("{name}[{period}]"),
                value: known(vintages.last().map(|vintage| &vintage.given)),
            })
            .collect(),
        (Some(Evidence::One(vintages)), None) => {
            vec![Cell { path: name.clone(), value: known(vintages.last().map(|vintage| &vintage.given)) }]
        }
        (Some(Evidence::List(vintages)), Some(field)) => {
            let rows = match vintages.last().map(|vintage| &vintage.given) {
                Some(Given::Known(rows)) => rows.as_slice(),
                _ => &[],
            };
            let cell = |(number, row): (usize, &ringfence_core::case::Row)| Cell {
                path: format!("{name}[#{}].{field}", number + 1),
                value: known(row.get(field)),
            };
            rows.iter().enumerate().map(cell).collect()
        }
        (None, None) if !fact.per_period => vec![Cell { path: name.clone(), value: None }],
        _ => Vec::new(),
    }
}

/// What is not a number nor a day: the other answer, the other alternatives, and that there is none.
fn words(fact: &AskedFact, cell: &Cell) -> Vec<String> {
    let mut words = Vec::new();
    match (&fact.ty, &cell.value) {
        (Type::Bool, Some(Value::Bool(true))) => words.push("no".to_owned()),
        (Type::Bool, Some(_)) => words.push("yes".to_owned()),
        (Type::Bool, None) => words.extend(["yes".to_owned(), "no".to_owned()]),
        (Type::Choice(of), value) => {
            let other = |word: &&String| !matches!(value, Some(Value::Text(known)) if known == *word);
            words.extend(of.iter().filter(other).cloned());
        }
        (Type::Days, _) => words.extend(["mon-fri".to_owned(), "all".to_owned(), "mon-sat".to_owned()]),
        _ => {}
    }
    if cell.value.is_some() {
        words.push("{ missing: not returned }".to_owned());
    }
    if fact.may_not_apply && fact.field.is_none() {
        words.push("{ not-applicable: there is none }".to_owned());
    }
    words
}

/// Values in a row: numbers by their last digit, days one by one.
struct Line {
    from: i128,
    min: Option<i128>,
    max: Option<i128>,
    /// How many digits behind the point a number has; nothing for a day.
    digits: Option<u32>,
    percent: bool,
}

/// How far from a day to look, in days.
const FAR_DAYS: i128 = 800;

impl Line {
    fn of(fact: &AskedFact, cell: &Cell) -> Option<Self> {
        match &fact.ty {
            Type::Number(of) => {
                let digits = if of.whole { 0 } else { 2 };
                let scale = |number: Exact| {
                    let hundred = if of.percent { Exact::whole(100) } else { Exact::ONE };
                    let tens = Exact::whole(10_i64.pow(digits));
                    let steps = number.times(hundred).ok()?.times(tens).ok()?;
                    steps.as_whole().map(i128::from)
                };
                let from = match &cell.value {
                    Some(Value::Number(number)) => scale(*number)?,
                    _ => fact.min.and_then(scale).unwrap_or(0),
                };
                let (min, max) = (fact.min.and_then(scale), fact.max.and_then(scale));
                Some(Self { from, min, max, digits: Some(digits), percent: of.percent })
            }
            Type::Date => {
                let Some(Value::Date(date)) = cell.value else { return None };
                Some(Self { from: day_number(date), min: None, max: None, digits: None, percent: false })
            }
            _ => None,
        }
    }

    /// Values far from where it starts, within what the fact allows.
    fn ends(&self) -> Vec<i128> {
        let Some(digits) = self.digits else {
            return vec![self.from + 1, self.from - 1, self.from - FAR_DAYS, self.from + FAR_DAYS];
        };
        let one = 10_i128.pow(digits);
        let wanted = [
            0,
            self.from + 1,
            self.from - 1,
            self.from / 2,
            self.from * 2 + one,
            self.from * 20 + 100 * one,
            -self.from,
        ];
        let mut ends: Vec<i128> = Vec::new();
        for end in wanted {
            let end = self.max.map_or(end, |max| end.min(max));
            let end = self.min.map_or(end, |min| end.max(min));
            if end != self.from && !ends.contains(&end) {
                ends.push(end);
            }
        }
        ends
    }

    /// How a value is written.
    fn text(&self, at: i128) -> String {
        let Some(digits) = self.digits else {
            return date_of(at).map(|date| date.to_string()).unwrap_or_default();
        };
        let number = Exact::from_scaled(at, digits).map_or_else(|_| at.to_string(), |number| number.to_string());
        if self.percent { format!("{number}%") } else { number }
    }
}

fn day_number(date: Date) -> i128 {
    ringfence_core::period::day_number(date).into()
}

fn date_of(number: i128) -> Option<Date> {
    ringfence_core::period::date_of(i64::try_from(number).ok()?)
}

/// What may be otherwise of the signatures under a document.
fn signatures(case: &Case, id: &str) -> Vec<Change> {
    let mut found = Vec::new();
    let signatures = case.sign_offs.get(id).map_or(&[][..], Vec::as_slice);
    let set = |at: usize, key: &str, text: String| Change::Set(format!("sign-offs.{id}[#{}]{key}", at + 1), text);
    for (at, signature) in signatures.iter().enumerate() {
        found.push(set(at, "", "~".to_owned()));
        found.push(set(at, ".office", "somebody else".to_owned()));
        if let Some(office) = &signature.office {
            found.push(set(at, ".delegated-from", office.clone()));
        }
        let days = (-3..=60).chain([-30, -60, 90, 120, 180, 365]);
        let days = days.filter_map(|days| date_of(day_number(signature.date) + days));
        found.extend(days.filter(|day| *day != signature.date).map(|day| set(at, ".date", day.to_string())));
    }
    found
}

/// What may be otherwise of a decision.
fn decided(given: Option<&Answered>, id: &str, answers: &[String]) -> Vec<Change> {
    let set = |key: &str, text: &str| Change::Set(format!("decisions.{id}{key}"), text.to_owned());
    let Some(given) = given else { return Vec::new() };
    let others = answers.iter().filter(|answer| **answer != given.answer);
    let mut found: Vec<Change> = others.map(|answer| set(".answer", answer)).collect();
    found.push(set("", "~"));
    found.push(set(".by", "somebody else"));
    let years = [-365, -366, -364, -730, -731, -729, -90, -91, -89];
    let days = years.into_iter().filter_map(|days| date_of(day_number(given.on) + days));
    found.extend(days.map(|day| set(".on", &day.to_string())));
    found
}
