//! The reference: Rhai's own interpreter over the same script texts, with our types and operators.
//!
//! It is a test oracle and a yardstick, not a second way to run. It reads the scripts from the
//! pack's documents anew and works out every value for itself, so an error in lowering or in the
//! evaluator shows as a disagreement. It knows nothing of missing evidence: where that plays a
//! part, it has nothing to say.

mod dates;
mod sharing;
mod tables;
mod windows;

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, RwLock};

use rhai::packages::{Package, StandardPackage};
use rhai::{AST, Array, Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, Map, NativeCallContext, Scope};
use rust_decimal::Decimal;

use super::library::{self, Arg, FUNCTIONS};
use super::lower::Shape;
use super::value::{State, Truth, Val, Wide};
use crate::bind::Bound;
use crate::evaluate::{Part, Portfolio, Rules, Scratch};
use crate::exact::{Exact, Rounding, RoundingMode};
use crate::pack::{Step, Test};
use crate::period::Period;
use crate::plugin::Function;
use crate::reading;
use crate::source::{Node, PackSource};
use crate::types::{Days, Type, Value};

type Fallible<T> = Result<T, Box<EvalAltResult>>;

/// Rhai's own functions: registering them anew for each pack takes longer than most packs.
static LIBRARY: LazyLock<StandardPackage> = LazyLock::new(StandardPackage::new);

/// A day, as its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Day(i64);

/// A period, as its ordinal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ordinal(i64);

/// A value for each period.
#[derive(Clone, Debug)]
struct Series {
    first: i64,
    cells: Vec<Dynamic>,
}

/// Which names stand for what, by the first part of a dotted name.
type Variables = Arc<RwLock<BTreeMap<String, Dynamic>>>;

/// Rhai's interpreter with the scripts of one pack.
#[derive(Debug)]
pub struct Reference<'r, 'p> {
    rules: &'r Rules<'p>,
    engine: Engine,
    scripts: BTreeMap<String, AST>,
    variables: Variables,
    now: Arc<AtomicUsize>,
}

/// Which script, and for which period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ScriptKey {
    Value(u32, usize),
    Applies(u32),
    Met(u32),
    Amount(u32),
    Release(u32, usize),
}

/// How the two compared over one case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Results that both have, and that are the same.
    pub agreed: usize,
    /// Results that the reference can have no opinion on, because evidence is missing.
    pub skipped: usize,
}

#[expect(clippy::unnecessary_box_returns, reason = "Rhai's functions return boxed errors")]
fn fault(text: impl std::fmt::Display) -> Box<EvalAltResult> {
    text.to_string().into()
}

/// A number, however a script or a fact wrote it.
fn number(value: &Dynamic) -> Fallible<Exact> {
    if let Ok(whole) = value.as_int() {
        return Ok(Exact::whole(whole));
    }
    if let Some(decimal) = value.clone().try_cast::<Decimal>() {
        return Exact::from_scaled(decimal.mantissa(), decimal.scale()).map_err(fault);
    }
    value.clone().try_cast::<Exact>().ok_or_else(|| fault(format!("{} is no number", value.type_name())))
}

fn all_numbers(values: &[Dynamic]) -> Fallible<Vec<Exact>> {
    values.iter().map(number).collect()
}

fn sum(values: &[Dynamic]) -> Fallible<Exact> {
    all_numbers(values)?.into_iter().try_fold(Exact::ZERO, Exact::plus).map_err(fault)
}

/// Registers an operator for every pair of the three ways in which scripts write numbers.
macro_rules! for_number_pairs {
    ($engine:ident, $name:literal, $result:ty, $make:expr) => {
        for_number_pairs!(@pair $engine, $name, $result, $make, Exact, Exact);
        for_number_pairs!(@pair $engine, $name, $result, $make, Exact, i64);
        for_number_pairs!(@pair $engine, $name, $result, $make, Exact, Decimal);
        for_number_pairs!(@pair $engine, $name, $result, $make, i64, Exact);
        for_number_pairs!(@pair $engine, $name, $result, $make, i64, i64);
        for_number_pairs!(@pair $engine, $name, $result, $make, i64, Decimal);
        for_number_pairs!(@pair $engine, $name, $result, $make, Decimal, Exact);
        for_number_pairs!(@pair $engine, $name, $result, $make, Decimal, i64);
        for_number_pairs!(@pair $engine, $name, $result, $make, Decimal, Decimal);
    };
    (@pair $engine:ident, $name:literal, $result:ty, $make:expr, $left:ty, $right:ty) => {
        $engine.register_fn($name, |left: $left, right: $right| -> Fallible<$result> {
            let make: fn(Exact, Exact) -> Fallible<$result> = $make;
            make(number(&Dynamic::from(left))?, number(&Dynamic::from(right))?)
        });
    };
}

