//! A local server in the place of every service.
//!
//! - **Takes** folders of `*.http` exchanges, as the connectors' own tests read them.
//! - **Gives** HTTP/1.1 and HTTP/2 in the clear on a local port: the recorded answers, and made-up ones for load tests.
//! - **Fails** on a file that is no exchange, naming it; a request that nothing answers gets a 404 that names it.
//! - **Limits**: a request's body is read up to [`BODY_BYTES_MAX`].
//! - **Why it is so**: the real host with its real way out is tested and measured, and no service is bothered.

pub mod exchanges;
pub mod load;
pub mod server;

pub use exchanges::{Exchanges, Recorded};
pub use server::{Options, Stub};

/// Bodies that connectors send are small.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
