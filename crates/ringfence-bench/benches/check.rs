//! `cargo bench --bench check`: what an author waits for, by the size of the pack.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic, reason = "a benchmark prints and may stop")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use ringfence_bench::large;
use ringfence_core::pack::Pack;

const RUNS: u32 = 15;
/// What a check of 200 conditions must stay below.
const LIMIT: Duration = Duration::from_millis(100);

/// How long this process has had a processor, where the system tells; a machine that others share is no fair clock.
fn worked() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// The time of a run, the mean of several.
fn mean(mut run: impl FnMut()) -> Duration {
    let (start, before) = (Instant::now(), worked());
    for _ in 0..RUNS {
        run();
    }
    let taken = worked().zip(before).map_or_else(|| start.elapsed(), |(after, before)| after.saturating_sub(before));
    taken / RUNS
}

/// The same pack with a misspelt name in every tenth condition: near misses are looked for.
fn misspelt(text: &str) -> String {
    text.replace("0 >= params.share_to_keep_", "0 >= params.share_to_kepe_")
}

fn main() {
    println!("check of a generated pack, mean of {RUNS} runs, time on a processor\n");
    println!("| conditions | lines | read | compiled and checked | together | with misspelt names |");
    println!("|---|---|---|---|---|---|");
    for conditions in [50, 100, 200, 400] {
        let text = large::pack(conditions);
        let broken = misspelt(&text);
        let load = |text: &str| ringfence_loaders::pack::from_texts([("pack.yaml", text)]).unwrap();
        let (source, wrong) = (load(&text), load(&broken));
        let pack = Pack::compile(&source).unwrap_or_else(|invalid| panic!("{invalid}"));
        assert!(pack.warnings().is_empty(), "{:?}", pack.warnings());
        let mistakes = Pack::compile(&wrong).unwrap_err().mistakes.len();
        let read = mean(|| drop(black_box(load(&text))));
        let compiled = mean(|| drop(black_box(Pack::compile(&source))));
        let with_mistakes = mean(|| drop(black_box(Pack::compile(&wrong))));
        println!(
            "| {conditions} | {} | {read:.1?} | {compiled:.1?} | {:.1?} | {with_mistakes:.1?} ({mistakes} mistakes) |",
            text.lines().count(),
            read + compiled,
        );
        assert!(conditions != 200 || read + compiled < LIMIT, "a check of 200 conditions takes {:?}", read + compiled);
    }
}
