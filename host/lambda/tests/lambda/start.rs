//! Starts: what is opened, what is refused, and what a frozen process wakes up to.

use crate::world::{PENICILLIN, SUM, World, ask, digest_of, get, json};
use std::fs;
use std::io::Write as _;
use std::process::Command;
use zero_oci::{Signer, Signing, Timestamp};
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
    world.set_config("[egress]\nproxy = 1");
    fails("unknown field `proxy`");
    world.set_config("[region]\nname = \"ap-south\"");
    fails("and the package of");
    world.replace("artifacts/index.json", b"{");
    world.vouch("artifacts/index.json");
    fails("the index of the artifacts is wrong");
    world.replace("package.json", b"{}");
    fails("`package.json`");
    fs::remove_file(world.folder.path().join("package.json")).unwrap();
    fails("package.json");
}

/// A start costs the same however many connectors there are: none of their code need even be there.
#[test]
fn a_start_reads_no_connector() {
    let Some(world) = World::of_connectors(100) else { return };
    let kept = [digest_of("connectors/calculator")]
        .into_iter()
        .chain(["intent", "context", "synthesis", "auth"].map(|name| digest_of(&format!("functions/{name}"))));
    let kept: Vec<String> = kept.map(|digest| format!("{digest}.artifact")).collect();
    let mut removed = 0;
    for entry in fs::read_dir(world.folder.path().join("artifacts")).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if name.ends_with(".artifact") && !kept.contains(&name) {
            fs::remove_file(entry.path()).unwrap();
            removed += 1;
        }
    }
    assert!(removed > 5, "{removed}");
    let lambda = world.start();
    assert!(ask(&lambda, &get(SUM, &[]), b"").text().contains("36"));
    let memory_mb = lambda.memory_bytes_peak().unwrap_or_default() / (1024 * 1024);
    // For whoever runs the tests; figures are held by the benches.
    let _ = writeln!(std::io::stderr(), "100 connectors: init {:?}, {memory_mb} MB", lambda.init_time());
}

/// Of the files that a start reads, and of the artifacts, no bit can be turned.
#[test]
fn a_turned_bit_is_found_before_anything_is_parsed() {
    let Some(world) = World::new() else { return };
    for path in ["zero.toml", "region.data", "artifacts/index.json"] {
        let genuine = fs::read(world.folder.path().join(path)).unwrap();
        for at in [0, genuine.len() / 2, genuine.len() - 1] {
            let mut bytes = genuine.clone();
            bytes[at] ^= 0x10;
            world.replace(path, &bytes);
            let reason = world.fails(world.options());
            assert!(reason.contains(path) && reason.contains("not the one that was packaged"), "{path} {at}: {reason}");
        }
        world.replace(path, &genuine);
    }
    assert!(ask(&world.start(), &get(SUM, &[]), b"").text().contains("36"));
}

#[test]
fn whom_to_believe_decides() {
    let Some(world) = World::new() else { return };
    let (ours, theirs) = (Signer::generate().unwrap(), Signer::generate().unwrap());
    let public = ours.public().to_pem().unwrap();
    let trust = format!("[[key]]\nname = \"ours\"\npublic = \"\"\"\n{public}\"\"\"\n");
    fs::write(world.folder.path().join("trust.toml"), trust).unwrap();
    let sign = |signer: &Signer, expires: Option<Timestamp>| {
        let manifest = fs::read(world.folder.path().join("package.json")).unwrap();
        let signing = Signing { signers: core::slice::from_ref(signer), created: None, expires };
        world.replace("package.sig", &zero_oci::sign_bytes("package.json", &manifest, &signing).unwrap());
    };
    let refused = |word: &str| {
        let reason = world.fails(world.options());
        assert!(reason.contains(word), "{word}: {reason}");
    };
    refused("nobody signed the package");
    sign(&theirs, None);
    refused("trust");
    sign(&ours, Some(Timestamp::UNIX_EPOCH));
    refused("expired");
    sign(&ours, None);
    assert!(ask(&world.start(), &get(SUM, &[]), b"").text().contains("36"));
    // What was signed is what is run.
    world.set_config("[pipeline]\nhedge = false\n");
    refused("package.json");
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
