//! One changed input in one line: what a case sets is as if it had been written where it belongs.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something does not hold"
)]

mod common;

use std::fmt::Write as _;

use ringfence_core::case::{Case, Evidence, Given};
use ringfence_core::pack::Pack;
use ringfence_core::source::Document;
use ringfence_loaders::case::{Format, from_text};

const CASE: &str = "
case: x
facts:
  plan.target: 3.5%
  activity.actual: [10, 20, 30, 40]
  partner_commissioners: [North, South]
  services:
    vintages:
      - { known: 2015-05-01, value: [{ name: reablement, days: all }, { name: nursing, days: mon-fri }] }
      - { known: 2015-08-01, value: [{ name: nursing, days: mon-sat }] }
sign-offs:
  plan:
    - { party: council, office: chief executive, date: 2014-09-18, document: as-submitted }
    - { party: North, office: accountable officer, date: 2014-09-18, document: as-submitted }
decisions:
  ministers-approval: { answer: approved, by: minister, on: 2015-01-15 }
";

fn document(set: &[(&str, &str)]) -> Document {
    let mut text = format!("{CASE}set:\n");
    for (path, value) in set {
        writeln!(text, "  {path}: {value}").unwrap();
    }
    from_text("x.yaml", &text, Format::Yaml).unwrap().remove(0)
}

fn read(pack: &Pack, set: &[(&str, &str)]) -> Case {
    common::read(pack, &document(set))
}

fn mistakes(pack: &Pack, path: &str, value: &str) -> Vec<String> {
    let mistakes = pack.read_case(&document(&[(path, value)])).unwrap_err();
    mistakes.iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_set_is_as_if_written_in_its_place() {
    let pack = common::better_care_fund();
    let written = |from: &str, to: &str| {
        assert!(CASE.contains(from), "{from}");
        let text = CASE.replace(from, to);
        common::read(&pack, &from_text("x.yaml", &text, Format::Yaml).unwrap()[0])
    };
    let council = "\n    - { party: council, office: chief executive, date: 2014-09-18, document: as-submitted }";
    for (set, case) in [
        ([("plan.target", "2%")], written("3.5%", "2%")),
        ([("facts.plan.target", "{ missing: lost }")], written("3.5%", "{ missing: lost }")),
        ([("activity.actual[2015-16 Q1]", "25")], written("[10, 20,", "[10, 25,")),
        ([("activity.actual[2015-16 Q3]", "~")], written("30, 40]", "30, ~]")),
        ([("services[reablement].days", "mon-fri")], written("reablement, days: all", "reablement, days: mon-fri")),
        ([("services[#2].days", "~")], written("days: mon-fri", "days: ~")),
        ([("partner_commissioners", "[East]")], written("[North, South]", "[East]")),
        ([("sign-offs.plan[council]", "~")], written(council, "")),
        ([("sign-offs.plan[council].date", "2014-09-22")], {
            written("chief executive, date: 2014-09-18", "chief executive, date: 2014-09-22")
        }),
        ([("sign-offs.plan[#1].office", "~")], written("council, office: chief executive,", "council,")),
        ([("decisions.ministers-approval", "~")], written("{ answer: approved, by: minister, on: 2015-01-15 }", "~")),
        ([("decisions.ministers-approval.answer", "not approved")], written(": approved", ": not approved")),
    ] {
        assert_eq!(read(&pack, &set), case, "{set:?}");
        assert_ne!(read(&pack, &[]), case, "{set:?}");
    }
}

#[test]
fn a_record_is_set_in_every_statement_that_has_it() {
    let pack = common::better_care_fund();
    let case = read(&pack, &[("services[nursing].days", "all")]);
    let Evidence::List(vintages) = &case.facts["services"] else { panic!("services is a list") };
    let days = |row: &ringfence_core::case::Row| match &row["days"] {
        Given::Known(value) => value.to_string(),
        other => panic!("{other:?}"),
    };
    for vintage in vintages {
        let Given::Known(rows) = &vintage.given else { panic!("the list is given") };
        assert!(rows.iter().all(|row| days(row) == "mon-sun" || days(row) == "all"), "{rows:?}");
    }
}

#[test]
fn a_mistake_in_what_is_set_is_told_in_its_place() {
    let pack = common::better_care_fund();
    let mut told = String::new();
    for (path, value) in [
        ("plan.targt", "2%"),
        ("plan.target", "2"),
        ("plan.target[2015-16 Q1]", "2%"),
        ("activity.actual[2015-16 Q5]", "2"),
        ("activity.actual[2016-17 Q1]", "2"),
        ("activity.actual[#1]", "2"),
        ("activity.actual[2015-16 Q1]", "-2"),
        ("services.days", "all"),
        ("services[reablement]", "~"),
        ("services[reablemnt].days", "all"),
        ("services[reablement].day", "all"),
        ("services[#3].days", "all"),
        ("partner_commissioners[North]", "South"),
        ("sign-offs.plann[council].date", "2014-09-22"),
        ("sign-offs.plan[counsil].date", "2014-09-22"),
        ("sign-offs.plan[as-submitted].date", "2014-09-22"),
        ("sign-offs.plan.date", "2014-09-22"),
        ("sign-offs.plan[council].dat", "2014-09-22"),
        ("decisions.ministers-approval.answer", "aproved"),
        ("decisions.revision.answer", "approved"),
        ("waivers.seven-day-services[#1].until", "2016-01-01"),
        ("params.value_per_admission", "1500"),
        ("activity.actual[", "2"),
    ] {
        writeln!(told, "{path}: {value}").unwrap();
        let mistakes = mistakes(&pack, path, value);
        assert!(!mistakes.is_empty());
        for mistake in mistakes {
            writeln!(told, "  {mistake}").unwrap();
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn one_thing_is_set_once() {
    let pack = common::better_care_fund();
    let twice = document(&[("plan.target", "2%"), ("facts.plan.target", "3%")]);
    let told = pack.read_case(&twice).unwrap_err();
    assert_eq!(told[0].message, "`plan.target` is set twice");
    assert_eq!(told[0].place.line(), 19);
}
