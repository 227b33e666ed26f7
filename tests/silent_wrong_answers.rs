//! Mistakes of authors and gaps in data, and what becomes of each: here, and in plain Rhai over the same facts. The
//! page `docs/silent-wrong-answers.md` is what this prints; `RINGFENCE_UPDATE=1` writes it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something does not hold"
)]

use std::fmt::Write as _;

use ringfence_core::evaluate::Options;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::Outcome;
use ringfence_loaders::case::Format;
use ringfence_loaders::{LoadError, case, pack};

const PAGE: &str = "docs/silent-wrong-answers.md";

const PACK: &str = r"
ringfence: 1
pack: silent
title: What mistakes are tried on
rules-on: mistakes
version: 1.0.0
currency: GBP
in-force: { from: 2015-04-01 }
rules-at: 2015-04-01
recipient: nobody
periods: { every: quarter, from: 2015-16 Q1, to: 2015-16 Q4 }
rounding: { to: 0.01, mode: half-away-from-zero }
facts:
  grant: { type: money, title: Grant }
  plan.days: { type: count, unit: days, min: 0, max: 7, title: Days a week }
  plan.agreed: { type: bool, title: Whether the plan is agreed }
  plan.agreed_on: { type: date, title: Day of agreement }
  plan.cost: { type: money, title: Cost }
  plan.note: { type: text, title: Note }
  plan.other: { type: number, title: Another score }
  plan.rate: { type: percent, min: 0%, max: 100%, title: Rate }
  plan.route: { type: choice, of: [ward, hotel], title: Route }
  plan.score: { type: number, title: Score }
  done: { type: count, unit: visits, min: 0, title: Visits done }
  target: { type: count, unit: visits, min: 0, title: Visits wanted }
  activity: { type: count, unit: visits, per: period, title: Visits by quarter }
  services: { type: list, of: { name: { type: text }, days: { type: number, unit: days }, open: { type: bool } }, title: Services }
parameters:
  days_required: { title: Days required, type: number, unit: days, values: { 2015-04-01: { value: 7, status: choice } } }
  deadline: { title: Deadline, type: date, values: { 2015-04-01: { value: 2015-10-01, status: choice } } }
  later: { title: A rate of later years, type: percent, values: { 2019-04-01: { value: 5%, status: choice } } }
";

/// The facts as they are written for us and for plain Rhai: whole numbers are integers there, others floats, dates texts.
const FACTS: [(&str, &str, &str); 14] = [
    ("grant", "100.00", "100.0"),
    ("plan.days", "7", "7"),
    ("plan.agreed", "yes", "true"),
    ("plan.agreed_on", "2015-06-12", "\"2015-06-12\""),
    ("plan.cost", "20.00", "20.0"),
    ("plan.note", "sound", "\"sound\""),
    ("plan.other", "1", "1.0"),
    ("plan.rate", "3.5%", "0.035"),
    ("plan.route", "ward", "\"ward\""),
    ("plan.score", "0.5", "0.5"),
    ("done", "5", "5"),
    ("target", "6", "6"),
    ("activity", "[1, 2, 3, 4]", "[1, 2, 3, 4]"),
    (
        "services",
        "[{ name: a, days: 7, open: yes }, { name: b, days: 7, open: yes }]",
        "[#{ name: \"a\", days: 7, open: true }, #{ name: \"b\", days: 7, open: true }]",
    ),
];

/// What a script stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    /// For whether a condition is met.
    Met,
    /// For the amount of a fund.
    Amount,
    /// For how much of the grant is released.
    Release,
}

use Stands::{Amount, Met, Release};

/// What there is to say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Right {
    /// This, and nothing else.
    Answer(&'static str),
    /// Nothing yet: evidence is missing that decides it.
    Open,
    /// That it is a mistake.
    Mistake,
}

use Right::{Answer, Mistake, Open};

/// A mistake or a gap.
struct Row {
    what: &'static str,
    stands: Stands,
    script: &'static str,
    /// The nearest that plain Rhai has, where the script uses our library; empty where it is the same script.
    rhai: &'static str,
    /// Facts that are not as in [`FACTS`]; nothing where one is missing.
    facts: &'static [(&'static str, &'static str, &'static str)],
    right: Right,
}

