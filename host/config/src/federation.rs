//! `[[federation.issuers]]`: whose tokens are believed besides our own.

use serde::Deserialize;

/// Issuers of tokens that are believed: each is asked for its keys, and none that a token names.
const ISSUERS_MAX: usize = 16;
/// Words in each list of an issuer.
const WORDS_MAX: usize = 64;
/// Bytes of an issuer's name: it stands in the name of each of its users.
const NAME_BYTES_MAX: usize = 32;
/// Bytes of an issuer's URL.
const URL_BYTES_MAX: usize = 512;
/// A token of another issuer lives a day at most, s: longer ones are passwords.
const LIFETIME_S_MAX: u64 = 24 * 3600;

/// Whose tokens are believed besides our own.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Federation {
    /// Issuers by OpenID Connect; none unless the operator names them.
    pub issuers: Vec<Issuer>,
}

/// One issuer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// What it is called here: stands before the names of its users, so that no two issuers name the same one.
    pub name: String,
    /// Exactly as its tokens name it in `iss`.
    pub url: String,
    /// Of which a token must name one in `aud`.
    pub audiences: Vec<String>,
    /// What a token may say of itself in `typ`.
    #[serde(default = "types")]
    pub types: Vec<String>,
    /// How long a token may be good for at most, s.
    #[serde(default = "lifetime_s")]
    pub lifetime_s_max: u64,
    /// Whose tenant they are ...
    #[serde(default)]
    pub tenant: Option<String>,
    /// ... or the claim that says so.
    #[serde(default)]
    pub tenant_claim: Option<String>,
    /// The claim that holds their roles, by name or JSON pointer: `/realm_access/roles`.
    #[serde(default)]
    pub roles_claim: Option<String>,
    /// The roles they may have; what else a token says counts for nothing.
    #[serde(default)]
    pub roles_allowed: Vec<String>,
    /// Roles of whoever has none of those.
    #[serde(default)]
    pub default_roles: Vec<String>,
    /// The claim that narrows what they may, such as `scope`.
    #[serde(default)]
    pub scopes_claim: Option<String>,
    /// Hosts besides the issuer's own at which its keys may be.
    #[serde(default)]
    pub key_hosts: Vec<String>,
}

fn types() -> Vec<String> {
    vec!["at+jwt".to_owned()]
}

fn lifetime_s() -> u64 {
    LIFETIME_S_MAX
}

impl Federation {
    /// # Errors
    /// Names the issuer and the key that is wrong.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.issuers.len() > ISSUERS_MAX {
            return Err(format!("are {}, over the limit of {ISSUERS_MAX}", self.issuers.len()));
        }
        for (at, issuer) in self.issuers.iter().enumerate() {
            issuer.check().map_err(|wrong| format!("`{}`: {wrong}", issuer.url.escape_default()))?;
            if self.issuers.iter().skip(at + 1).any(|other| other.url == issuer.url || other.name == issuer.name) {
                return Err(format!("`{}` stands there twice", issuer.url));
            }
        }
        Ok(())
    }
}

impl Issuer {
    fn check(&self) -> Result<(), String> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.name.is_empty() || self.name.len() > NAME_BYTES_MAX || !self.name.bytes().all(plain) {
            return Err(format!("`name` is 1 to {NAME_BYTES_MAX} of a-z, 0-9 and `-`"));
        }
        let rest = self.url.strip_prefix("https://").unwrap_or_default();
        let plain = !rest.is_empty() && !rest.starts_with('/') && !rest.contains(['?', '#', '@', '\\']);
        if self.url.len() > URL_BYTES_MAX || !plain || self.url.bytes().any(|byte| !byte.is_ascii_graphic()) {
            return Err(format!("`url` is of the form `https://host/path`, at most {URL_BYTES_MAX} bytes"));
        }
        if self.audiences.is_empty() {
            return Err(
                "`audiences` is empty, so that a token for any other service would be one for us\n\nhint: the \
                        audience or client id that the issuer has for this service"
                    .to_owned(),
            );
        }
        for (key, list) in [
            ("audiences", &self.audiences),
            ("roles_allowed", &self.roles_allowed),
            ("default_roles", &self.default_roles),
            ("key_hosts", &self.key_hosts),
        ] {
            if list.len() > WORDS_MAX || list.iter().any(String::is_empty) {
                return Err(format!("`{key}` has an empty entry, or more than {WORDS_MAX}"));
            }
        }
        if self.types.is_empty() || self.types.len() > WORDS_MAX {
            return Err(format!("`types` has 1 to {WORDS_MAX} entries"));
        }
        if self.tenant.is_some() == self.tenant_claim.is_some() {
            return Err("say either `tenant` or `tenant_claim`".to_owned());
        }
        if self.lifetime_s_max == 0 || self.lifetime_s_max > LIFETIME_S_MAX {
            return Err(format!("`lifetime_s_max` is from 1 to {LIFETIME_S_MAX}"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::Config;

    const GOOD: &str =
        "name = \"a\"\nurl = \"https://id.example/realms/a\"\naudiences = [\"zero\"]\ntenant = \"acme\"\n";

    fn check(lines: &str, expected: Result<(), &str>) {
        let read = Config::from_toml(&format!("[[federation.issuers]]\n{lines}"));
        match (read, expected) {
            (Ok(_), Ok(())) => {}
            (Err(error), Err(expected)) => assert!(format!("{error:#}").contains(expected), "{lines}: {error:#}"),
            (read, expected) => panic!("{lines}: {:?} instead of {expected:?}", read.map(|it| it.federation)),
        }
    }

    #[test]
    fn an_issuer_is_whole_or_refused_by_its_key() {
        check(GOOD, Ok(()));
        let with = |change: &str, to: &str| GOOD.replace(change, to);
        check(&with("https://", "http://"), Err("`url`"));
        check(&with("id.example", "user@id.example"), Err("`url`"));
        check(&with("\"a\"", "\"a:b\""), Err("`name`"));
        check(&with("/realms/a", "/?a=b"), Err("`url`"));
        check(&with("\"zero\"", ""), Err("`audiences` is empty"));
        check(&with("\"zero\"", "\"\""), Err("`audiences`"));
        check(&with("tenant = \"acme\"", ""), Err("either `tenant`"));
        check(&format!("{GOOD}tenant_claim = \"org\""), Err("either `tenant`"));
        check(&format!("{GOOD}lifetime_s_max = 86401"), Err("`lifetime_s_max`"));
        check(&format!("{GOOD}jwks_uri = \"https://x\""), Err("unknown field `jwks_uri`"));
        check(&format!("{GOOD}[[federation.issuers]]\n{GOOD}"), Err("stands there twice"));
    }
}
