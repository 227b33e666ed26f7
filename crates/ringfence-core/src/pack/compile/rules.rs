//! Conditions and funds.

use super::payments::OVER_PAYMENT;
use super::{Compiler, Dep, declare, fields, whole_pence};
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::{Fields, check_id};
use crate::pack::{Condition, Decision, Fund, Interval, Need, OverPayment, SignOff, Test, history};
use crate::source::{Content, Entry, Node};
use crate::types::Type;

impl Compiler {
    pub(super) fn condition(
        &mut self,
        entry: &Entry,
        index: usize,
        sign_offs: &[SignOff],
        decisions: &[Decision],
    ) -> Option<Condition> {
        const KEYS: &[&str] = &[
            "title",
            "theme",
            "authority",
            "in-force",
            "applies",
            "met",
            "because",
            "sign-off",
            "decision",
            "all-of",
            "any-of",
            "at-least",
            "waiver",
            "cure",
            "scenarios",
            "notes",
        ];
        const TESTS: [&str; 6] = ["met", "sign-off", "decision", "all-of", "any-of", "at-least"];
        let what = format!("the condition `{}`", entry.key);
        let fields = Fields::declaration(&entry.value, &what, KEYS, &mut self.mistakes)?.at(&entry.key_place);
        let title = fields.need_text("title", &what, &mut self.mistakes);
        let theme = history::theme(&fields, &self.context, &mut self.mistakes);
        let authority = declare::authority(fields.get("authority"), &self.context, &mut self.mistakes);
        let in_force = self.own_days(&fields, &entry.key);
        let notes = fields.text("notes", &mut self.mistakes);
        let scenarios = self.scenarios(&fields);
        let applies = fields.script("applies", &mut self.mistakes);
        let applies = applies.map(|script| self.lower(&script, Some(&Type::Bool), false).map(|(expr, _)| expr));
        let because = fields.script("because", &mut self.mistakes);
        let because = because.map(|script| self.template(&script));
        let given: Vec<&str> = TESTS.into_iter().filter(|key| fields.get(key).is_some()).collect();
        let [test] = given.as_slice() else {
            let diagnostic = if given.is_empty() {
                let message = format!("`{}` says nothing that must hold", entry.key);
                let help = format!("give it one of {}", TESTS.join(", "));
                Diagnostic::error(Code::MISSING_KEY, entry.key_place.clone(), message).help(help)
            } else {
                let message = format!("`{}` is tested by {}", entry.key, given.join(" and by "));
                Diagnostic::error(Code::WRONG_VALUE, entry.key_place.clone(), message).help("keep one")
            };
            self.mistakes.push(diagnostic);
            return None;
        };
        let node = fields.get(test)?;
        let test = match *test {
            "met" => {
                let script = fields::script(node, "`met`", &mut self.mistakes)?;
                Test::Script(self.lower(&script, Some(&Type::Bool), false)?.0)
            }
            "sign-off" => {
                Test::SignOff(self.named(node, "sign-off", sign_offs.iter().map(|sign_off| sign_off.id.as_str()))?)
            }
            "decision" => {
                Test::Decision(self.named(node, "decision", decisions.iter().map(|decision| decision.id.as_str()))?)
            }
            "all-of" => Test::Of { need: Need::All, of: self.limbs(node) },
            "any-of" => Test::Of { need: Need::Any, of: self.limbs(node) },
            _ => {
                let fields = Fields::read(node, "`at-least`", &["n", "of"], &mut self.mistakes)?;
                let n = fields.need("n", "`at-least`", &mut self.mistakes);
                let n = n.and_then(|node| self.count(node));
                let of = fields.need("of", "`at-least`", &mut self.mistakes)?;
                let of = self.limbs(of);
                let n = n?;
                if n > of.len() && !of.is_empty() {
                    let message = format!("{n} conditions must be met, and only {} are listed", of.len());
                    self.mistakes.push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message));
                }
                Test::Of { need: Need::AtLeast(n), of }
            }
        };
        let waived_by = self.waiver(&fields);
        let cure = fields.get("cure").map(|node| self.cure(node));
        let slot = self.conditions.get(index).map_or(0, |(_, slot)| *slot);
        let mut rests_on = self.reading.last().map(|deps| self.names_of(deps)).unwrap_or_default();
        if let Test::SignOff(at) = &test {
            let document = sign_offs.get(*at as usize).into_iter().flat_map(|sign_off| &sign_off.document);
            rests_on.extend(document.filter_map(|fact| self.facts.get(*fact as usize)).map(|fact| fact.name.clone()));
        }
        Some(Condition {
            id: entry.key.clone(),
            title: title.unwrap_or_default(),
            theme,
            authority,
            in_force,
            applies: match applies {
                Some(lowered) => Some(lowered?),
                None => None,
            },
            test,
            because: match because {
                Some(lowered) => Some(lowered?),
                None => None,
            },
            scenarios,
            notes,
            waived_by,
            cure: match cure {
                Some(lowered) => Some(lowered?),
                None => None,
            },
            slot,
            rests_on,
            place: entry.key_place.clone(),
        })
    }

    /// The author's truth table, in the order of the outcomes.
    fn scenarios(&mut self, fields: &Fields<'_>) -> Vec<(String, String)> {
        const OUTCOMES: [&str; 5] = ["met", "unmet", "undetermined", "pending", "not-applicable"];
        let read = |node| Fields::read(node, "`scenarios`", &OUTCOMES, &mut self.mistakes);
        let Some(scenarios) = fields.get("scenarios").and_then(read) else { return Vec::new() };
        let told = |outcome: &str| Some((outcome.to_owned(), scenarios.get(outcome)?.as_text()?.trim().to_owned()));
        OUTCOMES.into_iter().filter_map(told).collect()
    }

    /// The days on which a declaration is in force, some of them while the pack is.
    fn own_days(&mut self, fields: &Fields<'_>, id: &str) -> Option<Interval> {
        let node = fields.get("in-force")?;
        let own = declare::interval(node, &mut self.mistakes)?;
        if self.in_force.is_some_and(|pack| !own.meets(pack)) {
            let message = format!("`{id}` is in force only when the pack is not");
            self.mistakes.push(Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message));
        }
        Some(own)
    }

    fn named<'n>(&mut self, node: &Node, what: &str, known: impl Iterator<Item = &'n str> + Clone) -> Option<u32> {
        let name = fields::text(node, "an id", &mut self.mistakes)?;
        let found = known.clone().position(|id| id == name);
        if found.is_none() {
            let diagnostic =
                Diagnostic::error(Code::UNKNOWN_NAME, node.place.clone(), format!("unknown {what} `{name}`"));
            self.mistakes.push(diagnostic.near_miss(&name, known));
        }
        found.and_then(|index| u32::try_from(index).ok())
    }

    /// The conditions that a list names.
    fn limbs(&mut self, node: &Node) -> Vec<u32> {
        let mut limbs = Vec::new();
        let named = fields::texts(node, "this list of conditions", &mut self.mistakes);
        declare::once(&named, &mut self.mistakes);
        for (id, place) in named {
            match self.condition_numbers.get(&id).copied() {
                Some(index) => {
                    self.read(Dep::Finding(index));
                    limbs.push(u32::try_from(index).unwrap_or(u32::MAX));
                }
                None => {
                    let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, place, format!("unknown condition `{id}`"))
                        .label("not declared under `conditions`");
                    self.mistakes.push(diagnostic.near_miss(&id, self.conditions.iter().map(|(id, _)| id.as_str())));
                }
            }
        }
        limbs
    }

    pub(super) fn fund(&mut self, entry: &Entry) -> Option<Fund> {
        const KEYS: &[&str] = &[
            "title",
            "theme",
            "in-force",
            "amount",
            "round",
            "gated-by",
            "tranches",
            "basis",
            "release",
            "over-payment",
            "paid",
            "suspended",
            "otherwise",
            "more",
            "authority",
            "notes",
        ];
        check_id(&entry.key, &entry.key_place, &mut self.mistakes);
        let what = format!("the fund `{}`", entry.key);
        let fields = Fields::declaration(&entry.value, &what, KEYS, &mut self.mistakes)?.at(&entry.key_place);
        let title = fields.need_text("title", &what, &mut self.mistakes);
        let theme = history::theme(&fields, &self.context, &mut self.mistakes);
        let authority = declare::authority(fields.get("authority"), &self.context, &mut self.mistakes);
        let in_force = self.own_days(&fields, &entry.key);
        let notes = fields.text("notes", &mut self.mistakes);
        let tranches = self.tranches(&fields);
        let cumulative = fields.word("basis", &[("cumulative", true), ("each", false)], &mut self.mistakes);
        let over_payment = fields.word("over-payment", &OVER_PAYMENT, &mut self.mistakes);
        let paid = fields.get("paid").and_then(|node| self.paid(node));
        let suspended = self.suspensions(&fields);
        self.check_to_date(&fields, cumulative);
        for key in ["basis", "over-payment", "paid"] {
            if let (Some(node), false) = (fields.get(key), tranches) {
                let message = format!("`{key}` has no effect without `tranches`");
                self.mistakes.push(
                    Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), message)
                        .help("remove it, or add `tranches: each period`"),
                );
            }
        }
        if let (true, None) = (tranches, fields.get("release")) {
            let message = format!("{what} is paid in tranches and needs the key `release`");
            self.mistakes.push(Diagnostic::error(Code::MISSING_KEY, entry.key_place.clone(), message));
        }
        let rounding = match fields.get("round") {
            None => Some(self.default_rounding),
            Some(node) => {
                let rounding = fields::rounding(node, &mut self.mistakes)?;
                whole_pence(rounding, node, &mut self.mistakes)
            }
        };
        let gates = fields.get("gated-by").map(|node| self.limbs(node)).unwrap_or_default();
        let redirect = fields.get("otherwise").and_then(|node| self.otherwise(node));
        fields.need("amount", &what, &mut self.mistakes);
        let amount = fields.script("amount", &mut self.mistakes);
        let amount = amount.and_then(|script| self.lower(&script, Some(&Type::money()), false)).map(|(expr, _)| expr);
        let release = fields.script("release", &mut self.mistakes);
        let release = release.map(|script| self.lower(&script, Some(&Type::money()), tranches).map(|(expr, _)| expr));
        let more = fields.script("more", &mut self.mistakes);
        let more = more.map(|script| self.template(&script));
        Some(Fund {
            id: entry.key.clone(),
            title: title.unwrap_or_default(),
            theme,
            in_force,
            amount: amount?,
            rounding: rounding?,
            gates,
            tranches,
            cumulative: cumulative.unwrap_or(true),
            release: match release {
                Some(lowered) => Some(lowered?),
                None => None,
            },
            over_payment: over_payment.unwrap_or(OverPayment::Stays),
            paid,
            suspended,
            redirect,
            more: match more {
                Some(lowered) => Some(lowered?),
                None => None,
            },
            authority,
            notes,
            place: entry.key_place.clone(),
        })
    }

    /// Whether a fund is paid in tranches: a key that says so wrongly is one mistake, and the rest is read as it stands.
    fn tranches(&mut self, fields: &Fields<'_>) -> bool {
        let Some(node) = fields.get("tranches") else { return false };
        if fields.word("tranches", &[("each period", ())], &mut self.mistakes).is_some() && !self.context.has_periods {
            let diagnostic = Diagnostic::error(Code::MISSING_KEY, node.place.clone(), "the pack declares no `periods`");
            self.mistakes.push(diagnostic.help("add `periods: { every: quarter, from: …, to: … }`"));
        }
        true
    }

    fn otherwise(&mut self, node: &Node) -> Option<String> {
        if let Content::Scalar(_) = node.content {
            fields::word(node, &[("withhold", ())], &mut self.mistakes);
            return None;
        }
        let fields = Fields::read(node, "`otherwise`", &["redirect"], &mut self.mistakes)?;
        fields.need_text("redirect", "`otherwise`", &mut self.mistakes)
    }
}