const fn row(what: &'static str, script: &'static str, right: Right) -> Row {
    Row { what, stands: Met, script, rhai: "", facts: &[], right }
}

impl Row {
    const fn with(mut self, facts: &'static [(&'static str, &'static str, &'static str)]) -> Self {
        self.facts = facts;
        self
    }

    const fn nearest(mut self, rhai: &'static str) -> Self {
        self.rhai = rhai;
        self
    }

    const fn gives(mut self, stands: Stands) -> Self {
        self.stands = stands;
        self
    }
}

const NO_DAYS: &[(&str, &str, &str)] = &[("plan.days", "", "")];
const NOT_AGREED: &[(&str, &str, &str)] = &[("plan.agreed", "", "")];
const ONE_WITHOUT_DAYS: &[(&str, &str, &str)] = &[(
    "services",
    "[{ name: a, days: 7, open: yes }, { name: b, open: yes }]",
    "[#{ name: \"a\", days: 7, open: true }, #{ name: \"b\", open: true }]",
)];

/// The rows, by what went wrong.
const ROWS: &[(&str, &[Row])] = &[
    (
        "Names",
        &[
            row("a fact is misspelt", "plan.dyas >= params.days_required", Mistake),
            row("a fact is misspelt, and the opposite is asked", "!(plan.dyas < params.days_required)", Mistake),
            row("a parameter is misspelt", "plan.days < params.days_requird", Mistake),
            row("a field is misspelt", "services.all(|s| s.dyas >= params.days_required)", Mistake),
            row(
                "a field is misspelt in a filter",
                "services.filter(|s| s.dyas < params.days_required).len() == 0",
                Mistake,
            ),
            row("a choice is misspelt", "plan.route == \"wrad\"", Mistake),
            row("a choice is written large", "plan.route != \"Ward\"", Mistake),
            row(
                "a function is misspelt in a branch that is seldom taken",
                "if plan.agreed { true } else { quorom(services) }",
                Mistake,
            ),
            row("a name is misspelt behind what decides already", "plan.agreed || plan.aproved", Mistake),
            row("a name of the script's own hides a fact", "let grant = 0; grant <= 0", Mistake),
        ],
    ),
    (
        "Evidence that is missing",
        &[
            row("a figure is missing", "plan.days >= params.days_required", Open).with(NO_DAYS),
            row("a figure is missing, and the opposite is asked", "plan.days < params.days_required", Open)
                .with(NO_DAYS),
            row("a figure is missing, and inequality is asked", "plan.days != params.days_required", Open)
                .with(NO_DAYS),
            row("an answer is missing and is compared with no", "plan.agreed != true", Open).with(NOT_AGREED),
            row(
                "an answer is missing beside one that is known",
                "plan.agreed && plan.days == params.days_required",
                Open,
            )
            .with(NOT_AGREED),
            row(
                "an answer is missing beside one that decides",
                "plan.agreed && plan.days < params.days_required",
                Answer("false"),
            )
            .with(NOT_AGREED),
            row(
                "an answer is missing in front of one that decides",
                "plan.agreed || plan.days == params.days_required",
                Answer("true"),
            )
            .with(NOT_AGREED),
            row("a default stands in for a missing figure", "(plan.days ?? 7) >= 7", Mistake).with(NO_DAYS),
            row(
                "a declared default stands in for a missing figure",
                "(plan.days ?? params.days_required) >= params.days_required",
                Open,
            )
            .with(NO_DAYS),
            row("a script asks whether a figure is missing", "plan.days == ()", Mistake).with(NO_DAYS),
            row("a record of a list lacks a figure", "services.all(|s| s.days >= params.days_required)", Open)
                .with(ONE_WITHOUT_DAYS),
            row(
                "a record lacks a figure, and those that fail are counted",
                "services.filter(|s| s.days < params.days_required).len() == 0",
                Open,
            )
            .with(ONE_WITHOUT_DAYS),
            row(
                "a record lacks a figure that is added up",
                "services.map(|s| s.days).sum() > params.days_required",
                Open,
            )
            .nearest("services.map(|s| s.days).reduce(|sum, x| sum + x, 0) > params.days_required")
            .with(ONE_WITHOUT_DAYS),
            row(
                "one record lacks a figure, and another decides",
                "services.some(|s| s.days == params.days_required)",
                Answer("true"),
            )
            .with(ONE_WITHOUT_DAYS),
            row("a whole list is missing", "services.none(|s| s.days < params.days_required)", Open)
                .nearest("!services.some(|s| s.days < params.days_required)")
                .with(&[("services", "", "()")]),
            row("a list is empty that may not be", "services.all(|s| s.open)", Mistake)
                .with(&[("services", "[]", "[]")]),
            row("a quarter of a series is missing", "activity.sum() >= target", Answer("true"))
                .nearest("activity.reduce(|sum, x| sum + x, 0) >= target")
                .with(&[("activity", "[9, 2, ~, 4]", "[9, 2, (), 4]")]),
            row("a missing figure is written as a dash", "plan.days < params.days_required", Mistake).with(&[(
                "plan.days",
                "\"-\"",
                "\"-\"",
            )]),
            row("a figure is misspelt in the data", "plan.days < params.days_required", Mistake)
                .with(&[("plan.days", "", ""), ("plan.dasy", "7", "7")]),
        ],
    ),
    (
        "Unlike things",
        &[
            row("a text that looks like a number is compared with one", "plan.note < 5", Mistake).with(&[(
                "plan.note",
                "\"3\"",
                "\"3\"",
            )]),
            row("a text is compared with a number for equality", "plan.note != 3", Mistake).with(&[(
                "plan.note",
                "\"3\"",
                "\"3\"",
            )]),
            row("yes is compared with one", "plan.agreed == 1", Mistake),
            row("a text and a number are added", "plan.note + 5 != \"8\"", Mistake).with(&[(
                "plan.note",
                "\"3\"",
                "\"3\"",
            )]),
            row("a comparison is chained", "0 < plan.days < 5", Mistake),
            row("an alternative stands alone behind `||`", "plan.route == \"ward\" || \"hotel\"", Mistake),
            row("a part of a text is taken for a member", "\"art\" in plan.note", Mistake).with(&[(
                "plan.note",
                "party",
                "\"party\"",
            )]),
            row("money is compared with days", "plan.cost > plan.days", Mistake),
            row("days are added to money", "grant + plan.days", Mistake).gives(Amount),
            row("a bare number is compared with days", "plan.days >= 7", Mistake),
            row("money is multiplied by money", "grant * plan.cost", Mistake).gives(Amount),
            row("yes is written as a word", "plan.agreed == true", Answer("true")).with(&[(
                "plan.agreed",
                "yes",
                "\"yes\"",
            )]),
        ],
    ),
    (
        "Arithmetic",
        &[
            row("two whole numbers are divided", "done / target > 0.8", Answer("true")),
            row("a share is taken before it is multiplied", "grant * (done / target)", Answer("2.53"))
                .gives(Amount)
                .with(&[("grant", "3.03", "3.03")]),
            row("a share is multiplied first and rounded to the penny", "grant * done / target", Answer("2.53"))
                .nearest("(grant * done / target * 100.0).round() / 100.0")
                .gives(Amount)
                .with(&[("grant", "3.03", "3.03")]),
            row("tenths are added", "plan.score + plan.other > 0.3", Answer("false"))
                .with(&[("plan.score", "0.1", "0.1"), ("plan.other", "0.2", "0.2")]),
            row("a price is multiplied", "plan.score * 3 <= 3.3", Answer("true")).with(&[(
                "plan.score",
                "1.10",
                "1.10",
            )]),
            row("a half penny is rounded", "round_to(plan.score, 0.01) == 1.01", Answer("true"))
                .nearest("(plan.score * 100.0).round() / 100.0 == 1.01")
                .with(&[("plan.score", "1.005", "1.005")]),
            row("a half penny is rounded as a decimal", "round_to(plan.score, 0.01) == 0.13", Answer("true"))
                .nearest("parse_decimal(\"0.125\").round(2) == parse_decimal(\"0.13\")")
                .with(&[("plan.score", "0.125", "0.125")]),
            row("a decimal is compared with a number in the script", "plan.cost <= plan.cost * 1.5", Answer("true"))
                .nearest("plan.cost <= 1.5")
                .with(&[("plan.cost", "1.25", "parse_decimal(\"1.25\")")]),
            row("a third is multiplied back", "plan.other / 3 * 3 == plan.other", Answer("true"))
                .with(&[("plan.other", "1", "parse_decimal(\"1\")")])
                .nearest("plan.other / parse_decimal(\"3\") * parse_decimal(\"3\") == plan.other"),
            row("a number is too long for a float", "plan.score > 9007199254740992", Answer("true")).with(&[(
                "plan.score",
                "9007199254740993",
                "9007199254740993.0",
            )]),
            row("a product is too long for 64 bits", "plan.score * plan.score > plan.score", Answer("true")).with(&[(
                "plan.score",
                "4000000000",
                "4000000000",
            )]),
            row("something is divided by nought", "plan.other / plan.score > 1", Mistake).with(&[(
                "plan.score",
                "0",
                "0.0",
            )]),
            row("nought is divided by nought", "plan.score / plan.score >= 1", Mistake).with(&[(
                "plan.score",
                "0",
                "0.0",
            )]),
            row("an amount falls below nought", "grant - plan.cost", Mistake)
                .gives(Amount)
                .with(&[("grant", "10.00", "10.0")]),
            row("more is released than there is", "grant * 1.2", Mistake).gives(Release),
            row("a percentage is written without its sign", "grant * plan.rate", Mistake).gives(Amount).with(&[(
                "plan.rate",
                "3.5",
                "3.5",
            )]),
        ],
    ),
    (
        "What the language lets pass",
        &[
            row("`=` is written for `==`", "plan.agreed = false", Mistake),
            row("evidence is overwritten", "plan.days = 7; plan.days >= params.days_required", Mistake).with(&[(
                "plan.days",
                "3",
                "3",
            )]),
            row("an `if` has no `else`", "if plan.days < params.days_required { false }", Mistake),
            row("a semicolon stands at the end", "plan.days >= params.days_required;", Answer("true")),
            row("the first of two tests is lost", "plan.agreed; plan.days >= params.days_required", Mistake).with(&[(
                "plan.agreed",
                "no",
                "false",
            )]),
            row("an index counts from the end", "activity[-1] > 3", Mistake),
            row("an index lies beyond the series", "activity[4] > 3", Mistake),
            row("a series is compared as a whole", "activity == target", Mistake),
            row("a list of records is compared with a text", "services == \"none\"", Mistake),
            row("a test gives a number", "services.filter(|s| s.days).len() == 2", Mistake),
            row("a parameter is not in force yet", "plan.rate < params.later", Mistake),
        ],
    ),
    (
        "Data as it is written",
        &[
            row("a date is written day first", "plan.agreed_on <= params.deadline", Mistake).with(&[(
                "plan.agreed_on",
                "30/11/2015",
                "\"30/11/2015\"",
            )]),
            row("a date lacks a nought", "plan.agreed_on > params.deadline", Mistake).with(&[(
                "plan.agreed_on",
                "2015-9-30",
                "\"2015-9-30\"",
            )]),
            row("a day is not in the calendar", "plan.agreed_on <= params.deadline", Mistake).with(&[(
                "plan.agreed_on",
                "2015-09-31",
                "\"2015-09-31\"",
            )]),
            row("a number has a comma", "plan.cost < grant", Mistake).with(&[(
                "plan.cost",
                "\"1,234.00\"",
                "\"1,234.00\"",
            )]),
            row("a number has an exponent", "plan.score > plan.other", Mistake).with(&[("plan.score", "1e3", "1e3")]),
            row("a whole number has a part", "plan.days > 0", Mistake).with(&[("plan.days", "6.5", "6.5")]),
            row("a figure lies outside its bounds", "plan.days >= params.days_required", Mistake).with(&[(
                "plan.days",
                "70",
                "70",
            )]),
            row("a percentage lies outside its bounds", "plan.rate > 0", Mistake).with(&[("plan.rate", "350%", "3.5")]),
            row("money has a part of a penny", "plan.cost > 0", Mistake).with(&[("plan.cost", "0.005", "0.005")]),
            row("a choice in the data is misspelt", "plan.route != \"hotel\"", Mistake).with(&[(
                "plan.route",
                "hotle",
                "\"hotle\"",
            )]),
            row("a fact is given twice", "plan.days < params.days_required", Mistake).with(&[(
                "plan.days",
                "7\n  plan.days: 3",
                "3",
            )]),
            row("a whole number begins with a nought", "plan.score == 10", Answer("true")).with(&[(
                "plan.score",
                "010",
                "0o10",
            )]),
            row("a text is the word no", "plan.note == \"no\"", Answer("true")).with(&[("plan.note", "no", "false")]),
        ],
    ),
];

