//! Operators and the functions of the library.

use super::{Binding, FUNCTIONS, Item, Lowered, Lowerer, Names, Offered, Reported, Term, every_function, is_nought};
use crate::diagnostic::{Code, Diagnostic};
use crate::exact::{Exact, Rounding, RoundingMode};
use crate::language::ir::{Call, Comparison, Expr, Kind, Leaf, Over, Quantity, Rows, Text};
use crate::language::library::{self, Function, Typed, Wrong};
use crate::language::parse::closure_name;
use crate::language::value::{Family, Val, Word};
use crate::source::Place;
use crate::types::{Days, Number, Type, Unit};
use rhai::{Expr as Ast, FnCallExpr, Position, Stmt};

impl<'a, N: Names> Lowerer<'a, N> {
    pub(super) fn call(
        &mut self,
        call: &'a FnCallExpr,
        receiver: Option<(Term, Place)>,
        position: Position,
    ) -> Lowered<Term> {
        let place = self.at(position);
        let name = call.name.as_str();
        if receiver.is_none() && call.op_token.is_some() {
            return self.operator(name, &call.args, &place);
        }
        if ["eval", "print", "debug", "sleep", "timestamp", "exit", "parse_json", "call", "curry"].contains(&name) {
            return self.outside(place, &format!("`{name}`"), "a script computes a value and does nothing else");
        }
        if receiver.is_none()
            && let Some(function) = self.own(name)
        {
            return self.call_own(name, function, &call.args, &place);
        }
        let defined = library::find(name);
        let needing = library::dates::needing(name);
        if defined.is_none() && needing.is_none() && !FUNCTIONS.contains(&name) {
            match self.names.plugin(name) {
                Some(Offered::Sound(function)) => return self.plugin(function, call, receiver, &place),
                Some(Offered::Undeclared) => {
                    let message =
                        format!("`{name}` is a function of the program, and the pack does not say that it needs it");
                    let diagnostic = Diagnostic::error(Code::PLUG_IN, place, message);
                    return self.fail(diagnostic.help(format!("add `requires: {{ functions: [{name}] }}`")));
                }
                Some(Offered::Broken) => return Err(Reported),
                None => {}
            }
            let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, place, format!("unknown function `{name}`"))
                .label("not in the library")
                .near_miss(name, every_function());
            return self.fail(diagnostic);
        }
        let (subject, at, rest): (Term, Place, &'a [Ast]) = match receiver {
            Some((term, at)) => (term, at, &call.args),
            None => match call.args.split_first() {
                Some((first, rest)) => {
                    let at = self.at(first.start_position());
                    (self.term(first)?, at, rest)
                }
                None => return self.arguments(name, &place, "at least one argument"),
            },
        };
        if let Some(needing) = needing {
            return self.needing(needing, subject, &at, rest, &place);
        }
        match defined {
            // A list or series has a function of the same name: `mean`.
            Some(_) if FUNCTIONS.contains(&name) && !matches!(subject, Term::One(..)) => {
                self.function(name, subject, &at, rest, &place)
            }
            Some(function) => self.defined(function, subject, &at, rest, &place),
            None => self.function(name, subject, &at, rest, &place),
        }
    }

    /// A call of a function that the library defines.
    fn defined(
        &mut self,
        function: &'static Function,
        subject: Term,
        at: &Place,
        rest: &'a [Ast],
        place: &Place,
    ) -> Lowered<Term> {
        let mut lowered = vec![self.one(subject, at)];
        for arg in rest {
            let at = self.at(arg.start_position());
            let term = self.term(arg);
            lowered.push(term.and_then(|term| self.one(term, &at)));
        }
        let lowered = lowered.into_iter().collect::<Lowered<Vec<_>>>()?;
        if lowered.len() < function.fewest || lowered.len() > function.most {
            return self.arguments(function.name, place, function.takes);
        }
        let typed: Vec<Typed> =
            lowered.iter().map(|(expr, ty)| Typed { ty: ty.clone(), nought: is_nought(expr) }).collect();
        let ty = match (function.types)(&typed) {
            Ok(ty) => ty,
            Err(Wrong::Kind) => return self.arguments(function.name, place, function.takes),
            Err(Wrong::Unit(what, left, right)) => return self.unlike(what, &left, &right, place),
        };
        let args = lowered.into_iter().map(|(expr, ty)| (ty.family(), expr)).collect();
        let node = self.node(Kind::Call(Box::new(Call { function, with: None, args, ty: ty.clone() })), place);
        Ok(Term::One(node, ty))
    }

    pub(super) fn arguments<T>(&mut self, name: &str, place: &Place, wants: &str) -> Lowered<T> {
        let diagnostic = Diagnostic::error(Code::WRONG_ARGUMENTS, place.clone(), format!("`{name}` takes {wants}"));
        self.fail(diagnostic)
    }

    fn operator(&mut self, name: &str, args: &'a [Ast], place: &Place) -> Lowered<Term> {
        let (left, right) = match args {
            [inner] if name == "!" => {
                let at = self.at(inner.start_position());
                let term = self.term(inner)?;
                let inner = self.expect(term, &Type::Bool, &at)?;
                let node = self.node(Kind::Not(Box::new(inner)), place);
                return Ok(Term::One(node, Type::Bool));
            }
            [inner] if name == "-" => {
                let (inner, number) = self.number(inner)?;
                let node = self.node(Kind::Negate(Box::new(inner)), place);
                return Ok(Term::One(node, Type::Number(number)));
            }
            [inner] if name == "+" => return self.term(inner),
            [left, right] => (left, right),
            _ => return self.outside(place.clone(), &format!("`{name}`"), "see the list of operators"),
        };
        if let Some(comparison) = comparison(name) {
            return self.compare(comparison, left, right, place);
        }
        let (Ok(left), Ok(right)) = (self.number(left), self.number(right)) else { return Err(Reported) };
        let (kind, number) = self.arithmetic(name, left, right, place)?;
        let node = self.node(kind, place);
        Ok(Term::One(node, Type::Number(number)))
    }

    /// An operation on two numbers, and what it gives.
    pub(super) fn arithmetic(
        &mut self,
        name: &str,
        left: (Expr, Number),
        right: (Expr, Number),
        place: &Place,
    ) -> Lowered<(Kind, Number)> {
        let sides = |left: Expr, right: Expr| Box::new([left, right]);
        let whole = left.1.whole && right.1.whole;
        Ok(match name {
            "+" | "-" => {
                let what = format!("the two sides of `{name}`");
                let number = self.same_unit((&left.0, &left.1), (&right.0, &right.1), &what, place)?;
                let kind = if name == "+" {
                    Kind::Add(sides(left.0, right.0))
                } else {
                    Kind::Subtract(sides(left.0, right.0))
                };
                (kind, Number { whole, ..number })
            }
            "*" => {
                let unit = left.1.unit.times(&right.1.unit);
                (Kind::Multiply(sides(left.0, right.0)), Number { unit, whole, percent: false })
            }
            "/" => {
                let unit = left.1.unit.per(&right.1.unit);
                (Kind::Divide(sides(left.0, right.0)), Number { unit, whole: false, percent: false })
            }
            "%" | "**" => {
                return self.outside(
                    place.clone(),
                    &format!("`{name}`"),
                    "the operators are + - * /; a percentage is declared as a parameter: `3.5%`",
                );
            }
            _ => {
                return self.outside(
                    place.clone(),
                    &format!("`{name}`"),
                    "the operators are + - * / == != < <= > >= && || ! ??",
                );
            }
        })
    }

    fn compare(&mut self, comparison: Comparison, left: &'a Ast, right: &'a Ast, place: &Place) -> Lowered<Term> {
        let (left_at, right_at) = (self.at(left.start_position()), self.at(right.start_position()));
        let left = self.term(left).and_then(|term| self.one(term, &left_at));
        let right = self.term(right).and_then(|term| self.one(term, &right_at));
        let (left, right) = (left?, right?);
        self.known_choice((&left.1, &left.0), &right.1, &left_at)?;
        self.known_choice((&right.1, &right.0), &left.1, &right_at)?;
        self.unify((&left.0, &left.1), (&right.0, &right.1), "the two sides", place)?;
        let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        let sides = Box::new([left.0, right.0]);
        let kind = match left.1 {
            Type::Number(_) => Kind::Compare(comparison, sides),
            Type::Bool if equality => Kind::SameTruth { negated: comparison == Comparison::NotEqual, sides },
            Type::Date | Type::Period(_) => Kind::CompareWords(comparison, sides),
            Type::Text | Type::Choice(_) | Type::Days if equality => Kind::CompareWords(comparison, sides),
            ty => {
                let diagnostic = Diagnostic::error(
                    Code::WRONG_TYPE,
                    place.clone(),
                    format!("`{}` does not order {ty}", comparison.symbol()),
                );
                return self.fail(diagnostic.help("compare with `==` or `!=`"));
            }
        };
        let node = self.node(kind, place);
        Ok(Term::One(node, Type::Bool))
    }

    /// A text compared with a choice must be one of its alternatives.
    pub(super) fn known_choice(&mut self, text: (&Type, &Expr), other: &Type, place: &Place) -> Lowered<()> {
        let (Type::Text, Type::Choice(of)) = (text.0, other) else { return Ok(()) };
        let Kind::Constant(Val::Word(word)) = text.1.kind else { return Ok(()) };
        let known: Vec<i64> = of.iter().map(|choice| self.names.symbol(choice)).collect();
        if known.contains(&word.bits) {
            return Ok(());
        }
        let of_symbol = self.names.text(word.bits);
        let written = of_symbol.unwrap_or_default();
        let message = format!("`{written}` is none of the alternatives");
        let near = crate::diagnostic::nearest(&written, of.iter().map(String::as_str));
        let all = format!("the alternatives are {}", of.join(", "));
        let help = near.map_or(all.clone(), |near| format!("did you mean `{near}`? {all}"));
        self.fail(Diagnostic::error(Code::WRONG_VALUE, place.clone(), message).help(help))
    }

    fn function(&mut self, name: &str, subject: Term, at: &Place, rest: &'a [Ast], place: &Place) -> Lowered<Term> {
        match subject {
            Term::Series(series, ty) if name != "lesser_of" && name != "greater_of" => {
                self.series_function(name, series, ty, rest, place)
            }
            Term::Rows(rows, item) => self.rows_function(name, rows, &item, rest, place),
            Term::Mapped(rows, body, ty) => self.mapped_function(name, rows, body, ty, rest, place),
            subject => self.value_function(name, subject, at, rest, place),
        }
    }

    /// Lowers a closure's body with its parameter bound to the rows' local.
    fn over_rows<T>(
        &mut self,
        name: &str,
        rows: &mut Rows,
        item: &Item,
        rest: &'a [Ast],
        place: &Place,
        lower: impl FnOnce(&mut Self, &[&'a Stmt]) -> Lowered<T>,
    ) -> Lowered<T> {
        let [argument] = rest else {
            return self.arguments(name, place, "one function such as `|x| x.field > 0`");
        };
        let parsed = self.parsed;
        let function = closure_name(argument).and_then(|name| parsed.functions.get(&name));
        let Some(function) = function else {
            return self.arguments(name, place, "one function such as `|x| x.field > 0`");
        };
        let Some(parameter) = function.parameters.last() else {
            return self.arguments(name, place, "a function of one row, such as `|x| …`");
        };
        if self.scope.iter().any(|(known, _)| known == parameter) && rows.local == u16::MAX {
            let diagnostic =
                Diagnostic::error(Code::DUPLICATE_NAME, place.clone(), format!("`{parameter}` is already a name here"));
            return self.fail(diagnostic.help("give the row another name"));
        }
        if rows.local == u16::MAX {
            rows.local = self.local(place)?;
        }
        let body: Vec<&Stmt> = function.body.iter().collect();
        let depth = self.scope.len();
        self.scope.push((parameter.clone(), Binding::Row(rows.local, item.clone())));
        let result = self.turn(place, |lowerer| lower(lowerer, &body));
        self.scope.truncate(depth);
        result
    }

    fn test(&mut self, name: &str, rows: &mut Rows, item: &Item, rest: &'a [Ast], place: &Place) -> Lowered<Expr> {
        self.over_rows(name, rows, item, rest, place, |lowerer, body| {
            let term = lowerer.block(body, place)?;
            lowerer.expect(term, &Type::Bool, place)
        })
    }

    pub(super) fn rows_function(
        &mut self,
        name: &str,
        mut rows: Rows,
        item: &Item,
        rest: &'a [Ast],
        place: &Place,
    ) -> Lowered<Term> {
        let quantity = match name {
            "all" => Some(Quantity::All),
            "some" => Some(Quantity::Some),
            "none" => Some(Quantity::None),
            _ => None,
        };
        if let Some(quantity) = quantity {
            let test = self.test(name, &mut rows, item, rest, place)?;
            let kind = Kind::Quantify { quantity, rows: Box::new(rows), test: Box::new(test) };
            let node = self.node(kind, place);
            return Ok(Term::One(node, Type::Bool));
        }
        match name {
            "filter" => {
                let test = self.test(name, &mut rows, item, rest, place)?;
                rows.filters.push(test);
                Ok(Term::Rows(rows, item.clone()))
            }
            "map" => {
                let (body, ty) = self.over_rows(name, &mut rows, item, rest, place, |lowerer, body| {
                    let term = lowerer.block(body, place)?;
                    lowerer.one(term, place)
                })?;
                Ok(Term::Mapped(rows, body, ty))
            }
            "len" if rest.is_empty() => {
                self.give_local(&mut rows, place)?;
                let node = self.node(Kind::Count(Box::new(rows)), place);
                Ok(Term::One(node, Type::Number(Number::plain())))
            }
            _ if !matches!(item, Item::Record(_, record) if !record.bare) => {
                let (body, ty) = self.bare_row(&mut rows, item, place)?;
                self.mapped_function(name, rows, body, ty, rest, place)
            }
            "sum" | "min" | "max" | "mean" | "join" | "contains" => {
                self.arguments(name, place, "values, not records: use `.map(|x| x.field)` first")
            }
            _ => self.arguments(name, place, "one value, not a list"),
        }
    }

    /// The value of each row of something that has no fields.
    pub(super) fn bare_row(&mut self, rows: &mut Rows, item: &Item, place: &Place) -> Lowered<(Expr, Type)> {
        self.give_local(rows, place)?;
        let row = rows.local;
        Ok(match item {
            Item::Record(list, record) => {
                let ty = record.fields.first().map_or(Type::Text, |(_, ty)| ty.clone());
                let leaf = Leaf::Field { list: *list, field: 0 };
                (self.placed(Kind::Field { row, field: 0 }, leaf, place), ty)
            }
            Item::Element(series, ty) => {
                let kind = Kind::Element { row: Some(row), back: 0, family: ty.family(), series: *series };
                (self.node(kind, place), ty.clone())
            }
            Item::Period(every) => (self.node(Kind::Turn(row), place), Type::Period(*every)),
        })
    }

    fn give_local(&mut self, rows: &mut Rows, place: &Place) -> Lowered<()> {
        if rows.local == u16::MAX {
            rows.local = self.local(place)?;
        }
        Ok(())
    }

    fn mapped_function(
        &mut self,
        name: &str,
        rows: Rows,
        body: Expr,
        ty: Type,
        rest: &'a [Ast],
        place: &Place,
    ) -> Lowered<Term> {
        let (rows, boxed) = (Box::new(rows), Box::new(body));
        match (name, rest) {
            ("len", []) => {
                let node = self.node(Kind::Count(rows), place);
                Ok(Term::One(node, Type::Number(Number::plain())))
            }
            ("sum" | "min" | "max" | "mean", []) if matches!(ty, Type::Number(_)) => {
                let kind = match name {
                    "sum" => Kind::SumRows(rows, boxed),
                    "mean" => Kind::MeanRow(rows, boxed),
                    "min" => Kind::LeastRow(rows, boxed),
                    _ => Kind::GreatestRow(rows, boxed),
                };
                let node = self.node(kind, place);
                let ty = match ty {
                    Type::Number(number) if name == "mean" => Type::Number(Number { whole: false, ..number }),
                    ty => ty,
                };
                Ok(Term::One(node, ty))
            }
            ("consecutive", []) if ty == Type::Bool && rows.filters.is_empty() && rows.over == Over::Periods => {
                self.need_period(name, place)?;
                let node = self.node(Kind::Consecutive(rows, boxed), place);
                Ok(Term::One(node, Type::Number(Number { whole: true, ..Number::plain() })))
            }
            ("consecutive", []) => {
                self.arguments(name, place, "a series of yes and no over all periods, such as `s.map(|x| x > 0)`")
            }
            ("sum" | "min" | "max" | "mean", []) => self.arguments(name, place, &format!("numbers, not {ty}")),
            ("join", [between]) => match between {
                Ast::StringConstant(text, _) => Ok(Term::Text(Text::Rows {
                    rows,
                    each: Box::new(Text::Show(*boxed, ty)),
                    between: text.to_string(),
                })),
                _ => self.arguments(name, place, "the text to put between, such as `\", \"`"),
            },
            ("contains", [needle]) => {
                let at = self.at(needle.start_position());
                let term = self.term(needle)?;
                let (needle, other) = self.one(term, &at)?;
                self.unify((&boxed, &ty), (&needle, &other), "the list and what is looked for", place)?;
                let sides = Box::new([*boxed, needle]);
                let kind = match ty.family() {
                    Family::Num => Kind::Compare(Comparison::Equal, sides),
                    Family::Word => Kind::CompareWords(Comparison::Equal, sides),
                    Family::Truth => Kind::SameTruth { negated: false, sides },
                };
                let test = Box::new(self.node(kind, place));
                let node = self.node(Kind::Quantify { quantity: Quantity::Some, rows, test }, place);
                Ok(Term::One(node, Type::Bool))
            }
            _ => self.outside(
                place.clone(),
                &format!("`{name}` after `map`"),
                "after `map` use `.sum()`, `.mean()`, `.min()`, `.max()`, `.len()`, `.contains(x)` or `.join(\", \")`",
            ),
        }
    }

    fn value_function(
        &mut self,
        name: &str,
        subject: Term,
        at: &Place,
        rest: &'a [Ast],
        place: &Place,
    ) -> Lowered<Term> {
        match (name, rest) {
            ("applicable", []) => {
                let (expr, ty) = self.one(subject, at)?;
                let node = self.node(Kind::Applicable(ty.family(), Box::new(expr)), place);
                Ok(Term::One(node, Type::Bool))
            }
            ("covers_week", []) => {
                let days = self.expect(subject, &Type::Days, at)?;
                let node = self.node(Kind::CoversWeek(Box::new(days)), place);
                Ok(Term::One(node, Type::Bool))
            }
            ("len", []) => {
                let days = self.expect(subject, &Type::Days, at)?;
                let node = self.node(Kind::DayCount(Box::new(days)), place);
                Ok(Term::One(node, Type::Number(Number { whole: true, ..Number::of(Unit::named("days")) })))
            }
            ("includes", [Ast::StringConstant(text, position)]) => {
                let days = self.expect(subject, &Type::Days, at)?;
                let wanted = match Days::read(text.split([' ', ',']).filter(|word| !word.is_empty())) {
                    Ok(wanted) => wanted,
                    Err(word) => {
                        let diagnostic = Diagnostic::error(
                            Code::WRONG_VALUE,
                            self.at(*position),
                            format!("`{word}` is not a day of the week"),
                        );
                        return self.fail(diagnostic.help("write mon, tue, wed, thu, fri, sat or sun"));
                    }
                };
                let wanted = self.node(Kind::Constant(Val::Word(Word::known(wanted.bits()))), place);
                let node = self.node(Kind::Includes(Box::new([days, wanted])), place);
                Ok(Term::One(node, Type::Bool))
            }
            ("days_between", [to]) => {
                let from = self.expect(subject, &Type::Date, at)?;
                let to_at = self.at(to.start_position());
                let term = self.term(to)?;
                let to = self.expect(term, &Type::Date, &to_at)?;
                let node = self.node(Kind::DaysBetween(Box::new([from, to])), place);
                Ok(Term::One(node, Type::Number(Number { whole: true, ..Number::of(Unit::named("days")) })))
            }
            ("abs", []) => {
                let (expr, number) = self.as_number(subject, at)?;
                let node = self.node(Kind::Magnitude(Box::new(expr)), place);
                Ok(Term::One(node, Type::Number(number)))
            }
            ("round_to", [step]) => {
                let (expr, number) = self.as_number(subject, at)?;
                let rounding = literal(step).and_then(|step| Rounding::new(step, RoundingMode::HalfAwayFromZero));
                let Some(rounding) = rounding else {
                    return self.arguments(name, place, "a step above zero written as a number, such as 1 or 0.01");
                };
                let node = self.node(Kind::Round(rounding, Box::new(expr)), place);
                Ok(Term::One(node, Type::Number(number)))
            }
            ("round_to", [step, Ast::StringConstant(mode, position)]) => {
                let (expr, number) = self.as_number(subject, at)?;
                let Some((_, mode)) = RoundingMode::ALL.into_iter().find(|(known, _)| *known == mode.as_str()) else {
                    let known = RoundingMode::ALL.map(|(known, _)| known);
                    let message = format!("`{mode}` is no way to round: the modes are {}", known.join(", "));
                    let diagnostic = Diagnostic::error(Code::WRONG_VALUE, self.at(*position), message);
                    return self.fail(diagnostic.near_miss(mode, known));
                };
                let Some(rounding) = literal(step).and_then(|step| Rounding::new(step, mode)) else {
                    return self.arguments(name, place, "a step above zero written as a number, such as 1 or 0.01");
                };
                let node = self.node(Kind::Round(rounding, Box::new(expr)), place);
                Ok(Term::One(node, Type::Number(number)))
            }
            ("allocate" | "profile", _) => {
                let (total, number) = self.as_number(subject, at)?;
                self.allocate(name, (total, number), rest, place)
            }
            ("lesser_of" | "greater_of", [_, ..]) => {
                let mut numbers = vec![self.as_number(subject, at)?];
                for part in rest {
                    numbers.push(self.number(part)?);
                }
                let number = self.common(&numbers, "what is compared", place)?;
                let parts = numbers.into_iter().map(|(expr, _)| expr).collect();
                let kind = if name == "lesser_of" { Kind::Least(parts) } else { Kind::Greatest(parts) };
                let node = self.node(kind, place);
                Ok(Term::One(node, Type::Number(number)))
            }
            ("clamp", [low, high]) => {
                let numbers = vec![self.as_number(subject, at)?, self.number(low)?, self.number(high)?];
                let number = self.common(&numbers, "the number and its limits", place)?;
                let node = self.three(numbers, Kind::Clamp, place)?;
                Ok(Term::One(node, Type::Number(number)))
            }
            ("share", [whole, otherwise]) => {
                let part = self.as_number(subject, at)?;
                let whole = self.number(whole)?;
                let otherwise = self.number(otherwise)?;
                self.same_unit((&part.0, &part.1), (&whole.0, &whole.1), "the part and the whole", place)?;
                if !otherwise.1.unit.is_none() {
                    return self.arguments(name, place, "as its third argument a share without a unit, such as 0 or 1");
                }
                let node = self.three(vec![part, whole, otherwise], Kind::Share, place)?;
                Ok(Term::One(node, Type::Number(Number::plain())))
            }
            _ => {
                let wants = match name {
                    "lesser_of" | "greater_of" => "two numbers or more",
                    "clamp" => "a number, the lowest and the highest it may be",
                    "share" => "the part, the whole, and the share where the whole is not above zero",
                    "round_to" => "a number, a step, and how to round as a text such as \"floor\"",
                    "days_between" => "two dates",
                    "includes" => "days of the week and a text such as \"sun\"",
                    "abs" | "applicable" | "covers_week" => "one argument",
                    "sum" | "to_date" | "highest_to_date" | "lowest_to_date" | "change" | "first" | "last" | "at"
                    | "previous" | "so_far" | "recent" | "consecutive" => "a series",
                    _ => "a list",
                };
                self.arguments(name, place, wants)
            }
        }
    }

    fn common(&mut self, numbers: &[(Expr, Number)], what: &str, place: &Place) -> Lowered<Number> {
        let mut result: Option<(&Expr, Number)> = None;
        for (expr, number) in numbers {
            result = Some(match result {
                None => (expr, number.clone()),
                Some((before, known)) => {
                    let joined = self.same_unit((before, &known), (expr, number), what, place)?;
                    (if is_nought(before) { expr } else { before }, joined)
                }
            });
        }
        Ok(result.map(|(_, number)| number).unwrap_or_default())
    }

    fn three(
        &mut self,
        numbers: Vec<(Expr, Number)>,
        make: fn(Box<[Expr; 3]>) -> Kind,
        place: &Place,
    ) -> Lowered<Expr> {
        let parts: Vec<Expr> = numbers.into_iter().map(|(expr, _)| expr).collect();
        match <[Expr; 3]>::try_from(parts) {
            Ok(parts) => Ok(self.node(make(Box::new(parts)), place)),
            Err(_) => Err(Reported),
        }
    }
}

fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        "==" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::AtMost,
        ">" => Comparison::Greater,
        ">=" => Comparison::AtLeast,
        _ => return None,
    })
}

fn literal(ast: &Ast) -> Option<Exact> {
    match ast {
        Ast::IntegerConstant(value, _) => Some(Exact::whole(*value)),
        Ast::DynamicConstant(value, _) => {
            let decimal = value.clone().try_cast::<rust_decimal::Decimal>()?;
            Exact::from_scaled(decimal.mantissa(), decimal.scale()).ok()
        }
        _ => None,
    }
}
