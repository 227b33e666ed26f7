use super::*;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

fn ids(cases: &[Document]) -> Vec<&str> {
    cases.iter().map(|case| case.root.get("case").and_then(Node::as_text).unwrap_or("?")).collect()
}

/// Mistakes with the folder's own name taken out.
fn mistakes(dir: &tempfile::TempDir, name: &str) -> Vec<String> {
    let error = load(&dir.path().join(name)).unwrap_err();
    let folder = format!("{}/", text::shown(dir.path()));
    let shown = |mistake: &Diagnostic| format!("{}: {}", mistake.place, mistake.message).replace(&folder, "");
    error.mistakes().iter().map(shown).collect()
}

#[test]
fn a_case_stands_on_its_base() {
    let dir = folder(&[
        ("cases/a.yaml", "case: a\nbase: ../base.yaml\nfacts:\n  x: { value: 2 }\n  z: 3\nsign-offs:\n"),
        (
            "base.yaml",
            "base-only: yes\nbase: deep.json\ncase: b\ntitle: B\ntells: t\nexpect: {}\nknown-by: 2016-01-01\n\
                 facts: { x: { value: 1, source: s }, y: 9 }\n",
        ),
        (
            "deep.json",
            "{\"rules-at\": \"2015-04-01\", \"known-by\": \"2000-01-01\", \"facts\": {\"w\": 7, \"y\": 8},\n\
                 \"sign-offs\": {\"plan\": [1]}, \"recipient\": {\"code\": \"c\"}}",
        ),
    ]);
    let cases = load(&dir.path().join("cases")).unwrap();
    assert_eq!(ids(&cases), ["a"]);
    let root = &cases[0].root;
    for gone in ["base", "base-only", "title", "tells", "expect"] {
        assert_eq!(root.get(gone), None, "{gone}");
    }
    let facts = root.get("facts").unwrap();
    let text = |name: &str| facts.get(name).unwrap().as_text();
    assert_eq!((text("w"), text("y"), text("z")), (Some("7"), Some("9"), Some("3")));
    assert_eq!(facts.get("x").unwrap().get("source"), None);
    assert!(facts.get("w").unwrap().place.file().path().ends_with("deep.json"));
    assert_eq!(root.get("known-by").unwrap().as_text(), Some("2016-01-01"));
    assert!(root.get("sign-offs").unwrap().get("plan").is_some());
    assert_eq!(root.get("recipient").unwrap().get("code").unwrap().as_text(), Some("c"));
}

fn settings(case: &Document) -> Vec<String> {
    let Some(Content::Map(entries)) = case.root.get("set").map(|node| &node.content) else { return vec![] };
    entries.iter().map(|entry| format!("{}={}", entry.key, entry.value.kind())).collect()
}

#[test]
fn what_a_base_sets_comes_first_and_never_into_what_the_case_gives_whole() {
    let base = "base-only: yes\nfacts: { y: [] }\nset:\n  x[a].n: 1\n  facts.z[Q1]: 2\n  y[b].n: 3\n  \
                    sign-offs.plan[c].date: 2015-04-01\n";
    let dir = folder(&[
        ("base.yaml", base),
        ("cases/a.yaml", "case: a\nbase: ../base.yaml\nset: { 'z[Q1]': 9, w: ~ }\nfacts: { x: [] }\n"),
        ("cases/b.yaml", "case: b\nbase: ../base.yaml\nset:\nsign-offs: { plan: [] }\n"),
        ("cases/c.yaml", "case: c\nbase: ../base.yaml\n"),
    ]);
    let cases = load(&dir.path().join("cases")).unwrap();
    let found: Vec<Vec<String>> = cases.iter().map(settings).collect();
    let signed = "sign-offs.plan[c].date=`2015-04-01`";
    assert_eq!(found[0], ["y[b].n=`3`", signed, "z[Q1]=`9`", "w=nothing"]);
    assert_eq!(found[1], ["x[a].n=`1`", "facts.z[Q1]=`2`", "y[b].n=`3`"]);
    assert_eq!(found[2], ["x[a].n=`1`", "facts.z[Q1]=`2`", "y[b].n=`3`", signed]);
}

