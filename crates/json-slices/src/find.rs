//! Finding something in a JSON text by the names of members.

use crate::error::ScanError;
use crate::scan::Scanner;
use crate::span::Span;
use crate::text::Text;

/// The value at the member names `path`, as it is written: `find(json, &["job", "id"])` is `"…"` with its quotes.
/// `None` if a member is absent, or is to be looked for in something else than an object. Of a member that occurs twice
/// the last occurrence counts. With an empty path it is the whole value.
///
/// # Errors
/// [`ScanError`] if `json` is not valid JSON: the whole text is checked.
pub fn find<'a>(json: &'a [u8], path: &[&str]) -> Result<Option<&'a [u8]>, ScanError> {
    let mut scanner = Scanner::new(json)?;
    let mut found = None;
    descend(&mut scanner, 0, path, &mut found)?;
    scanner.finish()?;
    Ok(found.map(|span| span.of(json)))
}

fn descend(
    scanner: &mut Scanner<'_>,
    depth: u32,
    path: &[&str],
    found: &mut Option<Span>,
) -> Result<(), ScanError> {
    *found = None;
    match path {
        [name, rest @ ..] if scanner.peek() == b'{' => scanner.object(|scanner, member| {
            if scanner.is_named(member, name) {
                descend(scanner, depth + 1, rest, found)
            } else {
                scanner.value(depth + 1).map(drop)
            }
        }),
        [_, ..] => scanner.value(depth).map(drop),
        [] => {
            *found = Some(scanner.value(depth)?);
            Ok(())
        }
    }
}

/// Calls `member` for each member of an object with its name and its value as it is written, in their order.
///
/// # Errors
/// [`ScanError`] if `json` is not one valid JSON object; members before the fault have been told.
pub fn members<'a>(json: &'a [u8], mut member: impl FnMut(Text<'a>, &'a [u8])) -> Result<(), ScanError> {
    let mut scanner = Scanner::new(json)?;
    scanner.object(|scanner, name| {
        let value = scanner.value(1)?;
        member(scanner.text(name), scanner.slice(value));
        Ok(())
    })?;
    scanner.finish()
}
/// The object without the members of these names, its other members as they are written; `None` if it has none of them.
///
/// # Errors
/// [`ScanError`] if `json` is not one valid JSON object.
pub fn without(json: &[u8], names: &[&str]) -> Result<Option<Vec<u8>>, ScanError> {
    let mut left = vec![b'{'];
    let mut is_changed = false;
    let mut scanner = Scanner::new(json)?;
    scanner.object(|scanner, name| {
        let value = scanner.value(1)?;
        if names.iter().any(|unwanted| scanner.is_named(name, unwanted)) {
            is_changed = true;
            return Ok(());
        }
        if left.len() > 1 {
            left.push(b',');
        }
        left.push(b'"');
        left.extend_from_slice(scanner.raw(name));
        left.extend_from_slice(b"\":");
        left.extend_from_slice(scanner.slice(value));
        Ok(())
    })?;
    scanner.finish()?;
    left.push(b'}');
    Ok(is_changed.then_some(left))
}
