//! Figures that were supplied and not believed, from a table or a case to the ruling.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something does not hold"
)]

mod common;

use std::fs;

use ringfence_core::case::Case;
use ringfence_core::evaluate::Options;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::{CheckedBy, Outcome, Ruling};
use ringfence_core::source::Document;
use ringfence_loaders::case::{self, Format};
use ringfence_loaders::pack;

const PACK: &str = "\
ringfence: 1
pack: beds
title: Beds
rules-on: beds that are kept open
version: 1.0.0
currency: GBP
in-force: { from: 2015-04-01, until: 2017-04-01 }
recipient: trust
periods: { every: quarter, from: 2015-16 Q1, to: 2015-16 Q2 }
rounding: { to: 0.01, mode: half-away-from-zero }
parties:
  trust: { title: Trust }
facts:
  plan.size: { type: money, min: 0, title: Size of the plan }
  plan.route: { type: choice, of: [ward, hotel], title: Where the beds are }
  beds.planned: { type: count, unit: beds, per: period, min: 0, title: Beds planned }
  beds.open:
    type: count
    unit: beds
    per: period
    min: 0
    title: Beds kept open
    suspect-when: beds.open[period] > beds.planned[period]
    suspect-because: more beds than were planned
parameters:
  least:
    title: Least size
    type: money
    values: { 2015-04-01: { value: 1000, status: choice } }
sign-offs:
  plan: { title: The plan, document: [plan.size], parties: [trust] }
conditions:
  large: { title: The plan is large, met: plan.size >= params.least }
  kept: { title: The beds are kept open, met: beds.open.sum() >= beds.planned.sum() }
  on-a-ward: { title: The beds are on a ward, met: plan.route == \"ward\" }
  signed: { title: The plan is signed, sign-off: plan }
";

fn beds() -> Pack {
    Pack::compile(&pack::from_texts([("pack.yaml", PACK)]).unwrap()).unwrap_or_else(|invalid| panic!("{invalid:?}"))
}

fn read(pack: &Pack, document: &Document) -> Case {
    pack.read_case(document).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

fn written(pack: &Pack, facts: &str) -> Case {
    let text = format!("case: a\nrules-at: 2015-10-01\nfacts:\n{facts}");
    let documents = case::from_text("a.yaml", &text, Format::Yaml).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    read(pack, &documents[0])
}

fn rule(pack: &Pack, case: &Case) -> Ruling {
    pack.evaluate(case, &Options::default()).unwrap()
}

/// Each rejected figure in a line.
fn rejected(ruling: &Ruling) -> Vec<String> {
    let line = |found: &ringfence_core::ruling::Rejected| {
        let period = found.period.as_ref().map(|period| format!(" {period}")).unwrap_or_default();
        let value = found.figure.value.as_deref().unwrap_or("no value");
        let source = found.source.as_deref().unwrap_or("no source");
        format!("{}{period}: {value} ({}), {}: {} [{source}]", found.fact, found.figure.shown, found.by, found.because)
    };
    ruling.rejected.iter().map(line).collect()
}

const TABLE: &str = "trust,size,route,open1,open2,planned1,planned2\n\
                     A,900.00,ward,40,41,40,40\n\
                     B,-5,tent,40,9000,40,40\n\
                     C,1000.00,hotel,40,40,40,\n";

const BINDING: &str = "\
binding: 1
table: t.csv
source: Return of beds
rules-at: 2015-10-01
recipient: { code: trust, name: trust }
facts:
  plan.size: { column: size }
  plan.route: { column: route }
  beds.open: { columns: { 2015-16 Q1: open1, 2015-16 Q2: open2 } }
  beds.planned: { columns: { 2015-16 Q1: planned1, 2015-16 Q2: planned2 } }
checks:
  - { fact: plan.size, range: { min: 0 }, otherwise: missing, because: a plan has a size }
  - { fact: plan.route, one-of: [ward, hotel], otherwise: missing }
  - { fact: beds.open, range: { max: 5000 }, otherwise: missing }
";

#[test]
fn a_figure_that_fails_a_check_of_a_binding_is_missing_and_listed_with_what_was_found() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("t.csv"), TABLE).unwrap();
    fs::write(dir.path().join("b.yaml"), BINDING).unwrap();
    let pack = beds();
    let documents = case::load(&dir.path().join("b.yaml")).unwrap();
    let rulings: Vec<Ruling> = documents.iter().map(|document| rule(&pack, &read(&pack, document))).collect();
    assert_eq!(
        rejected(&rulings[0]),
        ["beds.open 2015-16 Q2: 41 (41 beds), rules: more beds than were planned [t.csv, line 2; Return of beds]"]
    );
    assert_eq!(
        rejected(&rulings[1]),
        [
            "plan.size: -5.00 (-£5.00), evidence: a plan has a size (it is less than 0) [t.csv, line 3; Return of beds]",
            "plan.route: no value (tent), evidence: it is none of `ward`, `hotel` [t.csv, line 3; Return of beds]",
            "beds.open 2015-16 Q2: 9000 (9,000 beds), evidence: it is more than 5000; more beds than were planned \
             [t.csv, line 3; Return of beds]",
        ]
    );
    let ruling = &rulings[1];
    for condition in ["large", "kept", "on-a-ward"] {
        assert_eq!(ruling.finding(condition).unwrap().outcome, Outcome::Undetermined, "{condition}");
    }
    let shown = |fact: &str| ruling.evidence.iter().find(|used| used.fact == fact).unwrap().figure.shown.clone();
    assert_eq!(
        shown("plan.route"),
        "missing: the figure supplied, tent, is not believed: it is none of `ward`, `hotel`"
    );
    assert_eq!(ruling.warnings.len(), 3, "{:?}", ruling.warnings);
    assert_eq!(rejected(&rulings[2]), [""; 0]);
    assert!(!rulings[2].to_json().unwrap().contains("\"rejected\""), "what has nothing to say is left out");
    assert_eq!(rulings[0].rejected[0].by, CheckedBy::Rules);
}

