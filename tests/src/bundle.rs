//! The finished components: loaded once for all tests of a program, from `ZERO_BUNDLE` or the target directory.

use crate::{root, skip};
use anyhow::{Context as _, Result};
use std::path::PathBuf;
use std::sync::OnceLock;
use zero_engine::{Config, Connector, Engine, FunctionBytes, Functions, Registry};
use zero_native::platform::NativeRooms;
use zero_native::{Bundle, Native};
use zero_pipeline::Platform as _;

/// A bundle with its components ready to run.
pub struct Loaded {
    /// Compiles and runs.
    pub engine: Engine,
    /// Functions and connectors.
    pub rooms: NativeRooms,
    /// The functions, with all of their calls.
    pub functions: Functions,
    /// Bytes of the connectors, by file name.
    pub connectors: Vec<(String, Vec<u8>)>,
}

impl Loaded {
    /// The connector of this name.
    #[must_use]
    pub fn connector(&self, name: &str) -> Option<&Connector> {
        self.rooms.connectors().get(name)
    }
}

/// The bundle, or nothing after a loud line when there is none to be found.
///
/// # Panics
/// When there is one and it does not load: no test of it could say more.
#[must_use]
#[allow(clippy::panic, reason = "every test of this program needs it")]
pub fn bundle() -> Option<&'static Loaded> {
    static LOADED: OnceLock<Option<Loaded>> = OnceLock::new();
    LOADED
        .get_or_init(|| {
            let Some(folder) = folder() else {
                skip("tests of components", "no bundle; `cargo xtask components` makes one, ZERO_BUNDLE says where");
                return None;
            };
            match load(folder) {
                Ok(loaded) => Some(loaded),
                Err(error) => panic!("{error:#}"),
            }
        })
        .as_ref()
}

/// Where the bundle lies: as said, or beside the programs of this build.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    let said = std::env::var_os("ZERO_BUNDLE").map(PathBuf::from);
    let target = std::env::current_exe().ok().and_then(|test| Some(test.parent()?.parent()?.parent()?.join("bundle")));
    [said, target, Some(root().join("target/bundle"))].into_iter().flatten().find(|it| it.join("functions").is_dir())
}

fn load(folder: PathBuf) -> Result<Loaded> {
    let bundle = Bundle::read(&folder, None)?;
    let artifacts = std::env::current_exe()?.with_file_name("zero-tests").join("artifacts");
    let engine = Engine::new(Config { artifacts: Some(artifacts), ..Config::default() })?;
    let bytes = |name: &str| {
        let found = bundle.functions.iter().find(|(has, _)| has == name).map(|(_, bytes)| bytes.as_slice());
        found.with_context(|| format!("{} has no function `{name}`", folder.display()))
    };
    let functions = engine.functions(FunctionBytes {
        intent: bytes("intent")?,
        context: bytes("context")?,
        synthesis: bytes("synthesis")?,
        auth: bytes("auth")?,
    })?;
    let registry = Registry::new();
    for (name, bytes) in &bundle.connectors {
        registry.install(engine.connector(bytes).with_context(|| format!("loading connector `{name}`"))?);
    }
    // Tests answer every request themselves: no source is granted anything outside.
    let egress = zero_dial::Egress::new(zero_dial::Config::default())?;
    let platform =
        Native::new(functions.clone(), registry, egress, None, |_, _| Err("a test has no way out".to_owned()));
    Ok(Loaded { engine, rooms: platform.rooms(), functions, connectors: bundle.connectors })
}
