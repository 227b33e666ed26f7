//! Comparing two sets of rules: every difference is because of one of the changes, to the penny.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::path::{Path, PathBuf};

use ringfence_core::Date;
use ringfence_core::money::Money;
use ringfence_core::pack::Pack;
use ringfence_core::source::{Content, Document, Node, PackSource};
use ringfence_desk::diff::{DiffError, Side, compare};
use ringfence_loaders::case::Format;
use ringfence_loaders::{case, pack};
use ringfence_reporting::comparison::{Comparison, Verdict};

const RULES: &str = "ringfence: 1
pack: beds
title: Beds
rules-on: beds
version: 1.0.0
currency: GBP
in-force: { from: 2015-04-01, until: 2017-04-01 }
rules-at: 2015-04-01
recipient: trust
rounding: { to: 0.01, mode: half-away-from-zero }
sources: { letter: { title: Letter } }
facts:
  grant: { type: money, min: 0, max: 100000, not-applicable: refused, title: Grant }
  beds.open: { type: count, unit: beds, min: 0, max: 1000, not-applicable: refused, title: Beds open }
parameters:
  per_bed:
    title: Money for a bed
    type: money
    per: bed
    values:
      2015-04-01: { value: 100, authority: { source: letter } }
      2016-04-01: { value: 120, authority: { source: letter } }
  least: { title: Fewest beds, type: count, unit: beds, values: { 2015-04-01: { value: 10, status: choice } } }
values:
  earned:
    title: Earned
    is: |
      lesser_of(beds.open * params.per_bed, grant)
conditions:
  enough: { title: Enough beds are open, met: beds.open >= params.least }
  late:
    title: A rule of the second year
    in-force: { from: 2016-04-01 }
    met: beds.open > 0
funds:
  main: { title: Main fund, amount: grant, gated-by: [enough], release: earned, otherwise: withhold }
";

const CASES: &str = "case: alder
facts: { grant: 2000.00, beds.open: 12 }
---
case: birch
facts: { grant: 2000.00, beds.open: 9 }
---
case: cedar
facts: { grant: 900.00, beds.open: 30 }
---
case: dogwood
facts: { grant: 2000.00 }
";

fn source(text: &str) -> PackSource {
    pack::from_texts([("pack.yaml", text)]).unwrap()
}

fn side(text: &str) -> Side {
    let source = source(text);
    let pack = Pack::compile(&source).unwrap();
    Side { source, pack, rules_at: None, known_by: None, set: Vec::new() }
}

fn cases(text: &str) -> Vec<Document> {
    case::from_text("cases.yaml", text, Format::Yaml).unwrap()
}

fn compared(old: &Side, new: &Side, documents: &[Document]) -> Comparison {
    let comparison = compare(old, new, documents, &[]).unwrap();
    assert_eq!(comparison.discrepancies().unwrap(), Vec::<String>::new());
    comparison
}

/// The rules with this text in place of that.
fn with(replaced: &[(&str, &str)]) -> Side {
    let text = replaced.iter().fold(RULES.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    });
    side(&text)
}

/// What each step is, and what it does to what is released.
fn steps(comparison: &Comparison) -> Vec<String> {
    let changes = |step: &ringfence_reporting::comparison::Step| {
        let changes: Vec<String> =
            step.changes.iter().map(|change| format!("{} {}", change.what, change.how)).collect();
        changes.join(" + ")
    };
    let steps = comparison.steps.iter();
    steps.map(|step| format!("{}: {}", changes(step), step.difference.dispositions.released)).collect()
}

fn verdicts(comparison: &Comparison) -> Vec<(&str, Verdict)> {
    comparison.recipients.iter().map(|one| (one.case.as_str(), one.verdict)).collect()
}

#[test]
fn the_same_rules_change_nothing() {
    let comparison = compared(&side(RULES), &side(RULES), &cases(CASES));
    assert!(comparison.is_same());
    assert_eq!(comparison.steps, []);
}

#[test]
fn a_parameter_of_another_value_moves_the_money_that_rests_on_it() {
    let comparison = compared(&side(RULES), &with(&[("value: 100,", "value: 150,")]), &cases(CASES));
    assert_eq!(steps(&comparison), ["parameter `per_bed` 100 → 150: 600.00"]);
    assert_eq!(
        verdicts(&comparison),
        [
            ("alder", Verdict::Gains),
            ("birch", Verdict::Same),
            ("cedar", Verdict::Same),
            // How many beds are open is not known: from nothing to all of the grant, under both.
            ("dogwood", Verdict::Same),
        ]
    );
}

