//! What a change would do, decided from the state alone: no clock, no disk, no code is run.
//!
//! - **Takes** one name's [`Entry`] if there is one, what the bundle has under the name, and what is asked.
//! - **Gives** the entry as it would be, and what became of the request.
//! - **Fails** with the reason why it is refused; nothing has changed then.
//! - **Limits**: `HISTORY_MAX` versions, `QUARANTINED_MAX` digests, of which the oldest go.
//! - **Why it is so**: every rule that an operator relies on can be read, and tested as a table, without a host.

use crate::limits::{DIGEST_PREFIX_MIN, HISTORY_MAX, QUARANTINED_MAX};
use crate::{Diff, Entry, Error, Permissions, Quarantined, Signer, Version};

/// How an operator calls the bundle's own version.
pub const BUNDLE: &str = "bundle";

/// What is known of a name.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The name.
    pub name: &'a str,
    /// What the state has.
    pub entry: Option<&'a Entry>,
    /// What the bundle has.
    pub base: Option<&'a Version>,
}

/// Which version is in force.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Chosen<'a> {
    /// The bundle's.
    Base(&'a Version),
    /// An installed one.
    Installed(&'a Version),
    /// None: disabled, quarantined without another one, or waiting for its first consent.
    Nothing,
}

impl<'a> Chosen<'a> {
    /// The version, wherever it comes from.
    #[must_use]
    pub fn version(self) -> Option<&'a Version> {
        match self {
            Self::Base(version) | Self::Installed(version) => Some(version),
            Self::Nothing => None,
        }
    }
}

/// How an installation is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct How {
    /// The operator agrees to whatever it asks for.
    pub consent: bool,
    /// Code that nobody vouches for may run.
    pub allow_unsigned: bool,
    /// Unix milliseconds.
    pub now_ms: i64,
}

/// What became of an installation.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// The entry as it is to be kept.
    pub entry: Entry,
    /// Whether the version is in force now.
    pub outcome: Outcome,
    /// What it asks for beside the version before; none for the first.
    pub diff: Option<Diff>,
}

pub use crate::report::Outcome;

impl<'a> Known<'a> {
    /// Which version is in force.
    #[must_use]
    pub fn chosen(&self) -> Chosen<'a> {
        let Some(entry) = self.entry else { return self.base.map_or(Chosen::Nothing, Chosen::Base) };
        if !entry.enabled {
            return Chosen::Nothing;
        }
        let runs = |version: &&Version| !entry.quarantined.contains_key(&version.digest);
        match &entry.current {
            Some(digest) => entry.version(digest).filter(runs).map_or(Chosen::Nothing, Chosen::Installed),
            None => self.base.filter(runs).map_or(Chosen::Nothing, Chosen::Base),
        }
    }

    /// What the operator has agreed to: that of the version in force, or of the last one that was.
    #[must_use]
    pub fn agreed(&self) -> Option<&'a Permissions> {
        let current = match self.entry {
            Some(entry) if entry.current.is_some() => entry.current_version(),
            _ => self.base,
        };
        let last = || latest(self.entry?, |version| version.consented_at_ms.is_some());
        current.or_else(last).map(|version| &version.permissions)
    }

    fn owned(&self) -> Entry {
        self.entry.cloned().unwrap_or_default()
    }

    fn known_entry(&self) -> Result<Entry, Error> {
        if self.entry.is_none() && self.base.is_none() {
            return Err(Error::Unknown(self.name.to_owned()));
        }
        Ok(self.owned())
    }
}

/// May a version come in at all? Asked before anything of it is compiled.
///
/// # Errors
/// Unsigned, quarantined or pinned.
pub fn admit(known: Known<'_>, digest: &str, signer: &Signer, from: &str, how: How) -> Result<(), Error> {
    if *signer == Signer::Nobody && !how.allow_unsigned {
        return Err(Error::Unsigned { what: from.to_owned() });
    }
    let Some(entry) = known.entry else { return Ok(()) };
    if let Some(quarantined) = entry.quarantined.get(digest) {
        return Err(Error::Quarantined {
            name: known.name.to_owned(),
            digest: digest.to_owned(),
            reason: quarantined.reason.clone(),
        });
    }
    if entry.pinned && entry.current.as_deref() != Some(digest) {
        let digest = entry.current.clone().unwrap_or_else(|| BUNDLE.to_owned());
        return Err(Error::Pinned { name: known.name.to_owned(), digest });
    }
    Ok(())
}

