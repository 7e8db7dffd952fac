//! The operators' desk: every change of the installed connectors, made in the state and in the host that runs.
//!
//! - **Takes** a [`Live`] host with a state folder.
//! - **Gives** the reports of [`zero_lifecycle`], with the health of what runs.
//! - **Fails** as [`zero_lifecycle::Error`] says; the host then goes on as it was.
//! - **Limits**: one change at a time.
//! - **Why it is so**: the state is written first and the host follows, so that a host which stops in between starts
//!   again with what was written. All of it blocks: servers call it where they may.

use crate::live::Live;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use zero_engine::Connector;
use zero_lifecycle::{
    Ask, ConnectorReport, DiffReport, Error, InstallReport, ListReport, Manager, Origin, Preview, SuspendedSource,
};
use zero_pipeline::Platform as _;

/// Changes the connectors of a host; clones share it.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    live: Live,
    manager: Arc<Manager>,
    changing: Mutex<()>,
}

impl Desk {
    /// The desk of a host; none without a state folder. From now on versions that misbehave are quarantined.
    #[must_use]
    pub fn open(live: Live) -> Option<Self> {
        let manager = live.host().manager.clone()?;
        let tripped = live.tripped();
        let desk = Self(Arc::new(Inner { live, manager, changing: Mutex::new(()) }));
        if let Some(tripped) = tripped {
            let desk = Arc::downgrade(&desk.0);
            // Ends with the platform, whose calls it hears of, or with the desk.
            std::thread::spawn(move || {
                while let Ok((name, tripped)) = tripped.recv() {
                    let Some(desk) = Weak::upgrade(&desk).map(Self) else { break };
                    if let Err(error) = desk.quarantine(&name, &tripped.digest, &tripped.reason) {
                        tracing::error!(connector = name, %error, "a version could not be quarantined");
                    }
                }
            });
        }
        Some(desk)
    }

    /// The host.
    #[must_use]
    pub fn live(&self) -> &Live {
        &self.0.live
    }

    /// The state folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.0.manager.store().folder()
    }

    /// Bytes of the largest component that may come in.
    #[must_use]
    pub fn component_bytes_max(&self) -> usize {
        self.0.manager.policy().granted_at_most().component_bytes
    }

    /// Installs or upgrades, and swaps it in.
    ///
    /// # Errors
    /// Refused; what was in force stays.
    pub fn install(&self, origin: Origin, ask: &Ask) -> Result<InstallReport, Error> {
        // Compiled and tried before anybody else has to wait.
        let change = self.0.manager.install(origin, ask, self.0.live.now_ms());
        let _changing = self.changing();
        match change {
            Ok(change) => {
                self.follow(change.fresh)?;
                Ok(change.report)
            }
            Err(error) => {
                // A version that failed may have been quarantined while it was in force.
                self.follow(None)?;
                Err(error)
            }
        }
    }

    /// What an artifact of a registry would ask for; none of its code is fetched.
    ///
    /// # Errors
    /// It cannot be reached or trusted.
    pub async fn inspect(&self, reference: &str) -> Result<Preview, Error> {
        zero_lifecycle::inspect(self.0.manager.policy(), reference, self.0.live.now_ms()).await
    }

    /// Fetches an artifact of a registry, verified.
    ///
    /// # Errors
    /// It cannot be reached or trusted.
    pub async fn pull(&self, reference: &str) -> Result<Origin, Error> {
        zero_lifecycle::pull(self.0.manager.policy(), reference, self.0.live.now_ms()).await
    }

    /// Every connector, with its health.
    ///
    /// # Errors
    /// The state cannot be read.
    pub fn list(&self) -> Result<ListReport, Error> {
        let mut list = self.0.manager.list()?;
        list.connectors.iter_mut().for_each(|report| self.add_health(report));
        Ok(list)
    }

    /// One connector, with its health.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn show(&self, name: &str) -> Result<ConnectorReport, Error> {
        self.0.manager.show(name).map(|report| self.with_health(report))
    }

    /// What changes between two versions.
    ///
    /// # Errors
    /// There is no such connector or version.
    pub fn diff(&self, name: &str, from: &str, to: &str) -> Result<DiffReport, Error> {
        self.0.manager.diff(name, from, to)
    }

    /// Agrees to what the pending version asks for, and swaps it in.
    ///
    /// # Errors
    /// Nothing waits, or it may not be run.
    pub fn consent(&self, name: &str) -> Result<ConnectorReport, Error> {
        self.change(|manager| manager.consent(name, self.0.live.now_ms()))
    }

    /// Switches a connector on or off.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn enable(&self, name: &str, enabled: bool) -> Result<ConnectorReport, Error> {
        self.change(|manager| manager.enable(name, enabled))
    }

    /// Refuses upgrades of a connector, or no longer.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn pin(&self, name: &str, pinned: bool) -> Result<ConnectorReport, Error> {
        self.change(|manager| manager.pin(name, pinned))
    }

    /// Back to an earlier version.
    ///
    /// # Errors
    /// There is none that may be run.
    pub fn rollback(&self, name: &str, to: Option<&str>) -> Result<ConnectorReport, Error> {
        self.change(|manager| manager.rollback(name, to, self.0.live.now_ms()))
    }

    /// Lets a quarantined digest run again, or all of them.
    ///
    /// # Errors
    /// Nothing is quarantined.
    pub fn release(&self, name: &str, digest: Option<&str>) -> Result<ConnectorReport, Error> {
        let before = self.0.manager.show(name)?;
        before.quarantined.keys().for_each(|digest| self.0.live.watch().pardon(digest));
        self.change(|manager| manager.release(name, digest))
    }

    /// Puts a version aside and the last good one in its place.
    ///
    /// # Errors
    /// The state cannot be written.
    pub fn quarantine(&self, name: &str, digest: &str, reason: &str) -> Result<ConnectorReport, Error> {
        self.change(|manager| manager.quarantine(name, digest, reason, self.0.live.now_ms()))
    }

    /// Removes an installed connector.
    ///
    /// # Errors
    /// It is the bundle's, or not there at all.
    pub fn remove(&self, name: &str) -> Result<(), Error> {
        let _changing = self.changing();
        self.0.manager.remove(name)?;
        self.follow(None)
    }

    fn change(
        &self,
        act: impl FnOnce(&Manager) -> Result<ConnectorReport, Error>,
    ) -> Result<ConnectorReport, Error> {
        let _changing = self.changing();
        let report = act(&self.0.manager)?;
        self.follow(None)?;
        Ok(self.with_health(report))
    }

    /// Brings the host to what the state says; whatever is loaded already is not loaded again.
    fn follow(&self, fresh: Option<Connector>) -> Result<(), Error> {
        let host = self.0.live.host();
        let lineup = self.0.manager.lineup(|digest| {
            let loaded = host.platform.connectors().iter().map(|(_, connector)| connector);
            loaded.chain(&fresh).find(|connector| connector.digest() == digest).cloned()
        })?;
        drop(host);
        self.0.live.adopt(lineup);
        Ok(())
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.0.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_health(&self, mut report: ConnectorReport) -> ConnectorReport {
        self.add_health(&mut report);
        report
    }

    fn add_health(&self, report: &mut ConnectorReport) {
        let Some(current) = &report.current else { return };
        let host = self.0.live.host();
        let mut health = self.0.live.watch().health(&current.digest);
        for (source, suspension) in host.region.health.suspended(host.platform.elapsed()) {
            if report.sources.contains(&source) {
                health.suspended.push(SuspendedSource { source, cause: suspension.cause.name().to_owned() });
            }
        }
        report.health = Some(health);
    }
}

