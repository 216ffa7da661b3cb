//! Files that nothing is known of: whose they are, and torn ends.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use capture_core::{Error, ErrorKind, Result, private_file};
use json_slices::members;
use memchr::memrchr;

use crate::BUFFER_BYTES;
use crate::failure::storage;

/// Cuts what follows the last line break, provided that the file is JSON lines at all; returns how many bytes.
pub(crate) fn repair(path: &Path) -> Result<u64> {
    let opened = private_file::canonical(path)
        .and_then(|path| private_file::options().read(true).write(true).open(path));
    let mut file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(storage("open", path, error)),
    };
    let read = |error| storage("read", path, error);
    let length = file.metadata().map_err(read)?.len();
    let end = line_start(&mut file, length).map_err(read)?;
    // The last whole line, or the beginning of the first one, tells whose file this is.
    let start = if end == 0 { 0 } else { line_start(&mut file, end - 1).map_err(read)? };
    let mut last = vec![0; usize::try_from(if end == 0 { length.min(1) } else { end - start }).unwrap_or(0)];
    file.seek(SeekFrom::Start(start)).and_then(|_| file.read_exact(&mut last)).map_err(read)?;
    let is_object = match end {
        0 => last.first().is_none_or(|first| *first == b'{'),
        _ => members(&last, |_, _| {}).is_ok(),
    };
    if !is_object {
        let message = format!("the last line of {} is not a JSON object", path.display());
        let hint = "remove the lines at its end that are not JSON objects, or move the file away; it was left untouched";
        return Err(Error::new(ErrorKind::Storage, message).with_hint(hint));
    }
    if end < length {
        let cut = file.set_len(end).and_then(|()| file.sync_data());
        cut.map_err(|error| storage("repair", path, error))?;
    }
    Ok(length - end)
}

/// Where the line that holds the byte before `end` starts, if that byte is not a line break; `end` if it is.
fn line_start(file: &mut File, end: u64) -> io::Result<u64> {
    let mut block = vec![0; BUFFER_BYTES];
    let mut position = end;
    while position > 0 {
        let from = position.saturating_sub(BUFFER_BYTES as u64);
        let piece = &mut block[..(position - from) as usize];
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(piece)?;
        if let Some(found) = memrchr(b'\n', piece) {
            return Ok(from + found as u64 + 1);
        }
        position = from;
    }
    Ok(0)
}
