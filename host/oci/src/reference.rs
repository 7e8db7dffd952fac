//! Names of artifacts: `registry/repository:tag`, `registry/repository@sha256:...`, or both.

use crate::{Error, Kind, Result};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// Where an artifact lies and which one it is.
///
/// The registry is always named, and so is a tag or a digest: neither `docker.io` nor `latest` is guessed, because
/// an operator who installs code should have said from where and which. A tag *and* a digest pin the artifact and ask
/// that the tag still mean it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Reference(oci_client::Reference);

impl Reference {
    /// Reads one; a leading `oci://` is allowed.
    ///
    /// # Errors
    /// [`Kind::Reference`] with the part that is missing or wrong.
    pub fn parse(text: &str) -> Result<Self> {
        let bare = text.strip_prefix("oci://").unwrap_or(text);
        let wrong = |what: String, next: &str| Err(Error::new(Kind::Reference, what, next));
        let quoted = crate::error::quoted(text);
        let Some((registry, rest)) = bare.split_once('/') else {
            return wrong(
                format!("`{quoted}` names no registry"),
                "write the registry first, such as `ghcr.io/acme/tides:1.2.0`",
            );
        };
        if !(registry.contains(['.', ':', '[']) || registry == "localhost") {
            return wrong(
                format!("`{quoted}` names no registry: `{}` is not a host", crate::error::quoted(registry)),
                "write the registry first, such as `ghcr.io/acme/tides:1.2.0`",
            );
        }
        if !rest.contains([':', '@']) {
            return wrong(format!("`{quoted}` does not say which version"), "append `:TAG` or `@sha256:DIGEST`");
        }
        let parsed = match oci_client::Reference::from_str(bare) {
            Ok(parsed) => parsed,
            Err(error) => {
                return Err(Error::new(
                    Kind::Reference,
                    format!("`{quoted}` is not a reference: {error}"),
                    "write `registry/repository:tag`, in lower case, or `registry/repository@sha256:DIGEST`",
                ));
            }
        };
        match parsed.digest() {
            Some(digest) if !is_digest(digest) => wrong(
                format!("`{quoted}` has a digest that is not SHA-256"),
                "use `@sha256:` and 64 hexadecimal digits",
            ),
            _ => Ok(Self(parsed)),
        }
    }

    /// The registry as it was written: `ghcr.io`, `127.0.0.1:5000`.
    #[must_use]
    pub fn registry(&self) -> &str {
        self.0.registry()
    }

    /// The repository within the registry: `acme/tides`.
    #[must_use]
    pub fn repository(&self) -> &str {
        self.0.repository()
    }

    /// Registry and repository: what a signature names, and what a policy's `references` match.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry(), self.repository())
    }

    /// The tag, where one is named.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.0.tag()
    }

    /// The digest, where one is named.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.0.digest()
    }

    /// The same repository, pinned to this digest.
    ///
    /// # Errors
    /// [`Kind::Reference`] when it is not `sha256:` and 64 hexadecimal digits.
    pub fn at(&self, digest: &str) -> Result<Self> {
        Self::parse(&format!("{}@{digest}", self.name()))
    }

    pub(crate) fn tagged(&self, tag: &str) -> Self {
        Self(oci_client::Reference::with_tag(self.registry().into(), self.repository().into(), tag.into()))
    }

    pub(crate) const fn inner(&self) -> &oci_client::Reference {
        &self.0
    }

    /// The host that is asked, with its port.
    pub(crate) fn host(&self) -> &str {
        self.0.resolve_registry()
    }

    /// Whether the registry is on this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.host();
        let bare = host.rsplit_once(':').map_or(host, |(bare, _)| bare).trim_matches(['[', ']']);
        bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

impl FromStr for Reference {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        if let Some(tag) = self.tag() {
            write!(f, ":{tag}")?;
        }
        self.digest().map_or(Ok(()), |digest| write!(f, "@{digest}"))
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Whether this is `sha256:` and 64 lower-case hexadecimal digits.
pub(crate) fn is_digest(text: &str) -> bool {
    let hexadecimal = |it: u8| it.is_ascii_digit() || (b'a'..=b'f').contains(&it);
    text.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64 && hex.bytes().all(hexadecimal))
}
