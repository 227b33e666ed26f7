//! Texts of separated values, with the place of every cell.

use std::sync::Arc;

use csv::StringRecord;
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Place, SourceFile};

use super::{At, Row, Table};
use crate::shape::Mistakes;
use crate::text;

impl Table {
    /// Reads a table of comma-separated values.
    ///
    /// # Errors
    /// An empty file, columns of one name, rows of another length than the header, and quotes gone astray.
    pub(crate) fn read(file: &Arc<SourceFile>) -> Result<Self, Vec<Diagnostic>> {
        Self::separated(file, ',')
    }

    /// Reads a table whose cells have this between them.
    ///
    /// # Errors
    /// As [`Table::read`].
    pub(crate) fn separated(file: &Arc<SourceFile>, separator: char) -> Result<Self, Vec<Diagnostic>> {
        text::refuse_lone_carriage_return(file).map_err(|mistake| vec![mistake])?;
        let mut rows = rows(file, separator)?.into_iter();
        let header = rows.next().ok_or_else(|| vec![text::empty(file)])?;
        let table = Self { file: Arc::clone(file), header, rows: rows.collect() };
        let mut mistakes = Mistakes::default();
        table.check_header(&mut mistakes);
        for row in std::iter::once(&table.header).chain(&table.rows) {
            table.check_row(row, separator, &mut mistakes);
        }
        if mistakes.0.is_empty() { Ok(table) } else { Err(mistakes.0) }
    }

    fn check_row(&self, row: &Row, separator: char, mistakes: &mut Mistakes) {
        let raw = row.raw();
        if raw.contains('"') {
            for span in spans(raw, separator) {
                let Some(stray) = span.stray else { continue };
                let place = Place::new(&self.file, row.line + span.line, span.column, 1);
                mistakes.add(Diagnostic::error(Code::SYNTAX, place, stray).help("write a quote inside quotes twice"));
                return;
            }
        }
        let (found, expected) = (row.cells.len(), self.header.cells.len());
        if found != expected {
            let place = row.place(expected.min(found.saturating_sub(1)));
            let message = format!("the row has {}, the header has {expected}", cells(found));
            let help = format!("put a cell that holds a {} in quotes", word(separator));
            mistakes.add(Diagnostic::error(Code::BAD_ROW, place, message).help(help));
        }
    }
}

/// What a separator is called.
fn word(separator: char) -> &'static str {
    match separator {
        ';' => "semicolon",
        '\t' => "tab",
        '|' => "bar",
        _ => "comma",
    }
}

fn cells(count: usize) -> String {
    if count == 1 { "1 cell".to_owned() } else { format!("{count} cells") }
}

/// The rows of a file. The reader's own line numbers are not used: it counts a row's line from the end of
/// the row before, blank lines included.
fn rows(file: &Arc<SourceFile>, separator: char) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let text = file.text();
    let delimiter = u8::try_from(separator).unwrap_or(b',');
    let mut builder = csv::ReaderBuilder::new();
    let mut reader = builder.delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let (mut rows, mut record) = (Vec::new(), StringRecord::new());
    let (mut line, mut counted) = (1, 0);
    loop {
        let more = reader.read_record(&mut record).map_err(|error| vec![unreadable(file, line, &error)])?;
        if !more {
            return Ok(rows);
        }
        let begun = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(counted);
        let end = usize::try_from(reader.position().byte()).unwrap_or(text.len());
        let blank = text.get(begun..).unwrap_or_default();
        let start = begun + (blank.len() - blank.trim_start_matches(['\r', '\n']).len());
        line += text.get(counted..start).unwrap_or_default().matches('\n').count();
        counted = start;
        let at = At::Bytes { range: start..end.max(start), separator };
        rows.push(Row::new(file, line, at, std::mem::take(&mut record), Vec::new()));
    }
}

fn unreadable(file: &Arc<SourceFile>, line: usize, error: &csv::Error) -> Diagnostic {
    let message = format!("the table cannot be read: {error}").to_lowercase();
    Diagnostic::error(Code::SYNTAX, Place::new(file, line, 1, 1), message)
}

