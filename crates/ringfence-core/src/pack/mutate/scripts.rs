//! The small steps of scripts.

use super::turn::{self, Turn};
use super::written::{standing, stepped};
use super::{Edit, Mutant, Owner};
use crate::exact::{Exact, Rounding, RoundingMode};
use crate::language::ir::{Comparison, Expr, Fold, Kind, Over, Quantity};
use crate::language::library::Method;
use crate::language::value::{Num, Truth, Val};
use crate::pack::Pack;
use crate::source::Place;

/// The longest text of a part that words quote.
const MOST_QUOTED: usize = 60;

/// Every mutant of the scripts.
pub(super) fn mutants(pack: &Pack) -> Vec<Mutant> {
    let mut found = Vec::new();
    for owner in pack.owners() {
        let Some(script) = pack.script(owner) else { continue };
        let mut visitor = Visitor { pack, owner, of: pack.called(owner), next: 0, found: &mut found };
        visitor.visit(script, false);
    }
    found
}

struct Visitor<'p> {
    pack: &'p Pack,
    owner: Owner,
    of: String,
    next: usize,
    found: &'p mut Vec<Mutant>,
}

impl Visitor<'_> {
    /// Goes through the nodes in the order of their numbers. A part that its parent changes takes no step of its own.
    fn visit(&mut self, expr: &Expr, settled: bool) {
        let number = self.next;
        self.next += 1;
        if !settled {
            self.steps(expr, number);
        }
        for (at, below) in expr.below().into_iter().enumerate() {
            let settled = matches!(expr.kind, Kind::Share(_)) && at == 2 && turn::number(below).is_some();
            self.visit(below, settled);
        }
    }

    fn place(&self, expr: &Expr) -> Option<Place> {
        self.pack.sites.get(expr.site as usize).map(|site| site.place.clone())
    }

    fn add(&mut self, number: usize, place: &Place, change: (&str, &str), says: &str, turn: Turn) {
        let mutant = Mutant::new(place, &self.of, change, says).edit(Edit::Node(self.owner, number, turn));
        self.found.push(mutant);
    }

    fn steps(&mut self, expr: &Expr, number: usize) {
        let Some(place) = self.place(expr) else { return };
        let token = standing(&place);
        let token = token.as_str();
        match &expr.kind {
            Kind::Constant(value) => self.constant(*value, number, &place, token),
            // What is compared with a constant on both sides is the same for every case.
            Kind::Compare(comparison, sides) | Kind::CompareWords(comparison, sides)
                if token == comparison.symbol() && !sides.iter().all(|side| matches!(side.kind, Kind::Constant(_))) =>
            {
                self.comparison(*comparison, number, &place);
            }
            Kind::SameTruth { negated, .. } => {
                let (from, to) = if *negated { ("!=", "==") } else { ("==", "!=") };
                if token == from {
                    self.add(number, &place, (from, to), &format!("`{from}` becomes `{to}`"), Turn::SameTruth);
                }
            }
            Kind::And(parts) if token == "&&" => {
                self.add(
                    number,
                    &place,
                    ("&&", "||"),
                    "one of the parts is enough, where all must hold",
                    Turn::Junction,
                );
                self.drop_each(parts, number, &place);
            }
            Kind::Or(parts) if token == "||" => {
                self.add(number, &place, ("||", "&&"), "all parts must hold, where one is enough", Turn::Junction);
                self.drop_each(parts, number, &place);
            }
            Kind::Not(_) if token == "!" => {
                self.add(number, &place, ("!", ""), "the `!` is dropped: yes and no change places", Turn::Only(0));
            }
            Kind::Quantify { quantity, .. } => self.quantity(*quantity, number, &place, token),
            Kind::If(parts) => self.choice(parts, number, &place),
            Kind::OrElse(sides) if token == "??" => {
                let [_, fallback] = &**sides;
                // Money that does not apply is no money in any case.
                let is_money = number == 0 && matches!(self.owner, Owner::Amount(_) | Owner::Release(_));
                if is_money && turn::number(fallback) == Some(Exact::ZERO) {
                    return;
                }
                let fallback = self.said(fallback);
                let says = format!("nothing stands in for what does not apply, where `{fallback}` does");
                self.add(number, &place, (&format!("?? {fallback}"), ""), &says, Turn::Only(0));
            }
            Kind::Least(parts) | Kind::Greatest(parts) => self.limits(parts, number, &place, token),
            Kind::Clamp(parts) => {
                let [_, low, high] = &**parts;
                let (low, high) = (self.said(low), self.said(high));
                let says = format!("no lower limit, where `{low}` is one");
                self.add(number, &place, (&format!("lower limit {low}"), ""), &says, Turn::WithoutLowest);
                let says = format!("no upper limit, where `{high}` is one");
                self.add(number, &place, (&format!("upper limit {high}"), ""), &says, Turn::WithoutHighest);
            }
            Kind::Call(call) if ["cap", "floor_at"].contains(&call.function.name) => {
                let says = format!("the limit that `{}` sets is removed", call.function.name);
                self.add(number, &place, (call.function.name, ""), &says, Turn::Only(0));
            }
            Kind::Share(parts) => {
                let [.., otherwise] = &**parts;
                self.share(otherwise, number, &place);
            }
            Kind::Add(_) if token == "+" => self.opposite(number, &place, "+", "-"),
            Kind::Subtract(_) if token == "-" => self.opposite(number, &place, "-", "+"),
            Kind::Multiply(_) if token == "*" => self.opposite(number, &place, "*", "/"),
            Kind::Divide(_) if token == "/" => self.opposite(number, &place, "/", "*"),
            Kind::LeastRow(..) if token == "min" => self.opposite(number, &place, "min", "max"),
            Kind::GreatestRow(..) if token == "max" => self.opposite(number, &place, "max", "min"),
            Kind::Negate(_) if token == "-" => {
                self.add(number, &place, ("-", ""), "the minus sign is dropped", Turn::Only(0));
            }
            Kind::Magnitude(_) => {
                self.add(number, &place, ("abs", ""), "the sign counts, where it is left out", Turn::Only(0));
            }
            Kind::FoldSeries(fold, _) => self.fold(*fold, number, &place, token),
            Kind::Round(rounding, inner) => self.rounding(*rounding, inner, number, &place),
            Kind::Element { back, row: None, .. } if *back > 0 => {
                let says = format!("the value of {} before, where it is that of {back}", back - 1);
                let change = (&*format!("{back} before"), &*format!("{} before", back - 1));
                self.add(number, &place, change, &says, Turn::Back(back - 1));
            }
            Kind::Allocate(shared) if !shared.sharing.shares => {
                let (from, to) = match shared.sharing.method {
                    Method::LargestRemainder => ("largest-remainder", Method::RemainderToLast),
                    Method::RemainderToLast => ("remainder-to-last", Method::LargestRemainder),
                };
                let into = Method::ALL.iter().find(|(_, method)| *method == to).map_or("", |(word, _)| word);
                let says = format!("left-over pennies are shared out by `{into}`, not by `{from}`");
                self.add(number, &place, (from, into), &says, Turn::Method(to));
            }
            _ => {}
        }
        self.rows(expr, number, &place);
    }

    fn constant(&mut self, value: Val, number: usize, place: &Place, token: &str) {
        match value {
            Val::Truth(truth @ (Truth::True | Truth::False)) if ["true", "false"].contains(&token) => {
                let other = if truth == Truth::True { "false" } else { "true" };
                let turn = Turn::Constant(Val::Truth(truth.not()));
                self.add(number, place, (token, other), &format!("`{token}` becomes `{other}`"), turn);
            }
            Val::Num(known) => {
                // What stands at the place is the number itself, and not a function that holds one.
                if token.parse::<Exact>().ok() != known.known(&[]) {
                    return;
                }
                for text in stepped(token) {
                    let Some(stepped) = text.parse().ok().and_then(Num::narrow) else { continue };
                    let says = format!("`{token}` becomes `{text}`");
                    self.add(number, place, (token, &text), &says, Turn::Constant(Val::Num(stepped)));
                }
            }
            _ => {}
        }
    }

    fn comparison(&mut self, comparison: Comparison, number: usize, place: &Place) {
        let neighbour = match comparison {
            Comparison::Equal => Comparison::NotEqual,
            Comparison::NotEqual => Comparison::Equal,
            Comparison::Less => Comparison::AtMost,
            Comparison::AtMost => Comparison::Less,
            Comparison::Greater => Comparison::AtLeast,
            Comparison::AtLeast => Comparison::Greater,
        };
        let reversed = match comparison {
            Comparison::Less => Some(Comparison::Greater),
            Comparison::AtMost => Some(Comparison::AtLeast),
            Comparison::Greater => Some(Comparison::Less),
            Comparison::AtLeast => Some(Comparison::AtMost),
            Comparison::Equal | Comparison::NotEqual => None,
        };
        for other in [Some(neighbour), reversed].into_iter().flatten() {
            let (from, to) = (comparison.symbol(), other.symbol());
            let says = format!("{} (`{from}`) becomes {} (`{to}`)", in_words(comparison), in_words(other));
            self.add(number, place, (from, to), &says, Turn::Compare(other));
        }
    }

    fn drop_each(&mut self, parts: &[Expr], number: usize, place: &Place) {
        for (at, part) in parts.iter().enumerate().filter(|_| parts.len() > 1) {
            let said = self.said(part);
            self.add(number, place, (&said, ""), &format!("`{said}` is dropped"), Turn::Drop(at));
        }
    }

    fn quantity(&mut self, quantity: Quantity, number: usize, place: &Place, token: &str) {
        let others: &[Quantity] = match quantity {
            Quantity::All | Quantity::None => &[Quantity::Some],
            Quantity::Some => &[Quantity::All, Quantity::None],
        };
        let word = |quantity| match quantity {
            Quantity::All => "all",
            Quantity::Some => "some",
            Quantity::None => "none",
        };
        for other in others.iter().filter(|_| token == word(quantity)) {
            let says = format!("`{token}` becomes `{}`", word(*other));
            self.add(number, place, (token, word(*other)), &says, Turn::Quantity(*other));
        }
    }

    fn choice(&mut self, parts: &[Expr; 3], number: usize, place: &Place) {
        let [test, then, other] = parts;
        let (test, yes, no) = (self.said(test), self.said(then), self.said(other));
        let swap = format!("{yes} and {no}");
        self.add(
            number,
            place,
            ("", &format!("swap {swap}")),
            &format!("`{yes}` and `{no}` change places"),
            Turn::Branches,
        );
        for (at, said) in [(1, &yes), (2, &no)] {
            let says = format!("always `{said}`, whether `{test}` or not");
            self.add(number, place, ("", &format!("always {said}")), &says, Turn::Only(at));
        }
    }

    fn limits(&mut self, parts: &[Expr], number: usize, place: &Place, token: &str) {
        if token != "lesser_of" && token != "greater_of" {
            return;
        }
        for (at, part) in parts.iter().enumerate().filter(|_| parts.len() > 1) {
            let said = self.said(part);
            let says = format!("`{token}` no longer looks at `{said}`: that limit is removed");
            let turn = Turn::Drop(at);
            self.add(number, place, (&format!("{token} {said}"), ""), &says, turn);
        }
    }

    fn share(&mut self, otherwise: &Expr, number: usize, place: &Place) {
        let known = turn::number(otherwise);
        let to = if known == Some(Exact::ZERO) { Num::ONE } else { Num::ZERO };
        let (said, shown) = (self.said(otherwise), if to == Num::ONE { "1" } else { "0" });
        let says = format!("where the whole is nought the share is {shown}, not `{said}`");
        let change = (&*format!("share otherwise {said}"), &*format!("share otherwise {shown}"));
        self.add(number, place, change, &says, Turn::Part(2, Val::Num(to)));
    }

    fn opposite(&mut self, number: usize, place: &Place, from: &str, to: &str) {
        self.add(number, place, (from, to), &format!("`{from}` becomes `{to}`"), Turn::Opposite);
    }

    fn fold(&mut self, fold: Fold, number: usize, place: &Place, token: &str) {
        let this = ("this period alone", Turn::ThisPeriod);
        let turns = match fold {
            Fold::ToDate => vec![("total", Turn::Fold(Fold::Total)), this],
            Fold::HighestToDate | Fold::Change => vec![this],
            Fold::Total => Vec::new(),
        };
        for (into, turn) in turns {
            let says = format!("`{token}` becomes {}", if into == "total" { "the total of all periods" } else { into });
            // What stands there is the name of a function, and no other name does the same.
            self.add(number, place, ("", &format!("{token} to {into}")), &says, turn);
        }
    }

    fn rounding(&mut self, rounding: Rounding, inner: &Expr, number: usize, place: &Place) {
        let is_exact = |rounding| self.pack.is_exact(rounding, inner);
        let exact = is_exact(rounding);
        for other in roundings(rounding).into_iter().filter(|other| !(exact && is_exact(other.rounding))) {
            self.add(number, place, (&other.from, &other.to), &other.says, Turn::Rounding(other.rounding));
        }
        if !exact {
            self.add(number, place, ("rounding", ""), "is not rounded", Turn::Only(0));
        }
    }

    fn rows(&mut self, expr: &Expr, number: usize, place: &Place) {
        let Some(rows) = expr.kind.rows() else { return };
        for (at, filter) in rows.filters.iter().enumerate() {
            let said = self.said(filter);
            let filtered = self.place(filter).unwrap_or_else(|| place.clone());
            let says = format!("every record counts, not only those of which `{said}` holds");
            self.add(number, &filtered, (&format!("filter {said}"), ""), &says, Turn::Filter(at));
        }
        if let Over::Recent(count) = rows.over {
            for other in [count.checked_sub(1).filter(|less| *less > 0), count.checked_add(1)].into_iter().flatten() {
                let says = format!("the last {other} periods count, where it is the last {count}");
                let change = (&*format!("recent {count}"), &*format!("recent {other}"));
                self.add(number, place, change, &says, Turn::Recent(other));
            }
        }
    }

    /// The text of a part, as far as it stands on one line.
    fn said(&self, expr: &Expr) -> String {
        let mut places = Vec::new();
        expr.walk(&mut |node| places.extend(self.pack.sites.get(node.site as usize).map(|site| &site.place)));
        let Some(first) = places.iter().min_by_key(|place| place.key()) else { return String::new() };
        let same = |place: &&&Place| place.line() == first.line() && place.file().path() == first.file().path();
        let end = places.iter().filter(same).map(|place| place.column() + place.length()).max().unwrap_or(1);
        let line: Vec<char> = first.file().line(first.line()).unwrap_or_default().chars().collect();
        let mut text: String = line.iter().skip(first.column() - 1).take(end - first.column()).collect();
        let open = |text: &str| text.matches(['(', '[', '{']).count() > text.matches([')', ']', '}']).count();
        let mut rest = line.iter().skip(end - 1).peekable();
        while open(&text) || rest.peek().is_some_and(|next| ['(', '['].contains(next)) {
            match rest.next() {
                Some(next) => text.push(*next),
                None => break,
            }
        }
        if text.matches('"').count() % 2 == 1 {
            text.extend(rest.by_ref().take_while(|next| **next != '"'));
            text.push('"');
        }
        let goes_on = places.iter().any(|place| place.line() != first.line());
        if goes_on || text.chars().count() > MOST_QUOTED {
            text = text.chars().take(MOST_QUOTED).collect::<String>().trim_end().to_owned() + " …";
        }
        text
    }
}

