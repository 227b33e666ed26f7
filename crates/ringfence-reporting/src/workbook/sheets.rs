//! The sheets, one by one.

use ringfence_core::ruling::{Outcome, Ruling};
use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};

use super::{Column, Holds, SCHEMA, Styles, formula, printed, table};
use crate::csv;
use crate::document::{capital, outcome_words};
use crate::portfolio::{FundTotals, Portfolio};
use crate::report::{self, basis, cited};

/// The columns of the sheet Findings.
pub(super) const FINDINGS: [Column; 10] = [
    ("case", Holds::Words, 16),
    ("recipient_code", Holds::Words, 10),
    ("recipient_name", Holds::Words, 30),
    ("condition", Holds::Words, 24),
    ("title", Holds::Words, 40),
    ("outcome", Holds::Words, 14),
    ("standing", Holds::Words, 12),
    ("reason", Holds::Words, 80),
    ("headroom", Holds::Words, 20),
    ("source", Holds::Words, 40),
];

/// The columns of the sheet Evidence.
pub(super) const EVIDENCE: [Column; 10] = [
    ("case", Holds::Words, 16),
    ("recipient_code", Holds::Words, 10),
    ("recipient_name", Holds::Words, 30),
    ("fact", Holds::Words, 24),
    ("title", Holds::Words, 40),
    ("period", Holds::Words, 12),
    ("value", Holds::Words, 16),
    ("shown", Holds::Words, 24),
    ("source", Holds::Words, 60),
    ("known", Holds::Day, 12),
];

/// The columns of the sheet Missing.
pub(super) const MISSING: [Column; 8] = [
    ("case", Holds::Words, 16),
    ("recipient_code", Holds::Words, 10),
    ("recipient_name", Holds::Words, 30),
    ("what", Holds::Words, 24),
    ("title", Holds::Words, 40),
    ("period", Holds::Words, 12),
    ("reason", Holds::Words, 40),
    ("leaves_open", Holds::Words, 60),
];

/// The columns of the sheet Parameters.
pub(super) const PARAMETERS: [Column; 9] = [
    ("name", Holds::Words, 24),
    ("title", Holds::Words, 40),
    ("value", Holds::Words, 16),
    ("shown", Holds::Words, 24),
    ("from", Holds::Day, 12),
    ("announced", Holds::Day, 12),
    ("status", Holds::Words, 12),
    ("source", Holds::Words, 60),
    ("note", Holds::Words, 60),
];

/// The columns of the sheet Data checks.
pub(super) const CHECKS: [Column; 11] = [
    ("case", Holds::Words, 16),
    ("recipient_code", Holds::Words, 10),
    ("recipient_name", Holds::Words, 30),
    ("fact", Holds::Words, 24),
    ("title", Holds::Words, 40),
    ("period", Holds::Words, 12),
    ("value", Holds::Words, 16),
    ("shown", Holds::Words, 24),
    ("because", Holds::Words, 60),
    ("by", Holds::Words, 12),
    ("source", Holds::Words, 60),
];

/// The columns of the sheet Dispositions are those of the portfolio as CSV.
fn dispositions() -> Vec<Column> {
    let kinds = csv::PORTFOLIO_COLUMNS.into_iter().map(|name| match name {
        "amount" | "earned" | "released" | "redirected" | "withheld" | "recovered" | "undetermined"
        | "released_at_least" | "released_at_most" => (name, Holds::Money, 16),
        "rules_at" | "known_by" => (name, Holds::Day, 12),
        "reason" => (name, Holds::Words, 60),
        "recipient_name" | "destination" => (name, Holds::Words, 30),
        _ => (name, Holds::Words, 16),
    });
    kinds.collect()
}

/// Writes all sheets.
pub(super) fn write(workbook: &mut Workbook, portfolio: &Portfolio, styles: &Styles) -> Result<(), XlsxError> {
    for name in ["Summary", "Dispositions", "Findings", "Evidence", "Missing", "Parameters", "Data checks"] {
        workbook.add_worksheet().set_name(name)?;
    }
    let rulings = portfolio.rulings();
    let rows = rulings.iter().flat_map(csv::rows).map(Vec::from);
    let money = table(workbook.worksheet_from_name("Dispositions")?, styles, &dispositions(), rows)?;
    let sheet = workbook.worksheet_from_name("Findings")?;
    let found = table(sheet, styles, &FINDINGS, rulings.iter().flat_map(findings))?;
    table(workbook.worksheet_from_name("Evidence")?, styles, &EVIDENCE, rulings.iter().flat_map(evidence))?;
    table(workbook.worksheet_from_name("Missing")?, styles, &MISSING, rulings.iter().flat_map(missing))?;
    table(workbook.worksheet_from_name("Parameters")?, styles, &PARAMETERS, parameters(portfolio).into_iter())?;
    table(workbook.worksheet_from_name("Data checks")?, styles, &CHECKS, rulings.iter().flat_map(checks))?;
    let mut summary = Summary { sheet: workbook.worksheet_from_name("Summary")?, styles, row: 0, money, found };
    summary.write(portfolio)
}

