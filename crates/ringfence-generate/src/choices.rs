//! Where choices come from: a number that is spun out, or a string of bytes that a fuzzer holds.

use std::fmt;

/// A source of choices, the same on every machine.
pub struct Choices<'a> {
    from: Origin<'a>,
}

enum Origin<'a> {
    Seed(u64),
    Bytes(&'a [u8]),
}

impl fmt::Debug for Choices<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.from {
            Origin::Seed(state) => write!(f, "Choices({state:#x})"),
            Origin::Bytes(rest) => write!(f, "Choices({} bytes)", rest.len()),
        }
    }
}

impl<'a> Choices<'a> {
    /// Choices without end, different for each seed.
    pub const fn of_seed(seed: u64) -> Self {
        Self { from: Origin::Seed(seed) }
    }

    /// Choices from these bytes. Once they are used up every choice is the first, so what is made comes to an end.
    pub const fn of_bytes(bytes: &'a [u8]) -> Self {
        Self { from: Origin::Bytes(bytes) }
    }

    /// A number below `end`; nought where that is nought.
    pub fn below(&mut self, end: u64) -> u64 {
        if end <= 1 {
            return 0;
        }
        let drawn = match &mut self.from {
            // SplitMix64: every seed is a good one.
            Origin::Seed(state) => {
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut mixed = *state;
                mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                mixed ^ (mixed >> 31)
            }
            Origin::Bytes(rest) => {
                let wanted = if end <= 1 << 8 { 1 } else { 4 };
                let (now, later) = rest.split_at(rest.len().min(wanted));
                *rest = later;
                now.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
            }
        };
        drawn % end
    }

    /// A place in something of this length.
    pub fn at(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// A number from `low`, up to and with `high`.
    pub fn within(&mut self, low: i64, high: i64) -> i64 {
        let span = high.abs_diff(low).saturating_add(1);
        low.saturating_add_unsigned(self.below(span))
    }

    /// Yes once in so many times; no where nothing is left to choose from.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == times - 1
    }

    /// One of these.
    pub fn pick<'i, T>(&mut self, items: &'i [T]) -> &'i T {
        &items[self.at(items.len())]
    }
}
