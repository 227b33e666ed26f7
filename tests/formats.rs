//! One case in every format is one case: the same digest and the same ruling.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something does not hold"
)]

mod common;

use ringfence_core::evaluate::Options;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::Ruling;
use ringfence_loaders::case::{Format, from_text};

const YAML: &str = "\
case: area-007
recipient: { code: '007', name: Ynys Môn }
rules-at: 2015-04-01
facts:
  plan.local_share: 6400000.10
  plan.target: 3.5%
  plan.proposed_target: { not-applicable: none proposed }
  activity.planned: { 2014-15 Q4: 965, 2015-16 Q1: 965, 2015-16 Q2: 965, 2015-16 Q3: 965 }
  activity.baseline: [1000, 1000, 1000, 1000]
  activity.actual: { 2014-15 Q4: 965, 2015-16 Q1: ~, 2015-16 Q2: 965, 2015-16 Q3: 0965 }
  pool.agreement_in_place: yes
  pool.agreed_on: 2015-03-31
";

const JSON: &str = r#"{
    "case": "area-007",
    "recipient": { "code": "007", "name": "Ynys M\u00f4n" },
    "rules-at": "2015-04-01",
    "facts": {
        "pool.agreed_on": "2015-03-31",
        "pool.agreement_in_place": true,
        "activity.actual": { "2014-15 Q4": 965, "2015-16 Q1": null, "2015-16 Q2": 965, "2015-16 Q3": 965 },
        "activity.baseline": [1000, 1000, 1000, 1000],
        "activity.planned": [965, 965, 965, 965],
        "plan.proposed_target": { "not-applicable": "none proposed" },
        "plan.target": "3.5%",
        "plan.local_share": 6400000.10
    }
}"#;

/// One row a case: a column for each fact and period. Not applicable is a word of its own in a table.
const ONE_ROW: &str = "\
case,recipient.code,recipient.name,rules-at,plan.local_share,plan.target,activity.planned[2014-15 Q4],\
activity.planned[2015-16 Q1],activity.planned[2015-16 Q2],activity.planned[2015-16 Q3],activity.baseline[2014-15 Q4],\
activity.baseline[2015-16 Q1],activity.baseline[2015-16 Q2],activity.baseline[2015-16 Q3],activity.actual[2014-15 Q4],\
activity.actual[2015-16 Q1],activity.actual[2015-16 Q2],activity.actual[2015-16 Q3],pool.agreement_in_place,pool.agreed_on\n\
area-007,007,Ynys Môn,2015-04-01,6400000.10,3.5%,965,965,965,965,1000,1000,1000,1000,965,,965,965,yes,2015-03-31\n";

/// One row a case and period.
const ROW_BY_PERIOD: &str = "\
case,recipient.code,recipient.name,rules-at,period,plan.local_share,plan.target,activity.planned[],activity.baseline[],\
activity.actual[],pool.agreement_in_place,pool.agreed_on\n\
area-007,007,Ynys Môn,2015-04-01,2014-15 Q4,6400000.10,3.5%,965,1000,965,yes,2015-03-31\n\
area-007,007,Ynys Môn,2015-04-01,2015-16 Q1,6400000.10,3.5%,965,1000,,yes,2015-03-31\n\
area-007,007,Ynys Môn,2015-04-01,2015-16 Q2,6400000.10,3.5%,965,1000,965,yes,2015-03-31\n\
area-007,007,Ynys Môn,2015-04-01,2015-16 Q3,6400000.10,3.5%,965,1000,965,yes,2015-03-31\n";

fn rule(pack: &Pack, text: &str, format: Format) -> Ruling {
    let documents = from_text("case", text, format).unwrap_or_else(|mistakes| panic!("{format:?}: {mistakes:?}"));
    let [document] = documents.as_slice() else { panic!("{format:?}: {} cases", documents.len()) };
    let case = pack.read_case(document).unwrap_or_else(|mistakes| panic!("{format:?}: {mistakes:?}"));
    pack.evaluate(&case, &Options::default()).unwrap()
}

#[test]
fn a_case_in_each_format_gives_the_same_ruling() {
    let pack = Pack::compile(&common::source(&common::path(common::BETTER_CARE_FUND))).unwrap();
    let yaml = rule(&pack, YAML, Format::Yaml);
    let json = rule(&pack, JSON, Format::Json);
    let line = JSON.replace('\n', " ");
    let json_lines = rule(&pack, &line, Format::JsonLines);
    assert_eq!(yaml.to_json().unwrap(), json.to_json().unwrap());
    assert_eq!(yaml.to_json().unwrap(), json_lines.to_json().unwrap());
    let amount = yaml.fund("performance").unwrap().amount.unwrap();
    assert_eq!(amount.to_string(), "208600.00");
    assert_eq!(yaml.case.recipient.code.as_deref(), Some("007"));
}

#[test]
fn a_table_with_a_row_a_case_and_one_with_a_row_a_period_are_one_case() {
    let pack = Pack::compile(&common::source(&common::path(common::BETTER_CARE_FUND))).unwrap();
    let one_row = rule(&pack, ONE_ROW, Format::Csv);
    let by_period = rule(&pack, ROW_BY_PERIOD, Format::Csv);
    assert_eq!(one_row.to_json().unwrap(), by_period.to_json().unwrap());
    // A table cannot say that something does not apply with a reason, so its digest is its own; what
    // was returned is what the YAML case returned.
    let yaml = rule(&pack, YAML, Format::Yaml);
    let actual = |ruling: &Ruling| {
        let of = ruling.evidence.iter().filter(|used| used.fact == "activity.actual");
        of.map(|used| used.figure.clone()).collect::<Vec<_>>()
    };
    assert_eq!(actual(&yaml), actual(&one_row));
    assert_eq!(actual(&yaml).len(), 4);
}
