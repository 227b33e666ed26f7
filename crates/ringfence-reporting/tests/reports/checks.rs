//! Figures that are not believed: told in every form, once, with what was found and where it came from.

use ringfence_core::ruling::{CheckedBy, Figure, Rejected, Ruling};
use ringfence_reporting::portfolio::Portfolio;
use ringfence_reporting::text::Only;
use ringfence_reporting::{html, json, markdown, text};

use crate::assert_fits;
use crate::samples::{PERIODS, late_start, missing_quarter, wiltshire};

const WHY: &str = "fewer than half of the next";
const ALL: Only<'_> = Only { condition: None, fund: None };

fn figure(number: i32) -> Figure {
    Figure { value: Some(number.to_string()), shown: format!("{number} admissions") }
}

/// One figure that the rules do not believe, and two that came with a check of their own.
fn doubted() -> Ruling {
    let mut ruling = missing_quarter();
    let reason = format!("the figure supplied, 724, is not believed: {WHY}");
    ruling.missing[0].reason.clone_from(&reason);
    let title = ruling.missing[0].title.clone();
    ruling.warnings = vec![format!("“{title}” for {}: {reason}", PERIODS[1]), "another warning".to_owned()];
    let by_rules = Rejected {
        fact: "activity.actual".to_owned(),
        title,
        period: Some(PERIODS[1].to_owned()),
        figure: figure(724),
        because: WHY.to_owned(),
        by: CheckedBy::Rules,
        source: Some("Monthly Activity Return, line 7.".to_owned()),
    };
    let came = |number, period: &str| Rejected {
        fact: "activity.planned".to_owned(),
        title: "Admissions planned".to_owned(),
        period: Some(period.to_owned()),
        figure: figure(number),
        because: "no area plans <b>so</b> many (it is more than 5000)".to_owned(),
        by: CheckedBy::Evidence,
        source: Some("plans.csv".to_owned()),
    };
    ruling.rejected = vec![by_rules, came(9000, PERIODS[0]), came(9001, PERIODS[1])];
    ruling
}

