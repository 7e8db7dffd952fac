//! A component of an orchestrator: what it imports and exports stands in its own module.
//!
//! Takes a core module with the metadata of its bindings; gives a component. Fails when it does not hold to them. Limits:
//! none, it is ours. Why it is so: an orchestrator acts, so unlike a guest it imports its platform and carries no stamp;
//! names and producers are left out, so that equal sources give equal bytes anywhere.

use crate::Error;
use wasm_encoder::RawSection;
use wasmparser::{Parser, Payload};
use wit_component::ComponentEncoder;

/// Makes a component of an orchestrator's module.
///
/// # Errors
/// When the bytes are no module, or it does not hold to the metadata of its bindings.
pub fn orchestrator(module: &[u8]) -> Result<Vec<u8>, Error> {
    let encode = |reason: String| Error::Encode { world: "an orchestrator".to_owned(), reason };
    let mut kept = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Payload::CustomSection(section) = &payload
            && ["producers", "name", "target_features"].contains(&section.name())
        {
            continue;
        }
        let Some((id, range)) = payload.as_section() else { continue };
        let range = usize::try_from(range.start).ok().zip(usize::try_from(range.end).ok());
        if let Some(data) = range.and_then(|(start, end)| module.get(start..end)) {
            kept.section(&RawSection { id, data });
        }
    }
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true).module(&kept.finish()).map_err(|error| encode(format!("{error:#}")))?;
    encoder.encode().map_err(|error| encode(format!("{error:#}")))
}
