//! Cases out of a seed: who shows what in which state, and where they go.

use zero_door::{Owner, Rule};
use zero_types::prelude::*;

/// Chance out of a seed: SplitMix64.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % bound.max(1) as u64).unwrap()
    }

    pub(crate) fn of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    fn some<T: Clone>(&mut self, all: &[T], most: usize) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| self.of(all)).collect()
    }
}

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Nothing,
    Key,
    /// Of the host's own issuer.
    Token,
    /// Of an issuer that is trusted less.
    GuestToken,
}

/// How it stands with what is shown. A key has no leeway: this host made it, by the same clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Good,
    Expired,
    ExpiredWithinLeeway,
    Early,
    EarlyWithinLeeway,
    Revoked,
    /// By somebody else's key.
    Forged,
    /// Changed on its way.
    Changed,
    /// For another service; of a key: of another host.
    Elsewhere,
    /// Longer than it may live.
    Overlong,
    /// Not in its form.
    Garbled,
}

const STATES: [State; 11] = [
    State::Good,
    State::Expired,
    State::ExpiredWithinLeeway,
    State::Early,
    State::EarlyWithinLeeway,
    State::Revoked,
    State::Forged,
    State::Changed,
    State::Elsewhere,
    State::Overlong,
    State::Garbled,
];

pub(crate) const TENANTS: [&str; 3] = ["acme", "globex", "initech"];
const ROLES: [&str; 12] = [
    "asker",
    "reader",
    "manager",
    "operator",
    "operator:sources/*",
    "operator:connectors/weather",
    "manager:accounts/*",
    "asker:answer",
    "Operator",
    "root",
    "",
    "operators",
];
const SCOPES: [&str; 10] = [
    "ask",
    "list-sources",
    "list-sources:sources/*",
    "manage-tenant",
    "manage-keys",
    "administer",
    "administer:connectors/*",
    "openid",
    "read-receipts",
    "manage-account",
];

/// A route, and what it needs in plain words; nothing where it is open.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) rule: Rule,
    pub(crate) needed: Option<Needed>,
}

/// In words of the test.
#[derive(Debug, Clone)]
pub(crate) struct Needed {
    pub(crate) permission: &'static str,
    /// None for the host's; `own` for the caller's.
    pub(crate) tenant: Option<&'static str>,
    pub(crate) path: String,
}

/// The door's own routes as they stand, and every permission over everybody's things as other doors may ask for them.
pub(crate) fn routes() -> Vec<Route> {
    let door = [
        ("/v1/answer", Some(("ask", "answer"))),
        ("/v1/sources", Some(("list-sources", "sources"))),
        ("/v1/sources/weather", Some(("list-sources", "sources/weather"))),
        ("/v1/sources/..%2Fkeys", Some(("list-sources", "sources/../keys"))),
        ("/healthz", None),
        ("/readyz", None),
    ];
    let mut routes: Vec<Route> = door
        .into_iter()
        .map(|(path, needed)| Route {
            rule: zero_door::rule_at(path).unwrap(),
            needed: needed.map(|(permission, path)| Needed { permission, tenant: None, path: path.to_owned() }),
        })
        .collect();
    for &permission in Permission::ALL {
        for path in ["accounts/ada", "connectors/weather", "sources/weather", "sources/../accounts"] {
            let owners = TENANTS
                .into_iter()
                .chain(["public", ""])
                .map(|tenant| (Owner::Tenant(tenant.to_owned()), Some(tenant)));
            for (owner, tenant) in owners.chain([(Owner::Host, None), (Owner::Caller, Some("own"))]) {
                let rule = Rule::Needs { permission, owner, path: path.into() };
                let needed = Some(Needed { permission: permission.name(), tenant, path: path.to_owned() });
                routes.push(Route { rule, needed });
            }
        }
    }
    routes
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) shown: Shown,
    pub(crate) state: State,
    pub(crate) tenant: &'static str,
    pub(crate) roles: Vec<&'static str>,
    pub(crate) scopes: Option<Vec<&'static str>>,
    pub(crate) route: Route,
}

impl Case {
    pub(crate) fn any(dice: &mut Dice, routes: &[Route]) -> Self {
        Self {
            shown: dice.of(&[Shown::Nothing, Shown::Key, Shown::Token, Shown::Token, Shown::GuestToken]),
            // As many good ones as others, or hardly any would come as far as a permission.
            state: if dice.below(2) == 0 { State::Good } else { dice.of(&STATES) },
            tenant: dice.of(&TENANTS),
            roles: dice.some(&ROLES, 3),
            scopes: (dice.below(3) == 0).then(|| dice.some(&SCOPES, 4)),
            route: dice.of(routes),
        }
    }
}
