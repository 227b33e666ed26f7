//! Writes laid out pages as a PDF file, tagged.

use std::collections::BTreeMap;

use pdf_writer::types::{CidFontType, FontFlags, PageMode, StructRole, SystemInfo, TabOrder, UnicodeCmap};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use subsetter::GlyphRemapper;

use super::PdfError;
use super::font::{Font, Fonts};
use super::layout::{Kind, Mark, Page, Pages, Piece, Sheet};

const IDENTITY: SystemInfo<'_> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// The objects that are in every file.
const CATALOG: Ref = Ref::new(1);
const TREE: Ref = Ref::new(2);
const INFO: Ref = Ref::new(3);
const STRUCTURE: Ref = Ref::new(4);
const DOCUMENT: Ref = Ref::new(5);
const PARENTS: Ref = Ref::new(6);
const OUTLINE: Ref = Ref::new(7);
const REGULAR: Ref = Ref::new(10);
const BOLD: Ref = Ref::new(20);
const FIRST: i32 = 30;

/// So many pages are turned faster than a list of them is read.
const FEW: usize = 2;

/// A length as PDF writes it: whole numbers of tenths of a point, which the page's matrix makes points of.
fn length(value: i64) -> f32 {
    f32::from(i16::try_from(value).unwrap_or(i16::MAX))
}

/// A sheet in points.
fn media(sheet: Sheet) -> Rect {
    if sheet.width < sheet.height { Rect::new(0.0, 0.0, 595.3, 841.9) } else { Rect::new(0.0, 0.0, 841.9, 595.3) }
}

/// The glyphs of a font that a document uses.
struct Used<'a> {
    font: &'a Font,
    glyphs: GlyphRemapper,
    /// What each shows, by its number in the file.
    shows: BTreeMap<u16, (u16, char)>,
}

impl<'a> Used<'a> {
    fn of<'p>(font: &'a Font, texts: impl Iterator<Item = &'p str>) -> Self {
        let mut used = Self { font, glyphs: GlyphRemapper::new(), shows: BTreeMap::new() };
        for letter in texts.flat_map(str::chars) {
            if let Some(glyph) = font.glyph(letter) {
                let number = used.glyphs.remap(glyph);
                used.shows.entry(number).or_insert((glyph, letter));
            }
        }
        used
    }

    /// A text as the numbers of its glyphs, two bytes each.
    fn encode(&self, text: &str) -> Vec<u8> {
        let glyphs = text.chars().filter_map(|letter| self.glyphs.get(self.font.glyph(letter)?));
        glyphs.flat_map(u16::to_be_bytes).collect()
    }
}

/// Writes the file.
pub(super) fn write(title: &str, pages: &Pages, fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
    let texts = |bold: bool| {
        let pieces = pages.iter().flat_map(|page| &page.pieces);
        pieces.filter(move |piece| piece.bold == bold).map(|piece| piece.text.as_str())
    };
    let (regular, bold) = (Used::of(&fonts.regular, texts(false)), Used::of(&fonts.bold, texts(true)));
    let mut pdf = Pdf::new();
    let count = i32::try_from(pages.len()).unwrap_or(i32::MAX);
    let page_ref = |at: i32| Ref::new(FIRST + at * 2);
    let content_ref = |at: i32| Ref::new(FIRST + at * 2 + 1);
    let element_ref = |at: usize| Ref::new(FIRST + count * 2 + i32::try_from(at).unwrap_or(0));

    let marks: Vec<&Mark> =
        if pages.len() > FEW { pages.marks.iter().filter(|mark| mark.level > 1).collect() } else { vec![] };
    catalog(&mut pdf, title, !marks.is_empty());
    pdf.pages(TREE).kids((0..count).map(page_ref)).count(count);
    let mut places: BTreeMap<usize, Vec<(i32, i32)>> = BTreeMap::new();
    let mut parents: Vec<Vec<Ref>> = Vec::new();
    for (at, page) in (0..).zip(pages.iter()) {
        let mut marks: Vec<Ref> = Vec::new();
        let mut content = Content::new();
        content.transform([0.1, 0.0, 0.0, 0.1, 0.0, 0.0]);
        drawn(&mut content, page);
        for piece in &page.pieces {
            let mark = i32::try_from(marks.len()).unwrap_or(i32::MAX);
            show(&mut content, piece, mark, if piece.bold { &bold } else { &regular });
            if let Some(element) = piece.element {
                places.entry(element).or_default().push((at, mark));
                marks.push(element_ref(element));
            }
        }
        parents.push(marks);
        pdf.stream(content_ref(at), &content.finish());
        let mut page = pdf.page(page_ref(at));
        page.parent(TREE)
            .media_box(media(pages.sheet))
            .contents(content_ref(at))
            .struct_parents(at)
            .tab_order(TabOrder::StructureOrder);
        let mut resources = page.resources();
        resources.fonts().pair(Name(b"R"), REGULAR).pair(Name(b"B"), BOLD);
        resources.finish();
        page.finish();
    }
    structure(&mut pdf, pages, &places, page_ref, element_ref);
    let mut tree = pdf.number_tree::<Ref>(PARENTS);
    let first_array = FIRST + count * 2 + i32::try_from(pages.elements.len()).unwrap_or(0);
    tree.nums().pairs_of((0..count).map(|at| (at, Ref::new(first_array + at))));
    tree.finish();
    for (at, marks) in (0..).zip(&parents) {
        pdf.indirect(Ref::new(first_array + at)).array().items(marks.iter().copied());
    }
    outline(&mut pdf, &marks, page_ref, first_array + count);
    font(&mut pdf, REGULAR, &regular)?;
    font(&mut pdf, BOLD, &bold)?;
    Ok(pdf.finish())
}

