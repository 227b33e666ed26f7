//! Sign-offs: documents, deadlines and parties.

use super::{Compiler, Dep, declare, entries, fields};
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::{Fields, check_id};
use crate::language::lower::Shape;
use crate::pack::{Deadline, Party, SignOff, Who};
use crate::source::{Content, Entry, Node, PackSource, Place};
use crate::types::Type;

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
        let at_least = match fields.get("rule") {
            None => None,
            Some(node) if node.as_text() == Some("all") => None,
            Some(node) => {
                let rule = Fields::read(node, "a rule", &["at-least"], &mut self.mistakes)?;
                let count = rule.need("at-least", "a rule", &mut self.mistakes)?;
                self.count(count)
            }
        };
        declare::authority(fields.get("authority"), &self.context, &mut self.mistakes);
        let parties_node = fields.need("parties", &what, &mut self.mistakes)?;
        let Content::List(items) = &parties_node.content else {
            fields::wrong(parties_node, "`parties` is a list", &mut self.mistakes);
            return None;
        };
        let parties: Vec<Party> = items.iter().filter_map(|item| self.party(item)).collect();
        self.check_parties(parties_node, &parties, at_least);
        Some(SignOff {
            id: entry.key.clone(),
            title: title.unwrap_or_default(),
            document,
            by,
            late_counts: late.unwrap_or(false),
            at_least,
            parties,
        })
    }

    /// Parties that are named twice, none at all, or fewer than must sign.
    fn check_parties(&mut self, node: &Node, parties: &[Party], at_least: Option<usize>) {
        let names: Vec<String> = parties
            .iter()
            .map(|party| match &party.who {
                Who::One(name) => name.clone(),
                Who::Each(fact) => format!("each {fact}"),
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
        if parties.is_empty() {
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

    fn fact_index(&mut self, name: &str, place: &Place) -> Option<usize> {
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
            let title = name.replace('-', " ");
            return Some(Party { who: Who::One(name), title, offices: Vec::new(), may_delegate: false });
        }
        let keys = &["party", "each", "title", "office", "delegation"];
        let fields = Fields::read(node, "a party", keys, &mut self.mistakes)?;
        let title = fields.text("title", &mut self.mistakes);
        let offices = fields.texts("office", &mut self.mistakes).into_iter().map(|(office, _)| office).collect();
        let may_delegate = fields.word("delegation", &[("refused", false), ("allowed", true)], &mut self.mistakes);
        let who = match (fields.get("party"), fields.get("each")) {
            (Some(node), None) => {
                let name = fields::text(node, "`party`", &mut self.mistakes)?;
                check_id(&name, &node.place, &mut self.mistakes);
                Who::One(name)
            }
            (None, Some(node)) => {
                let name = fields::text(node, "`each`", &mut self.mistakes)?;
                let index = self.fact_index(&name, &node.place)?;
                let bare =
                    self.facts.get(index).is_some_and(|fact| matches!(&fact.shape, Shape::List(record) if record.bare));
                if !bare {
                    let message = format!("`{name}` is not a list of texts");
                    let diagnostic = Diagnostic::error(Code::WRONG_TYPE, node.place.clone(), message);
                    self.mistakes.push(diagnostic.help("declare it with `type: list, of: text`"));
                    return None;
                }
                self.used.insert(Dep::Fact(index));
                Who::Each(u32::try_from(index).unwrap_or(u32::MAX))
            }
            _ => {
                let diagnostic =
                    Diagnostic::error(Code::MISSING_KEY, node.place.clone(), "a party has either `party` or `each`");
                self.mistakes.push(diagnostic);
                return None;
            }
        };
        let title = title.unwrap_or_else(|| match &who {
            Who::One(name) => name.replace('-', " "),
            Who::Each(_) => "each partner".to_owned(),
        });
        Some(Party { who, title, offices, may_delegate: may_delegate.unwrap_or(false) })
    }
}
