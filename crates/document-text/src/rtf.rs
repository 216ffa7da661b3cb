//! Rich Text Format. The crates that there are take every escaped byte for Latin; résumés come in the encodings of Central
//! Europe and Japan, too. So the text is read here: groups, words, escapes, and the encodings that a file names.

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::Error;

/// Groups within groups; more than any program writes.
const DEPTH: usize = 1_000;

/// What holds in a group.
#[derive(Clone, Copy)]
struct Group {
    /// Nothing in it is text: fonts, colours, pictures.
    is_skipped: bool,
    /// How many letters follow a `\u` for those who do not know it.
    fallback: usize,
}

/// Groups that hold no text.
const NO_TEXT: [&[u8]; 16] = [
    b"fonttbl",
    b"colortbl",
    b"stylesheet",
    b"info",
    b"pict",
    b"object",
    b"listtable",
    b"listoverridetable",
    b"rsidtbl",
    b"generator",
    b"themedata",
    b"datastore",
    b"fldinst",
    b"xmlnstbl",
    b"latentstyles",
    b"filetbl",
];

pub(crate) fn text(bytes: &[u8]) -> Result<String, Error> {
    let mut reader =
        Reader { bytes, at: 0, encoding: WINDOWS_1252, text: String::new(), pending: Vec::new(), half: None };
    reader.read()?;
    Ok(reader.text)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    encoding: &'static Encoding,
    text: String,
    /// Bytes of the file's encoding, which may be parts of letters.
    pending: Vec<u8>,
    /// The first half of a letter that takes two.
    half: Option<u16>,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), Error> {
        let mut groups = vec![Group { is_skipped: false, fallback: 1 }];
        let mut fallback_left = 0;
        while let Some(byte) = self.next() {
            let Some(group) = groups.last().copied() else { break };
            match byte {
                b'{' => {
                    if groups.len() >= DEPTH {
                        return Err(Error::TooCostly);
                    }
                    groups.push(group);
                    fallback_left = 0;
                }
                b'}' => {
                    self.flush();
                    groups.pop();
                    fallback_left = 0;
                }
                b'\\' => self.control(&mut groups, &mut fallback_left),
                b'\r' | b'\n' => {}
                _ if fallback_left > 0 => fallback_left -= 1,
                letter if !group.is_skipped => self.pending.push(letter),
                _ => {}
            }
        }
        self.flush();
        Ok(())
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied();
        self.at += usize::from(byte.is_some());
        byte
    }

    fn control(&mut self, groups: &mut [Group], fallback_left: &mut usize) {
        let Some(group) = groups.last_mut() else { return };
        let Some(first) = self.bytes.get(self.at).copied() else { return };
        if !first.is_ascii_alphabetic() {
            self.at += 1;
            match first {
                b'\'' => {
                    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                    let (high, low) = (self.next(), self.next());
                    if *fallback_left > 0 {
                        *fallback_left -= 1;
                    } else if let (Some(high), Some(low), false) = (digit(high), digit(low), group.is_skipped)
                    {
                        self.pending.push((high * 16 + low) as u8);
                    }
                }
                b'*' => group.is_skipped = true,
                b'~' | b'_' | b'\\' | b'{' | b'}' | b'\r' | b'\n' if !group.is_skipped => match first {
                    b'~' => self.push(' '),
                    b'_' => self.push('-'),
                    b'\r' | b'\n' => self.push('\n'),
                    other => self.pending.push(other),
                },
                _ => {}
            }
            return;
        }
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_alphabetic) {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        let start = self.at;
        self.at += usize::from(self.bytes.get(self.at) == Some(&b'-'));
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
        let number: Option<i64> =
            std::str::from_utf8(&self.bytes[start..self.at]).ok().and_then(|text| text.parse().ok());
        self.at += usize::from(self.bytes.get(self.at) == Some(&b' '));
        match (word, number) {
            (b"ansicpg", Some(page)) => self.encoding = encoding(page),
            (b"uc", Some(letters)) => group.fallback = usize::try_from(letters).unwrap_or(1).min(16),
            (b"bin", Some(length)) => {
                self.at = self.at.saturating_add(usize::try_from(length).unwrap_or(0)).min(self.bytes.len());
            }
            (word, _) if NO_TEXT.contains(&word) => group.is_skipped = true,
            (b"u", Some(unit)) => {
                *fallback_left = group.fallback;
                if !group.is_skipped {
                    // Written as a signed number of 16 bits.
                    self.unit(unit.rem_euclid(0x1_0000) as u16);
                }
            }
            _ if group.is_skipped => {}
            (b"par" | b"line" | b"sect" | b"page" | b"row", _) => self.push('\n'),
            (b"tab" | b"cell", _) => self.push('\t'),
            (b"emdash", _) => self.push('—'),
            (b"endash", _) => self.push('–'),
            (b"bullet", _) => self.push('•'),
            (b"lquote", _) => self.push('‘'),
            (b"rquote", _) => self.push('’'),
            (b"ldblquote", _) => self.push('“'),
            (b"rdblquote", _) => self.push('”'),
            _ => {}
        }
    }

    /// A unit of UTF-16.
    fn unit(&mut self, unit: u16) {
        self.flush();
        let units = [self.half.take().unwrap_or(unit), unit];
        match unit {
            0xd800..=0xdbff => self.half = Some(unit),
            0xdc00..=0xdfff => {
                self.text.extend(char::decode_utf16(units).map(|letter| letter.unwrap_or('\u{fffd}')))
            }
            other => self.text.extend(char::from_u32(u32::from(other))),
        }
    }

    fn push(&mut self, letter: char) {
        self.flush();
        self.text.push(letter);
    }

    fn flush(&mut self) {
        if !self.pending.is_empty() {
            self.text.push_str(&self.encoding.decode_without_bom_handling(&self.pending).0);
            self.pending.clear();
        }
    }
}

/// The encoding of a code page of Windows.
fn encoding(page: i64) -> &'static Encoding {
    let label = match page {
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        874 => "windows-874".to_owned(),
        10_000 => "macintosh".to_owned(),
        65_001 => "utf-8".to_owned(),
        866 => "ibm866".to_owned(),
        page => format!("windows-{page}"),
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_out_in_its_encoding_and_nothing_else_does() {
        for (rtf, expected) in [
            (&br"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\*\generator X;}\f0 Zo\'eb\par Berlin\tab x\line y}"[..], "Zoë\nBerlin\tx\ny"),
            (br"{\rtf1\ansi\ansicpg1250 \'a3\'f3d\'9f}", "Łódź"),
            (br"{\rtf1\ansi\ansicpg1251 \'cf\'f0}", "Пр"),
            (br"{\rtf1\ansi\ansicpg932 \'93\'fa\'96\'7b}", "日本"),
            (br"{\rtf1\uc1 \u322?\u-10179?\u-8704?x}", "ł😀x"),
            (br"{\rtf1\uc0 \u322 ok\uc2\u8364\'80\'80!}", "łok€!"),
            (br"{\rtf1 a\{b\}\\c\~d{\pict 89504e47}{\info{\author Eve}}{\field{\*\fldinst HYPERLINK}{\fldrslt site}}}", "a{b}\\c dsite"),
            (b"{\\rtf1 {\\bin5 }}}}}x}", "x"),
            // Broken off.
            (br"{\rtf1 abc\'4", "abc"),
            (br"{\rtf1 abc\", "abc"),
        ] {
            assert_eq!(text(rtf).as_deref(), Ok(expected), "{}", String::from_utf8_lossy(rtf));
        }
        assert_eq!(text("{".repeat(5_000).as_bytes()), Err(Error::TooCostly));
    }
}
