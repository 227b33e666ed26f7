//! An outline written out: where lines break, how far they are indented, and what is in quotes.

use std::fmt::Write as _;

use super::outline::{Group, Item, Remark, Sheet, Value, Word};

/// What stands in brackets stays on its line up to this many characters.
const WIDTH: usize = 120;
const INDENT: usize = 2;

/// The characters that keep the quotes around a text: YAML gives them a meaning in some place.
const MARKS: &str = ":#,[]{}\"'\\`";

/// Words that other readers of YAML take for something else than a text.
const TYPED: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];

/// The documents in canonical form.
pub(super) fn write(sheets: &[Sheet]) -> String {
    let mut out = String::new();
    for (position, sheet) in sheets.iter().enumerate() {
        if position > 0 {
            out.push_str("---\n");
        }
        let from = out.len();
        remarks(&mut out, &sheet.root.above, 0, from);
        match &sheet.root.value {
            Value::Group(root) if fitting(root, 0).is_none() => {
                above(&mut out, sheet.root.beside.as_deref(), 0);
                group(&mut out, root, 0, from);
            }
            Value::Nothing => value(&mut out, "", &Value::Null, sheet.root.beside.as_deref(), 0),
            root => {
                blank(&mut out, sheet.root.blank, from);
                value(&mut out, "", root, sheet.root.beside.as_deref(), 0);
            }
        }
        remarks(&mut out, &sheet.below, 0, from);
    }
    out
}

/// A line that is left blank, unless there is one, or nothing stands before it.
fn blank(out: &mut String, wanted: bool, from: usize) {
    if wanted && out.len() > from && !out.ends_with("\n\n") {
        out.push('\n');
    }
}

fn remarks(out: &mut String, remarks: &[Remark], indent: usize, from: usize) {
    for remark in remarks {
        blank(out, remark.blank, from);
        above(out, Some(&remark.text), indent);
    }
}

/// A comment on a line of its own.
fn above(out: &mut String, comment: Option<&str>, indent: usize) {
    if let Some(comment) = comment {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{:indent$}{comment}", "");
    }
}

/// A list or a mapping with a line or more for each item; no line is left blank at `from`.
fn group(out: &mut String, group: &Group, indent: usize, from: usize) {
    for item in &group.items {
        remarks(out, &item.above, indent, from);
        blank(out, item.blank, from);
        entry(out, item, indent);
    }
    remarks(out, &group.below, indent, from);
}

fn entry(out: &mut String, item: &Item, indent: usize) {
    let beside = item.beside.as_deref();
    let lead = match &item.key {
        Some(key) => format!("{:indent$}{}:", "", word(key)),
        None => format!("{:indent$}-", ""),
    };
    match &item.value {
        Value::Group(inner) if fitting(inner, width(&lead) + 1).is_some() => {
            value(out, &lead, &item.value, beside, indent);
        }
        Value::Group(inner) if is_row(inner) => row(out, inner, &lead, item, indent),
        Value::Group(inner) => {
            let is_listed = item.key.is_none();
            if is_listed {
                above(out, beside, indent);
            } else {
                line(out, &lead, "", beside);
            }
            let from = out.len();
            group(out, inner, indent + INDENT, from);
            if is_listed && out.len() > from + indent {
                // The first line of what is listed begins with the `-`.
                out.replace_range(from + indent..=from + indent, "-");
            }
        }
        Value::Nothing if item.key.is_none() => value(out, &lead, &Value::Null, beside, indent),
        other => value(out, &lead, other, beside, indent),
    }
}

/// Whether this is a list in brackets of figures and words more than of records. It stays in its brackets.
fn is_row(group: &Group) -> bool {
    let words = group.items.iter().filter(|item| !matches!(item.value, Value::Group(_))).count();
    !group.keyed && words * 2 > group.items.len() && brackets(group).is_some()
}

/// A list that goes on over several lines, each filled, below its key or behind its `-`.
fn row(out: &mut String, group: &Group, lead: &str, item: &Item, indent: usize) {
    let beside = item.beside.as_deref();
    let start = if item.key.is_some() {
        line(out, lead, "", beside);
        format!("{:1$}[", "", indent + INDENT)
    } else {
        above(out, beside, indent);
        format!("{lead} [")
    };
    let column = width(&start);
    let mut written = start;
    let last = group.items.len().saturating_sub(1);
    for (position, item) in group.items.iter().enumerate() {
        let end = if position == last { "]" } else { "," };
        let text = format!("{}{end}", within(item).unwrap_or_default());
        if position > 0 && width(&written) + 1 + width(&text) > WIDTH {
            line(out, &std::mem::take(&mut written), "", None);
            written = format!("{:column$}", "");
        } else if position > 0 {
            written.push(' ');
        }
        written.push_str(&text);
    }
    line(out, &written, "", None);
}

