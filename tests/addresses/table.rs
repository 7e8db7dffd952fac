//! Every range of IANA's registries of special-purpose addresses, with the registries' own names, at its edges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use zero_egress::is_public;

/// `iana-ipv4-special-registry`, and what other registries and clouds set apart.
const V4: [(&str, u8, &str); 29] = [
    ("0.0.0.0", 8, "\"This network\""),
    ("0.0.0.0", 32, "\"This host on this network\""),
    ("10.0.0.0", 8, "Private-Use"),
    ("100.64.0.0", 10, "Shared Address Space"),
    ("127.0.0.0", 8, "Loopback"),
    ("169.254.0.0", 16, "Link Local"),
    ("169.254.169.254", 32, "metadata service of most clouds"),
    ("172.16.0.0", 12, "Private-Use"),
    ("192.0.0.0", 24, "IETF Protocol Assignments"),
    ("192.0.0.0", 29, "IPv4 Service Continuity Prefix"),
    ("192.0.0.8", 32, "IPv4 dummy address"),
    ("192.0.0.9", 32, "Port Control Protocol Anycast"),
    ("192.0.0.10", 32, "Traversal Using Relays around NAT Anycast"),
    ("192.0.0.170", 31, "NAT64/DNS64 Discovery"),
    ("192.0.2.0", 24, "Documentation (TEST-NET-1)"),
    ("192.31.196.0", 24, "AS112-v4"),
    ("192.52.193.0", 24, "AMT"),
    ("192.88.99.0", 24, "Deprecated (6to4 Relay Anycast)"),
    ("192.88.99.2", 32, "6a44-relay anycast address"),
    ("192.168.0.0", 16, "Private-Use"),
    ("192.175.48.0", 24, "Direct Delegation AS112 Service"),
    ("198.18.0.0", 15, "Benchmarking"),
    ("198.51.100.0", 24, "Documentation (TEST-NET-2)"),
    ("203.0.113.0", 24, "Documentation (TEST-NET-3)"),
    ("224.0.0.0", 4, "multicast, by a registry of its own"),
    ("240.0.0.0", 4, "Reserved"),
    ("255.255.255.255", 32, "Limited Broadcast"),
    ("168.63.129.16", 32, "wire server inside the machines of one cloud"),
    ("100.100.100.200", 32, "metadata service of one cloud"),
];

/// `iana-ipv6-special-registry`, what is deprecated, and what is not global unicast at all.
const V6: [(&str, u8, &str); 38] = [
    ("::1", 128, "Loopback Address"),
    ("::", 128, "Unspecified Address"),
    ("::", 96, "IPv4-compatible, deprecated"),
    ("::ffff:0:0", 96, "IPv4-mapped Address"),
    ("::ffff:0:0:0", 96, "IPv4-translated, of an older translator"),
    ("64:ff9b::", 96, "IPv4-IPv6 Translat."),
    ("64:ff9b:1::", 48, "IPv4-IPv6 Translat."),
    ("100::", 64, "Discard-Only Address Block"),
    ("100:0:0:1::", 64, "Dummy IPv6 Prefix"),
    ("::", 3, "not global unicast"),
    ("2001::", 23, "IETF Protocol Assignments"),
    ("2001::", 32, "TEREDO"),
    ("2001:1::1", 128, "Port Control Protocol Anycast"),
    ("2001:1::2", 128, "Traversal Using Relays around NAT Anycast"),
    ("2001:1::3", 128, "DNS-SD Service Registration Protocol Anycast"),
    ("2001:2::", 48, "Benchmarking"),
    ("2001:3::", 32, "AMT"),
    ("2001:4:112::", 48, "AS112-v6"),
    ("2001:10::", 28, "Deprecated (previously ORCHID)"),
    ("2001:20::", 28, "ORCHIDv2"),
    ("2001:30::", 28, "Drone Remote ID Protocol Entity Tags (DETs) Prefix"),
    ("2001:db8::", 32, "Documentation"),
    ("2002::", 16, "6to4"),
    ("2620:4f:8000::", 48, "Direct Delegation AS112 Service"),
    ("3fff::", 20, "Documentation"),
    ("4000::", 2, "not global unicast"),
    ("5f00::", 16, "Segment Routing (SRv6) SIDs"),
    ("8000::", 2, "not global unicast"),
    ("c000::", 3, "not global unicast"),
    ("e000::", 4, "not global unicast"),
    ("f000::", 5, "not global unicast"),
    ("f800::", 6, "not global unicast"),
    ("fe00::", 9, "not global unicast"),
    ("fc00::", 7, "Unique-Local"),
    ("fd00:ec2::254", 128, "metadata service of one cloud"),
    ("fe80::", 10, "Link-Local Unicast"),
    ("fec0::", 10, "site-local, deprecated"),
    ("ff00::", 8, "multicast, by a registry of its own"),
];

