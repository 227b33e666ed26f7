//! Bytes into texts, and what holds for a text in every format.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ringfence_core::diagnostic::{Code, Diagnostic};
use ringfence_core::source::{Place, SourceFile};

use crate::LoadError;

/// No file is read beyond this. A table of a hundred recipients over ten years needs a hundredth of it.
const MOST_BYTES: u64 = 256 << 20;

/// How a text is written in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    #[default]
    Utf8,
    Utf16,
    Latin1,
    Windows1252,
}

impl Encoding {
    /// Every one with its name.
    pub(crate) const ALL: [(&'static str, Self); 4] = [
        ("utf-8", Self::Utf8),
        ("utf-16", Self::Utf16),
        ("latin-1", Self::Latin1),
        ("windows-1252", Self::Windows1252),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, encoding)| *encoding == self).map_or("", |(name, _)| name)
    }
}

/// Reads a file, shown to its reader under `name`.
pub(crate) fn read(path: &Path, name: &str) -> Result<Arc<SourceFile>, LoadError> {
    let bytes = read_bytes(path, name)?;
    decode(name, bytes).map_err(|mistake| vec![mistake].into())
}

/// Reads the table of a binding, which says how it is written.
pub(crate) fn read_as(path: &Path, name: &str, encoding: Encoding) -> Result<Arc<SourceFile>, LoadError> {
    let bytes = read_bytes(path, name)?;
    let decoded = match encoding {
        Encoding::Utf8 => decode(name, bytes).map_err(|mistake| {
            mistake.help("save the file as UTF-8, or say in the binding how it is written: `encoding: windows-1252`")
        }),
        _ => decode_as(name, &bytes, encoding),
    };
    decoded.map_err(|mistake| vec![mistake].into())
}

/// Reads the bytes of a file that is no text.
pub(crate) fn read_bytes(path: &Path, name: &str) -> Result<Vec<u8>, LoadError> {
    let bytes = bytes(path).map_err(|source| failed(path, source))?;
    if bytes.len() as u64 > MOST_BYTES {
        let place = Place::start_of(&SourceFile::new(name, ""));
        let message = format!("the file is larger than {} MiB", MOST_BYTES >> 20);
        return Err(vec![Diagnostic::error(Code::TOO_LARGE, place, message)].into());
    }
    Ok(bytes)
}

/// A text in another encoding than UTF-8.
#[cfg(feature = "encodings")]
fn decode_as(name: &str, bytes: &[u8], encoding: Encoding) -> Result<Arc<SourceFile>, Diagnostic> {
    let text = match encoding {
        Encoding::Utf8 => return decode(name, bytes.to_vec()),
        Encoding::Latin1 => encoding_rs::mem::decode_latin1(bytes),
        Encoding::Windows1252 => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
        Encoding::Utf16 => {
            // Without a mark at the start nobody can tell which byte of a pair comes first.
            let Some((order, mark)) = encoding_rs::Encoding::for_bom(bytes).filter(|(_, mark)| *mark == 2) else {
                return Err(not_so(name, "", 0, encoding, "it does not begin with a byte order mark"));
            };
            let (text, is_broken) = order.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
            if let Some(at) = text.find(char::REPLACEMENT_CHARACTER).filter(|_| is_broken) {
                return Err(not_so(name, &text, at, encoding, "two bytes here belong to no character"));
            }
            text
        }
    };
    // The codes from 0x80 to 0x9F that stand for no letter.
    match text.char_indices().find(|(_, letter)| ('\u{80}'..='\u{9f}').contains(letter)) {
        Some((at, letter)) if encoding != Encoding::Utf16 => {
            let why = format!("byte 0x{:02X} stands for no letter there", u32::from(letter));
            Err(not_so(name, &text, at, encoding, &why))
        }
        _ => Ok(source(name, &text)),
    }
}

#[cfg(not(feature = "encodings"))]
fn decode_as(name: &str, _: &[u8], encoding: Encoding) -> Result<Arc<SourceFile>, Diagnostic> {
    Err(not_so(name, "", 0, encoding, "and this program was built without other encodings than UTF-8"))
}

