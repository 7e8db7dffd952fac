//! What lasts from request to request of one instance.
//!
//! Takes the data of a bundle and a target; gives the region, the policy of the way out, and the grants of sources, made
//! when a source is first asked. Fails on a decision of the operator that the policy cannot read. Limits: the target's.
//! Why it is so: an isolate of Workers serves many requests, each with handles of its own, over one cache and one memory
//! of which sources are unwell.

use crate::data::{ConnectorFacts, EdgeData};
use crate::target::{Lack, Target, lack};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use zero_config::Config;
use zero_egress::{Decisions, Grant, Policy, PolicyError};
use zero_pipeline::Region;
use zero_pipeline::cache::Cache;
use zero_pipeline::catalogue::SourceRecord;

/// A region on a target.
pub struct Site {
    region: Arc<Region>,
    config: Config,
    connectors: BTreeMap<String, ConnectorFacts>,
    target: Target,
    policy: Policy,
    /// By source. A refusal is remembered as well: it says what the operator must mend, and that takes a deployment.
    grants: RefCell<BTreeMap<String, Result<Rc<Grant>, String>>>,
}

impl Site {
    /// A fresh one.
    ///
    /// # Errors
    /// Names the entry of the operator's that is wrong.
    pub fn new(data: EdgeData, target: Target) -> Result<Rc<Self>, PolicyError> {
        let EdgeData { config, catalogue, index, connectors, digests: _ } = data;
        let mut decisions = Decisions { overrides: config.egress.overrides.clone(), ..Decisions::default() };
        if let Some(user_agent) = &config.egress.user_agent {
            decisions.user_agent.clone_from(user_agent);
        }
        let mut settings = config.pipeline.clone();
        settings.connections_max = settings.connections_max.min(target.connections_max);
        settings.hedge &= target.hedges;
        let digest = |it: &ConnectorFacts| it.digest.trim_start_matches("sha256:").to_owned();
        let region = Region {
            catalogue,
            index: Arc::new(index),
            cache: Cache::new(target.cache_entries_max, target.cache_bytes_max),
            health: zero_pipeline::health::Health::default(),
            settings,
            trust: Arc::new(zero_pipeline::region::nobody()),
            versions: connectors.iter().map(|it| (it.name.clone(), digest(it))).collect(),
        };
        Ok(Rc::new(Self {
            region: Arc::new(region),
            policy: Policy::new(decisions)?,
            connectors: connectors.into_iter().map(|it| (it.name.clone(), it)).collect(),
            config,
            target,
            grants: RefCell::default(),
        }))
    }

    /// The state that its questions share.
    #[must_use]
    pub fn region(&self) -> &Arc<Region> {
        &self.region
    }

    /// As the bundle has it.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Where it runs.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Every source that cannot be asked here, whether it is switched on or not.
    #[must_use]
    pub fn lacks(&self) -> Vec<Lack> {
        let records = self.region.catalogue.records().iter();
        records.filter_map(|it| Some(Lack { source_id: it.source.id.clone(), reason: self.lack(it)? })).collect()
    }

    pub(crate) fn lack(&self, record: &SourceRecord) -> Option<&'static str> {
        lack(&self.target, record, |connector| self.connectors.contains_key(connector))
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// What a source may do outside.
    pub(crate) fn grant(
        &self,
        record: &SourceRecord,
        secret: impl Fn(&str) -> Option<String>,
    ) -> Result<Rc<Grant>, String> {
        let id = &record.source.id;
        if let Some(grant) = self.grants.borrow().get(id) {
            return grant.clone();
        }
        let grant = match self.connectors.get(&record.connector) {
            Some(connector) => zero_config::grant(&self.config, record, &connector.hosts, secret)
                .map(Rc::new)
                .map_err(|error| format!("{error:#}")),
            None => Err(format!("the connector `{}` is not installed", record.connector)),
        };
        self.grants.borrow_mut().insert(id.clone(), grant.clone());
        grant
    }
}
