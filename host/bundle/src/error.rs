//! What is wrong with a bundle, and what to do next.

use core::fmt;

/// What is wrong, for code that decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A file or folder cannot be read or written.
    File,
    /// Over a limit.
    TooLarge,
    /// Nobody signed it.
    Unsigned,
    /// Its signatures do not count; the kind says why.
    Signature(zero_oci::Kind),
    /// The lock is signed and cannot be read, or is of another format.
    Lock,
    /// It is for another region.
    Region,
    /// A file that the lock names is not there.
    Missing,
    /// A file is there that the lock does not name.
    Extra,
    /// A file is not the one that the lock names.
    Changed,
    /// A connector asks for more than its manifest says.
    Permissions,
    /// What is to be built cannot be: a component, a catalogue or a configuration is wrong.
    Input,
}

/// What is wrong and what to do next; `Display` says both.
#[derive(Debug)]
pub struct Error {
    fault: Fault,
    what: String,
    next: String,
}

impl Error {
    pub(crate) fn new(fault: Fault, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { fault, what: what.into(), next: next.into() }
    }

    pub(crate) fn file(path: &std::path::Path, verb: &str, error: &std::io::Error) -> Self {
        let what = format!("`{}` cannot be {verb}: {error}", path.display());
        Self::new(Fault::File, what, "check the path and its permissions")
    }

    pub(crate) fn input(what: impl fmt::Display, next: impl Into<String>) -> Self {
        Self::new(Fault::Input, what.to_string(), next)
    }

    /// What is wrong, for code that decides.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        self.fault
    }

    /// What is wrong, without the hint.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }
}

impl From<zero_oci::Error> for Error {
    fn from(error: zero_oci::Error) -> Self {
        Self::new(Fault::Signature(error.kind()), error.what(), error.hint())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n\nhint: {}", self.what, self.next)
    }
}

impl core::error::Error for Error {}
