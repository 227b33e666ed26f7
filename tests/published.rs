//! Published figures, and figures derived from published ones by a second route. The page `docs/published-figures.md`
//! is what the tables here print; `RINGFENCE_UPDATE=1` writes it.
//!
//! Admissions are NHS England's Monthly Activity Return, commissioner level, non-elective general and acute
//! admissions (first finished consultant episodes), in the last revision of each monthly file; Crown copyright, Open
//! Government Licence v3.0.
//! <https://www.england.nhs.uk/statistics/statistical-work-areas/hospital-activity/monthly-hospital-activity/>

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where the shipped figures are not what it expects"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use ringfence_core::case::{Case, Evidence, Given};
use ringfence_core::exact::{Exact, Rounding, RoundingMode};
use ringfence_core::pack::Pack;
use ringfence_core::ruling::{Outcome, Ruling};
use ringfence_core::types::Value;
use ringfence_loaders::case;
use ringfence_reporting::portfolio::Portfolio;

use common::{
    Activity, ByHand, Cap, better_care_fund, better_care_fund_case, by_hand, cap_reading, earned, england, performance,
    plan, rule, rule_with, value,
};

/// Admissions of a code in the baseline and the performance quarters, as published.
fn published(activity: &Activity, code: &str) -> ([Option<i64>; 4], [Option<i64>; 4]) {
    (activity.year(code, 2014), activity.year(code, 2015))
}

/// Counts as texts, the way rulings hold them.
fn texts(counts: [i64; 4]) -> Vec<String> {
    counts.map(|count| count.to_string()).to_vec()
}

fn known(ruling: &Ruling, name: &str) -> Vec<String> {
    value(ruling, name).into_iter().map(|text| text.unwrap_or("not known").to_owned()).collect()
}

fn pounds(amounts: [i64; 4]) -> Vec<Option<i64>> {
    amounts.map(|pounds| Some((pounds) * 100)).to_vec()
}

/// House of Commons Committee of Public Accounts, Planning for the Better Care Fund, HC 807, paragraph 10: £253m, and
/// an average planned cut of 3.07%.
/// <https://publications.parliament.uk/pa/cm201415/cmselect/cmpubacc/807/80707.htm>
#[test]
fn the_average_cut_of_england_is_worth_the_published_253_million() {
    let activity = Activity::read();
    let codes = activity.codes();
    let quarters =
        [1, 2, 3, 4].map(|quarter| codes.iter().filter_map(|code| activity.quarter(code, 2014, quarter)).sum::<i64>());
    let baseline: i64 = quarters.iter().sum();
    assert_eq!(baseline, 5_533_510);
    // 3.07% of it at £1,490, in pence: the product comes out even.
    let ten_thousandths = baseline * 307 * 149_000;
    assert_eq!((ten_thousandths / 10_000, ten_thousandths % 10_000), (25_311_934_793, 0));
    let millions = |pence: i64| (pence + 50_000_000) / 100_000_000;
    assert_eq!(millions(25_311_934_793), 253);

    let pack = better_care_fund();
    let ruling = rule(&pack, &better_care_fund_case(&pack, "england"));
    let admissions: Vec<Option<&str>> = ruling
        .evidence
        .iter()
        .filter(|evidence| evidence.fact == "activity.baseline")
        .map(|evidence| evidence.figure.value.as_deref())
        .collect();
    assert_eq!(admissions, texts(quarters).iter().map(|text| Some(text.as_str())).collect::<Vec<_>>());
    // The plan's quarters are whole admissions, so the pack comes to £1,127.93 less.
    let planned: i64 = quarters.iter().map(|quarter| plan(*quarter, 307)).sum();
    let amount = performance(&ruling).amount.unwrap().pence();
    assert_eq!(amount, (baseline - planned) * 149_000);
    assert_eq!((amount, 25_311_934_793 - amount), (25_311_822_000, 112_793));
    assert_eq!(millions(amount), 253);
}

/// One area by its published admissions: counts, and amounts in pounds.
struct Area {
    code: &'static str,
    name: &'static str,
    baseline: [i64; 4],
    plan: [i64; 4],
    actual: [i64; 4],
    fund: i64,
    planned_to_date: [i64; 4],
    achieved_to_date: [i64; 4],
    maximum: [i64; 4],
    to_date: [i64; 4],
    annual: [i64; 4],
}

/// Four areas, their figures worked out by hand from the published admissions. The targets: 1.75% is Wiltshire's, 3.75%
/// less 2% growth, and 0.8% is Sunderland's (Health Service Journal 5074852, September 2014); 3.5% is the expected
/// minimum, which Barking and Dagenham's board quotes (modgov.lbbd.gov.uk/internet/mgAi.aspx?ID=53412) and which is
/// assumed for Nottingham City. What these areas were paid was not published.
const AREAS: [Area; 4] = [
    Area {
        code: "99N",
        name: "NHS WILTSHIRE CCG",
        baseline: [10_163, 10_393, 10_374, 10_368],
        plan: [9_985, 10_211, 10_192, 10_187],
        actual: [9_965, 10_228, 9_936, 10_303],
        fund: 1_077_270,
        planned_to_date: [178, 360, 542, 723],
        achieved_to_date: [198, 363, 801, 866],
        maximum: [265_220, 271_180, 271_180, 269_690],
        to_date: [265_220, 271_180, 271_180, 269_690],
        annual: [295_020, 245_850, 536_400, 0],
    },
    Area {
        code: "00P",
        name: "NHS SUNDERLAND CCG",
        baseline: [7_644, 7_544, 7_180, 7_946],
        plan: [7_583, 7_484, 7_123, 7_882],
        actual: [7_940, 7_679, 7_811, 8_119],
        fund: 360_580,
        planned_to_date: [61, 121, 178, 242],
        achieved_to_date: [-296, -431, -1_062, -1_235],
        maximum: [90_890, 89_400, 84_930, 95_360],
        to_date: [0; 4],
        annual: [0; 4],
    },
    Area {
        code: "04K",
        name: "NHS NOTTINGHAM CITY CCG",
        baseline: [7_810, 8_176, 8_034, 7_969],
        plan: [7_537, 7_890, 7_753, 7_690],
        actual: [7_638, 7_854, 7_771, 7_757],
        fund: 1_667_310,
        planned_to_date: [273, 559, 840, 1_119],
        achieved_to_date: [172, 494, 757, 969],
        maximum: [406_770, 426_140, 418_690, 415_710],
        to_date: [256_280, 479_780, 391_870, 315_880],
        annual: [256_280, 479_780, 391_870, 315_880],
    },
    Area {
        code: "07L",
        name: "NHS BARKING AND DAGENHAM CCG",
        baseline: [5_325, 5_361, 5_434, 5_486],
        plan: [5_139, 5_173, 5_244, 5_294],
        actual: [5_514, 6_166, 5_752, 5_922],
        fund: 1_126_440,
        planned_to_date: [186, 374, 564, 756],
        achieved_to_date: [-189, -994, -1_312, -1_748],
        maximum: [277_140, 280_120, 283_100, 286_080],
        to_date: [0; 4],
        annual: [0; 4],
    },
];

