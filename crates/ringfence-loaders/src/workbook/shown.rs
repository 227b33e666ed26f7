//! What OpenDocument workbooks say of their cells beside the values: which are percentages, which are merged, and which
//! were never calculated.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufReader, Cursor, Read as _};

use calamine::Dimensions;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::open::{MOST_BYTES, MOST_CELLS};

/// The most rows and columns that a sheet has.
const MOST_ROWS: u32 = 1_048_576;
const MOST_COLUMNS: u32 = 16_384;

/// What is said of the cells of a sheet, by row and column from 0.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub(super) percents: BTreeSet<(u32, u32)>,
    pub(super) merged: Vec<Dimensions>,
    pub(super) uncalculated: BTreeSet<(u32, u32)>,
}

/// What is said of each sheet, by its name.
///
/// # Errors
/// What is no workbook.
pub(super) fn read(bytes: &[u8]) -> Result<BTreeMap<String, Shown>, String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| words(&error))?;
    let content = archive.by_name("content.xml").map_err(|error| words(&error))?;
    let mut reader = quick_xml::Reader::from_reader(BufReader::new(content.take(MOST_BYTES)));
    let mut sheets = BTreeMap::new();
    let (mut at, mut buffer) = (At::default(), Vec::new());
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|error| words(&error))? {
            Event::Start(element) => at.start(&element),
            Event::Empty(element) => {
                at.start(&element);
                at.end(element.name().0, &mut sheets);
            }
            Event::End(element) => at.end(element.name().0, &mut sheets),
            Event::Eof => return Ok(sheets),
            _ => {}
        }
    }
}

/// Cells as OpenDocument names them, `$'Beds kept open'.$C$5:.$C$8`, in the way that other workbooks do.
pub(super) fn renamed(cells: &str) -> Option<String> {
    let text = cells.strip_prefix('$').unwrap_or(cells);
    let (sheet, cells) = match text.strip_prefix('\'') {
        Some(quoted) => {
            // A quote in the name is written twice, so before the last of the name they are even.
            let is_last = |at: &usize| quoted.get(..*at).is_some_and(|name| name.matches('\'').count() % 2 == 0);
            let at = quoted.match_indices("'.").map(|(at, _)| at).find(is_last)?;
            (format!("'{}'", quoted.get(..at)?), quoted.get(at + 2..)?)
        }
        None => text.split_once('.').map(|(sheet, cells)| (sheet.to_owned(), cells))?,
    };
    let (first, last) = cells.split_once(':').unwrap_or((cells, cells));
    let last = last.rsplit_once('.').map_or(last, |(_, cell)| cell);
    Some(format!("{sheet}!{first}:{last}"))
}

/// Where the reading is.
#[derive(Default)]
struct At {
    sheet: String,
    shown: Shown,
    row: u32,
    /// How many rows the one that is read stands for.
    rows: u32,
    column: u32,
}

impl At {
    fn start(&mut self, element: &BytesStart<'_>) {
        match element.name().0 {
            "table:table" => {
                let sheet = text(element, "table:name").unwrap_or_default();
                *self = Self { sheet, ..Self::default() };
            }
            "table:table-row" => {
                self.rows = number(element, "table:number-rows-repeated");
                self.column = 0;
            }
            "table:table-cell" | "table:covered-table-cell" => self.cell(element),
            _ => {}
        }
    }

    fn cell(&mut self, element: &BytesStart<'_>) {
        let columns = number(element, "table:number-columns-repeated");
        let (down, right) =
            (number(element, "table:number-rows-spanned"), number(element, "table:number-columns-spanned"));
        let kind = text(element, "office:value-type");
        let points = self.points(columns);
        if down > 1 || right > 1 {
            let start = (self.row, self.column);
            self.shown.merged.push(Dimensions { start, end: (start.0 + down - 1, start.1 + right - 1) });
        }
        match kind.as_deref() {
            Some("percentage") => self.shown.percents.extend(points),
            None if text(element, "table:formula").is_some() => self.shown.uncalculated.extend(points),
            _ => {}
        }
        self.column = self.column.saturating_add(columns).min(MOST_COLUMNS);
    }

    /// The cells that one stands for; no more than are read of a workbook.
    fn points(&self, columns: u32) -> impl Iterator<Item = (u32, u32)> + use<> {
        let (row, column) = (self.row, self.column);
        let rows = row..row.saturating_add(self.rows).min(MOST_ROWS);
        let columns = column..column.saturating_add(columns).min(MOST_COLUMNS);
        rows.flat_map(move |row| columns.clone().map(move |column| (row, column))).take(MOST_CELLS)
    }

    fn end(&mut self, name: &str, sheets: &mut BTreeMap<String, Shown>) {
        match name {
            "table:table" => {
                sheets.insert(std::mem::take(&mut self.sheet), std::mem::take(&mut self.shown));
            }
            "table:table-row" => self.row = self.row.saturating_add(self.rows).min(MOST_ROWS),
            _ => {}
        }
    }
}

fn text(element: &BytesStart<'_>, key: &str) -> Option<String> {
    let found = element.attributes().flatten().find(|attribute| attribute.key.0 == key)?;
    quick_xml::escape::unescape(&found.value).ok().map(std::borrow::Cow::into_owned)
}

/// How often something stands there, which is once where nothing is said.
fn number(element: &BytesStart<'_>, key: &str) -> u32 {
    text(element, key).and_then(|text| text.parse().ok()).filter(|number| (1..=MOST_ROWS).contains(number)).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_open_document_are_named_as_in_other_workbooks() {
        for (cells, expected) in [
            ("$Admissions.$F$4", "Admissions!$F$4:$F$4"),
            ("$Cover.$C$5:.$D$8", "Cover!$C$5:$D$8"),
            ("$'The O''Neills''. Plan'.$C$5:$'The O''Neills''. Plan'.$C$8", "'The O''Neills''. Plan'!$C$5:$C$8"),
        ] {
            assert_eq!(renamed(cells).as_deref(), Some(expected));
        }
    }
}
