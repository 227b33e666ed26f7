//! Scripts, written by the type and unit that they shall give, so that they compile.

use std::fmt::Write as _;

use crate::choices::Choices;
use crate::pack::MODES;

/// The unit of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A bare number or a percentage.
    None,
    /// The pack's currency.
    Money,
    /// Beds.
    Beds,
    /// Days.
    Days,
    /// Money per bed.
    Rate,
}

impl Unit {
    /// Each of them.
    pub const ALL: [Self; 5] = [Self::None, Self::Money, Self::Beds, Self::Days, Self::Rate];
}

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no.
    Bool,
    /// A number.
    Number(Unit),
    /// A day.
    Date,
    /// A period of the scheme.
    Period,
    /// Weekdays.
    Days,
    /// A text.
    Text,
    /// One of [`ALTERNATIVES`].
    Choice,
}

/// What a choice may be.
pub const ALTERNATIVES: [&str; 3] = ["north", "south", "both"];

/// The texts that evidence and scripts have.
pub const TEXTS: [&str; 4] = ["council", "trust", "board", "nobody"];

/// How pennies that are left over are placed.
pub const METHODS: [&str; 2] = ["largest-remainder", "remainder-to-last"];

/// The fields of a record, with what each holds.
pub const FIELDS: [(&str, Kind); 8] = [
    ("size", Kind::Number(Unit::None)),
    ("beds", Kind::Number(Unit::Beds)),
    ("cost", Kind::Number(Unit::Money)),
    ("open", Kind::Bool),
    ("days", Kind::Days),
    ("route", Kind::Choice),
    ("since", Kind::Date),
    ("label", Kind::Text),
];

/// What a script can name.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Facts, parameters, values and findings with one value.
    pub single: Vec<Name>,
    /// Facts and values with a value for each period.
    pub series: Vec<Name>,
    /// Lists of records.
    pub records: Vec<String>,
    /// Lists of texts.
    pub texts: Vec<String>,
    /// How the pack rounds money: to which step, and in which mode.
    pub rounding: (&'static str, &'static str),
}

/// A name and what it stands for.
#[derive(Clone, Debug)]
pub struct Name {
    /// As scripts write it.
    pub name: String,
    /// What it gives.
    pub kind: Kind,
    /// Whether it may turn out not to apply.
    pub optional: bool,
}

/// Writes one script.
#[derive(Debug)]
pub struct Writer<'w, 'c> {
    choices: &'w mut Choices<'c>,
    names: &'w Names,
    /// Whether one period is ruled on.
    in_period: bool,
    /// Whether whatever may not apply has something in its stead.
    guarded: bool,
    /// Names of the script's own.
    locals: Vec<(String, Kind)>,
    /// Those that statements give another value: what a function of rows asks of each row cannot look at them.
    set: Vec<(String, Kind)>,
    /// Lists under a name of the script's own.
    lists: Vec<String>,
    /// The records that stand for one of many.
    rows: Vec<String>,
    used: usize,
}

/// The most names of its own that a script is given.
const OWN_NAMES: usize = 12;

/// How deep expressions nest.
const DEPTH: u32 = 5;

