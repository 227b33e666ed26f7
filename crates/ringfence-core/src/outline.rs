//! What a pack holds, for documents about it: the declarations, and their scripts in words.

use std::fmt;

use jiff::civil::Date;

use crate::calendar::Calendar;
use crate::exact::Exact;
use crate::language::library::Arg;
use crate::language::lower::Shape;
use crate::language::value::Wide;
use crate::pack::portfolio::PortfolioValue;
use crate::pack::{
    Condition, Dated, Deadline, Decision, DerivedValue, Fact, Fund, Need, OverPayment, Pack, Parameter, Party, SignOff,
    Test, Valid, Who,
};
use crate::period::Every;
use crate::ruling::{Authority, Outcome, Status};
use crate::source::Place;
use crate::table::{Column, Hit, Table, Version};
use crate::types::{Number, Type, show, show_date, show_number};
use crate::words::rounded;

/// A thread of a field's history, such as seven-day working, to which rules of several packs belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// The id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// What the pack notes on it.
    pub notes: Option<String>,
    /// Where it is declared: themes are told in the order in which they stand there.
    pub place: Place,
}

/// What a scheme changed against the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The theme's id.
    pub theme: String,
    /// What changed, in a sentence.
    pub says: String,
    /// How sure the pack is of it.
    pub status: Status,
    /// Where it comes from.
    pub authority: Option<Authority>,
}

/// A script in words and as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// What it says; nothing where only the script itself tells it.
    pub says: Option<Statement>,
    /// The script.
    pub script: String,
}

/// What a script says, as far as it is made of parts that a reader wants to see apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// A phrase.
    Says(String),
    /// All of these hold.
    All(Vec<Self>),
    /// At least one of these holds.
    Any(Vec<Self>),
    /// Something of each of several, or of some of them.
    Each {
        /// Of which: `for every one of “Services”`.
        lead: String,
        /// What.
        test: Box<Self>,
    },
    /// One thing where a test holds, and another where it does not.
    Either {
        /// The test.
        test: Box<Self>,
        /// What holds, or counts, if it does.
        then: Box<Self>,
        /// What holds, or counts, if it does not.
        other: Box<Self>,
    },
}

impl fmt::Display for Statement {
    /// As one phrase.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Self], word: &str| {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    write!(f, " {word} ")?;
                }
                if matches!(part, Self::Says(_)) { write!(f, "{part}")? } else { write!(f, "({part})")? }
            }
            Ok(())
        };
        match self {
            Self::Says(text) => f.write_str(text),
            Self::All(parts) => joined(f, parts, "and"),
            Self::Any(parts) => joined(f, parts, "or"),
            Self::Each { lead, test } => write!(f, "{lead}, {test}"),
            Self::Either { test, then, other } => write!(f, "if {test}, {then}, and otherwise {other}"),
        }
    }
}

/// Something of the pack that another part of it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The id.
    pub id: String,
    /// What it is called.
    pub title: String,
}

/// A condition, as a document tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionOutline {
    /// The id.
    pub id: String,
    /// What holds when it is met.
    pub title: String,
    /// The theme's id.
    pub theme: Option<String>,
    /// The clause it rests on.
    pub authority: Option<Authority>,
    /// Its first day and the first day after it, where it is not in force as long as the pack.
    pub in_force: Option<(Date, Option<Date>)>,
    /// The titles of the funds that it gates, by itself or as a limb.
    pub gates: Vec<String>,
    /// How many conditions it is made of; none if it is decided by itself.
    pub limbs: usize,
    /// To whom it applies; to all, if nothing.
    pub applies: Option<Wording>,
    /// What decides it.
    pub test: TestOutline,
    /// The author's truth table: an outcome, and when it comes about.
    pub scenarios: Vec<(Outcome, String)>,
    /// The offices that may waive it.
    pub waived_by: Vec<String>,
    /// How it can be put right.
    pub cure: Option<CureOutline>,
    /// What the pack notes on it.
    pub notes: Option<String>,
}

/// What decides a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestOutline {
    /// A script.
    Script(Wording),
    /// The sign-off with this id.
    SignOff(Reference),
    /// The decision with this id.
    Decision(Reference),
    /// Other conditions.
    Of {
        /// How many of them must be met: `all`, `at least 2`.
        need: String,
        /// Which.
        of: Vec<Reference>,
    },
}

