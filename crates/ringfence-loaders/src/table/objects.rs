//! JSON lists of objects, and JSON lines: an object is a row, and its keys are columns.

use std::collections::HashMap;
use std::sync::Arc;

use csv::StringRecord;
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Content, Node, Place, SourceFile};

use super::{At, Kind, Row, Table};
use crate::json;
use crate::shape::Mistakes;

/// What to do about a value that is no cell.
const NO_CELL: &str = "a binding reads texts, numbers, `true` and `false`; write the case itself where there is more";

/// What to do about a list that is too long to be read as one value.
const LINES: &str =
    "write an object a line, without the list around them, in a file `.jsonl`: each line is read by itself";

impl Table {
    /// Reads a JSON list of objects.
    ///
    /// # Errors
    /// What is no JSON, and what is no list of objects.
    pub(crate) fn objects(file: &Arc<SourceFile>) -> Result<Self, Vec<Diagnostic>> {
        let root = json::parse(file).map_err(|mistakes| {
            let told =
                |mistake: Diagnostic| if mistake.code == Code::TOO_LARGE { mistake.help(LINES) } else { mistake };
            mistakes.into_iter().map(told).collect::<Vec<_>>()
        })?;
        match root.content {
            Content::List(items) => Self::of_objects(file, items),
            _ => {
                let message = "a table in JSON is a list of objects";
                let mistake = Diagnostic::error(Code::WRONG_VALUE, root.place, message);
                Err(vec![mistake.help("put it in `[` and `]`, with a comma between the objects")])
            }
        }
    }

    /// Reads a JSON object a line.
    ///
    /// # Errors
    /// As [`Table::objects`].
    pub(crate) fn object_lines(file: &Arc<SourceFile>) -> Result<Self, Vec<Diagnostic>> {
        Self::of_objects(file, json::parse_lines(file)?)
    }

    /// The columns are in the order in which their names first appear. A key that an object lacks is a blank cell.
    fn of_objects(file: &Arc<SourceFile>, items: Vec<Node>) -> Result<Self, Vec<Diagnostic>> {
        let mut mistakes = Mistakes::default();
        let (mut names, mut heads) = (StringRecord::new(), Vec::new());
        let mut known: HashMap<String, usize> = HashMap::new();
        for item in &items {
            let Content::Map(entries) = &item.content else {
                let message = format!("expected an object, found {}", item.kind());
                mistakes.add(Diagnostic::error(Code::BAD_ROW, item.place.clone(), message));
                continue;
            };
            for entry in entries.iter().filter(|entry| !entry.key.is_empty()) {
                if !known.contains_key(&entry.key) {
                    known.insert(entry.key.clone(), heads.len());
                    names.push_field(&entry.key);
                    heads.push(entry.key_place.clone());
                }
            }
        }
        if !mistakes.0.is_empty() {
            return Err(mistakes.0);
        }
        let rows = items.into_iter().map(|item| row(file, item, &known)).collect();
        let header = Row::new(file, 1, At::Places(heads), names, Vec::new());
        Ok(Self { file: Arc::clone(file), header, rows })
    }
}

fn row(file: &Arc<SourceFile>, item: Node, known: &HashMap<String, usize>) -> Row {
    let line = item.place.line();
    let mut cells: Vec<(String, Kind, Place)> = vec![(String::new(), Kind::Any, item.place.clone()); known.len()];
    if let Content::Map(entries) = item.content {
        for entry in entries {
            let Some(cell) = known.get(&entry.key).and_then(|column| cells.get_mut(*column)) else { continue };
            let kind = match &entry.value.content {
                Content::Empty | Content::Scalar(_) => Kind::Any,
                _ => Kind::Refused { why: format!("`{}` holds {}", entry.key, entry.value.kind()), help: NO_CELL },
            };
            *cell = (entry.value.as_text().unwrap_or_default().to_owned(), kind, entry.value.place);
        }
    }
    let texts = cells.iter().map(|(text, _, _)| text.as_str()).collect();
    let (kinds, places) = cells.into_iter().map(|(_, kind, place)| (kind, place)).unzip();
    Row::new(file, line, At::Places(places), texts, kinds)
}
