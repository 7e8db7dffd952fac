//! Deployment files, judged by the tools of those who deploy: `cfn-lint` for SAM, `checkov` for Terraform.
//!
//! `ZERO_DEPLOY_TOOLS` is a folder with both programs in its `bin`; without it they are installed from PyPI.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use zero_lambda_pack::{Deployment, Target, deployment};

const TOOLS: [&str; 2] = ["cfn-lint==1.58.0", "checkov==3.3.30"];

/// What checkov advises and we do otherwise, and why.
const OTHERWISE: [(&str, &str); 8] = [
    ("CKV_AWS_50", "tracing costs money and tells nothing that `server-timing` does not"),
    ("CKV_AWS_116", "requests come one by one over HTTP; there are no letters to be dead"),
    ("CKV_AWS_117", "it asks public services and holds nothing inside of a network"),
    ("CKV_AWS_158", "the log holds no questions; AWS encrypts it with a key of its own"),
    ("CKV_AWS_173", "AWS encrypts the environment with a key of its own"),
    ("CKV_AWS_258", "who may ask is for the operator: `auth_type`"),
    ("CKV_AWS_272", "the package is signed by a key of the operator's own, and verified at every start"),
    ("CKV_AWS_338", "what is logged is not kept for long"),
];

/// The folder of the tools, or a loud line.
fn tools() -> Option<PathBuf> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let said = std::env::var_os("ZERO_DEPLOY_TOOLS").map(PathBuf::from);
    let folder = said.unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("deploy-tools"));
    let bin = folder.join("bin");
    let there = || ["cfn-lint", "checkov"].iter().all(|name| bin.join(name).is_file());
    if !there() {
        let made = runs(Command::new("python3").args(["-m", "venv"]).arg(&folder))
            && runs(Command::new(bin.join("pip")).args(["install", "--quiet"]).args(TOOLS));
        if !made || !there() {
            let tools = TOOLS.join(" ");
            let _ = writeln!(std::io::stderr(), "\n######## SKIPPED: deployment files: cannot install {tools}\n");
            return None;
        }
    }
    Some(bin)
}

fn runs(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// The files of two regions, one of them with everything that can differ.
fn made() -> Vec<(String, tempfile::TempDir)> {
    let regions = [
        Deployment { region: "us-east", target: Target::X86_64, secrets: Vec::new() },
        Deployment { region: "ap-south", target: Target::Arm64, secrets: vec!["GITHUB_TOKEN", "NASA_KEY"] },
    ];
    let write = |of: &Deployment<'_>| {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in deployment(of).unwrap() {
            fs::write(folder.path().join(name), text).unwrap();
        }
        (of.region.to_owned(), folder)
    };
    regions.iter().map(write).collect()
}

fn lint(bin: &Path, template: &Path) -> (bool, String) {
    let output = Command::new(bin.join("cfn-lint")).arg(template).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn sam_takes_the_template() {
    let Some(bin) = tools() else { return };
    for (region, folder) in made() {
        let template = folder.path().join("template.yaml");
        let (good, said) = lint(&bin, &template);
        assert!(good, "{region}: {said}");
        // A linter that takes everything would prove nothing.
        let text = fs::read_to_string(&template).unwrap();
        fs::write(&template, text.replace("MemorySize: !Ref", "MemorySise: !Ref")).unwrap();
        assert!(!lint(&bin, &template).0, "{region}: a wrong template is found fine");
    }
}

#[test]
fn terraform_takes_the_module() {
    let Some(bin) = tools() else { return };
    for (region, folder) in made() {
        let module = folder.path().join("main.tf");
        let report = checkov(&bin, &module);
        assert_eq!(report["summary"]["parsing_errors"], 0, "{region}");
        assert_eq!(report["summary"]["resource_count"], 5, "{region}");
        assert!(report["summary"]["passed"].as_u64().unwrap() > 10, "{region}");
        for check in report["results"]["failed_checks"].as_array().unwrap() {
            let id = check["check_id"].as_str().unwrap();
            let known = OTHERWISE.iter().any(|(known, why)| *known == id && !why.is_empty());
            assert!(known, "{region}: {id}: {} ({})", check["check_name"], check["resource"]);
        }
    }
}

fn checkov(bin: &Path, module: &Path) -> Value {
    let mut checkov = Command::new(bin.join("checkov"));
    checkov.arg("--file").arg(module).args(["--framework", "terraform", "--skip-download", "--output", "json"]);
    serde_json::from_slice(&checkov.output().unwrap().stdout).unwrap()
}
