//! What a binding reads, and how that is written: a text with its separator and its encoding, or a workbook.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Content, Node, Place, SourceFile};

use super::plan;
use crate::LoadError;
use crate::case::Format;
use crate::shape::{self, Mistakes};
use crate::table::{Select, Table};
use crate::text::{self, Encoding};
use crate::workbook::Workbook;

/// What may part the cells of a row, and what it is called.
const SEPARATORS: [(&str, char); 5] = [(",", ','), (";", ';'), ("|", '|'), ("tab", '\t'), ("\t", '\t')];

/// How a table is written.
#[derive(Debug)]
pub(crate) struct Layout {
    separator: char,
    encoding: Encoding,
    /// The sheet with the table, and where the binding names it.
    sheet: Option<(String, Place)>,
    /// The row of a sheet with the names of its columns.
    heading: usize,
}

/// What a binding reads.
#[derive(Debug)]
pub(crate) struct Opened {
    /// Without one only single cells of the workbook are read.
    pub(crate) table: Option<Table>,
    pub(crate) workbook: Option<Workbook>,
    /// The sheet that a cell is of which names none.
    pub(crate) sheet: Option<String>,
    pub(crate) extent: Extent,
}

/// How much of a table was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// All rows.
    Whole,
    /// Some of them: what no row has may be in another.
    Part,
}

impl From<Table> for Opened {
    fn from(table: Table) -> Self {
        Self { table: Some(table), workbook: None, sheet: None, extent: Extent::Whole }
    }
}

impl Opened {
    /// Some rows of a table.
    pub(crate) fn part(table: Table) -> Self {
        Self { extent: Extent::Part, ..table.into() }
    }

    /// The same, where all of its rows became known on a day.
    pub(crate) fn known(mut self, day: Option<Date>) -> Self {
        for row in self.table.iter_mut().flat_map(|table| &mut table.rows) {
            row.known = day;
        }
        self
    }

    /// The same with the rows of another behind its own.
    ///
    /// # Errors
    /// Columns that differ, and a workbook of which no sheet is read.
    pub(crate) fn and(self, other: Self) -> Result<Self, Diagnostic> {
        let (mut table, next) = (self.rows()?, other.rows()?);
        table.append(next)?;
        Ok(table.into())
    }

    fn rows(self) -> Result<Table, Diagnostic> {
        match (self.table, self.workbook) {
            (Some(table), _) => Ok(table),
            (None, workbook) => {
                let file = workbook.map(|workbook| workbook.file);
                let place =
                    file.map_or_else(|| Place::start_of(&SourceFile::new("", "")), |file| Place::start_of(&file));
                let mistake =
                    Diagnostic::error(Code::MISSING_KEY, place, "of several workbooks, a sheet of each is read");
                Err(mistake.help("say with `sheet` which"))
            }
        }
    }
}

/// The files that a binding names, each with the day on which it became known: one, or a list of vintages.
pub(crate) fn tables<'n>(value: &'n Node, key: &str, mistakes: &mut Mistakes) -> Vec<(&'n Node, Option<Date>)> {
    let Content::List(items) = &value.content else { return vec![(value, None)] };
    let wrong =
        |node: &Node, message: String| Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message).help(VINTAGES);
    if key != "table" || items.is_empty() {
        mistakes.add(wrong(value, format!("expected the name of a file for `{key}`, found {}", value.kind())));
        return Vec::new();
    }
    let mut tables = Vec::new();
    for item in items {
        if !matches!(item.content, Content::Map(_)) {
            mistakes.add(wrong(
                item,
                format!("expected a file and the day on which it became known, found {}", item.kind()),
            ));
            continue;
        }
        mistakes.known(shape::entries_of(item), &["file", "known"]);
        let file = mistakes.required(item, "file");
        let known = mistakes.required(item, "known").and_then(|node| plan::read_day(node, "`known`", mistakes));
        tables.extend(file.zip(known).map(|(file, known)| (file, Some(known))));
    }
    tables
}

/// How several vintages of a table are written.
const VINTAGES: &str =
    "write a list such as `- { file: beds.csv, known: 2015-11-13 }`, a line for each vintage of the table";

