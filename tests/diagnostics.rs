//! Every mistake earns its diagnostic: one folder of `tests/broken` a mistake, and what the author sees.
//!
//! The first line of a broken file says which code it earns, as in `# earns: unknown-name`. A format without
//! comments says it in `earns.txt` beside it. Mistakes too large to keep as files are made here.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where a mistake is not told as it should be"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::evaluate::{EvaluateError, Options};
use ringfence_core::pack::Pack;
use ringfence_core::plugin::{Function, Plugins};
use ringfence_core::source::Document;
use ringfence_core::types::{Number, Type, Unit, Value};
use ringfence_loaders::case::Format;
use ringfence_loaders::{LoadError, case, pack};
use ringfence_reporting::diagnostics;

/// Where the folders are; relative, so that nothing shows where that is.
const BROKEN: &str = "tests/broken";
/// The pack that broken cases are written for.
const SOUND: &str = "tests/broken/sound";
/// What a folder earns whose pack and case are sound, and whose case still cannot be ruled on.
const NO_RULING: &str = "no ruling";
/// What a user has in a terminal.
const WIDTH: usize = 80;

/// What is said of a broken folder.
#[derive(Debug)]
enum Told {
    Diagnostics(Vec<Diagnostic>),
    NoRuling(String),
    Nothing,
}

impl Told {
    fn text(&self) -> String {
        match self {
            Self::Diagnostics(mistakes) => diagnostics::text(mistakes, WIDTH, false),
            Self::NoRuling(words) => words.clone(),
            Self::Nothing => "nothing is wrong\n".to_owned(),
        }
    }

    /// The codes of the errors, or of the warnings where there is no error.
    fn earns(&self) -> BTreeSet<String> {
        match self {
            Self::Diagnostics(mistakes) => {
                let has_errors = mistakes.iter().any(Diagnostic::is_error);
                let counting = mistakes.iter().filter(|mistake| mistake.is_error() == has_errors);
                counting.map(|mistake| mistake.code.to_string()).collect()
            }
            Self::NoRuling(_) => BTreeSet::from([NO_RULING.to_owned()]),
            Self::Nothing => BTreeSet::from(["nothing".to_owned()]),
        }
    }
}

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(BROKEN).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The file of a folder that a user would name as cases, if there is one.
fn cases_of(folder: &Path) -> Option<PathBuf> {
    let is_cases = |name: &String| name.starts_with("case.") || name == "binding.yaml";
    names(folder).into_iter().find(is_cases).map(|name| folder.join(name))
}

/// The code that a folder says it earns.
fn promised(folder: &Path) -> String {
    let named = names(folder);
    if named.iter().any(|name| name == "earns.txt") {
        return fs::read_to_string(folder.join("earns.txt")).unwrap().trim().to_owned();
    }
    let file = if folder.join("pack.yaml").is_file() { folder.join("pack.yaml") } else { cases_of(folder).unwrap() };
    let bytes = fs::read(&file).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let first = text.lines().next().unwrap_or_default();
    let code = first.strip_prefix("# earns: ");
    code.unwrap_or_else(|| panic!("{} does not begin with `# earns: `", file.display())).to_owned()
}

/// What the user is told of a folder, from reading its files to ruling on its case.
fn told(folder: &Path) -> Told {
    let own = folder.join("pack.yaml").is_file();
    let compiled = compile(if own { folder } else { Path::new(SOUND) });
    let pack = match compiled {
        Ok(pack) => pack,
        Err(mistakes) => return Told::Diagnostics(mistakes),
    };
    let Some(cases) = cases_of(folder) else {
        let warnings = pack.warnings().to_vec();
        return if warnings.is_empty() { Told::Nothing } else { Told::Diagnostics(warnings) };
    };
    match case::load(&cases) {
        Err(error) => Told::Diagnostics(mistakes_of(error)),
        Ok(documents) => ruled(&pack, &documents),
    }
}

