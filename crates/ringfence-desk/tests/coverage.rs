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

/// What every small pack begins with.
const HEAD: &str = "\
ringfence: 1
pack: small
title: A small pack
rules-on: a grant
version: 1.0.0
currency: GBP
in-force: { from: 2025-04-01, until: 2027-04-01 }
rules-at: 2025-04-01
recipient: council
rounding: { to: 0.01, mode: half-away-from-zero }
";

/// The points of a group that a small pack has, each behind the cases that exercise it.
fn exercised(pack: &str, cases: &[(&str, &str)], group: Group) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pack.yaml"), format!("{HEAD}{pack}")).unwrap();
    std::fs::create_dir(folder.path().join("cases")).unwrap();
    for (id, case) in cases {
        std::fs::write(folder.path().join(format!("cases/{id}.yaml")), format!("case: {id}\n{case}")).unwrap();
    }
    let desk = Desk::load(folder.path()).unwrap();
    for case in &desk.cases {
        assert!(case.read.is_ok(), "{}: {:?}", case.id(), case.read);
    }
    let coverable = desk.pack.coverable();
    let cases = self::cases(&desk);
    let found: Vec<_> = desk
        .pack
        .exercised(&coverable, &cases, &Options::default())
        .into_iter()
        .map(|exercised| exercised.unwrap())
        .collect();
    assert!(found.iter().all(|exercised| exercised.others == 0));
    let points = coverable.points().iter().enumerate().filter(|(_, point)| point.group == group);
    let lines = points.map(|(number, point)| {
        let by = cases.iter().zip(&found).filter(|(_, exercised)| exercised.points.contains(&number));
        let by: Vec<&str> = by.map(|(case, _)| case.id.as_str()).collect();
        let by = if by.is_empty() { "-".to_owned() } else { by.join(" ") };
        format!("{:8} {}", by, point.words)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Facts that most small packs read.
const FACTS: &str = "
facts:
  ready: { type: bool, title: It is ready, not-applicable: refused }
  open: { type: bool, title: It is open }
  beds: { type: count, unit: beds, min: 0, max: 10, not-applicable: refused, title: Beds }
  grant: { type: money, min: 0, not-applicable: refused, title: Grant }
";

const A: (&str, &str) = ("a", "facts: { ready: yes, open: no, beds: 0, grant: 100.00 }");
const B: (&str, &str) = ("b", "facts: { ready: no, open: yes, beds: 4, grant: 100.00 }");
const C: (&str, &str) = ("c", "facts: { open: { not-applicable: closed }, beds: 9, grant: 0.00 }");

#[test]
fn an_outcome_that_no_evidence_gives_is_no_point() {
    let pack = format!(
        "{FACTS}
conditions:
  is-ready: {{ title: It is ready, met: ready }}
  is-open: {{ title: It is open, applies: beds > 0, met: open }}
  counted: {{ title: Beds are counted, met: beds >= 0 }}
  later: {{ title: It is ready later, in-force: {{ from: 2026-04-01 }}, met: ready }}
  all: {{ title: All, all-of: [is-ready, is-open] }}
"
    );
    insta::assert_snapshot!(exercised(&pack, &[A, B, C], Group::Outcomes), @r#"
    a        `is-ready` is met
    c        `is-ready` is undetermined
    b        `is-ready` is unmet
    a c      `is-open` does not apply
    b        `is-open` is met
    -        `is-open` is undetermined
    -        `is-open` is unmet
    a b c    `counted` is met
    a b c    `later` does not apply
    -        `later` is met
    -        `later` is undetermined
    -        `later` is unmet
    a        `all` is met
    c        `all` is undetermined
    b        `all` is unmet
    "#);
    insta::assert_snapshot!(exercised(&pack, &[A, B, C], Group::Limbs), @r#"
    b        `is-open` counts as met in `all`
    -        `is-open` counts as unmet in `all`
    a        `is-ready` counts as met in `all`
    b        `is-ready` counts as unmet in `all`
    "#);
}

#[test]
fn a_branch_is_exercised_where_it_is_taken_for_certain() {
    let pack = format!(
        "{FACTS}
  route: {{ type: choice, of: [ward, hotel, home], title: Route }}
  wards: {{ type: list, of: {{ beds: {{ type: count, unit: beds }} }}, empty: allowed, title: Wards }}
values:
  chosen: |
    fn rate(x) {{ if x {{ 1 }} else {{ 2 }} }}
    rate(ready) + rate(open ?? true)
  routed: |
    switch route {{ \"ward\" => 1, \"hotel\" => 2, _ => 3 }}
  part: share(grant, grant - grant / 2, 0)
  sum: |
    let most = beds;
    for ward in wards {{ if ward.beds > most {{ most = ward.beds; }} }}
    most
  few: if beds >= 0 {{ 1 }} else {{ 2 }}
"
    );
    let cases = [
        ("a", "facts: { ready: yes, open: no, beds: 3, grant: 100.00, route: ward, wards: [] }"),
        (
            "b",
            "facts: { ready: no, open: { not-applicable: shut }, beds: 3, grant: 0.00, route: hotel, wards: [{ beds: 4 }] }",
        ),
        ("c", "facts: { beds: 3, route: home, wards: [{ beds: 2 }, { beds: 3 }] }"),
        ("d", "facts: { beds: 3 }"),
    ];
    insta::assert_snapshot!(exercised(&pack, &cases, Group::Branches), @r#"
    a b      a branch is taken: `x` does not hold
    a b      a branch is taken: `x` holds
    a        what comes first in `open ?? true` applies
    b        what comes last in `open ?? true` stands in
    b c      an arm behind `"ward"` is taken
    a        the arm `"ward"` is taken
    c        an arm behind `"hotel"` is taken
    b        the arm `"hotel"` is taken
    a        there is a whole in `share(grant, grant - grant / 2, 0)`
    b        there is no whole in `share(grant, grant - grant / 2, 0)`
    b c      there is something to go through in `wards`
    c        a branch is taken: `ward.beds > most` does not hold
    b        a branch is taken: `ward.beds > most` holds
    a b c d  a branch is taken: `beds >= 0` holds
    "#);
}

#[test]
fn a_limb_counts_up_to_the_one_that_decides() {
    let pack = format!(
        "{FACTS}
  wards: {{ type: list, of: {{ beds: {{ type: count, unit: beds }}, shut: {{ type: bool }} }}, title: Wards }}
conditions:
  both: {{ title: Both, met: ready && open }}
  either: {{ title: Either, met: ready || open }}
  wards-open: {{ title: Wards are open, met: wards.filter(|w| w.beds > 0).all(|w| !w.shut) }}
"
    );
    let cases = [
        ("a", "facts: { ready: yes, open: no, wards: [{ beds: 1, shut: no }, { beds: 0, shut: yes }] }"),
        ("b", "facts: { ready: no, open: yes, wards: [{ beds: 1, shut: yes }, { beds: 2, shut: no }] }"),
        ("c", "facts: { open: yes }"),
    ];
    insta::assert_snapshot!(exercised(&pack, &cases, Group::Limbs), @r#"
    b        `ready` does not hold
    a        `ready` holds
    a        `open` does not hold
    c        `open` holds
    b        `ready` does not hold
    a        `ready` holds
    -        `open` does not hold
    b c      `open` holds
    a        `w.beds > 0` does not hold
    a b      `w.beds > 0` holds
    b        `!w.shut` does not hold
    a        `!w.shut` holds
    "#);
}

#[test]
fn rows_dated_values_and_versions_count_on_their_days() {
    let pack = format!(
        "{FACTS}
parameters:
  rate:
    title: Rate
    type: money
    values:
      2025-04-01: {{ value: 1, status: choice }}
      2026-04-01: {{ value: 2, status: choice }}
      2027-04-01: {{ value: 3, status: choice }}
tables:
  scale:
    title: Scale
    in: {{ beds: {{ type: count, unit: beds, min: 0 }} }}
    out: {{ amount: {{ type: money }} }}
    hit: unique
    values:
      2025-04-01:
        status: choice
        default: {{ amount: 0 }}
        rows: [{{ beds: 0 to 5, amount: 1 }}, {{ beds: 5 to 8, amount: 2 }}, {{ beds: 20 and over, amount: 3 }}]
      2026-04-01:
        status: choice
        default: {{ amount: 0 }}
        rows: [{{ beds: any, amount: 4 }}]
values:
  due: tables.scale(beds) + params.rate
"
    );
    let cases = [
        ("a", "facts: { beds: 4 }"),
        ("b", "facts: { beds: 8 }"),
        ("c", "rules-at: 2026-05-01\nfacts: { beds: 8 }"),
        ("d", "facts: {}"),
    ];
    insta::assert_snapshot!(exercised(&pack, &cases, Group::Rows), @r#"
    b        the default of the table `scale` stands in
    a        row 1 of the table `scale` decides: beds 0 to 5
    -        row 2 of the table `scale` decides: beds 5 to 8
    c        row 1 of the table `scale` decides: beds any
    "#);
    insta::assert_snapshot!(exercised(&pack, &cases, Group::Parameters), @r#"
    a b d    `rate` is read as it is from 2025-04-01
    c        `rate` is read as it is from 2026-04-01
    a b      the table `scale` is asked as it is from 2025-04-01
    c        the table `scale` is asked as it is from 2026-04-01
    "#);
}

#[test]
fn what_becomes_of_signatures_and_decisions_counts() {
    let pack = format!(
        "{FACTS}
sign-offs:
  plan:
    title: The plan
    document: [beds]
    by: 2025-06-30
    rule: {{ at-least: 2 }}
    parties: [{{ party: council, office: [chief executive], delegation: allowed }}, board, hospital]
decisions:
  approval: {{ title: Approved, answers: [approved, refused], met-when: [approved], by: [minister] }}
conditions:
  signed: {{ title: Signed, sign-off: plan }}
  approved: {{ title: Approved, decision: approval }}
"
    );
    let signature =
        |party: &str, rest: &str| format!("{{ party: {party}, date: 2025-06-01, document: as-submitted{rest} }}");
    let case = |signatures: &[String], rest: &str| {
        format!("facts: {{ beds: 1 }}\nsign-offs: {{ plan: [{}] }}\n{rest}", signatures.join(", "))
    };
    let enough = case(
        &[signature("council", ", office: clerk, delegated-from: chief executive"), signature("board", "")],
        "decisions: { approval: { answer: approved, by: minister, on: 2025-05-01 } }",
    );
    let few = case(
        &[
            signature("council", ", office: clerk"),
            signature("board", ", conditional: money"),
            "{ party: hospital, date: 2025-07-01, document: as-submitted }".to_owned(),
        ],
        "decisions: { approval: { answer: refused, by: minister, on: 2025-05-01 } }",
    );
    let cases = [("a", enough.as_str()), ("b", few.as_str()), ("c", "facts: {}")];
    insta::assert_snapshot!(exercised(&pack, &cases, Group::SignOffs), @r#"
    a c      `plan`: a party has not signed
    -        `plan`: a party refused to sign
    -        `plan`: a signature does not say for which version
    b        `plan`: a signature is by an office that is not entitled
    b        `plan`: a signature is conditional
    a        `plan`: a signature is delegated, and counts
    -        `plan`: a signature is delegated, and may not be
    -        `plan`: a signature is for another version
    b        `plan`: a signature is late
    -        `plan`: a signature is not known yet
    -        `plan`: a signature was conditional, and counts
    a        `plan`: enough have signed
    -        `plan`: some have signed, and too few
    "#);
    insta::assert_snapshot!(exercised(&pack, &cases, Group::Decisions), @r#"
    a        `approval` is decided: approved
    b        `approval` is decided: refused
    c        `approval` is not decided, or not any more
    "#);
}

#[test]
fn where_the_money_of_a_fund_goes_counts_as_far_as_it_can_go_there() {
    let pack = format!(
        "{FACTS}
conditions:
  is-ready: {{ title: It is ready, met: ready }}
funds:
  whole: {{ title: All or nothing, amount: grant, gated-by: [is-ready] }}
  part: {{ title: A part, amount: grant, release: \"grant * share(beds, beds + beds, 0)\", otherwise: {{ redirect: the rest }} }}
  stopped:
    title: Stopped for a year
    amount: grant
    suspended: [{{ from: 2026-04-01, until: 2027-04-01 }}]
"
    );
    let cases = [A, B, C, ("d", "rules-at: 2026-04-01\nfacts: { ready: yes, beds: 1, grant: 5.00 }")];
    insta::assert_snapshot!(exercised(&pack, &cases, Group::Dispositions), @r#"
    a d      money of `whole` is released
    -        money of `whole` is undetermined
    b        money of `whole` is withheld
    a b d    money of `part` is redirected
    b d      money of `part` is released
    -        money of `part` is undetermined
    d        money of `stopped` is not paid, because payments are suspended
    a b      money of `stopped` is released
    -        money of `stopped` is undetermined
    d        money of `stopped` is withheld
    "#);
}

#[test]
fn standings_and_checks_count() {
    let pack = "
facts:
  staff: { type: bool, not-applicable: refused, title: The staff are there }
  staff_on: { type: date, title: Day on which they were there after all }
  beds:
    type: count
    unit: beds
    min: 0
    title: Beds
    suspect-when: beds > most
    suspect-because: there are more than there can be
  most: { type: count, unit: beds, min: 0, title: Most beds }
parameters:
  by: { title: Last day, type: date, values: { 2025-04-01: { value: 2025-06-30, status: choice } } }
conditions:
  staffed:
    title: The staff are there
    met: staff
    waiver: { by: [minister] }
    cure: { by: params.by, cured-on: staff_on }
";
    let waiver = "waivers: { staffed: [{ by: minister, on: 2025-04-01, from: 2025-04-01, reason: flu }] }";
    let waived = format!("facts: {{ staff: no, beds: 5, most: 4 }}\n{waiver}");
    let cases = [
        ("a", "facts: { staff: no, staff_on: 2025-06-30, beds: 4, most: 4 }"),
        ("b", "facts: { staff: no, staff_on: { not-applicable: never }, beds: 4 }"),
        ("c", "facts: { staff: no }"),
        ("d", waived.as_str()),
    ];
    insta::assert_snapshot!(exercised(pack, &cases, Group::Outcomes), @r#"
    b        `staffed` has lapsed, because it was not put right in time
    a        `staffed` is cured
    -        `staffed` is met
    c        `staffed` is suspended, because nobody has told whether it was put right
    -        `staffed` is undetermined
    a b c d  `staffed` is unmet
    d        `staffed` is waived
    "#);
    insta::assert_snapshot!(exercised(pack, &cases, Group::Checks), @r#"
    a        `beds` is checked, and believed
    d        `beds` is not believed
    "#);
}

#[test]
fn a_tracefile_adds_up_and_names_lines_that_there_are() {
    let desk = Desk::load(&root().join("tests/language/02-bands")).unwrap();
    let traced = ringfence_reporting::coverage::lcov(&[desk.coverage()]);
    for record in traced.split_inclusive("end_of_record\n") {
        let values = |key: &str| record.lines().filter_map(move |line| line.strip_prefix(key)).collect::<Vec<_>>();
        let file = values("SF:")[0];
        let lines = std::fs::read_to_string(file).unwrap().lines().count();
        let figure = |text: &str| text.parse::<usize>().unwrap();
        let pairs = values("DA:").into_iter().map(|pair| pair.split_once(',').unwrap());
        let traced: Vec<_> = pairs.map(|(line, count)| (figure(line), figure(count))).collect();
        assert!(traced.is_sorted() && traced.iter().all(|(line, _)| (1..=lines).contains(line)));
        assert_eq!(figure(values("LF:")[0]), traced.len());
        assert_eq!(figure(values("LH:")[0]), traced.iter().filter(|(_, count)| *count > 0).count());
        let branches = values("BRDA:");
        assert_eq!(figure(values("BRF:")[0]), branches.len());
        let taken = branches.iter().filter(|branch| !branch.ends_with(",0") && !branch.ends_with(",-"));
        assert_eq!(figure(values("BRH:")[0]), taken.count());
        assert!(branches.iter().all(|branch| branch.split(',').count() == 4));
    }
    assert!(traced.ends_with("end_of_record\n"));
}
