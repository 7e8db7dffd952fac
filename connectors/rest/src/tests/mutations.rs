use super::{recorded, records, source_of};
use crate::Rest;
use zero_connector_sdk::testing::{Exchange, Reads, Siege, withstand_round};
use zero_connector_sdk::{Connector, FailureKind, Header, Intent, Outcome, Question, Response, Step};

fn response(status: u16, body: impl Into<Vec<u8>>) -> Outcome {
    let headers = vec![Header { name: "retry-after".to_owned(), value: "7".to_owned() }];
    Outcome::Response(Response { status, headers, body: body.into() })
}

/// A state for each step of a source, with its variables filled.
fn states(steps: usize) -> Vec<Vec<u8>> {
    (0..steps)
        .map(|step| {
            let vars = r#"{"limit":["5"],"ids":["1"],"object":["1"],"town":["X"],"latitude":["1"],"longitude":["2"],"to":["EUR"]}"#;
            format!(r#"{{"step":{step},"vars":{vars}}}"#).into_bytes()
        })
        .collect()
}

#[test]
fn whatever_comes_back_is_read_or_a_typed_failure() {
    let mut misses = Vec::new();
    let all = recorded();
    for record in records() {
        let (source, recorded) = (record.source(), Exchange::of_source(&all, &record.id));
        let longest = recorded.iter().map(|exchange| exchange.response.body.len()).max().unwrap_or_default();
        let siege = Siege { reads: Reads::Anything, cut_parts: 2 + longest / 7, oversized_bytes: 1 << 20 };
        // The bodies of a source without recorded exchanges are broken only in ways that need none.
        let good: Vec<Outcome> = match recorded.is_empty() {
            true => vec![response(200, "{}")],
            false => recorded.iter().map(|exchange| Outcome::Response(exchange.response.clone())).collect(),
        };
        for state in states(record.settings["steps"].as_array().unwrap().len()) {
            for good in &good {
                let good = std::slice::from_ref(good);
                let broken = withstand_round::<Rest>(&source, &state, good, &recorded, siege, true);
                misses.extend(broken.into_iter().map(|miss| format!("{}: {miss}", record.id)));
            }
        }
    }
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn huge_bodies_are_bounded() {
    let item = r#"{"title":["A title"],"DOI":"10.1/x","other":{"much":[1,2,3]}},"#;
    let body = format!(r#"{{"message":{{"items":[{}{{}}]}}}}"#, item.repeat(10 * 1024 * 1024 / item.len()));
    let outcome = Rest::resume(&source_of("crossref"), &states(1)[0], &[response(200, body)]);
    assert_eq!(outcome.unwrap_err().kind, FailureKind::Malformed);
    let entries = "<entry><title>A</title><summary>B</summary></entry>".repeat(200_000);
    let outcome = Rest::resume(&source_of("arxiv"), &states(1)[0], &[response(200, format!("<feed>{entries}</feed>"))]);
    assert_eq!(outcome.unwrap_err().kind, FailureKind::Malformed);
}

#[test]
fn entities_of_a_document_type_do_not_expand() {
    let body = r#"<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>
        <feed><entry><title>T &b; &x;</title><summary>S</summary></entry></feed>"#;
    let Step::Done(findings) = Rest::resume(&source_of("arxiv"), &states(1)[0], &[response(200, body)]).unwrap() else {
        panic!("one round")
    };
    assert_eq!(findings.passages[0].title, "T &b; &x;");
}

#[test]
fn a_service_says_what_is_wrong() {
    let stack = r#"{"error_id":502,"error_message":"too many requests","error_name":"throttle_violation"}"#;
    let failure = Rest::resume(&source_of("stackoverflow"), &states(1)[0], &[response(400, stack)]).unwrap_err();
    assert_eq!((failure.kind, failure.detail.as_str()), (FailureKind::RateLimited, "too many requests"));
    let meteo = r#"{"error":true,"reason":"Latitude must be in range"}"#;
    let failure = Rest::resume(&source_of("open-meteo"), &states(2)[1], &[response(400, meteo)]).unwrap_err();
    assert_eq!((failure.kind, failure.detail.as_str()), (FailureKind::Upstream, "Latitude must be in range"));
}

#[test]
fn a_state_that_was_not_written_by_us_is_refused() {
    let source = source_of("arxiv");
    for state in
        ["", "x", "{}", r#"{"step":9,"vars":{}}"#, r#"{"step":0,"vars":{},"more":1}"#, r#"{"step":-1,"vars":{}}"#]
    {
        let failure = Rest::resume(&source, state.as_bytes(), &[response(200, "<feed/>")]).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Internal, "{state}");
    }
    assert_eq!(Rest::resume(&source, &states(1)[0], &[]).unwrap_err().kind, FailureKind::Internal);
}

#[test]
fn a_question_stays_in_its_place() {
    let question = Question::new("arxiv ../../x?y=1&z#\r\nHost: evil.example");
    let plan = Rest::plan(&source_of("arxiv"), &question, &Intent::unknown("en")).unwrap();
    let Step::Fetch(fetch) = plan.step else { panic!("asks") };
    let url = &fetch.requests[0].url;
    assert!(url.starts_with("https://export.arxiv.org/api/query?search_query=all:"), "{url}");
    assert_eq!(url.matches(['&', '#', '\r', '\n', ' ']).count(), 2, "{url}");
}
