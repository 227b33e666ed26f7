//! CSV, JSON, Parquet and the list of packs.

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type};
use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;
use ringfence_core::period::date_of;
use ringfence_core::ruling::Ruling;
use ringfence_reporting::packs::{PackSummary, list, list_json};
use ringfence_reporting::portfolio::Portfolio;
use ringfence_reporting::{csv, json, json_lines, parquet};

use crate::assert_fits;
use crate::samples::{late_start, missing_quarter, wiltshire};

#[test]
fn a_row_for_each_fund_and_tranche() {
    let mut injected = missing_quarter();
    injected.case.recipient.name = "=HYPERLINK(\"http://example.org\",\"a, b\")".to_owned();
    let table = csv::portfolio(&[late_start(), injected]).unwrap();
    assert!(table.starts_with(&csv::PORTFOLIO_COLUMNS.join(",")));
    insta::assert_snapshot!("csv-portfolio", table);
}

#[test]
fn a_row_for_each_finding() {
    let table = csv::findings(&[wiltshire()]).unwrap();
    assert!(table.starts_with(&csv::FINDINGS_COLUMNS.join(",")));
    insta::assert_snapshot!("csv-findings", table);
}

#[test]
fn a_ruling_is_one_line_or_many() {
    let lines = json_lines::rulings(&[wiltshire(), late_start()]).unwrap();
    assert_eq!(lines.lines().count(), 2);
    let one: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    let many: serde_json::Value = serde_json::from_str(&json::ruling(&wiltshire()).unwrap()).unwrap();
    assert_eq!(one, many);
    assert_eq!(one["funds"][0]["amount"], "1077270.00");
}

/// The cell of a Parquet file as the CSV has it.
fn shown(array: &ArrayRef, row: usize) -> String {
    if array.is_null(row) {
        return String::new();
    }
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Date32 => date_of(array.as_primitive::<Date32Type>().value(row).into()).unwrap().to_string(),
        DataType::Decimal128(19, 2) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        other => other.to_string(),
    }
}

/// The cells of a Parquet file, heading and all, and what its metadata says.
fn read_back(bytes: Vec<u8>) -> (Vec<Vec<String>>, Vec<(String, String)>) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("p"), bytes).unwrap();
    let file = std::fs::File::open(dir.path().join("p")).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let metadata = reader.metadata().file_metadata().key_value_metadata().unwrap();
    let metadata = metadata.iter().filter(|entry| entry.key != "ARROW:schema");
    let metadata = metadata.map(|entry| (entry.key.clone(), entry.value.clone().unwrap())).collect();
    let heading: Vec<String> = reader.schema().fields().iter().map(|field| field.name().clone()).collect();
    let mut rows = vec![heading];
    for batch in reader.build().unwrap() {
        let batch = batch.unwrap();
        rows.extend((0..batch.num_rows()).map(|row| batch.columns().iter().map(|array| shown(array, row)).collect()));
    }
    (rows, metadata)
}

fn samples() -> Vec<Ruling> {
    let mut injected = missing_quarter();
    injected.case.recipient.name = String::from("=1+1");
    injected.case.recipient.code = None;
    injected.known_by = Some("2016-02-29".parse().unwrap());
    vec![late_start(), injected, wiltshire()]
}

#[test]
fn a_parquet_file_has_the_cells_of_the_csv() {
    let rulings = samples();
    let (rows, metadata) = read_back(parquet::portfolio(&rulings).unwrap());
    let entry = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(metadata, [entry("ringfence", "ringfence.portfolio-parquet/1"), entry("currency", "GBP")]);
    let text = csv::portfolio(&rulings).unwrap();
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let expected: Vec<Vec<String>> = reader
        .records()
        .map(|record| record.unwrap().iter().map(|cell| cell.strip_prefix('\'').unwrap_or(cell).to_owned()).collect())
        .collect();
    assert_eq!(rows, expected);
    assert!(rows.iter().any(|row| row.contains(&"=1+1".to_owned())) && text.contains(",'=1+1,"));
}