#[test]
fn four_areas_earn_what_their_published_admissions_come_to() {
    let activity = Activity::read();
    let pack = better_care_fund();
    let cases = england(&pack);
    for area in AREAS {
        assert_eq!(published(&activity, area.code), (area.baseline.map(Some), area.actual.map(Some)), "{}", area.code);
        let case = cases.iter().find(|case| case.recipient.code.as_deref() == Some(area.code)).unwrap();
        assert_eq!(case.recipient.name, area.name);
        for (reading, payments) in [("plan-to-date", area.to_date), ("annual", area.annual)] {
            let ruling = rule_with(&pack, case, &cap_reading(reading)).unwrap();
            let fund = performance(&ruling);
            assert_eq!(fund.amount.unwrap().pence(), (area.fund) * 100, "{} {reading}", area.code);
            assert_eq!(known(&ruling, "planned"), texts(area.plan));
            assert_eq!(known(&ruling, "planned_reduction"), [area.planned_to_date[3].to_string()]);
            assert_eq!(known(&ruling, "planned_to_date"), texts(area.planned_to_date));
            assert_eq!(known(&ruling, "achieved_to_date"), texts(area.achieved_to_date));
            assert_eq!(known(&ruling, "maximum_payment"), area.maximum.map(|pounds| format!("{pounds}.00")));
            assert_eq!(earned(fund), pounds(payments), "{} {reading}", area.code);
            assert_eq!(fund.earned.unwrap().pence(), payments.iter().sum::<i64>() * 100);
            // Nobody published signatures, approvals or shares, so nothing is released.
            assert_eq!(fund.dispositions.undetermined, fund.amount.unwrap());
        }
    }
}

/// Solihull's hospital (Heart of England NHS Foundation Trust) did not submit from July 2014 to March 2015.
#[test]
fn solihulls_rise_of_45_per_cent_is_a_hospitals_silence_and_is_not_ruled_on() {
    let activity = Activity::read();
    let (before, after) = published(&activity, "05P");
    assert_eq!(before.map(Option::unwrap), [6_652, 7_240, 724, 704]);
    assert_eq!(after.map(Option::unwrap), [661, 6_951, 6_984, 7_580]);
    let sum = |counts: [Option<i64>; 4]| counts.into_iter().sum::<Option<i64>>().unwrap();
    let (before, after) = (sum(before), sum(after));
    assert_eq!((before, after), (15_320, 22_176));
    // In hundredths of a percent, to the nearest: +44.75%.
    assert_eq!(((after - before) * 10_000 + before / 2) / before, 4_475);

    let pack = better_care_fund();
    let case = england(&pack).into_iter().find(|case| case.id == "05p").unwrap();
    for reading in ["plan-to-date", "annual"] {
        let ruling = rule_with(&pack, &case, &cap_reading(reading)).unwrap();
        let fund = performance(&ruling);
        assert_eq!((fund.amount, fund.earned), (None, None));
        assert_eq!(earned(fund), [None; 4]);
        assert_eq!(known(&ruling, "achieved_to_date"), ["not known"; 4]);
        let not_believed: Vec<String> = ruling
            .missing
            .iter()
            .filter(|missing| missing.reason.contains("is not believed"))
            .map(|missing| format!("{} {}", missing.what, missing.period.as_deref().unwrap()))
            .collect();
        let expected = ["activity.baseline 2015-16 Q2", "activity.baseline 2015-16 Q3", "activity.actual 2014-15 Q4"];
        assert_eq!(not_believed, expected);
    }
}

/// NHS Gateshead (00F), Newcastle North and East (00G) and Newcastle West (00H) became NHS Newcastle Gateshead (13T) on
/// 1 April 2015.
#[test]
fn a_group_that_merged_is_refused_and_its_footprint_is_ruled_on() {
    let activity = Activity::read();
    let pack = better_care_fund();
    let cases = england(&pack);
    let ruling = |id: &str| rule(&pack, cases.iter().find(|case| case.id == id).unwrap());
    let reasons = |ruling: &Ruling, fact: &str| -> Vec<String> {
        ruling.missing.iter().filter(|missing| missing.what == fact).map(|missing| missing.reason.clone()).collect()
    };
    for old in ["00f", "00g", "00h"] {
        let ruling = ruling(old);
        let fund = performance(&ruling);
        assert!(fund.amount.is_some(), "{old}: its baseline is complete");
        assert_eq!(fund.earned, None, "{old}");
        assert_eq!(earned(fund)[1..], [None; 3], "{old}");
        assert!(earned(fund)[0].is_some(), "{old}: the first quarter is before the merger");
        let reasons = reasons(&ruling, "activity.actual");
        assert_eq!(reasons.len(), 3, "{old}");
        for reason in reasons {
            assert!(reason.contains("13T") && reason.contains("2015"), "{old}: {reason}");
        }
    }
    let merged = ruling("13t");
    assert_eq!((performance(&merged).amount, performance(&merged).earned), (None, None));
    let reasons = reasons(&merged, "activity.baseline");
    assert_eq!(reasons.len(), 4);
    for reason in reasons {
        assert!(["00F", "00G", "00H"].iter().all(|code| reason.contains(code)), "{reason}");
    }

    let (baseline, actual) = footprint(&activity);
    assert_eq!(baseline.map(Option::unwrap), [14_250, 13_932, 14_126, 15_039]);
    assert_eq!(actual.map(Option::unwrap), [14_669, 13_953, 13_500, 13_974]);
    let combined = ruling("newcastle-gateshead");
    let fund = performance(&combined);
    assert_eq!(fund.amount.unwrap().pence(), 299_043_000);
    assert_eq!(known(&combined, "planned_to_date"), texts([499, 987, 1_481, 2_007]));
    assert_eq!(known(&combined, "achieved_to_date"), texts([-419, -440, 186, 1_251]));
    assert_eq!(earned(fund), pounds([0, 0, 277_140, 1_586_850]));
}

/// Newcastle and Gateshead: three groups to the merger, one after it.
fn footprint(activity: &Activity) -> ([Option<i64>; 4], [Option<i64>; 4]) {
    let of_three = |year, quarter| {
        ["00F", "00G", "00H"].iter().map(|code| activity.quarter(code, year, quarter)).sum::<Option<i64>>()
    };
    let baseline = [1, 2, 3, 4].map(|quarter| of_three(2014, quarter));
    let after = activity.year("13T", 2015);
    (baseline, [of_three(2015, 1), after[1], after[2], after[3]])
}

/// A count more than 35% below the other year's is not believed: by the binding, and below half by the pack as well.
fn believed(before: [Option<i64>; 4], after: [Option<i64>; 4]) -> ([Option<i64>; 4], [Option<i64>; 4]) {
    let keep = |count: Option<i64>, other: Option<i64>| {
        count.filter(|count| other.is_none_or(|other| count * 100 >= other * 65))
    };
    let both = |at: usize| (keep(before[at], after[at]), keep(after[at], before[at]));
    let pairs = [0, 1, 2, 3].map(both);
    (pairs.map(|(before, _)| before), pairs.map(|(_, after)| after))
}

fn england_by_hand(activity: &Activity, cap: Cap) -> Vec<(String, ByHand)> {
    let mut out = vec![];
    let mut add = |id: String, counts: ([Option<i64>; 4], [Option<i64>; 4]), target: i64| {
        let (before, after) = believed(counts.0, counts.1);
        let planned = before.map(|count| count.map(|count| plan(count, target)));
        out.push((id, by_hand(before, planned, after, cap)));
    };
    for code in activity.codes() {
        let target = match code.as_str() {
            "99N" => 175,
            "00P" => 80,
            _ => 350,
        };
        add(code.to_lowercase(), published(activity, &code), target);
    }
    add("newcastle-gateshead".to_owned(), footprint(activity), 350);
    out
}

