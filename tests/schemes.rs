//! The page of the schemes' history says what the packs say, and what packs share is shared.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where the shipped rules are not what it expects"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use ringfence_core::pack::Pack;
use ringfence_core::source::{Content, Entry, Node};
use ringfence_loaders::pack;
use ringfence_reporting::history::{self, Scheme};

const PAGE: &str = "docs/schemes.md";
const RULES: &str = "rules";
const SHARED: &str = "rules/common";

fn shipped() -> Vec<(PathBuf, Pack)> {
    let folders = pack::find(Path::new(RULES)).unwrap();
    folders.into_iter().map(|folder| (folder.clone(), common::compile(&common::source(&folder)))).collect()
}

#[test]
fn the_page_is_what_the_packs_say() {
    let schemes: Vec<Scheme> = shipped()
        .into_iter()
        .map(|(folder, pack)| Scheme {
            path: folder.display().to_string(),
            title: pack.title().to_owned(),
            rules_on: pack.rules_on().to_owned(),
            years: pack.years().map(str::to_owned),
            outline: pack.outline(),
        })
        .collect();
    let page = history::markdown(&schemes);
    let written = fs::read_to_string(PAGE).unwrap_or_default();
    assert!(page == written, "write it again with `ringfence history rules --output {PAGE}`, and read what changed");
}

/// Conditions, funds and changes of every scheme belong to a theme, so that none is left out of the page.
#[test]
fn no_condition_and_no_fund_is_left_out_of_the_history() {
    let mut without = Vec::new();
    for (folder, pack) in shipped() {
        let outline = pack.outline();
        let conditions =
            outline.conditions.iter().filter(|condition| condition.theme.is_none() && condition.limbs == 0);
        without.extend(conditions.map(|condition| format!("{}: {}", folder.display(), condition.id)));
        let funds = outline.funds.iter().filter(|fund| fund.theme.is_none());
        without.extend(funds.map(|fund| format!("{}: the fund {}", folder.display(), fund.id)));
    }
    assert!(without.is_empty(), "{without:#?}");
}

fn entries(node: &Node) -> &[Entry] {
    match &node.content {
        Content::Map(entries) => entries,
        _ => &[],
    }
}

/// What the folder of shared declarations holds, by section and name.
fn shared() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for section in fs::read_dir(SHARED).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in common::yaml_files(&section) {
            let text = ringfence_core::source::SourceFile::new("shared", fs::read_to_string(&file).unwrap());
            let root = ringfence_loaders::yaml::parse(&text).unwrap().remove(0);
            let section = section.file_name().unwrap().to_string_lossy().into_owned();
            for entry in entries(&root) {
                assert!(found.insert((section.clone(), entry.key.clone())), "{section} {} twice", entry.key);
            }
        }
    }
    found
}

/// A word has one meaning: what two packs declare alike stands once, in the shared folder.
#[test]
fn what_packs_share_stands_in_one_place_and_is_used() {
    let shared = shared();
    let mut used: BTreeMap<(String, String), usize> = shared.iter().map(|key| (key.clone(), 0)).collect();
    let mut declared: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for folder in pack::find(Path::new(RULES)).unwrap() {
        let source = common::source(&folder);
        for document in &source.shared {
            for section in entries(&document.root) {
                for entry in entries(&section.value) {
                    *used.get_mut(&(section.key.clone(), entry.key.clone())).unwrap() += 1;
                }
            }
        }
        for document in &source.documents {
            for section in entries(&document.root) {
                if ["facts", "parties", "themes", "sources"].contains(&section.key.as_str()) {
                    for entry in entries(&section.value) {
                        let key = (section.key.clone(), entry.key.clone());
                        declared.entry(key).or_default().push(folder.display().to_string());
                    }
                }
            }
        }
    }
    let idle: Vec<_> = used.iter().filter(|(_, count)| **count == 0).map(|(key, _)| key).collect();
    assert!(idle.is_empty(), "nothing uses {idle:?}");
    let twice: Vec<_> = declared.iter().filter(|(_, packs)| packs.len() > 1).collect();
    assert!(twice.is_empty(), "these belong into {SHARED}: {twice:#?}");
}
