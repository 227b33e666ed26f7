//! Invariant 5: what is made to hurt gets a diagnostic or an answer. Each of these took time or room without end, or the
//! whole stack, in a program that did not guard against it; here each simply ends.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something does not hold"
)]

mod common;

use std::fmt::Write as _;

use ringfence_core::case::Case;
use ringfence_core::diagnostic::Code;
use ringfence_core::evaluate::Options;
use ringfence_core::pack::{Invalid, Pack};
use ringfence_core::ruling::Outcome;
use ringfence_loaders::pack;

const HEAD: &str = "\
ringfence: 1
pack: hostile
title: Made to hurt
rules-on: nothing real
version: 1.0.0
currency: GBP
in-force: { from: 2015-04-01 }
rules-at: 2015-04-01
recipient: nobody
rounding: { to: 0.01, mode: half-even }
";

fn compile(sections: &str) -> Result<Pack, Invalid> {
    Pack::compile(&pack::from_texts([("pack.yaml", format!("{HEAD}{sections}").as_str())]).unwrap())
}

fn codes(result: Result<Pack, Invalid>) -> Vec<Code> {
    let mistakes = result.err().map(|invalid| invalid.mistakes).unwrap_or_default();
    mistakes.iter().filter(|mistake| mistake.is_error()).map(|mistake| mistake.code).collect()
}

#[test]
fn values_that_double_what_they_rest_on_are_ruled_on() {
    let mut text = "facts:\n  size: { type: money, title: Size }\nvalues:\n  v0: size\n  v1: size\n".to_owned();
    for index in 2..90 {
        writeln!(text, "  v{index}: greater_of(v{}, v{})", index - 1, index - 2).unwrap();
    }
    text.push_str("conditions:\n  big: { title: It is big, met: \"v89 > 0\" }\nfunds:\n  all: { title: All, amount: v89, gated-by: [big] }\n");
    let pack = compile(&text).unwrap();
    let ruling = common::rule(&pack, &Case::new("case", "Nobody"));
    assert_eq!(ruling.finding("big").unwrap().outcome, Outcome::Undetermined);
    assert_eq!(ruling.missing.len(), 1);
    assert_eq!(ruling.missing[0].what, "size");
}

#[test]
fn conditions_that_double_what_they_rest_on_are_ruled_on() {
    let mut text = "\
facts:
  open: { type: bool, title: Open }
decisions:
  leave: { title: Leave, answers: [given], met-when: [given], by: [minister] }
conditions:
  c0: { title: Open, met: open }
  c1: { title: Leave is given, decision: leave }
"
    .to_owned();
    for index in 2..90 {
        writeln!(text, "  c{index}: {{ title: Number {index}, all-of: [c{}, c{}] }}", index - 1, index - 2).unwrap();
    }
    text.push_str("funds:\n  all: { title: All, amount: \"0\", gated-by: [c89] }\n");
    let pack = compile(&text).unwrap();
    let nothing = common::rule(&pack, &Case::new("case", "Nobody"));
    assert_eq!(nothing.finding("c89").unwrap().outcome, Outcome::Undetermined);
    let open = common::rule(&pack, &Case::new("case", "Nobody").with("open", true));
    assert_eq!(open.finding("c89").unwrap().outcome, Outcome::Pending);
    let closed = common::rule(&pack, &Case::new("case", "Nobody").with("open", false));
    assert_eq!(closed.finding("c89").unwrap().outcome, Outcome::Unmet);
}

#[test]
fn what_rests_on_what_rests_on_others_without_end_is_refused() {
    let mut values = "values:\n  v0: \"1\"\n".to_owned();
    let mut conditions =
        "facts:\n  open: { type: bool, title: Open }\nconditions:\n  c0: { title: Open, met: open }\n".to_owned();
    // The last comes first, so that each is reached from above.
    for index in (1..6_000).rev() {
        writeln!(values, "  v{index}: v{} + 1", index - 1).unwrap();
        writeln!(conditions, "  c{index}: {{ title: Number {index}, any-of: [c{}] }}", index - 1).unwrap();
    }
    assert!(codes(compile(&values)).contains(&Code::TOO_LARGE));
    assert!(codes(compile(&conditions)).contains(&Code::TOO_LARGE));
}

#[test]
fn thousands_of_unknown_names_are_told() {
    let mut text = "facts:\n".to_owned();
    for index in 0..4_000 {
        writeln!(text, "  a_fact_with_a_long_name_{index}: {{ type: bool, title: Fact {index} }}").unwrap();
    }
    text.push_str("conditions:\n");
    for index in 0..4_000 {
        writeln!(text, "  c{index}: {{ title: Number {index}, met: a_fact_with_a_lnog_name_{index} }}").unwrap();
    }
    assert_eq!(codes(compile(&text)), vec![Code::UNKNOWN_NAME; 4_000]);
}

