//! What changed in a ruling, in words: findings, amounts and reasons, not lines of text.
//!
//! What is kept of a ruling is its text, so the text is what is read here: sections, findings, tables and paragraphs as
//! the reader sees them, however their lines are broken.

mod read;

use std::collections::BTreeMap;

use ringfence_core::exact::Exact;
use ringfence_core::money::{Currency, Money};

use crate::page::{Ink, Page, Spans, plain};
use read::{Body, Item, items};

/// The section that tells what a ruling was made with, in short and at length.
const MADE_WITH: [&str; 2] = ["What was ruled on", "How to reach this ruling again"];
/// Beyond so many pairs of words or lines two texts are not compared one by one.
const MOST_PAIRS: usize = 4_000_000;

/// What differs between a ruling that was kept and the same ruling now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    changes: Vec<Change>,
    currency: Currency,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Change {
    section: String,
    /// What of the section: a condition's title, a fund, a row of a table.
    key: String,
    how: How,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum How {
    Added(Body),
    Removed(Body),
    Changed(Body, Body),
}

impl Changes {
    /// Compares two texts of one ruling. `titles` are those of the pack's conditions.
    pub fn between(old: &str, new: &str, titles: &[&str], currency: &Currency) -> Self {
        let (old, new) = (items(old, titles), items(new, titles));
        let mut sections: Vec<&str> = Vec::new();
        for item in new.iter().chain(&old) {
            if !sections.contains(&item.section.as_str()) {
                sections.push(&item.section);
            }
        }
        let of = |items: &[Item], section: &str| -> Vec<Item> {
            items.iter().filter(|item| item.section == section).cloned().collect()
        };
        let changes = sections.iter().flat_map(|section| compared(&of(&old, section), &of(&new, section))).collect();
        Self { changes, currency: currency.clone() }
    }

    /// Whether only what the ruling was made with differs: the version of the engine, the digest of the pack.
    pub fn is_only_made_with(&self) -> bool {
        self.changes.iter().all(|change| MADE_WITH.contains(&change.section.as_str()))
    }

    /// What only differs, where nothing else does: `Pack digest`.
    pub fn made_with(&self) -> Vec<&str> {
        self.changes.iter().map(|change| change.key.as_str()).collect()
    }

    /// Tells the changes, section by section.
    pub(crate) fn tell(&self, page: &mut Page, indent: usize) {
        // What a ruling was made with matters only where nothing else changed.
        let all = self.is_only_made_with();
        let mut section = "";
        for change in self.changes.iter().filter(|change| all || !MADE_WITH.contains(&change.section.as_str())) {
            if change.section != section {
                section = &change.section;
                page.words(indent, indent, &[(Ink::Strong, section.to_owned())]);
            }
            self.tell_one(page, indent + 2, change);
        }
    }

    /// The same as a text of its own.
    pub fn text(&self, width: usize, colour: bool) -> String {
        let mut page = Page::new(width, colour);
        self.tell(&mut page, 2);
        page.finish()
    }

    fn tell_one(&self, page: &mut Page, indent: usize, Change { key, how, .. }: &Change) {
        let within = if key.is_empty() { indent } else { indent + 2 };
        if !key.is_empty() {
            page.words(indent, indent + 2, &plain(key.clone()));
        }
        match how {
            How::Added(body) => page.words(within, within + 2, &marked(Ink::Good, "new: ", &body.told())),
            How::Removed(body) => page.words(within, within + 2, &marked(Ink::Bad, "gone: ", &body.told())),
            How::Changed(Body::Cells(old), Body::Cells(new)) => {
                for (title, new) in new {
                    let old = old.iter().find(|(known, _)| known == title).map_or("nothing", |(_, text)| text);
                    if old != new {
                        let mut spans = plain(format!("{title}: "));
                        spans.extend(self.change_of(old, new, true));
                        page.words(within, within + 2, &spans);
                    }
                }
            }
            How::Changed(old, new) => {
                if old.lead() != new.lead() {
                    page.words(within, within + 2, &self.change_of(old.lead(), new.lead(), false));
                }
                if old.text() != new.text() {
                    self.tell_text(page, within, &old.text(), &new.text());
                }
            }
        }
    }

    fn tell_text(&self, page: &mut Page, indent: usize, old: &str, new: &str) {
        let (was, now): (Vec<&str>, Vec<&str>) = (old.split_whitespace().collect(), new.split_whitespace().collect());
        let steps = steps(&was, &now);
        let same = steps.iter().filter(|step| matches!(step, Step::Same(..))).count();
        // Where less than half of the words are the same, two sentences are easier to read than one.
        if same * 2 < was.len().max(now.len()) {
            page.words(indent, indent + 5, &marked(Ink::Bad, "was: ", old));
            page.words(indent, indent + 5, &marked(Ink::Good, "now: ", new));
            return;
        }
        let mut spans = Spans::new();
        for (from, to, kept) in runs(&steps, &was, &now) {
            if !from.is_empty() || !to.is_empty() {
                let (before, from, to, after) = around(&from, &to);
                spans.push((Ink::Plain, format!("{before}[")));
                spans.extend(self.change_of(from, to, false));
                spans.push((Ink::Plain, format!("]{after} ")));
            }
            spans.push((Ink::Plain, format!("{kept} ")));
        }
        page.words(indent, indent, &spans);
    }

    /// `£10.00 → £12.50 (£2.50 more)`; of cells any number has a difference, of sentences only money.
    fn change_of(&self, from: &str, to: &str, cell: bool) -> Spans {
        let or_nothing = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
        let mut spans = vec![(Ink::Bad, or_nothing(from)), (Ink::Plain, " → ".to_owned()), (Ink::Good, or_nothing(to))];
        if let Some(difference) = self.difference(from, to, cell) {
            spans.push((Ink::Plain, format!(" ({difference})")));
        }
        spans
    }

    fn difference(&self, from: &str, to: &str, cell: bool) -> Option<String> {
        let ((old, is_money), (new, _)) = (number(from)?, number(to)?);
        let difference = new.minus(old).ok()?;
        let word = if difference.is_negative() { "less" } else { "more" };
        let size = difference.magnitude().ok()?;
        match Money::from_exact(size).filter(|_| is_money) {
            Some(money) => Some(format!("{} {word}", self.currency.show(money))),
            None if cell && !from.contains('%') => Some(format!("{size} {word}")),
            None => None,
        }
    }
}

/// What two runs of words begin and end with in common, as far as it is brackets and stops, and what they differ in.
fn around<'w>(from: &'w str, to: &'w str) -> (&'w str, &'w str, &'w str, &'w str) {
    let before = usize::from(from.starts_with('(') && to.starts_with('('));
    let is_end = |letter: char| ['.', ',', ';', ':', ')'].contains(&letter);
    let ends = from.chars().rev().zip(to.chars().rev());
    let after = ends.take_while(|(from, to)| from == to && is_end(*from)).count();
    let inner = |text: &'w str| text.get(before..text.len().saturating_sub(after)).unwrap_or(text);
    (
        from.get(..before).unwrap_or_default(),
        inner(from),
        inner(to),
        from.get(from.len().saturating_sub(after)..).unwrap_or_default(),
    )
}

