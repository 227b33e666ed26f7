//! Rulings built by hand, with the figures of real cases and of worked examples.

use jiff::civil::{Date, date};
use ringfence_core::money::{Currency, Money};
use ringfence_core::ruling::{
    Authority, CaseReference, Dispositions, EvidenceUsed, Figure, Finding, FundRuling, GateFound, Headroom, Limb,
    Missing, Outcome, PackReference, ParameterUsed, PeriodFigure, Recipient, Ruling, SCHEMA, Status, Step, Tranche,
    ValueFound,
};

pub(crate) const PERIODS: [&str; 4] = ["2014-15 Q4", "2015-16 Q1", "2015-16 Q2", "2015-16 Q3"];
const DESTINATION: &str = "NHS-commissioned services";
const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// Pounds and no pence.
pub(crate) fn pounds(amount: i64) -> Money {
    Money::from_pence(amount * 100)
}

fn show(amount: Money) -> String {
    Currency::new("GBP").unwrap().show(amount)
}

fn money_figure(amount: Money) -> Figure {
    Figure { value: Some(amount.to_string()), shown: show(amount) }
}

fn count_figure(count: i64) -> Figure {
    let digits = count.abs().to_string();
    let shown = if digits.len() > 3 {
        format!("{},{}", &digits[..digits.len() - 3], &digits[digits.len() - 3..])
    } else {
        digits
    };
    let sign = if count < 0 { "-" } else { "" };
    Figure { value: Some(count.to_string()), shown: format!("{sign}{shown} admissions") }
}

fn answer(title: &str, date: Option<Date>, url: Option<&str>, clause: Option<&str>) -> Authority {
    Authority {
        title: title.to_owned(),
        date,
        url: url.map(str::to_owned),
        clause: clause.map(str::to_owned),
        words: None,
    }
}

fn hl838() -> Authority {
    answer(
        "Better Care Fund: written answer HL838",
        Some(date(2014, 7, 14)),
        Some("https://questions-statements.parliament.uk/written-questions/detail/2014-07-03/HL838"),
        Some("second paragraph"),
    )
}

struct Area {
    code: &'static str,
    name: &'static str,
    baseline: [i64; 4],
    planned: [i64; 4],
    actual: [Option<i64>; 4],
    fund: i64,
    earned: [Option<i64>; 4],
}

const WILTSHIRE: Area = Area {
    code: "99N",
    name: "Wiltshire",
    baseline: [10_163, 10_393, 10_374, 10_368],
    planned: [9_985, 10_211, 10_192, 10_187],
    actual: [Some(9_965), Some(10_228), Some(9_936), Some(10_303)],
    fund: 1_077_270,
    earned: [Some(265_220), Some(271_180), Some(271_180), Some(269_690)],
};

const EXAMPLE: Area = Area {
    code: "E03",
    name: "Example 3, a late start",
    baseline: [1_000; 4],
    planned: [965; 4],
    actual: [Some(1_010), Some(990), Some(960), Some(950)],
    fund: 208_600,
    earned: [Some(0), Some(0), Some(59_600), Some(74_500)],
};

/// Everything earned and released.
pub(crate) fn wiltshire() -> Ruling {
    ruling(&WILTSHIRE, Outcome::Met)
}

/// Nothing in the first two quarters, some in the others, the rest redirected.
pub(crate) fn late_start() -> Ruling {
    ruling(&EXAMPLE, Outcome::Met)
}

/// The second quarter's activity is missing.
pub(crate) fn missing_quarter() -> Ruling {
    let area = Area {
        code: "E08",
        name: "Example 8, a missing return",
        actual: [Some(965), None, Some(965), Some(965)],
        earned: [Some(52_150), None, None, None],
        ..EXAMPLE
    };
    let mut ruling = ruling(&area, Outcome::Met);
    ruling.missing.push(Missing {
        what: "activity.actual".to_owned(),
        title: "Admissions in the quarter".to_owned(),
        period: Some(PERIODS[1].to_owned()),
        reason: "did not submit".to_owned(),
        leaves_open: vec!["performance".to_owned()],
    });
    ruling.warnings.push("the reduction in 2015-16 Q1 rests on a return that was not submitted".to_owned());
    ruling
}

