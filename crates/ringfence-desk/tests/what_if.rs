//! What a case would come to with other evidence, and the nearest single change that turns each condition.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use ringfence_core::evaluate::Options;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::Outcome;
use ringfence_core::source::Document;
use ringfence_desk::what_if::{WhatIfError, what_if};
use ringfence_loaders::case::Format;
use ringfence_loaders::{case, pack};
use ringfence_reporting::what_if::WhatIf;

const RULES: &str = "ringfence: 1
pack: beds
title: Beds
rules-on: beds
version: 1.0.0
currency: GBP
in-force: { from: 2015-04-01 }
rules-at: 2015-06-30
recipient: trust
periods: { every: quarter, from: 2015-16 Q1, to: 2015-16 Q2 }
rounding: { to: 0.01, mode: half-away-from-zero }
facts:
  grant: { type: money, min: 0, max: 100000, not-applicable: refused, title: Grant }
  beds.open: { type: count, unit: beds, per: period, min: 0, max: 1000, not-applicable: refused, title: Beds open }
  share: { type: percent, min: 0%, max: 100%, not-applicable: refused, title: Share in use }
  sent_on: { type: date, title: Day on which the return was sent }
  staffed: { type: bool, not-applicable: refused, title: Staffed }
  route: { type: choice, of: [ward, hotel], title: Route }
  services: { type: list, of: { name: { type: text }, days: { type: days } }, title: Services }
parameters:
  least: { title: Fewest beds, type: count, unit: beds, values: { 2015-04-01: { value: 37, status: choice } } }
  most: { title: Most in use, type: percent, values: { 2015-04-01: { value: 92.5%, status: choice } } }
  due: { title: Last day, type: date, values: { 2015-04-01: { value: 2015-06-30, status: choice } } }
sign-offs:
  plan: { title: The plan, document: [grant], parties: [council, trust] }
decisions:
  approval: { title: The minister approves, answers: [approved, refused], met-when: [approved], by: [minister] }
conditions:
  enough: { title: Enough beds, met: beds.open.sum() >= params.least }
  calm: { title: Not too full, met: share <= params.most }
  in-time: { title: In time, met: sent_on <= params.due }
  staff: { title: There is staff, met: staffed }
  on-wards: { title: On wards, met: 'route == \"ward\"' }
  week: { title: All week, met: 'services.all(|s| s.days.covers_week())' }
  signed: { title: Signed, sign-off: plan }
  approved: { title: Approved, decision: approval }
  two-things: { title: Two things, met: staffed && share < 0 }
funds:
  main: { title: Main fund, amount: grant, gated-by: [enough], otherwise: withhold }
";

const CASE: &str = "case: alder
facts:
  grant: 2000.00
  beds.open: [12, 20]
  share: 95%
  sent_on: 2015-07-09
  staffed: no
  route: hotel
  services: [{ name: wards, days: mon-fri }]
sign-offs:
  plan: [{ party: council, date: 2015-05-01, document: as-submitted }]
";

fn document(text: &str) -> Document {
    case::from_text("case.yaml", text, Format::Yaml).unwrap().remove(0)
}

fn answer(text: &str, set: &[(&str, &str)]) -> Result<WhatIf, WhatIfError> {
    let source = pack::from_texts([("pack.yaml", RULES)]).unwrap();
    let pack = Pack::compile(&source).unwrap();
    let set: Vec<(String, String)> = set.iter().map(|(path, to)| ((*path).to_owned(), (*to).to_owned())).collect();
    what_if(&source, &pack, &document(text), &set, &Options::default())
}

/// The single changes that turn a condition, each as `path: from → to and what lies beyond`.
fn levers(answer: &WhatIf, condition: &str) -> Vec<String> {
    let finding = answer.findings.iter().find(|finding| finding.condition == condition).unwrap();
    let levers = finding.turned_by.iter();
    levers
        .map(|lever| {
            let from = lever.from.as_deref().unwrap_or("?");
            format!("{}: {from} → {} {}", lever.path, lever.to, lever.beyond.unwrap_or("")).trim_end().to_owned()
        })
        .collect()
}

