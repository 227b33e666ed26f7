//! Mistakes in what an author expects: what no ruling of the pack can be held against.

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::exact::Exact;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::Outcome;
use ringfence_core::source::{Content, Document, Entry, Node};

use super::{entries, number};

const KEYS: [&str; 5] = ["outcomes", "values", "funds", "missing", "error"];
const PARTS: [&str; 8] =
    ["amount", "earned", "released", "redirected", "withheld", "recovered", "undetermined", "tranches"];
/// What a test may keep of a case, and that it keeps nothing.
const KEPT: [&str; 3] = ["ruling", "explain", "none"];

/// What is wrong with the expectations of a case, and with what it says is kept of its ruling, each with its place.
pub fn expect_mistakes(pack: &Pack, case: &Document) -> Vec<Diagnostic> {
    let mut found = Found { pack, mistakes: Vec::new() };
    if let Some(expect) = case.root.get("expect") {
        found.expect(expect);
    }
    if let Some(kept) = case.root.get("snapshot") {
        found.kept(kept);
    }
    found.mistakes
}

struct Found<'p> {
    pack: &'p Pack,
    mistakes: Vec<Diagnostic>,
}

impl Found<'_> {
    fn add(&mut self, mistake: Diagnostic) {
        self.mistakes.push(mistake);
    }

    fn wrong(&mut self, node: &Node, message: impl Into<String>, help: &str) {
        self.add(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message).help(help));
    }

    fn expect(&mut self, expect: &Node) {
        for entry in self.mapping(expect, "`expect`") {
            match entry.key.as_str() {
                "outcomes" => self.outcomes(&entry.value),
                "values" => self.values(&entry.value),
                "funds" => self.funds(&entry.value),
                "missing" => self.missing(&entry.value),
                "error" if entry.value.as_text().is_none_or(|text| text.trim().is_empty()) => {
                    self.wrong(&entry.value, "`error` is words of the message", "write a part of it");
                }
                "error" => {}
                _ => self.unknown_key(entry, "`expect`", &KEYS),
            }
        }
        if let (Some(error), true) = (expect.get("error"), entries(expect).len() > 1) {
            let message = "where an error is expected there is no ruling to expect anything of";
            self.wrong(error, message, "keep `error`, or else what the ruling should say");
        }
    }

    fn mapping<'n>(&mut self, node: &'n Node, what: &str) -> &'n [Entry] {
        match &node.content {
            Content::Map(entries) => entries,
            _ => {
                self.wrong(
                    node,
                    format!("{what} is a mapping, found {}", node.kind()),
                    "write `name: value`, a line each",
                );
                &[]
            }
        }
    }

    fn unknown_key(&mut self, entry: &Entry, what: &str, known: &[&str]) {
        let message = format!("{what} has no key `{}`", entry.key);
        let mistake = Diagnostic::error(Code::UNKNOWN_KEY, entry.key_place.clone(), message).label("unknown key");
        let help = format!("the keys are {}", known.join(", "));
        self.add(mistake.help(help).near_miss(&entry.key, known.iter().copied()));
    }

    fn unknown<'k>(&mut self, entry: &Entry, what: &str, known: impl Iterator<Item = &'k str>) {
        let message = format!("unknown {what} `{}`", entry.key);
        let mistake = Diagnostic::error(Code::UNKNOWN_NAME, entry.key_place.clone(), message);
        self.add(mistake.label(format!("not declared by `{}`", self.pack.id())).near_miss(&entry.key, known));
    }

    fn outcomes(&mut self, node: &Node) {
        let words = Outcome::ALL.map(Outcome::as_str);
        for entry in self.mapping(node, "`outcomes`") {
            if !self.pack.conditions().any(|id| id == entry.key) {
                self.unknown(entry, "condition", self.pack.conditions());
            }
            match entry.value.as_text() {
                Some(word) if words.contains(&word) => {}
                Some(word) => {
                    let message = format!("`{word}` is no outcome");
                    let mistake = Diagnostic::error(Code::WRONG_VALUE, entry.value.place.clone(), message);
                    let help = format!("the outcomes are {}", words.join(", "));
                    self.add(mistake.help(help).near_miss(word, words));
                }
                None => {
                    let message = format!("an outcome is a word, found {}", entry.value.kind());
                    self.wrong(&entry.value, message, &format!("the outcomes are {}", words.join(", ")));
                }
            }
        }
    }

    fn values(&mut self, node: &Node) {
        for entry in self.mapping(node, "`values`") {
            match (self.pack.is_value_by_period(&entry.key), &entry.value.content) {
                (None, _) => self.unknown(entry, "value", self.pack.values()),
                (Some(true), Content::List(items)) => {
                    let periods = self.pack.periods().map_or(items.len(), |periods| periods.len());
                    if items.len() != periods {
                        let message = format!("{} figures for a value of {periods} periods", items.len());
                        self.wrong(&entry.value, message, "list one for each period; `~` for one that is not known");
                    }
                    for item in items {
                        self.figure(&entry.key, item);
                    }
                }
                (Some(true), _) => {
                    let message = format!("`{}` has a figure for each period, found {}", entry.key, entry.value.kind());
                    self.wrong(&entry.value, message, "list them in the order of the periods: `[1, 2, ~]`");
                }
                (Some(false), _) => self.figure(&entry.key, &entry.value),
            }
        }
    }

    fn figure(&mut self, name: &str, node: &Node) {
        match &node.content {
            Content::Empty | Content::Scalar(_) => {}
            Content::Map(_) => self.margin(name, node),
            Content::List(_) => {
                self.wrong(node, format!("`{name}` is one figure, found a list"), "write the figure alone");
            }
        }
    }

    fn margin(&mut self, name: &str, node: &Node) {
        const KEYS: [&str; 2] = ["value", "within"];
        for entry in entries(node).iter().filter(|entry| !KEYS.contains(&entry.key.as_str())) {
            self.unknown_key(entry, "a figure with a margin", &KEYS);
        }
        let part = |key: &str| node.get(key).map(|node| (node, node.as_text().and_then(number)));
        let (Some((_, value)), Some((margin, within))) = (part("value"), part("within")) else {
            self.wrong(node, "a figure with a margin has `value` and `within`", "write `{ value: 12.5, within: 0.1 }`");
            return;
        };
        if self.pack.is_value_money(name) {
            self.wrong(margin, "money has no margin", "write the exact amount alone");
        } else if value.is_none() || within.is_none_or(Exact::is_negative) {
            self.wrong(
                node,
                "a margin is a number, and so is what it surrounds",
                "write `{ value: 12.5, within: 0.1 }`",
            );
        }
    }

    fn funds(&mut self, node: &Node) {
        for entry in self.mapping(node, "`funds`") {
            if !self.pack.funds().any(|id| id == entry.key) {
                self.unknown(entry, "fund", self.pack.funds());
                continue;
            }
            for part in self.mapping(&entry.value, &format!("what is expected of `{}`", entry.key)) {
                match (part.key.as_str(), &part.value.content) {
                    (key, _) if !PARTS.contains(&key) => self.unknown_key(part, "a fund", &PARTS),
                    ("tranches", Content::List(items)) => {
                        for item in items {
                            self.amount(item);
                        }
                    }
                    ("tranches", _) => {
                        let message = format!("`tranches` is a list, found {}", part.value.kind());
                        self.wrong(&part.value, message, "list what each period earned: `[100.00, 0.00, ~]`");
                    }
                    _ => self.amount(&part.value),
                }
            }
        }
    }

    fn amount(&mut self, node: &Node) {
        if node.get("within").is_some() {
            self.wrong(node, "money has no margin", "write the exact amount alone");
            return;
        }
        let is_amount = |text: &str| text.parse::<Exact>().is_ok();
        if node.content != Content::Empty && !node.as_text().is_some_and(is_amount) {
            let message = format!("expected an amount such as 1234.50, found {}", node.kind());
            self.wrong(node, message, "write digits with at most one point, or `~` where it is not known");
        }
    }

    fn missing(&mut self, node: &Node) {
        let Content::List(items) = &node.content else {
            let message = format!("`missing` is a list, found {}", node.kind());
            self.wrong(node, message, "list what is missing, such as `[beds.open 2015-16 Q4]`, or `[]` for nothing");
            return;
        };
        for item in items.iter().filter(|item| item.as_text().is_none()) {
            self.wrong(item, format!("expected a name, found {}", item.kind()), "write it as a ruling names it");
        }
    }

    fn kept(&mut self, node: &Node) {
        let items = match &node.content {
            Content::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        for item in items {
            let word = item.as_text().unwrap_or_default();
            if !KEPT.contains(&word) || (word == "none" && items.len() > 1) {
                let message = format!("expected `ruling`, `explain` or both, or `none`, found {}", item.kind());
                let mistake = Diagnostic::error(Code::WRONG_VALUE, item.place.clone(), message);
                let help = "write `snapshot: [ruling, explain]` to keep the explanation as well";
                self.add(mistake.help(help));
            }
        }
    }
}