/// A number as rulings write it, and whether it is an amount of money.
fn number(text: &str) -> Option<(Exact, bool)> {
    let text = text.trim_matches(|letter: char| ['.', ',', ';', ':', '(', ')'].contains(&letter));
    let bare: String = text.chars().filter(|letter| !['£', '€', ','].contains(letter)).collect();
    let is_money = bare.len() < text.len() && text.contains(['£', '€'])
        || bare.split_once('.').is_some_and(|(_, pence)| pence.len() == 2);
    bare.parse().ok().map(|number| (number, is_money))
}

fn marked(ink: Ink, word: &str, text: &str) -> Spans {
    vec![(ink, word.to_owned()), (Ink::Plain, text.to_owned())]
}

/// What a thing is called, and the how manieth of that name it is: two tables may have a row for one quarter.
type Key<'i> = (&'i str, usize);

/// The things that have a name, in their order.
fn keyed(items: &[Item]) -> Vec<(Key<'_>, &Item)> {
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    let named = items.iter().filter(|item| !item.key.is_empty());
    named
        .map(|item| {
            let count = met.entry(&item.key).or_default();
            *count += 1;
            ((item.key.as_str(), *count), item)
        })
        .collect()
}

fn find<'i>(items: &[(Key<'_>, &'i Item)], key: &Key<'_>) -> Option<&'i Item> {
    items.iter().find(|(known, _)| known == key).map(|(_, item)| *item)
}

