//! A request, read once: whatever gets past here is a question within its limits and a form to answer it in.

use super::credential::credential;
use super::negotiate::{Form, negotiate};
use super::problem;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use form_urlencoded::Serializer;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use zero_pipeline::limits::{BODY_TIME_MAX, REQUEST_BODY_BYTES_MAX};
use zero_pipeline::wire::ask::AskBody;
use zero_pipeline::{Ask, Problem};

/// What a request asks for.
#[derive(Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) ask: Ask,
    pub(super) form: Form,
    /// The receipt instead of the answer.
    pub(super) receipt: bool,
}

/// `GET /v1/answer?q=...`
pub(super) fn from_query(parts: &Parts) -> Result<Asked, Problem> {
    let Query { rest, receipt } = Query::read(parts.uri.query().unwrap_or_default())?;
    asked(&parts.headers, receipt, || {
        serde_urlencoded::from_str(&rest).map_err(|error| {
            Problem::malformed(
                format!("the query is not a question: {error}"),
                "ask as `?q=...`; lists are separated by commas, and `place` and `conversation` need a POST",
            )
        })
    })
}

/// `POST /v1/answer`
pub(super) async fn from_body(parts: &Parts, body: Body) -> Result<Asked, Problem> {
    let Query { rest, receipt } = Query::read(parts.uri.query().unwrap_or_default())?;
    if let Some((key, _)) = form_urlencoded::parse(rest.as_bytes()).next() {
        return Err(Problem::malformed(format!("unknown key `{key}` in the query of a POST"), "put it into the body"));
    }
    is_json(&parts.headers)?;
    let body = collect(&parts.headers, body).await?;
    asked(&parts.headers, receipt, || AskBody::from_json(&body))
}

fn asked(
    headers: &HeaderMap,
    receipt: bool,
    body: impl FnOnce() -> Result<AskBody, Problem>,
) -> Result<Asked, Problem> {
    // A receipt has one form only.
    let form = negotiate(headers, if receipt { &[Form::Json] } else { Form::ALL })?;
    let credential = credential(headers)?;
    let ask = Ask { credential, ..body()?.into_ask()? };
    // Only a stream can tell of what comes after the answer; the others would just take longer.
    let ask = if form == Form::Events { ask } else { Ask { late_budget: core::time::Duration::ZERO, ..ask } };
    Ok(Asked { ask, form, receipt })
}

/// A query without what the server itself reads of it.
#[derive(Debug, PartialEq)]
struct Query {
    rest: String,
    receipt: bool,
}

impl Query {
    fn read(query: &str) -> Result<Self, Problem> {
        let mut receipt = false;
        let mut rest = Serializer::new(String::new());
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            match (&*key, &*value) {
                ("include", "receipt") => receipt = true,
                ("include", other) => {
                    let detail = format!("`include` knows no `{other}`");
                    return Err(Problem::malformed(detail, "there is only `include=receipt`"));
                }
                (key, value) => _ = rest.append_pair(key, value),
            }
        }
        Ok(Self { rest: rest.finish(), receipt })
    }
}

fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    if let Some(encoding) = headers.get(header::CONTENT_ENCODING).filter(|encoding| *encoding != "identity") {
        let encoding = String::from_utf8_lossy(encoding.as_bytes());
        return Err(problem::unsupported_media_type(format!("the body is encoded as `{encoding}`")));
    }
    let Some(content_type) = headers.get(header::CONTENT_TYPE) else {
        return Err(problem::unsupported_media_type("the body has no `Content-Type`"));
    };
    let content_type = String::from_utf8_lossy(content_type.as_bytes());
    match content_type.parse::<mime::Mime>() {
        Ok(mime) if mime.essence_str() == mime::APPLICATION_JSON => Ok(()),
        _ => Err(problem::unsupported_media_type(format!("the body is `{content_type}`"))),
    }
}

