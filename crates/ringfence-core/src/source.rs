//! Where a text came from: files, places in them, and documents whose every value knows its place.

use std::fmt;
use std::sync::Arc;

/// A text that was read, with the name its reader knows it by; or a table in a file that is no text.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    path: String,
    text: String,
    part: Part,
}

/// Which part of its file a source is. It says what the lines and columns of a place are called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// All of it, a text.
    Text,
    /// A sheet of a workbook: its rows are lines, and its columns have letters.
    Sheet {
        /// Its place among the sheets, from 0.
        position: usize,
        /// Its name.
        name: String,
    },
    /// A table of rows whose columns have names.
    Rows {
        /// What the rows are called, such as `table returns`; empty where they are all that the file holds.
        name: String,
        /// The names of the columns.
        columns: Vec<String>,
    },
}

impl SourceFile {
    /// A text and its name. The path is shown as it is given, so give a relative one.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { path: path.into(), text: text.into(), part: Part::Text })
    }

    /// A part of a file that is no text.
    pub fn part_of(path: impl Into<String>, part: Part) -> Arc<Self> {
        Arc::new(Self { path: path.into(), text: String::new(), part })
    }

    /// Which part of its file it is.
    pub fn part(&self) -> &Part {
        &self.part
    }

    /// Whether it has lines that can be shown.
    pub fn is_text(&self) -> bool {
        self.part == Part::Text
    }

    /// The name.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line of this number, counted from 1, without its end.
    pub fn line(&self, number: usize) -> Option<&str> {
        self.text.lines().nth(number.checked_sub(1)?)
    }
}

/// A stretch of one line of a file. Lines and columns count from 1, columns in characters.
///
/// In a sheet or a table a line is a row, and a column is a cell of it.
#[derive(Clone)]
pub struct Place {
    file: Arc<SourceFile>,
    line: u32,
    column: u32,
    length: u32,
}

impl Place {
    /// A stretch of `length` characters.
    pub fn new(file: &Arc<SourceFile>, line: usize, column: usize, length: usize) -> Self {
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            file: Arc::clone(file),
            line: narrow(line.max(1)),
            column: narrow(column.max(1)),
            length: narrow(length.max(1)),
        }
    }

    /// The start of a file.
    pub fn start_of(file: &Arc<SourceFile>) -> Self {
        Self::new(file, 1, 1, 1)
    }

    /// The file.
    pub fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    /// The line, from 1.
    pub fn line(&self) -> usize {
        self.line as usize
    }

    /// The column, in characters from 1.
    pub fn column(&self) -> usize {
        self.column as usize
    }

    /// How many characters; at least 1.
    pub fn length(&self) -> usize {
        self.length as usize
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = if self.file.is_text() { ":" } else { ", " };
        write!(f, "{}{separator}{}", self.file.path, self.within())
    }
}

/// The name of a cell by its row and column, both from 1: `C7`.
pub fn cell_name(row: usize, column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    while rest > 0 {
        letters.extend(u8::try_from((rest - 1) % 26).map(|letter| char::from(b'A' + letter)));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().chain(row.to_string().chars().collect::<Vec<_>>().iter()).collect()
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}+{}", self.length)
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Place {}

impl Place {
    /// What places sort by: file name, part of the file, line, column.
    pub fn key(&self) -> (&str, &Part, u32, u32) {
        (&self.file.path, &self.file.part, self.line, self.column)
    }

    /// Where it is in its file: `7:3`, `sheet Non-elective, cell C7` or `table returns, row 7, column n`.
    pub fn within(&self) -> String {
        match &self.file.part {
            Part::Text => format!("{}:{}", self.line, self.column),
            Part::Sheet { name, .. } => format!("sheet {name}, cell {}", cell_name(self.line(), self.column())),
            Part::Rows { name, columns } => {
                let row = match columns.get(self.column() - 1) {
                    Some(column) => format!("row {}, column {column}", self.line),
                    None => format!("row {}", self.line),
                };
                if name.is_empty() { row } else { format!("{name}, {row}") }
            }
        }
    }
}

/// How a scalar was written, as far as that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// On one line, bare.
    Plain,
    /// On one line, in quotes.
    Quoted,
    /// A literal block (`|`): each of its lines is a line of the file.
    Literal,
    /// Anything whose lines are not the file's: a folded block, or a scalar over several lines.
    Folded,
    /// A text in a cell that tells texts from numbers; no number is read from it.
    TextCell,
    /// A number in such a cell; no text is read from it.
    NumberCell,
}

