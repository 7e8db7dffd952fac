//! An author's project: a folder.

use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zero_builder::fixtures::{self, Fixtures};
use zero_builder::foreign::{Needs, Recipe};
use zero_pipeline::catalogue::{Catalogue, SourceRecord};

/// The connector whose sources are mappings.
pub const REST: &str = "rest";

/// What a project consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A connector in Rust.
    Code,
    /// A connector in another language, whose own tools make the component.
    Foreign,
    /// Sources for the `rest` connector.
    Rest,
}

/// A project, opened.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its folder.
    pub root: PathBuf,
    /// What it consists of.
    pub kind: Kind,
    /// What its component is called: the cargo package, what the recipe says, or the first source.
    pub name: String,
    /// How its component is made, where it is [`Kind::Foreign`].
    pub recipe: Option<Recipe>,
}

impl Project {
    /// Opens the project that `folder` belongs to: it or the nearest folder above it with a `sources.toml`.
    ///
    /// # Errors
    /// When there is none, or its files cannot be read.
    pub fn open(folder: &Path) -> Result<Self> {
        let folder = folder.canonicalize().with_context(|| folder.display().to_string())?;
        let Some(root) = folder.ancestors().find(|folder| folder.join(fixtures::SOURCES_FILE).is_file()) else {
            bail!(
                "no connector at {}: neither there nor above is a `{}`\n\nhint: `zero connector new NAME` makes a project",
                folder.display(),
                fixtures::SOURCES_FILE
            );
        };
        let (root, manifest) = (root.to_path_buf(), root.join("Cargo.toml"));
        if manifest.is_file() {
            let name = package_name(&manifest)?;
            return Ok(Self { root, kind: Kind::Code, name, recipe: None });
        }
        if let Some(recipe) = Recipe::read(&root)? {
            check_name(&recipe.name)?;
            return Ok(Self { root, kind: Kind::Foreign, name: recipe.name.clone(), recipe: Some(recipe) });
        }
        let mut project = Self { root, kind: Kind::Rest, name: String::new(), recipe: None };
        project.name = project.sources()?.first().map(|record| record.source.id.clone()).unwrap_or_default();
        Ok(project)
    }

    /// What its component needs beyond a host's own limits.
    #[must_use]
    pub fn needs(&self) -> Needs {
        self.recipe.as_ref().map(|recipe| recipe.limits).unwrap_or_default()
    }

    /// What the connector is tested with: sources, cases, exchanges.
    ///
    /// # Errors
    /// Names the file that cannot be read.
    pub fn fixtures(&self) -> Result<Fixtures> {
        Ok(fixtures::read_folder(&self.root)?)
    }

    /// Its sources, in the order of their ids.
    ///
    /// # Errors
    /// Names the source and key that is wrong; when there is none, or they belong to another connector.
    pub fn sources(&self) -> Result<Vec<Arc<SourceRecord>>> {
        let path = self.root.join(fixtures::SOURCES_FILE);
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let catalogue = Catalogue::from_toml([(fixtures::SOURCES_FILE, text.as_str())])?;
        let Some(first) = catalogue.records().first() else {
            bail!("`{}` has no source\n\nhint: add a `[[source]]`, as in connectors/catalogue", path.display());
        };
        if self.kind == Kind::Rest && first.connector != REST {
            bail!(
                "`{}` has sources of `{}`, but there is no `Cargo.toml` with its code\n\nhint: write `connector = \"{REST}\"` for sources that are mappings",
                path.display(),
                first.connector
            );
        }
        Ok(catalogue.records().to_vec())
    }

    /// The source of this id, or the one to ask when none is named.
    ///
    /// # Errors
    /// When there is no such source, with the ids of those that are.
    pub fn source(&self, id: Option<&str>) -> Result<Arc<SourceRecord>> {
        let sources = self.sources()?;
        let found = match id {
            Some(id) => sources.iter().find(|record| record.source.id == id),
            None => sources.first(),
        };
        found.cloned().with_context(|| {
            let ids: Vec<&str> = sources.iter().map(|record| record.source.id.as_str()).collect();
            format!("no source has the id `{}`\n\nhint: the project has {}", id.unwrap_or_default(), ids.join(", "))
        })
    }

    /// The folder of recorded exchanges.
    #[must_use]
    pub fn exchanges_dir(&self) -> PathBuf {
        self.root.join(fixtures::EXCHANGES_FOLDER)
    }

    /// Where its component is written.
    #[must_use]
    pub fn component_path(&self) -> PathBuf {
        self.root.join("target").join(format!("{}.wasm", self.name))
    }
}

fn package_name(manifest: &Path) -> Result<String> {
    let text = std::fs::read_to_string(manifest).with_context(|| format!("reading {}", manifest.display()))?;
    let parsed: toml::Table = text.parse().with_context(|| format!("reading {}", manifest.display()))?;
    let name = parsed.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
    let name = name.with_context(|| format!("{} names no package", manifest.display()))?;
    check_name(name)?;
    Ok(name.to_owned())
}

/// Names of projects are names of crates, connectors, sources and files alike.
///
/// # Errors
/// Says what a name is.
pub fn check_name(name: &str) -> Result<()> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
    if !starts || !name.bytes().all(plain) || name.len() > NAME_BYTES_MAX || name.ends_with('-') {
        bail!(
            "`{}` is no name for a connector\n\nhint: use up to {NAME_BYTES_MAX} of a-z, 0-9 and `-`, a letter first",
            name.chars().take(NAME_BYTES_MAX).collect::<String>().escape_debug()
        );
    }
    if RESERVED.contains(&name) {
        bail!("a crate cannot be called `{name}`\n\nhint: take another name, such as `{name}-source`");
    }
    Ok(())
}

/// As the engine and the catalogue have it.
const NAME_BYTES_MAX: usize = 64;
/// Crates of these names could not be compiled, or would hide those that a connector depends on.
const RESERVED: [&str; 22] = [
    "alloc",
    "as",
    "const",
    "core",
    "crate",
    "deps",
    "else",
    "enum",
    "extern",
    "fn",
    "for",
    "impl",
    "let",
    "match",
    "proc-macro",
    "rest",
    "self",
    "serde",
    "std",
    "test",
    "use",
    "zero-connector-sdk",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        for fine in ["demo", "a", "zip-codes", "x2"] {
            check_name(fine).unwrap();
        }
        for wrong in ["", "Demo", "2x", "-a", "a-", "a_b", "../a", "a/b", "ä", "serde", "fn", &"a".repeat(65)] {
            assert!(check_name(wrong).is_err(), "{wrong}");
        }
    }
}
