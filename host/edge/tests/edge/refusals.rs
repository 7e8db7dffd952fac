//! What never goes out, and what never comes in.

use crate::plain;
use crate::site;
use crate::world::{TestWorld, unreachable};
use core::time::Duration;
use std::io::Write as _;
use std::sync::Arc;
use zero_edge::{Edge, Target};
use zero_pipeline::catalogue::Catalogue;
use zero_pipeline::{Fetched, Freshness, Platform as _};
use zero_types::connector::{FetchFailureKind, Outcome, Request, Response};

const CONFIG: &str = r#"
[egress]
allowed_hosts = ["a.example", "b.example", "*.internal"]
[credentials.a.key]
env = "KEY"
query = "key"
hosts = ["a.example"]
path = "/v1"
[credentials.b.key]
env = "NOBODY_SET_IT"
query = "key"
hosts = ["b.example"]
"#;

fn fetch(world: &TestWorld, source: &str, request: Request) -> Fetched {
    let record = |id: &str, hosts: &str| {
        format!("[[source]]\nid = \"{id}\"\nname = \"N\"\nsummary = \"s\"\nhosts = [{hosts}]\n")
    };
    let hosts = "\"a.example\", \"b.example\", \"c.example\", \"*.internal\"";
    let text = format!("connector = \"mediawiki\"\n{}{}", record("a", hosts), record("b", hosts));
    let catalogue = Catalogue::from_toml([("c.toml", text.as_str())]).unwrap();
    let site = site(CONFIG, catalogue, Target::WORKERS);
    let edge = Edge::new(site, world.clone(), plain());
    let record = Arc::clone(edge.region().catalogue.get(source).unwrap());
    world.time.run(async move { edge.fetch(record, request, Duration::from_secs(1)).await }).unwrap()
}

#[track_caller]
fn failed(fetched: Fetched, kind: FetchFailureKind) -> String {
    match fetched.outcome {
        Outcome::Failed(failed) if failed.kind == kind => failed.detail,
        other => panic!("not {kind:?}: {other:?}"),
    }
}

#[track_caller]
fn response(fetched: Fetched) -> Response {
    match fetched.outcome {
        Outcome::Response(response) => response,
        Outcome::Failed(failed) => panic!("{:?}: {}", failed.kind, failed.detail),
    }
}

fn get(url: &str) -> Request {
    Request::get(url)
}

/// A network that answers every request with this head and body.
fn network(head: &'static [(&'static str, &'static str)], body: Vec<u8>) -> TestWorld {
    TestWorld::new(move |_| {
        let mut response = http::Response::builder().status(200);
        for (name, value) in head {
            response = response.header(*name, *value);
        }
        Ok(response.body(body.clone()).unwrap())
    })
}

#[test]
fn what_the_policy_refuses_is_not_sent() {
    let refused = [
        ("a", get("https://c.example/"), "may not ask `c.example`"),
        ("a", get("https://evil.example/"), "may not ask `evil.example`"),
        ("a", get("http://a.example/"), "must be asked by `https`"),
        ("a", get("https://a.example:8443/"), "port 8443"),
        ("a", get("https://metadata.google.internal/"), "is a local name"),
        ("a", get("https://a.example@evil.example/"), "no user name"),
        ("a", get("https://a.example/").header("host", "evil.example"), "header `host`"),
        ("a", get("https://b.example/v1").credential("key"), "is not for this path of `b.example`"),
        ("a", get("https://a.example/v2").credential("key"), "is not for this path of `a.example`"),
        ("a", get("https://a.example/v1?key=mine").credential("key"), "parameter `key`"),
        ("a", get("https://a.example/v1").credential("other"), "has no credential `other`"),
        ("b", get("https://b.example/"), "`NOBODY_SET_IT`"),
    ];
    let world = network(&[], Vec::new());
    for (source, request, words) in refused {
        let detail = failed(fetch(&world, source, request), FetchFailureKind::Refused);
        assert!(detail.contains(words), "{words}: {detail}");
    }
    assert!(world.urls().is_empty());
}

#[test]
fn a_secret_goes_to_its_place_and_comes_back_blotted() {
    let world = network(&[("link", "</v1?key=s3cr%26t-key&page=2>; rel=next")], b"you sent s3cr&t-key".to_vec());
    let response = response(fetch(&world, "a", get("https://a.example/v1?q=1").credential("key")));
    assert_eq!(world.urls(), ["https://a.example/v1?q=1&key=s3cr%26t-key"]);
    assert_eq!(response.body, b"you sent redacted");
    assert_eq!(response.header("link"), Some("</v1?key=redacted&page=2>; rel=next"));

    let telling = TestWorld::new(|sent| Err(unreachable(&format!("error 1042: no route to {}", sent.uri()))));
    let detail =
        failed(fetch(&telling, "a", get("https://a.example/v1").credential("key")), FetchFailureKind::Unreachable);
    assert_eq!(detail, "error 1042: no route to https://a.example/v1?key=redacted");
}

#[test]
fn bodies_are_bounded_as_they_came_and_as_they_unpack() {
    let gzip = |body: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(body).unwrap();
        encoder.finish().unwrap()
    };
    let check = |head, body, kind| failed(fetch(&network(head, body), "a", get("https://a.example/")), kind);
    check(&[], vec![b'x'; 4 * 1024 * 1024 + 1], FetchFailureKind::TooLarge);
    check(&[("content-encoding", "gzip")], gzip(&vec![0; 20 * 1024 * 1024]), FetchFailureKind::TooLarge);
    check(&[("content-encoding", "gzip")], b"no gzip".to_vec(), FetchFailureKind::Malformed);
    check(&[("content-encoding", "compress")], b"x".to_vec(), FetchFailureKind::Malformed);

    let world = network(&[("content-encoding", "gzip"), ("set-cookie", "a=b")], gzip(b"green tea"));
    let response = response(fetch(&world, "a", get("https://a.example/")));
    assert_eq!((response.body.as_slice(), response.headers.len()), (b"green tea".as_slice(), 0));
}

#[test]
fn a_redirect_is_an_answer() {
    let world = TestWorld::new(|_| {
        let response = http::Response::builder().status(302).header("location", "http://169.254.169.254/latest");
        Ok(response.body(Vec::new()).unwrap())
    });
    let response = response(fetch(&world, "a", get("https://a.example/")));
    assert_eq!((response.status, response.header("location")), (302, Some("http://169.254.169.254/latest")));
    assert_eq!(world.urls().len(), 1);
}

#[test]
fn silence_ends_with_the_budget() {
    let mut world = network(&[], Vec::new());
    std::rc::Rc::get_mut(&mut world.inner).unwrap().delay = Duration::from_secs(5);
    let detail = failed(fetch(&world, "a", get("https://a.example/?q=private")), FetchFailureKind::Timeout);
    assert_eq!(detail, "`a.example` did not answer in time");
    assert_eq!(world.time.now(), Duration::from_secs(1));
}

#[test]
fn a_response_says_how_long_it_may_be_kept() {
    let freshness = |head| fetch(&network(head, Vec::new()), "a", get("https://a.example/")).freshness;
    assert_eq!(freshness(&[]), Freshness::Unsaid);
    assert_eq!(freshness(&[("cache-control", "max-age=60"), ("age", "20")]), Freshness::For(Duration::from_secs(40)));
    assert_eq!(freshness(&[("cache-control", "private")]), Freshness::Never);
}
