//! Mutants: each small step is noticed by the case that pins it, and reported without that case.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test stops where it is surprised")]

use std::fs;
use std::path::{Path, PathBuf};

use ringfence_core::pack::Pack;
use ringfence_desk::Desk;
use ringfence_desk::mutate::{Fate, Mutation, Sought, Wanted, mutate};

const PACK: &str = "\
ringfence: 1
pack: small/2015-16
title: Small grant
rules-on: a small grant
version: 1.0.0
currency: GBP
in-force: { from: 2015-04-01, until: 2016-04-01 }
rules-at: 2015-10-01
recipient: trust
rounding: { to: 0.01, mode: half-away-from-zero }
facts:
  grant: { type: money, min: 0, title: The grant }
  beds: { type: count, unit: beds, min: 0, title: Beds }
  open_on: { type: date, title: Opened on }
parameters:
  beds_required:
    title: Beds required
    type: count
    unit: beds
    values:
      2015-04-01: { value: 40, status: choice }
      2015-07-01: { value: 50, status: choice }
sign-offs:
  plan:
    title: The plan
    document: [beds]
    by: 2015-06-30
    parties: [council, trust]
decisions:
  approval: { title: Approval, answers: [approved, refused], met-when: [approved], by: [minister] }
conditions:
  enough: { title: Enough beds, met: beds >= params.beds_required && beds > 0 }
  signed: { title: Signed, sign-off: plan }
  approved: { title: Approved, decision: approval }
  ready: { title: Ready, all-of: [signed, approved] }
funds:
  main:
    title: The grant
    amount: grant
    release: lesser_of(grant, 1000 * grant / 2000)
    gated-by: [enough, ready]
    otherwise: { redirect: the pool }
";

const BASE: &str = "\
case: base
recipient: Example trust
facts: { grant: 100.01, beds: 60, open_on: 2015-05-01 }
sign-offs:
  plan:
    - { party: council, date: 2015-06-01, document: as-submitted }
    - { party: trust, date: 2015-06-30, document: as-submitted }
decisions:
  approval: { answer: approved, by: minister, on: 2015-06-15 }
expect:
  outcomes: { enough: met }
";

/// A pack with these cases in a folder, and a desk over it.
fn desk(cases: &[(&str, &str)]) -> (tempfile::TempDir, Desk) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("pack.yaml"), PACK).unwrap();
    fs::create_dir(dir.path().join("cases")).unwrap();
    for (name, text) in cases {
        fs::write(dir.path().join("cases").join(name), text).unwrap();
    }
    let desk = Desk::load(dir.path()).unwrap();
    (dir, desk)
}

fn tried(desk: &mut Desk, seek: bool) -> Mutation {
    mutate(desk, &Wanted { seek, ..Wanted::default() }, |_, _| {}).unwrap()
}

fn survivors(mutation: &Mutation) -> Vec<String> {
    mutation.survivors().map(|tested| tested.id.clone()).collect()
}

fn set(name: &str, lines: &str) -> String {
    format!("case: {name}\nbase: base.yaml\n{lines}\n")
}

#[test]
fn every_step_of_a_small_pack_is_listed_in_the_order_of_places() {
    let (_dir, mut desk) = desk(&[("base.yaml", BASE)]);
    let ids: Vec<String> = tried(&mut desk, false).mutants.into_iter().map(|tested| tested.id).collect();
    insta::assert_snapshot!(ids.join("\n"));
}

#[test]
fn a_case_that_pins_a_boundary_notices_what_survives_without_it() {
    let at = set("at-the-limit", "set: { beds: 50 }");
    let late = set("late", "set:\n  'sign-offs.plan[trust].date': 2015-07-01");
    let refused = set("refused", "set: { decisions.approval.answer: refused }");
    let below = set("below", "set: { beds: 49 }");
    let earlier = set("earlier", "rules-at: 2015-06-30\nset: { beds: 45 }");
    let pinned: [(&str, &str, &str); 5] = [
        ("at.yaml", &at, ">= to >"),
        ("below.yaml", &below, "50 to 49"),
        ("late.yaml", &late, "2015-06-30 to 2015-07-01"),
        ("refused.yaml", &refused, "met when refused"),
        ("earlier.yaml", &earlier, "2015-07-01 to 2015-06-30"),
    ];
    let with = |left_out: Option<&str>| {
        let mut files = vec![("base.yaml", BASE)];
        files.extend(pinned.iter().filter(|(name, ..)| Some(*name) != left_out).map(|(name, text, _)| (*name, *text)));
        let (_dir, mut desk) = desk(&files);
        survivors(&tried(&mut desk, false))
    };
    let all = with(None);
    for (name, _, change) in pinned {
        let ends = |id: &&String| id.ends_with(change);
        assert_eq!(all.iter().find(ends), None, "{name} notices {change}");
        assert!(with(Some(name)).iter().any(|id| id.ends_with(change)), "without {name}, {change} is reported");
    }
}

