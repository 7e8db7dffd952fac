//! Installed connectors: install, consent, pin, roll back, quarantine.
//!
//! - **Takes** the connectors of the bundle as the base layer, a state folder, and what operators ask for.
//! - **Gives** the connectors and sources that are in force, and a report of every change.
//! - **Fails** with an [`Error`] that names what was refused and what the operator can do; nothing is half done.
//! - **Limits**: [`limits`]: versions kept, size of the state, how often a version may misbehave.
//! - **Why it is so**: what a change *would* do is decided by pure functions over the state ([`decide`]), so that every
//!   rule is a line of a table in a test; only [`Store`] touches the disk, under a lock, and replaces the state as a
//!   whole. The running host and `zero connectors` without one are the same library over the same folder.
//!
//! A name is looked up in two layers: what the state says, else the bundle's. Removing an installed connector brings
//! the bundle's back; a connector of the bundle cannot be removed but disabled.

pub mod limits;

mod error;
mod permissions;
mod state;

pub mod decide;
mod watch;

mod base;
mod lineup;
mod manager;
mod origin;
mod policy;
mod proof;
mod registry;
mod report;
mod sources;
mod store;

pub use base::{Base, BaseConnector};
pub use error::Error;
pub use lineup::Lineup;
pub use manager::{Ask, Change, Manager};
pub use origin::Origin;
pub use permissions::{Diff, Permissions};
pub use policy::Policy;
pub use proof::{Gate, compare, limits_of, load};
pub use registry::{inspect, pull};
pub use report::{
    ConnectorReport, DiffReport, HealthReport, InstallReport, ListReport, Outcome, Preview, SuspendedSource,
};
pub use state::{Entry, Kind, Quarantined, Signer, Smoke, State, Version};
pub use store::{Store, default_folder};
pub use watch::{Tripped, Watch};
pub use zero_config::{Raise, RaiseTable, Raised};
