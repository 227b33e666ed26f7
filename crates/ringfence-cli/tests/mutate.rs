//! `ringfence mutate` as an author meets it: a pack with a hole in its cases, and what closes it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const PACK: &str = "ringfence: 1
pack: winter-beds/2015-16
title: Winter beds grant
rules-on: a grant for keeping beds open
version: 1.0.0
currency: GBP
in-force: { from: 2015-04-01 }
rules-at: 2015-04-01
recipient: hospital trust
rounding: { to: 0.01, mode: half-away-from-zero }
sources:
  letter: { title: Letter on winter beds }
facts:
  beds.open: { type: count, unit: beds, min: 0, not-applicable: refused, title: Beds kept open }
  grant.amount: { type: money, min: 0, not-applicable: refused, title: Amount of the grant }
parameters:
  beds_at_least:
    title: Fewest beds that earn the grant
    type: count
    unit: beds
    values: { 2015-04-01: { value: 20, authority: { source: letter } } }
conditions:
  enough-beds: { title: Enough beds are open, met: beds.open >= params.beds_at_least, authority: { source: letter } }
funds:
  grant: { title: The grant, amount: grant.amount, gated-by: [enough-beds], authority: { source: letter } }
";

const ENOUGH: &str = "case: enough
recipient: { name: Example trust }
facts: { beds.open: 20, grant.amount: 1000 }
expect: { outcomes: { enough-beds: met }, funds: { grant: { released: 1000.00 } } }
";

const FEW: &str = "case: few
base: enough.yaml
set: { beds.open: 3 }
expect: { outcomes: { enough-beds: unmet } }
";

/// What a run did: exit code, standard output, standard error.
type Run = (Option<i32>, String, String);

/// The pack in `beds`, with two cases that leave a hole between 3 and 20 beds.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("beds/cases")).unwrap();
    for (name, text) in [("pack.yaml", PACK), ("cases/enough.yaml", ENOUGH), ("cases/few.yaml", FEW)] {
        fs::write(dir.path().join("beds").join(name), text).unwrap();
    }
    dir
}

fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
    command.args(args).current_dir(dir);
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "CI"] {
        command.env_remove(name);
    }
    command
}

