//! Reading one value as its declared type.

use crate::diagnostic::{Code, Diagnostic};
use crate::exact::Exact;
use crate::fields::{self, Mistakes};
use crate::language::value::{Num, Truth, Val, Word};
use crate::money::Money;
use crate::period::{Period, day_number};
use crate::source::{Content, Node, Place, SourceFile, Style};
use crate::types::{Days, Number, Type, Value};

/// The value that `node` writes, read as `ty` and nothing else.
pub(crate) fn value(node: &Node, ty: &Type, mistakes: &mut Mistakes) -> Option<Value> {
    if let (Type::Days, Content::List(_)) = (ty, &node.content) {
        let words = fields::texts(node, "a day", mistakes);
        return days(node, words.iter().map(|(word, _)| word.as_str()), mistakes);
    }
    let Some(written) = node.as_text() else {
        fields::wrong(node, &format!("expected {ty}"), mistakes);
        return None;
    };
    if let Some(mistake) = unlike_cell(node, written, ty) {
        mistakes.push(mistake);
        return None;
    }
    match ty {
        Type::Bool => {
            let words = [("yes", true), ("no", false), ("true", true), ("false", false)];
            fields::word(node, &words, mistakes).map(Value::Bool)
        }
        Type::Number(of) => number(node, written, of, mistakes).map(Value::Number),
        Type::Date => fields::date(node, mistakes).map(Value::Date),
        Type::Period(every) => {
            let found = Period::read(written, *every).map(Value::Period);
            if found.is_none() {
                let message = format!("expected a {} such as {}, found `{written}`", word_of(*every), every.example());
                mistakes.push(Diagnostic::error(Code::BAD_PERIOD, node.place.clone(), message));
            }
            found
        }
        Type::Days => days(node, written.split([' ', ',']).filter(|word| !word.is_empty()), mistakes),
        Type::Text => Some(Value::Text(written.to_owned())),
        Type::Choice(of) => {
            let known = of.iter().any(|choice| choice == written);
            if !known {
                let message = format!("expected one of {}, found `{written}`", of.join(", "));
                let diagnostic = Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message);
                mistakes.push(diagnostic.near_miss(written, of.iter().map(String::as_str)));
            }
            known.then(|| Value::Text(written.to_owned()))
        }
    }
}

/// The value that a bare text writes, if it is one of this type.
pub(crate) fn written(text: &str, ty: &Type) -> Option<Value> {
    let node = Node::text(text, Place::start_of(&SourceFile::new("", "")));
    value(&node, ty, &mut Mistakes::new())
}

/// A text where a number belongs, or the other way round, in a cell that tells the two apart.
///
/// `007` that a spreadsheet made a number of is 7, and nobody can tell any more; a text that looks like a number is
/// left out of every total that the spreadsheet itself shows.
fn unlike_cell(node: &Node, written: &str, ty: &Type) -> Option<Diagnostic> {
    let Content::Scalar(scalar) = &node.content else { return None };
    let (message, help) = match (scalar.style, ty) {
        (Style::TextCell, Type::Number(of)) if !of.percent || !written.ends_with('%') => {
            (format!("expected a number, found the text `{written}`"), "a text is in no sum; enter it as a number")
        }
        (Style::NumberCell, Type::Text | Type::Choice(_)) => (
            format!("expected a text, found the number {written}"),
            "a number has lost the zeros in front of it; keep the column as text where it comes from",
        ),
        _ => return None,
    };
    Some(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message).help(help))
}

pub(crate) const fn word_of(every: crate::period::Every) -> &'static str {
    match every {
        crate::period::Every::Month => "month",
        crate::period::Every::Quarter => "quarter",
        crate::period::Every::Year => "financial year",
    }
}

fn days<'a>(node: &Node, words: impl IntoIterator<Item = &'a str>, mistakes: &mut Mistakes) -> Option<Value> {
    match Days::read(words) {
        Ok(days) => Some(Value::Days(days)),
        Err(word) => {
            let message = format!("`{word}` is not a day of the week");
            let diagnostic = Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message);
            mistakes.push(diagnostic.help("write mon, tue, wed, thu, fri, sat, sun, a range such as mon-fri, or all"));
            None
        }
    }
}

fn number(node: &Node, written: &str, of: &Number, mistakes: &mut Mistakes) -> Option<Exact> {
    let digits = if of.percent {
        match written.strip_suffix('%') {
            Some(digits) => digits.trim_end(),
            None => {
                let message = format!("expected a percentage such as 3.5%, found `{written}`");
                let diagnostic = Diagnostic::error(Code::BAD_NUMBER, node.place.clone(), message);
                mistakes.push(diagnostic.help("write the sign: 3.5% and 0.035 are easily mistaken for each other"));
                return None;
            }
        }
    } else {
        written
    };
    let Ok(number) = digits.parse::<Exact>() else {
        mistakes.push(fields::bad_number(written, node.place.clone()));
        return None;
    };
    if of.whole && !number.is_whole() {
        let message = format!("expected a whole number of {}, found `{written}`", of.unit);
        mistakes.push(Diagnostic::error(Code::BAD_NUMBER, node.place.clone(), message));
        return None;
    }
    if of.unit.is_money() && Money::from_exact(number).is_none() {
        let message = format!("an amount of money has at most two decimal places, found `{written}`");
        mistakes.push(Diagnostic::error(Code::BAD_NUMBER, node.place.clone(), message));
        return None;
    }
    let number = if of.percent { number.divide(Exact::whole(100)) } else { Ok(number) };
    let Some(number) = number.ok().filter(|number| Num::narrow(*number).is_some()) else {
        let message = format!("a number has at most 18 digits, found `{written}`");
        mistakes.push(Diagnostic::error(Code::BAD_NUMBER, node.place.clone(), message));
        return None;
    };
    Some(number)
}

/// The cell that holds a value. `symbol` numbers texts.
pub(crate) fn cell(value: &Value, symbol: &mut impl FnMut(&str) -> i64) -> Val {
    match value {
        Value::Bool(value) => Val::Truth(Truth::from_bool(*value)),
        // Inputs have at most 18 digits, so they fit.
        Value::Number(number) => Val::Num(Num::narrow(*number).unwrap_or(Num::MISSING)),
        Value::Date(date) => Val::Word(Word::known(day_number(*date))),
        Value::Period(period) => Val::Word(Word::known(period.ordinal().into())),
        Value::Days(days) => Val::Word(Word::known(days.bits())),
        Value::Text(text) => Val::Word(Word::known(symbol(text))),
    }
}

/// The value that a known cell holds.
pub(crate) fn uncell(cell: Val, ty: &Type, wide: &[Exact], text: impl Fn(i64) -> Option<String>) -> Option<Value> {
    match (cell, ty) {
        (Val::Truth(Truth::True), _) => Some(Value::Bool(true)),
        (Val::Truth(Truth::False), _) => Some(Value::Bool(false)),
        (Val::Num(num), _) => num.known(wide).map(Value::Number),
        (Val::Word(word), ty) if word.state == crate::language::value::State::Known => match ty {
            Type::Date => crate::period::date_of(word.bits).map(Value::Date),
            Type::Period(every) => {
                i32::try_from(word.bits).ok().map(|index| Value::Period(Period::from_ordinal(*every, index)))
            }
            Type::Days => Some(Value::Days(Days::from_bits(word.bits))),
            _ => text(word.bits).map(Value::Text),
        },
        _ => None,
    }
}
