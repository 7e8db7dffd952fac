//! From components, sources and configuration to a bundle's files.
//!
//! - **Takes** bytes and texts, and a way to ask a component what it is (an engine, which this crate has none of).
//! - **Gives** the files of the bundle with their lock, the same bytes for the same input.
//! - **Fails** naming the component, source or key that is wrong.
//! - **Limits**: those of components, catalogues, and [`limits`](crate::limits).
//! - **Why it is so**: sources that the region's rules do not allow stay in the catalogue, so that an asker is told that
//!   policy denies them; the lock lists them with the reason, and nothing made of the bundle may reach their hosts.

use crate::lock::{Lock, LockedConnector, LockedFile, LockedFunction, LockedSource, MadeWith, Standing};
use crate::{CONFIG_FILE, Contents, Error, Fault, LOCK_FILE, Result, SIGNATURE_FILE, limits, permissions};
use std::collections::{BTreeMap, BTreeSet};
use zero_builder::sources::credential_slots;
use zero_config::{Config, Layer};
use zero_egress::Grant;
use zero_oci::{Descriptor, Signing};
use zero_pipeline::catalogue::{Catalogue, SourceRecord};

/// The functions that every host needs.
const FUNCTIONS: [&str; 4] = ["auth", "context", "intent", "synthesis"];

/// What a bundle is built from.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// The region that may run it.
    pub region: String,
    /// Layers of configuration as file and text, the later ones over the earlier.
    pub config: Vec<(String, String)>,
    /// The project's own functions by name.
    pub functions: Vec<(String, Vec<u8>)>,
    /// Connectors.
    pub connectors: Vec<Given>,
    /// Files of the catalogue by stem, and their texts.
    pub catalogue: Vec<(String, String)>,
}

/// A connector that was given.
#[derive(Debug, Clone)]
pub struct Given {
    /// Its name.
    pub name: String,
    /// The component.
    pub bytes: Vec<u8>,
    /// What it may ask for; none takes its own word.
    pub manifest: Option<Descriptor>,
    /// Where it came from, such as a pinned reference; empty for a file.
    pub origin: String,
}

/// What a component says of itself.
#[derive(Debug, Clone)]
pub struct Described {
    /// Its descriptor.
    pub descriptor: zero_types::connector::Descriptor,
    /// The world it was built for.
    pub world: String,
}

/// A bundle that is built and not yet signed.
#[derive(Debug, Clone)]
pub struct Built {
    /// Lock and files.
    pub contents: Contents,
}

/// Builds a bundle; `describe` asks a component what it is.
///
/// # Errors
/// [`Fault::Input`], [`Fault::Permissions`] and [`Fault::TooLarge`].
pub fn build(inputs: Inputs, describe: impl Fn(&str, &[u8]) -> anyhow::Result<Described>) -> Result<Built> {
    let layers: Vec<Layer<'_>> = inputs.config.iter().map(|(file, text)| Layer { file, text }).collect();
    let (config, config_text) = configuration(&inputs.region, &layers)?;
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    files.insert(CONFIG_FILE.to_owned(), config_text.into_bytes());

    let functions = functions(&inputs.functions, &mut files)?;
    let connectors = connectors(inputs.connectors, &config, &describe, &mut files)?;
    let catalogue = catalogue(&inputs.catalogue, &mut files)?;
    let catalogue = zero_config::resolve(&catalogue, &config);
    let sources = sources(&catalogue, &connectors, &config)?;

    let locked = |bytes: &Vec<u8>| LockedFile { size: bytes.len() as u64, digest: zero_oci::digest(bytes) };
    let lock = Lock {
        format: Lock::FORMAT,
        region: inputs.region,
        made_with: MadeWith {
            zero: env!("CARGO_PKG_VERSION").to_owned(),
            interfaces: zero_builder::VERSIONS.iter().map(|version| version.number.to_owned()).collect(),
        },
        functions,
        connectors,
        sources,
        limits: region_limits(&config),
        files: files.iter().map(|(path, bytes)| (path.clone(), locked(bytes))).collect(),
    };
    let bytes = files.values().map(|bytes| bytes.len() as u64).sum::<u64>();
    if files.len() > limits::FILES_MAX || bytes > limits::BUNDLE_BYTES_MAX {
        let what = format!(
            "{} files of {bytes} bytes are over the limits of {} and {} bytes",
            files.len(),
            limits::FILES_MAX,
            limits::BUNDLE_BYTES_MAX
        );
        return Err(Error::new(Fault::TooLarge, what, "leave out what the region does not need"));
    }
    let lock_bytes = lock.to_bytes()?;
    // Whoever reads it reads it by these rules, so it is held against them now.
    let lock = Lock::from_bytes(&lock_bytes)?;
    let lock_digest = zero_oci::digest(&lock_bytes);
    files.insert(LOCK_FILE.to_owned(), lock_bytes);
    Ok(Built { contents: Contents { lock, lock_digest, files } })
}

