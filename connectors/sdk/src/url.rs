//! Building the URL of a request: every part is escaped where it is put in, so that no question can leave its place.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the unreserved characters of RFC 3986.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes `part` so that it is one path segment or one query value.
#[must_use]
pub fn encode(part: &str) -> String {
    utf8_percent_encode(part, COMPONENT).to_string()
}

/// A URL under construction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    text: String,
    has_query: bool,
}

impl Url {
    /// Starts from a base that the source or the connector fixed, such as `https://api.example.org/v1`.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self { text: base.trim_end_matches('/').to_owned(), has_query: base.contains('?') }
    }

    /// Adds one path segment.
    #[must_use]
    pub fn segment(mut self, segment: &str) -> Self {
        self.text.push('/');
        self.text.push_str(&encode(segment));
        self
    }

    /// Adds one query parameter.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.text.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        self.text.push_str(&encode(name));
        self.text.push('=');
        self.text.push_str(&encode(value));
        self
    }
}

impl From<Url> for String {
    fn from(url: Url) -> Self {
        url.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_cannot_leave_its_place() {
        let url: String = Url::new("https://a.example/w/").segment("a/../b?c").query("q", "x&y=z #é").into();
        assert_eq!(url, "https://a.example/w/a%2F..%2Fb%3Fc?q=x%26y%3Dz%20%23%C3%A9");
    }
}
