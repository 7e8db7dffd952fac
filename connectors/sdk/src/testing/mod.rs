//! The test kit, all of it native and without a host: recorded exchanges as readable text ([`Exchange`]), a connector
//! walked through them ([`walk`]), through whatever a service may send instead ([`withstand`]), and held to what its
//! record in the catalogue says ([`Catalogue`]).
//!
//! An exchange file (`*.http`) is a request line, a blank line, a status line, headers, a blank line and the body:
//!
//! ```text
//! GET https://en.wikipedia.org/w/api.php?action=query&format=json
//!
//! HTTP/1.1 200
//! content-type: application/json
//!
//! {"query": {}}
//! ```
//!
//! The body of a `POST` stands after the first blank line. `*` in the URL matches any characters.

mod catalogue;
mod exchange;
mod mutate;
mod walk;
mod withstand;

pub use catalogue::{Catalogue, Record};
pub use exchange::{Exchange, matches_pattern};
pub use mutate::{Meant, Mutant, cuts, faults, oversized, scrambled, states, wrong_types};
pub use walk::{ROUNDS_MAX, Walk, walk};
pub use withstand::{Reads, Siege, withstand, withstand_round};
