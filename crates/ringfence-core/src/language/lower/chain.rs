//! Chains such as `activity.actual[period]` and `services.all(|s| s.days.covers_week())`: names,
//! properties, indexes and methods.

use super::{Binding, Item, Lookup, Lowered, Lowerer, Named, Names, Reported, Shape, Term, every_function};
use crate::diagnostic::{Code, Diagnostic};
use crate::exact::Exact;
use crate::language::ir::{Kind, Leaf, Over, Rows, Series};
use crate::language::value::{Num, Val};
use crate::source::Place;
use crate::types::{Number, Type};
use rhai::{Expr as Ast, FnCallExpr, Position};

/// A link of a chain such as `a.b[c].d()`.
pub(super) enum Link<'a> {
    Property(&'a str, Position),
    Method(&'a FnCallExpr, Position),
    Index(&'a Ast, Position),
}

impl<'a, N: Names> Lowerer<'a, N> {
    pub(super) fn chain(&mut self, ast: &'a Ast) -> Lowered<Term> {
        let mut links = Vec::new();
        let head = flatten(ast, &mut links);
        if let Some(place) = null_guard(ast) {
            return self.outside(self.at(place), "`?.`", "what is missing is missing by itself; use `.`");
        }
        let mut links = links.as_slice();
        let mut term = match variable_name(head) {
            Some(name) => {
                let position = head.position();
                self.variable(head, name, position, &mut links)?
            }
            None => self.term(head)?,
        };
        let mut at = self.at(head.start_position());
        while let Some((link, rest)) = links.split_first() {
            links = rest;
            term = match link {
                Link::Property(name, position) => {
                    at = self.at(*position);
                    self.property(term, name, &at)?
                }
                Link::Index(index, position) => self.index(term, index, &self.at(*position))?,
                Link::Method(call, position) => {
                    let place = at.clone();
                    at = self.at(*position);
                    self.call(call, Some((term, place)), *position)?
                }
            };
        }
        Ok(term)
    }

    fn variable(&mut self, head: &'a Ast, name: &str, position: Position, links: &mut &[Link<'a>]) -> Lowered<Term> {
        let place = self.at(position);
        let bound = self.scope.iter().rev().find(|(known, _)| known == name).map(|(_, binding)| binding.clone());
        match bound {
            Some(Binding::Local(local, ty)) => {
                let node = self.held(local, &ty, &place);
                return Ok(Term::One(node, ty));
            }
            // As far as a first look knows, it is nought.
            Some(Binding::Nought(_)) => {
                let nought = Num::narrow(Exact::ZERO).unwrap_or(Num::MISSING);
                let node = self.node(Kind::Constant(Val::Num(nought)), &place);
                return Ok(Term::One(node, Type::Number(Number::plain())));
            }
            Some(Binding::Row(row, item)) => return self.row(row, &item, &place, links),
            Some(Binding::Alias(value, depth)) => {
                let hidden = self.scope.split_off(depth);
                let term = self.term(value);
                self.scope.extend(hidden);
                let term = term?;
                return if self.reads_assigned(&term) {
                    self.outside(
                        place,
                        "a list under a name that rests on what is assigned",
                        "write the list where it is used",
                    )
                } else {
                    Ok(term)
                };
            }
            Some(Binding::Broken) => return Err(Reported),
            None => {}
        }
        match name {
            "params" => return self.parameter(&place, links),
            "findings" => return self.finding(&place, links),
            "period" => return self.period(&place),
            "portfolio" => return self.portfolio(&place, links),
            "tables" => return self.table(&place, links),
            "periods" => return self.periods(&place),
            _ => {}
        }
        let mut properties = Vec::new();
        for link in *links {
            match link {
                Link::Property(property, position) => properties.push((*property, *position)),
                _ => break,
            }
        }
        for taken in (0..=properties.len()).rev() {
            let (used, _) = properties.split_at(taken);
            let dotted = used.iter().fold(name.to_owned(), |path, (property, _)| format!("{path}.{property}"));
            let whole = self.whole_name(head, &dotted);
            match self.names.name(&dotted, &whole) {
                Lookup::Found(named) => {
                    *links = links.get(taken..).unwrap_or(&[]);
                    return Ok(self.named(named, &whole));
                }
                Lookup::Broken => return Err(Reported),
                Lookup::Unknown => {}
            }
        }
        let dotted = properties.iter().fold(name.to_owned(), |path, (property, _)| format!("{path}.{property}"));
        let place = self.whole_name(head, &dotted);
        let known = self.names.known();
        let locals = self.scope.iter().map(|(name, _)| name.as_str());
        let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, place, format!("unknown name `{dotted}`"))
            .label("not declared in the pack")
            .near_miss(&dotted, known.iter().map(String::as_str).chain(locals));
        self.fail(diagnostic)
    }

    /// The place of a dotted name, marked whole where it stands on one line as written.
    fn whole_name(&self, head: &Ast, dotted: &str) -> Place {
        let place = self.at(head.position());
        Place::new(place.file(), place.line(), place.column(), dotted.chars().count())
    }

    fn named(&mut self, named: Named, place: &Place) -> Term {
        let slot = named.slot;
        match named.shape {
            Shape::One(ty) => {
                let kind = if named.derived { Kind::Derived(slot) } else { Kind::Fact(slot) };
                Term::One(self.node(kind, place), ty)
            }
            Shape::Series(ty) => Term::Series(Series { derived: named.derived, base: slot }, ty),
            Shape::List(record) => {
                let site = self.site(Leaf::List(slot), place);
                let stride = u32::try_from(record.fields.len()).unwrap_or(u32::MAX);
                let over = Over::List { slot, stride };
                let rows = Rows { over, of: None, local: u16::MAX, filters: Vec::new(), site };
                Term::Rows(rows, Item::Record(slot, record))
            }
        }
    }

    fn row(&mut self, row: u16, item: &Item, place: &Place, links: &mut &[Link<'a>]) -> Lowered<Term> {
        let (list, record) = match item {
            Item::Record(list, record) => (*list, record),
            Item::Element(series, ty) => {
                let kind = Kind::Element { row: Some(row), back: 0, family: ty.family(), series: *series };
                return Ok(Term::One(self.node(kind, place), ty.clone()));
            }
            Item::Period(every) => {
                return Ok(Term::One(self.node(Kind::Turn(row), place), Type::Period(*every)));
            }
        };
        let (field, ty, place) = if record.bare {
            let ty = record.fields.first().map_or(Type::Text, |(_, ty)| ty.clone());
            (0, ty, place.clone())
        } else {
            let Some((Link::Property(name, position), rest)) = links.split_first() else {
                let diagnostic = Diagnostic::error(Code::WRONG_TYPE, place.clone(), "a record as a whole has no value");
                let fields: Vec<&str> = record.fields.iter().map(|(name, _)| name.as_str()).collect();
                return self.fail(diagnostic.help(format!("name a field of it: {}", fields.join(", "))));
            };
            *links = rest;
            let at = self.at(*position);
            match record.fields.iter().position(|(field, _)| field == name) {
                Some(field) => (field, record.fields.get(field).map_or(Type::Text, |(_, ty)| ty.clone()), at),
                None => {
                    let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, at, format!("unknown field `{name}`"))
                        .label("the record has no such field")
                        .near_miss(name, record.fields.iter().map(|(field, _)| field.as_str()));
                    return self.fail(diagnostic);
                }
            }
        };
        let field = u32::try_from(field).unwrap_or(u32::MAX);
        let node = self.placed(Kind::Field { row, field }, Leaf::Field { list, field }, &place);
        Ok(Term::One(node, ty))
    }

    fn parameter(&mut self, place: &Place, links: &mut &[Link<'a>]) -> Lowered<Term> {
        let Some((Link::Property(name, position), rest)) = links.split_first() else {
            let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, place.clone(), "`params` needs a parameter's name");
            return self.fail(diagnostic.help("write `params.name`"));
        };
        *links = rest;
        let at = self.at(*position);
        match self.names.parameter(name)? {
            Some((slot, ty)) => {
                let node = self.node(Kind::Parameter(slot), &at);
                Ok(Term::One(node, ty))
            }
            None => {
                let known = self.names.known();
                let parameters = known.iter().filter_map(|name| name.strip_prefix("params."));
                let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, at, format!("unknown parameter `{name}`"))
                    .label("not declared under `parameters`")
                    .near_miss(name, parameters);
                self.fail(diagnostic)
            }
        }
    }

    fn finding(&mut self, place: &Place, links: &mut &[Link<'a>]) -> Lowered<Term> {
        let Some((Link::Property(name, position), rest)) = links.split_first() else {
            let diagnostic =
                Diagnostic::error(Code::UNKNOWN_NAME, place.clone(), "`findings` needs a condition's name");
            return self.fail(diagnostic.help("write `findings.name`, with `_` for each `-` of the condition's id"));
        };
        *links = rest;
        let at = self.at(*position);
        match self.names.finding(name) {
            Some(slot) => {
                let node = self.node(Kind::Derived(slot), &at);
                Ok(Term::One(node, Type::Bool))
            }
            None => {
                let known = self.names.known();
                let findings = known.iter().filter_map(|name| name.strip_prefix("findings."));
                let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, at, format!("unknown finding `{name}`"))
                    .label("no condition of this name")
                    .near_miss(name, findings);
                self.fail(diagnostic)
            }
        }
    }

    fn portfolio(&mut self, place: &Place, links: &mut &[Link<'a>]) -> Lowered<Term> {
        let Some((Link::Property(name, position), rest)) = links.split_first() else {
            let diagnostic = Diagnostic::error(
                Code::UNKNOWN_NAME,
                place.clone(),
                "`portfolio` needs the name of a value over all cases",
            );
            return self.fail(diagnostic.help("write `portfolio.name`"));
        };
        *links = rest;
        let at = self.at(*position);
        match self.names.portfolio(name, &at)? {
            Some((slot, ty)) => {
                let node = self.node(Kind::Portfolio(slot), &at);
                Ok(Term::One(node, ty))
            }
            None => {
                let known = self.names.known();
                let values = known.iter().filter_map(|name| name.strip_prefix("portfolio."));
                let diagnostic =
                    Diagnostic::error(Code::UNKNOWN_NAME, at, format!("unknown value over all cases `{name}`"))
                        .label("not declared under `portfolio`")
                        .near_miss(name, values);
                self.fail(diagnostic)
            }
        }
    }

    fn period(&mut self, place: &Place) -> Lowered<Term> {
        match self.names.periods() {
            Some(periods) if self.in_period => {
                let node = self.node(Kind::Now, place);
                Ok(Term::One(node, Type::Period(periods.every())))
            }
            _ => {
                let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, place.clone(), "`period` means nothing here");
                self.fail(diagnostic.help(
                    "it is there in values with `per: period`, in `suspect-when` and in a fund's `release` by tranche",
                ))
            }
        }
    }

    fn property(&mut self, term: Term, name: &str, place: &Place) -> Lowered<Term> {
        let what = match term {
            Term::Looked(looked) => return self.named_output(looked, name, place),
            Term::Rows(..) | Term::Mapped(..) => "a list".to_owned(),
            Term::Series(..) => "a series".to_owned(),
            Term::Text(_) => "a text".to_owned(),
            Term::One(_, ty) => ty.to_string(),
        };
        let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, place.clone(), format!("{what} has no field `{name}`"));
        self.fail(if every_function().any(|function| function == name) {
            diagnostic.help(format!("call it: `.{name}(…)`"))
        } else {
            diagnostic.near_miss(name, every_function())
        })
    }

    fn index(&mut self, term: Term, index: &'a Ast, place: &Place) -> Lowered<Term> {
        let Term::Series(series, ty) = term else {
            let diagnostic =
                Diagnostic::error(Code::WRONG_TYPE, place.clone(), "only a series has a value for a period");
            return self.fail(diagnostic.help("pick from a list with `.filter(|x| …)`"));
        };
        let (base, back) = match index {
            Ast::FnCall(call, _) if call.name == "-" => match call.args.as_slice() {
                [base, Ast::IntegerConstant(back, _)] => (base, u16::try_from(*back).unwrap_or(u16::MAX)),
                _ => (index, 0),
            },
            _ => (index, 0),
        };
        let kind = match (variable_name(base), self.row_named(base)) {
            (_, Some(Binding::Row(row, Item::Period(_)))) => {
                Kind::Element { row: Some(row), back, family: ty.family(), series }
            }
            (Some("period"), _) => {
                self.period(&self.at(base.position()))?;
                match back {
                    0 if series.derived => Kind::DerivedNow(series.base),
                    0 => Kind::FactNow(series.base),
                    _ => Kind::Element { row: None, back, family: ty.family(), series },
                }
            }
            _ => {
                return self.outside(
                    self.at(index.start_position()),
                    "an index other than `period` or `period - 1`",
                    "use `.at(\"2015-16 Q1\")`, `.first()`, `.last()`, `to_date(…)` or `change(…)`",
                );
            }
        };
        let node = self.node(kind, place);
        Ok(Term::One(node, ty))
    }
}