#[test]
fn what_is_not_known_on_a_side_is_never_counted_as_nothing() {
    let comparison = compared(&side(RULES), &with(&[("amount: grant,", "amount: grant + grant,")]), &cases(CASES));
    let dogwood = comparison.recipients.iter().find(|one| one.case == "dogwood").unwrap();
    // Between nothing and £2,000 under the old rules, and under the new ones.
    assert_eq!(dogwood.verdict, Verdict::Open);
    assert_eq!(dogwood.released.at_least, Some(Money::from_pence(-200_000)));
    assert_eq!(dogwood.released.at_most, Some(Money::from_pence(200_000)));
    assert_eq!(dogwood.sums.difference.dispositions.released, Money::ZERO);
}

#[test]
fn each_change_has_its_own_step_in_the_order_in_which_they_rest_on_each_other() {
    let new = with(&[
        ("value: 100,", "value: 150,"),
        ("value: 10,", "value: 9,"),
        ("otherwise: withhold", "otherwise: { redirect: other trusts }"),
        ("title: Enough beds are open, met", "title: Enough beds, met"),
    ]);
    let comparison = compared(&side(RULES), &new, &cases(CASES));
    assert_eq!(
        steps(&comparison),
        [
            "parameter `per_bed` 100 → 150: 600.00",
            "parameter `least` 10 → 9: 1350.00",
            "fund `main` `otherwise`: withhold → redirect: other trusts: 0.00",
        ]
    );
    // Alone, the lower threshold would release nine beds at the old price: the rest is both together.
    let alone: Vec<String> = comparison
        .steps
        .iter()
        .map(|step| step.alone.map_or_else(|| "none".to_owned(), |sums| sums.dispositions.released.to_string()))
        .collect();
    assert_eq!(alone, ["600.00", "900.00", "0.00"]);
    let wording: Vec<&str> = comparison.wording.iter().map(|change| change.what.as_str()).collect();
    assert_eq!(wording, ["condition `enough`"]);
    let turns: Vec<String> = comparison
        .findings
        .iter()
        .flat_map(|finding| finding.turns.iter().map(|turn| format!("{} {:?}", finding.condition, turn)))
        .collect();
    assert_eq!(turns, ["enough Turn { from: Some(Unmet), to: Some(Met), cases: [\"birch\"] }"]);
}

#[test]
fn changes_that_need_each_other_are_one_step() {
    // The value counts wards in place of beds: neither the fact nor the script can change alone.
    let new = with(&[
        ("beds.open: { type: count, unit: beds,", "beds.open: { type: count, unit: wards,"),
        ("    per: bed\n", "    per: ward\n"),
        ("type: count, unit: beds, values", "type: count, unit: wards, values"),
        ("value: 10,", "value: 11,"),
    ]);
    let comparison = compared(&side(RULES), &new, &cases(CASES));
    assert_eq!(
        steps(&comparison),
        [
            "parameter `least` 10 → 11: 0.00",
            "fact `beds.open` `unit`: beds → wards + parameter `per_bed` `per`: bed → ward + parameter `least` `unit`: \
             beds → wards: 0.00",
        ]
    );
    assert!(comparison.is_same());
}

#[test]
fn what_is_new_and_what_is_gone_are_steps() {
    let new = with(&[
        ("conditions:\n", "conditions:\n  small: { title: The grant is small, met: grant <= 1000 * params.unit_of }\n"),
        ("gated-by: [enough]", "gated-by: [small]"),
        ("  enough: { title: Enough beds are open, met: beds.open >= params.least }\n", ""),
        (
            "  least: { title: Fewest beds, type: count, unit: beds, values: { 2015-04-01: { value: 10, status: choice } } }\n",
            "  unit_of: { title: Unit, type: money, values: { 2015-04-01: { value: 1, status: choice } } }\n",
        ),
    ]);
    let comparison = compared(&side(RULES), &new, &cases(CASES));
    assert_eq!(
        steps(&comparison),
        [
            "parameter `unit_of` is new: 0.00",
            "condition `small` is new: 0.00",
            "fund `main` `gated-by`: with small, without enough: -1200.00",
            "condition `enough` is gone: 0.00",
            "parameter `least` is gone: 0.00",
        ]
    );
}

