//! HTML: pages of one file each, that fetch nothing, and run nothing but a script of their own that sorts and filters.
//!
//! A page is read in light and dark, at any width, by keyboard, aloud and on paper. Text enters a page only by
//! [`Html::text`] and [`Element::attribute`], which escape it; the names of elements and attributes are the program's
//! own. So no title in somebody's pack can become markup. A policy in the head forbids the browser to load anything,
//! should a mistake be made here all the same.

pub(crate) mod document;
mod matrix;
mod picture;
mod portfolio;
mod ruling;
mod script;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::document::clean;
pub use portfolio::portfolio;
pub use ruling::ruling;

/// The style that all pages share.
const STYLE: &str = include_str!("html/page.css");

/// A piece of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Html {
    written: String,
}

impl Html {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a text behind it, read as text whatever it holds.
    #[must_use]
    pub fn text(mut self, text: impl AsRef<str>) -> Self {
        escape(&clean(text.as_ref()), &mut self.written);
        self
    }

    /// The same with another piece behind it.
    #[must_use]
    pub fn with(mut self, piece: impl Into<Self>) -> Self {
        self.written.push_str(&piece.into().written);
        self
    }

    /// The same with many pieces behind it.
    #[must_use]
    pub fn all<T: Into<Self>>(self, pieces: impl IntoIterator<Item = T>) -> Self {
        pieces.into_iter().fold(self, Self::with)
    }

    /// The same with the end of a line behind it, for text whose lines count.
    #[must_use]
    pub fn newline(mut self) -> Self {
        self.written.push('\n');
        self
    }

    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    /// What is written.
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

impl From<&str> for Html {
    fn from(text: &str) -> Self {
        Self::new().text(text)
    }
}

/// An element, and what stands in it.
///
/// ```
/// use ringfence_reporting::html::{Html, element};
///
/// let cell = element("td").attribute("class", "figure").text("<£5.00");
/// assert_eq!(Html::from(cell).as_str(), r#"<td class="figure">&lt;£5.00</td>"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    name: &'static str,
    attributes: String,
    inner: Html,
}

/// An element with nothing in it yet.
pub fn element(name: &'static str) -> Element {
    Element { name, attributes: String::new(), inner: Html::new() }
}

/// A link, if the address is one of the web or of a part of this page; otherwise the text alone, so that a pack's text
/// cannot smuggle in another scheme.
pub fn link(address: &str, text: &str) -> Html {
    let is_safe = address.starts_with("https://") || address.starts_with("http://") || address.starts_with('#');
    if is_safe { element("a").attribute("href", address).text(text).into() } else { Html::from(text) }
}

impl Element {
    /// The same with an attribute, whose value is read as text.
    #[must_use]
    pub fn attribute(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.attributes.push(' ');
        self.attributes.push_str(name);
        self.attributes.push_str("=\"");
        escape(&clean(value.as_ref()), &mut self.attributes);
        self.attributes.push('"');
        self
    }

    /// The same with a class.
    #[must_use]
    pub fn class(self, class: &'static str) -> Self {
        self.attribute("class", class)
    }

    /// The same with a text in it.
    #[must_use]
    pub fn text(mut self, text: impl AsRef<str>) -> Self {
        self.inner = self.inner.text(text);
        self
    }

    /// The same with another piece in it.
    #[must_use]
    pub fn with(mut self, piece: impl Into<Html>) -> Self {
        self.inner = self.inner.with(piece);
        self
    }

    /// The same with many pieces in it.
    #[must_use]
    pub fn all<T: Into<Html>>(mut self, pieces: impl IntoIterator<Item = T>) -> Self {
        self.inner = self.inner.all(pieces);
        self
    }
}

impl From<Element> for Html {
    fn from(element: Element) -> Self {
        const WITHOUT_END: [&str; 5] = ["br", "col", "hr", "input", "meta"];
        let Element { name, attributes, inner } = element;
        let mut written = format!("<{name}{attributes}>");
        if !WITHOUT_END.contains(&name) {
            written.push_str(&inner.written);
            let _ = write!(written, "</{name}>");
        }
        // A page that is compared line by line has its larger parts on lines of their own.
        if matches!(name, "p" | "li" | "tr" | "h1" | "h2" | "h3" | "h4" | "section" | "table" | "ul" | "div" | "thead")
        {
            written.push('\n');
        }
        Self { written }
    }
}

/// A part of a page that its contents name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    level: usize,
    id: String,
    title: String,
}

/// A page.
///
/// Its parts come in order: [`Page::heading`] begins one and lists it in the contents, [`Page::add`] goes on with it.
#[derive(Clone, Debug)]
pub struct Page {
    title: String,
    styles: Vec<&'static str>,
    scripts: Vec<&'static str>,
    ids: BTreeSet<String>,
    lead: Html,
    parts: Vec<Part>,
    body: Html,
    foot: Html,
}

