//! From a credential to the principal behind it.

use crate::authorize::ASKER;
use crate::key::{self, Malformed};
use subtle::ConstantTimeEq;
use zero_types::functions::{Credential, Denial, DenialKind, KeyRecord, Principal, PrincipalKind};

/// Id of whoever shows no credential.
pub const ANONYMOUS_ID: &str = "anonymous";
/// Tenant of whoever shows no credential.
pub const PUBLIC_TENANT: &str = "public";

/// The principal behind `credential` at `now_ms`, which is milliseconds since the Unix epoch.
///
/// # Errors
/// Malformed, unknown, not yet valid, expired or revoked keys, told apart only to who holds the whole key.
pub fn authenticate(credential: &Credential, keys: &[KeyRecord], now_ms: i64) -> Result<Principal, Denial> {
    match credential {
        Credential::Anonymous => Ok(anonymous()),
        Credential::ApiKey(key) => by_key(key, keys, now_ms),
    }
}

fn anonymous() -> Principal {
    Principal {
        id: ANONYMOUS_ID.to_owned(),
        kind: PrincipalKind::Anonymous,
        tenant: PUBLIC_TENANT.to_owned(),
        roles: vec![ASKER.to_owned()],
    }
}

fn by_key(key: &str, keys: &[KeyRecord], now_ms: i64) -> Result<Principal, Denial> {
    let id = key::parse(key).map_err(|malformed| {
        let reason = match malformed {
            Malformed::Form => "this is not an API key of this service\n\nhint: keys look like `zw_NAME_SECRET`",
            Malformed::Checksum => "the API key has a typing error\n\nhint: copy the whole key again",
        };
        denial(DenialKind::Malformed, reason)
    })?;
    let digest = key::digest(key);
    // Ids are not secret, so they may be compared as they come; hashes are compared in constant time.
    let mut matching = keys.iter().filter(|record| record.id == id && bool::from(record.sha256.ct_eq(&digest[..])));
    let Some(first) = matching.next() else {
        return Err(denial(DenialKind::Unknown, "nobody issued this API key\n\nhint: ask the operator for a new one"));
    };
    // Were a key recorded twice, then revoking either record must be enough.
    for record in core::iter::once(first).chain(matching) {
        check_validity(record, now_ms)?;
    }
    Ok(first.principal.clone())
}

/// From `not_before_ms` inclusive to `expires_ms` exclusive.
fn check_validity(record: &KeyRecord, now_ms: i64) -> Result<(), Denial> {
    if record.revoked {
        return Err(denial(
            DenialKind::Revoked,
            "this API key was revoked\n\nhint: stop using it and ask the operator for a new one",
        ));
    }
    if now_ms < record.not_before_ms {
        let reason = "this API key is not valid yet\n\nhint: check the clock of the server, or wait";
        return Err(denial(DenialKind::NotYetValid, reason));
    }
    if record.expires_ms.is_some_and(|expires_ms| now_ms >= expires_ms) {
        return Err(denial(DenialKind::Expired, "this API key has expired\n\nhint: ask the operator for a new one"));
    }
    Ok(())
}

fn denial(kind: DenialKind, reason: &str) -> Denial {
    Denial { kind, reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{SECRET_BYTES, key_record, key_text};

    fn ada() -> Principal {
        Principal {
            id: "ada".to_owned(),
            kind: PrincipalKind::User,
            tenant: "acme".to_owned(),
            roles: vec![ASKER.to_owned()],
        }
    }

    fn issued() -> (String, KeyRecord) {
        key_record("ada1", &[42; SECRET_BYTES], ada(), 1_000, Some(2_000)).unwrap()
    }

    fn check(key: &str, keys: &[KeyRecord], now_ms: i64) -> Result<String, DenialKind> {
        authenticate(&Credential::ApiKey(key.to_owned()), keys, now_ms).map(|p| p.id).map_err(|d| d.kind)
    }

    #[test]
    fn who_shows_nothing_is_an_anonymous_asker() {
        let principal = authenticate(&Credential::Anonymous, &[], 0).unwrap();
        assert_eq!((principal.kind, principal.roles), (PrincipalKind::Anonymous, vec!["asker".to_owned()]));
    }

    #[test]
    fn a_key_is_valid_from_its_first_to_before_its_last_millisecond() {
        let (key, record) = issued();
        let keys = [record];
        for (now_ms, expected) in [
            (999, Err(DenialKind::NotYetValid)),
            (1_000, Ok("ada".to_owned())),
            (1_999, Ok("ada".to_owned())),
            (2_000, Err(DenialKind::Expired)),
        ] {
            assert_eq!(check(&key, &keys, now_ms), expected, "at {now_ms}");
        }
    }

    #[test]
    fn wrong_keys_are_told_apart() {
        let (key, record) = issued();
        let stranger = key_text("ada1", &[43; SECRET_BYTES]).unwrap();
        let keys = [record.clone()];
        assert_eq!(check(&stranger, &keys, 1_500), Err(DenialKind::Unknown), "same id, other secret");
        assert_eq!(check(&key, &[], 1_500), Err(DenialKind::Unknown));
        assert_eq!(check(&key[..key.len() - 1], &keys, 1_500), Err(DenialKind::Malformed));
        assert_eq!(check("hunter2", &keys, 1_500), Err(DenialKind::Malformed));
        let revoked = KeyRecord { revoked: true, ..record.clone() };
        assert_eq!(check(&key, core::slice::from_ref(&revoked), 1_500), Err(DenialKind::Revoked));
        assert_eq!(check(&key, &[record.clone(), revoked], 1_500), Err(DenialKind::Revoked), "recorded twice");
        let cut = KeyRecord { sha256: record.sha256[..31].to_vec(), ..record.clone() };
        assert_eq!(check(&key, &[cut], 1_500), Err(DenialKind::Unknown), "a short hash matches nothing");
        let empty = KeyRecord { sha256: Vec::new(), ..record };
        assert_eq!(check(&key, &[empty], 1_500), Err(DenialKind::Unknown), "an empty hash matches nothing");
    }

    #[test]
    fn no_reason_repeats_the_key() {
        let (key, record) = issued();
        for now_ms in [0, 3_000] {
            let denial =
                authenticate(&Credential::ApiKey(key.clone()), core::slice::from_ref(&record), now_ms).unwrap_err();
            assert!(!denial.reason.contains(&key), "{}", denial.reason);
        }
    }
}
