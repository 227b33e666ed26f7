//! Packs that extend others: the base comes along wherever the pack goes, and chains of packs end.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something does not hold"
)]

mod common;

use std::fs;
use std::path::Path;

use ringfence_core::pack::Pack;
use ringfence_core::source::PackSource;
use ringfence_loaders::pack;

const EXTENDING: &str = "tests/language/28-extends";
const BASE: &str = "tests/language/28-extends-base";

fn text(folder: &str) -> String {
    fs::read_to_string(Path::new(folder).join("pack.yaml")).unwrap()
}

fn in_memory(base: &str, extending: &str) -> PackSource {
    let base = pack::from_texts([("pack.yaml", base)]).unwrap();
    pack::from_texts_on(base, [("pack.yaml", extending)]).unwrap()
}

fn codes(source: &PackSource) -> Vec<String> {
    let mistakes = Pack::compile(source).unwrap_err().mistakes;
    mistakes.iter().map(|mistake| format!("{}: {}", mistake.place, mistake.code)).collect()
}

#[test]
fn the_base_comes_along_in_memory_and_in_a_binary() {
    let loaded = common::source(Path::new(EXTENDING));
    let digest = common::compile(&loaded).digest().to_owned();
    assert_eq!(common::compile(&in_memory(&text(BASE), &text(EXTENDING))).digest(), digest);
    let stored = serde_json::to_string(&loaded).unwrap();
    let restored: PackSource = serde_json::from_str(&stored).unwrap();
    assert_eq!(restored, loaded);
    assert_eq!(common::compile(&restored).digest(), digest);
    let conditions: Vec<String> = common::compile(&restored).conditions().map(str::to_owned).collect();
    assert_eq!(conditions, ["discharged-in-time", "plan-published", "bonus-earned"]);
}

#[test]
fn the_digest_covers_the_base() {
    let digest = |base: &str| common::compile(&in_memory(base, &text(EXTENDING))).digest().to_owned();
    assert_ne!(digest(&text(BASE)), digest(&text(BASE).replace("value: 40%", "value: 41%")));
}

#[test]
fn without_its_base_a_pack_says_nothing() {
    let alone = pack::from_texts([("pack.yaml", text(EXTENDING).as_str())]).unwrap();
    assert_eq!(codes(&alone), ["pack.yaml:3:10: bad-base"]);
    let uncalled = in_memory(&text(BASE), &text(BASE));
    assert_eq!(codes(&uncalled), ["pack.yaml:1:1: bad-base"]);
}

#[test]
fn packs_that_extend_each_other_end_somewhere() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: usize, extends: Option<usize>| {
        let folder = dir.path().join(name.to_string());
        fs::create_dir_all(&folder).unwrap();
        let mut text = text(BASE).replace("language/28-extends-base", &format!("deep/{name}"));
        if let Some(extends) = extends {
            let identity = text.split("\nsources:").next().unwrap().to_owned();
            text = format!("{identity}\nextends: ../{extends}\n");
        }
        fs::write(folder.join("pack.yaml"), text).unwrap();
    };
    for name in 0..10 {
        write(name, (name < 9).then_some(name + 1));
    }
    let told = |name: usize| pack::load(&dir.path().join(name.to_string())).unwrap_err().mistakes()[0].code.to_string();
    assert_eq!(told(0), "too-large");
    let deepest = common::source(&dir.path().join("1"));
    assert_eq!(common::compile(&deepest).funds().count(), 2);
    let deeper = PackSource { base: Some(Box::new(deepest.clone())), ..deepest };
    assert!(codes(&deeper)[0].ends_with("too-large"));
    write(9, Some(7));
    assert_eq!(told(7), "cycle");
}
