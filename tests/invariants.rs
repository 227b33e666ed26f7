//! What holds of every ruling, on the shipped cases and on England's 213 recipients.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something does not hold"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use ringfence_core::case::{Case, Decided, Evidence, Given, Signature, Version};
use ringfence_core::evaluate::{EvaluateError, Options, Scratch};
use ringfence_core::exact::Exact;
use ringfence_core::money::Money;
use ringfence_core::pack::Pack;
use ringfence_core::period::Period;
use ringfence_core::ruling::{Dispositions, Outcome, Ruling};
use ringfence_core::source::{Content, Document, Node, PackSource, SourceFile};
use ringfence_core::types::Value;
use ringfence_loaders::{case, pack, yaml};
use ringfence_reporting::portfolio::Portfolio;

use common::{
    BETTER_CARE_FUND, Cap, Fnv, Numbers, QUARTERS, answer, assert_conserved, better_care_fund, better_care_fund_case,
    better_care_fund_cases, by_hand, case_files, compile, day, earned, england, one, path, performance, plan, quarter,
    read, rule, rule_with, source, unsound,
};

// Invariant 1: the same pack, case and dates give the same bytes.

fn on_threads(pack: &Pack, cases: &[Case], threads: usize) -> Vec<String> {
    let size = cases.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let work = |part: &[Case]| part.iter().map(|case| rule(pack, case).to_json().unwrap()).collect::<Vec<_>>();
        let running: Vec<_> = cases.chunks(size).map(|part| scope.spawn(move || work(part))).collect();
        assert_eq!(running.len(), threads);
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn a_ruling_is_the_same_bytes_on_any_number_of_threads_and_in_any_order() {
    let pack = better_care_fund();
    let mut cases = england(&pack);
    cases.extend(better_care_fund_cases(&pack));
    assert!(cases.len() >= 213 + 38);
    let alone = on_threads(&pack, &cases, 1);
    for threads in [2, 8] {
        assert!(on_threads(&pack, &cases, threads) == alone, "{threads} threads");
    }
    let mut reversed: Vec<String> = cases.iter().rev().map(|case| rule(&pack, case).to_json().unwrap()).collect();
    reversed.reverse();
    assert!(reversed == alone, "in reverse order");
    let again = better_care_fund();
    assert!(on_threads(&again, &cases, 1) == alone, "with the pack compiled again");

    // The snapshot holds in debug and in release, and on every machine.
    let portfolio = Portfolio::new(cases[..213].iter().map(|case| rule(&pack, case)).collect()).unwrap();
    let totals = portfolio.all_funds();
    let hash = |texts: &[String]| {
        let mut hash = Fnv::new();
        for text in texts {
            hash.add(text.as_bytes());
        }
        hash.shown()
    };
    let digests: Vec<String> = cases.iter().map(Case::digest).collect();
    let text = [
        format!("pack digest: {}", pack.digest()),
        format!("case digests: {}", hash(&digests)),
        format!("rulings of England: {}", hash(&alone[..213])),
        format!("rulings of the cases: {}", hash(&alone[213..])),
        format!("sizes of the funds of England: {}", totals.amount),
        format!("earned in England: {}", portfolio.funds()[0].totals.earned),
    ];
    let mut settings = insta::Settings::new();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description("hashes (FNV-1a, 64 bits) of the bytes of every ruling");
    settings.bind(|| insta::assert_snapshot!("bytes", text.join("\n")));
}

#[test]
fn the_value_reading_decides_what_the_ruling_says() {
    let pack = better_care_fund();
    let mut cases = better_care_fund_cases(&pack);
    cases.extend(england(&pack).into_iter().step_by(10));
    // A revision that nobody decided on, and that nobody knows to be open.
    let mut unknown = better_care_fund_case(&pack, "revision-pending");
    unknown.id = "revision-not-known-to-be-open".to_owned();
    unknown.facts.remove("plan.operational_target");
    cases.push(unknown);
    let mut scratch = Scratch::new();
    for case in &cases {
        let ruling = rule(&pack, case);
        let rules = pack.rules_at(ruling.rules_at, &Options::default()).unwrap();
        let bound = rules.bind(case, ruling.known_by).unwrap();
        // A decision keeps the pack's order; a ruling tells each finding after those it rests on.
        let outcomes: Vec<Outcome> = pack.conditions().map(|id| ruling.finding(id).unwrap().outcome).collect();
        assert_eq!(outcomes.len(), ruling.findings.len());
        let funds: Vec<_> = ruling.funds.iter().map(|fund| (fund.amount, fund.dispositions)).collect();
        let decision = rules.decide(&bound, &mut scratch).unwrap();
        let decided: Vec<Outcome> = decision.outcomes().collect();
        assert_eq!(decided, outcomes, "{}", case.id);
        assert_eq!(decision.funds().collect::<Vec<_>>(), funds, "{}", case.id);
    }
    assert!(cases.len() >= 60);
}

// Invariant 2: conservation, exactly.

#[test]
fn no_penny_is_lost_in_any_fund_tranche_or_total() {
    let pack = better_care_fund();
    let mut tranches = 0;
    for case in better_care_fund_cases(&pack).iter().chain(&england(&pack)) {
        for (reading, _) in Cap::BOTH {
            tranches += assert_conserved(&rule_with(&pack, case, &common::cap_reading(reading)).unwrap());
        }
    }
    assert!(tranches >= (38 + 213) * 4 * 2, "{tranches}");
}

#[test]
fn a_portfolio_is_the_sum_of_its_rulings() {
    let pack = better_care_fund();
    let mut cases = england(&pack);
    // Cases in which money is released, redirected and withheld, made alike in their dates.
    for mut case in better_care_fund_cases(&pack) {
        (case.rules_at, case.known_by) = (None, None);
        case.id = format!("case-{}", case.id);
        cases.push(case);
    }
    let rulings: Vec<Ruling> = cases
        .iter()
        .map(|case| {
            rule_with(&pack, case, &Options { rules_at: Some(day("2015-04-01")), ..Options::default() }).unwrap()
        })
        .collect();
    let portfolio = Portfolio::new(rulings.clone()).unwrap();
    assert_eq!(portfolio.rulings().len(), cases.len());
    let mut all = [0; 5];
    for totals in portfolio.funds() {
        let funds: Vec<_> = rulings.iter().map(|ruling| ruling.fund(&totals.fund).unwrap()).collect();
        let sum = |part: &dyn Fn(&ringfence_core::ruling::FundRuling) -> Option<Money>| {
            funds.iter().filter_map(|fund| part(fund)).map(Money::pence).sum::<i64>()
        };
        let amount = sum(&|fund| fund.amount);
        assert_eq!(totals.totals.amount.pence(), amount);
        assert_eq!(totals.totals.earned.pence(), sum(&|fund| fund.earned));
        assert_eq!(totals.totals.amount_not_known, funds.iter().filter(|fund| fund.amount.is_none()).count());
        assert_eq!(totals.totals.earned_not_known, funds.iter().filter(|fund| fund.earned.is_none()).count());
        let mut parts_total = 0;
        for (at, (word, money)) in totals.totals.dispositions.parts().into_iter().enumerate() {
            let by_ruling = sum(&|fund| Some(fund.dispositions.parts()[at].1));
            assert_eq!(money.pence(), by_ruling, "{word}");
            parts_total += by_ruling;
            all[at] += by_ruling;
        }
        assert_eq!(parts_total, amount, "the parts of {} come to its amount", totals.fund);
    }
    assert_eq!(portfolio.all_funds().dispositions.parts().map(|(_, money)| money.pence()), all);
    assert!(all[0] > 0 && all[1] > 0 && all[2] > 0 && all[4] > 0, "{all:?}");
}

/// A fund of £1,000 paid to date, in which an over-payment is taken back.
const RECOVERS: &str = "
ringfence: 1
pack: recovers
title: A fund that takes back
rules-on: a fund that takes back
version: 1.0.0
currency: GBP
in-force: { from: 2014-04-01 }
rules-at: 2014-04-01
recipient: area
periods: { every: quarter, from: 2014-15 Q1, to: 2015-16 Q2 }
rounding: { to: 0.01, mode: half-away-from-zero }
facts:
  due: { type: money, min: 0, max: 1000, per: period, title: Amount due to date }
  open: { type: bool, title: Whether the fund is open }
conditions:
  open: { title: The fund is open, met: open }
funds:
  whole:
    title: The fund
    amount: params.limit
    gated-by: [open]
    tranches: each period
    basis: cumulative
    release: due[period]
    over-payment: recovered
    otherwise: { redirect: the reserve }
parameters:
  limit: { title: The limit, type: money, values: { 2014-04-01: { value: 1000, status: choice } } }
";

#[test]
fn what_is_taken_back_is_conserved_too() {
    let pack = compile(&pack::from_texts([("pack.yaml", RECOVERS)]).unwrap());
    let mut numbers = Numbers::new(7);
    let (mut recoveries, mut open) = (0, 0);
    for round in 0..300 {
        let mut case = Case::new("case", "Area").with("open", round % 7 != 0);
        let mut due = vec![];
        let mut series = BTreeMap::new();
        for period in pack.periods().unwrap().iter() {
            let pence = numbers.within(0, 100_001);
            let missing = numbers.within(0, 12) == 0;
            let given = if missing {
                Given::Missing("not told".to_owned())
            } else {
                Given::Known(Money::from_pence(pence).into())
            };
            due.push((!missing).then_some(pence));
            series.insert(period, one(given));
        }
        case.facts.insert("due".to_owned(), Evidence::Series(series));
        let ruling = rule(&pack, &case);
        assert_eq!(assert_conserved(&ruling), 6);
        let fund = ruling.fund("whole").unwrap();
        assert_eq!(fund.amount, Some(Money::from_pence(100_000)));
        if round % 7 == 0 {
            assert_eq!(fund.dispositions.withheld, Money::from_pence(100_000));
            continue;
        }
        // What is due to date in the last quarter is what is paid in the end. What is missing may be anything from
        // nothing to the whole fund.
        let known: Vec<i64> = due.iter().filter_map(|due| *due).collect();
        let complete = known.len() == 6;
        let least = due[5].unwrap_or(0);
        let most = due[5].unwrap_or(100_000);
        let highest = known.iter().copied().max().unwrap_or(0);
        let recovered = (highest - most).max(0);
        let redirected = if complete { 100_000 - highest } else { 0 };
        let undetermined = 100_000 - least - recovered - redirected;
        let expected = [least, redirected, 0, recovered, undetermined].map(Money::from_pence);
        assert_eq!(fund.dispositions.parts().map(|(_, money)| money), expected, "{due:?}");
        assert!(undetermined == 0 || !complete, "{due:?}");
        recoveries += usize::from(recovered > 0);
        open += usize::from(!complete);
    }
    assert!(recoveries > 100 && open > 50, "{recoveries} {open}");
}

// Invariant 6: order changes nothing.

fn shuffled<T>(numbers: &mut Numbers, mut items: Vec<T>) -> Vec<T> {
    for at in (1..items.len()).rev() {
        let other = numbers.within(0, i64::try_from(at + 1).unwrap());
        items.swap(at, usize::try_from(other).unwrap());
    }
    items
}

const SECTIONS: [&str; 8] =
    ["sources", "facts", "parameters", "values", "sign-offs", "decisions", "conditions", "funds"];

/// The same pack with its files, and the entries of its sections, in another order.
fn reordered(source: &PackSource, numbers: &mut Numbers) -> PackSource {
    let mut documents = source.documents.clone();
    for document in &mut documents {
        let Content::Map(entries) = &mut document.root.content else { panic!("a pack is made of mappings") };
        for entry in entries.iter_mut().filter(|entry| SECTIONS.contains(&entry.key.as_str())) {
            if let Content::Map(entries) = &mut entry.value.content {
                *entries = shuffled(numbers, std::mem::take(entries));
            }
        }
    }
    let rest = documents.split_off(1);
    documents.extend(shuffled(numbers, rest));
    PackSource { documents, ..source.clone() }
}

#[test]
fn the_order_of_files_and_sections_changes_no_finding_and_no_amount() {
    let source = source(&path(BETTER_CARE_FUND));
    assert!(source.documents.len() > 20);
    let pack = compile(&source);
    let conditions: Vec<&str> = pack.conditions().collect();
    let mut numbers = Numbers::new(3);
    let (mut compared, mut orders) = (0, BTreeSet::from([conditions.join(" ")]));
    for _ in 0..4 {
        let other = compile(&reordered(&source, &mut numbers));
        orders.insert(other.conditions().collect::<Vec<_>>().join(" "));
        for file in case_files(&path(BETTER_CARE_FUND)) {
            let (ruling, again) =
                (rule(&pack, &read(&pack, &file.document)), rule(&other, &read(&other, &file.document)));
            assert_eq!(answer(&ruling), answer(&again), "{}", file.stem());
            for finding in &ruling.findings {
                let other = again.finding(&finding.condition).unwrap();
                // What is missing is named in the pack's order, and of much that is missing the first few.
                let said = |reason: &str| {
                    let mut words: Vec<String> = reason.split(' ').map(|word| word.replace(',', "")).collect();
                    if reason.starts_with("cannot be told without") {
                        words.sort_unstable();
                    }
                    words.join(" ")
                };
                if !finding.reason.ends_with(" more") {
                    let (said, again) = (said(&finding.reason), said(&other.reason));
                    assert_eq!(said, again, "{}: {}", file.stem(), finding.condition);
                }
            }
            compared += 1;
        }
    }
    assert_eq!(orders.len(), 5, "the orders differ");
    assert!(compared >= 4 * 38);
}

fn reverse_lists(node: &mut Node) {
    match &mut node.content {
        Content::List(items) => items.reverse(),
        Content::Map(entries) => {
            entries.reverse();
            for entry in entries {
                reverse_lists(&mut entry.value);
            }
        }
        _ => {}
    }
}

#[test]
fn the_order_of_a_cases_evidence_changes_no_finding_and_no_amount() {
    let pack = better_care_fund();
    let mut compared = 0;
    for file in case_files(&path(BETTER_CARE_FUND)) {
        let ruling = rule(&pack, &read(&pack, &file.document));
        let mut document = file.document;
        let Content::Map(entries) = &mut document.root.content else { panic!("a case is a mapping") };
        entries.reverse();
        for entry in entries.iter_mut() {
            match entry.key.as_str() {
                "facts" => {
                    let Content::Map(facts) = &mut entry.value.content else { continue };
                    facts.reverse();
                    // The order of records means nothing; that of a series given as a list does.
                    for fact in facts
                        .iter_mut()
                        .filter(|fact| ["services", "partner_commissioners"].contains(&fact.key.as_str()))
                    {
                        reverse_lists(&mut fact.value);
                    }
                }
                "sign-offs" | "decisions" => reverse_lists(&mut entry.value),
                _ => {}
            }
        }
        let again = rule(&pack, &read(&pack, &document));
        let (mut before, mut after) = (answer(&ruling), answer(&again));
        // A record is known by its place where it has no name of its own.
        (before.missing, after.missing) = (BTreeSet::new(), BTreeSet::new());
        assert_eq!(before, after, "{}", ruling.case.id);
        assert_eq!(ruling.missing.len(), again.missing.len());
        compared += 1;
    }
    assert!(compared >= 38);
}

// Invariant 7: what is not declared is refused.

#[test]
fn what_the_pack_does_not_declare_is_refused() {
    let pack = better_care_fund();
    let case = better_care_fund_case(&pack, "worked-example");
    let error = |case: &Case| rule_with(&pack, case, &Options::default()).unwrap_err();
    let fact = error(&case.clone().with("plan.share", true));
    assert!(matches!(&fact, EvaluateError::UnknownFact { fact } if fact == "plan.share"), "{fact}");
    let signature = case.sign_offs["plan"][0].clone();
    let sign_off = error(&case.clone().signed("plans", signature));
    assert!(matches!(&sign_off, EvaluateError::UnknownSignOff { sign_off } if sign_off == "plans"), "{sign_off}");
    let decided = case.decisions["ministers-approval"].clone();
    let decision = error(&case.clone().decided("kings-approval", decided));
    assert!(
        matches!(&decision, EvaluateError::UnknownDecision { decision } if decision == "kings-approval"),
        "{decision}"
    );

    let set = |name: &str, text: &str| {
        let options = Options { set: vec![(name.to_owned(), text.to_owned())], ..Options::default() };
        rule_with(&pack, &case, &options)
    };
    for (name, text) in [
        ("params.cap_reading", "annual"),
        ("cap-reading", "annual"),
        ("cap_reading", "monthly"),
        ("cap_reading", ""),
        ("minimum_target", "3.5"),
        ("minimum_target", "much"),
        ("value_per_admission", "£1,490"),
        ("submission_deadline", "2014-09-31"),
    ] {
        let error = set(name, text);
        assert!(matches!(error, Err(EvaluateError::CannotSet { .. })), "{name}: {text}: {error:?}");
    }
    assert!(set("cap_reading", "annual").is_ok());
    let options = Options { through: Some(quarter("2016-17 Q1")), ..Options::default() };
    assert!(matches!(rule_with(&pack, &case, &options), Err(EvaluateError::UnknownPeriod { .. })));
    for rules_at in ["2014-07-24", "2016-04-01"] {
        let options = Options { rules_at: Some(day(rules_at)), ..Options::default() };
        assert!(matches!(rule_with(&pack, &case, &options), Err(EvaluateError::NotInForce { .. })), "{rules_at}");
    }
}

#[test]
fn evidence_of_another_shape_is_refused() {
    let pack = better_care_fund();
    let case = better_care_fund_case(&pack, "plan-kept-exactly");
    let row = |field: &str, value: Value| BTreeMap::from([(field.to_owned(), Given::Known(value))]);
    let of = |quarter: Period, value: Value| Evidence::Series(BTreeMap::from([(quarter, one(Given::Known(value)))]));
    let with = |fact: &str, evidence: Evidence| {
        let mut case = case.clone();
        case.facts.insert(fact.to_owned(), evidence);
        case
    };
    let first = quarter(QUARTERS[0]);
    let half = Exact::ratio(1, 2).unwrap();
    let refused = [
        ("a yes for money", case.clone().with("plan.local_share", true)),
        ("money below its lowest", case.clone().with("plan.local_share", Money::from_pence(-1))),
        ("half a penny", case.clone().with("plan.local_share", Exact::ratio(1, 200).unwrap())),
        ("half an admission", with("activity.actual", of(first, half.into()))),
        ("a count below nought", with("activity.actual", of(first, (-1_i64).into()))),
        ("one number for a series", case.clone().with("activity.actual", 965_i64)),
        ("a quarter outside the scheme", with("activity.actual", of(quarter("2015-16 Q4"), 965_i64.into()))),
        ("an empty list", case.clone().with_list("services", vec![])),
        ("a field that is not declared", case.clone().with_list("services", vec![row("hours", Value::from("all"))])),
        ("a text for days", case.clone().with_list("services", vec![row("days", Value::from("all"))])),
        ("a series for one value", with("plan.target", of(first, half.into()))),
    ];
    for (what, case) in refused {
        let error = rule_with(&pack, &case, &Options::default());
        assert!(matches!(error, Err(EvaluateError::Unfit { .. })), "{what}: {error:?}");
    }
}

#[test]
fn a_case_file_with_something_undeclared_is_refused() {
    let pack = better_care_fund();
    let refused = [
        ("fact: { plan.target: 3.5% }", "fact"),
        ("facts: { plan.targets: 3.5% }", "plan.targets"),
        ("facts: { plan.target: 3.5 }", "%"),
        ("facts: { plan.target: { value: 3.5%, from: us } }", "from"),
        ("facts: { activity.actual: { 2015-16 Q4: 1 } }", "2015-16 Q4"),
        ("facts: { activity.actual: [1, 2, 3, 4, 5] }", "4"),
        ("facts: { services: [{ name: a, hours: all }] }", "hours"),
        ("facts: { pool.agreement_in_place: maybe }", "maybe"),
        ("sign-offs: { plans: [] }", "plans"),
        ("sign-offs: { plan: [{ party: council, date: 2014-09-01, by: us }] }", "by"),
        ("sign-offs: { plan: [{ party: council, date: 2014-09-01, document: 4f2a }] }", "4f2a"),
        ("decisions: { kings-approval: { answer: approved, by: minister, on: 2015-01-15 } }", "kings-approval"),
        ("decisions: { ministers-approval: { answer: perhaps, by: minister, on: 2015-01-15 } }", "perhaps"),
    ];
    for (text, named) in refused {
        let documents = case::from_text("case.yaml", &format!("case: x\n{text}\n"), case::Format::Yaml).unwrap();
        match pack.read_case(&documents[0]) {
            Err(mistakes) => {
                assert!(mistakes.iter().any(|mistake| mistake.message.contains(named)), "{text}: {mistakes:?}");
            }
            Ok(case) => panic!("{text}: {case:?}"),
        }
    }
}

#[test]
fn a_signature_of_nobody_in_the_sign_off_is_refused() {
    let pack = better_care_fund();
    let case = better_care_fund_case(&pack, "missing-signature");
    let stranger = Signature {
        body: None,
        party: "Third commissioning group".to_owned(),
        office: None,
        date: day("2014-09-18"),
        version: Version::AsSubmitted,
        refused: None,
        conditional: None,
        discharged: None,
        delegated_from: None,
        known: None,
    };
    let refused = rule_with(&pack, &case.clone().signed("plan", stranger.clone()), &Options::default());
    let Err(EvaluateError::UnknownParty { sign_off, party, parties }) = refused else { panic!("{refused:?}") };
    assert_eq!((sign_off.as_str(), party.as_str()), ("plan", "Third commissioning group"));
    assert!(parties.iter().any(|party| party == "Second commissioning group"), "{parties:?}");
    let own = Signature { party: "Second commissioning group".to_owned(), ..stranger };
    assert_eq!(rule(&pack, &case.signed("plan", own)).finding("jointly-agreed").unwrap().outcome, Outcome::Met);
}

#[test]
fn a_decision_counts_only_from_who_may_take_it() {
    let pack = better_care_fund();
    let case = better_care_fund_case(&pack, "plan-kept-exactly");
    let decided = |by: &str| Decided {
        answer: "approved".to_owned(),
        by: by.to_owned(),
        on: day("2015-01-15"),
        until: None,
        reason: None,
    };
    let outcome = |by: &str| {
        let case = case.clone().decided("ministers-approval", decided(by));
        rule(&pack, &case).finding("ministers-approved").unwrap().outcome
    };
    assert_eq!(outcome("minister"), Outcome::Met);
    assert_eq!(outcome("NHS England"), Outcome::Pending);
}

#[test]
fn a_fact_that_no_script_reads_changes_only_the_list_of_evidence() {
    let mut source = source(&path(BETTER_CARE_FUND));
    let text = "facts: { plan.colour: { type: text, title: Colour of the plan's cover } }\n";
    let file = SourceFile::new("facts/colour.yaml", text);
    let root = yaml::parse(&file).unwrap().remove(0);
    source.documents.push(Document { file, root });
    let pack = compile(&source);
    let stripped = |case: &Case| {
        let mut ruling = rule(&pack, case);
        ruling.evidence.retain(|evidence| evidence.fact != "plan.colour");
        ruling.case.digest = String::new();
        ruling.to_json().unwrap()
    };
    let cases = better_care_fund_cases(&pack);
    for case in &cases {
        let without = stripped(case);
        for given in [
            Given::Known(Value::from("red")),
            Given::Missing("the cover is torn".to_owned()),
            Given::NotApplicable("it has no cover".to_owned()),
        ] {
            let with = case.clone().given("plan.colour", given.clone());
            assert!(rule(&pack, &with).evidence.iter().any(|evidence| evidence.fact == "plan.colour"), "{given:?}");
            assert_eq!(stripped(&with), without, "{}: {given:?}", case.id);
        }
    }
    assert!(cases.len() >= 38);
}

// Ruling on fewer periods.

#[test]
fn a_ruling_through_a_quarter_leaves_the_later_ones_open() {
    let pack = better_care_fund();
    let mut compared = 0;
    for case in better_care_fund_cases(&pack) {
        let full = rule(&pack, &case);
        for (at, through) in QUARTERS.into_iter().enumerate() {
            let options = Options { through: Some(quarter(through)), ..Options::default() };
            let ruling = rule_with(&pack, &case, &options).unwrap();
            assert_conserved(&ruling);
            assert_eq!(unsound(&ruling, &full), [""; 0], "{} through {through}", case.id);
            let (fund, whole) = (performance(&ruling), performance(&full));
            assert_eq!(fund.tranches.len(), at + 1);
            assert_eq!(earned(fund), earned(whole)[..=at]);
            assert_eq!(fund.amount, whole.amount);
            let released: Vec<Money> = fund.tranches.iter().map(|tranche| tranche.released).collect();
            let of_whole: Vec<Money> = whole.tranches[..=at].iter().map(|tranche| tranche.released).collect();
            assert_eq!(released, of_whole, "{} through {through}", case.id);
            if at < 3 {
                assert!(fund.dispositions.redirected.is_zero(), "{} through {through}", case.id);
                assert_eq!(fund.earned, None, "{} through {through}", case.id);
            } else {
                assert_eq!(answer(&ruling), answer(&full), "{}", case.id);
            }
            compared += 1;
        }
    }
    assert!(compared >= 38 * 4);
}

// Random plans against the same rules in whole numbers.

/// Four counts near each other, now and then a missing one or one that a silent hospital would give.
fn counts(numbers: &mut Numbers, near: [i64; 4]) -> [Option<i64>; 4] {
    near.map(|count| match numbers.within(0, 40) {
        0 => None,
        1 => Some(count * numbers.within(1, 100) / 100),
        2 => Some(0),
        _ => Some((count + numbers.within(-count / 12 - 1, count / 12 + 1)).max(0)),
    })
}

fn series(counts: [Option<i64>; 4]) -> Evidence {
    let given = |count: Option<i64>| {
        count.map_or(Given::Missing("did not submit".to_owned()), |count| Given::Known(count.into()))
    };
    Evidence::Series(QUARTERS.into_iter().map(quarter).zip(counts.map(|count| one(given(count)))).collect())
}

#[test]
fn random_plans_come_out_to_the_penny_by_hand() {
    let pack = better_care_fund();
    let base = better_care_fund_case(&pack, "plan-kept-exactly");
    let mut numbers = Numbers::new(2_015);
    let (mut whole, mut partial, mut none, mut withheld, mut negative) = (0, 0, 0, 0, 0);
    for round in 0..600 {
        let size = numbers.within(0, 20_001);
        let baseline = counts(&mut numbers, [size; 4]);
        let near = baseline.map(|count| count.unwrap_or(size));
        let actual = counts(&mut numbers, near);
        let mut case = base.clone();
        case.facts.insert("activity.baseline".to_owned(), series(baseline));
        case.facts.insert("activity.actual".to_owned(), series(actual));
        // A count below half of the other year's is not believed.
        let keep = |counts: [Option<i64>; 4], others: [Option<i64>; 4]| {
            [0, 1, 2, 3].map(|at| counts[at].filter(|count| others[at].is_none_or(|other| count * 2 >= other)))
        };
        let (before, after) = (keep(baseline, actual), keep(actual, baseline));
        let planned = if round % 2 == 0 {
            let target = numbers.within(-100, 1_000);
            case = case.with("plan.target", Exact::ratio(target, 10_000).unwrap());
            let why = "the plan gives a target and no quarters".to_owned();
            case = case.given("activity.planned", Given::NotApplicable(why));
            before.map(|count| count.map(|count| plan(count, target)))
        } else {
            let planned = counts(&mut numbers, near);
            case.facts.insert("activity.planned".to_owned(), series(planned));
            planned
        };
        let share = (numbers.within(0, 8) != 0).then(|| numbers.within(0, 3_000_000_000));
        case = case.given(
            "plan.local_share",
            share.map_or(Given::Missing("not told".to_owned()), |pence| Given::Known(Money::from_pence(pence).into())),
        );
        for (reading, cap) in Cap::BOTH {
            let hand = by_hand(before, planned, after, cap);
            let ruling = rule_with(&pack, &case, &common::cap_reading(reading))
                .unwrap_or_else(|error| panic!("{round}: {error}"));
            assert_conserved(&ruling);
            let at = format!("round {round}, {reading}: {baseline:?} {planned:?} {actual:?}");
            let fund = performance(&ruling);
            let pence = |pence: Option<i64>| pence.map(Money::from_pence);
            assert_eq!(fund.amount, pence(hand.fund), "{at}");
            let rest = hand.fund.zip(share).map(|(fund, share)| (share - fund).max(0));
            assert_eq!(ruling.fund("ring-fenced").unwrap().amount, pence(rest), "{at}");
            let Some(amount) = hand.fund else {
                assert_eq!(fund.dispositions, Dispositions::default(), "{at}");
                none += 1;
                continue;
            };
            if amount > 0 {
                assert_eq!(earned(fund), hand.payments.map(|amount| amount), "{at}");
                assert_eq!(fund.earned, pence(hand.paid()), "{at}");
            }
            negative += usize::from(hand.planned_cut.is_some_and(|cut| cut < 0));
            let paid: i64 = hand.payments.iter().map_while(|payment| *payment).sum();
            let expected = match share {
                None => Dispositions { undetermined: Money::from_pence(amount), ..Dispositions::default() },
                Some(share) if amount > share => {
                    withheld += 1;
                    Dispositions { withheld: Money::from_pence(amount), ..Dispositions::default() }
                }
                Some(_) => {
                    let released = Money::from_pence(paid);
                    if hand.paid().is_some() {
                        whole += 1;
                        let redirected = Money::from_pence(amount - paid);
                        Dispositions { released, redirected, ..Dispositions::default() }
                    } else {
                        partial += 1;
                        // No quarter can have fewer admissions than none; what even that would not earn is redirected.
                        let best = after.map(|count| count.or(Some(0)));
                        let most = by_hand(before, planned, best, cap).paid().unwrap();
                        let limit = fund.range.map(|range| range.released.at_most.unwrap());
                        assert_eq!(limit.unwrap_or(fund.dispositions.released), Money::from_pence(most), "{at}");
                        let redirected = Money::from_pence(amount - most);
                        let undetermined = Money::from_pence(most - paid);
                        Dispositions { released, redirected, undetermined, ..Dispositions::default() }
                    }
                }
            };
            assert_eq!(fund.dispositions, expected, "{at}");
        }
    }
    let seen = [whole, partial, none, withheld, negative];
    assert!(seen.iter().all(|count| *count >= 40), "{seen:?}");
}
