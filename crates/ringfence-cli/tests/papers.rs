//! What the command writes for readers: pages, letters and workbooks.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const PACK: &str = "rules/better-care-fund/2015-16";
const ENGLAND: &str = "examples/england-2015-16/england.yaml";
const LATE: &str = "rules/better-care-fund/2015-16/cases/late-catch-up.yaml";

fn ringfence(args: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
    command.args(args).current_dir(root).stdin(Stdio::null());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "CI"] {
        command.env_remove(name);
    }
    command.output().unwrap()
}

/// The data of a run that did its work.
#[track_caller]
fn done(args: &[&str]) -> Vec<u8> {
    let output = ringfence(args);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// The talk of a run that could not do its work, and so gave no data.
#[track_caller]
fn failed(args: &[&str]) -> String {
    let output = ringfence(args);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    String::from_utf8(output.stderr).unwrap()
}

fn names_in(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names
}

#[test]
fn a_portfolio_and_a_ruling_are_pages_that_load_nothing() {
    for args in [&["evaluate", PACK, ENGLAND, "--format", "html"], &["evaluate", PACK, LATE, "--format", "html"]] {
        let page = String::from_utf8(done(args)).unwrap();
        assert!(page.starts_with("<!doctype html>") && page.contains("default-src 'none'"));
        for source in [" src=", "@import", "url(http"] {
            assert!(!page.contains(source), "the page has {source}");
        }
    }
}

#[test]
fn england_is_a_page_of_reasonable_size_with_the_totals_of_the_json() {
    let page = String::from_utf8(done(&["evaluate", PACK, ENGLAND, "--format", "html"])).unwrap();
    assert!(page.len() < 5 << 20, "{} bytes", page.len());
    for total in ["£284,591,490.00", "£109,217,000.00"] {
        assert!(page.contains(total), "{total}");
    }
    assert_eq!(page.matches("<details").count(), 213);
}

#[test]
fn one_letter_goes_to_standard_output_or_to_a_file() {
    let letter = String::from_utf8(done(&["letter", PACK, LATE, "--dated", "2016-02-12"])).unwrap();
    assert!(letter.starts_with("# Better Care Fund 2015-16: Example area\n\n12 February 2016\n"), "{letter}");
    assert!(letter.contains("£134,100.00 of £208,600.00 is released; £74,500.00 goes to local NHS services"));
    let pdf = done(&["letter", PACK, LATE, "--format", "pdf"]);
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert_eq!(pdf, done(&["letter", PACK, LATE, "--format", "pdf"]), "one letter is one file, byte for byte");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.html");
    let told = ringfence(&["letter", PACK, LATE, "--format", "html", "--output", path.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&told.stderr).starts_with("wrote the letter to"));
    assert!(fs::read_to_string(path).unwrap().contains("<h1>Better Care Fund 2015-16: Example area</h1>"));
}

#[test]
fn several_letters_go_to_a_folder_each_into_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let letters = folder.path().join("letters");
    let out = letters.to_str().unwrap();
    done(&["letter", PACK, ENGLAND, "--case", "99n", "--case", "05p", "--output", out]);
    assert_eq!(names_in(&letters), [letters.join("05p.md"), letters.join("99n.md")]);
    let refused = failed(&["letter", PACK, ENGLAND, "--case", "99n", "--case", "05p"]);
    insta::assert_snapshot!(refused, @r"
    error: there are 2 letters to write, and one at most fits standard output
      = help: name a folder with `--output`, or one recipient with `--case`
    ");
}

#[test]
fn a_mistake_in_a_template_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("mine.md");
    fs::write(&template, "# {{ scheme }}\n\nDear {{ recipient.nmae }}\n").unwrap();
    let told = failed(&["letter", PACK, LATE, "--template", template.to_str().unwrap()]);
    let told = told.replace(folder.path().to_str().unwrap(), "…");
    insta::assert_snapshot!(told, @r"
    error: cannot write the letter on case `late-catch-up`: the template names what
           there is not: `recipient.nmae`
     --> …/mine.md:3:1
      = help: what a letter can name is listed in docs/letters.md
    ");
    fs::write(&template, "# {{ scheme }}\n\nDear {{ recipient.name }}\n").unwrap();
    let letter = done(&["letter", PACK, LATE, "--template", template.to_str().unwrap()]);
    assert_eq!(String::from_utf8(letter).unwrap(), "# Better Care Fund 2015-16\n\nDear Example area\n");
}

#[test]
fn a_portfolio_is_a_workbook() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("england.xlsx");
    done(&["evaluate", PACK, ENGLAND, "--format", "xlsx", "--output", path.to_str().unwrap()]);
    let workbook = fs::read(path).unwrap();
    assert!(workbook.starts_with(b"PK") && workbook.len() < 2 << 20, "{} bytes", workbook.len());
    assert_eq!(workbook, done(&["evaluate", PACK, ENGLAND, "--format", "xlsx"]), "to a pipe it is the same");
}

