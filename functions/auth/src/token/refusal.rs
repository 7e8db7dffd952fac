//! Why a token is refused, in words that repeat nothing of it.

use crate::authenticate::denial;
use zero_types::functions::{Denial, DenialKind};

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Over `TOKEN_BYTES_MAX`.
    TooLong,
    /// Not three parts: encrypted tokens have five.
    Parts,
    /// A part is no base64url in its one spelling.
    Base64,
    /// A part is no JSON object, or one with a key twice, too deep or too large.
    Json,
    /// The header lacks `alg`, or a member of it is of another type.
    Header,
    /// The header asks for something that is not understood here.
    Critical,
    /// `alg` is not one of ours: `none` and those with a shared secret among them.
    Algorithm,
    /// Nobody here trusts this `iss`.
    Issuer,
    /// No key that is listed and valid has this `kid` and algorithm, or more than one has.
    Key,
    /// The signature is not by that key.
    Signature,
    /// `typ` is another one: what was issued for something else is no access token.
    Type,
    /// A claim is missing, of another type or out of its bounds.
    Claims,
    /// It is for somebody else.
    Audience,
    /// From `iat` to `exp` is longer than its issuer may make it.
    Lifetime,
    /// `nbf` or `iat` is still to come.
    NotYet,
    /// `exp` has passed.
    Expired,
    /// Its session, or it itself, was ended.
    Revoked,
    /// It names no tenant, and its issuer has none.
    Tenant,
}

pub(crate) fn refuse<T>(refusal: Refusal) -> Result<T, Refusal> {
    Err(refusal)
}

impl From<Refusal> for Denial {
    fn from(refusal: Refusal) -> Self {
        const WHOLE: &str = "send the access token as its issuer gave it, whole and unchanged";
        const SIGN_IN: &str = "sign in again for a new one";
        const OPERATOR: &str = "ask the operator which issuers and audiences are accepted";
        let (kind, what, hint) = match refusal {
            Refusal::TooLong => (DenialKind::Malformed, "the token is longer than a token may be", WHOLE),
            Refusal::Parts => (DenialKind::Malformed, "the token does not have three parts", WHOLE),
            Refusal::Base64 => (DenialKind::Malformed, "a part of the token is not base64url", WHOLE),
            Refusal::Json => (DenialKind::Malformed, "a part of the token is not a plain JSON object", WHOLE),
            Refusal::Header => (DenialKind::Malformed, "the header of the token lacks what it must have", WHOLE),
            Refusal::Critical => {
                (DenialKind::Malformed, "the header of the token asks for what is not understood here", OPERATOR)
            }
            Refusal::Algorithm => (
                DenialKind::Malformed,
                "the algorithm of the token is not accepted",
                "tokens are signed with RS256, ES256 or EdDSA",
            ),
            // Whether it is the issuer, the key or the signature is nobody's business who cannot sign.
            Refusal::Issuer | Refusal::Key | Refusal::Signature => {
                (DenialKind::Unknown, "the token is not signed by an issuer that is trusted here", SIGN_IN)
            }
            Refusal::Type => (
                DenialKind::Malformed,
                "the token was issued for something else",
                "send the access token, and no ID token or refresh token",
            ),
            Refusal::Claims => (DenialKind::Malformed, "the token lacks a claim that it must have", OPERATOR),
            Refusal::Audience => (DenialKind::Unknown, "the token is for another service", OPERATOR),
            Refusal::Lifetime => (DenialKind::Malformed, "the token lives longer than its issuer may let it", OPERATOR),
            Refusal::NotYet => (
                DenialKind::NotYetValid,
                "the token is not valid yet",
                "check the clocks of issuer and server, or wait",
            ),
            Refusal::Expired => (DenialKind::Expired, "the token has expired", SIGN_IN),
            Refusal::Revoked => (DenialKind::Revoked, "the session of the token was ended", SIGN_IN),
            Refusal::Tenant => (DenialKind::Forbidden, "the token names no tenant of this host", OPERATOR),
        };
        denial(kind, &format!("{what}\n\nhint: {hint}"))
    }
}