/// How a condition that is not met can be put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CureOutline {
    /// The last day for it.
    pub by: Wording,
    /// The day on which it was put right.
    pub cured_on: Wording,
    /// The share that is released once it is; all, if nothing.
    pub releases: Option<Wording>,
    /// The share that is released where it was not put right in time; none, if nothing.
    pub keeps: Option<Wording>,
}

/// A fund, as a document tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundOutline {
    /// The id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// The theme's id.
    pub theme: Option<String>,
    /// The clause it rests on.
    pub authority: Option<Authority>,
    /// Its first day and the first day after it, where it is not in force as long as the pack.
    pub in_force: Option<(Date, Option<Date>)>,
    /// Whether it is paid a period at a time.
    pub tranches: bool,
    /// Where the rest goes; withheld if nowhere.
    pub redirect: Option<String>,
    /// How much there is.
    pub amount: Wording,
    /// How it is rounded: `rounded to the nearest 0.01`.
    pub rounding: String,
    /// The conditions that must be met before any of it is released.
    pub gates: Vec<Reference>,
    /// How much of it is due; all, if nothing.
    pub release: Option<Wording>,
    /// Whether what is due in a period is the total to date.
    pub cumulative: bool,
    /// What becomes of money that was paid and is not due.
    pub over_payment: OverPaid,
    /// The title of the evidence that says what was paid already.
    pub paid: Option<String>,
    /// The days on which nothing is paid: the first, the first after, and under what authority.
    pub suspended: Vec<(Date, Option<Date>, Option<Authority>)>,
    /// What the pack notes on it.
    pub notes: Option<String>,
}

/// What becomes of money that was paid and is not due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverPaid {
    /// It stays.
    Stays,
    /// It is taken back.
    Recovered,
    /// It is set off against later periods.
    Carried,
}

/// A parameter with its values over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterOutline {
    /// The name scripts use.
    pub name: String,
    /// What it is.
    pub title: String,
    /// The theme's id.
    pub theme: Option<String>,
    /// Its values, by first day.
    pub values: Vec<DatedOutline>,
    /// The day on which somebody last confirmed it.
    pub confirmed: Option<Date>,
}

/// A dated value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedOutline {
    /// The first day.
    pub from: Date,
    /// The first day after it, where it says so itself.
    pub until: Option<Date>,
    /// The value as people write it; nothing where it is withdrawn.
    pub shown: Option<String>,
    /// Why there is none from this day on.
    pub withdrawn: Option<String>,
    /// Why it never came into force.
    pub cancelled: Option<String>,
    /// The day on which it was made public.
    pub announced: Option<Date>,
    /// How sure the pack is of it.
    pub status: Status,
    /// Where it comes from.
    pub authority: Option<Authority>,
    /// What the pack notes on it.
    pub note: Option<String>,
}

/// A piece of evidence that a case brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactOutline {
    /// The name scripts and cases use.
    pub name: String,
    /// What it is.
    pub title: String,
    /// What kind of value it has: `an amount of money`, `a list`.
    pub kind: String,
    /// Whether it is given for each period.
    pub per_period: bool,
    /// What the records of a list have, each with its kind.
    pub fields: Vec<(String, String)>,
    /// The least it can be.
    pub min: Option<String>,
    /// The most it can be.
    pub max: Option<String>,
    /// Whether a list may be empty.
    pub may_be_empty: bool,
    /// Whether a case may say that it does not apply.
    pub may_not_apply: bool,
    /// When it is not believed, and what the ruling then says.
    pub suspect: Option<(Wording, String)>,
    /// Where it is to be had.
    pub source_of: Option<String>,
    /// What the pack notes on it.
    pub notes: Option<String>,
}

/// A value that the rules work out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueOutline {
    /// The name scripts use.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Whether there is one for each period.
    pub per_period: bool,
    /// How it is rounded.
    pub rounding: Option<String>,
    /// How it comes about.
    pub is: Wording,
    /// What the pack notes on it.
    pub notes: Option<String>,
}

/// A value worked out over all cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortfolioOutline {
    /// The name scripts use.
    pub name: String,
    /// What it is.
    pub title: String,
    /// What is made of the contributions: `sum`, `rank`.
    pub take: &'static str,
    /// What each case contributes.
    pub of: Wording,
    /// Which cases take part; all, if nothing.
    pub taking_part: Option<Wording>,
}

