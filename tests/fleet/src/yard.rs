//! Where packages are built, by the real `zero`.

use anyhow::{Context as _, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The programs and components of this build.
#[derive(Debug, Clone)]
pub struct Programs {
    /// `zero`.
    pub zero: PathBuf,
    /// `bootstrap`.
    pub bootstrap: PathBuf,
    /// `zero-spin-host`.
    pub spin_host: PathBuf,
    /// Functions, connectors, catalogue.
    pub bundle: PathBuf,
    /// The built orchestrators of edge runtimes.
    pub orchestrators: PathBuf,
}

impl Programs {
    /// Those that `ZERO_PROGRAMS` and `ZERO_BUNDLE` name, else those beside this program.
    ///
    /// # Errors
    /// Names what is missing, and what makes it.
    pub fn find() -> Result<Self> {
        let said = |name: &str| std::env::var_os(name).map(PathBuf::from);
        let here = std::env::current_exe()?;
        let beside = here.ancestors().find(|folder| folder.join("zero").is_file()).map(Path::to_path_buf);
        let folder = said("ZERO_PROGRAMS").or(beside).context("`zero` is not built: cargo xtask test builds it")?;
        let bundle = said("ZERO_BUNDLE").unwrap_or_else(|| folder.join("../bundle"));
        let orchestrators = bundle.parent().unwrap_or(&bundle).join("orchestrators");
        let [zero, bootstrap, spin_host] = ["zero", "bootstrap", "zero-spin-host"].map(|name| folder.join(name));
        let found = Self { zero, bootstrap, spin_host, bundle, orchestrators };
        let needed = [
            (&found.zero, "cargo build --package zero-cli"),
            (&found.bootstrap, "cargo build --package zero-lambda"),
            (&found.spin_host, "cargo build --package zero-spin-host"),
            (&found.bundle.join("functions"), "cargo xtask components"),
            (&found.orchestrators.join("workers"), "cargo xtask components"),
            (&found.orchestrators.join("spin.wasm"), "cargo xtask components"),
        ];
        match needed.iter().find(|(path, _)| !path.exists()) {
            Some((path, makes)) => bail!("there is no {}; `{makes}` makes it", path.display()),
            None => Ok(found),
        }
    }
}

/// A folder with a key, whom it is trusted by, and what was built.
pub struct Yard {
    programs: Programs,
    folder: TempDir,
}

impl Yard {
    /// A fresh one, with a fresh key.
    ///
    /// # Errors
    /// When the key cannot be made.
    pub fn new(programs: Programs) -> Result<Self> {
        let yard = Self { programs, folder: tempfile::tempdir()? };
        yard.zero(&["connector", "key", "generate", text(&yard.path("operator"))?])?;
        let public = fs::read_to_string(yard.path("operator.pub"))?;
        let trust = format!("[[key]]\nname = \"operator\"\npublic = \"\"\"\n{public}\"\"\"\n");
        fs::write(yard.path("trust.toml"), trust)?;
        // The program of Lambda lies where a release has it.
        let orchestrators = yard.orchestrators();
        copy(&yard.programs.orchestrators, &orchestrators)?;
        let bootstrap = orchestrators.join(format!("bootstrap-{}", architecture()));
        fs::copy(&yard.programs.bootstrap, bootstrap)?;
        Ok(yard)
    }

    /// The programs it builds with.
    #[must_use]
    pub fn programs(&self) -> &Programs {
        &self.programs
    }

    /// A path below it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Builds a region, whose name and file are given, for these targets into `OUT/bundle` and `OUT/TARGET`; gives what
    /// the program printed.
    ///
    /// # Errors
    /// With what `zero bundle build` said.
    pub fn build(&self, out: &str, region: (&str, &str), targets: &[&str]) -> Result<String> {
        self.build_with(out, region, targets, &[])
    }

    /// The same with more arguments.
    ///
    /// # Errors
    /// As [`Yard::build`].
    pub fn build_with(&self, out: &str, region: (&str, &str), targets: &[&str], more: &[&str]) -> Result<String> {
        let (folder, key) = (self.path(&format!("{out}-regions")), self.path("operator.key"));
        fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{}.toml", region.0));
        fs::write(&file, region.1)?;
        let (out, orchestrators) = (self.path(out), self.orchestrators());
        let mut arguments = vec!["--bundle", text(&self.programs.bundle)?, "bundle", "build", "--region", text(&file)?];
        arguments.extend(["--key", text(&key)?, "--out", text(&out)?, "--orchestrators", text(&orchestrators)?]);
        arguments.extend(targets.iter().flat_map(|target| ["--target", target]));
        arguments.extend(more);
        self.zero(&arguments)
    }

    /// Runs `zero`, and gives what it printed.
    ///
    /// # Errors
    /// It ended badly; with what it said.
    pub fn zero(&self, arguments: &[&str]) -> Result<String> {
        let mut zero = Command::new(&self.programs.zero);
        zero.args(arguments).env("ZERO_STATE", self.path("state")).env("NO_COLOR", "1");
        let output = zero.output().context("running zero")?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            bail!("zero {}\n{said}{}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        Ok(said)
    }

    fn orchestrators(&self) -> PathBuf {
        self.path("orchestrators")
    }
}

/// This machine's, as Lambda calls it.
#[must_use]
pub fn architecture() -> String {
    std::env::consts::ARCH.replace("aarch64", "arm64")
}

pub(crate) fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("{} is no UTF-8", path.display()))
}

/// Copies a folder of files and folders.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)?.flatten() {
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to)?;
        } else {
            fs::copy(&path, &to)?;
        }
    }
    Ok(())
}
