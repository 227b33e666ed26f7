//! How the money of a fund flows, drawn: as SVG for a page, as Mermaid for Markdown, and in words for whoever cannot see.
//!
//! A drawing is a column of boxes, from the fund to where its money ends, with a box at the side for what may happen on
//! the way. It is as wide as a phone, so its letters keep their size.

use std::fmt::Write as _;

use ringfence_core::outline::{FundOutline, Outline, OverPaid, Reference};
use ringfence_core::pack::Pack;

use crate::document::{capital, clean};
use crate::html::{Element, Html, element};

/// The most letters of an amount in words; a longer one is told beside the drawing.
const LONGEST: usize = 110;

/// The flow of one fund's money.
#[derive(Debug)]
pub(super) struct Flow {
    id: String,
    title: String,
    steps: Vec<Step>,
    ends: Vec<Shape>,
}

/// A box in the column, and one at its side.
#[derive(Debug)]
struct Step {
    shape: Shape,
    aside: Option<(&'static str, Shape)>,
}

/// A box: a title and some lines.
#[derive(Debug)]
struct Shape {
    kind: &'static str,
    title: String,
    lines: Vec<String>,
}

impl Shape {
    fn new(kind: &'static str, title: impl Into<String>) -> Self {
        Self { kind, title: title.into(), lines: Vec::new() }
    }

    fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// `Performance fund: Size of the performance fund.`
    fn told(&self) -> String {
        if self.lines.is_empty() { self.title.clone() } else { format!("{}: {}", self.title, self.lines.join("; ")) }
    }
}

impl Flow {
    pub(super) fn of(fund: &FundOutline, pack: &Pack, outline: &Outline) -> Self {
        let amount = in_short(fund.amount.says.as_ref().map(ToString::to_string));
        let mut steps = vec![Step { shape: Shape::new("money", &fund.title).line(amount), aside: None }];
        if !fund.suspended.is_empty() {
            let aside = ("on such a day", Shape::new("withheld", "Withheld").line("what is not paid yet"));
            let shape = Shape::new("gate", "Payments may be suspended").line("on the days told below");
            steps.push(Step { shape, aside: Some(aside) });
        }
        if !fund.gates.is_empty() {
            steps.push(gates(&fund.gates));
        }
        steps.push(release(fund, outline));
        let mut ends = vec![Shape::new("released", "Released").line(format!("to the {}", pack.recipient()))];
        if fund.release.is_some() {
            ends.push(match &fund.redirect {
                Some(to) => Shape::new("redirected", "Redirected").line(format!("the rest, to {to}")),
                None => Shape::new("withheld", "Withheld").line("the rest"),
            });
        }
        Self { id: fund.id.clone(), title: fund.title.clone(), steps, ends }
    }

    /// The drawing in words.
    fn told(&self) -> String {
        let mut told = Vec::new();
        for step in &self.steps {
            told.push(step.shape.told());
            told.extend(step.aside.iter().map(|(when, shape)| format!("{when}, {}", shape.told())));
        }
        let ends: Vec<String> = self.ends.iter().map(Shape::told).collect();
        format!("{}. In the end: {}.", told.join(". Then: "), ends.join(". "))
    }

    /// The drawing as Mermaid.
    pub(super) fn mermaid(&self) -> String {
        let mut out = "flowchart TD\n".to_owned();
        for (at, step) in self.steps.iter().enumerate() {
            let _ = writeln!(out, "    s{at}[\"{}\"]", label(&step.shape));
            if at > 0 {
                let _ = writeln!(out, "    s{} --> s{at}", at - 1);
            }
            if let Some((when, shape)) = &step.aside {
                let _ = writeln!(out, "    a{at}([\"{}\"])\n    s{at} -. \"{}\" .-> a{at}", label(shape), coded(when));
            }
        }
        let last = self.steps.len().saturating_sub(1);
        for (at, end) in self.ends.iter().enumerate() {
            let _ = writeln!(out, "    e{at}([\"{}\"])\n    s{last} --> e{at}", label(end));
        }
        out
    }