/// A table that scripts look things up in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableOutline {
    /// The name scripts use.
    pub name: String,
    /// What it is.
    pub title: String,
    /// What is looked up by.
    pub inputs: Vec<String>,
    /// What it gives.
    pub outputs: Vec<String>,
    /// What counts where several rows hold: `unique`, `first`, `sum`.
    pub hit: &'static str,
    /// Its rows over time.
    pub versions: Vec<VersionOutline>,
}

/// The rows of a table from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionOutline {
    /// The first day.
    pub from: Date,
    /// Why there are none from this day on.
    pub withdrawn: Option<String>,
    /// The rows: what each holds for, and what it gives.
    pub rows: Vec<Vec<String>>,
    /// What holds where no row does.
    pub default: Option<Vec<String>>,
    /// How sure the pack is of them.
    pub status: Status,
    /// Where they come from.
    pub authority: Option<Authority>,
    /// What the pack notes on them.
    pub note: Option<String>,
}

/// A calendar of working days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarOutline {
    /// What it is.
    pub title: String,
    /// The first day whose standing it knows.
    pub from: Date,
    /// The first day that it knows nothing of.
    pub until: Date,
    /// How sure the pack is of its holidays.
    pub status: Status,
    /// Where they come from.
    pub authority: Option<Authority>,
}

/// Who must sign what, by when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignOffOutline {
    /// The id.
    pub id: String,
    /// What is signed.
    pub title: String,
    /// The titles of the figures that are signed.
    pub document: Vec<String>,
    /// The last day for it.
    pub by: Option<String>,
    /// Whether a late signature counts.
    pub late_counts: bool,
    /// Who of the parties must sign: `all parties`.
    pub rule: String,
    /// The parties.
    pub parties: Vec<PartyOutline>,
    /// The clause it rests on.
    pub authority: Option<Authority>,
    /// What the pack notes on it.
    pub notes: Option<String>,
}

/// A party to a sign-off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyOutline {
    /// Who it is.
    pub title: String,
    /// The title of the list whose members these are.
    pub each_of: Option<String>,
    /// The offices that may sign; any, if none.
    pub offices: Vec<String>,
    /// Whether another office may sign on behalf of it.
    pub may_delegate: bool,
    /// Whether it must be another body than the recipient.
    pub independent: bool,
}

/// Something that only a person can answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionOutline {
    /// The id.
    pub id: String,
    /// What is decided.
    pub title: String,
    /// The answers there are.
    pub answers: Vec<String>,
    /// Those with which a condition is met.
    pub met_when: Vec<String>,
    /// The offices that may decide.
    pub by: Vec<String>,
    /// How long it holds: `12 months`.
    pub valid: Option<String>,
    /// The clause it rests on.
    pub authority: Option<Authority>,
    /// What the pack notes on it.
    pub notes: Option<String>,
}

/// What a pack holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outline {
    /// The first and the last of the years it is for, each the calendar year in which a financial year begins.
    pub years: Option<(i16, i16)>,
    /// The first day in force, and the first day after.
    pub in_force: (Date, Option<Date>),
    /// The periods of the scheme: `each quarter from 2014-15 Q4 to 2015-16 Q3`.
    pub periods: Option<String>,
    /// How money is rounded where nothing else is said.
    pub rounding: String,
    /// How a recipient asks for a ruling to be looked at again.
    pub reconsideration: Option<String>,
    /// What the pack notes on the whole.
    pub notes: Option<String>,
    /// The themes that its declarations name.
    pub themes: Vec<Theme>,
    /// What it changed.
    pub changes: Vec<Change>,
    /// The evidence.
    pub facts: Vec<FactOutline>,
    /// The values that the rules work out.
    pub values: Vec<ValueOutline>,
    /// The values worked out over all cases.
    pub portfolio: Vec<PortfolioOutline>,
    /// The conditions.
    pub conditions: Vec<ConditionOutline>,
    /// The funds.
    pub funds: Vec<FundOutline>,
    /// The parameters.
    pub parameters: Vec<ParameterOutline>,
    /// The tables.
    pub tables: Vec<TableOutline>,
    /// The calendars.
    pub calendars: Vec<CalendarOutline>,
    /// The sign-offs.
    pub sign_offs: Vec<SignOffOutline>,
    /// The decisions.
    pub decisions: Vec<DecisionOutline>,
}

