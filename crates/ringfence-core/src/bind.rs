//! Binding: a case's evidence into cells, as known by a day and checked under the rules of a day.

mod signed;
mod waivers;

use std::borrow::Cow;
use std::collections::BTreeMap;

use signed::{is_recipient, money_brought};
pub(crate) use waivers::BoundWaivers;

use jiff::civil::Date;

use crate::case::{Case, Evidence, Given, Rejection, Row, Signature, Version, Vintage, counting, not_believed, unfit};
use crate::evaluate::{EvaluateError, Rules};
use crate::exact::Exact;
use crate::language::eval::{Cells, Machine, STEPS};
use crate::language::lower::{LOCALS, Record, Shape};
use crate::language::value::{Family, State, Truth, Val, Word};
use crate::money::Money;
use crate::pack::{Fact, Members, Pack, Party, SignOff, Who};
use crate::period::day_number;
use crate::reading;
use crate::types::{Type, Value};

/// A case bound to the rules of a day: its evidence in cells, ready to be ruled on many times.
#[derive(Debug)]
pub struct Bound {
    pub(crate) case: Case,
    pub(crate) case_digest: String,
    pub(crate) known_by: Option<Date>,
    pub(crate) facts: Vec<Val>,
    pub(crate) rows: Vec<Val>,
    /// Texts of this case that the pack does not know, numbered after the pack's.
    pub(crate) texts: Vec<String>,
    /// By cell of `facts`: why it is missing or does not apply.
    pub(crate) absences: BTreeMap<u32, String>,
    /// By cell of `rows`.
    pub(crate) row_absences: BTreeMap<u32, String>,
    /// By cell of `facts`: the statement that counted, for its source and date.
    pub(crate) chosen: BTreeMap<u32, Chosen>,
    /// Cells whose check has no answer yet, because it needs evidence that is missing.
    pub(crate) unchecked: Vec<u32>,
    pub(crate) sign_offs: Vec<BoundSignOff>,
    pub(crate) decisions: Vec<Answer>,
    /// By condition; nothing at all where the case brings no waivers.
    pub(crate) waivers: Vec<BoundWaivers>,
}

/// What is remembered of the statement that counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chosen {
    pub(crate) source: Option<String>,
    pub(crate) known: Option<Date>,
    /// Whether something else was stated before; that a figure was lacking is no statement.
    pub(crate) restated: bool,
    /// The value as supplied, where a check of the pack turned it into missing.
    pub(crate) rejected: Option<Value>,
    /// What was supplied, where a check turned it into missing before it came here.
    pub(crate) rejection: Option<Rejection>,
    /// The cell of that, where it is a value of the fact.
    pub(crate) supplied: Option<Val>,
}

/// A sign-off with the signatures of one case.
#[derive(Debug)]
pub(crate) struct BoundSignOff {
    /// The digest of the document as submitted.
    pub(crate) digest: String,
    /// The last day, as a number.
    pub(crate) by: Option<Date>,
    pub(crate) required: Vec<Required>,
    /// The list fact that would name more parties, where it is missing.
    pub(crate) unknown_parties: Option<u32>,
    pub(crate) late_counts: bool,
    pub(crate) at_least: Option<usize>,
    /// The share of the parties' money whose owners must sign.
    pub(crate) share: Option<Exact>,
}

/// A party that must sign, and its signatures.
#[derive(Debug)]
pub(crate) struct Required {
    pub(crate) party: String,
    pub(crate) title: String,
    /// What it brings, where the rule is a share of the money; nothing is not known.
    pub(crate) money: Option<Money>,
    pub(crate) signatures: Vec<BoundSignature>,
}

/// A signature, reduced to what decides whether it counts.
#[derive(Debug)]
pub(crate) struct BoundSignature {
    pub(crate) day: i64,
    pub(crate) standing: Standing,
    pub(crate) given: Signature,
}

/// Whether a signature counts, apart from its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Counts,
    AnotherVersion,
    UnstatedVersion,
    NotEntitled,
    Delegated,
    Conditional,
    /// Given by the recipient, where somebody else must.
    NotIndependent,
    /// Where somebody else than the recipient must sign, it does not say who did.
    UnstatedBody,
    NotYetKnown,
    /// The party refused to sign.
    Refused,
}

