//! The catalogue of the work tree, so that a changed record needs no new bundle.

use crate::root;
use anyhow::{Context as _, Result};
use zero_pipeline::catalogue::Catalogue;

/// Names and texts of its files, in order.
///
/// # Errors
/// Names the file that cannot be read.
pub fn texts() -> Result<Vec<(String, String)>> {
    let folder = root().join("connectors/catalogue");
    let mut texts = Vec::new();
    for entry in std::fs::read_dir(&folder)?.flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
            texts.push((entry.file_name().to_string_lossy().into_owned(), text));
        }
    }
    texts.sort();
    Ok(texts)
}

/// All sources.
///
/// # Errors
/// As [`Catalogue::from_toml`].
pub fn read() -> Result<Catalogue> {
    let texts = texts()?;
    Ok(Catalogue::from_toml(texts.iter().map(|(file, text)| (file.as_str(), text.as_str())))?)
}