impl Pack {
    /// What the pack holds, for documents about it.
    pub fn outline(&self) -> Outline {
        Outline {
            years: self.years.as_deref().and_then(crate::period::read_years),
            in_force: (self.in_force.from, self.in_force.until),
            periods: self.periods.map(|periods| {
                format!("each {} from {} to {}", every_word(periods.every()), periods.first(), periods.last())
            }),
            rounding: rounded(self.rounding),
            reconsideration: self.reconsideration.clone(),
            notes: self.notes.clone(),
            themes: self.themes.clone(),
            changes: self.changes.clone(),
            facts: self.facts.iter().map(|fact| self.fact_outline(fact)).collect(),
            values: self.values.iter().map(|value| self.value_outline(value)).collect(),
            portfolio: self.portfolio.iter().map(|value| self.portfolio_outline(value)).collect(),
            conditions: (0..)
                .zip(&self.conditions)
                .map(|(at, condition)| self.condition_outline(at, condition))
                .collect(),
            funds: self.funds.iter().map(|fund| self.fund_outline(fund)).collect(),
            parameters: self.parameters.iter().map(|parameter| self.parameter_outline(parameter)).collect(),
            tables: self.tables.iter().map(|table| self.table_outline(table)).collect(),
            calendars: self.calendars.iter().map(|calendar| calendar_outline(calendar)).collect(),
            sign_offs: self.sign_offs.iter().map(|sign_off| self.sign_off_outline(sign_off)).collect(),
            decisions: self.decisions.iter().map(decision_outline).collect(),
        }
    }

