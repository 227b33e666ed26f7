//! The text of a ruling as its reader sees it: sections, and in them findings, funds, rows of tables, paragraphs.

use ringfence_core::ruling::Outcome;

/// One thing that a ruling says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) section: String,
    /// What it is about; empty for a paragraph among others.
    pub(super) key: String,
    pub(super) body: Body,
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// The outcome of a condition, and its reason.
    Finding(String, String),
    /// Words.
    Text(String),
    /// A row of a table: the title of each column and the cell.
    Cells(Vec<(String, String)>),
}

impl Body {
    /// What stands before the words: an outcome.
    pub(super) fn lead(&self) -> &str {
        if let Self::Finding(outcome, _) = self { outcome } else { "" }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Finding(_, text) | Self::Text(text) => text.clone(),
            Self::Cells(cells) => {
                let cells: Vec<String> = cells.iter().map(|(title, cell)| format!("{title} {cell}")).collect();
                cells.join(", ")
            }
        }
    }

    /// All of it.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Finding(outcome, text) => format!("{outcome}: {text}"),
            other => other.text(),
        }
    }
}

/// Reads what a ruling says.
pub(super) fn items(text: &str, titles: &[&str]) -> Vec<Item> {
    let mut reader = Reader { titles, section: String::new(), part: String::new(), items: Vec::new() };
    let lines: Vec<&str> = text.lines().collect();
    for paragraph in lines.split(|line| line.trim().is_empty()).filter(|lines| !lines.is_empty()) {
        reader.paragraph(paragraph);
    }
    reader.items
}

struct Reader<'t> {
    titles: &'t [&'t str],
    section: String,
    /// The part of the section: a fund.
    part: String,
    items: Vec<Item>,
}

impl Reader<'_> {
    fn add(&mut self, key: impl Into<String>, body: Body) {
        self.items.push(Item { section: self.section.clone(), key: key.into(), body });
    }

    fn paragraph(&mut self, lines: &[&str]) {
        let is_rule = |line: &&&str| line.len() > 1 && line.chars().all(|letter| letter == '-' || letter == '=');
        let Some(first) = lines.first() else { return };
        if let (Some(rule), true) = (lines.last().filter(is_rule), lines.len() > 1) {
            self.heading(lines, rule);
        } else if let Some(at) = lines.iter().position(|line| is_table_rule(line)) {
            self.table(lines, at);
        } else if first.trim_start().starts_with("- ") {
            for bullet in blocks(lines, |line| line.trim_start().starts_with("- ")) {
                self.add("", Body::Text(bullet.trim_start_matches("- ").to_owned()));
            }
        } else if outcome_of(first).is_some() {
            for finding in blocks(lines, |line| !line.starts_with(' ')) {
                self.finding(&finding);
            }
        } else if first.contains("  ") && !first.starts_with(' ') {
            self.pairs(lines);
        } else if first.starts_with(' ') || self.section.is_empty() {
            let text = joined(lines);
            let key = self.part.clone();
            // The first words of a fund say where its money goes; those that follow have no name.
            if key.is_empty() || self.items.iter().any(|item| item.section == self.section && item.key == key) {
                self.add("", Body::Text(text));
            } else {
                self.add(key, Body::Text(text));
            }
        } else {
            self.part_of_section(&joined(lines));
        }
    }

    fn heading(&mut self, lines: &[&str], rule: &str) {
        let text = joined(lines.split_last().map_or(lines, |(_, words)| words));
        self.part.clear();
        if rule.starts_with('=') {
            self.section.clear();
            self.add("Title", Body::Text(text));
        } else {
            // The counts in brackets follow from what stands below.
            text.rsplit_once(" (").map_or(text.as_str(), |(words, _)| words).clone_into(&mut self.section);
        }
    }

    /// A line of its own in a section: the name of a fund and its amount.
    fn part_of_section(&mut self, text: &str) {
        match text.rsplit_once(": ") {
            Some((part, amount)) => {
                part.clone_into(&mut self.part);
                let cells = vec![("the fund".to_owned(), amount.to_owned())];
                self.add(format!("{part}, the whole of it"), Body::Cells(cells));
            }
            None => self.add("", Body::Text(text.to_owned())),
        }
    }

    fn finding(&mut self, text: &str) {
        let Some((outcome, rest)) = outcome_of(text) else { return };
        let title = self.titles.iter().filter(|title| rest.starts_with(**title)).max_by_key(|title| title.len());
        match title.and_then(|title| Some((title, rest.strip_prefix(*title)?))) {
            Some((title, reason)) => {
                self.add(*title, Body::Finding(outcome.to_owned(), reason.trim_start().to_owned()));
            }
            None => self.add(rest, Body::Finding(outcome.to_owned(), String::new())),
        }
    }

    fn pairs(&mut self, lines: &[&str]) {
        for line in blocks(lines, |line| !line.starts_with(' ')) {
            let (key, value) = line.split_once("  ").unwrap_or((line.as_str(), ""));
            self.add(key.trim(), Body::Text(value.trim().to_owned()));
        }
    }

    fn table(&mut self, lines: &[&str], rule: usize) {
        let Some((above, below)) = lines.split_at_checked(rule) else { return };
        let spans = spans_of(below.first().unwrap_or(&""));
        let cell = |line: &str, (from, to): (usize, usize)| -> String {
            line.chars().skip(from).take(to - from).collect::<String>().trim().to_owned()
        };
        let column = |lines: &[&str], span| -> String {
            let cells: Vec<String> =
                lines.iter().map(|line| cell(line, span)).filter(|cell| !cell.is_empty()).collect();
            cells.join(" ")
        };
        let titles: Vec<String> = spans.iter().map(|span| column(above, *span)).collect();
        let of = if self.part.is_empty() { String::new() } else { format!("{}, ", self.part) };
        let Some(first) = spans.first() else { return };
        for row in row_groups(below.get(1..).unwrap_or_default(), *first) {
            let cells = titles.iter().zip(&spans).skip(1).map(|(title, span)| (title.clone(), column(&row, *span)));
            self.add(format!("{of}{}", column(&row, *first)), Body::Cells(cells.collect()));
        }
    }
}

