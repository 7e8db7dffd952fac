//! What a host runs, as files in a folder: functions, connectors, catalogue, configuration.

use anyhow::{Context as _, Result, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use zero_bundle::{BundleView, CONFIG_FILE, Verified};
use zero_config::{Config, Layer};
use zero_oci::Descriptor;
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
    /// What connectors may ask for, by name: of those that a signed lock names.
    pub manifests: BTreeMap<String, Descriptor>,
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
            manifests: BTreeMap::new(),
        })
    }

    /// A bundle that was verified: what was checked is what runs. Another configuration file is laid over its own.
    ///
    /// # Errors
    /// Names the file that cannot be used.
    pub fn verified(folder: &Path, verified: Verified, config: Option<&Path>) -> Result<Self> {
        let view = BundleView::of(verified.contents)?;
        let (config, catalogue) = match config {
            None => return Ok(Self::of(folder, view)),
            Some(path) => {
                let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
                let (own, file) = (folder.join(CONFIG_FILE).display().to_string(), path.display().to_string());
                let layers = [Layer { file: &own, text: &view.config_text }, Layer { file: &file, text: &text }];
                let config = Config::layered(&layers)?;
                if config.region != view.region {
                    bail!("configuration {file} is for another region than the bundle, which is for `{}`", view.region);
                }
                let texts = view.catalogue_texts.iter().map(|(path, text)| (path.as_str(), text.as_str()));
                let catalogue = zero_config::resolve(&Catalogue::from_toml(texts)?, &config);
                (config, catalogue)
            }
        };
        Ok(Self { config, catalogue, ..Self::of(folder, view) })
    }

    /// What a bundle holds, whoever vouches for it.
    #[must_use]
    pub fn of(folder: &Path, view: BundleView) -> Self {
        Self {
            folder: folder.to_path_buf(),
            config: view.config,
            catalogue: view.catalogue,
            functions: view.functions.into_iter().map(|it| (it.name, it.bytes)).collect(),
            connectors: view.connectors.into_iter().map(|it| (it.component.name, it.component.bytes)).collect(),
            manifests: view.lock.connectors.into_iter().map(|it| (it.name, it.manifest)).collect(),
        }
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
