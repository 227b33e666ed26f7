//! What the user names: a pack, cases, and the dates and parameters to rule with.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::civil::Date;
use ringfence_core::case::Case;
use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::evaluate::{EvaluateError, Options};
use ringfence_core::pack::Pack;
use ringfence_core::period::Period;
use ringfence_core::ruling::Ruling;
use ringfence_core::source::{Document, Node};
use ringfence_loaders::case::{Batches, Format};
use ringfence_loaders::{LoadError, case, pack};

use crate::exit::{Failure, Problem, io_words};
use crate::screen::Screen;
use crate::words::{counted, listed, listed_up_to, near_miss, near_miss_or_all};

/// Standard input among the files of cases.
pub(crate) const STDIN: &str = "-";
/// No more is read from standard input: as much as loaders read of a file.
const MOST_BYTES: u64 = 256 << 20;
/// How many cases are ruled on between two looks at the progress.
const STRIDE: usize = 16;
/// Where packs usually are.
pub(crate) const PACKS: &str = "rules";

/// A pack and cases.
#[derive(Args, Debug)]
pub(crate) struct Inputs {
    /// The folder of a rule pack
    #[arg(value_name = "PACK")]
    pack: PathBuf,
    /// Files or folders of cases; `-` is standard input
    #[arg(value_name = "CASES", required = true)]
    cases: Vec<PathBuf>,
    /// What standard input is written in
    #[arg(long, value_name = "FORMAT", value_parser = input_format())]
    input_format: Option<Format>,
}

fn input_format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(|(name, _)| name))
        .try_map(|name| Format::named(&name).ok_or("no such format"))
}

/// Which rules and which evidence count.
#[derive(Args, Debug)]
pub(crate) struct Basis {
    /// Apply the rules in force on this day
    #[arg(long, value_name = "DATE", value_parser = date)]
    rules_at: Option<Date>,
    /// Count only evidence known by this day
    #[arg(long, value_name = "DATE", value_parser = date)]
    known_by: Option<Date>,
    /// Rule on the tranches up to and including this period, such as `2015-16 Q1`
    #[arg(long, value_name = "PERIOD")]
    period: Option<String>,
    /// Give a parameter another value for this run; the rulings say so. Repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
}

/// A date as people give it on the command line.
pub(crate) fn date(text: &str) -> Result<Date, &'static str> {
    // Jiff reads other ways to write a date; packs and cases have one.
    let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
    date.ok_or("expected a date such as 2015-04-01")
}

pub(crate) fn setting(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("expected a name, `=` and a value")?;
    let name = name.trim();
    let name = name.strip_prefix("params.").unwrap_or(name);
    if name.is_empty() { Err("the name before `=` is empty") } else { Ok((name.to_owned(), value.trim().to_owned())) }
}

impl Basis {
    /// The options that core evaluates with.
    pub(crate) fn options(&self, pack: &Pack) -> Result<Options, Failure> {
        let mut set = BTreeMap::new();
        for (name, value) in &self.set {
            if set.insert(name, value).is_some() {
                return Err(Problem::new(format!("`--set` gives `{name}` twice")).into());
            }
        }
        let through = self.period.as_deref().map(|text| period(text, pack)).transpose()?;
        Ok(Options { rules_at: self.rules_at, known_by: self.known_by, through, set: self.set.clone() })
    }
}

fn period(text: &str, pack: &Pack) -> Result<Period, Problem> {
    let Some(periods) = pack.periods() else {
        return Err(Problem::new("`--period` is given, and the pack has no periods"));
    };
    Period::read(text, periods.every()).filter(|period| periods.position(*period).is_some()).ok_or_else(|| {
        let help = format!("the periods are `{}` to `{}`", periods.first(), periods.last());
        Problem::new(format!("`{text}` is no period of the pack")).help(help)
    })
}

/// A pack and the documents of its cases.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) pack: Pack,
    documents: Vec<Document>,
}

