//! Who asks, and may they?
//!
//! - **Takes** a credential, all that is trusted and the time; or a principal, a permission and what it is over.
//! - **Gives** the principal behind a credential; or a decision.
//! - **Fails** with a [`Denial`](zero_types::functions::Denial) that says what is wrong and what to do, never whether
//!   some other key exists.
//! - **Limits**: a key is at most [`KEY_BYTES_MAX`] long and a token [`token::TOKEN_BYTES_MAX`]; anything longer is
//!   malformed before it is looked at.
//! - **Why it is so**: only hashes are stored, so a leaked store opens nothing; a key carries a checksum, so that a slip
//!   of the clipboard is told apart from a key that nobody issued; time is passed in, so every decision can be replayed.

mod authenticate;
mod authorize;
mod key;
pub mod token;

#[cfg(target_arch = "wasm32")]
mod component;

pub use authenticate::{ANONYMOUS_ID, PUBLIC_TENANT, authenticate};
pub use authorize::{ASKER, MANAGER, OPERATOR, READER, ROLES, authorize};
pub use key::{IssueError, KEY_BYTES_MAX, SECRET_BYTES, key_record, key_text};
