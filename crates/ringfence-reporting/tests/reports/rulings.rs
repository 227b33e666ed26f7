//! Rulings as text and as Markdown.

use ringfence_core::money::Money;
use ringfence_core::ruling::{Missing, Outcome};
use ringfence_reporting::text::Only;
use ringfence_reporting::{markdown, text};

use crate::assert_fits;
use crate::samples::{PERIODS, late_start, missing_quarter, unknown_amount, unsigned, wiltshire};

const ALL: Only<'_> = Only { condition: None, fund: None };

#[test]
fn rulings_in_short() {
    insta::assert_snapshot!("short-wiltshire", text::ruling(&wiltshire(), 80, false));
    insta::assert_snapshot!("short-late-start", text::ruling(&late_start(), 80, false));
    insta::assert_snapshot!("short-missing-quarter", text::ruling(&missing_quarter(), 80, false));
    insta::assert_snapshot!("short-unsigned", text::ruling(&unsigned("99N", "Wiltshire"), 80, false));
}

#[test]
fn rulings_explained() {
    insta::assert_snapshot!("explain-wiltshire", text::explain(&wiltshire(), ALL, 80, false));
    insta::assert_snapshot!("explain-missing-quarter", text::explain(&missing_quarter(), ALL, 80, false));
    insta::assert_snapshot!("explain-unsigned", text::explain(&unsigned("99N", "Wiltshire"), ALL, 80, false));
}

#[test]
fn one_condition_brings_only_what_it_rests_on() {
    let only = Only { condition: Some("target-at-least"), fund: None };
    let letter = text::explain(&wiltshire(), only, 80, false);
    insta::assert_snapshot!("explain-one-condition", letter);
    assert!(letter.contains("params.expected_reduction"));
    assert!(!letter.contains("params.value_per_admission"));
    assert!(!letter.contains("Payment for performance"));
}

#[test]
fn one_fund_brings_what_its_formulas_name_and_what_those_name() {
    let only = Only { condition: None, fund: Some("ring-fenced") };
    let letter = text::explain(&late_start(), only, 80, false);
    insta::assert_snapshot!("explain-one-fund", letter);
    assert!(letter.contains("params.value_per_admission"), "named by the value that the fund's formula names");
    assert!(!letter.contains("params.expected_reduction"));
}

#[test]
fn a_condition_that_is_not_there_is_said_not_to_be() {
    let only = Only { condition: Some("no-such"), fund: None };
    assert!(text::explain(&wiltshire(), only, 80, false).contains("This ruling has no condition `no-such`."));
}

#[test]
fn an_unmet_gate_is_said_to_hold_the_money_back() {
    let mut ruling = unsigned("99N", "Wiltshire");
    ruling.funds[0].gates[0].outcome = Outcome::Unmet;
    let letter = text::explain(&ruling, Only { condition: None, fund: Some("performance") }, 200, false);
    assert!(letter.contains(
        "The release rule alone, before any condition, gives £1,077,270.00. \
         It is not released, because of what is not met: “The plan is agreed by every party”."
    ));
}

#[test]
fn a_calculation_is_shown_once() {
    let letter = text::explain(&wiltshire(), ALL, 80, false);
    assert!(letter.contains("The other workings"));
    assert_eq!(letter.matches("achieved_to_date = to_date(").count(), 1, "the rule is told once for all instalments");
    assert_eq!(letter.matches("40432").count(), 1, "the figures of the last instalment");
    // Explained alone, a condition brings its own workings.
    let fund = Only { condition: None, fund: Some("ring-fenced") };
    assert!(!text::explain(&wiltshire(), fund, 80, false).contains("The other workings"));
}

#[test]
fn a_long_reason_why_evidence_is_missing_is_told_once() {
    let reason = |figure: i32| format!("the figure supplied, {figure}, is not believed: fewer than half of the next");
    let mut ruling = missing_quarter();
    let before = ruling.missing.pop().unwrap();
    ruling.missing.extend([(724, PERIODS[1]), (704, PERIODS[2])].map(|(figure, period)| Missing {
        period: Some(period.to_owned()),
        reason: reason(figure),
        ..before.clone()
    }));
    let lacks: Vec<String> = ruling
        .missing
        .iter()
        .map(|missing| format!("“{}” for {} ({})", missing.title, missing.period.as_deref().unwrap(), missing.reason))
        .collect();
    ruling.funds[0].reason = format!("it depends on {}", lacks.join(" and "));
    ruling.warnings = ruling
        .missing
        .iter()
        .map(|missing| format!("“{}” for {}: {}", missing.title, missing.period.as_deref().unwrap(), missing.reason))
        .collect();
    for text in [text::ruling(&ruling, 1_000, false), text::explain(&ruling, ALL, 1_000, false)] {
        assert!(
            text.contains("It depends on “Admissions in the quarter” for 2015-16 Q1 and Q2 (see Missing evidence).")
        );
        assert!(text.contains(
            "- Admissions in the quarter for 2015-16 Q1 and Q2: the figure supplied, \
             724 for 2015-16 Q1 and 704 for 2015-16 Q2, is not believed: fewer than half of the next."
        ));
        assert_eq!(text.matches("is not believed").count(), 1, "{text}");
    }
}

#[test]
fn an_amount_that_is_not_known_is_never_nothing() {
    let mut ruling = unknown_amount();
    ruling.funds[0].tranches = missing_quarter().funds[0].tranches.clone();
    for tranche in &mut ruling.funds[0].tranches {
        tranche.opening = None;
        tranche.earned = None;
        tranche.closing = None;
        tranche.released = Money::ZERO;
        tranche.undetermined = Money::ZERO;
    }
    let only = Only { condition: None, fund: Some("performance") };
    assert!(!text::explain(&ruling, only, 80, false).contains("£0.00"));
}

#[test]
fn rulings_in_markdown() {
    insta::assert_snapshot!("markdown-short", markdown::ruling(&missing_quarter()));
    insta::assert_snapshot!("markdown-explain", markdown::explain(&late_start(), ALL));
    insta::assert_snapshot!("markdown-escapes", markdown::ruling(&unknown_amount()));
}

#[test]
fn no_line_is_wider_than_asked_for() {
    for ruling in [wiltshire(), late_start(), missing_quarter(), unsigned("99N", "Wiltshire"), unknown_amount()] {
        for width in [40, 60, 80, 120] {
            assert_fits(&text::ruling(&ruling, width, false), width);
            assert_fits(&text::explain(&ruling, ALL, width, false), width);
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let coloured = text::explain(&unsigned("99N", "Wiltshire"), ALL, 80, true);
    let mut bare = String::new();
    for (index, part) in coloured.split('\u{1b}').enumerate() {
        bare.push_str(if index == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(bare, text::explain(&unsigned("99N", "Wiltshire"), ALL, 80, false));
    assert!(coloured.contains("\u{1b}["));
}

#[test]
fn a_name_cannot_move_the_cursor() {
    let mut ruling = wiltshire();
    ruling.case.recipient.name = "Wilt\u{1b}[2Jshire\nFund: £9".to_owned();
    let shown = text::ruling(&ruling, 80, false);
    assert!(!shown.contains('\u{1b}'));
    assert!(shown.starts_with("Wilt\\u{1b}[2Jshire Fund: £9 (99N)"));
}
