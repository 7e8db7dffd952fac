//! An author's way, by the real program: new, build, test, try, record, check, dev; and what it says when it goes wrong.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test ends by panicking, and says aloud what it leaves out"
)]

mod support;

use support::{Author, Service, bundle};

/// Everything that both kinds of project go through.
fn check_way(author: &Author, name: &str, more: &[&str]) {
    let project = author.folder.path().join(name);
    author.ok(&[&["new", name, "--parent", author.parent()], more].concat());
    let again = author.fails(&[&["new", name, "--parent", author.parent()], more].concat());
    assert!(again.contains("is there already"), "{again}");
    let zero = |arguments: &[&str]| author.ok(&[arguments, &["-C", project.to_str().unwrap()]].concat());

    let built = zero(&["build"]);
    assert!(built.contains("digest     sha256:") && built.contains("1 exchanges in it"), "{built}");
    let tested = zero(&["test"]);
    assert!(tested.contains("\npassed"), "{tested}");
    let tried = zero(&["try", "which town has the zip code 00042"]);
    for said in ["bid", "GET https://api.zippopotam.us/us/00042", "recorded as", "Lower Fernby", "| place |", "µs CPU"]
    {
        assert!(tried.contains(said), "`{said}` is not in:\n{tried}");
    }
    let unrelated = zero(&["try", "what is 15% of 240"]);
    assert!(unrelated.contains("hosts will not ask it") && unrelated.contains("nothing"), "{unrelated}");

    let service = Service::start(
        "application/json",
        r#"{"post code": "00077", "places": [{"place name": "Upper Fernby", "state": "Oregon", "longitude": "-1.10", "latitude": "2"}], "contact": {"email": "mayor@fernby.example"}, "session_token": "s3cr3t"}"#,
    );
    let to = format!("api.zippopotam.us={}", service.url);
    let live = zero(&["try", "--live", "--to", &to, "zip code 00077"]);
    assert!(live.contains("Upper Fernby") && live.contains(" ms"), "{live}");
    let recorded = zero(&["record", "--to", &to, "zip code 00077"]);
    assert!(recorded.contains("removed    e-mail address in `contact.email`, 1 times"), "{recorded}");
    let exchange = std::fs::read_to_string(project.join(format!("exchanges/{name}-2.http"))).unwrap();
    assert!(
        exchange.contains("\n  \"session_token\": \"x0xx0x\"") || exchange.contains("\"session_token\": \""),
        "{exchange}"
    );
    assert!(!exchange.contains("s3cr3t") && !exchange.contains("mayor@"), "{exchange}");
    assert!(exchange.contains("\"longitude\": \"-1.10\"") && exchange.contains("person1@example.com"), "{exchange}");
    let cases = std::fs::read_to_string(project.join("exchanges/cases.toml")).unwrap();
    assert!(cases.contains("question = \"zip code 00077\"") && cases.contains("Upper Fernby"), "{cases}");

    let garbage = Service::start("application/json", "<html>sorry</html>");
    let to = format!("api.zippopotam.us={}", garbage.url);
    let refused = author.fails(&["record", "--to", &to, "zip code 00078", "-C", project.to_str().unwrap()]);
    assert!(refused.contains("nothing was saved"), "{refused}");
    assert!(!project.join(format!("exchanges/{name}-3.http")).exists());

    let tested = zero(&["test", "--json"]);
    assert!(tested.contains("\"verdict\": \"ok\"") || tested.contains("\"verdict\": \"warning\""), "{tested}");
    let dev = zero(&["dev", "--rounds", "1", "--state", author.parent()]);
    assert!(dev.contains("cases pass") && dev.contains("no host is running"), "{dev}");
    if bundle().is_some() {
        let checked = zero(&["check"]);
        assert!(checked.contains("\npassed"), "{checked}");
    }
}

#[test]
fn a_connector_in_code_goes_all_the_way() {
    let author = Author::new();
    check_way(&author, "demo", &[]);

    // The same bytes wherever the project lies, and the second project compiles next to nothing.
    let elsewhere = Author::new();
    let mut digests = Vec::new();
    for author in [&author, &elsewhere] {
        author.ok(&["new", "twin", "--parent", author.parent()]);
        let built = author.ok(&["build", "-C", author.folder.path().join("twin").to_str().unwrap()]);
        digests.push(built.lines().find(|line| line.starts_with("digest")).unwrap().to_owned());
    }
    assert_eq!(digests[0], digests[1]);

    // What is wrong is named, and a build that fails leaves the last component alone.
    let twin = author.folder.path().join("twin");
    let code = std::fs::read_to_string(twin.join("src/lib.rs")).unwrap();
    let folder = twin.to_str().unwrap();
    for (from, to, command, said) in [
        ("struct Twin;", "struct Twin", "build", "`twin` does not compile"),
        (
            "name: \"twin\".into()",
            "name: \"other\".into()",
            "test",
            "but the connector's `describe` says its name is `other`",
        ),
        ("json(outcome)?", "json(outcome).unwrap()", "test", "trap"),
        ("\"https://api.zippopotam.us/us\"", "\"https://api.example.org/us\"", "test", "api.example.org"),
    ] {
        let changed = code.replacen(from, to, 1);
        assert_ne!(changed, code, "{from}");
        std::fs::write(twin.join("src/lib.rs"), changed).unwrap();
        let error = author.fails(&[command, "-C", folder]);
        assert!(error.contains(said), "`{said}` is not in:\n{error}");
    }
}

#[test]
fn a_mapping_goes_all_the_way() {
    if bundle().is_none() {
        return;
    }
    let author = Author::new();
    check_way(&author, "zips", &["--rest"]);
    let zips = author.folder.path().join("zips");
    let package = std::fs::read(zips.join("target/zips.wasm")).unwrap();
    assert!(zero_builder::sources::is_package(&package));
    assert!(!zips.join("Cargo.toml").exists());

    let text = std::fs::read_to_string(zips.join("sources.toml")).unwrap();
    std::fs::write(zips.join("sources.toml"), text.replace("items = \"places\"", "itmes = \"places\"")).unwrap();
    let error = author.fails(&["test", "-C", zips.to_str().unwrap()]);
    assert!(error.contains("itmes"), "{error}");
}

#[test]
fn names_and_folders_are_checked() {
    let author = Author::new();
    for wrong in ["Demo", "../up", "a b", ""] {
        let error = author.fails(&["new", wrong, "--parent", author.parent()]);
        assert!(error.contains("is no name for a connector"), "{error}");
    }
    let error = author.fails(&["build", "-C", author.parent()]);
    assert!(error.contains("zero connector new NAME"), "{error}");
}
