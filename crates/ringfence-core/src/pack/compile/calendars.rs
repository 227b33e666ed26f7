//! Calendars as packs declare them: holidays, and the stretch of days they are known for.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::tables::rows_of;
use super::{Compiler, entries};
use crate::calendar::{Calendar, Days};
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::{self, Fields, Mistakes, check_name};
use crate::pack::declare::{self, Context};
use crate::period::day_number;
use crate::ruling::Status;
use crate::source::{Content, Entry, Node, PackSource};

/// How many days a calendar may have: two hundred years.
const MOST_DAYS: i64 = 73_050;

impl Compiler {
    pub(super) fn calendars(&mut self, source: &PackSource, used: &mut BTreeSet<String>) {
        for entry in entries(source, "calendars", &mut self.mistakes) {
            let mut mistakes = std::mem::take(&mut self.mistakes);
            let before = mistakes.iter().filter(|mistake| mistake.is_error()).count();
            let calendar = calendar(entry, source, &self.context, used, &mut mistakes);
            let sound = mistakes.iter().filter(|mistake| mistake.is_error()).count() == before;
            self.mistakes = mistakes;
            match calendar {
                Some(calendar) if sound => self.calendars.push(Arc::new(calendar)),
                _ => {
                    self.broken.insert(format!("calendars.{}", entry.key));
                }
            }
        }
    }
}

fn calendar(
    entry: &Entry,
    source: &PackSource,
    context: &Context,
    used: &mut BTreeSet<String>,
    mistakes: &mut Mistakes,
) -> Option<Calendar> {
    const KEYS: &[&str] = &["title", "from", "until", "holidays", "file", "authority", "status", "note", "notes"];
    check_name(&entry.key, &entry.key_place, mistakes);
    let what = format!("the calendar `{}`", entry.key);
    let fields = Fields::declaration(&entry.value, &what, KEYS, mistakes)?.at(&entry.key_place);
    let title = fields.need_text("title", &what, mistakes);
    let (from, until) = (fields.need_date("from", &what, mistakes), fields.need_date("until", &what, mistakes));
    let authority = declare::authority(fields.get("authority"), context, mistakes);
    let status = fields.word("status", &Status::ALL, mistakes);
    if status.is_none() && authority.is_none() && fields.get("status").is_none() {
        let diagnostic =
            Diagnostic::error(Code::MISSING_KEY, entry.key_place.clone(), "a calendar needs an authority or a status");
        mistakes.push(
            diagnostic.help("name the source under `authority`, or say `status: unverified` or `status: choice`"),
        );
    }
    let note = fields.text("note", mistakes);
    let (rows, _) = rows_of(&fields, ("holidays", "calendars"), source, used, mistakes)?;
    let (from, until) = (from?, until?);
    let (first, after) = (day_number(from), day_number(until));
    if after <= first || after - first > MOST_DAYS {
        let place = fields.get("until").map_or(fields.place, |node| &node.place);
        let message =
            if after <= first { "the calendar ends before it begins" } else { "a calendar has at most 200 years" };
        let diagnostic = Diagnostic::error(Code::WRONG_VALUE, place.clone(), message);
        mistakes.push(diagnostic.help("`until` is the first day after it"));
        return None;
    }
    let mut holidays: Vec<i64> = Vec::new();
    for row in rows {
        let Some((node, holiday)) = holiday(row, mistakes) else { continue };
        if !(first..after).contains(&holiday) {
            let message = format!("the holiday is outside the calendar, which is known from {from} until {until}");
            let diagnostic = Diagnostic::error(Code::OUT_OF_BOUNDS, node.place.clone(), message);
            mistakes.push(diagnostic.help("a calendar must know every holiday of its stretch, and no other"));
        } else if holidays.contains(&holiday) {
            let message = "this holiday stands here twice";
            mistakes.push(Diagnostic::error(Code::DUPLICATE_NAME, node.place.clone(), message).help("remove one"));
        }
        holidays.push(holiday);
    }
    Some(Calendar {
        name: entry.key.clone(),
        title: title.unwrap_or_default(),
        from,
        until,
        days: Days::new(first, after - 1, holidays),
        status: status.unwrap_or(Status::Verified),
        authority,
        note,
        place: entry.key_place.clone(),
    })
}

/// A day, or a row of a file with the columns `date` and, for the reader, `title`.
fn holiday<'n>(row: &'n Node, mistakes: &mut Mistakes) -> Option<(&'n Node, i64)> {
    let node = match &row.content {
        Content::Map(_) => {
            Fields::read(row, "a holiday", &["date", "title"], mistakes)?.need("date", "a holiday", mistakes)?
        }
        _ => row,
    };
    fields::date(node, mistakes).map(|date| (node, day_number(date)))
}
