//! A table or a query of a PostgreSQL database.

use std::panic::resume_unwind;
use std::thread;

use csv::StringRecord;
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Content, Node, Part, Place, SourceFile, Style};
use tokio_postgres::SimpleQueryRow;
use tokio_postgres::types::{Kind as Sort, Type};

use super::{At, Kind, Row, Select, Table};
use crate::postgres::{Address, Conversation, Refusal, Trouble};
use crate::shape;

/// What holds for every statement: nothing is written, all see the same state, and none runs or waits for ever. A policy
/// that would keep rows back is an error: who asks must not decide which recipients there are.
const TERMS: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL statement_timeout = '5min';
    SET LOCAL lock_timeout = '1min';
    SET LOCAL standard_conforming_strings = on;
    SET LOCAL row_security = off;
    SET LOCAL DateStyle = 'ISO, YMD';
    SET LOCAL cursor_tuple_fraction = 1";

const NOT_EXACT: &str =
    "keep amounts as `numeric`; or say in a `query` how it reads, as in `round(amount::numeric, 2)`";
const NO_NUMBER: &str = "store a number, or leave it null where there is none";
const NO_DAY: &str = "store a day from the year 1 to 9999, or leave it null where there is none";
const NO_MONEY: &str = "its figures read as the server's language has it; say `amount::numeric` in a `query`";
const NO_MOMENT: &str =
    "which day it is depends on where; say in a `query`, as in `(at AT TIME ZONE 'Europe/London')::date`";
const NO_TEXT: &str = "leave the column out, or say in a `query` how it reads";

impl Table {
    /// Reads a table or a query. The rows of a table are in the order of its primary key; where there is none, and those
    /// of a query, in that of their cells, so that each has the same number in every run.
    ///
    /// # Errors
    /// A server that is not there or refuses, and a table or query that it cannot answer.
    pub(crate) fn server(database: &Node, select: Select<'_>) -> Result<Self, Vec<Diagnostic>> {
        // A thread that others' tasks run in may not wait for one of ours.
        let asked = thread::scope(|scope| scope.spawn(|| Self::asked(database, select)).join());
        asked.unwrap_or_else(|panic| resume_unwind(panic))
    }

    fn asked(database: &Node, select: Select<'_>) -> Result<Self, Vec<Diagnostic>> {
        let address = address(database).map_err(|mistake| vec![mistake])?;
        let at_database = |trouble| vec![unreached(database, &address, trouble)];
        let mut conversation = Conversation::open(&address).map_err(at_database)?;
        conversation.run(TERMS).map_err(at_database)?;
        let told = |trouble| vec![unanswered(select, &address, trouble)];
        let (statement, is_ordered) = match select {
            Select::Table(node) => {
                let found = Relation::find(&mut conversation, node, &address).map_err(|mistake| vec![mistake])?;
                (found.statement(), !found.key.is_empty())
            }
            Select::Query(node) => (node.as_text().unwrap_or_default().to_owned(), false),
        };
        let prepared = conversation.prepare(&statement).map_err(told)?;
        let columns = prepared.columns();
        if columns.is_empty() {
            let mistake = wrong(select.node(), Code::WRONG_VALUE, "the query gives no rows");
            return Err(vec![mistake.help("write one that begins with SELECT or WITH")]);
        }
        let holds: Vec<Holds> = columns.iter().map(|column| Holds::of(column.type_())).collect();
        let names: Vec<String> = columns.iter().map(|column| column.name().to_owned()).collect();
        let part = Part::Rows { name: select.name(), columns: names.clone() };
        let file = SourceFile::part_of(&address.shown, part);
        let mut rows = Vec::new();
        let read = conversation.rows(&statement, |row| {
            if rows.len() == Select::MOST_ROWS {
                return Err(Trouble::too_much());
            }
            let (cells, kinds) = cells(row, &holds);
            rows.push(Row::new(&file, 0, At::From(1), cells, kinds));
            Ok(())
        });
        read.map_err(|trouble| if trouble.is_too_much { vec![too_many(select)] } else { told(trouble) })?;
        if !is_ordered {
            rows.sort_by(|left, right| left.cells.iter().cmp(right.cells.iter()));
        }
        for (index, row) in rows.iter_mut().enumerate() {
            row.line = index + 1;
        }
        let header = Row::new(&file, 1, At::From(1), StringRecord::from(names), Vec::new());
        Self { file, header, rows }.answered(select)
    }
}

