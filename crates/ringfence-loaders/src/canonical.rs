//! The one canonical form of packs, cases and bindings.
//!
//! A text is read into lines of its author's making, comments and blank lines among them, and written out again. What
//! is written is read once more: a form that says anything else than the text before it is never given to anybody.

mod layout;
mod outline;

use std::sync::Arc;

use ringfence_core::diagnostic::Diagnostic;
use ringfence_core::source::{Content, Node, Scalar, SourceFile, Style};

use crate::{text, yaml};

/// Why there is no canonical form.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CanonicalError {
    /// The text cannot be read; every mistake found is here.
    #[error("the text cannot be read")]
    Invalid {
        /// The mistakes, at least one.
        mistakes: Vec<Diagnostic>,
    },
    /// The form would not say what the text says.
    #[error("`{path}` would not say the same in canonical form")]
    Changed {
        /// The name of the text.
        path: String,
    },
}

/// The canonical form of a YAML text.
///
/// The format of packs has no part in it: a pack with mistakes has a canonical form as soon as it is YAML.
///
/// # Errors
/// [`CanonicalError::Invalid`] where the text cannot be read, and [`CanonicalError::Changed`] where its form would be
/// read as something else, or a comment would go missing.
///
/// # Example
/// ```
/// let form = ringfence_loaders::canonical::form("pack.yaml", "pack:   beds   # ours\nin-force: {from: 2015-04-01}\n")?;
/// assert_eq!(form, "pack: beds # ours\nin-force: { from: 2015-04-01 }\n");
/// # Ok::<(), ringfence_loaders::canonical::CanonicalError>(())
/// ```
pub fn form(path: &str, written: &str) -> Result<String, CanonicalError> {
    let file = text::source(path, written);
    let before = read(&file)?;
    let documents = outline::read(&file).map_err(|()| changed(path))?;
    let form = layout::write(&documents);
    let again = text::source(path, &form);
    let after = yaml::parse(&again).map_err(|_| changed(path))?;
    let comments = |file: &Arc<SourceFile>| outline::comments(file).map_err(|()| changed(path));
    if is_same_list(&before, &after) && comments(&file)? == comments(&again)? { Ok(form) } else { Err(changed(path)) }
}

fn read(file: &Arc<SourceFile>) -> Result<Vec<Node>, CanonicalError> {
    yaml::parse(file).map_err(|mistakes| CanonicalError::Invalid { mistakes })
}

fn changed(path: &str) -> CanonicalError {
    CanonicalError::Changed { path: path.to_owned() }
}

fn is_same_list(left: &[Node], right: &[Node]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_same(left, right))
}

/// Whether two values say the same, wherever they stand.
fn is_same(left: &Node, right: &Node) -> bool {
    match (&left.content, &right.content) {
        (Content::Empty, Content::Empty) => true,
        (Content::Scalar(left), Content::Scalar(right)) => is_same_text(left, right),
        (Content::List(left), Content::List(right)) => is_same_list(left, right),
        (Content::Map(left), Content::Map(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| left.key == right.key && is_same(&left.value, &right.value))
        }
        _ => false,
    }
}

/// Whether two texts say the same: blanks at the ends of the lines of a block are nobody's words.
fn is_same_text(left: &Scalar, right: &Scalar) -> bool {
    let block = [left.style, right.style].map(|style| matches!(style, Style::Literal | Style::Folded));
    let lines = |scalar: &Scalar| scalar.text.lines().map(str::trim_end).eq(right.text.lines().map(str::trim_end));
    let words = |scalar: &Scalar| scalar.text.split_whitespace().eq(right.text.split_whitespace());
    left.text == right.text
        || match (left.style, block) {
            (Style::Literal, [true, true]) => lines(left),
            (Style::Folded, [true, true]) => words(left),
            _ => false,
        }
}

#[cfg(test)]
mod tests;
