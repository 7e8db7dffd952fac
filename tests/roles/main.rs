//! Role x route x tenant x state of what is shown: 100,000 cases against a model that knows nothing of the room.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends by panicking, and says its figure"
)]

mod cases;
mod model;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use cases::{Case, Dice, Shown, State, routes};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Instant;
use zero_pipeline::{Rooms, identify};
use zero_tests::bundle::bundle;
use zero_tests::native::NativeRooms;
use zero_types::prelude::*;

const CASES: u32 = 100_000;
/// Printed with a failure; another one makes other cases.
const SEED: u64 = 0x5EED_0FA0_7135;
const NOW_MS: i64 = 1_800_000_000_000;
const NOW_S: i64 = NOW_MS / 1_000;

/// Who issues what the cases show.
struct World {
    own: Ed25519KeyPair,
    guest: Ed25519KeyPair,
    stranger: Ed25519KeyPair,
}

fn issuer(url: &str, pair: &Ed25519KeyPair, prefix: &str, roles_allowed: &[&str]) -> Issuer {
    let mut public = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    public.extend(pair.public_key().as_ref());
    let algorithm = TokenAlgorithm::Eddsa;
    Issuer {
        url: url.to_owned(),
        audiences: vec!["zero".to_owned()],
        types: vec!["at+jwt".to_owned()],
        lifetime_ms_max: zero_auth::token::ACCESS_TOKEN_MS,
        subject_prefix: prefix.to_owned(),
        tenant: String::new(),
        tenant_claim: Some("tenant".to_owned()),
        roles_claim: Some("roles".to_owned()),
        roles_allowed: roles_allowed.iter().map(|&role| role.to_owned()).collect(),
        default_roles: Vec::new(),
        scopes_claim: Some("scope".to_owned()),
        keys: vec![TokenKey { id: "k".to_owned(), algorithm, public, not_before_ms: 0, expires_ms: None }],
    }
}

impl World {
    fn new() -> Self {
        let [own, guest, stranger] = core::array::from_fn(|_| Ed25519KeyPair::generate().unwrap());
        Self { own, guest, stranger }
    }

    /// What a case shows, and all that is trusted when it does.
    fn shown(&self, case: &Case) -> (Credential, Trust) {
        let issuers = vec![
            issuer("https://own.example", &self.own, "", &zero_auth::ROLES),
            issuer("https://guest.example", &self.guest, "guest", &["asker", "reader"]),
        ];
        let mut trust = Trust { keys: Vec::new(), issuers, revoked_sessions: vec!["ended".to_owned()] };
        let credential = match case.shown {
            Shown::Nothing => Credential::Anonymous,
            Shown::Key => {
                let (key, record) = key(case);
                trust.keys.extend(record);
                Credential::ApiKey(key)
            }
            Shown::Token => Credential::Token(self.token(case, "https://own.example", &self.own)),
            Shown::GuestToken => Credential::Token(self.token(case, "https://guest.example", &self.guest)),
        };
        (credential, trust)
    }

    fn token(&self, case: &Case, url: &str, pair: &Ed25519KeyPair) -> String {
        let (from, until) = match case.state {
            State::Expired => (-930, -30),
            State::ExpiredWithinLeeway => (-900, -29),
            State::Early => (31, 900),
            State::EarlyWithinLeeway => (30, 900),
            State::Overlong => (-1, 900),
            _ => (0, 900),
        };
        let mut claims = json!({
            "iss": url, "aud": if case.state == State::Elsewhere { "other" } else { "zero" }, "sub": "ada",
            "iat": NOW_S + from, "exp": NOW_S + until, "tenant": case.tenant, "roles": case.roles,
            "sid": if case.state == State::Revoked { "ended" } else { "open" },
        });
        if let Some(scopes) = &case.scopes {
            claims["scope"] = scopes.join(" ").into();
        }
        let part = |text: String| URL_SAFE_NO_PAD.encode(text);
        let head = part(json!({"alg": "EdDSA", "kid": "k", "typ": "at+jwt"}).to_string());
        let body = format!("{head}.{}", part(claims.to_string()));
        let signer = if case.state == State::Forged { &self.stranger } else { pair };
        let signature = URL_SAFE_NO_PAD.encode(signer.sign(body.as_bytes()).as_ref());
        match case.state {
            State::Changed => {
                claims["roles"] = json!(["operator"]);
                claims["jti"] = "another".into();
                format!("{head}.{}.{signature}", part(claims.to_string()))
            }
            State::Garbled => format!("{body}..{signature}"),
            _ => format!("{body}.{signature}"),
        }
    }
}

