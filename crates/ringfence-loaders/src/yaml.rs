//! YAML texts into trees of nodes.
//!
//! Only what the format needs is YAML here: mappings, lists and texts. Anchors, aliases and tags are
//! refused, so a file says what it says where it says it, and no file can grow while it is read.

use std::path::Path;
use std::sync::Arc;

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Span, StructureStyle};
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Content, Document, Node, Place, Scalar, SourceFile, Style};

use crate::tree::{self, Builder, Shape};
use crate::{LoadError, text};

/// Reads a YAML file that is neither a pack nor a case.
///
/// # Errors
/// A file that cannot be read, or every mistake in it.
pub fn load(path: &Path) -> Result<Vec<Document>, LoadError> {
    let file = text::read(path, &text::shown(path))?;
    let roots = parse(&file)?;
    Ok(roots.into_iter().map(|root| Document { file: Arc::clone(&file), root }).collect())
}

/// Reads each YAML document of a file, in order.
///
/// A plain `~`, `null` or nothing at all is [`Content::Empty`]; every other scalar is a text.
///
/// # Errors
/// Every mistake that could be told apart. What is no YAML at all, an anchor, an alias or a text beyond
/// the limits ends the reading; duplicate keys and tags do not.
pub fn parse(file: &Arc<SourceFile>) -> Result<Vec<Node>, Vec<Diagnostic>> {
    tree::refuse_long(file, file.text(), 1).map_err(|mistake| vec![mistake])?;
    text::refuse_lone_carriage_return(file).map_err(|mistake| vec![mistake])?;
    let mut reader = Reader { file, builder: Builder::new(), flow: Vec::new(), before: 0 };
    let last = reader.read().err();
    let roots = reader.builder.finish(last)?;
    if roots.is_empty() { Err(vec![text::empty(file)]) } else { Ok(roots) }
}

fn options() -> Options {
    let mut options = granit_parser::options! {
        // An unknown alias is refused like any other, in our own words.
        emit_unresolved_aliases: true,
        emit_anchor_events: true,
        flow_nesting_limit: tree::MOST_DEPTH,
        block_nesting_limit: tree::MOST_DEPTH,
    };
    options.set_emit_comments(false);
    options
}