/// What changed in a section: by key where there is one, and else by order.
fn compared(old: &[Item], new: &[Item]) -> Vec<Change> {
    let (known, now) = (keyed(old), keyed(new));
    let change = |key: &Key<'_>, item: &Item, how| Change { section: item.section.clone(), key: key.0.to_owned(), how };
    let mut changes = Vec::new();
    for (key, item) in &now {
        match find(&known, key) {
            None => changes.push(change(key, item, How::Added(item.body.clone()))),
            Some(before) if before.body != item.body => {
                changes.push(change(key, item, How::Changed(before.body.clone(), item.body.clone())));
            }
            Some(_) => {}
        }
    }
    for (key, item) in known.iter().filter(|(key, _)| find(&now, key).is_none()) {
        changes.push(change(key, item, How::Removed(item.body.clone())));
    }
    let unnamed = |items: &[Item]| -> Vec<Item> { items.iter().filter(|item| item.key.is_empty()).cloned().collect() };
    changes.extend(in_order(&unnamed(old), &unnamed(new)));
    changes
}

/// What changed among paragraphs that have no name: one that is gone and one that came in its place are one that changed.
fn in_order(old: &[Item], new: &[Item]) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut gone: Vec<&Item> = Vec::new();
    let change = |item: &Item, how| Change { section: item.section.clone(), key: String::new(), how };
    for step in steps(old, new) {
        match step {
            Step::Gone(at) => gone.extend(old.get(at)),
            Step::New(at) => {
                let Some(item) = new.get(at) else { continue };
                let how = if gone.is_empty() {
                    How::Added(item.body.clone())
                } else {
                    How::Changed(gone.remove(0).body.clone(), item.body.clone())
                };
                changes.push(change(item, how));
            }
            Step::Same(..) => {
                changes.extend(gone.drain(..).map(|item| change(item, How::Removed(item.body.clone()))));
            }
        }
    }
    changes.extend(gone.into_iter().map(|item| change(item, How::Removed(item.body.clone()))));
    changes
}

/// One step from an old sequence to a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Same(usize, usize),
    Gone(usize),
    New(usize),
}

