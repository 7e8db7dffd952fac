//! What goes out and what comes back when all is well.

use crate::server::{Act, serve, serve_text};
use crate::{failed, get, grant, leading_to, response, soon};
use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use zero_dial::{Config, Egress};
use zero_egress::{BoxFuture, Credential, Place, Secret, VirtualHost};
use zero_types::connector::{FetchFailureKind, Method, Outcome, Request, Response};

#[tokio::test]
async fn a_request_goes_out_as_the_host_words_it() {
    let server = serve_text(
        "200 OK\r\ncontent-type: text/plain\r\nset-cookie: a=b\r\nx-trace: 1\r\ncache-control: max-age=60\r\nage: 3",
        "hi",
    )
    .await;
    let egress = Egress::new(leading_to(server.address)).unwrap();
    let request = Request::post("https://a.example/p?q=1#part", "text/plain", "body").header("x-mine", "yes");
    let fetched = egress.fetch(&grant(&["a.example"]), request, soon()).await;
    assert_eq!(fetched.cache.cache_control.as_deref(), Some("max-age=60"));
    assert_eq!(fetched.cache.age.as_deref(), Some("3"));
    let response = response(fetched);
    assert_eq!((response.status, response.body.as_slice()), (200, b"hi".as_slice()));
    let names: Vec<_> = response.headers.iter().map(|header| header.name.as_str()).collect();
    assert_eq!(names, ["content-type"], "only what the contract lists comes in");

    let sent = server.requests.lock().unwrap()[0].to_lowercase();
    let mut lines: Vec<_> = sent.split("\r\n").collect();
    assert_eq!(lines.remove(0), "post /p?q=1 http/1.1", "no fragment is sent");
    for line in ["host: a.example", "x-mine: yes", "accept-encoding: gzip, br, zstd, deflate", "content-length: 4"] {
        assert_eq!(lines.iter().filter(|other| **other == line).count(), 1, "{line}\n{sent}");
    }
    assert!(sent.contains("user-agent: zero-world/"), "{sent}");
}

