//! Composition: components in, one component out.
//!
//! - **Takes** a socket (orchestrator or face), the functions and the connectors, all unchanged.
//! - **Gives** one component that imports nothing but what the socket's platform offers.
//! - **Fails** when a component lacks what another wants of it, or an import of the house is left over.
//! - **Limits**: [`MEMORIES_MAX`] and [`TABLES_MAX`], which Spin gives one component.
//! - **Why it is so**: bindings import the shared types as an interface, since only imported types can be shared
//!   between crates. Types of a component are equal when their structure is, so any component that exports the
//!   interface can lend it: the first function or connector of the right version does.

use crate::{Error, Part, mux};
use wac_graph::types::Package;
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, PackageId};
use wasmparser::{Parser, Payload};
use zero_builder::Version;

/// Linear memories that Spin allows one component, which is one for each component inside and one for each adapter.
pub const MEMORIES_MAX: usize = 32;

/// Tables that Spin allows one component.
pub const TABLES_MAX: usize = 64;

/// A graph under construction.
struct Linking {
    graph: CompositionGraph,
}

impl Linking {
    fn package(&mut self, name: &str, bytes: &[u8]) -> Result<PackageId, Error> {
        let failed = |error: String| Error::Link(format!("`{name}` cannot be composed: {error}"));
        let package = Package::from_bytes(name, None, bytes.to_vec(), self.graph.types_mut());
        let package = package.map_err(|error| failed(format!("{error:#}")))?;
        self.graph.register_package(package).map_err(|error| failed(error.to_string()))
    }

    fn export(&mut self, of: NodeId, name: &str) -> Result<NodeId, Error> {
        self.graph.alias_instance_export(of, name).map_err(|error| Error::Link(error.to_string()))
    }

    /// Gives an instance an argument, if it wants one of this name.
    fn give(&mut self, to: NodeId, package: PackageId, name: &str, from: NodeId, export: &str) -> Result<(), Error> {
        if !self.wants(package, name) {
            return Ok(());
        }
        let given = self.export(from, export)?;
        self.graph
            .set_instantiation_argument(to, name, given)
            .map_err(|error| Error::Link(format!("`{name}` does not fit: {error}")))
    }

    fn wants(&self, package: PackageId, name: &str) -> bool {
        let world = self.graph[package].ty();
        self.graph.types()[world].imports.contains_key(name)
    }

    /// Exports of an instance's package, by name.
    fn exports(&self, package: PackageId) -> Vec<String> {
        let world = self.graph[package].ty();
        self.graph.types()[world].exports.keys().cloned().collect()
    }
}

/// Composes `socket` with the functions and, behind a multiplexer that carries `data`, with the connectors.
pub(crate) fn link(
    socket: &[u8],
    functions: &[Part<'_>],
    connectors: &[(Part<'_>, &'static Version)],
    data: &[u8],
) -> Result<Vec<u8>, Error> {
    let mut linking = Linking { graph: CompositionGraph::new() };
    let socket = linking.package("zero:socket", socket)?;
    let versions: Vec<&'static Version> = connectors.iter().map(|(_, version)| *version).collect();
    let mux_bytes = mux::component(&versions, data)?;
    let mux = linking.package("zero:multiplexer", &mux_bytes)?;

    // Who exports what, functions first: types are lent by the first that has them.
    let mut lenders: Vec<(String, NodeId)> = Vec::new();
    for part in functions {
        let package = linking.package(&format!("function:{}", part.name), part.bytes)?;
        let instance = linking.graph.instantiate(package);
        lenders.extend(linking.exports(package).into_iter().map(|name| (name, instance)));
    }
    let mut instances = Vec::with_capacity(connectors.len());
    for (part, _) in connectors {
        let package = linking.package(&format!("connector:{}", part.name), part.bytes)?;
        let instance = linking.graph.instantiate(package);
        lenders.extend(linking.exports(package).into_iter().map(|name| (name, instance)));
        instances.push(instance);
    }

    // Where every component is of an older version, nobody has the latest types but this.
    let types = linking.package("zero:types", &mux::types()?)?;
    let latest_types = format!("zero:connector/types@{}", zero_builder::latest().number);
    if !lenders.iter().any(|(name, _)| *name == latest_types) {
        lenders.push((latest_types, linking.graph.instantiate(types)));
    }

    let mux_instance = linking.graph.instantiate(mux);
    for (which, (instance, version)) in instances.iter().zip(&versions).enumerate() {
        linking.give(mux_instance, mux, &mux::import_name(which), *instance, version.interface)?;
    }
    let socket_instance = linking.graph.instantiate(socket);
    for name in ["zero:edge/connectors@0.1.0", "zero:edge/bundle@0.1.0"] {
        linking.give(socket_instance, socket, name, mux_instance, name)?;
    }
    let mut lent: Vec<&str> = Vec::new();
    for (name, instance) in &lenders {
        // A connector's own interface is wanted under its plain name alone.
        if lent.contains(&name.as_str()) || name.starts_with("zero:connector/connector@") {
            continue;
        }
        lent.push(name);
        linking.give(mux_instance, mux, name, *instance, name)?;
        linking.give(socket_instance, socket, name, *instance, name)?;
    }
    for name in linking.exports(socket) {
        let export = linking.export(socket_instance, &name)?;
        linking.graph.export(export, &name).map_err(|error| Error::Link(error.to_string()))?;
    }
    let options = EncodeOptions { define_components: true, validate: true, processor: None };
    let bytes = linking.graph.encode(options).map_err(|error| Error::Link(format!("{error:#}")))?;
    check(&bytes)?;
    Ok(bytes)
}

/// No import of the house may be left, and it must be small enough for Spin to make an instance of.
fn check(bytes: &[u8]) -> Result<(), Error> {
    let left: Vec<String> = imports(bytes)?.into_iter().filter(|name| name.starts_with("zero:")).collect();
    if !left.is_empty() {
        return Err(Error::Link(format!("nothing exports `{}`, which is wanted", left.join("`, `"))));
    }
    let (memories, tables) = resources(bytes)?;
    if memories > MEMORIES_MAX || tables > TABLES_MAX {
        return Err(Error::TooMany { memories, tables });
    }
    Ok(())
}

/// What a component imports.
///
/// # Errors
/// When the bytes are no component.
pub fn imports(bytes: &[u8]) -> Result<Vec<String>, Error> {
    let (mut depth, mut names) = (0_usize, Vec::new());
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(malformed)? {
            Payload::Version { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 1 => {
                for import in section {
                    names.push(import.map_err(malformed)?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(names)
}

/// Memories and tables that an instance takes: every module inside is instantiated once.
pub(crate) fn resources(bytes: &[u8]) -> Result<(usize, usize), Error> {
    let (mut memories, mut tables) = (0_usize, 0_usize);
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(malformed)? {
            Payload::MemorySection(section) => memories += usize::try_from(section.count()).unwrap_or(usize::MAX),
            Payload::TableSection(section) => tables += usize::try_from(section.count()).unwrap_or(usize::MAX),
            _ => {}
        }
    }
    Ok((memories, tables))
}

fn malformed(error: wasmparser::BinaryReaderError) -> Error {
    Error::Link(format!("not a component: {error}"))
}
