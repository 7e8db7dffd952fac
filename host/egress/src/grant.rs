//! What one source may do at the way out: which hosts it may name, and which secrets go where.
//!
//! Takes what the source asks for, what its connector says it may ever ask for, and what the operator allows; gives
//! their intersection. Fails on a pattern that is none. Why it is so: a grant needs two hands, the author's and the
//! operator's, and a secret must not follow a request to a host it was not given for.

use crate::own::OwnSlot;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// What one source may do. Made once for each source, then shared.
#[derive(Debug, Clone, Default)]
pub struct Grant {
    /// The source, as the catalogue names it.
    pub source_id: String,
    /// Hosts its requests may name.
    pub hosts: Vec<HostPattern>,
    /// Secrets by the name of their slot.
    pub credentials: BTreeMap<String, Credential>,
    /// Slots that take a secret of whoever asks.
    pub own: BTreeMap<String, OwnSlot>,
}

impl Grant {
    /// The hosts that the source asks for, as far as its connector may name them and the operator (who allows
    /// everything by leaving it out) agrees.
    ///
    /// # Errors
    /// Names the pattern that is none.
    pub fn new(
        source_id: impl Into<String>,
        source_hosts: &[String],
        descriptor_hosts: &[String],
        operator_hosts: Option<&[String]>,
    ) -> Result<Self, PatternError> {
        let mut hosts = intersection(&patterns(source_hosts)?, &patterns(descriptor_hosts)?);
        if let Some(operator_hosts) = operator_hosts {
            hosts = intersection(&hosts, &patterns(operator_hosts)?);
        }
        Ok(Self { source_id: source_id.into(), hosts, credentials: BTreeMap::new(), own: BTreeMap::new() })
    }

    /// The same grant with the secret of one more slot.
    #[must_use]
    pub fn with(mut self, slot: impl Into<String>, credential: Credential) -> Self {
        self.credentials.insert(slot.into(), credential);
        self
    }

    /// Whether a request may name this host.
    #[must_use]
    pub fn allows(&self, host: &str) -> bool {
        self.hosts.iter().any(|pattern| pattern.matches(host))
    }
}

fn patterns(texts: &[String]) -> Result<Vec<HostPattern>, PatternError> {
    texts.iter().map(|text| text.parse()).collect()
}

fn intersection(left: &[HostPattern], right: &[HostPattern]) -> Vec<HostPattern> {
    let mut both: Vec<HostPattern> = Vec::new();
    for (one, other) in left.iter().flat_map(|one| right.iter().map(move |other| (one, other))) {
        let narrower = if other.covers(one) {
            one
        } else if one.covers(other) {
            other
        } else {
            continue;
        };
        if !both.contains(narrower) {
            both.push(narrower.clone());
        }
    }
    both
}

/// Hosts: `a.example`, `*.a.example` (whatever lies below it, not itself), or `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HostPattern {
    /// Every name.
    Any,
    /// Every name that ends in a dot and this.
    Below(String),
    /// This name.
    Exactly(String),
}

/// Not a pattern of hosts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a pattern of hosts\n\nhint: write `a.example`, `*.a.example` or `*`, without scheme, port or path"
)]
pub struct PatternError(String);

impl HostPattern {
    /// Whether this host, in lower case and without a dot at its end, is meant.
    #[must_use]
    pub fn matches(&self, host: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Below(parent) => host
                .strip_suffix(parent.as_str())
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|l| !l.is_empty()),
            Self::Exactly(name) => name == host,
        }
    }

    /// Whether every host that `other` means is meant.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (_, Self::Any) => false,
            (_, Self::Exactly(name)) => self.matches(name),
            (Self::Below(parent), Self::Below(below)) => parent == below || self.matches(below),
            (Self::Exactly(_), Self::Below(_)) => false,
        }
    }
}