/// Adds many pairs to a tree.
trait Pairs {
    fn pairs_of(self, pairs: impl Iterator<Item = (i32, Ref)>);
}

impl Pairs for pdf_writer::writers::NumberTreeEntries<'_, Ref> {
    fn pairs_of(mut self, pairs: impl Iterator<Item = (i32, Ref)>) {
        for (key, value) in pairs {
            self.insert(key, value);
        }
    }
}

fn catalog(pdf: &mut Pdf, title: &str, is_listed: bool) {
    let mut catalog = pdf.catalog(CATALOG);
    catalog.pages(TREE).lang(TextStr("en-GB"));
    catalog.viewer_preferences().display_doc_title(true);
    catalog.mark_info().marked(true);
    catalog.pair(Name(b"StructTreeRoot"), STRUCTURE);
    if is_listed {
        catalog.outlines(OUTLINE).page_mode(PageMode::UseOutlines);
    }
    catalog.finish();
    pdf.document_info(INFO).title(TextStr(title));
}

/// The list of headings beside the pages: chapters, and folded away in each its sections.
fn outline(pdf: &mut Pdf, marks: &[&Mark], page_ref: impl Fn(i32) -> Ref, first: i32) {
    let id = |at: usize| Ref::new(first + i32::try_from(at).unwrap_or(0));
    // A section before any chapter is a chapter.
    let mut chapters: Vec<(usize, Vec<usize>)> = Vec::new();
    for (at, mark) in marks.iter().enumerate() {
        match chapters.last_mut() {
            Some((_, sections)) if mark.level > 2 => sections.push(at),
            _ => chapters.push((at, Vec::new())),
        }
    }
    let (Some((top, _)), Some((bottom, _))) = (chapters.first(), chapters.last()) else { return };
    let count = i32::try_from(chapters.len()).unwrap_or(i32::MAX);
    pdf.outline(OUTLINE).first(id(*top)).last(id(*bottom)).count(count);
    let heads: Vec<usize> = chapters.iter().map(|(at, _)| *at).collect();
    let mut put = |at: usize, parent: Ref, among: &[usize], below: &[usize]| {
        let Some(mark) = marks.get(at) else { return };
        let mut item = pdf.outline_item(id(at));
        item.title(TextStr(&mark.title)).parent(parent);
        let place = among.iter().position(|other| *other == at).unwrap_or(0);
        if let Some(before) = place.checked_sub(1).and_then(|before| among.get(before)) {
            item.prev(id(*before));
        }
        if let Some(after) = among.get(place + 1) {
            item.next(id(*after));
        }
        if let (Some(first), Some(last)) = (below.first(), below.last()) {
            item.first(id(*first)).last(id(*last)).count(-i32::try_from(below.len()).unwrap_or(i32::MAX));
        }
        let page = page_ref(i32::try_from(mark.page).unwrap_or(0));
        item.dest().page(page).xyz(0.0, length((mark.y + 9) / 10), None);
    };
    for (chapter, sections) in &chapters {
        put(*chapter, OUTLINE, &heads, sections);
        for section in sections {
            put(*section, id(*chapter), sections, &[]);
        }
    }
}

/// Grounds and lines, which say nothing by themselves.
fn drawn(content: &mut Content, page: &Page) {
    if page.rules.is_empty() && page.grounds.is_empty() {
        return;
    }
    content.begin_marked_content(Name(b"Artifact"));
    content.set_fill_gray(0.93);
    for [from, to, low, high] in &page.grounds {
        content.rect(length(*from), length(*low), length(to - from), length(high - low)).fill_nonzero();
    }
    content.set_fill_gray(0.0).set_line_width(4.0).set_stroke_gray(0.72);
    for (from, to, y) in &page.rules {
        content.move_to(length(*from), length(*y)).line_to(length(*to), length(*y)).stroke();
    }
    content.end_marked_content();
}

fn show(content: &mut Content, piece: &Piece, mark: i32, used: &Used<'_>) {
    match piece.element {
        Some(_) => {
            content.begin_marked_content_with_properties(Name(b"Span")).properties().identify(mark);
        }
        None => {
            content.begin_marked_content(Name(b"Artifact"));
        }
    }
    content
        .begin_text()
        .set_font(Name(if piece.bold { b"B" } else { b"R" }), length(piece.size))
        .next_line(length(piece.x), length(piece.y))
        .show(Str(&used.encode(&piece.text)))
        .end_text()
        .end_marked_content();
}

