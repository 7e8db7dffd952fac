//! A project on the author's bench: opened, built, loaded.

use super::InProject;
use crate::setup::{Setup, compiler};
use anyhow::{Context as _, Result, bail};
use core::time::Duration;
use std::path::Path;
use std::sync::Arc;
use zero_author::make::Places;
use zero_author::project::{Kind, Project};
use zero_author::{Made, make};
use zero_builder::fixtures::EXCHANGE_EXTENSION;
use zero_builder::foreign::Needs;
use zero_config::Config;
use zero_connector_sdk::testing::Exchange;
use zero_engine::{Connector, Engine, Limits, MacKey};
use zero_native::host::default_artifacts;
use zero_pipeline::catalogue::SourceRecord;

/// Everything that most commands begin with.
pub(super) struct Bench {
    pub(super) project: Project,
    pub(super) places: Places,
    engine: Engine,
}

/// A project's component, ready to be asked.
pub(super) struct Ready {
    pub(super) made: Made,
    pub(super) connector: Connector,
}

impl Bench {
    pub(super) fn open(setup: &Setup, which: &InProject) -> Result<Self> {
        let project = Project::open(&which.project)?;
        let engine = Engine::new(zero_engine::Config {
            artifacts: default_artifacts(),
            mac_key: MacKey::Beside,
            compiler: compiler()?,
            limits: granted(project.needs()),
        })?;
        Ok(Self { project, places: places(setup)?, engine })
    }

    /// Builds and loads it.
    pub(super) fn ready(&self) -> Result<Ready> {
        let made = make(&self.project, &self.places, &say)?;
        let connector = self.engine.connector(&made.code).with_context(|| self.project.name.clone())?;
        let sources = self.project.sources()?;
        let other = sources.iter().find(|record| record.connector != connector.name());
        if let Some(other) = other.filter(|_| self.project.kind != Kind::Rest) {
            bail!(
                "sources.toml is for `{}`, but the connector's `describe` says its name is `{}`\n\nhint: make them equal",
                other.connector,
                connector.name()
            );
        }
        Ok(Ready { made, connector })
    }

    /// What loads and runs it.
    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Loads a connector of another project.
    pub(super) fn load(&self, bytes: &[u8]) -> Result<Connector> {
        Ok(self.engine.connector(bytes)?)
    }

    /// The operator's decisions that hold here: those that are named, the project's own, or none.
    pub(super) fn config(&self, setup: &Setup) -> Result<Config> {
        let own = self.project.root.join("zero.toml");
        match setup.config_file() {
            Some(path) => Config::from_file(path),
            None if own.is_file() => Config::from_file(&own),
            None => Config::from_toml(""),
        }
    }
}

impl Ready {
    /// The recorded exchanges, those of the source first.
    pub(super) fn exchanges(&self, record: &SourceRecord) -> Result<Vec<(String, Exchange)>> {
        let mut all = Vec::new();
        for (name, text) in &self.made.fixtures.exchanges {
            let exchange = Exchange::parse(text)
                .map_err(|wrong| anyhow::anyhow!("exchanges/{name}.{EXCHANGE_EXTENSION}: {wrong}"))?;
            all.push((name.clone(), exchange));
        }
        let id = &record.source.id;
        let own = |name: &str| name.strip_prefix(id.as_str()).is_some_and(|rest| rest.starts_with('-'));
        all.sort_by_key(|(name, _)| !own(name));
        Ok(all)
    }
}

/// What a host grants, and what an operator would have to grant beyond it.
fn granted(needs: Needs) -> Limits {
    let own = Limits::default();
    let memory_bytes = needs.memory_bytes.unwrap_or(own.memory_bytes);
    Limits {
        component_bytes: needs.component_bytes.unwrap_or(own.component_bytes),
        memory_bytes,
        memory_bytes_ceiling: memory_bytes.max(own.memory_bytes_ceiling),
        connector_cpu: needs.cpu_ms.map_or(own.connector_cpu, Duration::from_millis),
        ..own
    }
}

/// What takes a while is told on standard error.
pub(super) fn say(doing: &str) {
    eprintln!("{doing}");
}

pub(super) fn places(setup: &Setup) -> Result<Places> {
    let artifacts = default_artifacts();
    let cache = artifacts.as_deref().and_then(Path::parent).context("no home folder\n\nhint: set ZERO_CACHE")?;
    Ok(Places { cache: cache.to_path_buf(), connectors: setup.bundle_dir().join("connectors") })
}

/// The source of this id, or the one that bids most for the question.
pub(super) fn source_for(bench: &Bench, ready: &Ready, id: Option<&str>, text: &str) -> Result<Arc<SourceRecord>> {
    if id.is_some() {
        return bench.project.source(id);
    }
    let (question, intent) = zero_judge::read(text);
    let bid = |record: &SourceRecord| {
        let called = ready.connector.plan(&record.source, &question, &intent).ok()?;
        called.value.ok().map(|plan| plan.bid)
    };
    let mut best = None;
    for record in bench.project.sources()? {
        let bid = bid(&record).unwrap_or(0.0);
        if best.as_ref().is_none_or(|(most, _)| bid > *most) {
            best = Some((bid, record));
        }
    }
    best.map(|(_, record)| record).context("the project has no source")
}
