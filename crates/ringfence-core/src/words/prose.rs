//! Scripts in words without a case: what a condition asks of anybody, how an amount comes about.
//!
//! What a script says is told with the titles of what it reads. A script that does something step by step has no such
//! words; a document shows the script itself, which every [`Wording`] holds.

use super::formula::rounded;
use super::{listed, small};
use crate::language::ir::{Call, Comparison, Expr, Fold, Kind, Leaf, Lookup, Over, Quantity, Rows, Series};
use crate::language::lower::Shape;
use crate::language::value::{Truth, Val};
use crate::outline::{Statement, Wording};
use crate::pack::{DerivedValue, Fact, Pack, Parameter};
use crate::types::{self, Days, Number, Type};

/// How tightly a phrase holds together; what does less stands in brackets within it.
const LOOSE: u8 = 0;
const SUM: u8 = 1;
const PRODUCT: u8 = 2;
const WHOLE: u8 = 3;

/// The longest phrase, in bytes. Nobody reads a longer one, and names that stand for others that stand for others could
/// make one without end.
const LONGEST: usize = 2_000;

/// A phrase and how tightly it holds together.
type Phrase = (String, u8);

/// Writes scripts of a pack in words.
pub(crate) struct Prose<'a> {
    pack: &'a Pack,
    /// What the names of the script's own stand for.
    names: Vec<(u16, Phrase)>,
    /// The rows that the words are within, the innermost last.
    rows: Vec<u16>,
}

impl Pack {
    /// A script in words, where there are any, and as it is written.
    pub(crate) fn wording(&self, script: &Expr) -> Wording {
        let mut prose = Prose { pack: self, names: Vec::new(), rows: Vec::new() };
        let is_test = matches!(prose.type_of(script), Some(Type::Bool)) || is_truth(&script.kind);
        let says = if is_test { prose.statement(script, true) } else { prose.amount(script) };
        Wording { says, script: self.scripts.get(&script.site).cloned().unwrap_or_default() }
    }

    /// A parameter's value as it stands in a sentence: what it is, or what it is from which day on.
    pub(crate) fn parameter_figures(&self, parameter: &Parameter) -> Option<String> {
        const MOST: usize = 3;
        let values = parameter.dated.iter().filter(|dated| dated.cancelled.is_none());
        let values: Vec<_> = values.collect();
        let shown = |at: usize| {
            let (_, value) = values.get(at)?.value.as_ref()?;
            Some(types::show(value, &parameter.ty, &self.currency))
        };
        match values.len() {
            0 => None,
            1 => shown(0),
            count if count <= MOST => {
                let told = values.iter().enumerate().map(|(at, dated)| {
                    let shown = shown(at).unwrap_or_else(|| "none".to_owned());
                    format!("{shown} from {}", types::show_date(dated.from))
                });
                Some(told.collect::<Vec<_>>().join(", "))
            }
            _ => Some("it changes over time".to_owned()),
        }
    }
}

/// Whether a node gives yes or no whatever it is made of.
const fn is_truth(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::And(_)
            | Kind::Or(_)
            | Kind::Not(_)
            | Kind::Compare(..)
            | Kind::CompareWords(..)
            | Kind::SameTruth { .. }
            | Kind::Quantify { .. }
            | Kind::CoversWeek(_)
            | Kind::Includes(_)
            | Kind::Applicable(..)
    )
}

/// How a rule puts a bound. A finding says of a number that it is “not above” the most there may be; a rule asks that it be
/// at most that.
const fn bound_words(comparison: Comparison, holds: bool) -> &'static str {
    match (comparison, holds) {
        (Comparison::AtLeast, true) | (Comparison::Less, false) => "at least",
        (Comparison::AtMost, true) | (Comparison::Greater, false) => "at most",
        (Comparison::Less, true) | (Comparison::AtLeast, false) => "below",
        _ => "above",
    }
}

