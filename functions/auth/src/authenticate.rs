//! From a credential to the principal behind it.

use crate::authorize::ASKER;
use crate::key::{self, Malformed};
use crate::token;
use subtle::ConstantTimeEq;
use zero_types::functions::{Credential, Denial, DenialKind, KeyRecord, Principal, PrincipalKind, Trust};

/// Id of whoever shows no credential.
pub const ANONYMOUS_ID: &str = "anonymous";
/// Tenant of whoever shows no credential.
pub const PUBLIC_TENANT: &str = "public";

/// The principal behind `credential` at `now_ms`, which is milliseconds since the Unix epoch.
///
/// # Errors
/// Malformed, unknown, not yet valid, expired or revoked keys and tokens, told apart only to who holds the whole key or
/// a token that an issuer signed.
pub fn authenticate(credential: &Credential, trust: &Trust, now_ms: i64) -> Result<Principal, Denial> {
    match credential {
        Credential::Anonymous => Ok(anonymous()),
        Credential::ApiKey(key) => by_key(key, &trust.keys, now_ms),
        Credential::Token(compact) => Ok(token::principal(compact, trust, now_ms)?),
    }
}

fn anonymous() -> Principal {
    Principal {
        id: ANONYMOUS_ID.to_owned(),
        kind: PrincipalKind::Anonymous,
        tenant: PUBLIC_TENANT.to_owned(),
        roles: vec![ASKER.to_owned()],
        scopes: None,
        session: None,
        limit_per_minute: None,
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
    let principal = first.principal.clone();
    Ok(Principal {
        scopes: narrower(principal.scopes, first.scopes.as_deref()),
        limit_per_minute: match (principal.limit_per_minute, first.limit_per_minute) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        },
        ..principal
    })
}

/// What both allow. A scope that is narrowed to a path stays only where the other side has it letter by letter.
fn narrower(own: Option<Vec<String>>, of_key: Option<&[String]>) -> Option<Vec<String>> {
    match (own, of_key) {
        (Some(own), Some(of_key)) => Some(own.into_iter().filter(|scope| of_key.contains(scope)).collect()),
        (own, of_key) => own.or_else(|| of_key.map(<[String]>::to_vec)),
    }
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

pub(crate) fn denial(kind: DenialKind, reason: &str) -> Denial {
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
            scopes: None,
            session: None,
            limit_per_minute: None,
        }
    }

    fn of_keys(keys: &[KeyRecord]) -> Trust {
        Trust { keys: keys.to_vec(), issuers: Vec::new(), revoked_sessions: Vec::new() }
    }

    fn issued() -> (String, KeyRecord) {
        key_record("ada1", &[42; SECRET_BYTES], ada(), 1_000, Some(2_000)).unwrap()
    }

    fn check(key: &str, keys: &[KeyRecord], now_ms: i64) -> Result<String, DenialKind> {
        authenticate(&Credential::ApiKey(key.to_owned()), &of_keys(keys), now_ms).map(|p| p.id).map_err(|d| d.kind)
    }

    #[test]
    fn who_shows_nothing_is_an_anonymous_asker() {
        let principal = authenticate(&Credential::Anonymous, &of_keys(&[]), 0).unwrap();
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
    fn a_key_is_narrower_than_who_it_stands_for_and_never_wider() {
        let check = |own: Option<&[&str]>, of_key: Option<&[&str]>, expected: Option<&[&str]>| {
            let list =
                |scopes: Option<&[&str]>| scopes.map(|it| it.iter().map(|&it| it.to_owned()).collect::<Vec<_>>());
            let (key, record) = issued();
            let principal = Principal { scopes: list(own), limit_per_minute: Some(60), ..record.principal };
            let record = KeyRecord { principal, scopes: list(of_key), limit_per_minute: Some(90), ..record };
            let got = authenticate(&Credential::ApiKey(key), &of_keys(&[record]), 1_500).unwrap();
            assert_eq!((got.scopes, got.limit_per_minute), (list(expected), Some(60)), "{own:?} {of_key:?}");
        };
        check(None, None, None);
        check(None, Some(&["ask"]), Some(&["ask"]));
        check(Some(&["ask"]), None, Some(&["ask"]));
        check(Some(&["ask", "list-sources"]), Some(&["ask", "administer"]), Some(&["ask"]));
        check(Some(&[]), Some(&["ask"]), Some(&[]));
        check(Some(&["ask"]), Some(&[]), Some(&[]));
    }

    #[test]
    fn each_of_several_keys_is_itself() {
        let keys: Vec<_> = (0..4_u8)
            .map(|n| {
                let scopes = Some(vec![format!("ask:{n}")]);
                let (key, record) = key_record(&format!("ada{n}"), &[n; SECRET_BYTES], ada(), 0, None).unwrap();
                (key, KeyRecord { scopes, limit_per_minute: Some(u32::from(n) + 1), revoked: n == 3, ..record })
            })
            .collect();
        let trust = of_keys(&keys.iter().map(|(_, record)| record.clone()).collect::<Vec<_>>());
        for (n, (key, record)) in keys.iter().enumerate() {
            let got = authenticate(&Credential::ApiKey(key.clone()), &trust, 1).map_err(|denial| denial.kind);
            match n {
                3 => assert_eq!(got, Err(DenialKind::Revoked)),
                _ => {
                    let got = got.unwrap();
                    assert_eq!((&got.scopes, got.limit_per_minute), (&record.scopes, record.limit_per_minute));
                }
            }
        }
    }

    #[test]
    fn no_reason_repeats_the_key() {
        let (key, record) = issued();
        for now_ms in [0, 3_000] {
            let trust = of_keys(core::slice::from_ref(&record));
            let denial = authenticate(&Credential::ApiKey(key.clone()), &trust, now_ms).unwrap_err();
            assert!(!denial.reason.contains(&key), "{}", denial.reason);
        }
    }
}
