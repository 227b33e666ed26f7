//! What holds of the files themselves: every code has its page and its example, names agree, nothing is left over.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where the files are not in order"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use ringfence_core::diagnostic::Code;
use ringfence_core::evaluate::Options;
use ringfence_core::pack::Pack;
use ringfence_core::source::{Content, Document, SourceFile};
use ringfence_loaders::case::Format;
use ringfence_loaders::{binding, case, pack, yaml};

const BROKEN: &str = "tests/broken";
const PAGE: &str = "docs/diagnostics.md";
const REFERENCE: &str = "docs/pack-format.md";

/// The files at or below a path, in order.
fn files(root: &str) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![PathBuf::from(root)]);
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn folders(root: &str) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found == extension)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

/// The sections of the page on diagnostics: what stands under each `## heading`.
fn sections() -> BTreeMap<String, String> {
    let page = fs::read_to_string(PAGE).unwrap();
    let mut sections = BTreeMap::new();
    for part in page.split("\n## ").skip(1) {
        let (heading, body) = part.split_once('\n').unwrap();
        let before = sections.insert(heading.trim().to_owned(), body.to_owned());
        assert!(before.is_none(), "two sections are called `{heading}`");
    }
    sections
}

#[test]
fn every_code_has_its_section_with_avoid_prefer_and_why() {
    let sections = sections();
    for code in Code::ALL {
        let body = sections.get(code.as_str()).unwrap_or_else(|| panic!("{PAGE} has no section `## {code}`"));
        let at = |word: &str| body.find(word).unwrap_or_else(|| panic!("`{code}` has no {word}"));
        let (avoid, prefer, why) = (at("**Avoid**"), at("**Prefer**"), at("**Why**"));
        assert!(avoid < prefer && prefer < why, "`{code}`: Avoid, Prefer, Why, in this order");
        assert!(body.get(..avoid).unwrap().trim().len() > 20, "`{code}` does not say what it means");
        let in_prose = body.get(why + "**Why**".len()..).unwrap().trim();
        assert!(in_prose.len() > 40, "`{code}` does not say why");
        for (from, to) in [(avoid, prefer), (prefer, why)] {
            let fences = body.get(from..to).unwrap().matches("```").count();
            assert_eq!(fences, 2, "`{code}` shows one snippet each");
        }
    }
}

#[test]
fn the_page_has_no_section_for_a_code_that_is_gone() {
    let general = ["How to read one", "Exit codes", "When a case cannot be ruled on"];
    for heading in sections().keys() {
        let is_code = Code::ALL.iter().any(|code| code.as_str() == heading);
        assert!(is_code || general.contains(&heading.as_str()), "{PAGE}: `## {heading}`");
    }
}

/// The codes that generated mistakes earn, with the test in `tests/diagnostics.rs` that makes them.
const GENERATED: [(Code, &str); 1] = [(Code::TOO_LARGE, "a_hundred_thousand_brackets_are_too_deep")];

#[test]
fn every_code_is_earned_by_a_mistake() {
    let tests = fs::read_to_string("tests/diagnostics.rs").unwrap();
    let mut earned: BTreeSet<String> = BTreeSet::new();
    for (code, test) in GENERATED {
        assert!(tests.contains(&format!("fn {test}()")), "no test `{test}`");
        earned.insert(code.to_string());
    }
    for path in files(BROKEN) {
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let first = text.lines().next().unwrap_or_default();
        let code = if path.ends_with("earns.txt") { Some(first) } else { first.strip_prefix("# earns: ") };
        earned.extend(code.map(str::to_owned));
    }
    let unearned: Vec<&Code> = Code::ALL.iter().filter(|code| !earned.contains(code.as_str())).collect();
    assert!(unearned.is_empty(), "no folder of {BROKEN} earns {unearned:?}");
    let known: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).chain(["nothing", "no ruling"]).collect();
    let unknown: Vec<&String> = earned.iter().filter(|code| !known.contains(code.as_str())).collect();
    assert!(unknown.is_empty(), "{unknown:?} are no codes");
}

