//! `zero bundle push` and `pull`: bundles in registries.

use super::{SigningArguments, located, summary};
use crate::connector::{AccessArguments, TrustArguments};
use crate::out;
use crate::setup::runtime;
use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use zero_bundle::LOCK_FILE;
use zero_oci::{Reference, Timestamp};

#[derive(Args)]
pub(crate) struct PushArguments {
    /// The bundle
    folder: PathBuf,
    /// Where to, such as ghcr.io/acme/bundle:eu-west-7
    reference: String,
    #[command(flatten)]
    signing: SigningArguments,
    /// Put it in place of what the tag holds
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    access: AccessArguments,
}

#[derive(Args)]
pub(crate) struct PullArguments {
    /// What to fetch, such as ghcr.io/acme/bundle:eu-west-7 or ...@sha256:...
    reference: String,
    /// The folder to write
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The region that it must be for
    #[arg(long, value_name = "NAME")]
    region: Option<String>,
    #[command(flatten)]
    trust: TrustArguments,
    #[command(flatten)]
    access: AccessArguments,
}

pub(super) fn push(arguments: &PushArguments) -> Result<ExitCode> {
    let reference = Reference::parse(&arguments.reference)?;
    let signers = arguments.signing.signers()?;
    let contents = zero_bundle::open(&located(&arguments.folder))?;
    if !contents.files.contains_key(zero_bundle::SIGNATURE_FILE) {
        bail!("the bundle is not signed, so nobody could pull it\n\nhint: build it with `--key FILE`");
    }
    let access = arguments.access.access();
    let signing = signers.signing();
    let push = zero_bundle::artifact::push(&access, &reference, &contents, &signing, arguments.replace);
    let pushed = runtime()?.block_on(push)?;
    let done = if pushed.unchanged { "was there already" } else { "pushed" };
    out::write(&format!("{done:<10} {}\nsigned by  {}\n", pushed.pinned, pushed.signed_by.join(", ")))?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn pull(arguments: &PullArguments) -> Result<ExitCode> {
    let reference = Reference::parse(&arguments.reference)?;
    let (access, trust) = (arguments.access.access(), arguments.trust.trust()?);
    let region = arguments.region.as_deref();
    let pull = zero_bundle::artifact::pull(&access, &reference, &trust, region, Timestamp::now());
    let (pinned, verified) = runtime()?.block_on(pull)?;
    let files = verified.contents.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice(), false));
    zero_bundle::write_new(&arguments.out, LOCK_FILE, files)?;
    out::line(&format!("{:<10} {pinned}", "pulled"))?;
    out::write(&summary(&arguments.out, &verified.contents, &verified.signed_by))?;
    Ok(ExitCode::SUCCESS)
}
