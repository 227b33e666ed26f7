//! A ruling at length: a letter to somebody who was not there.

use std::collections::BTreeSet;

use ringfence_core::ruling::{
    Finding, FundRuling, GateFound, Headroom, Missing, Outcome, ParameterUsed, Ruling, Status, Step, ValueFound,
};

use super::absent::{self, SEE, brief, brief_value, missing_lines, phrases};
use super::across::across;
use super::checks::checks;
use super::evidence::{Fact, facts, period_table, whole_table};
use super::instalments::{common_rule, is_through, name_of, results, tranches, tranches_note};
use super::short::{tally, warnings};
use super::{
    Only, calendar_used, capital, cited, counted, day, dispositions, ended, identity, is_open, listed, named,
    parameter, reason_tells_where, replay, sentence, standing, table_used, title_of,
};
use crate::document::{Document, Line};
use crate::portfolio::missing_for;

pub(crate) fn explain(ruling: &Ruling, only: Only<'_>) -> Document {
    let funds: Vec<&FundRuling> =
        ruling.funds.iter().filter(|fund| only.is_all() || only.fund == Some(&fund.fund)).collect();
    let findings: Vec<&Finding> =
        ruling.findings.iter().filter(|finding| only.is_all() || only.condition == Some(&finding.condition)).collect();
    let missing: Vec<&Missing> =
        ruling.missing.iter().filter(|missing| only.is_all() || concerns(ruling, missing, &funds, &findings)).collect();
    let mut letter =
        Letter { document: Document::default(), ruling, missing, told: BTreeSet::new(), worked_out: BTreeSet::new() };
    letter.opening(only, &funds);
    for fund in &funds {
        letter.fund(fund);
    }
    letter.conditions(&findings);
    let names = if only.is_all() { None } else { Some(letter.names_of(&funds, &findings)) };
    letter.workings(names.as_ref());
    across(&mut letter.document, ruling, |name| {
        names.as_ref().is_none_or(|names| names.contains(&format!("portfolio.{name}")))
    });
    letter.evidence_left(names.as_ref());
    letter.parameters(names.as_ref());
    letter.tables(names.as_ref());
    letter.closing(names.as_ref());
    letter.document
}

fn concerns(ruling: &Ruling, missing: &Missing, funds: &[&FundRuling], findings: &[&Finding]) -> bool {
    findings.iter().any(|finding| missing.leaves_open.contains(&finding.condition))
        || funds.iter().any(|fund| missing_for(ruling, fund).any(|other| other == missing))
}

struct Letter<'a> {
    document: Document,
    ruling: &'a Ruling,
    /// The facts whose figures have been shown.
    told: BTreeSet<&'a str>,
    /// What is missing of what is explained.
    missing: Vec<&'a Missing>,
    /// The calculations that have been shown: name and formula, and the period of an instalment.
    worked_out: BTreeSet<(&'a str, Option<&'a str>)>,
}

impl<'a> Letter<'a> {
    fn opening(&mut self, only: Only<'_>, funds: &[&FundRuling]) {
        let ruling = self.ruling;
        let who = named(&ruling.case.recipient);
        self.document.heading(1, format!("{who}: {}", ruling.pack.title));
        let counts = ruling.known_by.map_or_else(
            || "It counts all the evidence that was supplied, whenever that became known.".to_owned(),
            |date| format!("It counts only the evidence that was known by {}.", day(date)),
        );
        self.document.paragraph(format!(
            "This is the ruling on {who} under the rules “{}”, version {}, as they stood on {}. {counts}",
            ruling.pack.title,
            ruling.pack.version,
            day(ruling.rules_at),
        ));
        if let Some(title) = &ruling.case.title {
            self.document.paragraph(format!("The case: {}", sentence(title)));
        }
        self.summary(only, funds);
    }

