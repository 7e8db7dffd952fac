//! Settings that several sources of a file share.
//!
//! - **Takes** the settings of a mapping and those of a source that names it.
//! - **Gives** the source's settings laid over the mapping's: tables are merged key by key, anything else is replaced.
//! - **Fails** never. **Limits**: tables deeper than [`DEPTH_MAX`] are replaced as a whole.
//! - **Why it is so**: a hundred forums run one software; a hundred copies of its mapping would drift apart. The test
//!   kit of the connectors' SDK does the same, since no room may know the host; `tests/catalogue.rs` holds them equal.

use serde_json::{Map, Value};

/// Far deeper than settings are.
const DEPTH_MAX: usize = 32;

/// Lays `over` over `base`.
pub(super) fn lay_over(base: &mut Map<String, Value>, over: Map<String, Value>) {
    lay(base, over, DEPTH_MAX);
}

fn lay(base: &mut Map<String, Value>, over: Map<String, Value>, depth: usize) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Object(below)), Value::Object(above)) if depth > 0 => lay(below, above, depth - 1),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}
