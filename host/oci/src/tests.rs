//! The parsers of foreign bytes and the rules that need no registry.

use crate::challenge::{self, Challenge};
use crate::payload::Claims;
use crate::trust::matches_any;
use crate::{Artifact, Descriptor, Kind, Layout, PublicKey, Reference, Signer, Slot, Timestamp, Trust};
use crate::{layout, signature};
use proptest::prelude::*;

fn descriptor() -> Descriptor {
    Descriptor {
        name: "tides".into(),
        version: "1.2.0".into(),
        summary: "High and low water at a harbour".into(),
        interface_version: "0.1.0".into(),
        hosts: vec!["tides.example".into()],
        credentials: vec![Slot { name: "key".into(), summary: "Key of the tide service".into(), required: true }],
        settings: Vec::new(),
        kinds: vec!["fact".into(), "date-time".into()],
    }
}

fn component() -> Vec<u8> {
    [b"\0asm\x0d\0\x01\0".as_slice(), b"what follows is never read here"].concat()
}

fn laid_out(descriptor: &Descriptor, created: Option<Timestamp>) -> crate::Result<Layout> {
    Layout::of(&Artifact { component: &component(), descriptor, created, author: None })
}

#[test]
fn references_say_where_and_which() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let good = [
        "ghcr.io/acme/tides:1.2.0".to_owned(),
        "127.0.0.1:5000/tides:1".to_owned(),
        "localhost/acme/deep/tides:1".to_owned(),
        format!("ghcr.io/acme/tides@{digest}"),
        format!("ghcr.io/acme/tides:1.2.0@{digest}"),
    ];
    for text in good {
        let reference = Reference::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(reference.to_string(), text);
        assert_eq!(Reference::parse(&format!("oci://{text}")).unwrap(), reference);
    }
    let bad = [
        ("tides", "names no registry"),
        ("acme/tides:1", "names no registry"),
        ("ghcr.io/acme/tides", "does not say which version"),
        ("ghcr.io/Acme/tides:1", "is not a reference"),
        ("ghcr.io/acme/tides:", "is not a reference"),
        ("ghcr.io/acme/../tides:1", "is not a reference"),
        ("ghcr.io/acme/tides@sha256:abc", "reference"),
        ("", "names no registry"),
    ];
    for (text, said) in bad {
        let error = Reference::parse(text).unwrap_err();
        assert_eq!(error.kind(), Kind::Reference, "{text}");
        assert!(error.what().contains(said), "{text}: {error}");
    }
}

#[test]
fn loopback_is_this_machine_and_nothing_that_looks_like_it() {
    let cases = [
        ("127.0.0.1:5000/a:1", true),
        ("127.9.9.9:5000/a:1", true),
        ("localhost:5000/a:1", true),
        ("localhost.example.org/a:1", false),
        ("127.0.0.1.example.org/a:1", false),
        ("10.0.0.1:5000/a:1", false),
    ];
    for (text, expected) in cases {
        assert_eq!(Reference::parse(text).unwrap().is_loopback(), expected, "{text}");
    }
}

