//! Whom an operator trusts: `trust.toml`.

use crate::{Error, Kind, PublicKey, Result, limits};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::path::Path;

/// Whom an operator trusts: `trust.toml`.
///
/// ```toml
/// threshold = 1                    # distinct keys that must have signed; 1 unless said
/// signature_age_days_max = 400     # older signatures, and those that tell no age, are refused; no limit unless said
/// any_repository = false           # true: what was signed for one repository may be pulled from a mirror
///
/// [[key]]
/// name = "acme 2026"
/// public = """
/// -----BEGIN PUBLIC KEY-----
/// MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE...
/// -----END PUBLIC KEY-----
/// """
/// not_before = "2026-01-01T00:00:00Z"     # optional
/// not_after = "2027-03-01T00:00:00Z"      # optional; let the next key overlap by some weeks
/// revoked = false                         # true: nothing it ever signed is accepted
/// references = ["ghcr.io/acme/*"]         # `registry/repository` or `file:NAME`; everything unless said
/// connectors = ["acme-*"]                 # names in the descriptor; everything unless said
/// ```
///
/// **Rotation**: add the new key beside the old one, sign what is published with both ([`publish`](crate::publish)
/// takes several signers, [`sign`](crate::sign) adds one later), then let the old key's `not_after` pass. A key must
/// be valid *now*: what a signature says of its own age is only its signer's word, and a stolen key can say anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// How many distinct keys must have signed; at least 1.
    pub threshold: usize,
    /// The oldest signature that is accepted.
    pub signature_age_max: Option<SignedDuration>,
    /// Whether a signature for one repository is good for another (mirrors).
    pub any_repository: bool,
    /// The keys; no two of the same name or material.
    pub keys: Vec<TrustedKey>,
}

/// A key and what it is trusted with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// What the operator calls it.
    pub name: String,
    /// The key.
    pub key: PublicKey,
    /// From when it is valid.
    pub not_before: Option<Timestamp>,
    /// Until when it is valid.
    pub not_after: Option<Timestamp>,
    /// Whether nothing it signed is accepted any more.
    pub revoked: bool,
    /// What it may sign: `registry/repository` or `file:NAME`; `*` stands for any text.
    pub references: Vec<String>,
    /// Names of connectors it may sign; `*` stands for any text.
    pub connectors: Vec<String>,
}