/// What became of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// What was decided, and the first day on which it no longer holds.
    Given {
        met: bool,
        until: Option<Date>,
    },
    Pending(String),
}

impl Bound {
    /// The facts with what was supplied, where a check before the rules did not believe it.
    pub(crate) fn supplied(&self) -> Cow<'_, [Val]> {
        let rejected = self.chosen.iter().filter_map(|(slot, chosen)| Some((*slot as usize, chosen.supplied?)));
        let mut facts = Cow::Borrowed(self.facts.as_slice());
        for (slot, supplied) in rejected {
            if let Some(cell) = facts.to_mut().get_mut(slot) {
                *cell = supplied;
            }
        }
        facts
    }
}

impl BoundSignOff {
    /// Whether enough parties have signed. Where nobody has to, there is nothing to sign off.
    pub(crate) fn truth(&self) -> Truth {
        if self.required.is_empty() && self.unknown_parties.is_none() {
            return Truth::NotApplicable;
        }
        if let Some(share) = self.share {
            return self.by_money(share);
        }
        let by = self.by.map(day_number);
        let mut signed = 0;
        let mut open = usize::from(self.unknown_parties.is_some());
        for required in &self.required {
            match self.party(required, by) {
                Truth::True => signed += 1,
                Truth::Missing => open += 1,
                _ => {}
            }
        }
        let needed = self.at_least.unwrap_or(self.required.len() + usize::from(self.unknown_parties.is_some()));
        if signed >= needed {
            Truth::True
        } else if signed + open >= needed || (self.at_least.is_some() && self.unknown_parties.is_some()) {
            Truth::Missing
        } else {
            Truth::False
        }
    }

    /// Whether one party has signed. A signature that came too late is a no, and so is a refusal after which the party
    /// did not sign; any other lack can still be made good.
    pub(crate) fn party(&self, required: &Required, by: Option<i64>) -> Truth {
        let refused = required.refused();
        let mut late = refused.is_some();
        for signature in &required.signatures {
            if signature.standing != Standing::Counts || refused.is_some_and(|refused| signature.day < refused) {
                continue;
            }
            if self.late_counts || by.is_none_or(|by| signature.day <= by) {
                return Truth::True;
            }
            late = true;
        }
        if late { Truth::False } else { Truth::Missing }
    }
}

impl Required {
    /// The last day on which the party refused to sign, if it did.
    pub(crate) fn refused(&self) -> Option<i64> {
        let refusals = self.signatures.iter().filter(|signature| signature.standing == Standing::Refused);
        refusals.map(|signature| signature.day).max()
    }
}

struct Binder<'a> {
    pack: &'a Pack,
    known_by: Option<Date>,
    facts: Vec<Val>,
    rows: Vec<Val>,
    texts: Vec<String>,
    /// The numbers of `texts`.
    numbers: BTreeMap<String, usize>,
    absences: BTreeMap<u32, String>,
    row_absences: BTreeMap<u32, String>,
    chosen: BTreeMap<u32, Chosen>,
}

