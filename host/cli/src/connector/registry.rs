//! `zero connector publish`, `pull`, `verify` and `key`: connectors in registries, signed.

use super::InProject;
use super::bench::Bench;
use super::judge::checked;
use crate::out;
use crate::setup::{Setup, runtime};
use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use zero_author::package;
use zero_author::project::Kind;
use zero_oci::{
    Access, Artifact, Descriptor, Inspected, PublicKey, Reference, Signer, Signing, Timestamp, Trust, TrustedKey,
};

#[derive(Args)]
pub(crate) struct PublishArguments {
    /// Where to, such as ghcr.io/you/demo:0.1.0
    reference: String,
    /// The key that signs, as `zero connector key generate` or cosign made it; may be given more than once
    #[arg(long, value_name = "FILE", required = true)]
    key: Vec<PathBuf>,
    /// Until when the signature holds, such as 2028-01-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    expires: Option<Timestamp>,
    /// Put it in place of what the tag holds
    #[arg(long)]
    replace: bool,
    /// Publish what does not pass `check`
    #[arg(long)]
    unchecked: bool,
    #[command(flatten)]
    access: AccessArguments,
    #[command(flatten)]
    which: InProject,
}

#[derive(Args)]
pub(crate) struct PullArguments {
    /// What to fetch, such as ghcr.io/you/demo:0.1.0 or ...@sha256:...
    reference: String,
    /// Where to write it, instead of NAME.wasm
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    trust: TrustArguments,
    #[command(flatten)]
    access: AccessArguments,
}

#[derive(Args)]
pub(crate) struct VerifyArguments {
    /// What to check, such as ghcr.io/you/demo:0.1.0 or ...@sha256:...
    reference: String,
    #[command(flatten)]
    trust: TrustArguments,
    #[command(flatten)]
    access: AccessArguments,
}

/// Whose signatures count, where there may be none.
#[derive(Args)]
pub(crate) struct TrustFiles {
    /// Whose signatures count: a policy (trust.toml)
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Or: a public key that is trusted with everything; may be given more than once
    #[arg(long, value_name = "FILE", conflicts_with = "trust")]
    public_key: Vec<PathBuf>,
}

/// Whose signatures count.
#[derive(Args)]
pub(crate) struct TrustArguments {
    /// Whose signatures count: a policy (trust.toml)
    #[arg(long, value_name = "FILE", required_unless_present = "public_key")]
    trust: Option<PathBuf>,
    /// Or: a public key that is trusted with everything; may be given more than once
    #[arg(long, value_name = "FILE", conflicts_with = "trust")]
    public_key: Vec<PathBuf>,
}

#[derive(Args)]
pub(crate) struct AccessArguments {
    /// Registries on this machine speak plain HTTP
    #[arg(long)]
    insecure_loopback: bool,
}

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key: NAME.key signs and stays secret, NAME.pub checks. ZERO_KEY_PASSWORD encrypts it, as cosign does
    Generate {
        /// Name of the files
        #[arg(default_value = "zero")]
        name: PathBuf,
    },
}

/// The password of a key; not an argument, since those are seen by everyone on the machine.
const PASSWORD: &str = "ZERO_KEY_PASSWORD";

