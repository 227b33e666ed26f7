//! Functions of series, and amounts shared out over periods or records.

use super::{Binding, Item, Lowered, Lowerer, Names, Term};
use crate::diagnostic::{Code, Diagnostic};
use crate::exact::Rounding;
use crate::language::ir::{Allocate, Expr, Fold, Kind, Leaf, Over, Rows, Series};
use crate::language::library::{Method, Sharing, Weightless};
use crate::period::Period;
use crate::source::Place;
use crate::types::{Number, Type};
use rhai::Expr as Ast;

impl<'a, N: Names> Lowerer<'a, N> {
    pub(super) fn series_function(
        &mut self,
        name: &str,
        series: Series,
        ty: Type,
        rest: &'a [Ast],
        place: &Place,
    ) -> Lowered<Term> {
        let periods = self.names.periods().map_or(1, |periods| periods.len());
        let last = series.base + u32::try_from(periods - 1).unwrap_or(0);
        let read = |slot| if series.derived { Kind::Derived(slot) } else { Kind::Fact(slot) };
        let fold = match (name, rest) {
            ("first", []) => {
                let node = self.node(read(series.base), place);
                return Ok(Term::One(node, ty));
            }
            ("last", []) => {
                let node = self.node(read(last), place);
                return Ok(Term::One(node, ty));
            }
            ("at", [Ast::StringConstant(text, position)]) => {
                let position = self.at(*position);
                let at = self.period_named(text, &position)?;
                let node = self.node(read(series.base + at), place);
                return Ok(Term::One(node, ty));
            }
            ("previous", []) => return self.previous(series, ty, 1, place),
            ("previous", [Ast::IntegerConstant(back, _)]) if (1..=600).contains(back) => {
                return self.previous(series, ty, u16::try_from(*back).unwrap_or(u16::MAX), place);
            }
            ("so_far", []) => return self.window(name, series, ty, u32::MAX, place),
            ("recent", [Ast::IntegerConstant(most, _)]) if (1..=600).contains(most) => {
                return self.window(name, series, ty, u32::try_from(*most).unwrap_or(u32::MAX), place);
            }
            ("lowest_to_date", []) => match self.window(name, series, ty, u32::MAX, place)? {
                Term::Rows(rows, item) => return self.rows_function("min", rows, &item, rest, place),
                other => return Ok(other),
            },
            ("all" | "some" | "none" | "filter" | "map" | "contains" | "join", _)
            | ("len" | "mean" | "min" | "max" | "consecutive", []) => {
                let (rows, item) = self.elements(series, ty, place);
                return self.rows_function(name, rows, &item, rest, place);
            }
            ("sum", []) => Fold::Total,
            ("to_date", []) => Fold::ToDate,
            ("highest_to_date", []) => Fold::HighestToDate,
            ("change", []) => Fold::Change,
            ("at", _) => return self.arguments(name, place, "a period as a text, such as \"2015-16 Q1\""),
            ("previous", _) => {
                return self.arguments(name, place, "a series and a number of periods, such as 2; without it, 1");
            }
            ("recent", _) => return self.arguments(name, place, "a series and a number of periods, such as 3"),
            (_, [_, ..]) => return self.arguments(name, place, "a series and nothing else"),
            _ => {
                return self.arguments(
                    name,
                    place,
                    "one value, not a series: use `[period]`, `.sum()` or `to_date(…)`",
                );
            }
        };
        if !matches!(ty, Type::Number(_)) {
            return self.arguments(name, place, "a series of numbers");
        }
        if fold != Fold::Total {
            self.need_period(name, place)?;
        }
        let node = self.node(Kind::FoldSeries(fold, series), place);
        Ok(Term::One(node, ty))
    }

    /// The place among the scheme's of a period that a text names.
    fn period_named(&mut self, text: &str, place: &Place) -> Lowered<u32> {
        let periods = self.names.periods();
        let found = periods.and_then(|periods| periods.position(text.parse::<Period>().ok()?));
        match (found, periods) {
            (Some(at), _) => Ok(u32::try_from(at).unwrap_or(u32::MAX)),
            (None, Some(periods)) => {
                let message = format!("`{text}` is not a period of the scheme");
                let help = format!("the periods run from {} to {}", periods.first(), periods.last());
                self.fail(Diagnostic::error(Code::BAD_PERIOD, place.clone(), message).help(help))
            }
            (None, None) => {
                self.fail(Diagnostic::error(Code::BAD_PERIOD, place.clone(), "the pack declares no `periods`"))
            }
        }
    }

    /// What a function needs that looks from the period ruled on.
    pub(super) fn need_period(&mut self, name: &str, place: &Place) -> Lowered<()> {
        if self.in_period {
            return Ok(());
        }
        let message = format!("`{name}` needs a period to rule on");
        let diagnostic = Diagnostic::error(Code::WRONG_ARGUMENTS, place.clone(), message);
        self.fail(diagnostic.help("use it in a value with `per: period`, or in the `release` of a fund by tranche"))
    }

    fn previous(&mut self, series: Series, ty: Type, back: u16, place: &Place) -> Lowered<Term> {
        self.need_period("previous", place)?;
        let node = self.node(Kind::Element { row: None, back, family: ty.family(), series }, place);
        Ok(Term::One(node, ty))
    }

