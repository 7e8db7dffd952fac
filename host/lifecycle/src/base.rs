//! The bundle's connectors and sources: the layer below everything that is installed.

use crate::{Error, Kind, Permissions, Signer, Smoke, Version};
use std::collections::BTreeMap;
use std::sync::Arc;
use zero_engine::Connector;
use zero_pipeline::catalogue::{Catalogue, SourceRecord};

/// What the bundle has.
#[derive(Clone, Default)]
pub struct Base {
    pub(crate) connectors: BTreeMap<String, BaseConnector>,
    pub(crate) catalogue: Catalogue,
}

/// One connector of the bundle.
#[derive(Clone)]
pub struct BaseConnector {
    /// Ready to run.
    pub connector: Connector,
    /// As an operator sees it.
    pub version: Version,
}

impl Base {
    /// Of the connectors of a bundle, each with its size in bytes, and its catalogue.
    ///
    /// # Errors
    /// A connector names a host that is none.
    pub fn new(connectors: impl IntoIterator<Item = (Connector, usize)>, catalogue: Catalogue) -> Result<Self, Error> {
        let connectors = connectors.into_iter().map(|(connector, bytes)| {
            let name = connector.name().to_owned();
            let records = records_of(&catalogue, &name);
            let wrong =
                |error: zero_egress::PatternError| Error::Malformed { what: name.clone(), reason: error.to_string() };
            let permissions = Permissions::of(connector.descriptor(), connector.world(), &records).map_err(wrong)?;
            let version = Version {
                digest: connector.digest().to_owned(),
                kind: Kind::Component,
                version: connector.descriptor().version.clone(),
                summary: connector.descriptor().summary.clone(),
                signer: Signer::Bundle,
                from: "bundle".to_owned(),
                installed_at_ms: 0,
                bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
                permissions,
                consented_at_ms: Some(0),
                activated_at_ms: None,
                sources: records.iter().map(|record| record.source.id.clone()).collect(),
                smoke: Smoke::default(),
            };
            Ok((name, BaseConnector { connector, version }))
        });
        Ok(Self { connectors: connectors.collect::<Result<_, Error>>()?, catalogue })
    }

    pub(crate) fn version(&self, name: &str) -> Option<&Version> {
        self.connectors.get(name).map(|base| &base.version)
    }
}

/// The records that a connector of this name is asked through.
pub(crate) fn records_of(catalogue: &Catalogue, name: &str) -> Vec<Arc<SourceRecord>> {
    catalogue.records().iter().filter(|record| record.connector == name).cloned().collect()
}