#[test]
fn every_broken_folder_has_its_snapshot_and_every_snapshot_its_owner() {
    for folder in folders(BROKEN) {
        assert!(folder.join("diagnostic.snap").is_file(), "{} has no snapshot", folder.display());
    }
    for path in files("tests").into_iter().chain(files("rules")) {
        let waits = [".snap.new", ".pending-snap"].iter().any(|end| path.to_string_lossy().ends_with(end));
        assert!(!waits, "{} waits to be read", path.display());
        if !has_extension(&path, "snap") {
            continue;
        }
        let folder = path.parent().unwrap();
        let owned = if path.starts_with(BROKEN) {
            stem(&path) == "diagnostic" && (folder.join("pack.yaml").is_file() || has_cases(folder))
        } else if folder.ends_with("rulings") {
            let case = stem(&path).trim_end_matches(".explain").to_owned();
            folder.with_file_name("cases").join(format!("{case}.yaml")).is_file()
        } else {
            let header = fs::read_to_string(&path).unwrap();
            let source = header.lines().find_map(|line| line.strip_prefix("source: "));
            source.is_some_and(|source| Path::new(source.trim_matches('"')).is_file())
        };
        assert!(owned, "{} belongs to nothing", path.display());
    }
}

fn has_cases(folder: &Path) -> bool {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.into_iter().any(|name| name.starts_with("case.") || name == "binding.yaml")
}

#[test]
fn ids_and_the_stems_of_files_agree() {
    let mut checked = 0;
    for pack in pack::find(Path::new("rules")).unwrap() {
        for section in pack::SECTIONS {
            let folder = pack.join(section);
            if !folder.is_dir() {
                continue;
            }
            for path in files(&folder.to_string_lossy()) {
                if has_extension(&path, "csv") {
                    continue;
                }
                let stem = stem(&path);
                let file = SourceFile::new(path.to_string_lossy(), fs::read_to_string(&path).unwrap());
                let root = yaml::parse(&file).unwrap().remove(0);
                let Content::Map(entries) = root.content else { panic!("{} is no mapping", path.display()) };
                let ids: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
                // A file of several is named after what they have in common.
                assert!(ids == [stem.as_str()] || ids.len() > 1, "{} holds {ids:?}", path.display());
                checked += 1;
            }
        }
        let id = fs::read_to_string(pack.join("pack.yaml")).unwrap();
        let id = id.lines().find_map(|line| line.strip_prefix("pack: ")).unwrap().to_owned();
        assert_eq!(pack, Path::new("rules").join(&id), "a pack lies where its id says");
        let readme = pack.join("README.md");
        if readme.is_file() {
            let first = fs::read_to_string(&readme).unwrap().lines().next().unwrap_or_default().to_owned();
            let pack_text = fs::read_to_string(pack.join("pack.yaml")).unwrap();
            let title = pack_text.lines().find_map(|line| line.strip_prefix("title: ")).unwrap().to_owned();
            assert_eq!(
                first,
                format!("# {}", title.trim_matches('"')),
                "{} is headed by the pack's title",
                readme.display()
            );
        }
    }
    assert!(checked >= 15, "only {checked} files were checked");
}

#[test]
fn no_pack_warns_of_what_it_does_not_allow() {
    let mut allowed = BTreeSet::new();
    let packs = ["rules", "tests/language"].into_iter().flat_map(|root| pack::find(Path::new(root)).unwrap());
    for path in packs {
        let compiled = Pack::compile(&pack::load(&path).unwrap()).unwrap_or_else(|invalid| panic!("{invalid:#?}"));
        if let Some(warning) = compiled.warnings().first() {
            panic!("{}: {}; mend it or allow it", warning.place, warning.message);
        }
        allowed.extend(compiled.allowed().iter().map(|allowed| allowed.diagnostic.code.to_string()));
    }
    assert!(allowed.contains("unverified"), "no shipped pack says what nobody has verified: {allowed:?}");
}