#[test]
fn the_nearest_value_is_the_threshold_itself_to_the_last_digit() {
    let answer = answer(CASE, &[]).unwrap();
    assert_eq!(
        levers(&answer, "enough"),
        ["beds.open[2015-16 Q2]: 20 → 25 or more", "beds.open[2015-16 Q1]: 12 → 17 or more"]
    );
    assert_eq!(levers(&answer, "calm"), ["share: 95% → 92.5% or less"]);
    assert_eq!(levers(&answer, "in-time"), ["sent_on: 2015-07-09 → 2015-06-30 or earlier"]);
    let enough = answer.findings.iter().find(|finding| finding.condition == "enough").unwrap();
    // All of the grant waits for the beds.
    assert_eq!(enough.turned_by[0].released.exact().unwrap().to_string(), "2000.00");
}

#[test]
fn an_answer_a_choice_a_signature_and_a_decision_can_turn_a_condition() {
    let answer = answer(CASE, &[]).unwrap();
    assert_eq!(levers(&answer, "staff"), ["staffed: no → yes"]);
    assert_eq!(levers(&answer, "on-wards"), ["route: hotel → ward"]);
    assert_eq!(levers(&answer, "week"), ["services[#1].days: mon tue wed thu fri → all"]);
    assert_eq!(levers(&answer, "signed"), ["sign-offs.plan: ? → signed on 2015-05-01, as submitted"]);
    assert_eq!(levers(&answer, "approved"), ["decisions.approval: ? → approved"]);
    let signed = answer.findings.iter().find(|finding| finding.condition == "signed").unwrap();
    assert_eq!(signed.turned_by[0].title, "The plan: signature of trust");
}

#[test]
fn where_no_single_change_does_there_is_none() {
    let answer = answer(CASE, &[]).unwrap();
    assert_eq!(levers(&answer, "two-things"), Vec::<String>::new());
    let found = answer.findings.iter().find(|finding| finding.condition == "two-things").unwrap();
    assert!(found.is_short());
}

#[test]
fn evidence_that_is_missing_is_told_from_where_it_would_do() {
    let answer = answer("case: alder\nfacts: { beds.open: [12, ~], share: ~ }\n", &[]).unwrap();
    // Enough in the one quarter would do whatever the other turns out to be.
    assert_eq!(
        levers(&answer, "enough"),
        ["beds.open[2015-16 Q1]: 12 → 37 or more", "beds.open[2015-16 Q2]: ? → 25 or more"]
    );
    assert_eq!(levers(&answer, "calm"), ["share: ? → 92.5% or less"]);
}

#[test]
fn what_is_set_is_told_beside_what_it_was() {
    let answer = answer(CASE, &[("beds.open[2015-16 Q2]", "30")]).unwrap();
    assert_eq!(answer.set[0].from.as_deref(), Some("20"));
    let enough = answer.findings.iter().find(|finding| finding.condition == "enough").unwrap();
    assert_eq!((enough.now.outcome, enough.then.outcome), (Outcome::Unmet, Outcome::Met));
    let distance = |found: &ringfence_reporting::what_if::Found| found.distance.clone().unwrap().shown;
    assert_eq!((distance(&enough.now), distance(&enough.then)), ("5 beds".to_owned(), "5 beds".to_owned()));
    assert_eq!(answer.funds[0].sums.difference.dispositions.released.to_string(), "2000.00");
    assert_eq!(answer.funds[0].sums.difference.dispositions.withheld.to_string(), "-2000.00");
}

#[test]
fn what_cannot_be_set_is_a_mistake_with_its_place() {
    let mistake = |path, value| match answer(CASE, &[(path, value)]) {
        Err(WhatIfError::Case(mistakes)) => mistakes[0].to_string(),
        other => panic!("{other:?}"),
    };
    assert!(mistake("beds.opn[2015-16 Q2]", "3").contains("unknown fact"), "{}", mistake("beds.opn[2015-16 Q2]", "3"));
    assert!(mistake("share", "95").starts_with("--set share:1:1"), "{}", mistake("share", "95"));
}

#[test]
fn what_is_changed_is_told_as_the_case_has_it() {
    let set = [("sign-offs.plan[council].date", "2015-05-02"), ("sent_on", "2015-06-30")];
    let answer = answer(CASE, &set).unwrap();
    let from: Vec<Option<&str>> = answer.set.iter().map(|set| set.from.as_deref()).collect();
    assert_eq!(from, [Some("2015-05-01"), Some("2015-07-09")]);
}
