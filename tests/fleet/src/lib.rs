//! One bundle on every target that this machine can run, for tests and figures.
//!
//! - **Takes** the real programs, the built components, and a region's file that leads everything to a stub.
//! - **Gives** packages as `zero bundle build` makes them ([`Yard`]), and targets that answer HTTP on local ports
//!   ([`Running`]): the native host, Lambda's own runtime interface, workerd, and Spin's runtime.
//! - **Fails** with what the program said; what cannot be run here is named by [`Start::Absent`], for a loud line.
//! - **Limits**: those of the hosts it starts; every one of them ends when it is dropped.
//! - **Why it is so**: a promise about four targets is only one when the same operator's command made all of them.

mod running;
mod yard;

pub use running::{Running, Start, TARGETS};
pub use yard::{Programs, Yard, architecture};
