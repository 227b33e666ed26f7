//! A table of columns that is read in batches takes no more memory the longer it is, but for a few bytes a row.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "one process tells the other")]

use std::env;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow_ipc::writer::FileWriter;
use parquet::arrow::ArrowWriter;
use ringfence_loaders::case;

/// The name under which the process that reads is told what.
const SOURCE: &str = "RINGFENCE_TEST_SOURCE";
const AT_A_TIME: usize = 4_096;

fn batch(from: usize) -> RecordBatch {
    let rows = from..from + AT_A_TIME;
    let texts = |of: fn(usize) -> String| -> ArrayRef { Arc::new(StringArray::from_iter_values(rows.clone().map(of))) };
    let numbers = || rows.clone().map(|row| i64::try_from(row).unwrap());
    let pounds = Decimal128Array::from_iter_values(numbers().map(i128::from)).with_precision_and_scale(18, 2).unwrap();
    RecordBatch::try_from_iter([
        ("code", texts(|row| format!("E{row:08}"))),
        ("name", texts(|row| format!("The area of number {row}"))),
        ("grant", Arc::new(pounds) as ArrayRef),
        ("places", Arc::new(Int64Array::from_iter_values(numbers()))),
    ])
    .unwrap()
}

/// Writes so many batches, and a binding of them.
fn write(folder: &Path, table: &str, batches: usize) {
    let (file, schema) = (File::create(folder.join(table)).unwrap(), batch(0).schema());
    let all = (0..batches).map(|number| batch(number * AT_A_TIME));
    if table.ends_with("parquet") {
        let mut writer = ArrowWriter::try_new(file, schema, None).unwrap();
        all.for_each(|batch| writer.write(&batch).unwrap());
        writer.close().unwrap();
    } else {
        let mut writer = FileWriter::try_new(file, &schema).unwrap();
        all.for_each(|batch| writer.write(&batch).unwrap());
        writer.finish().unwrap();
    }
    let facts = "facts: { grant: { column: grant }, places: { column: places } }";
    let binding = format!("binding: 1\ntable: {table}\nrecipient: {{ code: code, name: name }}\n{facts}\n");
    fs::write(folder.join("b.yaml"), binding).unwrap();
}

/// The most KiB that a process of its own held while it read every case.
fn peak(folder: &Path) -> u64 {
    let mut child = Command::new(env::current_exe().unwrap());
    let child = child.args(["--exact", "read_and_tell", "--nocapture"]).env(SOURCE, folder.join("b.yaml"));
    let told = String::from_utf8(child.output().unwrap().stdout).unwrap();
    let peak = told.lines().find_map(|line| line.split_once("VmHWM:")).unwrap().1;
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}

/// What the process does that reads; there is nothing to read without one that asks.
#[test]
fn read_and_tell() {
    let Some(source) = env::var_os(SOURCE) else { return };
    let mut count = 0;
    for batch in case::batches(Path::new(&source), 512).unwrap().unwrap() {
        count += batch.unwrap().len();
    }
    assert_eq!(count % AT_A_TIME, 0);
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    println!("\n{peak}");
}

#[test]
fn three_times_the_rows_take_hardly_more_memory() {
    for table in ["t.parquet", "t.arrow"] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), table, 8);
        let short = peak(folder.path());
        write(folder.path(), table, 24);
        let long = peak(folder.path());
        assert!(long * 2 < short * 3, "{table}: {short} KiB, then {long} KiB");
    }
}