    fn summary(&mut self, only: Only<'_>, funds: &[&FundRuling]) {
        let ruling = self.ruling;
        if !only.is_all() {
            self.chosen(only);
        }
        let mut lines: Vec<Line> = funds
            .iter()
            .map(|fund| {
                Line::new()
                    .strong(format!("{}.", capital(&fund.title)))
                    .plain(format!(" {}", dispositions(&ruling.currency, fund)))
            })
            .collect();
        if only.is_all() && !ruling.findings.is_empty() {
            lines.push(Line::new().strong("Conditions.").plain(format!(
                " Of {}: {}.",
                counted(ruling.findings.len(), "condition"),
                tally(ruling)
            )));
        }
        let unsure = ruling.parameters.iter().filter(|found| found.status == Status::Unverified).count();
        if only.is_all() && unsure > 0 {
            let verb = if unsure == 1 { "has" } else { "have" };
            lines.push(Line::new().caution("Not verified.").plain(format!(
                " {} of the rules {verb} not been seen in any source; see “Parameters” below.",
                counted(unsure, "parameter")
            )));
        }
        self.document.bullets(lines);
    }

    /// What the reader asked for, and what there is if that is not in the ruling.
    fn chosen(&mut self, only: Only<'_>) {
        let ruling = self.ruling;
        let mut parts = Vec::new();
        for (kind, id, exists) in [
            ("fund", only.fund, only.fund.is_some_and(|id| ruling.fund(id).is_some())),
            ("condition", only.condition, only.condition.is_some_and(|id| ruling.finding(id).is_some())),
        ] {
            let Some(id) = id else { continue };
            if exists {
                parts.push(format!("the {kind} “{}”", title_of(ruling, id)));
            } else {
                self.document.paragraph(Line::new().caution(format!("This ruling has no {kind} `{id}`.")));
            }
        }
        if !parts.is_empty() {
            self.document.paragraph(format!(
                "Only {} is explained here, with what it rests on; the ruling says more.",
                listed(&parts)
            ));
        }
    }

    fn fund(&mut self, fund: &'a FundRuling) {
        self.document.heading(2, format!("{} (fund {})", capital(&fund.title), fund.fund));
        self.amount(fund);
        self.gates(fund);
        self.happened(fund);
        let names = self.names_of(&[fund], &[]);
        let told = self.told.len();
        self.evidence(&names, "The evidence.");
        let repeats = facts(self.ruling).iter().any(|fact| names.contains(fact.name));
        if repeats && self.told.len() == told {
            self.document.paragraph(lead("The evidence.").plain("The figures that count are those shown above."));
        }
        if !reason_tells_where(&self.ruling.currency, fund) {
            self.document.paragraph(lead("Where the money goes.").plain(dispositions(&self.ruling.currency, fund)));
        }
        self.earned(fund);
        if !fund.would_release_more.is_empty() {
            let words = if is_open(fund) { "What would settle this." } else { "What would have released more." };
            self.document.paragraph(lead(words));
            self.document.bullets(phrases(self.ruling, &fund.would_release_more));
        }
        self.document.paragraph(lead("The rule.").then(match &fund.authority {
            Some(authority) => Line::from("This fund rests on: ").then(cited(authority)),
            None => Line::from("The pack names no source for this fund."),
        }));
        if let Some(notes) = &fund.notes {
            self.document.paragraphs(lead("Notes on the rule."), notes);
        }
    }

    fn amount(&mut self, fund: &'a FundRuling) {
        let (known, new): (Vec<&Step>, Vec<&Step>) =
            fund.steps.iter().partition(|step| self.worked_out.contains(&(step.formula.as_str(), None)));
        let words = match fund.amount {
            None => "It is not known, because evidence for it is missing.".to_owned(),
            Some(amount) if new.is_empty() => format!("It is {}.", self.ruling.currency.show(amount)),
            Some(amount) => format!("It is {}, reached like this:", self.ruling.currency.show(amount)),
        };
        self.document.paragraph(lead("The amount.").plain(words));
        for step in new {
            calculation(&mut self.document, step);
            self.worked_out.insert((&step.formula, None));
        }
        if !known.is_empty() {
            let known: Vec<String> =
                known.iter().map(|step| format!("{} = {}", name_of(step).unwrap_or(&step.name), step.result)).collect();
            self.document.paragraph(format!("Worked out above: {}.", known.join("; ")));
        }
    }