impl<'a> Prose<'a> {
    /// What a test says, or that it does not hold.
    fn statement(&mut self, expr: &Expr, holds: bool) -> Option<Statement> {
        let says = |text: String| Some(Statement::Says(text));
        match &expr.kind {
            Kind::And(parts) => self.several(parts, holds, true),
            Kind::Or(parts) => self.several(parts, holds, false),
            Kind::Not(inner) => self.statement(inner, !holds),
            Kind::Compare(comparison, sides) | Kind::CompareWords(comparison, sides) => {
                says(self.compared(*comparison, sides, holds)?)
            }
            Kind::SameTruth { negated, sides } => {
                let [left, right] = &**sides;
                let (left, right) = (self.inline(left, true)?, self.inline(right, true)?);
                says(if *negated == holds {
                    format!("one of these holds and the other does not: {left}; {right}")
                } else {
                    format!("both of these hold, or neither does: {left}; {right}")
                })
            }
            Kind::Quantify { quantity, rows, test } => self.every(*quantity, rows, test, holds),
            Kind::CoversWeek(days) => {
                let verb = if holds { "covers" } else { "does not cover" };
                says(format!("{} {verb} all seven days of the week", self.phrase(days, WHOLE)?))
            }
            Kind::Includes(sides) => {
                let [all, some] = &**sides;
                let Kind::Constant(Val::Word(word)) = some.kind else { return None };
                let verb = if holds { "includes" } else { "does not include" };
                says(format!("{} {verb} {}", self.phrase(all, WHOLE)?, Days::from_bits(word.bits)))
            }
            Kind::Applicable(_, inner) => says(self.applies(inner, holds)?),
            Kind::Constant(Val::Truth(truth)) => {
                says(if (*truth == Truth::True) == holds { "always" } else { "never" }.to_owned())
            }
            Kind::OrElse(sides) => self.or_else(sides, holds),
            Kind::If(parts) => {
                let [test, then, other] = &**parts;
                let test = self.statement(test, true)?;
                let (then, other) = (self.statement(then, holds)?, self.statement(other, holds)?);
                Some(Statement::Either { test: Box::new(test), then: Box::new(then), other: Box::new(other) })
            }
            Kind::Let { local, value, then, .. } => {
                let value = self.bound(value)?;
                self.names.push((*local, value));
                let told = self.statement(then, holds);
                self.names.pop();
                told
            }
            Kind::Derived(slot) | Kind::DerivedNow(slot) if self.finding(*slot).is_some() => {
                let verb = if holds { "is met" } else { "is not met" };
                says(format!("“{}” {verb}", self.finding(*slot)?))
            }
            Kind::Call(call) => {
                let told = self.called(call)?;
                let told = told.strip_prefix("whether ").unwrap_or(&told).to_owned();
                says(if holds { told } else { format!("it is not so that {told}") })
            }
            Kind::Local(_) => {
                let told = self.phrase(expr, LOOSE)?;
                says(if holds { told } else { format!("it is not so that {told}") })
            }
            Kind::Do { .. } => None,
            _ => {
                let verb = if holds { "holds" } else { "does not hold" };
                says(format!("{} {verb}", self.phrase(expr, WHOLE)?))
            }
        }
    }

    /// Tests that all must hold, or one of which must.
    fn several(&mut self, parts: &[Expr], holds: bool, all: bool) -> Option<Statement> {
        let parts: Vec<Statement> = parts.iter().map(|part| self.statement(part, holds)).collect::<Option<_>>()?;
        let all = all == holds;
        // What stands within its like reads as one list.
        let flat = parts.into_iter().flat_map(|part| match part {
            Statement::All(inner) if all => inner,
            Statement::Any(inner) if !all => inner,
            other => vec![other],
        });
        let flat = flat.collect();
        Some(if all { Statement::All(flat) } else { Statement::Any(flat) })
    }

    fn compared(&mut self, comparison: Comparison, sides: &[Expr; 2], holds: bool) -> Option<String> {
        let [left, right] = sides;
        let truth = Truth::from_bool(holds);
        let of_days = matches!(self.type_of(left).or_else(|| self.type_of(right)), Some(Type::Date));
        let equal = matches!(comparison, Comparison::Equal) == holds;
        let words = match comparison {
            Comparison::Equal | Comparison::NotEqual => if equal { "" } else { "not " }.to_owned(),
            _ if of_days => super::findings::comparing_days(comparison, truth).to_owned() + " ",
            _ => bound_words(comparison, holds).to_owned() + " ",
        };
        let (left_told, right_told) = (self.beside(left, right)?, self.beside(right, left)?);
        Some(format!("{left_told} is {words}{right_told}"))
    }

