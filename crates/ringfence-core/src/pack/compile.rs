//! Compiling: declarations read, scripts lowered, everything put in the order it is worked out.

mod calendars;
mod identity;
mod parties;
mod payments;
mod plugins;
mod portfolio;
mod possible;
mod rules;
mod standing;
mod steps;
mod tables;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::check::{self, allow::Allowance};
use super::declare::{self, Context};
use super::extend;
use super::history;
use super::section::{SECTIONS, entries};
use super::{
    Condition, Cure, Decision, DerivedValue, Fact, Fund, Interval, Pack, Parameter, SignOff, Step, Suspect, Test,
};
use crate::calendar::Calendar;
use crate::diagnostic::{Code, Diagnostic};
use crate::exact::Rounding;
use crate::fields::{self, Fields, Mistakes, check_id};
use crate::language::ir::{Expr, Kind, Site, Text};
use crate::language::lower::{self, Lookup, Named, Names, Shape};
use crate::language::parse::{self, Script};
use crate::language::possible::Possible;
use crate::period::Periods;
use crate::plugin::Plugins;
use crate::source::{Content, Entry, Node, PackSource, Place, SourceFile};
use crate::table::Table;
use crate::types::Type;
pub(super) use identity::IDENTITY;
use plugins::Required;
use portfolio::RawPortfolio;
pub(super) use tables::band;
use values::RawValue;

/// Something that a script reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dep {
    Fact(usize),
    Parameter(usize),
    Value(usize),
    Finding(usize),
    Portfolio(usize),
    Table(usize),
    Calendar(usize),
}

/// How far a value has been lowered.
#[derive(Debug)]
enum Progress {
    Todo,
    Doing,
    Done(Box<DerivedValue>),
    Broken,
}

struct Compiler {
    engine: rhai::Engine,
    /// The days the pack is in force, if that much is sound.
    in_force: Option<Interval>,
    context: Context,
    default_rounding: Rounding,
    facts: Vec<Fact>,
    parameters: Vec<Parameter>,
    tables: Vec<Arc<Table>>,
    calendars: Vec<Arc<Calendar>>,
    /// How often a row of a table may still be asked what it covers.
    cover_steps: usize,
    raw_values: Vec<RawValue>,
    values: Vec<Progress>,
    value_deps: Vec<BTreeSet<Dep>>,
    portfolio: Vec<RawPortfolio>,
    required: Required,
    /// Condition ids in order, and their slots.
    conditions: Vec<(String, u32)>,
    symbols: Vec<String>,
    symbol_numbers: BTreeMap<String, i64>,
    sites: Vec<Site>,
    /// The scripts as they are written, by the site of the whole of each.
    scripts: BTreeMap<u32, String>,
    mistakes: Mistakes,
    /// Facts and parameters that are declared with a mistake.
    broken: BTreeSet<String>,
    /// The places of facts, values and parameters by name.
    fact_numbers: BTreeMap<String, usize>,
    value_numbers: BTreeMap<String, usize>,
    parameter_numbers: BTreeMap<String, usize>,
    /// The places of conditions by id, and by what scripts call their findings.
    condition_numbers: BTreeMap<String, usize>,
    finding_numbers: BTreeMap<String, usize>,
    reading: Vec<BTreeSet<Dep>>,
    used: BTreeSet<Dep>,
}

/// What is used of what a pack declares, for the checks of the whole.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// What a script, a list or a document names.
    pub(super) named: BTreeSet<Dep>,
    /// What each value, each condition and each fund rests on, in the pack's order.
    pub(super) values: Vec<BTreeSet<Dep>>,
    pub(super) conditions: Vec<BTreeSet<Dep>>,
    pub(super) funds: Vec<BTreeSet<Dep>>,
    pub(super) portfolio: Vec<BTreeSet<Dep>>,
}

/// How many mistakes are told with their near misses.
const MANY_MISTAKES: usize = 20;

/// How deep values and conditions may rest on each other.
const DEEPEST: usize = 256;

/// How deep lowering one value may lead to lowering another. Those it names are lowered before, so this is hardly ever 1.
const NESTED: usize = 4;

