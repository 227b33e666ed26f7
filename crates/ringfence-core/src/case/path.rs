//! How a piece of evidence is named: `activity.actual[2015-16 Q2]`, `services[reablement].days`,
//! `sign-offs.plan[council].date`.

use std::fmt;
use std::str::FromStr;

/// What a path is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A fact, by its name. `facts.` before it may be left out.
    Fact(String),
    /// The signatures of a sign-off: `sign-offs.plan`.
    SignOff(String),
    /// A decision: `decisions.approval`.
    Decision(String),
    /// The waivers of a condition: `waivers.beds-to-spare`.
    Waiver(String),
    /// A parameter, which belongs to the rules and to no case: `params.value_of_a_bed`.
    Parameter(String),
}

impl Subject {
    pub(super) fn sign_off(&self) -> Option<&str> {
        if let Self::SignOff(id) = self { Some(id) } else { None }
    }

    pub(super) fn decision(&self) -> Option<&str> {
        if let Self::Decision(id) = self { Some(id) } else { None }
    }

    pub(super) fn waiver(&self) -> Option<&str> {
        if let Self::Waiver(id) = self { Some(id) } else { None }
    }
}

/// Which of several: what stands in `[ ]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Select {
    /// The period, or the record in which a field says so.
    Named(String),
    /// The record at this position, from 1: `#2`.
    Numbered(usize),
}

/// A piece of evidence by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// What it is about.
    pub subject: Subject,
    /// Which period of a series, or which record of a list.
    pub select: Option<Select>,
    /// Which field of the record, signature, waiver or decision.
    pub field: Option<String>,
}

/// A text is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PathError {
    /// What is wrong with it.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

const EXAMPLES: &str =
    "write `plan.target`, `activity.actual[2015-16 Q2]`, `services[reablement].days` or `sign-offs.plan[council].date`";

impl FromStr for Path {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        let wrong = |message: String| PathError { message, help: EXAMPLES };
        let (name, rest) = text.find('[').map_or((text, ""), |at| text.split_at(at));
        let (select, field) = match rest.strip_prefix('[') {
            None => (None, None),
            Some(rest) => {
                // A name in brackets may hold brackets itself, so the last one closes.
                let (inside, after) = rest.rsplit_once(']').ok_or_else(|| wrong(format!("`{text}` has no `]`")))?;
                let field = match after.strip_prefix('.') {
                    Some(field) if !field.is_empty() => Some(field.to_owned()),
                    None if after.is_empty() => None,
                    _ => return Err(wrong(format!("a `.` and the name of a field follow `]`, found `{after}`"))),
                };
                (Some(selected(inside).ok_or_else(|| wrong(format!("`[{inside}]` names nothing")))?), field)
            }
        };
        let (subject, own_field) = subject(name.trim()).ok_or_else(|| wrong(format!("`{text}` names no evidence")))?;
        if let (Some(_), Some(field)) = (&select, &own_field) {
            return Err(wrong(format!("`.{field}` stands before the `[`, and a field stands behind it")));
        }
        Ok(Self { subject, select, field: field.or(own_field) })
    }
}

fn selected(inside: &str) -> Option<Select> {
    let inside = inside.trim();
    match inside.strip_prefix('#') {
        Some(number) => number.parse().ok().filter(|number| *number > 0).map(Select::Numbered),
        None => (!inside.is_empty()).then(|| Select::Named(inside.to_owned())),
    }
}

/// What a name before any bracket is about, and the field that it names with it.
fn subject(name: &str) -> Option<(Subject, Option<String>)> {
    type Make = fn(String) -> Subject;
    let makers: [(&str, Make); 3] =
        [("sign-offs.", Subject::SignOff), ("decisions.", Subject::Decision), ("waivers.", Subject::Waiver)];
    for (prefix, make) in makers {
        if let Some(rest) = name.strip_prefix(prefix) {
            // Ids have no points, so what follows one is a field.
            let (id, field) = rest.split_once('.').map_or((rest, None), |(id, field)| (id, Some(field.to_owned())));
            let is_whole = !id.is_empty() && field.as_ref().is_none_or(|field| !field.is_empty());
            return is_whole.then(|| (make(id.to_owned()), field));
        }
    }
    let subject = match (name.strip_prefix("params."), name.strip_prefix("facts.")) {
        (Some(parameter), _) => Subject::Parameter(parameter.to_owned()),
        (None, fact) => Subject::Fact(fact.unwrap_or(name).to_owned()),
    };
    match &subject {
        Subject::Parameter(name) | Subject::Fact(name) if name.is_empty() => None,
        _ => Some((subject, None)),
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::Fact(name) => f.write_str(name)?,
            Subject::SignOff(id) => write!(f, "sign-offs.{id}")?,
            Subject::Decision(id) => write!(f, "decisions.{id}")?,
            Subject::Waiver(id) => write!(f, "waivers.{id}")?,
            Subject::Parameter(name) => write!(f, "params.{name}")?,
        }
        match &self.select {
            None => {}
            Some(Select::Named(name)) => write!(f, "[{name}]")?,
            Some(Select::Numbered(number)) => write!(f, "[#{number}]")?,
        }
        self.field.as_ref().map_or(Ok(()), |field| write!(f, ".{field}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_it_is_written() {
        for text in [
            "plan.target",
            "activity.actual[2015-16 Q2]",
            "services[reablement].days",
            "services[#2].days",
            "services[Ward [B]].days",
            "sign-offs.plan",
            "sign-offs.plan[council]",
            "sign-offs.plan[council].date",
            "decisions.approval.answer",
            "waivers.beds-to-spare[#1].until",
            "params.value_of_a_bed",
        ] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
        assert_eq!("facts.plan.target".parse::<Path>(), "plan.target".parse::<Path>());
        let fact = Subject::Fact("decisions.taken".to_owned());
        assert_eq!("facts.decisions.taken".parse::<Path>().unwrap().subject, fact);
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for (text, message) in [
            ("", "`` names no evidence"),
            ("[2015-16 Q2]", "`[2015-16 Q2]` names no evidence"),
            ("facts.", "`facts.` names no evidence"),
            ("sign-offs.", "`sign-offs.` names no evidence"),
            ("decisions.approval.", "`decisions.approval.` names no evidence"),
            ("services[", "`services[` has no `]`"),
            ("services[]", "`[]` names nothing"),
            ("services[#0].days", "`[#0]` names nothing"),
            ("services[a]days", "a `.` and the name of a field follow `]`, found `days`"),
            ("services[a].", "a `.` and the name of a field follow `]`, found `.`"),
            ("sign-offs.plan.date[council]", "`.date` stands before the `[`, and a field stands behind it"),
        ] {
            assert_eq!(text.parse::<Path>().unwrap_err().message, message, "{text}");
        }
    }
}
