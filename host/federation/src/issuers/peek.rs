//! What a token says of where it is from, before anything of it is believed.
//!
//! Takes a token. Gives the texts under which a known issuer and one of its keys are looked for; nothing else of it is
//! read, and nothing of it is fetched. Fails as nothing: then the auth room says what is wrong.

use crate::limits::TOKEN_BYTES_MAX;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Who a token says it is from; not to be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// `iss`.
    pub issuer: String,
    /// `kid`; empty for none.
    pub key_id: String,
}

#[derive(Deserialize)]
struct Header {
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Payload {
    iss: String,
}

/// Looks for issuer and key of a token.
#[must_use]
pub fn claimed(token: &str) -> Option<Claimed> {
    if token.len() > TOKEN_BYTES_MAX {
        return None;
    }
    let mut parts = token.split('.');
    let (header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (header, payload): (Header, Payload) = (part(header)?, part(payload)?);
    Some(Claimed { issuer: payload.iss, key_id: header.kid.unwrap_or_default() })
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_form_of_a_token_is_looked_into() {
        let token = |header: &str, payload: &str| {
            format!("{}.{}.AAAA", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload))
        };
        let found = |token: &str| claimed(token).map(|it| format!("{} {}", it.issuer, it.key_id));
        let good = token("{\"kid\":\"k\",\"jku\":\"https://evil\"}", "{\"iss\":\"https://a\",\"sub\":1}");
        assert_eq!(found(&good).unwrap(), "https://a k");
        assert_eq!(found(&token("{}", "{\"iss\":\"a\"}")).unwrap(), "a ");
        assert_eq!(found(&format!("{good}.x")), None);
        assert_eq!(found(&token("{}", "{\"iss\":\"a\",\"iss\":\"b\"}")), None);
        assert_eq!(found(&token("{}", "{\"iss\":1}")), None);
        assert_eq!(found(&token("{\"kid\":[]}", "{\"iss\":\"a\"}")), None);
        assert_eq!(found(&token("{}", &format!("{{\"iss\":\"a\",\"x\":{}", "[".repeat(5_000)))), None);
        assert_eq!(found(&"a".repeat(TOKEN_BYTES_MAX + 1)), None);
        assert_eq!(found("zw_ada_123"), None);
    }
}
