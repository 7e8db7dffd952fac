//! The program itself: from start to first answer, and its memory at rest.

use crate::machine::kilobytes;
use crate::report::{Figure, Row};
use crate::samples::Samples;
use crate::setup::Setup;
use crate::stub::{self, Running};
use anyhow::{Context as _, Result, bail};
use core::time::Duration;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

const PART: &str = "start: the program zero";
const QUESTION: &str = "what is 15% of 240";
const ANSWER: &str = "36";

pub(crate) fn measure(setup: &Setup) -> Result<Vec<Row>> {
    let Some(zero) = setup.program("zero") else {
        let why = "there is no `zero` beside this program; `cargo xtask bench` builds it";
        let missing = |what| Row::missing(PART, what, why);
        return Ok(vec![missing(FIRST).aim_p50(Figure::ms(300)), missing(IDLE).aim_p50(IDLE_MAX)]);
    };
    let cold = first_answer(setup, &zero)?;
    let mut warm = Samples::new()?;
    for _ in 0..20 * setup.times() {
        warm.add(first_answer(setup, &zero)?);
    }
    Ok(vec![
        Row::once(PART, "first answer, nothing compiled yet", Figure::time(cold)).note("compiles every component once"),
        Row::times(PART, FIRST, &warm)
            .aim_p50(Figure::ms(300))
            .note(format!("spawn to exit of `zero ask {QUESTION:?}`")),
        idle(setup, &zero)?,
    ])
}

const FIRST: &str = "first answer, components compiled";
const IDLE: &str = "memory at rest (VmRSS)";
const IDLE_MAX: Figure = Figure::Bytes(100_000_000);

fn command(setup: &Setup, zero: &Path) -> Command {
    let mut command = Command::new(zero);
    command.env("ZERO_BUNDLE", &setup.bundle).env("ZERO_CACHE", setup.cache()).env_remove("ZERO_CONFIG");
    command
}

/// From spawning the program to its end, which is later than the answer's last byte.
fn first_answer(setup: &Setup, zero: &Path) -> Result<Duration> {
    let mut command = command(setup, zero);
    command.args(["ask", QUESTION]).stdin(Stdio::null());
    let start = Instant::now();
    let output = command.output().with_context(|| format!("starting {}", zero.display()))?;
    let took = start.elapsed();
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || !said.contains(ANSWER) {
        bail!("`zero ask` gave no answer: {said}{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(took)
}

/// Some questions, computed and fetched, then silence.
fn idle(setup: &Setup, zero: &Path) -> Result<Row> {
    let config: PathBuf = setup.temporary().join("stub.toml");
    let _stub = stub::start(setup, Some(&config))?;
    let mut serve = command(setup, zero);
    serve.args(["serve", "--listen", "127.0.0.1:0"]).env("ZERO_CONFIG", &config);
    let zero = Running::start(&mut serve)?;
    let address = zero.first_line.rsplit_once("http://").map(|(_, address)| address.to_owned());
    let address = address.with_context(|| format!("`zero serve` names no address: {}", zero.first_line))?;
    let at_start = resident(zero.id())?;
    for question in QUESTIONS {
        let answer = post(&address, question)?;
        if !answer.starts_with("HTTP/1.1 200") {
            bail!("`zero serve` gave no answer to {question:?}: {answer}");
        }
    }
    std::thread::sleep(REST);
    let note =
        format!("after {} answers and {REST:?} of rest; {} when ready", QUESTIONS.len(), Figure::Bytes(at_start));
    Ok(Row::once(PART, IDLE, Figure::Bytes(resident(zero.id())?)).aim_p50(IDLE_MAX).note(note))
}

/// Asks over a connection of its own.
fn post(address: &str, question: &str) -> Result<String> {
    let body = serde_json::json!({ "question": question }).to_string();
    let mut stream = TcpStream::connect(address).with_context(|| format!("connecting to {address}"))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(
        stream,
        "POST /v1/answer HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\naccept: application/json\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn resident(id: u32) -> Result<u64> {
    let path = format!("/proc/{id}/status");
    let status = std::fs::read_to_string(&path).with_context(|| format!("reading {path}"))?;
    kilobytes(&status, "VmRSS").with_context(|| format!("{path} has no VmRSS"))
}

const QUESTIONS: [&str; 5] = [
    QUESTION,
    "convert 5 miles to kilometres",
    "what time is it in Tokyo",
    "who discovered penicillin",
    "what is the capital of Japan",
];
const REST: Duration = Duration::from_secs(2);
