//! A small bundle: built, flipped, forged, compared.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

mod comparing;
mod faults;
mod flips;

use std::path::PathBuf;
use tempfile::TempDir;
use zero_bundle::{Built, Described, Error, Given, Inputs};
use zero_oci::{Descriptor, Signer, Signing, Timestamp, Trust, TrustedKey};
use zero_types::connector as c;

/// A component as far as anybody looks at one who does not run it: no imports, and a stamp.
fn component(world: &str, text: &str) -> Vec<u8> {
    let section = |name: &str, data: &[u8]| {
        let length = u8::try_from(1 + name.len() + data.len()).unwrap();
        [&[0, length, u8::try_from(name.len()).unwrap()], name.as_bytes(), data].concat()
    };
    let preamble = b"\0asm\x0d\0\x01\0".to_vec();
    [preamble, section("zero:interface", world.as_bytes()), section("text", text.as_bytes())].concat()
}

fn connector(text: &str) -> Vec<u8> {
    component("zero:connector/component@0.2.0", text)
}

const CATALOGUE: &str = r#"
connector = "tides"
[[source]]
id = "harbour"
name = "Harbour"
summary = "high and low water"
hosts = ["api.tides.example"]
settings = { credential = "token" }
[[source]]
id = "inland"
name = "Inland"
summary = "high and low water of lakes"
hosts = ["lakes.tides.example", "elsewhere.example"]
not_from = ["US"]
[[source]]
id = "mine"
name = "Mine"
summary = "what I noted of the water"
hosts = ["notes.tides.example"]
enabled = false
"#;

const DEFAULT: &str = "[pipeline]\nportfolio_max = 8\n[egress]\nuser_agent = \"test\"\n";

fn region(name: &str, jurisdiction: &str) -> String {
    format!("[region]\nname = \"{name}\"\njurisdiction = \"{jurisdiction}\"\n")
}

fn inputs(name: &str, jurisdiction: &str) -> Inputs {
    let function = |name: &str| (name.to_owned(), component(&format!("zero:functions/{name}-component@0.1.0"), name));
    Inputs {
        region: name.to_owned(),
        config: vec![
            ("default.toml".to_owned(), DEFAULT.to_owned()),
            (format!("{name}.toml"), region(name, jurisdiction)),
        ],
        functions: ["synthesis", "intent", "auth", "context"].map(function).into(),
        connectors: vec![Given {
            name: "tides".to_owned(),
            bytes: connector("tides"),
            manifest: None,
            origin: String::new(),
        }],
        catalogue: vec![("tides".to_owned(), CATALOGUE.to_owned())],
    }
}

/// What the one connector says of itself.
fn descriptor() -> c::Descriptor {
    c::Descriptor {
        name: "tides".into(),
        version: "1.2.0".into(),
        summary: "High and low water".into(),
        hosts: vec!["*.tides.example".into()],
        settings: Vec::new(),
        credentials: vec![c::CredentialSlot { name: "token".into(), summary: "Key".into(), required: false }],
        kinds: vec![c::Kind::Fact],
    }
}

fn describe(_: &str, _: &[u8]) -> anyhow::Result<Described> {
    Ok(Described { descriptor: descriptor(), world: "zero:connector/component@0.2.0".to_owned() })
}

fn build(inputs: Inputs) -> Result<Built, Error> {
    zero_bundle::build(inputs, describe)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-06-01T00:00:00Z")
}

fn signer() -> Signer {
    Signer::generate().unwrap()
}

fn signing(signers: &[Signer]) -> Signing<'_> {
    Signing { signers, created: Some(at("2026-05-01T00:00:00Z")), expires: Some(at("2026-08-01T00:00:00Z")) }
}

fn trust(signer: &Signer) -> Trust {
    Trust::in_keys(vec![TrustedKey::new("acme", signer.public())])
}

/// A signed bundle in a folder.
struct Bundle {
    folder: TempDir,
    signer: Signer,
}

impl Bundle {
    fn new(inputs: Inputs) -> Self {
        Self::forged(inputs, |_| {})
    }

    /// One whose lock was changed before it was signed.
    fn forged(inputs: Inputs, change: impl Fn(&mut zero_bundle::Lock)) -> Self {
        let (folder, signers) = (tempfile::tempdir().unwrap(), [signer()]);
        let mut built = build(inputs).unwrap();
        change(&mut built.contents.lock);
        let lock = built.contents.lock.to_bytes().unwrap();
        built.contents.files.insert(zero_bundle::LOCK_FILE.to_owned(), lock);
        built.sign(&signing(&signers)).unwrap();
        let [signer] = signers;
        let bundle = Self { folder, signer };
        let files = built.contents.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice(), false));
        zero_bundle::write_new(&bundle.path(), zero_bundle::LOCK_FILE, files).unwrap();
        bundle
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("bundle")
    }

    fn verify(&self) -> Result<zero_bundle::Verified, Error> {
        zero_bundle::verify(&self.path(), &trust(&self.signer), Some("eu-west"), now())
    }
}