    fn condition_outline(&self, at: u32, condition: &Condition) -> ConditionOutline {
        let gates = self.funds.iter().filter(|fund| self.gates(fund).contains(&at));
        let scenarios = condition.scenarios.iter().filter_map(|(word, when)| {
            let outcome = Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == word)?;
            Some((outcome, when.clone()))
        });
        ConditionOutline {
            id: condition.id.clone(),
            title: condition.title.clone(),
            theme: condition.theme.clone(),
            authority: condition.authority.clone(),
            in_force: condition.in_force.map(|days| (days.from, days.until)),
            gates: gates.map(|fund| fund.title.clone()).collect(),
            limbs: condition.test.limbs().len(),
            applies: condition.applies.as_ref().map(|script| self.wording(script)),
            test: self.test_outline(&condition.test),
            scenarios: scenarios.collect(),
            waived_by: condition.waived_by.clone(),
            cure: condition.cure.as_ref().map(|cure| CureOutline {
                by: self.wording(&cure.by),
                cured_on: self.wording(&cure.cured_on),
                releases: cure.releases.as_ref().map(|script| self.wording(script)),
                keeps: cure.keeps.as_ref().map(|script| self.wording(script)),
            }),
            notes: condition.notes.clone(),
        }
    }

    fn test_outline(&self, test: &Test) -> TestOutline {
        let reference = |id: &String, title: &String| Reference { id: id.clone(), title: title.clone() };
        match test {
            Test::Script(script) => TestOutline::Script(self.wording(script)),
            Test::SignOff(at) => TestOutline::SignOff(
                self.sign_offs
                    .get(*at as usize)
                    .map_or_else(Reference::nothing, |sign_off| reference(&sign_off.id, &sign_off.title)),
            ),
            Test::Decision(at) => TestOutline::Decision(
                self.decisions
                    .get(*at as usize)
                    .map_or_else(Reference::nothing, |decision| reference(&decision.id, &decision.title)),
            ),
            Test::Of { need, of } => TestOutline::Of {
                need: match need {
                    Need::All => "all".to_owned(),
                    Need::Any => "at least one".to_owned(),
                    Need::AtLeast(count) => format!("at least {count}"),
                },
                of: self.conditions_named(of),
            },
        }
    }

    fn conditions_named(&self, numbers: &[u32]) -> Vec<Reference> {
        let named = numbers.iter().filter_map(|at| self.conditions.get(*at as usize));
        named.map(|condition| Reference { id: condition.id.clone(), title: condition.title.clone() }).collect()
    }

    fn fund_outline(&self, fund: &Fund) -> FundOutline {
        let paid = fund.paid.as_ref().and_then(|(slot, _)| self.facts.iter().find(|fact| fact.slot == *slot));
        let suspended = fund.suspended.iter();
        FundOutline {
            id: fund.id.clone(),
            title: fund.title.clone(),
            theme: fund.theme.clone(),
            authority: fund.authority.clone(),
            in_force: fund.in_force.map(|days| (days.from, days.until)),
            tranches: fund.tranches,
            redirect: fund.redirect.clone(),
            amount: self.wording(&fund.amount),
            rounding: rounded(fund.rounding),
            gates: self.conditions_named(&fund.gates),
            release: fund.release.as_ref().map(|script| self.wording(script)),
            cumulative: fund.cumulative,
            over_payment: match fund.over_payment {
                OverPayment::Stays => OverPaid::Stays,
                OverPayment::Recovered => OverPaid::Recovered,
                OverPayment::Carried => OverPaid::Carried,
            },
            paid: paid.map(|fact| fact.title.clone()),
            suspended: suspended.map(|part| (part.days.from, part.days.until, part.authority.clone())).collect(),
            notes: fund.notes.clone(),
        }
    }

    fn parameter_outline(&self, parameter: &Parameter) -> ParameterOutline {
        let value = |dated: &Dated| DatedOutline {
            from: dated.from,
            until: dated.until,
            shown: dated.value.as_ref().map(|(_, value)| show(value, &parameter.ty, &self.currency)),
            withdrawn: dated.withdrawn.clone(),
            cancelled: dated.cancelled.clone(),
            announced: dated.announced,
            status: dated.status,
            authority: dated.authority.clone(),
            note: dated.note.clone(),
        };
        ParameterOutline {
            name: parameter.name.clone(),
            title: parameter.title.clone(),
            theme: parameter.theme.clone(),
            values: parameter.dated.iter().map(value).collect(),
            confirmed: parameter.confirmed,
        }
    }

    fn fact_outline(&self, fact: &Fact) -> FactOutline {
        let (kind, fields, ty) = match &fact.shape {
            Shape::One(ty) | Shape::Series(ty) => (kind(ty), Vec::new(), Some(ty)),
            Shape::List(record) if record.bare => ("a list of names".to_owned(), Vec::new(), None),
            Shape::List(record) => {
                let fields = record
                    .fields
                    .iter()
                    .zip(&record.titles)
                    .map(|((name, ty), title)| (title.clone().unwrap_or_else(|| name.replace('_', " ")), kind(ty)));
                ("a list".to_owned(), fields.collect(), None)
            }
        };
        let limit = |limit: Option<Exact>| match (limit, ty) {
            (Some(number), Some(Type::Number(of))) => Some(show_number(number, of, &self.currency)),
            _ => None,
        };
        FactOutline {
            name: fact.name.clone(),
            title: fact.title.clone(),
            kind,
            per_period: matches!(fact.shape, Shape::Series(_)),
            fields,
            min: limit(fact.min),
            max: limit(fact.max),
            may_be_empty: fact.may_be_empty,
            may_not_apply: fact.may_not_apply,
            suspect: fact.suspect.as_ref().map(|suspect| (self.wording(&suspect.when), suspect.because.clone())),
            source_of: fact.source_of.clone(),
            notes: fact.notes.clone(),
        }
    }

    fn value_outline(&self, value: &DerivedValue) -> ValueOutline {
        ValueOutline {
            name: value.name.clone(),
            title: value.title.clone(),
            per_period: value.per_period,
            rounding: value.rounding.map(rounded),
            is: self.wording(&value.is),
            notes: value.notes.clone(),
        }
    }

    fn portfolio_outline(&self, value: &PortfolioValue) -> PortfolioOutline {
        PortfolioOutline {
            name: value.name.clone(),
            title: value.title.clone(),
            take: value.take.word(),
            of: self.wording(&value.of),
            taking_part: value.taking_part.as_ref().map(|script| self.wording(script)),
        }
    }

    fn table_outline(&self, table: &Table) -> TableOutline {
        let names = |columns: &[Column]| columns.iter().map(|column| column.name.replace('_', " ")).collect();
        let given = |gives: &[Arg]| -> Vec<String> {
            gives.iter().zip(&table.outputs).map(|(given, output)| self.row_gives(*given, &output.ty)).collect()
        };
        let version = |version: &Version| VersionOutline {
            from: version.from,
            withdrawn: version.withdrawn.clone(),
            rows: version.rows.iter().map(|row| [row.written.clone(), given(&row.gives)].concat()).collect(),
            default: version.default.as_deref().map(given),
            status: version.status,
            authority: version.authority.clone(),
            note: version.note.clone(),
        };
        TableOutline {
            name: table.name.clone(),
            title: table.title.clone(),
            inputs: names(&table.inputs),
            outputs: names(&table.outputs),
            hit: Hit::ALL.into_iter().find(|(_, hit)| *hit == table.hit).map_or("", |(word, _)| word),
            versions: table.versions.iter().map(version).collect(),
        }
    }

    /// What a row of a table gives, as people write it.
    fn row_gives(&self, given: Arg, ty: &Type) -> String {
        let mut wide = Wide::default();
        let cell = given.cell(ty.family(), &mut wide);
        let text = |symbol: i64| self.symbols.get(usize::try_from(symbol).ok()?).cloned();
        let value = crate::reading::uncell(cell, ty, &wide, text);
        value.map_or_else(|| "not applicable".to_owned(), |value| show(&value, ty, &self.currency))
    }

    fn sign_off_outline(&self, sign_off: &SignOff) -> SignOffOutline {
        let fact_title = |at: u32| self.facts.get(at as usize).map(|fact| fact.title.clone());
        let rule = match (sign_off.at_least, sign_off.share) {
            (Some(count), _) => format!("at least {count} of the parties"),
            (None, Some(share)) => {
                let share = show_number(share, &Number::percentage(), &self.currency);
                format!("parties that bring at least {share} of the money")
            }
            (None, None) => "all parties".to_owned(),
        };
        let by = sign_off.by.map(|by| match by {
            Deadline::Date(day) => show_date(day),
            Deadline::Parameter(at) => self.parameters.get(at as usize).map_or_else(String::new, |parameter| {
                let figures = self.parameter_figures(parameter);
                figures.unwrap_or_else(|| format!("the day of “{}”", parameter.title))
            }),
        });
        let party = |party: &Party| PartyOutline {
            title: party.title.clone(),
            each_of: match &party.who {
                Who::One(_) => None,
                Who::Each(members) => fact_title(members.fact),
            },
            offices: party.offices.clone(),
            may_delegate: party.may_delegate,
            independent: party.independent,
        };
        SignOffOutline {
            id: sign_off.id.clone(),
            title: sign_off.title.clone(),
            document: sign_off.document.iter().filter_map(|fact| fact_title(*fact)).collect(),
            by,
            late_counts: sign_off.late_counts,
            rule,
            parties: sign_off.parties.iter().map(party).collect(),
            authority: sign_off.authority.clone(),
            notes: sign_off.notes.clone(),
        }
    }
}

