//! Lowering: Rhai's syntax tree into the typed form, or diagnostics that say what to write instead.

mod call;
mod chain;
mod own;
mod plugin;
mod series;
mod statements;
mod switch;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rhai::{Expr as Ast, Position, Stmt};

use super::ir::{Expr, Kind, Leaf, Rows, Series, Site, Text};
use super::library;
use super::parse::{Parsed, Script, closure_name};
use super::value::{Num, Truth, Val, Word};
use crate::calendar::Calendar;
use crate::diagnostic::{Code, Diagnostic};
use crate::exact::{Exact, Rounding};
use crate::period::Every;
use crate::source::Place;
use crate::table::Table;
use crate::types::{Number, Type};

/// What the records of a list have, in the order of their cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) fields: Vec<(String, Type)>,
    /// What readers call each field, where the pack says so.
    pub(crate) titles: Vec<Option<String>>,
    /// A list of bare values: one cell each, and no field names.
    pub(crate) bare: bool,
}

/// What a declared name stands for.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    One(Type),
    Series(Type),
    List(Arc<Record>),
}

/// Where a declared name's cells are.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) shape: Shape,
    pub(crate) derived: bool,
    pub(crate) slot: u32,
}

/// What a name lookup finds.
#[derive(Clone, Debug)]
pub(crate) enum Lookup {
    Found(Named),
    Unknown,
    /// Declared, but with a mistake that is reported elsewhere.
    Broken,
}

/// What there is to say of a function that is not in the library.
#[derive(Clone, Debug)]
pub(crate) enum Offered {
    Sound(Arc<crate::plugin::Function>),
    /// The program offers it, and the pack does not say that it needs it.
    Undeclared,
    /// The pack needs it, and the program does not offer it, which is reported elsewhere.
    Broken,
}

/// What lowering needs to know of the pack, and what it tells it.
pub(crate) trait Names {
    fn name(&mut self, dotted: &str, place: &Place) -> Lookup;
    /// Whether the pack declares a fact or a value of this name, be it the one that is being read.
    fn is_declared(&self, name: &str) -> bool;
    /// The parameter of this name; the error says that it is declared with a mistake.
    fn parameter(&mut self, name: &str) -> Result<Option<(u32, Type)>, Reported>;
    fn finding(&mut self, name: &str) -> Option<u32>;
    /// The function of the program of this name.
    fn plugin(&mut self, name: &str) -> Option<Offered>;
    /// The value over all cases of this name; the error says that a mistake in it is reported.
    fn portfolio(&mut self, name: &str, place: &Place) -> Result<Option<(u32, Type)>, Reported>;
    /// The table of this name, and the cell that says which of its versions is in force.
    fn table(&mut self, name: &str) -> Result<Option<(u32, Arc<Table>)>, Reported>;
    fn calendar(&mut self, name: &str) -> Result<Option<Arc<Calendar>>, Reported>;
    /// Every name that could have been meant, for near misses.
    fn known(&self) -> Vec<String>;
    fn symbol(&mut self, text: &str) -> i64;
    /// The text of a symbol.
    fn text(&self, symbol: i64) -> Option<String>;
    fn site(&mut self, site: Site) -> u32;
    fn report(&mut self, diagnostic: Diagnostic);
    fn periods(&self) -> Option<crate::period::Periods>;
    /// How the pack rounds where nothing else is said.
    fn rounding(&self) -> Rounding;
}

/// What an expression is.
#[derive(Debug)]
enum Term {
    One(Expr, Type),
    Series(Series, Type),
    Rows(Rows, Item),
    Mapped(Rows, Expr, Type),
    Looked(tables::Looked),
    Text(Text),
}

/// What one row is.
#[derive(Debug, Clone)]
enum Item {
    /// A record of the list in this cell.
    Record(u32, Arc<Record>),
    /// What a series has in a period.
    Element(Series, Type),
    /// A period.
    Period(Every),
}

#[derive(Debug, Clone)]
enum Binding<'a> {
    Local(u16, Type),
    /// A local that begins as nought and whose unit is still to be found out.
    Nought(u16),
    Row(u16, Item),
    /// A list or series under a name: lowered again wherever it is used.
    Alias(&'a Ast, usize),
    Broken,
}

