//! The configuration of `workerd` for one script.

use anyhow::{Result, bail};
use std::fmt::Write as _;
use std::net::SocketAddr;

/// As in the generated `wrangler.jsonc`.
const COMPATIBILITY_DATE: &str = "2026-04-01";

/// A text in Cap'n Proto's language.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub(crate) fn text(
    files: &[(String, Vec<u8>)],
    upstream: SocketAddr,
    variables: &[(String, String)],
) -> Result<String> {
    let mut modules = String::new();
    // The first module is the entry.
    let mut ordered: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    ordered.sort_by_key(|name| (*name != "index.js", *name));
    for name in ordered {
        let kind = match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("js") => "esModule",
            Some("wasm") => "wasm",
            Some("bin") => "data",
            Some("jsonc") => continue,
            _ => bail!("`{name}` is of no known kind of module"),
        };
        let _ = writeln!(modules, "    (name = {0}, {kind} = embed {0}),", quoted(name));
    }
    let mut bindings = String::new();
    for (name, value) in variables {
        let _ = writeln!(bindings, "    (name = {}, text = {}),", quoted(name), quoted(value));
    }
    Ok(format!(
        "using Workerd = import \"/workerd/workerd.capnp\";\n\
         const config :Workerd.Config = (\n\
         \x20 services = [\n\
         \x20   (name = \"script\", worker = .script),\n\
         \x20   (name = \"upstream\", external = (address = {}, http = ())),\n\
         \x20 ],\n\
         \x20 sockets = [(name = \"http\", address = \"127.0.0.1:0\", http = (), service = \"script\")],\n\
         );\n\
         const script :Workerd.Worker = (\n\
         \x20 compatibilityDate = \"{COMPATIBILITY_DATE}\",\n\
         \x20 globalOutbound = \"upstream\",\n\
         \x20 modules = [\n{modules}  ],\n\
         \x20 bindings = [\n{bindings}  ],\n\
         );\n",
        quoted(&upstream.to_string())
    ))
}

/// The port that a line of the control channel tells.
pub(crate) fn port(line: &str) -> Option<u16> {
    let event: serde_json::Value = serde_json::from_str(line).ok()?;
    let listens = event.get("event")?.as_str()? == "listen";
    if listens { event.get("port")?.as_u64()?.try_into().ok() } else { None }
}
