//! What can be wrong with a package's artifacts.

use std::io;
use std::path::PathBuf;

/// Why sealed artifacts cannot be used. All of it is for whoever made or unpacked the package.
#[derive(Debug, thiserror::Error)]
pub enum SealedError {
    /// The index or an artifact is missing, too large or unreadable.
    #[error("cannot read `{path}`: {error}", path = path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// The index is none.
    #[error("the index of the artifacts is wrong: {0}\n\nhint: build the package again")]
    Index(String),
    /// The index does not have it.
    #[error("the index of the artifacts does not have {what}\n\nhint: build the package again")]
    Missing {
        /// What is looked for.
        what: String,
    },
    /// Machine code that the index does not vouch for is never run.
    #[error(
        "the artifact of `{what}` is not the one that was packaged: `{path}`\n\nhint: build the package again",
        path = path.display()
    )]
    Altered {
        /// The component.
        what: String,
        /// Its artifact.
        path: PathBuf,
    },
    /// Made for another machine, or by another version of the engine.
    #[error("the artifact of `{what}` cannot be used: {reason}\n\nhint: build package and program of one version")]
    Unusable {
        /// The component.
        what: String,
        /// What the engine said.
        reason: String,
    },
    /// A component could not be compiled for the machine.
    #[error("cannot compile `{what}` for {machine}: {reason}")]
    Compile {
        /// The component.
        what: String,
        /// For what.
        machine: &'static str,
        /// What the compiler said.
        reason: String,
    },
    /// Opening it ended in a panic, which is in the log.
    #[error("opening an artifact panicked")]
    Panicked,
}