impl FromStr for HostPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let name = text.strip_prefix("*.").unwrap_or(text);
        // The one parser that also reads the URLs decides what a host is.
        match url::Host::parse(name) {
            Ok(host) if !name.contains('*') && !name.ends_with('.') => {
                let host = host.to_string();
                Ok(if text.starts_with("*.") { Self::Below(host) } else { Self::Exactly(host) })
            }
            _ => Err(PatternError(text.to_owned())),
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Below(parent) => write!(f, "*.{parent}"),
            Self::Exactly(name) => f.write_str(name),
        }
    }
}

/// A secret, and where it may go.
#[derive(Debug, Clone)]
pub struct Credential {
    /// What only the service may see.
    pub secret: Secret,
    /// Where in the request it stands.
    pub place: Place,
    /// Hosts it is for; a request to another one with this credential is refused.
    pub hosts: Vec<HostPattern>,
    /// Paths it is for start with this, at the border of a segment; `/` for all.
    pub path_prefix: String,
}

impl Credential {
    /// Whether it may go to this path of this host.
    #[must_use]
    pub fn is_for(&self, host: &str, path: &str) -> bool {
        let prefix = self.path_prefix.trim_end_matches('/');
        let below = path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        below && self.hosts.iter().any(|pattern| pattern.matches(host))
    }
}

/// Where a secret stands in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A header, as `authorization` with the prefix `Bearer `.
    Header {
        /// Its name.
        name: String,
        /// What stands before the secret, space included; often empty.
        prefix: String,
    },
    /// A parameter of the query.
    Query {
        /// Its name.
        name: String,
    },
}

/// A text that no log, error or answer may show, in none of the forms in which a service may echo it.
#[derive(Clone)]
pub struct Secret {
    text: String,
    forms: Arc<[String]>,
}

impl Secret {
    /// Keeps a secret.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Self {
        let text = secret.into();
        let forms = crate::redact::forms(&text).into();
        Self { text, forms }
    }

    pub(crate) fn expose(&self) -> &str {
        &self.text
    }

    /// As it is, and as it may come back; longest first.
    pub(crate) fn forms(&self) -> &[String] {
        &self.forms
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(source: &[&str], descriptor: &[&str], operator: Option<&[&str]>) -> String {
        let own = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let operator = operator.map(own);
        let grant = Grant::new("s", &own(source), &own(descriptor), operator.as_deref()).unwrap();
        grant.hosts.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_grant_is_what_all_sides_agree_to() {
        assert_eq!(grant(&["en.wikipedia.org"], &["*.wikipedia.org"], None), "en.wikipedia.org");
        assert_eq!(grant(&["*.wikipedia.org"], &["*"], Some(&["de.wikipedia.org"])), "de.wikipedia.org");
        assert_eq!(grant(&["*.org"], &["*.wikipedia.org", "*"], None), "*.wikipedia.org *.org");
        assert_eq!(grant(&["evil.example"], &["*.wikipedia.org"], None), "");
        assert_eq!(grant(&["wikipedia.org"], &["*.wikipedia.org"], None), "");
        assert_eq!(grant(&["a.example"], &["*"], Some(&[])), "");
    }

    #[test]
    fn a_pattern_matches_whole_labels() {
        let below: HostPattern = "*.Wikipedia.org".parse().unwrap();
        assert!(below.matches("en.wikipedia.org") && below.matches("a.b.wikipedia.org"));
        assert!(
            !below.matches("wikipedia.org") && !below.matches("evilwikipedia.org") && !below.matches(".wikipedia.org")
        );
        for wrong in ["", "*.", "a.*", "https://a.example", "a.example:80", "a.example/", "a b", "a.example.", "**"] {
            assert!(wrong.parse::<HostPattern>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_credential_is_for_its_host_and_path() {
        let credential = Credential {
            secret: Secret::new("s3cret"),
            place: Place::Query { name: "key".into() },
            hosts: vec!["api.example".parse().unwrap()],
            path_prefix: "/v1".into(),
        };
        assert!(credential.is_for("api.example", "/v1/search") && credential.is_for("api.example", "/v1"));
        assert!(!credential.is_for("api.example", "/v10") && !credential.is_for("www.example", "/v1"));
        assert!(!format!("{credential:?}").contains("s3cret"));
    }
}
