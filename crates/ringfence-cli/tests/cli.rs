//! The command as its user meets it: screens, exit codes, and which stream says what.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

const PACK: &str = "rules/better-care-fund/2015-16";
const SHARED: &str = "rules/common";
const ENGLAND: &str = "examples/england-2015-16/england.yaml";
const WORKED: &str = "rules/better-care-fund/2015-16/cases/worked-example.yaml";
const SUNDAYS: &str = "rules/better-care-fund/2015-16/cases/closed-on-sundays.yaml";

/// What a run of the command did.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Run {
    /// The data of a run that did its work.
    #[track_caller]
    fn done(self) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{self:?}");
        self.out
    }

    /// The data of a run that did its work over England, of which it does not believe some figures.
    #[track_caller]
    fn done_but_for_doubts(self) -> String {
        let doubts = "9 figures of 3 recipients were not believed; see Data checks\n";
        assert_eq!((self.code, self.err.as_str()), (Some(0), doubts), "{self:?}");
        self.out
    }

    /// The talk of a run that could not do its work, and so gave no data.
    #[track_caller]
    fn failed(self) -> String {
        assert_eq!((self.code, self.out.as_str()), (Some(2), ""), "{self:?}");
        self.err
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The command without anything in its environment that changes how its output looks.
fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
    command.args(args).current_dir(root()).stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "CI"] {
        command.env_remove(name);
    }
    command
}

fn finished(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn ringfence(args: &[&str]) -> Run {
    finished(&mut command(args))
}

fn ringfence_reading(args: &[&str], input: &str) -> Run {
    let mut child = command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// A folder with a copy of the shipped pack, after `change` has been at the text of its `pack.yaml`.
fn changed_pack(change: impl Fn(&str) -> String) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(&root().join(SHARED), &dir.path().join(SHARED));
    copy_pack(&dir, "mine", change);
    dir
}

/// The shipped pack under another name, beside the declarations that it shares with others.
fn copy_pack(dir: &TempDir, name: &str, change: impl Fn(&str) -> String) {
    let folder = dir.path().join("rules").join(name);
    copy(&root().join(PACK), &folder);
    let path = folder.join("pack.yaml");
    let text = fs::read_to_string(&path).unwrap().replace("from: ../../common", "from: ../common");
    fs::write(path, change(&text)).unwrap();
}

fn names_in(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Web addresses are the one thing that no line can be broken in.
#[track_caller]
fn assert_narrow(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80 || line.contains("http"), "{line:?} is wider than 80 characters");
    }
}

#[test]
fn a_case_gives_a_ruling_and_several_give_a_portfolio() {
    let ruling = ringfence(&["evaluate", PACK, WORKED]).done();
    assert!(ruling.contains("£1,443,810.00"), "{ruling}");
    let portfolio = ringfence(&["evaluate", PACK, ENGLAND]).done_but_for_doubts();
    assert!(portfolio.contains("£284,591,490.00"), "{portfolio}");
    assert!(portfolio.contains("£109,217,000.00"), "{portfolio}");
    let one = ringfence(&["evaluate", PACK, ENGLAND, "--case", "99n", "--format", "json"]).done();
    assert!(one.contains("\"schema\": \"ringfence.ruling/1\""), "{one}");
    let two = ringfence(&["evaluate", PACK, ENGLAND, "--case", "99n", "--case", "00p", "--format", "json"]).done();
    assert!(two.contains("\"schema\": \"ringfence.portfolio/1\""), "{two}");
}

#[test]
fn every_format_is_written() {
    let england = |format| ringfence(&["evaluate", PACK, ENGLAND, "--format", format]).done_but_for_doubts();
    let lines = |format| england(format).lines().count();
    assert_eq!(lines("jsonl"), 213);
    // A heading; for each case the two funds, and the four tranches of one of them.
    assert_eq!(lines("csv"), 1 + 213 * 6);
    let findings = ringfence(&["evaluate", PACK, WORKED, "--format", "csv-findings"]).done();
    assert!(findings.contains("\nworked-example,04K,"), "{findings}");
    let markdown = ringfence(&["evaluate", PACK, WORKED, "--format", "markdown"]).done();
    assert!(markdown.starts_with("# "), "{markdown}");
}

