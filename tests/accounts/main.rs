//! The life of an account over HTTP, on a host that runs: what is issued there opens the door to questions, and what is
//! taken back closes it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends by panicking"
)]

mod client;

use client::{Client, Got};
use serde_json::{Value, json};
use std::path::PathBuf;
use tempfile::TempDir;
use tokio::net::TcpListener;
use zero_identity::Identity;
use zero_native::accounts::{open_identity, open_vault};
use zero_native::server::admin::{self, Admin, Token};
use zero_native::{Bundle, Desk, Host, Live, Options};
use zero_pipeline::catalogue::Catalogue;

const NAME: &str = "ada@example.org";
const PASSWORD: &str = "correct horse battery";
const OPERATORS_TOKEN: &str = "0123456789abcdef";

struct World {
    client: Client,
    identity: Identity,
    operators: admin::client::Client,
    _folder: TempDir,
}

/// None, loudly, when there is no bundle.
async fn world() -> Option<World> {
    let Some(bundle) = zero_tests::bundle::folder() else {
        zero_tests::skip("accounts", "no bundle; `cargo xtask components` makes one, ZERO_BUNDLE says where");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let mut bundle = Bundle::read(&bundle, None).unwrap();
    bundle.connectors.clear();
    bundle.catalogue = Catalogue::default();
    let identity = &mut bundle.config.identity;
    identity.enabled = true;
    identity.issuer = "http://localhost:8080".to_owned();
    identity.registration = true;
    let assembled = tokio::task::spawn_blocking(move || {
        let artifacts = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("artifacts");
        let identity = open_identity(&bundle.config.identity, open_vault(&state).unwrap()).unwrap();
        let options = Options { artifacts: Some(artifacts), state: Some(state), ..Options::default() };
        let mut host = Host::assemble(bundle, options).unwrap();
        host.identity = Some(identity.clone());
        (host, identity)
    });
    let (host, identity) = assembled.await.unwrap();
    let live = Live::from(host);
    let desk = Desk::open(live.clone()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client(listener.local_addr().unwrap());
    tokio::spawn(zero_native::server::serve(live, listener, std::future::pending()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let door = Admin { url: format!("http://{}", listener.local_addr().unwrap()), token: OPERATORS_TOKEN.to_owned() };
    let token = Token::given_or_new(Some(OPERATORS_TOKEN.to_owned())).unwrap();
    tokio::spawn(admin::serve(desk, token, listener, std::future::pending()));
    Some(World { client, identity, operators: admin::client::Client::new(door), _folder: folder })
}

impl World {
    async fn post(&self, path: &str, token: Option<&str>, body: Value) -> Got {
        self.client.send("POST", path, token, &body).await
    }

    async fn login(&self, body: Value) -> Got {
        self.post("/v1/auth/login", None, body).await
    }

    /// The status of a question with this token.
    async fn ask(&self, token: &str) -> u16 {
        self.client.send("GET", "/v1/answer?q=who+was+here", Some(token), &Value::Null).await.status
    }
}

/// The code of an app with this secret at this moment, or so many steps later.
fn code(secret: &str, later: u64) -> String {
    let bits: Vec<u8> = secret
        .bytes()
        .flat_map(|letter| {
            let value = if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' };
            (0..5).rev().map(move |bit| (value >> bit) & 1)
        })
        .collect();
    let bytes: Vec<u8> = bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| (sum << 1) | bit)).collect();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    totp_rs::Builder::new().with_secret(bytes).build().unwrap().generate(now + 30 * later).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_life_of_an_account() {
    let Some(world) = world().await else { return };
    let register = json!({"name": NAME, "password": PASSWORD});
    assert_eq!(world.post("/v1/auth/register", None, register.clone()).await.status, 202);
    let first = world.login(register).await;
    let access = first.text("access_token");
    assert_eq!(world.ask(&access).await, 200, "a token of this host is one that its auth component believes");
    assert_eq!(world.ask(&format!("{access}A")).await, 401);

    let secret = world.post("/v1/auth/totp", Some(&access), Value::Null).await.text("secret");
    let confirmed = world.post("/v1/auth/totp/confirm", Some(&access), json!({"code": code(&secret, 0)})).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    let without = world.login(json!({"name": NAME, "password": PASSWORD})).await;
    assert_eq!(without.problem(), "second-factor-needed");
    // The step of now is used up; the next one is taken a little early.
    let with = json!({"name": NAME, "password": PASSWORD, "code": code(&secret, 1)});
    let signed = world.login(with).await;
    assert_eq!((signed.status, world.ask(&signed.text("access_token")).await), (200, 200));

    let old = json!({"refresh_token": signed.text("refresh_token")});
    let next = world.post("/v1/auth/refresh", None, old.clone()).await;
    assert_eq!((next.status, world.ask(&next.text("access_token")).await), (200, 200));
    assert_eq!(world.post("/v1/auth/refresh", None, old).await.problem(), "refresh-refused");
    for token in [&signed, &next] {
        assert_eq!(world.ask(&token.text("access_token")).await, 401, "the whole family ends");
    }
    let last = json!({"refresh_token": next.text("refresh_token")});
    assert_eq!(world.post("/v1/auth/refresh", None, last).await.status, 401);
    assert_eq!(world.ask(&access).await, 200, "other sign-ins go on");
    assert_eq!(world.post("/v1/auth/logout", Some(&access), Value::Null).await.status, 204);
    assert_eq!(world.ask(&access).await, 401, "signed out is refused at once");
    println!("accounts: register, sign-in, second factor, question, refresh, theft and sign-out: 1 life, 0 surprises");
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_learn_nothing_and_keys_stay_in_their_scope() {
    let Some(world) = world().await else { return };
    assert_eq!(world.post("/v1/auth/register", None, json!({"name": NAME, "password": PASSWORD})).await.status, 202);
    let known = world.login(json!({"name": NAME, "password": "not the password"})).await;
    let unknown = world.login(json!({"name": "bob@example.org", "password": "not the password"})).await;
    assert_eq!((known.status, known.without_id()), (unknown.status, unknown.without_id()));
    assert_eq!(known.problem(), "sign-in-failed");

    let access = world.login(json!({"name": NAME, "password": PASSWORD})).await.text("access_token");
    let issued = world.post("/v1/auth/keys", Some(&access), json!({"scopes": ["list-sources"]})).await;
    let key = issued.text("key");
    let sources = world.client.send("GET", "/v1/sources", Some(&key), &Value::Null).await;
    assert_eq!((sources.status, world.ask(&key).await), (200, 403));
    assert_eq!(world.post("/v1/auth/keys", Some(&key), json!({})).await.status, 403, "a key makes no keys");
    let path = format!("/v1/auth/keys/{}", issued.text("id"));
    assert_eq!(world.client.send("DELETE", &path, Some(&access), &Value::Null).await.status, 204);
    assert_eq!(world.client.send("GET", "/v1/sources", Some(&key), &Value::Null).await.status, 401);
    let nobody = world.client.send("GET", "/v1/auth/account", None, &Value::Null).await;
    assert!([401, 403].contains(&nobody.status), "{}", nobody.status);

    // What an operator does is in force at once.
    let act = async |command: Value| -> Value {
        let sent = admin::client::Sent::Json(command);
        world.operators.ask("POST", "/admin/v1/identity", sent).await.unwrap()
    };
    let listed = act(json!({"do": "list"})).await;
    assert_eq!(listed["accounts"][0]["name"], NAME);
    assert_eq!(world.ask(&access).await, 200);
    assert_eq!(act(json!({"do": "end-sessions", "name": NAME})).await["ended"], 1);
    assert_eq!(world.ask(&access).await, 401);
    let access = world.login(json!({"name": NAME, "password": PASSWORD})).await.text("access_token");
    act(json!({"do": "rotate", "now": true})).await;
    assert_eq!(world.ask(&access).await, 401, "a key that was stolen signs nothing that is believed");
    let access = world.login(json!({"name": NAME, "password": PASSWORD})).await.text("access_token");
    assert_eq!(world.ask(&access).await, 200);
    let published = world.client.send("GET", "/.well-known/jwks.json", None, &Value::Null).await;
    assert_eq!(published.body["keys"].as_array().unwrap().len(), world.identity.trust().issuers[0].keys.len());
    assert!(published.head.contains("cache-control: public, max-age=300"), "{}", published.head);
}
