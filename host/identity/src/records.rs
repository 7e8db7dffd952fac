//! What lies in the vault, by table.

use crate::Refused;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zero_pipeline::Problem;
use zero_vault::{Listed, Read, Secret, Table, VaultError, Write};

/// By id.
pub(crate) const ACCOUNTS: Table = Table("identity/accounts");
/// Ids, by digest of the name.
pub(crate) const NAMES: Table = Table("identity/names");
/// By digest of the handle.
pub(crate) const FAMILIES: Table = Table("identity/families");
/// Digests of handles, by `account/session`.
pub(crate) const SESSIONS: Table = Table("identity/sessions");
/// By session, until no access token of it can be valid.
pub(crate) const REVOKED: Table = Table("identity/revoked");
/// By id.
pub(crate) const API_KEYS: Table = Table("identity/api-keys");
/// By `account/digest of the credential's id`.
pub(crate) const PASSKEYS: Table = Table("identity/passkeys");
/// By key id.
pub(crate) const SIGNING_KEYS: Table = Table("identity/signing-keys");
/// What there is one of.
pub(crate) const META: Table = Table("identity/meta");

/// Somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Account {
    /// 128 random bits in hexadecimal: the subject of tokens, the user handle of passkeys.
    pub(crate) id: String,
    /// In lower case.
    pub(crate) name: String,
    pub(crate) tenant: String,
    pub(crate) roles: Vec<String>,
    /// A PHC string.
    pub(crate) password: String,
    pub(crate) created_ms: i64,
    #[serde(default)]
    pub(crate) disabled: bool,
    #[serde(default)]
    pub(crate) totp: Option<Totp>,
    /// Digests of those that were not used.
    #[serde(default)]
    pub(crate) recovery: Vec<String>,
}

/// A second factor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Totp {
    /// In hexadecimal.
    pub(crate) secret: String,
    /// Whether its owner has shown a code: until then it is not asked for.
    pub(crate) confirmed: bool,
    /// The last step whose code was taken: it and those before are refused.
    pub(crate) step: u64,
}

impl Account {
    /// The second factor that must be shown.
    pub(crate) fn factor(&self) -> Option<&Totp> {
        self.totp.as_ref().filter(|totp| totp.confirmed)
    }
}

/// A sign-in, and the refresh tokens that follow from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Family {
    pub(crate) account: String,
    pub(crate) session: String,
    /// Digest of the only refresh token that counts.
    pub(crate) current: String,
    pub(crate) created_ms: i64,
    pub(crate) used_ms: i64,
    pub(crate) ends_ms: i64,
    pub(crate) scope: Option<String>,
    /// How they signed in: `pwd`, `otp`, `hwk` (RFC 8176).
    pub(crate) methods: Vec<String>,
    /// Where from, and with what: for its owner to recognise.
    pub(crate) address: String,
    pub(crate) agent: String,
}

/// An API key, without the key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ApiKey {
    pub(crate) id: String,
    /// In hexadecimal.
    pub(crate) sha256: String,
    pub(crate) label: String,
    pub(crate) owner: Owner,
    pub(crate) created_ms: i64,
    pub(crate) expires_ms: Option<i64>,
    /// None: all that its owner may.
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) limit_per_minute: Option<u32>,
}

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Owner {
    /// An account's: it may what the account may, and ends with it.
    Account(String),
    /// A service's, as the operator said.
    Service { name: String, tenant: String, roles: Vec<String> },
}

/// A passkey, as its owner knows it.
#[derive(Serialize, Deserialize)]
pub(crate) struct PasskeyRecord {
    pub(crate) label: String,
    pub(crate) created_ms: i64,
    pub(crate) used_ms: Option<i64>,
    pub(crate) passkey: webauthn_rs::prelude::Passkey,
}

/// What both kinds of transaction can do.
pub(crate) trait View {
    fn bytes(&self, table: Table, name: &str) -> Result<Option<Secret>, VaultError>;
    fn page(&self, table: Table, prefix: &str, after: Option<&str>) -> Result<Listed, VaultError>;

    /// One record.
    fn load<T: DeserializeOwned>(&self, table: Table, name: &str) -> Result<Option<T>, Refused> {
        self.bytes(table, name)?.map(|bytes| read(table, name, &bytes)).transpose()
    }

    /// All records whose names begin so, with their names.
    fn all<T: DeserializeOwned>(&self, table: Table, prefix: &str) -> Result<Vec<(String, T)>, Refused> {
        let (mut all, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = self.page(table, prefix, after.as_deref())?;
            let Some((last, _)) = page.last() else { return Ok(all) };
            after = Some(last.clone());
            for (name, bytes) in page {
                let record = read(table, &name, &bytes)?;
                all.push((name, record));
            }
        }
    }
}

impl View for Read<'_> {
    fn bytes(&self, table: Table, name: &str) -> Result<Option<Secret>, VaultError> {
        self.get(table, name)
    }
    fn page(&self, table: Table, prefix: &str, after: Option<&str>) -> Result<Listed, VaultError> {
        self.list(table, prefix, after)
    }
}

impl View for Write<'_, '_> {
    fn bytes(&self, table: Table, name: &str) -> Result<Option<Secret>, VaultError> {
        self.get(table, name)
    }
    fn page(&self, table: Table, prefix: &str, after: Option<&str>) -> Result<Listed, VaultError> {
        self.list(table, prefix, after)
    }
}

fn read<T: DeserializeOwned>(table: Table, name: &str, bytes: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(bytes).map_err(|error| {
        // What is wrong is told without what is there.
        tracing::error!(table = table.0, name, line = error.line(), "a record of the vault cannot be read");
        Refused(Box::new(Problem::internal("a record of this host cannot be read")))
    })
}

/// Writes one record.
pub(crate) fn save(view: &mut Write<'_, '_>, table: Table, name: &str, record: &impl Serialize) -> Result<(), Refused> {
    let bytes = serde_json::to_vec(record).map(zeroize::Zeroizing::new);
    let bytes = bytes.map_err(|_| Refused(Box::new(Problem::internal("a record could not be written"))))?;
    Ok(view.put(table, name, &bytes)?)
}