pub(super) fn compile(source: &PackSource, plugins: &Plugins) -> (Option<Pack>, Mistakes, Vec<Allowance>) {
    let mut mistakes = Mistakes::new();
    let Some(whole) = extend::whole(source, plugins, &mut mistakes) else { return (None, mistakes, Vec::new()) };
    let (pack, mut mistakes) = compile_whole(&whole.source, digest(source), plugins, mistakes);
    extend::name_removals(&whole.removed, &mut mistakes);
    let allowances = check::allow::read(&whole.source, &mut mistakes);
    (pack, mistakes, allowances)
}

/// Compiles a pack in which nothing is left to be taken from a base.
pub(super) fn compile_whole(
    source: &PackSource,
    digest: String,
    plugins: &Plugins,
    mut mistakes: Mistakes,
) -> (Option<Pack>, Mistakes) {
    let Some(first) = source.documents.first() else {
        let file = SourceFile::new("pack.yaml", "");
        let diagnostic = Diagnostic::error(Code::EMPTY_FILE, Place::start_of(&file), "the pack has no files");
        return (None, vec![diagnostic.help("a pack is a folder with a `pack.yaml`")]);
    };
    let known: Vec<&str> = IDENTITY.iter().chain(SECTIONS).copied().collect();
    let Some(fields) = Fields::read(&first.root, "a pack", &known, &mut mistakes) else {
        return (None, mistakes);
    };
    for document in source.documents.iter().skip(1).filter(|document| !tables::is_file(&document.root)) {
        Fields::read(&document.root, "a further file of a pack", SECTIONS, &mut mistakes);
    }
    let identity = identity::read(&fields, &mut mistakes);
    let sources = declare::sources(&entries(source, "sources", &mut mistakes), &mut mistakes);
    let themes = history::themes(source, &mut mistakes);
    let parties = history::parties(source, &mut mistakes);
    // Without its identity the pack cannot be used, but its other mistakes are still worth telling.
    let periods = fields.get("periods").and_then(|node| declare::periods(node, &mut Mistakes::new()));
    let required = Required::read(fields.get("requires"), plugins, &mut mistakes);
    let mut compiler = Compiler {
        engine: parse::parser(),
        in_force: identity.as_ref().map(|identity| identity.in_force),
        context: Context { periods, has_periods: fields.get("periods").is_some(), sources, themes, parties },
        default_rounding: identity.as_ref().map_or(Rounding::PENCE, |identity| identity.rounding),
        facts: Vec::new(),
        parameters: Vec::new(),
        tables: Vec::new(),
        calendars: Vec::new(),
        cover_steps: crate::table::cover::MOST_STEPS,
        raw_values: Vec::new(),
        values: Vec::new(),
        value_deps: Vec::new(),
        portfolio: Vec::new(),
        required,
        conditions: Vec::new(),
        symbols: Vec::new(),
        symbol_numbers: BTreeMap::new(),
        sites: Vec::new(),
        scripts: BTreeMap::new(),
        mistakes,
        broken: BTreeSet::new(),
        fact_numbers: BTreeMap::new(),
        value_numbers: BTreeMap::new(),
        parameter_numbers: BTreeMap::new(),
        condition_numbers: BTreeMap::new(),
        finding_numbers: BTreeMap::new(),
        reading: Vec::new(),
        used: BTreeSet::new(),
    };
    let parts = compiler.sections(source);
    let changes = history::changes(source, &compiler.context, &mut compiler.mistakes);
    let portfolio_deps = compiler.portfolio.iter().map(|raw| raw.deps.clone()).collect();
    let portfolio = compiler.surveyed();
    let plugins = std::mem::take(&mut compiler.required).into_called();
    let Compiler {
        facts,
        fact_numbers,
        parameters,
        tables,
        calendars,
        values,
        value_deps,
        symbols,
        symbol_numbers,
        sites,
        scripts,
        mut mistakes,
        used,
        context,
        ..
    } = compiler;
    let values: Option<Vec<DerivedValue>> = values
        .into_iter()
        .map(|progress| match progress {
            Progress::Done(value) => Some(*value),
            _ => None,
        })
        .collect();
    let (Some(identity), Some(values), Some(parts), Some(portfolio)) = (identity, values, parts, portfolio) else {
        if !mistakes.iter().any(Diagnostic::is_error) {
            let diagnostic =
                Diagnostic::error(Code::WRONG_VALUE, first.root.place.clone(), "the pack cannot be compiled");
            mistakes.push(diagnostic);
        }
        return (None, mistakes);
    };
    steps::limit(&facts, &parts.conditions, &parts.funds, &values, identity.periods, &first.root.place, &mut mistakes);
    let needed = needed(&parts.order, &parts.conditions, &parts.funds, &values);
    let uses = Uses {
        named: used,
        values: value_deps,
        conditions: parts.condition_deps,
        funds: parts.fund_deps,
        portfolio: portfolio_deps,
    };
    let pack = Pack {
        id: identity.id,
        title: identity.title,
        rules_on: identity.rules_on,
        years: identity.years,
        version: identity.version,
        currency: identity.currency,
        in_force: identity.in_force,
        rules_at: identity.rules_at,
        recipient: identity.recipient,
        notes: identity.notes,
        rounding: identity.rounding,
        reconsideration: identity.reconsideration,
        periods: identity.periods,
        themes: context.themes,
        changes,
        facts,
        fact_numbers,
        parameters,
        tables,
        calendars,
        sign_offs: parts.sign_offs,
        decisions: parts.decisions,
        conditions: parts.conditions,
        funds: parts.funds,
        portfolio,
        plugins,
        first_pass: parts.first_pass,
        needed,
        order: parts.order,
        sites,
        scripts,
        symbols,
        symbol_numbers,
        values,
        digest,
        possible_facts: parts.possible_facts,
        possible_fields: parts.possible_fields,
        warnings: Vec::new(),
        allowed: Vec::new(),
        fact_cells: parts.fact_cells,
        derived_cells: parts.derived_cells,
    };
    // With mistakes about, what seems unused may only be misspelt.
    if !mistakes.iter().any(Diagnostic::is_error) {
        check::run(&pack, source, &uses, &mut mistakes);
    }
    (Some(pack), mistakes)
}