#[test]
fn two_days_of_one_pack_differ_by_what_is_in_force() {
    let (mut old, mut new) = (side(RULES), side(RULES));
    old.rules_at = Some("2015-04-01".parse().unwrap());
    new.rules_at = Some("2016-04-01".parse().unwrap());
    let comparison = compared(&old, &new, &cases(CASES));
    assert_eq!(
        steps(&comparison),
        [
            "parameter `per_bed` 100 → 120: 240.00",
            "condition `late` comes into force: 0.00",
            "the day for waivers, decisions and deadlines 2015-04-01 → 2016-04-01: 0.00",
        ]
    );
    assert_eq!(comparison.findings.len(), 1);
    assert!(!comparison.findings[0].in_old && comparison.findings[0].in_new);
}

#[test]
fn two_values_of_a_parameter_are_compared_without_writing_a_pack() {
    let (old, mut new) = (side(RULES), side(RULES));
    new.set = vec![("per_bed".to_owned(), "150".to_owned())];
    assert_eq!(steps(&compared(&old, &new, &cases(CASES))), ["parameter `per_bed` 100 → 150: 600.00"]);
    new.set = vec![("per_beds".to_owned(), "150".to_owned())];
    assert!(matches!(compare(&old, &new, &cases(CASES), &[]), Err(DiffError::NoParameter { .. })));
    new.set = vec![("per_bed".to_owned(), "many".to_owned())];
    let Err(DiffError::Pack(invalid)) = compare(&old, &new, &cases(CASES), &[]) else { panic!("it is no amount") };
    assert_eq!(invalid.mistakes[0].place.file().text(), "many");
}

#[test]
fn a_change_on_another_day_is_named_and_moves_nothing() {
    let comparison = compared(&side(RULES), &with(&[("value: 120,", "value: 130,")]), &cases(CASES));
    assert!(comparison.is_same() && comparison.steps.is_empty());
    assert_eq!(comparison.on_other_days[0].what, "parameter `per_bed`");
}

#[test]
fn a_fund_under_another_id_is_matched() {
    let new =
        with(&[("  main: { title: Main fund, amount: grant", "  core: { title: Core fund, amount: grant + grant")]);
    let matched = [("main".to_owned(), "core".to_owned())];
    let comparison = compare(&side(RULES), &new, &cases(CASES), &matched).unwrap();
    assert_eq!(comparison.discrepancies().unwrap(), Vec::<String>::new());
    assert_eq!(steps(&comparison), ["fund `core` `amount`: grant → grant + grant: 0.00"]);
    assert_eq!(comparison.funds.len(), 1);
    let missing = [("main".to_owned(), "kernel".to_owned())];
    assert!(matches!(compare(&side(RULES), &new, &cases(CASES), &missing), Err(DiffError::NoFund { .. })));
}

#[test]
fn evidence_that_only_one_side_asks_for_is_left_to_it() {
    let new = with(&[
        ("facts:\n", "facts:\n  staff: { type: bool, title: Staff are there }\n"),
        ("met: beds.open >= params.least", "met: beds.open >= params.least && staff"),
    ]);
    let cases = cases(&CASES.replace("beds.open: 12 }", "beds.open: 12, staff: no }"));
    let comparison = compared(&side(RULES), &new, &cases);
    assert_eq!(comparison.recipients[0].verdict, Verdict::Loses);
    let stray = self::cases("case: x\nfacts: { nobody.asks: 1 }\n");
    assert!(matches!(compare(&side(RULES), &new, &stray, &[]), Err(DiffError::Cases { .. })));
}

#[test]
fn the_order_of_the_cases_changes_nothing_but_their_order() {
    let new = with(&[("value: 100,", "value: 150,"), ("value: 10,", "value: 9,")]);
    let mut turned = cases(CASES);
    turned.reverse();
    let (there, back) = (compared(&side(RULES), &new, &cases(CASES)), compared(&side(RULES), &new, &turned));
    assert_eq!(there.steps, back.steps);
    assert_eq!(there.funds, back.funds);
    assert_eq!(there.findings, back.findings);
}

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules")
}