/// A value that begins on the line of its key.
fn value(out: &mut String, lead: &str, value: &Value, beside: Option<&str>, indent: usize) {
    match value {
        Value::Nothing => line(out, lead, "", beside),
        Value::Null => line(out, lead, "~", beside),
        Value::Group(group) => line(out, lead, &brackets(group).unwrap_or_default(), beside),
        Value::Word(several) if several.several && width(lead) + 1 + width(&word(several)) > WIDTH => {
            match filled(&several.text, WIDTH.saturating_sub(indent + INDENT)) {
                Some(lines) => {
                    line(out, lead, ">-", beside);
                    block(out, &lines, indent);
                }
                None => line(out, lead, &word(several), beside),
            }
        }
        Value::Word(one) => line(out, lead, &word(one), beside),
        Value::Block { folded, lines, ends } => {
            line(out, lead, &header(*folded, lines, *ends), beside);
            block(out, lines, indent);
            (1..*ends).for_each(|_| out.push('\n'));
        }
    }
}

fn line(out: &mut String, lead: &str, text: &str, beside: Option<&str>) {
    out.push_str(lead);
    for part in [Some(text), beside].into_iter().flatten().filter(|part| !part.is_empty()) {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push(' ');
        }
        out.push_str(part);
    }
    out.push('\n');
}

fn block(out: &mut String, lines: &[String], indent: usize) {
    for text in lines {
        let indent = if text.is_empty() { 0 } else { indent + INDENT };
        let _ = writeln!(out, "{:indent$}{text}", "");
    }
}

/// `|`, with how far its text is indented where that cannot be seen, and how it ends.
fn header(folded: bool, lines: &[String], ends: usize) -> String {
    let sign = if folded { '>' } else { '|' };
    let first = lines.iter().take_while(|line| line.trim().is_empty()).count();
    let unclear = lines.iter().take(first + 1).any(|line| line.starts_with(' '));
    let indent = if unclear { INDENT.to_string() } else { String::new() };
    let end = match ends {
        0 => "-",
        1 => "",
        _ => "+",
    };
    format!("{sign}{indent}{end}")
}

/// A text in lines of at most this width, for a folded block; nothing where such a block would change it.
fn filled(text: &str, most: usize) -> Option<Vec<String>> {
    let is_plain = |part: &str| part.trim() == part && !part.chars().any(char::is_control);
    let mut lines: Vec<String> = Vec::new();
    for (position, paragraph) in text.split('\n').enumerate() {
        if !is_plain(paragraph) || (position == 0 && paragraph.is_empty()) {
            return None;
        }
        if position > 0 {
            lines.push(String::new());
        }
        let mut line = String::new();
        for part in paragraph.split(' ') {
            // Several blanks in a row are not a place to break a line.
            let joins = part.is_empty() || line.ends_with(' ') || line.is_empty();
            if !joins && width(&line) + 1 + width(part) > most {
                lines.push(std::mem::take(&mut line));
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(part);
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    (!text.ends_with('\n')).then_some(lines)
}

/// What a list or a mapping is in brackets, where it was written so and fits behind what stands before it.
fn fitting(group: &Group, before: usize) -> Option<String> {
    brackets(group).filter(|text| before + width(text) <= WIDTH)
}

fn brackets(group: &Group) -> Option<String> {
    if !group.flow || !group.below.is_empty() {
        return None;
    }
    let items: Option<Vec<String>> = group.items.iter().map(within).collect();
    let items = items?.join(", ");
    Some(match (group.keyed, items.is_empty()) {
        (true, true) => "{}".to_owned(),
        (true, false) => format!("{{ {items} }}"),
        (false, _) => format!("[{items}]"),
    })
}

/// An item between brackets, where no comment stands in the way.
fn within(item: &Item) -> Option<String> {
    if !item.above.is_empty() || item.beside.is_some() {
        return None;
    }
    let value = match &item.value {
        Value::Nothing | Value::Null => "~".to_owned(),
        Value::Word(text) => word(text),
        Value::Group(group) => brackets(group)?,
        Value::Block { .. } => return None,
    };
    Some(match &item.key {
        Some(key) => format!("{}: {value}", word(key)),
        None => value,
    })
}

/// A text as it is written: what stood bare stays so, and quotes stay where they are of use.
fn word(word: &Word) -> String {
    let bare = if word.quoted { is_plain(&word.text) } else { !word.text.contains('\n') };
    if bare { word.text.clone() } else { quoted(&word.text) }
}

/// Whether a text is a word that needs no quotes anywhere, neither here nor for another reader of YAML.
///
/// Quotes around several words stay: the comma or the colon that needs them is one edit away.
fn is_plain(text: &str) -> bool {
    let starts = text.chars().next().is_some_and(char::is_alphanumeric);
    let is_figure = |letter: char| letter.is_ascii_digit() || "+-._:eExXoO".contains(letter);
    let typed = TYPED.iter().any(|word| text.eq_ignore_ascii_case(word)) || text.chars().all(is_figure);
    let marked = text.chars().any(|letter| letter.is_control() || MARKS.contains(letter));
    starts && !typed && !marked && !text.contains(char::is_whitespace)
}

fn quoted(text: &str) -> String {
    let is_unseen = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{feff}');
    if text.contains(['"', '\\']) && !text.contains(is_unseen) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            letter if is_unseen(letter) => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

fn width(text: &str) -> usize {
    text.chars().count()
}
