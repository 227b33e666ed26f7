//! CSV for spreadsheets: commas, a heading line, one row for each thing said.
//!
//! A text that a spreadsheet would take for a formula has an apostrophe put before it. An amount is digits with a
//! point (`1077270.00`), and an empty cell means that it is not known or does not arise.

use std::io;

use ringfence_core::money::Money;
use ringfence_core::ruling::{FundRuling, Ruling, Tranche};

use crate::comparison::{Comparison, FundOf, RecipientCompared, Sums};

/// The name and version of the columns of [`portfolio`]. Columns are added at the end only, within a version.
pub const PORTFOLIO_SCHEMA: &str = "ringfence.portfolio-csv/1";

/// The columns of [`portfolio`].
///
/// `period` is `all` for the fund itself and otherwise names a tranche. So that no sum over a column counts a pound
/// twice, choose the rows where `period` is `all`, or those where it is not. The row of a tranche leaves `amount`,
/// `redirected`, `destination`, `withheld`, `released_at_least` and `released_at_most` empty: these are settled for the
/// fund as a whole. The last two are what is released in the end, whatever evidence arrives; an empty `released_at_most`
/// says that no limit is known.
pub const PORTFOLIO_COLUMNS: [&str; 20] = [
    "pack",
    "pack_version",
    "rules_at",
    "known_by",
    "case",
    "recipient_code",
    "recipient_name",
    "fund",
    "period",
    "amount",
    "earned",
    "released",
    "redirected",
    "destination",
    "withheld",
    "recovered",
    "undetermined",
    "reason",
    "released_at_least",
    "released_at_most",
];

/// The name and version of the columns of [`findings`].
pub const FINDINGS_SCHEMA: &str = "ringfence.findings-csv/1";

/// The columns of [`findings`].
pub const FINDINGS_COLUMNS: [&str; 6] = ["case", "recipient_code", "recipient_name", "condition", "outcome", "reason"];

/// The name and version of the columns of [`comparison`].
pub const COMPARISON_SCHEMA: &str = "ringfence.diff-csv/1";

/// The columns of [`comparison`].
///
/// `part` is `amount` or one of the parts that come to it, so a sum over a column takes the rows of one part. `step` is
/// `all` for the whole difference, and else the number of the change that `difference` is because of; `old` and `new` are
/// then empty. An amount that is not known is empty.
pub const COMPARISON_COLUMNS: [&str; 10] =
    ["case", "recipient_code", "recipient_name", "verdict", "fund", "part", "step", "old", "new", "difference"];

/// A table could not be written.
#[derive(Debug, thiserror::Error)]
#[error("failed to write the table")]
pub struct CsvError {
    #[from]
    source: ::csv::Error,
}

/// One row for each recipient and fund, and one for each tranche of it: [`PORTFOLIO_COLUMNS`].
///
/// # Errors
/// None in practice: the table is written to memory.
pub fn portfolio(rulings: &[Ruling]) -> Result<String, CsvError> {
    Ok(portfolio_heading()? + portfolio_lines(rulings)?.as_str())
}

/// The line with the names of [`PORTFOLIO_COLUMNS`], for whoever writes rulings as they come.
///
/// # Errors
/// None in practice: the table is written to memory.
pub fn portfolio_heading() -> Result<String, CsvError> {
    lines(&[PORTFOLIO_COLUMNS])
}

/// The lines of [`portfolio`] below its heading.
///
/// # Errors
/// None in practice: the table is written to memory.
pub fn portfolio_lines(rulings: &[Ruling]) -> Result<String, CsvError> {
    let rows: Vec<[String; 20]> = rulings.iter().flat_map(rows).map(|row| row.map(|cell| text(&cell))).collect();
    lines(&rows)
}

/// The rows of one ruling as texts, before anything is done to them for a spreadsheet.
pub(crate) fn rows(ruling: &Ruling) -> Vec<[String; 20]> {
    typed_rows(ruling).map(|row| row.texts()).collect()
}

/// The rows of one ruling.
pub(crate) fn typed_rows(ruling: &Ruling) -> impl Iterator<Item = Row<'_>> {
    ruling.funds.iter().flat_map(move |fund| {
        let tranches = fund.tranches.iter().map(move |tranche| tranche_row(ruling, fund, tranche));
        std::iter::once(fund_row(ruling, fund)).chain(tranches)
    })
}