#[test]
fn a_ruling_lists_what_it_does_not_believe() {
    for told in [text::ruling(&doubted(), 80, false), text::explain(&doubted(), ALL, 80, false)] {
        assert_fits(&told, 80);
        let part = told.split_once("\nMissing evidence\n").unwrap().1;
        let part = part.split("\nWhat was ruled on\n").next().unwrap().split("\nHow to ").next().unwrap();
        insta::allow_duplicates! { insta::assert_snapshot!(part, @"
        ----------------

        - Admissions in the quarter for 2015-16 Q1: the figure supplied, 724, is not
          believed (see Data checks). This leaves open “Payment for performance”.

        Data checks
        -----------

        3 figures were supplied and are not believed, so they count as missing.

        - Admissions in the quarter: 724 admissions for 2015-16 Q1. Fewer than half of
          the next. Source: Monthly Activity Return, line 7.
        - Admissions planned: 9000 admissions for 2014-15 Q4 and 9001 admissions for
          2015-16 Q1. No area plans <b>so</b> many (it is more than 5000). The check
          came with the evidence. Source: plans.csv.

        Warnings
        --------

        - Another warning.
        "); }
    }
    assert!(markdown::ruling(&doubted()).contains("\n## Data checks\n"));
    assert!(html::ruling(&doubted()).contains(">Data checks</h"));
    assert!(!text::ruling(&wiltshire(), 80, false).contains("Data checks"));
}

#[test]
fn what_is_explained_alone_brings_what_is_not_believed_of_it_and_no_more() {
    let fund = Only { condition: None, fund: Some("ring-fenced") };
    let told = text::explain(&doubted(), fund, 80, false);
    assert!(!told.contains("fewer than half"), "{told}");
}

#[test]
fn a_portfolio_counts_and_lists_what_is_not_believed() {
    let portfolio = Portfolio::new(vec![late_start(), doubted(), wiltshire()]).unwrap();
    let told = text::portfolio(&portfolio, 80, false);
    assert_fits(&told, 80);
    let part = told.split_once("\nData checks\n").unwrap().1.split_once("\nParameters").unwrap().0;
    insta::assert_snapshot!(part, @"
    -----------

    3 figures were supplied and are not believed, so they count as missing (1 of 3
    recipients).

    Admissions planned (2 figures of 1 recipient)

      No area plans <b>so</b> many (it is more than 5000). The check came with the
      evidence.

      Recipient                          Period             Supplied
      ---------------------------------  ----------  ---------------
      Example 8, a missing return (E08)  2014-15 Q4  9000 admissions
      Example 8, a missing return (E08)  2015-16 Q1  9001 admissions

    Admissions in the quarter (1 figure of 1 recipient)

      Fewer than half of the next.

      Recipient                          Period            Supplied
      ---------------------------------  ----------  --------------
      Example 8, a missing return (E08)  2015-16 Q1  724 admissions
    ");
    assert!(!told.contains("the figure supplied, 724, is not believed: fewer"), "the warning is told by the table");
    let json: serde_json::Value = serde_json::from_str(&json::portfolio(&portfolio).unwrap()).unwrap();
    let fact = |name: &str, title: &str, figures: usize| serde_json::json!({ "fact": name, "title": title, "figures": figures, "recipients": 1 });
    let facts =
        [fact("activity.planned", "Admissions planned", 2), fact("activity.actual", "Admissions in the quarter", 1)];
    assert_eq!(json["rejected"], serde_json::json!({ "figures": 3, "recipients": 1, "facts": facts }));
    let page = html::portfolio(&portfolio);
    assert!(page.contains("3 figures were supplied and are not believed"), "{page}");
    assert!(page.contains("&lt;b&gt;so&lt;/b&gt;") && !page.contains("<b>so</b>"));
}

#[test]
fn where_the_reasons_differ_each_figure_has_its_own() {
    let mut other = doubted();
    other.case.id = "other".to_owned();
    other.rejected.truncate(2);
    other.rejected[1].because = "it is 12 below the 13 of `activity.actual`".to_owned();
    let portfolio = Portfolio::new(vec![doubted(), other]).unwrap();
    let told = text::portfolio(&portfolio, 80, false);
    assert_fits(&told, 80);
    let part = told.split_once("\nAdmissions planned (").unwrap().1.split_once("\n\nAdmissions in").unwrap().0;
    insta::assert_snapshot!(part, @"
    3 figures of 2 cases)

      - Example 8, a missing return (E08), e08: 9000 admissions for 2014-15 Q4. No
        area plans <b>so</b> many (it is more than 5000). The check came with the
        evidence.
      - Example 8, a missing return (E08), e08: 9001 admissions for 2015-16 Q1. No
        area plans <b>so</b> many (it is more than 5000). The check came with the
        evidence.
      - Example 8, a missing return (E08), other: 9000 admissions for 2014-15 Q4. It
        is 12 below the 13 of `activity.actual`. The check came with the evidence.
    ");
}

#[cfg(feature = "letters")]
#[test]
fn a_letter_tells_the_recipient() {
    use ringfence_reporting::letter::{Days, Letter, TEMPLATE};
    let days = Days { dated: None, reply_by: None };
    let letter = Letter::write(&doubted(), TEMPLATE, days).unwrap();
    let (_, part) = letter.markdown().split_once("## Figures that are not believed\n").unwrap();
    insta::assert_snapshot!(part.split("\n## ").next().unwrap(), @r#"

    These were supplied, and count as missing:

    - Admissions in the quarter: 724 admissions for 2015-16 Q1. Fewer than half of the next. Source: Monthly Activity Return, line 7.
    - Admissions planned: 9000 admissions for 2014-15 Q4 and 9001 admissions for 2015-16 Q1. No area plans \<b\>so\</b\> many (it is more than 5000). The check came with the evidence. Source: plans.csv.
    "#);
    let letter = Letter::write(&wiltshire(), TEMPLATE, days).unwrap();
    assert!(!letter.markdown().contains("not believed"));
}

#[cfg(feature = "workbooks")]
#[test]
fn a_workbook_has_a_sheet_of_them() {
    use calamine::{Data, Reader, Xlsx};
    let portfolio = Portfolio::new(vec![late_start(), doubted()]).unwrap();
    let bytes = ringfence_reporting::workbook::portfolio(&portfolio).unwrap();
    let mut book = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range("Data checks").unwrap();
    let rows: Vec<String> =
        range.rows().map(|row| row.iter().map(Data::to_string).collect::<Vec<_>>().join(" | ")).collect();
    insta::assert_snapshot!(rows.join("\n"), @"
    case | recipient_code | recipient_name | fact | title | period | value | shown | because | by | source
    e08 | E08 | Example 8, a missing return | activity.actual | Admissions in the quarter | 2015-16 Q1 | 724 | 724 admissions | fewer than half of the next | rules | Monthly Activity Return, line 7.
    e08 | E08 | Example 8, a missing return | activity.planned | Admissions planned | 2014-15 Q4 | 9000 | 9000 admissions | no area plans <b>so</b> many (it is more than 5000) | evidence | plans.csv
    e08 | E08 | Example 8, a missing return | activity.planned | Admissions planned | 2015-16 Q1 | 9001 | 9001 admissions | no area plans <b>so</b> many (it is more than 5000) | evidence | plans.csv
    ");
}
