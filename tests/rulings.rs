//! Every shipped case: what its author expects of it, and its whole ruling as the reader sees it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where the shipped rules are not what it expects"
)]

mod common;

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use ringfence_desk::tested::Tested;
use ringfence_desk::{Desk, Kept, What, check, test};

use common::{case_files, packs, yaml_files};

fn desk(folder: &Path) -> Desk {
    Desk::load(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

fn tested(folder: &Path) -> Tested {
    test(&desk(folder), &[]).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

#[test]
fn every_case_is_ruled_on_as_its_author_expects_and_reads_as_it_did() {
    let (mut cases, mut checks, mut kept) = (0, 0, 0);
    let mut failures = String::new();
    for folder in packs() {
        let tested = tested(&folder);
        for case in &tested.cases {
            cases += 1;
            checks += case.checked.checks;
            kept += case.kept.len();
            if case.checked.checks == 0 || !case.kept.iter().any(|kept| kept.what == What::Ruling) {
                writeln!(failures, "{}: expects or keeps nothing", case.file).unwrap();
            }
        }
        failures += &ringfence_desk::tested::text(&[tested], 120, false);
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert!(cases >= 700, "only {cases} cases were found");
    assert!(checks >= 8000, "only {checks} expectations were checked");
    assert!(kept >= cases + 10, "only {kept} rulings were read");
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

fn keep(kept: &Kept, input_file: &str, tells: Option<&str>) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(std::env::current_dir().unwrap().join(kept.path.parent().unwrap()));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_input_file(input_file);
    if let Some(tells) = tells {
        settings.set_description(tells);
    }
    let name = kept.path.file_stem().unwrap().to_str().unwrap();
    settings.bind(|| insta::assert_snapshot!(name, kept.new.text()));
}

/// The snapshot tool reads what is kept as we do, so its own commands work on these files as well.
#[test]
fn insta_reads_the_same_files() {
    let mut changed = vec![];
    for folder in packs() {
        for case in tested(&folder).cases {
            for kept in &case.kept {
                if catch_unwind(AssertUnwindSafe(|| keep(kept, &case.file, case.tells.as_deref()))).is_err() {
                    changed.push(kept.path.display().to_string());
                }
            }
        }
    }
    assert!(changed.is_empty(), "{} rulings read differently:\n{}", changed.len(), changed.join("\n"));
}

#[test]
fn insta_agrees_with_what_is_kept_for_the_first_time() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["cases", "rulings"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    let shipped = common::path("tests/language/15-sign-off");
    for name in ["pack.yaml", "cases/everybody.yaml"] {
        std::fs::copy(shipped.join(name), folder.path().join(name)).unwrap();
    }
    let new = || tested(folder.path()).cases.swap_remove(0);
    let case = new();
    let kept = &case.kept[0];
    assert!(kept.old.is_none() && !tested(folder.path()).holds());
    kept.wait().unwrap();
    assert!(kept.pending().is_file() && !kept.path.exists());
    kept.accept().unwrap();
    assert!(!kept.pending().exists() && new().holds());
    let written = std::fs::read_to_string(&kept.path).unwrap();
    keep(kept, &case.file, case.tells.as_deref());
    assert!(!kept.pending().exists());
    std::fs::write(&kept.path, written.replace("Money (1 fund)", "Money")).unwrap();
    assert!(!new().holds());
}

#[test]
fn cases_and_snapshots_belong_together() {
    for folder in packs() {
        let cases = case_files(&folder);
        for file in &cases {
            assert_eq!(file.text("case"), Some(file.stem().as_str()), "{} is named after its id", file.path.display());
            assert!(file.text("tells").is_some(), "{} does not say what it tells", file.path.display());
        }
        assert_eq!(
            tested(&folder).orphans,
            Vec::<PathBuf>::new(),
            "kept rulings of {} that belong to no case",
            folder.display()
        );
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
            let source = ["source: tests/rulings.rs", "source: ringfence test"];
            assert!(source.iter().any(|source| header.contains(source)), "{header}");
            assert!(header.contains("description:"), "{header}");
            let here = std::env::current_dir().unwrap();
            assert!(!text.contains(&*here.to_string_lossy()), "{}", file.path.display());
            read += 1;
        }
    }
    assert!(read >= 38, "{read}");
}