fn register_numbers(engine: &mut Engine) {
    engine.register_type_with_name::<Exact>("Exact");
    for_number_pairs!(engine, "+", Exact, |left, right| left.plus(right).map_err(fault));
    for_number_pairs!(engine, "-", Exact, |left, right| left.minus(right).map_err(fault));
    for_number_pairs!(engine, "*", Exact, |left, right| left.times(right).map_err(fault));
    for_number_pairs!(engine, "/", Exact, |left, right| left.divide(right).map_err(fault));
    for_number_pairs!(engine, "==", bool, |left, right| Ok(left == right));
    for_number_pairs!(engine, "!=", bool, |left, right| Ok(left != right));
    for_number_pairs!(engine, "<", bool, |left, right| Ok(left < right));
    for_number_pairs!(engine, "<=", bool, |left, right| Ok(left <= right));
    for_number_pairs!(engine, ">", bool, |left, right| Ok(left > right));
    for_number_pairs!(engine, ">=", bool, |left, right| Ok(left >= right));
    engine.register_fn("-", |value: Exact| value.negated().map_err(fault));
    engine.register_fn("abs", |value: Exact| value.magnitude().map_err(fault));
    engine.register_fn("round_to", |value: Dynamic, step: Dynamic| -> Fallible<Exact> {
        let rounding =
            Rounding::new(number(&step)?, RoundingMode::HalfAwayFromZero).ok_or_else(|| fault("a step of nothing"))?;
        rounding.apply(number(&value)?).map_err(fault)
    });
    engine.register_fn("round_to", |value: Dynamic, step: Dynamic, mode: ImmutableString| -> Fallible<Exact> {
        let mode = RoundingMode::ALL.into_iter().find(|(name, _)| *name == mode.as_str());
        let rounding = mode.and_then(|(_, mode)| Rounding::new(number(&step).ok()?, mode));
        rounding.ok_or_else(|| fault("no such rounding"))?.apply(number(&value)?).map_err(fault)
    });
    engine.register_fn("clamp", |value: Dynamic, low: Dynamic, high: Dynamic| -> Fallible<Exact> {
        Ok(number(&value)?.min(number(&high)?).max(number(&low)?))
    });
    engine.register_fn("share", |part: Dynamic, whole: Dynamic, otherwise: Dynamic| -> Fallible<Exact> {
        let whole = number(&whole)?;
        if whole <= Exact::ZERO { number(&otherwise) } else { number(&part)?.divide(whole).map_err(fault) }
    });
    let least: fn(&[Dynamic]) -> Fallible<Exact> =
        |values| all_numbers(values)?.into_iter().min().ok_or_else(|| fault("nothing to compare"));
    let most: fn(&[Dynamic]) -> Fallible<Exact> =
        |values| all_numbers(values)?.into_iter().max().ok_or_else(|| fault("nothing to compare"));
    engine.register_fn("lesser_of", move |a: Dynamic, b: Dynamic| least(&[a, b]));
    engine.register_fn("lesser_of", move |a: Dynamic, b: Dynamic, c: Dynamic| least(&[a, b, c]));
    engine.register_fn("greater_of", move |a: Dynamic, b: Dynamic| most(&[a, b]));
    engine.register_fn("greater_of", move |a: Dynamic, b: Dynamic, c: Dynamic| most(&[a, b, c]));
    engine.register_fn("sum", |values: Array| sum(&values));
    // There is no least or greatest of nothing: it does not apply.
    let unless_empty = |values: Array, of: fn(&[Dynamic]) -> Fallible<Exact>| -> Fallible<Dynamic> {
        if values.is_empty() { Ok(Dynamic::UNIT) } else { of(&values).map(Dynamic::from) }
    };
    engine.register_fn("min", move |values: Array| unless_empty(values, least));
    engine.register_fn("max", move |values: Array| unless_empty(values, most));
    engine.register_fn("applicable", |value: Dynamic| !value.is_unit());
    register_library(engine);
    engine.register_fn("none", |context: NativeCallContext, rows: Array, test: FnPtr| -> Fallible<bool> {
        for row in rows {
            if test.call_within_context::<bool>(&context, (row,))? {
                return Ok(false);
            }
        }
        Ok(true)
    });
}

