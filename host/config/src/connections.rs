//! `[connections]`: askers' own accounts at services, by OAuth 2.1.

use crate::grant::{patterns, place};
use anyhow::Result;
use serde::Deserialize;
use std::collections::BTreeMap;
use zero_egress::{HostPattern, OwnSlot};

/// Bytes of a provider's name: it stands in paths and in names of records.
const NAME_BYTES_MAX: usize = 32;
/// Providers of one host.
const PROVIDERS_MAX: usize = 64;

/// Of askers' accounts at services.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Connections {
    /// Where browsers find this host: `https://ask.example`. Providers send them back there.
    pub public_url: Option<String>,
    /// Where a browser goes once an account is connected: a path of `public_url`; none shows a line of text.
    pub return_path: Option<String>,
    /// Services by name, each registered there as an OAuth client by the operator.
    pub providers: BTreeMap<String, Provider>,
    /// Which slot of which source takes the asker's own token.
    pub sources: BTreeMap<String, BTreeMap<String, OwnCredential>>,
}

/// A service that gives tokens to askers. What is left out is as the table of known providers has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Provider {
    /// For people.
    pub title: Option<String>,
    /// Who we are to it.
    pub client_id: Option<String>,
    /// The environment variable that holds our secret there; none for a public client.
    pub client_secret_env: Option<String>,
    /// Where askers agree.
    pub authorization: Option<String>,
    /// Where a code becomes tokens.
    pub token: Option<String>,
    /// Where tokens are given back.
    pub revocation: Option<String>,
    /// How they are given back there.
    pub revocation_form: Option<Revocation>,
    /// Its `iss` (RFC 9207), and that of its ID tokens.
    pub issuer: Option<String>,
    /// Whether it always sends `iss`, so that one that is missing is a forgery.
    pub issuer_sent: Option<bool>,
    /// How we prove who we are.
    pub authentication: Option<Authentication>,
    /// How its token endpoint takes a request.
    pub token_body: Option<TokenBody>,
    /// What is asked for.
    pub scopes: Option<Vec<String>>,
    /// The name of the parameter that asks for it, where it is not `scope`.
    pub scope_parameter: Option<String>,
    /// Between two scopes, where it is not a space.
    pub scope_separator: Option<String>,
    /// The member of its answer that holds the asker's token, where that is not the answer itself.
    pub token_member: Option<String>,
    /// Parameters of the authorisation request besides those of OAuth.
    pub parameters: BTreeMap<String, String>,
}

/// How a client proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Authentication {
    /// In the header `authorization`.
    Basic,
    /// In the body.
    Body,
}

/// How a token endpoint takes a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenBody {
    /// As OAuth says.
    Form,
    /// As an object.
    Json,
}

/// How a token is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Revocation {
    /// RFC 7009.
    Standard,
    /// By a request that carries the token itself as its credential.
    Bearer,
}

/// A slot of a source that takes the asker's own token.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnCredential {
    /// Whose token.
    pub provider: String,
    /// The header it goes into ...
    pub header: Option<String>,
    /// ... after this.
    #[serde(default)]
    pub prefix: String,
    /// Or the query parameter.
    pub query: Option<String>,
    /// The hosts it may go to.
    pub hosts: Vec<String>,
    /// The paths, by prefix.
    #[serde(default = "root_path")]
    pub path: String,
}

fn root_path() -> String {
    "/".to_owned()
}

impl OwnCredential {
    /// As the way out has it.
    pub(crate) fn read(&self) -> Result<OwnSlot> {
        let place = place(self.header.as_deref(), &self.prefix, self.query.as_deref())?;
        let (provider, path_prefix) = (self.provider.clone(), self.path.clone());
        Ok(OwnSlot { provider, place, hosts: patterns(&self.hosts)?, path_prefix })
    }
}

impl Provider {
    /// This one over another, key by key.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        let mut parameters = below.parameters;
        parameters.extend(self.parameters);
        Self {
            title: self.title.or(below.title),
            client_id: self.client_id.or(below.client_id),
            client_secret_env: self.client_secret_env.or(below.client_secret_env),
            authorization: self.authorization.or(below.authorization),
            token: self.token.or(below.token),
            revocation: self.revocation.or(below.revocation),
            revocation_form: self.revocation_form.or(below.revocation_form),
            issuer: self.issuer.or(below.issuer),
            issuer_sent: self.issuer_sent.or(below.issuer_sent),
            authentication: self.authentication.or(below.authentication),
            token_body: self.token_body.or(below.token_body),
            scopes: self.scopes.or(below.scopes),
            scope_parameter: self.scope_parameter.or(below.scope_parameter),
            scope_separator: self.scope_separator.or(below.scope_separator),
            token_member: self.token_member.or(below.token_member),
            parameters,
        }
    }
}