    /// The drawing as SVG.
    pub(super) fn svg(&self) -> Html {
        Drawing::default().draw(self)
    }
}

fn gates(gates: &[Reference]) -> Step {
    let title = if gates.len() == 1 { "Is this condition met?" } else { "Are all these conditions met?" };
    let shape = gates.iter().fold(Shape::new("gate", title), |shape, gate| shape.line(format!("• {}", gate.title)));
    let aside =
        Shape::new("withheld", "Withheld").line("all of it, while one is unmet").line("(undecided, while one is open)");
    Step { shape, aside: Some(("if not", aside)) }
}

fn release(fund: &FundOutline, outline: &Outline) -> Step {
    let due = in_short(fund.release.as_ref().and_then(|release| release.says.as_ref()).map(ToString::to_string));
    let shape = match (&fund.release, fund.tranches, fund.cumulative) {
        (None, ..) => Shape::new("step", "All of it is due"),
        (Some(_), false, _) => Shape::new("step", "What is due").line(due),
        (Some(_), true, cumulative) => {
            let each = outline.periods.as_deref().unwrap_or("each period");
            let what =
                if cumulative { "What is due to date, less what was paid" } else { "What is due for the period" };
            Shape::new("step", what).line(capital(each)).line(due)
        }
    };
    let over = match fund.over_payment {
        _ if !(fund.tranches && fund.cumulative) => None,
        OverPaid::Stays => Some(Shape::new("released", "Stays paid").line("nothing is taken back")),
        OverPaid::Recovered => Some(Shape::new("withheld", "Recovered").line("the difference")),
        OverPaid::Carried => Some(Shape::new("step", "Set off").line("against later periods")),
    };
    Step { shape, aside: over.map(|shape| ("paid too much", shape)) }
}

/// What a fund amounts to, if that is short.
fn in_short(told: Option<String>) -> String {
    match told {
        Some(told) if told.chars().count() <= LONGEST => told,
        _ => "as told below".to_owned(),
    }
}

/// A box as a label of Mermaid.
fn label(shape: &Shape) -> String {
    let lines = shape.lines.iter().map(|line| format!("<br>{}", coded(line)));
    format!("<b>{}</b>{}", coded(&shape.title), lines.collect::<String>())
}

/// A text as Mermaid reads it: letters and digits as they are, whatever could mean something by its code.
fn coded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in clean(text).chars() {
        if letter.is_alphanumeric()
            || matches!(letter, ' ' | ',' | '.' | '“' | '”' | '’' | '•' | '£' | '-' | '×' | '÷' | '−')
        {
            out.push(letter);
        } else {
            let _ = write!(out, "#{};", u32::from(letter));
        }
    }
    out
}

const WIDTH: u32 = 400;
/// The column of steps, and the boxes at its side.
const MAIN: u32 = 256;
const ASIDE: u32 = 112;
const LINE: u32 = 17;
const PAD: u32 = 10;
const GAP: u32 = 30;
/// A drawing while it grows downwards.
#[derive(Default)]
struct Drawing {
    /// The end of the last step, with what stands at its side.
    y: u32,
    /// The end of its own box, where the way goes on.
    from: u32,
    pieces: Html,
}

impl Drawing {
    fn draw(mut self, flow: &Flow) -> Html {
        self.y = 1;
        for (at, step) in flow.steps.iter().enumerate() {
            if at > 0 {
                self.arrow_down(MAIN / 2);
            }
            let top = self.y;
            let own = self.shape(&step.shape, 1, top, MAIN);
            let mut bottom = top + own;
            if let Some((when, shape)) = &step.aside {
                let x = WIDTH - ASIDE - 1;
                self.across(MAIN + 1, x, top + LINE + PAD / 2);
                let words = self.words(when, x, top + LINE, ASIDE, "when");
                bottom = bottom.max(top + words + self.shape(shape, x, top + words, ASIDE));
            }
            (self.y, self.from) = (bottom, top + own);
        }
        let gap = 16;
        let count = u32::try_from(flow.ends.len()).unwrap_or(1).max(1);
        let width = if count == 1 { MAIN } else { (WIDTH - 2 - gap * (count - 1)) / count };
        let top = self.y + GAP;
        let mut bottom = top;
        for (at, end) in (0..).zip(&flow.ends) {
            let x = 1 + at * (width + gap);
            self.line_to(MAIN / 2, self.from, x + width / 2, top);
            bottom = bottom.max(top + self.shape(end, x, top, width));
        }
        let height = bottom + 2;
        let (title, desc) = (format!("flow-{}-title", flow.id), format!("flow-{}-desc", flow.id));
        let named = |name: &'static str, id: &str, text: String| element(name).attribute("id", id).text(text);
        element("svg")
            .class("flow")
            .attribute("viewBox", format!("0 0 {WIDTH} {height}"))
            .attribute("role", "img")
            .attribute("aria-labelledby", format!("{title} {desc}"))
            .with(named("title", &title, format!("How the money flows: {}", flow.title)))
            .with(named("desc", &desc, flow.told()))
            .with(self.pieces)
            .into()
    }

    fn add(&mut self, piece: Element) {
        self.pieces = std::mem::take(&mut self.pieces).with(piece);
    }