/// The mistake of a text that is not in the encoding that the binding says.
fn not_so(name: &str, text: &str, at: usize, encoding: Encoding, why: &str) -> Diagnostic {
    let file = source(name, text);
    let (line, column) = position(text, at);
    let message = format!("the file is not {} text: {why}", encoding.name());
    Diagnostic::error(Code::NOT_UTF8, Place::new(&file, line, column, 1), message)
        .help("say with `encoding` in the binding how the file is written; most editors show it")
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The error for a path that the operating system refused.
pub(crate) fn failed(path: &Path, source: io::Error) -> LoadError {
    let path = PathBuf::from(path);
    if source.kind() == io::ErrorKind::NotFound {
        LoadError::NotFound { path }
    } else {
        LoadError::Read { path, source }
    }
}

/// How a path is shown: with `/` on every machine, so that diagnostics and snapshots agree.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

fn decode(name: &str, bytes: Vec<u8>) -> Result<Arc<SourceFile>, Diagnostic> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(source(name, &text)),
        Err(error) => Err(not_utf8(name, error.as_bytes(), error.utf8_error().valid_up_to())),
    }
}

/// A text under a name, without the byte order mark that some editors put first.
pub(crate) fn source(name: &str, text: &str) -> Arc<SourceFile> {
    SourceFile::new(name, text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn not_utf8(name: &str, bytes: &[u8], valid: usize) -> Diagnostic {
    let file = source(name, &String::from_utf8_lossy(bytes));
    let before = String::from_utf8_lossy(bytes.get(..valid).unwrap_or_default());
    let (line, column) = position(before.strip_prefix('\u{feff}').unwrap_or(&before), usize::MAX);
    let byte = bytes.get(valid).copied().unwrap_or_default();
    let message = format!("the file is not UTF-8 text: byte 0x{byte:02X} belongs to no character");
    Diagnostic::error(Code::NOT_UTF8, Place::new(&file, line, column, 1), message)
        .help("save the file as UTF-8; spreadsheets call it `CSV UTF-8`")
}

/// Line and column, from 1 and in characters, of a byte offset.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(start..).unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// Refuses a carriage return that ends no line.
///
/// YAML and CSV take it for a line end and most editors do not, so every line number after it would be
/// another one for the author than for us.
pub(crate) fn refuse_lone_carriage_return(file: &Arc<SourceFile>) -> Result<(), Diagnostic> {
    let text = file.text();
    let mut returns = text.match_indices('\r').map(|(at, _)| at);
    let Some(at) = returns.find(|at| text.as_bytes().get(at + 1) != Some(&b'\n')) else { return Ok(()) };
    let (line, column) = position(text, at);
    let place = Place::new(file, line, column, 1);
    Err(Diagnostic::error(Code::SYNTAX, place, "a carriage return that is not part of a line end")
        .help("end lines with a line feed, or with carriage return and line feed"))
}

/// The mistake of a text that holds nothing.
pub(crate) fn empty(file: &Arc<SourceFile>) -> Diagnostic {
    Diagnostic::error(Code::EMPTY_FILE, Place::start_of(file), "the file holds nothing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_have_a_line_and_a_column() {
        for (bytes, place) in [
            (&b"\xff"[..], "t:1:1"),
            (b"caf\xc3\xa9,b\xe9\n", "t:1:7"),
            (b"a\r\nb\n\xe9t\xe9", "t:3:1"),
            (b"\xef\xbb\xbfab\x80", "t:1:3"),
        ] {
            let mistake = decode("t", bytes.to_vec()).unwrap_err();
            assert_eq!(mistake.code, Code::NOT_UTF8);
            assert_eq!(mistake.place.to_string(), place);
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(decode("t", b"\xef\xbb\xbfa".to_vec()).unwrap().text(), "a");
    }

    #[test]
    fn a_path_that_is_not_there_says_so() {
        let error = read(Path::new("no/such.yaml"), "no/such.yaml").unwrap_err();
        assert_eq!(error.to_string(), "no file or folder `no/such.yaml`");
    }
}
