//! What a letter to a recipient can say: the facts of a ruling in words, under names that a template uses.

use jiff::civil::Date;
use ringfence_core::ruling::{Authority, Finding, FundRuling, Outcome, Ruling, Status};
use serde::Serialize;

use super::absent::{brief, grouped, missing_lines, phrases, warning_lines};
use super::evidence::facts;
use super::explain::headroom_words;
use super::{
    basis, capital, checks, cited, day, dispositions, ended, is_open, named, parameter, part_words, sentence, shown,
};
use super::{reason_tells_where, standing, title_of};
use crate::document::{Line, outcome_words};
use crate::letter::SCHEMA;

/// Days that the ruling does not hold, because no clock is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// The day of the letter.
    pub dated: Option<Date>,
    /// The day by which the recipient is to answer.
    pub reply_by: Option<Date>,
}

/// Everything that a template can name.
#[derive(Debug, Serialize)]
pub(crate) struct Context {
    schema: &'static str,
    recipient: Recipient,
    scheme: String,
    version: String,
    basis: String,
    rules_at: String,
    known_by: Option<String>,
    dated: Option<String>,
    reply_by: Option<String>,
    case: Case,
    pack: Pack,
    engine: &'static str,
    funds: Vec<Fund>,
    conditions: Vec<Condition>,
    evidence: Vec<Evidence>,
    missing: Vec<String>,
    not_believed: Vec<String>,
    to_do: Vec<String>,
    unverified: Vec<Unverified>,
    warnings: Vec<String>,
    reconsideration: Option<String>,
}

#[derive(Debug, Serialize)]
struct Unverified {
    title: String,
    value: String,
    says: String,
}

#[derive(Debug, Serialize)]
struct Recipient {
    name: String,
    code: Option<String>,
    full: String,
}

#[derive(Debug, Serialize)]
struct Case {
    id: String,
    title: Option<String>,
    digest: String,
}

#[derive(Debug, Serialize)]
struct Pack {
    id: String,
    version: String,
    digest: String,
}

#[derive(Debug, Serialize)]
struct Fund {
    id: String,
    title: String,
    amount: String,
    says: String,
    reason: String,
    parts: Vec<Part>,
    is_open: bool,
    would_release_more: Vec<String>,
    instalments: Vec<Instalment>,
    source: Option<String>,
    source_url: Option<String>,
}

#[derive(Debug, Serialize)]
struct Part {
    word: &'static str,
    title: String,
    amount: String,
}

#[derive(Debug, Serialize)]
struct Instalment {
    period: String,
    earned: String,
    released: String,
    recovered: String,
    undetermined: String,
    already_paid: bool,
    reason: String,
}

#[derive(Debug, Serialize)]
struct Condition {
    id: String,
    title: String,
    outcome: &'static str,
    mark: &'static str,
    says: String,
    standing: Option<String>,
    limbs: Vec<Limb>,
    headroom: Option<String>,
    would_change: Vec<String>,
    source: Option<String>,
    source_url: Option<String>,
}

#[derive(Debug, Serialize)]
struct Limb {
    title: String,
    outcome: &'static str,
    mark: &'static str,
    says: String,
}

