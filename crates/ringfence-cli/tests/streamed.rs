//! Tables with a row for each case: ruled on some rows at a time, with the same bytes as all at once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

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
parameters:
  fewest: { title: Fewest places, type: count, unit: places, values: { 2015-04-01: { value: 10, status: choice } } }
conditions:
  enough: { title: There are enough places, met: places >= params.fewest }
funds:
  main: { title: Main fund, amount: grant, gated-by: [enough], otherwise: withhold }
";
const FACTS: &str =
    "recipient: { code: code, name: code }\nfacts: { grant: { column: grant }, places: { column: places } }\n";
/// More rows than two batches, and not a whole number of batches.
const ROWS: usize = 1_234;

fn run(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
    command.args(args).current_dir(dir).env_clear().output().unwrap()
}

/// A folder with a pack, a table with a row for each case, a binding of it that is read in batches, and the same binding
/// in a file with a second document, which is not.
fn folder(last: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::create_dir(path("pack")).unwrap();
    fs::write(path("pack/pack.yaml"), PACK).unwrap();
    let mut table = "code,grant,places\n".to_owned();
    for row in 0..ROWS {
        // Out of order, with figures that are missing and conditions that fail.
        let places = if row % 7 == 0 { String::new() } else { (row % 25).to_string() };
        writeln!(table, "E{:05},{}.{:02},{places}", row * 1_009 % ROWS, row * 31, row % 100).unwrap();
    }
    fs::write(path("table.csv"), table + last).unwrap();
    let binding = format!("binding: 1\ntable: table.csv\n{FACTS}");
    fs::write(path("table.yaml"), &binding).unwrap();
    fs::write(path("whole.yaml"), format!("{binding}---\nbase-only: yes\n")).unwrap();
    dir
}

#[test]
fn rulings_in_batches_are_the_same_bytes_as_all_at_once() {
    let dir = folder("");
    for format in ["csv", "csv-findings", "jsonl", "parquet"] {
        let args = |cases: &'static str| ["evaluate", "pack", cases, "--format", format];
        let (some, whole) = (run(dir.path(), &args("table.yaml")), run(dir.path(), &args("whole.yaml")));
        assert!(whole.status.success() && whole.stdout.len() > ROWS, "{format}");
        assert!(some.stdout == whole.stdout, "{format}");
    }
    let to_file = run(dir.path(), &["evaluate", "pack", "table.yaml", "--format", "csv", "--output", "out"]);
    assert_eq!(String::from_utf8(to_file.stderr).unwrap(), "wrote 1234 rulings to `out`\n");
    let csv = fs::read_to_string(dir.path().join("out")).unwrap();
    assert!(csv.as_bytes() == run(dir.path(), &["evaluate", "pack", "whole.yaml", "--format", "csv"]).stdout);
    let codes: Vec<&str> = csv.lines().filter_map(|line| line.split(',').nth(4)).collect();
    assert_eq!(codes.get(1..4), Some(&["e00000", "e01009", "e00784"][..]), "the order of the table");
}

#[test]
fn a_parquet_file_of_rulings_is_a_table_like_any_other() {
    let dir = folder("");
    assert!(
        run(dir.path(), &["evaluate", "pack", "table.yaml", "--format", "parquet", "-o", "r.parquet"]).status.success()
    );
    let binding = "binding: 1\ntable: r.parquet\nwhere: { period: all }\nrecipient: { code: recipient_code, name: recipient_name }\n\
                   facts: { grant: { column: amount } }\nset: { places: 10 }\n";
    fs::write(dir.path().join("again.yaml"), binding).unwrap();
    let amounts = |cases: &str| -> Vec<(String, String)> {
        let csv = run(dir.path(), &["evaluate", "pack", cases, "--format", "csv"]);
        assert!(csv.status.success(), "{}", String::from_utf8_lossy(&csv.stderr));
        let text = String::from_utf8(csv.stdout).unwrap();
        let cells = |line: &str, at: usize| line.split(',').nth(at).unwrap().to_owned();
        text.lines().map(|line| (cells(line, 5), cells(line, 9))).collect()
    };
    let again = amounts("again.yaml");
    assert_eq!(again.len(), ROWS + 1);
    assert_eq!(again, amounts("table.yaml"));
}

#[test]
fn what_goes_wrong_is_told_as_for_all_at_once_and_nothing_is_left() {
    for (last, more) in [
        ("E00001,1,1\n", &[][..]),
        ("F00001,1.234,1\n", &[]),
        ("F00001,1,many\n", &[]),
        ("", &["--rules-at", "2019-04-01"]),
        ("", &["--period", "2015-16 Q1"]),
        ("", &["--set", "fewst=1"]),
    ] {
        let dir = folder(last);
        let failed = |cases: &str, output: &[&str]| {
            let failed = run(dir.path(), &[&["evaluate", "pack", cases, "--format", "csv"], more, output].concat());
            assert_eq!((failed.status.code(), failed.stdout.len()), (Some(2), 0), "{last}{more:?}");
            String::from_utf8(failed.stderr).unwrap()
        };
        let whole = failed("whole.yaml", &[]);
        assert!(whole.starts_with("error"), "{whole}");
        assert_eq!(failed("table.yaml", &[]), whole);
        assert_eq!(failed("table.yaml", &["--output", "out"]), whole);
        let mut left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["pack", "table.csv", "table.yaml", "whole.yaml"]);
    }
}

#[test]
fn cases_to_fail_on_are_counted_over_all_batches() {
    let dir = folder("");
    for fail_on in ["unmet", "undetermined", "unmet,undetermined", "pending"] {
        let [some, whole] = ["table.yaml", "whole.yaml"].map(|cases| {
            run(dir.path(), &["evaluate", "pack", cases, "--format", "csv-findings", "--fail-on", fail_on])
        });
        assert_eq!(some.status.code(), Some(i32::from(fail_on != "pending")));
        assert_eq!((some.status, some.stderr), (whole.status, whole.stderr), "{fail_on}");
    }
}