/// The cells that say whose row it is.
fn whose(ruling: &Ruling) -> Vec<String> {
    let recipient = &ruling.case.recipient;
    vec![ruling.case.id.clone(), recipient.code.clone().unwrap_or_default(), recipient.name.clone()]
}

fn row(ruling: &Ruling, cells: impl IntoIterator<Item = String>) -> Vec<String> {
    whose(ruling).into_iter().chain(cells).collect()
}

fn findings(ruling: &Ruling) -> Vec<Vec<String>> {
    let rows = ruling.findings.iter().map(|finding| {
        let cells = [
            finding.condition.clone(),
            finding.title.clone(),
            finding.outcome.to_string(),
            finding.standing.as_ref().map(|standing| standing.word.to_string()).unwrap_or_default(),
            finding.reason.clone(),
            finding.headroom.as_ref().map(|headroom| headroom.distance.shown.clone()).unwrap_or_default(),
            finding.authority.as_ref().map(|authority| cited(authority).bare()).unwrap_or_default(),
        ];
        row(ruling, cells)
    });
    rows.collect()
}

fn evidence(ruling: &Ruling) -> Vec<Vec<String>> {
    let rows = ruling.evidence.iter().map(|entry| {
        let cells = [
            entry.fact.clone(),
            entry.title.clone(),
            entry.period.clone().unwrap_or_default(),
            entry.figure.value.clone().unwrap_or_default(),
            entry.figure.shown.clone(),
            entry.source.clone().unwrap_or_default(),
            entry.known.map(|day| day.to_string()).unwrap_or_default(),
        ];
        row(ruling, cells)
    });
    rows.collect()
}

fn missing(ruling: &Ruling) -> Vec<Vec<String>> {
    let rows = ruling.missing.iter().map(|missing| {
        let cells = [
            missing.what.clone(),
            missing.title.clone(),
            missing.period.clone().unwrap_or_default(),
            missing.reason.clone(),
            missing.leaves_open.join("; "),
        ];
        row(ruling, cells)
    });
    rows.collect()
}

fn checks(ruling: &Ruling) -> Vec<Vec<String>> {
    let rows = ruling.rejected.iter().map(|found| {
        let cells = [
            found.fact.clone(),
            found.title.clone(),
            found.period.clone().unwrap_or_default(),
            found.figure.value.clone().unwrap_or_default(),
            found.figure.shown.clone(),
            found.because.clone(),
            found.by.to_string(),
            found.source.clone().unwrap_or_default(),
        ];
        row(ruling, cells)
    });
    rows.collect()
}

fn parameters(portfolio: &Portfolio) -> Vec<Vec<String>> {
    let rows = portfolio.parameters().iter().map(|found| {
        vec![
            found.name.clone(),
            found.title.clone(),
            found.figure.value.clone().unwrap_or_default(),
            found.figure.shown.clone(),
            found.from.to_string(),
            found.announced.map(|day| day.to_string()).unwrap_or_default(),
            found.status.as_str().to_owned(),
            found.authority.as_ref().map(|authority| cited(authority).bare()).unwrap_or_default(),
            found.note.clone().unwrap_or_default(),
        ]
    });
    rows.collect()
}

/// The first sheet: sums and counts as formulas over the others.
struct Summary<'a> {
    sheet: &'a mut Worksheet,
    styles: &'a Styles,
    row: u32,
    /// The last row of Dispositions.
    money: u32,
    /// The last row of Findings.
    found: u32,
}

/// The columns of Dispositions that are added up, each with its title.
const SUMS: [(&str, &str); 7] = [
    ("amount", "Amount"),
    ("released", "Released"),
    ("redirected", "Redirected"),
    ("withheld", "Held back"),
    ("recovered", "Paid and taken back"),
    ("undetermined", "Not decided"),
    ("earned", "Earned by the rule"),
];

/// Stands for a sum of which nothing is known.
const NOT_KNOWN: &str = "not known";
/// Stands for a sum over all funds, of which one is not known for anybody.
const NOT_GIVEN: &str = "not given";

