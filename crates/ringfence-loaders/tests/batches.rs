//! Tables with a row for each case, some rows at a time: the same cases and the same mistakes as all at once.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::FileWriter;
use parquet::arrow::ArrowWriter;
use ringfence_core::source::Document;
use ringfence_loaders::{LoadError, case};

/// A row: code, kind, figure.
type Row = (&'static str, &'static str, i64);

const ROWS: [Row; 7] = [
    ("RWV", "trust", 40),
    ("00T", "trust", 38),
    ("X1", "group", 1),
    ("007", "trust", 7),
    ("RK9", "trust", 60),
    ("B", "trust", -1),
    ("É", "trust", 0),
];

const TABLES: [&str; 5] = ["t.parquet", "t.arrow", "t.csv", "t.jsonl", "t.json"];

fn write(path: &Path, rows: &[Row]) {
    let texts =
        |of: fn(&Row) -> &'static str| -> ArrayRef { Arc::new(StringArray::from_iter_values(rows.iter().map(of))) };
    let figures: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.2)));
    let batch =
        RecordBatch::try_from_iter([("code", texts(|row| row.0)), ("kind", texts(|row| row.1)), ("n", figures)])
            .unwrap();
    let json: Vec<String> =
        rows.iter().map(|(code, kind, n)| format!("{{\"code\":\"{code}\",\"kind\":\"{kind}\",\"n\":{n}}}")).collect();
    match path.extension().unwrap().to_str().unwrap() {
        "parquet" => {
            let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
            writer.write(&batch).unwrap();
            writer.close().unwrap();
        }
        "arrow" => {
            let mut writer = FileWriter::try_new(File::create(path).unwrap(), &batch.schema()).unwrap();
            // Batches of the file need not be those that are read.
            writer.write(&batch.slice(0, batch.num_rows() / 2)).unwrap();
            writer.write(&batch.slice(batch.num_rows() / 2, batch.num_rows() - batch.num_rows() / 2)).unwrap();
            writer.finish().unwrap();
        }
        "csv" => {
            let mut text = "code,kind,n\n".to_owned();
            for (code, kind, n) in rows {
                writeln!(text, "{code},{kind},{n}").unwrap();
            }
            fs::write(path, text).unwrap();
        }
        "json" => fs::write(path, format!("[{}]", json.join(",\n"))).unwrap(),
        _ => fs::write(path, json.join("\n")).unwrap(),
    }
}

/// A folder with these rows in a table, and a binding of it.
fn folder(table: &str, rows: &[Row], more: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(&dir.path().join(table), rows);
    let binding = format!("binding: 1\ntable: {table}\nfacts: {{ n: {{ column: n }} }}\n{more}");
    fs::write(dir.path().join("b.yaml"), binding).unwrap();
    dir
}

/// What is told, without what is no word of the loaders' own.
fn told(error: &LoadError, dir: &Path) -> Vec<String> {
    error.mistakes().iter().map(|mistake| mistake.to_string().replace(&format!("{}/", dir.display()), "")).collect()
}

/// The cases of all batches, or all mistakes of the first step that has any.
fn in_batches(dir: &Path, most: usize) -> Result<Vec<Document>, Vec<String>> {
    let batches = case::batches(&dir.join("b.yaml"), most).map_err(|error| told(&error, dir))?.unwrap();
    let (mut cases, mut mistakes) = (Vec::new(), Vec::new());
    for batch in batches {
        match batch {
            Ok(batch) => {
                assert!((1..=most).contains(&batch.len()));
                cases.extend(batch);
            }
            Err(error) => mistakes.extend(told(&error, dir)),
        }
    }
    if mistakes.is_empty() { Ok(cases) } else { Err(mistakes) }
}

#[test]
fn batches_of_any_size_give_the_cases_that_all_rows_give() {
    let more = "recipient: { code: code, exclude: { B: no trust } }\nwhere: { kind: trust }\nset: { year: 2015 }\n\
                for: { 00T: { n: 5 } }\n";
    for table in TABLES {
        let dir = folder(table, &ROWS, more);
        let whole = case::load(&dir.path().join("b.yaml")).unwrap();
        let ids: Vec<&str> = whole.iter().map(|case| case.root.get("case").unwrap().as_text().unwrap()).collect();
        assert_eq!(ids, ["rwv", "00t", "007", "rk9", "é"], "{table}: in the order of the rows");
        for most in [1, 2, 3, 100] {
            let batches = in_batches(dir.path(), most).unwrap();
            assert_eq!(
                batches.iter().map(|case| &case.root).collect::<Vec<_>>(),
                whole.iter().map(|case| &case.root).collect::<Vec<_>>(),
                "{table} by {most}"
            );
        }
        let rows = case::batches(&dir.path().join("b.yaml"), 2).unwrap().unwrap().rows();
        assert_eq!(rows, if table == "t.arrow" { None } else { Some(7) }, "{table}");
    }
}

