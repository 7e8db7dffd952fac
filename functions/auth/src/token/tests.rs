use super::*;
use base64ct::{Base64UrlUnpadded, Encoding as _};
use core::cell::Cell;
use ed25519_dalek::Signer as _;
use serde_json::{Value, json};
use zero_types::functions::{Denial, Issuer, PrincipalKind};

const NOW_MS: i64 = 1_800_000_000_000;
const NOW_S: i64 = NOW_MS / 1_000;
const ISSUER: &str = "https://issuer.example/";

fn encoded(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

fn secret() -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[7; 32])
}

fn ed25519(id: &str) -> TokenKey {
    let mut public = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    public.extend(secret().verifying_key().as_bytes());
    TokenKey { id: id.to_owned(), algorithm: TokenAlgorithm::Eddsa, public, not_before_ms: 0, expires_ms: None }
}

fn issuer() -> Issuer {
    Issuer {
        url: ISSUER.to_owned(),
        audiences: vec!["zero".to_owned()],
        types: vec!["at+jwt".to_owned()],
        lifetime_ms_max: ACCESS_TOKEN_MS,
        subject_prefix: String::new(),
        tenant: "acme".to_owned(),
        tenant_claim: Some("tenant".to_owned()),
        roles_claim: Some("/realm_access/roles".to_owned()),
        roles_allowed: vec!["asker".to_owned(), "manager".to_owned()],
        default_roles: vec!["asker".to_owned(), "operator".to_owned()],
        scopes_claim: Some("scope".to_owned()),
        keys: vec![ed25519("one")],
    }
}

fn trust() -> Trust {
    Trust { keys: Vec::new(), issuers: vec![issuer()], revoked_sessions: vec!["ended".to_owned()] }
}

fn header() -> Value {
    json!({"alg": "EdDSA", "kid": "one", "typ": "at+jwt"})
}

fn claims() -> Value {
    json!({"iss": ISSUER, "aud": "zero", "sub": "ada", "iat": NOW_S, "exp": NOW_S + 900, "sid": "s1"})
}

fn signed(header: &str, claims: &str) -> String {
    let body = format!("{}.{}", encoded(header.as_bytes()), encoded(claims.as_bytes()));
    let signature = secret().sign(body.as_bytes()).to_bytes();
    format!("{body}.{}", encoded(&signature))
}

/// A token whose header or claims differ in this; null leaves one out.
fn with(mut object: Value, changes: Value) -> String {
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => _ = object.as_object_mut().unwrap().remove(name),
            value => object[name] = value.clone(),
        }
    }
    object.to_string()
}

fn of_claims(changes: Value) -> String {
    signed(&header().to_string(), &with(claims(), changes))
}

fn of_header(changes: Value) -> String {
    signed(&with(header(), changes), &claims().to_string())
}

#[track_caller]
fn check(token: &str, expected: Result<&str, Refusal>) {
    let got = principal(token, &trust(), NOW_MS).map(|principal| principal.id);
    assert_eq!(got.as_deref().map_err(|refusal| *refusal), expected);
}

#[test]
fn a_token_is_somebody() {
    let got = principal(&of_claims(json!({})), &trust(), NOW_MS).unwrap();
    let expected = Principal {
        id: "ada".to_owned(),
        kind: PrincipalKind::User,
        tenant: "acme".to_owned(),
        roles: vec!["asker".to_owned()],
        scopes: None,
        session: Some("s1".to_owned()),
        limit_per_minute: None,
    };
    assert_eq!(got, expected, "of the default roles only those that are allowed");
}

