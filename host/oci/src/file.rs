//! Signatures beside a file or folder: `tides.wasm.sig` beside `tides.wasm`, with no registry in between.

use crate::publish::claims;
use crate::signature::PAYLOAD_TYPE;
use crate::verdict::{self, Candidate, SignedBy, Subject};
use crate::{Error, Kind, Result, Signing, Trust, limits};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// What was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSignature {
    /// Where the signature stands.
    pub path: PathBuf,
    /// Digest of the file or folder.
    pub digest: String,
    /// Fingerprints of the keys that signed.
    pub signed_by: Vec<String>,
}

/// What was verified, with its bytes: what is used must be what was checked, not what the disk holds later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedFile {
    /// Digest of the file or folder.
    pub digest: String,
    /// Who signed it.
    pub signed_by: Vec<SignedBy>,
    /// The files by their path within the folder, with `/` between names; of a file, the one by its name.
    pub contents: BTreeMap<String, Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Wire {
    media_type: String,
    signatures: Vec<WireSignature>,
}

#[derive(Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct WireSignature {
    payload: String,
    signature: String,
}

/// Where the signature of a file or folder stands: its name with `.sig` appended. Of a link, beside what it leads to.
#[must_use]
pub fn signature_path(path: &Path) -> PathBuf {
    // `.` has a name, too, and its signature must not land inside of what it signs.
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut name = full.file_name().unwrap_or_default().to_owned();
    name.push(".sig");
    full.with_file_name(name)
}

/// Signs a file or folder; signatures that stand beside it already stay.
///
/// The payload is the one that is signed in a registry; its digest is that of the file, its `docker-reference` the
/// file's name. The `.sig` file is JSON of base64, which other tools check as well:
///
/// ```text
/// jq -r .signatures[0].payload   tides.wasm.sig | base64 -d > payload
/// jq -r .signatures[0].signature tides.wasm.sig | base64 -d > signature
/// openssl dgst -sha256 -verify acme.pub -signature signature payload
/// sha256sum tides.wasm; cat payload
/// ```
///
/// The digest of a folder is that of the list that `sha256sum` prints of its files, sorted by path:
/// `cd tides && find . -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum`.
///
/// # Errors
/// [`Kind::File`] and [`Kind::Key`].
pub fn sign_file(path: &Path, signing: &Signing<'_>) -> Result<FileSignature> {
    let (name, contents) = read(path)?;
    let digest = digest_of(path, &contents);
    let beside = signature_path(path);
    let before = if beside.exists() { read_signatures(&beside)? } else { Wire::empty() };
    let text = add_signatures(before, &name, &digest, signing)?;
    std::fs::write(&beside, text).map_err(|error| unreadable(&beside, "written", error))?;
    let signed_by = signing.signers.iter().map(|signer| signer.public().fingerprint()).collect();
    Ok(FileSignature { path: beside, digest, signed_by })
}

/// What stands in a `.sig` file for these bytes under this name: [`sign_file`] without a file. Equal input gives equal
/// bytes.
///
/// # Errors
/// [`Kind::Key`] when nobody signs.
pub fn sign_bytes(name: &str, bytes: &[u8], signing: &Signing<'_>) -> Result<Vec<u8>> {
    add_signatures(Wire::empty(), name, &crate::digest(bytes), signing)
}

fn add_signatures(mut wire: Wire, name: &str, digest: &str, signing: &Signing<'_>) -> Result<Vec<u8>> {
    let payload = claims(name, digest, signing)?;
    for signer in signing.signers {
        let made =
            WireSignature { payload: STANDARD.encode(&payload), signature: STANDARD.encode(signer.sign(&payload)) };
        if !wire.signatures.contains(&made) {
            wire.signatures.push(made);
        }
    }
    let mut text = serde_json::to_vec_pretty(&wire).unwrap_or_default();
    text.push(b'\n');
    Ok(text)
}

