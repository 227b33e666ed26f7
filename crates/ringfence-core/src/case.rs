//! A case: what one recipient brings. Typed evidence, each figure with where it came from and when
//! it became known.

pub mod path;
mod setting;
mod waivers;

use std::collections::BTreeMap;

use path::Subject;
pub use waivers::Waiver;

use jiff::civil::Date;

use crate::diagnostic::{Code, Diagnostic};
use crate::fields::{self, Fields, Mistakes};
use crate::language::lower::{Record, Shape};
use crate::money::Money;
use crate::pack::{Fact, Pack};
use crate::period::{Period, Periods};
use crate::reading;
use crate::ruling::Recipient;
use crate::source::{Content, Document, Entry, Node};
use crate::types::{Number, Type, Value};

/// A value or the lack of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given<T> {
    /// There is a value.
    Known(T),
    /// There is none, and this is why: not supplied, did not submit, left blank.
    Missing(String),
    /// One was supplied, and a check of the evidence did not believe it: it counts as missing.
    Rejected(Rejection),
    /// There can be none for this recipient, and this is why.
    NotApplicable(String),
}

/// What was supplied and not believed, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// What was supplied, as it was written.
    pub found: String,
    /// Why it is not believed.
    pub because: String,
}

impl Rejection {
    /// Why there is no figure, for the reader.
    pub(crate) fn absence(&self) -> String {
        not_believed(&self.found, &self.because)
    }
}

/// Why a figure that was supplied is missing all the same.
pub(crate) fn not_believed(found: &str, because: &str) -> String {
    format!("the figure supplied, {found}, is not believed: {because}")
}

/// One statement of a figure. A figure that was restated has several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vintage<T> {
    /// What was stated.
    pub given: Given<T>,
    /// Where it came from, in words.
    pub source: Option<String>,
    /// When it became known; without it, it always was.
    pub known: Option<Date>,
}

impl<T> Vintage<T> {
    /// A statement that was always known and names no source.
    pub fn new(given: Given<T>) -> Self {
        Self { given, source: None, known: None }
    }
}

/// One record of a list: each field's value by its name.
pub type Row = BTreeMap<String, Given<Value>>;

/// The evidence for one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A value of the whole case.
    One(Vec<Vintage<Value>>),
    /// A value for each period.
    Series(BTreeMap<Period, Vec<Vintage<Value>>>),
    /// A list of records; a list of bare texts has records with the one field `value`.
    List(Vec<Vintage<Vec<Row>>>),
}

impl Evidence {
    /// What counts of it where only what was known by a day does: each statement once and without its day; nothing where
    /// nothing was known yet.
    #[must_use]
    pub fn as_known_by(&self, by: Option<Date>) -> Option<Self> {
        match self {
            Self::One(vintages) => Some(Self::One(vec![settled(vintages, by)?])),
            Self::List(vintages) => Some(Self::List(vec![settled(vintages, by)?])),
            Self::Series(series) => {
                let known = |(period, vintages): (&Period, &Vec<_>)| Some((*period, vec![settled(vintages, by)?]));
                let series: BTreeMap<_, _> = series.iter().filter_map(known).collect();
                (!series.is_empty()).then_some(Self::Series(series))
            }
        }
    }
}

fn settled<T: Clone>(vintages: &[Vintage<T>], by: Option<Date>) -> Option<Vintage<T>> {
    let Vintage { given, source, .. } = counting(vintages, by)?.clone();
    Some(Vintage { given, source, known: None })
}

/// The statement that counts: the latest known by the day, or the latest of all.
pub(crate) fn counting<T>(vintages: &[Vintage<T>], known_by: Option<Date>) -> Option<&Vintage<T>> {
    let known = |vintage: &&Vintage<T>| match (vintage.known, known_by) {
        (Some(known), Some(by)) => known <= by,
        _ => true,
    };
    vintages.iter().filter(known).max_by_key(|vintage| vintage.known)
}

/// Which version of a document was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// The one with this digest, or a digest that begins so.
    Digest(String),
    /// The one in this very case.
    AsSubmitted,
    /// The signature does not say.
    Unstated,
}