/// The lines of each row: one that has nothing in the first column goes on with the row before it.
fn row_groups<'l>(lines: &[&'l str], (from, to): (usize, usize)) -> Vec<Vec<&'l str>> {
    let mut rows: Vec<Vec<&str>> = Vec::new();
    for line in lines {
        let is_first = line.chars().skip(from).take(to - from).any(|letter| letter != ' ');
        match rows.last_mut() {
            Some(row) if !is_first => row.push(line),
            _ => rows.push(vec![line]),
        }
    }
    rows
}

/// The line under the titles of a table: several stretches of `-`.
fn is_table_rule(line: &str) -> bool {
    line.trim().contains("- ") && line.chars().all(|letter| letter == '-' || letter == ' ')
}

/// From where to where each column reaches, in characters.
fn spans_of(rule: &str) -> Vec<(usize, usize)> {
    let mut spans: Vec<(usize, usize)> = Vec::new();
    for (at, letter) in rule.chars().enumerate() {
        match spans.last_mut() {
            Some((_, to)) if letter == '-' && *to == at => *to = at + 1,
            _ if letter == '-' => spans.push((at, at + 1)),
            _ => {}
        }
    }
    spans
}

/// Lines in blocks, each with the words of its lines in one.
fn blocks(lines: &[&str], begins: impl Fn(&str) -> bool) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    for line in lines {
        match blocks.last_mut() {
            Some(block) if !begins(line) => {
                block.push(' ');
                block.push_str(line.trim());
            }
            _ => blocks.push(line.trim().to_owned()),
        }
    }
    blocks
}

fn joined(lines: &[&str]) -> String {
    lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
}

/// The outcome that a line begins with, and what follows.
fn outcome_of(line: &str) -> Option<(&'static str, &str)> {
    let (mark, rest) = line.split_once(' ')?;
    if !["✓", "✗", "?", "…", "–"].contains(&mark) {
        return None;
    }
    // The longest word first, so that `not applicable` is no other.
    let words = Outcome::ALL.map(|outcome| match outcome {
        Outcome::NotApplicable => "not applicable",
        other => other.as_str(),
    });
    let word = words.into_iter().find(|word| rest.starts_with(word))?;
    Some((word, rest.strip_prefix(word)?.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Area: scheme
============

Rules as at 1 April 2015.

Conditions (1 met, 1 not applicable)
------------------------------------

✓ met             The plan is signed by
                  all
                  All 3 parties
                  have signed.
– not applicable  Another matter

Money (1 fund)
--------------

Performance fund: £10.00

  £4.00 of £10.00 is
  released.

               Cut to
  Period        date,    Earned
  ----------  -------  --------
  2014-15 Q4        3     £4.00

Warnings
--------

- One.
- Two
  lines.

What was ruled on
-----------------

Engine       ringfence 0.1.0
Pack digest  ab
";

    #[test]
    fn every_part_of_a_ruling_is_read() {
        let items = items(TEXT, &["The plan is signed by all", "The plan"]);
        let shown: Vec<String> =
            items.iter().map(|item| format!("{}|{}|{}", item.section, item.key, item.body.told())).collect();
        assert_eq!(
            shown,
            [
                "|Title|Area: scheme",
                "||Rules as at 1 April 2015.",
                "Conditions|The plan is signed by all|met: All 3 parties have signed.",
                "Conditions|Another matter|not applicable: ",
                "Money|Performance fund, the whole of it|the fund £10.00",
                "Money|Performance fund|£4.00 of £10.00 is released.",
                "Money|Performance fund, 2014-15 Q4|Cut to date, 3, Earned £4.00",
                "Warnings||One.",
                "Warnings||Two lines.",
                "What was ruled on|Engine|ringfence 0.1.0",
                "What was ruled on|Pack digest|ab",
            ]
        );
    }
}
