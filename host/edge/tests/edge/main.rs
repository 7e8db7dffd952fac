//! The orchestrator of the edge over recorded exchanges: what it answers, what it refuses, what it remembers, what it lacks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

mod answers;
mod data;
mod refusals;
mod store;
mod world;

use std::path::PathBuf;
use std::rc::Rc;
use world::TestWorld;
use zero_config::Config;
use zero_edge::{ConnectorFacts, Edge, EdgeData, Site, Target};
use zero_pipeline::catalogue::Catalogue;
use zero_pipeline::{Answered, Ask, Fixed, Rooms as _};
use zero_plain::{Native, NativeRooms};

/// The rooms as plain libraries, with the connectors that these tests ask.
fn plain() -> NativeRooms {
    let calculator = Native::of::<zero_connector_calculator::Calculator>();
    let mediawiki = Native::of::<zero_connector_mediawiki::MediaWiki>();
    NativeRooms { connectors: [("calculator", calculator), ("mediawiki", mediawiki)].into() }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// These files of the shipped catalogue.
fn catalogue(names: &[&str]) -> Catalogue {
    let text = |name: &&str| std::fs::read_to_string(root().join(format!("connectors/catalogue/{name}.toml"))).unwrap();
    let texts: Vec<(&str, String)> = names.iter().map(|name| (*name, text(name))).collect();
    Catalogue::from_toml(texts.iter().map(|(name, text)| (*name, text.as_str()))).unwrap()
}

/// Every file of it.
fn whole_catalogue() -> Catalogue {
    let files = std::fs::read_dir(root().join("connectors/catalogue")).unwrap().flatten().map(|it| it.path());
    let mut names: Vec<String> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    catalogue(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What a build would know of connectors that may name any host.
fn facts(names: &[&str]) -> Vec<ConnectorFacts> {
    let fact = |name: &&str| ConnectorFacts {
        name: (*name).to_owned(),
        version: "0.1.0".to_owned(),
        digest: format!("sha256:{name}"),
        hosts: vec!["*".to_owned()],
    };
    names.iter().map(fact).collect()
}

/// A site over data that went through its written form, as on every target.
fn site(config: &str, catalogue: Catalogue, target: Target) -> Rc<Site> {
    let connectors = facts(&["calculator", "mediawiki", "files"]);
    let config = Config::from_toml(config).unwrap();
    let catalogue = zero_config::resolve(&catalogue, &config);
    let data = EdgeData::new(config, catalogue, plain().digests(), connectors);
    Site::new(EdgeData::read(data.write().unwrap()).unwrap(), target).unwrap()
}

fn ask(world: &TestWorld, site: &Rc<Site>, ask: Ask) -> Answered {
    let edge = Edge::new(Rc::clone(site), world.clone(), plain());
    world.time.run(async move { edge.answer(ask, Fixed::default(), |_| {}).await }).unwrap().unwrap()
}

fn question(text: &str) -> Ask {
    Ask::new(text).unwrap()
}

/// The lines of the ledger as `source: state`.
fn ledger(answered: &Answered) -> Vec<String> {
    answered.ledger.iter().map(|entry| format!("{}: {}", entry.source_id, entry.state.name())).collect()
}