impl<'w, 'c> Writer<'w, 'c> {
    /// A writer of one script.
    pub fn new(choices: &'w mut Choices<'c>, names: &'w Names, in_period: bool, guarded: bool) -> Self {
        let (locals, set, lists, rows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { choices, names, in_period, guarded, locals, set, lists, rows, used: 0 }
    }

    /// A script that gives this.
    pub fn script(&mut self, kind: Kind) -> String {
        let depth = 1 + u32::try_from(self.choices.below(DEPTH.into())).unwrap_or(0);
        let first = if self.choices.once_in(3) { self.statements(depth.min(3)) } else { String::new() };
        let rest = self.block(kind, depth);
        format!("{first}{rest}")
    }

    /// Names that statements give other values: in a loop, by a test, or one after the other.
    fn statements(&mut self, depth: u32) -> String {
        let kind = if self.choices.once_in(4) { Kind::Bool } else { Kind::Number(*self.choices.pick(&Unit::ALL)) };
        let (value, name) = (self.expression(kind, 1), self.own("s"));
        let mut text = format!("let {name} = {value}; ");
        self.set.push((name.clone(), kind));
        for _ in 0..=self.choices.below(2) {
            let looped = if self.has_lists() && self.choices.once_in(2) {
                let (list, row) = (self.list(1), self.own("r"));
                write!(text, "for {row} in {list} {{ ").unwrap();
                self.rows.push(row);
                true
            } else {
                false
            };
            let test = self.choices.once_in(2).then(|| self.expression(Kind::Bool, depth - 1));
            if let Some(test) = &test {
                write!(text, "if {test} {{ ").unwrap();
            }
            let more = self.expression(kind, depth - 1);
            let how = match kind {
                Kind::Bool => format!("{name} = {name} || {more}"),
                _ => match self.choices.below(4) {
                    0 => format!("{name} = lesser_of({name}, {more})"),
                    1 => format!("{name} -= {more}"),
                    2 => format!("{name} = {more}"),
                    _ => format!("{name} += {more}"),
                },
            };
            text.push_str(&how);
            if test.is_some() {
                let other = self.choices.once_in(2).then(|| self.expression(kind, depth - 1));
                text.push_str(
                    &other.map_or_else(|| " }".to_owned(), |other| format!(" }} else {{ {name} = {other} }}")),
                );
            }
            if looped {
                self.rows.pop();
                text.push_str(" }");
            }
            text.push_str("; ");
        }
        text
    }

    fn own(&mut self, start: &str) -> String {
        self.used += 1;
        format!("{start}{}", self.used)
    }

    /// `let` statements and a last expression.
    fn block(&mut self, kind: Kind, depth: u32) -> String {
        let (locals, lists) = (self.locals.len(), self.lists.len());
        let mut text = String::new();
        while depth > 0 && self.used < OWN_NAMES && self.choices.once_in(4) {
            if self.has_lists() && self.choices.once_in(3) {
                let list = self.list(depth - 1);
                let name = self.own("l");
                write!(text, "let {name} = {list}; ").unwrap();
                self.lists.push(name);
                continue;
            }
            let kind = self.any_kind();
            // A bare text under a name is not in the language, and a literal is no choice.
            if matches!(kind, Kind::Text | Kind::Choice) {
                continue;
            }
            let value = self.expression(kind, depth - 1);
            let name = self.own("x");
            write!(text, "let {name} = {value}; ").unwrap();
            self.locals.push((name, kind));
        }
        text.push_str(&self.expression(kind, depth));
        self.locals.truncate(locals);
        self.lists.truncate(lists);
        text
    }

    fn any_kind(&mut self) -> Kind {
        match self.choices.below(12) {
            0..=3 => Kind::Bool,
            4 => Kind::Date,
            5 => Kind::Days,
            _ => Kind::Number(*self.choices.pick(&Unit::ALL)),
        }
    }

    /// Names that stand for this kind, whatever stands for itself first.
    fn leaves(&mut self, kind: Kind) -> Vec<(String, bool)> {
        let mut found = Vec::new();
        found.extend(
            self.names.single.iter().filter(|name| name.kind == kind).map(|name| (name.name.clone(), name.optional)),
        );
        found.extend(self.locals.iter().filter(|(_, of)| *of == kind).map(|(name, _)| (name.clone(), false)));
        if self.rows.is_empty() {
            found.extend(self.set.iter().filter(|(_, of)| *of == kind).map(|(name, _)| (name.clone(), false)));
        }
        for row in &self.rows {
            let fields = FIELDS.iter().filter(|(_, of)| *of == kind);
            // Twice, because what is asked of a record should look at it.
            found.extend(
                fields.flat_map(|(field, _)| [(format!("{row}.{field}"), false), (format!("{row}.{field}"), false)]),
            );
        }
        for series in self.names.series.iter().filter(|name| name.kind == kind) {
            let name = &series.name;
            if self.in_period {
                found.push((format!("{name}[period]"), series.optional));
            }
            if self.rows.is_empty() {
                found.push((format!("{name}.first()"), series.optional));
                found.push((format!("{name}.last()"), series.optional));
            }
        }
        if kind == Kind::Period && self.in_period {
            found.push(("period".to_owned(), false));
        }
        found
    }

    fn leaf(&mut self, kind: Kind) -> String {
        if kind == Kind::Number(Unit::None) && self.choices.once_in(4) {
            return (*self.choices.pick(&["2", "0", "1", "3", "0.5", "12.345", "1000", "0.01", "7"])).to_owned();
        }
        if kind == Kind::Bool && self.choices.once_in(12) {
            return (*self.choices.pick(&["true", "false"])).to_owned();
        }
        let leaves = self.leaves(kind);
        let (name, optional) = self.choices.pick(&leaves).clone();
        if !optional || !self.guarded && !self.choices.once_in(3) {
            return name;
        }
        let sure: Vec<&(String, bool)> = leaves.iter().filter(|(_, optional)| !optional).collect();
        match (kind, sure.is_empty()) {
            (_, false) => format!("({name} ?? {})", self.choices.pick(&sure).0),
            (Kind::Bool, true) => format!("({name} ?? true)"),
            (kind, true) => panic!("nothing of the kind {kind:?} is sure to apply"),
        }
    }

    /// An expression that gives this. Brackets stand around whatever an operator could pull apart.
    fn expression(&mut self, kind: Kind, depth: u32) -> String {
        if depth == 0 || self.choices.below(8) == 0 {
            return self.leaf(kind);
        }
        let depth = depth - 1;
        match self.choices.below(17) {
            16 => return self.switch(kind, depth),
            1 => {
                let test = self.expression(Kind::Bool, depth);
                let (then, other) = (self.block(kind, depth), self.block(kind, depth));
                return format!("(if {test} {{ {then} }} else {{ {other} }})");
            }
            2 => {
                let test = [self.expression(Kind::Bool, depth), self.expression(Kind::Bool, depth)];
                let parts = [0; 3].map(|_| self.block(kind, depth));
                let [then, next, other] = parts;
                return format!("(if {} {{ {then} }} else if {} {{ {next} }} else {{ {other} }})", test[0], test[1]);
            }
            3 => return format!("({} ?? {})", self.expression(kind, depth), self.expression(kind, depth)),
            _ => {}
        }
        match kind {
            Kind::Bool => self.truth(depth),
            Kind::Number(unit) => self.number(unit, depth),
            Kind::Date => self.date(depth),
            other => self.leaf(other),
        }
    }

    /// One of several answers, by a choice or by a yes or no.
    fn switch(&mut self, kind: Kind, depth: u32) -> String {
        let arms = [0; 3].map(|_| self.expression(kind, depth));
        let [first, second, rest] = arms;
        match self.choices.below(3) {
            0 => format!("(switch {} {{ true => {first}, false => {second} }})", self.expression(Kind::Bool, depth)),
            1 => format!(
                "(switch {} {{ \"south\" => {first}, \"both\" => {second}, \"north\" => {rest} }})",
                self.leaf(Kind::Choice)
            ),
            _ => format!("(switch {} {{ \"north\" | \"both\" => {first}, _ => {second} }})", self.leaf(Kind::Choice)),
        }
    }

    /// A day that is reckoned from another one.
    fn date(&mut self, depth: u32) -> String {
        let date = self.expression(Kind::Date, depth);
        match self.choices.below(6) {
            0 => format!("add_days({date}, {}.len())", self.leaf(Kind::Days)),
            1 => format!("add_days({date}, -30)"),
            2 => format!("add_months({date}, {})", self.choices.pick(&["1", "-3", "14"])),
            3 => format!("add_years({date}, 1)"),
            4 if !self.leaves(Kind::Period).is_empty() => {
                format!("{}.{}_day()", self.leaf(Kind::Period), self.choices.pick(&["first", "last"]))
            }
            _ => self.leaf(Kind::Date),
        }
    }

    /// A function of the library, in this unit.
    fn of_the_library(&mut self, unit: Unit, depth: u32) -> String {
        let (same, none) = (Kind::Number(unit), Kind::Number(Unit::None));
        let make = |writer: &mut Self, kind| writer.expression(kind, depth);
        match self.choices.below(8) {
            0 => format!("cap({}, {})", make(self, same), make(self, same)),
            1 => format!("floor_at({}, {})", make(self, same), make(self, same)),
            2 => format!("uplift({}, {})", make(self, same), make(self, none)),
            3 => format!("mean({}, {}, {})", make(self, same), make(self, same), make(self, same)),
            4 => {
                let of = *self.choices.pick(&Unit::ALL);
                let (x, low, high) = (make(self, Kind::Number(of)), make(self, same), make(self, same));
                let ends = [parameter(of), "0"];
                let [from, to] = if self.choices.once_in(2) { [ends[1], ends[0]] } else { ends };
                format!("interpolate({x}, {from}, {to}, {low}, {high})")
            }
            5 if unit == Unit::None => {
                let of = Kind::Number(*self.choices.pick(&Unit::ALL));
                format!("percent_change({}, {}, {})", make(self, of), make(self, of), make(self, none))
            }
            5 | 6 => {
                let mode = *self.choices.pick(&MODES);
                format!("round_to({}, {}, \"{mode}\")", make(self, same), self.choices.pick(&["1", "0.05", "10"]))
            }
            _ => match unit {
                Unit::Money if self.in_period && self.rows.is_empty() && self.names.rounding == ("0.01", MODES[0]) => {
                    format!("allocate({}, series, \"{}\", \"equal\")", make(self, same), self.choices.pick(&METHODS))
                }
                Unit::Money if self.choices.once_in(2) => {
                    let mut beds = make(self, Kind::Number(Unit::Beds));
                    // What tables are asked must lie within the stretch that they cover.
                    beds = format!("floor_at({beds}, 0)");
                    format!("tables.added({beds}, {})", self.leaf(Kind::Choice))
                }
                Unit::Money => format!("tables.bands({})", make(self, none)),
                Unit::None if self.in_period && self.rows.is_empty() && self.choices.once_in(2) => {
                    if self.choices.once_in(2) {
                        return "consecutive(answers)".to_owned();
                    }
                    let one = self.own("v");
                    format!("consecutive(series.map(|{one}| {one} >= {}))", parameter(Unit::Beds))
                }
                Unit::None => format!("tables.routes({}, {}).share", self.leaf(Kind::Choice), make(self, Kind::Bool)),
                _ => self.leaf(same),
            },
        }
    }

    fn number(&mut self, unit: Unit, depth: u32) -> String {
        if self.choices.once_in(6) {
            return self.of_the_library(unit, depth);
        }
        let same = Kind::Number(unit);
        let none = Kind::Number(Unit::None);
        let make = |writer: &mut Self, kind| writer.expression(kind, depth);
        match self.choices.below(20) {
            0 | 1 => format!("({} + {})", make(self, same), make(self, same)),
            2 | 3 => format!("({} - {})", make(self, same), make(self, same)),
            4 => match unit {
                Unit::Money if self.choices.once_in(2) => {
                    format!("({} * {})", make(self, Kind::Number(Unit::Rate)), make(self, Kind::Number(Unit::Beds)))
                }
                _ => format!("({} * {})", make(self, same), make(self, none)),
            },
            5 => {
                let (above, below) = match unit {
                    Unit::None => {
                        let of = Kind::Number(*self.choices.pick(&Unit::ALL));
                        (make(self, of), self.divisor(of, depth))
                    }
                    Unit::Rate if self.choices.once_in(2) => {
                        (make(self, Kind::Number(Unit::Money)), self.divisor(Kind::Number(Unit::Beds), depth))
                    }
                    Unit::Beds if self.choices.once_in(2) => {
                        (make(self, Kind::Number(Unit::Money)), self.divisor(Kind::Number(Unit::Rate), depth))
                    }
                    _ => (make(self, same), self.divisor(none, depth)),
                };
                format!("({above} / {below})")
            }
            6 => format!("clamp({}, {}, {})", make(self, same), make(self, same), make(self, same)),
            7 => format!("lesser_of({}, {})", make(self, same), make(self, same)),
            8 => format!("greater_of({}, {}, 0)", make(self, same), make(self, same)),
            9 => format!("abs({})", make(self, same)),
            10 => format!("(-{})", make(self, same)),
            11 => {
                let step = *self.choices.pick(&["1", "0.01", "0.5", "10", "0.25"]);
                format!("round_to({}, {step})", make(self, same))
            }
            12 | 13 => self.of_a_series(unit).unwrap_or_else(|| make(self, same)),
            14 | 15 => self.of_a_list(unit, depth).unwrap_or_else(|| make(self, same)),
            16 | 17 => match unit {
                Unit::None => {
                    let of = Kind::Number(*self.choices.pick(&Unit::ALL));
                    // Ours looks at the third only where it counts, Rhai always: it must be sure to have a value.
                    format!("share({}, {}, {})", make(self, of), make(self, of), self.leaf(none))
                }
                Unit::Days if self.choices.once_in(2) => {
                    format!("days_between({}, {})", make(self, Kind::Date), make(self, Kind::Date))
                }
                Unit::Days => format!("{}.len()", self.leaf(Kind::Days)),
                _ => format!("({} * 2)", make(self, same)),
            },
            _ => self.leaf(same),
        }
    }

    /// Something to divide by, that is seldom nought.
    fn divisor(&mut self, kind: Kind, depth: u32) -> String {
        let unit = match kind {
            Kind::Number(unit) => unit,
            other => panic!("nothing is divided by {other:?}"),
        };
        // Of a list under a name or behind a filter Rhai looks at every record, and ours only at those that count: there
        // it must be sure to be none.
        if self.rows.is_empty() && self.choices.once_in(12) {
            return self.expression(kind, depth);
        }
        let sure = parameter(unit);
        if self.choices.once_in(2) {
            sure.to_owned()
        } else {
            format!("greater_of({}, {sure})", self.expression(kind, depth))
        }
    }

    fn of_a_series(&mut self, unit: Unit) -> Option<String> {
        let kind = Kind::Number(unit);
        let fit: Vec<&Name> =
            self.names.series.iter().filter(|name| name.kind == kind && !(name.optional && self.guarded)).collect();
        if fit.is_empty() || !self.rows.is_empty() {
            return None;
        }
        let name = self.choices.pick(&fit).name.clone();
        Some(match if self.in_period { self.choices.below(18) } else { 12 + self.choices.below(6) } {
            0 => format!("to_date({name})"),
            1 => format!("{name}.highest_to_date()"),
            2 => format!("change({name})"),
            3 => format!("({name}.sum() - {name}.to_date())"),
            4 => format!("lowest_to_date({name})"),
            5 => format!("so_far({name}).mean()"),
            6 => format!("recent({name}, 2).sum()"),
            7 => format!("(previous({name}) ?? {})", self.leaf(kind)),
            8 => format!("({name}[period - 1] ?? {name}[period])"),
            9..=11 if unit == Unit::Money && self.names.rounding == ("0.01", MODES[0]) => {
                format!("allocate({name}[period], series, \"{}\", \"equal\")", self.choices.pick(&METHODS))
            }
            11 if unit == Unit::None => {
                let one = self.own("v");
                format!("so_far({name}).filter(|{one}| {one} >= {}).len()", self.leaf(kind))
            }
            12 => format!("{name}.mean()"),
            13 => format!("{name}.min()"),
            14 => {
                let one = self.own("v");
                format!("{name}.map(|{one}| lesser_of({one}, {})).sum()", parameter(unit))
            }
            _ => format!("{name}.sum()"),
        })
    }

    /// A list of records, some left out.
    fn list(&mut self, depth: u32) -> String {
        let mut text = if self.lists.is_empty() || self.choices.once_in(2) {
            self.choices.pick(&self.names.records).clone()
        } else {
            self.choices.pick(&self.lists).clone()
        };
        while depth > 0 && self.used < OWN_NAMES && self.choices.once_in(3) {
            text = format!("{text}.filter({})", self.closure(Kind::Bool, depth - 1));
        }
        text
    }

    fn closure(&mut self, kind: Kind, depth: u32) -> String {
        let row = self.own("r");
        self.rows.push(row.clone());
        let body = self.expression(kind, depth);
        self.rows.pop();
        format!("|{row}| {body}")
    }

    fn has_lists(&self) -> bool {
        // Rhai's interpreter takes a record that an inner list looks at for one that two write to, and gives up.
        let within = usize::from(!self.guarded);
        !self.names.records.is_empty() && self.rows.len() <= within && self.used < OWN_NAMES
    }

    fn of_a_list(&mut self, unit: Unit, depth: u32) -> Option<String> {
        if !self.has_lists() || depth == 0 {
            return None;
        }
        let list = self.list(depth - 1);
        if unit == Unit::None && self.choices.once_in(3) {
            return Some(format!("{list}.len()"));
        }
        let each = self.closure(Kind::Number(unit), depth - 1);
        let mapped = format!("{list}.map({each})");
        Some(match self.choices.below(4) {
            2 if self.guarded => format!("({mapped}.min() ?? {})", self.leaf(Kind::Number(unit))),
            3 if self.guarded => format!("({mapped}.max() ?? {})", self.leaf(Kind::Number(unit))),
            2 => format!("{mapped}.min()"),
            3 => format!("{mapped}.max()"),
            _ => format!("{mapped}.sum()"),
        })
    }

    fn truth(&mut self, depth: u32) -> String {
        let make = |writer: &mut Self, kind| writer.expression(kind, depth);
        match self.choices.below(22) {
            0..=4 => {
                let kind = Kind::Number(*self.choices.pick(&Unit::ALL));
                let sign = *self.choices.pick(&["<=", "<", ">", ">=", "==", "!="]);
                let left = make(self, kind);
                let right = if self.choices.once_in(6) { "0".to_owned() } else { make(self, kind) };
                format!("({left} {sign} {right})")
            }
            5 | 6 => format!("({} && {})", make(self, Kind::Bool), make(self, Kind::Bool)),
            7 | 8 => format!("({} || {})", make(self, Kind::Bool), make(self, Kind::Bool)),
            9 => {
                let sign = *self.choices.pick(&["&&", "||"]);
                let parts = [0; 3].map(|_| make(self, Kind::Bool));
                format!("({})", parts.join(&format!(" {sign} ")))
            }
            10 => format!("(!{})", make(self, Kind::Bool)),
            11 => format!("({} == {})", make(self, Kind::Bool), make(self, Kind::Bool)),
            12 => {
                let sign = *self.choices.pick(&["<=", "<", ">", ">=", "==", "!="]);
                let [one, other] = [make(self, Kind::Date), make(self, Kind::Date)];
                match self.choices.below(5) {
                    0 => format!("(months_between({one}, {other}) {sign} 0)"),
                    1 => format!("(years_between({one}, {other}) {sign} 0)"),
                    2 => format!("within({one}, {other}, {})", self.leaf(Kind::Date)),
                    _ => format!("({one} {sign} {other})"),
                }
            }
            13 => {
                let sign = *self.choices.pick(&["==", "!="]);
                format!("({} {sign} \"{}\")", self.leaf(Kind::Choice), self.choices.pick(&ALTERNATIVES))
            }
            14 => match self.choices.below(3) {
                0 => format!("{}.covers_week()", self.leaf(Kind::Days)),
                1 => format!("({} == {})", self.leaf(Kind::Days), self.leaf(Kind::Days)),
                _ => {
                    let days = *self.choices.pick(&["mon", "sat sun", "mon-fri", "sun", "tue, thu"]);
                    format!("{}.includes(\"{days}\")", self.leaf(Kind::Days))
                }
            },
            15 if !self.names.texts.is_empty() => {
                let (list, text) = (self.choices.pick(&self.names.texts).clone(), *self.choices.pick(&TEXTS));
                match self.choices.below(4) {
                    0 => format!("{list}.contains(\"{text}\")"),
                    1 => format!("(\"{text}\" in {list})"),
                    2 if self.used < OWN_NAMES && self.rows.is_empty() => {
                        let one = self.own("t");
                        format!("{list}.some(|{one}| {one} == \"{text}\")")
                    }
                    _ => format!("({list}.len() > 1)"),
                }
            }
            16 if !self.leaves(Kind::Period).is_empty() => {
                let sign = *self.choices.pick(&["<=", "<", ">", ">=", "==", "!="]);
                format!("({} {sign} {})", self.leaf(Kind::Period), self.leaf(Kind::Period))
            }
            17 => format!("({} == \"{}\")", self.leaf(Kind::Text), self.choices.pick(&TEXTS)),
            18 => {
                let kind = self.any_kind();
                let leaves = self.leaves(kind);
                format!("applicable({})", self.choices.pick(&leaves).0)
            }
            19..=21 if self.has_lists() && depth > 0 => {
                let list = self.list(depth - 1);
                let quantity = *self.choices.pick(&["all", "some", "none"]);
                format!("{list}.{quantity}({})", self.closure(Kind::Bool, depth - 1))
            }
            _ => self.leaf(Kind::Bool),
        }
    }
}

/// Sentences that are true of all numbers, answers and lists, about expressions that are made up: each is met on complete
/// evidence, whatever that is, and unmet never.
pub fn law(choices: &mut Choices<'_>, names: &Names) -> String {
    let which = choices.below(27);
    let unit = *choices.pick(&Unit::ALL);
    let mut writer = Writer::new(choices, names, false, true);
    let mut number = || writer.expression(Kind::Number(unit), 2);
    let [a, b, other] = [number(), number(), number()];
    let mut answer = || writer.expression(Kind::Bool, 2);
    let [yes, no, third] = [answer(), answer(), answer()];
    let plain = writer.expression(Kind::Number(Unit::None), 2);
    let sure = parameter(unit);
    let money = writer.expression(Kind::Number(Unit::Money), 2);
    let listed = writer.list(0);
    let one = writer.own("r");
    writer.rows.push(one.clone());
    let (test, each) = (writer.expression(Kind::Bool, 1), writer.expression(Kind::Number(unit), 1));
    let rows = |what: &str| format!("{listed}.filter(|{one}| {what})");
    match which {
        // Multiplying and dividing, in any order.
        0 => format!("({a} * {plain}) / {sure} == {plain} / {sure} * {a}"),
        1 => format!("({a} / {sure}) * {b} == ({a} * {b}) / {sure}"),
        2 => format!("{a} / {sure} / {sure} == {a} / ({sure} * {sure})"),
        3 => format!("({a} + {b}) / {sure} == {a} / {sure} + {b} / {sure}"),
        4 => format!("{plain} * ({a} - {b}) == {plain} * {a} - {plain} * {b}"),
        5 => format!("({a} + {b}) + {other} == {a} + ({b} + {other})"),
        // What is limited.
        6 => format!("lesser_of({a}, {b}) + greater_of({a}, {b}) == {a} + {b}"),
        7 => format!("if {a} <= {b} {{ clamp({a}, 0, {sure}) <= clamp({b}, 0, {sure}) }} else {{ true }}"),
        8 => format!("clamp({a}, 0, {sure}) >= 0 && clamp({a}, 0, {sure}) <= {sure}"),
        9 => format!("if {a} <= {b} {{ round_to({a}, 0.05) <= round_to({b}, 0.05) }} else {{ true }}"),
        10 => format!("if {a} <= {b} {{ share({a}, {sure}, 0) <= share({b}, {sure}, 0) }} else {{ true }}"),
        11 => format!("if {a} <= {b} {{ lesser_of({a}, {other}) <= lesser_of({b}, {other}) }} else {{ true }}"),
        12 => format!("abs({a} - {b}) == greater_of({a}, {b}) - lesser_of({a}, {b})"),
        13 => format!("round_to(round_to({a}, 0.01), 0.01) == round_to({a}, 0.01)"),
        // Yes and no.
        14 => format!("(!({yes} && {no})) == (!{yes} || !{no})"),
        15 => format!("({yes} && ({no} || {third})) == (({yes} && {no}) || ({yes} && {third}))"),
        16 => format!("(if {yes} {{ {no} }} else {{ {third} }}) == (({yes} && {no}) || (!{yes} && {third}))"),
        // Parts and wholes.
        17 => format!("{}.len() + {}.len() == {listed}.len()", rows(&test), rows(&format!("!{test}"))),
        18 => format!(
            "{}.map(|{one}| {each}).sum() + {}.map(|{one}| {each}).sum() == {listed}.map(|{one}| {each}).sum()",
            rows(&test),
            rows(&format!("!{test}"))
        ),
        19 => format!("{listed}.all(|{one}| {test}) == {listed}.none(|{one}| !{test})"),
        20 => format!("{listed}.some(|{one}| {test}) == ({}.len() > 0)", rows(&test)),
        21 => format!("{listed}.none(|{one}| {test}) == !{listed}.some(|{one}| {test})"),
        22 => format!(
            "{listed}.map(|{one}| {each}).sum() >= {listed}.len() * ({listed}.map(|{one}| {each}).min() ?? 0 * {sure})"
        ),
        // Sharing out, and where a number is rounded.
        23 => {
            let (step, mode) = names.rounding;
            let (method, each) = (*writer.choices.pick(&METHODS), each.replace(&format!("{one}."), "inner."));
            let part = format!("allocate({money}, {listed}.map(|inner| abs({each})), {one}, \"{method}\", \"equal\")");
            // Of an empty list there are no parts.
            format!(
                "{listed}.len() == 0 || {listed}.map(|{one}| {part}).sum() == round_to({money}, {step}, \"{mode}\")"
            )
        }
        24 => format!("round_to({a} - {b}, 0.05, \"ceiling\") == -round_to({b} - {a}, 0.05, \"floor\")"),
        25 => format!(
            "let s = {a}; for {one} in {listed} {{ s += {each}; }} s == {a} + {listed}.map(|{one}| {each}).sum()"
        ),
        _ => {
            let inner = each.replace(&format!("{one}."), "inner.");
            format!("{listed}.all(|{one}| {each} <= ({listed}.map(|inner| {inner}).max() ?? {sure}))")
        }
    }
}

/// The parameter of this unit, which every pack has and which is never nought.
pub const fn parameter(unit: Unit) -> &'static str {
    match unit {
        Unit::None => "params.number",
        Unit::Money => "params.money",
        Unit::Beds => "params.beds",
        Unit::Days => "params.days",
        Unit::Rate => "params.rate",
    }
}
