//! The small steps of what is declared without a script: values, dates, parties, answers, gates.

use jiff::civil::Date;

use super::scripts::{OtherRounding, roundings};
use super::written::{Written, below, standing, stepped};
use super::{Mutant, Owner, Part, neighbours};
use crate::exact::Rounding;
use crate::language::ir::{Expr, Kind};
use crate::pack::portfolio::Take;
use crate::pack::{
    Condition, Deadline, Decision, DerivedValue, Fund, Interval, Need, OverPayment, Pack, Parameter, SignOff, Test,
    Valid,
};
use crate::reading;
use crate::source::{Content, Node, Place};
use crate::types::{Days, Type, Value};

/// Every mutant of what is declared.
pub(super) fn mutants(pack: &Pack, written: &Written) -> Vec<Mutant> {
    let mut lister = Lister { pack, written, found: Vec::new() };
    lister.facts();
    lister.parameters();
    lister.values();
    lister.sign_offs();
    lister.decisions();
    lister.portfolio();
    lister.conditions();
    lister.funds();
    lister.found
}

struct Lister<'p> {
    pack: &'p Pack,
    written: &'p Written,
    found: Vec<Mutant>,
}

/// Makes a part of a sign-off that is changed.
type Make<'a> = &'a dyn Fn(&dyn Fn(&mut SignOff)) -> Part;

/// A declaration: what it is called, and where it stands.
struct Declared<'n> {
    of: String,
    node: &'n Node,
    place: &'n Place,
}

impl Declared<'_> {
    /// Where a value below stands; the declaration itself where it is not written.
    fn at(&self, keys: &[&str]) -> Place {
        below(self.node, keys).map_or_else(|| self.place.clone(), |node| node.place.clone())
    }

    /// Where a text stands in a list below.
    fn item(&self, keys: &[&str], text: &str) -> Place {
        let listed = below(self.node, keys);
        let found = match listed.map(|node| &node.content) {
            Some(Content::List(items)) => items.iter().find(|item| item.as_text() == Some(text)),
            _ => listed,
        };
        found.map_or_else(|| self.at(keys), |node| node.place.clone())
    }

    fn mutant(&self, place: &Place, change: (&str, &str), says: &str) -> Mutant {
        Mutant::new(place, &self.of, change, says)
    }
}