/// An API key, and its record where it has one.
fn key(case: &Case) -> (String, Option<KeyRecord>) {
    let list = |names: &Vec<&str>| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let principal = Principal {
        id: "ada".to_owned(),
        kind: PrincipalKind::User,
        tenant: case.tenant.to_owned(),
        roles: list(&case.roles),
        scopes: None,
        session: None,
        limit_per_minute: None,
    };
    let (from, until) = match case.state {
        State::Expired | State::Overlong => (0, NOW_MS),
        State::ExpiredWithinLeeway => (0, NOW_MS - 1),
        State::Early => (NOW_MS + 30_001, i64::MAX),
        State::EarlyWithinLeeway => (NOW_MS + 1, i64::MAX),
        _ => (NOW_MS, NOW_MS + 1),
    };
    let (text, record) =
        zero_auth::key_record("k", &[7; zero_auth::SECRET_BYTES], principal, from, Some(until)).unwrap();
    let record = KeyRecord { revoked: case.state == State::Revoked, scopes: case.scopes.as_ref().map(list), ..record };
    match case.state {
        State::Forged => (zero_auth::key_text("k", &[8; zero_auth::SECRET_BYTES]).unwrap(), Some(record)),
        State::Changed => (text.replace("zw_k_", "zw_j_"), Some(record)),
        State::Elsewhere => (text, None),
        State::Garbled => (text[1..].to_owned(), Some(record)),
        _ => (text, Some(record)),
    }
}

/// What a door responds with.
fn status<R: Rooms>(rooms: &R, case: &Case, credential: &Credential, trust: &Trust) -> u16 {
    if case.route.rule.is_open() {
        return 200;
    }
    let passed = identify::authenticate(rooms, credential, trust, NOW_MS)
        .and_then(|principal| case.route.rule.check(rooms, &principal));
    passed.map_or_else(|problem| problem.status, |()| 200)
}

#[test]
fn a_hundred_thousand_cases_end_as_the_model_says() {
    let (mut dice, routes, world) = (Dice(SEED), routes(), World::new());
    let (components, plain) = (bundle().map(|loaded| &loaded.rooms), NativeRooms::default());
    let mut ends: BTreeMap<u16, u32> = BTreeMap::new();
    let start = Instant::now();
    for number in 0..CASES {
        let case = Case::any(&mut dice, &routes);
        let (credential, trust) = world.shown(&case);
        let got = match components {
            Some(rooms) => status(rooms, &case, &credential, &trust),
            None => status(&plain, &case, &credential, &trust),
        };
        let expected = model::status(&case);
        assert_eq!(got, expected, "case {number} of seed {SEED:#x}: {case:?}");
        *ends.entry(got).or_default() += 1;
    }
    let by = if components.is_some() { "the component" } else { "the plain library" };
    println!(
        "role x route x tenant x state: {CASES} cases over {} routes by {by}, {CASES} equal to the model in {:.1?}; \
         ends {ends:?}",
        routes.len(),
        start.elapsed(),
    );
    assert!([200, 401, 403].iter().all(|status| ends.get(status).is_some_and(|count| *count > CASES / 50)), "{ends:?}");
}

/// A model that says the same to everything would be equal to a room that does.
#[test]
fn the_model_tells_cases_apart() {
    let (mut dice, routes) = (Dice(SEED), routes());
    let mut differ = 0;
    for _ in 0..2_000 {
        let case = Case::any(&mut dice, &routes);
        let other = Case { roles: vec!["operator"], scopes: None, ..case.clone() };
        differ += u32::from(model::status(&case) != model::status(&other));
    }
    assert!(differ > 100, "{differ} of 2,000");
}