/// The plan is signed by nobody known, so nothing is released though all of it is earned.
pub(crate) fn unsigned(code: &'static str, name: &'static str) -> Ruling {
    let mut ruling = ruling(&Area { code, name, ..WILTSHIRE }, Outcome::Undetermined);
    ruling.missing.push(Missing {
        what: "sign-off plan: council".to_owned(),
        title: "The council's signature on the plan".to_owned(),
        period: None,
        reason: "not supplied".to_owned(),
        leaves_open: vec!["jointly-agreed".to_owned(), "performance".to_owned(), "ring-fenced".to_owned()],
    });
    ruling
}

/// Not even the amount is known.
pub(crate) fn unknown_amount() -> Ruling {
    let mut ruling = unsigned("05P", "Solihull");
    let fund = &mut ruling.funds[0];
    fund.amount = None;
    fund.earned = None;
    fund.dispositions = Dispositions::default();
    fund.tranches.clear();
    fund.reason = String::from("the planned reduction cannot be worked out");
    ruling.missing.push(Missing {
        what: "activity.baseline".to_owned(),
        title: "Admissions in the same quarter a year before".to_owned(),
        period: Some(PERIODS[0].to_owned()),
        reason: "rejected as suspect: less than half of the year before | <b>provider missing</b>".to_owned(),
        leaves_open: vec!["performance".to_owned()],
    });
    ruling
}

fn ruling(area: &Area, signed: Outcome) -> Ruling {
    let released = signed == Outcome::Met;
    Ruling {
        schema: SCHEMA,
        engine: "0.1.0",
        pack: PackReference {
            id: "better-care-fund/2015-16".to_owned(),
            title: "Better Care Fund 2015-16".to_owned(),
            version: "1.0.0".to_owned(),
            digest: DIGEST.to_owned(),
        },
        case: CaseReference {
            id: area.code.to_lowercase(),
            title: None,
            recipient: Recipient { code: Some(area.code.to_owned()), name: area.name.to_owned() },
            digest: DIGEST.chars().rev().collect(),
        },
        rules_at: date(2015, 4, 1),
        known_by: Some(date(2016, 3, 1)),
        currency: Currency::new("GBP").unwrap(),
        findings: findings(signed),
        funds: vec![performance(area, signed), ring_fenced(area, released)],
        values: values(area),
        parameters: parameters(),
        tables: Vec::new(),
        calendars: Vec::new(),
        evidence: evidence(area),
        missing: Vec::new(),
        rejected: Vec::new(),
        portfolio: None,
        plugins: Vec::new(),
        warnings: vec!["parameter `value_per_admission` is not verified".to_owned()],
        reconsideration: None,
    }
}

fn findings(signed: Outcome) -> Vec<Finding> {
    let party =
        |title: &str, outcome, reason: &str| Limb { title: title.to_owned(), outcome, reason: reason.to_owned() };
    let council = match signed {
        Outcome::Met => party("The council", Outcome::Met, "signed by the chief executive on 18 September 2014"),
        _ => party("The council", Outcome::Undetermined, "no signature was supplied"),
    };
    vec![
        Finding {
            condition: "jointly-agreed".to_owned(),
            title: "The plan is agreed by every party".to_owned(),
            outcome: signed,
            reason: match signed {
                Outcome::Met => "every party signed by 19 September 2014",
                _ => "1 of 2 parties signed; whether the council signed is not known",
            }
            .to_owned(),
            standing: None,
            authority: Some(hl838()),
            headroom: None,
            limbs: vec![
                council,
                party("Health and wellbeing board", Outcome::Met, "signed by the chair on 17 September 2014"),
            ],
            would_change: match signed {
                Outcome::Met => vec![],
                _ => vec!["a signature of the council dated 19 September 2014 or earlier".to_owned()],
            },
            steps: vec![],
            notes: Some(
                "The guidance does not say who signs for a council. We follow the area's own scheme of delegation."
                    .to_owned(),
            ),
            rests_on: vec!["sign-off plan".to_owned(), "params.submission_deadline".to_owned()],
        },
        Finding {
            condition: "target-at-least".to_owned(),
            title: "The planned reduction is at least the expected minimum".to_owned(),
            outcome: Outcome::Unmet,
            reason: "the plan reduces admissions by 1.75%, and 3.5% was expected".to_owned(),
            standing: None,
            authority: Some(answer("Better Care Fund planning guidance", None, None, Some("paragraph 12"))),
            headroom: Some(Headroom {
                distance: Figure { value: Some("0.0175".to_owned()), shown: "1.75%".to_owned() },
                holds: false,
            }),
            limbs: vec![],
            would_change: vec!["a planned reduction of 1,446 admissions or more".to_owned()],
            steps: vec![Step {
                name: "met".to_owned(),
                formula: "share(planned_reduction, activity.baseline.sum(), 0) >= params.expected_reduction".to_owned(),
                substituted: "share(723 admissions, 41,298 admissions, 0) >= 3.5%".to_owned(),
                result: "no".to_owned(),
            }],
            notes: None,
            rests_on: vec![
                "planned_reduction".to_owned(),
                "activity.baseline".to_owned(),
                "params.expected_reduction".to_owned(),
            ],
        },
    ]
}

