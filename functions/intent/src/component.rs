#![allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, clippy::restriction, reason = "generated")]
use zero_types::prelude::*;
wit_bindgen::generate!({
    path: ["../../wit/connector/since-0.2.0", "../../wit/functions"],
    world: "zero:functions/intent-guest",
    with: { "zero:connector/types@0.2.0": zero_types::connector },
});
struct Room;
impl exports::zero::functions::intent::Guest for Room {
    fn read(question: Question) -> Intent {
        crate::read(&question)
    }
}
export!(Room);
zero_types::stamp!("zero:functions/intent-component@0.1.0");