#[test]
fn a_bundle_is_the_same_bytes_twice_and_is_verified() {
    let bundle = Bundle::new(inputs("eu-west", "IE"));
    let verified = bundle.verify().unwrap();
    assert_eq!(verified.signed_by[0].key, "acme");
    assert_eq!(verified.contents.files.len(), 9);

    // The same parts in another order, signed by the same key at the same time.
    let mut shuffled = inputs("eu-west", "IE");
    shuffled.functions.reverse();
    let mut again = build(shuffled).unwrap();
    again.sign(&signing(std::slice::from_ref(&bundle.signer))).unwrap();
    assert_eq!(again.contents.files, verified.contents.files);
    assert_eq!(again.contents.lock_digest, verified.contents.lock_digest);

    // From memory as from the folder.
    let files = verified.contents.files.clone();
    let held = zero_bundle::verify_files(files, &trust(&bundle.signer), Some("eu-west"), now()).unwrap();
    assert_eq!(held.contents.lock, verified.contents.lock);
}

#[test]
fn a_view_has_every_part_and_only_the_hosts_that_may_be_asked() {
    let view =
        |name: &str, place: &str| zero_bundle::BundleView::of(build(inputs(name, place)).unwrap().contents).unwrap();
    let europe = view("eu-west", "IE");
    assert_eq!(europe.digests().len(), 5);
    assert_eq!(europe.digests()[4], ("connectors/tides".to_owned(), zero_oci::digest(&connector("tides"))));
    assert_eq!(europe.connectors[0].descriptor, descriptor());
    let hosts = |view: &zero_bundle::BundleView| view.hosts().into_iter().collect::<Vec<_>>().join(" ");
    let ids = |view: &zero_bundle::BundleView| {
        view.asked().map(|record| record.source.id.clone()).collect::<Vec<_>>().join(" ")
    };
    // `elsewhere.example` is not within what the connector may name; `mine` is off.
    assert_eq!(hosts(&europe), "api.tides.example lakes.tides.example");
    assert_eq!(ids(&europe), "harbour inland");
    let america = view("us-east", "US");
    assert_eq!((hosts(&america).as_str(), ids(&america).as_str()), ("api.tides.example", "harbour"));
    // It stays in the catalogue, so that the asker is told of the policy.
    assert!(america.catalogue.get("inland").unwrap().enabled);
    let withheld: Vec<_> = america.standing(zero_bundle::Standing::Withheld).collect();
    assert_eq!(withheld[0].reason.as_deref(), Some("it may not be asked from `US`, and the region stands in `US`"));
}

#[test]
fn what_cannot_be_built_is_named() {
    let fails = |change: &dyn Fn(&mut Inputs), words: &str| {
        let mut inputs = inputs("eu-west", "IE");
        change(&mut inputs);
        let error = build(inputs).unwrap_err().to_string();
        assert!(error.contains(words) && error.contains("\n\nhint: "), "{error}");
    };
    fails(&|inputs| drop(inputs.functions.pop()), "there is no function `context`");
    fails(&|inputs| inputs.functions.push(("oracle".into(), Vec::new())), "`oracle` is no function");
    fails(&|inputs| inputs.region = "us-east".into(), "is for the region `eu-west`, not `us-east`");
    fails(&|inputs| inputs.config[1].1.push_str("[pipelines]\n"), "configuration eu-west.toml: ");
    fails(&|inputs| inputs.config[1].1.push_str("[sources]\nenable = [\"moon\"]\n"), "names `moon`");
    fails(&|inputs| inputs.catalogue[0].1.push_str("colour = 1"), "unknown field `colour`");
    fails(&|inputs| inputs.connectors[0].bytes = b"\0asm\x01\0\0\0".to_vec(), "`tides`: a core module");
    fails(&|inputs| inputs.connectors[0].name = "waves".into(), "it says its name is `tides`");
    fails(&|inputs| inputs.connectors.push(inputs.connectors[0].clone()), "given twice");
    let manifest = |hosts: &[&str]| {
        let hosts = hosts.iter().map(|&host| host.to_owned()).collect();
        Some(Descriptor { hosts, ..Descriptor::of(&descriptor(), "0.2.0") })
    };
    fails(
        &|inputs| inputs.connectors[0].manifest = manifest(&["api.tides.example"]),
        "`tides` asks for more than its manifest says: the host `*.tides.example`",
    );
    let mut wide = inputs("eu-west", "IE");
    wide.connectors[0].manifest = manifest(&["*"]);
    assert_eq!(build(wide).unwrap().contents.lock.connectors[0].manifest.hosts, ["*"]);
}
