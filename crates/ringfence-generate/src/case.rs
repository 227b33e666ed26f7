//! Cases for a pack that was made up: complete ones, ones with something missing, and what may arrive of that.

use std::collections::BTreeMap;

use ringfence_core::Date;
use ringfence_core::case::{Case, Evidence, Given, Row, Vintage};
use ringfence_core::exact::Exact;
use ringfence_core::period::Periods;
use ringfence_core::types::{Days, Value};

use crate::choices::Choices;
use crate::pack::{Fact, Made, Manner, Shape};
use crate::script::{ALTERNATIVES, FIELDS, Kind, TEXTS, Unit};

fn one<T>(given: Given<T>) -> Vec<Vintage<T>> {
    vec![Vintage::new(given)]
}

fn missing<T>() -> Given<T> {
    Given::Missing("not supplied".to_owned())
}

impl Made {
    /// A case with everything known, but for what does not apply.
    pub fn complete(&self, choices: &mut Choices<'_>) -> Case {
        let mut case = Case::new("made-up", "Nobody");
        for fact in &self.facts {
            let evidence = self.evidence(choices, fact);
            case.facts.insert(fact.name.clone(), evidence);
        }
        case
    }

    /// The same case with some of its evidence missing, each piece once in so many times.
    pub fn lessened(&self, choices: &mut Choices<'_>, case: &Case, once_in: u64) -> Case {
        let mut case = case.clone();
        for fact in &self.facts {
            if choices.once_in(once_in) {
                case.facts.remove(&fact.name);
                continue;
            }
            match case.facts.get_mut(&fact.name) {
                Some(Evidence::Series(series)) => {
                    for vintages in series.values_mut() {
                        if choices.once_in(once_in) {
                            *vintages = one(missing());
                        }
                    }
                }
                Some(Evidence::List(vintages)) => {
                    for vintage in vintages {
                        if let Given::Known(rows) = &mut vintage.given {
                            let fields = rows.iter_mut().flat_map(BTreeMap::values_mut);
                            for field in fields {
                                if choices.once_in(once_in) {
                                    *field = missing();
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        case
    }

    /// The same case with something in the place of whatever is missing.
    pub fn completed(&self, choices: &mut Choices<'_>, case: &Case) -> Case {
        let mut case = case.clone();
        for fact in &self.facts {
            let fresh = self.evidence(choices, fact);
            let Some(evidence) = case.facts.get_mut(&fact.name) else {
                case.facts.insert(fact.name.clone(), fresh);
                continue;
            };
            match (evidence, fresh) {
                (Evidence::Series(series), Evidence::Series(fresh)) => {
                    for (period, fresh) in fresh {
                        let known = series.entry(period).or_insert_with(|| fresh.clone());
                        if known.iter().any(|vintage| matches!(vintage.given, Given::Missing(_))) {
                            *known = fresh;
                        }
                    }
                }
                (Evidence::List(vintages), _) => {
                    for vintage in vintages {
                        if let Given::Known(rows) = &mut vintage.given {
                            for (name, field) in rows.iter_mut().flatten() {
                                if matches!(field, Given::Missing(_)) {
                                    *field = self.field(choices, name);
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        case
    }

    /// A complete case again, with something else in the place of each piece of evidence that `less` lacks and that is
    /// not `kept` by what it is called and its period.
    pub fn changed(
        &self,
        choices: &mut Choices<'_>,
        less: &Case,
        complete: &Case,
        kept: impl Fn(&str, Option<&str>) -> bool,
    ) -> Case {
        let mut case = complete.clone();
        for fact in &self.facts {
            let fresh = self.evidence(choices, fact);
            match (case.facts.get_mut(&fact.name), less.facts.get(&fact.name), fresh) {
                (Some(Evidence::Series(series)), known, Evidence::Series(fresh)) => {
                    for (period, fresh) in fresh {
                        let known = match known {
                            Some(Evidence::Series(known)) => known.get(&period),
                            _ => None,
                        };
                        let missing = known.is_none_or(|known| matches!(known[0].given, Given::Missing(_)));
                        if missing && !kept(&fact.name, Some(&period.to_string())) {
                            series.insert(period, fresh);
                        }
                    }
                }
                (Some(evidence), None, fresh) if !kept(&fact.name, None) => *evidence = fresh,
                (Some(Evidence::List(now)), Some(Evidence::List(known)), _) => {
                    let (Given::Known(now), Given::Known(known)) = (&mut now[0].given, &known[0].given) else {
                        continue;
                    };
                    for (row, (now, known)) in now.iter_mut().zip(known).enumerate() {
                        let label = match known.get("label") {
                            Some(Given::Known(Value::Text(label))) => label.clone(),
                            _ => format!("record {}", row + 1),
                        };
                        for (name, field) in now {
                            let missing = matches!(known.get(name), Some(Given::Missing(_)));
                            let bare = name == "value" && kept(&fact.name, None);
                            if missing && !bare && !kept(&format!("{}.{name} ({label})", fact.name), None) {
                                *field = self.field(choices, name);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        case
    }

    fn absent(&self, choices: &mut Choices<'_>, fact: &Fact) -> bool {
        match self.manner {
            _ if fact.refused => false,
            Manner::Guarded => fact.optional && choices.once_in(3),
            Manner::Free => choices.once_in(if fact.optional { 3 } else { 12 }),
        }
    }

    fn evidence(&self, choices: &mut Choices<'_>, fact: &Fact) -> Evidence {
        let why = || "there is none".to_owned();
        match fact.shape {
            Shape::One(kind, ty) => Evidence::One(one(if self.absent(choices, fact) {
                Given::NotApplicable(why())
            } else {
                Given::Known(self.value(choices, kind, ty, fact.bounds))
            })),
            Shape::Series(kind, ty) => {
                let mut series = BTreeMap::new();
                for period in self.periods.iter().flat_map(Periods::iter) {
                    let given = if self.absent(choices, fact) {
                        Given::NotApplicable(why())
                    } else {
                        Given::Known(self.value(choices, kind, ty, fact.bounds))
                    };
                    series.insert(period, one(given));
                }
                Evidence::Series(series)
            }
            Shape::Records | Shape::Texts => {
                let least = i64::from(!fact.may_be_empty);
                let rows = (0..choices.within(least, 4)).map(|_| {
                    if fact.shape == Shape::Texts {
                        let text = *choices.pick(&TEXTS);
                        return Row::from([("value".to_owned(), Given::Known(Value::from(text)))]);
                    }
                    FIELDS.iter().map(|(name, _)| ((*name).to_owned(), self.field(choices, name))).collect()
                });
                let rows: Vec<Row> = rows.collect();
                Evidence::List(one(if self.manner == Manner::Free && choices.once_in(12) {
                    Given::NotApplicable(why())
                } else {
                    Given::Known(rows)
                }))
            }
        }
    }

    fn field(&self, choices: &mut Choices<'_>, name: &str) -> Given<Value> {
        if self.manner == Manner::Free && choices.once_in(12) {
            return Given::NotApplicable("there is none".to_owned());
        }
        if name == "value" {
            return Given::Known(Value::from(*choices.pick(&TEXTS)));
        }
        let kind = FIELDS.iter().find(|(field, _)| *field == name).map_or(Kind::Text, |(_, kind)| *kind);
        let ty = if kind == Kind::Number(Unit::Beds) { "count" } else { "" };
        Given::Known(self.value(choices, kind, ty, (None, None)))
    }

    fn value(&self, choices: &mut Choices<'_>, kind: Kind, ty: &str, bounds: (Option<i64>, Option<i64>)) -> Value {
        match kind {
            Kind::Bool => Value::from(choices.once_in(2)),
            Kind::Number(_) => Value::from(number(choices, ty, bounds)),
            Kind::Date => Value::from(date(choices)),
            Kind::Period => {
                let periods = self.periods.unwrap();
                let at = choices.within(-1, i64::try_from(periods.len()).unwrap());
                Value::from(periods.first().later(i32::try_from(at).unwrap()))
            }
            Kind::Days => {
                let words = *choices.pick(&["all", "mon-fri", "sat sun", "mon thu-sun", ""]);
                Value::from(Days::read(words.split_whitespace()).unwrap())
            }
            Kind::Text => Value::from(*choices.pick(&TEXTS)),
            Kind::Choice => Value::from(*choices.pick(&ALTERNATIVES)),
        }
    }
}

/// A number that its fact may have: often small and whole, sometimes nought, now and then long.
fn number(choices: &mut Choices<'_>, ty: &str, (low, high): (Option<i64>, Option<i64>)) -> Exact {
    let low = low.unwrap_or(-5_000);
    let high = high.unwrap_or_else(|| if choices.once_in(8) { 100_000_000 } else { 40_000 });
    let mut hundredths = if choices.once_in(6) { low.max(0) } else { choices.within(low, high) };
    if ty.starts_with("count") || choices.once_in(2) {
        hundredths -= hundredths.rem_euclid(100);
        hundredths = hundredths.max(low);
    }
    let number = Exact::from_scaled(hundredths.into(), 2).unwrap();
    if ty == "percent" { number.divide(Exact::whole(100)).unwrap() } else { number }
}

fn date(choices: &mut Choices<'_>) -> Date {
    let month = choices.within(1, 12);
    let day = choices.within(1, 28);
    format!("{}-{month:02}-{day:02}", choices.within(2014, 2016)).parse().unwrap()
}
