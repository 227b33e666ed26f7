//! Values over all the cases of a scheme: what the first of two passes works out.

use crate::language::ir::Expr;
use crate::types::Type;

/// A value over all cases.
#[derive(Clone, Debug)]
pub(crate) struct PortfolioValue {
    /// Without `portfolio.`.
    pub(crate) name: String,
    pub(crate) title: String,
    /// What each case contributes.
    pub(crate) of: Expr,
    pub(crate) of_type: Type,
    /// Which cases take part; all if none.
    pub(crate) taking_part: Option<Expr>,
    pub(crate) take: Take,
    pub(crate) ty: Type,
}

/// What is made of the contributions of all cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Take {
    Sum,
    /// How many say yes.
    Count,
    Mean,
    /// The middle one; of an even number, the mean of the middle two.
    Median,
    Least,
    Greatest,
    /// Each case has its own; the greatest is first, and equals share the better place.
    Rank,
    RankFromLeast,
}

impl Take {
    /// Each with the word that packs use.
    pub(crate) const ALL: [(&'static str, Self); 8] = [
        ("sum", Self::Sum),
        ("count", Self::Count),
        ("mean", Self::Mean),
        ("median", Self::Median),
        ("least", Self::Least),
        ("greatest", Self::Greatest),
        ("rank", Self::Rank),
        ("rank-from-least", Self::RankFromLeast),
    ];

    pub(crate) fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, take)| *take == self).map_or("", |(word, _)| word)
    }

    /// Whether each case has a value of its own.
    pub(crate) const fn is_rank(self) -> bool {
        matches!(self, Self::Rank | Self::RankFromLeast)
    }
}
