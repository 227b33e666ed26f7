//! A table or a query of a SQLite database.

use std::path::Path;

use csv::StringRecord;
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Part, Place, SourceFile};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Statement};

use super::{At, Kind, Row, Select, Table};
use crate::shape;
use crate::text;

const NOT_EXACT: &str =
    "keep amounts as whole pence or as texts; or say in a `query` how it reads, as in printf('%.2f', amount)";

impl Table {
    /// Reads a table or a query. The database is opened for reading alone.
    ///
    /// # Errors
    /// A file that is no database, and a table or query that it cannot answer.
    pub(crate) fn database(path: &Path, select: Select<'_>) -> Result<Self, Vec<Diagnostic>> {
        let shown = text::shown(path);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags).and_then(|database| {
            // Nothing is read of a file until it is asked.
            database.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
            Ok(database)
        });
        let database = opened.map_err(|error| {
            let place = Place::start_of(&SourceFile::new(&shown, ""));
            let message = format!("the database cannot be read: {}", words(&error));
            vec![Diagnostic::error(Code::SYNTAX, place, message).help("the key `database` names a file of SQLite")]
        })?;
        let mut statement = prepare(&database, select).map_err(|mistake| vec![mistake])?;
        read(&shown, &mut statement, select)
    }
}

fn prepare<'d>(database: &'d Connection, select: Select<'_>) -> Result<Statement<'d>, Diagnostic> {
    match select {
        Select::Table(node) => {
            let name = node.as_text().unwrap_or_default();
            let quoted = name.replace('"', "\"\"");
            // A view, and a table without row numbers, comes in the order in which it gives its rows.
            let ordered = database.prepare(&format!("SELECT * FROM \"{quoted}\" ORDER BY rowid"));
            ordered.or_else(|_| database.prepare(&format!("SELECT * FROM \"{quoted}\""))).map_err(|_| {
                let known = tables(database);
                let message = format!("the database has no table `{name}`");
                let mistake = Diagnostic::error(Code::UNKNOWN_NAME, node.place.clone(), message);
                mistake
                    .help(format!("the tables are {}", shape::list(&known)))
                    .near_miss(name, known.iter().map(String::as_str))
            })
        }
        Select::Query(node) => {
            let wrong = |message: String| Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message);
            let statement = database
                .prepare(node.as_text().unwrap_or_default())
                .map_err(|error| wrong(format!("the database cannot answer the query: {}", words(&error))))?;
            if statement.column_count() == 0 || !statement.readonly() {
                return Err(
                    wrong("the query gives no rows".to_owned()).help("write one that begins with SELECT or WITH")
                );
            }
            Ok(statement)
        }
    }
}

/// The tables and views, in the order of their names.
fn tables(database: &Connection) -> Vec<String> {
    let names = database.prepare("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name");
    let names = names.and_then(|mut names| names.query_map([], |row| row.get(0))?.collect());
    names.unwrap_or_default()
}

fn read(shown: &str, statement: &mut Statement<'_>, select: Select<'_>) -> Result<Table, Vec<Diagnostic>> {
    let columns: Vec<String> = statement.column_names().map(ToOwned::to_owned).collect();
    let node = select.node();
    let file = SourceFile::part_of(shown, Part::Rows { name: select.name(), columns: columns.clone() });
    let failed = |error: &rusqlite::Error| {
        let message = format!("the database cannot be read: {}", words(error));
        vec![Diagnostic::error(Code::SYNTAX, node.place.clone(), message)]
    };
    let mut answer = statement.query([]).map_err(|error| failed(&error))?;
    let mut rows = Vec::new();
    while let Some(found) = answer.next().map_err(|error| failed(&error))? {
        if rows.len() == Select::MOST_ROWS {
            let message = format!("more than {} rows", Select::MOST_ROWS);
            return Err(vec![Diagnostic::error(Code::TOO_LARGE, node.place.clone(), message)]);
        }
        let (mut cells, mut kinds) = (StringRecord::new(), Vec::new());
        for column in 0..columns.len() {
            let (text, kind) = cell(found.get_ref(column).map_err(|error| failed(&error))?);
            cells.push_field(&text);
            kinds.push(kind);
        }
        rows.push(Row::new(&file, rows.len() + 1, At::From(1), cells, kinds));
    }
    let header = Row::new(&file, 1, At::From(1), StringRecord::from(columns), Vec::new());
    Table { file, header, rows }.answered(select)
}

/// What a value holds. A text may be an exact decimal, for which the format has no kind of its own.
fn cell(value: ValueRef<'_>) -> (String, Kind) {
    let refused = |why: String, help| (String::new(), Kind::Refused { why, help });
    match value {
        ValueRef::Null => (String::new(), Kind::Any),
        ValueRef::Integer(number) => (number.to_string(), Kind::Number),
        ValueRef::Real(number) => refused(format!("the real number {number} is not exact"), NOT_EXACT),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => (text.to_owned(), Kind::Any),
            Err(_) => refused("the text is not UTF-8".to_owned(), "store it as UTF-8"),
        },
        ValueRef::Blob(bytes) => {
            refused(format!("{} bytes that are no text", bytes.len()), "leave the column out, or store a text")
        }
    }
}

/// What SQLite says, without its codes.
fn words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(_, Some(words)) => words.to_lowercase(),
        rusqlite::Error::SqlInputError { msg, .. } => msg.to_lowercase(),
        error => error.to_string().to_lowercase(),
    }
}