impl Page {
    /// A page with a title, which is its first heading, too.
    pub fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            styles: Vec::new(),
            scripts: Vec::new(),
            ids: BTreeSet::new(),
            lead: Html::new(),
            parts: Vec::new(),
            body: Html::new(),
            foot: Html::new(),
        }
    }

    /// Adds rules of style of this kind of page, after those that all pages share.
    ///
    /// They are to use the colours that `page.css` names, which are right in light and in dark.
    pub fn style(&mut self, rules: &'static str) {
        self.styles.push(rules);
    }

    /// Adds a script of this kind of page. The page says everything without it, and the browser is told to run no other.
    pub fn script(&mut self, text: &'static str) {
        self.scripts.push(text);
    }

    /// Adds to what stands under the title.
    pub fn lead(&mut self, piece: impl Into<Html>) {
        self.lead = std::mem::take(&mut self.lead).with(piece);
    }

    /// Begins a part: level 2 is a chapter, level 3 a section of it, level 4 is not listed in the contents.
    ///
    /// The id is what a link to it names; one that is there already gets a number.
    pub fn heading(&mut self, level: usize, id: &str, title: &str) {
        let id = self.free_id(id);
        self.add(headline(level).attribute("id", &id).text(title));
        self.ids.insert(id.clone());
        self.parts.push(Part { level, id, title: title.to_owned() });
    }

    /// Goes on with the part begun last.
    pub fn add(&mut self, piece: impl Into<Html>) {
        self.body = std::mem::take(&mut self.body).with(piece);
    }

    /// Adds to what stands at the end, in small letters.
    pub fn foot(&mut self, piece: impl Into<Html>) {
        self.foot = std::mem::take(&mut self.foot).with(piece);
    }

    fn free_id(&self, id: &str) -> String {
        let wanted = identifier(id);
        let taken = |id: &str| matches!(id, "page" | "contents") || self.ids.contains(id);
        if !taken(&wanted) {
            return wanted;
        }
        // Two of the numbers may stand for the page and its contents, and one is free among the rest.
        let mut numbers = 2..self.ids.len() + 5;
        numbers.find_map(|number| Some(format!("{wanted}-{number}")).filter(|id| !taken(id))).unwrap_or(wanted)
    }

    /// The contents: a list of chapters, each with its sections.
    fn contents(&self) -> Html {
        let mut chapters: Vec<(&Part, Vec<&Part>)> = Vec::new();
        for part in &self.parts {
            match (part.level, chapters.last_mut()) {
                (2, _) => chapters.push((part, Vec::new())),
                (3, Some((_, sections))) => sections.push(part),
                _ => {}
            }
        }
        if chapters.len() < 2 {
            return Html::new();
        }
        let entry = |part: &Part| element("li").with(link(&format!("#{}", part.id), &part.title));
        let entries = chapters.into_iter().map(|(chapter, sections)| {
            let below = element("ul").all(sections.iter().map(|part| entry(part)));
            if sections.is_empty() { entry(chapter) } else { entry(chapter).with(below) }
        });
        element("nav")
            .attribute("aria-label", "Contents")
            .with(element("p").attribute("id", "contents").class("contents").text("Contents"))
            .with(element("ul").all(entries))
            .into()
    }

    /// The page, whole.
    pub fn render(self) -> String {
        let contents = self.contents();
        let body = Html::new()
            .with(element("a").class("skip").attribute("href", "#page").text("Skip to the text"))
            .with(element("header").with(element("h1").text(&self.title)).with(self.lead))
            .with(
                element("div")
                    .class(if contents.is_empty() { "alone" } else { "columns" })
                    .with(contents)
                    .with(element("main").attribute("id", "page").attribute("tabindex", "-1").with(self.body)),
            )
            .with(if self.foot.is_empty() { Html::new() } else { element("footer").with(self.foot).into() });
        let mut title = String::new();
        escape(&clean(&self.title), &mut title);
        // The style is the program's own, and is the only text of a page that is not escaped.
        let style = std::iter::once(STYLE).chain(self.styles).collect::<Vec<_>>().join("\n");
        let policy = script::policy(&self.scripts);
        let scripts: Vec<String> = self.scripts.iter().map(|text| format!("<script>{text}</script>\n")).collect();
        let scripts = scripts.concat();
        format!(
            "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <link rel=\"icon\" href=\"data:,\">\n\
             <title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{}{scripts}</body>\n</html>\n",
            body.written
        )
    }
}

/// The heading of a level; one that there is not is the nearest that there is.
fn headline(level: usize) -> Element {
    element(match level {
        0..=2 => "h2",
        3 => "h3",
        _ => "h4",
    })
}