impl Binder<'_> {
    fn symbol(&mut self, text: &str) -> i64 {
        if let Some(number) = self.pack.symbol_numbers.get(text) {
            return *number;
        }
        let offset = match self.numbers.get(text) {
            Some(offset) => *offset,
            None => {
                self.texts.push(text.to_owned());
                self.numbers.insert(text.to_owned(), self.texts.len() - 1);
                self.texts.len() - 1
            }
        };
        i64::try_from(self.pack.symbols.len() + offset).unwrap_or(i64::MAX)
    }

    fn cell(&mut self, value: &Value) -> Val {
        reading::cell(value, &mut |text| self.symbol(text))
    }

    fn put(&mut self, slot: u32, value: Val) {
        if let Some(cell) = self.facts.get_mut(slot as usize) {
            *cell = value;
        }
    }

    fn one(&mut self, fact: &Fact, slot: u32, ty: &Type, vintages: &[Vintage<Value>]) -> Result<(), EvaluateError> {
        match self.choose(slot, vintages) {
            Given::Known(value) => {
                if let Some(why) = unfit(fact, &value, ty) {
                    return Err(EvaluateError::Unfit { fact: fact.name.clone(), why });
                }
                let value = self.cell(&value);
                self.put(slot, value);
            }
            Given::Missing(why) => self.absent(slot, ty.family(), State::Missing, why),
            Given::Rejected(rejection) => {
                let value = reading::written(&rejection.found, ty).filter(|value| unfit(fact, value, ty).is_none());
                self.chosen.entry(slot).or_default().supplied = value.map(|value| self.cell(&value));
                self.absent(slot, ty.family(), State::Missing, rejection.absence());
            }
            Given::NotApplicable(_) if !fact.may_not_apply => return Err(always_applies(fact)),
            Given::NotApplicable(why) => self.absent(slot, ty.family(), State::NotApplicable, why),
        }
        Ok(())
    }

    fn absent(&mut self, slot: u32, family: Family, state: State, why: String) {
        self.put(slot, family.absent(state));
        self.absences.insert(slot, why);
    }

    /// What the statement that counts says; its source is remembered.
    fn choose<T: Clone + PartialEq>(&mut self, slot: u32, vintages: &[Vintage<T>]) -> Given<T> {
        match counting(vintages, self.known_by) {
            Some(vintage) => {
                let restated = vintages.iter().any(|other| {
                    let stated = matches!(other.given, Given::Known(_) | Given::Rejected(_));
                    stated && other.known < vintage.known && other.given != vintage.given
                });
                let source = vintage.source.clone();
                let rejection = match &vintage.given {
                    Given::Rejected(rejection) => Some(rejection.clone()),
                    _ => None,
                };
                let chosen =
                    Chosen { source, known: vintage.known, restated, rejected: None, rejection, supplied: None };
                self.chosen.insert(slot, chosen);
                vintage.given.clone()
            }
            None => match (vintages.iter().filter_map(|vintage| vintage.known).min(), self.known_by) {
                (Some(first), Some(by)) => Given::Missing(format!("not known by {by}; it became known on {first}")),
                _ => Given::Missing("not supplied".to_owned()),
            },
        }
    }

    fn list(&mut self, fact: &Fact, record: &Record, vintages: &[Vintage<Vec<Row>>]) -> Result<(), EvaluateError> {
        let span = |state, first, count| Val::Rows(crate::language::value::Span { state, first, count });
        let rows = match self.choose(fact.slot, vintages) {
            Given::Known(rows) => rows,
            Given::Missing(why) => {
                self.put(fact.slot, span(State::Missing, 0, 0));
                self.absences.insert(fact.slot, why);
                return Ok(());
            }
            Given::Rejected(rejection) => {
                self.put(fact.slot, span(State::Missing, 0, 0));
                self.absences.insert(fact.slot, rejection.absence());
                return Ok(());
            }
            Given::NotApplicable(_) if !fact.may_not_apply => return Err(always_applies(fact)),
            Given::NotApplicable(why) => {
                self.put(fact.slot, span(State::NotApplicable, 0, 0));
                self.absences.insert(fact.slot, why);
                return Ok(());
            }
        };
        let unfit_list = |why: String| EvaluateError::Unfit { fact: fact.name.clone(), why };
        if rows.is_empty() && !fact.may_be_empty {
            return Err(unfit_list("the list is empty".to_owned()));
        }
        let first = u32::try_from(self.rows.len()).map_err(|_| unfit_list("the lists are too long".to_owned()))?;
        let count = u32::try_from(rows.len()).map_err(|_| unfit_list("the list is too long".to_owned()))?;
        for row in &rows {
            if let Some(name) = row.keys().find(|name| !record.fields.iter().any(|(field, _)| field == *name)) {
                return Err(unfit_list(format!("its records have no field `{name}`")));
            }
            for (name, ty) in &record.fields {
                let at = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
                let value = match row.get(name) {
                    Some(Given::Known(value)) => {
                        if let Some(why) = unfit(fact, value, ty) {
                            return Err(unfit_list(format!("`{name}`: {why}")));
                        }
                        self.cell(value)
                    }
                    Some(Given::Missing(why)) => {
                        self.row_absences.insert(at, why.clone());
                        ty.family().absent(State::Missing)
                    }
                    Some(Given::Rejected(rejection)) => {
                        self.row_absences.insert(at, rejection.absence());
                        ty.family().absent(State::Missing)
                    }
                    Some(Given::NotApplicable(why)) => {
                        self.row_absences.insert(at, why.clone());
                        ty.family().absent(State::NotApplicable)
                    }
                    None => {
                        self.row_absences.insert(at, "not given".to_owned());
                        ty.family().absent(State::Missing)
                    }
                };
                self.rows.push(value);
            }
        }
        self.put(fact.slot, span(State::Known, first, count));
        Ok(())
    }
}

