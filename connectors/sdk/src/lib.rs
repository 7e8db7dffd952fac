//! Write a connector: implement [`Connector`], add one [`export!`] line, test with [`testing`].
//!
//! A connector opens no socket and knows no clock. [`Connector::plan`] says how sure it is that the source can answer
//! and which HTTP requests it would make; the host makes them; [`Connector::resume`] reads the outcomes and asks for
//! more, or is done. Whatever it must remember between rounds travels as bytes: see [`state`].

pub use zero_types::connector::*;
pub use zero_types::{Named, english};

pub mod prose;
mod read;
mod url;

#[cfg(target_arch = "wasm32")]
mod arena;
#[doc(hidden)]
#[cfg(target_arch = "wasm32")]
#[allow(
    missing_docs,
    unsafe_code,
    unreachable_pub,
    clippy::all,
    clippy::restriction,
    reason = "generated from wit/connector"
)]
pub mod guest;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

pub use read::{json, state, success, text};
pub use url::{Url, encode};

/// A connector: how to talk to one kind of service.
///
/// Every call may meet a fresh instance, so nothing may be kept between calls but what travels in `state`.
pub trait Connector {
    /// What this connector is and what it may ever ask for.
    fn describe() -> Descriptor;

    /// How sure it is that `source` can answer, and the first step.
    ///
    /// # Errors
    /// Only for what the operator or the service must mend, such as wrong settings; "not relevant" is a bid of 0.
    fn plan(source: &Source, question: &Question, intent: &Intent) -> Result<Plan, Failure>;

    /// Reads the outcomes of the last round, in the order of its requests.
    ///
    /// # Errors
    /// When the outcomes hold no answer because the service failed, refused or sent what cannot be understood.
    fn resume(source: &Source, state: &[u8], outcomes: &[Outcome]) -> Result<Step, Failure> {
        let _ = (source, state, outcomes);
        Err(Failure::new(FailureKind::Internal, "this connector never fetches, so it cannot resume"))
    }
}

/// The settings of a source, as the connector's own type.
///
/// # Errors
/// [`FailureKind::Settings`], naming the key that is wrong.
pub fn settings<T: serde::de::DeserializeOwned>(source: &Source) -> Result<T, Failure> {
    serde_json::from_str(&source.settings)
        .map_err(|error| Failure::new(FailureKind::Settings, format!("settings of source `{}`: {error}", source.id)))
}

/// Makes `$connector` the component's connector.
#[macro_export]
macro_rules! export {
    ($connector:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, reason = "the canonical ABI is exported by name")]
        mod zero_component {
            use super::*;
            struct Guest;
            impl $crate::guest::exports::zero::connector::connector::Guest for Guest {
                fn describe() -> $crate::Descriptor {
                    <$connector as $crate::Connector>::describe()
                }
                fn plan(
                    source: $crate::Source,
                    question: $crate::Question,
                    intent: $crate::Intent,
                ) -> Result<$crate::Plan, $crate::Failure> {
                    <$connector as $crate::Connector>::plan(&source, &question, &intent)
                }
                fn resume(
                    source: $crate::Source,
                    state: Vec<u8>,
                    outcomes: Vec<$crate::Outcome>,
                ) -> Result<$crate::Step, $crate::Failure> {
                    <$connector as $crate::Connector>::resume(&source, &state, &outcomes)
                }
            }
            $crate::guest::export_guest!(Guest with_types_in $crate::guest);
            $crate::stamp!("zero:connector/component@0.2.0");
        }
    };
}
#[doc(hidden)]
pub use zero_types::stamp;