    /// The values of a series, one for each period.
    pub(super) fn elements(&mut self, series: Series, ty: Type, place: &Place) -> (Rows, Item) {
        let site = self.site(Leaf::None, place);
        let rows = Rows { over: Over::Periods, of: Some(series), local: u16::MAX, filters: Vec::new(), site };
        (rows, Item::Element(series, ty))
    }

    /// At most so many values of a series, the last of them that of the period ruled on.
    fn window(&mut self, name: &str, series: Series, ty: Type, most: u32, place: &Place) -> Lowered<Term> {
        self.need_period(name, place)?;
        let (rows, item) = self.elements(series, ty, place);
        Ok(Term::Rows(Rows { over: Over::Recent(most), ..rows }, item))
    }

    /// The periods of the scheme.
    pub(super) fn periods(&mut self, place: &Place) -> Lowered<Term> {
        match self.names.periods() {
            Some(periods) => {
                let site = self.site(Leaf::None, place);
                let rows = Rows { over: Over::Periods, of: None, local: u16::MAX, filters: Vec::new(), site };
                Ok(Term::Rows(rows, Item::Period(periods.every())))
            }
            None => {
                let message = "the pack declares no `periods`";
                let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, place.clone(), message);
                self.fail(diagnostic.help("add `periods: { every: quarter, from: …, to: … }` to the pack"))
            }
        }
    }

    /// `allocate(total, weights)`, `allocate(total, weights, record)`, each with a method and a word
    /// for weights of nought; `profile(total, shares)`.
    pub(super) fn allocate(
        &mut self,
        name: &str,
        (total, number): (Expr, Number),
        rest: &'a [Ast],
        place: &Place,
    ) -> Lowered<Term> {
        let profile = name == "profile";
        let wants = if profile {
            "an amount and a series of shares that come to 100%"
        } else {
            "an amount and weights: a series, or `list.map(|x| x.weight)` and the record whose part it is"
        };
        let rounding = match () {
            () if number.unit.is_money() => self.names.rounding(),
            () if number.whole => Rounding::WHOLE,
            () => return self.arguments(name, place, "as its first argument money or a whole number"),
        };
        let Some((weights, rest)) = rest.split_first() else { return self.arguments(name, place, wants) };
        let at = self.at(weights.start_position());
        let (rows, weight, ty) = match self.term(weights)? {
            Term::Series(series, ty) => {
                let (mut rows, item) = self.elements(series, ty, &at);
                let (weight, ty) = self.bare_row(&mut rows, &item, &at)?;
                (rows, weight, ty)
            }
            Term::Mapped(rows, weight, ty) => (rows, weight, ty),
            _ => return self.arguments(name, place, wants),
        };
        let Type::Number(weighs) = &ty else { return self.arguments(name, place, wants) };
        if profile && !weighs.unit.is_none() {
            return self.arguments(name, place, wants);
        }
        if !rows.filters.is_empty() {
            let what = "weights without those that `filter` leaves out";
            let help = "give who does not share a weight of nought: `.map(|x| if x.shares { x.weight } else { 0 })`";
            return self.outside(at, what, help);
        }
        let (part_of, rest) = match (rows.over, rest) {
            (Over::List { slot, .. }, [record, rest @ ..]) => match self.row_named(record) {
                Some(Binding::Row(local, Item::Record(list, of))) if list == slot && !of.bare && !profile => {
                    (Some(local), rest)
                }
                _ => return self.arguments(name, place, wants),
            },
            (Over::Periods, rest) => {
                self.need_period(name, place)?;
                (None, rest)
            }
            _ => return self.arguments(name, place, wants),
        };
        let mut sharing = Sharing {
            method: if profile { Method::RemainderToLast } else { Method::LargestRemainder },
            weightless: Weightless::Fault,
            rounding,
            shares: profile,
        };
        let (method, weightless) = match rest {
            [] => (None, None),
            [method] if !profile => (Some(method), None),
            [method, weightless] if !profile => (Some(method), Some(weightless)),
            _ => return self.arguments(name, place, wants),
        };
        if let Some(method) = method {
            sharing.method = self.word_of(method, "how the pennies left over are placed", &Method::ALL)?;
        }
        if let Some(weightless) = weightless {
            sharing.weightless =
                self.word_of(weightless, "what happens where the weights come to nought", &Weightless::ALL)?;
        }
        let node = self.node(Kind::Allocate(Box::new(Allocate { total, rows, weight, sharing, part_of })), place);
        Ok(Term::One(node, Type::Number(number)))
    }

    /// One of a few words, written as a text.
    fn word_of<T: Copy>(&mut self, ast: &Ast, what: &str, words: &[(&'static str, T)]) -> Lowered<T> {
        let place = self.at(ast.start_position());
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let written = match ast {
            Ast::StringConstant(text, _) => text.as_str(),
            _ => "",
        };
        match words.iter().find(|(word, _)| *word == written) {
            Some((_, value)) => Ok(*value),
            None => {
                let message = format!("this says {what}, and is one of {}", known.join(", "));
                let diagnostic = Diagnostic::error(Code::WRONG_VALUE, place, message);
                self.fail(diagnostic.near_miss(written, known))
            }
        }
    }
}
