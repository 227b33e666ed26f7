//! Cases ruled on under some rules, without words.

use std::collections::{BTreeMap, BTreeSet};

use ringfence_core::Date;
use ringfence_core::case::Case;
use ringfence_core::case::path::{Path, Subject};
use ringfence_core::diagnostic::Diagnostic;
use ringfence_core::evaluate::{EvaluateError, Options, Rules, Scratch};
use ringfence_core::money::Money;
use ringfence_core::pack::Pack;
use ringfence_core::ruling::{Dispositions, FundRange, Outcome};
use ringfence_core::source::{Content, Document, Entry, Node};

use super::declarations::{Declarations, entries, entries_mut};

/// What became of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ruled {
    /// By condition.
    pub(crate) outcomes: BTreeMap<String, Outcome>,
    /// By fund; none of a fund that there is not on the day.
    pub(crate) funds: BTreeMap<String, FundRuled>,
}

/// What became of one fund.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FundRuled {
    pub(crate) amount: Option<Money>,
    pub(crate) parts: Dispositions,
    pub(crate) range: Option<FundRange>,
}

/// Why some cases could not be ruled on.
#[derive(Clone, Debug)]
pub(crate) enum Unruled {
    /// Their texts have mistakes, as the pack reads them.
    Mistakes(Vec<Diagnostic>),
    /// A case has no answer.
    Error(String, Box<EvaluateError>),
}

/// Reads the cases as a pack declares them.
pub(super) fn read(pack: &Pack, documents: &[Document]) -> Result<Vec<Case>, Unruled> {
    let mut cases = Vec::new();
    let mut mistakes = Vec::new();
    for document in documents {
        match pack.read_case(document) {
            Ok(case) => cases.push(case),
            Err(found) => mistakes.extend(found),
        }
    }
    let mut told = BTreeSet::new();
    mistakes.retain(|mistake: &Diagnostic| told.insert((mistake.place.to_string(), mistake.message.clone())));
    if mistakes.is_empty() { Ok(cases) } else { Err(Unruled::Mistakes(mistakes)) }
}

/// Rules on the cases as at a day, with the evidence known by another. Several cases of a pack with values over all cases
/// are one portfolio; one alone is none.
pub(super) fn rule(
    pack: &Pack,
    absent: &Absent,
    cases: &[Case],
    day: Date,
    known_by: Option<Date>,
) -> Result<Vec<Ruled>, Unruled> {
    rule_with(pack, &Options::default(), absent, cases, day, known_by)
}

/// The same with some parameters set.
pub(crate) fn rule_with(
    pack: &Pack,
    options: &Options,
    absent: &Absent,
    cases: &[Case],
    day: Date,
    known_by: Option<Date>,
) -> Result<Vec<Ruled>, Unruled> {
    let error = |id: &str, error| Unruled::Error(id.to_owned(), Box::new(error));
    let first = cases.first().map_or("", |case| case.id.as_str());
    let rules = pack.rules_at(day, options).map_err(|why| error(first, why))?;
    let bind = |case: &Case| rules.bind(case, known_by).map_err(|why| error(&case.id, why));
    let mut scratch = Scratch::new();
    if pack.passes() == 1 || cases.len() == 1 {
        return cases
            .iter()
            .map(|case| {
                let bound = bind(case)?;
                let decision = rules.decide(&bound, &mut scratch).map_err(|why| error(&case.id, why))?;
                Ok(ruled(&rules, decision, absent))
            })
            .collect();
    }
    let bounds = cases.iter().map(bind).collect::<Result<Vec<_>, _>>()?;
    let portfolio = rules.survey(&bounds.iter().collect::<Vec<_>>()).map_err(|why| error(first, why))?;
    let decide = |(bound, case): (_, &Case)| {
        let decision = rules.decide_in(bound, &portfolio, &mut scratch).map_err(|why| error(&case.id, why))?;
        Ok(ruled(&rules, decision, absent))
    };
    bounds.iter().zip(cases).map(decide).collect()
}

fn ruled(rules: &Rules<'_>, decision: ringfence_core::evaluate::Decision<'_>, absent: &Absent) -> Ruled {
    let pack = rules.pack();
    let outcomes = pack.conditions().zip(decision.outcomes()).filter(|(id, _)| !absent.conditions.contains(*id));
    let funds = pack.funds().zip(decision.funds().zip(decision.ranges()));
    let funds = funds.filter(|(id, _)| !absent.funds.contains(*id));
    Ruled {
        outcomes: outcomes.map(|(id, outcome)| (id.to_owned(), outcome)).collect(),
        funds: funds
            .map(|(id, ((amount, parts), range))| (id.to_owned(), FundRuled { amount, parts, range }))
            .collect(),
    }
}

/// What a pack declares and is not in force on the day: there is no such condition and no such fund then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Absent {
    conditions: BTreeSet<String>,
    funds: BTreeSet<String>,
}