/// A table that is too wide for the page moves within its frame, by keyboard too. The caption names it.
pub fn framed(caption: &str, table: Element) -> Html {
    element("div")
        .class("frame")
        .attribute("role", "region")
        .attribute("tabindex", "0")
        .attribute("aria-label", caption)
        .with(table)
        .into()
}

/// The same text as the id of a part: small letters, digits and `-`.
pub fn identifier(text: &str) -> String {
    let mut id = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            letter if letter.is_alphanumeric() => id.extend(letter.to_lowercase()),
            _ if id.is_empty() || id.ends_with('-') => {}
            _ => id.push('-'),
        }
    }
    let id = id.trim_end_matches('-');
    if id.is_empty() { "part".to_owned() } else { id.to_owned() }
}

fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Titles that would do harm if they were read as anything but text.
    const HOSTILE: [&str; 6] = [
        "<script>alert(1)</script>",
        "\" onmouseover=\"alert(1)",
        "' style='x",
        "</title></style><img src=x onerror=alert(1)>",
        "&lt;b&gt; ]]> --> <!--",
        "\u{202e}evil\u{0}\u{1b}[31m",
    ];

    #[test]
    fn a_hostile_text_stays_text_wherever_it_stands() {
        for text in HOSTILE {
            let mut page = Page::new(text);
            page.lead(element("p").text(text));
            page.heading(2, text, text);
            page.add(framed(text, element("table").attribute("data-x", text).with(link(text, text))));
            page.heading(2, text, text);
            page.foot(Html::from(text));
            let page = page.render();
            let body = page.split_once("</style>").expect("a page has a style").1;
            for tag in ["<script", "<img", "<b>", "<!--", "</title>", "</style>"] {
                let head = page.matches("</title>").count() + page.matches("</style>").count();
                assert_eq!(head, 2, "{text} closes a part of the head");
                assert!(!body.contains(tag), "{text} makes a {tag}: {page}");
            }
            assert!(
                !body.contains("=\"alert") && !body.contains("onmouseover=\""),
                "{text} makes an attribute: {page}"
            );
            assert!(!page.contains(['\u{202e}', '\u{0}', '\u{1b}']), "{text} keeps what is hidden");
        }
    }

    #[test]
    fn only_addresses_of_the_web_become_links() {
        assert_eq!(
            link("https://example.org/?a=1&b=2", "x").as_str(),
            r#"<a href="https://example.org/?a=1&amp;b=2">x</a>"#
        );
        assert_eq!(link("javascript:alert(1)", "x").as_str(), "x");
        assert_eq!(link("data:text/html,x", "x").as_str(), "x");
        assert_eq!(link(" https://example.org", "x").as_str(), "x");
    }

    #[test]
    fn ids_are_words_and_no_two_are_the_same() {
        assert_eq!(identifier("Where the £ goes: 100%!"), "where-the-goes-100");
        assert_eq!(identifier("\"<>"), "part");
        let mut page = Page::new("Two of a kind");
        for title in ["Funds", "funds", "page", "Contents"] {
            page.heading(2, title, title);
        }
        let ids: Vec<&str> = page.parts.iter().map(|part| part.id.as_str()).collect();
        assert_eq!(ids, ["funds", "funds-2", "page-2", "contents-2"]);
    }

    #[test]
    fn a_page_lists_its_parts_and_loads_nothing() {
        let mut page = Page::new("Winter beds");
        page.lead(element("p").text("For 2015-16."));
        page.heading(2, "funds", "Funds");
        page.heading(3, "grant", "The grant");
        page.add(element("p").text("Paid once."));
        page.heading(2, "sources", "Sources");
        page.foot(element("p").text("Version 1.0.0."));
        let page = page.render();
        insta::assert_snapshot!(page.split_once("<body>").expect("a page has a body").1.trim(), @r##"
        <a class="skip" href="#page">Skip to the text</a><header><h1>Winter beds</h1>
        <p>For 2015-16.</p>
        </header><div class="columns"><nav aria-label="Contents"><p id="contents" class="contents">Contents</p>
        <ul><li><a href="#funds">Funds</a><ul><li><a href="#grant">The grant</a></li>
        </ul>
        </li>
        <li><a href="#sources">Sources</a></li>
        </ul>
        </nav><main id="page" tabindex="-1"><h2 id="funds">Funds</h2>
        <h3 id="grant">The grant</h3>
        <p>Paid once.</p>
        <h2 id="sources">Sources</h2>
        </main></div>
        <footer><p>Version 1.0.0.</p>
        </footer></body>
        </html>
        "##);
        for address in ["http://", "https://", "url(", "@import", "<script", "src="] {
            assert!(!page.contains(address), "{address} is in the page");
        }
    }
}
