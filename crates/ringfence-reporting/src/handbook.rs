//! A handbook of a rule pack: what it asks, what it pays, what to send, and what comes of it, for councillors and finance
//! officers.
//!
//! What the handbook says is put together once, here; [`html`] and [`markdown`] lay it out.

mod examples;
mod flow;
mod page;
mod text;

use ringfence_core::outline::{
    ConditionOutline, DecisionOutline, FactOutline, FundOutline, Outline, OverPaid, PortfolioOutline, Reference,
    SignOffOutline, Statement, TableOutline, TestOutline, ValueOutline, Wording,
};
use ringfence_core::pack::Pack;
use ringfence_core::ruling::{Authority, Status};

pub use self::examples::Example;
use self::flow::Flow;
use crate::document::{Line, Table, sentence};
use crate::history::{Sources, marked, shown, stretch};
use crate::report::day;

/// A handbook as a page of its own, that fetches nothing.
pub fn html(pack: &Pack, examples: &[Example]) -> String {
    page::render(pack.title(), &lead(pack), &parts(pack, &pack.outline(), examples), &foot(pack))
}

/// A handbook as Markdown, its drawings as Mermaid.
pub fn markdown(pack: &Pack, examples: &[Example]) -> String {
    text::render(pack.title(), &lead(pack), &parts(pack, &pack.outline(), examples), &foot(pack))
}

fn lead(pack: &Pack) -> String {
    format!(
        "What the rules on {} ask, what they pay, and what to send. Written from the rule pack; it changes when that does.",
        pack.rules_on()
    )
}

/// Of which rules this is the handbook.
fn foot(pack: &Pack) -> Line {
    Line::new()
        .plain("Written by ")
        .code("ringfence doc")
        .plain(" from ")
        .code(pack.id())
        .plain(format!(", version {}, digest ", pack.version()))
        .code(pack.digest())
        .plain(".")
}

/// What a script as it is written stands under.
const SCRIPT: &str = "As the rules write it";

/// A part of a handbook.
#[derive(Debug)]
enum Part {
    Heading {
        level: usize,
        anchor: String,
        title: String,
    },
    Paragraph(Line),
    /// Items, each so many levels deep.
    Items(Vec<Item>),
    /// Terms and what there is to say of each.
    Terms(Vec<(&'static str, Line)>),
    Quote(Line),
    /// A script as the pack writes it; open where nothing else tells what it says.
    Script {
        text: String,
        open: bool,
    },
    Table {
        caption: String,
        table: Table,
    },
    Flow(Flow),
}

/// An item of a list.
#[derive(Debug)]
struct Item {
    depth: usize,
    line: Line,
    /// The part of the handbook that it leads to.
    to: Option<String>,
}

impl Item {
    fn new(depth: usize, line: impl Into<Line>) -> Self {
        Self { depth, line: line.into(), to: None }
    }

    fn to(reference: &Reference, kind: &str) -> Self {
        Self { depth: 0, line: Line::from(reference.title.as_str()), to: Some(anchor(kind, &reference.id)) }
    }
}

fn anchor(kind: &str, id: &str) -> String {
    format!("{kind}-{id}")
}

/// The parts of a handbook, in the order in which they are read.
fn parts(pack: &Pack, outline: &Outline, examples: &[Example]) -> Vec<Part> {
    let mut writer = Writer::default();
    writer.at_a_glance(pack, outline);
    writer.funds(pack, outline);
    writer.conditions(outline);
    writer.sign_offs(&outline.sign_offs);
    writer.decisions(&outline.decisions);
    writer.evidence(&outline.facts);
    writer.parameters(outline);
    writer.tables(&outline.tables);
    writer.values(outline);
    writer.changes(outline);
    writer.examples(pack, examples);
    writer.doubts(outline);
    writer.sources(outline);
    writer.parts
}

#[derive(Default)]
struct Writer<'a> {
    parts: Vec<Part>,
    sources: Sources<'a>,
}

impl<'a> Writer<'a> {
    fn heading(&mut self, level: usize, anchor: impl Into<String>, title: &str) {
        self.parts.push(Part::Heading { level, anchor: anchor.into(), title: title.to_owned() });
    }