    fn gates(&mut self, fund: &FundRuling) {
        if fund.gates.is_empty() {
            return;
        }
        let word = if fund.gates.len() == 1 { "this condition is" } else { "these conditions are" };
        self.document
            .paragraph(lead("What had to be met first.").plain(format!("Nothing is released before {word} met:")));
        let ruling = self.ruling;
        self.document.bullets(fund.gates.iter().map(|gate| {
            let line = Line::new()
                .outcome(gate.outcome)
                .plain(" – ")
                .plain(ended(&capital(title_of(ruling, &gate.condition))));
            match ruling.finding(&gate.condition) {
                Some(finding) if gate.outcome != Outcome::Met => {
                    let line = line.plain(format!(" {}", sentence(&brief(ruling, &finding.reason))));
                    match &finding.standing {
                        Some(found) => line.plain(" ").then(standing(found)),
                        None => line,
                    }
                }
                _ => line,
            }
        }));
    }

    fn happened(&mut self, fund: &'a FundRuling) {
        let currency = &self.ruling.currency;
        let lead = lead("What happened.");
        let reason = sentence(&brief(self.ruling, &fund.reason));
        if fund.tranches.is_empty() {
            self.document.paragraph(lead.plain(reason));
            self.due(fund);
            return;
        }
        let count = counted(fund.tranches.len(), "instalment");
        self.document.paragraph(lead.plain(format!("{reason} The fund is paid in {count}.")));
        self.document.table(tranches(currency, fund, &[]));
        if let Some(note) = tranches_note(fund) {
            self.document.paragraph(note);
        }
        self.instalments(fund);
    }

    /// How much of a fund that is paid at once is due.
    fn due(&mut self, fund: &'a FundRuling) {
        let Some((due, values)) = fund.release_steps.split_last() else { return };
        self.document.paragraph(lead("The release rule.").plain("What is due is reached like this:"));
        for value in values {
            if self.worked_out.insert((&value.formula, None)) {
                calculation(&mut self.document, value);
            }
        }
        calculation(&mut self.document, due);
    }

    /// How each instalment was reached. A rule that is the same for all is told once.
    fn instalments(&mut self, fund: &'a FundRuling) {
        let rule = common_rule(fund);
        if !rule.is_empty() {
            self.document.paragraph("The rule for each instalment is the same:");
            for (_, step) in &rule {
                self.document.calculation(&capital(&step.name), [equals(&step.formula)]);
            }
            self.document.paragraph("What it gives, instalment by instalment:");
            self.document.table(results(fund, &rule));
        }
        for tranche in &fund.tranches {
            let reason = sentence(&brief(self.ruling, &tranche.reason));
            self.document.paragraph(Line::new().strong(format!("{}.", tranche.period)).plain(format!(" {reason}")));
            if rule.is_empty() {
                steps(&mut self.document, &tranche.steps);
            } else {
                let shown = rule.iter().filter_map(|(index, _)| tranche.steps.get(*index));
                self.document.bullets(shown.map(|step| in_figures(&step.name, step)));
            }
            let period = Some(tranche.period.as_str());
            self.worked_out.extend(tranche.steps.iter().map(|step| (step.formula.as_str(), period)));
        }
    }

