//! From a bundle to what is deployed, for `zero bundle build --target lambda`.

use crate::package::{Parts, package};
use crate::{Deployment, File, LACKS, PACKAGE_BYTES_MAX, ZIP_BYTES_MAX, deployment, zip};
use anyhow::{Context as _, Result, bail};
use std::collections::BTreeSet;
use zero_bundle::{BundleView, LOCK_FILE, PackOptions, Package, PackedFile, SIGNATURE_FILE, component_names};
use zero_engine::Target;
use zero_engine::sealed::Ingredients;
use zero_native::package::TRUST_FILE;
use zero_oci::Signing;

/// The target, for the builder of bundles.
pub const TARGET: zero_bundle::Target = zero_bundle::Target { name: "lambda", pack };

/// What a package may hold besides the bundle.
#[derive(Clone, Copy, Default)]
pub struct Extras<'a> {
    /// The keys that the function believes; without them it starts whatever somebody put there.
    pub trust: Option<&'a [u8]>,
    /// Who signs the package.
    pub signing: Option<&'a Signing<'a>>,
}

/// Packs a bundle for every architecture that there is a program and a compiler for: `bootstrap-x86_64` and
/// `bootstrap-arm64` among the orchestrators.
///
/// # Errors
/// There is no program at all, or a part of the bundle cannot be packed.
pub fn pack(view: &BundleView, options: &PackOptions<'_>) -> Result<Package> {
    pack_with(view, options, Extras::default())
}

/// The same, signed.
///
/// # Errors
/// As [`pack`].
pub fn pack_with(view: &BundleView, options: &PackOptions<'_>, extras: Extras<'_>) -> Result<Package> {
    let mut made = Package {
        lacks: LACKS.iter().map(|(name, why)| format!("{name}: {why}")).collect(),
        components: digests(view),
        ..Package::default()
    };
    let mut packed = false;
    for target in Target::ALL {
        let architecture = target.architecture();
        let program = options.orchestrators.join(format!("bootstrap-{architecture}"));
        let why = match (program.is_file(), target.can_compile()) {
            (true, true) => {
                let program = std::fs::read(&program).with_context(|| format!("reading {}", program.display()))?;
                add(&mut made, view, target, program, extras)?;
                packed = true;
                continue;
            }
            (false, _) => format!("left out: there is no {}", program.display()),
            (true, false) => "left out: this program has no compiler for it (`--features arm64`)".to_owned(),
        };
        made.notes.push((architecture.to_owned(), why));
    }
    if !packed {
        let folder = options.orchestrators.display();
        bail!(
            "there is no program to pack in {folder}\n\nhint: `cargo build --release --package zero-lambda` makes it; \
             put it there as `bootstrap-x86_64`"
        );
    }
    Ok(made)
}

fn digests(view: &BundleView) -> Vec<(String, String)> {
    let functions = view.functions.iter().map(|it| (it.name.as_str(), it.bytes.as_slice()));
    let connectors = view.connectors.iter().map(|it| (it.component.name.as_str(), it.component.bytes.as_slice()));
    let mut digests = component_names("functions", functions);
    digests.extend(component_names("connectors", connectors));
    digests
}

/// Adds what one architecture deploys, in a folder of its name.
fn add(made: &mut Package, view: &BundleView, target: Target, program: Vec<u8>, extras: Extras<'_>) -> Result<()> {
    let components = Ingredients {
        functions: view.functions.iter().map(|it| (it.name.as_str(), it.bytes.as_slice())).collect(),
        connectors: view
            .connectors
            .iter()
            .map(|it| (it.component.name.as_str(), it.component.bytes.as_slice(), &it.descriptor))
            .collect(),
    };
    let own = [LOCK_FILE, SIGNATURE_FILE].into_iter();
    let mut others: Vec<(&str, &[u8])> =
        own.filter_map(|path| Some((path, view.files.get(path)?.as_slice()))).collect();
    others.extend(extras.trust.map(|trust| (TRUST_FILE, trust)));
    let parts = Parts {
        region: &view.region,
        bundle: &view.lock_digest,
        config: (&view.config_text, &view.config),
        catalogue: &view.catalogue,
        components: &components,
        others: &others,
        signing: extras.signing,
    };
    let files = package(target, &parts, program, |_| None)?;
    let archive = zip(&files)?;
    let architecture = target.architecture();
    let unpacked: u64 = files.iter().map(|file| file.bytes.len() as u64).sum();
    let of = |bytes: u64, max: u64| format!("{:.1} MB of {:.0}", mb(bytes), mb(max));
    made.notes.push((format!("{architecture} bootstrap.zip"), of(archive.len() as u64, ZIP_BYTES_MAX)));
    made.notes.push((format!("{architecture} unpacked"), of(unpacked, PACKAGE_BYTES_MAX)));
    made.notes.push(("next".to_owned(), format!("sam deploy --guided --template-file {architecture}/template.yaml")));

    let secrets: BTreeSet<&str> =
        view.config.credentials.values().flat_map(|slots| slots.values()).map(|it| it.env.as_str()).collect();
    let deploy = Deployment { region: &view.region, target, secrets: secrets.into_iter().collect() };
    let texts =
        deployment(&deploy)?.into_iter().map(|(name, text)| PackedFile::new(format!("{architecture}/{name}"), text));
    made.files.extend(texts);
    made.files.push(PackedFile::new(format!("{architecture}/bootstrap.zip"), archive));
    made.files.extend(files.into_iter().map(|File { path, bytes, executable }| PackedFile {
        path: format!("{architecture}/package/{path}"),
        bytes,
        executable,
    }));
    made.files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(())
}

fn mb(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
