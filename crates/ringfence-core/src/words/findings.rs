//! Findings in words.

use super::missing::{Lacks, narrow};
use super::{Called, Teller, listed, small};
use crate::bind::{Answer, BoundSignOff, Required, Standing};
use crate::language::ir::{Comparison, Expr, Fold, Kind, Over, Quantity, Rows};
use crate::language::lower::Shape;
use crate::language::value::{Family, Num, Truth, Val};
use crate::pack::{Condition, Need, Test};
use crate::period::day_number;
use crate::ruling::{Figure, Finding, Headroom, Limb, Outcome, StandingWord, Step};
use crate::types::{Days, Number, Type, show_date};

impl Teller<'_> {
    pub(super) fn finding(&mut self, index: usize) -> Option<Finding> {
        let condition = self.rules.pack.conditions.get(index)?;
        let outcome = self.rules.outcome(index, self.scratch);
        let lacks = self.missing_of_outcome(index);
        let mut limbs = self.limbs(condition);
        let reason = self.reason(index, condition, outcome, &lacks);
        let reason = self.with_waivers(index, reason);
        let standing = self.standing(index, condition);
        let (headroom, steps) = match (&condition.test, outcome) {
            (Test::Script(met), Outcome::Met | Outcome::Unmet) => {
                (self.headroom(met, outcome), self.steps(condition, met))
            }
            (Test::SignOff(at), _) => (None, self.document_step(*at)),
            _ => (None, Vec::new()),
        };
        let would_change = match standing.as_ref().map(|standing| standing.word) {
            Some(StandingWord::Suspended) => {
                let lacks = self.missing_of_condition(index);
                self.would_settle(index, &lacks)
            }
            Some(StandingWord::Lapsed) => Vec::new(),
            _ => self.would_change(condition, outcome, &lacks),
        };
        if outcome == Outcome::NotApplicable {
            limbs.clear();
        }
        Some(Finding {
            condition: condition.id.clone(),
            title: condition.title.clone(),
            outcome,
            reason,
            standing,
            authority: condition.authority.clone(),
            headroom,
            limbs,
            would_change,
            steps,
            notes: condition.notes.clone(),
            rests_on: condition.rests_on.clone(),
        })
    }

    fn reason(&mut self, index: usize, condition: &Condition, outcome: Outcome, lacks: &Lacks) -> String {
        if !self.rules.in_force.get(index).copied().unwrap_or(true) {
            let stretch = condition.in_force.map(|interval| {
                let until = interval.until.map(|until| format!(" until {}", show_date(until))).unwrap_or_default();
                format!("from {}{until}", show_date(interval.from))
            });
            return format!(
                "not in force on {}: it is in force {}",
                show_date(self.rules.day),
                stretch.unwrap_or_default()
            );
        }
        if outcome == Outcome::NotApplicable {
            return match &condition.applies {
                Some(applies) if self.machine(0).truth(applies) == Truth::False => {
                    format!("does not apply: {}", self.told(applies, 0))
                }
                _ => format!("does not apply: {}", self.not_applying(condition)),
            };
        }
        match (&condition.test, outcome) {
            // Of a condition that waits for a decision and for evidence, both are named.
            (Test::Script(_), Outcome::Undetermined | Outcome::Pending)
            | (Test::Decision(_), Outcome::Undetermined) => {
                let lacking = self.list_missing(lacks);
                if lacking.is_empty() { "not known".to_owned() } else { format!("cannot be told without {lacking}") }
            }
            (Test::Decision(at), _) => self.decision_reason(*at),
            (Test::SignOff(at), _) => self
                .bound
                .sign_offs
                .get(*at as usize)
                .map_or_else(String::new, |sign_off| self.sign_off_reason(*at, sign_off)),
            (Test::Of { need, of }, _) => self.composite_reason(*need, of),
            (Test::Script(met), _) if self.machine(0).truth(met) == Truth::Missing => {
                format!("{}, whatever is still missing turns out to be", self.told_possible(met, 0))
            }
            (Test::Script(met), _) => {
                let told = condition.because.as_ref().and_then(|because| self.text(because, 0));
                told.unwrap_or_else(|| self.told(met, 0))
            }
        }
    }

    /// The evidence of a condition that does not apply, with the reasons that the case gives.
    fn not_applying(&self, condition: &Condition) -> String {
        const MOST: usize = 3;
        let pack = self.rules.pack;
        let mut told: Vec<String> = Vec::new();
        for fact in condition.rests_on.iter().filter_map(|name| pack.fact(name)) {
            let absent = |slot: &u32| {
                let cell = self.bound.facts.get(*slot as usize);
                cell.is_some_and(|cell| cell.state() == crate::language::value::State::NotApplicable)
            };
            let count = if matches!(fact.shape, Shape::Series(_)) { pack.period_count() } else { 1 };
            let Some(slot) = (fact.slot..).take(count).find(absent) else { continue };
            let why = self.bound.absences.get(&slot).map(|why| format!(" ({why})")).unwrap_or_default();
            let text = format!("“{}” does not apply{why}", fact.title);
            if !told.contains(&text) {
                told.push(text);
            }
        }
        told.truncate(MOST);
        if let (Test::SignOff(_), None) = (&condition.test, &condition.applies) {
            return "nobody has to sign".to_owned();
        }
        if told.is_empty() { "what it rests on does not apply".to_owned() } else { told.join("; ") }
    }

    fn steps(&mut self, condition: &Condition, met: &Expr) -> Vec<Step> {
        let truth = self.bounds(0).truth(met).single().unwrap_or(Truth::Missing);
        let result = match truth {
            Truth::True => "holds",
            Truth::False => "does not hold",
            _ => "not known",
        };
        vec![Step {
            name: condition.title.clone(),
            formula: self.formula(met, 0),
            substituted: self.substituted(met, 0),
            result: result.to_owned(),
        }]
    }

    /// Which version of the document the signatures are for.
    fn document_step(&self, at: u32) -> Vec<Step> {
        let declared = self.rules.pack.sign_offs.get(at as usize);
        let (Some(declared), Some(bound)) = (declared, self.bound.sign_offs.get(at as usize)) else {
            return Vec::new();
        };
        let facts = declared.document.iter().filter_map(|fact| self.rules.pack.facts.get(*fact as usize));
        let names: Vec<&str> = facts.map(|fact| fact.name.as_str()).collect();
        vec![Step {
            name: declared.title.clone(),
            formula: format!("the digest of {}", names.join(", ")),
            substituted: "the figures as submitted".to_owned(),
            result: format!("version {}", bound.digest.get(..12).unwrap_or_default()),
        }]
    }

    /// Why an expression is true or false, written from the tree.
    pub(super) fn told(&mut self, expr: &Expr, now: usize) -> String {
        let truth = self.machine(now).truth(expr);
        match &expr.kind {
            Kind::And(parts) | Kind::Or(parts) => {
                let both = matches!(expr.kind, Kind::And(_));
                // What decided: the limb that failed an `and`, the limb that carried an `or`, or all of them.
                let decided = Truth::from_bool(!both);
                let mut texts = Vec::new();
                for part in parts {
                    let own = self.machine(now).truth(part);
                    if truth != decided || own == decided {
                        texts.push(self.told(part, now));
                    }
                }
                texts.join("; ")
            }
            Kind::Not(inner) => self.told(inner, now),
            Kind::Compare(comparison, sides) | Kind::CompareWords(comparison, sides) => {
                self.told_compare(*comparison, sides, now, truth)
            }
            Kind::Quantify { quantity, rows, test } => self.told_rows(*quantity, rows, test, now, truth),
            Kind::CoversWeek(days) => {
                let word = self.machine(now).word(days);
                let days = Days::from_bits(word.bits);
                match days.absent().as_slice() {
                    [] => "all 7 days".to_owned(),
                    absent => {
                        let absent: Vec<String> = absent.iter().map(|day| (*day).to_owned()).collect();
                        let verb = if absent.len() == 1 { "is" } else { "are" };
                        format!("{} of 7 days: {} {verb} missing", days.len(), listed(&absent))
                    }
                }
            }
            Kind::Applicable(_, inner) => {
                let verb = if truth == Truth::True { "applies" } else { "does not apply" };
                // Of a list a script asks for its length.
                if let Kind::Count(rows) = &inner.kind
                    && let Over::List { slot, .. } = rows.over
                    && let Called::Fact(fact, _) = self.called_fact(slot)
                {
                    let why = self.bound.absences.get(&slot).map(|why| format!(" ({why})")).unwrap_or_default();
                    return format!("“{}” {verb}{why}", fact.title);
                }
                let name = self.title_of(inner).unwrap_or_else(|| self.formula(inner, now));
                let why = self.why_absent(inner, now);
                // The title of a yes or no is a sentence.
                match self.family_of(inner) {
                    Family::Truth => format!("“{name}” {verb}{why}"),
                    _ => format!("{} {verb}{why}", definite(&name)),
                }
            }
            Kind::Fact(_) | Kind::FactNow(_) | Kind::Field { .. } | Kind::Parameter(_) => {
                let name = self.title_of(expr).unwrap_or_else(|| self.formula(expr, now));
                format!("{}: {}", small(&name), if truth == Truth::True { "yes" } else { "no" })
            }
            Kind::Derived(slot) | Kind::DerivedNow(slot) => match self.called_derived(*slot) {
                Called::Finding(condition) => {
                    let own = if truth == Truth::True { "is met" } else { "is not met" };
                    let index = self.rules.pack.conditions.iter().position(|other| other.slot == condition.slot);
                    let verb = index.and_then(|index| self.counts_as(index)).unwrap_or(own);
                    format!("“{}” {verb}", condition.title)
                }
                Called::Value(value, _) => {
                    let (title, is) = (small(&value.title), &value.is);
                    // A reason goes two values deep; further down the ruling's workings tell.
                    if self.depth >= 2 {
                        return format!("{title}: {}", if truth == Truth::True { "yes" } else { "no" });
                    }
                    self.depth += 1;
                    let told = format!("{title}: {}", self.told(is, now));
                    self.depth -= 1;
                    told
                }
                _ => String::new(),
            },
            Kind::Let { local, family, value, then, .. } => {
                self.machine(now).bind(*local, *family, value);
                self.told(then, now)
            }
            Kind::If(parts) => {
                let [test, then, other] = &**parts;
                match self.machine(now).truth(test) {
                    Truth::True => self.told(then, now),
                    _ => self.told(other, now),
                }
            }
            Kind::OrElse(sides) => {
                let [first, other] = &**sides;
                if self.machine(now).truth(first) != Truth::NotApplicable {
                    return self.told(first, now);
                }
                let name = self.title_of(first).map_or_else(|| self.formula(first, now), |title| format!("“{title}”"));
                match other.kind {
                    Kind::Constant(_) => format!("{name} does not apply"),
                    _ => format!("{name} does not apply, and {}", self.told(other, now)),
                }
            }
            Kind::Call(_) => {
                format!("{}: {}", self.substituted(expr, now), if truth == Truth::True { "yes" } else { "no" })
            }
            Kind::Lookup(lookup) => match self.looked_up(lookup, now) {
                Some(told) if told.row.is_empty() => format!("{} for {}: {}", told.output, told.asked, told.given),
                Some(told) => format!("{} for {} ({}): {}", told.output, told.asked, told.row, told.given),
                None => String::new(),
            },
            _ => {
                let verb = if truth == Truth::True { "holds" } else { "does not hold" };
                format!("{} {verb}: {}", self.formula(expr, now), self.substituted(expr, now))
            }
        }
    }

    pub(super) fn why_absent(&mut self, expr: &Expr, now: usize) -> String {
        let slot = match expr.kind {
            Kind::Fact(slot) => slot,
            Kind::FactNow(base) => base + narrow(now),
            _ => return String::new(),
        };
        self.bound.absences.get(&slot).map(|why| format!(" ({why})")).unwrap_or_default()
    }

    fn told_compare(&mut self, comparison: Comparison, sides: &[Expr; 2], now: usize, truth: Truth) -> String {
        let [left, right] = sides;
        let of_days = matches!(self.type_of(left), Some(Type::Date));
        let same = (comparison == Comparison::Equal) == (truth == Truth::True);
        if let (Kind::Constant(Val::Word(_)), Some(Type::Text | Type::Choice(_))) = (&right.kind, self.type_of(left)) {
            let word = self.side(right, now);
            return match self.title_of(left) {
                Some(title) if same => format!("{} is {word}", definite(&title)),
                _ => format!("{} is {}{word}", self.side(left, now), if same { "" } else { "not " }),
            };
        }
        let words = if of_days { comparing_days(comparison, truth) } else { comparing(comparison, truth) };
        let (left_told, right_told) = (self.side_beside(left, right, now), self.side_beside(right, left, now));
        format!("{left_told} is {words} {right_told}")
    }

    /// A side of a comparison; a number that is written in the script has the unit of the other side.
    fn side_beside(&mut self, expr: &Expr, other: &Expr, now: usize) -> String {
        let written = match (&expr.kind, self.type_of(other)) {
            (Kind::Constant(number @ Val::Num(_)), Some(ty @ Type::Number(_))) => self.shown(*number, &ty),
            _ => None,
        };
        written.unwrap_or_else(|| self.side(expr, now))
    }

    /// A side of a comparison: what it is called, and its value.
    pub(super) fn side(&mut self, expr: &Expr, now: usize) -> String {
        if let Kind::Lookup(lookup) = &expr.kind
            && let Some(told) = self.looked_up(lookup, now)
        {
            return format!("the {} for {} ({}{})", told.output, told.asked, told.before_row(": "), told.given);
        }
        let family = self.family_of(expr);
        let cell = self.family_value(family, expr, now);
        let ty = self.type_of(expr);
        let shown = ty.as_ref().and_then(|ty| self.shown(cell, ty)).unwrap_or_else(|| self.substituted(expr, now));
        if let Kind::FoldSeries(Fold::Total, series) = expr.kind {
            let added = self.substituted(expr, now);
            let added = if added == shown { added } else { format!("{added} = {shown}") };
            return format!("the sum of “{}” ({added})", self.series_title(series));
        }
        match self.title_of(expr) {
            Some(title) => format!("{}{} ({shown})", definite(&title), self.one_period(expr)),
            None if matches!(expr.kind, Kind::Constant(_)) => shown.trim_matches('"').to_owned(),
            None => format!("{} ({shown})", self.substituted(expr, now)),
        }
    }

    /// Of which period a cell is, where it is one of a series that a script names: its first or its last.
    fn one_period(&self, expr: &Expr) -> String {
        let at = match &expr.kind {
            Kind::Fact(slot) => match self.called_fact(*slot) {
                Called::Fact(fact, at) if matches!(fact.shape, Shape::Series(_)) => Some(at),
                _ => None,
            },
            Kind::Derived(slot) => match self.called_derived(*slot) {
                Called::Value(value, at) if value.per_period => Some(at),
                _ => None,
            },
            _ => None,
        };
        at.map(|at| format!(" for {}", self.period(at))).unwrap_or_default()
    }

    /// The type of an expression, as far as showing its value needs.
    pub(super) fn type_of(&self, expr: &Expr) -> Option<Type> {
        match &expr.kind {
            Kind::Fact(slot) | Kind::FactNow(slot) => match self.called_fact(*slot) {
                Called::Fact(fact, _) => match &fact.shape {
                    Shape::One(ty) | Shape::Series(ty) => Some(ty.clone()),
                    Shape::List(_) => None,
                },
                _ => None,
            },
            Kind::Derived(slot) | Kind::DerivedNow(slot) => match self.called_derived(*slot) {
                Called::Value(value, _) => Some(value.ty.clone()),
                _ => None,
            },
            Kind::Parameter(slot) => {
                self.rules.pack.parameters.get(*slot as usize).map(|parameter| parameter.ty.clone())
            }
            Kind::Portfolio(slot) => self.rules.pack.portfolio.get(*slot as usize).map(|value| value.ty.clone()),
            Kind::Field { .. } => self.field_of(expr).map(|(_, ty)| ty.clone()),
            Kind::Plugin(call) => Some(call.function.result().clone()),
            Kind::Add(sides) | Kind::Subtract(sides) | Kind::OrElse(sides) => {
                let [left, right] = &**sides;
                self.type_of(left).or_else(|| self.type_of(right))
            }
            Kind::Magnitude(inner) | Kind::Negate(inner) | Kind::Round(_, inner) => self.type_of(inner),
            Kind::Least(parts) | Kind::Greatest(parts) => parts.iter().find_map(|part| self.type_of(part)),
            Kind::Clamp(parts) => parts.iter().find_map(|part| self.type_of(part)),
            Kind::If(parts) => {
                let [_, then, other] = &**parts;
                self.type_of(then).or_else(|| self.type_of(other))
            }
            Kind::FoldSeries(_, series) | Kind::Element { series, .. } => self.type_of_series(*series),
            Kind::Now | Kind::Turn(_) => self.rules.pack.periods.map(|periods| Type::Period(periods.every())),
            Kind::SumRows(_, body) | Kind::LeastRow(_, body) | Kind::GreatestRow(_, body) | Kind::MeanRow(_, body) => {
                self.type_of(body)
            }
            Kind::Consecutive(..) => Some(Type::Number(Number::plain())),
            Kind::Allocate(shared) => self.type_of(&shared.total),
            Kind::Multiply(_) | Kind::Divide(_) | Kind::Share(_) | Kind::Count(_) | Kind::Constant(Val::Num(_)) => {
                Some(Type::Number(Number::plain()))
            }
            Kind::Constant(Val::Word(_)) => Some(Type::Text),
            Kind::Call(call) => Some(call.ty.clone()),
            Kind::Lookup(lookup) => Some(lookup.ty().clone()),
            Kind::DaysBetween(_) | Kind::DayCount(_) => {
                Some(Type::Number(Number::of(crate::types::Unit::named("days"))))
            }
            _ => None,
        }
    }

    fn series_title(&self, series: crate::language::ir::Series) -> String {
        let called = if series.derived { self.called_derived(series.base) } else { self.called_fact(series.base) };
        match called {
            Called::Fact(fact, _) => fact.title.clone(),
            Called::Value(value, _) => value.title.clone(),
            _ => String::new(),
        }
    }

    fn type_of_series(&self, series: crate::language::ir::Series) -> Option<Type> {
        let called = if series.derived { self.called_derived(series.base) } else { self.called_fact(series.base) };
        match called {
            Called::Fact(fact, _) => match &fact.shape {
                Shape::One(ty) | Shape::Series(ty) => Some(ty.clone()),
                Shape::List(_) => None,
            },
            Called::Value(value, _) => Some(value.ty.clone()),
            _ => None,
        }
    }

    pub(super) fn title_of(&self, expr: &Expr) -> Option<String> {
        match &expr.kind {
            Kind::Fact(slot) | Kind::FactNow(slot) => match self.called_fact(*slot) {
                Called::Fact(fact, _) => Some(fact.title.clone()),
                _ => None,
            },
            Kind::Derived(slot) | Kind::DerivedNow(slot) => match self.called_derived(*slot) {
                Called::Value(value, _) => Some(value.title.clone()),
                Called::Finding(condition) => Some(condition.title.clone()),
                _ => None,
            },
            Kind::Parameter(slot) => {
                self.rules.pack.parameters.get(*slot as usize).map(|parameter| parameter.title.clone())
            }
            Kind::Portfolio(slot) => self.rules.pack.portfolio.get(*slot as usize).map(|value| value.title.clone()),
            Kind::Field { .. } => self.field_of(expr).and_then(|(name, _)| name).map(|name| name.replace('_', " ")),
            _ => None,
        }
    }

    fn told_rows(&mut self, quantity: Quantity, rows: &Rows, test: &Expr, now: usize, truth: Truth) -> String {
        let kept = self.machine(now).rows_kept(rows);
        let name = self.rows_titled(rows);
        let mut passed = Vec::new();
        let mut failed = Vec::new();
        let mut unknown = Vec::new();
        for (position, row) in kept.iter().enumerate() {
            self.set_local(rows.local, Val::Row(*row));
            let own = self.machine(now).truth(test);
            let label = self.label(rows, *row).unwrap_or_else(|| format!("record {}", position + 1));
            self.set_local(rows.local, Val::Row(*row));
            let told = format!("{label}: {}", if own == Truth::Missing { String::new() } else { self.told(test, now) });
            match own {
                Truth::True => passed.push(told),
                Truth::False => failed.push(told),
                _ => unknown.push(label),
            }
        }
        let all = kept.len();
        let open = if unknown.is_empty() { String::new() } else { format!("; not known of {}", listed(&unknown)) };
        let told = match (quantity, truth == Truth::True) {
            (Quantity::All, true) => format!("every one of {all} ({name}) passes"),
            (Quantity::All, false) => format!(
                "{} of {all} ({name}) {}: {}",
                failed.len(),
                if failed.len() == 1 { "does not pass" } else { "do not pass" },
                failed.join("; ")
            ),
            (Quantity::Some, true) => format!(
                "{} of {all} ({name}) {}: {}",
                passed.len(),
                if passed.len() == 1 { "passes" } else { "pass" },
                passed.join("; ")
            ),
            (Quantity::Some, false) => format!("none of {all} ({name}) passes"),
            (Quantity::None, true) => format!("none of {all} ({name}) does"),
            (Quantity::None, false) => format!(
                "{} of {all} ({name}) {}: {}",
                passed.len(),
                if passed.len() == 1 { "does" } else { "do" },
                passed.join("; ")
            ),
        };
        format!("{told}{open}")
    }

    fn headroom(&mut self, met: &Expr, outcome: Outcome) -> Option<Headroom> {
        let Kind::Compare(comparison, sides) = &met.kind else { return None };
        if matches!(comparison, Comparison::Equal | Comparison::NotEqual) {
            return None;
        }
        let [left, right] = &**sides;
        let (low, high) = (self.number(left, 0)?, self.number(right, 0)?);
        let distance = low.minus(high).and_then(crate::exact::Exact::magnitude).ok()?;
        let ty = self.type_of(left).or_else(|| self.type_of(right))?;
        let cell = Val::Num(Num::keep(distance, &mut self.wide));
        let figure: Figure = self.figure(cell, &ty, None);
        Some(Headroom { distance: figure, holds: outcome == Outcome::Met })
    }

    fn decision_reason(&self, at: u32) -> String {
        let decision = self.rules.pack.decisions.get(at as usize);
        match (self.bound.decisions.get(at as usize), decision) {
            (Some(Answer::Pending(why)), _) => format!("waits for a decision: {why}"),
            (Some(Answer::Given { until, .. }), Some(decision)) => match self.bound.case.decisions.get(&decision.id) {
                Some(decided) => {
                    let reason = decided.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
                    let until = until.map(|until| format!(", which holds until {}", show_date(until)));
                    format!(
                        "{} answered “{}” on {}{}{reason}",
                        the(&decided.by),
                        decided.answer,
                        show_date(decided.on),
                        until.unwrap_or_default()
                    )
                }
                None => String::new(),
            },
            _ => String::new(),
        }
    }

    fn sign_off_reason(&self, at: u32, sign_off: &BoundSignOff) -> String {
        let by = sign_off.by.map(day_number);
        let mut signed = Vec::new();
        let mut notes = Vec::new();
        for required in &sign_off.required {
            let told = party_told(required, sign_off, by);
            match told.0 {
                Truth::True => {
                    signed.push(required.title.clone());
                    if let Some(late) = told.1 {
                        notes.push(format!("{} {late}", named(&required.title)));
                    }
                }
                _ => notes.push(format!("{}: {}", named(&required.title), told.1.unwrap_or_default())),
            }
        }
        if let Some(fact) = sign_off.unknown_parties.and_then(|fact| self.rules.pack.facts.get(fact as usize)) {
            let why = self.bound.absences.get(&fact.slot).cloned().unwrap_or_default();
            notes.push(format!("not known who else must sign: {} ({why})", small(&fact.title)));
        }
        let all = sign_off.required.len();
        let open = sign_off.unknown_parties.is_some();
        let by = sign_off.by.map(|by| format!(" by {}", show_date(by))).unwrap_or_default();
        if sign_off.share.is_some() {
            return self.by_money_told(sign_off, &signed, &notes, &by);
        }
        if let ([only], true, false) = (sign_off.required.as_slice(), signed.is_empty(), open) {
            let why = party_told(only, sign_off, sign_off.by.map(day_number)).1.unwrap_or_default();
            return format!("{} must sign{by}: {why}", named(&only.title));
        }
        let needed = match self.rules.pack.sign_offs.get(at as usize).and_then(|sign_off| sign_off.at_least) {
            Some(count) => format!("; at least {count} must sign{by}"),
            None if signed.len() == all => match sign_off.by {
                Some(last) => format!("; the last day for it was {}", show_date(last)),
                None => String::new(),
            },
            None => format!("; all must sign{by}"),
        };
        let parties = if open { "known parties" } else { "parties" };
        let have = if signed.len() == 1 { "has" } else { "have" };
        let head = match signed.as_slice() {
            [only] if all == 1 && !open => format!("{} has signed{needed}", named(only)),
            [_, _] if all == 2 && !open => format!("both parties have signed{needed}"),
            _ if signed.len() == all && !open => format!("all {all} {parties} have signed{needed}"),
            _ => format!("{} of {all} {parties} {have} signed{needed}", signed.len()),
        };
        if notes.is_empty() { head } else { format!("{head}; {}", notes.join("; ")) }
    }

    fn composite_reason(&self, need: Need, of: &[u32]) -> String {
        let mut met = 0;
        let mut counted = 0;
        let mut notes = Vec::new();
        for limb in of {
            let Some(condition) = self.rules.pack.conditions.get(*limb as usize) else { continue };
            let index = *limb as usize;
            let outcome = self.rules.outcome(index, self.scratch);
            let effect = self.rules.effect(index, self.scratch);
            match (effect, self.but(index)) {
                (Truth::NotApplicable, _) => continue,
                (_, Some(but)) => notes.push(format!("“{}” is {outcome}{but}", condition.title)),
                (Truth::True, None) => {}
                (_, None) => notes.push(format!("“{}” is {outcome}", condition.title)),
            }
            met += usize::from(effect == Truth::True);
            counted += 1;
        }
        let needed = match need {
            Need::All => "all must be met".to_owned(),
            Need::Any => "one must be met".to_owned(),
            Need::AtLeast(count) => format!("{count} must be met"),
        };
        let head = format!("{met} of {counted} met, and {needed}");
        // A limb with a comma of its own would be lost among the commas of a list.
        let notes = if notes.iter().any(|note| note.contains(", but ")) { notes.join("; ") } else { listed(&notes) };
        if notes.is_empty() { head } else { format!("{head}: {notes}") }
    }

    fn limbs(&mut self, condition: &Condition) -> Vec<Limb> {
        match &condition.test {
            Test::Of { of, .. } => {
                let mut limbs = Vec::new();
                for limb in of {
                    let index = *limb as usize;
                    let Some(condition) = self.rules.pack.conditions.get(index) else { continue };
                    let outcome = self.rules.outcome(index, self.scratch);
                    let lacks = self.missing_of_outcome(index);
                    let reason = self.reason(index, condition, outcome, &lacks);
                    let reason = match self.standing(index, condition) {
                        Some(standing) => format!("{reason}; {}: {}", standing.word, standing.reason),
                        None => reason,
                    };
                    limbs.push(Limb { title: condition.title.clone(), outcome, reason });
                }
                limbs
            }
            Test::SignOff(at) => {
                let Some(sign_off) = self.bound.sign_offs.get(*at as usize) else { return Vec::new() };
                let by = sign_off.by.map(day_number);
                sign_off
                    .required
                    .iter()
                    .map(|required| {
                        let (truth, note) = party_told(required, sign_off, by);
                        let outcome = match truth {
                            Truth::True => Outcome::Met,
                            Truth::False => Outcome::Unmet,
                            _ => Outcome::Undetermined,
                        };
                        let reason = note.unwrap_or_else(|| signed_on(required));
                        Limb { title: required.title.clone(), outcome, reason }
                    })
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn would_change(&mut self, condition: &Condition, outcome: Outcome, lacks: &Lacks) -> Vec<String> {
        match (outcome, &condition.test) {
            (Outcome::Met | Outcome::NotApplicable, _) => Vec::new(),
            (Outcome::Undetermined | Outcome::Pending, _) => self.phrases(lacks),
            (Outcome::Unmet, Test::Script(met)) => self.needed(met, 0),
            (Outcome::Unmet, Test::Decision(_)) => vec!["another decision".to_owned()],
            (Outcome::Unmet, Test::SignOff(_)) => vec!["an earlier signature, or a later deadline".to_owned()],
            (Outcome::Unmet, Test::Of { of, .. }) => {
                let mut changes = Vec::new();
                for limb in of {
                    let index = *limb as usize;
                    let effect = self.rules.effect(index, self.scratch);
                    if let (Some(limb), true) =
                        (self.rules.pack.conditions.get(index), effect != Truth::True && effect != Truth::NotApplicable)
                    {
                        changes.push(format!("meeting “{}”", limb.title));
                    }
                }
                changes
            }
        }
    }

    /// What would have to hold for an expression that does not.
    fn needed(&mut self, expr: &Expr, now: usize) -> Vec<String> {
        match &expr.kind {
            Kind::And(parts) => {
                let mut needed = Vec::new();
                for part in parts {
                    if self.machine(now).truth(part) != Truth::True {
                        needed.extend(self.needed(part, now));
                    }
                }
                needed
            }
            Kind::Compare(comparison, sides) if !matches!(comparison, Comparison::Equal | Comparison::NotEqual) => {
                let [left, right] = &**sides;
                let (Some(low), Some(high)) = (self.number(left, now), self.number(right, now)) else {
                    return Vec::new();
                };
                let ty = self.type_of(left).or_else(|| self.type_of(right)).unwrap_or(Type::Number(Number::plain()));
                let distance =
                    low.minus(high).and_then(crate::exact::Exact::magnitude).unwrap_or(crate::exact::Exact::ZERO);
                let cell = Val::Num(Num::keep(distance, &mut self.wide));
                let shown = self.shown(cell, &ty).unwrap_or_default();
                let rise = matches!(comparison, Comparison::AtLeast | Comparison::Greater);
                let strictly =
                    if matches!(comparison, Comparison::Greater | Comparison::Less) { "more than " } else { "" };
                let what = self.title_of(left).map_or_else(|| self.formula(left, now), |title| small(&title));
                let way = if rise { "higher" } else { "lower" };
                vec![format!("{what} {way} by {strictly}{shown}")]
            }
            Kind::Compare(comparison, sides) | Kind::CompareWords(comparison, sides)
                if matches!(comparison, Comparison::Equal | Comparison::NotEqual) =>
            {
                let [left, right] = &**sides;
                let what = match &left.kind {
                    Kind::Lookup(lookup) => {
                        let output = lookup.table.outputs.get(lookup.output).map_or("", |output| output.name.as_str());
                        format!("{} by “{}”", output.replace('_', " "), lookup.table.title)
                    }
                    Kind::FoldSeries(Fold::Total, series) => format!("sum of “{}”", self.series_title(*series)),
                    _ => self
                        .title_of(left)
                        .map_or_else(|| format!("`{}`", self.formula(left, now)), |title| small(&title)),
                };
                let way = if matches!(comparison, Comparison::Equal) { "equal to" } else { "other than" };
                vec![format!("{what}: {way} {}", self.side_beside(right, left, now))]
            }
            Kind::CompareWords(comparison, sides)
                if matches!(sides.first().and_then(|left| self.type_of(left)), Some(Type::Date)) =>
            {
                let [left, right] = &**sides;
                let what =
                    self.title_of(left).map_or_else(|| format!("`{}`", self.formula(left, now)), |title| small(&title));
                vec![format!("{what}: {} {}", comparing_days(*comparison, Truth::True), self.side(right, now))]
            }
            Kind::Quantify { quantity: Quantity::All, rows, test } => {
                let kept = self.machine(now).rows_kept(rows);
                let mut needed = Vec::new();
                for (position, row) in kept.into_iter().enumerate() {
                    self.set_local(rows.local, Val::Row(row));
                    if self.machine(now).truth(test) == Truth::True {
                        continue;
                    }
                    let label = self.label(rows, row).unwrap_or_else(|| format!("record {}", position + 1));
                    for inner in self.needed(test, now) {
                        needed.push(format!("{label}: {inner}"));
                    }
                }
                needed
            }
            Kind::CoversWeek(days) => {
                let word = self.machine(now).word(days);
                let absent: Vec<String> = Days::from_bits(word.bits).absent().into_iter().map(str::to_owned).collect();
                vec![format!("{} as well", listed(&absent))]
            }
            Kind::Derived(slot) => match self.called_derived(*slot) {
                Called::Value(value, _) if self.depth < 2 => {
                    self.depth += 1;
                    let needed = self.needed(&value.is, now);
                    self.depth -= 1;
                    needed
                }
                Called::Value(value, _) => vec![format!("{}: yes", small(&value.title))],
                Called::Finding(condition) => vec![format!("meeting “{}”", condition.title)],
                _ => Vec::new(),
            },
            Kind::Fact(_) | Kind::Field { .. } => {
                let name = self.title_of(expr).unwrap_or_else(|| self.formula(expr, now));
                vec![format!("{}: yes", small(&name))]
            }
            _ => vec![format!("`{}`, which does not hold now", self.formula(expr, now))],
        }
    }
}

/// How a comparison that came out so is put into words.
pub(super) const fn comparing(comparison: Comparison, truth: Truth) -> &'static str {
    match (comparison, matches!(truth, Truth::True)) {
        (Comparison::Equal, true) | (Comparison::NotEqual, false) => "equal to",
        (Comparison::Equal, false) | (Comparison::NotEqual, true) => "not equal to",
        (Comparison::AtLeast, true) | (Comparison::Less, false) => "at least",
        (Comparison::AtLeast, false) | (Comparison::Less, true) => "below",
        (Comparison::Greater, true) | (Comparison::AtMost, false) => "above",
        (Comparison::Greater, false) | (Comparison::AtMost, true) => "not above",
    }
}

/// The same for days.
pub(super) const fn comparing_days(comparison: Comparison, truth: Truth) -> &'static str {
    match (comparison, matches!(truth, Truth::True)) {
        (Comparison::AtLeast, true) | (Comparison::Less, false) => "on or after",
        (Comparison::AtLeast, false) | (Comparison::Less, true) => "before",
        (Comparison::Greater, true) | (Comparison::AtMost, false) => "after",
        (Comparison::Greater, false) | (Comparison::AtMost, true) => "on or before",
        (Comparison::Equal | Comparison::NotEqual, _) => comparing(comparison, truth),
    }
}

