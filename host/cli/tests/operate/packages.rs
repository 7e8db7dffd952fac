//! A package of sources is installed like any connector: from a file, a folder and a registry, by the host's own `rest`.

use crate::host::{Operator, edit};
use crate::registry::Registry;
use crate::support::Author;
use crate::{QUESTION, redirected, zip_codes};

#[test]
fn sources_without_code_are_installed_like_any_connector() {
    let author = Author::new();
    let service = zip_codes();
    let trust = author.folder.path().join("trust.toml");
    let connectors = format!("[connectors]\ntrust = \"{}\"\ninsecure_loopback_registry = true\n", trust.display());
    let Some(operator) = Operator::new(&author, &format!("{}{connectors}", redirected(&service))) else { return };
    let Some(registry) = Registry::start() else { return };
    let project = author.folder.path().join("zips");
    author.ok(&["new", "zips", "--rest"]);
    author.ok(&["key", "generate", "acme"]);
    let public = std::fs::read_to_string(author.folder.path().join("acme.pub")).unwrap();
    std::fs::write(&trust, format!("[[key]]\nname = \"acme\"\npublic = \"\"\"\n{public}\"\"\"\n")).unwrap();
    let host = operator.serve();
    let zero = |code: i32, arguments: &[&str]| operator.ends(code, &[&["connectors"], arguments].concat());

    // A project that is not built, and a list of sources that is not packed, say what to do.
    for unbuilt in ["zips", "zips/sources.toml"] {
        let unbuilt = zero(1, &["install", &author.folder.path().join(unbuilt).display().to_string()]);
        assert!(unbuilt.contains("hint: `zero connector build`"), "{unbuilt}");
    }
    author.ok(&["build", "-C", "zips"]);
    let file = author.folder.path().join("renamed.wasm");
    std::fs::copy(project.join("target/zips.wasm"), &file).unwrap();
    let first = zero(0, &["install", &file.display().to_string()]);
    // Its name is its own, whatever its file is called.
    assert!(first.starts_with("zips ") && first.contains("checks of its own fixtures passed"), "{first}");
    assert!(first.contains("source hosts  api.zippopotam.us") && first.contains("sources zips"), "{first}");
    assert!(host.ask("zips", QUESTION).contains("belongs to Lower Fernby"));
    let same = zero(0, &["install", &project.display().to_string()]);
    assert!(same.contains("was in force already"), "{same}");

    // One whose cases fail is refused, and the one before goes on.
    let sources = project.join("sources.toml");
    edit(&sources, "belongs to", "lies in");
    author.ok(&["build", "-C", "zips"]);
    let refused = zero(1, &["install", &project.display().to_string()]);
    assert!(refused.contains("fails its own fixtures"), "{refused}");
    assert!(host.ask("zips", QUESTION).contains("belongs to Lower Fernby"));

    // From a registry, with a credential more: what the preview says is what is asked for.
    edit(&project.join("exchanges/cases.toml"), "belongs to", "lies in");
    edit(&sources, "cache_seconds = 86400", "cache_seconds = 86400\ncredential = \"key\"");
    let reference = format!("127.0.0.1:{}/acme/zips:2.0.0", registry.port);
    author.ok(&["publish", &reference, "--key", "acme.key", "--insecure-loopback", "--unchecked", "-C", "zips"]);
    let waits = zero(5, &["install", &reference]);
    assert!(waits.starts_with("zips 2.0.0 ") && waits.contains("+ (!) credential key"), "{waits}");
    zero(0, &["consent", "zips"]);
    let list = zero(0, &["list"]);
    let line = list.lines().find(|line| line.starts_with("zips ")).unwrap();
    assert!(line.contains(" 2.0.0 ") && line.contains(" acme "), "{line}");
    let back = zero(0, &["rollback", "zips"]);
    assert!(back.contains("unsigned"), "{back}");
    assert!(host.ask("zips", QUESTION).contains("belongs to Lower Fernby"));
    zero(0, &["remove", "zips"]);
    assert!(host.ask("zips", QUESTION).contains("unknown-source"));
    host.stop();
}