/// A signature under a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Which party signed.
    pub party: String,
    /// The body for which the signature was given, where the party does not tell.
    pub body: Option<String>,
    /// The office of the person who signed.
    pub office: Option<String>,
    /// When.
    pub date: Date,
    /// What.
    pub version: Version,
    /// Why the party refused to sign, where that is what this records.
    pub refused: Option<String>,
    /// The condition under which it was given, if it was.
    pub conditional: Option<String>,
    /// When that condition was discharged.
    pub discharged: Option<Date>,
    /// The office that delegated the signature, if it was delegated.
    pub delegated_from: Option<String>,
    /// When the signature became known; without it, on its date.
    pub known: Option<Date>,
}

/// What a person decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The answer.
    pub answer: String,
    /// The office of the person who gave it.
    pub by: String,
    /// When.
    pub on: Date,
    /// The first day on which it no longer holds, if it says.
    pub until: Option<Date>,
    /// Why.
    pub reason: Option<String>,
}

/// One recipient's evidence for one pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The id.
    pub id: String,
    /// What it is about.
    pub title: Option<String>,
    /// Who the money is for.
    pub recipient: Recipient,
    /// The day whose rules apply, if the case says.
    pub rules_at: Option<Date>,
    /// The last day on which evidence may have become known, if the case says.
    pub known_by: Option<Date>,
    /// The evidence by fact. What is not here is missing.
    pub facts: BTreeMap<String, Evidence>,
    /// The signatures by sign-off.
    pub sign_offs: BTreeMap<String, Vec<Signature>>,
    /// The decisions.
    pub decisions: BTreeMap<String, Decided>,
    /// The waivers by condition.
    pub waivers: BTreeMap<String, Vec<Waiver>>,
}

impl Case {
    /// A case without evidence.
    pub fn new(id: impl Into<String>, recipient: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            title: None,
            recipient: Recipient { code: None, name: recipient.into() },
            rules_at: None,
            known_by: None,
            facts: BTreeMap::new(),
            sign_offs: BTreeMap::new(),
            decisions: BTreeMap::new(),
            waivers: BTreeMap::new(),
        }
    }

    /// The case with a value for a fact.
    #[must_use]
    pub fn with(self, fact: &str, value: impl Into<Value>) -> Self {
        self.given(fact, Given::Known(value.into()))
    }

    /// The case with a fact that is missing or does not apply, or a value.
    #[must_use]
    pub fn given(mut self, fact: &str, given: Given<Value>) -> Self {
        self.facts.insert(fact.to_owned(), Evidence::One(vec![Vintage::new(given)]));
        self
    }

    /// The case with a value for each of these periods.
    #[must_use]
    pub fn with_series<V: Into<Value>>(mut self, fact: &str, values: impl IntoIterator<Item = (Period, V)>) -> Self {
        let values = values.into_iter();
        let series = values.map(|(period, value)| (period, vec![Vintage::new(Given::Known(value.into()))])).collect();
        self.facts.insert(fact.to_owned(), Evidence::Series(series));
        self
    }

    /// The case with a list of records.
    #[must_use]
    pub fn with_list(mut self, fact: &str, rows: Vec<Row>) -> Self {
        self.facts.insert(fact.to_owned(), Evidence::List(vec![Vintage::new(Given::Known(rows))]));
        self
    }

    /// The case with a list of bare texts.
    #[must_use]
    pub fn with_texts<'a>(self, fact: &str, texts: impl IntoIterator<Item = &'a str>) -> Self {
        let row = |text: &str| Row::from([("value".to_owned(), Given::Known(Value::from(text)))]);
        self.with_list(fact, texts.into_iter().map(row).collect())
    }

    /// The case with one more signature.
    #[must_use]
    pub fn signed(mut self, sign_off: &str, signature: Signature) -> Self {
        self.sign_offs.entry(sign_off.to_owned()).or_default().push(signature);
        self
    }

    /// The case with a decision.
    #[must_use]
    pub fn decided(mut self, decision: &str, decided: Decided) -> Self {
        self.decisions.insert(decision.to_owned(), decided);
        self
    }

    /// The case with one more waiver of a condition.
    #[must_use]
    pub fn waived(mut self, condition: &str, waiver: Waiver) -> Self {
        self.waivers.entry(condition.to_owned()).or_default().push(waiver);
        self
    }

    /// SHA-256 over the evidence in a form of its own, the same whatever format it came in.
    pub fn digest(&self) -> String {
        let mut lines = vec![format!("{:?} {:?} {:?}", self.id, self.recipient.code, self.recipient.name)];
        for (fact, evidence) in &self.facts {
            lines.push(format!("fact {fact:?} {}", canonical(evidence)));
        }
        for (sign_off, signatures) in &self.sign_offs {
            for signature in signatures {
                let Signature { party, body, office, date, version, conditional, discharged, delegated_from, .. } =
                    signature;
                let (known, refused) = (signature.known, signature.refused.as_ref());
                let body = body.as_ref().map(|body| format!(" {body:?}")).unwrap_or_default();
                let refused = refused.map(|why| format!(" refused {why:?}")).unwrap_or_default();
                let (discharged, known) = (discharged.map(|date| date.to_string()), known.map(|date| date.to_string()));
                lines.push(format!(
                    "signature {sign_off:?} {party:?} {office:?} {date} {version:?} {conditional:?} {discharged:?} \
                     {delegated_from:?} {known:?}{body}{refused}"
                ));
            }
        }
        for (decision, Decided { answer, by, on, until, reason }) in &self.decisions {
            let until = until.map(|until| format!(" until {until}")).unwrap_or_default();
            lines.push(format!("decision {decision:?} {answer:?} {by:?} {on} {reason:?}{until}"));
        }
        for (condition, waivers) in &self.waivers {
            lines.extend(waivers.iter().map(|waiver| waiver.canonical(condition)));
        }
        crate::digest::of_text(&lines.join("\n"))
    }
}

