//! The life of an account, on a clock of its own.

mod authenticator;

use crate::limits::{ACCESS_TOKEN_MS, ATTEMPTS_NAME_MAX, ATTEMPTS_WINDOW_MS, DAY_MS, LEEWAY_MS};
use crate::{Command, Identity, Wanted};
use authenticator::Authenticator;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};
use std::sync::Arc;
use zero_types::functions::{Credential, Principal, PrincipalKind, TokenAlgorithm};
use zero_vault::{Master, Vault};

const NAME: &str = "ada@example.org";
const PASSWORD: &str = "correct horse battery";
const START_MS: i64 = 1_800_000_000_000;

struct World {
    identity: Identity,
    config: zero_config::Identity,
    folder: tempfile::TempDir,
    now_ms: i64,
}

/// What came back.
struct Got {
    status: u16,
    body: Value,
    retry_after: Option<String>,
}

impl Got {
    fn text(&self, key: &str) -> String {
        self.body[key].as_str().unwrap_or_else(|| panic!("no `{key}`: {} {}", self.status, self.body)).to_owned()
    }

    /// The name of a problem.
    fn problem(&self) -> (u16, String) {
        (self.status, self.text("type").rsplit(['/', ':']).next().unwrap().to_owned())
    }
}

fn open(folder: &tempfile::TempDir, config: &zero_config::Identity, now_ms: i64) -> Identity {
    let vault = Arc::new(Vault::open(folder.path(), Master::File(None)).unwrap());
    Identity::open(config, vault, now_ms).unwrap()
}

impl World {
    fn new() -> Self {
        let config = zero_config::Identity {
            enabled: true,
            issuer: "https://answers.example".to_owned(),
            registration: true,
            // The least that Argon2 takes: what is tested is not how long it takes.
            password_memory_kib: 8,
            password_passes: 1,
            ..zero_config::Identity::default()
        };
        let folder = tempfile::tempdir().unwrap();
        Self { identity: open(&folder, &config, START_MS), config, folder, now_ms: START_MS }
    }

    /// The host stops and starts again, perhaps with another configuration.
    fn restart(self, change: impl FnOnce(&mut zero_config::Identity)) -> Self {
        let Self { identity, mut config, folder, now_ms } = self;
        let house = Arc::downgrade(&identity.house);
        drop(identity);
        // Threads that had the last request let go of it.
        while house.strong_count() > 0 {
            std::thread::yield_now();
        }
        change(&mut config);
        Self { identity: open(&folder, &config, now_ms), config, folder, now_ms }
    }