    /// What the release rule alone would give, where the conditions stand between it and the money.
    fn earned(&mut self, fund: &FundRuling) {
        let currency = &self.ruling.currency;
        let is_told = |text: &str| fund.reason.contains(text);
        let gates_told = || {
            let mut closed = fund.gates.iter().filter(|gate| !gate.lets_through());
            closed.all(|gate| is_told(title_of(self.ruling, &gate.condition)))
        };
        if is_through(fund) || (gates_told() && fund.earned.is_some_and(|earned| is_told(&currency.show(earned)))) {
            return;
        }
        let gates = |wanted: fn(&GateFound) -> bool| -> Vec<String> {
            let gates = fund.gates.iter().filter(|gate| wanted(gate));
            gates.map(|gate| format!("“{}”", title_of(self.ruling, &gate.condition))).collect()
        };
        let unmet = gates(|gate| gate.outcome == Outcome::Unmet && gate.standing.is_none());
        let (why, which) = if unmet.is_empty() {
            ("Whether it is released depends on what is not settled yet:", gates(|gate| !gate.lets_through()))
        } else {
            ("It is not released, because of what is not met:", unmet)
        };
        let alone = match fund.earned {
            Some(earned) => format!("The release rule alone, before any condition, gives {}.", currency.show(earned)),
            None => "What the release rule alone gives, before any condition, is not known either.".to_owned(),
        };
        self.document.paragraph(format!("{alone} {why} {}.", listed(&which)));
    }

