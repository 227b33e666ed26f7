//! Packs of two passes: what is worked out over all cases, whatever the order of cases and threads.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something does not hold"
)]

mod common;

use ringfence_core::case::Case;
use ringfence_core::evaluate::{EvaluateError, Options, Portfolio, Scratch};
use ringfence_core::exact::Exact;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::Ruling;

const SHARED: &str = "tests/language/20-two-passes";
const OPEN: &str = "tests/language/20b-two-passes-open";

fn pack(folder: &str) -> Pack {
    common::compile(&common::source(&common::path(folder)))
}

fn cases(pack: &Pack, folder: &str) -> Vec<Case> {
    common::case_files(&common::path(folder)).iter().map(|file| common::read(pack, &file.document)).collect()
}

fn together(pack: &Pack, cases: &[Case]) -> Vec<Ruling> {
    pack.evaluate_together(cases, &Options::default()).into_iter().map(Result::unwrap).collect()
}

fn json(mut rulings: Vec<Ruling>) -> Vec<String> {
    rulings.sort_by(|left, right| left.case.id.cmp(&right.case.id));
    rulings.iter().map(|ruling| ruling.to_json().unwrap()).collect()
}

#[test]
fn the_order_of_cases_and_threads_changes_nothing() {
    for folder in [SHARED, OPEN] {
        let pack = pack(folder);
        let cases = cases(&pack, folder);
        let expected = json(together(&pack, &cases));
        for turn in 1..cases.len() {
            let mut turned = cases.clone();
            turned.rotate_left(turn);
            assert_eq!(json(together(&pack, &turned)), expected);
            turned.reverse();
            assert_eq!(json(together(&pack, &turned)), expected);
        }
        let rules = pack.rules_at(pack.default_day().unwrap(), &Options::default()).unwrap();
        let bounds: Vec<_> = cases.iter().map(|case| rules.bind(case, None).unwrap()).collect();
        let portfolio = rules.survey(&bounds.iter().collect::<Vec<_>>()).unwrap();
        assert_eq!(portfolio.len(), cases.len());
        let by_thread: Vec<Ruling> = std::thread::scope(|scope| {
            let rule = |bound| rules.rule_in(bound, &portfolio, &mut Scratch::new()).unwrap();
            let threads: Vec<_> = bounds.iter().rev().map(|bound| scope.spawn(move || rule(bound))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(json(by_thread), expected);
    }
}

#[test]
fn a_value_over_all_cases_is_what_the_cases_own_figures_come_to() {
    let pack = pack(SHARED);
    let rulings = together(&pack, &cases(&pack, SHARED));
    let own = |name: &str| -> Vec<Exact> {
        let value = |ruling: &Ruling| {
            let values = &ruling.portfolio.as_ref().unwrap().values;
            let found = values.iter().find(|value| value.name == name).unwrap();
            found.own.as_ref().map(|own| own.value.as_ref().unwrap().parse().unwrap())
        };
        rulings.iter().filter_map(value).collect()
    };
    let found = |name: &str| -> Exact {
        let values = &rulings[0].portfolio.as_ref().unwrap().values;
        values.iter().find(|value| value.name == name).unwrap().figure.value.as_ref().unwrap().parse().unwrap()
    };
    let sum = |numbers: &[Exact]| numbers.iter().fold(Exact::ZERO, |sum, number| sum.plus(*number).unwrap());
    assert_eq!(own("total_score").len(), 3, "the one that was not audited is left out");
    assert_eq!(found("total_score"), sum(&own("total_score")));
    assert_eq!(found("mean_score").times(Exact::whole(4)).unwrap(), sum(&own("mean_score")));
    let released: i64 = rulings.iter().map(|ruling| ruling.fund("share").unwrap().dispositions.released.pence()).sum();
    assert_eq!(released, 60_000_000, "the shares come to the pool");
}

#[test]
fn what_is_redirected_is_what_the_others_gain() {
    let folder = "tests/language/11-redirect-to-performers";
    let pack = pack(folder);
    let rulings = together(&pack, &cases(&pack, folder));
    let sum = |fund: &str, part: usize| -> i64 {
        rulings.iter().map(|ruling| ruling.fund(fund).unwrap().dispositions.parts()[part].1.pence()).sum()
    };
    assert_eq!(sum("premium", 1), 3_000_000);
    assert_eq!(sum("extra", 0), sum("premium", 1));
}

#[test]
fn a_case_ruled_on_alone_says_so_and_what_it_finds_then_stays() {
    let pack = pack(SHARED);
    assert_eq!(pack.passes(), 2);
    let cases = cases(&pack, SHARED);
    for (case, ruled) in cases.iter().zip(together(&pack, &cases)) {
        let alone = common::rule(&pack, case);
        assert!(alone.portfolio.is_none());
        let missing = alone.missing.iter().find(|missing| missing.what == "portfolio.median_score").unwrap();
        assert_eq!(missing.reason, "needs all recipients of the scheme: this case was ruled on alone");
        assert!(missing.leaves_open.contains(&"upper-half".to_owned()));
        assert!(alone.warnings.iter().any(|warning| warning.contains("ruled on alone")), "{:?}", alone.warnings);
        for (before, after) in alone.findings.iter().zip(&ruled.findings) {
            let open = before.outcome == ringfence_core::ruling::Outcome::Undetermined;
            assert!(open || before.outcome == after.outcome, "{}", before.condition);
        }
        assert!(
            alone.fund("share").unwrap().dispositions.released <= ruled.fund("share").unwrap().dispositions.released
        );
    }
}

#[test]
fn what_a_late_return_brings_changes_no_definite_answer() {
    let pack = pack(OPEN);
    let before = cases(&pack, OPEN);
    for score in [0_i64, 30, 40, 1_000] {
        let mut after = before.clone();
        let south = after.iter_mut().find(|case| case.id == "south").unwrap();
        *south = south.clone().with("score", score);
        for (before, after) in together(&pack, &before).iter().zip(together(&pack, &after)) {
            for (before, after) in before.findings.iter().zip(&after.findings) {
                let open = before.outcome == ringfence_core::ruling::Outcome::Undetermined;
                assert!(open || before.outcome == after.outcome, "{}", before.condition);
            }
            for (before, after) in before.funds.iter().zip(&after.funds) {
                assert!(before.amount.is_none() || before.amount == after.amount, "{}", before.fund);
            }
        }
    }
}

#[test]
fn a_case_that_is_not_of_the_portfolio_is_refused() {
    let pack = pack(SHARED);
    let cases = cases(&pack, SHARED);
    let day = pack.default_day().unwrap();
    let rules = pack.rules_at(day, &Options::default()).unwrap();
    let bounds: Vec<_> = cases.iter().map(|case| rules.bind(case, None).unwrap()).collect();
    let survey = |bounds: &[&ringfence_core::Bound]| rules.survey(bounds);
    let of_two = survey(&[&bounds[0], &bounds[1]]).unwrap();
    let told = |portfolio: &Portfolio, bound: &ringfence_core::Bound| {
        rules.rule_in(bound, portfolio, &mut Scratch::new()).unwrap_err().to_string()
    };
    assert!(told(&of_two, &bounds[2]).ends_with("the first pass was made without it"));
    let changed = rules.bind(&cases[0].clone().with("score", 1), None).unwrap();
    assert!(told(&of_two, &changed).ends_with("its evidence is not what the first pass was made with"));
    let later = rules.bind(&cases[0], Some(common::day("2025-06-01"))).unwrap();
    assert!(told(&of_two, &later).ends_with("the first pass was made under other rules or with other dates"));
    assert!(matches!(survey(&[&bounds[0], &bounds[0]]), Err(EvaluateError::NotOfPortfolio { .. })));
    assert!(matches!(survey(&[&later, &bounds[1]]), Err(EvaluateError::NotOfPortfolio { .. })));
    let other_day = pack.rules_at(common::day("2025-05-01"), &Options::default()).unwrap();
    assert!(other_day.rule_in(&bounds[0], &of_two, &mut Scratch::new()).is_err());
}

#[test]
fn the_value_reading_gives_the_same_outcomes_and_amounts() {
    let pack = pack(SHARED);
    let cases = cases(&pack, SHARED);
    let rules = pack.rules_at(pack.default_day().unwrap(), &Options::default()).unwrap();
    let bounds: Vec<_> = cases.iter().map(|case| rules.bind(case, None).unwrap()).collect();
    let portfolio = rules.survey(&bounds.iter().collect::<Vec<_>>()).unwrap();
    for bound in &bounds {
        let mut scratch = Scratch::new();
        let ruling = rules.rule_in(bound, &portfolio, &mut scratch).unwrap();
        let decided = rules.decide_in(bound, &portfolio, &mut scratch).unwrap();
        let amounts: Vec<_> = ruling.funds.iter().map(|fund| (fund.amount, fund.dispositions)).collect();
        assert_eq!(decided.funds().collect::<Vec<_>>(), amounts);
        let outcomes: Vec<_> = pack.conditions().map(|id| ruling.finding(id).unwrap().outcome).collect();
        assert_eq!(decided.outcomes().collect::<Vec<_>>(), outcomes);
    }
}