#[test]
fn a_token_is_valid_for_whom_and_while_it_says() {
    check(&of_claims(json!({"aud": ["other", "zero"]})), Ok("ada"));
    for aud in [json!("other"), json!([]), json!(["Zero"])] {
        check(&of_claims(json!({ "aud": aud })), Err(Refusal::Audience));
    }
    for changes in [
        json!({"aud": null}),
        json!({"aud": 1}),
        json!({"aud": ["zero", 1]}),
        json!({"aud": {"zero": "zero"}}),
        json!({"exp": null}),
        json!({"exp": "1900000000"}),
        json!({"exp": -1}),
        json!({"exp": 1e300}),
        json!({"iat": null}),
        json!({"iat": "now"}),
        json!({"nbf": "now"}),
        json!({"sub": null}),
        json!({"sub": ""}),
        json!({"sub": 1}),
        json!({"sub": "a\nb"}),
        json!({"sub": "a".repeat(257)}),
        json!({"sid": ""}),
        json!({"jti": 1}),
        json!({"scope": 1}),
        json!({"scope": ["ask", 1]}),
        json!({"realm_access": {"roles": {"asker": true}}}),
        json!({"iss": null}),
    ] {
        check(&of_claims(changes), Err(Refusal::Claims));
    }
    check(&of_claims(json!({"iss": "https://issuer.example"})), Err(Refusal::Issuer));
    let at = |from: i64, until: i64| of_claims(json!({"iat": NOW_S + from, "exp": NOW_S + until}));
    check(&at(-900, 0), Ok("ada"));
    check(&at(-929, -29), Ok("ada"));
    check(&at(-930, -30), Err(Refusal::Expired));
    check(&at(30, 60), Ok("ada"));
    check(&at(31, 60), Err(Refusal::NotYet));
    check(&at(0, 901), Err(Refusal::Lifetime));
    check(&at(10, 10), Err(Refusal::Lifetime));
    check(&of_claims(json!({"nbf": NOW_S + 30})), Ok("ada"));
    check(&of_claims(json!({"nbf": NOW_S + 31})), Err(Refusal::NotYet));
    check(&of_claims(json!({"exp": NOW_S as f64 + 899.5})), Ok("ada"));
    check(&of_claims(json!({"sid": "ended"})), Err(Refusal::Revoked));
    check(&of_claims(json!({"jti": "ended"})), Err(Refusal::Revoked));
    let long = Trust { issuers: vec![Issuer { lifetime_ms_max: i64::MAX, ..issuer() }], ..trust() };
    let day = of_claims(json!({"exp": NOW_S + LIFETIME_MS_MAX / 1_000}));
    assert!(principal(&day, &long, NOW_MS).is_ok());
    let longer = of_claims(json!({"exp": NOW_S + LIFETIME_MS_MAX / 1_000 + 1}));
    assert_eq!(principal(&longer, &long, NOW_MS), Err(Refusal::Lifetime), "whatever is configured");
}

#[test]
fn an_issuer_gives_what_it_may() {
    let got = |changes: Value, issuer: Issuer| {
        principal(&of_claims(changes), &Trust { issuers: vec![issuer], ..trust() }, NOW_MS)
    };
    let roles = |roles: Value| got(json!({"realm_access": {"roles": roles}}), issuer()).unwrap().roles;
    assert_eq!(roles(json!(["operator", "manager", "asker:answer", "operator:x"])), ["manager", "asker:answer"]);
    assert!(roles(json!([])).is_empty(), "who has no role has none by default");
    assert_eq!(got(json!({"scope": "ask openid"}), issuer()).unwrap().scopes.unwrap(), ["ask", "openid"]);
    assert_eq!(got(json!({"tenant": "other"}), issuer()).unwrap().tenant, "other");
    for (changes, issuer) in
        [(json!({}), Issuer { tenant: String::new(), ..issuer() }), (json!({"tenant": "public"}), issuer())]
    {
        assert_eq!(got(changes, issuer), Err(Refusal::Tenant));
    }
    let unbelieved = Issuer { tenant_claim: None, roles_claim: None, scopes_claim: None, ..issuer() };
    let changes = json!({"tenant": "other", "roles": ["manager"], "scope": "ask"});
    let principal = got(changes, Issuer { subject_prefix: "google".to_owned(), ..unbelieved }).unwrap();
    assert_eq!((principal.id.as_str(), principal.tenant.as_str(), principal.scopes), ("google:ada", "acme", None));
    let named = Issuer { roles_claim: Some("https://example.com/roles".to_owned()), ..issuer() };
    assert_eq!(got(json!({"https://example.com/roles": "manager"}), named).unwrap().roles, ["manager"]);
    let kind = |changes| got(changes, issuer()).unwrap().kind;
    assert_eq!(kind(json!({"act": {"sub": "bot"}})), PrincipalKind::Agent);
    assert_eq!(kind(json!({"client_id": "ada"})), PrincipalKind::Service);
    assert_eq!(kind(json!({"client_id": "app"})), PrincipalKind::User);
}

