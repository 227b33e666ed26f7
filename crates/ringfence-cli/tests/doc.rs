//! Handbooks of rule packs, as their readers get them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use ringfence_desk::Desk;

const PACK: &str = "rules/better-care-fund/2015-16";
const HOSTILE: &str = "tests/browser/hostile-pack";
/// A handbook to be read without the command.
const EXAMPLE: &str = "docs/example-handbook.md";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What the command answers, prints and says.
fn doc(args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringfence"));
    command.arg("doc").args(args).current_dir(root());
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "CI"] {
        command.env_remove(name);
    }
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[track_caller]
fn printed(args: &[&str]) -> String {
    let (code, out, err) = doc(args);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    out
}

#[test]
fn the_handbook_in_the_docs_is_what_the_command_prints() {
    let written = fs::read_to_string(root().join(EXAMPLE)).unwrap();
    assert!(
        printed(&[PACK]) == written,
        "write it again with `ringfence doc {PACK} --output {EXAMPLE}`, and read what changed"
    );
}

#[test]
fn nothing_that_a_shipped_pack_declares_is_left_out() {
    for folder in ringfence_loaders::pack::find(&root().join("rules")).unwrap() {
        let desk = Desk::load(&folder).unwrap();
        let outline = desk.pack.outline();
        let page = ringfence_reporting::handbook::html(&desk.pack, &[]);
        let titles = outline.conditions.iter().map(|part| &part.title);
        let titles = titles.chain(outline.funds.iter().map(|part| &part.title));
        let titles = titles.chain(outline.facts.iter().map(|part| &part.title));
        let titles = titles.chain(outline.values.iter().map(|part| &part.title));
        let titles = titles.chain(outline.parameters.iter().map(|part| &part.title));
        let titles = titles.chain(outline.tables.iter().map(|part| &part.title));
        let titles = titles.chain(outline.sign_offs.iter().map(|part| &part.title));
        for title in titles.chain(outline.decisions.iter().map(|part| &part.title)) {
            let shown = ringfence_reporting::html::Html::from(title.as_str());
            assert!(page.contains(shown.as_str()), "“{title}” is not in the handbook of {}", desk.pack.id());
        }
    }
}

#[test]
fn scripts_are_told_in_words() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("pack.yaml"), WORDS).unwrap();
    let page = printed(&[dir.path().to_str().unwrap()]);
    let told: Vec<&str> = page
        .lines()
        .skip_while(|line| *line != "## The conditions")
        .filter(|line| line.starts_with(['#', 'I', 'F', '-', ' ']) && !line.contains("Money on it"))
        .take_while(|line| *line != "## What evidence to send")
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    ## The conditions
    ### Enough
    It is met when all of these hold:
    - “Beds” is at least “Least beds” (40 beds from 1 April 2024, 45 beds from 1 April 2025)
    - “Beds” is at most “Most beds” (60 beds)
    ### Not few
    It is met when all of these hold:
    - “Beds” is at least “Least beds” (40 beds from 1 April 2024, 45 beds from 1 April 2025)
    - “The ward is open” does not hold
    ### In time
    It is met when “Day of opening” is on or before “Last day” (30 June 2024).
    ### New
    It is met when “Kind of ward” is not “old”.
    ### Every day
    It is met when for every one of “Wards”, its days covers all seven days of the week.
    ### Some large
    It is met when for at least one of “Wards” of which its beds is above “Least beds” (40 beds from 1 April 2024, 45 beds from 1 April 2025), its days does not cover all seven days of the week.
    ### Staffed
    It is met when:
    - if “Staff” is above 0 staff applies:
      - “Staff” is above 0 staff
    - otherwise:
      - “The ward is open” holds
    It applies only where “Day of opening” applies.
    ### Either
    It is met when:
    - if “The ward is open” holds:
      - “Enough” is met
    - otherwise:
      - all of these hold:
        - “In time” is met
        - “Staff” is 0 staff
    ### Several
    It is met when at least 2 of these are met:
    - Enough
    - New
    - Staffed
    ### Step by step
    It is met when this holds, step by step:
    ");
}

/// A script of each kind that has words of its own.
const WORDS: &str = r#"
ringfence: 1
pack: words
title: Words
rules-on: the words of scripts
version: 1.0.0
currency: GBP
in-force: { from: 2024-04-01 }
rules-at: 2024-04-01
recipient: council
rounding: { to: 0.01, mode: half-away-from-zero }
facts:
  beds: { type: count, unit: beds, title: Beds, not-applicable: refused }
  staff: { type: count, unit: staff, title: Staff }
  open: { type: bool, title: The ward is open }
  opened: { type: date, title: Day of opening }
  kind: { type: choice, of: [old, new-built], title: Kind of ward }
  wards: { type: list, of: { name: { type: text }, days: { type: days }, beds: { type: count, unit: beds } }, title: Wards, empty: allowed }
