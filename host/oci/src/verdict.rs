//! Whether signatures hold: the one place that decides.
//!
//! A signature counts when a trusted key made it over exactly these bytes, the bytes say this digest and this
//! repository, the key is valid now and may sign this, and the signature is neither expired nor too old. Signatures
//! that do not count are passed over; what is left must come from as many distinct keys as the policy asks for.

use crate::payload::Claims;
use crate::trust::matches_any;
use crate::{Error, Kind, Result, Trust, TrustedKey, limits};
use jiff::{SignedDuration, Timestamp};

/// Who signed, as the policy names the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedBy {
    /// The key's name in the policy.
    pub key: String,
    /// The key's fingerprint.
    pub fingerprint: String,
    /// When, as the signer says.
    pub created: Option<Timestamp>,
    /// Until when.
    pub expires: Option<Timestamp>,
}

/// A payload and a signature, neither of them believed.
pub(crate) struct Candidate {
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

/// What the signatures must be of.
pub(crate) struct Subject<'a> {
    /// The digest.
    pub(crate) digest: &'a str,
    /// The name that the payload must give.
    pub(crate) reference: &'a str,
    /// The name that a key's `references` are held against.
    pub(crate) scope: &'a str,
}

/// Why a signature does not count.
pub(crate) struct Refusal {
    pub(crate) kind: Kind,
    pub(crate) why: String,
}

impl Refusal {
    pub(crate) fn new(kind: Kind, why: impl Into<String>) -> Self {
        Self { kind, why: why.into() }
    }
}

/// The signatures that count, one a key; an error when they are too few.
pub(crate) fn judge(
    trust: &Trust,
    subject: &Subject<'_>,
    candidates: Vec<std::result::Result<Candidate, Refusal>>,
    now: Timestamp,
) -> Result<Vec<SignedBy>> {
    trust.check()?;
    let mut good: Vec<SignedBy> = Vec::new();
    let mut refusals = Vec::new();
    for candidate in candidates {
        match candidate.and_then(|candidate| one(trust, subject, &candidate, now)) {
            Ok(signed) if good.iter().any(|it| it.fingerprint == signed.fingerprint) => {}
            Ok(signed) => good.push(signed),
            Err(refusal) => refusals.push(refusal),
        }
    }
    enough(trust, subject.scope, &good, &refusals)?;
    Ok(good)
}

/// Those of `signed` whose keys may sign a connector of this name; an error when they are too few.
pub(crate) fn for_connector(
    trust: &Trust,
    scope: &str,
    signed: Vec<SignedBy>,
    connector: &str,
) -> Result<Vec<SignedBy>> {
    let may = |signed: &SignedBy| {
        trust.keys.iter().any(|key| key.name == signed.key && matches_any(&key.connectors, connector))
    };
    let (good, others): (Vec<_>, Vec<_>) = signed.into_iter().partition(may);
    let refusal = |it: SignedBy| {
        Refusal::new(Kind::NotAllowed, format!("the key `{}` may not sign a connector named `{connector}`", it.key))
    };
    let refusals: Vec<Refusal> = others.into_iter().map(refusal).collect();
    enough(trust, scope, &good, &refusals)?;
    Ok(good)
}

fn one(
    trust: &Trust,
    subject: &Subject<'_>,
    candidate: &Candidate,
    now: Timestamp,
) -> std::result::Result<SignedBy, Refusal> {
    let made = |key: &&TrustedKey| key.key.verifies(&candidate.payload, &candidate.signature);
    let Some(key) = trust.keys.iter().find(made) else {
        let why = "no trusted key made this signature: another key did, or it was changed";
        return Err(Refusal::new(Kind::Untrusted, why));
    };
    let name = &key.name;
    let refuse = |kind: Kind, why: String| Err(Refusal::new(kind, why));
    if key.revoked {
        return refuse(Kind::KeyRevoked, format!("the key `{name}` is revoked"));
    }
    if let Some(from) = key.not_before.filter(|&from| now < from) {
        return refuse(Kind::KeyNotValid, format!("the key `{name}` is valid from {from} on"));
    }
    if let Some(to) = key.not_after.filter(|&to| now >= to) {
        return refuse(Kind::KeyNotValid, format!("the key `{name}` was valid until {to}"));
    }
    if !matches_any(&key.references, subject.scope) {
        return refuse(Kind::NotAllowed, format!("the key `{name}` may not sign `{}`", subject.scope));
    }
    // The bytes are a trusted key's from here on.
    let claims = match Claims::from_bytes(&candidate.payload) {
        Ok(claims) => claims,
        Err(why) => return refuse(Kind::SignatureMalformed, format!("what `{name}` signed cannot be read: {why}")),
    };
    if claims.digest != subject.digest {
        let digest = crate::error::quoted(&claims.digest);
        return refuse(Kind::SignedForAnother, format!("`{name}` signed {digest}, and this is {}", subject.digest));
    }
    if !trust.any_repository && !same_place(&claims.reference, subject.reference) {
        let place = crate::error::quoted(&claims.reference);
        return refuse(
            Kind::SignedForAnother,
            format!("`{name}` signed it for `{place}`, not for `{}`", subject.reference),
        );
    }
    within_time(trust, key, &claims, now)?;
    let SignedTimes { created, expires } = SignedTimes::of(&claims);
    Ok(SignedBy { key: name.clone(), fingerprint: key.key.fingerprint(), created, expires })
}

