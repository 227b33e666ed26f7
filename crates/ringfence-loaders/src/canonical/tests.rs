use std::fs;
use std::path::PathBuf;

use super::*;

#[track_caller]
fn formed(text: &str) -> String {
    let form = super::form("t", text).unwrap_or_else(|error| panic!("{text:?}: {error:?}"));
    assert_eq!(super::form("t", &form).unwrap(), form, "the form of {text:?} has another form");
    form
}

#[test]
fn a_form_says_the_same_in_other_lines() {
    for (written, expected) in [
        ("a:   1\nb:  [ 1,2 ]\nc: {d: 1,e: [ {f: 2} ]}\n", "a: 1\nb: [1, 2]\nc: { d: 1, e: [{ f: 2 }] }\n"),
        ("a:\n- b\n-   c: 1\n    d: 2\n", "a:\n  - b\n  - c: 1\n    d: 2\n"),
        ("a:\n      b:\n       c: d\n", "a:\n  b:\n    c: d\n"),
        ("- - a\n  - b\n-\n  - c\n", "- - a\n  - b\n- - c\n"),
        ("\n\na: 1   \n\n\n\nb:\n\n  c: 1\n\n", "a: 1\n\nb:\n  c: 1\n"),
        ("a: 1\r\nb: |\r\n  x\r\n", "a: 1\nb: |\n  x\n"),
        ("\u{feff}--- \na: 1\n...\n", "a: 1\n"),
        ("a: 1\n---\nb: 2\n", "a: 1\n---\nb: 2\n"),
        ("? a\n: b\n", "a: b\n"),
        ("a:\nb: null\nc: ~\nd: { e, f: }\ng:\n-\n- x\n", "a:\nb: ~\nc: ~\nd: { e: ~, f: ~ }\ng:\n  - ~\n  - x\n"),
        ("a: {}\nb: [ ]\n", "a: {}\nb: []\n"),
        ("just a text\n", "just a text\n"),
    ] {
        assert_eq!(formed(written), expected, "{written:?}");
    }
}

#[test]
fn comments_stay_with_what_they_are_about() {
    for (written, expected) in [
        ("#  of all\n\na: 1  # of a\n", "#  of all\n\na: 1 # of a\n"),
        ("a:    # of a\n    # of b\n    b: 1\n", "a: # of a\n  # of b\n  b: 1\n"),
        (
            "a:\n  b: 1\n  # of what is in a\n# of c\nc: 1\n# last\n",
            "a:\n  b: 1\n  # of what is in a\n# of c\nc: 1\n# last\n",
        ),
        ("a:\n- b\n# of c\nc: 1\n", "a:\n  - b\n# of c\nc: 1\n"),
        ("a:\n  - b\n  # of a\nc: 1\n", "a:\n  - b\n  # of a\nc: 1\n"),
        ("-   # of both\n  # of a\n  a: 1\n", "# of both\n# of a\n- a: 1\n"),
        ("a: {b: 1, # of b\n  c: 2}\n", "a:\n  b: 1 # of b\n  c: 2\n"),
        ("a: [1,\n  # of 2\n  2]\n", "a:\n  - 1\n  # of 2\n  - 2\n"),
        ("a: |  # of a\n   x # no comment\n\n\n# of b\nb: 1\n", "a: | # of a\n  x # no comment\n\n# of b\nb: 1\n"),
        ("a: # first\n  1 # second\n", "# first\na: 1 # second\n"),
        ("# of 1\na: 1\n---\n# of 2\nb: 2\n", "# of 1\na: 1\n---\n# of 2\nb: 2\n"),
    ] {
        assert_eq!(formed(written), expected, "{written:?}");
    }
}

#[test]
fn blocks_keep_their_lines() {
    for (written, expected) in [
        ("a: |\n      let x = 1;\n        x\n\n\n      y\n", "a: |\n  let x = 1;\n    x\n\n\n  y\n"),
        ("a: |-\n x   \n", "a: |-\n  x\n"),
        ("a: |+\n  x\n\nb: 1\n", "a: |+\n  x\n\nb: 1\n"),
        ("a: |+\n  x\n", "a: |\n  x\n"),
        ("a: |4\n      x\n    y\n", "a: |2\n    x\n  y\n"),
        ("a: >\n    b\n    c\n\n    d\n     e\n", "a: >\n  b\n  c\n\n  d\n   e\n"),
        ("a:\n  - |\n    x\n", "a:\n  - |\n    x\n"),
        ("--- |\nx\ny\n", "|\n  x\n  y\n"),
        ("a: |\n", "a: \"\"\n"),
        // A backtick goes on over the line end: the blanks before it are part of what the reader sees.
        ("a: |\n  `x  \n  y`  \n", "a: |\n  `x  \n  y`  \n"),
    ] {
        assert_eq!(formed(written), expected, "{written:?}");
    }
}

#[test]
fn quotes_go_where_they_are_of_no_use() {
    for (written, expected) in [
        ("'a'", "a"),
        ("\"two words\"", "\"two words\""),
        ("'it''s said'", "\"it's said\""),
        ("\"say \\\"yes\\\"\"", "'say \"yes\"'"),
        ("\"a\\tb\"", "\"a\\tb\""),
        ("'no'", "\"no\""),
        ("'~'", "\"~\""),
        ("''", "\"\""),
        ("'010'", "\"010\""),
        ("'2015-04-01'", "\"2015-04-01\""),
        ("no", "no"),
        ("http://a.b/c#d", "http://a.b/c#d"),
        ("'http://a.b/c'", "\"http://a.b/c\""),
        ("\"a\\u2028b\\x07\"", "\"a\\u2028b\\u0007\""),
    ] {
        assert_eq!(formed(&format!("k: {written}\n")), format!("k: {expected}\n"), "{written:?}");
        assert_eq!(formed(&format!("[{written}]\n")), format!("[{expected}]\n"), "{written:?}");
        assert_eq!(formed(&format!("{written}: 1\n")), format!("{expected}: 1\n"), "{written:?}");
    }
}