fn compile(folder: &Path) -> Result<Pack, Vec<Diagnostic>> {
    let source = pack::load(folder).map_err(mistakes_of)?;
    Pack::compile_with(&source, &offered()).map_err(|invalid| invalid.mistakes)
}

/// What the program offers to broken packs: a price for so many beds.
fn offered() -> Plugins {
    let beds = Type::Number(Number::of(Unit::named("beds")));
    let price = |arguments: &[Value]| match arguments {
        [Value::Number(beds)] if beds.is_zero() => Err("there is no price for no beds".to_owned()),
        [Value::Number(beds)] => Ok(Value::Number(*beds)),
        _ => Err("one number is needed".to_owned()),
    };
    Plugins::new().with(Function::new("tariff_price", "1.0", [beds], Type::money(), price)).unwrap()
}

fn mistakes_of(error: LoadError) -> Vec<Diagnostic> {
    match error {
        LoadError::Invalid { mistakes } => mistakes,
        other => panic!("not a mistake in a file: {other}"),
    }
}

fn ruled(pack: &Pack, documents: &[Document]) -> Told {
    let mut mistakes = Vec::new();
    let mut words = String::new();
    for document in documents {
        match pack.read_case(document) {
            // Cases of one table share its mistakes, and each is told once.
            Err(found) => {
                mistakes.extend(found.into_iter().filter(|mistake| !mistakes.contains(mistake)).collect::<Vec<_>>());
            }
            Ok(case) => {
                if let Err(error) = pack.evaluate(&case, &Options::default()) {
                    write!(words, "{}", no_ruling(&case.id, &error)).unwrap();
                }
            }
        }
    }
    match (mistakes.is_empty(), words.is_empty()) {
        (false, _) => Told::Diagnostics(mistakes),
        (true, false) => Told::NoRuling(words),
        (true, true) => Told::Nothing,
    }
}

/// Message, place and help of a case that cannot be ruled on, a line each.
fn no_ruling(case: &str, error: &EvaluateError) -> String {
    let mut words = format!("error: cannot rule on case `{case}`: {error}\n");
    if let Some(place) = error.place() {
        writeln!(words, "  --> {place}").unwrap();
        let line = place.file().line(place.line()).unwrap_or_default();
        let marked: String = line.chars().skip(place.column() - 1).take(place.length()).collect();
        writeln!(words, "      the place marks `{marked}`").unwrap();
    }
    if let Some(help) = error.help() {
        writeln!(words, "   = help: {help}").unwrap();
    }
    words
}

fn keep(folder: &Path, text: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(std::env::current_dir().unwrap().join(folder));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("diagnostic", text));
}

#[test]
fn every_mistake_reads_as_it_did() {
    let mut changed = Vec::new();
    let folders = folders();
    for folder in &folders {
        let text = told(folder).text();
        if catch_unwind(AssertUnwindSafe(|| keep(folder, &text))).is_err() {
            changed.push(folder.display().to_string());
        }
    }
    assert!(changed.is_empty(), "{} of {} read differently:\n{}", changed.len(), folders.len(), changed.join("\n"));
    assert!(folders.len() >= 130, "only {} folders were read", folders.len());
}

