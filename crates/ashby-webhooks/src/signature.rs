//! Whether a delivery comes from Ashby: HMAC-SHA256 over the body as it came.

use std::fmt::{self, Write as _};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The header that carries the signature.
pub const HEADER: &str = "ashby-signature";

/// The one algorithm there is, as the header names it.
const PREFIX: &[u8] = b"sha256=";

/// What a header claims.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 32]);

impl Signature {
    /// Reads a header: exactly `sha256=` and 64 lower-case hexadecimal digits.
    pub fn parse(header: &[u8]) -> Option<Self> {
        let digits: &[u8; 64] = header.strip_prefix(PREFIX)?.try_into().ok()?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(bytes))
    }

    /// Signs a body, as Ashby does.
    pub fn of(secret: &str, body: &[u8]) -> Self {
        Self(key(secret).chain_update(body).finalize().into_bytes().into())
    }
}

fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    }
}

fn key(secret: &str) -> Hmac<Sha256> {
    match Hmac::new_from_slice(secret.as_bytes()) {
        Ok(key) => key,
        // HMAC takes keys of any length.
        Err(_) => unreachable!("HMAC takes any key"),
    }
}

/// As the header has it.
impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256=")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature([masked])")
    }
}

/// Secrets, each of which is valid: while one is being replaced there are two.
#[derive(Clone)]
pub struct Secrets(Vec<Hmac<Sha256>>);

/// There is no secret, so that no delivery could ever be valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no secret in it")]
pub struct NoSecrets;

impl Secrets {
    /// These secrets; white space around them and empty ones do not count.
    ///
    /// # Errors
    /// If there are none.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Result<Self, NoSecrets> {
        let keys: Vec<_> =
            secrets.into_iter().map(str::trim).filter(|secret| !secret.is_empty()).map(key).collect();
        if keys.is_empty() { Err(NoSecrets) } else { Ok(Self(keys)) }
    }

    /// The secrets of a file: one a line; lines that begin with `# ` are comments.
    ///
    /// # Errors
    /// If there are none.
    pub fn parse(text: &str) -> Result<Self, NoSecrets> {
        Self::new(Self::lines(text))
    }

    /// What [`parse`](Self::parse) takes for secrets, in order: a secret may begin with `#`, a comment has a space behind it.
    pub fn lines(text: &str) -> impl Iterator<Item = &str> {
        let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
        lines.filter(|line| !line.is_empty() && *line != "#" && !line.starts_with("# "))
    }

    /// Whether one of them signed this body. How long it takes says nothing of a secret or a signature.
    pub fn verify(&self, signature: &Signature, body: &[u8]) -> bool {
        self.0.iter().any(|key| key.clone().chain_update(body).verify_slice(&signature.0).is_ok())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        let _ = write!(text, "{} [masked]", self.0.len());
        f.debug_tuple("Secrets").field(&text).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_no_secret() {
        let text = "\u{feff}# old\n\n one \n#two\n#\nthree\n  # four\n##";
        assert_eq!(Secrets::lines(text).collect::<Vec<_>>(), ["one", "#two", "three", "##"]);
        assert!(Secrets::parse("# comment\n").is_err());
    }

    /// RFC 4231, test case 2.
    const KNOWN: &str = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    #[test]
    fn it_is_hmac_sha256() {
        let body = b"what do ya want for nothing?";
        assert_eq!(Signature::of("Jefe", body).to_string(), KNOWN);
        let signature = Signature::parse(KNOWN.as_bytes()).unwrap();
        assert!(Secrets::parse("other\r\n\r\n Jefe \r\n").unwrap().verify(&signature, body));
        assert!(!Secrets::parse("other\njefe").unwrap().verify(&signature, body));
        assert!(!Secrets::parse("Jefe").unwrap().verify(&signature, b"what do ya want for nothing? "));
    }

    #[test]
    fn only_the_exact_form_is_a_signature() {
        let digits = &KNOWN["sha256=".len()..];
        for wrong in [
            String::new(),
            digits.to_owned(),
            KNOWN.to_uppercase(),
            format!("sha256={}", digits.to_uppercase()),
            format!("SHA256={digits}"),
            format!("sha1={}", &digits[..40]),
            format!("sha512={digits}"),
            format!("sha256={}", &digits[..63]),
            format!("sha256={digits}0"),
            format!("sha256={digits}\0"),
            format!(" sha256={digits}"),
            format!("sha256= {}", &digits[1..]),
            format!("sha256={digits}, sha256={digits}"),
            format!("sha256=g{}", &digits[1..]),
            format!("sha256=+{}", &digits[1..]),
        ] {
            assert_eq!(Signature::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn no_secret_is_an_error_and_none_is_printed() {
        assert_eq!(Secrets::parse(" \n\t\r\n").unwrap_err(), NoSecrets);
        let secrets = Secrets::parse("hush").unwrap();
        let signature = Signature::of("hush", b"");
        let printed = format!("{secrets:?} {signature:?}");
        assert!(!printed.contains("hush") && !printed.contains(&signature.to_string()[7..]), "{printed}");
    }
}
