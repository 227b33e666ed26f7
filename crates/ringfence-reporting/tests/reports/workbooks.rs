//! Workbooks: what their cells hold, and that their formulas give what the engine gives.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};
use ringfence_core::money::Money;
use ringfence_core::ruling::{Dispositions, Ruling};
use ringfence_reporting::csv::PORTFOLIO_COLUMNS;
use ringfence_reporting::portfolio::Portfolio;
use ringfence_reporting::workbook;

use crate::samples::{late_start, missing_quarter, pounds, unknown_amount, wiltshire};

const DOCS: &str = include_str!("../../../../docs/output-formats.md");

fn mixed() -> Portfolio {
    Portfolio::new(vec![wiltshire(), late_start(), missing_quarter(), unknown_amount()]).unwrap()
}

fn opened(bytes: Vec<u8>) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(bytes)).unwrap()
}

fn written(portfolio: &Portfolio) -> Xlsx<Cursor<Vec<u8>>> {
    opened(workbook::portfolio(portfolio).unwrap())
}

/// An amount of a cell in pence, as a spreadsheet rounds it.
fn pence(cell: &Data) -> Option<i64> {
    match cell {
        Data::Empty => None,
        Data::Float(number) => Some(format!("{number:.2}").replace('.', "").parse().unwrap()),
        other => unreachable!("{other:?} is no amount"),
    }
}

/// The rows of a sheet by its headings.
fn rows(range: &Range<Data>) -> Vec<BTreeMap<String, Data>> {
    let heads: Vec<String> = range.rows().next().unwrap().iter().map(ToString::to_string).collect();
    range.rows().skip(1).map(|row| heads.iter().cloned().zip(row.iter().cloned()).collect()).collect()
}

#[test]
fn the_sheets_are_tables_of_what_was_decided() {
    let mut book = written(&mixed());
    assert_eq!(
        book.sheet_names(),
        ["Summary", "Dispositions", "Findings", "Evidence", "Missing", "Parameters", "Data checks"]
    );
    let sheet = |book: &mut Xlsx<_>, name: &str| rows(&book.worksheet_range(name).unwrap());
    let dispositions = sheet(&mut book, "Dispositions");
    assert_eq!(dispositions[0].len(), PORTFOLIO_COLUMNS.len());
    // A row for each fund and each tranche: four funds of instalments, of which one has none, and four without.
    assert_eq!(dispositions.len(), 4 * 2 + 3 * 4);
    assert_eq!(sheet(&mut book, "Findings").len(), 4 * 2);
    assert_eq!(sheet(&mut book, "Evidence").len(), 4 * 13);
    assert_eq!(sheet(&mut book, "Missing").len(), 1 + 2);
    assert_eq!(sheet(&mut book, "Parameters").len(), 3);
}

#[test]
fn an_amount_that_is_not_known_is_an_empty_cell() {
    let dispositions = rows(&written(&mixed()).worksheet_range("Dispositions").unwrap());
    let unknown =
        dispositions.iter().find(|row| row["recipient_code"] == "05P" && row["fund"] == "performance").unwrap();
    assert_eq!((&unknown["amount"], &unknown["earned"]), (&Data::Empty, &Data::Empty));
}

/// What the formula of a total adds, added here from the cells it names.
fn added_again(dispositions: &[BTreeMap<String, Data>], fund: &str, column: &str) -> i64 {
    let whole = dispositions.iter().filter(|row| row["fund"] == *fund && row["period"] == "all");
    whole.filter_map(|row| pence(&row[column])).sum()
}