/// Lowers one script.
pub(crate) struct Lowerer<'a, N> {
    names: &'a mut N,
    script: &'a Script,
    parsed: &'a Parsed,
    scope: Vec<(String, Binding<'a>)>,
    next_local: u16,
    /// Whether one period is ruled on, so that `period` means something.
    in_period: bool,
    /// Whether this is a first look that only finds out the types of locals: nothing is reported.
    trial: bool,
    /// The types that assignments give to locals, as the first look found them.
    found: BTreeMap<u16, Type>,
    /// The locals that are given another value somewhere.
    assigned: BTreeSet<u16>,
    /// The script's own functions that are being called.
    calls: Vec<String>,
    /// Those that are called anywhere.
    called: BTreeSet<String>,
    /// How many loops and functions of rows this is inside of.
    turns: usize,
    /// How many nodes there are so far.
    nodes: usize,
    /// Whether it was said that there are too many.
    too_long: bool,
}

/// A diagnostic was reported.
#[derive(Debug)]
pub(crate) struct Reported;

type Lowered<T> = Result<T, Reported>;

/// What the library offers, for near misses.
const FUNCTIONS: &[&str] = &[
    "abs",
    "all",
    "allocate",
    "applicable",
    "at",
    "change",
    "clamp",
    "consecutive",
    "contains",
    "covers_week",
    "days_between",
    "filter",
    "first",
    "greater_of",
    "highest_to_date",
    "includes",
    "join",
    "last",
    "len",
    "lesser_of",
    "lowest_to_date",
    "map",
    "max",
    "mean",
    "min",
    "none",
    "previous",
    "profile",
    "recent",
    "round_to",
    "share",
    "so_far",
    "some",
    "sum",
    "to_date",
];

/// The name of every function, those that lists and series have and those that the library defines.
pub(crate) fn every_function() -> impl Iterator<Item = &'static str> {
    let needing = library::dates::NEEDING.iter().map(|needing| needing.function.name);
    FUNCTIONS.iter().copied().chain(library::FUNCTIONS.iter().map(|function| function.name)).chain(needing)
}

/// Whether the library has a function of this name.
pub(crate) fn is_library(name: &str) -> bool {
    every_function().any(|function| function == name)
}

/// The most nodes that one script may come to, with the functions of its own in place of their calls.
const MOST_NODES: usize = 10_000;

/// How deep loops and functions of rows may stand in each other.
const MOST_TURNS: usize = 3;

/// The most locals that the scripts of a pack may have at a time.
pub(crate) const LOCALS: u16 = 32;

pub(crate) fn script<N: Names>(
    names: &mut N,
    script: &Script,
    parsed: &Parsed,
    in_period: bool,
) -> Lowered<(Expr, Type)> {
    let mut lowerer = Lowerer::new(names, script, parsed, in_period);
    let statements: Vec<&Stmt> = parsed.statements.iter().collect();
    let start = script.stretch(1, 1, 1);
    let term = lowerer.block(&statements, &start)?;
    lowerer.refuse_uncalled()?;
    lowerer.one(term, &start)
}

pub(crate) fn template<N: Names>(names: &mut N, script: &Script, parsed: &Parsed) -> Lowered<Text> {
    let mut lowerer = Lowerer::new(names, script, parsed, false);
    let statements: Vec<&Stmt> = parsed.statements.iter().collect();
    let start = script.stretch(1, 1, 1);
    let term = lowerer.block(&statements, &start)?;
    lowerer.refuse_uncalled()?;
    lowerer.text(term, &start)
}

impl<'a, N: Names> Lowerer<'a, N> {
    fn new(names: &'a mut N, script: &'a Script, parsed: &'a Parsed, in_period: bool) -> Self {
        Self {
            names,
            script,
            parsed,
            scope: Vec::new(),
            next_local: 0,
            in_period,
            trial: false,
            found: BTreeMap::new(),
            assigned: BTreeSet::new(),
            calls: Vec::new(),
            called: BTreeSet::new(),
            turns: 0,
            nodes: 0,
            too_long: false,
        }
    }