/// An office with its article; a body that has a name of its own has none.
pub(crate) fn the(office: &str) -> String {
    if office.starts_with(char::is_uppercase) { office.to_owned() } else { format!("the {office}") }
}

/// A party inside a sentence: `the council`, and a name as it is.
pub(super) fn named(title: &str) -> String {
    title.strip_prefix("The ").map_or_else(|| title.to_owned(), |rest| format!("the {rest}"))
}

/// A title as the subject of a sentence: `the expected minimum target`.
pub(super) fn definite(title: &str) -> String {
    let title = small(title);
    if title.starts_with("the ") || title.starts_with("a ") { title } else { format!("the {title}") }
}

/// Whether a party has signed, and what there is to say of it.
fn party_told(required: &Required, sign_off: &BoundSignOff, by: Option<i64>) -> (Truth, Option<String>) {
    let truth = sign_off.party(required, by);
    let refused = required.refused();
    let counting = required.signatures.iter().filter(|signature| {
        signature.standing == Standing::Counts && refused.is_none_or(|refused| refused <= signature.day)
    });
    let first = counting.min_by_key(|signature| signature.day);
    match (truth, first) {
        (Truth::True | Truth::False, Some(signature)) => {
            let late = by.map(|by| signature.day - by).filter(|days| *days > 0);
            let note = late.map(|days| {
                let plural = if days == 1 { "" } else { "s" };
                let accepted = if truth == Truth::True { ", which is accepted" } else { "" };
                format!("signed on {}, {days} day{plural} late{accepted}", show_date(signature.given.date))
            });
            (truth, note)
        }
        _ => (truth, Some(lacking_signature(required))),
    }
}