/// The YAML snippets of the reference, in order.
fn snippets() -> Vec<String> {
    let page = fs::read_to_string(REFERENCE).unwrap();
    let blocks = page.split("```yaml\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

/// The pack that the reference describes, put together from its snippets: the identity, and each section where it is
/// first shown.
fn pack_of_the_reference() -> Pack {
    let snippets = snippets();
    let mut text = snippets[0].clone();
    for section in [
        "sources",
        "facts",
        "parameters",
        "calendars",
        "tables",
        "values",
        "sign-offs",
        "decisions",
        "conditions",
        "funds",
        "portfolio",
    ] {
        let shown = snippets.iter().find(|snippet| snippet.starts_with(&format!("{section}:\n")));
        text.push_str(shown.unwrap_or_else(|| panic!("{REFERENCE} shows no {section}")));
    }
    let source = pack::from_texts([("pack.yaml", text.as_str())]).unwrap();
    Pack::compile(&source).unwrap_or_else(|invalid| panic!("{:#?}", invalid.mistakes))
}

#[test]
fn the_examples_of_the_reference_are_a_sound_pack_with_a_case_that_can_be_ruled_on() {
    let pack = pack_of_the_reference();
    let snippets = snippets();
    let text = snippets.iter().find(|snippet| snippet.starts_with("case:")).unwrap();
    for document in case::from_text("case.yaml", text, Format::Yaml).unwrap() {
        let case = pack.read_case(&document).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
        pack.evaluate(&case, &Options::default()).unwrap();
    }
}

#[test]
fn the_binding_of_the_reference_makes_cases_of_its_pack() {
    let pack = pack_of_the_reference();
    let text = snippets().into_iter().find(|snippet| snippet.starts_with("binding:")).unwrap();
    let file = SourceFile::new("binding.yaml", text);
    let root = yaml::parse(&file).unwrap().remove(0);
    let mut table = "month,trust_code,trust_name,open_beds\n".to_owned();
    for code in ["00F", "00G", "13T", "X24"] {
        for month in ["2014-04", "2014-05", "2014-06", "2015-04", "2015-05", "2015-06", "2015-07"] {
            writeln!(table, "{month},{code},Trust {code},40").unwrap();
        }
    }
    let cases = binding::run(&Document { file, root }, &SourceFile::new("beds.csv", table)).unwrap();
    assert_eq!(cases.len(), 4);
    for document in cases {
        let case = pack.read_case(&document).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
        pack.evaluate(&case, &Options::default()).unwrap();
    }
}

/// Whether a line has a note to do something that names no issue, such as `#12`.
fn is_loose_note(line: &str) -> bool {
    // Put together, so that this file does not accuse itself.
    [["TO", "DO"], ["FIX", "ME"]].iter().map(|parts| parts.concat()).any(|word| {
        line.match_indices(&word).any(|(at, _)| {
            let behind = line.get(at + word.len()..).unwrap_or_default();
            let number = behind.trim_start_matches(['(', ':', ' ']).strip_prefix('#');
            !number.is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
        })
    })
}

#[test]
fn texts_have_no_trailing_blanks_and_no_loose_notes() {
    let mut read = 0;
    for root in
        ["crates", "rules", "docs", "tests", "examples", "README.md", "ARCHITECTURE.md", "CHANGELOG.md", "Cargo.toml"]
    {
        for path in files(root) {
            let Ok(text) = fs::read_to_string(&path) else { continue };
            for (number, line) in (1..).zip(text.lines()) {
                let at = || format!("{}:{number}", path.display());
                assert_eq!(line.trim_end_matches([' ', '\t']), line, "{} ends in blanks", at());
                assert!(!is_loose_note(line), "{} has a note without the number of an issue", at());
            }
            read += 1;
        }
    }
    assert!(read >= 100, "only {read} files were read");
}

#[test]
fn a_note_with_an_issue_is_no_loose_note() {
    let word = ["TO", "DO"].concat();
    assert!(is_loose_note(&format!("// {word}: later")));
    assert!(!is_loose_note(&format!("// {word}(#12): later")));
    assert!(!is_loose_note("to do"));
}
