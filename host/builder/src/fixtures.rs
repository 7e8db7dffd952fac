//! Fixtures: what a connector is tested with, carried by the component itself.
//!
//! - **Takes** a project's folder, or the bytes of a component.
//! - **Gives** sources, cases and recorded exchanges; or the component with them in a custom section.
//! - **Fails** naming the file or what is wrong with the section; bytes may come from anywhere.
//! - **Limits**: [`FIXTURES_BYTES_MAX`], [`EXCHANGES_MAX`], [`NAME_BYTES_MAX`].
//! - **Why it is so**: digest and signature cover the section like any other byte, so whoever installs the component,
//!   from wherever, can run exactly what its author ran. The section is data: no engine looks at it.

use crate::{COMPONENT_BYTES_MAX, Error as ComponentError};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};
use wasm_encoder::{ComponentSection as _, CustomSection};
use wasmparser::BinaryReader;

/// The custom section that holds them, as JSON.
pub const FIXTURES_SECTION: &str = "zero:fixtures";
/// Bytes of the section: half of what a component may weigh.
pub const FIXTURES_BYTES_MAX: usize = COMPONENT_BYTES_MAX / 2;
/// Recorded exchanges of one connector: some for each of more sources than any has.
pub const EXCHANGES_MAX: usize = 4_096;
/// Bytes of an exchange's name, which is the name of its file.
pub const NAME_BYTES_MAX: usize = 128;

/// The sources of a project's folder.
pub const SOURCES_FILE: &str = "sources.toml";
/// The folder of exchanges of a project's folder.
pub const EXCHANGES_FOLDER: &str = "exchanges";
/// The cases, in the folder of exchanges.
pub const CASES_FILE: &str = "cases.toml";
/// The extension of an exchange's file.
pub const EXCHANGE_EXTENSION: &str = "http";

/// Magic, version and layer of a component.
const PREAMBLE: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];
const CUSTOM_SECTION_ID: u8 = 0;

/// What a connector is tested with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixtures {
    /// Sources in the catalogue's format.
    pub sources: String,
    /// What the exchanges must give, in the format of `cases.toml`; may be empty.
    pub cases: String,
    /// Texts of the exchanges by the names of their files, without the extension.
    pub exchanges: BTreeMap<String, String>,
}

/// Why fixtures cannot be read or embedded.
#[derive(Debug, thiserror::Error)]
pub enum FixturesError {
    /// A file or folder of the project.
    #[error("cannot read `{path}`: {error}", path = path.display())]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// A project without sources.
    #[error(
        "`{path}` has no `{SOURCES_FILE}`\n\nhint: write the sources in it, as in `connectors/catalogue`",
        path = project.display()
    )]
    NoSources {
        /// The project's folder.
        project: PathBuf,
    },
    /// Over [`FIXTURES_BYTES_MAX`].
    #[error(
        "the fixtures are {bytes} bytes, over the limit of {FIXTURES_BYTES_MAX}\n\nhint: shorten the longest exchanges"
    )]
    TooLarge {
        /// Their size.
        bytes: usize,
    },
    /// Over [`EXCHANGES_MAX`].
    #[error("{count} exchanges, over the limit of {EXCHANGES_MAX}")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// Not a name that is a file's name on every machine.
    #[error(
        "an exchange cannot be called `{name}`\n\nhint: use up to {NAME_BYTES_MAX} of a-z, A-Z, 0-9, `.`, `_` and `-`, no dot in front"
    )]
    Name {
        /// The name, as far as it can be shown.
        name: String,
    },
    /// The bytes are no component, or broken.
    #[error(transparent)]
    Component(#[from] ComponentError),
    /// The section is not what [`embed`] writes.
    #[error("the section `{FIXTURES_SECTION}` is malformed: {reason}\n\nhint: build the component again")]
    Section {
        /// What is wrong.
        reason: String,
    },
}

impl From<wasmparser::BinaryReaderError> for FixturesError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::Component(error.into())
    }
}