/// Another way to round.
pub(super) struct OtherRounding {
    /// What stands in the pack.
    pub(super) from: String,
    /// What would stand there.
    pub(super) to: String,
    /// The step in words.
    pub(super) says: String,
    pub(super) rounding: Rounding,
}

/// Other ways to round.
pub(super) fn roundings(rounding: Rounding) -> Vec<OtherRounding> {
    let word =
        |mode: RoundingMode| RoundingMode::ALL.iter().find(|(_, known)| *known == mode).map_or("", |(word, _)| word);
    let others: &[RoundingMode] = match rounding.mode() {
        RoundingMode::HalfAwayFromZero => &[RoundingMode::HalfEven, RoundingMode::Floor, RoundingMode::Ceiling],
        RoundingMode::HalfEven => &[RoundingMode::HalfAwayFromZero, RoundingMode::Floor, RoundingMode::Ceiling],
        RoundingMode::Floor | RoundingMode::Truncate => &[RoundingMode::HalfAwayFromZero, RoundingMode::Ceiling],
        RoundingMode::Ceiling => &[RoundingMode::HalfAwayFromZero, RoundingMode::Floor],
    };
    let mut found: Vec<OtherRounding> = others
        .iter()
        .filter_map(|mode| {
            let other = Rounding::new(rounding.step(), *mode)?;
            let (from, to) = (word(rounding.mode()).to_owned(), word(*mode).to_owned());
            Some(OtherRounding { says: format!("rounds by `{to}`, where it is `{from}`"), from, to, rounding: other })
        })
        .collect();
    let coarser = rounding.step().times(Exact::whole(10)).ok();
    if let Some((step, other)) = coarser.and_then(|step| Some((step, Rounding::new(step, rounding.mode())?))) {
        let (from, to) = (rounding.step().to_string(), step.to_string());
        found.push(OtherRounding { says: format!("rounds to {to}, not to {from}"), from, to, rounding: other });
    }
    found
}

fn in_words(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "the same as",
        Comparison::NotEqual => "other than",
        Comparison::Less => "less than",
        Comparison::AtMost => "at most",
        Comparison::Greater => "more than",
        Comparison::AtLeast => "at least",
    }
}
