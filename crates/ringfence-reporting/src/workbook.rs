//! A workbook for people who live in spreadsheets: what was decided, with formulas that add it up again.
//!
//! A spreadsheet's numbers have 15 digits, and its sums of pounds and pence can be a penny out. So an amount beyond
//! 15 digits of pence is refused, and a total adds whole pence: each formula gives the penny that the engine gives, and
//! holds that as its value for programs that do not calculate. An empty cell is an amount that is not known; it is
//! never a nought.

mod sheets;

use ringfence_core::money::Money;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, Formula, IgnoreError, Workbook, Worksheet, XlsxError,
};

use crate::portfolio::Portfolio;

/// The name and version of the sheets and their columns. Columns are added at the end only, within a version.
pub const SCHEMA: &str = "ringfence.workbook/1";

/// The most that a cell keeps to the penny, in pence.
const MOST: u64 = 999_999_999_999_999;

/// A workbook could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkbookError {
    /// An amount has more digits than a spreadsheet keeps.
    #[error("{what} is {amount}, and a spreadsheet keeps 15 digits only")]
    TooLarge {
        /// Of what.
        what: String,
        /// How much.
        amount: Money,
    },
    /// There is more than a sheet holds, or a text is longer than a cell.
    #[error("failed to write the workbook")]
    Write {
        /// What the writer says.
        #[from]
        source: XlsxError,
    },
}

/// A portfolio as a workbook: summary, dispositions, findings, evidence, missing evidence, parameters and data checks.
///
/// # Errors
/// If an amount has more than 15 digits of pence, and if there is more than sheets hold.
pub fn portfolio(portfolio: &Portfolio) -> Result<Vec<u8>, WorkbookError> {
    keeps_to_the_penny(portfolio)?;
    let mut workbook = Workbook::new();
    let styles = Styles::new();
    if let Some(first) = portfolio.rulings().first() {
        // The day of the rules, for want of a clock: one portfolio is one file, byte for byte.
        let made = date(first.rules_at)?;
        workbook.set_properties(&DocProperties::new().set_title(&first.pack.title).set_creation_datetime(&made));
    }
    sheets::write(&mut workbook, portfolio, &styles)?;
    Ok(workbook.save_to_buffer()?)
}

fn keeps_to_the_penny(portfolio: &Portfolio) -> Result<(), WorkbookError> {
    let totals = portfolio.funds().iter().flat_map(|fund| {
        let totals = &fund.totals;
        let parts = totals.dispositions.parts().into_iter().map(|(_, part)| part);
        let title = &fund.title;
        parts.chain([totals.amount, totals.earned]).map(move |amount| (format!("the total of “{title}”"), amount))
    });
    let each = portfolio.rulings().iter().flat_map(|ruling| {
        ruling.funds.iter().flat_map(move |fund| {
            let parts = fund.dispositions.parts().into_iter().map(|(_, part)| part);
            let tranches = fund.tranches.iter().flat_map(|part| [Some(part.released), part.earned]);
            let limits = fund.range.and_then(|range| range.released.at_most);
            let all = parts.chain(fund.amount).chain(fund.earned).chain(limits).chain(tranches.flatten());
            all.map(move |amount| (format!("fund `{}` of case `{}`", fund.fund, ruling.case.id), amount))
        })
    });
    let mut all = totals.chain(each).chain([("the total of all funds".to_owned(), portfolio.all_funds().amount)]);
    match all.find(|(_, amount)| amount.pence().unsigned_abs() > MOST) {
        Some((what, amount)) => Err(WorkbookError::TooLarge { what, amount }),
        None => Ok(()),
    }
}

fn date(day: jiff::civil::Date) -> Result<ExcelDateTime, XlsxError> {
    // A spreadsheet's days begin with 1900.
    ExcelDateTime::parse_from_str(&day.to_string())
}

/// How cells look.
struct Styles {
    title: Format,
    head: Format,
    right_head: Format,
    words: Format,
    money: Format,
    count: Format,
    day: Format,
    strong: Format,
    strong_money: Format,
    quiet: Format,
}

impl Styles {
    fn new() -> Self {
        // To the right even where a word stands for a figure.
        let right = Format::new().set_align(FormatAlign::Right).set_align(FormatAlign::Top);
        let head = Format::new().set_bold().set_background_color(Color::RGB(0x00E8_EDF2)).set_text_wrap();
        Self {
            title: Format::new().set_bold().set_font_size(14),
            right_head: head.clone().set_align(FormatAlign::Right),
            head,
            words: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            money: right.clone().set_num_format("#,##0.00"),
            count: right.clone().set_num_format("0"),
            day: Format::new().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Top),
            strong: Format::new().set_bold().set_text_wrap(),
            strong_money: right.set_bold().set_num_format("#,##0.00"),
            quiet: Format::new().set_font_color(Color::RGB(0x0051_5B66)).set_text_wrap(),
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// Text, whatever it looks like: `007` keeps its noughts.
    Words,
    /// An amount.
    Money,
    /// A day.
    Day,
}

/// A column: its title, what it holds, and its width in characters.
type Column = (&'static str, Holds, u16);

/// A sheet that is one table: a heading that stays in sight, a filter, and a row for each thing said.
fn table(
    sheet: &mut Worksheet,
    styles: &Styles,
    columns: &[Column],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<u32, XlsxError> {
    let places = || 0_u16..;
    for (at, (title, holds, width)) in places().zip(columns) {
        let style = if *holds == Holds::Money { &styles.right_head } else { &styles.head };
        sheet.write_string_with_format(0, at, *title, style)?;
        sheet.set_column_width(at, *width)?;
    }
    let mut last = 0;
    for (row, cells) in (1_u32..).zip(rows) {
        for ((at, (_, holds, _)), cell) in places().zip(columns).zip(&cells) {
            write(sheet, styles, (row, at), *holds, cell)?;
        }
        last = row;
    }
    let end = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofilter(0, 0, last.max(1), end)?;
    sheet.ignore_error_range(0, 0, last.max(1), end, IgnoreError::NumberStoredAsText)?;
    printed(sheet);
    sheet.set_repeat_rows(0, 0)?;
    Ok(last)
}

/// A sheet prints across A4, as many pages long as it needs.
fn printed(sheet: &mut Worksheet) {
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
}

fn write(
    sheet: &mut Worksheet,
    styles: &Styles,
    (row, at): (u32, u16),
    holds: Holds,
    cell: &str,
) -> Result<(), XlsxError> {
    if cell.is_empty() {
        return Ok(());
    }
    match (holds, cell.parse::<f64>()) {
        (Holds::Money, Ok(number)) => sheet.write_number_with_format(row, at, number, &styles.money)?,
        (Holds::Day, _) => {
            sheet.write_datetime_with_format(row, at, &ExcelDateTime::parse_from_str(cell)?, &styles.day)?
        }
        _ => sheet.write_string_with_format(row, at, cell, &styles.words)?,
    };
    Ok(())
}

/// A formula that holds what it gives.
fn formula(
    sheet: &mut Worksheet,
    (row, at): (u32, u16),
    text: &str,
    result: &str,
    style: &Format,
) -> Result<(), XlsxError> {
    sheet.write_formula_with_format(row, at, Formula::new(text).set_result(result), style)?;
    Ok(())
}
