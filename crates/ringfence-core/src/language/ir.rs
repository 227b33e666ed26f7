//! The lowered form of a script: typed, pure, every name resolved to a slot, every node with a site.
//!
//! All readings work on this one form. A node's site is its number in the pack's table of
//! [`Site`]s, which knows the place in the YAML file and, for a node that reads evidence, which.

use std::sync::Arc;

use super::library::dates::With;
use super::library::{self, Arg, Sharing};
use super::value::{Family, State, Val};
use crate::exact::{Inexact, Rounding};
use crate::plugin::Function;
use crate::source::Place;
use crate::table::{Table, Version};
use crate::types::Type;

/// A node of a lowered script.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) kind: Kind,
    pub(crate) site: u32,
}

/// How two numbers or words are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparison {
    pub(crate) const fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }

    pub(crate) const fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// Where the values of a series stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Series {
    pub(crate) derived: bool,
    pub(crate) base: u32,
}

/// What is made of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    /// The sum of all periods.
    Total,
    /// The sum up to and including the period ruled on.
    ToDate,
    /// The highest up to and including the period ruled on.
    HighestToDate,
    /// This period's less the previous one's; the first as it is.
    Change,
}

/// How many rows must pass a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    All,
    Some,
    None,
}

/// What rows are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// The records of the list fact in this cell; each takes so many cells.
    List { slot: u32, stride: u32 },
    /// The periods of the scheme.
    Periods,
    /// At most so many periods, the last of them the one ruled on.
    Recent(u32),
}

/// The records or periods that pass the filters; the row's local holds each in turn: the first cell
/// of a record, the place of a period among the scheme's.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    pub(crate) over: Over,
    /// The series that these are the values of, if they are.
    pub(crate) of: Option<Series>,
    pub(crate) local: u16,
    pub(crate) filters: Vec<Expr>,
    /// The site of the rows themselves.
    pub(crate) site: u32,
}

/// What sets the locals of a script before its value is worked out.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Set {
        name: String,
        local: u16,
        ty: Type,
        value: Expr,
    },
    When(Box<When>),
    /// The actions for each row in turn, and the locals from outside that they set.
    Each {
        name: String,
        rows: Box<Rows>,
        body: Vec<Action>,
        sets: Vec<(u16, Family)>,
    },
}

/// Actions that rest on a test, and the locals from outside that either side sets.
#[derive(Clone, Debug)]
pub(crate) struct When {
    pub(crate) test: Expr,
    pub(crate) then: Vec<Action>,
    pub(crate) other: Vec<Action>,
    pub(crate) sets: Vec<(u16, Family)>,
}

/// An amount shared out by weights.
#[derive(Clone, Debug)]
pub(crate) struct Allocate {
    pub(crate) total: Expr,
    /// Those that share, and what each weighs.
    pub(crate) rows: Rows,
    pub(crate) weight: Expr,
    pub(crate) sharing: Sharing,
    /// The local of the record whose part this is; without it, the part of the period ruled on.
    pub(crate) part_of: Option<u16>,
}

/// A function of the library and what it is called with.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) function: &'static library::Function,
    /// What it needs to know besides.
    pub(crate) with: Option<With>,
    pub(crate) args: Vec<(Family, Expr)>,
    /// What it gives.
    pub(crate) ty: Type,
}

impl Call {
    /// The result for known arguments.
    pub(crate) fn apply(&self, args: &[Arg]) -> Result<Arg, Inexact> {
        match &self.with {
            None => (self.function.apply)(args),
            Some(with) => with.apply(args),
        }
    }
}

/// An output of a table, looked up.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    pub(crate) table: Arc<Table>,
    /// Where among the parameters' cells the number of the version in force stands.
    pub(crate) cell: u32,
    pub(crate) args: Vec<(Family, Expr)>,
    pub(crate) output: usize,
}

impl Lookup {
    /// What the output is.
    pub(crate) fn ty(&self) -> &Type {
        const PLAIN: &Type = &Type::Bool;
        self.table.outputs.get(self.output).map_or(PLAIN, |output| &output.ty)
    }