#[test]
fn a_case_is_set_by_a_text() {
    let mut case = from_text("c.yaml", "case: a\nset: { x: 1 }\n", Format::Yaml).unwrap().remove(0);
    set(&mut case, "--set", "y[Q1]", "{ missing: lost }").unwrap();
    set(&mut case, "--set", "facts.x", "~").unwrap();
    assert_eq!(settings(&case), ["y[Q1]=a mapping", "facts.x=nothing"]);
    let mistakes = set(&mut case, "--set", "x", "{ a: 1").unwrap_err();
    assert!(mistakes[0].place.to_string().starts_with("--set:"), "{mistakes:?}");
}

#[test]
fn bases_that_lead_nowhere_are_refused() {
    let dir = folder(&[
        ("round.yaml", "case: a\nbase: other.yaml\n"),
        ("other.yaml", "base: round.yaml\n"),
        ("self.yaml", "case: a\nbase: self.yaml\n"),
        ("none.yaml", "case: a\nbase: missing.yaml\n"),
        ("absolute.yaml", "case: a\nbase: /base.yaml\n"),
        ("list.yaml", "case: a\nbase: [b]\n"),
        ("two.yaml", "case: a\nbase: stream.yaml\n"),
        ("stream.yaml", "x: 1\n---\ny: 1\n"),
        ("broken.yaml", "case: a\nbase: bad.yaml\n---\ncase: b\nbase: bad.yaml\n"),
        ("bad.yaml", "x: 1\nx: 2\n"),
    ]);
    for (name, expected) in [
        ("round.yaml", "other.yaml:1:7: this `base` leads back to a file that stands on it"),
        ("self.yaml", "self.yaml:2:7: this `base` leads back to a file that stands on it"),
        ("none.yaml", "none.yaml:2:7: no file `missing.yaml`"),
        ("absolute.yaml", "absolute.yaml:2:7: the path of `base` is absolute"),
        ("list.yaml", "list.yaml:2:7: expected the name of a file for `base`"),
        ("two.yaml", "stream.yaml:3:1: a second document in a file that is the base of a case"),
        ("broken.yaml", "bad.yaml:2:1: the key `x` is given twice"),
    ] {
        assert_eq!(mistakes(&dir, name), [expected]);
    }
}

#[test]
fn eight_bases_may_stand_on_each_other_and_no_more() {
    let names: Vec<(String, String)> =
        (0..10).map(|n| (format!("{n}.yaml"), format!("case: c{n}\nbase: {}.yaml\n", n + 1))).collect();
    let mut files: Vec<(&str, &str)> = names.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.push(("10.yaml", "facts: {}\n"));
    let dir = folder(&files);
    assert_eq!(ids(&load(&dir.path().join("2.yaml")).unwrap()), ["c2"]);
    assert_eq!(mistakes(&dir, "1.yaml"), ["9.yaml:2:7: more than 8 bases stand on each other"]);
}

#[test]
fn a_folder_gives_the_cases_of_every_file_in_order() {
    let dir = folder(&[
        ("c.yaml", "case: c1\n---\ncase: c2\n---\n"),
        ("b.json", "[{\"case\": \"b1\"}, {\"case\": \"b2\"}]"),
        ("a/x.jsonl", "{\"case\": \"a1\"}\n{\"case\": \"a2\"}\n"),
        ("a/y.csv", "case,f\ny1,1\n"),
        (".hidden/z.yaml", "case: ["),
        ("notes.md", "words"),
        ("only.yaml", "base-only: yes\n"),
    ]);
    assert_eq!(ids(&load(dir.path()).unwrap()), ["a1", "a2", "y1", "b1", "b2", "c1", "c2"]);
}