/// A value of Rhai's as the library takes it.
fn argument(value: &Dynamic) -> Fallible<Arg> {
    if let Some(day) = value.clone().try_cast::<Day>() {
        return Ok(Arg::Word(day.0));
    }
    if let Some(period) = value.clone().try_cast::<Ordinal>() {
        return Ok(Arg::Word(period.0));
    }
    if let Ok(truth) = value.as_bool() {
        return Ok(Arg::Truth(truth));
    }
    number(value).map(Arg::Number)
}

/// The functions that the library defines are pure and exact by themselves: Rhai calls the same ones.
/// Those of dates give day numbers, which their callers here turn into days.
fn register_library(engine: &mut Engine) {
    fn give(function: &library::Function, args: &[Dynamic]) -> Fallible<Dynamic> {
        let args = args.iter().map(argument).collect::<Fallible<Vec<Arg>>>()?;
        match (function.apply)(&args).map_err(fault)? {
            Arg::Number(number) => Ok(Dynamic::from(number)),
            Arg::Word(bits) => Ok(Dynamic::from(Day(bits))),
            Arg::Truth(truth) => Ok(truth.into()),
            Arg::NotApplicable => Ok(Dynamic::UNIT),
        }
    }
    for function in FUNCTIONS.iter().copied().filter(|function| !dates::OWN.contains(&function.name)) {
        let name = function.name;
        for count in function.fewest..=function.most {
            match count {
                1 => {
                    engine.register_fn(name, move |a: Dynamic| give(function, &[a]));
                }
                2 => {
                    engine.register_fn(name, move |a: Dynamic, b: Dynamic| give(function, &[a, b]));
                }
                3 => {
                    engine.register_fn(name, move |a: Dynamic, b: Dynamic, c: Dynamic| give(function, &[a, b, c]));
                }
                4 => {
                    engine.register_fn(name, move |a: Dynamic, b: Dynamic, c: Dynamic, d: Dynamic| {
                        give(function, &[a, b, c, d])
                    });
                }
                5 => {
                    engine.register_fn(name, move |a: Dynamic, b: Dynamic, c: Dynamic, d: Dynamic, e: Dynamic| {
                        give(function, &[a, b, c, d, e])
                    });
                }
                _ => {}
            }
        }
    }
}

fn register_calendar(engine: &mut Engine) {
    macro_rules! ordered {
        ($ty:ty) => {
            engine.register_fn("==", |left: $ty, right: $ty| left == right);
            engine.register_fn("!=", |left: $ty, right: $ty| left != right);
            engine.register_fn("<", |left: $ty, right: $ty| left < right);
            engine.register_fn("<=", |left: $ty, right: $ty| left <= right);
            engine.register_fn(">", |left: $ty, right: $ty| left > right);
            engine.register_fn(">=", |left: $ty, right: $ty| left >= right);
        };
    }
    ordered!(Day);
    ordered!(Ordinal);
    engine.register_fn("days_between", |from: Day, to: Day| Exact::whole(to.0 - from.0));
    engine.register_fn("==", |left: Days, right: Days| left == right);
    engine.register_fn("!=", |left: Days, right: Days| left != right);
    engine.register_fn("covers_week", |days: Days| days.covers_week());
    engine.register_fn("len", |days: Days| Exact::whole(days.len().into()));
    engine.register_fn("includes", |days: Days, words: ImmutableString| -> Fallible<bool> {
        let wanted = Days::read(words.split([' ', ',']).filter(|word| !word.is_empty())).map_err(fault)?;
        Ok(days.includes(wanted))
    });
}

fn register_series(engine: &mut Engine, now: &Arc<AtomicUsize>) {
    engine.register_type_with_name::<Series>("Series");
    engine.register_indexer_get(|series: &mut Series, period: Ordinal| -> Fallible<Dynamic> {
        // Before the first period there is none.
        let Ok(at) = usize::try_from(period.0 - series.first) else { return Ok(Dynamic::UNIT) };
        series.cells.get(at).cloned().ok_or_else(|| fault("no such period"))
    });
    engine.register_fn("-", |period: Ordinal, back: i64| Ordinal(period.0 - back));
    sharing::register(engine, now);
    windows::register(engine, now);
    engine.register_fn("sum", |series: Series| sum(&series.cells));
    engine.register_fn("first", |series: Series| series.cells.first().cloned().unwrap_or_default());
    engine.register_fn("last", |series: Series| series.cells.last().cloned().unwrap_or_default());
    let at = Arc::clone(now);
    engine.register_fn("to_date", move |series: Series| {
        sum(series.cells.get(..=at.load(Ordering::Relaxed)).unwrap_or(&[]))
    });
    let at = Arc::clone(now);
    engine.register_fn("highest_to_date", move |series: Series| -> Fallible<Exact> {
        let run = all_numbers(series.cells.get(..=at.load(Ordering::Relaxed)).unwrap_or(&[]))?;
        run.into_iter().max().ok_or_else(|| fault("no periods"))
    });
    let at = Arc::clone(now);
    engine.register_fn("change", move |series: Series| -> Fallible<Exact> {
        let now = at.load(Ordering::Relaxed);
        let cell = |position: usize| series.cells.get(position).ok_or_else(|| fault("no such period")).and_then(number);
        if now == 0 { cell(0) } else { cell(now)?.minus(cell(now - 1)?).map_err(fault) }
    });
}

