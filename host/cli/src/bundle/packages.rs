//! `--target`: packages made from one bundle, and that all of them carry the same components.

use crate::out;
use anyhow::{Context as _, Result, bail};
use clap::builder::PossibleValuesParser;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use zero_bundle::{BundleView, PackOptions, Package, Target};

/// What stands in a package's folder, so that only a package is ever replaced by one.
const MARK: &str = ".zero-package";

/// Every target; a line for each.
const TARGETS: &[Target] = &[
    zero_bundle::native::TARGET,
    Target { name: "spin", pack: zero_compose::spin },
    Target { name: "workers", pack: zero_workers_pack::package },
    Target { name: "lambda", pack: lambda },
];

/// Stands for all of them.
const ALL: &str = "all";

/// A package of Lambda vouches for itself where it runs.
fn lambda(view: &BundleView, options: &PackOptions<'_>) -> Result<Package> {
    let extras = zero_lambda_pack::Extras { trust: options.trust, signing: options.signing };
    zero_lambda_pack::pack_with(view, options, extras)
}

/// What `--target` takes.
pub(super) fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(TARGETS.iter().map(|target| target.name).chain([ALL]))
}

/// Makes the packages below `root` and prints what they hold.
pub(super) fn make(view: &BundleView, wanted: &[String], options: &PackOptions<'_>, root: &Path) -> Result<()> {
    let is_wanted = |target: &&Target| wanted.iter().any(|name| name == target.name || name == ALL);
    let mut made: Vec<(&str, Package)> = Vec::new();
    for target in TARGETS.iter().filter(is_wanted) {
        let package = (target.pack)(view, options).with_context(|| format!("the target `{}`", target.name))?;
        check(target.name, view, &package)?;
        let mark = format!("{} {}\n", target.name, view.lock_digest);
        let files = package.files.iter().map(|file| (file.path.as_str(), file.bytes.as_slice(), file.executable));
        let files = files.chain([(MARK, mark.as_bytes(), false)]);
        zero_bundle::write_new(&root.join(target.name), MARK, files)
            .with_context(|| format!("the target `{}`", target.name))?;
        made.push((target.name, package));
    }
    if made.is_empty() { Ok(()) } else { out::write(&report(view, &made, root)) }
}

/// What was packed is what the lock names, byte for byte.
fn check(target: &str, view: &BundleView, package: &Package) -> Result<()> {
    let locked: BTreeMap<String, String> = view.digests().into_iter().collect();
    for (name, digest) in &package.components {
        if locked.get(name) != Some(digest) {
            let locked = locked.get(name).map_or("none", String::as_str);
            bail!("the target `{target}` packed `{name}` as {digest}, and the lock has {locked}\n\nhint: report this");
        }
    }
    Ok(())
}

/// One table of components with the targets that carry them, then what each target lacks and what is to know of it.
fn report(view: &BundleView, made: &[(&str, Package)], root: &Path) -> String {
    let mut text = format!("\n{:<26} {:<72}", "component", "digest");
    for (target, _) in made {
        let _ = write!(text, "{target:<9}");
    }
    text = text.trim_end().to_owned() + "\n";
    for (name, digest) in view.digests() {
        let mut line = format!("{name:<26} {digest:<72}");
        for (_, package) in made {
            let has = package.components.iter().any(|(has, _)| *has == name);
            let _ = write!(line, "{:<9}", if has { "same" } else { "-" });
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    for (target, package) in made {
        let bytes: usize = package.files.iter().map(|file| file.bytes.len()).sum();
        let folder = root.join(target);
        let _ = writeln!(text, "\n{target}: {} files, {bytes} bytes in {}", package.files.len(), folder.display());
        for (name, value) in &package.notes {
            let _ = writeln!(text, "  {name}: {value}");
        }
        for lack in &package.lacks {
            let _ = writeln!(text, "  lacks: {lack}");
        }
    }
    text
}
