//! The same cases in every format that a table comes in, with types and without, are the same cases, to the digest, however awkward their figures.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something does not hold"
)]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
use ringfence_core::case::{Case, Evidence, Given, Vintage};
use ringfence_core::evaluate::Options;
use ringfence_core::pack::Pack;
use ringfence_generate::Choices;
use ringfence_loaders::{LoadError, case, pack};
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};
use zip::write::SimpleFileOptions;

const PACK: &str = "\
ringfence: 1
pack: grants
title: Grants
rules-on: grants
version: 1.0.0
currency: GBP
in-force: { from: 2015-04-01, until: 2016-04-01 }
rules-at: 2015-04-01
periods: { every: quarter, from: 2015-16 Q1, to: 2015-16 Q2 }
recipient: area
rounding: { to: 0.01, mode: half-away-from-zero }
facts:
  grant: { title: The grant, type: money }
  growth: { title: Growth, type: percent }
  places: { title: Places, type: count, unit: places }
  agreed: { title: The plan is agreed, type: bool }
  agreed_on: { title: When it was agreed, type: date }
  route: { title: The route, type: choice, of: [home, hospital] }
  note: { title: A note, type: text }
  beds: { title: Beds, type: count, unit: beds, per: period }
parameters:
  latest: { title: The last day, type: date, values: { 2015-04-01: { value: 2016-03-31, status: choice } } }
  fewest: { title: Fewest beds, type: count, unit: beds, values: { 2015-04-01: { value: 1, status: choice } } }
  least_growth: { title: Least growth, type: percent, values: { 2015-04-01: { value: 1%, status: choice } } }
conditions:
  plan: { title: The plan is agreed in time, met: agreed && agreed_on <= params.latest }
  way: { title: Home comes first, met: 'route == \"home\" && note != \"none\"' }
  more: { title: There are more beds, met: 'sum(beds) >= params.fewest && places >= 0 && growth >= params.least_growth' }
funds:
  main: { title: Main fund, amount: grant, gated-by: [plan], otherwise: withhold }
";

/// A cell, as its format would hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cell {
    Text(String),
    /// The digits of a number.
    Number(String),
    Date(String),
    /// Nothing.
    Blank,
}

impl Cell {
    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) | Self::Date(text) => text,
            Self::Blank => "",
        }
    }
}

const COLUMNS: [&str; 11] =
    ["code", "name", "grant", "growth", "places", "agreed", "agreed on", "route", "note", "q1", "q2"];

const BINDING: &str = "\
recipient: { code: code, name: name }
missing: [\"-\"]
facts:
  grant: { column: grant, as: number }
  growth: { column: growth, as: percent }
  places: { column: places, as: number }
  agreed: { column: agreed, words: { \"Yes\": yes, \"No\": no } }
  agreed_on: { column: agreed on }
  route: { column: route }
  note: { column: note }
  beds: { columns: { 2015-16 Q1: q1, 2015-16 Q2: q2 } }
";

/// A table of some recipients, whose every cell is one that a format could spoil.
///
/// Without `dashes`, no column of numbers holds a text.
fn table(choices: &mut Choices<'_>, dashes: bool) -> Vec<Vec<Cell>> {
    let codes = ["007", "00T", "0", "1E5", "E06000001", "10000000000000000000", "true", "=A1", "-1", "Ynys 1", "ß"];
    let names = ["Ynys Môn", "Ångermanland, \"Ö\"", "O'Neill & Søn", "=1+1", "null", "北海道", "No", "1.10", "a;b|c"];
    let grants = ["0.10", "0.00", "-0", "0", "10000000000000.00", "0.01", "1234567.89", "99999999999.99"];
    let growths = ["3.5", "0.1", "0", "-0", "100", "0.0001", "-5.50"];
    let counts = ["0", "-0", "1", "965", "1000000", "999999999999999"];
    let dates = ["2015-12-31", "2016-01-01", "2015-03-31", "2015-04-01", "2016-02-29", "1900-03-01", "9999-12-31"];
    let texts = ["007", "1e3", "no", "~", "2015-04-01", "é\u{301}", "a, b", "{}", "'", "- x", "#1", "two\nlines"];
    let rows = choices.within(1, 6);
    let mut left: Vec<&str> = codes.to_vec();
    let mut rows_made = Vec::new();
    for _ in 0..rows {
        let code = left.remove(choices.at(left.len()));
        let text = |text: &str| Cell::Text(text.to_owned());
        let one = |choices: &mut Choices<'_>, from: &[&str]| Cell::Text((*choices.pick(from)).to_owned());
        let number = |choices: &mut Choices<'_>, from: &[&str]| match choices.below(8) {
            0 if dashes => Cell::Text("-".to_owned()),
            1 => Cell::Blank,
            _ => Cell::Number((*choices.pick(from)).to_owned()),
        };
        let or_blank = |choices: &mut Choices<'_>, cell: Cell| if choices.once_in(6) { Cell::Blank } else { cell };
        let name = one(choices, &names);
        let figures = [number(choices, &grants), number(choices, &growths), number(choices, &counts)];
        let agreed = one(choices, &["Yes", "No", "-"]);
        let date = Cell::Date((*choices.pick(&dates)).to_owned());
        let date = or_blank(choices, date);
        let route = one(choices, &["home", "hospital", ""]);
        let note = one(choices, &texts);
        let note = or_blank(choices, note);
        let beds = [number(choices, &counts), number(choices, &counts)];
        let row = [text(code), name].into_iter().chain(figures).chain([agreed, date, route, note]).chain(beds);
        rows_made.push(row.collect());
    }
    rows_made
}

fn csv(rows: &[Vec<Cell>], separator: char) -> Vec<u8> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let head: Vec<String> = COLUMNS.iter().map(|name| quoted(name)).collect();
    let mut text = head.join(&separator.to_string()) + "\n";
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell.text())).collect();
        text += &cells.join(&separator.to_string());
        text.push('\n');
    }
    text.into_bytes()
}