#[tokio::test]
async fn redirects_are_answers() {
    let server = serve_text("302 Found\r\nlocation: http://169.254.169.254/latest", "").await;
    let response = response(get(leading_to(server.address), "https://a.example/").await);
    assert_eq!(response.status, 302);
    assert_eq!(response.header("location"), Some("http://169.254.169.254/latest"));
    assert_eq!(server.requests.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_connection_serves_again_and_a_closed_one_is_replaced() {
    let server = serve_text("200 OK", "hi").await;
    let egress = Egress::new(leading_to(server.address)).unwrap();
    for _ in 0..5 {
        response(egress.fetch(&grant(&["a.example"]), Request::get("https://a.example/"), soon()).await);
    }
    assert_eq!(*server.connections.lock().unwrap(), 1);

    let closing = serve(vec![Act::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi".to_vec()), Act::Close]).await;
    let egress = Egress::new(leading_to(closing.address)).unwrap();
    for _ in 0..5 {
        response(egress.fetch(&grant(&["a.example"]), Request::get("https://a.example/"), soon()).await);
    }
    assert!(closing.requests.lock().unwrap().len() >= 5);
}

#[tokio::test]
async fn a_head_has_no_body_however_long_it_says_it_is() {
    let server = serve(vec![Act::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n".to_vec())]).await;
    let egress = Egress::new(leading_to(server.address)).unwrap();
    let request = Request { method: Method::Head, ..Request::get("https://a.example/") };
    assert!(response(egress.fetch(&grant(&["a.example"]), request, soon()).await).body.is_empty());
}

#[tokio::test]
async fn an_encoded_body_comes_in_decoded() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&b"tea ".repeat(50_000)).unwrap();
    let body = encoder.finish().unwrap();
    let mut bytes =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend(body);
    // 200 kB out of some hundred bytes would be a bomb; 64 KiB is allowed whatever the ratio.
    let server = serve(vec![Act::Send(bytes)]).await;
    failed(get(leading_to(server.address), "https://a.example/").await, FetchFailureKind::TooLarge);

    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(b"green tea").unwrap();
    let body = encoder.finish().unwrap();
    let mut bytes =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend(body);
    let server = serve(vec![Act::Send(bytes)]).await;
    assert_eq!(response(get(leading_to(server.address), "https://a.example/").await).body, b"green tea");
}

fn credential(place: Place, host: &str) -> Credential {
    Credential {
        secret: Secret::new("s3cr&t-key"),
        place,
        hosts: vec![host.parse().unwrap()],
        path_prefix: "/v1".into(),
    }
}

#[tokio::test]
async fn a_secret_goes_to_its_place_and_comes_back_blotted() {
    let echo = "you sent Bearer s3cr&t-key and key=s3cr%26t-key";
    let server = serve_text("200 OK\r\nlink: </v1?key=s3cr%26t-key&page=2>; rel=next", echo).await;
    let egress = Egress::new(leading_to(server.address)).unwrap();
    let header = Place::Header { name: "Authorization".into(), prefix: "Bearer ".into() };
    let query = Place::Query { name: "key".into() };
    let grant =
        grant(&["a.example"]).with("h", credential(header, "a.example")).with("q", credential(query, "a.example"));
    for slot in ["h", "q"] {
        let request = Request::get("https://a.example/v1/x?a=1").credential(slot);
        let response = response(egress.fetch(&grant, request, soon()).await);
        assert_eq!(response.body, b"you sent Bearer redacted and key=redacted");
        assert_eq!(response.header("link"), Some("</v1?key=redacted&page=2>; rel=next"));
    }
    let requests = server.requests.lock().unwrap();
    assert!(requests[0].to_lowercase().contains("authorization: bearer s3cr&t-key\r\n"), "{}", requests[0]);
    assert!(requests[1].starts_with("GET /v1/x?a=1&key=s3cr%26t-key HTTP/1.1"), "{}", requests[1]);
}

#[tokio::test]
async fn a_secret_goes_nowhere_else() {
    let server = serve_text("200 OK", "").await;
    let egress = Egress::new(leading_to(server.address)).unwrap();
    let header = || Place::Header { name: "x-key".into(), prefix: String::new() };
    let grant = grant(&["a.example"])
        .with("other", credential(header(), "b.example"))
        .with("own", credential(header(), "a.example"));
    let refused = [
        Request::get("https://a.example/v1").credential("other"),
        Request::get("https://a.example/v2").credential("own"),
        Request::get("https://a.example/v1/../v2").credential("own"),
        Request::get("https://a.example/v1").credential("none"),
        Request::get("https://a.example/v1").credential("own").header("x-key", "mine"),
    ];
    for request in refused {
        let shown = format!("{request:?}");
        let detail = failed(egress.fetch(&grant, request, soon()).await, FetchFailureKind::Refused);
        assert!(!detail.contains("s3cr"), "{shown}: {detail}");
    }
    assert!(server.requests.lock().unwrap().is_empty());
    assert!(!format!("{grant:?}").contains("s3cr"));
}

struct Inside;

impl VirtualHost for Inside {
    fn handle(&self, request: Request) -> BoxFuture<'_, Outcome> {
        let body = request.url.into_bytes();
        Box::pin(async move { Outcome::Response(Response { status: 200, headers: Vec::new(), body }) })
    }
}

#[tokio::test]
async fn a_virtual_host_is_answered_in_process_and_only_when_granted() {
    let virtual_hosts: BTreeMap<String, Arc<dyn VirtualHost>> =
        BTreeMap::from([("files.zero.internal".to_owned(), Arc::new(Inside) as _)]);
    let egress = Egress::new(Config { virtual_hosts, ..Config::default() }).unwrap();
    let url = "https://files.zero.internal/search?q=x";
    let granted = grant(&["files.zero.internal"]);
    assert_eq!(response(egress.fetch(&granted, Request::get(url), soon()).await).body, url.as_bytes());
    failed(egress.fetch(&grant(&["a.example"]), Request::get(url), soon()).await, FetchFailureKind::Refused);
    let other = Request::get("https://other.zero.internal/");
    failed(egress.fetch(&grant(&["*"]), other, soon()).await, FetchFailureKind::Refused);
}
