//! The test kit, all of it native and without a host: recorded exchanges as readable text ([`Exchange`]), a connector
//! walked through them ([`walk`]) and held to what its cases say ([`Cases`]), through whatever a service may send
//! instead ([`withstand`]), and held to what its record in the catalogue says ([`Catalogue`]).
//!
//! What is tested is a [`Subject`]: a Rust type here ([`Native`]), a component of any language where there is an engine.
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

mod subject;

mod exchange;

mod walk;

mod case;

mod asked;

mod conform;

mod mutate;

mod withstand;

mod refuse;

mod catalogue;

pub use asked::Asked;
pub use case::{Case, Cases, PlaceText, written, written_claim};
pub use catalogue::{Catalogue, Record};
pub use conform::{Bounds, Miss, misses_of_fetch, misses_of_findings, misses_of_trace};
pub use exchange::{Exchange, matches_pattern};
pub use mutate::{Meant, Mutant, cuts, faults, oversized, scrambled, states, wrong_types};
pub use refuse::refuses_settings;
pub use subject::{Called, Ended, EndedBy, Figures, Native, Subject};
pub use walk::{End, ROUNDS_MAX, Round, Trace, Walk, replay, said, trace, unrecorded, walk};
pub use withstand::{Reads, Siege, Trial, Trials, withstand, withstand_round};