fn performance(area: &Area, signed: Outcome) -> FundRuling {
    let fund = pounds(area.fund);
    let known: Option<i64> = area.earned.iter().copied().sum();
    let certain: i64 = if signed == Outcome::Met { area.earned.iter().map_while(|earned| *earned).sum() } else { 0 };
    let parts = match (signed, known) {
        (Outcome::Met, Some(earned)) => {
            Dispositions { released: pounds(earned), redirected: pounds(area.fund - earned), ..Dispositions::default() }
        }
        _ => Dispositions {
            released: pounds(certain),
            undetermined: pounds(area.fund - certain),
            ..Dispositions::default()
        },
    };
    FundRuling {
        range: None,
        fund: "performance".to_owned(),
        title: "Payment for performance".to_owned(),
        amount: Some(fund),
        dispositions: parts,
        destination: Some(DESTINATION.to_owned()),
        earned: known.map(pounds),
        gates: vec![GateFound { condition: "jointly-agreed".to_owned(), outcome: signed, standing: None }],
        tranches: tranches(area, signed),
        reason: match (signed, known) {
            (Outcome::Met, Some(earned)) if earned == area.fund => "the planned reduction in admissions was reached in every quarter".to_owned(),
            (Outcome::Met, Some(_)) => "the planned reduction in admissions was reached in part".to_owned(),
            (Outcome::Met, None) => "admissions in 2015-16 Q1 are not known, and every later quarter builds on them".to_owned(),
            _ => "whether the plan is agreed by every party is not known".to_owned(),
        },
        authority: Some(hl838()),
        steps: vec![Step {
            name: "amount".to_owned(),
            formula: "performance_fund".to_owned(),
            substituted: show(fund),
            result: show(fund),
        }],
        release_steps: vec![],
        would_release_more: match known {
            Some(earned) if earned == area.fund => vec![],
            Some(_) => vec!["50 fewer admissions by the end of 2015-16 Q3".to_owned()],
            None => vec!["the return of admissions for 2015-16 Q1".to_owned()],
        },
        notes: Some("Whether early over-performance is paid at once is not said in the sources; this pack pays up to the plan to date.".to_owned()),
    }
}

fn tranches(area: &Area, signed: Outcome) -> Vec<Tranche> {
    let mut opening = area.fund;
    let mut open = signed == Outcome::Met;
    let mut out = Vec::new();
    for (index, period) in PERIODS.into_iter().enumerate() {
        let earned = area.earned[index];
        let released = if open { earned.unwrap_or(0) } else { 0 };
        open &= earned.is_some();
        let undetermined = if open { 0 } else { opening - released };
        let closing = opening - released - undetermined;
        let to_date = |of: &[i64]| of[..=index].iter().sum::<i64>();
        let actual: Option<i64> = area.actual[..=index].iter().copied().sum();
        out.push(Tranche {
            period: period.to_owned(),
            opening: Some(pounds(opening)),
            earned: earned.map(pounds),
            already_paid: false,
            released: pounds(released),
            recovered: Money::ZERO,
            undetermined: pounds(undetermined),
            closing: Some(pounds(closing)),
            reason: match actual {
                None => "admissions to date are not known".to_owned(),
                Some(actual) => format!(
                    "{} to date, of {} fewer planned",
                    match to_date(&area.baseline) - actual {
                        more @ ..0 => format!("{} admissions more", -more),
                        fewer => format!("{fewer} admissions fewer"),
                    },
                    to_date(&area.baseline) - to_date(&area.planned)
                ),
            },
            steps: tranche_steps(area, index),
        });
        opening = closing;
    }
    out
}