    /// A side of a comparison; a number written in the script has the unit of the other side.
    fn beside(&mut self, expr: &Expr, other: &Expr) -> Option<String> {
        if let (Kind::Constant(Val::Num(number)), Some(Type::Number(of))) = (&expr.kind, self.type_of(other)) {
            return Some(types::show_number(number.known(&[])?, &of, &self.pack.currency));
        }
        self.phrase(expr, SUM)
    }

    fn every(&mut self, quantity: Quantity, rows: &Rows, test: &Expr, holds: bool) -> Option<Statement> {
        // That not all pass is that one does not, and so on: the negation moves to the test.
        let (lead, holds) = match (quantity, holds) {
            (Quantity::All, true) => ("for every one of", true),
            (Quantity::All, false) => ("for at least one of", false),
            (Quantity::Some, true) | (Quantity::None, false) => ("for at least one of", true),
            (Quantity::Some, false) | (Quantity::None, true) => ("for none of", true),
        };
        let rows_told = self.rows_told(rows)?;
        self.rows.push(rows.local);
        let test = self.statement(test, holds);
        self.rows.pop();
        Some(Statement::Each { lead: format!("{lead} {rows_told}"), test: Box::new(test?) })
    }

    fn applies(&mut self, inner: &Expr, holds: bool) -> Option<String> {
        let verb = if holds { "applies" } else { "does not apply" };
        // Of a list a script asks for its length.
        if let Kind::Count(rows) = &inner.kind {
            return Some(format!("{} {verb}", self.rows_told(rows)?));
        }
        Some(format!("{} {verb}", self.subject(inner)?))
    }

    /// What does or does not apply: what it is called, or what it says.
    fn subject(&mut self, expr: &Expr) -> Option<String> {
        if let Kind::Derived(slot) | Kind::DerivedNow(slot) = &expr.kind
            && let Some(title) = self.finding(*slot)
        {
            return Some(format!("“{title}”"));
        }
        if is_truth(&expr.kind) { self.inline(expr, true) } else { self.phrase(expr, WHOLE) }
    }

    fn or_else(&mut self, sides: &[Expr; 2], holds: bool) -> Option<Statement> {
        let [first, other] = sides;
        let told = self.statement(first, holds)?;
        match other.kind {
            // Where it does not apply, the whole holds anyway, or does not.
            Kind::Constant(Val::Truth(truth)) if (truth == Truth::True) == holds => {
                Some(Statement::Any(vec![told, Statement::Says(self.applies(first, false)?)]))
            }
            Kind::Constant(Val::Truth(_)) => Some(told),
            _ => {
                let test = Box::new(Statement::Says(self.applies(first, true)?));
                let other = Box::new(self.statement(other, holds)?);
                Some(Statement::Either { test, then: Box::new(told), other })
            }
        }
    }

    /// What a name of the script's own stands for.
    fn bound(&mut self, value: &Expr) -> Option<Phrase> {
        if is_truth(&value.kind) { Some((self.inline(value, true)?, LOOSE)) } else { self.node(value) }
    }

    /// A test within a sentence.
    fn inline(&mut self, expr: &Expr, holds: bool) -> Option<String> {
        Some(self.statement(expr, holds)?.to_string()).filter(|told| told.len() <= LONGEST)
    }

    /// How a value comes about: a choice between two ways is told as one.
    fn amount(&mut self, expr: &Expr) -> Option<Statement> {
        match &expr.kind {
            Kind::If(parts) => {
                let [test, then, other] = &**parts;
                let test = Box::new(self.statement(test, true)?);
                let (then, other) = (Box::new(self.amount(then)?), Box::new(self.amount(other)?));
                Some(Statement::Either { test, then, other })
            }
            Kind::Let { local, value, then, .. } => {
                let value = self.bound(value)?;
                self.names.push((*local, value));
                let told = self.amount(then);
                self.names.pop();
                told
            }
            _ => Some(Statement::Says(self.phrase(expr, LOOSE)?)),
        }
    }

