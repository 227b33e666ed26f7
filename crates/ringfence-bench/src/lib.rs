//! What the benchmarks share: cases, the same rules by hand, and a fair stopwatch.

pub mod by_hand;
pub mod cases;
pub mod large;
pub mod stopwatch;
