//! The history of a field, told from its packs: theme by theme and year by year.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ringfence_core::outline::{ConditionOutline, DatedOutline, FundOutline, Outline, Theme};
use ringfence_core::ruling::{Authority, Status};

use crate::document::{Document, Line, Table, capital};
use crate::markdown;
use crate::report::day;

/// What the history says of one pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// Where the pack is.
    pub path: String,
    /// Its title.
    pub title: String,
    /// What it rules on, a phrase.
    pub rules_on: String,
    /// The years it is for, as it writes them.
    pub years: Option<String>,
    /// What it holds.
    pub outline: Outline,
}

impl Scheme {
    /// The years as a reader sees them.
    fn years(&self) -> &str {
        self.years.as_deref().unwrap_or("any year")
    }

    fn conditions(&self, theme: &str) -> impl Iterator<Item = &ConditionOutline> {
        self.outline.conditions.iter().filter(move |condition| condition.theme.as_deref() == Some(theme))
    }

    fn funds(&self, theme: &str) -> impl Iterator<Item = &FundOutline> {
        self.outline.funds.iter().filter(move |fund| fund.theme.as_deref() == Some(theme))
    }

    /// Whether the scheme says anything of a theme.
    fn tells_of(&self, theme: &str) -> bool {
        self.conditions(theme).next().is_some()
            || self.funds(theme).next().is_some()
            || self.outline.changes.iter().any(|change| change.theme == theme)
    }
}

/// The sources, numbered in the order in which they are first named.
#[derive(Default)]
pub(crate) struct Sources<'a> {
    numbers: BTreeMap<(&'a str, Option<&'a str>), usize>,
    pub(crate) listed: Vec<&'a Authority>,
}

impl<'a> Sources<'a> {
    /// `[3], paragraph 4`.
    pub(crate) fn cited(&mut self, authority: Option<&'a Authority>) -> String {
        let Some(authority) = authority else { return String::new() };
        let next = self.listed.len() + 1;
        let number = *self.numbers.entry((&authority.title, authority.url.as_deref())).or_insert(next);
        if number == next {
            self.listed.push(authority);
        }
        match &authority.clause {
            Some(clause) => format!(" [{number}, {clause}]"),
            None => format!(" [{number}]"),
        }
    }
}

/// The history of the schemes, as Markdown.
pub fn markdown(schemes: &[Scheme]) -> String {
    let mut schemes: Vec<&Scheme> = schemes.iter().collect();
    schemes.sort_by_key(|scheme| (scheme.outline.years.is_none(), scheme.outline.years, &scheme.title, &scheme.path));
    let themes = themes(&schemes);
    let mut sources = Sources::default();
    let mut document = Document::default();
    document.heading(1, "Conditions on funding, scheme by scheme and year by year");
    document.paragraph(
        Line::new()
            .plain("Written from the rule packs by ")
            .code("ringfence history")
            .plain(", and changed by changing those. Numbers in brackets are the sources at the end; what no source was seen for is marked ")
            .caution("unverified")
            .plain("."),
    );
    overview(&schemes, &mut document);
    by_year(&schemes, &themes, &mut document);
    document.heading(2, "Theme by theme");
    for theme in &themes {
        one_theme(theme, &schemes, &mut sources, &mut document);
    }
    document.heading(2, "Amounts, dates and other parameters");
    for scheme in &schemes {
        parameters(scheme, &mut sources, &mut document);
    }
    unverified(&schemes, &mut document);
    document.heading(2, "Sources");
    let mut listed = Table::new().figures("No.").words("Source").words("Date").words("Where");
    for (at, source) in sources.listed.iter().enumerate() {
        listed.row([
            Line::from((at + 1).to_string()),
            Line::from(source.title.as_str()),
            Line::from(source.date.map(day).unwrap_or_default()),
            source.url.as_ref().map_or_else(Line::new, |url| Line::new().address(url)),
        ]);
    }
    document.table(listed);
    markdown::render(&document)
}

/// The themes of all schemes, in the order in which they are declared.
fn themes<'a>(schemes: &[&'a Scheme]) -> Vec<&'a Theme> {
    let mut themes: Vec<&Theme> = Vec::new();
    for theme in schemes.iter().flat_map(|scheme| &scheme.outline.themes) {
        if !themes.iter().any(|known| known.id == theme.id) {
            themes.push(theme);
        }
    }
    themes.sort_by(|left, right| left.place.key().cmp(&right.place.key()));
    themes
}

