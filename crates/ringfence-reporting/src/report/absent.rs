//! Evidence that is missing: told once in full, and elsewhere in a word.

use ringfence_core::ruling::{Missing, Ruling};

use super::checks::{in_short, is_told};
use super::{ended, listed, title_of};
use crate::document::{Line, capital};

/// Reasons up to this length stand where they matter; longer ones are told once.
const SHORT: usize = 40;

/// Where a longer reason stands.
pub(super) const SEE: &str = "see Missing evidence";

/// What is said of one thing in several periods, with reasons that differ in figures only.
pub(super) struct Said<K> {
    pub(super) what: K,
    periods: Vec<String>,
    reasons: Vec<String>,
}

/// What is said of one thing, put together where the reasons differ in figures only.
pub(super) fn grouped<K: PartialEq>(said: impl IntoIterator<Item = (K, Option<String>, String)>) -> Vec<Said<K>> {
    let mut out: Vec<Said<K>> = Vec::new();
    for (what, period, reason) in said {
        let fits = |known: &&mut Said<K>| {
            known.what == what
                && period.as_ref().is_some_and(|period| !known.periods.is_empty() && !known.periods.contains(period))
                && known.reasons.first().is_some_and(|first| are_alike(first, &reason))
        };
        match out.iter_mut().find(fits) {
            Some(known) => {
                known.periods.extend(period);
                known.reasons.push(reason);
            }
            None => out.push(Said { what, periods: period.into_iter().collect(), reasons: vec![reason] }),
        }
    }
    out
}

impl<K> Said<K> {
    /// ` for 2015-16 Q1, Q2 and Q3`, or nothing.
    pub(super) fn when(&self) -> String {
        if self.periods.is_empty() { String::new() } else { format!(" for {}", periods_listed(&self.periods)) }
    }

