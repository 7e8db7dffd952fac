//! A passkey in software: what a browser and a security key do together, in the fewest lines.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// User present, and verified.
const PRESENT_VERIFIED: u8 = 0x05;
/// And a new credential follows.
const NEW: u8 = 0x40;

pub(super) struct Authenticator {
    pair: EcdsaKeyPair,
    credential: [u8; 16],
    user: String,
    rp: String,
    origin: String,
    pub(super) counter: u32,
}

impl Authenticator {
    /// Answers the options of a registration.
    pub(super) fn register(options: &Value, origin: &str) -> (Self, Value) {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let options = &options["publicKey"];
        let made = Self {
            pair: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).unwrap(),
            credential: crate::random::bytes().unwrap(),
            user: options["user"]["id"].as_str().unwrap().to_owned(),
            rp: options["rp"]["id"].as_str().unwrap().to_owned(),
            origin: origin.to_owned(),
            counter: 0,
        };
        let point = made.pair.public_key().as_ref();
        // COSE: an EC2 key for ES256 on P-256, its coordinates.
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        key.extend(&point[1..33]);
        key.extend([0x22, 0x58, 0x20]);
        key.extend(&point[33..]);
        let mut data = made.data(PRESENT_VERIFIED | NEW);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(made.credential);
        data.extend(key);
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        let client = made.client("webauthn.create", &options["challenge"]);
        let response = json!({"attestationObject": BASE64.encode(object), "clientDataJSON": BASE64.encode(client)});
        let answer = made.answer(response);
        (made, answer)
    }

    /// Answers the options of a sign-in.
    pub(super) fn sign_in(&mut self, options: &Value) -> Value {
        self.counter += 1;
        let data = self.data(PRESENT_VERIFIED);
        let client = self.client("webauthn.get", &options["publicKey"]["challenge"]);
        let message = [&data[..], &Sha256::digest(&client)].concat();
        let signature = self.pair.sign(&SystemRandom::new(), &message).unwrap();
        self.answer(json!({
            "authenticatorData": BASE64.encode(data),
            "clientDataJSON": BASE64.encode(client),
            "signature": BASE64.encode(signature),
            "userHandle": self.user,
        }))
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(&self.rp).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client(&self, kind: &str, challenge: &Value) -> Vec<u8> {
        let client = json!({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false});
        client.to_string().into_bytes()
    }

    fn answer(&self, response: Value) -> Value {
        let id = BASE64.encode(self.credential);
        json!({"id": id, "rawId": id, "type": "public-key", "response": response, "extensions": {}})
    }
}
