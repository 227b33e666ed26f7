use super::*;
use crate::yaml;

const BINDING: &str = "\
binding: 1
table: t.csv
source: Return, OGL
rules-at: 2015-04-01
recipient:
  code: code
  name: name
  exclude: { X24: no recipient }
  ended: { A1: { on: 2015-04-01, into: C3 } }
  began: { C3: { on: 2015-04-01, from: [A1, B2] } }
footprints:
  joined: { name: Joined, codes: [ { code: A1, until: 2015-04 }, { code: C3, from: 2015-04 } ] }
period: { column: month, every: month }
periods: { every: quarter, from: 2014-15 Q4, to: 2015-16 Q1 }
missing: [\"\", \"-\"]
facts:
  before: { column: n, combine: sum, months-before: 3 }
  now: { column: n, combine: sum }
set:
  target: 3.5%
  plan: 1
for:
  B2: { target: 2%, now: { missing: suspect } }
";

/// Lines 2 to 4 are no part of any figure; A1 has figures to March, C3 from April.
const TABLE: &str = "\
month,code,name,n
2014-01,OLD,Old,x
2015-01,X24,England,nonsense
2015-07,B2,Late,1
2015-01,A1,Á one,1
2015-02,A1,Á one,2
2015-03,A1,Á last,3.50
2015-04,C3,C,10
2015-05,C3,C,-
2015-06,C3,C,
2014-10,B2,B,1
2014-11,B2,B,1
2014-12,B2,B,1
2015-01,B2,B,0
2015-02,B2,B,0
";

fn make(binding: &str, table: &str) -> Result<Vec<Document>, Vec<String>> {
    let file = SourceFile::new("b", binding);
    let root = yaml::parse(&file).unwrap().remove(0);
    run(&Document { file, root }, &SourceFile::new("data/t.csv", table))
        .map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
}

fn figure(cases: &[Document], case: usize, fact: &str, period: &str) -> (String, String) {
    let node = cases[case].root.get("facts").unwrap().get(fact).unwrap().get("value").unwrap().get(period).unwrap();
    let text = |key: &str| node.get(key).map(|node| node.as_text().unwrap().to_owned());
    match text("missing") {
        Some(reason) => ("missing".to_owned(), reason),
        None => (text("value").unwrap(), text("source").unwrap()),
    }
}

#[test]
fn each_recipient_in_the_window_becomes_a_case() {
    let cases = make(BINDING, TABLE).unwrap();
    let found: Vec<_> = cases
        .iter()
        .map(|case| {
            let recipient = case.root.get("recipient").unwrap();
            let text = |node: Option<&Node>| node.unwrap().as_text().unwrap().to_owned();
            [text(case.root.get("case")), text(recipient.get("code")), text(recipient.get("name"))].join(" ")
        })
        .collect();
    assert_eq!(found, ["a1 A1 Á last", "b2 B2 B", "c3 C3 C", "joined joined Joined"]);
    assert_eq!(cases[0].root.get("rules-at").unwrap().place.to_string(), "b:4:11");
}

#[test]
fn figures_are_exact_and_name_their_lines() {
    let cases = make(BINDING, TABLE).unwrap();
    for (case, fact, period, value, words) in [
        (0, "now", "2014-15 Q4", "6.5", "t.csv, lines 5, 6, 7; Return, OGL"),
        (0, "before", "2015-16 Q1", "6.5", "t.csv, lines 5, 6, 7; Return, OGL"),
        (
            0,
            "now",
            "2015-16 Q1",
            "missing",
            "no figure for 2015-04, 2015-05, 2015-06 (A1 ended on 2015-04-01, merged into C3)",
        ),
        (1, "before", "2014-15 Q4", "3", "t.csv, lines 11, 12, 13; Return, OGL"),
        (1, "before", "2015-16 Q1", "missing", "no figure for 2015-03"),
        (2, "now", "2015-16 Q1", "missing", "no figure for 2015-05, 2015-06 (`-` in line 9; blank in line 10)"),
        (
            2,
            "now",
            "2014-15 Q4",
            "missing",
            "no figure for 2015-01, 2015-02, 2015-03 (C3 began on 2015-04-01, made of A1, B2)",
        ),
        (3, "now", "2014-15 Q4", "6.5", "t.csv, lines 5, 6, 7; Return, OGL"),
        (3, "now", "2015-16 Q1", "missing", "no figure for 2015-05, 2015-06 (`-` in line 9; blank in line 10)"),
    ] {
        assert_eq!(figure(&cases, case, fact, period), (value.to_owned(), words.to_owned()));
    }
}

#[test]
fn what_is_set_holds_for_all_but_whom_it_is_set_for() {
    let cases = make(BINDING, TABLE).unwrap();
    let fact = |case: usize, name: &str| cases[case].root.get("facts").unwrap().get(name).unwrap().clone();
    assert_eq!((fact(0, "target").as_text(), fact(1, "target").as_text()), (Some("3.5%"), Some("2%")));
    assert_eq!(fact(1, "plan").as_text(), Some("1"));
    assert_eq!(fact(1, "now").get("missing").unwrap().as_text(), Some("suspect"));
}

#[test]
fn mistakes_in_the_binding_have_words_and_places() {
    for (from, to, expected) in [
        ("table:", "tabel:", "b:2:1: unknown key `tabel` [unknown-key] (help: a similar name exists: `table`)"),
        (
            "binding: 1",
            "binding: 2",
            "b:1:10: this version reads bindings of format 1 [wrong-value] (help: write `binding: 1`)",
        ),
        (
            "code: code",
            "code: cod",
            "b:6:9: the table has no column `cod` [missing-column] (help: a similar name exists: `code`)",
        ),
        (
            "column: month",
            "column: zzz",
            "b:13:19: the table has no column `zzz` [missing-column] (help: the columns are `month`, `code`, `name`, `n`)",
        ),
        (
            "on: 2015-04-01, into",
            "on: 1 April, into",
            "b:9:22: expected a date such as 2015-04-01, found `1 April` [bad-date]",
        ),
        ("until: 2015-04", "until: 2015", "b:12:55: expected a month such as 2015-04, found `2015` [bad-period]"),
        (
            "from: 2014-15 Q4",
            "from: 2014-15 Q5",
            "b:14:34: expected a period such as 2014-15 Q4, found `2014-15 Q5` [bad-period]",
        ),
        ("to: 2015-16 Q1", "to: 2014-15 Q1", "b:14:10: the periods end before they begin [bad-period]"),
        (
            "every: quarter",
            "every: week",
            "b:14:19: expected one of `month`, `quarter`, `year` for `every` [wrong-value]",
        ),
        (
            "column: n, combine: sum }",
            "column: n, combine: max }",
            "b:18:30: expected one of `sum`, `only` for `combine` [wrong-value] (help: `sum` adds up the months of a period; `only` takes a period's one row)",
        ),
        (
            "months-before: 3",
            "months-before: -3",
            "b:17:53: expected a number of months from 0 to 1200 for `months-before` [wrong-value]",
        ),
        ("  plan: 1", "  now: 1", "b:21:3: the fact `now` is both read from the table and set [duplicate-name]"),
        ("period: {", "#period: {", "b:1:1: the key `period` is missing [missing-key]"),
        (
            "  B2: {",
            "  B22: {",
            "b:23:3: the code `B22` is in no row of the table [unknown-recipient] (help: a similar name exists: `B2`)",
        ),
        ("ended: { A1:", "ended: { Q9:", "b:9:12: the code `Q9` is in no row of the table [unknown-recipient]"),
        (
            "{ code: A1, until",
            "{ code: ZZZZ, until",
            "b:12:44: the code `ZZZZ` is in no row of the table [unknown-recipient]",
        ),
        ("  joined: {", "  a1: {", "b:12:3: `A1` and `a1` would both be the case `a1` [duplicate-name]"),
    ] {
        assert_eq!(make(&BINDING.replace(from, to), TABLE).unwrap_err(), [expected], "{to}");
    }
}

#[test]
fn mistakes_in_the_table_have_words_and_places() {
    let number = "(help: numbers are digits with at most one point; list a text that means missing under `missing`)";
    let nobody = "(help: leave such rows out by `exclude` or `where`; of a table with one recipient, `recipient: { is: … }` says who)";
    for (from, to, expected) in [
            (
                "Á one,2\n",
                "Á one,\"12,5\"\n",
                format!("data/t.csv:6:18: expected a number in the column `n`, found `12,5` [bad-number] {number}"),
            ),
            (
                "2015-04,C3",
                "2015-4,C3",
                "data/t.csv:8:1: expected a month such as 2015-04, found `2015-4` [bad-period]".to_owned(),
            ),
            (
                "2015-02,A1",
                "2015-01,A1",
                "data/t.csv:6:9: a second row for `A1` in 2015-01 [bad-row] (help: the first is in line 5)".to_owned(),
            ),
            ("2015-02,A1", "2015-02,", format!("data/t.csv:6:9: the row names no recipient [bad-row] {nobody}")),
            ("2015-02,A1", "2015-02,-", format!("data/t.csv:6:9: the row names no recipient [bad-row] {nobody}")),
            (
                "C3,C,10",
                "C3,C,10,11",
                "data/t.csv:8:17: the row has 5 cells, the header has 4 [bad-row] (help: put a cell that holds a comma in quotes)"
                    .to_owned(),
            ),
        ] {
            assert_eq!(make(BINDING, &TABLE.replace(from, to)).unwrap_err(), [expected], "{to}");
        }
}

#[test]
fn only_the_rows_that_where_lets_through_are_read() {
    let table = "\
level,code,period,beds,kind
area,A1,2015-04,5,open
area,A1,2015-05,6,planned
area,A1,2015-06,7,open
region,R1,2015-04,x,open
nation,E1,all,x,open
";
    let binding = |only: &str| {
        format!(
            "binding: 1\ntable: t.csv\nrecipient: {{ code: code }}\nperiod: {{ column: period, every: month }}\n\
                 periods: {{ every: month, from: 2015-04, to: 2015-06 }}\nfacts: {{ n: {{ column: beds, combine: sum }} }}\n\
                 where: {only}\n"
        )
    };
    let made = |only: &str| make(&binding(only), table).unwrap();
    let cases = made("{ level: area }");
    assert_eq!(cases.len(), 1);
    assert_eq!(figure(&cases, 0, "n", "2015-05"), ("6".to_owned(), "t.csv, line 3".to_owned()));
    let cases = made("{ level: [area, area], kind: [open] }");
    assert_eq!(figure(&cases, 0, "n", "2015-05"), ("missing".to_owned(), "no figure for 2015-05".to_owned()));
    for (only, expected) in [
        (
            "{ levle: area }",
            "b:7:10: the table has no column `levle` [missing-column] (help: a similar name exists: `level`)",
        ),
        (
            "{ level: [area, regoin] }",
            "b:7:24: no row has `regoin` in the column `level` [wrong-value] (help: a similar name exists: `region`)",
        ),
        (
            "{ level: AREA }",
            "b:7:17: no row has `AREA` in the column `level` [wrong-value] (help: the texts in the column are `area`, `nation`, `region`)",
        ),
        (
            "{ level: nation, kind: planned }",
            "b:7:8: no row has such a text in each of these columns at once [wrong-value] (help: each text is in some row, but no row would be read)",
        ),
        ("{ level: [] }", "b:7:17: the list of texts for `level` is empty, so no row would be read [wrong-value]"),
        ("{ level: { a: b } }", "b:7:17: expected a text for `level`, found a mapping [wrong-value]"),
        ("area", "b:7:8: expected a mapping for `where`, found `area` [wrong-value]"),
        (
            "{ level: area }\nfor: { R12345: { m: 1 } }",
            "b:8:8: the code `R12345` is in no row that `where` lets through [unknown-recipient]",
        ),
    ] {
        assert_eq!(make(&binding(only), table).unwrap_err(), [expected], "{only}");
    }
}

#[test]
fn months_are_read_as_the_binding_writes_one() {
    let table = "month,code,n\nApr 2024,A1,5\nMay 2024,A1,6\nJun 2024,A1,7\n";
    let binding = |period: &str| {
        format!(
            "binding: 1\ntable: t.csv\nrecipient: {{ code: code }}\nperiod: {{ column: month, every: month{period} }}\n\
                 periods: {{ every: quarter, from: 2024-25 Q1, to: 2024-25 Q1 }}\n\
                 facts: {{ n: {{ column: n, combine: sum }} }}\n"
        )
    };
    let long = table.replace("Apr", "April").replace("Jun", "June");
    let numbers = "month,code,n\n2024-04,A1,5\n2024-05,A1,6\n2024-06,A1,7\n";
    for (written, table) in [
        (", written: Apr 2024", table),
        (", written: December 1999", &long),
        (", written: 2015-04", numbers),
        ("", numbers),
    ] {
        let cases = make(&binding(written), table).unwrap();
        assert_eq!(figure(&cases, 0, "n", "2024-25 Q1"), ("18".to_owned(), "t.csv, lines 2, 3, 4".to_owned()));
    }
    let one_way = "a column has all its months written in one way; `written` under `period` says which";
    for (written, table, expected) in [
        (
            "",
            table.to_owned(),
            "b:4:19: the column `month` has its months as in `Apr 2015`, not as in `2015-04` [bad-period] (help: write `written: Apr 2015` under `period`)",
        ),
        (
            ", written: Apr 2024",
            long.clone(),
            "b:4:49: the column `month` has its months as in `April 2015`, not as in `Apr 2015` [bad-period] (help: write `written: April 2015` under `period`)",
        ),
        (
            ", written: Apr 2024",
            table.replace("Jun 2024", "2024-06"),
            &format!(
                "data/t.csv:4:1: expected a month such as Apr 2015, found `2024-06` [bad-period] (help: {one_way})"
            ),
        ),
        (
            ", written: Apr 2024",
            table.replace("Jun 2024", "Jun 24"),
            "data/t.csv:4:1: expected a month such as Apr 2015, found `Jun 24` [bad-period]",
        ),
        (
            ", written: 04/2024",
            table.to_owned(),
            "b:4:49: expected a month such as 2015-04, 2015-04-01, Apr 2015 or April 2015, found `04/2024` [bad-period]",
        ),
        (
            ", written: May 2024",
            table.to_owned(),
            "b:4:49: `May 2024` does not say whether the names of months are cut short [bad-period] (help: write another month, such as `Apr 2015` or `April 2015`)",
        ),
    ] {
        assert_eq!(make(&binding(written), &table).unwrap_err(), [expected], "{written}");
    }
}

/// A binding of monthly figures of one recipient.
fn of_one(recipient: &str, periods: &str, facts: &str) -> String {
    format!(
        "binding: 1\ntable: t.csv\nrecipient: {recipient}\nperiod: {{ column: month, every: month }}\n\
             periods: {periods}\nmissing: [\"-\"]\nfacts: {facts}\n"
    )
}

/// Two years of figures, each its month's number, without 2015-06.
fn two_years() -> String {
    let months = (2014..=2016).flat_map(|year| (1..=12).map(move |month| format!("{year}-{month:02}")));
    let months = months.filter(|month| ("2014-04".."2016-04").contains(&month.as_str()) && month != "2015-06");
    let rows = months.map(|month| format!("-,{month},{}\n", month.split_once('-').unwrap().1.trim_start_matches('0')));
    format!("code,month,n\n{}", rows.collect::<String>())
}

const ENGLAND: &str = "{ is: { code: E92000001, name: England } }";

#[test]
fn a_table_may_have_one_recipient_and_not_name_it() {
    let month = "{ every: month, from: 2015-04, to: 2015-07 }";
    let facts = "{ now: { column: n, combine: sum }, before: { column: n, combine: sum, months-before: 12 } }";
    let cases = make(&of_one(ENGLAND, month, facts), &two_years()).unwrap();
    let shown = |node: Option<&Node>| {
        let node = node.unwrap();
        format!("{} {}", node.place, node.as_text().unwrap())
    };
    let recipient = cases[0].root.get("recipient").unwrap();
    assert_eq!((cases.len(), shown(cases[0].root.get("case"))), (1, "b:3:26 e92000001".to_owned()));
    assert_eq!(shown(recipient.get("code")), "b:3:26 E92000001");
    assert_eq!(shown(recipient.get("name")), "b:3:43 England");
    for (fact, period, value, words) in [
        ("now", "2015-04", "4", "t.csv, line 14"),
        ("before", "2015-04", "4", "t.csv, line 2"),
        ("now", "2015-06", "missing", "no figure for 2015-06"),
        ("before", "2015-06", "6", "t.csv, line 4"),
    ] {
        assert_eq!(figure(&cases, 0, fact, period), (value.to_owned(), words.to_owned()));
    }
}

#[test]
fn a_year_is_the_sum_of_twelve_months_and_missing_with_any() {
    let year = "{ every: year, from: 2015-16, to: 2015-16 }";
    let facts = "{ now: { column: n, combine: sum }, before: { column: n, combine: sum, months-before: 12 } }";
    let cases = make(&of_one(ENGLAND, year, facts), &two_years()).unwrap();
    let lines = "t.csv, lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13";
    assert_eq!(figure(&cases, 0, "before", "2015-16"), ("78".to_owned(), lines.to_owned()));
    let missing = ("missing".to_owned(), "no figure for 2015-06".to_owned());
    assert_eq!(figure(&cases, 0, "now", "2015-16"), missing);
}

#[test]
fn mistakes_about_the_one_recipient_have_words_and_places() {
    let month = "{ every: month, from: 2015-04, to: 2015-07 }";
    let facts = "{ now: { column: n, combine: sum } }";
    let nobody = "[bad-row] (help: leave such rows out by `exclude` or `where`; of a table with one recipient, `recipient: { is: … }` says who)";
    for (recipient, periods, table, expected) in [
            (
                "{ is: { code: E1 }, exclude: { X: none } }",
                month,
                two_years(),
                vec!["b:3:32: `exclude` is for a table of several recipients, and `is` says that there is one [wrong-value]".to_owned()],
            ),
            (
                "{ is: { name: England } }",
                month,
                two_years(),
                vec!["b:3:18: the key `code` is missing [missing-key]".to_owned()],
            ),
            (
                "{ is: { code: \"-\" } }",
                month,
                two_years(),
                vec!["b:3:26: `-` names no recipient [wrong-value]".to_owned()],
            ),
            (
                "{ is: { code: E1 } }",
                month,
                two_years() + "-,2015-05,7\n",
                vec!["data/t.csv:25:3: a second row for `E1` in 2015-05 [bad-row] (help: the first is in line 15)".to_owned()],
            ),
            (
                "{ is: { code: E1 } }",
                "{ every: year, from: 2017-18, to: 2018-19 }",
                two_years(),
                vec!["b:5:10: no row of a recipient is of a month that these periods need [bad-period] (help: the rows that are read run from 2014-04 to 2016-03)".to_owned()],
            ),
            (
                "{ is: { code: E1 } }",
                month,
                "month,n\n".to_owned(),
                vec!["b:5:10: no row of a recipient is of a month that these periods need [bad-period] (help: the table has no rows)".to_owned()],
            ),
            (
                "{ code: code }",
                "{ every: month, from: 2015-04, to: 2015-04 }",
                two_years(),
                vec![format!("data/t.csv:14:1: the row names no recipient {nobody}")],
            ),
        ] {
            assert_eq!(make(&of_one(recipient, periods, facts), &table).unwrap_err(), expected, "{recipient}");
        }
}

#[test]
fn a_figure_that_does_not_add_up_is_the_only_one_of_its_period() {
    let quarter = "{ every: quarter, from: 2015-16 Q1, to: 2015-16 Q3 }";
    let month = "{ every: month, from: 2015-04, to: 2015-04 }";
    let facts = "{ p: { column: n, combine: only, as: percent } }";
    let table = "month,n\n2015-06,97.80\n2015-08,-\n2016-04,1\n";
    let cases = make(&of_one(ENGLAND, quarter, facts), table).unwrap();
    for (period, value, words) in [
        ("2015-16 Q1", "97.8%", "t.csv, line 2"),
        ("2015-16 Q2", "missing", "no figure for 2015-08 (`-` in line 3)"),
        ("2015-16 Q3", "missing", "no figure for 2015-10, 2015-11, 2015-12"),
    ] {
        assert_eq!(figure(&cases, 0, "p", period), (value.to_owned(), words.to_owned()));
    }
    for (facts, cell, value) in [
        (facts, "2.5%", "2.5%"),
        ("{ p: { column: n, combine: only } }", "2.50", "2.5"),
        ("{ p: { column: n, combine: sum } }", "97.8", "97.8"),
    ] {
        let cases = make(&of_one(ENGLAND, month, facts), &format!("month,n\n2015-04,{cell}\n")).unwrap();
        assert_eq!(figure(&cases, 0, "p", "2015-04").0, value);
    }
    for (facts, cell, expected) in [
        (
            "{ p: { column: n, combine: only } }",
            "4\n2015-05,-",
            "data/t.csv:3:9: a second row for `E92000001` in 2015-16 Q1, and `combine: only` takes one [bad-row] (help: the first is in line 2)",
        ),
        (
            "{ p: { column: n, combine: only } }",
            "2.5%",
            "data/t.csv:2:9: expected a number in the column `n`, found `2.5%` [bad-number] (help: write `as: percent` to read the column as percentages)",
        ),
        (
            "{ p: { column: n, combine: sum, as: percent } }",
            "4",
            "b:7:44: the percentages of several months do not add up [wrong-value] (help: write `combine: only`, for periods with one row each)",
        ),
        (
            "{ p: { column: n, combine: only, as: money } }",
            "4",
            "b:7:45: figures are read as they are, as numbers, or as percentages [wrong-value] (help: write `as: percent`, `as: share` where 0.88 stands for 88%, `as: number`, or leave `as` out)",
        ),
    ] {
        let table = format!("month,n\n2015-04,{cell}\n");
        assert_eq!(make(&of_one(ENGLAND, quarter, facts), &table).unwrap_err(), [expected], "{facts} {cell}");
    }
}

#[test]
fn a_figure_stands_at_the_first_cell_that_is_not_whole() {
    let year = "{ every: year, from: 2014-15, to: 2014-15 }";
    let facts = "{ n: { column: n, combine: sum } }";
    for (table, place) in [(two_years(), "data/t.csv:2:11"), (two_years().replace("07,7", "07,7.5"), "data/t.csv:5:11")]
    {
        let cases = make(&of_one(ENGLAND, year, facts), &table).unwrap();
        let series = cases[0].root.get("facts").unwrap().get("n").unwrap().get("value").unwrap();
        assert_eq!(series.get("2014-15").unwrap().get("value").unwrap().place.to_string(), place);
    }
}

/// A binding of a table whose rows are cases.
fn flat(more: &str, facts: &str) -> String {
    format!("binding: 1\ntable: t.csv\nrecipient: {{ code: code }}\n{more}facts: {facts}\n")
}

#[test]
fn a_row_may_be_a_case() {
    let table = "code,grant,agreed,q1,q2,route\n007,\"1,250.50\",Yes,4,-,\"1,2\"\n00T,900,No,5,6,\n";
    let facts = "{ grant: { column: grant, as: number }, agreed: { column: agreed, words: { Yes: yes, No: { missing: not yet } } }, \
                     beds: { columns: { 2015-16 Q1: q1, 2015-16 Q2: q2 } }, route: { column: route } }";
    let cases = make(&flat("thousands: \",\"\nmissing: [\"-\"]\nsource: OGL\n", facts), table).unwrap();
    let fact = |case: usize, name: &str| cases[case].root.get("facts").unwrap().get(name).unwrap().clone();
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_text).unwrap_or("?").to_owned();
    assert_eq!(cases[0].root.get("recipient").unwrap().get("code").unwrap().as_text(), Some("007"));
    assert_eq!(text(&fact(0, "grant"), "value"), "1250.5");
    assert_eq!(text(&fact(0, "grant"), "source"), "t.csv, line 2; OGL");
    assert_eq!(fact(0, "grant").place.to_string(), "data/t.csv:2:5");
    assert_eq!(text(&fact(0, "agreed"), "value"), "yes");
    assert_eq!(text(&fact(1, "agreed"), "missing"), "not yet");
    assert_eq!(text(fact(1, "beds").get("2015-16 Q2").unwrap(), "value"), "6");
    assert_eq!(text(fact(0, "beds").get("2015-16 Q2").unwrap(), "missing"), "`-` in line 2");
    // A text that the pack reads is left as it is.
    assert_eq!(text(&fact(0, "route"), "value"), "1,2");
    assert_eq!(fact(1, "route").content, Content::Empty);
}

