//! Tables and queries of a SQLite database, through bindings.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use ringfence_core::source::{Content, Document, Node};
use ringfence_loaders::case;
use rusqlite::Connection;

/// A folder with a database and a binding of it.
fn folder(sql: &str, binding: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    Connection::open(dir.path().join("r.db")).unwrap().execute_batch(sql).unwrap();
    fs::write(dir.path().join("b.yaml"), format!("binding: 1\ndatabase: r.db\n{binding}")).unwrap();
    dir
}

fn cases(dir: &Path) -> Result<Vec<Document>, Vec<String>> {
    let shown = format!("{}/", dir.display());
    let told = |mistake: &ringfence_core::diagnostic::Diagnostic| mistake.to_string().replace(&shown, "");
    case::load(&dir.join("b.yaml")).map_err(|error| error.mistakes().iter().map(told).collect())
}

const RETURNS: &str = "CREATE TABLE returns (code TEXT, name TEXT, amount TEXT, beds INTEGER, rate REAL);
    INSERT INTO returns VALUES ('00T', 'Château', '0.10', 9007199254740993, 0.1), ('007', NULL, '-0', NULL, 2.5);";
const FLAT: &str =
    "recipient: { code: code, name: name }\nfacts: { amount: { column: amount }, beds: { column: beds } }\n";

#[test]
fn rows_of_a_table_and_of_a_query_are_cases() {
    let query = "query: |\n  SELECT code, name, amount, beds FROM returns ORDER BY code DESC\n";
    for (select, source) in [("table: returns\n", "r.db, table returns, row 1"), (query, "r.db, query, row 1")] {
        let dir = folder(RETURNS, &format!("{select}{FLAT}"));
        let made = cases(dir.path()).unwrap();
        let first = made.iter().find(|case| case.root.get("case").and_then(Node::as_text) == Some("00t")).unwrap();
        let facts = first.root.get("facts").unwrap();
        let text =
            |name: &str, key: &str| facts.get(name).unwrap().get(key).and_then(Node::as_text).unwrap().to_owned();
        assert_eq!((text("amount", "value"), text("amount", "source")), ("0.10".to_owned(), source.to_owned()));
        assert_eq!(text("beds", "value"), "9007199254740993");
        let second = made.iter().find(|case| case.root.get("case").and_then(Node::as_text) == Some("007")).unwrap();
        assert_eq!(second.root.get("facts").unwrap().get("beds").unwrap().content, Content::Empty);
    }
}

#[test]
fn mistakes_have_words_and_places() {
    let beds = "facts: { beds: { column: beds } }\n";
    let code = "recipient: { code: code }\n";
    for (sql, binding, expected) in [
        (
            RETURNS,
            format!("table: returns\n{code}facts: {{ rate: {{ column: rate }} }}\n"),
            "r.db, table returns, row 1, column rate: the real number 0.1 is not exact [wrong-value] (help: keep amounts as whole pence or as texts; or say in a `query` how it reads, as in printf('%.2f', amount))",
        ),
        (
            RETURNS,
            format!("table: retuns\n{code}{beds}"),
            "b.yaml:3:8: the database has no table `retuns` [unknown-name] (help: a similar name exists: `returns`)",
        ),
        (
            RETURNS,
            format!("query: SELECT cod FROM returns\n{code}{beds}"),
            "b.yaml:3:8: the database cannot answer the query: no such column: cod [wrong-value]",
        ),
        (
            RETURNS,
            format!("query: DELETE FROM returns\n{code}{beds}"),
            "b.yaml:3:8: the query gives no rows [wrong-value] (help: write one that begins with SELECT or WITH)",
        ),
        (
            RETURNS,
            format!("query: SELECT code, beds, name AS beds FROM returns\n{code}{beds}"),
            "b.yaml:3:8: two columns are called `beds` [duplicate-name]",
        ),
        (
            RETURNS,
            format!("{code}{beds}"),
            "b.yaml:1:1: the binding does not say what to read [missing-key] (help: name a `table` of the database, or write a `query`)",
        ),
        (
            RETURNS,
            format!("table: returns\nquery: SELECT 1\n{code}{beds}"),
            "b.yaml:4:8: a binding reads one table or one query [wrong-value] (help: leave one of the two out)",
        ),
        (
            "CREATE TABLE returns (code INTEGER, beds); INSERT INTO returns VALUES ('007', x'00ff');",
            format!("table: returns\n{code}{beds}"),
            "r.db, table returns, row 1, column code: expected a text in the column `code`, found the number 7 [wrong-value] (help: a number has lost the zeros in front of it; keep the column as text where it comes from)",
        ),
        (
            "CREATE TABLE returns (code TEXT, beds); INSERT INTO returns VALUES ('007', x'00ff'), ('007', 1);",
            format!("table: returns\n{code}{beds}"),
            "r.db, table returns, row 2, column code: a second row for `007` [bad-row] (help: the first is in row 1)",
        ),
        (
            "CREATE TABLE returns (code TEXT, beds); INSERT INTO returns VALUES ('007', x'00ff');",
            format!("table: returns\n{code}{beds}"),
            "r.db, table returns, row 1, column beds: 2 bytes that are no text [wrong-value] (help: leave the column out, or store a text)",
        ),
        (
            RETURNS,
            format!("table: returns\nsheet: x\n{code}{beds}"),
            "b.yaml:4:1: `sheet` has no effect here: what is read is a database [no-effect] (help: leave it out)",
        ),
    ] {
        let dir = folder(sql, &binding);
        assert_eq!(cases(dir.path()).unwrap_err()[0], expected, "{binding}");
    }
}

#[test]
fn a_file_that_is_no_database_says_so_and_nothing_is_written() {
    let dir = folder(RETURNS, &format!("table: returns\n{FLAT}"));
    let before = fs::read(dir.path().join("r.db")).unwrap();
    cases(dir.path()).unwrap();
    assert_eq!(fs::read(dir.path().join("r.db")).unwrap(), before);
    fs::write(dir.path().join("r.db"), "code,name\nA,B\n".repeat(100)).unwrap();
    assert_eq!(
        cases(dir.path()).unwrap_err(),
        [
            "r.db:1:1: the database cannot be read: file is not a database [syntax] (help: the key `database` names a file of SQLite)"
        ]
    );
}

#[test]
fn a_check_is_told_by_the_row_and_the_column() {
    let check = |otherwise: &str| {
        format!(
            "table: returns\n{FLAT}checks:\n  - {{ fact: amount, range: {{ min: 0.01, max: 1 }}, otherwise: {otherwise} }}\n"
        )
    };
    assert_eq!(
        cases(folder(RETURNS, &check("stop")).path()).unwrap_err(),
        [
            "r.db, table returns, row 2, column amount: `amount` of `007` is -0 and fails a check: it is less than 0.01 [failed-check] (help: the check is in line 7 of the binding; correct the figure where it comes from, or let the check say `otherwise: missing`)"
        ]
    );
    let made = cases(folder(RETURNS, &check("missing")).path()).unwrap();
    let amount = |case: usize| made[case].root.get("facts").unwrap().get("amount").unwrap().clone();
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_text).unwrap_or("?").to_owned();
    let value = amount(1).get("value").unwrap().clone();
    assert_eq!((text(&value, "missing"), text(&value, "found")), ("it is less than 0.01".to_owned(), "-0".to_owned()));
    assert_eq!(text(&amount(1), "source"), "r.db, table returns, row 2");
    assert_eq!(text(&amount(0), "value"), "0.10");
}
