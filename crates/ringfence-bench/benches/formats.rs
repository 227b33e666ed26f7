//! `cargo bench --package ringfence-bench --bench formats`: what it takes to read the same cases from each format.
//!
//! Each format is read by a process of its own, so that its peak of memory is its own. Cases are made as a pack reads
//! them; nothing is ruled on. A format whose readers hold much, or that has a limit, is asked for fewer rows.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark prints and may stop"
)]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::FileWriter;
use parquet::arrow::ArrowWriter;
use ringfence_core::pack::Pack;
use ringfence_core::source::Document;
use ringfence_loaders::{LoadError, case, pack};
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook};
use zip::write::SimpleFileOptions;

const PACK: &str = "\
ringfence: 1
pack: places/2015-16
title: Places grant
rules-on: the grant for places
version: 1.0.0
currency: GBP
in-force: { from: 2015-04-01, until: 2016-04-01 }
rules-at: 2015-04-01
recipient: area
rounding: { to: 0.01, mode: half-away-from-zero }
facts:
  grant: { title: The grant, type: money }
  places: { title: Places, type: count, unit: places }
  agreed: { title: The plan is agreed, type: bool }
  agreed_on: { title: When it was agreed, type: date }
  route: { title: The route, type: choice, of: [home, hospital] }
conditions:
  plan: { title: The plan is agreed, met: agreed && places > 0 && route == \"home\" }
  early: { title: It was agreed before the year, met: agreed_on < params.first_day }
parameters:
  first_day: { title: The first day, type: date, values: { 2015-04-01: { value: 2015-04-01, status: choice } } }
funds:
  main: { title: Main fund, amount: grant, gated-by: [plan, early], otherwise: withhold }
";
const FACTS: &str = "\
recipient: { code: code, name: name }
facts:
  grant: { column: grant }
  places: { column: places }
  agreed: { column: agreed }
  agreed_on: { column: agreed_on }
  route: { column: route }
";
const COLUMNS: [&str; 7] = ["code", "name", "grant", "places", "agreed", "agreed_on", "route"];
/// How many rows are read at a time.
const AT_A_TIME: usize = 1_024;
/// The first day of a plan, as a number of days since 1970.
const FIRST_DAY: i32 = 16_436;

/// A format, the file that it is read from, how many rows of it, and how they are written.
///
/// A database with a server of its own is one line more: a function that fills a table, and a binding of it.
type Contestant = (&'static str, &'static str, usize, fn(&Path, usize));

const CONTESTANTS: [Contestant; 10] = [
    ("CSV", "t.csv", 1_000_000, csv),
    ("TSV", "t.tsv", 1_000_000, tsv),
    ("JSON Lines", "t.jsonl", 200_000, json_lines),
    ("JSON", "t.json", 5_000, json),
    ("YAML, a document a case", "cases.yaml", 4_000, yaml),
    ("Excel", "t.xlsx", 100_000, xlsx),
    ("OpenDocument", "t.ods", 100_000, ods),
    ("SQLite", "t.db", 1_000_000, sqlite),
    ("Parquet", "t.parquet", 1_000_000, parquet_file),
    ("Arrow", "t.arrow", 1_000_000, arrow_file),
];

/// A made-up row.
struct Row {
    code: String,
    name: String,
    pence: i64,
    places: i64,
    agreed: bool,
    day: i32,
    route: &'static str,
}

fn rows(count: usize) -> impl Iterator<Item = Row> {
    (0..i64::try_from(count).unwrap()).map(|n| Row {
        code: format!("E{n:08}"),
        name: format!("Area {n}, île"),
        pence: n * 7_919 % 100_000_000,
        places: n * 31 % 500,
        agreed: n % 9 != 0,
        day: FIRST_DAY + i32::try_from(n % 300).unwrap(),
        route: if n % 4 == 0 { "hospital" } else { "home" },
    })
}

impl Row {
    fn grant(&self) -> String {
        format!("{}.{:02}", self.pence / 100, self.pence % 100)
    }

    fn day(&self) -> String {
        ringfence_core::period::date_of(self.day.into()).unwrap().to_string()
    }

    fn agreed(&self) -> &'static str {
        if self.agreed { "yes" } else { "no" }
    }

    fn cells(&self) -> [String; 7] {
        let agreed = self.agreed().to_owned();
        [
            self.code.clone(),
            self.name.clone(),
            self.grant(),
            self.places.to_string(),
            agreed,
            self.day(),
            self.route.to_owned(),
        ]
    }
}

fn separated(path: &Path, count: usize, separator: &str) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    writeln!(file, "{}", COLUMNS.join(separator)).unwrap();
    for row in rows(count) {
        let cells = row.cells().map(|cell| if cell.contains(separator) { format!("\"{cell}\"") } else { cell });
        writeln!(file, "{}", cells.join(separator)).unwrap();
    }
    file.flush().unwrap();
}

