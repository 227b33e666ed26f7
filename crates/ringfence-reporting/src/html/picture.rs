//! Drawings of money, as SVG.
//!
//! Places are whole numbers: tenths of the unit that a page shows, worked out from pence without a float. A drawing is
//! never the only place of a figure: a table beside it has each, and the drawing says in words what it shows.

use ringfence_core::money::{Currency, Money};

use super::{Element, Html, element};

/// The width of every drawing, in tenths of a unit.
const WIDTH: i64 = 10_000;
/// Letters of a label that fit a line beside a drawing.
const LETTERS: usize = 34;
/// From line to line of a label.
const LINE: i64 = 190;

/// The part of `size` that `part` is of `whole`; nothing where there is no whole.
fn scaled(part: Money, whole: Money, size: i64) -> i64 {
    let (part, whole) = (i128::from(part.pence()), i128::from(whole.pence()));
    if whole <= 0 || part <= 0 {
        return 0;
    }
    i64::try_from((part * i128::from(size) + whole / 2) / whole).unwrap_or(size).min(size)
}

/// The patterns that tell the parts of a fund apart without colour. They stand on a page once.
pub(super) fn patterns() -> Html {
    let pattern = |word: &str, size: i64, marks: Element| {
        element("pattern")
            .attribute("id", format!("p-{word}"))
            .attribute("width", size.to_string())
            .attribute("height", size.to_string())
            .attribute("patternUnits", "userSpaceOnUse")
            .with(rectangle(0, 0, size, size).attribute("class", format!("k-{word}")))
            .with(marks.class("mark"))
    };
    let path = |d: &str| element("path").attribute("d", d);
    let all = [
        pattern("undetermined", 80, path("M-20 60 L60 -20 M0 100 L100 0 M20 120 L120 20")),
        pattern("redirected", 80, path("M0 40 H80")),
        pattern("withheld", 80, path("M20 20 h20 v20 h-20 z M60 60 h20 v20 h-20 z")),
        pattern("recovered", 80, path("M0 0 L80 80 M80 0 L0 80")),
    ];
    element("svg")
        .class("patterns")
        .attribute("aria-hidden", "true")
        .attribute("width", "0")
        .attribute("height", "0")
        .with(element("defs").all(all))
        .into()
}

/// What the patterns stand for: each part in words, with a swatch.
pub(super) fn legend(parts: &[(&str, &str)], line: Option<&str>) -> Html {
    let swatch = |drawn: Element| {
        element("svg").class("swatch").attribute("viewBox", "0 0 200 200").attribute("aria-hidden", "true").with(drawn)
    };
    let parts = parts
        .iter()
        .map(|(word, says)| element("li").with(swatch(part(word, rectangle(0, 0, 200, 200)))).text(format!(" {says}")));
    let line = line.map(|says| {
        let drawn = element("path").attribute("d", "M0 100 H200").class("earned");
        element("li").with(swatch(drawn)).text(format!(" {says}"))
    });
    element("ul").class("legend").all(parts).all(line).into()
}

fn rectangle(x: i64, y: i64, width: i64, height: i64) -> Element {
    element("rect")
        .attribute("x", x.to_string())
        .attribute("y", y.to_string())
        .attribute("width", width.to_string())
        .attribute("height", height.to_string())
}

/// A shape filled as a part of a fund is.
fn part(word: &str, shape: Element) -> Element {
    shape.attribute("class", format!("f-{word}"))
}

/// A drawing, with what it shows in words for whoever does not see it.
fn drawing(id: &str, height: i64, title: &str, says: &str, inner: Html) -> Html {
    let svg = element("svg")
        .class("drawing")
        .attribute("viewBox", format!("0 0 {WIDTH} {height}"))
        .attribute("role", "img")
        .attribute("aria-labelledby", format!("{id}-title {id}-says"))
        .with(element("title").attribute("id", format!("{id}-title")).text(title))
        .with(element("desc").attribute("id", format!("{id}-says")).text(says))
        .with(inner);
    element("div")
        .class("frame")
        .attribute("role", "region")
        .attribute("tabindex", "0")
        .attribute("aria-label", title)
        .with(svg)
        .into()
}

