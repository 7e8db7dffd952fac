//! Each named fault is refused, with its reason.

use crate::{Bundle, at, inputs, now, signer, signing, trust};
use std::fs;
use std::path::Path;
use zero_bundle::{Fault, LOCK_FILE, SIGNATURE_FILE};
use zero_oci::{Kind, Trust};

/// Refused for this fault, in these words, after `break_it`.
#[track_caller]
fn check(break_it: impl Fn(&Path), fault: Fault, words: &str) {
    let bundle = Bundle::new(inputs("eu-west", "IE"));
    bundle.verify().unwrap();
    break_it(&bundle.path());
    let error = bundle.verify().unwrap_err();
    assert_eq!(error.fault(), fault, "{error}");
    assert!(error.to_string().contains(words) && error.to_string().contains("\n\nhint: "), "{error}");
}

#[test]
fn files_that_are_not_those_of_the_lock() {
    check(|bundle| fs::remove_file(bundle.join("zero.toml")).unwrap(), Fault::Missing, "`zero.toml` is missing");
    check(|bundle| fs::write(bundle.join("more.toml"), "").unwrap(), Fault::Extra, "`more.toml` is in the bundle");
    check(
        |bundle| fs::write(bundle.join("connectors/waves.wasm"), "x").unwrap(),
        Fault::Extra,
        "`connectors/waves.wasm` is in the bundle",
    );
    check(
        |bundle| fs::rename(bundle.join("functions/auth.wasm"), bundle.join("functions/auth2.wasm")).unwrap(),
        Fault::Missing,
        "`functions/auth.wasm` is missing",
    );
    let swap = |bundle: &Path| {
        let [one, other] = ["functions/auth.wasm", "functions/intent.wasm"].map(|path| bundle.join(path));
        let bytes = [fs::read(&one).unwrap(), fs::read(&other).unwrap()];
        fs::write(one, &bytes[1]).unwrap();
        fs::write(other, &bytes[0]).unwrap();
    };
    check(swap, Fault::Changed, "`functions/auth.wasm` is not the file that was signed");
    check(
        |bundle| fs::write(bundle.join("zero.toml"), vec![b' '; 1 << 20]).unwrap(),
        Fault::Changed,
        "it has 1048576 bytes",
    );
    check(|bundle| fs::remove_file(bundle.join(LOCK_FILE)).unwrap(), Fault::Missing, "is no bundle");
    check(|bundle| fs::remove_file(bundle.join(SIGNATURE_FILE)).unwrap(), Fault::Unsigned, "is not signed");
    check(
        |bundle| {
            let lock = fs::File::options().write(true).open(bundle.join(LOCK_FILE)).unwrap();
            lock.set_len(zero_bundle::limits::LOCK_BYTES_MAX + 1).unwrap();
        },
        Fault::TooLarge,
        "over the limit",
    );
    #[cfg(unix)]
    check(
        |bundle| std::os::unix::fs::symlink("/etc/hostname", bundle.join("catalogue/host.toml")).unwrap(),
        Fault::Extra,
        "is a link",
    );
}

#[test]
fn signatures_that_do_not_count() {
    let bundle = Bundle::new(inputs("eu-west", "IE"));
    let good = trust(&bundle.signer);
    let refused = |trust: &Trust, now, kind: Kind, words: &str| {
        let error = zero_bundle::verify(&bundle.path(), trust, Some("eu-west"), now).unwrap_err();
        assert_eq!(error.fault(), Fault::Signature(kind), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    };
    refused(&trust(&signer()), now(), Kind::Untrusted, "no trusted key made this signature");
    refused(&good, at("2026-08-01T00:00:00Z"), Kind::Expired, "expired at 2026-08-01");
    refused(&good, at("2026-04-01T00:00:00Z"), Kind::NotYet, "it is 2026-04-01");
    let with = |change: &dyn Fn(&mut zero_oci::TrustedKey)| {
        let mut trust = good.clone();
        change(&mut trust.keys[0]);
        trust
    };
    refused(&with(&|key| key.revoked = true), now(), Kind::KeyRevoked, "is revoked");
    let later = with(&|key| key.not_before = Some(at("2026-07-01T00:00:00Z")));
    refused(&later, now(), Kind::KeyNotValid, "is valid from 2026-07-01");
    let elsewhere = with(&|key| key.references = vec!["ghcr.io/*".to_owned()]);
    refused(&elsewhere, now(), Kind::NotAllowed, "may not sign `file:bundle.lock`");

    // A good signature of another bundle by the same key.
    let other = zero_oci::sign_bytes(LOCK_FILE, b"another lock", &signing(std::slice::from_ref(&bundle.signer)));
    fs::write(bundle.path().join(SIGNATURE_FILE), other.unwrap()).unwrap();
    refused(&good, now(), Kind::FileChanged, "is not what was signed");
}

#[test]
fn a_bundle_is_for_its_region() {
    let bundle = Bundle::new(inputs("us-east", "US"));
    let error = bundle.verify().unwrap_err();
    assert_eq!(error.fault(), Fault::Region);
    assert!(error.what().contains("for the region `us-east`, not for `eu-west`"), "{error}");
    assert!(zero_bundle::verify(&bundle.path(), &trust(&bundle.signer), None, now()).is_ok());
}

/// Signed by a trusted key all the same: what the lock says must hold together.
#[test]
fn a_lock_that_does_not_hold_together_is_refused() {
    let forged = |change: &dyn Fn(&mut zero_bundle::Lock), fault: Fault, words: &str| {
        let error = Bundle::forged(inputs("eu-west", "IE"), change).verify().unwrap_err();
        assert_eq!(error.fault(), fault, "{error}");
        assert!(error.what().contains(words), "{error}");
    };
    forged(&|lock| lock.connectors[0].manifest.hosts.clear(), Fault::Permissions, "the host `*.tides.example`");
    forged(&|lock| lock.connectors[0].manifest.credentials.clear(), Fault::Permissions, "the credential `token`");
    forged(&|lock| lock.connectors[0].name = "other".into(), Fault::Permissions, "the name `tides`");
    forged(&|lock| lock.format = 2, Fault::Lock, "its format is 2");
    forged(&|lock| lock.connectors[0].digest = "sha256:00".into(), Fault::Lock, "is not that of its file");
    forged(
        &|lock| {
            let file = lock.files["zero.toml"].clone();
            lock.files.insert("../zero.toml".to_owned(), file);
        },
        Fault::Lock,
        "is no path of a bundle",
    );
    forged(&|lock| lock.files.get_mut("zero.toml").unwrap().size = u64::MAX, Fault::TooLarge, "over the limit");
}