#[test]
fn mistakes_of_a_table_of_cases_have_words_and_places() {
    let table = "code,n\nA,1\nB,\"1,5\"\n";
    let n = "{ n: { column: n, as: number } }";
    let leave = "(help: leave it out; or say with `period` and `periods` which months the rows are of)";
    for (more, facts, table, expected) in [
            (
                "",
                "{ n: { column: n, combine: sum } }",
                table,
                format!("b:4:26: `combine` puts the rows of a period together, and here a row is a case [wrong-value] {leave}"),
            ),
            (
                "footprints: {}\n",
                n,
                table,
                format!("b:4:1: `footprints` counts codes by the month, and here a row is a case [wrong-value] {leave}"),
            ),
            (
                "",
                n,
                "code,n\nA,1\nA,2\n",
                "data/t.csv:3:1: a second row for `A` [bad-row] (help: the first is in line 2)".to_owned(),
            ),
            ("", n, "code,n\n", "b:1:1: no row is a recipient's [bad-row] (help: the table has no rows)".to_owned()),
            (
                "",
                n,
                "code,n\nA,\"1,500\"\n",
                "data/t.csv:2:3: expected a number in the column `n`, found `1,500` [bad-number] (help: if its commas part thousands, say so in the binding: `thousands: \",\"`)".to_owned(),
            ),
            (
                "thousands: \",\"\n",
                n,
                table,
                "data/t.csv:3:3: expected a number in the column `n`, found `1,5` [bad-number] (help: numbers are digits with at most one point; list a text that means missing under `missing`)".to_owned(),
            ),
            (
                "thousands: \",\"\ndecimal: \",\"\n",
                n,
                table,
                "b:4:12: `,` cannot part thousands and stand before the decimal places [wrong-value] (help: say with `decimal` what stands before those)".to_owned(),
            ),
            (
                "thousands: dot\n",
                n,
                table,
                "b:4:12: expected one of `,`, `.`, `'`, `space` for `thousands`, found `dot` [wrong-value]".to_owned(),
            ),
            (
                "",
                "{ n: { column: n, words: { \"1\": yes } } }",
                table,
                "data/t.csv:3:3: `words` gives the text `1,5` no meaning [wrong-value] (help: it knows `1`)".to_owned(),
            ),
            (
                "",
                n,
                "code;n\nA;1\n",
                "b:3:20: the table has no column `code` [missing-column] (help: the header is one cell; if it is several, write `separator: \";\"` in the binding)".to_owned(),
            ),
            (
                "separator: \"::\"\n",
                n,
                table,
                "b:4:12: expected one of `,`, `;`, `|`, `tab` for `separator`, found `::` [wrong-value]".to_owned(),
            ),
        ] {
            assert_eq!(make(&flat(more, facts), table).unwrap_err()[0], expected, "{more} {facts} {table}");
        }
}

