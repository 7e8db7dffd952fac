//! Starts: what is opened, what is refused, and what a frozen process wakes up to.

use crate::world::{PENICILLIN, SUM, World, ask, get, json};
use std::fs;
use std::process::Command;
use zero_stub::{Exchanges, Options, Stub};

#[test]
fn a_changed_artifact_costs_the_sources_of_its_connector() {
    let Some(world) = World::new() else { return };
    let mut artifact = world.artifact("connectors/wikidata");
    let middle = artifact.len() / 2;
    artifact[middle] ^= 1;
    world.replace_artifact("connectors/wikidata", &artifact);
    let lambda = world.start();
    let answer = json(&ask(&lambda, &get(PENICILLIN, &[]), b""));
    let source = |id: &str| {
        let sources = answer["sources"].as_array().unwrap();
        sources.iter().find(|source| source["id"] == id).unwrap_or_else(|| panic!("{answer:#}")).to_string()
    };
    assert!(source("wikidata").contains("not the one that was packaged"), "{}", source("wikidata"));
    assert!(source("wikipedia-en").contains("answered"), "{}", source("wikipedia-en"));
    assert!(answer.to_string().contains("Alexander Fleming"), "{answer:#}");
}

#[test]
fn a_start_that_fails_says_why() {
    let Some(world) = World::new() else { return };
    let fails = |expected: &str| {
        let reason = world.fails(world.options());
        assert!(reason.contains(expected), "{expected}: {reason}");
    };
    let mut options = world.options();
    options.environment.push(("ZERO_STREAM".to_owned(), "url".to_owned()));
    assert!(world.fails(options).contains("`ZERO_STREAM` knows no `url`"));

    let mut artifact = world.artifact("functions/intent");
    artifact.truncate(1000);
    world.replace_artifact("functions/intent", &artifact);
    fails("not the one that was packaged");
    let index = world.folder.path().join("artifacts/index.json");
    fs::remove_file(&index).unwrap();
    fails("index.json");
    fs::write(&index, "{").unwrap();
    fails("the index of the artifacts is wrong");
    fs::write(world.folder.path().join("zero.toml"), "[egress]\nproxy = 1").unwrap();
    fails("unknown field `proxy`");
}

#[test]
fn connections_that_died_in_the_freeze_are_not_missed() {
    let Some(world) = World::new() else { return };
    let lambda = world.start();
    let first = json(&ask(&lambda, &get(PENICILLIN, &[]), b""));
    assert!(first.to_string().contains("Alexander Fleming"));

    let signal = |name: &str| {
        for pid in lambda.pids() {
            assert!(Command::new("kill").args([name, &pid.to_string()]).status().unwrap().success());
        }
    };
    let address = world.stub.address();
    signal("-STOP");
    let World { folder: _folder, stub } = world;
    drop(stub);
    // The same services, and none of the connections there were.
    let exchanges = Exchanges::of_work_tree(&crate::world::root()).unwrap();
    let _stub = Stub::start(exchanges, Options { listen: address, ..Options::default() }).unwrap();
    signal("-CONT");

    let other = "/v1/answer?q=when+was+Marie+Curie+born&sources=wikipedia-en,wikidata&budget_ms=20000";
    let second = json(&ask(&lambda, &get(other, &[]), b""));
    let sources = second["sources"].as_array().unwrap();
    let unreachable = sources.iter().any(|source| source.to_string().contains("unreachable"));
    assert!(!unreachable, "{second:#}");
    assert!(ask(&lambda, &get(SUM, &[]), b"").text().contains("36"));
}
