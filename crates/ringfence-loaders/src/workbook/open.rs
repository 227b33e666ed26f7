//! Reading workbooks of Excel and OpenDocument.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::sync::Arc;

use calamine::{Data, Dimensions, ExcelDateTime, Ods, Reader as _, Xlsx};
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::exact::Exact;
use ringfence_core::source::{Part, Place, SourceFile, cell_name};

use super::shown::{self, Shown};
use super::{Cell, Sheet, Workbook};
use crate::table::Kind;

/// How many cells with something in them a workbook may have.
pub(super) const MOST_CELLS: usize = 2_000_000;
/// How many bytes a workbook may take once it is unpacked.
pub(super) const MOST_BYTES: u64 = 1 << 30;
/// Beyond this a spreadsheet no longer tells whole numbers apart.
const MOST_WHOLE: f64 = 9_007_199_254_740_992.0;

const NEVER_CALCULATED: &str = "open the workbook in a spreadsheet program, let it calculate, and save it";
const MEND_FORMULA: &str = "mend the formula, or enter the figure";
const TOO_WHOLE: &str = "enter it in a cell that is formatted as text, and as a text in the pack";
const UNMERGE: &str = "a figure stands in one cell; name the first cell of the merged ones, or undo the merging";
const NO_DURATION: &str = "enter a number, and say its unit in the pack";

pub(super) fn open(name: &str, bytes: Vec<u8>) -> Result<Workbook, Diagnostic> {
    let file = SourceFile::part_of(name, Part::Text);
    let failed = |why: &dyn std::fmt::Display| {
        let why = why.to_string();
        let mut letters = why.chars();
        let first = letters.next().map(|letter| letter.to_ascii_lowercase());
        let why: String = first.into_iter().chain(letters).collect();
        let message = format!("the workbook cannot be read: {why}");
        Diagnostic::error(Code::SYNTAX, Place::start_of(&SourceFile::new(name, "")), message)
            .help("open it in a spreadsheet program and save it as `.xlsx` or `.ods`, without a password")
    };
    if unpacked(&bytes) > MOST_BYTES {
        let message = format!("the workbook takes more than {} MiB unpacked", MOST_BYTES >> 20);
        return Err(Diagnostic::error(Code::TOO_LARGE, Place::start_of(&file), message));
    }
    let is_ods = name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("ods"));
    let mut reading = Reading { file, cells: 0 };
    let (sheets, names) = if is_ods {
        let shown = shown::read(&bytes).map_err(|why| failed(&why))?;
        let mut book = Ods::new(Cursor::new(bytes)).map_err(|error| failed(&error))?;
        let names = book.defined_names().iter();
        let names = names.map(|(name, cells)| (name.clone(), shown::renamed(cells).unwrap_or_else(|| cells.clone())));
        let names = names.collect();
        (reading.ods(&mut book, shown, &failed)?, names)
    } else {
        let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|error| failed(&error))?;
        let names = book.defined_names().to_vec();
        (reading.xlsx(&mut book, &failed)?, names)
    };
    Ok(Workbook { file: reading.file, sheets, names })
}

/// What the parts of a packed file say that they take unpacked, together.
fn unpacked(bytes: &[u8]) -> u64 {
    let sizes = bytes.windows(28).filter(|window| window.starts_with(b"PK\x01\x02"));
    let size = |window: &[u8]| window.get(24..28).and_then(|size| size.try_into().ok()).map_or(0, u32::from_le_bytes);
    sizes.map(|window| u64::from(size(window))).sum()
}

type Failed<'f> = &'f dyn Fn(&dyn std::fmt::Display) -> Diagnostic;

/// The sheets as they are read.
struct Reading {
    file: Arc<SourceFile>,
    cells: usize,
}

impl Reading {
    fn sheet(&self, position: usize, name: &str) -> Arc<SourceFile> {
        SourceFile::part_of(self.file.path(), Part::Sheet { position, name: name.to_owned() })
    }

