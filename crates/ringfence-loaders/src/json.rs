//! JSON texts into trees of nodes.
//!
//! A text is first held against the standard by a strict reader. What has passed is then walked once
//! more for its places and for its numbers, which are kept as they are written: `0.10` stays `0.10`.

use std::sync::Arc;

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Content, Node, Place, Scalar, SourceFile, Style};
use serde::de::IgnoredAny;

use crate::text;
use crate::tree::{self, Builder, Shape};

/// Reads a file that holds one JSON value.
///
/// `null` is [`Content::Empty`]; numbers, `true` and `false` are texts as written.
///
/// # Errors
/// What is not JSON, a key given twice, or a text beyond the limits.
pub fn parse(file: &Arc<SourceFile>) -> Result<Node, Vec<Diagnostic>> {
    if file.text().trim().is_empty() {
        return Err(vec![text::empty(file)]);
    }
    text::refuse_lone_carriage_return(file).map_err(|mistake| vec![mistake])?;
    value(file, file.text(), 1)
}

/// Reads a file that holds one JSON value a line; blank lines are passed over.
///
/// # Errors
/// As for [`parse`], of every line.
pub fn parse_lines(file: &Arc<SourceFile>) -> Result<Vec<Node>, Vec<Diagnostic>> {
    text::refuse_lone_carriage_return(file).map_err(|mistake| vec![mistake])?;
    let (mut nodes, mut mistakes) = (Vec::new(), Vec::new());
    for (index, line) in file.text().lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match value(file, line, index + 1) {
            Ok(node) => nodes.push(node),
            Err(found) => mistakes.extend(found),
        }
    }
    if nodes.is_empty() && mistakes.is_empty() {
        mistakes.push(text::empty(file));
    }
    if mistakes.is_empty() { Ok(nodes) } else { Err(mistakes) }
}

fn value(file: &Arc<SourceFile>, text: &str, line: usize) -> Result<Node, Vec<Diagnostic>> {
    validate(file, text, line).map_err(|mistake| vec![mistake])?;
    let mut walk = Walk { file, rest: text, line, column: 1, builder: Builder::new() };
    let last = walk.run().err();
    let roots = walk.builder.finish(last)?;
    roots.into_iter().next().ok_or_else(|| vec![text::empty(file)])
}

fn validate(file: &Arc<SourceFile>, text: &str, line: usize) -> Result<(), Diagnostic> {
    tree::refuse_long(file, text, line)?;
    refuse_deep(file, text, line)?;
    let Err(error) = serde_json::from_str::<IgnoredAny>(text) else { return Ok(()) };
    Err(syntax(file, text, line, &error))
}

/// Refuses deep nesting before the strict reader, which recurses, sees it.
fn refuse_deep(file: &Arc<SourceFile>, text: &str, line: usize) -> Result<(), Diagnostic> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth += 1,
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > tree::MOST_DEPTH {
            let (down, column) = text::position(text, at);
            return Err(tree::too_deep(Place::new(file, line + down - 1, column, 1)));
        }
    }
    Ok(())
}

/// The strict reader counts columns in bytes and puts the place into its words; both are undone here.
fn syntax(file: &Arc<SourceFile>, text: &str, line: usize, error: &serde_json::Error) -> Diagnostic {
    let words = error.to_string();
    let message = words.split(" at line ").next().unwrap_or(&words).to_lowercase();
    let start = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let before = start.char_indices().take_while(|(at, _)| at + 1 < error.column()).count();
    let place = Place::new(file, line + error.line().saturating_sub(1), before + 1, 1);
    Diagnostic::error(Code::SYNTAX, place, format!("this is not JSON: {message}"))
}

/// Walks a text that is known to be JSON.
struct Walk<'f, 't> {
    file: &'f Arc<SourceFile>,
    rest: &'t str,
    line: usize,
    column: usize,
    builder: Builder,
}

impl<'t> Walk<'_, 't> {
    fn run(&mut self) -> Result<(), Diagnostic> {
        while let Some(next) = self.rest.chars().next() {
            match next {
                '{' => self.open(Shape::Map)?,
                '[' => self.open(Shape::List)?,
                '}' | ']' => {
                    self.take(1);
                    self.builder.close(Some((self.line, self.column)));
                }
                '"' => self.string()?,
                ',' | ':' | ' ' | '\t' | '\r' | '\n' => {
                    self.take(1);
                }
                _ => self.bare()?,
            }
        }
        Ok(())
    }

    fn open(&mut self, shape: Shape) -> Result<(), Diagnostic> {
        let place = Place::new(self.file, self.line, self.column, 1);
        self.take(1);
        self.builder.open(shape, place)
    }

    fn string(&mut self) -> Result<(), Diagnostic> {
        let (line, column) = (self.line, self.column);
        let written = self.take(string_length(self.rest));
        let place = Place::new(self.file, line, column, self.column - column);
        let text: String = serde_json::from_str(written).map_err(|_| {
            Diagnostic::error(Code::SYNTAX, place.clone(), "this is not JSON: an escape that is no character")
        })?;
        if self.builder.wants_key() {
            return self.builder.key(&text, place);
        }
        let content = Place::new(self.file, line, column + 1, 1);
        let scalar = Scalar { text, style: Style::Quoted, content };
        self.builder.value(Node { place, content: Content::Scalar(scalar) })
    }

    fn bare(&mut self) -> Result<(), Diagnostic> {
        let (line, column) = (self.line, self.column);
        let length = self.rest.find([',', ']', '}', ' ', '\t', '\r', '\n']).unwrap_or(self.rest.len());
        let written = self.take(length.max(1));
        let place = Place::new(self.file, line, column, self.column - column);
        let node = match written {
            "null" => Node { place, content: Content::Empty },
            text => Node::text(text, place),
        };
        self.builder.value(node)
    }

    /// Takes so many bytes off the text. What is taken ends at a character and, but for a single line
    /// feed, holds no line end: JSON allows none in a string.
    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        if taken == "\n" {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += taken.chars().count();
        }
        taken
    }
}