    /// Who shows this, by what is trusted now; as the auth component does it, in the fewest lines.
    fn who(&self, token: Option<&str>) -> Option<Principal> {
        let trust = self.identity.trust();
        let Some(token) = token else {
            return zero_auth::authenticate(&Credential::Anonymous, &trust, self.now_ms).ok();
        };
        if token.starts_with("zw_") {
            return zero_auth::authenticate(&Credential::ApiKey(token.to_owned()), &trust, self.now_ms).ok();
        }
        let (message, signature) = token.rsplit_once('.')?;
        let parts: Vec<Value> =
            message.split('.').map(|part| serde_json::from_slice(&BASE64.decode(part).unwrap()).unwrap()).collect();
        let (header, claims) = (&parts[0], &parts[1]);
        assert_eq!(header["typ"], "at+jwt");
        let [issuer] = &trust.issuers[..] else { panic!("one issuer") };
        let key = issuer.keys.iter().find(|key| header["kid"] == key.id.as_str())?;
        assert_eq!((key.algorithm, &header["alg"]), (TokenAlgorithm::Es256, &json!("ES256")));
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &key.public)
            .verify(message.as_bytes(), &BASE64.decode(signature).unwrap())
            .ok()?;
        let in_term = key.not_before_ms <= self.now_ms && key.expires_ms.is_none_or(|ends_ms| self.now_ms < ends_ms);
        let valid = claims["exp"].as_i64()? * 1_000 > self.now_ms && claims["nbf"].as_i64()? * 1_000 <= self.now_ms;
        let ours = claims["iss"] == issuer.url.as_str() && claims["aud"] == issuer.audiences[0].as_str();
        let session = claims["sid"].as_str()?.to_owned();
        let revoked = trust.revoked_sessions.contains(&session);
        let roles: Vec<String> = claims["roles"].as_array()?.iter().map(|it| it.as_str().unwrap().to_owned()).collect();
        assert!(roles.iter().all(|role| issuer.roles_allowed.contains(role)), "a role that no token may bring");
        assert!(claims["exp"].as_i64()? - claims["iat"].as_i64()? <= issuer.lifetime_ms_max / 1_000);
        (in_term && valid && ours && !revoked).then(|| Principal {
            id: claims["sub"].as_str().unwrap().to_owned(),
            kind: PrincipalKind::User,
            tenant: claims["tenant"].as_str().unwrap().to_owned(),
            roles,
            scopes: None,
            session: Some(session),
            limit_per_minute: None,
        })
    }

    async fn call(&self, method: &str, path: &str, token: Option<&str>, body: Value) -> Got {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let (parts, ()) = request.header("user-agent", "test").body(()).unwrap().into_parts();
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let who = self.who(token).expect("whoever asks is known");
        let response =
            self.identity.respond(&parts, body, &who, "192.0.2.1".parse().unwrap(), self.now_ms).await.unwrap();
        let retry_after = response.headers().get("retry-after").map(|it| it.to_str().unwrap().to_owned());
        let body = serde_json::from_slice(response.body()).unwrap_or_default();
        Got { status: response.status().as_u16(), body, retry_after }
    }

    async fn post(&self, path: &str, token: Option<&str>, body: Value) -> Got {
        self.call("POST", path, token, body).await
    }

    async fn login(&self, name: &str, password: &str) -> Got {
        self.post("/v1/auth/login", None, json!({"name": name, "password": password})).await
    }

    /// An account, signed in.
    async fn signed_in(&self) -> Got {
        let got = self.post("/v1/auth/register", None, json!({"name": NAME, "password": PASSWORD})).await;
        assert_eq!(got.status, 202, "{}", got.body);
        let got = self.login(NAME, PASSWORD).await;
        assert_eq!(got.status, 200, "{}", got.body);
        got
    }

    fn act(&self, command: Command) -> Value {
        self.identity.administer(command, self.now_ms).unwrap()
    }
}

fn code(secret: &str, now_ms: i64) -> String {
    // Base32 without a library: five bits a letter.
    let bits: Vec<u8> = secret
        .bytes()
        .flat_map(|letter| {
            let value = if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' };
            (0..5).rev().map(move |bit| (value >> bit) & 1)
        })
        .collect();
    let bytes: Vec<u8> = bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |sum, bit| (sum << 1) | bit)).collect();
    let totp = totp_rs::Builder::new().with_secret(bytes).build().unwrap();
    totp.generate(now_ms as u64 / 1_000).to_string()
}

#[tokio::test]
async fn from_registration_to_a_session_that_was_stolen() {
    let mut world = World::new();
    let first = world.signed_in().await;
    let access = first.text("access_token");
    let account = world.call("GET", "/v1/auth/account", Some(&access), Value::Null).await;
    assert_eq!((account.text("name").as_str(), account.body["second_factor"].as_bool()), (NAME, Some(false)));

    let second = world.post("/v1/auth/refresh", None, json!({"refresh_token": first.text("refresh_token")})).await;
    assert_eq!(second.status, 200, "{}", second.body);
    assert_ne!(second.text("refresh_token"), first.text("refresh_token"));
    assert!(world.who(Some(&second.text("access_token"))).is_some());

    // Somebody uses the first again: whoever it is, the whole family ends, and its tokens at once.
    let reused = world.post("/v1/auth/refresh", None, json!({"refresh_token": first.text("refresh_token")})).await;
    assert_eq!(reused.problem(), (401, "refresh-refused".to_owned()));
    assert!(world.who(Some(&access)).is_none() && world.who(Some(&second.text("access_token"))).is_none());
    let after = world.post("/v1/auth/refresh", None, json!({"refresh_token": second.text("refresh_token")})).await;
    assert_eq!((after.problem(), &after.body), (reused.problem(), &reused.body), "the same answer to all");

    // A restart forgets none of it; once the tokens have expired, it need not be remembered.
    let trust = world.identity.trust();
    assert_eq!(trust.revoked_sessions.len(), 1);
    world = world.restart(|_| {});
    assert_eq!(world.identity.trust().revoked_sessions, trust.revoked_sessions);
    assert!(world.who(Some(&access)).is_none());
    world.now_ms += ACCESS_TOKEN_MS + LEEWAY_MS;
    world.identity.tick(world.now_ms).unwrap();
    assert!(world.identity.trust().revoked_sessions.is_empty());
}