#[test]
fn what_is_in_brackets_breaks_where_it_does_not_fit() {
    let words = |count: usize| vec!["abcdefghi"; count];
    // `k: { ` and ` }` leave 113 characters.
    let fits = format!("k: {{ a: {}, b: {} }}\n", words(9).join(" "), "x".repeat(16));
    assert_eq!(fits.len(), 121);
    assert_eq!(formed(&fits), fits);
    let long = fits.replace(" b:", " bb:");
    assert_eq!(formed(&long), format!("k:\n  a: {}\n  bb: {}\n", words(9).join(" "), "x".repeat(16)));
    let items = long.replace("k: ", "- ");
    assert_eq!(formed(&items), items);
    assert_eq!(
        formed(&items.replace("bb", "bbb")),
        format!("- a: {}\n  bbb: {}\n", words(9).join(" "), "x".repeat(16))
    );
    let row = format!("k: [{}]\n", words(13).join(", "));
    assert_eq!(formed(&row), format!("k:\n  [{},\n   {}]\n", words(10).join(", "), words(3).join(", ")));
    let row = format!("- [{}]\n", words(13).join(", "));
    assert_eq!(formed(&row), format!("- [{},\n   {}]\n", words(10).join(", "), words(3).join(", ")));
}

#[test]
fn a_text_of_several_lines_becomes_one_or_a_block() {
    assert_eq!(formed("a: b\n   c\n"), "a: b c\n");
    assert_eq!(formed("a: 'b\n\n  c'\n"), "a: \"b\\nc\"\n");
    let words = ["abcdefghi"; 11];
    let long = words.join(" ");
    let written = format!("a: {long}\n   {long}\n\n   b\n");
    let expected = format!("a: >-\n  {long}\n  {long}\n\n  b\n");
    assert_eq!(formed(&written), expected);
    let one_line = format!("a: {long} {long}\n");
    assert_eq!(formed(&one_line), one_line);
}

#[test]
fn what_is_no_yaml_has_its_mistakes_told() {
    for text in ["a: [1\n", "a: 1\na: 2\n", "a: &x 1\n", "a: !t 1\n", ""] {
        let error = super::form("t", text).unwrap_err();
        assert!(matches!(&error, CanonicalError::Invalid { mistakes } if !mistakes.is_empty()), "{text:?}: {error:?}");
    }
}

#[test]
fn a_text_is_another_one_only_beyond_the_ends_of_its_lines() {
    for (left, right, same) in [
        ("a: |\n  x  \n  y\n", "a: |\n  x\n  y\n", true),
        ("a: |\n  x\n  y\n", "a: |\n  x\n   y\n", false),
        ("a: |\n  x\n", "a: \"x\"\n", false),
        ("a: [1, 2]\n", "a: [2, 1]\n", false),
        ("a: {b: 1, c: 2}\n", "a: {c: 2, b: 1}\n", false),
        ("a: ~\n", "a: \"~\"\n", false),
        ("a: 1\n", "a: 1\n---\na: 1\n", false),
    ] {
        let read = |text: &str| yaml::parse(&SourceFile::new("t", text)).unwrap();
        assert_eq!(is_same_list(&read(left), &read(right)), same, "{left:?} {right:?}");
    }
}

/// Every file of the repository, most of them with a mistake of some kind.
#[test]
fn every_file_has_a_form_that_says_the_same() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut open = ["rules", "examples", "tests"].map(|name| root.join(name)).to_vec();
    let mut formed = 0;
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|end| end == "yaml") {
            let Ok(text) = fs::read_to_string(&path) else { continue };
            match super::form("t", &text) {
                Ok(form) => {
                    assert_eq!(super::form("t", &form).unwrap(), form, "{}", path.display());
                    formed += 1;
                }
                Err(CanonicalError::Invalid { .. }) => {}
                Err(error) => panic!("{}: {error}", path.display()),
            }
        }
    }
    assert!(formed > 1000, "{formed}");
}

#[test]
fn pieces_put_anywhere_change_no_meaning() {
    let text = "# a\né: [1, {b: 'c'}] # d\n\ne: |2-\n\n    f\ng: >\n  h\n\n# i\n- j\n? k\n: - \"l\\n\"\n  - # m\n    n: o\n    p:\n--- # q\nr\n";
    let texts = [text, &text.replace("- j\n", ""), &text.replace("? k\n: ", "k:\n")];
    let pieces = ["", " ", "\n", "\n\n", "|", "[", "]", "'", "\"", ":", "- ", "#", " # x\n", "{", ",", "~", "\r\n"];
    let (mut formed, mut changed) = (0, Vec::new());
    for text in texts {
        for (at, _) in text.char_indices() {
            for piece in pieces {
                let (before, behind) = text.split_at(at);
                let cut: String = behind.chars().skip(usize::from(piece.is_empty())).collect();
                for text in [format!("{before}{piece}{cut}"), format!("{before}{piece}")] {
                    match super::form("t", &text) {
                        Ok(form) => {
                            assert_eq!(super::form("t", &form).ok(), Some(form), "the form of {text:?} has another");
                            formed += 1;
                        }
                        Err(CanonicalError::Invalid { .. }) => {}
                        Err(_) => changed.push(text),
                    }
                }
            }
        }
    }
    assert!(changed.is_empty(), "{} texts have no form that says the same: {changed:#?}", changed.len());
    assert!(formed > 1000, "{formed}");
}