/// The first of a chain, and its links.
fn flatten<'a>(ast: &'a Ast, links: &mut Vec<Link<'a>>) -> &'a Ast {
    match ast {
        Ast::Dot(parts, flags, _) => {
            let head = flatten(&parts.lhs, links);
            follow(&parts.rhs, false, flags.contains(rhai::ASTFlags::BREAK), links);
            head
        }
        Ast::Index(parts, flags, _) => {
            let head = flatten(&parts.lhs, links);
            follow(&parts.rhs, true, flags.contains(rhai::ASTFlags::BREAK), links);
            head
        }
        other => other,
    }
}

fn follow<'a>(ast: &'a Ast, index: bool, ends: bool, links: &mut Vec<Link<'a>>) {
    let (this, next) = match ast {
        Ast::Dot(parts, flags, _) if !ends => {
            (&parts.lhs, Some((&parts.rhs, false, flags.contains(rhai::ASTFlags::BREAK))))
        }
        Ast::Index(parts, flags, _) if !ends => {
            (&parts.lhs, Some((&parts.rhs, true, flags.contains(rhai::ASTFlags::BREAK))))
        }
        other => (other, None),
    };
    links.push(match this {
        _ if index => Link::Index(this, this.start_position()),
        Ast::Property(parts, position) => Link::Property(parts.2.as_str(), *position),
        Ast::MethodCall(call, position) => Link::Method(call, *position),
        other => Link::Index(other, other.start_position()),
    });
    if let Some((rest, index, ends)) = next {
        follow(rest, index, ends, links);
    }
}

/// The position of a `?.` or `?[` in a chain.
fn null_guard(ast: &Ast) -> Option<Position> {
    match ast {
        Ast::Dot(_, flags, position) | Ast::Index(_, flags, position) if flags.contains(rhai::ASTFlags::NEGATED) => {
            Some(*position)
        }
        Ast::Dot(parts, ..) => null_guard(&parts.lhs).or_else(|| null_guard(&parts.rhs)),
        _ => None,
    }
}

fn variable_name(ast: &Ast) -> Option<&str> {
    match ast {
        Ast::Variable(parts, ..) => Some(parts.1.as_str()),
        _ => None,
    }
}
