//! What the command writes for readers: pages, letters and workbooks.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

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
    for total in ["£285,506,350.00", "£109,786,180.00"] {
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