/// The steps of `order` that the findings and the money rest on.
fn needed(order: &[Step], conditions: &[Condition], funds: &[Fund], values: &[DerivedValue]) -> Vec<Step> {
    let mut slots: BTreeSet<u32> = BTreeSet::new();
    let mut scripts: Vec<&Expr> =
        funds.iter().flat_map(|fund| std::iter::once(&fund.amount).chain(&fund.release)).collect();
    for condition in conditions {
        scripts.extend(&condition.applies);
        scripts.extend(condition.cure.iter().flat_map(Cure::scripts));
        if let Test::Script(met) = &condition.test {
            scripts.push(met);
        }
    }
    while let Some(script) = scripts.pop() {
        script.walk(&mut |node| {
            let slot = match &node.kind {
                Kind::Derived(slot) | Kind::DerivedNow(slot) => *slot,
                Kind::FoldSeries(_, series) | Kind::Element { series, .. } if series.derived => series.base,
                _ => return,
            };
            // A series may be read at its last period too, so the value is the last that begins there.
            let value = values.iter().filter(|value| value.slot <= slot).max_by_key(|value| value.slot);
            if let Some(value) = value
                && slots.insert(value.slot)
            {
                scripts.push(&value.is);
            }
        });
    }
    let wanted = |step: &&Step| match step {
        Step::Value(index) => values.get(*index as usize).is_some_and(|value| slots.contains(&value.slot)),
        Step::Finding(_) => true,
    };
    order.iter().filter(wanted).copied().collect()
}

/// Money that is rounded must be a whole number of pence: no fund can pay part of one.
fn whole_pence(rounding: Rounding, node: &Node, mistakes: &mut Mistakes) -> Option<Rounding> {
    if crate::money::Money::from_exact(rounding.step()).is_some() {
        return Some(rounding);
    }
    let diagnostic =
        Diagnostic::error(Code::WRONG_VALUE, node.place.clone(), "money is rounded to a whole number of pence");
    mistakes.push(diagnostic.help("round to 0.01 or a multiple of it"));
    None
}

