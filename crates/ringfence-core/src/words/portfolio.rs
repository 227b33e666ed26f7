//! What is worked out over all cases, in words.

use super::missing::{Lack, Lacks};
use super::{Teller, counted, listed, small};
use crate::bind::Bound;
use crate::evaluate::{Member, Part, Rules, Scratch};
use crate::language::value::{Family, Num, Val};
use crate::ruling::{Lacking, Missing, PortfolioFigure, PortfolioUsed};

/// So many recipients that lack evidence are named in a reason; the ruling's data names all.
const NAMED: usize = 4;

/// What one case lacks for each of the values over all cases.
pub(crate) fn lacking(rules: &Rules<'_>, bound: &Bound, scratch: &Scratch) -> Vec<(Lacks, Vec<Missing>)> {
    let teller = Teller::new(rules, bound, scratch, None);
    teller.note_lacks(&rules.pack.first_pass);
    rules
        .pack
        .portfolio
        .iter()
        .map(|value| {
            let mut lacks = Lacks::new();
            if let Some(taking_part) = &value.taking_part {
                lacks = teller.missing_of_script(Family::Truth, taking_part, 0);
            }
            lacks.extend(teller.missing_of_script(value.of_type.family(), &value.of, 0));
            let missing = lacks.iter().map(|lack| teller.described(lack, Vec::new())).collect();
            (lacks, missing)
        })
        .collect()
}

impl Teller<'_> {
    /// What a case lacks that reads a value over all cases: its own evidence for it, and that of others.
    pub(super) fn follow_portfolio(&self, slot: u32, lacks: &mut Lacks) {
        let Some(member) = self.within else {
            lacks.insert(Lack::Portfolio(slot));
            return;
        };
        for (index, entrant) in member.portfolio.entrants.iter().enumerate() {
            match entrant.parts.get(slot as usize) {
                Some(Part::Lacking(own, _)) if index == member.index => lacks.extend(own.iter().cloned()),
                Some(Part::Lacking(..)) => {
                    lacks.insert(Lack::Portfolio(slot));
                }
                _ => {}
            }
        }
    }

    /// Why a value over all cases is missing.
    pub(super) fn why_not_over_all(&self, slot: u32) -> String {
        let Some(member) = self.within else {
            return "needs all recipients of the scheme: this case was ruled on alone".to_owned();
        };
        let others = lacking_in(member, slot as usize).filter(|(index, ..)| *index != member.index);
        let mut named: Vec<String> = others
            .map(|(_, entrant, missing)| {
                let what: Vec<String> = missing.iter().map(lacked).collect();
                format!("{} ({})", entrant.recipient.name, what.join("; "))
            })
            .collect();
        let count = named.len();
        if count > NAMED {
            named.truncate(NAMED - 1);
            named.push(format!("{} more", count - named.len()));
        }
        let verb = if count == 1 { "lacks" } else { "lack" };
        format!("{} {verb} evidence for it: {}", counted(count, "other recipient"), listed(&named))
    }

    /// The portfolio that the case was ruled on in.
    pub(super) fn portfolio(&mut self) -> Option<PortfolioUsed> {
        let member = self.within?;
        let pack = self.rules.pack;
        let mut values = Vec::new();
        let mut all_lacking = Vec::new();
        for (slot, value) in pack.portfolio.iter().enumerate() {
            let cell = self.scratch.portfolio.get(slot).copied().unwrap_or(Val::Num(Num::MISSING));
            let lacking: Vec<Lacking> = lacking_in(member, slot)
                .map(|(_, entrant, missing)| Lacking {
                    value: value.name.clone(),
                    case: entrant.id.clone(),
                    recipient: entrant.recipient.clone(),
                    missing: missing.to_vec(),
                })
                .collect();
            let verb = if lacking.len() == 1 { "lacks" } else { "lack" };
            let absence = (!lacking.is_empty())
                .then(|| format!("{} {verb} evidence for it", counted(lacking.len(), "recipient")));
            let figure = self.figure(cell, &value.ty, absence.as_ref());
            let part = member.entrant().and_then(|entrant| entrant.parts.get(slot));
            let own = match part {
                Some(Part::Known(number)) => {
                    let own = match &value.of_type {
                        crate::types::Type::Bool => {
                            Val::Truth(crate::language::value::Truth::from_bool(!number.is_zero()))
                        }
                        _ => Val::Num(Num::keep(*number, &mut self.wide)),
                    };
                    Some(self.figure(own, &value.of_type, None))
                }
                Some(Part::Lacking(..)) => Some(self.figure(Val::Num(Num::MISSING), &value.of_type, None)),
                _ => None,
            };
            let cases = member.portfolio.over.get(slot).map_or(0, |over| over.cases) + lacking.len();
            values.push(PortfolioFigure {
                name: value.name.clone(),
                title: value.title.clone(),
                take: value.take.word(),
                figure,
                cases,
                own,
            });
            all_lacking.extend(lacking);
        }
        Some(PortfolioUsed {
            cases: member.portfolio.len(),
            digest: member.portfolio.digest().to_owned(),
            values,
            lacking: all_lacking,
        })
    }
}

/// The cases that lack evidence for a value over all cases.
fn lacking_in(member: Member<'_>, slot: usize) -> impl Iterator<Item = (usize, &crate::evaluate::Entrant, &[Missing])> {
    member.portfolio.entrants.iter().enumerate().filter_map(move |(index, entrant)| match entrant.parts.get(slot) {
        Some(Part::Lacking(_, missing)) => Some((index, entrant, missing.as_slice())),
        _ => None,
    })
}

/// A piece of evidence that another case lacks.
fn lacked(missing: &Missing) -> String {
    let when = missing.period.as_ref().map(|period| format!(" for {period}")).unwrap_or_default();
    format!("{}{when}: {}", small(&missing.title), missing.reason)
}
