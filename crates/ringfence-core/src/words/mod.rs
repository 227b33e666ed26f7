//! The ruling in words: reasons, steps, what is missing, what would change the answer.

mod findings;
mod formula;
mod funds;
mod missing;
mod payments;
mod portfolio;
mod prose;
mod ranges;
mod rejected;
mod rows;
mod signed;
mod standing;
mod tables;

pub(crate) use findings::the;
pub(crate) use formula::rounded;
pub(crate) use missing::Lacks;
pub(crate) use portfolio::lacking;

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::bind::Bound;
use crate::evaluate::{Choice, Member, Rules, Scratch};
use crate::language::eval::{Cells, Machine, STEPS};
use crate::language::ir::Text;
use crate::language::lower::Shape;
use crate::language::value::{Family, State, Val, Wide};
use crate::pack::{Condition, DerivedValue, Fact, Parameter};
use crate::reading;
use crate::ruling::{
    CancelledChange, CaseReference, EvidenceUsed, Figure, PackReference, ParameterUsed, PeriodFigure, PluginUsed,
    Ruling, SCHEMA, Status, Step, ValueFound,
};
use crate::types::{self, Type};

/// Tells of one case that has been worked out.
pub(crate) struct Teller<'a> {
    pub(crate) rules: &'a Rules<'a>,
    pub(crate) bound: &'a Bound,
    pub(crate) scratch: &'a Scratch,
    /// The case among all; nothing where it is ruled on alone.
    within: Option<Member<'a>>,
    derived: Vec<Val>,
    locals: Vec<Val>,
    wide: Wide,
    /// What the locals of the expression being written stand for.
    names: Vec<(u16, String)>,
    /// Of which series the rows in a local are, if of any.
    turns: Vec<(u16, Option<crate::language::ir::Series>)>,
    /// What values and conditions lack, as far as it was asked.
    lacks: RefCell<BTreeMap<(bool, usize, usize), missing::Lacks>>,
    /// How many values deep a reason has gone.
    depth: usize,
    /// How many steps over the records of lists the texts of the pack may still take.
    steps_left: u64,
}

