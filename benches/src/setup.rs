//! What every part needs: the bundle, a folder for compiled components, the programs.

use anyhow::{Context as _, Result};
use core::time::Duration;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zero_engine::Compiler;
use zero_native::{Bundle, Host, Options};

/// Where everything lies.
pub(crate) struct Setup {
    pub(crate) bundle: PathBuf,
    programs: PathBuf,
    long: bool,
    temporary: TempDir,
}

impl Setup {
    pub(crate) fn new(bundle: PathBuf, programs: Option<PathBuf>, long: bool) -> Result<Self> {
        let own = || Some(std::env::current_exe().ok()?.parent()?.to_path_buf());
        Ok(Self {
            bundle,
            programs: programs.or_else(own).context("finding this program's folder")?,
            long,
            temporary: tempfile::tempdir().context("a temporary folder")?,
        })
    }

    /// A program of the workspace; none when it is not built.
    pub(crate) fn program(&self, name: &str) -> Option<PathBuf> {
        let path = self.programs.join(name).with_extension(std::env::consts::EXE_EXTENSION);
        path.is_file().then_some(path)
    }

    /// Gone when the run ends.
    pub(crate) fn temporary(&self) -> &Path {
        self.temporary.path()
    }

    /// As ZERO_CACHE wants it; compiled components lie below it.
    pub(crate) fn cache(&self) -> PathBuf {
        self.temporary.path().join("cache")
    }

    /// How long one thing is measured.
    pub(crate) fn time(&self) -> Duration {
        Duration::from_millis(400) * self.times()
    }

    /// How many times as many samples are wanted.
    pub(crate) fn times(&self) -> u32 {
        if self.long { 5 } else { 1 }
    }

    /// The bundle, read afresh.
    pub(crate) fn read_bundle(&self) -> Result<Bundle> {
        Bundle::read(&self.bundle, None)
    }

    /// A host as `zero` assembles it.
    pub(crate) fn host(&self, bundle: Bundle) -> Result<Host> {
        let artifacts = self.cache().join("artifacts");
        std::fs::create_dir_all(&artifacts)?;
        let options = Options { artifacts: Some(artifacts), compiler: Compiler::InProcess, ..Options::default() };
        Host::assemble(bundle, options)
    }
}

/// What is going on, for who waits.
pub(crate) fn say(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}

/// A thousand sources are as many connections.
pub(crate) fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Without it the largest runs say that sources failed.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}
