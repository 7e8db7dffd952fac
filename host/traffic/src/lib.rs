//! How much may come, and how much is carried.
//!
//! - **Takes** who asks (a principal and an address), the time since start, and how long work waits for its turn.
//! - **Gives** a [`Verdict`] on the asker's own limits with the fields that tell them, and a [`Place`] in the host.
//! - **Fails** with 429 `rate-limited`, which is the asker's, or 503 `overloaded`, which is ours; both name when to try
//!   again, and neither costs more than a look at a table.
//! - **Limits**: [`limits`]; what an operator says is in `[traffic]` of the configuration.
//! - **Why it is so**: a limit of one's own keeps askers from each other, and the limit of all keeps the host from
//!   promising what it cannot carry. Two rooms, since the first is a matter of accounts and may be shared by a region,
//!   the second of this machine at this moment. Time is passed in, so that both replay; only [`redis`](crate::Shared)
//!   has a clock of its own, the server's.
//!
//! The field's own crate for GCRA, `governor`, says how many cells are left of a bucket only after it has taken them,
//! asks for a clock type instead of a time, takes from one bucket at a time, and cannot count in Redis; the arithmetic is
//! ten lines ([`Rate::charge`]), so they stand here once, and once more in Lua.

pub mod limits;

mod address;
mod asker;
mod gcra;

mod buckets;
mod shared;
mod verdict;

mod adaptive;
mod gate;
mod traffic;

pub use adaptive::Adaptive;
pub use address::{asker, block};
pub use asker::{Charge, Key, Policy, class};
pub use buckets::Buckets;
pub use gate::{Gate, Place};
pub use gcra::{Charged, Rate};
pub use shared::Shared;
pub use traffic::Traffic;
pub use verdict::{Standing, Verdict};
pub use zero_config::Class;