#[derive(Debug, Serialize)]
struct Evidence {
    title: String,
    is_known: bool,
    figures: Vec<Figure>,
    says: String,
    sources: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Figure {
    period: Option<String>,
    shown: String,
}

/// What a letter on this ruling can say.
pub(crate) fn letter(ruling: &Ruling, days: Days) -> Context {
    let recipient = &ruling.case.recipient;
    Context {
        schema: SCHEMA,
        recipient: Recipient { name: recipient.name.clone(), code: recipient.code.clone(), full: named(recipient) },
        scheme: ruling.pack.title.clone(),
        version: ruling.pack.version.clone(),
        basis: basis(ruling),
        rules_at: day(ruling.rules_at),
        known_by: ruling.known_by.map(day),
        dated: days.dated.map(day),
        reply_by: days.reply_by.map(day),
        case: Case {
            id: ruling.case.id.clone(),
            title: ruling.case.title.as_deref().map(sentence),
            digest: ruling.case.digest.clone(),
        },
        pack: Pack {
            id: ruling.pack.id.clone(),
            version: ruling.pack.version.clone(),
            digest: ruling.pack.digest.clone(),
        },
        engine: ruling.engine,
        funds: ruling.funds.iter().map(|found| fund(ruling, found)).collect(),
        conditions: ruling.findings.iter().map(|finding| condition(ruling, finding)).collect(),
        evidence: evidence(ruling),
        missing: missing_lines(ruling, &ruling.missing.iter().collect::<Vec<_>>()).iter().map(Line::bare).collect(),
        not_believed: checks::lines(&ruling.rejected.iter().collect::<Vec<_>>()).iter().map(Line::bare).collect(),
        to_do: to_do(ruling),
        unverified: ruling
            .parameters
            .iter()
            .filter(|found| found.status == Status::Unverified)
            .map(|found| Unverified {
                title: capital(&found.title),
                value: found.figure.shown.clone(),
                says: parameter(found).bare(),
            })
            .collect(),
        warnings: warning_lines(ruling).iter().map(Line::bare).collect(),
        reconsideration: ruling.reconsideration.as_deref().map(sentence),
    }
}

fn fund(ruling: &Ruling, found: &FundRuling) -> Fund {
    let currency = &ruling.currency;
    let reason = sentence(&brief(ruling, &found.reason));
    let parts = found.dispositions.parts().into_iter().filter(|(_, part)| !part.is_zero());
    Fund {
        id: found.fund.clone(),
        title: capital(&found.title),
        amount: shown(currency, found.amount),
        // The reason often says where each pound goes; it is not to be said twice.
        says: if reason_tells_where(currency, found) { reason.clone() } else { dispositions(currency, found) },
        parts: parts
            .map(|(word, part)| Part {
                word,
                title: match (word, &found.destination) {
                    ("redirected", Some(destination)) => format!("{} to {destination}", part_words(word)),
                    _ => part_words(word).to_owned(),
                },
                amount: currency.show(part),
            })
            .collect(),
        is_open: is_open(found),
        would_release_more: phrases(ruling, &found.would_release_more).iter().map(Line::bare).collect(),
        instalments: found
            .tranches
            .iter()
            .map(|tranche| Instalment {
                period: tranche.period.clone(),
                earned: shown(currency, tranche.earned),
                released: currency.show(tranche.released),
                recovered: currency.show(tranche.recovered),
                undetermined: currency.show(tranche.undetermined),
                already_paid: tranche.already_paid,
                reason: sentence(&brief(ruling, &tranche.reason)),
            })
            .collect(),
        source: found.authority.as_ref().map(named_source),
        source_url: found.authority.as_ref().and_then(|authority| authority.url.clone()),
        reason,
    }
}

fn condition(ruling: &Ruling, finding: &Finding) -> Condition {
    let (mark, outcome) = outcome_words(finding.outcome);
    Condition {
        id: finding.condition.clone(),
        title: capital(&finding.title),
        outcome,
        mark,
        says: sentence(&brief(ruling, &finding.reason)),
        standing: finding.standing.as_ref().map(|found| standing(found).bare()),
        limbs: finding
            .limbs
            .iter()
            .map(|limb| {
                let (mark, outcome) = outcome_words(limb.outcome);
                let says = ended(&capital(&brief(ruling, &limb.reason)));
                Limb { title: capital(&limb.title), outcome, mark, says }
            })
            .collect(),
        headroom: finding.headroom.as_ref().map(headroom_words),
        would_change: phrases(ruling, &finding.would_change).iter().map(Line::bare).collect(),
        source: finding.authority.as_ref().map(named_source),
        source_url: finding.authority.as_ref().and_then(|authority| authority.url.clone()),
    }
}

/// Where a rule comes from, without its address.
fn named_source(authority: &Authority) -> String {
    cited(&Authority { url: None, ..authority.clone() }).bare()
}

fn evidence(ruling: &Ruling) -> Vec<Evidence> {
    let told = facts(ruling).into_iter().map(|fact| {
        let figures: Vec<Figure> = fact
            .entries
            .iter()
            .map(|entry| Figure { period: entry.period.clone(), shown: entry.figure.shown.clone() })
            .collect();
        Evidence {
            title: capital(fact.title),
            is_known: fact.entries.iter().any(|entry| entry.figure.value.is_some()),
            says: told_together(&figures),
            sources: fact.sources().into_iter().filter_map(|(source, _)| source).map(|text| sentence(&text)).collect(),
            figures,
        }
    });
    told.collect()
}

/// `10,163 (2014-15 Q4), 10,393 (2015-16 Q1)`; a value that is the same for every period is told once.
fn told_together(figures: &[Figure]) -> String {
    let Some((first, rest)) = figures.split_first() else { return String::new() };
    if !rest.is_empty() && rest.iter().all(|figure| figure.shown == first.shown) {
        return format!("{}, every period", first.shown);
    }
    let each = figures.iter().map(|figure| match &figure.period {
        Some(period) => format!("{period}: {}", figure.shown),
        None => figure.shown.clone(),
    });
    each.collect::<Vec<_>>().join("; ")
}

/// What the recipient can do: send what is missing, and put right what is not met.
fn to_do(ruling: &Ruling) -> Vec<String> {
    let entries = ruling.missing.iter().map(|missing| (&missing.title, missing.period.clone(), missing.reason.clone()));
    let send = grouped(entries)
        .into_iter()
        .map(|said| ended(&format!("{}{} ({})", capital(said.what), said.when(), said.reason())));
    let unmet = ruling.findings.iter().filter(|finding| finding.outcome == Outcome::Unmet);
    let right = unmet.filter(|finding| !finding.would_change.is_empty()).map(|finding| {
        let phrases: Vec<String> = phrases(ruling, &finding.would_change)
            .iter()
            .map(|line| line.bare().trim_end_matches('.').to_owned())
            .collect();
        ended(&format!("For “{}”: {}", title_of(ruling, &finding.condition), phrases.join("; ")))
    });
    send.chain(right).collect()
}
