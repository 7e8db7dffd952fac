//! A connector's badge: on which targets it runs, shown by running it as they do.
//!
//! - **Takes** a connector with what it carries, and the built orchestrators where there are some.
//! - **Gives** a [`Stand`] for each of the four targets: how it was shown, or why it does not run there.
//! - **Fails** never: what cannot be shown is said.
//! - **Limits**: those of the host, and [`STEPS_MAX`] steps of an interpreted call.
//! - **Why it is so**: an author learns before anyone else that a target will leave their connector out. Every result is
//!   held against the native one, byte for byte, since answers of all targets are compared.

mod beside;
mod interpreted;

use beside::Beside;
use interpreted::Interpreted;
use serde::Serialize;
use std::path::Path;
use zero_builder::fixtures::Fixtures;
use zero_compose::Part;
use zero_connector_sdk::testing::Subject;
use zero_engine::sealed::{Ingredients, Sealed, seal};
use zero_engine::{Connector, Engine, Target};
use zero_judge::Running;

pub use interpreted::STEPS_MAX;

/// A target and whether the connector runs there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stand {
    /// `native`, `lambda`, `spin`, `workers`.
    pub target: &'static str,
    /// Whether it does; none where it could not be found out.
    pub runs: Option<bool>,
    /// How that was shown, or why not.
    pub why: String,
}

/// The badge of a connector, whose component `bytes` `native` runs.
#[must_use]
pub fn badge(
    engine: &Engine,
    native: &Connector,
    bytes: &[u8],
    fixtures: &Fixtures,
    orchestrators: &Path,
) -> [Stand; 4] {
    let running = Running(native.clone());
    let judged = |subject: &dyn Subject, how: &str| {
        let report = zero_judge::smoke_of(&Beside { native: &running, other: subject }, fixtures);
        let failure = report.failures().next();
        failure.map_or_else(|| Ok(how.to_owned()), |it| Err(format!("{}: {}", it.about, it.what)))
    };
    let on_native = judged(&running, "what it carries replays in the engine");
    let on_lambda = sealed(engine, native, bytes)
        .and_then(|(sealed, _folder)| judged(&Running(sealed), "compiled beforehand, it gives the same results"));
    let on_workers = Interpreted::new(bytes, native).and_then(|core| {
        let how = "its core module gives the same results through the canonical ABI, with memory bounded; CPU is not";
        judged(&core, how)
    });
    [
        stand("native", on_native),
        stand("lambda", on_lambda),
        spin(native, bytes, orchestrators),
        stand("workers", on_workers),
    ]
}

fn stand(target: &'static str, shown: Result<String, String>) -> Stand {
    let runs = Some(shown.is_ok());
    Stand { target, runs, why: shown.unwrap_or_else(|why| why) }
}

/// Spin's own runtime is not in this program: what is shown is that the component can be composed, unchanged.
fn spin(native: &Connector, bytes: &[u8], orchestrators: &Path) -> Stand {
    let file = orchestrators.join("spin-face.wasm");
    let Ok(face) = std::fs::read(&file) else {
        let why = format!("not shown: there is no {}; `cargo xtask components` makes it", file.display());
        return Stand { target: "spin", runs: None, why };
    };
    let composed = zero_compose::chain(&face, Part { name: native.name(), bytes });
    let shown =
        composed.map(|it| format!("it is composed unchanged, {} bytes with its face; CPU is not bounded", it.len()));
    stand("spin", shown.map_err(|error| error.to_string()))
}

/// The connector as a package of Lambda has it, and the folder that it lies in.
fn sealed(engine: &Engine, native: &Connector, bytes: &[u8]) -> Result<(Connector, tempfile::TempDir), String> {
    let said = |error: &dyn core::fmt::Display| error.to_string();
    let here = Target::of(std::env::consts::ARCH).ok_or_else(|| "this machine is none of Lambda's".to_owned())?;
    let ingredients =
        Ingredients { functions: Vec::new(), connectors: vec![(native.name(), bytes, native.descriptor())] };
    let files = seal(here, &ingredients, |_| None).map_err(|error| said(&error))?;
    let folder = tempfile::tempdir().map_err(|error| said(&error))?;
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).map_err(|error| said(&error))?;
    }
    let sealed = Sealed::open(folder.path()).map_err(|error| said(&error))?;
    let connector = sealed.connectors(engine, |_| engine.limits().clone()).pop();
    Ok((connector.ok_or_else(|| "it is not in its own package".to_owned())?, folder))
}
