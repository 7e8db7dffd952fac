//! Whoever issues tokens here: aws-lc-rs signs what our own room has to verify.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaEncoding,
    RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};
use zero_types::prelude::*;

pub(crate) const NOW_MS: i64 = 1_803_893_400_000;
pub(crate) const NOW_S: i64 = NOW_MS / 1_000;
pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const AUDIENCE: &str = "zero";

pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    BASE64.encode(bytes)
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

/// A key pair of one algorithm.
pub(crate) struct Signer {
    /// The name of its algorithm in a header.
    pub(crate) algorithm: &'static str,
    pub(crate) key: TokenKey,
    pair: Pair,
}

impl Signer {
    /// One of each algorithm of ours, named `rsa`, `ec` and `ed`.
    pub(crate) fn each() -> [Self; 3] {
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let ed = Ed25519KeyPair::generate().unwrap();
        let of = |algorithm, id: &str, pinned, der: &PublicKeyX509Der<'_>, pair| {
            let (id, public) = (id.to_owned(), der.as_ref().to_vec());
            let key = TokenKey { id, algorithm: pinned, public, not_before_ms: 0, expires_ms: None };
            Self { algorithm, key, pair }
        };
        let ders =
            [rsa.public_key().as_der().unwrap(), ec.public_key().as_der().unwrap(), ed.public_key().as_der().unwrap()];
        [
            of("RS256", "rsa", TokenAlgorithm::Rs256, &ders[0], Pair::Rsa(Box::new(rsa))),
            of("ES256", "ec", TokenAlgorithm::Es256, &ders[1], Pair::Ec(ec)),
            of("EdDSA", "ed", TokenAlgorithm::Eddsa, &ders[2], Pair::Ed(ed)),
        ]
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(_) => self.sign_as(&RSA_PKCS1_SHA256, message),
            Pair::Ec(pair) => pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// With another padding or hash than ours: RSA keys only.
    pub(crate) fn sign_as(&self, encoding: &'static dyn RsaEncoding, message: &[u8]) -> Vec<u8> {
        let Pair::Rsa(pair) = &self.pair else { panic!("{} has no other encoding", self.algorithm) };
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(encoding, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    }

    /// A token with this header and payload as they are.
    pub(crate) fn token_of(&self, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", base64(header), base64(payload));
        let signature = self.sign(signed.as_bytes());
        format!("{signed}.{}", base64(signature))
    }

    pub(crate) fn header(&self) -> Value {
        json!({"alg": self.algorithm, "kid": self.key.id, "typ": "at+jwt"})
    }

    /// A token that is believed.
    pub(crate) fn token(&self) -> String {
        self.token_of(&self.header().to_string(), &claims().to_string())
    }
}

/// Claims that are believed.
pub(crate) fn claims() -> Value {
    json!({"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "iat": NOW_S, "exp": NOW_S + 900, "sid": "s1"})
}

pub(crate) fn issuer(url: &str, keys: Vec<TokenKey>) -> Issuer {
    Issuer {
        url: url.to_owned(),
        audiences: vec![AUDIENCE.to_owned()],
        types: vec!["at+jwt".to_owned()],
        lifetime_ms_max: 900_000,
        subject_prefix: String::new(),
        tenant: "acme".to_owned(),
        tenant_claim: None,
        roles_claim: None,
        roles_allowed: vec![zero_auth::ASKER.to_owned()],
        default_roles: vec![zero_auth::ASKER.to_owned()],
        scopes_claim: None,
        keys,
    }
}

/// Trust in all of these under one issuer.
pub(crate) fn trust(signers: &[Signer]) -> Trust {
    let keys = signers.iter().map(|signer| signer.key.clone()).collect();
    Trust { keys: Vec::new(), issuers: vec![issuer(ISSUER, keys)], revoked_sessions: vec!["ended".to_owned()] }
}
