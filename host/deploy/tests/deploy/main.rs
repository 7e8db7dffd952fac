//! Deployment files, read by the tools they are for.
//!
//! Each tool is also shown a file with a fault, which it has to find: one that takes everything has taken nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

mod container;
mod kubernetes;
mod spinkube;
mod systemd;
mod tools;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use zero_deploy::Deployment;

/// Of a region whose name YAML takes for a truth, with a secret that it takes for another.
fn deployment() -> Deployment {
    Deployment {
        secrets: ["GITHUB_TOKEN", "NO", "GITHUB_TOKEN"].map(str::to_owned).to_vec(),
        program: "/bin/true".to_owned(),
        ..Deployment::new("no", &format!("sha256:{}", "0a".repeat(32)))
    }
}

/// All files of a deployment, by path.
fn files() -> BTreeMap<String, String> {
    let deployment = deployment();
    let files =
        [zero_deploy::native(&deployment).unwrap(), zero_deploy::spinkube(&deployment, str::to_lowercase).unwrap()];
    files.concat().into_iter().collect()
}

/// These files in a folder of their own.
fn written(files: &BTreeMap<String, String>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// The files below one folder of a deployment.
fn below<'f>(files: &'f BTreeMap<String, String>, folder: &'f str) -> impl Iterator<Item = (&'f str, &'f str)> {
    files.iter().filter(move |(path, _)| path.starts_with(folder)).map(|(path, text)| (path.as_str(), text.as_str()))
}

fn edge_config() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../edge-config")
}

#[test]
fn a_deployment_is_these_files_and_the_same_bytes_each_time() {
    let files = files();
    let paths: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "container/Containerfile",
            "kubernetes/configmap.yaml",
            "kubernetes/deployment.yaml",
            "kubernetes/hpa.yaml",
            "kubernetes/networkpolicy.yaml",
            "kubernetes/pdb.yaml",
            "kubernetes/service.yaml",
            "spinkube/spinapp.yaml",
            "systemd/zero.service",
        ]
    );
    assert_eq!(files, self::files());
    for (path, text) in &files {
        assert!(!text.contains("{{") && !text.contains("}}"), "{path} has names in it that nothing stands for");
        assert!(text.starts_with("# ") && text.ends_with('\n'), "{path} does not say what it is");
        assert!(text.contains("no"), "{path} is of no region");
    }
    assert!(zero_deploy::native(&Deployment { region: "No\n".to_owned(), ..deployment() }).is_err());
}
