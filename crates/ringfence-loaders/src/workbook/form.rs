//! A return that was made from a pack, filled in: its map says where the evidence stands.

use ringfence_core::asked::map;
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Content, Document, Entry, Node, Place, Style, cell_name};

use super::{Reference, Sheet, Workbook};
use crate::shape::Mistakes;
use crate::table::{self, Kind, Seen};

/// What to do about a map that does not fit.
const MADE_ANEW: &str = "make the return anew with `ringfence template`, and copy the figures into it";

impl Workbook {
    /// The case in a return.
    ///
    /// # Errors
    /// A workbook without a map, and everything that is wrong with the cells that its map names.
    pub(crate) fn case(&self) -> Result<Document, Vec<Diagnostic>> {
        let mut mistakes = Mistakes::default();
        let Some(lines) = self.lines(&mut mistakes) else { return Err(mistakes.0) };
        let mut form = Form { root: Vec::new(), mistakes };
        for line in &lines {
            form.read(line);
        }
        let rows = |what: &'static str| lines.iter().filter(move |line| line.what == what);
        for (what, section) in [(map::LIST, "facts"), (map::SIGN_OFF, "sign-offs"), (map::WAIVER, "waivers")] {
            let mut done: Vec<&str> = Vec::new();
            for line in rows(what).filter(|line| !line.name.is_empty()) {
                if !done.contains(&line.name) {
                    done.push(line.name);
                    let fields: Vec<&Line<'_>> = rows(what).filter(|other| other.name == line.name).collect();
                    let state = rows(map::STATE).find(|state| what == map::LIST && state.name == line.name);
                    form.records(section, &fields, state);
                }
            }
        }
        let Form { root, mistakes } = form;
        if !mistakes.0.is_empty() {
            return Err(mistakes.0);
        }
        let place = root.first().map_or_else(|| Place::start_of(&self.file), |entry| entry.value.place.clone());
        let file = place.file().clone();
        Ok(Document { file, root: Node { place, content: Content::Map(root) } })
    }

    /// The lines of the map.
    fn lines(&self, mistakes: &mut Mistakes) -> Option<Vec<Line<'_>>> {
        let Some(sheet) = self.sheets.iter().find(|sheet| sheet.name == map::SHEET) else {
            let message = "the workbook is no return that `ringfence template` made";
            let place = Place::start_of(&self.file);
            let help = "make a return of the pack with `ringfence template`, or say in a binding what its cells hold";
            mistakes.add(Diagnostic::error(Code::SYNTAX, place, message).help(help));
            return None;
        };
        let first = [sheet.seen(1, 1), sheet.seen(1, 2)];
        if first.each_ref().map(|seen| seen.text) != [map::FORMAT, map::VERSION] {
            let [place, _] = first.map(|seen| seen.place);
            let message = format!("this version reads returns of format {} {}", map::FORMAT, map::VERSION);
            mistakes.add(Diagnostic::error(Code::SYNTAX, place, message).help(MADE_ANEW));
            return None;
        }
        let last = sheet.cells.keys().next_back().map_or(0, |(row, _)| *row);
        let lines: Vec<Option<Line<'_>>> = (3..=last).map(|row| self.line(sheet, row, mistakes)).collect();
        lines.into_iter().collect()
    }

    fn line<'w>(&'w self, map: &'w Sheet, row: usize, mistakes: &mut Mistakes) -> Option<Line<'w>> {
        let cell = |column| map.seen(row, column).text;
        let (what, name, part, kind) = (cell(1), cell(2), cell(3), cell(6));
        if what == map::PACK {
            let seen = map.seen(row, 2);
            return Some(Line {
                what,
                name,
                part,
                sheet: map,
                at: (seen.place.line(), seen.place.column()),
                kind,
                rows: 1,
            });
        }
        let sheet = self.sheets.iter().find(|sheet| sheet.name == cell(4));
        let at = Reference::read(cell(5)).and_then(|reference| reference.area.single());
        let rows = cell(7).parse().ok().filter(|rows| (1..=100_000).contains(rows));
        let (Some(sheet), Some(at), Some(rows)) = (sheet, at, rows) else {
            let message = format!("the map names no cell for `{name}`: sheet `{}`, cell `{}`", cell(4), cell(5));
            let place = Place::new(&map.file, row, 4, 1);
            mistakes.add(Diagnostic::error(Code::SYNTAX, place, message).help(MADE_ANEW));
            return None;
        };
        Some(Line { what, name, part, sheet, at, kind, rows })
    }
}

/// A line of the map: what stands where.
struct Line<'w> {
    what: &'w str,
    name: &'w str,
    part: &'w str,
    sheet: &'w Sheet,
    /// Row and column.
    at: (usize, usize),
    kind: &'w str,
    rows: usize,
}

