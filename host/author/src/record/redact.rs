//! What must not be published is replaced by placeholders of the same form.

use super::json::{self, Visit};
use super::person::{self, Found, Placeholders};
use super::wellformed::{Form, form};
use std::collections::BTreeMap;

/// Something that was removed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Removed {
    /// What it was.
    pub what: &'static str,
    /// Where it stood.
    pub place: String,
    /// How often.
    pub times: usize,
}

/// Replaces secrets and personal fields; equal ones alike in all exchanges of a recording.
#[derive(Debug, Default)]
pub struct Redactor {
    placeholders: Placeholders,
    removed: BTreeMap<(&'static str, String), usize>,
}

/// Larger bodies are not indented: they would not be read, and must stay below the limit of fixtures.
const PRETTY_BYTES_MAX: usize = 256 * 1024;

const SECRET: &str = "secret";
const EMAIL: &str = "e-mail address";
const PHONE: &str = "telephone number";
const PERSONAL: &str = "personal field";

/// Names of fields whose values are secrets: these, and those that end in one of them.
const SECRETS: [&str; 14] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "accesskey",
    "privatekey",
    "secretkey",
    "authorization",
    "cookie",
    "sessionid",
    "jwt",
    "credential",
];
/// Parameters of a query that are secrets as well.
const QUERY_SECRETS: [&str; 8] = ["key", "sig", "signature", "auth", "session", "sid", "appid", "authkey"];
const EMAILS: [&str; 3] = ["email", "mail", "emailaddress"];
const PHONES: [&str; 6] = ["phone", "phonenumber", "telephone", "mobile", "fax", "cellphone"];
const PERSONALS: [&str; 8] =
    ["ssn", "socialsecuritynumber", "iban", "cardnumber", "creditcard", "ipaddress", "clientip", "remoteaddr"];

/// What a field of this name holds, if it must not be published.
fn class_of(name: &str) -> Option<&'static str> {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let ends = |names: &[&str]| names.iter().any(|name| plain.ends_with(name));
    if ends(&SECRETS) {
        Some(SECRET)
    } else if EMAILS.contains(&plain.as_str()) || plain.ends_with("email") {
        Some(EMAIL)
    } else if ends(&PHONES) {
        Some(PHONE)
    } else if PERSONALS.contains(&plain.as_str()) {
        Some(PERSONAL)
    } else {
        None
    }
}

fn is_secret_parameter(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    QUERY_SECRETS.contains(&plain.as_str()) || class_of(name).is_some()
}

impl Redactor {
    /// A body of this type, JSON indented.
    pub fn body(&mut self, content_type: &str, text: &str) -> String {
        match form(content_type) {
            Form::Json => json::rewrite(text, text.len() <= PRETTY_BYTES_MAX, self),
            Form::Xml | Form::Other => self.text(text, "the body"),
        }
    }

    /// Any text: e-mail addresses, telephone numbers, secrets in the query of a URL.
    pub fn text(&mut self, text: &str, place: &str) -> String {
        let text = self.parameters(text, place, None);
        let (mut out, mut done) = (String::with_capacity(text.len()), 0);
        for (start, end, found) in person::find(&text) {
            let (Some(before), Some(secret)) = (text.get(done..start), text.get(start..end)) else { continue };
            out.push_str(before);
            let (what, placeholder) = match found {
                Found::Email => (EMAIL, self.placeholders.email(secret)),
                Found::Phone => (PHONE, self.placeholders.alike(secret)),
            };
            self.note(what, place, secret != placeholder);
            out.push_str(&placeholder);
            done = end;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }

    /// The URL of a request: `*` in place of secrets, so that the request of whoever has another one fits.
    pub fn url(&mut self, url: &str) -> String {
        self.parameters(url, "the request's URL", Some("*"))
    }

    /// The body of a request, likewise.
    pub fn request_body(&mut self, text: &str) -> String {
        if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
            return json::rewrite(text, false, &mut Stars(self));
        }
        // A form: the same pairs as in a query.
        let form = self.parameters(&format!("?{text}"), "the request's body", Some("*"));
        form.strip_prefix('?').map(str::to_owned).unwrap_or(form)
    }

    /// What was removed so far, each kind and place once.
    #[must_use]
    pub fn into_removed(self) -> Vec<Removed> {
        self.removed.into_iter().map(|((what, place), times)| Removed { what, place, times }).collect()
    }

