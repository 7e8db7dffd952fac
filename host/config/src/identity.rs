//! `[identity]`: accounts of this host's own, and the tokens it issues.

use anyhow::{Result, anyhow};
use serde::Deserialize;

/// Whether this host knows people, and how.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// Whether there are accounts at all.
    pub enabled: bool,
    /// Who issues the tokens: this host's address, as its askers write it.
    pub issuer: String,
    /// Whom the tokens are for.
    pub audience: String,
    /// What new signing keys sign with.
    pub algorithm: SigningAlgorithm,
    /// Whether whoever comes may have an account.
    pub registration: bool,
    /// The tenant of accounts for which nobody says another.
    pub tenant: String,
    /// Their roles.
    pub roles: Vec<String>,
    /// Accounts in all.
    pub accounts_max: usize,
    /// How long a signing key signs.
    pub rotation_days: u32,
    /// How long a sign-in lasts at most.
    pub session_days: u32,
    /// Memory that hashing one password takes.
    pub password_memory_kib: u32,
    /// How often it goes over it.
    pub password_passes: u32,
    /// Threads that hash.
    pub password_threads: usize,
    /// Origins, besides the issuer's, of pages on which passkeys may be used.
    pub passkey_origins: Vec<String>,
}

/// What tokens are signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum SigningAlgorithm {
    /// ECDSA over P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            enabled: false,
            issuer: String::new(),
            audience: "zero".to_owned(),
            algorithm: SigningAlgorithm::Es256,
            registration: false,
            tenant: "home".to_owned(),
            roles: vec!["asker".to_owned()],
            accounts_max: 10_000,
            rotation_days: 90,
            session_days: 30,
            password_memory_kib: 19_456,
            password_passes: 2,
            password_threads: 2,
            passkey_origins: Vec::new(),
        }
    }
}

impl Identity {
    /// Whether every value is in its range.
    ///
    /// # Errors
    /// Names the key that is not.
    pub fn check(&self) -> Result<()> {
        let within = |key: &str, value: u64, least: u64, most: u64| match (least..=most).contains(&value) {
            true => Ok(()),
            false => Err(anyhow!("[identity] `{key}` must be from {least} to {most}, not {value}")),
        };
        within("accounts_max", self.accounts_max as u64, 1, 1_000_000)?;
        within("rotation_days", self.rotation_days.into(), 2, 366)?;
        within("session_days", self.session_days.into(), 1, 366)?;
        // Less is guessed too cheaply: RFC 9106 and OWASP agree on 19 MiB in two passes, or more memory in one.
        within("password_memory_kib", self.password_memory_kib.into(), 8_192, 1_048_576)?;
        within("password_passes", self.password_passes.into(), 1, 16)?;
        within("password_threads", self.password_threads as u64, 1, 64)?;
        if self.passkey_origins.len() > 16 {
            return Err(anyhow!("[identity] `passkey_origins` may name at most 16"));
        }
        if !self.enabled {
            return Ok(());
        }
        self.passkey_origins.iter().chain([&self.issuer]).try_for_each(|origin| check_address(origin))?;
        for (key, value) in [("audience", &self.audience), ("tenant", &self.tenant)] {
            if value.is_empty() || value.len() > 128 || value.chars().any(char::is_control) {
                return Err(anyhow!("[identity] `{key}` must have 1 to 128 bytes of text"));
            }
        }
        if self.tenant == "public" {
            return Err(anyhow!(
                "[identity] `tenant` may not be `public`, which is that of whoever shows no credential"
            ));
        }
        if self.roles.len() > 16 || self.roles.iter().any(|role| role.is_empty() || role.len() > 64) {
            return Err(anyhow!("[identity] `roles` must be at most 16 names of 1 to 64 bytes"));
        }
        if self.roles.iter().any(|role| role == "operator" || role.starts_with("operator:")) && self.registration {
            return Err(anyhow!(
                "[identity] `roles` makes every new account an operator\n\nhint: give that role with `zero identity \
                 create NAME --role operator`, or switch `registration` off"
            ));
        }
        Ok(())
    }
}

/// Passwords and tokens go over TLS, or stay on this machine.
fn check_address(address: &str) -> Result<()> {
    let rest = address.strip_prefix("https://").map(|rest| (rest, true));
    let rest = rest.or_else(|| address.strip_prefix("http://").map(|rest| (rest, false)));
    let host = |rest: &str| rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned();
    let local = |rest: &str| {
        let host = host(rest);
        ["localhost", "127.0.0.1", "[::1]"]
            .iter()
            .any(|name| host.strip_prefix(name).is_some_and(|port| port.is_empty() || port.starts_with(':')))
    };
    match rest {
        Some((rest, _)) if host(rest).is_empty() || host(rest).contains('@') || rest.ends_with('/') => {}
        Some((_, true)) => return Ok(()),
        Some((rest, false)) if local(rest) => return Ok(()),
        _ => {}
    }
    Err(anyhow!(
        "[identity] `{address}` is no address that tokens and passkeys can be bound to\n\nhint: write the one that askers \
         use, without a slash at the end: `issuer = \"https://answers.example\"`; plain HTTP is for this machine alone"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_is_named() {
        let issuer = "enabled = true\nissuer = \"https://a.example\"\n";
        let check =
            |text: &str| toml::from_str::<Identity>(text).map_err(anyhow::Error::from).and_then(|it| it.check());
        check("").unwrap();
        check(issuer).unwrap();
        check(&format!("{issuer}algorithm = \"EdDSA\"\npasskey_origins = [\"http://localhost:8080\"]")).unwrap();
        for (text, says) in [
            ("enabled = true", "`` is no address"),
            ("enabled = true\nissuer = \"http://a.example\"", "no address"),
            ("enabled = true\nissuer = \"http://localhost.evil.example\"", "no address"),
            ("enabled = true\nissuer = \"https://a.example/\"", "without a slash"),
            ("enabled = true\nissuer = \"https://\"", "no address"),
            ("enabled = true\nissuer = \"https://a@b\"", "no address"),
            ("algorithm = \"HS256\"", "HS256"),
            (&format!("{issuer}tenant = \"public\""), "may not be `public`"),
            ("rotation_days = 1", "`rotation_days` must be from 2 to 366"),
            ("password_memory_kib = 8", "`password_memory_kib`"),
            ("issuers = []", "unknown field `issuers`"),
        ] {
            let error = format!("{:#}", check(text).unwrap_err());
            assert!(error.contains(says), "{text}: {error}");
        }
        let open = format!("{issuer}registration = true\nroles = [\"operator\"]");
        assert!(check(&open).unwrap_err().to_string().contains("every new account an operator"));
    }
}