/// A fact's evidence in a form that depends on nothing but what it says.
fn canonical(evidence: &Evidence) -> String {
    let one = |vintages: &[Vintage<Value>]| {
        let texts: Vec<String> = vintages
            .iter()
            .map(|vintage| canonical_vintage(vintage, |value| format!("{:?}", value.to_string())))
            .collect();
        texts.join(" | ")
    };
    match evidence {
        Evidence::One(vintages) => one(vintages),
        Evidence::Series(series) => {
            let texts: Vec<String> =
                series.iter().map(|(period, vintages)| format!("{period}: {}", one(vintages))).collect();
            texts.join("; ")
        }
        Evidence::List(vintages) => {
            let texts: Vec<String> = vintages
                .iter()
                .map(|vintage| {
                    canonical_vintage(vintage, |rows| rows.iter().map(canonical_row).collect::<Vec<_>>().join(", "))
                })
                .collect();
            texts.join(" | ")
        }
    }
}

fn canonical_vintage<T>(vintage: &Vintage<T>, show: impl Fn(&T) -> String) -> String {
    let given = match &vintage.given {
        Given::Known(value) => show(value),
        Given::Missing(why) => format!("missing {why:?}"),
        Given::Rejected(Rejection { found, because }) => format!("missing {because:?} found {found:?}"),
        Given::NotApplicable(why) => format!("not-applicable {why:?}"),
    };
    match vintage.known {
        Some(date) => format!("{given} @{date}"),
        None => given,
    }
}

fn canonical_row(row: &Row) -> String {
    let fields: Vec<String> = row
        .iter()
        .map(|(name, given)| match given {
            Given::Known(value) => format!("{name}={:?}", value.to_string()),
            Given::Missing(why) => format!("{name}=missing {why:?}"),
            Given::Rejected(Rejection { found, because }) => format!("{name}=missing {because:?} found {found:?}"),
            Given::NotApplicable(why) => format!("{name}=not-applicable {why:?}"),
        })
        .collect();
    format!("{{{}}}", fields.join(" "))
}

/// A number in a diagnostic: with its percent sign or unit, money as written.
fn shown(number: crate::exact::Exact, of: &Number) -> String {
    if of.percent {
        let hundredfold = number.times(crate::exact::Exact::whole(100)).unwrap_or(number);
        return format!("{hundredfold}%");
    }
    if of.unit.is_none() || of.unit.is_money() { number.to_string() } else { format!("{number} {}", of.unit) }
}