    fn conditions(&mut self, findings: &[&'a Finding]) {
        if findings.is_empty() {
            return;
        }
        self.document.heading(2, "The conditions");
        for finding in findings {
            self.condition(finding);
        }
    }

    fn condition(&mut self, finding: &Finding) {
        let ruling = self.ruling;
        let document = &mut self.document;
        document.heading(3, capital(&finding.title));
        document.paragraph(
            Line::new().outcome(finding.outcome).plain(". ").plain(sentence(&brief(ruling, &finding.reason))),
        );
        if let Some(found) = &finding.standing {
            document.paragraph(standing(found));
        }
        document.bullets(finding.limbs.iter().map(|limb| {
            Line::new().outcome(limb.outcome).plain(" – ").plain(format!(
                "{}: {}",
                capital(&limb.title),
                ended(&brief(ruling, &limb.reason))
            ))
        }));
        if let Some(headroom) = &finding.headroom {
            document.paragraph(headroom_words(headroom));
        }
        steps(document, &finding.steps);
        if !finding.would_change.is_empty() {
            document.paragraph("What would change this:");
            document.bullets(phrases(ruling, &finding.would_change));
        }
        document.paragraph(match &finding.authority {
            Some(authority) => Line::from("This condition rests on: ").then(cited(authority)),
            None => Line::from("The pack names no source for this condition."),
        });
        if let Some(notes) = &finding.notes {
            document.paragraphs(lead("Notes."), notes);
        }
    }

    /// The derived values and how they were reached, but for what was shown under a fund.
    fn workings(&mut self, names: Option<&BTreeSet<String>>) {
        let ruling = self.ruling;
        let chosen: Vec<&ValueFound> = ruling.values.iter().filter(|value| chosen(names, &value.name)).collect();
        let all = chosen.len();
        let left: Vec<&ValueFound> = chosen.into_iter().filter(|value| !self.is_worked_out(value)).collect();
        if left.is_empty() {
            return;
        }
        self.document.heading(2, if left.len() < all { "The other workings" } else { "The workings" });
        for value in left {
            self.value(value);
        }
    }

    fn is_worked_out(&self, value: &ValueFound) -> bool {
        !value.steps.is_empty()
            && value.figures.len() == value.steps.len()
            && value.figures.iter().zip(&value.steps).all(|(found, step)| {
                let formula = format!("{} = {}", value.name, step.formula);
                let is_whole = found.period.is_none();
                self.worked_out
                    .iter()
                    .any(|(known, period)| *known == formula && (is_whole || *period == found.period.as_deref()))
            })
    }

    fn value(&mut self, value: &ValueFound) {
        let title = Line::new().strong(capital(&value.title));
        let by_period: Vec<(&str, &Step)> = value
            .figures
            .iter()
            .zip(&value.steps)
            .filter_map(|(found, step)| found.period.as_deref().map(|period| (period, step)))
            .collect();
        let same = value.steps.windows(2).all(|pair| matches!(pair, [one, two] if one.formula == two.formula));
        if let Some((_, first)) = by_period.first().filter(|_| same && by_period.len() == value.figures.len()) {
            self.document.paragraph(title.plain(", by period:"));
            self.document.calculation(&format!("{} = {}", value.name, first.formula), []);
            self.document.bullets(by_period.iter().map(|(period, step)| in_figures(period, step)));
            return;
        }
        let figures: Vec<String> = value
            .figures
            .iter()
            .map(|found| {
                let shown = brief_value(&found.figure.shown);
                found.period.as_ref().map_or_else(|| shown.clone(), |period| format!("{period}: {shown}"))
            })
            .collect();
        self.document.paragraph(title.plain(format!(": {}.", figures.join("; "))));
        for step in &value.steps {
            let name = if value.steps.len() == 1 { &value.name } else { &step.name };
            self.document.calculation(name, lines_of(step));
        }
    }

    fn evidence_left(&mut self, names: Option<&BTreeSet<String>>) {
        let wanted: BTreeSet<String> = self
            .ruling
            .evidence
            .iter()
            .filter(|evidence| !self.told.contains(evidence.fact.as_str()) && chosen(names, &evidence.fact))
            .map(|evidence| evidence.fact.clone())
            .collect();
        if wanted.is_empty() {
            return;
        }
        self.document.heading(2, if self.told.is_empty() { "The evidence" } else { "The other evidence" });
        self.evidence(&wanted, "");
    }

    /// The figures of these facts, those by period in a table, and where they came from.
    fn evidence(&mut self, names: &BTreeSet<String>, title: &str) {
        let facts: Vec<Fact<'a>> = facts(self.ruling)
            .into_iter()
            .filter(|fact| names.contains(fact.name) && !self.told.contains(fact.name))
            .collect();
        if facts.is_empty() {
            return;
        }
        if !title.is_empty() {
            self.document.paragraph(lead(title).plain("These figures count:"));
        }
        let (by_period, whole): (Vec<&Fact<'_>>, Vec<&Fact<'_>>) =
            facts.iter().partition(|fact| !fact.periods().is_empty());
        self.document.table(whole_table(&whole));
        for group in by_period.chunk_by(|left, right| left.periods() == right.periods()) {
            self.document.table(period_table(group));
        }
        let absent = facts.iter().flat_map(|fact| fact.entries.iter().filter(|entry| entry.figure.value.is_none()));
        let absent = absent.map(|entry| {
            let is_told = |missing: &&Missing| missing.what == entry.fact && missing.period == entry.period;
            let why =
                if self.missing.iter().any(is_told) { format!("missing ({SEE})") } else { entry.figure.shown.clone() };
            (&entry.title, entry.period.clone(), why)
        });
        self.document.bullets(absent::grouped(absent).iter().map(|said| {
            Line::new()
                .strong(capital(&format!("{}{}", said.what, said.when())))
                .plain(format!(" – {}", ended(&said.reason())))
        }));
        self.sources(&facts);
        self.told.extend(facts.iter().map(|fact| fact.name));
    }

    fn sources(&mut self, facts: &[Fact<'_>]) {
        let mut sources: Vec<(Option<String>, Vec<String>)> = Vec::new();
        for fact in facts {
            for (source, periods) in fact.sources() {
                let what = match periods.len() {
                    0 => fact.title.to_owned(),
                    count if count == fact.entries.len() => format!("{}, every period", fact.title),
                    _ => format!("{}, {}", fact.title, absent::periods_listed(&periods)),
                };
                match sources.iter_mut().find(|(known, _)| *known == source) {
                    Some((_, all)) => all.push(what),
                    None => sources.push((source, vec![what])),
                }
            }
        }
        let given = sources.iter().any(|(source, _)| source.is_some());
        if !given {
            self.document.paragraph("The case does not say where these figures came from.");
            return;
        }
        self.document.paragraph("Where they came from:");
        self.document.bullets(sources.iter().map(|(source, what)| match source {
            Some(source) => Line::from(format!("{}: ", capital(&what.join("; ")))).plain(sentence(source)),
            None => Line::from(format!("{}: the case does not say.", capital(&what.join("; ")))),
        }));
    }

    fn parameters(&mut self, names: Option<&BTreeSet<String>>) {
        let used: Vec<&ParameterUsed> =
            self.ruling.parameters.iter().filter(|found| chosen(names, &found.name)).collect();
        if used.is_empty() {
            return;
        }
        self.document.heading(2, "Parameters");
        self.document.paragraph("These numbers are set by the rules and not by the case.");
        self.document.bullets(used.into_iter().map(parameter));
    }

    fn tables(&mut self, names: Option<&BTreeSet<String>>) {
        let tables = self.ruling.tables.iter().filter(|found| chosen(names, &found.name)).map(table_used);
        let calendars = self.ruling.calendars.iter().filter(|found| chosen(names, &found.name)).map(calendar_used);
        let used: Vec<Line> = tables.chain(calendars).collect();
        if used.is_empty() {
            return;
        }
        self.document.heading(2, "Tables and calendars");
        self.document.paragraph("These are set by the rules and not by the case.");
        self.document.bullets(used);
    }

    fn closing(&mut self, names: Option<&BTreeSet<String>>) {
        let ruling = self.ruling;
        if !self.missing.is_empty() {
            self.document.heading(2, "Missing evidence");
            self.document.bullets(missing_lines(ruling, &self.missing));
        }
        checks(&mut self.document, ruling, |fact| chosen(names, fact));
        warnings(&mut self.document, ruling);
        // Only a recipient who does not get all of the money has something to ask for.
        let short = ruling.funds.iter().any(|fund| fund.amount != Some(fund.dispositions.released));
        if let (Some(how), true) = (&ruling.reconsideration, short) {
            self.document.heading(2, "How to ask for reconsideration");
            self.document.paragraph(sentence(how));
        }
        self.document.heading(2, "How to reach this ruling again");
        self.document.paragraph(
            "Evaluate the same pack and the same case at the same dates. If the digests agree, the rules and the evidence are the same to the letter, and so is the ruling.",
        );
        let known = ruling.known_by.map(|date| format!(" --known-by {date}")).unwrap_or_default();
        let command = format!("ringfence explain PACK CASE --rules-at {}{known}", ruling.rules_at);
        self.document.paragraph(Line::from("On the command line: ").code(command));
        replay(&mut self.document, &identity(ruling));
    }

    /// The names of the facts, values and parameters that these rest on, and what those rest on in turn.
    fn names_of(&self, funds: &[&FundRuling], findings: &[&Finding]) -> BTreeSet<String> {
        let mut texts: Vec<&str> = Vec::new();
        for fund in funds {
            let tranches = fund.tranches.iter().flat_map(|tranche| &tranche.steps);
            let steps = fund.steps.iter().chain(&fund.release_steps).chain(tranches);
            texts.extend(steps.flat_map(|step| [step.name.as_str(), step.formula.as_str()]));
        }
        for finding in findings {
            texts.extend(finding.steps.iter().map(|step| step.formula.as_str()));
            texts.extend(finding.rests_on.iter().map(String::as_str));
        }
        let mut names = BTreeSet::new();
        while let Some(text) = texts.pop() {
            for word in text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == '.')) {
                self.named_by(word, &mut names, &mut texts);
            }
        }
        names
    }