/// SHA-256 over the texts, by their paths below the pack's folder, whatever the line ends.
fn digest(source: &PackSource) -> String {
    let folder = source.documents.first().map_or("", |first| first.file.path().strip_suffix("pack.yaml").unwrap_or(""));
    let mut texts: Vec<(&str, String)> = source
        .documents
        .iter()
        .map(|document| {
            let path = document.file.path();
            (path.strip_prefix(folder).unwrap_or(path), document.file.text().replace("\r\n", "\n"))
        })
        .collect();
    texts.sort();
    let mut hasher = Sha256::new();
    for (path, text) in texts {
        for part in [path, text.as_str()] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
    }
    for document in &source.shared {
        hash(&document.root, &mut hasher);
    }
    if let Some(base) = &source.base {
        hasher.update(digest(base));
    }
    crate::digest::hexadecimal(&hasher.finalize())
}

/// What a node says, wherever it stands: of a file that packs share, only what this one uses counts.
fn hash(node: &Node, hasher: &mut Sha256) {
    let mut part = |kind: u8, text: &str| {
        hasher.update([kind]);
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    };
    match &node.content {
        Content::Empty => part(0, ""),
        Content::Scalar(scalar) => part(1, &scalar.text),
        Content::List(items) => {
            part(2, &items.len().to_string());
            for item in items {
                hash(item, hasher);
            }
        }
        Content::Map(entries) => {
            part(3, &entries.len().to_string());
            for entry in entries {
                hasher.update((entry.key.len() as u64).to_be_bytes());
                hasher.update(entry.key.as_bytes());
                hash(&entry.value, hasher);
            }
        }
    }
}

/// A fact's number, its `suspect-when` and its `suspect-because`.
type DeclaredSuspect = (usize, (Script, String));

/// What remains of a pack once its facts, parameters and values are there.
struct Parts {
    sign_offs: Vec<SignOff>,
    decisions: Vec<Decision>,
    conditions: Vec<Condition>,
    funds: Vec<Fund>,
    condition_deps: Vec<BTreeSet<Dep>>,
    fund_deps: Vec<BTreeSet<Dep>>,
    first_pass: Vec<Step>,
    order: Vec<Step>,
    possible_facts: BTreeMap<u32, Possible>,
    possible_fields: BTreeMap<(u32, u32), Possible>,
    fact_cells: usize,
    derived_cells: usize,
}

impl Compiler {
    fn sections(&mut self, source: &PackSource) -> Option<Parts> {
        let (suspects, fact_cells) = self.facts(source);
        self.parameters(source);
        self.tables(source);
        let value_cells = self.declare_values(source);
        self.declare_portfolio(source);
        self.check_names();
        let condition_entries = entries(source, "conditions", &mut self.mistakes);
        let derived_cells = self.number_conditions(&condition_entries, value_cells);
        self.lower_values();
        self.lower_portfolio();
        for (index, (script, because)) in suspects {
            let when = self.lower(&script, Some(&Type::Bool), true_in_period(&self.facts, index)).map(|(when, _)| when);
            if let Some(when) = &when {
                self.refuse_derived(when);
            }
            if let (Some(fact), Some(when)) = (self.facts.get_mut(index), when) {
                fact.suspect = Some(Suspect { when, because });
            }
        }
        let sign_offs = self.sign_offs(source);
        let decisions: Vec<Decision> = entries(source, "decisions", &mut self.mistakes)
            .into_iter()
            .filter_map(|entry| declare::decision(entry, &self.context, &mut self.mistakes))
            .collect();
        let mut conditions = Vec::new();
        let mut deps = Vec::new();
        for (index, entry) in condition_entries.iter().enumerate() {
            self.reading.push(BTreeSet::new());
            conditions.push(self.condition(entry, index, &sign_offs, &decisions));
            deps.push(self.reading.pop().unwrap_or_default());
        }
        let mut funds = Vec::new();
        let mut fund_deps = Vec::new();
        for entry in entries(source, "funds", &mut self.mistakes) {
            self.reading.push(BTreeSet::new());
            funds.push(self.fund(entry));
            fund_deps.push(self.reading.pop().unwrap_or_default());
        }
        self.check_shares(&condition_entries, &conditions, &funds);
        let (possible_facts, possible_fields) = self.possible();
        let order = self.order(&deps, &condition_entries);
        let first_pass = self.first_pass(&deps, order.as_deref().unwrap_or_default());
        // With mistakes about, what seems uncalled may only be misspelt.
        if !self.mistakes.iter().any(Diagnostic::is_error) {
            self.warn_uncalled();
        }
        Some(Parts {
            possible_facts,
            possible_fields,
            sign_offs,
            decisions,
            conditions: conditions.into_iter().collect::<Option<_>>()?,
            funds: funds.into_iter().collect::<Option<_>>()?,
            condition_deps: deps,
            fund_deps,
            first_pass,
            order: order?,
            fact_cells,
            derived_cells,
        })
    }

