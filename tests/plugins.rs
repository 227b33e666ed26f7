//! Functions of the program: typed, called with known values only, and named in the ruling.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something does not hold"
)]

mod common;

use ringfence_core::case::{Case, Given};
use ringfence_core::evaluate::{EvaluateError, Options, Scratch};
use ringfence_core::exact::Exact;
use ringfence_core::language::reference::Reference;
use ringfence_core::pack::Pack;
use ringfence_core::plugin::{Function, PluginError, Plugins};
use ringfence_core::ruling::{Outcome, Ruling};
use ringfence_core::source::PackSource;
use ringfence_core::types::{Number, Type, Unit, Value};

const PACK: &str = "\
ringfence: 1
pack: tariff/2025-26
title: A grant by tariff
rules-on: a grant at a price that the program knows
version: 1.0.0
currency: GBP
in-force: { from: 2025-04-01 }
rules-at: 2025-04-01
recipient: trust
rounding: { to: 0.01, mode: half-away-from-zero }
requires: { functions: [tariff_price, is_open_on] }
facts:
  band: { type: text, title: Band }
  stays: { type: count, unit: stays, min: 0, title: Stays }
  began: { type: date, title: First day }
conditions:
  opened: { title: The ward was open on its first day, met: is_open_on(began) }
values:
  price: { title: Price of all stays, is: 'tariff_price(band, stays)' }
funds:
  tariff: { title: The tariff, amount: 'price + band.tariff_price(stays) / 3', gated-by: [opened] }
";

fn stays() -> Type {
    Type::Number(Number::of(Unit::named("stays")))
}

/// A third of a pound for a stay in band `a`, and nothing to be had for other bands.
fn price(arguments: &[Value]) -> Result<Value, String> {
    match arguments {
        [Value::Text(band), Value::Number(stays)] if band == "a" => {
            let third = Exact::ratio(1, 3).map_err(|why| why.to_string())?;
            stays.times(third).map(Value::Number).map_err(|why| why.to_string())
        }
        [Value::Text(band), _] => Err(format!("the tariff has no band `{band}`")),
        _ => Err("a band and stays are needed".to_owned()),
    }
}

fn plugins() -> Plugins {
    let open = |arguments: &[Value]| match arguments {
        [Value::Date(day)] => Ok(Value::Bool(day.day() != 25)),
        _ => Err("a day is needed".to_owned()),
    };
    let tariff = Function::new("tariff_price", "2025.1", [Type::Text, stays()], Type::money(), price);
    let open = Function::new("is_open_on", "3", [Type::Date], Type::Bool, open);
    Plugins::new().with(tariff).unwrap().with(open).unwrap()
}

fn source() -> PackSource {
    ringfence_loaders::pack::from_texts([("pack.yaml", PACK)]).unwrap()
}

fn complete() -> Case {
    let day: ringfence_core::Date = "2025-12-24".parse().unwrap();
    Case::new("one", "One").with("band", "a").with("stays", 100).with("began", day)
}

fn ruled(case: &Case) -> Result<Ruling, EvaluateError> {
    Pack::compile_with(&source(), &plugins()).unwrap().evaluate(case, &Options::default())
}

#[test]
fn what_a_function_gives_counts_and_the_ruling_names_its_version() {
    let ruling = ruled(&complete()).unwrap();
    // 100 / 3 is 33.33 when the value is rounded; a third of 33.333… is 11.111…, and 44.44111… is rounded once more.
    assert_eq!(ruling.fund("tariff").unwrap().dispositions.released.to_string(), "44.44");
    assert_eq!(ruling.finding("opened").unwrap().outcome, Outcome::Met);
    let named: Vec<String> = ruling.plugins.iter().map(|used| format!("{} {}", used.name, used.version)).collect();
    assert_eq!(named, ["is_open_on 3", "tariff_price 2025.1"]);
    assert_eq!(ruling.values[0].steps[0].substituted, "tariff_price(a, 100)");
    let text = ringfence_reporting::text::ruling(&ruling, 80, false);
    assert!(text.contains("Function of the program  tariff_price 2025.1"), "{text}");
}

#[test]
fn a_function_is_not_asked_about_what_is_missing_or_does_not_apply() {
    let mut lacking = complete();
    lacking.facts.remove("stays");
    let ruling = ruled(&lacking).unwrap();
    assert_eq!(ruling.fund("tariff").unwrap().amount, None);
    assert_eq!(ruling.missing[0].what, "stays");
    // Nothing is asked of the band either, which the function would refuse.
    let band = lacking.with("band", "z");
    assert!(ruled(&band).is_ok());
    let inapplicable = complete().given("began", Given::NotApplicable("no ward".to_owned()));
    assert_eq!(ruled(&inapplicable).unwrap().finding("opened").unwrap().outcome, Outcome::NotApplicable);
}

#[test]
fn a_function_that_gives_no_value_is_an_error_with_a_place() {
    let error = ruled(&complete().with("band", "z")).unwrap_err();
    assert_eq!(error.to_string(), "`tariff_price` gave no value: the tariff has no band `z`");
    assert_eq!(error.place().unwrap().to_string(), "pack.yaml:19:44");
    let wrong = Function::new("tariff_price", "0", [Type::Text, stays()], Type::money(), |_| Ok(Value::Bool(true)));
    let open = Function::new("is_open_on", "3", [Type::Date], Type::Bool, |_| Ok(Value::Bool(true)));
    let plugins = Plugins::new().with(wrong).unwrap().with(open).unwrap();
    let pack = Pack::compile_with(&source(), &plugins).unwrap();
    let error = pack.evaluate(&complete(), &Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "`tariff_price` gave no value: it gave `true` where money is declared");
}

#[test]
fn a_name_is_taken_once_and_can_be_written() {
    let offer = |name: &str, result: Type| {
        plugins().with(Function::new(name, "1", [Type::Bool], result, |_| Ok(Value::Bool(true)))).unwrap_err()
    };
    for taken in ["tariff_price", "clamp", "sum"] {
        assert_eq!(offer(taken, Type::Bool), PluginError::Taken { name: taken.to_owned() });
    }
    for bad in ["Price", "a-b", "", "params", "while"] {
        assert_eq!(offer(bad, Type::Bool), PluginError::BadName { name: bad.to_owned() });
    }
    assert!(matches!(offer("name_of", Type::Text), PluginError::GivesText { .. }));
}

#[test]
fn rhai_with_the_same_functions_agrees() {
    let source = source();
    let pack = Pack::compile_with(&source, &plugins()).unwrap();
    let rules = pack.rules_at(pack.default_day().unwrap(), &Options::default()).unwrap();
    let reference = Reference::new(&rules, &source).unwrap();
    let bound = rules.bind(&complete(), None).unwrap();
    let mut scratch = Scratch::new();
    rules.rule(&bound, &mut scratch).unwrap();
    let found = reference.compare(&bound, &scratch).unwrap();
    assert_eq!((found.agreed, found.skipped), (3, 0));
}
