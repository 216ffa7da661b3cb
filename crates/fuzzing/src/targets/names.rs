//! Names and texts of other people's.

use ashby_client::safe_file_name;

/// A download's name leads nowhere but to a file in its directory, on any system.
pub(super) fn file_names(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Some(name) = safe_file_name(&text) else { return };
    assert!(!name.is_empty() && name.len() <= 255, "{name:?}");
    assert!(!name.contains(['/', '\\', ':', '\0']) && !name.chars().any(char::is_control), "{name:?}");
    assert!(name != "." && name != ".." && !name.ends_with(['.', ' ']), "{name:?}");
    let stem = name.split('.').next().unwrap_or_default().trim().to_ascii_uppercase();
    assert!(!["CON", "PRN", "AUX", "NUL", "COM1", "LPT9"].contains(&stem.as_str()), "{name:?}");
    assert_eq!(safe_file_name(&name).as_deref(), Some(name.as_str()), "what is safe stays as it is");
}

/// Nothing that a terminal, a spreadsheet or a reader of links would obey leaves.
pub(super) fn text(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let is_obeyed = |letter: char| {
        (letter.is_control() && letter != '\n' && letter != '\t')
            || ('\u{202a}'..='\u{202e}').contains(&letter)
    };
    assert!(!outside_text::lines(&text).contains(is_obeyed));
    let line = outside_text::line(&text);
    assert!(!line.contains(is_obeyed) && !line.contains('\n'));
    assert_eq!(outside_text::line(&line), line, "what is clean stays as it is");
    if let Some(link) = outside_text::web_link(&text) {
        assert!(link.trim_start().to_ascii_lowercase().starts_with("http"), "{link:?}");
    }
    let mut csv = Vec::new();
    outside_text::push_row(&mut csv, [text.as_ref()]);
    assert!(std::str::from_utf8(&csv).is_ok());
    let first = csv.iter().find(|byte| **byte != b'"');
    assert!(!first.is_some_and(|byte| b"=@".contains(byte)), "a spreadsheet would run it: {csv:?}");
}