    /// The reasons as one: `the figure supplied, 724 for 2015-16 Q2 and 704 for 2015-16 Q3, is not believed`.
    pub(super) fn reason(&self) -> String {
        let [first, rest @ ..] = self.reasons.as_slice() else { return String::new() };
        if rest.iter().all(|reason| reason == first) {
            return first.clone();
        }
        let words: Vec<Vec<&str>> = self.reasons.iter().map(|reason| reason.split(' ').collect()).collect();
        let Some((one, others)) = words.split_first() else { return String::new() };
        let differs = |at: &usize| others.iter().any(|other| other.get(*at) != one.get(*at));
        let from = (0..one.len()).find(differs).unwrap_or(0);
        let to = (0..one.len()).rfind(differs).map_or(0, |last| last + 1);
        let part = |words: &[&str], from, to| words.get(from..to).unwrap_or_default().join(" ");
        let middle: Vec<String> = words.iter().map(|words| part(words, from, to)).collect();
        let bare: Vec<&str> = middle.iter().map(|text| text.trim_end_matches([',', ';', ':', ')'])).collect();
        let after = middle.first().zip(bare.first()).and_then(|(text, bare)| text.strip_prefix(bare)).unwrap_or("");
        let told = if bare.iter().any(|text| text.contains(' ')) {
            bare.join(", ")
        } else {
            let each = bare.iter().zip(&self.periods).map(|(text, period)| format!("{text} for {period}"));
            listed(&each.collect::<Vec<_>>())
        };
        let whole = [part(one, 0, from), format!("{told}{after}"), part(one, to, one.len())];
        whole.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// Whether two reasons are the same but for figures.
fn are_alike(left: &str, right: &str) -> bool {
    let is_figure = |word: &str| word.starts_with(|letter: char| letter.is_ascii_digit() || letter == '£');
    let same = |(left, right): (&str, &str)| left == right || (is_figure(left) && is_figure(right));
    left.split(' ').count() == right.split(' ').count() && left.split(' ').zip(right.split(' ')).all(same)
}

/// `2014-15 Q4, 2015-16 Q1, Q2 and Q3`: a year is not said again.
pub(super) fn periods_listed(periods: &[String]) -> String {
    let mut year = None;
    let short: Vec<String> = periods
        .iter()
        .map(|period| match period.rsplit_once(' ') {
            Some((of, part)) if year == Some(of) => part.to_owned(),
            split => {
                year = split.map(|(of, _)| of);
                period.clone()
            }
        })
        .collect();
    listed(&short)
}

/// What is missing, why, and what that leaves open; the periods of one fact together. Why a figure is not believed is
/// told under “Data checks”.
pub(super) fn missing_lines(ruling: &Ruling, missing: &[&Missing]) -> Vec<Line> {
    let entries = missing
        .iter()
        .map(|missing| ((&missing.title, &missing.leaves_open), missing.period.clone(), in_short(ruling, missing)));
    let lines = grouped(entries).into_iter().map(|said| {
        let (title, leaves_open) = said.what;
        let line =
            Line::new().strong(capital(&format!("{title}{}", said.when()))).plain(": ").plain(ended(&said.reason()));
        let open: Vec<String> = leaves_open.iter().map(|id| format!("“{}”", title_of(ruling, id))).collect();
        if open.is_empty() { line } else { line.plain(format!(" This leaves open {}.", listed(&open))) }
    });
    lines.collect()
}

/// Warnings; those that say the same of several periods are put together, and those that only repeat what stands
/// under “Missing evidence” say no more than that. What stands under “Data checks” is left out.
pub(super) fn warning_lines(ruling: &Ruling) -> Vec<Line> {
    let told = |title: &str, reason: &str| {
        ruling
            .missing
            .iter()
            .any(|missing| missing.title == title && reason.strip_prefix(": ") == Some(&missing.reason))
    };
    let warnings = ruling.warnings.iter().filter(|text| !is_told(ruling, text));
    let entries = warnings.map(|text| match of_a_period(ruling, text) {
        Some((title, period, reason)) if told(title, reason) => {
            ((Some(title), true), Some(period.to_owned()), SEE.to_owned())
        }
        Some((title, period, reason)) => ((Some(title), false), Some(period.to_owned()), reason.to_owned()),
        None => ((None, false), None, text.clone()),
    });
    let lines = grouped(entries).into_iter().map(|said| match said.what {
        (Some(title), true) => Line::from(format!("“{title}”{}: not counted; {}.", said.when(), said.reason())),
        (Some(title), false) => Line::from(ended(&format!("“{title}”{}{}", said.when(), said.reason()))),
        (None, _) => Line::from(super::sentence(&said.reason())),
    });
    lines.collect()
}

/// Phrases of what would change an answer; those that name one piece of evidence for several periods are one.
pub(super) fn phrases(ruling: &Ruling, phrases: &[String]) -> Vec<Line> {
    let entries = phrases.iter().map(|phrase| {
        let found = ruling.missing.iter().find_map(|missing| {
            let period = missing.period.as_deref()?;
            Some((phrase.strip_suffix(period)?.strip_suffix(" for ")?, period))
        });
        match found {
            Some((what, period)) => (what, Some(period.to_owned()), String::new()),
            None => (phrase.as_str(), None, String::new()),
        }
    });
    grouped(entries).iter().map(|said| Line::from(super::sentence(&format!("{}{}", said.what, said.when())))).collect()
}

/// `“Title” for period: reason`, taken apart. What follows the period keeps its colon or its verb.
pub(super) fn of_a_period<'a>(ruling: &Ruling, text: &'a str) -> Option<(&'a str, &'a str, &'a str)> {
    let (title, rest) = text.strip_prefix('“')?.split_once("” for ")?;
    let periods = ruling.evidence.iter().filter_map(|evidence| evidence.period.as_deref());
    let length = periods.filter(|period| rest.starts_with(*period)).map(str::len).max()?;
    let (period, after) = rest.split_at_checked(length)?;
    Some((title, period, after))
}

/// The same text, where the reasons why evidence is missing are long and stand under “Missing evidence”.
pub(super) fn brief(ruling: &Ruling, text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, from)) = rest.find('“').and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        if let Some((told, after)) = run(ruling, from) {
            out.push_str(&told);
            rest = after;
        } else {
            out.push('“');
            rest = from.strip_prefix('“').unwrap_or_default();
        }
    }
    out.push_str(rest);
    out
}

/// A derived value that is missing, without the evidence it would need.
pub(super) fn brief_value(shown: &str) -> String {
    match shown.strip_prefix("missing: ") {
        Some(why) if why.chars().count() > SHORT => format!("missing ({SEE})"),
        _ => shown.to_owned(),
    }
}

/// A piece of missing evidence as a sentence names it.
struct Named<'a> {
    title: &'a str,
    periods: Vec<String>,
    reason: &'a str,
}