/// A function of the program, called with what Rhai's own values stand for.
fn register_plugin(engine: &mut Engine, function: &Arc<Function>) {
    let types = vec![TypeId::of::<Dynamic>(); function.arguments().len()];
    let called = Arc::clone(function);
    engine.register_raw_fn(function.name(), types, move |_, arguments| {
        let values = arguments.iter().zip(called.arguments()).map(|(argument, ty)| value_of(argument, ty));
        let values = values.collect::<Fallible<Vec<Value>>>()?;
        called.call(&values).map(dynamic_of).map_err(fault)
    });
}

/// Rhai's value as one of a declared type.
fn value_of(found: &Dynamic, ty: &Type) -> Fallible<Value> {
    let other = || fault(format!("{} is not {ty}", found.type_name()));
    Ok(match ty {
        Type::Number(_) => Value::Number(number(found)?),
        Type::Bool => Value::Bool(found.as_bool().map_err(fault)?),
        Type::Date => {
            let day = found.clone().try_cast::<Day>().and_then(|day| crate::period::date_of(day.0));
            Value::Date(day.ok_or_else(other)?)
        }
        Type::Period(every) => {
            let at = found.clone().try_cast::<Ordinal>().and_then(|at| i32::try_from(at.0).ok());
            Value::Period(Period::from_ordinal(*every, at.ok_or_else(other)?))
        }
        Type::Days => Value::Days(found.clone().try_cast::<Days>().ok_or_else(other)?),
        Type::Text | Type::Choice(_) => Value::Text(found.clone().into_string().map_err(fault)?),
    })
}

/// A value as Rhai has it.
fn dynamic_of(value: Value) -> Dynamic {
    match value {
        Value::Bool(value) => value.into(),
        Value::Number(value) => Dynamic::from(value),
        Value::Date(date) => Dynamic::from(Day(crate::period::day_number(date))),
        Value::Period(period) => Dynamic::from(Ordinal(period.ordinal().into())),
        Value::Days(days) => Dynamic::from(days),
        Value::Text(text) => text.into(),
    }
}

/// The text of a script, from where packs write it.
fn script_text<'n>(source: &'n PackSource, section: &str, name: &str, key: &str) -> Option<&'n str> {
    let entry =
        source.documents.iter().find_map(|document| document.root.get(section).and_then(|node| node.get(name)))?;
    match (entry.get(key), entry.as_text()) {
        (Some(node), _) => Node::as_text(node),
        (None, Some(text)) if key == "is" => Some(text),
        _ => None,
    }
}