impl<'p> Lister<'p> {
    fn declared(&self, section: &'static str, kind: &str, name: &str) -> Option<Declared<'p>> {
        let entry = self.written.declaration(section, name)?;
        Some(Declared { of: format!("{kind} {name}"), node: &entry.value, place: &entry.key_place })
    }

    fn facts(&mut self) {
        for (index, fact) in self.pack.facts.iter().enumerate().filter(|(_, fact)| fact.suspect.is_some()) {
            let Some(at) = self.declared("facts", "fact", &fact.name) else { continue };
            let mut other = fact.clone();
            other.suspect = None;
            let says = "the check is dropped: every figure is believed";
            let mutant = at.mutant(&at.at(&["suspect-when"]), ("suspect-when", ""), says);
            self.found.push(mutant.whole(Part::Fact(index, Box::new(other))));
        }
    }

    fn parameters(&mut self) {
        for (index, parameter) in self.pack.parameters.iter().enumerate() {
            if !self.is_read(index) {
                continue;
            }
            let Some(at) = self.declared("parameters", "parameter", &parameter.name) else { continue };
            for number in 0..parameter.dated.len() {
                self.dated(index, parameter, number, &at);
            }
        }
    }

    /// Whether a rule reads a parameter.
    fn is_read(&self, index: usize) -> bool {
        self.pack.binding_reads(index) || self.is_read_by_a_script(index)
    }

    fn is_read_by_a_script(&self, index: usize) -> bool {
        self.pack.owners().into_iter().any(|owner| self.reads(owner, index))
    }

    fn reads(&self, owner: Owner, index: usize) -> bool {
        let mut read = false;
        if let Some(script) = self.pack.script(owner) {
            script.walk(&mut |node: &Expr| {
                read |= matches!(node.kind, Kind::Parameter(slot) if slot as usize == index);
            });
        }
        read
    }

    /// Whether a rule that is in force on a day reads a parameter.
    fn is_read_on(&self, index: usize, day: Date) -> bool {
        let condition = |at: usize| self.pack.conditions.get(at);
        let in_force = |condition: &Condition| condition.in_force.is_none_or(|days| days.contains(day));
        let by = |sign_off: u32| match self.pack.sign_offs.get(sign_off as usize).and_then(|sign_off| sign_off.by) {
            Some(Deadline::Parameter(slot)) => slot as usize == index,
            _ => false,
        };
        let is_deadline = self.pack.conditions.iter().any(|condition| match condition.test {
            Test::SignOff(at) => in_force(condition) && by(at),
            _ => false,
        });
        let owned = self.pack.owners().into_iter().filter(|owner| match owner {
            Owner::Applies(at)
            | Owner::Met(at)
            | Owner::CureBy(at)
            | Owner::CuredOn(at)
            | Owner::Releases(at)
            | Owner::Keeps(at) => condition(*at).is_some_and(in_force),
            Owner::Amount(at) | Owner::Release(at) => {
                self.pack.funds.get(*at).is_some_and(|fund| fund.is_in_force(day))
            }
            _ => true,
        });
        is_deadline || owned.into_iter().any(|owner| self.reads(owner, index))
    }

    /// Whether anything rests on a parameter's value, besides the last day of sign-offs for which late signatures count.
    fn decides(&self, index: usize) -> bool {
        let is_deadline = |counts: bool| {
            self.pack.sign_offs.iter().any(|sign_off| match sign_off.by {
                Some(Deadline::Parameter(slot)) => slot as usize == index && sign_off.late_counts == counts,
                _ => false,
            })
        };
        is_deadline(false) || !is_deadline(true) || self.is_read_by_a_script(index)
    }

    fn dated(&mut self, index: usize, parameter: &Parameter, number: usize, at: &Declared<'_>) {
        let Some(dated) = parameter.dated.get(number).filter(|dated| dated.stands()) else { return };
        let own = Interval { from: dated.from, until: parameter.end_of(number) };
        if !own.meets(self.pack.in_force) && !neighbours(own.from).any(|day| self.pack.in_force.contains(day)) {
            return;
        }
        let key = dated.from.to_string();
        let entry = below(at.node, &["values"]).and_then(|values| match &values.content {
            Content::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        });
        let Some(entry) = entry else { return };
        let whole = |change: &dyn Fn(&mut crate::pack::Dated)| {
            let mut other = parameter.clone();
            if let Some(dated) = other.dated.get_mut(number) {
                change(dated);
            }
            Part::Parameter(index, Box::new(other))
        };
        if let (Some((_, value)), Some(node)) = (&dated.value, entry.value.get("value"))
            && own.meets(self.pack.in_force)
            && self.decides(index)
        {
            for (text, other) in self.others(node, value, &parameter.ty) {
                let before = standing_text(node);
                let says = format!("`{}` is {text} from {key} on, not {before}", parameter.name);
                let symbols = &self.pack.symbol_numbers;
                let cell = reading::cell(&other, &mut |text| symbols.get(text).copied().unwrap_or(-1));
                let mutant = at.mutant(&node.place, (&before, &text), &says);
                self.found.push(mutant.whole(whole(&|dated| dated.value = Some((cell, other.clone())))));
            }
        }
        // The day on which one value gives way to another, where that makes a difference to a rule of the day.
        let before = parameter.on_day_before(dated.from);
        let given = |number: usize| parameter.dated.get(number).and_then(|dated| dated.value.as_ref());
        let same = match (before.and_then(given), given(number)) {
            (Some(before), Some(after)) => before == after || !self.decides(index),
            _ => false,
        };
        for day in neighbours(dated.from).filter(|_| before != Some(number) && !same) {
            let moved = day.min(dated.from);
            let claims = parameter.dated.iter().enumerate().any(|(at, other)| at != number && other.from == day);
            if !self.pack.in_force.contains(moved) || claims || !self.is_read_on(index, moved) {
                continue;
            }
            let says = format!("`{}` changes on {day}, not on {key}", parameter.name);
            let mutant = at.mutant(&entry.key_place, (&key, &day.to_string()), &says);
            self.found.push(mutant.whole(whole(&|dated| dated.from = day)));
        }
        if let (Some(until), Some(node)) = (dated.until, entry.value.get("until")) {
            for day in neighbours(until).filter(|day| *day > dated.from) {
                if self.pack.in_force.contains(day.min(until)) {
                    let says = format!("the value of `{}` ends before {day}, not before {until}", parameter.name);
                    let mutant = at.mutant(&node.place, (&until.to_string(), &day.to_string()), &says);
                    self.found.push(mutant.whole(whole(&|dated| dated.until = Some(day))));
                }
            }
        }
    }

    /// The values next to one, each as it would be written.
    fn others(&self, node: &Node, value: &Value, ty: &Type) -> Vec<(String, Value)> {
        let read = |text: String| {
            let value = reading::value(&Node::text(text.clone(), node.place.clone()), ty, &mut Vec::new())?;
            Some((text, value))
        };
        match (value, ty) {
            (Value::Number(_), _) => stepped(node.as_text().unwrap_or_default()).into_iter().filter_map(read).collect(),
            (Value::Bool(known), _) => {
                vec![(if *known { "no" } else { "yes" }.to_owned(), Value::Bool(!known))]
            }
            (Value::Date(date), _) => neighbours(*date).map(|day| (day.to_string(), Value::Date(day))).collect(),
            (Value::Text(known), Type::Choice(of)) => {
                let others = of.iter().filter(|other| *other != known);
                let numbered = others.filter(|other| self.pack.symbol_numbers.contains_key(*other));
                numbered.map(|other| (other.clone(), Value::Text(other.clone()))).collect()
            }
            (Value::Days(days), _) => {
                let bit = 1_i64 << (63 - days.bits().max(1).leading_zeros());
                let fewer = Days::from_bits(days.bits() & !bit);
                vec![(fewer.to_string(), Value::Days(fewer))]
            }
            _ => Vec::new(),
        }
    }

    fn values(&mut self) {
        for (index, value) in self.pack.values.iter().enumerate() {
            let (Some(rounding), Some(at)) = (value.rounding, self.declared("values", "value", &value.name)) else {
                continue;
            };
            let make =
                |rounding: Option<Rounding>| Part::Value(index, Box::new(DerivedValue { rounding, ..value.clone() }));
            let place = self.rounding_place(&at);
            let is_exact = |rounding| self.pack.is_exact(rounding, &value.is);
            let same = |other: &OtherRounding| is_exact(rounding) && is_exact(other.rounding);
            for other in roundings(rounding).into_iter().filter(|other| !same(other)) {
                let mutant = at.mutant(&place, (&other.from, &other.to), &other.says);
                self.found.push(mutant.whole(make(Some(other.rounding))));
            }
            // Money has no more digits than pence, and a pack that says nothing says that.
            if at.node.get("round").is_some() && !is_exact(rounding) {
                let says = format!("`{}` is not rounded", value.name);
                self.found.push(at.mutant(&place, ("round", ""), &says).whole(make(None)));
            }
        }
    }

    /// Where a rounding is declared: in place, or for the pack.
    fn rounding_place(&self, at: &Declared<'_>) -> Place {
        match (at.node.get("round"), &self.written.rounding) {
            (None, Some(place)) => place.clone(),
            _ => at.at(&["round"]),
        }
    }

    fn sign_offs(&mut self) {
        for (index, sign_off) in self.pack.sign_offs.iter().enumerate() {
            let Some(at) = self.declared("sign-offs", "sign-off", &sign_off.id) else { continue };
            let make = |change: &dyn Fn(&mut SignOff)| {
                let mut other = sign_off.clone();
                change(&mut other);
                Part::SignOff(index, Box::new(other))
            };
            self.parties(sign_off, &at, &make);
            self.rule(sign_off, &at, &make);
            // Where late signatures count, the last day stops nobody.
            if let (Some(Deadline::Date(by)), false) = (sign_off.by, sign_off.late_counts) {
                for day in neighbours(by) {
                    let says = format!("the last day to sign is {day}, not {by}");
                    let mutant = at.mutant(&at.at(&["by"]), (&by.to_string(), &day.to_string()), &says);
                    self.found.push(mutant.whole(make(&|other| other.by = Some(Deadline::Date(day)))));
                }
            }
            if sign_off.by.is_some() {
                let place = at.at(&["late"]);
                let (from, to) = if sign_off.late_counts { ("accepted", "refused") } else { ("refused", "accepted") };
                let says = format!("late signatures are {to}, not {from}");
                let mutant = at.mutant(&place, (&format!("late {from}"), &format!("late {to}")), &says);
                self.found.push(mutant.whole(make(&|other| other.late_counts = !other.late_counts)));
            }
            for (position, fact) in sign_off.document.iter().enumerate().filter(|_| sign_off.document.len() > 1) {
                let name = self.pack.facts.get(*fact as usize).map_or("", |fact| fact.name.as_str());
                let says = format!("`{name}` is no part of what is signed");
                let mutant = at.mutant(&at.item(&["document"], name), (name, ""), &says);
                self.found.push(mutant.whole(make(&|other| {
                    other.document.remove(position);
                })));
            }
        }
    }

    fn parties(&mut self, sign_off: &SignOff, at: &Declared<'_>, make: Make<'_>) {
        let items = match below(at.node, &["parties"]).map(|node| &node.content) {
            Some(Content::List(items)) => items.as_slice(),
            _ => &[],
        };
        for (position, (party, item)) in sign_off.parties.iter().zip(items).enumerate() {
            let title = party.title.as_str();
            let mut push = |place: &Place, change: (&str, &str), says: &str, edit: &dyn Fn(&mut SignOff)| {
                self.found.push(at.mutant(place, change, says).whole(make(edit)));
            };
            let place_of = |key: &str| item.get(key).map_or_else(|| item.place.clone(), |node| node.place.clone());
            if sign_off.parties.len() > 1 && sign_off.at_least.is_none_or(|least| least < sign_off.parties.len()) {
                push(&item.place, (&format!("party {title}"), ""), &format!("{title} need not sign"), &|other| {
                    other.parties.remove(position);
                });
            }
            let edited = |change: &dyn Fn(&mut crate::pack::Party), other: &mut SignOff| {
                other.parties.get_mut(position).into_iter().for_each(change);
            };
            for office in &party.offices {
                let says = format!("{office} cannot sign for {title}");
                let place = match item.get("office").map(|node| &node.content) {
                    Some(Content::List(offices)) => offices
                        .iter()
                        .find(|node| node.as_text() == Some(office))
                        .map_or_else(|| place_of("office"), |node| node.place.clone()),
                    _ => place_of("office"),
                };
                // A list without offices lets any sign, so the last one is not dropped but replaced.
                push(&place, (office, ""), &says, &|other| {
                    edited(
                        &|party| {
                            party.offices.retain(|known| known != office);
                            if party.offices.is_empty() {
                                party.offices.push(String::new());
                            }
                        },
                        other,
                    );
                });
            }
            if !party.offices.is_empty() {
                let says = format!("any office can sign for {title}");
                push(&place_of("office"), ("office", ""), &says, &|other| {
                    edited(&|party| party.offices.clear(), other);
                });
                let (from, to) = if party.may_delegate { ("allowed", "refused") } else { ("refused", "allowed") };
                let says = format!("delegation is {to} for {title}, not {from}");
                let change = (&*format!("delegation {from}"), &*format!("delegation {to}"));
                push(&place_of("delegation"), change, &says, &|other| {
                    edited(&|party| party.may_delegate = !party.may_delegate, other);
                });
            }
            if party.independent {
                let says = format!("{title} may be the recipient itself");
                push(&place_of("independent"), ("independent yes", "independent no"), &says, &|other| {
                    edited(&|party| party.independent = false, other);
                });
            }
        }
    }

    fn rule(&mut self, sign_off: &SignOff, at: &Declared<'_>, make: Make<'_>) {
        let least = below(at.node, &["rule", "at-least"]);
        if let (Some(_), Some(node)) = (sign_off.share, least) {
            let percent = Type::Number(crate::types::Number::percentage());
            for text in stepped(node.as_text().unwrap_or_default()) {
                let read = reading::value(&Node::text(text.clone(), node.place.clone()), &percent, &mut Vec::new());
                let Some(Value::Number(other_share)) = read else { continue };
                let says = format!("those who sign must bring {text} of the money");
                let mutant = at.mutant(&node.place, (&standing_text(node), &text), &says);
                self.found.push(mutant.whole(make(&|other| other.share = Some(other_share))));
            }
            return;
        }
        let all = sign_off.parties.len();
        let others = match sign_off.at_least {
            Some(least) => [least.checked_sub(1), Some(least + 1)],
            None => [all.checked_sub(1).filter(|_| all > 1), None],
        };
        for count in others.into_iter().flatten().filter(|count| *count > 0) {
            let before = sign_off.at_least.map_or_else(|| "all".to_owned(), |least| least.to_string());
            let place = least.map_or_else(|| at.at(&["rule"]), |node| node.place.clone());
            let says = format!("{count} of the parties must sign, not {before}");
            let mutant = at.mutant(&place, (&before, &count.to_string()), &says);
            self.found.push(mutant.whole(make(&|other| other.at_least = Some(count))));
        }
    }

    fn decisions(&mut self) {
        for (index, decision) in self.pack.decisions.iter().enumerate() {
            let Some(at) = self.declared("decisions", "decision", &decision.id) else { continue };
            let mut push = |place: &Place, change: (&str, &str), says: &str, edit: &dyn Fn(&mut Decision)| {
                let mut other = decision.clone();
                edit(&mut other);
                self.found.push(at.mutant(place, change, says).whole(Part::Decision(index, Box::new(other))));
            };
            for answer in &decision.answers {
                if decision.met_when.contains(answer) {
                    let says = format!("`{answer}` no longer meets it");
                    push(&at.item(&["met-when"], answer), (answer, ""), &says, &|other| {
                        other.met_when.retain(|known| known != answer);
                    });
                } else {
                    let says = format!("`{answer}` meets it as well");
                    push(&at.at(&["met-when"]), ("", &format!("met when {answer}")), &says, &|other| {
                        other.met_when.push(answer.clone());
                    });
                }
            }
            for office in &decision.by {
                let says = format!("{office} is not entitled to decide");
                push(&at.item(&["by"], office), (office, ""), &says, &|other| other.by.retain(|by| by != office));
            }
            if let Some(valid) = decision.valid {
                let (key, count) = match valid {
                    Valid::Days(count) => ("days", count),
                    Valid::Months(count) => ("months", count),
                };
                let place = at.at(&["valid", key]);
                for other_count in [count + 1, count - 1] {
                    let says = format!("a decision holds for {other_count} {key}, not {count}");
                    push(&place, (&count.to_string(), &other_count.to_string()), &says, &|other| {
                        other.valid = Some(match valid {
                            Valid::Days(_) => Valid::Days(other_count),
                            Valid::Months(_) => Valid::Months(other_count),
                        });
                    });
                }
                push(&at.at(&["valid"]), ("valid", ""), "a decision holds for ever", &|other| other.valid = None);
            }
        }
    }

    fn portfolio(&mut self) {
        for (index, value) in self.pack.portfolio.iter().enumerate() {
            let Some(at) = self.declared("portfolio", "portfolio", &value.name) else { continue };
            let other = match value.take {
                Take::Sum | Take::Median => Some(Take::Mean),
                Take::Mean => Some(Take::Median),
                Take::Least => Some(Take::Greatest),
                Take::Greatest => Some(Take::Least),
                Take::Rank => Some(Take::RankFromLeast),
                Take::RankFromLeast => Some(Take::Rank),
                Take::Count => None,
            };
            if let Some(take) = other {
                let mut other = value.clone();
                other.take = take;
                let says = format!("takes the {}, not the {}", take.word(), value.take.word());
                let mutant = at.mutant(&at.at(&["take"]), (value.take.word(), take.word()), &says);
                self.found.push(mutant.whole(Part::Portfolio(index, Box::new(other))));
            }
            if value.taking_part.is_some() {
                let mut other = value.clone();
                other.taking_part = None;
                let mutant = at.mutant(&at.at(&["where"]), ("where", ""), "every case takes part");
                self.found.push(mutant.whole(Part::Portfolio(index, Box::new(other))));
            }
        }
    }

    fn conditions(&mut self) {
        for (index, condition) in self.pack.conditions.iter().enumerate() {
            let Some(at) = self.declared("conditions", "condition", &condition.id) else { continue };
            let pack = self.pack;
            let mut push = |place: &Place, change: (&str, &str), says: &str, edit: &dyn Fn(&mut Condition)| {
                let mut other = condition.clone();
                edit(&mut other);
                self.found.push(at.mutant(place, change, says).whole(Part::Condition(index, Box::new(other))));
            };
            if condition.applies.is_some() {
                push(&at.at(&["applies"]), ("applies", ""), "it applies always", &|other| other.applies = None);
            }
            for (place, from, to, days) in moved(condition.in_force, &at, &["in-force"], pack.in_force) {
                let says = format!("its days turn on {to}, not on {from}");
                push(&place, (&from.to_string(), &to.to_string()), &says, &|other| other.in_force = Some(days));
            }
            if let Test::Of { need, of } = &condition.test {
                let key = match need {
                    Need::All => "all-of",
                    Need::Any => "any-of",
                    Need::AtLeast(_) => "at-least",
                };
                for (place, from, to, other_need) in needs(*need, of.len(), &at) {
                    let says = format!("{to} of its parts must be met, not {from}");
                    push(&place, (&from, &to), &says, &|other| {
                        other.test = Test::Of { need: other_need, of: of.clone() };
                    });
                }
                let keys: &[&str] = if key == "at-least" { &["at-least", "of"] } else { &[key] };
                for limb in of.iter().filter(|_| of.len() > 1) {
                    let name = pack.conditions.get(*limb as usize).map_or("", |condition| condition.id.as_str());
                    let says = format!("`{name}` is dropped from what it is made of");
                    push(&at.item(keys, name), (name, ""), &says, &|other| {
                        let of = of.iter().copied().filter(|other| other != limb).collect();
                        other.test = Test::Of { need: *need, of };
                    });
                }
            }
            for office in &condition.waived_by {
                let says = format!("{office} cannot waive it");
                push(&at.item(&["waiver", "by"], office), (office, ""), &says, &|other| {
                    // A condition that nobody may waive refuses the case; here it is the office that is not entitled.
                    other.waived_by.retain(|known| known != office);
                    if other.waived_by.is_empty() {
                        other.waived_by.push(String::new());
                    }
                });
            }
            if let Some(cure) = &condition.cure {
                if cure.releases.is_some() {
                    let says = "once it is cured all is released";
                    push(&at.at(&["cure", "releases"]), ("releases", ""), says, &|other| {
                        other.cure.iter_mut().for_each(|cure| cure.releases = None);
                    });
                }
                if cure.keeps.is_some() {
                    let says = "where it is not cured in time nothing is released";
                    push(&at.at(&["cure", "keeps"]), ("keeps", ""), says, &|other| {
                        other.cure.iter_mut().for_each(|cure| cure.keeps = None);
                    });
                }
                push(&at.at(&["cure"]), ("cure", ""), "it cannot be put right", &|other| other.cure = None);
            }
        }
    }

    fn funds(&mut self) {
        for (index, fund) in self.pack.funds.iter().enumerate() {
            let Some(at) = self.declared("funds", "fund", &fund.id) else { continue };
            let rounding = self.rounding_place(&at);
            let pack = self.pack;
            let mut push = |place: &Place, change: (&str, &str), says: &str, edit: &dyn Fn(&mut Fund)| {
                let mut other = fund.clone();
                edit(&mut other);
                self.found.push(at.mutant(place, change, says).whole(Part::Fund(index, Box::new(other))));
            };
            for gate in &fund.gates {
                let name = pack.conditions.get(*gate as usize).map_or("", |condition| condition.id.as_str());
                let says = format!("`{name}` no longer stops the money");
                push(&at.item(&["gated-by"], name), (name, ""), &says, &|other| {
                    other.gates.retain(|known| known != gate);
                });
            }
            if let Some(to) = &fund.redirect {
                let place = at.at(&["otherwise", "redirect"]);
                push(&place, ("", "withheld"), "what is not due is withheld, not redirected", &|other| {
                    other.redirect = None;
                });
                let others = pack.funds.iter().filter_map(|other| other.redirect.as_ref());
                let elsewhere = others.filter(|other| *other != to).min().map_or("somewhere else", String::as_str);
                let says = format!("what is not due goes to {elsewhere}, not to {to}");
                push(&place, (to, elsewhere), &says, &|other| other.redirect = Some(elsewhere.to_owned()));
            }
            if fund.tranches {
                self::payments(fund, &at, &mut push);
            }
            for (position, suspension) in fund.suspended.iter().enumerate() {
                let item = match below(at.node, &["suspended"]).map(|node| &node.content) {
                    Some(Content::List(items)) => items.get(position),
                    _ => None,
                };
                let Some(item) = item else { continue };
                let inner = Declared { of: at.of.clone(), node: item, place: &item.place };
                push(&item.place, ("suspension", ""), "the fund is not suspended", &|other| {
                    other.suspended.remove(position);
                });
                for (place, from, to, days) in moved(Some(suspension.days), &inner, &[], pack.in_force) {
                    let says = format!("the suspension turns on {to}, not on {from}");
                    push(&place, (&from.to_string(), &to.to_string()), &says, &|other| {
                        other.suspended.get_mut(position).into_iter().for_each(|suspension| suspension.days = days);
                    });
                }
            }
            for (place, from, to, days) in moved(fund.in_force, &at, &["in-force"], pack.in_force) {
                let says = format!("the fund's days turn on {to}, not on {from}");
                push(&place, (&from.to_string(), &to.to_string()), &says, &|other| other.in_force = Some(days));
            }
            let is_exact = |rounding| pack.is_fund_exact(rounding, fund);
            let same = |other: &OtherRounding| is_exact(fund.rounding) && is_exact(other.rounding);
            for other in roundings(fund.rounding).into_iter().filter(|other| !same(other)) {
                push(&rounding, (&other.from, &other.to), &other.says, &|fund| fund.rounding = other.rounding);
            }
        }
    }
}

/// What a fund that is paid in instalments may do otherwise.
fn payments(fund: &Fund, at: &Declared<'_>, push: &mut impl FnMut(&Place, (&str, &str), &str, &dyn Fn(&mut Fund))) {
    let word = |cumulative| if cumulative { "cumulative" } else { "each" };
    let (from, to) = (word(fund.cumulative), word(!fund.cumulative));
    let says = format!("what the release rule gives is `{to}`, not `{from}`");
    push(&at.at(&["basis"]), (&format!("basis {from}"), &format!("basis {to}")), &says, &|other| {
        other.cumulative = !other.cumulative;
    });
    let word = |over| match over {
        OverPayment::Stays => "stays",
        OverPayment::Recovered => "recovered",
        OverPayment::Carried => "carried",
    };
    let all = [OverPayment::Stays, OverPayment::Recovered, OverPayment::Carried];
    for other_over in all.into_iter().filter(|other| fund.cumulative && *other != fund.over_payment) {
        // Where nothing was paid before, what is carried and what stays are the same but for a warning.
        if other_over != OverPayment::Recovered && fund.over_payment != OverPayment::Recovered {
            continue;
        }
        let (from, to) = (word(fund.over_payment), word(other_over));
        let says = format!("what was paid and is not due is `{to}`, not `{from}`");
        push(
            &at.at(&["over-payment"]),
            (&format!("over-payment {from}"), &format!("over-payment {to}")),
            &says,
            &|other| {
                other.over_payment = other_over;
            },
        );
    }
}

/// The days of a declaration with an end moved by one, where that lies in the days of the pack.
fn moved(
    days: Option<Interval>,
    at: &Declared<'_>,
    keys: &[&str],
    pack: Interval,
) -> Vec<(Place, Date, Date, Interval)> {
    let Some(days) = days else { return Vec::new() };
    let mut found = Vec::new();
    let place = |end: &str| at.at(&[keys, &[end]].concat());
    for day in neighbours(days.from).filter(|day| days.until.is_none_or(|until| *day < until)) {
        if pack.contains(day.min(days.from)) {
            found.push((place("from"), days.from, day, Interval { from: day, ..days }));
        }
    }
    if let Some(until) = days.until {
        for day in neighbours(until).filter(|day| *day > days.from) {
            if pack.contains(day.min(until)) {
                found.push((place("until"), until, day, Interval { until: Some(day), ..days }));
            }
        }
    }
    found
}

/// How many parts may be needed instead.
fn needs(need: Need, count: usize, at: &Declared<'_>) -> Vec<(Place, String, String, Need)> {
    let key = |key: &str| match &at.node.content {
        Content::Map(entries) => entries
            .iter()
            .find(|entry| entry.key == key)
            .map_or_else(|| at.place.clone(), |entry| entry.key_place.clone()),
        _ => at.place.clone(),
    };
    let word = |text: &str| text.to_owned();
    match need {
        _ if count < 2 => Vec::new(),
        Need::All => vec![(key("all-of"), word("all-of"), word("any-of"), Need::Any)],
        Need::Any => vec![(key("any-of"), word("any-of"), word("all-of"), Need::All)],
        Need::AtLeast(n) => [n.checked_sub(1), Some(n + 1)]
            .into_iter()
            .flatten()
            .filter(|other| (1..=count).contains(other))
            .map(|other| (at.at(&["at-least", "n"]), n.to_string(), other.to_string(), Need::AtLeast(other)))
            .collect(),
    }
}

/// What stands in the file for a value.
fn standing_text(node: &Node) -> String {
    match node.as_text() {
        Some(text) => text.to_owned(),
        None => standing(&node.place),
    }
}

impl Parameter {
    /// The number of the value on the day before one.
    fn on_day_before(&self, day: Date) -> Option<usize> {
        self.on(day.yesterday().ok()?).ok()
    }
}
