//! Makes a module and its glue of an orchestrator that was compiled for JavaScript hosts.
use std::path::PathBuf;
fn main() -> anyhow::Result<()> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(module), Some(out)) = (args.next(), args.next()) else { anyhow::bail!("usage") };
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen.input_path(module).bundler(true)?.typescript(false).out_name("orchestrator");
    bindgen.generate(out)
}
