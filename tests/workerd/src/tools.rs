//! The platform's programs, from npm, installed once beside what cargo builds.

use anyhow::{Context as _, Result, bail};
use core::time::Duration;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Instant;

/// How long npm may take.
pub const INSTALL_TIME_MAX: Duration = Duration::from_secs(300);

/// The runtime, and the tool that deploys; they go together.
const PACKAGES: [&str; 2] = ["workerd@1.20260426.1", "wrangler@4.86.0"];

/// The runtime's package for this machine.
const PLATFORM: &str = if cfg!(all(target_os = "macos", target_arch = "aarch64")) {
    "workerd-darwin-arm64"
} else if cfg!(target_os = "macos") {
    "workerd-darwin-64"
} else if cfg!(target_arch = "aarch64") {
    "workerd-linux-arm64"
} else {
    "workerd-linux-64"
};

/// Where the programs are.
#[derive(Debug, Clone)]
pub struct Tools {
    modules: PathBuf,
}

/// The programs, installed if need be.
///
/// # Errors
/// Why they are not there.
pub fn tools() -> Result<&'static Tools, &'static str> {
    static TOOLS: OnceLock<Result<Tools, String>> = OnceLock::new();
    let tools = TOOLS.get_or_init(|| install().map_err(|error| format!("{error:#}")));
    tools.as_ref().map_err(String::as_str)
}

impl Tools {
    /// The runtime.
    #[must_use]
    pub fn workerd(&self) -> PathBuf {
        self.modules.join("@cloudflare").join(PLATFORM).join("bin/workerd")
    }

    /// Lets `wrangler` read a script as if to deploy it. Gives what it said.
    ///
    /// # Errors
    /// When it cannot be run, or refuses the script, with what it said.
    pub fn dry_run(&self, script: &Path) -> Result<String> {
        let wrangler = self.modules.join("wrangler/bin/wrangler.js");
        // What it writes must not lie in the script, where it would be a part of it.
        let home = tempfile::tempdir().context("making a folder for wrangler")?;
        let output = Command::new("node")
            .arg(wrangler)
            .args(["deploy", "--dry-run", "--outdir"])
            .arg(home.path().join("out"))
            .current_dir(script)
            .env("CI", "1")
            .env("WRANGLER_SEND_METRICS", "false")
            .env("WRANGLER_LOG_PATH", home.path().join("logs"))
            .env("HOME", home.path())
            .stdin(Stdio::null())
            .output()
            .context("running wrangler")?;
        let said = said(&output);
        if output.status.success() { Ok(said) } else { bail!("wrangler refuses the script:\n{said}") }
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Several test programs may want to install at once: whoever makes the lock does, the others wait for the mark.
fn install() -> Result<Tools> {
    let folder = target().join("npm").join("workers");
    let tools = Tools { modules: folder.join("node_modules") };
    let mark = folder.join(".installed");
    let wanted = PACKAGES.join("\n");
    let done = || fs::read_to_string(&mark).is_ok_and(|text| text == wanted) && tools.workerd().is_file();
    if done() {
        return Ok(tools);
    }
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let start = Instant::now();
    let lock = loop {
        match fs::File::options().write(true).create_new(true).open(folder.join(".lock")) {
            Ok(lock) => break lock,
            Err(_) if done() => return Ok(tools),
            Err(_) if start.elapsed() < INSTALL_TIME_MAX => std::thread::sleep(Duration::from_millis(200)),
            Err(error) => {
                return Err(error).with_context(|| format!("waiting for another installation in {}", folder.display()));
            }
        }
    };
    let installed = npm(&folder);
    drop(lock);
    drop(fs::remove_file(folder.join(".lock")));
    installed?;
    fs::write(&mark, wanted).context("marking the installation")?;
    if !tools.workerd().is_file() {
        bail!("npm installed no workerd for this machine");
    }
    Ok(tools)
}

fn npm(folder: &Path) -> Result<()> {
    let manifest = "{ \"name\": \"zero-workerd-tests\", \"private\": true }\n";
    fs::write(folder.join("package.json"), manifest).context("writing package.json")?;
    let output = Command::new("npm")
        .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact"])
        .args(PACKAGES)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .context("running npm")?;
    if output.status.success() { Ok(()) } else { bail!("npm install failed:\n{}", said(&output)) }
}

/// The target directory of the running test program: `TARGET/debug/deps/NAME`.
fn target() -> PathBuf {
    let test = std::env::current_exe().unwrap_or_default();
    let folders =
        test.ancestors().find(|folder| folder.file_name().is_some_and(|name| name == "debug" || name == "release"));
    folders.and_then(Path::parent).map_or_else(std::env::temp_dir, Path::to_path_buf)
}