/// The stretch of a cell: lines below its row's first line, column from 1, length on its first line.
pub(super) struct Span {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) length: usize,
    stray: Option<&'static str>,
}

/// The stretches of a row's cells, quotes included.
pub(super) fn spans(raw: &str, separator: char) -> impl Iterator<Item = Span> {
    let (mut rest, mut line, mut column) = (Some(raw), 0, 1);
    std::iter::from_fn(move || {
        let text = rest?;
        let (length, stray) = cell_length(text, separator);
        let (cell, behind) = text.split_at_checked(length).unwrap_or((text, ""));
        let first = cell.lines().next().unwrap_or_default().chars().count();
        let span = Span { line, column, length: first, stray };
        match cell.rfind('\n') {
            Some(at) => {
                line += cell.matches('\n').count();
                column = cell.get(at + 1..).unwrap_or_default().chars().count() + 2;
            }
            None => column += first + 1,
        }
        rest = behind.strip_prefix(separator);
        Some(span)
    })
}

/// How many bytes a cell takes, and what is wrong with its quotes.
fn cell_length(text: &str, separator: char) -> (usize, Option<&'static str>) {
    let bare = |text: &str| text.find([separator, '\r', '\n']).unwrap_or(text.len());
    let Some(quoted) = text.strip_prefix('"') else { return (bare(text), None) };
    let mut from = 0;
    while let Some(at) = quoted.get(from..).and_then(|rest| rest.find('"')).map(|at| from + at) {
        let behind = quoted.get(at + 1..).unwrap_or_default();
        if behind.starts_with('"') {
            from = at + 2;
            continue;
        }
        let more = bare(behind);
        return (at + 2 + more, (more > 0).then_some("text behind the closing quote of a cell"));
    }
    (text.len(), Some("a quote is not closed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<String> {
        Table::read(&SourceFile::new("t", text)).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn mistakes_have_words_and_places() {
        let comma = "(help: put a cell that holds a comma in quotes)";
        let quote = "(help: write a quote inside quotes twice)";
        for (text, expected) in [
            ("", vec!["t:1:1: the file holds nothing [empty-file]".to_owned()]),
            ("a,é,a\n1,2,3\n", vec!["t:1:5: two columns are called `a` [duplicate-name]".to_owned()]),
            (
                "a,b\n1\n\n1,2,3\n",
                vec![
                    format!("t:2:1: the row has 1 cell, the header has 2 [bad-row] {comma}"),
                    format!("t:4:5: the row has 3 cells, the header has 2 [bad-row] {comma}"),
                ],
            ),
            ("a,b\né,\"x\n", vec![format!("t:2:3: a quote is not closed [syntax] {quote}")]),
            ("a,b\n\"x\"y,2\n", vec![format!("t:2:1: text behind the closing quote of a cell [syntax] {quote}")]),
        ] {
            assert_eq!(mistakes(text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_cell_has_its_place_and_its_text() {
        let text = "a,b\r\n\r\né,\"x,\"\"y\"\"\"\r\n\"two\nlines\",z\r\n 007 ,\n";
        let table = Table::read(&SourceFile::new("t", text)).unwrap();
        let found: Vec<Vec<(String, String)>> = table
            .rows
            .iter()
            .map(|row| {
                let places = row.places().into_iter().map(|place| format!("{place:?}"));
                row.cells().map(ToOwned::to_owned).zip(places).collect()
            })
            .collect();
        let cell = |text: &str, place: &str| (text.to_owned(), place.to_owned());
        assert_eq!(found[0], [cell("é", "t:3:1+1"), cell("x,\"y\"", "t:3:3+9")]);
        assert_eq!(found[1], [cell("two\nlines", "t:4:1+4"), cell("z", "t:5:8+1")]);
        assert_eq!(found[2], [cell(" 007 ", "t:6:1+5"), cell("", "t:6:7+1")]);
    }
}