impl Fixtures {
    /// As the section holds it: the same bytes for the same fixtures.
    ///
    /// # Errors
    /// Over a limit, or an exchange with a name that is none.
    pub fn to_json(&self) -> Result<String, FixturesError> {
        self.check()?;
        let json = serde_json::to_string(self).map_err(|error| FixturesError::Section { reason: error.to_string() })?;
        if json.len() > FIXTURES_BYTES_MAX {
            return Err(FixturesError::TooLarge { bytes: json.len() });
        }
        Ok(json)
    }

    /// Reads what [`Fixtures::to_json`] wrote, or somebody else did.
    ///
    /// # Errors
    /// Over a limit, not JSON of this shape, or an exchange with a name that is none.
    pub fn from_json(json: &[u8]) -> Result<Self, FixturesError> {
        if json.len() > FIXTURES_BYTES_MAX {
            return Err(FixturesError::TooLarge { bytes: json.len() });
        }
        let read: Result<Self, _> = serde_json::from_slice(json);
        let fixtures = read.map_err(|error| FixturesError::Section { reason: error.to_string() })?;
        fixtures.check()?;
        Ok(fixtures)
    }

    fn check(&self) -> Result<(), FixturesError> {
        if self.exchanges.len() > EXCHANGES_MAX {
            return Err(FixturesError::TooMany { count: self.exchanges.len() });
        }
        match self.exchanges.keys().find(|name| !is_name(name)) {
            Some(name) => {
                let shown: String = name.chars().take(NAME_BYTES_MAX).collect();
                Err(FixturesError::Name { name: shown.escape_debug().to_string() })
            }
            None => Ok(()),
        }
    }
}

/// Names are names of files on every machine, also on one that unpacks them.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !name.is_empty() && name.len() <= NAME_BYTES_MAX && !name.starts_with('.') && name.bytes().all(plain)
}

/// Reads the fixtures of a project: `sources.toml`, `exchanges/cases.toml` and `exchanges/*.http`, of which only the
/// first must be there.
///
/// # Errors
/// Names the file that is missing or cannot be read; over a limit.
pub fn read_folder(project: &Path) -> Result<Fixtures, FixturesError> {
    let sources = text_of(&project.join(SOURCES_FILE))?;
    let sources = sources.ok_or_else(|| FixturesError::NoSources { project: project.to_owned() })?;
    read_exchanges(&project.join(EXCHANGES_FOLDER), sources)
}

/// The same for sources that lie elsewhere, as those of the built-in connectors do: reads the folder of exchanges.
///
/// # Errors
/// As [`read_folder`].
pub fn read_exchanges(folder: &Path, sources: String) -> Result<Fixtures, FixturesError> {
    let cases = text_of(&folder.join(CASES_FILE))?.unwrap_or_default();
    let mut fixtures = Fixtures { sources, cases, exchanges: BTreeMap::new() };
    let mut bytes = fixtures.sources.len() + fixtures.cases.len();
    let in_folder = |error| FixturesError::Io { path: folder.to_owned(), error };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        entries => Some(entries.map_err(in_folder)?),
    };
    for entry in entries.into_iter().flatten() {
        let path = entry.map_err(in_folder)?.path();
        if path.extension().is_none_or(|extension| extension != EXCHANGE_EXTENSION) {
            continue;
        }
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let text = text_of(&path)?.unwrap_or_default();
        bytes += text.len();
        // Before all of a folder of large files is in memory.
        if bytes > FIXTURES_BYTES_MAX {
            return Err(FixturesError::TooLarge { bytes });
        }
        fixtures.exchanges.insert(name, text);
    }
    fixtures.check()?;
    Ok(fixtures)
}

/// A file's text; nothing when there is no such file.
fn text_of(path: &Path) -> Result<Option<String>, FixturesError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FixturesError::Io { path: path.to_owned(), error }),
    }
}

