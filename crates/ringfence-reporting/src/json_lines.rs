//! JSON lines: each ruling compact on a line of its own, for programs that read one at a time.

use ringfence_core::ruling::Ruling;

/// One ruling with its line end.
///
/// # Errors
/// None in practice: every part of a ruling has a JSON form.
pub fn ruling(ruling: &Ruling) -> Result<String, serde_json::Error> {
    serde_json::to_string(ruling).map(|text| text + "\n")
}

/// Many rulings, in their order.
///
/// # Errors
/// None in practice: every part of a ruling has a JSON form.
pub fn rulings(rulings: &[Ruling]) -> Result<String, serde_json::Error> {
    rulings.iter().map(ruling).collect()
}