#[test]
fn a_binding_is_run_and_its_table_is_no_file_of_cases() {
    let binding = "binding: 1\ntable: t.csv\nrecipient: { code: code }\nperiod: { column: month, every: month }\n\
                       periods: { every: month, from: 2015-04, to: 2015-04 }\nfacts: { n: { column: n, combine: sum } }\n";
    let dir = folder(&[("d/b.yaml", binding), ("d/t.csv", "month,code,n\n2015-04,AB,5\n"), ("d/x.csv", "case\nx\n")]);
    assert_eq!(ids(&load(dir.path()).unwrap()), ["ab", "x"]);
    let dir = folder(&[("b.yaml", "binding: 1\n"), ("c.yaml", "binding: 1\ntable: t.csv\n")]);
    assert_eq!(mistakes(&dir, ""), ["b.yaml:1:1: the key `table` is missing", "c.yaml:2:8: no file `t.csv`"]);
}

const FLAT: &str = "recipient: { code: code, name: name }\nfacts: { n: { column: n } }\n";

#[test]
fn a_binding_reads_json_and_tabs() {
    let binding = |table: &str| format!("binding: 1\ntable: {table}\n{FLAT}");
    let dir = folder(&[
        ("j.yaml", &binding("j.json")),
        ("j.json", "[{\"code\": \"00T\", \"name\": \"É\", \"n\": 0.10},\n {\"code\": \"X\", \"m\": [1]}]"),
        ("l.yaml", &binding("l.jsonl")),
        ("l.jsonl", "{\"code\": \"L\", \"name\": null, \"n\": 100000000000000000}\n"),
        ("t.yaml", &binding("t.tsv")),
        ("t.tsv", "code\tname\tn\nT\t\"a, b\"\t1\n"),
    ]);
    let cases = load(dir.path()).unwrap();
    assert_eq!(ids(&cases), ["00t", "x", "l", "t"]);
    let n = |case: usize| cases[case].root.get("facts").unwrap().get("n").unwrap().clone();
    let value = |case: usize| n(case).get("value").and_then(Node::as_text).map(ToOwned::to_owned);
    let values = [Some("0.10".to_owned()), None, Some("100000000000000000".to_owned()), Some("1".to_owned())];
    assert_eq!([value(0), value(1), value(2), value(3)], values);
    assert!(n(0).place.to_string().ends_with("j.json:1:36"), "{}", n(0).place);
    assert_eq!(n(0).get("source").unwrap().as_text(), Some("j.json, line 1"));
    assert_eq!(n(2).get("source").unwrap().as_text(), Some("l.jsonl, line 1"));
}

#[test]
fn mistakes_in_json_tables_have_words_and_places() {
    let binding = format!("binding: 1\ntable: t.json\n{FLAT}");
    for (json, expected) in [
        ("{\"code\": 1}", "t.json:1:1: a table in JSON is a list of objects"),
        ("[{\"code\": \"A\", \"name\": \"\", \"n\": 1}, 5]", "t.json:1:37: expected an object, found `5`"),
        ("[{\"code\": \"A\", \"name\": \"\", \"n\": {\"a\": 1}}]", "t.json:1:33: `n` holds a mapping"),
        ("[{\"code\": \"A\", \"name\": \"\"}]", "b.yaml:4:23: the table has no column `n`"),
        ("[{\"code\": \"A\", \"name\": \"\", \"n\": 1},\n{\"code\": \"A\"}]", "t.json:2:10: a second row for `A`"),
        ("[{\"code\": \"A\", \"name\": \"\", \"n\": 1},\n{\"n\": 2}]", "t.json:2:1: the row names no recipient"),
        ("[]", "b.yaml:3:20: the table has no column `code`"),
    ] {
        let dir = folder(&[("b.yaml", &binding), ("t.json", json)]);
        assert_eq!(mistakes(&dir, "b.yaml")[0], expected, "{json}");
    }
    // What is too long for one text is not too long line by line.
    let rows: Vec<String> =
        (0..17_000).map(|n| format!("{{\"code\": \"A{n}\", \"name\": \"\", \"n\": {n}}}")).collect();
    let lines = format!("binding: 1\ntable: t.jsonl\n{FLAT}");
    let (list, each) = (format!("[{}]", rows.join(",\n")), rows.join("\n"));
    let dir = folder(&[("b.yaml", &binding), ("t.json", &list), ("l.yaml", &lines), ("t.jsonl", &each)]);
    let Err(LoadError::Invalid { mistakes }) = load(&dir.path().join("b.yaml")) else { panic!() };
    assert_eq!(mistakes[0].message, "the file holds more than 100000 keys and values");
    assert!(mistakes[0].help.as_ref().unwrap().contains("`.jsonl`"));
    assert_eq!(load(&dir.path().join("l.yaml")).unwrap().len(), rows.len());
}