    /// A check of evidence is made before anything is derived from it.
    fn refuse_derived(&mut self, when: &Expr) {
        let mut sites = Vec::new();
        when.walk(&mut |node| match &node.kind {
            Kind::Derived(_) | Kind::DerivedNow(_) | Kind::Portfolio(_) => sites.push(node.site),
            Kind::FoldSeries(_, series) | Kind::Element { series, .. } if series.derived => sites.push(node.site),
            _ => {}
        });
        for site in sites {
            if let Some(site) = self.sites.get(site as usize) {
                let message = "a check of evidence cannot use what is derived from evidence";
                let diagnostic = Diagnostic::error(Code::NOT_IN_LANGUAGE, site.place.clone(), message);
                self.mistakes.push(diagnostic.help("use facts and parameters"));
            }
        }
    }

    fn facts(&mut self, source: &PackSource) -> (Vec<DeclaredSuspect>, usize) {
        let mut cells = 0;
        let mut suspects = Vec::new();
        for entry in entries(source, "facts", &mut self.mistakes) {
            let slot = u32::try_from(cells).unwrap_or(u32::MAX);
            let Some((fact, suspect)) = declare::fact(entry, slot, &self.context, &mut self.mistakes) else {
                self.broken.insert(entry.key.clone());
                continue;
            };
            cells += self.width(matches!(fact.shape, Shape::Series(_)));
            if let Some(suspect) = suspect {
                suspects.push((self.facts.len(), suspect));
            }
            self.fact_numbers.insert(fact.name.clone(), self.facts.len());
            self.facts.push(fact);
        }
        (suspects, cells)
    }

    fn width(&self, series: bool) -> usize {
        if series { self.context.periods.map_or(1, |periods| periods.len()) } else { 1 }
    }

    fn parameters(&mut self, source: &PackSource) {
        for entry in entries(source, "parameters", &mut self.mistakes) {
            let mut mistakes = std::mem::take(&mut self.mistakes);
            let (symbols, numbers) = (&mut self.symbols, &mut self.symbol_numbers);
            let mut symbol = |text: &str| intern(symbols, numbers, text);
            let parameter = declare::parameter(entry, &self.context, &mut symbol, &mut mistakes);
            self.mistakes = mistakes;
            match parameter {
                Some(parameter) => {
                    self.parameter_numbers.insert(parameter.name.clone(), self.parameters.len());
                    self.parameters.push(parameter);
                }
                None => {
                    self.broken.insert(format!("params.{}", entry.key));
                }
            }
        }
    }

    /// One name for two things, and names that scripts could not tell apart.
    fn check_names(&mut self) {
        let facts = self.facts.iter().map(|fact| (fact.name.as_str(), &fact.place));
        let values = self.raw_values.iter().map(|value| (value.name.as_str(), &value.place));
        for (name, place) in values.clone() {
            let first = self.fact_numbers.get(name).and_then(|index| self.facts.get(*index)).map(|fact| &fact.place);
            if let Some(first) = first {
                let message = format!("`{name}` is both a fact and a value");
                let diagnostic = Diagnostic::error(Code::DUPLICATE_NAME, place.clone(), message);
                self.mistakes.push(diagnostic.help(format!("the fact is declared at {first}")));
            }
        }
        let all: BTreeMap<&str, &Place> = facts.chain(values).collect();
        declare::check_prefixes(&all, &mut self.mistakes);
    }

