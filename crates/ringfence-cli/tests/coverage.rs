//! `ringfence test --coverage` as its user meets it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

const PACK: &str = "\
ringfence: 1
pack: small
title: A small pack <1>
rules-on: a grant
version: 1.0.0
currency: GBP
in-force: { from: 2025-04-01 }
rules-at: 2025-04-01
recipient: council
rounding: { to: 0.01, mode: half-away-from-zero }
facts:
  beds: { type: count, unit: beds, min: 0, not-applicable: refused, title: Beds }
  size: { type: money, min: 0, not-applicable: refused, title: Size of the grant }
conditions:
  has-beds: { title: There are beds, met: beds > 0 }
funds:
  grant: { title: Grant, amount: \"if beds > 0 { size } else { size / 2 }\", gated-by: [has-beds] }
";

/// A pack with a case of two beds, whose ruling is kept.
fn kept() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("small/cases")).unwrap();
    fs::write(dir.path().join("small/pack.yaml"), PACK).unwrap();
    fs::write(dir.path().join("small/cases/two.yaml"), "case: two\nfacts: { beds: 2, size: 10.00 }\n").unwrap();
    let run = ringfence(dir.path(), &["test", "small", "--accept"]);
    assert_eq!(run.0, Some(0), "{run:?}");
    dir
}

fn ringfence(dir: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
    command.args(args).current_dir(dir);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "CI"] {
        command.env_remove(name);
    }
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_terminal_is_told_what_no_case_exercises() {
    let (code, out, _) = ringfence(kept().path(), &["test", "small", "--coverage"]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(out, @r#"
    small: what the cases exercise (1 case)
    =======================================

                  Exercised  Of  Share
    ------------  ---------  --  -----
    Outcomes              1   3  33.3%
    Branches              1   2  50.0%
    Dispositions          1   3  33.3%
    All                   3   8  37.5%

    Outcomes that no case exercises
    -------------------------------

    - small/pack.yaml:15:3
      has-beds is undetermined
    - small/pack.yaml:15:3
      has-beds is unmet

    Branches that no case exercises
    -------------------------------

    - small/pack.yaml:17:35
      a branch is taken: beds > 0 does not hold

    Dispositions that no case exercises
    -----------------------------------

    - small/pack.yaml:17:3
      money of grant is undetermined
    - small/pack.yaml:17:3
      money of grant is withheld
    "#);
}

#[test]
fn a_threshold_holds_for_outcomes_and_for_branches() {
    let dir = kept();
    let (code, out, err) = ringfence(dir.path(), &["test", "small", "--threshold", "50"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    insta::assert_snapshot!(err, @r#"
    tested 1 pack: 1 case, no expectations
    small: the cases exercise 1 of 3 outcomes, 33.3%, and 50% is asked for
    "#);
    let by = |of: &str| ringfence(dir.path(), &["test", "small", "--threshold", "33.3%", "--threshold-of", of]).0;
    assert_eq!((by("outcomes"), by("branches,dispositions")), (Some(0), Some(0)));
    for wrong in ["101", "99.95", "-1", "x", "", "1.", "+5"] {
        let threshold = format!("--threshold={wrong}");
        assert_eq!(ringfence(dir.path(), &["test", "small", &threshold]).0, Some(2), "{wrong}");
    }
}

#[test]
fn a_tracefile_and_pages_are_written_to_files() {
    let dir = kept();
    let (code, _, err) = ringfence(dir.path(), &["test", "small", "--coverage=lcov"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("say where it is written with `--coverage-output PATH`"), "{err}");
    let run = ringfence(dir.path(), &["test", "small", "--coverage=lcov", "--coverage-output", "lcov.info"]);
    assert_eq!((run.0, run.1.as_str()), (Some(0), ""));
    insta::assert_snapshot!(fs::read_to_string(dir.path().join("lcov.info")).unwrap(), @r#"
    TN:small
    SF:small/pack.yaml
    BRDA:15,0,0,1
    BRDA:15,0,1,0
    BRDA:15,0,2,0
    BRDA:17,0,0,1
    BRDA:17,0,1,0
    BRDA:17,0,2,0
    BRDA:17,1,0,0
    BRDA:17,1,1,1
    BRF:8
    BRH:3
    DA:15,1
    DA:17,1
    LF:2
    LH:2
    end_of_record
    "#);
    for output in ["pages", "page.html"] {
        let run = ringfence(dir.path(), &["test", "small", "--coverage=html", "--coverage-output", output]);
        assert_eq!((run.0, run.1.as_str()), (Some(0), ""));
    }
    let page = fs::read_to_string(dir.path().join("pages/small.html")).unwrap();
    assert_eq!(page, fs::read_to_string(dir.path().join("page.html")).unwrap());
    assert!(page.contains("A small pack &lt;1&gt;: what the cases exercise"));
    // Every link of the page leads to a part of it.
    for link in page.split("href=\"#").skip(1) {
        let id = link.split('"').next().unwrap();
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
}
