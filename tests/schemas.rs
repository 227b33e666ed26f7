//! The JSON Schemas agree with what is shipped, with what is broken, and with the keys that the loaders know.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where the files are not what it expects"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::{Registry, Validator};
use ringfence_core::pack::Pack;
use ringfence_core::source::{Content, Node, SourceFile};
use ringfence_desk::{Desk, SCHEMAS, Schema};
use ringfence_loaders::{pack, yaml};
use serde_json::{Map, Value};

/// The schemas by name, each with the others beside it.
fn validators() -> BTreeMap<&'static str, Validator> {
    let texts = SCHEMAS.iter().map(|schema| (schema.file(), json(schema.name)));
    let registry = texts.fold(Registry::new(), |registry, (file, text)| registry.add(file, text).unwrap());
    let registry = registry.prepare().unwrap();
    let options = || jsonschema::draft202012::options().with_registry(&registry);
    SCHEMAS.iter().map(|schema| (schema.name, options().build(&json(schema.name)).unwrap())).collect()
}

fn json(name: &str) -> Value {
    serde_json::from_str(Schema::named(name).unwrap().text).unwrap()
}

/// A value as it is read here: every scalar a text.
fn as_texts(node: &Node) -> Value {
    match &node.content {
        Content::Empty => Value::Null,
        Content::Scalar(scalar) => Value::String(scalar.text.clone()),
        Content::List(items) => items.iter().map(as_texts).collect(),
        Content::Map(entries) => {
            Value::Object(entries.iter().map(|entry| (entry.key.clone(), as_texts(&entry.value))).collect())
        }
    }
}

/// A value as an editor reads it: what looks like a number or a yes or no is one.
fn as_guessed(value: Value) -> Value {
    match value {
        Value::String(text) if text == "true" || text == "false" => Value::Bool(text == "true"),
        Value::String(text) => match serde_json::from_str::<Value>(&text) {
            Ok(number @ Value::Number(_)) => number,
            _ => Value::String(text),
        },
        Value::Array(items) => items.into_iter().map(as_guessed).collect(),
        Value::Object(entries) => {
            Value::Object(entries.into_iter().map(|(key, value)| (key, as_guessed(value))).collect::<Map<_, _>>())
        }
        other => other,
    }
}

fn documents(path: &Path) -> Vec<Value> {
    let file = SourceFile::new(path.to_string_lossy(), fs::read_to_string(path).unwrap());
    yaml::parse(&file).unwrap_or_else(|mistakes| panic!("{mistakes:?}")).iter().map(as_texts).collect()
}

/// The YAML files below a folder.
fn yaml_files(root: &str) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![PathBuf::from(root)]);
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|end| end == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The name of the schema that a shipped file is written by.
fn schema_of(path: &Path) -> String {
    let folders: Vec<_> = path.parent().unwrap().components().map(|part| part.as_os_str().to_string_lossy()).collect();
    if path.file_name().unwrap() == "pack.yaml" {
        "pack".to_owned()
    } else if path.file_name().unwrap() == "mutants.yaml" {
        "mutants".to_owned()
    } else if folders.iter().any(|folder| folder == "cases")
        || folders.iter().any(|folder| folder == "england-december-2013")
    {
        "case".to_owned()
    } else if folders.first().is_some_and(|folder| folder == "examples") {
        "binding".to_owned()
    } else {
        folders.last().unwrap().to_string()
    }
}

#[test]
fn every_shipped_file_is_written_by_its_schema() {
    let validators = validators();
    let mut read = BTreeSet::new();
    for path in yaml_files("rules").into_iter().chain(yaml_files("examples")) {
        let name = schema_of(&path);
        let Some(validator) = validators.get(name.as_str()) else { panic!("{}: no schema `{name}`", path.display()) };
        for document in documents(&path) {
            for document in [document.clone(), as_guessed(document)] {
                let mistakes: Vec<String> = validator
                    .iter_errors(&document)
                    .map(|error| format!("{} {error}", error.instance_path()))
                    .collect();
                assert!(mistakes.is_empty(), "{}: {mistakes:#?}", path.display());
            }
        }
        read.insert(name);
    }
    for name in ["pack", "case", "binding", "conditions", "parameters", "facts", "sources"] {
        assert!(read.contains(name), "no file is written by `{name}`");
    }
}

