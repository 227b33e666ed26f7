//! A text that is kept beside a pack, in the file format of the snapshot tool insta, which reads and writes the same
//! files.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// What a file that this program writes for the first time names as its source.
const SOURCE: &str = "ringfence test";

/// Whether the environment says that nobody is there to look: `CI` is set, and not to `false` or `0`.
pub fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !["", "0", "false"].contains(&value.as_str()))
}

/// A text that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The lines of its header as they are written.
    header: Vec<String>,
    /// The text, without its last line end.
    text: String,
}

impl Snapshot {
    /// A text that is to be kept, with what its case tells and where that stands.
    pub fn new(text: &str, tells: Option<&str>, input_file: &str) -> Self {
        let mut header = vec![format!("source: {SOURCE}")];
        header.extend(tells.map(|tells| format!("description: {}", scalar(tells))));
        header.push(format!("input_file: {}", scalar(input_file)));
        Self { header, text: comparable(text) }
    }

    /// The same with the source and the input file of the one before it, which name the same however the program was
    /// started.
    #[must_use]
    pub fn after(mut self, before: &Self) -> Self {
        for key in ["source:", "input_file:"] {
            let known = before.header.iter().find(|line| line.starts_with(key));
            if let (Some(known), Some(line)) = (known, self.header.iter_mut().find(|line| line.starts_with(key))) {
                line.clone_from(known);
            }
        }
        self
    }

    /// Reads one; nothing where there is no such file.
    ///
    /// # Errors
    /// The file cannot be read, or is no snapshot.
    pub fn read(path: &Path) -> io::Result<Option<Self>> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).map(Some).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidData, "it has no header between two lines of `---`")
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.split_inclusive('\n');
        let is_rule = |line: &str| line.trim_end() == "---";
        lines.next().filter(|line| is_rule(line))?;
        let mut header = Vec::new();
        loop {
            let line = lines.next()?;
            if is_rule(line) {
                break;
            }
            header.push(line.trim_end().to_owned());
        }
        Some(Self { header, text: comparable(&lines.collect::<String>()) })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether both keep the same text. What their headers say makes no difference.
    pub fn is_same(&self, other: &Self) -> bool {
        self.text == other.text
    }

    /// The file, whole.
    pub fn file(&self) -> String {
        let mut file = "---\n".to_owned();
        for line in &self.header {
            let _ = writeln!(file, "{line}");
        }
        let _ = writeln!(file, "---\n{}", self.text);
        file
    }

    /// Writes it, and the folder it is in.
    ///
    /// # Errors
    /// The file or folder cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, self.file())
    }
}

/// A text as two are compared: whatever ends its lines, and whatever empty lines it ends with.
fn comparable(text: &str) -> String {
    text.trim_end().replace("\r\n", "\n")
}

/// A text in a header: in quotes where it would be read as something else without.
fn scalar(text: &str) -> String {
    if needs_quotes(text) { quoted(text) } else { text.to_owned() }
}

fn needs_quotes(text: &str) -> bool {
    const WORDS: [&str; 22] = [
        "yes", "Yes", "YES", "no", "No", "NO", "True", "TRUE", "true", "False", "FALSE", "false", "on", "On", "ON",
        "off", "Off", "OFF", "null", "Null", "NULL", "~",
    ];
    let starts = ['&', '*', '?', '|', '-', '<', '>', '=', '!', '%', '@', '.', ' '];
    let holds = |letter: char| {
        matches!(letter, ':' | '{' | '}' | '[' | ']' | ',' | '#' | '`' | '"' | '\'' | '\\') || letter.is_control()
    };
    text.is_empty()
        || text.starts_with(starts)
        || text.ends_with(' ')
        || text.contains(holds)
        || text.starts_with("0x")
        || text.parse::<f64>().is_ok()
        || WORDS.contains(&text)
}

fn quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if letter.is_ascii_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let written = Snapshot::new("One\n\ntwo\n\n", Some("a tale: of \"two\""), "cases/a.yaml");
        assert_eq!(
            written.file(),
            "---\nsource: ringfence test\ndescription: \"a tale: of \\\"two\\\"\"\ninput_file: cases/a.yaml\n---\nOne\n\ntwo\n"
        );
        assert_eq!(Snapshot::parse(&written.file()), Some(written.clone()));
        let with_returns = written.file().replace('\n', "\r\n");
        assert!(Snapshot::parse(&with_returns).unwrap().is_same(&written));
    }

    #[test]
    fn the_header_is_no_part_of_what_is_compared_and_its_paths_stay() {
        let old = Snapshot::parse("---\nsource: tests/rulings.rs\ninput_file: rules/a.yaml\n---\nx\n").unwrap();
        let new = Snapshot::new("x", Some("t"), "a.yaml");
        assert!(old.is_same(&new));
        assert_eq!(
            new.after(&old).file(),
            "---\nsource: tests/rulings.rs\ndescription: t\ninput_file: rules/a.yaml\n---\nx\n"
        );
    }

    #[test]
    fn what_has_no_header_is_no_snapshot() {
        for text in ["", "x\n", "---\nsource: a\n", "--\n---\n"] {
            assert_eq!(Snapshot::parse(text), None, "{text:?}");
        }
    }
}
