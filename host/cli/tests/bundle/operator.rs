//! Somebody who builds bundles: a folder with parts, a key, and a policy that trusts it.

use crate::support;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const CATALOGUE: &str = r#"
connector = "wikidata"
[[source]]
id = "wikidata"
name = "Wikidata"
summary = "facts"
hosts = ["www.wikidata.org"]
licence = "CC0-1.0"
[[source]]
id = "lakes"
name = "Lakes"
summary = "facts of lakes"
hosts = ["lakes.wikidata.org"]
not_from = ["EU"]
"#;

pub(crate) struct Operator {
    folder: TempDir,
}

impl Operator {
    /// None, loudly, when there are no components to build from.
    pub(crate) fn new() -> Option<Self> {
        let bundle = support::bundle()?;
        let operator = Self { folder: tempfile::tempdir().unwrap() };
        let parts = operator.parts();
        for folder in ["functions", "connectors", "catalogue"] {
            std::fs::create_dir_all(parts.join(folder)).unwrap();
        }
        let take = |path: &str| _ = std::fs::copy(bundle.join(path), parts.join(path)).unwrap();
        for name in ["auth", "context", "intent", "synthesis"] {
            take(&format!("functions/{name}.wasm"));
        }
        for name in ["calculator", "wikidata"] {
            take(&format!("connectors/{name}.wasm"));
        }
        take("catalogue/calculator.toml");
        std::fs::write(parts.join("catalogue/wikidata.toml"), CATALOGUE).unwrap();
        std::fs::copy(edge_config().join("default.toml"), parts.join("zero.toml")).unwrap();
        operator.ok(&["connector", "key", "generate", "acme"]);
        operator.trust("trust.toml", "acme", "");
        Some(operator)
    }

    /// A policy that trusts one key.
    pub(crate) fn trust(&self, file: &str, key: &str, more: &str) {
        let public = std::fs::read_to_string(self.path(&format!("{key}.pub"))).unwrap();
        let policy = format!("[[key]]\nname = \"{key}\"\npublic = \"\"\"\n{public}\"\"\"\n{more}");
        std::fs::write(self.path(file), policy).unwrap();
    }

    pub(crate) fn parts(&self) -> PathBuf {
        self.path("parts")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    pub(crate) fn folder(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    pub(crate) fn build_arguments(&self, region: &str, out: &str, more: &[&str]) -> Vec<String> {
        let edge_config = edge_config();
        let (edge_config, out, key) = (edge_config.to_str().unwrap(), self.text(out), self.text("acme.key"));
        let all = ["bundle", "build", "--region", region, "--edge-config", edge_config, "--key", &key, "--out", &out];
        all.iter().chain(more).map(|&text| text.to_owned()).collect()
    }

    /// Builds a region's bundle, signed with the operator's key.
    pub(crate) fn build(&self, region: &str, out: &str, more: &[&str]) -> String {
        self.ok(&self.build_arguments(region, out, more))
    }

    /// Standard output of `zero ...`, which succeeds.
    #[track_caller]
    pub(crate) fn ok(&self, arguments: &[impl AsRef<str>]) -> String {
        let (code, said) = self.run(arguments);
        assert_eq!(code, 0, "{said}");
        said
    }

    /// Everything that `zero ...` says, which fails without crashing.
    #[track_caller]
    pub(crate) fn fails(&self, arguments: &[impl AsRef<str>]) -> String {
        let (code, said) = self.run(arguments);
        assert_eq!(code, 1, "{said}");
        said
    }

    /// Exit code, and standard output; with standard error when it failed.
    pub(crate) fn run(&self, arguments: &[impl AsRef<str>]) -> (i32, String) {
        let mut zero = Command::new(env!("CARGO_BIN_EXE_zero"));
        zero.current_dir(self.folder.path()).args(arguments.iter().map(AsRef::as_ref));
        zero.env("ZERO_CACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("bundle-cache"));
        zero.env("ZERO_STATE", self.path("state")).env("ZERO_BUNDLE", self.parts());
        for leaked in ["ZERO_CONFIG", "ZERO_TRUST", "ZERO_REGION", "ZERO_KEY_PASSWORD", "SOURCE_DATE_EPOCH"] {
            zero.env_remove(leaked);
        }
        let output = zero.output().unwrap();
        let (out, error) = support::texts(&output);
        let code = output.status.code().unwrap_or_else(|| panic!("zero crashed:\n{error}"));
        (code, if code == 0 { out } else { out + &error })
    }
}

/// Of this work tree.
fn edge_config() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../edge-config").canonicalize().unwrap()
}
