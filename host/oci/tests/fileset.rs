//! A set of files as an OCI image layout: every blob under its own digest, every name leading to one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use serde_json::Value;
use std::collections::BTreeMap;
use zero_oci::{FileLayer, FileSet, Kind};

fn set() -> FileSet<'static> {
    let layer = |path, media_type, bytes| FileLayer { path, media_type, bytes };
    FileSet {
        artifact_type: "application/vnd.example.set.v1",
        config_type: "application/vnd.example.lock.v1+json",
        config: b"{}",
        layers: vec![
            layer("a.toml", "application/toml", b"a = 1"),
            layer("wasm/b.wasm", "application/wasm", b"\0asm"),
            // The same bytes under another name are one blob.
            layer("wasm/c.wasm", "application/wasm", b"\0asm"),
        ],
        annotations: BTreeMap::new(),
    }
}

#[test]
fn every_name_leads_to_a_blob_of_its_digest() {
    let files = set().image_layout("eu-west").unwrap();
    assert_eq!(files, set().image_layout("eu-west").unwrap());
    let blob = |descriptor: &Value| {
        let digest = descriptor["digest"].as_str().unwrap();
        let bytes = &files[&digest.replacen("sha256:", "blobs/sha256/", 1)];
        assert_eq!(
            (zero_oci::digest(bytes).as_str(), bytes.len() as u64),
            (digest, descriptor["size"].as_u64().unwrap())
        );
        bytes.clone()
    };
    let index: Value = serde_json::from_slice(&files["index.json"]).unwrap();
    assert_eq!(index["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"], "eu-west");
    let manifest = blob(&index["manifests"][0]);
    assert_eq!(manifest, set().manifest().unwrap());
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["artifactType"], "application/vnd.example.set.v1");
    assert_eq!(blob(&manifest["config"]), b"{}");
    let layers = manifest["layers"].as_array().unwrap().iter();
    let titles = layers.map(|it| (it["annotations"]["org.opencontainers.image.title"].as_str().unwrap(), blob(it)));
    let titles: Vec<(&str, Vec<u8>)> = titles.collect();
    assert_eq!(titles[0], ("a.toml", b"a = 1".to_vec()));
    assert_eq!((titles[1].0, titles[2].0), ("wasm/b.wasm", "wasm/c.wasm"));
    // Layout, index, manifest, config, and two layers.
    assert_eq!(files.len(), 6);
}

#[test]
fn what_nobody_could_read_again_is_not_made() {
    let many = FileLayer { path: "a", media_type: "application/octet-stream", bytes: b"a" };
    let error = FileSet { layers: vec![many; 2000], ..set() }.manifest().unwrap_err();
    assert_eq!(error.kind(), Kind::Unpublishable, "{error}");
}
