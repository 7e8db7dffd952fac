//! The rules of the house, held by a test: who may know whom, how large a file may grow, what may not be written.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use zero_tests::root;

/// The frozen contracts: connectors that were built for them must run for ever. A change makes a new folder instead.
const CONNECTOR_WIT_SHA256: [(&str, &str); 2] = [
    ("0.1.0", "ea874c664aa8d4ecccb3b87526ff4ded17bad9cee8083fcd9151e560d911c49a"),
    ("0.2.0", "fac64748fd31b7bbd7c80bcae313b8f51c4739efdd41253201f9d8b92a60cbc2"),
];

/// The only files that may allow unsafe code, and why each must.
const UNSAFE: [&str; 11] = [
    "connectors/sdk/src/arena.rs",     // an allocator
    "connectors/sdk/src/lib.rs",       // exports of the canonical ABI
    "functions/auth/src/component.rs", // generated bindings, as the next three
    "functions/context/src/component.rs",
    "functions/intent/src/component.rs",
    "functions/synthesis/src/component.rs",
    "functions/types/src/lib.rs",
    "host/engine/src/mirror.rs",       // wasmtime's derives
    "host/engine/src/target.rs",       // names the instructions of another machine
    "host/spin-face/src/component.rs", // generated bindings, as the next
    "host/spin/src/component.rs",
];
/// Likewise, for one function.
const UNSAFE_FUNCTION: &str = "host/engine/src/engine.rs"; // machine code that was just compiled or verified

const LINES_MAX: usize = 600;