fn overview(schemes: &[&Scheme], document: &mut Document) {
    document.heading(2, "The schemes");
    let mut table = Table::new()
        .words("Years")
        .words("Scheme")
        .words("What it rules on")
        .figures("Conditions")
        .figures("Funds")
        .figures("Parameter values")
        .figures("of them unverified");
    for scheme in schemes {
        let outline = &scheme.outline;
        let values = || outline.parameters.iter().flat_map(|parameter| &parameter.values);
        let unverified = values().filter(|value| value.status == Status::Unverified).count();
        table.row([
            Line::from(scheme.years()),
            Line::new().strong(&scheme.title).end_line().code(&scheme.path),
            Line::from(capital(&scheme.rules_on)),
            Line::from(outline.conditions.len().to_string()),
            Line::from(outline.funds.len().to_string()),
            Line::from(values().count().to_string()),
            Line::from(unverified.to_string()),
        ]);
    }
    document.table(table);
}

/// The financial years in which something is in force.
fn years_of(scheme: &Scheme, in_force: Option<(Date, Option<Date>)>) -> BTreeSet<i16> {
    let Some((first, last)) = scheme.outline.years else { return BTreeSet::new() };
    let within = |year: &i16| {
        in_force.is_none_or(|(from, until)| {
            let begins = jiff::civil::date(*year, 4, 1);
            let ends = jiff::civil::date(*year + 1, 4, 1);
            from < ends && until.is_none_or(|until| begins < until)
        })
    };
    (first..=last).filter(within).collect()
}

/// Themes against financial years.
fn by_year(schemes: &[&Scheme], themes: &[&Theme], document: &mut Document) {
    let spans = schemes.iter().filter_map(|scheme| scheme.outline.years);
    let (Some(first), Some(last)) = (spans.clone().map(|(first, _)| first).min(), spans.map(|(_, last)| last).max())
    else {
        return;
    };
    document.heading(2, "Year by year");
    document.paragraph(
        "Each column is a financial year, named by the year in which it begins. £ says that money hangs on a condition \
         of the theme, or is paid for it; • that a condition is asked and no money hangs on it.",
    );
    let mut table = Table::new().words("Theme");
    for year in first..=last {
        table = table.words(format!("{:02}", year.rem_euclid(100)));
    }
    for theme in themes {
        let mut marks: BTreeMap<i16, &str> = BTreeMap::new();
        for scheme in schemes {
            for condition in scheme.conditions(&theme.id) {
                for year in years_of(scheme, condition.in_force) {
                    let mark = marks.entry(year).or_insert("•");
                    if !condition.gates.is_empty() {
                        *mark = "£";
                    }
                }
            }
            for fund in scheme.funds(&theme.id) {
                marks.extend(years_of(scheme, fund.in_force).into_iter().map(|year| (year, "£")));
            }
        }
        let cells = (first..=last).map(|year| Line::from(marks.get(&year).copied().unwrap_or_default()));
        table.row(std::iter::once(Line::from(theme.title.as_str())).chain(cells));
    }
    document.table(table);
}

fn one_theme<'a>(theme: &'a Theme, schemes: &[&'a Scheme], sources: &mut Sources<'a>, document: &mut Document) {
    document.heading(3, theme.title.as_str());
    if let Some(notes) = &theme.notes {
        document.paragraph(notes.as_str());
    }
    let mut table = Table::new()
        .words("Scheme")
        .words("What changed")
        .words("What it asks, and pays for")
        .words("What hangs on it");
    for scheme in schemes.iter().filter(|scheme| scheme.tells_of(&theme.id)) {
        let mut changed = Line::new();
        for change in scheme.outline.changes.iter().filter(|change| change.theme == theme.id) {
            changed = changed.plain(&change.says).plain(sources.cited(change.authority.as_ref()));
            changed = marked(changed, change.status);
        }
        let mut asked = Parts::default();
        let mut hangs: BTreeSet<&str> = BTreeSet::new();
        for condition in scheme.conditions(&theme.id) {
            let days = condition.in_force.map(|(from, until)| stretch(from, until)).unwrap_or_default();
            let cited = sources.cited(condition.authority.as_ref());
            asked.add(Line::new().plain(&condition.title).plain(days).plain(cited));
            hangs.extend(condition.gates.iter().map(String::as_str));
        }
        for fund in scheme.funds(&theme.id) {
            hangs.insert(&fund.title);
            let rest = match &fund.redirect {
                Some(redirect) => format!(" What is not released goes to {redirect}"),
                None => " What is not released is withheld".to_owned(),
            };
            let days = fund.in_force.map(|(from, until)| stretch(from, until)).unwrap_or_default();
            let line = Line::new().strong(format!("Fund: {}.", fund.title)).plain(days).plain(rest);
            asked.add(line.plain(sources.cited(fund.authority.as_ref())));
        }
        let hangs = if hangs.is_empty() { "–".to_owned() } else { hangs.into_iter().collect::<Vec<_>>().join("; ") };
        let title = Line::new().strong(scheme.years()).end_line().plain(&scheme.title);
        table.row([title, changed, asked.line, Line::from(hangs)]);
    }
    document.table(table);
}

