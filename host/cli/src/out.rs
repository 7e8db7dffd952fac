//! Standard output, whose reader may leave at any time: `zero sources list | head`.

use anyhow::{Context as _, Result};
use std::io::{ErrorKind, Write as _};

/// Writes to standard output; a reader that has left wants no more, and that is no error.
pub(crate) fn write(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.context("writing to standard output"),
    }
}

/// A line of it.
pub(crate) fn line(text: &str) -> Result<()> {
    write(&format!("{text}\n"))
}
