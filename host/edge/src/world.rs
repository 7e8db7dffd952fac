//! What a runtime must be able to do. Everything else is the same everywhere.
//!
//! Why it is so: one thread, no `Send`. Runtimes of the edge give a request one thread, and their handles (JS values,
//! `wasi:http` resources) cannot leave it.

use core::time::Duration;
use zero_types::connector::FetchFailure;

/// The runtime of one request.
pub trait World: Clone + 'static {
    /// Milliseconds since the Unix epoch.
    fn now_ms(&self) -> i64;

    /// Time since an arbitrary start, the same for all requests that share a [`Site`](crate::Site); never goes back.
    fn elapsed(&self) -> Duration;

    /// 64 unpredictable bits.
    fn random(&self) -> u64;

    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;

    /// Sends a request that the policy has allowed, to where its URI says, and reads the response to its end.
    ///
    /// - Redirects are not followed: they are responses.
    /// - Headers go out as they are. Where `host` is among them the operator redirects this host: a runtime that sends no
    ///   `host` of its own choosing sends the request without it.
    /// - A body that the runtime has decoded comes without `content-encoding` and `content-length`.
    /// - No more of a body is read than [`RESPONSE_BYTES_MAX`](zero_pipeline::limits::RESPONSE_BYTES_MAX) and one byte.
    /// - `budget` is what is left; whoever waits gives up then by itself, and drops the future.
    ///
    /// # Errors
    /// `unreachable`, `unresolved`, `timeout` or `malformed`; a secret that the runtime's words hold is blotted out later.
    fn send(
        &self,
        request: http::Request<Vec<u8>>,
        budget: Duration,
    ) -> impl Future<Output = Result<http::Response<Vec<u8>>, FetchFailure>>;

    /// The secret of this name: a binding, a variable of the component.
    fn secret(&self, name: &str) -> Option<String>;

    /// An entry of a store that outlives the instance, where there is one.
    fn recall(&self, key: &str) -> impl Future<Output = Option<Vec<u8>>> {
        let _ = key;
        core::future::ready(None)
    }

    /// Puts an entry into that store, for at most `lifetime`. Returns at once and finishes by itself (`waitUntil`).
    fn keep(&self, key: String, entry: Vec<u8>, lifetime: Duration) {
        let _ = (key, entry, lifetime);
    }
}
