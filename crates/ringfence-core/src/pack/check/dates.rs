//! Days: parameters without a value, with two, or long unconfirmed, and deadlines that come too late.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Checked, scripts_of, warn};
use crate::diagnostic::Code;
use crate::fields::Mistakes;
use crate::language::ir::{Expr, Kind};
use crate::pack::{Condition, Deadline, Fund, Interval, Parameter, SignOff, Test};
use crate::ruling::Status;
use crate::source::Place;

/// Parameters that nobody has found in a source; a change that was cancelled moves no money.
pub(super) fn unverified(checked: &Checked<'_>, mistakes: &mut Mistakes) {
    let help = "every ruling that uses it says so; find a source for it";
    for parameter in &checked.pack.parameters {
        for (_, dated) in parameter.standing().filter(|(_, dated)| dated.status == Status::Unverified) {
            let message = format!("nobody has verified the parameter `{}` from {}", parameter.name, dated.from);
            warn(mistakes, Code::UNVERIFIED, dated.place.clone(), message, help);
        }
    }
    for table in &checked.pack.tables {
        for version in table.versions.iter().filter(|version| version.status == Status::Unverified) {
            let message = format!("nobody has verified the table `{}` from {}", table.name, version.from);
            warn(mistakes, Code::UNVERIFIED, version.place.clone(), message, help);
        }
    }
    for calendar in checked.pack.calendars.iter().filter(|calendar| calendar.status == Status::Unverified) {
        let message = format!("nobody has verified the calendar `{}`", calendar.name);
        warn(mistakes, Code::UNVERIFIED, calendar.place.clone(), message, help);
    }
}

/// Parameters that were last confirmed before the last day that the pack itself names.
///
/// That is the last day on which it is in force; or, where it has no end, the day of its `rules-at`.
pub(super) fn unconfirmed(checked: &Checked<'_>, mistakes: &mut Mistakes) {
    let pack = checked.pack;
    let last = pack.in_force.until.and_then(|until| until.yesterday().ok()).or(pack.rules_at);
    for parameter in &pack.parameters {
        let (Some(confirmed), Some(last)) = (parameter.confirmed, last) else { continue };
        if confirmed < last {
            let place = checked.declared("parameters", &parameter.name);
            let place = place.and_then(|entry| entry.value.get("confirmed")).map(|node| node.place.clone());
            let message = format!(
                "the parameter `{}` was last confirmed on {confirmed}, and rules apply up to {last}",
                parameter.name
            );
            let help = "look it up again, and write the day on which you did";
            warn(mistakes, Code::UNCONFIRMED, place.unwrap_or_else(|| parameter.place.clone()), message, help);
        }
    }
}

/// Days on which a parameter has no value although a rule in force needs it: there would be no ruling.
pub(super) fn gaps(checked: &Checked<'_>, mistakes: &mut Mistakes) {
    let needs = needs(checked);
    for (parameter, needs) in checked.pack.parameters.iter().zip(needs) {
        let mut missing = |from: Option<Date>, until: Option<Date>, place: &Place| {
            for need in &needs {
                let from = from.map_or(need.from, |from| from.max(need.from));
                let until = earlier(until, need.until);
                if until.is_none_or(|until| from < until) {
                    let end = until.map(|until| format!(" until {until}")).unwrap_or_default();
                    let message = format!("the parameter `{}` has no value from {from}{end}", parameter.name);
                    let help = "a case is not ruled on as at such a day; give a value for it, or say under \
                                `withdrawn` why there is none";
                    warn(mistakes, Code::PARAMETER_GAP, place.clone(), message, help);
                    return;
                }
            }
        };
        let standing: Vec<_> = parameter.standing().collect();
        match standing.first() {
            Some((_, first)) => missing(None, Some(first.from), &first.place),
            None => missing(None, None, &parameter.place),
        }
        for (at, (_, dated)) in standing.iter().enumerate() {
            let Some(until) = dated.until else { continue };
            let next = standing.get(at + 1).map(|(_, next)| next.from);
            // A day that an earlier, longer value still claims is no gap.
            let covered = standing.iter().take(at).any(|(_, before)| before.until.is_some_and(|end| end > until));
            if !covered && next.is_none_or(|next| until < next) {
                missing(Some(until), next, &dated.place);
            }
        }
    }
}

/// The days on which the rules need each parameter: all, or those of the conditions that read it.
///
/// As evaluation sees it, which needs the parameters of every value, check of evidence, fund and deadline.
fn needs(checked: &Checked<'_>) -> Vec<Vec<Interval>> {
    let pack = checked.pack;
    let mut needs: Vec<Vec<Interval>> = vec![Vec::new(); pack.parameters.len()];
    let mut need = |slot: u32, interval: Interval| {
        if let Some(known) = needs.get_mut(slot as usize)
            && !known.contains(&interval)
        {
            known.push(interval);
        }
    };
    let mut script = |script: &Expr, interval: Interval| {
        script.walk(&mut |node| {
            if let Kind::Parameter(slot) = node.kind {
                need(slot, interval);
            }
        });
    };
    for found in checked.scripts_of_every_day() {
        script(found, pack.in_force);
    }
    for condition in &pack.conditions {
        let own = condition.in_force.and_then(|own| common(own, pack.in_force)).unwrap_or(pack.in_force);
        for found in scripts_of(condition) {
            script(found, own);
        }
    }
    for sign_off in &pack.sign_offs {
        if let Some(Deadline::Parameter(slot)) = sign_off.by {
            need(slot, pack.in_force);
        }
    }
    needs
}

