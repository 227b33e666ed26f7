//! Returns to fill in: a workbook made of what a pack asks for, with the figures of a case where there are some.
//!
//! Only the cells to fill in can be changed. A hidden sheet, [`ringfence_core::asked::map`], says what each of them is,
//! so that a filled return is read as it stands.

use ringfence_core::Date;
use ringfence_core::asked::{Asked, AskedDecision, AskedFact, AskedSignOff, AskedWaiver, Brings, map};
use ringfence_core::case::{Case, Evidence, Given, Row, Signature, Version, Vintage, Waiver};
use ringfence_core::exact::Exact;
use ringfence_core::pack::Pack;
use ringfence_core::source::cell_name;
use ringfence_core::types::{Days, Number, Type, Value};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationRule, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Formula, Workbook, Worksheet, XlsxError,
};

/// The most that a figure may be where its pack does not say.
const MOST: &str = "100000000";
/// The same for a percentage: ten times the whole.
const MOST_PERCENT: &str = "10";
/// How many rows a list has to fill in, and how many more than there are already.
const ROWS: usize = 20;
const MORE_ROWS: usize = 5;
/// The longest list of alternatives that a cell can offer.
const MOST_OFFERED: usize = 255;
const MOST_SHEET_NAME: usize = 31;

/// A return cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// Something in the case has no place in a workbook, and would be changed or lost.
    #[error("{what} has no place in a workbook: {why}")]
    NoPlace {
        /// What.
        what: String,
        /// Why not.
        why: &'static str,
    },
    /// The workbook could not be written.
    #[error("the workbook cannot be written")]
    Workbook(#[from] XlsxError),
}

/// A return for a pack, as the bytes of an Excel workbook. The same pack and case give the same bytes.
///
/// # Errors
/// A figure of the case that a workbook would change, such as one of more than 15 digits.
pub fn workbook(pack: &Pack, case: Option<&Case>) -> Result<Vec<u8>, TemplateError> {
    let asked = pack.asked();
    let mut form = Form { pack, case, style: Style::new(), book: Workbook::new(), names: Vec::new(), map: Vec::new() };
    form.cover()?;
    form.facts(&asked)?;
    form.sign_offs(&asked.sign_offs)?;
    form.decisions(&asked.decisions)?;
    form.waivers(&asked.waivers)?;
    form.finish()
}

/// How cells look.
struct Style {
    title: Format,
    hint: Format,
    head: Format,
    label: Format,
    text: Format,
    number: Format,
    money: Format,
    percent: Format,
    date: Format,
}

impl Style {
    fn new() -> Self {
        let input = Format::new()
            .set_unlocked()
            .set_border(FormatBorder::Thin)
            .set_border_color(Color::RGB(0x008A_8A8A))
            .set_background_color(Color::RGB(0x00FF_F9E5))
            .set_align(FormatAlign::Top);
        Self {
            title: Format::new().set_bold().set_font_size(16),
            hint: Format::new().set_font_color(Color::RGB(0x0045_4545)).set_align(FormatAlign::Top),
            head: Format::new()
                .set_bold()
                .set_background_color(Color::RGB(0x0020_3A43))
                .set_font_color(Color::White)
                .set_text_wrap()
                .set_align(FormatAlign::Top),
            label: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            text: input.clone().set_num_format("@").set_text_wrap(),
            number: input.clone().set_num_format("#,##0.##########"),
            money: input.clone().set_num_format("#,##0.00"),
            percent: input.clone().set_num_format("0.00########%"),
            date: input.set_num_format("d mmm yyyy"),
        }
    }

    /// The look of a cell to fill in.
    fn input(&self, ty: &Type) -> &Format {
        match ty {
            Type::Number(number) if number.percent => &self.percent,
            Type::Number(number) if number.unit.is_money() => &self.money,
            Type::Number(_) => &self.number,
            Type::Date => &self.date,
            Type::Bool | Type::Period(_) | Type::Days | Type::Text | Type::Choice(_) => &self.text,
        }
    }
}

/// The kind of a cell, as the map calls it.
const fn kind(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => map::YES_NO,
        Type::Number(number) if number.percent => map::PERCENT,
        Type::Number(_) => map::NUMBER,
        Type::Date => map::DATE,
        Type::Period(_) | Type::Days | Type::Text | Type::Choice(_) => map::TEXT,
    }
}

/// A line of the map.
struct Line {
    what: &'static str,
    name: String,
    part: String,
    sheet: String,
    cell: String,
    kind: &'static str,
    rows: usize,
}

