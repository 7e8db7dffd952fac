//! Events of every sender, and of none.

use crate::world::{PENICILLIN, SUM, World, get, json};
use serde_json::json;
use zero_lambda_host::{Outcome, event};

#[test]
fn api_gateway_gets_responses_whole() {
    let Some(world) = World::new() else { return };
    let lambda = world.start();
    let parts = get(PENICILLIN, &[("accept", "application/json")]);
    let events = [
        event::http_api(&parts, b"", "$default"),
        event::http_api(&parts, b"", "prod"),
        event::rest_api(&parts, b"", "prod"),
        event::rest_api(&parts, b"", "v1"),
    ];
    for event in events {
        let outcome = lambda.invoke(&event);
        assert!(matches!(outcome, Outcome::Response { streamed: false, .. }), "{outcome:?}");
        let response = outcome.http().unwrap();
        assert_eq!(response.status.as_u16(), 200, "{}", response.text());
        assert!(json(&response).to_string().contains("Alexander Fleming"));
    }
    // A stream that nobody can take comes at once, and whole.
    let parts = get(SUM, &[("accept", "text/event-stream")]);
    let response = lambda.invoke(&event::rest_api(&parts, b"", "prod")).http().unwrap();
    assert!(response.text().contains("done") && response.text().contains("36"), "{}", response.text());
}

#[test]
fn who_takes_a_stream_is_as_it_was_set_up() {
    let Some(world) = World::new() else { return };
    let parts = get(SUM, &[]);
    for (said, url, rest) in [("none", false, false), ("rest-api", false, true), ("rest-api,function-url", true, true)]
    {
        let mut options = world.options();
        options.environment.push(("ZERO_STREAM".to_owned(), said.to_owned()));
        let lambda = zero_lambda_host::Lambda::start(options).unwrap();
        for (event, expected) in [
            (event::function_url(&parts, b""), url),
            (event::rest_api(&parts, b"", "prod"), rest),
            (event::http_api(&parts, b"", "$default"), false),
        ] {
            let outcome = lambda.invoke(&event);
            let Outcome::Response { streamed, .. } = outcome else { panic!("{outcome:?}") };
            assert_eq!(streamed, expected, "{said}");
            assert!(outcome.http().unwrap().text().contains("36"));
        }
    }
}

#[test]
fn what_is_no_request_is_an_error_of_that_invocation_alone() {
    let Some(world) = World::new() else { return };
    let lambda = world.start();
    let good = event::function_url(&get(SUM, &[]), b"");
    let mut wild = good.clone();
    wild["rawPath"] = "no slash, no sense \u{0} \u{7f}".into();
    let mut strange = good.clone();
    strange["requestContext"]["http"]["method"] = "GE T".into();
    let bad = [
        b"{\"hello\": \"world\"}".to_vec(),
        b"not json".to_vec(),
        b"".to_vec(),
        "[".repeat(100_000).into_bytes(),
        wild.to_string().into_bytes(),
        strange.to_string().into_bytes(),
        json!({"version": "2.0", "requestContext": null}).to_string().into_bytes(),
    ];
    for event in bad {
        let shown = String::from_utf8_lossy(&event).chars().take(80).collect::<String>();
        match lambda.invoke_bytes(event) {
            Outcome::Failed { kind, .. } => assert_ne!(kind, "Sandbox.Timedout", "{shown}"),
            response => {
                let status = response.http().unwrap().status;
                assert!(status.is_client_error(), "{shown}: {status}");
            }
        }
        assert!(lambda.invoke(&good).http().unwrap().text().contains("36"), "after {shown}");
    }
}
