//! Everything that a registry, or someone between, can do to an artifact: each refused, each with its own reason, and
//! the code not even fetched unless the code is what was changed.

use super::door::{Door, answer};
use super::*;
use oci_client::client::{ClientConfig, ClientProtocol};

/// A published artifact behind a door, and who is trusted.
struct World {
    registry: Registry,
    door: Door,
    signers: [Signer; 1],
    published: Published,
    reference: Reference,
    trust: Trust,
    access: Access,
}

impl World {
    async fn new(rule: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> Option<Self> {
        let registry = Registry::start()?;
        let door = Door::open(registry.port, rule).await;
        let (signers, reference) = ([Signer::generate().unwrap()], door.reference("acme/tides:1.2.0"));
        let published = publish(&reference, &component("tides"), &signers).await.unwrap();
        let trust = trust_in(&[&signers[0]]);
        door.take_seen();
        Some(Self { registry, door, signers, published, reference, trust, access: access() })
    }

    /// What the checks fetch before the code refuses already, and so does a pull, which leaves the code alone.
    async fn refuses(&self, what: &str, kind: Kind) -> Error {
        self.refuses_at(what, &self.reference, kind).await
    }

    async fn refuses_at(&self, what: &str, reference: &Reference, kind: Kind) -> Error {
        self.door.take_seen();
        refused(what, zero_oci::inspect(&self.access, reference, &self.trust, now()).await, kind);
        refused(what, zero_oci::verify(&self.access, reference, &self.trust, now()).await, kind);
        let error = refused(what, zero_oci::pull(&self.access, reference, &self.trust, now()).await, kind);
        let code = |line: &String| line.contains(&self.published.component_digest);
        assert!(!self.door.take_seen().iter().any(code), "{what}: the code was fetched");
        error
    }

    /// As `refuses`, for what only the code shows.
    async fn refuses_code(&self, what: &str, kind: Kind) {
        zero_oci::inspect(&self.access, &self.reference, &self.trust, now()).await.unwrap();
        refused(what, zero_oci::verify(&self.access, &self.reference, &self.trust, now()).await, kind);
        refused(what, zero_oci::pull(&self.access, &self.reference, &self.trust, now()).await, kind);
    }

    fn config_digest(&self) -> String {
        let manifest: serde_json::Value = serde_json::from_slice(&self.manifest()).unwrap();
        manifest["config"]["digest"].as_str().unwrap().to_owned()
    }

    fn manifest(&self) -> Vec<u8> {
        std::fs::read(self.registry.stored(&self.published.manifest_digest)).unwrap()
    }

    fn signature_tag(digest: &str) -> String {
        format!("{}.sig", digest.replace(':', "-"))
    }

    async fn signature_manifest(&self) -> (Vec<u8>, serde_json::Value) {
        let reference = self.tagged(&Self::signature_tag(&self.published.manifest_digest));
        let types = ["application/vnd.oci.image.manifest.v1+json"];
        let auth = oci_client::secrets::RegistryAuth::Anonymous;
        let (bytes, _) = raw(&self.reference).pull_manifest_raw(&reference, &auth, &types).await.unwrap();
        let value = serde_json::from_slice(&bytes).unwrap();
        (bytes.to_vec(), value)
    }

    fn tagged(&self, tag: &str) -> oci_client::Reference {
        format!("{}:{tag}", self.reference.name()).parse().unwrap()
    }

    async fn push_manifest(&self, reference: &oci_client::Reference, bytes: &[u8], media_type: &'static str) {
        let media_type = reqwest::header::HeaderValue::from_static(media_type);
        raw(&self.reference).push_manifest_raw(reference, bytes.to_vec(), media_type).await.unwrap();
    }

    async fn push_blob(&self, bytes: &[u8]) -> serde_json::Value {
        let digest = zero_oci::digest(bytes);
        raw(&self.reference).push_blob(self.reference_inner(), bytes.to_vec(), &digest).await.unwrap();
        serde_json::json!({ "digest": digest, "size": bytes.len() })
    }

    fn reference_inner(&self) -> &'static oci_client::Reference {
        Box::leak(Box::new(self.reference.to_string().parse().unwrap()))
    }