/// Why a value cannot be evidence for a fact.
pub(crate) fn unfit(fact: &Fact, value: &Value, ty: &Type) -> Option<String> {
    let fits = match (value, ty) {
        (Value::Bool(_), Type::Bool)
        | (Value::Date(_), Type::Date)
        | (Value::Days(_), Type::Days)
        | (Value::Text(_), Type::Text) => true,
        (Value::Number(number), Type::Number(of)) => {
            if crate::language::value::Num::narrow(*number).is_none() {
                return Some(format!("a number has at most 18 digits, found {number}"));
            }
            if of.whole && !number.is_whole() {
                return Some(format!("expected a whole number of {}, found {number}", of.unit));
            }
            if of.unit.is_money() && Money::from_exact(*number).is_none() {
                return Some(format!("an amount of money has at most two decimal places, found {number}"));
            }
            if let Some(min) = fact.min.filter(|min| number < min) {
                return Some(format!(
                    "{} is below {}, the least that `{}` may be",
                    shown(*number, of),
                    shown(min, of),
                    fact.name
                ));
            }
            if let Some(max) = fact.max.filter(|max| number > max) {
                return Some(format!(
                    "{} is above {}, the most that `{}` may be",
                    shown(*number, of),
                    shown(max, of),
                    fact.name
                ));
            }
            true
        }
        (Value::Period(period), Type::Period(every)) => period.every() == *every,
        (Value::Text(text), Type::Choice(of)) => of.contains(text),
        _ => false,
    };
    if fits { None } else { Some(format!("expected {ty}, found `{value}`")) }
}

const CASE_KEYS: &[&str] = &[
    "case",
    "pack",
    "title",
    "tells",
    "base",
    "base-only",
    "recipient",
    "rules-at",
    "known-by",
    "facts",
    "sign-offs",
    "decisions",
    "waivers",
    "set",
    "expect",
    "snapshot",
    "notes",
];

impl Pack {
    /// Reads a case from a document, every figure as its declared type.
    ///
    /// # Errors
    /// Every mistake found, each with its place.
    pub fn read_case(&self, document: &Document) -> Result<Case, Vec<Diagnostic>> {
        let mut mistakes = Mistakes::new();
        let case = self.case(&document.root, &mut mistakes);
        match case {
            Some(case) if mistakes.is_empty() => Ok(case),
            _ => {
                mistakes.sort_by(|left, right| left.place.key().cmp(&right.place.key()));
                Err(mistakes)
            }
        }
    }

