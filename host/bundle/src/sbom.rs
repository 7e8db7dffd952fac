//! All that is in a bundle, as CycloneDX 1.6: components with their digests, sources as services with their hosts.

use crate::lock::{LockedConnector, LockedFunction, LockedSource, Standing};
use crate::{Lock, Result};
use serde_json::{Value, json};

/// Connectors of this project: those that come from elsewhere say nothing of their licence.
const OURS: [&str; 12] = [
    "calculator",
    "clock",
    "countries",
    "feed",
    "files",
    "mcp",
    "mediawiki",
    "oai-pmh",
    "rest",
    "sparql",
    "units",
    "wikidata",
];
const LICENCE: &str = env!("CARGO_PKG_LICENSE");

/// The document. Equal bundles give equal documents: it holds no time, and its serial number is made of the lock's
/// digest.
///
/// # Errors
/// It cannot be written; not met in practice.
pub fn cyclonedx(lock: &Lock) -> Result<String> {
    let digest = zero_oci::digest(&lock.to_bytes()?);
    let components: Vec<Value> =
        lock.functions.iter().map(function).chain(lock.connectors.iter().map(connector)).collect();
    let services: Vec<Value> = lock.sources.iter().map(service).collect();
    let refs = |values: &[Value]| -> Vec<Value> { values.iter().filter_map(|it| it.get("bom-ref").cloned()).collect() };
    let mut all = refs(&components);
    all.extend(refs(&services));
    let mut dependencies = vec![json!({"ref": "bundle", "dependsOn": all})];
    for source in &lock.sources {
        let connector = lock.connectors.iter().find(|connector| connector.name == source.connector);
        let on: Vec<String> = connector.map(|connector| format!("connectors/{}", connector.name)).into_iter().collect();
        dependencies.push(json!({"ref": format!("sources/{}", source.id), "dependsOn": on}));
    }
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": serial_number(&digest),
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "zero", "version": lock.made_with.zero}]},
            "component": {
                "type": "application",
                "bom-ref": "bundle",
                "name": format!("zero-bundle-{}", lock.region),
                "version": digest,
                "hashes": [hash(&digest)],
            },
        },
        "components": components,
        "services": services,
        "dependencies": dependencies,
    });
    let text = serde_json::to_string_pretty(&document);
    text.map(|text| text + "\n").map_err(|error| crate::Error::input(error, "report this: it is ours"))
}

fn function(function: &LockedFunction) -> Value {
    let LockedFunction { name, digest, world, .. } = function;
    let version = world.rsplit_once('@').map_or("", |(_, version)| version);
    json!({
        "type": "library",
        "bom-ref": format!("functions/{name}"),
        "group": "functions",
        "name": name,
        "version": version,
        "hashes": [hash(digest)],
        "licenses": [{"expression": LICENCE}],
        "purl": format!("pkg:generic/zero-world/{name}@{version}?checksum={digest}"),
        "properties": [property("zero:world", world)],
    })
}

fn connector(connector: &LockedConnector) -> Value {
    let LockedConnector { name, digest, world, origin, manifest, describes, .. } = connector;
    let ours = origin.is_empty() && OURS.contains(&name.as_str());
    let licence = if ours { json!({"expression": LICENCE}) } else { json!({"license": {"name": "not stated"}}) };
    let mut properties = vec![property("zero:world", world)];
    properties.extend(manifest.hosts.iter().map(|host| property("zero:host", host)));
    properties.extend(manifest.credentials.iter().map(|slot| property("zero:credential", &slot.name)));
    if !origin.is_empty() {
        properties.push(property("zero:origin", origin));
    }
    json!({
        "type": "library",
        "bom-ref": format!("connectors/{name}"),
        "group": "connectors",
        "name": name,
        "version": describes.version,
        "description": describes.summary,
        "hashes": [hash(digest)],
        "licenses": [licence],
        "purl": purl(connector),
        "properties": properties,
    })
}

/// An artifact of a registry has a package URL of its own kind, whose version is the manifest's digest.
fn purl(connector: &LockedConnector) -> String {
    let LockedConnector { name, digest, origin, describes, .. } = connector;
    let pinned = origin.rsplit_once('@').map(|(repository, manifest)| {
        let manifest = manifest.replace(':', "%3A");
        format!("pkg:oci/{name}@{manifest}?repository_url={repository}")
    });
    pinned.unwrap_or_else(|| format!("pkg:generic/zero-world/{name}@{}?checksum={digest}", describes.version))
}

fn service(source: &LockedSource) -> Value {
    let standing = match source.standing {
        Standing::On => "on",
        Standing::Off => "off",
        Standing::Withheld => "withheld",
    };
    let mut properties = vec![property("zero:connector", &source.connector), property("zero:standing", standing)];
    properties.extend(source.hosts.iter().map(|host| property("zero:host", host)));
    let exact = source.hosts.iter().filter(|host| !host.contains('*'));
    let mut service = json!({
        "bom-ref": format!("sources/{}", source.id),
        "group": "sources",
        "name": source.id,
        "version": source.digest,
        "endpoints": exact.map(|host| format!("https://{host}")).collect::<Vec<_>>(),
        "authenticated": !source.credentials.is_empty(),
        "x-trust-boundary": !source.hosts.is_empty(),
        "data": [{"flow": "bi-directional", "classification": if source.personal { "personal" } else { "public" }}],
        "properties": properties,
    });
    let licence = source.licence.as_deref().map(|licence| match licence {
        "terms" => json!([{"license": {"name": "terms of use"}}]),
        expression => json!([{"expression": expression}]),
    });
    if let (Some(licence), Some(service)) = (licence, service.as_object_mut()) {
        service.insert("licenses".to_owned(), licence);
    }
    service
}

fn hash(digest: &str) -> Value {
    json!({"alg": "SHA-256", "content": digest.trim_start_matches("sha256:")})
}

fn property(name: &str, value: &str) -> Value {
    json!({"name": name, "value": value})
}

/// A UUID (RFC 9562, version 8) of a digest.
fn serial_number(digest: &str) -> String {
    let hex = digest.trim_start_matches("sha256:");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!("urn:uuid:{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(12, 15), part(15, 18), part(18, 30))
}