#[test]
fn equal_artifacts_have_equal_digests() {
    let layout = laid_out(&descriptor(), None).unwrap();
    assert_eq!(layout, laid_out(&descriptor(), None).unwrap());
    let dated = laid_out(&descriptor(), Some("2026-05-01T00:00:00Z".parse().unwrap())).unwrap();
    assert_ne!(layout.manifest_digest, dated.manifest_digest);
    // The bytes themselves, so that a dependency's order of members cannot change them unseen.
    let config = String::from_utf8(layout.config.clone()).unwrap();
    let component = crate::digest(&component());
    assert_eq!(
        config,
        format!(
            r#"{{"created":"1970-01-01T00:00:00Z","architecture":"wasm","os":"wasip2","layerDigests":["{component}"],"component":{{"exports":["zero:connector/types@0.1.0","zero:connector/connector@0.1.0"],"imports":[],"target":"zero:connector/component@0.1.0"}},"zero.connector.v1":{{"name":"tides","version":"1.2.0","summary":"High and low water at a harbour","interfaceVersion":"0.1.0","hosts":["tides.example"],"credentials":[{{"name":"key","summary":"Key of the tide service","required":true}}],"settings":[],"kinds":["fact","date-time"]}}}}"#
        )
    );
    let manifest: serde_json::Value = serde_json::from_slice(&layout.manifest).unwrap();
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
    assert_eq!(manifest["layers"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_written_is_what_is_read() {
    let layout = laid_out(&descriptor(), None).unwrap();
    let parts = layout::read_manifest(&layout.manifest, "it", 1 << 20).unwrap();
    assert_eq!((&parts.config.digest, &parts.layer.digest), (&layout.config_digest, &layout.component_digest));
    let read = layout::read_config(&layout.config, "it", &layout.component_digest).unwrap();
    assert_eq!(read, descriptor());
}

#[test]
fn what_is_not_fit_is_not_published() {
    let refused = |descriptor: &Descriptor, said: &str| {
        let error = laid_out(descriptor, None).unwrap_err();
        assert_eq!(error.kind(), Kind::Unpublishable);
        assert!(error.what().contains(said), "{error}");
    };
    refused(&Descriptor { summary: "\u{1b}[2Jgone".into(), ..descriptor() }, "control characters");
    refused(&Descriptor { name: String::new(), ..descriptor() }, "`name` is empty");
    refused(&Descriptor { hosts: vec!["a.example".into(); 257], ..descriptor() }, "entries");
    refused(&Descriptor { hosts: vec!["a".repeat(2049)], ..descriptor() }, "bytes");
    let module = b"\0asm\x01\0\0\0";
    let artifact = Artifact { component: module, descriptor: &descriptor(), created: None, author: None };
    assert_eq!(Layout::of(&artifact).unwrap_err().kind(), Kind::Unpublishable);
}

#[test]
fn a_descriptor_is_what_describe_said() {
    use zero_types::connector::{CredentialSlot, Descriptor as Said, Kind as Question};
    let said = Said {
        name: "tides".into(),
        version: "1.2.0".into(),
        summary: "High and low water at a harbour".into(),
        hosts: vec!["tides.example".into()],
        settings: Vec::new(),
        credentials: vec![CredentialSlot {
            name: "key".into(),
            summary: "Key of the tide service".into(),
            required: true,
        }],
        kinds: vec![Question::Fact, Question::DateTime],
    };
    assert_eq!(Descriptor::of(&said, "0.1.0"), descriptor());
}

#[test]
fn keys_survive_their_files() {
    let signer = Signer::generate().unwrap();
    let again = Signer::from_pem(&signer.to_pem().unwrap(), None).unwrap();
    assert_eq!(again.public(), signer.public());
    let public = PublicKey::from_pem(&signer.public().to_pem().unwrap()).unwrap();
    assert_eq!(public.fingerprint(), signer.public().fingerprint());
    let made = signer.sign(b"message");
    assert_eq!(made, again.sign(b"message"), "signatures are deterministic");
    assert!(public.verifies(b"message", &made));
    assert!(!public.verifies(b"massage", &made));

    let cosign = signer.to_cosign_pem("correct horse").unwrap();
    assert!(cosign.starts_with("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"));
    assert_eq!(Signer::from_pem(&cosign, Some("correct horse")).unwrap().public(), signer.public());
    for (password, said) in [(Some("wrong"), "does not open"), (None, "no password")] {
        let error = Signer::from_pem(&cosign, password).unwrap_err();
        assert_eq!(error.kind(), Kind::Key);
        assert!(error.what().contains(said), "{error}");
    }
}

#[test]
#[cfg(unix)]
fn a_private_key_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (private, public) = (folder.path().join("acme.key"), folder.path().join("acme.pub"));
    let signer = Signer::generate().unwrap();
    signer.save(&private, &public, None).unwrap();
    assert_eq!(std::fs::metadata(&private).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(Signer::from_file(&private, None).unwrap().public(), signer.public());
    assert_eq!(signer.save(&private, &public, None).unwrap_err().kind(), Kind::File, "never over a file");
    std::fs::set_permissions(&private, std::fs::Permissions::from_mode(0o644)).unwrap();
    let error = Signer::from_file(&private, None).unwrap_err();
    assert!(error.hint().contains("chmod 600"), "{error}");
}

fn policy(extra: &str) -> String {
    let pem = Signer::generate().unwrap().public().to_pem().unwrap();
    format!("[[key]]\nname = \"acme\"\npublic = \"\"\"\n{pem}\"\"\"\n{extra}")
}

#[test]
fn a_policy_is_read_or_says_what_is_wrong() {
    let full = policy(
        "not_before = 2026-01-01T00:00:00Z\nnot_after = \"2027-01-01T00:00:00Z\"\nrevoked = true\nreferences = [\"a/*\"]\n\
         connectors = [\"b\"]\n",
    );
    let trust =
        Trust::parse(&format!("threshold = 1\nsignature_age_days_max = 2\nany_repository = true\n{full}")).unwrap();
    let key = &trust.keys[0];
    assert_eq!(key.not_before.unwrap().to_string(), "2026-01-01T00:00:00Z");
    assert_eq!(key.not_after.unwrap().to_string(), "2027-01-01T00:00:00Z");
    assert!(key.revoked && trust.any_repository);
    assert_eq!(trust.signature_age_max.unwrap().as_hours(), 48);

    let one = policy("");
    let bad = [
        (String::new(), "`threshold` is 1, and there are 0 keys"),
        (format!("threshold = 0\n{one}"), "`threshold` is 0"),
        (format!("threshold = 2\n{one}"), "`threshold` is 2"),
        (format!("treshold = 1\n{one}"), "treshold"),
        (policy("refrences = []"), "refrences"),
        (policy("not_before = \"soon\""), "`not_before` of `acme`"),
        (policy("not_before = 2027-01-01T00:00:00Z\nnot_after = 2026-01-01T00:00:00Z"), "ends before it begins"),
        (format!("{one}\n{one}"), "two keys are named `acme`"),
        (format!("{one}\n{}", one.replace("acme", "other")), "are the same key"),
        ("[[key]]\nname = \"a\"\npublic = \"nonsense\"".to_owned(), "`public` of `a`"),
    ];
    for (text, said) in bad {
        let error = Trust::parse(&text).unwrap_err();
        assert_eq!(error.kind(), Kind::Policy, "{text}");
        assert!(error.what().contains(said), "{said}: {error}");
    }
}

#[test]
fn patterns_match() {
    let cases = [
        ("*", "anything", true),
        ("ghcr.io/acme/*", "ghcr.io/acme/tides", true),
        ("ghcr.io/acme/*", "ghcr.io/acme", false),
        ("ghcr.io/acme/*", "ghcr.io/acmes/tides", false),
        ("*/tides", "ghcr.io/acme/tides", true),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-c-b", false),
        ("a*a", "a", false),
        ("tides", "tides", true),
        ("tides", "tidesx", false),
        ("", "x", false),
    ];
    for (pattern, text, expected) in cases {
        assert_eq!(matches_any(&[pattern.to_owned()], text), expected, "{pattern} {text}");
    }
}

#[test]
fn payloads_are_those_of_cosign() {
    let digest = crate::digest(b"x");
    let claims = Claims { reference: "ghcr.io/acme/tides".into(), digest, created: None, expires: None };
    let bytes = String::from_utf8(claims.to_bytes()).unwrap();
    // The bytes that `cosign generate` prints.
    let expected = r#"{"critical":{"identity":{"docker-reference":"ghcr.io/acme/tides"},"image":{"docker-manifest-digest":"sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"},"type":"cosign container image signature"},"optional":null}"#;
    assert_eq!(bytes, expected);
    assert_eq!(Claims::from_bytes(expected.as_bytes()).unwrap(), claims);

    let expires: Timestamp = "2027-01-01T00:00:00Z".parse().unwrap();
    let dated = Claims { created: Some(Timestamp::UNIX_EPOCH), expires: Some(expires), ..claims };
    assert_eq!(Claims::from_bytes(&dated.to_bytes()).unwrap(), dated);

    let bad = [
        (r#""optional":null"#, r#""optional":{"expires":"never"}"#, "`optional.expires`"),
        (r#""optional":null"#, r#""optional":{"expires":1}"#, "`optional.expires`"),
        ("cosign container image signature", "atomic container signature", "its type"),
        (r#""type""#, r#""must":1,"type""#, "unknown field"),
    ];
    for (from, to, said) in bad {
        let error = Claims::from_bytes(expected.replace(from, to).as_bytes()).unwrap_err();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn challenges_are_read() {
    let bearer = r#"Bearer realm="https://auth.example/token",service="registry.example""#;
    let token =
        Challenge::Bearer { realm: "https://auth.example/token".into(), service: Some("registry.example".into()) };
    let cases: [(&[&str], Option<Challenge>); 5] = [
        (&[bearer], Some(token.clone())),
        (&["Basic realm=\"r\"", bearer], Some(token)),
        (&["basic realm=\"r\""], Some(Challenge::Basic)),
        (&["Negotiate", "Digest realm=\"r\", nonce=\"n\""], None),
        (&["=\"", ",,,"], None),
    ];
    for (headers, expected) in cases {
        assert_eq!(challenge::parse(headers.iter().copied()), expected, "{headers:?}");
    }
}

/// Every parser of foreign bytes; none may panic, whatever it says.
fn parse_all(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    drop(Reference::parse(&text));
    drop(Trust::parse(&text));
    drop(PublicKey::from_pem(&text));
    drop(Signer::from_pem(&text, Some("")));
    drop(Claims::from_bytes(bytes));
    drop(signature::read(bytes));
    drop(layout::read_manifest(bytes, "it", u64::MAX));
    drop(layout::read_config(bytes, "it", "sha256:x"));
    challenge::parse([text.as_ref()].into_iter());
}

/// Well-formed bytes of each kind, to be spoiled.
fn whole() -> Vec<Vec<u8>> {
    let layout = laid_out(&descriptor(), None).unwrap();
    let signer = Signer::generate().unwrap();
    let claims =
        Claims { reference: "a.example/b".into(), digest: layout.manifest_digest, created: None, expires: None };
    let payload = claims.to_bytes();
    let entry = signature::Entry::new(&payload, signer.sign(&payload));
    let cosign = r#"-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjoyLCJyIjoxLCJw
IjoxfSwic2FsdCI6IkFBQUEifSwiY2lwaGVyIjp7Im5hbWUiOiJuYWNsL3NlY3Jl
dGJveCIsIm5vbmNlIjoiQUFBQSJ9LCJjaXBoZXJ0ZXh0IjoiQUFBQSJ9
-----END ENCRYPTED SIGSTORE PRIVATE KEY-----"#;
    vec![
        layout.manifest,
        layout.config,
        payload,
        signature::write(&[entry]).unwrap().0,
        policy("references = [\"a/*\"]\nnot_after = 2027-01-01T00:00:00Z\n").into_bytes(),
        signer.to_pem().unwrap().as_bytes().to_vec(),
        cosign.as_bytes().to_vec(),
        b"ghcr.io/acme/tides:1.2.0@sha256:00".to_vec(),
        br#"Bearer realm="https://a.example/token",service="a",scope="b\"c""#.to_vec(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
        parse_all(&bytes);
    }

    #[test]
    fn no_spoiled_bytes_panic(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        edit in 0_u8..4,
        byte in any::<u8>(),
    ) {
        let all = whole();
        let mut bytes = which.get(&all).clone();
        let at = at.index(bytes.len());
        match edit {
            0 => bytes[at] ^= byte | 1,
            1 => bytes.truncate(at),
            2 => bytes.insert(at, byte),
            _ => { let tail = bytes[at..].to_vec(); bytes.extend(tail); }
        }
        parse_all(&bytes);
    }

    #[test]
    fn deep_json_is_refused(depth in 1_usize..4000) {
        let deep = [b"[".repeat(depth), b"]".repeat(depth)].concat();
        parse_all(&deep);
        parse_all(&[br#"{"mediaType":"#.as_slice(), &deep, b"}"].concat());
    }

    #[test]
    fn a_flipped_bit_never_verifies(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
        use p256::pkcs8::EncodePrivateKey as _;
        let key = p256::SecretKey::from_slice(&[7; 32]).unwrap();
        let signer = Signer::from_pem(&key.to_pkcs8_pem(p256::pkcs8::LineEnding::LF).unwrap(), None).unwrap();
        let message = b"some bytes that were signed";
        let signed = signer.sign(message);
        let mut spoiled = [message.as_slice(), &signed].concat();
        spoiled[at.index(message.len() + signed.len())] ^= 1 << bit;
        let (spoiled_message, spoiled_signature) = spoiled.split_at(message.len());
        prop_assert!(!signer.public().verifies(spoiled_message, spoiled_signature));
    }
}
