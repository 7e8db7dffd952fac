//! An issuer of tokens, with keys of its own, that behaves and that does not.

use crate::http::{Said, Server, egress, serve};
use aws_lc_rs::encoding::{AsBigEndian as _, EcPublicKeyUncompressedBin};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    ParsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use zero_config::Config;
use zero_federation::{Issuers, claimed};
use zero_types::functions::{Issuer, TokenAlgorithm};

const URL: &str = "https://id.example/realms/a";
const NOW: i64 = 1_700_000_000_000;
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// What an issuer says at the moment.
struct Page {
    discovery: Said,
    keys: Said,
}

struct Stub {
    page: Arc<Mutex<Page>>,
    server: Server,
    issuers: Arc<Issuers>,
}

fn ok(value: &Value) -> Said {
    (200, "content-type: application/json\r\ncache-control: public, max-age=600\r\n".to_owned(), value.to_string())
}

fn discovery(issuer: &str, keys: &str) -> Said {
    ok(&json!({"issuer": issuer, "jwks_uri": keys, "userinfo_endpoint": "https://evil.example/"}))
}

impl Stub {
    async fn new(keys: &[Value]) -> Self {
        let page = Page { discovery: discovery(URL, "https://id.example/keys"), keys: ok(&json!({ "keys": keys })) };
        let page = Arc::new(Mutex::new(page));
        let server = serve({
            let page = Arc::clone(&page);
            move |heard| {
                let page = page.lock().unwrap();
                match heard.path.as_str() {
                    "/realms/a/.well-known/openid-configuration" => page.discovery.clone(),
                    "/keys" => page.keys.clone(),
                    _ => (404, String::new(), String::new()),
                }
            }
        })
        .await;
        let issuers = Arc::new(issuers(server.address));
        Self { page, server, issuers }
    }

    fn publish(&self, keys: &[Value]) {
        self.page.lock().unwrap().keys = ok(&json!({ "keys": keys }));
    }

    async fn ids(&self, key_id: &str, now_ms: i64) -> Option<Vec<String>> {
        let found = self.issuers.trust_for(URL, key_id, now_ms).await?;
        Some(found.keys.iter().map(|key| key.id.clone()).collect())
    }

    fn fetches(&self) -> usize {
        self.server.count("/keys")
    }
}

fn issuers(address: SocketAddr) -> Issuers {
    let text = format!(
        "[[federation.issuers]]\nname = \"acme\"\nurl = \"{URL}\"\naudiences = [\"zero\"]\ntenant_claim = \"org\"\n\
         roles_claim = \"/realm_access/roles\"\nroles_allowed = [\"asker\"]\n"
    );
    let config = Config::from_toml(&text).unwrap();
    let hosts = [("id.example", address), ("evil.example", address), ("keys.example", address)];
    Issuers::new(&config.federation.issuers, &egress(&hosts))
}

fn ed25519(id: &str) -> (Ed25519KeyPair, Value) {
    let pair = Ed25519KeyPair::generate().unwrap();
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": B64.encode(pair.public_key().as_ref())});
    (pair, jwk)
}

fn jwks(ids: &[&str]) -> Vec<Value> {
    ids.iter().map(|id| ed25519(id).1).collect()
}

/// A token signed by `sign`.
fn token(header: &Value, payload: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", B64.encode(header.to_string()), B64.encode(payload.to_string()));
    let signature = B64.encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// Whether the keys that were handed on verify this token, each by its own algorithm.
fn verifies(issuer: &Issuer, token: &str) -> bool {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = B64.decode(signature).unwrap();
    let key_id = claimed(token).unwrap().key_id;
    let Some(key) = issuer.keys.iter().find(|key| key.id == key_id) else { return false };
    let parsed = match key.algorithm {
        TokenAlgorithm::Es256 => ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &key.public),
        TokenAlgorithm::Eddsa => ParsedPublicKey::new(&ED25519, &key.public),
        TokenAlgorithm::Rs256 => return false,
    };
    parsed.unwrap().verify_sig(signed.as_bytes(), &signature).is_ok()
}

