//! A Spin application: the composed orchestrator, the connectors that stand alone, and the manifest.
//!
//! - **Takes** the parts of a bundle and the built orchestrator and face.
//! - **Gives** the files of an application, what it lacks, and what an operator wants to know.
//! - **Fails** naming the component that does not fit, or the connector that is not there to be set apart.
//! - **Limits**: those of composition.
//! - **Why it is so**: the digest of a connector that stands alone is in the manifest and not in the orchestrator, so
//!   deploying it anew changes one component and one line, and no other byte.

use crate::manifest::{self, Manifest};
use crate::{Error, Part, chain, compose, link};
use std::collections::{BTreeMap, BTreeSet};
use zero_chain::Carried;
use zero_config::Config;
use zero_edge::{ConnectorFacts, EdgeData, Target};
use zero_pipeline::catalogue::Catalogue;

/// The memories that Spin has for all requests together, unless `SPIN_WASMTIME_TOTAL_MEMORIES` says otherwise.
const MEMORIES_OF_SPIN: usize = 1000;

/// What was built once for every bundle.
#[derive(Debug, Clone, Copy)]
pub struct Orchestrator<'b> {
    /// `spin.wasm`.
    pub answer: &'b [u8],
    /// `spin-face.wasm`.
    pub face: &'b [u8],
}

/// A connector of the bundle.
#[derive(Debug, Clone, Copy)]
pub struct Connector<'b> {
    /// Name and component, unchanged.
    pub part: Part<'b>,
    /// `sha256:HEX` of the component.
    pub digest: &'b str,
    /// Its own version.
    pub version: &'b str,
    /// Hosts its requests may name.
    pub hosts: &'b [String],
}

/// A function of the bundle.
#[derive(Debug, Clone, Copy)]
pub struct Function<'b> {
    /// Name and component, unchanged.
    pub part: Part<'b>,
    /// `sha256:HEX` of the component.
    pub digest: &'b str,
}

/// What is packed.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'b> {
    /// The region's name.
    pub region: &'b str,
    /// `sha256:HEX` of the bundle's lock, where there is one.
    pub bundle: &'b str,
    /// All functions.
    pub functions: &'b [Function<'b>],
    /// All connectors, in order of names.
    pub connectors: &'b [Connector<'b>],
    /// The region's configuration.
    pub config: &'b Config,
    /// All sources, with the region's choices applied.
    pub catalogue: &'b Catalogue,
    /// Patterns of the hosts that sources may be asked at.
    pub hosts: &'b BTreeSet<String>,
    /// Connectors that become components of their own.
    pub apart: &'b [String],
}

/// An application, ready for `spin up`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Application {
    /// Its files by path.
    pub files: Vec<(String, Vec<u8>)>,
    /// What it cannot do, a sentence each.
    pub lacks: Vec<String>,
    /// What an operator wants to know.
    pub notes: Vec<(String, String)>,
}

/// Makes the application of a bundle.
///
/// # Errors
/// See [`Error`].
pub fn application(orchestrator: Orchestrator<'_>, parts: &Parts<'_>) -> Result<Application, Error> {
    let apart = |name: &str| parts.apart.iter().any(|it| it == name);
    if let Some(name) = parts.apart.iter().find(|name| !parts.connectors.iter().any(|it| it.part.name == **name)) {
        return Err(Error::NotThere(name.clone()));
    }
    let (alone, together): (Vec<&Connector<'_>>, Vec<&Connector<'_>>) =
        parts.connectors.iter().partition(|it| apart(it.part.name));

    let functions: Vec<Part<'_>> = parts.functions.iter().map(|it| it.part).collect();
    let composed: Vec<Part<'_>> = together.iter().map(|it| it.part).collect();
    let data = carried(parts, &alone)?;
    let answer = compose(orchestrator.answer, &functions, &composed, &data)?;
    let (memories, tables) = link::resources(&answer)?;

    let mut files = Vec::with_capacity(alone.len() + 2);
    let mut notes = vec![
        (
            "composed component".to_owned(),
            format!("{} bytes, of which data of the bundle {}", answer.len(), data.len()),
        ),
        (
            "requests at once".to_owned(),
            format!(
                "{}: a request takes {memories} memories and {tables} tables; more with SPIN_WASMTIME_TOTAL_MEMORIES",
                MEMORIES_OF_SPIN / memories.max(1)
            ),
        ),
    ];
    let mut sources = BTreeMap::new();
    for connector in &alone {
        let bytes = chain(orchestrator.face, connector.part)?;
        let path = format!("{}.wasm", zero_spin::component_id(connector.part.name));
        notes.push((format!("connector `{}`", connector.part.name), format!("{} bytes, alone", bytes.len())));
        sources.insert(
            connector.part.name.to_owned(),
            manifest::Chained {
                path: path.clone(),
                sha256: zero_builder::digest(&bytes),
                carries: connector.digest.to_owned(),
            },
        );
        files.push((path, bytes));
    }
    let manifest = Manifest {
        region: parts.region,
        bundle: parts.bundle,
        answer_sha256: zero_builder::digest(&answer),
        carries: carries(parts, &together),
        chained: sources,
        hosts: manifest::outbound(parts.hosts, &parts.config.egress.overrides),
        secrets: secrets(parts.config),
    };
    if !manifest.secrets.is_empty() {
        let given = manifest.secrets.keys().map(|name| format!("SPIN_VARIABLE_{}", name.to_uppercase()));
        notes.push(("secrets".to_owned(), given.collect::<Vec<_>>().join(", ")));
    }
    notes.push(("run it".to_owned(), manifest::COMMAND.to_owned()));
    files.push((manifest::FILE.to_owned(), manifest.text().into_bytes()));
    files.push((manifest::ANSWER_FILE.to_owned(), answer));
    files.sort();
    Ok(Application { files, lacks: lacks(parts, !together.is_empty()), notes })
}

