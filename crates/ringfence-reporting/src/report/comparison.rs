//! Two sets of rules over the same cases.

use std::collections::BTreeMap;

use ringfence_core::money::{Currency, Money};
use ringfence_core::ruling::{Dispositions, Outcome};

use super::{capital, counted, listed, named};
use crate::comparison::{
    Change, Compared, Comparison, FindingCompared, Limits, RecipientCompared, Restated, Rulebook, Stated, Step, Sums,
    Verdict,
};
use crate::document::{Document, Line, Table, outcome_words};

/// So many recipients of a finding are named; more are counted.
const NAMED: usize = 3;

/// What the two sides of a comparison are called in tables.
const SIDES: [&str; 2] = ["Old", "New"];

/// How much is shown of what could be long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// How many recipients are shown of those who gain, of those who lose and so on; all of them if none.
    pub recipients: Option<usize>,
}

impl Default for Extent {
    fn default() -> Self {
        Self { recipients: Some(10) }
    }
}

pub(crate) fn comparison(comparison: &Comparison, extent: Extent) -> Document {
    let mut document = Document::default();
    opening(&mut document, comparison);
    if comparison.is_same() {
        document.paragraph("Nothing changes: every finding and every amount is as it was.");
    } else {
        money(&mut document, comparison);
        because(&mut document, comparison);
        recipients(&mut document, comparison, extent);
        findings(&mut document, comparison);
        restated(&mut document, comparison, extent);
    }
    without_effect(&mut document, comparison);
    document
}

fn opening(document: &mut Document, comparison: &Comparison) {
    let (old, new) = (&comparison.old, &comparison.new);
    document.heading(1, format!("What changes: {}", counted(comparison.cases, "case")));
    document.bullets([
        Line::new().strong("Old rules: ").then(rulebook(old)),
        Line::new().strong("New rules: ").then(rulebook(new)),
    ]);
    if comparison.is_same() {
        return;
    }
    let mut parts = Vec::new();
    for verdict in Verdict::ALL {
        let found = comparison.with(verdict);
        if !found.is_empty() {
            parts.push(format!("{} {}", found.len(), verdict_words(verdict, found.len())));
        }
    }
    let of = counted(comparison.cases, "recipient");
    let still = comparison.with(Verdict::Same).iter().filter(|one| is_open(one)).count();
    let note = match still {
        0 => String::new(),
        _ => format!(
            " Of those that stay, {still} {} money that is not decided; as far as it is known, it is the same under both.",
            if still == 1 { "has" } else { "have" }
        ),
    };
    document.paragraph(match comparison.recipients.as_slice() {
        [one] => format!("{} {}.{note}", named(&one.recipient), verdict_words(one.verdict, 1)),
        _ => format!("Of {of}, {}.{note}", listed(&parts)),
    });
}

/// Whether some of a recipient's money is not decided or not known under the new rules.
fn is_open(one: &RecipientCompared) -> bool {
    one.sums.new.is_some_and(|sums| sums.amount_not_known > 0 || !sums.dispositions.undetermined.is_zero())
}

/// The words behind a number of recipients.
fn verdict_words(verdict: Verdict, count: usize) -> &'static str {
    match (verdict, count) {
        (Verdict::Gains, 1) => "gains",
        (Verdict::Gains, _) => "gain",
        (Verdict::Loses, 1) => "loses",
        (Verdict::Loses, _) => "lose",
        (Verdict::Elsewhere, 1) => "receives as much while the rest changes",
        (Verdict::Elsewhere, _) => "receive as much while the rest changes",
        (Verdict::Open, _) => "may gain or lose, for which evidence is missing",
        (Verdict::Same, 1) => "stays as it is",
        (Verdict::Same, _) => "stay as they are",
    }
}

fn rulebook(rules: &Rulebook) -> Line {
    let mut line = Line::new().code(&rules.pack.id).plain(format!(" {}", rules.pack.version));
    line = match rules.rules_at.as_slice() {
        [] => line,
        [day] => line.plain(format!(", as at {day}")),
        days => line.plain(format!(", as at {} days", days.len())),
    };
    if let Some(known_by) = &rules.known_by {
        line = line.plain(format!(", with the evidence known by {known_by}"));
    }
    for setting in &rules.set {
        line = line.plain(", with ").code(format!("{}={}", setting.parameter, setting.value));
    }
    line
}

