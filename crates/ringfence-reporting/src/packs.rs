//! The list of packs that a directory holds.

use serde::Serialize;

use crate::document::{Document, Line, Table, capital};
use crate::text::render;

/// What a list says of one pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PackSummary {
    /// Where it is.
    pub path: String,
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The years it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub years: Option<String>,
    /// What it rules on, a phrase.
    pub rules_on: String,
    /// How many errors a check finds in it; with any, nothing can be ruled on.
    pub errors: usize,
}

/// The packs as a table for a terminal.
pub fn list(packs: &[PackSummary], width: usize, colour: bool) -> String {
    let mut document = Document::default();
    if packs.is_empty() {
        document.paragraph("There is no pack here.");
    }
    let mut table = Table::new().words("Pack").words("Years").words("Version").words("What it rules on");
    for pack in packs {
        let mut title = Line::new();
        if pack.errors > 0 {
            let noun = if pack.errors == 1 { "error" } else { "errors" };
            title = title.caution(format!("Broken: {} {noun}", pack.errors)).end_line();
        }
        if !pack.title.is_empty() {
            title = title.strong(&pack.title).end_line();
        }
        table.row([
            Line::from(pack.path.as_str()),
            Line::from(pack.years.as_deref().unwrap_or("")),
            Line::from(pack.version.as_str()),
            title.plain(capital(&pack.rules_on)),
        ]);
    }
    document.table(table);
    render(&document, width, colour)
}

/// The packs as a JSON array.
///
/// # Errors
/// None in practice: every part of a summary has a JSON form.
pub fn list_json(packs: &[PackSummary]) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(packs).map(|text| text + "\n")
}
