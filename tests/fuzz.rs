//! Every parser of foreign bytes, thrown at: mutated seeds and bytes out of nowhere, for a bounded time in every run.
//! The same entry points without a bound are the targets of `tests/fuzz`, for `cargo fuzz run TARGET`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

use base64::Engine as _;
use zero_tests::bundle::bundle;
use zero_tests::entry::{self, Entry};
use zero_tests::{catalogue, exchanges, root};

/// Mutations of each seed.
const ROUNDS: u64 = 60;
/// Longer seeds are cut: what a parser does with them it does with their beginning.
const SEED_BYTES_MAX: usize = 16 * 1024;

/// Chance out of a seed: SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % bound.max(1) as u64).unwrap()
    }
}

/// What parsers trip over.
const TOKENS: [&str; 28] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "<",
    ">",
    "&#0;",
    "&amp;",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "é",
    "👩\u{200d}🚀",
    "-",
    "1e999",
    "99999999999999999999",
    "null",
    "0.1",
    "\\u0000",
    "\\ud800",
    "%",
    "\n\n",
    "HTTP/1.1 200\n",
    "]]>",
];

fn mutate(seed: &[u8], others: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(5) {
        let at = dice.below(bytes.len() + 1);
        match dice.below(7) {
            0 => bytes.truncate(at),
            1 => drop(bytes.splice(at..at, TOKENS[dice.below(TOKENS.len())].bytes())),
            2 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            3 => {
                let end = (at + dice.below(64)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                let end = (at + dice.below(256)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                (0..dice.below(40)).for_each(|_| drop(bytes.splice(at..at, part.clone())));
            }
            5 => {
                let other = &others[dice.below(others.len())];
                let from = dice.below(other.len() + 1);
                let part = other[from..(from + dice.below(128)).min(other.len())].to_vec();
                drop(bytes.splice(at..at, part));
            }
            _ => (0..dice.below(3_000)).for_each(|_| bytes.insert(at, b"[{(<\"- "[dice.0 as usize % 7])),
        }
        bytes.truncate(64 * 1024);
    }
    bytes
}

/// An entry point meets its seeds, mutations of them, and noise; it may refuse, and may not panic.
fn check(entry: Entry, seeds: &[Vec<u8>]) {
    assert!(!seeds.is_empty());
    let mut dice = Dice(0x5EED);
    for seed in seeds {
        entry(seed);
        let seed = &seed[..seed.len().min(SEED_BYTES_MAX)];
        let rounds = ROUNDS.min(1 + 600_000 / (seed.len() as u64 + 100));
        for _ in 0..rounds {
            let bytes = mutate(seed, seeds, &mut dice);
            let tried = std::panic::catch_unwind(|| entry(&bytes));
            assert!(tried.is_ok(), "panicked at {:?}", String::from_utf8_lossy(&bytes));
        }
    }
    for length in (0..400).step_by(7) {
        let noise: Vec<u8> = (0..length).map(|_| dice.below(256) as u8).collect();
        entry(&noise);
    }
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn bodies(connector: &str) -> Vec<Vec<u8>> {
    let all = exchanges::all().unwrap().into_iter();
    all.filter(|it| it.path.contains(connector)).map(|it| it.exchange.response.body).collect()
}

fn examples() -> Vec<Vec<u8>> {
    let catalogue = catalogue::read().unwrap();
    // Every fifth: a question goes through intent, context and every connector that computes.
    let all = catalogue.records().iter().step_by(5).flat_map(|record| record.must.iter().take(1));
    all.map(|text| text.clone().into_bytes()).collect()
}

#[test]
fn catalogue_toml() {
    let files: Vec<Vec<u8>> = catalogue::texts().unwrap().into_iter().map(|(_, text)| text.into_bytes()).collect();
    check(entry::catalogue, &files);
}

#[test]
fn zero_toml() {
    check(entry::config, &[std::fs::read(root().join("edge-config/default.toml")).unwrap()]);
}

#[test]
fn the_data_of_an_edge_target() {
    let seed = entry::edge_data_seed();
    assert!(zero_edge::EdgeData::check(&seed).is_ok() && seed.len() < SEED_BYTES_MAX, "{} bytes", seed.len());
    check(entry::edge_data, &[seed]);
}

#[test]
fn a_question_as_json() {
    let seeds = [
        r#"{"question": "why?", "sources": ["a"], "units": "us", "budget_ms": 7, "conversation": [{"question": "q", "answer": "a"}]}"#,
        r#"{"q": "why?", "place": {"name": "Oslo", "country": "NO", "latitude": 59.9, "longitude": 10.7}, "consent": "a,b"}"#,
    ];
    check(entry::ask, &texts(&seeds));
}

const TOKEN_HEADER: &str = r#"{"alg":"EdDSA","kid":"one","typ":"at+jwt"}"#;
const TOKEN_CLAIMS: &str = r#"{"iss":"https://issuer.example","aud":["zero"],"sub":"ada","iat":1800000000,
    "exp":1800000900.5,"sid":"s","realm_access":{"roles":["asker"]},"scope":"ask openid","a":{"b/c":"t"}}"#;

fn token(header: &[u8], claims: &[u8]) -> String {
    let encoded = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    format!("{}.{}.{}", encoded(header), encoded(claims), encoded(&[7; 64]))
}

#[test]
fn a_token_and_a_key() {
    let jwk = r#"{"kty":"OKP","crv":"Ed25519","kid":"one","use":"sig","alg":"EdDSA","key_ops":["verify"],
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let (whole, set) = (token(TOKEN_HEADER.as_bytes(), TOKEN_CLAIMS.as_bytes()), format!("{{\"keys\":[{jwk}]}}"));
    check(entry::token, &texts(&[&whole, jwk, &set, "zw_demo_a4dqobyha4dqobyha4dqobyha4dqobyh1234567"]));
    // Mutated before they are encoded, or hardly one would get further than base64.
    check(|bytes| entry::token(token(bytes, TOKEN_CLAIMS.as_bytes()).as_bytes()), &texts(&[TOKEN_HEADER]));
    check(|bytes| entry::token(token(TOKEN_HEADER.as_bytes(), bytes).as_bytes()), &texts(&[TOKEN_CLAIMS]));
}

#[test]
fn a_receipt_as_json() {
    check(entry::receipt, &[entry::receipt_seed().into_bytes()]);
}

#[test]
fn an_exchange_file() {
    let all = exchanges::all().unwrap();
    let seeds: Vec<Vec<u8>> = all.iter().map(|it| std::fs::read(root().join(&it.path)).unwrap()).collect();
    check(entry::exchange, &seeds);
}

#[test]
fn a_text_that_is_shown() {
    let hostile = texts(&[
        "a <b>bold</b> [link](https://e.example/) ![i](//e.example) \u{1b}]8;;http://x\u{7}l\u{1b}]8;;\u{7} \u{9b}2J",
        "www.e.example e.example/x javascript:alert(1) <https://e.example> می\u{200c}خواهم 👩\u{200d}🚀 \u{202e}",
        "<script>x</script><!-- y --><img src=x onerror=y> Vec<u8> [1] [a](b) https://a.example/(x)).",
    ]);
    check(entry::shown, &[hostile, bodies("connectors/feed/")].concat());
}

#[test]
fn a_url_that_is_planned() {
    let seeds = [
        "https://a.example/x?y=z#w",
        "https://a.example@b.example:8443/",
        "https://[::ffff:127.0.0.1]/%2e%2e/",
        "https://faß.example/\u{202e}",
        "https://0x7f.1/\\@b.example",
    ];
    check(entry::planned, &texts(&seeds));
}

#[test]
fn a_body_that_came_encoded() {
    use std::io::Write as _;
    let body = "what a service says, again and again. ".repeat(40);
    let mut gzip = flate2::write::GzEncoder::new(vec![0], flate2::Compression::fast());
    gzip.write_all(body.as_bytes()).unwrap();
    let mut zlib = flate2::write::ZlibEncoder::new(vec![3], flate2::Compression::fast());
    zlib.write_all(body.as_bytes()).unwrap();
    let mut br = vec![1];
    brotli::BrotliCompress(&mut body.as_bytes(), &mut br, &brotli::enc::BrotliEncoderParams::default()).unwrap();
    // A frame of one raw block, and one of a repeated byte.
    let zstd = vec![2, 0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x10, 0, 0, b'a', b'b', 0x03, 0x01, 0, b'c'];
    check(entry::encoded, &[gzip.finish().unwrap(), zlib.finish().unwrap(), br, zstd]);
}

#[test]
fn a_module_and_a_component() {
    let mut seeds = vec![b"\0asm\x01\0\0\0".to_vec(), b"\0asm\x0d\0\x01\0\0\x0ezero:interface".to_vec()];
    seeds.extend(bundle().into_iter().flat_map(|loaded| &loaded.connectors).map(|(_, bytes)| bytes.clone()));
    check(entry::component, &seeds);
}

#[test]
fn a_body_for_mediawiki() {
    check(entry::mediawiki, &bodies("connectors/mediawiki/"));
}

#[test]
fn a_body_for_wikidata() {
    check(entry::wikidata, &bodies("connectors/wikidata/"));
}

#[test]
fn a_body_for_rest() {
    check(entry::rest, &bodies("connectors/rest/"));
}

#[test]
fn a_body_for_files() {
    check(entry::files, &bodies("connectors/files/"));
}

#[test]
fn a_body_for_feed() {
    check(entry::feed, &bodies("connectors/feed/"));
}

#[test]
fn a_body_for_sparql() {
    check(entry::sparql, &bodies("connectors/sparql/"));
}

#[test]
fn a_body_for_oai_pmh() {
    check(entry::oai_pmh, &bodies("connectors/oai-pmh/"));
}

#[test]
fn a_body_for_mcp() {
    check(entry::mcp, &bodies("connectors/mcp/"));
}

#[test]
fn fixtures_of_a_component() {
    let mut seeds =
        texts(&[r#"{"sources": "connector = \"a\"", "cases": "", "exchanges": {"a-1": "GET https://a.example/\n"}}"#]);
    seeds.push(b"\0asm\x0d\0\x01\0\0\x10\x0dzero:fixtures{}".to_vec());
    check(entry::fixtures, &seeds);
}

#[test]
fn a_question() {
    check(entry::question, &examples());
}

/// Few, because whatever passes the checks is compiled.
#[test]
fn an_engine_and_broken_components() {
    let Some(loaded) = bundle() else { return };
    let mut dice = Dice(0xC0DE);
    let smallest = loaded.connectors.iter().map(|(_, bytes)| bytes).min_by_key(|bytes| bytes.len()).unwrap();
    for _ in 0..12 {
        let mut bytes = smallest.clone();
        for _ in 0..=dice.below(3) {
            let at = dice.below(bytes.len());
            bytes[at] ^= 1 << dice.below(8);
        }
        // Refused, or a component as good as any: both are fine, and nothing else is.
        if let Ok(connector) = loaded.engine.connector(&bytes) {
            let _ = connector.plan(
                &zero_types::connector::Source::new("s", "S"),
                &zero_types::connector::Question::new("what is 1 + 1"),
                &zero_types::connector::Intent::unknown("en"),
            );
        }
        let _ = loaded.engine.load(&bytes[..dice.below(bytes.len())]).map(|_| panic!("half a component was loaded"));
    }
}
