//! A case that was found, as its author would write it, with what the rules decide of it now.

use std::collections::BTreeSet;
use std::path::Path;

use ringfence_core::case::Case;
use ringfence_core::evaluate::Options;
use ringfence_core::money::Money;
use ringfence_core::pack::{Mutant, Pack};
use ringfence_core::ruling::{Finding, FundRuling, Ruling};
use ringfence_loaders::canonical;

use super::seek::{Change, Found};
use crate::path::from;

/// A case that notices a mutant, ready to be reviewed and kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCase {
    /// Its id, which no other case of the pack has.
    pub id: String,
    /// Its YAML.
    pub text: String,
    /// The case that it stands on, and what it changes.
    base: String,
    change: String,
}

impl NewCase {
    /// The case in a folder. Nothing where the pack does not rule on it.
    pub(super) fn new(
        pack: &mut Pack,
        mutant: &Mutant,
        found: &Found,
        folder: &Path,
        taken: &BTreeSet<String>,
    ) -> Option<Self> {
        let case = pack.read_case(&found.document).ok()?;
        let ruling = pack.evaluate(&case, &Options::default()).ok()?;
        let expect = expected(pack, mutant, &case, &ruling);
        let id = id_of(mutant, taken);
        let base = from(folder, Path::new(&found.base));
        let change = match &found.change {
            Change::Set(path, text) => format!("set:\n  {}: {text}\n", quoted(path)),
            Change::RulesAt(day) => format!("rules-at: {day}\n"),
        };
        let title = quoted(&format!("Tells the rules from a change of the {}", mutant.of()));
        let tells = quoted(&format!("noticed by no other case: {}", mutant.says()));
        let text = format!("case: {id}\ntitle: {title}\ntells: {tells}\nbase: {}\n{change}{expect}", quoted(&base));
        // As `ringfence fmt` leaves it, so that it is kept as it is found.
        let text = canonical::form(&id, &text).unwrap_or(text);
        let change = match &found.change {
            Change::Set(path, text) => format!("{path}: {text}"),
            Change::RulesAt(day) => format!("rules-at: {day}"),
        };
        Some(Self { id, text, base, change })
    }

    /// What it stands on, and what it changes.
    pub(super) fn in_short(&self) -> String {
        format!("`{}` with `{}`", self.base, self.change)
    }
}

/// `data-sharing-12-7`, and a number where another case is called so.
fn id_of(mutant: &Mutant, taken: &BTreeSet<String>) -> String {
    let name = mutant.of().split_once(' ').map_or(mutant.of(), |(_, name)| name);
    let name: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let id = format!("{}-{}-{}", name.to_lowercase(), mutant.place().line(), mutant.place().column());
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    std::iter::once(id.clone()).chain(numbered).find(|id| !taken.contains(id)).unwrap_or(id)
}

/// What the rules decide of a case, as far as the mutant decides otherwise.
fn expected(pack: &mut Pack, mutant: &Mutant, case: &Case, ruling: &Ruling) -> String {
    let other = pack.with(mutant, |pack| pack.evaluate(case, &Options::default()).ok());
    let mut lines = Vec::new();
    let Some(other) = other else {
        // With the mutant there is no ruling at all: what it is about is enough.
        let about = pack.conditions_of(mutant);
        let of = |finding: &&Finding| about.is_empty() || about.contains(&finding.condition.as_str());
        let outcomes: Vec<String> = ruling.findings.iter().filter(of).map(outcome).collect();
        section(&mut lines, "outcomes", &outcomes);
        return format!("expect:\n{}", lines.concat());
    };
    let outcomes: Vec<String> = ruling
        .findings
        .iter()
        .filter(|finding| {
            let otherwise = other.finding(&finding.condition);
            otherwise.is_none_or(|otherwise| otherwise.outcome != finding.outcome)
        })
        .map(outcome)
        .collect();
    section(&mut lines, "outcomes", &outcomes);
    let values: Vec<String> = ruling
        .values
        .iter()
        .filter(|value| {
            let otherwise = other.values.iter().find(|other| other.name == value.name);
            otherwise.is_none_or(|otherwise| {
                let raw = |value: &ringfence_core::ruling::ValueFound| -> Vec<Option<String>> {
                    value.figures.iter().map(|figure| figure.figure.value.clone()).collect()
                };
                raw(otherwise) != raw(value)
            })
        })
        .map(|value| {
            let figures: Vec<String> =
                value.figures.iter().map(|figure| known(figure.figure.value.as_deref())).collect();
            let per_period = value.figures.iter().all(|figure| figure.period.is_some());
            let shown = if per_period { format!("[{}]", figures.join(", ")) } else { figures.join(", ") };
            format!("    {}: {shown}\n", value.name)
        })
        .collect();
    section(&mut lines, "values", &values);
    let funds: Vec<String> = ruling
        .funds
        .iter()
        .filter(|fund| {
            let otherwise = other.fund(&fund.fund);
            otherwise.is_none_or(|otherwise| parts(otherwise) != parts(fund))
        })
        .map(|fund| format!("    {}: {{ {} }}\n", fund.fund, parts(fund).join(", ")))
        .collect();
    section(&mut lines, "funds", &funds);
    let missing = missing(ruling);
    if self::missing(&other) != missing || lines.is_empty() && !missing.is_empty() {
        let missing: Vec<String> = missing.iter().map(|missing| quoted(missing)).collect();
        lines.push(format!("  missing: [{}]\n", missing.join(", ")));
    }
    if lines.is_empty() {
        let all: Vec<String> = ruling.findings.iter().map(outcome).collect();
        section(&mut lines, "outcomes", &all);
    }
    format!("expect:\n{}", lines.concat())
}

fn outcome(finding: &Finding) -> String {
    format!("    {}: {}\n", finding.condition, finding.outcome.as_str())
}

fn section(lines: &mut Vec<String>, name: &str, entries: &[String]) {
    if !entries.is_empty() {
        lines.push(format!("  {name}:\n{}", entries.concat()));
    }
}

fn known(value: Option<&str>) -> String {
    value.map_or_else(|| "~".to_owned(), quoted)
}

fn parts(fund: &FundRuling) -> Vec<String> {
    let amount = |money: Option<Money>| money.map_or_else(|| "~".to_owned(), |money| money.to_string());
    let mut parts = vec![format!("amount: {}", amount(fund.amount)), format!("earned: {}", amount(fund.earned))];
    parts.extend(fund.dispositions.parts().into_iter().map(|(word, money)| format!("{word}: {money}")));
    if !fund.tranches.is_empty() {
        let earned: Vec<String> = fund.tranches.iter().map(|tranche| amount(tranche.earned)).collect();
        parts.push(format!("tranches: [{}]", earned.join(", ")));
    }
    parts
}

fn missing(ruling: &Ruling) -> Vec<String> {
    let named = ruling.missing.iter().map(|missing| match &missing.period {
        Some(period) => format!("{} {period}", missing.what),
        None => missing.what.clone(),
    });
    let mut named: Vec<String> = named.collect();
    named.sort_unstable();
    named
}

/// A text as YAML: in quotes unless it is plain for certain.
fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || ['-', '_', '.', '/', ' '].contains(&letter);
    let begins = text.starts_with(|letter: char| letter.is_alphanumeric() || letter == '.')
        || text.strip_prefix('-').is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()));
    if begins && text.chars().all(plain) && !text.ends_with(' ') {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}
