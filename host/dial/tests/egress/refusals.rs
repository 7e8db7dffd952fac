//! What never goes out.

use crate::server::serve_text;
use crate::{Names, failed, grant, leading_to, soon};
use std::sync::Arc;
use std::time::Duration;
use zero_dial::{Config, ConfigError, Egress, Times};
use zero_egress::PolicyError;
use zero_types::connector::{FetchFailureKind, Method, Request};

/// Every request is refused before a socket opens.
async fn check(requests: impl IntoIterator<Item = Request>) {
    let server = serve_text("200 OK", "").await;
    let egress = Egress::new(leading_to(server.address)).unwrap();
    for request in requests {
        let shown = format!("{} {:?}", request.url.chars().take(80).collect::<String>(), request.headers);
        let fetched = egress
            .fetch(&grant(&["a.example", "b.example", "*.internal", "localhost", "127.0.0.1"]), request, soon())
            .await;
        assert!(
            matches!(&fetched.outcome, zero_types::connector::Outcome::Failed(failed) if failed.kind == FetchFailureKind::Refused),
            "{shown}: {fetched:?}"
        );
    }
    assert_eq!(*server.connections.lock().unwrap(), 0);
}

#[tokio::test]
async fn urls_that_could_be_read_in_two_ways() {
    let urls = [
        "https://a.example@evil.example/",
        "https://user:pass@a.example/",
        "https://@a.example/",
        "https://a.example\\@evil.example/",
        "https://a.example/ HTTP/1.1\r\nhost: evil.example",
        "https://a.exam\tple/",
        "https://a.example/\n",
        " https://a.example/",
        "https://a.example./",
        "https:a.example",
        "https:///a.example",
        "//a.example/",
        "",
        "https://",
        "file:///etc/passwd",
        "ftp://a.example/",
        "data:text/plain,x",
        "https://evil.example/",
        "https://a.example.evil.example/",
        "https://sub.a.example/",
    ];
    check(urls.map(Request::get)).await;
    check([Request::get(format!("https://a.example/{}", "x".repeat(8192)))]).await;
}

#[tokio::test]
async fn places_that_are_not_the_open_web() {
    let urls = [
        "http://b.example/",
        "https://b.example:8443/",
        "https://b.example:22/",
        "https://metadata.google.internal/",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
    ];
    check(urls.map(Request::get)).await;
}

#[tokio::test]
async fn headers_that_are_the_hosts_and_headers_that_smuggle() {
    let names = "Host Content-Length transfer-encoding Connection cookie AUTHORIZATION proxy-authorization sec-fetch-site te \
        upgrade expect user-agent accept-encoding keep-alive trailer via forwarded x-forwarded-for x-http-method-override \
        http2-settings";
    let get = || Request::get("https://a.example/");
    check(names.split_whitespace().map(|name| get().header(name, "x"))).await;
    for name in ["", "a b", "a:", "a\r\nb", "a\0", "ä", ":path", "a\n"] {
        check([get().header(name, "x")]).await;
    }
    for value in ["a\r\nhost: evil", "a\nb", "a\rb", "a\0b", "ä", "\x7f"] {
        check([get().header("x-mine", value)]).await;
    }
    check([get().header("x-mine", "1").header("X-Mine", "2")]).await;
    check([(0..33).fold(get(), |request, n| request.header(&format!("x-{n}"), "x"))]).await;
    check([get().header("x-mine", "x".repeat(9000))]).await;
}

#[tokio::test]
async fn bodies_that_do_not_belong() {
    check([
        Request { body: Some(b"x".to_vec()), ..Request::get("https://a.example/") },
        Request { method: Method::Head, body: Some(b"x".to_vec()), ..Request::get("https://a.example/") },
        Request::post("https://a.example/", "text/plain", vec![0; 256 * 1024 + 1]),
    ])
    .await;
}

fn with_names(names: &[(&str, &[&str])]) -> Egress {
    let times = Times { resolved: Duration::ZERO, connect: Duration::from_millis(100), ..Times::default() };
    Egress::new(Config { resolver: Arc::new(Names::new(names)), times, ..Config::default() }).unwrap()
}

#[tokio::test]
async fn a_name_that_leads_inside_is_refused_whatever_else_it_leads_to() {
    let egress = with_names(&[
        ("a.example", &["127.0.0.1"]),
        ("b.example", &["8.8.8.8 10.0.0.1"]),
        ("c.example", &["2606:4700::1 ::ffff:192.168.0.1"]),
        ("d.example", &["64:ff9b::a9fe:a9fe"]),
        ("e.example", &["169.254.169.254"]),
    ]);
    for host in ["a.example", "b.example", "c.example", "d.example", "e.example"] {
        let request = Request::get(format!("https://{host}/"));
        let detail = failed(egress.fetch(&grant(&["*"]), request, soon()).await, FetchFailureKind::Refused);
        assert!(detail.contains(host) && !detail.contains("10.0") && !detail.contains("169."), "{detail}");
    }
    let request = Request::get("https://nowhere.example/");
    failed(egress.fetch(&grant(&["*"]), request, soon()).await, FetchFailureKind::Unresolved);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_is_looked_at_again() {
    // 192.0.0.0/29 and its like are refused; a public address that drops packets stands for the first answer.
    let egress = with_names(&[("a.example", &["8.8.8.8", "127.0.0.1"])]);
    let get = || Request::get("https://a.example/");
    let first = egress.fetch(&grant(&["a.example"]), get(), soon()).await;
    let zero_types::connector::Outcome::Failed(first) = first.outcome else { panic!("{first:?}") };
    assert_ne!(first.kind, FetchFailureKind::Refused, "the first answer is public: {}", first.detail);
    failed(egress.fetch(&grant(&["a.example"]), get(), soon()).await, FetchFailureKind::Refused);
}

#[test]
fn a_wrong_configuration_names_the_entry() {
    for base in ["127.0.0.1:80", "ftp://x", "http://x/path", "http://u@x", "http://x?q"] {
        let overrides = [("a.example".to_owned(), base.to_owned())].into();
        let error = Egress::new(Config { overrides, ..Config::default() }).err().unwrap();
        assert!(
            matches!(&error, ConfigError::Policy(PolicyError::Override { .. })) && error.to_string().contains(base),
            "{error}"
        );
    }
    let overrides = [("A.Example:80".to_owned(), "http://127.0.0.1".to_owned())].into();
    assert!(Egress::new(Config { overrides, ..Config::default() }).is_err());
    assert!(Egress::new(Config { extra_roots: vec![vec![1, 2, 3]], ..Config::default() }).is_err());
    assert!(Egress::new(Config { user_agent: "a\r\nb".into(), ..Config::default() }).is_err());
}
