//! One diagnostic for a terminal.

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use ringfence_core::diagnostic::{Diagnostic, Severity};

use crate::document::{clean, is_hidden};

/// How much of a line is shown before the mark and after it, where the line is too long to be shown whole.
const BEFORE: usize = 30;

pub(super) fn render(diagnostic: &Diagnostic, width: usize, colour: bool) -> String {
    let place = &diagnostic.place;
    let (level, word) = match diagnostic.severity {
        Severity::Error => (Level::ERROR, "error"),
        Severity::Warning => (Level::WARNING, "warning"),
    };
    let code = diagnostic.code.as_str();
    let title = wrapped(&diagnostic.message, width.saturating_sub(word.len() + code.len() + 4));
    let is_text = place.file().is_text();
    let path = clean(&if is_text { place.file().path().to_owned() } else { place.to_string() });
    let shown = place.file().line(place.line()).map(|line| {
        let room = width.saturating_sub(12).max(40);
        Shown::around(line, place.column(), place.length(), clean(&diagnostic.label).chars().count(), room)
    });
    let report = level.primary_title(title).id(code);
    let mut report = match &shown {
        None if !is_text => report.element(Origin::path(path.as_str())),
        // A place beyond the end of its file has no line to show.
        None => report.element(Origin::path(path.as_str()).line(place.line()).char_column(place.column())),
        Some(shown) => report.element(shown.snippet(&path, place.line(), &diagnostic.label)),
    };
    if let Some(help) = &diagnostic.help {
        report = report.element(Level::HELP.message(wrapped(help, width.saturating_sub(12))));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    // Lines are cut to the width here, so the renderer's own cutting is off.
    let text = renderer.term_width(usize::MAX / 4).render(&[report]);
    // The renderer counts the column in what is shown of the line; the reader wants the one in the file.
    let counted = shown.map_or(place.column(), |shown| shown.column());
    let at = |column| format!("{path}:{}:{column}", place.line());
    let text = text.replacen(&at(counted), &at(place.column()), 1);
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// The text in lines of at most `width` characters, where it has spaces to break at.
fn wrapped(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in clean(text).split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

/// The part of a line that is shown, with the bytes of it that are marked.
struct Shown {
    text: String,
    mark: std::ops::Range<usize>,
}

impl Shown {
    fn snippet<'a>(
        &'a self,
        path: &'a str,
        line: usize,
        label: &str,
    ) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
        let mut mark = AnnotationKind::Primary.span(self.mark.clone());
        if !label.is_empty() {
            mark = mark.label(clean(label));
        }
        Snippet::source(self.text.as_str()).path(path).line_start(line).annotation(mark)
    }

    /// The column of the mark in what is shown, in characters from 1.
    fn column(&self) -> usize {
        self.text.get(..self.mark.start).unwrap_or("").chars().count() + 1
    }

    /// The part around a mark that fits into `room` characters, with a label of so many behind the mark.
    fn around(line: &str, column: usize, length: usize, label: usize, room: usize) -> Self {
        let letters: Vec<char> = line.chars().map(visible).collect();
        let start = (column - 1).min(letters.len());
        let end = start.saturating_add(length).min(letters.len());
        let is_short = letters.len() <= room && (label == 0 || end + 1 + label <= room);
        let from = if is_short { 0 } else { start.saturating_sub(BEFORE) };
        let to = if is_short { letters.len() } else { (from + room).min(letters.len()) };
        let end = end.min(to);
        let part = |from: usize, to: usize| letters.get(from..to).unwrap_or_default().iter().collect::<String>();
        let before = format!("{}{}", if from > 0 { "…" } else { "" }, part(from, start));
        let marked = part(start, end);
        let after = format!("{}{}", part(end, to), if to < letters.len() { "…" } else { "" });
        let mark = before.len()..before.len() + marked.len();
        Self { text: format!("{before}{marked}{after}"), mark }
    }
}

/// One character for one, so that columns stay what they are.
fn visible(letter: char) -> char {
    match letter {
        '\t' => ' ',
        '\u{7f}' => '␡',
        control if (control as u32) < 0x20 => char::from_u32(0x2400 + control as u32).unwrap_or('\u{fffd}'),
        hidden if is_hidden(hidden) => '\u{fffd}',
        other => other,
    }
}
