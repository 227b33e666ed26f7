//! `switch`: one of several answers, by what a value is.
//!
//! Rhai keeps only hashes of what stands before each `=>`, so that is read from the script itself.

use super::{Lowered, Lowerer, Names, Reported, Term};
use crate::diagnostic::{Code, Diagnostic};
use crate::exact::Exact;
use crate::language::ir::{Comparison, Expr, Kind, Text};
use crate::language::value::{Num, Truth, Val, Word};
use crate::source::Place;
use crate::types::{Number, Type};
use rhai::{Expr as Ast, Position};

/// What stands before `=>`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Text(String),
    Whole(i64),
    Truth(bool),
    /// `_`.
    Rest,
}

/// The patterns of one arm, each with its line, column and length.
type Arm = Vec<(Pattern, (usize, usize, usize))>;

/// The parts of a `switch`, as Rhai keeps them.
type Parts = (Ast, rhai::SwitchCasesCollection);

impl<'a, N: Names> Lowerer<'a, N> {
    pub(super) fn switch(&mut self, parts: &'a Parts, position: Position) -> Lowered<Term> {
        let (subject, cases) = parts;
        let place = self.at(position);
        let plain = cases.expressions.iter().all(|arm| matches!(arm.lhs, Ast::BoolConstant(true, _)));
        let arms = Scan::new(&self.script.scalar.text, position).and_then(Scan::arms);
        let arms = arms.filter(|arms| plain && cases.ranges.is_empty() && arms.len() == cases.expressions.len());
        let Some(arms) = arms else {
            return self.outside(
                place,
                "a `switch` with ranges, with `if` before `=>`, or without commas",
                "write each arm as `value => result,` with a text, a whole number, `true`, `false` or `_`",
            );
        };
        let at = self.at(subject.start_position());
        let term = self.term(subject)?;
        let (subject, ty) = self.one(term, &at)?;
        self.check_arms(&arms, &ty, &place)?;
        let local = self.local(&place)?;
        let family = ty.family();
        let mut result: Option<Term> = None;
        let mut broken = false;
        for (arm, case) in arms.iter().zip(&cases.expressions).rev() {
            let Ok(then) = self.term(&case.rhs) else {
                broken = true;
                continue;
            };
            result = Some(match result {
                // The last arm is taken where no other is: all alternatives have theirs, or it is `_`.
                None => then,
                Some(other) => {
                    let of_arm = arm.first().map(|(_, (line, column, length))| (*line, *column, *length));
                    let at = of_arm.map(|(line, column, length)| self.script.stretch(line, column, length));
                    let at = at.unwrap_or_else(|| place.clone());
                    let test = self.matches(local, arm, &ty, &at);
                    self.branches(test, then, other, &at)?
                }
            });
        }
        self.next_local = local;
        match (result, broken) {
            (Some(Term::One(then, result)), false) => {
                let kind = Kind::Let { local, family, value: Box::new(subject), then: Box::new(then) };
                Ok(Term::One(self.node(kind, &place), result))
            }
            (Some(Term::Text(then)), false) => {
                Ok(Term::Text(Text::Let { local, family, value: subject, then: Box::new(then) }))
            }
            (Some(_), false) => self.outside(place, "choosing between lists or series", "choose between their results"),
            (None, false) => self.outside(place, "a `switch` without arms", "write `value => result,`"),
            (_, true) => Err(Reported),
        }
    }