fn facts(row: &Row) -> Vec<(&'static str, &'static str, &'static str)> {
    let mut facts = FACTS.to_vec();
    for (name, ours, theirs) in row.facts {
        match facts.iter_mut().find(|(known, _, _)| known == name) {
            Some(fact) => *fact = (name, ours, theirs),
            None => facts.push((name, ours, theirs)),
        }
    }
    facts
}

/// What is said, and whether that is anything but a silent wrong answer.
struct Said {
    text: String,
    safe: bool,
}

fn mistake(mistakes: &[ringfence_core::diagnostic::Diagnostic]) -> Said {
    let first = mistakes.iter().find(|mistake| mistake.is_error()).unwrap();
    Said { text: format!("`{}`: {}", first.code, first.message), safe: true }
}

/// An answer that is right says so; another one is a silent wrong one.
fn answer(given: &str, right: Right) -> Said {
    let plain = |text: &str| text.strip_suffix(".00").or(text.strip_suffix(".0")).unwrap_or(text).to_owned();
    let safe = matches!(right, Answer(right) if plain(right) == plain(given));
    Said { text: given.to_owned(), safe }
}

fn ours(row: &Row) -> Said {
    let script = row.script.replace('\n', "\n      ");
    let rules = match row.stands {
        Met => format!("conditions:\n  it:\n    title: It holds\n    met: |\n      {script}\n"),
        Amount => format!("funds:\n  it:\n    title: The fund\n    amount: |\n      {script}\n"),
        Release => format!("funds:\n  it:\n    title: The fund\n    amount: grant\n    release: |\n      {script}\n"),
    };
    let source = pack::from_texts([("pack.yaml", format!("{PACK}{rules}").as_str())]).unwrap();
    let pack = match Pack::compile(&source) {
        Ok(pack) => pack,
        Err(invalid) => return mistake(&invalid.mistakes),
    };
    let mut text = "case: it\nfacts:\n".to_owned();
    for (name, ours, _) in facts(row).iter().filter(|(_, ours, _)| !ours.is_empty()) {
        writeln!(text, "  {name}: {ours}").unwrap();
    }
    let document = match case::from_text("case.yaml", &text, Format::Yaml) {
        Ok(mut documents) => documents.remove(0),
        Err(mistakes) => return mistake(&mistakes),
    };
    let case = match pack.read_case(&document) {
        Ok(case) => case,
        Err(mistakes) => return mistake(&mistakes),
    };
    let ruling = match pack.evaluate(&case, &Options::default()) {
        Ok(ruling) => ruling,
        Err(error) => return Said { text: format!("no ruling: {error}"), safe: true },
    };
    if let Some(fund) = ruling.fund("it") {
        return answer(&fund.amount.unwrap().to_string(), row.right);
    }
    let finding = ruling.finding("it").unwrap();
    match finding.outcome {
        Outcome::Met => answer("true", row.right),
        Outcome::Unmet => answer("false", row.right),
        Outcome::Undetermined => Said { text: format!("undetermined: {}", finding.reason), safe: true },
        other => panic!("{}: {other}", row.what),
    }
}

