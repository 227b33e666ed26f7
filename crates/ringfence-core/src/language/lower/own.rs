//! Functions of a script's own: each call is the function's body with the arguments bound.

use super::{Binding, FUNCTIONS, Lowered, Lowerer, Names, Term, find_word, library};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::ir::{Expr, Kind, Text};
use crate::language::parse::Function;
use crate::language::value::Family;
use crate::source::Place;
use rhai::{Expr as Ast, Stmt};

/// How deep functions may call each other.
const DEEPEST: usize = 8;

impl<'a, N: Names> Lowerer<'a, N> {
    /// The function of the script's own that has this name.
    pub(super) fn own(&self, name: &str) -> Option<&'a Function> {
        let parsed = self.parsed;
        parsed.functions.get(name).filter(|_| Function::is_named(name))
    }

    /// A call, with the arguments worked out once and the body in its place.
    pub(super) fn call_own(
        &mut self,
        name: &str,
        function: &'a Function,
        args: &'a [Ast],
        place: &Place,
    ) -> Lowered<Term> {
        self.called.insert(name.to_owned());
        if FUNCTIONS.contains(&name) || library::find(name).is_some() {
            let message = format!("`{name}` is a function of the library");
            let diagnostic = Diagnostic::error(Code::DUPLICATE_NAME, self.place_of(name), message);
            return self.fail(diagnostic.help("give the function another name"));
        }
        if self.calls.iter().any(|calling| calling == name) {
            return self.outside(
                place.clone(),
                &format!("a function that calls itself (`{name}`)"),
                "go through a list or `periods` with `for`: a rule must end",
            );
        }
        if self.calls.len() >= DEEPEST {
            let message = format!("functions call each other more than {DEEPEST} deep");
            let diagnostic = Diagnostic::error(Code::TOO_LARGE, place.clone(), message);
            return self.fail(diagnostic.help("split the script into declared values"));
        }
        let parameters = &function.parameters;
        if parameters.len() != args.len() {
            let (count, verb) = (parameters.len(), if args.len() == 1 { "is" } else { "are" });
            let plural = if count == 1 { "argument" } else { "arguments" };
            let message = format!("`{name}` takes {count} {plural}, and {} {verb} given", args.len());
            return self.fail(Diagnostic::error(Code::WRONG_ARGUMENTS, place.clone(), message));
        }
        let local = self.next_local;
        let mut bindings: Vec<(String, Binding<'a>)> = Vec::new();
        let mut values: Vec<(u16, Family, Expr)> = Vec::new();
        for (parameter, arg) in parameters.iter().zip(args) {
            if bindings.iter().any(|(known, _)| known == parameter) || parameter == "_" {
                let message = format!("`{parameter}` cannot stand for two arguments");
                return self.fail(Diagnostic::error(Code::DUPLICATE_NAME, self.place_of(name), message));
            }
            if let Some(row) = self.row_named(arg) {
                bindings.push((parameter.clone(), row));
                continue;
            }
            let at = self.at(arg.start_position());
            let Term::One(expr, ty) = self.term(arg)? else {
                let message = "a function takes single values and records";
                let diagnostic = Diagnostic::error(Code::WRONG_TYPE, at, message);
                return self.fail(diagnostic.help("name the list or series inside the function"));
            };
            let local = self.local(&at)?;
            values.push((local, ty.family(), expr));
            bindings.push((parameter.clone(), Binding::Local(local, ty)));
        }
        // The body sees its arguments and what the pack declares, and nothing of the caller's.
        let outer = std::mem::take(&mut self.scope);
        let checked = bindings.into_iter().try_for_each(|(parameter, binding)| {
            self.fresh_name(&parameter, &self.place_of(&parameter))?;
            self.scope.push((parameter, binding));
            Ok(())
        });
        self.calls.push(name.to_owned());
        let body: Vec<&Stmt> = function.body.iter().collect();
        let result = checked.and_then(|()| self.block(&body, place));
        self.calls.pop();
        self.scope = outer;
        let mut result = result?;
        for (local, family, value) in values.into_iter().rev() {
            result = match result {
                Term::One(then, ty) => {
                    let kind = Kind::Let { local, family, value: Box::new(value), then: Box::new(then) };
                    Term::One(self.node(kind, place), ty)
                }
                Term::Text(then) => Term::Text(Text::Let { local, family, value, then: Box::new(then) }),
                _ => {
                    let message = "a function gives one value, not a list or a series";
                    return self.fail(Diagnostic::error(Code::WRONG_TYPE, place.clone(), message));
                }
            };
        }
        if matches!(result, Term::One(..) | Term::Text(_)) {
            self.next_local = local;
        }
        Ok(result)
    }

    /// A record or period that goes by a name of the script's own.
    pub(super) fn row_named(&self, ast: &Ast) -> Option<Binding<'a>> {
        let Ast::Variable(parts, ..) = ast else { return None };
        let name = parts.1.as_str();
        let bound = self.scope.iter().rev().find(|(known, _)| known == name)?;
        matches!(bound.1, Binding::Row(..)).then(|| bound.1.clone())
    }

    /// A function that nothing calls is never checked, and does nothing.
    pub(super) fn refuse_uncalled(&mut self) -> Lowered<()> {
        let parsed = self.parsed;
        let uncalled = parsed.functions.keys().find(|name| Function::is_named(name) && !self.called.contains(*name));
        match uncalled {
            Some(name) => {
                let message = format!("the function `{name}` is never called");
                let diagnostic = Diagnostic::error(Code::NOT_IN_LANGUAGE, self.place_of(name), message);
                self.fail(
                    diagnostic.help("a function is there for the script that it stands in: call it or take it out"),
                )
            }
            None => Ok(()),
        }
    }

    fn place_of(&self, name: &str) -> Place {
        let (line, column) = find_word(&self.script.scalar.text, name);
        self.script.stretch(line, column, name.chars().count())
    }
}
