//! Reading documents: known keys, expected shapes, and every mistake noted where it stands.

use jiff::civil::Date;

use crate::diagnostic::{Code, Diagnostic};
use crate::exact::{Exact, Rounding, RoundingMode};
use crate::language::Script;
use crate::period::read_date;
use crate::source::{Content, Entry, Node, Place};

/// The mistakes found so far.
pub(crate) type Mistakes = Vec<Diagnostic>;

/// A mapping whose keys have been checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    pub(crate) entries: &'a [Entry],
    pub(crate) place: &'a Place,
}

impl<'a> Fields<'a> {
    /// The mapping that `node` is; keys outside `known` are noted.
    pub(crate) fn read(node: &'a Node, what: &str, known: &[&str], mistakes: &mut Mistakes) -> Option<Self> {
        let fields = Self::any(node, what, mistakes)?;
        for entry in fields.entries {
            if !known.contains(&entry.key.as_str()) {
                let message = format!("{what} has no key `{}`", entry.key);
                let diagnostic =
                    Diagnostic::error(Code::UNKNOWN_KEY, entry.key_place.clone(), message).label("unknown key");
                let near = diagnostic.near_miss(&entry.key, known.iter().copied());
                let is_rest_of_text = matches!(entry.value.content, Content::Empty) && entry.key.contains(' ');
                mistakes.push(if is_rest_of_text {
                    near.help("a text with a comma goes in quotes here")
                } else if near.help.is_some() {
                    near
                } else {
                    near.help(format!("the keys are {}", known.join(", ")))
                });
            }
        }
        Some(fields)
    }

    /// The mapping that a declaration is: besides `known` it may have `allow`, which is read with those of the whole pack.
    pub(crate) fn declaration(node: &'a Node, what: &str, known: &[&str], mistakes: &mut Mistakes) -> Option<Self> {
        let known: Vec<&str> = known.iter().copied().chain(["allow"]).collect();
        Self::read(node, what, &known, mistakes)
    }

    /// The mapping that `node` is, whatever its keys.
    pub(crate) fn any(node: &'a Node, what: &str, mistakes: &mut Mistakes) -> Option<Self> {
        match &node.content {
            Content::Map(entries) => Some(Self { entries, place: &node.place }),
            _ => {
                wrong(node, &format!("{what} is a mapping of keys and values"), mistakes);
                None
            }
        }
    }

    /// The same, with mistakes of what is not there noted at `place`.
    pub(crate) const fn at(self, place: &'a Place) -> Self {
        Self { place, ..self }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&'a Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    pub(crate) fn need(&self, key: &str, what: &str, mistakes: &mut Mistakes) -> Option<&'a Node> {
        let found = self.get(key);
        if found.is_none() {
            let message = format!("{what} needs the key `{key}`");
            mistakes.push(
                Diagnostic::error(Code::MISSING_KEY, self.place.clone(), message).help(format!("add `{key}: …`")),
            );
        }
        found
    }

    pub(crate) fn text(&self, key: &str, mistakes: &mut Mistakes) -> Option<String> {
        self.get(key).and_then(|node| text(node, &format!("`{key}`"), mistakes))
    }

    pub(crate) fn need_text(&self, key: &str, what: &str, mistakes: &mut Mistakes) -> Option<String> {
        self.need(key, what, mistakes).and_then(|node| text(node, &format!("`{key}`"), mistakes))
    }

    pub(crate) fn date(&self, key: &str, mistakes: &mut Mistakes) -> Option<Date> {
        self.get(key).and_then(|node| date(node, mistakes))
    }

    pub(crate) fn need_date(&self, key: &str, what: &str, mistakes: &mut Mistakes) -> Option<Date> {
        self.need(key, what, mistakes).and_then(|node| date(node, mistakes))
    }

    pub(crate) fn texts(&self, key: &str, mistakes: &mut Mistakes) -> Vec<(String, Place)> {
        self.get(key).map(|node| texts(node, &format!("`{key}`"), mistakes)).unwrap_or_default()
    }

    pub(crate) fn script(&self, key: &str, mistakes: &mut Mistakes) -> Option<Script> {
        self.get(key).and_then(|node| script(node, &format!("`{key}`"), mistakes))
    }

    /// One of several words, and what it stands for.
    pub(crate) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)], mistakes: &mut Mistakes) -> Option<T> {
        self.get(key).and_then(|node| word(node, words, mistakes))
    }
}