fn signed_on(required: &Required) -> String {
    let counting = required.signatures.iter().filter(|signature| signature.standing == Standing::Counts);
    counting.min_by_key(|signature| signature.day).map_or_else(String::new, |signature| {
        let office = signature.given.office.as_ref().map(|office| format!(" by the {office}")).unwrap_or_default();
        format!("signed on {}{office}", show_date(signature.given.date))
    })
}

/// Why a party has not signed, as far as its signatures go.
pub(super) fn lacking_signature(required: &Required) -> String {
    let told: Vec<String> = required
        .signatures
        .iter()
        .map(|signature| {
            let given = &signature.given;
            let on = show_date(given.date);
            if let Some(why) = given.refused.as_ref().filter(|_| signature.standing != Standing::NotYetKnown) {
                let office = given.office.as_deref().map(|office| format!(" by {}", the(office))).unwrap_or_default();
                let entitled = match signature.standing {
                    Standing::Refused => "",
                    _ => ", which does not count: nobody refuses who could not sign",
                };
                return format!("refused on {on}{office}{entitled}: {why}");
            }
            match signature.standing {
                Standing::Refused => format!("refused on {on}"),
                Standing::Counts => format!("signed on {on}"),
                Standing::AnotherVersion => format!("signed another version of the document on {on}"),
                Standing::UnstatedVersion => format!("signed on {on}, and the signature does not say which version"),
                Standing::NotEntitled => {
                    let office =
                        given.office.as_deref().map_or_else(|| "somebody whose office is not stated".to_owned(), the);
                    format!("signed on {on} by {office}, who is not entitled to sign")
                }
                Standing::Delegated => format!("signed on {on} by delegation, which is not allowed"),
                Standing::Conditional => {
                    let on_condition = given.conditional.as_deref().unwrap_or_default();
                    format!("signed on {on} on a condition that is not discharged: {on_condition}")
                }
                Standing::NotIndependent => {
                    let body = given.body.as_deref().unwrap_or(&given.party);
                    format!("signed on {on} by {body}, which is the recipient itself and not independent")
                }
                Standing::UnstatedBody => {
                    format!(
                        "signed on {on}, and the signature does not say for which body, so that it may be the recipient"
                    )
                }
                Standing::NotYetKnown => format!("a signature of {on} was not known then"),
            }
        })
        .collect();
    if told.is_empty() { "no signature is recorded".to_owned() } else { told.join("; ") }
}