#[test]
fn rows_that_come_in_pieces_make_the_same_parquet_file() {
    let rulings: Vec<Ruling> = samples().into_iter().cycle().take(4_000).collect();
    let whole = parquet::portfolio(&rulings).unwrap();
    assert!(read_back(whole.clone()).0.len() > 10_000);
    for size in [7, 1_000, 4_000] {
        let mut writer = parquet::Writer::new(Vec::new(), Some(&rulings[0].currency)).unwrap();
        for some in rulings.chunks(size) {
            writer.add(parquet::Rows::of(some).unwrap()).unwrap();
        }
        assert!(writer.finish().unwrap() == whole, "{size} at a time");
    }
}

const DOCS: &str = include_str!("../../../../docs/output-formats.md");

/// The names in the first column of the first table under a heading of the documentation.
fn documented(heading: &str) -> Vec<&'static str> {
    let (_, part) = DOCS.split_once(&format!("\n## {heading}\n")).unwrap();
    let part = part.split("\n## ").next().unwrap();
    part.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`')).map(|(name, _)| name).collect()
}

#[test]
fn the_documentation_lists_the_columns_and_fields_that_there_are() {
    assert_eq!(documented("CSV: a row for each recipient, fund and tranche"), csv::PORTFOLIO_COLUMNS);
    assert_eq!(documented("CSV: a row for each recipient and condition"), csv::FINDINGS_COLUMNS);
    let (rows, _) = read_back(parquet::portfolio(&[wiltshire()]).unwrap());
    assert_eq!(rows[0], csv::PORTFOLIO_COLUMNS);
    for schema in [
        csv::PORTFOLIO_SCHEMA,
        csv::FINDINGS_SCHEMA,
        json::PORTFOLIO_SCHEMA,
        parquet::SCHEMA,
        ringfence_core::ruling::SCHEMA,
        ringfence_reporting::workbook::SCHEMA,
    ] {
        assert!(DOCS.contains(&format!("`{schema}`")), "{schema}");
    }
    let fields = |text: &str| -> Vec<String> {
        let json: serde_json::Value = serde_json::from_str(text).unwrap();
        json.as_object().unwrap().keys().cloned().collect()
    };
    let portfolio = Portfolio::new(vec![wiltshire(), missing_quarter()]).unwrap();
    let mut told = documented("JSON: a portfolio");
    told.sort_unstable();
    assert_eq!(told, fields(&json::portfolio(&portfolio).unwrap()));
    let told = documented("JSON: one ruling");
    for field in fields(&json::ruling(&missing_quarter()).unwrap()) {
        assert!(told.contains(&field.as_str()), "{field} is not documented");
    }
}

#[test]
fn packs_are_listed() {
    let pack = |years: &str, title: &str, rules_on: &str| PackSummary {
        path: format!("rules/better-care-fund/{years}"),
        id: format!("better-care-fund/{years}"),
        title: title.to_owned(),
        version: "1.0.0".to_owned(),
        years: Some(years.to_owned()),
        rules_on: rules_on.to_owned(),
        errors: 0,
    };
    let packs = [
        pack(
            "2015-16",
            "Better Care Fund 2015-16",
            "the payment for fewer emergency admissions, and the share ring-fenced for care out of hospital",
        ),
        pack("2025-26", "Better Care Fund 2025-26", "the minimum contribution of the NHS to adult social care"),
    ];
    let shown = list(&packs, 80, false);
    assert_fits(&shown, 80);
    insta::assert_snapshot!("packs", shown);
    let json: serde_json::Value = serde_json::from_str(&list_json(&packs).unwrap()).unwrap();
    assert_eq!(json[1]["rules-on"], packs[1].rules_on);
    assert_eq!(json[1]["errors"], 0);
    assert_eq!(list(&[], 80, false), "There is no pack here.\n");
}

#[test]
fn a_pack_with_errors_is_listed_as_broken() {
    let pack = PackSummary {
        path: "rules/mine".to_owned(),
        id: String::new(),
        title: String::new(),
        version: String::new(),
        years: None,
        rules_on: "nothing yet".to_owned(),
        errors: 11,
    };
    let shown = list(std::slice::from_ref(&pack), 80, false);
    assert!(shown.contains("Broken: 11 errors") && shown.contains("Nothing yet"), "{shown}");
    assert!(list_json(&[pack]).unwrap().contains("\"errors\": 11"));
}