    fn paragraph(&mut self, line: impl Into<Line>) {
        self.parts.push(Part::Paragraph(line.into()));
    }

    fn items(&mut self, items: Vec<Item>) {
        if !items.is_empty() {
            self.parts.push(Part::Items(items));
        }
    }

    fn terms(&mut self, terms: Vec<(&'static str, Line)>) {
        if !terms.is_empty() {
            self.parts.push(Part::Terms(terms));
        }
    }

    fn table(&mut self, caption: &str, table: Table) {
        if !table.rows.is_empty() {
            self.parts.push(Part::Table { caption: caption.to_owned(), table });
        }
    }

    fn notes(&mut self, notes: Option<&String>) {
        for part in notes.iter().flat_map(|notes| notes.split("\n\n")).map(str::trim).filter(|part| !part.is_empty()) {
            self.paragraph(Line::new().strong("Note: ").plain(sentence(part)));
        }
    }

    /// The clause that something rests on, and its words.
    fn authority(&mut self, authority: Option<&'a Authority>) {
        let Some(authority) = authority else { return };
        let number = self.sources.cited(Some(authority));
        self.paragraph(Line::new().plain("Source: ").plain(&authority.title).plain(number).plain("."));
        if let Some(words) = &authority.words {
            self.parts.push(Part::Quote(Line::from(words.as_str())));
        }
    }

    /// A script in words behind `lead`, and as it is written.
    fn wording(&mut self, lead: &str, wording: &Wording) {
        match &wording.says {
            Some(statement) => self.statement(lead, statement),
            None if lead.ends_with("when") || lead.ends_with("where") => {
                self.paragraph(format!("{lead} this holds, step by step:"));
            }
            None => self.paragraph(format!("{lead} what comes of this, step by step:")),
        }
        self.parts.push(Part::Script { text: wording.script.clone(), open: wording.says.is_none() });
    }

    fn statement(&mut self, lead: &str, statement: &Statement) {
        let (lead, parts) = match statement {
            Statement::All(parts) => (format!("{lead} all of these hold:"), parts.as_slice()),
            Statement::Any(parts) => (format!("{lead} at least one of these holds:"), parts.as_slice()),
            Statement::Either { .. } => (format!("{lead}:"), std::slice::from_ref(statement)),
            Statement::Each { lead: of, test } if !matches!(**test, Statement::Says(_)) => {
                (format!("{lead}, {of}:"), std::slice::from_ref(&**test))
            }
            Statement::Says(_) | Statement::Each { .. } => {
                self.paragraph(sentence(&format!("{lead} {statement}")));
                return;
            }
        };
        self.paragraph(lead);
        let mut items = Vec::new();
        for part in parts {
            nest(part, 0, &mut items);
        }
        self.items(items);
    }

    fn at_a_glance(&mut self, pack: &Pack, outline: &'a Outline) {
        self.heading(2, "at-a-glance", "At a glance");
        let (from, until) = outline.in_force;
        let last = until.and_then(|until| until.yesterday().ok());
        let in_force = match last {
            Some(last) => format!("From {} to {}", day(from), day(last)),
            None => format!("From {}, without an end", day(from)),
        };
        let mut terms = vec![
            ("Rules on", Line::from(crate::document::capital(pack.rules_on()))),
            ("For each", Line::from(pack.recipient())),
            ("In force", Line::from(in_force)),
        ];
        terms.extend(outline.periods.as_ref().map(|periods| ("Paid and judged", Line::from(periods.as_str()))));
        terms.push(("Money is", Line::from(outline.rounding.as_str())));
        terms.extend(pack.default_day().map(|at| ("Usual rules", Line::from(format!("Those of {}", day(at))))));
        terms.push(("Rule pack", Line::new().code(pack.id()).plain(format!(", version {}", pack.version()))));
        self.terms(terms);
        let funds: Vec<Item> = outline.funds.iter().map(|fund| named("fund", &fund.id, &fund.title)).collect();
        if !funds.is_empty() {
            self.paragraph(format!("There is money in {}:", counted(funds.len(), "fund")));
            self.items(funds);
        }
        let unverified = unverified(outline).count();
        if unverified > 0 {
            let line = Line::new()
                .caution("Unverified:")
                .plain(format!(" no source was seen for {}. ", counted(unverified, "figure")))
                .plain("What is not verified is marked where it stands, and listed under “Doubts and choices”.");
            self.paragraph(line);
        }
    }

    fn funds(&mut self, pack: &Pack, outline: &'a Outline) {
        if outline.funds.is_empty() {
            return;
        }
        self.heading(2, "money", "How the money flows");
        for fund in &outline.funds {
            self.heading(3, anchor("fund", &fund.id), &fund.title);
            self.parts.push(Part::Flow(Flow::of(fund, pack, outline)));
            self.fund(fund);
        }
    }

    fn fund(&mut self, fund: &'a FundOutline) {
        if let Some((from, until)) = fund.in_force {
            self.paragraph(format!("There is such a fund{} only.", stretch(from, until).replace(['(', ')'], "")));
        }
        self.wording("Its amount is", &fund.amount);
        if !fund.gates.is_empty() {
            let are = if fund.gates.len() == 1 { "this condition is met" } else { "all of these conditions are met" };
            self.paragraph(format!(
                "Nothing is paid before {are}. While one is unmet, all of the fund is withheld; while one is not decided, \
                 so is the fund. A condition that does not apply is no bar."
            ));
            self.items(fund.gates.iter().map(|gate| Item::to(gate, "condition")).collect());
        }
        match &fund.release {
            Some(release) if fund.tranches && fund.cumulative => {
                self.wording("It is paid period by period. Due to date is", release);
                self.paragraph("A period pays what is due to date, less what was paid before.");
            }
            Some(release) if fund.tranches => self.wording("It is paid period by period. Due for a period is", release),
            Some(release) => self.wording("Of it, due is", release),
            None => self.paragraph("All of it is due."),
        }
        self.paragraph(match &fund.redirect {
            Some(to) => format!("What is not due goes to {to}."),
            None => "What is not due is withheld.".to_owned(),
        });
        if fund.tranches && fund.cumulative {
            self.paragraph(match fund.over_payment {
                OverPaid::Stays => "If what is due to date falls below what was paid, nothing is taken back.",
                OverPaid::Recovered => {
                    "If what is due to date falls below what was paid, the difference is taken back."
                }
                OverPaid::Carried => {
                    "If what is due to date falls below what was paid, the difference is set off against later periods."
                }
            });
        }
        if let Some(paid) = &fund.paid {
            self.paragraph(format!("What was paid already is evidence: “{paid}”."));
        }
        for (from, until, authority) in &fund.suspended {
            let days = stretch(*from, *until).replace(['(', ')'], "");
            let cited = self.sources.cited(authority.as_ref());
            self.paragraph(format!("Payments are suspended{days}{cited}."));
        }
        self.authority(fund.authority.as_ref());
        self.notes(fund.notes.as_ref());
    }

    fn conditions(&mut self, outline: &'a Outline) {
        if outline.conditions.is_empty() {
            return;
        }
        self.heading(2, "conditions", "The conditions");
        for condition in &outline.conditions {
            self.heading(3, anchor("condition", &condition.id), &condition.title);
            self.condition(condition, outline);
        }
    }

    fn condition(&mut self, condition: &'a ConditionOutline, outline: &'a Outline) {
        match &condition.test {
            TestOutline::Script(wording) => self.wording("It is met when", wording),
            TestOutline::SignOff(sign_off) => {
                self.paragraph("It is met when this is signed by those who must:");
                self.items(vec![Item::to(sign_off, "sign-off")]);
            }
            TestOutline::Decision(decision) => {
                self.paragraph("Only a person can tell whether it is met:");
                self.items(vec![Item::to(decision, "decision")]);
            }
            TestOutline::Of { need, of } => {
                self.paragraph(format!("It is met when {need} of these are met:"));
                self.items(of.iter().map(|limb| Item::to(limb, "condition")).collect());
            }
        }
        if let Some(applies) = &condition.applies {
            self.wording("It applies only where", applies);
        }
        let mut table = Table::new().words("Outcome").words("When");
        for (outcome, when) in &condition.scenarios {
            table.row([Line::new().outcome(*outcome), Line::from(sentence(when))]);
        }
        self.table(&format!("Outcomes of “{}”", condition.title), table);
        let mut terms = Vec::new();
        if let Some((from, until)) = condition.in_force {
            terms.push((
                "In force",
                Line::from(crate::document::capital(stretch(from, until).trim_matches([' ', '(', ')']))),
            ));
        }
        let money =
            if condition.gates.is_empty() { "None: it is reported".to_owned() } else { condition.gates.join("; ") };
        terms.push(("Money on it", Line::from(money)));
        let theme = outline.themes.iter().find(|theme| Some(&theme.id) == condition.theme.as_ref());
        terms.extend(theme.map(|theme| ("Theme", Line::from(theme.title.as_str()))));
        if !condition.waived_by.is_empty() {
            terms.push(("May be waived by", Line::from(condition.waived_by.join(", "))));
        }
        self.terms(terms);
        if let Some(cure) = &condition.cure {
            self.paragraph("If it is not met, it can still be put right.");
            self.wording("The last day for that is", &cure.by);
            self.wording("It was put right on", &cure.cured_on);
            match &cure.releases {
                Some(share) => self.wording("Then the share that is released is", share),
                None => self.paragraph("Then all that is due is released."),
            }
            match &cure.keeps {
                Some(share) => self.wording("Otherwise the share that is released is", share),
                None => self.paragraph("Otherwise nothing is released."),
            }
        }
        self.authority(condition.authority.as_ref());
        self.notes(condition.notes.as_ref());
    }

    fn sign_offs(&mut self, sign_offs: &'a [SignOffOutline]) {
        if sign_offs.is_empty() {
            return;
        }
        self.heading(2, "sign-offs", "Who signs what, and by when");
        for sign_off in sign_offs {
            self.heading(3, anchor("sign-off", &sign_off.id), &sign_off.title);
            let late = if sign_off.late_counts { "Counts, and is reported" } else { "Does not count" };
            let mut terms = vec![("Who must sign", Line::from(crate::document::capital(&sign_off.rule)))];
            terms.extend(sign_off.by.as_ref().map(|by| ("Last day", Line::from(by.as_str()))));
            if sign_off.by.is_some() {
                terms.push(("Signed late", Line::from(late)));
            }
            if !sign_off.document.is_empty() {
                terms.push(("What is signed", Line::from(sign_off.document.join("; "))));
            }
            self.terms(terms);
            let mut table = Table::new().words("Party").words("Who signs for it").words("On behalf of another office");
            for party in &sign_off.parties {
                let each = party.each_of.as_ref().map(|each| format!(" (each of “{each}”)")).unwrap_or_default();
                let offices = if party.offices.is_empty() { "Any office".to_owned() } else { party.offices.join(", ") };
                let other = if party.independent { "; a body other than the recipient" } else { "" };
                table.row([
                    Line::from(format!("{}{each}", party.title)),
                    Line::from(format!("{offices}{other}")),
                    Line::from(if party.may_delegate { "Allowed" } else { "Does not count" }),
                ]);
            }
            self.table(&format!("Parties to “{}”", sign_off.title), table);
            self.paragraph(
                "A signature counts for the version it was given for: change a figure that is signed, and it lapses.",
            );
            self.authority(sign_off.authority.as_ref());
            self.notes(sign_off.notes.as_ref());
        }
    }

    fn decisions(&mut self, decisions: &'a [DecisionOutline]) {
        if decisions.is_empty() {
            return;
        }
        self.heading(2, "decisions", "What a person decides");
        for decision in decisions {
            self.heading(3, anchor("decision", &decision.id), &decision.title);
            let mut terms = vec![
                ("Decided by", Line::from(decision.by.join(", "))),
                ("Answers", Line::from(decision.answers.join("; "))),
                ("Met with", Line::from(decision.met_when.join("; "))),
            ];
            terms.extend(decision.valid.as_ref().map(|valid| ("Holds for", Line::from(valid.as_str()))));
            self.terms(terms);
            self.authority(decision.authority.as_ref());
            self.notes(decision.notes.as_ref());
        }
    }

    fn evidence(&mut self, facts: &'a [FactOutline]) {
        if facts.is_empty() {
            return;
        }
        self.heading(2, "evidence", "What evidence to send");
        self.paragraph(
            "What is not sent is missing: it counts neither as nought nor as no, and leaves open what rests on it.",
        );
        let mut table = Table::new().words("Evidence").words("How it is given").words("Remarks");
        for fact in facts {
            table.row([Line::new().strong(&fact.title).end_line().code(&fact.name), given(fact), remarks(fact)]);
        }
        self.table("Evidence", table);
    }

    fn parameters(&mut self, outline: &'a Outline) {
        if outline.parameters.is_empty() {
            return;
        }
        self.heading(2, "parameters", "Figures that policy may change");
        let mut table = Table::new().words("Figure").words("From").words("Value").words("Where from");
        for parameter in &outline.parameters {
            for (at, value) in parameter.values.iter().enumerate() {
                let title = if at == 0 {
                    let confirmed = parameter.confirmed.map(|on| format!("Last confirmed on {}", day(on)));
                    let title = Line::new().strong(&parameter.title).end_line().code(&parameter.name);
                    confirmed.map_or(title.clone(), |confirmed| title.end_line().plain(confirmed))
                } else {
                    Line::new()
                };
                let cited = self.sources.cited(value.authority.as_ref());
                let note = value.note.as_ref().map(|note| Line::new().end_line().plain(sentence(note)));
                let from = if value.withdrawn.is_some() && value.authority.is_none() {
                    Line::new()
                } else {
                    status(value.status).plain(cited)
                };
                table.row([title, Line::from(day(value.from)), shown(value), from.then(note.unwrap_or_default())]);
            }
        }
        self.table("Figures that policy may change", table);
    }

    fn tables(&mut self, tables: &'a [TableOutline]) {
        if tables.is_empty() {
            return;
        }
        self.heading(2, "tables", "Tables");
        for table in tables {
            self.heading(3, anchor("table", &table.name), &table.title);
            self.paragraph(match table.hit {
                "sum" => "All rows that hold are added up.",
                "first" => "The first row that holds counts.",
                _ => "Exactly one row holds.",
            });
            for version in &table.versions {
                let cited = self.sources.cited(version.authority.as_ref());
                let lead = Line::new().plain(format!("From {}: ", day(version.from)));
                if let Some(why) = &version.withdrawn {
                    self.paragraph(lead.plain(format!("none: {why}")));
                    continue;
                }
                self.paragraph(lead.then(status(version.status)).plain(cited));
                let mut rows = Table::new();
                for name in table.inputs.iter().chain(&table.outputs) {
                    rows = rows.words(crate::document::capital(name));
                }
                for row in &version.rows {
                    rows.row(row.iter().map(|cell| Line::from(cell.as_str())));
                }
                if let Some(default) = &version.default {
                    let otherwise = table.inputs.iter().map(|_| Line::from("otherwise"));
                    rows.row(otherwise.chain(default.iter().map(|cell| Line::from(cell.as_str()))));
                }
                self.table(&format!("{}, from {}", table.title, day(version.from)), rows);
                self.notes(version.note.as_ref());
            }
        }
    }

    fn values(&mut self, outline: &'a Outline) {
        if outline.values.is_empty() && outline.portfolio.is_empty() {
            return;
        }
        self.heading(2, "values", "How figures are worked out");
        for value in &outline.values {
            self.value(value);
        }
        for value in &outline.portfolio {
            self.over_all(value);
        }
    }

    fn value(&mut self, value: &'a ValueOutline) {
        self.heading(3, anchor("value", &value.name), &value.title);
        self.wording(if value.per_period { "For each period it is" } else { "It is" }, &value.is);
        if let Some(rounding) = &value.rounding {
            self.paragraph(format!("It is {rounding}."));
        }
        self.notes(value.notes.as_ref());
    }

    fn over_all(&mut self, value: &'a PortfolioOutline) {
        self.heading(3, anchor("over-all", &value.name), &value.title);
        let what = match value.take {
            "sum" => "the sum, over all recipients, of",
            "count" => "the number of recipients of which it holds that",
            "mean" => "the mean, over all recipients, of",
            "median" => "the middle one, of all recipients, of",
            "least" => "the least, of all recipients, of",
            "greatest" => "the greatest, of all recipients, of",
            "rank" => "the recipient’s place among all, the greatest first, by",
            _ => "the recipient’s place among all, the least first, by",
        };
        self.wording(&format!("It is {what}"), &value.of);
        if let Some(taking_part) = &value.taking_part {
            self.wording("A recipient takes part where", taking_part);
        }
    }

    fn changes(&mut self, outline: &'a Outline) {
        if outline.changes.is_empty() {
            return;
        }
        self.heading(2, "changes", "What changed against the scheme before");
        let mut table = Table::new().words("Theme").words("Change");
        for change in &outline.changes {
            let theme = outline.themes.iter().find(|theme| theme.id == change.theme);
            let says = Line::new().plain(&change.says).plain(self.sources.cited(change.authority.as_ref()));
            table.row([
                Line::from(theme.map_or(change.theme.as_str(), |theme| theme.title.as_str())),
                marked(says, change.status),
            ]);
        }
        self.table("What changed against the scheme before", table);
    }

    fn doubts(&mut self, outline: &'a Outline) {
        let mut table = Table::new().words("Figure").words("Value");
        for (title, value) in unverified(outline) {
            table.row([Line::from(title), value]);
        }
        if let Some(how) = &outline.reconsideration {
            self.heading(2, "reconsideration", "If you disagree with a ruling");
            self.paragraph(sentence(how));
        }
        if table.rows.is_empty() && outline.notes.is_none() {
            return;
        }
        self.heading(2, "doubts", "Doubts and choices");
        for part in outline.notes.iter().flat_map(|notes| notes.split("\n\n")) {
            self.paragraph(sentence(part));
        }
        if !table.rows.is_empty() {
            self.paragraph("No source was seen for these. Whoever finds one improves every ruling that uses it.");
            self.table("What no source confirms", table);
        }
    }

    fn sources(&mut self, outline: &'a Outline) {
        for calendar in &outline.calendars {
            self.sources.cited(calendar.authority.as_ref());
        }
        if self.sources.listed.is_empty() {
            return;
        }
        self.heading(2, "sources", "Sources");
        let mut table = Table::new().figures("No.").words("Source").words("Date").words("Where");
        for (at, source) in self.sources.listed.iter().enumerate() {
            table.row([
                Line::from((at + 1).to_string()),
                Line::from(source.title.as_str()),
                Line::from(source.date.map(day).unwrap_or_default()),
                source.url.as_ref().map_or_else(Line::new, |url| Line::new().address(url)),
            ]);
        }
        self.table("Sources", table);
    }
}

fn named(kind: &str, id: &str, title: &str) -> Item {
    Item::to(&Reference { id: id.to_owned(), title: title.to_owned() }, kind)
}

/// A statement as items that stand in each other.
fn nest(statement: &Statement, depth: usize, items: &mut Vec<Item>) {
    let mut several = |lead: &str, parts: &[Statement]| {
        items.push(Item::new(depth, lead));
        for part in parts {
            nest(part, depth + 1, items);
        }
    };
    match statement {
        Statement::Says(text) => items.push(Item::new(depth, text.as_str())),
        Statement::All(parts) => several("all of these hold:", parts),
        Statement::Any(parts) => several("at least one of these holds:", parts),
        Statement::Each { lead, test } => match &**test {
            Statement::Says(text) => items.push(Item::new(depth, format!("{lead}, {text}"))),
            _ => several(&format!("{lead}:"), std::slice::from_ref(test)),
        },
        Statement::Either { test, then, other } => {
            several(&format!("if {test}:"), std::slice::from_ref(then));
            several("otherwise:", std::slice::from_ref(other));
        }
    }
}

/// How a piece of evidence is given.
fn given(fact: &FactOutline) -> Line {
    let per = if fact.per_period { ", for each period" } else { "" };
    let mut line = Line::from(format!("{}{per}", crate::document::capital(&fact.kind)));
    let bounds = match (&fact.min, &fact.max) {
        (Some(min), Some(max)) => format!("from {min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => String::new(),
    };
    if !bounds.is_empty() {
        line = line.plain(format!("; {bounds}"));
    }
    let fields: Vec<String> = fact.fields.iter().map(|(title, kind)| format!("{title} ({kind})")).collect();
    if !fields.is_empty() {
        line = line.plain(format!(", each with {}", fields.join("; ")));
    }
    if fact.may_not_apply {
        line = line.plain("; or not applicable, with the reason");
    }
    line
}

/// What else there is to know of a piece of evidence.
fn remarks(fact: &FactOutline) -> Line {
    let mut remarks: Vec<String> = Vec::new();
    remarks.extend(fact.source_of.as_deref().map(sentence));
    if fact.may_be_empty {
        remarks.push("The list may be empty.".to_owned());
    }
    if let Some((when, because)) = &fact.suspect {
        let when = when.says.as_ref().map_or_else(|| format!("`{}`", when.script), ToString::to_string);
        remarks.push(sentence(&format!("not believed where {when}: {because}")));
    }
    remarks.extend(fact.notes.as_deref().map(sentence));
    Line::from(remarks.join(" "))
}

fn status(status: Status) -> Line {
    match status {
        Status::Unverified => Line::new().caution("unverified"),
        other => Line::from(other.as_str()),
    }
}

/// What no source was seen for.
fn unverified(outline: &Outline) -> impl Iterator<Item = (&str, Line)> {
    let parameters = outline.parameters.iter().flat_map(|parameter| {
        let open = parameter.values.iter().filter(|value| value.status == Status::Unverified);
        open.map(|value| (parameter.title.as_str(), shown(value).plain(format!(" (from {})", day(value.from)))))
    });
    let tables = outline.tables.iter().flat_map(|table| {
        let open = table.versions.iter().filter(|version| version.status == Status::Unverified);
        open.map(|version| (table.title.as_str(), Line::from(format!("the rows from {}", day(version.from)))))
    });
    let calendars = outline.calendars.iter().filter(|calendar| calendar.status == Status::Unverified);
    let calendars = calendars.map(|calendar| (calendar.title.as_str(), Line::from("its holidays")));
    parameters.chain(tables).chain(calendars)
}

/// `1 fund`, `2 funds`.
fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
