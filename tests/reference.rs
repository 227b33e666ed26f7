//! Every shipped pack against the reference: Rhai's own interpreter over the same script texts.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something does not hold"
)]

mod common;

use std::collections::BTreeMap;

use ringfence_core::Date;
use ringfence_core::case::Case;
use ringfence_core::evaluate::{Options, Scratch};
use ringfence_core::language::reference::{Compared, Reference};
use ringfence_core::pack::Pack;
use ringfence_core::period::Period;

/// Compares both readings of one folder's cases, and says how much there was to compare.
fn compare(pack_folder: &str, cases: &[&str], set: &[(&str, &str)]) -> Compared {
    let source = ringfence_loaders::pack::load(&common::path(pack_folder)).unwrap();
    let pack = Pack::compile(&source).unwrap();
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let options = Options { set, through: None::<Period>, ..Options::default() };
    let mut total = Compared::default();
    for path in cases {
        let documents = ringfence_loaders::case::load(&common::path(path)).unwrap();
        let mut days: BTreeMap<Date, Vec<Case>> = BTreeMap::new();
        for case in documents.iter().filter_map(|document| pack.read_case(document).ok()) {
            days.entry(case.rules_at.or(pack.default_day()).unwrap()).or_default().push(case);
        }
        for (day, cases) in days {
            let Ok(rules) = pack.rules_at(day, &options) else { continue };
            let reference = Reference::new(&rules, &source).unwrap();
            let bounds: Vec<_> = cases.iter().map(|case| rules.bind(case, case.known_by).unwrap()).collect();
            let portfolio = (pack.passes() == 2).then(|| rules.survey(&bounds.iter().collect::<Vec<_>>()).unwrap());
            for (case, bound) in cases.iter().zip(&bounds) {
                let mut scratch = Scratch::new();
                let ruled = match &portfolio {
                    Some(portfolio) => rules.rule_in(bound, portfolio, &mut scratch),
                    None => rules.rule(bound, &mut scratch),
                };
                // A case may be there to show that no ruling is possible.
                if ruled.is_err() {
                    continue;
                }
                let found = reference.compare(bound, &scratch);
                let found = found.unwrap_or_else(|why| panic!("{}: {why}", case.id));
                total.agreed += found.agreed;
                total.skipped += found.skipped;
                if let Some(portfolio) = &portfolio {
                    let found = reference.compare_contribution(bound, portfolio);
                    let found = found.unwrap_or_else(|why| panic!("{}: {why}", case.id));
                    total.agreed += found.agreed;
                    total.skipped += found.skipped;
                }
            }
        }
    }
    total
}

#[test]
fn the_authors_cases_agree_with_rhai() {
    let cases = "rules/better-care-fund/2015-16/cases";
    let found = compare("rules/better-care-fund/2015-16", &[cases], &[]);
    assert!(found.agreed > 1_500, "{found:?}");
    // The cases are there to show what is missing, but most of them are nearly complete.
    assert!(found.skipped * 4 < found.agreed, "{found:?}");
}

#[test]
fn all_of_england_agrees_with_rhai_in_both_readings_of_the_cap() {
    let portfolio = "examples/england-2015-16/england.yaml";
    for reading in ["plan-to-date", "annual"] {
        let found = compare("rules/better-care-fund/2015-16", &[portfolio], &[("cap_reading", reading)]);
        assert!(found.agreed > 8_000, "{found:?}");
    }
}

#[test]
fn every_part_of_the_language_agrees_with_rhai() {
    let mut agreed = 0;
    for folder in common::language_packs() {
        let cases = folder.join("cases");
        let found = compare(&folder.to_string_lossy(), &[&cases.to_string_lossy()], &[]);
        assert!(found.agreed > 0, "{}: {found:?}", folder.display());
        agreed += found.agreed;
    }
    assert!(agreed > 10, "{agreed}");
}