/// A return under construction.
struct Form<'a> {
    pack: &'a Pack,
    case: Option<&'a Case>,
    style: Style,
    book: Workbook,
    names: Vec<String>,
    map: Vec<Line>,
}

/// A sheet under construction.
struct Page {
    sheet: Worksheet,
    name: String,
    row: u32,
    /// Of each column, in characters.
    widths: Vec<u16>,
    /// The last row that was made taller, and how many lines it has.
    tall: (u32, usize),
}

/// A statement of a figure, or none yet.
type Stated<'c> = Option<&'c Vintage<Value>>;

impl Form<'_> {
    /// A sheet with its title and a hint, its columns of these widths.
    fn page(&mut self, title: &str, hint: &str, widths: &[u16]) -> Result<Page, TemplateError> {
        let name = sheet_name(title, &self.names);
        self.names.push(name.clone());
        let mut sheet = Worksheet::new();
        sheet.set_name(&name)?.protect().set_landscape().set_print_fit_to_pages(1, 0);
        for (column, width) in (0..).zip(widths) {
            sheet.set_column_width(column, *width)?;
        }
        sheet.write_string_with_format(0, 0, title, &self.style.title)?;
        sheet.write_string_with_format(1, 0, hint, &self.style.hint)?;
        Ok(Page { sheet, name, row: 3, widths: widths.to_vec(), tall: (0, 1) })
    }

    fn head(&self, page: &mut Page, names: &[&str]) -> Result<(), TemplateError> {
        for (column, name) in (0..).zip(names) {
            page.sheet.write_string_with_format(page.row, column, *name, &self.style.head)?;
        }
        page.row += 1;
        Ok(())
    }

    /// Words in the page's row, which is made as tall as they need: not every program that opens a workbook does that.
    fn label(&self, page: &mut Page, column: u16, text: &str) -> Result<(), TemplateError> {
        const LINE: usize = 15;
        page.sheet.write_string_with_format(page.row, column, text, &self.style.label)?;
        // Some letters are wider than the nought that widths are counted in.
        let width = page.widths.get(usize::from(column)).map_or(20, |width| usize::from(*width) * 9 / 10).max(1);
        let lines = text.chars().count().div_ceil(width);
        let before = if page.tall.0 == page.row { page.tall.1 } else { 1 };
        if lines > before {
            page.tall = (page.row, lines);
            page.sheet.set_row_height(page.row, u16::try_from(lines * LINE).unwrap_or(u16::MAX).min(400))?;
        }
        Ok(())
    }

    /// Says in the map what stands in a cell of the page's row, or in so many rows from it down.
    fn map(
        &mut self,
        page: &Page,
        what: &'static str,
        names: (&str, &str),
        at: (u32, u16),
        kind: &'static str,
        rows: usize,
    ) {
        let cell = cell_name(at.0 as usize + 1, usize::from(at.1) + 1);
        let (name, part) = (names.0.to_owned(), names.1.to_owned());
        self.map.push(Line { what, name, part, sheet: page.name.clone(), cell, kind, rows });
    }

    /// A cell to fill in, with its value where there is one.
    fn input(
        &self,
        page: &mut Page,
        at: (u32, u16),
        value: Option<&Value>,
        ty: &Type,
        what: &str,
    ) -> Result<(), TemplateError> {
        let (row, column) = at;
        let format = self.style.input(ty);
        let no_place = |why| TemplateError::NoPlace { what: what.to_owned(), why };
        match value {
            None => page.sheet.write_blank(row, column, format)?,
            Some(Value::Bool(value)) => {
                page.sheet.write_string_with_format(row, column, if *value { "Yes" } else { "No" }, format)?
            }
            Some(Value::Number(number)) => {
                let float = float(*number).ok_or_else(|| no_place("it has more digits than a spreadsheet keeps"))?;
                page.sheet.write_number_with_format(row, column, float, format)?
            }
            Some(Value::Date(date)) => {
                let day = day(*date).ok_or_else(|| no_place("a spreadsheet has no such day"))?;
                page.sheet.write_datetime_with_format(row, column, day, format)?
            }
            Some(Value::Days(days)) if *days == Days::default() => {
                return Err(no_place("no cell says that there are no days"));
            }
            Some(value) => page.sheet.write_string_with_format(row, column, value.to_string(), format)?,
        };
        Ok(())
    }

    fn text(&self, page: &mut Page, at: (u32, u16), value: Option<&str>) -> Result<(), TemplateError> {
        let value = value.map(|text| Value::Text(text.to_owned()));
        self.input(page, at, value.as_ref(), &Type::Text, "a text")
    }

    fn date(&self, page: &mut Page, at: (u32, u16), value: Option<Date>, what: &str) -> Result<(), TemplateError> {
        self.input(page, at, value.map(Value::Date).as_ref(), &Type::Date, what)?;
        check(page, at, 1, &days()?)
    }

    fn cover(&mut self) -> Result<(), TemplateError> {
        let title = self.pack.title().to_owned();
        let mut page = self.page("Cover", "", &[34, 60])?;
        page.sheet.write_string_with_format(0, 0, &title, &self.style.title)?;
        let hint = "Fill in the light cells; all others are locked. What is left blank counts as not supplied.";
        page.sheet.write_string_with_format(1, 0, hint, &self.style.hint)?;
        for (label, text) in
            [("Rules on", self.pack.rules_on()), ("Rules", self.pack.id()), ("Version", self.pack.version())]
        {
            self.label(&mut page, 0, label)?;
            self.label(&mut page, 1, text)?;
            page.row += 1;
        }
        page.row += 1;
        let case = self.case;
        let recipient = case.map(|case| &case.recipient);
        let who = self.pack.recipient().to_owned();
        let texts = [
            ("case", "Id of this return, in lower-case words and digits".to_owned(), case.map(|case| case.id.as_str())),
            ("recipient.code", format!("Code of the {who}"), recipient.and_then(|who| who.code.as_deref())),
            ("recipient.name", format!("Name of the {who}"), recipient.map(|who| who.name.as_str())),
            ("title", "What this return is".to_owned(), case.and_then(|case| case.title.as_deref())),
        ];
        for (part, label, value) in texts {
            let at = (page.row, 1);
            self.label(&mut page, 0, &label)?;
            self.text(&mut page, at, value)?;
            self.map(&page, map::CASE, ("", part), at, map::TEXT, 1);
            page.row += 1;
        }
        let dates = [
            ("rules-at", "The day whose rules apply, if this return says", case.and_then(|case| case.rules_at)),
            ("known-by", "Count only evidence known by", case.and_then(|case| case.known_by)),
        ];
        for (part, label, value) in dates {
            let at = (page.row, 1);
            self.label(&mut page, 0, label)?;
            self.date(&mut page, at, value, label)?;
            self.map(&page, map::CASE, ("", part), at, map::DATE, 1);
            page.row += 1;
        }
        self.book.push_worksheet(page.sheet);
        Ok(())
    }

    /// A sheet for yes and no, one for each group of names, and one for each list.
    fn facts(&mut self, asked: &Asked) -> Result<(), TemplateError> {
        let is_single = |fact: &&AskedFact| matches!(fact.brings, Brings::One(_) | Brings::Series(_));
        let is_check = |fact: &&AskedFact| fact.brings == Brings::One(Type::Bool);
        let checks: Vec<&AskedFact> = asked.facts.iter().filter(is_check).collect();
        if !checks.is_empty() {
            self.figures("Checklist", &checks)?;
        }
        let mut groups: Vec<(&str, Vec<&AskedFact>)> = Vec::new();
        for fact in asked.facts.iter().filter(is_single).filter(|fact| !is_check(fact)) {
            let group = fact.name.split_once('.').map_or("figures", |(group, _)| group);
            match groups.iter_mut().find(|(name, _)| *name == group) {
                Some((_, facts)) => facts.push(fact),
                None => groups.push((group, vec![fact])),
            }
        }
        for (group, facts) in &groups {
            self.figures(&words(group), facts)?;
        }
        for fact in asked.facts.iter().filter(|fact| !is_single(fact)) {
            self.list(fact)?;
        }
        Ok(())
    }

    /// A row for each figure, and for each period of a series.
    fn figures(&mut self, title: &str, facts: &[&AskedFact]) -> Result<(), TemplateError> {
        let hint = "Give a value, or say that there is none and why. The source is up to you.";
        let mut page = self.page(title, hint, &[44, 12, 30, 20, 15, 30, 30, 14])?;
        let heads = ["Figure", "Period", "Expected", "Value", "If there is none", "Why", "Source", "Known since"];
        self.head(&mut page, &heads)?;
        page.sheet.set_freeze_panes(page.row, 1)?;
        let case = self.case;
        for fact in facts {
            let evidence = case.and_then(|case| case.facts.get(&fact.name));
            match &fact.brings {
                Brings::One(ty) => {
                    let stated = match evidence {
                        Some(Evidence::One(vintages)) => vintages.as_slice(),
                        _ => &[],
                    };
                    self.rows(&mut page, fact, ty, "", stated)?;
                }
                Brings::Series(ty) => {
                    for period in self.pack.periods().into_iter().flat_map(|periods| periods.iter().collect::<Vec<_>>())
                    {
                        let stated = match evidence {
                            Some(Evidence::Series(series)) => series.get(&period).map_or(&[][..], Vec::as_slice),
                            _ => &[],
                        };
                        self.rows(&mut page, fact, ty, &period.to_string(), stated)?;
                    }
                }
                Brings::Records(_) | Brings::Values(_) => {}
            }
        }
        self.book.push_worksheet(page.sheet);
        Ok(())
    }

    /// The rows of one figure: one for each time that it was stated, and one at least.
    fn rows(
        &mut self,
        page: &mut Page,
        fact: &AskedFact,
        ty: &Type,
        period: &str,
        stated: &[Vintage<Value>],
    ) -> Result<(), TemplateError> {
        let statements: Vec<Stated<'_>> =
            if stated.is_empty() { vec![None] } else { stated.iter().map(Some).collect() };
        for statement in statements {
            let row = page.row;
            let what =
                if period.is_empty() { format!("`{}`", fact.name) } else { format!("`{}` in {period}", fact.name) };
            self.label(page, 0, &fact.title)?;
            self.label(page, 1, period)?;
            self.label(page, 2, &expected(ty, fact))?;
            let (value, state, why) = match statement.map(|vintage| &vintage.given) {
                None => (None, None, None),
                Some(Given::Known(value)) => (Some(value), None, None),
                Some(Given::Missing(why)) => (None, Some(map::MISSING), Some(why.as_str())),
                Some(Given::Rejected(_)) => return Err(TemplateError::NoPlace { what, why: NOT_BELIEVED }),
                Some(Given::NotApplicable(why)) => (None, Some(map::NOT_APPLICABLE), Some(why.as_str())),
            };
            self.input(page, (row, 3), value, ty, &what)?;
            limit(page, (row, 3), 1, ty, fact, value)?;
            self.text(page, (row, 4), state)?;
            let states = if fact.may_not_apply { &[map::MISSING, map::NOT_APPLICABLE][..] } else { &[map::MISSING] };
            offer(page, (row, 4), 1, states)?;
            self.text(page, (row, 5), why)?;
            self.text(page, (row, 6), statement.and_then(|vintage| vintage.source.as_deref()))?;
            self.date(page, (row, 7), statement.and_then(|vintage| vintage.known), &what)?;
            self.map(page, map::FACT, (&fact.name, period), (row, 3), kind(ty), 1);
            page.row += 1;
        }
        Ok(())
    }

    /// A list on a sheet of its own.
    fn list(&mut self, fact: &AskedFact) -> Result<(), TemplateError> {
        let fields: Vec<(&str, &str, &Type)> = match &fact.brings {
            Brings::Records(fields) => {
                fields.iter().map(|field| (field.name.as_str(), field.title.as_str(), &field.ty)).collect()
            }
            Brings::Values(ty) => vec![("value", fact.title.as_str(), ty)],
            Brings::One(_) | Brings::Series(_) => return Ok(()),
        };
        let is_bare = matches!(fact.brings, Brings::Values(_));
        let what = format!("`{}`", fact.name);
        let no_place = |why| TemplateError::NoPlace { what: what.clone(), why };
        let case = self.case;
        let stated = match case.and_then(|case| case.facts.get(&fact.name)) {
            Some(Evidence::List(vintages)) => match vintages.as_slice() {
                [] => None,
                [only] => Some(only),
                _ => return Err(no_place("the list was stated more than once")),
            },
            _ => None,
        };
        let (rows, state, why) = match stated.map(|vintage| &vintage.given) {
            None => (&[][..], None, None),
            Some(Given::Known(rows)) if rows.is_empty() => (&[][..], Some(map::EMPTY), None),
            Some(Given::Known(rows)) => (rows.as_slice(), None, None),
            Some(Given::Missing(why)) => (&[][..], Some(map::MISSING), Some(why.as_str())),
            Some(Given::Rejected(_)) => return Err(no_place(NOT_BELIEVED)),
            Some(Given::NotApplicable(why)) => (&[][..], Some(map::NOT_APPLICABLE), Some(why.as_str())),
        };
        let widths: Vec<u16> = std::iter::repeat_n(26, fields.len().max(4)).collect();
        let hint = "A row for each. In a cell for which there is nothing, write `missing: ` and why.";
        let mut page = self.page(&words(&fact.name), hint, &widths)?;
        page.sheet.write_string_with_format(0, 0, &fact.title, &self.style.title)?;
        self.head(&mut page, &["If there is no list", "Why", "Source", "Known since"])?;
        let row = page.row;
        self.text(&mut page, (row, 0), state)?;
        let mut states = vec![map::MISSING];
        states.extend(fact.may_not_apply.then_some(map::NOT_APPLICABLE));
        states.extend(fact.may_be_empty.then_some(map::EMPTY));
        offer(&mut page, (row, 0), 1, &states)?;
        self.text(&mut page, (row, 1), why)?;
        self.text(&mut page, (row, 2), stated.and_then(|vintage| vintage.source.as_deref()))?;
        self.date(&mut page, (row, 3), stated.and_then(|vintage| vintage.known), &what)?;
        self.map(&page, map::STATE, (&fact.name, ""), (row, 0), map::TEXT, 1);
        page.row += 2;
        self.head(&mut page, &fields.iter().map(|(_, title, _)| *title).collect::<Vec<_>>())?;
        page.sheet.set_freeze_panes(page.row, 0)?;
        let count = ROWS.max(rows.len() + MORE_ROWS);
        for (column, (name, _, ty)) in (0..).zip(&fields) {
            let part = if is_bare { "" } else { name };
            self.map(&page, map::LIST, (&fact.name, part), (page.row, column), kind(ty), count);
            let at = (page.row, column);
            limit(&mut page, at, count, ty, fact, None)?;
        }
        for (down, index) in (page.row..).zip(0..count) {
            for (column, (name, _, ty)) in (0..).zip(&fields) {
                let given = rows.get(index).and_then(|row| row.get(*name));
                let is_alone = column == 0 && rows.get(index).is_some_and(is_unsaid);
                self.member(&mut page, (down, column), given, is_alone, ty, &what)?;
            }
        }
        self.book.push_worksheet(page.sheet);
        Ok(())
    }

    /// A cell of a record, which says itself why there is nothing. A record of which nothing is said has to say so.
    fn member(
        &self,
        page: &mut Page,
        at: (u32, u16),
        given: Option<&Given<Value>>,
        is_alone: bool,
        ty: &Type,
        what: &str,
    ) -> Result<(), TemplateError> {
        let told = |state: &str, why: &str| format!("{state}: {why}");
        let text = match given {
            None => return self.input(page, at, None, ty, what),
            Some(Given::Known(value)) => {
                let is_like_a_state = |state: &&str| value.to_string().starts_with(&told(state, ""));
                if [map::MISSING, map::NOT_APPLICABLE].iter().any(is_like_a_state) {
                    let why = "a text of it reads as if there were none";
                    return Err(TemplateError::NoPlace { what: what.to_owned(), why });
                }
                return self.input(page, at, Some(value), ty, what);
            }
            Some(Given::Missing(why)) if why == NOT_GIVEN && !is_alone => return self.input(page, at, None, ty, what),
            Some(Given::Missing(why)) => told(map::MISSING, why),
            Some(Given::Rejected(_)) => {
                return Err(TemplateError::NoPlace { what: what.to_owned(), why: NOT_BELIEVED });
            }
            Some(Given::NotApplicable(why)) => told(map::NOT_APPLICABLE, why),
        };
        self.text(page, at, Some(&text))
    }

    fn sign_offs(&mut self, asked: &[AskedSignOff]) -> Result<(), TemplateError> {
        if asked.is_empty() {
            return Ok(());
        }
        let hint = "A row for each signature. A document is named by at least 8 digits of its digest, or as-submitted.";
        let mut page = self.page("Sign-offs", hint, &[26, 20, 20, 14, 16, 24, 24, 14, 20, 14])?;
        let case = self.case;
        for sign_off in asked {
            let signatures = case.and_then(|case| case.sign_offs.get(&sign_off.id)).map_or(&[][..], Vec::as_slice);
            self.label(&mut page, 0, &sign_off.title)?;
            page.row += 1;
            let heads = SIGNATURE.map(|(_, title)| title);
            self.head(&mut page, &heads)?;
            let count = (signatures.len() + 2).max(sign_off.parties.len() + 2).max(4);
            for (column, (part, _)) in (0..).zip(&SIGNATURE) {
                let kind = if is_date(part) { map::DATE } else { map::TEXT };
                self.map(&page, map::SIGN_OFF, (&sign_off.id, part), (page.row, column), kind, count);
            }
            if !sign_off.is_open {
                let parties: Vec<&str> = sign_off.parties.iter().map(String::as_str).collect();
                let at = (page.row, 0);
                offer(&mut page, at, count, &parties)?;
            }
            for index in 0..count {
                let signature = signatures.get(index);
                for (column, (part, _)) in (0..).zip(&SIGNATURE) {
                    let at = (page.row, column);
                    match signed(signature, part) {
                        Signed::Text(text) => self.text(&mut page, at, text.as_deref())?,
                        Signed::Date(date) => self.date(&mut page, at, date, &sign_off.title)?,
                    }
                }
                page.row += 1;
            }
            page.row += 1;
        }
        self.book.push_worksheet(page.sheet);
        Ok(())
    }

    fn decisions(&mut self, asked: &[AskedDecision]) -> Result<(), TemplateError> {
        if asked.is_empty() {
            return Ok(());
        }
        let mut page = self.page("Decisions", "What only a person can answer.", &[44, 20, 26, 14, 14, 44])?;
        self.head(&mut page, &["Decision", "Answer", "Office", "On", "Until", "Reason"])?;
        let case = self.case;
        for decision in asked {
            let decided = case.and_then(|case| case.decisions.get(&decision.id));
            let row = page.row;
            self.label(&mut page, 0, &decision.title)?;
            self.text(&mut page, (row, 1), decided.map(|decided| decided.answer.as_str()))?;
            let answers: Vec<&str> = decision.answers.iter().map(String::as_str).collect();
            offer(&mut page, (row, 1), 1, &answers)?;
            self.text(&mut page, (row, 2), decided.map(|decided| decided.by.as_str()))?;
            let offices: Vec<&str> = decision.by.iter().map(String::as_str).collect();
            offer(&mut page, (row, 2), 1, &offices)?;
            self.date(&mut page, (row, 3), decided.map(|decided| decided.on), &decision.title)?;
            self.date(&mut page, (row, 4), decided.and_then(|decided| decided.until), &decision.title)?;
            self.text(&mut page, (row, 5), decided.and_then(|decided| decided.reason.as_deref()))?;
            let parts = [
                ("answer", map::TEXT),
                ("by", map::TEXT),
                ("on", map::DATE),
                ("until", map::DATE),
                ("reason", map::TEXT),
            ];
            for (column, (part, kind)) in (1..).zip(parts) {
                self.map(&page, map::DECISION, (&decision.id, part), (row, column), kind, 1);
            }
            page.row += 1;
        }
        self.book.push_worksheet(page.sheet);
        Ok(())
    }

    fn waivers(&mut self, asked: &[AskedWaiver]) -> Result<(), TemplateError> {
        if asked.is_empty() {
            return Ok(());
        }
        let hint = "A row for each waiver. It holds from its first day, until before its last.";
        let mut page = self.page("Waivers", hint, &[26, 14, 14, 14, 60])?;
        let case = self.case;
        for condition in asked {
            let waivers = case.and_then(|case| case.waivers.get(&condition.condition)).map_or(&[][..], Vec::as_slice);
            self.label(&mut page, 0, &condition.title)?;
            page.row += 1;
            self.head(&mut page, &["Office", "Given on", "From", "Until", "Reason"])?;
            let count = waivers.len() + 2;
            let parts = [
                ("by", map::TEXT),
                ("on", map::DATE),
                ("from", map::DATE),
                ("until", map::DATE),
                ("reason", map::TEXT),
            ];
            for (column, (part, kind)) in (0..).zip(parts) {
                self.map(&page, map::WAIVER, (&condition.condition, part), (page.row, column), kind, count);
            }
            let offices: Vec<&str> = condition.by.iter().map(String::as_str).collect();
            let at = (page.row, 0);
            offer(&mut page, at, count, &offices)?;
            for index in 0..count {
                let waiver: Option<&Waiver> = waivers.get(index);
                let row = page.row;
                self.text(&mut page, (row, 0), waiver.map(|waiver| waiver.by.as_str()))?;
                self.date(&mut page, (row, 1), waiver.map(|waiver| waiver.on), &condition.title)?;
                self.date(&mut page, (row, 2), waiver.map(|waiver| waiver.from), &condition.title)?;
                self.date(&mut page, (row, 3), waiver.and_then(|waiver| waiver.until), &condition.title)?;
                self.text(&mut page, (row, 4), waiver.map(|waiver| waiver.reason.as_str()))?;
                page.row += 1;
            }
            page.row += 1;
        }
        self.book.push_worksheet(page.sheet);
        Ok(())
    }

    /// The map, and the bytes.
    fn finish(mut self) -> Result<Vec<u8>, TemplateError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(map::SHEET)?.set_hidden(true).protect();
        sheet.write_string(0, 0, map::FORMAT)?.write_string(0, 1, map::VERSION)?;
        for (column, name) in (0..).zip(map::COLUMNS) {
            sheet.write_string(1, column, name)?;
        }
        sheet.write_string(2, 0, map::PACK)?.write_string(2, 1, self.pack.id())?;
        for (row, line) in (3..).zip(&self.map) {
            let rows = line.rows.to_string();
            let cells = [line.what, &line.name, &line.part, &line.sheet, &line.cell, line.kind, &rows];
            for (column, text) in (0..).zip(cells) {
                sheet.write_string(row, column, text)?;
            }
        }
        self.book.push_worksheet(sheet);
        // The day on which a return is made may not tell two that are the same apart.
        let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
        let properties = DocProperties::new().set_title(self.pack.title()).set_creation_datetime(&made);
        self.book.set_properties(&properties);
        Ok(self.book.save_to_buffer()?)
    }
}

