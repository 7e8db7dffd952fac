//! Recorded exchanges: those that lie beside the connectors.

use crate::root;
use anyhow::{Context as _, Result, anyhow};
use std::path::PathBuf;
use zero_connector_sdk::testing::{Exchange, matches_pattern};

/// One `*.http` file.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Relative to the repository.
    pub path: String,
    /// What it holds.
    pub exchange: Exchange,
}

/// Every exchange of every connector, in order of paths.
///
/// # Errors
/// Names the file that cannot be read.
pub fn all() -> Result<Vec<Recorded>> {
    let mut paths = Vec::new();
    for connector in std::fs::read_dir(root().join("connectors"))?.flatten() {
        for folder in ["exchanges", "tests/exchanges"] {
            let folder = connector.path().join(folder);
            let files = std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
            paths.extend(files.filter(|path| path.extension().is_some_and(|extension| extension == "http")));
        }
    }
    paths.sort();
    paths.into_iter().map(read).collect()
}

/// The exchanges whose path matches `pattern`, in which `*` stands for any characters.
///
/// # Errors
/// When there is none.
pub fn matching(all: &[Recorded], pattern: &str) -> Result<Vec<Exchange>> {
    let found: Vec<Exchange> =
        all.iter().filter(|it| matches_pattern(pattern, &it.path)).map(|it| it.exchange.clone()).collect();
    if found.is_empty() { Err(anyhow!("no recorded exchange matches `{pattern}`")) } else { Ok(found) }
}

fn read(path: PathBuf) -> Result<Recorded> {
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let exchange = Exchange::parse(&text).map_err(|wrong| anyhow!("{}: {wrong}", path.display()))?;
    let path = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().into_owned();
    Ok(Recorded { path, exchange })
}