impl<'r, 'p> Reference<'r, 'p> {
    /// Rhai with the scripts of the pack that `rules` are from.
    ///
    /// # Errors
    /// A script that Rhai cannot parse, which the pack could not have been compiled with.
    pub fn new(rules: &'r Rules<'p>, source: &PackSource) -> Result<Self, String> {
        let plugins = crate::plugin::Plugins::of(&rules.pack.plugins);
        let whole =
            crate::pack::extend::whole(source, &plugins, &mut Vec::new()).ok_or("the pack's base is not sound")?;
        let source = &*whole.source;
        let mut engine = super::parse::parser();
        engine.set_fast_operators(false).set_fail_on_invalid_map_property(true);
        LIBRARY.register_into_engine(&mut engine);
        let now = Arc::new(AtomicUsize::new(0));
        register_numbers(&mut engine);
        register_calendar(&mut engine);
        register_series(&mut engine, &now);
        for function in &rules.pack.plugins {
            register_plugin(&mut engine, function);
        }
        dates::register(&mut engine, rules, source);
        tables::register(&mut engine, rules, source);
        let variables: Variables = Arc::default();
        let known = Arc::clone(&variables);
        let (at, first) = (Arc::clone(&now), rules.first_ordinal());
        let count = i64::try_from(rules.pack.period_count()).unwrap_or(0);
        #[expect(deprecated, reason = "Rhai marks the hook as volatile; the version is pinned")]
        engine.on_var(move |name, _, _| {
            if name == "periods" {
                let all = (0..count).map(|position| Dynamic::from(Ordinal(first + position)));
                return Ok(Some(all.collect::<Array>().into()));
            }
            if name == "period" {
                let position = i64::try_from(at.load(Ordering::Relaxed)).unwrap_or(0);
                return Ok(Some(Dynamic::from(Ordinal(first + position))));
            }
            if name == "tables" {
                return Ok(Some(Dynamic::from(tables::Tables)));
            }
            Ok(known.read().ok().and_then(|known| known.get(name).cloned()))
        });
        let mut reference = Self { rules, engine, scripts: BTreeMap::new(), variables, now };
        let pack = rules.pack;
        for value in &pack.values {
            reference.script(source, "values", &value.name, "is")?;
        }
        for condition in &pack.conditions {
            reference.script(source, "conditions", &condition.id, "met")?;
            reference.script(source, "conditions", &condition.id, "applies")?;
        }
        for fund in &pack.funds {
            reference.script(source, "funds", &fund.id, "amount")?;
            reference.script(source, "funds", &fund.id, "release")?;
        }
        for value in &pack.portfolio {
            reference.script(source, "portfolio", &value.name, "of")?;
            reference.script(source, "portfolio", &value.name, "where")?;
        }
        Ok(reference)
    }

    fn script(&mut self, source: &PackSource, section: &str, name: &str, key: &str) -> Result<(), String> {
        if let Some(text) = script_text(source, section, name, key) {
            let ast = self.engine.compile(text).map_err(|error| error.to_string())?;
            self.scripts.insert(format!("{section} {name} {key}"), ast);
        }
        Ok(())
    }

    fn eval(&self, section: &str, name: &str, key: &str, now: usize) -> Option<Fallible<Dynamic>> {
        let ast = self.scripts.get(&format!("{section} {name} {key}"))?;
        self.now.store(now, Ordering::Relaxed);
        Some(self.engine.eval_ast_with_scope::<Dynamic>(&mut Scope::new(), ast))
    }

    /// What a cell is to Rhai: `()` for what does not apply; `None` for what is missing.
    fn dynamic(&self, cell: Val, ty: &Type, wide: &[Exact], bound: &Bound) -> Option<Dynamic> {
        match cell.state() {
            State::Missing => return None,
            State::NotApplicable => return Some(Dynamic::UNIT),
            State::Known => {}
        }
        let value = reading::uncell(cell, ty, wide, |symbol| self.rules.text(bound, symbol))?;
        // A whole number is one to Rhai too: its `switch` knows no other.
        Some(match (&value, ty) {
            (Value::Number(number), Type::Number(of)) if of.whole => {
                number.as_whole().map_or_else(|| Dynamic::from(*number), Dynamic::from)
            }
            _ => dynamic_of(value),
        })
    }

    /// Puts a value under a dotted name.
    fn define(&self, name: &str, value: Dynamic) {
        let Ok(mut variables) = self.variables.write() else { return };
        match name.split_once('.') {
            None => {
                variables.insert(name.to_owned(), value);
            }
            Some((group, rest)) => {
                let map = variables.entry(group.to_owned()).or_insert_with(|| Dynamic::from(Map::new()));
                if let Some(mut map) = map.write_lock::<Map>() {
                    define_in(&mut map, rest, value);
                }
            }
        }
    }

    fn series(&self, cells: Vec<Option<Dynamic>>) -> Dynamic {
        // A missing period is a map that no operation takes, so that touching it is an error.
        let cells = cells.into_iter().map(|cell| cell.unwrap_or_else(|| Dynamic::from(Map::new()))).collect();
        Dynamic::from(Series { first: self.rules.first_ordinal(), cells })
    }