struct SignedTimes {
    created: Option<Timestamp>,
    expires: Option<Timestamp>,
}

impl SignedTimes {
    const fn of(claims: &Claims) -> Self {
        Self { created: claims.created, expires: claims.expires }
    }
}

fn within_time(trust: &Trust, key: &TrustedKey, claims: &Claims, now: Timestamp) -> std::result::Result<(), Refusal> {
    let name = &key.name;
    let refuse = |kind: Kind, why: String| Err(Refusal::new(kind, why));
    if let Some(expires) = claims.expires.filter(|&expires| now >= expires) {
        return refuse(Kind::Expired, format!("the signature by `{name}` expired at {expires}"));
    }
    let Some(created) = claims.created else {
        return match trust.signature_age_max {
            Some(_) => refuse(Kind::TooOld, format!("the signature by `{name}` does not say when it was made")),
            None => Ok(()),
        };
    };
    let skew = SignedDuration::try_from(limits::CLOCK_SKEW).unwrap_or(SignedDuration::ZERO);
    if created.duration_since(now) > skew {
        return refuse(Kind::NotYet, format!("the signature by `{name}` is of {created}, and it is {now}"));
    }
    if trust.signature_age_max.is_some_and(|age| now.duration_since(created) > age) {
        return refuse(
            Kind::TooOld,
            format!("the signature by `{name}` is of {created}, older than the policy allows"),
        );
    }
    if key.not_before.is_some_and(|from| created < from) {
        return refuse(
            Kind::KeyNotValid,
            format!("the signature by `{name}` is of {created}, before the key was valid"),
        );
    }
    Ok(())
}

/// `docker.io` has two names; tools write either.
fn same_place(signed: &str, ours: &str) -> bool {
    let plain = |name: &str| name.strip_prefix("index.docker.io/").map(|rest| format!("docker.io/{rest}"));
    // cosign names the tag or digest as well when it is told to; only the repository counts.
    let repository = |name: &str| {
        let name = name.split_once('@').map_or(name, |(name, _)| name);
        let after_slash = name.rfind('/').map_or(0, |at| at + 1);
        let tag = name.get(after_slash..).and_then(|last| last.find(':')).map(|at| after_slash + at);
        let name = tag.filter(|_| after_slash > 0).and_then(|at| name.get(..at)).unwrap_or(name);
        plain(name).unwrap_or_else(|| name.to_owned())
    };
    signed == ours || repository(signed) == repository(ours)
}

/// The error tells of the signature that came nearest, and counts the others.
fn enough(trust: &Trust, scope: &str, good: &[SignedBy], refusals: &[Refusal]) -> Result<()> {
    if good.len() >= trust.threshold {
        return Ok(());
    }
    let nearest = refusals.iter().max_by_key(|refusal| distance(refusal.kind));
    let (kind, mut what) = match nearest {
        Some(refusal) if good.is_empty() => (refusal.kind, format!("`{scope}` is refused: {}", refusal.why)),
        _ if good.is_empty() => {
            (Kind::Unsigned, format!("`{scope}` is refused: it has no signature of a form known here"))
        }
        _ => {
            let (have, need) = (good.len(), trust.threshold);
            (
                Kind::TooFewSigners,
                format!("`{scope}` is refused: {have} of the {need} keys that the policy asks for signed it"),
            )
        }
    };
    let others: Vec<&str> = refusals.iter().map(|refusal| refusal.why.as_str()).collect();
    if kind == Kind::TooFewSigners && !others.is_empty() {
        what = format!("{what}; {}", others.join("; "));
    } else if others.len() > 1 {
        what = format!("{what} (and {} more that do not count)", others.len() - 1);
    }
    Err(Error::new(kind, what, advice(kind)))
}

/// How many checks a signature passed before it was refused.
const fn distance(kind: Kind) -> u8 {
    match kind {
        Kind::SignatureSwapped => 0,
        Kind::Untrusted => 1,
        Kind::SignedForAnother | Kind::SignatureMalformed => 3,
        Kind::Expired | Kind::TooOld | Kind::NotYet => 4,
        _ => 2,
    }
}

pub(crate) const fn advice(kind: Kind) -> &'static str {
    match kind {
        Kind::Unsigned => {
            "ask the publisher to sign it: `zero connector publish` does, and so does \
             `cosign sign --key cosign.key --new-bundle-format=false`"
        }
        Kind::Untrusted => {
            "compare the publisher's key (its fingerprint, over another channel) with `trust.toml`, and add it there if \
             you trust it; if it is there already, do not install this"
        }
        Kind::SignatureSwapped | Kind::SignedForAnother => {
            "do not install this: the registry shows a signature that belongs to something else; for a mirror that you \
             run yourself, set `any_repository = true` in `trust.toml`"
        }
        Kind::Expired | Kind::TooOld => "ask the publisher to sign it again; the old bytes can stay as they are",
        Kind::NotYet => "check this machine's clock; if it is right, ask the publisher to sign again with theirs right",
        Kind::KeyNotValid => {
            "ask the publisher to sign it with the current key, or correct the key's dates in `trust.toml`"
        }
        Kind::KeyRevoked => "do not install this; ask the publisher for one that is signed with a key of now",
        Kind::NotAllowed => "if you mean to allow it, widen `references` or `connectors` of that key in `trust.toml`",
        Kind::TooFewSigners => "ask for the missing signatures, or lower `threshold` in `trust.toml`",
        _ => "ask the publisher to sign it again",
    }
}
