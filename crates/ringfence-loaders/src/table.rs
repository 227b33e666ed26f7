//! Tables, whatever they were read from, with the place of every cell.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use csv::StringRecord;
use jiff::civil::Date;
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Node, Part, Place, SourceFile, Style, cell_name};

use crate::shape::{self, Mistakes};

#[cfg(feature = "parquet")]
pub(crate) mod columnar;
mod delimited;
mod objects;
#[cfg(feature = "postgres")]
mod postgres;
mod sheet;
#[cfg(feature = "sqlite")]
mod sqlite;

/// A table: a header and rows of as many cells.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) file: Arc<SourceFile>,
    pub(crate) header: Row,
    pub(crate) rows: Vec<Row>,
}

/// A row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// The file that it is of: a table may be put together from several.
    pub(crate) file: Arc<SourceFile>,
    /// The line it begins on, or its number.
    pub(crate) line: usize,
    /// When it became known, if the binding says.
    pub(crate) known: Option<Date>,
    at: At,
    cells: StringRecord,
    /// What each cell holds. Without any they are as a text has them: each holds what it is read as.
    kinds: Vec<Kind>,
}

/// Where the cells of a row stand.
#[derive(Clone, Debug)]
enum At {
    /// In these bytes of a text.
    Bytes { range: Range<usize>, separator: char },
    /// Each at its own.
    Places(Vec<Place>),
    /// In the columns from this one on.
    From(usize),
}

/// What a cell holds, in a format that tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// What it is read as.
    Any,
    /// A text.
    Text,
    /// A number.
    #[cfg_attr(
        not(any(feature = "parquet", feature = "postgres", feature = "sqlite", feature = "workbooks")),
        expect(dead_code, reason = "only formats that tell texts from numbers make it")
    )]
    Number,
    /// Nothing that can be read; this is why, and what to do.
    Refused { why: String, help: &'static str },
}

/// What is read of a database, as the binding says it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Select<'n> {
    Table(&'n Node),
    Query(&'n Node),
}

impl<'n> Select<'n> {
    /// How many rows are read of one.
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    const MOST_ROWS: usize = 2_000_000;

    /// Where the binding says it.
    pub(crate) const fn node(self) -> &'n Node {
        match self {
            Self::Table(node) | Self::Query(node) => node,
        }
    }

    /// What the rows are called.
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    fn name(self) -> String {
        match self {
            Self::Table(node) => format!("table {}", node.as_text().unwrap_or_default()),
            Self::Query(_) => "query".to_owned(),
        }
    }
}

impl Row {
    fn new(file: &Arc<SourceFile>, line: usize, at: At, cells: StringRecord, kinds: Vec<Kind>) -> Self {
        Self { file: Arc::clone(file), line, known: None, at, cells, kinds }
    }

    pub(crate) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default()
    }

    pub(crate) fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter()
    }

    pub(crate) fn kind(&self, column: usize) -> &Kind {
        self.kinds.get(column).unwrap_or(&Kind::Any)
    }

    /// Where a cell stands.
    pub(crate) fn place(&self, column: usize) -> Place {
        match &self.at {
            At::Bytes { separator, .. } => match delimited::spans(self.raw(), *separator).nth(column) {
                Some(span) => Place::new(&self.file, self.line + span.line, span.column, span.length),
                None => Place::new(&self.file, self.line, 1, 1),
            },
            At::From(first) => Place::new(&self.file, self.line, first + column, 1),
            At::Places(places) => {
                places.get(column).cloned().unwrap_or_else(|| Place::new(&self.file, self.line, 1, 1))
            }
        }
    }

    /// Where each cell of a row stands.
    pub(crate) fn places(&self) -> Vec<Place> {
        match &self.at {
            At::Bytes { separator, .. } => delimited::spans(self.raw(), *separator)
                .map(|span| Place::new(&self.file, self.line + span.line, span.column, span.length))
                .collect(),
            At::Places(places) => places.clone(),
            At::From(_) => (0..self.cells.len()).map(|column| self.place(column)).collect(),
        }
    }

    /// What a cell is called beside others of its table: its line, its row or its name.
    pub(crate) fn short(&self, column: usize) -> String {
        match self.file.part() {
            Part::Sheet { .. } => cell_name(self.line, self.place(column).column()),
            Part::Text | Part::Rows { .. } => self.line.to_string(),
        }
    }

    /// The same where it stands alone: `line 5`, `cell C5` or `row 5`.
    pub(crate) fn one(&self, column: usize) -> String {
        format!("{} {}", noun(&self.file), self.short(column))
    }

    fn raw(&self) -> &str {
        match &self.at {
            At::Bytes { range, .. } => self.file.text().get(range.clone()).unwrap_or_default(),
            At::Places(_) | At::From(_) => "",
        }
    }
}