impl Layout {
    /// What the binding says of a table of this name.
    pub(crate) fn read(root: &Node, name: &str, mistakes: &mut Mistakes) -> Option<Self> {
        let before = mistakes.0.len();
        if root.get("database").is_some() {
            refuse_idle(root, &["separator", "encoding", "sheet", "header-row"], "a database", mistakes);
        } else if is_workbook(name) {
            let idle = ["separator", "encoding", "thousands", "decimal", "query"];
            refuse_idle(root, &idle, "a workbook, which says itself what its cells hold", mistakes);
        } else if is_columnar(name) {
            let idle = ["separator", "encoding", "thousands", "decimal", "query", "sheet", "header-row"];
            refuse_idle(root, &idle, "a file of columns, which say themselves what they hold", mistakes);
        } else {
            refuse_idle(root, &["sheet", "header-row"], "no workbook", mistakes);
            refuse_idle(root, &["query"], "no database", mistakes);
        }
        let otherwise = if is_tsv(name) { '\t' } else { ',' };
        let separator = one_of(root, "separator", &SEPARATORS, mistakes).unwrap_or(otherwise);
        let encoding = one_of(root, "encoding", &Encoding::ALL, mistakes).unwrap_or_default();
        let place = || root.get("sheet").map(|node| node.place.clone());
        let sheet = mistakes.optional(root, "sheet").map(ToOwned::to_owned).zip(place());
        let heading = root.get("header-row").map_or(1, |node| {
            let row = node.as_text().and_then(|text| text.parse().ok()).filter(|row| (1..=1_048_576).contains(row));
            row.unwrap_or_else(|| {
                let message = "expected the number of a row for `header-row`";
                mistakes.add(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message));
                1
            })
        });
        (mistakes.0.len() == before).then_some(Self { separator, encoding, sheet, heading })
    }

    /// What is in a file.
    ///
    /// # Errors
    /// A file that cannot be read, and everything that is wrong with it.
    pub(crate) fn open(self, root: &Node, path: &Path) -> Result<Opened, LoadError> {
        let name = text::shown(path);
        if root.get("database").is_some() {
            return Ok(selected(root, path)?.into());
        }
        if is_workbook(&name) {
            return Ok(self.workbook(&name, text::read_bytes(path, &name)?)?);
        }
        if is_columnar(&name) {
            return Ok(columnar(path)?.into());
        }
        if is_other_workbook(&name) {
            let message = "workbooks are read from `.xlsx`, `.xlsm` and `.ods` files";
            let mistake = Diagnostic::error(Code::SYNTAX, Place::start_of(&SourceFile::new(name, "")), message);
            return Err(vec![mistake.help("open it in a spreadsheet program and save it as `.xlsx` or `.ods`")].into());
        }
        let file = text::read_as(path, &name, self.encoding)?;
        let table = match Format::of(path) {
            Some(Format::Json) => Table::objects(&file)?,
            Some(Format::JsonLines) => Table::object_lines(&file)?,
            _ => self.table(&file)?,
        };
        Ok(table.into())
    }

    /// The table in a text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn table(&self, file: &Arc<SourceFile>) -> Result<Table, Vec<Diagnostic>> {
        Table::separated(file, self.separator)
    }

    fn workbook(self, name: &str, bytes: Vec<u8>) -> Result<Opened, Vec<Diagnostic>> {
        let workbook = Workbook::read(name, bytes).map_err(|mistake| vec![mistake])?;
        let table = match &self.sheet {
            None => None,
            Some((sheet, place)) => {
                let sheet = workbook.sheet(sheet, place).map_err(|mistake| vec![mistake])?;
                Some(Table::sheet(sheet, self.heading)?)
            }
        };
        let sheet = self.sheet.map(|(name, _)| name);
        Ok(Opened { table, workbook: Some(workbook), sheet, extent: Extent::Whole })
    }
}

/// Whether the name of a file says that it is a workbook.
pub(crate) fn is_workbook(name: &str) -> bool {
    let known = |extension: &str| ["xlsx", "xlsm", "ods"].iter().any(|known| extension.eq_ignore_ascii_case(known));
    name.rsplit_once('.').is_some_and(|(_, extension)| known(extension))
}