    /// A value within a phrase that holds together so tightly.
    fn phrase(&mut self, expr: &Expr, around: u8) -> Option<String> {
        let (text, binds) = self.node(expr)?;
        Some(if binds < around { format!("({text})") } else { text })
    }

    fn node(&mut self, expr: &Expr) -> Option<Phrase> {
        self.any_node(expr).filter(|(told, _)| told.len() <= LONGEST)
    }

    fn any_node(&mut self, expr: &Expr) -> Option<Phrase> {
        let whole = |text: String| Some((text, WHOLE));
        match &expr.kind {
            Kind::Constant(value) => whole(self.constant(*value)?),
            Kind::Fact(slot) => {
                let (fact, at) = self.fact(*slot)?;
                let period = matches!(fact.shape, Shape::Series(_)).then(|| self.period(at));
                whole(format!("“{}”{}", fact.title, period.unwrap_or_default()))
            }
            Kind::FactNow(base) => whole(format!("“{}” in the period", self.fact(*base)?.0.title)),
            Kind::Derived(slot) => match self.finding(*slot) {
                Some(title) => whole(format!("whether “{title}” is met")),
                None => {
                    let (value, at) = self.value(*slot)?;
                    let period = if value.per_period { self.period(at) } else { String::new() };
                    whole(format!("“{}”{period}", value.title))
                }
            },
            Kind::DerivedNow(slot) => whole(format!("“{}” in the period", self.value(*slot)?.0.title)),
            Kind::Parameter(slot) => {
                let parameter = self.pack.parameters.get(*slot as usize)?;
                let figures = self.pack.parameter_figures(parameter);
                let figures = figures.map(|figures| format!(" ({figures})")).unwrap_or_default();
                whole(format!("“{}”{figures}", parameter.title))
            }
            Kind::Portfolio(slot) => {
                whole(format!("“{}” over all recipients", self.pack.portfolio.get(*slot as usize)?.title))
            }
            Kind::Local(local) => {
                let known = self.names.iter().rev().find(|(known, _)| known == local);
                match known {
                    Some((_, phrase)) => Some(phrase.clone()),
                    None if self.rows.last() == Some(local) => whole("it".to_owned()),
                    None => None,
                }
            }
            Kind::Field { row, .. } => {
                let name = self.field(expr)?;
                // What belongs to a row further out has no short name.
                (self.rows.last() == Some(row)).then_some((name, WHOLE))
            }
            Kind::Element { row, back, series, .. } => {
                let when = match (row, back) {
                    (Some(_), 0) => "in that period".to_owned(),
                    (None, 0) => "in the period".to_owned(),
                    (_, 1) => "in the period before".to_owned(),
                    (_, back) => format!("{back} periods before"),
                };
                whole(format!("{} {when}", self.series(*series)?))
            }
            Kind::Now => whole("the period".to_owned()),
            Kind::Turn(_) => whole("that period".to_owned()),
            Kind::Let { local, value, then, .. } => {
                let value = self.bound(value)?;
                self.names.push((*local, value));
                let told = self.node(then);
                self.names.pop();
                told
            }
            Kind::If(parts) => {
                let [test, then, other] = &**parts;
                let test = self.inline(test, true)?;
                let (then, other) = (self.phrase(then, LOOSE)?, self.phrase(other, LOOSE)?);
                Some((format!("{then} if {test}, and otherwise {other}"), LOOSE))
            }
            Kind::OrElse(sides) => {
                let [first, other] = &**sides;
                let (first, other) = (self.phrase(first, SUM)?, self.phrase(other, SUM)?);
                Some((format!("{first}, or {other} where that does not apply"), LOOSE))
            }
            Kind::Call(call) => Some((self.called(call)?, LOOSE)),
            Kind::Lookup(lookup) => Some((self.looked_up(lookup)?, LOOSE)),
            Kind::Add(sides) => self.calculated(sides, "+", SUM, SUM),
            Kind::Subtract(sides) => self.calculated(sides, "−", SUM, PRODUCT),
            Kind::Multiply(sides) => self.calculated(sides, "×", PRODUCT, PRODUCT),
            Kind::Divide(sides) => self.calculated(sides, "÷", PRODUCT, WHOLE),
            Kind::Negate(inner) => Some((format!("−{}", self.phrase(inner, WHOLE)?), PRODUCT)),
            Kind::Magnitude(inner) => {
                if let Kind::Subtract(sides) = &inner.kind {
                    let [left, right] = &**sides;
                    let (left, right) = (self.phrase(left, SUM)?, self.phrase(right, SUM)?);
                    return Some((format!("the difference between {left} and {right}"), LOOSE));
                }
                Some((format!("{} without its sign", self.phrase(inner, WHOLE)?), LOOSE))
            }
            Kind::Least(parts) => self.of_several(parts, "lesser", "least"),
            Kind::Greatest(parts) => self.of_several(parts, "greater", "greatest"),
            Kind::Clamp(parts) => {
                let [x, low, high] = &**parts;
                let (x, low, high) = (self.phrase(x, SUM)?, self.phrase(low, SUM)?, self.phrase(high, SUM)?);
                Some((format!("{x}, but no less than {low} and no more than {high}"), LOOSE))
            }
            Kind::Share(parts) => {
                let [part, of, otherwise] = &**parts;
                let (part, of) = (self.phrase(part, PRODUCT)?, self.phrase(of, PRODUCT)?);
                let otherwise = self.phrase(otherwise, SUM)?;
                Some((
                    format!("{part} as a share of {of} (taken as {otherwise} where there is nothing to share)"),
                    LOOSE,
                ))
            }
            Kind::Round(rounding, inner) => {
                Some((format!("{}, {}", self.phrase(inner, SUM)?, rounded(*rounding)), LOOSE))
            }
            Kind::FoldSeries(fold, series) => {
                let name = self.series(*series)?;
                whole(match fold {
                    Fold::Total => format!("the sum of {name}"),
                    Fold::ToDate => format!("the sum to date of {name}"),
                    Fold::HighestToDate => format!("the highest to date of {name}"),
                    Fold::Change => format!("the change from the period before in {name}"),
                })
            }
            Kind::Count(rows) => whole(format!("the number of {}", self.rows_told(rows)?)),
            Kind::SumRows(rows, body) => self.over_rows("the sum of", rows, body),
            Kind::LeastRow(rows, body) => self.over_rows("the lowest of", rows, body),
            Kind::GreatestRow(rows, body) => self.over_rows("the highest of", rows, body),
            Kind::MeanRow(rows, body) => self.over_rows("the mean of", rows, body),
            Kind::Consecutive(rows, body) => {
                self.rows.push(rows.local);
                let test = self.inline(body, true);
                self.rows.pop();
                Some((format!("the number of periods in a row up to this one in which {}", test?), LOOSE))
            }
            Kind::Allocate(shared) => {
                let total = self.phrase(&shared.total, SUM)?;
                let rows = self.rows_told(&shared.rows)?;
                self.rows.push(shared.rows.local);
                let weight = self.phrase(&shared.weight, LOOSE);
                self.rows.pop();
                Some((format!("the part of {total} when it is shared out over {rows} by {}", weight?), LOOSE))
            }
            Kind::DayCount(days) => whole(format!("the number of days in {}", self.phrase(days, WHOLE)?)),
            Kind::DaysBetween(sides) => {
                let [from, to] = &**sides;
                let (from, to) = (self.phrase(from, SUM)?, self.phrase(to, SUM)?);
                Some((format!("the days from {from} to {to}"), LOOSE))
            }
            Kind::Plugin(call) => {
                let arguments = call.arguments.iter().map(|argument| self.phrase(argument, LOOSE));
                let arguments: Vec<String> = arguments.collect::<Option<_>>()?;
                whole(format!("{} of {}", call.function.name().replace('_', " "), listed(&arguments)))
            }
            _ => None,
        }
    }

