//! An issuer of the test's own: keys of every algorithm, made anew in each run, and what they sign.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use zero_types::prelude::*;

pub(crate) const NOW_MS: i64 = 1_800_000_000_000;
pub(crate) const NOW_S: i64 = NOW_MS / 1_000;
pub(crate) const ISSUER: &str = "https://issuer.example";

enum Pair {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

/// A key pair of one algorithm.
pub(crate) struct Signer {
    pair: Pair,
    pub(crate) key: TokenKey,
    pub(crate) name: &'static str,
}

impl Signer {
    /// One of each algorithm.
    pub(crate) fn all() -> [Self; 3] {
        let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let ed = Ed25519KeyPair::generate().unwrap();
        let of = |public: PublicKeyX509Der<'_>| public.as_ref().to_vec();
        let publics = [
            of(rsa.public_key().as_der().unwrap()),
            of(ec.public_key().as_der().unwrap()),
            of(ed.public_key().as_der().unwrap()),
        ];
        let mut publics = publics.into_iter();
        let mut signer = |pair, name: &'static str, algorithm| {
            let public = publics.next().unwrap();
            let key = TokenKey { id: name.to_lowercase(), algorithm, public, not_before_ms: 0, expires_ms: None };
            Self { pair, key, name }
        };
        [
            signer(Pair::Rsa(rsa), "RS256", TokenAlgorithm::Rs256),
            signer(Pair::Ec(ec), "ES256", TokenAlgorithm::Es256),
            signer(Pair::Ed(ed), "EdDSA", TokenAlgorithm::Eddsa),
        ]
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap();
                signature
            }
            Pair::Ec(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Pair::Ed(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// The public key as it would be embedded in a header.
    pub(crate) fn jwk(&self) -> Value {
        match &self.pair {
            Pair::Rsa(pair) => {
                let parts: PublicKeyComponents<Vec<u8>> = pair.public_key().into();
                json!({"kty": "RSA", "n": encoded(&parts.n), "e": encoded(&parts.e)})
            }
            Pair::Ec(pair) => {
                let point = pair.public_key().as_ref();
                json!({"kty": "EC", "crv": "P-256", "x": encoded(&point[1..33]), "y": encoded(&point[33..])})
            }
            Pair::Ed(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": encoded(pair.public_key().as_ref())})
            }
        }
    }

    pub(crate) fn header(&self) -> Value {
        json!({"alg": self.name, "kid": self.key.id, "typ": "at+jwt"})
    }

    /// A token of any header and payload.
    pub(crate) fn token(&self, header: &str, payload: &str) -> String {
        let body = format!("{}.{}", encoded(header.as_bytes()), encoded(payload.as_bytes()));
        let signature = self.sign(body.as_bytes());
        format!("{body}.{}", encoded(&signature))
    }

    /// A good one.
    pub(crate) fn good(&self) -> String {
        self.token(&self.header().to_string(), &claims().to_string())
    }
}

pub(crate) fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn claims() -> Value {
    json!({"iss": ISSUER, "aud": "zero", "sub": "ada", "iat": NOW_S, "exp": NOW_S + 900, "roles": ["asker"]})
}

/// Trust in these keys.
pub(crate) fn trust(keys: Vec<TokenKey>) -> Trust {
    let issuer = Issuer {
        url: ISSUER.to_owned(),
        audiences: vec!["zero".to_owned()],
        types: vec!["at+jwt".to_owned()],
        lifetime_ms_max: zero_auth::token::ACCESS_TOKEN_MS,
        subject_prefix: String::new(),
        tenant: "acme".to_owned(),
        tenant_claim: None,
        roles_claim: Some("roles".to_owned()),
        roles_allowed: zero_auth::ROLES.map(str::to_owned).to_vec(),
        default_roles: Vec::new(),
        scopes_claim: Some("scope".to_owned()),
        keys,
    };
    Trust { keys: Vec::new(), issuers: vec![issuer], revoked_sessions: Vec::new() }
}
