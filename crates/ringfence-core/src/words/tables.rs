//! Tables and calendars in words: which row held, and where its rows come from.

use super::Teller;
use crate::language::ir::Lookup;
use crate::language::value::{State, Val};
use crate::pack::Pack;
use crate::ruling::{CalendarUsed, Status, TableUsed};
use crate::table::{Cell, Column, Row};
use crate::types::Type;

/// What was looked up, for the reader.
pub(super) struct Told {
    /// `rating`.
    pub(super) output: String,
    /// `87%`.
    pub(super) asked: String,
    /// `60% to 90%`, or that no row holds; nothing where the row is for just what was asked.
    pub(super) row: String,
    /// `good`.
    pub(super) given: String,
}

impl Told {
    /// The row and what stands between it and what follows.
    pub(super) fn before_row(&self, between: &str) -> String {
        if self.row.is_empty() { String::new() } else { format!("{}{between}", self.row) }
    }

    /// `rating for 87%: 60% to 90%`.
    pub(super) fn asked_and_row(&self) -> String {
        let between = match self.row.as_str() {
            "" => "",
            row if row.starts_with("row ") => "; ",
            _ => ": ",
        };
        format!("{} for {}{between}{}", self.output, self.asked, self.row)
    }
}

impl Teller<'_> {
    pub(super) fn looked_up(&mut self, lookup: &Lookup, now: usize) -> Option<Told> {
        let table = &lookup.table;
        let mut asked = Vec::new();
        for ((family, arg), input) in lookup.args.iter().zip(&table.inputs) {
            let cell = self.family_value(*family, arg, now);
            let shown = self.shown(cell, &input.ty);
            let name = input.name.replace('_', " ");
            asked.push(match (shown, &input.ty) {
                (None, _) => "what is not known".to_owned(),
                (Some(shown), Type::Bool) => format!("{name}: {shown}"),
                (Some(shown), _) => shown,
            });
        }
        let (values, state) = self.machine(now).looked_up(lookup);
        let values = values.get(..lookup.args.len()).unwrap_or(&[]);
        let version = lookup.version(&self.rules.parameters)?;
        let several = table.inputs.len() > 1;
        let told = |row: &Row| match version.rows.iter().position(|other| std::ptr::eq(other, row)) {
            Some(at) if several => format!("row {}: {}", at + 1, row_told(row, &table.inputs)),
            _ if row.cells.first().is_some_and(is_one_value) => String::new(),
            _ => row_told(row, &table.inputs),
        };
        let held: Vec<String> = version.hits(table.hit, values).map(told).collect();
        let row = match (state, held.as_slice()) {
            (State::Known, []) => "no row, so the default".to_owned(),
            (State::Known, held) => held.join("; "),
            (_, [one]) => one.clone(),
            _ => "the same whatever is not known".to_owned(),
        };
        let given = self.machine(now).lookup(0, lookup);
        let given = self.shown(given, lookup.ty())?;
        let output = table.outputs.get(lookup.output).map(|output| output.name.replace('_', " "))?;
        Some(Told { output, asked: asked.join(", "), row, given })
    }

    pub(super) fn tables(&self) -> Vec<TableUsed> {
        let pack = self.rules.pack;
        let cells = self.rules.parameters.iter().skip(pack.parameters.len());
        let in_force = pack.tables.iter().zip(cells).filter_map(|(table, cell)| match cell {
            Val::Word(word) if word.state == State::Known => {
                Some((table, table.versions.get(usize::try_from(word.bits).ok()?)?))
            }
            _ => None,
        });
        in_force
            .map(|(table, version)| TableUsed {
                name: table.name.clone(),
                title: table.title.clone(),
                rows: version.rows.len(),
                from: version.from,
                status: version.status,
                authority: version.authority.clone(),
                note: version.note.clone(),
            })
            .collect()
    }

    pub(super) fn warn_of_tables(&self, warnings: &mut Vec<String>) {
        for table in self.tables().iter().filter(|table| table.status == Status::Unverified) {
            let (name, title) = (&table.name, &table.title);
            warnings.push(format!("the table `{name}` ({title}) is unverified: no source for it has been seen"));
        }
        for calendar in calendars(self.rules.pack).iter().filter(|calendar| calendar.status == Status::Unverified) {
            let (name, title) = (&calendar.name, &calendar.title);
            warnings.push(format!("the calendar `{name}` ({title}) is unverified: no source for it has been seen"));
        }
    }
}

/// Whether a cell holds for one value only.
fn is_one_value(cell: &Cell) -> bool {
    match cell {
        Cell::Any => false,
        Cell::Of(words) => words.len() == 1,
        Cell::Stretch(stretch) => stretch.low.is_some() && stretch.low == stretch.high,
    }
}

/// What a row holds for: what it leaves open is not told.
fn row_told(row: &Row, inputs: &[Column]) -> String {
    let named = row.written.iter().zip(inputs).filter(|(written, _)| *written != "any");
    let told: Vec<String> = named
        .map(|(written, input)| match input.ty {
            Type::Bool => format!("{}: {written}", input.name.replace('_', " ")),
            _ => written.clone(),
        })
        .collect();
    if told.is_empty() { "whatever is asked".to_owned() } else { told.join(", ") }
}

pub(super) fn calendars(pack: &Pack) -> Vec<CalendarUsed> {
    let calendars = pack.calendars.iter();
    calendars
        .map(|calendar| CalendarUsed {
            name: calendar.name.clone(),
            title: calendar.title.clone(),
            from: calendar.from,
            until: calendar.until,
            status: calendar.status,
            authority: calendar.authority.clone(),
            note: calendar.note.clone(),
        })
        .collect()
}
