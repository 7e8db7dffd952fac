//! The component face.
#![allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, clippy::restriction, reason = "generated")]
use zero_types::prelude::*;
wit_bindgen::generate!({
    path: ["../../wit/connector/since-0.2.0", "../../wit/functions"],
    world: "zero:functions/context-guest",
    with: {
        "zero:connector/types@0.2.0": zero_types::connector,
        "zero:functions/types@0.1.0": zero_types::functions,
    },
});
struct Room;
impl exports::zero::functions::context::Guest for Room {
    fn resolve(question: Question, profile: Profile, turns: Vec<Turn>) -> Resolved {
        crate::resolve(&question, &profile, &turns)
    }
}
export!(Room);
zero_types::stamp!("zero:functions/context-component@0.1.0");