fn theirs(row: &Row) -> Said {
    let engine = rhai::Engine::new();
    let mut scope = rhai::Scope::new();
    let mut prelude =
        "let plan = #{}; let params = #{ days_required: 7, deadline: \"2015-10-01\", later: 0.05 }; ".to_owned();
    for (name, _, theirs) in facts(row).iter().filter(|(_, _, theirs)| !theirs.is_empty()) {
        let start = if name.contains('.') { "" } else { "let " };
        write!(prelude, "{start}{name} = {theirs}; ").unwrap();
    }
    engine.run_with_scope(&mut scope, &prelude).unwrap();
    let script = if row.rhai.is_empty() { row.script } else { row.rhai };
    match engine.eval_with_scope::<rhai::Dynamic>(&mut scope, script) {
        Ok(value) if value.is_unit() => Said { text: "`()`".to_owned(), safe: false },
        Ok(value) => answer(&value.to_string(), row.right),
        Err(error) => {
            let text = error.to_string().replace('\n', " ");
            let (text, _) = text.split_once(" (line").unwrap_or((&text, ""));
            let when = if matches!(*error, rhai::EvalAltResult::ErrorParsing(..)) {
                "does not parse"
            } else {
                "error when run"
            };
            Said { text: format!("{when}: {text}"), safe: true }
        }
    }
}

