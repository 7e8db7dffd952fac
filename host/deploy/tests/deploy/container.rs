//! Build files, read by a linter that parses them.

use crate::tools::{text, tools};
use crate::{edge_config, files};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// All that `hadolint` has to say; nothing when the file is fine.
fn linted(tools: &std::path::Path, file: &str) -> String {
    let mut hadolint = Command::new(tools.join("hadolint"));
    hadolint.args(["--no-color", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut hadolint = hadolint.spawn().unwrap();
    hadolint.stdin.take().unwrap().write_all(file.as_bytes()).unwrap();
    let output = hadolint.wait_with_output().unwrap();
    let said = text(&output);
    assert_eq!(output.status.success(), said.is_empty(), "{said}");
    said
}

#[test]
fn containers_are_built_as_they_should_be() {
    let Some(tools) = tools() else { return };
    let of_bundle = files()["container/Containerfile"].clone();
    let of_program = std::fs::read_to_string(edge_config().join("container/Containerfile")).unwrap();
    for file in [&of_bundle, &of_program] {
        assert_eq!(linted(tools, file), "");
    }
    for (right, wrong) in [
        ("FROM localhost/zero:0.1.0", "FROM localhost/zero"),
        ("COPY --from=verified /etc", "COPY --from=nobody /etc"),
        ("STOPSIGNAL", "STOPSIGN"),
        ("USER 65532:65532", "USER root"),
        ("EXPOSE 8080/tcp", "EXPOSE 80800"),
    ] {
        let broken = of_bundle.replace(right, wrong);
        assert_ne!(broken, of_bundle, "{right}");
        assert_ne!(linted(tools, &broken), "", "`{wrong}` is taken");
    }
}

/// Nobody's program is run as root, and no bundle that has not been verified is in an image.
#[test]
fn the_last_stage_runs_as_nobody_over_what_was_verified() {
    let of_bundle = &files()["container/Containerfile"];
    let verified = of_bundle.find("\"bundle\", \"verify\"").unwrap();
    let (before, last) = of_bundle.split_at(of_bundle.rfind("\nFROM ").unwrap());
    assert!(verified < before.len(), "it is verified in a stage of its own");
    assert!(last.contains("\nUSER 65532:65532\n") && last.contains("\nHEALTHCHECK "));
    let copied: Vec<&str> = last.lines().filter(|line| line.starts_with("COPY ")).collect();
    assert!(copied.iter().all(|line| line.starts_with("COPY --from=verified ")), "{copied:?}");
}
