//! What differs between two bundles is said line by line.

use crate::{build, connector, inputs};
use zero_bundle::Inputs;

/// Lines of the difference after `change`.
fn check(change: impl Fn(&mut Inputs), expected: &[&str]) {
    let before = build(inputs("eu-west", "IE")).unwrap().contents.lock;
    let mut changed = inputs("eu-west", "IE");
    change(&mut changed);
    let now = build(changed).unwrap().contents.lock;
    let lines: Vec<String> = zero_bundle::diff(&before, &now).iter().map(ToString::to_string).collect();
    // Digests are of no interest here.
    let hex = |word: &str| word.starts_with("sha256:");
    let plain = |line: &String| line.split(' ').filter(|word| !hex(word)).collect::<Vec<_>>().join(" ");
    assert_eq!(lines.iter().map(plain).collect::<Vec<_>>(), expected);
}

#[test]
fn a_difference_is_said_by_kind() {
    check(|_| {}, &[]);
    check(|inputs| inputs.connectors[0].bytes = connector("tides 2"), &["~ component connectors/tides 1.2.0 -> 1.2.0"]);
    check(
        |inputs| inputs.config[1].1.push_str("[pipeline]\nhedge = false\n[connectors.limits.tides]\ncpu_ms = 100\n"),
        &[
            "~ limit hedge true -> false",
            "~ limit connectors/tides component 4194304 B, memory 33554432 B, CPU 50 ms -> component 4194304 B, memory \
             33554432 B, CPU 100 ms",
        ],
    );
    check(
        |inputs| inputs.config[1].1.push_str("[sources]\nenable = [\"mine\"]\ndisable = [\"harbour\"]\n"),
        &[
            "- permission source harbour credential token",
            "- permission source harbour host api.tides.example",
            "+ (!) permission source mine host notes.tides.example",
            "~ source harbour on -> off",
            "~ source mine off -> on",
        ],
    );
    check(
        |inputs| {
            inputs.region = "us-east".into();
            inputs.config[1].1 = crate::region("us-east", "US");
        },
        &[
            "~ region eu-west -> us-east",
            "- permission source inland host lakes.tides.example",
            "~ source inland on -> withheld (it may not be asked from `US`, and the region stands in `US`)",
            "~ limit jurisdiction \"IE\" -> \"US\"",
        ],
    );
    check(
        |inputs| {
            inputs.catalogue[0].1 =
                inputs.catalogue[0].1.split("[[source]]").take(3).collect::<Vec<_>>().join("[[source]]")
        },
        &["- source mine off"],
    );
}