    /// Counts a cell, and refuses one too many.
    fn count(&mut self) -> Result<(), Diagnostic> {
        self.cells += 1;
        if self.cells <= MOST_CELLS {
            return Ok(());
        }
        let message = format!("the workbook has more than {MOST_CELLS} cells");
        Err(Diagnostic::error(Code::TOO_LARGE, Place::start_of(&self.file), message))
    }

    /// Cell by cell: a sheet with one cell in its last corner takes no more room than that.
    fn xlsx(&mut self, book: &mut Xlsx<Cursor<Vec<u8>>>, failed: Failed<'_>) -> Result<Vec<Sheet>, Diagnostic> {
        let mut sheets = Vec::new();
        for (position, name) in worksheets(book).into_iter().enumerate() {
            let percents = percents(book, &name).map_err(|error| failed(&error))?;
            let merged = book.merge_cells_by_sheet_name(&name).map_err(|error| failed(&error))?;
            let mut cells = BTreeMap::new();
            let mut reader = book.worksheet_cells_reader(&name).map_err(|error| failed(&error))?;
            while let Some(found) = reader.next_cell_with_formula().map_err(|error| failed(&error))? {
                let at = found.pos;
                let value = Data::from(found.value);
                let is_blank = value == Data::Empty || value == Data::String(String::new());
                let cell = if is_blank && found.formula.is_some() {
                    Some(never_calculated())
                } else {
                    cell(&value, percents.contains(&at))
                };
                if let Some(cell) = cell {
                    self.count()?;
                    cells.insert((at.0 as usize + 1, at.1 as usize + 1), cell);
                }
            }
            for area in merged {
                self.cover(&area, &mut cells)?;
            }
            sheets.push(Sheet { file: self.sheet(position, &name), name, cells });
        }
        Ok(sheets)
    }

    fn ods(
        &mut self,
        book: &mut Ods<Cursor<Vec<u8>>>,
        mut shown: BTreeMap<String, Shown>,
        failed: Failed<'_>,
    ) -> Result<Vec<Sheet>, Diagnostic> {
        let mut sheets = Vec::new();
        for (position, name) in worksheets(book).into_iter().enumerate() {
            let range = book.worksheet_range(&name).map_err(|error| failed(&error))?;
            let shown = shown.remove(&name).unwrap_or_default();
            let (down, right) = range.start().unwrap_or_default();
            let mut cells = BTreeMap::new();
            for (row, column, value) in range.used_cells() {
                let at = (row + down as usize, column + right as usize);
                let is_percent = u32::try_from(at.0).ok().zip(u32::try_from(at.1).ok());
                let is_percent = is_percent.is_some_and(|at| shown.percents.contains(&at));
                if let Some(cell) = cell(value, is_percent) {
                    self.count()?;
                    cells.insert((at.0 + 1, at.1 + 1), cell);
                }
            }
            for (row, column) in shown.uncalculated {
                self.count()?;
                cells.insert((row as usize + 1, column as usize + 1), never_calculated());
            }
            for area in shown.merged {
                self.cover(&area, &mut cells)?;
            }
            sheets.push(Sheet { file: self.sheet(position, &name), name, cells });
        }
        Ok(sheets)
    }

    /// The cells that a merged one covers show its text. A figure stands in its first cell alone: read from the others
    /// as well it would count twice.
    fn cover(&mut self, area: &Dimensions, cells: &mut BTreeMap<(usize, usize), Cell>) -> Result<(), Diagnostic> {
        let first = (area.start.0 as usize + 1, area.start.1 as usize + 1);
        let Some(shown) = cells.get(&first).cloned() else { return Ok(()) };
        let covered = match shown.kind {
            Kind::Text => shown,
            _ => {
                let name = cell_name(first.0, first.1);
                let why = format!("the cell is merged into {name}, whose figure {} counts once", shown.text);
                Cell { text: shown.text, kind: Kind::Refused { why, help: UNMERGE } }
            }
        };
        for row in first.0..=area.end.0 as usize + 1 {
            for column in first.1..=area.end.1 as usize + 1 {
                if (row, column) != first {
                    self.count()?;
                    cells.insert((row, column), covered.clone());
                }
            }
        }
        Ok(())
    }
}

