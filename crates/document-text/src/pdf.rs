//! PDF, by a library; page by page, so that a page that cannot be read costs that page.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_extract::{Document, PlainTextOutput, output_doc_page};

use crate::{Error, Kind, Text};

/// More pages than any résumé has.
const PAGES_MAX: usize = 1_000;

pub(crate) fn text(bytes: &[u8], limit_bytes: usize) -> Result<Text, Error> {
    // The library panics at some things that it did not expect.
    let quietly = |work: &mut dyn FnMut() -> Result<(), Error>| {
        catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Error::Malformed))
    };
    let mut document = None;
    quietly(&mut || {
        document = Some(load(bytes)?);
        Ok(())
    })?;
    let document = document.ok_or(Error::Malformed)?;
    let pages = document.get_pages();
    let (mut text, mut unreadable_pages) = (String::new(), 0);
    for number in pages.keys().take(PAGES_MAX) {
        let mut page = String::new();
        let read = quietly(&mut || {
            let mut output = PlainTextOutput::new(&mut page);
            output_doc_page(&document, &mut output, *number).map_err(|_| Error::Malformed)
        });
        unreadable_pages += u32::from(read.is_err());
        if read.is_ok() && !page.trim().is_empty() {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(page.trim());
        }
        if text.len() > limit_bytes {
            break;
        }
    }
    let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    if count == 0 || unreadable_pages == count {
        return Err(Error::Malformed);
    }
    let is_cut = pages.len() > PAGES_MAX;
    Ok(Text { kind: Kind::Pdf, text, pages: Some(count), unreadable_pages, is_cut })
}

fn load(bytes: &[u8]) -> Result<Document, Error> {
    let mut document = Document::load_mem(bytes).map_err(|error| match error {
        pdf_extract::Error::Decryption(_) | pdf_extract::Error::InvalidPassword => Error::Encrypted,
        _ => Error::Malformed,
    })?;
    // Many files are encrypted with no password, to forbid printing.
    if document.is_encrypted() && document.decrypt("").is_err() {
        return Err(Error::Encrypted);
    }
    Ok(document)
}
