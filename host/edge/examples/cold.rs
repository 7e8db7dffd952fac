//! What a start costs: the shipped catalogue as TOML, and the data of a bundle.
//!
//! `cargo run --release -p zero-edge --example cold -- connectors/catalogue OUT` prints times, and writes both forms beside
//! `OUT` for whoever wants to time them elsewhere.

#![allow(clippy::print_stdout, reason = "it prints what it measured")]

use std::time::{Duration, Instant};
use zero_config::Config;
use zero_edge::{EdgeData, Site, Target};
use zero_pipeline::catalogue::Catalogue;
use zero_pipeline::route::Index;
use zero_types::connector::{Intent, Question};

/// What the first question reads of it.
fn first_question(catalogue: &Catalogue, index: &Index) -> usize {
    let question = Question::new("what is the capital of Japan");
    let found = index.candidates(&question, &Intent::unknown("en"), 48);
    found.into_iter().filter(|&at| catalogue.at(at).is_some()).count()
}

/// The texts of a catalogue, each preceded by its length.
fn texts(bytes: &[u8]) -> Vec<&str> {
    let (mut rest, mut found) = (bytes, Vec::new());
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let Some((text, after)) = after.split_at_checked(u32::from_le_bytes(*length) as usize) else { break };
        found.extend(std::str::from_utf8(text));
        rest = after;
    }
    found
}

/// From TOML to the candidates of a question.
fn from_toml(bytes: &[u8]) -> Option<usize> {
    let catalogue = Catalogue::from_toml(texts(bytes).into_iter().map(|text| ("c.toml", text))).ok()?;
    Some(first_question(&catalogue, &Index::new(&catalogue)))
}

/// From the data of a bundle to the candidates of a question.
fn from_data(bytes: &'static [u8]) -> Option<usize> {
    let site = Site::new(EdgeData::read(bytes).ok()?, Target::SPIN).ok()?;
    Some(first_question(&site.region().catalogue, &site.region().index))
}

/// The median of some runs.
fn median<T>(runs: usize, mut run: impl FnMut() -> T) -> Duration {
    let mut took: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            let made = run();
            let took = start.elapsed();
            // Giving it back is no part of a start.
            drop(made);
            took
        })
        .collect();
    took.sort();
    took.get(runs / 2).copied().unwrap_or_default()
}

#[allow(clippy::disallowed_methods, reason = "a measurement reads files and clocks")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(folder), Some(out)) = (args.next(), args.next()) else { return Err("usage: cold CATALOGUE OUT".into()) };
    let mut paths: Vec<_> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    let mut toml = Vec::new();
    for path in paths {
        let text = std::fs::read(path)?;
        toml.extend_from_slice(&u32::try_from(text.len())?.to_le_bytes());
        toml.extend(text);
    }
    let catalogue = Catalogue::from_toml(texts(&toml).into_iter().map(|text| ("c.toml", text)))?;
    let data = EdgeData::new(Config::from_toml("")?, catalogue.clone(), Vec::new(), Vec::new()).write()?;
    std::fs::write(format!("{out}.toml.bin"), &toml)?;
    std::fs::write(format!("{out}.data.bin"), &data)?;
    println!("{} sources: {} bytes of TOML, {} bytes of data", catalogue.len(), toml.len(), data.len());
    println!("TOML to candidates:         {:?}", median(20, || from_toml(&toml)));
    println!("  of which the index:       {:?}", median(20, || Index::new(&catalogue)));
    let data: &'static [u8] = data.leak();
    println!("data to candidates:         {:?}", median(200, || from_data(data)));
    println!("  of which reading it:      {:?}", median(200, || EdgeData::read(data)));
    println!("data with every record:     {:?}", median(200, || EdgeData::check(data)));
    Ok(())
}