/// A text at a place; `class` says where it is anchored.
fn text(x: i64, y: i64, class: &'static str, says: &str) -> Element {
    element("text").class(class).attribute("x", x.to_string()).attribute("y", y.to_string()).text(says)
}

/// The words of a label in lines, the amount last.
struct Label {
    words: Vec<String>,
    amount: String,
}

impl Label {
    fn new(words: &str, amount: String) -> Self {
        Self { words: broken(words, LETTERS), amount }
    }

    /// How much room it needs, downwards.
    fn height(&self) -> i64 {
        LINE * (length(self.words.len()) + 1)
    }

    fn draw(&self, x: i64, middle: i64, class: &'static str) -> Html {
        let top = middle - self.height() / 2 + LINE * 3 / 4;
        let lines = (0..).zip(&self.words).map(|(at, line)| text(x, top + at * LINE, class, line));
        let amount = element("text")
            .attribute("class", format!("{class} amount"))
            .attribute("x", x.to_string())
            .attribute("y", (top + length(self.words.len()) * LINE).to_string())
            .text(&self.amount);
        Html::new().all(lines).with(amount)
    }
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / WIDTH)
}

/// The text in lines of at most so many letters, where it has spaces to break at.
fn broken(words: &str, letters: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= letters => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A fund on its way.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// What it is called.
    pub(super) title: String,
    /// What goes where: the place among the [`Goal`]s, and how much.
    pub(super) goes: Vec<(usize, Money)>,
}

/// Where money goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Goal {
    /// The word of the disposition.
    pub(super) word: &'static str,
    /// In words, with the destination.
    pub(super) says: String,
}

/// Something with a height, a label and a place.
struct Node {
    label: Label,
    amount: Money,
    top: i64,
    height: i64,
    /// How much of the height has a band already.
    taken: i64,
}

/// The money's way from each fund to where it goes. Nothing where there is no money to draw.
pub(super) fn flow(id: &str, title: &str, currency: &Currency, sources: &[Source], goals: &[Goal]) -> Option<Html> {
    const TALL: i64 = 3_200;
    let all = sum(sources.iter().flat_map(|source| source.goes.iter().map(|(_, amount)| *amount)))?;
    if all.is_zero() {
        return None;
    }
    let node = |words: &str, amount: Money| Node {
        label: Label::new(words, currency.show(amount)),
        amount,
        top: 0,
        height: scaled(amount, all, TALL).max(20),
        taken: 0,
    };
    let mut left = Vec::new();
    for source in sources {
        left.push(node(&source.title, sum(source.goes.iter().map(|(_, amount)| *amount))?));
    }
    let mut right = Vec::new();
    for at in 0..goals.len() {
        let goal = goals.get(at)?;
        let to_it = sources.iter().flat_map(|source| &source.goes).filter(|(goal, _)| *goal == at);
        right.push(node(&goal.says, sum(to_it.map(|(_, amount)| *amount))?));
    }
    let height = place(&mut left).max(place(&mut right));
    let mut bands = Html::new();
    let mut told = Vec::new();
    for (source, from) in sources.iter().zip(&mut left) {
        for (at, amount) in source.goes.iter().filter(|(_, amount)| !amount.is_zero()) {
            let (goal, to) = (goals.get(*at)?, right.get_mut(*at)?);
            bands = bands.with(band(from, to, *amount, all, TALL, goal.word));
            told.push(format!("{} of {}: {}", currency.show(*amount), source.title, goal.says));
        }
    }
    let bar = |node: &Node, x: i64| rectangle(x, node.top, 160, node.height);
    let ends = left
        .iter()
        .map(|node| {
            let middle = node.top + node.height / 2;
            Html::from(bar(node, 3_000).class("node")).with(node.label.draw(2_900, middle, "end"))
        })
        .chain(goals.iter().zip(&right).map(|(goal, node)| {
            let middle = node.top + node.height / 2;
            Html::from(part(goal.word, bar(node, 6_840))).with(node.label.draw(7_100, middle, "start"))
        }));
    Some(drawing(id, height, title, &format!("{}.", told.join("; ")), bands.all(ends)))
}

