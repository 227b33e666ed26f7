//! Values over all cases: declared, lowered, and kept from resting on each other.

use std::collections::BTreeSet;

use super::{Compiler, Dep, entries};
use crate::diagnostic::{Code, Diagnostic};
use crate::fields::{Fields, check_name};
use crate::language::ir::Expr;
use crate::language::lower::Reported;
use crate::language::parse::Script;
use crate::pack::Step;
use crate::pack::portfolio::{PortfolioValue, Take};
use crate::source::{Entry, PackSource, Place};
use crate::types::{Number, Type};

/// A value over all cases as declared.
#[derive(Debug)]
pub(super) struct RawPortfolio {
    pub(super) name: String,
    title: String,
    pub(super) place: Place,
    of: Option<Script>,
    taking_part: Option<Script>,
    take: Option<Take>,
    progress: Progress,
    /// What its scripts read.
    pub(super) deps: BTreeSet<Dep>,
}

/// How far a value over all cases has been lowered.
#[derive(Debug)]
enum Progress {
    Todo,
    Doing,
    Done(Box<PortfolioValue>),
    Broken,
}

impl Compiler {
    pub(super) fn declare_portfolio(&mut self, source: &PackSource) {
        for entry in entries(source, "portfolio", &mut self.mistakes) {
            let raw = self.raw_portfolio(entry);
            self.portfolio.push(raw);
        }
    }

    fn raw_portfolio(&mut self, entry: &Entry) -> RawPortfolio {
        let mistakes = &mut self.mistakes;
        if check_name(&entry.key, &entry.key_place, mistakes) && entry.key.contains('.') {
            let message = format!("`{}` is in two parts, and a value over all cases has a name of one", entry.key);
            let diagnostic = Diagnostic::error(Code::BAD_NAME, entry.key_place.clone(), message);
            mistakes.push(diagnostic.help("join its words with `_`: scripts read it as `portfolio.name`"));
        }
        let mut raw = RawPortfolio {
            name: entry.key.clone(),
            title: String::new(),
            place: entry.key_place.clone(),
            of: None,
            taking_part: None,
            take: None,
            progress: Progress::Todo,
            deps: BTreeSet::new(),
        };
        let what = format!("the value over all cases `{}`", entry.key);
        let keys = &["title", "of", "take", "where", "notes"];
        let Some(fields) = Fields::read(&entry.value, &what, keys, mistakes) else { return raw };
        let fields = fields.at(&entry.key_place);
        raw.title = fields.need_text("title", &what, mistakes).unwrap_or_default();
        fields.need("of", &what, mistakes);
        raw.of = fields.script("of", mistakes);
        fields.need("take", &what, mistakes);
        raw.take = fields.word("take", &Take::ALL, mistakes);
        raw.taking_part = fields.script("where", mistakes);
        if fields.get("where").is_some() && raw.taking_part.is_none() {
            raw.of = None;
        }
        raw
    }

    pub(super) fn lower_portfolio(&mut self) {
        for index in 0..self.portfolio.len() {
            self.lower_over_all(index);
        }
    }

    fn lower_over_all(&mut self, index: usize) {
        let Some(raw) = self.portfolio.get(index) else { return };
        if !matches!(raw.progress, Progress::Todo) {
            return;
        }
        let (of, taking_part, take) = (raw.of.clone(), raw.taking_part.clone(), raw.take);
        for script in of.iter().chain(&taking_part) {
            self.lower_named_in(&script.scalar.text);
        }
        // A value that was lowered just now may have asked for this.
        match self.portfolio.get_mut(index) {
            Some(raw) if matches!(raw.progress, Progress::Todo) => raw.progress = Progress::Doing,
            _ => return,
        }
        self.reading.push(BTreeSet::new());
        let done = self.over_all(index, of, taking_part, take);
        let deps = self.reading.pop().unwrap_or_default();
        if let Some(raw) = self.portfolio.get_mut(index) {
            raw.deps = deps;
            raw.progress = done.map_or(Progress::Broken, |value| Progress::Done(Box::new(value)));
        }
    }

    fn over_all(
        &mut self,
        index: usize,
        of: Option<Script>,
        taking_part: Option<Script>,
        take: Option<Take>,
    ) -> Option<PortfolioValue> {
        let taking_part = taking_part.map(|script| self.lower(&script, Some(&Type::Bool), false).map(|(expr, _)| expr));
        let (of, take) = (of?, take?);
        let wanted = (take == Take::Count).then_some(&Type::Bool);
        let (of, of_type) = self.lower(&of, wanted, false)?;
        let ty = self.type_over_all(take, &of, &of_type)?;
        let raw = self.portfolio.get(index)?;
        Some(PortfolioValue {
            name: raw.name.clone(),
            title: raw.title.clone(),
            of,
            of_type,
            taking_part: match taking_part {
                Some(lowered) => Some(lowered?),
                None => None,
            },
            take,
            ty,
        })
    }

