//! What can go wrong, whose it is, and what to do next.

use std::fmt;

/// Who can put an error right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Whoever runs this command: a reference, a file, a policy, a credential.
    Operator,
    /// The author who published and signed.
    Publisher,
    /// The registry, or whoever stands between it and here.
    Registry,
}

/// What went wrong, for code that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A reference that cannot be read.
    Reference,
    /// `trust.toml` cannot be read.
    Policy,
    /// A key cannot be read, written, or used.
    Key,
    /// A file cannot be read or written, or is over a limit.
    File,
    /// What is to be published is not a component, or its descriptor breaks a rule.
    Unpublishable,
    /// The tag is taken by other bytes.
    Taken,
    /// The registry cannot be reached, or broke off, or took too long.
    Unreachable,
    /// The registry wants other credentials.
    Denied,
    /// The registry has no such artifact.
    NotFound,
    /// The registry answered what no registry should.
    Registry,
    /// The registry sent us to another host.
    Redirected,
    /// Something is larger than its limit or than it says.
    TooLarge,
    /// The reference names a tag and a digest, and the tag is elsewhere now.
    TagMoved,
    /// The manifest is not the one that the digest names.
    ManifestSwapped,
    /// The config is not the one that the signed manifest names.
    ConfigSwapped,
    /// The layer is not the one that the signed manifest names.
    LayerSwapped,
    /// A file is not the one that was signed.
    FileChanged,
    /// A signed manifest that is not one of a connector: unreadable, or of another type.
    NotAConnector,
    /// A signed manifest that is not one of a set of files of the wanted type.
    NotThoseFiles,
    /// A layer count other than one.
    Layers,
    /// The config or the descriptor in it cannot be read.
    Descriptor,
    /// There is no signature at all.
    Unsigned,
    /// No signature holds under a trusted key: another key made it, or it was changed.
    Untrusted,
    /// A signature's payload is not the bytes that the signature manifest names.
    SignatureSwapped,
    /// A signature by a trusted key that says nothing readable.
    SignatureMalformed,
    /// A signature by a trusted key for something else.
    SignedForAnother,
    /// The signature expired.
    Expired,
    /// The signature is older than the policy allows, or does not say how old it is.
    TooOld,
    /// The signature is from the future.
    NotYet,
    /// The key was not, or is no longer, valid.
    KeyNotValid,
    /// The key is revoked.
    KeyRevoked,
    /// The key may not sign this.
    NotAllowed,
    /// Fewer distinct keys signed than the policy asks for.
    TooFewSigners,
}

impl Kind {
    /// Whose it is.
    #[must_use]
    pub const fn whose(self) -> Party {
        match self {
            Self::Reference | Self::Policy | Self::Key | Self::File | Self::Taken | Self::Denied | Self::NotFound => {
                Party::Operator
            }
            Self::Unpublishable
            | Self::NotAConnector
            | Self::NotThoseFiles
            | Self::Layers
            | Self::Descriptor
            | Self::Unsigned
            | Self::Untrusted
            | Self::SignatureMalformed
            | Self::SignedForAnother
            | Self::Expired
            | Self::TooOld
            | Self::NotYet
            | Self::KeyNotValid
            | Self::KeyRevoked
            | Self::NotAllowed
            | Self::TooFewSigners
            | Self::FileChanged
            | Self::TagMoved => Party::Publisher,
            Self::Unreachable
            | Self::Registry
            | Self::Redirected
            | Self::TooLarge
            | Self::ManifestSwapped
            | Self::ConfigSwapped
            | Self::LayerSwapped
            | Self::SignatureSwapped => Party::Registry,
        }
    }

    /// Whether the same call may succeed a little later with nothing changed.
    #[must_use]
    pub const fn is_transient(self) -> bool {
        matches!(self, Self::Unreachable)
    }

    /// Whether this is a refusal of what was found, rather than a failure to look.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        !matches!(
            self,
            Self::Reference
                | Self::Policy
                | Self::Key
                | Self::File
                | Self::Unpublishable
                | Self::Taken
                | Self::Unreachable
                | Self::Denied
                | Self::NotFound
                | Self::Registry
        )
    }
}

/// What went wrong and what to do next; `Display` says both.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    what: String,
    next: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: Kind, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { kind, what: printable(&what.into()), next: printable(&next.into()), source: None }
    }

    pub(crate) fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What went wrong, for code that decides.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Who can put it right.
    #[must_use]
    pub const fn whose(&self) -> Party {
        self.kind.whose()
    }

    /// What is wrong, without the hint.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.next
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n\nhint: {}", self.what, self.next)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// Foreign text on one line, without what a terminal would act on.
pub(crate) fn printable(text: &str) -> String {
    const CHARACTERS_MAX: usize = 1000;
    let shown = |it: char| if it.is_control() && it != '\n' { '\u{fffd}' } else { it };
    text.chars().map(shown).take(CHARACTERS_MAX).collect()
}

/// Foreign text in a message: short, and on one line.
pub(crate) fn quoted(text: &str) -> String {
    const CHARACTERS_MAX: usize = 120;
    let mut shown: String =
        text.chars().map(|it| if it.is_control() { '\u{fffd}' } else { it }).take(CHARACTERS_MAX).collect();
    if text.chars().nth(CHARACTERS_MAX).is_some() {
        shown.push('…');
    }
    shown
}
