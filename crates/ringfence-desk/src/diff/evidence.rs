//! What became known, or was restated, between two days.

use std::collections::{BTreeMap, BTreeSet};

use ringfence_core::Date;
use ringfence_core::case::{Case, Evidence, Given, Rejection, Row, Vintage};
use ringfence_core::pack::Pack;
use ringfence_core::types::Value;
use ringfence_reporting::comparison::{Restated, Stated};

/// The facts of which some case has other evidence on two days, in the order of their names.
pub(super) fn differing(cases: &[Case], old: Option<Date>, new: Option<Date>) -> Vec<String> {
    let facts = cases.iter().flat_map(|case| &case.facts);
    let differs = |evidence: &Evidence| said(evidence, old) != said(evidence, new);
    let names: BTreeSet<&String> = facts.filter(|(_, evidence)| differs(evidence)).map(|(fact, _)| fact).collect();
    names.into_iter().cloned().collect()
}

/// What evidence says by a day, wherever it comes from: a figure that was published again is the same.
fn said(evidence: &Evidence, by: Option<Date>) -> Option<Evidence> {
    fn strip<T>(vintages: &mut [Vintage<T>]) {
        for vintage in vintages {
            vintage.source = None;
        }
    }
    let mut said = evidence.as_known_by(by)?;
    match &mut said {
        Evidence::One(vintages) => strip(vintages),
        Evidence::Series(series) => series.values_mut().for_each(|vintages| strip(vintages)),
        Evidence::List(vintages) => strip(vintages),
    }
    Some(said)
}

/// Whether a signature, decision or waiver became known between two days.
pub(super) fn acts_differ(cases: &[Case], old: Option<Date>, new: Option<Date>) -> bool {
    let between = |day: Date| old.is_none_or(|old| day <= old) != new.is_none_or(|new| day <= new);
    cases.iter().any(|case| {
        let signed = case.sign_offs.values().flatten().map(|signature| signature.known.unwrap_or(signature.date));
        let discharged = case.sign_offs.values().flatten().filter_map(|signature| signature.discharged);
        let decided = case.decisions.values().map(|decided| decided.on);
        let waived = case.waivers.values().flatten().map(|waiver| waiver.on);
        signed.chain(discharged).chain(decided).chain(waived).any(between)
    })
}

/// The cases with some facts as they were known by a day, each its own.
pub(super) fn settled(cases: &[Case], facts: &[(&str, Option<Date>)]) -> Vec<Case> {
    let mut settled = cases.to_vec();
    for case in &mut settled {
        for (fact, by) in facts {
            let Some(evidence) = case.facts.remove(*fact) else { continue };
            case.facts.extend(evidence.as_known_by(*by).map(|known| ((*fact).to_owned(), known)));
        }
    }
    settled
}

/// The figures of a case that became known or changed between two days.
pub(super) fn restated(
    pack: &Pack,
    titles: &BTreeMap<String, String>,
    case: &Case,
    (old, new): (Option<Date>, Option<Date>),
) -> Vec<Restated> {
    let mut found = Vec::new();
    for (fact, evidence) in &case.facts {
        let mut add = |period: Option<String>, old: Option<Stated>, new: Option<Stated>| {
            if old.as_ref().map(|stated| &stated.shown) != new.as_ref().map(|stated| &stated.shown) {
                let (case, recipient) = (case.id.clone(), case.recipient.clone());
                let (fact, title) = (fact.clone(), titles.get(fact).unwrap_or(fact).clone());
                found.push(Restated { case, recipient, fact, title, period, old, new });
            }
        };
        let (before, after) = (evidence.as_known_by(old), evidence.as_known_by(new));
        let value = |value: &Value| pack.shown(fact, value);
        match evidence {
            Evidence::One(_) => {
                let of = |evidence: &Option<Evidence>| match evidence {
                    Some(Evidence::One(vintages)) => vintages.first().map(|vintage| stated(vintage, value)),
                    _ => None,
                };
                add(None, of(&before), of(&after));
            }
            Evidence::List(_) => {
                let of = |evidence: &Option<Evidence>| match evidence {
                    Some(Evidence::List(vintages)) => {
                        vintages.first().map(|vintage| stated(vintage, |rows| records(rows)))
                    }
                    _ => None,
                };
                add(None, of(&before), of(&after));
            }
            Evidence::Series(series) => {
                for period in series.keys() {
                    let of = |evidence: &Option<Evidence>| match evidence {
                        Some(Evidence::Series(series)) => {
                            series.get(period)?.first().map(|vintage| stated(vintage, value))
                        }
                        _ => None,
                    };
                    add(Some(period.to_string()), of(&before), of(&after));
                }
            }
        }
    }
    found
}

fn stated<T>(vintage: &Vintage<T>, show: impl Fn(&T) -> String) -> Stated {
    let shown = match &vintage.given {
        Given::Known(value) => show(value),
        Given::Missing(why) => format!("missing: {why}"),
        Given::Rejected(Rejection { found, because }) => format!("{found}, not believed: {because}"),
        Given::NotApplicable(why) => format!("does not apply: {why}"),
    };
    Stated { shown, source: vintage.source.clone() }
}

/// The records of a list, each with its fields.
fn records(rows: &[Row]) -> String {
    let field = |(name, given): (&String, &Given<Value>)| match given {
        Given::Known(value) => format!("{name} {value}"),
        Given::Missing(_) => format!("{name} missing"),
        Given::Rejected(Rejection { found, .. }) => format!("{name} {found}, not believed"),
        Given::NotApplicable(_) => format!("{name} does not apply"),
    };
    let rows: Vec<String> = rows.iter().map(|row| row.iter().map(field).collect::<Vec<_>>().join(", ")).collect();
    if rows.is_empty() { "none".to_owned() } else { rows.join("; ") }
}