/// Notes that `node` is not what it should be.
pub(crate) fn wrong(node: &Node, expected: &str, mistakes: &mut Mistakes) {
    let message = format!("{expected}, found {}", node.kind());
    mistakes.push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message));
}

pub(crate) fn text(node: &Node, what: &str, mistakes: &mut Mistakes) -> Option<String> {
    match &node.content {
        Content::Scalar(scalar) if !scalar.text.trim().is_empty() => Some(scalar.text.trim_end().to_owned()),
        _ => {
            wrong(node, &format!("{what} is a text"), mistakes);
            None
        }
    }
}

/// A list of texts; a single text is a list of one.
pub(crate) fn texts(node: &Node, what: &str, mistakes: &mut Mistakes) -> Vec<(String, Place)> {
    let one = |node: &Node, mistakes: &mut Mistakes| text(node, what, mistakes).map(|text| (text, node.place.clone()));
    match &node.content {
        Content::List(items) if items.is_empty() => {
            let diagnostic = Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), format!("{what} lists nothing"));
            mistakes.push(diagnostic.help("name one or more"));
            Vec::new()
        }
        Content::List(items) => items.iter().filter_map(|item| one(item, mistakes)).collect(),
        _ => one(node, mistakes).into_iter().collect(),
    }
}

pub(crate) fn word<T: Copy>(node: &Node, words: &[(&str, T)], mistakes: &mut Mistakes) -> Option<T> {
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let expected = match known.as_slice() {
        [one] => format!("expected `{one}`"),
        many => format!("expected one of {}", many.join(", ")),
    };
    let Some(written) = node.as_text() else {
        wrong(node, &expected, mistakes);
        return None;
    };
    let found = words.iter().find(|(word, _)| *word == written);
    if found.is_none() {
        let message = format!("{expected}, found `{written}`");
        mistakes.push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message).near_miss(written, known));
    }
    found.map(|(_, value)| *value)
}

pub(crate) fn script(node: &Node, what: &str, mistakes: &mut Mistakes) -> Option<Script> {
    match &node.content {
        Content::Scalar(scalar) if !scalar.text.trim().is_empty() => Some(Script { scalar: scalar.clone() }),
        _ => {
            wrong(node, &format!("{what} is a script"), mistakes);
            None
        }
    }
}

pub(crate) fn date(node: &Node, mistakes: &mut Mistakes) -> Option<Date> {
    let Some(written) = node.as_text() else {
        wrong(node, "expected a date such as 2015-04-01", mistakes);
        return None;
    };
    let found = read_date(written);
    if found.is_none() {
        mistakes.push(bad_date(written, node.place.clone()));
    }
    found
}

pub(crate) fn bad_date(written: &str, place: Place) -> Diagnostic {
    let shaped = written.len() == 10 && written.bytes().filter(|byte| *byte == b'-').count() == 2;
    let message = if shaped {
        format!("there is no day `{written}`")
    } else {
        format!("expected a date such as 2015-04-01, found `{written}`")
    };
    let help = if shaped { "check the day against the calendar" } else { "write year, month and day: 2015-04-01" };
    Diagnostic::error(Code::BAD_DATE, place, message).help(help)
}

pub(crate) fn number(node: &Node, mistakes: &mut Mistakes) -> Option<Exact> {
    let Some(written) = node.as_text() else {
        wrong(node, "expected a number", mistakes);
        return None;
    };
    match written.parse() {
        Ok(number) => Some(number),
        Err(_) => {
            mistakes.push(bad_number(written, node.place.clone()));
            None
        }
    }
}

