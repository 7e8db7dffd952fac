//! `zero bundle`: what a region runs, as one signed folder.

mod build;
mod inputs;
mod packages;
mod registry;

use crate::connector::TrustArguments;
use crate::setup::Setup;
use crate::{exit, out};
use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use zero_bundle::{Contents, LOCK_FILE, Standing};
use zero_oci::{SignedBy, Signer, Timestamp};

#[derive(Subcommand)]
pub(crate) enum BundleCommand {
    /// Build a region's bundle, and the packages of targets from it
    Build(build::BuildArguments),
    /// Check signatures, region, permissions and every file of a bundle; nothing of it is run
    Verify(VerifyArguments),
    /// What differs between two bundles: components, permissions, sources, limits
    Diff {
        /// The bundle of before
        before: PathBuf,
        /// The bundle of now
        now: PathBuf,
    },
    /// All that is in a bundle, as CycloneDX 1.6 in JSON
    Sbom {
        /// The bundle
        bundle: PathBuf,
        /// Where to write it, instead of standard output
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Push a bundle to a registry
    Push(registry::PushArguments),
    /// Pull a bundle from a registry
    Pull(registry::PullArguments),
}

#[derive(Args)]
pub(crate) struct VerifyArguments {
    /// The bundle
    folder: PathBuf,
    #[command(flatten)]
    trust: TrustArguments,
    /// The region that it must be for
    #[arg(long, value_name = "NAME")]
    region: Option<String>,
}

/// Who signs, and for how long.
#[derive(Args)]
pub(crate) struct SigningArguments {
    /// The key that signs, as `zero connector key generate` or cosign made it; may be given more than once
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// Days that the signature holds
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=i64::from(zero_bundle::limits::EXPIRY_DAYS_MAX)))]
    expires: u32,
    /// When it is signed, instead of SOURCE_DATE_EPOCH or the start of this day: equal times make equal bytes
    #[arg(long, value_name = "TIME")]
    created: Option<Timestamp>,
}

/// Signers, and the times that a signature says.
struct Signers {
    signers: Vec<Signer>,
    created: Timestamp,
    expires: Timestamp,
}

pub(crate) fn bundle(setup: &Setup, command: &BundleCommand) -> Result<ExitCode> {
    match command {
        BundleCommand::Build(arguments) => build::build(setup, arguments),
        BundleCommand::Verify(arguments) => verify(arguments),
        BundleCommand::Diff { before, now } => diff(before, now),
        BundleCommand::Sbom { bundle, output } => sbom(bundle, output.as_deref()),
        BundleCommand::Push(arguments) => registry::push(arguments),
        BundleCommand::Pull(arguments) => registry::pull(arguments),
    }
}

fn verify(arguments: &VerifyArguments) -> Result<ExitCode> {
    let (folder, trust) = (located(&arguments.folder), arguments.trust.trust()?);
    let verified = zero_bundle::verify(&folder, &trust, arguments.region.as_deref(), Timestamp::now())?;
    out::write(&summary(&folder, &verified.contents, &verified.signed_by))?;
    Ok(ExitCode::SUCCESS)
}

fn diff(before: &Path, now: &Path) -> Result<ExitCode> {
    let [before, now] = [before, now].map(located);
    let (before, now) = (zero_bundle::open(&before)?, zero_bundle::open(&now)?);
    let changes = zero_bundle::diff(&before.lock, &now.lock);
    let lines: String = changes.iter().map(|change| format!("{change}\n")).collect();
    out::write(&lines)?;
    Ok(if changes.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(exit::DIFFERENT) })
}

fn sbom(folder: &Path, output: Option<&Path>) -> Result<ExitCode> {
    let document = zero_bundle::sbom::cyclonedx(&zero_bundle::open(&located(folder))?.lock)?;
    match output {
        Some(path) => std::fs::write(path, document).with_context(|| format!("writing {}", path.display()))?,
        None => out::write(&document)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The bundle's own folder: what was named, or `bundle` in what `build` wrote.
fn located(named: &Path) -> PathBuf {
    let inner = named.join("bundle");
    if !named.join(LOCK_FILE).is_file() && inner.join(LOCK_FILE).is_file() { inner } else { named.to_path_buf() }
}

/// What an operator wants to know of a bundle at a glance.
fn summary(folder: &Path, contents: &Contents, signed_by: &[SignedBy]) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: String| _ = writeln!(out, "{name:<10} {value}");
    let lock = &contents.lock;
    line("bundle", folder.display().to_string());
    line("region", lock.region.clone());
    line("lock", contents.lock_digest.clone());
    for by in signed_by {
        let until = by.expires.map(|time| format!(", until {time}")).unwrap_or_default();
        line("signed by", format!("{} ({}{until})", by.key, by.fingerprint));
    }
    let bytes: u64 = lock.files.values().map(|file| file.size).sum();
    line("files", format!("{} with {bytes} bytes", lock.files.len()));
    line("components", format!("{} functions, {} connectors", lock.functions.len(), lock.connectors.len()));
    let count = |standing: Standing| lock.sources.iter().filter(|source| source.standing == standing).count();
    let [on, off, withheld] = [Standing::On, Standing::Off, Standing::Withheld].map(count);
    line("sources", format!("{on} on, {off} off, {withheld} withheld"));
    for source in lock.sources.iter().filter(|source| source.standing == Standing::Withheld) {
        line("withheld", format!("{}: {}", source.id, source.reason.as_deref().unwrap_or_default()));
    }
    out
}

impl SigningArguments {
    fn signers(&self) -> Result<Signers> {
        let password = crate::connector::password();
        let read = |path: &PathBuf| Ok(Signer::from_file(path, password.as_deref())?);
        let created = self.created()?;
        let expires = created.as_second().saturating_add(i64::from(self.expires) * DAY_SECONDS);
        let expires = Timestamp::from_second(expires).context("--expires")?;
        Ok(Signers { signers: self.key.iter().map(read).collect::<Result<_>>()?, created, expires })
    }

    /// Two builds of one day make one signature; a time of day would make two.
    fn created(&self) -> Result<Timestamp> {
        if let Some(created) = self.created {
            return Ok(created);
        }
        let seconds = match std::env::var("SOURCE_DATE_EPOCH") {
            Ok(text) => text.trim().parse().with_context(|| format!("SOURCE_DATE_EPOCH `{text}`"))?,
            Err(_) => {
                let now = Timestamp::now().as_second();
                now - now.rem_euclid(DAY_SECONDS)
            }
        };
        Timestamp::from_second(seconds).context("SOURCE_DATE_EPOCH")
    }
}

const DAY_SECONDS: i64 = 24 * 3600;

impl Signers {
    fn signing(&self) -> zero_oci::Signing<'_> {
        zero_oci::Signing { signers: &self.signers, created: Some(self.created), expires: Some(self.expires) }
    }
}
