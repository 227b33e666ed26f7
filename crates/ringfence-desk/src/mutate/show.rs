//! What came of the mutants of a pack, for a terminal, for a pull request and as data.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::{Fate, Mutation, NewCase, Sought, Tested};

/// For a terminal: the counts, and each survivor in words.
pub fn text(mutation: &Mutation, width: usize, colour: bool) -> String {
    let paint = Paint { colour };
    let mut out = String::new();
    for tested in mutation.survivors() {
        out.push_str(&survivor(mutation, tested, width, paint));
        out.push('\n');
    }
    for id in &mutation.stale {
        let told = format!("argued for, and no survivor: {id}");
        out.push_str(&wrapped(&told, 0, 2, width));
        out.push_str("\n\n");
    }
    out.push_str(&wrapped(&summary(mutation), 0, 2, width));
    out.push('\n');
    out
}

/// `better-care-fund/2015-16: 380 of 412 changes are noticed, 92.2%; 32 are not, 3 of them argued for`.
pub fn summary(mutation: &Mutation) -> String {
    let (noticed, all) = (mutation.noticed(), mutation.mutants.len());
    let mut told = format!("{}: {noticed} of {all} changes are noticed, {}", mutation.pack, percent(mutation.score()));
    let left = all - noticed;
    if left > 0 {
        let _ = write!(told, "; {left} {} not", if left == 1 { "is" } else { "are" });
    }
    let argued = mutation.argued();
    if argued > 0 {
        let _ = write!(told, ", {argued} of them argued for");
    }
    told
}

fn percent(tenths: usize) -> String {
    format!("{}.{}%", tenths / 10, tenths % 10)
}

#[derive(Clone, Copy)]
struct Paint {
    colour: bool,
}