impl Rules<'_> {
    /// Binds a case to these rules, counting only what was known by a day.
    ///
    /// # Errors
    /// Evidence that the pack does not declare, or that is of another type or outside its bounds;
    /// a number that a check cannot compute.
    pub fn bind(&self, case: &Case, known_by: Option<Date>) -> Result<Bound, EvaluateError> {
        let pack = self.pack;
        if let Some(unknown) = case.facts.keys().find(|name| pack.fact(name).is_none()) {
            return Err(EvaluateError::UnknownFact { fact: unknown.clone() });
        }
        let mut binder = Binder {
            pack,
            known_by,
            facts: vec![Val::Word(Word::absent(State::Missing)); pack.fact_cells],
            rows: Vec::new(),
            texts: Vec::new(),
            numbers: BTreeMap::new(),
            absences: BTreeMap::new(),
            row_absences: BTreeMap::new(),
            chosen: BTreeMap::new(),
        };
        for fact in &pack.facts {
            let evidence = case.facts.get(&fact.name);
            let mismatch = || EvaluateError::Unfit {
                fact: fact.name.clone(),
                why: "the evidence has another shape than the pack declares".to_owned(),
            };
            match (&fact.shape, evidence) {
                (Shape::One(ty), None) => binder.one(fact, fact.slot, ty, &[])?,
                (Shape::One(ty), Some(Evidence::One(vintages))) => binder.one(fact, fact.slot, ty, vintages)?,
                (Shape::List(record), None) => binder.list(fact, record, &[])?,
                (Shape::List(record), Some(Evidence::List(vintages))) => binder.list(fact, record, vintages)?,
                (Shape::List(_), Some(Evidence::One(vintages)))
                    if vintages.iter().all(|vintage| !matches!(vintage.given, Given::Known(_))) =>
                {
                    let Shape::List(record) = &fact.shape else { continue };
                    let absent: Vec<Vintage<Vec<Row>>> = vintages.iter().map(without_value).collect();
                    binder.list(fact, record, &absent)?;
                }
                (Shape::Series(ty), evidence) => {
                    let periods = pack.periods.ok_or_else(mismatch)?;
                    for (position, period) in (0_u32..).zip(periods.iter()) {
                        let vintages: &[Vintage<Value>] = match evidence {
                            None => &[],
                            Some(Evidence::Series(series)) => series.get(&period).map_or(&[], Vec::as_slice),
                            Some(Evidence::One(vintages))
                                if vintages.iter().all(|vintage| !matches!(vintage.given, Given::Known(_))) =>
                            {
                                vintages
                            }
                            Some(_) => return Err(mismatch()),
                        };
                        binder.one(fact, fact.slot + position, ty, vintages)?;
                    }
                    if let Some(Evidence::Series(series)) = evidence
                        && let Some(period) = series.keys().find(|period| periods.position(**period).is_none())
                    {
                        let why = format!(
                            "{period} is not a period of the scheme, which runs from {} to {}",
                            periods.first(),
                            periods.last()
                        );
                        return Err(EvaluateError::Unfit { fact: fact.name.clone(), why });
                    }
                }
                _ => return Err(mismatch()),
            }
        }
        let Binder { facts, rows, texts, absences, row_absences, chosen, .. } = binder;
        let mut bound = Bound {
            case_digest: case.digest(),
            case: case.clone(),
            known_by,
            facts,
            rows,
            texts,
            absences,
            row_absences,
            chosen,
            unchecked: Vec::new(),
            sign_offs: Vec::new(),
            decisions: Vec::new(),
            waivers: Vec::new(),
        };
        // The figures that were signed are those submitted, believed or not.
        bound.sign_offs = pack.sign_offs.iter().map(|sign_off| self.bind_sign_off(sign_off, case, &bound)).collect();
        for (sign_off, signed) in pack.sign_offs.iter().zip(&bound.sign_offs) {
            let own = case.sign_offs.get(&sign_off.id).map_or(&[][..], Vec::as_slice);
            let known = |party: &str| signed.required.iter().any(|required| required.party == party);
            let stranger = own.iter().find(|signature| !known(&signature.party));
            if let (Some(stranger), None) = (stranger, signed.unknown_parties) {
                return Err(EvaluateError::UnknownParty {
                    sign_off: sign_off.id.clone(),
                    party: stranger.party.clone(),
                    parties: signed.required.iter().map(|required| required.party.clone()).collect(),
                });
            }
        }
        if let Some(unknown) =
            case.sign_offs.keys().find(|id| !pack.sign_offs.iter().any(|sign_off| sign_off.id == **id))
        {
            return Err(EvaluateError::UnknownSignOff { sign_off: unknown.clone() });
        }
        if let Some(unknown) =
            case.decisions.keys().find(|id| !pack.decisions.iter().any(|decision| decision.id == **id))
        {
            return Err(EvaluateError::UnknownDecision { decision: unknown.clone() });
        }
        bound.decisions =
            pack.decisions.iter().map(|decision| bind_decision(decision, case, self.day, known_by)).collect();
        bound.waivers = self.bind_waivers(case, known_by)?;
        self.reject_suspects(&mut bound)?;
        Ok(bound)
    }

    /// Turns values that the pack's checks do not believe into missing ones. Every check reads the
    /// values as supplied, so the order of the checks does not matter.
    fn reject_suspects(&self, bound: &mut Bound) -> Result<(), EvaluateError> {
        let pack = self.pack;
        let mut rejected: Vec<(u32, Family, String, Option<Value>)> = Vec::new();
        let mut wide = Vec::new();
        let mut locals = vec![Val::Truth(Truth::Missing); usize::from(LOCALS)];
        let mut steps_left = STEPS;
        let facts = bound.supplied();
        let mut unchecked = Vec::new();
        for fact in &pack.facts {
            let Some(suspect) = &fact.suspect else { continue };
            let (ty, count) = match &fact.shape {
                Shape::One(ty) => (ty, 1),
                Shape::Series(ty) => (ty, pack.period_count()),
                Shape::List(_) => continue,
            };
            for (now, slot) in (0..count).zip(fact.slot..) {
                let cells = Cells {
                    facts: &facts,
                    rows: &bound.rows,
                    parameters: &self.parameters,
                    portfolio: &[],
                    texts: [&pack.symbols, &bound.texts],
                };
                let mut machine = Machine {
                    cells,
                    derived: &mut [],
                    locals: &mut locals,
                    wide: &mut wide,
                    now,
                    first_ordinal: self.first_ordinal(),
                    periods: pack.period_count(),
                    fault: None,
                    refused: None,
                    steps_left,
                };
                let truth = machine.truth(&suspect.when);
                steps_left = machine.steps_left;
                if let Some(fault) = machine.fault {
                    return Err(self.trouble(fault, machine.refused));
                }
                let supplied = facts.get(slot as usize).is_some_and(|cell| cell.state() == State::Known);
                if truth == Truth::Missing && supplied {
                    unchecked.push(slot);
                }
                if truth == Truth::True {
                    let value = facts
                        .get(slot as usize)
                        .and_then(|cell| reading::uncell(*cell, ty, &[], |symbol| self.text(bound, symbol)));
                    rejected.push((slot, ty.family(), suspect.because.clone(), value));
                }
            }
        }
        bound.unchecked = unchecked;
        for (slot, family, because, value) in rejected {
            if let Some(cell) = bound.facts.get_mut(slot as usize) {
                *cell = family.absent(State::Missing);
            }
            let shown = value.as_ref().map(ToString::to_string).unwrap_or_default();
            let chosen = bound.chosen.entry(slot).or_default();
            let absence = match &chosen.rejection {
                Some(Rejection { found, because: first }) => not_believed(found, &format!("{first}; {because}")),
                None => not_believed(&shown, &because),
            };
            bound.absences.insert(slot, absence);
            chosen.rejected = value;
        }
        Ok(())
    }

    /// The text of a symbol, the pack's or the case's.
    pub(crate) fn text(&self, bound: &Bound, symbol: i64) -> Option<String> {
        let at = usize::try_from(symbol).ok()?;
        let own = self.pack.symbols.len();
        if at < own { self.pack.symbols.get(at).cloned() } else { bound.texts.get(at - own).cloned() }
    }

    fn bind_sign_off(&self, sign_off: &SignOff, case: &Case, bound: &Bound) -> BoundSignOff {
        let digest = document_digest(self.pack, sign_off, bound, |symbol| self.text(bound, symbol));
        let signatures = case.sign_offs.get(&sign_off.id).map_or(&[][..], Vec::as_slice);
        let mut required = Vec::new();
        let mut unknown_parties = None;
        for party in &sign_off.parties {
            match &party.who {
                Who::One(name) => {
                    required.push(required_party(name, party.title.clone(), None, party, signatures, &digest, bound));
                }
                Who::Each(of) => match self.members(*of, bound) {
                    Some(members) => {
                        for (name, money) in members {
                            let title = name.clone();
                            required.push(required_party(&name, title, money, party, signatures, &digest, bound));
                        }
                    }
                    None => unknown_parties = Some(of.fact),
                },
            }
        }
        BoundSignOff {
            digest,
            by: sign_off.by.and_then(|deadline| self.deadline(deadline)),
            required,
            unknown_parties,
            late_counts: sign_off.late_counts,
            at_least: sign_off.at_least,
            share: sign_off.share,
        }
    }

    /// The parties that a list fact names, each with its money; `None` where the list is missing or a name in it is.
    fn members(&self, of: Members, bound: &Bound) -> Option<Vec<(String, Option<Money>)>> {
        let fact = self.pack.facts.get(of.fact as usize)?;
        let Shape::List(record) = &fact.shape else { return None };
        let stride = record.fields.len();
        match bound.facts.get(fact.slot as usize)? {
            Val::Rows(span) if span.state == State::Known => (0..span.count as usize)
                .map(|row| {
                    let first = span.first as usize + row * stride;
                    let name = match bound.rows.get(first + of.name)? {
                        Val::Word(word) if word.state == State::Known => self.text(bound, word.bits)?,
                        _ => return None,
                    };
                    let money = of.money.and_then(|field| bound.rows.get(first + field)).and_then(money_brought);
                    Some((name, money))
                })
                .collect(),
            Val::Rows(span) if span.state == State::NotApplicable => Some(Vec::new()),
            _ => None,
        }
    }
}