#[test]
fn every_ruling_is_written_by_its_schema() {
    let validators = validators();
    let mut rulings = 0;
    for folder in common::packs() {
        for ruling in Desk::load(&folder).unwrap().rule().into_iter().flatten() {
            let value: Value = serde_json::from_str(&ruling.to_json().unwrap()).unwrap();
            let mistakes: Vec<String> = validators["ruling"]
                .iter_errors(&value)
                .map(|error| format!("{} {error}", error.instance_path()))
                .collect();
            assert!(mistakes.is_empty(), "{}, {}: {mistakes:#?}", folder.display(), ruling.case.id);
            rulings += 1;
        }
    }
    assert!(rulings > 500, "{rulings}");
}

#[test]
fn an_unknown_key_is_unknown_to_the_schema() {
    let validators = validators();
    for folder in ["unknown-key", "unknown-section", "missing-key"] {
        let path = Path::new("tests/broken").join(folder).join("pack.yaml");
        for document in documents(&path) {
            assert!(!validators["pack"].is_valid(&document), "{}", path.display());
        }
    }
}

/// The keys of each mapping that the schema of packs describes, by a path to an example of it.
const KEYS: &[(&str, &str)] = &[
    ("", "zzqq: 1"),
    ("source", "sources: { x: { zzqq: 1 } }"),
    ("theme", "themes: { x: { zzqq: 1 } }"),
    ("party", "parties: { x: { zzqq: 1 } }"),
    ("change", "themes: { x: { title: X } }\nchanges: { x: { zzqq: 1 } }"),
    ("calendar", "calendars: { x: { zzqq: 1 } }"),
    ("fact", "facts: { x: { zzqq: 1 } }"),
    ("field", "facts: { x: { type: list, title: X, of: { y: { zzqq: 1 } } } }"),
    ("parameter", "parameters: { x: { zzqq: 1 } }"),
    ("dated", "parameters: { x: { title: X, type: date, values: { 2015-04-01: { zzqq: 1 } } } }"),
    ("table", "tables: { x: { zzqq: 1 } }"),
    ("input", "tables: { x: { title: X, in: { y: { zzqq: 1 } }, out: { z: { type: money } } } }"),
    ("output", "tables: { x: { title: X, in: { y: { type: percent } }, out: { z: { zzqq: 1 } } } }"),
    ("sign-off", "sign-offs: { x: { zzqq: 1 } }"),
    ("decision", "decisions: { x: { zzqq: 1 } }"),
    ("condition", "conditions: { x: { zzqq: 1 } }"),
    ("fund", "funds: { x: { zzqq: 1 } }"),
    ("over-all-cases", "portfolio: { x: { zzqq: 1 } }"),
    ("authority", "conditions: { x: { title: X, met: 1 == 1, authority: { zzqq: 1 } } }"),
    ("rounding", "rounding: { zzqq: 1 }"),
    ("stretch", "in-force: { zzqq: 1 }"),
    ("periods", "periods: { zzqq: 1 }"),
];

/// What a check says that the keys are where it meets one that is none.
fn known_keys(text: &str) -> BTreeSet<String> {
    let source = pack::from_texts([("pack.yaml", text)]).unwrap();
    let mistakes = Pack::compile(&source).unwrap_err().mistakes;
    let of_unknown = mistakes.iter().find(|mistake| mistake.message.ends_with("has no key `zzqq`"));
    let help = of_unknown.and_then(|mistake| mistake.help.clone()).unwrap_or_else(|| panic!("{text}: {mistakes:?}"));
    let keys = help.strip_prefix("the keys are ").unwrap_or_else(|| panic!("{text}: {help}"));
    keys.split(", ").map(str::to_owned).collect()
}

#[test]
fn the_keys_of_the_schema_are_those_of_the_format() {
    let schema = json("pack");
    for (name, text) in KEYS {
        let described = if name.is_empty() { &schema } else { &schema["$defs"][name] };
        let properties: BTreeSet<String> = described["properties"].as_object().unwrap().keys().cloned().collect();
        let mut known = known_keys(text);
        if name.is_empty() {
            // A pack that extends another has more; those are no keys of one that does not.
            known.extend(["extends", "replace", "remove"].map(str::to_owned));
        }
        assert_eq!(properties, known, "`{name}`");
    }
}

#[test]
fn the_files_of_the_repository_are_all_schemas() {
    let files: BTreeSet<String> =
        fs::read_dir("schemas").unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(files, SCHEMAS.iter().map(Schema::file).collect());
    for section in pack::SECTIONS {
        assert!(Schema::named(section).is_some(), "{section}");
    }
}
