//! Whether a bundle may be run: the order of the checks is the order of these lines.
//!
//! - **Takes** a folder or files, a trust policy, the region that wants to run it, the time.
//! - **Gives** the bundle's files, all of them checked, and who signed.
//! - **Fails** with the first check that does not hold.
//! - **Limits**: those of [`limits`](crate::limits).
//! - **Why it is so**: lock's bytes, bounded → signatures over them → only now the lock is read → region → permissions →
//!   names, sizes and digests of the files. No file is parsed, compiled or run before all of that holds.

use crate::build::asks_for_more;
use crate::{Error, Fault, LOCK_FILE, Lock, Result, SIGNATURE_FILE, folder, limits, permissions};
use std::collections::BTreeMap;
use std::path::Path;
use zero_oci::{SignedBy, Timestamp, Trust};

/// A bundle's lock and files.
#[derive(Debug, Clone)]
pub struct Contents {
    /// The lock.
    pub lock: Lock,
    /// `sha256:` of the lock's bytes: the bundle's name.
    pub lock_digest: String,
    /// Every file by its path, the lock and its signatures included.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// A bundle that somebody who is trusted vouches for.
#[derive(Debug, Clone)]
pub struct Verified {
    /// Lock and files.
    pub contents: Contents,
    /// Who signed it.
    pub signed_by: Vec<SignedBy>,
}

/// Verifies a bundle's folder; with a region, that it is for that one.
///
/// # Errors
/// Everything but [`Fault::Input`].
pub fn verify(root: &Path, trust: &Trust, region: Option<&str>, now: Timestamp) -> Result<Verified> {
    let lock_bytes = lock_bytes(root)?;
    let signature_path = root.join(SIGNATURE_FILE);
    if !signature_path.is_file() {
        return Err(unsigned(&root.display().to_string()));
    }
    let signature = folder::read(&signature_path, limits::SIGNATURE_BYTES_MAX)?;
    let signed_by = zero_oci::verify_bytes(LOCK_FILE, &lock_bytes, &signature, trust, now)?;
    let lock = Lock::from_bytes(&lock_bytes)?;
    admit(&lock, region)?;
    let contents = contents(root, lock, lock_bytes, Some(signature))?;
    Ok(Verified { contents, signed_by })
}

/// Opens a bundle's folder without asking who made it: its files are those of its lock, and no more is known.
///
/// # Errors
/// As [`verify`], but for signatures.
pub fn open(root: &Path) -> Result<Contents> {
    let lock_bytes = lock_bytes(root)?;
    let lock = Lock::from_bytes(&lock_bytes)?;
    admit(&lock, None)?;
    let signature = root.join(SIGNATURE_FILE);
    let signature = signature.is_file().then(|| folder::read(&signature, limits::SIGNATURE_BYTES_MAX)).transpose()?;
    contents(root, lock, lock_bytes, signature)
}

/// Verifies files that are held already, such as those of an artifact; the lock and its signatures are among them.
///
/// # Errors
/// As [`verify`].
pub fn verify_files(
    files: BTreeMap<String, Vec<u8>>,
    trust: &Trust,
    region: Option<&str>,
    now: Timestamp,
) -> Result<Verified> {
    let lock_bytes = files.get(LOCK_FILE).ok_or_else(|| missing(LOCK_FILE))?;
    let signature = files.get(SIGNATURE_FILE).ok_or_else(|| unsigned("the bundle"))?;
    let signed_by = zero_oci::verify_bytes(LOCK_FILE, lock_bytes, signature, trust, now)?;
    let lock = Lock::from_bytes(lock_bytes)?;
    admit(&lock, region)?;
    let sizes = files.iter().map(|(path, bytes)| (path.clone(), bytes.len() as u64)).collect();
    expected(&lock, &sizes)?;
    for (path, bytes) in files.iter().filter(|(path, _)| !is_own(path)) {
        unchanged(&lock, path, bytes)?;
    }
    let lock_digest = zero_oci::digest(lock_bytes);
    Ok(Verified { contents: Contents { lock, lock_digest, files }, signed_by })
}

fn lock_bytes(root: &Path) -> Result<Vec<u8>> {
    let path = root.join(LOCK_FILE);
    if !path.is_file() {
        let what = format!("`{}` is no bundle: there is no `{LOCK_FILE}` in it", root.display());
        return Err(Error::new(Fault::Missing, what, "`zero bundle build --region NAME --out DIR` makes one"));
    }
    folder::read(&path, limits::LOCK_BYTES_MAX)
}

/// What the lock alone decides: the region, and that no connector asks for more than its manifest says.
fn admit(lock: &Lock, region: Option<&str>) -> Result<()> {
    if let Some(region) = region.filter(|region| *region != lock.region) {
        let what = format!("this bundle is for the region `{}`, not for `{region}`", lock.region);
        return Err(Error::new(Fault::Region, what, "take the bundle that was built for this region"));
    }
    for connector in &lock.connectors {
        let mut more = permissions::wider(&connector.manifest, &connector.describes);
        if connector.describes.name != connector.name {
            more.push(format!("the name `{}`", connector.describes.name));
        }
        if !more.is_empty() {
            return Err(asks_for_more(&connector.name, &more));
        }
    }
    Ok(())
}

fn contents(root: &Path, lock: Lock, lock_bytes: Vec<u8>, signature: Option<Vec<u8>>) -> Result<Contents> {
    expected(&lock, &folder::list(root)?)?;
    let mut files = BTreeMap::new();
    for (path, locked) in &lock.files {
        let bytes = folder::read(&root.join(path), locked.size)?;
        unchanged(&lock, path, &bytes)?;
        files.insert(path.clone(), bytes);
    }
    let lock_digest = zero_oci::digest(&lock_bytes);
    files.insert(LOCK_FILE.to_owned(), lock_bytes);
    files.extend(signature.map(|signature| (SIGNATURE_FILE.to_owned(), signature)));
    Ok(Contents { lock, lock_digest, files })
}

fn is_own(path: &str) -> bool {
    [LOCK_FILE, SIGNATURE_FILE].contains(&path)
}

/// The files that there are, by their names and sizes, are those that the lock names.
fn expected(lock: &Lock, sizes: &BTreeMap<String, u64>) -> Result<()> {
    if let Some(path) = lock.files.keys().find(|path| !sizes.contains_key(*path)) {
        return Err(missing(path));
    }
    if let Some(path) = sizes.keys().find(|path| !is_own(path) && !lock.files.contains_key(*path)) {
        let what = format!("`{}` is in the bundle, and its lock does not name it", path.escape_default());
        return Err(Error::new(
            Fault::Extra,
            what,
            "keep nothing in a bundle's folder but what `zero bundle build` wrote",
        ));
    }
    let bytes = lock.files.values().fold(0_u64, |bytes, file| bytes.saturating_add(file.size));
    if bytes > limits::BUNDLE_BYTES_MAX || lock.files.values().any(|file| file.size > limits::FILE_BYTES_MAX) {
        let what = format!("the bundle has {bytes} bytes, or a file of it is over the limit of its kind");
        return Err(Error::new(Fault::TooLarge, what, "build it of less"));
    }
    for (path, file) in &lock.files {
        let found = sizes.get(path).copied().unwrap_or_default();
        if found != file.size {
            return Err(changed(path, &format!("it has {found} bytes, and the lock says {}", file.size)));
        }
    }
    Ok(())
}

fn unchanged(lock: &Lock, path: &str, bytes: &[u8]) -> Result<()> {
    let expected = lock.files.get(path).map(|file| file.digest.as_str()).unwrap_or_default();
    let found = zero_oci::digest(bytes);
    if found == expected { Ok(()) } else { Err(changed(path, &format!("it is {found}, and the lock says {expected}"))) }
}

fn changed(path: &str, how: &str) -> Error {
    let what = format!("`{path}` is not the file that was signed: {how}");
    Error::new(Fault::Changed, what, "do not run it; get the bundle again from where it was built")
}

fn missing(path: &str) -> Error {
    let what = format!("`{path}` is missing from the bundle");
    Error::new(Fault::Missing, what, "get the bundle again from where it was built")
}

fn unsigned(what: &str) -> Error {
    let what = format!("`{what}` is not signed: there is no `{SIGNATURE_FILE}` in it");
    Error::new(Fault::Unsigned, what, "sign it: `zero bundle build --key FILE`")
}
