//! What a route asks of whoever calls it.
//!
//! - **Takes** nothing: a route names its rule by an exhaustive `match`, so one without a rule does not compile.
//! - **Gives** leave, or the problem to respond with.
//! - **Fails** with `forbidden`, which says what is needed and nothing of who else may.
//! - **Limits**: a rule needs one permission over one thing.
//! - **Why it is so**: the doors of a host (questions, accounts, connections, operators) share one table's words, and
//!   one test can walk through all of them.

use std::borrow::Cow;
use zero_pipeline::{Problem, Rooms, identify};
use zero_types::prelude::{Permission, Principal, Resource};

/// What a route asks of whoever calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Nothing, not even who it is: probes, signing in, public keys.
    Open,
    /// This permission over this.
    Needs {
        /// Which.
        permission: Permission,
        /// Over whose.
        owner: Owner,
        /// Over what, such as `sources/weather`: roles and scopes may be narrowed to it.
        path: Cow<'static, str>,
    },
}

/// Whose something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The host's, and so no tenant's.
    Host,
    /// The caller's own.
    Caller,
    /// Of the tenant that the request names.
    Tenant(String),
}

impl Rule {
    /// A permission over what belongs to the host.
    pub fn host(permission: Permission, path: impl Into<Cow<'static, str>>) -> Self {
        Self::Needs { permission, owner: Owner::Host, path: path.into() }
    }

    /// A permission over what is the caller's own.
    pub fn own(permission: Permission, path: impl Into<Cow<'static, str>>) -> Self {
        Self::Needs { permission, owner: Owner::Caller, path: path.into() }
    }

    /// A permission over what belongs to the tenant that a request names.
    pub fn tenant(permission: Permission, tenant: impl Into<String>, path: impl Into<Cow<'static, str>>) -> Self {
        Self::Needs { permission, owner: Owner::Tenant(tenant.into()), path: path.into() }
    }

    /// Whether nobody is asked who they are.
    #[must_use]
    pub fn is_open(&self) -> bool {
        *self == Self::Open
    }

    /// What `caller` needs leave for; none where everyone has it.
    #[must_use]
    pub fn needed(&self, caller: &Principal) -> Option<(Permission, Resource)> {
        let Self::Needs { permission, owner, path } = self else { return None };
        let tenant = match owner {
            Owner::Host => String::new(),
            Owner::Caller => caller.tenant.clone(),
            Owner::Tenant(tenant) => tenant.clone(),
        };
        Some((*permission, Resource { tenant, path: path.clone().into_owned() }))
    }

    /// Whether `caller` may.
    ///
    /// # Errors
    /// `forbidden`; `internal` when the room that decides broke.
    pub fn check<R: Rooms>(&self, rooms: &R, caller: &Principal) -> Result<(), Problem> {
        match self.needed(caller) {
            // A tenant without a name would be the host's.
            Some((_, resource)) if resource.tenant.is_empty() && !self.is_hosts() => {
                Err(Problem::forbidden("this belongs to a tenant, and none was named"))
            }
            Some((permission, resource)) => identify::authorize(rooms, caller, permission, &resource),
            None => Ok(()),
        }
    }

    fn is_hosts(&self) -> bool {
        matches!(self, Self::Needs { owner: Owner::Host, .. })
    }
}