impl<'w> Line<'w> {
    /// The cell so many rows down and columns on.
    fn cell(&self, down: usize, on: usize) -> Seen<'w> {
        self.sheet.seen(self.at.0 + down, self.at.1 + on)
    }
}

/// The case as its cells come in.
struct Form {
    root: Vec<Entry>,
    mistakes: Mistakes,
}

impl Form {
    fn read(&mut self, line: &Line<'_>) {
        let seen = line.cell(0, 0);
        match line.what {
            map::PACK => self.put(&["pack"], Node::text(seen.text, seen.place)),
            map::CASE => {
                if let Some(node) = self.value(&seen, line.kind) {
                    self.put(&line.part.split('.').collect::<Vec<_>>(), node);
                } else if line.part == "case" {
                    let message = "the return does not say which case it is";
                    self.mistakes.add(Diagnostic::error(Code::MISSING_KEY, seen.place, message));
                }
            }
            map::FACT => {
                if let Some(figure) = self.figure(line) {
                    let path = [Some("facts"), Some(line.name), Some(line.part).filter(|part| !part.is_empty())];
                    self.state(&path.into_iter().flatten().collect::<Vec<_>>(), figure);
                }
            }
            map::DECISION => {
                if let Some(node) = self.value(&seen, line.kind) {
                    self.put(&["decisions", line.name, line.part], node);
                }
            }
            _ => {}
        }
    }

    /// What a cell holds, as the map says that it is to be read; nothing if it is blank.
    fn value(&mut self, seen: &Seen<'_>, kind: &str) -> Option<Node> {
        if seen.text.is_empty() && !matches!(seen.kind, Kind::Refused { .. }) {
            return None;
        }
        let node = match kind {
            map::TEXT => seen.as_text().map(|text| Node::cell(text, Style::TextCell, seen.place.clone())),
            map::YES_NO => seen.as_node().map(|node| match seen.text {
                "Yes" => Node::text("yes", node.place),
                "No" => Node::text("no", node.place),
                _ => node,
            }),
            _ => seen.as_node(),
        };
        node.map_err(|mistake| self.mistakes.add(mistake)).ok()
    }

    /// A figure with its source, or why there is none; nothing where the row is blank.
    fn figure(&mut self, line: &Line<'_>) -> Option<Node> {
        let seen = line.cell(0, 0);
        let value = self.value(&seen, line.kind);
        let state = line.cell(0, 1);
        let value = match (value, state.text) {
            (value, "") => {
                self.refuse_idle_reason(&line.cell(0, 2));
                value?
            }
            (None, _) => self.absence(&state, &line.cell(0, 2), false)?,
            (Some(_), text) => {
                let message = format!("there is a figure in {}, and here it is called {text}", name(&seen));
                let mistake = Diagnostic::error(Code::WRONG_VALUE, state.place, message);
                self.mistakes.add(mistake.help("clear one of the two"));
                return None;
            }
        };
        Some(self.sourced(value, &seen, &line.cell(0, 3), &line.cell(0, 4)))
    }

    /// A value with where it came from, which is its own cell where nothing else is said.
    fn sourced(&mut self, value: Node, seen: &Seen<'_>, source: &Seen<'_>, known: &Seen<'_>) -> Node {
        let place = value.place.clone();
        let own = || Node::text(format!("{}, cell {}", table::file_name(seen.place.file()), name(seen)), place.clone());
        let source = self.value(source, map::TEXT).unwrap_or_else(own);
        let known = self.value(known, map::DATE);
        let entries = [Some(("value", value)), Some(("source", source)), known.map(|known| ("known", known))];
        Node::map(entries.into_iter().flatten().map(|(key, node)| (key.to_owned(), node)), &place)
    }

    /// Why there is no figure, or no list.
    fn absence(&mut self, state: &Seen<'_>, why: &Seen<'_>, is_list: bool) -> Option<Node> {
        let place = state.place.clone();
        let key = match state.text {
            map::MISSING => "missing",
            map::NOT_APPLICABLE => "not-applicable",
            map::EMPTY if is_list => return Some(Node::list(Vec::new(), &place)),
            other => {
                let message = format!("expected `{}` or `{}`, found `{other}`", map::MISSING, map::NOT_APPLICABLE);
                self.mistakes.add(Diagnostic::error(Code::WRONG_VALUE, place, message));
                return None;
            }
        };
        let Some(reason) = self.value(why, map::TEXT) else {
            let message = format!("nothing says why this is {}", state.text);
            self.mistakes.add(
                Diagnostic::error(Code::MISSING_KEY, why.place.clone(), message).help("say it here, in a few words"),
            );
            return None;
        };
        Some(Node::map([(key.to_owned(), reason)], &place))
    }

    /// Refuses a reason for the lack of a figure that nobody says is lacking.
    fn refuse_idle_reason(&mut self, why: &Seen<'_>) {
        if !why.text.is_empty() {
            let message = "this says why there is no figure, and nothing says that there is none";
            let mistake = Diagnostic::error(Code::WRONG_VALUE, why.place.clone(), message);
            self.mistakes.add(mistake.help(format!("choose `{}` in the cell before it", map::MISSING)));
        }
    }

