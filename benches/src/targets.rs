//! The same bundle on all targets: how large its package is, how soon it answers, what an answer takes, how much memory.

use crate::report::{Figure, Row};
use crate::samples::Samples;
use crate::setup::Setup;
use crate::sources::load_text;
use anyhow::{Context as _, Result, bail};
use core::time::Duration;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;
use zero_fleet::{Programs, Running, Start, TARGETS, Yard, architecture};
use zero_stub::{Exchanges, Options, Stub};

/// Sources of a question, and how long each takes to answer.
const SOURCES: usize = 10;
const DELAY_MS: u64 = 50;
/// Connectors of a large package of Lambda, and what its init may take.
const CONNECTORS: usize = 100;
const INIT_AIM_MS: u64 = 50;
const ASK: &str = "/v1/answer?q=what+do+the+records+say";
/// What a script of Workers may have after gzip, at best; a free plan takes three times this.
const WORKERS_AIM_BYTES: u64 = 1_000_000;

pub(crate) fn measure(setup: &Setup) -> Result<Vec<Row>> {
    let options = Options { listen: ([127, 0, 0, 1], 0).into(), delay: Duration::ZERO, log: None };
    let stub = Stub::start(Exchanges::default(), options)?;
    let yard = Yard::new(Programs::find()?)?;
    let sources = yard.path("sources");
    std::fs::create_dir_all(&sources)?;
    std::fs::write(sources.join("load.toml"), load_text(SOURCES, DELAY_MS))?;
    let sources = sources.to_str().context("a path that is no UTF-8")?;
    let region = "[region]\nname = \"bench\"\n\n[pipeline]\nhedge = false\n".to_owned();
    let mut dialled = region.clone() + "\n[egress.overrides]\n";
    for n in 0..SOURCES {
        let _ = writeln!(dialled, "\"stub-{n}.example\" = \"{}\"", stub.base());
    }
    let more = ["--sources", sources];
    yard.build_with("dialled", ("bench", &dialled), &["native", "lambda"], &more)?;
    let printed = yard.build_with("carried", ("bench", &region), &["workers", "spin"], &more)?;

    let mut rows = Vec::new();
    for target in TARGETS {
        let out = if ["native", "lambda"].contains(&target) { "dialled" } else { "carried" };
        // The first start compiles what is kept for all others.
        if let Start::Absent(why) = first_answer(&yard, out, target, &stub)?.0 {
            rows.push(Row::missing(target, "start to first answer", why));
            continue;
        }
        rows.push(Row::once(target, "package", Figure::Bytes(package_bytes(&yard.path(out).join(target), target)?)));
        let (mut starts, mut answers) = (Samples::new()?, Samples::new()?);
        let mut last = None;
        for _ in 0..3 * setup.times() {
            let (started, took) = first_answer(&yard, out, target, &stub)?;
            starts.add(took);
            last = Some(started);
        }
        let Some(Start::Running(running)) = last else { bail!("{target} does not start again") };
        rows.push(Row::once(target, "start to listening", Figure::time(running.start)));
        rows.push(Row::times(target, "start to first answer", &starts));
        for _ in 0..40 * setup.times() {
            answers.add(timed(&running)?);
        }
        let note = format!("{SOURCES} sources of {DELAY_MS} ms");
        rows.push(Row::times(target, "answer, warm", &answers).note(note));
        if let Some(bytes) = running.memory_bytes_peak() {
            rows.push(Row::once(target, "memory at its peak", Figure::Bytes(bytes)));
        }
    }
    rows.extend(script(&printed));
    rows.push(hundred(setup, &yard, &stub, &region, more)?);
    Ok(rows)
}

/// Lambda with a hundred connectors: copies of one of ours under other names, each with a digest of its own.
fn hundred(setup: &Setup, yard: &Yard, stub: &Stub, region: &str, more: [&str; 2]) -> Result<Row> {
    let folder = yard.path("copies");
    std::fs::create_dir_all(&folder)?;
    let (name, bundle) = (b"calculator".as_slice(), setup.bundle.join("connectors"));
    let original = std::fs::read(bundle.join("calculator.wasm"))?;
    let connectors = std::fs::read_dir(&bundle)?.count();
    for copy in connectors..CONNECTORS {
        let mut bytes = original.clone();
        let mut at = 0;
        while let Some(found) = bytes.get(at..).and_then(|rest| rest.windows(name.len()).position(|it| it == name)) {
            at += found + name.len();
            let last = bytes.get_mut(at - 2..at).context("the name is no name")?;
            last.copy_from_slice(format!("{copy:02}").as_bytes());
        }
        std::fs::write(folder.join(format!("calculat{copy:02}.wasm")), bytes)?;
    }
    let components = folder.to_str().context("a path that is no UTF-8")?;
    let [sources, here] = more;
    yard.build_with("hundred", ("bench", region), &["lambda"], &[sources, here, "--components", components])?;
    let mut inits = Samples::new()?;
    for _ in 0..10 * setup.times() {
        if let Start::Running(running) = Running::start(yard, "hundred", "lambda", stub.address())? {
            inits.add(running.init().context("Lambda says what its init took")?);
        }
    }
    let row = Row::times("lambda", format!("init with {CONNECTORS} connectors"), &inits);
    Ok(row.aim_p50(Figure::ms(INIT_AIM_MS)))
}

/// Starts it and asks once.
fn first_answer(yard: &Yard, out: &str, target: &str, stub: &Stub) -> Result<(Start, Duration)> {
    let begun = Instant::now();
    let started = Running::start(yard, out, target, stub.address())?;
    if let Start::Running(running) = &started {
        timed(running)?;
    }
    Ok((started, begun.elapsed()))
}

/// One answer, which must be one.
fn timed(running: &Running) -> Result<Duration> {
    let begun = Instant::now();
    let (status, body) = running.get(ASK, &[])?;
    let took = begun.elapsed();
    let cited = body.matches("stub-").count();
    if status != 200 || cited < SOURCES {
        bail!("{} answered {status}: {body}", running.name);
    }
    Ok(took)
}

/// What is uploaded: for Lambda the archive of this machine's architecture, else every file.
fn package_bytes(package: &Path, target: &str) -> Result<u64> {
    if target == "lambda" {
        return Ok(package.join(architecture()).join("bootstrap.zip").metadata()?.len());
    }
    let (mut bytes, mut open) = (0, vec![package.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder)?.flatten() {
            let data = entry.metadata()?;
            if data.is_dir() { open.push(entry.path()) } else { bytes += data.len() }
        }
    }
    Ok(bytes)
}

/// What `zero bundle build` says of the sizes of the script's parts after gzip: `script 9588754 bytes, 3607538 after gzip`.
fn script(printed: &str) -> Vec<Row> {
    let row = |line: &str| {
        let (raw, after) = line.trim().strip_suffix(" after gzip")?.rsplit_once(' ')?;
        let what = raw.split_whitespace().next()?;
        let row = Row::once("workers: after gzip", what, Figure::Bytes(after.parse().ok()?));
        Some(if what == "script" { row.aim_p50(Figure::Bytes(WORKERS_AIM_BYTES)) } else { row })
    };
    printed.lines().filter_map(row).collect()
}