/// The fewest steps from one sequence to another; of each change, what is gone comes first.
fn steps<T: PartialEq>(old: &[T], new: &[T]) -> Vec<Step> {
    let before = old.iter().zip(new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - before;
    let after = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    let mut steps: Vec<Step> = (0..before).map(|at| Step::Same(at, at)).collect();
    let (old_end, new_end) = (old.len() - after, new.len() - after);
    let (from, to) = (old.get(before..old_end).unwrap_or_default(), new.get(before..new_end).unwrap_or_default());
    steps.extend(between(from, to).into_iter().map(|step| match step {
        Step::Same(old, new) => Step::Same(old + before, new + before),
        Step::Gone(old) => Step::Gone(old + before),
        Step::New(new) => Step::New(new + before),
    }));
    steps.extend((0..after).map(|at| Step::Same(old_end + at, new_end + at)));
    steps
}

fn between<T: PartialEq>(old: &[T], new: &[T]) -> Vec<Step> {
    if old.len().saturating_mul(new.len()) > MOST_PAIRS {
        return (0..old.len()).map(Step::Gone).chain((0..new.len()).map(Step::New)).collect();
    }
    // By place in both, how much of what follows is the same.
    let width = new.len() + 1;
    let mut same = vec![0_u32; (old.len() + 1) * width];
    let at = |same: &[u32], i: usize, j: usize| same.get(i * width + j).copied().unwrap_or_default();
    for (i, left) in old.iter().enumerate().rev() {
        for (j, right) in new.iter().enumerate().rev() {
            let best =
                if left == right { at(&same, i + 1, j + 1) + 1 } else { at(&same, i + 1, j).max(at(&same, i, j + 1)) };
            if let Some(cell) = same.get_mut(i * width + j) {
                *cell = best;
            }
        }
    }
    let (mut steps, mut i, mut j) = (Vec::new(), 0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old.get(i) == new.get(j) {
            steps.push(Step::Same(i, j));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || at(&same, i + 1, j) >= at(&same, i, j + 1)) {
            steps.push(Step::Gone(i));
            i += 1;
        } else {
            steps.push(Step::New(j));
            j += 1;
        }
    }
    steps
}

/// What changes, and then what stays until the next change: words that are gone, words that came, words that stay.
fn runs(steps: &[Step], old: &[&str], new: &[&str]) -> Vec<(String, String, String)> {
    let mut runs: Vec<(Vec<&str>, Vec<&str>, Vec<&str>)> = vec![(vec![], vec![], vec![])];
    for step in steps {
        if !matches!(step, Step::Same(..)) && runs.last().is_some_and(|(_, _, kept)| !kept.is_empty()) {
            runs.push((vec![], vec![], vec![]));
        }
        let Some((gone, came, kept)) = runs.last_mut() else { continue };
        match step {
            Step::Same(_, at) => kept.extend(new.get(*at)),
            Step::Gone(at) => gone.extend(old.get(*at)),
            Step::New(at) => came.extend(new.get(*at)),
        }
    }
    runs.into_iter().map(|(gone, came, kept)| (gone.join(" "), came.join(" "), kept.join(" "))).collect()
}

/// Two texts line by line: what is gone, what came, and three lines around each.
pub fn line_diff(old: &str, new: &str, colour: bool) -> String {
    const AROUND: usize = 3;
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let steps = steps(&old, &new);
    let is_near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        steps.iter().skip(from).take(at - from + AROUND + 1).any(|step| !matches!(step, Step::Same(..)))
    };
    // As wide as it is: a line of a ruling is never broken here.
    let mut page = Page::new(usize::MAX, colour);
    let mut is_cut = false;
    for (at, step) in steps.iter().enumerate() {
        if !is_near(at) {
            is_cut = true;
            continue;
        }
        if std::mem::take(&mut is_cut) {
            page.line(Ink::Place, "  ...");
        }
        match step {
            Step::Same(_, at) => page.line(Ink::Plain, &format!("  {}", new.get(*at).unwrap_or(&""))),
            Step::Gone(at) => page.line(Ink::Bad, &format!("- {}", old.get(*at).unwrap_or(&""))),
            Step::New(at) => page.line(Ink::Good, &format!("+ {}", new.get(*at).unwrap_or(&""))),
        }
    }
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_steps_lead_from_one_to_the_other() {
        let shown = |old: &str, new: &str| {
            let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
            let shown = |step: &Step| match step {
                Step::Same(_, at) => format!(" {}", new[*at]),
                Step::Gone(at) => format!("-{}", old[*at]),
                Step::New(at) => format!("+{}", new[*at]),
            };
            steps(&old, &new).iter().map(shown).collect::<String>()
        };
        assert_eq!(shown("", ""), "");
        assert_eq!(shown("abc", "abc"), " a b c");
        assert_eq!(shown("abcd", "axcd"), " a-b+x c d");
        assert_eq!(shown("abab", "ab"), " a b-a-b");
        assert_eq!(shown("", "x"), "+x");
    }

    #[test]
    fn a_line_diff_shows_what_is_around() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let new = old.replace("8\n", "eight\n");
        assert_eq!(line_diff(old, &new, false), "  ...\n  5\n  6\n  7\n- 8\n+ eight\n  9\n");
    }
}