/// A row: what is the same for all of a fund, and its own.
pub(crate) struct Row<'r> {
    pub(crate) ruling: &'r Ruling,
    pub(crate) fund: &'r str,
    pub(crate) period: &'r str,
    pub(crate) amount: Option<Money>,
    pub(crate) earned: Option<Money>,
    pub(crate) released: Option<Money>,
    pub(crate) redirected: Option<Money>,
    pub(crate) destination: Option<&'r str>,
    pub(crate) withheld: Option<Money>,
    pub(crate) recovered: Option<Money>,
    pub(crate) undetermined: Option<Money>,
    pub(crate) reason: &'r str,
    pub(crate) released_at_least: Option<Money>,
    pub(crate) released_at_most: Option<Money>,
}

impl Row<'_> {
    /// Its cells, in the order of [`PORTFOLIO_COLUMNS`].
    fn texts(&self) -> [String; 20] {
        let ruling = self.ruling;
        let [case, code, name] = recipient(ruling);
        [
            ruling.pack.id.clone(),
            ruling.pack.version.clone(),
            ruling.rules_at.to_string(),
            ruling.known_by.map(|date| date.to_string()).unwrap_or_default(),
            case,
            code,
            name,
            self.fund.to_owned(),
            self.period.to_owned(),
            amount(self.amount),
            amount(self.earned),
            amount(self.released),
            amount(self.redirected),
            self.destination.unwrap_or_default().to_owned(),
            amount(self.withheld),
            amount(self.recovered),
            amount(self.undetermined),
            self.reason.to_owned(),
            amount(self.released_at_least),
            amount(self.released_at_most),
        ]
    }
}

/// One row for each recipient and condition: [`FINDINGS_COLUMNS`].
///
/// # Errors
/// None in practice: the table is written to memory.
pub fn findings(rulings: &[Ruling]) -> Result<String, CsvError> {
    Ok(findings_heading()? + findings_lines(rulings)?.as_str())
}

/// The line with the names of [`FINDINGS_COLUMNS`].
///
/// # Errors
/// None in practice: the table is written to memory.
pub fn findings_heading() -> Result<String, CsvError> {
    lines(&[FINDINGS_COLUMNS])
}

/// The lines of [`findings`] below its heading.
///
/// # Errors
/// None in practice: the table is written to memory.
pub fn findings_lines(rulings: &[Ruling]) -> Result<String, CsvError> {
    let mut rows = Vec::new();
    for ruling in rulings {
        rows.extend(ruling.findings.iter().map(|finding| {
            let [case, code, name] = recipient(ruling);
            [case, code, name, finding.condition.clone(), finding.outcome.to_string(), finding.reason.clone()]
                .map(|cell| text(&cell))
        }));
    }
    lines(&rows)
}

/// One row for each recipient, fund and part, and one for each step that changes it: [`COMPARISON_COLUMNS`].
///
/// # Errors
/// None in practice: the table is written to memory.
pub fn comparison(comparison: &Comparison) -> Result<String, CsvError> {
    let mut rows = Vec::new();
    for one in &comparison.recipients {
        for fund in &one.funds {
            rows.extend(parts_of(one, fund));
        }
    }
    table(&COMPARISON_COLUMNS, &rows)
}