impl Reference {
    fn nothing() -> Self {
        Self { id: String::new(), title: String::new() }
    }
}

fn calendar_outline(calendar: &Calendar) -> CalendarOutline {
    CalendarOutline {
        title: calendar.title.clone(),
        from: calendar.from,
        until: calendar.until,
        status: calendar.status,
        authority: calendar.authority.clone(),
    }
}

fn decision_outline(decision: &Decision) -> DecisionOutline {
    let counted = |count: i64, unit: &str| format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
    DecisionOutline {
        id: decision.id.clone(),
        title: decision.title.clone(),
        answers: decision.answers.clone(),
        met_when: decision.met_when.clone(),
        by: decision.by.clone(),
        valid: decision.valid.map(|valid| match valid {
            Valid::Days(days) => counted(days, "day"),
            Valid::Months(months) => counted(months, "month"),
        }),
        authority: decision.authority.clone(),
        notes: decision.notes.clone(),
    }
}

/// What kind of value a type has, as a form would ask for it.
fn kind(ty: &Type) -> String {
    match ty {
        Type::Number(of) if of.percent => "a percentage".to_owned(),
        Type::Number(of) if of.unit.is_money() => "an amount of money".to_owned(),
        Type::Number(of) => {
            let whole = if of.whole { "a whole number" } else { "a number" };
            if of.unit.is_none() { whole.to_owned() } else { format!("{whole} of {}", of.unit) }
        }
        Type::Period(every) => format!("a {}", every_word(*every)),
        other => other.to_string(),
    }
}

const fn every_word(every: Every) -> &'static str {
    match every {
        Every::Month => "month",
        Every::Quarter => "quarter",
        Every::Year => "financial year",
    }
}