    /// Publishes a manifest of the test's own making under a tag, signed by the trusted key.
    async fn signed_manifest(&self, tag: &str, manifest: &serde_json::Value, media_type: &'static str) -> Reference {
        let bytes = serde_json::to_vec(manifest).unwrap();
        self.push_manifest(&self.tagged(tag), &bytes, media_type).await;
        let reference = Reference::parse(&format!("{}:{tag}", self.reference.name())).unwrap();
        let pinned = reference.at(&zero_oci::digest(&bytes)).unwrap();
        if media_type == OCI {
            zero_oci::sign(&self.access, &pinned, &signing(&self.signers)).await.unwrap();
        }
        reference
    }
}

type BytesEdit = fn(&mut Vec<u8>);
type JsonEdit = dyn Fn(&mut serde_json::Value);

const OCI: &str = "application/vnd.oci.image.manifest.v1+json";

/// A client that does as it is told.
fn raw(reference: &Reference) -> oci_client::Client {
    let protocol = ClientProtocol::HttpsExcept(vec![reference.registry().to_owned()]);
    oci_client::Client::new(ClientConfig { protocol, ..ClientConfig::default() })
}

#[tokio::test]
async fn code_that_was_changed_is_refused() {
    let Some(world) = World::new(|_| None).await else { return };
    let digest = world.published.component_digest.clone();
    let edits: [(&str, Kind, BytesEdit); 4] = [
        ("a flipped bit", Kind::LayerSwapped, |bytes| bytes[9] ^= 1),
        ("other code of that size", Kind::LayerSwapped, |bytes| *bytes = component("TIDES")),
        ("a byte less", Kind::LayerSwapped, |bytes| bytes.truncate(bytes.len() - 1)),
        ("a byte more", Kind::TooLarge, |bytes| bytes.push(0)),
    ];
    for (what, kind, edit) in edits {
        world.registry.edit(&digest, edit);
        world.refuses_code(what, kind).await;
        world.registry.edit(&digest, |bytes| *bytes = component("tides"));
    }
    zero_oci::pull(&world.access, &world.reference, &world.trust, now()).await.unwrap();
    std::fs::remove_file(world.registry.stored(&digest)).unwrap();
    world.refuses_code("code that is gone", Kind::NotFound).await;
}

#[tokio::test]
async fn what_the_manifest_names_cannot_be_swapped() {
    let Some(world) = World::new(|_| None).await else { return };
    let config = world.config_digest();
    let before = std::fs::read(world.registry.stored(&config)).unwrap();
    // One more host, at the cost of one letter elsewhere: the config stays as long as it was.
    let wider = String::from_utf8(before.clone()).unwrap().replace("tides.example", "*.attacker.ru");
    assert_eq!(wider.len(), before.len());
    world.registry.edit(&config, |bytes| *bytes = wider.into_bytes());
    world.refuses("a config that asks for more", Kind::ConfigSwapped).await;
    world.registry.edit(&config, |bytes| *bytes = vec![b'{'; before.len()]);
    world.refuses("a config that is no JSON", Kind::ConfigSwapped).await;
    world.registry.edit(&config, |bytes| *bytes = before);
    inspect(&world.reference, &world.trust).await.unwrap();

    // Another manifest under the tag, signed by somebody else.
    let others = [Signer::generate().unwrap()];
    let (descriptor, code) = (descriptor(), component("trojan"));
    let artifact = Artifact { component: &code, descriptor: &descriptor, created: None, author: None };
    let pin = format!("{}@{}", world.reference, world.published.manifest_digest);
    let pinned = Reference::parse(&pin).unwrap();
    zero_oci::inspect(&world.access, &pinned, &world.trust, now()).await.unwrap();
    zero_oci::publish(&world.access, &world.reference, &artifact, &signing(&others), true).await.unwrap();
    world.refuses("a manifest of another key", Kind::Untrusted).await;
    let error = world.refuses_at("a tag that moved", &pinned, Kind::TagMoved).await;
    assert!(error.hint().contains("name the digest alone"), "{error}");
    // Who pins the digest alone still gets what was pinned.
    zero_oci::pull(&world.access, &world.published.pinned, &world.trust, now()).await.unwrap();
    // A registry that gives other bytes for a digest.
    world.registry.edit(&world.published.manifest_digest, |bytes| bytes.push(b' '));
    world.refuses_at("other bytes for a digest", &world.published.pinned, Kind::ManifestSwapped).await;
}

