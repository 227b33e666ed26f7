//! The figures a ruling counted, by fact and period, with where they came from.

use ringfence_core::ruling::{EvidenceUsed, Figure, Ruling};

use super::{capital, day};
use crate::document::{Line, Table};

/// A fact with its figures.
pub(super) struct Fact<'a> {
    pub(super) name: &'a str,
    pub(super) title: &'a str,
    pub(super) entries: Vec<&'a EvidenceUsed>,
}

pub(super) fn facts(ruling: &Ruling) -> Vec<Fact<'_>> {
    let mut out: Vec<Fact<'_>> = Vec::new();
    for entry in &ruling.evidence {
        match out.iter_mut().find(|fact| fact.name == entry.fact) {
            Some(fact) => fact.entries.push(entry),
            None => out.push(Fact { name: &entry.fact, title: &entry.title, entries: vec![entry] }),
        }
    }
    out
}

impl<'a> Fact<'a> {
    pub(super) fn periods(&self) -> Vec<&'a str> {
        self.entries.iter().filter_map(|entry| entry.period.as_deref()).collect()
    }

    /// Each source with the periods it gave figures for.
    pub(super) fn sources(&self) -> Vec<(Option<String>, Vec<String>)> {
        let mut out: Vec<(Option<String>, Vec<String>)> = Vec::new();
        for entry in self.entries.iter().filter(|entry| entry.figure.value.is_some()) {
            let known = entry.known.map(|date| format!(", known from {}", day(date))).unwrap_or_default();
            let source = entry.source.as_ref().map(|source| format!("{}{known}", source.trim_end_matches('.')));
            let period = entry.period.clone();
            match out.iter_mut().find(|(other, _)| *other == source) {
                Some((_, periods)) => periods.extend(period),
                None => out.push((source, period.into_iter().collect())),
            }
        }
        out
    }

    /// The unit that every known figure ends with: ` admissions`.
    fn unit(&self) -> Option<&'a str> {
        let mut units = self.entries.iter().filter(|entry| entry.figure.value.is_some()).map(|entry| {
            let (number, unit) = entry.figure.shown.split_once(' ')?;
            // Of a day, `21 June 2025`, nothing is a unit.
            if unit.ends_with(|letter: char| letter.is_ascii_digit()) {
                return None;
            }
            number.ends_with(|letter: char| letter.is_ascii_digit()).then_some(unit)
        });
        let first = units.next()??;
        units.all(|unit| unit == Some(first)).then_some(first)
    }

    fn label(&self, unit: Option<&str>) -> Line {
        let title = match unit {
            Some(unit) if !self.title.to_lowercase().contains(&unit.to_lowercase()) => {
                format!("{}, {unit}", capital(self.title))
            }
            _ => capital(self.title),
        };
        Line::from(title).plain(" (").code(self.name).plain(")")
    }
}

/// The value, or in a word why there is none; the whole reason stands below the table.
fn cell(figure: &Figure, unit: Option<&str>) -> Line {
    if figure.value.is_none() {
        let word = figure.shown.split([':', '(', ',', ';']).next().unwrap_or("").trim();
        return Line::new().caution(word);
    }
    let bare = unit.and_then(|unit| figure.shown.strip_suffix(unit)).map_or(figure.shown.as_str(), str::trim_end);
    Line::from(bare)
}

pub(super) fn whole_table(facts: &[&Fact<'_>]) -> Table {
    let mut table = Table::new().words("What").words("As supplied").headless();
    for fact in facts {
        for entry in &fact.entries {
            table.row([fact.label(None), cell(&entry.figure, None)]);
        }
    }
    table
}

/// Facts down and periods across where that fits a page, and otherwise the other way round.
pub(super) fn period_table(facts: &[&Fact<'_>]) -> Table {
    let periods = facts.first().map(|fact| fact.periods()).unwrap_or_default();
    let cells: Vec<(Option<&str>, Vec<Line>)> = facts
        .iter()
        .map(|fact| {
            let unit = fact.unit();
            (unit, fact.entries.iter().map(|entry| cell(&entry.figure, unit)).collect())
        })
        .collect();
    let widest = cells.iter().flat_map(|(_, row)| row).map(|cell| cell.bare().chars().count()).max().unwrap_or(0);
    let mut table = Table::new();
    if periods.len() * (widest.max(10) + 2) <= 52 {
        table = periods.iter().fold(table.words("What"), Table::figures);
        for (fact, (unit, row)) in facts.iter().zip(cells) {
            table.row(std::iter::once(fact.label(unit)).chain(row));
        }
    } else {
        table = facts
            .iter()
            .zip(&cells)
            .fold(table.words("Period"), |table, (fact, (unit, _))| table.figures(fact.label(*unit).bare()));
        for (index, period) in periods.iter().enumerate() {
            let row = cells.iter().map(|(_, row)| row.get(index).cloned().unwrap_or_default());
            table.row(std::iter::once(Line::from(*period)).chain(row));
        }
    }
    table
}