impl Table {
    /// No rows and no columns.
    pub(crate) fn none(file: &Arc<SourceFile>) -> Self {
        let header = Row::new(file, 1, At::From(1), StringRecord::new(), Vec::new());
        Self { file: Arc::clone(file), header, rows: Vec::new() }
    }

    /// The place in the header of the column with this name.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.header.cells().position(|cell| cell == name)
    }

    /// The names of the columns, for a reader.
    pub(crate) fn columns(&self) -> String {
        shape::list(self.header.cells())
    }

    /// A cell with its place.
    pub(crate) fn seen<'t>(&'t self, row: &'t Row, column: usize) -> Seen<'t> {
        let name = Some(self.header.cell(column));
        Seen { text: row.cell(column), kind: row.kind(column), place: row.place(column), name }
    }

    /// Where figures come from: each file, and the cells in it by their short names.
    pub(crate) fn source(&self, cells: &[(&Arc<SourceFile>, String)]) -> String {
        let files: Vec<String> = cells
            .chunk_by(|(file, _), (next, _)| Arc::ptr_eq(file, next))
            .filter_map(|cells| {
                let (file, _) = cells.first()?;
                let names: Vec<&str> = cells.iter().map(|(_, name)| name.as_str()).collect();
                let plural = if names.len() == 1 { "" } else { "s" };
                Some(format!("{}, {}{plural} {}", file_name(file), noun(file), names.join(", ")))
            })
            .collect();
        if files.is_empty() { file_name(&self.file) } else { files.join(" and ") }
    }

    /// Puts the rows of a second table, with the same columns, behind those of this one.
    ///
    /// # Errors
    /// Columns that differ.
    pub(crate) fn append(&mut self, other: Self) -> Result<(), Diagnostic> {
        if other.header.cells != self.header.cells {
            let place = other.header.place(0);
            let message = format!("the columns are {}, and not those of `{}`", other.columns(), self.file.path());
            let mistake = Diagnostic::error(Code::MISSING_COLUMN, place, message);
            return Err(mistake.help(format!("tables that are read as one have the columns {}", self.columns())));
        }
        self.rows.extend(other.rows);
        Ok(())
    }

    /// Refuses columns of one name in the answer of a database. Its heading has no row of its own, so such a mistake
    /// stands where the binding asks for it.
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    fn answered(self, select: Select<'_>) -> Result<Self, Vec<Diagnostic>> {
        let mut mistakes = Mistakes::default();
        self.check_header(&mut mistakes);
        for mistake in &mut mistakes.0 {
            mistake.place = select.node().place.clone();
        }
        if mistakes.0.is_empty() { Ok(self) } else { Err(mistakes.0) }
    }

    fn check_header(&self, mistakes: &mut Mistakes) {
        let (mut seen, places) = (HashSet::new(), self.header.places());
        for (index, name) in self.header.cells().enumerate().filter(|(_, name)| !name.is_empty()) {
            let place = places.get(index).filter(|_| !seen.insert(name));
            if let Some(place) = place.cloned() {
                let message = format!("two columns are called `{name}`");
                mistakes.add(Diagnostic::error(Code::DUPLICATE_NAME, place, message));
            }
        }
    }
}

