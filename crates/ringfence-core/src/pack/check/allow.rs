//! `allow`: warnings that the author has looked at, and why they may stand.
//!
//! An `allow` holds for the declaration it stands in, and that of the pack's top for the whole pack. Of two that hold
//! for one warning, the inner one is used.

use std::cmp::Reverse;

use crate::diagnostic::{Code, Diagnostic};
use crate::fields::Mistakes;
use crate::pack::Allowed;
use crate::pack::section::SECTIONS;
use crate::source::{Content, Entry, Node, PackSource, Place};

/// Line and column.
type Spot = (usize, usize);

/// One code that a declaration allows.
#[derive(Debug)]
pub(in crate::pack) struct Allowance {
    code: Code,
    reason: String,
    place: Place,
    /// The stretch of one file that it holds for: from the first spot until before the second, if there is one.
    /// The whole pack, if none.
    scope: Option<(Spot, Option<Spot>)>,
    used: bool,
}

impl Allowance {
    fn holds_for(&self, diagnostic: &Diagnostic) -> bool {
        let place = &diagnostic.place;
        self.code == diagnostic.code
            && self.scope.is_none_or(|(from, until)| {
                let at = spot(place);
                place.file().path() == self.place.file().path() && from <= at && until.is_none_or(|until| at < until)
            })
    }
}

fn spot(place: &Place) -> Spot {
    (place.line(), place.column())
}

/// What the pack allows, and what is wrong in how it says so.
pub(in crate::pack) fn read(source: &PackSource, mistakes: &mut Mistakes) -> Vec<Allowance> {
    let mut found = Vec::new();
    for (number, document) in source.documents.iter().enumerate() {
        if number == 0 {
            one(document.root.get("allow"), None, mistakes, &mut found);
        }
        for (section, until) in stretches(&document.root, None) {
            if !SECTIONS.contains(&section.key.as_str()) {
                continue;
            }
            for (declared, until) in stretches(&section.value, until) {
                let scope = (spot(&declared.key_place), until);
                one(declared.value.get("allow"), Some(scope), mistakes, &mut found);
                let Some(values) = declared.value.get("values") else { continue };
                // `values` may be followed by further keys of the declaration, and these are not its own.
                let after = stretches(&declared.value, until).find(|(entry, _)| entry.key == "values");
                for (dated, until) in stretches(values, after.and_then(|(_, until)| until)) {
                    let scope = (spot(&dated.key_place), until);
                    one(dated.value.get("allow"), Some(scope), mistakes, &mut found);
                }
            }
        }
    }
    found
}

/// The entries of a mapping, each with the first spot behind it. Where a pack extends another, they are not all of one file.
fn stretches(node: &Node, until: Option<Spot>) -> impl Iterator<Item = (&Entry, Option<Spot>)> {
    let entries = match &node.content {
        Content::Map(entries) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(move |entry| {
        let own = spot(&entry.key_place);
        let here = entry.key_place.file().path();
        let others = entries.iter().map(|other| &other.key_place).filter(|other| other.file().path() == here);
        let next = others.map(spot).filter(|other| *other > own).min();
        (entry, next.or(until))
    })
}

fn one(node: Option<&Node>, scope: Option<(Spot, Option<Spot>)>, mistakes: &mut Mistakes, found: &mut Vec<Allowance>) {
    let Some(node) = node else { return };
    let Content::Map(entries) = &node.content else {
        let message = format!("expected the codes of warnings, each with a reason, found {}", node.kind());
        let diagnostic = Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message);
        mistakes.push(diagnostic.help("write the code and why it may stand: `allow: { unused: … }`"));
        return;
    };
    for entry in entries {
        let Some(code) = code(entry, mistakes) else { continue };
        match entry.value.as_text().map(str::trim_end) {
            Some(reason) if !reason.trim().is_empty() => {
                let (reason, place) = (reason.to_owned(), entry.key_place.clone());
                found.push(Allowance { code, reason, place, scope, used: false });
            }
            _ => {
                let message = format!("`{code}` is allowed without a reason");
                let diagnostic = Diagnostic::error(Code::WRONG_VALUE, entry.value.place.clone(), message);
                mistakes.push(diagnostic.help("say in a few words why the warning may stand"));
            }
        }
    }
}

/// The code that a key names: one of a warning.
fn code(entry: &Entry, mistakes: &mut Mistakes) -> Option<Code> {
    let named = |codes: &[Code]| codes.iter().find(|code| code.as_str() == entry.key).copied();
    if let Some(code) = named(Code::ALLOWABLE) {
        return Some(code);
    }
    let place = entry.key_place.clone();
    let known = Code::ALLOWABLE.iter().map(|code| code.as_str());
    mistakes.push(match named(Code::ALL) {
        Some(Code::IDLE_ALLOW) => {
            let message = "that an `allow` allows nothing cannot be allowed";
            Diagnostic::error(Code::WRONG_VALUE, place, message).help("remove the `allow` that allows nothing")
        }
        Some(code) => {
            let message = format!("`{code}` is an error, and only warnings can be allowed");
            Diagnostic::error(Code::WRONG_VALUE, place, message).help("put right what is wrong")
        }
        None => {
            let message = format!("`{}` is not the code of a warning", entry.key);
            let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, place, message).near_miss(&entry.key, known.clone());
            match diagnostic.help {
                Some(_) => diagnostic,
                // `{ unused: shown, and no more }` has two keys, the second without a value.
                None if entry.key.contains(' ') => diagnostic.help("a reason with a comma goes in quotes here"),
                None => diagnostic.help(format!("the codes of warnings are {}", known.collect::<Vec<_>>().join(", "))),
            }
        }
    });
    None
}

/// Takes the allowed warnings out of `mistakes`, and warns of what allows nothing.
pub(in crate::pack) fn apply(mut allowances: Vec<Allowance>, mistakes: &mut Mistakes, sound: bool) -> Vec<Allowed> {
    let mut allowed = Vec::new();
    if allowances.is_empty() {
        return allowed;
    }
    // The inner one begins later.
    allowances.sort_by_key(|allowance| Reverse(allowance.scope.map(|(from, _)| from)));
    mistakes.retain(|mistake| {
        if mistake.is_error() {
            return true;
        }
        let Some(allowance) = allowances.iter_mut().find(|allowance| allowance.holds_for(mistake)) else { return true };
        allowance.used = true;
        allowed.push(Allowed { diagnostic: mistake.clone(), reason: allowance.reason.clone() });
        false
    });
    allowed.sort_by(|left, right| {
        let key = |allowed: &Allowed| (allowed.diagnostic.place.clone(), allowed.diagnostic.code);
        let ((left, a), (right, b)) = (key(left), key(right));
        left.key().cmp(&right.key()).then(a.cmp(&b))
    });
    allowed.dedup();
    // The checks of a pack with errors were not made, so nothing is known of what an `allow` is for.
    if sound {
        for idle in allowances.into_iter().filter(|allowance| !allowance.used) {
            let message = format!("there is no warning `{}` here to allow", idle.code);
            let diagnostic = Diagnostic::warning(Code::IDLE_ALLOW, idle.place, message);
            mistakes.push(diagnostic.help("remove it: what it was for is gone, or stands elsewhere"));
        }
    }
    allowed
}
