//! What each fuzz target does with its input. A target fails where something panics, takes too long or too much room,
//! or where what must hold does not: money adds up, both readings agree with Rhai's, what arrives takes nothing back.

use ringfence_core::case::Case;
use ringfence_core::diagnostic::Diagnostic;
use ringfence_core::evaluate::{Options, Scratch};
use ringfence_core::language::reference::Reference;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::{Outcome, Ruling};
use ringfence_core::source::PackSource;
use ringfence_generate::{Choices, Made, Manner};
use ringfence_loaders::case::Format;
use ringfence_loaders::{LoadError, case as cases, pack as packs};
use ringfence_reporting::diagnostics;

/// The pack that scripts and cases are tried in.
pub const PACK: &str = include_str!("pack.yaml");

/// A case for it with everything known.
pub const CASE: &str = include_str!("case.yaml");

/// Where in the pack a script may stand.
pub const PLACES: [&str; 8] = ["MET", "APPLIES", "VALUE", "SERIES", "SUSPECT", "AMOUNT", "RELEASE", "BECAUSE"];

/// The formats of cases.
const FORMATS: [Format; 4] = [Format::Yaml, Format::Json, Format::JsonLines, Format::Csv];

/// A pack as somebody wrote it.
///
/// # Panics
/// Where something does not hold.
pub fn pack(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some((_, pack)) = compile(text) {
        rule(&pack, &Case::new("case", "Nobody"));
    }
}

/// A script, in the place that its first byte says.
///
/// # Panics
/// Where something does not hold.
pub fn script(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(script) = std::str::from_utf8(rest) else { return };
    let place = PLACES[usize::from(*first) % PLACES.len()];
    let Some((_, pack)) = compile(&pack_with(place, script)) else { return };
    rule(&pack, &Case::new("case", "Nobody"));
    for document in cases::from_text("case.yaml", CASE, Format::Yaml).expect("the case is sound") {
        rule(&pack, &pack.read_case(&document).expect("the case is sound"));
    }
}

/// The pack with a script in one of its [`PLACES`].
pub fn pack_with(place: &str, script: &str) -> String {
    let script = script.replace('\n', "\n      ");
    let otherwise = |name: &str| match name {
        "VALUE" | "AMOUNT" | "RELEASE" => "grant",
        "SERIES" => "open[period]",
        "BECAUSE" => "`because`",
        _ => "agreed",
    };
    PLACES.iter().fold(PACK.to_owned(), |text, name| {
        text.replace(&format!("<{name}>"), if *name == place { &script } else { otherwise(name) })
    })
}

/// A case as somebody wrote it, in the format that its first byte says.
///
/// # Panics
/// Where something does not hold.
pub fn case(data: &[u8]) {
    thread_local! {
        static SOUND: Pack = compile(&pack_with("", "")).expect("the pack is sound").1;
    }
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    match cases::from_text("case", text, FORMATS[usize::from(*first) % FORMATS.len()]) {
        Err(mistakes) => show(&mistakes),
        Ok(documents) => SOUND.with(|pack| {
            for document in documents {
                match pack.read_case(&document) {
                    Err(mistakes) => show(&mistakes),
                    Ok(case) => rule(pack, &case),
                }
            }
        }),
    }
}

