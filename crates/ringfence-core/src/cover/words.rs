//! What each point is, as a statement that a case makes true, and where it stands.

use std::collections::BTreeMap;

use super::excerpt::{self, Up};
use super::{Came, Group, Mark, Part, Point, Said, Signing};
use crate::language::cover::{Met, Way};
use crate::language::ir::{Expr, Kind};
use crate::pack::{Cure, Pack, Test};
use crate::table::cover::{Pieces, Problem, report};
use crate::table::{Cell, Table, Version};
use crate::types::Type;

/// Tells what points are.
pub(super) struct Teller<'p> {
    pack: &'p Pack,
    /// The nodes of scripts, by site.
    nodes: BTreeMap<u32, &'p Expr>,
}

impl<'p> Teller<'p> {
    pub(super) fn new(pack: &'p Pack) -> Self {
        let mut nodes = BTreeMap::new();
        for script in scripts(pack) {
            script.walk(&mut |node| {
                nodes.insert(node.site, node);
            });
        }
        Self { pack, nodes }
    }

    /// The point of a mark. What is declared and can do nothing has none.
    pub(super) fn point(&self, mark: Mark) -> Option<Point> {
        let pack = self.pack;
        Some(match mark {
            Mark::Way(Met::Way(site, way)) => self.way(site, way)?,
            Mark::Way(_) => return None,
            Mark::Outcome(index, came) => {
                let condition = pack.conditions.get(index as usize)?;
                let pending = matches!(condition.test, Test::Decision(_));
                let words = format!("`{}` {}", condition.id, came.words(pending));
                Point { group: Group::Outcomes, place: condition.place.clone(), words }
            }
            Mark::Limb(index, number, met) => {
                let condition = pack.conditions.get(index as usize)?;
                let limb = condition.test.limbs().get(number as usize)?;
                let limb = &pack.conditions.get(*limb as usize)?.id;
                let counts = if met { "met" } else { "unmet" };
                let words = format!("`{limb}` counts as {counts} in `{}`", condition.id);
                Point { group: Group::Limbs, place: condition.place.clone(), words }
            }
            Mark::Dated(slot, at) => {
                let parameter = pack.parameters.get(slot as usize)?;
                let dated = parameter.dated.get(at)?;
                let words = format!("`{}` is read as it is from {}", parameter.name, dated.from);
                Point { group: Group::Parameters, place: dated.place.clone(), words }
            }
            Mark::Version(table, version) => {
                let (table, version) = self.version(table, version)?;
                let words = format!("the table `{}` is asked as it is from {}", table.name, version.from);
                Point { group: Group::Parameters, place: version.place.clone(), words }
            }
            Mark::Row(table, version, row) => {
                let (table, version) = self.version(table, version)?;
                let found = version.rows.get(row)?;
                let what = table.inputs.iter().zip(&found.written);
                let what: Vec<String> = what.map(|(input, written)| format!("{} {written}", input.name)).collect();
                let words = format!("row {} of the table `{}` decides: {}", row + 1, table.name, what.join(", "));
                Point { group: Group::Rows, place: found.place.clone(), words }
            }
            Mark::Default(table, version) => {
                let (table, version) = self.version(table, version)?;
                if !self.leaves_out(table, version) {
                    return None;
                }
                let words = format!("the default of the table `{}` stands in", table.name);
                Point { group: Group::Rows, place: version.place.clone(), words }
            }
            Mark::Signed(at, signing) => {
                let sign_off = pack.sign_offs.get(at as usize)?;
                let words = format!("`{}`: {}", sign_off.id, signing.words());
                Point { group: Group::SignOffs, place: sign_off.place.clone(), words }
            }
            Mark::Decided(at, said) => {
                let decision = pack.decisions.get(at as usize)?;
                let words = match said {
                    Said::Answer(answer) => {
                        format!("`{}` is decided: {}", decision.id, decision.answers.get(answer)?)
                    }
                    Said::Pending => format!("`{}` is not decided, or not any more", decision.id),
                };
                Point { group: Group::Decisions, place: decision.place.clone(), words }
            }
            Mark::Disposed(index, part) => {
                let fund = pack.funds.get(index as usize)?;
                let words = format!("money of `{}` {}", fund.id, part.words());
                Point { group: Group::Dispositions, place: fund.place.clone(), words }
            }
            Mark::Believed(index, believed) => {
                let fact = pack.facts.get(index as usize)?;
                let what = if believed { "is checked, and believed" } else { "is not believed" };
                let words = format!("`{}` {what}", fact.name);
                Point { group: Group::Checks, place: fact.place.clone(), words }
            }
        })
    }

    fn version(&self, table: u32, version: usize) -> Option<(&'p Table, &'p Version)> {
        let table = self.pack.tables.get(table as usize)?;
        Some((table, table.versions.get(version)?))
    }

