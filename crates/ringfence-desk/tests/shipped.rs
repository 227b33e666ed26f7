//! What the cases of the shipped packs hold them to: every outcome and branch, and nine of ten small changes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops where it is surprised")]

use std::fs;
use std::path::{Path, PathBuf};

use ringfence_core::cover::Group;
use ringfence_desk::Desk;
use ringfence_desk::mutate::{Wanted, mutate};

/// Outcomes that the analysis holds to be possible and no evidence can bring about; each pack's README proves it.
const OUT_OF_REACH: [(&str, usize); 1] = [("delayed-discharge/2003-14", 3)];

/// The least share of the small changes that the cases of a pack notice, in tenths of a percent.
const LEAST_SCORE: usize = 900;

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

fn desks() -> impl Iterator<Item = (PathBuf, Desk)> {
    let folders = ringfence_loaders::pack::find(&rules()).unwrap();
    assert!(folders.len() >= 17);
    folders.into_iter().map(|folder| {
        let desk = Desk::load(&folder).unwrap();
        (folder, desk)
    })
}

#[test]
fn the_cases_exercise_every_outcome_and_every_branch() {
    let mut open = Vec::new();
    for (_, desk) in desks() {
        let coverage = desk.coverage();
        let beyond = OUT_OF_REACH.iter().find(|(pack, _)| *pack == coverage.pack).map_or(0, |(_, count)| *count);
        let branches = coverage.share(&[Group::Branches]);
        let outcomes = coverage.share(&[Group::Outcomes]);
        if branches.covered != branches.all || outcomes.covered + beyond != outcomes.all {
            let points = coverage.uncovered().filter(|point| matches!(point.group, Group::Outcomes | Group::Branches));
            let points: Vec<String> = points.map(|point| format!("  {} {}", point.place, point.words)).collect();
            open.push(format!("{}\n{}", coverage.pack, points.join("\n")));
        }
    }
    assert!(open.is_empty(), "{}", open.join("\n"));
}

#[test]
fn the_cases_notice_nine_of_ten_changes_and_the_rest_is_argued() {
    let mut wrong = Vec::new();
    for (folder, mut desk) in desks() {
        let mutation = mutate(&mut desk, &Wanted::default(), |_, _| ()).unwrap();
        let (all, noticed) = (mutation.mutants.len(), mutation.noticed());
        let mut fault = |what: String| wrong.push(format!("{}: {what}", mutation.pack));
        if mutation.score() < LEAST_SCORE {
            fault(format!("only {noticed} of {all} changes are noticed"));
        }
        if mutation.argued() < mutation.survivors().count() {
            fault(format!("{} of {} survivors are argued for", mutation.argued(), mutation.survivors().count()));
        }
        if !mutation.stale.is_empty() {
            fault(format!("nothing is argued by {:#?}", mutation.stale));
        }
        let readme = fs::read_to_string(folder.join("README.md")).unwrap();
        let section = readme.split("## What the cases do not notice").nth(1).unwrap_or_default();
        let section = section.split("\n## ").next().unwrap_or_default();
        let words: Vec<&str> = section.split(|c: char| !c.is_ascii_digit() && c != '.').collect();
        let score = format!("{}.{}", mutation.score() / 10, mutation.score() % 10);
        let told = [all.to_string(), noticed.to_string(), score];
        let is_whole = all == noticed && words.contains(&told[0].as_str());
        if !is_whole && !told.iter().all(|number| words.contains(&number.as_str())) {
            fault(format!("its README does not say {noticed} of {all}, {}%", told[2]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
