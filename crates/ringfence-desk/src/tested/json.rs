//! What came of a test as JSON.

use ringfence_core::diagnostic::Diagnostic;
use ringfence_core::source::Place;
use serde::Serialize;

use super::{Tested, TestedCase};
use crate::expect::{Unexpected, Why};
use crate::kept::Kept;

/// The name and version of the JSON form.
const SCHEMA: &str = "ringfence.test/1";

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Report {
    schema: &'static str,
    holds: bool,
    packs: Vec<PackTested>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct PackTested {
    pack: String,
    folder: String,
    holds: bool,
    cases: Vec<CaseHeld>,
    orphans: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct CaseHeld {
    case: String,
    file: String,
    holds: bool,
    expectations: Vec<Expectation>,
    rulings: Vec<Ruling>,
    mistakes: Vec<Mistake>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Expectation {
    about: String,
    holds: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unexpected: Vec<Difference>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Difference {
    what: String,
    expected: String,
    got: String,
    reason: String,
    #[serde(flatten)]
    at: At,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Ruling {
    what: &'static str,
    file: String,
    state: &'static str,
    /// What changed, in words, a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Mistake {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(flatten)]
    at: At,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct At {
    file: String,
    line: usize,
    column: usize,
}

/// What came of the test of every pack, with a line end.
///
/// # Errors
/// None in practice: every part has a JSON form.
pub fn json(tested: &[Tested]) -> Result<String, serde_json::Error> {
    let report =
        Report { schema: SCHEMA, holds: tested.iter().all(Tested::holds), packs: tested.iter().map(pack).collect() };
    serde_json::to_string_pretty(&report).map(|text| text + "\n")
}

fn pack(tested: &Tested) -> PackTested {
    PackTested {
        pack: tested.pack.clone(),
        folder: tested.folder.display().to_string(),
        holds: tested.holds(),
        cases: tested.cases.iter().map(case).collect(),
        orphans: tested.orphans.iter().map(|path| path.display().to_string()).collect(),
    }
}

fn case(tested: &TestedCase) -> CaseHeld {
    let expectation = |about: &String| {
        let unexpected = tested.checked.unexpected.iter().filter(|unexpected| unexpected.about == *about);
        let unexpected: Vec<Difference> = unexpected.filter_map(difference).collect();
        Expectation { about: about.clone(), holds: unexpected.is_empty(), unexpected }
    };
    CaseHeld {
        case: tested.id.clone(),
        file: tested.file.clone(),
        holds: tested.holds(),
        expectations: tested.checked.about.iter().map(expectation).collect(),
        rulings: tested.kept.iter().map(ruling).collect(),
        mistakes: tested.mistakes.iter().map(mistake).collect(),
    }
}

fn difference(unexpected: &Unexpected) -> Option<Difference> {
    let Why::Differs { expected, got, reason } = &unexpected.why else { return None };
    Some(Difference {
        what: unexpected.what.clone(),
        expected: expected.clone(),
        got: got.clone(),
        reason: reason.clone(),
        at: at(&unexpected.place),
    })
}

fn ruling(kept: &Kept) -> Ruling {
    let state = match &kept.old {
        None => "new",
        Some(_) if kept.is_same() => "same",
        Some(_) if kept.is_only_made_with() => "made-with-something-else",
        Some(_) => "changed",
    };
    let changes = kept.changes.as_ref().map(|changes| changes.text(usize::MAX, false)).unwrap_or_default();
    Ruling {
        what: kept.what.word(),
        file: kept.path.display().to_string(),
        state,
        changes: changes.lines().map(str::to_owned).collect(),
    }
}

fn mistake(mistake: &Diagnostic) -> Mistake {
    Mistake {
        code: mistake.code.as_str(),
        message: mistake.message.clone(),
        help: mistake.help.clone(),
        at: at(&mistake.place),
    }
}

fn at(place: &Place) -> At {
    At { file: place.file().path().to_owned(), line: place.line(), column: place.column() }
}