fn v4_range(block: &str, bits: u8) -> (u32, u32) {
    let first = u32::from(block.parse::<Ipv4Addr>().unwrap());
    let size = u32::MAX.checked_shr(u32::from(bits)).unwrap_or(0);
    assert_eq!(first & size, 0, "{block}/{bits} is no block");
    (first, first | size)
}

fn v6_range(block: &str, bits: u8) -> (u128, u128) {
    let first = u128::from(block.parse::<Ipv6Addr>().unwrap());
    let size = u128::MAX.checked_shr(u32::from(bits)).unwrap_or(0);
    assert_eq!(first & size, 0, "{block}/{bits} is no block");
    (first, first | size)
}

/// Everything but the address of a neighbour is known: it is public when no other block of the table holds it.
#[test]
fn every_special_range_is_refused_from_its_first_to_its_last_address_and_not_beyond() {
    let v4: Vec<(u32, u32)> = V4.iter().map(|(block, bits, _)| v4_range(block, *bits)).collect();
    let v6: Vec<(u128, u128)> = V6.iter().map(|(block, bits, _)| v6_range(block, *bits)).collect();
    let mut probes = 0;
    let (mut public, mut wrong) = (0, Vec::new());
    let mut probe = |address: IpAddr, refused: bool, name: &str| {
        probes += 1;
        public += usize::from(!refused);
        if is_public(address) == refused {
            wrong.push(format!("{address} at the edge of {name}"));
        }
    };
    for ((first, last), (_, _, name)) in v4.iter().zip(&V4) {
        let middle = first + (last - first) / 2;
        [*first, middle, *last].into_iter().for_each(|it| probe(Ipv4Addr::from(it).into(), true, name));
        for neighbour in [first.checked_sub(1), last.checked_add(1)].into_iter().flatten() {
            let within = v4.iter().any(|(first, last)| (first..=last).contains(&&neighbour));
            probe(Ipv4Addr::from(neighbour).into(), within, name);
        }
    }
    for ((first, last), (_, _, name)) in v6.iter().zip(&V6) {
        let middle = first + (last - first) / 2;
        [*first, middle, *last].into_iter().for_each(|it| probe(Ipv6Addr::from(it).into(), true, name));
        for neighbour in [first.checked_sub(1), last.checked_add(1)].into_iter().flatten() {
            let within = v6.iter().any(|(first, last)| (first..=last).contains(&&neighbour));
            probe(Ipv6Addr::from(neighbour).into(), within, name);
        }
    }
    println!(
        "{} ranges, {probes} addresses at their edges, {public} of them public: {} wrong",
        V4.len() + V6.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(public > 30, "neighbours that are public were asked for too: {public}");
}

/// Writes an IPv4 address into an IPv6 one.
type Hide = fn(u32) -> u128;

/// Every way to write an IPv4 address into an IPv6 one, whatever the IPv4 address is.
#[test]
fn no_ipv4_address_hides_in_an_ipv6_one() {
    let hidden: [(&str, Hide); 8] = [
        ("mapped", |it| 0xffff_0000_0000 | u128::from(it)),
        ("compatible", u128::from),
        ("translated", |it| 0xffff << 48 | u128::from(it)),
        ("NAT64", |it| 0x64_ff9b << 96 | u128::from(it)),
        ("NAT64, local use", |it| 0x64_ff9b_0001 << 80 | u128::from(it)),
        ("6to4", |it| 0x2002 << 112 | u128::from(it) << 80 | 1),
        ("Teredo server", |it| 0x2001_0000 << 96 | u128::from(it) << 64),
        ("Teredo client", |it| 0x2001_0000 << 96 | u128::from(!it)),
    ];
    let edges = V4.iter().flat_map(|(block, bits, _)| <[u32; 2]>::from(v4_range(block, *bits)));
    let public = ["1.1.1.1", "8.8.8.8", "93.184.215.14"].map(|it| u32::from(it.parse::<Ipv4Addr>().unwrap()));
    let mut probes = 0;
    for inner in edges.chain(public) {
        for (name, hide) in hidden {
            let address = Ipv6Addr::from(hide(inner));
            assert!(!is_public(address.into()), "{name}: {address} holds {}", Ipv4Addr::from(inner));
            probes += 1;
        }
    }
    println!("{probes} IPv4 addresses within IPv6 addresses: 0 public");
}

/// What a test of refusals could pass without: a guard that refuses everything.
#[test]
fn the_open_web_is_open() {
    for public in
        ["1.1.1.1", "93.184.215.14", "2606:4700::6810:84e5", "2a00:1450:4001:80b::200e", "2001:4860:4860::8888"]
    {
        assert!(is_public(public.parse().unwrap()), "{public}");
    }
}