/// The bytes from an opening quote to behind the closing one.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Node, Vec<String>> {
        parse(&SourceFile::new("t", text)).map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn mistakes_have_words_and_places() {
        for (text, expected) in [
            (" \n", "t:1:1: the file holds nothing [empty-file]"),
            ("{\n  \"é\": 1,\n}", "t:3:1: this is not JSON: key must be a string [syntax]"),
            ("{\"éé\": tru}", "t:1:11: this is not JSON: expected ident [syntax]"),
            ("{\"a\": 01}", "t:1:8: this is not JSON: invalid number [syntax]"),
            ("{'a': 1}", "t:1:2: this is not JSON: key must be a string [syntax]"),
            ("[1, 2", "t:1:5: this is not JSON: eof while parsing a list [syntax]"),
            ("[1] 2", "t:1:5: this is not JSON: trailing characters [syntax]"),
            ("[\"\\ud800\"]", "t:1:2: this is not JSON: an escape that is no character [syntax]"),
            (
                "{\"a\": 1, \"\\u0061\": 2}",
                "t:1:10: the key `a` is given twice [duplicate-key] (help: it is first given in line 1, column 2; keep one of them)",
            ),
        ] {
            assert_eq!(read(text).unwrap_err(), [expected], "{text:?}");
        }
    }

    #[test]
    fn nesting_has_a_limit_and_a_place() {
        let expected = "t:1:33: lists and mappings nest deeper than 32 levels [too-large]";
        assert_eq!(read(&"[".repeat(100_000)).unwrap_err(), [expected]);
        assert!(read(&format!("{}{}", "[".repeat(32), "]".repeat(32))).is_ok());
        assert!(read(&format!("[\"{}\"]", "[\\\"".repeat(40))).is_ok());
    }

    #[test]
    fn places_survive_tabs_and_line_ends() {
        let root = read("{\r\n\t\"é\" :\t0.10,\r\n\t\"b\"\n:\n[\ttrue, null, \"x\\ty\", -1e5 ]}").unwrap();
        let number = root.get("é").unwrap();
        assert_eq!((number.as_text(), format!("{:?}", number.place).as_str()), (Some("0.10"), "t:2:8+4"));
        let list = root.get("b").unwrap();
        assert_eq!(format!("{:?}", list.place), "t:5:1+28");
        let Content::List(items) = &list.content else { panic!("{list:?}") };
        let found: Vec<_> = items.iter().map(|item| (item.as_text(), item.place.to_string())).collect();
        let expected = [(Some("true"), "t:5:3"), (None, "t:5:9"), (Some("x\ty"), "t:5:15"), (Some("-1e5"), "t:5:23")];
        assert_eq!(found, expected.map(|(text, place)| (text, place.to_owned())));
    }

    #[test]
    fn a_quoted_null_is_a_text_and_a_long_key_a_key() {
        let key = "k".repeat(5000);
        let root = read(&format!("{{\"{key}\": \"null\", \"b\": \"\"}}")).unwrap();
        assert_eq!(root.get(&key).unwrap().as_text(), Some("null"));
        assert_eq!(root.get("b").unwrap().as_text(), Some(""));
    }

    #[test]
    fn each_line_has_its_own_number_and_mistakes() {
        let file = SourceFile::new("t", "{\"a\": 1}\r\n\n{\"a\": }\n{\"b\": 2}\n[");
        let mistakes = parse_lines(&file).unwrap_err();
        let places: Vec<_> = mistakes.iter().map(|mistake| mistake.place.to_string()).collect();
        assert_eq!(places, ["t:3:7", "t:5:1"]);
        let file = SourceFile::new("t", "{\"a\": 1}\n\n{\"é\": 2}");
        let nodes = parse_lines(&file).unwrap();
        assert_eq!(nodes[1].get("é").unwrap().place.to_string(), "t:3:7");
        assert_eq!(parse_lines(&SourceFile::new("t", "\n")).unwrap_err()[0].code, Code::EMPTY_FILE);
    }

    #[test]
    fn no_broken_text_panics() {
        let text = "{\"é\": [1, \"\\u00e9\", null], \"b\": {\"c\": -0.5e3}}";
        for (at, _) in text.char_indices() {
            for piece in ["", "\"", "\\", "{", "]", ",", ":", "\n", "\u{0}", "é", "9"] {
                let (before, behind) = text.split_at(at);
                drop(read(&format!("{before}{piece}{behind}")));
                drop(read(&format!("{before}{piece}")));
            }
        }
    }
}
