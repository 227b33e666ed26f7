//! A sheet of a workbook as a table.

use std::collections::BTreeMap;
use std::sync::Arc;

use csv::StringRecord;
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::Place;

use super::{At, Kind, Row, Table};
use crate::shape::Mistakes;
use crate::workbook::{Cell, Sheet};

impl Table {
    /// The table under a heading: the columns from its first to its last name, and the rows down to the last that has
    /// something in them. Blank rows are passed over.
    ///
    /// # Errors
    /// A row without names, columns of one name, and a name that cannot be read.
    pub(crate) fn sheet(sheet: &Sheet, heading: usize) -> Result<Self, Vec<Diagnostic>> {
        let mut by_row: BTreeMap<usize, BTreeMap<usize, &Cell>> = BTreeMap::new();
        for ((row, column), cell) in sheet.cells.range((heading, 0)..) {
            by_row.entry(*row).or_default().insert(*column, cell);
        }
        let mut mistakes = Mistakes::default();
        let names = by_row.remove(&heading).unwrap_or_default();
        let is_name = |cell: &&Cell| !cell.text.is_empty();
        let ends = (names.iter().find(|(_, cell)| is_name(cell)), names.iter().rev().find(|(_, cell)| is_name(cell)));
        let (Some((first, _)), Some((last, _))) = ends else {
            let place = Place::new(&sheet.file, heading, 1, 1);
            let mistake =
                Diagnostic::error(Code::EMPTY_FILE, place, format!("row {heading} holds no names of columns"));
            return Err(vec![mistake.help("say with `header-row` in the binding in which row they stand")]);
        };
        for (column, cell) in &names {
            if let Kind::Refused { why, help } = &cell.kind {
                let place = Place::new(&sheet.file, heading, *column, 1);
                mistakes.add(Diagnostic::error(Code::WRONG_VALUE, place, why).help(*help));
            }
        }
        let of = |line: usize, cells: &BTreeMap<usize, &Cell>| {
            let found = |column| cells.get(&column);
            let texts: StringRecord =
                (*first..=*last).map(|column| found(column).map_or("", |cell| cell.text.as_str())).collect();
            let kinds = (*first..=*last).map(|column| found(column).map_or(Kind::Any, |cell| cell.kind.clone()));
            Row::new(&sheet.file, line, At::From(*first), texts, kinds.collect())
        };
        let is_blank = |cells: &BTreeMap<usize, &Cell>| cells.range(*first..=*last).next().is_none();
        let rows = by_row.iter().filter(|(_, cells)| !is_blank(cells)).map(|(line, cells)| of(*line, cells)).collect();
        let table = Self { file: Arc::clone(&sheet.file), header: of(heading, &names), rows };
        table.check_header(&mut mistakes);
        if mistakes.0.is_empty() { Ok(table) } else { Err(mistakes.0) }
    }
}
