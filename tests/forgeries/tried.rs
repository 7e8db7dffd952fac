//! Forgeries as they are tried: each is refused by the room and by its component alike, in words that repeat nothing of it.

use crate::figure;
use crate::signer::{ISSUER, NOW_MS, NOW_S, Signer, base64, claims, issuer, trust};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core::cell::Cell;
use serde_json::{Value, json};
use zero_auth::token::{self, Refusal, TOKEN_BYTES_MAX};
use zero_tests::bundle::bundle;
use zero_types::prelude::*;

/// Stands where nothing may be repeated: in subjects, key ids, types and algorithms of forgeries.
const CANARY: &str = "canary";

type Forgery = (&'static str, String);

fn with(mut object: Value, changes: Value) -> String {
    for (name, value) in changes.as_object().unwrap() {
        object[name] = value.clone();
    }
    object.to_string()
}

fn hs256(secret: &[u8], header: &str, payload: &str) -> String {
    let signed = format!("{}.{}", base64(header), base64(payload));
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
    format!("{signed}.{}", base64(mac))
}

fn pem(public: &[u8]) -> String {
    let lines = STANDARD.encode(public).into_bytes();
    let lines: Vec<String> = lines.chunks(64).map(|line| String::from_utf8(line.to_vec()).unwrap()).collect();
    format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
}

/// No signature, somebody else's algorithm, or the public key as a shared secret.
fn of_algorithms(signer: &Signer, others: &[Signer]) -> Vec<Forgery> {
    let (good, payload) = (signer.token(), claims().to_string());
    let signature = good.rsplit('.').next().unwrap();
    let mut all: Vec<Forgery> = Vec::new();
    for name in ["none", "None", "NONE", "nOnE", "", " none", CANARY] {
        let header = with(signer.header(), json!({ "alg": name }));
        let body = format!("{}.{}", base64(&header), base64(&payload));
        all.push(("no algorithm, no signature", format!("{body}.")));
        all.push(("no algorithm, no third part", body.clone()));
        all.push(("no algorithm, another's signature", format!("{body}.{signature}")));
        all.push(("no algorithm, signed all the same", signer.token_of(&header, &payload)));
    }
    let (public, pem) = (&signer.key.public, pem(&signer.key.public));
    for header in
        [with(signer.header(), json!({"alg": "HS256"})), with(signer.header(), json!({"alg": signer.algorithm}))]
    {
        for secret in [public.as_slice(), pem.as_bytes(), pem.trim_end().as_bytes(), b"", b"secret"] {
            all.push(("the public key as a shared secret", hs256(secret, &header, &payload)));
        }
    }
    for other in others.iter().filter(|other| other.algorithm != signer.algorithm) {
        let algorithm = other.token_of(&with(other.header(), json!({"kid": signer.key.id})), &payload);
        all.push(("another algorithm's key of this id", algorithm));
        let swapped = other.token_of(&with(signer.header(), json!({"kid": other.key.id})), &payload);
        all.push(("this algorithm with another's key", swapped));
    }
    all
}

/// Keys that come with the token, or from where it says.
fn of_keys(signer: &Signer, stranger: &Signer) -> Vec<Forgery> {
    let payload = claims().to_string();
    let mut all: Vec<Forgery> = Vec::new();
    all.push(("signed by a stranger", stranger.token()));
    let jwk = match signer.algorithm {
        "EdDSA" => json!({"kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": base64(&stranger.key.public[12..])}),
        "ES256" => {
            let (x, y) = stranger.key.public[27..].split_at(32);
            json!({"kty": "EC", "crv": "P-256", "kid": "ec", "x": base64(x), "y": base64(y)})
        }
        _ => json!({"kty": "RSA", "kid": "rsa", "e": "AQAB", "n": base64(&stranger.key.public[33..289])}),
    };
    for (what, said) in [
        ("a key in the token", json!({ "jwk": jwk })),
        ("a set of keys elsewhere", json!({"jku": "https://evil.example/keys"})),
        ("a certificate in the token", json!({"x5c": [STANDARD.encode(&stranger.key.public)]})),
        ("a certificate elsewhere", json!({"x5u": "https://evil.example/certificate"})),
        ("all of them", json!({"jwk": jwk, "jku": "https://evil.example/keys", "x5u": "file:///dev/null"})),
    ] {
        let header = with(stranger.header(), said);
        all.push((what, stranger.token_of(&header, &payload)));
        let unnamed = header.replace("\"kid\":", "\"no\":");
        all.push((what, stranger.token_of(&unnamed, &payload)));
    }
    for id in [
        "../../../../../../dev/null",
        "..\\..\\..\\windows\\win.ini",
        "/dev/null",
        "file:///dev/null",
        "x' UNION SELECT 'secret",
        "ed\0",
        "|/bin/true",
        "",
        "canary",
    ] {
        let header = with(signer.header(), json!({ "kid": id }));
        all.push(("an id that is a path or worse", signer.token_of(&header, &payload)));
        let header = with(signer.header(), json!({"kid": id, "alg": "HS256"}));
        all.push(("an id that is a path, an empty secret", hs256(b"", &header, &payload)));
    }
    all.push(("an id that is no text", signer.token_of(&with(signer.header(), json!({"kid": ["ed"]})), &payload)));
    all
}

/// A form that two parsers could read in two ways, signed by who may sign.
fn of_form(signer: &Signer) -> Vec<Forgery> {
    let (header, payload) = (signer.header().to_string(), claims().to_string());
    let good = signer.token();
    let [first, second, third] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let twice = |text: &str, first: &str| text.replacen('{', &format!("{{{first},"), 1);
    let deep = format!(r#"{{"x":{}{}}}"#, "[".repeat(900), "]".repeat(900));
    vec![
        ("five parts", format!("{first}.{second}.{third}.{second}.{third}")),
        ("four parts", format!("{good}.")),
        ("a part too many in front", format!(".{good}")),
        ("two parts", format!("{first}.{second}")),
        ("one part", first.to_owned()),
        ("nothing", String::new()),
        ("dots", ".".repeat(4_000)),
        ("another form", json!({"protected": first, "payload": second, "signature": third}).to_string()),
        ("an algorithm twice", signer.token_of(&twice(&header, r#""alg":"none""#), &payload)),
        ("an id twice, once escaped", signer.token_of(&twice(&header, r#""k\u0069d":"x""#), &payload)),
        ("a subject twice", signer.token_of(&header, &twice(&payload, r#""sub":"eve""#))),
        ("an end twice", signer.token_of(&header, &twice(&payload, r#""exp":9999999999"#))),
        ("a key twice further in", signer.token_of(&header, &twice(&payload, r#""x":{"a":1,"a":2}"#))),
        ("too deep", signer.token_of(&header, &deep)),
        ("more behind the claims", signer.token_of(&header, &format!("{payload}{{}}"))),
        ("claims that are a list", signer.token_of(&header, &format!("[{payload}]"))),
        ("claims that are no JSON", signer.token_of(&header, "foo")),
        ("a header that is a list", signer.token_of(&format!("[{header}]"), &payload)),
        ("padding", format!("{first}=.{second}.{third}")),
        ("padding behind", format!("{good}=")),
        ("space before", format!(" {good}")),
        ("a line's end", format!("{good}\n")),
        ("space within", format!("{first}.{second}. {third}")),
        ("the other alphabet", format!("{first}.{second}.+{}", &third[1..])),
        ("what must be understood", signer.token_of(&twice(&header, r#""crit":["exp"]"#), &payload)),
        ("nothing that must be", signer.token_of(&twice(&header, r#""crit":[]"#), &payload)),
        ("a payload as it is", signer.token_of(&twice(&header, r#""b64":false,"crit":["b64"]"#), &payload)),
        ("compressed", signer.token_of(&twice(&header, r#""zip":"DEF""#), &payload)),
        ("no signature", format!("{first}.{second}.")),
        ("a shortened signature", format!("{first}.{second}.{}", &third[..third.len() - 4])),
        ("zeros", format!("{first}.{second}.{}", base64([0; 64]))),
        ("as many zeros as RSA has", format!("{first}.{second}.{}", base64([0; 256]))),
    ]
}

/// Claims that do not hold, signed by who may sign.
fn of_claims(signer: &Signer) -> Vec<Forgery> {
    let of = |changes: Value| signer.token_of(&signer.header().to_string(), &with(claims(), changes));
    let typed = |typ: Value| signer.token_of(&with(signer.header(), json!({ "typ": typ })), &claims().to_string());
    vec![
        ("expired", of(json!({"iat": NOW_S - 900, "exp": NOW_S - 30}))),
        ("from tomorrow", of(json!({"iat": NOW_S + 86_400, "exp": NOW_S + 86_500}))),
        ("not yet", of(json!({"nbf": NOW_S + 31}))),
        ("no end", of(json!({"exp": null}))),
        ("an end as text", of(json!({"exp": (NOW_S + 900).to_string()}))),
        ("an end beyond all time", of(json!({"exp": 1e300}))),
        ("an end below all time", of(json!({"exp": i64::MIN}))),
        ("an end beyond its lifetime", of(json!({"exp": NOW_S + 901}))),
        ("issued an age ago", of(json!({"iat": 1}))),
        ("for another", of(json!({"aud": "other"}))),
        ("for others", of(json!({"aud": ["other", "zero "]}))),
        ("for anybody", of(json!({"aud": "*"}))),
        ("for nobody", of(json!({"aud": null}))),
        ("by another issuer", of(json!({"iss": "https://evil.example"}))),
        ("by an issuer that looks the same", of(json!({"iss": format!("{ISSUER}/")}))),
        ("by an issuer with another behind it", of(json!({"iss": format!("{ISSUER}.evil.example")}))),
        ("by nobody", of(json!({"iss": null}))),
        ("of nobody", of(json!({"sub": null}))),
        ("of somebody with a second line", of(json!({"sub": "canary\nINFO"}))),
        ("of a session that ended", of(json!({"sid": "ended"}))),
        ("revoked by itself", of(json!({"jti": "ended"}))),
        ("an ID token", typed(json!("JWT"))),
        ("a refresh token", typed(json!("rt+jwt"))),
        ("of no type", typed(json!(null))),
        ("of some type", typed(json!(CANARY))),
    ]
}

fn of_rsa(rsa: &Signer) -> Vec<Forgery> {
    let payload = claims().to_string();
    let by = |name: &str, encoding| {
        let signed = format!("{}.{}", base64(with(rsa.header(), json!({ "alg": name }))), base64(&payload));
        let signature = rsa.sign_as(encoding, signed.as_bytes());
        format!("{signed}.{}", base64(signature))
    };
    vec![
        ("PS256 by its name", by("PS256", &RSA_PSS_SHA256)),
        ("PS256 by our name", by("RS256", &RSA_PSS_SHA256)),
        ("RS384 by its name", by("RS384", &RSA_PKCS1_SHA384)),
        ("RS512 by our name", by("RS256", &RSA_PKCS1_SHA512)),
    ]
}

/// Refused by all who verify, and with nothing of it in the reason.
#[track_caller]
fn check(what: &str, token: &str, trust: &Trust) {
    let credential = Credential::Token(token.to_owned());
    let denial = match zero_auth::authenticate(&credential, trust, NOW_MS) {
        Ok(principal) => panic!("{what}: believed to be `{}`", principal.id),
        Err(denial) => denial,
    };
    assert!(denial.reason.contains("\n\nhint: "), "{what}: {}", denial.reason);
    for secret in token.split('.').chain([CANARY]).filter(|part| part.len() > 4) {
        assert!(!denial.reason.contains(secret), "{what}: {}", denial.reason);
    }
    if let Some(loaded) = bundle() {
        let component = loaded.functions.authenticate(&credential, trust, NOW_MS).unwrap();
        assert_eq!(component, Err(denial), "{what}: the component says otherwise");
    }
}

#[test]
fn forgeries_are_refused() {
    let (signers, strangers) = (Signer::each(), Signer::each());
    let trust = trust(&signers);
    let mut all: Vec<Forgery> = of_rsa(&signers[0]);
    for (signer, stranger) in signers.iter().zip(&strangers) {
        let credential = Credential::Token(signer.token());
        let believed = zero_auth::authenticate(&credential, &trust, NOW_MS).unwrap();
        assert_eq!((believed.id.as_str(), believed.tenant.as_str()), ("ada", "acme"), "{}", signer.algorithm);
        if let Some(loaded) = bundle() {
            assert_eq!(loaded.functions.authenticate(&credential, &trust, NOW_MS).unwrap(), Ok(believed));
        }
        all.extend(of_algorithms(signer, &signers));
        all.extend(of_keys(signer, stranger));
        all.extend(of_form(signer));
        all.extend(of_claims(signer));
    }
    for (what, token) in &all {
        check(what, token, &trust);
    }
    let by = if bundle().is_some() { "the library and its component" } else { "the library" };
    figure(&format!("{} forgeries, accepted by {by}: 0", all.len()));
}

/// One issuer cannot speak for another, nor with another's key.
#[test]
fn issuers_do_not_speak_for_each_other() {
    let (ours, theirs) = (Signer::each(), Signer::each());
    let keys = |signers: &[Signer]| signers.iter().map(|signer| signer.key.clone()).collect();
    let other = "https://other.example";
    let trust = Trust { issuers: vec![issuer(ISSUER, keys(&ours)), issuer(other, keys(&theirs))], ..trust(&[]) };
    for (own, foreign) in ours.iter().zip(&theirs) {
        assert!(zero_auth::authenticate(&Credential::Token(own.token()), &trust, NOW_MS).is_ok());
        check("another issuer's key", &foreign.token(), &trust);
        let said = own.token_of(&own.header().to_string(), &with(claims(), json!({ "iss": other })));
        check("another issuer's name", &said, &trust);
    }
}

/// A key of small order, and one that was listed for another algorithm, verify nothing.
#[test]
fn a_key_that_proves_nothing_proves_nothing() {
    let [rsa, ec, ed] = Signer::each();
    let mut weak = ed.key.clone();
    weak.public[12..].fill(0);
    weak.public[12] = 1;
    let signed = format!("{}.{}", base64(ed.header().to_string()), base64(claims().to_string()));
    let mut identity = [0; 64];
    identity[0] = 1;
    let trusting = |key: TokenKey| Trust { issuers: vec![issuer(ISSUER, vec![key])], ..trust(&[]) };
    check("the neutral point", &format!("{signed}.{}", base64(identity)), &trusting(weak));
    for (signer, listed) in [(&rsa, TokenAlgorithm::Es256), (&ec, TokenAlgorithm::Eddsa), (&ed, TokenAlgorithm::Rs256)]
    {
        check("listed for another", &signer.token(), &trusting(TokenKey { algorithm: listed, ..signer.key.clone() }));
        let cut = TokenKey { public: signer.key.public[..40].to_vec(), ..signer.key.clone() };
        check("half a key", &signer.token(), &trusting(cut));
    }
}

/// What is longer than a token may be is refused before any cryptography, however well it is signed.
#[test]
fn length_comes_before_cryptography() {
    let signers = Signer::each();
    let trust = trust(&signers);
    let verified = |token: &str| {
        let count = Cell::new(0);
        let counted = |key: &TokenKey, signed: &[u8], signature: &[u8]| {
            count.set(count.get() + 1);
            token::verifies(key, signed, signature)
        };
        let believed = token::principal_by(token, &trust, NOW_MS, counted);
        (believed.map(|principal| principal.id), count.get())
    };
    let mut figures = Vec::new();
    for signer in &signers {
        let of_bytes = |bytes: usize| {
            let more = with(claims(), json!({"more": "x".repeat(bytes * 3 / 4)}));
            let token = signer.token_of(&signer.header().to_string(), &more);
            let over = (token.len() - bytes) * 3 / 4 + 1;
            signer.token_of(&signer.header().to_string(), &more.replacen(&"x".repeat(over), "", 1))
        };
        let fits = of_bytes(TOKEN_BYTES_MAX);
        assert!((TOKEN_BYTES_MAX - 8..=TOKEN_BYTES_MAX).contains(&fits.len()), "{} bytes", fits.len());
        assert_eq!(verified(&fits), (Ok("ada".to_owned()), 1), "{}", signer.algorithm);
        for bytes in [TOKEN_BYTES_MAX + 16, 2 * TOKEN_BYTES_MAX, 1 << 20] {
            let long = of_bytes(bytes);
            assert!(long.len() > TOKEN_BYTES_MAX);
            assert_eq!(verified(&long), (Err(Refusal::TooLong), 0), "{} of {bytes} bytes", signer.algorithm);
            check("too long", &long, &trust);
            figures.push(long.len());
        }
    }
    figures.sort_unstable();
    let (shortest, longest) = (figures[0], figures[figures.len() - 1]);
    figure(&format!("{} signed tokens of {shortest} to {longest} bytes: verifications 0", figures.len()));
}