fn always_applies(fact: &Fact) -> EvaluateError {
    EvaluateError::Unfit { fact: fact.name.clone(), why: "it applies to every recipient".to_owned() }
}

fn required_party(
    name: &str,
    title: String,
    money: Option<Money>,
    party: &Party,
    signatures: &[Signature],
    digest: &str,
    bound: &Bound,
) -> Required {
    let own = signatures.iter().filter(|signature| signature.party == name);
    let signatures = own
        .map(|given| BoundSignature {
            day: day_number(given.date),
            standing: standing(given, party, digest, bound),
            given: given.clone(),
        })
        .collect();
    Required { party: name.to_owned(), title, money, signatures }
}

fn bind_decision(decision: &crate::pack::Decision, case: &Case, day: Date, known_by: Option<Date>) -> Answer {
    let Some(decided) = case.decisions.get(&decision.id) else {
        return Answer::Pending(format!("{} has not decided", offices(&decision.by)));
    };
    if !decision.by.contains(&decided.by) {
        let entitled = offices(&decision.by);
        return Answer::Pending(format!(
            "{} decided on {}, and only {entitled} is entitled to",
            offices(std::slice::from_ref(&decided.by)),
            crate::types::show_date(decided.on)
        ));
    }
    if known_by.is_some_and(|by| decided.on > by) {
        return Answer::Pending(format!("the decision of {} was not known then", crate::types::show_date(decided.on)));
    }
    let ends = [decided.until, decision.valid.and_then(|valid| valid.end(decided.on))];
    let until = ends.into_iter().flatten().min();
    if let Some(ended) = until.filter(|until| *until <= day) {
        let (on, ended) = (crate::types::show_date(decided.on), crate::types::show_date(ended));
        return Answer::Pending(format!(
            "the decision of {on} held until {ended}, and {} has not decided again",
            offices(&decision.by)
        ));
    }
    Answer::Given { met: decision.met_when.contains(&decided.answer), until }
}

