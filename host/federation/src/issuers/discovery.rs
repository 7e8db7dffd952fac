//! Where the keys of an issuer are (OpenID Connect Discovery 1.0).
//!
//! Takes an issuer as the operator wrote it and its document; gives the URL of its keys. Fails naming the member that is
//! wrong. Why it is so: a document that could name another issuer, or keys anywhere, would let whoever can change one
//! page of an issuer's site speak for its users; so both must be where the operator said.

use serde::Deserialize;
use url::{Position, Url};
use zero_config::Issuer;

#[derive(Deserialize)]
struct Document {
    issuer: String,
    jwks_uri: String,
}

/// Where the document of an issuer is.
pub(super) fn url(issuer: &Issuer) -> Result<Url, String> {
    let base = issuer.url.strip_suffix('/').unwrap_or(&issuer.url);
    Url::parse(&format!("{base}/.well-known/openid-configuration")).map_err(|error| format!("`{base}`: {error}"))
}

/// Where its keys are, as it says.
pub(super) fn keys_url(issuer: &Issuer, document: &[u8]) -> Result<Url, String> {
    let document: Document =
        serde_json::from_slice(document).map_err(|error| format!("the discovery document cannot be read: {error}"))?;
    if document.issuer != issuer.url {
        let other = document.issuer.chars().take(SHOWN_MAX).collect::<String>();
        return Err(format!("the discovery document is of another issuer, `{}`", other.escape_default()));
    }
    let wrong = |why: &str| format!("`jwks_uri` of the discovery document {why}");
    let url = Url::parse(&document.jwks_uri).map_err(|error| wrong(&format!("is no URL: {error}")))?;
    if url.scheme() != "https" {
        return Err(wrong("is not by `https`"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("holds a name or password"));
    }
    let own = Url::parse(&issuer.url).ok();
    let allowed = |host: &str| {
        own.as_ref().and_then(Url::host_str) == Some(host) || issuer.key_hosts.iter().any(|other| other == host)
    };
    match url.host_str() {
        Some(host) if allowed(host) => {}
        host => {
            let host = host.unwrap_or_default().chars().take(SHOWN_MAX).collect::<String>();
            return Err(wrong(&format!("is at `{host}`\n\nhint: if its keys belong there, add it to `key_hosts`")));
        }
    }
    Url::parse(&url[..Position::AfterQuery]).map_err(|error| wrong(&format!("is no URL: {error}")))
}

/// Of what a stranger wrote, this many characters stand in a message.
const SHOWN_MAX: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, expected: Result<&str, &str>) {
        let issuer = zero_config::Config::from_toml(
            "[[federation.issuers]]\nname = \"a\"\nurl = \"https://id.example/r/\"\naudiences = [\"a\"]\ntenant = \"t\"\nkey_hosts = \
             [\"keys.example\"]",
        );
        let issuer = &issuer.unwrap().federation.issuers[0];
        assert_eq!(url(issuer).unwrap().as_str(), "https://id.example/r/.well-known/openid-configuration");
        match (keys_url(issuer, document.as_bytes()), expected) {
            (Ok(url), Ok(expected)) => assert_eq!(url.as_str(), expected, "{document}"),
            (Err(error), Err(expected)) => assert!(error.contains(expected), "{document}: {error}"),
            (found, expected) => panic!("{document}: {found:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn keys_are_where_the_operator_allows_them() {
        let of =
            |issuer: &str, keys: &str| format!("{{\"issuer\": \"{issuer}\", \"jwks_uri\": \"{keys}\", \"x\": [1]}}");
        let own = "https://id.example/r/";
        check(&of(own, "https://id.example/keys?a=b#c"), Ok("https://id.example/keys?a=b"));
        check(&of(own, "https://keys.example/"), Ok("https://keys.example/"));
        check(&of("https://id.example/r", "https://id.example/keys"), Err("another issuer"));
        check(&of("https://evil.example/", "https://id.example/keys"), Err("another issuer, `https://evil.example/`"));
        check(&of(own, "http://id.example/keys"), Err("not by `https`"));
        check(&of(own, "https://evil.example/keys"), Err("is at `evil.example`"));
        check(&of(own, "https://id.example.evil.example/keys"), Err("is at `id.example.evil"));
        check(&of(own, "https://id.example@evil.example/keys"), Err("holds a name"));
        check(&of(own, "/keys"), Err("is no URL"));
        check("{\"issuer\": \"https://id.example/r/\"}", Err("`jwks_uri`"));
        check(&format!("{{\"issuer\": \"x\", {}", &of(own, "https://id.example/keys")[1..]), Err("duplicate field"));
        check("[]", Err("cannot be read"));
        check(&"[".repeat(10_000), Err("cannot be read"));
    }
}