/// What may be entered.
fn limit(
    page: &mut Page,
    at: (u32, u16),
    rows: usize,
    ty: &Type,
    fact: &AskedFact,
    value: Option<&Value>,
) -> Result<(), TemplateError> {
    match ty {
        Type::Bool => offer(page, at, rows, &["Yes", "No"]),
        Type::Choice(of) => offer(page, at, rows, &of.iter().map(String::as_str).collect::<Vec<_>>()),
        Type::Date => check(page, at, rows, &days()?),
        Type::Number(number) => {
            let (least, most) = bounds(ty, fact, value);
            let rule = DataValidationRule::Between(Formula::new(least.as_str()), Formula::new(most.as_str()));
            let validation = DataValidation::new();
            let validation = if number.whole {
                validation.allow_whole_number_formula(rule)
            } else {
                validation.allow_decimal_number_formula(rule)
            };
            let message = format!("Expected {}.", within(number, &least, &most));
            check(page, at, rows, &validation.set_error_title("Out of bounds")?.set_error_message(message)?)
        }
        Type::Period(_) | Type::Days | Type::Text => Ok(()),
    }
}

/// Why a figure that a check turned away has no place.
const NOT_BELIEVED: &str = "a check did not believe it, and a return cannot say so; correct it, or leave it out";

