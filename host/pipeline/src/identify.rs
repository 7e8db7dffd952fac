//! Who asks, and whether they may: for every route of every host.
//!
//! - **Takes** a credential and what is trusted; or a principal, a permission and what it is over.
//! - **Gives** the principal; or nothing, when all is well.
//! - **Fails** with `unauthenticated`, `forbidden`, or `internal` when the room broke.
//! - **Limits**: [`narrowed`] keeps what is handed to the room small, however many keys there are.
//! - **Why it is so**: the room decides and is pure; here its word becomes a problem, in one place for all doors.

use crate::answer::broke;
use crate::platform::Rooms;
use crate::problem::Problem;
use zero_types::prelude::*;

/// The principal behind a credential.
///
/// # Errors
/// `unauthenticated`, `internal`, `overloaded`.
pub fn authenticate<R: Rooms>(
    rooms: &R,
    credential: &Credential,
    trust: &Trust,
    now_ms: i64,
) -> Result<Principal, Problem> {
    let identified = match narrowed(credential, trust) {
        Some(few) => rooms.authenticate(credential, &few, now_ms),
        None => rooms.authenticate(credential, trust, now_ms),
    };
    identified.map_err(broke("auth"))?.map_err(|denial| Problem::unauthenticated(&denial.reason))
}

/// Whether a principal may do this to that.
///
/// # Errors
/// `forbidden`, `internal`, `overloaded`.
pub fn authorize<R: Rooms>(
    rooms: &R,
    principal: &Principal,
    permission: Permission,
    resource: &Resource,
) -> Result<(), Problem> {
    match rooms.authorize(principal, permission, resource).map_err(broke("auth"))? {
        Decision::Allow => Ok(()),
        Decision::Deny(denial) => Err(Problem::forbidden(&denial.reason)),
    }
}

/// What belongs to the host, and so to no tenant.
#[must_use]
pub fn of_host(path: impl Into<String>) -> Resource {
    Resource { tenant: String::new(), path: path.into() }
}

/// The part of `trust` that can have to do with a credential, where that is less: a room that gets ten thousand keys
/// for every call copies them all. The room looks at everything itself again.
fn narrowed(credential: &Credential, trust: &Trust) -> Option<Trust> {
    let none = crate::region::nobody;
    match credential {
        Credential::Anonymous => Some(none()),
        Credential::ApiKey(key) => {
            // `zw_ID_...`: the room checks the rest of the form.
            let id = key.split('_').nth(1).unwrap_or_default();
            let keys = trust.keys.iter().filter(|record| record.id == id).cloned().collect();
            Some(Trust { keys, ..none() })
        }
        Credential::Token(_) if trust.keys.is_empty() => None,
        Credential::Token(_) => {
            let (issuers, revoked_sessions) = (trust.issuers.clone(), trust.revoked_sessions.clone());
            Some(Trust { keys: Vec::new(), issuers, revoked_sessions })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_gets_what_it_needs_and_no_more() {
        let principal = Principal {
            id: "ada".to_owned(),
            kind: PrincipalKind::User,
            tenant: "acme".to_owned(),
            roles: Vec::new(),
            scopes: None,
            session: None,
            limit_per_minute: None,
        };
        let record = |id: &str| KeyRecord {
            id: id.to_owned(),
            sha256: Vec::new(),
            principal: principal.clone(),
            not_before_ms: 0,
            expires_ms: None,
            revoked: false,
            scopes: None,
            limit_per_minute: None,
        };
        let trust = Trust {
            keys: vec![record("a"), record("b"), record("a")],
            issuers: Vec::new(),
            revoked_sessions: vec!["s".to_owned()],
        };
        let check = |credential: Credential, keys: usize, sessions: usize| {
            let few = narrowed(&credential, &trust).unwrap();
            assert_eq!((few.keys.len(), few.revoked_sessions.len()), (keys, sessions), "{credential:?}");
        };
        check(Credential::Anonymous, 0, 0);
        check(Credential::ApiKey("zw_a_secret".to_owned()), 2, 0);
        check(Credential::ApiKey("zw_c_secret".to_owned()), 0, 0);
        check(Credential::ApiKey(String::new()), 0, 0);
        check(Credential::Token("a.b.c".to_owned()), 0, 1);
        let unkeyed = Trust { keys: Vec::new(), ..trust.clone() };
        assert!(narrowed(&Credential::Token("a.b.c".to_owned()), &unkeyed).is_none(), "nothing is copied in vain");
    }
}
