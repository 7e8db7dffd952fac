//! Where a request comes from: the peer, or whom a proxy that is believed says it speaks for.
//!
//! The list in the proxy's field is read from its end, since only what was added last was added by a proxy of ours; the
//! first address that is no such proxy is the asker's. Whatever stands before it is hearsay.

use crate::limits::HOPS_MAX;
use http::{HeaderMap, HeaderName, header};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The asker's address, where `is_proxy` says which are believed. They must all set `field`, `Forwarded` (RFC 7239) or
/// `X-Forwarded-For`: what they let through, whoever asks can set.
#[must_use]
pub fn asker(peer: IpAddr, headers: &HeaderMap, field: &HeaderName, is_proxy: impl Fn(IpAddr) -> bool) -> IpAddr {
    let mut at = peer.to_canonical();
    if !is_proxy(at) {
        return at;
    }
    let read = if *field == header::FORWARDED { forwarded } else { bare };
    let values: Vec<&str> = headers.get_all(field).iter().filter_map(|value| value.to_str().ok()).collect();
    for hop in values.iter().rev().flat_map(|value| value.rsplit(',')).take(HOPS_MAX) {
        // A proxy that hides whom it speaks for answers for them itself.
        let Some(address) = read(hop) else { return at };
        at = address.to_canonical();
        if !is_proxy(at) {
            return at;
        }
    }
    at
}

/// `for="[2001:db8::1]:4711";proto=https`
fn forwarded(hop: &str) -> Option<IpAddr> {
    let mut pairs = hop.split(';').filter_map(|pair| pair.split_once('='));
    bare(pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?.1)
}

/// With or without port, brackets and quotes.
fn bare(node: &str) -> Option<IpAddr> {
    let node = node.trim().trim_matches('"');
    let in_brackets = || node.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || node.parse().ok().map(|at: SocketAddr| at.ip());
    node.parse().ok().or_else(with_port).or_else(in_brackets)
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

    static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

    fn check(field: &HeaderName, peer: &str, said: &[&str], expected: &str) {
        let is_proxy = |address: IpAddr| {
            let text = address.to_string();
            text.starts_with("10.") || text.starts_with("2001:db8:1:")
        };
        let mut headers = HeaderMap::new();
        said.iter().for_each(|value| _ = headers.append(field, value.parse().unwrap()));
        let found = asker(peer.parse().unwrap(), &headers, field, is_proxy);
        assert_eq!(found, expected.parse::<IpAddr>().unwrap(), "{peer} {said:?}");
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        for (peer, said, expected) in [
            ("192.0.2.1", &["198.51.100.7"][..], "192.0.2.1"),
            ("10.1.1.1", &["198.51.100.7"], "198.51.100.7"),
            ("::ffff:10.1.1.1", &["198.51.100.7"], "198.51.100.7"),
            ("10.1.1.1", &["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
            ("10.1.1.1", &["203.0.113.9, 198.51.100.7, 10.2.2.2"], "198.51.100.7"),
            ("10.1.1.1", &["203.0.113.9", "198.51.100.7,10.2.2.2"], "198.51.100.7"),
            ("10.1.1.1", &["198.51.100.7, nonsense"], "10.1.1.1"),
            ("10.1.1.1", &["10.2.2.2"], "10.2.2.2"),
            ("10.1.1.1", &[], "10.1.1.1"),
            ("2001:db8:1:1::1", &["2001:db8:2::2"], "2001:db8:2::2"),
            ("10.1.1.1", &["198.51.100.7:4711"], "198.51.100.7"),
        ] {
            check(&X_FORWARDED_FOR, peer, said, expected);
        }
        for (peer, said, expected) in [
            ("192.0.2.1", &["for=198.51.100.7"][..], "192.0.2.1"),
            ("10.1.1.1", &["for=203.0.113.9, For=\"198.51.100.7:80\";proto=https;by=10.1.1.1"], "198.51.100.7"),
            ("10.1.1.1", &["for=\"[2001:db8:2::2]:4711\""], "2001:db8:2::2"),
            ("10.1.1.1", &["for=\"[2001:db8:2::2]\""], "2001:db8:2::2"),
            ("10.1.1.1", &["for=198.51.100.7, for=_hidden"], "10.1.1.1"),
            ("10.1.1.1", &["for=198.51.100.7, for=unknown, for=10.2.2.2"], "10.2.2.2"),
            ("10.1.1.1", &["198.51.100.7"], "10.1.1.1"),
        ] {
            check(&header::FORWARDED, peer, said, expected);
        }
    }

    #[test]
    fn no_list_is_read_without_end() {
        let many = vec!["10.0.0.1"; 10_000].join(",");
        check(&X_FORWARDED_FOR, "10.1.1.1", &[&format!("203.0.113.9,{many}")], "10.0.0.1");
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