/// Lines of a cell, one under the other.
#[derive(Default)]
struct Parts {
    line: Line,
}

impl Parts {
    fn add(&mut self, part: Line) {
        let before = std::mem::take(&mut self.line);
        self.line = if before.spans.is_empty() { part } else { before.end_line().then(part) };
    }
}

/// ` (from 1 April 2015)`, ` (from 1 April 2015 to 31 March 2016)`.
pub(crate) fn stretch(from: Date, until: Option<Date>) -> String {
    match until.and_then(|until| until.yesterday().ok()) {
        Some(last) => format!(" (from {} to {})", day(from), day(last)),
        None => format!(" (from {})", day(from)),
    }
}

/// A line with what a reader must know of how sure it is.
pub(crate) fn marked(line: Line, status: Status) -> Line {
    match status {
        Status::Verified => line,
        Status::Secondary => line.plain(" (secondary)"),
        Status::Unverified => line.plain(" (").caution("unverified").plain(")"),
        Status::Choice => line.plain(" (choice)"),
    }
}

fn parameters<'a>(scheme: &'a Scheme, sources: &mut Sources<'a>, document: &mut Document) {
    if scheme.outline.parameters.is_empty() {
        return;
    }
    document.heading(3, format!("{} ({})", scheme.title, scheme.years()));
    let mut table = Table::new().words("Parameter").words("From").words("Value").words("Where from");
    for parameter in &scheme.outline.parameters {
        for (at, value) in parameter.values.iter().enumerate() {
            let title = if at == 0 { parameter.title.as_str() } else { "" };
            let from = value.authority.as_ref();
            let status = match value.status {
                Status::Verified => Line::from("verified"),
                Status::Secondary => Line::from("secondary"),
                Status::Unverified => Line::new().caution("unverified"),
                Status::Choice => Line::from("choice"),
            };
            let status = if value.withdrawn.is_some() && from.is_none() { Line::new() } else { status };
            table.row([
                Line::from(title),
                Line::from(day(value.from)),
                shown(value),
                status.plain(sources.cited(from)),
            ]);
        }
    }
    document.table(table);
}

/// A dated value with what became of it.
pub(crate) fn shown(value: &DatedOutline) -> Line {
    let mut line = match (&value.shown, &value.withdrawn) {
        (Some(shown), _) => Line::from(shown.as_str()),
        (None, why) => Line::from(format!("none: {}", why.as_deref().unwrap_or("withdrawn"))),
    };
    if let Some(announced) = value.announced {
        line = line.plain(format!(", announced on {}", day(announced)));
    }
    if let Some(last) = value.until.and_then(|until| until.yesterday().ok()) {
        line = line.plain(format!(", until {}", day(last)));
    }
    if let Some(why) = &value.cancelled {
        line = line.plain(format!("; it never came into force: {why}"));
    }
    line
}

/// What nobody has seen in a source, in one place.
fn unverified(schemes: &[&Scheme], document: &mut Document) {
    let mut table = Table::new().words("Scheme").words("Parameter").words("Value");
    for scheme in schemes {
        for parameter in &scheme.outline.parameters {
            let open = parameter.values.iter().filter(|value| value.status == Status::Unverified);
            let mut values = Parts::default();
            open.for_each(|value| values.add(shown(value).plain(format!(" (from {})", day(value.from)))));
            if !values.line.spans.is_empty() {
                table.row([Line::from(scheme.title.as_str()), Line::from(parameter.title.as_str()), values.line]);
            }
        }
    }
    if !table.rows.is_empty() {
        document.heading(2, "What no source confirms");
        document.paragraph("Whoever finds a source for one of these improves every ruling that uses it.");
        document.table(table);
    }
}
