//! How the HTTP server meets strangers: TLS, who stands before it, which pages may ask.
//!
//! - **Takes** `[server.tls]`, `[server.proxy]`, `[server.cors]` and `[admin.tls]`.
//! - **Gives** what a server needs to decide whether it may listen at an address at all.
//! - **Fails** naming the key that is wrong.
//! - **Limits**: so many origins, networks and names as [`ENTRIES_MAX`].
//! - **Why it is so**: a question and the key it is asked with are nobody else's business. So whatever other machines
//!   reach is encrypted, by us or by a proxy that the operator has named; forgetting both keeps the host from starting.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// Entries of one list.
pub const ENTRIES_MAX: usize = 256;

/// TLS of the askers' door.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tls {
    /// PEM: the certificate, and those that lead to an authority.
    pub certificate: PathBuf,
    /// PEM: its key.
    pub key: PathBuf,
    /// PEM: authorities whose certificates say which service it is that asks. None: no certificate is asked for.
    pub client_ca: Option<PathBuf>,
    /// What services may do, by a name of their certificate; others are refused.
    #[serde(default)]
    pub clients: BTreeMap<String, Service>,
}

/// A service that asks under a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Whose it is.
    pub tenant: String,
    /// What it may do.
    pub roles: Vec<String>,
}

/// TLS of the operators' door: nobody comes in without a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminTls {
    /// PEM: the certificate, and those that lead to an authority.
    pub certificate: PathBuf,
    /// PEM: its key.
    pub key: PathBuf,
    /// PEM: authorities of the operators' certificates.
    pub client_ca: PathBuf,
    /// Names of certificates that may come in; empty: all of these authorities.
    #[serde(default)]
    pub clients: Vec<String>,
}

/// What stands between askers and us.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Proxy {
    /// A proxy speaks TLS with askers, and plain HTTP with us over a network that nobody else is in.
    pub terminates_tls: bool,
    /// Addresses and networks of proxies that are believed.
    pub addresses: Vec<Network>,
    /// Where they say whom they speak for.
    pub field: ForwardedBy,
}

/// The field in which proxies say whom they speak for. All must set it: what they let through, whoever asks can set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardedBy {
    /// As most proxies do.
    #[default]
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

/// Which web pages may ask.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cors {
    /// Origins, such as `https://app.example`.
    pub origins: Vec<String>,
}

/// An address, or all that begin like it: `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether this address is in it.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                same(u128::from(own.to_bits()), other.to_bits().into(), 32, self.bits)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => same(own.to_bits(), other.to_bits(), 128, self.bits),
            _ => false,
        }
    }
}

/// Whether the first `bits` of two numbers of `width` bits are the same.
fn same(one: u128, other: u128, width: u32, bits: u8) -> bool {
    // A shift by all bits compares nothing, as `/0` says.
    (one ^ other).checked_shr(width - u32::from(bits)).unwrap_or(0) == 0
}

impl TryFrom<String> for Network {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no address or network, such as `10.0.0.7` or `10.0.0.0/8`");
        let (address, bits) =
            text.split_once('/').map_or((text.as_str(), None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(width), str::parse).map_err(|_| wrong())?;
        if bits > width { Err(wrong()) } else { Ok(Self { address, bits }) }
    }
}

impl Cors {
    /// # Errors
    /// An entry is no origin, or there are too many.
    pub(crate) fn check(&self) -> Result<(), String> {
        bounded("origins", self.origins.len())?;
        self.origins.iter().try_for_each(|origin| {
            let rest = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            let is_host = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte);
            match rest {
                Some(host) if !host.is_empty() && host.bytes().all(is_host) => Ok(()),
                _ => Err(format!(
                    "`origins`: `{origin}` is no origin\n\nhint: scheme, host and port as browsers send them, such as \
                     `https://app.example`; there is no `*`, since that would be every page there is"
                )),
            }
        })
    }
}

impl Proxy {
    pub(crate) fn check(&self) -> Result<(), String> {
        bounded("addresses", self.addresses.len())
    }
}

impl Tls {
    pub(crate) fn check(&self) -> Result<(), String> {
        bounded("clients", self.clients.len())?;
        if self.client_ca.is_none() && !self.clients.is_empty() {
            return Err("`clients` are known by certificates of `client_ca`, which is missing".to_owned());
        }
        Ok(())
    }
}

