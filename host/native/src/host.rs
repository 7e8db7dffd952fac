//! A host, assembled: engine, components, egress, region.

use crate::bundle::Bundle;
use crate::package::Package;
use crate::platform::Native;
use anyhow::{Context as _, Result, anyhow, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zero_config::Config;
use zero_dial::Egress;
use zero_engine::{Compiler, Connector, Engine, FunctionBytes, Functions, Limits, MacKey, Registry, Snapshot};
use zero_federation::Federation;
use zero_identity::Identity;
use zero_lifecycle::{Base, Lineup, Manager, Policy, Store};
use zero_oci::Descriptor;
use zero_pipeline::catalogue::{Catalogue, SourceRecord};
use zero_pipeline::route::Index;
use zero_pipeline::{Answered, Ask, Event, Fixed, Problem, Region};
use zero_store::{FILES_HOST, FilesHost, FilesIndex};
use zero_types::functions::Trust;

/// The id of the source that asks an asker's own folder.
pub const FILES_SOURCE: &str = "files";

/// How to assemble a host.
#[derive(Default)]
pub struct Options {
    /// Where compiled components are kept; none compiles them at every start.
    pub artifacts: Option<PathBuf>,
    /// What compiles them.
    pub compiler: Compiler,
    /// An index of the asker's own files.
    pub files: Option<FilesIndex>,
    /// Where installed connectors are kept; none runs the bundle's alone.
    pub state: Option<PathBuf>,
    /// Code that nobody vouches for may be installed, whatever the configuration says.
    pub allow_unsigned: bool,
}

/// A host that can answer, with the connectors of one moment; clones share everything. [`Live`](crate::Live) is the
/// succession of them while a process runs.
#[derive(Clone)]
pub struct Host {
    /// What lasts from question to question.
    pub region: Arc<Region>,
    /// The world.
    pub platform: Native,
    /// As it was read.
    pub config: Arc<Config>,
    /// What was installed, if there is a place for it.
    pub manager: Option<Arc<Manager>>,
    /// What could not be taken in, for the operator.
    pub problems: Arc<[String]>,
    /// Accounts, where there are any: whoever opened them puts them here before the host is shared.
    pub identity: Option<Identity>,
    /// Who else vouches for askers, and where they have accounts; likewise.
    pub federation: Option<Arc<Federation>>,
    /// The catalogue that the region's was made of: the same one means that no source has changed.
    catalogue: Arc<Catalogue>,
}

impl Host {
    /// Loads a bundle's components and those that are installed, and opens its way out.
    ///
    /// # Errors
    /// Names the component or the configuration entry that is wrong.
    pub fn assemble(bundle: Bundle, options: Options) -> Result<Self> {
        let mut config = bundle.config.clone();
        config.connectors.allow_unsigned |= options.allow_unsigned;
        let policy = policy(&config)?;
        let memory_bytes_ceiling = policy.granted_at_most().memory_bytes;
        let engine = Engine::new(zero_engine::Config {
            artifacts: options.artifacts,
            mac_key: MacKey::Beside,
            compiler: options.compiler,
            limits: Limits { memory_bytes_ceiling, ..Limits::default() },
        })?;
        // Components are independent, and compiling or mapping them is most of a start.
        let (functions, connectors) = std::thread::scope(|scope| {
            let functions = scope.spawn(|| load_functions(&engine, &bundle));
            let connectors = load_connectors(&engine, &policy, &bundle);
            let functions = functions.join().map_err(|_| anyhow!("loading the functions panicked"))?;
            anyhow::Ok((functions?, connectors?))
        })?;
        let base = with_files(bundle.catalogue, options.files.is_some());
        let state = options.state;
        let (lineup, manager) = line_up(policy, base, connectors, &engine, state.clone())?;
        for problem in &lineup.problems {
            tracing::error!(problem, "something installed is left out");
        }
        check_switches(&config, &lineup.catalogue)?;
        let host = Self::finish(config, functions, lineup, None, manager, options.files, state.as_deref())?;
        host.check_overrides()?;
        Ok(host)
    }

    /// A host of what was compiled when it was packaged: no connector is opened before it is asked, so a package with
    /// hundreds of them starts as one with a few. `instances` is how many may be alive at once. Nothing is kept between
    /// starts and nothing can be installed; what an operator says of a source was tried by `zero bundle build`.
    ///
    /// # Errors
    /// A function or the configuration is wrong.
    pub fn assemble_sealed(package: Package, instances: u32) -> Result<Self> {
        let Package { config, catalogue, index, sealed } = package;
        let policy = policy(&config)?;
        let memory_bytes_ceiling = policy.granted_at_most().memory_bytes;
        let limits = Limits { memory_bytes_ceiling, instances, ..Limits::default() };
        let engine = Engine::new(zero_engine::Config { limits, ..zero_engine::Config::default() })?;
        let connectors = sealed.connectors(&engine, |name| zero_lifecycle::limits_of(&engine, &policy, name));
        let connectors = connectors.into_iter().map(|connector| (connector.name().to_owned(), connector)).collect();
        let lineup = Lineup { connectors, catalogue: Arc::new(catalogue), problems: Vec::new() };
        Self::finish(config, sealed.functions(&engine)?, lineup, Some(index), None, None, None)
    }

    /// Opens the way out, and puts together what is loaded.
    fn finish(
        config: Config,
        functions: Functions,
        lineup: Lineup,
        index: Option<Index>,
        manager: Option<Manager>,
        files: Option<FilesIndex>,
        state: Option<&Path>,
    ) -> Result<Self> {
        let config = Arc::new(config);
        let egress = open_egress(&config, files)?;
        let registry = Registry::new();
        registry.replace(lineup.connectors.into_values());
        let versions = versions(&registry.snapshot());
        let platform = Native::new(functions, registry, egress, state, {
            let config = Arc::clone(&config);
            move |record, descriptor| {
                zero_config::grant(&config, record, &descriptor.hosts, environment)
                    .map_err(|error| format!("{error:#}"))
            }
        });
        let catalogue = lineup.catalogue.as_ref().clone();
        let first = match index {
            Some(index) => Region::indexed(catalogue, index, config.pipeline.clone()),
            None => Region::new(catalogue, config.pipeline.clone()),
        };
        let region = Arc::new(Region { versions, ..first });
        let (catalogue, problems) = (lineup.catalogue, lineup.problems.into());
        Ok(Self {
            region,
            platform,
            config,
            manager: manager.map(Arc::new),
            problems,
            identity: None,
            federation: None,
            catalogue,
        })
    }

    /// What an operator says of a source is tried on its connector: a wrong word is found now, by whoever wrote it.
    fn check_overrides(&self) -> Result<()> {
        let has = |record: &&Arc<SourceRecord>| self.platform.connectors().get(&record.connector).is_some();
        for id in self.config.sources.overrides.keys() {
            let record = self.region.catalogue.get(id).filter(has);
            if let Some(complaint) = record.and_then(|record| self.settings_complaint(record)) {
                bail!("[sources.override.{id}] {complaint}");
            }
        }
        Ok(())
    }

    /// The host after connectors came, went or were replaced. The clock, the cache and what is known of sources go on;
    /// sources whose connector is another one start clean.
    #[must_use]
    pub fn succeed(&self, lineup: Lineup) -> Self {
        let registry = Registry::new();
        registry.replace(lineup.connectors.into_values());
        let connectors = registry.snapshot();
        let versions = versions(&connectors);
        let changed = |name: &String| versions.get(name) != self.region.versions.get(name);
        let records = self.region.catalogue.records().iter().filter(|record| changed(&record.connector));
        self.region.health.renew(records.map(|record| record.source.id.as_str()));
        let catalogue = (!Arc::ptr_eq(&lineup.catalogue, &self.catalogue)).then(|| lineup.catalogue.as_ref().clone());
        Self {
            region: Arc::new(self.region.succeed(catalogue, versions)),
            platform: self.platform.with_connectors(connectors),
            config: Arc::clone(&self.config),
            manager: self.manager.clone(),
            problems: lineup.problems.into(),
            identity: self.identity.clone(),
            federation: self.federation.clone(),
            catalogue: lineup.catalogue,
        }
    }

    /// Whom to believe at this moment: accounts, keys and sessions come and go while a host runs.
    #[must_use]
    pub fn trust(&self) -> Arc<Trust> {
        self.identity.as_ref().map_or_else(|| Arc::clone(&self.region.trust), Identity::trust)
    }

    /// Answers a question; the future is `Send`.
    ///
    /// # Errors
    /// As [`Region::check`] and [`zero_pipeline::answer`].
    pub async fn answer(
        &self,
        ask: Ask,
        fixed: Fixed,
        events: impl FnMut(Event<'_>) + Send,
    ) -> Result<Answered, Problem> {
        self.region.check(&ask)?;
        zero_pipeline::answer(Arc::clone(&self.region), self.platform.clone(), ask, fixed, events).await
    }
}

fn load_functions(engine: &Engine, bundle: &Bundle) -> Result<Functions> {
    let bytes = |name: &str| {
        let found = bundle.functions.iter().find(|(has, _)| has == name).map(|(_, bytes)| bytes.as_slice());
        found.with_context(|| format!("the bundle {} has no function `{name}`", bundle.folder.display()))
    };
    let bytes = FunctionBytes {
        intent: bytes("intent")?,
        context: bytes("context")?,
        synthesis: bytes("synthesis")?,
        auth: bytes("auth")?,
    };
    engine.functions(bytes).context("loading the functions")
}

/// The bundle's connectors, each with its size.
fn load_connectors(engine: &Engine, policy: &Policy, bundle: &Bundle) -> Result<Vec<(Connector, usize)>> {
    let load = |(name, bytes): &(String, Vec<u8>)| {
        let connector = zero_lifecycle::load(engine, policy, bytes, name)?;
        if let Some(manifest) = bundle.manifests.get(name) {
            let version = connector.world().rsplit_once('@').map_or("", |(_, version)| version);
            let more = zero_bundle::wider(manifest, &Descriptor::of(connector.descriptor(), version));
            if !more.is_empty() {
                bail!("the connector `{name}` asks for more than its manifest says: {}", more.join(", "));
            }
        }
        Ok((connector, bytes.len()))
    };
    bundle.connectors.iter().map(load).collect()
}

/// What the operator allows.
fn policy(config: &Config) -> Result<Policy> {
    let trust = config.connectors.trust.as_deref().map(zero_oci::Trust::from_file).transpose();
    Ok(Policy {
        trust: trust.context("[connectors] trust")?.map(Arc::new),
        insecure_loopback_registry: config.connectors.insecure_loopback_registry,
        allow_unsigned: config.connectors.allow_unsigned,
        raises: config.connectors.limits.clone(),
        sources_on: config.sources.enable.clone(),
        sources_off: config.sources.disable.clone(),
        overrides: config.sources.overrides.clone(),
    })
}

/// What is in force: the bundle's layer, and what is installed over it.
fn line_up(
    policy: Policy,
    catalogue: Catalogue,
    connectors: Vec<(Connector, usize)>,
    engine: &Engine,
    state: Option<PathBuf>,
) -> Result<(Lineup, Option<Manager>)> {
    let Some(state) = state else {
        let connectors =
            connectors.into_iter().map(|(connector, _)| (connector.name().to_owned(), connector)).collect();
        return Ok((Lineup { connectors, catalogue: Arc::new(catalogue), problems: Vec::new() }, None));
    };
    let base = Base::new(connectors, catalogue).context("the bundle's connectors")?;
    let manager = Manager::new(Store::new(state), engine.clone(), base, policy);
    let lineup = manager.lineup(|_| None).context("installed connectors")?;
    Ok((lineup, Some(manager)))
}

/// A source that is switched on or off, or changed, must be one.
fn check_switches(config: &Config, catalogue: &Catalogue) -> Result<()> {
    let unknown = |id: &&String| catalogue.get(id).is_none();
    if let Some(id) = config.sources.enable.iter().chain(&config.sources.disable).find(unknown) {
        bail!("[sources] names `{id}`, which is no source of the catalogue");
    }
    match config.sources.overrides.keys().find(unknown) {
        Some(id) => Err(anyhow!("[sources.override.{id}] is for no source of the catalogue")),
        None => Ok(()),
    }
}

fn versions(connectors: &Snapshot) -> BTreeMap<String, String> {
    connectors.iter().map(|(name, connector)| (name.to_owned(), connector.digest().to_owned())).collect()
}

/// The way out as the configuration has it.
///
/// # Errors
/// Names the entry that is wrong.
pub fn open_egress(config: &Config, files: Option<FilesIndex>) -> Result<Egress> {
    let mut egress = zero_dial::Config::default();
    if let Some(user_agent) = &config.egress.user_agent {
        egress.user_agent.clone_from(user_agent);
    }
    egress.overrides.clone_from(&config.egress.overrides);
    if let Some(files) = files {
        egress.virtual_hosts.insert(FILES_HOST.to_owned(), Arc::new(FilesHost::new(files)));
    }
    Egress::new(egress).context("[egress]")
}

/// Secrets of a process are in its environment.
#[must_use]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The source for the asker's own files is on when, and only when, there are some.
fn with_files(catalogue: Catalogue, has_files: bool) -> Catalogue {
    Catalogue::from_records(catalogue.records().iter().map(|record| {
        let mut record = record.as_ref().clone();
        if record.source.id == FILES_SOURCE {
            record.enabled = has_files;
        }
        record
    }))
}

/// Where compiled components are kept for this user.
#[must_use]
pub fn default_artifacts() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("ZERO_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| cache.join("zero")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/zero")))
        .map(|cache| cache.join("artifacts"))
}

/// The folder of the bundle: as said, else beside the installed program.
#[must_use]
pub fn default_bundle(said: Option<&Path>) -> PathBuf {
    let beside = || Some(std::env::current_exe().ok()?.parent()?.parent()?.join("share/zero"));
    said.map(Path::to_path_buf).or_else(beside).unwrap_or_else(|| PathBuf::from("bundle"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_send<T: Send>(_: &T) {}

    #[test]
    fn the_native_future_is_send() {
        #[allow(dead_code, reason = "compiling it is the test")]
        fn check(host: &Host, ask: Ask) {
            let host = host.clone();
            assert_send(&async move { host.answer(ask, Fixed::default(), |_| {}).await });
        }
    }
}
