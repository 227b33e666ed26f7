//! Mistakes in what somebody wrote: gathered, many at once, each with a place and what to do.

use std::fmt;

use crate::source::Place;

/// What a mistake is called. Each has a section in `docs/diagnostics.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal;)+) => {
        impl Code {
            $($(#[doc = $doc])+ pub const $name: Self = Self($text);)+

            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

codes! {
    /// The file is not in the format its name says.
    SYNTAX = "syntax";
    /// A file holds nothing.
    EMPTY_FILE = "empty-file";
    /// A file is not UTF-8 text.
    NOT_UTF8 = "not-utf8";
    /// A file is nested or sized beyond the limits.
    TOO_LARGE = "too-large";
    /// YAML anchors and aliases are not part of the format.
    ALIAS = "alias";
    /// One key twice in one mapping.
    DUPLICATE_KEY = "duplicate-key";
    /// A key that the format does not have.
    UNKNOWN_KEY = "unknown-key";
    /// A key that must be there is not.
    MISSING_KEY = "missing-key";
    /// One name for two things.
    DUPLICATE_NAME = "duplicate-name";
    /// A name that scripts cannot use.
    RESERVED_NAME = "reserved-name";
    /// A name or id not written as it must be.
    BAD_NAME = "bad-name";
    /// A value of another shape or kind than its place needs.
    WRONG_VALUE = "wrong-value";
    /// A number not written as digits with a point.
    BAD_NUMBER = "bad-number";
    /// A date that is not one, or not written as 2015-04-01.
    BAD_DATE = "bad-date";
    /// A period that is not one, or not of the scheme.
    BAD_PERIOD = "bad-period";
    /// A value outside its declared bounds.
    OUT_OF_BOUNDS = "out-of-bounds";
    /// A name that nothing declares.
    UNKNOWN_NAME = "unknown-name";
    /// A script that Rhai cannot parse.
    SCRIPT_SYNTAX = "script-syntax";
    /// Something Rhai has and the rule language does not.
    NOT_IN_LANGUAGE = "not-in-language";
    /// A script whose lines are not the file's.
    SCRIPT_NEEDS_LITERAL_BLOCK = "script-needs-literal-block";
    /// A value of the wrong type in a script.
    WRONG_TYPE = "wrong-type";
    /// Units that do not go together.
    WRONG_UNIT = "wrong-unit";
    /// A function called with the wrong arguments.
    WRONG_ARGUMENTS = "wrong-arguments";
    /// A `switch` that says nothing of some values.
    NOT_COVERED = "not-covered";
    /// An arm of a `switch` that is never taken.
    UNREACHABLE_ARM = "unreachable-arm";
    /// Values or conditions that need each other.
    CYCLE = "cycle";
    /// A value over all cases that rests on another one.
    TWO_PASSES = "two-passes";
    /// A pack that another one extends, and that is not there.
    BAD_BASE = "bad-base";
    /// A change to a base that changes nothing.
    NO_EFFECT = "no-effect";
    /// A function of the program that is not offered, or that a pack calls without saying that it needs it.
    PLUG_IN = "plug-in";
    /// Something declared that nothing uses.
    UNUSED = "unused";
    /// A parameter nobody has verified.
    UNVERIFIED = "unverified";
    /// A condition that is met whatever the evidence.
    ALWAYS_MET = "always-met";
    /// A condition that is never met, or never applies, whatever the evidence.
    NEVER_MET = "never-met";
    /// A condition that money waits for, and that a case can put out of the way by what does not apply.
    GATE_MAY_NOT_APPLY = "gate-may-not-apply";
    /// A branch that is never taken.
    DEAD_BRANCH = "dead-branch";
    /// A parameter last confirmed before the rules are applied.
    UNCONFIRMED = "unconfirmed";
    /// A number in a script that policy may change.
    POLICY_NUMBER = "policy-number";
    /// Days on which a parameter that is needed has no value.
    PARAMETER_GAP = "parameter-gap";
    /// Days that two values of a parameter claim.
    PARAMETER_OVERLAP = "parameter-overlap";
    /// Money that is divided and that nothing rounds.
    MONEY_NEVER_ROUNDED = "money-never-rounded";
    /// A deadline after what depends on it.
    LATE_DEADLINE = "late-deadline";
    /// An `allow` that allows nothing.
    IDLE_ALLOW = "idle-allow";
    /// Values that no row of a table covers.
    TABLE_GAP = "table-gap";
    /// Values that two rows of a table cover.
    TABLE_OVERLAP = "table-overlap";
    /// A row of a table that never decides.
    ROW_NEVER_REACHED = "row-never-reached";
    /// A table lacks a column that the binding or the case needs.
    MISSING_COLUMN = "missing-column";
    /// A table's row does not fit its header or its other rows.
    BAD_ROW = "bad-row";
    /// A recipient code the binding says nothing of.
    UNKNOWN_RECIPIENT = "unknown-recipient";
    /// A figure of a table that does not pass a check of the binding.
    FAILED_CHECK = "failed-check";
}

impl Code {
    /// The codes of warnings that a pack may allow where they stand, with a reason.
    pub const ALLOWABLE: &'static [Self] = &[
        Self::ALWAYS_MET,
        Self::DEAD_BRANCH,
        Self::GATE_MAY_NOT_APPLY,
        Self::LATE_DEADLINE,
        Self::MONEY_NEVER_ROUNDED,
        Self::NEVER_MET,
        Self::PARAMETER_GAP,
        Self::PARAMETER_OVERLAP,
        Self::POLICY_NUMBER,
        Self::ROW_NEVER_REACHED,
        Self::UNCONFIRMED,
        Self::UNUSED,
        Self::UNVERIFIED,
    ];

    /// The code as it is shown: `unknown-key`.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Whether a pack can be used in spite of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can, and somebody should look.
    Warning,
}

/// A mistake, where it is, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What it is called.
    pub code: Code,
    /// Whether it stops the work.
    pub severity: Severity,
    /// What is wrong, in lower case without a stop.
    pub message: String,
    /// Where.
    pub place: Place,
    /// A few words for the marked text; may be empty.
    pub label: String,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error.
    pub fn error(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), place, label: String::new(), help: None }
    }

    /// A warning.
    pub fn warning(code: Code, place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message) }
    }

    /// The same with words for the marked text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with a near miss among `known` as help, if there is one.
    #[must_use]
    pub fn near_miss<'a>(self, written: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match nearest(written, known) {
            Some(name) => self.help(format!("a similar name exists: `{name}`")),
            None => self,
        }
    }

    /// Whether this stops the work.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} [{}]", self.place, self.message, self.code)?;
        match &self.help {
            Some(help) => write!(f, " (help: {help})"),
            None => Ok(()),
        }
    }
}