impl Inputs {
    /// The pack, and the cases of a table with a row for each of them, so many rows at a time; `None` where the cases
    /// come from elsewhere, or the pack has values over all of them.
    pub(crate) fn batches(&self, rows: usize, screen: &Screen) -> Result<Option<(Pack, Batches)>, Failure> {
        let [path] = self.cases.as_slice() else { return Ok(None) };
        if is_stdin(path) || self.input_format.is_some() {
            return Ok(None);
        }
        let mut failure = Failure::default();
        let batches = screen.during(&format!("reading {}", path.display()), || case::batches(path, rows));
        if let Ok(None) = batches {
            return Ok(None);
        }
        let batches = failure.gather(batches).flatten();
        let pack = failure.gather(compile(&self.pack).map_err(Failure::without_warnings));
        Ok(failure.or(pack.zip(batches))?.filter(|(pack, _)| pack.passes() == 1))
    }

    /// Loads the pack and every file of cases.
    pub(crate) fn load(&self, screen: &Screen) -> Result<Loaded, Failure> {
        let mut failure = Failure::default();
        let pack = failure.gather(compile(&self.pack).map_err(Failure::without_warnings));
        let mut documents = Vec::new();
        if self.input_format.is_some() && !self.cases.iter().any(|path| is_stdin(path)) {
            let message = "`--input-format` is about standard input, and no `-` names it";
            failure.problems.push(Problem::new(message).help("the name of a file says its format".to_owned()));
        }
        for (index, path) in self.cases.iter().enumerate() {
            let is_repeated = self.cases.iter().take(index).any(|before| before == path);
            let read = match self.input_format {
                _ if is_repeated => Err(Problem::new(format!("`{}` is given twice", path.display())).into()),
                format if is_stdin(path) => stdin(format),
                _ => screen.during(&format!("reading {}", path.display()), || case::load(path)).map_err(Failure::from),
            };
            documents.extend(failure.gather(read).unwrap_or_default());
        }
        match pack {
            Some(pack) => failure.or(Loaded { pack, documents }),
            None => Err(failure),
        }
    }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new(STDIN)
}

fn stdin(format: Option<Format>) -> Result<Vec<Document>, Failure> {
    let Some(format) = format else {
        let names = Format::ALL.map(|(name, _)| name);
        let help = format!("add `--input-format` with one of {}", listed(names));
        return Err(Problem::new("standard input has no name that says its format").help(help).into());
    };
    Ok(case::from_text("<stdin>", &text_from_stdin()?, format)?)
}

/// All of standard input.
pub(crate) fn text_from_stdin() -> Result<String, Problem> {
    let mut bytes = Vec::new();
    if let Err(error) = io::stdin().lock().take(MOST_BYTES + 1).read_to_end(&mut bytes) {
        return Err(Problem::new(format!("failed to read standard input: {}", io_words(&error))));
    }
    if bytes.len() as u64 > MOST_BYTES {
        return Err(Problem::new(format!("standard input is larger than {} MiB", MOST_BYTES >> 20)));
    }
    String::from_utf8(bytes).map_err(|_| Problem::new("standard input is not UTF-8 text"))
}

