//! Two versions over stored exchanges: `compare`, and `install --gate` at a host and without one.

use crate::host::{Operator, edit};
use crate::support::Author;
use crate::{QUESTION, redirected, zip_codes};
use std::fs;

#[test]
fn a_version_that_loses_claims_stays_out() {
    let author = Author::new();
    let service = zip_codes();
    let Some(operator) = Operator::new(&author, &redirected(&service)) else { return };
    let project = author.folder.path().join("demo");
    author.ok(&["new", "demo"]);
    author.ok(&["build", "-C", "demo"]);
    let at = |name: &str| author.folder.path().join(name).display().to_string();
    // What was recorded with the first version, before its author had other ideas.
    fs::create_dir_all(at("stored/exchanges")).unwrap();
    for file in ["sources.toml", "exchanges/cases.toml", "exchanges/demo-1.http"] {
        fs::copy(project.join(file), at(&format!("stored/{file}"))).unwrap();
    }
    fs::copy(project.join("target/demo.wasm"), at("old.wasm")).unwrap();
    let code = project.join("src/lib.rs");
    edit(&code, "            findings.claims.push(", "            drop(");
    edit(&project.join("exchanges/cases.toml"), "claims = [\"postal code 00042 | place | Lower Fernby\"]\n", "");
    author.ok(&["build", "-C", "demo"]);
    fs::copy(project.join("target/demo.wasm"), at("new.wasm")).unwrap();

    let (old, new, stored) = (at("old.wasm"), at("new.wasm"), at("stored"));
    let compare =
        |code, old: &str, new: &str| operator.ends(code, &["connectors", "compare", old, new, "--exchanges", &stored]);
    let same = compare(0, &old, &old);
    assert!(same.contains("passed"), "{same}");
    let lost = compare(4, &old, &new);
    assert!(lost.contains("postal code 00042") && lost.contains("refused: "), "{lost}");
    let gained = compare(0, &new, &old);
    assert!(gained.contains("better"), "{gained}");
    let nothing = operator.ends(1, &["connectors", "compare", &old, &new, "--exchanges", &at("bundle")]);
    assert!(nothing.contains("no exchange of this connector"), "{nothing}");

    let install =
        |code, file: &str| operator.ends(code, &["connectors", "install", file, "--allow-unsigned", "--gate", &stored]);
    let host = operator.serve();
    install(0, &old);
    let gated = install(4, &new);
    assert!(gated.contains("answers the stored exchanges differently and stays out"), "{gated}");
    assert!(host.ask("demo", QUESTION).contains("belongs to Lower Fernby"));
    let compared = compare(4, "demo", &new);
    assert_eq!(compared, lost, "the installed version is the old one");
    host.stop();
    // Without a host the same rules hold.
    let gated = install(4, &new);
    assert!(gated.contains("stays out"), "{gated}");
    // Its own fixtures no longer ask for claims, so that without the gate it comes in.
    operator.ends(0, &["connectors", "install", &new, "--allow-unsigned"]);
}
