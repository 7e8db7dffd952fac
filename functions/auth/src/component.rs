#![allow(missing_docs, unsafe_code, unreachable_pub, clippy::all, clippy::restriction, reason = "generated")]
use zero_types::prelude::*;
wit_bindgen::generate!({
    path: ["../../wit/connector/since-0.2.0", "../../wit/functions"],
    world: "zero:functions/auth-guest",
    with: {
        "zero:connector/types@0.2.0": zero_types::connector,
        "zero:functions/types@0.1.0": zero_types::functions,
    },
});
struct Room;
impl exports::zero::functions::auth::Guest for Room {
    fn authenticate(credential: Credential, keys: Vec<KeyRecord>, now_ms: i64) -> Result<Principal, Denial> {
        crate::authenticate(&credential, &keys, now_ms)
    }
    fn authorize(principal: Principal, action: Action, resource: String) -> Decision {
        crate::authorize(&principal, action, &resource)
    }
}
export!(Room);
zero_types::stamp!("zero:functions/auth-component@0.1.0");