#[test]
fn mistakes_are_those_of_all_rows_together() {
    let recipient = "recipient: { code: code }\n";
    let twice = [ROWS[0], ROWS[1], ROWS[2], ("RWV", "trust", 1), ("rwv", "trust", 2)];
    let nobody = [ROWS[0], ("-", "trust", 1), ROWS[1]];
    for table in TABLES {
        for (rows, more, expected) in [
            (&twice[..4], recipient.to_owned(), "a second row for `RWV` [bad-row]"),
            (&[twice[0], twice[1], twice[4]], recipient.to_owned(), "`RWV` and `rwv` would both be the case `rwv`"),
            (&nobody, recipient.to_owned(), "the row names no recipient [bad-row]"),
            (
                &ROWS,
                "recipient: { code: code, exclude: { RWX: gone } }\n".to_owned(),
                "the code `RWX` is in no row of the table [unknown-recipient] (help: a similar name exists: `RWV`)",
            ),
            (&ROWS, format!("{recipient}for: {{ 0OT: {{ n: 1 }} }}\n"), "the code `0OT` is in no row of the table"),
            (
                &ROWS,
                format!("{recipient}where: {{ kind: [trust, trusts] }}\n"),
                "no row has `trusts` in the column `kind` [wrong-value]",
            ),
            (
                &ROWS,
                format!("{recipient}where: {{ kind: group, code: RWV }}\n"),
                "no row has such a text in each of these columns at once",
            ),
            (&ROWS, "recipient: { code: cod }\n".to_owned(), "the table has no column `cod`"),
            (
                &ROWS[2..3],
                "recipient: { code: code, exclude: { X1: no trust } }\n".to_owned(),
                "no row is a recipient's [bad-row] (help: every row is excluded)",
            ),
            (&ROWS, format!("{recipient}facts: 1\n"), "the key `facts` is given twice"),
        ] {
            let dir = folder(table, rows, &more);
            let whole = told(&case::load(&dir.path().join("b.yaml")).unwrap_err(), dir.path());
            assert!(whole[0].contains(expected), "{table}: {whole:?}");
            assert_eq!(in_batches(dir.path(), 2).unwrap_err(), whole, "{table}");
        }
    }
}

#[test]
fn mistakes_in_several_batches_are_all_told() {
    let more = "recipient: { code: code }\nmissing: []\n";
    for table in TABLES {
        let dir = folder(table, &ROWS, more);
        // A number of which the binding says that its texts have meanings.
        let binding = fs::read_to_string(dir.path().join("b.yaml")).unwrap();
        let binding = binding.replace("column: n }", "column: kind, words: { group: 1 } }");
        fs::write(dir.path().join("b.yaml"), binding).unwrap();
        let whole = told(&case::load(&dir.path().join("b.yaml")).unwrap_err(), dir.path());
        assert_eq!(whole.len(), 6);
        assert_eq!(in_batches(dir.path(), 2).unwrap_err(), whole, "{table}");
    }
}

#[test]
fn what_has_no_row_for_each_case_has_no_batches() {
    let dir = folder("t.csv", &ROWS, "recipient: { code: code }\n");
    let path = |name: &str| dir.path().join(name);
    let months = "period: { column: kind, every: month }\nperiods: { every: month, from: 2015-04, to: 2015-04 }\n";
    fs::write(path("months.yaml"), format!("binding: 1\ntable: t.csv\nrecipient: {{ code: code }}\n{months}")).unwrap();
    fs::write(path("one.yaml"), "binding: 1\ntable: t.csv\nrecipient: { is: { code: A } }\n").unwrap();
    fs::write(path("known.yaml"), "binding: 1\ntable: t.csv\nknown: { column: kind }\nrecipient: { code: code }\n")
        .unwrap();
    fs::write(
        path("list.yaml"),
        "binding: 1\ntable: [{ file: t.csv, known: 2015-04-01 }]\nrecipient: { code: code }\n",
    )
    .unwrap();
    fs::write(path("book.yaml"), "binding: 1\ntable: t.xlsx\nrecipient: { code: code }\n").unwrap();
    fs::write(path("t.xlsx"), "no workbook").unwrap();
    fs::write(path("case.yaml"), "case: a\n").unwrap();
    for name in ["", "months.yaml", "one.yaml", "known.yaml", "list.yaml", "book.yaml", "case.yaml", "t.csv", "t.jsonl"]
    {
        fs::write(path("t.jsonl"), "{\"case\": \"a\"}").unwrap();
        assert!(case::batches(&path(name), 5).unwrap().is_none(), "{name}");
    }
    assert!(matches!(case::batches(&path("none.yaml"), 5), Err(LoadError::NotFound { .. })));
    fs::write(path("b.yaml"), "binding: 1\ntable: none.csv\nrecipient: { code: code }\n").unwrap();
    assert_eq!(
        in_batches(dir.path(), 5).unwrap_err(),
        ["b.yaml:2:8: no file `none.csv` [unknown-name] (help: paths are relative to the folder of this file)"]
    );
}