impl Absent {
    /// That of declarations as they are in force on a day: what has days of its own there is not in force.
    pub(super) fn of(declared: &Declarations) -> Self {
        let absent = |section| {
            let mut entries = declared.section(section).to_vec();
            entries.retain(|entry| entry.value.get("in-force").is_some());
            entries.into_iter().map(|entry| entry.key).collect()
        };
        Self { conditions: absent("conditions"), funds: absent("funds") }
    }
}

/// What cases can bring to a pack, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Readable {
    facts: BTreeSet<String>,
    decisions: BTreeSet<String>,
    /// The conditions that can be waived.
    waivers: BTreeSet<String>,
    /// The parties of each sign-off; nothing where a list of the case names some.
    sign_offs: BTreeMap<String, Option<BTreeSet<String>>>,
}

impl Readable {
    pub(super) fn by(declared: &Declarations) -> Self {
        let names = |section: &str| declared.section(section).iter().map(|entry| entry.key.clone()).collect();
        let can_be_waived = declared.section("conditions").iter().filter(|entry| entry.value.get("waiver").is_some());
        Self {
            facts: names("facts"),
            decisions: names("decisions"),
            waivers: can_be_waived.map(|entry| entry.key.clone()).collect(),
            sign_offs: declared
                .section("sign-offs")
                .iter()
                .map(|entry| (entry.key.clone(), entry.value.get("parties").and_then(parties)))
                .collect(),
        }
    }

    /// The documents without the evidence that only other rules ask for. What no rules know is left for the reader of
    /// cases to complain of.
    pub(super) fn only(&self, documents: &[Document], all: &[&Self]) -> Vec<Document> {
        documents
            .iter()
            .map(|document| {
                let mut document = document.clone();
                self.reduce(&mut document.root, all);
                document
            })
            .collect()
    }

    fn reduce(&self, root: &mut Node, all: &[&Self]) {
        let Some(sections) = entries_mut(root) else { return };
        sections.retain(|section| section.key != "pack");
        for section in sections {
            let name = section.key.clone();
            let Some(named) = entries_mut(&mut section.value) else { continue };
            match name.as_str() {
                "facts" => self.keep(named, all, |readable, entry| readable.facts.contains(&entry.key)),
                "decisions" => self.keep(named, all, |readable, entry| readable.decisions.contains(&entry.key)),
                "waivers" => self.keep(named, all, |readable, entry| readable.waivers.contains(&entry.key)),
                "set" => self.keep(named, all, |readable, entry| readable.can_set(&entry.key)),
                "sign-offs" => {
                    self.keep(named, all, |readable, entry| readable.sign_offs.contains_key(&entry.key));
                    for sign_off in named {
                        self.keep_signatures(sign_off, all);
                    }
                }
                _ => {}
            }
        }
    }

    /// Keeps what these rules know, and what none do.
    fn keep(&self, named: &mut Vec<Entry>, all: &[&Self], knows: impl Fn(&Self, &Entry) -> bool) {
        named.retain(|entry| knows(self, entry) || !all.iter().any(|other| knows(other, entry)));
    }

    fn keep_signatures(&self, sign_off: &mut Entry, all: &[&Self]) {
        let Content::List(signatures) = &mut sign_off.value.content else { return };
        signatures.retain(|signature| {
            let Some(party) = signature.get("party").and_then(Node::as_text) else { return true };
            let knows = |readable: &&Self| readable.knows(&sign_off.key, party);
            knows(&self) || !all.iter().any(knows)
        });
    }

    /// Whether the rules know what a path names.
    fn can_set(&self, path: &str) -> bool {
        match path.parse::<Path>().map(|path| path.subject) {
            Ok(Subject::Fact(name)) => self.facts.contains(&name),
            Ok(Subject::SignOff(id)) => self.sign_offs.contains_key(&id),
            Ok(Subject::Decision(id)) => self.decisions.contains(&id),
            Ok(Subject::Waiver(id)) => self.waivers.contains(&id),
            Ok(Subject::Parameter(_)) | Err(_) => false,
        }
    }

    fn knows(&self, sign_off: &str, party: &str) -> bool {
        match self.sign_offs.get(sign_off) {
            Some(Some(parties)) => parties.contains(party),
            Some(None) => true,
            None => false,
        }
    }
}

/// The parties that a sign-off names; nothing where a list of the case names some.
fn parties(node: &Node) -> Option<BTreeSet<String>> {
    let Content::List(items) = &node.content else { return None };
    let named = |item: &Node| item.as_text().or_else(|| item.get("party").and_then(Node::as_text)).map(str::to_owned);
    if items.iter().any(|item| entries(item).iter().any(|entry| entry.key == "each")) {
        return None;
    }
    items.iter().map(named).collect()
}