/// The steps of one instalment, as the engine writes them: `name = formula`, and the same in every period.
fn tranche_steps(area: &Area, index: usize) -> Vec<Step> {
    let to_date = |of: &[i64]| of[..=index].iter().sum::<i64>();
    let step = |name: &str, formula: &str, substituted: String, result: Option<String>| Step {
        name: name.to_owned(),
        formula: formula.to_owned(),
        substituted,
        result: result.unwrap_or_else(|| "not known".to_owned()),
    };
    let gap = |number: Option<i64>| number.map_or("?".to_owned(), |number| number.to_string());
    let baseline = to_date(&area.baseline);
    let planned = baseline - to_date(&area.planned);
    let actual: Option<i64> = area.actual[..=index].iter().copied().sum();
    let achieved = actual.map(|actual| baseline - actual);
    let counts = achieved.map(|achieved| achieved.clamp(0, planned));
    let whole = area.baseline.iter().sum::<i64>() - area.planned.iter().sum::<i64>();
    let due: Option<i64> = area.earned[..=index].iter().copied().sum();
    let due = due.map(|due| show(pounds(due)));
    vec![
        step(
            "Planned cut to date",
            "planned_to_date = to_date(activity.baseline) - to_date(activity.planned)",
            format!("{baseline} - {}", to_date(&area.planned)),
            Some(count_figure(planned).shown),
        ),
        step(
            "Cut achieved to date",
            "achieved_to_date = to_date(activity.baseline) - to_date(activity.actual)",
            format!("{baseline} - {}", gap(actual)),
            achieved.map(|achieved| count_figure(achieved).shown),
        ),
        step(
            "Cut that counts to date",
            "rewarded_to_date = clamp(achieved_to_date[period], 0, planned_to_date[period])",
            format!("clamp({}, 0, {planned})", gap(achieved)),
            counts.map(|counts| count_figure(counts).shown),
        ),
        step(
            "Fund due to date",
            "release_to_date = performance_fund * share(rewarded_to_date[period], planned_reduction, 0)",
            format!("{} × share({}, {whole}, 0)", show(pounds(area.fund)), gap(counts)),
            due.clone(),
        ),
        step("due to date", "release_to_date[period]", due.clone().unwrap_or_else(|| "?".to_owned()), due),
    ]
}

fn ring_fenced(area: &Area, released: bool) -> FundRuling {
    let amount = pounds(12_000_000 - area.fund);
    let parts = if released {
        Dispositions { released: amount, ..Dispositions::default() }
    } else {
        Dispositions { undetermined: amount, ..Dispositions::default() }
    };
    FundRuling {
        range: None,
        fund: "ring-fenced".to_owned(),
        title: "Ring-fenced share for out-of-hospital care".to_owned(),
        amount: Some(amount),
        dispositions: parts,
        destination: None,
        earned: Some(amount),
        gates: vec![GateFound {
            condition: "jointly-agreed".to_owned(),
            outcome: if released { Outcome::Met } else { Outcome::Undetermined },
            standing: None,
        }],
        tranches: vec![],
        reason: if released {
            "every condition for it is met"
        } else {
            "whether the plan is agreed by every party is not known"
        }
        .to_owned(),
        authority: None,
        steps: vec![Step {
            name: "amount".to_owned(),
            formula: "plan.local_share - performance_fund".to_owned(),
            substituted: format!("£12,000,000.00 - {}", show(pounds(area.fund))),
            result: show(amount),
        }],
        release_steps: vec![],
        would_release_more: vec![],
        notes: None,
    }
}

