//! `ringfence explain-code`: what a diagnostic means, what to avoid, what to prefer, and why.

use std::ffi::OsStr;
use std::fmt::Write as _;

use anstyle::Style;
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Args, Command};
use ringfence_core::diagnostic::Code;

use crate::exit::{Answer, Failure, Problem};
use crate::screen::{Layout, Screen};
use crate::words::{near_miss, wrapped};

/// The page on diagnostics, with a section for each code.
const PAGE: &str = include_str!("../../../../docs/diagnostics.md");

/// Say what a diagnostic means, what to avoid, what to prefer, and why
///
/// The code stands in brackets behind `error` or `warning`. Without one, all codes are listed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ringfence explain-code
  ringfence explain-code unknown-name")]
pub(crate) struct ExplainCode {
    /// The code, such as `unknown-name`
    #[arg(value_name = "CODE", hide_possible_values = true, value_parser = Codes)]
    code: Option<String>,
}

/// Takes any text, and tells shells the codes. A code that is none earns a message of ours, not a list of all.
#[derive(Clone)]
struct Codes;

impl TypedValueParser for Codes {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Code::ALL.iter().map(|code| PossibleValue::new(code.as_str()))))
    }
}

impl ExplainCode {
    /// Shows the section of a code, or the first sentence of each.
    pub(crate) fn run(&self, screen: &Screen) -> Result<Answer, Failure> {
        let layout = screen.layout(None);
        let text = match &self.code {
            Some(code) => shown(code, known(code)?, layout),
            None => Code::ALL.iter().map(|code| listed(code.as_str(), layout.width)).collect(),
        };
        screen.deliver(&text, None)?;
        Ok(Answer::Yes)
    }
}

/// What the page says of a code, or which code may have been meant.
fn known(code: &str) -> Result<&'static str, Problem> {
    let is_code = Code::ALL.iter().any(|known| known.as_str() == code);
    is_code.then(|| section(code)).flatten().ok_or_else(|| {
        let near = near_miss(code, Code::ALL.iter().map(|code| code.as_str()));
        let all = || Some("`ringfence explain-code` lists all codes".to_owned());
        Problem::new(format!("no diagnostic has the code `{code}`")).help(near.or_else(all))
    })
}

/// What the page says of a code.
fn section(code: &str) -> Option<&'static str> {
    let mut sections = PAGE.split("\n## ").skip(1).filter_map(|section| section.split_once('\n'));
    sections.find(|(heading, _)| heading.trim() == code).map(|(_, body)| body.trim())
}

/// `unknown-name  A name that nothing declares.`
fn listed(code: &str, width: usize) -> String {
    let column = Code::ALL.iter().map(|code| code.as_str().len()).max().unwrap_or_default() + 2;
    let first = section(code).unwrap_or_default().split("\n\n").next().unwrap_or_default();
    let sentence = bare(&first.replace('\n', " "));
    let sentence = sentence.split_inclusive(". ").next().unwrap_or_default().trim().to_owned();
    format!("{code:column$}{}\n", wrapped(&sentence, column, column, width))
}

/// A section of the page as text: paragraphs as wide as the screen, examples indented.
fn shown(code: &str, section: &str, layout: Layout) -> String {
    let bold = if layout.colour { Style::new().bold() } else { Style::new() };
    let mut out = format!("{bold}{code}{bold:#}\n");
    let (mut paragraph, mut in_example) = (String::new(), false);
    for line in section.lines().chain([""]) {
        if line.starts_with("```") {
            in_example = !in_example;
        } else if in_example {
            let indent = if line.is_empty() { 0 } else { 4 };
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{:indent$}{line}", "");
        } else if line.is_empty() {
            if !paragraph.is_empty() {
                out.push_str(&told(&std::mem::take(&mut paragraph), layout.width, bold));
            }
            out.push_str(if out.ends_with("\n\n") { "" } else { "\n" });
        } else {
            paragraph.push_str(if paragraph.is_empty() { "" } else { " " });
            paragraph.push_str(line);
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// A paragraph; the word in bold that it begins with is its heading.
fn told(paragraph: &str, width: usize, bold: Style) -> String {
    let parts = paragraph.strip_prefix("**").and_then(|rest| rest.split_once("**"));
    let (heading, rest) = match parts {
        Some((word, "")) => return format!("{bold}{word}{bold:#}\n"),
        Some((word, rest)) => (format!("{bold}{word}{bold:#}\n\n"), rest),
        None => (String::new(), paragraph),
    };
    format!("{heading}{}\n", wrapped(bare(rest).trim(), 0, 0, width))
}

/// A paragraph without the addresses of its links: they lead to pages that no screen has.
fn bare(paragraph: &str) -> String {
    let mut out = String::new();
    let mut rest = paragraph;
    while let Some((before, link)) = rest.split_once('[') {
        out.push_str(before);
        let in_code = out.matches('`').count() % 2 == 1;
        match link.split_once("](").and_then(|(text, behind)| Some((text, behind.split_once(')')?.1))) {
            Some((text, behind)) if !in_code && !text.contains('`') && !text.contains(']') => {
                out.push_str(text);
                rest = behind;
            }
            _ => {
                out.push('[');
                rest = link;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_section_and_a_sentence() {
        for code in Code::ALL {
            let section = section(code.as_str()).unwrap();
            assert!(section.contains("**Avoid**") && section.contains("**Why**"), "{code}");
            let line = listed(code.as_str(), 1000);
            assert!(line.starts_with(&format!("{code} ")) && line.ends_with(".\n"), "{line}");
            let shown = shown(code.as_str(), section, Layout { width: 80, colour: false });
            assert!(!shown.contains("**") && !shown.contains("```") && !shown.contains("]("), "{shown}");
        }
    }

    #[test]
    fn a_link_is_its_words() {
        assert_eq!(bare("see [Limits](pack-format.md#limits). `a[0](b)` stays"), "see Limits. `a[0](b)` stays");
    }
}
