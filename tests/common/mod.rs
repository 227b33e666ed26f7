//! What the whole-system tests share: the shipped packs, their cases, the England portfolio, and a second
//! implementation of the performance fund in whole numbers.

#![allow(dead_code, reason = "each test program uses a part of this")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where the shipped files are not what it expects"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use ringfence_core::case::{Case, Given, Vintage};
use ringfence_core::evaluate::{EvaluateError, Options};
use ringfence_core::exact::Exact;
use ringfence_core::money::Money;
use ringfence_core::pack::Pack;
use ringfence_core::period::{Every, Period};
use ringfence_core::ruling::{
    Between, Dispositions, FundRange, FundRuling, Limits, Outcome, PeriodFigure, Ruling, Tranche,
};
use ringfence_core::source::{Document, PackSource};
use ringfence_core::types::Value;
use ringfence_loaders::{case, pack};

/// The pack that most tests are about.
pub(crate) const BETTER_CARE_FUND: &str = "rules/better-care-fund/2015-16";

/// The binding of England's commissioning groups.
pub(crate) const ENGLAND: &str = "examples/england-2015-16/england.yaml";

/// The table that the binding reads.
const TABLE: &str = "examples/england-2015-16/mar_nonelective_by_commissioner_month.csv";

/// Pence in one avoided admission, at £1,490.
pub(crate) const PENCE_PER_ADMISSION: i64 = 149_000;

/// The quarters of the scheme.
pub(crate) const QUARTERS: [&str; 4] = ["2014-15 Q4", "2015-16 Q1", "2015-16 Q2", "2015-16 Q3"];

/// A path in the repository; relative, so that nothing shows where that is.
pub(crate) fn path(relative: &str) -> PathBuf {
    PathBuf::from(relative)
}

/// The texts of a pack.
pub(crate) fn source(folder: &Path) -> PackSource {
    pack::load(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
}

/// A pack, compiled.
pub(crate) fn compile(source: &PackSource) -> Pack {
    Pack::compile(source).unwrap_or_else(|invalid| panic!("{invalid:?}"))
}

/// The Better Care Fund of 2015-16.
pub(crate) fn better_care_fund() -> Pack {
    compile(&source(&path(BETTER_CARE_FUND)))
}

/// The folder of every shipped pack, and of the small ones that each show a part of the language.
pub(crate) fn packs() -> Vec<PathBuf> {
    let mut found = pack::find(&path("rules")).unwrap();
    assert!(found.contains(&path(BETTER_CARE_FUND)), "{found:?}");
    let shown = language_packs();
    assert!(!shown.is_empty(), "no packs under tests/language");
    found.extend(shown);
    found
}

/// The folder of each pack that shows a part of the language, by number.
pub(crate) fn language_packs() -> Vec<PathBuf> {
    pack::find(&path("tests/language")).unwrap()
}

/// The `.yaml` files in a folder, in order.
pub(crate) fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    files
}

/// A case of a pack with the file it is in.
pub(crate) struct CaseFile {
    pub(crate) path: PathBuf,
    pub(crate) document: Document,
}

impl CaseFile {
    /// The name of the file without its extension.
    pub(crate) fn stem(&self) -> String {
        self.path.file_stem().unwrap().to_string_lossy().into_owned()
    }

    /// The text of one of its keys.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.document.root.get(key)?.as_text()
    }
}

/// The cases of a pack, a file each; what only serves as a base is none.
pub(crate) fn case_files(pack: &Path) -> Vec<CaseFile> {
    let documents = case::load(&pack.join("cases")).unwrap_or_else(|error| panic!("{error}"));
    let cases: Vec<CaseFile> =
        documents.into_iter().map(|document| CaseFile { path: path(document.file.path()), document }).collect();
    let files: BTreeSet<&PathBuf> = cases.iter().map(|case| &case.path).collect();
    assert_eq!(files.len(), cases.len(), "a file of {} holds two cases", pack.display());
    cases
}

