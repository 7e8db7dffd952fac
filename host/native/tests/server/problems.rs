//! Every problem, as an asker sees it.

use crate::world::{SUM, World, world};
use core::fmt::Write as _;
use expect_test::expect;

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

/// Method, path, headers, body.
type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

/// Status, headers that tell what to do, and the body.
async fn told(world: &World, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let response = world.client().await.send(method, path, headers, body).await.whole().await;
    let mut told = format!("{method} {path} -> {}", response.status.as_u16());
    for name in ["allow", "retry-after", "www-authenticate"] {
        match response.header(name) {
            "" => {}
            value => _ = write!(told, ", {name}: {value}"),
        }
    }
    assert_eq!(response.header("content-type"), "application/problem+json", "{told}");
    assert_eq!(response.json()["status"], response.status.as_u16());
    // The id under which the log tells more is the request's own.
    let id = format!(r#","id":"{}""#, response.header("x-request-id"));
    assert_eq!(response.text().matches(&id).count(), 1, "{}", response.text());
    told + "\n" + &response.text().replace(&id, "") + "\n"
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_read_like_this() {
    let Some(world) = world().await else { return };
    let html = [("accept", "text/html")];
    let basic = [("authorization", "Basic YTpi")];
    let nobody = [("authorization", "Bearer zw_nobody")];
    let cases: [Case<'_>; 14] = [
        ("GET", "/v1/answer", &[], ""),
        ("GET", "/v1/answer?q=+", &[], ""),
        ("GET", "/v1/answer?q=why&sauce=1", &[], ""),
        ("GET", "/v1/answer?q=why&sources=nowhere", &[], ""),
        ("GET", SUM, &html, ""),
        ("GET", SUM, &basic, ""),
        ("GET", SUM, &nobody, ""),
        ("POST", "/v1/answer", &[], "why"),
        ("POST", "/v1/answer", JSON, "why"),
        ("POST", "/v1/answer", JSON, r#"{"question": "why", "sauce": 1}"#),
        ("DELETE", "/v1/answer", &[], ""),
        ("GET", "/v1/sources/nowhere", &[], ""),
        ("GET", "/v1/sources/%FF", &[], ""),
        ("GET", "/nowhere", &[], ""),
    ];
    let mut all = String::new();
    for (method, path, headers, body) in cases {
        all += &told(&world, method, path, headers, body).await;
    }
    expect![[r#"
        GET /v1/answer -> 400
        {"detail":"the query is not a question: missing field `question`","hint":"ask as `?q=...`; lists are separated by commas, and `place` and `conversation` need a POST","retry":false,"status":400,"title":"the request cannot be read","type":"https://zero.world/problems/malformed-request","whose":"asker"}
        GET /v1/answer?q=+ -> 422
        {"detail":"`question` holds no text","hint":"ask something, such as {\"question\": \"what is the capital of Japan\"}","retry":false,"status":422,"title":"the question is empty","type":"https://zero.world/problems/question-empty","whose":"asker"}
        GET /v1/answer?q=why&sauce=1 -> 400
        {"detail":"the query is not a question: unknown field `sauce`, expected one of `q`, `question`, `language`, `place`, `time_zone`, `units`, `conversation`, `sources`, `preferred_sources`, `blocked_sources`, `consent`, `budget_ms`, `late_ms`","hint":"ask as `?q=...`; lists are separated by commas, and `place` and `conversation` need a POST","retry":false,"status":400,"title":"the request cannot be read","type":"https://zero.world/problems/malformed-request","whose":"asker"}
        GET /v1/answer?q=why&sources=nowhere -> 422
        {"detail":"no enabled source has the id `nowhere`","hint":"`zero sources list` or GET /v1/sources names them all","retry":false,"status":422,"title":"no such source","type":"https://zero.world/problems/unknown-source","whose":"asker"}
        GET /v1/answer?q=what+is+15%25+of+240&sources=calculator -> 406
        {"detail":"`Accept` excludes all there is: application/json, text/plain, text/event-stream","hint":"accept one of these, or send no `Accept`","retry":false,"status":406,"title":"no acceptable form","type":"https://zero.world/problems/not-acceptable","whose":"asker"}
        GET /v1/answer?q=what+is+15%25+of+240&sources=calculator -> 401, www-authenticate: Bearer realm="zero"
        {"detail":"`Authorization` is not of the form `Bearer KEY`","hint":"send a valid API key as `Authorization: Bearer zw_...`, or none at all","retry":false,"status":401,"title":"the credential was not accepted","type":"https://zero.world/problems/unauthenticated","whose":"asker"}
        GET /v1/answer?q=what+is+15%25+of+240&sources=calculator -> 401, www-authenticate: Bearer realm="zero"
        {"detail":"this is not an API key of this service","hint":"keys look like `zw_NAME_SECRET`","retry":false,"status":401,"title":"the credential was not accepted","type":"https://zero.world/problems/unauthenticated","whose":"asker"}
        POST /v1/answer -> 415
        {"detail":"the body has no `Content-Type`","hint":"send {\"question\": \"...\"} with `Content-Type: application/json`, not compressed","retry":false,"status":415,"title":"not a body that can be read","type":"https://zero.world/problems/unsupported-media-type","whose":"asker"}
        POST /v1/answer -> 400
        {"detail":"the body is not a question in JSON: expected value at line 1 column 1","hint":"send {\"question\": \"...\"} as application/json; the keys are listed in the README","retry":false,"status":400,"title":"the request cannot be read","type":"https://zero.world/problems/malformed-request","whose":"asker"}
        POST /v1/answer -> 400
        {"detail":"the body is not a question in JSON: unknown field `sauce`, expected one of `q`, `question`, `language`, `place`, `time_zone`, `units`, `conversation`, `sources`, `preferred_sources`, `blocked_sources`, `consent`, `budget_ms`, `late_ms` at line 1 column 27","hint":"send {\"question\": \"...\"} as application/json; the keys are listed in the README","retry":false,"status":400,"title":"the request cannot be read","type":"https://zero.world/problems/malformed-request","whose":"asker"}
        DELETE /v1/answer -> 405, allow: GET,HEAD,POST
        {"detail":"`DELETE` is not allowed here","hint":"the header `Allow` lists what is","retry":false,"status":405,"title":"the method is not allowed","type":"https://zero.world/problems/method-not-allowed","whose":"asker"}
        GET /v1/sources/nowhere -> 404
        {"detail":"no source has the id `nowhere`","hint":"GET /v1/sources names them all","retry":false,"status":404,"title":"there is nothing here","type":"https://zero.world/problems/not-found","whose":"asker"}
        GET /v1/sources/%FF -> 404
        {"detail":"no such path","hint":"there are GET and POST /v1/answer, GET /v1/sources, /v1/sources/{id}, /healthz and /readyz","retry":false,"status":404,"title":"there is nothing here","type":"https://zero.world/problems/not-found","whose":"asker"}
        GET /nowhere -> 404
        {"detail":"no such path","hint":"there are GET and POST /v1/answer, GET /v1/sources, /v1/sources/{id}, /healthz and /readyz","retry":false,"status":404,"title":"there is nothing here","type":"https://zero.world/problems/not-found","whose":"asker"}
    "#]].assert_eq(&all);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_refused_and_the_server_lives() {
    let Some(world) = world().await else { return };
    let question = format!(r#"{{"question": "{}"}}"#, "a".repeat(5000));
    assert_eq!(world.post("/v1/answer", JSON, &question).await.json()["title"], "the question is too long");
    let large = " ".repeat(70_000);
    assert_eq!(world.post("/v1/answer", JSON, &large).await.json()["title"], "the body is too large");
    // These two never reach the door: they are told in words all the same.
    let headers: Vec<(String, &str)> = (0..80).map(|n| (format!("x-{n}"), "1")).collect();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let many = world.get("/healthz", &headers).await;
    assert_eq!((many.status.as_u16(), many.json()["title"].as_str()), (431, Some("the header is too large")));
    let long = format!("/v1/answer?q={}", "a".repeat(40_000));
    let long = world.get(&long, &[]).await;
    assert_eq!((long.status.as_u16(), long.json()["title"].as_str()), (414, Some("the target is too long")));
    assert_eq!(world.get(SUM, &[]).await.status, 200);
}
