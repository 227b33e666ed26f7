//! The instalments of a fund: what each released, and the steps that led there.

use ringfence_core::money::{Currency, Money};
use ringfence_core::ruling::{FundRuling, GateFound, Step};

use super::{capital, shown};
use crate::document::{Line, Table};

/// Stands where nothing can be said.
const NOTHING: &str = "–";

/// The instalments, period by period. Parts that are nothing throughout are left out.
///
/// The steps in `also` become columns where these fit the page.
pub(super) fn tranches(currency: &Currency, fund: &FundRuling, also: &[usize]) -> Table {
    let recovered = fund.tranches.iter().any(|tranche| !tranche.recovered.is_zero());
    let undetermined = fund.tranches.iter().any(|tranche| !tranche.undetermined.is_zero());
    let mut table =
        Table::new().words("Period").figures("Not yet paid").figures(earned_words(fund)).figures("Released");
    if recovered {
        table = table.figures("Taken back");
    }
    if undetermined {
        table = table.figures("Not decided");
    }
    let columns: Vec<(String, Vec<String>)> = also.iter().map(|index| column(fund, *index)).collect();
    table = columns.iter().fold(table, |table, (title, _)| table.figures_if_room(title));
    let mut open = false;
    for (row, tranche) in fund.tranches.iter().enumerate() {
        let certain = |amount: Option<Money>| match amount {
            Some(_) if open => NOTHING.to_owned(),
            amount => shown(currency, amount),
        };
        let paid = |amount: Money| if tranche.opening.is_none() { NOTHING.to_owned() } else { certain(Some(amount)) };
        let period = &tranche.period;
        let mut cells = vec![
            if tranche.already_paid { format!("{period} (paid)") } else { period.clone() },
            certain(tranche.opening),
            shown(currency, tranche.earned),
            paid(tranche.released),
        ];
        if recovered {
            cells.push(paid(tranche.recovered));
        }
        if undetermined {
            cells.push(paid(tranche.undetermined));
        }
        cells.extend(columns.iter().filter_map(|(_, cells)| cells.get(row).cloned()));
        table.row(cells.into_iter().map(Line::from));
        open |= !tranche.undetermined.is_zero();
    }
    table
}

/// What the release rule gives is not yet anybody's money where a gate is not met or open.
fn earned_words(fund: &FundRuling) -> &'static str {
    if is_through(fund) { "Earned" } else { "Earned by the rule" }
}

/// Whether every gate lets money through.
pub(super) fn is_through(fund: &FundRuling) -> bool {
    fund.gates.iter().all(GateFound::lets_through)
}

/// What a reader must know of a table with money that is not decided.
pub(super) fn tranches_note(fund: &FundRuling) -> Option<String> {
    let open = fund.tranches.iter().find(|tranche| !tranche.undetermined.is_zero())?;
    let is_last = fund.tranches.last() == Some(open);
    (!is_last).then(|| {
        format!(
            "What is not decided in {} is everything left of the fund, so the instalments after it are open too ({NOTHING}).",
            open.period
        )
    })
}

/// The steps of the first instalment with their numbers, if every other has the same names and formulas. A step that
/// only gives the result of the one before another name is left out.
pub(super) fn common_rule(fund: &FundRuling) -> Vec<(usize, &Step)> {
    let form = |steps: &[Step]| steps.iter().map(|step| (step.name.clone(), step.formula.clone())).collect::<Vec<_>>();
    let Some((first, rest)) = fund.tranches.split_first() else { return Vec::new() };
    if rest.is_empty() || rest.iter().any(|tranche| form(&tranche.steps) != form(&first.steps)) {
        return Vec::new();
    }
    let renames = |index: usize| {
        index > 0
            && fund.tranches.iter().all(|tranche| match (tranche.steps.get(index - 1), tranche.steps.get(index)) {
                (Some(before), Some(step)) => {
                    step.result == before.result && (step.substituted == "?" || step.substituted == step.result)
                }
                _ => false,
            })
    };
    first.steps.iter().enumerate().filter(|(index, _)| !renames(*index)).collect()
}

/// The steps that say most on why an instalment earned what it did: the counts that the last count was taken from.
pub(super) fn telling(fund: &FundRuling) -> Vec<usize> {
    if fund.amount.is_none() {
        return Vec::new();
    }
    let rule = common_rule(fund);
    let is_count = |index: usize| {
        let results = fund.tranches.iter().filter_map(|tranche| tranche.steps.get(index)).map(|step| &step.result);
        let digit =
            |result: &&String| result.trim_start_matches('-').starts_with(|letter: char| letter.is_ascii_digit());
        results.clone().any(|result| digit(&result)) && unit(fund, index).is_some()
    };
    let counts: Vec<(usize, &Step)> = rule.into_iter().filter(|(index, _)| is_count(*index)).collect();
    let Some((last, step)) = counts.last() else { return Vec::new() };
    let words: Vec<&str> =
        step.formula.split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == '.')).collect();
    let named: Vec<usize> = counts
        .iter()
        .filter(|(index, other)| index != last && name_of(other).is_some_and(|name| words.contains(&name)))
        .map(|(index, _)| *index)
        .collect();
    if named.is_empty() { vec![*last] } else { named }
}

/// The name that scripts use, where the formula says it: `planned_to_date = …`.
pub(super) fn name_of(step: &Step) -> Option<&str> {
    let (name, _) = step.formula.split_once(" = ")?;
    name.chars().all(|letter| letter.is_alphanumeric() || letter == '_').then_some(name)
}

/// The results of the steps, a row for each period; left out of a page that it does not fit.
pub(super) fn results(fund: &FundRuling, rule: &[(usize, &Step)]) -> Table {
    let columns: Vec<(String, Vec<String>)> = rule.iter().map(|(index, _)| column(fund, *index)).collect();
    let table = Table::new().words("Period").if_room();
    let mut table = columns.iter().fold(table, |table, (title, _)| table.figures_if_room(title));
    for (row, tranche) in fund.tranches.iter().enumerate() {
        let cells = columns.iter().filter_map(|(_, cells)| cells.get(row)).map(|cell| Line::from(cell.as_str()));
        table.row(std::iter::once(Line::from(tranche.period.as_str())).chain(cells));
    }
    table
}

/// A step as a column: its name with its unit, and the results without.
fn column(fund: &FundRuling, index: usize) -> (String, Vec<String>) {
    let steps = || fund.tranches.iter().filter_map(|tranche| tranche.steps.get(index));
    let unit = unit(fund, index);
    let name = steps().next().map_or(String::new(), |step| capital(&step.name));
    let title = match unit {
        Some(unit) if !name.to_lowercase().contains(&unit.to_lowercase()) => format!("{name}, {unit}"),
        _ => name,
    };
    let bare = |result: &str| unit.and_then(|unit| result.strip_suffix(unit)).unwrap_or(result).trim_end().to_owned();
    (title, steps().map(|step| bare(&step.result)).collect())
}

/// The unit that every known result ends with: `admissions`.
fn unit(fund: &FundRuling, index: usize) -> Option<&str> {
    let results = fund.tranches.iter().filter_map(|tranche| tranche.steps.get(index)).map(|step| step.result.as_str());
    let mut units = results
        .filter(|result| result.contains(|letter: char| letter.is_ascii_digit()))
        .map(|result| result.split_once(' ').map(|(_, unit)| unit));
    let first = units.next()??;
    units.all(|unit| unit == Some(first)).then_some(first)
}
