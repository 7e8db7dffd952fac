//! Connections of each address, so that one machine cannot take all places.
//!
//! Of IPv6 a /64 counts as one: whoever has one address there has all.

use core::net::{IpAddr, Ipv6Addr};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many are open; an address without any is not kept.
pub(super) struct Addresses {
    open: Mutex<HashMap<IpAddr, usize>>,
    each_max: usize,
}

/// One connection's; it ends with it.
pub(super) struct Entered {
    addresses: Arc<Addresses>,
    of: IpAddr,
}

impl Addresses {
    pub(super) fn new(each_max: usize) -> Arc<Self> {
        Arc::new(Self { open: Mutex::default(), each_max })
    }

    /// None when this address has as many as it may.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Entered> {
        let of = counted_as(address);
        let mut open = self.lock();
        let count = open.entry(of).or_insert(0);
        if *count >= self.each_max {
            return None;
        }
        *count += 1;
        Some(Entered { addresses: Arc::clone(self), of })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        if let Entry::Occupied(mut count) = self.addresses.lock().entry(self.of) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_so_many_and_leaves_nothing_behind() {
        let addresses = Addresses::new(2);
        let enter = |address: &str| addresses.enter(address.parse().unwrap());
        let one = [enter("192.0.2.1").unwrap(), enter("::ffff:192.0.2.1").unwrap()];
        assert!(enter("192.0.2.1").is_none());
        let other = enter("192.0.2.2").unwrap();
        let six = [enter("2001:db8::1").unwrap(), enter("2001:db8::ffff:1").unwrap()];
        assert!(enter("2001:db8::2").is_none() && enter("2001:db8:0:1::2").is_some());
        drop(one);
        assert!(enter("192.0.2.1").is_some());
        drop((other, six));
        assert!(addresses.lock().is_empty());
    }
}