/// Checks a file or folder against the signature beside it, and gives its bytes.
///
/// A key's `references` are held against `file:NAME`. Its `connectors` are held against `connector`, where the caller
/// knows the name; a caller that learns it from the bytes alone checks again with the name before it uses them.
///
/// # Errors
/// [`Kind::File`], [`Kind::FileChanged`], [`Kind::Unsigned`] where there is no `.sig`, and every refusal of a signature.
pub fn verify_file(path: &Path, connector: Option<&str>, trust: &Trust, now: Timestamp) -> Result<VerifiedFile> {
    let (name, contents) = read(path)?;
    let digest = digest_of(path, &contents);
    let beside = signature_path(path);
    let scope = format!("file:{name}");
    if !beside.exists() {
        let what = format!("`{}` is not signed: there is no `{}`", path.display(), beside.display());
        let next = "ask the author for the `.sig` beside it, or sign it yourself if it is yours";
        return Err(Error::new(Kind::Unsigned, what, next));
    }
    let signed = judged(&path.display().to_string(), &name, &digest, read_signatures(&beside)?, trust, now)?;
    let signed_by = match connector {
        Some(connector) => verdict::for_connector(trust, &scope, signed, connector)?,
        None => signed,
    };
    Ok(VerifiedFile { digest, signed_by, contents })
}

/// Checks bytes under a name against what stands in a `.sig` file: [`verify_file`] without a file. A key's `references`
/// are held against `file:NAME`.
///
/// # Errors
/// [`Kind::File`] when that is no signature file, [`Kind::FileChanged`], and every refusal of a signature.
pub fn verify_bytes(
    name: &str,
    bytes: &[u8],
    signature: &[u8],
    trust: &Trust,
    now: Timestamp,
) -> Result<Vec<SignedBy>> {
    let signatures = parse_signatures(name, signature)?;
    judged(name, name, &crate::digest(bytes), signatures, trust, now)
}

/// Who signed this digest under this name, as far as they count.
fn judged(
    shown: &str,
    name: &str,
    digest: &str,
    signatures: Wire,
    trust: &Trust,
    now: Timestamp,
) -> Result<Vec<SignedBy>> {
    let candidate = |it: WireSignature| {
        let payload = STANDARD.decode(it.payload).ok()?;
        let small = payload.len() as u64 <= limits::PAYLOAD_BYTES_MAX;
        small.then_some(Ok(Candidate { payload, signature: STANDARD.decode(it.signature).ok()? }))
    };
    let candidates = signatures.signatures.into_iter().filter_map(candidate).collect();
    let subject = Subject { digest, reference: name, scope: &format!("file:{name}") };
    verdict::judge(trust, &subject, candidates, now).map_err(|error| match error.kind() {
        Kind::SignedForAnother => {
            let what = format!("`{shown}` is not what was signed: {}", error.what());
            let next = "do not use it: it was changed, renamed, or stands beside another file's signature";
            Error::new(Kind::FileChanged, what, next).because(error)
        }
        _ => error,
    })
}

impl Wire {
    fn empty() -> Self {
        Self { media_type: PAYLOAD_TYPE.to_owned(), signatures: Vec::new() }
    }
}

fn read_signatures(path: &Path) -> Result<Wire> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| unreadable(path, "read", error))?;
    let bounded = file.take(limits::SIGNATURE_FILE_BYTES_MAX + 1).read_to_end(&mut bytes);
    bounded.map_err(|error| unreadable(path, "read", error))?;
    parse_signatures(&path.display().to_string(), &bytes)
}