parameters:
  most: { title: Most beds, type: count, unit: beds, values: { 2024-04-01: { value: 60, status: choice } } }
  least: { title: Least beds, type: count, unit: beds, values: { 2024-04-01: { value: 40, status: choice }, 2025-04-01: { value: 45, status: choice } } }
  last: { title: Last day, type: date, values: { 2024-04-01: { value: 2024-06-30, status: choice } } }
conditions:
  enough: { title: Enough, met: beds >= params.least && beds <= params.most }
  not-few: { title: Not few, met: "!(beds < params.least || open)" }
  in-time: { title: In time, met: opened <= params.last }
  new: { title: New, met: kind != "old" }
  every-day: { title: Every day, met: "wards.all(|w| w.days.covers_week())" }
  some-large: { title: Some large, met: "!wards.filter(|w| w.beds > params.least).all(|w| w.days.covers_week())" }
  staffed: { title: Staffed, met: "(staff > 0) ?? open", applies: applicable(opened) }
  either: { title: Either, met: "if open { findings.enough } else { findings.in_time && staff == 0 }" }
  several: { title: Several, at-least: { n: 2, of: [enough, new, staffed] } }
  step-by-step:
    title: Step by step
    met: |
      let found = 0;
      for ward in wards { if ward.days.covers_week() { found += 1; } }
      found > 2
"#;

#[test]
fn several_handbooks_go_into_a_folder() {
    let (code, out, err) = doc(&["rules/better-care-fund"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    insta::assert_snapshot!(err, @r"
    error: 9 packs are given, and each handbook is a text of its own
      = help: name a folder for them: `--output handbooks`
    ");
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("handbooks");
    let (code, out, err) = doc(&[PACK, HOSTILE, PACK, "--format", "html", "--output", folder.to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (Some(0), ""));
    assert!(err.starts_with("wrote 2 handbooks to "), "{err}");
    let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["better-care-fund-2015-16.html", "hostile-pack.html"]);
}

#[test]
fn a_pack_that_cannot_be_used_has_no_handbook() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("pack.yaml"), WORDS.replace("beds <= params.most", "bed <= params.most")).unwrap();
    let (code, out, err) = doc(&[dir.path().to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("error[unknown-name]") && err.contains("`bed`"), "{err}");
}

/// The elements of a page with their attributes, without the style.
fn elements(page: &str) -> BTreeSet<(String, String)> {
    let body = page.split_once("<body>").unwrap().1;
    let tags = body.split('<').skip(1).map(|tag| tag.split_once('>').unwrap().0);
    let mut found = BTreeSet::new();
    for tag in tags {
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        // An attribute's value is in quotes, and a quote in it is written as its name.
        for (at, part) in attributes.split('"').enumerate().filter(|(at, _)| at % 2 == 0) {
            assert!(at == 0 || part.is_empty() || part.starts_with(' '), "{tag}");
            found.insert((name.to_owned(), part.trim().to_owned()));
        }
    }
    found
}

#[test]
fn a_title_that_would_be_markup_stays_a_title() {
    let hostile = printed(&[HOSTILE, "--format", "html"]);
    let mut known: BTreeSet<(String, String)> = BTreeSet::new();
    for folder in ringfence_loaders::pack::find(&root().join("rules/better-care-fund")).unwrap() {
        known.extend(elements(&printed(&[folder.to_str().unwrap(), "--format", "html"])));
    }
    let strange: Vec<_> = elements(&hostile).difference(&known).cloned().collect();
    assert!(strange.is_empty(), "{strange:?}");
    assert!(!hostile.contains(['\u{202e}', '\u{202c}']));
    assert!(hostile.contains("&lt;script&gt;alert(9)&lt;/script&gt;"));
    for address in ["href=\"javascript", "src=\"", "http-equiv=\"refresh"] {
        assert!(!hostile.contains(address), "{address}");
    }
    // As Markdown it has no tag but those that fold a script, and no fence is closed by what stands in it.
    let text = printed(&[HOSTILE]);
    for line in text
        .lines()
        .filter(|line| !line.starts_with(['`', ' ']) && !line.starts_with("<details") && *line != "</details>")
    {
        let bare = line.replace("\\<", "").replace("<br>", "");
        assert!(!bare.contains("<script") && !bare.contains("<img") && !bare.contains("<a "), "{line}");
    }
    assert_eq!(text.matches("```").count() % 2, 0);
}