    fn named_by(&self, word: &str, names: &mut BTreeSet<String>, texts: &mut Vec<&'a str>) {
        if word.starts_with("portfolio.") {
            names.insert(word.to_owned());
        }
        let word = word.strip_prefix("params.").or_else(|| word.strip_prefix("tables.")).unwrap_or(word);
        let is_named =
            |name: &str| word.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        for value in self.ruling.values.iter().filter(|value| is_named(&value.name)) {
            if names.insert(value.name.clone()) {
                texts.extend(value.steps.iter().map(|step| step.formula.as_str()));
            }
        }
        names.extend(self.ruling.evidence.iter().map(|evidence| &evidence.fact).filter(|fact| is_named(fact)).cloned());
        names.extend(self.ruling.parameters.iter().map(|found| &found.name).filter(|name| is_named(name)).cloned());
        names.extend(self.ruling.tables.iter().map(|found| &found.name).filter(|name| is_named(name)).cloned());
        names.extend(self.ruling.calendars.iter().map(|found| &found.name).filter(|name| is_named(name)).cloned());
    }
}

/// The words that say what a paragraph is about.
fn lead(words: &str) -> Line {
    Line::new().strong(words).plain(" ")
}

fn chosen(names: Option<&BTreeSet<String>>, name: &str) -> bool {
    names.is_none_or(|names| names.contains(name))
}