    /// Gives the scripts a case's evidence and the parameters. What is missing stays undefined.
    pub fn load(&self, bound: &Bound) {
        if let Ok(mut variables) = self.variables.write() {
            variables.clear();
            variables.insert("params".to_owned(), Dynamic::from(Map::new()));
            variables.insert("findings".to_owned(), Dynamic::from(Map::new()));
            variables.insert("portfolio".to_owned(), Dynamic::from(Map::new()));
        }
        let pack = self.rules.pack;
        for (parameter, cell) in pack.parameters.iter().zip(&self.rules.parameters) {
            if let Some(value) = self.dynamic(*cell, &parameter.ty, &[], bound) {
                self.define(&format!("params.{}", parameter.name), value);
            }
        }
        for fact in &pack.facts {
            let cell = |slot: usize| bound.facts.get(slot).copied();
            let slot = fact.slot as usize;
            match &fact.shape {
                Shape::One(ty) => {
                    if let Some(value) = cell(slot).and_then(|cell| self.dynamic(cell, ty, &[], bound)) {
                        self.define(&fact.name, value);
                    }
                }
                Shape::Series(ty) => {
                    let cells = (slot..slot + pack.period_count())
                        .map(|slot| self.dynamic(cell(slot)?, ty, &[], bound))
                        .collect();
                    self.define(&fact.name, self.series(cells));
                }
                Shape::List(record) => {
                    let Some(Val::Rows(span)) = cell(slot) else { continue };
                    match span.state {
                        State::Missing => continue,
                        State::NotApplicable => {
                            self.define(&fact.name, Dynamic::UNIT);
                            continue;
                        }
                        State::Known => {}
                    }
                    let stride = record.fields.len();
                    let rows: Array = (0..span.count as usize)
                        .map(|row| {
                            let mut map = Map::new();
                            // Two records may look alike; `allocate` must tell them apart.
                            map.insert(windows::ROW.into(), Dynamic::from(i64::try_from(row).unwrap_or(-1)));
                            for (field, (name, ty)) in record.fields.iter().enumerate() {
                                let cell = bound.rows.get(span.first as usize + row * stride + field);
                                if let Some(value) = cell.and_then(|cell| self.dynamic(*cell, ty, &[], bound)) {
                                    if record.bare {
                                        return value;
                                    }
                                    map.insert(name.as_str().into(), value);
                                }
                            }
                            Dynamic::from(map)
                        })
                        .collect();
                    self.define(&fact.name, rows.into());
                }
            }
        }
    }

    /// Runs every script of the pack, as the benchmark times it. Findings that no script decides are taken from `scratch`.
    pub fn run(&self, scratch: &Scratch) -> usize {
        let mut known = 0;
        self.each(scratch, |_, result| known += usize::from(result.is_some_and(std::result::Result::is_ok)));
        known
    }

    /// Gives the scripts what was worked out over all cases, as the case ruled on last has it.
    fn load_portfolio(&self, bound: &Bound, scratch: &Scratch) {
        for (value, cell) in self.rules.pack.portfolio.iter().zip(&scratch.portfolio) {
            if let Some(found) = self.dynamic(*cell, &value.ty, &scratch.wide, bound) {
                self.define(&format!("portfolio.{}", value.name), found);
            }
        }
    }

    /// Compares what a case of a portfolio contributes to each value over all cases with what Rhai makes
    /// of the same scripts. To be called after [`Reference::compare`], which has worked out what they rest on.
    ///
    /// # Errors
    /// The first contribution on which they differ.
    pub fn compare_contribution(&self, bound: &Bound, portfolio: &Portfolio) -> Result<Compared, String> {
        let mut compared = Compared::default();
        let Some(entrant) = portfolio.entrants.iter().find(|entrant| entrant.id == bound.case.id) else {
            return Err(format!("`{}` is not of the portfolio", bound.case.id));
        };
        for (value, part) in self.rules.pack.portfolio.iter().zip(&entrant.parts) {
            let takes_part = self.eval("portfolio", &value.name, "where", 0);
            let takes_part = takes_part.is_none_or(|found| found.is_ok_and(|found| found.as_bool() == Ok(true)));
            let theirs = match self.eval("portfolio", &value.name, "of", 0) {
                Some(Ok(found)) if takes_part && !found.is_unit() => Some(match found.as_bool() {
                    Ok(holds) => Exact::whole(holds.into()),
                    Err(_) => number(&found).map_err(|error| error.to_string())?,
                }),
                _ => None,
            };
            match (part, theirs) {
                (Part::Known(ours), Some(theirs)) if *ours == theirs => compared.agreed += 1,
                (Part::Out, None) => compared.agreed += 1,
                (Part::Lacking(..), _) => compared.skipped += 1,
                (ours, theirs) => {
                    return Err(format!("portfolio.{}: ours is {ours:?}, Rhai's is {theirs:?}", value.name));
                }
            }
        }
        Ok(compared)
    }