#[test]
fn separators_are_those_that_the_binding_declares() {
    for (more, table) in [
        ("separator: \";\"\ndecimal: \",\"\nthousands: \".\"\n", "code;n\nA;1.250,5\n"),
        ("separator: tab\nthousands: \"'\"\n", "code\tn\nA\t1'250.50\n"),
        ("separator: \"|\"\nthousands: space\n", "code|n\nA|1 250.5\n"),
        ("thousands: \",\"\n", "code,n\nA,1250.5\n"),
    ] {
        let cases = make(&flat(more, "{ n: { column: n, as: number } }"), table).unwrap();
        let value = cases[0].root.get("facts").unwrap().get("n").unwrap().get("value").unwrap();
        assert_eq!(value.as_text(), Some("1250.5"), "{table}");
    }
}

#[test]
fn shares_of_one_are_percentages() {
    for (kind, cell, value) in [("share", "0.885", "88.5%"), ("percent", "88.50%", "88.5%"), ("share", "-0", "0%")] {
        let facts = format!("{{ n: {{ column: n, as: {kind} }} }}");
        let cases = make(&flat("", &facts), &format!("code,n\nA,{cell}\n")).unwrap();
        let node = cases[0].root.get("facts").unwrap().get("n").unwrap().get("value").unwrap();
        assert_eq!(node.as_text(), Some(value), "{kind} {cell}");
    }
}

