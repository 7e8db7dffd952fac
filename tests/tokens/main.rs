//! Tokens: the vectors of Wycheproof, the classic forgeries, and what one verification costs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends by panicking, and says its figure"
)]

mod signer;

use aws_lc_rs::hmac;
use serde_json::{Value, json};
use signer::{NOW_MS, Signer, claims, encoded, trust};
use std::time::Instant;
use zero_auth::token::{TOKEN_BYTES_MAX, jwk, payload, principal_by, verifies};
use zero_tests::bundle::{bundle, folder};
use zero_tests::{root, skip};
use zero_types::prelude::*;

/// Whether the component lets a token in: it must say the same as the plain library, which is asked where there is no
/// bundle.
fn authenticated(token: &str, trust: &Trust) -> Result<Principal, Denial> {
    let credential = Credential::Token(token.to_owned());
    let plain = zero_auth::authenticate(&credential, trust, NOW_MS);
    if let Some(loaded) = bundle() {
        let component = loaded.functions.authenticate(&credential, trust, NOW_MS).unwrap();
        assert_eq!(component, plain, "component and library differ");
    }
    plain
}

/// The keys of a group as an issuer would publish them; none when they are refused.
fn keys(group: &Value) -> Vec<TokenKey> {
    let jwk = group.get("public").filter(|public| !public.is_null()).unwrap_or(&group["private"]);
    let text = jwk.to_string();
    match jwk.get("keys") {
        Some(_) => jwk::set(text.as_bytes()).unwrap_or_default(),
        None => jwk::key(text.as_bytes()).into_iter().collect(),
    }
}

/// Whether a valid vector of this group must be accepted: its key is for an algorithm of ours.
fn is_ours(group: &Value) -> bool {
    let jwk = group.get("public").filter(|public| !public.is_null()).unwrap_or(&group["private"]);
    let listed = jwk["keys"].as_array().map_or_else(|| vec![jwk], |keys| keys.iter().collect());
    listed.iter().any(|jwk| ["RS256", "ES256", "EdDSA"].iter().any(|algorithm| jwk["alg"] == *algorithm))
}

#[test]
fn every_vector_of_wycheproof() {
    let folder = root().join("../shared/data/vectors/wycheproof/testvectors_v1");
    let (mut refused, mut accepted, mut others) = (0, 0, 0);
    for file in ["json_web_signature_test", "json_web_key_test", "json_web_crypto_test"] {
        let path = folder.join(format!("{file}.json"));
        let Ok(bytes) = std::fs::read(&path) else {
            skip("the vectors of Wycheproof", &format!("there is no {}", path.display()));
            return;
        };
        let vectors: Value = serde_json::from_slice(&bytes).unwrap();
        let mut seen = 0;
        for group in vectors["testGroups"].as_array().unwrap() {
            let keys = keys(group);
            for test in group["tests"].as_array().unwrap() {
                seen += 1;
                let what = format!("{file} {} {} {}", test["tcId"], group["comment"], test["comment"]);
                let valid = test["result"] == "valid";
                let token = test.get("jws").or_else(|| test.get("jwe")).unwrap();
                let token = token.as_str().map_or_else(|| token.to_string(), str::to_owned);
                let got = payload(&token, &keys, NOW_MS);
                match (valid, is_ours(group)) {
                    (true, true) => {
                        assert!(got.is_ok(), "{what}: {got:?}");
                        accepted += 1;
                    }
                    (true, false) => {
                        assert!(got.is_err(), "{what}: an algorithm that is not ours");
                        others += 1;
                    }
                    (false, _) => {
                        assert!(got.is_err(), "{what}: accepted");
                        refused += 1;
                    }
                }
                // None of them is a token of ours, whoever signed it: not one names anybody.
                assert!(authenticated(&token, &trust(keys.clone())).is_err(), "{what}");
            }
        }
        assert_eq!(vectors["numberOfTests"], seen, "{file} was not read whole");
    }
    println!(
        "Wycheproof JWS and JWK: {refused} invalid, 0 accepted; {accepted} valid of our algorithms, {accepted} \
         accepted; {others} valid of other algorithms, 0 accepted"
    );
    assert!(refused > 400 && accepted >= 10, "{refused} and {accepted} are no test");
}