    /// Works through the pack in order, handing each result on.
    fn each(&self, scratch: &Scratch, mut hand: impl FnMut(ScriptKey, Option<&Fallible<Dynamic>>)) {
        let pack = self.rules.pack;
        let index_of = |index: u32| index as usize;
        for step in &pack.order {
            match step {
                Step::Value(index) => {
                    let Some(value) = pack.values.get(index_of(*index)) else { continue };
                    let count = if value.per_period { pack.period_count() } else { 1 };
                    let mut cells = Vec::new();
                    for now in 0..count {
                        let result = self.eval("values", &value.name, "is", now).map(|result| match value.rounding {
                            Some(rounding) => result.and_then(|value| {
                                if value.is_unit() {
                                    Ok(value)
                                } else {
                                    rounding.apply(number(&value)?).map(Dynamic::from).map_err(fault)
                                }
                            }),
                            None => result,
                        });
                        hand(ScriptKey::Value(*index, now), result.as_ref());
                        cells.push(result.and_then(Result::ok));
                    }
                    if value.per_period {
                        self.define(&value.name, self.series(cells));
                    } else if let Some(Some(cell)) = cells.pop() {
                        self.define(&value.name, cell);
                    }
                }
                Step::Finding(index) => self.finding(*index, scratch, &mut hand),
            }
        }
        for (index, fund) in (0_u32..).zip(&pack.funds).filter(|(_, fund)| fund.is_in_force(self.rules.day)) {
            let rounded = |result: Fallible<Dynamic>| {
                result.and_then(|value| fund.rounding.apply(number(&value)?).map(Dynamic::from).map_err(fault))
            };
            let amount = self.eval("funds", &fund.id, "amount", 0).map(rounded);
            hand(ScriptKey::Amount(index), amount.as_ref());
            let count = if fund.tranches { pack.period_count() } else { 1 };
            for now in 0..count {
                if let Some(release) = self.eval("funds", &fund.id, "release", now) {
                    hand(ScriptKey::Release(index, now), Some(&rounded(release)));
                }
            }
        }
    }

    fn finding(&self, index: u32, scratch: &Scratch, hand: &mut impl FnMut(ScriptKey, Option<&Fallible<Dynamic>>)) {
        let pack = self.rules.pack;
        let Some(condition) = pack.conditions.get(index as usize) else { return };
        let name = format!("findings.{}", condition.id.replace('-', "_"));
        let in_force = self.rules.in_force.get(index as usize).copied().unwrap_or(true);
        if in_force && matches!(condition.test, Test::Script(_)) {
            let applies = self.eval("conditions", &condition.id, "applies", 0);
            if let Some(applies) = &applies {
                hand(ScriptKey::Applies(index), Some(applies));
            }
            let applies = applies.is_none_or(|applies| applies.is_ok_and(|value| value.as_bool() == Ok(true)));
            if applies {
                let met = self.eval("conditions", &condition.id, "met", 0);
                hand(ScriptKey::Met(index), met.as_ref());
                // A waiver or a cure gives the finding another effect than its test.
                let stands = scratch.conditions.get(index as usize).is_some_and(|found| found.standing.is_some());
                if !stands {
                    if let Some(Ok(met)) = met {
                        self.define(&name, met);
                    }
                    return;
                }
            }
        }
        match scratch.derived.get(condition.slot as usize).map(|cell| cell.truth()) {
            Some(Truth::True) => self.define(&name, true.into()),
            Some(Truth::False) => self.define(&name, false.into()),
            Some(Truth::NotApplicable) => self.define(&name, Dynamic::UNIT),
            _ => {}
        }
    }

    /// Compares every result that `scratch` holds with Rhai's.
    ///
    /// # Errors
    /// The first result on which they differ.
    pub fn compare(&self, bound: &Bound, scratch: &Scratch) -> Result<Compared, String> {
        self.load(bound);
        self.load_portfolio(bound, scratch);
        let mut compared = Compared::default();
        let mut trouble = None;
        self.each(scratch, |key, result| {
            let mut wide = scratch.wide.clone();
            let ours = self.ours(key, scratch, &mut wide);
            match self.verdict(ours, result, &wide, bound, scratch.settled > 0) {
                Ok(true) => compared.agreed += 1,
                Ok(false) => compared.skipped += 1,
                Err(why) => {
                    trouble.get_or_insert(format!("{key:?}: {why}"));
                }
            }
        });
        trouble.map_or(Ok(compared), Err)
    }