pub(crate) fn bad_number(written: &str, place: Place) -> Diagnostic {
    let diagnostic = Diagnostic::error(Code::BAD_NUMBER, place, format!("expected a number, found `{written}`"));
    diagnostic.help("write digits with at most one point, and no separators, signs of currency or exponents: 1234.50")
}

pub(crate) fn rounding(node: &Node, mistakes: &mut Mistakes) -> Option<Rounding> {
    let fields = Fields::read(node, "a rounding", &["to", "mode"], mistakes)?;
    let to = fields.need("to", "a rounding", mistakes);
    let step = to.and_then(|node| number(node, mistakes));
    fields.need("mode", "a rounding", mistakes);
    let mode: Option<RoundingMode> = fields.word("mode", &RoundingMode::ALL, mistakes);
    let rounding = Rounding::new(step?, mode?);
    if let (None, Some(to)) = (rounding, to) {
        mistakes.push(Diagnostic::error(Code::WRONG_VALUE, to.place.clone(), "a rounding step is above zero"));
    }
    rounding
}

/// Whether a text is an id: lower-case words, digits and hyphens.
pub(crate) fn is_id(text: &str) -> bool {
    let starts = text.chars().next().is_some_and(|first| first.is_ascii_lowercase());
    starts
        && !text.ends_with('-')
        && !text.contains("--")
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whether a text is one part of a name in scripts: lower-case words, digits and underscores.
pub(crate) fn is_script_name(text: &str) -> bool {
    let starts = text.chars().next().is_some_and(|first| first.is_ascii_lowercase());
    starts && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Words that Rhai keeps for itself, or that mean something in every script.
const RESERVED: &[&str] = &[
    "as",
    "async",
    "await",
    "break",
    "call",
    "case",
    "catch",
    "const",
    "continue",
    "curry",
    "debug",
    "default",
    "do",
    "else",
    "eval",
    "exit",
    "export",
    "false",
    "findings",
    "fn",
    "for",
    "global",
    "go",
    "goto",
    "if",
    "import",
    "in",
    "is",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "let",
    "loop",
    "match",
    "module",
    "new",
    "nil",
    "null",
    "package",
    "params",
    "period",
    "periods",
    "portfolio",
    "print",
    "private",
    "protected",
    "public",
    "return",
    "shared",
    "spawn",
    "static",
    "super",
    "switch",
    "sync",
    "tables",
    "this",
    "thread",
    "throw",
    "true",
    "try",
    "type_of",
    "until",
    "use",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// Whether scripts keep this word for themselves.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Notes a name that scripts cannot use.
pub(crate) fn check_name(name: &str, place: &Place, mistakes: &mut Mistakes) -> bool {
    if let Some(part) = name.split('.').find(|part| is_reserved(part)) {
        let message = format!("`{part}` is a word that scripts keep for themselves");
        mistakes.push(Diagnostic::error(Code::RESERVED_NAME, place.clone(), message).help("choose another name"));
        return false;
    }
    if !name.split('.').all(is_script_name) {
        let message = format!("`{name}` is not a name that scripts can use");
        let help = "write lower-case words joined by `_`, and `.` between a group and a name: activity.actual";
        mistakes.push(Diagnostic::error(Code::BAD_NAME, place.clone(), message).help(help));
        return false;
    }
    true
}

/// Notes an id that is not written as one.
pub(crate) fn check_id(id: &str, place: &Place, mistakes: &mut Mistakes) -> bool {
    let valid = is_id(id);
    if !valid {
        let message = format!("`{id}` is not an id");
        let help = "write lower-case words joined by `-`: seven-day-services";
        mistakes.push(Diagnostic::error(Code::BAD_NAME, place.clone(), message).help(help));
    }
    valid
}