/// A text in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scalar {
    /// The text after the file format's own escapes.
    pub text: String,
    /// How it was written.
    pub style: Style,
    /// Where the first character of the text stands; for a literal block that is on its first content line.
    pub content: Place,
}

/// One entry of a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_place: Place,
    /// The value.
    pub value: Node,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nothing was written, or a null.
    Empty,
    /// A text.
    Scalar(Scalar),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order it was written. Loaders refuse a key given twice.
    Map(Vec<Entry>),
}

/// A value of a document with its place. Loaders make documents; core gives them meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where it starts.
    pub place: Place,
    /// What it holds.
    pub content: Content,
}

impl Node {
    /// A bare text: what a loader of tables makes of a cell.
    pub fn text(text: impl Into<String>, place: Place) -> Self {
        let scalar = Scalar { text: text.into(), style: Style::Plain, content: place.clone() };
        Self { place, content: Content::Scalar(scalar) }
    }

    /// A text or a number in a cell of a format that tells them apart.
    pub fn cell(text: impl Into<String>, style: Style, place: Place) -> Self {
        let scalar = Scalar { text: text.into(), style, content: place.clone() };
        Self { place, content: Content::Scalar(scalar) }
    }

    /// A mapping whose keys all stand at `place`: what a loader of tables makes of a row.
    pub fn map(entries: impl IntoIterator<Item = (String, Node)>, place: &Place) -> Self {
        let entries = entries.into_iter().map(|(key, value)| Entry { key, key_place: place.clone(), value }).collect();
        Self { place: place.clone(), content: Content::Map(entries) }
    }

    /// A list.
    pub fn list(items: Vec<Node>, place: &Place) -> Self {
        Self { place: place.clone(), content: Content::List(items) }
    }

    /// The value under `key`, if this is a mapping that has one.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.content {
            Content::Map(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value),
            _ => None,
        }
    }

    /// The text, if this is a scalar.
    pub fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(scalar) => Some(&scalar.text),
            _ => None,
        }
    }

    /// What this is, for diagnostics: a short text is quoted.
    pub fn kind(&self) -> String {
        match &self.content {
            Content::Empty => "nothing".to_owned(),
            Content::Scalar(scalar) if scalar.text.len() <= 40 && !scalar.text.contains('\n') => {
                format!("`{}`", scalar.text)
            }
            Content::Scalar(_) => "a text".to_owned(),
            Content::List(_) => "a list".to_owned(),
            Content::Map(_) => "a mapping".to_owned(),
        }
    }
}

/// A document: the file it came from and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The file.
    pub file: Arc<SourceFile>,
    /// What it holds.
    pub root: Node,
}

/// The texts of a rule pack, parsed into documents, in the order of their paths.
///
/// The first document is `pack.yaml`; the others hold one or more of the pack's sections each.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct PackSource {
    /// The documents.
    pub documents: Vec<Document>,
    /// The pack that this one extends, if it does.
    pub base: Option<Box<PackSource>>,
    /// What it uses of declarations that packs share, a document for each file, with nothing else in it.
    pub shared: Vec<Document>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_says_where_in_its_own_words() {
        let sheet = Part::Sheet { position: 2, name: "Non-elective".to_owned() };
        let rows = Part::Rows { name: "table returns".to_owned(), columns: vec!["code".to_owned()] };
        let whole = Part::Rows { name: String::new(), columns: vec!["code".to_owned()] };
        for (file, line, column, expected) in [
            (SourceFile::new("a.csv", "x"), 7, 3, "a.csv:7:3"),
            (SourceFile::part_of("return.xlsx", sheet), 7, 3, "return.xlsx, sheet Non-elective, cell C7"),
            (SourceFile::part_of("r.db", rows.clone()), 12, 1, "r.db, table returns, row 12, column code"),
            (SourceFile::part_of("r.db", rows), 12, 2, "r.db, table returns, row 12"),
            (SourceFile::part_of("r.parquet", whole), 12, 1, "r.parquet, row 12, column code"),
        ] {
            assert_eq!(Place::new(&file, line, column, 1).to_string(), expected);
        }
    }

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        for (column, name) in [(1, "A1"), (26, "Z1"), (27, "AA1"), (702, "ZZ1"), (703, "AAA1"), (16_384, "XFD1")] {
            assert_eq!(cell_name(1, column), name);
        }
    }
}
