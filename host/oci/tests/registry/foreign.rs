//! The field's tools read what we write, and we read what they write.

use super::*;
use std::path::Path;
use std::process::Command;

/// Runs a tool in a folder; none when it is not installed.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> Option<String> {
    let Ok(output) = Command::new(program).args(arguments).current_dir(folder).output() else {
        skip(&format!("`{program}` is not installed, so it does not check the form of keys and signatures"));
        return None;
    };
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {text}{}", String::from_utf8_lossy(&output.stderr));
    Some(text)
}

fn openssl(folder: &Path, arguments: &str) -> Option<String> {
    run(folder, "openssl", &arguments.split(' ').collect::<Vec<_>>())
}

/// The artifact and its signature, as `oci-client` sees them.
#[tokio::test]
async fn openssl_checks_what_lies_in_the_registry() {
    use base64::Engine as _;
    use oci_client::client::{ClientConfig, ClientProtocol};
    let Some(registry) = Registry::start() else { return };
    let reference = registry.reference("acme/tides:1.2.0");
    let (code, signers) = (component("tides"), [Signer::generate().unwrap()]);
    let published = publish(&reference, &code, &signers).await.unwrap();

    let protocol = ClientProtocol::HttpsExcept(vec![reference.registry().to_owned()]);
    let client = oci_client::Client::new(ClientConfig { protocol, ..ClientConfig::default() });
    let auth = oci_client::secrets::RegistryAuth::Anonymous;
    let image = client.pull(&reference.to_string().parse().unwrap(), &auth, vec!["application/wasm"]).await.unwrap();
    assert_eq!(image.layers.len(), 1);
    assert_eq!(image.layers[0].data, code);
    assert_eq!(image.config.media_type, "application/vnd.wasm.config.v0+json");
    assert_eq!(image.digest.as_deref(), Some(published.manifest_digest.as_str()));
    // Every member that `oci-wasm`'s `WasmConfig` cannot do without.
    let config: serde_json::Value = serde_json::from_slice(&image.config.data).unwrap();
    for member in ["created", "architecture", "os", "layerDigests"] {
        assert!(config.get(member).is_some(), "{member}");
    }
    assert!(config["component"]["exports"].is_array() && config["component"]["imports"].is_array());

    let tag = format!("{}.sig", published.manifest_digest.replace(':', "-"));
    let at = format!("{}:{tag}", reference.name()).parse().unwrap();
    let types = vec!["application/vnd.dev.cosign.simplesigning.v1+json"];
    let image = client.pull(&at, &auth, types).await.unwrap();
    assert_eq!(image.layers.len(), 1);
    let annotations = image.layers[0].annotations.as_ref().unwrap();
    let signature = &annotations["dev.cosignproject.cosign/signature"];
    let signature = base64::engine::general_purpose::STANDARD.decode(signature).unwrap();
    let payload: serde_json::Value = serde_json::from_slice(&image.layers[0].data).unwrap();
    assert_eq!(payload["critical"]["image"]["docker-manifest-digest"], published.manifest_digest);
    assert_eq!(payload["critical"]["identity"]["docker-reference"], reference.name());
    assert_eq!(payload["critical"]["type"], "cosign container image signature");
    assert_eq!(payload["optional"]["expires"], "2027-01-01T00:00:00Z");

    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("payload", &image.layers[0].data);
    write("signature", &signature);
    write("acme.pub", signers[0].public().to_pem().unwrap().as_bytes());
    let said = openssl(folder.path(), "dgst -sha256 -verify acme.pub -signature signature payload");
    assert!(said.is_none_or(|said| said.contains("Verified OK")));
    // cosign itself, where it is installed: it reads this form in every version.
    let image = reference.to_string();
    let verify = ["verify", "--key", "acme.pub", "--insecure-ignore-tlog=true", "--allow-http-registry=true", &image];
    if let Some(said) = run(folder.path(), "cosign", &verify) {
        assert!(said.contains(&published.manifest_digest), "{said}");
    }
    // The fingerprint that people compare.
    if openssl(folder.path(), "pkey -pubin -in acme.pub -outform DER -out der").is_some() {
        let der = std::fs::read(folder.path().join("der")).unwrap();
        assert_eq!(signers[0].public().fingerprint(), zero_oci::digest(&der));
    }
}

/// A key and a signature that `openssl` made, in the form that cosign makes.
#[test]
fn we_accept_what_openssl_signed() {
    use base64::Engine as _;
    let folder = tempfile::tempdir().unwrap();
    let inside = |name: &str| folder.path().join(name);
    let key = "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out acme.key";
    if openssl(folder.path(), key).is_none() {
        return;
    }
    openssl(folder.path(), "pkey -in acme.key -pubout -out acme.pub").unwrap();
    let public = zero_oci::PublicKey::from_pem(&std::fs::read_to_string(inside("acme.pub")).unwrap()).unwrap();
    let signer = Signer::from_pem(&std::fs::read_to_string(inside("acme.key")).unwrap(), None).unwrap();
    assert_eq!(signer.public(), public);

    let code = component("tides");
    std::fs::write(inside("tides.wasm"), &code).unwrap();
    // As Go writes it: with spaces nowhere, and `optional` null.
    let payload = format!(
        r#"{{"critical":{{"identity":{{"docker-reference":"tides.wasm"}},"image":{{"docker-manifest-digest":"{}"}},"type":"cosign container image signature"}},"optional":null}}"#,
        zero_oci::digest(&code)
    );
    std::fs::write(inside("payload"), &payload).unwrap();
    openssl(folder.path(), "dgst -sha256 -sign acme.key -out signature payload").unwrap();
    let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let signature = std::fs::read(inside("signature")).unwrap();
    let beside = serde_json::json!({
        "mediaType": "application/vnd.dev.cosign.simplesigning.v1+json",
        "signatures": [{ "payload": base64(payload.as_bytes()), "signature": base64(&signature) }],
    });
    std::fs::write(inside("tides.wasm.sig"), beside.to_string()).unwrap();
    let trust = Trust::in_keys(vec![TrustedKey::new("acme", public)]);
    let verified = zero_oci::verify_file(&inside("tides.wasm"), None, &trust, now()).unwrap();
    assert_eq!(verified.signed_by[0].key, "acme");
}