    fn type_over_all(&mut self, take: Take, of: &Expr, of_type: &Type) -> Option<Type> {
        match (take, of_type) {
            (Take::Count, _) => Some(Type::Number(Number::plain())),
            (take, Type::Number(_)) if take.is_rank() => Some(Type::Number(Number::plain())),
            (_, Type::Number(number)) => Some(Type::Number(Number { whole: false, ..number.clone() })),
            (_, found) => {
                let place = self.sites.get(of.site as usize).map(|site| site.place.clone())?;
                let message =
                    format!("`take: {}` needs a number of each case, and the script gives {found}", take.word());
                let diagnostic = Diagnostic::error(Code::WRONG_TYPE, place, message);
                self.mistakes.push(match found {
                    Type::Bool => diagnostic.help("`take: count` counts the cases for which it holds"),
                    _ => diagnostic,
                });
                None
            }
        }
    }

    /// The value over all cases that a script reads.
    pub(super) fn portfolio_value(&mut self, name: &str, place: &Place) -> Result<Option<(u32, Type)>, Reported> {
        let Some(index) = self.portfolio.iter().position(|raw| raw.name == name) else { return Ok(None) };
        self.lower_over_all(index);
        self.read(Dep::Portfolio(index));
        let slot = u32::try_from(index).map_err(|_| Reported)?;
        match self.portfolio.get(index).map(|raw| &raw.progress) {
            Some(Progress::Done(value)) => Ok(Some((slot, value.ty.clone()))),
            Some(Progress::Doing) => {
                self.two_passes(place.clone(), &format!("`portfolio.{name}` rests on itself"));
                Err(Reported)
            }
            _ => Err(Reported),
        }
    }

    /// Whether a value that is still being lowered was met while lowering one over all cases that it reads.
    pub(super) fn rests_on_itself(&mut self, place: &Place) -> bool {
        let Some(raw) = self.portfolio.iter().find(|raw| matches!(raw.progress, Progress::Doing)) else { return false };
        let message = format!("`portfolio.{}` rests on itself", raw.name);
        self.two_passes(place.clone(), &message);
        true
    }

    fn two_passes(&mut self, place: Place, message: &str) {
        let diagnostic = Diagnostic::error(Code::TWO_PASSES, place, message);
        self.mistakes.push(diagnostic.help(
            "`of` and `where` are worked out for each case by itself, before anything is known of all cases together",
        ));
    }

    /// The steps of `order` that the values over all cases rest on. None of those values may rest on another.
    pub(super) fn first_pass(&mut self, condition_deps: &[BTreeSet<Dep>], order: &[Step]) -> Vec<Step> {
        let mut needed: BTreeSet<Dep> = BTreeSet::new();
        let mut refused = Vec::new();
        for raw in &self.portfolio {
            let mut reached: BTreeSet<Dep> = BTreeSet::new();
            let mut open: Vec<Dep> = raw.deps.iter().copied().collect();
            while let Some(dep) = open.pop() {
                if !reached.insert(dep) {
                    continue;
                }
                match dep {
                    Dep::Value(index) => open.extend(self.value_deps.get(index).into_iter().flatten().copied()),
                    Dep::Finding(index) => open.extend(condition_deps.get(index).into_iter().flatten().copied()),
                    Dep::Fact(_) | Dep::Parameter(_) | Dep::Portfolio(_) | Dep::Table(_) | Dep::Calendar(_) => {}
                }
            }
            let other = reached.iter().find_map(|dep| match dep {
                Dep::Portfolio(index) => self.portfolio.get(*index),
                _ => None,
            });
            if let Some(other) = other {
                let place = raw.of.as_ref().map_or(&raw.place, |script| &script.scalar.content);
                let itself = other.name == raw.name;
                let on = if itself { "itself".to_owned() } else { format!("`portfolio.{}`", other.name) };
                refused.push((place.clone(), format!("`portfolio.{}` rests on {on}", raw.name)));
            }
            needed.extend(reached);
        }
        for (place, message) in refused {
            self.two_passes(place, &message);
        }
        let wanted = |step: &&Step| match step {
            Step::Value(index) => needed.contains(&Dep::Value(*index as usize)),
            Step::Finding(index) => needed.contains(&Dep::Finding(*index as usize)),
        };
        order.iter().filter(wanted).copied().collect()
    }

    /// The values over all cases, if each is sound.
    pub(super) fn surveyed(&mut self) -> Option<Vec<PortfolioValue>> {
        std::mem::take(&mut self.portfolio)
            .into_iter()
            .map(|raw| match raw.progress {
                Progress::Done(value) => Some(*value),
                _ => None,
            })
            .collect()
    }
}
