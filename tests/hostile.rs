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