    fn calculated(&mut self, sides: &[Expr; 2], sign: &str, binds: u8, right_binds: u8) -> Option<Phrase> {
        let [left, right] = sides;
        let (left, right) = (self.phrase(left, binds)?, self.phrase(right, right_binds)?);
        Some((format!("{left} {sign} {right}"), binds))
    }

    fn of_several(&mut self, parts: &[Expr], of_two: &str, of_more: &str) -> Option<Phrase> {
        let which = if parts.len() == 2 { of_two } else { of_more };
        let parts: Vec<String> = parts.iter().map(|part| self.phrase(part, SUM)).collect::<Option<_>>()?;
        Some((format!("the {which} of {}", listed(&parts)), LOOSE))
    }

    fn over_rows(&mut self, what: &str, rows: &Rows, body: &Expr) -> Option<Phrase> {
        let told = self.rows_told(rows)?;
        // The series itself, row by row, is just the series.
        if let (Kind::Element { back: 0, series, .. }, Some(of)) = (&body.kind, rows.of)
            && of == *series
        {
            return Some((format!("{what} {told}"), LOOSE));
        }
        self.rows.push(rows.local);
        let body = self.phrase(body, LOOSE);
        self.rows.pop();
        Some((format!("{what} {} over {told}", body?), LOOSE))
    }