fn parse_signatures(shown: &str, bytes: &[u8]) -> Result<Wire> {
    let next = "get the signature again from where the file is from";
    if bytes.len() as u64 > limits::SIGNATURE_FILE_BYTES_MAX {
        let what =
            format!("the signature of `{shown}` is over the limit of {} bytes", limits::SIGNATURE_FILE_BYTES_MAX);
        return Err(Error::new(Kind::File, what, next));
    }
    let wire: Wire = serde_json::from_slice(bytes).map_err(|error| {
        Error::new(Kind::File, format!("`{shown}` has no readable signature file: {error}"), next).because(error)
    })?;
    if wire.media_type != PAYLOAD_TYPE || wire.signatures.len() > limits::SIGNATURES_MAX {
        let what = format!(
            "the signature file of `{shown}` is of another type, or has over {} signatures",
            limits::SIGNATURES_MAX
        );
        return Err(Error::new(Kind::File, what, next));
    }
    Ok(wire)
}

/// The name, and every file below the path.
fn read(path: &Path) -> Result<(String, BTreeMap<String, Vec<u8>>)> {
    let limit = |what: &str| {
        Error::new(
            Kind::File,
            format!("`{}` {what}", path.display()),
            "sign the built component alone, or a smaller folder",
        )
    };
    let full = path.canonicalize().map_err(|error| unreadable(path, "read", error))?;
    let name = full.file_name().and_then(|it| it.to_str()).ok_or_else(|| limit("has no name that is text"))?.to_owned();
    let (mut contents, mut bytes_left) = (BTreeMap::new(), limits::FOLDER_BYTES_MAX);
    let mut open = vec![(full.clone(), 0)];
    while let Some((at, depth)) = open.pop() {
        // The path itself may be a link; what is below it may not, or the folder would reach outside itself.
        let kind = std::fs::symlink_metadata(&at).map_err(|error| unreadable(&at, "read", error))?;
        if kind.is_dir() {
            if depth > limits::FOLDER_DEPTH_MAX {
                return Err(limit("is nested too deeply"));
            }
            for entry in std::fs::read_dir(&at).map_err(|error| unreadable(&at, "read", error))? {
                open.push((entry.map_err(|error| unreadable(&at, "read", error))?.path(), depth + 1));
                if open.len() + contents.len() > limits::FOLDER_FILES_MAX {
                    return Err(limit("has too many files"));
                }
            }
        } else if kind.is_file() {
            let mut bytes = Vec::new();
            let file = std::fs::File::open(&at).map_err(|error| unreadable(&at, "read", error))?;
            file.take(bytes_left + 1).read_to_end(&mut bytes).map_err(|error| unreadable(&at, "read", error))?;
            bytes_left = bytes_left.checked_sub(bytes.len() as u64).ok_or_else(|| limit("is too large"))?;
            contents.insert(
                inner_name(&full, &at, &name).ok_or_else(|| limit("has a file whose name is not text"))?,
                bytes,
            );
        } else {
            return Err(limit("holds a link or a device"));
        }
    }
    Ok((name, contents))
}

/// The path within the folder, with `/` between names; the name itself for a single file.
fn inner_name(root: &Path, at: &Path, name: &str) -> Option<String> {
    let inner = at.strip_prefix(root).ok()?;
    let parts: Option<Vec<&str>> = inner.components().map(|part| part.as_os_str().to_str()).collect();
    let inner = parts?.join("/");
    // A line break would let one name stand for two in the list that is hashed.
    let plain = !inner.contains(['\n', '\\', '\r']);
    plain.then(|| if inner.is_empty() { name.to_owned() } else { inner })
}

fn digest_of(path: &Path, contents: &BTreeMap<String, Vec<u8>>) -> String {
    if path.is_dir() {
        let line = |(name, bytes): (&String, &Vec<u8>)| {
            let digest = crate::digest(bytes);
            format!("{}  {name}\n", digest.trim_start_matches("sha256:"))
        };
        crate::digest(contents.iter().map(line).collect::<String>().as_bytes())
    } else {
        crate::digest(contents.values().next().map_or(&[], Vec::as_slice))
    }
}

fn unreadable(path: &Path, verb: &str, error: std::io::Error) -> Error {
    let next = "check the path and its permissions";
    Error::new(Kind::File, format!("`{}` cannot be {verb}: {error}", path.display()), next).because(error)
}