#[test]
fn a_header_chooses_among_keys_and_nothing_else() {
    for typ in ["AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        check(&of_header(json!({ "typ": typ })), Ok("ada"));
    }
    for typ in [json!("JWT"), json!(null), json!("")] {
        check(&of_header(json!({ "typ": typ })), Err(Refusal::Type));
    }
    check(&of_header(json!({"kid": null})), Ok("ada"));
    for kid in ["two", "ONE", "", "../../../../dev/null", "one\0", "' or 1=1 --"] {
        check(&of_header(json!({ "kid": kid })), Err(Refusal::Key));
    }
    check(&of_header(json!({"kid": 1})), Err(Refusal::Header));
    check(&of_header(json!({"alg": null})), Err(Refusal::Header));
    for alg in ["none", "None", "NONE", "", "HS256", "HS512", "RS512", "PS256", "ES256K", "eddsa"] {
        check(&of_header(json!({ "alg": alg })), Err(Refusal::Algorithm));
    }
    for alg in ["RS256", "ES256"] {
        check(&of_header(json!({ "alg": alg })), Err(Refusal::Key));
    }
    for member in ["crit", "b64", "enc", "zip"] {
        check(&of_header(json!({ member: ["exp"] })), Err(Refusal::Critical));
    }
    // Where keys could be had is not looked at: neither believed nor a reason to refuse.
    for member in ["jku", "x5u", "x5c", "jwk"] {
        check(&of_header(json!({ member: "https://evil.example/" })), Ok("ada"));
    }
}

#[test]
fn one_key_is_meant_or_none() {
    let got = |keys: Vec<TokenKey>, kid: Value| {
        let trust = Trust { issuers: vec![Issuer { keys, ..issuer() }], ..trust() };
        principal(&of_header(json!({ "kid": kid })), &trust, NOW_MS).map(|principal| principal.id)
    };
    let one = || ed25519("one");
    assert_eq!(got(vec![one(), one()], json!("one")), Err(Refusal::Key), "twice the same id");
    assert_eq!(got(vec![one(), ed25519("two")], json!(null)), Err(Refusal::Key), "either would do");
    assert_eq!(got(vec![one(), ed25519("two")], json!("two")).unwrap(), "ada");
    let pinned = TokenKey { algorithm: TokenAlgorithm::Es256, ..one() };
    assert_eq!(got(vec![pinned], json!("one")), Err(Refusal::Key), "a key is for one algorithm");
    assert_eq!(got(vec![TokenKey { expires_ms: Some(NOW_MS), ..one() }], json!("one")), Err(Refusal::Key));
    assert!(got(vec![TokenKey { expires_ms: Some(NOW_MS + 1), ..one() }], json!("one")).is_ok());
    assert_eq!(got(vec![TokenKey { not_before_ms: NOW_MS + 1, ..one() }], json!("one")), Err(Refusal::Key));
    assert_eq!(got(vec![TokenKey { public: vec![0; 44], ..one() }], json!("one")), Err(Refusal::Signature));
}

