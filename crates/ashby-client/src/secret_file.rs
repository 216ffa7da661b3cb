//! Keys as files and variables hold them, with whatever editors and shells put around them.

use secrecy::zeroize::Zeroizing;

use crate::{ApiKey, Error, ErrorKind};

/// How a line of a file of variables begins that holds the key.
const NAME: &str = "ASHBY_API_KEY";
/// Longer is no key file.
const MAX_FILE_BYTES: usize = 64 * 1024;

impl ApiKey {
    /// The key that a file holds: alone, or as `ASHBY_API_KEY=…` in a file of variables; with a byte order mark (UTF-8 or
    /// UTF-16), with quotes, with any line ends, beside empty lines and comments (`#`).
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`], with what is wrong, if it holds none, or more than can be told apart. The text
    /// quotes nothing of the file.
    pub fn from_file_content(content: &[u8]) -> Result<Self, Error> {
        let wrong = |what: &str| Error::new(ErrorKind::Configuration, "", what);
        if content.len() > MAX_FILE_BYTES {
            return Err(wrong("it is too large to hold an API key"));
        }
        let text = decoded(content).ok_or_else(|| wrong("it is not text"))?;
        let lines: Vec<&str> =
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        let named: Vec<&str> = lines.iter().filter_map(|line| assigned(line)).collect();
        let key = match (&named[..], &lines[..]) {
            ([key], _) => key,
            ([_, ..], _) => return Err(wrong("it names ASHBY_API_KEY more than once")),
            ([], []) => return Err(wrong("it is empty")),
            ([], [key]) => key,
            ([], _) => return Err(wrong("it has several lines, and none begins with ASHBY_API_KEY=")),
        };
        let key = Self::from(*key);
        if key.is_usable() { Ok(key) } else { Err(wrong("what it holds cannot be an API key")) }
    }
}

/// The text of a file, whatever a byte order mark says it is written in.
fn decoded(content: &[u8]) -> Option<Zeroizing<String>> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units = Zeroizing::new(pairs.iter().map(|pair| unit(*pair)).collect::<Vec<u16>>());
        rest.is_empty().then(|| String::from_utf16(&units).ok()).flatten()
    };
    let text = match content {
        [0xef, 0xbb, 0xbf, rest @ ..] => str::from_utf8(rest).ok().map(str::to_owned),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        rest => str::from_utf8(rest).ok().map(str::to_owned),
    };
    text.map(Zeroizing::new)
}

/// What a line gives to the key's variable.
fn assigned(line: &str) -> Option<&str> {
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    let line = line.strip_prefix("$env:").unwrap_or(line);
    let rest =
        line.get(..NAME.len()).filter(|name| name.eq_ignore_ascii_case(NAME)).map(|_| &line[NAME.len()..]);
    Some(rest?.trim_start().strip_prefix(['=', ':'])?.trim())
}

/// A key without what copying and editors leave around it: white space, a byte order mark, quotes.
pub(crate) fn bare(text: &str) -> &str {
    let is_around = |letter: char| letter.is_whitespace() || letter == '\u{feff}';
    let text = text.trim_matches(is_around);
    let quoted = ['"', '\'', '`'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    quoted.map_or(text, |text| text.trim_matches(is_around))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_in_every_form_of_file() {
        let wide: Vec<u8> =
            [0xff, 0xfe].into_iter().chain("test-key\r\n".bytes().flat_map(|byte| [byte, 0])).collect();
        for content in [
            &b"test-key"[..],
            b"test-key\n",
            b"\xef\xbb\xbftest-key\r\n",
            b"\"test-key\"\n",
            b"'test-key'",
            b"# of the company\n\n test-key \n",
            b"ASHBY_API_KEY=test-key\n",
            b"export ASHBY_API_KEY=\"test-key\"\r\n",
            b"OTHER=x\nASHBY_API_KEY = 'test-key'\nMORE=y\n",
            b"ashby_api_key: test-key",
            &wide,
        ] {
            let key = ApiKey::from_file_content(content);
            let shown = String::from_utf8_lossy(content);
            assert_eq!(key.as_ref().map(ApiKey::expose).ok(), Some("test-key"), "{shown:?}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_key_file_is_said_without_quoting_it() {
        for (content, said) in [
            (&b""[..], "is empty"),
            (b"\xef\xbb\xbf \n# nothing\n", "is empty"),
            (b"secret\nsecret2\n", "several lines"),
            (b"ASHBY_API_KEY=secret\nASHBY_API_KEY=secret2", "more than once"),
            (b"secret word", "cannot be an API key"),
            (b"\xff\xff", "is not text"),
        ] {
            let error = ApiKey::from_file_content(content).unwrap_err();
            assert!(
                error.to_string().contains(said) && !format!("{error:?}").contains("secret"),
                "{error:?}"
            );
        }
    }
}
