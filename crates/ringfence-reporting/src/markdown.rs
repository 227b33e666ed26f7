//! Markdown: `CommonMark` with the tables that GitHub and most others read.

use ringfence_core::ruling::Ruling;

use crate::comparison::Comparison;
use crate::document::{Block, Document, Line, Role, Table};
use crate::portfolio::Portfolio;
use crate::report;
pub use crate::report::{Extent, Only};
use crate::what_if::WhatIf;

/// A ruling in short: findings, money, what is missing, warnings, digests.
pub fn ruling(ruling: &Ruling) -> String {
    render(&report::ruling(ruling))
}

/// A ruling at length, as a letter that gives every reason in words and figures.
pub fn explain(ruling: &Ruling, only: Only<'_>) -> String {
    render(&report::explain(ruling, only))
}

/// A portfolio: totals, counts, what is undetermined, and each recipient.
pub fn portfolio(portfolio: &Portfolio) -> String {
    render(&report::portfolio(portfolio))
}

/// Two sets of rules: what changes, for whom, and because of which change to the rules.
pub fn comparison(comparison: &Comparison, extent: Extent) -> String {
    render(&report::comparison(comparison, extent))
}

/// One case under other evidence, and what single changes would turn its conditions.
pub fn what_if(what_if: &WhatIf) -> String {
    render(&report::what_if(what_if))
}

pub(crate) fn render(document: &Document) -> String {
    let blocks: Vec<String> = document.blocks.iter().map(render_block).collect();
    blocks.join("\n\n") + "\n"
}

pub(crate) fn render_block(block: &Block) -> String {
    match block {
        Block::Heading { level, line } => format!("{} {}", "#".repeat(*level), inline(line, Setting::Heading)),
        Block::Paragraph(line) => opening(inline(line, Setting::Paragraph).trim_end()),
        Block::Bullets(lines) => {
            let items: Vec<String> =
                lines.iter().map(|line| format!("- {}", opening(&inline(line, Setting::Item)))).collect();
            items.join("\n")
        }
        Block::Table(table) => grid(table),
        Block::Calculation { name, lines } => calculation(name, lines),
    }
}

fn grid(table: &Table) -> String {
    let titles: Vec<String> = table.columns.iter().map(|column| escape(&column.title)).collect();
    let rules: Vec<&str> = table.columns.iter().map(|column| if column.right { "---:" } else { "---" }).collect();
    let mut lines = vec![format!("| {} |", titles.join(" | ")), format!("| {} |", rules.join(" | "))];
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|cell| inline(cell, Setting::Cell)).collect();
        lines.push(format!("| {} |", cells.join(" | ")));
    }
    lines.join("\n")
}

fn calculation(name: &str, lines: &[String]) -> String {
    let text = std::iter::once(name.to_owned())
        .chain(lines.iter().map(|line| format!("  {line}")))
        .collect::<Vec<_>>()
        .join("\n");
    fenced("text", &text)
}

/// Lines as they are, between fences that they cannot close.
pub(crate) fn fenced(kind: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    format!("{fence}{kind}\n{}\n{fence}", text.trim_end())
}

/// What a line stands in.
#[derive(Clone, Copy)]
enum Setting {
    Heading,
    Paragraph,
    Item,
    Cell,
}

impl Setting {
    /// How a line ends within it.
    const fn line_end(self) -> &'static str {
        match self {
            Self::Heading => " ",
            Self::Paragraph => "  \n",
            Self::Item => "  \n  ",
            Self::Cell => "<br>",
        }
    }
}

fn inline(line: &Line, setting: Setting) -> String {
    let mut out = String::new();
    for (role, text) in &line.spans {
        match role {
            Role::Break => out.push_str(setting.line_end()),
            // A bar ends a cell even within code.
            Role::Code if matches!(setting, Setting::Cell) => out.push_str(&code(text).replace('|', "\\|")),
            Role::Plain => out.push_str(&escape(text)),
            Role::Strong | Role::Caution | Role::Outcome(_) => out.push_str(&strong(text)),
            Role::Code => out.push_str(&code(text)),
            Role::Address => out.push_str(&address(text)),
        }
    }
    out
}

/// Emphasis must touch the words it marks, so spaces stay outside.
fn strong(text: &str) -> String {
    let words = text.trim();
    if words.is_empty() {
        return text.to_owned();
    }
    let before = text.len() - text.trim_start().len();
    let after = text.len() - text.trim_end().len();
    format!("{}**{}**{}", " ".repeat(before), escape(words), " ".repeat(after))
}

fn code(text: &str) -> String {
    if text.trim().is_empty() {
        return text.to_owned();
    }
    let fence = "`".repeat(longest_run(text) + 1);
    let room = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{room}{text}{room}{fence}")
}

/// Only addresses of the web become links: a pack's text must not smuggle in another scheme.
fn address(text: &str) -> String {
    let is_web = text.starts_with("https://") || text.starts_with("http://");
    if is_web && !text.contains([' ', '<', '>', '|', '\\']) { format!("<{text}>") } else { escape(text) }
}

fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0)
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '|' | '<' | '>' | '[' | ']' | '&' | '~' | '$') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// A text that stands for itself wherever it is put.
#[cfg(feature = "letters")]
pub(crate) fn escaped(text: &str) -> String {
    opening(&escape(text))
}

/// The same paragraph, where its first letters would make it a heading, a list or a rule.
fn opening(text: &str) -> String {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let after = text.get(digits..).unwrap_or("");
    if text.starts_with(['#', '+', '-', '=']) {
        format!("\\{text}")
    } else if digits > 0 && [".", ")"].iter().any(|end| after == *end || after.starts_with(&format!("{end} "))) {
        format!("{}\\{after}", text.get(..digits).unwrap_or(""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_value_holds_is_never_read_as_markdown() {
        assert_eq!(escape("a|b *c* _d_ <e> [f](g) `h`"), r"a\|b \*c\* \_d\_ \<e\> \[f\](g) \`h\`");
        assert_eq!(opening("# 1"), "\\# 1");
        assert_eq!(opening("1. one"), "1\\. one");
        assert_eq!(opening("2015-16"), "2015-16");
    }

    #[test]
    fn code_is_fenced_by_more_marks_than_it_holds() {
        assert_eq!(code("a || b"), "`a || b`");
        assert_eq!(inline(&Line::new().code("a || b"), Setting::Cell), "`a \\|\\| b`");
        assert_eq!(code("`x`"), "`` `x` ``");
    }

    #[test]
    fn only_addresses_of_the_web_become_links() {
        assert_eq!(address("https://example.org/a_b"), "<https://example.org/a_b>");
        assert_eq!(address("javascript:alert(1)"), "javascript:alert(1)");
    }
}
