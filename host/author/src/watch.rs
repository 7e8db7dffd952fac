//! Tells when a project's files were saved.
//!
//! Takes a project's folder; gives one call for each burst of changes. Fails when the folder cannot be watched. Why it
//! is so: editors save in several steps and several files at once, so a round waits until they have been quiet for
//! [`QUIET`]; what cargo and this program write themselves is no change.

use anyhow::{Context as _, Result, anyhow};
use notify::{Event, EventKind, RecursiveMode, Watcher as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// How long nothing may change before a round starts.
const QUIET: Duration = Duration::from_millis(150);
/// Bursts that never end are cut into rounds of this many events.
const EVENTS_MAX: usize = 10_000;

/// Watches a folder.
pub struct Watch {
    root: PathBuf,
    events: Receiver<notify::Result<Event>>,
    /// Dropped, it stops watching.
    _watcher: notify::RecommendedWatcher,
}

impl Watch {
    /// Starts to watch.
    ///
    /// # Errors
    /// When the system cannot.
    pub fn start(root: &Path) -> Result<Self> {
        let (sender, events) = channel();
        let mut watcher = notify::recommended_watcher(sender).context("watching files")?;
        watcher.watch(root, RecursiveMode::Recursive).with_context(|| format!("watching {}", root.display()))?;
        Ok(Self { root: root.to_path_buf(), events, _watcher: watcher })
    }

    /// Waits for a change, and until changes have stopped; none when nothing changed for `patience`.
    ///
    /// # Errors
    /// When watching has ended.
    pub fn next(&self, patience: Option<Duration>) -> Result<Option<PathBuf>> {
        let gone = || anyhow!("the folder is no longer watched");
        let first = loop {
            let event = match patience {
                None => self.events.recv().map_err(|_| gone())?,
                Some(patience) => match self.events.recv_timeout(patience) {
                    Ok(event) => event,
                    Err(RecvTimeoutError::Timeout) => return Ok(None),
                    Err(RecvTimeoutError::Disconnected) => return Err(gone()),
                },
            };
            if let Some(path) = self.source(&event.context("watching files")?) {
                break path;
            }
        };
        for _ in 0..EVENTS_MAX {
            match self.events.recv_timeout(QUIET) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        }
        Ok(Some(first))
    }

    /// The file below the folder that an event is about, if it is one that an author writes.
    fn source(&self, event: &Event) -> Option<PathBuf> {
        if matches!(event.kind, EventKind::Access(_) | EventKind::Other) {
            return None;
        }
        let own = event.paths.iter().filter_map(|path| path.strip_prefix(&self.root).ok());
        own.map(Path::to_path_buf).find(|path| is_source(path))
    }
}

fn is_source(path: &Path) -> bool {
    let mut parts = path.iter().map(|part| part.to_string_lossy());
    let Some(first) = parts.next() else { return false };
    let hidden = first.starts_with('.') || first == "target" || parts.any(|part| part.starts_with('.'));
    // The lock file is cargo's, and editors leave copies with a `~` or `.swp` at the end.
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    !hidden && name != "Cargo.lock" && !name.ends_with('~') && !name.ends_with(".swp")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_an_author_writes_counts() {
        for (path, counts) in [
            ("src/lib.rs", true),
            ("sources.toml", true),
            ("exchanges/demo-1.http", true),
            ("target/demo.wasm", false),
            (".zero/sdk/x", false),
            (".git/index", false),
            ("Cargo.lock", false),
            ("src/.lib.rs.swx", false),
            ("src/lib.rs~", false),
        ] {
            assert_eq!(is_source(Path::new(path)), counts, "{path}");
        }
    }

    #[test]
    fn a_burst_of_saves_is_one_round() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("src")).unwrap();
        std::fs::create_dir_all(root.join("target")).unwrap();
        let watch = Watch::start(&root).unwrap();
        std::fs::write(root.join("target/x"), "x").unwrap();
        for text in ["a", "b", "c"] {
            std::fs::write(root.join("src/lib.rs"), text).unwrap();
        }
        let long = Some(Duration::from_secs(30));
        assert_eq!(watch.next(long).unwrap().as_deref(), Some(Path::new("src/lib.rs")));
        assert_eq!(watch.next(Some(Duration::from_millis(1))).unwrap(), None);
    }
}