    /// The rows in force.
    pub(crate) fn version(&self, parameters: &[Val]) -> Option<&Version> {
        match parameters.get(self.cell as usize) {
            Some(Val::Word(word)) if word.state == State::Known => {
                self.table.versions.get(usize::try_from(word.bits).ok()?)
            }
            _ => None,
        }
    }
}

/// What a node does.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    // Leaves: any family.
    Constant(Val),
    Fact(u32),
    FactNow(u32),
    Parameter(u32),
    /// A number worked out over all cases.
    Portfolio(u32),
    Derived(u32),
    DerivedNow(u32),
    Local(u16),
    Field {
        row: u16,
        field: u32,
    },
    /// What a series has in the period of a row, or in the one ruled on, or so many before it.
    Element {
        row: Option<u16>,
        back: u16,
        family: Family,
        series: Series,
    },
    Now,
    /// The period of a row.
    Turn(u16),
    // Any family.
    Let {
        local: u16,
        family: Family,
        value: Box<Expr>,
        then: Box<Expr>,
    },
    If(Box<[Expr; 3]>),
    OrElse(Box<[Expr; 2]>),
    Call(Box<Call>),
    Lookup(Box<Lookup>),
    /// Locals are set, and then there is a value.
    Do {
        actions: Vec<Action>,
        then: Box<Expr>,
    },
    // Truths.
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Compare(Comparison, Box<[Expr; 2]>),
    CompareWords(Comparison, Box<[Expr; 2]>),
    SameTruth {
        negated: bool,
        sides: Box<[Expr; 2]>,
    },
    Quantify {
        quantity: Quantity,
        rows: Box<Rows>,
        test: Box<Expr>,
    },
    CoversWeek(Box<Expr>),
    Includes(Box<[Expr; 2]>),
    Applicable(Family, Box<Expr>),
    // Numbers.
    Add(Box<[Expr; 2]>),
    Subtract(Box<[Expr; 2]>),
    Multiply(Box<[Expr; 2]>),
    Divide(Box<[Expr; 2]>),
    Negate(Box<Expr>),
    Magnitude(Box<Expr>),
    Least(Vec<Expr>),
    Greatest(Vec<Expr>),
    Clamp(Box<[Expr; 3]>),
    Share(Box<[Expr; 3]>),
    Round(Rounding, Box<Expr>),
    FoldSeries(Fold, Series),
    Count(Box<Rows>),
    SumRows(Box<Rows>, Box<Expr>),
    LeastRow(Box<Rows>, Box<Expr>),
    GreatestRow(Box<Rows>, Box<Expr>),
    MeanRow(Box<Rows>, Box<Expr>),
    /// In how many periods in a row a test holds, the last of them the one ruled on.
    Consecutive(Box<Rows>, Box<Expr>),
    Allocate(Box<Allocate>),
    DayCount(Box<Expr>),
    DaysBetween(Box<[Expr; 2]>),
    // Any family.
    /// A function of the program.
    Plugin(Box<PluginCall>),
}

/// A call of a function of the program.
#[derive(Clone, Debug)]
pub(crate) struct PluginCall {
    pub(crate) function: Arc<Function>,
    pub(crate) arguments: Vec<Expr>,
}

/// What a leaf reads, for naming what is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaf {
    None,
    Fact(u32),
    FactNow(u32),
    Derived(u32),
    DerivedNow(u32),
    Portfolio(u32),
    Series(Fold, Series),
    /// A list as a whole.
    List(u32),
    Field {
        list: u32,
        field: u32,
    },
    /// A series in the period of a row, or so many before it.
    Element {
        of_row: bool,
        back: u16,
        series: Series,
    },
}

/// A node's entry in the pack's table.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) place: Place,
    pub(crate) leaf: Leaf,
    /// What a name of the script's own holds.
    pub(crate) own: Option<Type>,
}