#[tokio::test]
async fn a_signature_is_for_one_thing_by_one_key() {
    let Some(world) = World::new(|_| None).await else { return };
    let World { published, reference, signers, .. } = &world;
    let strangers = World { trust: trust_in(&[&Signer::generate().unwrap()]), ..World::new(|_| None).await.unwrap() };
    let error = strangers.refuses("a key that is not trusted", Kind::Untrusted).await;
    assert!(error.hint().contains("trust.toml"), "{error}");

    // The whole signature manifest of one artifact shown for another.
    let (manifest, mut value) = world.signature_manifest().await;
    let unsigned: serde_json::Value = serde_json::from_slice(&world.manifest()).unwrap();
    let mut unsigned = unsigned;
    unsigned["annotations"]["note"] = "another".into();
    let bytes = serde_json::to_vec(&unsigned).unwrap();
    world.push_manifest(&world.tagged("other"), &bytes, OCI).await;
    let other = Reference::parse(&format!("{}:other", reference.name())).unwrap();
    world.refuses_at("no signature", &other, Kind::Unsigned).await;
    let tag = World::signature_tag(&zero_oci::digest(&bytes));
    world.push_manifest(&world.tagged(&tag), &manifest, OCI).await;
    world.refuses_at("the signature of another artifact", &other, Kind::SignedForAnother).await;

    // The same artifact with its signatures in another repository: fine for a mirror that the operator names, only.
    let elsewhere = world.door.reference("mirror/tides:1.2.0");
    let (descriptor, code) = (descriptor(), component("tides"));
    let artifact = Artifact { component: &code, descriptor: &descriptor, created: None, author: None };
    let nobody = [Signer::generate().unwrap()];
    let copy = zero_oci::publish(&world.access, &elsewhere, &artifact, &signing(&nobody), false).await.unwrap();
    assert_eq!(copy.manifest_digest, published.manifest_digest);
    let payload = value["layers"][0]["digest"].as_str().unwrap().to_owned();
    let mirror: oci_client::Reference = elsewhere.to_string().parse().unwrap();
    for digest in [payload.clone(), value["config"]["digest"].as_str().unwrap().to_owned()] {
        let bytes = std::fs::read(world.registry.stored(&digest)).unwrap();
        raw(reference).push_blob(&mirror, bytes, &digest).await.unwrap();
    }
    let signature_tag = World::signature_tag(&published.manifest_digest);
    let target = format!("{}:{signature_tag}", elsewhere.name()).parse().unwrap();
    world.push_manifest(&target, &manifest, OCI).await;
    world.refuses_at("a signature for another repository", &elsewhere, Kind::SignedForAnother).await;
    let mirrors = Trust { any_repository: true, ..trust_in(&[&signers[0]]) };
    zero_oci::pull(&world.access, &elsewhere, &mirrors, now()).await.unwrap();

    // A bit of the signature, then a bit of what was signed.
    let key = "dev.cosignproject.cosign/signature";
    let signature = value["layers"][0]["annotations"][key].as_str().unwrap().to_owned();
    let at = signature.len() / 2;
    let letter = if &signature[at..=at] == "A" { "B" } else { "A" };
    value["layers"][0]["annotations"][key] = format!("{}{letter}{}", &signature[..at], &signature[at + 1..]).into();
    world.push_manifest(&world.tagged(&signature_tag), &serde_json::to_vec(&value).unwrap(), OCI).await;
    world.refuses("a flipped bit in the signature", Kind::Untrusted).await;
    world.push_manifest(&world.tagged(&signature_tag), &manifest, OCI).await;
    inspect(reference, &world.trust).await.unwrap();
    world.registry.edit(&payload, |bytes| bytes[60] ^= 1);
    world.refuses("a flipped bit in what was signed", Kind::SignatureSwapped).await;
}

