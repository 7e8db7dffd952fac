//! `zero-spin-host`: serves a Spin application on a local port.

use anyhow::{Context as _, Result};
use clap::Parser;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use zero_spin_host::{Options, Server};

/// Serves a Spin application; its address is the first line on stdout.
#[derive(Parser)]
#[command(name = "zero-spin-host", version)]
struct Arguments {
    /// The folder with `spin.toml`
    folder: PathBuf,
    /// Address and port; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Dial this address instead of a host, in the clear; `*` is every other host
    #[arg(long = "override", value_name = "HOST=ADDRESS")]
    overrides: Vec<String>,
    /// Give a variable of the application a value
    #[arg(long, value_name = "NAME=VALUE")]
    variable: Vec<String>,
    /// Keep compiled components here
    #[arg(long)]
    cache: Option<PathBuf>,
    /// Compile without optimisation
    #[arg(long)]
    quick: bool,
}

fn main() -> Result<()> {
    let Arguments { folder, listen, overrides, variable, cache, quick } = Arguments::parse();
    let overrides = pairs(&overrides)?.into_iter().map(|(host, address)| Ok((host, address.parse()?)));
    let overrides = overrides.collect::<Result<BTreeMap<String, SocketAddr>>>()?;
    let options = Options { listen, overrides, variables: pairs(&variable)?, cache, quick };
    let server = Server::start(&folder, &options)?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{}", server.address())?;
    stdout.flush()?;
    server.run()
}

fn pairs(words: &[String]) -> Result<BTreeMap<String, String>> {
    let pair = |word: &String| {
        let (name, value) = word.split_once('=').with_context(|| format!("`{word}` is not NAME=VALUE"))?;
        Ok((name.to_owned(), value.to_owned()))
    };
    words.iter().map(pair).collect()
}