    fn fail<T>(&mut self, diagnostic: Diagnostic) -> Lowered<T> {
        if !self.trial {
            self.names.report(diagnostic);
        }
        Err(Reported)
    }

    fn outside<T>(&mut self, place: Place, what: &str, instead: &str) -> Lowered<T> {
        let diagnostic =
            Diagnostic::error(Code::NOT_IN_LANGUAGE, place, format!("{what} is not part of the rule language"));
        self.fail(diagnostic.help(instead))
    }

    fn at(&self, position: Position) -> Place {
        self.script.place(position)
    }

    fn node(&mut self, kind: Kind, place: &Place) -> Expr {
        let leaf = match &kind {
            Kind::Fact(slot) => Leaf::Fact(*slot),
            Kind::FactNow(base) => Leaf::FactNow(*base),
            Kind::Derived(slot) => Leaf::Derived(*slot),
            Kind::DerivedNow(base) => Leaf::DerivedNow(*base),
            Kind::Portfolio(slot) => Leaf::Portfolio(*slot),
            Kind::FoldSeries(fold, series) => Leaf::Series(*fold, *series),
            Kind::Element { row, back, series, .. } => {
                Leaf::Element { of_row: row.is_some(), back: *back, series: *series }
            }
            _ => Leaf::None,
        };
        self.placed(kind, leaf, place)
    }

    fn placed(&mut self, kind: Kind, leaf: Leaf, place: &Place) -> Expr {
        let site = self.site(leaf, place);
        Expr { kind, site }
    }

    /// A name of the script's own.
    fn held(&mut self, local: u16, ty: &Type, place: &Place) -> Expr {
        self.nodes += 1;
        let site = Site { place: place.clone(), leaf: Leaf::None, own: Some(ty.clone()) };
        Expr { kind: Kind::Local(local), site: if self.trial { 0 } else { self.names.site(site) } }
    }

    fn site(&mut self, leaf: Leaf, place: &Place) -> u32 {
        self.nodes += 1;
        if self.trial { 0 } else { self.names.site(Site { place: place.clone(), leaf, own: None }) }
    }

    // Statements.