impl AdminTls {
    pub(crate) fn check(&self) -> Result<(), String> {
        bounded("clients", self.clients.len())
    }
}

fn bounded(key: &str, entries: usize) -> Result<(), String> {
    if entries > ENTRIES_MAX { Err(format!("`{key}` holds more than {ENTRIES_MAX}")) } else { Ok(()) }
}

/// Whether a server may listen here: with TLS, behind a proxy that has it, or where only this machine can ask.
///
/// # Errors
/// Says what would have to be configured.
pub fn may_listen(address: SocketAddr, has_tls: bool, proxy: &Proxy) -> Result<(), String> {
    if has_tls || proxy.terminates_tls || address.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    Err(format!(
        "[server] {address} can be reached from other machines, and questions and keys would be sent there in the \
         clear\n\nhint: name `certificate` and `key` in `[server.tls]`; or, where a proxy speaks TLS before this host, say \
         `terminates_tls = true` in `[server.proxy]` or start with `--behind-proxy`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;

    #[test]
    fn a_network_holds_what_begins_like_it() {
        let check = |network: &str, address: &str, expected: bool| {
            let network = Network::try_from(network.to_owned()).unwrap();
            assert_eq!(network.holds(address.parse().unwrap()), expected, "{network:?} {address}");
        };
        check("10.0.0.0/8", "10.255.0.1", true);
        check("10.0.0.0/8", "11.0.0.1", false);
        check("10.0.0.0/8", "::ffff:10.1.2.3", true);
        check("10.0.0.7", "10.0.0.7", true);
        check("10.0.0.7", "10.0.0.6", false);
        check("0.0.0.0/0", "203.0.113.9", true);
        check("0.0.0.0/0", "2001:db8::1", false);
        check("2001:db8::/33", "2001:db8:7fff::1", true);
        check("2001:db8::/33", "2001:db8:8000::1", false);
        check("::/0", "2001:db8::1", true);
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/-1", "::/129", "host", "10.0.0.0/8/8"] {
            assert!(Network::try_from(wrong.to_owned()).unwrap_err().contains("no address or network"), "{wrong}");
        }
    }

    #[test]
    fn what_other_machines_reach_is_encrypted() {
        let check = |address: &str, has_tls: bool, terminates_tls: bool, expected: bool| {
            let proxy = Proxy { terminates_tls, ..Proxy::default() };
            assert_eq!(may_listen(address.parse().unwrap(), has_tls, &proxy).is_ok(), expected, "{address}");
        };
        for here in ["127.0.0.1:80", "127.8.8.8:80", "[::1]:80", "[::ffff:127.0.0.1]:80"] {
            check(here, false, false, true);
        }
        for reached in ["0.0.0.0:80", "[::]:80", "10.0.0.1:80", "192.0.2.1:80", "[2001:db8::1]:80", "[fe80::1]:80"] {
            check(reached, false, false, false);
            check(reached, true, false, true);
            check(reached, false, true, true);
        }
    }

    #[test]
    fn a_wrong_key_is_named() {
        let check = |text: &str, expected: &str| {
            let error = format!("{:#}", Config::from_toml(text).unwrap_err());
            assert!(error.contains(expected), "{text}: {error}");
        };
        check("[server.tls]\ncertificate = \"a\"", "missing field `key`");
        check("[server.tls]\ncertificate = \"a\"\nkey = \"b\"\nversion = 1", "unknown field `version`");
        check(
            "[server.tls]\ncertificate = \"a\"\nkey = \"b\"\nclients.x = {tenant = \"t\", roles = []}",
            "`client_ca`",
        );
        check("[admin.tls]\ncertificate = \"a\"\nkey = \"b\"", "missing field `client_ca`");
        check("[server.proxy]\naddresses = [\"proxy\"]", "no address or network");
        for origin in
            ["*", "null", "https://", "app.example", "https://app.example/", "https://App.example", "https://*.a"]
        {
            check(&format!("[server.cors]\norigins = [\"{origin}\"]"), "is no origin");
        }
        check("[server]\nconnections_per_address_max = 0", "`connections_per_address_max`");
        let fine =
            "[server.cors]\norigins = [\"https://app.example\", \"http://localhost:3000\", \"http://[::1]:3000\"]";
        assert_eq!(Config::from_toml(fine).unwrap().server.cors.origins.len(), 3);
    }
}
