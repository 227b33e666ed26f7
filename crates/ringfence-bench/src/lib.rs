//! What the benchmarks share: cases, packs, the same rules by hand, and a fair stopwatch.

pub mod by_hand;
pub mod cases;
pub mod large;
pub mod many_cases;
pub mod stopwatch;
