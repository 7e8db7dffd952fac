//! Connectors in other languages: the examples are built by their own tools and pass what every connector has to.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    dead_code,
    reason = "a test ends by panicking, says aloud what it leaves out, and shares more than it uses"
)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use support::Author;

/// Builds and tests a copy of an example, whose tools are fetched once and kept for the next run.
fn check(language: &str, tool: &str, claim: &str, question: &str) {
    if !Command::new(tool).arg("--version").output().is_ok_and(|it| it.status.success()) {
        eprintln!(
            "SKIPPED: no `{tool}` here, so the connector in {language} is not built; `cargo xtask test` installs it"
        );
        return;
    }
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../connectors/examples").join(language);
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("examples").join(language);
    copy(&example, &project);
    let author = Author::new();
    let zero = |arguments: &[&str]| author.ok(&[arguments, &["-C", project.to_str().unwrap()]].concat());
    let tested = zero(&["test"]);
    assert!(tested.contains("\npassed"), "{tested}");
    // What the author's page says of the language: size, time, memory.
    tested.lines().filter(|line| line.starts_with("used ")).for_each(|line| eprintln!("{language}: {line}"));
    let tried = zero(&["try", question]);
    assert!(tried.contains(claim), "`{claim}` is not in:\n{tried}");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, to): (PathBuf, PathBuf) = (entry.path(), to.join(entry.file_name()));
        match entry.file_name().to_str() {
            Some("node_modules" | "target" | "__pycache__") => {}
            _ if path.is_dir() => copy(&path, &to),
            _ => drop(std::fs::copy(&path, &to).unwrap()),
        }
    }
}

#[test]
fn a_connector_in_javascript() {
    check("javascript", "npm", "grantern", "what rhymes with lantern");
}

#[test]
fn a_connector_in_python() {
    check("python", "python3", "2024-02-29T10:11:12Z", "is lantern.example archived in the wayback machine");
}