const INTRODUCTION: &str = "\
# Silent wrong answers

What becomes of a mistake in a rule, or of a gap in the data. Each row is run, by `tests/silent_wrong_answers.rs`, which
also writes this page: once in a pack, and once by plain Rhai (`rhai::Engine::new()`) with the same facts as variables and
maps, as a program would hand them over that embeds it: whole numbers as integers, others as floats, dates as texts, and
nothing where a fact is missing. Data that is written oddly is handed over as readers of YAML 1.1 commonly read it. Where a
script uses a function that plain Rhai lacks, the nearest that it has is run there.

An answer is **wrong** where another one is right. It is **silent** where there should be none, because a mistake stands in
the way or evidence that decides is missing; now and then it happens to be what the author meant.

Rhai is a good general language, and most of its answers here are what its documentation promises. They are the wrong
promises for a rule that moves money: a rule must not decide anything because of a letter left out or a figure not sent.
";

#[test]
fn no_mistake_and_no_gap_gives_a_silent_wrong_answer() {
    let (mut rows, mut silent, mut loud) = (0, 0, 0);
    let mut tables = String::new();
    let mut wrong = Vec::new();
    for (heading, group) in ROWS {
        write!(tables, "\n## {heading}\n\n| | script | Ringfence | plain Rhai |\n|---|---|---|---|\n").unwrap();
        for row in *group {
            let (ours, theirs) = (ours(row), theirs(row));
            if !ours.safe {
                wrong.push(format!("{}: {} answers {}", row.what, row.script, ours.text));
            }
            let right = matches!(row.right, Answer(_));
            rows += 1;
            let verdict = match (
                theirs.safe,
                theirs.text.starts_with("error when run"),
                theirs.text.starts_with("does not parse"),
            ) {
                (false, ..) => {
                    silent += 1;
                    if right { "**wrong**: " } else { "**silent**: " }
                }
                (true, true, _) => {
                    loud += 1;
                    ""
                }
                (true, _, true) => "",
                _ => "right: ",
            };
            let changed: Vec<String> = row
                .facts
                .iter()
                .map(|(name, ours, _)| match *ours {
                    "" => format!("{name} is missing"),
                    ours => format!("{name}: {}", ours.replace("\n  ", ", ")),
                })
                .collect();
            let given = if changed.is_empty() { String::new() } else { format!("<br>with `{}`", changed.join("; ")) };
            let mark = if right && !ours.text.starts_with('`') && !ours.text.starts_with("undetermined") {
                "right: "
            } else {
                ""
            };
            let cell = |text: &str| text.replace('|', "\\|");
            writeln!(
                tables,
                "| {} | `{}`{} | {mark}{} | {verdict}{} |",
                row.what,
                cell(row.script),
                cell(&given),
                cell(&ours.text),
                cell(&theirs.text)
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(rows >= 40, "{rows}");
    let summary = format!(
        "\nOf {rows} rows Ringfence answers none wrongly. Plain Rhai gives a wrong or a silent answer to \
         {silent}, and to {loud}\nan error on the day on which such a case comes by.\n"
    );
    let page = format!("{INTRODUCTION}{summary}{tables}");
    if std::env::var_os("RINGFENCE_UPDATE").is_some() {
        std::fs::write(PAGE, &page).unwrap();
    }
    let written = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        written == page,
        "{PAGE} is not what this test prints: run it with RINGFENCE_UPDATE=1 and read what changed"
    );
}

#[test]
fn the_pack_is_sound_without_a_mistake() {
    let text = format!("{PACK}conditions:\n  it: {{ title: It holds, met: plan.agreed }}\n");
    let source = pack::from_texts([("pack.yaml", text.as_str())]);
    let source = source.unwrap_or_else(|error: LoadError| panic!("{error}"));
    Pack::compile(&source).unwrap_or_else(|invalid| panic!("{invalid:?}"));
}