#[test]
fn a_table_may_be_a_list_of_its_vintages() {
    let binding = |tables: &str| {
        let recipient = "recipient: { code: code }\nfacts: { n: { column: n } }\n";
        format!("binding: 1\ntable:\n{tables}{recipient}")
    };
    let tables = "  - { file: may.csv, known: 2015-05-14 }\n  - { file: june.csv, known: 2015-06-11 }\n";
    let june = "code,n\n\nA,40\n";
    let files = [("b.yaml", &*binding(tables)), ("may.csv", "code,n\nA,4\nB,5\n"), ("june.csv", june)];
    let dir = folder(&files);
    let cases = load(dir.path()).unwrap();
    let figure = |case: usize| cases[case].root.get("facts").unwrap().get("n").unwrap().clone();
    let text = |node: &Node, key: &str| node.get(key).unwrap().as_text().unwrap().to_owned();
    let Content::List(vintages) = figure(0).get("vintages").unwrap().content.clone() else { panic!() };
    let told = vintages.iter().map(|node| [text(node, "known"), text(node, "value"), text(node, "source")].join(" "));
    assert_eq!(told.collect::<Vec<_>>(), ["2015-05-14 4 may.csv, line 2", "2015-06-11 40 june.csv, line 3"]);
    assert_eq!(vintages[1].place.to_string(), format!("{}/june.csv:3:3", dir.path().display()));
    assert_eq!(text(&figure(1), "known"), "2015-05-14");
    for (tables, june, expected) in [
        (
            "  - may.csv\n",
            june,
            "b.yaml:3:5: expected a file and the day on which it became known, found `may.csv` [wrong-value] (help: write a list such as `- { file: beds.csv, known: 2015-11-13 }`, a line for each vintage of the table)",
        ),
        ("  - { file: may.csv }\n", june, "b.yaml:3:5: the key `known` is missing [missing-key]"),
        (
            tables,
            "code,m\nA,40\n",
            "june.csv:1:1: the columns are `code`, `m`, and not those of `may.csv` [missing-column] (help: tables that are read as one have the columns `code`, `n`)",
        ),
        (
            "  - { file: may.csv, known: 2015-05-14 }\n  - { file: june.csv, known: 2015-05-14 }\n",
            june,
            "june.csv:3:1: a second row for `A` that became known on 2015-05-14 [bad-row] (help: the first is in may.csv, line 2)",
        ),
    ] {
        let files = [("b.yaml", &*binding(tables)), ("may.csv", "code,n\nA,4\nB,5\n"), ("june.csv", june)];
        let dir = folder(&files);
        let Err(LoadError::Invalid { mistakes }) = load(&dir.path().join("b.yaml")) else { panic!("{tables}") };
        let told = mistakes[0].to_string().replace(&format!("{}/", dir.path().display()), "");
        assert_eq!(told, expected);
    }
}

