//! Statements that set locals: assignments, `if` and `for`.

use super::{Binding, Item, Lowered, Lowerer, MOST_TURNS, Names, Reported, Term, is_nought};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::ir::{Action, Expr, Kind, Rows, Text, When};
use crate::language::value::Family;
use crate::source::Place;
use crate::types::Type;
use rhai::{Expr as Ast, Position, Stmt};

/// The locals that actions set, in the order in which they are first set.
type Sets = Vec<(u16, Family)>;

impl<'a, N: Names> Lowerer<'a, N> {
    /// Statements that begin with some that set locals, and end with a value.
    pub(super) fn acting(&mut self, statements: &[&'a Stmt], start: &Place) -> Lowered<Term> {
        let acts =
            |statement: &Stmt| matches!(statement, Stmt::For(..) | Stmt::Assignment(_) | Stmt::If(..) | Stmt::Noop(_));
        // An `if` that ends the script is its value.
        let most = statements.len() - usize::from(matches!(statements.last(), Some(Stmt::If(..))));
        let count = statements.iter().take(most).take_while(|statement| acts(statement)).count();
        let (first, rest) = statements.split_at(count);
        let place = first.first().map_or_else(|| start.clone(), |statement| self.at(statement.position()));
        // Where these are wrong, so is what is known of the names they set.
        let actions = self.actions(first, &mut Sets::new())?;
        match self.statements(rest, start)? {
            Term::One(then, ty) => {
                let node = self.node(Kind::Do { actions, then: Box::new(then) }, &place);
                Ok(Term::One(node, ty))
            }
            Term::Text(then) => Ok(Term::Text(Text::Do { actions, then: Box::new(then) })),
            _ => {
                let message = "a script gives one value, not a list or a series";
                self.fail(Diagnostic::error(Code::WRONG_TYPE, place, message))
            }
        }
    }

    fn actions(&mut self, statements: &[&'a Stmt], sets: &mut Sets) -> Lowered<Vec<Action>> {
        let mut actions = Vec::new();
        let mut broken = false;
        for (position, statement) in statements.iter().enumerate() {
            let rest = statements.get(position + 1..).unwrap_or_default();
            match self.action(statement, rest, sets) {
                Ok(action) => actions.extend(action),
                // Go on, so that other mistakes are told in the same run.
                Err(Reported) => broken = true,
            }
        }
        if broken { Err(Reported) } else { Ok(actions) }
    }

    fn action(&mut self, statement: &'a Stmt, rest: &[&'a Stmt], sets: &mut Sets) -> Lowered<Option<Action>> {
        match statement {
            Stmt::Noop(_) => Ok(None),
            Stmt::Var(parts, _, _) => {
                let (name, value, _) = &**parts;
                self.set_new(name.as_str(), name.pos, value, rest)
            }
            Stmt::Assignment(parts) => {
                let (how, sides) = &**parts;
                let operator = how.get_op_assignment_info().map(|(.., operator)| operator);
                let place = self.at(how.position());
                self.assign(operator, &sides.lhs, &sides.rhs, &place, sets).map(Some)
            }
            Stmt::If(flow, _) => {
                let at = self.at(flow.expr.start_position());
                let test = self.term(&flow.expr).and_then(|test| self.expect(test, &Type::Bool, &at));
                let mut own = Sets::new();
                let then = self.inner(flow.body.statements(), &mut own);
                let other = self.inner(flow.branch.statements(), &mut own);
                extend(sets, &own);
                let when = When { test: test?, then: then?, other: other?, sets: own };
                Ok(Some(Action::When(Box::new(when))))
            }
            Stmt::For(parts, position) => {
                let (name, counter, flow) = &**parts;
                let place = self.at(*position);
                if let Some(counter) = counter {
                    let at = self.at(counter.pos);
                    return self.outside(at, "a counter in `for`", "count in a local: `count += 1;`");
                }
                let (mut rows, item) = self.turns_over(&flow.expr)?;
                self.fresh_name(name.as_str(), &self.at(name.pos))?;
                let before = self.next_local;
                if rows.local == u16::MAX {
                    rows.local = self.local(&place)?;
                }
                let depth = self.scope.len();
                self.scope.push((name.as_str().to_owned(), Binding::Row(rows.local, item)));
                let mut own = Sets::new();
                let body = self.turn(&place, |lowerer| lowerer.inner(flow.body.statements(), &mut own));
                self.scope.truncate(depth);
                self.next_local = before;
                extend(sets, &own);
                let body = body?;
                if rows.filters.iter().any(|filter| reads(filter, |local| own.iter().any(|(set, _)| *set == local))) {
                    let help = "test inside the loop with `if`";
                    return self.outside(place, "a `for` over what rests on what it assigns", help);
                }
                let name = name.as_str().to_owned();
                Ok(Some(Action::Each { name, rows: Box::new(rows), body, sets: own }))
            }
            Stmt::Expr(_) | Stmt::FnCall(..) | Stmt::Switch(..) => self.lost(statement),
            other => self.refuse(other),
        }
    }

    /// A `let` among statements that set locals.
    fn set_new(
        &mut self,
        name: &str,
        position: Position,
        value: &'a Ast,
        rest: &[&'a Stmt],
    ) -> Lowered<Option<Action>> {
        let place = self.at(position);
        self.fresh_name(name, &place)?;
        let depth = self.scope.len();
        match self.term(value) {
            Ok(Term::One(value, ty)) => {
                let local = self.local(&place)?;
                let binding = self.assigned_type(name, local, (&value, ty.clone()), rest, |lowerer| {
                    let _ = lowerer.actions(rest, &mut Sets::new());
                });
                let ty = if let Binding::Local(_, found) = &binding { found.clone() } else { ty };
                self.scope.push((name.to_owned(), binding));
                Ok(Some(Action::Set { name: name.to_owned(), local, ty, value }))
            }
            Ok(Term::Text(_)) => self.outside(place, "a text under a name", "put the text where it is used"),
            Ok(_) => {
                self.scope.push((name.to_owned(), Binding::Alias(value, depth)));
                Ok(None)
            }
            Err(Reported) => {
                self.scope.push((name.to_owned(), Binding::Broken));
                Err(Reported)
            }
        }
    }

    /// The statements of a block, whose own names end with it.
    fn inner(&mut self, statements: &'a [Stmt], sets: &mut Sets) -> Lowered<Vec<Action>> {
        let (depth, local) = (self.scope.len(), self.next_local);
        let statements: Vec<&Stmt> = statements.iter().collect();
        let mut own = Sets::new();
        let actions = self.actions(&statements, &mut own);
        self.scope.truncate(depth);
        self.next_local = local;
        own.retain(|(set, _)| *set < local);
        extend(sets, &own);
        actions
    }

    /// What is lowered once for every row of something, at most so many deep in each other.
    pub(super) fn turn<T>(&mut self, place: &Place, lower: impl FnOnce(&mut Self) -> Lowered<T>) -> Lowered<T> {
        if self.turns >= MOST_TURNS {
            let message = format!("loops and functions of rows stand in each other more than {MOST_TURNS} deep");
            let diagnostic = Diagnostic::error(Code::TOO_LARGE, place.clone(), message);
            return self.fail(diagnostic.help("split the script into declared values"));
        }
        self.turns += 1;
        let result = lower(self);
        self.turns -= 1;
        result
    }

    /// What a `for` goes through.
    fn turns_over(&mut self, ast: &'a Ast) -> Lowered<(Rows, Item)> {
        let place = self.at(ast.start_position());
        let help = "go through a list, a series or `periods`: a rule must end";
        if let Ast::FnCall(call, _) = ast
            && ["..", "..="].contains(&call.name.as_str())
        {
            return self.outside(place, "a `for` over numbers", help);
        }
        match self.term(ast)? {
            Term::Rows(rows, item) => Ok((rows, item)),
            Term::Series(series, ty) => Ok(self.elements(series, ty, &place)),
            Term::Mapped(..) => self.outside(place, "a `for` over what `map` gives", "map inside the loop"),
            _ => {
                let message = "`for` goes through a list, a series or `periods`";
                self.fail(Diagnostic::error(Code::WRONG_TYPE, place, message))
            }
        }
    }

    /// What a local stands for that assignments may change: a first look at the statements behind it
    /// finds out its unit, where it begins as nought.
    pub(super) fn assigned_type(
        &mut self,
        name: &str,
        local: u16,
        (value, ty): (&Expr, Type),
        rest: &[&'a Stmt],
        look: impl FnOnce(&mut Self),
    ) -> Binding<'a> {
        let nought = is_nought(value);
        self.assigned.remove(&local);
        if !rest.iter().any(|statement| assigns(statement, name)) {
            return Binding::Local(local, ty);
        }
        self.assigned.insert(local);
        let first = if nought { Binding::Nought(local) } else { Binding::Local(local, ty.clone()) };
        if self.trial {
            return first;
        }
        let (depth, next_local, nodes) = (self.scope.len(), self.next_local, self.nodes);
        self.trial = true;
        self.found.clear();
        self.scope.push((name.to_owned(), first));
        look(self);
        self.scope.truncate(depth);
        (self.next_local, self.nodes) = (next_local, nodes);
        self.trial = false;
        let found = self.found.remove(&local);
        self.found.clear();
        Binding::Local(local, found.unwrap_or(ty))
    }

    fn assign(
        &mut self,
        operator: Option<&'static str>,
        target: &'a Ast,
        value: &'a Ast,
        place: &Place,
        sets: &mut Sets,
    ) -> Lowered<Action> {
        let evidence =
            "name the new value with `let`, since evidence is never changed; two values are compared with `==`";
        let Ast::Variable(parts, ..) = target else { return self.outside(place.clone(), "this assignment", evidence) };
        let name = parts.1.as_str();
        let found = self.scope.iter().rposition(|(known, _)| known == name);
        let bound = found.and_then(|at| self.scope.get(at)).map(|(_, binding)| binding.clone());
        let (local, ty) = match bound {
            Some(Binding::Local(local, ty)) => (local, Some(ty)),
            Some(Binding::Nought(local)) => (local, None),
            Some(Binding::Broken) => return Err(Reported),
            Some(Binding::Row(..) | Binding::Alias(..)) => {
                return self.outside(place.clone(), "assignment to a list, series or row", evidence);
            }
            None => return self.outside(place.clone(), "assignment to what the script has not named", evidence),
        };
        let at = self.at(value.start_position());
        let term = self.term(value)?;
        let (mut expr, mut given) = self.one(term, &at)?;
        if let Some(operator) = operator {
            let position = self.at(target.start_position());
            let left = self.term(target).and_then(|term| self.as_number(term, &position))?;
            let Type::Number(right) = given else {
                let message = format!("expected a number, found {given}");
                return self.fail(Diagnostic::error(Code::WRONG_TYPE, at, message));
            };
            let (kind, number) = self.arithmetic(operator, left, (expr, right), place)?;
            (expr, given) = (self.node(kind, place), Type::Number(number));
        }
        let ty = match (ty, given) {
            (None, given) if is_nought(&expr) => given,
            (None, given) => {
                self.learn(found, local, given.clone());
                given
            }
            (Some(ty), given) => {
                let current = self.held(local, &ty, place);
                let joined =
                    self.unify((&current, &ty), (&expr, &given), "what the name held and what it gets", place)?;
                if self.trial {
                    self.learn(found, local, joined.clone());
                }
                joined
            }
        };
        extend(sets, &[(local, ty.family())]);
        Ok(Action::Set { name: name.to_owned(), local, ty, value: expr })
    }

    /// Whether a list or series reads a local that is given another value somewhere.
    pub(super) fn reads_assigned(&self, term: &Term) -> bool {
        let assigned = |expr: &Expr| reads(expr, |local| self.assigned.contains(&local));
        match term {
            Term::Rows(rows, _) => rows.filters.iter().any(assigned),
            Term::Mapped(rows, body, _) => rows.filters.iter().any(assigned) || assigned(body),
            _ => false,
        }
    }

    /// Keeps what a first look found out about a local.
    fn learn(&mut self, at: Option<usize>, local: u16, ty: Type) {
        self.found.insert(local, ty.clone());
        if let Some((_, binding)) = at.and_then(|at| self.scope.get_mut(at)) {
            *binding = Binding::Local(local, ty);
        }
    }

    pub(super) fn lost<T>(&mut self, statement: &Stmt) -> Lowered<T> {
        match statement {
            Stmt::Expr(_) | Stmt::If(..) | Stmt::FnCall(..) | Stmt::Switch(..) => {
                let place = self.at(statement.position());
                let message = "the value of this statement is lost";
                let diagnostic = Diagnostic::error(Code::NOT_IN_LANGUAGE, place, message);
                self.fail(diagnostic.help("name it with `let`, or make it the last expression"))
            }
            other => self.refuse(other),
        }
    }
}

/// Whether an expression reads such a local.
fn reads(expr: &Expr, such: impl Fn(u16) -> bool) -> bool {
    let mut found = false;
    expr.walk(&mut |node| found |= matches!(node.kind, Kind::Local(local) if such(local)));
    found
}

fn extend(sets: &mut Sets, more: &[(u16, Family)]) {
    for set in more {
        if !sets.contains(set) {
            sets.push(*set);
        }
    }
}

/// Whether a statement, or one inside it, gives this name another value.
fn assigns(statement: &Stmt, name: &str) -> bool {
    let any = |block: &[Stmt]| block.iter().any(|inner| assigns(inner, name));
    match statement {
        Stmt::Assignment(parts) => matches!(&parts.1.lhs, Ast::Variable(variable, ..) if variable.1.as_str() == name),
        Stmt::If(flow, _) => any(flow.body.statements()) || any(flow.branch.statements()),
        Stmt::For(parts, _) => any(parts.2.body.statements()),
        Stmt::Block(block) => any(block.statements()),
        _ => false,
    }
}
