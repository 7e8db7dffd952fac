//! `zero connectors compare`: two versions over the same stored exchanges.

use crate::setup::Setup;
use crate::{exit, out};
use anyhow::{Context as _, Result, bail};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use zero_builder::fixtures::{self, Fixtures};
use zero_engine::{Connector, Engine};
use zero_lifecycle::{Kind, Store};

#[derive(Args)]
pub(crate) struct CompareArguments {
    /// A `.wasm`, the name of a connector, or `NAME@DIGEST` of one that is installed
    old: String,
    /// Likewise
    new: String,
    /// The folder of stored exchanges
    #[arg(long, value_name = "DIR")]
    exchanges: PathBuf,
}

pub(super) fn compare(setup: &Setup, arguments: &CompareArguments, json: bool) -> Result<ExitCode> {
    let engine = setup.engine()?;
    let (old, _) = load(setup, &engine, &arguments.old)?;
    let (new, carried) = load(setup, &engine, &arguments.new)?;
    let comparison = zero_lifecycle::compare(&old, &new, carried.as_ref(), &arguments.exchanges)?;
    out::write(&if json { super::show::json(&comparison)? } else { comparison.to_text() })?;
    Ok(if comparison.passed { ExitCode::SUCCESS } else { ExitCode::from(exit::DIFFERENT) })
}

/// A version, and the fixtures it carries.
fn load(setup: &Setup, engine: &Engine, said: &str) -> Result<(Connector, Option<Fixtures>)> {
    let bytes = bytes(setup, said)?;
    let connector = engine.connector(&bytes).with_context(|| format!("loading {said}"))?;
    Ok((connector, fixtures::read(&bytes).with_context(|| format!("the fixtures of {said}"))?))
}

fn bytes(setup: &Setup, said: &str) -> Result<Vec<u8>> {
    let path = Path::new(said);
    if path.is_file() {
        return std::fs::read(path).with_context(|| format!("reading {said}"));
    }
    let (name, digest) = said.split_once('@').map_or((said, None), |(name, digest)| (name, Some(digest)));
    if let Some(store) = setup.state_dir().map(Store::new) {
        let state = store.read()?;
        let entry = state.connectors.get(name);
        let wanted = |it: &&zero_lifecycle::Version| match digest {
            Some(digest) => it.digest.starts_with(digest.strip_prefix("sha256:").unwrap_or(digest)),
            None => entry.and_then(|entry| entry.current.as_ref()) == Some(&it.digest),
        };
        let version = entry.and_then(|entry| entry.versions.iter().find(wanted));
        if let Some(version) = version.filter(|version| version.kind == Kind::Component) {
            return Ok(store.get(&version.digest)?);
        }
    }
    let of_bundle = setup.bundle()?.connectors.into_iter().find(|(file, _)| file == name);
    match of_bundle.filter(|(_, bytes)| digest.is_none_or(|digest| zero_builder::digest(bytes).starts_with(digest))) {
        Some((_, bytes)) => Ok(bytes),
        None => bail!("`{said}` is no file and no version of a connector\n\nhint: `zero connectors list` names them"),
    }
}