#[test]
fn every_area_of_england_comes_out_to_the_penny_by_hand() {
    let activity = Activity::read();
    let pack = better_care_fund();
    let cases = england(&pack);
    for (reading, cap) in Cap::BOTH {
        let by_hand = england_by_hand(&activity, cap);
        assert_eq!((cases.len(), by_hand.len()), (213, 213));
        let (mut quarters, mut known_quarters) = (0, 0);
        for (id, hand) in &by_hand {
            let case = cases.iter().find(|case| case.id == *id).unwrap_or_else(|| panic!("no case {id}"));
            let ruling = rule_with(&pack, case, &cap_reading(reading)).unwrap();
            let fund = performance(&ruling);
            let pence = |amounts: [Option<i64>; 4]| amounts.map(|amount| amount).to_vec();
            assert_eq!(fund.amount.map(ringfence_core::money::Money::pence), hand.fund, "{id}");
            assert_eq!(earned(fund), pence(hand.payments), "{id} {reading}");
            assert_eq!(fund.earned.map(ringfence_core::money::Money::pence), hand.paid(), "{id}");
            let maximum: Vec<Option<String>> =
                hand.maximum.map(|pence| pence.map(|pence| format!("{}.{:02}", pence / 100, pence % 100))).to_vec();
            let maximum: Vec<Option<&str>> = maximum.iter().map(Option::as_deref).collect();
            // The ruling knows the release of a quarter's plan only where the whole year's is known.
            assert_eq!(value(&ruling, "maximum_payment"), maximum, "{id}");
            quarters += 4;
            known_quarters += hand.payments.iter().flatten().count();
        }
        // Solihull, Birmingham CrossCity, South East Staffordshire and 13T have no quarter, the three old groups the
        // first one only.
        assert_eq!((quarters, known_quarters), (852, 852 - 4 * 4 - 3 * 3));
    }
}

/// The figures that examples/england-2015-16/README.md and the pack's README promise.
#[test]
fn the_portfolio_of_england_adds_up_as_its_readme_says() {
    let activity = Activity::read();
    let by_hand = england_by_hand(&activity, Cap::PlanToDate);
    let funds: Vec<i64> = by_hand.iter().filter_map(|(_, hand)| hand.fund).collect();
    assert_eq!((funds.len(), funds.iter().sum::<i64>()), (209, 28_459_149_000));
    let again: i64 = by_hand
        .iter()
        .filter(|(id, _)| id.starts_with("00f") || id == "00g" || id == "00h")
        .filter_map(|(_, hand)| hand.fund)
        .sum();
    assert_eq!(28_459_149_000 - again, 28_159_808_000);
    let earned: Vec<(i64, i64)> = by_hand.iter().filter_map(|(_, hand)| Some((hand.paid()?, hand.fund?))).collect();
    assert_eq!((earned.len(), earned.iter().map(|(paid, _)| paid).sum::<i64>()), (206, 10_921_700_000));
    let all = earned.iter().filter(|(paid, fund)| paid == fund).count();
    let nothing = earned.iter().filter(|(paid, _)| *paid == 0).count();
    assert_eq!((all, earned.len() - all - nothing, nothing), (41, 88, 77));

    let pack = better_care_fund();
    let portfolio = Portfolio::new(england(&pack).iter().map(|case| rule(&pack, case)).collect()).unwrap();
    let totals = portfolio.funds().iter().find(|fund| fund.fund == "performance").unwrap().totals.clone();
    assert_eq!(totals.rulings, 213);
    assert_eq!((totals.amount.to_string(), totals.amount_not_known), ("284591490.00".to_owned(), 4));
    assert_eq!((totals.earned.to_string(), totals.earned_not_known), ("109217000.00".to_owned(), 7));
    assert_eq!(totals.dispositions.undetermined, totals.amount);
    assert!(totals.dispositions.released.is_zero());
    for finding in portfolio.findings() {
        let counted: usize = Outcome::ALL.iter().map(|outcome| finding.count(*outcome)).sum();
        assert_eq!(counted, 213, "{}", finding.condition);
    }
}

const PAGE: &str = "docs/published-figures.md";

/// Who printed a figure.
#[derive(Clone, Copy)]
struct Source {
    title: &'static str,
    /// Nothing where the address was not kept.
    url: &'static str,
}

const fn source(title: &'static str, url: &'static str) -> Source {
    Source { title, url }
}

const HC807: Source = source(
    "Committee of Public Accounts, HC 807, paragraph 10",
    "https://publications.parliament.uk/pa/cm201415/cmselect/cmpubacc/807/80707.htm",
);
const HC959: Source = source(
    "Committee of Public Accounts, HC 959, paragraph 9",
    "https://publications.parliament.uk/pa/cm201617/cmselect/cmpubacc/959/95907.htm",
);
const HSJ_TARGETS: Source = source(
    "Health Service Journal, November 2017",
    "https://www.hsj.co.uk/quality-and-performance/analysis-dtocs-fall-but-councils-still-miss-government-targets-/7021020.article",
);
const HSJ_STAGED: Source = source(
    "Health Service Journal, 20 December 2013",
    "https://www.hsj.co.uk/news/commissioning/performance-measures-will-impact-on-integration-funding/5066532.article",
);
const HSJ_PLANS: Source = source(
    "Health Service Journal, 2010",
    "https://www.hsj.co.uk/lansley-details-social-care-funding-plans/5021451.article",
);
const HSJ_HILLINGDON: Source = source(
    "Health Service Journal, 2014",
    "https://www.hsj.co.uk/finance-and-efficiency/council-refuses-to-sign-off-integration-plan/5076406.article",
);
const LGC_ELEVEN: Source = source(
    "Local Government Chronicle, January 2018",
    "https://www.lgcplus.com/services/health-and-care/research-reveals-11-councils-most-at-risk-of-losing-control-of-care-cash/7022811.article",
);
const LGC_RATES: Source = source(
    "Local Government Chronicle, February 2018",
    "https://www.lgcplus.com/services/health-and-care/social-care-rates-fall-as-hospital-admissions-rise/7023239.article",
);
const LGC_BOUNDARIES: Source = source(
    "Local Government Chronicle, May 2006",
    "https://www.lgcplus.com/unitaries-lose-out-in-pct-boundary-shift/507434.article",
);
const NOTTINGHAM: Source = source(
    "Nottingham City, commissioning sub-committee, 13 October 2015",
    "https://committee.nottinghamcity.gov.uk/ieListDocuments.aspx?CId=725&MId=5414&Ver=4",
);
const ROTHERHAM: Source =
    source("Rotherham Health and Wellbeing Board", "https://moderngov.rotherham.gov.uk/mgAi.aspx?ID=71772");
const BARKING: Source = source(
    "Barking and Dagenham Health and Wellbeing Board, 2014",
    "https://modgov.lbbd.gov.uk/internet/mgAi.aspx?ID=53412",
);
const BURY: Source =
    source("Bury Health and Wellbeing Board, 14 June 2017", "https://councildecisions.bury.gov.uk/mgAi.aspx?ID=5751");
const DIRECTIONS: Source = source(
    "Department of Health, directions of 4 April 2014, as quoted",
    "https://ccg-alert.blogspot.com/2014/04/transfer-of-funding-from-nhs-to-social.html?m=0",
);
const HOUSING_LIN: Source =
    source("Housing LIN, April 2017", "https://www.housinglin.org.uk/Topics/type/Better-Care-Fund/");
const SITRA: Source = source("Sitra, on the make-up of the fund", "");
const PHARMACY: Source = source(
    "Pharmacy Business, 2021",
    "https://www.pharmacy.biz/news/better-care-fund-increased-to-support-health-and-care-integration/",
);
const STATEMENT: Source = source(
    "Policy statement 2020-21, table 1",
    "https://www.gov.uk/government/publications/better-care-fund-policy-statement-2020-to-2021/better-care-fund-policy-statement-2020-to-2021",
);
const GENERAL: Source = source("General knowledge; not read in a source", "");
const RELEASE: Source = source(
    "Local government finance release, 4 October 2019",
    "https://pdfslide.us/documents/management-improved-better-care-fund-ibcf-quarterly-and-19-data-collection.html",
);
const ANSWER: Source =
    source("Written answer 63569, 20 February 2017", "http://nicholassoames.org.uk/content/nhs-finance-2");
const COMMITTEE_PAPER: Source = source(
    "Council committee paper, 15 October 2012",
    "https://yumpu.com/en/document/view/46874675/agenda-reports-pack-public-15-10-2012-1900-meetings-/315",
);
const LOCALGOV: Source =
    source("LocalGov, 2012", "https://www.localgov.co.uk/Ten-council-areas-sign-up-to-troubled-family-scheme/25530");
