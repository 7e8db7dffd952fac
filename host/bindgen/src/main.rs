//! Makes a module and its glue of an orchestrator that was compiled for JavaScript hosts.
//!
//! - **Takes** the module as the compiler has left it, and a folder.
//! - **Gives** `orchestrator_bg.wasm`, `orchestrator.js` and their snippets in that folder, ready for `zero-workers-pack`.
//! - **Fails** with what `wasm-bindgen` says, mostly that its version is not the one that the module was linked with.
//! - **Why it is so**: a program of its own, since only whoever builds the orchestrator needs it, and `cargo xtask` must
//!   stay quick to build.

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

#[derive(Parser)]
struct Cli {
    /// The compiled orchestrator
    module: PathBuf,
    /// The folder to be filled
    out: PathBuf,
}

/// How modules import modules at compile time, which the runtime has under its older spelling alone.
const SOURCE_IMPORT: &str = "import source ";
const IMPORT: &str = "import ";

fn main() -> Result<()> {
    let Cli { module, out } = Cli::parse();
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&module).module(true)?.typescript(false).out_name("orchestrator");
    bindgen.remove_name_section(true).remove_producers_section(true);
    // A script that has trapped starts anew with its next request.
    bindgen.reset_state_function(true);
    bindgen.generate(&out).with_context(|| format!("making the glue of {}", module.display()))?;
    respell(&out.join("orchestrator.js"))
}

fn respell(glue: &Path) -> Result<()> {
    let text = std::fs::read_to_string(glue).with_context(|| format!("reading {}", glue.display()))?;
    if text.matches(SOURCE_IMPORT).count() != 1 {
        bail!("{} does not import its module once as it used to", glue.display());
    }
    std::fs::write(glue, text.replace(SOURCE_IMPORT, IMPORT)).with_context(|| format!("writing {}", glue.display()))
}
