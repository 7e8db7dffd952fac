//! What `zero bundle verify` refuses, and why.

use crate::files;
use crate::operator::Operator;

/// The same positions in every run.
fn position(seed: u64, bits: usize) -> usize {
    let mixed =
        seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    usize::try_from((mixed >> 11) % bits as u64).unwrap()
}

#[test]
fn a_bit_flipped_in_any_file_is_found() {
    let Some(operator) = Operator::new() else { return };
    operator.build("eu-west", "one", &[]);
    let (bundle, trust) = (operator.text("one/bundle"), operator.text("trust.toml"));
    let verify = ["bundle", "verify", &bundle, "--trust", &trust, "--region", "eu-west"];
    assert!(operator.ok(&verify).contains("signed by  acme (sha256:"));
    for (seed, (path, bytes)) in files(&operator.path("one/bundle")).into_iter().enumerate() {
        let bit = position(seed as u64, bytes.len() * 8);
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let at = operator.path("one/bundle").join(&path);
        std::fs::write(&at, changed).unwrap();
        let refused = operator.fails(&verify);
        let named = ["bundle.lock", "bundle.sig"].contains(&path.as_str()) || refused.contains(&format!("`{path}`"));
        assert!(named && refused.contains("hint: "), "bit {bit} of {path}: {refused}");
        std::fs::write(&at, bytes).unwrap();
    }
    operator.ok(&verify);
}

#[test]
fn each_fault_is_told_by_its_reason() {
    let Some(operator) = Operator::new() else { return };
    operator.build("eu-west", "one", &[]);
    operator.build("eu-west", "old", &["--created", "2024-01-01T00:00:00Z", "--expires", "30"]);
    operator.ok(&["connector", "key", "generate", "other"]);
    operator.trust("other.toml", "other", "");
    operator.trust("revoked.toml", "acme", "revoked = true\n");
    let check = |bundle: &str, trust: &str, region: &str, words: &str| {
        let (bundle, trust) = (operator.text(bundle), operator.text(trust));
        let refused = operator.fails(&["bundle", "verify", &bundle, "--trust", &trust, "--region", region]);
        assert!(refused.contains(words), "{refused}");
    };
    check("one", "trust.toml", "us-east", "is for the region `eu-west`, not for `us-east`");
    check("old", "trust.toml", "eu-west", "the signature by `acme` expired at 2024-01-31");
    check("one", "other.toml", "eu-west", "no trusted key made this signature");
    check("one", "revoked.toml", "eu-west", "the key `acme` is revoked");
    std::fs::write(operator.path("one/bundle/connectors/more.wasm"), "more").unwrap();
    check("one", "trust.toml", "eu-west", "its lock does not name it");
    std::fs::remove_file(operator.path("one/bundle/connectors/more.wasm")).unwrap();
    std::fs::remove_file(operator.path("one/bundle/bundle.sig")).unwrap();
    check("one", "trust.toml", "eu-west", "is not signed");
    check("nothing", "trust.toml", "eu-west", "is no bundle");
}

#[test]
fn a_connector_that_asks_for_more_than_its_manifest_is_refused() {
    let Some(operator) = Operator::new() else { return };
    operator.build("eu-west", "one", &[]);
    let lock = std::fs::read_to_string(operator.path("one/bundle/bundle.lock")).unwrap();
    let mut lock: serde_json::Value = serde_json::from_str(&lock).unwrap();
    let connectors = lock["connectors"].as_array_mut().unwrap();
    let wikidata = connectors.iter_mut().find(|it| it["name"] == "wikidata").unwrap();
    wikidata["manifest"]["hosts"] = serde_json::json!(["narrow.example"]);

    // Its manifest beside the component: refused when it is built.
    let manifest = serde_json::to_string(&wikidata["manifest"]).unwrap();
    let beside = operator.parts().join("connectors/wikidata.manifest.json");
    std::fs::write(&beside, manifest).unwrap();
    let refused = operator.fails(&operator.build_arguments("eu-west", "two", &[]));
    assert!(refused.contains("the connector `wikidata` asks for more than its manifest says: the host `"), "{refused}");
    std::fs::remove_file(beside).unwrap();

    // Signed all the same by somebody who is trusted: refused when it is verified, and not run.
    let lock = serde_json::to_vec_pretty(&lock).unwrap();
    let signers = [zero_oci::Signer::from_file(&operator.path("acme.key"), None).unwrap()];
    let signing = zero_oci::Signing { signers: &signers, created: None, expires: None };
    let signature = zero_oci::sign_bytes("bundle.lock", &lock, &signing).unwrap();
    std::fs::write(operator.path("one/bundle/bundle.lock"), lock).unwrap();
    std::fs::write(operator.path("one/bundle/bundle.sig"), signature).unwrap();
    let (bundle, trust) = (operator.text("one/bundle"), operator.text("trust.toml"));
    for arguments in [
        vec!["bundle", "verify", &bundle, "--trust", &trust],
        vec!["--bundle", &bundle, "ask", "--trust", &trust, "what is 15% of 240"],
    ] {
        let refused = operator.fails(&arguments);
        assert!(refused.contains("the connector `wikidata` asks for more than its manifest says"), "{refused}");
    }
}