const LAWYER: Source = source(
    "Local Government Lawyer, 2012",
    "http://localgovernmentlawyer.co.uk/index.php?option=com_content&view=article&id=10634%3Aall-upper-tier-authorities-sign-up-to-troubled-families-programme&catid=52&Itemid=20",
);
const DISCHARGE: Source = source(
    "NHS England, discharge statistics 2024-25",
    "https://www.england.nhs.uk/statistics/statistical-work-areas/discharge-delays/",
);
const LEICESTERSHIRE: Source = source("Leicestershire, 2025; the page was not kept", "");
const PRESS_2017: Source = source("Press analysis of September 2017; the address was not kept", "");

/// Where a figure comes out: the pack, and its case or a binding.
#[derive(Clone, Copy)]
struct Place {
    pack: &'static str,
    cases: &'static str,
}

const fn place(pack: &'static str, cases: &'static str) -> Place {
    Place { pack, cases }
}

/// A case of the pack that asks whether printed figures recompute.
const fn printed(case: &'static str) -> Place {
    place("printed-figures", case)
}

impl Place {
    fn path(self) -> String {
        if self.cases.starts_with("examples/") {
            self.cases.to_owned()
        } else {
            format!("rules/{}/cases/{}.yaml", self.pack, self.cases)
        }
    }

    fn link(self) -> String {
        let path = self.path();
        let shown = if self.cases.starts_with("examples/") {
            self.cases.trim_end_matches("/england.yaml").to_owned()
        } else {
            format!("{}: {}", self.pack, self.cases)
        };
        format!("[{shown}](../{path})")
    }
}

