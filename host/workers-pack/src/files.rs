//! The files of a script.

use crate::{Orchestrator, PackError};
use serde_json::json;
use std::fmt::Write as _;
use zero_canon::Function;
use zero_split::Core;

pub(crate) const ORCHESTRATOR_MODULE: &str = "orchestrator_bg.wasm";
pub(crate) const ORCHESTRATOR_GLUE: &str = "orchestrator.js";

/// Where the script begins.
pub(crate) const MAIN: &str = "index.js";
/// What the platform's tool reads; no part of the script.
pub(crate) const CONFIG: &str = "wrangler.jsonc";

const INDEX_JS: &str = include_str!("../../workers/js/index.js");
const GUESTS_JS: &str = include_str!("../../workers/js/guests.js");

/// A name that is a file's name, and text in a script, as it is.
pub(crate) fn checked(name: &str) -> Result<&str, PackError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let fine = !name.is_empty() && name.bytes().all(plain);
    if fine { Ok(name) } else { Err(PackError::Name(name.chars().take(64).collect())) }
}

/// Everything, in order of paths. `rooms` stand in order of names, which is the order of the modules.
pub(crate) fn all(
    orchestrator: &Orchestrator,
    rooms: Vec<(String, Core)>,
    data: Vec<u8>,
    config: String,
) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![
        (MAIN.to_owned(), INDEX_JS.as_bytes().to_vec()),
        ("guests.js".to_owned(), GUESTS_JS.as_bytes().to_vec()),
        ("functions.js".to_owned(), functions_js().into_bytes()),
        ("modules.js".to_owned(), modules_js(&rooms).into_bytes()),
        ("data.bin".to_owned(), data),
        (CONFIG.to_owned(), config.into_bytes()),
    ];
    files.extend(orchestrator.files.iter().cloned());
    files.extend(rooms.into_iter().map(|(name, core)| (format!("{name}.wasm"), core.module)));
    files.sort();
    files
}

/// The core exports, in the order in which the orchestrator counts them.
fn functions_js() -> String {
    let names: Vec<&str> = Function::ALL.iter().map(|function| function.export()).collect();
    format!("export const functions = {};\n", json!(names))
}

/// Imports every module of the bundle, and says which components they stand for.
fn modules_js(rooms: &[(String, Core)]) -> String {
    let mut script = String::new();
    for (place, (name, _)) in rooms.iter().enumerate() {
        let _ = writeln!(script, "import m{place} from \"./{name}.wasm\";");
    }
    script.push_str("import data from \"./data.bin\";\n\n");
    let modules: Vec<String> = (0..rooms.len()).map(|place| format!("m{place}")).collect();
    let _ = writeln!(script, "export const modules = [{}];", modules.join(", "));
    script.push_str("\n// Name, SHA-256 of the component, and world of each.\nexport const rooms = [\n");
    for (name, core) in rooms {
        let _ = writeln!(script, "  {},", json!([name, core.component_digest, core.world]));
    }
    script.push_str("];\n\nexport { data };\n");
    script
}
