//! From the command line to the wire and back: the real `zero`, and `zero-stub` in place of the services.
//!
//! `ZERO_PROGRAMS` is the folder both programs lie in; without it they are looked for beside the programs of this build.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use zero_tests::{root, skip};

/// Both programs and a bundle, or a loud line.
fn programs() -> Option<(PathBuf, PathBuf, PathBuf)> {
    let said = std::env::var_os("ZERO_PROGRAMS").map(PathBuf::from);
    let built = std::env::current_exe().ok()?.parent()?.parent()?.to_path_buf();
    let folder = said.unwrap_or_else(|| built.clone());
    let (zero, stub) = (folder.join("zero"), folder.join("zero-stub"));
    let bundle = std::env::var_os("ZERO_BUNDLE").map_or_else(|| built.join("../bundle"), PathBuf::from);
    if zero.is_file() && stub.is_file() && bundle.join("functions").is_dir() {
        return Some((zero, stub, bundle));
    }
    skip(
        "zero against its stub",
        &format!("`zero` and `zero-stub` in {}, a bundle in {}", folder.display(), bundle.display()),
    );
    None
}

/// The stub, stopped when the test ends.
struct Stub(Child);

impl Stub {
    fn start(program: &Path, config: &Path) -> Self {
        let folders = ["connectors/mediawiki/exchanges", "connectors/wikidata/exchanges"].map(|it| root().join(it));
        let mut command = Command::new(program);
        command.args(folders).args(["--listen", "127.0.0.1:0", "--config"]).arg(config).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("127.0.0.1:"), "the stub's first line is `{line}`");
        Self(child)
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn zero(program: &Path, bundle: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(program);
    // Whatever this user has installed is no part of the test.
    let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join("state");
    command.env("ZERO_BUNDLE", bundle).env("ZERO_STATE", state).args(args);
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Standard output of a call that ends with this code.
fn check(output: &Output, code: i32) -> String {
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "--- stdout\n{out}\n--- stderr\n{err}");
    out
}

#[test]
fn offline_it_says_whom_it_asked() {
    let Some((program, _, bundle)) = programs() else { return };
    // A port that nothing listens at stands for a cable that was pulled.
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("offline.toml");
    let overrides =
        ["en.wikipedia.org", "www.wikidata.org"].map(|host| format!("\"{host}\" = \"http://127.0.0.1:9\"\n")).concat();
    std::fs::write(&config, format!("[egress.overrides]\n{overrides}")).unwrap();
    let args = ["ask", "--config", config.to_str().unwrap(), "who discovered penicillin"];
    let out = check(&zero(&program, &bundle, &args), 3);
    assert!(out.contains("wikipedia-en") && out.contains("wikidata"), "the sources are named:\n{out}");
    let sum = check(&zero(&program, &bundle, &["ask", "--config", config.to_str().unwrap(), "what is 15% of 240"]), 0);
    assert!(sum.contains("36"), "{sum}");
}

#[test]
fn against_the_stub_it_answers_and_replays() {
    let Some((program, stub, bundle)) = programs() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (config, receipt) = (folder.path().join("zero.toml"), folder.path().join("receipt.json"));
    let _stub = Stub::start(&stub, &config);
    let (config, receipt) = (config.to_str().unwrap(), receipt.to_str().unwrap());
    let args = ["ask", "--json", "--config", config, "--receipt", receipt, "who discovered penicillin"];
    let json: serde_json::Value = serde_json::from_str(&check(&zero(&program, &bundle, &args), 0)).unwrap();
    let answer = json.get("answer").filter(|it| it.is_object()).unwrap_or(&json);
    assert!(answer["sentences"].to_string().contains("Alexander Fleming"), "{json:#}");
    let cited: Vec<&str> =
        answer["citations"].as_array().unwrap().iter().filter_map(|it| it["source"].as_str()).collect();
    assert!(cited.contains(&"wikipedia-en") && cited.contains(&"wikidata"), "{cited:?}");
    let replayed = zero(&program, &bundle, &["replay", receipt]);
    check(&replayed, 0);
}
