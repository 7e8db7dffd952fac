//! API keys: shown once, kept as a hash.

use crate::house::House;
use crate::limits::{DAY_MS, KEY_DAYS_MAX, KEYS_MAX, KEYS_TOTAL_MAX, LABEL_BYTES_MAX, SCOPE_BYTES_MAX, SCOPES_MAX};
use crate::records::{self, ACCOUNTS, API_KEYS, Account, ApiKey, Owner, View};
use crate::{Refused, problems, random};
use serde::{Deserialize, Serialize};
use zero_types::functions::{KeyRecord, Principal, PrincipalKind};

/// What is wanted of a new key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// What its owner calls it.
    #[serde(default)]
    pub label: String,
    /// None: all that its owner may.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// None: until it is revoked.
    #[serde(default)]
    pub expires_days: Option<i64>,
    /// Questions in a minute; none leaves it to the host.
    #[serde(default)]
    pub limit_per_minute: Option<u32>,
}

/// A key, as its owner sees it.
#[derive(Debug, Serialize)]
pub(crate) struct KeyReport {
    pub(crate) id: String,
    pub(crate) label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service: Option<String>,
    pub(crate) created_ms: i64,
    pub(crate) expires_ms: Option<i64>,
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) limit_per_minute: Option<u32>,
}

/// A new key, the only time that it is shown.
#[derive(Serialize)]
pub(crate) struct Issued {
    pub(crate) key: String,
    #[serde(flatten)]
    pub(crate) report: KeyReport,
}

/// Scopes as a key or a token names them.
pub(crate) fn check_scopes<'s>(scopes: impl IntoIterator<Item = &'s str>) -> Result<(), Refused> {
    let mut count = 0;
    for scope in scopes {
        count += 1;
        // RFC 6749, section 3.3.
        let fine = scope.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
        if count > SCOPES_MAX || scope.is_empty() || scope.len() > SCOPE_BYTES_MAX || !fine {
            return Err(problems::unusable(
                "the scopes are not ones that can be given",
                "name at most 32, each of 1 to 64 characters of ASCII without spaces and quotes",
            ));
        }
    }
    Ok(())
}

/// What its owner calls something.
pub(crate) fn check_label(label: &str) -> Result<(), Refused> {
    if label.len() > LABEL_BYTES_MAX || label.chars().any(char::is_control) {
        return Err(problems::unusable("the label is too long", "use at most 100 bytes of text"));
    }
    Ok(())
}

fn check(wanted: &Wanted) -> Result<(), Refused> {
    check_label(&wanted.label)?;
    check_scopes(wanted.scopes.iter().flatten().map(String::as_str))?;
    if wanted.expires_days.is_some_and(|days| !(1..=KEY_DAYS_MAX).contains(&days)) {
        return Err(problems::unusable("`expires_days` is out of range", "use 1 to 3650, or leave it out"));
    }
    if wanted.limit_per_minute == Some(0) {
        return Err(problems::unusable("`limit_per_minute` is 0", "use 1 or more, or leave it out"));
    }
    Ok(())
}

/// The keys as the auth component takes them; those of accounts that are gone or disabled are left out.
pub(crate) fn records(view: &impl View) -> Result<Vec<KeyRecord>, Refused> {
    let mut records = Vec::new();
    for (id, key) in view.all::<ApiKey>(API_KEYS, "")? {
        let principal = match &key.owner {
            Owner::Account(account) => {
                let account = view.load::<Account>(ACCOUNTS, account)?.filter(|account| !account.disabled);
                account.map(|account| (account.id, PrincipalKind::Agent, account.tenant, account.roles))
            }
            Owner::Service { name, tenant, roles } => {
                Some((name.clone(), PrincipalKind::Service, tenant.clone(), roles.clone()))
            }
        };
        let (Some((owner, kind, tenant, roles)), Ok(sha256)) = (principal, hex::decode(&key.sha256)) else { continue };
        records.push(KeyRecord {
            id,
            sha256,
            principal: Principal {
                id: owner,
                kind,
                tenant,
                roles,
                scopes: None,
                session: None,
                limit_per_minute: None,
            },
            not_before_ms: key.created_ms,
            expires_ms: key.expires_ms,
            revoked: false,
            scopes: key.scopes,
            limit_per_minute: key.limit_per_minute,
        });
    }
    Ok(records)
}

impl House {
    /// A new key.
    pub(crate) fn issue(&self, owner: Owner, wanted: Wanted, now_ms: i64) -> Result<Issued, Refused> {
        check(&wanted)?;
        let id = hex::encode(random::bytes::<8>()?);
        let secret = random::bytes::<{ zero_auth::SECRET_BYTES }>()?;
        let text = zero_auth::key_text(&id, &secret).map_err(|_| problems::broken("a key could not be written"))?;
        let key = ApiKey {
            sha256: random::digest(&text),
            id,
            label: wanted.label,
            owner,
            created_ms: now_ms,
            expires_ms: wanted.expires_days.map(|days| now_ms.saturating_add(days * DAY_MS)),
            scopes: wanted.scopes,
            limit_per_minute: wanted.limit_per_minute,
        };
        self.vault.write(|view| {
            let keys = view.all::<ApiKey>(API_KEYS, "")?;
            if keys.len() >= KEYS_TOTAL_MAX {
                return Err(problems::too_many("keys, or this host has,"));
            }
            if keys.iter().filter(|(_, other)| other.owner == key.owner).count() >= KEYS_MAX {
                return Err(problems::too_many("keys"));
            }
            records::save(view, API_KEYS, &key.id, &key)
        })?;
        self.believe_keys()?;
        Ok(Issued { key: text, report: report(key) })
    }

    /// Keys, of everybody or of one.
    pub(crate) fn keys(&self, owner: Option<&Owner>) -> Result<Vec<KeyReport>, Refused> {
        let keys = self.vault.read(|view| view.all::<ApiKey>(API_KEYS, ""))?;
        let mine = keys.into_iter().map(|(_, key)| key).filter(|key| owner.is_none_or(|owner| *owner == key.owner));
        Ok(mine.map(report).collect())
    }

    /// Takes a key back, of anybody or of one.
    pub(crate) fn revoke(&self, id: &str, owner: Option<&Owner>) -> Result<(), Refused> {
        let gone = self.vault.write(|view| {
            let key = view.load::<ApiKey>(API_KEYS, id)?;
            let mine = key.is_some_and(|key| owner.is_none_or(|owner| *owner == key.owner));
            Ok::<_, Refused>(mine && view.delete(API_KEYS, id)?)
        })?;
        if !gone {
            return Err(problems::nothing_here("key"));
        }
        self.believe_keys()
    }
}

fn report(key: ApiKey) -> KeyReport {
    let service = match key.owner {
        Owner::Service { name, .. } => Some(name),
        Owner::Account(_) => None,
    };
    KeyReport {
        id: key.id,
        label: key.label,
        service,
        created_ms: key.created_ms,
        expires_ms: key.expires_ms,
        scopes: key.scopes,
        limit_per_minute: key.limit_per_minute,
    }
}