/// The days on which something comes into force, and the day before each.
fn days(pack: &Pack) -> Vec<Date> {
    let outline = pack.outline();
    let mut days: Vec<Date> =
        outline.parameters.iter().flat_map(|parameter| &parameter.values).map(|value| value.from).collect();
    days.extend(outline.conditions.iter().filter_map(|condition| condition.in_force).map(|(from, _)| from));
    days.retain(|day| pack.is_in_force(*day));
    days.sort_unstable();
    days.dedup();
    days
}

/// Every shipped pack between the first and the last day on which something of it changes, and between the last two, over
/// its own cases: whatever differs is because of one of the steps, and the rules of a day by themselves rule as the pack
/// does on it.
#[test]
fn every_pound_between_two_days_of_a_shipped_pack_has_its_change() {
    let mut compared = 0;
    for folder in pack::find(&shipped()).unwrap() {
        let load = || {
            let source = pack::load(&folder).unwrap();
            let pack = Pack::compile(&source).unwrap();
            Side { source, pack, rules_at: None, known_by: None, set: Vec::new() }
        };
        let (mut old, mut new) = (load(), load());
        let all = case::load(&folder.join("cases")).unwrap();
        let days = days(&old.pack);
        let ends = [days.first().copied(), days.last().copied()];
        let last = days.windows(2).last().map(|pair| [pair.first().copied(), pair.last().copied()]);
        for [from, until] in last.into_iter().filter(|pair| *pair != ends).chain([ends]) {
            (old.rules_at, new.rules_at) = (from, until);
            match compare(&old, &new, &all, &[]) {
                Ok(comparison) => {
                    assert_eq!(comparison.discrepancies().unwrap(), Vec::<String>::new(), "{}", folder.display());
                    compared += 1;
                }
                // Some days have no rules for some cases, which the pack says itself.
                Err(DiffError::Case { .. } | DiffError::Cases { .. }) => {}
                Err(error) => panic!("{}: {error}", folder.display()),
            }
        }
    }
    assert!(compared >= 8, "{compared}");
}

/// Two packs with other facts, periods, conditions and funds.
#[test]
fn every_pound_between_two_shipped_packs_has_its_change() {
    let load = |folder: &Path, day: Option<Date>| {
        let source = pack::load(&shipped().join(folder)).unwrap();
        let pack = Pack::compile(&source).unwrap();
        Side { source, pack, rules_at: day, known_by: None, set: Vec::new() }
    };
    let day = |text: &str| Some(text.parse().unwrap());
    let old = load(Path::new("better-care-fund/2013-14"), day("2013-12-20"));
    let new = load(Path::new("better-care-fund/2015-16"), day("2015-04-01"));
    let cases = case::load(&shipped().join("better-care-fund/2015-16/cases/worked-example.yaml")).unwrap();
    let comparison = compared(&old, &new, &cases);
    assert!(!comparison.is_same() && comparison.steps.len() > 20);
}

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

/// The rules of December 2013 against those of July 2014, over every commissioning group of England: the figures that the
/// README of the example promises, and every pound of them because of a change.
#[test]
fn every_pound_between_december_2013_and_july_2014_has_its_change() {
    let load = |folder: &str, day: &str| {
        let source = pack::load(&shipped().join(folder)).unwrap();
        let pack = Pack::compile(&source).unwrap();
        Side { source, pack, rules_at: Some(day.parse().unwrap()), known_by: None, set: Vec::new() }
    };
    let old = load("better-care-fund/2013-14", "2013-12-20");
    let new = load("better-care-fund/2015-16", "2015-04-01");
    let cases = case::load(&example("england-december-2013/england.yaml")).unwrap();
    assert_eq!(cases.len(), 209);
    let comparison = compared(&old, &new, &cases);
    let parts = |sums: Option<ringfence_reporting::comparison::Sums>| {
        sums.unwrap().dispositions.parts().map(|(_, money)| money.to_string())
    };
    assert_eq!(parts(comparison.all_funds.old), ["250000000.23", "0.00", "0.00", "0.00", "750000000.80"]);
    assert_eq!(parts(comparison.all_funds.new), ["808175899.83", "172726760.00", "0.00", "0.00", "0.00"]);
    assert_eq!(
        parts(Some(comparison.all_funds.difference)),
        ["558175899.60", "172726760.00", "0.00", "0.00", "-750000000.80"]
    );
    // What is not known on a side makes the difference of every area a range.
    assert!(comparison.recipients.iter().all(|one| one.verdict == Verdict::Open));
    assert!(comparison.recipients.iter().all(|one| one.released.exact().is_none()));
}