#[test]
fn a_case_is_explained() {
    let letter = ringfence(&["explain", PACK, ENGLAND, "--case", "99n"]).done();
    assert!(letter.contains("1.75%"), "{letter}");
    let condition = ringfence(&["explain", PACK, SUNDAYS, "--condition", "seven-day-services"]).done();
    assert!(condition.contains("reablement"), "{condition}");
    assert!(condition.lines().count() < letter.lines().count());
    let markdown = ringfence(&["explain", PACK, SUNDAYS, "--fund", "ring-fenced", "--format", "markdown"]).done();
    assert!(markdown.starts_with("# "), "{markdown}");
}

#[test]
fn what_to_explain_must_be_one_case_and_be_there() {
    insta::assert_snapshot!(ringfence(&["explain", PACK, WORKED, SUNDAYS]).failed(), @r"
    error: 2 cases are given, and one is explained at a time
      = help: choose one with `--case`: `worked-example` and `closed-on-sundays`
    ");
    insta::assert_snapshot!(ringfence(&["explain", PACK, WORKED, "--case", "worked-exmaple"]).failed(), @r"
    error: no case `worked-exmaple`
      = help: a similar name exists: `worked-example`
    ");
    let args = ["explain", PACK, WORKED, "--condition", "seven-day-service", "--fund", "bonus"];
    insta::assert_snapshot!(ringfence(&args).failed(), @r"
    error: the pack has no condition `seven-day-service`
      = help: a similar name exists: `seven-day-services`

    error: the pack has no fund `bonus`
      = help: the funds are `performance` and `ring-fenced`
    ");
    let many = ringfence(&["explain", PACK, ENGLAND]).failed();
    assert!(many.starts_with("error: 213 cases are given") && many.ends_with("and 193 more\n"), "{many}");
    assert_narrow(&many);
}

#[test]
fn the_shipped_packs_are_clean() {
    let run = ringfence(&["check", "rules", "--strict"]);
    assert_eq!((run.code, run.out.as_str()), (Some(0), ""), "{run:?}");
    assert!(run.err.starts_with("checked ") && run.err.contains(": no errors, no warnings"), "{run:?}");
    assert_eq!(ringfence(&["check", "rules", "--no-warnings", "--quiet"]).done(), "");
    assert_eq!(ringfence(&["check", PACK, "--no-warnings", "--format", "json", "--quiet"]).done(), "[]\n");
}

#[test]
fn a_mistake_in_a_pack_is_an_answer_with_its_place() {
    let dir = changed_pack(|text| text.replacen("type: money", "type: mony", 1));
    let run = finished(command(&["check", "rules"]).current_dir(dir.path()));
    assert_eq!(run.code, Some(1));
    assert!(run.out.contains("`mony`") && run.out.contains(" --> rules/mine/pack.yaml:"), "{}", run.out);
    assert!(run.err.starts_with("checked 1 pack: "), "{}", run.err);
    assert_narrow(&run.out);
    for (format, text) in [
        ("json", "\"severity\": \"error\""),
        ("sarif", "\"version\": \"2.1.0\""),
        ("github", "::error file=rules/mine/"),
    ] {
        let run = finished(command(&["check", "rules", "--format", format]).current_dir(dir.path()));
        assert_eq!(run.code, Some(1));
        assert!(run.out.contains(text), "{}", run.out);
    }
    // A case cannot be ruled on by such a pack, and then there is no answer at all.
    let case = root().join(WORKED);
    let run = finished(command(&["evaluate", "rules/mine", case.to_str().unwrap()]).current_dir(dir.path()));
    assert!(run.failed().contains("`mony`"));
}

#[test]
fn the_cases_of_a_pack_are_checked_with_it() {
    let dir = changed_pack(str::to_owned);
    let base = dir.path().join("rules/mine/cases/base.yaml");
    let text = fs::read_to_string(&base).unwrap().replace("plan.target:", "plan.tagret:");
    fs::write(base, text).unwrap();
    let run = finished(command(&["check", "rules/mine", "--no-warnings"]).current_dir(dir.path()));
    assert_eq!(run.code, Some(1));
    // Told once, although dozens of cases stand on that base.
    assert_eq!(run.out.matches("plan.tagret`").count(), 1, "{}", run.out);
    assert!(run.err.ends_with("checked 1 pack: 1 error\n"), "{}", run.err);
}

#[test]
fn warnings_count_if_they_are_to() {
    let dir = changed_pack(|text| {
        text.replacen("\nfacts:\n", "\nfacts:\n  spare: { type: bool, title: Nothing uses it }\n", 1)
    });
    let check = |args: &[&str]| {
        let args = [&["check", "rules/mine", "--quiet"], args].concat();
        finished(command(&args).current_dir(dir.path()))
    };
    let plain = check(&[]);
    assert_eq!((plain.code, plain.out.contains("warning[unused]")), (Some(0), true), "{}", plain.out);
    assert_eq!(check(&["--strict"]).code, Some(1));
    assert_eq!(check(&["--no-warnings"]).done(), "");
    assert_eq!(check(&["--strict", "--no-warnings"]).code, Some(2));
}

#[test]
fn an_allowed_warning_is_counted_and_counts_for_nothing() {
    let spare =
        "\nfacts:\n  spare: { type: bool, title: Nothing uses it, allow: { unused: the return asks for it } }\n";
    let dir = changed_pack(|text| text.replacen("\nfacts:\n", spare, 1));
    let check = |args: &[&str]| finished(command(&[&["check", "rules/mine"], args].concat()).current_dir(dir.path()));
    let plain = check(&[]);
    assert!(!plain.out.contains("`spare`") && plain.err.contains(" allowed\n"), "{plain:?}");
    let json = check(&["--format", "json"]);
    assert!(json.out.contains("\"allowed\": \"the return asks for it\""), "{}", json.out);
    let sarif = check(&["--format", "sarif"]);
    assert!(sarif.out.contains("\"justification\": \"the return asks for it\""), "{}", sarif.out);
    assert!(!check(&["--no-warnings"]).err.contains("allowed"));
}

#[test]
fn packs_are_listed() {
    let list = ringfence(&["list"]).done();
    assert!(list.contains("rules/better-care-fund/2015-16"), "{list}");
    let json = ringfence(&["list", "rules", "--format", "json"]).done();
    assert!(json.contains("\"id\": \"better-care-fund/2015-16\"") && json.contains("\"errors\": 0"), "{json}");
    insta::assert_snapshot!(ringfence(&["list", "no-rules"]).failed(), @r"
    error: no file or folder `no-rules`
      = help: check the spelling; paths are relative to the current folder
    ");
    insta::assert_snapshot!(ringfence(&["list", "docs"]).failed(), @r"
    error: no rule pack in `docs`
      = help: a pack is a folder with a `pack.yaml`
    ");
}

#[test]
fn a_broken_pack_is_listed_as_one() {
    let dir = changed_pack(|text| text.replacen("type: money", "type: mony", 1));
    copy_pack(&dir, "sound", str::to_owned);
    let list = |args: &[&str]| finished(command(args).current_dir(dir.path())).done();
    let text = list(&["list"]);
    assert!(text.contains("Broken: ") && text.contains("Better Care Fund"), "{text}");
    let json = list(&["list", "--format", "json"]);
    assert!(json.contains("\"errors\": 0") && json.matches("\"errors\": ").count() == 2, "{json}");
}

#[test]
fn a_folder_dropped_under_rules_is_a_pack_at_once() {
    let dir = changed_pack(|text| {
        text.replace("pack: better-care-fund/2015-16", "pack: mine")
            .replace("title: Better Care Fund", "title: My own fund")
    });
    let run = |args: &[&str]| finished(command(args).current_dir(dir.path())).done();
    let list = run(&["list"]);
    assert!(list.contains("rules/mine") && list.contains("My own fund"), "{list}");
    let ruling = run(&["evaluate", "rules/mine", "rules/mine/cases/worked-example.yaml"]);
    assert!(ruling.contains("My own fund"), "{ruling}");
}

#[test]
fn an_outcome_to_fail_on_is_an_answer() {
    let run = |case, outcomes| ringfence(&["evaluate", PACK, case, "--quiet", "--fail-on", outcomes]).code;
    assert_eq!(run(WORKED, "unmet,undetermined,pending"), Some(0));
    assert_eq!(run(SUNDAYS, "unmet"), Some(1));
    assert_eq!(run(SUNDAYS, "undetermined,pending"), Some(0));
    assert_eq!(run("rules/better-care-fund/2015-16/cases/ministers-have-not-decided.yaml", "pending"), Some(1));
    assert_eq!(run("rules/better-care-fund/2015-16/cases/second-quarter-not-submitted.yaml", "undetermined"), Some(1));
    let run = ringfence(&["evaluate", PACK, SUNDAYS, "--fail-on", "unmet"]);
    assert_eq!(run.err, "`--fail-on` holds for 1 of 1 case: `closed-on-sundays`\n");
    assert!(!run.out.is_empty());
}

#[test]
fn a_return_is_filled_in_and_ruled_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("return.xlsx");
    let name = file.to_str().unwrap();
    assert_eq!(ringfence(&["template", PACK, "--case", WORKED, "--output", name]).done(), "");
    // The sources that nobody named are the cells; all amounts are the same.
    let csv = |cases: &str| ringfence(&["evaluate", PACK, cases, "--format", "csv"]).done();
    assert_eq!(csv(name), csv(WORKED));
    assert_eq!(ringfence(&["template", PACK, "--output", name]).done(), "");
    let told = ringfence(&["evaluate", PACK, name]).failed().replace(&*folder.path().to_string_lossy(), "@");
    insta::assert_snapshot!(told, @r"
    error[missing-key]: the return does not say which case it is
    --> @/return.xlsx, sheet Cover, cell B8

    1 error
    ");
}

#[test]
fn a_case_comes_from_standard_input_too() {
    let text = fs::read_to_string(root().join(WORKED)).unwrap();
    let args = ["evaluate", PACK, "-", "--input-format", "yaml", "--format", "json"];
    let piped = ringfence_reading(&args, &text).done();
    assert_eq!(piped, ringfence(&["evaluate", PACK, WORKED, "--format", "json"]).done());
    insta::assert_snapshot!(ringfence_reading(&["evaluate", PACK, "-"], &text).failed(), @r"
    error: standard input has no name that says its format
      = help: add `--input-format` with one of `yaml`, `json`, `jsonl`, `csv` and
              `tsv`
    ");
    insta::assert_snapshot!(ringfence(&["evaluate", PACK, WORKED, "--input-format", "yaml"]).failed(), @r"
    error: `--input-format` is about standard input, and no `-` names it
      = help: the name of a file says its format
    ");
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let dir = folder(&[("ruling.json", "before")]);
    let path = dir.path().join("ruling.json");
    let path = path.to_str().unwrap();
    let failed = ringfence(&["evaluate", PACK, WORKED, "none.yaml", "--output", path]).failed();
    assert!(failed.contains("no file or folder `none.yaml`"), "{failed}");
    assert_eq!((fs::read_to_string(path).unwrap().as_str(), names_in(dir.path()).len()), ("before", 1));

    let args = ["evaluate", PACK, WORKED, "--format", "json"];
    let run = ringfence(&[&args[..], &["--output", path]].concat());
    assert_eq!((run.code, run.out.as_str()), (Some(0), ""));
    assert_eq!(run.err.split_whitespace().collect::<Vec<_>>().join(" "), format!("wrote 1 ruling to `{path}`"));
    assert_eq!(fs::read_to_string(path).unwrap(), ringfence(&args).done());
    assert_eq!(names_in(dir.path()), ["ruling.json"]);

    let nowhere = ringfence(&[&args[..], &["--output", "no-such-folder/ruling.json"]].concat()).failed();
    assert_eq!(nowhere, "error: failed to write `no-such-folder/ruling.json`: no such file or folder\n");
    let taken = ringfence(&[&args[..], &["--output", "rules"]].concat()).failed();
    assert_eq!(taken, "error: failed to write `rules`: it is a folder\n");
}

#[test]
fn colours_go_where_they_are_wanted() {
    let escapes = |args: &[&str], name: &str| {
        let run = finished(command(&[args, &["evaluate", PACK, SUNDAYS]].concat()).env(name, "1"));
        run.done().contains('\u{1b}')
    };
    assert!(!escapes(&[], "NO_COLOR"));
    assert!(!escapes(&[], "RINGFENCE_TEST"));
    assert!(escapes(&["--colour", "always"], "NO_COLOR"));
    assert!(escapes(&["--color=always"], "RINGFENCE_TEST"));
    assert!(escapes(&[], "CLICOLOR_FORCE"));
    assert!(!escapes(&["--colour", "never"], "CLICOLOR_FORCE"));
    let talk = |args: &[&str]| ringfence(args).failed().contains('\u{1b}');
    assert!(!talk(&["evaluate", PACK, "none.yaml"]));
    assert!(talk(&["evaluate", PACK, "none.yaml", "--colour", "always"]));
}

#[test]
fn no_line_is_wider_than_the_screen() {
    for args in [
        &["evaluate", PACK, WORKED][..],
        &["evaluate", PACK, ENGLAND, "--quiet"],
        &["explain", PACK, WORKED],
        &["explain", PACK, ENGLAND, "--case", "99n"],
        &["list"],
        &["--help"],
        &["evaluate", "--help"],
        &["explain", "--help"],
        &["check", "--help"],
        &["list", "--help"],
    ] {
        assert_narrow(&ringfence(args).done());
    }
    let wide = ringfence(&["evaluate", PACK, WORKED, "--width", "110"]).done();
    assert!(wide.lines().any(|line| line.chars().count() > 80));
}

#[test]
fn the_same_case_gives_the_same_bytes() {
    for format in ["text", "json", "csv"] {
        let args = ["evaluate", PACK, ENGLAND, "--format", format];
        assert_eq!(ringfence(&args).done_but_for_doubts(), ringfence(&args).done_but_for_doubts());
    }
}

#[test]
fn dates_choose_rules_and_evidence() {
    let early = ringfence(&["evaluate", PACK, WORKED, "--known-by", "2015-06-01", "--format", "json"]).done();
    assert!(early.contains("\"known-by\": \"2015-06-01\""), "{early}");
    assert!(early.contains("\"value\": null"), "{early}");
    let first = ringfence(&["evaluate", PACK, WORKED, "--period", "2014-15 Q4"]).done();
    assert!(first.contains("2014-15 Q4") && !first.contains("£479,780.00"), "{first}");
    insta::assert_snapshot!(ringfence(&["evaluate", PACK, WORKED, "--rules-at", "1 April"]).failed(), @r"
    error: invalid value '1 April' for '--rules-at <DATE>': expected a date such as 2015-04-01

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(ringfence(&["evaluate", PACK, WORKED, "--period", "2015-16 Q4"]).failed(), @r"
    error: `2015-16 Q4` is no period of the pack
      = help: the periods are `2014-15 Q4` to `2015-16 Q3`
    ");
    // What is wrong with the dates is wrong for every case, and told once.
    let never = ringfence(&["evaluate", PACK, ENGLAND, "--rules-at", "1999-01-01"]).failed();
    assert_eq!(never.matches("error: ").count(), 1, "{never}");
    assert!(never.starts_with("error: cannot rule on 213 cases ("), "{never}");
}

#[test]
fn a_parameter_is_set_for_one_run_and_the_ruling_says_so() {
    let ruling = ringfence(&["evaluate", PACK, WORKED, "--set", "params.value_per_admission=1000"]).done();
    // 1,119 admissions at £1,000 are the size of the fund.
    assert!(ruling.contains("£1,119,000.00"), "{ruling}");
    assert!(ruling.contains("value_per_admission"), "{ruling}");
    let unknown = ringfence(&["evaluate", PACK, WORKED, "--set", "value_per_admision=1"]).failed();
    assert!(unknown.contains("`value_per_admision`") && unknown.contains("value_per_admission"), "{unknown}");
    assert_eq!(ringfence(&["evaluate", PACK, WORKED, "--set", "a"]).code, Some(2));
    let twice = ringfence(&["evaluate", PACK, WORKED, "--set", "a=1", "--set", "params.a=2"]).failed();
    assert_eq!(twice, "error: `--set` gives `a` twice\n");
}

#[test]
fn what_is_not_there_is_named_with_what_may_be_meant() {
    let args = ["evaluate", "rules/better-care-fund/2015-61", "none.yaml"];
    insta::assert_snapshot!(ringfence(&args).failed(), @r"
    error: no file or folder `rules/better-care-fund/2015-61`
      = help: a similar name exists: `rules/better-care-fund/2015-16`

    error: no file or folder `none.yaml`
      = help: check the spelling; paths are relative to the current folder
    ");
    let args = ["evaluate", "better-care-fund/2015-16", WORKED];
    insta::assert_snapshot!(ringfence(&args).failed(), @r"
    error: no file or folder `better-care-fund/2015-16`
      = help: a similar name exists: `rules/better-care-fund/2015-16`
    ");
    insta::assert_snapshot!(ringfence(&["evaluate", "docs", WORKED]).failed(), @r"
    error: no `pack.yaml` in `docs`
      = help: name the folder that holds the `pack.yaml`
    ");
    assert_eq!(ringfence(&["evaluate", PACK]).code, Some(2));
    assert_eq!(ringfence(&["rule"]).code, Some(2));
}

#[test]
fn a_misspelt_fact_has_its_place_and_what_may_be_meant() {
    let case = "case: a\nrecipient: { name: A }\nfacts:\n  activity.actaul: [1, 2, 3, 4]\n";
    let dir = folder(&[("case.yaml", case), ("other.yaml", "case: b\nfacts: { plan.target: ten }\n")]);
    let pack = root().join(PACK);
    let args = ["evaluate", pack.to_str().unwrap(), "case.yaml", "other.yaml"];
    let failed = finished(command(&args).current_dir(dir.path())).failed();
    assert!(failed.contains("--> case.yaml:4:3\n"), "{failed}");
    assert!(failed.contains("a similar name exists: `activity.actual`"), "{failed}");
    // The mistakes of every file are told at once.
    assert!(failed.contains("--> other.yaml:2:23\n"), "{failed}");
    assert_narrow(&failed);
}

#[test]
fn no_case_is_ruled_on_twice() {
    let failed = ringfence(&["evaluate", PACK, WORKED, "./rules/better-care-fund/2015-16/cases"]).failed();
    assert!(failed.contains("a second case `worked-example`"), "{failed}");
    assert!(failed.contains("worked-example.yaml:4:7"), "{failed}");
    let failed = ringfence(&["evaluate", PACK, WORKED, WORKED]).failed();
    assert!(failed.contains("is given twice"), "{failed}");
}

#[test]
fn rulings_of_different_dates_are_no_portfolio() {
    let failed = ringfence(&["evaluate", PACK, WORKED, SUNDAYS]).failed();
    assert!(failed.contains("the rulings differ in their") && failed.contains("`--format jsonl`"), "{failed}");
    assert_eq!(ringfence(&["evaluate", PACK, WORKED, SUNDAYS, "--format", "jsonl"]).done().lines().count(), 2);
}

#[test]
fn a_reader_who_stops_reading_is_no_failure() {
    let mut child = command(&["evaluate", PACK, ENGLAND, "--format", "jsonl", "--quiet"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_case_of_a_two_pass_pack_is_shown_alone_and_ruled_on_with_the_others() {
    let (pack, cases) = ("tests/language/20-two-passes", "tests/language/20-two-passes/cases");
    let alone = ringfence(&["evaluate", pack, cases, "--case", "north"]).done();
    assert!(alone.contains("All of £240,000.00 is released."), "{alone}");
    assert!(!alone.contains("West trust:"), "{alone}");
    let all = ringfence(&["evaluate", pack, cases, "--format", "csv"]).done();
    assert!(["north", "south", "east", "west"].iter().all(|id| all.contains(id)), "{all}");
    let explained = ringfence(&["explain", pack, cases, "--case", "north", "--fund", "share"]).done();
    assert!(explained.contains("Points of all audited trusts (portfolio.total_score): 100 points"), "{explained}");
    assert!(!explained.contains("portfolio.median_score"), "{explained}");
    let only = ringfence(&["evaluate", pack, &format!("{cases}/north.yaml")]).done();
    assert!(only.contains("This case was ruled on alone: what the rules work out over all recipients"), "{only}");
}

#[test]
fn the_history_of_a_folder_is_told_and_can_be_kept() {
    let history = ringfence(&["history", PACK]).done();
    assert!(
        history.contains("### Payment for performance") && history.contains("£1,490.00 per admission"),
        "{history}"
    );
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("history.md");
    let run = ringfence(&["history", PACK, "--output", path.to_str().unwrap()]);
    assert_eq!((run.code, run.out.as_str()), (Some(0), ""), "{run:?}");
    assert!(run.err.starts_with("wrote the history of 1 scheme to "), "{}", run.err);
    assert_eq!(fs::read_to_string(path).unwrap(), history);
    // What cannot be read is no history.
    let dir = changed_pack(|text| text.replacen("type: money", "type: mony", 1));
    let failed = finished(command(&["history"]).current_dir(dir.path())).failed();
    assert!(failed.contains("`mony`"), "{failed}");
}
