//! Workbooks: their sheets, every cell with what it holds and where it stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Place, SourceFile};

use crate::shape;
use crate::table::{Kind, Seen};

mod form;
#[cfg(feature = "workbooks")]
mod open;
mod reference;
#[cfg(feature = "workbooks")]
mod shown;

pub(crate) use reference::{Area, Reference};

/// A workbook.
#[derive(Debug)]
pub(crate) struct Workbook {
    /// The workbook as a whole.
    pub(crate) file: Arc<SourceFile>,
    pub(crate) sheets: Vec<Sheet>,
    /// The names that it gives to cells, with what they stand for.
    pub(crate) names: Vec<(String, String)>,
}

/// A sheet. Rows and columns count from 1.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) file: Arc<SourceFile>,
    pub(crate) name: String,
    /// What is not here is blank.
    pub(crate) cells: BTreeMap<(usize, usize), Cell>,
}

/// A cell.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) kind: Kind,
}

impl Workbook {
    /// Reads a workbook.
    ///
    /// # Errors
    /// Bytes that are no workbook, and one beyond the limits.
    pub(crate) fn read(name: &str, bytes: Vec<u8>) -> Result<Self, Diagnostic> {
        #[cfg(feature = "workbooks")]
        return open::open(name, bytes);
        #[cfg(not(feature = "workbooks"))]
        {
            drop(bytes);
            let place = Place::start_of(&SourceFile::new(name, ""));
            let message = "this program was built without reading workbooks";
            Err(Diagnostic::error(Code::SYNTAX, place, message).help("save its sheets as `CSV UTF-8`"))
        }
    }

    /// The sheet of this name.
    ///
    /// # Errors
    /// None of that name, told at `place`.
    pub(crate) fn sheet(&self, name: &str, place: &Place) -> Result<&Sheet, Diagnostic> {
        self.sheets.iter().find(|sheet| sheet.name == name).ok_or_else(|| {
            let message = format!("the workbook has no sheet `{name}`");
            let names = self.sheets.iter().map(|sheet| sheet.name.as_str());
            let help = format!("the sheets are {}", shape::list(names.clone().collect::<Vec<_>>()));
            Diagnostic::error(Code::UNKNOWN_NAME, place.clone(), message).help(help).near_miss(name, names)
        })
    }
}

impl Sheet {
    /// A cell, blank if nothing is in it.
    pub(crate) fn seen(&self, row: usize, column: usize) -> Seen<'_> {
        let place = Place::new(&self.file, row, column, 1);
        match self.cells.get(&(row, column)) {
            Some(cell) => Seen::cell(&cell.text, &cell.kind, place),
            None => Seen::cell("", &Kind::Any, place),
        }
    }
}