    /// Whether the value in a local is one of an arm's.
    fn matches(&mut self, local: u16, arm: &Arm, ty: &Type, place: &Place) -> Expr {
        let mut tests = Vec::new();
        for (pattern, _) in arm {
            let subject = self.held(local, ty, place);
            let value = match pattern {
                Pattern::Text(text) => Val::Word(Word::known(self.names.symbol(text))),
                Pattern::Whole(number) => Val::Num(Num::narrow(Exact::whole(*number)).unwrap_or(Num::MISSING)),
                Pattern::Truth(truth) => Val::Truth(Truth::from_bool(*truth)),
                Pattern::Rest => Val::Truth(Truth::True),
            };
            let value = self.node(Kind::Constant(value), place);
            let sides = Box::new([subject, value]);
            let kind = match ty {
                Type::Number(_) => Kind::Compare(Comparison::Equal, sides),
                Type::Bool => Kind::SameTruth { negated: false, sides },
                _ => Kind::CompareWords(Comparison::Equal, sides),
            };
            tests.push(self.node(kind, place));
        }
        match (tests.pop(), tests.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                tests.extend(last);
                self.node(Kind::Or(tests), place)
            }
        }
    }

    /// Every arm can be reached, and every value has one.
    fn check_arms(&mut self, arms: &[Arm], ty: &Type, place: &Place) -> Lowered<()> {
        let mut left: Option<Vec<Pattern>> = match ty {
            Type::Choice(of) => Some(of.iter().map(|text| Pattern::Text(text.clone())).collect()),
            Type::Bool => Some(vec![Pattern::Truth(true), Pattern::Truth(false)]),
            Type::Text => None,
            Type::Number(number) if number.whole || number.unit.is_none() => None,
            ty => {
                let message = format!("`switch` takes a choice, a text, a whole number or yes and no, not {ty}");
                let diagnostic = Diagnostic::error(Code::WRONG_TYPE, place.clone(), message);
                return self.fail(diagnostic.help("compare with `if … { … } else if … { … } else { … }`"));
            }
        };
        let mut seen: Vec<&Pattern> = Vec::new();
        let mut sound = true;
        for (pattern, (line, column, length)) in arms.iter().flatten() {
            let at = self.script.stretch(*line, *column, *length);
            let fits = match (pattern, ty) {
                (Pattern::Rest, _) | (Pattern::Text(_), Type::Text) | (Pattern::Truth(_), Type::Bool) => true,
                (Pattern::Text(text), Type::Choice(of)) => {
                    if !of.contains(text) {
                        let near = of.iter().map(String::as_str);
                        let message = format!("`{text}` is none of the alternatives: {}", of.join(", "));
                        let diagnostic = Diagnostic::error(Code::WRONG_VALUE, at, message).near_miss(text, near);
                        let _: Lowered<()> = self.fail(diagnostic);
                        sound = false;
                        continue;
                    }
                    true
                }
                (Pattern::Whole(number), Type::Number(of)) => {
                    if *number != 0 && !of.unit.is_none() {
                        return self.unlike("the value and the arm", of, &Number::plain(), &at);
                    }
                    true
                }
                _ => false,
            };
            if !fits {
                let message = format!("an arm is a value of the kind that is switched on, which is {ty}");
                let _: Lowered<()> = self.fail(Diagnostic::error(Code::WRONG_TYPE, at, message));
                sound = false;
                continue;
            }
            let nothing_left = left.as_ref().is_some_and(Vec::is_empty);
            if seen.contains(&pattern) || (*pattern == Pattern::Rest && nothing_left) {
                let message = "this arm is never taken: what it is for has an arm before it";
                let diagnostic = Diagnostic::error(Code::UNREACHABLE_ARM, at, message);
                let _: Lowered<()> = self.fail(diagnostic.help("take it out"));
                sound = false;
            }
            seen.push(pattern);
            if let Some(left) = &mut left {
                left.retain(|other| *pattern != Pattern::Rest && other != pattern);
            }
        }
        if !sound {
            return Err(Reported);
        }
        let missing = match left {
            Some(left) => left.iter().map(Pattern::written).collect::<Vec<_>>().join(", "),
            None if seen.contains(&&Pattern::Rest) => String::new(),
            None => "every other value".to_owned(),
        };
        if missing.is_empty() {
            return Ok(());
        }
        let message = format!("the `switch` has no arm for {missing}");
        let diagnostic = Diagnostic::error(Code::NOT_COVERED, place.clone(), message);
        self.fail(diagnostic.help("add it, or `_ => …` for the rest"))
    }
}