    /// What rows are called, and which of them count.
    fn rows_told(&mut self, rows: &Rows) -> Option<String> {
        let name = match (rows.over, rows.of) {
            (Over::List { slot, .. }, _) => format!("“{}”", self.fact(slot)?.0.title),
            (_, Some(series)) => self.series(series)?,
            (_, None) => "the periods".to_owned(),
        };
        let name = match rows.over {
            Over::Recent(u32::MAX) => format!("{name} so far"),
            Over::Recent(most) => format!("the last {most} of {name}"),
            _ => name,
        };
        let mut filters = Vec::new();
        self.rows.push(rows.local);
        for filter in &rows.filters {
            filters.push(self.inline(filter, true));
        }
        self.rows.pop();
        let filters: Vec<String> = filters.into_iter().collect::<Option<_>>()?;
        Some(if filters.is_empty() { name } else { format!("{name} of which {}", filters.join(" and ")) })
    }

    fn called(&mut self, call: &Call) -> Option<String> {
        let mut args: Vec<String> =
            call.args.iter().map(|(_, arg)| self.phrase(arg, SUM)).collect::<Option<Vec<_>>>()?;
        args.extend(call.with.as_ref().and_then(crate::language::library::dates::With::told).map(|(_, known)| known));
        Some((call.function.said)(&args))
    }

    fn looked_up(&mut self, lookup: &Lookup) -> Option<String> {
        let table = &lookup.table;
        let args: Vec<String> = lookup.args.iter().map(|(_, arg)| self.phrase(arg, SUM)).collect::<Option<Vec<_>>>()?;
        let output = table.outputs.get(lookup.output)?;
        Some(format!("the {} that “{}” gives for {}", output.name.replace('_', " "), table.title, listed(&args)))
    }

    fn constant(&self, value: Val) -> Option<String> {
        match value {
            Val::Num(number) => Some(types::show_number(number.known(&[])?, &Number::plain(), &self.pack.currency)),
            Val::Word(word) => {
                let text = self.pack.symbols.get(usize::try_from(word.bits).ok()?)?;
                Some(format!("“{text}”"))
            }
            Val::Truth(truth) => Some(if truth == Truth::True { "yes" } else { "no" }.to_owned()),
            Val::Rows(_) | Val::Row(_) => None,
        }
    }

    /// Which period a cell of a series is, where a script names its first or its last.
    fn period(&self, at: usize) -> String {
        self.pack.periods.map(|periods| format!(" for {}", periods.at(at))).unwrap_or_default()
    }

    fn fact(&self, slot: u32) -> Option<(&'a Fact, usize)> {
        let fact = self.pack.facts.iter().rev().find(|fact| fact.slot <= slot)?;
        Some((fact, (slot - fact.slot) as usize))
    }

    fn value(&self, slot: u32) -> Option<(&'a DerivedValue, usize)> {
        let value = self.pack.values.iter().filter(|value| value.slot <= slot).max_by_key(|value| value.slot)?;
        Some((value, (slot - value.slot) as usize))
    }

