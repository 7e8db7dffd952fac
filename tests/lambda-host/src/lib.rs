//! AWS Lambda on this machine: its runtime interface, and HTTP in front of it.
//!
//! - **Takes** a `bootstrap`, a package, and plain HTTP requests or events.
//! - **Gives** what a client of the function URL, or of API Gateway, would get; and what an environment took to start.
//! - **Fails** as Lambda does: an invocation that errs, dies or is over its time is a 502, and the reason is told to
//!   whoever asked for the [`Outcome`].
//! - **Limits**: [`EVENT_BYTES_MAX`]; one invocation at a time in each environment, the others wait.
//! - **Why it is so**: the real program with the real library is tested, by the interface that AWS documents
//!   (<https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>), and no account is needed.
//!
//! ```no_run
//! # fn main() -> anyhow::Result<()> {
//! let lambda = zero_lambda_host::Lambda::start(zero_lambda_host::Options::new("bootstrap", "package"))?;
//! println!("{} is up after {:?}", lambda.base(), lambda.init_time());
//! # Ok(()) }
//! ```

pub mod event;

mod environment;
mod front;
mod interface;
mod response;

pub use environment::{Lambda, Options};
pub use interface::Outcome;
pub use response::HttpResponse;

/// What Lambda takes of a request, bytes.
pub const EVENT_BYTES_MAX: usize = 6 * 1024 * 1024;
