//! Every example of docs/library.md, each in a small pack of its own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where an example is not so")]

use std::fmt::Write as _;
use std::fs;

use ringfence_core::evaluate::Options;
use ringfence_core::pack::Pack;
use ringfence_loaders::case::{self, Format};
use ringfence_loaders::pack;

const PAGE: &str = "docs/library.md";

/// The pack of the examples, up to its values.
const DECLARED: &str = "\
ringfence: 1
pack: library
title: Examples of the library
rules-on: what each function gives
version: 1.0.0
currency: GBP
in-force: { from: 2025-04-01 }
rules-at: 2025-04-01
recipient: hospital trust
periods: { every: quarter, from: 2025-26 Q1, to: 2025-26 Q4 }
rounding: { to: 0.01, mode: half-away-from-zero }
facts:
  grant: { type: money, title: Grant }
  rate: { type: percent, title: Rate }
  route: { type: choice, of: [ward, hotel, home], title: Route }
  signed: { type: date, title: Day of signing }
  unknown: { type: number, title: Not returned }
  beds: { type: number, per: period, title: Beds }
  visits: { type: number, per: period, title: Visits }
  on_time: { type: bool, per: period, title: On time }
  wards:
    type: list
    of: { name: { type: text }, beds: { type: number }, open: { type: bool } }
    title: Wards
calendars:
  trusts:
    title: Days on which trusts work
    from: 2025-04-01
    until: 2026-04-01
    status: choice
    holidays: [2025-05-05, 2025-05-26, 2025-12-25, 2025-12-26]
values:
";

/// The blocks of one language, such as `yaml`.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let open = format!("```{language}\n");
    page.split(&open).skip(1).map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn every_example_of_the_library_gives_what_it_says() {
    let page = fs::read_to_string(PAGE).unwrap();
    let examples: Vec<(String, String)> = blocks(&page, "text")
        .iter()
        .flat_map(|block| block.lines())
        .map(|line| {
            // The last arrow: a `switch` has some of its own.
            let (script, result) = line.rsplit_once(" => ").unwrap_or_else(|| panic!("`{line}` says no result"));
            (script.to_owned(), result.to_owned())
        })
        .collect();
    assert!(examples.len() > 80, "only {} examples", examples.len());
    let mut text = DECLARED.to_owned();
    for (number, (script, _)) in examples.iter().enumerate() {
        let round = if script.contains("grant") { "    round: none\n" } else { "" };
        write!(text, "  example_{number}:\n    per: period\n{round}    is: |\n      {script}\n").unwrap();
    }
    let source = pack::from_texts([("pack.yaml", text.as_str())]).unwrap();
    let pack = Pack::compile(&source).unwrap_or_else(|invalid| {
        let told: Vec<String> = invalid
            .mistakes
            .iter()
            .map(|mistake| {
                let line = text.lines().nth(mistake.place.line() - 1).unwrap_or_default();
                format!("{}: {}", line.trim(), mistake.message)
            })
            .collect();
        panic!("{}", told.join("\n"))
    });
    let facts = blocks(&page, "yaml").remove(0);
    let document = case::from_text("case.yaml", &format!("case: library\n{facts}"), Format::Yaml).unwrap().remove(0);
    let case = pack.read_case(&document).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
    let ruling = pack.evaluate(&case, &Options::default()).unwrap_or_else(|error| panic!("{error:?}"));
    let mut wrong = String::new();
    for ((script, expected), value) in examples.iter().zip(&ruling.values) {
        let found = &value.figures.get(2).unwrap().figure;
        let given = match &found.value {
            Some(given)
                if given.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
                    && given.ends_with(".00") =>
            {
                given.trim_end_matches(".00").to_owned()
            }
            Some(given) => given.clone(),
            None if found.shown.starts_with("not applicable") => "n/a".to_owned(),
            None => "missing".to_owned(),
        };
        if given != *expected {
            writeln!(wrong, "{script} => {expected}, and gives {given}").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_function_of_the_library_has_an_example() {
    let page = fs::read_to_string(PAGE).unwrap();
    let examples = blocks(&page, "text").concat();
    for name in ringfence_core::language::function_names() {
        // What a text for the reader or days of the week have is told in the reference.
        if ["at", "covers_week", "includes", "join"].contains(&name) {
            assert!(page.contains(name) || fs::read_to_string("docs/pack-format.md").unwrap().contains(name), "{name}");
            continue;
        }
        assert!(examples.contains(&format!("{name}(")), "`{name}` has no example in {PAGE}");
    }
}