/// Why a field of a record is missing that the record leaves out.
const NOT_GIVEN: &str = "not given";

/// Whether a record leaves out all of its fields.
fn is_unsaid(row: &Row) -> bool {
    row.values().all(|given| matches!(given, Given::Missing(why) if why == NOT_GIVEN))
}

/// The parts of a signature, and what the columns are called.
const SIGNATURE: [(&str, &str); 10] = [
    ("party", "Party"),
    ("body", "Body"),
    ("office", "Office"),
    ("date", "Date"),
    ("document", "Document"),
    ("refused", "Refused because"),
    ("conditional", "On condition that"),
    ("discharged", "Discharged on"),
    ("delegated-from", "Delegated from"),
    ("known", "Known since"),
];

fn is_date(part: &str) -> bool {
    matches!(part, "date" | "discharged" | "known")
}

/// A part of a signature.
enum Signed {
    Text(Option<String>),
    Date(Option<Date>),
}

fn signed(signature: Option<&Signature>, part: &str) -> Signed {
    let Some(signature) = signature else {
        return if is_date(part) { Signed::Date(None) } else { Signed::Text(None) };
    };
    match part {
        "party" => Signed::Text(Some(signature.party.clone())),
        "body" => Signed::Text(signature.body.clone()),
        "office" => Signed::Text(signature.office.clone()),
        "date" => Signed::Date(Some(signature.date)),
        "document" => Signed::Text(match &signature.version {
            Version::Digest(digits) => Some(digits.clone()),
            Version::AsSubmitted => Some("as-submitted".to_owned()),
            Version::Unstated => None,
        }),
        "refused" => Signed::Text(signature.refused.clone()),
        "conditional" => Signed::Text(signature.conditional.clone()),
        "discharged" => Signed::Date(signature.discharged),
        "delegated-from" => Signed::Text(signature.delegated_from.clone()),
        _ => Signed::Date(signature.known),
    }
}