/// The names of the sheets that have cells.
fn worksheets<B: calamine::Reader<Cursor<Vec<u8>>>>(book: &B) -> Vec<String> {
    let sheets = book.sheets_metadata().iter();
    sheets.filter(|sheet| sheet.typ == calamine::SheetType::WorkSheet).map(|sheet| sheet.name.clone()).collect()
}

/// The cells that are shown as percentages.
fn percents(book: &mut Xlsx<Cursor<Vec<u8>>>, name: &str) -> Result<BTreeSet<(u32, u32)>, calamine::XlsxError> {
    let mut reader = book.worksheet_cells_reader(name)?;
    let is_percent =
        |style: &calamine::Style| style.number_format.as_ref().is_some_and(|format| shows_percent(&format.format_code));
    let percents: Vec<bool> = reader.styles().iter().map(is_percent).collect();
    let mut found = BTreeSet::new();
    if percents.contains(&true) {
        while let Some((row, column, style)) = reader.next_style_id()? {
            if percents.get(style) == Some(&true) {
                found.insert((row, column));
            }
        }
    }
    Ok(found)
}

/// Whether a number format has a percent sign outside its quoted texts.
fn shows_percent(format: &str) -> bool {
    let outside = format.split('"').step_by(2).collect::<String>();
    outside.replace("\\%", "").contains('%')
}

fn refused(why: String, help: &'static str) -> Cell {
    Cell { text: String::new(), kind: Kind::Refused { why, help } }
}

fn never_calculated() -> Cell {
    refused("the formula of the cell was never calculated".to_owned(), NEVER_CALCULATED)
}

/// What a cell holds; nothing if it is blank.
fn cell(value: &Data, is_percent: bool) -> Option<Cell> {
    let any = |text: String| Some(Cell { text, kind: Kind::Any });
    match value {
        Data::Empty => None,
        Data::String(text) => Some(Cell { text: text.clone(), kind: Kind::Text }),
        Data::Bool(value) => any(if *value { "yes" } else { "no" }.to_owned()),
        Data::Int(number) => Some(number_cell(number.to_string(), is_percent)),
        Data::Float(number) if !number.is_finite() => {
            Some(refused(format!("the cell holds {number}, which is no number"), MEND_FORMULA))
        }
        Data::Float(number) if number.abs() >= MOST_WHOLE => {
            let why = format!("the cell holds {number}, and a spreadsheet keeps only 15 digits of a number");
            Some(refused(why, TOO_WHOLE))
        }
        // The shortest digits that give the number again: what was entered, if it had no more than 15.
        Data::Float(number) => Some(number_cell(number.to_string(), is_percent)),
        Data::DateTime(date) => Some(day(date)),
        Data::DateTimeIso(text) => any(text.strip_suffix("T00:00:00").unwrap_or(text).to_owned()),
        Data::DurationIso(text) => Some(refused(format!("the cell holds the duration {text}"), NO_DURATION)),
        Data::Error(error) => Some(refused(format!("the cell holds the error {error}"), MEND_FORMULA)),
    }
}

/// A number; one that is shown as a percentage is one.
fn number_cell(digits: String, is_percent: bool) -> Cell {
    let digits = if digits == "-0" { "0".to_owned() } else { digits };
    let percentage = digits.parse::<Exact>().ok().and_then(|number| number.times(Exact::whole(100)).ok());
    let text = match percentage.filter(|_| is_percent) {
        Some(number) => format!("{number}%"),
        None => digits,
    };
    Cell { text, kind: Kind::Number }
}

/// A day, with the time where it is not midnight.
fn day(date: &ExcelDateTime) -> Cell {
    if date.is_duration() {
        return refused("the cell holds a duration".to_owned(), NO_DURATION);
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    let text = match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    };
    Cell { text, kind: Kind::Any }
}
