//! `allowed_outbound_hosts`, as Spin documents it: `scheme://host[:port]`, `*` for any host or scheme, `*.` for any
//! subdomain; without a port the scheme's own.

use anyhow::{Context as _, Result, bail};

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHost {
    scheme: String,
    host: String,
    port: Option<u16>,
    any_port: bool,
}

impl AllowedHost {
    /// Reads an entry.
    ///
    /// # Errors
    /// When it is not of the documented form.
    pub fn parse(text: &str) -> Result<Self> {
        let (scheme, rest) = text.split_once("://").with_context(|| format!("`{text}` has no scheme"))?;
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (rest, None),
        };
        if host.is_empty() || host.contains(['/', '?', '#', '@']) {
            bail!("`{text}` names no host");
        }
        if host.strip_prefix("*.").unwrap_or(host).contains('*') && host != "*" {
            bail!("`{text}` has a wildcard that Spin does not have");
        }
        let any_port = port == Some("*");
        let port = match (port, scheme) {
            (Some("*"), _) => None,
            (Some(port), _) => Some(port.parse().with_context(|| format!("`{text}`: the port"))?),
            (None, "http") => Some(80),
            (None, "https") => Some(443),
            (None, _) => bail!("`{text}` needs a port"),
        };
        Ok(Self { scheme: scheme.to_owned(), host: host.to_owned(), port, any_port })
    }

    fn covers(&self, scheme: &str, host: &str, port: u16) -> bool {
        let host_fits = match self.host.strip_prefix("*.") {
            _ if self.host == "*" => true,
            Some(parent) => host.strip_suffix(parent).is_some_and(|sub| sub.len() > 1 && sub.ends_with('.')),
            None => self.host.eq_ignore_ascii_case(host),
        };
        host_fits && (self.scheme == "*" || self.scheme == scheme) && (self.any_port || self.port == Some(port))
    }
}

/// Whether a component may send to this place.
#[must_use]
pub fn is_allowed(allowed: &[AllowedHost], uri: &http::Uri) -> bool {
    let scheme = uri.scheme_str().unwrap_or("https");
    let port = uri.port_u16().unwrap_or(if scheme == "http" { 80 } else { 443 });
    uri.host().is_some_and(|host| allowed.iter().any(|entry| entry.covers(scheme, host, port)))
}