/// A case as the pack reads it.
pub(crate) fn read(pack: &Pack, document: &Document) -> Case {
    pack.read_case(document).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// Every case of the Better Care Fund that is no mistake by intention.
pub(crate) fn better_care_fund_cases(pack: &Pack) -> Vec<Case> {
    let cases: Vec<Case> = case_files(&path(BETTER_CARE_FUND)).iter().map(|file| read(pack, &file.document)).collect();
    assert!(cases.len() >= 38, "{}", cases.len());
    cases
}

/// One of them.
pub(crate) fn better_care_fund_case(pack: &Pack, id: &str) -> Case {
    better_care_fund_cases(pack).into_iter().find(|case| case.id == id).unwrap()
}

/// Every case of the England portfolio.
pub(crate) fn england(pack: &Pack) -> Vec<Case> {
    let documents = case::load(&path(ENGLAND)).unwrap_or_else(|error| panic!("{error}"));
    documents.iter().map(|document| read(pack, document)).collect()
}

/// A case as a pack rules on it without further options.
pub(crate) fn rule(pack: &Pack, case: &Case) -> Ruling {
    rule_with(pack, case, &Options::default()).unwrap_or_else(|error| panic!("{}: {error}", case.id))
}

/// A case as a pack rules on it.
pub(crate) fn rule_with(pack: &Pack, case: &Case, options: &Options) -> Result<Ruling, EvaluateError> {
    pack.evaluate(case, options)
}

/// Options that choose the reading of the cap.
pub(crate) fn cap_reading(reading: &str) -> Options {
    Options { set: vec![("cap_reading".to_owned(), reading.to_owned())], ..Options::default() }
}

/// The texts of a derived value, period by period.
pub(crate) fn value<'r>(ruling: &'r Ruling, name: &str) -> Vec<Option<&'r str>> {
    let found = ruling.values.iter().find(|value| value.name == name);
    let found = found.unwrap_or_else(|| panic!("no value `{name}`"));
    found.figures.iter().map(|figure| figure.figure.value.as_deref()).collect()
}

/// The performance fund of a ruling.
pub(crate) fn performance(ruling: &Ruling) -> &FundRuling {
    ruling.fund("performance").unwrap()
}

/// What each tranche of a fund earned, in pence.
pub(crate) fn earned(fund: &FundRuling) -> Vec<Option<i64>> {
    fund.tranches.iter().map(|tranche| tranche.earned.map(Money::pence)).collect()
}

/// A hash of bytes: FNV-1a with 64 bits.
pub(crate) struct Fnv(u64);

impl Fnv {
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    pub(crate) fn shown(&self) -> String {
        format!("{:016x}", self.0)
    }
}

/// Numbers that look random and are the same on every machine: xorshift64*.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next one, at least `low` and below `high`.
    pub(crate) fn within(&mut self, low: i64, high: i64) -> i64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let span = u64::try_from(high - low).unwrap();
        low + i64::try_from((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) % span).unwrap()
    }
}

/// Admissions by code and month, read from the table without the loaders.
pub(crate) struct Activity {
    rows: BTreeMap<(String, String), i64>,
}

impl Activity {
    pub(crate) fn read() -> Self {
        let text = std::fs::read_to_string(TABLE).unwrap();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("period,org_code,org_name,nonelective_ga_ffces"));
        let mut rows = BTreeMap::new();
        for line in lines {
            // A name may have commas in it, and nothing else may.
            let (month, rest) = line.split_once(',').unwrap();
            let (code, rest) = rest.split_once(',').unwrap();
            let (_, count) = rest.rsplit_once(',').unwrap();
            let before = rows.insert((code.to_owned(), month.to_owned()), count.parse().unwrap());
            assert_eq!(before, None, "two rows for {code} in {month}");
        }
        Self { rows }
    }

    pub(crate) fn month(&self, code: &str, month: &str) -> Option<i64> {
        self.rows.get(&(code.to_owned(), month.to_owned())).copied()
    }

    /// The sum of a calendar quarter, from 1, of a year; nothing where a month is missing.
    pub(crate) fn quarter(&self, code: &str, year: u16, quarter: u16) -> Option<i64> {
        (quarter * 3 - 2..=quarter * 3).map(|month| self.month(code, &format!("{year}-{month:02}"))).sum()
    }

    /// The four calendar quarters of a year.
    pub(crate) fn year(&self, code: &str, year: u16) -> [Option<i64>; 4] {
        [1, 2, 3, 4].map(|quarter| self.quarter(code, year, quarter))
    }

    /// The codes with a row in calendar 2014 or 2015, NHS England's direct commissioning left out.
    pub(crate) fn codes(&self) -> BTreeSet<String> {
        let within = |month: &str| month.starts_with("2014-") || month.starts_with("2015-");
        let codes = self.rows.keys().filter(|(code, month)| within(month) && code != "X24");
        codes.map(|(code, _)| code.clone()).collect()
    }
}

