//! A host, assembled: engine, components, egress, region.

use crate::bundle::Bundle;
use crate::config::{self, Config};
use crate::platform::Native;
use anyhow::{Context as _, Result, anyhow};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use zero_egress::{Egress, Grant, HostPattern, Place, Secret};
use zero_engine::{Compiler, Engine, FunctionBytes, Functions, MacKey, Registry};
use zero_pipeline::catalogue::{Catalogue, SourceRecord};
use zero_pipeline::{Answered, Ask, Event, Fixed, Problem, Region};
use zero_store::{FILES_HOST, FilesHost, FilesIndex};

/// The id of the source that asks an asker's own folder.
pub const FILES_SOURCE: &str = "files";

/// How to assemble a host.
pub struct Options {
    /// Where compiled components are kept; none compiles them at every start.
    pub artifacts: Option<PathBuf>,
    /// What compiles them.
    pub compiler: Compiler,
    /// An index of the asker's own files.
    pub files: Option<FilesIndex>,
}

/// A host that can answer; clones share everything.
#[derive(Clone)]
pub struct Host {
    /// What lasts from question to question.
    pub region: Arc<Region>,
    /// The world.
    pub platform: Native,
    /// As it was read.
    pub config: Arc<Config>,
}

impl Host {
    /// Loads a bundle's components and opens its way out.
    ///
    /// # Errors
    /// Names the component or the configuration entry that is wrong.
    pub fn assemble(bundle: Bundle, options: Options) -> Result<Self> {
        let engine = Engine::new(zero_engine::Config {
            artifacts: options.artifacts,
            mac_key: MacKey::Beside,
            compiler: options.compiler,
            ..zero_engine::Config::default()
        })?;
        // Components are independent, and compiling or mapping them is most of a start.
        let (functions, registry) = std::thread::scope(|scope| {
            let functions = scope.spawn(|| load_functions(&engine, &bundle));
            let registry = load_connectors(&engine, &bundle);
            let functions = functions.join().map_err(|_| anyhow!("loading the functions panicked"))?;
            anyhow::Ok((functions?, registry?))
        })?;
        let config = Arc::new(bundle.config);
        let egress = open_egress(&config, options.files.clone())?;
        let platform = Native::new(functions, registry, egress, {
            let config = Arc::clone(&config);
            move |record, descriptor| grant(&config, record, &descriptor.hosts).map_err(|error| format!("{error:#}"))
        });
        let catalogue = with_files(bundle.catalogue, options.files.is_some());
        let region = Arc::new(Region::new(catalogue, config.pipeline.clone()));
        Ok(Self { region, platform, config })
    }

    /// Answers a question; the future is `Send`.
    ///
    /// # Errors
    /// As [`Host::check`] and [`zero_pipeline::answer`].
    pub async fn answer(
        &self,
        ask: Ask,
        fixed: Fixed,
        events: impl FnMut(Event<'_>) + Send,
    ) -> Result<Answered, Problem> {
        self.check(&ask)?;
        zero_pipeline::answer(Arc::clone(&self.region), self.platform.clone(), ask, fixed, events).await
    }

    /// Whether every source that a question names can be asked.
    ///
    /// # Errors
    /// `unknown-source`.
    pub fn check(&self, ask: &Ask) -> Result<(), Problem> {
        let asked = |id: &String| self.region.catalogue.get(id).is_some_and(|record| record.enabled);
        let unknown = ask.only.iter().find(|id| !asked(id));
        unknown.map_or(Ok(()), |id| Err(Problem::unknown_source(id)))
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

fn load_connectors(engine: &Engine, bundle: &Bundle) -> Result<Registry> {
    let registry = Registry::new();
    for (name, bytes) in &bundle.connectors {
        registry.install(engine.connector(bytes).with_context(|| format!("loading connector `{name}`"))?);
    }
    Ok(registry)
}

/// The way out as the configuration has it.
///
/// # Errors
/// Names the entry that is wrong.
pub fn open_egress(config: &Config, files: Option<FilesIndex>) -> Result<Egress> {
    let mut egress = zero_egress::Config::default();
    if let Some(user_agent) = &config.egress.user_agent {
        egress.user_agent.clone_from(user_agent);
    }
    egress.overrides.clone_from(&config.egress.overrides);
    if let Some(files) = files {
        egress.virtual_hosts.insert(FILES_HOST.to_owned(), Arc::new(FilesHost::new(files)));
    }
    Egress::new(egress).context("[egress]")
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

/// What a source may do outside: its own hosts, within its connector's, within the operator's.
///
/// # Errors
/// Names the pattern or credential that is wrong.
pub fn grant(config: &Config, record: &SourceRecord, descriptor_hosts: &[String]) -> Result<Grant> {
    let id = &record.source.id;
    let operator = config.egress.allowed_hosts.as_deref();
    let mut grant = Grant::new(id, &record.hosts, descriptor_hosts, operator)?;
    for (slot, credential) in config.credentials.get(id).into_iter().flatten() {
        let credential = read_credential(credential).with_context(|| format!("[credentials.{id}.{slot}]"))?;
        grant = grant.with(slot, credential);
    }
    Ok(grant)
}

fn read_credential(credential: &config::Credential) -> Result<zero_egress::Credential> {
    let secret =
        std::env::var(&credential.env).with_context(|| format!("environment variable `{}`", credential.env))?;
    let place = match (&credential.header, &credential.query) {
        (Some(name), None) => Place::Header { name: name.clone(), prefix: credential.prefix.clone() },
        (None, Some(name)) => Place::Query { name: name.clone() },
        _ => return Err(anyhow!("say either `header` or `query`")),
    };
    let hosts = credential.hosts.iter().map(|host| Ok(HostPattern::from_str(host)?));
    Ok(zero_egress::Credential {
        secret: Secret::new(secret),
        place,
        hosts: hosts.collect::<Result<_>>()?,
        path_prefix: credential.path.clone(),
    })
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
