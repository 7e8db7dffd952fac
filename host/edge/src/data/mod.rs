//! What an edge target knows of its bundle, in a form that starts fast.
//!
//! - **Takes** a region's configuration, its resolved catalogue and its components; later, the bytes that were made of
//!   them.
//! - **Gives** those bytes ([`EdgeData::write`]), and what they say ([`EdgeData::read`]). The router's index is among them;
//!   records of the catalogue are read when somebody first asks for them.
//! - **Fails** naming the part that is broken; never panics, whatever the bytes are.
//! - **Limits**: [`DATA_BYTES_MAX`], [`SOURCES_MAX`].
//! - **Why it is so**: Spin makes a fresh instance for every request, Workers for every isolate. From TOML to the candidates
//!   of a first question takes 167 ms in a module (357 sources, two busy cores), from this form 0.4 ms (`examples/cold.rs`
//!   measures it natively). Bundles are verified where they are built and deployed: a record that cannot be read, which
//!   [`EdgeData::check`] finds, is a source that is not there.

mod form;
mod record;

use form::{Head, Layout};
use std::borrow::Cow;
use std::sync::Arc;
use zero_config::Config;
use zero_pipeline::catalogue::Catalogue;
use zero_pipeline::route::Index;

/// Bytes of all of it: a thousand sources take about two million.
pub const DATA_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Sources in it, far above any catalogue.
pub const SOURCES_MAX: usize = 65_536;

/// What is known of a connector without running it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ConnectorFacts {
    /// As sources name it.
    pub name: String,
    /// Its own.
    pub version: String,
    /// `sha256:HEX` of its bytes.
    pub digest: String,
    /// Hosts its requests may name.
    pub hosts: Vec<String>,
}

/// What an edge target knows of its bundle.
#[derive(Debug, Clone)]
pub struct EdgeData {
    /// The operator's, with the region's differences. What only native hosts read (server, admin, sources, connectors)
    /// has its defaults after a reading.
    pub config: Config,
    /// Digests of all components, as `Rooms::digests` gives them.
    pub digests: Vec<(String, String)>,
    /// The connectors, in order of names.
    pub connectors: Vec<ConnectorFacts>,
    /// All sources, with the operator's choices applied.
    pub catalogue: Catalogue,
    /// The router's, over that catalogue.
    pub index: Index,
}

/// Why bytes are no data of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// More than is read.
    #[error("the data of the bundle has {0} bytes; at most {DATA_BYTES_MAX} are read")]
    TooLarge(usize),
    /// More sources than are read.
    #[error("the catalogue has {0} sources; at most {SOURCES_MAX} are read")]
    TooMany(usize),
    /// Something else.
    #[error("this is no data of a bundle\n\nhint: `zero bundle build --target` writes it")]
    Foreign,
    /// Of another version of this program.
    #[error(
        "the data of the bundle has version {found}, and this program reads {ours}\n\nhint: build both from one release",
        ours = form::VERSION
    )]
    Version {
        /// Which.
        found: u32,
    },
    /// A part that cannot be read or written.
    #[error("the data of the bundle is broken: {part}: {why}")]
    Broken {
        /// Which.
        part: &'static str,
        /// The reader's words.
        why: String,
    },
    /// A source whose record cannot be read.
    #[error("the data of the bundle is broken: the record of source `{0}`")]
    Record(String),
}

impl EdgeData {
    /// Of a region's configuration, its resolved catalogue, and what its components say of themselves. `digests` are those
    /// of all components, functions included.
    #[must_use]
    pub fn new(
        config: Config,
        catalogue: Catalogue,
        mut digests: Vec<(String, String)>,
        mut connectors: Vec<ConnectorFacts>,
    ) -> Self {
        digests.sort();
        connectors.sort_by(|one, other| one.name.cmp(&other.name));
        let index = Index::new(&catalogue);
        Self { config, digests, connectors, catalogue, index }
    }

    /// As bytes; equal data makes equal bytes.
    ///
    /// # Errors
    /// When it is larger than what is read.
    pub fn write(&self) -> Result<Vec<u8>, DataError> {
        let count = self.catalogue.len();
        if count > SOURCES_MAX {
            return Err(DataError::TooMany(count));
        }
        let mut records = Vec::new();
        let mut sources = Vec::with_capacity(count);
        // Like beside like: packages are compressed, and hundreds of sources share a few mappings.
        let mut alike: Vec<_> = self.catalogue.records().iter().collect();
        alike.sort_by_key(|record| (&record.connector, &record.source.settings, &record.source.id));
        for record in alike {
            let at = records.len();
            records = record::write(record, records)?;
            let offset = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            sources.push((record.source.id.clone(), offset(at), offset(records.len() - at)));
        }
        sources.sort();
        let head = Head::new(&self.config, &self.digests, &self.connectors, sources);
        let bytes = form::write(&head, &self.index, &records)?;
        if bytes.len() > DATA_BYTES_MAX { Err(DataError::TooLarge(bytes.len())) } else { Ok(bytes) }
    }

    /// Reads all but the records.
    ///
    /// # Errors
    /// Names the part that is broken.
    pub fn read(bytes: impl Into<Cow<'static, [u8]>>) -> Result<Self, DataError> {
        let bytes: Cow<'static, [u8]> = bytes.into();
        let Layout { head, index, records_at } = form::read(&bytes)?;
        let Head { settings, egress, credentials, region, digests, connectors, sources } = head;
        if sources.len() > SOURCES_MAX {
            return Err(DataError::TooMany(sources.len()));
        }
        if index.len() != sources.len() {
            let why = format!("it is over {} sources, and the catalogue has {}", index.len(), sources.len());
            return Err(DataError::Broken { part: "index", why });
        }
        let (ids, places): (Vec<String>, Vec<(u32, u32)>) =
            sources.into_iter().map(|(id, at, length)| (id, (at, length))).unzip();
        if !ids.is_sorted_by(|one, other| one < other) {
            return Err(DataError::Broken { part: "catalogue", why: "its ids are not in order".to_owned() });
        }
        let bytes = Arc::new(bytes);
        let catalogue = Catalogue::lazy(ids, move |at| {
            let &(at, length) = places.get(at)?;
            record::read(bytes.get(records_at..)?.get(at as usize..)?.get(..length as usize)?)
        });
        let config = form::config(region, settings, egress, credentials)?;
        Ok(Self { config, digests, connectors, catalogue, index })
    }

    /// Reads everything, records included: what a build and a deployment do once, and no request.
    ///
    /// # Errors
    /// As [`EdgeData::read`], and names the source whose record is broken.
    pub fn check(bytes: &[u8]) -> Result<(), DataError> {
        let layout = form::read(bytes)?;
        let ids: Vec<String> = layout.head.sources.into_iter().map(|(id, ..)| id).collect();
        let data = Self::read(bytes.to_vec())?;
        match ids.into_iter().find(|id| data.catalogue.get(id).is_none()) {
            Some(id) => Err(DataError::Record(id)),
            None => Ok(()),
        }
    }
}