/// What a cell of evidence or a derived cell is called.
#[derive(Clone, Copy)]
enum Called<'a> {
    Fact(&'a Fact, usize),
    Value(&'a DerivedValue, usize),
    Finding(&'a Condition),
    Nothing,
}

/// Puts a worked-out case into words.
pub(crate) fn ruling(rules: &Rules<'_>, bound: &Bound, scratch: &Scratch, within: Option<Member<'_>>) -> Ruling {
    let pack = rules.pack;
    let mut teller = Teller::new(rules, bound, scratch, within);
    teller.note_lacks(&pack.order);
    let missing = teller.all_missing();
    let mut order = Vec::new();
    for index in 0..pack.conditions.len() {
        teller.limbs_first(index, &mut order);
    }
    let findings = order.into_iter().filter_map(|index| teller.finding(index)).collect();
    let in_force = pack.funds.iter().enumerate().filter(|(_, fund)| fund.is_in_force(rules.day));
    let funds = in_force.map(|(index, _)| teller.fund(index)).collect::<Option<Vec<_>>>();
    let values = pack.values.iter().enumerate().map(|(index, value)| teller.value(index, value)).collect();
    Ruling {
        schema: SCHEMA,
        engine: env!("CARGO_PKG_VERSION"),
        pack: PackReference {
            id: pack.id.clone(),
            title: pack.title.clone(),
            version: pack.version.clone(),
            digest: pack.digest.clone(),
        },
        case: CaseReference {
            id: bound.case.id.clone(),
            title: bound.case.title.clone(),
            recipient: bound.case.recipient.clone(),
            digest: bound.case_digest.clone(),
        },
        rules_at: rules.day,
        known_by: bound.known_by,
        currency: pack.currency.clone(),
        findings,
        funds: funds.unwrap_or_default(),
        values,
        parameters: teller.parameters(),
        tables: teller.tables(),
        calendars: tables::calendars(pack),
        evidence: teller.evidence(),
        missing,
        rejected: teller.rejected(),
        portfolio: teller.portfolio(),
        plugins: pack
            .plugins
            .iter()
            .map(|function| PluginUsed { name: function.name().to_owned(), version: function.version().to_owned() })
            .collect(),
        warnings: teller.warnings(),
        reconsideration: pack.reconsideration.clone(),
    }
}

/// What is missing of a worked-out case: what, in which period, and what it leaves open.
pub(crate) fn missing(
    rules: &Rules<'_>,
    bound: &Bound,
    scratch: &Scratch,
    within: Option<Member<'_>>,
) -> Vec<(String, Option<String>, Vec<String>)> {
    let teller = Teller::new(rules, bound, scratch, within);
    teller.note_lacks(&rules.pack.order);
    let missing = teller.all_missing();
    missing.into_iter().map(|missing| (missing.what, missing.period, missing.leaves_open)).collect()
}

impl<'a> Teller<'a> {
    fn new(rules: &'a Rules<'a>, bound: &'a Bound, scratch: &'a Scratch, within: Option<Member<'a>>) -> Self {
        Self {
            rules,
            bound,
            scratch,
            within,
            derived: scratch.derived.clone(),
            wide: scratch.wide.clone(),
            locals: vec![
                Val::Word(crate::language::value::Word::absent(State::Missing));
                usize::from(crate::language::lower::LOCALS)
            ],
            names: Vec::new(),
            turns: Vec::new(),
            lacks: RefCell::default(),
            depth: 0,
            steps_left: STEPS,
        }
    }

    /// Finds what values and conditions lack, in the order of working out: what each lacks then rests
    /// on what is known already.
    fn note_lacks(&self, order: &[crate::pack::Step]) {
        let pack = self.rules.pack;
        for step in order {
            match step {
                crate::pack::Step::Value(index) => {
                    let value = pack.values.get(*index as usize);
                    let count = if value.is_some_and(|value| value.per_period) { pack.period_count() } else { 1 };
                    for position in 0..count {
                        self.missing_of_value(*index as usize, position);
                    }
                }
                crate::pack::Step::Finding(index) => {
                    self.missing_of_condition(*index as usize);
                }
            }
        }
    }

    /// A machine over the case, for the parts of expressions that words need.
    fn machine(&mut self, now: usize) -> Machine<'_> {
        Machine {
            cells: Cells {
                facts: &self.bound.facts,
                rows: &self.bound.rows,
                parameters: &self.rules.parameters,
                portfolio: &self.scratch.portfolio,
                texts: [&self.rules.pack.symbols, &self.bound.texts],
            },
            derived: &mut self.derived,
            locals: &mut self.locals,
            wide: &mut self.wide,
            now,
            first_ordinal: self.rules.first_ordinal(),
            periods: self.rules.pack.period_count(),
            fault: None,
            refused: None,
            steps_left: STEPS,
        }
    }

    /// The pack's order of conditions, but limbs before what is made of them.
    fn limbs_first(&self, index: usize, order: &mut Vec<usize>) {
        if order.contains(&index) {
            return;
        }
        if let Some(Condition { test: crate::pack::Test::Of { of, .. }, .. }) = self.rules.pack.conditions.get(index) {
            for limb in of {
                self.limbs_first(*limb as usize, order);
            }
        }
        order.push(index);
    }

    fn called_fact(&self, slot: u32) -> Called<'a> {
        let pack = self.rules.pack;
        for fact in &pack.facts {
            let width = if matches!(fact.shape, Shape::Series(_)) { pack.period_count() } else { 1 };
            let first = fact.slot as usize;
            if (first..first + width).contains(&(slot as usize)) {
                return Called::Fact(fact, slot as usize - first);
            }
        }
        Called::Nothing
    }

    fn called_derived(&self, slot: u32) -> Called<'a> {
        let pack = self.rules.pack;
        for value in &pack.values {
            let width = if value.per_period { pack.period_count() } else { 1 };
            let first = value.slot as usize;
            if (first..first + width).contains(&(slot as usize)) {
                return Called::Value(value, slot as usize - first);
            }
        }
        pack.conditions.iter().find(|condition| condition.slot == slot).map_or(Called::Nothing, Called::Finding)
    }

    /// A period as the scheme writes it.
    fn period(&self, position: usize) -> String {
        self.rules.pack.periods.map(|periods| periods.at(position).to_string()).unwrap_or_default()
    }

    /// A cell as people write it; `None` where it is not known.
    fn shown(&self, cell: Val, ty: &Type) -> Option<String> {
        let value = reading::uncell(cell, ty, &self.wide, |symbol| self.rules.text(self.bound, symbol))?;
        Some(types::show(&value, ty, &self.rules.pack.currency))
    }

    fn figure(&self, cell: Val, ty: &Type, absence: Option<&String>) -> Figure {
        let value = reading::uncell(cell, ty, &self.wide, |symbol| self.rules.text(self.bound, symbol));
        match (value, cell.state()) {
            (Some(value), _) => {
                Figure { shown: types::show(&value, ty, &self.rules.pack.currency), value: Some(data(&value, ty)) }
            }
            (None, State::NotApplicable) => Figure { value: None, shown: because("not applicable", absence) },
            (None, _) => Figure { value: None, shown: because("missing", absence) },
        }
    }

    fn value(&mut self, index: usize, value: &DerivedValue) -> ValueFound {
        let count = if value.per_period { self.rules.pack.period_count() } else { 1 };
        let mut figures = Vec::new();
        let mut steps = Vec::new();
        for position in 0..count {
            let cell = self.derived.get(value.slot as usize + position).copied();
            let Some(cell) = cell else { continue };
            let lacks = self.missing_of_value(index, position);
            let between = self.between(value.slot + missing::narrow(position), &value.ty);
            let absence = (!lacks.is_empty()).then(|| {
                let range = between.as_ref().map(|between| format!("; it is {}", between.shown)).unwrap_or_default();
                format!("it needs {}{range}", self.list_missing(&lacks))
            });
            let figure = self.figure(cell, &value.ty, absence.as_ref());
            let period = value.per_period.then(|| self.period(position));
            let name = match &period {
                Some(period) => format!("{}, {period}", value.title),
                None => value.title.clone(),
            };
            steps.push(Step {
                name,
                formula: self.formula(&value.is, position),
                substituted: self.substituted(&value.is, position),
                result: figure.shown.clone(),
            });
            figures.push(PeriodFigure { period, figure, between });
        }
        ValueFound { name: value.name.clone(), title: value.title.clone(), figures, steps }
    }

    fn parameters(&self) -> Vec<ParameterUsed> {
        let pack = self.rules.pack;
        pack.parameters
            .iter()
            .zip(&self.rules.parameters)
            .zip(&self.rules.chosen)
            .filter_map(|((parameter, cell), choice)| {
                let mut used = ParameterUsed {
                    name: parameter.name.clone(),
                    title: parameter.title.clone(),
                    figure: self.figure(*cell, &parameter.ty, None),
                    from: self.rules.day,
                    status: Status::Choice,
                    authority: None,
                    note: None,
                    announced: None,
                    confirmed: parameter.confirmed,
                    cancelled: self.cancelled(parameter),
                };
                match choice {
                    Choice::None(_) => return None,
                    Choice::Set(value) => {
                        used.figure = Figure {
                            value: Some(data(value, &parameter.ty)),
                            shown: types::show(value, &parameter.ty, &pack.currency),
                        };
                        used.note = Some("set for this ruling, not by the pack".to_owned());
                        used.confirmed = None;
                        used.cancelled.clear();
                    }
                    Choice::Dated(at) => {
                        let dated = parameter.dated.get(*at)?;
                        used.from = dated.from;
                        used.status = dated.status;
                        used.authority.clone_from(&dated.authority);
                        used.note.clone_from(&dated.note);
                        used.announced = dated.announced;
                    }
                }
                Some(used)
            })
            .collect()
    }

    /// The changes of a parameter that would be in force by now, had they not been cancelled.
    fn cancelled(&self, parameter: &Parameter) -> Vec<CancelledChange> {
        let due = parameter.dated.iter().filter(|dated| dated.from <= self.rules.day);
        due.filter_map(|dated| {
            let (because, (_, value)) = (dated.cancelled.clone()?, dated.value.as_ref()?);
            let figure = Figure {
                value: Some(data(value, &parameter.ty)),
                shown: types::show(value, &parameter.ty, &self.rules.pack.currency),
            };
            Some(CancelledChange { figure, from: dated.from, announced: dated.announced, because })
        })
        .collect()
    }

    fn evidence(&self) -> Vec<EvidenceUsed> {
        let pack = self.rules.pack;
        let mut used = Vec::new();
        for fact in &pack.facts {
            let (count, series) = match fact.shape {
                Shape::Series(_) => (pack.period_count(), true),
                _ => (1, false),
            };
            for (position, slot) in (0..count).zip(fact.slot..) {
                let Some(cell) = self.bound.facts.get(slot as usize) else { continue };
                let absence = self.bound.absences.get(&slot);
                let figure = match &fact.shape {
                    Shape::One(ty) | Shape::Series(ty) => self.figure(*cell, ty, absence),
                    Shape::List(_) => self.list(fact, *cell, absence),
                };
                let chosen = self.bound.chosen.get(&slot);
                used.push(EvidenceUsed {
                    fact: fact.name.clone(),
                    title: fact.title.clone(),
                    period: series.then(|| self.period(position)),
                    figure,
                    source: chosen.and_then(|chosen| chosen.source.clone()),
                    known: chosen.and_then(|chosen| chosen.known),
                });
            }
        }
        used
    }

    /// A list as evidence: its records, fields in the declared order.
    fn list(&self, fact: &Fact, cell: Val, absence: Option<&String>) -> Figure {
        let (Shape::List(record), Val::Rows(span)) = (&fact.shape, cell) else {
            return Figure { value: None, shown: because("missing", absence) };
        };
        match span.state {
            State::Missing => return Figure { value: None, shown: because("missing", absence) },
            State::NotApplicable => return Figure { value: None, shown: because("not applicable", absence) },
            State::Known => {}
        }
        let stride = record.fields.len();
        let mut values = Vec::new();
        let mut shown = Vec::new();
        for row in 0..span.count as usize {
            let first = span.first as usize + row * stride;
            let figures: Vec<Figure> = record
                .fields
                .iter()
                .enumerate()
                .filter_map(|(field, (_, ty))| {
                    let at = first + field;
                    let absence = u32::try_from(at).ok().and_then(|at| self.bound.row_absences.get(&at));
                    self.bound.rows.get(at).map(|cell| self.figure(*cell, ty, absence))
                })
                .collect();
            values.push(
                figures.iter().map(|figure| figure.value.as_deref().unwrap_or("?")).collect::<Vec<_>>().join(" "),
            );
            shown.push(figures.iter().map(|figure| figure.shown.as_str()).collect::<Vec<_>>().join(", "));
        }
        let shown = if shown.is_empty() { "none".to_owned() } else { shown.join("; ") };
        Figure { value: Some(values.join("; ")), shown }
    }

    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        for parameter in self.parameters() {
            let shown = &parameter.figure.shown;
            if parameter.note.as_deref() == Some("set for this ruling, not by the pack") {
                warnings.push(format!("`{}` was set to {shown} for this ruling, not by the pack", parameter.name));
            } else if parameter.status == Status::Unverified {
                let title = &parameter.title;
                warnings.push(format!(
                    "`{}` ({title}: {shown}) is unverified: no source for it has been seen",
                    parameter.name
                ));
            }
            if let Some(confirmed) = parameter.confirmed.filter(|confirmed| *confirmed < self.rules.day) {
                warnings.push(format!(
                    "`{}` ({}: {shown}) was last confirmed on {}, before the day whose rules apply",
                    parameter.name,
                    parameter.title,
                    types::show_date(confirmed)
                ));
            }
        }
        self.warn_of_tables(&mut warnings);
        for (slot, chosen) in &self.bound.chosen {
            let is_rejected = chosen.rejected.is_some() || chosen.rejection.is_some();
            if !is_rejected && !chosen.restated {
                continue;
            }
            let Called::Fact(fact, position) = self.called_fact(*slot) else { continue };
            let name = self.warned(fact, position);
            if is_rejected {
                let why = self.bound.absences.get(slot).map(String::as_str).unwrap_or_default();
                warnings.push(format!("{name}: {why}"));
            }
            if let (true, Some(known)) = (chosen.restated, chosen.known) {
                warnings.push(format!(
                    "{name} was restated on {}; what was stated before does not count",
                    types::show_date(known)
                ));
            }
        }
        for slot in &self.bound.unchecked {
            if let Called::Fact(fact, position) = self.called_fact(*slot) {
                let name = self.warned(fact, position);
                warnings.push(format!("{name} was not checked: the check needs evidence that is missing"));
            }
        }
        if self.rules.pack.passes() == 2 && self.within.is_none() {
            warnings.push(
                "this case was ruled on alone: what the rules work out over all recipients is not known".to_owned(),
            );
        }
        warnings.extend(self.over_payments());
        if let Some(period) = self.rules.through {
            warnings.push(format!("only the periods up to {period} are ruled on"));
        }
        warnings
    }

    /// A figure as a warning names it.
    fn warned(&self, fact: &Fact, position: usize) -> String {
        let when = if matches!(fact.shape, Shape::Series(_)) {
            format!(" for {}", self.period(position))
        } else {
            String::new()
        };
        format!("“{}”{when}", fact.title)
    }

    /// A part of a text. The steps that all texts take are counted together; `None` where too many are.
    fn counted<T>(&mut self, now: usize, work: impl FnOnce(&mut Machine<'_>) -> T) -> Option<T> {
        let left = self.steps_left;
        let mut machine = self.machine(now);
        machine.steps_left = left;
        let found = work(&mut machine);
        let left = machine.steps_left;
        self.steps_left = left;
        (left > 0).then_some(found)
    }

    /// A template; `None` where it needs something that is not known.
    fn text(&mut self, text: &Text, now: usize) -> Option<String> {
        Some(match text {
            Text::Plain(text) => text.clone(),
            Text::Show(expr, ty) => {
                let cell = self.counted(now, |machine| machine.value(ty.family(), expr))?;
                self.shown(cell, ty)?
            }
            Text::Join(parts) => parts.iter().map(|part| self.text(part, now)).collect::<Option<Vec<_>>>()?.concat(),
            Text::Rows { rows, each, between } => {
                let kept = self.counted(now, |machine| machine.rows_kept(rows))?;
                let mut texts = Vec::new();
                for row in kept {
                    self.set_local(rows.local, Val::Row(row));
                    texts.push(self.text(each, now)?);
                }
                texts.join(between)
            }
            Text::If { test, then, other } => match self.counted(now, |machine| machine.truth(test))? {
                crate::language::value::Truth::True => self.text(then, now)?,
                crate::language::value::Truth::False => self.text(other, now)?,
                _ => return None,
            },
            Text::Let { local, family, value, then } => {
                self.counted(now, |machine| machine.bind(*local, *family, value))?;
                self.text(then, now)?
            }
            Text::Do { actions, then } => {
                self.machine(now).act(actions);
                self.text(then, now)?
            }
        })
    }

    fn set_local(&mut self, local: u16, value: Val) {
        if let Some(cell) = self.locals.get_mut(local as usize) {
            *cell = value;
        }
    }

    /// A number, if it is known.
    fn number(&mut self, expr: &crate::language::ir::Expr, now: usize) -> Option<crate::exact::Exact> {
        let num = self.machine(now).num(expr);
        num.known(&self.wide)
    }

    fn family_value(&mut self, family: Family, expr: &crate::language::ir::Expr, now: usize) -> Val {
        self.machine(now).value(family, expr)
    }
}