fn values(area: &Area) -> Vec<ValueFound> {
    let baseline: i64 = area.baseline.iter().sum();
    let planned: i64 = area.planned.iter().sum();
    let reduction = count_figure(baseline - planned);
    let achieved: Vec<Step> = (0..PERIODS.len()).map(|index| tranche_steps(area, index).swap_remove(1)).collect();
    vec![
        ValueFound {
            name: "achieved_to_date".to_owned(),
            title: "Cut achieved to date".to_owned(),
            figures: PERIODS
                .iter()
                .zip(&achieved)
                .map(|(period, step)| PeriodFigure {
                    between: None,
                    period: Some((*period).to_owned()),
                    figure: Figure { value: None, shown: step.result.clone() },
                })
                .collect(),
            steps: PERIODS
                .iter()
                .zip(&achieved)
                .map(|(period, step)| Step {
                    name: format!("Cut achieved to date, {period}"),
                    formula: step.formula.replace("achieved_to_date = ", ""),
                    ..step.clone()
                })
                .collect(),
        },
        ValueFound {
            name: "planned_reduction".to_owned(),
            title: "Planned reduction in admissions".to_owned(),
            figures: vec![PeriodFigure { period: None, between: None, figure: reduction.clone() }],
            steps: vec![Step {
                name: "planned_reduction".to_owned(),
                formula: "activity.baseline.sum() - activity.planned.sum()".to_owned(),
                substituted: format!("{} - {}", count_figure(baseline).shown, count_figure(planned).shown),
                result: reduction.shown.clone(),
            }],
        },
        ValueFound {
            name: "performance_fund".to_owned(),
            title: "The performance fund".to_owned(),
            figures: vec![PeriodFigure { period: None, between: None, figure: money_figure(pounds(area.fund)) }],
            steps: vec![Step {
                name: "performance_fund".to_owned(),
                formula: "lesser_of(greater_of(planned_reduction, 0) * params.value_per_admission, plan.local_share)"
                    .to_owned(),
                substituted: format!(
                    "lesser_of(greater_of({}, 0) * £1,490.00 per admission, £12,000,000.00)",
                    reduction.shown
                ),
                result: show(pounds(area.fund)),
            }],
        },
    ]
}

fn parameters() -> Vec<ParameterUsed> {
    vec![
        ParameterUsed {
            name: "value_per_admission".to_owned(),
            title: "Value of one avoided admission".to_owned(),
            figure: Figure { value: Some("1490".to_owned()), shown: "£1,490.00 per admission".to_owned() },
            from: date(2014, 7, 25),
            status: Status::Unverified,
            authority: None,
            note: Some("an area may justify another".to_owned()),
            announced: None,
            confirmed: None,
            cancelled: Vec::new(),
        },
        ParameterUsed {
            name: "expected_reduction".to_owned(),
            title: "Expected minimum reduction".to_owned(),
            figure: Figure { value: Some("0.035".to_owned()), shown: "3.5%".to_owned() },
            from: date(2014, 7, 25),
            status: Status::Secondary,
            authority: Some(answer("Health Service Journal", Some(date(2014, 9, 24)), None, None)),
            note: None,
            announced: None,
            confirmed: None,
            cancelled: Vec::new(),
        },
        ParameterUsed {
            name: "submission_deadline".to_owned(),
            title: "Day by which plans are submitted".to_owned(),
            figure: Figure { value: Some("2014-09-19".to_owned()), shown: "19 September 2014".to_owned() },
            from: date(2014, 7, 25),
            status: Status::Verified,
            authority: Some(answer("Better Care Fund planning guidance", None, None, Some("paragraph 3"))),
            note: None,
            announced: None,
            confirmed: None,
            cancelled: Vec::new(),
        },
    ]
}

fn evidence(area: &Area) -> Vec<EvidenceUsed> {
    let entry = |fact: &str, title: &str, period: Option<&str>, figure: Figure, source: Option<&str>| EvidenceUsed {
        fact: fact.to_owned(),
        title: title.to_owned(),
        period: period.map(str::to_owned),
        figure,
        source: source.map(str::to_owned),
        known: source.map(|_| date(2016, 2, 12)),
    };
    let mut out =
        vec![entry("plan.local_share", "Area's share of the £1bn", None, money_figure(pounds(12_000_000)), None)];
    let mar = "Monthly activity return, mar_nonelective_by_commissioner_month.csv, Open Government Licence v3.0";
    for (index, period) in PERIODS.into_iter().enumerate() {
        let title = "Admissions in the same quarter a year before";
        out.push(entry("activity.baseline", title, Some(period), count_figure(area.baseline[index]), Some(mar)));
    }
    for (index, period) in PERIODS.into_iter().enumerate() {
        let source = Some("The area's plan of 19 September 2014");
        out.push(entry(
            "activity.planned",
            "Planned admissions",
            Some(period),
            count_figure(area.planned[index]),
            source,
        ));
    }
    for (index, period) in PERIODS.into_iter().enumerate() {
        let figure = area.actual[index]
            .map_or(Figure { value: None, shown: "missing: did not submit".to_owned() }, count_figure);
        out.push(entry("activity.actual", "Admissions in the quarter", Some(period), figure, Some(mar)));
    }
    out
}