impl Paint {
    fn with(self, style: Style, text: &str) -> String {
        if self.colour { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// A survivor: where it is, what it changes, and which case would notice it.
fn survivor(mutation: &Mutation, tested: &Tested, width: usize, paint: Paint) -> String {
    let place = tested.mutant.place();
    let mut out = paint.with(Style::new().bold(), &place.to_string());
    out.push('\n');
    let told = format!("{}: {}", tested.mutant.of(), tested.mutant.says());
    let _ = writeln!(out, "  {}", wrapped(&told, 2, 2, width));
    let before = place.file().line(place.line()).unwrap_or_default();
    let number = place.line().to_string();
    let gap = " ".repeat(number.len());
    let shown = |line: &str| clipped(line.trim_end(), place.column() - 1, width.saturating_sub(number.len() + 5));
    match tested.mutant.line() {
        Some(after) => {
            let _ = writeln!(out, "  {number} - {}", paint.with(AnsiColor::Red.on_default(), &shown(before)));
            let _ = writeln!(out, "  {gap} + {}", paint.with(AnsiColor::Green.on_default(), &shown(&after)));
        }
        None => {
            let _ = writeln!(out, "  {number} | {}", shown(before));
        }
    }
    if let Fate::Survived { argued, sought } = &tested.fate {
        if let Some(reason) = argued {
            let _ = writeln!(out, "  {}", wrapped(&format!("argued for: {reason}"), 2, 4, width));
        }
        out.push_str(&outcome_of_search(mutation, tested, *sought, width));
    }
    out
}

/// What came of seeking a case: the case itself where it was found for this survivor.
fn outcome_of_search(mutation: &Mutation, tested: &Tested, sought: Sought, width: usize) -> String {
    let line = |text: &str| format!("  {}\n", wrapped(text, 2, 4, width));
    match sought {
        Sought::Not => String::new(),
        Sought::InVain(0) => line("the cases hold nothing that could be changed to notice it"),
        Sought::InVain(tries) => line(&format!("no case was found in {tries} tries: it may make no difference")),
        Sought::Found(at) => match mutation.cases.get(at) {
            Some(case) if first_to_find(mutation, at).is_some_and(|first| first.id == tested.id) => {
                let text: Vec<String> = case.text.lines().map(|line| format!("    {line}\n")).collect();
                format!("{}{}", line("a case that would notice it:"), text.concat())
            }
            Some(case) => line(&format!("the case `{}` would notice it, too", case.id)),
            None => String::new(),
        },
    }
}

/// The survivor for which a case was found.
fn first_to_find(mutation: &Mutation, case: usize) -> Option<&Tested> {
    let found = Sought::Found(case);
    mutation.survivors().find(|tested| matches!(&tested.fate, Fate::Survived { sought, .. } if *sought == found))
}

/// For a pull request.
pub fn markdown(mutation: &Mutation) -> String {
    let mut out = format!("## {}\n\n{}.\n", mutation.pack, summary(mutation));
    if mutation.survivors().next().is_some() {
        out.push_str("\n| where | change that no case notices | a case that would, or why not |\n|---|---|---|\n");
    }
    for tested in mutation.survivors() {
        let Fate::Survived { argued, sought } = &tested.fate else { continue };
        let _ = writeln!(
            out,
            "| `{}` | {}: {} | {} |",
            cell(&tested.id),
            cell(tested.mutant.of()),
            cell(tested.mutant.says()),
            cell(&in_short(mutation, argued.as_ref(), *sought))
        );
    }
    for id in &mutation.stale {
        let _ = writeln!(out, "\nArgued for, and no survivor: `{id}`");
    }
    out
}

/// The reason, or the case that was found.
fn in_short(mutation: &Mutation, argued: Option<&String>, sought: Sought) -> String {
    match (argued, sought) {
        (Some(reason), _) => reason.clone(),
        (None, Sought::Found(at)) => mutation.cases.get(at).map(NewCase::in_short).unwrap_or_default(),
        (None, Sought::InVain(0)) => "the cases hold nothing to change".to_owned(),
        (None, Sought::InVain(tries)) => format!("none found in {tries} tries"),
        (None, Sought::Not) => String::new(),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// As data.
pub fn json(mutations: &[Mutation]) -> String {
    let packs: Vec<Value> = mutations.iter().map(pack).collect();
    format!("{:#}\n", json!({ "schema": 1, "packs": packs }))
}

fn pack(mutation: &Mutation) -> Value {
    let survivors: Vec<Value> = mutation.survivors().map(|tested| data(mutation, tested)).collect();
    json!({
        "pack": mutation.pack,
        "mutants": mutation.mutants.len(),
        "noticed": mutation.noticed(),
        "score-tenths-of-percent": mutation.score(),
        "survivors": survivors,
        "stale": mutation.stale,
    })
}

fn data(mutation: &Mutation, tested: &Tested) -> Value {
    let place = tested.mutant.place();
    let (argued, case) = match &tested.fate {
        Fate::Survived { argued, sought: Sought::Found(at) } => (argued.clone(), mutation.cases.get(*at)),
        Fate::Survived { argued, .. } => (argued.clone(), None),
        Fate::Noticed { .. } => (None, None),
    };
    json!({
        "id": tested.id,
        "file": place.file().path(),
        "line": place.line(),
        "column": place.column(),
        "of": tested.mutant.of(),
        "change": tested.mutant.change(),
        "says": tested.mutant.says(),
        "argued": argued,
        "case": case.map(|case| &case.text),
    })
}

/// As much of a line as has room, with what stands at a place in it.
fn clipped(line: &str, at: usize, most: usize) -> String {
    let count = line.chars().count();
    if count <= most {
        return line.to_owned();
    }
    // What changes is seen with as much before it as after it, where it would not be seen from the beginning.
    let start = if at < most * 2 / 3 { 0 } else { at.saturating_sub(most / 2).min(count - most) };
    let (before, after) = (usize::from(start > 0), usize::from(start + most < count));
    let seen = line.chars().skip(start + before).take(most.saturating_sub(before + after));
    "…".chars().take(before).chain(seen).chain("…".chars().take(after)).collect()
}

/// A text in lines of at most `width` characters where it has spaces to break at.
fn wrapped(text: &str, first: usize, indent: usize, width: usize) -> String {
    let mut out = String::new();
    let mut column = first;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if !out.is_empty() && column + 1 + length > width {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        } else if !out.is_empty() {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::clipped;

    #[test]
    fn a_long_line_is_seen_where_it_changes() {
        let line = "one two three four five six seven";
        for (at, most, expected) in [
            (0, 33, line),
            (4, 12, "one two thr…"),
            (19, 12, "…four five …"),
            (28, 12, "…e six seven"),
            (60, 12, "…e six seven"),
        ] {
            let shown = clipped(line, at, most);
            assert_eq!(shown, expected, "{at}");
            assert!(shown.chars().count() <= most);
        }
    }
}