/// The number that a spreadsheet keeps, if it keeps just this one.
fn float(number: Exact) -> Option<f64> {
    let text = number.decimal()?;
    let float: f64 = text.parse().ok()?;
    // From 2 to the power of 53 on whole numbers run together.
    (float.abs() < 9_007_199_254_740_992.0 && float.to_string() == text).then_some(float)
}

/// A day, from the first on that all spreadsheets agree on.
fn day(date: Date) -> Option<ExcelDateTime> {
    let year = u16::try_from(date.year()).ok().filter(|_| date >= jiff::civil::date(1900, 3, 1))?;
    ExcelDateTime::from_ymd(year, date.month().unsigned_abs(), date.day().unsigned_abs()).ok()
}

/// Days that a spreadsheet has.
fn days() -> Result<DataValidation, TemplateError> {
    let rule = DataValidationRule::Between(Formula::new("61"), Formula::new("2958465"));
    let validation = DataValidation::new().allow_date_formula(rule);
    Ok(validation.set_error_title("No date")?.set_error_message("Expected a date, such as 31 March 2016.")?)
}

fn check(
    page: &mut Page,
    (row, column): (u32, u16),
    rows: usize,
    validation: &DataValidation,
) -> Result<(), TemplateError> {
    let last = u32::try_from(rows).map_or(row, |rows| row + rows.saturating_sub(1));
    page.sheet.add_data_validation(row, column, last, column, validation)?;
    Ok(())
}

