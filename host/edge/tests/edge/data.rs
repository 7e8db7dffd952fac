//! The written form of a bundle's data, whole and broken.

use crate::{facts, question, whole_catalogue};
use proptest::prelude::*;
use std::sync::OnceLock;
use zero_config::Config;
use zero_edge::{DataError, EdgeData};
use zero_pipeline::route::Index;

const CONFIG: &str = r#"
[region]
name = "eu-west"
jurisdiction = "IE"
personal_data = ["EU"]
sources.denied = ["category:social"]
[pipeline]
connections_max = 6
bid_min = 0.1
hedge = false
[egress]
allowed_hosts = ["*.wikipedia.org"]
[egress.overrides]
"en.wikipedia.org" = "http://127.0.0.1:8123"
[credentials.github-repositories.token]
env = "GITHUB_TOKEN"
header = "authorization"
prefix = "Bearer "
hosts = ["api.github.com"]
"#;

fn data() -> EdgeData {
    let digests = vec![("functions/intent".to_owned(), "sha256:1".to_owned())];
    EdgeData::new(Config::from_toml(CONFIG).unwrap(), whole_catalogue(), digests, facts(&["rest", "mediawiki"]))
}

fn bytes() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| data().write().unwrap())
}

#[test]
fn what_is_written_is_read() {
    let (before, after) = (data(), EdgeData::read(bytes()).unwrap());
    EdgeData::check(bytes()).unwrap();
    assert_eq!(before.write().unwrap(), bytes(), "equal data makes equal bytes");
    assert_eq!(after.write().unwrap(), bytes(), "nothing is lost on the way");
    assert_eq!((&after.index, &after.digests, &after.connectors), (&before.index, &before.digests, &before.connectors));
    assert_eq!(after.config.pipeline, before.config.pipeline);
    assert_eq!(after.config.region, "eu-west");
    assert_eq!(format!("{:?}", after.config.egress), format!("{:?}", before.config.egress));
    assert_eq!(format!("{:?}", after.config.credentials), format!("{:?}", before.config.credentials));
    assert!(after.catalogue.len() > 300 && after.catalogue.len() == before.catalogue.len());
    for (after, before) in after.catalogue.records().iter().zip(before.catalogue.records()) {
        let mut before = before.as_ref().clone();
        before.must.clear();
        before.must_not.clear();
        assert_eq!(**after, before);
    }
}

#[test]
fn the_router_finds_the_same_sources_by_the_written_index() {
    let after = EdgeData::read(bytes()).unwrap();
    let fresh = Index::new(&whole_catalogue());
    for text in ["What is the capital of Japan?", "weather in Oslo tomorrow", "arxiv 1707.08567", "bees and honey"] {
        let question = question(text).question;
        let intent = zero_intent::read(&question);
        let found = after.index.candidates(&question, &intent, 48);
        assert!(!found.is_empty());
        assert_eq!(found, fresh.candidates(&question, &intent, 48), "{text}");
    }
}

fn read(bytes: Vec<u8>) -> DataError {
    EdgeData::read(bytes).map(|_| ()).unwrap_err()
}

#[test]
fn what_is_wrong_is_named() {
    let with = |at: usize, byte: u8| {
        let mut bytes = bytes().to_vec();
        bytes[at] = byte;
        bytes
    };
    assert_eq!(read(b"hello".to_vec()), DataError::Foreign);
    assert_eq!(read(with(0, b'z')), DataError::Foreign);
    assert_eq!(read(with(8, 9)), DataError::Version { found: 9 });
    assert_eq!(read(vec![0; zero_edge::DATA_BYTES_MAX + 1]), DataError::TooLarge(zero_edge::DATA_BYTES_MAX + 1));
    assert!(matches!(read(with(15, 0xff)), DataError::Broken { part: "head", .. }));
    // A catalogue that is cut off is read until somebody asks for what is missing; a build looks at all of it.
    let cut = bytes()[..bytes().len() - 1].to_vec();
    let Err(DataError::Record(lost)) = EdgeData::check(&cut) else { panic!("a record is cut off") };
    let data = EdgeData::read(cut).unwrap();
    assert!(data.catalogue.get(&lost).is_none());
    assert_eq!(data.catalogue.records().len(), data.catalogue.len() - 1);
}

/// Reads as much of it as anybody would, and routes by it.
fn use_up(bytes: Vec<u8>) {
    if let Ok(data) = EdgeData::read(bytes) {
        let question = question("What is the capital of Japan, and the weather in my notes?").question;
        let intent = zero_intent::read(&question);
        let found = data.index.candidates(&question, &intent, 48);
        let found = found.iter().filter(|&&at| data.catalogue.at(at).is_some());
        assert!(found.count() <= data.catalogue.len());
        assert!(data.catalogue.records().len() <= data.catalogue.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn broken_bytes_are_refused_or_harmless(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut broken = bytes().to_vec();
        for (at, byte) in &changes {
            let at = at.index(broken.len());
            broken[at] = *byte;
        }
        if let Some(cut) = cut {
            broken.truncate(cut.index(broken.len()));
        }
        use_up(broken);
    }

    #[test]
    fn noise_behind_a_good_beginning_is_refused_or_harmless(noise in prop::collection::vec(any::<u8>(), 0..600)) {
        let good = &bytes()[..12];
        use_up([good, &noise].concat());
    }
}