#[test]
fn a_sum_beyond_all_digits_is_a_mistake() {
    let large = "9".repeat(38);
    let table =
        TABLE.replace("Á one,1\n", &format!("Á one,{large}\n")).replace("Á one,2\n", &format!("Á one,{large}\n"));
    let mistakes = make(BINDING, &table).unwrap_err();
    assert_eq!(mistakes[0], "data/t.csv:6:18: the exact result needs more than 38 digits [bad-number]");
}

/// A return whose rows say when they were published: May was restated, and June came late.
const PUBLISHED: &str = "\
month,code,published,n
2015-04,A1,2015-05-14,4
2015-05,A1,2015-06-11,5
2015-06,A1,2015-07-09,-
2015-05,A1,2015-08-13,50
2015-06,A1,2015-09-10,6
2015-07,A1,2015-08-13,7
";

fn dated(known: &str, facts: &str) -> String {
    format!(
        "binding: 1\ntable: t.csv\nrecipient: {{ code: code }}\nperiod: {{ column: month, every: month }}\n\
         periods: {{ every: quarter, from: 2015-16 Q1, to: 2015-16 Q2 }}\nmissing: [\"-\"]\nknown: {known}\nfacts: {facts}\n"
    )
}

/// Each vintage of a figure: when it became known, its value or reason, and its source.
fn vintages_of(node: &Node) -> Vec<String> {
    let one = |node: &Node| {
        let text = |node: Option<&Node>| node.and_then(Node::as_text).unwrap_or("-").to_owned();
        let value = node.get("value").unwrap_or(node);
        let reason = value.get("missing").map(|reason| text(Some(reason)));
        let value = reason.unwrap_or_else(|| text(Some(value)));
        format!("{}: {value} ({})", text(node.get("known")), text(node.get("source")))
    };
    match node.get("vintages").map(|list| &list.content) {
        Some(Content::List(items)) => items.iter().map(one).collect(),
        _ => vec![one(node)],
    }
}