/// Takes a version in that has been compiled and tried.
///
/// # Errors
/// As [`admit`]; its own fixtures failed; the name is of another kind.
pub fn install(known: Known<'_>, candidate: Version, how: How) -> Result<Decided, Error> {
    admit(known, &candidate.digest, &candidate.signer, &candidate.from, how)?;
    let of_kind = known.entry.and_then(|entry| entry.versions.last()).or(known.base).map(|version| version.kind);
    if of_kind.is_some_and(|kind| kind != candidate.kind) {
        return Err(Error::OtherKind(known.name.to_owned()));
    }
    if !candidate.smoke.passed() {
        let (name, digest) = (known.name.to_owned(), candidate.digest.clone());
        return Err(Error::SmokeFailed { name, digest, smoke: candidate.smoke });
    }
    let diff = known.agreed().map(|agreed| agreed.diff(&candidate.permissions));
    let mut entry = known.owned();
    let before = entry.version(&candidate.digest);
    let unchanged = entry.current.as_deref() == Some(&*candidate.digest);
    // This very digest was agreed to before: going back to it asks for nothing new.
    let agreed_at = before.and_then(|version| version.consented_at_ms);
    let waits = agreed_at.is_none() && !how.consent && diff.as_ref().is_some_and(Diff::widens);

    let digest = candidate.digest.clone();
    let consented_at_ms = agreed_at.or((!waits).then_some(how.now_ms));
    let activated_at_ms = before.and_then(|version| version.activated_at_ms);
    entry.versions.retain(|version| version.digest != digest);
    entry.versions.push(Version { consented_at_ms, activated_at_ms, ..candidate });
    let outcome = if waits {
        entry.pending = Some(digest);
        Outcome::Pending
    } else if unchanged {
        Outcome::Unchanged
    } else {
        activate(&mut entry, &digest, how.now_ms);
        Outcome::Activated
    };
    forget_oldest(&mut entry);
    Ok(Decided { entry, outcome, diff })
}

/// Agrees to what the pending version asks for, and puts it in force.
///
/// # Errors
/// Nothing is pending, it was quarantined meanwhile, or the connector pinned.
pub fn consent(known: Known<'_>, now_ms: i64) -> Result<Entry, Error> {
    let mut entry = known.known_entry()?;
    let Some(digest) = entry.pending.clone() else { return Err(Error::NothingPending(known.name.to_owned())) };
    // Whoever signed it was asked about when it came in.
    admit(known, &digest, &Signer::Bundle, "", How { now_ms, ..How::default() })?;
    for version in entry.versions.iter_mut().filter(|version| version.digest == digest) {
        version.consented_at_ms = Some(now_ms);
    }
    activate(&mut entry, &digest, now_ms);
    Ok(entry)
}

/// Switches a name on or off.
///
/// # Errors
/// There is no such connector.
pub fn enable(known: Known<'_>, enabled: bool) -> Result<Entry, Error> {
    Ok(Entry { enabled, ..known.known_entry()? })
}

/// Refuses upgrades from now on, or no longer.
///
/// # Errors
/// There is no such connector.
pub fn pin(known: Known<'_>, pinned: bool) -> Result<Entry, Error> {
    Ok(Entry { pinned, ..known.known_entry()? })
}

/// Back to an earlier version: the one of this digest (or the start of one), [`BUNDLE`], or the one before. A pin moves
/// with it: it is the operator who goes back.
///
/// # Errors
/// There is none, it was never agreed to, or it is quarantined.
pub fn rollback(known: Known<'_>, to: Option<&str>, now_ms: i64) -> Result<Entry, Error> {
    let mut entry = known.known_entry()?;
    let base = known.base.filter(|base| !entry.quarantined.contains_key(&base.digest));
    let digest = match to {
        Some(BUNDLE) => base.map(|_| None),
        Some(prefix) => Some(Some(version_of(known, prefix)?.digest.clone())),
        None => earlier(&entry).map(|version| Some(version.digest.clone())).or_else(|| {
            // Before the first installed version there was the bundle's.
            entry.current.as_ref().and(base).map(|_| None)
        }),
    };
    match digest.ok_or_else(|| Error::NothingEarlier(known.name.to_owned()))? {
        None => {
            entry.current = None;
            entry.pending = None;
        }
        Some(digest) => {
            refuse_quarantined(known, &entry, &digest)?;
            let agreed = entry.version(&digest).is_some_and(|version| version.consented_at_ms.is_some());
            if !agreed {
                let agreed = known.agreed().cloned().unwrap_or_default();
                let asked = entry.version(&digest).map(|version| version.permissions.clone()).unwrap_or_default();
                let diff = Box::new(agreed.diff(&asked));
                return Err(Error::NotConsented { name: known.name.to_owned(), digest, diff });
            }
            activate(&mut entry, &digest, now_ms);
        }
    }
    Ok(entry)
}

/// Keeps a digest from running, and puts the last good version in force if it was this one.
#[must_use]
pub fn quarantine(known: Known<'_>, digest: &str, reason: &str, now_ms: i64) -> Entry {
    let mut entry = known.owned();
    entry.quarantined.insert(digest.to_owned(), Quarantined { reason: reason.to_owned(), at_ms: now_ms });
    while entry.quarantined.len() > QUARANTINED_MAX {
        let oldest = entry.quarantined.iter().min_by_key(|(_, it)| it.at_ms).map(|(digest, _)| digest.clone());
        entry.quarantined.retain(|digest, _| oldest.as_ref() != Some(digest));
    }
    if entry.pending.as_deref() == Some(digest) {
        entry.pending = None;
    }
    let in_force = match &entry.current {
        Some(current) => current == digest,
        None => known.base.is_some_and(|base| base.digest == digest),
    };
    if in_force {
        let good = |version: &Version| is_good(&entry, version);
        let last = latest(&entry, good).map(|version| version.digest.clone());
        match last {
            Some(last) => activate(&mut entry, &last, now_ms),
            // The bundle's, unless that is the one; then the name has nothing to run until something is installed.
            None => entry.current = None,
        }
    }
    entry
}