#[test]
fn every_algorithm_signs_and_no_key_signs_for_another() {
    let signers = Signer::all();
    let all = trust(signers.iter().map(|signer| signer.key.clone()).collect());
    for signer in &signers {
        assert_eq!(authenticated(&signer.good(), &all).unwrap().id, "ada", "{}", signer.name);
        assert_eq!(jwk::key(signer.jwk().to_string().as_bytes()).unwrap().public, signer.key.public, "{}", signer.name);
        for other in signers.iter().filter(|other| other.name != signer.name) {
            // Signed by one, said to be by the other.
            let mut header = signer.header();
            header["kid"] = other.key.id.clone().into();
            let token = signer.token(&header.to_string(), &claims().to_string());
            assert!(authenticated(&token, &all).is_err(), "{} as {}", signer.name, other.name);
            header["alg"] = other.name.into();
            let token = signer.token(&header.to_string(), &claims().to_string());
            assert!(authenticated(&token, &all).is_err(), "{} with {}", signer.name, other.name);
            // The right key, listed for another algorithm.
            let pinned = TokenKey { algorithm: other.key.algorithm, ..signer.key.clone() };
            assert!(authenticated(&signer.good(), &trust(vec![pinned])).is_err(), "{}", signer.name);
        }
    }
}

#[test]
fn the_classic_forgeries() {
    let signers = Signer::all();
    let strangers = Signer::all();
    let all = trust(signers.iter().map(|signer| signer.key.clone()).collect());
    let mut forged = Vec::new();
    for (ours, theirs) in signers.iter().zip(&strangers) {
        let good = ours.good();
        let [head, body, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
        let mut of = |what: &str, token: String| forged.push((format!("{} {what}", ours.name), token));
        let with = |changes: Value| {
            let mut header = ours.header();
            changes.as_object().unwrap().iter().for_each(|(name, value)| header[name] = value.clone());
            header.to_string()
        };
        for none in ["none", "None", "NONE", "nOnE", ""] {
            let head = encoded(with(json!({"alg": none})).as_bytes());
            of("none, signed by nobody", format!("{head}.{body}."));
            of("none, with a signature", format!("{head}.{body}.{signature}"));
        }
        // The public key as the secret of an HMAC, in the forms in which it is published.
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", encoded(&ours.key.public));
        for secret in [ours.key.public.as_slice(), pem.as_bytes(), ours.jwk().to_string().as_bytes(), b""] {
            let signed = format!("{}.{body}", encoded(with(json!({"alg": "HS256"})).as_bytes()));
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
            of("HS256 with the public key", format!("{signed}.{}", encoded(tag.as_ref())));
        }
        for kid in ["../../../../../../dev/null", "/proc/self/environ", "x' UNION SELECT 'k", "|/bin/true", "rs256\0"] {
            of("kid traversal", theirs.token(&with(json!({ "kid": kid })), &claims().to_string()));
        }
        // A key that comes with the token, or is to be fetched for it.
        for more in [
            json!({"jwk": theirs.jwk()}),
            json!({"jwk": theirs.jwk(), "kid": null}),
            json!({"jku": "https://evil.example/jwks.json", "kid": "evil"}),
            json!({"x5u": "https://evil.example/cert.pem"}),
            json!({"x5c": [encoded(&theirs.key.public)]}),
        ] {
            of("a key of its own", theirs.token(&with(more), &claims().to_string()));
        }
        of("by a stranger", theirs.good());
        of("crit", ours.token(&with(json!({"crit": ["exp"]})), &claims().to_string()));
        of("b64", ours.token(&with(json!({"b64": false, "crit": ["b64"]})), &claims().to_string()));
        of("five parts", format!("{head}.{body}.{signature}.{body}.{signature}"));
        of("two parts", format!("{head}.{body}"));
        of("no signature", format!("{head}.{body}."));
        of("padding", format!("{head}.{body}.{signature}="));
        of("white space", format!("{head}.{body}.{signature}\n"));
        of("JSON form", json!({"protected": head, "payload": body, "signature": signature}).to_string());
        let twice = |object: Value, more: &str| object.to_string().replacen('{', &format!("{{{more},"), 1);
        of("alg twice", ours.token(&twice(ours.header(), r#""alg":"none""#), &claims().to_string()));
        of("sub twice", ours.token(&ours.header().to_string(), &twice(claims(), r#""sub":"eve""#)));
        of("exp twice", ours.token(&ours.header().to_string(), &twice(claims(), r#""exp":9999999999"#)));
        let mut other = claims();
        other["roles"] = json!(["operator"]);
        of("changed claims", format!("{head}.{}.{signature}", encoded(other.to_string().as_bytes())));
        of("zero signature", format!("{head}.{body}.{}", encoded(&vec![0; signature.len() * 3 / 4])));
        of("1 MB", format!("{head}.{}.{signature}", "A".repeat(1_000_000)));
        let mut long = claims();
        long["more"] = "x".repeat(TOKEN_BYTES_MAX).into();
        of("8 kB, well signed", ours.token(&ours.header().to_string(), &long.to_string()));
    }
    for (what, token) in &forged {
        let denial =
            authenticated(token, &all).map(|principal| panic!("{what}: let in as {}", principal.id)).unwrap_err();
        assert!(denial.reason.contains("\n\nhint: "), "{what}: {}", denial.reason);
    }
    println!("classic forgeries: {} of 3 algorithms, 0 let in", forged.len());
}

/// The largest token that is looked at at all, and one byte more.
#[test]
fn a_long_token_costs_no_cryptography() {
    let [_, _, signer] = Signer::all();
    let all = trust(vec![signer.key.clone()]);
    let mut verifications = 0;
    let mut check = |filling: usize, expected: bool| {
        let mut claims = claims();
        claims["more"] = "x".repeat(filling).into();
        let token = signer.token(&signer.header().to_string(), &claims.to_string());
        let got = principal_by(&token, &all, NOW_MS, |key, signed, signature| {
            verifications += 1;
            verifies(key, signed, signature)
        });
        assert_eq!((got.is_ok(), token.len() <= TOKEN_BYTES_MAX), (expected, expected), "{} bytes", token.len());
    };
    check(5_000, true);
    (6_000..9_000).step_by(500).for_each(|filling| check(filling, false));
    check(1_000_000, false);
    assert_eq!(verifications, 1);
    println!("tokens over {TOKEN_BYTES_MAX} bytes: 7, signatures verified for them: 0");
}

#[test]
fn what_one_verification_costs() {
    /// Enough for a mean within a few percent.
    const CALLS: u32 = 200;
    let Some(loaded) = bundle() else { return };
    let bytes = folder().and_then(|folder| std::fs::metadata(folder.join("functions/auth.wasm")).ok()).unwrap().len();
    let mut line = format!("the auth component: {bytes} bytes");
    for signer in Signer::all() {
        let (credential, trust) = (Credential::Token(signer.good()), trust(vec![signer.key.clone()]));
        let call = || loaded.functions.authenticate(&credential, &trust, NOW_MS).unwrap().unwrap();
        call();
        let start = Instant::now();
        (0..CALLS).for_each(|_| drop(call()));
        line += &format!("; {} {} us", signer.name, (start.elapsed() / CALLS).as_micros());
    }
    println!("{line} a token");
    assert!(bytes < 4 * 1024 * 1024, "{bytes} bytes");
}