fn csv(path: &Path, count: usize) {
    separated(path, count, ",");
}

fn tsv(path: &Path, count: usize) {
    separated(path, count, "\t");
}

fn object(row: &Row) -> String {
    let Row { code, name, places, agreed, route, .. } = row;
    let (grant, day) = (row.grant(), row.day());
    format!(
        "{{\"code\":\"{code}\",\"name\":\"{name}\",\"grant\":{grant},\"places\":{places},\"agreed\":{agreed},\"agreed_on\":\"{day}\",\"route\":\"{route}\"}}"
    )
}

fn json_lines(path: &Path, count: usize) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    rows(count).for_each(|row| writeln!(file, "{}", object(&row)).unwrap());
    file.flush().unwrap();
}

fn json(path: &Path, count: usize) {
    let objects: Vec<String> = rows(count).map(|row| object(&row)).collect();
    fs::write(path, format!("[{}]", objects.join(",\n"))).unwrap();
}

fn yaml(path: &Path, count: usize) {
    let mut text = String::new();
    for row in rows(count) {
        let [code, name, grant, places, agreed, day, route] = row.cells();
        let case = code.to_lowercase();
        writeln!(
            text,
            "---\ncase: {case}\nrecipient: {{ code: {code}, name: \"{name}\" }}\nfacts:\n  grant: {grant}\n  places: {places}\n  agreed: {agreed}\n  agreed_on: {day}\n  route: {route}"
        )
        .unwrap();
    }
    fs::write(path, text).unwrap();
}

fn xlsx(path: &Path, count: usize) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Returns").unwrap();
    let day = CellFormat::new().set_num_format("yyyy-mm-dd");
    sheet.write_row(0, 0, COLUMNS).unwrap();
    for (at, row) in (1_u32..).zip(rows(count)) {
        sheet.write(at, 0, &row.code).unwrap().write(at, 1, &row.name).unwrap();
        sheet.write(at, 2, row.grant().parse::<f64>().unwrap()).unwrap();
        sheet.write(at, 3, row.places).unwrap().write(at, 4, row.agreed).unwrap();
        let date = ExcelDateTime::parse_from_str(&row.day()).unwrap();
        sheet.write_datetime_with_format(at, 5, &date, &day).unwrap().write(at, 6, row.route).unwrap();
    }
    book.save(path).unwrap();
}

fn ods(path: &Path, count: usize) {
    let cell = |kind: &str, more: &str, shown: &str| {
        format!("<table:table-cell office:value-type=\"{kind}\"{more}><text:p>{shown}</text:p></table:table-cell>")
    };
    let line = |cells: &[String]| format!("<table:table-row>{}</table:table-row>", cells.concat());
    let mut content = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet><table:table table:name=\"Returns\">".to_owned();
    content += &line(&COLUMNS.map(|name| cell("string", "", name)));
    for row in rows(count) {
        let [code, name, grant, places, _, day, route] = row.cells();
        let value = |kind: &str, value: &str| format!(" office:{kind}=\"{value}\"");
        content += &line(&[
            cell("string", "", &code),
            cell("string", "", &name),
            cell("float", &value("value", &grant), &grant),
            cell("float", &value("value", &places), &places),
            cell("boolean", &value("boolean-value", &row.agreed.to_string()), row.agreed()),
            cell("date", &value("date-value", &day), &day),
            cell("string", "", &route),
        ]);
    }
    content += "</table:table></office:spreadsheet></office:body></office:document-content>";
    let kind = "application/vnd.oasis.opendocument.spreadsheet";
    let manifest = format!(
        "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"{kind}\"/></manifest:manifest>"
    );
    let mut pack = zip::ZipWriter::new(File::create(path).unwrap());
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (part, text) in [("mimetype", kind), ("META-INF/manifest.xml", &manifest), ("content.xml", &content)] {
        pack.start_file(part, stored).unwrap();
        pack.write_all(text.as_bytes()).unwrap();
    }
    pack.finish().unwrap();
}

fn sqlite(path: &Path, count: usize) {
    let mut database = rusqlite::Connection::open(path).unwrap();
    database
        .execute_batch("CREATE TABLE returns (code TEXT, name TEXT, \"grant\" TEXT, places INTEGER, agreed TEXT, agreed_on TEXT, route TEXT)")
        .unwrap();
    let all = database.transaction().unwrap();
    {
        let mut insert = all.prepare("INSERT INTO returns VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)").unwrap();
        for row in rows(count) {
            let (grant, agreed, day) = (row.grant(), row.agreed(), row.day());
            insert.execute((&row.code, &row.name, grant, row.places, agreed, day, row.route)).unwrap();
        }
    }
    all.commit().unwrap();
}