/// How much of an achieved cut counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cap {
    PlanToDate,
    Annual,
}

impl Cap {
    pub(crate) const BOTH: [(&'static str, Self); 2] = [("plan-to-date", Self::PlanToDate), ("annual", Self::Annual)];
}

/// What the performance fund comes to by hand, amounts in pence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ByHand {
    /// The planned cut of the year and the fund; nothing where a baseline is not known.
    pub(crate) planned_cut: Option<i64>,
    pub(crate) fund: Option<i64>,
    /// What is paid in each quarter; nothing from the first quarter on that cannot be worked out.
    pub(crate) payments: [Option<i64>; 4],
    pub(crate) maximum: [Option<i64>; 4],
}

impl ByHand {
    /// The sum of the payments, if each is known.
    pub(crate) fn paid(&self) -> Option<i64> {
        self.payments.into_iter().sum()
    }
}

/// A plan in whole admissions from a baseline and a target in hundredths of a percent, halves rounded up.
pub(crate) fn plan(baseline: i64, target: i64) -> i64 {
    (baseline * (10_000 - target) + 5_000).div_euclid(10_000)
}

/// The performance fund of 2015-16, written again from the plain statement of the rules, in whole numbers only:
/// the planned cut at £1,490 an admission, paid to date in proportion to the cut achieved and never taken back.
pub(crate) fn by_hand(
    baseline: [Option<i64>; 4],
    planned: [Option<i64>; 4],
    actual: [Option<i64>; 4],
    cap: Cap,
) -> ByHand {
    let sum = |counts: [Option<i64>; 4]| counts.into_iter().sum::<Option<i64>>();
    let planned_cut = sum(baseline).zip(sum(planned)).map(|(baseline, planned)| baseline - planned);
    let whole = planned_cut.map(|cut| cut.max(0));
    let mut out = ByHand {
        planned_cut,
        fund: whole.map(|whole| whole * PENCE_PER_ADMISSION),
        payments: [None; 4],
        maximum: [None; 4],
    };
    let Some(whole) = whole else { return out };
    let (mut planned_to_date, mut achieved_to_date) = (0, Some(0));
    let (mut paid, mut most) = (0, 0);
    for quarter in 0..4 {
        let (before, after) = (baseline[quarter].unwrap(), planned[quarter].unwrap());
        planned_to_date += before - after;
        // An admission of the fund is worth £1,490, so a share of it by admissions is always whole pounds.
        let by_plan = planned_to_date.clamp(0, whole) * PENCE_PER_ADMISSION;
        out.maximum[quarter] = Some((by_plan - most).max(0));
        most = most.max(by_plan);
        achieved_to_date = achieved_to_date.zip(actual[quarter]).map(|(to_date, actual)| to_date + before - actual);
        let limit = match cap {
            Cap::PlanToDate => planned_to_date.clamp(0, whole),
            Cap::Annual => whole,
        };
        if let Some(achieved) = achieved_to_date {
            let due = achieved.clamp(0, limit) * PENCE_PER_ADMISSION;
            out.payments[quarter] = Some((due - paid).max(0));
            paid = paid.max(due);
        }
    }
    out
}

/// A date of the type that options and cases have.
pub(crate) fn day(text: &str) -> ringfence_core::Date {
    text.parse().unwrap()
}

/// The answers of a ruling and its money, without words: what no order of the evidence may change.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) findings: BTreeMap<String, Outcome>,
    pub(crate) funds: BTreeMap<String, FundAnswer>,
    pub(crate) values: BTreeMap<String, Vec<Option<String>>>,
    pub(crate) missing: BTreeSet<(String, Option<String>)>,
}

/// A fund's amount, what is earned of it, its parts and its tranches.
pub(crate) type FundAnswer = (Option<Money>, Option<Money>, Dispositions, Vec<Instalment>);

/// A tranche's earned and closing amounts, and what is released, recovered and undetermined.
pub(crate) type Instalment = ([Option<Money>; 2], [Money; 3]);