#[test]
fn a_figure_has_a_vintage_for_each_day_on_which_one_of_its_rows_became_known() {
    let binding = dated("{ column: published }", "{ n: { column: n, combine: sum } }");
    let cases = make(&binding, PUBLISHED).unwrap();
    let series = cases[0].root.get("facts").unwrap().get("n").unwrap().get("value").unwrap();
    assert_eq!(
        vintages_of(series.get("2015-16 Q1").unwrap()),
        [
            "2015-07-09: no figure for 2015-06 (`-` in line 4) (-)",
            "2015-08-13: no figure for 2015-06 (`-` in line 4) (-)",
            "2015-09-10: 60 (t.csv, lines 2, 5, 6)",
        ]
    );
    // Of the second quarter two months never came: that was never known, on no day.
    assert_eq!(vintages_of(series.get("2015-16 Q2").unwrap()), ["-: no figure for 2015-08, 2015-09 (-)"]);
    let only = dated("{ column: published }", "{ n: { column: n, combine: only } }");
    let table = "month,code,published,n\n2015-06,A1,2015-07-09,4\n2015-06,A1,2015-08-13,4.50\n";
    let cases = make(&only, table).unwrap();
    let series = cases[0].root.get("facts").unwrap().get("n").unwrap().get("value").unwrap();
    let expected = ["2015-07-09: 4 (t.csv, line 2)", "2015-08-13: 4.5 (t.csv, line 3)"];
    assert_eq!(vintages_of(series.get("2015-16 Q1").unwrap()), expected);
}

