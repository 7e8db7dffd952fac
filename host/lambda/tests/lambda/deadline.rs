//! A question never takes longer than its invocation.

use crate::world::{World, get, json, silent};
use core::time::Duration;
use zero_lambda_host::{Lambda, event};

/// An asker who grants more time than there is gets an answer in the time there is: whoever waited for it to the end
/// would be killed, and the asker would get nothing.
#[test]
fn the_sources_have_what_is_left_of_the_invocation() {
    let Some(world) = World::new() else { return };
    let (base, _open) = silent();
    let text = world.config();
    let stub = format!("\"en.wikipedia.org\" = \"{}\"", world.stub.base());
    assert!(text.contains(&stub), "{text}");
    world.set_config(&text.replace(&stub, &format!("\"en.wikipedia.org\" = \"{base}\"")));

    let mut options = world.options();
    options.timeout = Duration::from_secs(5);
    let lambda = Lambda::start(options).unwrap();
    let path = "/v1/answer?q=who+discovered+penicillin&sources=wikipedia-en&budget_ms=29000";
    for accept in ["application/json", "text/event-stream"] {
        let parts = get(path, &[("accept", accept)]);
        let response = lambda.invoke(&event::function_url(&parts, b"")).http().unwrap();
        assert_eq!(response.status.as_u16(), 200, "{}", response.text());
        assert!(response.text().contains("late") || response.text().contains("timeout"), "{}", response.text());
    }
    let parts = get(path, &[]);
    let answer = json(&lambda.invoke(&event::function_url(&parts, b"")).http().unwrap());
    assert_eq!(answer["outcome"], "abstained", "{answer:#}");
}