/// Pieces of missing evidence that follow each other, at the start of a text, said more briefly.
fn run<'a>(ruling: &Ruling, text: &'a str) -> Option<(String, &'a str)> {
    let mut found: Vec<Named<'_>> = Vec::new();
    let mut after = text;
    let mut next = Some(text);
    while let Some((named, rest)) = next.and_then(|text| one(ruling, text)) {
        found.push(named);
        after = rest;
        next = rest.strip_prefix(", ").or_else(|| rest.strip_prefix(" and "));
    }
    if found.iter().all(|named| named.reason.chars().count() <= SHORT) {
        return None;
    }
    let mut titles: Vec<(&str, Vec<String>)> = Vec::new();
    for named in found {
        match titles.iter_mut().find(|(title, _)| *title == named.title) {
            Some((_, periods)) => periods.extend(named.periods),
            None => titles.push((named.title, named.periods)),
        }
    }
    let mut told: Vec<String> = titles
        .iter()
        .map(|(title, periods)| match periods.as_slice() {
            [] => format!("“{title}”"),
            periods => format!("“{title}” for {}", periods_listed(periods)),
        })
        .collect();
    let more = after.strip_prefix(" and ").and_then(|rest| rest.split_once(" more"));
    if let Some((count, rest)) = more.filter(|(count, _)| count.bytes().all(|byte| byte.is_ascii_digit())) {
        told.push(format!("{count} more"));
        after = rest;
    }
    Some((format!("{} ({SEE})", listed(&told)), after))
}

/// `“Title” for 2015-16 Q1 and 2015-16 Q2 (reason)` at the start of a text.
fn one<'r, 'a>(ruling: &'r Ruling, text: &'a str) -> Option<(Named<'r>, &'a str)> {
    ruling.missing.iter().find_map(|missing| {
        let mut rest = text.strip_prefix('“')?.strip_prefix(missing.title.as_str())?.strip_prefix('”')?;
        let mut periods = Vec::new();
        while let Some((period, after)) = period(ruling, rest, periods.is_empty()) {
            periods.push(period.to_owned());
            rest = after;
        }
        let rest = rest.strip_prefix(" (")?.strip_prefix(missing.reason.as_str())?.strip_prefix(')')?;
        Some((Named { title: &missing.title, periods, reason: &missing.reason }, rest))
    })
}

fn period<'r, 'a>(ruling: &'r Ruling, text: &'a str, is_first: bool) -> Option<(&'r str, &'a str)> {
    let text = if is_first {
        text.strip_prefix(" for ")?
    } else {
        text.strip_prefix(", ").or_else(|| text.strip_prefix(" and "))?
    };
    let periods = ruling.missing.iter().filter_map(|missing| missing.period.as_deref());
    periods.filter_map(|period| Some((period, text.strip_prefix(period)?))).max_by_key(|(period, _)| period.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(said: &[(&str, &str)]) -> Vec<(String, String)> {
        let entries = said.iter().map(|(period, reason)| ((), Some((*period).to_owned()), (*reason).to_owned()));
        grouped(entries).iter().map(|said| (said.when(), said.reason())).collect()
    }

    #[test]
    fn reasons_that_differ_in_figures_are_one() {
        assert_eq!(
            reason(&[("2015-16 Q2", "the figure, 724, is wrong"), ("2015-16 Q3", "the figure, 704, is wrong")]),
            [(
                " for 2015-16 Q2 and Q3".to_owned(),
                "the figure, 724 for 2015-16 Q2 and 704 for 2015-16 Q3, is wrong".to_owned()
            )]
        );
        assert_eq!(
            reason(&[("Q1", "none for 2015-04, 2015-05 (00F)"), ("Q2", "none for 2015-07, 2015-08 (00F)")]),
            [(" for Q1 and Q2".to_owned(), "none for 2015-04, 2015-05, 2015-07, 2015-08 (00F)".to_owned())]
        );
        assert_eq!(reason(&[("Q1", "did not submit"), ("Q2", "was not believed")]).len(), 2);
    }

    #[test]
    fn a_year_is_not_said_again() {
        let periods = ["2014-15 Q4", "2015-16 Q1", "2015-16 Q2"].map(str::to_owned);
        assert_eq!(periods_listed(&periods), "2014-15 Q4, 2015-16 Q1 and Q2");
        assert_eq!(periods_listed(&["May".to_owned(), "June".to_owned()]), "May and June");
    }
}