/// The sum; nothing where an amount is less than nothing, which cannot be drawn.
fn sum(mut amounts: impl Iterator<Item = Money>) -> Option<Money> {
    amounts.try_fold(Money::ZERO, |sum, amount| sum.plus(amount).ok().filter(|_| !amount.is_negative()))
}

/// Places nodes below each other, each with room for its label; gives the height of all.
fn place(nodes: &mut [Node]) -> i64 {
    const BETWEEN: i64 = 160;
    let mut top = 60;
    for node in nodes {
        let room = node.height.max(node.label.height());
        node.top = top + (room - node.height) / 2;
        top += room + BETWEEN;
    }
    top
}

/// A band from one node to another, as wide as its amount.
fn band(from: &mut Node, to: &mut Node, amount: Money, all: Money, tall: i64, word: &str) -> Element {
    let wide = scaled(amount, all, tall).max(15);
    let (start, end) = (from.top + from.taken, to.top + to.taken);
    from.taken += if amount == from.amount { from.height } else { wide };
    to.taken += if amount == to.amount { to.height } else { wide };
    let (below_start, below_end) = (start + wide.max(20), end + wide.max(20));
    let d = format!(
        "M3160 {start} C5000 {start} 5000 {end} 6840 {end} V{below_end} C5000 {below_end} 5000 {below_start} 3160 {below_start} Z"
    );
    element("path").attribute("class", format!("band k-{word}")).attribute("d", d)
}

/// One recipient in the drawing of release against performance.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// What is told of it when it is pointed at.
    pub(super) says: String,
    /// The whole.
    pub(super) amount: Money,
    /// Its parts with their words, from below.
    pub(super) parts: Vec<(&'static str, Money)>,
    /// What the release rule gives, if that is known.
    pub(super) earned: Option<Money>,
}

/// For each recipient a column that is the whole of its amount, its parts shaded, with a line at what the release rule
/// gives.
pub(super) fn columns(id: &str, title: &str, says: &str, columns: &[Column]) -> Html {
    const TALL: i64 = 2_800;
    const TOP: i64 = 150;
    const LEFT: i64 = 1_000;
    let count = length(columns.len()).max(1);
    let edge = |at: i64| LEFT + (WIDTH - LEFT - 100) * at / count;
    let drawn = (0..).zip(columns).map(|(at, column)| {
        let (x, wide) = (edge(at), (edge(at + 1) - edge(at)).max(10));
        let gap = if wide > 60 { wide / 8 } else { 0 };
        let mut below = TOP + TALL;
        let mut sum = Money::ZERO;
        let parts: Vec<Element> = column
            .parts
            .iter()
            .filter(|(_, amount)| !amount.is_zero())
            .map(|(word, amount)| {
                sum = sum.plus(*amount).unwrap_or(sum);
                let top = TOP + TALL - scaled(sum, column.amount, TALL);
                let shape = part(word, rectangle(x, top, wide - gap, below - top));
                below = top;
                shape
            })
            .collect();
        let earned = column.earned.map(|earned| {
            let y = TOP + TALL - scaled(earned, column.amount, TALL);
            element("path").class("earned").attribute("d", format!("M{x} {y} h{}", wide - gap))
        });
        element("g").with(element("title").text(&column.says)).all(parts).all(earned)
    });
    let axis = [(0, "all"), (TALL / 2, "half"), (TALL, "nothing")].into_iter().map(|(down, word)| {
        let line = element("path").class("grid").attribute("d", format!("M{LEFT} {} H{}", TOP + down, WIDTH - 100));
        Html::from(line).with(text(LEFT - 100, TOP + down + 60, "end", word))
    });
    let inner = Html::new().all(axis).all(drawn);
    drawing(id, TOP + TALL + 150, title, says, inner)
}