/// What is read there.
#[derive(Clone, Copy)]
enum At {
    /// A derived value; of one by period the first.
    Value(&'static str),
    /// The whole of a fund.
    Fund(&'static str),
    /// What a fund releases.
    Released(&'static str),
    /// A count by period, as it was supplied, added up over all recipients with a code, and times a number.
    Supplied(&'static str, &'static str),
    /// How many cases have this outcome.
    Count(&'static str, Outcome),
    /// How many cases know this value.
    Known(&'static str),
    /// How many cases there are.
    Cases,
}

/// How a number is written for people: what stands before and behind it.
type Unit = (&'static str, &'static str);

const PLAIN: Unit = ("", "");
const PER_CENT: Unit = ("", "%");
const POUNDS: Unit = ("£", "");
const MILLIONS: Unit = ("£", "m");

/// A figure that recomputes. Where nothing is `printed_to`, every digit is printed.
struct Figure {
    id: &'static str,
    what: &'static str,
    by: Source,
    print: &'static str,
    unit: Unit,
    published: &'static str,
    printed_to: &'static str,
    place: Place,
    at: At,
    exact: &'static str,
}

macro_rules! figure {
    ($id:literal, $what:literal, $by:expr, $print:literal = $published:literal to $to:literal in $unit:expr,
     $place:expr, $at:expr => $exact:literal) => {
        Figure {
            id: $id,
            what: $what,
            by: $by,
            print: $print,
            unit: $unit,
            published: $published,
            printed_to: $to,
            place: $place,
            at: $at,
            exact: $exact,
        }
    };
}

const RETURN: &str = "better-care-fund/2015-16-return";
const TROUBLED_FAMILIES: &str = "place-based/total-place-community-budgets";
const REVIEW: &str = "better-care-fund/2015-16-review";
const DELAYS: &str = "better-care-fund/2017-19";
const DISCHARGES: &str = "better-care-fund/2025-26";

const ENGLAND_2014_16: Place = place(REVIEW, "examples/england-2014-16/england.yaml");
const ENGLAND_2015_16: Place = place("better-care-fund/2015-16", "examples/england-2015-16/england.yaml");
const ENGLAND_2017_19: Place = place(DELAYS, "examples/england-2017-19/england.yaml");
const ENGLAND_2025_26: Place = place(DISCHARGES, "examples/england-2025-26/england.yaml");

const DISCHARGES_OF_ENGLAND: Place = place(DISCHARGES, "england");

const IMPROVED: At = At::Count("delays-improved", Outcome::Met);
const HALVED: At = At::Count("delays-halved", Outcome::Met);
const DOUBLED: At = At::Count("delays-not-doubled", Outcome::Unmet);

const FIGURES: &[Figure] = &[
    figure!("transfer-2014-15", "NHS transfer to social care 2014-15, £900m and £200m", DIRECTIONS,
        "£1.1bn" = "1100000000" to "100000000" in POUNDS,
        place("social-care-transfer/2011-15", "england-2014-15"), At::Value("national_total") => "1100000000"),
    figure!("troubled-families-1", "Troubled Families, most paid for a family in the first year, £3,200 and £800",
        COMMITTEE_PAPER, "£4,000" = "4000" to "" in POUNDS,
        printed("troubled-families-first-year"), At::Value("parts_total") => "4000"),
    figure!("troubled-families-2", "The same in the second year, £2,400 and £1,600", COMMITTEE_PAPER,
        "£4,000" = "4000" to "" in POUNDS,
        printed("troubled-families-second-year"), At::Value("parts_total") => "4000"),
    figure!("troubled-families-3", "The same in the third year, £1,600 and £2,400", COMMITTEE_PAPER,
        "£4,000" = "4000" to "" in POUNDS,
        printed("troubled-families-third-year"), At::Value("parts_total") => "4000"),
    figure!("troubled-families-lancashire", "Most that Lancashire could receive for five sixths of 2,630 families",
        LOCALGOV, "around £8.8m" = "8800000" to "100000" in POUNDS,
        place(TROUBLED_FAMILIES, "lancashire"), At::Value("maximum") => "8768000"),
    figure!("troubled-families-sheffield", "Most that Sheffield could receive for five sixths of 1,680 families",
        LOCALGOV, "£5.6m" = "5600000" to "100000" in POUNDS,
        place(TROUBLED_FAMILIES, "sheffield"), At::Value("maximum") => "5600000"),
    figure!("staged-sum", "The scheme of December 2013, its three instalments added up", HSJ_STAGED,
        "£1bn" = "1000" to "1000" in MILLIONS,
        printed("staged-scheme-2013"), At::Value("parts_total") => "1000"),
    figure!("staged-april-conditions", "The same, for conditions in April 2015", HSJ_STAGED,
        "£250m" = "250000000" to "" in POUNDS,
        place("better-care-fund/2013-14", "england"), At::Fund("conditions-in-place") => "250000000"),
    figure!("staged-april", "The same, for performance in April 2015", HSJ_STAGED,
        "£250m" = "250000000" to "" in POUNDS,
        place("better-care-fund/2013-14", "england"), At::Fund("progress-april") => "250000000"),
    figure!("staged-october", "The same, for performance in October 2015", HSJ_STAGED,
        "£500m" = "500000000" to "" in POUNDS,
        place("better-care-fund/2013-14", "england"), At::Fund("progress-october") => "500000000"),
    figure!("make-up", "The parts of the £3.8bn of 2015-16", SITRA,
        "£3.8bn" = "3800" to "100" in MILLIONS,
        printed("make-up-of-3-8bn"), At::Value("parts_total") => "3784"),
    figure!("performance-fund", "England's performance fund, at a cut of 3.07% and £1,490 an admission", HC807,
        "£253m" = "253000000" to "1000000" in POUNDS,
        place("better-care-fund/2015-16", "england"), At::Fund("performance") => "253118220"),
    figure!("performance-fund-of-all", "The same, from all commissioning groups' admissions, not rounded by quarter",
        HC807, "£253m" = "253000000" to "1000000" in POUNDS,
        ENGLAND_2015_16, At::Supplied("activity.baseline", "45.743") => "253119347.93"),
    figure!("hillingdon", "Part of Hillingdon's fund that was in dispute", HSJ_HILLINGDON,
        "around 4 per cent" = "0.04" to "0.01" in PER_CENT,
        printed("hillingdon"), At::Value("counts_share") => "2/45"),
    figure!("nottingham-nhs", "Nottingham City, the NHS total, the adjustment taken off", NOTTINGHAM,
        "£11,474,000" = "11474000" to "1000" in POUNDS,
        place(RETURN, "nottingham-city"), At::Value("nhs_parts") => "11474000"),
    figure!("nottingham-spending", "Nottingham City, spending", NOTTINGHAM,
        "£11,688,000" = "11688000" to "1000" in POUNDS,
        place(RETURN, "nottingham-city"), At::Value("spending_of_pool") => "11688000"),
    figure!("nottingham-income", "Nottingham City, income, from the two totals as printed", NOTTINGHAM,
        "£12,770,000" = "12770000" to "1000" in POUNDS,
        printed("nottingham-city-income"), At::Value("parts_total") => "12770000"),
    figure!("nottingham-balance", "Nottingham City, balance, from income and spending as printed", NOTTINGHAM,
        "£1,082,000" = "1082000" to "1000" in POUNDS,
        printed("nottingham-city-balance"), At::Value("change_difference") => "1082000"),
    figure!("nottingham-underspend", "Nottingham City, £2.348m less a shortfall of £514,000, which is derived",
        NOTTINGHAM, "£1.834m" = "1834000" to "1000" in POUNDS,
        place(RETURN, "nottingham-city"), At::Released("underspend") => "1834000"),
    figure!("rotherham-total", "Rotherham's two pools, read as thousands", ROTHERHAM,
        "£23M" = "23000000" to "1000000" in POUNDS,
        place(RETURN, "rotherham-in-thousands"), At::Value("income_of_pool") => "23316000"),
    figure!("delayed-days", "Delayed days in England, 2015-16 against 2014-15", HC959,
        "185,000 more" = "185000" to "1000" in PLAIN,
        ENGLAND_2014_16, At::Value("delays_change") => "184610"),
    figure!("trusts-signed-up", "Trusts that signed up to the fund of 2016-17, 227 of 239; the 239 follow from the 95%",
        ANSWER,
        "95%" = "0.95" to "0.01" in PER_CENT,
        printed("trusts-signed-up"), At::Value("counts_share") => "227/239"),
    figure!("trusts-finance", "Trusts that met the financial condition, 196 of the same 239", ANSWER,
        "82%" = "0.82" to "0.01" in PER_CENT,
        printed("trusts-met-finance"), At::Value("counts_share") => "196/239"),
    figure!("trusts-performance", "Trusts that met the performance condition, 152 of the same 239", ANSWER,
        "64%" = "0.64" to "0.01" in PER_CENT,
        printed("trusts-met-performance"), At::Value("counts_share") => "152/239"),
    figure!("bury", "Bury, rise in delayed days 2016-17", BURY,
        "5%" = "0.05" to "0.01" in PER_CENT,
        printed("bury"), At::Value("change_percent") => "15/284"),
    figure!("facilities-grant", "Disabled Facilities Grant, £431m against £394m the year before", HOUSING_LIN,
        "about 10%" = "0.1" to "0.05" in PER_CENT,
        printed("facilities-grant-2017-18"), At::Value("change_percent") => "37/394"),
    figure!("hampshire-gap", "Hampshire, delays a day above the expectation, September 2017", HSJ_TARGETS,
        "112" = "112" to "1" in PLAIN,
        place(DELAYS, "hampshire"), At::Value("delays_gap") => "111.86"),
    figure!("hampshire-rise", "Hampshire, rise from February to September 2017", HSJ_TARGETS,
        "a quarter" = "0.25" to "0.25" in PER_CENT,
        printed("hampshire-rise"), At::Value("change_percent") => "1011/4400"),
    figure!("northamptonshire-before", "Northamptonshire, delays a day in February 2017", HSJ_TARGETS,
        "51" = "51" to "1" in PLAIN,
        place(DELAYS, "northamptonshire"), At::Value("delays_at_baseline") => "1423/28"),
    figure!("northamptonshire-after", "Northamptonshire, delays a day in September 2017", HSJ_TARGETS,
        "85" = "85" to "1" in PLAIN,
        place(DELAYS, "northamptonshire"), At::Value("delays_in_expected_month") => "511/6"),
    figure!("wirral-before", "Wirral, delays a day in February 2017", HSJ_TARGETS,
        "one" = "1" to "1" in PLAIN,
        place(DELAYS, "wirral"), At::Value("delays_at_baseline") => "15/14"),
    figure!("wirral-after", "Wirral, delays a day in September 2017", HSJ_TARGETS,
        "14" = "14" to "1" in PLAIN,
        place(DELAYS, "wirral"), At::Value("delays_in_expected_month") => "209/15"),
    figure!("harrow-before", "Harrow, delays a day in February 2017", HSJ_TARGETS,
        "three" = "3" to "1" in PLAIN,
        place(DELAYS, "harrow"), At::Value("delays_at_baseline") => "20/7"),
    figure!("missed-november", "Councils that missed their target in November 2017, 89 of 151", LGC_ELEVEN,
        "59%" = "0.59" to "0.01" in PER_CENT,
        printed("missed-in-november-2017"), At::Value("counts_share") => "89/151"),
    figure!("england-2020-21", "England 2020-21, the three parts", STATEMENT,
        "£6,698m" = "6698" to "1" in MILLIONS,
        printed("england-2020-21"), At::Value("parts_total") => "6698"),
    figure!("minimum-2021-22", "NHS minimum 2021-22, £4,048m and 5.3%", PHARMACY,
        "£4.3bn" = "4300" to "100" in MILLIONS,
        printed("nhs-minimum-2021-22"), At::Value("reckoned_figure") => "4262.544"),
    figure!("england-2021-22", "England 2021-22, the three parts before rounding", PHARMACY,
        "£6.9bn" = "6900" to "100" in MILLIONS,
        printed("england-2021-22-unrounded"), At::Value("parts_total") => "6912.544"),
    figure!("improved-fund-2023-24",
        "Improved fund of England 2023-24, from one council's two grants and £300m as determined in Annex A",
        GENERAL, "about £2.14bn" = "2140" to "10" in MILLIONS,
        printed("improved-fund-2023-24"), At::Value("reckoned_figure") => "642420180/300221"),
    figure!("same-day-april", "Barking and Dagenham, discharges on the day in April 2024, 82 of 92", DISCHARGE,
        "89.13%" = "0.8913" to "0.0001" in PER_CENT,
        printed("barking-and-dagenham-april-2024"), At::Value("counts_share") => "41/46"),
    figure!("same-day-may", "Barking and Dagenham, discharges on the day in May 2024, 89 of 91", DISCHARGE,
        "97.8%" = "0.978" to "0.0001" in PER_CENT,
        printed("barking-and-dagenham-may-2024"), At::Value("counts_share") => "89/91"),
];

/// A figure that does not recompute, or cannot, and the condition that says so.
struct Flagged {
    id: &'static str,
    what: &'static str,
    by: Source,
    print: &'static str,
    unit: Unit,
    /// As printed and as it comes out, where both are numbers.
    numbers: Option<(&'static str, Place, At, &'static str)>,
    caught: Place,
    condition: &'static str,
    outcome: Outcome,
}

macro_rules! flagged {
    ($id:literal, $what:literal, $by:expr, $print:literal, $unit:expr, $numbers:expr,
     $caught:expr, $condition:literal is $outcome:ident) => {
        Flagged {
            id: $id,
            what: $what,
            by: $by,
            print: $print,
            unit: $unit,
            numbers: $numbers,
            caught: $caught,
            condition: $condition,
            outcome: Outcome::$outcome,
        }
    };
}

const FLAGGED: &[Flagged] = &[
    flagged!("coterminous", "Trusts with a council's boundary, which were to double from 44%", LGC_BOUNDARIES,
        "about 70%", PLAIN,
        Some(("70", printed("coterminous-trusts-doubled"), At::Value("reckoned_figure"), "88")),
        place("prevention/2006-white-paper", "england"), "coterminous-areas-doubled" is Unmet),
    flagged!("transfer-2011-12", "NHS transfer to social care 2011-12, announced", HSJ_PLANS,
        "£650m", POUNDS,
        Some((
            "650000000",
            place("social-care-transfer/2011-15", "england-2011-12"),
            At::Value("national_total"),
            "648000000",
        )),
        printed("transfer-2011-12"), "announced-is-determined" is Unmet),
    flagged!("troubled-families-england", "Troubled Families, the programme, £4,000 for five sixths of 120,000",
        LAWYER, "£448m", MILLIONS,
        Some(("448", printed("troubled-families-programme"), At::Value("reckoned_figure"), "400")),
        printed("troubled-families-programme"), "figure-recomputes" is Unmet),
    flagged!("barking-target", "Barking and Dagenham, a lower target that costs £400,000", BARKING,
        "“2.%”", PLAIN, None,
        printed("barking-and-dagenham-target"), "figure-recomputes" is Undetermined),
    flagged!("nottingham-council", "Nottingham City, the council's total", NOTTINGHAM,
        "£1,296,000", POUNDS,
        Some(("1296000", place(RETURN, "nottingham-city"), At::Value("council_parts"), "1297000")),
        place(RETURN, "nottingham-city"), "figures-add-up" is Unmet),
    flagged!("nottingham-adjustment", "Nottingham City, taken off for emergency admissions and printed without a sign",
        NOTTINGHAM, "£153,000", POUNDS,
        Some(("11474000", place(RETURN, "nottingham-city-adjustment-added"), At::Value("nhs_parts"), "11780000")),
        printed("nottingham-city-nhs-total"), "amounts-signed" is Unmet),
    flagged!("rotherham-unit", "Rotherham's two pools against its £23M, printed as millions", ROTHERHAM,
        "“£13,245M” and “£10,071M”", POUNDS,
        Some(("23000000", place(RETURN, "rotherham-as-printed"), At::Value("income_of_pool"), "23316000000")),
        place(RETURN, "rotherham-as-printed"), "pool-of-the-stated-size" is Unmet),
    flagged!("northamptonshire", "Northamptonshire, rise from February to September 2017", HSJ_TARGETS,
        "67 per cent", PER_CENT,
        Some(("0.67", printed("northamptonshire"), At::Value("change_percent"), "2885/4269")),
        printed("northamptonshire"), "change-in-percent-recomputes" is Unmet),
    flagged!("harrow", "Harrow, delays a day in September 2017; the days were revised since", HSJ_TARGETS,
        "15", PLAIN,
        Some(("15", place(DELAYS, "harrow"), At::Value("delays_in_expected_month"), "16.3")),
        printed("harrow-in-september-2017"), "figure-recomputes" is Unmet),
    flagged!("lambeth", "Lambeth, delays as a multiple of February's; the days were revised since", HSJ_TARGETS,
        "more than double", PLAIN,
        Some(("2", printed("lambeth"), At::Value("claim_figure"), "2632/1335")),
        printed("lambeth"), "claim-holds" is Unmet),
    flagged!("improved", "Councils that cut delays; the days were revised since", HSJ_TARGETS,
        "92 of 151", PLAIN,
        Some(("92", ENGLAND_2017_19, IMPROVED, "97")),
        printed("councils-improved"), "figure-recomputes" is Unmet),
    flagged!("halved", "Councils that cut delays by more than half; the same", HSJ_TARGETS,
        "27 of 151", PLAIN,
        Some(("27", ENGLAND_2017_19, HALVED, "37")),
        printed("councils-halved"), "figure-recomputes" is Unmet),
    flagged!("doubled", "Councils where delays more than doubled; the same", HSJ_TARGETS,
        "7 of 151", PLAIN,
        Some(("7", ENGLAND_2017_19, DOUBLED, "9")),
        printed("councils-doubled"), "figure-recomputes" is Unmet),
    flagged!("missed-september", "Councils that missed their target in September 2017, 106 of 150", PRESS_2017,
        "70%", PER_CENT,
        Some(("0.7", printed("missed-in-september-2017"), At::Value("counts_share"), "53/75")),
        printed("missed-in-september-2017"), "share-is-of-counts" is Unmet),
    flagged!("missed-december", "Councils that missed their target in December 2017, 84 of 151", LGC_RATES,
        "59%", PER_CENT,
        Some(("0.59", printed("missed-in-december-2017"), At::Value("counts_share"), "84/151")),
        printed("missed-in-december-2017"), "share-is-of-counts" is Unmet),
    flagged!("uses", "Uses of the additional grant in 2018-19, shares of one whole", RELEASE,
        "39.8%, 32.3% and 27.7%", PER_CENT,
        Some(("1", place(DELAYS, "england-uses-2018-19"), At::Value("use_shares"), "0.998")),
        printed("uses-of-the-grant-2018-19"), "shares-add-up" is Unmet),
    flagged!("minimum-2020-21", "NHS minimum 2020-21, from £3,840m and 5.3%, which no source confirms", STATEMENT,
        "£4,048m", MILLIONS,
        Some(("4048", printed("nhs-minimum-2020-21"), At::Value("reckoned_figure"), "4043.52")),
        printed("nhs-minimum-2020-21"), "figure-recomputes" is Unmet),
    flagged!("england-2021-22-parts", "England 2021-22, from the parts as printed: £4.3bn, £2.1bn, £573m", PHARMACY,
        "£6.9bn", MILLIONS,
        Some(("6900", printed("england-2021-22"), At::Value("parts_total"), "6973")),
        printed("england-2021-22"), "parts-add-up" is Unmet),
    flagged!("leicestershire-announced", "Leicestershire, NHS minimum 2025-26 with the announced 1.7%", LEICESTERSHIRE,
        "1.7% more", POUNDS,
        Some(("58041185.64", place(DISCHARGES, "leicestershire"), At::Fund("nhs-minimum-to-pay"), "57070979")),
        place(DISCHARGES, "leicestershire-with-the-announced-uplift"), "nhs-minimum-as-reckoned" is Unmet),
];

/// What is published and is no single figure: a rule, a signature, figures held against each other.
struct Shown {
    id: &'static str,
    what: &'static str,
    place: Place,
    condition: &'static str,
    outcome: Outcome,
}

const SHOWN: &[Shown] = &[
    Shown {
        id: "one-price",
        what: "England 2015-16: 106,000 fewer admissions were to save £171m, and 193,000 above plan cost £311m; one \
               price of an admission stands behind both",
        place: ENGLAND_2014_16,
        condition: "one-cost-per-admission",
        outcome: Outcome::Met,
    },
    Shown {
        id: "one-price-of-a-day",
        what: "The same of a delayed day: £90m for 293,000, and £146m for 478,000",
        place: ENGLAND_2014_16,
        condition: "one-cost-per-day",
        outcome: Outcome::Met,
    },
    Shown {
        id: "birmingham",
        what: "Troubled Families: Birmingham's 4,180 families could earn just under £14m",
        place: printed("troubled-families-birmingham"),
        condition: "claim-holds",
        outcome: Outcome::Met,
    },
    Shown {
        id: "share-of-two-grants",
        what: "2023-24: a council's share of the discharge grant is its share of the improved fund",
        place: place("better-care-fund/2019-25", "barking-and-dagenham-2023-24"),
        condition: "discharge-share-agrees",
        outcome: Outcome::Met,
    },
    Shown {
        id: "facilities-grant-passed-down",
        what: "April 2017: a county passes the Disabled Facilities Grant to its districts by 30 June; the amounts are \
               constructed, and £100,000 is still due",
        place: place(DELAYS, "grant-passed-down-in-part"),
        condition: "facilities-grant-passed-down",
        outcome: Outcome::Unmet,
    },
    Shown {
        id: "hillingdon-refused",
        what: "Hillingdon 2014: council and board refused to sign, so the plan is not jointly agreed",
        place: place("better-care-fund/2015-16-assurance", "hillingdon"),
        condition: "jointly-agreed",
        outcome: Outcome::Unmet,
    },
    Shown {
        id: "herefordshire",
        what: "Herefordshire 2017: a quarterly return signed by delegation is signed",
        place: place("better-care-fund/2016-17", "herefordshire"),
        condition: "return-signed",
        outcome: Outcome::Met,
    },
    Shown {
        id: "bromley",
        what: "Bromley 2017: a board that agrees subject to final adjustments has not signed yet; the rest is \
               constructed",
        place: place(DELAYS, "board-signs-subject-to-adjustments"),
        condition: "jointly-agreed",
        outcome: Outcome::Undetermined,
    },
    Shown {
        id: "north-yorkshire",
        what: "North Yorkshire 2025: the council signed two days late and the third care board 14, on 14 April",
        place: place(DISCHARGES, "north-yorkshire"),
        condition: "plan-on-time",
        outcome: Outcome::Unmet,
    },
];

/// What comes out over all areas and nobody printed.
const COUNTED: &[(&str, Unit, Place, At, &str)] = &[
    ("Commissioning groups, and one footprint of three, in 2015-16", PLAIN, ENGLAND_2015_16, At::Cases, "213"),
    ("Councils, by their delays of 2017", PLAIN, ENGLAND_2017_19, At::Cases, "151"),
    ("of them, fewer delays in September than in February", PLAIN, ENGLAND_2017_19, IMPROVED, "97"),
    ("of them, delays cut by more than half", PLAIN, ENGLAND_2017_19, HALVED, "37"),
    ("of them, delays more than doubled", PLAIN, ENGLAND_2017_19, DOUBLED, "9"),
    ("Councils, by their discharges of 2024-25", PLAIN, ENGLAND_2025_26, At::Cases, "153"),
    ("of them, with an average delay that is known", PLAIN, ENGLAND_2025_26, At::Known("average_delay"), "116"),
    ("England 2024-25, discharges on the day", PER_CENT, DISCHARGES_OF_ENGLAND, At::Value("same_day_share"), "86.46%"),
    (
        "England 2024-25, days for each late discharge",
        PLAIN,
        DISCHARGES_OF_ENGLAND,
        At::Value("delay_of_the_delayed"),
        "6.09",
    ),
    ("England 2024-25, days for each discharge", PLAIN, DISCHARGES_OF_ENGLAND, At::Value("average_delay"), "0.82"),
];

/// The record of published figures by number, and the rows that each came to.
const RECORD: &[(&str, &[&str])] = &[
    ("PUB-01", &["one-price"]),
    ("PUB-02", &["delayed-days", "one-price-of-a-day"]),
    ("PUB-03", &["performance-fund", "performance-fund-of-all"]),
    ("PUB-05", &["minimum-2021-22", "england-2021-22", "england-2021-22-parts"]),
    (
        "PUB-07",
        &[
            "nottingham-nhs",
            "nottingham-spending",
            "nottingham-income",
            "nottingham-balance",
            "nottingham-council",
            "nottingham-adjustment",
        ],
    ),
    ("PUB-08", &["nottingham-underspend"]),
    ("PUB-09", &["barking-target"]),
    ("PUB-10", &["rotherham-total", "rotherham-unit"]),
    ("PUB-11", &["hampshire-gap"]),
    ("PUB-13", &["wirral-before", "wirral-after"]),
    ("PUB-14", &["lambeth"]),
    ("PUB-15", &["missed-november"]),
    ("PUB-17", &["troubled-families-1", "troubled-families-2", "troubled-families-3"]),
    ("PUB-19", &["trusts-signed-up", "trusts-finance", "trusts-performance"]),
    ("PUB-20", &["transfer-2011-12", "leicestershire-announced"]),
    ("PUB-21", &["transfer-2014-15"]),
    ("PUB-23", &["facilities-grant-passed-down"]),
    ("PUB-25", &["improved-fund-2023-24", "share-of-two-grants"]),
    ("PUB-27", &["staged-sum", "staged-april-conditions", "staged-april", "staged-october"]),
    ("PUB-28", &["uses"]),
    ("PUB-29", &["north-yorkshire"]),
    ("PUB-30", &["hillingdon-refused"]),
    ("PUB-31", &["herefordshire"]),
    ("PUB-32", &["bromley"]),
];

/// The cases of each place with their rulings, each place ruled on once.
#[derive(Default)]
struct Ruled {
    packs: BTreeMap<&'static str, Pack>,
    rulings: BTreeMap<(&'static str, &'static str), Vec<(Case, Ruling)>>,
}

impl Ruled {
    fn at(&mut self, place: Place) -> &[(Case, Ruling)] {
        let pack = self
            .packs
            .entry(place.pack)
            .or_insert_with(|| common::compile(&common::source(&common::path(&format!("rules/{}", place.pack)))));
        self.rulings.entry((place.pack, place.cases)).or_insert_with(|| {
            let documents = case::load(&common::path(&place.path())).unwrap_or_else(|error| panic!("{error}"));
            let cases = documents.iter().map(|document| common::read(pack, document));
            let ruled = cases.map(|case| {
                let ruling = rule(pack, &case);
                (case, ruling)
            });
            ruled.collect()
        })
    }

    fn one(&mut self, place: Place) -> &Ruling {
        let [(_, ruling)] = self.at(place) else { panic!("{} has more than one case", place.path()) };
        ruling
    }

    fn number(&mut self, place: Place, at: At) -> Exact {
        let count = |count: usize| exact(&count.to_string());
        match at {
            At::Value(name) => exact(value(self.one(place), name)[0].unwrap_or_else(|| panic!("{name} is not known"))),
            At::Fund(fund) => exact(&self.one(place).fund(fund).unwrap().amount.unwrap().to_string()),
            At::Released(fund) => exact(&self.one(place).fund(fund).unwrap().dispositions.released.to_string()),
            At::Supplied(fact, times) => {
                // A footprint goes by its name and holds what its parts bring already.
                let is_footprint = |case: &Case| case.recipient.code.as_deref().is_none_or(|code| code == case.id);
                let cases = self.at(place).iter().map(|(case, _)| case).filter(|case| !is_footprint(case));
                let sum = cases.flat_map(|case| supplied(case, fact)).fold(Exact::ZERO, |sum, n| sum.plus(n).unwrap());
                sum.times(exact(times)).unwrap()
            }
            At::Count(condition, outcome) => {
                let is = |ruling: &Ruling| ruling.finding(condition).unwrap().outcome == outcome;
                count(self.at(place).iter().filter(|(_, ruling)| is(ruling)).count())
            }
            At::Known(name) => {
                let is = |ruling: &Ruling| value(ruling, name)[0].is_some();
                count(self.at(place).iter().filter(|(_, ruling)| is(ruling)).count())
            }
            At::Cases => count(self.at(place).len()),
        }
    }
}

/// The numbers of a series as a case brings them, before anything is not believed.
fn supplied(case: &Case, fact: &str) -> Vec<Exact> {
    let Some(Evidence::Series(series)) = case.facts.get(fact) else { panic!("{}: no series {fact}", case.id) };
    let numbers = series.values().flatten().filter_map(|vintage| match &vintage.given {
        Given::Known(Value::Number(number)) => Some(*number),
        // What a check of the binding does not believe was published all the same.
        Given::Rejected(rejection) => common::number(&rejection.found),
        _ => None,
    });
    numbers.collect()
}

fn exact(text: &str) -> Exact {
    common::number(text).unwrap_or_else(|| panic!("`{text}` is no number"))
}

fn rounded(number: Exact, to: &str) -> Exact {
    Rounding::new(exact(to), RoundingMode::HalfAwayFromZero).unwrap().apply(number).unwrap()
}

/// A number for people: thousands parted, four decimals at most.
fn written(number: Exact, unit: Unit) -> String {
    let number = if unit == PER_CENT { number.times(exact("100")).unwrap() } else { number };
    let short = rounded(number, "0.0001");
    let about = if short == number { "" } else { "about " };
    let sign = if short < Exact::ZERO { "-" } else { "" };
    let digits = short.magnitude().unwrap().decimal().unwrap();
    let (whole, part) = digits.split_once('.').map_or((digits.as_str(), ""), |(whole, part)| (whole, part));
    let mut parted = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            parted.push(',');
        }
        parted.push(digit);
    }
    let part = match part.len() {
        0 => String::new(),
        1 if unit == POUNDS => format!(".{part}0"),
        _ => format!(".{part}"),
    };
    format!("{about}{sign}{}{parted}{part}{}", unit.0, unit.1)
}

fn by(source: Source) -> String {
    if source.url.is_empty() { source.title.to_owned() } else { format!("[{}]({})", source.title, source.url) }
}

const INTRODUCTION: &str = "\
# Published figures

Figures that governments, boards, auditors and the press printed about money between the NHS and social care, worked out
again by the packs under `rules/`. `tests/published.rs` runs each row and writes this page; a row that no longer comes
out stops it. Nothing is compared by eye: results are exact, and a figure recomputes where the result, rounded to the
unit in which it was printed, is what was printed. A half is rounded away from nought.

That a figure recomputes shows that the rule and the published inputs agree with it. It does not prove that either is
right. Where a source has no address here, none was kept.
";

fn figures_table(ruled: &mut Ruled, wrong: &mut Vec<String>) -> String {
    let mut table =
        "\n## Figures that recompute\n\n| figure | printed by | printed | to the nearest | worked out again | \
                     where |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for row in FIGURES {
        let result = ruled.number(row.place, row.at);
        if result != exact(row.exact) {
            wrong.push(format!("{}: {} and not {}", row.id, written(result, row.unit), row.exact));
        }
        let prints = if row.printed_to.is_empty() { result } else { rounded(result, row.printed_to) };
        if prints != exact(row.published) {
            wrong.push(format!("{}: prints as {} and not as {}", row.id, written(prints, row.unit), row.published));
        }
        let to =
            if row.printed_to.is_empty() { "every digit".to_owned() } else { written(exact(row.printed_to), row.unit) };
        let result = written(result, row.unit);
        writeln!(table, "| {} | {} | {} | {to} | {result} | {} |", row.what, by(row.by), row.print, row.place.link())
            .unwrap();
    }
    table
}

fn flagged_table(ruled: &mut Ruled, wrong: &mut Vec<String>) -> String {
    let mut table = "\n## Figures that are flagged\n\nThe difference is what is printed less what comes out. The \
                     finding is in the words of the ruling.\n\n| figure | printed by | printed | worked out again | \
                     difference | caught by | finding |\n|---|---|---|---|---|---|---|\n"
        .to_owned();
    for row in FLAGGED {
        let (result, difference) = match row.numbers {
            None => ("not known".to_owned(), "not known".to_owned()),
            Some((published, place, at, expected)) => {
                let result = ruled.number(place, at);
                if result != exact(expected) {
                    wrong.push(format!("{}: {} and not {expected}", row.id, written(result, row.unit)));
                }
                let difference = exact(published).minus(result).unwrap();
                if difference == Exact::ZERO {
                    wrong.push(format!("{}: there is no difference", row.id));
                }
                let unit = if row.unit == PER_CENT { ("", "") } else { row.unit };
                let hundredfold = if row.unit == PER_CENT { "100" } else { "1" };
                let points = if row.unit == PER_CENT { " points" } else { "" };
                let shown = written(difference.times(exact(hundredfold)).unwrap(), unit);
                (written(result, row.unit), format!("{shown}{points}"))
            }
        };
        let finding = ruled.one(row.caught).finding(row.condition).unwrap();
        if finding.outcome != row.outcome {
            wrong.push(format!("{}: {} is {}", row.id, row.condition, finding.outcome));
        }
        let reason = finding.reason.replace('|', "\\|");
        writeln!(
            table,
            "| {} | {} | {} | {result} | {difference} | `{}` of {} | {}: {reason} |",
            row.what,
            by(row.by),
            row.print,
            row.condition,
            row.caught.link(),
            row.outcome
        )
        .unwrap();
    }
    table
}

fn shown_table(ruled: &mut Ruled, wrong: &mut Vec<String>) -> String {
    let mut table =
        "\n## What is no single figure\n\nRules, signatures, and figures held against each other.\n\n| what \
                     | shown by | outcome |\n|---|---|---|\n"
            .to_owned();
    for row in SHOWN {
        let outcome = ruled.one(row.place).finding(row.condition).unwrap().outcome;
        if outcome != row.outcome {
            wrong.push(format!("{}: {} is {outcome}", row.id, row.condition));
        }
        writeln!(table, "| {} | `{}` of {} | {outcome} |", row.what, row.condition, row.place.link()).unwrap();
    }
    table
}

fn counted_table(ruled: &mut Ruled, wrong: &mut Vec<String>) -> String {
    let mut table =
        "\n## What nobody printed\n\nCounts over all areas, and measures of England, as they come out of published \
                     statistics.\n\n| what | result | where |\n|---|---|---|\n"
            .to_owned();
    for (what, unit, place, at, expected) in COUNTED {
        let result = written(ruled.number(*place, *at), *unit);
        if result != *expected {
            wrong.push(format!("{what}: {result} and not {expected}"));
        }
        writeln!(table, "| {what} | {result} | {} |", place.link()).unwrap();
    }
    table
}

#[test]
fn every_published_figure_recomputes_or_is_flagged() {
    let (mut ruled, mut wrong) = (Ruled::default(), vec![]);
    let tables = [
        figures_table(&mut ruled, &mut wrong),
        flagged_table(&mut ruled, &mut wrong),
        shown_table(&mut ruled, &mut wrong),
        counted_table(&mut ruled, &mut wrong),
    ];
    assert!(wrong.is_empty(), "{wrong:#?}");
    let summary = format!(
        "\n{} figures recompute. {} do not, or cannot, and a condition flags each.\n",
        FIGURES.len(),
        FLAGGED.len()
    );
    let page = format!("{INTRODUCTION}{summary}{}", tables.concat());
    if std::env::var_os("RINGFENCE_UPDATE").is_some() {
        std::fs::write(PAGE, &page).unwrap();
    }
    let kept = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(kept == page, "{PAGE} is not what this test prints: run it with RINGFENCE_UPDATE=1 and read what changed");
}

#[test]
fn no_published_figure_of_the_record_is_lost() {
    let figures = FIGURES.iter().map(|row| row.id);
    let ids = figures.chain(FLAGGED.iter().map(|row| row.id)).chain(SHOWN.iter().map(|row| row.id));
    let mut rows = BTreeSet::new();
    for id in ids {
        assert!(rows.insert(id), "two rows are called `{id}`");
    }
    let numbers: BTreeSet<&str> = RECORD.iter().map(|(number, _)| *number).collect();
    assert_eq!((numbers.len(), RECORD.len()), (24, 24));
    for (number, ids) in RECORD {
        assert!(!ids.is_empty(), "{number} has no row");
        for id in *ids {
            assert!(rows.contains(id), "{number}: no row `{id}`");
        }
    }
}