#[tokio::test]
async fn a_trusted_key_does_not_make_a_connector_of_anything() {
    let Some(world) = World::new(|_| None).await else { return };
    let whole: serde_json::Value = serde_json::from_slice(&world.manifest()).unwrap();
    let changed = |edit: &dyn Fn(&mut serde_json::Value)| {
        let mut value = whole.clone();
        edit(&mut value);
        value
    };
    let layer = whole["layers"][0].clone();
    let manifests = [
        ("config-type", Kind::NotAConnector, changed(&|it| it["config"]["mediaType"] = "application/json".into())),
        ("layer-type", Kind::NotAConnector, changed(&|it| it["layers"][0]["mediaType"] = "application/x-tar".into())),
        ("layers", Kind::Layers, changed(&|it| it["layers"] = vec![layer.clone(), layer.clone()].into())),
        ("no-layer", Kind::Layers, changed(&|it| it["layers"] = serde_json::json!([]))),
        ("large", Kind::TooLarge, changed(&|it| it["layers"][0]["size"] = (64 << 20).into())),
    ];
    for (tag, kind, manifest) in manifests {
        let reference = world.signed_manifest(tag, &manifest, OCI).await;
        world.refuses_at(tag, &reference, kind).await;
    }

    let config: serde_json::Value =
        serde_json::from_slice(&std::fs::read(world.registry.stored(&world.config_digest())).unwrap()).unwrap();
    let configs: [(&str, &JsonEdit); 5] = [
        ("no-descriptor", &|it| drop(it.as_object_mut().unwrap().remove(zero_oci::DESCRIPTOR_KEY))),
        ("escapes", &|it| it[zero_oci::DESCRIPTOR_KEY]["summary"] = "\u{1b}]0;hello\u{7}".into()),
        ("more", &|it| it[zero_oci::DESCRIPTOR_KEY]["files"] = "/etc".into()),
        ("module", &|it| it["os"] = "wasip1".into()),
        ("other-layer", &|it| it["layerDigests"] = serde_json::json!(["sha256:00"])),
    ];
    for (tag, edit) in configs {
        let mut config = config.clone();
        edit(&mut config);
        let mut blob = world.push_blob(&serde_json::to_vec(&config).unwrap()).await;
        blob["mediaType"] = whole["config"]["mediaType"].clone();
        let reference = world.signed_manifest(tag, &changed(&|it| it["config"] = blob.clone()), OCI).await;
        world.refuses_at(tag, &reference, Kind::Descriptor).await;
    }

    // An index of platforms, signed as well.
    let size = world.manifest().len();
    let index = serde_json::json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [{
        "mediaType": OCI, "digest": world.published.manifest_digest, "size": size,
        "platform": { "architecture": "wasm", "os": "wasip2" } }] });
    let reference = world.signed_manifest("index", &index, INDEX).await;
    world.refuses_at("an index, unsigned", &reference, Kind::Unsigned).await;
    let digest = zero_oci::digest(&serde_json::to_vec(&index).unwrap());
    zero_oci::sign(&world.access, &reference.at(&digest).unwrap(), &signing(&world.signers)).await.unwrap();
    let error = world.refuses_at("an index", &reference, Kind::NotAConnector).await;
    assert!(error.what().contains(INDEX), "{error}");
}

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

