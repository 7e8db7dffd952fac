//! What a host runs, as files in a folder: functions, connectors, catalogue, configuration.

use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use zero_config::Config;
use zero_pipeline::catalogue::Catalogue;

/// A bundle, read into memory.
pub struct Bundle {
    /// Where it was read from.
    pub folder: PathBuf,
    /// The configuration.
    pub config: Config,
    /// All sources, with the configuration's choices applied.
    pub catalogue: Catalogue,
    /// Functions by name: `auth`, `context`, `intent`, `synthesis`.
    pub functions: Vec<(String, Vec<u8>)>,
    /// Connectors by file name.
    pub connectors: Vec<(String, Vec<u8>)>,
}

impl Bundle {
    /// Reads a bundle, with another configuration file if one is given.
    ///
    /// # Errors
    /// Names the file that is missing or malformed.
    pub fn read(folder: &Path, config: Option<&Path>) -> Result<Self> {
        if !folder.join("functions").is_dir() {
            bail!(
                "no bundle at {}\n\nhint: `cargo xtask components` makes one; `--bundle` or ZERO_BUNDLE says where",
                folder.display()
            );
        }
        let own = folder.join("zero.toml");
        let config = match config {
            Some(path) => Config::from_file(path)?,
            None if own.is_file() => Config::from_file(&own)?,
            None => Config::from_toml("")?,
        };
        let catalogue = read_catalogue(&folder.join("catalogue"), &config)?;
        Ok(Self {
            config,
            catalogue,
            functions: read_components(&folder.join("functions"))?,
            connectors: read_components(&folder.join("connectors"))?,
            folder: folder.to_path_buf(),
        })
    }
}

fn read_catalogue(folder: &Path, config: &Config) -> Result<Catalogue> {
    let files = files(folder, "toml")?;
    let texts: Vec<(String, String)> = files
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
            Ok((path.display().to_string(), text))
        })
        .collect::<Result<_>>()?;
    let catalogue = Catalogue::from_toml(texts.iter().map(|(file, text)| (file.as_str(), text.as_str())))?;
    Ok(zero_config::resolve(&catalogue, config))
}

fn read_components(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    files(folder, "wasm")?
        .into_iter()
        .map(|path| {
            let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            Ok((name, bytes))
        })
        .collect()
}

/// Files of a folder by extension, in order of names, so that every host reads them alike.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|has| has == extension))
        .collect();
    files.sort();
    Ok(files)
}