    fn case(&self, root: &Node, mistakes: &mut Mistakes) -> Option<Case> {
        let fields = Fields::read(root, "a case", CASE_KEYS, mistakes)?;
        let id = fields.need_text("case", "a case", mistakes);
        let recipient = match fields.get("recipient") {
            None => Recipient::default(),
            Some(node) => recipient(node, mistakes),
        };
        let mut case = Case::new(id.clone().unwrap_or_default(), "");
        case.recipient = recipient;
        if case.recipient.name.is_empty() {
            case.recipient.name = id.unwrap_or_default();
        }
        if let (Some(pack), Some(node)) = (fields.text("pack", mistakes), fields.get("pack"))
            && pack != self.id
        {
            let message = format!("this evidence is for the pack `{pack}`, and it is ruled on under `{}`", self.id);
            let diagnostic = Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message);
            mistakes.push(diagnostic.help("choose that pack, or say for which pack the evidence is"));
        }
        case.title = fields.text("title", mistakes);
        case.rules_at = fields.date("rules-at", mistakes);
        case.known_by = fields.date("known-by", mistakes);
        let settings = setting::settings(&fields, mistakes);
        for entry in section(&fields, "facts", mistakes) {
            match self.fact(&entry.key) {
                Some(fact) => {
                    if let Some(evidence) = self.evidence(fact, &entry.value, mistakes) {
                        case.facts.insert(fact.name.clone(), evidence);
                    }
                }
                None => {
                    let diagnostic = Diagnostic::error(
                        Code::UNKNOWN_NAME,
                        entry.key_place.clone(),
                        format!("unknown fact `{}`", entry.key),
                    )
                    .label(format!("not declared by `{}`", self.id));
                    mistakes.push(diagnostic.near_miss(&entry.key, self.facts()));
                }
            }
        }
        self.set_facts(&mut case.facts, &settings, mistakes);
        let sign_offs: Vec<&str> = self.sign_offs.iter().map(|sign_off| sign_off.id.as_str()).collect();
        let decisions: Vec<&str> = self.decisions.iter().map(|decision| decision.id.as_str()).collect();
        let conditions: Vec<&str> = self.conditions().collect();
        let mut with_settings = |key: &str, id_of, known| {
            setting::with_settings(section(&fields, key, mistakes), &settings, id_of, known, mistakes)
        };
        let sign_offs = with_settings("sign-offs", Subject::sign_off, ("sign-off", &sign_offs));
        let decisions = with_settings("decisions", Subject::decision, ("decision", &decisions));
        let waivers = with_settings("waivers", Subject::waiver, ("condition", &conditions));
        for entry in &*sign_offs {
            let known = self.sign_offs.iter().map(|sign_off| sign_off.id.as_str());
            if declared(entry, "sign-off", known, mistakes) {
                let signatures =
                    items(&entry.value).iter().filter_map(|item| self.signature(item, &entry.key, mistakes)).collect();
                case.sign_offs.insert(entry.key.clone(), signatures);
            }
        }
        for entry in &*decisions {
            let known = self.decisions.iter().map(|decision| decision.id.as_str());
            if declared(entry, "decision", known, mistakes)
                && entry.value.content != Content::Empty
                && let Some(decided) = self.decision(&entry.value, &entry.key, mistakes)
            {
                case.decisions.insert(entry.key.clone(), decided);
            }
        }
        case.waivers.extend(self.waivers(&waivers, mistakes));
        Some(case)
    }

    fn evidence(&self, fact: &Fact, node: &Node, mistakes: &mut Mistakes) -> Option<Evidence> {
        let stated = statements(node, mistakes);
        Some(match &fact.shape {
            Shape::One(ty) => {
                let read = |node: &Node, mistakes: &mut Mistakes| checked(fact, node, ty, mistakes);
                Evidence::One(vintages(fact, &stated, read, mistakes))
            }
            Shape::List(record) => {
                let read = |node: &Node, mistakes: &mut Mistakes| rows(fact, record, node, mistakes);
                Evidence::List(vintages(fact, &stated, read, mistakes))
            }
            Shape::Series(ty) => {
                let periods = self.periods?;
                let mut series: BTreeMap<Period, Vec<Vintage<Value>>> = BTreeMap::new();
                for statement in &stated {
                    for (period, node) in by_period(statement.node, periods, &fact.name, mistakes) {
                        for inner in statements(node, mistakes) {
                            let inner = Statement {
                                source: inner.source.or(statement.source.clone()),
                                known: inner.known.or(statement.known),
                                ..inner
                            };
                            let read = |node: &Node, mistakes: &mut Mistakes| checked(fact, node, ty, mistakes);
                            series.entry(period).or_default().extend(vintages(fact, &[inner], read, mistakes));
                        }
                    }
                }
                Evidence::Series(series)
            }
        })
    }

    fn signature(&self, node: &Node, sign_off: &str, mistakes: &mut Mistakes) -> Option<Signature> {
        const KEYS: &[&str] = &[
            "party",
            "body",
            "office",
            "date",
            "document",
            "refused",
            "conditional",
            "discharged",
            "delegated-from",
            "known",
            "notes",
        ];
        let fields = Fields::read(node, "a signature", KEYS, mistakes)?;
        let party = fields.need_text("party", "a signature", mistakes);
        if let (Some(party), Some(node)) = (&party, fields.get("party")) {
            self.check_party(party, node, sign_off, mistakes);
        }
        let date = fields.need_date("date", "a signature", mistakes);
        let version = match fields.text("document", mistakes).as_deref() {
            None => Version::Unstated,
            Some("as-submitted") => Version::AsSubmitted,
            Some(digits) if digits.len() >= 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Version::Digest(digits.to_ascii_lowercase())
            }
            Some(other) => {
                let place = fields.get("document").map_or(node.place.clone(), |node| node.place.clone());
                let diagnostic =
                    Diagnostic::error(Code::WRONG_VALUE, place, format!("`{other}` names no version of the document"));
                mistakes.push(diagnostic.help("write at least 8 hexadecimal digits of its digest, or `as-submitted`"));
                Version::Unstated
            }
        };
        let refused = fields.text("refused", mistakes);
        if refused.is_some() {
            for key in ["document", "conditional", "discharged"] {
                if let Some(node) = fields.get(key) {
                    let message = format!("`{key}` has no effect here: the party refused to sign");
                    let diagnostic = Diagnostic::error(Code::NO_EFFECT, node.place.clone(), message);
                    mistakes.push(diagnostic.help("remove it; a signature that came later is an entry of its own"));
                }
            }
        }
        Some(Signature {
            refused,
            party: party?,
            body: fields.text("body", mistakes),
            office: fields.text("office", mistakes),
            version,
            conditional: fields.text("conditional", mistakes),
            discharged: fields.date("discharged", mistakes),
            delegated_from: fields.text("delegated-from", mistakes),
            known: fields.date("known", mistakes),
            date: date?,
        })
    }

    /// A party that no list can bring must be one the pack names.
    fn check_party(&self, party: &str, node: &Node, sign_off: &str, mistakes: &mut Mistakes) {
        let Some(sign_off) = self.sign_offs.iter().find(|declared| declared.id == sign_off) else { return };
        let mut open = false;
        let mut named = Vec::new();
        for entry in &sign_off.parties {
            match &entry.who {
                crate::pack::Who::One(name) => named.push(name.as_str()),
                crate::pack::Who::Each(_) => open = true,
            }
        }
        if !open && !named.contains(&party) {
            let diagnostic = Diagnostic::error(
                Code::UNKNOWN_NAME,
                node.place.clone(),
                format!("`{party}` is no party to `{}`", sign_off.id),
            );
            mistakes.push(diagnostic.near_miss(party, named));
        }
    }

    fn decision(&self, node: &Node, id: &str, mistakes: &mut Mistakes) -> Option<Decided> {
        let fields = Fields::read(node, "a decision", &["answer", "by", "on", "until", "reason", "notes"], mistakes)?;
        let answer = fields.need_text("answer", "a decision", mistakes);
        let declared = self.decisions.iter().find(|decision| decision.id == id)?;
        if let (Some(answer), Some(node)) = (&answer, fields.get("answer"))
            && !declared.answers.contains(answer)
        {
            let message = format!("`{answer}` is none of the answers: {}", declared.answers.join(", "));
            let diagnostic = Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message);
            mistakes.push(diagnostic.near_miss(answer, declared.answers.iter().map(String::as_str)));
        }
        let by = fields.need_text("by", "a decision", mistakes);
        let on = fields.need_date("on", "a decision", mistakes);
        let until = fields.date("until", mistakes);
        if let (Some(on), Some(until), Some(node)) = (on, until, fields.get("until"))
            && until <= on
        {
            let diagnostic =
                Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), "the decision ends before it begins");
            mistakes.push(diagnostic.help("`until` is the first day on which it no longer holds"));
        }
        let reason = fields.text("reason", mistakes);
        Some(Decided { answer: answer?, by: by?, on: on?, until, reason })
    }
}