#[tokio::test]
async fn a_registry_cannot_lead_us_away_or_drown_us() {
    // The door answers by what is asked for; the registry behind it is honest.
    let Some(plain) = World::new(|_| None).await else { return };
    let (port, config, code) = (plain.registry.port, plain.config_digest(), plain.published.component_digest.clone());
    let redirect = |to: &str| answer("307 Temporary Redirect", &format!("Location: {to}\r\n"), b"");
    let endless = |bytes: usize| {
        let mut body = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
        body.resize(body.len() + bytes, b' ');
        body
    };
    let cases: [(&str, String, Vec<u8>, Kind); 9] = [
        ("manifest sent elsewhere", "/manifests/1.2.0".into(), redirect("http://127.0.0.1:1/x"), Kind::Redirected),
        ("config sent elsewhere", format!("/blobs/{config}"), redirect("http://127.0.0.1:1/x"), Kind::Redirected),
        (
            "config sent to a metadata service",
            format!("/blobs/{config}"),
            redirect("http://169.254.169.254/"),
            Kind::Redirected,
        ),
        (
            "config sent to a stranger",
            format!("/blobs/{config}"),
            redirect("https://storage.example/x"),
            Kind::Redirected,
        ),
        ("endless manifest", "/manifests/1.2.0".into(), endless(1 << 20), Kind::TooLarge),
        ("endless config", format!("/blobs/{config}"), endless(1 << 20), Kind::TooLarge),
        ("registry out of order", "/manifests/".into(), answer("503 Service Unavailable", "", b""), Kind::Unreachable),
        ("no registry", "/manifests/".into(), answer("418 I'm a teapot", "", b""), Kind::Registry),
        (
            "broken off",
            format!("/blobs/{config}"),
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".to_vec(),
            Kind::Unreachable,
        ),
    ];
    let mirror = Trust { any_repository: true, ..plain.trust.clone() };
    for (what, path, response, kind) in cases {
        let door = Door::open(port, move |head| head.contains(&path).then(|| response.clone())).await;
        let reference = door.reference("acme/tides:1.2.0");
        refused(what, zero_oci::pull(&plain.access, &reference, &mirror, now()).await, kind);
        assert!(door.take_seen().iter().all(|line| !line.contains(&code)), "{what}: the code was fetched");
    }

    // Where the operator named the storage, blobs may come from it; they are checked as ever, and get no credential.
    let storage = Door::open(port, |head| {
        assert!(!head.to_lowercase().contains("authorization:"), "{head}");
        None
    })
    .await;
    let base = format!("http://{}", storage.address);
    let door = Door::open(port, move |head| {
        let path = head.split(' ').nth(1)?.to_owned();
        path.contains("/blobs/").then(|| answer("307 Temporary Redirect", &format!("Location: {base}{path}\r\n"), b""))
    })
    .await;
    let reference = door.reference("acme/tides:1.2.0");
    refused("an unnamed storage", zero_oci::pull(&plain.access, &reference, &mirror, now()).await, Kind::Redirected);
    let access = Access { blob_hosts: vec!["127.0.0.1".into()], ..plain.access.clone() };
    let pulled = zero_oci::pull(&access, &reference, &mirror, now()).await.unwrap();
    assert_eq!(pulled.component, component("tides"));
    assert_eq!(storage.take_seen().len(), 3, "payload, config, code");
}

#[tokio::test]
async fn what_cannot_be_reached_says_so() {
    let Some(registry) = Registry::start() else { return };
    let reference = registry.reference("acme/nothing:1");
    let trust = trust_in(&[&Signer::generate().unwrap()]);
    refused("no artifact", inspect(&reference, &trust).await, Kind::NotFound);
    // TLS unless the operator allowed otherwise, and then on this machine only.
    let secure = Access { insecure_loopback_http: false, ..access() };
    let error = refused("plain", zero_oci::inspect(&secure, &reference, &trust, now()).await, Kind::Unreachable);
    assert!(error.hint().contains("insecure_loopback_http"), "{error}");
    // A registry that takes the connection and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mute = Reference::parse(&format!("{}/acme/tides:1", silent.local_addr().unwrap())).unwrap();
    let brief = Access { total_timeout: std::time::Duration::from_millis(200), ..access() };
    let error = refused("silence", zero_oci::pull(&brief, &mute, &trust, now()).await, Kind::Unreachable);
    assert!(error.kind().is_transient(), "{error}");
    let port = registry.port;
    drop(registry);
    let gone = Reference::parse(&format!("127.0.0.1:{port}/acme/tides:1")).unwrap();
    refused("no registry", inspect(&gone, &trust).await, Kind::Unreachable);
    refused(
        "no registry",
        publish(&gone, &component("tides"), &[Signer::generate().unwrap()]).await,
        Kind::Unreachable,
    );
}
