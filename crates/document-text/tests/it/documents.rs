//! What documents say.

use document_text::Kind;

use crate::{file, read};

#[tokio::test]
async fn a_pdf_is_read_page_by_page() {
    for name in ["two-pages.pdf", "no-printing.pdf"] {
        let found = read(file(name)).await.unwrap();
        assert_eq!((found.kind, found.pages, found.unreadable_pages), (Kind::Pdf, Some(2), 0), "{name}");
        for said in ["Zoë Müller — Engineer", "zoe.mueller@example.com", "2019 – 2025", "“Computer Science”"]
        {
            assert!(found.text.contains(said), "{name}: {}", found.text);
        }
        let order = ["Müller", "Berlin, Germany", "Experience", "Education"]
            .map(|said| found.text.find(said).unwrap());
        assert!(order.is_sorted(), "{}", found.text);
        assert!(!format!("{found:?}").contains("Zo"));
    }
}

#[tokio::test]
async fn a_word_document_is_read_with_its_header_and_tables() {
    let found = read(file("word.docx")).await.unwrap();
    assert_eq!((found.kind, found.pages), (Kind::Docx, None));
    assert_eq!(
        found.text,
        "Curriculum vitae\nZoë Müller\nEngineer & writer\nBerlin\n2019\tExample GmbH\n2015\tTU Berlin"
    );
}

#[tokio::test]
async fn other_texts_are_read_too() {
    for (bytes, kind, text) in [
        (&b"Zo\xeb\r\nBerlin"[..], Kind::Plain, "Zoë\nBerlin"),
        (br"{\rtf1\ansi\ansicpg1250 \'a3\'f3d\'9f\par x}", Kind::Rtf, "Łódź\nx"),
        (b"<!doctype html><body><h1>Ada</h1><p>Engineer</body>", Kind::Html, "Ada\n\nEngineer"),
    ] {
        let found = read(bytes).await.unwrap();
        assert_eq!((found.kind, found.text.as_str()), (kind, text));
    }
}