/// What a row or a cell of a file is called.
fn noun(file: &SourceFile) -> &'static str {
    match file.part() {
        Part::Text => "line",
        Part::Sheet { .. } => "cell",
        Part::Rows { .. } => "row",
    }
}

/// A file for a reader who knows where it is: its name, and the part of it.
pub(crate) fn file_name(file: &SourceFile) -> String {
    let path = file.path();
    let name = path.rsplit('/').next().unwrap_or(path);
    match file.part() {
        Part::Text => name.to_owned(),
        Part::Sheet { name: sheet, .. } => format!("{name}, sheet {sheet}"),
        Part::Rows { name: rows, .. } if rows.is_empty() => name.to_owned(),
        Part::Rows { name: rows, .. } => format!("{name}, {rows}"),
    }
}

/// A cell as it is seen, with its place.
#[derive(Debug)]
pub(crate) struct Seen<'t> {
    pub(crate) text: &'t str,
    pub(crate) kind: &'t Kind,
    pub(crate) place: Place,
    /// The name of its column, where it has one.
    name: Option<&'t str>,
}

impl<'t> Seen<'t> {
    /// The cell of a sheet.
    pub(crate) const fn cell(text: &'t str, kind: &'t Kind, place: Place) -> Self {
        Self { text, kind, place, name: None }
    }

    /// The cell read as a text, such as a code.
    ///
    /// # Errors
    /// A number, which has lost the zeros in front of it, and a cell that cannot be read.
    pub(crate) fn as_text(&self) -> Result<&'t str, Diagnostic> {
        match self.kind {
            Kind::Any | Kind::Text => Ok(self.text),
            Kind::Number => {
                Err(self.wrong(format!("expected a text{}, found the number {}", self.where_(), self.text), LOST_ZEROS))
            }
            Kind::Refused { why, help } => Err(self.wrong(why.clone(), help)),
        }
    }

    /// The cell read as a number. A text that means missing was asked for before.
    ///
    /// # Errors
    /// A text, which no sum would count, and a cell that cannot be read.
    pub(crate) fn as_number(&self) -> Result<&'t str, Diagnostic> {
        match self.kind {
            Kind::Text if !self.text.is_empty() => {
                Err(self
                    .wrong(format!("expected a number{}, found the text `{}`", self.where_(), self.text), NO_NUMBER))
            }
            Kind::Any | Kind::Text | Kind::Number => Ok(self.text),
            Kind::Refused { why, help } => Err(self.wrong(why.clone(), help)),
        }
    }

    /// The cell for core, which reads it as the pack declares.
    ///
    /// # Errors
    /// A cell that cannot be read.
    pub(crate) fn as_node(&self) -> Result<Node, Diagnostic> {
        match self.kind {
            Kind::Refused { why, help } => Err(self.wrong(why.clone(), help)),
            kind => Ok(Node::cell(self.text, kind.style(), self.place.clone())),
        }
    }

    /// In which column it is, for a message.
    pub(crate) fn where_(&self) -> String {
        self.name.map(|name| format!(" in the column `{name}`")).unwrap_or_default()
    }

    fn wrong(&self, message: String, help: &str) -> Diagnostic {
        Diagnostic::error(Code::WRONG_VALUE, self.place.clone(), message).help(help)
    }
}

/// What to do about a number where a text belongs.
const LOST_ZEROS: &str = "a number has lost the zeros in front of it; keep the column as text where it comes from";
/// What to do about a text where a number belongs.
const NO_NUMBER: &str = "a text is in no sum; enter it as a number, or list a text that means missing under `missing`";

impl Kind {
    pub(crate) const fn style(&self) -> Style {
        match self {
            Self::Text => Style::TextCell,
            Self::Number => Style::NumberCell,
            Self::Any | Self::Refused { .. } => Style::Plain,
        }
    }
}