/// The admissions of that example are those of the published table, as the binding of the other example adds them up.
#[test]
fn the_admissions_of_the_example_are_the_published_ones() {
    let bound = case::load(&example("england-2015-16/england.yaml")).unwrap();
    let series = |document: &Document, fact: &str| -> Option<Vec<String>> {
        let evidence = document.root.get("facts")?.get(fact)?.clone();
        let values = evidence.get("value").unwrap_or(&evidence).clone();
        match values.content {
            Content::List(items) => items.iter().map(|item| Some(item.as_text()?.to_owned())).collect(),
            Content::Map(entries) => {
                // What a check of the binding does not believe was published all the same.
                let figure = |node: &Node| {
                    let value = node.get("value").unwrap_or(node);
                    Some(value.get("found").unwrap_or(value).as_text()?.to_owned())
                };
                entries.iter().map(|entry| figure(&entry.value)).collect()
            }
            _ => None,
        }
    };
    let id = |document: &Document| document.root.get("case").and_then(Node::as_text).unwrap().to_owned();
    let mut compared = 0;
    for written in case::load(&example("england-december-2013/england.yaml")).unwrap() {
        let published = bound.iter().find(|document| id(document) == id(&written)).unwrap();
        for fact in ["activity.baseline", "activity.actual"] {
            assert_eq!(series(&written, fact), series(published, fact), "{} {fact}", id(&written));
            compared += 1;
        }
    }
    assert_eq!(compared, 418);
}

#[test]
fn between_two_days_every_pound_is_because_of_evidence_that_became_known_then() {
    let cases = "case: alder
facts:
  grant:
    vintages: [ { value: 2000.00, known: 2015-06-01, source: letter of June }, { value: 1100.00, known: 2015-09-01 } ]
  beds.open: { vintages: [ { value: 12, known: 2015-06-01 }, { value: 9, known: 2015-10-01, source: recount } ] }
---
case: birch
facts: { grant: 1500.00, beds.open: { vintages: [ { value: { missing: not counted }, known: 2015-06-01 }, { value: 20, known: 2015-09-30 } ] } }
---
case: cedar
facts: { grant: 1500.00, beds.open: { value: 11, known: 2015-06-01 } }
";
    let documents = case::from_text("cases", cases, Format::Yaml).unwrap();
    let mut old = side(RULES);
    let mut new = side(RULES);
    (old.known_by, new.known_by) = (Some("2015-06-30".parse().unwrap()), Some("2015-12-31".parse().unwrap()));
    let comparison = compare(&old, &new, &documents, &[]).unwrap();
    assert!(comparison.discrepancies().unwrap().is_empty());
    let steps = comparison.steps.iter().map(|step| {
        let [change] = step.changes.as_slice() else { panic!("{step:?}") };
        (change.what.as_str(), change.how.as_str(), step.difference.dispositions.released.to_string(), step.recipients)
    });
    let how = "as known by 2015-06-30 → 2015-12-31";
    // Alder's beds fall below ten and all is held back; of what is left of its grant, that is the beds' doing. Birch has
    // its 20 beds, which are worth more than its grant.
    assert_eq!(
        steps.collect::<Vec<_>>(),
        [
            ("the evidence `beds.open`", how, "300.00".to_owned(), 2),
            ("the evidence `grant`", how, "0.00".to_owned(), 1),
        ]
    );
    let told = comparison.restated.iter().map(|figure| {
        let stated = |stated: &Option<ringfence_reporting::comparison::Stated>| {
            stated.as_ref().map_or("-".to_owned(), |stated| {
                format!("{} ({})", stated.shown, stated.source.as_deref().unwrap_or("-"))
            })
        };
        format!("{} {}: {} → {}", figure.case, figure.fact, stated(&figure.old), stated(&figure.new))
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            "alder beds.open: 12 beds (-) → 9 beds (recount)",
            "alder grant: £2,000.00 (letter of June) → £1,100.00 (-)",
            "birch beds.open: missing: not counted (-) → 20 beds (-)",
        ]
    );
    // What is known on both days alike is the same, whichever of them is asked about.
    (old.known_by, new.known_by) = (Some("2015-10-01".parse().unwrap()), None);
    let comparison = compare(&old, &new, &documents, &[]).unwrap();
    assert!(comparison.is_same() && comparison.steps.is_empty() && comparison.restated.is_empty());
}