impl Loaded {
    /// The ids of the cases, in their order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> + Clone {
        self.documents.iter().filter_map(id)
    }

    /// How many cases there are.
    pub(crate) fn len(&self) -> usize {
        self.documents.len()
    }

    /// Only the cases with these ids; all of them where none is given.
    pub(crate) fn only(mut self, ids: &[String]) -> Result<Self, Failure> {
        let mut failure = Failure::default();
        for wanted in ids {
            if !self.ids().any(|id| id == wanted) {
                let help = near_miss_or_all(wanted, "cases", self.ids());
                failure.problems.push(Problem::new(format!("no case `{wanted}`")).help(help));
            }
        }
        if !ids.is_empty() {
            self.documents.retain(|document| id(document).is_some_and(|id| ids.iter().any(|wanted| wanted == id)));
        }
        failure.or(self)
    }

    /// Rules on the cases with these ids; on all of them where none is given. Where the pack has values over
    /// all cases, the others count for those.
    pub(crate) fn rulings(self, ids: &[String], basis: &Basis, screen: &Screen) -> Result<Vec<Ruling>, Failure> {
        let read = |loaded: &Self| screen.during("reading the cases as the pack declares them", || loaded.cases());
        if self.pack.passes() == 1 {
            let loaded = self.only(ids)?;
            let cases = read(&loaded)?;
            return rule(&loaded.pack, &cases, &basis.options(&loaded.pack)?, screen);
        }
        let all = read(&self)?;
        let options = basis.options(&self.pack)?;
        let chosen = self.only(ids)?;
        let mut rulings = rule(&chosen.pack, &all, &options, screen)?;
        rulings.retain(|ruling| chosen.ids().any(|id| id == ruling.case.id));
        Ok(rulings)
    }

    /// Reads the cases as the pack declares them.
    pub(crate) fn cases(&self) -> Result<Vec<Case>, Failure> {
        let (cases, mistakes) = read_cases(&self.pack, &self.documents);
        if mistakes.is_empty() { Ok(cases) } else { Err(mistakes.into()) }
    }
}

/// The texts of cases, of those with these ids or of all where none is given.
pub(crate) fn documents(paths: &[PathBuf], ids: &[String]) -> Result<Vec<Document>, Failure> {
    let mut failure = Failure::default();
    let mut documents = Vec::new();
    for path in paths {
        documents.extend(failure.gather(case::load(path)).unwrap_or_default());
    }
    failure.mistakes.extend(repeated(&documents));
    for wanted in ids.iter().filter(|wanted| !documents.iter().any(|document| id(document) == Some(wanted))) {
        let help = near_miss_or_all(wanted, "cases", documents.iter().filter_map(id));
        failure.problems.push(Problem::new(format!("no case `{wanted}`")).help(help));
    }
    if !ids.is_empty() {
        documents.retain(|document| id(document).is_some_and(|id| ids.iter().any(|wanted| wanted == id)));
    }
    failure.or(documents)
}

fn id(document: &Document) -> Option<&str> {
    document.root.get("case").and_then(Node::as_text)
}

/// The cases that the pack can read, and every mistake in the others, each once: cases that stand on one
/// base share its mistakes.
pub(crate) fn read_cases(pack: &Pack, documents: &[Document]) -> (Vec<Case>, Vec<Diagnostic>) {
    let mut mistakes = repeated(documents);
    let mut cases = Vec::new();
    for document in documents {
        match pack.read_case(document) {
            Ok(case) => cases.push(case),
            Err(found) => mistakes.extend(found),
        }
    }
    let mut told = BTreeSet::new();
    mistakes.retain(|mistake| {
        let (file, part, line, column) = mistake.place.key();
        told.insert((file.to_owned(), part.clone(), line, column, mistake.code, mistake.message.clone()))
    });
    (cases, mistakes)
}

/// A mistake for each case whose id another one has.
fn repeated(documents: &[Document]) -> Vec<Diagnostic> {
    let mut first = BTreeMap::new();
    let mut mistakes = Vec::new();
    for document in documents {
        let Some((node, id)) = document.root.get("case").and_then(|node| Some((node, node.as_text()?))) else {
            continue;
        };
        if let Some(place) = first.get(id) {
            let message = format!("a second case `{id}`");
            let mistake = Diagnostic::error(Code::DUPLICATE_NAME, node.place.clone(), message);
            mistakes.push(mistake.help(format!("the first is at {place}")));
        } else {
            first.insert(id, &node.place);
        }
    }
    mistakes
}

/// Loads and compiles a pack; what is wrong with it includes its warnings.
pub(crate) fn compile(path: &Path) -> Result<Pack, Failure> {
    let source = pack::load(path).map_err(|error| no_pack(path, error))?;
    Pack::compile(&source).map_err(|invalid| invalid.mistakes.into())
}

