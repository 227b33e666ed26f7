//! Portfolios.

use ringfence_core::money::Money;
use ringfence_core::ruling::{Dispositions, Ruling};
use ringfence_reporting::portfolio::{Portfolio, PortfolioError};
use ringfence_reporting::{json, markdown, text};

use crate::assert_fits;
use crate::samples::{late_start, missing_quarter, pounds, unknown_amount, unsigned, wiltshire};

fn mixed() -> Portfolio {
    Portfolio::new(vec![wiltshire(), late_start(), missing_quarter(), unknown_amount()]).unwrap()
}

/// Many areas that lack the same signature.
fn unsigned_areas() -> Vec<Ruling> {
    let codes: [&'static str; 7] = ["A01", "A02", "A03", "A04", "A05", "A06", "A07"];
    codes.into_iter().map(|code| unsigned(code, "Area")).collect()
}

#[test]
fn a_portfolio_as_text() {
    insta::assert_snapshot!("portfolio-mixed", text::portfolio(&mixed(), 80, false));
    let unsigned = Portfolio::new(unsigned_areas()).unwrap();
    insta::assert_snapshot!("portfolio-unsigned", text::portfolio(&unsigned, 80, false));
}

#[test]
fn a_portfolio_as_markdown() {
    insta::assert_snapshot!("portfolio-markdown", markdown::portfolio(&mixed()));
}

#[test]
fn a_portfolio_as_json() {
    let json: serde_json::Value = serde_json::from_str(&json::portfolio(&mixed()).unwrap()).unwrap();
    assert_eq!(json["schema"], json::PORTFOLIO_SCHEMA);
    assert_eq!(json["rulings"].as_array().unwrap().len(), 4);
    let mut json = json;
    json["rulings"] = "left out here".into();
    insta::assert_snapshot!("portfolio-json", serde_json::to_string_pretty(&json).unwrap());
}

#[test]
fn the_amount_is_exactly_the_sum_of_its_parts() {
    for portfolio in [mixed(), Portfolio::new(unsigned_areas()).unwrap()] {
        let all = portfolio.all_funds();
        assert_eq!(all.amount, all.dispositions.total().unwrap());
        let mut sum = Dispositions::default();
        let mut amount = Money::ZERO;
        for fund in portfolio.funds() {
            assert_eq!(fund.totals.amount, fund.totals.dispositions.total().unwrap());
            sum = sum.plus(&fund.totals.dispositions).unwrap();
            amount = amount.plus(fund.totals.amount).unwrap();
        }
        assert_eq!(sum, all.dispositions);
        assert_eq!(amount, all.amount);
    }
}

#[test]
fn an_amount_that_is_not_known_is_not_counted_as_nothing() {
    let portfolio = mixed();
    let fund = &portfolio.funds()[0].totals;
    assert_eq!(fund.amount_not_known, 1);
    assert_eq!(fund.earned_not_known, 2);
    assert_eq!(fund.amount, pounds(1_077_270 + 208_600 + 208_600));
    let shown = text::portfolio(&portfolio, 80, false);
    assert!(shown.contains("Amount not known for 1 of 4") && shown.contains("Amount known for 7 of 8 fund amounts"));
}

#[test]
fn there_is_no_total_of_all_funds_where_one_is_not_known_at_all() {
    let portfolio = Portfolio::new(vec![unknown_amount()]).unwrap();
    let shown = text::portfolio(&portfolio, 1_000, false);
    assert!(shown.contains(
        "Amount known for 1 of 2 fund amounts. No total of all funds is given, \
         because no amount of “Payment for performance” is known."
    ));
}

#[test]
fn what_is_earned_is_shown_though_gates_are_open() {
    let portfolio = Portfolio::new(unsigned_areas()).unwrap();
    let fund = &portfolio.funds()[0].totals;
    assert_eq!(fund.dispositions.undetermined, pounds(7 * 1_077_270));
    assert_eq!(fund.earned, pounds(7 * 1_077_270));
}

#[test]
fn causes_that_are_alike_are_one_line() {
    let portfolio = Portfolio::new(unsigned_areas()).unwrap();
    let causes = &portfolio.undetermined()[0].causes;
    assert_eq!(causes.len(), 1);
    assert_eq!(causes[0].recipients.len(), 7);
}

#[test]
fn rulings_made_differently_are_refused() {
    assert_eq!(Portfolio::new(vec![]), Err(PortfolioError::Empty));
    let refused = |change: fn(&mut Ruling)| {
        let mut other = late_start();
        change(&mut other);
        Portfolio::new(vec![wiltshire(), other]).unwrap_err().to_string()
    };
    assert_eq!(
        refused(|ruling| ruling.known_by = None),
        "the rulings differ in their known-by date: `2016-03-01` for case `99n`, `none` for case `e03`"
    );
    assert_eq!(
        refused(|ruling| ruling.pack.version = "1.1.0".to_owned()),
        "the rulings differ in their pack version: `1.0.0` for case `99n`, `1.1.0` for case `e03`"
    );
    assert_eq!(refused(|ruling| ruling.case.id = "99n".to_owned()), "case `99n` is in the portfolio twice");
    assert_eq!(
        refused(|ruling| ruling.funds[0].dispositions.withheld = pounds(1)),
        "fund `performance` of case `e03` does not add up: its parts are 208601.00, its amount is 208600.00"
    );
}

#[test]
fn no_line_is_wider_than_asked_for() {
    for portfolio in [mixed(), Portfolio::new(unsigned_areas()).unwrap()] {
        for width in [40, 60, 80, 120] {
            assert_fits(&text::portfolio(&portfolio, width, false), width);
        }
    }
}
