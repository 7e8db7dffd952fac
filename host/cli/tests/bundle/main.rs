//! A region's bundle by the real program: built twice, verified, broken, compared, listed, run, pushed and pulled.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test ends by panicking, and says aloud what it leaves out"
)]

mod faults;
mod operator;
mod sbom;

#[path = "../../../oci/tests/registry/server.rs"]
#[allow(dead_code, reason = "shared with the tests of zero-oci, which do more to a registry")]
mod registry;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "shared with the author's tests")]
mod support;

use operator::Operator;
use std::collections::BTreeMap;
use std::path::Path;

/// What the shared registry says when it cannot be started.
fn skip(why: &str) {
    eprintln!("SKIPPED: {why}");
}

/// Every file below a folder.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut open) = (BTreeMap::new(), vec![root.to_path_buf()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            match entry.path() {
                path if path.is_dir() => open.push(path),
                path => {
                    let inner = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                    found.insert(inner, std::fs::read(path).unwrap());
                }
            }
        }
    }
    found
}

#[test]
fn built_twice_it_is_the_same_bytes() {
    let Some(operator) = Operator::new() else { return };
    let said = operator.build("eu-west", "one", &["--target", "native"]);
    for line in ["region     eu-west", "4 functions, 2 connectors", "1 withheld", "\nnative: "] {
        assert!(said.contains(line), "`{line}` in:\n{said}");
    }
    assert!(said.contains("withheld   lakes: it may not be asked from `EU`"), "{said}");
    let digest = zero_oci::digest(&std::fs::read(operator.parts().join("connectors/calculator.wasm")).unwrap());
    let line = said.lines().find(|line| line.starts_with("connectors/calculator")).unwrap();
    assert!(line.contains(&digest) && line.ends_with("same"), "{line}");
    operator.build("eu-west", "two", &["--target", "native"]);
    let [one, two] = ["one", "two"].map(|name| files(&operator.path(name)));
    assert!(one.len() > 20 && one.contains_key("oci/oci-layout") && one.contains_key("native/bundle/bundle.lock"));
    assert!(one == two, "two builds differ");
    // Over what was built before as well, but over nothing else.
    operator.build("us-east", "two", &[]);
    let refused = operator.fails(&["bundle", "build", "--region", "eu-west", "--out", operator.folder()]);
    assert!(!refused.contains("panicked"), "{refused}");
    std::fs::create_dir_all(operator.path("mine/bundle")).unwrap();
    std::fs::write(operator.path("mine/bundle/letter.txt"), "dear").unwrap();
    let refused = operator.fails(&operator.build_arguments("eu-west", "mine", &[]));
    assert!(refused.contains("holds something else"), "{refused}");
    assert!(operator.path("mine/bundle/letter.txt").is_file());
}

#[test]
fn a_region_that_is_not_there_is_named() {
    let Some(operator) = Operator::new() else { return };
    let refused = operator.fails(&operator.build_arguments("moon", "out", &[]));
    assert!(refused.contains("there is no region `moon`") && refused.contains("eu-west"), "{refused}");
    std::fs::write(operator.path("moon.toml"), "[region]\nname = \"moon\"\ngravity = 1.62\n").unwrap();
    let refused = operator.fails(&operator.build_arguments(operator.path("moon.toml").to_str().unwrap(), "out", &[]));
    assert!(refused.contains("moon.toml") && refused.contains("unknown field `gravity`"), "{refused}");
}

#[test]
fn settings_that_no_connector_can_use_are_no_bundle() {
    let Some(operator) = Operator::new() else { return };
    let region = "[region]\nname = \"moon\"\n[sources.override.lakes]\nsettings.craters = 1\n";
    std::fs::write(operator.path("moon.toml"), region).unwrap();
    let refused = operator.fails(&operator.build_arguments(&operator.text("moon.toml"), "out", &[]));
    assert!(refused.contains("[sources.override.lakes]") && refused.contains("craters"), "{refused}");
    assert!(!operator.path("out").exists(), "nothing is left behind");
}

#[test]
fn a_difference_has_an_exit_code_of_its_own() {
    let Some(operator) = Operator::new() else { return };
    operator.build("eu-west", "one", &[]);
    operator.build("us-east", "two", &[]);
    let (code, same) = operator.run(&["bundle", "diff", &operator.text("one"), &operator.text("one")]);
    assert_eq!((code, same.as_str()), (0, ""));
    let (code, said) = operator.run(&["bundle", "diff", &operator.text("one"), &operator.text("two/bundle")]);
    assert_eq!(code, 4, "{said}");
    for line in [
        "~ region eu-west -> us-east",
        "~ source lakes withheld (it may not be asked from `EU`, and the region stands in `IE`)",
        "~ limit personal_data [\"EU\"] -> [\"US\"]",
    ] {
        assert!(said.contains(line), "`{line}` in:\n{said}");
    }
}

#[test]
fn a_verified_bundle_answers_and_a_changed_one_is_not_run() {
    let Some(operator) = Operator::new() else { return };
    operator.build("eu-west", "one", &[]);
    let (bundle, trust) = (operator.text("one/bundle"), operator.text("trust.toml"));
    let ask = ["--bundle", &bundle, "ask", "--trust", &trust, "--region", "eu-west", "what is 15% of 240"];
    let (code, said) = operator.run(&ask);
    assert!(code == 0 && said.contains("36"), "{code} {said}");
    let other = ["--bundle", &bundle, "ask", "--trust", &trust, "--region", "us-east", "what is 15% of 240"];
    let refused = operator.fails(&other);
    assert!(refused.contains("is for the region `eu-west`, not for `us-east`"), "{refused}");
    let path = operator.path("one/bundle/connectors/calculator.wasm");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
    for command in ["ask", "serve"] {
        let mut arguments = vec!["--bundle", &bundle, command, "--trust", &trust];
        arguments.extend((command == "ask").then_some("what is 15% of 240"));
        let refused = operator.fails(&arguments);
        assert!(refused.contains("`connectors/calculator.wasm` is not the file that was signed"), "{refused}");
    }
}

#[test]
fn a_bundle_goes_to_a_registry_and_comes_back() {
    let Some(operator) = Operator::new() else { return };
    let Some(registry) = registry::Registry::start() else { return };
    operator.build("eu-west", "one", &[]);
    let reference = registry.reference("acme/bundle:eu-west-1").to_string();
    let (key, trust) = (operator.text("acme.key"), operator.text("trust.toml"));
    let push = ["bundle", "push", &operator.text("one"), &reference, "--key", &key, "--insecure-loopback"];
    assert!(operator.ok(&push).starts_with("pushed "));
    assert!(operator.ok(&push).starts_with("was there already "));
    let out = operator.text("pulled");
    let pull = ["bundle", "pull", &reference, "--out", &out, "--trust", &trust, "--insecure-loopback"];
    let said = operator.ok(&[&pull[..], &["--region", "eu-west"]].concat());
    assert!(said.contains("@sha256:") && said.contains("signed by  acme"), "{said}");
    assert_eq!(files(&operator.path("pulled")), files(&operator.path("one/bundle")));
    let refused = operator.fails(&[&pull[..], &["--region", "us-east"]].concat());
    assert!(refused.contains("is for the region `eu-west`"), "{refused}");
    // A connector is no bundle.
    operator.build("us-east", "two", &[]);
    let taken = ["bundle", "push", &operator.text("two"), &reference, "--key", &key, "--insecure-loopback"];
    assert!(operator.fails(&taken).contains("is taken by other bytes"));
}