    fn number_conditions(&mut self, entries: &[&Entry], first: usize) -> usize {
        for (position, entry) in entries.iter().enumerate() {
            check_id(&entry.key, &entry.key_place, &mut self.mistakes);
            let slot = u32::try_from(first + position).unwrap_or(u32::MAX);
            self.condition_numbers.insert(entry.key.clone(), position);
            self.finding_numbers.entry(entry.key.replace('-', "_")).or_insert(position);
            self.conditions.push((entry.key.clone(), slot));
        }
        first + entries.len()
    }

    /// Parses and lowers a script; a type it must have can be given.
    fn lower(&mut self, script: &Script, wanted: Option<&Type>, in_period: bool) -> Option<(Expr, Type)> {
        let parsed = match parse::parse(&self.engine, script) {
            Ok(parsed) => parsed,
            Err(mistake) => {
                self.mistakes.push(*mistake);
                return None;
            }
        };
        let (expr, ty) = lower::script(self, script, &parsed, in_period).ok()?;
        self.scripts.insert(expr.site, script.scalar.text.trim_end().to_owned());
        if let Some(wanted) = wanted {
            let nought_money = matches!(&expr.kind, Kind::Constant(crate::language::value::Val::Num(num))
                if num.known(&[]).is_some_and(crate::exact::Exact::is_zero));
            let nought = nought_money && matches!(wanted, Type::Number(_));
            if !nought && !ty.is_like(wanted) {
                let code = if matches!((&ty, wanted), (Type::Number(_), Type::Number(_))) {
                    Code::WRONG_UNIT
                } else {
                    Code::WRONG_TYPE
                };
                let place = self
                    .sites
                    .get(expr.site as usize)
                    .map_or_else(|| script.scalar.content.clone(), |site| site.place.clone());
                let message = format!("the script gives {ty}, and {wanted} is needed");
                let diagnostic = Diagnostic::error(code, place, message);
                self.mistakes.push(match (wanted, &ty) {
                    (Type::Bool, Type::Number(_)) => diagnostic.help("compare it: `… > 0`"),
                    (Type::Number(_), Type::Number(_)) => diagnostic.help("multiply by a parameter of money per unit"),
                    _ => diagnostic,
                });
                return None;
            }
        }
        Some((expr, ty))
    }

    fn template(&mut self, script: &Script) -> Option<Text> {
        match parse::parse(&self.engine, script) {
            Ok(parsed) => lower::template(self, script, &parsed).ok(),
            Err(mistake) => {
                self.mistakes.push(*mistake);
                None
            }
        }
    }

    fn names_of(&self, deps: &BTreeSet<Dep>) -> Vec<String> {
        let mut names: Vec<String> = deps
            .iter()
            .filter_map(|dep| match dep {
                Dep::Fact(index) => self.facts.get(*index).map(|fact| fact.name.clone()),
                Dep::Parameter(index) => {
                    self.parameters.get(*index).map(|parameter| format!("params.{}", parameter.name))
                }
                Dep::Value(index) => self.raw_values.get(*index).map(|value| value.name.clone()),
                Dep::Finding(index) => self.conditions.get(*index).map(|(id, _)| id.clone()),
                Dep::Portfolio(index) => self.portfolio.get(*index).map(|raw| format!("portfolio.{}", raw.name)),
                Dep::Table(index) => self.tables.get(*index).map(|table| format!("tables.{}", table.name)),
                Dep::Calendar(index) => {
                    self.calendars.get(*index).map(|calendar| format!("calendars.{}", calendar.name))
                }
            })
            .collect();
        names.sort();
        names
    }

    fn read(&mut self, dep: Dep) {
        self.used.insert(dep);
        if let Some(reading) = self.reading.last_mut() {
            reading.insert(dep);
        }
    }

    /// Values and findings in an order in which each comes after what it needs.
    fn order(&mut self, condition_deps: &[BTreeSet<Dep>], entries: &[&Entry]) -> Option<Vec<Step>> {
        let mut order = Vec::new();
        let mut state = BTreeMap::new();
        let mut sound = true;
        let roots = (0..self.raw_values.len()).map(Dep::Value).chain((0..condition_deps.len()).map(Dep::Finding));
        for root in roots.collect::<Vec<_>>() {
            sound &= self.visit(root, 0, condition_deps, entries, &mut state, &mut order);
        }
        sound.then_some(order)
    }

