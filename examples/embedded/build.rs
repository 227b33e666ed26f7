//! Reads the pack's files when the program is built, and writes them as one JSON text.

use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("../../rules/better-care-fund/2015-16");
    println!("cargo::rerun-if-changed={}", folder.display());
    let source = ringfence_loaders::pack::load(folder)?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("pack.json"), serde_json::to_string(&source)?)?;
    Ok(())
}