fn common(left: Interval, right: Interval) -> Option<Interval> {
    let both = Interval { from: left.from.max(right.from), until: earlier(left.until, right.until) };
    both.until.is_none_or(|until| both.from < until).then_some(both)
}

/// The earlier of two ends; none is later than any.
fn earlier(left: Option<Date>, right: Option<Date>) -> Option<Date> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.min(right)),
        (left, right) => left.or(right),
    }
}

/// Days that two values of a parameter claim.
pub(super) fn overlaps(checked: &Checked<'_>, mistakes: &mut Mistakes) {
    for parameter in &checked.pack.parameters {
        let standing: Vec<_> = parameter.standing().collect();
        for (at, (number, second)) in standing.iter().enumerate() {
            let claims = |first: &&(usize, &crate::pack::Dated)| first.1.until.is_some_and(|end| second.from < end);
            let Some((_, first)) = standing.iter().take(at).find(claims) else { continue };
            let until = earlier(first.until, parameter.end_of(*number));
            let until = until.map(|until| format!(" until {until}")).unwrap_or_default();
            let message =
                format!("two values of the parameter `{}` claim the days from {}{until}", parameter.name, second.from);
            let help = format!("end the value from {} with `until: {}`", first.from, second.from);
            warn(mistakes, Code::PARAMETER_OVERLAP, second.place.clone(), message, &help);
        }
    }
}

/// Deadlines of what must be there before a fund is paid, and that come after it is.
///
/// A fund in tranches is paid from the end of its first period on. No deadline that comes after the last day of the
/// rules can be kept or missed under them.
pub(super) fn late_deadlines(checked: &Checked<'_>, mistakes: &mut Mistakes) {
    let pack = checked.pack;
    let mut told = BTreeSet::new();
    for fund in &pack.funds {
        for index in gates(checked, fund) {
            let Some(condition) = pack.conditions.get(index as usize) else { continue };
            let Test::SignOff(at) = condition.test else { continue };
            let Some(sign_off) = pack.sign_offs.get(at as usize) else { continue };
            for (date, place) in deadlines(checked, sign_off) {
                let Some(why) = too_late(checked, fund, condition, date) else { continue };
                if told.insert((place.file().path().to_owned(), place.line(), place.column())) {
                    let message = format!("the deadline of the sign-off `{}`, {date}, is after {why}", sign_off.id);
                    let help = "check both days; if the scheme did pay before it was due, say so with `allow`";
                    warn(mistakes, Code::LATE_DEADLINE, place, message, help);
                }
            }
        }
    }
}

/// The conditions that gate a fund, and those that they are made of.
fn gates(checked: &Checked<'_>, fund: &Fund) -> Vec<u32> {
    let mut found = BTreeSet::new();
    let mut open = fund.gates.clone();
    while let Some(index) = open.pop() {
        if found.insert(index)
            && let Some(Condition { test: Test::Of { of, .. }, .. }) = checked.pack.conditions.get(index as usize)
        {
            open.extend(of);
        }
    }
    found.into_iter().collect()
}

/// The last days of a sign-off under each of the rules there are, and where each is written.
fn deadlines(checked: &Checked<'_>, sign_off: &SignOff) -> Vec<(Date, Place)> {
    match sign_off.by {
        None => Vec::new(),
        Some(Deadline::Date(date)) => {
            let entry = checked.declared("sign-offs", &sign_off.id);
            let node = entry.and_then(|entry| entry.value.get("by"));
            node.map(|node| (date, node.place.clone())).into_iter().collect()
        }
        Some(Deadline::Parameter(slot)) => {
            let parameter = checked.pack.parameters.get(slot as usize);
            let dated = parameter.into_iter().flat_map(Parameter::standing);
            dated
                .filter_map(|(_, dated)| match dated.value {
                    Some((_, crate::types::Value::Date(date))) => Some((date, dated.place.clone())),
                    _ => None,
                })
                .collect()
        }
    }
}

/// What a deadline comes after, if it is too late for a fund.
fn too_late(checked: &Checked<'_>, fund: &Fund, condition: &Condition, date: Date) -> Option<String> {
    let pack = checked.pack;
    let ends = |interval: Interval| {
        let last = interval.until.filter(|until| *until <= date)?.yesterday().ok()?;
        Some(format!("{last}, the last day of"))
    };
    if let Some(last) = ends(pack.in_force) {
        return Some(format!("{last} these rules"));
    }
    if let Some(last) = condition.in_force.and_then(ends) {
        return Some(format!("{last} the condition `{}`", condition.id));
    }
    let first = pack.periods.filter(|_| fund.tranches)?.first();
    let last = first.last_day().filter(|last| *last < date)?;
    Some(format!("{last}, the last day of the first period that the fund `{}` is paid for", fund.id))
}