/// The body, if it is small and comes in time.
async fn collect(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Problem> {
    // Whoever says beforehand that it is too large need not send it.
    let said = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if said.is_some_and(|bytes: usize| bytes > REQUEST_BODY_BYTES_MAX) {
        return Err(problem::body_too_large());
    }
    let body = Limited::new(body, REQUEST_BODY_BYTES_MAX).collect();
    match tokio::time::timeout(BODY_TIME_MAX, body).await {
        Ok(Ok(body)) => Ok(body.to_bytes().into()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(problem::body_too_large()),
        Ok(Err(error)) => Err(Problem::malformed(format!("the body broke off: {error}"), "send it again, whole")),
        Err(_) => Err(problem::body_too_slow()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn parts(request: axum::http::request::Builder) -> Parts {
        request.body(()).unwrap().into_parts().0
    }

    fn queried(query: &str) -> Result<Asked, Problem> {
        from_query(&parts(Request::get(format!("/v1/answer?{query}"))))
    }

    fn check(query: &str, name: &str, detail: &str) {
        let problem = queried(query).unwrap_err();
        assert_eq!(problem.name, name, "{query}");
        assert!(problem.detail.contains(detail), "{query}: {problem}");
    }

    #[test]
    fn a_query_has_the_keys_of_a_body() {
        let asked = queried("q=caf%C3%A9+au+lait%3F&sources=a,b&units=us&budget_ms=700&late_ms=9&time_zone=Asia/Tokyo")
            .unwrap();
        assert_eq!(asked.ask.question.text, "café au lait?");
        assert_eq!(asked.ask.question.time_zone, "Asia/Tokyo");
        assert_eq!(asked.ask.only, ["a", "b"]);
        assert_eq!(asked.ask.gather_budget, Some(core::time::Duration::from_millis(700)));
        assert!(asked.ask.late_budget.is_zero(), "JSON cannot tell of late sources");
        assert_eq!((asked.form, asked.receipt), (Form::Json, false));
        assert_eq!(queried("question=why").unwrap().ask.question.text, "why");
        assert!(queried("include=receipt&q=why").unwrap().receipt);
    }

    #[test]
    fn a_wrong_query_is_named() {
        check("", "malformed-request", "`question`");
        check("q=", "question-empty", "no text");
        check("q=why&sauce=1", "malformed-request", "`sauce`");
        check("q=why&question=how", "malformed-request", "duplicate field `question`");
        check("q=why&budget_ms=soon", "malformed-request", "invalid digit");
        check("q=why&include=salt", "malformed-request", "`salt`");
        check(&format!("q={}", "a".repeat(5000)), "question-too-long", "5000");
        let events = parts(Request::get("/v1/answer?q=why&include=receipt").header("accept", "text/event-stream"));
        assert_eq!(from_query(&events).unwrap_err().status, 406);
        let events = parts(Request::get("/v1/answer?q=why&late_ms=9").header("accept", "text/event-stream"));
        assert_eq!(from_query(&events).unwrap().ask.late_budget.as_millis(), 9);
    }

    async fn posted(content_type: &str, query: &str, body: &str) -> Result<Asked, Problem> {
        let request = Request::post(format!("/v1/answer{query}")).header("content-type", content_type);
        from_body(&parts(request), Body::from(body.to_owned())).await
    }

    #[tokio::test]
    async fn a_body_is_json_and_small() {
        let json = "application/json";
        let why = r#"{"question": "why?"}"#;
        assert_eq!(posted(json, "", why).await.unwrap().ask.question.text, "why?");
        assert!(posted("application/json; charset=utf-8", "?include=receipt", why).await.unwrap().receipt);
        assert_eq!(posted("text/plain", "", why).await.unwrap_err().status, 415);
        assert_eq!(posted("application/x-www-form-urlencoded", "", "q=why").await.unwrap_err().status, 415);
        assert_eq!(posted(json, "?q=why", why).await.unwrap_err().name, "malformed-request");
        assert_eq!(posted(json, "", "{").await.unwrap_err().name, "malformed-request");
        let large = format!("{{\"question\": \"why?\"{}}}", " ".repeat(REQUEST_BODY_BYTES_MAX));
        assert_eq!(posted(json, "", &large).await.unwrap_err().status, 413);
    }

    #[tokio::test]
    async fn a_compressed_body_or_one_without_a_type_is_refused() {
        for request in [Request::post("/"), Request::post("/").header("content-encoding", "gzip")] {
            assert_eq!(from_body(&parts(request), Body::empty()).await.unwrap_err().status, 415);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_given_up() {
        let never = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
        let request = parts(Request::post("/").header("content-type", "application/json"));
        assert_eq!(from_body(&request, never).await.unwrap_err().status, 408);
    }
}