    /// Our result for a script, and its type.
    fn ours(&self, key: ScriptKey, scratch: &Scratch, wide: &mut Wide) -> Option<(Val, Type)> {
        let pack = self.rules.pack;
        match key {
            ScriptKey::Value(index, now) => {
                let value = pack.values.get(index as usize)?;
                Some((*scratch.derived.get(value.slot as usize + now)?, value.ty.clone()))
            }
            ScriptKey::Met(index) => Some((Val::Truth(scratch.conditions.get(index as usize)?.own), Type::Bool)),
            ScriptKey::Applies(_) => None,
            ScriptKey::Amount(index) => {
                let amount = scratch.funds.get(index as usize)?.amount;
                Some((money(amount, wide), Type::money()))
            }
            ScriptKey::Release(index, now) => {
                let found = scratch.funds.get(index as usize)?;
                let fund = pack.funds.get(index as usize)?;
                let due =
                    if fund.tranches { scratch.tranches.get(found.first_tranche + now)?.due } else { found.earned };
                Some((money(due, wide), Type::money()))
            }
        }
    }

    /// Whether both have a result and agree; false where ours is missing and there is nothing to compare.
    fn verdict(
        &self,
        ours: Option<(Val, Type)>,
        theirs: Option<&Fallible<Dynamic>>,
        wide: &[Exact],
        bound: &Bound,
        settled: bool,
    ) -> Result<bool, String> {
        let Some((cell, ty)) = ours else { return Ok(false) };
        match (cell.state(), theirs) {
            (State::Missing, _) => Ok(false),
            // Rhai has no arithmetic on what does not apply: an error there is the same answer.
            (State::NotApplicable, None | Some(Err(_))) => Ok(true),
            (State::NotApplicable, Some(Ok(value))) if value.is_unit() => Ok(true),
            // Rhai answers a comparison with what does not apply by `false`, which is no answer.
            (State::NotApplicable, Some(Ok(value))) if value.as_bool() == Ok(false) => Ok(false),
            // What is settled although evidence is missing, and what rests on it, Rhai cannot work out.
            (_, None | Some(Err(_))) if settled => Ok(false),
            // What a table gives without a missing figure, Rhai cannot give.
            (State::Known, Some(Err(error))) if lacks_evidence(error) => Ok(false),
            (State::Known, Some(Ok(theirs))) => {
                let ours = self.dynamic(cell, &ty, wide, bound).ok_or("our result cannot be read")?;
                let same = match &ty {
                    Type::Number(_) => {
                        number(&ours).map_err(|e| e.to_string())? == number(theirs).map_err(|e| e.to_string())?
                    }
                    Type::Bool => ours.as_bool() == theirs.as_bool(),
                    Type::Date => ours.clone().try_cast::<Day>() == theirs.clone().try_cast::<Day>(),
                    Type::Period(_) => ours.clone().try_cast::<Ordinal>() == theirs.clone().try_cast::<Ordinal>(),
                    Type::Days => ours.clone().try_cast::<Days>() == theirs.clone().try_cast::<Days>(),
                    Type::Text | Type::Choice(_) => ours.to_string() == theirs.to_string(),
                };
                if same { Ok(true) } else { Err(format!("ours is {ours:?}, Rhai's is {theirs:?}")) }
            }
            (state, theirs) => Err(format!("ours is {state:?} ({cell:?}), Rhai's is {theirs:?}")),
        }
    }
}

/// Whether a script stopped at a name that has no value.
fn lacks_evidence(error: &EvalAltResult) -> bool {
    match error {
        EvalAltResult::ErrorVariableNotFound(..) => true,
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => lacks_evidence(inner),
        // A period that could not be worked out is kept as a map.
        EvalAltResult::ErrorRuntime(why, _) => why.to_string() == "map is no number",
        _ => false,
    }
}

fn money(amount: Option<crate::money::Money>, wide: &mut Wide) -> Val {
    Val::Num(amount.map_or(super::value::Num::MISSING, |amount| super::value::Num::keep(amount.to_exact(), wide)))
}

fn define_in(map: &mut Map, name: &str, value: Dynamic) {
    match name.split_once('.') {
        None => {
            map.insert(name.into(), value);
        }
        Some((group, rest)) => {
            let inner = map.entry(group.into()).or_insert_with(|| Dynamic::from(Map::new()));
            if let Some(mut inner) = inner.write_lock::<Map>() {
                define_in(&mut inner, rest, value);
            }
        }
    }
}
