//! `zero bundle build`.

use super::inputs::inputs;
use super::packages;
use super::{SigningArguments, summary};
use crate::connector::{AccessArguments, TrustFiles};
use crate::out;
use crate::setup::{Setup, compiler};
use anyhow::{Context as _, Result};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use zero_bundle::{BundleView, Contents, Described, LOCK_FILE, PackOptions};
use zero_config::{Config, Layer};
use zero_engine::{Engine, Limits, MacKey};
use zero_lifecycle::Policy;
use zero_native::host::default_artifacts;
use zero_native::{Bundle, Host, Options};
use zero_oci::{Access, Trust};

#[derive(Args)]
pub(crate) struct BuildArguments {
    /// The region, such as eu-west, or the path of its file
    #[arg(long, value_name = "NAME")]
    pub(super) region: String,
    /// Folder with the catalogue, instead of the bundle's
    #[arg(long, value_name = "DIR")]
    pub(super) sources: Option<PathBuf>,
    /// Folder with components, or the reference of a connector in a registry, over the bundle's; may be given more than
    /// once. `NAME.manifest.json` beside a component says what it may ask for
    #[arg(long, value_name = "DIR|REFERENCE")]
    pub(super) components: Vec<String>,
    /// Folder with `regions`, instead of ./edge-config or the bundle's
    #[arg(long, value_name = "DIR")]
    edge_config: Option<PathBuf>,
    #[command(flatten)]
    signing: SigningArguments,
    /// Where to write; what an earlier build wrote there is replaced. `dist/REGION` unless said
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Targets to make packages for; may be given more than once
    #[arg(long, value_name = "TARGET", value_parser = packages::names())]
    target: Vec<String>,
    /// A connector that shall be redeployed alone, where the target can; may be given more than once
    #[arg(long, value_name = "CONNECTOR")]
    apart: Vec<String>,
    /// Folder with the built orchestrators, instead of `orchestrators` beside the bundle
    #[arg(long, value_name = "DIR")]
    orchestrators: Option<PathBuf>,
    #[command(flatten)]
    trust: TrustFiles,
    #[command(flatten)]
    access: AccessArguments,
}

impl BuildArguments {
    /// Where regions are.
    pub(super) fn edge_config(&self, base: &Path) -> PathBuf {
        let here = || Some(PathBuf::from("edge-config")).filter(|folder| folder.join("regions").is_dir());
        self.edge_config.clone().or_else(here).unwrap_or_else(|| base.join("edge-config"))
    }

    pub(super) fn trust(&self) -> Result<Option<Trust>> {
        self.trust.trust()
    }

    pub(super) fn access(&self) -> Access {
        self.access.access()
    }
}

pub(super) fn build(setup: &Setup, arguments: &BuildArguments) -> Result<ExitCode> {
    // What is quickly found out first.
    let signers = arguments.signing.signers()?;
    let inputs = inputs(setup, arguments)?;
    let describe = describer(&inputs.config)?;
    let root = arguments.out.clone().unwrap_or_else(|| Path::new("dist").join(&inputs.region));
    let mut built = zero_bundle::build(inputs, describe)?;
    if signers.signers.is_empty() {
        eprintln!(
            "warning: the bundle is not signed, since no `--key` is given: a host that trusts somebody refuses it"
        );
    } else {
        built.sign(&signers.signing())?;
    }
    let contents = built.contents;
    let folder = root.join("bundle");
    start(&folder, BundleView::of(contents.clone())?)?;
    write(&folder, LOCK_FILE, &contents)?;
    let layout = zero_bundle::artifact::image_layout(&contents)?;
    let files = layout.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice(), false));
    zero_bundle::write_new(&root.join("oci"), "oci-layout", files)?;
    out::write(&summary(&folder, &contents, &[]))?;
    for signer in &signers.signers {
        out::line(&format!("{:<10} {}, until {}", "signed by", signer.public().fingerprint(), signers.expires))?;
    }
    out::line(&format!("{:<10} {}", "artifact", root.join("oci").display()))?;

    let base = setup.bundle_dir();
    let beside = || base.parent().map(|parent| parent.join("orchestrators")).unwrap_or_default();
    let orchestrators = arguments.orchestrators.clone().unwrap_or_else(beside);
    let (trust, signing) = (arguments.trust.policy()?, signers.signing());
    let options = PackOptions {
        orchestrators: &orchestrators,
        apart: &arguments.apart,
        trust: trust.as_deref(),
        signing: Some(&signing).filter(|signing| !signing.signers.is_empty()),
    };
    packages::make(&BundleView::of(contents)?, &arguments.target, &options, &root)?;
    Ok(ExitCode::SUCCESS)
}

/// Assembles a host of it, so that what an operator says of a source is tried on its connector once, here: a machine at
/// the edge starts without opening one.
fn start(folder: &Path, view: BundleView) -> Result<()> {
    let options = Options { artifacts: default_artifacts(), compiler: compiler()?, ..Options::default() };
    Host::assemble(Bundle::of(folder, view), options).context("no host starts with this bundle")?;
    Ok(())
}

fn write(folder: &Path, mark: &str, contents: &Contents) -> Result<()> {
    let files = contents.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice(), false));
    zero_bundle::write_new(folder, mark, files).with_context(|| format!("writing {}", folder.display()))
}

/// Asks components what they are, with what the configuration grants each.
fn describer(config: &[(String, String)]) -> Result<impl Fn(&str, &[u8]) -> Result<Described> + use<>> {
    let layers: Vec<Layer<'_>> = config.iter().map(|(file, text)| Layer { file, text }).collect();
    let policy = Policy { raises: Config::layered(&layers)?.connectors.limits, ..Policy::default() };
    let memory_bytes_ceiling = policy.granted_at_most().memory_bytes;
    let engine = Engine::new(zero_engine::Config {
        artifacts: default_artifacts(),
        mac_key: MacKey::Beside,
        compiler: compiler()?,
        limits: Limits { memory_bytes_ceiling, ..Limits::default() },
    })?;
    Ok(move |name: &str, bytes: &[u8]| {
        let connector = zero_lifecycle::load(&engine, &policy, bytes, name)?;
        Ok(Described { descriptor: connector.descriptor().clone(), world: connector.world().to_owned() })
    })
}