#[test]
fn every_mistake_earns_the_code_it_names_and_no_other() {
    let mut wrong = Vec::new();
    for folder in folders() {
        let (promised, earned) = (promised(&folder), told(&folder).earns());
        if earned != BTreeSet::from([promised.clone()]) {
            wrong.push(format!("{}: earns {earned:?}, and says `{promised}`", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_diagnostic_has_a_place_in_the_broken_files_and_marks_something_there() {
    for folder in folders() {
        let Told::Diagnostics(mistakes) = told(&folder) else { continue };
        for mistake in mistakes {
            let place = &mistake.place;
            let inside = Path::new(place.file().path()).starts_with(&folder);
            assert!(inside, "{}: {mistake}", folder.display());
            if place.file().text().is_empty() {
                continue;
            }
            let line = place.file().line(place.line()).unwrap_or_else(|| panic!("no such line: {mistake}"));
            // A mark may stand just behind the last character, where something is missing.
            let length = line.chars().count();
            assert!(place.column() <= length + 1, "behind the line: {mistake}");
            assert!(place.column() - 1 + place.length() <= length + 1, "longer than the line: {mistake}");
        }
    }
}

#[test]
fn no_line_of_a_diagnostic_is_wider_than_the_screen() {
    for folder in folders() {
        let told = told(&folder);
        let Told::Diagnostics(_) = told else { continue };
        for line in told.text().lines() {
            assert!(line.chars().count() <= WIDTH, "{}: {line}", folder.display());
        }
    }
}

#[test]
fn every_warning_can_be_allowed_and_no_error_can() {
    for folder in folders() {
        let Told::Diagnostics(mistakes) = told(&folder) else { continue };
        for mistake in mistakes {
            let allowable = Code::ALLOWABLE.contains(&mistake.code) || mistake.code == Code::IDLE_ALLOW;
            assert_eq!(allowable, !mistake.is_error(), "{}: {mistake}", folder.display());
        }
    }
}

#[test]
fn what_is_allowed_is_kept_with_its_reason() {
    let pack = compile(Path::new("tests/broken/allowed-in-place")).unwrap();
    assert!(pack.warnings().is_empty(), "{:?}", pack.warnings());
    let allowed: Vec<String> = pack
        .allowed()
        .iter()
        .map(|allowed| {
            let diagnostic = &allowed.diagnostic;
            format!("{} {}: {}", diagnostic.place.line(), diagnostic.code, allowed.reason)
        })
        .collect();
    let expected = [
        "14 unused: kept for the record",
        "17 unused: the return asks for more than the rules do",
        "22 unconfirmed: the minutes of that day are the last there are",
        "24 parameter-gap: nothing was paid before June",
        "24 unverified: the letter is lost",
        "28 unverified: the letter is lost",
        "33 policy-number: the letter doubles the share in words",
    ];
    assert_eq!(allowed, expected);
}

#[test]
fn messages_and_helps_keep_the_house_style() {
    for folder in folders() {
        let Told::Diagnostics(mistakes) = told(&folder) else { continue };
        for mistake in mistakes {
            for words in std::iter::once(&mistake.message).chain(&mistake.help) {
                let first = words.chars().next().unwrap();
                assert!(!first.is_ascii_uppercase(), "{words}");
                assert!(!words.ends_with('.') || words.ends_with('…'), "{words}");
                for rust in ["Option", "Some(", "None", "Err(", "::", "\\\"", "String", "i64", "Decimal"] {
                    assert!(!words.contains(rust), "{words}");
                }
            }
        }
    }
}

// What is too large to be kept as a file.

const HEAD: &str = "\
ringfence: 1
pack: winter-beds/2015-16
title: Winter beds grant 2015-16
rules-on: the grant for keeping hospital beds open through the winter
version: 1.0.0
currency: GBP
in-force: { from: 2015-04-01, until: 2016-04-01 }
recipient: hospital trust
rounding: { to: 0.01, mode: half-away-from-zero }
facts:
  beds: { type: count, unit: beds, title: Beds kept open }
";

/// What is wrong with a pack of one file, each as `line:column: message [code]`, without the help.
fn pack_mistakes(text: &str) -> Vec<String> {
    let found = match pack::from_texts([("pack.yaml", text)]) {
        Err(error) => mistakes_of(error),
        Ok(source) => Pack::compile(&source).err().map_or_else(Vec::new, |invalid| invalid.mistakes),
    };
    short(&found)
}

fn short(mistakes: &[Diagnostic]) -> Vec<String> {
    let errors = mistakes.iter().filter(|mistake| mistake.is_error());
    errors.map(|mistake| format!("{}: {} [{}]", mistake.place, mistake.message, mistake.code)).collect()
}

fn value_mistakes(script: &str) -> Vec<String> {
    let indented: Vec<String> = script.lines().map(|line| format!("    {line}")).collect();
    pack_mistakes(&format!("{HEAD}values:\n  open: |\n{}\n", indented.join("\n")))
}

#[test]
fn a_hundred_thousand_brackets_are_too_deep() {
    let brackets = "[".repeat(100_000);
    let expected = ["pack.yaml:1:33: lists and mappings nest deeper than 32 levels [too-large]"];
    assert_eq!(pack_mistakes(&brackets), expected);
    for (name, format) in [("case.yaml", Format::Yaml), ("case.json", Format::Json), ("case.jsonl", Format::JsonLines)]
    {
        let mistakes = case::from_text(name, &brackets, format).unwrap_err();
        assert_eq!(
            short(&mistakes),
            [format!("{name}:1:33: lists and mappings nest deeper than 32 levels [too-large]")]
        );
    }
}

#[test]
fn a_hundred_thousand_brackets_in_a_script_are_too_long_and_a_hundred_too_deep() {
    let long = format!("{}beds{}", "(".repeat(100_000), ")".repeat(100_000));
    let expected = "pack.yaml:14:5: the script has 200005 bytes and may have 16384 [too-large]";
    assert_eq!(value_mistakes(&long), [expected]);
    let deep = format!("{}beds{}", "(".repeat(100), ")".repeat(100));
    let mistakes = value_mistakes(&deep);
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    assert!(mistakes[0].starts_with("pack.yaml:14:"), "{mistakes:?}");
}

#[test]
fn a_script_of_more_than_sixteen_kibibytes_is_too_large() {
    let sum = |terms: usize| vec!["beds"; terms].join("\n+ ");
    let mistakes = value_mistakes(&sum(3_000));
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    assert!(mistakes[0].starts_with("pack.yaml:14:5: the script has 20998 bytes"), "{mistakes:?}");
    assert!(mistakes[0].ends_with("[too-large]"), "{mistakes:?}");
}

#[test]
fn a_script_may_have_thirty_two_names_of_its_own() {
    let script = |names: usize| {
        let lets: Vec<String> = (0..names).map(|n| format!("let n{n} = beds;")).collect();
        format!("{}\nn0", lets.join("\n"))
    };
    assert_eq!(value_mistakes(&script(32)), [""; 0]);
    let expected = ["pack.yaml:46:9: a script may have 32 names of its own [too-large]"];
    assert_eq!(value_mistakes(&script(33)), expected);
}

#[test]
fn a_scheme_may_have_six_hundred_periods() {
    let periods = |to: &str| pack_mistakes(&format!("{HEAD}periods: {{ every: month, from: 1970-01, to: {to} }}\n"));
    assert_eq!(periods("2019-12"), [""; 0]);
    let mistakes = periods("2020-01");
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    assert!(mistakes[0].starts_with("pack.yaml:12:10: "), "{mistakes:?}");
    assert!(mistakes[0].ends_with("there are more than 600 periods [bad-period]"), "{mistakes:?}");
}

#[test]
fn a_number_of_more_than_18_digits_is_refused_and_not_cut() {
    let pack = |max: &str| format!("{HEAD}  most: {{ type: number, max: {max}, title: Most }}\n");
    assert_eq!(pack_mistakes(&pack(&"9".repeat(18))), [""; 0]);
    for digits in [20, 38, 39, 1_000] {
        let mistakes = pack_mistakes(&pack(&"9".repeat(digits)));
        assert_eq!(mistakes.len(), 1, "{mistakes:?}");
        assert!(mistakes[0].starts_with("pack.yaml:12:30: "), "{mistakes:?}");
        assert!(mistakes[0].ends_with("[bad-number]"), "{mistakes:?}");
    }
}