fn recipient(node: &Node, mistakes: &mut Mistakes) -> Recipient {
    if let Some(name) = node.as_text() {
        return Recipient { code: None, name: name.to_owned() };
    }
    match Fields::read(node, "a recipient", &["code", "name"], mistakes) {
        Some(fields) => {
            let code = fields.text("code", mistakes);
            let name = fields.need_text("name", "a recipient", mistakes);
            Recipient { code, name: name.unwrap_or_default() }
        }
        None => Recipient::default(),
    }
}

fn section<'n>(fields: &Fields<'n>, key: &str, mistakes: &mut Mistakes) -> &'n [Entry] {
    match fields.get(key) {
        Some(node) if node.content != Content::Empty => {
            Fields::any(node, &format!("`{key}`"), mistakes).map_or(&[], |fields| fields.entries)
        }
        _ => &[],
    }
}

fn declared<'n>(
    entry: &Entry,
    what: &str,
    known: impl Iterator<Item = &'n str> + Clone,
    mistakes: &mut Mistakes,
) -> bool {
    let found = known.clone().any(|id| id == entry.key);
    if !found {
        let diagnostic =
            Diagnostic::error(Code::UNKNOWN_NAME, entry.key_place.clone(), format!("unknown {what} `{}`", entry.key));
        mistakes.push(diagnostic.near_miss(&entry.key, known));
    }
    found
}

