//! A bundle as a Spin application, asked over HTTP as Spin would serve it.
//!
//! `ZERO_BUNDLE` is the folder with functions and connectors, `ZERO_ORCHESTRATORS` that with `spin.wasm`; without them
//! they are looked for where `cargo xtask components` puts them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test ends by panicking, and says what it left out"
)]

mod support;

use serde_json::Value;
use support::{Built, ask, build, events, left_out, serve, trapping};

/// Connectors that the tests need; fewer components compile sooner.
const CONNECTORS: [&str; 3] = ["calculator", "mediawiki", "wikidata"];

fn sentences(answer: &Value) -> String {
    answer["sentences"].to_string()
}

fn cited(answer: &Value) -> Vec<&str> {
    answer["citations"].as_array().unwrap().iter().filter_map(|it| it["source"].as_str()).collect()
}

#[test]
fn everything_composed_answers_with_citations() {
    let Some(built) = build(&CONNECTORS, &[], &[]) else { return left_out() };
    let app = serve(&built);
    let server = &app.server;
    let sum = ask(server, "what is 15% of 240", &[]);
    assert!(sentences(&sum).contains("36"), "{sum:#}");

    let fleming = ask(server, "who discovered penicillin", &[]);
    assert!(sentences(&fleming).contains("Alexander Fleming"), "{fleming:#}\n{:#?}", server.application().log());
    let cited = cited(&fleming);
    assert!(cited.contains(&"wikipedia-en") && cited.contains(&"wikidata"), "{cited:?}");
    assert!(server.application().stored() > 0, "nothing was kept for the next request");

    let frames = events(server, "who discovered penicillin");
    let names: Vec<&str> = frames.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.first(), Some(&"read"));
    assert_eq!(names.last(), Some(&"done"));
    assert!(names.contains(&"routed") && names.contains(&"source") && names.contains(&"answer"), "{names:?}");

    // A connector that was built for the first version of the interface stands beside the others.
    let almanac = ask(server, "what is the population of Lower Foo", &["almanac-eu"]);
    assert!(almanac.to_string().contains("1204"), "{almanac:#}\n{:#?}", server.application().log());
}

#[test]
fn what_the_manifest_does_not_allow_is_refused_and_fails_no_question() {
    let Some(built) = build(&CONNECTORS, &[], &[]) else { return left_out() };
    let narrowed = built.manifest().replace("\"https://www.wikidata.org\",", "");
    assert_ne!(narrowed, built.manifest(), "wikidata is among the allowed hosts");
    let app = serve(&built.with_manifest(&narrowed));
    let server = &app.server;
    let fleming = ask(server, "who discovered penicillin", &[]);
    assert!(sentences(&fleming).contains("Alexander Fleming"), "{fleming:#}");
    assert!(!cited(&fleming).contains(&"wikidata"));
    assert!(server.application().log().iter().any(|line| line.starts_with("refused: https://www.wikidata.org")));
}

#[test]
fn a_connector_that_stands_alone_answers_alike_and_traps_alone() {
    let Some(built) = build(&CONNECTORS, &["wikidata"], &[]) else { return left_out() };
    let app = serve(&built);
    let server = &app.server;
    let fleming = ask(server, "who discovered penicillin", &[]);
    let cited = cited(&fleming);
    assert!(
        cited.contains(&"wikipedia-en") && cited.contains(&"wikidata"),
        "{cited:?} {:#?}",
        server.application().log()
    );
    drop(app);

    // Deployed anew, it changes its own component and a line of the manifest.
    let Some(broken) = build(&CONNECTORS, &["wikidata"], &[("wikidata", trapping())]) else { return left_out() };
    assert!(built.file("answer.wasm") == broken.file("answer.wasm"), "the orchestrator is another");
    assert!(built.file("connector-wikidata.wasm") != broken.file("connector-wikidata.wasm"));
    let app = serve(&broken);
    let server = &app.server;
    let without = ask(server, "who discovered penicillin", &[]);
    assert!(sentences(&without).contains("Alexander Fleming"), "{without:#}");
    let sources = without["sources"].as_array().unwrap();
    let wikidata = sources.iter().find(|it| it["id"] == "wikidata").expect("a line in the ledger");
    assert_eq!((&wikidata["state"], &wikidata["cause"]), (&"failed".into(), &"trap".into()), "{wikidata}");
    assert!(server.application().log().iter().any(|line| line.contains("connector-wikidata")), "its trap was seen");
}

#[test]
fn the_files_of_an_application_are_the_same_twice() {
    let (Some(one), Some(other)) = (build(&CONNECTORS, &["wikidata"], &[]), build(&CONNECTORS, &["wikidata"], &[]))
    else {
        return left_out();
    };
    let names: Vec<&str> = one.files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(names, ["answer.wasm", "connector-wikidata.wasm", "spin.toml"]);
    assert!(one.files == other.files, "equal bundles gave different bytes");
    let Built { lacks, notes, .. } = one;
    assert!(lacks.iter().any(|lack| lack.contains("traps")), "{lacks:?}");
    assert!(notes.iter().any(|(name, _)| name == "requests at once"), "{notes:?}");
}
