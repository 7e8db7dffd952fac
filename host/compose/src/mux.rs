//! The multiplexer: a generated component that makes many connectors one instance.
//!
//! - **Takes** the version of the interface of each connector, in order, and the bundle's data.
//! - **Gives** a component that imports an instance for each (`c0`, `c1` ...) and exports `zero:edge/connectors` and
//!   `zero:edge/bundle`.
//! - **Fails** when the contracts do not allow a call to be handed on.
//! - **Limits**: [`CALL_BYTES_MAX`] of memory for one call's values.
//! - **Why it is so**: a component can import an interface only once, and the number of connectors is the bundle's
//!   affair. `which` is the last parameter, so a call is handed on with the very pointer it came with; nothing is read
//!   but that number. An older connector's requests are made wider on the way back, which is all that its
//!   version lacks.

use crate::Error;
use crate::code::{self, Plan};
use crate::layout::Layouts;
use std::fmt::Write as _;
use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::{Resolve, WorldId, WorldItem, WorldKey};
use zero_builder::{Adapter, CONNECTOR_WIT, FUNCTIONS_WIT, VERSIONS, Version, latest};

/// The contract between orchestrators and what they are composed with.
pub const EDGE_WIT: &str = include_str!("../../../wit/edge/edge.wit");

/// What the values of one call may take, in bytes: a connector is given at most a few responses of 1 MiB.
pub(crate) const CALL_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The name under which the connector `which` is imported.
pub(crate) fn import_name(which: usize) -> String {
    format!("c{which}")
}

/// The multiplexer of these connectors, with the data that it hands out.
pub(crate) fn component(versions: &[&'static Version], data: &[u8]) -> Result<Vec<u8>, Error> {
    let (resolve, id) = contracts(&world(versions), "multiplexer")?;
    let module = code::module(&plan(&resolve, id, versions, data)?);
    encoded(&resolve, id, module)
}

/// A component that has the latest types and nothing else.
pub(crate) fn types() -> Result<Vec<u8>, Error> {
    let text = format!("package zero:lender;\nworld types {{ export zero:connector/types@{}; }}\n", latest().number);
    let (resolve, id) = contracts(&text, "types")?;
    encoded(&resolve, id, wasm_encoder::Module::new().finish())
}

fn encoded(resolve: &Resolve, world: WorldId, mut module: Vec<u8>) -> Result<Vec<u8>, Error> {
    wit_component::embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8, false)
        .map_err(encode)?;
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true).module(&module).map_err(encode)?;
    encoder.encode().map_err(encode)
}

fn encode(error: impl core::fmt::Display) -> Error {
    Error::Contract(format!("the multiplexer cannot be made a component: {error:#}"))
}

/// All contracts, and a world in a package of its own.
fn contracts(world: &str, name: &str) -> Result<(Resolve, WorldId), Error> {
    let wrong = |error: &dyn core::fmt::Display| Error::Contract(error.to_string());
    let mut resolve = Resolve::default();
    let texts = VERSIONS.iter().map(|version| version.wit).chain([FUNCTIONS_WIT, EDGE_WIT, world]);
    let mut last = None;
    for text in texts {
        last = Some(resolve.push_str("contract.wit", text).map_err(|error| wrong(&error))?);
    }
    let package = last.ok_or_else(|| wrong(&"no contract"))?;
    let id = resolve.select_world(&[package], Some(name)).map_err(|error| wrong(&error))?;
    Ok((resolve, id))
}

/// Its world in WIT: one import for each connector, with the types of that connector's version.
fn world(versions: &[&'static Version]) -> String {
    let mut text = "package zero:multiplexer;\nworld multiplexer {\n".to_owned();
    for (which, version) in versions.iter().enumerate() {
        let _ = write!(
            text,
            "import {name}: interface {{
                use zero:connector/types@{number}.{{source, question, intent, plan as proposal, outcome, step, failure}};
                plan: func(source: source, question: question, intent: intent) -> result<proposal, failure>;
                resume: func(source: source, state: list<u8>, outcomes: list<outcome>) -> result<step, failure>;
            }}\n",
            name = import_name(which),
            number = version.number,
        );
    }
    text.push_str("export zero:edge/connectors@0.1.0;\nexport zero:edge/bundle@0.1.0;\n}\n");
    text
}

/// What the core module has to know.
fn plan<'d>(
    resolve: &Resolve,
    world: WorldId,
    versions: &[&'static Version],
    data: &'d [u8],
) -> Result<Plan<'d>, Error> {
    let layouts = Layouts::new(resolve)?;
    let interface = |name: &str| {
        let found = resolve.interfaces.iter().find(|(id, _)| resolve.id_of(*id).as_deref() == Some(name));
        found.map(|(id, _)| id).ok_or_else(|| Error::Contract(format!("no interface `{name}`")))
    };
    let outer = interface("zero:edge/connectors@0.1.0")?;
    let latest_types = interface(&format!("zero:connector/types@{}", latest().number))?;
    let connector = interface(latest().interface)?;
    let mut widened = Vec::with_capacity(versions.len());
    for (which, version) in versions.iter().enumerate() {
        let key = WorldKey::Name(import_name(which));
        let imported = resolve.worlds.get(world).and_then(|world| world.imports.get(&key));
        let Some(WorldItem::Interface { id, .. }) = imported else {
            return Err(Error::Contract(format!("no import `{}`", import_name(which))));
        };
        // That an older version is called as the latest is what its adapter relies on.
        for name in ["plan", "resume"] {
            let (own, latest) = (layouts.passed(outer, *id, name)?, layouts.passed(outer, connector, name)?);
            if own.inner != latest.inner {
                return Err(Error::Contract(format!("`{name}` of {} is called in another way", version.number)));
            }
        }
        widened.push(match version.adapter {
            None => None,
            Some(Adapter::RequestsWithoutEndpoint) => {
                let old = interface(&format!("zero:connector/types@{}", version.number))?;
                Some(layouts.widened(old, latest_types)?)
            }
        });
    }
    Ok(Plan {
        plan: layouts.passed(outer, connector, "plan")?,
        resume: layouts.passed(outer, connector, "resume")?,
        widened,
        data,
    })
}

// The latest contract is among the versions; this name keeps the two from drifting apart.
const _: () = assert!(CONNECTOR_WIT.len() == latest().wit.len(), "the latest contract is one of the versions");