pub(crate) fn answer(ruling: &Ruling) -> Answer {
    let findings = ruling.findings.iter().map(|finding| (finding.condition.clone(), finding.outcome)).collect();
    let funds = ruling.funds.iter().map(|fund| {
        let tranches = fund
            .tranches
            .iter()
            .map(|tranche| {
                ([tranche.earned, tranche.closing], [tranche.released, tranche.recovered, tranche.undetermined])
            })
            .collect();
        (fund.fund.clone(), (fund.amount, fund.earned, fund.dispositions, tranches))
    });
    let values = ruling.values.iter().map(|value| {
        let figures = value.figures.iter().map(|figure| figure.figure.value.clone()).collect();
        (value.name.clone(), figures)
    });
    let missing = ruling.missing.iter().map(|missing| (missing.what.clone(), missing.period.clone()));
    Answer { findings, funds: funds.collect(), values: values.collect(), missing: missing.collect() }
}

pub(crate) fn quarter(text: &str) -> Period {
    Period::read(text, Every::Quarter).unwrap()
}

pub(crate) fn one(given: Given<Value>) -> Vec<Vintage<Value>> {
    vec![Vintage::new(given)]
}

pub(crate) fn assert_conserved(ruling: &Ruling) -> usize {
    let id = &ruling.case.id;
    let pence = |money: Money| money.pence();
    let mut tranches = 0;
    for fund in &ruling.funds {
        let parts = fund.dispositions;
        let total: i64 = parts.parts().iter().map(|(_, money)| pence(*money)).sum();
        assert_eq!(total, fund.amount.map_or(0, pence), "{id}: the parts of {}", fund.fund);
        assert!(parts.parts().iter().all(|(_, money)| !money.is_negative()), "{id}: {parts:?}");
        let mut opening = fund.amount.map(pence);
        let (mut released, mut recovered) = (0, 0);
        for tranche in &fund.tranches {
            assert_eq!(tranche.opening.map(pence), opening, "{id} {}", tranche.period);
            let gone = pence(tranche.released) - pence(tranche.recovered) + pence(tranche.undetermined);
            let closing = opening.map(|opening| opening - gone);
            assert_eq!(tranche.closing.map(pence), closing, "{id} {}", tranche.period);
            assert!(opening.is_some() || gone == 0, "{id} {}: money of an amount that is not known", tranche.period);
            opening = closing;
            released += pence(tranche.released);
            recovered += pence(tranche.recovered);
            tranches += 1;
        }
        // Where money may still be taken back, what was paid is in doubt as well; and what a fund comes to in the end can
        // be known before it is known when it is paid.
        let decided = |tranche: &Tranche| tranche.earned.is_some() && tranche.undetermined.is_zero();
        if !fund.tranches.is_empty() && fund.tranches.iter().all(decided) && parts.undetermined.is_zero() {
            assert_eq!(released - recovered, pence(parts.released), "{id}: what is released of {}", fund.fund);
        }
        if let Some(range) = fund.range {
            assert_in_range(id, fund, &range);
        }
        // A gate that is undetermined bars nothing if it can only turn out to be met or not to apply.
        let open_gate = fund.gates.iter().any(|gate| !gate.lets_through() && gate.outcome != Outcome::Undetermined);
        let already: i64 =
            fund.tranches.iter().filter(|tranche| tranche.already_paid).map(|tranche| pence(tranche.released)).sum();
        let only_already = parts.released.is_zero() || pence(parts.released) == already;
        assert!(!open_gate || only_already, "{id}: released through a gate that is not open");
    }
    tranches
}

/// Both ends of every range are possible: what is certain is the lower one, and no part is more than the upper one.
fn assert_in_range(id: &str, fund: &FundRuling, range: &FundRange) {
    let ends = [
        ("released", range.released, fund.dispositions.released),
        ("redirected", range.redirected, fund.dispositions.redirected),
        ("withheld", range.withheld, fund.dispositions.withheld),
        ("recovered", range.recovered, fund.dispositions.recovered),
    ];
    for (word, between, part) in ends {
        assert!(part <= between.at_least, "{id}: {part} of {} is {word}, and {between:?} is possible", fund.fund);
        assert!(between.at_most.is_none_or(|most| between.at_least <= most), "{id}: {word} {between:?}");
        if let (Some(amount), Some(most)) = (fund.amount, between.at_most) {
            assert!(most <= amount, "{id}: {word} {between:?} of {amount}");
        }
    }
}