struct Reader<'f> {
    file: &'f Arc<SourceFile>,
    builder: Builder,
    /// For each open list or mapping, whether it is written in brackets.
    flow: Vec<bool>,
    /// The byte after the latest thing read, where the search for a block's `|` begins.
    before: usize,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), Diagnostic> {
        for next in Parser::new_from_str_with_options(self.file.text(), options()) {
            let (event, span) = next.map_err(|error| self.syntax(&error))?;
            self.event(event, span)?;
            self.before = span.end.byte_offset().unwrap_or(self.before);
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Diagnostic> {
        self.refuse_tag(span)?;
        match event {
            Event::Anchor(..) => Err(self.alias(span, "anchor")),
            Event::Alias(_) | Event::UnresolvedAlias(_) => Err(self.alias(span, "alias")),
            Event::Scalar(text, style, ..) => self.scalar(text.into_owned(), style, span),
            Event::SequenceStart(style, ..) => self.open(Shape::List, style, span),
            Event::MappingStart(style, ..) => self.open(Shape::Map, style, span),
            Event::SequenceEnd | Event::MappingEnd => {
                let bracket = self.flow.pop().unwrap_or(false) && !span.is_empty();
                self.builder.close(bracket.then(|| (span.end.line(), span.end.col() + 1)));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, shape: Shape, style: StructureStyle, span: Span) -> Result<(), Diagnostic> {
        let place = self.place(span);
        if self.builder.wants_key() {
            return Err(Diagnostic::error(Code::SYNTAX, place, "a key is a list or a mapping")
                .help("keys are texts; put a text that holds brackets in quotes"));
        }
        self.flow.push(style == StructureStyle::Flow);
        self.builder.open(shape, place)
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, span: Span) -> Result<(), Diagnostic> {
        if self.builder.wants_key() {
            return self.key(&text, style, span);
        }
        let content = match style {
            ScalarStyle::Plain if span.is_empty() || text == "~" || text == "null" => Content::Empty,
            _ => Content::Scalar(self.content(text, style, span)),
        };
        let place = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.header(span, &content),
            _ => self.place(span),
        };
        self.builder.value(Node { place, content })
    }

    fn key(&mut self, text: &str, style: ScalarStyle, span: Span) -> Result<(), Diagnostic> {
        if style == ScalarStyle::Plain && span.is_empty() {
            return Err(Diagnostic::error(Code::SYNTAX, self.place(span), "a key is missing before `:`"));
        }
        self.builder.key(text, self.place(span))
    }

    fn content(&self, text: String, style: ScalarStyle, span: Span) -> Scalar {
        let (line, column) = (span.start.line(), span.start.col() + 1);
        let one_line = line == span.end.line();
        let (style, line, column) = match style {
            ScalarStyle::Plain if one_line => (Style::Plain, line, column),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted if one_line => (Style::Quoted, line, column + 1),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (Style::Folded, line, column + 1),
            // The span begins with the first line that is not blank; the text with the first line.
            ScalarStyle::Literal => (Style::Literal, line.saturating_sub(blank_lines(&text)), column),
            ScalarStyle::Plain | ScalarStyle::Folded => (Style::Folded, line, column),
        };
        Scalar { content: Place::new(self.file, line, column, 1), text, style }
    }

    /// The place of the `|` or `>` that a block begins with: on the line above its text.
    fn header(&self, span: Span, content: &Content) -> Place {
        let blank = match content {
            Content::Scalar(scalar) if !scalar.text.is_empty() => blank_lines(&scalar.text),
            _ => return self.place(span),
        };
        let text = self.file.text();
        let above = text.get(..span.start.byte_offset().unwrap_or(0)).unwrap_or_default();
        let mut line_ends = above.rmatch_indices('\n').map(|(at, _)| at).skip(blank);
        let end = line_ends.next().unwrap_or(0);
        let start = line_ends.next().map_or(0, |at| at + 1);
        let from = self.before.clamp(start, end.max(start));
        let mark = text.get(from..end).and_then(|rest| rest.find(['|', '>'])).map_or(from, |at| from + at);
        let column = text.get(start..mark).unwrap_or_default().chars().count() + 1;
        Place::new(self.file, span.start.line().saturating_sub(blank + 1), column, 1)
    }

    /// The first line of a span.
    fn place(&self, span: Span) -> Place {
        let (line, column) = (span.start.line(), span.start.col() + 1);
        let length = if span.end.line() == line {
            span.end.col().saturating_sub(span.start.col())
        } else {
            let first = span.slice(self.file.text()).and_then(|text| text.lines().next());
            first.unwrap_or_default().chars().count()
        };
        Place::new(self.file, line, column, length)
    }

    fn alias(&self, span: Span, what: &str) -> Diagnostic {
        Diagnostic::error(Code::ALIAS, self.place(span), format!("an {what} is not part of the format"))
            .help("write the value out where it is used, or put a text that begins with `&` or `*` in quotes")
    }

    fn refuse_tag(&mut self, span: Span) -> Result<(), Diagnostic> {
        let Some(tag) = span.tag_span() else { return Ok(()) };
        let mistake = Diagnostic::error(Code::ALIAS, self.place(tag), "a tag is not part of the format")
            .help("leave the tag out, or put a text that begins with `!` in quotes");
        self.builder.note(mistake)
    }

    /// A tab that a line is indented with, on the line that could not be read or just behind it.
    fn tab(&self, line: usize) -> Option<Diagnostic> {
        let (line, column) = (line..=line + 1).find_map(|number| {
            let indentation = self.file.line(number)?.chars().take_while(|letter| letter.is_whitespace());
            indentation.enumerate().find_map(|(at, letter)| (letter == '\t').then_some((number, at + 1)))
        })?;
        let mistake = Diagnostic::error(
            Code::SYNTAX,
            Place::new(self.file, line, column, 1),
            "a tab stands where lines are indented",
        );
        Some(mistake.help("indent with spaces"))
    }

    fn syntax(&self, error: &ScanError) -> Diagnostic {
        let (line, column) = (error.marker().line(), error.marker().col() + 1);
        let place = Place::new(self.file, line, column, 1);
        if let Some(mistake) = self.tab(line) {
            return mistake;
        }
        match error.kind() {
            ErrorKind::RecursionLimitExceeded => tree::too_deep(place),
            kind => {
                let (message, help) = words(kind);
                let mistake = Diagnostic::error(Code::SYNTAX, place, message);
                if help.is_empty() { mistake } else { mistake.help(help) }
            }
        }
    }
}

/// How many line ends a text begins with.
fn blank_lines(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'\n').count()
}

/// The mistakes that authors make most, in their words; the others in the parser's.
fn words(kind: &ErrorKind) -> (String, &'static str) {
    let (message, help) = match kind {
        ErrorKind::MappingValueNotAllowed => {
            ("a `:` stands where no value can begin", "put a text that holds `: ` in quotes, or check the indentation")
        }
        ErrorKind::InvalidQuotedScalarIndent => {
            ("a quote is still open where the line begins", "close it, or indent the lines that the text goes on over")
        }
        ErrorKind::UnclosedQuotedScalar => ("a quote is not closed", "close it with the quote that opened it"),
        ErrorKind::TabInIndentation
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabAtBlockScalarStart => ("a tab stands where lines are indented", "indent with spaces"),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("a key is not followed by `:`", "write `key: value`, and check the indentation")
        }
        ErrorKind::ExpectedBlockMappingKey => {
            ("expected a key", "check the indentation: it must be that of the other keys")
        }
        ErrorKind::ExpectedFlowMappingSeparator => {
            ("expected `,` or `}`", "close the bracket that is open, or put a key or text that holds one in quotes")
        }
        ErrorKind::ExpectedFlowSequenceSeparator => ("expected `,` or `]`", ""),
        ErrorKind::UnclosedFlowCollection { open } => return (format!("the bracket `{open}` is not closed"), ""),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            return (format!("the bracket `{open}` is closed by `{close}`"), "");
        }
        ErrorKind::UnexpectedCharacter { character } => {
            return (format!("unexpected `{}`", character.escape_debug()), "put a text that begins so in quotes");
        }
        other => return (other.to_string().to_lowercase(), ""),
    };
    (message.to_owned(), help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Node>, Vec<String>> {
        let file = SourceFile::new("t", text);
        parse(&file).map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
    }

    fn one(text: &str) -> Node {
        read(text).unwrap().remove(0)
    }

    fn scalar(node: &Node) -> &Scalar {
        match &node.content {
            Content::Scalar(scalar) => scalar,
            other => panic!("no scalar: {other:?}"),
        }
    }

    #[test]
    fn mistakes_have_words_and_places() {
        for (text, expected) in [
            ("", "t:1:1: the file holds nothing [empty-file]"),
            ("# a comment\n", "t:1:1: the file holds nothing [empty-file]"),
            (
                "é: 1\nb: 2\né: 3\n",
                "t:3:1: the key `é` is given twice [duplicate-key] (help: it is first given in line 1, column 1; keep one of them)",
            ),
            (
                "{a: 1, b: {c: 1, c: 2}}",
                "t:1:18: the key `c` is given twice [duplicate-key] (help: it is first given in line 1, column 12; keep one of them)",
            ),
            (
                "a: &x 1\nb: *x\n",
                "t:1:4: an anchor is not part of the format [alias] (help: write the value out where it is used, or put a text that begins with `&` or `*` in quotes)",
            ),
            (
                "a: *x\n",
                "t:1:4: an alias is not part of the format [alias] (help: write the value out where it is used, or put a text that begins with `&` or `*` in quotes)",
            ),
            (
                "é: !!int 1\n",
                "t:1:4: a tag is not part of the format [alias] (help: leave the tag out, or put a text that begins with `!` in quotes)",
            ),
            (
                "? [a]\n: b\n",
                "t:1:3: a key is a list or a mapping [syntax] (help: keys are texts; put a text that holds brackets in quotes)",
            ),
            (": b\n", "t:1:1: a key is missing before `:` [syntax]"),
            (
                "a: 1\n b: 2\n",
                "t:2:3: a `:` stands where no value can begin [syntax] (help: put a text that holds `: ` in quotes, or check the indentation)",
            ),
            (
                "a: 'b\n",
                "t:2:1: a quote is still open where the line begins [syntax] (help: close it, or indent the lines that the text goes on over)",
            ),
            (
                "a: 1\rb: 2\n",
                "t:1:5: a carriage return that is not part of a line end [syntax] (help: end lines with a line feed, or with carriage return and line feed)",
            ),
            ("a: [1, 2\n", "t:1:4: the bracket `[` is not closed [syntax]"),
            ("a: [1}\n", "t:1:4: the bracket `[` is closed by `}` [syntax]"),
        ] {
            assert_eq!(read(text).unwrap_err(), [expected], "{text:?}");
        }
    }

    #[test]
    fn a_tab_in_the_indentation_is_named() {
        let mistakes = read("a:\n\tb: 1\n").unwrap_err();
        assert!(mistakes[0].contains("a tab stands where lines are indented"), "{mistakes:?}");
    }

    #[test]
    fn several_mistakes_are_told_at_once() {
        let mistakes = read("a: 1\na: 2\nb: !t x\na: 3\n").unwrap_err();
        assert_eq!(mistakes.len(), 3);
    }

    #[test]
    fn nesting_has_a_limit_and_a_place() {
        let deep = "t:1:33: lists and mappings nest deeper than 32 levels [too-large]";
        for text in ["[".repeat(100_000), "- ".repeat(100).trim().to_owned(), ["[".repeat(33), "]".repeat(33)].concat()]
        {
            let mistakes = read(&text).unwrap_err();
            assert!(mistakes[0].ends_with("lists and mappings nest deeper than 32 levels [too-large]"), "{mistakes:?}");
        }
        assert_eq!(read(&"[".repeat(100_000)).unwrap_err(), [deep]);
        assert!(read(&["[".repeat(32), "]".repeat(32)].concat()).is_ok());
    }

    #[test]
    fn size_has_a_limit_and_a_place() {
        let many = read(&"- 1\n".repeat(100_001)).unwrap_err();
        assert!(
            many[0].starts_with("t:100000:3: the file holds more than 100000 keys and values [too-large]"),
            "{many:?}"
        );
        let long = read(&"# comment\n".repeat(500_000)).unwrap_err();
        assert!(long[0].starts_with("t:1:1: the text is longer than 4 MiB [too-large]"), "{long:?}");
    }

    #[test]
    fn an_alias_bomb_is_refused_at_its_first_anchor() {
        let lines = (1..60).map(|n| format!("a{n}: &a{n} [*a{0}, *a{0}]\n", n - 1));
        let text: String = std::iter::once("a0: &a0 [x, x]\n".to_owned()).chain(lines).collect();
        let mistakes = read(&text).unwrap_err();
        assert_eq!(mistakes.len(), 1);
        assert!(mistakes[0].starts_with("t:1:5: an anchor"), "{mistakes:?}");
    }

    #[test]
    fn only_what_is_plain_can_be_null() {
        let root = one("a: ~\nb: null\nc:\nd: \"\"\ne: 'null'\nf: no\ng: 010\nh: Null\n");
        for (key, expected) in [
            ("a", None),
            ("b", None),
            ("c", None),
            ("d", Some("")),
            ("e", Some("null")),
            ("f", Some("no")),
            ("g", Some("010")),
            ("h", Some("Null")),
        ] {
            assert_eq!(root.get(key).unwrap().as_text(), expected, "{key}");
        }
    }

    #[test]
    fn scalars_know_their_style_and_where_their_text_begins() {
        for (text, style, place, content) in [
            ("é: ab c", Style::Plain, "t:1:4+4", "t:1:4"),
            ("a: \"b\\n\"", Style::Quoted, "t:1:4+5", "t:1:5"),
            ("a: 'b'", Style::Quoted, "t:1:4+3", "t:1:5"),
            ("a: b\n  c", Style::Folded, "t:1:4+1", "t:1:4"),
            ("a: 'b\n  c'", Style::Folded, "t:1:4+2", "t:1:5"),
            ("a: >\n  b\n  c\n", Style::Folded, "t:1:4+1", "t:2:3"),
            ("é: |\n  b\n", Style::Literal, "t:1:4+1", "t:2:3"),
            ("\"a|b\":   |-  # | c\n\n\n    b\n", Style::Literal, "t:1:10+1", "t:2:5"),
            ("a: |2\n     b\n", Style::Literal, "t:1:4+1", "t:2:3"),
        ] {
            let root = one(text);
            let Content::Map(entries) = &root.content else { panic!("{text:?}") };
            let node = &entries[0].value;
            let found = scalar(node);
            assert_eq!(found.style, style, "{text:?}");
            assert_eq!(format!("{:?}", node.place), place, "{text:?}");
            assert_eq!(found.content.to_string(), content, "{text:?}");
        }
    }

    /// Line n of a literal block is line n of the file below its content's place, from that column on.
    #[test]
    fn every_line_of_a_literal_block_is_a_line_of_the_file() {
        for text in [
            "a: |\n  let x = 1;\n  x\n",
            "a: |-\n  x\n   + y\n\n  z\n",
            "a: |2\n    x\n  y\n",
            "a: |+\n\n\n  x\n\n",
            "a: |\r\n  x\r\n  y\r\n",
            "é: 'ü'\nb:\n  - |\r\n\r\n      é = 1\n\n      y\n",
            "a:\n- |\n  x\n  y\n- c\n",
            "--- |\nx\ny\n",
            "a: |1\n \n \n  x\n",
            "a: {}\nb: # | not here\n  |\n  x\n",
        ] {
            let file = SourceFile::new("t", text);
            let root = parse(&file).unwrap().remove(0);
            let found = first_literal(&root).unwrap();
            for (index, line) in found.text.lines().enumerate() {
                let written = file.line(found.content.line() + index).unwrap();
                let from: String = written.chars().skip(found.content.column() - 1).collect();
                assert_eq!(from, line, "{text:?}");
            }
        }
    }

    fn first_literal(node: &Node) -> Option<&Scalar> {
        match &node.content {
            Content::Scalar(scalar) if scalar.style == Style::Literal => Some(scalar),
            Content::List(items) => items.iter().find_map(first_literal),
            Content::Map(entries) => entries.iter().find_map(|entry| first_literal(&entry.value)),
            _ => None,
        }
    }

    #[test]
    fn a_bracketed_value_is_marked_whole_and_a_block_at_its_first_key() {
        let root = one("a:\n  bc: [1, é]\n");
        let inner = root.get("a").unwrap();
        assert_eq!(format!("{:?}", inner.place), "t:2:3+2");
        assert_eq!(format!("{:?}", inner.get("bc").unwrap().place), "t:2:7+6");
    }

    #[test]
    fn every_document_of_a_stream_is_read() {
        let roots = read("a: 1\n---\nb: 2\n...\n---\n").unwrap();
        assert_eq!(roots.len(), 3);
        assert_eq!(roots[1].place.line(), 3);
        assert_eq!(roots[2].content, Content::Empty);
    }

    /// Another reader of YAML, which guesses types: its guesses are undone by comparing texts as it writes them.
    #[test]
    fn another_reader_sees_the_same_tree() {
        for text in [
            "a: 1\nb: [x, 'y z', \"q\\tr\"]\nc: {d: e, f: [g, {h: i}]}\n",
            "- a\n- - b\n  - c\n-\n  d: e\n  f:\n  - g\n",
            "text: |\n  one\n   two\n\n  three\nfolded: >-\n  one\n  two\n\n  three\nlast: x\n",
            "a: |+\n  x\n\nb: |-\n  y\nc: >\n  z\n\n",
            "plain over\n  two lines\n",
            "url: http://example.org/a#b # comment\nkey with spaces: value: no\n"
                .replace("value: no", "value")
                .as_str(),
            "'quoted ''key''': \"\\u00e9\\x41 \\\"\"\n",
            "a: ~\nb: null\nc:\nd: ''\n",
            "? a\n: b\n? c\n",
            "a: true\nb: false\nc: -5\n",
            "[a, [b, [c]], {}, []]",
            "a: >2\n    x\n   y\n  z\n",
            "é: ü\r\nb: |\r\n  x\r\n  y\r\n",
        ] {
            let oracle: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
            assert_same(&one(text), &oracle, text);
        }
    }

    fn assert_same(node: &Node, value: &serde_yaml::Value, text: &str) {
        use serde_yaml::Value;
        match (&node.content, value) {
            (Content::Empty, Value::Null) => {}
            (Content::Scalar(scalar), Value::String(written)) => assert_eq!(&scalar.text, written, "{text:?}"),
            (Content::Scalar(scalar), Value::Bool(truth)) => assert_eq!(scalar.text, truth.to_string(), "{text:?}"),
            (Content::Scalar(scalar), Value::Number(number)) => assert_eq!(scalar.text, number.to_string(), "{text:?}"),
            (Content::List(items), Value::Sequence(values)) => {
                assert_eq!(items.len(), values.len(), "{text:?}");
                for (item, value) in items.iter().zip(values) {
                    assert_same(item, value, text);
                }
            }
            (Content::Map(entries), Value::Mapping(values)) => {
                assert_eq!(entries.len(), values.len(), "{text:?}");
                for (entry, (key, value)) in entries.iter().zip(values) {
                    assert_eq!(Some(entry.key.as_str()), key.as_str(), "{text:?}");
                    assert_same(&entry.value, value, text);
                }
            }
            (content, value) => panic!("{text:?}: {content:?} is not {value:?}"),
        }
    }

    #[test]
    fn no_broken_text_panics() {
        let text = "é: [1, {b: 'c'}]\r\nd: |2-\n\n    x\ne: >\n  f\n? g\n: - \"h\\n\"\n--- # i\n";
        let pieces = ["", "\t", "|", "[", "'", "\"", ":", "- ", "\r", "\u{feff}", "&a", "*a", "!", "%", "\u{0}", "é"];
        for (at, _) in text.char_indices() {
            for piece in pieces {
                let (before, behind) = text.split_at(at);
                let cut: String = behind.chars().skip(usize::from(piece.is_empty())).collect();
                drop(read(&format!("{before}{piece}{cut}")));
                drop(read(&format!("{before}{piece}")));
            }
        }
    }
}
