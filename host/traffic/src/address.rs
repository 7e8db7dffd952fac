//! Where a request comes from: the peer, or whom a proxy that is trusted says it speaks for.
//!
//! The list in the proxy's field is read from its end, since only what was added last was added by a proxy of ours; the
//! first address that is no trusted proxy is the asker's. Whatever stands before it is hearsay.

use crate::limits::HOPS_MAX;
use http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use zero_config::ProxyField;

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Proxies whose word is taken.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    /// Their networks.
    pub trusted: Vec<IpNet>,
    /// Where they say it.
    pub field: ProxyField,
}

impl Proxies {
    /// The asker's address.
    #[must_use]
    pub fn asker(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut at = peer.to_canonical();
        if !self.trusts(at) {
            return at;
        }
        let name = match self.field {
            ProxyField::XForwardedFor => &X_FORWARDED_FOR,
            ProxyField::Forwarded => &header::FORWARDED,
        };
        let values: Vec<&str> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
        let said = values.iter().rev().flat_map(|value| value.rsplit(','));
        for hop in said.take(HOPS_MAX) {
            // A proxy that hides whom it speaks for answers for them itself.
            let Some(address) = self.read(hop) else { return at };
            at = address.to_canonical();
            if !self.trusts(at) {
                return at;
            }
        }
        at
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(&address))
    }

    fn read(&self, hop: &str) -> Option<IpAddr> {
        let node = match self.field {
            ProxyField::XForwardedFor => hop,
            ProxyField::Forwarded => {
                let said = hop.split(';').filter_map(|pair| pair.split_once('='));
                said.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?.1
            }
        };
        let node = node.trim().trim_matches('"');
        let bare = || node.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
        node.parse().ok().or_else(|| node.parse().ok().map(|with_port: SocketAddr| with_port.ip())).or_else(bare)
    }
}

/// The block of addresses that one asker is likely to have for themselves: one of IPv4, a /64 of IPv6.
#[must_use]
pub fn block(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(four) => IpAddr::V4(four),
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(field: ProxyField, peer: &str, said: &[&str], asker: &str) {
        let trusted = ["10.0.0.0/8", "2001:db8:1::/48"].iter().map(|it| it.parse().unwrap()).collect();
        let proxies = Proxies { trusted, field };
        let name = if field == ProxyField::Forwarded { "forwarded" } else { "x-forwarded-for" };
        let mut headers = HeaderMap::new();
        said.iter().for_each(|value| _ = headers.append(name, value.parse().unwrap()));
        let found = proxies.asker(peer.parse().unwrap(), &headers);
        assert_eq!(found, asker.parse::<IpAddr>().unwrap(), "{peer} {said:?}");
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        for (peer, said, asker) in [
            ("192.0.2.1", &["198.51.100.7"][..], "192.0.2.1"),
            ("10.1.1.1", &["198.51.100.7"], "198.51.100.7"),
            ("::ffff:10.1.1.1", &["198.51.100.7"], "198.51.100.7"),
            ("10.1.1.1", &["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
            ("10.1.1.1", &["203.0.113.9, 198.51.100.7, 10.2.2.2"], "198.51.100.7"),
            ("10.1.1.1", &["203.0.113.9", "198.51.100.7,10.2.2.2"], "198.51.100.7"),
            ("10.1.1.1", &["198.51.100.7, nonsense"], "10.1.1.1"),
            ("10.1.1.1", &["10.2.2.2"], "10.2.2.2"),
            ("10.1.1.1", &[], "10.1.1.1"),
            ("2001:db8:1::1", &["2001:db8:2::2"], "2001:db8:2::2"),
            ("10.1.1.1", &["198.51.100.7:4711"], "198.51.100.7"),
        ] {
            check(ProxyField::XForwardedFor, peer, said, asker);
        }
        for (peer, said, asker) in [
            ("192.0.2.1", &["for=198.51.100.7"][..], "192.0.2.1"),
            ("10.1.1.1", &["for=203.0.113.9, For=\"198.51.100.7:80\";proto=https;by=10.1.1.1"], "198.51.100.7"),
            ("10.1.1.1", &["for=\"[2001:db8:2::2]:4711\""], "2001:db8:2::2"),
            ("10.1.1.1", &["for=\"[2001:db8:2::2]\""], "2001:db8:2::2"),
            ("10.1.1.1", &["for=198.51.100.7, for=_hidden"], "10.1.1.1"),
            ("10.1.1.1", &["for=198.51.100.7, for=unknown, for=10.2.2.2"], "10.2.2.2"),
            ("10.1.1.1", &["198.51.100.7"], "10.1.1.1"),
        ] {
            check(ProxyField::Forwarded, peer, said, asker);
        }
    }

    #[test]
    fn no_list_is_read_without_end() {
        let many = vec!["10.0.0.1"; 10_000].join(",");
        check(ProxyField::XForwardedFor, "10.1.1.1", &[&format!("203.0.113.9,{many}")], "10.0.0.1");
    }

    #[test]
    fn a_block_is_one_address_or_a_64th() {
        for (address, expected) in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ] {
            assert_eq!(block(address.parse().unwrap()), expected.parse::<IpAddr>().unwrap());
        }
    }
}
