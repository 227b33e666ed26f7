//! Packs that use shared declarations: these come along wherever the pack goes, and only those that it uses count.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where something does not hold"
)]

mod common;

use std::fs;
use std::path::Path;

use ringfence_core::evaluate::Options;
use ringfence_core::pack::Pack;
use ringfence_core::source::PackSource;
use ringfence_loaders::pack;

const IDENTITY: &str = "ringfence: 1
rules-on: a grant
version: 1.0.0
currency: GBP
in-force: { from: 2025-04-01 }
recipient: council
rounding: { to: 0.01, mode: half-away-from-zero }
";

const PACK: &str = "pack: grants/2025-26
title: Grant of the year
uses:
  from: ../../common
  facts: [grant.size, grant.plan_sent]
  parties: [council]
  themes: [planning]
sign-offs:
  plan: { title: The plan, document: [grant.size], parties: [council] }
changes:
  planning: { says: A plan is asked for., authority: { source: letter } }
conditions:
  plan-sent: { title: The plan was sent, theme: planning, met: grant.plan_sent, authority: { source: letter } }
  plan-signed: { title: The plan is signed, sign-off: plan }
funds:
  grant: { title: Grant, theme: planning, amount: grant.size, gated-by: [plan-sent, plan-signed] }
";

const FACTS: &str = "grant.size: { type: money, min: 0, title: Size of the grant }
grant.plan_sent: { type: bool, not-applicable: refused, title: The plan was sent }
grant.other: { type: bool, not-applicable: refused, title: Another matter }
";

fn write(root: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// A folder of shared declarations and a pack that uses some of them.
fn written(root: &Path) {
    write(
        root,
        &[
            ("common/facts/grant.yaml", FACTS),
            (
                "common/sources/letters.yaml",
                "letter: { title: Letter to councils }\nother: { title: Another letter }\n",
            ),
            ("common/parties/parties.yaml", "council: { title: The county council }\n"),
            ("common/themes/themes.yaml", "planning: { title: Plans }\nother: { title: Other matters }\n"),
            ("grants/2025-26/pack.yaml", &format!("{IDENTITY}{PACK}")),
        ],
    );
}

fn loaded(root: &Path) -> PackSource {
    pack::load(&root.join("grants/2025-26")).unwrap_or_else(|error| panic!("{:?}", error.mistakes()))
}

#[test]
fn what_is_used_is_declared_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    let pack = common::compile(&loaded(dir.path()));
    assert_eq!(pack.warnings(), []);
    assert_eq!(pack.facts().collect::<Vec<_>>(), ["grant.size", "grant.plan_sent"]);
    let outline = pack.outline();
    assert_eq!(outline.themes.iter().map(|theme| theme.id.as_str()).collect::<Vec<_>>(), ["planning"]);
    assert_eq!(outline.changes[0].says, "A plan is asked for.");
    let sent = &outline.conditions[0];
    assert_eq!((sent.theme.as_deref(), sent.gates.as_slice()), (Some("planning"), &["Grant".to_owned()][..]));
    assert_eq!(sent.authority.as_ref().unwrap().title, "Letter to councils");
    // A sign-off calls a party what the folder calls it.
    let case = "case: a\nrecipient: Kent\nrules-at: 2025-05-01\nfacts: { grant.size: 5.00, grant.plan_sent: yes }\n";
    let documents = ringfence_loaders::case::from_text("a.yaml", case, ringfence_loaders::case::Format::Yaml).unwrap();
    let ruling = pack.evaluate(&common::read(&pack, &documents[0]), &Options::default()).unwrap();
    assert!(ruling.finding("plan-signed").unwrap().reason.contains("county council"), "{ruling:?}");
}

#[test]
fn it_comes_along_in_a_binary() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    let source = loaded(dir.path());
    let restored: PackSource = serde_json::from_str(&serde_json::to_string(&source).unwrap()).unwrap();
    assert_eq!(restored, source);
    assert_eq!(common::compile(&restored).digest(), common::compile(&source).digest());
    let alone = pack::from_texts([("pack.yaml", format!("{IDENTITY}{PACK}").as_str())]).unwrap();
    let mistakes = Pack::compile(&alone).unwrap_err().mistakes;
    assert_eq!(mistakes.len(), 1);
    assert_eq!((mistakes[0].code.to_string().as_str(), mistakes[0].place.line()), ("bad-base", 11));
}

#[test]
fn the_digest_covers_what_is_used_and_nothing_else() {
    let digest = |change: &[(&str, &str)]| {
        let dir = tempfile::tempdir().unwrap();
        written(dir.path());
        write(dir.path(), change);
        common::compile(&loaded(dir.path())).digest().to_owned()
    };
    let before = digest(&[]);
    assert_eq!(digest(&[]), before, "it does not matter where the folder lies");
    let file = "common/facts/grant.yaml";
    assert_eq!(digest(&[(file, &FACTS.replace("Another matter", "A third matter"))]), before);
    assert_ne!(digest(&[(file, &FACTS.replace("min: 0", "min: 1"))]), before);
    let letters = "letter: { title: Letter to all councils }\n";
    assert_ne!(digest(&[("common/sources/letters.yaml", letters)]), before);
}

#[test]
fn a_pack_that_extends_has_what_its_base_uses() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path());
    let next = format!(
        "{}pack: grants/2026-27
title: Grant of the next year
extends: ../2025-26
uses: {{ from: ../../common, facts: [grant.other] }}
conditions:
  other: {{ title: The other matter is settled, met: grant.other, authority: {{ source: letter }} }}
  more: {{ title: Nothing is open, all-of: [plan-sent, other], authority: {{ source: other }} }}
replace:
  funds:
    grant: {{ title: Grant, theme: planning, amount: grant.size, gated-by: [more, plan-signed] }}
",
        IDENTITY.replace("2025-04-01", "2026-04-01")
    );
    write(dir.path(), &[("grants/2026-27/pack.yaml", &next)]);
    let source = pack::load(&dir.path().join("grants/2026-27")).unwrap();
    let pack = common::compile(&source);
    assert_eq!(pack.facts().count(), 3);
    assert_eq!(pack.outline().conditions[2].authority.as_ref().unwrap().title, "Letter to councils");
    assert_eq!(pack.warnings(), []);
}
