//! What a downloaded file should be called.

/// File systems take no longer names.
const MAX_NAME_BYTES: usize = 200;

/// The name in a `Content-Disposition`, made safe to create in any directory.
pub(super) fn suggested(disposition: &str) -> Option<String> {
    let plain = || parameter(disposition, "filename");
    // RFC 6266: the extended form counts if both are there.
    let extended = parameter(disposition, "filename*").and_then(|value| {
        let (charset, rest) = value.split_once('\'')?;
        let (_, encoded) = rest.split_once('\'')?;
        charset.eq_ignore_ascii_case("utf-8").then(|| decoded(encoded))
    });
    safe_file_name(&extended.or_else(plain)?)
}

/// A parameter's value, unquoted.
fn parameter(disposition: &str, wanted: &str) -> Option<String> {
    let mut rest = disposition.split_once(';')?.1;
    loop {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let end = after.find(';').unwrap_or(after.len());
                (after[..end].trim().to_owned(), &after[end..])
            }
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = next.split_once(';')?.1;
    }
}

/// A quoted string after its opening quote, and what follows the closing one.
fn unquoted(quoted: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

/// `%41` as `A`; what is no such thing stays.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        let hex = bytes.get(index + 1..index + 3).filter(|_| bytes[index] == b'%');
        let byte = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        decoded.push(byte.unwrap_or(bytes[index]));
        index += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// A name for a file that may come from anywhere, made safe to create in any directory: the last part of a path,
/// without what file systems and terminals stumble over. `None` if nothing is left.
pub fn safe_file_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = outside_text::line(last)
        .chars()
        .map(|character| if "<>:\"|?*".contains(character) { '_' } else { character })
        .collect();
    // Neither hidden nor `..`, and nothing that looks like an option.
    let kept = kept.trim_start_matches(['.', '-', ' ']).trim_end_matches(['.', ' ']);
    let kept = if is_device(kept) { &*format!("_{kept}") } else { kept };
    let (stem, extension) = kept.rsplit_once('.').map_or((kept, None), |(stem, end)| (stem, Some(end)));
    let extension = extension.map(|extension| format!(".{}", cut(extension, 20))).unwrap_or_default();
    let name = format!("{}{extension}", cut(stem, MAX_NAME_BYTES - extension.len()));
    // What was cut may end anew in what a name must not end in.
    let name = name.trim_end_matches(['.', ' ']);
    (!name.is_empty()).then(|| name.to_owned())
}

/// Whether Windows takes the name for a device, whatever the extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let mut letters = stem.chars();
    let last = letters.next_back();
    let is_numbered = ["COM", "LPT"].iter().any(|device| letters.as_str().eq_ignore_ascii_case(device))
        && last.is_some_and(|letter| letter.is_ascii_digit() || "¹²³".contains(letter));
    let devices = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];
    is_numbered || devices.iter().any(|device| stem.eq_ignore_ascii_case(device))
}

fn cut(text: &str, max_bytes: usize) -> &str {
    let ends = text.char_indices().map(|(start, character)| start + character.len_utf8());
    &text[..ends.take_while(|end| *end <= max_bytes).last().unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_read_in_every_form() {
        for (disposition, name) in [
            (r#"attachment; filename="Jane Doe.pdf""#, Some("Jane Doe.pdf")),
            ("attachment; filename=cv.pdf", Some("cv.pdf")),
            ("attachment;filename=cv.pdf; size=3", Some("cv.pdf")),
            (r#"inline; size=3; FileName="a;b=c \"x\".pdf""#, Some("a;b=c _x_.pdf")),
            ("attachment; filename=cv.pdf; filename*=UTF-8''J%C3%B6rg%20B.pdf", Some("Jörg B.pdf")),
            ("attachment; filename*=latin1''x; filename=y", Some("y")),
            (r#"attachment; filename="../../etc/passwd""#, Some("passwd")),
            (r#"attachment; filename="C:\\temp\\cv.pdf""#, Some("cv.pdf")),
            ("attachment; filename*=utf-8''..%2F..%2F.bashrc", Some("bashrc")),
            ("attachment; filename=nul.tar.gz", Some("_nul.tar.gz")),
            ("attachment; filename=\"Com1 .pdf\"", Some("_Com1 .pdf")),
            ("attachment; filename=COM10.pdf", Some("COM10.pdf")),
            ("attachment; filename=lpt²", Some("_lpt²")),
            ("attachment; filename=console.pdf", Some("console.pdf")),
            ("attachment; filename*=utf-8''cv%E2%80%AEfdp.exe", Some("cvfdp.exe")),
            ("attachment; filename=..", None),
            ("attachment; filename=\"", None),
            ("attachment", None),
            ("", None),
        ] {
            assert_eq!(suggested(disposition).as_deref(), name, "{disposition}");
        }
    }

    proptest! {
        #[test]
        fn no_name_leaves_the_directory(text in any::<String>(), quoted in any::<bool>()) {
            let disposition = if quoted { format!("x; filename=\"{text}\"") } else { format!("x; filename*=utf-8''{text}") };
            for name in [suggested(&disposition), safe_file_name(&text)].into_iter().flatten() {
                prop_assert!(!name.contains(['/', '\\', '\0', '\n', ':']) && !name.starts_with(['.', '-']));
                prop_assert!((1..=MAX_NAME_BYTES).contains(&name.len()));
                let path = std::path::Path::new("d").join(&name);
                prop_assert_eq!(path.components().count(), 2);
            }
        }
    }
}
