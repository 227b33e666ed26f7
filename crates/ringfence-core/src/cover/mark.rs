//! What a case can do to a pack, by the numbers of what it does it to.

use crate::language::cover::Met;
use crate::ruling::StandingWord;

/// One thing that a case did, or could do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// A way of a script.
    Way(Met),
    /// How a condition came out.
    Outcome(u32, Came),
    /// A limb of a condition counts as met, or as unmet.
    Limb(u32, u32, bool),
    /// A dated value of a parameter was read.
    Dated(u32, usize),
    /// A version of a table was asked.
    Version(u32, usize),
    /// A row of a version decided.
    Row(u32, usize, usize),
    /// The default of a version stood in.
    Default(u32, usize),
    /// What became of a signature, or of a sign-off.
    Signed(u32, Signing),
    /// What was decided.
    Decided(u32, Said),
    /// Where money of a fund went.
    Disposed(u32, Part),
    /// Evidence was checked and believed, or not believed.
    Believed(u32, bool),
}

/// How a condition came out, and how it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Came {
    Met,
    Unmet,
    /// Something is missing that could decide: evidence, or what a person has to decide.
    Open,
    NotApplicable,
    Waived,
    Suspended,
    Cured,
    Lapsed,
}

impl From<StandingWord> for Came {
    fn from(word: StandingWord) -> Self {
        match word {
            StandingWord::Waived => Self::Waived,
            StandingWord::Suspended => Self::Suspended,
            StandingWord::Cured => Self::Cured,
            StandingWord::Lapsed => Self::Lapsed,
        }
    }
}

/// What became of a signature, or of a sign-off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Signing {
    Enough,
    TooFew,
    NotSigned,
    Refused,
    Late,
    LateAccepted,
    AnotherVersion,
    UnstatedVersion,
    NotEntitled,
    DelegatedInVain,
    Delegated,
    Conditional,
    Discharged,
    NotIndependent,
    UnstatedBody,
    NotYetKnown,
    PartiesNotKnown,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Said {
    /// The answer of this number.
    Answer(usize),
    Pending,
}

/// Where money goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Released,
    Redirected,
    Withheld,
    Recovered,
    Undetermined,
    /// Nothing is paid on these days.
    Suspended,
}