fn money(document: &mut Document, comparison: &Comparison) {
    document.heading(2, "The money");
    if comparison.funds.len() > 1 {
        sums(document, &comparison.currency, &comparison.all_funds, SIDES, None);
    }
    for fund in &comparison.funds {
        document.heading(3, capital(&fund.title));
        sums(document, &comparison.currency, &fund.sums, SIDES, Some(comparison.cases));
    }
}

/// The sums on both sides; a part that is nothing on both is left out.
pub(super) fn sums(
    document: &mut Document,
    currency: &Currency,
    compared: &Compared,
    sides: [&str; 2],
    cases: Option<usize>,
) {
    let [before, after] = sides;
    match (compared.old.is_some(), compared.new.is_some()) {
        (false, true) => document.paragraph("Only the new rules have this fund."),
        (true, false) => document.paragraph("Only the old rules have this fund."),
        _ => {}
    }
    let (old, new) = (compared.old.unwrap_or_default(), compared.new.unwrap_or_default());
    let mut table = Table::new().words("").figures(before).figures(after).figures("Difference");
    let mut row = |name: Line, old: Money, new: Money, difference: Money| {
        table.row([
            name,
            Line::from(currency.show(old)),
            Line::from(currency.show(new)),
            Line::from(signed(currency, difference)),
        ]);
    };
    row(Line::new().strong("Amount"), old.amount, new.amount, compared.difference.amount);
    for ((name, before), ((_, after), (_, difference))) in
        parts(&old).into_iter().zip(parts(&new).into_iter().zip(parts(&compared.difference)))
    {
        if !before.is_zero() || !after.is_zero() {
            row(Line::from(name), before, after, difference);
        }
    }
    document.table(table);
    let Some(cases) = cases else { return };
    let unknown = [(old.amount_not_known, "the old"), (new.amount_not_known, "the new")];
    let notes: Vec<String> = unknown
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, side)| format!("under {side} rules {count} of {cases}"))
        .collect();
    if !notes.is_empty() {
        document.paragraph(
            Line::new()
                .caution("Amounts not known: ")
                .plain(format!("{}. The sums leave them out, and nothing is assumed for them.", listed(&notes))),
        );
    }
}