impl Summary<'_> {
    fn write(&mut self, portfolio: &Portfolio) -> Result<(), XlsxError> {
        let Some(first) = portfolio.rulings().first() else { return Ok(()) };
        self.sheet.set_column_width(0, 28)?.set_column_width(1, 76)?;
        for column in 2..13 {
            self.sheet.set_column_width(column, 18)?;
        }
        printed(self.sheet);
        self.line(&first.pack.title, &self.styles.title)?;
        let currency = portfolio.currency().code();
        self.line(&format!("{} Amounts in {currency}.", basis(first)), &self.styles.quiet)?;
        self.line(
            "Totals add whole pence of the sheet Dispositions. An empty cell is not known, and is in no total.",
            &self.styles.quiet,
        )?;
        self.row += 1;
        self.funds(portfolio)?;
        self.row += 1;
        self.conditions(portfolio)?;
        self.row += 1;
        let mut facts = vec![
            ("Sheets".to_owned(), SCHEMA.to_owned()),
            ("Engine".to_owned(), format!("ringfence {}", first.engine)),
            ("Pack".to_owned(), format!("{} {}", first.pack.id, first.pack.version)),
            ("Pack digest".to_owned(), first.pack.digest.clone()),
            ("Rules at".to_owned(), first.rules_at.to_string()),
        ];
        facts.extend(first.known_by.map(|day| ("Known by".to_owned(), day.to_string())));
        facts.extend(portfolio.warnings().iter().map(|warning| {
            let count = format!("{} of {}", warning.rulings, report::counted(portfolio.rulings().len(), "ruling"));
            (format!("Warning ({count})"), capital(&warning.text))
        }));
        for (name, value) in facts {
            self.sheet.write_string_with_format(self.row, 0, name, &self.styles.words)?;
            self.sheet.write_string(self.row, 1, value)?;
            self.row += 1;
        }
        Ok(())
    }

    fn line(&mut self, text: &str, style: &rust_xlsxwriter::Format) -> Result<(), XlsxError> {
        // Without wrapping, so that it runs on over the cells beside it.
        self.sheet.write_string_with_format(self.row, 0, text, &style.clone().unset_text_wrap())?;
        self.row += 1;
        Ok(())
    }

    fn heads(&mut self, titles: impl IntoIterator<Item = String>) -> Result<(), XlsxError> {
        for (at, title) in (0_u16..).zip(titles) {
            let style = if at < 2 { &self.styles.head } else { &self.styles.right_head };
            self.sheet.write_string_with_format(self.row, at, title, style)?;
        }
        self.row += 1;
        Ok(())
    }

    fn funds(&mut self, portfolio: &Portfolio) -> Result<(), XlsxError> {
        let titles = ["Fund", "Title"].into_iter().chain(SUMS.iter().map(|(_, title)| *title));
        let more = ["Parts less amount", "Amount known for", "Earned known for", "Recipients"];
        self.heads(titles.chain(more).map(str::to_owned))?;
        let from = self.row;
        for fund in portfolio.funds() {
            self.fund(fund)?;
        }
        if portfolio.funds().len() > 1 {
            self.all_funds(portfolio, from)?;
        }
        Ok(())
    }

    /// The cells of a column of Dispositions.
    fn column(&self, name: &str) -> String {
        let at = csv::PORTFOLIO_COLUMNS.iter().position(|known| *known == name).unwrap_or_default();
        let letter = letters(u16::try_from(at).unwrap_or_default());
        format!("Dispositions!${letter}$2:${letter}${}", self.money + 1)
    }

    /// The whole pence of a column in rows that fit, added and given in pounds.
    fn sum(&self, fits: &str, name: &str) -> String {
        format!("SUMPRODUCT({fits}*ROUND({}*100,0))/100", self.column(name))
    }

    /// One fund: each sum over the rows of the fund as a whole. Where nothing is known there is no sum.
    fn fund(&mut self, fund: &FundTotals) -> Result<(), XlsxError> {
        let totals = &fund.totals;
        let (row, number) = (self.row, self.row + 1);
        self.sheet.write_string_with_format(row, 0, &fund.fund, &self.styles.words)?;
        self.sheet.write_string_with_format(row, 1, capital(&fund.title), &self.styles.words)?;
        let whole = format!("({}=$A{number})*({}=\"all\")", self.column("fund"), self.column("period"));
        let known = totals.rulings - totals.amount_not_known;
        let earned_known = totals.rulings - totals.earned_not_known;
        for (at, (name, _)) in (2_u16..).zip(SUMS) {
            let (count, some) = if name == "earned" { ("$L", earned_known > 0) } else { ("$K", known > 0) };
            let text = format!("=IF({count}{number}=0,\"{NOT_KNOWN}\",{})", self.sum(&whole, name));
            let sum = value(&totals.dispositions, totals.amount, totals.earned, name);
            let result = if some { sum.as_str() } else { NOT_KNOWN };
            formula(self.sheet, (row, at), &text, result, &self.styles.money)?;
        }
        let check = format!("=IF($K{number}=0,\"{NOT_KNOWN}\",ROUND(SUM(D{number}:H{number})-C{number},2))");
        formula(self.sheet, (row, 9), &check, if known > 0 { "0" } else { NOT_KNOWN }, &self.styles.money)?;
        let counts = [
            (10, format!("=SUMPRODUCT({whole}*({}<>\"\"))", self.column("amount")), known),
            (11, format!("=SUMPRODUCT({whole}*({}<>\"\"))", self.column("earned")), earned_known),
            (12, format!("=SUMPRODUCT({whole}*1)"), totals.rulings),
        ];
        for (at, text, count) in counts {
            formula(self.sheet, (row, at), &text, &count.to_string(), &self.styles.count)?;
        }
        self.row += 1;
        Ok(())
    }

    /// The sums over all funds, unless one is not known for anybody: a sum would pass for more than it is.
    fn all_funds(&mut self, portfolio: &Portfolio, from: u32) -> Result<(), XlsxError> {
        let to = self.row;
        self.sheet.write_string_with_format(self.row, 0, "All funds", &self.styles.strong)?;
        let whole = format!("({}=\"all\")", self.column("period"));
        let totals = portfolio.all_funds();
        for (at, (name, _)) in (2_u16..).zip(SUMS) {
            let (count, unknown): (_, fn(&FundTotals) -> usize) = match name {
                "earned" => ("$L", |fund| fund.totals.earned_not_known),
                _ => ("$K", |fund| fund.totals.amount_not_known),
            };
            let some = portfolio.funds().iter().all(|fund| unknown(fund) < fund.totals.rulings);
            let least = format!("MIN({count}{}:{count}{to})", from + 1);
            let text = format!("=IF({least}=0,\"{NOT_GIVEN}\",{})", self.sum(&whole, name));
            let sum = value(&totals.dispositions, totals.amount, totals.earned, name);
            let result = if some { sum.as_str() } else { NOT_GIVEN };
            formula(self.sheet, (self.row, at), &text, result, &self.styles.strong_money)?;
        }
        self.row += 1;
        Ok(())
    }

    fn conditions(&mut self, portfolio: &Portfolio) -> Result<(), XlsxError> {
        if portfolio.findings().is_empty() {
            return Ok(());
        }
        let outcomes = Outcome::ALL.map(|outcome| capital(outcome_words(outcome).1));
        self.heads(["Condition", "Title"].into_iter().map(str::to_owned).chain(outcomes))?;
        for finding in portfolio.findings() {
            let row = self.row;
            self.sheet.write_string_with_format(row, 0, &finding.condition, &self.styles.words)?;
            self.sheet.write_string_with_format(row, 1, capital(&finding.title), &self.styles.words)?;
            for (at, outcome) in (2_u16..).zip(Outcome::ALL) {
                let last = self.found + 1;
                let text =
                    format!("=COUNTIFS(Findings!$D$2:$D${last},$A{},Findings!$F$2:$F${last},\"{outcome}\")", row + 1);
                let result = finding.count(outcome).to_string();
                formula(self.sheet, (row, at), &text, &result, &self.styles.count)?;
            }
            self.row += 1;
        }
        Ok(())
    }
}

/// The sum that a column comes to, as data.
fn value(
    parts: &ringfence_core::ruling::Dispositions,
    amount: ringfence_core::money::Money,
    earned: ringfence_core::money::Money,
    name: &str,
) -> String {
    let part = parts.parts().into_iter().find(|(word, _)| *word == name).map(|(_, part)| part);
    let sum = match name {
        "amount" => amount,
        "earned" => earned,
        _ => part.unwrap_or_default(),
    };
    sum.to_string()
}

/// A column as a spreadsheet names it; there are fewer than 27 here.
fn letters(at: u16) -> char {
    u8::try_from(at).ok().and_then(|at| b'A'.checked_add(at)).map_or('A', char::from)
}