    /// Whether the rows of a version leave something to its default.
    fn leaves_out(&self, table: &Table, version: &Version) -> bool {
        let number = |word: &String| self.pack.symbol_numbers.get(word).copied().unwrap_or(-1);
        let inputs = table.inputs.iter().enumerate().map(|(at, input)| match &input.ty {
            Type::Number(number) => Pieces::Line { min: input.min, max: input.max, discrete: number.whole },
            Type::Date => Pieces::Line { min: None, max: None, discrete: true },
            Type::Bool => Pieces::Words { known: vec![0, 1], others: false },
            Type::Choice(of) => Pieces::Words { known: of.iter().map(number).collect(), others: false },
            _ => {
                let named = version.rows.iter().filter_map(|row| row.cells.get(at)).flat_map(|cell| match cell {
                    Cell::Of(words) => words.as_slice(),
                    _ => &[],
                });
                Pieces::Words { known: named.copied().collect(), others: true }
            }
        });
        let rows: Vec<&[Cell]> = version.rows.iter().map(|row| row.cells.as_slice()).collect();
        let mut steps = crate::table::cover::MOST_STEPS;
        let report = report(&inputs.collect::<Vec<_>>(), &rows, table.hit, true, &mut steps);
        report.is_ok_and(|report| report.found.iter().any(|found| found.problem == Problem::Gap))
    }

    fn way(&self, site: u32, way: Way) -> Option<Point> {
        let place = self.pack.sites.get(site as usize)?.place.clone();
        let node = self.nodes.get(&site).copied();
        let group = match way {
            Way::Holds | Way::Fails => Group::Limbs,
            _ => Group::Branches,
        };
        let whole = |up: Up| excerpt::around(&place, up);
        let words = match (way, node.map(|node| &node.kind)) {
            // The arms of a `switch` stand where their patterns do.
            (Way::Then | Way::Else, Some(Kind::If(_))) if excerpt::token(&place) != "if" => {
                let arm = excerpt::token(&place);
                let taken = if way == Way::Then { "the arm" } else { "an arm behind" };
                format!("{taken} `{arm}` is taken")
            }
            (Way::Then | Way::Else, of) => {
                let test = if let Some(Kind::If(_)) = of { excerpt::test_of(&place) } else { whole(Up::End) };
                let holds = if way == Way::Then { "holds" } else { "does not hold" };
                format!("a branch is taken: `{test}` {holds}")
            }
            (Way::First, _) => format!("what comes first in `{}` applies", whole(Up::Comparison)),
            (Way::StandIn, _) => format!("what comes last in `{}` stands in", whole(Up::Comparison)),
            (Way::Shared, _) => format!("there is a whole in `{}`", whole(Up::Comparison)),
            (Way::Otherwise, _) => format!("there is no whole in `{}`", whole(Up::Comparison)),
            (Way::Entered, _) => format!("there is something to go through in `{}`", whole(Up::End)),
            (Way::Holds | Way::Fails, of) => {
                let up = match of {
                    Some(Kind::And(_)) => Up::Or,
                    Some(Kind::Or(_)) => Up::End,
                    _ => Up::And,
                };
                let holds = if way == Way::Holds { "holds" } else { "does not hold" };
                format!("`{}` {holds}", whole(up))
            }
        };
        Some(Point { group, place, words })
    }
}

/// Every script that decides a finding or an amount.
fn scripts(pack: &Pack) -> Vec<&Expr> {
    let mut scripts: Vec<&Expr> = pack.values.iter().map(|value| &value.is).collect();
    scripts.extend(pack.facts.iter().filter_map(|fact| fact.suspect.as_ref()).map(|suspect| &suspect.when));
    for condition in &pack.conditions {
        scripts.extend(&condition.applies);
        scripts.extend(condition.cure.iter().flat_map(Cure::scripts));
        if let Test::Script(met) = &condition.test {
            scripts.push(met);
        }
    }
    for value in &pack.portfolio {
        scripts.push(&value.of);
        scripts.extend(&value.taking_part);
    }
    for fund in &pack.funds {
        scripts.push(&fund.amount);
        scripts.extend(&fund.release);
    }
    scripts
}

impl Came {
    const fn words(self, pending: bool) -> &'static str {
        match self {
            Self::Met => "is met",
            Self::Unmet => "is unmet",
            Self::Open if pending => "is pending",
            Self::Open => "is undetermined",
            Self::NotApplicable => "does not apply",
            Self::Waived => "is waived",
            Self::Suspended => "is suspended, because nobody has told whether it was put right",
            Self::Cured => "is cured",
            Self::Lapsed => "has lapsed, because it was not put right in time",
        }
    }
}

impl Part {
    const fn words(self) -> &'static str {
        match self {
            Self::Released => "is released",
            Self::Redirected => "is redirected",
            Self::Withheld => "is withheld",
            Self::Recovered => "is recovered",
            Self::Undetermined => "is undetermined",
            Self::Suspended => "is not paid, because payments are suspended",
        }
    }
}

impl Signing {
    const fn words(self) -> &'static str {
        match self {
            Self::Enough => "enough have signed",
            Self::TooFew => "some have signed, and too few",
            Self::NotSigned => "a party has not signed",
            Self::Refused => "a party refused to sign",
            Self::Late => "a signature is late",
            Self::LateAccepted => "a signature is late, and counts",
            Self::AnotherVersion => "a signature is for another version",
            Self::UnstatedVersion => "a signature does not say for which version",
            Self::NotEntitled => "a signature is by an office that is not entitled",
            Self::DelegatedInVain => "a signature is delegated, and may not be",
            Self::Delegated => "a signature is delegated, and counts",
            Self::Conditional => "a signature is conditional",
            Self::Discharged => "a signature was conditional, and counts",
            Self::NotIndependent => "a signature is by the recipient itself",
            Self::UnstatedBody => "a signature does not say for which body",
            Self::NotYetKnown => "a signature is not known yet",
            Self::PartiesNotKnown => "it is not known who has to sign",
        }
    }
}
