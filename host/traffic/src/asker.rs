//! Who is charged for what: the buckets of an asker, and their class.

use crate::address::block;
use crate::gcra::Rate;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::net::IpAddr;
use zero_config::{Class, Traffic};
use zero_types::functions::{Principal, PrincipalKind};

/// What a limit is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// An address, of whoever says no more of themselves.
    Address,
    /// Somebody who signed in.
    User,
    /// An API key.
    Key,
    /// All of one tenant.
    Tenant,
    /// Credentials of an address that were not accepted.
    Failures,
}

impl Policy {
    /// As it stands in `RateLimit-Policy`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::User => "user",
            Self::Key => "key",
            Self::Tenant => "tenant",
            Self::Failures => "failures",
        }
    }
}

/// Names a bucket: half a SHA-256 of what it is of, so that a name says nothing of anybody and is the same on every
/// host of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key(pub [u8; 16]);

impl Key {
    /// The key of a policy's bucket; `parts` say whose.
    #[must_use]
    pub fn of(policy: Policy, parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        hash.update(policy.name());
        for part in parts {
            // Lengths before parts, so that no two lists of parts run into one.
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        let mut key = [0; 16];
        key.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Self(key)
    }
}

/// A bucket to be charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// What the limit is of.
    pub policy: Policy,
    /// Whose.
    pub key: Key,
    /// How much.
    pub rate: Rate,
}

impl Charge {
    /// The bucket of an address, if it has a limit.
    pub(crate) fn of_address(policy: Policy, traffic: &Traffic, address: IpAddr) -> Option<Self> {
        if !traffic.limit_loopback && address.to_canonical().is_loopback() {
            return None;
        }
        let per_minute = match policy {
            Policy::Failures => traffic.failures_per_minute,
            _ => traffic.address_per_minute,
        };
        let rate = Rate::per_minute(per_minute, traffic.burst_seconds)?;
        Some(Self { policy, key: Key::of(policy, &[&block(address).to_string()]), rate })
    }

    /// All buckets that a question of this principal is charged to. Whoever is known is not charged to their address:
    /// a whole office may ask from one.
    pub(crate) fn of(traffic: &Traffic, principal: &Principal, address: Option<IpAddr>) -> Vec<Self> {
        let own_limit = principal.limit_per_minute;
        let (policy, per_minute) = match kind(principal) {
            Class::Anonymous => {
                let charge = address.and_then(|address| Self::of_address(Policy::Address, traffic, address));
                return charge.into_iter().collect();
            }
            Class::Key => (Policy::Key, own_limit.unwrap_or(traffic.key_per_minute)),
            Class::SignedIn | Class::Operator => (Policy::User, own_limit.unwrap_or(traffic.user_per_minute)),
        };
        let charge = |policy, per_minute, parts: &[&str]| {
            let rate = Rate::per_minute(per_minute, traffic.burst_seconds)?;
            Some(Self { policy, key: Key::of(policy, parts), rate })
        };
        let own = charge(policy, per_minute, &[&principal.tenant, &principal.id]);
        let tenant = charge(Policy::Tenant, traffic.tenant_per_minute, &[&principal.tenant]);
        own.into_iter().chain(tenant).collect()
    }
}

/// What follows from who asks alone.
fn kind(principal: &Principal) -> Class {
    match principal.kind {
        PrincipalKind::Anonymous => Class::Anonymous,
        PrincipalKind::User => Class::SignedIn,
        PrincipalKind::Agent | PrincipalKind::Service => Class::Key,
    }
}

/// The class of a principal: that of their first-ranking role which has one, or what follows from who asks.
#[must_use]
pub fn class(principal: &Principal, classes: &BTreeMap<String, Class>) -> Class {
    // A role may be narrowed to a resource: `operator:sources/*`.
    let of_role = |role: &String| classes.get(role.split(':').next().unwrap_or(role)).copied();
    principal.roles.iter().filter_map(of_role).max().unwrap_or_else(|| kind(principal))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn principal(kind: PrincipalKind, roles: &[&str]) -> Principal {
        let roles = roles.iter().map(|&role| role.to_owned()).collect();
        Principal {
            id: "ada".to_owned(),
            kind,
            tenant: "acme".to_owned(),
            roles,
            scopes: None,
            session: None,
            limit_per_minute: None,
        }
    }

    fn charges(traffic: &Traffic, principal: &Principal, address: &str) -> Vec<(&'static str, u32)> {
        let charges = Charge::of(traffic, principal, Some(address.parse().unwrap()));
        charges.iter().map(|charge| (charge.policy.name(), charge.rate.per_minute)).collect()
    }

    #[test]
    fn whoever_is_known_is_charged_by_name_and_whoever_is_not_by_address() {
        let traffic = Traffic { tenant_per_minute: 5000, ..Traffic::default() };
        let anonymous = principal(PrincipalKind::Anonymous, &[]);
        assert_eq!(charges(&traffic, &anonymous, "192.0.2.1"), [("address", 120)]);
        assert_eq!(charges(&traffic, &anonymous, "127.0.0.1"), []);
        assert_eq!(charges(&traffic, &anonymous, "::ffff:127.0.0.1"), []);
        let local = Traffic { limit_loopback: true, ..traffic.clone() };
        assert_eq!(charges(&local, &anonymous, "127.0.0.1"), [("address", 120)]);
        assert_eq!(Charge::of(&local, &anonymous, None), [], "a host that cannot tell addresses apart does not try");
        let user = principal(PrincipalKind::User, &[]);
        assert_eq!(charges(&traffic, &user, "192.0.2.1"), [("user", 600), ("tenant", 5000)]);
        let service = principal(PrincipalKind::Service, &[]);
        assert_eq!(charges(&traffic, &service, "127.0.0.1"), [("key", 600), ("tenant", 5000)]);
        let own = Principal { limit_per_minute: Some(7), ..service.clone() };
        assert_eq!(charges(&traffic, &own, "127.0.0.1"), [("key", 7), ("tenant", 5000)]);
        let free = Traffic { key_per_minute: 0, tenant_per_minute: 0, ..traffic };
        assert_eq!(charges(&free, &service, "192.0.2.1"), []);
    }

    #[test]
    fn buckets_of_different_askers_are_different() {
        let key = |policy, parts: &[&str]| Key::of(policy, parts);
        assert_eq!(key(Policy::User, &["a", "b"]), key(Policy::User, &["a", "b"]));
        assert_ne!(key(Policy::User, &["a", "b"]), key(Policy::Key, &["a", "b"]));
        assert_ne!(key(Policy::User, &["a", "b"]), key(Policy::User, &["ab", ""]));
        assert_ne!(key(Policy::User, &["a", "b"]), key(Policy::User, &["ab"]));
    }

    #[test]
    fn a_role_may_rank_higher_than_who_asks() {
        let classes =
            BTreeMap::from([("operator".to_owned(), Class::Operator), ("batch".to_owned(), Class::Anonymous)]);
        for (kind, roles, expected) in [
            (PrincipalKind::Anonymous, &["asker"][..], Class::Anonymous),
            (PrincipalKind::User, &["asker"], Class::SignedIn),
            (PrincipalKind::Agent, &["asker"], Class::Key),
            (PrincipalKind::Service, &["asker", "operator"], Class::Operator),
            (PrincipalKind::Service, &["operator:sources/*"], Class::Operator),
            (PrincipalKind::User, &["batch"], Class::Anonymous),
            (PrincipalKind::User, &["batch", "operator"], Class::Operator),
        ] {
            assert_eq!(class(&principal(kind, roles), &classes), expected, "{kind:?} {roles:?}");
        }
    }
}