/// What a ruling on more evidence gives that one on less holds to be impossible.
fn out_of_range(less: &FundRuling, more: &FundRuling) -> Vec<String> {
    let Some(range) = less.range else { return vec![] };
    let end = |between: fn(&FundRange) -> Between| more.range.as_ref().map(between);
    let ends: [(&str, Between, Option<Money>, Option<Between>); 5] = [
        ("amount", range.amount, more.amount, end(|range| range.amount)),
        ("released", range.released, Some(more.dispositions.released), end(|range| range.released)),
        ("redirected", range.redirected, Some(more.dispositions.redirected), end(|range| range.redirected)),
        ("withheld", range.withheld, Some(more.dispositions.withheld), end(|range| range.withheld)),
        ("recovered", range.recovered, Some(more.dispositions.recovered), end(|range| range.recovered)),
    ];
    let mut wrong = vec![];
    for (word, before, value, after) in ends {
        let after = after.or(value.map(|value| Between { at_least: value, at_most: Some(value) }));
        let Some(after) = after else { continue };
        let over = before.at_most.is_some_and(|most| after.at_most.is_none_or(|now| now > most));
        if after.at_least < before.at_least || over {
            wrong.push(format!("{}: {word} {before:?} became {after:?}", less.fund));
        }
    }
    wrong
}

/// A number as the JSON form of a ruling has it.
pub(crate) fn number(text: &str) -> Option<Exact> {
    let text = text.strip_suffix('%').unwrap_or(text);
    let (top, bottom) = text.split_once('/').unwrap_or((text, "1"));
    top.parse::<Exact>().ok()?.divide(bottom.parse().ok()?).ok()
}

/// Whether a figure, or whatever it may still be, lies within these limits.
fn within(limits: &Limits, figure: &PeriodFigure) -> bool {
    let number = |text: &Option<String>| number(text.as_deref()?);
    let (least, most) = match (&figure.between, number(&figure.figure.value)) {
        (Some(between), _) => (number(&between.at_least), number(&between.at_most)),
        (None, Some(value)) => (Some(value), Some(value)),
        // It does not apply, or is missing without limits.
        (None, None) => {
            let applies_not = figure.figure.shown.starts_with("not applicable");
            return applies_not && limits.shown.ends_with("if it applies");
        }
    };
    let low = number(&limits.at_least).is_none_or(|limit| least.is_some_and(|least| least >= limit));
    low && number(&limits.at_most).is_none_or(|limit| most.is_some_and(|most| most <= limit))
}

pub(crate) const fn definite(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Met | Outcome::Unmet | Outcome::NotApplicable)
}

/// What a ruling on less evidence says that a ruling on more does not confirm.
pub(crate) fn unsound(less: &Ruling, more: &Ruling) -> Vec<String> {
    let mut wrong = vec![];
    for (before, after) in less.findings.iter().zip(&more.findings) {
        assert_eq!(before.condition, after.condition);
        if definite(before.outcome) && before.outcome != after.outcome {
            wrong.push(format!("{}: {} became {}", before.condition, before.outcome, after.outcome));
        }
    }
    for (before, after) in less.funds.iter().zip(&more.funds) {
        wrong.extend(out_of_range(before, after));
        let changed = |less: Option<Money>, more: Option<Money>| less.is_some() && less != more;
        if changed(before.amount, after.amount) {
            wrong.push(format!("{}: its amount {:?} became {:?}", before.fund, before.amount, after.amount));
        }
        if changed(before.earned, after.earned) {
            wrong.push(format!("{}: {:?} earned became {:?}", before.fund, before.earned, after.earned));
        }
        for ((word, less), (_, more)) in before.dispositions.parts().into_iter().zip(after.dispositions.parts()) {
            let shrank = if word == "undetermined" { before.amount.is_some() && more > less } else { less > more };
            if shrank {
                wrong.push(format!("{}: {less} {word} became {more}", before.fund));
            }
        }
        for (before, after) in before.tranches.iter().zip(&after.tranches) {
            if changed(before.earned, after.earned) || before.released > after.released {
                wrong.push(format!("{}: {:?} became {:?}", before.period, before.earned, after.earned));
            }
        }
    }
    for (before, after) in less.values.iter().zip(&more.values) {
        for (at, (less, more)) in before.figures.iter().zip(&after.figures).enumerate() {
            if less.figure.value.is_some() && less.figure.value != more.figure.value {
                wrong.push(format!("{} ({at}): {:?} became {:?}", before.name, less.figure.value, more.figure.value));
            }
            if let Some(limits) = &less.between
                && !within(limits, more)
            {
                wrong.push(format!("{} ({at}): {limits:?} became {more:?}", before.name));
            }
        }
    }
    wrong
}