#[tokio::test]
async fn tokens_of_an_issuer_verify_by_the_keys_that_it_publishes() {
    let (ed, ed_jwk) = ed25519("ed");
    let random = SystemRandom::new();
    let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point: EcPublicKeyUncompressedBin<'_> = ec.public_key().as_be_bytes().unwrap();
    let (x, y) = (B64.encode(&point.as_ref()[1..33]), B64.encode(&point.as_ref()[33..]));
    let ec_jwk = json!({"kty": "EC", "crv": "P-256", "kid": "ec", "use": "sig", "alg": "ES256", "x": x, "y": y});
    let oct = json!({"kty": "oct", "kid": "hs", "alg": "HS256", "k": "AAAA"});
    let stub = Stub::new(&[ed_jwk, ec_jwk, oct]).await;

    let payload = json!({"iss": URL, "aud": "zero", "sub": "ada"});
    let by_ed = token(&json!({"alg": "EdDSA", "kid": "ed"}), &payload, |bytes| ed.sign(bytes).as_ref().to_vec());
    let by_ec = token(&json!({"alg": "ES256", "kid": "ec", "jku": "https://evil.example/keys"}), &payload, |bytes| {
        ec.sign(&random, bytes).unwrap().as_ref().to_vec()
    });
    let who = claimed(&by_ec).unwrap();
    let issuer = stub.issuers.trust_for(&who.issuer, &who.key_id, NOW).await.unwrap();
    assert_eq!(issuer.keys.len(), 2, "a symmetric key is none");
    assert!(verifies(&issuer, &by_ed) && verifies(&issuer, &by_ec));
    let confused = token(&json!({"alg": "EdDSA", "kid": "ec"}), &payload, |bytes| ed.sign(bytes).as_ref().to_vec());
    assert!(!verifies(&issuer, &confused), "a key is for its own algorithm, whatever the token says");
    assert_eq!((issuer.url.as_str(), issuer.subject_prefix.as_str()), (URL, "acme"));
    assert_eq!(
        (issuer.roles_claim.as_deref(), issuer.roles_allowed.as_slice()),
        (Some("/realm_access/roles"), &["asker".to_owned()][..])
    );
    assert!(issuer.keys.iter().all(|key| key.expires_ms.is_some_and(|at| at <= NOW + 24 * HOUR)));
    for heard in stub.server.heard.lock().unwrap().iter() {
        assert_eq!(heard.header("host").as_deref(), Some("id.example"), "nothing that a token says was followed");
    }
}

