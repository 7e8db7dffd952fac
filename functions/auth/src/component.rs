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
    fn authenticate(credential: Credential, trust: Trust, now_ms: i64) -> Result<Principal, Denial> {
        crate::authenticate(&credential, &trust, now_ms)
    }
    fn authorize(principal: Principal, permission: Permission, resource: Resource) -> Decision {
        crate::authorize(&principal, permission, &resource)
    }
}
export!(Room);
zero_types::stamp!("zero:functions/auth-component@0.1.0");
