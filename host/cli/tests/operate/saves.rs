//! `zero connector dev`: a save is in the running host without a restart.

use crate::host::{Operator, Running, edit, wait_for};
use crate::support::Author;
use crate::{QUESTION, redirected, zip_codes};
use std::process::Stdio;

#[test]
fn a_save_is_in_the_running_host() {
    let author = Author::new();
    let service = zip_codes();
    let Some(operator) = Operator::new(&author, &redirected(&service)) else { return };
    author.ok(&["new", "demo"]);
    author.ok(&["new", "zips", "--rest"]);
    let host = operator.serve();
    let dev = |project: &str| {
        let said = std::fs::File::create(author.folder.path().join(format!("{project}.log"))).unwrap();
        let mut zero = author.zero();
        zero.env("ZERO_BUNDLE", author.folder.path().join("bundle"));
        zero.arg("--state").arg(operator.state()).args(["connector", "dev", "-C", project]);
        zero.stdin(Stdio::null()).stdout(said.try_clone().unwrap()).stderr(said);
        Running(zero.spawn().unwrap())
    };
    for (project, file, from, to) in [
        ("demo", "src/lib.rs", "The {subject} belongs to {}", "Those of {subject} live, since it belongs to {}"),
        (
            "zips",
            "sources.toml",
            "The postal code {:code} belongs",
            "Those of postal code {:code} live, since it belongs",
        ),
    ] {
        let log = author.folder.path().join(format!("{project}.log"));
        let answers = |what: &str| {
            let answer = host.ask(project, QUESTION);
            let said = std::fs::read_to_string(&log).unwrap();
            assert!(!said.contains("error"), "{said}");
            answer.contains(what)
        };
        let developing = dev(project);
        wait_for("the first version", || answers("The postal code 00042 belongs to Lower Fernby"));
        edit(&author.folder.path().join(project).join(file), from, to);
        wait_for("the second version", || answers("live, since it belongs to Lower Fernby"));
        drop(developing);
        let said = std::fs::read_to_string(&log).unwrap();
        assert_eq!(said.matches("in the running host").count(), 2, "{said}");
        let shown = operator.ends(0, &["connectors", "show", project]);
        assert!(shown.contains(&format!("target/{project}.wasm")) && shown.contains("unsigned"), "{shown}");
    }
    host.stop();
}
