//! Real components composed with a socket that only imports: what is left over, and what is refused.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a test ends by panicking")]

use std::path::{Path, PathBuf};
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::{ManglingAndAbi, Resolve};
use zero_compose::{EDGE_WIT, Error, Part};

/// Where the built components are: `ZERO_BUNDLE`, or the work tree's own.
fn bundle() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::env::var_os("ZERO_BUNDLE").map_or_else(|| root.join("target/bundle"), PathBuf::from)
}

fn folder(kind: &str) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = std::fs::read_dir(bundle().join(kind))
        .expect("components: run `cargo xtask components`")
        .flatten()
        .map(|entry| {
            let name = entry.path().file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect();
    found.sort();
    found
}

fn parts(components: &[(String, Vec<u8>)]) -> Vec<Part<'_>> {
    components.iter().map(|(name, bytes)| Part { name, bytes }).collect()
}

/// A component of a world of `wit/edge` that does nothing.
fn socket(world: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let mut package = None;
    for text in [zero_builder::CONNECTOR_WIT, zero_builder::FUNCTIONS_WIT, EDGE_WIT] {
        package = Some(resolve.push_str("contract.wit", text).unwrap());
    }
    let world = resolve.select_world(&[package.unwrap()], Some(world)).unwrap();
    let mut module = wit_component::dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap()
}

/// A connector that was built for the first version of the interface.
fn first_version() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/frozen/0.1.0");
    let mut found = std::fs::read_dir(path).unwrap().flatten().map(|entry| entry.path());
    let path = found.find(|path| path.extension().is_some_and(|it| it == "wasm")).expect("a frozen component");
    std::fs::read(path).unwrap()
}

#[test]
fn a_whole_bundle_becomes_one_component_without_an_import() {
    let (functions, connectors) = (folder("functions"), folder("connectors"));
    assert!(functions.len() >= 4 && connectors.len() >= 10, "{} and {}", functions.len(), connectors.len());
    let data = vec![7; 300_000];
    let composed =
        zero_compose::compose(&socket("orchestrator-guest"), &parts(&functions), &parts(&connectors), &data).unwrap();
    assert_eq!(zero_compose::imports(&composed).unwrap(), Vec::<String>::new());

    // Nothing inside was changed, and beside it is hardly anything.
    for (name, bytes) in functions.iter().chain(&connectors) {
        assert!(composed.windows(bytes.len()).any(|window| window == bytes), "`{name}` is in it as it was");
    }
    let parts: usize = functions.iter().chain(&connectors).map(|(_, bytes)| bytes.len()).sum();
    let beside = composed.len() - parts - data.len();
    assert!(beside < 64 * 1024, "{beside} bytes beside the components");
}

#[test]
fn composing_twice_gives_equal_bytes() {
    let (functions, connectors) = (folder("functions"), folder("connectors"));
    let one = || zero_compose::compose(&socket("orchestrator-guest"), &parts(&functions), &parts(&connectors), b"data");
    assert!(one().unwrap() == one().unwrap(), "equal inputs gave different bytes");
}

#[test]
fn connectors_of_every_version_stand_beside_each_other() {
    let functions = folder("functions");
    let mut connectors = folder("connectors");
    connectors.truncate(1);
    connectors.push(("first".to_owned(), first_version()));
    let composed =
        zero_compose::compose(&socket("orchestrator-guest"), &parts(&functions), &parts(&connectors), b"").unwrap();
    assert_eq!(zero_compose::imports(&composed).unwrap(), Vec::<String>::new());
}

#[test]
fn a_connector_becomes_a_component_of_its_own() {
    let connectors = folder("connectors");
    let first = ("first".to_owned(), first_version());
    let face = socket("face-guest");
    for (name, bytes) in connectors.iter().chain([&first]) {
        let composed = zero_compose::chain(&face, Part { name, bytes }).unwrap();
        assert_eq!(zero_compose::imports(&composed).unwrap(), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let (functions, connectors) = (folder("functions"), folder("connectors"));
    let check = |functions: &[Part<'_>], connectors: &[Part<'_>], says: &str| {
        let error = zero_compose::compose(&socket("orchestrator-guest"), functions, connectors, b"").unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    };
    let (functions, connectors) = (parts(&functions), parts(&connectors));
    let (name, bytes) = ("odd", b"\0asm\x0d\0\x01\0".as_slice());
    check(&functions, &[Part { name, bytes }], "`odd`");
    check(&functions, &functions, "is no connector");
    check(&functions[1..], &connectors, "`zero:functions/auth@0.1.0`");

    // The same component may take part under two names, but Spin bounds how many.
    let many: Vec<String> = (0..40).map(|number| format!("c{number}")).collect();
    let many: Vec<Part<'_>> = many.iter().map(|name| Part { name, bytes: connectors[0].bytes }).collect();
    let error = zero_compose::compose(&socket("orchestrator-guest"), &functions, &many, b"").unwrap_err();
    assert!(matches!(error, Error::TooMany { memories, .. } if memories > 40), "{error}");
}