    fn visit(
        &mut self,
        dep: Dep,
        depth: usize,
        conditions: &[BTreeSet<Dep>],
        entries: &[&Entry],
        state: &mut BTreeMap<Dep, bool>,
        order: &mut Vec<Step>,
    ) -> bool {
        let (deps, place, name) = match dep {
            Dep::Value(index) => (
                self.value_deps.get(index).cloned(),
                self.raw_values.get(index).map(|value| value.place.clone()),
                self.raw_values.get(index).map(|value| format!("the value `{}`", value.name)),
            ),
            Dep::Finding(index) => (
                conditions.get(index).cloned(),
                entries.get(index).map(|entry| entry.key_place.clone()),
                entries.get(index).map(|entry| format!("the condition `{}`", entry.key)),
            ),
            // What is worked out over all cases is there before the order begins.
            Dep::Fact(_) | Dep::Parameter(_) | Dep::Portfolio(_) | Dep::Table(_) | Dep::Calendar(_) => return true,
        };
        match state.get(&dep) {
            Some(true) => return true,
            Some(false) => {
                if let (Some(place), Some(name)) = (place, name) {
                    self.cycle(&name, place);
                }
                return false;
            }
            None => {}
        }
        if depth > DEEPEST {
            if let (Some(place), Some(name)) = (place, name) {
                self.too_deep(&name, place);
            }
            return false;
        }
        state.insert(dep, false);
        let mut sound = true;
        for next in deps.unwrap_or_default() {
            sound &= self.visit(next, depth + 1, conditions, entries, state, order);
        }
        state.insert(dep, true);
        order.push(match dep {
            Dep::Value(index) => Step::Value(u32::try_from(index).unwrap_or(u32::MAX)),
            Dep::Finding(index)
            | Dep::Fact(index)
            | Dep::Parameter(index)
            | Dep::Portfolio(index)
            | Dep::Table(index)
            | Dep::Calendar(index) => Step::Finding(u32::try_from(index).unwrap_or(u32::MAX)),
        });
        sound
    }

    fn too_deep(&mut self, name: &str, place: Place) {
        let message = format!("{name} rests on what rests on others, more than {DEEPEST} deep");
        self.mistakes.push(Diagnostic::error(Code::TOO_LARGE, place, message).help("let fewer rest on each other"));
    }

    fn cycle(&mut self, name: &str, place: Place) {
        let diagnostic = Diagnostic::error(Code::CYCLE, place, format!("{name} needs itself"));
        self.mistakes.push(diagnostic.help("what it rests on must not lead back to it"));
    }
}

impl Compiler {
    fn sound_parameter(&mut self, name: &str) -> Option<(u32, Type)> {
        let index = self.parameter_numbers.get(name).copied()?;
        self.read(Dep::Parameter(index));
        let parameter = self.parameters.get(index)?;
        Some((u32::try_from(index).ok()?, parameter.ty.clone()))
    }
}

/// Whether a fact's own check runs once a period.
fn true_in_period(facts: &[Fact], index: usize) -> bool {
    facts.get(index).is_some_and(|fact| matches!(fact.shape, Shape::Series(_)))
}

fn intern(symbols: &mut Vec<String>, numbers: &mut BTreeMap<String, i64>, text: &str) -> i64 {
    if let Some(number) = numbers.get(text) {
        return *number;
    }
    let number = i64::try_from(symbols.len()).unwrap_or(i64::MAX);
    symbols.push(text.to_owned());
    numbers.insert(text.to_owned(), number);
    number
}

impl Names for Compiler {
    fn name(&mut self, dotted: &str, place: &Place) -> Lookup {
        if let Some(index) = self.fact_numbers.get(dotted).copied() {
            self.read(Dep::Fact(index));
            return match self.facts.get(index) {
                Some(fact) => Lookup::Found(Named { shape: fact.shape.clone(), derived: false, slot: fact.slot }),
                None => Lookup::Unknown,
            };
        }
        let Some(index) = self.value_numbers.get(dotted).copied() else {
            return if self.broken.contains(dotted) { Lookup::Broken } else { Lookup::Unknown };
        };
        self.lower_value(index);
        match self.values.get(index) {
            Some(Progress::Done(value)) => {
                let ty = value.ty.clone();
                let shape = if value.per_period { Shape::Series(ty) } else { Shape::One(ty) };
                let slot = value.slot;
                self.read(Dep::Value(index));
                Lookup::Found(Named { shape, derived: true, slot })
            }
            Some(Progress::Doing) => {
                if !self.rests_on_itself(place) {
                    self.cycle(&format!("the value `{dotted}`"), place.clone());
                }
                Lookup::Broken
            }
            _ => Lookup::Broken,
        }
    }

