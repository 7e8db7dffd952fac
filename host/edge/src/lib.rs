//! The orchestrator that edge runtimes share: the pipeline over a world of few words.
//!
//! - **Takes** what a bundle says of a region ([`EdgeData`]), a [`Target`], and from each runtime a [`World`] and its
//!   rooms.
//! - **Gives** a [`Platform`](zero_pipeline::Platform) that answers: [`Edge`].
//! - **Fails** as data that cannot be read, with a name for the reason; a source that the target cannot ask is a line in
//!   the ledger and fails no question.
//! - **Limits**: those of the pipeline and of the egress policy, and the target's own connections and memory.
//! - **Why it is so**: Spin and Workers differ in clock, network and store, and in nothing else. What judges, counts and
//!   remembers stands here once, single-threaded and without a runtime, and compiles for `wasm32-unknown-unknown`.
//!
//! What lives long is the [`Site`] (an isolate of Workers serves many requests with one); what lives for one request is
//! the [`Edge`] over it.

mod data;
mod edge;
mod entry;
mod roster;
mod site;
mod target;
mod world;

pub use data::{ConnectorFacts, DATA_BYTES_MAX, DataError, EdgeData, SOURCES_MAX};
pub use edge::{Edge, RECALL_TIME_MAX};
pub use entry::ENTRY_BYTES_MAX;
pub use roster::Roster;
pub use site::Site;
pub use target::{Feature, Lack, Target, lack};
pub use world::World;
