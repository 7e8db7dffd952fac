//! The files of a folder that may be read.
//!
//! Takes a folder; gives what it holds, in the order of paths. Limits: number of files, depth, bytes of one file. Links
//! are not followed, so that nothing outside is reached; hidden files and what `.gitignore` or `.ignore` name stay out.

use crate::read::Format;
use crate::{Report, Unread};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use zero_pipeline::limits::{FILE_BYTES_MAX, FILES_MAX, FOLDER_DEPTH_MAX};

/// A file to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Relative to the folder, with `/` on every system.
    pub(crate) path: String,
    pub(crate) at: PathBuf,
    pub(crate) format: Format,
    pub(crate) bytes: u64,
    pub(crate) modified_ms: i64,
}

pub(crate) fn walk(folder: &Path, index_dir: Option<&Path>, report: &mut Report) -> Vec<Entry> {
    let index_dir = index_dir.and_then(|dir| dir.canonicalize().ok());
    let walker = ignore::WalkBuilder::new(folder)
        .follow_links(false)
        .max_depth(Some(FOLDER_DEPTH_MAX))
        // A folder of notes is often no repository, and its owner's `.gitignore` still says what is not worth reading.
        .require_git(false)
        .git_global(false)
        .parents(false)
        .sort_by_file_path(Path::cmp)
        .filter_entry(move |entry| index_dir.as_deref().is_none_or(|dir| entry.path() != dir))
        .build();
    let mut entries = Vec::new();
    for found in walker {
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                report.unread.push(Unread { path: String::new(), why: error.to_string() });
                continue;
            }
        };
        if !found.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let path = relative(folder, found.path());
        let Some(format) = Format::of(found.path()) else {
            let extension = found.path().extension().unwrap_or_default().to_string_lossy().to_lowercase();
            *report.skipped.entry(extension).or_default() += 1;
            continue;
        };
        if entries.len() >= FILES_MAX {
            report.unread.push(Unread { path, why: format!("the folder holds more than {FILES_MAX} documents") });
            break;
        }
        match found.metadata() {
            Ok(meta) if meta.len() > FILE_BYTES_MAX => {
                let why = format!("it has {} bytes; at most {FILE_BYTES_MAX} are read", meta.len());
                report.unread.push(Unread { path, why });
            }
            Ok(meta) => {
                let modified = meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
                let modified_ms = modified.and_then(|time| i64::try_from(time.as_millis()).ok()).unwrap_or(0);
                entries.push(Entry { path, at: found.into_path(), format, bytes: meta.len(), modified_ms });
            }
            Err(error) => report.unread.push(Unread { path, why: error.to_string() }),
        }
    }
    entries
}

fn relative(folder: &Path, path: &Path) -> String {
    let parts = path.strip_prefix(folder).unwrap_or(path).components();
    parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}
