//! What a token says, once it is known who signed it.

use super::json::Object;
use super::refusal::{Refusal, refuse};
use crate::authenticate::PUBLIC_TENANT;
use serde_json::Value;
use zero_types::functions::{Issuer, Principal, PrincipalKind};

/// Clocks of issuer and server may differ by this much, milliseconds.
pub const LEEWAY_MS: i64 = 30_000;
/// No token lives longer, whatever its issuer may: it cannot be taken back while it does.
pub const LIFETIME_MS_MAX: i64 = 24 * 3_600_000;
/// Subjects, sessions, tenants and roles are names, bytes.
const NAME_BYTES_MAX: usize = 256;
/// Roles or scopes of one token; more of them is a mistake of its issuer.
const NAMES_MAX: usize = 128;

/// The principal that the claims name, if they hold at this moment.
pub(crate) fn principal(
    claims: &Object,
    issuer: &Issuer,
    revoked_sessions: &[String],
    now_ms: i64,
) -> Result<Principal, Refusal> {
    audience(claims, issuer)?;
    times(claims, issuer, now_ms)?;
    let subject = name(claims.get("sub").ok_or(Refusal::Claims)?)?;
    let [session, token_id] = ["sid", "jti"].map(|claim| claims.get(claim).map(name).transpose());
    let (session, token_id) = (session?, token_id?);
    if [session, token_id].into_iter().flatten().any(|ended| revoked_sessions.iter().any(|it| it == ended)) {
        return refuse(Refusal::Revoked);
    }
    let id = match issuer.subject_prefix.as_str() {
        "" => subject.to_owned(),
        prefix => format!("{prefix}:{subject}"),
    };
    Ok(Principal {
        id,
        kind: kind(claims, subject),
        tenant: tenant(claims, issuer)?,
        roles: roles(claims, issuer)?,
        scopes: scopes(claims, issuer)?,
        session: session.map(str::to_owned),
        limit_per_minute: None,
    })
}

/// One text or several (RFC 7519, 4.1.3).
fn audience(claims: &Object, issuer: &Issuer) -> Result<(), Refusal> {
    let is_ours = |said: &Value| said.as_str().is_some_and(|said| issuer.audiences.iter().any(|ours| ours == said));
    let for_us = match claims.get("aud") {
        Some(one @ Value::String(_)) => is_ours(one),
        Some(Value::Array(several)) if several.iter().all(Value::is_string) => several.iter().any(is_ours),
        _ => return refuse(Refusal::Claims),
    };
    if for_us { Ok(()) } else { refuse(Refusal::Audience) }
}

fn times(claims: &Object, issuer: &Issuer, now_ms: i64) -> Result<(), Refusal> {
    let expires = date(claims.get("exp").ok_or(Refusal::Claims)?)?;
    // Without it nobody can tell how long a token was meant to live.
    let issued = date(claims.get("iat").ok_or(Refusal::Claims)?)?;
    let not_before = claims.get("nbf").map(date).transpose()?.unwrap_or(issued);
    if now_ms.saturating_sub(LEEWAY_MS) >= expires {
        return refuse(Refusal::Expired);
    }
    if issued.max(not_before) > now_ms.saturating_add(LEEWAY_MS) {
        return refuse(Refusal::NotYet);
    }
    let lifetime = expires.saturating_sub(issued);
    if lifetime <= 0 || lifetime > issuer.lifetime_ms_max.min(LIFETIME_MS_MAX) {
        return refuse(Refusal::Lifetime);
    }
    Ok(())
}

/// Seconds since the Unix epoch, with a fraction perhaps (RFC 7519, 2), in milliseconds.
fn date(value: &Value) -> Result<i64, Refusal> {
    /// The year 9999: beyond it a number is no date.
    const SECONDS_MAX: f64 = 253_402_300_799.0;
    let seconds = value.as_f64().filter(|seconds| (0.0..=SECONDS_MAX).contains(seconds)).ok_or(Refusal::Claims)?;
    #[allow(
        clippy::cast_possible_truncation,
        reason = "in its bounds it has twelve digits, and a thousandth is enough"
    )]
    Ok((seconds * 1_000.0) as i64)
}

/// A text that can stand in a line of a log.
fn name(value: &Value) -> Result<&str, Refusal> {
    let usable = |it: &&str| !it.is_empty() && it.len() <= NAME_BYTES_MAX && !it.chars().any(char::is_control);
    value.as_str().filter(usable).ok_or(Refusal::Claims)
}

/// A claim by its name, or by a JSON pointer to it.
fn claim<'c>(claims: &'c Object, path: &str) -> Option<&'c Value> {
    let Some(pointer) = path.strip_prefix('/') else { return claims.get(path) };
    let (first, rest) = pointer.split_once('/').map_or((pointer, None), |(first, rest)| (first, Some(rest)));
    let value = claims.get(&first.replace("~1", "/").replace("~0", "~"))?;
    rest.map_or(Some(value), |rest| value.pointer(&format!("/{rest}")))
}

/// A list of texts, or one text with spaces between (RFC 8693, 4.2).
fn names(value: &Value) -> Result<Vec<String>, Refusal> {
    let names: Vec<&str> = match value {
        Value::String(text) => text.split(' ').filter(|name| !name.is_empty()).collect(),
        Value::Array(several) => {
            several.iter().map(|it| it.as_str().ok_or(Refusal::Claims)).collect::<Result<_, _>>()?
        }
        _ => return refuse(Refusal::Claims),
    };
    if names.len() > NAMES_MAX {
        return refuse(Refusal::Claims);
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

/// What acts for somebody else is an agent (RFC 8693, 4.1), and a client that is its own subject a service (RFC 9068, 5).
fn kind(claims: &Object, subject: &str) -> PrincipalKind {
    if claims.contains_key("act") {
        return PrincipalKind::Agent;
    }
    let is_client = |claim: &str| claims.get(claim).and_then(Value::as_str) == Some(subject);
    if is_client("client_id") || is_client("azp") { PrincipalKind::Service } else { PrincipalKind::User }
}

fn tenant(claims: &Object, issuer: &Issuer) -> Result<String, Refusal> {
    let said = issuer.tenant_claim.as_deref().and_then(|path| claim(claims, path)).map(name).transpose()?;
    match said.unwrap_or(&issuer.tenant) {
        // Whoever shows no credential is in it: nobody with a name belongs there.
        "" | PUBLIC_TENANT => refuse(Refusal::Tenant),
        tenant => Ok(tenant.to_owned()),
    }
}

/// Those that the issuer may give; a role that is narrowed to a path is less than the role.
fn roles(claims: &Object, issuer: &Issuer) -> Result<Vec<String>, Refusal> {
    let said = issuer.roles_claim.as_deref().and_then(|path| claim(claims, path)).map(names).transpose()?;
    let mut roles = said.unwrap_or_else(|| issuer.default_roles.clone());
    roles.retain(|role| {
        let name = role.split_once(':').map_or(role.as_str(), |(name, _)| name);
        issuer.roles_allowed.iter().any(|allowed| allowed == name || allowed == role)
    });
    Ok(roles)
}

fn scopes(claims: &Object, issuer: &Issuer) -> Result<Option<Vec<String>>, Refusal> {
    issuer.scopes_claim.as_deref().and_then(|path| claim(claims, path)).map(names).transpose()
}
