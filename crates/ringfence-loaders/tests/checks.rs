//! Checks that a binding makes of its figures: what each kind lets through, what it says of the rest, and where.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use ringfence_core::source::{Document, Node};
use ringfence_loaders::case;

fn folder(binding: &str, table: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("t.csv"), table).unwrap();
    fs::write(dir.path().join("b.yaml"), format!("binding: 1\ntable: t.csv\n{binding}")).unwrap();
    dir
}

fn cases(dir: &Path) -> Result<Vec<Document>, Vec<String>> {
    let shown = format!("{}/", dir.display());
    let told = |mistake: &ringfence_core::diagnostic::Diagnostic| mistake.to_string().replace(&shown, "");
    case::load(&dir.join("b.yaml")).map_err(|error| error.mistakes().iter().map(told).collect())
}

/// What a figure says: its value, or what was found and why it does not count.
fn told(node: &Node) -> String {
    if let Some(value) = node.get("value") {
        return told(value);
    }
    let text = |key: &str| node.get(key).and_then(Node::as_text);
    match (text("missing"), text("found")) {
        (Some(why), Some(found)) => format!("{found}: {why}"),
        (Some(why), None) => format!("missing: {why}"),
        _ => node.as_text().unwrap_or("?").to_owned(),
    }
}

const FLAT: &str = "\
recipient: { code: code }
missing: [\"-\"]
facts:
  total: { column: total }
  capital: { column: capital }
  revenue: { column: revenue }
  route: { column: route }
  agreed: { column: agreed }
  sent: { column: sent }
  share: { column: share }
  none: { column: none, words: { \"\": { not-applicable: no such grant } } }
";
const HEADER: &str = "code,total,capital,revenue,route,agreed,sent,share,none\n";
const ROW: &str = "A,100.00,60,40.00,home,2015-04-01,2015-05-01,88%,\n";

/// What becomes of a fact under a check that makes it missing.
fn checked(fact: &str, check: &str) -> String {
    checked_in(ROW, fact, check)
}

fn checked_in(row: &str, fact: &str, check: &str) -> String {
    let checks = format!("checks:\n  - {{ fact: {fact}, {check}, otherwise: missing }}\n");
    let dir = folder(&format!("{FLAT}{checks}"), &format!("{HEADER}{row}"));
    match cases(dir.path()) {
        Ok(made) => told(made[0].root.get("facts").unwrap().get(fact).unwrap()),
        Err(mistakes) => mistakes.join(" | "),
    }
}

#[test]
fn each_kind_of_check_lets_through_what_passes_and_says_why_the_rest_does_not() {
    for (fact, check, expected) in [
        ("total", "range: { min: 100, max: 100.00 }", "100.00"),
        ("total", "range: { min: 100.01 }", "100.00: it is less than 100.01"),
        ("total", "range: { max: 99 }", "100.00: it is more than 99"),
        ("share", "range: { min: 0%, max: 88.0% }", "88%"),
        ("share", "range: { max: 50% }", "88%: it is more than 50%"),
        ("agreed", "range: { min: 2015-04-01, max: 2016-03-31 }", "2015-04-01"),
        ("agreed", "range: { max: 2015-03-31 }", "2015-04-01: it is later than 2015-03-31"),
        ("route", "one-of: [home, hospital]", "home"),
        ("route", "one-of: [Home, hospital]", "home: it is none of `Home`, `hospital`"),
        ("total", "sum-of: [capital, revenue]", "100.00"),
        ("total", "sum-of: [capital, revenue, none]", "100.00"),
        ("total", "sum-of: [capital]", "100.00: `capital` comes to 60"),
        ("total", "sum-of: [capital], within: 40", "100.00"),
        ("total", "sum-of: [capital, revenue, none], within: 0.01, because: the return adds up", "100.00"),
        (
            "capital",
            "sum-of: [total, revenue], within: 79.99, because: the return adds up",
            "60: the return adds up (`total`, `revenue` add up to 140, and at most 79.99 may lie between)",
        ),
        ("agreed", "not-earlier-than: 2015-04-01", "2015-04-01"),
        ("agreed", "not-earlier-than: 2015-04-02", "2015-04-01: it is earlier than 2015-04-02"),
        ("sent", "not-earlier-than: agreed", "2015-05-01"),
        ("agreed", "not-earlier-than: sent", "2015-04-01: it is earlier than the 2015-05-01 of `sent`"),
        ("total", "unchanged-since: capital", "100.00: it is not the 60 of `capital`"),
        ("route", "unchanged-since: agreed", "home: it is not the 2015-04-01 of `agreed`"),
        ("total", "change-from: capital, at-most: 70%", "100.00"),
        (
            "total",
            "change-from: capital, at-most: 50%",
            "100.00: it is 40 above the 60 of `capital`, more than 50% of it",
        ),
        ("capital", "change-from: total, at-most: 40", "60"),
        ("capital", "change-from: total, at-most: 39.9", "60: it is 40 below the 100.00 of `total`, more than 39.9"),
        ("capital", "change-from: total, rise-at-most: 0%", "60"),
        ("total", "change-from: capital, fall-at-most: 0%", "100.00"),
        (
            "capital",
            "change-from: total, fall-at-most: 39%, rise-at-most: 10",
            "60: it is 40 below the 100.00 of `total`, more than 39% of it",
        ),
        (
            "total",
            "change-from: capital, fall-at-most: 39%, rise-at-most: 10",
            "100.00: it is 40 above the 60 of `capital`, more than 10",
        ),
        ("capital", "zero-after-non-zero: total", "60"),
    ] {
        assert_eq!(checked(fact, check), expected, "{fact}: {check}");
    }
    let zero = ROW.replace(",60,", ",0.00,");
    assert_eq!(
        checked_in(&zero, "capital", "zero-after-non-zero: total"),
        "0.00: it is zero after the 100.00 of `total`"
    );
    assert_eq!(
        checked_in(&zero, "total", "change-from: capital, at-most: 1000%"),
        "100.00: it is 100 above the 0.00 of `capital`, more than 1000% of it",
        "from nothing, any change is too much"
    );
    assert_eq!(
        checked_in(&ROW.replace("100.00", "-100.00"), "capital", "change-from: total, at-most: 160%"),
        "60",
        "a share is of the size of what came before"
    );
    assert_eq!(checked_in(&ROW.replace("40.00", "60.0"), "capital", "unchanged-since: revenue"), "60");
}

#[test]
fn a_check_that_lacks_what_it_needs_says_nothing() {
    let row = "A,100.00,-,40.00,home,2015-04-01,,88%,\n";
    for (fact, check) in [
        ("total", "sum-of: [capital, revenue]"),
        ("total", "unchanged-since: capital"),
        ("total", "change-from: capital, at-most: 1%"),
        ("total", "zero-after-non-zero: capital"),
        ("agreed", "not-earlier-than: sent"),
    ] {
        let passed = if fact == "total" { "100.00" } else { "2015-04-01" };
        assert_eq!(checked_in(row, fact, check), passed, "{check}");
    }
    assert_eq!(checked_in(row, "capital", "range: { min: 1 }"), "missing: `-` in line 2");
}

#[test]
fn a_figure_that_a_check_cannot_read_is_refused_at_its_cell() {
    for (fact, check, expected) in [
        (
            "route",
            "range: { min: 1 }",
            "t.csv:2:19: `range` reads numbers, and `home` is none [bad-number] (help: the check is in line 15 of the binding)",
        ),
        (
            "total",
            "sum-of: [capital, route]",
            "t.csv:2:19: `sum-of` reads numbers, and `home` is none [bad-number] (help: the check is in line 15 of the binding)",
        ),
        (
            "total",
            "not-earlier-than: 2015-04-01",
            "t.csv:2:3: `not-earlier-than` reads days such as 2015-04-01, and `100.00` is none [bad-date] (help: the check is in line 15 of the binding)",
        ),
        (
            "share",
            "range: { max: 1 }",
            "t.csv:2:46: 88% and 1 cannot be compared: only one is a percentage [wrong-value] (help: the check is in line 15 of the binding; write both with the sign, or neither)",
        ),
        (
            "total",
            "unchanged-since: share",
            "t.csv:2:3: 100 and 88% cannot be compared: only one is a percentage [wrong-value] (help: the check is in line 15 of the binding; write both with the sign, or neither)",
        ),
        (
            "total",
            "sum-of: [capital, revenue], within: 1%",
            "t.csv:2:3: 100 and 1% cannot be compared: only one is a percentage [wrong-value] (help: the check is in line 15 of the binding; write both with the sign, or neither)",
        ),
    ] {
        assert_eq!(checked(fact, check), expected, "{fact}: {check}");
    }
}

#[test]
fn every_check_reads_the_figures_as_they_were_supplied_and_all_that_fail_are_told() {
    let checks = "checks:\n\
        - { fact: capital, range: { max: 50 }, otherwise: missing, because: no area has so much. }\n\
        - { fact: capital, unchanged-since: revenue, otherwise: missing }\n\
        - { fact: total, sum-of: [capital, revenue], otherwise: missing }\n";
    let dir = folder(&format!("{FLAT}{checks}"), &format!("{HEADER}{ROW}"));
    let made = cases(dir.path()).unwrap();
    let facts = made[0].root.get("facts").unwrap();
    let capital = facts.get("capital").unwrap();
    assert_eq!(told(capital), "60: no area has so much (it is more than 50); it is not the 40.00 of `revenue`");
    assert_eq!(capital.get("source").unwrap().as_text(), Some("t.csv, line 2"));
    assert_eq!(told(facts.get("total").unwrap()), "100.00", "its part was supplied, believed or not");
}

#[test]
fn what_stops_the_load_is_told_for_every_row_at_its_cell() {
    let checks = "checks:\n\
        - { fact: capital, range: { max: 50 }, otherwise: stop, because: no area has so much }\n\
        - { fact: total, sum-of: [capital, revenue], otherwise: missing }\n\
        - { fact: sent, required: yes, otherwise: stop }\n\
        - { fact: none, required: yes, otherwise: stop }\n";
    let table = format!("{HEADER}{ROW}{}", ROW.replace("A,", "B,").replace("2015-05-01", ""));
    let dir = folder(&format!("{FLAT}{checks}"), &table);
    let help = "correct the figure where it comes from, or let the check say `otherwise: missing`";
    assert_eq!(
        cases(dir.path()).unwrap_err(),
        [
            format!(
                "t.csv:2:10: `capital` of `A` is 60 and fails a check: no area has so much (it is more than 50) [failed-check] (help: the check is in line 15 of the binding; {help})"
            ),
            format!(
                "t.csv:3:10: `capital` of `B` is 60 and fails a check: no area has so much (it is more than 50) [failed-check] (help: the check is in line 15 of the binding; {help})"
            ),
            "t.csv:3:35: `sent` of `B` is required, and is missing [failed-check] (help: the check is in line 17 of the binding; supply the figure)".to_owned(),
        ]
    );
}

const MONTHS: &str = "\
recipient: { code: code }
period: { column: month, every: month }
periods: { every: month, from: 2015-04, to: 2015-07 }
facts:
  n: { column: n, combine: sum }
  year-before: { column: n, combine: sum, months-before: 12 }
set:
  floor: 3
  listed: [1, 2, 3, 4]
";
const BY_MONTH: &str = "month,code,n\n2014-04,A,10\n2014-05,A,20\n2014-06,A,30\n2014-07,A,40\n\
                        2015-04,A,10\n2015-05,A,2\n2015-06,A,0\n2015-07,A,\n";

fn by_month(check: &str) -> Result<Vec<String>, Vec<String>> {
    let binding = format!("{MONTHS}missing: [\"\"]\nchecks:\n  - {{ fact: n, {check} }}\n");
    let made = cases(folder(&binding, BY_MONTH).path())?;
    let series = made[0].root.get("facts").unwrap().get("n").unwrap().get("value").unwrap();
    let months = ["2015-04", "2015-05", "2015-06", "2015-07"];
    Ok(months.iter().map(|month| told(series.get(month).unwrap())).collect())
}

#[test]
fn a_series_is_checked_period_by_period() {
    let blank = "missing: no figure for 2015-07 (blank in line 9)";
    for (check, expected) in [
        ("zero-after-non-zero: yes, otherwise: missing", ["10", "2", "0: it is zero after the 2 for 2015-05", blank]),
        (
            "change-from: { periods-before: 1 }, at-most: 50%, otherwise: missing",
            [
                "10",
                "2: it is 8 below the 10 for 2015-04, more than 50% of it",
                "0: it is 2 below the 2 for 2015-05, more than 50% of it",
                blank,
            ],
        ),
        (
            "change-from: { periods-before: 2 }, at-most: 9, otherwise: missing",
            ["10", "2", "0: it is 10 below the 10 for 2015-04, more than 9", blank],
        ),
        (
            "change-from: year-before, at-most: 90%, otherwise: missing",
            ["10", "2", "0: it is 30 below the 30 of `year-before`, more than 90% of it", blank],
        ),
        (
            "unchanged-since: floor, otherwise: missing",
            ["10: it is not the 3 of `floor`", "2: it is not the 3 of `floor`", "0: it is not the 3 of `floor`", blank],
        ),
        (
            "sum-of: [year-before], otherwise: missing",
            ["10", "2: `year-before` comes to 20", "0: `year-before` comes to 30", blank],
        ),
    ] {
        assert_eq!(by_month(check).unwrap(), expected, "{check}");
    }
}

#[test]
fn figures_that_are_not_for_the_same_periods_are_not_compared() {
    let help = "(help: compare figures that are for the same periods, and named alike)";
    for (check, expected) in [
        (
            "sum-of: [floor], otherwise: missing",
            format!("b.yaml:14:5: `n` has a figure for each period, and `floor` has one [wrong-value] {help}"),
        ),
        (
            "unchanged-since: listed, otherwise: missing",
            format!("b.yaml:14:5: of `n` and `listed` only one names its periods [wrong-value] {help}"),
        ),
        (
            "required: yes, otherwise: stop",
            "b.yaml:7:3: `n` of `A` for 2015-07 is required, and is missing [failed-check] (help: the check is in line 14 of the binding; supply the figure)".to_owned(),
        ),
        (
            "range: { min: 1 }, otherwise: stop",
            "t.csv:8:11: `n` of `A` for 2015-06 is 0 and fails a check: it is less than 1 [failed-check] (help: the check is in line 14 of the binding; correct the figure where it comes from, or let the check say `otherwise: missing`)".to_owned(),
        ),
    ] {
        assert_eq!(by_month(check).unwrap_err(), [expected], "{check}");
    }
}

#[test]
fn facts_that_are_set_are_checked_like_the_others() {
    for (check, expected) in [
        ("fact: listed, zero-after-non-zero: yes", "1 2 3 4"),
        (
            "fact: listed, change-from: { periods-before: 2 }, at-most: 1",
            "1 2 3: it is 2 above the 1 for period 1, more than 1 4: it is 2 above the 2 for period 2, more than 1",
        ),
        ("fact: floor, sum-of: [listed]", "3: `listed` comes to 10"),
        ("fact: floor, range: { min: 3 }", "3"),
    ] {
        let binding = format!("{MONTHS}missing: [\"\"]\nchecks: [{{ {check}, otherwise: missing }}]\n");
        let made = cases(folder(&binding, BY_MONTH).path()).unwrap();
        let facts = made[0].root.get("facts").unwrap();
        let fact = facts.get(if check.contains("fact: listed") { "listed" } else { "floor" }).unwrap();
        let found = match &fact.content {
            ringfence_core::source::Content::List(items) => items.iter().map(told).collect::<Vec<_>>().join(" "),
            _ => told(fact),
        };
        assert_eq!(found, expected, "{check}");
    }
}

#[test]
fn of_a_figure_that_was_restated_each_statement_is_checked_against_what_was_known_then() {
    let set = "set:\n  \
        old: { vintages: [ { value: 10, known: 2015-05-01 }, { value: 90, known: 2015-09-01 } ] }\n  \
        new: { vintages: [ { value: 50, known: 2015-06-01 }, { value: 80, known: 2015-10-01 } ] }\n\
        checks:\n- { fact: new, change-from: old, at-most: 100%, otherwise: missing }\n\
        - { fact: new, required: yes, otherwise: stop }\n";
    let dir = folder(&format!("recipient: {{ code: code }}\nfacts: {{ n: {{ column: n }} }}\n{set}"), "code,n\nA,1\n");
    let made = cases(dir.path()).unwrap();
    let stated = made[0].root.get("facts").unwrap().get("new").unwrap().get("vintages").unwrap().clone();
    let ringfence_core::source::Content::List(stated) = stated.content else { panic!("one statement") };
    let found: Vec<String> = stated.iter().map(told).collect();
    assert_eq!(found, ["50: it is 40 above the 10 of `old`, more than 100% of it", "80"]);
    assert_eq!(stated[0].get("known").unwrap().as_text(), Some("2015-06-01"));
}

#[test]
fn a_check_that_is_not_declared_as_it_must_be_is_refused() {
    let gives = "it gives `agreed`, `capital`, `none`, `revenue`, `route`, `sent`, `share`, `total`";
    let kinds = "`required`, `range`, `one-of`, `sum-of`, `not-earlier-than`, `unchanged-since`, `change-from`, `zero-after-non-zero`";
    let either = "(help: `missing` makes the figure a missing one, with its reason; `stop` refuses the table)";
    for (check, expected) in [
        ("fact: total", vec![
            format!("15:5: the check does not say what it asks [missing-key] (help: the keys for that are {kinds})"),
            "15:5: the key `otherwise` is missing [missing-key]".to_owned(),
        ]),
        ("range: { min: 1 }, otherwise: stop", vec!["15:5: the key `fact` is missing [missing-key]".to_owned()]),
        ("fact: totl, range: { min: 1 }, otherwise: stop", vec![
            "15:13: the binding gives no fact `totl` [unknown-name] (help: a similar name exists: `total`)".to_owned(),
        ]),
        ("fact: x.y, required: yes, otherwise: stop", vec![format!(
            "15:13: the binding gives no fact `x.y` [unknown-name] (help: {gives})"
        )]),
        ("fact: total, rnge: { min: 1 }, required: yes, otherwise: stop", vec![
            "15:20: unknown key `rnge` [unknown-key] (help: a similar name exists: `range`)".to_owned(),
        ]),
        ("fact: total, range: { min: 1 }, one-of: [a], otherwise: stop", vec![
            "15:39: a check asks one thing, and `one-of` is a second [wrong-value] (help: write a check for each)".to_owned(),
        ]),
        ("fact: total, range: { min: 1 }, otherwise: warn", vec![format!(
            "15:50: expected `missing` or `stop` for `otherwise`, found `warn` [wrong-value] {either}"
        )]),
        ("fact: total, required: yes, otherwise: missing", vec![
            "15:46: a required figure that is missing is missing already [wrong-value] (help: write `otherwise: stop`, or leave the check out)".to_owned(),
        ]),
        ("fact: total, required: no, otherwise: stop", vec![
            "15:30: expected `yes` for `required`, found `no` [wrong-value] (help: a check that is not made is left out)".to_owned(),
        ]),
        ("fact: total, range: {}, otherwise: stop", vec![
            "15:27: the range has no bound [missing-key] (help: say `min`, `max` or both)".to_owned(),
        ]),
        ("fact: total, range: { least: 1, max: 2 }, otherwise: stop", vec![
            "15:29: unknown key `least` [unknown-key] (help: the keys here are `min`, `max`)".to_owned(),
        ]),
        ("fact: total, range: { min: 5, max: 4.99 }, otherwise: stop", vec![
            "15:42: the range ends before it begins [out-of-bounds]".to_owned(),
        ]),
        ("fact: total, range: { min: 5, max: 6% }, otherwise: stop", vec![
            "15:42: the bounds of the range are not of one kind [out-of-bounds]".to_owned(),
        ]),
        ("fact: total, range: { min: \"5,000\" }, otherwise: stop", vec![
            "15:34: expected a number, a percentage or a day for a bound, found `5,000` [wrong-value]".to_owned(),
        ]),
        ("fact: route, one-of: [], otherwise: stop", vec!["15:28: `one-of` lists nothing [wrong-value]".to_owned()]),
        ("fact: route, one-of: home, otherwise: stop", vec![
            "15:28: expected a list for `one-of`, found `home` [wrong-value]".to_owned(),
        ]),
        ("fact: route, one-of: [a, b, a], otherwise: stop", vec![
            "15:35: `a` is listed twice [duplicate-name]".to_owned(),
        ]),
        ("fact: total, sum-of: [total], otherwise: stop", vec![
            "15:29: `total` would be compared with itself [wrong-value] (help: name another fact; with the same one of an earlier period: `{ periods-before: 1 }`)".to_owned(),
        ]),
        ("fact: total, sum-of: [capital], within: -1, otherwise: stop", vec![
            "15:47: expected a number that is not below zero for `within`, found `-1` [bad-number]".to_owned(),
        ]),
        ("fact: total, range: { min: 1 }, within: 1, at-most: 2, otherwise: stop", vec![
            "15:39: `within` goes with `sum-of`, and has no effect here [no-effect] (help: leave it out)".to_owned(),
            "15:50: `at-most` goes with `change-from`, and has no effect here [no-effect] (help: leave it out)".to_owned(),
        ]),
        ("fact: agreed, not-earlier-than: 2015-4-1, otherwise: stop", vec![
            "15:39: expected a date such as 2015-04-01 or a fact, found `2015-4-1` [bad-date]".to_owned(),
        ]),
        ("fact: total, change-from: capital, otherwise: stop", vec!["15:5: the check does not say how far a figure may change [missing-key] (help: the keys for that are `at-most`, `fall-at-most`, `rise-at-most`)".to_owned()]),
        ("fact: total, change-from: capital, at-most: 1, rise-at-most: 2, otherwise: stop", vec![
            "15:68: `at-most` goes both ways, and `rise-at-most` is a second limit [wrong-value] (help: leave one of the two out)".to_owned(),
        ]),
        ("fact: total, change-from: { periods-before: 1 }, at-most: 5%, otherwise: stop", vec![
            "15:51: `total` has one figure, so none came before it [wrong-value] (help: name the fact that has the figure before)".to_owned(),
        ]),
        ("fact: total, zero-after-non-zero: yes, otherwise: stop", vec![
            "15:41: `total` has one figure, so none came before it [wrong-value] (help: name the fact that has the figure before)".to_owned(),
        ]),
    ] {
        let checks = format!("checks:\n  - {{ {check} }}\n");
        let dir = folder(&format!("{FLAT}{checks}"), &format!("{HEADER}{ROW}"));
        let mistakes = cases(dir.path()).map(|made| made.len()).unwrap_err();
        let expected: Vec<String> = expected.iter().map(|mistake| format!("b.yaml:{mistake}")).collect();
        assert_eq!(mistakes, expected, "{check}");
    }
    let dir = folder(&format!("{FLAT}checks: {{ fact: total }}\n"), &format!("{HEADER}{ROW}"));
    assert_eq!(
        cases(dir.path()).unwrap_err(),
        ["b.yaml:14:9: expected a list for `checks`, found a mapping [wrong-value]"]
    );
    let series = MONTHS.replace("n: {", "m: {");
    let checks = "checks: [{ fact: m, change-from: { periods-before: 0 }, at-most: 1, otherwise: stop }]\n";
    assert_eq!(
        cases(folder(&format!("{series}missing: [\"\"]\n{checks}"), BY_MONTH).path()).unwrap_err(),
        ["b.yaml:13:52: expected a number of periods from 1 to 1200 for `periods-before` [wrong-value]"]
    );
}