impl Pattern {
    fn written(&self) -> String {
        match self {
            Self::Text(text) => format!("`{text}`"),
            Self::Whole(number) => number.to_string(),
            Self::Truth(truth) => truth.to_string(),
            Self::Rest => "_".to_owned(),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        match (text, quoted) {
            ("_", _) => Some(Self::Rest),
            ("true", _) => Some(Self::Truth(true)),
            ("false", _) => Some(Self::Truth(false)),
            (_, Some(quoted)) => (!quoted.contains(['"', '\\'])).then(|| Self::Text(quoted.to_owned())),
            (number, None) => number.parse().ok().map(Self::Whole),
        }
    }
}

/// Reads the patterns of a `switch` from the text of its script.
struct Scan {
    letters: Vec<char>,
    at: usize,
}

impl Scan {
    /// From the word `switch` on.
    fn new(text: &str, position: Position) -> Option<Self> {
        let (line, column) = (position.line()?, position.position()?);
        let letters: Vec<char> = text.chars().collect();
        let before: usize = text.split('\n').take(line - 1).map(|line| line.chars().count() + 1).sum();
        let at = before + column - 1;
        let word: String = letters.iter().skip(at).take(6).collect();
        (word == "switch").then_some(Self { letters, at: at + 6 })
    }

    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn starts(&self, text: &str) -> bool {
        text.chars().zip(self.at..).all(|(letter, at)| self.letters.get(at) == Some(&letter))
    }

    fn arms(mut self) -> Option<Vec<Arm>> {
        self.skip_to(&["{"])?;
        self.at += 1;
        let mut arms = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek()? {
                '}' => return Some(arms),
                ',' => self.at += 1,
                _ => {
                    arms.push(self.patterns()?);
                    self.skip_blanks();
                    if self.peek()? == '{' {
                        self.skip_one()?;
                    } else {
                        self.skip_to(&[",", "}"])?;
                    }
                }
            }
        }
    }

    /// The patterns of one arm, up to and with its `=>`.
    fn patterns(&mut self) -> Option<Arm> {
        let mut arm = Vec::new();
        loop {
            self.skip_blanks();
            let from = self.at;
            self.skip_to(&["=>", "|", "}"])?;
            let written: String = self.letters.get(from..self.at)?.iter().collect();
            let written = written.trim_end();
            let before = self.letters.get(..from)?;
            let line = before.iter().filter(|letter| **letter == '\n').count() + 1;
            let column = before.iter().rev().take_while(|letter| **letter != '\n').count() + 1;
            arm.push((Pattern::read(written)?, (line, column, written.chars().count())));
            if self.starts("=>") {
                self.at += 2;
                return Some(arm);
            }
            if self.peek()? != '|' {
                return None;
            }
            self.at += 1;
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(letter) = self.peek() {
            if letter.is_whitespace() {
                self.at += 1;
            } else if !self.skip_remark() {
                return;
            }
        }
    }

    /// Skips a remark, if one starts here.
    fn skip_remark(&mut self) -> bool {
        let end = match () {
            () if self.starts("//") => "\n",
            () if self.starts("/*") => "*/",
            () => return false,
        };
        while self.at < self.letters.len() && !self.starts(end) {
            self.at += 1;
        }
        self.at = (self.at + end.len()).min(self.letters.len());
        true
    }

    /// Goes to the first of these outside brackets and texts.
    fn skip_to(&mut self, ends: &[&str]) -> Option<()> {
        loop {
            self.peek()?;
            if ends.iter().any(|end| self.starts(end)) {
                return Some(());
            }
            self.skip_one()?;
        }
    }

    /// Skips one letter, text, remark, or all within a pair of brackets.
    fn skip_one(&mut self) -> Option<()> {
        if self.skip_remark() {
            return Some(());
        }
        let close = match self.peek()? {
            '"' => return self.skip_text(),
            '`' => return self.skip_template(),
            '(' => ")",
            '[' => "]",
            '{' => "}",
            _ => {
                self.at += 1;
                return Some(());
            }
        };
        self.at += 1;
        self.skip_to(&[close])?;
        self.at += 1;
        Some(())
    }

    fn skip_text(&mut self) -> Option<()> {
        self.at += 1;
        while self.peek()? != '"' {
            self.at += if self.peek()? == '\\' { 2 } else { 1 };
        }
        self.at += 1;
        Some(())
    }

    fn skip_template(&mut self) -> Option<()> {
        self.at += 1;
        while self.peek()? != '`' {
            if self.starts("${") {
                self.at += 1;
                self.skip_one()?;
            } else {
                self.at += 1;
            }
        }
        self.at += 1;
        Some(())
    }
}
