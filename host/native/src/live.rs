//! The host that runs: one after the other, each complete, replaced in one step.
//!
//! - **Takes** a host, and others that succeed it.
//! - **Gives** the host of this moment. Whoever asks a question takes it once and keeps it until the answer stands, so
//!   that catalogue, connectors, grants and settings of one question are always of one version.
//! - **Fails** never; a version that misbehaves too often is reported to who can put it aside.
//! - **Limits**: [`zero_lifecycle::Watch`].
//! - **Why it is so**: nothing is ever changed under a question, so nothing can be half changed; and a version is freed
//!   by the last question that holds it, without anybody counting.

use crate::host::Host;
use arc_swap::ArcSwap;
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use zero_engine::Connector;
use zero_lifecycle::{Lineup, Tripped, Watch};
use zero_pipeline::{Answered, Ask, Event, Fixed, Platform as _, Problem};

/// Versions that wait to be put aside: each trips once, so one for each connector is more than can come at once.
const TRIPPED_MAX: usize = 256;

/// The succession of hosts of a process; clones share it.
#[derive(Clone)]
pub struct Live(Arc<Inner>);

struct Inner {
    now: ArcSwap<Host>,
    watch: Arc<Watch>,
    tripped: Mutex<Option<Receiver<(String, Tripped)>>>,
}

impl From<Host> for Live {
    fn from(host: Host) -> Self {
        let watch = Arc::new(Watch::default());
        let (tell, tripped) = sync_channel(TRIPPED_MAX);
        host.platform.watch(Box::new({
            // The platform's clock only, so that watcher and platform do not keep each other alive.
            let (watch, start) = (Arc::clone(&watch), std::time::Instant::now());
            move |connector, fault| note(&watch, &tell, connector, fault, start.elapsed())
        }));
        Self(Arc::new(Inner { now: ArcSwap::from_pointee(host), watch, tripped: Mutex::new(Some(tripped)) }))
    }
}

/// Takes in how a call ended, and says so when it was one too many.
fn note(
    watch: &Watch,
    tell: &SyncSender<(String, Tripped)>,
    connector: &Connector,
    fault: Option<&'static str>,
    now: core::time::Duration,
) {
    if let Some(tripped) = watch.record(connector.digest(), fault, now) {
        tracing::error!(connector = connector.name(), digest = tripped.digest, tripped.reason, "a version misbehaves");
        // When nobody listens, there is nobody who could put it aside: it stays as it is, and in the log.
        let _ = tell.try_send((connector.name().to_owned(), tripped));
    }
}

impl Live {
    /// The host of this moment. A question takes it once.
    #[must_use]
    pub fn host(&self) -> Arc<Host> {
        self.0.now.load_full()
    }

    /// Answers a question with the host of this moment, whatever comes after it.
    ///
    /// # Errors
    /// As [`Host::answer`].
    pub async fn answer(
        &self,
        ask: Ask,
        fixed: Fixed,
        events: impl FnMut(Event<'_>) + Send,
    ) -> Result<Answered, Problem> {
        self.host().answer(ask, fixed, events).await
    }

    /// Replaces the host of this moment by its successor with this lineup, in one step. Must not be called by two at
    /// once: [`Desk`](crate::Desk) sees to it.
    pub(crate) fn adopt(&self, lineup: Lineup) {
        let host = self.host().succeed(lineup);
        let digests: BTreeSet<&str> = host.platform.connectors().iter().map(|(_, it)| it.digest()).collect();
        self.0.watch.keep(&digests);
        self.0.now.store(Arc::new(host));
    }

    /// How versions have been behaving.
    #[must_use]
    pub fn watch(&self) -> &Watch {
        &self.0.watch
    }

    /// Versions that misbehaved too often, as it happens; only the first to ask gets them.
    pub(crate) fn tripped(&self) -> Option<Receiver<(String, Tripped)>> {
        self.0.tripped.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Milliseconds since the Unix epoch.
    pub(crate) fn now_ms(&self) -> i64 {
        self.host().platform.now_ms()
    }
}
