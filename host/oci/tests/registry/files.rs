//! Signatures beside files and folders, without a registry.

use super::*;
use std::path::Path;

fn verify(path: &Path, trust: &Trust) -> Result<zero_oci::VerifiedFile, Error> {
    zero_oci::verify_file(path, Some("tides"), trust, now())
}

#[test]
fn a_file_has_a_signer_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tides.wasm");
    let code = component("tides");
    std::fs::write(&file, &code).unwrap();
    let (first, second) = ([Signer::generate().unwrap()], [Signer::generate().unwrap()]);
    let trust = trust_in(&[&first[0]]);
    let error = refused("no signature", verify(&file, &trust), Kind::Unsigned);
    assert!(error.what().contains("tides.wasm.sig"), "{error}");

    let made = zero_oci::sign_file(&file, &signing(&first)).unwrap();
    assert_eq!(made.path, zero_oci::signature_path(&file));
    assert_eq!(made.digest, zero_oci::digest(&code));
    let verified = verify(&file, &trust).unwrap();
    assert_eq!(verified.contents["tides.wasm"], code);
    assert_eq!(verified.signed_by[0].fingerprint, first[0].public().fingerprint());

    zero_oci::sign_file(&file, &signing(&second)).unwrap();
    zero_oci::sign_file(&file, &signing(&second)).unwrap();
    let mut both = trust_in(&[&first[0], &second[0]]);
    both.threshold = 2;
    assert_eq!(verify(&file, &both).unwrap().signed_by.len(), 2);
    refused("another key", verify(&file, &trust_in(&[&Signer::generate().unwrap()])), Kind::Untrusted);
    let late = zero_oci::verify_file(&file, None, &trust, at("2027-01-01T00:00:00Z"));
    refused("expired", late, Kind::Expired);
    let mut narrow = trust_in(&[&first[0]]);
    narrow.keys[0].references = vec!["ghcr.io/*".into()];
    refused("a key for registries alone", verify(&file, &narrow), Kind::NotAllowed);
    narrow.keys[0].references = vec!["file:tides*".into()];
    verify(&file, &narrow).unwrap();
    narrow.keys[0].connectors = vec!["weather".into()];
    refused("a key for another connector", verify(&file, &narrow), Kind::NotAllowed);

    let renamed = folder.path().join("weather.wasm");
    std::fs::copy(&file, &renamed).unwrap();
    std::fs::copy(&made.path, zero_oci::signature_path(&renamed)).unwrap();
    refused("another name", verify(&renamed, &trust), Kind::FileChanged);
    std::fs::write(&file, component("Tides")).unwrap();
    refused("a flipped bit", verify(&file, &trust), Kind::FileChanged);
    std::fs::write(&file, &code).unwrap();
    for spoiled in ["", "{}", "[[[[", r#"{"mediaType":"x","signatures":[]}"#] {
        std::fs::write(&made.path, spoiled).unwrap();
        refused("a spoiled signature file", verify(&file, &trust), Kind::File);
    }
}

#[test]
fn a_folder_has_a_signer_too() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("tides");
    std::fs::create_dir_all(folder.join("exchanges")).unwrap();
    std::fs::write(folder.join("tides.wasm"), component("tides")).unwrap();
    std::fs::write(folder.join("exchanges/high water.http"), "GET https://tides.example/\n").unwrap();
    let signers = [Signer::generate().unwrap()];
    let trust = trust_in(&[&signers[0]]);
    let made = zero_oci::sign_file(&folder, &signing(&signers)).unwrap();
    assert_eq!(made.path, root.path().canonicalize().unwrap().join("tides.sig"));
    let verified = verify(&folder, &trust).unwrap();
    let names: Vec<&str> = verified.contents.keys().map(String::as_str).collect();
    assert_eq!(names, ["exchanges/high water.http", "tides.wasm"]);

    // The digest is what the documented command line says.
    let script = r"find . -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum";
    match std::process::Command::new("sh").arg("-c").arg(script).current_dir(&folder).output() {
        Ok(output) if output.status.success() => {
            let hex = String::from_utf8(output.stdout).unwrap();
            assert_eq!(made.digest, format!("sha256:{}", hex.split(' ').next().unwrap()));
        }
        _ => skip("no `find`, `xargs` and `sha256sum` to compare a folder's digest with"),
    }

    let extra = folder.join("extra.wasm");
    std::fs::write(&extra, "x").unwrap();
    refused("a file more", verify(&folder, &trust), Kind::FileChanged);
    std::fs::remove_file(&extra).unwrap();
    std::fs::rename(folder.join("tides.wasm"), folder.join("exchanges/tides.wasm")).unwrap();
    refused("a file elsewhere", verify(&folder, &trust), Kind::FileChanged);
    std::fs::rename(folder.join("exchanges/tides.wasm"), folder.join("tides.wasm")).unwrap();
    verify(&folder, &trust).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/etc/hostname", &extra).unwrap();
        let error = refused("a link to elsewhere", verify(&folder, &trust), Kind::File);
        assert!(error.what().contains("link"), "{error}");
    }
}
