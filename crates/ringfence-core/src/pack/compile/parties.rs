//! Sign-offs: documents, deadlines and parties.

use super::{Compiler, Dep, declare, entries, fields};
use crate::diagnostic::{Code, Diagnostic};
use crate::exact::Exact;
use crate::fields::{Fields, check_id};
use crate::language::lower::{Record, Shape};
use crate::pack::{Deadline, Members, Party, SignOff, Who};
use crate::reading;
use crate::source::{Content, Entry, Node, PackSource, Place};
use crate::types::{Number, Type, Value};

impl Compiler {
    pub(super) fn sign_offs(&mut self, source: &PackSource) -> Vec<SignOff> {
        entries(source, "sign-offs", &mut self.mistakes).into_iter().filter_map(|entry| self.sign_off(entry)).collect()
    }

    fn sign_off(&mut self, entry: &Entry) -> Option<SignOff> {
        const KEYS: &[&str] = &["title", "document", "by", "late", "rule", "parties", "authority", "notes"];
        check_id(&entry.key, &entry.key_place, &mut self.mistakes);
        let what = format!("the sign-off `{}`", entry.key);
        let fields = Fields::declaration(&entry.value, &what, KEYS, &mut self.mistakes)?.at(&entry.key_place);
        let title = fields.need_text("title", &what, &mut self.mistakes);
        let mut document = Vec::new();
        fields.need("document", &what, &mut self.mistakes);
        let names = fields.texts("document", &mut self.mistakes);
        declare::once(&names, &mut self.mistakes);
        for (name, place) in names {
            if let Some(index) = self.fact_index(&name, &place) {
                self.used.insert(Dep::Fact(index));
                document.push(u32::try_from(index).unwrap_or(u32::MAX));
            }
        }
        let by = fields.get("by").and_then(|node| self.deadline(node));
        let late = fields.word("late", &[("refused", false), ("accepted", true)], &mut self.mistakes);
        let rule = self.rule(&fields);
        let (at_least, share) = rule.unwrap_or_default();
        let authority = declare::authority(fields.get("authority"), &self.context, &mut self.mistakes);
        let notes = fields.text("notes", &mut self.mistakes);
        let parties_node = fields.need("parties", &what, &mut self.mistakes)?;
        let Content::List(items) = &parties_node.content else {
            fields::wrong(parties_node, "`parties` is a list", &mut self.mistakes);
            return None;
        };
        let parties: Vec<Party> = items.iter().filter_map(|item| self.party(item)).collect();
        self.check_parties(parties_node, &parties, at_least);
        // Without its rule, or with a party that is wrong, there is no telling what the money is for.
        if rule.is_some() && parties.len() == items.len() {
            self.check_money(parties_node, &parties, share);
        }
        Some(SignOff {
            id: entry.key.clone(),
            title: title.unwrap_or_default(),
            document,
            by,
            late_counts: late.unwrap_or(false),
            at_least,
            share,
            parties,
            authority,
            notes,
            place: entry.key_place.clone(),
        })
    }

    /// How many must sign, or the owners of which share of the money.
    fn rule(&mut self, fields: &Fields<'_>) -> Option<(Option<usize>, Option<Exact>)> {
        let node = match fields.get("rule") {
            None => return Some((None, None)),
            Some(node) if node.as_text() == Some("all") => return Some((None, None)),
            Some(node) => node,
        };
        let rule = Fields::read(node, "a rule", &["at-least", "of"], &mut self.mistakes)?;
        let least = rule.need("at-least", "a rule", &mut self.mistakes)?;
        let Some(of) = rule.get("of") else { return Some((self.count(least), None)) };
        fields::word(of, &[("money", ())], &mut self.mistakes)?;
        match reading::value(least, &Type::Number(Number::percentage()), &mut self.mistakes)? {
            Value::Number(share) if Exact::ZERO < share && share <= Exact::whole(1) => Some((None, Some(share))),
            _ => {
                let message = "a share of the money is above 0% and at most 100%";
                self.mistakes.push(Diagnostic::error(Code::WRONG_VALUE, least.place.clone(), message));
                None
            }
        }
    }

