//! The shipped schemes as a whole: their history says what the packs say, what packs share is shared, and every
//! portfolio is ruled on.

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

use ringfence_core::case::Case;
use ringfence_core::evaluate::Options;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::Ruling;
use ringfence_core::source::{Content, Entry, Node};
use ringfence_loaders::{case, pack};
use ringfence_reporting::history::{self, Scheme};
use ringfence_reporting::portfolio::Portfolio;
use ringfence_reporting::text;

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

/// The rulings of cases that can be read together: those of one day, counting the evidence known by one day.
fn portfolios(pack: &Pack, cases: &[Case]) -> Vec<Portfolio> {
    let together = pack.evaluate_together(cases, &Options::default());
    let mut by_day: BTreeMap<(String, Option<String>), Vec<Ruling>> = BTreeMap::new();
    for ruling in together.into_iter().flatten() {
        let known_by = ruling.known_by.map(|day| day.to_string());
        by_day.entry((ruling.rules_at.to_string(), known_by)).or_default().push(ruling);
    }
    by_day.into_values().map(|rulings| Portfolio::new(rulings).unwrap()).collect()
}

fn assert_adds_up(portfolio: &Portfolio) -> usize {
    let mut rulings = 0;
    for fund in portfolio.funds() {
        let totals = &fund.totals;
        assert_eq!(totals.dispositions.total(), Ok(totals.amount), "{}", fund.fund);
        rulings = rulings.max(totals.rulings);
    }
    assert!(!text::portfolio(portfolio, 80, false).is_empty());
    rulings
}

#[test]
fn every_portfolio_is_ruled_on_and_adds_up() {
    let mut examples = 0;
    for folder in fs::read_dir("examples").unwrap().map(|entry| entry.unwrap().path()) {
        let binding = folder.join("england.yaml");
        if !binding.is_file() {
            continue;
        }
        let text = fs::read_to_string(&binding).unwrap();
        // Cases that are no binding name no pack: two sets of rules are compared over them.
        let Some(id) = text.lines().find_map(|line| line.strip_prefix("pack: ")) else { continue };
        let pack = common::compile(&common::source(&Path::new(RULES).join(id)));
        let documents = case::load(&binding).unwrap_or_else(|error| panic!("{}: {error}", binding.display()));
        let cases: Vec<Case> = documents.iter().map(|document| common::read(&pack, document)).collect();
        let ruled: Vec<Portfolio> = portfolios(&pack, &cases);
        assert_eq!(ruled.len(), 1, "{} is of one day", binding.display());
        assert_eq!(assert_adds_up(&ruled[0]), cases.len(), "{}", binding.display());
        examples += 1;
    }
    assert!(examples >= 4, "{examples}");
}

#[test]
fn the_cases_of_every_pack_make_portfolios_that_add_up() {
    for (folder, pack) in shipped() {
        let cases: Vec<Case> =
            common::case_files(&folder).iter().map(|file| common::read(&pack, &file.document)).collect();
        let ruled = portfolios(&pack, &cases);
        assert!(!ruled.is_empty(), "{}", folder.display());
        for portfolio in &ruled {
            assert_adds_up(portfolio);
        }
    }
}