/// Lets a cell be filled from a list, where the list is short enough for that.
fn offer(page: &mut Page, at: (u32, u16), rows: usize, of: &[&str]) -> Result<(), TemplateError> {
    let length: usize = of.iter().map(|word| word.chars().count() + 1).sum();
    if of.is_empty() || length > MOST_OFFERED || of.iter().any(|word| word.contains(',')) {
        return Ok(());
    }
    check(page, at, rows, &DataValidation::new().allow_list_strings(of)?)
}

/// The least and the most that may be entered. A figure that a case already has is never beyond them.
fn bounds(ty: &Type, fact: &AskedFact, value: Option<&Value>) -> (String, String) {
    let decimal = |number: Exact| number.decimal();
    let is_percent = matches!(ty, Type::Number(number) if number.percent);
    let most = if is_percent { MOST_PERCENT } else { MOST };
    let is_beyond = match value {
        Some(Value::Number(number)) => number.is_negative() || most.parse::<Exact>().is_ok_and(|most| *number > most),
        _ => false,
    };
    let (least, most) = if is_beyond { ("-1000000000000", "1000000000000") } else { ("0", most) };
    let least = fact.min.and_then(decimal).unwrap_or_else(|| least.to_owned());
    let most = fact.max.and_then(decimal).unwrap_or_else(|| most.to_owned());
    (least, most)
}