/// The parts of an amount with the words that reports have for them.
fn parts(sums: &Sums) -> [(&'static str, Money); 5] {
    let Dispositions { released, redirected, withheld, recovered, undetermined } = sums.dispositions;
    [
        ("Released", released),
        ("Redirected", redirected),
        ("Held back", withheld),
        ("Taken back", recovered),
        ("Not decided", undetermined),
    ]
}

/// An amount with its sign: `+£12.50`, `-£3.00`, `£0.00`.
fn signed(currency: &Currency, amount: Money) -> String {
    let sign = if amount.is_zero() || amount.is_negative() { "" } else { "+" };
    format!("{sign}{}", currency.show(amount))
}

fn because(document: &mut Document, comparison: &Comparison) {
    document.heading(2, "Because of which change");
    document.paragraph(
        "The changes are made to the old rules one after the other, what others rest on first; after each, every case is \
         ruled on again. What changes then is because of that change, and together they come to the whole difference.",
    );
    let (moving, turning): (Vec<&Step>, Vec<&Step>) =
        comparison.steps.iter().filter(|step| step.has_effect()).partition(|step| step.recipients > 0);
    document.table(steps_table(comparison, &moving));
    for step in moving {
        document.paragraph(moved(&comparison.currency, step));
    }
    if !turning.is_empty() {
        document.paragraph("Changes that turn findings and move no money:");
        document.bullets(turning.into_iter().map(|step| {
            let line = Line::new().strong(format!("{}. ", step.step)).then(changes(&step.changes));
            line.plain(format!(" {}.", capital_first(&counted(step.findings, "finding"))))
        }));
    }
}

/// A step that moves money.
fn moved(currency: &Currency, step: &Step) -> Line {
    let mut line = Line::new().strong(format!("{}. ", step.step)).then(changes(&step.changes));
    let findings = match step.findings {
        0 => String::new(),
        count => format!(" and turns {}", counted(count, "finding")),
    };
    line = line.plain(format!(" It moves money of {}{findings}.", counted(step.recipients, "recipient")));
    match &step.alone {
        Some(alone) if *alone != step.difference => line.plain(format!(
            " Made to the old rules alone, it would come to {}; the rest is what it does together with those before it.",
            said(currency, alone)
        )),
        Some(_) => line,
        None => line.plain(" It cannot be made to the old rules alone."),
    }
}

/// One row a step, and the whole; parts that no step moves are left out.
fn steps_table(comparison: &Comparison, steps: &[&Step]) -> Table {
    let moved: Vec<usize> = (0..5)
        .filter(|at| steps.iter().any(|step| parts(&step.difference).get(*at).is_some_and(|(_, part)| !part.is_zero())))
        .collect();
    let mut table = Table::new().words("Change");
    for at in &moved {
        table = table.figures(parts(&Sums::default()).get(*at).map_or("", |(name, _)| *name));
    }
    let unknown = steps.iter().any(|step| step.difference.amount_not_known != 0);
    if unknown {
        table = table.figures("Amounts not known");
    }
    let currency = &comparison.currency;
    let mut row = |name: Line, sums: &Sums| {
        let of = parts(sums);
        let cells = moved.iter().filter_map(|at| of.get(*at)).map(|(_, part)| Line::from(signed(currency, *part)));
        let not_known = Line::from(format!("{:+}", sums.amount_not_known).replace("+0", "0"));
        table.row(std::iter::once(name).chain(cells).chain(unknown.then_some(not_known)));
    };
    for step in steps {
        row(Line::from(step.step.to_string()), &step.difference);
    }
    row(Line::new().strong("All"), &comparison.all_funds.difference);
    table
}

/// What a sum says of each part that is not nothing.
fn said(currency: &Currency, sums: &Sums) -> String {
    let mut words: Vec<String> = parts(sums)
        .into_iter()
        .filter(|(_, part)| !part.is_zero())
        .map(|(name, part)| format!("{} {}", name.to_lowercase(), signed(currency, part)))
        .collect();
    match sums.amount_not_known {
        0 => {}
        1 => words.push("one more amount that is not known".to_owned()),
        -1 => words.push("one amount fewer that is not known".to_owned()),
        more if more > 0 => words.push(format!("{more} more amounts that are not known")),
        fewer => words.push(format!("{} amounts fewer that are not known", fewer.unsigned_abs())),
    }
    if words.is_empty() { "nothing".to_owned() } else { listed(&words) }
}

fn changes(changes: &[Change]) -> Line {
    let mut line = Line::new();
    for (at, change) in changes.iter().enumerate() {
        if at > 0 {
            line = line.plain("; ");
        }
        line = line.then(changed(change));
    }
    let together = if changes.len() > 1 { " (these only go together)." } else { "." };
    line.plain(together)
}

fn changed(change: &Change) -> Line {
    let line = coded(&capital_first(&change.what));
    let line = match &change.title {
        Some(title) => line.plain(format!(" (“{title}”)")),
        None => line,
    };
    line.plain(" ").then(coded(&change.how))
}

fn capital_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A text in which names stand between backticks.
fn coded(text: &str) -> Line {
    text.split('`').enumerate().fold(Line::new(), |line, (at, part)| match (at % 2, part) {
        (_, "") => line,
        (0, part) => line.plain(part),
        (_, part) => line.code(part),
    })
}

fn recipients(document: &mut Document, comparison: &Comparison, extent: Extent) {
    document.heading(2, "Who gains, who loses");
    for verdict in [Verdict::Gains, Verdict::Loses, Verdict::Elsewhere, Verdict::Open] {
        let found = comparison.with(verdict);
        if found.is_empty() {
            continue;
        }
        let title = match verdict {
            Verdict::Gains => "More is released",
            Verdict::Loses => "Less is released",
            Verdict::Elsewhere => "As much is released, and the rest changes",
            Verdict::Open | Verdict::Same => "What changes depends on evidence that is missing",
        };
        document.heading(3, format!("{title}: {}", counted(found.len(), "recipient")));
        let shown = extent.recipients.unwrap_or(found.len());
        if verdict == Verdict::Open {
            document.paragraph(
                "What is released is between limits on one side or both. The difference is between those that follow, with \
                 each side taken for itself.",
            );
        }
        document.table(recipients_table(comparison, verdict, found.get(..shown).unwrap_or(&found)));
        if let Some(rest) = found.len().checked_sub(shown).filter(|rest| *rest > 0) {
            document.paragraph(format!("And {rest} more; `--all` shows every one."));
        }
    }
}

fn recipients_table(comparison: &Comparison, verdict: Verdict, found: &[&RecipientCompared]) -> Table {
    let currency = &comparison.currency;
    let money = |amount| Line::from(currency.show(amount));
    let name = |one: &RecipientCompared| Line::from(named(&one.recipient));
    if verdict == Verdict::Elsewhere {
        let moved: Vec<usize> =
            (0..5).filter(|at| found.iter().any(|one| !part(&one.sums.difference, *at).is_zero())).collect();
        let mut table = Table::new().words("Recipient");
        for at in &moved {
            table = table.figures(parts(&Sums::default()).get(*at).map_or("", |(name, _)| *name));
        }
        for one in found {
            let cells = moved.iter().map(|at| Line::from(signed(currency, part(&one.sums.difference, *at))));
            table.row(std::iter::once(name(one)).chain(cells));
        }
        return table;
    }
    let certain = if verdict == Verdict::Open { "Certain" } else { "Released" };
    let table = Table::new().words("Recipient").figures(format!("{certain} before")).figures(format!("{certain} now"));
    let mut table = table.figures("Difference");
    for one in found {
        let (old, new) = (one.sums.old.unwrap_or_default(), one.sums.new.unwrap_or_default());
        let difference = Line::from(limits(currency, &one.released));
        table.row([name(one), money(old.dispositions.released), money(new.dispositions.released), difference]);
    }
    table
}

fn part(sums: &Sums, at: usize) -> Money {
    parts(sums).get(at).map(|(_, part)| *part).unwrap_or_default()
}

/// A difference, or the limits that it lies between.
pub(super) fn limits(currency: &Currency, limits: &Limits) -> String {
    if let Some(exact) = limits.exact() {
        return signed(currency, exact);
    }
    match (limits.at_least, limits.at_most) {
        (Some(least), Some(most)) => format!("{} to {}", signed(currency, least), signed(currency, most)),
        (Some(least), None) => format!("at least {}", signed(currency, least)),
        (None, Some(most)) => format!("at most {}", signed(currency, most)),
        (None, None) => "not known".to_owned(),
    }
}

fn findings(document: &mut Document, comparison: &Comparison) {
    if comparison.findings.is_empty() {
        return;
    }
    document.heading(2, "Findings that change");
    for finding in &comparison.findings {
        let only = match (finding.in_old, finding.in_new) {
            (false, true) => " Only the new rules ask for it.",
            (true, false) => " Only the old rules ask for it.",
            _ => "",
        };
        let turns: Vec<String> = finding.turns.iter().map(|turn| turned(comparison, finding, turn)).collect();
        document.paragraph(
            Line::new()
                .strong(capital(&finding.title))
                .plain(" (")
                .code(&finding.condition)
                .plain(format!("):{only} {}.", capital_first(&turns.join("; ")))),
        );
    }
}

/// The figures that became known or changed, of those first whom they matter to most.
fn restated(document: &mut Document, comparison: &Comparison, extent: Extent) {
    if comparison.restated.is_empty() {
        return;
    }
    let mut by_case: BTreeMap<&str, Vec<&Restated>> = BTreeMap::new();
    for figure in &comparison.restated {
        by_case.entry(&figure.case).or_default().push(figure);
    }
    let of = |one: &RecipientCompared| by_case.get(one.case.as_str()).map_or(&[][..], Vec::as_slice);
    let ranked = [Verdict::Loses, Verdict::Gains, Verdict::Elsewhere, Verdict::Open, Verdict::Same];
    let mut recipients: Vec<&RecipientCompared> =
        ranked.into_iter().flat_map(|verdict| comparison.with(verdict)).collect();
    recipients.retain(|one| !of(one).is_empty());
    let shown = extent.recipients.unwrap_or(recipients.len()).min(recipients.len());
    let (shown, left) = recipients.split_at(shown);
    let (before, after) = (&comparison.old.known_by, &comparison.new.known_by);
    let head = |side: &str, day: &Option<String>| match day {
        Some(day) => format!("Known by {day}"),
        None => side.to_owned(),
    };
    document.heading(2, "Figures that became known or were restated");
    let table = Table::new().words("Recipient").words("Figure").words("Period");
    let mut table = table.words(head(SIDES[0], before)).words(head(SIDES[1], after));
    let words = |stated: Option<&Stated>| stated.map_or("not known", |stated| stated.shown.as_str()).to_owned();
    for one in shown {
        for figure in of(one) {
            let period = figure.period.clone().unwrap_or_default();
            table.row([
                Line::from(named(&one.recipient)),
                Line::from(figure.title.as_str()),
                Line::from(period),
                Line::from(words(figure.old.as_ref())),
                Line::from(words(figure.new.as_ref())),
            ]);
        }
    }
    document.table(table);
    let more: usize = left.iter().map(|one| of(one).len()).sum();
    if more > 0 {
        let (figures, of) = (counted(more, "figure"), counted(left.len(), "recipient"));
        document.paragraph(format!("And {figures} of {of} more; `--all` shows them."));
    }
}

fn turned(comparison: &Comparison, finding: &FindingCompared, turn: &crate::comparison::Turn) -> String {
    let word = |outcome: Option<Outcome>| outcome.map(|outcome| outcome_words(outcome).1);
    let who = who(comparison, &turn.cases);
    match (word(turn.from), word(turn.to)) {
        (Some(from), Some(to)) => format!("{from} → {to}: {who}"),
        (None, Some(to)) if !finding.in_old => format!("{to}: {who}"),
        (None, Some(to)) => format!("not asked → {to}: {who}"),
        (Some(from), None) if !finding.in_new => format!("it was {from}: {who}"),
        (Some(from), None) => format!("{from} → not asked: {who}"),
        (None, None) => who,
    }
}

/// The recipients of these cases by name, where they are few.
fn who(comparison: &Comparison, cases: &[String]) -> String {
    let names: Vec<String> = comparison
        .recipients
        .iter()
        .filter(|one| cases.len() <= NAMED && cases.contains(&one.case))
        .map(|one| named(&one.recipient))
        .collect();
    match (names.is_empty(), cases.len() == comparison.cases) {
        (false, _) => listed(&names),
        (true, true) => "every recipient".to_owned(),
        (true, false) => counted(cases.len(), "recipient"),
    }
}

fn without_effect(document: &mut Document, comparison: &Comparison) {
    let idle: Vec<&Step> = comparison.steps.iter().filter(|step| !step.has_effect()).collect();
    let none = idle.is_empty() && comparison.on_other_days.is_empty() && comparison.wording.is_empty();
    if none {
        return;
    }
    document.heading(2, "Changes without effect on these cases");
    document.bullets(idle.into_iter().map(|step| changes(&step.changes)));
    if !comparison.on_other_days.is_empty() {
        document.paragraph("Changes that hold on other days than those compared:");
        document.bullets(comparison.on_other_days.iter().map(|change| changes(std::slice::from_ref(change))));
    }
    if !comparison.wording.is_empty() {
        let mut subjects: Vec<&str> = comparison.wording.iter().map(|change| change.what.as_str()).collect();
        subjects.dedup();
        let line =
            subjects.iter().enumerate().fold(Line::from("Only words for the reader change: "), |line, (at, what)| {
                let line = if at > 0 { line.plain(", ") } else { line };
                line.then(coded(what))
            });
        document.paragraph(line.plain("."));
    }
}
