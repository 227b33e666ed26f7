//! Packs of facts of every type, with scripts wherever a pack has them.

use std::fmt::Write as _;

use ringfence_core::period::{Every, Period, Periods};

use crate::choices::Choices;
use crate::script::{ALTERNATIVES, FIELDS, Kind, Name, Names, Unit, Writer, law};

/// How a pack treats what may not apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Whatever may not apply has something in its stead: Rhai has no arithmetic on it, so its interpreter can be asked.
    Guarded,
    /// Anything may turn out not to apply.
    Free,
}

/// A fact of a pack that was made up.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub shape: Shape,
    /// Whether cases may say that it does not apply.
    pub optional: bool,
    /// Whether they must not.
    pub refused: bool,
    /// Its bounds, in hundredths.
    pub bounds: (Option<i64>, Option<i64>),
    /// Whether a list of it may be empty.
    pub may_be_empty: bool,
}

/// The shape of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One value, written as this type.
    One(Kind, &'static str),
    /// A value for each period.
    Series(Kind, &'static str),
    /// Records with the fields of [`FIELDS`].
    Records,
    /// Texts.
    Texts,
}

/// A pack that was made up.
#[derive(Clone, Debug)]
pub struct Made {
    /// The text of its `pack.yaml`.
    pub text: String,
    /// Its facts.
    pub facts: Vec<Fact>,
    /// How many scripts it has.
    pub scripts: usize,
    /// Whether evidence is checked, so that what arrives can take away what was believed.
    pub checked: bool,
    /// Its periods.
    pub periods: Option<Periods>,
    /// How it treats what may not apply.
    pub manner: Manner,
    /// What scripts read of its facts and parameters.
    names: Names,
    /// Whether a condition can be put right later.
    pub cures: bool,
    /// The conditions that let a share of a fund through once they are put right.
    sharing: Vec<String>,
}

/// The types of single facts and series, as packs write them.
const TYPES: [(&str, Kind); 11] = [
    ("number", Kind::Number(Unit::None)),
    ("bool", Kind::Bool),
    ("money", Kind::Number(Unit::Money)),
    ("count, unit: beds", Kind::Number(Unit::Beds)),
    ("number, unit: days", Kind::Number(Unit::Days)),
    ("percent", Kind::Number(Unit::None)),
    ("date", Kind::Date),
    ("choice, of: [north, south, both]", Kind::Choice),
    ("days", Kind::Days),
    ("text", Kind::Text),
    ("period", Kind::Period),
];

/// The modes of rounding.
pub const MODES: [&str; 5] = ["half-away-from-zero", "half-even", "floor", "ceiling", "truncate"];

fn rounding(choices: &mut Choices<'_>) -> (&'static str, &'static str) {
    (*choices.pick(&["0.01", "1", "0.05", "10"]), *choices.pick(&MODES))
}

fn written((step, mode): (&str, &str)) -> String {
    format!("{{ to: {step}, mode: {mode} }}")
}

/// A script as a block under its key.
fn block(text: &mut String, indent: usize, key: &str, script: &str) {
    let margin = " ".repeat(indent);
    let lines = script.replace("; ", &format!(";\n{margin}  "));
    writeln!(text, "{margin}{key}: |\n{margin}  {lines}").unwrap();
}

impl Made {
    /// A pack of about this many values, half as many conditions, and a few funds.
    pub fn new(choices: &mut Choices<'_>, manner: Manner, size: u64) -> Self {
        let periods = periods(choices);
        let mut text =
            "ringfence: 1\npack: made-up\ntitle: A pack that was made up\nrules-on: nothing real\nversion: 1.0.0\n\
             currency: GBP\nin-force: { from: 2015-04-01 }\nrules-at: 2015-04-01\nrecipient: nobody\n"
                .to_owned();
        let rounding = if choices.once_in(3) { ("0.01", MODES[0]) } else { rounding(choices) };
        writeln!(text, "rounding: {}", written(rounding)).unwrap();
        if let Some(periods) = periods {
            let word = Every::ALL.iter().find(|(_, every)| *every == periods.every()).map_or("", |(word, _)| word);
            let (first, last) = (periods.first(), periods.last());
            writeln!(text, "periods: {{ every: {word}, from: {first}, to: {last} }}").unwrap();
        }
        let facts = facts(choices, periods);
        let (names, sharing) = (Names::default(), Vec::new());
        let mut pack = Self { text, facts, scripts: 0, checked: false, periods, manner, names, cures: false, sharing };
        let mut names = Names { rounding, ..Names::default() };
        // Parameters come first, so that a check of evidence can read them.
        pack.parameters(choices, &mut names);
        pack.tables(choices);
        pack.declare_facts(choices, &mut names);
        pack.names = names.clone();
        pack.values(choices, &mut names, size);
        let conditions = pack.conditions(choices, &mut names, size / 2);
        pack.funds(choices, &names, &conditions);
        pack
    }

    /// A pack whose conditions are true whatever the evidence, see [`law`].
    pub fn lawful(choices: &mut Choices<'_>, laws: u64) -> Self {
        let mut pack = Self::new(choices, Manner::Guarded, 0);
        let at = pack.text.find("values:\n").unwrap();
        pack.text.truncate(at);
        pack.text.push_str("conditions:\n");
        let names = pack.names.clone();
        pack.scripts = 0;
        for index in 0..laws {
            pack.scripts += 1;
            writeln!(pack.text, "  law-{index}:\n    title: The law {index}").unwrap();
            block(&mut pack.text, 4, "met", &law(choices, &names));
        }
        pack
    }

    fn write(&mut self, choices: &mut Choices<'_>, names: &Names, kind: Kind, in_period: bool) -> String {
        self.scripts += 1;
        Writer::new(choices, names, in_period, self.manner == Manner::Guarded).script(kind)
    }

    fn declare_facts(&mut self, choices: &mut Choices<'_>, names: &mut Names) {
        self.text.push_str("facts:\n");
        for fact in self.facts.clone() {
            let Fact { name, shape, optional, refused, bounds, may_be_empty } = &fact;
            let mut keys = match shape {
                Shape::One(_, ty) => format!("type: {ty}"),
                Shape::Series(_, ty) => format!("type: {ty}, per: period"),
                Shape::Records => {
                    let fields = "size: { type: number }, beds: { type: count, unit: beds }, cost: { type: money }, \
                         open: { type: bool }, days: { type: days }, route: { type: choice, of: [north, south, both] }, \
                         since: { type: date }, label: { type: text }";
                    assert_eq!(fields.matches("type").count(), FIELDS.len());
                    format!("type: list, of: {{ {fields} }}")
                }
                Shape::Texts => "type: list, of: text".to_owned(),
            };
            let percent = if keys.contains("percent") { "%" } else { "" };
            for (key, bound) in [("min", bounds.0), ("max", bounds.1)] {
                if let Some(bound) = bound {
                    write!(keys, ", {key}: {}{percent}", bound / 100).unwrap();
                }
            }
            if *refused {
                keys.push_str(", not-applicable: refused");
            }
            if *may_be_empty {
                keys.push_str(", empty: allowed");
            }
            writeln!(self.text, "  {name}: {{ {keys}, title: The fact {name} }}").unwrap();
            let optional = *optional;
            match shape {
                Shape::One(kind, _) => names.single.push(Name { name: name.clone(), kind: *kind, optional }),
                Shape::Series(kind, _) => names.series.push(Name { name: name.clone(), kind: *kind, optional }),
                Shape::Records => names.records.push(name.clone()),
                Shape::Texts => names.texts.push(name.clone()),
            }
        }
        // A check can take a figure away, which is nothing that Rhai knows of. It comes last and may read any fact.
        if self.manner == Manner::Free && choices.once_in(10) {
            self.checked = true;
            let script = self.write(choices, names, Kind::Bool, false);
            self.text.push_str("  doubted:\n    type: number\n    title: A figure that is checked\n");
            block(&mut self.text, 4, "suspect-when", &script);
            self.text.push_str("    suspect-because: it is not believed\n");
            let name = "doubted".to_owned();
            let shape = Shape::One(Kind::Number(Unit::None), "number");
            names.single.push(Name { name: name.clone(), kind: Kind::Number(Unit::None), optional: false });
            let (bounds, optional, refused) = ((None, None), false, false);
            self.facts.push(Fact { name, shape, optional, refused, bounds, may_be_empty: false });
        }
    }

    fn parameters(&mut self, choices: &mut Choices<'_>, names: &mut Names) {
        let status = "status: choice";
        self.text.push_str("parameters:\n");
        let number = *choices.pick(&["3", "0.7", "12", "1.25"]);
        let cents = choices.within(1, 99);
        let route = *choices.pick(&ALTERNATIVES);
        for (name, ty, value, kind) in [
            ("number", "number", number.to_owned(), Kind::Number(Unit::None)),
            ("rate_of_it", "percent", format!("{}.5%", choices.within(0, 99)), Kind::Number(Unit::None)),
            ("money", "money", format!("{}.{cents:02}", choices.within(1, 2_000)), Kind::Number(Unit::Money)),
            ("beds", "number, unit: beds", choices.within(1, 60).to_string(), Kind::Number(Unit::Beds)),
            ("days", "number, unit: days", choices.within(1, 9).to_string(), Kind::Number(Unit::Days)),
            ("rate", "money, per: bed", format!("{}.50", choices.within(1, 1_500)), Kind::Number(Unit::Rate)),
            ("date", "date", "2015-09-30".to_owned(), Kind::Date),
            ("route", "choice, of: [north, south, both]", route.to_owned(), Kind::Choice),
        ] {
            let keys = format!("title: The parameter {name}, type: {ty}");
            writeln!(self.text, "  {name}: {{ {keys}, values: {{ 2015-04-01: {{ value: {value}, {status} }} }} }}")
                .unwrap();
            names.single.push(Name { name: format!("params.{name}"), kind, optional: false });
        }
    }

    /// A table of each kind, over the numbers and choices that there are.
    fn tables(&mut self, choices: &mut Choices<'_>) {
        let low = choices.within(0, 20);
        let high = low + choices.within(1, 200);
        let amounts = [0; 6].map(|_| choices.within(0, 900));
        let route = *choices.pick(&ALTERNATIVES);
        writeln!(
            self.text,
            "tables:
  bands:
    title: Amounts by bands
    in: {{ x: {{ type: number }} }}
    out: {{ amount: {{ type: money }} }}
    hit: unique
    status: choice
    rows:
      - {{ x: below {low}, amount: {} }}
      - {{ x: {low} up to {high}, amount: {} }}
      - {{ x: above {high}, amount: {} }}
  routes:
    title: Shares by route
    in: {{ route: {{ type: choice, of: [north, south, both] }}, open: {{ type: bool }} }}
    out: {{ share: {{ type: percent }}, fits: {{ type: bool }} }}
    hit: first
    status: choice
    rows:
      - {{ route: {route}, open: yes, share: 40%, fits: yes }}
      - {{ route: any, open: yes, share: 75%, fits: no }}
      - {{ route: any, open: any, share: 100%, fits: no }}
  added:
    title: Amounts that are added up
    in: {{ beds: {{ type: number, unit: beds, min: 0 }}, route: {{ type: choice, of: [north, south, both] }} }}
    out: {{ amount: {{ type: money }} }}
    hit: sum
    status: choice
    default: {{ amount: {} }}
    rows:
      - {{ beds: below {high}, route: {route}, amount: {} }}
      - {{ beds: {low} and over, route: any, amount: {} }}
      - {{ beds: {low} up to {high}, route: [north, south], amount: 5.25 }}",
            amounts[0], amounts[1], amounts[2], amounts[3], amounts[4], amounts[5]
        )
        .unwrap();
    }

    fn values(&mut self, choices: &mut Choices<'_>, names: &mut Names, size: u64) {
        self.text.push_str("values:\n");
        for index in 0..=choices.below(size + 1) {
            let name = format!("value_{index}");
            let per_period = self.periods.is_some() && choices.once_in(3);
            let kind = match choices.below(8) {
                0..=5 => Kind::Number(*choices.pick(&Unit::ALL)),
                _ if per_period => Kind::Number(Unit::None),
                6 => Kind::Bool,
                _ => *choices.pick(&[Kind::Date, Kind::Days]),
            };
            let script = self.write(choices, names, kind, per_period);
            writeln!(self.text, "  {name}:\n    title: The value {index}").unwrap();
            if per_period {
                self.text.push_str("    per: period\n");
            }
            if matches!(kind, Kind::Number(_)) && choices.once_in(3) {
                let rounding = if choices.once_in(4) { "none".to_owned() } else { written(rounding(choices)) };
                writeln!(self.text, "    round: {rounding}").unwrap();
            }
            block(&mut self.text, 4, "is", &script);
            let name = Name { name, kind, optional: self.manner == Manner::Free };
            if per_period { names.series.push(name) } else { names.single.push(name) }
        }
    }

    /// Conditions that scripts decide, and conditions over those; their ids.
    fn conditions(&mut self, choices: &mut Choices<'_>, names: &mut Names, size: u64) -> Vec<String> {
        self.text.push_str("conditions:\n");
        let mut ids: Vec<String> = Vec::new();
        for index in 0..=choices.below(size + 1) {
            let (id, name) = (format!("condition-{index}"), format!("findings.condition_{index}"));
            writeln!(self.text, "  {id}:\n    title: The condition {index}").unwrap();
            let mut optional = true;
            if ids.len() > 1 && choices.once_in(3) {
                let first = choices.at(ids.len() - 1);
                let limbs = ids[first..].join(", ");
                let least = choices.within(1, i64::try_from(ids.len() - first).unwrap());
                match choices.below(3) {
                    0 => writeln!(self.text, "    all-of: [{limbs}]").unwrap(),
                    1 => writeln!(self.text, "    any-of: [{limbs}]").unwrap(),
                    _ => writeln!(self.text, "    at-least: {{ n: {least}, of: [{limbs}] }}").unwrap(),
                }
            } else {
                optional = self.manner == Manner::Free;
                if choices.once_in(4) {
                    optional = true;
                    let applies = self.write(choices, names, Kind::Bool, false);
                    block(&mut self.text, 4, "applies", &applies);
                }
                let met = self.write(choices, names, Kind::Bool, false);
                block(&mut self.text, 4, "met", &met);
                // Rhai knows nothing of what is put right later.
                if self.manner == Manner::Free && choices.once_in(4) {
                    self.cures = true;
                    self.text.push_str("    cure:\n");
                    for key in ["by", "cured-on"] {
                        let day = self.write(choices, names, Kind::Date, false);
                        block(&mut self.text, 6, key, &day);
                    }
                    for key in ["releases", "keeps"] {
                        if choices.once_in(3) {
                            if !self.sharing.contains(&id) {
                                self.sharing.push(id.clone());
                            }
                            let share = self.write(choices, names, Kind::Number(Unit::None), false);
                            block(&mut self.text, 6, key, &limit(&share, |last| format!("clamp({last}, 0, 1)")));
                        }
                    }
                }
            }
            names.single.push(Name { name, kind: Kind::Bool, optional });
            ids.push(id);
        }
        ids
    }

    fn funds(&mut self, choices: &mut Choices<'_>, names: &Names, conditions: &[String]) {
        let mut funds = "funds:\n".to_owned();
        let mut amounts = String::new();
        for index in 0..=choices.below(3) {
            let amount = self.write(choices, names, Kind::Number(Unit::Money), false);
            let due = format!("due_{index}");
            // Names of its own come before the limit that is put around the last expression.
            let limited = limit(&amount, |last| format!("greater_of({last}, 0)"));
            writeln!(amounts, "  {due}:\n    title: The amount {index}").unwrap();
            block(&mut amounts, 4, "is", &limited);
            writeln!(funds, "  fund-{index}:\n    title: The fund {index}\n    amount: {due}").unwrap();
            if index == 0 && !self.sharing.is_empty() {
                writeln!(funds, "    gated-by: [{}]", self.sharing.join(", ")).unwrap();
            } else if !conditions.is_empty() && choices.once_in(2) {
                writeln!(funds, "    gated-by: [{}]", choices.pick(conditions)).unwrap();
            }
            if choices.once_in(3) {
                funds.push_str("    otherwise: { redirect: the reserve }\n");
            }
            match (self.periods, choices.below(4)) {
                (Some(periods), 1..=3) => {
                    funds.push_str("    tranches: each period\n");
                    let release = self.write(choices, names, Kind::Number(Unit::Money), true);
                    let each = choices.once_in(3);
                    let script = if each {
                        funds.push_str("    basis: each\n    round: { to: 0.01, mode: floor }\n");
                        limit(&release, |last| format!("clamp({last}, 0, {due}) / {}", periods.len()))
                    } else {
                        if choices.once_in(2) {
                            funds.push_str("    over-payment: recovered\n");
                        }
                        limit(&release, |last| format!("clamp({last}, 0, {due})"))
                    };
                    block(&mut funds, 4, "release", &script);
                }
                (_, 0 | 1) => {
                    let release = self.write(choices, names, Kind::Number(Unit::Money), false);
                    block(&mut funds, 4, "release", &limit(&release, |last| format!("clamp({last}, 0, {due})")));
                }
                _ => {}
            }
        }
        let at = self.text.find("conditions:\n").unwrap();
        // Amounts rest on findings too, so they are declared after them, in a second look at the same section.
        self.text.insert_str(at, &amounts);
        self.text.push_str(&funds);
    }
}

/// A script with something put around its last expression.
fn limit(script: &str, around: impl FnOnce(&str) -> String) -> String {
    match last_expression(script) {
        Some((before, last)) => format!("{before}{}", around(last)),
        None => around(script),
    }
}

/// What stands before the last expression at the top of a script, and the expression.
fn last_expression(script: &str) -> Option<(&str, &str)> {
    let mut depth = 0_i32;
    let mut found = None;
    for (at, letter) in script.char_indices() {
        match letter {
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth -= 1,
            ';' if depth == 0 => found = Some(at + 2),
            _ => {}
        }
    }
    found.map(|at| script.split_at(at))
}

fn periods(choices: &mut Choices<'_>) -> Option<Periods> {
    let first = match choices.below(5) {
        0 => return None,
        1 => Period::read("2015-04", Every::Month),
        2 | 3 => Period::read("2015-16 Q1", Every::Quarter),
        _ => Period::read("2015-16", Every::Year),
    };
    let first = first.unwrap();
    Periods::new(first, first.later(i32::try_from(choices.below(4)).unwrap()))
}

fn facts(choices: &mut Choices<'_>, periods: Option<Periods>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |name: String, shape, optional, refused, bounds, may_be_empty| {
        facts.push(Fact { name, shape, optional, refused, bounds, may_be_empty });
    };
    for (index, (ty, kind)) in TYPES.into_iter().enumerate() {
        if kind == Kind::Period && periods.is_none() {
            continue;
        }
        // One of each that always applies, so that there is always something to read.
        for nth in 0..=choices.below(3) {
            let name =
                if choices.once_in(3) { format!("group.fact_{index}_{nth}") } else { format!("fact_{index}_{nth}") };
            let is_number = matches!(kind, Kind::Number(_));
            let low = is_number && choices.once_in(2);
            let high = is_number && choices.once_in(3);
            let bounds = (low.then_some(0), high.then(|| choices.within(1, 40) * 100));
            let refused = nth < 2 && choices.once_in(2);
            if nth > 0 && periods.is_some() && is_number && choices.once_in(2) {
                add(name, Shape::Series(kind, ty), nth > 1, refused, bounds, false);
            } else {
                add(name, Shape::One(kind, ty), nth > 1, refused, bounds, false);
            }
        }
    }
    if periods.is_some() {
        add(
            "series".to_owned(),
            Shape::Series(Kind::Number(Unit::Beds), TYPES[3].0),
            false,
            false,
            (Some(0), None),
            false,
        );
        add("answers".to_owned(), Shape::Series(Kind::Bool, TYPES[1].0), false, false, (None, None), false);
    }
    for nth in 0..=choices.below(2) {
        add(format!("records_{nth}"), Shape::Records, false, false, (None, None), choices.once_in(2));
    }
    add("texts".to_owned(), Shape::Texts, false, false, (None, None), choices.once_in(2));
    facts
}