/// Offices as a sentence names them: `the minister or NHS England`.
fn offices(names: &[String]) -> String {
    let named: Vec<String> = names.iter().map(|name| crate::words::the(name)).collect();
    named.join(" or ")
}

fn without_value(vintage: &Vintage<Value>) -> Vintage<Vec<Row>> {
    let given = match &vintage.given {
        Given::Known(_) => Given::Missing("not a list".to_owned()),
        Given::Missing(why) => Given::Missing(why.clone()),
        Given::Rejected(rejection) => Given::Rejected(rejection.clone()),
        Given::NotApplicable(why) => Given::NotApplicable(why.clone()),
    };
    Vintage { given, source: vintage.source.clone(), known: vintage.known }
}

fn standing(given: &Signature, party: &Party, digest: &str, bound: &Bound) -> Standing {
    let known_by = bound.known_by;
    let known = given.known.unwrap_or(given.date);
    if known_by.is_some_and(|by| known > by) {
        return Standing::NotYetKnown;
    }
    // A refusal is of no version.
    match &given.version {
        _ if given.refused.is_some() => {}
        Version::AsSubmitted => {}
        Version::Digest(digits) if digest.starts_with(digits.as_str()) => {}
        Version::Digest(_) => return Standing::AnotherVersion,
        Version::Unstated => return Standing::UnstatedVersion,
    }
    if given.delegated_from.is_some() && !party.may_delegate {
        return Standing::Delegated;
    }
    // A delegated signature counts as that of the office it was delegated from.
    let office = given.delegated_from.as_ref().or(given.office.as_ref());
    if !party.offices.is_empty() && !office.is_some_and(|office| party.offices.contains(office)) {
        return Standing::NotEntitled;
    }
    if party.independent {
        match given.body.as_deref().or(matches!(party.who, Who::Each(_)).then_some(given.party.as_str())) {
            None => return Standing::UnstatedBody,
            Some(body) if is_recipient(body, &bound.case.recipient) => return Standing::NotIndependent,
            Some(_) => {}
        }
    }
    if given.refused.is_some() {
        return Standing::Refused;
    }
    let discharged = given.discharged.is_some_and(|date| known_by.is_none_or(|by| date <= by));
    if given.conditional.is_some() && !discharged {
        return Standing::Conditional;
    }
    Standing::Counts
}

