//! One case under other evidence, and the single changes that would turn its conditions.
//!
//! A change is looked for in every piece of evidence that the pack declares: each figure of each period, each field of each
//! record, each answer that a person may give, each signature. A number or a day is tried further and further away on both
//! sides until the condition is met, and then narrowed down to the nearest step at which it is: the rules are asked each
//! time, so what is told is what they say. A condition that is met only between two values that are both passed over would
//! be missed; nothing that is told is wrong.

mod inputs;
mod search;

use std::collections::BTreeMap;

use ringfence_core::Date;
use ringfence_core::case::Case;
use ringfence_core::diagnostic::Diagnostic;
use ringfence_core::evaluate::{EvaluateError, Options};
use ringfence_core::exact::Inexact;
use ringfence_core::pack::{Invalid, Pack};
use ringfence_core::ruling::{Finding, FundRuling, PackReference, Ruling};
use ringfence_core::source::{Document, PackSource};
use ringfence_loaders::case;
use ringfence_reporting::comparison::{Compared, Sums};
use ringfence_reporting::what_if::{FindingIf, Found, FundIf, SCHEMA, Set, WhatIf};

/// What cannot be answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WhatIfError {
    /// The pack has mistakes.
    #[error(transparent)]
    Pack(#[from] Invalid),
    /// The case has mistakes, or what is set does.
    #[error("the case has mistakes")]
    Case(Vec<Diagnostic>),
    /// There is no ruling.
    #[error(transparent)]
    Evaluate(#[from] Box<EvaluateError>),
    /// A sum of amounts is too large.
    #[error("a sum of amounts is too large")]
    TooLarge(#[from] Inexact),
}

/// What a case would come to with some of its evidence set, and what single changes would turn its conditions.
///
/// # Errors
/// See [`WhatIfError`].
pub fn what_if(
    source: &PackSource,
    pack: &Pack,
    document: &Document,
    set: &[(String, String)],
    options: &Options,
) -> Result<WhatIf, WhatIfError> {
    let before = read(pack, document)?;
    let mut changed = document.clone();
    for (path, value) in set {
        case::set(&mut changed, &format!("--set {path}"), path, value).map_err(WhatIfError::Case)?;
    }
    let after = read(pack, &changed)?;
    let rule = |case: &Case| pack.evaluate(case, options).map_err(Box::new);
    let (now, then) = (rule(&before)?, rule(&after)?);
    let inputs = inputs::of(&Pack::whole(source)?, pack, &changed, &after);
    let day = then.rules_at;
    let known_by = options.known_by.or(after.known_by);
    let levers = search::levers(pack, &changed, options, (day, known_by), &then, &inputs)?;
    let known = inputs::of(&Pack::whole(source)?, pack, document, &before);
    Ok(WhatIf {
        schema: SCHEMA,
        engine: env!("CARGO_PKG_VERSION"),
        pack: PackReference { ..then.pack.clone() },
        rules_at: day.to_string(),
        case: then.case.id.clone(),
        recipient: then.case.recipient.clone(),
        currency: then.currency.clone(),
        set: set
            .iter()
            .map(|(path, to)| Set {
                path: path.clone(),
                from: match known.iter().find(|input| input.path == *path) {
                    Some(input) => input.written(),
                    None => inputs::signed(document, path),
                },
                to: to.clone(),
            })
            .collect(),
        findings: findings(&now, &then, levers),
        funds: funds(&now, &then)?,
    })
}

fn read(pack: &Pack, document: &Document) -> Result<Case, WhatIfError> {
    pack.read_case(document).map_err(WhatIfError::Case)
}

fn findings(
    now: &Ruling,
    then: &Ruling,
    mut levers: BTreeMap<String, Vec<ringfence_reporting::what_if::Lever>>,
) -> Vec<FindingIf> {
    let found = |finding: &Finding| Found {
        outcome: finding.outcome,
        reason: finding.reason.clone(),
        distance: finding.headroom.as_ref().map(|headroom| headroom.distance.clone()),
    };
    let both = now.findings.iter().zip(&then.findings);
    both.map(|(before, after)| FindingIf {
        condition: after.condition.clone(),
        title: after.title.clone(),
        now: found(before),
        then: found(after),
        turned_by: levers.remove(&after.condition).unwrap_or_default(),
    })
    .collect()
}

fn funds(now: &Ruling, then: &Ruling) -> Result<Vec<FundIf>, Inexact> {
    let sums = |fund: &FundRuling| Sums {
        amount: fund.amount.unwrap_or_default(),
        amount_not_known: i64::from(fund.amount.is_none()),
        dispositions: fund.dispositions,
    };
    let both = now.funds.iter().zip(&then.funds);
    both.map(|(before, after)| {
        let (old, new) = (sums(before), sums(after));
        let difference = new.minus(&old)?;
        let sums = Compared { old: Some(old), new: Some(new), difference };
        Ok(FundIf { fund: after.fund.clone(), title: after.title.clone(), sums })
    })
    .collect()
}

/// The days that a ruling is as at: whose rules apply, and by which evidence is known.
type Days = (Date, Option<Date>);
