//! New, built, signed, published, installed, asked; upgraded with consent, rolled back, quarantined; and what is refused.

use crate::host::{Operator, edit, wait_for};
use crate::registry::Registry;
use crate::support::Author;
use crate::{QUESTION, redirected, zip_codes};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How long the signature holds that is to expire: publishing takes less, the rest of the test may take more.
const SHORT: Duration = Duration::from_secs(15);

struct Publisher<'a> {
    author: &'a Author,
    registry: &'a Registry,
}

impl Publisher<'_> {
    /// Of a project, as `NAME:TAG`.
    fn reference(&self, what: &str) -> String {
        format!("127.0.0.1:{}/acme/{what}", self.registry.port)
    }

    fn publish(&self, what: &str, key: &str, more: &[&str]) {
        let reference = self.reference(what);
        let (project, _) = what.split_once(':').unwrap();
        let all = ["publish", &reference, "--key", key, "--insecure-loopback", "-C", project];
        let said = self.author.ok(&[&all, more].concat());
        assert!(said.starts_with("published"), "{said}");
    }
}

/// `demo` as its author changes it for the next version.
fn change(project: &Path, version: (&str, &str), code: (&str, &str)) {
    edit(&project.join("Cargo.toml"), &format!("version = \"{}\"", version.0), &format!("version = \"{}\"", version.1));
    edit(&project.join("src/lib.rs"), code.0, code.1);
}