/// The digest of the figures that a document states, as submitted.
fn document_digest(pack: &Pack, sign_off: &SignOff, bound: &Bound, text: impl Fn(i64) -> Option<String>) -> String {
    let mut document = String::new();
    for fact in sign_off.document.iter().filter_map(|index| pack.facts.get(*index as usize)) {
        let shown = |cell: Val, ty: &Type| match (cell.state(), reading::uncell(cell, ty, &[], &text)) {
            (State::Known, Some(value)) => format!("{:?}", value.to_string()),
            (State::NotApplicable, _) => "not applicable".to_owned(),
            _ => "missing".to_owned(),
        };
        // What was not believed was signed all the same.
        let submitted = |slot: u32, cell: Val, ty: &Type| match bound.chosen.get(&slot).map(|chosen| &chosen.rejection)
        {
            Some(Some(Rejection { found, .. })) => {
                let value = reading::written(found, ty).map(|value| value.to_string());
                format!("{:?}", value.as_ref().unwrap_or(found))
            }
            _ => shown(cell, ty),
        };
        document.push_str(&fact.name);
        match &fact.shape {
            Shape::One(ty) | Shape::Series(ty) => {
                let count = if matches!(fact.shape, Shape::Series(_)) { pack.period_count() } else { 1 };
                let cells = bound.facts.iter().skip(fact.slot as usize).take(count);
                for (slot, cell) in (fact.slot..).zip(cells) {
                    document.push(' ');
                    document.push_str(&submitted(slot, *cell, ty));
                }
            }
            Shape::List(record) => match bound.facts.get(fact.slot as usize) {
                Some(Val::Rows(span)) if span.state == State::Known => {
                    let cells = bound.rows.iter().skip(span.first as usize);
                    let types = record.fields.iter().map(|(_, ty)| ty).cycle();
                    for (cell, ty) in cells.zip(types).take(span.count as usize * record.fields.len()) {
                        document.push(' ');
                        document.push_str(&shown(*cell, ty));
                    }
                }
                _ => document.push_str(" missing"),
            },
        }
        document.push('\n');
    }
    crate::digest::of_text(&document)
}
