//! How much of all bodies together may be in memory at once.
//!
//! Takes who needs room; gives it in turn. Fails never but by the deadline of whoever waits. Limits: [`LARGE_BODIES`],
//! [`DECODE_BYTES`]. Why it is so: each body is bounded, but a portfolio of hostile sources sends many at once. Common
//! answers are far smaller than what is counted here, so honest ones seldom wait.

use std::num::NonZero;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
use zero_egress::failure::{Attempt, failure};
use zero_types::connector::{FetchFailure, FetchFailureKind};

/// A body that is larger than nearly all.
pub(crate) const LARGE_BODY_BYTES: usize = 512 * 1024;
/// Such bodies at once, for each pair of cores: two of them are decoded while one arrives.
const LARGE_BODIES: usize = 2;
/// What decoders may hold at once, for each pair of cores: one body at its largest, with the largest window.
const DECODE_BYTES: usize = 12 * 1024 * 1024;
/// Room is counted in steps of this.
const STEP_BYTES: usize = 4 * 1024;

/// Room for bodies.
pub(crate) struct Bounds {
    large: Semaphore,
    decode: Arc<Semaphore>,
    decode_steps: usize,
}

/// Given back when it is dropped.
pub(crate) type Room<'b> = SemaphorePermit<'b>;

impl Default for Bounds {
    fn default() -> Self {
        let pairs = std::thread::available_parallelism().map_or(1, NonZero::get).div_ceil(2);
        let decode_steps = pairs.saturating_mul(DECODE_BYTES / STEP_BYTES).min(u32::MAX as usize);
        Self {
            large: Semaphore::new(pairs.saturating_mul(LARGE_BODIES)),
            decode: Arc::new(Semaphore::new(decode_steps)),
            decode_steps,
        }
    }
}

impl Bounds {
    /// Room for the rest of a body that is large.
    pub(crate) async fn large(&self) -> Attempt<Room<'_>> {
        self.large.acquire().await.map_err(|_| closed())
    }

    /// Room for what a decoder may need.
    pub(crate) async fn decode(&self, bytes: usize) -> Attempt<OwnedSemaphorePermit> {
        let steps = bytes.div_ceil(STEP_BYTES).min(self.decode_steps);
        let steps = u32::try_from(steps).unwrap_or(u32::MAX);
        Arc::clone(&self.decode).acquire_many_owned(steps).await.map_err(|_| closed())
    }
}

fn closed() -> FetchFailure {
    failure(FetchFailureKind::Suspended, "the way out is closed")
}