pub(super) fn key(command: &KeyCommand) -> Result<ExitCode> {
    let KeyCommand::Generate { name } = command;
    let (private, public) = (name.with_extension("key"), name.with_extension("pub"));
    let signer = Signer::generate()?;
    signer.save(&private, &public, password().as_deref())?;
    out::write(&format!(
        "{}  signs; keep it secret{}\n{}  checks; give it to operators\nfingerprint {}\n",
        private.display(),
        if password().is_some() { ", with its password" } else { ", it has no password" },
        public.display(),
        signer.public().fingerprint()
    ))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn publish(setup: &Setup, arguments: &PublishArguments) -> Result<ExitCode> {
    // What is quickly found out first.
    let reference = Reference::parse(&arguments.reference)?;
    let password = password();
    let signers: Vec<Signer> =
        arguments.key.iter().map(|path| Ok(Signer::from_file(path, password.as_deref())?)).collect::<Result<_>>()?;
    let bench = Bench::open(setup, &arguments.which)?;
    let ready = bench.ready()?;
    if !arguments.unchecked {
        let report = checked(setup, &bench, &ready, None)?;
        if !report.passed() {
            out::write(&report.to_text())?;
            bail!("it is not published\n\nhint: mend what the report names, or publish it with --unchecked");
        }
    }
    let descriptor = match bench.project.kind {
        Kind::Code | Kind::Foreign => {
            Descriptor::of(ready.connector.descriptor(), interface_version(&ready.made.world))
        }
        Kind::Rest => {
            let version = reference.tag().unwrap_or_default();
            let said = package::descriptor(&bench.project, version)?;
            Descriptor::of(&said, interface_version(&ready.made.world))
        }
    };
    let artifact = Artifact { component: &ready.made.bytes, descriptor: &descriptor, created: None, author: None };
    let signing = Signing { signers: &signers, created: Some(Timestamp::now()), expires: arguments.expires };
    let published = runtime()?.block_on(zero_oci::publish(
        &arguments.access.access(),
        &reference,
        &artifact,
        &signing,
        arguments.replace,
    ))?;
    let done = if published.unchanged { "was there already" } else { "published" };
    out::write(&format!(
        "{done:<10} {}\ncomponent  {}\nsigned by  {}\n",
        published.pinned,
        published.component_digest,
        published.signed_by.join(", ")
    ))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn pull(arguments: &PullArguments) -> Result<ExitCode> {
    let reference = Reference::parse(&arguments.reference)?;
    let (access, trust) = (arguments.access.access(), arguments.trust.trust()?);
    let pulled = runtime()?.block_on(zero_oci::pull(&access, &reference, &trust, Timestamp::now()))?;
    let name = &pulled.inspected.descriptor.name;
    // The name is a stranger's word until it is known to be a name.
    let path = match &arguments.output {
        Some(path) => path.clone(),
        None => {
            zero_author::project::check_name(name)?;
            PathBuf::from(format!("{name}.wasm"))
        }
    };
    write_new(&path, &pulled.component, arguments.output.is_some())?;
    out::write(&inspection(&pulled.inspected))?;
    out::line(&format!("{:<12} {}", "written", path.display()))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn verify(arguments: &VerifyArguments) -> Result<ExitCode> {
    let reference = Reference::parse(&arguments.reference)?;
    let (access, trust) = (arguments.access.access(), arguments.trust.trust()?);
    let inspected = runtime()?.block_on(zero_oci::verify(&access, &reference, &trust, Timestamp::now()))?;
    out::write(&inspection(&inspected))?;
    Ok(ExitCode::SUCCESS)
}

/// A file that was named may be replaced, one that was not may not.
fn write_new(path: &Path, bytes: &[u8], named: bool) -> Result<()> {
    if !named && path.exists() && std::fs::read(path).is_ok_and(|old| old != bytes) {
        bail!("`{}` is there already\n\nhint: `-o FILE` says where to write", path.display());
    }
    std::fs::write(path, bytes).with_context(|| format!("writing {}", path.display()))
}

impl AccessArguments {
    pub(crate) fn access(&self) -> Access {
        Access { insecure_loopback_http: self.insecure_loopback, ..Access::default() }
    }
}

impl TrustArguments {
    pub(crate) fn trust(&self) -> Result<Trust> {
        trust(self.trust.as_deref(), &self.public_key)
    }
}

impl TrustFiles {
    /// The policy's own text.
    pub(crate) fn policy(&self) -> Result<Option<Vec<u8>>> {
        let read = |path: &PathBuf| std::fs::read(path).with_context(|| format!("reading {}", path.display()));
        self.trust.as_ref().map(read).transpose()
    }

    /// None when nobody is trusted.
    pub(crate) fn trust(&self) -> Result<Option<Trust>> {
        let some = self.trust.is_some() || !self.public_key.is_empty();
        some.then(|| trust(self.trust.as_deref(), &self.public_key)).transpose()
    }
}

fn trust(policy: Option<&Path>, public_keys: &[PathBuf]) -> Result<Trust> {
    if let Some(path) = policy {
        return Ok(Trust::from_file(path)?);
    }
    let read = |path: &PathBuf| {
        let pem = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let key = PublicKey::from_pem(&pem).with_context(|| path.display().to_string())?;
        Ok(TrustedKey::new(path.display().to_string(), key))
    };
    Ok(Trust::in_keys(public_keys.iter().map(read).collect::<Result<_>>()?))
}

pub(crate) fn password() -> Option<String> {
    std::env::var(PASSWORD).ok().filter(|password| !password.is_empty())
}

/// `0.1.0` of `zero:connector/component@0.1.0`.
fn interface_version(world: &str) -> &str {
    world.rsplit_once('@').map_or(world, |(_, version)| version)
}

/// What an operator wants to know before anything is installed.
fn inspection(inspected: &Inspected) -> String {
    let descriptor = &inspected.descriptor;
    let or_none = |texts: Vec<String>| if texts.is_empty() { "none".to_owned() } else { texts.join(", ") };
    let slots = |slots: &[zero_oci::Slot]| {
        let slot = |slot: &zero_oci::Slot| format!("{}{}", slot.name, if slot.required { " (required)" } else { "" });
        or_none(slots.iter().map(slot).collect())
    };
    let signed = inspected.signed_by.iter().map(|by| {
        let until = by.expires.map(|time| format!(", until {time}")).unwrap_or_default();
        format!("{} ({}{until})", by.key, by.fingerprint)
    });
    let mut out = String::new();
    for (name, value) in [
        ("connector", format!("{} {}: {}", descriptor.name, descriptor.version, descriptor.summary)),
        ("reference", inspected.pinned.to_string()),
        ("component", format!("{}, {} bytes", inspected.component_digest, inspected.component_bytes)),
        ("signed by", or_none(signed.collect())),
        ("interface", descriptor.interface_version.clone()),
        ("hosts", or_none(descriptor.hosts.clone())),
        ("credentials", slots(&descriptor.credentials)),
        ("settings", slots(&descriptor.settings)),
        ("kinds", or_none(descriptor.kinds.clone())),
    ] {
        out.push_str(&format!("{name:<12} {value}\n"));
    }
    out
}
