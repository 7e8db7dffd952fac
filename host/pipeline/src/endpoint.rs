//! What a request asks of its service, as a name: what figures, changes of shape and rates are kept for.
//!
//! - **Takes** a planned request.
//! - **Gives** the connector's own name of the endpoint, else one derived from method, host and path in which whatever
//!   looks like an identifier or a text of somebody's is `{}`: `GET api.example.org/v1/items/{}`.
//! - **Fails** never; a URL that cannot be read is one endpoint.
//! - **Limits**: [`NAME_BYTES_MAX`], [`SEGMENTS_MAX`], [`SEGMENT_BYTES_MAX`].
//! - **Why it is so**: two endpoints taken for one blur a figure, one taken for thousands fills memory; so in doubt a
//!   segment is an identifier. A lower-case word (`/package/serde`) cannot be told from the name of an endpoint:
//!   connectors name their endpoints, and whoever keeps something for each bounds their number.

use std::borrow::Cow;
use std::fmt::Write as _;
use zero_types::prelude::*;

/// Of a connector's own name; bytes.
pub const NAME_BYTES_MAX: usize = 64;
/// Segments of a path that tell endpoints apart; what follows them is `...`.
pub const SEGMENTS_MAX: usize = 8;
/// A longer segment is somebody's text; bytes.
pub const SEGMENT_BYTES_MAX: usize = 32;
/// The longest name of a host; bytes.
const HOST_BYTES_MAX: usize = 253;

/// The name of what a request asks.
#[must_use]
pub fn of(request: &Request) -> Cow<'_, str> {
    match request.endpoint.as_deref().filter(|name| is_name(name)) {
        Some(name) => Cow::Borrowed(name),
        None => Cow::Owned(derived(request)),
    }
}

/// Whether a connector may call an endpoint so: lower-case letters, digits and hyphens.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.len() <= NAME_BYTES_MAX && name.bytes().all(fine)
}

fn derived(request: &Request) -> String {
    let method = match request.method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
    };
    let Some((_, rest)) = request.url.split_once("://") else { return format!("{method} {{}}") };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let mut name = format!("{method} ");
    if host.len() <= HOST_BYTES_MAX {
        name.extend(host.chars().map(|character| character.to_ascii_lowercase()));
    } else {
        name.push_str("{}");
    }
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    for segment in segments.by_ref().take(SEGMENTS_MAX) {
        let _ = write!(name, "/{}", if is_identifier(segment) { "{}" } else { segment });
    }
    if segments.next().is_some() {
        name.push_str("/...");
    }
    name
}

/// Whether a segment says which thing, and not what is done.
fn is_identifier(segment: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let starts_as_name = segment.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
    if segment.len() > SEGMENT_BYTES_MAX || !segment.bytes().all(plain) {
        return true;
    }
    if is_version(segment) {
        return false;
    }
    let digits = segment.bytes().filter(u8::is_ascii_digit).count();
    // `oauth2` and `search.php` are names; `Q42`, `cve-2024-1`, `Berlin` and `deadbeef01` are not.
    let ends_with_digit = digits == 1 && segment.ends_with(|last: char| last.is_ascii_digit());
    !starts_as_name || (digits > 0 && !(ends_with_digit && segment.len() > 3))
}

/// `v1`, `v1.2`, `2.0`, `v1beta`, `1.1`.
fn is_version(segment: &str) -> bool {
    let (marked, rest) = segment.strip_prefix('v').map_or((false, segment), |rest| (true, rest));
    let number = rest.trim_end_matches("beta").trim_end_matches("alpha");
    let mut parts = number.split('.');
    let short = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let count = number.split('.').count();
    parts.all(short) && count <= 3 && (marked || count > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_has_one_name_whatever_is_asked_of_it() {
        let check = |url: &str, expected: &str| assert_eq!(of(&Request::get(url)), expected, "{url}");
        for (url, expected) in [
            ("https://a.example", "GET a.example"),
            ("https://A.example/", "GET a.example"),
            ("https://a.example/w/api.php?action=query&list=search#x", "GET a.example/w/api.php"),
            ("https://a.example/v1/items/1234567", "GET a.example/v1/items/{}"),
            ("https://a.example/api/2.0/items/Q42/labels", "GET a.example/api/2.0/items/{}/labels"),
            ("https://a.example/v1beta/cve-2024-1", "GET a.example/v1beta/{}"),
            ("https://a.example/page/summary/Mount_Foo", "GET a.example/page/summary/{}"),
            ("https://a.example/page/f%C3%B6o", "GET a.example/page/{}"),
            ("https://a.example/works/10.5555/12345678", "GET a.example/works/{}/{}"),
            ("https://a.example/oauth2/token", "GET a.example/oauth2/token"),
            ("https://a.example/x/0b5ad8f2-3f10-4a1e-9d0c-aaaaaaaaaaaa", "GET a.example/x/{}"),
            ("https://a.example/x/2027-03-01", "GET a.example/x/{}"),
            ("https://a.example/search/name=foo;x", "GET a.example/search/{}"),
            ("https://a.example/conversations.history", "GET a.example/conversations.history"),
            ("https://a.example/a//b/", "GET a.example/a/b"),
            ("https://a.example/a/b/c/d/e/f/g/h", "GET a.example/a/b/c/d/e/f/g/h"),
            ("https://a.example/a/b/c/d/e/f/g/h/i", "GET a.example/a/b/c/d/e/f/g/h/..."),
            ("https://me:secret@a.example/a", "GET a.example/a"),
            ("nothing", "GET {}"),
            ("", "GET {}"),
        ] {
            check(url, expected);
        }
        check(&format!("https://a.example/{}", "x".repeat(SEGMENT_BYTES_MAX + 1)), "GET a.example/{}");
        check(&format!("https://{}/a", "x".repeat(HOST_BYTES_MAX + 1)), "GET {}/a");
        let posted = Request { method: Method::Post, ..Request::get("https://a.example/graphql") };
        assert_eq!(of(&posted), "POST a.example/graphql");
    }

    #[test]
    fn a_connector_names_its_own() {
        for (name, stands) in [
            ("search", true),
            ("search-v2", true),
            ("", false),
            ("Search", false),
            ("a b", false),
            ("a/b", false),
            ("ä", false),
            ("x".repeat(NAME_BYTES_MAX).as_str(), true),
            ("x".repeat(NAME_BYTES_MAX + 1).as_str(), false),
        ] {
            let request = Request::get("https://a.example/v1").endpoint(name);
            assert_eq!(of(&request), if stands { name } else { "GET a.example/v1" });
        }
    }

    #[test]
    fn no_url_is_too_strange() {
        for url in ["://", "https://", "https://@", "a://b@c@d/é/\u{0}", "https://a/%", "https:///x", "é://é/é"] {
            assert!(of(&Request::get(url)).starts_with("GET "), "{url}");
        }
    }
}