/// A pack that is not where the user says, with what may have been meant.
pub(crate) fn no_pack(path: &Path, error: LoadError) -> Failure {
    let help = match &error {
        LoadError::NotFound { .. } => {
            let near = path.ancestors().skip(1).find(|folder| folder.is_dir()).and_then(packs_below);
            near.or_else(|| packs_below(Path::new(PACKS)))
                .and_then(|packs| near_miss(&path.to_string_lossy(), packs.iter().map(String::as_str)))
        }
        LoadError::NotAPack { .. } => packs_below(path)
            .filter(|packs| !packs.is_empty())
            .map(|packs| format!("packs below it: {}", listed(packs.iter().map(String::as_str)))),
        _ => None,
    };
    let mut failure = Failure::from(error);
    for problem in &mut failure.problems {
        problem.help = help.clone().or(problem.help.take());
    }
    failure
}

/// The packs below a folder of the project. Elsewhere there is no telling how much would be searched.
fn packs_below(folder: &Path) -> Option<Vec<String>> {
    let mut parts = folder.components();
    let is_ours = parts.next().is_some() && folder.components().all(|part| matches!(part, Component::Normal(_)));
    let packs = if is_ours { pack::find(folder).ok()? } else { return None };
    Some(packs.iter().map(|path| path.to_string_lossy().into_owned()).collect())
}

/// Rules on every case, or says for which that could not be done.
fn rule(pack: &Pack, cases: &[Case], options: &Options, screen: &Screen) -> Result<Vec<Ruling>, Failure> {
    let mut unruled = Unruled::default();
    // Where nothing is worked out over all cases, some at a time come to the same.
    let stride = if pack.passes() == 1 { STRIDE } else { cases.len().max(1) };
    let mut rulings = Vec::with_capacity(cases.len());
    for (index, some) in cases.chunks(stride).enumerate() {
        screen.progress(&format!("{} of {} ruled on", index * stride, counted(cases.len(), "case")));
        rulings.extend(rule_each(pack, some, options, &mut unruled));
    }
    screen.progress("");
    let failure = Failure { problems: unruled.problems(), ..Failure::default() };
    failure.or(rulings)
}

/// Rules on every case that can be ruled on, and notes the others.
pub(crate) fn rule_each(pack: &Pack, cases: &[Case], options: &Options, unruled: &mut Unruled) -> Vec<Ruling> {
    // One case is no scheme: what is worked out over all cases is then missing, and the ruling says so.
    let ruled = match cases {
        [alone] => vec![pack.evaluate(alone, options)],
        all => pack.evaluate_together(all, options),
    };
    let mut rulings = Vec::new();
    for (case, ruled) in cases.iter().zip(ruled) {
        match ruled {
            Ok(ruling) => rulings.push(ruling),
            Err(error) => unruled.add(error, vec![case.id.clone()]),
        }
    }
    rulings
}

/// Why some cases could not be ruled on. What is wrong with the options is wrong for every case, and told once.
#[derive(Debug, Default)]
pub(crate) struct Unruled(Vec<(EvaluateError, Vec<String>)>);

impl Unruled {
    fn add(&mut self, error: EvaluateError, ids: Vec<String>) {
        match self.0.iter_mut().find(|(known, _)| is_same(known, &error)) {
            Some((_, known)) => known.extend(ids),
            None => self.0.push((error, ids)),
        }
    }

    /// Adds those of other cases.
    pub(crate) fn extend(&mut self, others: Self) {
        for (error, ids) in others.0 {
            self.add(error, ids);
        }
    }

    /// Whether every case was ruled on.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn problems(&self) -> Vec<Problem> {
        self.0.iter().map(|(error, ids)| unruled(error, ids)).collect()
    }
}

fn is_same(left: &EvaluateError, right: &EvaluateError) -> bool {
    left.place() == right.place() && left.to_string() == right.to_string()
}

fn unruled(error: &EvaluateError, ids: &[String]) -> Problem {
    let message = match ids {
        [id] => format!("cannot rule on case `{id}`: {error}"),
        _ => {
            let some = listed_up_to(3, ids.iter().map(String::as_str));
            format!("cannot rule on {} ({some}): {error}", counted(ids.len(), "case"))
        }
    };
    Problem { message, place: error.place().cloned(), help: error.help() }
}
