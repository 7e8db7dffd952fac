//! The life of a question, over a platform.
//!
//! Names no runtime: no tokio, hyper or wasmtime. Time, randomness and the network enter only through [`Platform`];
//! only [`wire`], [`receipt`] and [`catalogue`], its edges, know JSON and TOML.

pub mod limits;

pub mod answer;
pub mod ask;
pub mod event;
pub mod identify;
pub mod ledger;
pub mod platform;
pub mod problem;

pub mod catalogue;
pub mod region;
pub mod rules;
pub mod settings;

pub mod route;

pub mod gather;

pub mod cache;
pub mod endpoint;
pub mod health;

pub mod receipt;
pub mod virtual_time;
pub mod wire;

pub use answer::{Answered, Fixed, answer};
pub use ask::Ask;
pub use event::Event;
pub use platform::{CallError, Fetched, Freshness, Kept, Platform, Reading, Rooms};
pub use problem::Problem;
pub use region::Region;
