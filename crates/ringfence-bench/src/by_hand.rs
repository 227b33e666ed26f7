//! The Better Care Fund 2015-16 by hand: what a programmer would write for complete evidence, in
//! whole numbers, without units, reasons, missing evidence or a check that anything adds up.

#![expect(
    clippy::indexing_slicing,
    clippy::needless_range_loop,
    reason = "this is how it would be written: quarters are counted from 0 to 3, and answers are seven"
)]

use crate::cases::{PARTIES, Plain};

/// Pence for one avoided admission.
const VALUE: i64 = 149_000;

/// The conditions, in the order of the bits of [`Decided::met`].
pub const CONDITIONS: [&str; 12] = [
    "acute-impact-agreed",
    "data-sharing",
    "expected-target",
    "fund-within-local-share",
    "joint-assessment",
    "jointly-agreed",
    "ministers-approved",
    "national-conditions",
    "plan-approved",
    "pooled-fund",
    "seven-day-services",
    "social-care-protected",
];

/// What is decided by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// The outcomes, a bit each, in the order of [`CONDITIONS`]; 1 is met.
    pub met: u16,
    /// Pence: amount, released, redirected, withheld of the performance fund.
    pub performance: [i64; 4],
    /// Pence: what each quarter earned.
    pub quarters: [i64; 4],
    /// Pence: the most that each quarter could have earned under the plan.
    pub most: [i64; 4],
    /// Pence: amount, released, withheld of the rest.
    pub rest: [i64; 3],
}

/// Rules on one case, with the plan-to-date reading of the cap.
pub fn decide(case: &Plain) -> Decided {
    let mut decided = Decided::default();
    let mut planned = [0; 4];
    for (planned, baseline) in planned.iter_mut().zip(case.baseline) {
        // Half away from zero; admissions and shares are never below zero here.
        *planned = (2 * baseline * (100_000 - case.target) + 100_000) / 200_000;
    }
    let reduction: i64 = case.baseline.iter().sum::<i64>() - planned.iter().sum::<i64>();
    let fund = reduction.max(0) * VALUE;
    let (mut plan_to_date, mut achieved, mut paid, mut highest) = (0, 0, 0, 0);
    for quarter in 0..4 {
        plan_to_date += case.baseline[quarter] - planned[quarter];
        achieved += case.baseline[quarter] - case.actual[quarter];
        let cap = plan_to_date.clamp(0, reduction.max(0));
        let due = |cut: i64| if reduction > 0 { round(fund, cut, reduction) } else { 0 };
        let most = due(cap);
        decided.most[quarter] = (most - highest).max(0);
        highest = highest.max(most);
        let release = due(achieved.clamp(0, cap));
        decided.quarters[quarter] = (release - paid).max(0);
        paid = paid.max(release);
    }
    let answers = case.answers;
    let mut signed = 0_u8;
    for party in 0..PARTIES {
        if case.signatures.iter().any(|(own, _)| *own == party) {
            signed += 1;
        }
    }
    let jointly_agreed = signed == PARTIES;
    let protected = case.protected >= case.transfer;
    let seven_days = case.services.iter().all(|days| *days == 0b111_1111);
    let data_sharing = answers[0] && answers[1] && answers[2];
    let assessment = answers[3] && answers[4];
    let providers = answers[5];
    let pooled = answers[6];
    let target = case.target >= 3_500;
    let within = fund <= case.local_share;
    let national = jointly_agreed && protected && seven_days && data_sharing && assessment && providers;
    let approved = jointly_agreed && case.approved;
    let flags = [
        providers,
        data_sharing,
        target,
        within,
        assessment,
        jointly_agreed,
        case.approved,
        national,
        approved,
        pooled,
        seven_days,
        protected,
    ];
    for (bit, flag) in flags.into_iter().enumerate() {
        decided.met |= u16::from(flag) << bit;
    }
    let open = approved && pooled && within;
    decided.performance = if open { [fund, paid, fund - paid, 0] } else { [fund, 0, 0, fund] };
    let rest = (case.local_share - fund).max(0);
    decided.rest = if approved && pooled && national { [rest, rest, 0] } else { [rest, 0, rest] };
    decided
}

/// `fund * cut / reduction`, half a penny away from zero.
fn round(fund: i64, cut: i64, reduction: i64) -> i64 {
    (2 * fund * cut + reduction) / (2 * reduction)
}