/// The component with these fixtures, in place of any it had.
///
/// # Errors
/// Over a limit, or not a component.
pub fn embed(component: &[u8], fixtures: &Fixtures) -> Result<Vec<u8>, FixturesError> {
    let json = fixtures.to_json()?;
    let mut bytes = without(component)?;
    let data = Cow::Borrowed(json.as_bytes());
    CustomSection { name: FIXTURES_SECTION.into(), data }.append_to_component(&mut bytes);
    // Where an operator lets in larger components, such as those that bring an interpreter along, this one is anyway.
    if bytes.len() > COMPONENT_BYTES_MAX && component.len() <= COMPONENT_BYTES_MAX {
        return Err(ComponentError::TooLarge { bytes: bytes.len() }.into());
    }
    Ok(bytes)
}

/// The component without fixtures: what is compiled is the same with and without.
///
/// # Errors
/// When it is no component.
pub fn without(component: &[u8]) -> Result<Vec<u8>, FixturesError> {
    let mut kept = PREAMBLE.to_vec();
    for section in sections(component)? {
        if section.custom_name != Some(FIXTURES_SECTION) {
            kept.extend_from_slice(section.whole);
        }
    }
    Ok(kept)
}

/// The fixtures of a component; nothing when it has none.
///
/// # Errors
/// Not a component, or fixtures that are malformed, over a limit, or there twice.
pub fn read(component: &[u8]) -> Result<Option<Fixtures>, FixturesError> {
    let mut found = None;
    for section in sections(component)? {
        if section.custom_name == Some(FIXTURES_SECTION) && found.replace(section.data).is_some() {
            return Err(FixturesError::Section { reason: "it is there twice".to_owned() });
        }
    }
    found.map(Fixtures::from_json).transpose()
}

/// A section of the outermost level.
struct Section<'b> {
    /// With its header.
    whole: &'b [u8],
    custom_name: Option<&'b str>,
    /// Of a custom section, what follows the name.
    data: &'b [u8],
}

