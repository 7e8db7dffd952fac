//! Connectors as OCI artifacts: publish, pull, sign, verify.
//!
//! - **Takes**: a component's bytes and its [`Descriptor`]; a [`Reference`] such as `ghcr.io/acme/tides:1.2.0`; keys
//!   ([`Signer`]) on the author's side, a policy ([`Trust`], `trust.toml`) on the operator's; the time, as a value.
//! - **Gives**: [`publish`] and [`sign`] write; [`inspect`] reads what a connector may ever ask for without fetching
//!   its code; [`pull`] gives the code; [`verify`] checks all of it and keeps nothing; [`sign_file`] and
//!   [`verify_file`] do the same beside a file or folder.
//! - **Fails** with an [`Error`]: its [`Kind`] for code that decides, [`Kind::whose`] it is, and a text that says what
//!   is wrong and what to do next.
//! - **Limits** are those of [`limits`]; what an operator may raise stands in [`Access`].
//!
//! # What lies in the registry
//!
//! The [Wasm OCI artifact layout](https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/) of CNCF's TAG
//! Runtime: an OCI image manifest whose config is `application/vnd.wasm.config.v0+json` and whose only layer is
//! `application/wasm`. `wkg`, Spin, wasmCloud and `oras` can fetch it. The descriptor stands in the config under
//! [`DESCRIPTOR_KEY`], so hosts, credential slots and kinds are known before a byte of code is fetched. Equal input
//! makes equal bytes: `created` is what the author passes, else the Unix epoch (readers of the layout require it).
//!
//! # What is signed, and how others check it
//!
//! cosign's key signatures: ECDSA on P-256 over a "simple signing" payload that names the manifest's digest, kept under
//! the tag `sha256-<digest>.sig` beside the artifact. The manifest names config and layer by digest, so one signature
//! holds all three. `created` and `expires` (RFC 3339) stand in the payload's `optional` part.
//!
//! ```text
//! cosign verify --key acme.pub --insecure-ignore-tlog=true ghcr.io/acme/tides:1.2.0
//! cosign sign   --key cosign.key --new-bundle-format=false --use-signing-config=false --tlog-upload=false \
//!               -a expires=2027-06-01T00:00:00Z ghcr.io/acme/tides@sha256:...
//! ```
//!
//! The first checks what [`publish`] wrote; the second writes what [`pull`] accepts. cosign 3 writes Sigstore bundles as
//! OCI referrers unless told otherwise, and still reads the form above; bundles are not read here.
//!
//! # The order of work, and why
//!
//! manifest's bytes, bounded → their digest → signatures over that digest → only now the manifest is read → config,
//! checked against its digest → descriptor → layer, checked against its size while it streams and its digest after.
//! Nothing that is not signed by a trusted key reaches a parser other than this crate's own for signatures (JSON of
//! bounded size), and code is fetched last, so a refused artifact costs a few kilobytes.
//!
//! # Why it is so
//!
//! What is *read* comes from a stranger, so it goes through a reader of our own: every body bounded, no redirect
//! followed to a host that was not named, credentials only to the registry and the token service it names over TLS.
//! What is *written* goes to the author's own registry, through `oci-client`.

mod access;
mod challenge;
mod cosign_key;
mod descriptor;
mod error;
mod file;
mod fileset;
mod key;
mod layout;
pub mod limits;
mod payload;
mod publish;
mod pull;
mod reader;
mod reference;
mod signature;
mod trust;
mod verdict;

pub use access::{Access, Credentials};
pub use descriptor::{DESCRIPTOR_KEY, Descriptor, Slot};
pub use error::{Error, Kind, Party};
pub use file::{FileSignature, VerifiedFile, sign_bytes, sign_file, signature_path, verify_bytes, verify_file};
pub use fileset::{FileLayer, FileSet, PulledFiles, PushedFiles, pull_files, push_files};
pub use jiff::Timestamp;
pub use key::{PublicKey, Signer};
pub use layout::{Artifact, Layout};
pub use publish::{Published, Signing, publish, sign};
pub use pull::{Inspected, Pulled, inspect, pull, verify};
pub use reference::Reference;
pub use trust::{Trust, TrustedKey};
pub use verdict::SignedBy;

/// What this crate's functions give.
pub type Result<T> = std::result::Result<T, Error>;

/// `sha256:` and 64 hexadecimal digits.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    format!("sha256:{}", hex::encode(sha2::Sha256::digest(bytes)))
}

#[cfg(test)]
mod tests;
