//! The compiler for `wasm32-unknown-unknown`: rustup's target, or where that cannot be downloaded Debian's compiler and
//! library source. Nothing else knows of the difference.

use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's compiler and the matching source of the standard library.
const PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";

/// How guests are compiled.
pub(crate) enum Toolchain {
    /// The standard library for the target is installed.
    Rustup,
    /// It is built along, by Debian's compiler, and linked by rustup's `rust-lld`.
    Debian { linker: PathBuf },
}

impl Toolchain {
    /// A `cargo build` for guests.
    pub(crate) fn cargo_build(&self) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--profile", "guest", "--target", TARGET]);
        if let Self::Debian { linker } = self {
            cargo
                .env("RUSTC", DEBIAN_RUSTC)
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                .arg("-Zbuild-std=std,panic_abort");
        }
        cargo
    }
}

/// Finds a compiler for guests, and installs what is missing.
pub(crate) fn find() -> Result<Toolchain> {
    if has_target() || add_target() {
        return Ok(Toolchain::Rustup);
    }
    if !has_debian() {
        install_debian()?;
    }
    Ok(Toolchain::Debian { linker: rust_lld()? })
}

fn has_target() -> bool {
    // A compiler without rustup may have the target as well: what counts is that its library is there.
    let library = sysroot("rustc").map(|sysroot| sysroot.join("lib/rustlib").join(TARGET).join("lib"));
    library.is_ok_and(|library| library.is_dir())
}

fn add_target() -> bool {
    eprintln!("adding the Rust target {TARGET} ...");
    let added =
        Command::new("rustup").args(["target", "add", TARGET]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let added = added.is_ok_and(|status| status.success()) && has_target();
    if !added {
        eprintln!("... it cannot be downloaded here; using Debian's compiler");
    }
    added
}

fn has_debian() -> bool {
    Path::new(DEBIAN_RUSTC).is_file() && Path::new(DEBIAN_LIBRARY).is_file()
}

fn install_debian() -> Result<()> {
    let command = format!("apt-get install -y {}", PACKAGES.join(" "));
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    if !is_root {
        bail!("no compiler for {TARGET}\n\nhint: run `rustup target add {TARGET}`, or on Debian: sudo {command}");
    }
    eprintln!("installing {} ...", PACKAGES.join(" and "));
    apt_get(&["update"])?;
    apt_get(&[&["install", "-y", "--no-install-recommends"], PACKAGES.as_slice()].concat())?;
    if !has_debian() {
        bail!("{} are installed, but {DEBIAN_LIBRARY} is missing", PACKAGES.join(" and "));
    }
    Ok(())
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let output = Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").output();
    let output = output.context("apt-get")?;
    if !output.status.success() {
        bail!("apt-get {} failed:\n{}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// The linker of rustup's toolchain, which comes without the target.
fn rust_lld() -> Result<PathBuf> {
    let rustlib = sysroot("rustc")?.join("lib/rustlib");
    let hosts = std::fs::read_dir(&rustlib).with_context(|| format!("reading {}", rustlib.display()))?;
    let found = hosts.flatten().map(|host| host.path().join("bin/rust-lld")).find(|linker| linker.is_file());
    found.or_else(|| Some(PathBuf::from("/usr/bin/wasm-ld")).filter(|linker| linker.is_file())).with_context(|| {
        format!("no linker for {TARGET}\n\nhint: rustup's toolchain has `rust-lld`; or install Debian's `lld`")
    })
}

fn sysroot(rustc: &str) -> Result<PathBuf> {
    let output = Command::new(rustc).args(["--print", "sysroot"]).output().context("running rustc")?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}