/// What the orchestrator is composed with. Of a connector that stands alone it knows neither version nor digest.
fn carried(parts: &Parts<'_>, alone: &[&Connector<'_>]) -> Result<Vec<u8>, Error> {
    let is_alone = |name: &str| alone.iter().any(|it| it.part.name == name);
    let known = |name: &str, what: &str| if is_alone(name) { String::new() } else { what.to_owned() };
    let functions = parts.functions.iter().map(|it| (format!("functions/{}", it.part.name), it.digest.to_owned()));
    let connectors = parts.connectors.iter();
    let connectors = connectors.map(|it| (format!("connectors/{}", it.part.name), known(it.part.name, it.digest)));
    let facts = parts.connectors.iter().map(|it| ConnectorFacts {
        name: it.part.name.to_owned(),
        version: known(it.part.name, it.version),
        digest: known(it.part.name, it.digest),
        hosts: it.hosts.to_vec(),
    });
    let digests = functions.chain(connectors).collect();
    let data = EdgeData::new(parts.config.clone(), parts.catalogue.clone(), digests, facts.collect());
    let edge = data.write().map_err(|error| Error::Data(error.to_string()))?;
    let mut chained: Vec<String> = alone.iter().map(|it| it.part.name.to_owned()).collect();
    chained.sort();
    Ok(zero_chain::encode(&Carried { chained, store: true, receipts: parts.config.server.receipts, edge }))
}

/// Digests of what is inside the composed component.
fn carries(parts: &Parts<'_>, together: &[&Connector<'_>]) -> BTreeMap<String, String> {
    let functions = parts.functions.iter().map(|it| (format!("functions/{}", it.part.name), it.digest.to_owned()));
    let connectors = together.iter().map(|it| (format!("connectors/{}", it.part.name), it.digest.to_owned()));
    functions.chain(connectors).collect()
}

/// Names of Spin variables, and what each is.
fn secrets(config: &Config) -> BTreeMap<String, String> {
    let slots = config.credentials.iter().flat_map(|(source, slots)| slots.values().map(move |slot| (source, slot)));
    slots.map(|(source, slot)| (zero_spin::variable(&slot.env), format!("{} of {source}", slot.env))).collect()
}

fn lacks(parts: &Parts<'_>, composed: bool) -> Vec<String> {
    let mut lacks: Vec<String> = Target::SPIN.lacks.iter().map(ToString::to_string).collect();
    let has = |name: &str| parts.connectors.iter().any(|it| it.part.name == name);
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for record in parts.catalogue.records().iter().filter(|record| record.enabled) {
        if let Some(reason) = zero_edge::lack(&Target::SPIN, record, has) {
            reasons.entry(reason).or_default().push(&record.source.id);
        }
    }
    lacks.extend(reasons.into_iter().map(|(reason, ids)| format!("not asked, for {reason}: {}", ids.join(", "))));
    if composed {
        lacks.push(
            "a composed connector that traps or does not end takes its whole request with it; one named as `--apart NAME` is a component of its own, and costs only its source"
                .to_owned(),
        );
    }
    lacks.push(format!(
        "Spin gives up to 128 requests one instance unless it is started as `{}`: only then do connectors keep nothing from one question to the next",
        manifest::COMMAND
    ));
    lacks.push("connectors have no limits of CPU and memory of their own: Spin limits the application".to_owned());
    lacks
}