fn done(mut command: Command) -> Run {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn ringfence(dir: &Path, args: &[&str]) -> Run {
    done(command(dir, args))
}

#[test]
fn a_survivor_is_shown_with_the_case_that_would_notice_it() {
    let dir = folder();
    let (code, out, err) = ringfence(dir.path(), &["mutate", "beds"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(out, @r#"
    beds/pack.yaml:10:11
      fund grant: rounds to 0.1, not to 0.01
      10 | rounding: { to: 0.01, mode: half-away-from-zero }
      a case that would notice it:
        case: grant-10-11
        title: Tells the rules from a change of the fund grant
        tells: "noticed by no other case: rounds to 0.1, not to 0.01"
        base: enough.yaml
        set:
          grant.amount: 1000.01
        expect:
          funds:
            grant:
              amount: 1000.01
              earned: 1000.01
              released: 1000.01
              redirected: 0.00
              withheld: 0.00
              recovered: 0.00
              undetermined: 0.00

    beds/pack.yaml:21:36
      parameter beds_at_least: `beds_at_least` is 19 from 2015-04-01 on, not 20
      21 -     values: { 2015-04-01: { value: 20, authority: { source: letter } } }
         +     values: { 2015-04-01: { value: 19, authority: { source: letter } } }
      a case that would notice it:
        case: beds-at-least-21-36
        title: Tells the rules from a change of the parameter beds_at_least
        tells: "noticed by no other case: `beds_at_least` is 19 from 2015-04-01 on, not 20"
        base: enough.yaml
        set:
          beds.open: 19
        expect:
          outcomes:
            enough-beds: unmet
          funds:
            grant:
              amount: 1000.00
              earned: 1000.00
              released: 0.00
              redirected: 0.00
              withheld: 1000.00
              recovered: 0.00
              undetermined: 0.00

    winter-beds/2015-16: 5 of 7 changes are noticed, 71.4%; 2 are not
    "#);
    let (_, narrow, _) = ringfence(dir.path(), &["mutate", "beds", "--width", "40", "--no-cases"]);
    assert!(narrow.lines().all(|line| line.chars().count() <= 40), "{narrow}");
    let (_, coloured, _) = ringfence(dir.path(), &["mutate", "beds", "--colour", "always", "--no-cases"]);
    assert!(coloured.contains("\u{1b}[1mbeds/pack.yaml:21:36\u{1b}[0m\n"), "{coloured:?}");
}

#[test]
fn the_score_is_held_against_the_threshold() {
    let dir = folder();
    for (threshold, expected) in [("0", 0), ("71", 0), ("72", 1), ("100", 1)] {
        let (code, out, err) = ringfence(dir.path(), &["mutate", "beds", "--no-cases", "--threshold", threshold]);
        assert_eq!((code, err.as_str()), (Some(expected), ""), "{threshold}: {out}");
    }
    assert_eq!(ringfence(dir.path(), &["mutate", "beds", "--threshold", "101"]).0, Some(2));
}

#[test]
fn a_written_case_is_in_canonical_form_and_closes_the_hole_and_nothing_is_written_over() {
    let dir = folder();
    let (code, _, err) = ringfence(dir.path(), &["mutate", "beds", "--write", "beds/cases"]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(err, @"wrote 2 cases to `beds/cases`: read what each expects before it is kept");
    let case = dir.path().join("beds/cases/beds-at-least-21-36.yaml");
    let written = fs::read_to_string(&case).unwrap();
    insta::assert_snapshot!(written, @r#"
    case: beds-at-least-21-36
    title: Tells the rules from a change of the parameter beds_at_least
    tells: "noticed by no other case: `beds_at_least` is 19 from 2015-04-01 on, not 20"
    base: enough.yaml
    set:
      beds.open: 19
    expect:
      outcomes:
        enough-beds: unmet
      funds:
        grant:
          amount: 1000.00
          earned: 1000.00
          released: 0.00
          redirected: 0.00
          withheld: 1000.00
          recovered: 0.00
          undetermined: 0.00
    "#);
    assert_eq!(ringfence(dir.path(), &["fmt", "--check", "beds/cases/beds-at-least-21-36.yaml"]).0, Some(0));
    let (code, _, err) = ringfence(dir.path(), &["test", "beds", "--accept"]);
    assert_eq!(code, Some(0), "{err}");
    let (code, out, err) = ringfence(dir.path(), &["mutate", "beds", "--write", "beds/cases", "--threshold", "100"]);
    assert_eq!(code, Some(0), "{out}");
    assert_eq!(out, "winter-beds/2015-16: 7 of 7 changes are noticed, 100.0%\n");
    assert_eq!(err, "no case was found, and none is written\n");
    assert_eq!(fs::read_to_string(case).unwrap(), written);
}

#[test]
fn a_case_stands_on_the_one_it_comes_from_wherever_it_is_written() {
    let dir = folder();
    for (at, folder) in [("beds", "../found"), (".", "found/here"), ("beds/cases", "../../elsewhere")] {
        let pack = if at == "." {
            "beds"
        } else if at == "beds" {
            "."
        } else {
            ".."
        };
        let at = dir.path().join(at);
        let (code, _, err) = ringfence(&at, &["mutate", pack, "--write", folder]);
        assert_eq!(code, Some(0), "{err}");
        let case = format!("{folder}/beds-at-least-21-36.yaml");
        let (code, out, err) = ringfence(&at, &["evaluate", pack, &case]);
        assert_eq!(code, Some(0), "{err}");
        assert!(out.contains("19 beds"), "{out}");
    }
}

#[test]
fn no_file_is_written_over_and_none_where_ci_is_set() {
    let dir = folder();
    fs::create_dir(dir.path().join("found")).unwrap();
    let case = dir.path().join("found/beds-at-least-21-36.yaml");
    fs::write(&case, "mine\n").unwrap();
    let (code, out, err) = ringfence(dir.path(), &["mutate", "beds", "--write", "found"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    insta::assert_snapshot!(err, @"
    error: `found/beds-at-least-21-36.yaml` is there already
      = help: move it away, or write to another folder
    ");
    assert_eq!(fs::read_to_string(&case).unwrap(), "mine\n");
    let mut command = command(dir.path(), &["mutate", "beds", "--write", "elsewhere"]);
    command.env("CI", "true");
    let (code, out, err) = done(command);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    insta::assert_snapshot!(err, @"
    error: no case is written where `CI` is set
      = help: run it where somebody reads the cases
    ");
    assert!(!dir.path().join("elsewhere").exists());
}

#[test]
fn an_argument_counts_for_a_survivor_and_is_stale_without_one() {
    let dir = folder();
    let argue = |text: &str| fs::write(dir.path().join("beds/mutants.yaml"), text).unwrap();
    argue("\"pack.yaml:21:36 20 to 19\": nobody keeps nineteen beds\n");
    let (code, out, err) = ringfence(dir.path(), &["mutate", "beds", "--no-cases"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("  argued for: nobody keeps nineteen beds\n"), "{out}");
    assert!(out.ends_with("71.4%; 2 are not, 1 of them\n  argued for\n"), "{out}");
    argue("\"pack.yaml:21:36 20 to 21\": this one is noticed\n");
    let (code, out, err) = ringfence(dir.path(), &["mutate", "beds", "--no-cases"]);
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert!(out.contains("\nargued for, and no survivor: pack.yaml:21:36 20 to 21\n"), "{out}");
    argue("\"pack.yaml:21:36 20 to 19\":\n");
    let (code, out, err) = ringfence(dir.path(), &["mutate", "beds"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    insta::assert_snapshot!(err, @r#"
    error[wrong-value]: no reason says why `pack.yaml:21:36 20 to 19` may survive
     --> beds/mutants.yaml:1:1
      |
    1 | "pack.yaml:21:36 20 to 19":
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write the mutant as `ringfence mutate` names it, and the reason:
              `"pack.yaml:12:7 >= to >": why`

    1 error
    "#);
}

#[test]
fn json_and_markdown_say_the_same_as_the_screen() {
    let dir = folder();
    let (code, out, err) = ringfence(dir.path(), &["mutate", "beds", "--format", "json"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let read: Value = serde_json::from_str(&out).unwrap();
    let pack = &read["packs"][0];
    assert_eq!((&read["schema"], &pack["pack"]), (&Value::from(1), &Value::from("winter-beds/2015-16")));
    let survivors = pack["survivors"].as_array().unwrap();
    let left = pack["mutants"].as_u64().unwrap() - pack["noticed"].as_u64().unwrap();
    assert_eq!(u64::try_from(survivors.len()).unwrap(), left);
    let survivor = survivors.iter().find(|survivor| survivor["id"] == "pack.yaml:21:36 20 to 19").unwrap();
    assert!(survivor["case"].as_str().unwrap().starts_with("case: beds-at-least-21-36\n"), "{survivor}");
    let (code, out, err) = ringfence(dir.path(), &["mutate", "beds", "--format", "markdown"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(out, @"
    ## winter-beds/2015-16

    winter-beds/2015-16: 5 of 7 changes are noticed, 71.4%; 2 are not.

    | where | change that no case notices | a case that would, or why not |
    |---|---|---|
    | `pack.yaml:10:11 0.01 to 0.1` | fund grant: rounds to 0.1, not to 0.01 | `enough.yaml` with `grant.amount: 1000.01` |
    | `pack.yaml:21:36 20 to 19` | parameter beds_at_least: `beds_at_least` is 19 from 2015-04-01 on, not 20 | `enough.yaml` with `beds.open: 19` |
    ");
}

#[test]
fn a_condition_that_no_pack_has_is_told_with_those_there_are() {
    let dir = folder();
    let (code, out, err) = ringfence(dir.path(), &["mutate", "beds", "--condition", "enough-bed"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    insta::assert_snapshot!(err, @"
    error: no condition `enough-bed`
      = help: a similar name exists: `enough-beds`
    ");
    let (code, out, _) = ringfence(dir.path(), &["mutate", "beds", "--condition", "enough-beds", "--no-cases"]);
    assert_eq!(code, Some(0));
    assert!(!out.contains("fund grant"), "{out}");
}
