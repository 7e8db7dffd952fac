//! The canonical ABI of the contracts, for hosts that call core modules themselves.
//!
//! - **Takes** values of `zero_types`, and a [`Guest`]: one instance of a component's core module.
//! - **Gives** what the component answers, checked by the rules that hold on every host ([`weather`]).
//! - **Fails** with the pipeline's `CallError`: a result beyond the memory, a text that is not UTF-8, a case that is
//!   none, a trap. Nothing that a guest does panics.
//! - **Limits**: a result has at most `GUEST_RESULT_BYTES_MAX` bytes of text and lists, what goes in at most
//!   `GUEST_MEMORY_BYTES_MAX`; no type is recursive, so depth is that of the contract.
//! - **Why it is so**: workerd compiles nothing at run time and knows core modules alone. The engine has the same
//!   table of types ([`every_type`]) and the same rules, and a test compares what both make of every connector.

mod table;

mod flat;
mod guest;
mod image;
mod layout;
mod reader;
mod types;

mod call;
pub mod connector;
pub mod functions;
#[cfg(feature = "interpreter")]
pub mod interpreter;
pub mod v0_1;
pub mod weather;

pub use call::Function;
pub use flat::{Flat, FlatType, Signature};
pub use guest::Guest;
pub use image::{Block, Image, Link};

#[cfg(test)]
mod tests;