/// So many rows as columns, some at a time.
fn batches(count: usize) -> impl Iterator<Item = RecordBatch> {
    let mut rows = rows(count).peekable();
    std::iter::from_fn(move || {
        rows.peek()?;
        let some: Vec<Row> = rows.by_ref().take(65_536).collect();
        let texts = |of: fn(&Row) -> &str| -> ArrayRef { Arc::new(StringArray::from_iter_values(some.iter().map(of))) };
        let pence = Decimal128Array::from_iter_values(some.iter().map(|row| row.pence.into()));
        let columns: [ArrayRef; 7] = [
            texts(|row| &row.code),
            texts(|row| &row.name),
            Arc::new(pence.with_precision_and_scale(18, 2).unwrap()),
            Arc::new(Int64Array::from_iter_values(some.iter().map(|row| row.places))),
            Arc::new(some.iter().map(|row| Some(row.agreed)).collect::<BooleanArray>()),
            Arc::new(Date32Array::from_iter_values(some.iter().map(|row| row.day))),
            texts(|row| row.route),
        ];
        Some(RecordBatch::try_from_iter(COLUMNS.into_iter().zip(columns)).unwrap())
    })
}

fn parquet_file(path: &Path, count: usize) {
    let mut batches = batches(count).peekable();
    let schema = batches.peek().unwrap().schema();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), schema, None).unwrap();
    batches.for_each(|batch| writer.write(&batch).unwrap());
    writer.close().unwrap();
}

fn arrow_file(path: &Path, count: usize) {
    let mut batches = batches(count).peekable();
    let schema = batches.peek().unwrap().schema();
    let mut writer = FileWriter::try_new(File::create(path).unwrap(), &schema).unwrap();
    batches.for_each(|batch| writer.write(&batch).unwrap());
    writer.finish().unwrap();
}

/// What is read: a file of cases, or a binding of a table, which is written beside it.
fn source(table: &Path) -> PathBuf {
    let name = table.file_name().unwrap().to_str().unwrap();
    let what = match table.extension().unwrap().to_str().unwrap() {
        "yaml" => return table.to_path_buf(),
        "db" => format!("database: {name}\ntable: returns\n"),
        "xlsx" | "ods" => format!("table: {name}\nsheet: Returns\n"),
        _ => format!("table: {name}\n"),
    };
    let binding = table.with_extension("binding.yaml");
    fs::write(&binding, format!("binding: 1\n{what}{FACTS}")).unwrap();
    binding
}

/// Every case of a source, as the pack reads it. Gives how many there were.
fn read(source: &Path) -> Result<usize, LoadError> {
    let pack = Pack::compile(&pack::from_texts([("pack.yaml", PACK)])?).expect("a sound pack");
    let cases = |documents: Vec<Document>| {
        for document in &documents {
            drop(pack.read_case(document).expect("a sound case"));
        }
        documents.len()
    };
    let Some(batches) = case::batches(source, AT_A_TIME)? else { return Ok(cases(case::load(source)?)) };
    let mut count = 0;
    for batch in batches {
        count += cases(batch?);
    }
    Ok(count)
}

/// Hundredths of a second that this process has worked, and the most KiB that it ever held.
fn taken() -> (u64, u64) {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // The name of the program comes before, in brackets, and may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().skip(11).take(2).collect();
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak = peak.trim().trim_end_matches(" kB").parse().unwrap();
    (fields.iter().map(|ticks| ticks.parse::<u64>().unwrap()).sum(), peak)
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, source] = arguments.as_slice()
        && flag == "--read"
    {
        let count = read(Path::new(source)).unwrap_or_else(|error| panic!("{error}"));
        let (worked, peak) = taken();
        println!("{count} {worked} {peak}");
        return;
    }
    println!("the same made-up cases from each format, each read by a process of its own\n");
    println!("| format | rows | MiB | rows a second on a processor | times CSV | peak of memory, MiB |");
    println!("|---|---|---|---|---|---|");
    let mut first = None;
    for (name, file, count, write) in CONTESTANTS {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join(file);
        write(&table, count);
        let size = fs::metadata(&table).unwrap().len() >> 20;
        let child = Command::new(std::env::current_exe().unwrap()).arg("--read").arg(source(&table)).output().unwrap();
        assert!(child.status.success(), "{name}: {}", String::from_utf8_lossy(&child.stderr));
        let told = String::from_utf8(child.stdout).unwrap();
        let told: Vec<u64> = told.split_whitespace().map(|number| number.parse().unwrap()).collect();
        let [rows, worked, peak] = told.as_slice() else { panic!("{name}: {told:?}") };
        assert_eq!(usize::try_from(*rows), Ok(count), "{name}");
        let speed = rows * 100 / (*worked).max(1);
        let base = *first.get_or_insert(speed);
        let times = speed * 100 / base;
        println!("| {name} | {rows} | {size} | {speed} | {}.{:02} | {} |", times / 100, times % 100, peak >> 10);
    }
}