/// Lets a digest run again, or all of them. It is not put in force.
///
/// # Errors
/// It is not quarantined.
pub fn release(known: Known<'_>, digest: Option<&str>) -> Result<Entry, Error> {
    let mut entry = known.known_entry()?;
    let before = entry.quarantined.len();
    match digest {
        None => entry.quarantined.clear(),
        Some(prefix) => entry.quarantined.retain(|digest, _| !matches(digest, prefix)),
    }
    if entry.quarantined.len() == before {
        return Err(Error::NothingQuarantined(known.name.to_owned()));
    }
    Ok(entry)
}

/// Whether an installed connector may be removed.
///
/// # Errors
/// It is the bundle's, or not there at all.
pub fn remove(known: Known<'_>) -> Result<(), Error> {
    match (known.entry, known.base) {
        (Some(_), _) => Ok(()),
        (None, Some(_)) => Err(Error::OfBundle(known.name.to_owned())),
        (None, None) => Err(Error::Unknown(known.name.to_owned())),
    }
}

/// The version that an operator means: a digest, the start of one, [`BUNDLE`], `current` or `pending`.
///
/// # Errors
/// None is, or several are.
pub fn version_of<'a>(known: Known<'a>, said: &str) -> Result<&'a Version, Error> {
    let none = || Error::NoVersion { name: known.name.to_owned(), digest: said.to_owned() };
    let found = match (said, known.entry) {
        (BUNDLE, _) => return known.base.ok_or_else(none),
        ("current", _) => return known.chosen().version().ok_or_else(none),
        ("pending", entry) => {
            return entry.and_then(|entry| entry.version(entry.pending.as_deref()?)).ok_or_else(none);
        }
        (_, entry) => {
            let installed = entry.into_iter().flat_map(|entry| &entry.versions);
            installed.chain(known.base).filter(|version| matches(&version.digest, said)).collect::<Vec<_>>()
        }
    };
    match *found {
        [] => Err(none()),
        [version] => Ok(version),
        // The bundle's may have been installed as well.
        [first, ref others @ ..] if others.iter().all(|version| version.digest == first.digest) => Ok(first),
        _ => Err(Error::Ambiguous { name: known.name.to_owned(), digest: said.to_owned() }),
    }
}

/// Whether `said` names this digest, with or without `sha256:`, whole or by its start.
fn matches(digest: &str, said: &str) -> bool {
    let said = said.strip_prefix("sha256:").unwrap_or(said);
    said.len() >= DIGEST_PREFIX_MIN && digest.starts_with(said)
}

fn refuse_quarantined(known: Known<'_>, entry: &Entry, digest: &str) -> Result<(), Error> {
    match entry.quarantined.get(digest) {
        Some(Quarantined { reason, .. }) => {
            Err(Error::Quarantined { name: known.name.to_owned(), digest: digest.to_owned(), reason: reason.clone() })
        }
        None => Ok(()),
    }
}

fn activate(entry: &mut Entry, digest: &str, now_ms: i64) {
    entry.current = Some(digest.to_owned());
    // What waited was an upgrade of the version before; it is kept and can be installed again.
    entry.pending = None;
    for version in entry.versions.iter_mut().filter(|version| version.digest == digest) {
        version.activated_at_ms = Some(now_ms);
    }
}

fn is_good(entry: &Entry, version: &Version) -> bool {
    version.consented_at_ms.is_some() && version.smoke.passed() && !entry.quarantined.contains_key(&version.digest)
}

/// The last to have been in force besides the current one, of those that may run.
fn earlier(entry: &Entry) -> Option<&Version> {
    let good = |version: &Version| is_good(entry, version) && version.activated_at_ms.is_some();
    latest(entry, |version| good(version) && entry.current.as_deref() != Some(&*version.digest))
}

/// The one that was in force last, then installed last, of those that `fits`.
fn latest(entry: &Entry, fits: impl Fn(&Version) -> bool) -> Option<&Version> {
    let fitting = entry.versions.iter().filter(|version| fits(version));
    fitting.max_by_key(|version| (version.activated_at_ms, version.installed_at_ms))
}

fn forget_oldest(entry: &mut Entry) {
    while entry.versions.len() > HISTORY_MAX {
        let kept = [entry.current.as_deref(), entry.pending.as_deref()];
        let oldest = entry.versions.iter().position(|version| !kept.contains(&Some(&*version.digest)));
        let Some(oldest) = oldest else { break };
        entry.versions.remove(oldest);
    }
}

#[cfg(test)]
mod tests;