fn too_many(select: Select<'_>) -> Diagnostic {
    let message = format!("more than {} rows", Select::MOST_ROWS);
    wrong(select.node(), Code::TOO_LARGE, message).help("say in a `query` with WHERE which of them count")
}

/// The address that a binding gives. A password in it is shown to nobody.
fn address(database: &Node) -> Result<Address, Diagnostic> {
    Address::read(database.as_text().unwrap_or_default()).map_err(|unreadable| {
        let place = match &unreadable.secret {
            Some(secret) => hidden(&database.place, secret),
            None => database.place.clone(),
        };
        Diagnostic::error(Code::WRONG_VALUE, place, unreadable.message).help(unreadable.help)
    })
}

/// The same place in a file in which a secret is not to be seen.
fn hidden(place: &Place, secret: &str) -> Place {
    let stars = "*".repeat(secret.chars().count());
    let file = SourceFile::new(place.file().path(), place.file().text().replace(secret, &stars));
    Place::new(&file, place.line(), place.column(), place.length())
}

fn wrong(node: &Node, code: Code, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, node.place.clone(), message)
}

/// Why a server did not let us in.
fn unreached(database: &Node, address: &Address, trouble: Trouble) -> Diagnostic {
    let refusal = trouble.refusal.as_deref();
    let help = match refusal.map(|refusal| refusal.code.as_str()) {
        Some("28P01") => Some("check `PGUSER` and `PGPASSWORD`, or the line in `~/.pgpass`"),
        Some("28000") => Some("`pg_hba.conf` of the server says who may ask from where; it may want `sslmode=require`"),
        Some("3D000") => Some("check the name at the end of the address"),
        Some("53300" | "57P03") => Some("try again later"),
        _ => None,
    };
    let code = if refusal.is_some_and(|refusal| refusal.code == "3D000") { Code::UNKNOWN_NAME } else { Code::SYNTAX };
    let message = format!("the database `{}` cannot be read: {}", address.name, trouble.message);
    advised(wrong(database, code, message), help.map(ToOwned::to_owned).or(trouble.help))
}

/// Why a server did not answer.
fn unanswered(select: Select<'_>, address: &Address, trouble: Trouble) -> Diagnostic {
    let node = select.node();
    let Some(refusal) = trouble.refusal.as_deref() else {
        let message = format!("the database cannot be read: {}", trouble.message);
        return advised(wrong(node, Code::SYNTAX, message), trouble.help);
    };
    let (message, help) = match refusal.code.as_str() {
        "42501" if refusal.message.contains("row-level security") => (
            refusal.message.clone(),
            Some(format!("a policy hides rows from `{}`; ask as a user who may see all of them", address.user)),
        ),
        "42501" => (
            refusal.message.clone(),
            Some(format!("ask who keeps the database for the right to SELECT, for `{}`", address.user)),
        ),
        "57014" => (
            refusal.message.clone(),
            Some("a statement may take five minutes; ask for less, or keep the answer in a table".to_owned()),
        ),
        "55P03" => {
            (refusal.message.clone(), Some("somebody is changing the table; try again when they have done".to_owned()))
        }
        "25006" => (
            "the query would write, and nothing is written".to_owned(),
            Some("write one that begins with SELECT or WITH".to_owned()),
        ),
        "42601" if refusal.message.contains("multiple commands") => {
            ("the query is several statements".to_owned(), Some("write one, without a `;` inside".to_owned()))
        }
        _ => (refusal.message.clone(), refusal.hint.as_deref().map(advice)),
    };
    let message = match select {
        Select::Table(_) => format!("the database cannot read the table: {message}"),
        Select::Query(_) => format!("the database cannot answer the query: {message}"),
    };
    let mut mistake = wrong(node, Code::WRONG_VALUE, message);
    if let Select::Query(query) = select {
        mistake.place = within(query, refusal);
    }
    advised(mistake, help)
}

fn advised(mistake: Diagnostic, help: Option<String>) -> Diagnostic {
    match help {
        Some(help) => mistake.help(help),
        None => mistake,
    }
}