#[tokio::test]
async fn an_issuer_that_nobody_named_is_not_asked() {
    let stub = Stub::new(&jwks(&["a"])).await;
    for other in ["https://evil.example", "https://id.example/realms/a/", "https://ID.example/realms/a", ""] {
        assert!(stub.issuers.trust_for(other, "a", NOW).await.is_none(), "{other}");
    }
    assert_eq!(stub.server.heard.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn new_keys_are_found_and_withdrawn_ones_forgotten() {
    let stub = Stub::new(&jwks(&["a"])).await;
    assert_eq!(stub.ids("a", NOW).await.unwrap(), ["a"]);
    assert_eq!((stub.ids("a", NOW + MINUTE).await.unwrap().len(), stub.fetches()), (1, 1), "kept while it is fresh");
    stub.publish(&jwks(&["a", "b"]));
    assert_eq!(stub.ids("b", NOW + 2 * MINUTE).await.unwrap(), ["a", "b"], "a name that is not known is looked for");
    assert_eq!(stub.fetches(), 2);
    stub.publish(&jwks(&["b"]));
    assert_eq!(stub.ids("a", NOW + 13 * MINUTE).await.unwrap(), ["b"], "after its max-age a key that is gone is gone");
    assert_eq!(stub.fetches(), 3);
}

#[tokio::test]
async fn a_flood_of_unknown_keys_is_one_fetch_a_minute() {
    let stub = Stub::new(&jwks(&["a"])).await;
    stub.ids("a", NOW).await.unwrap();
    let mut asked = 0;
    for second in 0..300 {
        let now = NOW + second * 1_000;
        let many = (0..10).map(|n| {
            let issuers = Arc::clone(&stub.issuers);
            tokio::spawn(async move { issuers.trust_for(URL, &format!("x{second}-{n}"), now).await.is_some() })
        });
        for task in many.collect::<Vec<_>>() {
            assert!(task.await.unwrap(), "whoever has a good key is still believed");
            asked += 1;
        }
    }
    println!("federation: {asked} tokens with unknown keys in 5 minutes made {} fetches", stub.fetches());
    assert!((2..=5).contains(&stub.fetches()), "{} fetches", stub.fetches());
}

#[tokio::test]
async fn many_at_once_are_one_flight() {
    let stub = Stub::new(&jwks(&["a"])).await;
    let many = (0..100).map(|_| {
        let issuers = Arc::clone(&stub.issuers);
        tokio::spawn(async move { issuers.trust_for(URL, "a", NOW).await.is_some() })
    });
    for task in many.collect::<Vec<_>>() {
        assert!(task.await.unwrap());
    }
    assert_eq!((stub.fetches(), stub.issuers.health(NOW)[0].fetches), (1, 1));
}

#[tokio::test]
async fn an_issuer_that_is_away_is_believed_for_a_day() {
    let stub = Stub::new(&jwks(&["a"])).await;
    stub.ids("a", NOW).await.unwrap();
    stub.page.lock().unwrap().discovery = (503, String::new(), String::new());
    assert_eq!(stub.ids("a", NOW + HOUR).await.unwrap(), ["a"]);
    let health = stub.issuers.health(NOW + HOUR).remove(0);
    assert!(!health.is_fresh && health.keys == 1 && health.believed_until_ms == Some(NOW + 24 * HOUR), "{health:?}");
    assert!(health.problem.unwrap().contains("503"));
    let before = stub.server.heard.lock().unwrap().len();
    for _ in 0..50 {
        stub.ids("a", NOW + HOUR + 1_000).await.unwrap();
    }
    assert_eq!(stub.server.heard.lock().unwrap().len(), before, "it is left alone for a while");
    assert_eq!(stub.ids("a", NOW + 24 * HOUR).await, None, "and after a day no longer");
    stub.page.lock().unwrap().discovery = discovery(URL, "https://id.example/keys");
    assert_eq!(stub.ids("a", NOW + 25 * HOUR).await.unwrap(), ["a"]);
    assert_eq!(stub.issuers.health(NOW + 25 * HOUR)[0].problem, None);
}

#[tokio::test]
async fn a_document_that_leads_elsewhere_is_not_followed() {
    let large = "x".repeat(70_000);
    let redirect = (302, "location: https://evil.example/\r\n".to_owned(), String::new());
    for (discovery, why) in [
        (discovery("https://evil.example", "https://id.example/keys"), "another issuer"),
        (discovery(&format!("{URL}/"), "https://id.example/keys"), "another issuer"),
        (discovery(URL, "https://evil.example/keys"), "is at `evil.example`"),
        (discovery(URL, "http://id.example/keys"), "not by `https`"),
        (discovery(URL, "https://169.254.169.254/keys"), "is at `169.254.169.254`"),
        ((200, String::new(), large), "over the limit"),
        ((200, String::new(), "<html>".to_owned()), "cannot be read"),
        (redirect, "status 302"),
    ] {
        let stub = Stub::new(&jwks(&["a"])).await;
        stub.page.lock().unwrap().discovery = discovery;
        assert_eq!(stub.ids("a", NOW).await, None, "{why}");
        let problem = stub.issuers.health(NOW)[0].problem.clone().unwrap();
        assert!(problem.contains(why), "{problem}");
        let all_own =
            stub.server.heard.lock().unwrap().iter().all(|it| it.header("host").as_deref() == Some("id.example"));
        assert!(all_own && stub.fetches() == 0, "{why}");
    }
}