    fn block(&mut self, statements: &[&'a Stmt], start: &Place) -> Lowered<Term> {
        let (depth, local) = (self.scope.len(), self.next_local);
        let result = self.statements(statements, start);
        self.scope.truncate(depth);
        // What is left of the block is a value, which needs none of its locals; a list still does.
        if matches!(result, Ok(Term::One(..) | Term::Text(_))) {
            self.next_local = local;
        }
        result
    }

    fn statements(&mut self, statements: &[&'a Stmt], start: &Place) -> Lowered<Term> {
        let Some((first, rest)) = statements.split_first() else {
            let diagnostic = Diagnostic::error(Code::SCRIPT_SYNTAX, start.clone(), "the script gives no value");
            return self.fail(diagnostic.help("end it with the expression whose value counts, without a `;`"));
        };
        match first {
            Stmt::Var(parts, _, position) => {
                let (name, value, _) = &**parts;
                self.declare(name.as_str(), name.pos, value, rest, *position)
            }
            Stmt::Noop(_) => self.statements(rest, start),
            Stmt::For(..) | Stmt::Assignment(_) => self.acting(statements, start),
            statement if rest.is_empty() => self.last(statement),
            Stmt::If(..) => self.acting(statements, start),
            statement => self.lost(statement),
        }
    }

    fn declare(
        &mut self,
        name: &str,
        position: Position,
        value: &'a Ast,
        rest: &[&'a Stmt],
        start: Position,
    ) -> Lowered<Term> {
        let place = self.at(position);
        self.fresh_name(name, &place)?;
        let depth = self.scope.len();
        match self.term(value) {
            Ok(Term::One(expr, ty)) => {
                let local = self.local(&place)?;
                let binding = self.assigned_type(name, local, (&expr, ty.clone()), rest, |lowerer| {
                    let _ = lowerer.statements(rest, &place);
                });
                self.scope.push((name.to_owned(), binding));
                let then = self.statements(rest, &place);
                self.scope.truncate(depth);
                let family = ty.family();
                match then? {
                    Term::One(then, result) => {
                        let kind = Kind::Let { local, family, value: Box::new(expr), then: Box::new(then) };
                        let node = self.node(kind, &self.at(start));
                        Ok(Term::One(node, result))
                    }
                    Term::Text(then) => Ok(Term::Text(Text::Let { local, family, value: expr, then: Box::new(then) })),
                    _ => {
                        let diagnostic = Diagnostic::error(
                            Code::WRONG_TYPE,
                            place,
                            "a script gives one value, not a list or a series",
                        );
                        self.fail(diagnostic.help("use `.sum()`, `.len()`, `.all(|x| …)` and the like"))
                    }
                }
            }
            Ok(Term::Text(_)) => self.outside(place, "a text under a name", "put the text where it is used"),
            Ok(_) => {
                self.scope.push((name.to_owned(), Binding::Alias(value, depth)));
                let then = self.statements(rest, &place);
                self.scope.truncate(depth);
                then
            }
            Err(Reported) => {
                // Go on, so that other mistakes are told in the same run.
                self.scope.push((name.to_owned(), Binding::Broken));
                let _ = self.statements(rest, &place);
                self.scope.truncate(depth);
                Err(Reported)
            }
        }
    }

    /// A name of the script's own is new, in the script and in the pack.
    fn fresh_name(&mut self, name: &str, place: &Place) -> Lowered<()> {
        if self.scope.iter().any(|(known, _)| known == name) {
            let message = format!("`{name}` is already a name in this script");
            let diagnostic = Diagnostic::error(Code::DUPLICATE_NAME, place.clone(), message);
            return self.fail(diagnostic.help("give the second one a name of its own"));
        }
        if self.names.is_declared(name)
            || ["params", "findings", "period", "periods", "portfolio", "tables"].contains(&name)
        {
            let message = format!("`{name}` is the name of something the pack declares");
            let diagnostic = Diagnostic::error(Code::DUPLICATE_NAME, place.clone(), message);
            return self.fail(diagnostic.help("give the local another name"));
        }
        Ok(())
    }

    fn local(&mut self, place: &Place) -> Lowered<u16> {
        if self.next_local >= LOCALS {
            let message = format!("a script may have {LOCALS} names of its own");
            return self.fail(
                Diagnostic::error(Code::TOO_LARGE, place.clone(), message).help("split it into declared values"),
            );
        }
        self.next_local += 1;
        Ok(self.next_local - 1)
    }

    fn last(&mut self, statement: &'a Stmt) -> Lowered<Term> {
        match statement {
            Stmt::Expr(expr) => self.term(expr),
            Stmt::FnCall(call, position) => self.call(call, None, *position),
            Stmt::If(flow, position) => {
                let place = self.at(*position);
                let test = self.term(&flow.expr)?;
                let test = self.expect(test, &Type::Bool, &self.at(flow.expr.start_position()))?;
                let then: Vec<&Stmt> = flow.body.statements().iter().collect();
                let other: Vec<&Stmt> = flow.branch.statements().iter().collect();
                if other.is_empty() {
                    let diagnostic = Diagnostic::error(
                        Code::NOT_IN_LANGUAGE,
                        place,
                        "an `if` without `else` gives no value when it does not hold",
                    );
                    return self.fail(diagnostic.help("write the `else`"));
                }
                let then = self.block(&then, &place);
                let other = self.block(&other, &place);
                self.branches(test, then?, other?, &place)
            }
            Stmt::Block(block) => {
                let statements: Vec<&Stmt> = block.statements().iter().collect();
                let place = self.at(block.position());
                self.block(&statements, &place)
            }
            Stmt::Switch(parts, position) => self.switch(parts, *position),
            other => self.refuse(other),
        }
    }

    fn branches(&mut self, test: Expr, then: Term, other: Term, place: &Place) -> Lowered<Term> {
        match (then, other) {
            (Term::One(then, left), Term::One(other, right)) => {
                let ty = self.unify((&then, &left), (&other, &right), "the two branches", place)?;
                let node = self.node(Kind::If(Box::new([test, then, other])), place);
                Ok(Term::One(node, ty))
            }
            (then @ (Term::Text(_) | Term::One(..)), other @ (Term::Text(_) | Term::One(..))) => {
                let then = Box::new(self.text(then, place)?);
                let other = Box::new(self.text(other, place)?);
                Ok(Term::Text(Text::If { test, then, other }))
            }
            _ => self.outside(place.clone(), "choosing between lists or series", "choose between their results"),
        }
    }

    fn refuse<T>(&mut self, statement: &Stmt) -> Lowered<T> {
        let place = self.at(statement.position());
        let (what, instead) = match statement {
            Stmt::While(..) | Stmt::Do(..) => {
                ("a loop without a bound", "use `.all(|x| …)`, `.sum()` or `to_date(…)`: a rule must end")
            }
            Stmt::Switch(..) => ("`switch` as a statement", "name its value with `let`, or use `if … { … }`"),
            Stmt::Return(_, flags, _) if flags.contains(rhai::ASTFlags::BREAK) => {
                ("`throw`", "a script gives a value; say with `applies` when a condition does not apply")
            }
            Stmt::Return(..) => ("`return`", "make the value the last expression, and choose with `if … else`"),
            Stmt::TryCatch(..) => ("`try`", "test with `applicable(…)`, or use `??`"),
            Stmt::BreakLoop(..) => ("`break`", "use `.some(|x| …)`"),
            _ => ("this statement", "a script is `let` statements and a last expression"),
        };
        self.outside(place, what, instead)
    }

    // Expressions.

    fn one(&mut self, term: Term, place: &Place) -> Lowered<(Expr, Type)> {
        match term {
            Term::One(expr, ty) => Ok((expr, ty)),
            Term::Looked(looked) => self.which_output(&looked, place),
            Term::Series(..) => {
                let diagnostic = Diagnostic::error(
                    Code::WRONG_TYPE,
                    place.clone(),
                    "a series has a value for each period, and one value is needed",
                );
                self.fail(diagnostic.help("use `[period]`, `.sum()` or `to_date(…)`"))
            }
            Term::Rows(..) | Term::Mapped(..) => {
                let diagnostic = Diagnostic::error(
                    Code::WRONG_TYPE,
                    place.clone(),
                    "a list has many values, and one value is needed",
                );
                self.fail(diagnostic.help("use `.all(|x| …)`, `.len()`, `.sum()` and the like"))
            }
            Term::Text(_) => {
                let diagnostic = Diagnostic::error(
                    Code::WRONG_TYPE,
                    place.clone(),
                    "a template text is for the reader and has no value",
                );
                self.fail(diagnostic.help("move it to `because`"))
            }
        }
    }

    fn expect(&mut self, term: Term, wanted: &Type, place: &Place) -> Lowered<Expr> {
        let (expr, ty) = self.one(term, place)?;
        if ty.is_like(wanted) {
            return Ok(expr);
        }
        let diagnostic = Diagnostic::error(Code::WRONG_TYPE, place.clone(), format!("expected {wanted}, found {ty}"));
        self.fail(diagnostic.label(format!("this is {ty}")))
    }

    fn number(&mut self, ast: &'a Ast) -> Lowered<(Expr, Number)> {
        let place = self.at(ast.start_position());
        let term = self.term(ast)?;
        self.as_number(term, &place)
    }

    fn as_number(&mut self, term: Term, place: &Place) -> Lowered<(Expr, Number)> {
        match self.one(term, place)? {
            (expr, Type::Number(number)) => Ok((expr, number)),
            (_, ty) => {
                let diagnostic =
                    Diagnostic::error(Code::WRONG_TYPE, place.clone(), format!("expected a number, found {ty}"));
                self.fail(diagnostic.label(format!("this is {ty}")))
            }
        }
    }

    fn unify(&mut self, left: (&Expr, &Type), right: (&Expr, &Type), what: &str, place: &Place) -> Lowered<Type> {
        match (left.1, right.1) {
            (Type::Number(a), Type::Number(b)) => {
                self.same_unit((left.0, a), (right.0, b), what, place).map(Type::Number)
            }
            (a, b) if a.is_like(b) => Ok(if matches!(a, Type::Text) { b.clone() } else { a.clone() }),
            (a, b) => {
                let message = format!("{what} are of unlike kinds: {a} and {b}");
                self.fail(Diagnostic::error(Code::WRONG_TYPE, place.clone(), message))
            }
        }
    }

    /// The type two numbers share. Nought is nought in every unit.
    fn same_unit(
        &mut self,
        left: (&Expr, &Number),
        right: (&Expr, &Number),
        what: &str,
        place: &Place,
    ) -> Lowered<Number> {
        let (a, b) = (left.1, right.1);
        if a.unit == b.unit {
            return Ok(Number { unit: a.unit.clone(), whole: false, percent: a.percent && b.percent });
        }
        if is_nought(left.0) {
            return Ok(b.clone());
        }
        if is_nought(right.0) {
            return Ok(a.clone());
        }
        self.unlike(what, a, b, place)
    }

    fn unlike<T>(&mut self, what: &str, a: &Number, b: &Number, place: &Place) -> Lowered<T> {
        let message = format!("{what} are in unlike units: {} and {}", described(a), described(b));
        let diagnostic = Diagnostic::error(Code::WRONG_UNIT, place.clone(), message);
        let bare = a.unit.is_none() || b.unit.is_none();
        let help = if bare {
            "a number with a unit belongs in `parameters`, where its unit is declared"
        } else {
            "check what is meant; only like may be added or compared"
        };
        self.fail(diagnostic.help(help))
    }

    fn term(&mut self, ast: &'a Ast) -> Lowered<Term> {
        let position = ast.position();
        let place = self.at(position);
        if self.nodes > MOST_NODES {
            if std::mem::replace(&mut self.too_long, !self.trial) {
                return Err(Reported);
            }
            let message = format!("the script comes to more than {MOST_NODES} steps, its functions written out");
            return self.fail(Diagnostic::error(Code::TOO_LARGE, place, message).help("split it into declared values"));
        }
        match ast {
            Ast::BoolConstant(value, _) => {
                let node = self.node(Kind::Constant(Val::Truth(Truth::from_bool(*value))), &place);
                Ok(Term::One(node, Type::Bool))
            }
            Ast::IntegerConstant(value, _) => self.constant(Exact::whole(*value), &place),
            Ast::StringConstant(text, _) => {
                let symbol = self.names.symbol(text);
                let node = self.node(Kind::Constant(Val::Word(Word::known(symbol))), &place);
                Ok(Term::One(node, Type::Text))
            }
            Ast::DynamicConstant(value, _) => match value.clone().try_cast::<rust_decimal::Decimal>() {
                Some(decimal) => {
                    let number = Exact::from_scaled(decimal.mantissa(), decimal.scale());
                    match number {
                        Ok(number) => self.constant(number, &place),
                        Err(why) => self.fail(Diagnostic::error(Code::BAD_NUMBER, place, why.to_string())),
                    }
                }
                None if closure_name(ast).is_some() => {
                    self.outside(place, "a function without a list", "write `list.all(|x| …)`")
                }
                None => self.outside(
                    place,
                    "a list or map written in a script",
                    "declare it in the pack as evidence or parameters",
                ),
            },
            Ast::InterpolatedString(parts, _) => {
                let mut texts = Vec::new();
                for part in parts {
                    if let Ast::StringConstant(text, _) = part {
                        texts.push(Text::Plain(text.to_string()));
                        continue;
                    }
                    let place = self.at(part.position());
                    let term = self.term(part)?;
                    texts.push(self.text(term, &place)?);
                }
                Ok(Term::Text(Text::Join(texts)))
            }
            Ast::And(parts, _) => self.logic(parts, Kind::And, &place),
            Ast::Or(parts, _) => self.logic(parts, Kind::Or, &place),
            Ast::Coalesce(parts, _) => self.or_else(parts, &place),
            Ast::FnCall(call, position) => self.call(call, None, *position),
            Ast::Stmt(block) => {
                let statements: Vec<&Stmt> = block.statements().iter().collect();
                self.block(&statements, &place)
            }
            Ast::Variable(..) | Ast::Dot(..) | Ast::Index(..) => self.chain(ast),
            Ast::Unit(_) => {
                self.outside(place, "`()`", "what is missing is missing by itself; use `applicable(…)` or `??`")
            }
            Ast::Array(..) => self.outside(place, "a list written in a script", "compare with `==` and `||`"),
            Ast::CharConstant(..) => self.outside(place, "a character", "write a text in double quotes"),
            Ast::Map(..) => self.outside(place, "a map written in a script", "declare it in the pack"),
            Ast::ThisPtr(_) => self.outside(place, "`this`", "name what is meant"),
            _ => self.outside(place, "this expression", "see the list of what scripts can say"),
        }
    }

    fn constant(&mut self, number: Exact, place: &Place) -> Lowered<Term> {
        let Some(narrow) = Num::narrow(number) else {
            let diagnostic =
                Diagnostic::error(Code::BAD_NUMBER, place.clone(), "a number in a script has at most 18 digits")
                    .help("declare it as a parameter, with fewer digits");
            return self.fail(diagnostic);
        };
        let node = self.node(Kind::Constant(Val::Num(narrow)), place);
        Ok(Term::One(node, Type::Number(Number::plain())))
    }

    fn logic(&mut self, parts: &'a [Ast], make: fn(Vec<Expr>) -> Kind, place: &Place) -> Lowered<Term> {
        let mut lowered = Vec::new();
        let mut broken = false;
        for part in parts {
            let at = self.at(part.start_position());
            match self.term(part).and_then(|term| self.expect(term, &Type::Bool, &at)) {
                Ok(expr) => lowered.push(expr),
                Err(Reported) => broken = true,
            }
        }
        if broken {
            return Err(Reported);
        }
        let node = self.node(make(lowered), place);
        Ok(Term::One(node, Type::Bool))
    }

    fn or_else(&mut self, parts: &'a [Ast], place: &Place) -> Lowered<Term> {
        let mut terms = Vec::new();
        for part in parts {
            let at = self.at(part.start_position());
            let term = self.term(part)?;
            terms.push(self.one(term, &at)?);
        }
        let mut result: Option<(Expr, Type)> = None;
        for (first, left) in terms.into_iter().rev() {
            result = Some(match result {
                None => (first, left),
                Some((other, right)) => {
                    let ty = self.unify((&first, &left), (&other, &right), "the sides of `??`", place)?;
                    (self.node(Kind::OrElse(Box::new([first, other])), place), ty)
                }
            });
        }
        match result {
            Some((expr, ty)) => Ok(Term::One(expr, ty)),
            None => self.outside(place.clone(), "an empty `??`", "write what stands in for what does not apply"),
        }
    }

    // Texts.

    fn text(&mut self, term: Term, place: &Place) -> Lowered<Text> {
        match term {
            Term::Text(text) => Ok(text),
            Term::One(expr, ty) => Ok(Text::Show(expr, ty)),
            Term::Looked(looked) => self.which_output(&looked, place),
            Term::Series(..) | Term::Rows(..) | Term::Mapped(..) => {
                let diagnostic =
                    Diagnostic::error(Code::WRONG_TYPE, place.clone(), "a list or series cannot be shown as it is");
                self.fail(diagnostic.help("use `.len()`, `.sum()` or `.map(|x| x.name).join(\", \")`"))
            }
        }
    }
}

/// A unit in a sentence; a number without one is a bare number.
fn described(number: &Number) -> String {
    match number {
        number if number.percent => "a percentage".to_owned(),
        number if number.unit.is_none() => "a bare number".to_owned(),
        number => number.unit.to_string(),
    }
}

fn is_nought(expr: &Expr) -> bool {
    matches!(expr.kind, Kind::Constant(Val::Num(num)) if num.known(&[]).is_some_and(Exact::is_zero))
}

/// The line and column, from 1, of the first place where `word` stands in `text`.
fn find_word(text: &str, word: &str) -> (usize, usize) {
    text.lines()
        .enumerate()
        .find_map(|(line, content)| {
            let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
            let whole = |at: &usize| {
                let (before, after) = (content.get(..*at), content.get(at + word.len()..));
                !before.is_some_and(|text| text.ends_with(is_part))
                    && !after.is_some_and(|text| text.starts_with(is_part))
            };
            let at = content.match_indices(word).map(|(at, _)| at).find(whole);
            at.map(|at| (line + 1, content.get(..at).map_or(1, |before| before.chars().count() + 1)))
        })
        .unwrap_or((1, 1))
}