#[test]
fn an_author_can_write_the_same_in_a_case() {
    let pack = beds();
    let facts = "  plan.size: { value: { missing: the sum is wrong, found: 900.00 }, source: page 3, known: 2015-06-01 }\n  \
                 beds.planned: [40, 40]\n  beds.open: { 2015-16 Q1: 40, 2015-16 Q2: { missing: torn, found: \"4?\" } }\n";
    let case = written(&pack, facts);
    assert_eq!(
        rejected(&rule(&pack, &case)),
        [
            "plan.size: 900.00 (£900.00), evidence: the sum is wrong [page 3]",
            "beds.open 2015-16 Q2: no value (4?), evidence: torn [no source]",
        ]
    );
    let early = Options { known_by: Some("2015-05-31".parse().unwrap()), ..Options::default() };
    assert_eq!(pack.evaluate(&case, &early).unwrap().rejected.len(), 1, "what was not known was not rejected either");
    for other in ["900.01", "1900.00"] {
        assert_ne!(case.digest(), written(&pack, &facts.replace("900.00", other)).digest(), "{other}");
    }
    let document = case::from_text("a.yaml", "case: a\nfacts: { plan.size: { missing: x, fond: 1 } }\n", Format::Yaml);
    let mistakes = pack.read_case(&document.unwrap()[0]).unwrap_err();
    assert_eq!(mistakes[0].message, "a missing figure has no key `fond`");
}

#[test]
fn a_packs_check_reads_what_was_rejected_before_as_it_was_supplied() {
    let pack = beds();
    let open = "  beds.open: [40, 41]\n";
    let with = |planned: &str| rule(&pack, &written(&pack, &format!("{open}  beds.planned: [40, {planned}]\n")));
    let by_rules = "beds.open 2015-16 Q2: 41 (41 beds), rules: more beds than were planned [no source]";
    let doubted = with("{ missing: doubted, found: 40 }");
    assert_eq!(
        rejected(&doubted),
        ["beds.planned 2015-16 Q2: 40 (40 beds), evidence: doubted [no source]".to_owned(), by_rules.to_owned(),]
    );
    assert!(!doubted.warnings.iter().any(|warning| warning.contains("was not checked")), "{:?}", doubted.warnings);
    // What is no value of the fact, or is outside its bounds, is missing to the pack as well.
    for found in ["forty", "-1"] {
        let ruling = with(&format!("{{ missing: doubted, found: \"{found}\" }}"));
        assert_eq!(ruling.rejected.len(), 1, "{found}");
        assert!(ruling.warnings.iter().any(|warning| warning.contains("was not checked")), "{:?}", ruling.warnings);
    }
}

#[test]
fn a_document_is_signed_with_the_figures_that_were_submitted_believed_or_not() {
    let pack = beds();
    let digest = |size: &str| {
        let signed = "sign-offs: { plan: [{ party: trust, date: 2015-06-01, document: as-submitted }] }\n";
        let text = format!("case: a\nrules-at: 2015-10-01\nfacts:\n  plan.size: {size}\n{signed}");
        let documents = case::from_text("a.yaml", &text, Format::Yaml).unwrap();
        let ruling = rule(&pack, &read(&pack, &documents[0]));
        let finding = ruling.finding("signed").unwrap();
        assert_eq!(finding.outcome, Outcome::Met);
        let version =
            finding.steps.iter().map(|step| step.result.clone()).find(|result| result.starts_with("version "));
        version.unwrap_or_else(|| panic!("{:?}", finding.steps))
    };
    assert_eq!(digest("900.00"), digest("{ missing: the sum is wrong, found: 900.00 }"));
    assert_eq!(digest("900.00"), digest("{ missing: the sum is wrong, found: 900 }"));
    assert_ne!(digest("900.00"), digest("{ missing: the sum is wrong, found: 900.01 }"));
    assert_ne!(digest("900.00"), digest("{ missing: the sum is wrong }"));
}