    /// A box with its words; how high it is.
    fn shape(&mut self, shape: &Shape, x: u32, y: u32, width: u32) -> u32 {
        let room = width.saturating_sub(2 * PAD);
        let title: Vec<String> = wrapped(&shape.title, room, Weight::Bold);
        let lines: Vec<String> = shape.lines.iter().flat_map(|line| wrapped(line, room, Weight::Plain)).collect();
        let count = u32::try_from(title.len() + lines.len()).unwrap_or(u32::MAX / LINE / 2);
        let height = count * LINE + 2 * PAD - 2;
        self.add(
            element("rect")
                .class(shape.kind)
                .attribute("x", x.to_string())
                .attribute("y", y.to_string())
                .attribute("width", width.to_string())
                .attribute("height", height.to_string())
                .attribute("rx", "6"),
        );
        let titles = title.iter().map(|line| (line, "title"));
        for (at, (line, class)) in (1..).zip(titles.chain(lines.iter().map(|line| (line, "line")))) {
            self.write(line, x + PAD, y + PAD - 5 + at * LINE, class);
        }
        height
    }

    /// Small words above a box; how much room they take.
    fn words(&mut self, words: &str, x: u32, y: u32, width: u32, class: &'static str) -> u32 {
        let lines = wrapped(words, width, Weight::Plain);
        for (at, line) in (0..).zip(&lines) {
            self.write(line, x, y - 5 + at * LINE, class);
        }
        u32::try_from(lines.len()).unwrap_or(1) * LINE + 2
    }

    fn write(&mut self, text: &str, x: u32, y: u32, class: &'static str) {
        self.add(element("text").class(class).attribute("x", x.to_string()).attribute("y", y.to_string()).text(text));
    }

    fn arrow_down(&mut self, x: u32) {
        self.line_to(x, self.from, x, self.y + GAP);
        self.y += GAP;
    }

    /// A line with its head, straight down or by way of a corner.
    fn line_to(&mut self, x: u32, y: u32, to_x: u32, to_y: u32) {
        let middle = to_y.saturating_sub(GAP / 2 + 3);
        let path = if x == to_x { format!("M{x} {y}V{to_y}") } else { format!("M{x} {y}V{middle}H{to_x}V{to_y}") };
        self.add(element("path").class("arrow").attribute("d", path));
        let head = format!("M{} {}L{to_x} {to_y}L{} {}", to_x - 5, to_y - 8, to_x + 5, to_y - 8);
        self.add(element("path").class("arrow").attribute("d", head));
    }

    fn across(&mut self, x: u32, to_x: u32, y: u32) {
        self.add(element("path").class("arrow aside").attribute("d", format!("M{x} {y}H{to_x}")));
        let head = format!("M{} {}L{to_x} {y}L{} {}", to_x - 8, y - 5, to_x - 8, y + 5);
        self.add(element("path").class("arrow").attribute("d", head));
    }
}

/// A text in lines of at most so many units of breadth; a word that is longer is broken.
fn wrapped(text: &str, room: u32, weight: Weight) -> Vec<String> {
    let room = room * 10;
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let whole: u32 = word.chars().map(|letter| breadth(letter, weight)).sum();
        let space = if line.is_empty() { 0 } else { breadth(' ', weight) };
        if space > 0 && length + space + whole > room {
            lines.push(std::mem::take(&mut line));
            length = 0;
        } else if space > 0 {
            line.push(' ');
            length += space;
        }
        for letter in word.chars() {
            let own = breadth(letter, weight);
            if length + own > room && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                length = 0;
            }
            line.push(letter);
            length += own;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// How heavy letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    Plain,
    Bold,
}

/// How broad a letter is, in tenths of a unit, in the broadest of the fonts that a page may be shown in.
fn breadth(letter: char, weight: Weight) -> u32 {
    let plain = match letter {
        ' ' => 42,
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | '.' | ',' | ':' | ';' | '\'' | '’' | '|' | '!' | '(' | ')' => 54,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 130,
        letter if letter.is_ascii_uppercase() => 100,
        letter if letter.is_ascii() => 84,
        letter if letter < '\u{1100}' || ('\u{2000}'..='\u{22ff}').contains(&letter) => 110,
        _ => 140,
    };
    match weight {
        Weight::Plain => plain,
        Weight::Bold => plain * 23 / 20,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_label_is_read_as_mermaid() {
        let told = "a #34;b#34;#93; --#62; c #60;script#62; #96;d#96; #35;1#59; #123;x#125; #37;#37;";
        assert_eq!(coded("a \"b\"] --> c <script> `d` #1; {x} %%"), told);
    }

    #[test]
    fn no_line_is_longer_than_its_room() {
        let plain = |text, room| wrapped(text, room, Weight::Plain);
        assert_eq!(plain("All services run seven days a week", 100), ["All services", "run seven", "days a week"]);
        assert_eq!(plain("Donaudampfschiff", 70), ["Donauda", "mpfschiff"]);
        assert_eq!(plain("漢字漢字漢字", 60), ["漢字漢字", "漢字"]);
        assert_eq!(plain("W", 1), ["W"]);
        assert!(plain("", 8).is_empty());
        assert!(wrapped("of the fund", 76, Weight::Bold).len() > plain("of the fund", 76).len());
    }
}