#[test]
fn who_has_no_name_is_called_by_the_code() {
    let cases = make(&flat("", "{ n: { column: n } }"), "code,n\n007,4\n").unwrap();
    let recipient = cases[0].root.get("recipient").unwrap();
    let text = |key: &str| recipient.get(key).and_then(Node::as_text).map(ToOwned::to_owned);
    assert_eq!((text("code"), text("name")), (Some("007".to_owned()), Some("007".to_owned())));
}

#[test]
fn a_row_that_is_a_case_may_have_vintages() {
    let table = "code,published,n,agreed\nA1,2015-05-14,4,No\nA1,2015-06-11,-,Yes\n";
    let facts =
        "{ n: { column: n, as: number }, agreed: { column: agreed, words: { Yes: yes, No: { missing: not yet } } } }";
    let cases = make(&flat("missing: [\"-\"]\nknown: { column: published }\n", facts), table).unwrap();
    let fact = |name: &str| cases[0].root.get("facts").unwrap().get(name).unwrap();
    assert_eq!(cases.len(), 1);
    assert_eq!(vintages_of(fact("n")), ["2015-05-14: 4 (t.csv, line 2)", "2015-06-11: `-` in line 3 (-)"]);
    assert_eq!(vintages_of(fact("agreed")), ["2015-05-14: not yet (-)", "2015-06-11: yes (t.csv, line 3)"]);
    let cases = make(&flat("known: 2015-05-14\n", "{ n: { column: n } }"), "code,n\nA1,4\n").unwrap();
    assert_eq!(vintages_of(cases[0].root.get("facts").unwrap().get("n").unwrap()), ["2015-05-14: 4 (t.csv, line 2)"]);
}

#[test]
fn mistakes_about_when_a_table_became_known_have_words_and_places() {
    let facts = "{ n: { column: n, combine: sum } }";
    for (known, table, expected) in [
        (
            "2015-5-14",
            PUBLISHED.to_owned(),
            "b:7:8: expected a date such as 2015-11-13 for `known`, found `2015-5-14` [bad-date]",
        ),
        (
            "{ column: publishd }",
            PUBLISHED.to_owned(),
            "b:7:18: the table has no column `publishd` [missing-column] (help: a similar name exists: `published`)",
        ),
        (
            "{ column: published }",
            PUBLISHED.replace("2015-09-10", ""),
            "data/t.csv:6:12: expected the day on which the row became known, such as 2015-11-13, found `` [bad-date] (help: a row that nobody dated cannot be told from its vintages; leave it out by `where`, or date it)",
        ),
        (
            "{ column: published }",
            PUBLISHED.replace("2015-09-10", "2015-07-09"),
            "data/t.csv:6:9: a second row for `A1` in 2015-06 that became known on 2015-07-09 [bad-row] (help: the first is in line 4)",
        ),
    ] {
        assert_eq!(make(&dated(known, facts), &table).unwrap_err(), [expected], "{known}");
    }
}