    /// The rows of a list, of signatures or of waivers.
    fn records(&mut self, section: &str, fields: &[&Line<'_>], state: Option<&Line<'_>>) {
        let Some(first) = fields.first() else { return };
        let is_list = first.what == map::LIST;
        let mut items = Vec::new();
        for down in 0..first.rows {
            let mut found = Vec::new();
            for field in fields {
                let seen = field.cell(down, 0);
                let node = if is_list { self.member(&seen, field.kind) } else { self.value(&seen, field.kind) };
                found.extend(node.map(|node| (field.part, node)));
            }
            let Some((part, node)) = found.first() else { continue };
            let place = node.place.clone();
            items.push(if part.is_empty() {
                node.clone()
            } else {
                Node::map(found.into_iter().map(|(part, node)| (part.to_owned(), node)), &place)
            });
        }
        let place = items.first().map(|item| item.place.clone());
        let list = place.as_ref().map(|place| Node::list(items, place));
        let Some(state) = state else {
            if let Some(list) = list {
                self.put(&[section, first.name], list);
            }
            return;
        };
        let told = state.cell(0, 0);
        let value = match (list, told.text) {
            (None, "") => {
                self.refuse_idle_reason(&state.cell(0, 1));
                return;
            }
            (Some(list), "") => list,
            (None, _) => match self.absence(&told, &state.cell(0, 1), true) {
                Some(absence) => absence,
                None => return,
            },
            (Some(list), text) => {
                let message = format!("the list has a row in {}, and here it is called {text}", list.place.within());
                let mistake = Diagnostic::error(Code::WRONG_VALUE, told.place, message);
                self.mistakes.add(mistake.help("clear one of the two"));
                return;
            }
        };
        let seen = first.cell(0, 0);
        let figure = self.sourced(value, &seen, &state.cell(0, 2), &state.cell(0, 3));
        self.put(&[section, first.name], figure);
    }

    /// A cell of a record, which has no room beside it to say why there is nothing.
    fn member(&mut self, seen: &Seen<'_>, kind: &str) -> Option<Node> {
        for (state, key) in [(map::MISSING, "missing"), (map::NOT_APPLICABLE, "not-applicable")] {
            let why = seen.text.strip_prefix(state).and_then(|rest| rest.strip_prefix(": "));
            if let Some(why) = why.filter(|_| *seen.kind == Kind::Text) {
                let why = Node::cell(why, Style::TextCell, seen.place.clone());
                return Some(Node::map([(key.to_owned(), why)], &seen.place));
            }
        }
        self.value(seen, kind)
    }

    /// Puts a value where a path of keys leads.
    fn put(&mut self, path: &[&str], value: Node) {
        if let Some(slot) = slot(&mut self.root, path, &value.place) {
            *slot = value;
        }
    }

    /// Puts a statement of a figure beside those that were made before.
    fn state(&mut self, path: &[&str], figure: Node) {
        let Some(slot) = slot(&mut self.root, path, &figure.place) else { return };
        if slot.content == Content::Empty {
            *slot = figure;
            return;
        }
        let key_place = figure.place.clone();
        match &mut slot.content {
            Content::Map(entries) if entries.first().is_some_and(|entry| entry.key == "vintages") => {
                if let Some(Content::List(items)) = entries.first_mut().map(|entry| &mut entry.value.content) {
                    items.push(figure);
                }
            }
            _ => {
                let place = slot.place.clone();
                let first = std::mem::replace(slot, Node { place: place.clone(), content: Content::Empty });
                let value = Node::list(vec![first, figure], &place);
                slot.content = Content::Map(vec![Entry { key: "vintages".to_owned(), key_place, value }]);
            }
        }
    }
}

/// The node at the end of a path of keys; what is not there yet is made, empty.
fn slot<'r>(entries: &'r mut Vec<Entry>, path: &[&str], place: &Place) -> Option<&'r mut Node> {
    let (key, rest) = path.split_first()?;
    let at = entries.iter().position(|entry| entry.key == *key).unwrap_or(entries.len());
    if at == entries.len() {
        let content = if rest.is_empty() { Content::Empty } else { Content::Map(Vec::new()) };
        let value = Node { place: place.clone(), content };
        entries.push(Entry { key: (*key).to_owned(), key_place: place.clone(), value });
    }
    let value = &mut entries.get_mut(at)?.value;
    if rest.is_empty() {
        return Some(value);
    }
    match &mut value.content {
        Content::Map(inner) => slot(inner, rest, place),
        _ => None,
    }
}

/// The name of a cell.
fn name(seen: &Seen<'_>) -> String {
    cell_name(seen.place.line(), seen.place.column())
}