/// The name nearest to `written`, if one is near: a third of its letters may differ.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 80;
    let length = written.chars().count();
    let limit = length.div_ceil(3);
    known
        .into_iter()
        // Names of very different lengths are not near, and very long ones are not typing slips.
        .filter(|name| length <= LONGEST && name.len().abs_diff(written.len()) <= limit * 4)
        .filter(|name| name.chars().count().abs_diff(length) <= limit)
        .map(|name| (distance(written, name), name))
        .filter(|(steps, _)| *steps <= limit)
        .min()
        .map(|(_, name)| name)
}

/// How many letters must be put in, taken out, changed or swapped with a neighbour.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    let mut last = None;
    for (i, a) in left.chars().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in right.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX - 1);
            let mut best = (at(&row, j) + usize::from(a != *b)).min(at(&row, j + 1) + 1).min(at(&next, j) + 1);
            if j > 0 && last == Some(*b) && right.get(j - 1) == Some(&a) {
                best = best.min(at(&before, j - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut row, next);
        last = Some(a);
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swapped_pair_of_letters_is_one_step() {
        assert_eq!(distance("opne_days", "open_days"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(nearest("basline", ["baseline", "planned", "actual"]), Some("baseline"));
        assert_eq!(nearest("x", ["baseline"]), None);
    }
}