/// Whether the name of a file says that it is a workbook in a form that is not read.
fn is_other_workbook(name: &str) -> bool {
    let known = |extension: &str| ["xls", "xlsb"].iter().any(|known| extension.eq_ignore_ascii_case(known));
    name.rsplit_once('.').is_some_and(|(_, extension)| known(extension))
}

/// Whether the name of a file says that it is a Parquet or an Arrow file.
pub(crate) fn is_columnar(name: &str) -> bool {
    let known = ["parquet", "arrow", "feather", "ipc"];
    let is_known = |extension: &str| known.iter().any(|known| extension.eq_ignore_ascii_case(known));
    name.rsplit_once('.').is_some_and(|(_, extension)| is_known(extension))
}

#[cfg(feature = "parquet")]
fn columnar(path: &Path) -> Result<Table, LoadError> {
    Table::columnar(path)
}

#[cfg(not(feature = "parquet"))]
fn columnar(path: &Path) -> Result<Table, LoadError> {
    let place = Place::start_of(&SourceFile::new(text::shown(path), ""));
    let message = "this program was built without reading Parquet and Arrow files";
    Err(vec![Diagnostic::error(Code::SYNTAX, place, message).help("export the table as `.csv`")].into())
}

/// Whether a database is a server's, and no file.
pub(crate) fn is_server(database: &Node) -> bool {
    let is_address = |text: &str| ["postgresql://", "postgres://"].iter().any(|scheme| text.starts_with(scheme));
    database.as_text().is_some_and(is_address)
}

/// The table or the query of a database.
fn selected(root: &Node, path: &Path) -> Result<Table, Vec<Diagnostic>> {
    let one = |code, place: &Place, message: &str, help: &str| {
        Err(vec![Diagnostic::error(code, place.clone(), message).help(help.to_owned())])
    };
    let either = "name a `table` of the database, or write a `query`";
    let select = match (root.get("table"), root.get("query")) {
        (Some(_), Some(query)) => {
            let message = "a binding reads one table or one query";
            return one(Code::WRONG_VALUE, &query.place, message, "leave one of the two out");
        }
        (None, None) => return one(Code::MISSING_KEY, &root.place, "the binding does not say what to read", either),
        (Some(node), _) | (_, Some(node)) if node.as_text().is_none() => {
            return one(Code::WRONG_VALUE, &node.place, "expected a text", either);
        }
        (Some(name), _) => Select::Table(name),
        (_, Some(query)) => Select::Query(query),
    };
    match root.get("database").filter(|database| is_server(database)) {
        #[cfg(feature = "postgres")]
        Some(database) => Table::server(database, select),
        #[cfg(feature = "sqlite")]
        None => Table::database(path, select),
        #[cfg(not(all(feature = "postgres", feature = "sqlite")))]
        _ => {
            let message = format!("this program was built without reading databases such as `{}`", text::shown(path));
            one(Code::SYNTAX, &select.node().place, &message, "export the table as `.csv`")
        }
    }
}

/// Refuses keys that say nothing of what is read.
fn refuse_idle(root: &Node, idle: &[&str], what: &str, mistakes: &mut Mistakes) {
    for entry in shape::entries_of(root).iter().filter(|entry| idle.contains(&entry.key.as_str())) {
        let message = format!("`{}` has no effect here: what is read is {what}", entry.key);
        mistakes.add(Diagnostic::error(Code::NO_EFFECT, entry.key_place.clone(), message).help("leave it out"));
    }
}

/// Whether the name of a file says that tabs part its cells.
pub(crate) fn is_tsv(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("tsv"))
}

/// The value of a key that has one of these words.
fn one_of<T: Copy>(root: &Node, key: &str, of: &[(&str, T)], mistakes: &mut Mistakes) -> Option<T> {
    let node = root.get(key)?;
    let text = mistakes.text(node, &format!("`{key}`"))?;
    let found = of.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    if found.is_none() {
        let words: Vec<&str> = of.iter().map(|(word, _)| *word).filter(|word| *word != "\t").collect();
        let message = format!("expected one of {} for `{key}`, found `{text}`", shape::list(words));
        mistakes.add(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message));
    }
    found
}
