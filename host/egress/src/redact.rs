//! A secret does not come back in, however a service writes it.
//!
//! Takes a secret; gives the forms in which services echo what they were asked: in links to the next page, in JSON, in
//! pages, in the credentials of HTTP's basic scheme. Takes a text with the secret in any of them; gives it without. Fails
//! never. Why it is so: what a connector reads reaches passages, receipts and logs, so the secret ends at this border.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// What stands where a secret stood.
pub(crate) const BLOT: &str = "redacted";
/// A shorter text is no secret, and would be found in any page.
pub(crate) const SECRET_BYTES_MIN: usize = 6;

/// Each form once, longest first, so that none is cut by a shorter one within it.
pub(crate) fn forms(secret: &str) -> Vec<String> {
    let mut forms = spellings(secret);
    // What a basic credential is made of is no less secret.
    if let Some(pair) = STANDARD.decode(secret).ok().and_then(|pair| String::from_utf8(pair).ok())
        && let Some((_, password)) = pair.split_once(':')
        && password.len() >= SECRET_BYTES_MIN
    {
        forms.extend(spellings(&pair));
        forms.extend(spellings(password));
    }
    forms.retain(|form| !form.is_empty());
    forms.sort_by(|a, b| b.len().cmp(&a.len()).then(a.cmp(b)));
    forms.dedup();
    forms
}

fn spellings(secret: &str) -> Vec<String> {
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let path = percent(secret, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    let escaped = |c: char| match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '/' => "\\/".to_owned(),
        c => c.to_string(),
    };
    let json: String = secret.chars().map(escaped).collect();
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let mut all = vec![
        secret.to_owned(),
        form.to_ascii_lowercase(),
        form,
        path.to_ascii_lowercase(),
        path,
        json.replace("\\/", "/"),
        json,
        html,
    ];
    if secret.len() >= SECRET_BYTES_MIN {
        all.extend([STANDARD.encode(secret), STANDARD_NO_PAD.encode(secret), URL_SAFE_NO_PAD.encode(secret)]);
    }
    all
}

fn percent(text: &str, plain: impl Fn(u8) -> bool) -> String {
    let byte = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(byte).collect()
}

/// A text without any of the forms that are at least so long.
pub(crate) fn text(text: &str, forms: &[String], bytes_min: usize) -> String {
    let mut text = text.to_owned();
    for form in forms.iter().filter(|form| form.len() >= bytes_min) {
        if text.contains(form.as_str()) {
            text = text.replace(form.as_str(), BLOT);
        }
    }
    text
}

/// Likewise, of bytes.
pub(crate) fn bytes(body: &mut Vec<u8>, forms: &[String]) {
    for form in forms.iter().filter(|form| form.len() >= SECRET_BYTES_MIN) {
        if let Some(first) = find(body, form.as_bytes()) {
            *body = without(body, first, form.as_bytes());
        }
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, part)
}

fn without(body: &[u8], first: usize, secret: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(body.len());
    let (mut rest, mut next) = (body, Some(first));
    while let Some(at) = next {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        kept.extend_from_slice(before);
        kept.extend_from_slice(BLOT.as_bytes());
        rest = from.get(secret.len()..).unwrap_or_default();
        next = find(rest, secret);
    }
    kept.extend_from_slice(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_blotted_however_it_is_written() {
        let secret = "p/a s\"s&w+rd";
        let forms = forms(secret);
        for echoed in [
            secret,
            "p%2Fa+s%22s%26w%2Brd",
            "p%2fa%20s%22s%26w%2brd",
            "p/a s\\\"s&w+rd",
            "p\\/a s\\\"s&w+rd",
            "p/a s&quot;s&amp;w+rd",
            "cC9hIHMicyZ3K3Jk",
        ] {
            let mut body = format!("<{echoed}>").into_bytes();
            bytes(&mut body, &forms);
            assert_eq!(String::from_utf8(body).unwrap(), "<redacted>", "{echoed}");
        }
    }

    #[test]
    fn the_password_of_a_basic_credential_is_blotted_too() {
        let forms = forms("dXNlcjpodW50ZXIyMg==");
        assert_eq!(
            text("you are user:hunter22, or just hunter22", &forms, SECRET_BYTES_MIN),
            "you are redacted, or just redacted"
        );
    }

    #[test]
    fn what_is_too_short_to_be_a_secret_stays() {
        let mut body = b"abc".to_vec();
        bytes(&mut body, &forms("b"));
        assert_eq!(body, b"abc");
    }
}