fn sections(component: &[u8]) -> Result<Vec<Section<'_>>, FixturesError> {
    let body = component.strip_prefix(&PREAMBLE).ok_or(ComponentError::NotAComponent)?;
    let mut reader = BinaryReader::new(body, 0);
    let mut sections = Vec::new();
    while !reader.eof() {
        let start = reader.current_position();
        let id = reader.read_u8()?;
        let size = usize::try_from(reader.read_var_u32()?).unwrap_or(usize::MAX);
        let content = reader.read_bytes(size)?;
        let whole = body.get(start..reader.current_position()).unwrap_or_default();
        let (mut custom_name, mut data) = (None, content);
        if id == CUSTOM_SECTION_ID {
            let mut content_reader = BinaryReader::new(content, 0);
            custom_name = Some(content_reader.read_unlimited_string()?);
            data = content.get(content_reader.current_position()..).unwrap_or_default();
        }
        sections.push(Section { whole, custom_name, data });
    }
    Ok(sections)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A component of no world: nothing but a custom section of somebody else's.
    fn empty() -> Vec<u8> {
        let mut bytes = PREAMBLE.to_vec();
        CustomSection { name: "other".into(), data: b"kept"[..].into() }.append_to_component(&mut bytes);
        bytes
    }

    fn fixtures(name: &str, text: &str) -> Fixtures {
        Fixtures {
            sources: "connector = \"x\"\n".to_owned(),
            cases: String::new(),
            exchanges: BTreeMap::from([(name.to_owned(), text.to_owned())]),
        }
    }

    #[test]
    fn what_was_embedded_is_read_and_replaced() {
        let (first, second) = (fixtures("a-1", "é \"quoted\"\n"), fixtures("b-1", "other"));
        let once = embed(&empty(), &first).unwrap();
        assert_eq!(read(&empty()).unwrap(), None);
        assert_eq!(read(&once).unwrap(), Some(first.clone()));
        assert_eq!(embed(&empty(), &first).unwrap(), once, "the same bytes again");
        let twice = embed(&once, &second).unwrap();
        assert_eq!(read(&twice).unwrap(), Some(second));
        assert_eq!(without(&twice).unwrap(), empty());
        assert_eq!(embed(&twice, &first).unwrap(), once, "nothing of the second is left");
    }

    #[test]
    fn a_real_component_stays_one() {
        let module = b"\0asm\x01\0\0\0";
        assert!(matches!(
            embed(module, &Fixtures::default()),
            Err(FixturesError::Component(ComponentError::NotAComponent))
        ));
        let mut nested = PREAMBLE.to_vec();
        // A section with this name inside an inner module is not the component's own.
        let mut inner = module.to_vec();
        CustomSection { name: FIXTURES_SECTION.into(), data: b"{}"[..].into() }.append_to_component(&mut inner);
        nested.extend([1, u8::try_from(inner.len()).unwrap()]);
        nested.extend(&inner);
        assert_eq!(read(&nested).unwrap(), None);
        assert_eq!(without(&nested).unwrap(), nested);
    }

    #[test]
    fn foreign_bytes_give_typed_errors() {
        let whole = embed(&empty(), &fixtures("a", "b")).unwrap();
        for end in 0..whole.len() {
            let cut = &whole[..end];
            assert!(matches!(read(cut), Ok(None) | Err(FixturesError::Component(_))), "cut at {end}");
        }
        let section = |data: &[u8]| {
            let mut bytes = empty();
            CustomSection { name: FIXTURES_SECTION.into(), data: data.into() }.append_to_component(&mut bytes);
            bytes
        };
        let deep = "[".repeat(200_000);
        for (data, wanted) in [
            (&b"\xff"[..], "malformed"),
            (b"", "malformed"),
            (b"{}", "missing field `sources`"),
            (br#"{"sources":"","cases":"","exchanges":{},"more":1}"#, "unknown field `more`"),
            (br#"{"sources":7,"cases":"","exchanges":{}}"#, "invalid type"),
            (br#"{"sources":"","cases":"","exchanges":{"../x":""}}"#, "`../x`"),
            (br#"{"sources":"","cases":"","exchanges":{"":""}}"#, "cannot be called"),
            (br#"{"sources":"","cases":"","exchanges":{".x":""}}"#, "cannot be called"),
            (deep.as_bytes(), "malformed"),
        ] {
            let error = read(&section(data)).unwrap_err().to_string();
            assert!(error.contains(wanted), "{error}");
        }
        let large = vec![b' '; FIXTURES_BYTES_MAX + 1];
        assert!(matches!(read(&section(&large)), Err(FixturesError::TooLarge { .. })));
        let mut twice = whole.clone();
        CustomSection { name: FIXTURES_SECTION.into(), data: b"{}"[..].into() }.append_to_component(&mut twice);
        assert!(read(&twice).unwrap_err().to_string().contains("twice"));
        let large = fixtures("a", &"x".repeat(FIXTURES_BYTES_MAX));
        assert!(matches!(embed(&empty(), &large), Err(FixturesError::TooLarge { .. })));
    }

    #[test]
    fn a_folder_is_read() {
        let folder = std::env::temp_dir().join(format!("zero-fixtures-{}", std::process::id()));
        assert!(matches!(read_folder(&folder), Err(FixturesError::NoSources { .. })));
        fs::create_dir_all(folder.join(EXCHANGES_FOLDER)).unwrap();
        fs::write(folder.join(SOURCES_FILE), "connector = \"x\"").unwrap();
        assert_eq!(read_folder(&folder).unwrap().exchanges.len(), 0);
        for (file, text) in [("cases.toml", "cases"), ("x-1.http", "one"), ("notes.md", "no exchange")] {
            fs::write(folder.join(EXCHANGES_FOLDER).join(file), text).unwrap();
        }
        let read = read_folder(&folder);
        fs::write(folder.join(EXCHANGES_FOLDER).join("x 2.http"), "two").unwrap();
        let badly_named = read_folder(&folder);
        fs::remove_dir_all(&folder).unwrap();
        let read = read.unwrap();
        assert_eq!((read.sources.as_str(), read.cases.as_str()), ("connector = \"x\"", "cases"));
        assert_eq!(read.exchanges, BTreeMap::from([("x-1".to_owned(), "one".to_owned())]));
        assert!(badly_named.unwrap_err().to_string().contains("`x 2`"));
    }
}