#[tokio::test]
async fn signing_out_ends_what_was_signed_in() {
    let mut world = World::new();
    let one = world.signed_in().await;
    let other = world.login(NAME, PASSWORD).await;
    let third = world.login(NAME, PASSWORD).await;
    let (one, token) = (one.text("access_token"), other.text("access_token"));
    let sessions = world.call("GET", "/v1/auth/sessions", Some(&one), Value::Null).await;
    assert_eq!(sessions.body["sessions"].as_array().unwrap().len(), 3);
    assert_eq!(world.post("/v1/auth/logout", Some(&one), Value::Null).await.status, 204);
    assert!(world.who(Some(&one)).is_none() && world.who(Some(&token)).is_some());
    let by_refresh = json!({"refresh_token": third.text("refresh_token")});
    assert_eq!(world.post("/v1/auth/logout", None, by_refresh.clone()).await.status, 204);
    assert_eq!(world.post("/v1/auth/logout", None, by_refresh).await.status, 204, "whether it was one is not told");
    assert!(world.who(Some(&third.text("access_token"))).is_none());
    let fourth = world.login(NAME, PASSWORD).await.text("access_token");
    assert_eq!(world.post("/v1/auth/logout", Some(&token), json!({"everywhere": true})).await.status, 204);
    assert!(world.who(Some(&token)).is_none() && world.who(Some(&fourth)).is_none());

    // A session ends by itself when nobody uses it, and when its days are over.
    let idle = world.login(NAME, PASSWORD).await.text("refresh_token");
    world.now_ms += 14 * DAY_MS;
    assert_eq!(world.post("/v1/auth/refresh", None, json!({"refresh_token": idle})).await.status, 401);
    let mut used = world.login(NAME, PASSWORD).await.text("refresh_token");
    for day in 1..=30 {
        world.now_ms += DAY_MS;
        let got = world.post("/v1/auth/refresh", None, json!({"refresh_token": used})).await;
        assert_eq!(got.status, if day < 30 { 200 } else { 401 }, "day {day}");
        used = if day < 30 { got.text("refresh_token") } else { used };
    }
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_its_codes_count_once() {
    let mut world = World::new();
    let access = world.signed_in().await.text("access_token");
    let enrolled = world.post("/v1/auth/totp", Some(&access), Value::Null).await;
    let secret = enrolled.text("secret");
    assert!(enrolled.text("url").starts_with("otpauth://totp/answers%2Eexample:ada%40example%2Eorg?secret="));
    assert_eq!(world.login(NAME, PASSWORD).await.status, 200, "not before its owner has shown a code");
    let wrong = world.post("/v1/auth/totp/confirm", Some(&access), json!({"code": "000000"})).await;
    assert_eq!(wrong.problem().0, 422);
    let shown = json!({"code": code(&secret, world.now_ms)});
    let confirmed = world.post("/v1/auth/totp/confirm", Some(&access), shown).await;
    let recovery = confirmed.body["recovery_codes"].as_array().unwrap().clone();
    assert_eq!(recovery.len(), 10);

    assert_eq!(world.login(NAME, PASSWORD).await.problem(), (401, "second-factor-needed".to_owned()));
    assert_eq!(world.login(NAME, "another password").await.problem(), (401, "sign-in-failed".to_owned()));
    let with = |code: String| json!({"name": NAME, "password": PASSWORD, "code": code});
    let check = async |world: &World, code: String, status: u16, why: &str| {
        let got = world.post("/v1/auth/login", None, with(code)).await;
        assert_eq!(got.status, status, "{why}: {}", got.body);
    };
    check(&world, code(&secret, world.now_ms), 401, "the code that was used to confirm").await;
    world.now_ms += 30_000;
    let next = code(&secret, world.now_ms);
    check(&world, next.clone(), 200, "the next").await;
    check(&world, next, 401, "again").await;
    check(&world, recovery[0].as_str().unwrap().to_uppercase(), 200, "a recovery code").await;
    check(&world, recovery[0].as_str().unwrap().to_owned(), 401, "again").await;
    let vault = std::fs::read(world.folder.path().join(zero_vault::VAULT_FILE)).unwrap();
    assert!(!vault.windows(NAME.len()).any(|window| window == NAME.as_bytes()), "the file names nobody");
    world.act(Command::Reset { name: NAME.to_owned(), password: Some(PASSWORD.to_owned()), factors: true });
    assert_eq!(world.login(NAME, PASSWORD).await.status, 200, "the operator helps who lost it all");
}

/// Nobody learns by asking who has an account: same status, same body, same work.
#[tokio::test]
async fn strangers_learn_nothing_about_names() {
    let mut world = World::new();
    world.signed_in().await;
    let (known, unknown) =
        (world.login(NAME, "wrong password").await, world.login("bob@example.org", "wrong password").await);
    assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
    assert_eq!(known.problem(), (401, "sign-in-failed".to_owned()));
    assert!(!known.body.to_string().contains(NAME));
    let again = world.post("/v1/auth/register", None, json!({"name": NAME, "password": "another password"})).await;
    let new = world.post("/v1/auth/register", None, json!({"name": "eve@example.org", "password": PASSWORD})).await;
    assert_eq!((again.status, &again.body), (new.status, &new.body));
    assert_eq!(world.login(NAME, PASSWORD).await.status, 200, "whoever has the name keeps it");
    assert_eq!(world.login(NAME, "another password").await.status, 401);

    // Both are counted, and both are told to wait.
    for name in [NAME, "nobody@example.org"] {
        for _ in 0..=ATTEMPTS_NAME_MAX {
            world.login(name, "wrong password").await;
        }
        let got = world.login(name, PASSWORD).await;
        assert_eq!(got.problem(), (429, "too-many-attempts".to_owned()));
        assert_eq!(got.retry_after.unwrap(), (ATTEMPTS_WINDOW_MS / 1_000).to_string());
    }
    world.now_ms += ATTEMPTS_WINDOW_MS;
    assert_eq!(world.login(NAME, PASSWORD).await.status, 200);
    world.act(Command::Disable { name: NAME.to_owned() });
    let locked = world.login(NAME, PASSWORD).await;
    assert_eq!((locked.status, &locked.body), (known.status, &known.body), "locked accounts are not told either");
    let world = world.restart(|config| config.registration = false);
    let closed = world.post("/v1/auth/register", None, json!({"name": "x", "password": PASSWORD})).await;
    assert_eq!(closed.problem(), (403, "registration-closed".to_owned()));
}

#[tokio::test]
async fn a_passkey_signs_in_without_a_name() {
    let mut world = World::new();
    let access = world.signed_in().await.text("access_token");
    let begun = world.post("/v1/auth/passkeys/register/start", Some(&access), Value::Null).await;
    assert_eq!(begun.body["options"]["publicKey"]["authenticatorSelection"]["residentKey"], "required");
    let (mut key, answer) = Authenticator::register(&begun.body["options"], "https://answers.example");
    let finish = json!({"ceremony": begun.text("ceremony"), "label": "phone", "credential": answer});
    let made = world.post("/v1/auth/passkeys/register/finish", Some(&access), finish.clone()).await;
    assert_eq!((made.status, made.text("label").as_str()), (201, "phone"), "{}", made.body);
    let replayed = world.post("/v1/auth/passkeys/register/finish", Some(&access), finish).await;
    assert_eq!(replayed.status, 401, "a challenge is answered once");

    let begun = world.post("/v1/auth/passkeys/login/start", None, Value::Null).await;
    assert_eq!(begun.body["options"]["publicKey"]["allowCredentials"], json!([]), "nobody is named");
    let answer = key.sign_in(&begun.body["options"]);
    let finish = json!({"ceremony": begun.text("ceremony"), "credential": answer});
    let signed = world.post("/v1/auth/passkeys/login/finish", None, finish.clone()).await;
    assert_eq!(signed.status, 200, "{}", signed.body);
    let who = world.who(Some(&signed.text("access_token"))).unwrap();
    assert_eq!(who.id, world.who(Some(&access)).unwrap().id);
    assert_eq!(world.post("/v1/auth/passkeys/login/finish", None, finish).await.status, 401, "replayed");

    // A page elsewhere, a counter that went back, a challenge that is too old.
    for case in ["origin", "counter", "late"] {
        let begun = world.post("/v1/auth/passkeys/login/start", None, Value::Null).await;
        let (mut options, counter) = (begun.body["options"].clone(), key.counter);
        match case {
            "origin" => options["publicKey"]["challenge"] = json!(BASE64.encode([7; 32])),
            "counter" => key.counter = 0,
            _ => world.now_ms += crate::limits::CEREMONY_MS,
        }
        let answer = key.sign_in(&options);
        let finish = json!({"ceremony": begun.text("ceremony"), "credential": answer});
        let got = world.post("/v1/auth/passkeys/login/finish", None, finish).await;
        assert_eq!(got.problem(), (401, "passkey-refused".to_owned()), "{case}");
        key.counter = counter.max(key.counter);
    }
    let listed = world.call("GET", "/v1/auth/passkeys", Some(&access), Value::Null).await;
    let id = listed.body["passkeys"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(world.call("DELETE", &format!("/v1/auth/passkeys/{id}"), Some(&access), Value::Null).await.status, 204);
    let begun = world.post("/v1/auth/passkeys/login/start", None, Value::Null).await;
    let answer = key.sign_in(&begun.body["options"]);
    let finish = json!({"ceremony": begun.text("ceremony"), "credential": answer});
    assert_eq!(world.post("/v1/auth/passkeys/login/finish", None, finish).await.status, 401, "forgotten");
}

#[tokio::test]
async fn api_keys_are_shown_once_and_end_with_their_account() {
    let mut world = World::new();
    let access = world.signed_in().await.text("access_token");
    let wanted = json!({"label": "ci", "scopes": ["ask"], "expires_days": 1, "limit_per_minute": 60});
    let issued = world.post("/v1/auth/keys", Some(&access), wanted).await;
    assert_eq!(issued.status, 201, "{}", issued.body);
    let key = issued.text("key");
    let who = world.who(Some(&key)).unwrap();
    assert_eq!((who.scopes, who.limit_per_minute, who.session), (Some(vec!["ask".to_owned()]), Some(60), None));
    let listed = world.call("GET", "/v1/auth/keys", Some(&access), Value::Null).await;
    assert!(listed.body.to_string().contains(&issued.text("id")) && !listed.body.to_string().contains(&key));
    // A key is no sign-in.
    let by_key = world.call("GET", "/v1/auth/account", Some(&key), Value::Null).await;
    assert_eq!(by_key.problem(), (401, "sign-in-needed".to_owned()));
    world.act(Command::Disable { name: NAME.to_owned() });
    assert!(world.who(Some(&key)).is_none());
    world.act(Command::Enable { name: NAME.to_owned() });
    assert!(world.who(Some(&key)).is_some());
    world.now_ms += DAY_MS;
    assert!(world.who(Some(&key)).is_none(), "expired");

    let service = Command::IssueKey {
        name: None,
        service: Some("indexer".to_owned()),
        tenant: Some("acme".to_owned()),
        roles: Some(vec!["reader".to_owned()]),
        wanted: Wanted::default(),
    };
    let issued = world.act(service);
    let key = issued["key"].as_str().unwrap();
    let who = world.who(Some(key)).unwrap();
    assert_eq!((who.id.as_str(), who.tenant.as_str(), who.kind), ("indexer", "acme", PrincipalKind::Service));
    world.act(Command::RevokeKey { id: issued["id"].as_str().unwrap().to_owned() });
    assert!(world.who(Some(key)).is_none());

    let old = world.login(NAME, PASSWORD).await;
    world.now_ms += ACCESS_TOKEN_MS;
    let refreshed = world.post("/v1/auth/refresh", None, json!({"refresh_token": old.text("refresh_token")})).await;
    let access = refreshed.text("access_token");
    world.now_ms += 1;
    let stale = world.post("/v1/auth/keys", Some(&access), Value::Null).await;
    assert_eq!(stale.problem(), (403, "sign-in-again".to_owned()), "a refresh is no fresh sign-in");
}

#[tokio::test]
async fn signing_keys_change_and_nobody_is_turned_away() {
    let mut world = World::new();
    world.signed_in().await;
    let published = async |world: &World| -> Vec<String> {
        let got = world.call("GET", "/.well-known/jwks.json", None, Value::Null).await;
        got.body["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let signer = |token: &str| -> String {
        let header = BASE64.decode(token.split('.').next().unwrap()).unwrap();
        serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
    };
    let first = published(&world).await;
    assert_eq!(first.len(), 1);
    world.now_ms += 89 * DAY_MS;
    let known = published(&world).await;
    assert_eq!(known.len(), 2, "announced a day before");
    world.now_ms += DAY_MS - 60_000;
    let last = world.login(NAME, PASSWORD).await.text("access_token");
    assert_eq!(signer(&last), first[0]);
    world.now_ms += 60_000;
    let next = world.login(NAME, PASSWORD).await.text("access_token");
    assert_ne!(signer(&next), first[0]);
    assert!(known.contains(&signer(&next)));
    assert!(world.who(Some(&last)).is_some() && world.who(Some(&next)).is_some());
    world.now_ms += ACCESS_TOKEN_MS - 61_000;
    assert!(world.who(Some(&last)).is_some(), "to its last second");
    world.now_ms += 61_000 + LEEWAY_MS;
    assert_eq!(published(&world).await, [signer(&next)]);

    // A key that was stolen is worth nothing from one moment to the next.
    let token = world.login(NAME, PASSWORD).await.text("access_token");
    world.act(Command::Rotate { now: true });
    assert!(world.who(Some(&token)).is_none());
    let token = world.login(NAME, PASSWORD).await.text("access_token");
    let world = world.restart(|_| {});
    assert!(world.who(Some(&token)).is_some(), "keys outlive the process");
    let metadata = world.call("GET", "/.well-known/openid-configuration", None, Value::Null).await;
    assert_eq!(metadata.text("jwks_uri"), "https://answers.example/.well-known/jwks.json");
}

#[tokio::test]
async fn passwords_are_hashed_anew_when_parameters_change() {
    let world = World::new();
    world.signed_in().await;
    let phc = |world: &World| {
        let account =
            world.identity.house.vault.read(|view| crate::accounts::by_name(&world.identity.house, view, NAME));
        account.unwrap().unwrap().password
    };
    assert!(phc(&world).contains("m=8,t=1,p=1"));
    let world = world.restart(|config| config.password_passes = 2);
    assert_eq!(world.login(NAME, PASSWORD).await.status, 200);
    assert!(phc(&world).contains("m=8,t=2,p=1"));
    assert_eq!(world.login(NAME, PASSWORD).await.status, 200);
    let bad = world.post("/v1/auth/login", None, json!({"name": NAME, "password": 7})).await;
    assert_eq!(bad.status, 400);
    let token = world.login(NAME, PASSWORD).await.text("access_token");
    let short = json!({"password": PASSWORD, "new_password": "short"});
    assert_eq!(world.post("/v1/auth/password", Some(&token), short).await.status, 422);
    let changed = json!({"password": PASSWORD, "new_password": "a better sentence"});
    assert_eq!(world.post("/v1/auth/password", Some(&token), changed).await.status, 204);
    assert_eq!(world.login(NAME, PASSWORD).await.status, 401);
    assert_eq!(world.login(NAME, "a better sentence").await.status, 200);
}