/// Unix seconds.
fn now() -> i64 {
    i64::try_from(SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap()
}

#[test]
fn from_an_empty_folder_to_answers_and_back() {
    let author = Author::new();
    let service = zip_codes();
    let trust = author.folder.path().join("trust.toml");
    let connectors = format!("[connectors]\ntrust = \"{}\"\ninsecure_loopback_registry = true\n", trust.display());
    let Some(operator) = Operator::new(&author, &format!("{}{connectors}", redirected(&service))) else { return };
    let Some(registry) = Registry::start() else { return };
    let publisher = Publisher { author: &author, registry: &registry };
    let project = author.folder.path().join("demo");

    author.ok(&["new", "demo"]);
    author.ok(&["build", "-C", "demo"]);
    author.ok(&["key", "generate", "acme"]);
    author.ok(&["key", "generate", "stranger"]);
    let public = std::fs::read_to_string(author.folder.path().join("acme.pub")).unwrap();
    std::fs::write(&trust, format!("[[key]]\nname = \"acme\"\npublic = \"\"\"\n{public}\"\"\"\n")).unwrap();
    publisher.publish("demo:0.1.0", "acme.key", &[]);
    // Other bytes, since what is signed is a digest: whoever publishes the same again adds to its signatures.
    author.ok(&["new", "zips", "--rest"]);
    author.ok(&["new", "towns", "--rest"]);
    publisher.publish("zips:1", "stranger.key", &["--unchecked"]);
    let until = now() + i64::try_from(SHORT.as_secs()).unwrap();
    let expires = zero_oci::Timestamp::from_second(until).unwrap().to_string();
    publisher.publish("towns:1", "acme.key", &["--unchecked", "--expires", &expires]);

    let host = operator.serve();
    let install = |code: i32, tag: &str| operator.ends(code, &["connectors", "install", &publisher.reference(tag)]);
    let first = install(0, "demo:0.1.0");
    for said in ["signed by acme", "api.zippopotam.us", "is in force", "sources demo"] {
        assert!(first.contains(said), "`{said}` is not in:\n{first}");
    }
    let digest = zero_builder::digest(&std::fs::read(project.join("target/demo.wasm")).unwrap());
    let answer = host.ask("demo", QUESTION);
    assert!(answer.contains("belongs to Lower Fernby"), "{answer}");

    upgraded_with_consent(&operator, &publisher, &project, &host);
    let back = operator.ends(0, &["connectors", "rollback", "demo", &digest[..12]]);
    assert!(back.contains(&digest[..12]), "{back}");
    assert!(host.ask("demo", QUESTION).contains("belongs to Lower Fernby"));
    quarantined_when_it_traps(&operator, &publisher, &project, &host);

    let strange = install(1, "zips:1");
    assert!(strange.contains("no key that is trusted") || strange.contains("hint: "), "{strange}");
    wait_for("the end of a signature", || now() > until);
    let expired = install(1, "towns:1");
    assert!(expired.contains("expired") && expired.contains("hint: "), "{expired}");
    assert!(host.ask("demo", QUESTION).contains("belongs to Lower Fernby"), "what is refused changes nothing");
    host.stop();
}

/// A second version that asks for one host more.
fn upgraded_with_consent(operator: &Operator<'_>, publisher: &Publisher<'_>, project: &Path, host: &crate::host::Host) {
    let hosts = (
        "hosts: vec![\"api.zippopotam.us\".into()]",
        "hosts: vec![\"api.zippopotam.us\".into(), \"www.zippopotam.us\".into()]",
    );
    change(project, ("0.1.0", "0.2.0"), hosts);
    edit(&project.join("src/lib.rs"), "belongs to {}", "lies in {}");
    edit(&project.join("exchanges/cases.toml"), "belongs to Lower", "lies in Lower");
    publisher.publish("demo:0.2.0", "acme.key", &[]);
    // 5: it is there, and not in force.
    let waits = operator.ends(5, &["connectors", "install", &publisher.reference("demo:0.2.0")]);
    assert!(waits.contains("+ (!) host www.zippopotam.us") && waits.contains("consent demo"), "{waits}");
    assert!(host.ask("demo", QUESTION).contains("belongs to Lower Fernby"), "until then the first one answers");
    let diff = operator.ends(0, &["connectors", "diff", "demo"]);
    assert!(diff.contains("+ (!) host www.zippopotam.us"), "{diff}");
    let doctor = operator.ends(0, &["doctor"]);
    assert!(doctor.contains("note  demo: ") && doctor.contains("waits for consent"), "{doctor}");
    assert!(doctor.contains("operators at http://127.0.0.1:"), "{doctor}");
    let list = operator.ends(0, &["connectors", "list"]);
    assert!(list.contains("0.1.0") && list.contains("waits for consent"), "{list}");
    let agreed = operator.ends(0, &["connectors", "consent", "demo"]);
    assert!(agreed.contains("0.2.0"), "{agreed}");
    let answer = host.ask("demo", QUESTION);
    assert!(answer.contains("lies in Lower Fernby"), "{answer}");
}

/// A third version that traps on what the service sometimes says, which its own fixtures do not have.
fn quarantined_when_it_traps(
    operator: &Operator<'_>,
    publisher: &Publisher<'_>,
    project: &Path,
    host: &crate::host::Host,
) {
    change(project, ("0.2.0", "0.3.0"), ("json(outcome)?", "json(outcome).unwrap()"));
    edit(&project.join("src/lib.rs"), ", \"www.zippopotam.us\".into()", "");
    publisher.publish("demo:0.3.0", "acme.key", &["--unchecked"]);
    let third = operator.ends(0, &["connectors", "install", &publisher.reference("demo:0.3.0")]);
    assert!(third.contains("is in force"), "{third}");
    assert!(host.ask("demo", QUESTION).contains("lies in Lower Fernby"));
    let mut shown = String::new();
    wait_for("the quarantine", || {
        host.ask("demo", "which town has the zip code 00666");
        shown = operator.ends(0, &["connectors", "show", "demo"]);
        shown.contains("calls misbehaved")
    });
    assert!(shown.contains("`trap`"), "{shown}");
    // What was in force before the one that trapped: the first version, to which the operator had gone back.
    wait_for("the last good version", || host.ask("demo", QUESTION).contains("belongs to Lower Fernby"));
    let list = operator.ends(0, &["connectors", "list"]);
    let line = list.lines().find(|line| line.starts_with("demo ")).unwrap();
    for said in [" on ", " 0.1.0 ", " acme ", "1 quarantined"] {
        assert!(line.contains(said), "`{said}` is not in:\n{line}");
    }
    let again = operator.ends(1, &["connectors", "install", &publisher.reference("demo:0.3.0")]);
    assert!(again.contains("is quarantined") && again.contains("hint: `zero connectors release demo"), "{again}");
    let doctor = operator.ends(0, &["doctor"]);
    assert!(doctor.contains("is quarantined: "), "{doctor}");
}
