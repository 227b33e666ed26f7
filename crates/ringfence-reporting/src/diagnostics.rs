//! Mistakes in packs and cases: for a terminal, for programs, and for the hosts that show them beside the code.
//!
//! Every form is sorted by file, line and column.

mod sarif;
mod snippet;

use std::fmt::Write as _;

use ringfence_core::diagnostic::{Diagnostic, Severity};
use ringfence_core::pack::Allowed;
use serde::Serialize;

use crate::document::clean;

pub use sarif::{sarif, sarif_with_allowed};

/// As a compiler shows them, with the line and the marked text, and a count at the end.
pub fn text(diagnostics: &[Diagnostic], width: usize, colour: bool) -> String {
    format!("{}{}\n", text_without_count(diagnostics, width, colour), count(diagnostics))
}

/// The same for somebody who says the count elsewhere: each mistake with an empty line after it.
pub fn text_without_count(diagnostics: &[Diagnostic], width: usize, colour: bool) -> String {
    sorted(diagnostics).into_iter().map(|diagnostic| snippet::render(diagnostic, width, colour) + "\n\n").collect()
}

/// `2 errors, 1 warning`.
fn count(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let warnings = diagnostics.len() - errors;
    let counted =
        |count: usize, noun: &str| (count > 0).then(|| format!("{count} {noun}{}", if count == 1 { "" } else { "s" }));
    let parts: Vec<String> = [counted(errors, "error"), counted(warnings, "warning")].into_iter().flatten().collect();
    if parts.is_empty() { "no mistakes found".to_owned() } else { parts.join(", ") }
}

/// A JSON array of objects with code, severity, message, file, line, column, length, label and help. In a sheet or a
/// table, line and column are those of the cell, and `within` names it.
///
/// # Errors
/// None in practice: every part of a diagnostic has a JSON form.
pub fn json(diagnostics: &[Diagnostic]) -> Result<String, serde_json::Error> {
    json_with_allowed(diagnostics, &[])
}

/// The same with the warnings that a pack allows, each with its reason under `allowed`.
///
/// # Errors
/// As [`json`].
pub fn json_with_allowed(diagnostics: &[Diagnostic], allowed: &[Allowed]) -> Result<String, serde_json::Error> {
    let forms = all(diagnostics, allowed).into_iter();
    let forms: Vec<Form<'_>> = forms.map(|(diagnostic, reason)| Form::of(diagnostic, reason)).collect();
    serde_json::to_string_pretty(&forms).map(|text| text + "\n")
}

#[derive(Serialize)]
struct Form<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
    length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<String>,
    label: &'a str,
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<&'a str>,
}

impl<'a> Form<'a> {
    fn of(diagnostic: &'a Diagnostic, allowed: Option<&'a str>) -> Self {
        let place = &diagnostic.place;
        Self {
            code: diagnostic.code.as_str(),
            severity: word(diagnostic.severity),
            message: &diagnostic.message,
            file: place.file().path(),
            line: place.line(),
            column: place.column(),
            length: place.length(),
            within: (!place.file().is_text()).then(|| place.within()),
            label: &diagnostic.label,
            help: diagnostic.help.as_deref(),
            allowed,
        }
    }
}

/// Workflow commands that GitHub shows beside the changed lines.
pub fn github(diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in sorted(diagnostics) {
        let place = &diagnostic.place;
        let mut message = diagnostic.message.clone();
        if let Some(help) = &diagnostic.help {
            message = format!("{message}\nhelp: {help}");
        }
        // A host shows lines of texts only.
        let at = if place.file().is_text() {
            format!(",line={},col={}", place.line(), place.column())
        } else {
            message = format!("{}: {message}", place.within());
            String::new()
        };
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "::{} file={}{at},title={}::{}",
            word(diagnostic.severity),
            property(place.file().path()),
            property(diagnostic.code.as_str()),
            data(&message),
        );
    }
    out
}

/// What a message of a workflow command must escape.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A").chars().map(visible).collect()
}

/// What a property of a workflow command must escape.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A control character as something that can be seen.
fn visible(letter: char) -> char {
    if letter.is_control() { char::REPLACEMENT_CHARACTER } else { letter }
}

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// The same in the order of their places; at one place errors come first.
fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    all(diagnostics, &[]).into_iter().map(|(diagnostic, _)| diagnostic).collect()
}

/// What was found and what is allowed, the latter with its reason, in the order of their places.
fn all<'a>(diagnostics: &'a [Diagnostic], allowed: &'a [Allowed]) -> Vec<(&'a Diagnostic, Option<&'a str>)> {
    let found = diagnostics.iter().map(|diagnostic| (diagnostic, None));
    let allowed = allowed.iter().map(|allowed| (&allowed.diagnostic, Some(allowed.reason.as_str())));
    let mut out: Vec<(&Diagnostic, Option<&str>)> = found.chain(allowed).collect();
    out.sort_by(|(left, _), (right, _)| {
        let key = |diagnostic: &Diagnostic| (diagnostic.severity, diagnostic.code);
        left.place.key().cmp(&right.place.key()).then_with(|| key(left).cmp(&key(right)))
    });
    out
}

/// The message and the help in one text.
fn whole_message(diagnostic: &Diagnostic) -> String {
    match &diagnostic.help {
        Some(help) => clean(&format!("{}; {help}", diagnostic.message)),
        None => clean(&diagnostic.message),
    }
}