fn items(node: &Node) -> &[Node] {
    match &node.content {
        Content::List(items) => items,
        Content::Empty => &[],
        _ => std::slice::from_ref(node),
    }
}

/// One statement of a figure, before its value is read.
struct Statement<'n> {
    node: &'n Node,
    source: Option<String>,
    known: Option<Date>,
}

/// The statements that a node makes: itself, or `value` with its source, or several `vintages`.
fn statements<'n>(node: &'n Node, mistakes: &mut Mistakes) -> Vec<Statement<'n>> {
    if let Some(list) = node.get("vintages") {
        Fields::read(node, "a restated figure", &["vintages", "notes"], mistakes);
        let found: Vec<Statement<'n>> = items(list).iter().flat_map(|item| statements(item, mistakes)).collect();
        for (position, statement) in found.iter().enumerate() {
            let twice = found.iter().skip(position + 1).find(|other| other.known == statement.known);
            if let Some(other) = twice {
                let diagnostic = Diagnostic::error(
                    Code::DUPLICATE_NAME,
                    other.node.place.clone(),
                    "two vintages became known on the same day",
                );
                mistakes.push(diagnostic.help("give each the day it became known: `known: 2015-11-13`"));
            }
        }
        return found;
    }
    match node.get("value") {
        None => vec![Statement { node, source: None, known: None }],
        Some(value) => {
            let Some(fields) = Fields::read(node, "a figure", &["value", "source", "known", "notes"], mistakes) else {
                return Vec::new();
            };
            vec![Statement {
                node: value,
                source: fields.text("source", mistakes),
                known: fields.date("known", mistakes),
            }]
        }
    }
}

