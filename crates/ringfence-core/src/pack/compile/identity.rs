//! What a pack says of itself.

use super::{declare, whole_pence};
use crate::diagnostic::{Code, Diagnostic};
use crate::exact::Rounding;
use crate::fields::{self, Fields, Mistakes};
use crate::money::Currency;
use crate::pack::Interval;
use crate::period::Periods;

/// The keys at the top of `pack.yaml` besides the sections.
pub(in crate::pack) const IDENTITY: &[&str] = &[
    "allow",
    "ringfence",
    "pack",
    "title",
    "rules-on",
    "version",
    "currency",
    "years",
    "in-force",
    "rules-at",
    "recipient",
    "reconsideration",
    "periods",
    "rounding",
    "requires",
    "uses",
    "notes",
];

pub(super) struct Identity {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) rules_on: String,
    pub(super) years: Option<String>,
    pub(super) version: String,
    pub(super) currency: Currency,
    pub(super) in_force: Interval,
    pub(super) rules_at: Option<jiff::civil::Date>,
    pub(super) recipient: String,
    pub(super) reconsideration: Option<String>,
    pub(super) periods: Option<Periods>,
    pub(super) rounding: Rounding,
    pub(super) notes: Option<String>,
}

pub(super) fn read(fields: &Fields<'_>, mistakes: &mut Mistakes) -> Option<Identity> {
    if let Some(node) = fields.need("ringfence", "a pack", mistakes) {
        fields::word(node, &[("1", ())], mistakes);
    }
    let id = fields.need("pack", "a pack", mistakes).and_then(|node| {
        let id = fields::text(node, "`pack`", mistakes)?;
        if is_pack_id(&id) {
            return Some(id);
        }
        let message = format!("`{id}` is not the id of a pack");
        let diagnostic = Diagnostic::error(Code::BAD_NAME, node.place.clone(), message);
        mistakes
            .push(diagnostic.help("write lower-case words and years joined by `-` and `/`: better-care-fund/2015-16"));
        None
    });
    let title = fields.need_text("title", "a pack", mistakes);
    let rules_on = fields.need_text("rules-on", "a pack", mistakes);
    let years = fields.text("years", mistakes);
    if let (Some(written), Some(node)) = (&years, fields.get("years"))
        && crate::period::read_years(written).is_none()
    {
        let message = format!("`{written}` is not the years of a scheme");
        let diagnostic = Diagnostic::error(Code::BAD_PERIOD, node.place.clone(), message);
        mistakes.push(diagnostic.help("write `2015-16` for a financial year, `2017-19` for two, or `2006`"));
    }
    let version = fields.need_text("version", "a pack", mistakes);
    let currency = fields.need("currency", "a pack", mistakes).and_then(|node| {
        let code = fields::text(node, "`currency`", mistakes)?;
        let currency = Currency::new(&code);
        if currency.is_none() {
            let message = format!("`{code}` is not the code of a currency");
            mistakes.push(
                Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message)
                    .help("write three capital letters: GBP"),
            );
        }
        currency
    });
    let in_force = fields.need("in-force", "a pack", mistakes).and_then(|node| declare::interval(node, mistakes));
    let rules_at = fields.date("rules-at", mistakes);
    if let (Some(interval), Some(date), Some(node)) = (in_force, rules_at, fields.get("rules-at"))
        && !interval.contains(date)
    {
        let message = "`rules-at` is outside the days the pack is in force";
        mistakes.push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message));
    }
    let recipient = fields.need_text("recipient", "a pack", mistakes);
    let periods = match fields.get("periods") {
        None => Some(None),
        Some(node) => declare::periods(node, mistakes).map(Some),
    };
    let rounding = fields.need("rounding", "a pack", mistakes).and_then(|node| {
        let rounding = fields::rounding(node, mistakes)?;
        whole_pence(rounding, node, mistakes)
    });
    Some(Identity {
        id: id?,
        title: title?,
        rules_on: rules_on?,
        years,
        version: version?,
        currency: currency?,
        in_force: in_force?,
        rules_at,
        recipient: recipient?,
        reconsideration: fields.text("reconsideration", mistakes),
        periods: periods?,
        rounding: rounding?,
        notes: fields.text("notes", mistakes),
    })
}

/// Whether a text is the id of a pack: words and years joined by `-`, in parts joined by `/`.
fn is_pack_id(text: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.split('/').all(|part| part.split('-').all(word))
}
