//! SARIF 2.1.0, which code hosts and editors read.

use std::fmt::Write as _;

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::pack::Allowed;
use serde::Serialize;

use super::{all, whole_message, word};

/// A SARIF log with one run; the rules listed are those that something was found for.
///
/// # Errors
/// None in practice: every part of a log has a JSON form.
pub fn sarif(diagnostics: &[Diagnostic]) -> Result<String, serde_json::Error> {
    sarif_with_allowed(diagnostics, &[])
}

/// The same with the warnings that a pack allows, as results that are suppressed in the source.
///
/// # Errors
/// As [`sarif`].
pub fn sarif_with_allowed(diagnostics: &[Diagnostic], allowed: &[Allowed]) -> Result<String, serde_json::Error> {
    let all = all(diagnostics, allowed);
    let mut codes: Vec<Code> = all.iter().map(|(diagnostic, _)| diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "ringfence",
                    version: env!("CARGO_PKG_VERSION"),
                    rules: codes
                        .iter()
                        .map(|code| Rule {
                            id: code.as_str(),
                            short_description: Text { text: code.as_str().replace('-', " ") },
                        })
                        .collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results: all.iter().map(|(diagnostic, reason)| result(diagnostic, *reason, &codes)).collect(),
        }],
    };
    serde_json::to_string_pretty(&log).map(|text| text + "\n")
}

fn result(diagnostic: &Diagnostic, allowed: Option<&str>, codes: &[Code]) -> Outcome {
    let place = &diagnostic.place;
    Outcome {
        rule_id: diagnostic.code.as_str(),
        rule_index: codes.binary_search(&diagnostic.code).unwrap_or_default(),
        level: word(diagnostic.severity),
        message: Text { text: whole_message(diagnostic) },
        locations: [Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation { uri: uri(place.file().path()) },
                region: place.file().is_text().then(|| Region {
                    start_line: place.line(),
                    start_column: place.column(),
                    end_column: place.column().saturating_add(place.length()),
                }),
            },
            logical_locations: (!place.file().is_text())
                .then(|| LogicalLocation { fully_qualified_name: place.within() })
                .into_iter()
                .collect(),
        }],
        suppressions: allowed
            .map(|reason| Suppression { kind: "inSource", justification: reason.to_owned() })
            .into_iter()
            .collect(),
    }
}

/// The path as a relative reference: forward slashes, and everything unusual in percent form.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            other => {
                // Writing to a string does not fail.
                let _ = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Outcome>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    /// A cell of a sheet or a table, which is no region of a text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_column: usize,
}
