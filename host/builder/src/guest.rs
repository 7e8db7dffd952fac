//! The compiler for guests: rustup's target `wasm32-unknown-unknown`, or where that cannot be downloaded Debian's
//! compiler and library source.
//!
//! - **Takes** what is installed on this machine.
//! - **Gives** a `cargo` that compiles guests, with flags under which the same sources give the same bytes anywhere.
//! - **Fails** when there is no compiler for the target and none can be installed; says which command installs one.
//! - **Limits**: [`GUEST_STACK_BYTES`].
//! - **Why it is so**: whoever builds the connectors of this repository and whoever builds one of their own get the
//!   same compiler and flags, and nothing else knows that Debian's exists.

use anyhow::{Context as _, Result, bail};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What guests are compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The cargo profile of guests, in the manifest of this repository and in the configuration of an author's project.
pub const PROFILE: &str = "guest";

/// Guest stack, bytes: deep enough for the deepest JSON that is accepted, and only touched pages cost anything.
pub const GUEST_STACK_BYTES: usize = 256 * 1024;

/// Debian's compiler and the matching source of the standard library.
const PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_LIBRARY: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";

/// How guests are compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Toolchain {
    /// The standard library for the target is installed.
    Rustup,
    /// It is built along, by Debian's compiler, and linked by rustup's `rust-lld`.
    Debian {
        /// Where that is.
        linker: PathBuf,
    },
}

impl Toolchain {
    /// Finds a compiler for guests, and installs what is missing; `say` hears what takes a while.
    ///
    /// # Errors
    /// When there is none, with the command that installs one.
    pub fn find(say: &dyn Fn(&str)) -> Result<Self> {
        if has_target() || add_target(say) {
            return Ok(Self::Rustup);
        }
        if !has_debian() {
            install_debian(say)?;
        }
        Ok(Self::Debian { linker: rust_lld()? })
    }

    /// A `cargo build` for guests, without packages, flags and folders.
    #[must_use]
    pub fn cargo_build(&self) -> Command {
        self.cargo_build_as(PROFILE)
    }

    /// The same with another profile.
    #[must_use]
    pub fn cargo_build_as(&self, profile: &str) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--profile", profile, "--target", TARGET]);
        if let Self::Debian { linker } = self {
            cargo
                .env("RUSTC", DEBIAN_RUSTC)
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
                .arg("-Zbuild-std=std,panic_abort");
        }
        cargo
    }

    /// What the compiler says of itself: builds of equal words can share what they have compiled.
    ///
    /// # Errors
    /// When it cannot be run.
    pub fn version(&self) -> Result<String> {
        let rustc = match self {
            Self::Rustup => "rustc",
            Self::Debian { .. } => DEBIAN_RUSTC,
        };
        let output = Command::new(rustc).arg("-vV").output().with_context(|| {
            format!("running {rustc}\n\nhint: connectors in code need Rust, from https://rustup.rs")
        })?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Flags for `CARGO_ENCODED_RUSTFLAGS`: no path of this machine may reach a component, neither of the tools nor of the
/// folders given here, each with the name it gets instead.
#[must_use]
pub fn rust_flags(folders: &[(&Path, &str)]) -> OsString {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = set("HOME").or_else(|| set("USERPROFILE")).unwrap_or_default();
    let cargo_home = set("CARGO_HOME").unwrap_or_else(|| home.join(".cargo"));
    let rustup_home = set("RUSTUP_HOME").unwrap_or_else(|| home.join(".rustup"));
    let mut flags = OsString::new();
    let tools: [(&Path, &str); 2] = [(&rustup_home, "/rustup"), (&cargo_home, "/cargo")];
    for (from, to) in tools.iter().chain(folders) {
        flags.push("--remap-path-prefix=");
        flags.push(from);
        flags.push(format!("={to}\x1f"));
    }
    flags.push(format!("-Clink-arg=-z\x1f-Clink-arg=stack-size={GUEST_STACK_BYTES}"));
    flags
}

/// Where cargo puts the core module of a package.
#[must_use]
pub fn module_path(target_dir: &Path, package: &str) -> PathBuf {
    target_dir.join(TARGET).join(PROFILE).join(format!("{}.wasm", package.replace('-', "_")))
}

fn has_target() -> bool {
    // A compiler without rustup may have the target as well: what counts is that its library is there.
    let library = sysroot().map(|sysroot| sysroot.join("lib/rustlib").join(TARGET).join("lib"));
    library.is_ok_and(|library| library.is_dir())
}

fn add_target(say: &dyn Fn(&str)) -> bool {
    say(&format!("adding the Rust target {TARGET} ..."));
    let added =
        Command::new("rustup").args(["target", "add", TARGET]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let added = added.is_ok_and(|status| status.success()) && has_target();
    if !added {
        say("... it cannot be downloaded here; using Debian's compiler");
    }
    added
}

fn has_debian() -> bool {
    Path::new(DEBIAN_RUSTC).is_file() && Path::new(DEBIAN_LIBRARY).is_file()
}

fn install_debian(say: &dyn Fn(&str)) -> Result<()> {
    let command = format!("apt-get install -y {}", PACKAGES.join(" "));
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    if !is_root {
        bail!("no compiler for {TARGET}\n\nhint: run `rustup target add {TARGET}`, or on Debian: sudo {command}");
    }
    say(&format!("installing {} ...", PACKAGES.join(" and ")));
    apt_get(&["update"])?;
    apt_get(&[&["install", "-y", "--no-install-recommends"], PACKAGES.as_slice()].concat())?;
    if !has_debian() {
        bail!("{} are installed, but {DEBIAN_LIBRARY} is missing", PACKAGES.join(" and "));
    }
    Ok(())
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let output = Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive").output();
    let output = output.with_context(|| {
        format!("no compiler for {TARGET}, and no apt-get\n\nhint: run `rustup target add {TARGET}`")
    })?;
    if !output.status.success() {
        bail!("apt-get {} failed:\n{}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// The linker of rustup's toolchain, which comes without the target.
fn rust_lld() -> Result<PathBuf> {
    let rustlib = sysroot()?.join("lib/rustlib");
    let hosts = std::fs::read_dir(&rustlib).with_context(|| format!("reading {}", rustlib.display()))?;
    let found = hosts.flatten().map(|host| host.path().join("bin/rust-lld")).find(|linker| linker.is_file());
    found.or_else(|| Some(PathBuf::from("/usr/bin/wasm-ld")).filter(|linker| linker.is_file())).with_context(|| {
        format!("no linker for {TARGET}\n\nhint: rustup's toolchain has `rust-lld`; or install Debian's `lld`")
    })
}

fn sysroot() -> Result<PathBuf> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().context("running rustc")?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_separated_and_name_every_folder() {
        let flags = rust_flags(&[(Path::new("/some where"), "/zero")]).into_string().unwrap();
        let flags: Vec<&str> = flags.split('\x1f').collect();
        assert_eq!(flags.get(2), Some(&"--remap-path-prefix=/some where=/zero"));
        assert!(flags.iter().all(|flag| flag.starts_with('-')), "{flags:?}");
        assert_eq!(module_path(Path::new("t"), "a-b"), Path::new("t/wasm32-unknown-unknown/guest/a_b.wasm"));
    }
}
