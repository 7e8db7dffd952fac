//! What a host keeps: the index of the asker's own folder.
//!
//! **Takes** a folder; **gives** its passages by what they say, best first ([`FilesIndex::search`]), and the same as a
//! host in process that a connector can ask ([`FilesHost`]). **Fails** as [`StoreError`] when the folder or the index
//! cannot be opened; a file that cannot be read is named in the [`Report`] and the rest goes on. **Limits** stand in
//! `zero_pipeline::limits` under *files*. **Why it is so:** the files stay where they are and their text leaves the
//! machine only inside an answer; nothing outside of the folder is read, links and hidden files least of all.

mod host;
mod index;
mod passages;
mod read;
mod schema;
mod search;
mod tokens;
mod walk;

pub use host::{FILES_HOST, FilesHost};
pub use index::{FilesIndex, StoreError};
pub use search::{Document, Hit};

/// How far the reading of a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress<'a> {
    /// Files behind us.
    pub done: usize,
    /// Files to read.
    pub total: usize,
    /// The file that comes next, relative to the folder.
    pub path: &'a str,
}

/// What the reading of a folder came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Files that can be asked now.
    pub files: usize,
    /// Passages of them.
    pub passages: usize,
    /// Of those files, how many were known already.
    pub unchanged: usize,
    /// Files that were known and are gone.
    pub removed: usize,
    /// Files in formats that are not read, by extension in lower case.
    pub skipped: std::collections::BTreeMap<String, usize>,
    /// Files that should have been read and could not be.
    pub unread: Vec<Unread>,
}

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Relative to the folder.
    pub path: String,
    /// What was in the way.
    pub why: String,
}