fn within(number: &Number, least: &str, most: &str) -> String {
    let what = if number.whole { "a whole number" } else { "a number" };
    if number.percent {
        let percent = |text: &str| {
            let hundredfold = text.parse::<Exact>().ok().and_then(|number| number.times(Exact::whole(100)).ok());
            hundredfold.map_or_else(|| text.to_owned(), |number| number.to_string())
        };
        return format!("a percentage from {}% to {}%", percent(least), percent(most));
    }
    format!("{what} from {least} to {most}")
}

/// What is expected of a figure, in words.
fn expected(ty: &Type, fact: &AskedFact) -> String {
    match ty {
        Type::Number(number) => {
            let (least, most) = bounds(ty, fact, None);
            let unit = if number.percent || number.unit.is_none() { String::new() } else { format!("{ty}: ") };
            format!("{unit}{}", within(number, &least, &most))
        }
        Type::Days => "days such as mon-fri, or all".to_owned(),
        Type::Period(every) => format!("a period such as {}", every.example()),
        ty => ty.to_string(),
    }
}

/// A name as words: `Partner ccgs`.
fn words(name: &str) -> String {
    let spaced = name.replace(['_', '.'], " ");
    let mut letters = spaced.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A name that a sheet may have and no other has.
fn sheet_name(title: &str, taken: &[String]) -> String {
    let sound: String = title.chars().filter(|letter| !"[]:*?/\\'".contains(*letter)).take(MOST_SHEET_NAME).collect();
    let is_taken = |name: &str| taken.iter().any(|other| other.eq_ignore_ascii_case(name)) || name == map::SHEET;
    let shorter = |number: usize| {
        let number = format!(" {number}");
        let kept: String = sound.chars().take(MOST_SHEET_NAME - number.len()).collect();
        format!("{kept}{number}")
    };
    std::iter::once(sound.clone()).chain((2..1000).map(shorter)).find(|name| !is_taken(name)).unwrap_or(sound)
}
