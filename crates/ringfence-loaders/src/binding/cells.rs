//! Single cells of a workbook that a binding names.

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Node, cell_name};

use super::layout::Opened;
use crate::shape::Mistakes;
use crate::table::Seen;
use crate::workbook::{Area, Reference, Sheet};

/// How a cell is named, for help.
const HOW: &str =
    "write a cell such as `Cover!C5` or `'Income and expenditure'!C5`, or a name that the workbook gives one";

/// A cell that was found.
#[derive(Debug)]
pub(crate) struct Found<'n> {
    pub(crate) seen: Seen<'n>,
}

impl Found<'_> {
    /// What the cell is called in its sheet: `cell C5`.
    pub(crate) fn name(&self) -> String {
        let place = &self.seen.place;
        format!("cell {}", cell_name(place.line(), place.column()))
    }
}

/// The cell that a node names.
pub(crate) fn find<'n>(node: &Node, opened: Option<&'n Opened>, mistakes: &mut Mistakes) -> Option<Found<'n>> {
    let (sheet, area) = area(node, opened, mistakes)?;
    let Some((row, column)) = area.single() else {
        let message = format!("{} is more than one cell", node.kind());
        mistakes.add(wrong(node, message).help(HOW));
        return None;
    };
    Some(Found { seen: sheet.seen(row, column) })
}

/// The answer beside a label: the last cell of the row of an area in whose first cell the label stands.
pub(crate) fn beside<'n>(
    label: &Node,
    area_node: &Node,
    opened: Option<&'n Opened>,
    mistakes: &mut Mistakes,
) -> Option<Found<'n>> {
    let text = mistakes.text(label, "`beside`")?;
    let (sheet, area) = area(area_node, opened, mistakes)?;
    let labels = || (area.first.0..=area.last.0).map(|row| (row, sheet.seen(row, area.first.1).text));
    let mut rows = labels().filter(|(_, found)| *found == text).map(|(row, _)| row);
    match (rows.next(), rows.next()) {
        (Some(row), None) => Some(Found { seen: sheet.seen(row, area.last.1) }),
        (Some(first), Some(second)) => {
            let cell = |row| cell_name(row, area.first.1);
            let message = format!("the label `{text}` stands in both {} and {}", cell(first), cell(second));
            mistakes.add(wrong(label, message).help("name the cell with `cell`"));
            None
        }
        (None, _) => {
            let message = format!("no row of {} begins with the label `{text}`", area_node.kind());
            mistakes.add(wrong(label, message).near_miss(text, labels().map(|(_, found)| found)));
            None
        }
    }
}

/// The sheet and the cells that a node names.
fn area<'n>(node: &Node, opened: Option<&'n Opened>, mistakes: &mut Mistakes) -> Option<(&'n Sheet, Area)> {
    let text = mistakes.text(node, "a cell")?;
    let opened = opened?;
    let Some(workbook) = &opened.workbook else {
        mistakes.add(wrong(node, "single cells are read from workbooks, and the table is none".to_owned()));
        return None;
    };
    let reference = Reference::read(text).or_else(|| {
        let named = workbook.names.iter().find(|(name, _)| name == text)?;
        Reference::read(named.1.strip_prefix('=').unwrap_or(&named.1))
    });
    let Some(reference) = reference else {
        let message = format!("`{text}` is no cell, and no name of one in the workbook");
        let names = workbook.names.iter().map(|(name, _)| name.as_str());
        mistakes.add(wrong(node, message).help(HOW).near_miss(text, names));
        return None;
    };
    let Some(name) = reference.sheet.as_ref().or(opened.sheet.as_ref()) else {
        mistakes.add(wrong(node, format!("`{text}` names no sheet")).help(HOW));
        return None;
    };
    let sheet = workbook.sheet(name, &node.place).map_err(|mistake| mistakes.add(mistake)).ok()?;
    Some((sheet, reference.area))
}

fn wrong(node: &Node, message: String) -> Diagnostic {
    Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message)
}
