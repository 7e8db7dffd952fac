//! Services that give tokens to askers: the known ones, and any other by configuration.
//!
//! Takes the operator's `[connections.providers]`. Gives each provider whole. Fails naming the key that is missing or the
//! secret that is not set. Why it is so: what differs from service to service is data, so a new one costs no code.

use crate::limits::SECRET_BYTES_MAX;
use oauth2::{AuthUrl, ClientId, ClientSecret, RevocationUrl, TokenUrl};
use std::collections::BTreeMap;
use zero_config::{Authentication, Connections, Provider as Said, Revocation, TokenBody};

/// The table of known services.
const KNOWN: &str = include_str!("../../providers.toml");

/// A service, whole.
pub(crate) struct Provider {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) client_id: ClientId,
    pub(crate) client_secret: Option<ClientSecret>,
    pub(crate) authorization: AuthUrl,
    pub(crate) token: TokenUrl,
    pub(crate) revocation: Option<(RevocationUrl, Revocation)>,
    pub(crate) issuer: Option<String>,
    pub(crate) issuer_sent: bool,
    pub(crate) authentication: Authentication,
    pub(crate) token_body: TokenBody,
    pub(crate) scopes: Vec<String>,
    pub(crate) scope_parameter: String,
    pub(crate) scope_separator: String,
    pub(crate) token_member: Option<String>,
    pub(crate) parameters: BTreeMap<String, String>,
}

impl Provider {
    /// Whether an ID token is asked for.
    pub(crate) fn is_openid(&self) -> bool {
        self.scopes.iter().any(|scope| scope == "openid")
    }
}

/// What is wrong with a provider.
#[derive(Debug, thiserror::Error)]
#[error("[connections.providers.{name}] {why}")]
pub struct ProviderError {
    name: String,
    why: String,
}

/// The known services.
fn known() -> Result<BTreeMap<String, Said>, ProviderError> {
    toml::from_str(KNOWN).map_err(|error| ProviderError { name: "*".to_owned(), why: error.to_string() })
}

/// Every provider of the configuration; `secret` looks up what it names.
pub(crate) fn read(
    connections: &Connections,
    secret: impl Fn(&str) -> Option<String>,
) -> Result<BTreeMap<String, Provider>, ProviderError> {
    let mut known = known()?;
    let one = |(name, said): (&String, &Said)| {
        let whole = said.clone().over(known.remove(name).unwrap_or_default());
        let provider = one(name, whole, &secret).map_err(|why| ProviderError { name: name.clone(), why })?;
        Ok((name.clone(), provider))
    };
    connections.providers.iter().map(one).collect()
}

fn one(name: &str, said: Said, secret: impl Fn(&str) -> Option<String>) -> Result<Provider, String> {
    let missing = |key: &str| format!("`{key}` is missing\n\nhint: `{name}` is no known service, so say where it is");
    let client_id = said.client_id.filter(|id| !id.is_empty());
    let client_id = client_id.ok_or("`client_id` is missing\n\nhint: register this host there as an OAuth client")?;
    let client_secret = match said.client_secret_env {
        Some(env) => {
            let value = secret(&env).filter(|value| !value.is_empty() && value.len() <= SECRET_BYTES_MAX);
            Some(ClientSecret::new(value.ok_or_else(|| format!("the secret `{env}` is not set here"))?))
        }
        None => None,
    };
    let url = |key: &str, url: Option<String>| {
        let url = url.ok_or_else(|| missing(key))?;
        if url.starts_with("https://") { Ok(url) } else { Err(format!("`{key}` is not by `https`")) }
    };
    let wrong = |key: &'static str| move |error: url::ParseError| format!("`{key}`: {error}");
    let revocation = match said.revocation {
        Some(url) => Some((
            RevocationUrl::new(url).map_err(wrong("revocation"))?,
            said.revocation_form.unwrap_or(Revocation::Standard),
        )),
        None => None,
    };
    if said.issuer_sent == Some(true) && said.issuer.is_none() {
        return Err("`issuer_sent` needs `issuer`".to_owned());
    }
    Ok(Provider {
        title: said.title.unwrap_or_else(|| name.to_owned()),
        name: name.to_owned(),
        client_id: ClientId::new(client_id),
        client_secret,
        authorization: AuthUrl::new(url("authorization", said.authorization)?).map_err(wrong("authorization"))?,
        token: TokenUrl::new(url("token", said.token)?).map_err(wrong("token"))?,
        revocation,
        issuer: said.issuer,
        issuer_sent: said.issuer_sent.unwrap_or(false),
        authentication: said.authentication.unwrap_or(Authentication::Body),
        token_body: said.token_body.unwrap_or(TokenBody::Form),
        scopes: said.scopes.unwrap_or_default(),
        scope_parameter: said.scope_parameter.unwrap_or_else(|| "scope".to_owned()),
        scope_separator: said.scope_separator.unwrap_or_else(|| " ".to_owned()),
        token_member: said.token_member,
        parameters: said.parameters,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use zero_config::Config;

    fn read_toml(lines: &str) -> Result<BTreeMap<String, Provider>, ProviderError> {
        let text = format!("[connections]\npublic_url = \"https://ask.example\"\n{lines}");
        read(&Config::from_toml(&text).unwrap().connections, |name| (name == "SECRET").then(|| "s3cret".to_owned()))
    }

    #[test]
    fn known_services_need_a_client_and_nothing_else() {
        let names: Vec<String> = known().unwrap().into_keys().collect();
        assert_eq!(names, ["atlassian", "github", "google", "microsoft", "notion", "slack"]);
        for name in names {
            let lines = format!("[connections.providers.{name}]\nclient_id = \"c\"\nclient_secret_env = \"SECRET\"");
            let provider = read_toml(&lines).unwrap().remove(&name).unwrap();
            assert_ne!(provider.title, name, "it has a name for people");
            assert!(provider.client_secret.is_some());
            for url in [provider.authorization.url(), provider.token.url()] {
                assert!(url.scheme() == "https" && url.query().is_none() && url.port().is_none(), "{url}");
            }
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let error =
            |lines: &str| read_toml(&format!("[connections.providers.p]\n{lines}")).map(drop).unwrap_err().to_string();
        assert!(error("").contains("providers.p] `client_id` is missing"));
        assert!(error("client_id = \"c\"").contains("`authorization` is missing"));
        let whole = "client_id = \"c\"\nauthorization = \"https://p.example/a\"\ntoken = \"https://p.example/t\"\n";
        assert!(error(&format!("{whole}client_secret_env = \"OTHER\"")).contains("`OTHER` is not set"));
        assert!(error(&format!("{whole}issuer_sent = true")).contains("needs `issuer`"));
        assert!(read_toml(&format!("[connections.providers.p]\n{whole}")).is_ok());
    }
}
