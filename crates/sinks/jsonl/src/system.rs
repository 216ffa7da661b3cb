//! What is behind standard output.

use std::fs::File;

/// The reader of an output, where there is one that can go: that of a pipe or a socket.
#[cfg(unix)]
pub(crate) struct OutputReader(std::os::fd::OwnedFd);

#[cfg(unix)]
impl OutputReader {
    pub(crate) fn of(output: impl std::os::fd::AsFd) -> Option<Self> {
        output.as_fd().try_clone_to_owned().ok().map(Self)
    }

    /// Whether nobody will read any more. Writing tells, too; this tells also those who have nothing to write.
    pub(crate) fn has_gone(&self) -> bool {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};

        // That there is an error is told unasked.
        let mut asked = [PollFd::new(&self.0, PollFlags::empty())];
        poll(&mut asked, Some(&Timespec::default())).is_ok()
            && asked[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
    }
}

/// Elsewhere only writing tells.
#[cfg(windows)]
pub(crate) struct OutputReader;

#[cfg(windows)]
impl OutputReader {
    pub(crate) fn of(_: impl std::os::windows::io::AsHandle) -> Option<Self> {
        None
    }

    pub(crate) fn has_gone(&self) -> bool {
        false
    }
}

/// The regular file that an output is, if it is one.
#[cfg(unix)]
pub(crate) fn file_behind(output: impl std::os::fd::AsFd) -> Option<File> {
    let file = File::from(output.as_fd().try_clone_to_owned().ok()?);
    file.metadata().is_ok_and(|found| found.is_file()).then_some(file)
}

/// The regular file that an output is, if it is one.
#[cfg(windows)]
pub(crate) fn file_behind(output: impl std::os::windows::io::AsHandle) -> Option<File> {
    let file = File::from(output.as_handle().try_clone_to_owned().ok()?);
    file.metadata().is_ok_and(|found| found.is_file()).then_some(file)
}