#[test]
fn a_list_of_many_texts_is_bound() {
    let text = "\
facts:
  partners: { type: list, of: text, title: Partners }
conditions:
  named: { title: Every partner is named, met: \"partners.none(|p| p == \\\"nobody\\\")\" }
";
    let pack = compile(text).unwrap();
    let partners: Vec<String> = (0..60_000).map(|index| format!("partner {index}")).collect();
    let case = Case::new("case", "Nobody").with_texts("partners", partners.iter().map(String::as_str));
    assert_eq!(common::rule(&pack, &case).finding("named").unwrap().outcome, Outcome::Met);
}

/// Each list within a list multiplies the work: two hundred records three deep are 8,000,000 tests.
#[test]
fn lists_within_lists_end_in_an_error_with_a_place() {
    let mut test = "a == b".to_owned();
    for name in ["c", "b", "a"] {
        test = format!("partners.all(|{name}| {test})");
    }
    let text = format!(
        "facts:\n  partners: {{ type: list, of: text, title: Partners }}\nconditions:\n  \
         alike:\n    title: All are alike\n    met: |\n      {test}\n    because: |\n      `${{{test}}}`\n"
    );
    let pack = compile(&text).unwrap();
    let case = |count: usize| Case::new("case", "Nobody").with_texts("partners", vec!["council"; count]);
    assert_eq!(common::rule(&pack, &case(8)).finding("alike").unwrap().outcome, Outcome::Met);
    let error = common::rule_with(&pack, &case(200), &Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "going through the records of lists takes more than 4,000,000 steps");
    assert_eq!(error.place().unwrap().line(), 17);
}

/// A text is no finding: where it takes too much work it is left out, and the ruling stands.
#[test]
fn a_text_that_takes_too_much_work_is_left_out() {
    let text = "\
facts:
  open: { type: bool, title: Open }
  partners: { type: list, of: text, title: Partners }
conditions:
  open:
    title: It is open
    met: open
    because: |
      `${partners.map(|a| if partners.all(|b| partners.all(|c| a == b || b == c)) { a } else { a }).join(\", \")}`
";
    let pack = compile(text).unwrap();
    let case =
        |count: usize| Case::new("case", "Nobody").with("open", true).with_texts("partners", vec!["council"; count]);
    let reason = |count| common::rule(&pack, &case(count)).finding("open").unwrap().reason.clone();
    assert_eq!(reason(3), "council, council, council");
    assert!(!reason(200).contains("council"), "{}", reason(200));
}

#[test]
fn more_entries_than_a_section_may_have_are_refused() {
    for (section, entry) in [
        ("facts", "{ type: bool, title: A fact }"),
        ("values", "1 + 1"),
        ("conditions", "{ title: It holds, met: \"true\" }"),
        ("funds", "{ title: A fund, amount: \"0\" }"),
        ("parameters", "{ title: It, type: number, values: { 2015-04-01: { value: 1, status: choice } } }"),
        ("decisions", "{ title: It, answers: [a], met-when: [a], by: [b] }"),
        ("sources", "{ title: A letter }"),
    ] {
        let mut text = format!("{section}:\n");
        for index in 0..=5_000 {
            writeln!(text, "  e{index}: {entry}").unwrap();
        }
        let text = format!("{HEAD}{text}");
        // Some sections reach another limit first: how many keys and values a file may have.
        match pack::from_texts([("pack.yaml", text.as_str())]) {
            Ok(source) => assert!(codes(Pack::compile(&source)).contains(&Code::TOO_LARGE), "{section}"),
            Err(error) => assert!(error.to_string().contains("100000"), "{section}: {error}"),
        }
    }
}

/// A few lines that are asked for each of 600 months, over each of 600 months.
#[test]
fn scripts_that_take_too_many_steps_for_their_periods_are_refused() {
    let mut text = "\
periods: { every: month, from: 1970-04, to: 2020-03 }
facts:
  visits: { type: count, unit: visits, per: period, title: Visits }
values:
"
    .to_owned();
    for index in 0..20 {
        writeln!(text, "  v{index}: {{ per: period, is: visits.to_date() }}").unwrap();
    }
    assert_eq!(codes(compile(&text)), vec![Code::TOO_LARGE]);
    let fewer: Vec<&str> = text.lines().take(4 + 10).collect();
    assert_eq!(codes(compile(&fewer.join("\n"))), vec![]);
}