/// A pack that is made up of these bytes, and cases for it.
///
/// # Panics
/// Where something does not hold.
pub fn evaluation(data: &[u8]) {
    let mut choices = Choices::of_bytes(data);
    let made = Made::new(&mut choices, Manner::Guarded, 3);
    let (source, pack) = compile(&made.text).unwrap_or_else(|| panic!("what is made up compiles:\n{}", made.text));
    let rules = pack.rules_at(pack.default_day().expect("it has a day"), &Options::default()).expect("it is in force");
    let full = made.complete(&mut choices);
    let less = made.lessened(&mut choices, &full, 8);
    let other = made.completed(&mut choices, &less);
    let mut scratch = Scratch::new();
    let mut rulings = Vec::new();
    let reference = Reference::new(&rules, &source).expect("Rhai parses what we parse");
    for (case, complete) in [(&full, true), (&other, true), (&less, false)] {
        let bound = rules.bind(case, None).expect("the evidence fits");
        let ruling = rules.rule(&bound, &mut scratch);
        if let Ok(ruling) = &ruling {
            check(ruling);
            if complete {
                let found = reference.compare(&bound, &scratch);
                found.unwrap_or_else(|why| panic!("{why}\n{}\n{case:?}", made.text));
            }
        }
        rulings.push(ruling.ok());
    }
    let Some(Some(less)) = rulings.pop() else { return };
    for more in rulings.into_iter().flatten() {
        for (before, after) in less.findings.iter().zip(&more.findings) {
            let open = matches!(before.outcome, Outcome::Undetermined | Outcome::Pending);
            assert!(open || before.outcome == after.outcome, "{}: {before:?} {after:?}", made.text);
        }
        for (before, after) in less.funds.iter().zip(&more.funds) {
            assert!(before.amount.is_none() || before.amount == after.amount, "{}: {}", before.fund, made.text);
            let paid = |parts: &ringfence_core::ruling::Dispositions| parts.released.pence() + parts.recovered.pence();
            assert!(paid(&before.dispositions) <= paid(&after.dispositions), "{}: {}", before.fund, made.text);
        }
    }
}

/// A pack and its documents; `None` where it has mistakes, which are shown.
fn compile(text: &str) -> Option<(PackSource, Pack)> {
    let source = match packs::from_texts([("pack.yaml", text)]) {
        Ok(source) => source,
        Err(LoadError::Invalid { mistakes }) => {
            show(&mistakes);
            return None;
        }
        Err(_) => return None,
    };
    match Pack::compile(&source) {
        Ok(pack) => {
            show(pack.warnings());
            Some((source, pack))
        }
        Err(invalid) => {
            show(&invalid.mistakes);
            None
        }
    }
}

/// Rules on a case in every reading; where no answer is possible, none of them has one.
fn rule(pack: &Pack, case: &Case) {
    let Some(day) = case.rules_at.or(pack.default_day()) else { return };
    let Ok(rules) = pack.rules_at(day, &Options::default()) else { return };
    let Ok(bound) = rules.bind(case, case.known_by) else { return };
    let mut scratch = Scratch::new();
    let silent = rules.decide(&bound, &mut scratch).map(|found| found.outcomes().collect::<Vec<_>>());
    let told = rules.rule(&bound, &mut scratch);
    if let (Ok(silent), Ok(told)) = (silent, told) {
        let outcomes: Vec<Outcome> = told.findings.iter().map(|finding| finding.outcome).collect();
        assert_eq!(silent, outcomes);
        check(&told);
    }
}

/// A ruling adds up and can be shown.
fn check(ruling: &Ruling) {
    for fund in &ruling.funds {
        let total = fund.dispositions.total().expect("the parts can be added");
        assert_eq!(total, fund.amount.unwrap_or_default(), "{}", fund.fund);
        assert!(fund.dispositions.parts().iter().all(|(_, part)| !part.is_negative()), "{}", fund.fund);
    }
    ruling.to_json().expect("a ruling has a JSON form");
    ringfence_reporting::text::ruling(ruling, 100, false);
}

/// Shows mistakes in every format, and looks whether they are somewhere.
fn show(mistakes: &[Diagnostic]) {
    for mistake in mistakes {
        let place = &mistake.place;
        let lines = place.file().text().lines().count();
        assert!(place.line() <= lines.max(1) + 1, "{mistake:?} is beyond the end of its file");
        assert!(!mistake.message.is_empty());
    }
    diagnostics::text(mistakes, 100, false);
    diagnostics::github(mistakes);
    diagnostics::json(mistakes).expect("a mistake has a JSON form");
    diagnostics::sarif(mistakes).expect("a mistake has a SARIF form");
}