impl TrustedKey {
    /// A key that is trusted with everything, for ever.
    #[must_use]
    pub fn new(name: impl Into<String>, key: PublicKey) -> Self {
        let everything = || vec!["*".to_owned()];
        Self {
            name: name.into(),
            key,
            not_before: None,
            not_after: None,
            revoked: false,
            references: everything(),
            connectors: everything(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    threshold: Option<usize>,
    signature_age_days_max: Option<u32>,
    #[serde(default)]
    any_repository: bool,
    #[serde(default)]
    key: Vec<WireKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireKey {
    name: String,
    public: String,
    not_before: Option<Time>,
    not_after: Option<Time>,
    #[serde(default)]
    revoked: bool,
    references: Option<Vec<String>>,
    connectors: Option<Vec<String>>,
}

/// A time as text or as TOML's own.
#[derive(Deserialize)]
#[serde(untagged)]
enum Time {
    Text(String),
    Toml(toml::value::Datetime),
}

impl Trust {
    /// Trust in these keys, for everything; any one of them is enough.
    #[must_use]
    pub fn in_keys(keys: Vec<TrustedKey>) -> Self {
        Self { threshold: 1, signature_age_max: None, any_repository: false, keys }
    }

    /// Reads `trust.toml`.
    ///
    /// # Errors
    /// [`Kind::File`] or [`Kind::Policy`].
    pub fn from_file(path: &Path) -> Result<Self> {
        Self::parse(&crate::key::read_text(path)?)
    }

    /// Reads the text of `trust.toml`.
    ///
    /// # Errors
    /// [`Kind::Policy`], naming the key that is unknown, missing or wrong.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() as u64 > limits::TRUST_BYTES_MAX {
            return Err(wrong(format!("it is over the limit of {} bytes", limits::TRUST_BYTES_MAX)));
        }
        let wire: Wire = toml::from_str(text).map_err(|error| wrong(error.to_string()).because(error))?;
        if wire.key.len() > limits::KEYS_MAX {
            return Err(wrong(format!("it has {} keys, over the limit of {}", wire.key.len(), limits::KEYS_MAX)));
        }
        let days = |days: u32| SignedDuration::from_hours(i64::from(days) * 24);
        let trust = Self {
            threshold: wire.threshold.unwrap_or(1),
            signature_age_max: wire.signature_age_days_max.map(days),
            any_repository: wire.any_repository,
            keys: wire.key.into_iter().map(key).collect::<Result<_>>()?,
        };
        trust.check()?;
        Ok(trust)
    }

    /// Whether the policy can be met at all, and says one thing of each key.
    pub(crate) fn check(&self) -> Result<()> {
        if self.threshold == 0 || self.threshold > self.keys.len() {
            let keys = self.keys.len();
            return Err(wrong(format!(
                "`threshold` is {}, and there are {keys} keys: no artifact could meet it",
                self.threshold
            )));
        }
        for (index, key) in self.keys.iter().enumerate() {
            let earlier = self.keys.iter().take(index);
            for other in earlier {
                if other.name == key.name {
                    return Err(wrong(format!("two keys are named `{}`", key.name)));
                }
                // Otherwise one key could count twice against the threshold.
                if other.key == key.key {
                    return Err(wrong(format!("`{}` and `{}` are the same key", other.name, key.name)));
                }
            }
            if key.not_before.zip(key.not_after).is_some_and(|(from, to)| from >= to) {
                return Err(wrong(format!("`{}` ends before it begins", key.name)));
            }
        }
        Ok(())
    }
}

fn wrong(what: impl std::fmt::Display) -> Error {
    let next = "correct `trust.toml`; its keys are `threshold`, `signature_age_days_max`, `any_repository` and `[[key]]` with \
                `name`, `public`, `not_before`, `not_after`, `revoked`, `references`, `connectors`";
    Error::new(Kind::Policy, format!("the trust policy cannot be read: {what}"), next)
}

fn key(wire: WireKey) -> Result<TrustedKey> {
    let name = wire.name;
    if name.is_empty() || name.len() > limits::TEXT_BYTES_MAX || name.chars().any(char::is_control) {
        return Err(wrong("a key's `name` is empty, too long, or has control characters"));
    }
    let time = |field: &str, time: Option<Time>| match time {
        None => Ok(None),
        Some(time) => {
            let text = match time {
                Time::Text(text) => text,
                Time::Toml(time) => time.to_string(),
            };
            let parsed = text.parse::<Timestamp>();
            parsed
                .map(Some)
                .map_err(|_| wrong(format!("`{field}` of `{name}` is not a time such as `2027-03-01T00:00:00Z`")))
        }
    };
    Ok(TrustedKey {
        not_before: time("not_before", wire.not_before)?,
        not_after: time("not_after", wire.not_after)?,
        revoked: wire.revoked,
        references: wire.references.unwrap_or_else(|| vec!["*".to_owned()]),
        connectors: wire.connectors.unwrap_or_else(|| vec!["*".to_owned()]),
        key: PublicKey::from_pem(&wire.public)
            .map_err(|error| wrong(format!("`public` of `{name}`: {}", error.what())).because(error))?,
        name,
    })
}

/// Whether a text matches one of these patterns, where `*` stands for any text.
pub(crate) fn matches_any(patterns: &[String], text: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, text))
}

/// Each piece between stars is searched once, from where the last one ended: linear, whatever the pattern.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut rest) = text.strip_prefix(head) else {
        return false;
    };
    let (middle, end) = tail.rsplit_once('*').unwrap_or(("", tail));
    for piece in middle.split('*').filter(|piece| !piece.is_empty()) {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(end)
}
