//! What components of one Spin application say to each other, as bytes.
//!
//! - **Takes** a connector's [`Call`] or its [`Reply`]; what a packer tells an orchestrator ([`Carried`]).
//! - **Gives** bytes, and the value again on the other side.
//! - **Fails** as none: bytes that are cut off, too long or of another version are no value.
//! - **Limits**: [`MESSAGE_BYTES_MAX`]; a list never reserves more than its bytes could hold.
//! - **Why it is so**: a connector that is deployed alone is asked over HTTP inside one application. Both sides are
//!   built with one release, so the form has no names and no alignment, just a version in front: it costs less than
//!   the hop, and neither serde nor a schema has to be loaded for it.

mod message;
mod pack;

pub use message::{Answered, Call, Carried, Reply};
pub use pack::Pack;

/// A call or its answer, in bytes: a few responses of the largest size that a host takes in.
pub const MESSAGE_BYTES_MAX: usize = 48 * 1024 * 1024;

/// Raised whenever a type of the interface changes.
const VERSION: u8 = 2;

/// A value as a message.
#[must_use]
pub fn encode<T: Pack>(value: &T) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    value.put(&mut bytes);
    bytes
}

/// The value of a message; none when it is no message of this version, or more than one.
#[must_use]
pub fn decode<T: Pack>(bytes: &[u8]) -> Option<T> {
    let (&VERSION, mut rest) = bytes.split_first()? else { return None };
    if bytes.len() > MESSAGE_BYTES_MAX {
        return None;
    }
    let value = T::take(&mut rest)?;
    rest.is_empty().then_some(value)
}

#[cfg(test)]
mod tests;
