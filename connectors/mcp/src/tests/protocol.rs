//! What is sent, byte for byte where the protocol says so, and what a server may answer.

use crate::Mcp;
use zero_connector_sdk::{
    Connector, Failure, FailureKind, Header, Intent, Outcome, Question, Request, Response, Source, Step,
};

fn source(settings: &str) -> Source {
    let mut source = Source::new("x", "X");
    source.settings = format!(r#"{{"url":"https://a.example/mcp","cues":["lantern"],{settings}}}"#);
    source
}

fn plan(source: &Source, text: &str) -> Option<(Vec<Request>, Vec<u8>)> {
    match Mcp::plan(source, &Question::new(text), &Intent::unknown("en")).unwrap().step {
        Step::Fetch(fetch) => Some((fetch.requests, fetch.state)),
        Step::Done(_) => None,
    }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Outcome {
    let header = |&(name, value): &(&str, &str)| Header { name: name.to_owned(), value: value.to_owned() };
    Outcome::Response(Response {
        status,
        headers: headers.iter().map(header).collect(),
        body: body.as_bytes().to_vec(),
    })
}

fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    request.headers.iter().find(|header| header.name == name).map(|header| header.value.as_str())
}

fn body(request: &Request) -> serde_json::Value {
    serde_json::from_slice(request.body.as_deref().unwrap()).unwrap()
}

fn fetched(step: Result<Step, Failure>) -> (Vec<Request>, Vec<u8>) {
    match step.unwrap() {
        Step::Fetch(fetch) => (fetch.requests, fetch.state),
        Step::Done(findings) => panic!("{findings:?}"),
    }
}

#[test]
fn the_newest_revision_is_spoken_without_a_handshake() {
    let source = source(r#""tool":"größe","arguments":{"q":"{query}","n":3},"authorized":true"#);
    let (requests, _) = plan(&source, "how large is a \"lantern\" boat").unwrap();
    let request = &requests[0];
    assert_eq!(header(request, "mcp-protocol-version"), Some("2026-07-28"));
    assert_eq!(header(request, "accept"), Some("application/json, text/event-stream"));
    assert_eq!(header(request, "mcp-method"), Some("tools/call"));
    assert_eq!(header(request, "mcp-name"), Some("=?base64?Z3LDtsOfZQ==?="));
    assert_eq!(request.credential.as_deref(), Some("token"));
    let body = body(request);
    assert_eq!(body["params"]["arguments"], serde_json::json!({"q": "large boat", "n": 3}));
    assert_eq!(body["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"], "2026-07-28");
    assert_eq!(body["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"], serde_json::json!({}));
}

#[test]
fn a_server_of_an_older_revision_is_shaken_hands_with() {
    let source = source(r#""tools":["find"]"#);
    let (_, state) = plan(&source, "lantern boats").unwrap();
    let (requests, state) = fetched(Mcp::resume(&source, &state, &[answer(400, &[], "Bad Request: no session")]));
    assert_eq!(body(&requests[0])["method"], "initialize");
    assert_eq!(header(&requests[0], "mcp-method"), None);
    let shaken = r#"{"jsonrpc":"2.0","id":2,"result":{"protocolVersion":"2025-03-26","capabilities":{}}}"#;
    let (requests, state) = fetched(Mcp::resume(&source, &state, &[answer(200, &[("Mcp-Session-Id", "s-1")], shaken)]));
    // Two rounds are left, so the notification goes along with the list.
    let methods: Vec<serde_json::Value> = requests.iter().map(|request| body(request)["method"].clone()).collect();
    assert_eq!(methods, ["notifications/initialized", "tools/list"]);
    for request in &requests {
        assert_eq!(
            (header(request, "mcp-session-id"), header(request, "mcp-protocol-version")),
            (Some("s-1"), Some("2025-03-26"))
        );
        assert_eq!(request.cache_seconds, None, "what belongs to a session is not cached");
    }
    let list = r#"{"jsonrpc":"2.0","id":3,"result":{"tools":[{"name":"find","inputSchema":{"properties":{"query":{"type":"string"}},"required":["query"]}}]}}"#;
    let (requests, state) = fetched(Mcp::resume(&source, &state, &[answer(202, &[], ""), answer(200, &[], list)]));
    assert_eq!(body(&requests[0])["params"], serde_json::json!({"name": "find", "arguments": {"query": "boats"}}));
    let said = r#"{"jsonrpc":"2.0","id":4,"result":{"content":[{"type":"text","text":"Boats float."}]}}"#;
    let Step::Done(findings) = Mcp::resume(&source, &state, &[answer(200, &[], said)]).unwrap() else { panic!("done") };
    assert_eq!(findings.passages[0].text, "Boats float.");
}

#[test]
fn errors_are_typed() {
    let source = source(r#""revision":"2026-07-28","tool":"find","arguments":{"q":"{query}"}"#);
    let (_, state) = plan(&source, "lantern boats").unwrap();
    let error = |code: i64| format!(r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":{code},"message":"so it is"}}}}"#);
    let failed = r#"{"jsonrpc":"2.0","id":1,"result":{"isError":true,"content":[{"type":"text","text":"no boats"}]}}"#;
    let asks = r#"{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create"}},"requestState":"s"}}"#;
    for (status, text, kind, said) in [
        (200, error(-32602).as_str(), FailureKind::Upstream, "MCP error -32602: so it is"),
        (404, error(-32601).as_str(), FailureKind::Upstream, "MCP error -32601: so it is"),
        (400, error(-32022).as_str(), FailureKind::Upstream, "MCP error -32022: so it is"),
        (200, error(-32042).as_str(), FailureKind::Credential, "MCP error -32042: so it is"),
        (401, "", FailureKind::Credential, "HTTP status 401"),
        (200, failed, FailureKind::Upstream, "the tool `find` failed: no boats"),
        (200, asks, FailureKind::Upstream, "the server asks for input that a question cannot give"),
        (200, "<html>", FailureKind::Malformed, "not an answer of MCP"),
    ] {
        let failure = Mcp::resume(&source, &state, &[answer(status, &[], text)]).unwrap_err();
        assert_eq!(failure.kind, kind, "{text}");
        assert!(failure.detail.starts_with(said), "{}", failure.detail);
    }
    // Parameters that must be repeated in headers are looked up.
    let (requests, _) = fetched(Mcp::resume(&source, &state, &[answer(400, &[], &error(-32020))]));
    assert_eq!(body(&requests[0])["method"], "tools/list");
}

#[test]
fn a_resource_is_read_and_an_open_hole_asks_nothing() {
    let reads = source(r#""resource":"docs://{slug}""#);
    assert!(plan(&reads, "lantern boats").is_none());
    let (requests, state) = plan(&reads, "lantern docs of harbour/boats").unwrap();
    assert_eq!(
        (header(&requests[0], "mcp-name"), &body(&requests[0])["params"]["uri"]),
        (Some("docs://harbour/boats"), &"docs://harbour/boats".into())
    );
    let said =
        r#"{"jsonrpc":"2.0","id":1,"result":{"contents":[{"uri":"https://a.example/boats","text":"Boats float."}]}}"#;
    let Step::Done(findings) = Mcp::resume(&reads, &state, &[answer(200, &[], said)]).unwrap() else { panic!("done") };
    assert_eq!(findings.passages[0].url.as_deref(), Some("https://a.example/boats"));
}

#[test]
fn wrong_settings_name_the_key() {
    for (settings, named) in [
        (r#""revision":"1999-01-01""#, "`revision`"),
        (r#""limit":0"#, "`limit`"),
        (r#""arguments":{}"#, "`arguments`"),
        (r#""tool":"a","resource":"b""#, "`resource`"),
        (r#""lmit":1"#, "lmit"),
    ] {
        let failure = Mcp::plan(&source(settings), &Question::new("x"), &Intent::unknown("en")).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Settings);
        assert!(failure.detail.contains(named), "{}", failure.detail);
    }
}