#[test]
fn es256_signs_too() {
    use p256::ecdsa::signature::Signer as _;
    let secret = p256::ecdsa::SigningKey::from_slice(&[9; 32]).unwrap();
    let point = secret.verifying_key().to_sec1_point(false);
    let public = [jwk::P256_SPKI.as_slice(), &point.as_bytes()[1..]].concat();
    let key = TokenKey { algorithm: TokenAlgorithm::Es256, public, ..ed25519("one") };
    let body = format!("{}.{}", encoded(br#"{"alg":"ES256"}"#), encoded(b"anything"));
    let signature: p256::ecdsa::Signature = secret.sign(body.as_bytes());
    let token = format!("{body}.{}", encoded(&signature.to_bytes()));
    assert_eq!(payload(&token, core::slice::from_ref(&key), NOW_MS).unwrap(), b"anything");
    assert!(usable(&key) && !usable(&TokenKey { algorithm: TokenAlgorithm::Rs256, ..key.clone() }));
    // The form that certificates have is another one.
    let der = format!("{body}.{}", encoded(signature.to_der().as_bytes()));
    assert_eq!(payload(&der, &[key], NOW_MS), Err(Refusal::Signature));
}

/// Whatever is wrong with its form costs no cryptography.
#[test]
fn form_comes_before_cryptography() {
    let good = of_claims(json!({}));
    let [head, payload, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let check = |token: &str, expected: Refusal, verifications: u32| {
        let count = Cell::new(0);
        let counted = |key: &TokenKey, signed: &[u8], signature: &[u8]| {
            count.set(count.get() + 1);
            verifies(key, signed, signature)
        };
        let got = principal_by(token, &trust(), NOW_MS, counted);
        assert_eq!((got, count.get()), (Err(expected), verifications), "{}", token.get(..80).unwrap_or(token));
    };
    check(&format!("{head}.{payload}.{}", encoded(&[0; 64])), Refusal::Signature, 1);
    check(&format!("{good}{}", "A".repeat(TOKEN_BYTES_MAX)), Refusal::TooLong, 0);
    check(&"A".repeat(1 << 20), Refusal::TooLong, 0);
    check(&".".repeat(TOKEN_BYTES_MAX), Refusal::Parts, 0);
    for parts in ["", "a", "a.b", &format!("{good}."), &format!("{good}.a.b"), &format!(".{good}")] {
        check(parts, Refusal::Parts, 0);
    }
    for wrong in ["=", "==", "+", "/", " ", "\n", "é", "A"] {
        check(&format!("{head}{wrong}.{payload}.{signature}"), Refusal::Base64, 0);
    }
    // Two spellings of the same bytes: the last letter holds four bits that count for nothing.
    let last = signature.chars().last().unwrap();
    let other = char::from(u32::from(last) as u8 + 1);
    check(&format!("{head}.{payload}.{}{other}", &signature[..signature.len() - 1]), Refusal::Base64, 0);
    for object in ["", "[]", "\"x\"", r#"{"alg":"EdDSA","alg":"none"}"#] {
        check(&signed(object, &claims().to_string()), Refusal::Json, 0);
    }
    let twice = claims().to_string().replacen('{', "{\"sub\":\"eve\",", 1);
    check(&signed(&header().to_string(), &twice), Refusal::Json, 0);
    let long = of_claims(json!({"more": "x".repeat(TOKEN_BYTES_MAX)}));
    check(&long, Refusal::TooLong, 0);
}

#[test]
fn no_refusal_repeats_the_token() {
    for token in [
        of_claims(json!({"iss": "https://canary.example"})),
        of_claims(json!({"aud": "canary"})),
        of_header(json!({"alg": "canary"})),
        of_header(json!({"kid": "canary"})),
        of_header(json!({"typ": "canary"})),
        of_claims(json!({"sub": "canary\n"})),
    ] {
        let denial = Denial::from(principal(&token, &trust(), NOW_MS).unwrap_err());
        assert!(!denial.reason.contains("canary") && denial.reason.contains("\n\nhint: "), "{}", denial.reason);
    }
    let [issuer, key, signature] =
        [Refusal::Issuer, Refusal::Key, Refusal::Signature].map(|it| Denial::from(it).reason);
    assert!(issuer == key && key == signature, "whether an issuer or key is known is not told");
}

proptest::proptest! {
    #[test]
    fn any_token_is_read_without_panic(
        header in ".{0,80}", payload in ".{0,80}", text in ".{0,200}", bytes: Vec<u8>,
    ) {
        let _ = principal(&text, &trust(), NOW_MS);
        let _ = principal(&signed(&header, &payload), &trust(), NOW_MS);
        let _ = said(&format!("{}.{}.{}", encoded(header.as_bytes()), encoded(&bytes), text));
        let key = TokenKey { public: bytes.clone(), ..ed25519("x") };
        for algorithm in [TokenAlgorithm::Rs256, TokenAlgorithm::Es256, TokenAlgorithm::Eddsa] {
            let key = TokenKey { algorithm, ..key.clone() };
            proptest::prop_assert!(!verifies(&key, b"x", &bytes), "by no key at all");
        }
    }

    #[test]
    fn one_changed_letter_breaks_a_token(at in 0_usize..400, to in "[A-Za-z0-9_.=-]") {
        let good = of_claims(json!({}));
        let at = at % good.len();
        let mut changed = good.clone();
        changed.replace_range(at..=at, &to);
        proptest::prop_assert!(changed == good || principal(&changed, &trust(), NOW_MS).is_err());
    }
}