/// A sentence of the server as help.
fn advice(hint: &str) -> String {
    let mut letters = hint.trim_end_matches('.').chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// Where in the binding the letter of the query stands that the server means.
fn within(query: &Node, refusal: &Refusal) -> Place {
    let (Content::Scalar(scalar), Some(position)) = (&query.content, refusal.position) else {
        return query.place.clone();
    };
    let before: String = scalar.text.chars().take(position.saturating_sub(1)).collect();
    let (down, last) = (before.matches('\n').count(), before.rsplit('\n').next().unwrap_or_default());
    match scalar.style {
        Style::Plain | Style::Literal => {
            let start = &scalar.content;
            Place::new(start.file(), start.line() + down, start.column() + last.chars().count(), 1)
        }
        _ => query.place.clone(),
    }
}

/// A table or a view.
struct Relation {
    schema: String,
    name: String,
    /// The columns of its primary key, and whether each is a text.
    key: Vec<(String, bool)>,
}

impl Relation {
    /// Finds the table that a binding names: `returns`, where one is found without a schema, or `finance.returns`.
    fn find(conversation: &mut Conversation, node: &Node, address: &Address) -> Result<Self, Diagnostic> {
        let wanted = node.as_text().unwrap_or_default();
        let failed = |trouble| unanswered(Select::Table(node), address, trouble);
        let mut known = texts(
            conversation,
            "SELECT c.oid, n.nspname, c.relname, pg_table_is_visible(c.oid), n.nspname || '.' || c.relname,
                c.relkind = 'r' AND c.relhassubclass
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname !~ '^pg_toast'
            ORDER BY n.nspname COLLATE \"C\", c.relname COLLATE \"C\"",
        )
        .map_err(failed)?;
        let is_visible = |row: &[String]| cell(row, 3) == "t";
        let fits = |row: &&Vec<String>| cell(row, 4) == wanted || (is_visible(row) && cell(row, 2) == wanted);
        let found: Vec<&Vec<String>> = known.iter().filter(fits).collect();
        match found.as_slice() {
            [one] => {
                let (number, schema, name) = (cell(one, 0), cell(one, 1).to_owned(), cell(one, 2).to_owned());
                // The keys of tables that inherit from it may be the same again.
                let has_heirs = cell(one, 5) == "t";
                let key = if has_heirs { Vec::new() } else { key(conversation, number).map_err(failed)? };
                Ok(Self { schema, name, key })
            }
            [] => {
                known.retain(|row| !["pg_catalog", "information_schema"].contains(&cell(row, 1)));
                let names: Vec<&str> = known.iter().map(|row| cell(row, if is_visible(row) { 2 } else { 4 })).collect();
                let message = format!("the database has no table `{wanted}`");
                let mistake = wrong(node, Code::UNKNOWN_NAME, message);
                let help = match names.as_slice() {
                    [] => "it has no tables".to_owned(),
                    names => format!("the tables are {}", shape::list(names.iter().take(MOST_LISTED))),
                };
                Err(mistake.help(help).near_miss(wanted, names.iter().copied()))
            }
            several => {
                let names = shape::list(
                    several
                        .iter()
                        .map(|row| format!("\"{}\".\"{}\"", cell(row, 1), cell(row, 2)))
                        .collect::<Vec<_>>()
                        .iter(),
                );
                let message = format!("`{wanted}` is the name of several tables");
                Err(wrong(node, Code::WRONG_VALUE, message).help(format!("ask with a `query` for one of {names}")))
            }
        }
    }

    /// The statement that reads it.
    fn statement(&self) -> String {
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let mut statement = format!("SELECT * FROM {}.{}", quoted(&self.schema), quoted(&self.name));
        for (index, (column, is_text)) in self.key.iter().enumerate() {
            statement.push_str(if index == 0 { " ORDER BY " } else { ", " });
            statement.push_str(&quoted(column));
            // The order of letters differs between servers; that of bytes does not.
            statement.push_str(if *is_text { " COLLATE \"C\"" } else { "" });
        }
        statement
    }
}

/// How many tables help can name.
const MOST_LISTED: usize = 20;

/// The columns of a primary key, in its order, and whether each is a text.
fn key(conversation: &mut Conversation, table: &str) -> Result<Vec<(String, bool)>, Trouble> {
    let rows = texts(
        conversation,
        &format!(
            "SELECT a.attname, a.attcollation <> 0
            FROM pg_catalog.pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, place)
            JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
            WHERE i.indrelid = {table} AND i.indisprimary AND k.place <= i.indnkeyatts ORDER BY k.place"
        ),
    )?;
    Ok(rows.into_iter().map(|row| (cell(&row, 0).to_owned(), cell(&row, 1) == "t")).collect())
}

