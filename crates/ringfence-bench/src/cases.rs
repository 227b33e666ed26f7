//! Complete cases of the Better Care Fund 2015-16, made by a small deterministic generator.

use std::collections::BTreeMap;

use ringfence_core::case::{Case, Decided, Evidence, Given, Row, Signature, Version, Vintage};
use ringfence_core::exact::Exact;
use ringfence_core::pack::Pack;
use ringfence_core::types::{Days, Value};

/// A case as a program of its own would hold it: what the rules by hand read.
#[derive(Clone, Debug)]
pub struct Plain {
    /// Pence.
    pub local_share: i64,
    /// Thousandths of a percent.
    pub target: i64,
    /// Admissions by quarter, a year before.
    pub baseline: [i64; 4],
    /// Admissions by quarter.
    pub actual: [i64; 4],
    /// Pence.
    pub protected: i64,
    /// Pence.
    pub transfer: i64,
    /// Weekdays by service, a bit each.
    pub services: Vec<u8>,
    /// Yes or no: three of records, two of care, one of providers, one of the pool.
    pub answers: [bool; 7],
    /// The day each party signed, with what it signed.
    pub signatures: Vec<(u8, i64)>,
    /// Whether ministers approved.
    pub approved: bool,
}

/// How many parties sign in a generated case: the council, two commissioning groups and the board.
pub const PARTIES: u8 = 4;

const QUARTERS: usize = 4;

/// A generator that gives the same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        i64::try_from(self.0 % limit).unwrap_or(0)
    }
}

/// Generates `count` cases.
pub fn generate(count: usize) -> Vec<Plain> {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    (0..count)
        .map(|_| {
            let baseline: [i64; QUARTERS] = std::array::from_fn(|_| 5_000 + dice.below(8_000));
            Plain {
                local_share: 500_000_000 + dice.below(1_000_000_000),
                target: 500 + 250 * dice.below(15),
                actual: baseline.map(|before| before - 300 + dice.below(500)),
                baseline,
                protected: 700_000_000 + dice.below(100_000_000),
                transfer: 690_000_000 + dice.below(30_000_000),
                services: (0..4).map(|_| if dice.below(8) == 0 { 0b011_1111 } else { 0b111_1111 }).collect(),
                answers: std::array::from_fn(|_| dice.below(32) != 0),
                signatures: (0..PARTIES).map(|party| (party, 16_330 + dice.below(6))).collect(),
                approved: dice.below(32) != 0,
            }
        })
        .collect()
}

/// The same case as evidence for the pack.
pub fn evidence(plain: &Plain, number: usize, pack: &Pack) -> Case {
    let pounds = |pence: i64| Value::Number(Exact::from_scaled(pence.into(), 2).unwrap_or(Exact::ZERO));
    let periods: Vec<_> = pack.periods().into_iter().flat_map(|periods| periods.iter().collect::<Vec<_>>()).collect();
    let quarters = |counts: [i64; QUARTERS]| periods.clone().into_iter().zip(counts).collect::<Vec<_>>();
    let none = |why: &str| Given::NotApplicable(why.to_owned());
    let services: Vec<Row> = plain
        .services
        .iter()
        .enumerate()
        .map(|(service, days)| {
            let words = if days.count_ones() == 7 { "all" } else { "mon-sat" };
            BTreeMap::from([
                ("name".to_owned(), Given::Known(Value::Text(format!("service {service}")))),
                ("days".to_owned(), Given::Known(Value::Days(Days::read([words]).unwrap_or(Days::ALL)))),
            ])
        })
        .collect();
    let names = ["council", "north group", "south group", "health-and-wellbeing-board"];
    let mut case = Case::new(format!("case-{number}"), format!("Area {number}"))
        .with("plan.local_share", pounds(plain.local_share))
        .with("plan.target", Exact::from_scaled(plain.target.into(), 5).unwrap_or(Exact::ZERO))
        .given("plan.operational_target", none("no revision"))
        .given("plan.proposed_target", none("no revision"))
        .given("activity.planned", none("the plan gives a target"))
        .with_series("activity.baseline", quarters(plain.baseline))
        .with_series("activity.actual", quarters(plain.actual))
        .with("social_care.protected_amount", pounds(plain.protected))
        .with("social_care.prior_transfer", pounds(plain.transfer))
        .with_texts("partner_commissioners", ["north group", "south group"])
        .with_list("services", services);
    let facts = [
        "records.nhs_number_primary",
        "records.open_interfaces",
        "records.information_governance",
        "care.joint_assessment",
        "care.accountable_professional",
        "providers.impact_agreed",
        "pool.agreement_in_place",
    ];
    for (fact, answer) in facts.into_iter().zip(plain.answers) {
        case = case.with(fact, answer);
    }
    for (party, day) in &plain.signatures {
        let date = ringfence_core::period::date_of(*day).unwrap_or_default();
        case = case.signed(
            "plan",
            Signature {
                body: None,
                party: names.get(usize::from(*party)).copied().unwrap_or_default().to_owned(),
                office: Some("chief officer".to_owned()),
                date,
                version: Version::AsSubmitted,
                refused: None,
                conditional: None,
                discharged: None,
                delegated_from: None,
                known: None,
            },
        );
    }
    let answer = if plain.approved { "approved" } else { "not approved" };
    let on = ringfence_core::period::date_of(16_450).unwrap_or_default();
    case.decided(
        "ministers-approval",
        Decided { answer: answer.to_owned(), by: "minister".to_owned(), on, until: None, reason: None },
    )
}

/// The case without the admissions of its second quarter, or without any evidence.
pub fn lacking(mut case: Case, everything: bool) -> Case {
    if everything {
        return Case::new(case.id, case.recipient.name);
    }
    if let Some(Evidence::Series(series)) = case.facts.get_mut("activity.actual")
        && let Some(statements) = series.values_mut().nth(1)
    {
        *statements = vec![Vintage::new(Given::Missing("did not submit".to_owned()))];
    }
    case
}
