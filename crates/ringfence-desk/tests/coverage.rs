//! What cases exercise, on every shipped pack and on small ones.

#![expect(clippy::unwrap_used, reason = "a helper of tests fails like a test")]

use std::path::{Path, PathBuf};

use ringfence_core::case::Case;
use ringfence_core::cover::Group;
use ringfence_core::evaluate::Options;
use ringfence_desk::Desk;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folders of packs below a folder, by name.
fn packs(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        if folder.join("pack.yaml").is_file() {
            found.push(folder.clone());
        }
        let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        open.extend(entries.filter(|path| path.is_dir()));
    }
    found.sort();
    found
}

fn cases(desk: &Desk) -> Vec<Case> {
    desk.cases.iter().filter_map(|case| case.read.as_ref().ok().cloned()).collect()
}

#[test]
fn no_case_does_what_is_held_to_be_out_of_reach() {
    for folder in packs(&root().join("rules")).into_iter().chain(packs(&root().join("tests/language"))) {
        let desk = Desk::load(&folder).unwrap();
        let coverable = desk.pack.coverable();
        let cases = cases(&desk);
        let exercised = desk.pack.exercised(&coverable, &cases, &Options::default());
        let rulings = desk.pack.evaluate_together(&cases, &Options::default());
        for ((case, exercised), ruling) in cases.iter().zip(exercised).zip(rulings) {
            let name = format!("{}, {}", folder.display(), case.id);
            let (exercised, ruling) = match (exercised, ruling) {
                (Ok(exercised), Ok(ruling)) => (exercised, ruling),
                (exercised, ruling) => {
                    assert_eq!(exercised.err(), ruling.err(), "{name}");
                    continue;
                }
            };
            assert_eq!(exercised.others, 0, "{name}");
            // It tells the outcomes that the ruling has, and no others.
            let words = |number: &usize| &coverable.points()[*number];
            let points: Vec<_> = exercised.points.iter().map(words).collect();
            for finding in &ruling.findings {
                let said = |what: &str| {
                    let words = format!("`{}` {what}", finding.condition);
                    points.iter().any(|point| point.group == Group::Outcomes && point.words == words)
                };
                let outcomes = ["is met", "is unmet", "is undetermined", "is pending", "does not apply"];
                let said: Vec<&str> = outcomes.into_iter().filter(|what| said(what)).collect();
                let expected = match finding.outcome.as_str() {
                    "not-applicable" => vec!["does not apply"],
                    "pending" | "undetermined" => {
                        said.iter().copied().filter(|word| ["is pending", "is undetermined"].contains(word)).collect()
                    }
                    other => vec![if other == "met" { "is met" } else { "is unmet" }],
                };
                assert_eq!(said.len(), 1, "{name}, {}", finding.condition);
                assert_eq!(said, expected, "{name}, {}", finding.condition);
            }
        }
    }
}