    /// Replaces the values of `?name=value` and `&name=value` where the name is one of a secret.
    fn parameters(&mut self, text: &str, place: &str, star: Option<&str>) -> String {
        let (mut out, mut rest) = (String::with_capacity(text.len()), text);
        while let Some(at) = rest.find(['?', '&']) {
            let (before, after) = rest.split_at(at + 1);
            out.push_str(before);
            // In HTML and XML the sign is `&amp;`.
            let name_start = after.strip_prefix("amp;").unwrap_or(after);
            let name: String = name_start.chars().take_while(|&c| c.is_alphanumeric() || "_-.[]".contains(c)).collect();
            let skipped = after.len() - name_start.len() + name.len();
            let value = after.get(skipped..).and_then(|rest| rest.strip_prefix('='));
            rest = after;
            let Some(value) = value.filter(|_| !name.is_empty() && is_secret_parameter(&name)) else { continue };
            let ends = |c: char| c.is_whitespace() || "&#\"'<>)\\".contains(c);
            let secret = value.split(ends).next().unwrap_or_default();
            if secret.is_empty() {
                continue;
            }
            out.push_str(after.get(..=skipped).unwrap_or_default());
            let placeholder = star.map_or_else(|| self.placeholders.alike(secret), str::to_owned);
            self.note(SECRET, &format!("`{name}` in {place}"), secret != placeholder);
            out.push_str(&placeholder);
            rest = value.get(secret.len()..).unwrap_or_default();
        }
        out.push_str(rest);
        out
    }

    fn note(&mut self, what: &'static str, place: &str, changed: bool) {
        if changed {
            *self.removed.entry((what, place.to_owned())).or_default() += 1;
        }
    }

    /// What a string under these keys becomes.
    fn field(&mut self, keys: &[&str], value: &str) -> Option<String> {
        let path = format!("`{}`", keys.join("."));
        let class = keys.iter().rev().find_map(|key| class_of(key));
        let new = match class {
            Some(_) if value.is_empty() => return None,
            Some(EMAIL) if value.contains('@') => self.placeholders.email(value),
            Some(_) => self.placeholders.alike(value),
            None => return Some(self.text(value, &path)).filter(|new| new != value),
        };
        self.note(class.unwrap_or(SECRET), &path, new != value);
        Some(new).filter(|new| new != value)
    }
}

impl Visit for Redactor {
    fn string(&mut self, keys: &[&str], value: &str) -> Option<String> {
        self.field(keys, value)
    }

    fn number(&mut self, keys: &[&str], written: &str) -> Option<String> {
        // A count of tokens is no secret, a number to call is.
        let class = keys.last().and_then(|key| class_of(key)).filter(|class| [PHONE, PERSONAL].contains(class))?;
        let zeros = written.chars().map(|c| if c.is_ascii_digit() { '1' } else { c }).collect::<String>();
        self.note(class, &format!("`{}`", keys.join(".")), zeros != written);
        Some(zeros)
    }
}

/// For a request: whatever is a secret in a field of its own may be anything.
struct Stars<'r>(&'r mut Redactor);

impl Visit for Stars<'_> {
    fn string(&mut self, keys: &[&str], value: &str) -> Option<String> {
        let class = keys.iter().rev().find_map(|key| class_of(key)).filter(|_| !value.is_empty())?;
        self.0.note(class, &format!("`{}` in the request's body", keys.join(".")), true);
        Some("*".to_owned())
    }

    fn number(&mut self, _: &[&str], _: &str) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_and_people_are_replaced_by_their_like() {
        let mut redactor = Redactor::default();
        let body = redactor.body(
            "application/json",
            r#"{"user":{"email":"ada@corp.example","Phone":"+44 20 7946 0958","tel_fax":4420},"access_token":"eyJhbG.9","usage":{"tokens":12},"note":"ask ada@corp.example at https://a.example/x?api_key=s3cr3t&q=1","secrets":{"a":["k1"]},"password":""}"#,
        );
        for gone in ["ada@", "7946", "4420", "eyJhbG", "s3cr3t"] {
            assert!(!body.contains(gone), "{gone} in {body}");
        }
        for kept in [
            "\"email\": \"person1@example.com\"",
            "ask person1@example.com",
            "&q=1",
            "\"tokens\": 12",
            "\"password\": \"\"",
            "\"k1\"",
        ] {
            assert!(body.contains(kept), "{kept} not in {body}");
        }
        let removed = redactor.into_removed();
        let places: Vec<&str> = removed.iter().map(|it| it.place.as_str()).collect();
        assert_eq!(
            places,
            ["`note`", "`user.email`", "`access_token`", "`api_key` in `note`", "`user.Phone`", "`user.tel_fax`"]
        );
    }

    #[test]
    fn a_request_keeps_its_form_and_loses_its_secrets() {
        let mut redactor = Redactor::default();
        let url = "https://a.example/q?q=key&api_key=abc&page=2&pageToken=x#f";
        assert_eq!(redactor.url(url), "https://a.example/q?q=key&api_key=*&page=2&pageToken=*#f");
        assert_eq!(redactor.request_body(r#"{"q": "x", "auth_token":"t"}"#), r#"{"q": "x", "auth_token":"*"}"#);
        assert_eq!(redactor.request_body("client_secret=abc&q=x"), "client_secret=*&q=x");
        let xml = redactor.body("text/xml", "<a href=\"https://a.example/?a=1&amp;token=abc\">b@c.example</a>");
        assert_eq!(xml, "<a href=\"https://a.example/?a=1&amp;token=xx1\">person2@example.com</a>");
    }
}
