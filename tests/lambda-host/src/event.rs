//! HTTP requests as events: those of a function URL, of an HTTP API (v2) and of a REST API (v1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::request::Parts;
use serde_json::{Map, Value, json};

/// An event of a function URL.
#[must_use]
pub fn function_url(parts: &Parts, body: &[u8]) -> Value {
    v2(parts, body, "$default", "zero.lambda-url.eu-west-1.on.aws")
}

/// An event of an HTTP API of this stage, in payload format 2.0.
#[must_use]
pub fn http_api(parts: &Parts, body: &[u8], stage: &str) -> Value {
    v2(parts, body, stage, "zero.execute-api.eu-west-1.amazonaws.com")
}

fn v2(parts: &Parts, body: &[u8], stage: &str, domain: &str) -> Value {
    // An HTTP API's path starts with its stage.
    let prefix = if stage == "$default" { String::new() } else { format!("/{stage}") };
    let path = format!("{prefix}{}", parts.uri.path());
    let query = parts.uri.query().unwrap_or_default();
    let (body, encoded) = body_of(&parts.headers, body);
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": joined(&parts.headers),
        "queryStringParameters": parameters(query),
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "zero",
            "domainName": domain,
            "domainPrefix": "zero",
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": text(&parts.headers, "user-agent"),
            },
            "requestId": "e1506fd5-9e7b-434f-bd42-4f8fa224b599",
            "routeKey": "$default",
            "stage": stage,
            "time": "12/Mar/2026:19:03:58 +0000",
            "timeEpoch": 1_773_342_238_000_i64,
        },
        "body": body,
        "isBase64Encoded": encoded,
    })
}

/// An event of a REST API of this stage, in payload format 1.0.
#[must_use]
pub fn rest_api(parts: &Parts, body: &[u8], stage: &str) -> Value {
    let query = parts.uri.query().unwrap_or_default();
    let several: Map<String, Value> = several(query);
    let (body, encoded) = body_of(&parts.headers, body);
    json!({
        "resource": "/{proxy+}",
        "path": parts.uri.path(),
        "httpMethod": parts.method.as_str(),
        "headers": joined(&parts.headers),
        "multiValueHeaders": multiple(&parts.headers),
        "queryStringParameters": if query.is_empty() { Value::Null } else { parameters(query).into() },
        "multiValueQueryStringParameters": if query.is_empty() { Value::Null } else { several.into() },
        "pathParameters": { "proxy": parts.uri.path().trim_start_matches('/') },
        "stageVariables": null,
        "requestContext": {
            "resourceId": "2gxmpl",
            "resourcePath": "/{proxy+}",
            "httpMethod": parts.method.as_str(),
            "path": format!("/{stage}{}", parts.uri.path()),
            "accountId": "123456789012",
            "protocol": "HTTP/1.1",
            "stage": stage,
            "domainName": "zero.execute-api.eu-west-1.amazonaws.com",
            "domainPrefix": "zero",
            "requestTimeEpoch": 1_773_342_238_000_i64,
            "requestId": "77375676-xmpl-4b79-853a-f982474efe18",
            "identity": { "sourceIp": "127.0.0.1", "userAgent": text(&parts.headers, "user-agent") },
            "apiId": "zero",
        },
        "body": body,
        "isBase64Encoded": encoded,
    })
}

/// Text stays text, everything else is Base64.
fn body_of(headers: &HeaderMap, body: &[u8]) -> (Value, bool) {
    if body.is_empty() {
        return (Value::Null, false);
    }
    let kind = text(headers, "content-type");
    let is_text = kind.starts_with("text/") || kind.contains("json") || kind.contains("xml");
    match core::str::from_utf8(body) {
        Ok(body) if is_text => (body.into(), false),
        _ => (STANDARD.encode(body).into(), true),
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn values(headers: &HeaderMap, name: &http::HeaderName) -> Vec<String> {
    headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
}

/// Values of one name, joined by commas.
fn joined(headers: &HeaderMap) -> Map<String, Value> {
    headers.keys().map(|name| (name.to_string(), values(headers, name).join(",").into())).collect()
}

fn multiple(headers: &HeaderMap) -> Map<String, Value> {
    headers.keys().map(|name| (name.to_string(), values(headers, name).into())).collect()
}

/// Decoded, those of one name joined by commas.
fn parameters(query: &str) -> Map<String, Value> {
    let mut all: Map<String, Value> = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let joined = match all.get(&*name).and_then(Value::as_str) {
            Some(before) => format!("{before},{value}"),
            None => value.into_owned(),
        };
        all.insert(name.into_owned(), joined.into());
    }
    all
}

fn several(query: &str) -> Map<String, Value> {
    let mut all: Map<String, Value> = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let values = all.entry(name.into_owned()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(values) = values {
            values.push(value.into_owned().into());
        }
    }
    all
}