/// The rows of one recipient and fund.
fn parts_of(one: &RecipientCompared, fund: &FundOf) -> Vec<[String; 10]> {
    let mut rows = Vec::new();
    let code = one.recipient.code.as_deref().map(text).unwrap_or_default();
    let mut row = |part: &str, step: String, [old, new, difference]: [String; 3]| {
        let [case, name, fund] = [&one.case, &one.recipient.name, &fund.fund].map(|words| text(words));
        let verdict = one.verdict.as_str().to_owned();
        rows.push([case, code.clone(), name, verdict, fund, part.to_owned(), step, old, new, difference]);
    };
    let known = |sums: Option<Sums>| match sums {
        Some(sums) if sums.amount_not_known > 0 => None,
        sums => Some(sums.unwrap_or_default().amount),
    };
    let (old, new) = (known(fund.sums.old), known(fund.sums.new));
    let difference = if old.is_some() && new.is_some() { Some(fund.sums.difference.amount) } else { None };
    row("amount", "all".to_owned(), [amount(old), amount(new), amount(difference)]);
    let before = fund.sums.old.unwrap_or_default().dispositions.parts();
    let after = fund.sums.new.unwrap_or_default().dispositions.parts();
    let between = fund.sums.difference.dispositions.parts();
    for (at, ((part, before), ((_, after), (_, between)))) in
        before.into_iter().zip(after.into_iter().zip(between)).enumerate()
    {
        row(part, "all".to_owned(), [before, after, between].map(|money| money.to_string()));
        for step in one.because.iter().filter(|step| step.fund == fund.fund) {
            let own = step.difference.dispositions.parts().get(at).map(|(_, money)| *money).unwrap_or_default();
            if !own.is_zero() {
                row(part, step.step.to_string(), [String::new(), String::new(), own.to_string()]);
            }
        }
    }
    rows
}

fn table<const N: usize>(columns: &[&str; N], rows: &[[String; N]]) -> Result<String, CsvError> {
    Ok(lines(&[*columns])? + lines(rows)?.as_str())
}

fn lines<const N: usize>(rows: &[[impl AsRef<[u8]>; N]]) -> Result<String, CsvError> {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    let bytes = writer.into_inner().map_err(|error| ::csv::Error::from(error.into_error()))?;
    let invalid = |error| ::csv::Error::from(io::Error::new(io::ErrorKind::InvalidData, error));
    Ok(String::from_utf8(bytes).map_err(invalid)?)
}

fn recipient(ruling: &Ruling) -> [String; 3] {
    let recipient = &ruling.case.recipient;
    [ruling.case.id.clone(), recipient.code.clone().unwrap_or_default(), recipient.name.clone()]
}

fn fund_row<'r>(ruling: &'r Ruling, fund: &'r FundRuling) -> Row<'r> {
    let parts = &fund.dispositions;
    Row {
        ruling,
        fund: &fund.fund,
        period: "all",
        amount: fund.amount,
        earned: fund.earned,
        released: Some(parts.released),
        redirected: Some(parts.redirected),
        destination: fund.destination.as_deref(),
        withheld: Some(parts.withheld),
        recovered: Some(parts.recovered),
        undetermined: Some(parts.undetermined),
        reason: &fund.reason,
        released_at_least: Some(fund.range.map_or(parts.released, |range| range.released.at_least)),
        released_at_most: at_most(fund),
    }
}

/// The most that is released in the end, if that is known.
fn at_most(fund: &FundRuling) -> Option<Money> {
    match fund.range {
        Some(range) => range.released.at_most,
        None => Some(fund.dispositions.released).filter(|_| fund.dispositions.undetermined.is_zero()),
    }
}

fn tranche_row<'r>(ruling: &'r Ruling, fund: &'r FundRuling, tranche: &'r Tranche) -> Row<'r> {
    Row {
        ruling,
        fund: &fund.fund,
        period: &tranche.period,
        amount: None,
        earned: tranche.earned,
        released: Some(tranche.released),
        redirected: None,
        destination: None,
        withheld: None,
        recovered: Some(tranche.recovered),
        undetermined: Some(tranche.undetermined),
        reason: &tranche.reason,
        released_at_least: None,
        released_at_most: None,
    }
}

fn amount(amount: Option<Money>) -> String {
    amount.map(|amount| amount.to_string()).unwrap_or_default()
}

/// A text that no spreadsheet takes for a formula.
fn text(value: &str) -> String {
    let opens_formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if opens_formula && !is_number(value) { format!("'{value}") } else { value.to_owned() }
}

fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix(['+', '-']).unwrap_or(value);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all(whole) && all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_looks_like_a_formula_is_kept_a_text() {
        assert_eq!(text("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(text("@area"), "'@area");
        assert_eq!(text("-1+cmd|x"), "'-1+cmd|x");
        assert_eq!(text("-12.50"), "-12.50");
        assert_eq!(text("Wiltshire"), "Wiltshire");
    }
}