impl Built {
    /// Signs the lock.
    ///
    /// # Errors
    /// [`Fault::Signature`] when nobody signs.
    pub fn sign(&mut self, signing: &Signing<'_>) -> Result<()> {
        let lock = self.contents.files.get(LOCK_FILE).map(Vec::as_slice).unwrap_or_default();
        let signature = zero_oci::sign_bytes(LOCK_FILE, lock, signing)?;
        self.contents.files.insert(SIGNATURE_FILE.to_owned(), signature);
        Ok(())
    }
}

fn configuration(region: &str, layers: &[Layer<'_>]) -> Result<(Config, String)> {
    let wrong = |error: anyhow::Error| Error::input(format!("{error:#}"), "correct the configuration");
    let config = Config::layered(layers).map_err(wrong)?;
    if config.region != region || region.is_empty() {
        let what = format!("the configuration is for the region `{}`, not `{region}`", config.region);
        return Err(Error::input(what, "say `name` in `[region]` of the region's file"));
    }
    let table = zero_config::merge(layers).map_err(wrong)?;
    let text = toml::to_string(&table).map_err(|error| wrong(error.into()))?;
    let head = "# The defaults with the region's file laid over them, as `zero bundle build` found them.\n\n";
    Ok((config, format!("{head}{text}")))
}

fn functions(given: &[(String, Vec<u8>)], files: &mut BTreeMap<String, Vec<u8>>) -> Result<Vec<LockedFunction>> {
    let hint = "`cargo xtask components` builds them all";
    let function = |name: &str| {
        let found = given.iter().find(|(has, _)| has == name);
        let (_, bytes) = found.ok_or_else(|| Error::input(format!("there is no function `{name}`"), hint))?;
        let world = zero_builder::check(bytes);
        let world = world.map_err(|error| Error::input(format!("the function `{name}`: {error}"), hint))?;
        Ok::<_, Error>((bytes.clone(), world))
    };
    if let Some((other, _)) = given.iter().find(|(name, _)| !FUNCTIONS.contains(&name.as_str())) {
        return Err(Error::input(format!("`{other}` is no function of this release"), hint));
    }
    let mut locked = Vec::new();
    for name in FUNCTIONS {
        let (bytes, world) = function(name)?;
        let file = format!("functions/{name}.wasm");
        locked.push(LockedFunction {
            name: name.to_owned(),
            digest: zero_oci::digest(&bytes),
            file: file.clone(),
            world,
        });
        files.insert(file, bytes);
    }
    Ok(locked)
}

fn connectors(
    mut given: Vec<Given>,
    config: &Config,
    describe: &impl Fn(&str, &[u8]) -> anyhow::Result<Described>,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<Vec<LockedConnector>> {
    given.sort_by(|one, other| one.name.cmp(&other.name));
    let mut locked: Vec<LockedConnector> = Vec::new();
    for Given { name, bytes, manifest, origin } in given {
        let granted = config.connectors.limits.get(&name).map(zero_config::Raise::granted).unwrap_or_default();
        let wrong =
            |what: String| Error::input(format!("the connector `{name}`: {what}"), "build it again, or leave it out");
        let world =
            zero_builder::check_sized(&bytes, granted.component_bytes).map_err(|error| wrong(error.to_string()))?;
        let said = describe(&name, &bytes).map_err(|error| wrong(format!("{error:#}")))?;
        if said.descriptor.name != name {
            return Err(wrong(format!("it says its name is `{}`", said.descriptor.name)));
        }
        if locked.iter().any(|other| other.name == name) {
            return Err(wrong("it is given twice".to_owned()));
        }
        let interface = said.world.rsplit_once('@').map_or(said.world.as_str(), |(_, version)| version);
        let describes = Descriptor::of(&said.descriptor, interface);
        let manifest = manifest.unwrap_or_else(|| describes.clone());
        let more = permissions::wider(&manifest, &describes);
        if !more.is_empty() {
            return Err(asks_for_more(&name, &more));
        }
        let file = format!("connectors/{name}.wasm");
        locked.push(LockedConnector {
            digest: zero_oci::digest(&bytes),
            file: file.clone(),
            world,
            origin,
            manifest,
            describes,
            component_bytes_max: granted.component_bytes,
            memory_bytes_max: granted.memory_bytes,
            cpu_ms_max: u64::try_from(granted.cpu.as_millis()).unwrap_or(u64::MAX),
            name,
        });
        files.insert(file, bytes);
    }
    Ok(locked)
}

pub(crate) fn asks_for_more(name: &str, more: &[String]) -> Error {
    let what = format!("the connector `{name}` asks for more than its manifest says: {}", more.join(", "));
    let next = "do not run it; ask its publisher, or take a manifest that says so if you agree to it";
    Error::new(Fault::Permissions, what, next)
}

fn catalogue(texts: &[(String, String)], files: &mut BTreeMap<String, Vec<u8>>) -> Result<Catalogue> {
    let mut named = Vec::new();
    for (stem, text) in texts {
        let path = format!("catalogue/{stem}.toml");
        files.insert(path.clone(), text.clone().into_bytes());
        named.push((path, text.as_str()));
    }
    let read = Catalogue::from_toml(named.iter().map(|(path, text)| (path.as_str(), *text)));
    read.map_err(|error| Error::input(error, "correct the catalogue"))
}

fn sources(catalogue: &Catalogue, connectors: &[LockedConnector], config: &Config) -> Result<Vec<LockedSource>> {
    let known: BTreeSet<&str> = catalogue.records().iter().map(|record| record.source.id.as_str()).collect();
    let said = config.sources.enable.iter().chain(&config.sources.disable).chain(config.sources.overrides.keys());
    if let Some(id) = said.into_iter().find(|id| !known.contains(id.as_str())) {
        let hint = "correct `[sources]` of the region's file";
        return Err(Error::input(format!("[sources] names `{id}`, which is no source of the catalogue"), hint));
    }
    catalogue.records().iter().map(|record| source(record, connectors, config)).collect()
}

fn source(record: &SourceRecord, connectors: &[LockedConnector], config: &Config) -> Result<LockedSource> {
    let id = &record.source.id;
    let connector = connectors.iter().find(|connector| connector.name == record.connector);
    let rules = config.pipeline.rules.denies(record);
    let absent = || format!("the bundle has no connector `{}`", record.connector);
    let (standing, reason) = match (record.enabled, rules, connector) {
        (false, ..) => (Standing::Off, None),
        (true, Some(reason), _) => (Standing::Withheld, Some(reason)),
        (true, None, None) => (Standing::Withheld, Some(absent())),
        (true, None, Some(_)) => (Standing::On, None),
    };
    let may = connector.map(|connector| connector.describes.hosts.as_slice()).unwrap_or_default();
    let granted = Grant::new(id, &record.hosts, may, config.egress.allowed_hosts.as_deref());
    let granted = granted.map_err(|error| Error::input(format!("source `{id}`: {error}"), "correct its `hosts`"))?;
    let mut hosts: Vec<String> = granted.hosts.iter().map(ToString::to_string).collect();
    hosts.sort();
    Ok(LockedSource {
        id: id.clone(),
        connector: record.connector.clone(),
        digest: zero_oci::digest(facts(record).to_string().as_bytes()),
        standing,
        reason,
        hosts,
        credentials: credential_slots(&record.source.settings).into_iter().collect(),
        personal: record.personal,
        licence: record.licence.clone(),
        requests_per_second: record.requests_per_second,
        connections: record.connections,
    })
}

/// All that a record says, in one order.
fn facts(record: &SourceRecord) -> serde_json::Value {
    let codes = |places: &[zero_pipeline::rules::Jurisdiction]| -> Vec<String> {
        places.iter().map(ToString::to_string).collect()
    };
    let kinds: Vec<String> = record.kinds.iter().map(|kind| format!("{kind:?}")).collect();
    serde_json::json!([
        [record.source.id, record.source.name, record.source.languages, record.source.topics, record.source.settings],
        [record.connector, record.summary, record.homepage, record.attribution],
        [record.category.map(zero_pipeline::catalogue::Category::name), record.licence, record.terms],
        [record.key.name(), kinds, record.entities, record.triggers, record.must, record.must_not],
        [record.hosts, record.trust, record.personal, record.enabled],
        [codes(&record.asked_from.regions), codes(&record.asked_from.not_from)],
        [record.requests_per_second, record.connections],
    ])
}

/// What of the configuration bounds an answer.
fn region_limits(config: &Config) -> BTreeMap<String, serde_json::Value> {
    let pipeline = &config.pipeline;
    let rules = &pipeline.rules;
    let tags = |tags: &[zero_pipeline::rules::Tag]| -> Vec<String> { tags.iter().map(ToString::to_string).collect() };
    let resting = match &rules.personal_data {
        zero_pipeline::rules::Resting::Anywhere => serde_json::json!("anywhere"),
        zero_pipeline::rules::Resting::In(places) => serde_json::json!(places),
    };
    let named = [
        ("portfolio_max", serde_json::json!(pipeline.portfolio_max)),
        ("connections_max", serde_json::json!(pipeline.connections_max)),
        ("candidates_max", serde_json::json!(pipeline.candidates_max)),
        ("bid_min", serde_json::json!(pipeline.bid_min)),
        ("gather_budget_ms", serde_json::json!(pipeline.gather_budget.as_millis() as u64)),
        ("hedge", serde_json::json!(pipeline.hedge)),
        ("questions_in_flight_max", serde_json::json!(config.server.questions_in_flight_max)),
        ("jurisdiction", serde_json::json!(rules.jurisdiction)),
        ("personal_data", resting),
        ("sources_allowed", serde_json::json!(tags(&rules.allowed))),
        ("sources_denied", serde_json::json!(tags(&rules.denied))),
        ("allowed_hosts", serde_json::json!(config.egress.allowed_hosts)),
    ];
    named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
