//! The serialized form of a pack's documents, for programs that carry a pack inside their binary.
//!
//! Places are kept, so a diagnostic from an embedded pack still names file, line and column.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::source::{Content, Document, Entry, Node, PackSource, Place, Scalar, SourceFile, Style};

/// A document: path, text and tree.
#[derive(Serialize, Deserialize)]
struct Stored {
    path: String,
    text: String,
    root: StoredNode,
    /// How many bases below the pack itself.
    #[serde(default, skip_serializing_if = "is_nought")]
    layer: usize,
    /// Whether it holds shared declarations that this layer uses.
    #[serde(default, skip_serializing_if = "is_no")]
    shared: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference to the field")]
fn is_no(shared: &bool) -> bool {
    !*shared
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference to the field")]
fn is_nought(layer: &usize) -> bool {
    *layer == 0
}

/// Line, column and length.
type StoredPlace = (usize, usize, usize);

#[derive(Serialize, Deserialize)]
enum StoredNode {
    Empty(StoredPlace),
    Text(StoredPlace, String, u8, StoredPlace),
    List(StoredPlace, Vec<StoredNode>),
    Map(StoredPlace, Vec<(String, StoredPlace, StoredNode)>),
}

const STYLES: [Style; 4] = [Style::Plain, Style::Quoted, Style::Literal, Style::Folded];

fn stored_place(place: &Place) -> StoredPlace {
    (place.line(), place.column(), place.length())
}

fn store(node: &Node) -> StoredNode {
    let place = stored_place(&node.place);
    match &node.content {
        Content::Empty => StoredNode::Empty(place),
        Content::Scalar(scalar) => {
            let style = STYLES.iter().position(|style| *style == scalar.style).and_then(|at| u8::try_from(at).ok());
            StoredNode::Text(place, scalar.text.clone(), style.unwrap_or(0), stored_place(&scalar.content))
        }
        Content::List(items) => StoredNode::List(place, items.iter().map(store).collect()),
        Content::Map(entries) => {
            let entries = entries.iter();
            let stored = entries.map(|entry| (entry.key.clone(), stored_place(&entry.key_place), store(&entry.value)));
            StoredNode::Map(place, stored.collect())
        }
    }
}

fn restore(stored: StoredNode, file: &Arc<SourceFile>) -> Node {
    let place = |(line, column, length): StoredPlace| Place::new(file, line, column, length);
    match stored {
        StoredNode::Empty(at) => Node { place: place(at), content: Content::Empty },
        StoredNode::Text(at, text, style, content) => {
            let style = STYLES.get(usize::from(style)).copied().unwrap_or(Style::Plain);
            Node { place: place(at), content: Content::Scalar(Scalar { text, style, content: place(content) }) }
        }
        StoredNode::List(at, items) => {
            let items = items.into_iter().map(|item| restore(item, file)).collect();
            Node { place: place(at), content: Content::List(items) }
        }
        StoredNode::Map(at, entries) => {
            let entries = entries.into_iter();
            let entry = |(key, key_at, value)| Entry { key, key_place: place(key_at), value: restore(value, file) };
            Node { place: place(at), content: Content::Map(entries.map(entry).collect()) }
        }
    }
}

impl Serialize for PackSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let layers = std::iter::successors(Some(self), |source| source.base.as_deref());
        let documents = layers.enumerate().flat_map(|(layer, source)| {
            let own = source.documents.iter().map(move |one| (layer, false, one));
            own.chain(source.shared.iter().map(move |one| (layer, true, one)))
        });
        serializer.collect_seq(documents.map(|(layer, shared, document)| Stored {
            path: document.file.path().to_owned(),
            text: document.file.text().to_owned(),
            root: store(&document.root),
            layer,
            shared,
        }))
    }
}

impl<'de> Deserialize<'de> for PackSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored: Vec<Stored> = Vec::deserialize(deserializer)?;
        let mut layers: BTreeMap<usize, Self> = BTreeMap::new();
        for stored in stored {
            let file = SourceFile::new(stored.path, stored.text);
            let layer = layers.entry(stored.layer).or_default();
            let documents = if stored.shared { &mut layer.shared } else { &mut layer.documents };
            documents.push(Document { root: restore(stored.root, &file), file });
        }
        // From the lowest base up.
        let lowest = None::<Box<Self>>;
        let whole = layers.into_values().rev().fold(lowest, |base, layer| Some(Box::new(Self { base, ..layer })));
        Ok(whole.map(|whole| *whole).unwrap_or_default())
    }
}