impl Connections {
    /// # Errors
    /// Names the key that is wrong.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.providers.len() > PROVIDERS_MAX {
            return Err(format!("`providers` are {}, over the limit of {PROVIDERS_MAX}", self.providers.len()));
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        for (name, provider) in &self.providers {
            if name.is_empty() || name.len() > NAME_BYTES_MAX || !name.bytes().all(plain) {
                let name = name.escape_default();
                return Err(format!("`providers.{name}`: a name is at most {NAME_BYTES_MAX} of a-z, 0-9 and `-`"));
            }
            let urls = [&provider.authorization, &provider.token, &provider.revocation];
            if let Some(url) = urls.into_iter().flatten().find(|url| !url.starts_with("https://")) {
                return Err(format!("`providers.{name}`: `{}` is not by `https`", url.escape_default()));
            }
        }
        if let Some(path) = self.return_path.as_ref().filter(|path| !path.starts_with('/') || path.starts_with("//")) {
            return Err(format!("`return_path` is a path such as `/`, not `{}`", path.escape_default()));
        }
        self.check_public_url()?;
        for (id, slots) in &self.sources {
            for (slot, own) in slots {
                let at = || format!("`sources.{id}.{slot}`");
                if !self.providers.contains_key(&own.provider) {
                    return Err(format!("{} names `{}`, which is none of `providers`", at(), own.provider));
                }
                own.read().map_err(|wrong| format!("{}: {wrong}", at()))?;
                if own.hosts.is_empty() || own.hosts.iter().any(|host| host.parse() == Ok(HostPattern::Any)) {
                    return Err(format!("{}: `hosts` names the hosts that an asker's token may go to", at()));
                }
            }
        }
        Ok(())
    }

    fn check_public_url(&self) -> Result<(), String> {
        let Some(url) = &self.public_url else {
            let none = self.providers.is_empty();
            return if none {
                Ok(())
            } else {
                Err("`public_url` is missing: providers send browsers back there".into())
            };
        };
        // RFC 8252: a browser on this machine reaches it without TLS.
        let local = ["http://127.0.0.1:", "http://[::1]:", "http://localhost:"].iter().any(|it| url.starts_with(it));
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        let origin = !rest.is_empty() && !rest.contains(['/', '?', '#', '@', '\\', ' ']);
        if !origin || !(url.starts_with("https://") || local) {
            return Err(format!("`public_url` is of the form `https://ask.example`, not `{}`", url.escape_default()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::Config;

    const GOOD: &str = "[connections]\npublic_url = \"https://ask.example\"\n[connections.providers.p]\nclient_id = \
                        \"c\"\n[connections.sources.a.token]\nprovider = \"p\"\nheader = \"authorization\"\nprefix = \
                        \"Bearer \"\nhosts = [\"a.example\"]\npath = \"/v1\"\n";

    fn check(text: &str, expected: Result<(), &str>) {
        match (Config::from_toml(text), expected) {
            (Ok(_), Ok(())) => {}
            (Err(error), Err(expected)) => assert!(format!("{error:#}").contains(expected), "{text}: {error:#}"),
            (read, expected) => panic!("{text}: {:?} instead of {expected:?}", read.map(|it| it.connections)),
        }
    }

    #[test]
    fn a_connection_is_whole_or_refused_by_its_key() {
        check("", Ok(()));
        check(GOOD, Ok(()));
        let with = |change: &str, to: &str| GOOD.replace(change, to);
        check(&with("https://ask.example", "http://127.0.0.1:8080"), Ok(()));
        check(&with("https://ask", "http://ask"), Err("`public_url`"));
        check(&with("ask.example", "ask.example/path"), Err("`public_url`"));
        check(&with("public_url = \"https://ask.example\"\n", ""), Err("`public_url` is missing"));
        check(&with("\"p\"\nheader", "\"q\"\nheader"), Err("none of `providers`"));
        check(&with("\"a.example\"", "\"*\""), Err("`hosts`"));
        check(&with("\"a.example\"", ""), Err("`hosts`"));
        check(&with("header = ", "query = \"q\"\nheader = "), Err("say either `header` or `query`"));
        check(&with("providers.p", "providers.\"P/..\""), Err("a-z"));
        check(&with("client_id", "token = \"http://p.example\"\nclient_id"), Err("not by `https`"));
        check(&with("client_id", "secret = \"s3cret\"\nclient_id"), Err("unknown field `secret`"));
        check(&with("[connections]\n", "[connections]\nreturn_path = \"//evil\"\n"), Err("`return_path`"));
    }
}