/// Files of the work tree below `folder` with this extension, build products and other people's folders left out.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![root().join(folder)]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() && !name.starts_with('.') && !["target", "node_modules", "corpus"].contains(&name.as_str())
            {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().into_owned()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// No line of these files holds this, comments included.
fn check_absent(files: &[PathBuf], banned: &[&str], why: &str) {
    let mut wrong = Vec::new();
    for path in files {
        for (number, line) in read(path).lines().enumerate() {
            if let Some(word) = banned.iter().find(|word| line.contains(**word)) {
                wrong.push(format!("{}:{}: `{word}`", relative(path), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "{why}:\n{}", wrong.join("\n"));
}

fn manifest(folder: &Path) -> toml::Table {
    read(&folder.join("Cargo.toml")).parse().unwrap()
}

/// Names of dependencies in these tables of a manifest.
fn dependencies(manifest: &toml::Table, tables: &[&str]) -> Vec<String> {
    let in_table = |holder: &toml::Table| -> Vec<String> {
        let of = |name: &&str| holder.get(*name).and_then(toml::Value::as_table).map(|it| it.keys().cloned().collect());
        tables.iter().filter_map(of).flat_map(|names: Vec<String>| names).collect()
    };
    let mut found = in_table(manifest);
    for target in manifest.get("target").and_then(toml::Value::as_table).into_iter().flat_map(toml::Table::values) {
        found.extend(target.as_table().map(in_table).unwrap_or_default());
    }
    found
}

/// Crates of the house below this folder, with their manifests.
fn crates(folder: &str) -> Vec<(String, toml::Table)> {
    let manifests = files(folder, "toml").into_iter().filter(|path| path.ends_with("Cargo.toml"));
    manifests.map(|path| (relative(path.parent().unwrap()), manifest(path.parent().unwrap()))).collect()
}

#[test]
fn the_pipeline_names_no_runtime() {
    let banned = [
        "tokio",
        "hyper",
        "wasmtime",
        "reqwest",
        "async-std",
        "smol",
        "wasmer",
        "zero-engine",
        "zero-egress",
        "zero-dial",
    ];
    let uses = dependencies(&manifest(&root().join("host/pipeline")), &["dependencies", "build-dependencies"]);
    let named: Vec<&String> = uses.iter().filter(|name| banned.contains(&name.as_str())).collect();
    assert!(named.is_empty(), "the pipeline depends on {named:?}");
    check_absent(
        &files("host/pipeline/src", "rs"),
        &["tokio::", "hyper::", "wasmtime::"],
        "the pipeline is for every runtime",
    );

    // What its dependencies bring in counts as well; the lock file names them all.
    let lock: toml::Table = read(&root().join("Cargo.lock")).parse().unwrap();
    let packages = lock["package"].as_array().unwrap();
    let (mut seen, mut open) = (Vec::new(), vec!["zero-pipeline".to_owned()]);
    let dev = dependencies(&manifest(&root().join("host/pipeline")), &["dev-dependencies"]);
    while let Some(name) = open.pop() {
        if seen.contains(&name) || dev.contains(&name) && !uses.contains(&name) {
            continue;
        }
        for package in packages.iter().filter(|package| package["name"].as_str() == Some(&name)) {
            let names = package.get("dependencies").and_then(toml::Value::as_array).into_iter().flatten();
            open.extend(names.filter_map(|it| it.as_str()?.split(' ').next().map(str::to_owned)));
        }
        seen.push(name);
    }
    assert!(seen.len() > 10, "the lock file could not be followed: {seen:?}");
    let named: Vec<&String> = seen.iter().filter(|name| banned.contains(&name.as_str())).collect();
    assert!(named.is_empty(), "the pipeline's dependencies bring in {named:?}");
}

#[test]
fn only_the_engine_names_wasmtime() {
    for (folder, manifest) in [crates("functions"), crates("connectors"), crates("host"), crates("tests")].concat() {
        let uses = dependencies(&manifest, &["dependencies", "dev-dependencies", "build-dependencies"]);
        let named = uses.iter().any(|name| name.starts_with("wasmtime"));
        // Spin is wasmtime as well: what stands in for it in tests may name it.
        let may = ["host/engine", "tests/spin-host"].contains(&folder.as_str());
        assert_eq!(named, may, "{folder} and wasmtime");
    }
}

#[test]
fn rooms_know_the_words_and_not_each_other() {
    for (folder, manifest) in crates("functions") {
        let uses = dependencies(&manifest, &["dependencies", "dev-dependencies", "build-dependencies"]);
        let ours: Vec<&String> = uses.iter().filter(|name| name.starts_with("zero-")).collect();
        let may = if folder == "functions/types" { Vec::new() } else { vec!["zero-types"] };
        assert_eq!(ours, may, "{folder}");
    }
    for (folder, manifest) in crates("connectors") {
        let uses = dependencies(&manifest, &["dependencies", "build-dependencies"]);
        let ours: Vec<&String> = uses.iter().filter(|name| name.starts_with("zero-")).collect();
        let may = if folder == "connectors/sdk" { "zero-types" } else { "zero-connector-sdk" };
        assert_eq!(ours, [may], "{folder}");
    }
}

#[test]
fn rooms_have_no_random_order() {
    let rooms = [files("functions", "rs"), files("connectors", "rs")].concat();
    check_absent(&rooms, &["HashMap", "HashSet", "RandomState"], "a room's order must be the same in every run");
}

#[test]
fn files_stay_small() {
    let all = [
        files("functions", "rs"),
        files("connectors", "rs"),
        files("host", "rs"),
        files("tests", "rs"),
        files("benches", "rs"),
    ];
    let large: Vec<String> = all
        .concat()
        .iter()
        .map(|path| (relative(path), read(path).lines().count()))
        .filter(|&(_, lines)| lines > LINES_MAX)
        .map(|(path, lines)| format!("{path}: {lines}"))
        .collect();
    assert!(large.is_empty(), "over {LINES_MAX} lines: {}", large.join(", "));
}

#[test]
fn every_crate_takes_the_lints() {
    let all = [crates("functions"), crates("connectors"), crates("host"), crates("tests"), crates("benches")].concat();
    assert!(all.len() > 20, "only {} crates were found", all.len());
    for (folder, manifest) in all {
        // A crate with a workspace of its own cannot: it says so itself.
        if manifest.contains_key("workspace") {
            continue;
        }
        let takes = manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
        assert_eq!(takes, Some(true), "{folder}/Cargo.toml needs `[lints] workspace = true`");
    }
}

#[test]
fn unsafe_code_is_where_it_must_be() {
    let all =
        [files("functions", "rs"), files("connectors", "rs"), files("host", "rs"), files("benches", "rs")].concat();
    let attribute =
        |text: &str| text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains("unsafe_code"));
    let mut found: Vec<String> = all.iter().filter(|path| attribute(&read(path))).map(|path| relative(path)).collect();
    found.retain(|path| path != UNSAFE_FUNCTION);
    let unlisted: Vec<&String> = found.iter().filter(|path| !UNSAFE.contains(&path.as_str())).collect();
    assert!(unlisted.is_empty(), "these allow unsafe code and are not listed here: {unlisted:?}");
}

#[test]
fn nothing_is_left_for_later() {
    let words = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["XX", "X"].concat(), ["db", "g!("].concat()];
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let code = ["functions", "connectors", "host", "tests", "benches", "wit", "edge-config"];
    let code: Vec<PathBuf> =
        code.iter().flat_map(|folder| ["rs", "wit"].map(|extension| files(folder, extension))).flatten().collect();
    check_absent(&code, &words, "finish it or leave it out");
}

#[test]
fn the_readme_is_a_map() {
    let path = root().join("README.md");
    if !path.is_file() {
        zero_tests::skip("the map in README.md", "there is no README.md");
        return;
    }
    let text = read(&path);
    for entry in std::fs::read_dir(root()).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let ours = !name.starts_with('.') && name != "target";
        assert!(!ours || text.contains(&format!("{name}/")), "README.md does not name the folder `{name}/`");
    }
}

#[test]
fn the_frozen_contracts_are_frozen() {
    let numbers = zero_builder::VERSIONS.each_ref().map(|version| version.number);
    assert_eq!(CONNECTOR_WIT_SHA256.map(|(number, _)| number), numbers, "each version is frozen, in order");
    assert_eq!(files("wit/connector", "wit").len(), numbers.len(), "each contract is a version");
    for (number, sha256) in CONNECTOR_WIT_SHA256 {
        let bytes = std::fs::read(root().join(format!("wit/connector/since-{number}/connector.wit"))).unwrap();
        assert_eq!(hex::encode(Sha256::digest(bytes)), sha256, "{number}: see the comment at the constant");
    }
}
