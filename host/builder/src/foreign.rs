//! Components that the tools of another language make: a recipe in the project, and a stamp on what comes out.
//!
//! - **Takes** a project with a `connector.toml`: which command makes the component.
//! - **Gives** the component, stamped with the version of the interface that it exports.
//! - **Fails** naming the program that is missing, the command that failed, or what the component lacks.
//! - **Limits**: [`COMPONENT_BYTES_CEILING`]; what a component needs beyond a host's own limits stands in the recipe, and an
//!   operator has to grant it.
//! - **Why it is so**: whatever exports the interface and imports nothing is a connector; its language is nobody's
//!   business but its author's.

use crate::{
    COMPONENT_BYTES_CEILING, COMPONENT_BYTES_MAX, Component, Error, STAMP_SECTION, VERSIONS, check_sized, latest,
};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};
use wasm_encoder::{ComponentSection as _, CustomSection};
use wasmparser::{Parser, Payload};

/// The recipe's file.
pub const RECIPE_FILE: &str = "connector.toml";

/// How a project's component is made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// What the connector calls itself.
    pub name: String,
    /// Run once, where [`Recipe::makes`] is absent: what fetches the language's tools.
    #[serde(default)]
    pub setup: Vec<Vec<String>>,
    /// What the set-up makes, below the project.
    pub makes: Option<PathBuf>,
    /// Makes the component: `{wit}` is the folder of the contract, `{out}` the file to write.
    pub build: Vec<String>,
    /// What it needs beyond a host's own limits.
    #[serde(default)]
    pub limits: Needs,
}

/// What a component needs beyond a host's own limits; none where those do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Needs {
    /// Size of the component.
    pub component_bytes: Option<usize>,
    /// Linear memory.
    pub memory_bytes: Option<usize>,
    /// CPU of one call, milliseconds.
    pub cpu_ms: Option<u64>,
}

/// Why no component was made.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    /// A file or folder.
    #[error("cannot use `{path}`: {error}", path = path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// The recipe.
    #[error("`{RECIPE_FILE}`: {0}")]
    Recipe(String),
    /// A program that is not installed.
    #[error("`{program}` cannot be run: {error}\n\nhint: `{RECIPE_FILE}` names it; install it, or put it into PATH")]
    Program {
        /// Its name.
        program: String,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// A command that ended badly; it has said why on standard error.
    #[error("`{0}` failed")]
    Command(String),
    /// What came out is no connector.
    #[error(transparent)]
    Component(#[from] Error),
}

impl Recipe {
    /// The recipe of a project; none where it has none.
    ///
    /// # Errors
    /// When it cannot be read, or names the key that is wrong.
    pub fn read(project: &Path) -> Result<Option<Self>, ForeignError> {
        let path = project.join(RECIPE_FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ForeignError::Io { path, error }),
        };
        let recipe: Self = toml::from_str(&text).map_err(|error| ForeignError::Recipe(error.to_string()))?;
        if recipe.build.is_empty() || recipe.setup.iter().any(Vec::is_empty) {
            return Err(ForeignError::Recipe("a command needs at least a program".to_owned()));
        }
        Ok(Some(recipe))
    }

    /// Makes the component in `project`, with what is made on the way below `project/target`.
    ///
    /// # Errors
    /// See [`ForeignError`].
    pub fn make(&self, project: &Path, say: &dyn Fn(&str)) -> Result<Component, ForeignError> {
        let target = project.join("target");
        let (wit, out) = (target.join("wit"), target.join(format!("{}.made.wasm", self.name)));
        let at =
            |path: &Path, done: io::Result<()>| done.map_err(|error| ForeignError::Io { path: path.into(), error });
        at(&wit, fs::create_dir_all(&wit))?;
        at(&wit, fs::write(wit.join("connector.wit"), latest().wit))?;
        if self.makes.as_ref().is_some_and(|makes| !project.join(makes).exists()) {
            say(&format!("fetching the tools of `{}`, once ...", self.name));
            self.setup.iter().try_for_each(|command| run(project, command, &[]))?;
        }
        let holes = [("{wit}", wit.as_path()), ("{out}", out.as_path())];
        run(project, &self.build, &holes)?;
        let bytes = fs::read(&out).map_err(|error| ForeignError::Io { path: out, error })?;
        Ok(adopt(&bytes, self.limits.component_bytes.unwrap_or(COMPONENT_BYTES_MAX).min(COMPONENT_BYTES_CEILING))?)
    }
}

/// Runs a command in the project's folder; what it says on standard output is for nobody.
fn run(project: &Path, command: &[String], holes: &[(&str, &Path)]) -> Result<(), ForeignError> {
    let filled = |word: &String| {
        holes.iter().fold(word.clone(), |word, (hole, path)| word.replace(hole, &path.display().to_string()))
    };
    let mut words = command.iter().map(filled);
    let program = words.next().unwrap_or_default();
    // A program of the project itself, such as `node_modules/.bin/tool`.
    let path = if program.contains('/') { project.join(&program) } else { PathBuf::from(&program) };
    let output = Command::new(path).args(words).current_dir(project).output();
    let output = output.map_err(|error| ForeignError::Program { program: program.clone(), error })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last: Vec<&str> = said.lines().rev().take(20).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        return Err(ForeignError::Command(format!("{}`\n{}\n`", command.join(" "), last.join("\n"))));
    }
    Ok(())
}

/// Stamps a component by the version of the interface that it exports, and checks it.
///
/// # Errors
/// Too large, not a component, with an import, or without the exports of any version.
pub fn adopt(bytes: &[u8], bytes_max: usize) -> Result<Component, Error> {
    let exported = exports(bytes)?;
    let version = VERSIONS.iter().rev().find(|version| exported.iter().any(|name| name == version.interface));
    let Some(version) = version else {
        return Err(Error::Encode {
            world: latest().world.to_owned(),
            reason: format!("it exports no `{}`, only {}", latest().interface, listed(&exported)),
        });
    };
    let mut stamped = bytes.to_vec();
    if crate::stamp_of(bytes)?.is_none() {
        let section = CustomSection { name: STAMP_SECTION.into(), data: version.world.as_bytes().into() };
        section.append_to_component(&mut stamped);
    }
    let world = check_sized(&stamped, bytes_max)?;
    Ok(Component { world, bytes: stamped })
}

fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
    if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") }
}

/// Names of the outermost exports.
fn exports(bytes: &[u8]) -> Result<Vec<String>, Error> {
    let (mut depth, mut names) = (0_usize, Vec::new());
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentExportSection(exports) if depth == 1 => {
                for export in exports {
                    names.push(export?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(text: &str) -> Result<Recipe, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_recipe_is_read_and_a_wrong_key_is_named() {
        let read = recipe("name = 'a'\nbuild = ['tool', '{wit}', '{out}']\n[limits]\ncpu_ms = 200").unwrap();
        assert_eq!(read.limits, Needs { cpu_ms: Some(200), ..Needs::default() });
        assert!(recipe("name = 'a'\nbuild = []\nshell = 'x'").unwrap_err().contains("shell"));
    }

    #[test]
    fn what_is_no_connector_is_refused() {
        let check = |bytes: &[u8], says: &str| {
            let error = adopt(bytes, 1024).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        };
        check(b"\0asm\x0d\0\x01\0", "exports no `zero:connector/connector@");
        check(b"not wasm", "not a WebAssembly module");
    }
}
