//! The whole way through a real registry: Debian's `docker-registry`, started and stopped by each test.
//!
//! Where the registry is not installed and we are root, it is installed (`apt-get install docker-registry`); else the
//! tests say so and pass, unless `CI` is set, which makes that a failure.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

mod door;
mod files;
mod foreign;
mod journey;
mod logins;
mod server;
mod tampering;
mod time;

use server::Registry;
use zero_oci::{
    Access, Artifact, Credentials, Descriptor, Error, Inspected, Kind, Published, Reference, Signer, Signing, Slot,
    Timestamp, Trust, TrustedKey,
};

/// Says what is not tested here, past the capture of passing tests.
fn skip(why: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
}

/// A component as far as this crate looks at one.
fn component(text: &str) -> Vec<u8> {
    [b"\0asm\x0d\0\x01\0".as_slice(), text.as_bytes()].concat()
}

fn descriptor() -> Descriptor {
    Descriptor {
        name: "tides".into(),
        version: "1.2.0".into(),
        summary: "High and low water at a harbour".into(),
        interface_version: "0.1.0".into(),
        hosts: vec!["tides.example".into()],
        credentials: vec![Slot { name: "key".into(), summary: "Key of the tide service".into(), required: true }],
        settings: Vec::new(),
        kinds: vec!["fact".into()],
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The time of every test that does not say another.
fn now() -> Timestamp {
    at("2026-06-01T00:00:00Z")
}

fn access() -> Access {
    Access { insecure_loopback_http: true, credentials: Credentials::Anonymous, ..Access::default() }
}

fn trust_in(signers: &[&Signer]) -> Trust {
    let key = |(index, signer): (usize, &&Signer)| TrustedKey::new(format!("key {index}"), signer.public());
    Trust::in_keys(signers.iter().enumerate().map(key).collect())
}

fn signing(signers: &[Signer]) -> Signing<'_> {
    Signing { signers, created: Some(at("2026-05-01T00:00:00Z")), expires: Some(at("2027-01-01T00:00:00Z")) }
}

async fn publish(reference: &Reference, code: &[u8], signers: &[Signer]) -> Result<Published, Error> {
    let descriptor = descriptor();
    let artifact = Artifact { component: code, descriptor: &descriptor, created: None, author: None };
    zero_oci::publish(&access(), reference, &artifact, &signing(signers), false).await
}

/// All three ways to read agree that it is refused, and why; the hint says what to do.
#[track_caller]
fn refused<T: std::fmt::Debug>(what: &str, result: Result<T, Error>, kind: Kind) -> Error {
    let error = match result {
        Err(error) => error,
        Ok(value) => panic!("{what}: was not refused: {value:?}"),
    };
    assert_eq!(error.kind(), kind, "{what}: {error}");
    assert!(!error.hint().is_empty() && !error.what().ends_with('.'), "{what}: {error}");
    error
}

async fn inspect(reference: &Reference, trust: &Trust) -> Result<Inspected, Error> {
    zero_oci::inspect(&access(), reference, trust, now()).await
}