    /// The title of the condition whose finding is in this cell.
    fn finding(&self, slot: u32) -> Option<&'a str> {
        self.pack.conditions.iter().find(|condition| condition.slot == slot).map(|condition| condition.title.as_str())
    }

    fn series(&self, series: Series) -> Option<String> {
        let title = if series.derived { &self.value(series.base)?.0.title } else { &self.fact(series.base)?.0.title };
        Some(format!("“{title}”"))
    }

    /// What a field of the innermost row is called: `its days`, and a bare text `it`.
    fn field(&self, expr: &Expr) -> Option<String> {
        let Leaf::Field { list, field } = self.pack.sites.get(expr.site as usize)?.leaf else { return None };
        let Shape::List(record) = &self.fact(list)?.0.shape else { return None };
        if record.bare {
            return Some("it".to_owned());
        }
        let (name, _) = record.fields.get(field as usize)?;
        Some(match record.titles.get(field as usize)? {
            Some(title) => format!("its “{}”", small(title)),
            None => format!("its {}", name.replace('_', " ")),
        })
    }

    /// The type of what a comparison stands beside, as far as showing a number needs it.
    fn type_of(&self, expr: &Expr) -> Option<Type> {
        let of_fact = |fact: &Fact| match &fact.shape {
            Shape::One(ty) | Shape::Series(ty) => Some(ty.clone()),
            Shape::List(_) => None,
        };
        match &expr.kind {
            Kind::Fact(slot) | Kind::FactNow(slot) => of_fact(self.fact(*slot)?.0),
            Kind::Derived(slot) | Kind::DerivedNow(slot) => match self.finding(*slot) {
                Some(_) => Some(Type::Bool),
                None => Some(self.value(*slot)?.0.ty.clone()),
            },
            Kind::Parameter(slot) => self.pack.parameters.get(*slot as usize).map(|parameter| parameter.ty.clone()),
            Kind::Portfolio(slot) => self.pack.portfolio.get(*slot as usize).map(|value| value.ty.clone()),
            Kind::FoldSeries(_, series) | Kind::Element { series, .. } if series.derived => {
                Some(self.value(series.base)?.0.ty.clone())
            }
            Kind::FoldSeries(_, series) | Kind::Element { series, .. } => of_fact(self.fact(series.base)?.0),
            Kind::Field { .. } => {
                let Leaf::Field { list, field } = self.pack.sites.get(expr.site as usize)?.leaf else { return None };
                let Shape::List(record) = &self.fact(list)?.0.shape else { return None };
                record.fields.get(field as usize).map(|(_, ty)| ty.clone())
            }
            Kind::Add(sides) | Kind::Subtract(sides) => {
                let [left, right] = &**sides;
                self.type_of(left).or_else(|| self.type_of(right))
            }
            Kind::OrElse(sides) => {
                let [left, right] = &**sides;
                let is_test = is_truth(&left.kind) || is_truth(&right.kind);
                let ty = || self.type_of(left).or_else(|| self.type_of(right));
                if is_test { Some(Type::Bool) } else { ty() }
            }
            Kind::If(parts) => {
                let [_, then, other] = &**parts;
                let is_test = is_truth(&then.kind) || is_truth(&other.kind);
                if is_test { Some(Type::Bool) } else { self.type_of(then).or_else(|| self.type_of(other)) }
            }
            Kind::Let { then, .. } if is_truth(&then.kind) => Some(Type::Bool),
            Kind::Let { then, .. } | Kind::Do { then, .. } => self.type_of(then),
            Kind::Least(parts) | Kind::Greatest(parts) => parts.iter().find_map(|part| self.type_of(part)),
            Kind::SumRows(_, body) | Kind::LeastRow(_, body) | Kind::GreatestRow(_, body) => self.type_of(body),
            Kind::Call(call) => Some(call.ty.clone()),
            Kind::Lookup(lookup) => Some(lookup.ty().clone()),
            Kind::Plugin(call) => Some(call.function.result().clone()),
            Kind::DaysBetween(_) => Some(Type::Number(Number::of(types::Unit::named("days")))),
            Kind::Constant(Val::Truth(_)) => Some(Type::Bool),
            _ => None,
        }
    }
}