fn because(what: &str, absence: Option<&String>) -> String {
    match absence {
        Some(why) => format!("{what}: {why}"),
        None => what.to_owned(),
    }
}

/// A value as data. Money is written with its pence.
fn data(value: &types::Value, ty: &Type) -> String {
    match (value, ty) {
        (types::Value::Number(number), Type::Number(of)) if of.unit.is_money() => {
            crate::money::Money::from_exact(*number).map_or_else(|| number.to_string(), |money| money.to_string())
        }
        _ => value.to_string(),
    }
}

/// `1 recipient`, `2 recipients`.
fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// Phrases as a sentence lists them: `a`, `a and b`, `a, b and c`.
fn listed(phrases: &[String]) -> String {
    match phrases {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

/// The same with a small first letter, unless the word is an abbreviation or begins a name: the next word has a capital
/// too, as in `Disabled Facilities Grant`.
fn small(text: &str) -> String {
    let mut letters = text.chars();
    let mut next = text.split_whitespace().nth(1).unwrap_or_default().chars();
    let is_name = next.next().is_some_and(char::is_uppercase) && next.next().is_some_and(char::is_lowercase);
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && !second.is_uppercase() && !is_name => {
            first.to_lowercase().collect::<String>() + letters.as_str()
        }
        _ => text.to_owned(),
    }
}