#[cfg(feature = "encodings")]
#[test]
fn a_table_is_read_in_the_encoding_that_the_binding_declares() {
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("code,name,n\nA,é,1\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (encoding, bytes, name) in [
        ("windows-1252", b"code,name,n\nA,\xe9\x80,1\n".to_vec(), "é€"),
        ("latin-1", b"code,name,n\nA,\xe9,1\n".to_vec(), "é"),
        ("utf-16", utf16, "é"),
        ("utf-8", "code,name,n\nA,é,1\n".as_bytes().to_vec(), "é"),
    ] {
        let dir = folder(&[("b.yaml", &format!("binding: 1\ntable: t.csv\nencoding: {encoding}\n{FLAT}"))]);
        fs::write(dir.path().join("t.csv"), bytes).unwrap();
        let cases = load(&dir.path().join("b.yaml")).unwrap();
        let found = cases[0].root.get("recipient").unwrap().get("name").unwrap().as_text();
        assert_eq!(found, Some(name), "{encoding}");
    }
    for (encoding, bytes, expected) in [
        (
            "latin-1",
            &b"code,name,n\nA,\x80,1\n"[..],
            "t.csv:2:3: the file is not latin-1 text: byte 0x80 stands for no letter there",
        ),
        ("windows-1252", b"\x81", "t.csv:1:1: the file is not windows-1252 text: byte 0x81 stands for no letter there"),
        ("utf-16", b"code", "t.csv:1:1: the file is not utf-16 text: it does not begin with a byte order mark"),
        (
            "utf-16",
            b"\xff\xfea\x00\x00\xd8",
            "t.csv:1:2: the file is not utf-16 text: two bytes here belong to no character",
        ),
        ("utf-8", b"\xe9", "t.csv:1:1: the file is not UTF-8 text: byte 0xE9 belongs to no character"),
        (
            "ebcdic",
            b"",
            "b.yaml:3:11: expected one of `utf-8`, `utf-16`, `latin-1`, `windows-1252` for `encoding`, found `ebcdic`",
        ),
    ] {
        let dir = folder(&[("b.yaml", &format!("binding: 1\ntable: t.csv\nencoding: {encoding}\n{FLAT}"))]);
        fs::write(dir.path().join("t.csv"), bytes).unwrap();
        assert_eq!(mistakes(&dir, "b.yaml")[0], expected, "{encoding}");
    }
}

#[test]
fn what_holds_no_case_says_so() {
    let dir = folder(&[("a.txt", "case: a"), ("only.yaml", "base-only: yes\n"), ("bad.csv", "case\n\u{e9}\n")]);
    fs::write(dir.path().join("bad.csv"), b"case\nx\xff\n").unwrap();
    assert!(matches!(load(&dir.path().join("a.txt")), Err(LoadError::UnknownFormat { .. })));
    assert!(matches!(load(&dir.path().join("none.yaml")), Err(LoadError::NotFound { .. })));
    assert!(matches!(load(&dir.path().join("only.yaml")), Err(LoadError::NoCases { .. })));
    assert_eq!(
        mistakes(&dir, "bad.csv"),
        ["bad.csv:2:2: the file is not UTF-8 text: byte 0xFF belongs to no character"]
    );
}

#[test]
fn a_text_in_memory_has_no_files_beside_it() {
    let cases = from_text("<stdin>", "\u{feff}case: a\n---\nbase-only: true\n", Format::Yaml).unwrap();
    assert_eq!(ids(&cases), ["a"]);
    let mistakes = from_text("<stdin>", "case: a\nbase: b.yaml\n", Format::Yaml).unwrap_err();
    assert_eq!(
        mistakes[0].to_string(),
        "<stdin>:2:1: `base` needs files beside it, and this text is no file [wrong-value] (help: save the text in a file and name the file)"
    );
    let mistakes = from_text("<stdin>", "case: a\nbase-only: maybe\n", Format::Yaml).unwrap_err();
    assert_eq!(mistakes[0].message, "expected `yes` or `no` for `base-only`");
    assert_eq!(from_text("x", "[]", Format::Json).unwrap_err()[0].code, Code::EMPTY_FILE);
}

#[test]
fn formats_are_known_by_extension_and_by_name() {
    for (path, format) in [
        ("a.yaml", Some(Format::Yaml)),
        ("a.YML", Some(Format::Yaml)),
        ("a.ndjson", Some(Format::JsonLines)),
        ("a.csv", Some(Format::Csv)),
        ("a.xlsx", Some(Format::Workbook)),
        ("a.xls", None),
        ("csv", None),
    ] {
        assert_eq!(Format::of(Path::new(path)), format, "{path}");
    }
    assert_eq!(Format::named("jsonl"), Some(Format::JsonLines));
    assert_eq!(Format::named("xml"), None);
}
