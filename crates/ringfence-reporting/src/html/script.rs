//! Scripts of a page, and what lets a browser run these and no others.

use sha2::{Digest, Sha256};

/// What the page's policy says on scripts: nothing where there are none, so that none runs.
pub(super) fn policy(scripts: &[&str]) -> String {
    if scripts.is_empty() {
        return String::new();
    }
    let allowed: Vec<String> =
        scripts.iter().map(|text| format!(" 'sha256-{}'", base64(&Sha256::digest(text.as_bytes())))).collect();
    format!("; script-src{}", allowed.concat())
}

/// The bytes as Base64 (RFC 4648), as a policy names a digest.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let byte = |at: usize| group.get(at).copied().map_or(0, usize::from);
        let whole = byte(0) << 16 | byte(1) << 8 | byte(2);
        for (at, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            let letter = LETTERS.get(whole >> shift & 63).copied().map_or('=', char::from);
            out.push(if at > group.len() { '=' } else { letter });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn a_page_without_a_script_lets_none_run() {
        assert_eq!(policy(&[]), "");
        // The digest of the empty text, as every table of test vectors has it.
        assert_eq!(policy(&[""]), "; script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
    }
}
