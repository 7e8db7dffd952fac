//! A request, read once: whatever gets past here is a question within its limits and a form to answer it in.

use crate::negotiate::{Form, negotiate};
use crate::problem;
use bytes::Bytes;
use form_urlencoded::Serializer;
use http::request::Parts;
use http::{HeaderMap, header};
use zero_pipeline::wire::ask::AskBody;
use zero_pipeline::{Ask, Problem};

/// What a request asks for.
#[derive(Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) ask: Ask,
    pub(crate) form: Form,
    /// The receipt instead of the answer.
    pub(crate) receipt: bool,
}

/// `GET /v1/answer?q=...`
pub(crate) fn from_query(parts: &Parts) -> Result<Asked, Problem> {
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

/// `POST /v1/answer`; the body is awaited once the head has been found good.
pub(crate) async fn from_body(
    parts: &Parts,
    body: impl Future<Output = Result<Bytes, Problem>>,
) -> Result<Asked, Problem> {
    let Query { rest, receipt } = Query::read(parts.uri.query().unwrap_or_default())?;
    if let Some((key, _)) = form_urlencoded::parse(rest.as_bytes()).next() {
        return Err(Problem::malformed(format!("unknown key `{key}` in the query of a POST"), "put it into the body"));
    }
    is_json(&parts.headers)?;
    let body = body.await?;
    asked(&parts.headers, receipt, || AskBody::from_json(&body))
}

fn asked(
    headers: &HeaderMap,
    receipt: bool,
    body: impl FnOnce() -> Result<AskBody, Problem>,
) -> Result<Asked, Problem> {
    // A receipt has one form only, under two names.
    let form = negotiate(headers, if receipt { &[Form::Json, Form::Receipt] } else { Form::ALL })?;
    let ask = body()?.into_ask()?;
    // Only a stream can tell of what comes after the answer; the others would just take longer.
    let ask = if form == Form::Events { ask } else { Ask { late_budget: core::time::Duration::ZERO, ..ask } };
    Ok(Asked { ask, form, receipt: receipt || form == Form::Receipt })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body;
    use crate::negotiate::RECEIPT_JSON;
    use core::time::Duration;
    use futures_util::FutureExt as _;
    use http::Request;

    fn parts(request: http::request::Builder) -> Parts {
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
        assert_eq!(asked.ask.gather_budget, Some(Duration::from_millis(700)));
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

    /// Posted, with a body that must not be read before the head has been found good.
    fn posted_as(request: http::request::Builder, body: Result<Bytes, body::BodyProblem>) -> Result<Asked, Problem> {
        let parts = parts(request);
        let body = async {
            assert!(parts.headers.contains_key("content-type"), "nobody may read this body");
            body.map_err(Problem::from)
        };
        from_body(&parts, body).now_or_never().unwrap()
    }

    fn posted(content_type: &str, query: &str, body: &str) -> Result<Asked, Problem> {
        let request = Request::post(format!("/v1/answer{query}")).header("content-type", content_type);
        posted_as(request, Ok(Bytes::from(body.to_owned())))
    }

    #[test]
    fn a_body_is_json() {
        let json = "application/json";
        let why = r#"{"question": "why?"}"#;
        assert_eq!(posted(json, "", why).unwrap().ask.question.text, "why?");
        assert!(posted("application/json; charset=utf-8", "?include=receipt", why).unwrap().receipt);
        assert_eq!(posted("text/plain", "", why).unwrap_err().status, 415);
        assert_eq!(posted("application/x-www-form-urlencoded", "", "q=why").unwrap_err().status, 415);
        assert_eq!(posted(json, "?q=why", why).unwrap_err().name, "malformed-request");
        assert_eq!(posted(json, "", "{").unwrap_err().name, "malformed-request");
        let request = Request::post("/").header("content-type", json);
        assert_eq!(posted_as(request, Err(body::BodyProblem::TooLarge)).unwrap_err().status, 413);
    }

    #[test]
    fn a_compressed_body_or_one_without_a_type_is_refused() {
        for request in [Request::post("/"), Request::post("/").header("content-encoding", "gzip")] {
            assert_eq!(posted_as(request, Ok(Bytes::new())).unwrap_err().status, 415);
        }
    }

    #[test]
    fn a_receipt_is_asked_for_in_two_ways() {
        let check = |query: &str, accept: &str, expected: Result<(Form, bool), u16>| {
            let request = Request::get(format!("/v1/answer?q=why{query}")).header("accept", accept);
            let asked = from_query(&parts(request)).map(|asked| (asked.form, asked.receipt));
            assert_eq!(asked.map_err(|problem| problem.status), expected, "{query} {accept}");
        };
        check("", RECEIPT_JSON, Ok((Form::Receipt, true)));
        check("&include=receipt", "*/*", Ok((Form::Json, true)));
        check("&include=receipt", RECEIPT_JSON, Ok((Form::Receipt, true)));
        check("&include=receipt", "text/plain", Err(406));
        check("", "*/*", Ok((Form::Json, false)));
    }
}