/// One period in the drawing of instalments.
#[derive(Clone, Debug)]
pub(super) struct Instalment {
    /// The period.
    pub(super) period: String,
    /// The parts with their words, from below.
    pub(super) parts: Vec<(&'static str, Money)>,
    /// What the release rule gives.
    pub(super) earned: Money,
}

/// Each period as a column of its parts, with a line at what the release rule gives. Nothing where all is nothing.
pub(super) fn instalments(
    id: &str,
    title: &str,
    says: &str,
    currency: &Currency,
    instalments: &[Instalment],
) -> Option<Html> {
    const TALL: i64 = 2_400;
    const TOP: i64 = 400;
    const LEFT: i64 = 200;
    let total = |instalment: &Instalment| {
        instalment.parts.iter().try_fold(Money::ZERO, |sum, (_, amount)| sum.plus(*amount).ok())
    };
    let most = instalments.iter().filter_map(total).chain(instalments.iter().map(|one| one.earned)).max()?;
    if most <= Money::ZERO || instalments.iter().flat_map(|one| &one.parts).any(|(_, amount)| amount.is_negative()) {
        return None;
    }
    let count = length(instalments.len());
    let room = (WIDTH - 2 * LEFT) / count;
    let wide = (room * 3 / 5).min(1_200);
    let drawn = (0..).zip(instalments).map(|(at, instalment)| {
        let middle = LEFT + room * at + room / 2;
        let x = middle - wide / 2;
        let mut below = TOP + TALL;
        let mut sum = Money::ZERO;
        let parts: Vec<Element> = instalment
            .parts
            .iter()
            .filter(|(_, amount)| !amount.is_zero())
            .map(|(word, amount)| {
                sum = sum.plus(*amount).unwrap_or(sum);
                let top = TOP + TALL - scaled(sum, most, TALL);
                let shape = part(word, rectangle(x, top, wide, below - top));
                below = top;
                shape
            })
            .collect();
        let y = TOP + TALL - scaled(instalment.earned, most, TALL);
        let earned = element("path").class("earned").attribute("d", format!("M{} {y} h{}", x - 80, wide + 160));
        let above = below.min(y) - 90;
        let total = total(instalment).unwrap_or(sum);
        // Many periods leave no room for an amount above each; the table has them all.
        let amount = (count <= 6 && !sum.is_zero()).then(|| text(middle, above, "middle", &currency.show(total)));
        Html::new().all(parts).with(earned).all(amount).with(text(
            middle,
            TOP + TALL + 210,
            if count <= 10 { "middle" } else { "middle small" },
            &instalment.period,
        ))
    });
    let ground = element("path").class("grid").attribute("d", format!("M{LEFT} {} H{}", TOP + TALL, WIDTH - LEFT));
    let inner = Html::from(ground).all(drawn);
    Some(drawing(id, TOP + TALL + 350, title, says, inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_placed_without_a_float() {
        let pounds = |amount: i64| Money::from_pence(amount * 100);
        assert_eq!(scaled(pounds(1), pounds(3), 3_000), 1_000);
        assert_eq!(scaled(pounds(0), pounds(3), 3_000), 0);
        assert_eq!(scaled(pounds(4), pounds(3), 3_000), 3_000);
        assert_eq!(scaled(Money::from_pence(i64::MAX), Money::from_pence(i64::MAX), 3_000), 3_000);
        assert_eq!(scaled(pounds(1), Money::ZERO, 3_000), 0);
        assert_eq!(scaled(pounds(-1), pounds(3), 3_000), 0);
    }

    #[test]
    fn money_that_is_not_there_is_not_drawn() {
        let currency = Currency::new("GBP").unwrap();
        let goals = [Goal { word: "released", says: "Released".to_owned() }];
        let source = |pence| [Source { title: "Grant".to_owned(), goes: vec![(0, Money::from_pence(pence))] }];
        assert_eq!(flow("way", "The way", &currency, &source(0), &goals), None);
        assert_eq!(flow("way", "The way", &currency, &source(-5), &goals), None);
        let drawn = flow("way", "The way", &currency, &source(5), &goals).unwrap();
        assert!(drawn.as_str().contains("£0.05 of Grant: Released."), "{}", drawn.as_str());
    }
}