const fn role(kind: Kind) -> StructRole {
    match kind {
        Kind::Heading(0 | 1) => StructRole::H1,
        Kind::Heading(2) => StructRole::H2,
        Kind::Heading(_) => StructRole::H3,
        Kind::Paragraph => StructRole::P,
        Kind::List => StructRole::L,
        Kind::Item => StructRole::LI,
        Kind::Bullet => StructRole::Lbl,
        Kind::Body => StructRole::LBody,
        Kind::Table => StructRole::Table,
        Kind::Row => StructRole::TR,
        Kind::Title => StructRole::TH,
        Kind::Cell => StructRole::TD,
        Kind::Code => StructRole::Code,
    }
}

/// What each part is, within what, and where it stands.
fn structure(
    pdf: &mut Pdf,
    pages: &Pages,
    places: &BTreeMap<usize, Vec<(i32, i32)>>,
    page_ref: impl Fn(i32) -> Ref,
    element_ref: impl Fn(usize) -> Ref,
) {
    let mut within: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for (at, element) in pages.elements.iter().enumerate() {
        within.entry(element.parent).or_default().push(at);
    }
    let within = |parent: Option<usize>| within.get(&parent).into_iter().flatten().copied();
    let mut root = pdf.indirect(STRUCTURE).start::<pdf_writer::writers::StructTreeRoot<'_>>();
    root.child(DOCUMENT);
    root.pair(Name(b"ParentTree"), PARENTS);
    root.parent_tree_next_key(i32::try_from(pages.len()).unwrap_or(i32::MAX));
    root.finish();
    let mut document = pdf.struct_element(DOCUMENT);
    document.kind(StructRole::Document).parent(STRUCTURE);
    let mut children = document.children();
    for at in within(None) {
        children.struct_element(element_ref(at));
    }
    children.finish();
    document.finish();
    for (at, element) in pages.elements.iter().enumerate() {
        let mut written = pdf.struct_element(element_ref(at));
        written.kind(role(element.kind)).parent(element.parent.map_or(DOCUMENT, &element_ref));
        if element.kind == Kind::Title {
            let mut attributes = written.attributes();
            attributes.push().table().scope(pdf_writer::types::TableHeaderScope::Column);
        }
        let mut children = written.children();
        for inner in within(Some(at)) {
            children.struct_element(element_ref(inner));
        }
        for (page, mark) in places.get(&at).into_iter().flatten() {
            children.marked_content_ref().page(page_ref(*page)).marked_content_id(*mark);
        }
        children.finish();
        written.finish();
    }
}

/// A font with the glyphs that are used, and what they show.
fn font(pdf: &mut Pdf, id: Ref, used: &Used<'_>) -> Result<(), PdfError> {
    let at = |offset: i32| Ref::new(id.get() + offset);
    let (cid, descriptor, file, unicode) = (at(1), at(2), at(3), at(4));
    let font = used.font;
    // Six letters before a name say that not all of the font is there.
    let name = format!("RINGFE+{}", font.name);
    let name = Name(name.as_bytes());
    let data = subsetter::subset(font.data, 0, &used.glyphs)
        .map_err(|error| PdfError::Font { name: font.name, reason: format!("it cannot be cut down: {error}") })?;
    pdf.type0_font(id)
        .base_font(name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(cid)
        .to_unicode(unicode);
    let mut written = pdf.cid_font(cid);
    written
        .subtype(CidFontType::Type2)
        .base_font(name)
        .system_info(IDENTITY)
        .font_descriptor(descriptor)
        .default_width(0.0)
        .cid_to_gid_map_predefined(Name(b"Identity"));
    let thousandths = |units: i64| length(font.thousandths(units));
    let mut widths = written.widths();
    for (number, (glyph, _)) in &used.shows {
        widths.consecutive(*number, [thousandths(font.advance(*glyph))]);
    }
    widths.finish();
    written.finish();
    let [left, low, right, high] = font.bounds.map(thousandths);
    pdf.font_descriptor(descriptor)
        .name(name)
        .flags(FontFlags::NON_SYMBOLIC)
        .bbox(Rect::new(left, low, right, high))
        .italic_angle(0.0)
        .ascent(thousandths(font.ascent))
        .descent(thousandths(font.descent))
        .cap_height(thousandths(1_493))
        .stem_v(80.0)
        .font_file2(file);
    let size = i32::try_from(data.len()).unwrap_or(i32::MAX);
    pdf.stream(file, &data).pair(Name(b"Length1"), size);
    let mut map = UnicodeCmap::<u16>::new(Name(b"Custom"), IDENTITY);
    for (number, (_, letter)) in &used.shows {
        map.pair(*number, *letter);
    }
    pdf.cmap(unicode, &map.finish());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_a_page_are_written_exactly() {
        for sheet in [Sheet::UPRIGHT, Sheet::ACROSS] {
            let written = media(sheet);
            for (points, tenths) in [(written.x2, sheet.width), (written.y2, sheet.height)] {
                assert!((length(tenths) - points * 10.0).abs() < 0.01, "{points} points are not {tenths} tenths");
            }
        }
    }
}
