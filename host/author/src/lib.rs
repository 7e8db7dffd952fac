//! What a connector author needs, from an empty folder to a recorded, tested component.
//!
//! - **Takes** a project's folder: `sources.toml`, `exchanges/`, and for a connector in code `Cargo.toml` and `src/`.
//! - **Gives** a new project, a component of one, and what a question makes of it: bid, requests, passages, claims.
//! - **Fails** naming the file, the question or the service, and what to do about it.
//! - **Limits**: those of the engine and of the way out; names of projects are `[a-z][a-z0-9-]*`.
//! - **Why it is so**: an author installs one program. What else is needed (the SDK, the versions it was tested with,
//!   the templates) is inside of it, and what is compiled once is kept for the next project.
//!
//! A project walks these rooms in order: [`template`] makes it, [`sdk`] and [`warm`] prepare its folder for cargo,
//! [`make`] compiles it, [`trial`] asks it, [`record`] writes down what a service answered, [`watch`] does it all again
//! whenever a file is saved.

pub mod project;
pub mod template;

pub mod sdk;
mod warm;

pub mod make;
pub mod package;
pub mod trial;

pub mod record;

pub mod watch;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

pub use make::{Made, make};
pub use project::{Kind, Project};
pub use trial::{Trial, Wire};