fn vintages<T>(
    fact: &Fact,
    stated: &[Statement<'_>],
    mut read: impl FnMut(&Node, &mut Mistakes) -> Option<T>,
    mistakes: &mut Mistakes,
) -> Vec<Vintage<T>> {
    let mut found = Vec::new();
    for statement in stated {
        let given = match absence(statement.node, mistakes) {
            Some(given) => Some(given),
            None => read(statement.node, mistakes).map(Given::Known),
        };
        if let (Some(Given::NotApplicable(_)), false) = (&given, fact.may_not_apply) {
            let message = format!("`{}` applies to every recipient", fact.name);
            let diagnostic = Diagnostic::error(Code::OUT_OF_BOUNDS, statement.node.place.clone(), message);
            mistakes.push(diagnostic.help("give its value, or say that it is missing: `{ missing: did not submit }`"));
        } else if let Some(given) = given {
            found.push(Vintage { given, source: statement.source.clone(), known: statement.known });
        }
    }
    found
}

/// What a node says of having no value.
fn absence<T>(node: &Node, mistakes: &mut Mistakes) -> Option<Given<T>> {
    if node.content == Content::Empty || node.as_text().is_some_and(|text| text.trim().is_empty()) {
        return Some(Given::Missing("left blank".to_owned()));
    }
    if let Some(reason) = node.get("missing") {
        let because = fields::text(reason, "the reason", mistakes).unwrap_or_default();
        let fields = Fields::read(node, "a missing figure", &["missing", "found"], mistakes);
        let found = fields.and_then(|fields| fields.text("found", mistakes));
        return Some(match found {
            Some(found) => Given::Rejected(Rejection { found, because }),
            None => Given::Missing(because),
        });
    }
    if let Some(reason) = node.get("not-applicable") {
        Fields::read(node, "a figure that does not apply", &["not-applicable"], mistakes);
        return Some(Given::NotApplicable(fields::text(reason, "the reason", mistakes).unwrap_or_default()));
    }
    (node.as_text() == Some("not-applicable")).then(|| Given::NotApplicable("the case says so".to_owned()))
}

fn checked(fact: &Fact, node: &Node, ty: &Type, mistakes: &mut Mistakes) -> Option<Value> {
    let value = reading::value(node, ty, mistakes)?;
    match unfit(fact, &value, ty) {
        None => Some(value),
        Some(why) => {
            mistakes.push(Diagnostic::error(Code::OUT_OF_BOUNDS, node.place.clone(), why));
            None
        }
    }
}

fn rows(fact: &Fact, record: &Record, node: &Node, mistakes: &mut Mistakes) -> Option<Vec<Row>> {
    let Content::List(items) = &node.content else {
        fields::wrong(node, &format!("`{}` is a list", fact.name), mistakes);
        return None;
    };
    if items.is_empty() && !fact.may_be_empty {
        let diagnostic =
            Diagnostic::error(Code::OUT_OF_BOUNDS, node.place.clone(), format!("`{}` lists nothing", fact.name));
        mistakes.push(
            diagnostic
                .help("an empty list would meet every condition on its members; leave it out if it was not returned"),
        );
        return None;
    }
    Some(items.iter().filter_map(|item| row(fact, record, item, mistakes)).collect())
}

fn row(fact: &Fact, record: &Record, node: &Node, mistakes: &mut Mistakes) -> Option<Row> {
    let one = |node: &Node, ty: &Type, mistakes: &mut Mistakes| match absence(node, mistakes) {
        Some(given) => Some(given),
        None => checked(fact, node, ty, mistakes).map(Given::Known),
    };
    let mut row = Row::new();
    if record.bare {
        let (name, ty) = record.fields.first()?;
        row.insert(name.clone(), one(node, ty, mistakes)?);
        return Some(row);
    }
    let names: Vec<&str> = record.fields.iter().map(|(name, _)| name.as_str()).collect();
    let fields = Fields::read(node, &format!("a record of `{}`", fact.name), &names, mistakes)?;
    for (name, ty) in &record.fields {
        let given = match fields.get(name) {
            Some(node) => one(node, ty, mistakes)?,
            None => Given::Missing("not given".to_owned()),
        };
        row.insert(name.clone(), given);
    }
    Some(row)
}

/// The nodes of a series by period: from a mapping, from a list in the scheme's order, or one absence for all.
fn by_period<'n>(node: &'n Node, periods: Periods, fact: &str, mistakes: &mut Mistakes) -> Vec<(Period, &'n Node)> {
    match &node.content {
        _ if absence::<Value>(node, &mut Mistakes::new()).is_some() => {
            periods.iter().map(|period| (period, node)).collect()
        }
        Content::List(items) if items.len() == periods.len() => periods.iter().zip(items).collect(),
        Content::List(items) => {
            let message = format!("`{fact}` has {} values, and the scheme has {} periods", items.len(), periods.len());
            let diagnostic = Diagnostic::error(Code::BAD_PERIOD, node.place.clone(), message);
            mistakes.push(diagnostic.help(format!(
                "give one for each period from {} to {}; `~` for one that is missing",
                periods.first(),
                periods.last()
            )));
            Vec::new()
        }
        Content::Map(entries) => entries.iter().filter_map(|entry| one_period(entry, periods, mistakes)).collect(),
        _ => {
            let message = format!("`{fact}` has a value for each period, found {}", node.kind());
            let diagnostic = Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message);
            let example = format!("write `{}: …` for each period, or a list in their order", periods.first());
            mistakes.push(diagnostic.help(example));
            Vec::new()
        }
    }
}

fn one_period<'n>(entry: &'n Entry, periods: Periods, mistakes: &mut Mistakes) -> Option<(Period, &'n Node)> {
    let place = entry.key_place.clone();
    let Some(period) = Period::read(&entry.key, periods.every()) else {
        let message = format!(
            "expected a {} such as {}, found `{}`",
            reading::word_of(periods.every()),
            periods.first(),
            entry.key
        );
        mistakes.push(Diagnostic::error(Code::BAD_PERIOD, place, message));
        return None;
    };
    if periods.position(period).is_none() {
        let message = format!("`{period}` is not a period of the scheme");
        let help = format!("the scheme runs from {} to {}", periods.first(), periods.last());
        mistakes.push(Diagnostic::error(Code::BAD_PERIOD, place, message).help(help));
        return None;
    }
    Some((period, &entry.value))
}