#[test]
fn a_case_that_is_made_up_reads_back_notices_and_expects_what_the_rules_decide() {
    let (dir, mut desk) = desk(&[("base.yaml", BASE)]);
    let first = tried(&mut desk, true);
    assert!(!first.cases.is_empty());
    for case in &first.cases {
        fs::write(dir.path().join("cases").join(format!("{}.yaml", case.id)), &case.text).unwrap();
    }
    let mut desk = Desk::load(dir.path()).unwrap();
    let rulings = desk.rule();
    for (case, ruled) in desk.cases.iter().zip(&rulings).filter(|(case, _)| case.id() != "base") {
        let checked = ringfence_desk::check(case.expect().unwrap(), ruled);
        assert!(checked.checks > 0 && checked.unexpected.is_empty(), "{}: {:?}", case.id(), checked.unexpected);
    }
    let again = tried(&mut desk, false);
    for (before, after) in first.mutants.iter().zip(&again.mutants) {
        if let Fate::Survived { sought: Sought::Found(_), .. } = before.fate {
            assert!(matches!(after.fate, Fate::Noticed { .. }), "{}", after.id);
        }
    }
}

#[test]
fn a_survivor_that_is_argued_for_is_told_apart_and_an_idle_argument_is_stale() {
    let (dir, _) = desk(&[("base.yaml", BASE)]);
    let mut desk = Desk::load(dir.path()).unwrap();
    let id = survivors(&tried(&mut desk, false))[0].clone();
    fs::write(dir.path().join("mutants.yaml"), format!("'{id}': it is all the same\n'nowhere': gone\n")).unwrap();
    let mutation = tried(&mut desk, false);
    assert_eq!((mutation.argued(), mutation.stale.as_slice()), (1, &["nowhere".to_owned()][..]));
    fs::write(dir.path().join("mutants.yaml"), format!("'{id}': ~\n")).unwrap();
    let error = mutate(&mut desk, &Wanted::default(), |_, _| {}).unwrap_err();
    assert!(format!("{error:?}").contains("no reason says why"), "{error:?}");
}

fn rules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

fn rulings(pack: &Pack, desk: &Desk) -> Vec<String> {
    let json = |ruled| match ruled {
        Ok(ruling) => ringfence_core::ruling::Ruling::to_json(&ruling).unwrap(),
        Err(error) => error,
    };
    desk.rule_by(pack).into_iter().map(json).collect()
}

#[test]
fn a_pack_is_as_it_was_after_all_its_mutants() {
    for folder in ringfence_loaders::pack::find(&rules()).unwrap() {
        let mut desk = Desk::load(&folder).unwrap();
        let before = rulings(&desk.pack, &desk);
        let written = format!("{:?}", desk.pack);
        let mutants = desk.pack.mutants(&desk.source);
        let mut changed = 0;
        for mutant in &mutants {
            changed += usize::from(desk.pack.with(mutant, |pack| format!("{pack:?}")) != written);
        }
        assert_eq!(changed, mutants.len(), "{}: each mutant changes something", folder.display());
        assert_eq!(format!("{:?}", desk.pack), written, "{}", folder.display());
        assert_eq!(rulings(&desk.pack, &desk), before, "{}", folder.display());
    }
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copied(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn without_the_case_at_exactly_two_points_the_mutant_at_that_boundary_is_reported() {
    let dir = tempfile::tempdir().unwrap();
    copied(&rules().join("common"), &dir.path().join("common"));
    let folder = dir.path().join("better-care-fund/2015-16");
    copied(&rules().join("better-care-fund/2015-16"), &folder);
    let reported = || {
        let wanted = Wanted { condition: Some("target-revision-open".to_owned()), ..Wanted::default() };
        let mutation = mutate(&mut Desk::load(&folder).unwrap(), &wanted, |_, _| {}).unwrap();
        let ids: Vec<String> = survivors(&mutation);
        ids.into_iter()
            .filter(|id| id.contains("target-revision-open.yaml") && id.ends_with("> to >="))
            .collect::<Vec<_>>()
    };
    assert_eq!(reported(), Vec::<String>::new());
    fs::remove_file(folder.join("cases/revision-at-exactly-two-points.yaml")).unwrap();
    assert_eq!(reported().len(), 1);
}
