//! Files with a signature beside them.

use crate::guests::{Guest, NAME};
use crate::world::world_in;
use std::path::Path;
use zero_lifecycle::{Ask, Error, Origin, Signer};

/// Installs `demo.wasm` of a folder in which `prepare` put it, with this policy, and gives the refusal's name or the
/// signer.
async fn check(policy: &str, allow_unsigned: bool, prepare: impl FnOnce(&Path, &zero_oci::Signer), wanted: &str) {
    let folder = tempfile::tempdir().unwrap();
    let signer = zero_oci::Signer::generate().unwrap();
    let file = folder.path().join("demo.wasm");
    std::fs::write(&file, Guest::plain(1).component()).unwrap();
    prepare(&file, &signer);
    let trust = folder.path().join("trust.toml");
    let key = signer.public().to_pem().unwrap();
    std::fs::write(&trust, format!("[[key]]\nname = \"team\"\npublic = \"\"\"\n{key}\"\"\"\n{policy}")).unwrap();
    let Some(world) = world_in(folder, |config| config.connectors.trust = Some(trust)).await else { return };
    let ask = Ask { allow_unsigned, ..Ask::default() };
    let found = match world.desk.install(Origin::Path(file), &ask) {
        Ok(report) => format!("signed by {}", report.version.signer),
        Err(error) => error.name().to_owned(),
    };
    assert_eq!(found, wanted, "{policy}");
    assert_eq!(world.desk.show(NAME).is_ok(), wanted.starts_with("signed by"), "{wanted}");
}

fn sign(file: &Path, signer: &zero_oci::Signer) {
    let signing = zero_oci::Signing { signers: std::slice::from_ref(signer), created: None, expires: None };
    zero_oci::sign_file(file, &signing).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signed_a_file_is_asked_before_it_is_run() {
    check("", false, sign, "signed by team").await;
    check("", false, |_, _| {}, "unsigned").await;
    check("", true, |_, _| {}, "signed by unsigned").await;
    check("revoked = true", false, sign, "untrusted").await;
    // A signature that is there has to hold, even where none is needed.
    let changed = |file: &Path, signer: &zero_oci::Signer| {
        sign(file, signer);
        std::fs::write(file, Guest::plain(2).component()).unwrap();
    };
    check("", true, changed, "untrusted").await;
    let strange = |file: &Path, _: &zero_oci::Signer| sign(file, &zero_oci::Signer::generate().unwrap());
    check("", true, strange, "untrusted").await;
    // A key that is good for other connectors only: known once the component has said its name.
    check("connectors = [\"acme-*\"]", false, sign, "untrusted").await;
    check("connectors = [\"sw*\"]", false, sign, "signed by team").await;
}

#[test]
fn nobody_is_told_from_somebody() {
    assert_eq!(Signer::Nobody.to_string(), "unsigned");
    let error = Error::Unsigned { what: "x".to_owned() };
    assert_eq!((error.name(), error.status()), ("unsigned", 403));
}
