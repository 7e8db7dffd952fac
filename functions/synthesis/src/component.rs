#![allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, clippy::restriction, reason = "generated")]
use zero_types::prelude::*;
wit_bindgen::generate!({
    path: ["../../wit/connector/since-0.2.0", "../../wit/functions"],
    world: "zero:functions/synthesis-guest",
    with: {
        "zero:connector/types@0.2.0": zero_types::connector,
        "zero:functions/types@0.1.0": zero_types::functions,
    },
});
struct Room;
impl exports::zero::functions::synthesis::Guest for Room {
    fn compose(question: Question, intent: Intent, findings: Vec<Finding>) -> Answer {
        crate::compose(&question, &intent, &findings)
    }
    fn prompt(question: Question, intent: Intent, findings: Vec<Finding>) -> Vec<Message> {
        crate::prompt(&question, &intent, &findings)
    }
    fn verify(draft: String, question: Question, intent: Intent, findings: Vec<Finding>) -> Answer {
        crate::verify(&draft, &question, &intent, &findings)
    }
}
export!(Room);
zero_types::stamp!("zero:functions/synthesis-component@0.1.0");