    fn is_declared(&self, name: &str) -> bool {
        self.fact_numbers.contains_key(name) || self.value_numbers.contains_key(name) || self.broken.contains(name)
    }

    fn parameter(&mut self, name: &str) -> Result<Option<(u32, Type)>, lower::Reported> {
        if self.broken.contains(&format!("params.{name}")) {
            return Err(lower::Reported);
        }
        Ok(self.sound_parameter(name))
    }

    fn finding(&mut self, name: &str) -> Option<u32> {
        let index = self.finding_numbers.get(name).copied()?;
        self.read(Dep::Finding(index));
        self.conditions.get(index).map(|(_, slot)| *slot)
    }

    fn plugin(&mut self, name: &str) -> Option<lower::Offered> {
        self.plugin_called(name)
    }

    fn portfolio(&mut self, name: &str, place: &Place) -> Result<Option<(u32, Type)>, lower::Reported> {
        self.portfolio_value(name, place)
    }

    fn table(&mut self, name: &str) -> Result<Option<(u32, Arc<Table>)>, lower::Reported> {
        if self.broken.contains(&format!("tables.{name}")) {
            return Err(lower::Reported);
        }
        let Some(index) = self.tables.iter().position(|table| table.name == name) else { return Ok(None) };
        self.read(Dep::Table(index));
        // Behind the parameters stands a cell for each table: which of its versions is in force.
        let cell = u32::try_from(self.parameters.len() + index).unwrap_or(u32::MAX);
        Ok(self.tables.get(index).map(|table| (cell, Arc::clone(table))))
    }

    fn calendar(&mut self, name: &str) -> Result<Option<Arc<Calendar>>, lower::Reported> {
        if self.broken.contains(&format!("calendars.{name}")) {
            return Err(lower::Reported);
        }
        let Some(index) = self.calendars.iter().position(|calendar| calendar.name == name) else { return Ok(None) };
        self.read(Dep::Calendar(index));
        Ok(self.calendars.get(index).map(Arc::clone))
    }

    fn known(&self) -> Vec<String> {
        // Past so many mistakes nobody reads on, and looking for near misses takes the time of all names.
        if self.mistakes.len() > MANY_MISTAKES {
            return Vec::new();
        }
        let facts = self.facts.iter().map(|fact| fact.name.clone());
        let values = self.raw_values.iter().map(|value| value.name.clone());
        let parameters = self.parameters.iter().map(|parameter| format!("params.{}", parameter.name));
        let findings = self.conditions.iter().map(|(id, _)| format!("findings.{}", id.replace('-', "_")));
        let portfolio = self.portfolio.iter().map(|raw| format!("portfolio.{}", raw.name));
        let tables = self.tables.iter().map(|table| format!("tables.{}", table.name));
        let calendars = self.calendars.iter().map(|calendar| format!("calendars.{}", calendar.name));
        facts.chain(values).chain(parameters).chain(findings).chain(portfolio).chain(tables).chain(calendars).collect()
    }

    fn symbol(&mut self, text: &str) -> i64 {
        intern(&mut self.symbols, &mut self.symbol_numbers, text)
    }

    fn text(&self, symbol: i64) -> Option<String> {
        self.symbols.get(usize::try_from(symbol).ok()?).cloned()
    }

    fn site(&mut self, site: Site) -> u32 {
        self.sites.push(site);
        u32::try_from(self.sites.len() - 1).unwrap_or(u32::MAX)
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.mistakes.push(diagnostic);
    }

    fn periods(&self) -> Option<Periods> {
        self.context.periods
    }

    fn rounding(&self) -> crate::exact::Rounding {
        self.default_rounding
    }
}
