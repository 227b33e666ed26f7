//! Expressions as a reader sees them: with names, and with the values that the names had.

use super::{Called, Teller, listed};
use crate::exact::{Exact, Rounding, RoundingMode};
use crate::language::ir::{Expr, Fold, Kind, Lookup, Over, Quantity, Rows, Series};
use crate::language::library::Method;
use crate::language::value::{Family, Truth, Val};
use crate::types::{Days, Number, Type, Unit, show_number};

/// How tightly an operator binds; what binds less tightly inside it goes in brackets.
pub(super) const LOOSEST: u8 = 0;
const OR: u8 = 1;
const AND: u8 = 2;
const COMPARE: u8 = 3;
pub(super) const SUM: u8 = 4;
const PRODUCT: u8 = 5;
pub(super) const TIGHTEST: u8 = 6;

impl Teller<'_> {
    /// The expression with its names.
    pub(super) fn formula(&mut self, expr: &Expr, now: usize) -> String {
        self.write(expr, now, false, LOOSEST)
    }

    /// The expression with the values that its names had; of a choice, the branch that was taken.
    pub(super) fn substituted(&mut self, expr: &Expr, now: usize) -> String {
        self.write(expr, now, true, LOOSEST)
    }

    pub(super) fn write(&mut self, expr: &Expr, now: usize, values: bool, around: u8) -> String {
        let turns = self.turns.len();
        let (text, binds) = self.node(expr, now, values);
        self.turns.truncate(turns);
        if binds < around { format!("({text})") } else { text }
    }

    fn node(&mut self, expr: &Expr, now: usize, values: bool) -> (String, u8) {
        let two = |teller: &mut Self, sides: &[Expr; 2], sign: &str, binds: u8| {
            let [left, right] = sides;
            // The right side of a difference or quotient needs brackets around its equals.
            let right_binds = if sign == "-" || sign == "/" { binds + 1 } else { binds };
            let left = teller.write(left, now, values, binds);
            (format!("{left} {sign} {}", teller.write(right, now, values, right_binds)), binds)
        };
        match &expr.kind {
            Kind::Constant(value) => (self.constant(*value), TIGHTEST),
            Kind::Fact(slot) => (self.fact_cell(*slot, values, None), TIGHTEST),
            Kind::FactNow(base) => (self.fact_cell(*base + narrow(now), values, Some("period")), TIGHTEST),
            Kind::Parameter(slot) => (self.parameter(*slot, values), TIGHTEST),
            Kind::Portfolio(slot) => (self.over_all(*slot, values), TIGHTEST),
            Kind::Derived(slot) => (self.derived_cell(*slot, values, None), TIGHTEST),
            Kind::DerivedNow(base) => (self.derived_cell(*base + narrow(now), values, Some("period")), TIGHTEST),
            Kind::Local(local) => (self.local(expr, *local, values), TIGHTEST),
            Kind::Field { row, field } => (self.field(expr, *row, *field, values), TIGHTEST),
            Kind::Element { row, back, series, .. } => (self.element(*row, *back, *series, now, values), TIGHTEST),
            Kind::Now => (if values { self.period(now) } else { "period".to_owned() }, TIGHTEST),
            Kind::Turn(row) => (self.turn(*row, values), TIGHTEST),
            Kind::Let { local, family, value, then, .. } => {
                self.machine(now).bind(*local, *family, value);
                if values {
                    return self.node(then, now, true);
                }
                let name = self.write(value, now, false, TIGHTEST);
                self.names.push((*local, name));
                let written = self.node(then, now, false);
                self.names.pop();
                written
            }
            Kind::If(parts) => {
                let [test, then, other] = &**parts;
                if values {
                    let taken = self.machine(now).truth(test);
                    return match taken {
                        Truth::True => self.node(then, now, true),
                        Truth::False => self.node(other, now, true),
                        _ => ("not known which".to_owned(), TIGHTEST),
                    };
                }
                let test = self.write(test, now, false, LOOSEST);
                let then = self.write(then, now, false, LOOSEST);
                let other = self.write(other, now, false, LOOSEST);
                (format!("if {test} then {then}, otherwise {other}"), LOOSEST)
            }
            Kind::OrElse(sides) => {
                let [first, other] = &**sides;
                if values {
                    let family = self.family_of(first);
                    let state = self.family_value(family, first, now).state();
                    let taken = if state == crate::language::value::State::NotApplicable { other } else { first };
                    return self.node(taken, now, true);
                }
                // It binds less than a sum and more than a comparison, which few know: what it stands between is bracketed.
                let [first, other] = [first, other].map(|side| self.write(side, now, false, TIGHTEST));
                (format!("{first} ?? {other}"), LOOSEST)
            }
            // A day that was worked out is told as the day that it is.
            Kind::Call(call) if values && call.ty == Type::Date => {
                let cell = self.family_value(Family::Word, expr, now);
                (self.shown(cell, &Type::Date).unwrap_or_else(|| "?".to_owned()), TIGHTEST)
            }
            Kind::Call(call) => {
                let mut args: Vec<String> =
                    call.args.iter().map(|(_, arg)| self.write(arg, now, values, LOOSEST)).collect();
                let told = call.with.as_ref().and_then(crate::language::library::dates::With::told);
                args.extend(told.map(|(written, known)| if values { known } else { written }));
                let name = call.function.name;
                let text = if values { (call.function.said)(&args) } else { format!("{name}({})", args.join(", ")) };
                (text, if values { LOOSEST } else { TIGHTEST })
            }
            Kind::Lookup(lookup) => (self.lookup(lookup, now, values), TIGHTEST),
            Kind::Do { actions, then } if values => (self.done(actions, then, now), LOOSEST),
            Kind::Do { actions, then } => (self.doing_then(actions, then, now), LOOSEST),
            Kind::And(parts) => (self.many(parts, " && ", now, values, AND), AND),
            Kind::Or(parts) => (self.many(parts, " || ", now, values, OR), OR),
            Kind::Not(inner) => (format!("!{}", self.write(inner, now, values, TIGHTEST)), TIGHTEST),
            Kind::Compare(comparison, sides) | Kind::CompareWords(comparison, sides) => {
                two(self, sides, comparison.symbol(), COMPARE)
            }
            Kind::SameTruth { negated, sides } => two(self, sides, if *negated { "!=" } else { "==" }, COMPARE),
            Kind::Quantify { quantity, rows, test } => {
                let name = match quantity {
                    Quantity::All => "all",
                    Quantity::Some => "some",
                    Quantity::None => "none",
                };
                let (row, rows) = (rows.local, self.rows(rows, now));
                let row = self.row_name(row);
                (format!("{rows}.{name}(|{row}| {})", self.write(test, now, false, LOOSEST)), TIGHTEST)
            }
            Kind::CoversWeek(days) => (format!("{}.covers_week()", self.write(days, now, values, TIGHTEST)), TIGHTEST),
            Kind::Includes(sides) => {
                let [all, some] = &**sides;
                let wanted = match some.kind {
                    Kind::Constant(Val::Word(word)) => Days::from_bits(word.bits).to_string(),
                    _ => String::new(),
                };
                (format!("{}.includes({wanted})", self.write(all, now, values, TIGHTEST)), TIGHTEST)
            }
            Kind::Applicable(_, inner) => {
                (format!("applicable({})", self.write(inner, now, values, LOOSEST)), TIGHTEST)
            }
            Kind::Add(sides) => two(self, sides, "+", SUM),
            Kind::Subtract(sides) => two(self, sides, "-", SUM),
            Kind::Multiply(sides) => two(self, sides, if values { "×" } else { "*" }, PRODUCT),
            Kind::Divide(sides) => two(self, sides, "/", PRODUCT),
            Kind::Negate(inner) => (format!("-{}", self.write(inner, now, values, TIGHTEST)), PRODUCT),
            Kind::Magnitude(inner) if values => {
                if let Kind::Subtract(sides) = &inner.kind {
                    let [left, right] = &**sides;
                    let (left, right) = (self.write(left, now, true, SUM), self.write(right, now, true, SUM));
                    return (format!("the difference between {left} and {right}"), LOOSEST);
                }
                (format!("{} without its sign", self.write(inner, now, true, TIGHTEST)), LOOSEST)
            }
            Kind::Magnitude(inner) => (format!("abs({})", self.write(inner, now, values, LOOSEST)), TIGHTEST),
            Kind::Least(parts) if values => (format!("the lesser of {}", self.listed_parts(parts, now)), LOOSEST),
            Kind::Greatest(parts) if values => (format!("the greater of {}", self.listed_parts(parts, now)), LOOSEST),
            Kind::Clamp(parts) if values => {
                let [x, low, high] = &**parts;
                let x = self.write(x, now, true, SUM);
                let (low, high) = (self.write(low, now, true, SUM), self.write(high, now, true, SUM));
                (format!("{x}, kept between {low} and {high}"), LOOSEST)
            }
            Kind::Share(parts) if values => {
                let [part, whole, otherwise] = &**parts;
                let nothing = self.machine(now).num(whole).known(&[]).is_some_and(|whole| whole <= Exact::ZERO);
                let shown = self.write(whole, now, true, SUM);
                let part = self.write(part, now, true, SUM);
                let text = if nothing {
                    let otherwise = self.write(otherwise, now, true, SUM);
                    format!("{otherwise}, because the whole is {shown}")
                } else {
                    format!("{part} as a share of {shown}")
                };
                (text, LOOSEST)
            }
            Kind::Round(rounding, inner) if values => {
                let inner = self.write(inner, now, true, SUM);
                (format!("{inner}, {}", rounded(*rounding)), LOOSEST)
            }
            Kind::DaysBetween(sides) if values => {
                let [from, to] = &**sides;
                let (from, to) = (self.write(from, now, true, LOOSEST), self.write(to, now, true, LOOSEST));
                let cell = self.family_value(Family::Num, expr, now);
                let days = self.shown(cell, &Type::Number(Number::of(Unit::named("days"))));
                (format!("{} from {from} to {to}", days.as_deref().unwrap_or("days")), LOOSEST)
            }
            Kind::Least(parts) => (format!("lesser_of({})", self.many(parts, ", ", now, values, LOOSEST)), TIGHTEST),
            Kind::Greatest(parts) => {
                (format!("greater_of({})", self.many(parts, ", ", now, values, LOOSEST)), TIGHTEST)
            }
            Kind::Clamp(parts) => (format!("clamp({})", self.many(&**parts, ", ", now, values, LOOSEST)), TIGHTEST),
            Kind::Share(parts) => (format!("share({})", self.many(&**parts, ", ", now, values, LOOSEST)), TIGHTEST),
            Kind::Round(rounding, inner) => {
                let inner = self.write(inner, now, false, LOOSEST);
                let mode = RoundingMode::ALL.into_iter().find(|(_, mode)| *mode == rounding.mode());
                let text = match mode {
                    Some((mode, way)) if way != RoundingMode::HalfAwayFromZero => {
                        format!("{inner}, {}, \"{mode}\"", rounding.step())
                    }
                    _ => format!("{inner}, {}", rounding.step()),
                };
                (format!("round_to({text})"), TIGHTEST)
            }
            Kind::FoldSeries(fold, series) if values => self.fold_values(*fold, *series, now),
            Kind::FoldSeries(fold, series) => {
                let name = self.series_name(*series);
                let text = match fold {
                    Fold::Total => format!("{name}.sum()"),
                    Fold::ToDate => format!("to_date({name})"),
                    Fold::HighestToDate => format!("highest_to_date({name})"),
                    Fold::Change => format!("change({name})"),
                };
                (text, TIGHTEST)
            }
            Kind::SumRows(rows, body) | Kind::MeanRow(rows, body) if values => self.added(expr, rows, body, now),
            Kind::LeastRow(rows, body) | Kind::GreatestRow(rows, body) if values => {
                let which = if matches!(expr.kind, Kind::LeastRow(..)) { "lowest" } else { "highest" };
                self.highest(expr, rows, body, which, now)
            }
            Kind::Allocate(shared) if values => (self.shared_out(shared, now), LOOSEST),
            Kind::Consecutive(..) if values => {
                let num = self.machine(now).num(expr);
                (format!("{} in a row", self.plain(Val::Num(num))), LOOSEST)
            }
            Kind::Count(_) | Kind::DayCount(_) if values => {
                let num = self.machine(now).num(expr);
                (self.plain(Val::Num(num)), TIGHTEST)
            }
            Kind::Count(rows) => (format!("{}.len()", self.rows(rows, now)), TIGHTEST),
            Kind::SumRows(rows, body) => (self.mapped(rows, body, "sum", now), TIGHTEST),
            Kind::LeastRow(rows, body) => (self.mapped(rows, body, "min", now), TIGHTEST),
            Kind::GreatestRow(rows, body) => (self.mapped(rows, body, "max", now), TIGHTEST),
            Kind::MeanRow(rows, body) => (self.mapped(rows, body, "mean", now), TIGHTEST),
            Kind::Consecutive(rows, body) => (self.mapped(rows, body, "consecutive", now), TIGHTEST),
            Kind::Allocate(shared) => {
                let total = self.write(&shared.total, now, false, LOOSEST);
                let weights = self.mapped_rows(&shared.rows, &shared.weight, now);
                let name = if shared.sharing.shares { "profile" } else { "allocate" };
                let method = match shared.sharing.method {
                    Method::RemainderToLast if !shared.sharing.shares => ", \"remainder-to-last\"",
                    _ => "",
                };
                (format!("{name}({total}, {weights}{method})"), TIGHTEST)
            }
            Kind::DayCount(days) => (format!("{}.len()", self.write(days, now, values, TIGHTEST)), TIGHTEST),
            Kind::Plugin(call) => {
                let arguments = self.many(&call.arguments, ", ", now, values, LOOSEST);
                (format!("{}({arguments})", call.function.name()), TIGHTEST)
            }
            Kind::DaysBetween(sides) => {
                (format!("days_between({})", self.many(&**sides, ", ", now, values, LOOSEST)), TIGHTEST)
            }
        }
    }

    fn lookup(&mut self, lookup: &Lookup, now: usize, values: bool) -> String {
        let table = &lookup.table;
        if values {
            let told = self.looked_up(lookup, now);
            return told.map_or_else(|| "?".to_owned(), |told| format!("{} ({})", told.given, told.asked_and_row()));
        }
        let args: Vec<String> = lookup.args.iter().map(|(_, arg)| self.write(arg, now, false, LOOSEST)).collect();
        let output = table.outputs.get(lookup.output).filter(|_| table.outputs.len() > 1);
        let output = output.map(|output| format!(".{}", output.name)).unwrap_or_default();
        format!("tables.{}({}){output}", table.name, args.join(", "))
    }

    /// Parts as a sentence lists them.
    fn listed_parts(&mut self, parts: &[Expr], now: usize) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.write(part, now, true, SUM)).collect();
        listed(&parts)
    }

    fn many(&mut self, parts: &[Expr], between: &str, now: usize, values: bool, binds: u8) -> String {
        let texts: Vec<String> = parts.iter().map(|part| self.write(part, now, values, binds)).collect();
        texts.join(between)
    }

    pub(super) fn rows(&mut self, rows: &Rows, now: usize) -> String {
        self.turns.push((rows.local, rows.of));
        let mut text = match (rows.over, rows.of) {
            (Over::List { slot, .. }, _) => match self.called_fact(slot) {
                Called::Fact(fact, _) => fact.name.clone(),
                _ => "the list".to_owned(),
            },
            (_, Some(series)) => self.series_name(series),
            (_, None) => "periods".to_owned(),
        };
        match rows.over {
            Over::Recent(u32::MAX) => text = format!("so_far({text})"),
            Over::Recent(most) => text = format!("recent({text}, {most})"),
            _ => {}
        }
        for filter in &rows.filters {
            let row = self.row_name(rows.local);
            text = format!("{text}.filter(|{row}| {})", self.write(filter, now, false, LOOSEST));
        }
        text
    }

    fn mapped(&mut self, rows: &Rows, body: &Expr, name: &str, now: usize) -> String {
        format!("{}.{name}()", self.mapped_rows(rows, body, now))
    }

    pub(super) fn mapped_rows(&mut self, rows: &Rows, body: &Expr, now: usize) -> String {
        let text = self.rows(rows, now);
        let own = matches!(body.kind, Kind::Element { back: 0, series, .. } if rows.of == Some(series));
        let row = self.row_name(rows.local);
        if own { text } else { format!("{text}.map(|{row}| {})", self.write(body, now, false, LOOSEST)) }
    }

    /// A value without its unit, as it stands inside a calculation.
    pub(super) fn plain(&self, cell: Val) -> String {
        match cell {
            Val::Num(num) => match num.known(&self.wide) {
                Some(number) => show_number(number, &crate::types::Number::plain(), &self.rules.pack.currency),
                None => "?".to_owned(),
            },
            Val::Truth(Truth::True) => "yes".to_owned(),
            Val::Truth(Truth::False) => "no".to_owned(),
            _ => "?".to_owned(),
        }
    }

    /// A value of a declared type inside a calculation: with its currency or percent sign, without its unit.
    pub(super) fn typed(&self, cell: Val, ty: &Type) -> String {
        match (cell, ty) {
            (Val::Num(num), Type::Number(of)) => match num.known(&self.wide) {
                Some(number) if of.percent || of.unit.is_money() || of.unit.currency().is_some() => {
                    show_number(number, of, &self.rules.pack.currency)
                }
                Some(number) => {
                    let shown = show_number(number, of, &self.rules.pack.currency);
                    if shown.contains('£') || shown.contains(" per ") {
                        shown.split(" per ").next().unwrap_or_default().to_owned()
                    } else {
                        self.plain(cell)
                    }
                }
                None => "?".to_owned(),
            },
            _ => self.shown(cell, ty).unwrap_or_else(|| "?".to_owned()),
        }
    }

    fn constant(&self, value: Val) -> String {
        match value {
            Val::Num(num) => num.known(&[]).map_or_else(String::new, |number| number.to_string()),
            Val::Word(word) => {
                self.rules.text(self.bound, word.bits).map_or_else(String::new, |text| format!("\"{text}\""))
            }
            Val::Truth(truth) => if truth == Truth::True { "true" } else { "false" }.to_owned(),
            _ => String::new(),
        }
    }

    pub(super) fn fact_cell(&mut self, slot: u32, values: bool, index: Option<&str>) -> String {
        let Called::Fact(fact, position) = self.called_fact(slot) else { return String::new() };
        let cell = self.bound.facts.get(slot as usize).copied();
        match (&fact.shape, cell) {
            (crate::language::lower::Shape::One(ty) | crate::language::lower::Shape::Series(ty), Some(cell))
                if values =>
            {
                self.typed(cell, ty)
            }
            (crate::language::lower::Shape::Series(_), _) => match index {
                Some(index) => format!("{}[{index}]", fact.name),
                None => format!("{}{}", fact.name, self.picked(position)),
            },
            _ => fact.name.clone(),
        }
    }

    /// How a script picks one period of a series.
    fn picked(&self, position: usize) -> String {
        match position {
            0 => ".first()".to_owned(),
            at if at + 1 == self.rules.pack.period_count() => ".last()".to_owned(),
            at => format!(".at(\"{}\")", self.period(at)),
        }
    }

    pub(super) fn derived_cell(&mut self, slot: u32, values: bool, index: Option<&str>) -> String {
        let cell = self.derived.get(slot as usize).copied();
        match (self.called_derived(slot), cell) {
            (Called::Value(value, _), Some(cell)) if values => self.typed(cell, &value.ty),
            (Called::Value(value, position), _) if value.per_period => match index {
                Some(index) => format!("{}[{index}]", value.name),
                None => format!("{}{}", value.name, self.picked(position)),
            },
            (Called::Value(value, _), _) => value.name.clone(),
            (Called::Finding(_), Some(cell)) if values => self.plain(cell),
            (Called::Finding(condition), _) => format!("findings.{}", condition.id.replace('-', "_")),
            _ => String::new(),
        }
    }

    fn parameter(&self, slot: u32, values: bool) -> String {
        let parameter = self.rules.pack.parameters.get(slot as usize);
        let cell = self.rules.parameters.get(slot as usize);
        match (parameter, cell) {
            (Some(parameter), Some(cell)) if values => self.typed(*cell, &parameter.ty),
            (Some(parameter), _) => format!("params.{}", parameter.name),
            _ => String::new(),
        }
    }

    fn over_all(&self, slot: u32, values: bool) -> String {
        let Some(value) = self.rules.pack.portfolio.get(slot as usize) else { return String::new() };
        if !values {
            return format!("portfolio.{}", value.name);
        }
        let cell = self.scratch.portfolio.get(slot as usize).copied();
        cell.map_or_else(|| "?".to_owned(), |cell| self.typed(cell, &value.ty))
    }

    fn local(&self, expr: &Expr, local: u16, values: bool) -> String {
        if values {
            let own = self.rules.pack.sites.get(expr.site as usize).and_then(|site| site.own.as_ref());
            return match (self.locals.get(local as usize), own) {
                (Some(cell), Some(ty)) => self.typed(*cell, ty),
                (Some(cell), None) => self.plain(*cell),
                (None, _) => String::new(),
            };
        }
        self.row_name(local)
    }

    /// What a row is called: what the script calls it in a loop, and otherwise a letter by how deep it stands.
    pub(super) fn row_name(&self, row: u16) -> String {
        if let Some((_, name)) = self.names.iter().rev().find(|(known, _)| *known == row) {
            return name.clone();
        }
        let deep = self.turns.iter().position(|(local, _)| *local == row).unwrap_or(0);
        ["x", "y", "z"].get(deep).unwrap_or(&"x").to_string()
    }

    fn field(&self, expr: &Expr, row: u16, field: u32, values: bool) -> String {
        let Some((name, ty)) = self.field_of(expr) else { return self.row_name(row) };
        if values && let Some(Val::Row(first)) = self.locals.get(row as usize) {
            let cell = self.bound.rows.get((first + field) as usize).copied();
            return cell.and_then(|cell| self.shown(cell, ty)).unwrap_or_else(|| "?".to_owned());
        }
        let row = self.row_name(row);
        name.map_or_else(|| row.clone(), |name| format!("{row}.{name}"))
    }

    /// The name and type of the field that a node reads; no name in a list of bare values.
    pub(super) fn field_of(&self, expr: &Expr) -> Option<(Option<&str>, &Type)> {
        let site = self.rules.pack.sites.get(expr.site as usize)?;
        let crate::language::ir::Leaf::Field { list, field } = site.leaf else { return None };
        let Called::Fact(fact, _) = self.called_fact(list) else { return None };
        let crate::language::lower::Shape::List(record) = &fact.shape else { return None };
        let (name, ty) = record.fields.get(field as usize)?;
        Some(((!record.bare).then_some(name.as_str()), ty))
    }

    pub(super) fn series_name(&self, series: Series) -> String {
        let called = if series.derived { self.called_derived(series.base) } else { self.called_fact(series.base) };
        match called {
            Called::Fact(fact, _) => fact.name.clone(),
            Called::Value(value, _) => value.name.clone(),
            _ => String::new(),
        }
    }

    fn fold_values(&mut self, fold: Fold, series: Series, now: usize) -> (String, u8) {
        let base = series.base;
        let count = match fold {
            Fold::Total => self.rules.pack.period_count(),
            _ => now + 1,
        };
        let mut texts: Vec<String> = Vec::new();
        for slot in (base..).take(count) {
            texts.push(if series.derived {
                self.derived_cell(slot, true, None)
            } else {
                self.fact_cell(slot, true, None)
            });
        }
        match (fold, texts.as_slice()) {
            (_, [one]) => (one.clone(), TIGHTEST),
            (Fold::HighestToDate, _) => (format!("the highest of ({})", texts.join(", ")), TIGHTEST),
            (Fold::Change, [.., before, this]) => (format!("{this} - {before}"), SUM),
            _ => (texts.join(" + "), SUM),
        }
    }

    /// The family of an expression, from what it is made of.
    pub(super) fn family_of(&self, expr: &Expr) -> Family {
        let of_type = |ty: Option<&Type>| ty.map_or(Family::Num, Type::family);
        match &expr.kind {
            Kind::Constant(value) => match value {
                Val::Truth(_) => Family::Truth,
                Val::Word(_) => Family::Word,
                _ => Family::Num,
            },
            Kind::Fact(slot) | Kind::FactNow(slot) => match self.called_fact(*slot) {
                Called::Fact(fact, _) => match &fact.shape {
                    crate::language::lower::Shape::One(ty) | crate::language::lower::Shape::Series(ty) => ty.family(),
                    crate::language::lower::Shape::List(_) => Family::Num,
                },
                _ => Family::Num,
            },
            Kind::Derived(slot) | Kind::DerivedNow(slot) => match self.called_derived(*slot) {
                Called::Value(value, _) => value.ty.family(),
                _ => Family::Truth,
            },
            Kind::Parameter(slot) => {
                of_type(self.rules.pack.parameters.get(*slot as usize).map(|parameter| &parameter.ty))
            }
            Kind::Field { .. } => of_type(self.field_of(expr).map(|(_, ty)| ty)),
            Kind::Local(local) => match self.locals.get(*local as usize) {
                Some(Val::Truth(_)) => Family::Truth,
                Some(Val::Word(_)) => Family::Word,
                _ => Family::Num,
            },
            Kind::Now | Kind::Turn(_) => Family::Word,
            Kind::Element { family, .. } => *family,
            Kind::Call(call) => call.ty.family(),
            Kind::Plugin(call) => call.function.result().family(),
            Kind::Lookup(lookup) => lookup.ty().family(),
            Kind::Let { then, .. } | Kind::Do { then, .. } => self.family_of(then),
            Kind::If(parts) => {
                let [_, then, _] = &**parts;
                self.family_of(then)
            }
            Kind::OrElse(sides) => {
                let [first, _] = &**sides;
                self.family_of(first)
            }
            Kind::And(_)
            | Kind::Or(_)
            | Kind::Not(_)
            | Kind::Compare(..)
            | Kind::CompareWords(..)
            | Kind::SameTruth { .. }
            | Kind::Quantify { .. }
            | Kind::CoversWeek(_)
            | Kind::Includes(_)
            | Kind::Applicable(..) => Family::Truth,
            _ => Family::Num,
        }
    }
}

/// How a number was rounded, in words.
pub(crate) fn rounded(rounding: Rounding) -> String {
    let step = rounding.step();
    match rounding.mode() {
        RoundingMode::HalfAwayFromZero => format!("rounded to the nearest {step}"),
        RoundingMode::HalfEven => format!("rounded to the nearest {step}, a half to the even one"),
        RoundingMode::Floor => format!("rounded down to a multiple of {step}"),
        RoundingMode::Ceiling => format!("rounded up to a multiple of {step}"),
        RoundingMode::Truncate => format!("cut to a multiple of {step}"),
    }
}

fn narrow(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