#[test]
fn totals_are_formulas_that_give_the_same_penny() {
    let portfolio = mixed();
    let mut book = written(&portfolio);
    let dispositions = rows(&book.worksheet_range("Dispositions").unwrap());
    let summary = book.worksheet_range("Summary").unwrap();
    let formulas = book.worksheet_formula("Summary").unwrap();
    for (at, fund) in portfolio.funds().iter().enumerate() {
        let row = 5 + u32::try_from(at).unwrap();
        assert_eq!(summary.get_value((row - 1 - u32::try_from(at).unwrap(), 0)).unwrap().to_string(), "Fund");
        assert_eq!(summary.get_value((row, 0)).unwrap().to_string(), fund.fund);
        let columns = ["amount", "released", "redirected", "withheld", "recovered", "undetermined", "earned"];
        for (column, name) in (2..).zip(columns) {
            let formula = formulas.get_value((row, column)).unwrap();
            assert!(formula.starts_with("IF($") && formula.ends_with("/100)"), "{formula}");
            let held = pence(summary.get_value((row, column)).unwrap()).unwrap();
            assert_eq!(held, added_again(&dispositions, &fund.fund, name), "{name} of {}", fund.fund);
        }
        let held = pence(summary.get_value((row, 2)).unwrap()).unwrap();
        assert_eq!(held, fund.totals.amount.pence());
    }
    insta::assert_snapshot!(formulas.get_value((5, 2)).unwrap(), @r#"IF($K6=0,"not known",SUMPRODUCT((Dispositions!$H$2:$H$21=$A6)*(Dispositions!$I$2:$I$21="all")*ROUND(Dispositions!$J$2:$J$21*100,0))/100)"#);
}

#[test]
fn a_total_of_which_nothing_is_known_is_no_nought() {
    let summary = written(&Portfolio::new(vec![unknown_amount()]).unwrap()).worksheet_range("Summary").unwrap();
    let cell = |row, column| summary.get_value((row, column)).unwrap().to_string();
    assert_eq!((cell(5, 0), cell(5, 2), cell(5, 8)), ("performance".into(), "not known".into(), "not known".into()));
    assert_eq!((cell(7, 0), cell(7, 2)), ("All funds".into(), "not given".into()));
}

#[test]
fn pence_that_a_spreadsheet_would_lose_are_kept_or_refused() {
    let of = |pence: i64| {
        let mut ruling = wiltshire();
        let amount = Money::from_pence(pence);
        ruling.funds.truncate(1);
        ruling.funds[0].tranches.clear();
        ruling.funds[0].amount = Some(amount);
        ruling.funds[0].dispositions = Dispositions { released: amount, ..Dispositions::default() };
        ruling
    };
    let most = Portfolio::new(vec![of(999_999_999_999_999)]).unwrap();
    let dispositions = rows(&written(&most).worksheet_range("Dispositions").unwrap());
    assert_eq!(pence(&dispositions[0]["released"]), Some(999_999_999_999_999));
    let more = Portfolio::new(vec![of(1_000_000_000_000_000)]).unwrap();
    assert_eq!(
        workbook::portfolio(&more).unwrap_err().to_string(),
        "the total of “Payment for performance” is 10000000000000.00, and a spreadsheet keeps 15 digits only"
    );
    let mut both = vec![of(600_000_000_000_000), of(600_000_000_000_000)];
    "another".clone_into(&mut both[1].case.id);
    assert!(workbook::portfolio(&Portfolio::new(both).unwrap()).is_err(), "the total is beyond, though no amount is");
}

#[test]
fn texts_stay_as_they_are() {
    let mut ruling: Ruling = late_start();
    ruling.case.recipient.code = Some("007".to_owned());
    "=HYPERLINK(\"http://example.org\")".clone_into(&mut ruling.case.recipient.name);
    ruling.evidence[0].figure.value = Some("0.10".to_owned());
    let mut book = written(&Portfolio::new(vec![ruling]).unwrap());
    let evidence = rows(&book.worksheet_range("Evidence").unwrap());
    let held = ["recipient_code", "recipient_name", "value"].map(|name| evidence[0][name].clone());
    let text = |text: &str| Data::String(text.to_owned());
    assert_eq!(held, [text("007"), text("=HYPERLINK(\"http://example.org\")"), text("0.10")]);
    assert!(book.worksheet_formula("Evidence").unwrap().is_empty(), "a text became a formula");
}

#[test]
fn one_portfolio_is_one_workbook_byte_for_byte() {
    let once = workbook::portfolio(&mixed()).unwrap();
    // The format keeps the day a file was made; a second later it is the same.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert_eq!(once, workbook::portfolio(&mixed()).unwrap());
    assert_eq!(pounds(1).pence(), 100);
}

#[test]
fn the_documentation_lists_the_sheets_and_their_columns() {
    let mut book = written(&mixed());
    for name in book.sheet_names() {
        assert!(DOCS.contains(&format!("| `{name}` |")), "{name}");
    }
    for name in ["Findings", "Evidence", "Missing", "Parameters", "Data checks"] {
        let range = book.worksheet_range(name).unwrap();
        let heads: Vec<String> = range.rows().next().unwrap().iter().map(|head| format!("`{head}`")).collect();
        let line = format!("| `{name}` | {} |", heads.join(", "));
        assert!(DOCS.contains(&line), "{line}");
    }
}
