//! Which addresses a name may lead to: global unicast, and nothing that any registry sets apart.
//!
//! Takes an address a resolver gave; gives whether it may be dialled. Why it is so: a name is chosen by whoever owns
//! it, and a name that leads to `127.0.0.1`, to a metadata service or to a neighbour's router would let a stranger's
//! answer reach into the operator's network. The tables follow IANA's registries of special-purpose addresses; where a
//! registry calls a block globally reachable but no web service lives there (relays, anycast of protocols), it is
//! refused too.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is global unicast by IANA's registries, hence may be dialled.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !SPECIAL_V4.iter().any(|&(block, bits)| {
        let shift = 32 - u32::from(bits);
        u32::from(address) >> shift == u32::from(block) >> shift
    })
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let number = u128::from(address);
    let within = |block: Ipv6Addr, bits: u8| {
        let shift = 128 - u32::from(bits);
        number >> shift == u128::from(block) >> shift
    };
    within(GLOBAL_UNICAST, 3) && !SPECIAL_V6.iter().any(|&(block, bits)| within(block, bits))
}

const SPECIAL_V4: [(Ipv4Addr, u8); 19] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),        // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),       // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),    // shared by carriers; a metadata service of one cloud
    (Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback
    (Ipv4Addr::new(168, 63, 129, 16), 32), // the wire server inside every machine of one cloud
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local; metadata services
    (Ipv4Addr::new(172, 16, 0, 0), 12),    // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments; a metadata service of one cloud
    (Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),   // relays of 6to4, deprecated
    (Ipv4Addr::new(192, 168, 0, 0), 16),   // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarking
    (Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),      // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),      // reserved, limited broadcast
    (Ipv4Addr::new(192, 31, 196, 0), 24),  // AS112: where queries for private names are sent to die
    (Ipv4Addr::new(192, 52, 193, 0), 24),  // multicast tunnels
    (Ipv4Addr::new(192, 175, 48, 0), 24),  // AS112, direct
];

/// All else is loopback, mapped, compatible, translated (both prefixes of NAT64: whoever translates dials an address that
/// was never looked at here), discard-only, link-local, unique-local, multicast or unassigned.
const GLOBAL_UNICAST: Ipv6Addr = Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0);
const SPECIAL_V6: [(Ipv6Addr, u8); 5] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments: Teredo, benchmarking, ORCHID ...
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4, which hides any IPv4 address
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48), // AS112, direct
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(addresses: &str, public: bool) {
        for address in addresses.split_whitespace() {
            assert_eq!(is_public(address.parse().unwrap()), public, "{address}");
        }
    }

    #[test]
    fn first_and_last_of_every_special_block_are_refused() {
        check(
            "0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255",
            false,
        );
        check("169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.192", false);
        check("192.0.2.0 192.0.2.255 192.88.99.1 192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255", false);
        check("198.51.100.7 203.0.113.255 224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.255 168.63.129.16", false);
        check("100.100.100.200 192.52.193.1", false);
        check(":: ::1 ::7f00:1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:8.8.8.8 100::1 100:0:0:1::1", false);
        check("64:ff9b::8.8.8.8 192.31.196.1 192.175.48.1 2620:4f:8000::1", false);
        check("64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b:1::8.8.8.8 64:ff9b:1::1", false);
        check("2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:30::1", false);
        check(
            "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff 2001:db8::1 2002:7f00:1::1 2002:808:808::1 3fff::1 3fff:fff::1",
            false,
        );
        check("fc00::1 fd00:ec2::254 fdff::1 fe80::1 fec0::1 ff02::1 ff0e::1 4000::1 5f00::1 8000::1 200::1", false);
    }

    #[test]
    fn neighbours_of_special_blocks_are_public() {
        check(
            "1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 168.63.129.17",
            true,
        );
        check("169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0", true);
        check("192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 198.51.99.255 203.0.114.0 223.255.255.255", true);
        check("2001:200::1 2001:4860:4860::8888 2003::1 2606:4700::1111 2a00::1 3ffe::1 3fff:1000::1", true);
        check("2001:db7::1 2001:db9::1 192.31.195.255 192.31.197.0 192.175.47.255 192.175.49.0", true);
    }
}
