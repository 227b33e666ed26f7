//! Letters to recipients, from a template that anybody can change.
//!
//! A template is Markdown with the marks of [MiniJinja](https://docs.rs/minijinja). What it can name is listed in
//! `docs/letters.md`; a name that is not there is an error with its line, and never an empty place in somebody's letter.
//! Text that a template takes from a ruling stays text: it cannot become a heading, a link or a table. Markdown is the
//! letter; the page and the PDF are laid out from it.

mod parse;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use ringfence_core::ruling::Ruling;

use crate::document::{Document, clean};
use crate::html::{self, Page};
use crate::markdown;
#[cfg(feature = "pdf")]
use crate::pdf;
use crate::report;
pub use crate::report::Days;

/// The name and version of what a template can name. Names are added within a version, and never change their meaning.
pub const SCHEMA: &str = "ringfence.letter/1";

/// The template that is used where no other is given.
pub const TEMPLATE: &str = include_str!("letter/letter.md");

/// So much work may a template ask for.
const FUEL: u64 = 500_000;

/// A template that a letter could not be made from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LetterError {
    /// What is wrong.
    pub message: String,
    /// The line of the template, from 1, where one is known.
    pub line: Option<usize>,
    /// What to do.
    pub help: Option<String>,
}

/// A letter, ready to be laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    markdown: String,
    document: Document,
}

impl Letter {
    /// Writes the letter on a ruling.
    ///
    /// # Errors
    /// If the template is no template, names what there is not, or has what a letter cannot hold, such as a picture.
    pub fn write(ruling: &Ruling, template: &str, days: Days) -> Result<Self, LetterError> {
        let text = fill(template, &report::letter(ruling, days))?;
        let document = parse::document(&text)?;
        Ok(Self { markdown: tidy(&text), document })
    }

    /// What a template can name, with the values that it has for this ruling, as JSON.
    ///
    /// # Errors
    /// None in practice: every part has a JSON form.
    pub fn names(ruling: &Ruling, days: Days) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(&report::letter(ruling, days)).map(|text| text + "\n")
    }

    /// The letter in Markdown.
    pub fn markdown(&self) -> &str {
        &self.markdown
    }

    /// The letter as a page of one file, that prints on A4.
    pub fn html(&self) -> String {
        let mut page = Page::new(&self.title());
        page.style(include_str!("letter/letter.css"));
        page.add(html::document::blocks(&self.document.without_title(), 0, ""));
        page.render()
    }

    /// The first heading, which names the letter.
    pub fn title(&self) -> String {
        let title = self.document.title();
        if title.is_empty() { "Letter".to_owned() } else { title }
    }

    /// The letter as PDF.
    ///
    /// # Errors
    /// If the letter has a character that the fonts do not have.
    #[cfg(feature = "pdf")]
    pub fn pdf(&self) -> Result<Vec<u8>, pdf::PdfError> {
        pdf::write(&self.document, "")
    }
}

fn fill(template: &str, context: &report::Context) -> Result<String, LetterError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_formatter(|out, _, value| {
        let text = value.to_string();
        let text = if value.is_safe() { text } else { markdown::escaped(&clean(&text)) };
        Ok(out.write_str(&text)?)
    });
    let filled =
        environment.template_from_named_str("letter", template).and_then(|template| template.render(Serde(context)));
    filled.map_err(|error| told(template, &error))
}

/// What is wrong with a template, in words.
fn told(template: &str, error: &Error) -> LetterError {
    let line = error.line();
    let detail = error.detail().unwrap_or_default();
    let at = line.and_then(|line| template.lines().nth(line.saturating_sub(1))).unwrap_or_default();
    let part = error.range().and_then(|range| template.get(range)).filter(|part| !part.contains('\n'));
    let part = part.unwrap_or(at).trim();
    match error.kind() {
        ErrorKind::UndefinedError => LetterError {
            message: format!("the template names what there is not: `{part}`"),
            line,
            help: Some("what a letter can name is listed in docs/letters.md".to_owned()),
        },
        ErrorKind::OutOfFuel => LetterError {
            message: "the template asks for too much work".to_owned(),
            line,
            help: Some("a letter needs no loop over large numbers".to_owned()),
        },
        _ if detail.is_empty() => {
            LetterError { message: format!("the template cannot be read: {}", error.kind()), line, help: None }
        }
        _ => LetterError { message: format!("the template cannot be read: {detail}"), line, help: None },
    }
}

/// The same text with no line of spaces, no space at the end of a line that does not break it, and one empty line where
/// the marks of a template left several.
fn tidy(text: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    for line in text.lines() {
        let kept = if line.trim().is_empty() { "" } else { line };
        if !(kept.is_empty() && out.last().is_none_or(|last| last.is_empty())) {
            out.push(kept);
        }
    }
    out.join("\n").trim_end().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_places_of_a_template_leave_no_gap() {
        assert_eq!(tidy("\n\n# A\n   \n\n\nb  \nc\n\n"), "# A\n\nb  \nc\n");
    }
}