pub(super) fn headroom_words(headroom: &Headroom) -> String {
    let distance = &headroom.distance;
    let is_nothing = distance.value.as_deref().is_some_and(|value| value.chars().all(|c| matches!(c, '0' | '.' | '%')));
    match (headroom.holds, is_nothing) {
        (true, true) => "It is met exactly, with nothing to spare.".to_owned(),
        (true, false) => format!("It is met with {} to spare.", distance.shown),
        (false, true) => "It is at the threshold and falls short of it by the least there is.".to_owned(),
        (false, false) => format!("It falls short by {}.", distance.shown),
    }
}

fn steps(document: &mut Document, steps: &[Step]) {
    for step in steps {
        calculation(document, step);
    }
}

fn calculation(document: &mut Document, step: &Step) {
    document.calculation(&capital(&step.name), lines_of(step));
}

/// The formula, the figures and the result.
fn lines_of(step: &Step) -> Vec<String> {
    let formula = std::iter::once(equals(&step.formula)).filter(|_| !step.formula.is_empty());
    formula.chain(lines_after_formula(step)).collect()
}

/// A formula on its line: what has its own name before it needs no second sign.
fn equals(formula: &str) -> String {
    let has_name = formula
        .split_once(" = ")
        .is_some_and(|(name, _)| name.chars().all(|letter| letter.is_alphanumeric() || letter == '_'));
    if has_name { formula.to_owned() } else { format!("= {formula}") }
}

/// The figures and the result, each only where it says more than the line before.
fn lines_after_formula(step: &Step) -> Vec<String> {
    let result = result_of(step);
    let mut lines = Vec::new();
    if step.substituted != step.formula && step.substituted != result && !is_bare_gap(&step.substituted) {
        lines.push(format!("= {}", step.substituted));
    }
    if result != step.formula {
        lines.push(format!("= {result}"));
    }
    lines
}

/// The figures and the result on one line, for a formula that stands elsewhere.
fn in_figures(name: &str, step: &Step) -> Line {
    let result = result_of(step);
    let line = Line::from(format!("{}: ", capital(name)));
    if step.substituted == result || is_bare_gap(&step.substituted) {
        line.code(result)
    } else {
        line.code(format!("{} = {result}", step.substituted))
    }
}

/// What came out. Why evidence is missing stands under “Missing evidence”.
fn result_of(step: &Step) -> &str {
    if step.result.starts_with("missing: ") { "not known" } else { &step.result }
}

/// A sign for what is not known, and nothing else.
fn is_bare_gap(substituted: &str) -> bool {
    matches!(substituted, "" | "?")
}