/// The answer to a small question.
fn texts(conversation: &mut Conversation, statement: &str) -> Result<Vec<Vec<String>>, Trouble> {
    let mut rows = Vec::new();
    conversation.rows(statement, |row| {
        let text = |column| Ok(row.try_get(column)?.unwrap_or_default().to_owned());
        rows.push((0..row.len()).map(text).collect::<Result<_, Trouble>>()?);
        Ok(())
    })?;
    Ok(rows)
}

fn cell(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", String::as_str)
}

/// What the values of a column hold.
enum Holds {
    Truth,
    Number,
    Text,
    /// A text with blanks up to a length that no one wrote.
    Padded,
    Day,
    Moment,
    /// A number that is near the one that was meant; the name of the type.
    Inexact(&'static str),
    /// Nothing that is read; the name of the type, and what to do.
    Other(String, &'static str),
}

impl Holds {
    /// What the values of a type are.
    fn of(kind: &Type) -> Self {
        match *kind {
            Type::BOOL => Self::Truth,
            Type::INT2 | Type::INT4 | Type::INT8 | Type::NUMERIC | Type::OID => Self::Number,
            Type::CHAR | Type::NAME | Type::TEXT | Type::UNKNOWN | Type::UUID | Type::VARCHAR => Self::Text,
            Type::BPCHAR => Self::Padded,
            Type::DATE => Self::Day,
            Type::TIMESTAMP => Self::Moment,
            Type::FLOAT4 => Self::Inexact("real"),
            Type::FLOAT8 => Self::Inexact("double precision"),
            Type::MONEY => Self::Other("money".to_owned(), NO_MONEY),
            Type::TIMESTAMPTZ => Self::Other("timestamp with time zone".to_owned(), NO_MOMENT),
            _ => match kind.kind() {
                Sort::Enum(_) => Self::Text,
                _ if kind.name() == "citext" => Self::Text,
                Sort::Array(of) => Self::Other(format!("{of}[]"), NO_TEXT),
                _ => Self::Other(kind.to_string(), NO_TEXT),
            },
        }
    }

    /// A value of the column.
    fn cell(&self, text: &str) -> (String, Kind) {
        let refused = |why: String, help| (String::new(), Kind::Refused { why, help });
        let any = |text: &str| (text.to_owned(), Kind::Any);
        match self {
            Self::Truth => any(if text == "t" { "yes" } else { "no" }),
            Self::Number if text.bytes().any(|byte| byte.is_ascii_alphabetic()) => {
                refused(format!("`{text}` is no number"), NO_NUMBER)
            }
            Self::Number => (text.to_owned(), Kind::Number),
            Self::Text => (text.to_owned(), Kind::Text),
            Self::Padded => (text.trim_end_matches(' ').to_owned(), Kind::Text),
            Self::Day | Self::Moment if !is_of_a_year(text) => refused(format!("`{text}` is no day"), NO_DAY),
            Self::Day => any(text),
            Self::Moment => any(text.strip_suffix(" 00:00:00").unwrap_or(text)),
            Self::Inexact(name) => refused(format!("the number {text} of type `{name}` is not exact"), NOT_EXACT),
            Self::Other(name, help) => refused(format!("a value of type `{name}` is not read"), help),
        }
    }
}

/// Whether a day has a year of four digits, and is in our era.
fn is_of_a_year(text: &str) -> bool {
    text.get(4..5) == Some("-") && !text.ends_with(" BC")
}

/// The cells of a row, and what each holds.
fn cells(row: &SimpleQueryRow, holds: &[Holds]) -> (StringRecord, Vec<Kind>) {
    let (mut cells, mut kinds) = (StringRecord::new(), Vec::with_capacity(holds.len()));
    for (column, holds) in holds.iter().enumerate() {
        let (text, kind) = match row.try_get(column) {
            Ok(Some(text)) => holds.cell(text),
            Ok(None) => (String::new(), Kind::Any),
            Err(_) => {
                let (why, help) = ("the text is not UTF-8".to_owned(), "store it as UTF-8");
                (String::new(), Kind::Refused { why, help })
            }
        };
        cells.push_field(&text);
        kinds.push(kind);
    }
    (cells, kinds)
}