/// Each row as a JSON object, its numbers with the digits that they were written with.
fn objects(rows: &[Vec<Cell>]) -> Vec<String> {
    let entry = |(name, cell): (&&str, &Cell)| {
        let value = match cell {
            Cell::Number(digits) => digits.clone(),
            Cell::Blank => "null".to_owned(),
            cell => serde_json::to_string(cell.text()).unwrap(),
        };
        format!("{}: {value}", serde_json::to_string(name).unwrap())
    };
    rows.iter()
        .map(|row| format!("{{ {} }}", COLUMNS.iter().zip(row).map(entry).collect::<Vec<_>>().join(", ")))
        .collect()
}

fn xlsx(rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Grants").unwrap();
    let date = CellFormat::new().set_num_format("yyyy-mm-dd");
    for (column, name) in (0..).zip(COLUMNS) {
        sheet.write_string(0, column, name).unwrap();
    }
    for (line, row) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            match cell {
                Cell::Text(text) => sheet.write_string(line, column, text).unwrap(),
                Cell::Number(digits) => sheet.write_number(line, column, digits.parse::<f64>().unwrap()).unwrap(),
                Cell::Date(day) => sheet
                    .write_datetime_with_format(line, column, ExcelDateTime::parse_from_str(day).unwrap(), &date)
                    .unwrap(),
                Cell::Blank => sheet,
            };
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// The least that an OpenDocument spreadsheet must have.
fn ods(rows: &[Vec<Cell>]) -> Vec<u8> {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let mut body = String::new();
    let head: Vec<Cell> = COLUMNS.iter().map(|name| Cell::Text((*name).to_owned())).collect();
    for row in std::iter::once(&head).chain(rows) {
        body += "<table:table-row>";
        for cell in row {
            match cell {
                Cell::Text(text) => {
                    let lines: Vec<String> =
                        text.split('\n').map(|line| format!("<text:p>{}</text:p>", escaped(line))).collect();
                    write!(body, "<table:table-cell office:value-type=\"string\">{}</table:table-cell>", lines.concat())
                }
                Cell::Number(digits) => {
                    write!(body, "<table:table-cell office:value-type=\"float\" office:value=\"{digits}\"/>")
                }
                Cell::Date(day) => {
                    write!(body, "<table:table-cell office:value-type=\"date\" office:date-value=\"{day}\"/>")
                }
                Cell::Blank => write!(body, "<table:table-cell/>"),
            }
            .unwrap();
        }
        body += "</table:table-row>";
    }
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" \
         xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" office:version=\"1.2\"><office:body>\
         <office:spreadsheet><table:table table:name=\"Grants\">{body}</table:table></office:spreadsheet>\
         </office:body></office:document-content>"
    );
    let kind = "application/vnd.oasis.opendocument.spreadsheet";
    let manifest = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\">\
         <manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{kind}\"/>\
         <manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>"
    );
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, text) in [("mimetype", kind), ("content.xml", &content), ("META-INF/manifest.xml", &manifest)] {
        archive.start_file(name, stored).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Exact figures are whole numbers or texts in SQLite, which has no decimals.
fn sqlite(rows: &[Vec<Cell>], path: &Path) {
    let database = rusqlite::Connection::open(path).unwrap();
    let columns: Vec<String> = COLUMNS.iter().map(|name| format!("\"{name}\"")).collect();
    database.execute(&format!("CREATE TABLE grants ({})", columns.join(", ")), []).unwrap();
    for row in rows {
        let values = row.iter().map(|cell| match cell {
            Cell::Blank => rusqlite::types::Value::Null,
            Cell::Number(digits) if digits.parse::<i64>().is_ok_and(|number| number.to_string() == *digits) => {
                rusqlite::types::Value::Integer(digits.parse().unwrap())
            }
            cell => rusqlite::types::Value::Text(cell.text().to_owned()),
        });
        let marks = vec!["?"; COLUMNS.len()].join(", ");
        database.execute(&format!("INSERT INTO grants VALUES ({marks})"), rusqlite::params_from_iter(values)).unwrap();
    }
}

/// The columns of the table, each of one type.
fn columns(rows: &[Vec<Cell>]) -> RecordBatch {
    let decimals = |column: usize, scale: i8| -> ArrayRef {
        let unscaled = |digits: &str| {
            let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
            format!("{whole}{places:0<width$}", width = usize::try_from(scale).unwrap()).parse::<i128>().unwrap()
        };
        let values = rows.iter().map(|row| match &row[column] {
            Cell::Number(digits) => Some(unscaled(digits)),
            _ => None,
        });
        Arc::new(values.collect::<Decimal128Array>().with_precision_and_scale(30, scale).unwrap())
    };
    let counts = |column: usize| -> ArrayRef {
        let number = |row: &Vec<Cell>| row[column].text().parse::<i64>().ok();
        Arc::new(rows.iter().map(number).collect::<Int64Array>())
    };
    let texts = |column: usize| -> ArrayRef {
        let text = |row: &Vec<Cell>| matches!(row[column], Cell::Text(_)).then(|| row[column].text().to_owned());
        Arc::new(rows.iter().map(text).collect::<StringArray>())
    };
    let days = || -> ArrayRef {
        let epoch = jiff::civil::date(1970, 1, 1);
        let day = |row: &Vec<Cell>| {
            let day: jiff::civil::Date = row[6].text().parse().ok()?;
            Some(day.since(epoch).unwrap().get_days())
        };
        Arc::new(rows.iter().map(day).collect::<Date32Array>())
    };
    let all = [
        texts(0),
        texts(1),
        decimals(2, 2),
        decimals(3, 4),
        counts(4),
        texts(5),
        days(),
        texts(7),
        texts(8),
        counts(9),
        counts(10),
    ];
    RecordBatch::try_from_iter(COLUMNS.into_iter().zip(all)).unwrap()
}

fn parquet(rows: &[Vec<Cell>], path: &Path) {
    let batch = columns(rows);
    let mut writer = parquet::arrow::ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

fn arrow(rows: &[Vec<Cell>], path: &Path) {
    let batch = columns(rows);
    let mut writer = arrow_ipc::writer::FileWriter::try_new(File::create(path).unwrap(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
}

/// The same as cases, each an object with its facts.
fn written_out(rows: &[Vec<Cell>]) -> Vec<String> {
    let text = |text: &str| serde_json::to_string(text).unwrap();
    let blank_or = |cell: &Cell, sign: &str| match cell {
        Cell::Text(dash) if dash == "-" => "{ \"missing\": \"a dash\" }".to_owned(),
        Cell::Blank => "null".to_owned(),
        cell => text(&format!("{}{sign}", cell.text())),
    };
    let case = |row: &Vec<Cell>| {
        let code = row[0].text();
        let agreed = match row[5].text() {
            "Yes" => "true".to_owned(),
            "No" => "false".to_owned(),
            _ => blank_or(&row[5], ""),
        };
        let facts = [
            ("grant", blank_or(&row[2], "")),
            ("growth", blank_or(&row[3], "%")),
            ("places", blank_or(&row[4], "")),
            ("agreed", agreed),
            ("agreed_on", blank_or(&row[6], "")),
            ("route", blank_or(&row[7], "")),
            ("note", blank_or(&row[8], "")),
        ];
        let facts: Vec<String> = facts.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
        format!(
            "{{ \"case\": {}, \"recipient\": {{ \"code\": {}, \"name\": {} }}, \"facts\": {{ {}, \"beds\": \
             {{ \"2015-16 Q1\": {}, \"2015-16 Q2\": {} }} }} }}",
            text(&code.to_lowercase()),
            text(code),
            text(row[1].text()),
            facts.join(", "),
            blank_or(&row[9], ""),
            blank_or(&row[10], ""),
        )
    };
    rows.iter().map(case).collect()
}

/// The table in each format, with the name of the file that gives the cases.
fn files(rows: &[Vec<Cell>], dashes: bool, folder: &Path) -> Vec<&'static str> {
    let bound = |name: &str, table: &str| {
        fs::write(folder.join(name), format!("binding: 1\n{table}\n{BINDING}")).unwrap();
    };
    let lines = objects(rows);
    let cases = written_out(rows);
    fs::write(folder.join("t.csv"), csv(rows, ',')).unwrap();
    fs::write(folder.join("semicolons.csv"), csv(rows, ';')).unwrap();
    fs::write(folder.join("t.tsv"), csv(rows, '\t')).unwrap();
    fs::write(folder.join("t.json"), format!("[{}]", lines.join(",\n"))).unwrap();
    fs::write(folder.join("t.jsonl"), lines.join("\n") + "\n").unwrap();
    fs::write(folder.join("t.xlsx"), xlsx(rows)).unwrap();
    fs::write(folder.join("t.ods"), ods(rows)).unwrap();
    sqlite(rows, &folder.join("t.db"));
    fs::write(folder.join("cases.yaml"), cases.join("\n---\n")).unwrap();
    fs::write(folder.join("cases.json"), format!("[{}]", cases.join(",\n"))).unwrap();
    fs::write(folder.join("cases.jsonl"), cases.join("\n")).unwrap();
    bound("csv.yaml", "table: t.csv");
    bound("semicolons.yaml", "table: semicolons.csv\nseparator: \";\"");
    bound("tsv.yaml", "table: t.tsv");
    bound("json.yaml", "table: t.json");
    bound("jsonl.yaml", "table: t.jsonl");
    bound("xlsx.yaml", "table: t.xlsx\nsheet: Grants");
    bound("ods.yaml", "table: t.ods\nsheet: Grants");
    bound("sqlite.yaml", "database: t.db\ntable: grants");
    let mut names = vec![
        "csv.yaml",
        "semicolons.yaml",
        "tsv.yaml",
        "json.yaml",
        "jsonl.yaml",
        "xlsx.yaml",
        "ods.yaml",
        "sqlite.yaml",
        "cases.yaml",
        "cases.json",
        "cases.jsonl",
    ];
    // A column of a type holds nothing else.
    if !dashes {
        parquet(rows, &folder.join("t.parquet"));
        arrow(rows, &folder.join("t.arrow"));
        bound("parquet.yaml", "table: t.parquet");
        bound("arrow.yaml", "table: t.arrow");
        names.extend(["parquet.yaml", "arrow.yaml"]);
    }
    names
}

/// The case without what a format must say in its own way: where a figure came from, and where a dash stood.
fn bare(mut case: Case) -> Case {
    fn strip<T>(vintages: &mut [Vintage<T>]) {
        for vintage in vintages {
            vintage.source = None;
            if let Given::Missing(why) = &mut vintage.given
                && why != "left blank"
            {
                "a dash".clone_into(why);
            }
        }
    }
    for evidence in case.facts.values_mut() {
        match evidence {
            Evidence::One(vintages) => strip(vintages),
            Evidence::Series(series) => series.values_mut().for_each(|vintages| strip(vintages)),
            Evidence::List(vintages) => strip(vintages),
        }
    }
    case
}

#[test]
fn a_table_gives_the_same_cases_and_rulings_in_every_format() {
    let pack = Pack::compile(&pack::from_texts([("pack.yaml", PACK)]).unwrap())
        .unwrap_or_else(|invalid| panic!("{invalid:?}"));
    for seed in 0..60 {
        let dashes = seed % 2 == 0;
        let rows = table(&mut Choices::of_seed(seed), dashes);
        let folder = tempfile::tempdir().unwrap();
        let mut first: Option<Vec<(String, String)>> = None;
        for name in files(&rows, dashes, folder.path()) {
            let documents = case::load(&folder.path().join(name)).unwrap_or_else(|error| match error {
                LoadError::Invalid { mistakes } => panic!("{name}: {}\n{rows:?}", mistakes[0]),
                error => panic!("{name}: {error}"),
            });
            let told: Vec<(String, String)> = documents
                .iter()
                .map(|document| {
                    let case =
                        pack.read_case(document).unwrap_or_else(|mistakes| panic!("{name}: {}\n{rows:?}", mistakes[0]));
                    let case = bare(case);
                    let ruling = pack.evaluate(&case, &Options::default()).unwrap();
                    (case.digest(), ruling.to_json().unwrap())
                })
                .collect();
            let mut told = told;
            told.sort();
            assert_eq!(told.len(), rows.len());
            match &first {
                None => first = Some(told),
                Some(first) => assert_eq!(first, &told, "{name}\n{rows:?}"),
            }
        }
    }
}