#[test]
fn a_portfolio_and_a_ruling_are_pdfs_that_say_which_page_is_which() {
    for args in [&["evaluate", PACK, ENGLAND, "--format", "pdf"], &["evaluate", PACK, LATE, "--format", "pdf"]] {
        let pdf = done(args);
        assert!(pdf.starts_with(b"%PDF-1.7") && pdf.ends_with(b"%%EOF"));
        assert_eq!(pdf, done(args), "one portfolio is one file, byte for byte");
    }
}

#[test]
fn a_report_is_a_folder_of_the_forms_that_evaluate_writes() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("new/england");
    let out = report.to_str().unwrap();
    let told = ringfence(&["report", PACK, ENGLAND, "--case", "99n", "--case", "05p", "--output", out]);
    assert_eq!((told.status.code(), told.stdout.len()), (Some(0), 0));
    let told = String::from_utf8(told.stderr).unwrap().replace(out, "england");
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(
        told,
        "wrote 2 rulings to `england`: `portfolio.html`, `portfolio.xlsx`, `portfolio.pdf` and `portfolio.json` \
         3 figures of 1 recipient were not believed; see Data checks"
    );
    for format in ["html", "xlsx", "pdf", "json"] {
        let evaluated = done(&["evaluate", PACK, ENGLAND, "--case", "99n", "--case", "05p", "--format", format]);
        assert!(fs::read(report.join(format!("portfolio.{format}"))).unwrap() == evaluated, "{format} differs");
    }
    // What is there otherwise stays; what is written again is the new one.
    fs::write(report.join("mine.txt"), "mine").unwrap();
    fs::write(report.join("portfolio.csv"), "old").unwrap();
    let more = ["--formats", "csv,csv-findings,jsonl,csv", "--letters", "markdown"];
    done(&[&["report", PACK, ENGLAND, "--case", "99n", "--output", out], &more[..]].concat());
    let names: Vec<String> = names_in(&report)
        .iter()
        .chain(&names_in(&report.join("letters")))
        .map(|path| path.strip_prefix(&report).unwrap().display().to_string())
        .collect();
    let wanted = [
        "findings.csv",
        "letters",
        "mine.txt",
        "portfolio.html",
        "portfolio.json",
        "portfolio.pdf",
        "portfolio.xlsx",
        "portfolio.csv",
        "ruling.csv",
        "rulings.jsonl",
        "letters/99n.md",
    ];
    assert_eq!(names.iter().map(String::as_str).collect::<BTreeSet<_>>(), BTreeSet::from(wanted));
    assert!(fs::read_to_string(report.join("ruling.csv")).unwrap().contains("WILTSHIRE"));
}

#[test]
fn a_report_of_which_one_form_cannot_be_written_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let (case, report) = (folder.path().join("case.yaml"), folder.path().join("report"));
    fs::write(&case, "case: far-away\nrecipient: { name: 東京 }\nfacts: {}\n").unwrap();
    let out = report.to_str().unwrap();
    let told = failed(&["report", PACK, case.to_str().unwrap(), "--output", out]);
    insta::assert_snapshot!(told, @r"
    error: the fonts of the PDF do not have `東`, of “東京: Better Care Fund 2015-16”
      = help: write it with `--format html`, and print that
    ");
    assert!(!report.exists());
    done(&["report", PACK, case.to_str().unwrap(), "--output", out, "--formats", "html,xlsx,json"]);
    assert_eq!(names_in(&report).len(), 3);
    fs::remove_file(report.join("ruling.json")).unwrap();
    fs::create_dir(report.join("ruling.json")).unwrap();
    fs::write(report.join("ruling.xlsx"), "kept").unwrap();
    let told = failed(&["report", PACK, case.to_str().unwrap(), "--output", out, "--formats", "xlsx,json"]);
    assert_eq!(
        told.replace(out, "…").split_whitespace().collect::<Vec<_>>().join(" "),
        "error: failed to write `…/ruling.json`: it is a folder"
    );
    assert_eq!(fs::read_to_string(report.join("ruling.xlsx")).unwrap(), "kept");
    let told = failed(&["report", PACK, LATE, "--output", case.to_str().unwrap()]);
    insta::assert_snapshot!(told.replace(folder.path().to_str().unwrap(), "…"), @r"
    error: failed to write into `…/case.yaml`: it is no folder
      = help: name a folder, or one that is not there yet
    ");
}
