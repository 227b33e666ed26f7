//! What a pack says for the history of its field: the themes that its rules belong to, and what it changed.

use super::declare::{self, Context};
use super::section::entries;
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::{self, Fields, Mistakes, check_id};
use crate::outline::{Change, Theme};
use crate::ruling::Status;
use crate::source::PackSource;

/// The themes that the pack declares or uses.
pub(super) fn themes(source: &PackSource, mistakes: &mut Mistakes) -> Vec<Theme> {
    let read = |entry: &crate::source::Entry, mistakes: &mut Mistakes| {
        check_id(&entry.key, &entry.key_place, mistakes);
        let what = format!("the theme `{}`", entry.key);
        let fields = Fields::declaration(&entry.value, &what, &["title", "notes"], mistakes)?.at(&entry.key_place);
        let notes = fields.text("notes", mistakes);
        let title = fields.need_text("title", &what, mistakes)?;
        Some(Theme { id: entry.key.clone(), title, notes, place: entry.key_place.clone() })
    };
    let entries = entries(source, "themes", mistakes);
    entries.into_iter().filter_map(|entry| read(entry, mistakes)).collect()
}

/// The parties that sign-offs name, with what readers call them.
pub(super) fn parties(source: &PackSource, mistakes: &mut Mistakes) -> Vec<(String, String)> {
    let entries = entries(source, "parties", mistakes);
    let read = |entry: &crate::source::Entry, mistakes: &mut Mistakes| {
        check_id(&entry.key, &entry.key_place, mistakes);
        let what = format!("the party `{}`", entry.key);
        let fields = Fields::declaration(&entry.value, &what, &["title", "notes"], mistakes)?.at(&entry.key_place);
        Some((entry.key.clone(), fields.need_text("title", &what, mistakes)?))
    };
    entries.into_iter().filter_map(|entry| read(entry, mistakes)).collect()
}

/// The theme that a declaration says it belongs to.
pub(super) fn theme(fields: &Fields<'_>, context: &Context, mistakes: &mut Mistakes) -> Option<String> {
    let node = fields.get("theme")?;
    let id = fields::text(node, "`theme`", mistakes)?;
    if context.themes.iter().any(|theme| theme.id == id) {
        return Some(id);
    }
    let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, node.place.clone(), format!("unknown theme `{id}`"))
        .label("not declared under `themes`");
    mistakes.push(diagnostic.near_miss(&id, context.themes.iter().map(|theme| theme.id.as_str())));
    None
}

/// What the pack says it changed, by theme.
pub(super) fn changes(source: &PackSource, context: &Context, mistakes: &mut Mistakes) -> Vec<Change> {
    const KEYS: &[&str] = &["says", "authority", "status"];
    let mut changes = Vec::new();
    for entry in entries(source, "changes", mistakes) {
        if !context.themes.iter().any(|theme| theme.id == entry.key) {
            let message = format!("unknown theme `{}`", entry.key);
            let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, entry.key_place.clone(), message)
                .label("not declared under `themes`");
            mistakes.push(diagnostic.near_miss(&entry.key, context.themes.iter().map(|theme| theme.id.as_str())));
        }
        let what = format!("the change `{}`", entry.key);
        let Some(fields) = Fields::declaration(&entry.value, &what, KEYS, mistakes) else { continue };
        let fields = fields.at(&entry.key_place);
        let says = fields.need_text("says", &what, mistakes);
        let authority = declare::authority(fields.get("authority"), context, mistakes);
        let status = fields.word("status", &Status::ALL, mistakes);
        if status.is_none() && authority.is_none() && fields.get("status").is_none() {
            let message = "a change needs an authority or a status";
            let diagnostic = Diagnostic::error(Code::MISSING_KEY, entry.key_place.clone(), message);
            mistakes.push(diagnostic.help("name the source under `authority`, or say `status: unverified`"));
        }
        changes.push(Change {
            theme: entry.key.clone(),
            says: says.unwrap_or_default(),
            status: status.unwrap_or(Status::Verified),
            authority,
        });
    }
    changes
}