    /// By share of the money every party brings money, and otherwise none does.
    fn check_money(&mut self, node: &Node, parties: &[Party], share: Option<Exact>) {
        let bring =
            parties.iter().filter(|party| matches!(party.who, Who::Each(Members { money: Some(_), .. }))).count();
        let (message, help) = match share {
            Some(_) if bring < parties.len() => (
                "the rule is a share of the money, and not every party brings money",
                "name the field with it: `{ each: partners, party: name, money: contribution }`",
            ),
            None if bring > 0 => (
                "the money of the parties has no effect",
                "add `rule: { at-least: 75%, of: money }`, or remove `money`",
            ),
            _ => return,
        };
        self.mistakes.push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message).help(help));
    }

    /// Parties that are named twice, none at all, or fewer than must sign.
    fn check_parties(&mut self, node: &Node, parties: &[Party], at_least: Option<usize>) {
        let names: Vec<String> = parties
            .iter()
            .map(|party| match &party.who {
                Who::One(name) => name.clone(),
                Who::Each(members) => format!("each {}", members.fact),
            })
            .collect();
        if let Content::List(items) = &node.content
            && items.len() == names.len()
        {
            let placed: Vec<(String, Place)> =
                names.into_iter().zip(items.iter().map(|item| item.place.clone())).collect();
            declare::once(&placed, &mut self.mistakes);
        }
        let mut wrong = |message: String, help: &str| {
            self.mistakes.push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message).help(help));
        };
        if parties.is_empty() && matches!(&node.content, Content::List(items) if items.is_empty()) {
            wrong("nobody has to sign".to_owned(), "name the parties");
        }
        let open = parties.iter().any(|party| matches!(party.who, Who::Each(_)));
        if let (Some(count), false) = (at_least, open)
            && count > parties.len()
        {
            wrong(
                format!("{count} parties must sign, and only {} are named", parties.len()),
                "name more parties, or ask for fewer",
            );
        }
    }

    pub(super) fn count(&mut self, node: &Node) -> Option<usize> {
        let number = fields::number(node, &mut self.mistakes)?;
        let count = number.as_whole().and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0);
        if count.is_none() {
            let diagnostic =
                Diagnostic::error(Code::BAD_NUMBER, node.place.clone(), "expected a whole number above zero");
            self.mistakes.push(diagnostic);
        }
        count
    }

    fn deadline(&mut self, node: &Node) -> Option<Deadline> {
        let written = node.as_text().unwrap_or_default();
        let Some(name) = written.strip_prefix("params.") else {
            return fields::date(node, &mut self.mistakes).map(Deadline::Date);
        };
        let found = self.parameters.iter().position(|parameter| parameter.name == name);
        match found {
            Some(index) if self.parameters.get(index).is_some_and(|parameter| parameter.ty == Type::Date) => {
                self.used.insert(Dep::Parameter(index));
                Some(Deadline::Parameter(u32::try_from(index).unwrap_or(u32::MAX)))
            }
            Some(_) => {
                let message = format!("the parameter `{name}` is not a date");
                self.mistakes.push(Diagnostic::error(Code::WRONG_TYPE, node.place.clone(), message));
                None
            }
            None => {
                let names = self.parameters.iter().map(|parameter| parameter.name.as_str());
                let diagnostic =
                    Diagnostic::error(Code::UNKNOWN_NAME, node.place.clone(), format!("unknown parameter `{name}`"));
                self.mistakes.push(diagnostic.near_miss(name, names));
                None
            }
        }
    }

    pub(super) fn fact_index(&mut self, name: &str, place: &Place) -> Option<usize> {
        let found = self.facts.iter().position(|fact| fact.name == name);
        if found.is_none() && !self.broken.contains(name) {
            let names = self.facts.iter().map(|fact| fact.name.as_str());
            let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, place.clone(), format!("unknown fact `{name}`"))
                .label("not declared under `facts`");
            self.mistakes.push(diagnostic.near_miss(name, names));
        }
        found
    }

    fn party(&mut self, node: &Node) -> Option<Party> {
        if let Content::Scalar(_) = node.content {
            let name = fields::text(node, "a party", &mut self.mistakes)?;
            check_id(&name, &node.place, &mut self.mistakes);
            let title = self.party_title(&name);
            let (offices, may_delegate) = (Vec::new(), false);
            return Some(Party { who: Who::One(name), title, offices, may_delegate, independent: false });
        }
        let keys = &["party", "each", "money", "title", "office", "delegation", "independent"];
        let fields = Fields::read(node, "a party", keys, &mut self.mistakes)?;
        let title = fields.text("title", &mut self.mistakes);
        let offices = fields.texts("office", &mut self.mistakes).into_iter().map(|(office, _)| office).collect();
        let may_delegate = fields.word("delegation", &[("refused", false), ("allowed", true)], &mut self.mistakes);
        let independent = fields.word(
            "independent",
            &[("yes", true), ("no", false), ("true", true), ("false", false)],
            &mut self.mistakes,
        );
        if let (Some(node), None) = (fields.get("money"), fields.get("each")) {
            let message = "only a party of a list has its money there";
            self.mistakes
                .push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message).help("remove `money`"));
        }
        let who = match (fields.get("party"), fields.get("each")) {
            (Some(node), None) => {
                let name = fields::text(node, "`party`", &mut self.mistakes)?;
                check_id(&name, &node.place, &mut self.mistakes);
                Who::One(name)
            }
            (named, Some(node)) => Who::Each(self.members(node, named, fields.get("money"))?),
            _ => {
                let diagnostic =
                    Diagnostic::error(Code::MISSING_KEY, node.place.clone(), "a party has either `party` or `each`");
                self.mistakes.push(diagnostic);
                return None;
            }
        };
        let title = title.unwrap_or_else(|| match &who {
            Who::One(name) => self.party_title(name),
            Who::Each(_) => "each partner".to_owned(),
        });
        let (may_delegate, independent) = (may_delegate.unwrap_or(false), independent.unwrap_or(false));
        Some(Party { who, title, offices, may_delegate, independent })
    }

    /// What readers call a party that says no more of itself than its id.
    fn party_title(&self, id: &str) -> String {
        let declared = self.context.parties.iter().find(|(party, _)| party == id);
        declared.map_or_else(|| id.replace('-', " "), |(_, title)| title.clone())
    }

    /// A list of texts, or one of records and the fields with the party's name and its money.
    fn members(&mut self, each: &Node, party: Option<&Node>, money: Option<&Node>) -> Option<Members> {
        let name = fields::text(each, "`each`", &mut self.mistakes)?;
        let index = self.fact_index(&name, &each.place)?;
        let Some(Shape::List(record)) = self.facts.get(index).map(|fact| fact.shape.clone()) else {
            let diagnostic =
                Diagnostic::error(Code::WRONG_TYPE, each.place.clone(), format!("`{name}` is not a list of parties"));
            self.mistakes.push(diagnostic.help("declare it with `type: list, of: text`, or with records"));
            return None;
        };
        self.used.insert(Dep::Fact(index));
        let fact = u32::try_from(index).unwrap_or(u32::MAX);
        if record.bare && party.is_none() && money.is_none() {
            return Some(Members { fact, name: 0, money: None });
        }
        let Some(party) = party else {
            let message = format!("`{name}` is a list of records, and nothing says which field names the party");
            let diagnostic = Diagnostic::error(Code::MISSING_KEY, each.place.clone(), message);
            self.mistakes.push(diagnostic.help("add `party: name`, or declare the list with `of: text`"));
            return None;
        };
        let name = self.field(party, &record, &Type::Text)?;
        let money = match money {
            Some(node) => Some(self.field(node, &record, &Type::money())?),
            None => None,
        };
        Some(Members { fact, name, money })
    }

    /// Where a field of this type stands in a record.
    fn field(&mut self, node: &Node, record: &Record, wanted: &Type) -> Option<usize> {
        let name = fields::text(node, "the name of a field", &mut self.mistakes)?;
        let found = record.fields.iter().position(|(field, _)| !record.bare && *field == name);
        let Some((at, (_, ty))) = found.and_then(|at| Some((at, record.fields.get(at)?))) else {
            let diagnostic =
                Diagnostic::error(Code::UNKNOWN_NAME, node.place.clone(), format!("unknown field `{name}`"));
            self.mistakes.push(diagnostic.near_miss(&name, record.fields.iter().map(|(field, _)| field.as_str())));
            return None;
        };
        if ty.is_like(wanted) {
            return Some(at);
        }
        let message = format!("the field `{name}` holds {ty}, and {wanted} is needed");
        self.mistakes.push(Diagnostic::error(Code::WRONG_TYPE, node.place.clone(), message));
        None
    }
}
