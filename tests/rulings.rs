//! Every shipped case: what its author expects of it, and its whole ruling as the reader sees it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where the shipped rules are not what it expects"
)]

mod common;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use ringfence_desk::{Desk, Ruled, check};
use ringfence_reporting::text;

use common::{CaseFile, case_files, packs, yaml_files};

/// The cases whose reasons are kept at length as well.
const EXPLAINED: [&str; 5] =
    ["change-cancelled", "notice", "second-quarter-not-submitted", "solihull", "worked-example"];

fn desk(folder: &Path) -> Desk {
    Desk::load(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

#[test]
fn every_case_is_ruled_on_as_its_author_expects() {
    let (mut cases, mut checks) = (0, 0);
    let mut failures = String::new();
    for folder in packs() {
        let desk = desk(&folder);
        for (case, ruled) in desk.cases.iter().zip(desk.rule()) {
            let file = case.document.file.path();
            let Some(expect) = case.expect() else {
                writeln!(failures, "{file}\n    expects nothing").unwrap();
                continue;
            };
            let checked = check(expect, &ruled);
            cases += 1;
            checks += checked.checks;
            if checked.checks == 0 {
                writeln!(failures, "{file}\n    expects nothing that can be checked").unwrap();
            }
            checked.unexpected.iter().for_each(|unexpected| writeln!(failures, "{unexpected}").unwrap());
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert!(cases >= 38, "only {cases} cases were found");
    assert!(checks >= 400, "only {checks} expectations were checked");
}

#[test]
fn what_cannot_be_expected_is_refused() {
    let desk = desk(&common::path(common::BETTER_CARE_FUND));
    let wiltshire = desk.cases.iter().position(|case| case.id() == "wiltshire").unwrap();
    let ruled = desk.rule().swap_remove(wiltshire);
    let wrong = |expect: &str| {
        let text = format!("case: x\nexpect: {expect}\n");
        let documents =
            ringfence_loaders::case::from_text("x.yaml", &text, ringfence_loaders::case::Format::Yaml).unwrap();
        check(documents[0].root.get("expect").unwrap(), &ruled).unexpected.len()
    };
    let refused = [
        "{ outcome: { plan-approved: met } }",
        "{ outcomes: { plan-aproved: met } }",
        "{ outcomes: { plan-approved: unmet } }",
        "{ values: { planned: [9985, 10211, 10192] } }",
        "{ values: { planned: 9985 } }",
        "{ values: { planned_reduction: [723] } }",
        "{ values: { planned_reduction: 724 } }",
        "{ values: { planned_reductions: 723 } }",
        "{ funds: { performance: { amounts: 1077270.00 } } }",
        "{ funds: { performance: { amount: ~ } } }",
        "{ funds: { performance: { tranches: [265220.00] } } }",
        "{ funds: { performance: { tranches: ~ } } }",
        "{ funds: { perform: { amount: 1077270.00 } } }",
        "{ missing: [plan.target] }",
        "{ missing: ~ }",
        "{ error: no fund }",
    ];
    for expect in refused {
        assert_eq!(wrong(expect), 1, "{expect}");
    }
    assert_eq!(wrong("{ values: { planned_reduction: 723, final_target: 1.75% }, missing: [] }"), 0);
}

/// A ruling as the reader of its snapshot sees it.
fn shown(ruled: &Ruled) -> String {
    match ruled {
        Ok(ruling) => text::ruling(ruling, 80, false),
        Err(error) => format!("No ruling is possible: {error}\n"),
    }
}

fn keep(folder: &Path, name: &str, file: &CaseFile, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(std::env::current_dir().unwrap().join(folder).join("rulings"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_input_file(&file.path);
    if let Some(tells) = file.text("tells") {
        settings.set_description(tells);
    }
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn every_ruling_reads_as_it_did() {
    let mut changed = vec![];
    let mut kept = 0;
    for folder in packs() {
        for (file, ruled) in case_files(&folder).into_iter().zip(desk(&folder).rule()) {
            let mut texts = vec![(file.stem(), shown(&ruled))];
            if let (true, Ok(ruling)) = (EXPLAINED.contains(&file.stem().as_str()), &ruled) {
                let text = text::explain(ruling, text::Only::default(), 80, false);
                texts.push((format!("{}.explain", file.stem()), text));
            }
            for (name, text) in texts {
                kept += 1;
                if catch_unwind(AssertUnwindSafe(|| keep(&folder, &name, &file, &text))).is_err() {
                    changed.push(format!("{}: {name}", folder.display()));
                }
            }
        }
    }
    assert!(changed.is_empty(), "{} of {kept} rulings read differently:\n{}", changed.len(), changed.join("\n"));
    assert!(kept >= 38 + EXPLAINED.len(), "only {kept} rulings were read");
}

#[test]
fn cases_and_snapshots_belong_together() {
    for folder in packs() {
        let cases = case_files(&folder);
        let snapshots: BTreeSet<String> = std::fs::read_dir(folder.join("rulings"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.ends_with(".snap.new"))
            .collect();
        let mut expected = BTreeSet::new();
        for file in &cases {
            assert_eq!(file.text("case"), Some(file.stem().as_str()), "{} is named after its id", file.path.display());
            assert!(file.text("tells").is_some(), "{} does not say what it tells", file.path.display());
            expected.insert(format!("{}.snap", file.stem()));
            if EXPLAINED.contains(&file.stem().as_str()) {
                expected.insert(format!("{}.explain.snap", file.stem()));
            }
        }
        assert_eq!(snapshots, expected, "the cases and the snapshots of {}", folder.display());
        assert!(!cases.is_empty());
        let only_bases = yaml_files(&folder.join("cases")).len() - cases.len();
        assert!(only_bases <= 1, "{only_bases} files in the cases of {} are no cases", folder.display());
    }
}

#[test]
fn a_snapshot_names_its_case_and_shows_no_machine() {
    let mut read = 0;
    for folder in packs() {
        for file in case_files(&folder) {
            let text = std::fs::read_to_string(folder.join("rulings").join(format!("{}.snap", file.stem()))).unwrap();
            let header = text.split("---").nth(1).unwrap();
            assert!(header.contains(&format!("input_file: {}", file.path.display())), "{header}");
            assert!(header.contains("source: tests/rulings.rs"), "{header}");
            assert!(header.contains("description:"), "{header}");
            let here = std::env::current_dir().unwrap();
            assert!(!text.contains(&*here.to_string_lossy()), "{}", file.path.display());
            read += 1;
        }
    }
    assert!(read >= 38, "{read}");
}
