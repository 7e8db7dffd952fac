//! Registries that want to know who we are.

use super::door::{Door, answer};
use super::*;

#[tokio::test]
async fn a_password_opens_a_registry() {
    let Some(registry) = Registry::start_with_login() else { return };
    let reference = registry.reference("acme/tides:1.2.0");
    let signers = [Signer::generate().unwrap()];
    let (descriptor, code, trust) = (descriptor(), component("tides"), trust_in(&[&signers[0]]));
    let artifact = Artifact { component: &code, descriptor: &descriptor, created: None, author: None };
    let with = |credentials| Access { credentials, ..access() };
    let basic = |password: &str| Credentials::Basic { user: "author".into(), password: password.into() };

    for (what, credentials) in [("nobody", Credentials::Anonymous), ("a wrong password", basic("battery staple"))] {
        let access = with(credentials);
        refused(what, zero_oci::publish(&access, &reference, &artifact, &signing(&signers), false).await, Kind::Denied);
        let error = refused(what, zero_oci::pull(&access, &reference, &trust, now()).await, Kind::Denied);
        assert!(error.hint().contains("docker login"), "{error}");
    }
    let access = with(basic("correct horse"));
    zero_oci::publish(&access, &reference, &artifact, &signing(&signers), false).await.unwrap();
    assert_eq!(zero_oci::pull(&access, &reference, &trust, now()).await.unwrap().component, code);
    assert!(!format!("{access:?}").contains("correct"), "a password does not show");

    // What `docker login` writes.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.json");
    let auth = base64("author:correct horse");
    std::fs::write(&file, format!(r#"{{"auths":{{"{}":{{"auth":"{auth}"}}}},"x":1}}"#, reference.registry())).unwrap();
    let access = with(Credentials::Docker(Some(file.clone())));
    assert_eq!(zero_oci::pull(&access, &reference, &trust, now()).await.unwrap().component, code);
    std::fs::write(&file, "{\"auths\":7}").unwrap();
    refused("a broken file", zero_oci::pull(&access, &reference, &trust, now()).await, Kind::File);
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// A registry that wants tokens of a service, as most public ones do.
async fn with_tokens(port: u16, realm: Option<&'static str>, answer_of_service: &'static str) -> Door {
    Door::open(port, move |head| {
        let host = head.lines().find_map(|line| line.strip_prefix("host: "))?.trim().to_owned();
        let path = head.split(' ').nth(1)?;
        if let Some(query) = path.strip_prefix("/token?") {
            assert!(
                query.contains("service=the+registry") && query.contains("scope=repository%3Aacme%2Ftides%3Apull"),
                "{query}"
            );
            return Some(answer("200 OK", "", answer_of_service.as_bytes()));
        }
        if head.contains("authorization: Bearer open-sesame\r\n") {
            return None;
        }
        let realm = realm.map_or_else(|| format!("http://{host}/token"), str::to_owned);
        let challenge = format!("WWW-Authenticate: Bearer realm=\"{realm}\",service=\"the registry\"\r\n");
        Some(answer("401 Unauthorized", &challenge, b""))
    })
    .await
}

#[tokio::test]
async fn a_token_opens_a_registry() {
    let Some(registry) = Registry::start() else { return };
    let signers = [Signer::generate().unwrap()];
    publish(&registry.reference("acme/tides:1.2.0"), &component("tides"), &signers).await.unwrap();
    let trust = Trust { any_repository: true, ..trust_in(&[&signers[0]]) };
    let port = registry.port;
    let good = r#"{"token":"open-sesame","expires_in":300}"#;
    let cases = [
        ("a token", None, good, None),
        ("a token by its other name", None, r#"{"access_token":"open-sesame"}"#, None),
        ("a token that does not open", None, r#"{"token":"open-barley"}"#, Some(Kind::Denied)),
        ("no token", None, "{}", Some(Kind::Registry)),
        ("no JSON", None, "sesame", Some(Kind::Registry)),
        ("a token that breaks the header", None, r#"{"token":"a\r\nb"}"#, Some(Kind::Denied)),
        ("a service without TLS", Some("http://tokens.example/token"), good, Some(Kind::Registry)),
        ("a service that is no address", Some("tokens"), good, Some(Kind::Registry)),
    ];
    for (what, realm, service, kind) in cases {
        let door = with_tokens(port, realm, service).await;
        let reference = door.reference("acme/tides:1.2.0");
        let found = zero_oci::pull(&access(), &reference, &trust, now()).await.map_err(|error| error.kind());
        assert_eq!(found.err(), kind, "{what}");
        // One token serves the whole operation.
        let tokens = door.take_seen().iter().filter(|line| line.contains("/token?")).count();
        assert_eq!(tokens, usize::from(realm.is_none()), "{what}");
    }
    let door = with_tokens(port, None, good).await;
    let access = Access { credentials: Credentials::Bearer("open-sesame".into()), ..access() };
    zero_oci::pull(&access, &door.reference("acme/tides:1.2.0"), &trust, now()).await.unwrap();
    assert!(door.take_seen().iter().all(|line| !line.contains("/token?")), "a token of our own needs no service");
}

/// A registry that speaks TLS, with a certificate for `localhost` by an authority whose certificate is given as well.
fn registry_with_tls() -> Option<(Registry, String)> {
    let pem = |label: &str, der: &[u8]| {
        p256::pkcs8::der::pem::encode_string(label, p256::pkcs8::LineEnding::LF, der).unwrap()
    };
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = pem("CERTIFICATE", authority.self_signed(&authority_key).unwrap().der());
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let named = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = named.signed_by(&key, &issuer).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (public, private) = (folder.path().join("public.pem"), folder.path().join("private.pem"));
    std::fs::write(&public, pem("CERTIFICATE", certificate.der())).unwrap();
    std::fs::write(&private, pem("PRIVATE KEY", &key.serialize_der())).unwrap();
    let tls = format!("  tls:\n    certificate: {}\n    key: {}\n", public.display(), private.display());
    Some((Registry::start_with(&tls)?, root))
}

#[tokio::test]
async fn tls_is_checked() {
    let Some((registry, root)) = registry_with_tls() else { return };
    let reference = Reference::parse(&format!("localhost:{}/acme/tides:1.2.0", registry.port)).unwrap();
    let signers = [Signer::generate().unwrap()];
    let (descriptor, code, trust) = (descriptor(), component("tides"), trust_in(&[&signers[0]]));
    let artifact = Artifact { component: &code, descriptor: &descriptor, created: None, author: None };
    let stranger = Access { credentials: Credentials::Anonymous, ..Access::default() };
    let error = refused(
        "a stranger's certificate",
        zero_oci::pull(&stranger, &reference, &trust, now()).await,
        Kind::Unreachable,
    );
    assert!(error.what().contains("certificate") && error.hint().contains("authority"), "{error}");
    refused(
        "publish",
        zero_oci::publish(&stranger, &reference, &artifact, &signing(&signers), false).await,
        Kind::Unreachable,
    );

    let known = Access { root_certificates: vec![root], ..stranger };
    zero_oci::publish(&known, &reference, &artifact, &signing(&signers), false).await.unwrap();
    assert_eq!(zero_oci::pull(&known, &reference, &trust, now()).await.unwrap().component, code);
    // The certificate is for a name, and this is another.
    let number = registry.reference("acme/tides:1.2.0");
    refused("another name", zero_oci::pull(&known, &number, &trust, now()).await, Kind::Unreachable);
    let broken = Access { root_certificates: vec!["no certificate".into()], ..known };
    refused("a broken root", zero_oci::pull(&broken, &reference, &trust, now()).await, Kind::File);
}
