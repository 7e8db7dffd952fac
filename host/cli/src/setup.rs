//! What every command needs: bundle, configuration, a host.

use anyhow::{Context as _, Result, bail};
use clap::Args;
use std::path::{Path, PathBuf};
use zero_engine::{Compiler, Engine};
use zero_native::host::{default_artifacts, default_bundle};
use zero_native::{Bundle, Host, Options};
use zero_oci::{Timestamp, Trust};
use zero_store::FilesIndex;

/// Options of every command.
#[derive(Args, Clone)]
pub(crate) struct Setup {
    /// Folder with functions, connectors, catalogue and configuration
    #[arg(long, global = true, env = "ZERO_BUNDLE", value_name = "DIR")]
    bundle: Option<PathBuf>,
    /// Configuration, instead of the bundle's `zero.toml`
    #[arg(long, global = true, env = "ZERO_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder with the installed connectors and the admin API's token
    #[arg(long, global = true, env = "ZERO_STATE", value_name = "DIR")]
    state: Option<PathBuf>,
}

/// Whether the bundle must be one that somebody vouches for.
#[derive(Args, Clone)]
pub(crate) struct Verify {
    /// Run a bundle only when a key of this policy (trust.toml) signed it; without it, any folder is run as it is
    #[arg(long, env = "ZERO_TRUST", value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Run a bundle only when it is for this region
    #[arg(long, env = "ZERO_REGION", value_name = "NAME")]
    region: Option<String>,
}

impl Setup {
    /// The bundle, verified before anything of it is read, when somebody's signature is asked for.
    pub(crate) fn bundle_verified(&self, verify: &Verify) -> Result<Bundle> {
        let folder = self.bundle_dir();
        let Some(trust) = &verify.trust else {
            if let Some(region) = &verify.region {
                bail!(
                    "whether a bundle is for the region `{region}` is known by its signature\n\nhint: `--trust FILE`"
                );
            }
            return self.bundle();
        };
        let trust = Trust::from_file(trust)?;
        let verified = zero_bundle::verify(&folder, &trust, verify.region.as_deref(), Timestamp::now());
        let verified = verified.with_context(|| format!("the bundle {} is refused", folder.display()))?;
        Bundle::verified(&folder, verified, self.config.as_deref())
    }

    /// The bundle, read.
    pub(crate) fn bundle(&self) -> Result<Bundle> {
        Bundle::read(&self.bundle_dir(), self.config.as_deref())
    }

    /// Where the bundle lies.
    pub(crate) fn bundle_dir(&self) -> PathBuf {
        default_bundle(self.bundle.as_deref())
    }

    /// The configuration that the caller names, if any.
    pub(crate) fn config_file(&self) -> Option<&Path> {
        self.config.as_deref()
    }

    /// A host, with an index of the asker's files if they name a folder.
    pub(crate) fn host(&self, bundle: Bundle, files: Option<&Path>) -> Result<Host> {
        self.host_with(bundle, files, false)
    }

    /// The same, into which unsigned connectors may be installed.
    pub(crate) fn host_with(&self, bundle: Bundle, files: Option<&Path>, allow_unsigned: bool) -> Result<Host> {
        let artifacts = default_artifacts();
        let files = files.map(|folder| index(folder, artifacts.as_deref())).transpose()?;
        let state = self.state_dir();
        let host = Host::assemble(bundle, Options { artifacts, compiler: compiler()?, files, state, allow_unsigned })?;
        for problem in host.problems.iter() {
            eprintln!("warning: {problem}");
        }
        Ok(host)
    }

    /// An engine alone, for what needs no host.
    pub(crate) fn engine(&self) -> Result<Engine> {
        let config =
            zero_engine::Config { artifacts: default_artifacts(), compiler: compiler()?, ..Default::default() };
        Ok(Engine::new(config)?)
    }

    /// Where installed connectors are kept; none without a home folder.
    pub(crate) fn state_dir(&self) -> Option<PathBuf> {
        zero_lifecycle::default_folder(self.state.as_deref())
    }
}

/// Components are compiled by this program again, in a process of its own.
pub(crate) fn compiler() -> Result<Compiler> {
    let program = std::env::current_exe().context("finding this program")?;
    Ok(Compiler::Child { program, args: vec!["internal-compile".to_owned()] })
}

/// The index of a folder, kept beside the compiled components under a name made of the folder's path.
fn index(folder: &Path, artifacts: Option<&Path>) -> Result<FilesIndex> {
    let folder = folder.canonicalize().with_context(|| format!("--files {}", folder.display()))?;
    let place = artifacts.and_then(Path::parent).map(|cache| {
        cache
            .join("files")
            .join(zero_builder::digest(folder.as_os_str().as_encoded_bytes()).get(..16).unwrap_or_default())
    });
    if let Some(place) = &place {
        std::fs::create_dir_all(place).with_context(|| format!("creating {}", place.display()))?;
    }
    let index = FilesIndex::open_or_build(&folder, place.as_deref(), |_| {})
        .with_context(|| format!("indexing {}", folder.display()))?;
    for unread in &index.report().unread {
        eprintln!("warning: {} was not read: {}", unread.path, unread.why);
    }
    Ok(index)
}

/// One runtime for a command.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")
}
