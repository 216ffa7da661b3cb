//! Web pages: what a reader would see, without addresses, scripts and pictures.

use html2text::config;
use html2text::render::TrivialDecorator;

use crate::{Error, plain};

/// Letters of a line; longer than any paragraph, so that lines are broken where the page breaks them.
const WIDTH: usize = 10_000;

pub(crate) fn text(bytes: &[u8]) -> Result<String, Error> {
    let page = plain::text(bytes);
    let read = config::with_decorator(TrivialDecorator::new()).string_from_read(page.as_bytes(), WIDTH);
    read.map_err(|_| Error::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_is_read() {
        let page = b"<!doctype html><html><head><title>T</title><style>p{}</style><script>evil()</script></head>\
            <body><h1>Ada &amp; Co</h1><p>Engineer<br>Berlin</p><ul><li>Rust</li></ul><!-- hidden --></body></html>";
        let text = text(page).unwrap();
        for seen in ["Ada & Co", "Engineer\nBerlin", "Rust"] {
            assert!(text.contains(seen), "{text}");
        }
        assert!(!text.contains("evil") && !text.contains("hidden") && !text.contains("p{}"), "{text}");
    }
}
