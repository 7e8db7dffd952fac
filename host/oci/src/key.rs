//! Keys: ECDSA on P-256, cosign's default, in the files that cosign and OpenSSL read and write.

use crate::{Error, Kind, Result, cosign_key, limits};
use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{DerSignature, SigningKey, VerifyingKey};
use p256::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use std::fmt;
use std::io::{Read as _, Write as _};
use std::path::Path;
use zeroize::Zeroizing;

/// A key that checks signatures; `cosign.pub` holds one.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads a `PUBLIC KEY` block (SPKI), as `cosign generate-key-pair` and `openssl pkey -pubout` write it.
    ///
    /// # Errors
    /// [`Kind::Key`] when it is none, or of another kind than ECDSA P-256.
    pub fn from_pem(pem: &str) -> Result<Self> {
        VerifyingKey::from_public_key_pem(pem.trim()).map(Self).map_err(|error| {
            let next = "give the `PUBLIC KEY` block of an ECDSA P-256 key, such as `cosign.pub`";
            Error::new(Kind::Key, format!("the public key cannot be read: {error}"), next)
        })
    }

    /// The `PUBLIC KEY` block.
    ///
    /// # Errors
    /// [`Kind::Key`]; not met in practice.
    pub fn to_pem(&self) -> Result<String> {
        self.0.to_public_key_pem(LineEnding::LF).map_err(unwritable)
    }

    /// `sha256:` of the key's DER, by which people compare keys:
    /// `openssl pkey -pubin -in acme.pub -outform DER | sha256sum`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.0.to_public_key_der().map_or_else(|_| String::new(), |der| crate::digest(der.as_bytes()))
    }

    /// Whether this key made this signature (ASN.1 DER) over these bytes (hashed with SHA-256).
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        DerSignature::try_from(signature).is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprint())
    }
}

/// A key that signs. Its signatures are deterministic (RFC 6979): equal payloads give equal bytes.
pub struct Signer(SigningKey);

impl Signer {
    /// A new key, from the system's randomness.
    ///
    /// # Errors
    /// [`Kind::Key`] when the system has none to give.
    pub fn generate() -> Result<Self> {
        // One in 2^32 draws is not a scalar of the curve; four in a row never are.
        for _ in 0..4 {
            let mut bytes = Zeroizing::new([0_u8; 32]);
            getrandom::fill(bytes.as_mut()).map_err(|error| {
                Error::new(Kind::Key, format!("no randomness for a key: {error}"), "try again; the system is at fault")
            })?;
            if let Ok(key) = SigningKey::from_slice(bytes.as_ref()) {
                return Ok(Self(key));
            }
        }
        Err(Error::new(Kind::Key, "no key could be made", "try again; the system's randomness is at fault"))
    }

    /// Reads a `PRIVATE KEY` block (PKCS#8), or cosign's own encrypted `cosign.key` with its password.
    ///
    /// # Errors
    /// [`Kind::Key`] when it is neither, of another kind than ECDSA P-256, or the password is missing or wrong.
    pub fn from_pem(pem: &str, password: Option<&str>) -> Result<Self> {
        let unreadable = |error: &dyn fmt::Display| {
            let next = "give an ECDSA P-256 key: PKCS#8 (`openssl genpkey -algorithm EC -pkeyopt \
                        ec_paramgen_curve:P-256`) or `cosign.key`";
            Error::new(Kind::Key, format!("the private key cannot be read: {error}"), next)
        };
        if !cosign_key::is_encrypted(pem) {
            return SigningKey::from_pkcs8_pem(pem.trim()).map(Self).map_err(|error| unreadable(&error));
        }
        let Some(password) = password else {
            return Err(Error::new(
                Kind::Key,
                "the private key is encrypted and no password was given",
                "give the password of `cosign.key` (cosign takes it from `COSIGN_PASSWORD`)",
            ));
        };
        let der = cosign_key::decrypt(pem, password)?;
        SigningKey::from_pkcs8_der(&der).map(Self).map_err(|error| unreadable(&error))
    }

    /// Reads the key's file. One that is not encrypted must be its owner's alone (`0600`).
    ///
    /// # Errors
    /// [`Kind::File`] or [`Kind::Key`].
    pub fn from_file(path: &Path, password: Option<&str>) -> Result<Self> {
        let pem = Zeroizing::new(read_text(path)?);
        if !cosign_key::is_encrypted(&pem) && is_open_to_others(path) {
            return Err(Error::new(
                Kind::Key,
                format!("others on this machine may read the private key `{}`", path.display()),
                format!("`chmod 600 {}`", path.display()),
            ));
        }
        Self::from_pem(&pem, password)
    }

    /// The key as a `PRIVATE KEY` block (PKCS#8), not encrypted.
    ///
    /// # Errors
    /// [`Kind::Key`]; not met in practice.
    pub fn to_pem(&self) -> Result<Zeroizing<String>> {
        self.0.to_pkcs8_pem(LineEnding::LF).map_err(unwritable)
    }

    /// The key as `cosign.key`: encrypted with scrypt and NaCl's secret box, as cosign does.
    ///
    /// # Errors
    /// [`Kind::Key`] when the system gives no randomness.
    pub fn to_cosign_pem(&self, password: &str) -> Result<Zeroizing<String>> {
        let der = self.0.to_pkcs8_der().map_err(unwritable)?;
        cosign_key::encrypt(der.as_bytes(), password)
    }

    /// Writes `NAME.key` (`0600`; as `cosign.key` when there is a password) and `NAME.pub`; never over a file.
    ///
    /// # Errors
    /// [`Kind::File`] when one exists or cannot be written.
    pub fn save(&self, private: &Path, public: &Path, password: Option<&str>) -> Result<()> {
        let pem = match password {
            Some(password) => self.to_cosign_pem(password)?,
            None => self.to_pem()?,
        };
        write_new(private, pem.as_bytes(), 0o600)?;
        write_new(public, self.public().to_pem()?.as_bytes(), 0o644)
    }

    /// The key that checks what this one signs.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(*self.0.verifying_key())
    }

    /// The signature of these bytes (hashed with SHA-256), in ASN.1 DER.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: DerSignature = self.0.sign(message);
        signature.as_bytes().to_vec()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.public().fingerprint())
    }
}

fn unwritable(error: impl fmt::Display) -> Error {
    Error::new(Kind::Key, format!("the key cannot be written: {error}"), "this is a fault of ours; please report it")
}

/// A small text file: a key, a policy.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    let unreadable = |error: std::io::Error| {
        let next = "give the path of a file that exists and may be read";
        Error::new(Kind::File, format!("`{}` cannot be read: {error}", path.display()), next).because(error)
    };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(limits::TRUST_BYTES_MAX + 1).read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > limits::TRUST_BYTES_MAX {
        let what = format!("`{}` is over the limit of {} bytes", path.display(), limits::TRUST_BYTES_MAX);
        return Err(Error::new(Kind::File, what, "give a key or a policy, not something else"));
    }
    Ok(text)
}

fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let written = options.open(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| {
        let next = "choose another name: a key is never written over a file";
        Error::new(Kind::File, format!("`{}` cannot be written: {error}", path.display()), next).because(error)
    })
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|it| it.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}
