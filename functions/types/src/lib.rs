//! The words that every room shares.
//!
//! The types are generated from `wit/`, so that a plain library, its component face and the host's bindings
//! cannot drift apart; what stands here by hand is only what the contract cannot say: defaults, small constructors, the
//! names of cases, and words of English.

#[allow(
    missing_docs,
    unsafe_code,
    unreachable_pub,
    clippy::all,
    clippy::restriction,
    reason = "generated; documented where it is written, in wit/"
)]
mod generated {
    wit_bindgen::generate!({
        path: ["../../wit/connector/since-0.2.0", "../../wit/functions"],
        world: "zero:functions/all-types",
        generate_all,
        additional_derives: [PartialEq],
    });
}

pub mod english;
mod named;
pub mod plain;

pub use generated::zero::connector::types as connector;
pub use generated::zero::functions::types as functions;
pub use named::Named;

/// Everything at once, as the rooms use it.
pub mod prelude {
    pub use crate::Named;
    pub use crate::connector::*;
    pub use crate::functions::{
        Abstention, AbstentionKind, Answer, Citation, Contradiction, Credential, Decision, Denial, DenialKind, Finding,
        Issuer, KeyRecord, Message, Permission, Principal, PrincipalKind, Profile, Resolved, Resource, Role, Sentence,
        Side, TokenAlgorithm, TokenKey, Trust, Turn,
    };
}

/// Names the world a component is built for, in the section that the builder and every host read.
#[macro_export]
macro_rules! stamp {
    ($world:literal) => {
        #[used]
        #[unsafe(link_section = "zero:interface")]
        static ZERO_INTERFACE: [u8; $world.len()] = {
            let mut bytes = [0; $world.len()];
            let mut i = 0;
            while i < bytes.len() {
                bytes[i] = $world.as_bytes()[i];
                i += 1;
            }
            bytes
        };
    };
}

mod build;
