//! What is written to harm its reader harms nobody, and soon has an answer.

use std::io::Write as _;
use std::time::{Duration, Instant};

use document_text::Error;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::{file, read};

fn zipped(name: &str, content: &[u8]) -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file(name, SimpleFileOptions::default()).unwrap();
    archive.write_all(content).unwrap();
    archive.finish().unwrap().into_inner()
}

#[tokio::test]
async fn what_asks_for_too_much_gets_nothing() {
    let started = Instant::now();
    // 2 GB in 1.6 KB; forms that draw one another 2^60 times; a form that draws itself.
    let (bomb, laughs, itself) =
        tokio::join!(read(file("bomb.pdf")), read(file("laughs.pdf")), read(file("itself.pdf")));
    assert_eq!((bomb, laughs), (Err(Error::TooCostly), Err(Error::TooCostly)));
    assert!(matches!(itself, Err(Error::TooCostly | Error::NoText)), "{itself:?}");
    let unpacked = [b"<w:t>".to_vec(), vec![b'a'; 65 << 20]].concat();
    assert_eq!(read(zipped("word/document.xml", &unpacked)).await, Err(Error::TooCostly));
    let nested = "<w:p>".repeat(1 << 20);
    assert_eq!(read(zipped("word/document.xml", nested.as_bytes())).await, Err(Error::TooCostly));
    assert_eq!(read(format!("{{\\rtf1 {}", "{".repeat(1 << 20))).await, Err(Error::TooCostly));
    assert_eq!(read(vec![b'x'; 200 << 20]).await, Err(Error::TooLarge));
    assert!(started.elapsed() < Duration::from_secs(100));
}

#[tokio::test]
async fn what_cannot_be_read_says_why() {
    for (bytes, error) in [
        (file("password.pdf"), Error::Encrypted),
        (file("circle.pdf"), Error::Malformed),
        (b"%PDF-1.7\nnothing more".to_vec(), Error::Malformed),
        (b"PK\x03\x04nothing more".to_vec(), Error::Malformed),
        (zipped("xl/workbook.xml", b"<a/>"), Error::Unknown),
        (zipped("word/document.xml", b"<w:t>cut &"), Error::Malformed),
        // An old Word file, a picture.
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0".to_vec(), Error::Unknown),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), Error::Unknown),
        (Vec::new(), Error::NoText),
    ] {
        assert_eq!(
            read(bytes.clone()).await,
            Err(error),
            "{:?}",
            String::from_utf8_lossy(&bytes[..bytes.len().min(20)])
        );
    }
}

/// Fonts, tables, streams: every byte may be another one.
#[tokio::test]
async fn files_that_were_damaged_at_random_are_text_or_an_error() {
    let mut random = 7_u64;
    let mut next = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize
    };
    for name in ["two-pages.pdf", "no-printing.pdf", "word.docx"] {
        for _ in 0..12 {
            let mut bytes = file(name);
            for _ in 0..1 + next() % 40 {
                let at = next() % bytes.len();
                bytes[at] = (next() % 256) as u8;
            }
            match read(bytes).await {
                Ok(_)
                | Err(
                    Error::Malformed | Error::TooCostly | Error::Unknown | Error::NoText | Error::Encrypted,
                ) => {}
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}
