//! Looking things up in tables, and the functions that need a calendar.

use std::sync::Arc;

use super::chain::Link;
use super::{Lowered, Lowerer, Names, Reported, Term};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::ir::{Call, Kind, Lookup};
use crate::language::library::dates::{Needing, Needs, With};
use crate::language::library::{Typed, Wrong};
use crate::language::value::Val;
use crate::source::Place;
use crate::table::Table;
use crate::types::Type;
use rhai::{Expr as Ast, FnCallExpr, Position};

/// A table and what it is asked for, before an output is chosen.
#[derive(Debug)]
pub(super) struct Looked {
    table: Arc<Table>,
    cell: u32,
    args: Vec<(crate::language::value::Family, crate::language::ir::Expr)>,
}

impl<'a, N: Names> Lowerer<'a, N> {
    /// `tables.name(…)`.
    pub(super) fn table(&mut self, place: &Place, links: &mut &[Link<'a>]) -> Lowered<Term> {
        let (call, position): (&'a FnCallExpr, Position) = match links.split_first() {
            Some((Link::Method(call, position), rest)) => {
                *links = rest;
                (call, *position)
            }
            Some((Link::Property(name, position), _)) => {
                let at = self.at(*position);
                let message = format!("the table `{name}` is asked for nothing");
                let diagnostic = Diagnostic::error(Code::WRONG_ARGUMENTS, at, message);
                return self.fail(diagnostic.help(format!("write what to look up: `tables.{name}(…)`")));
            }
            _ => {
                let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, place.clone(), "`tables` needs a table's name");
                return self.fail(diagnostic.help("write `tables.name(…)`"));
            }
        };
        let (name, at) = (call.name.as_str(), self.at(position));
        let Some((cell, table)) = self.names.table(name)? else {
            let known = self.names.known();
            let tables = known.iter().filter_map(|name| name.strip_prefix("tables."));
            let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, at, format!("unknown table `{name}`"))
                .label("not declared under `tables`")
                .near_miss(name, tables);
            return self.fail(diagnostic);
        };
        if call.args.len() != table.inputs.len() {
            let names: Vec<&str> = table.inputs.iter().map(|input| input.name.as_str()).collect();
            let message = format!("the table `{name}` takes {}", names.join(", "));
            return self.fail(Diagnostic::error(Code::WRONG_ARGUMENTS, at, message));
        }
        let mut args = Vec::new();
        for (arg, input) in call.args.iter().zip(&table.inputs) {
            let place = self.at(arg.start_position());
            let term = self.term(arg)?;
            let (expr, ty) = self.one(term, &place)?;
            match (&input.ty, &ty) {
                (Type::Number(wanted), Type::Number(found)) => {
                    if !super::is_nought(&expr) && wanted.unit != found.unit {
                        let what = format!("the column `{}` and what is looked up", input.name);
                        return self.unlike(&what, wanted, found, &place);
                    }
                }
                (Type::Choice(_), Type::Text) if matches!(expr.kind, Kind::Constant(Val::Word(_))) => {
                    self.known_choice((&ty, &expr), &input.ty, &place)?;
                }
                (Type::Choice(_), Type::Text) => {
                    let message = format!("the column `{}` is {}, and this can be any text", input.name, input.ty);
                    let diagnostic = Diagnostic::error(Code::WRONG_TYPE, place, message);
                    return self.fail(diagnostic.help("declare the evidence as a `choice` of the same alternatives"));
                }
                (wanted, found) if found.is_like(wanted) => {}
                (wanted, found) => {
                    let message = format!("the column `{}` is {wanted}, found {found}", input.name);
                    let diagnostic = Diagnostic::error(Code::WRONG_TYPE, place, message);
                    return self.fail(diagnostic.label(format!("this is {found}")));
                }
            }
            args.push((ty.family(), expr));
        }
        let looked = Looked { table, cell, args };
        if looked.table.outputs.len() == 1 { Ok(self.output(looked, 0, &at)) } else { Ok(Term::Looked(looked)) }
    }

    fn output(&mut self, looked: Looked, output: usize, place: &Place) -> Term {
        let Looked { table, cell, args } = looked;
        let lookup = Lookup { table, cell, args, output };
        let ty = lookup.ty().clone();
        Term::One(self.node(Kind::Lookup(Box::new(lookup)), place), ty)
    }

    /// `tables.name(…).output`.
    pub(super) fn named_output(&mut self, looked: Looked, name: &str, place: &Place) -> Lowered<Term> {
        if let Some(output) = looked.table.output(name) {
            return Ok(self.output(looked, output, place));
        }
        let table = &looked.table;
        let message = format!("the table `{}` gives no `{name}`", table.name);
        let outputs: Vec<&str> = table.outputs.iter().map(|output| output.name.as_str()).collect();
        let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, place.clone(), message);
        let near = crate::diagnostic::nearest(name, outputs.iter().copied()).map(str::to_owned);
        let all = format!("it gives {}", outputs.join(", "));
        self.fail(diagnostic.help(near.map_or(all.clone(), |near| format!("did you mean `{near}`? {all}"))))
    }

    /// A table with several outputs where one value is needed.
    pub(super) fn which_output<T>(&mut self, looked: &Looked, place: &Place) -> Lowered<T> {
        let outputs: Vec<String> = looked.table.outputs.iter().map(|output| format!("`.{}`", output.name)).collect();
        let message = format!("the table `{}` gives several values, and one is needed", looked.table.name);
        let diagnostic = Diagnostic::error(Code::WRONG_TYPE, place.clone(), message);
        self.fail(diagnostic.help(format!("add one of {}", outputs.join(", "))))
    }

    /// A call of a function that needs a calendar, or the length of a period.
    pub(super) fn needing(
        &mut self,
        needing: &'static Needing,
        subject: Term,
        at: &Place,
        rest: &'a [Ast],
        place: &Place,
    ) -> Lowered<Term> {
        let function = &needing.function;
        let mut lowered = vec![self.one(subject, at)?];
        let (calendar, others) = match needing.needs {
            Needs::Calendar(_) => {
                let Some((Ast::StringConstant(name, position), others)) = rest.split_last() else {
                    return self.arguments(function.name, place, function.takes);
                };
                (Some((name.as_str(), *position)), others)
            }
            Needs::Every(_) => (None, rest),
        };
        for arg in others {
            let at = self.at(arg.start_position());
            let term = self.term(arg)?;
            lowered.push(self.one(term, &at)?);
        }
        if lowered.len() != function.most {
            return self.arguments(function.name, place, function.takes);
        }
        let typed: Vec<Typed> =
            lowered.iter().map(|(expr, ty)| Typed { ty: ty.clone(), nought: super::is_nought(expr) }).collect();
        let ty = match (function.types)(&typed) {
            Ok(ty) => ty,
            Err(Wrong::Kind) => return self.arguments(function.name, place, function.takes),
            Err(Wrong::Unit(what, left, right)) => return self.unlike(what, &left, &right, place),
        };
        let with = match (needing.needs, calendar, lowered.first()) {
            (Needs::Calendar(apply), Some((name, position)), _) => {
                let Some(calendar) = self.names.calendar(name)? else {
                    let at = self.at(position);
                    let known = self.names.known();
                    let calendars = known.iter().filter_map(|name| name.strip_prefix("calendars."));
                    let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, at, format!("unknown calendar `{name}`"))
                        .label("not declared under `calendars`")
                        .near_miss(name, calendars);
                    return self.fail(diagnostic);
                };
                With::Calendar(calendar, apply)
            }
            (Needs::Every(apply), _, Some((_, Type::Period(every)))) => With::Every(*every, apply),
            _ => return Err(Reported),
        };
        let args = lowered.into_iter().map(|(expr, ty)| (ty.family(), expr)).collect();
        let call = Call { function, with: Some(with), args, ty: ty.clone() };
        let node = self.node(Kind::Call(Box::new(call)), place);
        Ok(Term::One(node, ty))
    }
}
