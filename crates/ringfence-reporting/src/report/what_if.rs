//! One case under other evidence.

use ringfence_core::ruling::Outcome;

use super::comparison::{limits, sums};
use super::{capital, counted, named};
use crate::comparison::Compared;
use crate::document::{Document, Line};
use crate::what_if::{FindingIf, Found, Lever, WhatIf};

/// So many single changes are shown of one condition.
const SHOWN: usize = 5;

pub(crate) fn what_if(what_if: &WhatIf) -> Document {
    let mut document = Document::default();
    document.heading(1, format!("What if: {}", named(&what_if.recipient)));
    document.paragraph(
        Line::new()
            .plain("Under ")
            .code(&what_if.pack.id)
            .plain(format!(" {}, as at {}, case ", what_if.pack.version, what_if.rules_at))
            .code(&what_if.case)
            .plain("."),
    );
    if what_if.set.is_empty() {
        document.paragraph("Nothing is set: the case is looked at as it is.");
    } else {
        document.bullets(what_if.set.iter().map(|set| {
            let from = set.from.as_deref().unwrap_or("not known");
            Line::new().code(&set.path).plain(format!(": {from} → {}", set.to))
        }));
        findings(&mut document, what_if);
        money(&mut document, what_if);
    }
    levers(&mut document, what_if);
    document
}

fn findings(document: &mut Document, what_if: &WhatIf) {
    document.heading(2, "The conditions");
    let turned: Vec<&FindingIf> = what_if.findings.iter().filter(|one| one.now.outcome != one.then.outcome).collect();
    let moved = |one: &&FindingIf| one.now.outcome == one.then.outcome && one.now.distance != one.then.distance;
    let moved: Vec<&FindingIf> = what_if.findings.iter().filter(moved).collect();
    if turned.is_empty() {
        document.paragraph("No condition turns.");
    }
    for finding in turned {
        document.paragraph(
            Line::new()
                .strong(capital(&finding.title))
                .plain(": ")
                .outcome(finding.now.outcome)
                .plain(" → ")
                .outcome(finding.then.outcome)
                .plain(format!(". {}.", capital(&finding.then.reason)))
                .then(distances(finding)),
        );
    }
    if !moved.is_empty() {
        document.paragraph("These stay as they are, nearer to their threshold or further from it:");
        document.bullets(
            moved
                .into_iter()
                .map(|finding| Line::new().plain(capital(&finding.title)).plain(".").then(distances(finding))),
        );
    }
}

/// How far from the threshold, before and after.
fn distances(finding: &FindingIf) -> Line {
    let said = |found: &Found| {
        let distance = found.distance.as_ref()?;
        let words = if found.outcome == Outcome::Met { "to spare" } else { "short" };
        Some(format!("{} {words}", distance.shown))
    };
    match (said(&finding.now), said(&finding.then)) {
        (Some(now), Some(then)) => Line::new().plain(format!(" {now} now, {then} then.")),
        (None, Some(then)) => Line::new().plain(format!(" {} then.", capital(&then))),
        _ => Line::new(),
    }
}

fn money(document: &mut Document, what_if: &WhatIf) {
    document.heading(2, "The money");
    let mut same = Vec::new();
    for fund in &what_if.funds {
        let Compared { old, new, .. } = fund.sums;
        if old == new {
            same.push(fund.title.as_str());
            continue;
        }
        document.heading(3, capital(&fund.title));
        sums(document, &what_if.currency, &fund.sums, ["Now", "Then"], None);
    }
    if same.len() == what_if.funds.len() {
        document.paragraph("No money moves.");
    } else if !same.is_empty() {
        document.paragraph(format!("As it is: {}.", same.join("; ")));
    }
}

fn levers(document: &mut Document, what_if: &WhatIf) {
    let short: Vec<&FindingIf> = what_if.findings.iter().filter(|finding| finding.is_short()).collect();
    document.heading(2, "What single change would turn each condition that is not met");
    if short.is_empty() {
        document.paragraph("Every condition that applies is met.");
    }
    for finding in short {
        document.heading(3, Line::from(capital(&finding.title)));
        let lead = Line::new().outcome(finding.then.outcome).plain(format!(". {}.", capital(&finding.then.reason)));
        document.paragraph(lead);
        if finding.turned_by.is_empty() {
            document.paragraph("No single change turns it.");
            continue;
        }
        let any = if finding.turned_by.len() > 1 { "Any one of these does:" } else { "This does:" };
        document.paragraph(any);
        document.bullets(finding.turned_by.iter().take(SHOWN).map(|lever| said(what_if, lever)));
        if let Some(rest) = finding.turned_by.len().checked_sub(SHOWN).filter(|rest| *rest > 0) {
            document.paragraph(format!("And {}.", counted(rest, "other single change")));
        }
    }
}

fn said(what_if: &WhatIf, lever: &Lever) -> Line {
    let from = lever.from.as_deref().unwrap_or("not known");
    let beyond = lever.beyond.map(|words| format!(" {words}")).unwrap_or_default();
    let line = Line::new().plain(capital(&lever.title)).plain(" (").code(&lever.path).plain("): ");
    let line = line.plain(format!("{from} → ")).strong(&lever.to).plain(beyond);
    match lever.released.exact() {
        Some(money) if money.is_zero() => line.plain("."),
        _ => line.plain(format!("; released {}.", limits(&what_if.currency, &lever.released))),
    }
}