/// A template for the reader, or a text that a script gives.
#[derive(Clone, Debug)]
pub(crate) enum Text {
    Plain(String),
    Show(Expr, Type),
    Join(Vec<Text>),
    /// The texts of each row, with something between them.
    Rows {
        rows: Box<Rows>,
        each: Box<Text>,
        between: String,
    },
    If {
        test: Expr,
        then: Box<Text>,
        other: Box<Text>,
    },
    Let {
        local: u16,
        family: Family,
        value: Expr,
        then: Box<Text>,
    },
    Do {
        actions: Vec<Action>,
        then: Box<Text>,
    },
}

impl Expr {
    /// Visits this node and every node below it, filters of rows included.
    pub(crate) fn walk<'e>(&'e self, visit: &mut impl FnMut(&'e Expr)) {
        visit(self);
        for node in self.below() {
            node.walk(visit);
        }
    }

    /// The nodes right below this one, filters of rows included.
    pub(crate) fn below(&self) -> Vec<&Self> {
        let mut below = Vec::new();
        match &self.kind {
            Kind::Let { value, then, .. } => below.extend([&**value, &**then]),
            Kind::Call(call) => below.extend(call.args.iter().map(|(_, arg)| arg)),
            Kind::Lookup(lookup) => below.extend(lookup.args.iter().map(|(_, arg)| arg)),
            Kind::If(parts) | Kind::Clamp(parts) | Kind::Share(parts) => below.extend(parts.iter()),
            Kind::OrElse(sides)
            | Kind::Compare(_, sides)
            | Kind::CompareWords(_, sides)
            | Kind::SameTruth { sides, .. }
            | Kind::Includes(sides)
            | Kind::Add(sides)
            | Kind::Subtract(sides)
            | Kind::Multiply(sides)
            | Kind::Divide(sides)
            | Kind::DaysBetween(sides) => below.extend(sides.iter()),
            Kind::And(parts) | Kind::Or(parts) | Kind::Least(parts) | Kind::Greatest(parts) => below.extend(parts),
            Kind::Plugin(call) => below.extend(&call.arguments),
            Kind::Not(inner)
            | Kind::CoversWeek(inner)
            | Kind::Applicable(_, inner)
            | Kind::Negate(inner)
            | Kind::Magnitude(inner)
            | Kind::Round(_, inner)
            | Kind::DayCount(inner) => below.push(inner),
            Kind::Quantify { rows, test: body, .. }
            | Kind::SumRows(rows, body)
            | Kind::LeastRow(rows, body)
            | Kind::GreatestRow(rows, body)
            | Kind::MeanRow(rows, body)
            | Kind::Consecutive(rows, body) => {
                below.extend(&rows.filters);
                below.push(body);
            }
            Kind::Allocate(shared) => {
                below.push(&shared.total);
                below.extend(&shared.rows.filters);
                below.push(&shared.weight);
            }
            Kind::Do { actions, then } => {
                of_actions(actions, &mut below);
                below.push(then);
            }
            Kind::Count(rows) => below.extend(&rows.filters),
            Kind::Constant(_)
            | Kind::Fact(_)
            | Kind::FactNow(_)
            | Kind::Parameter(_)
            | Kind::Portfolio(_)
            | Kind::Derived(_)
            | Kind::DerivedNow(_)
            | Kind::Local(_)
            | Kind::Field { .. }
            | Kind::Element { .. }
            | Kind::Now
            | Kind::Turn(_)
            | Kind::FoldSeries(..) => {}
        }
        below
    }
}

fn of_actions<'e>(actions: &'e [Action], below: &mut Vec<&'e Expr>) {
    for action in actions {
        match action {
            Action::Set { value, .. } => below.push(value),
            Action::When(when) => {
                below.push(&when.test);
                of_actions(&when.then, below);
                of_actions(&when.other, below);
            }
            Action::Each { rows, body, .. } => {
                below.extend(&rows.filters);
                of_actions(body, below);
            }
        }
    }
}
